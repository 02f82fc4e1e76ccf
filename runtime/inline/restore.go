package inline

import (
	"bytes"
	"fmt"
	"go/scanner"
	"go/token"
	"strings"
)

// markLine begins the line above what was taken over; it names the packages and
// the prefixes of their names.
const markLine = "//lap:taken "

// mark is the line for the packages of a program.
func (p *program) mark() string {
	line := markLine
	for _, o := range p.own {
		line += fmt.Sprintf("%s=%s ", baseName(o.path), o.prefix)
	}
	return strings.TrimSpace(line) + "\n"
}

// Restore undoes Program as far as the text of cells goes: what was taken over
// is dropped, and labFetch is lab.Fetch again. (The import of lab does not come
// back: cells import it on use.) Any other text is returned as it is.
func Restore(src []byte) []byte {
	at := bytes.LastIndex(src, []byte("\n"+markLine))
	if at < 0 {
		return src
	}
	line, _, _ := strings.Cut(string(src[at+1+len(markLine):]), "\n")
	prefixes := map[string]string{} // prefix → name of the package
	for _, pair := range strings.Fields(line) {
		name, prefix, ok := strings.Cut(pair, "=")
		if !ok || name != "lab" && name != "model" {
			return src
		}
		prefixes[prefix] = name
	}
	return qualify(src[:at+1], prefixes)
}

// qualify replaces identifiers such as labFetch by lab.Fetch.
func qualify(src []byte, prefixes map[string]string) []byte {
	var s scanner.Scanner
	f := token.NewFileSet().AddFile("", -1, len(src))
	s.Init(f, src, func(token.Position, string) {}, 0)
	var out []byte
	at := 0
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			return append(out, src[at:]...)
		}
		if tok != token.IDENT {
			continue
		}
		for prefix, name := range prefixes {
			if rest, ok := strings.CutPrefix(lit, prefix); ok && token.IsExported(rest) {
				from := f.Offset(pos)
				out = append(append(out, src[at:from]...), name+"."+rest...)
				at = from + len(lit)
				break
			}
		}
	}
}
