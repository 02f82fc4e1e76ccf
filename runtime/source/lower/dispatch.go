package lower

import (
	"fmt"
	"go/types"
	"strings"
)

// dispatcher calls one interface method on a boxed or compiled value: a switch
// over the numbers of the boxed types that have the method.
type dispatcher struct {
	name string
	obj  *types.Func
	sig  *types.Signature
	key  string
	done map[int]string // type number -> text of its case
}

// dispatcher returns the name of the function that calls method obj of iface.
func (g *gen) dispatcher(obj *types.Func, iface types.Type) string {
	o, _, _ := types.LookupFieldOrMethod(iface, false, obj.Pkg(), obj.Name())
	sig := o.Type().(*types.Signature)
	key := obj.Id() + " " + g.s.table.sigKey(sig)
	if d := g.disps[key]; d != nil {
		g.called(d.name)
		return d.name
	}
	d := &dispatcher{name: g.name("d_" + obj.Name()), obj: obj, sig: sig, key: key, done: map[int]string{}}
	g.disps[key] = d
	g.dispOrder = append(g.dispOrder, d)
	g.called(d.name)
	return d.name
}

// extend adds the cases of types boxed since the last call.
func (g *gen) extend(d *dispatcher) bool {
	more := false
	g.fn.env = nil
	for id := 1; id < len(g.s.table.types); id++ {
		if !g.boxedIDs[id] && !g.s.everBoxed[id] {
			continue
		}
		if _, ok := d.done[id]; ok {
			continue
		}
		d.done[id] = ""
		t := g.s.table.types[id]
		sel := types.NewMethodSet(t).Lookup(d.obj.Pkg(), d.obj.Name())
		if sel == nil || g.s.table.sigKey(sel.Type().(*types.Signature)) != g.s.table.sigKey(d.sig) {
			continue
		}
		more = true
		g.wantBoxed(id)
		d.done[id] = g.dispatchCase(d, id, t, sel)
	}
	return more
}

func (g *gen) dispatchCase(d *dispatcher, id int, t types.Type, sel *types.Selection) string {
	outer := g.inFunc
	g.inFunc = d.name
	defer func() { g.inFunc = outer }()
	var args []string
	for i := range d.sig.Params().Len() {
		args = append(args, fmt.Sprintf("a%d", i))
	}
	un := g.rawUnbox(id, g.lt(t))
	call := g.method("(*v)", t, sel.Obj().(*types.Func), sel.Index())(args)
	ret := "return " + call
	if d.sig.Results().Len() == 0 {
		ret = call + "; return"
	}
	return fmt.Sprintf("\tcase %d:\n\t\tv := new(%s); *v = %s(x); %s%s\n", id, g.lt(t), un, nilCheck(t, sel), ret)
}

// nilCheck panics as Go does when a method with a value receiver is called on a
// nil pointer in an interface.
func nilCheck(t types.Type, sel *types.Selection) string {
	p, ok := t.(*types.Pointer)
	m := sel.Obj().(*types.Func)
	if !ok || len(sel.Index()) != 1 || pointerReceiver(m) {
		return ""
	}
	return fmt.Sprintf("if *v == nil { rt.NilMethod(%q, %q) }; ", reflectName(p.Elem())+"."+m.Name(), types.TypeString(p.Elem(), func(*types.Package) string { return "" }))
}

// dispatchText is the finished function. What is not a box is a value of a
// compiled type, whose method is called by reflection.
func (g *gen) dispatchText(d *dispatcher) string {
	var b strings.Builder
	params := []string{"x interface{}"}
	var args, rs, rv []string
	for i := range d.sig.Params().Len() {
		params = append(params, fmt.Sprintf("a%d %s", i, g.lt(d.sig.Params().At(i).Type())))
		args = append(args, fmt.Sprintf("a%d", i))
	}
	fmt.Fprintf(&b, "func %s(%s)%s {\n\tswitch rt.ID(x) {\n", d.name, strings.Join(params, ", "), g.resultText(d.sig))
	for id := range g.s.table.types {
		b.WriteString(d.done[id])
	}
	b.WriteString("\t}\n")
	for i := range d.sig.Results().Len() {
		fmt.Fprintf(&b, "\tr%d := new(%s)\n", i, g.lt(d.sig.Results().At(i).Type()))
		rs = append(rs, fmt.Sprintf("r%d", i))
		rv = append(rv, fmt.Sprintf("*r%d", i))
	}
	fmt.Fprintf(&b, "\trt.NCall(x, %q, []interface{}{%s}, []interface{}{%s})\n\treturn %s\n}\n",
		d.obj.Name(), strings.Join(rs, ", "), strings.Join(args, ", "), strings.Join(rv, ", "))
	return b.String()
}
