package source

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"regexp"
	"strings"
)

// Magic is one magic line of a cell.
type Magic struct {
	Name   string // "profile"; "?" for ?name; "sh" also for !cmd
	Args   string // the rest of the line, trimmed
	Line   int    // 1-based, in the text
	Double bool   // %%name
	// Body is what a magic that takes code was given: the rest of the line for
	// %time, %timeit and %sh, the rest of the text for %%sh. Go code in Body
	// (time, timeit) is also left in the code that SplitMagics returns.
	Body string
}

// takesCode names the magics whose rest of the line is code and not arguments.
// The value tells whether that code is Go and so stays in the cell.
func takesCode(name string) (code, goCode bool) {
	switch name {
	case "time", "timeit":
		return true, true
	case "sh":
		return true, false
	}
	return false, false
}

var (
	magicLine = regexp.MustCompile(`^(%%?)([A-Za-z][A-Za-z0-9_-]*)(?:[ \t]+(.*))?$`)
	helpLine  = regexp.MustCompile(`^\?[ \t]*(%{0,2}[\pL_][\pL\pN_./-]*)$`)
)

const lapComment = "//lap:"

// SplitMagics takes the magic lines out of text. In code they are blanked with
// spaces, so that every other byte keeps its line and column; a leading byte
// order mark is blanked too. A magic is recognised on go/scanner's token
// boundaries and only where a top-level statement may begin: never inside a raw
// string, a comment, brackets or an expression that goes on over the line end.
//
// A first line !cmd is the shell unless it is a Go expression; with no scope at
// hand every identifier but the predeclared ones counts as unknown. Use
// Scope.SplitMagics where there is a session.
func SplitMagics(text string) (magics []Magic, code string, err error) {
	return splitMagics(text, func(string) bool { return false })
}

// SplitMagics is like the function SplitMagics, but knows which names are in
// scope, so that !ok stays Go where ok is a variable.
func (s *Scope) SplitMagics(text string) (magics []Magic, code string, err error) {
	return splitMagics(text, s.knows)
}

func splitMagics(text string, known func(string) bool) ([]Magic, string, error) {
	sp := &magicSplitter{src: []byte(text), line: 1}
	if strings.HasPrefix(text, "\uFEFF") {
		sp.blank(0, 3)
	}
	if m, ok := shellLine(string(sp.src), known); ok {
		sp.magics = append(sp.magics, m)
		end := sp.lineEnd(0)
		sp.blank(0, end)
		sp.at = end
	}
	for sp.next() {
	}
	if sp.err != nil {
		return nil, "", sp.err
	}
	return sp.magics, string(sp.src), nil
}

// A magicSplitter scans src piece by piece; each piece starts where a statement
// may begin, because the rest of a magic line need not be Go tokens at all.
type magicSplitter struct {
	src    []byte
	at     int // where the next piece starts
	line   int // line of src[counted]
	seen   int
	magics []Magic
	err    error
}

func (sp *magicSplitter) blank(from, to int) {
	for i := from; i < to; i++ {
		if c := sp.src[i]; c != '\n' && c != '\r' {
			sp.src[i] = ' '
		}
	}
}

// lineEnd returns the offset of the line end after off, before any \r\n.
func (sp *magicSplitter) lineEnd(off int) int {
	end := len(sp.src)
	if i := bytes.IndexByte(sp.src[off:], '\n'); i >= 0 {
		end = off + i
	}
	for end > off && sp.src[end-1] == '\r' {
		end--
	}
	return end
}

// startsLine reports whether only blanks stand before off on its line.
func (sp *magicSplitter) startsLine(off int) bool {
	for off--; off >= 0; off-- {
		switch sp.src[off] {
		case '\n':
			return true
		case ' ', '\t', '\r':
		default:
			return false
		}
	}
	return true
}

func (sp *magicSplitter) lineAt(off int) int {
	sp.line += bytes.Count(sp.src[sp.seen:off], []byte{'\n'})
	sp.seen = off
	return sp.line
}

// next scans one piece up to and including the next magic line.
func (sp *magicSplitter) next() bool {
	piece := sp.src[sp.at:]
	file := token.NewFileSet().AddFile("", -1, len(piece))
	var sc scanner.Scanner
	sc.Init(file, piece, nil, scanner.ScanComments)
	depth, begin := 0, true // begin: a statement may begin here
	for {
		pos, tok, lit := sc.Scan()
		off := sp.at + file.Offset(pos)
		switch tok {
		case token.EOF:
			return false
		case token.LPAREN, token.LBRACK, token.LBRACE:
			depth++
			begin = tok == token.LBRACE
			continue
		case token.RPAREN, token.RBRACK, token.RBRACE:
			depth--
		case token.SEMICOLON:
			begin = true
			continue
		case token.COMMENT:
			if begin && depth == 0 && strings.HasPrefix(lit, lapComment+"%") && sp.startsLine(off) && sp.take(off, off+len(lapComment)) {
				return true
			}
			continue
		case token.REM:
			if begin && sp.startsLine(off) {
				if depth > 0 && magicLine.Match(sp.src[off:sp.lineEnd(off)]) {
					sp.err = &Error{Message: "a magic cannot stand inside a block or brackets", Line: sp.lineAt(off), Column: 1}
					return false
				}
				if depth == 0 && sp.take(off, off) {
					return true
				}
			}
		case token.ILLEGAL:
			if begin && depth == 0 && lit == "?" && sp.startsLine(off) && sp.takeHelp(off) {
				return true
			}
		}
		begin = false
	}
}

// take records the magic whose % stands at name and blanks it from off on.
func (sp *magicSplitter) take(off, name int) bool {
	end := sp.lineEnd(off)
	f := magicLine.FindSubmatch(sp.src[name:end])
	if f == nil {
		return false
	}
	m := Magic{Name: string(f[2]), Double: len(f[1]) == 2, Line: sp.lineAt(off)}
	rest := strings.TrimSpace(string(f[3]))
	code, goCode := takesCode(m.Name)
	switch {
	case goCode:
		m.Body = rest
		end = end - len(f[3])
	case code && m.Double:
		m.Args = rest
		m.Body = strings.TrimPrefix(strings.TrimPrefix(string(sp.src[end:]), "\r"), "\n")
		end = len(sp.src)
	case code:
		m.Body = rest
	default:
		m.Args = rest
	}
	sp.magics = append(sp.magics, m)
	sp.blank(off, end)
	sp.at = end
	return true
}

func (sp *magicSplitter) takeHelp(off int) bool {
	end := sp.lineEnd(off)
	f := helpLine.FindStringSubmatch(strings.TrimRight(string(sp.src[off:end]), " \t"))
	if f == nil {
		return false
	}
	sp.magics = append(sp.magics, Magic{Name: "?", Args: f[1], Line: sp.lineAt(off)})
	sp.blank(off, end)
	sp.at = end
	return true
}

// shellLine recognises !cmd as the first character of the text. Go has unary !
// too, so a text whose first statement, or whose first line, is a Go expression
// of known names stays Go.
func shellLine(text string, known func(string) bool) (Magic, bool) {
	if !strings.HasPrefix(text, "!") {
		return Magic{}, false
	}
	line, _, _ := strings.Cut(text, "\n")
	if goNegation(text, known) || goNegation(line, known) {
		return Magic{}, false
	}
	cmd := strings.TrimSpace(line[1:])
	return Magic{Name: "sh", Body: cmd, Line: 1}, cmd != ""
}

func goNegation(src string, known func(string) bool) bool {
	f, _ := parser.ParseFile(token.NewFileSet(), "", "package p;func _(){"+src+"\n}", 0)
	if f == nil || len(f.Decls) == 0 {
		return false
	}
	fn, ok := f.Decls[0].(*ast.FuncDecl)
	if !ok || fn.Body == nil || len(fn.Body.List) == 0 {
		return false
	}
	stmt, ok := fn.Body.List[0].(*ast.ExprStmt)
	if !ok || hasBad(stmt) {
		return false
	}
	inStmt := map[*ast.Ident]bool{}
	ast.Inspect(stmt, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			inStmt[id] = true
		}
		return true
	})
	for _, id := range f.Unresolved {
		if inStmt[id] && universe(id.Name) == nil && !known(id.Name) {
			return false
		}
	}
	return true
}

func hasBad(n ast.Node) bool {
	bad := false
	ast.Inspect(n, func(n ast.Node) bool {
		if _, ok := n.(*ast.BadExpr); ok {
			bad = true
		}
		return !bad
	})
	return bad
}
