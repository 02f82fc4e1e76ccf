package labd_test

import (
	"net"
	"os"
	"testing"
	"time"

	"github.com/lapbook/lapbook/stdlib/lab"
	"github.com/lapbook/lapbook/stdlib/lab/labd"
)

func TestMain(m *testing.M) {
	labd.ServeIfChild()
	os.Exit(m.Run())
}

func start(t *testing.T, prefer string) *labd.Server {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s, err := labd.Start(exe, prefer)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPages(t *testing.T) {
	s := start(t, "")
	t.Setenv(lab.PagesEnv, s.Addr())
	urls := lab.Pages(3, time.Millisecond)
	for i, url := range urls {
		if lab.Fetch(url) != lab.Text(i) {
			t.Errorf("%s has another text", url)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("tcp", s.Addr()); err == nil {
		t.Error("it serves after Close")
	}
	again := start(t, s.Addr())
	defer again.Close()
	if again.Addr() != s.Addr() {
		t.Logf("another process took %s", s.Addr())
	}
}
