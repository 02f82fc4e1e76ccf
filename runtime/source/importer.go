package source

import (
	"fmt"
	"go/token"
	"go/types"
	"sync"

	"github.com/lapbook/lapbook/stdlib"
)

// An Importer finds the types of packages. It may be shared by several scopes.
type Importer interface {
	// Import returns the complete package of the import path. The error text is
	// shown behind `could not import path`.
	types.Importer
}

// EmbeddedImporter returns an importer of the standard library and of lab that
// needs no toolchain. Export data is unpacked package by package, on demand.
func EmbeddedImporter() Importer {
	fset := token.NewFileSet()
	return &lockedImporter{imp: stdlib.Importer(fset, nil)}
}

// lockedImporter lets several scopes share an importer of go/importer, which is
// not safe for concurrent use.
type lockedImporter struct {
	mu  sync.Mutex
	imp types.Importer
}

func (l *lockedImporter) Import(path string) (p *types.Package, err error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	defer func() {
		// Broken export data must not end the session.
		if r := recover(); r != nil {
			p, err = nil, fmt.Errorf("unreadable export data of %s: %v", path, r)
		}
	}()
	if p, err = l.imp.Import(path); err == nil && path == "runtime/cgo" {
		addIncomplete(p)
	}
	return p, err
}

// addIncomplete declares cgo.Incomplete, which the embedded export data lacks
// because it is that of a standard library without C.
func addIncomplete(p *types.Package) {
	if p.Scope().Lookup("Incomplete") != nil {
		return
	}
	name := types.NewTypeName(token.NoPos, p, "Incomplete", nil)
	blank := types.NewField(token.NoPos, p, "_", types.NewStruct(nil, nil), false)
	types.NewNamed(name, types.NewStruct([]*types.Var{blank}, nil), nil)
	p.Scope().Insert(name)
}
