package loop

import (
	"go/format"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// Code is the text of the whole cell with its loop rewritten as a person would
// write it, with the standard library alone: goroutines up to a limit, and what
// depends on the order done in order. It is a cell itself.
func (p *Plan) Code() string {
	g := p.generator("model")
	g.human = true
	var text string
	if g.plainTasks() {
		text = g.fanOut()
	} else {
		text = g.queue()
	}
	loop := p.unit.offset(p.loop.Pos())
	if p.label != nil {
		loop = p.unit.offset(p.label.Pos())
	}
	code := p.unit.Code
	at := p.importOffset()
	begin := 0
	if !p.unit.Script {
		begin = at // without the magics
	}
	return code[begin:at] + g.imports(code[at:loop]) + p.layout(text, loop) + code[p.unit.offset(p.loop.End()):]
}

// layout formats the loop and gives it the indentation of its first line. Text
// with raw strings stays as it is, since their lines count.
func (p *Plan) layout(text string, at int) string {
	line := p.unit.Code[strings.LastIndexByte(p.unit.Code[:at], '\n')+1 : at]
	indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	const begin, end = "package p\nfunc _() {\n", "\n}\n"
	out, err := format.Source([]byte(begin + text + end))
	if err != nil || strings.Contains(text, "`") {
		return text
	}
	_, inner, _ := strings.Cut(string(out), "func _() {\n")
	lines := strings.Split(strings.TrimSuffix(inner, "\n}\n"), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimPrefix(l, "\t")
		if i > 0 && lines[i] != "" {
			lines[i] = indent + lines[i]
		}
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// imports puts what the rewritten loop needs and the cell does not import before
// the text ahead of the loop.
func (g *generator) imports(ahead string) string {
	var specs []string
	for _, path := range g.needs {
		if !g.importsPlainly(path) {
			specs = append(specs, strconv.Quote(path))
		}
	}
	if g.unit.Script {
		return g.importText(specs...) + ahead
	}
	return importing(specs, ahead)
}

// importing puts imports before a text, in order with those that it begins with,
// as gofmt has them.
func importing(specs []string, text string) string {
	if len(specs) == 0 {
		return text
	}
	for {
		line, rest, _ := strings.Cut(text, "\n")
		spec, ok := strings.CutPrefix(line, "import ")
		if _, err := strconv.Unquote(spec); !ok || err != nil {
			break
		}
		specs, text = append(specs, spec), rest
	}
	slices.Sort(specs)
	out := ""
	for _, s := range specs {
		out += "import " + s + "\n"
	}
	if strings.HasPrefix(text, "import ") { // one with a name, or a block
		return out + text
	}
	return out + "\n" + strings.TrimLeft(text, "\n")
}

func (g *generator) importsPlainly(path string) bool {
	for _, spec := range g.unit.Imports {
		if spec.Path.Value == strconv.Quote(path) && spec.Name == nil && spec.Pos().IsValid() {
			return true
		}
	}
	return false
}

// plainTasks: nothing is left to do in order, and nobody waits for a panic.
func (g *generator) plainTasks() bool {
	return len(g.split.task.orderedStmts()) == 0 && !g.split.exits && len(g.split.private) == 0
}

// limit is how many tasks to have in flight: for waits more than there are cores.
func (g *generator) limit() string {
	for _, u := range g.query.all {
		if u.resource == network || u.resource == files || u.resource == clock {
			return "16"
		}
	}
	g.needs = appendNew(g.needs, []string{"runtime"})
	return "runtime.GOMAXPROCS(0)"
}

// guardedLimit declares a limit that a guard may lower; else it is written where
// it is used.
func (g *generator) guardedLimit() (declaration, limit string) {
	if g.guardText() == "" {
		return "", g.limit()
	}
	name := g.fresh("limit")
	return name + " := " + g.limit() + "\n" + g.oneAtATime(name), name
}

// oneAtATime lets the tasks run in order where the guard does not hold.
func (g *generator) oneAtATime(limit string) string {
	cond := g.guardText()
	if cond == "" {
		return ""
	}
	return "if !(" + cond + ") { // iterations share memory: one at a time\n" + limit + " = 1\n}\n"
}

// header is the loop statement up to its brace, and the statements that run in
// order before the task.
func (g *generator) header(r *returned) string {
	body := loopBody(g.loop)
	head := len(g.split.head)
	at := body.Lbrace + 1
	if list, _ := g.list(); head < len(list) {
		at = list[head].Pos()
	} else if head > 0 {
		at = list[head-1].End()
	}
	text := g.span(g.loop.Pos(), body.Lbrace+1, nil) + g.region(body.Lbrace+1, at, g.split.head, g.inHeader(r))
	text = strings.TrimRight(text, " \t\n") + "\n"
	text += g.earlyCalls("\n")
	if len(g.query.l.steps) > 0 {
		text += "{\n" // the copies below must not hide what is stepped
	}
	for _, o := range g.split.passed {
		if g.usedAfterHead(o) && !g.query.ofHeader(o) {
			text += o.Name() + " := " + o.Name() + "\n"
		}
	}
	return text
}

func (g *generator) stepLine(from token.Pos) string {
	if len(g.query.l.steps) == 0 {
		return ""
	}
	return "}\n" + strings.TrimSpace(strings.TrimPrefix(g.steps(from), "; ")) + "\n"
}

// fanOut is a loop all of whose work happens in goroutines.
func (g *generator) fanOut() string {
	g.needs = append(g.needs, "sync")
	wg, free := g.fresh("wg"), g.fresh("free")
	list, to := g.list()
	list = list[len(g.split.head):]
	from := to
	if len(list) > 0 {
		from = list[0].Pos()
	}
	begin, end := "", ""
	if g.query.l.frame.node == nil { // its variables are not for later cells
		begin, end = "{\n", "}\n"
	}
	limit, most := g.guardedLimit()
	return begin + "var " + wg + " sync.WaitGroup\n" + limit +
		free + " := make(chan struct{}, " + most + ") // how many at once\n" +
		g.header(nil) +
		free + " <- struct{}{}\n" +
		wg + ".Go(func() {\n" +
		"defer func() { <-" + free + " }()\n" +
		strings.TrimSpace(g.region(from, to, list, jumpStyle{cont: always("return"), brk: always("return")})) +
		"\n})\n" + g.stepLine(to) + "}\n" + wg + ".Wait()\n" + end
}

// queue is a loop whose goroutines hand back what is left to do in order.
func (g *generator) queue() string {
	r := g.results()
	g.steady = r == nil && !g.split.exits && !g.guarded()
	queue, done, finish, stop := g.fresh("queue"), g.fresh("done"), g.fresh("finish"), g.fresh("stop")
	limit := g.fresh("limit")
	g.pipeVar = finish
	list, to := g.list()
	list = list[len(g.split.head):]
	from := to
	if len(list) > 0 {
		from = list[0].Pos()
	}
	before, own := g.keepPrivate()
	body := own + g.block(g.split.task, list, from, to, r)
	var b strings.Builder
	b.WriteString(strings.ReplaceAll(g.declareResults(r), "; ", "\n"))
	begin, end := "{\n", "}\n"
	if g.guarded() {
		begin, end = "func() {\n", "}()\n"
	}
	b.WriteString(begin + before)
	b.WriteString(limit + " := " + g.limit() + " // tasks in flight at most\n" + g.oneAtATime(limit))
	b.WriteString("var " + queue + " []chan " + g.orderedType() + " // one for each task in flight, oldest first\n")
	b.WriteString(g.finisher(queue, finish, stop, strings.Contains(body, "return nil")))
	if g.guarded() {
		b.WriteString("defer func() { // wait for what still runs\nfor _, " + done + " := range " + queue + " {\n<-" + done + "\n}\n}()\n")
		if g.headMayPanic() {
			b.WriteString("defer " + finish + "(0)\n")
		}
	}
	b.WriteString(g.header(r))
	b.WriteString(finish + "(" + limit + " - 1)\n")
	if !g.steady {
		b.WriteString("if " + stop + " {\nbreak\n}\n")
	}
	b.WriteString(g.startTask(queue, done, body))
	b.WriteString(g.stepLine(to) + "}\n" + finish + "(0)\n")
	if !g.steady && !g.guarded() {
		b.WriteString("for _, " + done + " := range " + queue + " { // after a stop: wait for what still runs\n<-" + done + "\n}\n")
	}
	b.WriteString(end)
	b.WriteString(strings.TrimPrefix(g.finish(r), "; "))
	return b.String()
}

// finisher declares the function that does in order what the oldest tasks left
// to do, until so many are in flight.
func (g *generator) finisher(queue, finish, stop string, mayBeNil bool) string {
	const head = " := func(most int) {\n"
	comment := "// " + finish + " ends the oldest tasks, in order, until only most are left\n"
	take := "ordered := <-" + queue + "[0]\n" + queue + " = " + queue + "[1:]\n"
	if g.steady {
		do := "ordered()\n"
		if mayBeNil {
			do = "if ordered != nil {\nordered()\n}\n"
		}
		return comment + finish + head + "for len(" + queue + ") > most {\n" + take + do + "}\n}\n"
	}
	text := stop + " := false\n" + comment + finish + head + "for !" + stop + " && len(" + queue + ") > most {\n" + take
	if g.guarded() {
		text += stop + " = true // unless it returns\n"
	}
	return text + stop + " = ordered != nil && ordered()\n}\n}\n"
}

// startTask starts the goroutine of one iteration.
func (g *generator) startTask(queue, done, body string) string {
	task := g.fresh("task")
	later := "func() bool { panic(r) }"
	if g.steady {
		later = "func() { panic(r) }"
	}
	return task + " := func() " + g.taskResult() + " {\n" + body + "\n}\n" +
		done + " := make(chan " + g.orderedType() + ", 1)\n" + queue + " = append(" + queue + ", " + done + ")\n" +
		"go func() {\ndefer func() {\nif r := recover(); r != nil {\n" + done + " <- " + later + " // in its turn\n}\n}()\n" +
		done + " <- " + task + "()\n}()\n"
}

// guarded: something of the loop may end it otherwise than at its end, and is
// seen by the function around it.
func (g *generator) guarded() bool {
	return g.headMayPanic() || g.split.guarded
}
