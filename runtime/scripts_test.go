package runtime

import (
	"context"
	"flag"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/lapbook/lapbook/runtime/notebook"
	"github.com/rogpeppe/go-internal/txtar"
)

var scriptCount = flag.Int("scripts", 4, "scripts of testdata/scripts.txtar that are run; 0 = all")

// TestScripts runs scripts as lapbook run does: flags, standard input, servers,
// child processes, signals, embedded files, initialisation, exits and panics. What
// is wanted was recorded from the go command's own builds.
func TestScripts(t *testing.T) {
	needGo(t)
	a, err := txtar.ParseFile(filepath.Join("testdata", "scripts.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	files, names := map[string]map[string]string{}, []string(nil)
	for _, f := range a.Files {
		name, part, _ := strings.Cut(f.Name, "/")
		if files[name] == nil {
			files[name] = map[string]string{}
			names = append(names, name)
		}
		files[name][part] = string(f.Data)
	}
	if *scriptCount > 0 {
		rand.New(rand.NewPCG(26, 2)).Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		names = names[:min(*scriptCount, len(names))]
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) { runScript(t, files[name]) })
	}
}

// signalled are the statuses of scripts that a signal ends, as os.ProcessState
// and shells' tables have them.
var signalled = map[string]int{"SIGKILL": -9, "SIGINT": -2, "SIGTERM": -15, "SIGHUP": -1, "SIGPIPE": -13}

func runScript(t *testing.T, parts map[string]string) {
	dir := t.TempDir()
	for _, name := range []string{"prog.go", "data.txt"} {
		if text, ok := parts[name]; ok {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	book, err := notebook.Load(filepath.Join(dir, "prog.go"))
	if err != nil {
		t.Fatal(err)
	}
	s := newSession(t, Config{Dir: dir, Args: strings.Fields(parts["args"]), Timeout: 2 * time.Minute, Repeat: "yes"})
	s.Adopt(book, filepath.Join(dir, "prog.go"))
	out := &typedIn{stdin: strings.NewReader(parts["stdin"])}
	res := s.RunCell(context.Background(), book.CodeCells()[0], out)
	code, want := 0, 0
	if res.Error != nil {
		code = res.Error.Code
		if n, ok := signalled[res.Error.Signal]; ok {
			code = n
		}
	}
	if text := strings.TrimSpace(parts["exit"]); text != "" {
		if want, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	if got := out.stdout.String(); strings.TrimSuffix(got, "\n") != strings.TrimSuffix(parts["want"], "\n") || code != want {
		t.Errorf("stdout %.300q, want %.300q; status %d, want %d: %v", got, parts["want"], code, want, res.Error)
	}
}

// typedIn is a front end with standard input.
type typedIn struct {
	printedText
	stdin io.Reader
}

func (f *typedIn) Stdin() io.Reader { return f.stdin }
