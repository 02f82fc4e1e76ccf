package interpreted

import (
	"context"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/lapbook/lapbook/runtime/engine/harness/graph"
	"github.com/lapbook/lapbook/runtime/engine/interpreted/rt"
	"github.com/lapbook/lapbook/runtime/host"
	"github.com/lapbook/lapbook/runtime/source/lower"
)

// Operations that hand values over between engines.
const (
	opRestore = "restore"
	opExport  = "export"
)

// restoreRequest defines what a cell defines without running it, and sets the
// variables that are in the graph.
type restoreRequest struct {
	Code  *lower.Code `json:"code"`
	Graph []byte      `json:"graph"`
}

// exportRequest asks for variables as a graph.
type exportRequest struct {
	Slots []lower.Slot `json:"slots"`
}

// Exported is a graph of plain variables (package harness/graph), and why the
// others are not in it.
type Exported struct {
	Graph   []byte            `json:"graph"`
	Refused map[string]string `json:"refused,omitempty"`
	Place   Place             `json:"place"`
}

// Place is where the process of the cells is, after what they did to it.
type Place struct {
	Dir   string            `json:"dir"`             // its working directory, "" when that is gone
	Set   map[string]string `json:"set,omitempty"`   // of the environment, since it started
	Unset []string          `json:"unset,omitempty"` // from it
}

// place compares the environment with that at the start.
func place(start []string) Place {
	var p Place
	p.Dir, _ = os.Getwd()
	was := map[string]string{}
	for _, kv := range start {
		name, value, _ := strings.Cut(kv, "=")
		was[name] = value
	}
	for _, kv := range os.Environ() {
		name, value, _ := strings.Cut(kv, "=")
		if old, ok := was[name]; !ok || old != value {
			if p.Set == nil {
				p.Set = map[string]string{}
			}
			p.Set[name] = value
		}
		delete(was, name)
	}
	for name := range was {
		p.Unset = append(p.Unset, name)
	}
	return p
}

// Env is an environment with the changes that cells made.
func (p Place) Env(env []string) []string {
	var out []string
	for _, kv := range env {
		name, _, _ := strings.Cut(kv, "=")
		if _, again := p.Set[name]; !again && !slices.Contains(p.Unset, name) {
			out = append(out, kv)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Set)) {
		out = append(out, name+"="+p.Set[name])
	}
	return out
}

// Restore makes what a cell defines known to a host without running the cell,
// and sets variables from the graph of a compiled run.
func Restore(ctx context.Context, h *host.Host, code *lower.Code, data []byte) error {
	_, err := h.Call(ctx, opRestore, restoreRequest{code, data}, nil, host.Output{})
	return err
}

// Export reads variables of a host.
func Export(ctx context.Context, h *host.Host, slots []lower.Slot) (Exported, error) {
	var e Exported
	_, err := h.Call(ctx, opExport, exportRequest{slots}, &e, host.Output{})
	return e, err
}

// Restore is the host's side of Restore.
func (i *Interp) Restore(code *lower.Code, data []byte, stdout, stderr, stdin *os.File) error {
	c := rt.NewCell(i.session, code, i.symbol, stdout, stderr, stdin)
	c.InitOnly()
	p, err := i.compile(c, code)
	if err != nil {
		return err
	}
	if _, err := p.y.Execute(p.p); err != nil {
		return fmt.Errorf("defining what cell %s defines: %w", code.Cell, err)
	}
	c.Finish()
	if len(data) == 0 {
		return nil
	}
	return graph.Restore(data, i.variables(code.Slots))
}

// Export is the host's side of Export.
func (i *Interp) Export(slots []lower.Slot) Exported {
	data, refused := graph.Encode(i.variables(slots))
	for _, s := range slots {
		if _, ok := i.session.Variable(s.ID); !ok {
			refused[s.Name] = "it has no value yet"
		}
	}
	return Exported{Graph: data, Refused: refused}
}

// variables are the variables in slots. Of two with one name, of which the
// later hides the earlier, it is the new one.
func (i *Interp) variables(slots []lower.Slot) []graph.Var {
	at := map[string]int{}
	var vars []graph.Var
	for _, s := range slots {
		p, ok := i.session.Variable(s.ID)
		if !ok {
			continue
		}
		v := graph.Var{Name: s.Name, Value: reflect.ValueOf(p).Elem()}
		if k, twice := at[s.Name]; twice {
			if s.New {
				vars[k] = v
			}
			continue
		}
		at[s.Name] = len(vars)
		vars = append(vars, v)
	}
	return vars
}
