package edit

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"
)

// key is one key press, or one paste. Its name is "rune" for text that is
// typed, "paste" for a pasted block, or that of a key: "ctrl-a", "alt-b", "up",
// "ctrl-left", "enter", "alt-enter", …
type key struct {
	name string
	r    rune
	text string // of a paste
}

// decoder turns the bytes of a terminal into keys. An escape waits for the byte
// after it, however long that takes, as in readline: there is no clock in it.
type decoder struct {
	buf     []byte // not decoded yet
	pasting bool
	pasted  []byte
}

// Marks of a bracketed paste.
const (
	pasteBegin = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
)

func (d *decoder) feed(b []byte) { d.buf = append(d.buf, b...) }

// rest is what was not decoded.
func (d *decoder) rest() []byte {
	b := d.buf
	d.buf = nil
	return b
}

// next decodes one key; ok is false when more bytes are needed.
func (d *decoder) next() (k key, ok bool) {
	for len(d.buf) > 0 {
		if d.pasting {
			return d.paste()
		}
		k, n := decode(d.buf)
		if n == 0 {
			return key{}, false
		}
		d.buf = d.buf[n:]
		switch k.name {
		case "": // a sequence that is no key of ours
		case "paste":
			d.pasting = true
		default:
			return k, true
		}
	}
	return key{}, false
}

// paste gathers a paste until its end mark.
func (d *decoder) paste() (key, bool) {
	i := bytes.Index(d.buf, []byte(pasteEnd))
	if i < 0 {
		keep := overlap(d.buf, pasteEnd)
		d.pasted = append(d.pasted, d.buf[:len(d.buf)-keep]...)
		d.buf = append([]byte(nil), d.buf[len(d.buf)-keep:]...)
		return key{}, false
	}
	text := string(d.pasted) + string(d.buf[:i])
	d.buf, d.pasted, d.pasting = d.buf[i+len(pasteEnd):], nil, false
	return key{name: "paste", text: printable(text)}, true
}

// overlap is the length of the longest suffix of b that begins mark.
func overlap(b []byte, mark string) int {
	for k := min(len(b), len(mark)-1); k > 0; k-- {
		if bytes.HasSuffix(b, []byte(mark[:k])) {
			return k
		}
	}
	return 0
}

// printable is a pasted block with Go's newlines and without control bytes,
// which would act on the terminal when they are shown.
func printable(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 {
			return -1
		}
		return r
	}, s)
}

// decode reads the key at the start of b and its length; 0 when it is cut.
func decode(b []byte) (key, int) {
	switch c := b[0]; {
	case c == 0x1b:
		return decodeEscape(b)
	case c == '\r' || c == '\n':
		return key{name: "enter"}, 1
	case c == '\t':
		return key{name: "tab"}, 1
	case c == 0x7f || c == 0x08:
		return key{name: "backspace"}, 1
	case c == 0x1f:
		return key{name: "ctrl-_"}, 1
	case c == 0:
		return key{}, 1
	case c < 0x1b:
		return key{name: "ctrl-" + string(rune('a'+c-1))}, 1
	case c < ' ':
		return key{}, 1
	}
	if !utf8.FullRune(b) {
		return key{}, 0
	}
	r, n := utf8.DecodeRune(b)
	if r == utf8.RuneError && n == 1 || r >= 0x80 && r < 0xa0 {
		return key{}, n
	}
	return key{name: "rune", r: r}, n
}

// decodeEscape reads what begins with ESC: a sequence, or Alt and a key.
func decodeEscape(b []byte) (key, int) {
	if len(b) == 1 {
		return key{}, 0
	}
	switch b[1] {
	case '[':
		return decodeCSI(b)
	case 'O':
		if len(b) < 3 {
			return key{}, 0
		}
		if b[2] == 'M' { // of the number pad
			return key{name: "enter"}, 3
		}
		return key{name: final(b[2])}, 3
	case 0x1b:
		return key{name: "esc"}, 1
	}
	k, n := decode(b[1:])
	switch {
	case n == 0:
		return key{}, 0
	case k.name == "rune":
		return key{name: "alt-" + strings.ToLower(string(k.r))}, 1 + n
	case k.name == "":
		return key{}, 1 + n
	}
	return key{name: "alt-" + k.name}, 1 + n
}

// final names a key by the last byte of its sequence.
func final(b byte) string {
	switch b {
	case 'A':
		return "up"
	case 'B':
		return "down"
	case 'C':
		return "right"
	case 'D':
		return "left"
	case 'H':
		return "home"
	case 'F':
		return "end"
	case 'Z':
		return "shift-tab"
	}
	return ""
}

// tilde names a key of the form ESC [ N ~.
func tilde(n int) string {
	switch n {
	case 1, 7:
		return "home"
	case 3:
		return "delete"
	case 4, 8:
		return "end"
	case 5:
		return "pgup"
	case 6:
		return "pgdn"
	}
	return ""
}

// decodeCSI reads ESC [ parameters final.
func decodeCSI(b []byte) (key, int) {
	end := 2
	for end < len(b) && b[end] >= 0x20 && b[end] <= 0x3f {
		end++
	}
	if end == len(b) {
		return key{}, 0
	}
	if b[end] < 0x40 || b[end] > 0x7e {
		return key{}, end // broken off by another byte
	}
	if string(b[:end+1]) == pasteBegin {
		return key{name: "paste"}, end + 1
	}
	p := numbers(string(b[2:end]))
	name, modifier := final(b[end]), p[1]
	switch b[end] {
	case '~':
		name = tilde(p[0])
		if p[0] == 27 { // xterm's modifyOtherKeys: 27 ; modifier ; code
			name = coded(p[2])
		}
	case 'u': // kitty: code ; modifier
		name = coded(p[0])
	}
	if name == "" {
		return key{}, end + 1
	}
	return key{name: modified(name, modifier)}, end + 1
}

func coded(code int) string {
	switch code {
	case 13:
		return "enter"
	case 9:
		return "tab"
	case 127:
		return "backspace"
	case 27:
		return "esc"
	}
	return ""
}

// modified puts the modifiers of xterm before a name: 1 + shift 1, alt 2, ctrl 4.
func modified(name string, modifier int) string {
	bits := max(0, modifier-1)
	switch {
	case bits&4 != 0:
		return "ctrl-" + name
	case bits&2 != 0:
		return "alt-" + name
	case bits&1 != 0 && name != "shift-tab":
		return "shift-" + name
	}
	return name
}

// numbers reads up to three parameters; absent ones are 0.
func numbers(s string) (out [3]int) {
	for i, f := range strings.Split(s, ";") {
		if i < len(out) {
			out[i], _ = strconv.Atoi(strings.TrimLeft(f, "?>")) // what is no number is 0
		}
	}
	return out
}
