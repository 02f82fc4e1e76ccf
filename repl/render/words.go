package render

import (
	"strings"
	"unicode/utf8"

	"github.com/lapbook/lapbook/runtime/notebook"
	"github.com/mattn/go-runewidth"
)

// asciiGlyphs are the plain forms of the signs that we draw with.
func asciiGlyphs() *strings.Replacer {
	return strings.NewReplacer("▓", "#", "░", "-", "·", ".", "✓", "yes", "✗", "no", "×", "x", "±", "+/-", "–", "-", "—", "-",
		"µ", "u", "…", "...", "›", ">", "→", "->", "≥", ">=", "≤", "<=", "²", "^2", "³", "^3", "ⁿ", "^n", "⁴", "^4", "√", "root ", "●", "o", "│", "|", "└", "+", "─", "-", "“", `"`, "”", `"`, "’", "'")
}

// toASCII writes our own signs plainly and any other character as a question
// mark, which every terminal can show.
func toASCII(s string) string {
	if isASCII(s) {
		return s
	}
	s = asciiGlyphs().Replace(s)
	return strings.Map(func(r rune) rune {
		if r >= utf8.RuneSelf {
			return '?'
		}
		return r
	}, s)
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Sanitize makes the output of a cell safe for a terminal: colours pass, every
// other control is left out.
func Sanitize(s string) string { return notebook.Sanitize(s) }

// plain is text without any control byte but newline and tab.
func plain(s string) string { return notebook.Plain(s) }

// columns is the width of a text on a terminal.
func columns(s string) int { return runewidth.StringWidth(s) }

// Truncate cuts a line to some columns, with a mark where it was cut.
func Truncate(s string, width int) string {
	if columns(s) <= width {
		return s
	}
	mark := "…"
	if isASCII(s) {
		mark = "..."
	}
	return runewidth.Truncate(s, width, mark)
}

// Wrap breaks text into lines of at most width columns, at spaces where it can.
func Wrap(s string, width int) []string {
	var lines []string
	for part := range strings.SplitSeq(strings.TrimRight(s, "\n"), "\n") {
		lines = append(lines, wrapLine(part, width)...)
	}
	return lines
}

func wrapLine(s string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(s) {
		for columns(word) > width {
			if line != "" {
				lines, line = append(lines, line), ""
			}
			head := runewidth.Truncate(word, width, "")
			lines, word = append(lines, head), word[len(head):]
		}
		switch {
		case line == "":
			line = word
		case columns(line)+1+columns(word) <= width:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
	}
	return append(lines, line)
}

// left, right and middle pad a text to some columns; a longer one is left alone.
func left(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-columns(s)))
}

func right(s string, width int) string {
	return strings.Repeat(" ", max(0, width-columns(s))) + s
}

func middle(s string, width int) string {
	room := max(0, width-columns(s))
	return strings.Repeat(" ", room/2) + s + strings.Repeat(" ", room-room/2)
}
