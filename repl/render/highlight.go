package render

import (
	"go/scanner"
	"go/token"
	"html"
	"strings"
)

// highlight marks up Go for the page: keywords, strings, numbers and comments.
// A magic line is marked as a whole. Text that is no Go is only escaped.
func highlight(code string) string {
	var b strings.Builder
	at := 0
	for line := range strings.Lines(code) {
		if trimmed := strings.TrimSpace(line); trimmed != "" && !strings.HasPrefix(trimmed, "%") && !strings.HasPrefix(trimmed, "//lap:%") {
			break
		}
		mark(&b, "m", line)
		at += len(line)
	}
	tokens(&b, code[at:])
	return b.String()
}

func mark(b *strings.Builder, class, text string) {
	if class == "" || text == "" {
		b.WriteString(html.EscapeString(text))
		return
	}
	b.WriteString(`<span class="` + class + `">` + html.EscapeString(text) + `</span>`)
}

func tokens(b *strings.Builder, code string) {
	fset := token.NewFileSet()
	file := fset.AddFile("", fset.Base(), len(code))
	var s scanner.Scanner
	s.Init(file, []byte(code), func(token.Position, string) {}, scanner.ScanComments)
	done := 0
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			mark(b, "", code[done:])
			return
		}
		from := file.Offset(pos)
		class := classOf(tok)
		if class == "" || lit == "" {
			continue
		}
		// A raw string's literal lacks its carriage returns, so its end in the
		// text is looked for.
		to := from + len(lit)
		if strings.Contains(code[from:], "\r") && (tok == token.STRING || tok == token.COMMENT) {
			to = endOf(code, from, lit)
		}
		mark(b, "", code[done:from])
		mark(b, class, code[from:to])
		done = to
	}
}

// endOf finds where a literal ends in a text that has carriage returns in it.
func endOf(code string, from int, lit string) int {
	i := 0
	for to := from; to < len(code); to++ {
		switch {
		case i == len(lit):
			return to
		case code[to] == lit[i]:
			i++
		}
	}
	return len(code)
}

func classOf(tok token.Token) string {
	switch {
	case tok.IsKeyword():
		return "k"
	case tok == token.STRING || tok == token.CHAR:
		return "s"
	case tok == token.INT || tok == token.FLOAT || tok == token.IMAG:
		return "n"
	case tok == token.COMMENT:
		return "c"
	}
	return ""
}
