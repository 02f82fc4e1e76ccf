package interpreted

import (
	"fmt"
	"strings"
)

// parts are what generated programs are made of.
var parts = []func(*maker){
	soup, soup, soupFunc, soupFunc, showValues, showValues, showNamed, interfaces, interfaces, generics, genericTypes, errorValues, errorValues, recovers, recovers, roundTrip, roundTrip,
	sorting, texts, ordered, pipeline, selects, iterators, iterators, redefineFunc, redefineVar, redefineMethod, counters, perIteration, copies, aliases, mapKeys, enums,
	methodValues, embedding, defers, sessionVar, anySwitch, compareAny, channelsOf, builders, labels, constants, zeroValues, variadics, linked, evaluation, nilValues, places, places,
}

// soup is statements of control flow and arithmetic at the top level of a cell.
func soup(m *maker) {
	for range 1 + m.r.IntN(3) {
		t := pick(m, basics...)
		m.define(t, m.expr(t, 2))
	}
	m.stmt("{\n%s}", m.block(3, false))
	for _, v := range m.vars {
		if k := v.typ.kind; k == "int" || k == "uint" || k == "float" || k == "string" || k == "bool" {
			m.stmt("fmt.Println(%q, %s)", v.name, v.name)
		}
	}
}

// soupFunc is the same in a function with parameters and named results.
func soupFunc(m *maker) {
	f := m.name("f")
	t, u := pick(m, basics...), pick(m, basics...)
	a, b := variable{m.name("a"), t}, variable{m.name("b"), u}
	m.locals = []variable{a, b}
	result := m.name("res")
	m.locals = append(m.locals, variable{result, t})
	body := m.block(3, false)
	m.locals = m.locals[:2]
	m.decl("func %s(%s %s, %s %s) (%s %s, err error) {\n%s%s\n}", f, a.name, t.name, b.name, u.name, result, t.name, body,
		pick(m, "return", "return "+m.expr(t, 2)+", nil", "err = fmt.Errorf(\"bad %v\", "+b.name+")\nreturn"))
	m.locals = nil
	for range 1 + m.r.IntN(2) {
		m.stmt("fmt.Println(%s(%s, %s))", f, m.expr(t, 1), m.expr(u, 1))
	}
}

var verbs = []string{"%v", "%v", "%+v", "%T", "%d", "%s", "%q", "%x", "%6v|", "%-8v|", "%t", "%8.2f|", "%g", "%c", "%U", "%08b", "%X", "%e", "%+d", "%#x", "%o"}

// showValues prints values of any type with any verb, and without one.
func showValues(m *maker) {
	t := m.typ(3)
	v := m.define(t, m.value(t))
	m.stmt("fmt.Println(%s, []%s{%s}, map[string]%s{\"k\": %s})", v, t.name, v, t.name, v)
	for range 2 {
		m.stmt("fmt.Printf(\"%s %s\\n\", %s, %s)", pick(m, verbs...), pick(m, "%v", "%+v", "%T"), v, m.value(t))
	}
	if t.kind == "struct" {
		m.stmt("fmt.Printf(\"%%v %%+v %%T\\n\", &%s, &%s, &%s)", v, v, v)
		m.stmt("fmt.Println(fmt.Sprint(%s) == fmt.Sprintf(\"%%v\", %s), struct{ A %s; B any }{%s, %s})", v, v, t.name, v, v)
	}
}

func showNamed(m *maker) {
	t := m.namedBasic()
	v := m.define(t, m.value(t))
	m.stmt("fmt.Printf(\"%s %s %s\\n\", %s, %s, %s)", pick(m, verbs...), pick(m, verbs...), pick(m, verbs...), v, v, v)
	m.stmt("fmt.Println(%s, &struct{ X *%s; Y %s }{nil, %s}, [...]%s{%s, %s})", v, t.name, t.name, v, t.name, v, m.value(t))
}

// interfaces are session interfaces with some implementations.
func interfaces(m *maker) {
	i, meth := m.name("I"), pick(m, "Area", "Score", "Len")
	m.decl("type %s interface {\n\t%s() int\n\tName() string\n}", i, meth)
	var all []string
	for range 1 + m.r.IntN(3) {
		t := m.structType(1)
		recv := pick(m, "", "*")
		m.decl("func (x %s%s) %s() int { return %d + len(fmt.Sprint(x.%s)) }", recv, t.name, meth, m.r.IntN(50), t.fields[0].name)
		m.decl("func (x %s%s) Name() string { return %q + fmt.Sprint(x.%s() > %d) }", recv, t.name, t.name, meth, m.r.IntN(50))
		amp := pick(m, "&", recv)
		if recv == "*" {
			amp = "&"
		}
		all = append(all, amp+m.value(t))
	}
	t := &goType{name: "[]" + i, kind: "ifaces"}
	v := m.define(t, t.name+"{"+strings.Join(all, ", ")+"}")
	f := m.name("total")
	m.decl("func %s(xs []%s) (n int) {\n\tfor _, x := range xs {\n\t\tn += x.%s()\n\t}\n\treturn n\n}", f, i, meth)
	m.stmt("for k, x := range %s {\n\tfmt.Println(k, x.Name(), x.%s())\n\tif s, ok := x.(fmt.Stringer); ok {\n\t\tfmt.Println(\"stringer\", s)\n\t}\n\t_, isErr := any(x).(error)\n\tfmt.Printf(\"%%T %%v\\n\", x, isErr)\n}", v, meth)
	m.stmt("fmt.Println(%s(%s), len(%s), %s[0] == %s[len(%s)-1] || true)", f, v, v, v, v, v)
}

func generics(m *maker) {
	mp, fl, rd := m.name("Map"), m.name("Filter"), m.name("Reduce")
	m.decl("func %s[T, U any](xs []T, f func(T) U) []U {\n\tout := make([]U, 0, len(xs))\n\tfor _, x := range xs {\n\t\tout = append(out, f(x))\n\t}\n\treturn out\n}", mp)
	m.decl("func %s[S ~[]E, E any](xs S, keep func(E) bool) (out S) {\n\tfor _, x := range xs {\n\t\tif keep(x) {\n\t\t\tout = append(out, x)\n\t\t}\n\t}\n\treturn\n}", fl)
	m.decl("func %s[T, A any](xs []T, acc A, f func(A, T) A) A {\n\tfor _, x := range xs {\n\t\tacc = f(acc, x)\n\t}\n\treturn acc\n}", rd)
	t := m.integer()
	xs := fmt.Sprintf("[]%s{%s}", t.name, list(m.r.IntN(6), func(int) string { return m.value(t) }))
	v := m.define(&goType{name: "[]" + t.name, kind: "slice", elem: t}, xs)
	m.stmt("fmt.Println(%s(%s, func(x %s) string { return fmt.Sprintf(\"<%%v>\", x) }))", mp, v, t.name)
	m.stmt("fmt.Println(%s(%s, func(x %s) bool { return x%%2 == %d }))", fl, v, t.name, m.r.IntN(2))
	m.stmt("fmt.Println(%s(%s, \"\", func(a string, x %s) string { return a + fmt.Sprint(x) }), %s(%s, 0.5, func(a float64, x %s) float64 { return a + float64(x) }))", rd, v, t.name, rd, v, t.name)
	sum := m.name("Sum")
	m.decl("type %sNum interface{ ~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uint | ~float64 }", sum)
	m.decl("func %s[T %sNum](xs ...T) (s T) {\n\tfor _, x := range xs {\n\t\ts += x\n\t}\n\treturn s\n}", sum, sum)
	m.stmt("fmt.Println(%s(%s...), %s(1.5, 2), %s[int]())", sum, v, sum, sum)
}

func genericTypes(m *maker) {
	s, p := m.name("Stack"), m.name("Pair")
	m.decl("type %s[T any] struct {\n\titems []T\n\tn int\n}", s)
	m.decl("func (s *%s[T]) Push(xs ...T) *%s[T] {\n\ts.items = append(s.items, xs...)\n\ts.n += len(xs)\n\treturn s\n}", s, s)
	m.decl("func (s *%s[T]) Pop() (x T, ok bool) {\n\tif len(s.items) == 0 {\n\t\treturn x, false\n\t}\n\tx = s.items[len(s.items)-1]\n\ts.items = s.items[:len(s.items)-1]\n\treturn x, true\n}", s)
	m.decl("func (s %s[T]) All() iter.Seq2[int, T] {\n\treturn func(yield func(int, T) bool) {\n\t\tfor i, x := range s.items {\n\t\t\tif !yield(i, x) {\n\t\t\t\treturn\n\t\t\t}\n\t\t}\n\t}\n}", s)
	m.decl("type %s[K cmp.Ordered, V any] struct {\n\tKey K\n\tVal V\n}", p)
	m.decl("func (p %s[K, V]) Less(q %s[K, V]) bool { return p.Key < q.Key }", p, p)
	if m.chance(2) {
		m.decl("func (p %s[K, V]) String() string { return fmt.Sprintf(\"%%v=>%%v\", p.Key, p.Val) }", p)
	}
	t := m.typ(2)
	st := &goType{name: s + "[" + t.name + "]", kind: "stack"}
	v := m.define(st, st.name+"{}")
	m.stmt("%s.Push(%s).Push(%s)", v, list(m.r.IntN(3), func(int) string { return m.value(t) }), m.value(t))
	m.stmt("{\n\tx, ok := %s.Pop()\n\tfmt.Println(x, ok, len(%s.items), %s.n)\n\tfor i, x := range %s.All() {\n\t\tfmt.Println(i, x)\n\t\tif i == %d {\n\t\t\tbreak\n\t\t}\n\t}\n}", v, v, v, v, m.r.IntN(3))
	k := pick(m, goInt, goString, goFloat)
	m.stmt("{\n\tps := []%s[%s, %s]{{%s, %s}, {%s, %s}, {Key: %s}}\n\tsort.SliceStable(ps, func(i, j int) bool { return ps[i].Less(ps[j]) })\n\tfmt.Printf(\"%%v %%+v %%T\\n\", ps, ps[0], ps)\n}",
		p, k.name, t.name, m.value(k), m.value(t), m.value(k), m.value(t), m.value(k))
}

func errorValues(m *maker) {
	e, sentinel := m.name("E"), m.name("Err")
	star := pick(m, "", "*")
	amp := strings.ReplaceAll(star, "*", "&")
	m.decl("type %s struct {\n\tCode int\n\tOp string\n\tErr error\n}", e)
	m.decl("func (e %s%s) Error() string { return fmt.Sprintf(\"%%s failed with %%d\", e.Op, e.Code) }", star, e)
	if m.chance(2) {
		m.decl("func (e %s%s) Unwrap() error { return e.Err }", star, e)
	}
	if m.chance(4) {
		m.decl("func (e %s%s) Is(target error) bool { return target == fs.ErrExist }", star, e)
	}
	m.decl("var %s = errors.New(%q)", sentinel, "not here"+m.id)
	f := m.name("load")
	m.decl("func %s(n int) (s string, err error) {\n\tswitch {\n\tcase n == 0:\n\t\treturn \"zero\", nil\n\tcase n == 1:\n\t\treturn \"\", %s\n\tcase n == 2:\n\t\treturn \"\", fmt.Errorf(\"load %%d: %%w\", n, %s)\n\tcase n == 3:\n\t\treturn \"\", %s%s{n, \"op\", %s}\n\tcase n == 4:\n\t\terr = fmt.Errorf(\"outer: %%w\", fmt.Errorf(\"inner: %%w\", %s%s{Code: n}))\n\t\treturn\n\tcase n == 5:\n\t\treturn \"\", errors.Join(%s, %s%s{Code: %d, Op: \"join\"})\n\t}\n\t_, err = strconv.Atoi(fmt.Sprint(\"x\", n))\n\treturn\n}",
		f, sentinel, sentinel, amp, e, sentinel, amp, e, sentinel, amp, e, m.r.IntN(9))
	m.stmt("for n := range 7 {\n\ts, err := %s(n)\n\tvar e %s%s\n\tvar num *strconv.NumError\n\tfmt.Printf(\"%%d %%q %%v %%v %%v %%v %%v\\n\", n, s, err, errors.Is(err, %s), errors.As(err, &e), errors.As(err, &num), errors.Is(err, fs.ErrExist))\n\tif errors.As(err, &e) {\n\t\tfmt.Println(e.Code, e.Op, e.Err, e)\n\t}\n\tfmt.Printf(\"%%T %%v\\n\", err, errors.Unwrap(err))\n}", f, star, e, sentinel)
	if star == "" {
		m.stmt("fmt.Println(errors.Is(fmt.Errorf(\"w %%w\", %s{Code: 1}), %s{Code: 1}), error(%s{Code: 2}) == error(%s{Code: 2}))", e, e, e, e)
	} else {
		m.stmt("fmt.Println(func() error {\n\tvar p *%s\n\treturn p\n}() == nil, errors.Is(&%s{}, &%s{Code: 1}))", e, e, e)
	}
}

// recovers makes each kind of run-time panic and shows what is recovered.
func recovers(m *maker) {
	for range 1 + m.r.IntN(3) {
		i, n := m.r.IntN(9)+3, m.r.IntN(3)
		xs := fmt.Sprintf("xs := make([]int, %d)\ni := len(xs) + %d\n_ = i\n", n, i)
		m.guarded(pick(m,
			xs+"fmt.Println(xs[i])\n",
			xs+"xs[i] = 1\n",
			xs+"fmt.Println(xs[:i])\n",
			xs+"fmt.Println(xs[i:])\n",
			xs+"j := 1\nfmt.Println(xs[i:j], 1)\n",
			xs+"fmt.Println(\"abc\"[i])\n",
			xs+"s := strings.Repeat(\"ab\", 2)\nfmt.Println(s[i:])\n",
			xs+"a := [3]int{1, 2, 3}\nfmt.Println(a[i])\n",
			xs+"i = -i\nfmt.Println(xs[i])\n",
			xs+"_ = [4]int(xs)\n",
			"var mm map[string]int\nmm[\"a\"]++\n",
			"z := 0\nfmt.Println(1 / z)\n",
			"var p *struct{ X int }\nfmt.Println(p.X)\n",
			"var x any = \"s\"\nfmt.Println(x.(int))\n",
			"var x any\nfmt.Println(x.(string))\n",
			"var x any = 3\nfmt.Println(x.(fmt.Stringer))\n",
			"var f func()\nf()\n",
			"panic(fmt.Errorf(\"wrapped %w\", io.EOF))\n",
			"panic(\"plain\")\n",
			"panic(42)\n",
			"c := make(chan int)\nclose(c)\nclose(c)\n",
			"c := make(chan int)\nclose(c)\nc <- 1\n",
			"n := -1\n_ = make([]int, n)\n",
			"var x any = []int{1}\nfmt.Println(map[any]int{x: 1})\n",
			"var x, y any = []int{1}, []int{1}\nfmt.Println(x == y)\n",
			"defer fmt.Println(\"deferred\")\npanic(errors.New(\"second\"))\n",
			"defer func() { panic(fmt.Sprint(\"re-panic \", recover())) }()\npanic(1)\n",
		))
	}
	f := m.name("safe")
	m.decl("func %s(n int) (res int, err error) {\n\tdefer func() {\n\t\tif r := recover(); r != nil {\n\t\t\terr = fmt.Errorf(\"caught: %%v\", r)\n\t\t\tif e, ok := r.(error); ok {\n\t\t\t\terr = fmt.Errorf(\"caught error: %%w\", e)\n\t\t\t}\n\t\t\tres *= 2\n\t\t}\n\t}()\n\tres = n + 1\n\txs := []int{10, 20, 30}\n\treturn xs[n] / (n - 1), nil\n}", f)
	m.stmt("for n := range 5 {\n\tfmt.Println(%s(n))\n}", f)
}

// roundTrip encodes and decodes JSON.
func roundTrip(m *maker) {
	var t *goType
	for t == nil || !t.json {
		t = m.structType(2)
	}
	v := m.define(t, m.value(t))
	m.stmt("{\n\tb, err := json.Marshal(%s)\n\tfmt.Println(string(b), err)\n\tvar back %s\n\terr = json.Unmarshal(b, &back)\n\tfmt.Printf(\"%%+v %%v\\n\", back, err)\n\tb, _ = json.MarshalIndent([]%s{back}, \"\", \"  \")\n\tfmt.Println(string(b))\n}", v, t.name, t.name)
	m.stmt("{\n\tvar back %s\n\tfmt.Println(json.Unmarshal([]byte(`{\"%s\": {\"a\": []}, \"other\": 1}`), &back) != nil, back)\n}", t.name, t.fields[0].name)
	m.stmt("{\n\tvar x any\n\terr := json.Unmarshal([]byte(`{\"a\": [1, 2.5, \"s\", null, true], \"b\": {\"c\": {}}}`), &x)\n\tfmt.Println(x, err, x.(map[string]any)[\"a\"].([]any)[%d])\n}", m.r.IntN(5))
}

func sorting(m *maker) {
	t := m.name("Person")
	m.decl("type %s struct {\n\tName string\n\tAge int\n}", t)
	by := m.name("byAge")
	m.decl("type %s []%s", by, t)
	m.decl("func (b %s) Len() int { return len(b) }\nfunc (b %s) Swap(i, j int) { b[i], b[j] = b[j], b[i] }\nfunc (b %s) Less(i, j int) bool { return b[i].Age < b[j].Age }", by, by, by)
	v := m.define(&goType{name: "[]" + t, kind: "persons"}, fmt.Sprintf("[]%s{%s}", t, list(2+m.r.IntN(6), func(int) string {
		return fmt.Sprintf("{%q, %d}", pick(m, "ann", "bob", "cid", "dan", "eve"), m.r.IntN(40))
	})))
	m.stmt("%s", pick(m,
		fmt.Sprintf("sort.SliceStable(%s, func(i, j int) bool { return %s[i].Age > %s[j].Age })", v, v, v),
		fmt.Sprintf("sort.Stable(%s(%s))", by, v),
		fmt.Sprintf("sort.Stable(sort.Reverse(%s(%s)))", by, v),
		fmt.Sprintf("slices.SortStableFunc(%s, func(a, b %s) int { return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.Age, b.Age)) })", v, t),
	))
	m.stmt("fmt.Println(%s, slices.IndexFunc(%s, func(p %s) bool { return p.Age > 20 }), slices.ContainsFunc(%s, func(p %s) bool { return p.Name == \"bob\" }))", v, v, t, v, t)
	m.stmt("{\n\tages := map[string][]int{}\n\tfor _, p := range %s {\n\t\tages[p.Name] = append(ages[p.Name], p.Age)\n\t}\n\tfor _, k := range slices.Sorted(maps.Keys(ages)) {\n\t\tfmt.Println(k, ages[k], slices.Max(ages[k]))\n\t}\n\tfmt.Println(ages)\n}", v)
}

func texts(m *maker) {
	words := list(2+m.r.IntN(6), func(int) string {
		return fmt.Sprintf("%q", pick(m, "the", "Quick", "bröwn", "fox", "a,b", "x=1", "12", " "))
	})
	v := m.define(&goType{name: "[]string", kind: "slice", elem: goString}, "[]string{"+words+"}")
	m.stmt("fmt.Printf(\"%%q %%s %%v\\n\", strings.Join(%s, %q), %s, strings.Fields(strings.Join(%s, \" \")))", v, pick(m, ",", " - ", ""), v, v)
	m.stmt("for i, w := range %s {\n\tbefore, after, ok := strings.Cut(w, %q)\n\tfmt.Println(i, len(w), utf8.RuneCountInString(w), []rune(w), before, after, ok, strings.Map(func(r rune) rune {\n\t\tif unicode.IsUpper(r) {\n\t\t\treturn -1\n\t\t}\n\t\treturn r + %d\n\t}, w))\n}", v, pick(m, ",", "=", "o"), m.r.IntN(3))
	m.stmt("{\n\tcounts := map[rune]int{}\n\tfor _, r := range strings.Join(%s, \"\") {\n\t\tcounts[r]++\n\t}\n\tkeys := make([]rune, 0)\n\tfor k := range counts {\n\t\tkeys = append(keys, k)\n\t}\n\tslices.Sort(keys)\n\tfor _, k := range keys {\n\t\tfmt.Printf(\"%%c%%d \", k, counts[k])\n\t}\n\tfmt.Println()\n}", v)
}

// ordered starts goroutines of which each writes its own place.
func ordered(m *maker) {
	n := 2 + m.r.IntN(12)
	t := pick(m, goInt, goString, goFloat)
	m.locals = []variable{{"i", goInt}}
	e := m.expr(t, 2)
	m.locals = nil
	m.stmt("{\n\tvar wg sync.WaitGroup\n\tvar mu sync.Mutex\n\tres := make([]%s, %d)\n\ttotal := 0\n\tfor i := range res {\n\t\twg.Add(1)\n\t\tgo func() {\n\t\t\tdefer wg.Done()\n\t\t\tres[i] = %s\n\t\t\tmu.Lock()\n\t\t\tdefer mu.Unlock()\n\t\t\ttotal += i\n\t\t}()\n\t}\n\twg.Wait()\n\tfmt.Println(res, total)\n}", t.name, n, e)
}

func pipeline(m *maker) {
	src, sq := m.name("source"), m.name("square")
	m.decl("func %s(n int) <-chan int {\n\tout := make(chan int%s)\n\tgo func() {\n\t\tdefer close(out)\n\t\tfor i := range n {\n\t\t\tout <- i\n\t\t}\n\t}()\n\treturn out\n}", src, pick(m, "", ", 3"))
	m.decl("func %s(in <-chan int) <-chan int {\n\tout := make(chan int)\n\tgo func() {\n\t\tfor v := range in {\n\t\t\tout <- v*v + %d\n\t\t}\n\t\tclose(out)\n\t}()\n\treturn out\n}", sq, m.r.IntN(5))
	m.stmt("for v := range %s(%s(%d)) {\n\tfmt.Print(v, \" \")\n}\nfmt.Println()", sq, src, m.r.IntN(7))
	m.stmt("{\n\tvar n atomic.Int64\n\tjobs, done := make(chan int), make(chan struct{})\n\tfor range 3 {\n\t\tgo func() {\n\t\t\tfor j := range jobs {\n\t\t\t\tn.Add(int64(j))\n\t\t\t}\n\t\t\tdone <- struct{}{}\n\t\t}()\n\t}\n\tfor j := range %d {\n\t\tjobs <- j\n\t}\n\tclose(jobs)\n\tfor range 3 {\n\t\t<-done\n\t}\n\tfmt.Println(n.Load())\n}", m.r.IntN(20))
}

func selects(m *maker) {
	label := m.name("L")
	m.stmt("{\n\ta, quit := make(chan int), make(chan bool)\n\tgo func() {\n\t\tfor i := range %d {\n\t\t\ta <- i * i\n\t\t}\n\t\tclose(quit)\n\t}()\n%s:\n\tfor {\n\t\tselect {\n\t\tcase v := <-a:\n\t\t\tif v == %d {\n\t\t\t\tbreak\n\t\t\t}\n\t\t\tfmt.Print(v, \" \")\n\t\tcase _, ok := <-quit:\n\t\t\tfmt.Println(\"quit\", ok)\n\t\t\tbreak %s\n\t\t}\n\t}\n}", m.r.IntN(6), label, pick(m, 1, 4, 9), label)
	m.stmt("{\n\tc := make(chan string, 1)\n\tfor i := range 3 {\n\t\tselect {\n\t\tcase c <- fmt.Sprint(\"m\", i):\n\t\t\tfmt.Println(\"sent\", i)\n\t\tdefault:\n\t\t\tfmt.Println(\"full\", i, <-c)\n\t\t}\n\t}\n\tctx, cancel := context.WithCancel(context.Background())\n\tcancel()\n\tselect {\n\tcase <-ctx.Done():\n\t\tfmt.Println(ctx.Err())\n\tcase <-time.After(time.Minute):\n\t}\n}")
}

func iterators(m *maker) {
	count, keep := m.name("count"), m.name("keep")
	m.decl("func %s(n int) iter.Seq[int] {\n\treturn func(yield func(int) bool) {\n\t\tdefer fmt.Print(\"end \")\n\t\tfor i := 0; i < n; i++ {\n\t\t\tif !yield(i) {\n\t\t\t\treturn\n\t\t\t}\n\t\t}\n\t}\n}", count)
	m.decl("func %s[T any](s iter.Seq[T], ok func(T) bool) iter.Seq[T] {\n\treturn func(yield func(T) bool) {\n\t\tfor x := range s {\n\t\t\tif ok(x) && !yield(x) {\n\t\t\t\treturn\n\t\t\t}\n\t\t}\n\t}\n}", keep)
	find := m.name("find")
	m.decl("func %s(n int) (at int, err error) {\n\tdefer func() { at++ }()\n\tfor a := range %s(5) {\n\t\tfor b := range %s(%s(9), func(x int) bool { return x%%2 == 0 }) {\n\t\t\tif a*b == n {\n\t\t\t\treturn a*10 + b, nil\n\t\t\t}\n\t\t\tif b > a {\n\t\t\t\tbreak\n\t\t\t}\n\t\t}\n\t}\n\treturn 0, errors.New(\"none\")\n}", find, count, keep, count)
	m.stmt("fmt.Println(%s(%d))", find, m.r.IntN(20))
	label := m.name("L")
	m.stmt("%s:\nfor i := range %s(4) {\n\tfor j := range %s(4) {\n\t\tif j == i {\n\t\t\tcontinue %s\n\t\t}\n\t\tif i == %d {\n\t\t\tbreak %s\n\t\t}\n\t\tfmt.Print(i, j, \" \")\n\t}\n}\nfmt.Println()", label, count, count, label, m.r.IntN(4), label)
	m.stmt("fmt.Println(slices.Collect(%s(%s(%d), func(x int) bool { return x != 2 })), slices.Sorted(maps.Values(map[int]string{1: \"b\", 2: \"a\"})))", keep, count, m.r.IntN(6))
	m.stmt("{\n\tvar fs []func() int\n\tfor i := range %s(3) {\n\t\tfs = append(fs, func() int { i += %d; return i })\n\t}\n\tfor _, f := range fs {\n\t\tfmt.Print(f(), f(), \" \")\n\t}\n\tnext, stop := iter.Pull(%s(2))\n\tfmt.Println(next())\n\tstop()\n}", count, m.r.IntN(4), count)
}

// redefineFunc defines a function again in a later cell: earlier callers call
// the new one.
func redefineFunc(m *maker) {
	f, g := m.name("f"), m.name("g")
	t := pick(m, goInt, goString, goFloat)
	write := func(e string, first bool) {
		fmt.Fprintf(&m.cell, "func %s(a, b %s) %s { return %s }\n", f, t.name, t.name, e)
		if first {
			fmt.Fprintf(&m.decls, "var %s func(a, b %s) %s\n", f, t.name, t.name)
		}
		fmt.Fprintf(&m.body, "%s = func(a, b %s) %s { return %s }\n", f, t.name, t.name, e)
	}
	body := func() string {
		m.locals = []variable{{"a", t}, {"b", t}}
		defer func() { m.locals = nil }()
		return m.expr(t, 2)
	}
	m.endCell()
	write(body(), true)
	m.decl("func %s(x %s) string { return fmt.Sprint(\"g:\", %s(x, x)) }", g, t.name, f)
	m.stmt("fmt.Println(%s(%s))", g, m.value(t))
	m.endCell()
	write(body(), false)
	m.stmt("fmt.Println(%s(%s), %s(%s, %s))", g, m.value(t), f, m.value(t), m.value(t))
	m.endCell()
}

// redefineVar defines a variable again with the same type: functions and
// function literals of earlier cells see the new one.
func redefineVar(m *maker) {
	t := m.typ(1)
	v := m.define(t, m.value(t))
	f := m.name("get")
	m.decl("func %s() string { return fmt.Sprint(%s) }", f, v)
	lit := m.define(&goType{name: "func() string", kind: "func"}, fmt.Sprintf("func() string { return \"lit \" + fmt.Sprint(%s) }", v))
	m.stmt("fmt.Println(%s(), %s())", f, lit)
	m.endCell()
	again := m.value(t)
	fmt.Fprintf(&m.cell, "var %s %s = %s\n", v, t.name, again)
	fmt.Fprintf(&m.body, "%s = %s\n", v, again)
	m.stmt("fmt.Println(%s(), %s(), %s)", f, lit, v)
	m.endCell()
}

// redefineMethod defines a method again, which values made before have too.
func redefineMethod(m *maker) {
	m.endCell()
	t, f := m.name("M"), m.name("how")
	m.decl("type %s struct{ n int }", t)
	fmt.Fprintf(&m.decls, "var %s func(x %s) string\nfunc (x %s) String() string { return %s(x) }\n", f, t, t, f)
	write := func(text string) {
		fmt.Fprintf(&m.cell, "func (x %s) String() string { return fmt.Sprint(%q, x.n) }\n", t, text)
		fmt.Fprintf(&m.body, "%s = func(x %s) string { return fmt.Sprint(%q, x.n) }\n", f, t, text)
	}
	write("first")
	v := m.define(&goType{name: t, kind: "other"}, fmt.Sprintf("%s{%d}", t, m.r.IntN(9)))
	held := m.define(&goType{name: "[]any", kind: "other"}, fmt.Sprintf("[]any{%s, &%s, 1}", v, v))
	m.stmt("fmt.Println(%s, %s, %s.String())", v, held, v)
	m.endCell()
	write("second")
	m.stmt("fmt.Println(%s, %s, %s.String(), %s[0].(fmt.Stringer).String())", v, held, v, held)
	m.endCell()
}

func counters(m *maker) {
	f := m.name("counter")
	m.decl("func %s(start, step int) (next func() int, reset func()) {\n\tn := start\n\treturn func() int {\n\t\tdefer func() { n += step }()\n\t\treturn n\n\t}, func() { n = start }\n}", f)
	m.stmt("{\n\tnext, reset := %s(%d, %d)\n\tother, _ := %s(100, -1)\n\tfmt.Println(next(), next(), other(), next())\n\treset()\n\tfmt.Println(next(), other())\n}", f, m.r.IntN(10), 1+m.r.IntN(5), f)
	memo := m.name("memo")
	m.decl("func %s(f func(int) int) func(int) int {\n\tseen := map[int]int{}\n\treturn func(n int) int {\n\t\tif v, ok := seen[n]; ok {\n\t\t\tfmt.Print(\"hit \")\n\t\t\treturn v\n\t\t}\n\t\tseen[n] = f(n)\n\t\treturn seen[n]\n\t}\n}", memo)
	m.stmt("{\n\tvar fib func(int) int\n\tfib = %s(func(n int) int {\n\t\tif n < 2 {\n\t\t\treturn n\n\t\t}\n\t\treturn fib(n-1) + fib(n-2)\n\t})\n\tfmt.Println(fib(%d))\n}", memo, 3+m.r.IntN(8))
}

func perIteration(m *maker) {
	v := m.define(&goType{name: "[]func() int", kind: "other"}, "nil")
	m.stmt("for i := 0; i < %d; i++ {\n\tj := i * %d\n\tif i %% 2 == 0 {\n\t\ti += %d\n\t}\n\t%s = append(%s, func() int { j++; return i*100 + j })\n\tdefer func() { fmt.Println(\"deferred at the end\", %d) }()\n}", 2+m.r.IntN(4), m.r.IntN(5), m.r.IntN(2), v, v, 7)
	m.stmt("for k, f := range %s {\n\tfmt.Print(k, f(), f(), \" \")\n}\nfmt.Println()", v)
	m.stmt("for _, s := range []string{\"a\", \"b\"} {\n\tswitch {\n\tcase s > %q:\n\t\tu := s + \"!\"\n\t\t%s = append(%s, func() int { return len(u) + int(s[0]) })\n\t}\n}\nfmt.Println(%s[len(%s)-1]())", pick(m, "", "a", "z"), v, v, v, v)
}

// copies: arrays and structs are copied, slices and maps are not.
func copies(m *maker) {
	t := m.structType(2)
	v := m.define(t, m.value(t))
	w := m.define(t, v)
	f := t.fields[0]
	m.stmt("%s.%s = %s", w, f.name, m.value(f.typ))
	m.stmt("fmt.Println(%s, %s)", v, w)
	arr := m.define(&goType{name: "[2]" + t.name, kind: "other"}, fmt.Sprintf("[2]%s{%s, %s}", t.name, v, w))
	m.stmt("{\n\tb := %s\n\tb[0].%s = %s\n\tp := &%s[1]\n\tp.%s = %s\n\tfor i, x := range %s {\n\t\tx.%s = %s\n\t\tfmt.Println(i, x)\n\t}\n\tfmt.Println(%s, b)\n\tm := map[string]%s{\"x\": b[0]}\n\ty := m[\"x\"]\n\ty.%s = %s\n\tfmt.Println(m, y, m[\"none\"])\n}",
		arr, f.name, m.value(f.typ), arr, f.name, m.value(f.typ), arr, f.name, m.value(f.typ), arr, t.name, f.name, m.value(f.typ))
	if t.comparable {
		m.stmt("fmt.Println(%s == %s, %s != %s, %s == [2]%s{})", v, w, v, v, arr, t.name)
	}
}

func aliases(m *maker) {
	t := pick(m, basics...)
	v := m.define(&goType{name: "[]" + t.name, kind: "slice", elem: t}, fmt.Sprintf("[]%s{%s}", t.name, list(4+m.r.IntN(3), func(int) string { return m.value(t) })))
	a, b := m.r.IntN(2), 2+m.r.IntN(2)
	m.stmt("{\n\ts := %s[%d:%d]\n\tt := %s[%d:%d:%d]\n\ts = append(s, %s)\n\tt = append(t, %s)\n\ts[0], t[0] = t[0], s[0]\n\tfmt.Println(%s, s, t, len(s), cap(t) > 0, copy(s, %s[1:]), s)\n\tp := &s[len(s)-1]\n\t*p = %s\n\tfmt.Println(%s, s, slices.Clone(s), slices.Insert(slices.Clone(s), 1, *p), slices.Delete(slices.Clone(s), 0, 1))\n}", v, a, b, v, a, b, b, m.value(t), m.value(t), v, v, m.value(t), v)
	if t.comparable && t.kind != "bool" {
		m.stmt("fmt.Println(slices.Index(%s, %s), slices.Equal(%s, %s[:2]), slices.Max(%s), slices.Compact(slices.Clone(%s)))", v, m.value(t), v, v, v, v)
	}
}

func mapKeys(m *maker) {
	k := m.keyType(2)
	e := m.typ(1)
	v := m.define(&goType{name: "map[" + k.name + "]" + e.name, kind: "map", key: k, elem: e}, fmt.Sprintf("map[%s]%s{}", k.name, e.name))
	for range 1 + m.r.IntN(4) {
		m.stmt("%s[%s] = %s", v, m.value(k), m.value(e))
	}
	m.stmt("{\n\tk := %s(%s)\n\tx, ok := %s[k]\n\tfmt.Println(%s, len(%s), x, ok)\n\tdelete(%s, k)\n\tn := 0\n\tfor q, x := range %s {\n\t\t_, _ = q, x\n\t\tn++\n\t}\n\tfmt.Println(n, len(%s))\n\tclear(%s)\n\tfmt.Println(%s, len(%s))\n}", k.paren(), m.value(k), v, v, v, v, v, v, v, v, v)
	if e.kind == "int" || e.kind == "uint" {
		m.stmt("%s[%s] += %s\n%s[%s]++\nfmt.Println(%s)", v, m.value(k), m.value(e), v, m.value(k), v)
	}
}

func enums(m *maker) {
	t := m.name("Level")
	m.decl("type %s %s\nconst (\n\t%sLow %s = iota%s\n\t%sMid\n\t_\n\t%sHigh\n)", t, pick(m, "int", "uint8", "int64"), t, t, pick(m, "", " + 1", " * 10"), t, t)
	m.decl("func (l %s) String() string {\n\tswitch l {\n\tcase %sLow:\n\t\treturn \"low\"\n\tcase %sMid, %sHigh:\n\t\treturn \"mid or high\"\n\t}\n\treturn \"level \" + strconv.Itoa(int(l))\n}", t, t, t, t)
	m.stmt("fmt.Println(%sLow, %sHigh, %s(7), []%s{%sMid}, map[%s]bool{%sLow: true}, struct{ L %s }{%sMid})", t, t, t, t, t, t, t, t, t)
	m.stmt("fmt.Printf(\"%%v %%d %%s %%q %%x %%+v %%T %%5d|\\n\", %sLow, %sMid, %sMid, %sLow, %sHigh, &struct{ L *%s }{}, %sLow, %sHigh)", t, t, t, t, t, t, t, t)
}

func methodValues(m *maker) {
	t := m.name("Acc")
	m.decl("type %s struct{ sum int }\nfunc (a *%s) Add(n int) *%s {\n\ta.sum += n\n\treturn a\n}\nfunc (a %s) Get() int { return a.sum }", t, t, t, t)
	v := m.define(&goType{name: t, kind: "other"}, t+"{}")
	m.stmt("{\n\tadd, get := %s.Add, %s.Get\n\tadd(%d).Add(%d)\n\tf, g := (*%s).Add, %s.Get\n\tf(&%s, 5)\n\tfmt.Println(get(), %s.Get(), g(%s), %s)\n\tfor _, op := range []func(int) *%s{add, %s.Add} {\n\t\top(%d)\n\t}\n\tfmt.Println(%s)\n}", v, v, m.r.IntN(9), m.r.IntN(9), t, t, v, v, v, v, t, v, m.r.IntN(5), v)
	ft := m.name("Op")
	m.decl("type %s func(int, int) int\nfunc (o %s) Twice(a, b int) int { return o(o(a, b), b) }", ft, ft)
	m.stmt("{\n\tops := map[string]%s{\"add\": func(a, b int) int { return a + b }, \"mul\": func(a, b int) int { return a * b }}\n\tfor _, k := range slices.Sorted(maps.Keys(ops)) {\n\t\tfmt.Println(k, ops[k](%d, 3), ops[k].Twice(2, %d))\n\t}\n}", ft, m.r.IntN(9), m.r.IntN(9))
}

func embedding(m *maker) {
	base, mid, top := m.name("Base"), m.name("Mid"), m.name("Top")
	m.decl("type %s struct{ ID int }\nfunc (b %s) Describe() string { return fmt.Sprintf(\"base %%d\", b.ID) }\nfunc (b *%s) SetID(n int) { b.ID = n }", base, base, base)
	m.decl("type %s struct {\n\t%s%s\n\tName string\n}", mid, pick(m, "", ""), base)
	if m.chance(2) {
		m.decl("func (x %s) Describe() string { return \"mid \" + x.%s.Describe() }", mid, base)
	}
	star := pick(m, "", "*")
	m.decl("type %s struct {\n\t%s%s\n\tmu sync.Mutex\n\ttags map[string]int\n}", top, star, mid)
	val := fmt.Sprintf("%s%s{%s: %s{%d}, Name: %q}", strings.ReplaceAll(star, "*", "&"), mid, base, base, m.r.IntN(9), "n")
	m.stmt("{\n\tx := &%s{%s: %s, tags: map[string]int{\"a\": 1}}\n\tx.mu.Lock()\n\tx.SetID(%d)\n\tx.ID++\n\tx.tags[x.Name] += x.ID\n\tx.mu.Unlock()\n\tvar d interface{ Describe() string } = x\n\tfmt.Println(x.Describe(), d.Describe(), x.%s.%s.ID, x.tags, x.%s.Name)\n\tf := x.Describe\n\tx.SetID(77)\n\tfmt.Println(f(), x.Describe())\n}", top, mid, val, m.r.IntN(50), mid, base, mid)
}

func defers(m *maker) {
	f := m.name("trace")
	m.decl("func %s(n int) (s string, k int) {\n\tx := n\n\tdefer fmt.Println(\"arg\", x, s)\n\tdefer func(y int) {\n\t\ts += fmt.Sprint(\" y\", y, \" x\", x)\n\t\tk *= 2\n\t}(x)\n\tx *= 10\n\tfor i := range n {\n\t\tdefer func() { s += fmt.Sprint(i) }()\n\t\tif i == %d {\n\t\t\treturn \"early\", x + i\n\t\t}\n\t}\n\treturn \"full\", x\n}", f, m.r.IntN(4))
	m.stmt("fmt.Println(%s(%d))\nfmt.Println(%s(%d))", f, m.r.IntN(6), f, m.r.IntN(3))
	g := m.name("nested")
	m.decl("func %s() (err error) {\n\tdefer func() {\n\t\tif r := recover(); r != nil {\n\t\t\terr = fmt.Errorf(\"outer %%v: %%w\", r, io.EOF)\n\t\t}\n\t}()\n\tdefer func() {\n\t\tdefer func() { fmt.Println(\"inner\", recover()) }()\n\t\tpanic(%q)\n\t}()\n\tpanic(%d)\n}", g, "two", m.r.IntN(9))
	m.stmt("{\n\terr := %s()\n\tfmt.Println(err, errors.Is(err, io.EOF))\n}", g)
}

// sessionVar changes a session variable through a function in later cells.
func sessionVar(m *maker) {
	t := m.typ(2)
	v := m.define(&goType{name: "[]" + t.name, kind: "slice", elem: t}, fmt.Sprintf("[]%s{%s}", t.name, m.value(t)))
	f := m.name("push")
	m.decl("func %s(xs ...%s) int {\n\t%s = append(%s, xs...)\n\treturn len(%s)\n}", f, t.name, v, v, v)
	m.stmt("fmt.Println(%s(%s, %s))", f, m.value(t), m.value(t))
	m.endCell()
	p := m.define(&goType{name: "*" + t.name, kind: "pointer", elem: t}, "&"+v+"[0]")
	m.stmt("*%s = %s\nfmt.Println(%s, %s(), *%s)", p, m.value(t), v, f, p)
}

func anySwitch(m *maker) {
	t, u := m.structType(1), m.namedBasic()
	f := m.name("kind")
	m.decl("func %s(x any) string {\n\tswitch x := x.(type) {\n\tcase nil:\n\t\treturn \"nil\"\n\tcase int, int64:\n\t\treturn fmt.Sprint(\"integer \", x)\n\tcase %s:\n\t\treturn fmt.Sprint(\"struct \", x.%s)\n\tcase *%s:\n\t\treturn fmt.Sprint(\"pointer \", x == nil)\n\tcase %s:\n\t\treturn fmt.Sprintf(\"named %%v\", x)\n\tcase error:\n\t\treturn \"error \" + x.Error()\n\tcase fmt.Stringer:\n\t\treturn \"stringer \" + x.String()\n\tcase []int, map[string]int:\n\t\treturn fmt.Sprintf(\"%%T %%v\", x, x)\n\tcase func() int:\n\t\treturn fmt.Sprint(\"func \", x())\n\t}\n\treturn fmt.Sprintf(\"other %%T\", x)\n}", f, t.name, t.fields[0].name, t.name, u.name)
	m.stmt("for _, x := range []any{nil, 1, int64(2), %s, &%s, (*%s)(nil), %s, io.EOF, time.Second, []int{1}, map[string]int{\"a\": 1}, func() int { return 3 }, %s, 1.5, []%s{}, [2]%s{}, struct{}{}, make(chan int) == nil} {\n\tfmt.Println(%s(x))\n}", m.value(t), m.value(t), t.name, m.value(u), "'x'", t.name, u.name, f)
}

func compareAny(m *maker) {
	t := m.keyType(2)
	a, b := m.value(t), m.value(t)
	m.stmt("{\n\tvar x, y any = %s(%s), %s(%s)\n\tset := map[any]int{x: 1, 2: 2, \"k\": 3}\n\tset[y]++\n\tfmt.Println(x == y, x == x, y == any(3), len(set), set[x], set[y], x != nil)\n\tz, ok := x.(%s)\n\t_, no := x.(interface{ Missing() })\n\tfmt.Println(z, ok, no)\n}", t.paren(), a, t.paren(), b, t.name)
}

func channelsOf(m *maker) {
	t := m.typ(2)
	m.stmt("{\n\tc := make(chan %s, 3)\n\tc <- %s\n\tc <- %s\n\tclose(c)\n\tx, ok := <-c\n\tfmt.Println(x, ok, len(c), cap(c))\n\tfor x := range c {\n\t\tfmt.Println(x)\n\t}\n\tx, ok = <-c\n\tfmt.Println(x, ok)\n}", t.name, m.value(t), m.value(t))
}

func builders(m *maker) {
	m.stmt("{\n\tvar b strings.Builder\n\tw := bufio.NewWriter(&b)\n\tfor i := range %d {\n\t\tfmt.Fprintf(w, \"%%0*d|%%-4s|%%+.2e\\n\", i+1, i, strings.Repeat(\"x\", i), float64(i)/3)\n\t}\n\tw.Flush()\n\tsc := bufio.NewScanner(strings.NewReader(b.String()))\n\tfor n := 1; sc.Scan(); n++ {\n\t\tfmt.Println(n, sc.Text())\n\t}\n\tvar buf bytes.Buffer\n\tio.Copy(&buf, io.LimitReader(strings.NewReader(b.String()), %d))\n\tfmt.Println(buf.Len(), buf.String() == b.String()[:buf.Len()])\n}", 1+m.r.IntN(4), m.r.IntN(30))
	wt := m.name("Upper")
	m.decl("type %s struct {\n\tw io.Writer\n\tn int\n}\nfunc (u *%s) Write(p []byte) (int, error) {\n\tu.n += len(p)\n\treturn u.w.Write(bytes.ToUpper(p))\n}", wt, wt)
	m.stmt("{\n\tu := &%s{w: os.Stdout}\n\tfmt.Fprintln(u, \"hello\", %d, []string{\"a\"})\n\tio.WriteString(u, \"more\\n\")\n\tfmt.Println(u.n)\n}", wt, m.r.IntN(100))
}

func labels(m *maker) {
	l := m.name("L")
	m.stmt("{\n\tgrid := [][]int{{1, 2, 3}, {4, %d, 6}, {7, 8, 9}}\n%s:\n\tfor y, row := range grid {\n\t\tfor x, v := range row {\n\t\t\tswitch {\n\t\t\tcase v == %d:\n\t\t\t\tcontinue %s\n\t\t\tcase v == %d:\n\t\t\t\tbreak %s\n\t\t\tcase v%%2 == 0:\n\t\t\t\tbreak\n\t\t\tdefault:\n\t\t\t\tfmt.Print(y, x, v, \" \")\n\t\t\t}\n\t\t}\n\t}\n\tfmt.Println(grid)\n}", m.r.IntN(9), l, m.r.IntN(9), l, m.r.IntN(9), l)
}

func constants(m *maker) {
	c := m.name("c")
	m.decl("const (\n\t%sA = iota * %d\n\t%sB\n\t%sC = \"s%d\"\n\t%sD\n\t%sE = 1 << (iota + %d)\n\t%sF float64 = %sE / 3\n\t%sG = len(%sC)\n)", c, 1+m.r.IntN(9), c, c, m.r.IntN(9), c, c, m.r.IntN(20), c, c, c, c)
	m.stmt("fmt.Println(%sA, %sB, %sC, %sD, %sE, %sF, %sG, %sE/7, %sE/7.0, uint8(%sB), math.MaxInt64, math.Pi)", c, c, c, c, c, c, c, c, c, c)
	m.stmt("fmt.Printf(\"%%T %%T %%T %%v\\n\", %sE, %sF, 'a'*2, 07+0x1F+0b11+1_000)", c, c)
}

func zeroValues(m *maker) {
	t := m.structType(2)
	m.stmt("{\n\tvar x %s\n\tvar p *%s\n\tvar s []%s\n\tvar mm map[string]%s\n\tvar a any\n\tvar err error\n\tfmt.Println(x, p == nil, s == nil, len(mm), mm[\"k\"], a, err, s)\n\tfmt.Printf(\"%%+v %%v %%+v %%d %%v\\n\", x, p, s, len(s), mm)\n\tq := new(%s)\n\t*q = x\n\tfmt.Println(*q, q != p)\n}", t.name, t.name, t.name, t.name, t.name)
}

func variadics(m *maker) {
	f := m.name("join")
	m.decl("func %s(sep string, xs ...any) string {\n\tvar out []string\n\tfor i, x := range xs {\n\t\tout = append(out, fmt.Sprintf(\"%%d:%%v\", i, x))\n\t}\n\treturn strings.Join(out, sep) + fmt.Sprint(len(xs), xs == nil)\n}", f)
	m.stmt("fmt.Println(%s(\",\"), %s(\"-\", %s), %s(\" \", []any{1, \"a\", nil}...), %s(\"/\", []int{1}))", f, f, list(1+m.r.IntN(4), func(int) string { return m.value(goAny) }), f, f)
	two := m.name("two")
	m.decl("func %s() (int, string) { return %d, \"two\" }", two, m.r.IntN(9))
	m.stmt("fmt.Println(%s())\n{\n\ta, b := %s()\n\tfmt.Println(a, b)\n}", two, two)
}

func linked(m *maker) {
	t := m.name("Node")
	m.decl("type %s struct {\n\tleft, right *%s\n\tval int\n}", t, t)
	m.decl("func (n *%s) Insert(v int) *%s {\n\tif n == nil {\n\t\treturn &%s{val: v}\n\t}\n\tif v < n.val {\n\t\tn.left = n.left.Insert(v)\n\t} else if v > n.val {\n\t\tn.right = n.right.Insert(v)\n\t}\n\treturn n\n}", t, t, t)
	m.decl("func (n *%s) Walk(yield func(int) bool) bool {\n\treturn n == nil || n.left.Walk(yield) && yield(n.val) && n.right.Walk(yield)\n}", t)
	v := m.define(&goType{name: "*" + t, kind: "other"}, "nil")
	m.stmt("for _, x := range []int{%s} {\n\t%s = %s.Insert(x)\n}", list(3+m.r.IntN(6), func(int) string { return fmt.Sprint(m.r.IntN(50)) }), v, v)
	m.stmt("for x := range func(yield func(int) bool) { %s.Walk(yield) } {\n\tif x > %d {\n\t\tbreak\n\t}\n\tfmt.Print(x, \" \")\n}\nfmt.Println()", v, 20+m.r.IntN(40))
}

// evaluation prints the order in which operands are evaluated.
func evaluation(m *maker) {
	f := m.name("say")
	m.decl("func %s[T any](s string, x T) T {\n\tfmt.Print(s, \" \")\n\treturn x\n}", f)
	m.stmt("{\n\tm := map[string]int{}\n\txs := []int{1, 2, 3}\n\ti := 0\n\tm[%s(\"k\", \"a\")] = %s(\"v\", %d)\n\txs[%s(\"i\", 1)], i = %s(\"x\", 9), %s(\"y\", 2)\n\ti, xs[i] = 0, 5\n\tfmt.Println(%s(\"a\", 1)+%s(\"b\", 2)*%s(\"c\", 3), xs, m, i)\n\tif %s(\"l\", %t) && %s(\"r\", true) || %s(\"o\", false) {\n\t\tfmt.Println(\"yes\")\n\t}\n\tdefer %s(\"deferred\", 1)\n\tfor j := %s(\"init\", 0); %s(\"cond\", j < 2); j++ {\n\t}\n\tfmt.Println([]int{%s(\"p\", 1), %s(\"q\", 2)}, struct{ A, B int }{B: %s(\"s\", 1), A: %s(\"t\", 2)})\n}",
		f, f, m.r.IntN(9), f, f, f, f, f, f, f, m.chance(2), f, f, f, f, f, f, f, f, f)
}

func nilValues(m *maker) {
	e := m.name("Nil")
	m.decl("type %s struct{ msg string }\nfunc (e *%s) Error() string {\n\tif e == nil {\n\t\treturn \"nil receiver\"\n\t}\n\treturn e.msg\n}", e, e)
	m.stmt("{\n\tvar p *%s\n\tvar err error = p\n\tvar x any = err\n\tfmt.Println(err == nil, x == nil, p == nil, err, x.(error).Error())\n\tvar s fmt.Stringer\n\t_, ok := x.(fmt.Stringer)\n\tfmt.Println(s == nil, ok, err == error((*%s)(nil)))\n\tvar f func()\n\tvar c chan int\n\tvar m map[string]int\n\tfmt.Println(f == nil, c == nil, m == nil, len(m), m[\"a\"], cap(c))\n\tfor range m {\n\t}\n}", e, e)
}

// places assigns to everything that can be assigned to, in one cell or two.
func places(m *maker) {
	t := m.typ(2)
	x := m.define(t, m.value(t))
	n := t.name
	p := pick(m,
		[2]string{"*" + n, "&" + x},
		[2]string{"**" + n, fmt.Sprintf("func() **%s { p := &%s; return &p }()", n, x)},
		[2]string{"[]*" + n, fmt.Sprintf("[]*%s{&%s}", n, x)},
		[2]string{"struct{ P *" + n + " }", fmt.Sprintf("struct{ P *%s }{&%s}", n, x)},
		[2]string{"*struct{ F " + n + " }", fmt.Sprintf("&struct{ F %s }{%s}", n, x)},
		[2]string{"map[string]*" + n, fmt.Sprintf("map[string]*%s{\"k\": &%s}", n, x)},
		[2]string{"map[string]" + n, fmt.Sprintf("map[string]%s{\"k\": %s}", n, x)},
		[2]string{"[2]" + n, fmt.Sprintf("[2]%s{%s}", n, x)},
		[2]string{"[][]" + n, fmt.Sprintf("[][]%s{{%s, %s}}", n, x, x)},
		[2]string{"func() *" + n, fmt.Sprintf("func() *%s { return &%s }", n, x)},
	)
	v := m.define(&goType{name: p[0], kind: "place"}, p[1])
	target := map[string]string{"*" + n: "*" + v, "**" + n: "**" + v, "[]*" + n: "*" + v + "[0]", "struct{ P *" + n + " }": "*" + v + ".P", "*struct{ F " + n + " }": v + ".F",
		"map[string]*" + n: "*" + v + "[\"k\"]", "map[string]" + n: v + "[\"k\"]", "[2]" + n: v + "[1]", "[][]" + n: v + "[0][1]", "func() *" + n: "*" + v + "()"}[p[0]]
	if m.chance(2) {
		m.endCell()
	}
	show := fmt.Sprintf("fmt.Println(%s, %s)", x, target)
	value := m.value(t)
	m.stmt("%s", pick(m,
		fmt.Sprintf("%s = %s\n%s", target, value, show),
		fmt.Sprintf("func() { %s = %s }()\n%s", target, value, show),
		fmt.Sprintf("{\n\tvar o %s\n\to, %s = %s, %s\n\tfmt.Println(o)\n}\n%s", n, target, target, value, show),
		fmt.Sprintf("for range 2 {\n\tdefer func() { %s }()\n\t%s = func() %s { return %s }()\n}", show, target, n, value),
		fmt.Sprintf("func(o %s) {\n\to = %s\n\tfmt.Println(o)\n\t%s = o\n}(%s)\n%s", n, value, target, x, show),
	))
}
