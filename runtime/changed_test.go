package runtime

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestChangedPackage: a package that is edited while the session runs is used as it
// is now, which the next cell says; new names of it need a reset.
func TestChangedPackage(t *testing.T) {
	needGo(t)
	dir := t.TempDir()
	put := func(name, text string) {
		t.Helper()
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	put("go.mod", "module example.test/app\n\ngo 1.26\n")
	put("geo/geo.go", "package geo\n\nfunc Area() int { return 1 }\n")
	s := newSession(t, Config{Dir: dir})
	typed(t, s, "start := time.Now()", "import \"example.test/app/geo\"\ngeo.Area()")
	put("geo/geo.go", "package geo\n\nfunc Area() int { return 10 + 1 }\n")
	const said = "example.test/app/geo has changed: its new text is used from here on"
	for _, tt := range []struct{ code, value, notice string }{{"1 + 1", "2", ""}, {"geo.Area()", "11", said}, {"geo.Area() + 1", "12", ""}} {
		res := typed(t, s, tt.code)
		if told := strings.Contains(strings.Join(res.Notices, "\n"), said); res.Value != tt.value || told != (tt.notice != "") {
			t.Errorf("%s: %s; %q", tt.code, res.Value, res.Notices)
		}
	}
	put("geo/more.go", "package geo\n\nfunc More() int { return 5 }\n")
	if res := s.Do(context.Background(), "geo.More()", silent{})[0]; res.Error == nil || !strings.Contains(res.Error.Hint, "%reset and %run all take its new declarations") {
		t.Errorf("a new name: %v", res.Error)
	}
	s.Do(context.Background(), "%reset", silent{})
	if res := typed(t, s, "import \"example.test/app/geo\"\ngeo.More()"); res.Value != "5" {
		t.Errorf("after %%reset: %s, %v", res.Value, res.Error)
	}
}
