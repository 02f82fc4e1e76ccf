package notebook

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
)

// keepUnknown adds to fresh, the JSON form of a value of type t, those members
// of old, an earlier JSON form, for which t has no field. Lists are walked
// element by element when their lengths agree; otherwise nobody can tell which
// element an unknown member belonged to, and it goes with its element.
func keepUnknown(fresh, old json.RawMessage, t reflect.Type) (json.RawMessage, error) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t.Kind() == reflect.Struct && first(fresh) == '{' && first(old) == '{':
		return keepMembers(fresh, old, t)
	case t.Kind() == reflect.Slice && first(fresh) == '[' && first(old) == '[':
		return keepElements(fresh, old, t.Elem())
	}
	return fresh, nil
}

func first(b []byte) byte {
	b = bytes.TrimLeft(b, " \t\r\n")
	if len(b) == 0 {
		return 0
	}
	return b[0]
}

func keepMembers(fresh, old json.RawMessage, t reflect.Type) (json.RawMessage, error) {
	var was map[string]json.RawMessage
	if err := json.Unmarshal(old, &was); err != nil {
		return nil, err
	}
	now, err := members(fresh)
	if err != nil {
		return nil, err
	}
	fields := jsonFields(t)
	for i, m := range now {
		if prior, ok := was[m.name]; ok && fields[m.name] != nil {
			if now[i].value, err = keepUnknown(m.value, prior, fields[m.name]); err != nil {
				return nil, err
			}
		}
	}
	for _, name := range sortedKeys(was) {
		if fields[name] == nil {
			now = append(now, member{name, was[name]})
		}
	}
	return joinMembers(now), nil
}

func keepElements(fresh, old json.RawMessage, t reflect.Type) (json.RawMessage, error) {
	var now, was []json.RawMessage
	if err := json.Unmarshal(fresh, &now); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(old, &was); err != nil || len(now) != len(was) {
		return fresh, err
	}
	for i := range now {
		var err error
		if now[i], err = keepUnknown(now[i], was[i], t); err != nil {
			return nil, err
		}
	}
	return compactJSON(now)
}

// member is one member of a JSON object; a slice of them keeps their order.
type member struct {
	name  string
	value json.RawMessage
}

// members lists the members of a JSON object in order.
func members(object json.RawMessage) ([]member, error) {
	dec := json.NewDecoder(bytes.NewReader(object))
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	var out []member
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, err
		}
		m := member{name: key.(string)}
		if err := dec.Decode(&m.value); err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

func joinMembers(ms []member) json.RawMessage {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range ms {
		if i > 0 {
			b.WriteByte(',')
		}
		name, _ := compactJSON(m.name) // a string always marshals
		b.Write(name)
		b.WriteByte(':')
		b.Write(m.value)
	}
	b.WriteByte('}')
	return b.Bytes()
}

// jsonFields maps the JSON names of a struct's fields to their types.
func jsonFields(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.IsExported() && name != "" && name != "-" {
			fields[name] = f.Type
		}
	}
	return fields
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
