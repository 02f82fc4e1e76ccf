package runtime

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/lapbook/lapbook/runtime/engine/interpreted"
	"github.com/lapbook/lapbook/runtime/host"
	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
	"github.com/lapbook/lapbook/runtime/source"
)

// waitDelay bounds how long a finished child's pipes are waited for.
const waitDelay = 2 * time.Second

// Config says how a Session runs cells. Zero values are the defaults.
type Config struct {
	Dir     string            // where cells start; "" is the front end's directory
	Engine  string            // "auto" (default), "interpreted" or "compiled"
	Timeout time.Duration     // of one live run; 0 is none
	Budget  time.Duration     // of measuring one cell; 0 is 30 s
	Repeat  string            // may outside writes be repeated: "" asks, "once" or "yes"
	Memory  int64             // cap in bytes of a cell's process; 0 is 75% of the machine
	Params  map[string]string // values for the cell tagged "parameters"
	Args    []string          // arguments of a script
	Journal string            // file that keeps unsaved cells; "" keeps none
	Draw    notebook.Draw     // how a saved notebook shows a result; nil shows outputs only
}

// Session holds a notebook and the process in which its cells live. Its methods
// are called one at a time.
type Session struct {
	cfg        Config
	book       *notebook.Notebook
	path       string // of the notebook's file; "" when it has none yet
	dirty      bool   // the notebook changed since it was saved or opened
	rejected   string // the cell that was typed last, when nothing of it could run
	scope      *source.Scope
	imp        source.Importer // modules, as what checks cells
	modules    *source.Modules
	fe         Frontend // of the cell that runs; nil between cells
	live       *live
	wardens    host.Pool
	lateMu     sync.Mutex // guards what follows, which the host's goroutines use
	lateOutput []lateOutput
	onLate     func(stream string, b []byte)
	engines    engines
	pages      pages
	pprof      pprofState
	entries    []*entry // cells that ran, in the order of their last run
	failures   map[*source.Cell]*failed
	changedPkg changedPackages
	profile    bool // %profile on
	asked      bool // a cell of magics runs: it is their record, and no other cell's
	target     time.Duration
	lastShow   *notebook.Result // what %more prints
	journal    *notebook.Journal
	journalErr error
	notices    []string // for the next result
}

// entry is a cell that ran, with what the session knows of it.
type entry struct {
	nb            *notebook.Cell
	checked       *source.Cell
	index         int
	engine        string // of the run whose state the session keeps
	runNS         int64
	bench         *bench              // timed runs of its text, or nil
	facts         *facts              // evidence and verdict of its text, or nil
	compared      *measure.Comparison // the last of its text, or nil
	magics        []string
	cpuProfile    []byte
	heapProfile   []byte
	trace         evidenceTrace
	effects       []source.Effect
	repeats       int                // measured runs that wrote outside again
	repeated      int                // outside writes of earlier cells that its run repeated
	inputs        []byte             // the values that its first run was given; nil when the slice is replayed
	place         *interpreted.Place // where it began, when its inputs need that
	failed        bool               // its last run ended with an error
	sample        measure.Sample     // of that run; WallNS 0 when its process was lost
	ended         string             // why it did not end by itself, "" when it did
	isInterpreted bool               // facts are of interpreted runs
}

// New starts a session with an empty notebook.
func New(cfg Config) (*Session, error) {
	if cfg.Engine == "" {
		cfg.Engine = "auto"
	}
	if cfg.Budget == 0 {
		cfg.Budget = 30 * time.Second
	}
	if cfg.Dir == "" {
		dir, err := os.Getwd()
		if err != nil {
			return nil, fmt.Errorf("working directory: %w", err)
		}
		cfg.Dir = dir
	}
	s := &Session{cfg: cfg, book: notebook.New(), failures: map[*source.Cell]*failed{}}
	if err := s.start(); err != nil {
		return nil, err
	}
	return s, nil
}

// Close ends every process of the session.
func (s *Session) Close() error {
	return errors.Join(s.live.Close(), s.wardens.Close(), s.modules.Close(), s.engines.Close(), s.pages.Close(), s.pprof.Close(), s.closeJournal())
}

// Next is the number that the next code cell gets.
func (s *Session) Next() int {
	n := 1
	for _, c := range s.book.CodeCells() {
		if !c.MagicOnly() {
			n++
		}
	}
	return n
}

// Notebook is the document; front ends read it and do not change it.
func (s *Session) Notebook() *notebook.Notebook { return s.book }

// Path is the file of the notebook, or "".
func (s *Session) Path() string { return s.path }

// last is the code cell that ran last, or nil.
func (s *Session) last() *entry {
	if len(s.entries) == 0 {
		return nil
	}
	return s.entries[len(s.entries)-1]
}

func (s *Session) lastProfiled() *entry {
	for i := len(s.entries) - 1; i >= 0; i-- {
		if e := s.entries[i]; len(e.cpuProfile) > 0 || len(e.heapProfile) > 0 {
			return e
		}
	}
	return nil
}

// entryOf finds the entry of a notebook cell, or nil.
func (s *Session) entryOf(c *notebook.Cell) *entry {
	for _, e := range s.entries {
		if e.nb == c {
			return e
		}
	}
	return nil
}

// resolve makes a path absolute: files are named from the front end's own
// directory, wherever cells start.
func (s *Session) resolve(name string) string {
	abs, err := filepath.Abs(name)
	if err != nil || name == "" {
		return name // the directory is gone; opening the file says so
	}
	return abs
}

// targetOf says whether a wall time meets the target, nil without one.
func (s *Session) targetOf(id string, wall int64, model string) *measure.Target {
	if s.target == 0 {
		return nil
	}
	return &measure.Target{Of: id, WallNS: int64(s.target), TookNS: wall, Model: model, Met: wall <= int64(s.target)}
}

// Interrupted tells a cancelled wait from a failure.
func interrupted(ctx context.Context) bool { return errors.Is(ctx.Err(), context.Canceled) }

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
