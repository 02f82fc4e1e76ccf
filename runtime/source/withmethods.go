package source

import "go/types"

// WithMethods calls f while the types of earlier cells have the methods that
// this cell declares on them, as Accept will leave them. Instances of generic
// types among known, types that the caller keeps, have them too. Not safe for concurrent
// use with checks in the same Scope.
func (c *Cell) WithMethods(known []types.Type, f func()) {
	c.scope.known = known
	for _, ch := range c.changes {
		before := methods(ch.named)
		defer setMethods(ch.named, before)
		setMethods(ch.named, withMethod(before, ch.method, method(ch.named, ch.method.Name())))
		defer c.scope.giveInstances(ch.named, c)()
	}
	f()
}
