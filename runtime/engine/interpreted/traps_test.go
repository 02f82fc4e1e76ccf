package interpreted

import "testing"

// traps are constructs that the interpreter alone gets silently wrong or fails
// on: a row each, as a cell and what Go gives for it. A row that says refused
// names the construct instead of running.
var traps = []struct{ name, cell, want string }{
	// silently wrong
	{"late defer arguments", "func f() { x := 1; defer fmt.Println(x); x = 2 }\nf()", "1"},
	{"break out of select by label", "d := make(chan int, 1)\nd <- 1\nL:\nfor {\n\tselect {\n\tcase <-d:\n\t\tbreak L\n\t}\n}\nfmt.Println(\"left\")", "left"},
	{"break in if in select", "d := make(chan int, 3)\nd <- 1\nd <- 2\nn := 0\nfor i := 0; i < 2; i++ {\n\tselect {\n\tcase v := <-d:\n\t\tif v > 0 {\n\t\t\tbreak\n\t\t}\n\t\tn = 100\n\t}\n\tn++\n}\nfmt.Println(n)", "2"},
	{"missing key of a map in a loop", "m := map[string][]int{\"a\": {1}}\nfor _, k := range []string{\"a\", \"b\"} {\n\tv, ok := m[k]\n\tv = append(v, 2)\n\tfmt.Print(v, ok, \" \")\n}\nvar v any = 5\nvar ok bool\nn := map[int]any{1: 2}\nfor i := range 3 {\n\tv, ok = n[i]\n\tfmt.Print(v, ok, \" \")\n}", "[1 2] true [2] false <nil> false 2 true <nil> false "},
	{"nil pointer as error", "type E struct{}\nfunc (*E) Error() string { return \"e\" }\nfunc f() error { var p *E; return p }\nfmt.Println(f() == nil)", "false"},
	{"fields behind a pointer in lists", "xs := []struct{ a string; ks []int }{{\"x\", []int{1}}, {\"y\", nil}}\nfunc show(f string, vs ...any) { fmt.Printf(f, vs...) }\nfor _, c := range xs {\n\tfunc() {\n\t\tshow(\"%q %v\\n\", c.a, c.ks)\n\t\tfmt.Println([]string{c.a, \"b\", 4: xs[0].a}, [][]int{c.ks[:0], 1: c.ks}, slices.Concat(xs[0].ks, xs[0].ks[:1]))\n\t}()\n}", "\"x\" [1]\n[x b   x] [[] [1]] [1 1]\n\"y\" []\n[y b   x] [[] []] [1 1]"},
	{"errors.As to an interface of a package", "type E struct{ late bool }\nfunc (e *E) Error() string { return \"e\" }\nfunc (e *E) Timeout() bool { return e.late }\nfunc (*E) Temporary() bool { return false }\nvar ne net.Error\nok := errors.As(fmt.Errorf(\"w %w\", &E{true}), &ne)\nfmt.Println(ok, ne.Timeout(), os.IsTimeout(&E{true}), os.IsTimeout(&E{}), errors.As(io.EOF, &ne))", "true true true false false"},
	{"method LogValue", "type U struct{ pw string }\nfunc (U) LogValue() slog.Value { return slog.StringValue(\"hidden\") }\nslog.Info(\"x\", \"u\", U{\"secret\"})", "refused"},
	{"file and line in a log", "log.New(os.Stdout, \"\", log.Lmsgprefix|log.Lshortfile).Print(1)", "refused"},
	{"UnmarshalXML of elements", "type A int\nfunc (a *A) UnmarshalXML(d *xml.Decoder, s xml.StartElement) error { *a = 1; return d.Skip() }\nvar z struct{ As []A `xml:\"a\"` }\nfmt.Println(xml.Unmarshal([]byte(\"<z><a>g</a></z>\"), &z), z)", "refused"},
	{"AfterFunc of a context", "type C struct{ context.Context }\nfunc (C) AfterFunc(f func()) func() bool { return func() bool { return true } }\nctx, cancel := context.WithCancel(C{context.Background()})\ncancel()\nfmt.Println(ctx.Err())", "refused"},
	{"an error with String and Is", "type E int\nfunc (E) Error() string { return \"e\" }\nfunc (E) String() string { return \"s\" }\nfunc (e E) Is(t error) bool { return t == io.EOF }\nfmt.Println(errors.Is(E(1), io.EOF), errors.Is(E(1), io.ErrNoProgress), errors.Unwrap(E(1)))", "true false <nil>"},
	{"iterators that break the rules", "var kept func(int) bool\nbad := func(y func(int) bool) { kept = y; y(1); y(2) }\nhide := func(y func(int) bool) { defer func() { recover() }(); y(1) }\ntry := func(f func()) { defer func() { fmt.Println(recover()) }(); f() }\ntry(func() {\n\tfor range bad {\n\t\tbreak\n\t}\n})\ntry(func() {\n\tfor range hide {\n\t\tpanic(1)\n\t}\n})\ntry(func() {\n\tfor range bad {\n\t}\n\tkept(3)\n})", "runtime error: range function continued iteration after function for loop body returned false\nruntime error: range function recovered a loop body panic and did not resume panicking\nruntime error: range function continued iteration after whole loop exit"},
	{"a named number behind two pointers", "d := 5 * time.Second\np := &d\nf := func() { fmt.Println(*p, -*p, *p*2) }\nf()\np = new(time.Duration)\nfmt.Println(*p, time.Month(3)+1)", "5s -5s 10s\n0s April"},
	{"session types in a logger", "type P struct{ a int }\ntype T int\nfunc (T) String() string { return \"tee\" }\nl := log.New(os.Stdout, \"p: \", 0)\nl.Printf(\"%v %T %s\", P{1}, P{}, []T{1})\nl.Println(P{2}, T(3), &P{4})\nargs := []any{P{5}}\nl.Print(args...)\ndefer l.Print(T(1))\nfunc() { defer func() { fmt.Println(recover()) }(); l.Panicf(\"x%v\", P{6}) }()", "p: {1} main.P [tee]\np: {2} tee &{4}\np: {5}\np: x{6}\nx{6}\np: tee"},
	{"functions that compiled code returns", "stop := context.AfterFunc(context.Background(), func() {})\nf := func() { fmt.Println(stop()) }\nf()\nstop = context.AfterFunc(context.Background(), func() {})\nf()\ns := struct{ swap func(i, j int) }{}\nxs := []int{1, 2}\np := &s\np.swap = reflect.Swapper(xs)\ns.swap(0, 1)\nfmt.Println(xs)", "true\ntrue\n[2 1]"},
	{"append in a list, behind a pointer", "xs := [][]int{}\nfor _, c := range [][]int{{1}, {2}} {\n\tfunc() { xs = append(xs, append(c, 9)) }()\n}\nfmt.Println(xs)", "[[1 9] [2 9]]"},
	{"errors.Is on an equal struct", "type E struct{ n int }\nfunc (e E) Error() string { return fmt.Sprint(e.n) }\nfmt.Println(errors.Is(fmt.Errorf(\"w: %w\", E{1}), E{1}), errors.Is(E{1}, E{2}))", "true false"},
	{"session type in any is an error", "type E struct{}\nfunc (E) Error() string { return \"e\" }\nvar x any = E{}\nswitch x.(type) {\ncase error:\n\tfmt.Println(\"error\")\ndefault:\n\tfmt.Println(\"no\")\n}", "error"},
	{"session type in any is a reader", "type R struct{}\nfunc (R) Read(p []byte) (int, error) { return 0, io.EOF }\nvar x any = R{}\n_, ok := x.(io.Reader)\nfmt.Println(ok)", "true"},
	{"errors.As to a session type", "type E struct{ n int }\nfunc (e *E) Error() string { return \"e\" }\nvar e *E\nok := errors.As(fmt.Errorf(\"w: %w\", &E{7}), &e)\nfmt.Println(ok, e.n)", "true 7"},
	{"String of elements", "type T int\nfunc (t T) String() string { return fmt.Sprintf(\"T%d\", int(t)) }\nfmt.Println([]T{1, 2}, map[string]T{\"a\": 3}, struct{ X T }{4})", "[T1 T2] map[a:T3] {T4}"},
	{"MarshalJSON of elements", "type T int\nfunc (t T) MarshalJSON() ([]byte, error) { return []byte(fmt.Sprintf(`\"t%d\"`, int(t))), nil }\nb, err := json.Marshal([]T{1, 2})\nfmt.Println(string(b), err)", "[\"t1\",\"t2\"] <nil>"},
	{"%+v and %T", "type P struct{ a int; B string }\nfmt.Printf(\"%+v %T %v\\n\", P{1, \"x\"}, P{}, &P{2, \"y\"})", "{a:1 B:x} main.P &{2 y}"},
	{"templates see methods, or are refused", "type P struct{ Name string }\nfunc (p P) Hello() string { return \"hi \" + p.Name }\nt := template.Must(template.New(\"\").Parse(\"{{.Hello}}\"))\nt.Execute(os.Stdout, P{\"a\"})", "refused"},
	{"missing return", "func f() int { if false { return 1 } }\nf()", "check: missing return"},
	{"unused variables", "func f() int { x, y := 1, 2; return y }\nz := f()\nfmt.Println(f())", "2"},
	{"plain break in select", "d := make(chan int, 2)\nn := 0\nfor range 3 {\n\tselect {\n\tcase d <- 1:\n\t\tbreak\n\tdefault:\n\t\tn += 10\n\t}\n\tn++\n}\nfmt.Println(n)", "13"},
	{"errors.As to a session type by value", "type E struct{ n int }\nfunc (e E) Error() string { return \"e\" }\nvar e E\nfmt.Println(errors.As(fmt.Errorf(\"w: %w\", E{4}), &e), e.n)", "true 4"},
	{"top-level loop variable", "i := 10\nfor i := 0; i < 3; i++ {\n}\nfmt.Println(i)", "10"},
	{"closures and loop variables", "var fs []func() int\nfor i := 0; i < 3; i++ {\n\tfs = append(fs, func() int { return i })\n}\nfor _, x := range []int{7, 8} {\n\tfs = append(fs, func() int { return x })\n}\nfor _, f := range fs {\n\tfmt.Print(f(), \" \")\n}", "0 1 2 7 8 "},
	{"loop variable changed by its closure", "for i := 0; i < 4; i++ {\n\tinc := func() { i++ }\n\tinc()\n\tfmt.Print(i, \" \")\n}", "1 3 "},
	{"v := i captured in switch cases", "var fs []func() int\nfor i := 0; i < 3; i++ {\n\tswitch {\n\tcase i < 3:\n\t\tv := i\n\t\tfs = append(fs, func() int { return v })\n\t}\n}\nfor _, f := range fs {\n\tfmt.Print(f(), \" \")\n}", "0 1 2 "},
	{"select between goroutines", "var wg sync.WaitGroup\nbad := make([]int, 8)\nfor g := range 8 {\n\tc := make(chan int)\n\twg.Go(func() {\n\t\tfor range 200 {\n\t\t\tc <- g\n\t\t}\n\t})\n\twg.Go(func() {\n\t\tfor range 200 {\n\t\t\tselect {\n\t\t\tcase v := <-c:\n\t\t\t\tif v != g {\n\t\t\t\t\tbad[g]++\n\t\t\t\t}\n\t\t\t}\n\t\t}\n\t})\n}\nwg.Wait()\nfmt.Println(bad)", "[0 0 0 0 0 0 0 0]"},
	{"negative zero as an argument", "func id(x float64) float64 { return x }\nz := 0.0\nfmt.Println(1 / id(-z*1), 1/id(math.Copysign(0, -1)))", "-Inf -Inf"},
	{"default with fallthrough", "n := 0\nswitch {\ndefault:\n\tn++\n\tfallthrough\ncase false:\n\tn++\n}\nfmt.Println(n)", "2"},
	{"invalid bytes in range over a string", "for i, r := range \"a\\xffb\" {\n\tfmt.Print(i, \":\", r, \" \")\n}", "0:97 1:65533 2:98 "},
	{"append of a list as one element", "xs := []any{}\nxs = append(xs, xs)\nxs = append(xs, []any{1, 2})\nxs = append(xs, nil)\nfmt.Println(len(xs), xs)", "3 [[] [1 2] <nil>]"},
	{"append of its own elements", "s := make([]byte, 2, 4)\ncopy(s, \"ab\")\ns = append(s[:1], 'x', s[1])\nfmt.Println(string(s))", "axb"},
	{"struct stored through a pointer", "type T struct{ n int }\nx := T{1}\np, q := &x, []*T{&x}\n*p = T{2}\nfmt.Print(x.n)\n*q[0] = T{3}\nfmt.Println(x.n)", "23"},
	{"array behind a pointer, evaluated once", "n := 0\nf := func() *[2]int { n++; return &[2]int{4, 5} }\nfor _, v := range f() {\n\tfmt.Print(v, \" \")\n}\nfor i := range f() {\n\tfmt.Print(i, \" \")\n}\nfmt.Println(n)", "4 5 0 1 2"},
	{"verb that a named type has no form for", "type N int8\ntype P struct{ N N }\nfmt.Printf(\"%g|%s|%+d|%t\\n\", N(3), P{4}, P{5}, []N{6})\ntype B byte\nfmt.Printf(\"%g %x\\n\", []B{9}, []B{9})", "%!g(main.N=3)|{%!s(main.N=4)}|{+5}|[%!t(main.N=6)]\n[%!g(main.B=9)] 09"},
	{"%T of interfaces, numbered", "type P struct{ N int }\nfmt.Printf(\"%[1]T %[1]v %T %T\\n\", P{1}, []any{P{2}}, P{})", "main.P {1} []interface {} main.P"},
	{"slices.Insert", "x := []int{1, 4}\nx = slices.Insert(x, 1, 2, 3)\nx = slices.Insert(x, 0, x...)\nfmt.Println(x, slices.Replace(x, 0, 4, 9))", "[9 1 2 3 4 0 0 0] [9 1 2 3 4]"},
	{"numbers of a recovered bounds panic", "func f(g func() []int, i int) {\n\tdefer func() { fmt.Println(recover()) }()\n\tif i > 1 {\n\t\tfmt.Println(g()[1:i])\n\t}\n\tfmt.Println(g()[i])\n}\nf(func() []int { return []int{1} }, 1)\nf(func() []int { return nil }, 5)", "runtime error: index out of range [1] with length 1\nruntime error: slice bounds out of range [:5] with capacity 0"},
	{"several results given to append", "func f() ([]any, int, []int) { return []any{\"a\"}, 1, []int{2} }\nfunc h() ([]int, int) { return nil, 3 }\nfunc e() ([]error, error) { return nil, io.EOF }\nfmt.Println(append(f()), append(h()), len(append(f())), append(e()))", "[a 1 [2]] [3] 3 [EOF]"},
	{"several results printed", "type N int\nfunc f() (int, string, N) { return 1, \"a\", 2 }\nprintln(f())\nfunc() { print(f()) }()\nfmt.Println(3)", "3"},
	{"several results given to copy", "func f() ([]int, []int) { return nil, nil }\ncopy(f())", "refused"},
	{"decoding into embedded structs", "type A struct{ X int; hid int }\ntype b struct{ Y string; X float64 }\ntype N struct{ Name string; Kids []*N; *A; b; Z int `json:\"z\"` }\nvar n N\nerr := json.Unmarshal([]byte(`{\"Name\":\"r\",\"Y\":\"y\",\"z\":3,\"X\":5,\"Kids\":[{\"Y\":\"k\",\"A\":{\"X\":1}}]}`), &n)\nfmt.Println(err, n.Name, n.Y, n.Z, n.A == nil, n.b.X, n.Kids[0].Y, n.Kids[0].A)\ntype M struct{ *A; Time time.Time `json:\"t\"` }\nm := map[string]M{}\nfmt.Println(json.Unmarshal([]byte(`{\"q\":{\"X\":4}}`), &m), m[\"q\"].X, m[\"q\"].hid)\ntype T struct{ A `json:\"a\"`; b `json:\"-\"` }\nt := T{b: b{Y: \"-\"}}\nfmt.Println(json.Unmarshal([]byte(`{\"a\":{\"X\":4},\"Y\":\"no\"}`), &t), t)\nfmt.Printf(\"%+v %v\\n\", t, m[\"q\"].A.X)\nout, _ := json.Marshal(n)\nfmt.Println(string(out))", "<nil> r y 3 true 0 k <nil>\n<nil> 4 0\n<nil> {{4 0} {- 0}}\n{A:{X:4 hid:0} b:{Y:- X:0}} 4\n{\"Name\":\"r\",\"Kids\":[{\"Name\":\"\",\"Kids\":null,\"Y\":\"k\",\"z\":0}],\"Y\":\"y\",\"z\":3}"},
	{"errors of decoding into embedded structs", "type A struct{ X int }\ntype b struct{ Y int }\nvar f struct{ A; b; L []struct{ A; b } }\nfor _, s := range []string{`{\"X\":\"x\"}`, `{\"Y\":\"x\"}`, `{\"L\":[{\"Y\":1.5}]}`, `{\"L\":[{\"X\":\"a\"}]}`} {\n\tfmt.Println(json.Unmarshal([]byte(s), &f))\n}\ntype G struct{ b; N struct{ A }; *A }\nvar g G\nfor _, s := range []string{`{\"X\":\"x\"}`, `{\"Y\":\"x\"}`, `{\"N\":{\"X\":[]}}`} {\n\tfmt.Println(json.Unmarshal([]byte(s), &g))\n}", "json: cannot unmarshal string into Go struct field .A.X of type int\njson: cannot unmarshal string into Go struct field .b.Y of type int\njson: cannot unmarshal number 1.5 into Go struct field .L.b.Y of type int\njson: cannot unmarshal string into Go struct field .L.A.X of type int\njson: cannot unmarshal string into Go struct field G.A.X of type int\njson: cannot unmarshal string into Go struct field G.b.Y of type int\njson: cannot unmarshal array into Go struct field .N.A.X of type int"},
	{"pointers to what encodes itself", "type R struct{ Raw *json.RawMessage; T *time.Time; N *json.RawMessage `json:\",omitempty\"` }\nraw, t := json.RawMessage(`{\"a\": 1}`), time.Unix(0, 0).UTC()\nfor _, x := range []any{R{&raw, &t, nil}, &R{}, []*json.RawMessage{&raw}, &raw, map[string]*time.Time{\"t\": &t}} {\n\tb, err := json.Marshal(x)\n\tfmt.Println(string(b), err)\n}", "{\"Raw\":{\"a\":1},\"T\":\"1970-01-01T00:00:00Z\"} <nil>\n{\"Raw\":null,\"T\":null} <nil>\n[{\"a\":1}] <nil>\n{\"a\":1} <nil>\n{\"t\":\"1970-01-01T00:00:00Z\"} <nil>"},
	{"a target that decodes itself", "type N int\nfunc (n *N) UnmarshalJSON(b []byte) error { if len(b) > 2 { return errors.New(\"long\") }; *n = N(len(b)); return nil }\nvar n N\nfmt.Println(json.Unmarshal([]byte(`12`), &n), n, json.Unmarshal([]byte(`\"abc\"`), &n), n)\nfmt.Println(json.NewDecoder(strings.NewReader(\"7\")).Decode(&n), n)\ntype W struct{ time.Time }\nfunc (w *W) UnmarshalJSON(b []byte) error { w.Time = time.Unix(int64(len(b)), 0); return nil }\nvar w W\nvar x any = &w\nfmt.Println(json.Unmarshal([]byte(`123`), x), w.Unix(), json.Unmarshal([]byte(`{`), x))", "<nil> 2 long 2\n<nil> 1\n<nil> 3 unexpected end of JSON input"},
	{"scanning into a named number", "type C int\nfunc (c C) String() string { return \"c\" + strconv.Itoa(int(c)) }\ntype S string\nvar c C\nvar s S\nvar f float64\nn, err := fmt.Sscan(\"2 ab 1.5\", &c, &s, &f)\nfmt.Println(n, err, c, s, f)\nfmt.Println(fmt.Sscanf(\"x-7\", \"x%d\", &c))\nfmt.Println(fmt.Fscan(strings.NewReader(\"q\"), &c))\nfmt.Println(c)", "3 <nil> c2 ab 1.5\n1 <nil>\n0 expected integer\nc-7"},
	{"scanning into what scans itself", "type C int\nfunc (c *C) Scan(s fmt.ScanState, v rune) error { *c = 9; return nil }\nvar c C\nfmt.Sscan(\"2\", &c)", "refused"},
	{"errors of package json", "type C float64\ntype D struct{ W C }\ntype P struct {\n\tPrice C `json:\"price\"`\n\tDims []D\n\tF func() `json:\"-\"`\n}\nvar p P\nfmt.Println(json.Unmarshal([]byte(`{\"price\":\"x\"}`), &p))\nfmt.Println(json.NewDecoder(strings.NewReader(`{\"Dims\":[{\"W\":\"y\"}]}`)).Decode(&p))\n_, err := json.Marshal(map[string]any{\"p\": p, \"c\": make(chan int)})\nfmt.Println(err)", "json: cannot unmarshal string into Go struct field P.price of type main.C\njson: cannot unmarshal string into Go struct field D.Dims.W of type main.C\njson: unsupported type: chan int"},
	{"JSON that is not escaped for HTML", "type P struct {\n\tA string\n\tB any\n\tT time.Time\n}\ne := json.NewEncoder(os.Stdout)\ne.SetEscapeHTML(false)\ne.Encode(P{A: \"<&>\", B: \"<\"})\nb, _ := json.Marshal(P{A: \"<\"})\nfmt.Println(string(b))", "{\"A\":\"<&>\",\"B\":\"<\",\"T\":\"0001-01-01T00:00:00Z\"}\n{\"A\":\"\\u003c\",\"B\":null,\"T\":\"0001-01-01T00:00:00Z\"}"},
	{"channels of two directions compared", "a := make(chan int)\nvar b <-chan int = a\nswitch b {\ncase a:\n\tfmt.Println(a == b, b == a)\n}", "true true"},
	{"decoding that a method takes part in", "type N int\nfunc (n *N) UnmarshalJSON(b []byte) error { *n = 7; return nil }\nfmt.Println(\"runs\")\nvar p struct{ N N }\njson.Unmarshal([]byte(`{\"N\": 1}`), &p)", "refused"},
	{"range that assigns an index and its element", "x, i := []int{10, 20}, 1\nfor i, x[i] = range []int{99} {\n\tbreak\n}\nm, k := map[int]string{}, 7\nfor k, m[k] = range map[int]string{3: \"a\"} {\n}\nfmt.Println(x, i, m, k)", "[10 99] 0 map[7:a] 3"},
	{"recovered errors of the run time", "func f(g func()) {\n\tdefer func() { fmt.Printf(\"%v %[1]T\\n\", recover()) }()\n\tg()\n}\nvar e error\nvar x any = \"s\"\nn := -1\nf(func() { _ = e.Error() })\nf(func() { _ = x.(int) })\nf(func() { _ = make([]int, n) })", "runtime error: invalid memory address or nil pointer dereference runtime.errorString\ninterface conversion: interface {} is string, not int *runtime.TypeAssertionError\nruntime error: makeslice: len out of range runtime.errorString"},
	{"panic of the second of two targets", "m, p := map[int]int{}, []int{}\ni := 1\nfunc() {\n\tdefer func() { fmt.Println(recover()) }()\n\tm[2], p[i] = 3, 4\n}()\nfmt.Println(m)", "runtime error: index out of range [1] with length 0\nmap[2:3]"},
	{"++ on uintptr and complex", "var u uintptr = 4\nc := 1i\nm := map[int]uintptr{}\nu++\nc--\nm[1]++\nfmt.Println(u, c, m)", "5 (-1+1i) map[1:1]"},
	{"arithmetic on sized numbers", "type N uint8\ntype P struct{ n N }\nvar a, b N = 200, 100\ni := int8(-128)\np, l := P{a + b}, []N{a * b}\np.n -= b\nl[0] = a<<1 + l[0]\nm := map[N]int8{a + b: -i}\nvar x any = ^a\nfmt.Println(p, l, m, x, (a+b)>>1, i-1, a+b < a)", "{200} [176] map[44:-128] 55 22 127 true"},
	{"indexes that loops keep in range", "x := []int{1, 2, 3}\nfor i := range x {\n\tx[i] += i\n\tx = append(x, 0)\n}\nn := 0\nfor i := 0; i < len(x); i++ {\n\tn += x[i]\n\ti++\n}\nfunc() {\n\tdefer func() { fmt.Println(recover(), x, n) }()\n\tfor i := range x {\n\t\tx = x[:3]\n\t\tx[i]++\n\t}\n}()", "runtime error: index out of range [3] with length 3 [2 4 6] 6"},
	{"elements exchanged", "x, g := []int{1, 2, 3}, [][]int{{1, 2}, {3, 4}}\ni, j := 0, 2\nx[i], x[j] = x[j], x[i]\ng[0], g[1] = g[1], g[0]\ng[0][0], g[1][1] = g[1][1], g[0][0]\ni, x[i] = 1, 9\nfor _, v := range x {\n\tx = append(x, v)\n\tv++\n}\nfmt.Println(x, g, i)", "[9 2 1 9 2 1] [[2 4] [1 3]] 1"},
	{"numbers of an index that is not always evaluated", "func try(f func()) {\n\tdefer func() { fmt.Println(recover()) }()\n\tf()\n}\ntry(func() { k, x := 9, []int{1}; fmt.Println(len(x) == 0 || x[k] > 0) })\ntry(func() {\n\tx := []int{3, 1}\n\tfor k := 1; x[k] > 0; k-- {\n\t}\n})\ntry(func() { k, s := 4, \"abc\"; fmt.Println(k > 3 && s[1:k] == \"\") })\ntry(func() { k, x := 2, []int{1}; x[k] = len(fmt.Sprint(x)) })", "runtime error: index out of range [9] with length 1\nruntime error: index out of range [-1]\nruntime error: slice bounds out of range [:4] with length 3\nruntime error: index out of range [2] with length 1"},
	{"the type of a failed assertion's panic", "func f(x any) {\n\tdefer func() { _, ok := recover().(*runtime.TypeAssertionError); fmt.Println(ok) }()\n\t_ = x.(int)\n}\nf(\"a\")", "refused"},
	{"operations into interfaces", "a, b, s := 3, 4, \"a(\"\nvar x any = a == b\ny := []any{x, a + b, s+\")\" < \"b\"}\nx = a < b\ny = append(y, x)\nx = s + \"x\"\nm := map[any]any{a - b: !(a == b)}\nm[s+\"k\"] = -a\nfunc() (z any) { fmt.Println(x, y, m[-1], m[\"a(k\"]); return a != b }()\nfunc(z any, zs ...any) { fmt.Println(z, zs) }(a > b, a*b, s == s)", "a(x [false 7 true true] true -3\nfalse [12 true]"},

	// hard failures
	{"constants shifted by variables", "n, p := 3, &[]int{1, 2}\ntype P struct{ a int; b uint8 }\nx := P{a: (*p)[1] - 5%(2<<n), b: 1<<n | 2}\nfmt.Println(x, []int{1<<n - *(&n)}, 1<<n > (*p)[0])", "{-3 10} [5] true"},
	{"lists of addresses", "type P struct{ n int }\nx, a := []P{{1}, {2}}, [2]int{3, 4}\nl, m := []*P{&x[0], &x[1]}, map[string]*int{\"a\": &a[1], \"x\": &x[1].n}\nl[0].n, *m[\"a\"] = 5, 6\n*m[\"x\"]++\nfmt.Println(x, a)", "[{5} {3}] [3 6]"},
	{"a key that two type parameters repeat", "func F[T, U int | int8]() map[any]int { return map[any]int{T(0): 1, U(0): 2} }\nfmt.Println(len(F[int, int]()), len(F[int, int8]()))", "1 2"},
	{"a list of what pointers hold, reckoned", "a := 5\np := &a\nfmt.Println([]int{3 - *p}, map[int]int{1 + *p: 2 - *p}, [2]int{-*p})", "[-2] map[6:-3] [-5 0]"},
	{"range over int", "for i := range 3 {\n\tfmt.Print(i)\n}", "012"},
	{"range over func", "func seq(yield func(int, string) bool) {\n\tfor i, s := range []string{\"a\", \"b\", \"c\"} {\n\t\tif !yield(i, s) {\n\t\t\treturn\n\t\t}\n\t}\n}\nfor i, s := range seq {\n\tif i == 2 {\n\t\tbreak\n\t}\n\tfmt.Print(i, s)\n}", "0a1b"},
	{"inferred type arguments", "func Map[T, U any](xs []T, f func(T) U) (r []U) {\n\tfor _, x := range xs {\n\t\tr = append(r, f(x))\n\t}\n\treturn r\n}\nfmt.Println(Map([]int{1, 2}, func(i int) string { return fmt.Sprint(i * 2) }))", "[2 4]"},
	{"variadic generics", "func Sum[T int | float64](xs ...T) (s T) {\n\tfor _, x := range xs {\n\t\ts += x\n\t}\n\treturn s\n}\nfmt.Println(Sum(1, 2, 3), Sum(0.5, 1))", "6 1.5"},
	{"receive-only parameters", "func drain(c <-chan int) (n int) {\n\tfor v := range c {\n\t\tn += v\n\t}\n\treturn n\n}\nc := make(chan int, 2)\nc <- 1\nc <- 2\nclose(c)\nfmt.Println(drain(c))", "3"},
	{"atomic.Pointer", "type C struct{ n int }\nvar p atomic.Pointer[C]\nfmt.Println(p.Load() == nil)\np.Store(&C{5})\nfmt.Println(p.Load().n)", "true\n5"},
	{"method expressions and values", "type T struct{ n int }\nfunc (t T) Add(x int) int { return t.n + x }\nfunc (t *T) Set(x int) { t.n = x }\nt := T{1}\nf, g := T.Add, t.Set\ng(5)\nh := t.Add\nt.n = 100\nfmt.Println(f(T{2}, 3), h(1), (*T).Add(&t, 1))", "5 6 101"},
	{"sort.Reverse", "x := []int{1, 3, 2}\nsort.Sort(sort.Reverse(sort.IntSlice(x)))\nfmt.Println(x)", "[3 2 1]"},
	{"unsafe", "x := []int{1}\nfmt.Println(unsafe.Slice(&x[0], 1))", "refused"},
	{"min, max, clear", "m := map[int]int{1: 2}\nclear(m)\nfmt.Println(min(3, 1, 2), max(2.5, 1), min(\"b\", \"a\"), len(m))", "1 2.5 a 0"},
	{"slices", "x := []int{3, 1, 2}\nslices.Sort(x)\ni, ok := slices.BinarySearch(x, 2)\nslices.Reverse(x)\nfmt.Println(x, i, ok, slices.Max(x), slices.Index(x, 1), slices.Contains(x, 9))", "[3 2 1] 1 true 3 2 false"},
	{"maps", "m := map[string]int{\"a\": 1, \"b\": 2}\nc := maps.Clone(m)\nc[\"z\"] = 9\nfmt.Println(slices.Sorted(maps.Keys(c)), len(m))", "[a b z] 2"},
	{"sync.OnceValue", "n := 0\nf := sync.OnceValue(func() int { n++; return n * 10 })\nfmt.Println(f(), f(), n)", "10 10 1"},
	{"iter.Pull", "next, stop := iter.Pull(slices.Values([]int{4, 5}))\na, ok := next()\nfmt.Println(a, ok)\nstop()", "4 true"},
	{"recursive structs", "type T struct{ root N; all []*N }\ntype N struct{ t *T; kids map[string]*N }\nt := &T{}\nt.root.t = t\nt.root.kids = map[string]*N{\"a\": {t: t}}\nfmt.Println(t.root.kids[\"a\"].t == t)", "true"},
}

func TestTraps(t *testing.T) {
	for _, c := range traps {
		t.Run(c.name, func(t *testing.T) {
			got := newSession(t).cell(c.cell)
			switch {
			case c.want == "refused" && got.refusal != nil: // before anything runs
			case len(c.want) > 7 && c.want[:7] == "check: " && got.check != nil && got.check[0].Message == c.want[7:]:
			case got.refusal != nil || got.check != nil || got.Err != nil || trimmed(got.out) != trimmed(c.want):
				t.Errorf("%s\ngave\n%s%s\nwant\n%s", c.cell, got, got.errOut, c.want)
			}
		})
	}
}

func trimmed(s string) string {
	if n := len(s); n > 0 && s[n-1] == '\n' {
		return s[:n-1]
	}
	return s
}
