package repl

import (
	"bytes"
	"io"
)

// pasteFilter rewrites the bytes of a terminal for liner. liner swallows the
// marks of a bracketed paste and submits at each newline, which turned a
// 30-line paste into 5 cells; here the pasted block is folded into one editable
// line. Alt-Enter (ESC CR) becomes a folded newline for the same reason.
type pasteFilter struct {
	w     io.Writer
	paste bool
	hold  []byte // a possible partial mark at the end of the last write
	buf   []byte // the paste so far
}

func pasteBegin() []byte { return []byte("\x1b[200~") }
func pasteEnd() []byte   { return []byte("\x1b[201~") }

func (p *pasteFilter) Write(b []byte) (int, error) {
	n := len(b)
	b = append(p.hold, b...)
	p.hold = nil
	for len(b) > 0 {
		mark := pasteBegin()
		if p.paste {
			mark = pasteEnd()
		}
		i := bytes.Index(b, mark)
		if i < 0 {
			return n, p.rest(b, mark)
		}
		if err := p.through(b[:i]); err != nil {
			return n, err
		}
		b = b[i+len(mark):]
		if err := p.toggle(); err != nil {
			return n, err
		}
	}
	return n, nil
}

// rest passes on what cannot be part of a mark and holds back what may be. A
// lone ESC or ESC [ is a key press and is never held back.
func (p *pasteFilter) rest(b, mark []byte) error {
	k := overlap(b, mark)
	if !p.paste && k < 3 {
		k = 0
	}
	p.hold = append([]byte(nil), b[len(b)-k:]...)
	return p.through(b[:len(b)-k])
}

func (p *pasteFilter) through(b []byte) error {
	if p.paste {
		p.buf = append(p.buf, b...)
		return nil
	}
	b = bytes.ReplaceAll(b, []byte("\x1b\r"), []byte(foldNewline))
	b = bytes.ReplaceAll(b, []byte("\x1b\n"), []byte(foldNewline))
	_, err := p.w.Write(b)
	return err
}

func (p *pasteFilter) toggle() error {
	p.paste = !p.paste
	if p.paste {
		return nil
	}
	text := printable(string(p.buf))
	p.buf = nil
	_, err := io.WriteString(p.w, text)
	return err
}

// printable folds a pasted block and drops control bytes, which would be
// editing commands.
func printable(s string) string {
	s = string(bytes.ReplaceAll([]byte(s), []byte("\r\n"), []byte("\n")))
	s = string(bytes.ReplaceAll([]byte(s), []byte("\r"), []byte("\n")))
	s = string(bytes.TrimRight([]byte(s), "\n"))
	var out []rune
	for _, r := range fold(s) {
		if r >= ' ' && r != 0x7f {
			out = append(out, r)
		}
	}
	return string(out)
}

// overlap is the length of the longest suffix of b that is a proper prefix of mark.
func overlap(b, mark []byte) int {
	for k := min(len(b), len(mark)-1); k > 0; k-- {
		if bytes.HasSuffix(b, mark[:k]) {
			return k
		}
	}
	return 0
}
