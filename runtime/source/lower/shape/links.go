package shape

// Linked lists the methods that the run time itself looks for in a boxed value,
// with their signatures as package reflect spells them: package fmt, package
// errors and the encoders ask for them by a type assertion.
var Linked = map[string][]string{
	"Error": {"func() string"}, "String": {"func() string"}, "GoString": {"func() string"},
	"Format": {"func(fmt.State, int32)"},
	"Unwrap": {"func() error", "func() []error"}, "Is": {"func(error) bool"},
	"Timeout": {"func() bool"}, "Temporary": {"func() bool"},
	"MarshalJSON": {"func() ([]uint8, error)"}, "MarshalText": {"func() ([]uint8, error)"},
	"UnmarshalJSON": {"func([]uint8) error"}, "UnmarshalText": {"func([]uint8) error"},
}

// sought are further methods that compiled code looks for in any value: the run
// time has no link to them, so a value that has one is not handed over.
var sought = map[string]string{
	"MarshalXML": "func(*xml.Encoder, xml.StartElement) error", "UnmarshalXML": "func(*xml.Decoder, xml.StartElement) error",
	"MarshalXMLAttr": "func(xml.Name) (xml.Attr, error)", "UnmarshalXMLAttr": "func(xml.Attr) error", "LogValue": "func() slog.Value",
	"AppendText": "func([]uint8) ([]uint8, error)",
}

// Sought reports whether compiled code looks for m in a value that it is given
// as an empty interface.
func (m Method) Sought() bool { return m.Links() || m.Plain != "" && sought[m.Name] == m.Plain }

// Logged names a method of t that package log/slog asks what to log, "" when
// there is none.
func Logged(t *Type) string {
	for _, m := range t.Methods {
		if m.Sought() && (m.Name == "LogValue" || m.Name == "MarshalText" || m.Name == "AppendText") {
			return m.Name
		}
	}
	return ""
}

// Links reports whether the run time looks for m.
func (m Method) Links() bool {
	for _, plain := range Linked[m.Name] {
		if m.Plain == plain {
			return true
		}
	}
	return false
}
