package rt

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"sort"
	"strconv"
	"strings"

	"github.com/lapbook/lapbook/runtime/source/lower/shape"
)

// JSON prepares a value for json.Marshal: methods, embedded fields and
// interfaces count as in the source.
func (c *Cell) JSON(x any) any {
	if b, ok := open(x); ok {
		return jsonValue{b.T, reflect.ValueOf(b.V)}
	}
	if v := reflect.ValueOf(x); v.IsValid() && mayHoldBoxes(v.Type(), 0) {
		return jsonValue{nil, v}
	}
	return x
}

// Marshal is json.Marshal.
func (c *Cell) Marshal(x any) ([]byte, error) {
	b, err := json.Marshal(c.JSON(x))
	return b, withoutOurs(err)
}

// MarshalIndent is json.MarshalIndent.
func (c *Cell) MarshalIndent(x any, prefix, indent string) ([]byte, error) {
	b, err := json.MarshalIndent(c.JSON(x), prefix, indent)
	return b, withoutOurs(err)
}

// Encode is (*json.Encoder).Encode.
func (c *Cell) Encode(e *json.Encoder, x any) error { return withoutOurs(e.Encode(c.JSON(x))) }

// withoutOurs takes off what package json adds to an error of our Marshaler.
func withoutOurs(err error) error {
	if e, ok := err.(*json.MarshalerError); ok && e.Type == reflect.TypeFor[jsonValue]() {
		return e.Err
	}
	return err
}

// FromJSON prepares the target of json.Unmarshal, which reads the lowered type:
// right when no method of the source type has a say.
func (c *Cell) FromJSON(x any) any {
	b, ok := open(x)
	if !ok {
		return x
	}
	if why := shape.Undecodable(b.T.Type, b.T.s.shape); why != "" {
		panic(Refused("decoding JSON into " + b.T.Name + ": " + why))
	}
	if v := reflect.ValueOf(b.V); shape.DecodesItself(b.T.Type) && !v.IsNil() {
		fn, ok := b.T.method("UnmarshalJSON").(func(any, []byte) error)
		if !ok {
			panic(Refused("method UnmarshalJSON of " + b.T.Name + " is not linked"))
		}
		return &jsonTarget{func(data []byte) error { return fn(b.T.wrap(b), data) }}
	}
	return b.V
}

// jsonTarget is a target that decodes itself.
type jsonTarget struct{ decode func([]byte) error }

// UnmarshalJSON implements json.Unmarshaler.
func (t *jsonTarget) UnmarshalJSON(b []byte) error { return t.decode(b) }

// Unmarshal is json.Unmarshal.
func (c *Cell) Unmarshal(data []byte, x any) error {
	return sourceTypes(json.Unmarshal(data, c.FromJSON(x)), x)
}

// Decode is (*json.Decoder).Decode.
func (c *Cell) Decode(d *json.Decoder, x any) error { return sourceTypes(d.Decode(c.FromJSON(x)), x) }

// jsonValue encodes a value as its source type would be encoded.
type jsonValue struct {
	t *Type
	v reflect.Value
}

// MarshalJSON implements json.Marshaler.
func (j jsonValue) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	if err := encodeJSON(&b, j.t, j.v, 0); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func encodeJSON(b *bytes.Buffer, t *Type, v reflect.Value, depth int) error {
	if depth > 1000 {
		return fmt.Errorf("json: unsupported value: encountered a cycle via %s", v.Type())
	}
	if !v.IsValid() {
		b.WriteString("null")
		return nil
	}
	if v.Kind() == reflect.Interface && (t == nil || t.Kind == shape.Interface) {
		if v.IsNil() {
			b.WriteString("null")
			return nil
		}
		v, t = v.Elem(), nil
		if bx, ok := open(v.Interface()); ok {
			return encodeJSON(b, bx.T, reflect.ValueOf(bx.V), depth+1)
		}
	}
	if t != nil {
		if done, err := encodeByMethod(b, t, v); done {
			return err
		}
	}
	if t == nil && (!mayHoldBoxes(v.Type(), 0) || isMarshaler(v)) || t != nil && t.compiled() {
		return encodeLeaf(b, v)
	}
	switch v.Kind() {
	case reflect.Struct:
		return encodeStruct(b, t, v, depth)
	case reflect.Pointer:
		if v.IsNil() {
			b.WriteString("null")
			return nil
		}
		return encodeJSON(b, t.elem(), v.Elem(), depth+1)
	case reflect.Slice, reflect.Array:
		return encodeList(b, t, v, depth)
	case reflect.Map:
		return encodeMap(b, t, v, depth)
	case reflect.Func, reflect.Chan:
		name := v.Type().String()
		if t != nil {
			name = t.Name
		}
		return &json.UnsupportedTypeError{Type: namedType{v.Type(), name}}
	}
	return encodeLeaf(b, v)
}

// compiled reports whether t is a type of a compiled package or a pointer to one.
func (t *Type) compiled() bool {
	return t.Kind == shape.Opaque || t.Kind == shape.Pointer && t.elem() != nil && t.elem().Kind == shape.Opaque
}

func isMarshaler(v reflect.Value) bool {
	switch v.Interface().(type) {
	case json.Marshaler, encoding.TextMarshaler:
		return true
	}
	return false
}

// encodeLeaf leaves escaping for HTML to the encoder that asked.
func encodeLeaf(b *bytes.Buffer, v reflect.Value) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v.Interface()); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1) // the line that Encode ends
	return nil
}

// encodeByMethod uses MarshalJSON or MarshalText of the source type, also of
// its pointer type where the value can be addressed.
func encodeByMethod(b *bytes.Buffer, t *Type, v reflect.Value) (bool, error) {
	x, owner := v, t
	if t.compiled() {
		return false, nil
	}
	if !t.has("MarshalJSON", "MarshalText") {
		if t.Ptr == 0 || !v.CanAddr() {
			return false, nil
		}
		owner = t.s.typeOf(t.Ptr)
		if !owner.has("MarshalJSON", "MarshalText") {
			return false, nil
		}
		x = v.Addr()
	}
	if x.Kind() == reflect.Pointer && x.IsNil() {
		b.WriteString("null")
		return true, nil
	}
	bx := owner.wrap(Box{owner, owner.canonical(x.Interface())})
	if owner.has("MarshalJSON") {
		fn, ok := owner.method("MarshalJSON").(func(any) ([]byte, error))
		if !ok {
			panic(Refused("method MarshalJSON of " + owner.Name + " is not linked"))
		}
		out, err := fn(bx)
		if err == nil {
			err = json.Compact(b, out)
		}
		if err != nil {
			return true, &json.MarshalerError{Type: namedType{x.Type(), owner.Name}, Err: err}
		}
		return true, nil
	}
	fn, ok := owner.method("MarshalText").(func(any) ([]byte, error))
	if !ok {
		panic(Refused("method MarshalText of " + owner.Name + " is not linked"))
	}
	out, err := fn(bx)
	if err != nil {
		return true, &json.MarshalerError{Type: namedType{x.Type(), owner.Name}, Err: err}
	}
	return true, encodeLeaf(b, reflect.ValueOf(string(out)))
}

func encodeList(b *bytes.Buffer, t *Type, v reflect.Value, depth int) error {
	if v.Kind() == reflect.Slice && v.IsNil() {
		b.WriteString("null")
		return nil
	}
	el := t.elem()
	if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 && (el == nil || !el.has("MarshalJSON", "MarshalText")) {
		return encodeLeaf(b, v)
	}
	b.WriteByte('[')
	for i := range v.Len() {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := encodeJSON(b, el, v.Index(i), depth+1); err != nil {
			return err
		}
	}
	b.WriteByte(']')
	return nil
}

func encodeMap(b *bytes.Buffer, t *Type, v reflect.Value, depth int) error {
	if v.IsNil() {
		b.WriteString("null")
		return nil
	}
	type entry struct {
		name string
		val  reflect.Value
	}
	var es []entry
	for it := v.MapRange(); it.Next(); {
		name, err := mapKey(t.key(), it.Key())
		if err != nil {
			return err
		}
		es = append(es, entry{name, it.Value()})
	}
	sort.Slice(es, func(i, j int) bool { return es[i].name < es[j].name })
	b.WriteByte('{')
	for i, e := range es {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := encodeLeaf(b, reflect.ValueOf(e.name)); err != nil {
			return err
		}
		b.WriteByte(':')
		if err := encodeJSON(b, t.elem(), e.val, depth+1); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
}

func mapKey(t *Type, k reflect.Value) (string, error) {
	if k.Kind() == reflect.String {
		return k.String(), nil
	}
	if t != nil && t.has("MarshalText") {
		fn, ok := t.method("MarshalText").(func(any) ([]byte, error))
		if !ok {
			panic(Refused("method MarshalText of " + t.Name + " is not linked"))
		}
		out, err := fn(t.wrap(Box{t, t.canonical(k.Interface())}))
		return string(out), err
	}
	if tm, ok := k.Interface().(encoding.TextMarshaler); ok {
		out, err := tm.MarshalText()
		return string(out), err
	}
	switch {
	case k.CanInt():
		return strconv.FormatInt(k.Int(), 10), nil
	case k.CanUint():
		return strconv.FormatUint(k.Uint(), 10), nil
	}
	return "", fmt.Errorf("json: unsupported type: map with %s keys", k.Type())
}

// jsonField is one field of an object after embedding is resolved.
type jsonField struct {
	name      string
	tagged    bool
	depth     int
	omitEmpty bool
	omitZero  bool
	quoted    bool
	absent    bool // behind a nil pointer that is embedded
	t         *Type
	v         reflect.Value
}

func encodeStruct(b *bytes.Buffer, t *Type, v reflect.Value, depth int) error {
	if t == nil {
		return encodeLeaf(b, v)
	}
	var fields []jsonField
	collectFields(&fields, t, v, 0, false)
	fields = dominant(fields)
	b.WriteByte('{')
	first := true
	for _, f := range fields {
		if f.absent || f.omitEmpty && isEmpty(f.v) || f.omitZero && isZero(f) {
			continue
		}
		if !first {
			b.WriteByte(',')
		}
		first = false
		if err := encodeLeaf(b, reflect.ValueOf(f.name)); err != nil {
			return err
		}
		b.WriteByte(':')
		if err := encodeField(b, f, depth); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
}

func encodeField(b *bytes.Buffer, f jsonField, depth int) error {
	if !f.quoted {
		return encodeJSON(b, f.t, f.v, depth+1)
	}
	var inner bytes.Buffer
	if err := encodeJSON(&inner, f.t, f.v, depth+1); err != nil {
		return err
	}
	if inner.String() == "null" {
		b.WriteString("null")
		return nil
	}
	return encodeLeaf(b, reflect.ValueOf(inner.String()))
}

// collectFields lists the fields of a struct in order, those of embedded
// structs in place of the embedding. Those behind a nil pointer are absent, and
// still hide others of their name.
func collectFields(out *[]jsonField, t *Type, v reflect.Value, depth int, absent bool) {
	if absent && depth > 8 {
		return // embedded in itself
	}
	for i, f := range t.Fields {
		ft := t.s.typeOf(f.Type)
		tag := reflect.StructTag(f.Tag).Get("json")
		if tag == "-" {
			continue
		}
		name, opts, _ := strings.Cut(tag, ",")
		if f.Embedded && name == "" {
			st, sv, gone := ft, v.Field(i), absent
			if st.Kind == shape.Pointer && st.elem().Kind == shape.Struct {
				if st = st.elem(); sv.IsNil() {
					sv, gone = reflect.Zero(sv.Type().Elem()), true
				} else {
					sv = sv.Elem()
				}
			}
			if st.Kind == shape.Struct {
				collectFields(out, st, sv, depth+1, gone)
				continue
			}
		}
		if !f.Exported {
			continue
		}
		jf := jsonField{name: name, absent: absent, tagged: name != "", depth: depth, t: ft, v: v.Field(i)}
		if name == "" {
			jf.name = f.Name
		}
		for _, o := range strings.Split(opts, ",") {
			switch o {
			case "omitempty":
				jf.omitEmpty = true
			case "omitzero":
				jf.omitZero = true
			case "string":
				jf.quoted = quotable(jf.v)
			}
		}
		*out = append(*out, jf)
	}
}

func quotable(v reflect.Value) bool {
	t := v.Type()
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16,
		reflect.Uint32, reflect.Uint64, reflect.Uintptr, reflect.Float32, reflect.Float64, reflect.String:
		return true
	}
	return false
}

// dominant applies Go's rules for fields of one name: the shallowest wins, then
// the tagged one; a tie hides them all.
func dominant(fs []jsonField) []jsonField {
	best := map[string][]jsonField{}
	for _, f := range fs {
		best[f.name] = append(best[f.name], f)
	}
	var out []jsonField
	for _, f := range fs {
		wins := true
		for _, o := range best[f.name] {
			if o.v == f.v && o.depth == f.depth && o.tagged == f.tagged && o.t == f.t {
				continue
			}
			if o.depth < f.depth || o.depth == f.depth && (o.tagged || !f.tagged) {
				wins = false
			}
		}
		if wins {
			out = append(out, f)
		}
	}
	return out
}

func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}

func isZero(f jsonField) bool {
	if z, ok := f.v.Interface().(interface{ IsZero() bool }); ok && f.t.Kind == shape.Opaque {
		return z.IsZero()
	}
	return f.v.IsZero()
}
