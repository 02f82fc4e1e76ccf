package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// Exit statuses of the contract.
const (
	exitOK          = 0
	exitFailed      = 1 // a cell failed or was refused
	exitUsage       = 2
	exitDifferent   = 3 // check found a difference
	exitInterrupted = 130
)

// stdio is what a command reads and writes: results on out, progress and
// notices on err.
type stdio struct {
	in  *os.File
	out *os.File
	err *os.File
}

// command is a row of the table from which usage comes.
type command struct {
	name    string
	usage   string
	summary string
	run     func(ctx context.Context, args []string, std stdio) (int, error)
}

func commands() []command {
	return []command{
		{"", "lapbook [FILE]", "a session; opening a notebook runs nothing", replCommand},
		{"run", "lapbook run [flags] FILE|- [-- args]", "run all cells of a notebook or a script", runCommand},
		{"replay", "lapbook replay [flags] FILE", "step through a notebook, recorded beside live", replayCommand},
		{"check", "lapbook check [flags] FILE…", "run again and compare with what is recorded", checkCommand},
		{"tour", "lapbook tour", "three minutes of it; no network, no files", tourCommand},
		{"show", "lapbook show [flags] FILE", "print what is recorded; runs nothing", showCommand},
		{"convert", "lapbook convert IN OUT", "between .md, .ipynb, .go and .html; runs nothing", convertCommand},
		{"doctor", "lapbook doctor", "what works on this machine and what to install", doctorCommand},
		{"help", "lapbook help", "this text", helpCommand},
	}
}

// usageError is a mistake in the command line: exit status 2.
type usageError struct{ msg string }

func (e usageError) Error() string { return e.msg }

func usagef(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

// run is the program as a function of its arguments and streams. Errors are
// written here and nowhere else.
func run(args []string, std stdio) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	name, rest := "", args
	if len(args) > 0 && find(args[0]) != nil && args[0] != "" {
		name, rest = args[0], args[1:]
	}
	status, err := find(name).run(ctx, rest, std)
	var usage usageError
	var help helpError
	switch {
	case errors.As(err, &help):
		fmt.Fprint(std.out, help.text)
		return exitOK
	case errors.As(err, &usage):
		fmt.Fprintln(std.err, "lapbook:", err)
		return exitUsage
	case err != nil:
		fmt.Fprintln(std.err, "lapbook:", err)
		return max(status, exitFailed)
	}
	return status
}

func find(name string) *command {
	for _, c := range commands() {
		if c.name == name {
			return &c
		}
	}
	return nil
}

func helpCommand(_ context.Context, _ []string, std stdio) (int, error) {
	fmt.Fprint(std.out, helpText())
	return exitOK, nil
}

func helpText() string {
	var b strings.Builder
	b.WriteString("lapbook is a Go notebook for making code fast on purpose.\n\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "  %-38s %s\n", c.usage, c.summary)
	}
	b.WriteString("\nExit status: 0 ok · 1 a cell failed or was refused · 2 usage\n")
	b.WriteString("             3 check found a difference · 130 interrupted\n")
	return b.String()
}
