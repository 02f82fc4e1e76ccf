package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
)

// helpError says that -h was given; it carries what to print.
type helpError struct{ text string }

func (e helpError) Error() string { return e.text }

// newFlags makes the flag set of a command. It prints nothing by itself: a
// mistake is one line, written where all errors are.
func newFlags(name string) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.Usage = func() {}
	return fs
}

// parse parses flags that may stand before and after the arguments. What
// follows a lone -- is returned apart, untouched.
func parse(fs *flag.FlagSet, args []string) (rest, after []string, err error) {
	if i := slices.Index(args, "--"); i >= 0 {
		args, after = args[:i], args[i+1:]
	}
	for {
		if err := fs.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, nil, helpError{flagsText(fs)}
			}
			return nil, nil, flagError(fs, err)
		}
		if fs.NArg() == 0 {
			return rest, after, nil
		}
		rest, args = append(rest, fs.Arg(0)), fs.Args()[1:]
	}
}

// flagError is a mistake in a flag in our words.
func flagError(fs *flag.FlagSet, err error) error {
	text := err.Error()
	for old, new := range map[string]string{
		"flag provided but not defined: -": "no flag --",
		"flag needs an argument: -":        "no value for --",
		": parse error":                    "",
	} {
		text = strings.Replace(text, old, new, 1)
	}
	if name := fs.Name(); name != "" {
		return usagef("%s: %s; lapbook %s -h lists the flags", name, text, name)
	}
	return usagef("%s; lapbook -h lists the flags", text)
}

// flagsText is what -h prints.
func flagsText(fs *flag.FlagSet) string {
	c := find(fs.Name())
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n  %s\n", c.usage, c.summary)
	if c.name == "" {
		b.WriteString("  lapbook help lists the commands\n")
	}
	fs.VisitAll(func(f *flag.Flag) {
		value, usage := flag.UnquoteUsage(f)
		name := "--" + f.Name
		if len(f.Name) == 1 {
			name = "-" + f.Name
		}
		fmt.Fprintf(&b, "  %-22s %s\n", strings.TrimSpace(name+" "+value), usage)
	})
	return b.String()
}

// noArguments refuses arguments where a command takes none.
func noArguments(fs *flag.FlagSet, rest []string) error {
	if len(rest) > 0 {
		return usagef("%s: takes no argument", fs.Name())
	}
	return nil
}
