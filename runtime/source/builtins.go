package source

// builtinDocs is the signature of each function that is built into the language,
// whose types no declaration can tell, and what it does.
func builtinDocs() map[string][2]string {
	return map[string][2]string{
		"append":  {"func append(s []T, elems ...T) []T", "Adds elements to the end of a slice, in new memory when its capacity is too small, and returns the slice. append([]byte, string...) adds the bytes of a string."},
		"cap":     {"func cap(v) int", "The capacity of a slice, an array or a channel."},
		"clear":   {"func clear(v)", "Deletes all entries of a map, or sets all elements of a slice to zero."},
		"close":   {"func close(c chan<- T)", "Closes a channel: nothing more is sent. Only the sender should close."},
		"complex": {"func complex(r, i F) C", "Makes a complex number of its real and its imaginary part."},
		"copy":    {"func copy(dst, src []T) int", "Copies elements from src to dst, as many as the shorter one has, and returns how many. The source may be a string for []byte."},
		"delete":  {"func delete(m map[K]V, key K)", "Deletes the entry of a key from a map, if there is one."},
		"imag":    {"func imag(c C) F", "The imaginary part of a complex number."},
		"len":     {"func len(v) int", "The number of elements of a slice, array or map, of bytes in a string, or of values waiting in a channel."},
		"make":    {"func make(T, size ...int) T", "Makes a slice (with a length, and a capacity if given), a map, or a channel (with a buffer size)."},
		"max":     {"func max(x T, y ...T) T", "The largest of some numbers or strings."},
		"min":     {"func min(x T, y ...T) T", "The smallest of some numbers or strings."},
		"new":     {"func new(T) *T", "A pointer to a new variable that is zero; with an expression in place of the type, one that holds its value."},
		"panic":   {"func panic(v any)", "Stops the goroutine's normal course: deferred calls run, up to one that recovers; else the program ends."},
		"print":   {"func print(args ...)", "Writes its arguments to standard error; for debugging. fmt.Print is for the rest."},
		"println": {"func println(args ...)", "Writes its arguments and a line end to standard error; for debugging. fmt.Println is for the rest."},
		"real":    {"func real(c C) F", "The real part of a complex number."},
		"recover": {"func recover() any", "In a deferred function: ends a panic and returns its value, nil when there is none."},
	}
}
