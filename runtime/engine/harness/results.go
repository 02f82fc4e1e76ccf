//go:build unix

package harness

import (
	"reflect"

	"github.com/lapbook/lapbook/runtime/engine/harness/graph"
)

// Results reads and restores the variables of a program.
type Results struct {
	read    func(Program, Spec, *Report)
	restore func([]byte, []Var) error
}

// Values is for programs that have variables or a value.
func Values() *Results { return &Results{read: results, restore: restore} }

// results reads the value and the written variables. It runs after the clock.
func results(p Program, spec Spec, r *Report) {
	if p.Value != nil {
		values := p.Value()
		r.Value = graph.Show(values...)
		r.Table = graph.Table(values)
	}
	if spec.Values < 1 {
		return
	}
	vars := variables(p.Written)
	for _, v := range vars {
		hash, skipped := graph.Hash(v.Value)
		parts, n := graph.Parts(v.Value)
		r.Written = append(r.Written, Written{Name: v.Name, Type: v.Value.Type().String(), Hash: hash, Text: graph.Text(v.Value, textBytes), Why: skipped, Parts: parts, Len: n})
	}
	if spec.Values < 2 {
		return
	}
	data, refused := graph.Encode(vars)
	r.Graph = data
	for i := range r.Written {
		w := &r.Written[i]
		why, no := refused[w.Name]
		w.Plain = !no
		if no {
			w.Why = why
		}
	}
}

// Table is a value as a packed table, "" when it is none: what package lab asks
// for.
func Table(v any) string { return graph.Table([]any{v}) }

const textBytes = 2 << 10

func variables(list []Var) []graph.Var {
	var vars []graph.Var
	for _, v := range list {
		if p := reflect.ValueOf(v.pointer()); p.Kind() == reflect.Pointer && !p.IsNil() {
			vars = append(vars, graph.Var{Name: v.Name, Value: p.Elem()})
		}
	}
	return vars
}

// restore sets variables of earlier cells from a graph.
func restore(data []byte, inputs []Var) error { return graph.Restore(data, variables(inputs)) }

// Box takes the values of an expression, however many it has.
func Box(values ...any) []any { return values }

// New returns a pointer to a new variable with the value v.
func New[T any](v T) *T { return &v }
