package notebook

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// OutputKind says where an output came from.
type OutputKind string

// The kinds of outputs.
const (
	Stdout  OutputKind = "stdout"
	Stderr  OutputKind = "stderr"
	Value   OutputKind = "value"   // the last expression, as shown
	Failure OutputKind = "error"   // why the cell failed
	Rich    OutputKind = "rich"    // a picture, a table: one thing under several MIME types
	Foreign OutputKind = "foreign" // an .ipynb output that only its own tool understands
)

// Output is one recorded output of a cell, in the order of its appearance.
type Output struct {
	Kind OutputKind
	Text string            // what a terminal shows
	Data map[string]string // Rich: MIME type → content (base64 for images)

	raw json.RawMessage // the .ipynb object as read, kept while nothing changes
}

// MIME is a rich output as a cell hands it over: content by MIME type.
type MIME map[string]string

// maxKept bounds what a notebook keeps of one output, as it stands in a file:
// escaped, and with its base64 form.
const maxKept = 1 << 20

// cutText is the text that is kept of an output: all of it, or its head and tail
// around a line with the exact number of bytes left out. total counts every
// byte that was written.
func cutText(head, tail []byte, total int64) string {
	left := total - int64(len(head)) - int64(len(tail))
	if left <= 0 {
		return string(head) + string(tail)
	}
	sep := ""
	if n := len(head); n > 0 && head[n-1] != '\n' {
		sep = "\n"
	}
	return fmt.Sprintf("%s%s… %d bytes left out …\n%s", head, sep, left, tail)
}

// SetStdout records what the cell printed.
func (r *Result) SetStdout(head, tail []byte, total int64) {
	r.Stdout, r.StdoutBase64, r.StdoutTotal = keptText(head, tail, total)
}

// SetStderr records what the cell printed to standard error.
func (r *Result) SetStderr(head, tail []byte, total int64) {
	r.Stderr, r.StderrBase64, r.StderrTotal = keptText(head, tail, total)
}

// keptText is the UTF-8 form of an output, its exact bytes in base64 when they
// are no UTF-8, and the total when it was cut. Bytes that files must escape can
// make a megabyte six times as long, so head and tail shrink until it fits.
func keptText(head, tail []byte, total int64) (s, b64 string, cut int64) {
	for {
		s = cutText(head, tail, total)
		b64 = ""
		if !utf8.ValidString(s) {
			b64 = base64.StdEncoding.EncodeToString([]byte(s))
			s = strings.ToValidUTF8(s, "\uFFFD")
		}
		// An .ipynb indents each line and quotes it.
		if len(appendString(nil, s))+len(b64)+14*strings.Count(s, "\n") <= maxKept+maxKept/2 {
			break
		}
		if n := len(tail) / 2; n > 0 {
			tail = tail[len(tail)-n:]
			head = head[:min(len(head), n)]
		} else {
			head, tail = head[:len(head)/2], head[len(head)-len(head)/4:]
		}
	}
	if total > int64(len(head)+len(tail)) {
		cut = total
	}
	return s, b64, cut
}

// outputs are the parts of a result that a reader sees, in order.
func (r *Result) outputs() []Output {
	var outs []Output
	add := func(kind OutputKind, text string) {
		if text != "" {
			outs = append(outs, Output{Kind: kind, Text: text})
		}
	}
	add(Stdout, r.Stdout)
	add(Stderr, r.Stderr)
	for _, m := range r.Rich {
		outs = append(outs, Output{Kind: Rich, Text: m["text/plain"], Data: m})
	}
	if !r.ShowsValue() {
		add(Value, r.Value)
	}
	if r.Error != nil {
		add(Failure, r.Error.Error())
	}
	return outs
}
