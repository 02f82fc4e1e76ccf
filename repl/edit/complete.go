package edit

import (
	"fmt"
	"strings"

	"github.com/mattn/go-runewidth"
)

// tab indents where a line begins, and else completes the word at the cursor:
// as far as all candidates agree, which are listed when they do not. Where an
// argument begins it shows what the function takes.
func (s *session) tab() string {
	if before := s.buf.beforeCursor(); strings.TrimSpace(before) == "" && (before != "" || !s.buf.onFirstLine()) || s.o.Complete == nil {
		s.save(true)
		s.buf.insert("\t")
		return ""
	}
	text, offset := s.buf.String(), s.buf.offset()
	if s.o.Signature != nil {
		if sig := s.o.Signature(text, offset); sig != "" {
			s.footer = []string{"  " + sig}
			return ""
		}
	}
	from, words := s.o.Complete(text, offset)
	if len(words) == 0 || from < 0 || from > offset {
		return ""
	}
	common := commonPrefix(words)
	typed := text[from:offset]
	if len(common) > len(typed) || len(words) == 1 && common != typed {
		s.save(true)
		s.buf.cut(s.buf.pos-len([]rune(typed)), s.buf.pos)
		s.buf.insert(common)
	}
	if len(words) > 1 {
		columns, _ := s.term.Size()
		s.footer = list(words, min(columns-1, 78), s.o.ASCII)
	}
	return ""
}

func commonPrefix(words []string) string {
	prefix := []rune(words[0])
	for _, w := range words[1:] {
		r := []rune(w)
		n := 0
		for n < len(prefix) && n < len(r) && prefix[n] == r[n] {
			n++
		}
		prefix = prefix[:n]
	}
	return string(prefix)
}

// maxListed bounds the rows of a list of candidates.
const maxListed = 8

// list sets words in columns, down and then across.
func list(words []string, width int, ascii bool) []string {
	widest := 0
	for _, w := range words {
		widest = max(widest, runewidth.StringWidth(w))
	}
	across := max(1, (width-2)/(widest+2))
	rest := 0
	if most := across * maxListed; len(words) > most {
		rest = len(words) - most
		words = words[:most]
	}
	down := (len(words) + across - 1) / across
	rows := make([]string, down)
	for i, w := range words {
		rows[i%down] += "  " + w + strings.Repeat(" ", widest-runewidth.StringWidth(w))
	}
	for i := range rows {
		rows[i] = strings.TrimRight(rows[i], " ")
	}
	if rest > 0 {
		dots := "…"
		if ascii {
			dots = "..."
		}
		rows = append(rows, fmt.Sprintf("  %s and %d more", dots, rest))
	}
	return rows
}
