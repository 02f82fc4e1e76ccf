package notebook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth bounds the nesting of a JSON file. Notebooks nest about ten deep;
// a file that goes on is an attack on the stack of its reader.
const maxDepth = 400

// jsonValue is one value of a JSON text with its exact bytes. encoding/json is
// not used for files, because it accepts what loses work: it takes the last of
// two "cells" keys, matches names without regard to case, replaces invalid
// UTF-8 and ignores a second text behind the first.
type jsonValue struct {
	kind  byte // '{' '[' '"' '0' for a number, 't' 'f' 'n'
	raw   []byte
	items []jsonItem // members of an object, elements of an array
}

type jsonItem struct {
	name  string
	value jsonValue
}

// parseJSON reads exactly one JSON text.
func parseJSON(b []byte) (jsonValue, error) {
	if at := badUTF8(b); at >= 0 {
		return jsonValue{}, fmt.Errorf("line %d: not UTF-8", lineAt(b, at))
	}
	p := &jsonParser{b: b}
	p.space()
	if p.at == len(b) {
		return jsonValue{}, fmt.Errorf("the file is empty")
	}
	v := p.value(0)
	p.space()
	if p.err == nil && p.at < len(b) {
		if b[p.at] == '{' {
			p.fail("a second JSON text follows the first")
		} else {
			p.fail("text follows the end of the JSON")
		}
	}
	return v, p.err
}

func badUTF8(b []byte) int {
	if utf8.Valid(b) {
		return -1
	}
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

func lineAt(b []byte, at int) int { return 1 + bytes.Count(b[:min(at, len(b))], []byte("\n")) }

type jsonParser struct {
	b   []byte
	at  int
	err error
}

func (p *jsonParser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf("line %d: %s", lineAt(p.b, p.at), fmt.Sprintf(format, args...))
		p.at = len(p.b)
	}
}

func (p *jsonParser) space() {
	for p.at < len(p.b) {
		switch p.b[p.at] {
		case ' ', '\t', '\r', '\n':
			p.at++
		default:
			return
		}
	}
}

// peek is the next byte that is no space, 0 at the end.
func (p *jsonParser) peek() byte {
	p.space()
	if p.at < len(p.b) {
		return p.b[p.at]
	}
	if p.err == nil {
		p.fail("the JSON ends too early: is the file cut off?")
	}
	return 0
}

func (p *jsonParser) value(depth int) jsonValue {
	if depth > maxDepth {
		p.fail("nested more than %d deep", maxDepth)
		return jsonValue{}
	}
	c := p.peek()
	v := jsonValue{kind: c}
	from := p.at
	switch {
	case c == '{':
		v.items = p.object(depth)
	case c == '[':
		v.items = p.array(depth)
	case c == '"':
		p.str()
	case c == '-' || '0' <= c && c <= '9':
		v.kind = '0'
		p.number()
	case c == 't':
		p.word("true")
	case c == 'f':
		p.word("false")
	case c == 'n':
		p.word("null")
	default:
		p.fail("%q is not JSON", c)
	}
	if p.err != nil {
		return jsonValue{}
	}
	v.raw = p.b[from:p.at]
	return v
}

func (p *jsonParser) object(depth int) []jsonItem {
	var items []jsonItem
	var seen map[string]bool
	p.at++
	if p.peek() == '}' {
		p.at++
		return nil
	}
	for p.err == nil {
		if p.peek() != '"' {
			p.fail("a name in quotes is missing")
			break
		}
		name := p.name()
		if p.known(items, &seen, name) {
			p.fail("the name %.40q stands twice in one object", name)
			break
		}
		if p.peek() != ':' {
			p.fail("a colon is missing after %.40q", name)
			break
		}
		p.at++
		items = append(items, jsonItem{name, p.value(depth + 1)})
		if !p.more('}') {
			break
		}
	}
	return items
}

// known tells whether an object has a name already. A map is made only for
// objects with many members.
func (p *jsonParser) known(items []jsonItem, seen *map[string]bool, name string) bool {
	if len(items) < 12 {
		return slices.ContainsFunc(items, func(it jsonItem) bool { return it.name == name })
	}
	if *seen == nil {
		*seen = map[string]bool{}
		for _, it := range items {
			(*seen)[it.name] = true
		}
	}
	if (*seen)[name] {
		return true
	}
	(*seen)[name] = true
	return false
}

func (p *jsonParser) array(depth int) []jsonItem {
	var items []jsonItem
	p.at++
	if p.peek() == ']' {
		p.at++
		return nil
	}
	for p.err == nil {
		items = append(items, jsonItem{value: p.value(depth + 1)})
		if !p.more(']') {
			break
		}
	}
	return items
}

// more takes the comma between two items, or the end, which it reports as false.
func (p *jsonParser) more(end byte) bool {
	switch c := p.peek(); c {
	case ',':
		p.at++
		return true
	case end:
		p.at++
	default:
		p.fail("a comma or %q is missing before %q", end, c)
	}
	return false
}

func (p *jsonParser) name() string {
	from := p.at
	p.str()
	if p.err != nil {
		return ""
	}
	return unquote(p.b[from:p.at])
}

func (p *jsonParser) str() {
	for p.at++; p.at < len(p.b); p.at++ {
		switch c := p.b[p.at]; {
		case c == '"':
			p.at++
			return
		case c < ' ':
			p.fail("a control character stands in a string")
			return
		case c == '\\':
			p.escape()
		}
	}
	p.fail("a string is not closed: is the file cut off?")
}

func (p *jsonParser) escape() {
	p.at++
	if p.at >= len(p.b) {
		return
	}
	switch p.b[p.at] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
	case 'u':
		for range 4 {
			p.at++
			if p.at >= len(p.b) || !hexDigit(p.b[p.at]) {
				p.fail(`\u wants four hexadecimal digits`)
				return
			}
		}
	default:
		p.fail(`\%c is no escape of JSON`, p.b[p.at])
	}
}

func hexDigit(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func (p *jsonParser) number() {
	from := p.at
	for p.at < len(p.b) && bytes.IndexByte([]byte("+-.eE0123456789"), p.b[p.at]) >= 0 {
		p.at++
	}
	if !json.Valid(p.b[from:p.at]) {
		p.fail("%.40q is no number", p.b[from:p.at])
	}
}

func (p *jsonParser) word(w string) {
	if !bytes.HasPrefix(p.b[p.at:], []byte(w)) {
		p.fail("%.10q is not JSON", p.b[p.at:])
		return
	}
	p.at += len(w)
}

// unquote decodes a JSON string that parseJSON accepted. A surrogate without
// its other half becomes U+FFFD.
func unquote(raw []byte) string {
	s := raw[1 : len(raw)-1]
	if bytes.IndexByte(s, '\\') < 0 {
		return string(s)
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			out = append(out, s[i])
			continue
		}
		i++
		if s[i] == 'u' {
			r := hexRune(s[i+1:])
			i += 4
			if utf16.IsSurrogate(r) && i+6 < len(s) && s[i+1] == '\\' && s[i+2] == 'u' {
				if both := utf16.DecodeRune(r, hexRune(s[i+3:])); both != utf8.RuneError {
					r = both
					i += 6
				}
			}
			out = utf8.AppendRune(out, r)
			continue
		}
		out = append(out, unescape(s[i]))
	}
	return string(out)
}

func hexRune(s []byte) rune {
	n, _ := strconv.ParseUint(string(s[:4]), 16, 32) // four digits, checked by the parser
	return rune(n)
}

func unescape(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}

// get is a member of an object, or nil.
func (v *jsonValue) get(name string) *jsonValue {
	if v == nil {
		return nil
	}
	for i := range v.items {
		if v.kind == '{' && v.items[i].name == name {
			return &v.items[i].value
		}
	}
	return nil
}

// fields are an object's members except those named.
func (v *jsonValue) fields(except ...string) Fields {
	var f Fields
	for _, it := range v.items {
		if slices.Contains(except, it.name) {
			continue
		}
		if f == nil {
			f = Fields{}
		}
		f[it.name] = json.RawMessage(it.value.raw)
	}
	return f
}

func (v *jsonValue) isString() bool { return v != nil && v.kind == '"' }

func (v *jsonValue) str() string {
	if !v.isString() {
		return ""
	}
	return unquote(v.raw)
}

// integer is the value of a number without fraction.
func (v *jsonValue) integer() (int, bool) {
	if v == nil || v.kind != '0' {
		return 0, false
	}
	n, err := strconv.Atoi(string(v.raw))
	return n, err == nil
}

// strings are the elements of a list of strings.
func (v *jsonValue) strings() ([]string, bool) {
	if v == nil || v.kind != '[' {
		return nil, false
	}
	var out []string
	for i := range v.items {
		if !v.items[i].value.isString() {
			return nil, false
		}
		out = append(out, v.items[i].value.str())
	}
	return out, true
}
