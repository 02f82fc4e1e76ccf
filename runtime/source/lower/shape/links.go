package shape

// Linked lists the methods that the run time itself looks for in a boxed value,
// with their signatures as package reflect spells them: package fmt, package
// errors and the encoders ask for them by a type assertion.
var Linked = map[string][]string{
	"Error": {"func() string"}, "String": {"func() string"}, "GoString": {"func() string"},
	"Format": {"func(fmt.State, int32)"},
	"Unwrap": {"func() error", "func() []error"}, "Is": {"func(error) bool"},
	"MarshalJSON": {"func() ([]uint8, error)"}, "MarshalText": {"func() ([]uint8, error)"},
	"UnmarshalJSON": {"func([]uint8) error"}, "UnmarshalText": {"func([]uint8) error"},
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
