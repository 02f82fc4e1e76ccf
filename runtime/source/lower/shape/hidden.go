package shape

// Lookup finds a type by its number; 0 is no type.
type Lookup func(id int) *Type

// Undecodable says why encoding/json would not decode into a value of type t as
// in the source, "" when it would.
func Undecodable(t *Type, of Lookup) string {
	if DecodesItself(t) {
		return ""
	}
	return undecodable(t, of, map[int]bool{})
}

func undecodable(t *Type, of Lookup, seen map[int]bool) string {
	if t == nil || seen[t.ID] {
		return ""
	}
	seen[t.ID] = true
	for _, m := range t.Methods {
		if (m.Name == "UnmarshalJSON" || m.Name == "UnmarshalText") && m.Links() && t.Kind != Opaque && t.Kind != Interface {
			return "its method " + m.Name + " would not be seen"
		}
	}
	if why := undecodable(find(t.Ptr, of), of, seen); why != "" {
		return why
	}
	if t.Kind == Interface && len(t.Methods) > 0 && t.Name != "error" {
		return "it holds interfaces with methods"
	}
	for _, f := range t.Fields {
		if f.Embedded && !Promotes(f, of) {
			return "it embeds " + f.Name
		}
	}
	return parts(t, of, func(p *Type) string { return undecodable(p, of, seen) })
}

// DecodesItself reports whether a target of type t is decoded by its own method
// UnmarshalJSON, which the run time calls.
func DecodesItself(t *Type) bool {
	if t == nil || t.Kind != Pointer {
		return false
	}
	for _, m := range t.Methods {
		if m.Name == "UnmarshalJSON" && m.Links() {
			return true
		}
	}
	return false
}

// Scans reports whether package fmt scans into a value of type t as in the source:
// it is a pointer to a basic type without a method Scan.
func Scans(t *Type, of Lookup) bool {
	if t == nil || t.Kind != Pointer {
		return false
	}
	for _, m := range t.Methods {
		if m.Name == "Scan" {
			return false
		}
	}
	el := find(t.Elem, of)
	return el != nil && el.Kind == Basic
}

// Promotes reports whether f embeds a struct of the session such that decoders
// set the fields of that struct as in the source.
func Promotes(f Field, of Lookup) bool {
	t := find(f.Type, of)
	if f.Embedded && t != nil && t.Kind == Pointer && f.Exported {
		t = find(t.Elem, of)
	}
	return f.Embedded && t != nil && t.Own && t.Kind == Struct
}

// Hidden says why reflection on a value of type t would not see what the source
// says, "" when it would. text means that all methods count, not only those that
// encoders look for.
func Hidden(t *Type, of Lookup, text bool) string { return hidden(t, of, text, map[int]bool{}) }

func hidden(t *Type, of Lookup, text bool, seen map[int]bool) string {
	if t == nil || seen[t.ID] {
		return ""
	}
	seen[t.ID] = true
	if t.Own || t.Kind == Pointer {
		for _, m := range t.Methods {
			if m.Sought() && (text || m.Name != "String" && m.Name != "Error") || text && t.Own && m.Name != "" && m.Name[0] >= 'A' && m.Name[0] <= 'Z' {
				return "its method " + m.Name + " would not be seen"
			}
		}
	}
	if why := hidden(find(t.Ptr, of), of, text, seen); why != "" {
		return why
	}
	if t.Kind == Interface {
		return "it holds interfaces"
	}
	for _, f := range t.Fields {
		if f.Embedded {
			return "it embeds " + f.Name
		}
	}
	return parts(t, of, func(p *Type) string { return hidden(p, of, text, seen) })
}

// parts asks about the types that t is made of, until one has an answer.
func parts(t *Type, of Lookup, ask func(*Type) string) string {
	for _, f := range t.Fields {
		if why := ask(find(f.Type, of)); why != "" {
			return why
		}
	}
	if why := ask(find(t.Key, of)); why != "" {
		return why
	}
	return ask(find(t.Elem, of))
}

func find(id int, of Lookup) *Type {
	if id == 0 {
		return nil
	}
	return of(id)
}
