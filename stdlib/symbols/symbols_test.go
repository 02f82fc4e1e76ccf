package symbols_test

import (
	"fmt"
	"log"
	"math"
	"net/http"
	"os"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/traefik/yaegi/interp"

	"github.com/lapbook/lapbook/stdlib"
	"github.com/lapbook/lapbook/stdlib/symbols"
)

func TestEveryPackage(t *testing.T) {
	// The rest has nothing that can be a symbol, or is not linked; see the generator.
	without := []string{"plugin", "runtime/cgo", "runtime/race", "time/tzdata", "unsafe"}
	for _, path := range stdlib.Paths() {
		if got, want := symbols.Of(path) == nil, slices.Contains(without, path); got != want {
			t.Errorf("Of(%q) == nil is %v", path, got)
		}
	}
}

func TestKinds(t *testing.T) {
	value := func(path, name string) reflect.Value {
		v, ok := symbols.Of(path)[name]
		if !ok {
			t.Fatalf("%s.%s is missing", path, name)
		}
		return v
	}
	if f, ok := value("fmt", "Sprint").Interface().(func(...any) string); !ok || f(1) != "1" {
		t.Error("fmt.Sprint is not the function")
	}
	if v := value("os", "Args"); !v.CanSet() || v.Len() != len(os.Args) {
		t.Error("os.Args is not the variable")
	}
	if got := value("time", "Second").Interface(); got != any(time.Second) {
		t.Errorf("time.Second = %v", got)
	}
	if got := value("log", "Logger").Type(); got != reflect.TypeFor[*log.Logger]() {
		t.Errorf("log.Logger is %v", got)
	}
	if got := value("io", "_Reader").Type().Elem().NumField(); got != 2 {
		t.Errorf("the wrapper of io.Reader has %d fields", got)
	}
	if _, ok := symbols.Of("slices")["Sort"]; ok || !slices.Contains(symbols.Generic("slices"), "Sort") {
		t.Error("slices.Sort should be listed as generic")
	}
}

// The tables say the same as a compiled program, seen by the interpreter.
func TestInterpreter(t *testing.T) {
	tests := []struct {
		imports, expr string
		want          any
	}{
		{"math", `math.MaxUint64 / 2 - math.MaxInt64 + math.MinInt64/2`, math.MinInt64 / 2},
		{"math", `math.Pi`, math.Pi},
		{"math", `math.MaxFloat64`, math.MaxFloat64},
		{"math", `math.SmallestNonzeroFloat64`, math.SmallestNonzeroFloat64},
		{"net/http", `http.MethodGet + http.StatusText(http.StatusTeapot)`, "GETI'm a teapot"},
		{"math/rand/v2", `rand.New(rand.NewPCG(1, 2)).IntN(1000) >= 0`, true},
		{"strings", `strings.ContainsFunc("a1", func(r rune) bool { return r == '1' })`, true},
		{"time", `(90 * time.Minute).String()`, "1h30m0s"},
		{"os", `os.PathSeparator == '/' || os.PathSeparator == '\\'`, true},
	}
	for _, test := range tests {
		i := interp.New(interp.Options{})
		key := test.imports + "/" + stdlib.Name(test.imports)
		if err := i.Use(interp.Exports{key: symbols.Of(test.imports), ".": {"MapTypes": reflect.ValueOf(symbols.MapTypes())}}); err != nil {
			t.Fatal(err)
		}
		if _, err := i.Eval(fmt.Sprintf("import %q", test.imports)); err != nil {
			t.Fatal(err)
		}
		got, err := i.Eval(test.expr)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(test.want) {
			t.Errorf("%s = %v, %v; want %v", test.expr, got, err, test.want)
		}
	}
}

// An interpreted handler and an interpreted Stringer are seen by compiled code.
func TestWrappers(t *testing.T) {
	i := interp.New(interp.Options{})
	exports := interp.Exports{".": {"MapTypes": reflect.ValueOf(symbols.MapTypes())}}
	for _, path := range []string{"fmt", "io", "strings", "sort"} {
		// A key that is not exactly "fmt/fmt" spares yaegi's own overrides.
		exports[path+"/./"+path] = symbols.Of(path)
	}
	if err := i.Use(exports); err != nil {
		t.Fatal(err)
	}
	const src = `
import ("fmt"; "io"; "sort"; "strings")
type temp float64
func (t temp) String() string { return fmt.Sprintf("%.1f°", float64(t)) }
type upper struct{ r io.Reader }
func (u upper) Read(p []byte) (int, error) { n, err := u.r.Read(p); copy(p, strings.ToUpper(string(p[:n]))); return n, err }
type byLen []string
func (b byLen) Len() int { return len(b) }
func (b byLen) Less(i, j int) bool { return len(b[i]) < len(b[j]) }
func (b byLen) Swap(i, j int) { b[i], b[j] = b[j], b[i] }
func test() string {
	b, _ := io.ReadAll(upper{strings.NewReader("abc")})
	words := byLen{"ccc", "a", "bb"}
	sort.Sort(words)
	return fmt.Sprint(temp(21.55), " ", string(b), " ", []string(words))
}
`
	if _, err := i.Eval(src); err != nil {
		t.Fatal(err)
	}
	got, err := i.Eval("test()")
	if err != nil || got.String() != "21.6° ABC [a bb ccc]" {
		t.Errorf("%v, %v", got, err)
	}
}

func TestExits(t *testing.T) {
	var code int
	for path, name := range map[string]string{"os": "Exit", "syscall": "Exit"} {
		m := symbols.Of(path)
		symbols.Exits(path, m, func(c int) { code = c })
		m[name].Interface().(func(int))(3)
		if code != 3 {
			t.Errorf("%s.%s does not call exit", path, name)
		}
		code = 0
	}
	if _, same := symbols.Of("os")["Exit"].Interface().(func(int)); !same {
		t.Error("os.Exit has another type")
	}
}

func TestIsolate(t *testing.T) {
	old := http.DefaultServeMux
	defer func() { http.DefaultServeMux = old }()
	symbols.Isolate()
	at := func(path string) string {
		req, err := http.NewRequest("GET", path, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, pattern := http.DefaultServeMux.Handler(req)
		return pattern
	}
	if got := at("/debug/pprof/heap"); got != "" {
		t.Errorf("/debug/pprof/heap is handled by %q before the import", got)
	}
	for range 2 {
		symbols.Of("net/http/pprof")
		symbols.Of("expvar")
	}
	if at("/debug/pprof/heap") == "" || at("/debug/vars") == "" {
		t.Error("importing registers nothing")
	}
}

func BenchmarkOf(b *testing.B) {
	for _, path := range []string{"fmt", "net/http", "syscall"} {
		b.Run(path, func(b *testing.B) {
			for b.Loop() {
				symbols.Of(path)
			}
		})
	}
}
