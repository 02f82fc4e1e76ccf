//go:build unix

package notebook

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestMain is also the child of the tests below: it saves until it is killed,
// or once with hardly any disk.
func TestMain(m *testing.M) {
	path, how, found := strings.Cut(os.Getenv("LAPBOOK_SAVE"), "|")
	if !found {
		os.Exit(m.Run())
	}
	if how == "full" {
		limit := unix.Rlimit{Cur: 4096, Max: 4096}
		if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &limit); err != nil {
			fmt.Println("cannot limit:", err)
			os.Exit(2)
		}
	}
	nb, err := Load(path)
	if err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
	c := nb.Add(Code, "big", "")
	for i := 0; ; i++ {
		c.Source = strings.Repeat(fmt.Sprintf("x = %d\n", i), 20000)
		err := nb.Save(path, nil)
		fmt.Println("saved", err)
		if err != nil || how == "full" {
			os.Exit(1)
		}
	}
}

func child(t *testing.T, path, how string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), "LAPBOOK_SAVE="+path+"|"+how)
	return cmd
}

// TestFullDisk holds that a save which cannot finish leaves the old file, no
// litter, and one clear line.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.md")
	write(t, path, "# A\n")
	out, err := child(t, path, "full").CombinedOutput()
	if exit := new(exec.ExitError); !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Fatalf("%v: %s", err, out)
	}
	if got := string(out); !strings.Contains(got, "file too large; nothing was changed on disk") || strings.Count(got, "\n") != 1 {
		t.Errorf("it said %q", got)
	}
	if got := read(t, path); got != "# A\n" {
		t.Errorf("the file became %.40q", got)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("litter: %v %v", entries, err)
	}
}

// TestKilledSave holds that a file is whole whenever its saver is killed.
func TestKilledSave(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.md")
	write(t, path, "# A\n")
	for range 5 {
		cmd := child(t, path, "kill")
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; n < 3 && lines.Scan(); n++ {
			if lines.Text() != "saved <nil>" {
				t.Errorf("the child said %q", lines.Text())
			}
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed
		nb, err := Load(path)
		if err != nil {
			t.Fatal(err)
		}
		text := nb.Find("big").Source
		if n := strings.Count(text, text[:strings.IndexByte(text, '\n')+1]); n != 20000 {
			t.Fatalf("half a file: %d lines of 20000", n)
		}
		nb.Remove(nb.Find("big"))
		if err := nb.Save(path, nil); err != nil {
			t.Fatal(err)
		}
	}
}
