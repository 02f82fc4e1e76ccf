package main

import (
	"flag"
	"os"
	"strings"

	"github.com/lapbook/lapbook/repl/render"
)

// look is how text is drawn: --color and --ascii.
type look struct {
	color string
	ascii bool
}

func (l *look) register(fs *flag.FlagSet) {
	fs.StringVar(&l.color, "color", "auto", "auto, always or never")
	fs.BoolVar(&l.ascii, "ascii", false, "draw with ASCII only (automatic where the locale is not UTF-8)")
}

func (l *look) check() error {
	if _, err := render.Color(os.Stdout, l.color); err != nil {
		return usageError{err.Error()}
	}
	return nil
}

// options decides for one writer: fatih/color decides by standard output alone.
func (l *look) options(w *os.File) render.Options {
	color, _ := render.Color(w, l.color) // check has seen the mode
	return render.Options{ASCII: l.ascii || !utf8Locale(), Color: color}
}

// utf8Locale reads the locale as the C library does. None set means a modern
// minimal system (a container): UTF-8.
func utf8Locale() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := os.Getenv(name); v != "" {
			v = strings.ToLower(v)
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return true
}
