package runtime

import (
	"context"
	"fmt"
	"go/types"
	"io"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/source"
)

// interpreter is the process in which cells live: it keeps the state of the
// session from cell to cell.
type interpreter interface {
	// Refuses tells why a cell cannot be interpreted, before anything runs.
	Refuses(c *source.Cell) *engine.CellError
	// Run runs a cell in the live state. An error means that the process is lost.
	Run(ctx context.Context, c *source.Cell, stdio Streams) (*engine.RunResult, error)
	// Restore sets session variables from a graph of plain values; the cell
	// that defines them becomes known without being run.
	Restore(ctx context.Context, c *source.Cell, graph []byte) error
	Close() error
}

// Streams are the standard streams of a live run.
type Streams struct {
	Stdin          io.Reader
	Stdout, Stderr func([]byte)
	Tag            string // the cell's id, for late output
}

// live runs cells for the session's state: interpreted where that is right,
// else compiled. State that only compiled runs have is rebuilt by replay.
type live struct {
	session *Session
	start   func() (interpreter, error)
	interp  interpreter           // nil until needed, and after it was lost
	have    map[*source.Cell]bool // cells whose state is in interp
}

func (l *live) Close() error {
	if l.interp == nil {
		return nil
	}
	err := l.interp.Close()
	l.interp, l.have = nil, nil
	return err
}

// exec runs a cell once. It sets the entry's engine when anything ran.
func (l *live) exec(ctx context.Context, e *entry, want string, fe Frontend) (*engine.RunResult, error) {
	if err := l.session.pages.needs(e.checked); err != nil {
		return nil, err
	}
	if want == "compiled" {
		return l.compiled(ctx, e, fe)
	}
	refusal, err := l.refuses(e)
	if err != nil {
		return nil, err
	}
	if refusal == nil {
		return l.interpreted(ctx, e, fe)
	}
	if want == "interpreted" || l.session.engines.compiled == nil {
		return nil, refusal
	}
	run, err := l.compiled(ctx, e, fe)
	if run != nil {
		run.Notices = append(run.Notices, "ran compiled: "+refusal.Message)
	}
	return run, err
}

// refuses tells why a cell cannot run interpreted: a construct, or state that
// only compiled runs have.
func (l *live) refuses(e *entry) (*engine.CellError, error) {
	if err := l.open(); err != nil {
		return nil, err
	}
	for _, obj := range e.checked.Uses {
		if owner := l.session.ownerOf(obj); owner != nil && owner.engine == "compiled" && !l.have[owner.checked] {
			if _, isType := obj.(*types.TypeName); !isType {
				return &engine.CellError{Kind: "refused", Message: fmt.Sprintf("%s lives only in compiled runs (%s)", obj.Name(), l.session.cellName(owner.nb)), Cell: e.nb.ID}, nil
			}
		}
	}
	return l.interp.Refuses(e.checked), nil
}

// open starts the interpreter when there is none.
func (l *live) open() error {
	if l.interp != nil {
		return nil
	}
	i, err := l.start()
	if err != nil {
		return fmt.Errorf("the process in which cells live does not start: %w", err)
	}
	l.interp, l.have = i, map[*source.Cell]bool{}
	return nil
}

// interpreted runs a cell in the live process, after the cells that were lost
// with an earlier process.
func (l *live) interpreted(ctx context.Context, e *entry, fe Frontend) (*engine.RunResult, error) {
	notices, err := l.restore(ctx, e)
	if err != nil {
		return nil, err
	}
	run, err := l.interp.Run(ctx, e.checked, Streams{Stdin: fe.Stdin(), Tag: e.nb.ID,
		Stdout: func(b []byte) { fe.Output("stdout", b) }, Stderr: func(b []byte) { fe.Output("stderr", b) }})
	e.engine = "interpreted"
	if err != nil {
		_ = l.Close()
		return run, err
	}
	if l.interp != nil {
		l.have[e.checked] = true
	}
	run.Notices = append(notices, run.Notices...)
	return run, nil
}

// compiled runs the cell and the slice on which it depends in a process of its
// own, and hands plain values over to the live process.
func (l *live) compiled(ctx context.Context, e *entry, fe Frontend) (*engine.RunResult, error) {
	s := l.session
	if s.engines.compiled == nil {
		return nil, &engine.CellError{Kind: "refused", Message: "needs the Go toolchain: " + s.engines.missing, Cell: e.nb.ID}
	}
	prog, err := s.engines.compiled.Prepare(ctx, engine.Unit{Slice: s.slice(e.checked), Cell: e.checked})
	if err != nil {
		return nil, err
	}
	defer prog.Close()
	spec := s.runSpec()
	spec.Values = engine.ValuesGraph
	spec.Stdin = fe.Stdin()
	spec.Stdout = func(b []byte) { fe.Output("stdout", b) }
	spec.Stderr = func(b []byte) { fe.Output("stderr", b) }
	run, err := prog.Run(ctx, spec)
	e.engine = "compiled"
	if err != nil {
		return run, err
	}
	run.Notices = append(run.Notices, prog.Notices()...)
	l.handOver(ctx, e, run)
	return run, nil
}

// handOver gives the values of a compiled run to the live process when all of
// them are plain. What is not stays with compiled runs, which replay.
func (l *live) handOver(ctx context.Context, e *entry, run *engine.RunResult) {
	if run.Err != nil || len(run.Graph) == 0 || l.open() != nil {
		return
	}
	for _, v := range run.Written {
		if !v.Plain {
			return
		}
	}
	if l.interp.Refuses(e.checked) != nil {
		return // its functions cannot be interpreted
	}
	if l.interp.Restore(ctx, e.checked, run.Graph) == nil {
		l.have[e.checked] = true
	}
}

// restore replays, in a fresh process, the cells that the lost one had. Cells
// with outside effects are not replayed but named.
func (l *live) restore(ctx context.Context, next *entry) (notices []string, err error) {
	replayed := 0
	for _, e := range l.session.entries {
		if l.have[e.checked] || e.engine != "interpreted" || e == next {
			continue
		}
		if len(e.effects) > 0 {
			notices = append(notices, fmt.Sprintf("%s writes outside and was not run again; %%run %d runs it", l.session.cellName(e.nb), e.index))
			continue
		}
		if e.failed {
			continue
		}
		if _, err := l.interp.Run(ctx, e.checked, Streams{Stdin: eof{}, Tag: e.nb.ID}); err != nil {
			return notices, fmt.Errorf("%s, run again to restore the state: %w", l.session.cellName(e.nb), err)
		}
		l.have[e.checked] = true
		replayed++
	}
	if replayed > 0 {
		notices = append(notices, fmt.Sprintf("a new process: %s run again to restore the state", plural(replayed, "cell")))
	}
	return notices, nil
}

// ownerOf is the entry that defines an object last.
func (s *Session) ownerOf(obj types.Object) *entry {
	c := s.scope.Owner(obj)
	for _, e := range s.entries {
		if e.checked == c {
			return e
		}
	}
	return nil
}
