package runtime

import (
	"context"
	"errors"
	"fmt"
	"go/types"
	"io"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/engine/interpreted"
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
	// Export reads session variables as a graph of plain values, and where the
	// process is; exact tells that all of them are in it.
	Export(ctx context.Context, vars []*types.Var) (out interpreted.Exported, exact bool, err error)
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
	session  *Session
	start    func() (interpreter, error)
	interp   interpreter             // nil until needed, and after it was lost
	restored bool                    // interp has the state of the session, but for gone
	gone     map[types.Object]*entry // what only compiled runs have, since that cell
	acted    map[*source.Cell]*entry // cells that changed their process, which was not this one
}

func (l *live) Close() error {
	if l.interp == nil {
		return nil
	}
	err := l.interp.Close()
	l.interp = nil
	return err
}

// compiledElseAuto is wanted of scripts and of a cell that is to be measured: its first run is
// compiled, unless that would repeat what earlier cells wrote outside.
const compiledElseAuto = "compiled, else auto"

// exec runs a cell once. It sets the entry's engine when anything ran.
func (l *live) exec(ctx context.Context, e *entry, want string, fe Frontend) (*engine.RunResult, error) {
	if err := l.session.pages.needs(e.checked); err != nil {
		return nil, err
	}
	if want == "compiled" {
		return l.compiled(ctx, e, fe)
	}
	if want == compiledElseAuto {
		run, err := l.compiled(ctx, e, unasked{fe})
		if !errors.As(err, &replayRefused{}) {
			return run, err
		}
	}
	notices, refusal, err := l.refuses(ctx, e)
	if err != nil {
		return nil, err
	}
	var run *engine.RunResult
	switch {
	case refusal == nil:
		l.keepStart(ctx, e)
		run, err = l.interpreted(ctx, e, fe)
	case want == "interpreted" || l.session.engines.compiled == nil:
		return nil, refusal
	default:
		run, err = l.compiled(ctx, e, fe)
		notices = append(notices, "ran compiled: "+refusal.Message)
	}
	if run != nil {
		run.Notices = append(notices, run.Notices...)
	}
	return run, err
}

// refuses tells why a cell cannot run interpreted: a construct, or state that
// only compiled runs have.
func (l *live) refuses(ctx context.Context, e *entry) (notices []string, refusal *engine.CellError, err error) {
	if notices, err = l.restore(ctx, e); err != nil {
		return nil, nil, err
	}
	if what, owner := l.missing(e.checked); owner != nil {
		return notices, &engine.CellError{Kind: "refused", Cell: e.nb.ID, Message: fmt.Sprintf("%s lives only in compiled runs since %s", what, l.session.cellName(owner.nb))}, nil
	}
	return notices, l.interp.Refuses(e.checked), nil
}

// missing finds what a cell needs, itself or through earlier cells, and the live
// process does not have: an object, or a change of the process (its environment,
// a logger, goroutines left running). It tells in which cell that happened.
func (l *live) missing(c *source.Cell) (what string, owner *entry) {
	if len(l.gone) == 0 && len(l.acted) == 0 {
		return "", nil
	}
	for _, part := range append(l.session.slice(c), c) {
		if owner := l.acted[part]; owner != nil && part != c {
			return "what " + l.session.cellName(owner.nb) + " changed in its process", owner
		}
		for _, obj := range part.Uses {
			if owner := l.gone[obj]; owner != nil && owner.checked != c {
				return obj.Name(), owner
			}
		}
	}
	return "", nil
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
	l.interp, l.restored = i, false
	return nil
}

// interpreted runs a cell in the live process.
func (l *live) interpreted(ctx context.Context, e *entry, fe Frontend) (*engine.RunResult, error) {
	run, err := l.interp.Run(ctx, e.checked, Streams{Stdin: fe.Stdin(), Tag: e.nb.ID,
		Stdout: func(b []byte) { fe.Output("stdout", b) }, Stderr: func(b []byte) { fe.Output("stderr", b) }})
	e.engine = "interpreted"
	if err != nil {
		_ = l.Close()
		return run, err
	}
	l.has(e)
	return run, nil
}

// has notes that what a cell defines is in the live process.
func (l *live) has(e *entry) {
	delete(l.acted, e.checked)
	for _, obj := range e.checked.Defs {
		delete(l.gone, obj)
	}
}

// lacks notes that the live process does not have what a cell leaves.
func (l *live) lacks(e *entry) {
	if len(e.checked.ProcessEffects()) > 0 || e.checked.Background() {
		l.acted[e.checked] = e
	}
	for _, obj := range leaves(e.checked) {
		l.gone[obj] = e
	}
}

// leaves are the objects that have a new meaning or value after a cell.
func leaves(c *source.Cell) []types.Object {
	return append(append([]types.Object(nil), c.Defs...), c.Writes...)
}

// compiled runs the cell and the slice on which it depends in a process of its
// own, and hands plain values over to the live process.
func (l *live) compiled(ctx context.Context, e *entry, fe Frontend) (*engine.RunResult, error) {
	s := l.session
	if s.engines.compiled == nil {
		return nil, &engine.CellError{Kind: "refused", Message: "needs the Go toolchain: " + s.engines.missing, Cell: e.nb.ID}
	}
	slice := s.slice(e.checked)
	in := l.inputs(ctx, e.checked, slice)
	stuck := s.unrepeatable(e.checked, slice) != ""
	if stuck {
		e.inputs, e.place = in.graph, in.place
		if err := s.mayStart(e, slice); err != nil {
			return nil, err
		}
	}
	if in.graph == nil {
		if err := s.mayReplay(e, slice, fe); err != nil {
			return nil, err
		}
	}
	stop := s.engines.watch(fe, preparingStd)
	prog, err := s.engines.compiled.Prepare(ctx, engine.Unit{Slice: slice, Cell: e.checked})
	stop()
	if err != nil {
		return nil, err
	}
	defer prog.Close()
	spec := s.runSpec()
	spec.Values = engine.ValuesGraph
	spec.Stdin = fe.Stdin()
	spec.Stdout = func(b []byte) { fe.Output("stdout", b) }
	spec.Stderr = func(b []byte) { fe.Output("stderr", b) }
	spec.Inputs = in.graph
	if in.place != nil {
		spec.Dir, spec.Env = in.place.Dir, in.place.Env(spec.Env)
	}
	run, err := prog.Run(ctx, spec)
	if spec.Inputs != nil && !stuck && err != nil && run != nil && run.InSetup && s.mayReplay(e, slice, fe) == nil {
		in, spec.Inputs = inputs{}, nil // the cell has not begun
		spec.Dir, spec.Env = s.runSpec().Dir, s.runSpec().Env
		run, err = prog.Run(ctx, spec)
	}
	e.engine = "compiled"
	if in.flat {
		e.inputs = in.graph
	}
	if err != nil {
		return run, err
	}
	run.Notices = append(run.Notices, prog.Notices()...)
	l.handOver(ctx, e, run)
	return run, nil
}

// handOver gives the live process what a compiled run left: its plain values,
// and the functions and types of the cell. What cannot be given stays with
// compiled runs, which replay.
func (l *live) handOver(ctx context.Context, e *entry, run *engine.RunResult) {
	if run.Err != nil || e.checked.Script {
		return // its process is gone: nothing has a new value
	}
	if _, err := l.restore(ctx, e); err != nil {
		return
	}
	l.lacks(e)
	if l.interp.Refuses(e.checked) != nil || l.interp.Restore(ctx, e.checked, run.Graph) != nil {
		return
	}
	for _, obj := range leaves(e.checked) {
		_, isVar := obj.(*types.Var)
		if v, written := run.Written[obj.Name()]; !isVar || written && v.Plain {
			delete(l.gone, obj)
		}
	}
}

// restore runs the cells of the session again in a fresh process, for their
// state. Cells with outside effects are not run again but named; what compiled
// runs left, and what depends on that, is left to compiled runs.
func (l *live) restore(ctx context.Context, next *entry) (notices []string, err error) {
	if err := l.open(); err != nil || l.restored {
		return nil, err
	}
	l.restored, l.gone, l.acted = true, map[types.Object]*entry{}, map[*source.Cell]*entry{}
	replayed := 0
	for _, e := range l.session.entries {
		_, owner := l.missing(e.checked)
		switch {
		case e == next || e.failed && e.engine != "interpreted":
		case e.engine != "interpreted" || owner != nil:
			l.lacks(e)
		case l.session.wasCut(e.checked):
			l.lacks(e)
			notices = append(notices, fmt.Sprintf("%s was not run again: %s", l.session.cellName(e.nb), e.ended))
		case len(e.effects) > 0:
			l.lacks(e)
			notices = append(notices, fmt.Sprintf("%s writes outside and was not run again; %%run %d runs it", l.session.cellName(e.nb), e.index))
		default:
			if _, err := l.interp.Run(ctx, e.checked, Streams{Stdin: eof{}, Tag: e.nb.ID}); err != nil {
				l.interp = nil
				return notices, fmt.Errorf("%s, run again to restore the state: %w", l.session.cellName(e.nb), err)
			}
			l.has(e)
			replayed++
		}
	}
	if replayed > 0 {
		notices = append(notices, fmt.Sprintf("a new process: %s run again to restore the state", plural(replayed, "cell")))
	}
	return notices, nil
}
