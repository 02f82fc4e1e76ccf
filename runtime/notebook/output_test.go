package notebook

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"
)

func TestKeptOutputFitsTheFile(t *testing.T) {
	const mb = 1 << 20
	tests := []struct {
		name       string
		head, tail []byte
		total      int64
	}{
		{"flood", bytes.Repeat([]byte("x\n"), mb/4), bytes.Repeat([]byte("y\n"), mb/4), 1_000_000_000},
		{"escapes", bytes.Repeat([]byte{0x1b}, mb/2), bytes.Repeat([]byte{0x1b}, mb/2), mb},
		{"no UTF-8", bytes.Repeat([]byte{0xff}, mb/2), bytes.Repeat([]byte{0xfe}, mb/2), 3 * mb},
		{"head alone", bytes.Repeat([]byte{1}, mb), nil, mb},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			nb := New()
			c := nb.Add(Code, "", "flood()")
			r := NewResult(c.ID, 1)
			r.SetStdout(tt.head, tt.tail, tt.total)
			if r.StdoutTotal != tt.total {
				t.Errorf("stdout_total %d, want %d", r.StdoutTotal, tt.total)
			}
			if !strings.Contains(r.Stdout, "bytes left out") {
				t.Error("it does not say what is left out")
			}
			c.Record(r)
			for _, name := range []string{"x.md", "x.ipynb"} {
				if n := len(mustEncode(t, nb, name)); n > 2*mb {
					t.Errorf("%s has %d bytes", name, n)
				}
			}
		})
	}
}

func TestOutputThatIsNoText(t *testing.T) {
	r := NewResult("x", 1)
	r.SetStdout([]byte("\xff\xfex\n"), nil, 4)
	if r.Stdout != "\uFFFDx\n" && r.Stdout != "\uFFFD\uFFFDx\n" || r.StdoutBase64 != base64.StdEncoding.EncodeToString([]byte("\xff\xfex\n")) || r.StdoutTotal != 0 {
		t.Errorf("%q %q %d", r.Stdout, r.StdoutBase64, r.StdoutTotal)
	}
}
