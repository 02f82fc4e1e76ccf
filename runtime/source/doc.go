// Package source is the Go front end that every cell passes. It splits a text
// into magics and code, checks the code with go/types in the scope of the
// session, tells what a cell defines, uses and may write, and computes the
// slice of earlier cells on which a cell depends.
//
// # Names and objects
//
// All cells of a Scope belong to one *types.Package, "main". Types of two cells
// are the same type exactly when they are the same *types.Named; unexported
// fields and methods are visible across cells, as within one package.
//
// A session variable (var or := at the top level of a text), function, type or
// constant is a package-level object: obj.Parent() == obj.Pkg().Scope(). That
// scope is emptied for each check, so look nothing up in it; ask Scope.Owner.
// Inside statements and functions everything is as in Go.
//
// An object is the meaning of a name, not one piece of memory:
//
//   - A variable that is defined again with an identical type, a function that
//     is defined again with an identical signature, and a constant with the same
//     value keep their object. The new cell has it in Defs (and in Redefs), and
//     Info.Defs of the new identifier is the old object. Whatever was checked
//     against it, functions of earlier cells too, means the new definition from
//     then on; a function value keeps the functions that it was made with, and
//     a notice says so. obj.Pos() stays that of the first one;
//     the declaration that counts is the one in the last cell that has it in Defs.
//   - A type that is declared again in the same words, in which every name means
//     what it meant, stays the same type (in Defs and Redefs too), so that values
//     made before still fit when a cell is run again.
//   - In every other redefinition the name gets a new object. Functions and
//     methods of earlier cells that refer to the old one are checked again and
//     are in Rebinds: the new cell declares them, as if their text stood in it.
//     Their own objects stay (when the signature does), so who refers to them
//     needs nothing. A function that does not compile any more is not in
//     Rebinds; a notice says so, and a later cell that uses it, itself or
//     through others, is an error until it is mended. Function literals of
//     earlier cells keep the old object.
//   - A type of which something new is made under its name lives on for what
//     uses it; a notice says what that is.
//
// A method may be declared in a later cell than its type. It is then one of the
// methods of that type, and a method that is declared again replaces the one
// before: with the same signature it keeps its object, otherwise its callers are
// in Rebinds. These changes of a type happen in Accept.
//
// Running the statement x := e (or var x) makes a fresh variable, each time the
// statement is run: a pointer that an earlier cell took of x still points at the
// old one, while functions and function literals mean the new one.
//
// Parameters, receivers and results of a redefined function are the objects that
// Info.Defs has for the identifiers of the new declaration; the Vars inside the
// signature of a kept *types.Func belong to its first declaration. Use
// Cell.Signature for that of the declaration at hand.
//
// # A cell
//
// Decls are package-level declarations and see each other and all session
// variables in any order. Body runs in text order as the body of one function:
// := that reuses a name of the same cell assigns, plain return ends the cell,
// defer runs at its end, labels and goto work. A function may use a variable
// that Body defines; before the statement has run it has its zero value.
//
// A script (a text that begins with package main) is a program of its own: it
// sees nothing of the session and defines nothing in it.
package source
