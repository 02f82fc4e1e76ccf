package lower

import (
	"go/types"
	"strconv"
	"strings"
)

// packageName qualifies a type by the name of its package, as messages do.
func packageName(p *types.Package) string { return p.Name() }

// nameOf is t as the compiler's messages spell it.
func nameOf(t types.Type) string { return types.TypeString(t, packageName) }

// reflectName spells a type as package reflect does: interface {} for any, no
// parameter names, no space after the commas of type arguments.
func reflectName(t types.Type) string {
	var b strings.Builder
	spell(&b, t, false)
	return b.String()
}

func spell(b *strings.Builder, t types.Type, inArgs bool) {
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		b.WriteString(types.Typ[t.Kind()].Name())
	case *types.Named:
		spellNamed(b, t, inArgs)
	case *types.Pointer:
		b.WriteString("*")
		spell(b, t.Elem(), inArgs)
	case *types.Slice:
		b.WriteString("[]")
		spell(b, t.Elem(), inArgs)
	case *types.Array:
		b.WriteString("[" + strconv.FormatInt(t.Len(), 10) + "]")
		spell(b, t.Elem(), inArgs)
	case *types.Map:
		b.WriteString("map[")
		spell(b, t.Key(), inArgs)
		b.WriteString("]")
		spell(b, t.Elem(), inArgs)
	case *types.Chan:
		spellChan(b, t, inArgs)
	case *types.Signature:
		b.WriteString("func")
		spellSignature(b, t, inArgs)
	case *types.Struct:
		spellStruct(b, t, inArgs)
	case *types.Interface:
		spellInterface(b, t, inArgs)
	default:
		b.WriteString(t.String())
	}
}

func spellNamed(b *strings.Builder, t *types.Named, inArgs bool) {
	if p := t.Obj().Pkg(); p != nil {
		name := p.Name()
		if inArgs {
			name = p.Path()
		}
		b.WriteString(name + ".")
	}
	b.WriteString(t.Obj().Name())
	if t.TypeArgs().Len() == 0 {
		return
	}
	b.WriteString("[")
	for i := range t.TypeArgs().Len() {
		if i > 0 {
			b.WriteString(",")
		}
		spell(b, t.TypeArgs().At(i), true)
	}
	b.WriteString("]")
}

func spellChan(b *strings.Builder, t *types.Chan, inArgs bool) {
	switch t.Dir() {
	case types.SendOnly:
		b.WriteString("chan<- ")
	case types.RecvOnly:
		b.WriteString("<-chan ")
	default:
		b.WriteString("chan ")
	}
	if c, ok := types.Unalias(t.Elem()).(*types.Chan); ok && c.Dir() == types.RecvOnly && t.Dir() != types.RecvOnly {
		b.WriteString("(")
		spell(b, t.Elem(), inArgs)
		b.WriteString(")")
		return
	}
	spell(b, t.Elem(), inArgs)
}

func spellSignature(b *strings.Builder, t *types.Signature, inArgs bool) {
	spellTuple := func(ts *types.Tuple, variadic bool) {
		for i := range ts.Len() {
			if i > 0 {
				b.WriteString(", ")
			}
			if variadic && i == ts.Len()-1 {
				b.WriteString("...")
				spell(b, ts.At(i).Type().Underlying().(*types.Slice).Elem(), inArgs)
				continue
			}
			spell(b, ts.At(i).Type(), inArgs)
		}
	}
	b.WriteString("(")
	spellTuple(t.Params(), t.Variadic())
	b.WriteString(")")
	switch t.Results().Len() {
	case 0:
	case 1:
		b.WriteString(" ")
		spell(b, t.Results().At(0).Type(), inArgs)
	default:
		b.WriteString(" (")
		spellTuple(t.Results(), false)
		b.WriteString(")")
	}
}

func spellStruct(b *strings.Builder, t *types.Struct, inArgs bool) {
	b.WriteString("struct {")
	for i := range t.NumFields() {
		if i > 0 {
			b.WriteString(";")
		}
		b.WriteString(" ")
		if f := t.Field(i); !f.Embedded() {
			b.WriteString(f.Name() + " ")
		}
		spell(b, t.Field(i).Type(), inArgs)
		if t.Tag(i) != "" {
			b.WriteString(" " + strconv.Quote(t.Tag(i)))
		}
	}
	if t.NumFields() > 0 {
		b.WriteString(" ")
	}
	b.WriteString("}")
}

func spellInterface(b *strings.Builder, t *types.Interface, inArgs bool) {
	b.WriteString("interface {")
	for i := range t.NumMethods() {
		if i > 0 {
			b.WriteString(";")
		}
		b.WriteString(" " + t.Method(i).Name())
		spellSignature(b, t.Method(i).Type().(*types.Signature), inArgs)
	}
	if t.NumMethods() > 0 {
		b.WriteString(" ")
	}
	b.WriteString("}")
}
