package notebook

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
)

// appendString writes a JSON string as Python's json module does with
// ensure_ascii off, so that a save by Jupyter changes nothing: only quotes,
// backslashes and control characters are escaped.
func appendString(b []byte, s string) []byte {
	const digits = "0123456789abcdef"
	b = append(b, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c >= ' ':
			b = append(b, c)
		case c == '\n':
			b = append(b, '\\', 'n')
		case c == '\t':
			b = append(b, '\\', 't')
		case c == '\r':
			b = append(b, '\\', 'r')
		case c == '\b':
			b = append(b, '\\', 'b')
		case c == '\f':
			b = append(b, '\\', 'f')
		default:
			b = append(b, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		}
	}
	return append(b, '"')
}

func quoted(s string) json.RawMessage { return appendString(nil, s) }

// appendScalar writes a string or number as Python would, so that no save by
// Jupyter changes it. A surrogate without its other half keeps its escape.
func appendScalar(b []byte, v *jsonValue) []byte {
	switch {
	case v.kind == '"' && bytes.Contains(v.raw, []byte(`\u`)):
		if s := unquote(v.raw); !strings.Contains(s, "\uFFFD") {
			return appendString(b, s)
		}
	case v.kind == '0' && bytes.ContainsAny(v.raw, ".eE"):
		f, err := strconv.ParseFloat(string(v.raw), 64)
		if size := math.Abs(f); err == nil && f != 0 && (size < 1e-4 || size >= 1e16) {
			format := byte('g')
			if size >= 1e16 {
				format = 'e'
			}
			return strconv.AppendFloat(b, f, format, -1, 64)
		}
	}
	return append(b, v.raw...)
}

// appendIndented writes a value with sorted names, a line for each item, as
// nbformat does.
func appendIndented(b []byte, v *jsonValue, indent, prefix string) []byte {
	if v.kind != '{' && v.kind != '[' {
		return appendScalar(b, v)
	}
	end := v.kind + 2 // ASCII: '}' is '{'+2 and ']' is '['+2
	if len(v.items) == 0 {
		return append(b, v.kind, end)
	}
	items := v.items
	if v.kind == '{' {
		items = slices.Clone(items)
		slices.SortStableFunc(items, func(a, b jsonItem) int { return strings.Compare(a.name, b.name) })
	}
	b = append(b, v.kind)
	for i := range items {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '\n')
		b = append(b, prefix...)
		b = append(b, indent...)
		if v.kind == '{' {
			b = append(appendString(b, items[i].name), ':', ' ')
		}
		b = appendIndented(b, &items[i].value, indent, prefix+indent)
	}
	b = append(b, '\n')
	b = append(b, prefix...)
	return append(b, end)
}

// object builds a JSON object from fields, in sorted order.
func object(f Fields) json.RawMessage {
	b := []byte{'{'}
	for i, name := range sortedKeys(f) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, name), ':')
		b = append(b, f[name]...)
	}
	return append(b, '}')
}

// ordered is a JSON text with sorted names at every depth, on one line.
func ordered(raw json.RawMessage) json.RawMessage {
	v, err := parseJSON(raw)
	if err != nil {
		return raw
	}
	var b bytes.Buffer
	if json.Compact(&b, appendIndented(nil, &v, "", "")) != nil {
		return raw
	}
	return b.Bytes()
}

// linesJSON splits text as nbformat stores it: a list of lines that keep their
// ends, where Python counts more than \n as an end.
func linesJSON(text string) json.RawMessage {
	b := []byte{'['}
	for i, line := range splitLines(text) {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, line)
	}
	return append(b, ']')
}

func splitLines(s string) []string {
	var out []string
	for s != "" {
		i := strings.IndexAny(s, "\n\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029")
		if i < 0 {
			return append(out, s)
		}
		n := 1
		switch s[i] {
		case '\r':
			if strings.HasPrefix(s[i+1:], "\n") {
				n = 2
			}
		case 0xc2:
			n = 2
		case 0xe2:
			n = 3
		}
		out = append(out, s[:i+n])
		s = s[i+n:]
	}
	return out
}

// commentJSON is a JSON text that may stand in an HTML comment: one line, with
// <, > and & and the second of two hyphens escaped, so that nothing in it ends
// the comment.
func commentJSON(raw json.RawMessage) (string, error) {
	var line, b bytes.Buffer
	if err := json.Compact(&line, raw); err != nil {
		return "", err
	}
	json.HTMLEscape(&b, line.Bytes())
	return strings.ReplaceAll(b.String(), "--", `-\u002d`), nil
}
