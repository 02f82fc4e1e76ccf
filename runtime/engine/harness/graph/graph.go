// Package graph fingerprints, renders and carries the values of variables. It
// works on reflect values alone, so that both engines use it: struct fields are
// positional, and the type names of the two sides may differ. It imports only
// std: it is linked into every compiled cell.
package graph

import "reflect"

// Var is a variable. To be restored its Value must be settable.
type Var struct {
	Name  string
	Value reflect.Value
}
