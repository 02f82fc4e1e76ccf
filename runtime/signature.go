package runtime

import (
	"go/scanner"
	"go/token"
	"strings"
)

// Signature is that of the function whose arguments begin or go on at an offset
// of a text: strings.Replace(s, old, new string, n int) string. It is "" where
// the cursor does not stand behind an opening bracket or a comma, or nothing is
// known of the function.
func (s *Session) Signature(text string, offset int) string {
	before := text[:offset]
	if t := strings.TrimRight(before, " \t\n"); !strings.HasSuffix(t, "(") && !strings.HasSuffix(t, ",") {
		return ""
	}
	name, end := called(before)
	if name == "" {
		return ""
	}
	last := name[strings.LastIndexByte(name, '.')+1:]
	for _, c := range s.scope.Complete(text[:end], end) {
		if args := strings.TrimPrefix(c.Detail, "func"); c.Text == last && strings.HasPrefix(args, "(") {
			return name + args
		}
	}
	return ""
}

// called is the name before the innermost bracket that is open at the end of a
// text, and where the name ends.
func called(text string) (name string, end int) {
	type open struct {
		name string
		end  int
	}
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(text))
	s.Init(file, []byte(text), func(token.Position, string) {}, 0)
	var stack []open
	before := open{}
	dot := false
	for {
		pos, tok, lit := s.Scan()
		switch tok {
		case token.EOF:
			if len(stack) == 0 {
				return "", 0
			}
			return stack[len(stack)-1].name, stack[len(stack)-1].end
		case token.LPAREN, token.LBRACK, token.LBRACE:
			if tok != token.LPAREN {
				before = open{}
			}
			stack, before, dot = append(stack, before), open{}, false
		case token.RPAREN, token.RBRACK, token.RBRACE:
			stack, before, dot = stack[:max(0, len(stack)-1)], open{}, false
		case token.PERIOD:
			dot = before.name != ""
		case token.IDENT:
			if dot {
				lit = before.name + "." + lit
			}
			end := file.Offset(pos) + len(lit[strings.LastIndexByte(lit, '.')+1:])
			before, dot = open{lit, end}, false
		default:
			before, dot = open{}, false
		}
	}
}
