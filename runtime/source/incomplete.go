package source

import (
	"go/scanner"
	"go/token"
	"strings"
)

// Incomplete tells whether text needs more lines before it can be run, and how
// deep brackets are open, for the indent. It is purely lexical: a bracket is
// open, a raw string or a comment does not end, or the last token is one after
// which the scanner inserts no semicolon. What more lines cannot mend (a wrong
// closing bracket, an illegal character) is complete: running it names the
// mistake. Magic lines count as complete lines.
func Incomplete(text string) (more bool, depth int) {
	_, code, err := SplitMagics(text)
	if err != nil {
		return false, 0
	}
	open, bad := false, false
	file := token.NewFileSet().AddFile("", -1, len(code))
	var sc scanner.Scanner
	sc.Init(file, []byte(code), func(_ token.Position, msg string) {
		if strings.HasSuffix(msg, "not terminated") && (strings.Contains(msg, "raw string") || strings.Contains(msg, "comment")) {
			open = true
			return
		}
		bad = true
	}, 0)
	var stack []token.Token
	last := token.SEMICOLON
	for {
		_, tok, _ := sc.Scan()
		if tok == token.EOF {
			break
		}
		last = tok
		if want, closes := opener(tok); closes {
			if len(stack) == 0 || stack[len(stack)-1] != want {
				return false, 0
			}
			stack = stack[:len(stack)-1]
		} else if opens(tok) {
			stack = append(stack, tok)
		}
	}
	switch depth = len(stack); {
	case open:
		return true, depth
	case bad:
		return false, 0
	case depth > 0:
		return true, depth
	case last != token.SEMICOLON:
		return true, 1
	}
	return false, 0
}

func opens(tok token.Token) bool {
	return tok == token.LPAREN || tok == token.LBRACK || tok == token.LBRACE
}

// opener returns the bracket that tok closes.
func opener(tok token.Token) (token.Token, bool) {
	switch tok {
	case token.RPAREN:
		return token.LPAREN, true
	case token.RBRACK:
		return token.LBRACK, true
	case token.RBRACE:
		return token.LBRACE, true
	}
	return token.ILLEGAL, false
}
