// Package runtime is the heart of lapbook: a Session holds a notebook and the
// process in which its cells live; a Plan says what is to be done with a cell;
// magics edit the Plan and the Session carries it out once.
//
// A cell goes one way: text → source.Check → the live engine (or a compiled
// run) → measure → evidence → bound.Classify → comparison → notebook.Result.
// Front ends hand text in and get Results back; they share nothing else.
//
// The name shadows Go's own package runtime: files that use both import the
// standard one as goruntime.
package runtime
