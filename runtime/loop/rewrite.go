package loop

import (
	"go/ast"
	"go/scanner"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
)

// ModelPath is the import path of the pool that a rewritten loop uses.
const ModelPath = "github.com/lapbook/lapbook/runtime/model"

// An edit replaces the bytes from begin to end.
type edit struct {
	begin, end int
	text       string
}

// apply makes the edits in text[begin:end]; they must not overlap.
func apply(text string, begin, end int, edits []edit) string {
	slices.SortStableFunc(edits, func(a, b edit) int { return a.begin - b.begin })
	var b strings.Builder
	at := begin
	for _, e := range edits {
		if e.begin < at || e.end > end {
			continue
		}
		b.WriteString(text[at:e.begin])
		b.WriteString(e.text)
		at = e.end
	}
	b.WriteString(text[at:end])
	return b.String()
}

// Rewrite is the text of the whole cell with its loop submitted to a Pipe of
// package model. Nothing moves to another line, so positions in the result are
// those of the cell.
func (p *Plan) Rewrite() string {
	g := p.generator("lapmodel")
	body := g.pipe()
	loop := p.unit.offset(p.loop.Pos())
	end := p.unit.offset(p.loop.End())
	if p.label != nil {
		loop = p.unit.offset(p.label.Pos())
	}
	imp := p.importText(g.pkg + " " + strconv.Quote(ModelPath))
	at := p.importOffset()
	code := p.unit.Code
	return code[:at] + imp + code[at:loop] + body + code[end:]
}

// importOffset is where an import may be added without a new line: before the
// first code of a cell, behind the package clause of a script.
func (p *Plan) importOffset() int {
	if !p.unit.Script {
		return p.firstCode()
	}
	fset := token.NewFileSet()
	f := fset.AddFile("", -1, len(p.unit.Code))
	var s scanner.Scanner
	s.Init(f, []byte(p.unit.Code), nil, 0)
	for {
		pos, tok, name := s.Scan()
		if tok == token.IDENT {
			return f.Offset(pos) + len(name)
		}
		if tok == token.EOF {
			return 0
		}
	}
}

// importText imports packages in one line, by name and path.
func (p *Plan) importText(specs ...string) string {
	out := ""
	for _, s := range specs {
		if p.unit.Script {
			out += "; import " + s
		} else {
			out += "import " + s + "; "
		}
	}
	return out
}

// firstCode is the offset of the first line that is not empty.
func (p *Plan) firstCode() int {
	at := 0
	for line := range strings.SplitAfterSeq(p.unit.Code, "\n") {
		if strings.TrimSpace(line) != "" {
			break
		}
		at += len(line)
	}
	return at
}

// A generator writes parts of the rewritten loop.
type generator struct {
	*Plan
	pkg         string // name of package model
	pipeVar     string
	earlyNames  map[*ast.CallExpr]string
	keepers     map[*types.Var]string // pointers to private variables
	orderedName string                // what a task returns
	ret         string                // prefix of the variables that keep results of return
	used        map[string]bool
	human       bool     // for %code
	steady      bool     // for %code, when no iteration ends the loop: what is left to do in order returns nothing
	needs       []string // imports
}

func (p *Plan) generator(pkg string) *generator {
	g := &generator{Plan: p, used: p.identifiers()}
	g.pkg = g.fresh(pkg)
	g.pipeVar = g.fresh("pipe")
	g.ret = g.fresh("result")
	g.orderedName = g.fresh("ordered")
	g.earlyNames = map[*ast.CallExpr]string{}
	for _, c := range p.split.early {
		g.earlyNames[c] = g.fresh("part")
	}
	return g
}

// identifiers lists every name in the cell, so that new ones differ.
func (p *Plan) identifiers() map[string]bool {
	out := map[string]bool{}
	for _, n := range p.unit.nodes() {
		ast.Inspect(n, func(m ast.Node) bool {
			if id, ok := m.(*ast.Ident); ok {
				out[id.Name] = true
			}
			return true
		})
	}
	for _, o := range p.unit.Uses {
		out[o.Name()] = true
	}
	return out
}

// fresh makes a name that the cell does not use.
func (g *generator) fresh(name string) string {
	try := name
	for i := 2; g.used[try] || types.Universe.Lookup(try) != nil; i++ {
		try = name + itoa(i)
	}
	g.used[try] = true
	return try
}

// pipe is the loop with its task submitted.
func (g *generator) pipe() string {
	var b strings.Builder
	results := g.results()
	before, own := g.keepPrivate()
	begin, wait := "{ ", "; "+g.pipeVar+".Wait()"
	b.WriteString("{ " + g.declareResults(results) + before)
	if g.headMayPanic() { // the iterations before the panic still count
		begin, wait = "func() { ", " }()"
	}
	b.WriteString(begin + g.pipeVar + " := " + g.pkg + ".NewPipe(); ")
	submit := g.pipeVar + ".Submit"
	if cond := g.guardText(); cond != "" {
		submit = g.fresh("submit")
		b.WriteString(submit + " := func(task func() func() bool) bool { return " + g.pipeVar + ".Submit(task) }; " +
			"if !(" + cond + ") { " + submit + " = func(task func() func() bool) bool { ordered := task(); return ordered != nil && ordered() } }; ")
	}
	if begin != "{ " {
		b.WriteString("defer " + g.pipeVar + ".Wait(); ")
	}
	body := loopBody(g.loop)
	b.WriteString(g.span(g.loop.Pos(), body.Lbrace+1, nil))
	list, end := g.list()
	params, args := g.parameters()
	head := len(g.split.head)
	at := body.Lbrace + 1
	if head < len(list) {
		at = list[head].Pos()
	} else if head > 0 {
		at = list[head-1].End()
	}
	b.WriteString(g.region(body.Lbrace+1, at, g.split.head, g.inHeader(results)))
	b.WriteString(g.earlyCalls("; "))
	b.WriteString("if " + submit + "(func(" + params + ") func() func() bool { return func() " + g.taskResult() + " { " + own)
	b.WriteString(g.block(g.split.task, list[head:], at, end, results))
	b.WriteString(" } }(" + args + ")) { break }")
	b.WriteString(g.steps(end) + "}" + wait)
	if begin == "{ " {
		b.WriteString(" }")
	}
	b.WriteString(g.finish(results) + " }")
	return b.String()
}

// list is the body of the loop without its steps, and where it ends.
func (g *generator) list() ([]ast.Stmt, token.Pos) {
	body := loopBody(g.loop)
	if steps := g.query.l.steps; len(steps) > 0 {
		return body.List[:len(body.List)-len(steps)], steps[0].Pos()
	}
	return body.List, body.Rbrace
}

// steps is the text of the steps at the end of the body.
func (g *generator) steps(from token.Pos) string {
	if len(g.query.l.steps) == 0 {
		return ""
	}
	return "; " + g.span(from, loopBody(g.loop).Rbrace, nil)
}

// headMayPanic tells whether the header can leave by a panic or a return: it
// does more than count and compare.
func (g *generator) headMayPanic() (found bool) {
	nodes := []ast.Node{}
	switch x := g.loop.(type) {
	case *ast.ForStmt:
		if x.Cond != nil {
			nodes = append(nodes, x.Cond)
		}
		if x.Post != nil {
			nodes = append(nodes, x.Post)
		}
	case *ast.RangeStmt:
		_, found = core(g.unit.Info.TypeOf(x.X)).(*types.Signature)
	}
	for _, s := range g.query.l.steps {
		nodes = append(nodes, s)
	}
	for _, s := range g.split.head {
		nodes = append(nodes, s)
		found = found || returns(s)
	}
	for _, n := range nodes {
		ast.Inspect(n, func(m ast.Node) bool {
			switch x := m.(type) {
			case *ast.CallExpr:
				id, ok := x.Fun.(*ast.Ident)
				found = found || !ok || id.Name != "len"
			case *ast.IndexExpr, *ast.StarExpr, *ast.TypeAssertExpr, *ast.SliceExpr, *ast.SelectorExpr:
				found = true
			case *ast.BinaryExpr:
				found = found || x.Op == token.QUO || x.Op == token.REM
			}
			return !found
		})
	}
	return found
}

// orderedType is the type of what is left to do in order; it tells whether to stop.
func (g *generator) orderedType() string {
	if g.steady {
		return "func()"
	}
	return "func() bool"
}

// taskResult is the result of a task: named when a deferred call sets it.
func (g *generator) taskResult() string {
	late := false
	g.split.task.walk(func(b *block) { late = late || len(b.early) > 0 })
	if late {
		return "(" + g.orderedName + " " + g.orderedType() + ")"
	}
	return g.orderedType()
}

func (g *generator) span(from, to token.Pos, edits []edit) string {
	for _, c := range g.split.early {
		edits = append(edits, edit{g.unit.offset(c.Pos()), g.unit.offset(c.End()), g.earlyNames[c]})
	}
	return apply(g.unit.Code, g.unit.offset(from), g.unit.offset(to), edits)
}

// results are the types of what the function around the loop returns, when the
// ordered part returns; nil when it does not.
func (g *generator) results() *returned {
	body := loopBody(g.loop)
	if !slices.ContainsFunc(body.List, func(s ast.Stmt) bool { return returns(s) }) {
		return nil
	}
	r := &returned{flag: g.fresh("returned")}
	fn := g.query.l.frame.node
	if fn == nil || typeOfFunc(fn).Results == nil {
		return r
	}
	for _, f := range typeOfFunc(fn).Results.List {
		for _, id := range f.Names {
			r.named = append(r.named, id.Name)
		}
		for range max(len(f.Names), 1) {
			r.names = append(r.names, g.fresh(g.ret))
			r.types = append(r.types, g.unit.text(f.Type))
		}
	}
	return r
}

// returned is how a return in the loop leaves the function after it.
type returned struct {
	flag  string
	names []string
	types []string
	named []string
}

func (g *generator) declareResults(r *returned) string {
	if r == nil {
		return ""
	}
	out := r.flag + " := false; "
	for i, n := range r.names {
		out += "var " + n + " " + r.types[i] + "; "
	}
	return out
}

func (g *generator) finish(r *returned) string {
	if r == nil {
		return ""
	}
	return "; if " + r.flag + " { return " + strings.Join(r.names, ", ") + " }"
}

// jumpStyle says what jumps become in a part of the body.
type jumpStyle struct {
	cont, brk func(at token.Pos) string
	ret       func(*ast.ReturnStmt) []edit
}

func always(s string) func(token.Pos) string { return func(token.Pos) string { return s } }

// inHeader: jumps of the header stay; a return waits for the iterations before.
func (g *generator) inHeader(r *returned) jumpStyle {
	return jumpStyle{always("continue"), always("break"), func(x *ast.ReturnStmt) []edit {
		edits := g.keep(x, r, "return")
		edits[0].text = "{ " + g.wait() + "; if " + r.flag + " { return }; " + edits[0].text
		edits[len(edits)-1].text += " }"
		return edits
	}}
}

// wait ends the iterations that were submitted.
func (g *generator) wait() string {
	if g.human {
		return g.pipeVar + "(0)"
	}
	return g.pipeVar + ".Wait()"
}

// inTask: a jump ends the task; what is left to do in order stops the loop.
func (g *generator) inTask() jumpStyle {
	stop := g.pkg + ".Break"
	if g.human {
		stop = "func() bool { return true }"
	}
	end := func(plain, stops string) func(token.Pos) string {
		return func(at token.Pos) string {
			if back := g.back(at); back != "" {
				if g.steady {
					return "return func() { " + back + "}"
				}
				return "return func() bool { " + back + "return " + stops + " }"
			}
			return "return " + plain
		}
	}
	return jumpStyle{end("nil", "false"), end(stop, "true"), nil}
}

// back leaves the values of private variables behind, of those set before at.
func (g *generator) back(at token.Pos) (out string) {
	for _, p := range g.split.private {
		if p.def <= at {
			out += g.leave(p) + "; "
		}
	}
	return out
}

// keepPrivate gives the task variables of its own.
func (g *generator) keepPrivate() (before, inTask string) {
	g.keepers = map[*types.Var]string{}
	for _, p := range g.split.private {
		name := g.fresh("last" + strings.ToUpper(p.obj.Name()[:1]) + p.obj.Name()[1:])
		g.keepers[p.obj] = name
		t, _ := g.typeText(p.obj.Type())
		before += name + " := &" + p.obj.Name() + "; "
		inTask += g.declareOwn(p, t) + "; "
	}
	return before, inTask
}

// declareOwn is the declaration of a private variable in the task.
func (g *generator) declareOwn(p private, t string) string {
	if p.scratch == nil {
		return "var " + p.obj.Name() + " " + t
	}
	elem := strings.TrimPrefix(t, "*")
	return strings.NewReplacer("TYPE", t, "ELEM", elem).Replace(p.scratch.init)
}

// leave puts what the task left in a private variable where the loop has it.
func (g *generator) leave(p private) string {
	keeper := g.keepers[p.obj]
	if p.scratch == nil {
		return "*" + keeper + " " + p.op + "= " + p.obj.Name()
	}
	return strings.ReplaceAll(p.scratch.back, "%", keeper)
}

// inOrder: a return keeps its results and stops the loop.
func (g *generator) inOrder(r *returned) jumpStyle {
	if g.steady {
		return jumpStyle{cont: always("return"), brk: always("return")}
	}
	return jumpStyle{always("return false"), always("return true"), func(x *ast.ReturnStmt) []edit {
		return g.keep(x, r, "return true")
	}}
}

// keep turns return a, b into assignments, and then what stop says.
func (g *generator) keep(x *ast.ReturnStmt, r *returned, stop string) []edit {
	begin := g.unit.offset(x.Pos())
	after := begin + len("return")
	end := g.unit.offset(x.End())
	if len(x.Results) == 0 {
		set := ""
		if len(r.named) > 0 {
			set = strings.Join(r.names, ", ") + " = " + strings.Join(r.named, ", ") + "; "
		}
		return []edit{{begin, after, "{ " + set + r.flag + " = true; " + stop + " }"}}
	}
	return []edit{
		{begin, after, "{ " + strings.Join(r.names, ", ") + " ="},
		{end, end, "; " + r.flag + " = true; " + stop + " }"},
	}
}

// region is the text from one position to another, where the jumps of the
// statements in it are written anew.
func (g *generator) region(from, to token.Pos, list []ast.Stmt, style jumpStyle, more ...edit) string {
	return g.span(from, to, append(more, g.jumpEdits(list, style)...))
}

func (g *generator) jumpEdits(list []ast.Stmt, style jumpStyle) (edits []edit) {
	for _, b := range jumps(list, labelName(g.label)) {
		text := style.cont(b.Pos())
		if b.Tok == token.BREAK {
			text = style.brk(b.Pos())
		}
		edits = append(edits, edit{g.unit.offset(b.Pos()), g.unit.offset(b.End()), text})
	}
	if style.ret == nil {
		return edits
	}
	for _, s := range list {
		ast.Inspect(s, func(n ast.Node) bool {
			if _, ok := n.(*ast.FuncLit); ok {
				return false
			}
			if r, ok := n.(*ast.ReturnStmt); ok {
				edits = append(edits, style.ret(r)...)
			}
			return true
		})
	}
	return edits
}

// block is the text of a block whose statements are list, from one position to
// another, as the end of a task.
func (g *generator) block(b *block, list []ast.Stmt, from, to token.Pos, r *returned) string {
	edits := []edit{}
	for _, it := range b.items {
		if it.arms == nil {
			edits = append(edits, g.jumpEdits([]ast.Stmt{it.stmt}, g.inTask())...)
			continue
		}
		for _, a := range it.arms {
			edits = append(edits, g.armEdits(a, r)...)
		}
		if it.deep { // those inside of arms are done already: apply leaves them out
			edits = append(edits, g.jumpEdits([]ast.Stmt{it.stmt}, g.inTask())...)
		}
	}
	if len(b.early)+len(b.ordered) == 0 {
		out := g.span(from, to, edits)
		if !endsIteration(list, labelName(g.label)) {
			out += "; " + g.inTask().cont(to) + "; "
		}
		return out
	}
	rest := list[len(list)-len(b.early)-len(b.moved)-len(b.ordered):]
	return g.span(from, rest[0].Pos(), edits) + g.inOrderText(b, rest, to, r)
}

// inOrderText ends a task with what is left to do in order. Statements that were
// moved before ordered ones may panic: the ordered ones still happen first.
func (g *generator) inOrderText(b *block, rest []ast.Stmt, to token.Pos, r *returned) string {
	end := func(i int) token.Pos {
		if i < len(rest) {
			return rest[i].Pos()
		}
		return to
	}
	n := len(b.early)
	early, moved := "", ""
	if n > 0 {
		early = g.region(rest[0].Pos(), end(n), b.early, g.inOrder(r)) + "; "
		moved = g.lateFailure(early+g.mention(b.early)) + g.region(end(n), end(n+len(b.moved)), b.moved, jumpStyle{}) + "; "
	}
	hoists := []edit{}
	for _, h := range b.hoists {
		name := g.fresh("part")
		moved += name + " := " + g.span(h.call.Pos(), h.call.End(), nil) + "; "
		hoists = append(hoists, edit{g.unit.offset(h.call.Pos()), g.unit.offset(h.call.End()), name})
	}
	out := moved + "return " + g.orderedType() + " { " + early
	set := rest[0].Pos()
	if len(b.moved) > 0 {
		set = b.moved[len(b.moved)-1].End()
	}
	if back := g.back(set); back != "" {
		out = moved + "return " + g.orderedType() + " { defer func() { " + back + "}(); " + early
	}
	if len(b.ordered) > 0 {
		style := g.inOrder(r)
		last, ok := b.ordered[len(b.ordered)-1].(*ast.BranchStmt)
		if ok && g.steady { // the function ends there anyway
			style.cont = func(at token.Pos) string { return map[bool]string{false: "return"}[at == last.Pos()] }
		}
		out += g.region(b.ordered[0].Pos(), to, b.ordered, style, hoists...)
	}
	if !g.steady && !endsIteration(b.ordered, labelName(g.label)) {
		out += "; return false "
	}
	return out + "}; "
}

// lateFailure lets a panic of moved statements come after the early ones.
func (g *generator) lateFailure(early string) string {
	return "defer func() { if failure := recover(); failure != nil { " + g.orderedName + " = " + g.orderedType() + " { " + early + "panic(failure) } } }(); "
}

// mention uses the variables that statements declare.
func (g *generator) mention(list []ast.Stmt) (out string) {
	for _, st := range list {
		for _, o := range declaredBy(g.unit, st) {
			out += "_ = " + o.Name() + "; "
		}
	}
	return out
}

// declaredBy lists the variables that a statement declares for those after it.
func declaredBy(u *unit, st ast.Stmt) (out []types.Object) {
	add := func(id *ast.Ident) {
		if o := u.Info.Defs[id]; o != nil && id.Name != "_" {
			out = append(out, o)
		}
	}
	switch x := st.(type) {
	case *ast.AssignStmt:
		for _, l := range x.Lhs {
			if id, ok := l.(*ast.Ident); ok && x.Tok == token.DEFINE {
				add(id)
			}
		}
	case *ast.DeclStmt:
		for _, spec := range x.Decl.(*ast.GenDecl).Specs {
			if v, ok := spec.(*ast.ValueSpec); ok && x.Decl.(*ast.GenDecl).Tok == token.VAR {
				for _, id := range v.Names {
					add(id)
				}
			}
		}
	}
	return out
}

// armEdits writes a branch anew in its place.
func (g *generator) armEdits(a arm, r *returned) []edit {
	if a.block == nil {
		return g.jumpEdits(a.list, g.inTask())
	}
	return []edit{{g.unit.offset(a.from), g.unit.offset(a.to), " " + g.block(a.block, a.list, a.from, a.to, r)}}
}

// parameters are the variables of the header that the task gets as arguments:
// typed parameters, and arguments.
func (g *generator) parameters() (params, args string) {
	var names, ps []string
	for _, o := range g.passedVariables() {
		t, ok := g.typeText(o.Type())
		if !ok {
			continue // captured instead: it is declared anew in every iteration
		}
		names = append(names, o.Name())
		ps = append(ps, o.Name()+" "+t)
	}
	for _, c := range g.split.early {
		t, _ := g.typeText(g.unit.Info.TypeOf(c))
		names = append(names, g.earlyNames[c])
		ps = append(ps, g.earlyNames[c]+" "+t)
	}
	return strings.Join(ps, ", "), strings.Join(names, ", ")
}

// earlyCalls makes the calls that belong to the header.
func (g *generator) earlyCalls(end string) (out string) {
	for _, c := range g.split.early {
		out += g.earlyNames[c] + " := " + g.unit.text(c) + end
	}
	return out
}

// passedVariables lists the variables that the header sets and the rest uses.
func (g *generator) passedVariables() (out []*types.Var) {
	add := func(o types.Object) {
		v, ok := o.(*types.Var)
		if ok && v.Name() != "_" && !slices.Contains(out, v) && g.usedAfterHead(v) {
			out = append(out, v)
		}
	}
	for _, o := range g.split.passed {
		add(o)
	}
	for _, n := range g.headNodes() {
		ast.Inspect(n, func(m ast.Node) bool {
			if _, ok := m.(*ast.BlockStmt); ok {
				return false // declared inside the header alone
			}
			if id, ok := m.(*ast.Ident); ok {
				if o := g.unit.Info.Defs[id]; o != nil && !g.sharedInHead(o) {
					add(o)
				}
			}
			return true
		})
	}
	return out
}

func (g *generator) headNodes() (out []ast.Node) {
	switch x := g.loop.(type) {
	case *ast.ForStmt:
		if x.Init != nil {
			out = append(out, x.Init)
		}
	case *ast.RangeStmt:
		if x.Tok == token.DEFINE {
			for _, e := range []ast.Expr{x.Key, x.Value} {
				if e != nil {
					out = append(out, e)
				}
			}
		}
	}
	for _, s := range g.split.head {
		switch s.(type) {
		case *ast.AssignStmt, *ast.DeclStmt:
			out = append(out, s)
		}
	}
	return out
}

// sharedInHead tells whether the header takes the address of o or lets a
// function literal share it: then the task must use the variable itself.
func (g *generator) sharedInHead(o types.Object) bool {
	if f := g.query.w.facts[o]; f == nil || f.address == 0 && !f.inLit {
		return false
	}
	return slices.ContainsFunc(g.split.head, func(s ast.Stmt) bool {
		found := false
		ast.Inspect(s, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && g.unit.Info.Uses[id] == o {
				found = true
			}
			return !found
		})
		return found
	})
}

func (g *generator) usedAfterHead(o types.Object) (found bool) {
	list, _ := g.list()
	for _, s := range list[len(g.split.head):] {
		ast.Inspect(s, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && g.unit.Info.Uses[id] == o {
				found = true
			}
			return !found
		})
	}
	return found
}

// typeText writes a type as the cell would; ok is false when it cannot be named.
func (g *generator) typeText(t types.Type) (text string, ok bool) {
	text = types.TypeString(t, func(p *types.Package) string {
		if p == g.unit.Pkg {
			return ""
		}
		return g.packageName(p)
	})
	return text, nameable(t, g.unit)
}

func (g *generator) packageName(p *types.Package) string {
	for id, o := range g.unit.Info.Uses {
		if pn, ok := o.(*types.PkgName); ok && pn.Imported() == p && g.unit.Fset.File(id.Pos()) != nil && token.IsIdentifier(id.Name) {
			return id.Name
		}
	}
	return p.Name()
}

func walkNamed(t types.Type, depth int, f func(*types.Named)) {
	if depth > 8 {
		return
	}
	switch x := types.Unalias(t).(type) {
	case *types.Named:
		f(x)
		for i := range x.TypeArgs().Len() {
			walkNamed(x.TypeArgs().At(i), depth+1, f)
		}
	case *types.Pointer:
		walkNamed(x.Elem(), depth+1, f)
	case *types.Slice:
		walkNamed(x.Elem(), depth+1, f)
	case *types.Array:
		walkNamed(x.Elem(), depth+1, f)
	case *types.Chan:
		walkNamed(x.Elem(), depth+1, f)
	case *types.Map:
		walkNamed(x.Key(), depth+1, f)
		walkNamed(x.Elem(), depth+1, f)
	case *types.Struct:
		for i := range x.NumFields() {
			walkNamed(x.Field(i).Type(), depth+1, f)
		}
	case *types.Signature:
		walkNamed(x.Params(), depth+1, f)
		walkNamed(x.Results(), depth+1, f)
	case *types.Tuple:
		for i := range x.Len() {
			walkNamed(x.At(i).Type(), depth+1, f)
		}
	}
}
