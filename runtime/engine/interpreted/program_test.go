package interpreted

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"runtime/debug"
	"testing"

	"github.com/lapbook/lapbook/runtime/host"
	"github.com/lapbook/lapbook/runtime/source"
	"github.com/lapbook/lapbook/runtime/source/lower"
)

// A test binary with this variable set runs the Go program that it names, as a
// process of its own, and exits as the program would.
const programVar = "LAPBOOK_TEST_PROGRAM"

func TestMain(m *testing.M) {
	debug.SetMaxStack(1 << 30) // as in a host
	host.ServeIfChild(map[string]host.Role{RoleName: Role})
	if name := os.Getenv(programVar); name != "" {
		os.Unsetenv(programVar)
		os.Exit(runProgram(name))
	}
	if args := os.Getenv(generatedVar); args != "" {
		os.Unsetenv(generatedVar)
		os.Exit(runGenerated(args))
	}
	os.Exit(m.Run())
}

// Exit statuses of runProgram that no test program uses.
const (
	exitRefused = 203
	exitCheck   = 204
)

// runProgram interprets a complete program.
func runProgram(name string) int {
	text, err := os.ReadFile(name)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return exitCheck
	}
	imp := source.EmbeddedImporter()
	c, errs := source.NewScope(imp).Check(source.Text{ID: filepath.Base(name), Index: 1, Code: string(text)})
	if errs != nil {
		fmt.Fprintln(os.Stderr, "check:", errs)
		return exitCheck
	}
	s := lower.NewSession(lower.Config{Importer: imp, Has: Has()})
	code, refusal := s.Lower(c)
	if refusal != nil {
		fmt.Fprintln(os.Stderr, "refused:", refusal)
		return exitRefused
	}
	if os.Getenv("LAPBOOK_TEST_EMIT") != "" {
		fmt.Println(code.Text)
		return 0
	}
	os.Args = []string{name}
	log.SetOutput(os.Stderr)
	out := New(Config{Symbols: Symbols}).Run(context.Background(), code, os.Stdout, os.Stderr, os.Stdin)
	if e := out.Err; e != nil {
		switch e.Kind {
		case "exit":
			return e.Code
		case "refused":
			fmt.Fprintln(os.Stderr, "refused at run time:", e)
			return exitRefused
		}
		fmt.Fprintln(os.Stderr, "panic:", e.Message)
		for _, f := range e.Frames {
			fmt.Fprintln(os.Stderr, "\t"+f)
		}
		return 2
	}
	return 0
}
