package edit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// incomplete is a stand-in for Go's rule: brackets are open.
func incomplete(text string) (bool, int) {
	depth := strings.Count(text, "{") - strings.Count(text, "}")
	return depth > 0, max(0, depth)
}

func options() Options {
	return Options{First: "[1]> ", More: "   . ", Incomplete: incomplete, History: true,
		Complete: func(text string, offset int) (int, []string) {
			from := strings.LastIndexAny(text[:offset], " .\n") + 1
			var words []string
			for _, w := range []string{"alpha", "alphabet", "beta"} {
				if strings.HasPrefix(w, text[from:offset]) {
					words = append(words, w)
				}
			}
			return from, words
		}}
}

func TestRead(t *testing.T) {
	old := []string{"first", "for {\n\told()\n}", "last"}
	tests := []struct {
		name  string
		keys  string
		want  string
		err   error
		after string // what is left for the next Read
	}{
		{"a line", "x := 1\r", "x := 1", nil, ""},
		{"type ahead stays", "a\rb\r", "a", nil, "b\r"},
		{"open brackets go on", "if x {\ry()\r}\r", "if x {\n\ty()\n}", nil, ""},
		{"alt-enter adds a line", "a\x1b\rb\r", "a\nb", nil, ""},
		{"escape, then enter, is alt-enter", "a\x1b\nb\r", "a\nb", nil, ""},
		{"kitty's shift-enter adds a line", "a\x1b[13;2ub\r", "a\nb", nil, ""},
		{"two blank lines force", "{\r\r\r", "{", nil, ""},
		{"a paste does not run", "\x1b[200~for {\n\tx++\n}\n\x1b[201~;\r", "for {\n\tx++\n};", nil, ""},
		{"carriage returns of a paste", "\x1b[200~a\rb\r\nc\x1b[201~\r", "a\nb\nc", nil, ""},
		{"control bytes of a paste", "\x1b[200~a\x03\x15\x1b[Ab\x1b[201~\r", "a[Ab", nil, ""},
		{"ctrl-c drops", "abc\x03", "abc", ErrAborted, ""},
		{"ctrl-d leaves", "\x04", "", io.EOF, ""},
		{"ctrl-d deletes", "ab\x02\x04\r", "a", nil, ""},
		{"emacs keys", "bc\x01a\x05d\r", "abcd", nil, ""},
		{"arrows", "ac\x1b[Db\x1b[C\x1bOD\x1b[1~_\r", "_abc", nil, ""},
		{"backspace joins lines", "a\x1b\r\x7fb\r", "ab", nil, ""},
		{"kill and yank", "one two\x17\x17\x19!\r", "one two!", nil, ""},
		{"kills join, others rotate", "a b\x0bx\x15y z\x17\x19\x1by\r", "y a bx", nil, ""},
		{"words", "one two three\x1bb\x1bb\x1bd\r", "one  three", nil, ""},
		{"transpose", "ab\x14\r", "ba", nil, ""},
		{"undo", "abc def\x17\x1f\r", "abc def", nil, ""},
		{"up recalls", "\x1b[A\r", "last", nil, ""},
		{"up recalls what begins alike", "fi\x1b[A\r", "first", nil, ""},
		{"up walks the lines of a block first", "\x1b[A\x1b[A\x1b[A\x1b[A\x1b[A\r", "first", nil, ""},
		{"a recalled block is edited in place", "\x1b[A\x1b[A\x1b[A\x05!\r", "for {\n\told()!\n}", nil, ""},
		{"down comes back", "typed\x1b[A\x1b[B!\r", "typed!", nil, ""},
		{"search", "\x12old\r", "for {\n\told()\n}", nil, ""},
		{"search again", "\x12st\x12\r", "first", nil, ""},
		{"search, then edit", "\x12las\x05!\r", "last!", nil, ""},
		{"search given up", "x\x12las\x07y\r", "xy", nil, ""},
		{"completion", "bet\t\r", "beta", nil, ""},
		{"completion as far as agreed", "x.al\t\r", "x.alpha", nil, ""},
		{"tab indents a line", "\x1b\r\tx\r", "\n\tx", nil, ""},
		{"text with an indent of its own", "if x {\r\ty()\r    z()\r\t}\r", "if x {\n\ty()\n    z()\n\t}", nil, ""},
		{"wide and combining", "日本e\u0301\x7f\x7f!\r", "日!", nil, ""},
		{"bytes that are no text", "a\xff\x80b\x00c\r", "abc", nil, ""},
		{"unknown sequences", "a\x1b[99;5~\x1b[?1;2cb\r", "ab", nil, ""},
		{"the end of the terminal", "abc", "", io.EOF, ""},
	}
	for _, tt := range tests {
		// In one piece, and byte by byte as a slow line gives it.
		for _, chunks := range [][]string{{tt.keys}, bytewise(tt.keys)} {
			t.Run(fmt.Sprintf("%s/%d", tt.name, len(chunks)), func(t *testing.T) {
				if len(chunks) > 1 && strings.HasPrefix(tt.name, "text with") {
					t.Skip("only text that comes at once is taken for pasted")
				}
				term := newTypist(40, 10, chunks...)
				got, err := New(term, old).Read(context.Background(), options())
				if !errors.Is(err, tt.err) || got != tt.want && !errors.Is(err, io.EOF) {
					t.Errorf("got %q, %v; want %q, %v", got, err, tt.want, tt.err)
				}
				if left := term.back + strings.Join(term.chunks, ""); left != tt.after {
					t.Errorf("left for the next Read: %q, want %q", left, tt.after)
				}
			})
		}
	}
}

// bytewise is a text as a slow line gives it.
func bytewise(s string) (out []string) {
	for i := range len(s) {
		out = append(out, s[i:i+1])
	}
	return out
}

// TestSignature: tab after the bracket shows what the function takes, and leaves
// the text as it is.
func TestSignature(t *testing.T) {
	o := options()
	o.Signature = func(text string, offset int) string {
		if strings.HasSuffix(text[:offset], "(") {
			return "f(a int) string"
		}
		return ""
	}
	term := newTypist(40, 10, bytewise("f(\tal\r")...)
	got, err := New(term, nil).Read(context.Background(), o)
	if got != "f(al" || err != nil || !strings.Contains(strings.Join(term.screens, "\n"), "f(a int) string") {
		t.Errorf("%q, %v; on the screens %q", got, err, term.screens)
	}
}

func TestIndent(t *testing.T) {
	term := newTypist(40, 10, bytewise("for {\rif x {\ry()\r}\r\r}\r")...)
	got, err := New(term, nil).Read(context.Background(), options())
	if want := "for {\n\tif x {\n\t\ty()\n\t}\n\n}"; got != want || err != nil {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}

// TestScreen shows what is on the screen before the last chunk is typed.
func TestScreen(t *testing.T) {
	block := "\x1b[200~for {\n\tone()\n\ttwo()\n}\x1b[201~"
	tests := []struct {
		name   string
		cols   int
		rows   int
		chunks []string
		want   string
	}{
		{"the prompt", 40, 6, []string{"\r"}, "[1]> ▏"},
		{"a block", 40, 6, []string{block, "\r"}, "[1]> for {\n   .     one()\n   .     two()\n   . }▏"},
		{"up in a block", 40, 6, []string{block + "\x1b[A\x1b[A\x01", "\r"}, "[1]> for {\n   . ▏    one()\n   .     two()\n   . }"},
		{"a block higher than the screen", 40, 3, []string{block, "\r"}, "   .     two()\n   . }▏"},
		{"its top", 40, 3, []string{block, "\x1b<", "\r"}, "[1]> ▏for {\n   .     one()"},
		{"a long line goes on below", 14, 6, []string{"0123456789abc", "\r"}, "[1]> 01234567\n     89abc▏"},
		{"wide characters", 12, 6, []string{"日本語日本語", "\r"}, "[1]> 日本語\n     日本語▏"},
		{"a line gets shorter", 40, 6, []string{"abc", "\x7f\x7f", "\r"}, "[1]> a▏"},
		{"rows go away", 40, 6, []string{block, "\x15\x7f\x15\x7f", "\x03"}, "[1]> for {\n   .     one()▏"},
		{"candidates", 40, 6, []string{"al\t", "\r"}, "[1]> alpha▏\n  alpha     alphabet"},
		{"candidates go away", 40, 6, []string{"al\t", "x", "\r"}, "[1]> alphax▏"},
		{"search", 40, 6, []string{"\x12", "ol", "\r"}, "[1]> x {\n   .     ▏old()\n   . }\nsearch: ol"},
		{"unfinished", 70, 6, []string{"{\r\r", "\x03"}, "[1]> {\n   .\n   .     ▏\n  not finished yet: Enter runs it as it is, Ctrl-C drops it"},
		{"clear", 40, 6, []string{"ab", "\x0c", "\r"}, "[1]> ab▏"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			term := newTypist(tt.cols, tt.rows, tt.chunks...)
			if _, err := New(term, []string{"x {\n\told()\n}"}).Read(context.Background(), options()); err != nil && !errors.Is(err, ErrAborted) {
				t.Fatal(err)
			}
			if got := term.screens[len(tt.chunks)-1]; got != tt.want {
				t.Errorf("screen:\n%s\nwant:\n%s", got, tt.want)
			}
		})
	}
}

// TestEntered shows what stays on the screen after Enter.
func TestEntered(t *testing.T) {
	term := newTypist(40, 4, "\x1b[200~{\n1\n2\n3\n4\n}\x1b[201~\x1b<", "\r")
	text, err := New(term, nil).Read(context.Background(), options())
	if err != nil || text != "{\n1\n2\n3\n4\n}" {
		t.Fatalf("%q, %v", text, err)
	}
	var all []string
	for _, l := range term.lines {
		all = append(all, string(l))
	}
	want := "[1]> {\n   . 1\n   . 2\n   . 3\n   . 4\n   . }\n"
	if got := strings.Join(all, "\n"); got != want {
		t.Errorf("all lines:\n%s\nwant:\n%s", got, want)
	}
}

func TestPasteOfManyKilobytes(t *testing.T) {
	block := strings.Repeat("\tx += 1 // a line of the block\n", 3000)
	keys := "\x1b[200~if true {\n" + block + "}\n\x1b[201~\r"
	var chunks []string
	for i := 0; i < len(keys); i += 1024 {
		chunks = append(chunks, keys[i:min(len(keys), i+1024)])
	}
	term := newTypist(80, 24, chunks...)
	got, err := New(term, nil).Read(context.Background(), options())
	if want := "if true {\n" + block + "}"; got != want || err != nil {
		t.Errorf("got %d bytes, %v; want %d", len(got), err, len(want))
	}
	if n := len(term.lines); n > 400 {
		t.Errorf("%d lines went over the screen", n)
	}
}

func TestContextEndsRead(t *testing.T) {
	ctx, stop := context.WithCancelCause(context.Background())
	cause := errors.New("told to stop")
	term := &waiting{newTypist(40, 10), make(chan struct{}), func() { stop(cause) }}
	if _, err := New(term, nil).Read(ctx, options()); !errors.Is(err, cause) {
		t.Errorf("err = %v, want %v", err, cause)
	}
}

// waiting is a Terminal at which nobody types.
type waiting struct {
	*typist
	never chan struct{}
	taken func()
}

func (w *waiting) Ready() <-chan struct{} { return w.never }
func (w *waiting) Take() ([]byte, error)  { w.taken(); return nil, nil }

func FuzzRead(f *testing.F) {
	for _, s := range []string{"a\x1b\rb\r", "\x1b[200~x\n\x1b[201~\x1b[A\x12a\r", "\x1b[13;2u\x19\x1by\x14\t"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, keys string) {
		term := newTypist(20, 5, keys)
		_, _ = New(term, []string{"one", "two {\n}"}).Read(context.Background(), options())
	})
}

func BenchmarkTypingInALongCell(b *testing.B) {
	for b.Loop() {
		term := newTypist(80, 24, "\x1b[200~"+strings.Repeat("x += 1\n", 1000)+"\x1b[201~", "a", "b", "c", "d", "\r")
		if _, err := New(term, nil).Read(context.Background(), options()); err != nil {
			b.Fatal(err)
		}
	}
}

func TestKey(t *testing.T) {
	for _, tt := range []struct {
		name, keys, want, after string
	}{
		{"a letter", "s", "s", ""},
		{"enter", "\r", "enter", ""},
		{"what a presenter sends", "\x1b[6~", "pgdn", ""},
		{"the rest stays", "bq\r", "b", "q\r"},
		{"a paste is no answer", "\x1b[200~rm\n\x1b[201~b", "b", ""},
		{"ctrl-c is a key", "\x03", "ctrl-c", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			term := newTypist(80, 24, tt.keys)
			got, err := New(term, nil).Key(context.Background(), "  Enter runs ")
			if err != nil || got != tt.want {
				t.Errorf("%q, %v, want %q", got, err, tt.want)
			}
			if left := term.back + strings.Join(term.chunks, ""); left != tt.after {
				t.Errorf("left %q, want %q", left, tt.after)
			}
		})
	}
}

func TestAbove(t *testing.T) {
	term := newTypist(20, 6, "x := 1", "\x1b\ry", "z\r")
	term.above = map[int]string{1: "tick 1\ntick 2\n", 2: "tick 3"}
	text, err := New(term, nil).Read(context.Background(), options())
	if text != "x := 1\nyz" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
	want := "tick 1\ntick 2\ntick 3\n[1]> x := 1\n   . yz"
	if got := term.screen(); !strings.HasPrefix(got, want) {
		t.Errorf("screen:\n%s\nwant:\n%s", got, want)
	}
}
