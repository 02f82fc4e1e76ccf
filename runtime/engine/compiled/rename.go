package compiled

import (
	"fmt"
	"go/ast"
	"go/types"
	"strconv"
	"strings"
)

// rename edits every identifier whose object has another name in the program,
// and notes which imports are used: the others are dropped. What the statements'
// own edits replaced is not looked at.
func (w *cellWriter) rename() {
	selected := map[*ast.Ident]bool{}
	eachNode(w.cell, func(n ast.Node) {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			selected[sel.Sel] = true
		}
	})
	inDecl := map[*ast.Ident]bool{}
	for _, d := range w.cell.Decls {
		ast.Inspect(d, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				inDecl[id] = true
			}
			return true
		})
	}
	replaced := append([]edit(nil), w.edits...)
	eachIdent(w.cell, func(id *ast.Ident) {
		obj := object(w.cell, id)
		if obj == nil || covers(replaced, w.offset(id.Pos())) {
			return
		}
		w.noteImport(obj, selected[id])
		name, ok := w.names.use(obj, w.index, inDecl[id])
		if superseded, is := w.names.declared[id]; is {
			name, ok = superseded, true
		}
		if v, isVar := obj.(*types.Var); isVar && !ok {
			name, ok = w.names.fieldName(v)
		} else if isVar && w.share.boxed(v) {
			name = "(*" + name + ")"
		}
		if ok && name != id.Name && id.Name != "_" {
			w.replace(id.Pos(), id.End(), name)
		}
	})
	for _, spec := range w.cell.Imports {
		if spec.Name != nil && spec.Name.Name == "_" {
			path, _ := strconv.Unquote(spec.Path.Value)
			w.imports[importKey{"_", path}] = true
		}
	}
}

func covers(edits []edit, offset int) bool {
	for _, e := range edits {
		if e.from <= offset && offset < e.to {
			return true
		}
	}
	return false
}

func (w *cellWriter) noteImport(obj types.Object, selected bool) {
	if p, ok := obj.(*types.PkgName); ok {
		w.imports[importKey{p.Name(), p.Imported().Path()}] = true
		return
	}
	pkg := obj.Pkg()
	if selected || pkg == nil || pkg.Path() == "main" || obj.Parent() != pkg.Scope() {
		return
	}
	if _, ours := w.names.name(obj); !ours {
		w.imports[importKey{".", pkg.Path()}] = true
	}
}

func (w *cellWriter) importText() string {
	lines := map[string]bool{}
	for k := range w.imports {
		w.generator.imports[k.path] = true
		lines[fmt.Sprintf("import %s %q\n", k.name, k.path)] = true
	}
	return strings.Join(sortedKeys(lines), "")
}
