package source

import (
	"go/token"
	"regexp"
	"strings"
)

// found is the form of most of go/parser's messages. Not all of them: others
// already read as the compiler's do.
var found = regexp.MustCompile(`^expected (.+), found (.+)$`)

// compilerWords gives a message of package go/parser the words of the compiler.
// A position at the end of a cell must not name the bracket that the cell is
// wrapped in.
func compilerWords(msg string, atEnd bool) string {
	m := found.FindStringSubmatch(msg)
	if m == nil {
		return msg
	}
	want, got := strings.Trim(m[1], "'"), gotWords(m[2])
	switch want {
	case "operand":
		want = "expression"
	case "IDENT":
		want = "name"
	}
	switch {
	case atEnd:
		return "unexpected end of the cell, expected " + want
	case want == ";":
		return "unexpected " + got + " at end of statement"
	case want == "}" || want == "EOF":
		return "unexpected " + got
	}
	return "unexpected " + got + ", expected " + want
}

// gotWords names a token: the parser quotes those that are not names or literals.
func gotWords(s string) string {
	if tok, quoted := strings.CutPrefix(s, "'"); quoted && len(tok) > 1 && !strings.HasSuffix(s, "''") {
		tok = strings.TrimSuffix(tok, "'")
		switch {
		case token.IsKeyword(tok):
			return "keyword " + tok
		case tok == "EOF":
			return "end of the cell"
		case !isLiteralText(tok):
			return tok
		}
	}
	switch {
	case s == "newline":
		return s
	case token.IsIdentifier(s):
		return "name " + s
	}
	return "literal " + s
}

// isLiteralText tells a rune literal, which has quotes of its own, from a token.
func isLiteralText(tok string) bool {
	r := tok[0]
	return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= 0x80 || r == '\\'
}
