package source

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"
	"strings"
)

// A lost method is one that a type had before its name was given to another
// type, and with which that one does not compile.
type lost struct {
	*declared
	err Error
}

// followers returns the methods of earlier cells that a type which this cell
// defines anew takes over, as if the cells that declare them were run again. The
// text of a cell that is run again stands for itself: methods taken out of it
// are gone, and so are those that this cell declares for the new type.
func (k *checking) followers() []*rebinding {
	if k.p.script {
		return nil
	}
	var list []*rebinding
	for _, spec := range typeSpecs(k.decls) {
		old, ok := k.s.session.Lookup(spec.Name.Name).(*types.TypeName)
		if !ok || old.Pkg() != k.s.pkg || spec.Assign.IsValid() {
			continue
		}
		for _, d := range k.s.methodsOf(old) {
			if d.text.ID == k.text.ID && k.s.place == nil || declaresMethod(k.decls, old.Name(), d.obj.Name()) {
				continue
			}
			if r := k.reparse(d, true); r != nil {
				r.follows = old
				list = append(list, r)
			}
		}
	}
	return list
}

// methodsOf returns the declarations of the methods of t, also of those that it
// lost when it was defined, in the order of their definition. In the place of a
// cell they are those that the cell took over.
func (s *Scope) methodsOf(t *types.TypeName) []*declared {
	var list []*declared
	if s.place != nil {
		for _, r := range s.place.Rebinds {
			if now := receiverType(r.Object); now != nil && now.Name() == t.Name() && slices.Contains(s.place.Defs, types.Object(now)) {
				list = append(list, &declared{cell: s.place, text: r.Cell, decl: r.Decl, obj: r.Object})
			}
		}
		return list
	}
	for obj, d := range s.live {
		if receiverType(obj) == t {
			list = append(list, d)
		}
	}
	for _, l := range s.lost[t] {
		if !slices.ContainsFunc(list, func(d *declared) bool { return d.obj.Name() == l.obj.Name() }) {
			list = append(list, l.declared)
		}
	}
	slices.SortFunc(list, func(a, b *declared) int {
		if a.n != b.n {
			return a.n - b.n
		}
		return int(a.decl.Pos() - b.decl.Pos())
	})
	return list
}

func declaresMethod(decls []ast.Decl, typ, name string) bool {
	return slices.ContainsFunc(decls, func(d ast.Decl) bool {
		fd, ok := d.(*ast.FuncDecl)
		if !ok || fd.Recv == nil || len(fd.Recv.List) != 1 || fd.Name.Name != name {
			return false
		}
		id := receiverName(fd)
		return id != nil && id.Name == typ
	})
}

// lose notes that a method does not compile with the new type.
func (k *checking) lose(r *rebinding, err Error) {
	for _, l := range k.lost[r.follows] {
		if l.declared == r.old {
			return
		}
	}
	if k.lost == nil {
		k.lost = map[*types.TypeName][]lost{}
	}
	k.lost[r.follows] = append(k.lost[r.follows], lost{r.old, err})
}

func (k *checking) isLost(r *rebinding) bool {
	return r.follows != nil && slices.ContainsFunc(k.lost[r.follows], func(l lost) bool { return l.declared == r.old })
}

// methodNotices says which methods a type that is defined anew has kept, and
// which it has lost.
func (k *checking) methodNotices() {
	for _, spec := range typeSpecs(k.decls) {
		old, _ := k.s.session.Lookup(spec.Name.Name).(*types.TypeName)
		if old == nil {
			continue
		}
		var kept []string
		for _, r := range k.rebinds {
			if r.follows == old {
				kept = append(kept, fmt.Sprintf("%s (%s)", r.old.obj.Name(), r.old.text.ID))
			}
		}
		if len(kept) > 0 {
			k.notice("%s has a new definition; methods that it keeps: %s", old.Name(), strings.Join(kept, ", "))
		}
		for _, l := range k.lost[old] {
			k.notice("%s has a new definition and lost its method %s (%s): %s", old.Name(), l.obj.Name(), l.text.ID, k.placed(l.err))
		}
	}
}
