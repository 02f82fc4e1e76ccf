package lab_test

import (
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lapbook/lapbook/stdlib/lab"
)

func TestFetchPages(t *testing.T) {
	urls := lab.Pages(20, 0)
	seen := map[string]bool{}
	for i, url := range urls {
		text := lab.Fetch(url)
		if text != lab.Text(i) || text != lab.Fetch(url) {
			t.Errorf("%s: the text varies", url)
		}
		if n := len(strings.Fields(text)); n < 200 || n > 402 {
			t.Errorf("%s has %d words", url, n)
		}
		seen[text] = true
	}
	if len(seen) != len(urls) {
		t.Errorf("%d pages have %d texts", len(urls), len(seen))
	}
	if again := lab.Pages(20, 0); !slices.Equal(urls, again) {
		t.Error("the URLs vary")
	}
}

// The texts are part of recorded results.
func TestText(t *testing.T) {
	if got, want := lab.Text(0)[:44], "Page 0\n\nAre let its same mind.\nStand from th"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestFetchPanics(t *testing.T) {
	page := lab.Pages(1, 0)[0]
	for url, want := range map[string]string{
		page + "x":            "404 Not Found",
		page[:len(page)-1]:    "404 Not Found",
		"http://127.0.0.1:1/": "connection refused",
		"nonsense":            "unsupported protocol",
	} {
		func() {
			defer func() {
				r, _ := recover().(error)
				if r == nil || !strings.HasPrefix(r.Error(), "lab.Fetch: ") || !strings.Contains(r.Error(), want) {
					t.Errorf("Fetch(%q) panics with %v, want %q", url, r, want)
				}
			}()
			lab.Fetch(url)
		}()
	}
}

func TestServe(t *testing.T) {
	hits := 0
	url := lab.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits++
		fmt.Fprint(w, "at ", r.URL.Path)
	}))
	if got := lab.Fetch(url + "/x"); got != "at /x" || hits != 1 {
		t.Errorf("got %q, %d hits", got, hits)
	}
}

func TestSite(t *testing.T) {
	base := lab.Serve(lab.Site{Delay: time.Millisecond, Places: 2, Size: 5000})
	if a, b := lab.Fetch(base+"/a"), lab.Fetch(base+"/a"); a != b || len(a) != 5000 {
		t.Errorf("%d and %d bytes", len(a), len(b))
	}
	if lab.Fetch(base) == "" || lab.Fetch(base+"/x/y?z") == "" {
		t.Error("not every path is served")
	}
}

func TestTasks(t *testing.T) {
	var order []int
	lab.Each([]string{"a", "b"}, func(i int, s string) { order = append(order, i+len(s)) })
	lab.Go(func() { order = append(order, 3) }, func() { order = append(order, 4) })
	if want := []int{1, 2, 3, 4}; !slices.Equal(order, want) {
		t.Errorf("order %v, want %v", order, want)
	}
	var calls atomic.Int64
	lab.Use(func(n int, task func(int)) {
		for i := range n {
			calls.Add(1)
			task(n - 1 - i)
		}
	})
	defer lab.Use(nil)
	got := lab.Map([]int{1, 2, 3}, func(x int) string { return fmt.Sprint(x * x) })
	if want := []string{"1", "4", "9"}; !slices.Equal(got, want) || calls.Load() != 3 {
		t.Errorf("%v in %d calls, want %v", got, calls.Load(), want)
	}
}

func TestFiles(t *testing.T) {
	have, err := fs.Glob(lab.Files, "*.go")
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && name != "files.go" {
			want = append(want, name)
		}
	}
	if !slices.Equal(have, want) {
		t.Errorf("Files holds %v, the package is %v", have, want)
	}
}

func TestGoFiles(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("needs the Go toolchain (https://go.dev/dl)")
	}
	ten := lab.GoFiles(10)
	if len(ten) != 10 || !slices.Equal(ten, lab.GoFiles(20)[:10]) {
		t.Errorf("GoFiles(10) = %v", ten)
	}
}
