package source

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// Check checks a text in the scope of the session and does not change the
// scope: what it defines counts once Accept is called. The cell is nil when
// there are errors.
func (s *Scope) Check(t Text) (c *Cell, errs Errors) {
	_, code, err := s.SplitMagics(t.Code)
	if err != nil {
		e := *err.(*Error)
		e.Cell = t.ID
		return nil, Errors{e}
	}
	c, errs = s.checkLocked(t, code)
	s.hintPending(errs)
	return c, errs
}

func (s *Scope) checkLocked(t Text, code string) (c *Cell, errs Errors) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, errs := parse(s.fset, t.ID, code)
	if errs == nil {
		c, errs = s.check(t, p, code)
	}
	if errs != nil {
		s.fset.RemoveFile(p.file)
		return nil, errs
	}
	return c, nil
}

// hintPending asks for undefined names which cell, not run yet, defines them.
// No lock is held: who answers may use the scope.
func (s *Scope) hintPending(errs Errors) {
	s.mu.Lock()
	pending := s.pending
	s.mu.Unlock()
	if pending == nil {
		return
	}
	for i := range errs {
		name, ok := strings.CutPrefix(errs[i].Message, "undefined: ")
		if !ok || strings.Contains(name, ".") || strings.HasSuffix(errs[i].Hint, definedBelow) || strings.HasPrefix(errs[i].Hint, declareFirst) {
			continue
		}
		if cell, ok := pending(name); ok {
			errs[i].Hint = name + " is defined in " + cell + ", which has not run"
		}
	}
}

// A checking checks one cell, in several passes of go/types when declarations
// of earlier cells have to be checked again.
type checking struct {
	s         *Scope
	p         *parsed
	text      Text
	code      string // text with magics blanked
	cell      *Cell
	first     map[string]*ast.Ident // every name of the text, where it stands first
	quals     map[string][]string   // names that stand before a dot: what stands behind it
	keptTypes map[*ast.TypeSpec]typeSpec
	decls     []ast.Decl // of the text, without kept types
	rebinds   []*rebinding
	extra     map[string]string // imports for rebinds: name → path
	pins      []string
	broken    map[types.Object]*brokenFunc // functions of earlier cells that this cell breaks
	lost      map[*types.TypeName][]lost   // methods that types of earlier cells lose
	pass
}

// pass is what one pass finds out.
type pass struct {
	implicit []*ast.ImportSpec             // imports that are not in the text
	vars     map[string]*types.Var         // session variables of this cell
	local    map[types.Object]types.Object // objects of the checker → the objects of the cell
	kept     map[types.Object]bool         // objects of earlier cells that this cell defines again
	replaced map[types.Object]types.Object // methods that get another signature
	names    map[string]types.Object       // what the cell defines, rebinds too
	last     ast.Expr                      // the last expression, when it may be shown
	undoes   []func()
	errs     Errors
}

func (k *checking) begin() {
	k.pass = pass{
		vars: map[string]*types.Var{}, local: map[types.Object]types.Object{}, kept: map[types.Object]bool{},
		replaced: map[types.Object]types.Object{},
	}
	k.cell = &Cell{
		scope: k.s, Text: k.text, Serial: k.s.serial, Fset: k.s.fset, Pkg: k.s.pkg, Script: k.p.script,
		Decls: k.p.decls, Body: k.p.body, code: k.code,
		Info: &types.Info{
			Types: map[ast.Expr]types.TypeAndValue{}, Instances: map[*ast.Ident]types.Instance{},
			Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
			Implicits: map[ast.Node]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{},
			Scopes: map[ast.Node]*types.Scope{},
		},
	}
}

func (s *Scope) check(t Text, p *parsed, code string) (c *Cell, errs Errors) {
	s.serial++
	k := &checking{s: s, p: p, text: t, code: code, extra: map[string]string{}, broken: map[types.Object]*brokenFunc{}}
	defer func() {
		k.undo()
		resetScope(s.pkg.Scope())
		if r := recover(); r != nil {
			// A panic of go/types must cost one cell and not the session.
			c, errs = nil, Errors{{Message: fmt.Sprintf("internal error in the type checker: %v", r), Cell: t.ID, Line: 1, Column: 1}}
		}
	}()
	if k.notForCells() {
		return nil, k.report()
	}
	k.keptTypes = k.keepTypes()
	k.decls = without(p.decls, k.keptTypes)
	k.rebinds = k.followers()
	for {
		k.begin()
		k.run()
		k.undo()
		if len(k.errs) > 0 {
			return nil, k.report()
		}
		if !k.again() {
			break
		}
	}
	k.useOfBroken()
	if len(k.errs) > 0 {
		return nil, k.report()
	}
	k.finish()
	return k.cell, nil
}

// notForCells refuses declarations that Go has and cells have not: functions
// named init, which Go runs before everything else, for a cell too late already;
// and functions without a body, which go/types lets pass.
func (k *checking) notForCells() bool {
	for _, d := range k.p.decls {
		fd, ok := d.(*ast.FuncDecl)
		switch {
		case !ok:
		case fd.Body == nil:
			k.failAt(fd.Name.Pos(), "missing function body", "")
		case fd.Recv == nil && fd.Name.Name == "init" && !k.p.script:
			k.failAt(fd.Name.Pos(), "func init is never called in a cell", "write its statements into the cell itself")
		}
	}
	return len(k.errs) > 0
}

// undo takes back what a pass did to types of earlier cells.
func (k *checking) undo() {
	for i := len(k.undoes) - 1; i >= 0; i-- {
		k.undoes[i]()
	}
	k.undoes = nil
}

// again decides whether another pass is needed: without the functions that this
// cell breaks, or with more functions of earlier cells. Each is added and taken
// out at most once, so there is an end.
func (k *checking) again() bool {
	if k.p.script {
		return false
	}
	n := len(k.rebinds)
	k.rebinds = slices.DeleteFunc(k.rebinds, func(r *rebinding) bool { return k.broken[r.old.obj] != nil && r.follows == nil || k.isLost(r) })
	if len(k.rebinds) < n {
		return true
	}
	for _, d := range k.dependents() {
		if r := k.reparse(d, false); r != nil {
			k.rebinds = append(k.rebinds, r)
		}
	}
	return len(k.rebinds) > n
}

// run checks one synthetic file: the imports, then the function that holds the
// statements, then the declarations. go/types checks function bodies in that
// order, so the statements are checked first, in a function's scope with all
// its rules; then promote makes their top-level variables known to the
// declarations, whose bodies follow.
func (k *checking) run() {
	k.readNames()
	file := &ast.File{Package: k.p.file.Pos(0), Name: ast.NewIdent("main"), FileStart: k.p.file.Pos(0), FileEnd: k.p.file.Pos(k.p.file.Size())}
	if specs := k.importSpecs(); len(specs) > 0 {
		file.Decls = append(file.Decls, &ast.GenDecl{Tok: token.IMPORT, Specs: specs})
	}
	h := newHooks()
	scope := k.s.pkg.Scope()
	if k.p.script {
		k.cell.Pkg = types.NewPackage("main", "main") // a program of its own
	} else {
		fn := *k.p.fn
		list := slices.Concat(k.startHook(h), k.statements(), []ast.Stmt{h.stmt(fn.Body.Rbrace, k.promote)})
		fn.Body = &ast.BlockStmt{Lbrace: fn.Body.Lbrace, Rbrace: fn.Body.Rbrace, List: list}
		file.Decls = append([]ast.Decl{h.importSpec()}, file.Decls...)
		file.Decls = append(file.Decls, &fn)
	}
	file.Decls = append(file.Decls, k.decls...)
	for _, r := range k.rebinds {
		file.Decls = append(file.Decls, r.decl)
		for name, obj := range r.pinned {
			bind(k.s.session, name, obj)
			defer bind(k.s.session, name, nil)
		}
	}
	conf := types.Config{
		Importer: k.s.imp, Sizes: h, Error: func(err error) { k.fail(err.(types.Error)) },
		DisableUnusedImportCheck: true,
	}
	resetScope(scope)
	h.declare(scope)
	types.NewChecker(&conf, k.s.fset, k.cell.Pkg, k.cell.Info).Files([]*ast.File{file})
	k.names = k.packageNames()
}

// startHook makes addMethods run before any function body is checked.
func (k *checking) startHook(h *hooks) []ast.Stmt {
	methods := k.foreignMethods()
	if len(methods) == 0 {
		return nil
	}
	return []ast.Stmt{h.stmt(k.p.fn.Body.Lbrace, func() { k.addMethods(methods) })}
}

// readNames notes which names occur.
func (k *checking) readNames() {
	k.first, k.quals = map[string]*ast.Ident{}, map[string][]string{}
	k.p.inspect(func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			if f := k.first[n.Name]; f == nil || n.Pos() < f.Pos() {
				k.first[n.Name] = n
			}
		case *ast.SelectorExpr:
			if id, ok := n.X.(*ast.Ident); ok {
				k.quals[id.Name] = append(k.quals[id.Name], n.Sel.Name)
			}
		}
		return true
	})
}

// statements returns the body for the checker: a last expression becomes used.
func (k *checking) statements() []ast.Stmt {
	list := slices.Clone(k.p.body)
	if len(list) == 0 || !k.p.endsInStmt {
		return list
	}
	last, ok := list[len(list)-1].(*ast.ExprStmt)
	if !ok {
		return list
	}
	k.last = last.X
	if _, call := ast.Unparen(last.X).(*ast.CallExpr); !call {
		// In an assignment an untyped constant gets its type, as it would where it is shown.
		list[len(list)-1] = &ast.AssignStmt{Lhs: []ast.Expr{ast.NewIdent("_")}, Tok: token.ASSIGN, TokPos: last.Pos(), Rhs: []ast.Expr{last.X}}
	}
	return list
}

// promote runs when the statements are checked and no other function body is:
// the variables of the outermost level become variables of the package.
func (k *checking) promote() {
	scope := k.s.pkg.Scope()
	for _, id := range topLevelNames(k.p.body) {
		v, ok := k.cell.Info.Defs[id].(*types.Var)
		if !ok || id.Name == "_" {
			continue
		}
		if alt := scope.Lookup(id.Name); alt != nil {
			k.failAt(id.Pos(), id.Name+" redeclared in this block", k.otherDecl(alt))
			continue
		}
		g := types.NewVar(v.Pos(), k.s.pkg, v.Name(), v.Type())
		scope.Insert(g)
		k.vars[v.Name()] = g
		k.local[v] = g
	}
}

func (k *checking) otherDecl(obj types.Object) string {
	at := k.s.fset.Position(obj.Pos())
	return fmt.Sprintf("other declaration of %s at line %d", obj.Name(), at.Line)
}

// topLevelNames returns the names on the left of := and in var declarations of
// the outermost level, in text order. Those that := only assigns are among them.
func topLevelNames(body []ast.Stmt) []*ast.Ident {
	var ids []*ast.Ident
	for _, s := range body {
		for {
			l, ok := s.(*ast.LabeledStmt)
			if !ok {
				break
			}
			s = l.Stmt
		}
		switch s := s.(type) {
		case *ast.AssignStmt:
			if s.Tok == token.DEFINE {
				for _, e := range s.Lhs {
					if id, ok := e.(*ast.Ident); ok {
						ids = append(ids, id)
					}
				}
			}
		case *ast.DeclStmt:
			for _, spec := range s.Decl.(*ast.GenDecl).Specs {
				if v, ok := spec.(*ast.ValueSpec); ok {
					ids = append(ids, v.Names...)
				}
			}
		}
	}
	return ids
}

// finish fills the cell from a check without errors.
func (k *checking) finish() {
	k.redefinitionNotices()
	if main, ok := k.names["main"].(*types.Func); ok && len(k.p.body) == 0 && !k.uses(main) {
		k.notice("main is defined and not called: main() runs it")
	}
	k.signatures()
	k.keepIdentities()
	k.replaceLocals()
	for spec, old := range k.keptTypes {
		copyInfo(k.cell.Info, spec, old)
		k.kept[k.cell.Info.Defs[spec.Name]] = true
	}
	if k.p.fn != nil {
		delete(k.cell.Info.Scopes, k.p.fn.Type)
	}
	k.findImports()
	k.findRebinds()
	k.findDefs()
	k.findUses()
	k.findValue()
	k.s.analyse(k.cell)
	k.s.findWrites(k.cell)
}

// uses reports whether the text refers to obj.
func (k *checking) uses(obj types.Object) bool {
	for _, o := range k.cell.Info.Uses {
		if o == obj {
			return true
		}
	}
	return false
}

// findRebinds publishes the rebindings, with the names that the text has.
func (k *checking) findRebinds() {
	k.restorePins()
	for _, r := range k.rebinds {
		k.cell.Rebinds = append(k.cell.Rebinds, Rebind{Cell: r.old.text, Decl: r.decl, Object: k.cell.Info.Defs[r.decl.Name]})
	}
	k.cell.broken, k.cell.lost = k.broken, map[*types.TypeName][]lost{}
	for old, list := range k.lost {
		if now, ok := k.names[old.Name()].(*types.TypeName); ok {
			k.cell.lost[now] = list
		}
	}
}

// signatures notes the signature of each declaration, before objects are replaced.
func (k *checking) signatures() {
	k.cell.signatures = map[*ast.FuncDecl]*types.Signature{}
	decls := slices.Clone(k.p.decls)
	for _, r := range k.rebinds {
		decls = append(decls, r.decl)
	}
	for _, d := range decls {
		if fd, ok := d.(*ast.FuncDecl); ok {
			if f, ok := k.cell.Info.Defs[fd.Name].(*types.Func); ok {
				k.cell.signatures[fd] = f.Signature()
			}
		}
	}
}

// keepIdentities makes a variable or function that is defined again with the
// same type the same object, so that whatever refers to it means the new
// definition.
func (k *checking) keepIdentities() {
	if k.cell.Script {
		return
	}
	for name, obj := range k.defined() {
		old := k.s.names[name]
		if old == nil || old.obj == nil || !sameBinding(old.obj, obj) {
			continue
		}
		k.local[obj] = old.obj
		k.kept[old.obj] = true
		for from, to := range k.local {
			if to == obj {
				k.local[from] = old.obj
			}
		}
	}
}

// defined returns the package-level objects of the cell by name, rebinds too.
func (k *checking) defined() map[string]types.Object { return k.names }

func (k *checking) packageNames() map[string]types.Object {
	m := map[string]types.Object{}
	if k.p.script {
		return m
	}
	scope := k.s.pkg.Scope()
	for _, name := range scope.Names() {
		if !strings.HasPrefix(name, hookPrefix) {
			m[name] = scope.Lookup(name)
		}
	}
	return m
}

// sameBinding reports whether a new definition leaves everything that was
// checked against the old one right.
func sameBinding(old, new types.Object) bool {
	switch old := old.(type) {
	case *types.Var:
		_, ok := new.(*types.Var)
		return ok && types.Identical(old.Type(), new.Type())
	case *types.Func:
		_, ok := new.(*types.Func)
		// Instances refer to the type parameters of one declaration.
		return ok && old.Signature().TypeParams().Len() == 0 && types.Identical(old.Type(), new.Type())
	case *types.Const:
		c, ok := new.(*types.Const)
		return ok && types.Identical(old.Type(), c.Type()) && old.Val().ExactString() == c.Val().ExactString()
	}
	return false
}

func (k *checking) replaceLocals() {
	if len(k.local) == 0 {
		return
	}
	for _, m := range []map[*ast.Ident]types.Object{k.cell.Info.Defs, k.cell.Info.Uses} {
		for id, obj := range m {
			if to := k.local[obj]; to != nil {
				m[id] = to
			}
		}
	}
}

// findDefs collects what the cell defines, in text order.
func (k *checking) findDefs() {
	ids := topLevelNames(k.p.body)
	for _, d := range k.p.decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				ids = append(ids, d.Name)
			} else if m := k.cell.Info.Defs[d.Name]; m != nil {
				k.cell.methods = append(k.cell.methods, m)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					ids = append(ids, spec.Name)
				case *ast.ValueSpec:
					ids = append(ids, spec.Names...)
				}
			}
		}
	}
	slices.SortStableFunc(ids, func(a, b *ast.Ident) int { return int(a.Pos() - b.Pos()) })
	for _, id := range ids {
		if obj := k.cell.Info.Defs[id]; obj != nil && id.Name != "_" && id.Name != "init" {
			k.cell.Defs = append(k.cell.Defs, obj)
			if k.kept[obj] {
				k.cell.Redefs = append(k.cell.Redefs, obj)
			}
		}
	}
}

// findUses collects what the cell refers to of earlier cells, in text order.
func (k *checking) findUses() {
	first := map[types.Object]token.Pos{}
	for id, obj := range k.cell.Info.Uses {
		if k.s.owners[obj] == nil || isMethod(obj) {
			continue
		}
		if at, ok := first[obj]; !ok || id.Pos() < at {
			first[obj] = id.Pos()
		}
	}
	for obj := range first {
		k.cell.Uses = append(k.cell.Uses, obj)
	}
	slices.SortFunc(k.cell.Uses, func(a, b types.Object) int { return int(first[a] - first[b]) })
}

func isMethod(obj types.Object) bool {
	f, ok := obj.(*types.Func)
	return ok && f.Signature().Recv() != nil
}

// findValue decides whether the last expression is shown.
func (k *checking) findValue() {
	if k.last == nil || k.p.quiet {
		return
	}
	tv := k.cell.Info.Types[k.last]
	if tv.IsVoid() || tv.Type == nil || isPrint(k.cell.Info, k.last) {
		return
	}
	if t, ok := tv.Type.(*types.Tuple); ok && t.Len() == 0 {
		return
	}
	k.cell.Value = k.last
}

// isPrint reports whether e calls fmt.Print or one of its kin, whose results
// nobody wants to see.
func isPrint(info *types.Info, e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return false
	}
	f := callee(info, call)
	if f == nil || f.Pkg() == nil || f.Pkg().Path() != "fmt" {
		return false
	}
	return strings.HasPrefix(f.Name(), "Print") || strings.HasPrefix(f.Name(), "Fprint")
}

// callee returns the function or method that call names, nil when it is not known.
func callee(info *types.Info, call *ast.CallExpr) *types.Func {
	fun := ast.Unparen(call.Fun)
	switch x := fun.(type) {
	case *ast.IndexExpr:
		fun = ast.Unparen(x.X)
	case *ast.IndexListExpr:
		fun = ast.Unparen(x.X)
	}
	var id *ast.Ident
	switch x := fun.(type) {
	case *ast.Ident:
		id = x
	case *ast.SelectorExpr:
		id = x.Sel
	default:
		return nil
	}
	f, _ := info.Uses[id].(*types.Func)
	return f
}
