package source

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"slices"
	"strings"
)

// parsed is the text of a cell as syntax. A cell mixes what Go keeps apart, so
// it is parsed as up to three views of the same text, in which the bytes of the
// other kinds are blanked: imports, declarations, and statements inside one
// function. The views are parsed at such offsets that a position denotes the
// same byte in all of them.
type parsed struct {
	file       *token.File // the text, in the file set of the scope
	imports    []*ast.ImportSpec
	decls      []ast.Decl
	fn         *ast.FuncDecl // the synthetic function that holds body; nil in a script
	body       []ast.Stmt
	quiet      bool // the last statement ends in an explicit semicolon
	endsInStmt bool // the last piece of the text is a statement
	script     bool
}

const (
	declPrefix = "package main\n" // behind a new line a comment on line 1 is a doc comment
	stmtPrefix = "package main;func _(){"
	stmtSuffix = "\n}"
	// gap lies between two cells in the file set, room for the prefixes.
	gap = len(stmtPrefix) + 2
)

// parse parses code, the text with magics blanked, and adds it to fset.
func parse(fset *token.FileSet, id, code string) (*parsed, Errors) {
	base := fset.Base() + gap
	file := fset.AddFile(id, base, len(code)+len(stmtSuffix))
	file.SetLinesForContent([]byte(code))
	p := &parsed{file: file}
	if isScript(code) {
		p.script = true
		return p, p.parseScript(code)
	}
	chunks, errs := split(file, code)
	if errs != nil {
		return p, errs
	}
	if n := len(chunks); n > 0 {
		p.quiet = chunks[n-1].explicit
		p.endsInStmt = chunks[n-1].kind == stmtChunk
	}
	errs = append(errs, p.parseImports(code, chunks)...)
	errs = append(errs, p.parseDecls(code, chunks)...)
	errs = append(errs, p.parseStmts(code, chunks)...)
	return p, firstOfLine(errs)
}

// firstOfLine returns the first syntax error of each line: the parser, once
// lost, complains again and again.
func firstOfLine(errs Errors) Errors {
	slices.SortStableFunc(errs, func(a, b Error) int { return a.Line - b.Line })
	return slices.CompactFunc(errs, func(a, b Error) bool { return a.Line == b.Line })
}

// at parses src, whose text starts behind prefix, so that positions agree with p.file.
func (p *parsed) at(prefix, src string, mode parser.Mode) (*ast.File, Errors) {
	tmp := token.NewFileSet()
	// A file set hands out bases in order: a filler puts the next one where the prefix must lie.
	tmp.AddFile("", 1, p.file.Base()-len(prefix)-2)
	f, err := parser.ParseFile(tmp, "", prefix+src, mode)
	return f, p.syntaxErrors(err, len(prefix), src)
}

func (p *parsed) syntaxErrors(err error, prefix int, src string) Errors {
	list, _ := err.(scanner.ErrorList)
	var errs Errors
	for _, e := range list {
		off := min(max(e.Pos.Offset-prefix, 0), p.file.Size()-len(stmtSuffix))
		bad := p.errorAt(off, "syntax error: "+compilerWords(e.Msg, off == p.file.Size()-len(stmtSuffix)))
		bad.Hint = p.wordsHint(bad, src)
		errs = append(errs, bad)
	}
	if err != nil && errs == nil {
		errs = Errors{p.errorAt(0, err.Error())}
	}
	return errs
}

// wordsHint looks at a line with two words where Go wants one.
func (p *parsed) wordsHint(e Error, src string) string {
	lines := strings.Split(src, "\n")
	if !strings.Contains(e.Message, "unexpected name ") || e.Line > len(lines) {
		return ""
	}
	return declarationHint(lines[e.Line-1])
}

func (p *parsed) errorAt(offset int, msg string) Error {
	return errorAt(p.file, offset, msg)
}

func errorAt(f *token.File, offset int, msg string) Error {
	at := f.Position(f.Pos(offset))
	return Error{Message: msg, Cell: at.Filename, Line: at.Line, Column: at.Column}
}

func (p *parsed) parseScript(code string) Errors {
	f, errs := p.at("", code, parser.ParseComments|parser.SkipObjectResolution)
	if errs != nil {
		return errs
	}
	if f.Name.Name != "main" {
		return Errors{p.errorAt(int(f.Name.Pos())-p.file.Base(), "a cell with a package clause is a program: package main expected, found package "+f.Name.Name)}
	}
	if !declares(f.Decls, "main") {
		return Errors{p.errorAt(int(f.Name.Pos())-p.file.Base(), "function main is undeclared in the main package")}
	}
	p.imports = f.Imports
	for _, d := range f.Decls {
		if g, ok := d.(*ast.GenDecl); !ok || g.Tok != token.IMPORT {
			p.decls = append(p.decls, d)
		}
	}
	return nil
}

func (p *parsed) parseImports(code string, chunks []chunk) Errors {
	src, any := view(code, chunks, importChunk)
	if !any {
		return nil
	}
	f, errs := p.at(declPrefix, src, parser.ImportsOnly|parser.SkipObjectResolution|parser.ParseComments)
	if errs == nil {
		p.imports = f.Imports
	}
	return errs
}

func (p *parsed) parseDecls(code string, chunks []chunk) Errors {
	src, any := view(code, chunks, declChunk)
	if !any {
		return nil
	}
	f, errs := p.at(declPrefix, src, parser.ParseComments|parser.SkipObjectResolution)
	if errs == nil {
		p.decls = f.Decls
	}
	return errs
}

func (p *parsed) parseStmts(code string, chunks []chunk) Errors {
	src, _ := view(code, chunks, stmtChunk)
	f, errs := p.at(stmtPrefix, src+stmtSuffix, parser.SkipObjectResolution)
	if errs != nil {
		return errs
	}
	fn, ok := f.Decls[0].(*ast.FuncDecl)
	if !ok || len(f.Decls) != 1 || fn.Body == nil {
		return Errors{p.errorAt(0, "syntax error: statements expected")}
	}
	p.fn = fn
	for _, s := range fn.Body.List {
		if _, empty := s.(*ast.EmptyStmt); !empty {
			p.body = append(p.body, s)
		}
	}
	return nil
}

// inspect walks all declarations and statements.
func (p *parsed) inspect(f func(ast.Node) bool) {
	for _, d := range p.decls {
		ast.Inspect(d, f)
	}
	for _, s := range p.body {
		ast.Inspect(s, f)
	}
}

// isScript reports whether the first token is package.
func isScript(code string) bool {
	if !strings.Contains(code, "package") {
		return false
	}
	file := token.NewFileSet().AddFile("", -1, len(code))
	var sc scanner.Scanner
	sc.Init(file, []byte(code), nil, 0)
	for {
		switch _, tok, _ := sc.Scan(); tok {
		case token.SEMICOLON:
		default:
			return tok == token.PACKAGE
		}
	}
}

type chunkKind int

const (
	stmtChunk chunkKind = iota
	declChunk
	importChunk
)

// A chunk is one top-level piece of a cell, from its first token up to and
// including its explicit semicolon, if it has one.
type chunk struct {
	kind     chunkKind
	from, to int
	explicit bool
}

// split cuts code at the semicolons outside brackets.
func split(file *token.File, code string) ([]chunk, Errors) {
	var errs Errors
	tf := token.NewFileSet().AddFile("", -1, len(code))
	fail := func(off int, msg string) {
		errs = append(errs, errorAt(file, off, "syntax error: "+msg))
	}
	var sc scanner.Scanner
	sc.Init(tf, []byte(code), func(p token.Position, msg string) { fail(p.Offset, msg) }, 0)
	var chunks []chunk
	var stack []token.Token
	var head []token.Token // the first tokens of the chunk, brackets of a receiver skipped
	start := -1
	for {
		pos, tok, lit := sc.Scan()
		off := tf.Offset(pos)
		if tok == token.EOF {
			if len(stack) > 0 && errs == nil {
				fail(len(code), "unexpected end of the cell, expected "+closer(stack[len(stack)-1]).String())
			}
			if start >= 0 {
				chunks = append(chunks, chunk{kind: kindOf(head), from: start, to: len(code)})
			}
			return chunks, errs
		}
		if tok == token.SEMICOLON && len(stack) == 0 {
			explicit := lit == ";"
			if explicit {
				off++
			}
			switch {
			case start >= 0:
				chunks = append(chunks, chunk{kindOf(head), start, off, explicit})
			case explicit: // alone on its line, it would not do between declarations
				chunks = append(chunks, chunk{stmtChunk, off - 1, off, true})
			}
			start, head = -1, nil
			continue
		}
		if start < 0 {
			start = off
		}
		if want, closes := opener(tok); closes {
			if len(stack) == 0 || stack[len(stack)-1] != want {
				fail(off, "unexpected "+tok.String())
				return nil, errs
			}
			stack = stack[:len(stack)-1]
		}
		if len(stack) == 0 && len(head) < 5 {
			head = append(head, tok)
		}
		if opens(tok) {
			stack = append(stack, tok)
		}
	}
}

func closer(open token.Token) token.Token {
	switch open {
	case token.LPAREN:
		return token.RPAREN
	case token.LBRACK:
		return token.RBRACK
	}
	return token.RBRACE
}

// kindOf tells a chunk's kind from its first tokens outside brackets. A method
// is func ( ) name (; a function literal with a named result has no ( there.
func kindOf(head []token.Token) chunkKind {
	switch head[0] {
	case token.IMPORT:
		return importChunk
	case token.TYPE, token.CONST:
		return declChunk
	case token.FUNC:
		if len(head) > 1 && head[1] == token.IDENT {
			return declChunk
		}
		method := []token.Token{token.FUNC, token.LPAREN, token.RPAREN, token.IDENT, token.LPAREN}
		if slices.Equal(head, method) {
			return declChunk
		}
	}
	return stmtChunk
}

// view returns code with the chunks of other kinds blanked.
func view(code string, chunks []chunk, keep chunkKind) (src string, any bool) {
	b := []byte(code)
	for _, c := range chunks {
		if c.kind == keep {
			any = true
			continue
		}
		for i := c.from; i < c.to; i++ {
			if b[i] != '\n' && b[i] != '\r' {
				b[i] = ' '
			}
		}
	}
	return string(b), any
}
