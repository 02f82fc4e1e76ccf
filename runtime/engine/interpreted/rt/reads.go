package rt

import (
	"encoding/xml"
	"fmt"
	"reflect"
	"strings"

	"github.com/lapbook/lapbook/runtime/source/lower/shape"
)

// Content opens a box without looking at methods.
func (c *Cell) Content(x any) any {
	if b, ok := open(x); ok {
		return b.V
	}
	return x
}

// Scan opens the box of a target of fmt.Sscan and its like.
func (c *Cell) Scan(x any) any {
	b, ok := open(x)
	if !ok {
		return x
	}
	if !shape.Scans(b.T.Type, b.T.s.shape) {
		panic(Refused("scanning into " + b.T.Name + ": package fmt would see another type"))
	}
	return b.V
}

// Raw hands a value to compiled code that reads it by reflection.
func (c *Cell) Raw(x any) any {
	if b, ok := open(x); ok {
		if why := shape.Hidden(b.T.Type, b.T.s.shape, true); why != "" {
			panic(Refused(fmt.Sprintf("a %s given to compiled code: %s", b.T.Name, why)))
		}
		return b.V
	}
	return c.rawContainer(x)
}

// rawContainer opens the boxes in a container of interfaces.
func (c *Cell) rawContainer(x any) any {
	v := reflect.ValueOf(x)
	if !v.IsValid() || !mayHoldBoxes(v.Type(), 0) || isPrinter(v) {
		return x
	}
	switch v.Kind() {
	case reflect.Slice:
		if v.IsNil() {
			return x
		}
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			setRaw(out.Index(i), c.Raw(v.Index(i).Interface()))
		}
		return out.Interface()
	case reflect.Map:
		if v.IsNil() {
			return x
		}
		out := reflect.MakeMapWithSize(v.Type(), v.Len())
		for it := v.MapRange(); it.Next(); {
			k, e := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			setRaw(k, c.Raw(it.Key().Interface()))
			setRaw(e, c.Raw(it.Value().Interface()))
			out.SetMapIndex(k, e)
		}
		return out.Interface()
	}
	return x
}

func setRaw(d reflect.Value, x any) {
	if x != nil {
		d.Set(reflect.ValueOf(x))
	}
}

// XML prepares a value for encoding/xml, which names the outermost element
// after the type unless it has a field XMLName.
func (c *Cell) XML(x any) any {
	b, ok := open(x)
	if !ok {
		return x
	}
	if why := shape.Hidden(b.T.Type, b.T.s.shape, false); why != "" {
		panic(Refused("encoding/xml of " + b.T.Name + ": " + why))
	}
	t := b.T
	for t.Kind == shape.Pointer || t.Kind == shape.Slice {
		t = t.elem()
	}
	if len(t.Fields) > 0 && t.Fields[0].Name == "XMLName" {
		return b.V
	}
	_, name, _ := strings.Cut(t.Name, ".")
	name, _, _ = strings.Cut(name, "[")
	return xmlValue{name, b.V}
}

// FromXML prepares the target of xml.Unmarshal.
func (c *Cell) FromXML(x any) any {
	b, ok := open(x)
	if !ok {
		return x
	}
	if why := shape.Hidden(b.T.Type, b.T.s.shape, false); why != "" {
		panic(Refused("encoding/xml of " + b.T.Name + ": " + why))
	}
	return b.V
}

// xmlValue is a value whose element has the name of its source type.
type xmlValue struct {
	name string
	v    any
}

// MarshalXML implements xml.Marshaler.
func (x xmlValue) MarshalXML(e *xml.Encoder, _ xml.StartElement) error {
	return e.EncodeElement(x.v, xml.StartElement{Name: xml.Name{Local: x.name}})
}

// DeepEqual is reflect.DeepEqual. Boxes must hold the same type; the lowered
// form of equal types has equal reflected types.
func (c *Cell) DeepEqual(x, y any) bool {
	bx, ok1 := open(x)
	by, ok2 := open(y)
	switch {
	case ok1 != ok2:
		return false
	case ok1:
		return bx.T == by.T && reflect.DeepEqual(bx.V, by.V)
	}
	return reflect.DeepEqual(x, y)
}
