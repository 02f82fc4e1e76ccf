package notebook

import (
	"strings"
	"unicode/utf8"
)

// Sanitize makes the output of a cell safe for a terminal. Colours (SGR
// sequences) pass; every other escape sequence, BEL, C1 control and stray
// control byte is left out, so that a cell cannot rename the window, write the
// clipboard or move the cursor. Bytes that are no UTF-8 become U+FFFD. Newline,
// tab and carriage return pass.
func Sanitize(s string) string {
	if clean(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for s != "" {
		if s[0] == 0x1b {
			n := sequence(s)
			if isSGR(s[:n]) {
				b.WriteString(s[:n])
			}
			s = s[n:]
			continue
		}
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1:
			b.WriteRune(utf8.RuneError)
		case r == '\n' || r == '\t' || r == '\r' || r >= ' ' && r != 0x7f && !(0x80 <= r && r < 0xa0):
			b.WriteString(s[:n])
		}
		s = s[n:]
	}
	return b.String()
}

func clean(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' && c != '\n' && c != '\t' && c != '\r' || c >= 0x7f {
			return false
		}
	}
	return true
}

// sequence is the length of the escape sequence at the start of s, which begins
// with ESC. A CSI sequence ends at its final byte or before a byte that cannot
// be part of it; a string (OSC, DCS, APC, PM, SOS) ends at BEL or ST, and its
// content goes with it. An unfinished string ends with the line, so that one
// stray byte does not swallow what follows.
func sequence(s string) int {
	if len(s) < 2 {
		return len(s)
	}
	switch s[1] {
	case '[':
		for i := 2; i < len(s); i++ {
			if s[i] >= 0x40 && s[i] <= 0x7e {
				return i + 1
			}
			if s[i] < 0x20 || s[i] > 0x3f {
				return i
			}
		}
		return len(s)
	case ']', 'P', '_', '^', 'X':
		for i := 2; i < len(s); i++ {
			switch {
			case s[i] == 0x07:
				return i + 1
			case s[i] == 0x1b && i+1 < len(s) && s[i+1] == '\\':
				return i + 2
			case s[i] == '\n' || s[i] == 0x1b:
				return i
			}
		}
		return len(s)
	}
	i := 1 // intermediate bytes, then one final byte
	for i < len(s) && s[i] >= 0x20 && s[i] <= 0x2f {
		i++
	}
	if i < len(s) && s[i] >= 0x30 && s[i] <= 0x7e {
		return i + 1
	}
	return i
}

// isSGR tells a colour sequence: ESC [ digits ; : m.
func isSGR(s string) bool {
	if len(s) < 3 || s[1] != '[' || s[len(s)-1] != 'm' {
		return false
	}
	for i := 2; i < len(s)-1; i++ {
		if c := s[i]; c != ';' && c != ':' && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// Plain is Sanitize without the colours.
func Plain(s string) string { return stripColours(Sanitize(s)) }

// stripColours takes the SGR sequences out of sanitised text.
func stripColours(s string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, 0x1b)
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		s = s[i+sequence(s[i:]):]
	}
}
