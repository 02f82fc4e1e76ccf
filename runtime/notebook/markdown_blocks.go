package notebook

import (
	"errors"
	"fmt"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// blockKind is what a top-level block of a Markdown file means to us.
type blockKind int

const (
	fenceBlock   blockKind = iota // ```go
	outputBlock                   // ```output
	headBlock                     // <!-- lapbook {…} -->
	noteBlock                     // <!-- lapbook-ipynb {…} -->
	resultBlock                   // <!-- lapbook-result {…} -->
	headingBlock                  // # …
	norunBlock                    // ```go norun
)

// block is a top-level block that means something to us; all else is prose.
type block struct {
	kind       blockKind
	start, end int       // bytes of the file, whole lines
	content    string    // of a fence: the text between its lines; of a heading: its text
	open       bool      // of a fence: it was never closed
	json       jsonValue // of a comment
}

// findBlocks reads a Markdown file by the rules of CommonMark: a fence inside a
// list, a quote, another fence or an HTML block is prose.
func findBlocks(src string) ([]block, error) { return scanBlocks(src, false) }

// scanBlocks is findBlocks. light reads of a result comment only that it is one.
func scanBlocks(src string, light bool) ([]block, error) {
	if at := nestedTooDeep(src); at >= 0 {
		return nil, fmt.Errorf("line %d: quotes and lists nested more than %d deep", lineAt([]byte(src), at), maxDepth)
	}
	f := markdownFile{src: src, b: []byte(src), light: light}
	p := parser.NewParser(parser.WithBlockParsers(parser.DefaultBlockParsers()...))
	var blocks []block
	for n := p.Parse(text.NewReader(f.b)).FirstChild(); n != nil; n = n.NextSibling() {
		b, err := f.block(n)
		if err != nil {
			return nil, err
		}
		if b != nil {
			blocks = append(blocks, *b)
		}
	}
	return blocks, nil
}

// markdownFile is the text of a file in both forms, because converting it for
// every block would make reading quadratic.
type markdownFile struct {
	src   string
	b     []byte
	light bool
}

func (f markdownFile) block(n ast.Node) (*block, error) {
	switch n := n.(type) {
	case *ast.FencedCodeBlock:
		return f.fence(n), nil
	case *ast.HTMLBlock:
		return f.comment(n)
	case *ast.Heading:
		return f.heading(n), nil
	}
	return nil, nil
}

func (f markdownFile) heading(n *ast.Heading) *block {
	if n.Lines().Len() == 0 {
		return nil
	}
	at := n.Lines().At(0)
	return &block{kind: headingBlock, start: lineStart(f.src, at.Start), end: lineEnd(f.src, at.Start), content: string(at.Value(f.b))}
}

// nestedTooDeep finds a line that opens hundreds of quotes or lists, which
// costs any Markdown reader quadratic time.
func nestedTooDeep(src string) int {
	at := 0
	for line := range strings.Lines(src) {
		if len(line) > maxDepth && markers(line) > maxDepth {
			return at
		}
		at += len(line)
	}
	return -1
}

func markers(line string) int {
	n := 0
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == ' ' || c == '\t' || '0' <= c && c <= '9':
		case c == '>' || strings.IndexByte("-*+.)", c) >= 0 && i+1 < len(line) && line[i+1] == ' ':
			n++
		default:
			return n
		}
	}
	return n
}

func lineStart(s string, at int) int { return strings.LastIndexByte(s[:at], '\n') + 1 }

func lineEnd(s string, at int) int {
	if i := strings.IndexByte(s[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(s)
}

// fence returns the block of a ```go or ```output fence, nil for any other.
func (f markdownFile) fence(n *ast.FencedCodeBlock) *block {
	if n.Info == nil {
		return nil
	}
	words := strings.Fields(string(n.Info.Segment.Value(f.b)))
	if len(words) == 0 {
		return nil
	}
	b := &block{start: lineStart(f.src, n.Info.Segment.Start)}
	switch {
	case words[0] == "go" && len(words) > 1 && words[1] == "norun":
		b.kind = norunBlock
	case words[0] == "go":
		b.kind = fenceBlock
	case words[0] == "output":
		b.kind = outputBlock
	default:
		return nil
	}
	inside := lineEnd(f.src, n.Info.Segment.Start)
	b.content, b.end = fenceContent(n, f.src, inside)
	// A fence at the top level ends at its closing line or with the file.
	b.open = b.end == len(f.src)
	b.end = lineEnd(f.src, b.end)
	return b
}

// fenceContent is the text of a fence and where it ends. The bytes are those
// of the file, unless the fence is indented.
func fenceContent(n *ast.FencedCodeBlock, src string, inside int) (string, int) {
	lines := n.Lines()
	if lines.Len() == 0 {
		return "", inside
	}
	end := lineEnd(src, lines.At(lines.Len()-1).Start)
	if start := lines.At(0); start.Start == inside && start.Padding == 0 && !strings.HasPrefix(src[lineStart(src, inside-1):], " ") {
		return src[inside:end], end
	}
	var b strings.Builder
	for i := range lines.Len() {
		at := lines.At(i)
		b.WriteString(strings.Repeat(" ", at.Padding))
		b.WriteString(src[at.Start:at.Stop])
	}
	return b.String(), end
}

// comment returns the block of one of our comments, nil for other HTML. A
// comment of ours that cannot be read is an error: taken for prose, the next
// save would lose what it records.
func (f markdownFile) comment(n *ast.HTMLBlock) (*block, error) {
	start := lineStart(f.src, n.Lines().At(0).Start)
	line := f.src[start:lineEnd(f.src, start)]
	kind, rest, ours := commentKind(line)
	if !ours {
		return nil, nil
	}
	if id, ok := leadingID(rest); f.light && kind == resultBlock && ok {
		return &block{kind: kind, start: start, end: start + len(line), json: id}, nil
	}
	v, err := commentValue(rest)
	if err != nil {
		return nil, fmt.Errorf("line %d: %w", lineAt(f.b, start), err)
	}
	return &block{kind: kind, start: start, end: start + len(line), json: v}, nil
}

// leadingID is an object that holds only the id of a result comment, when the id
// comes first, as we write it.
func leadingID(rest string) (jsonValue, bool) {
	const lead = `{"id":"`
	if !strings.HasPrefix(rest, lead) {
		return jsonValue{}, false
	}
	end := strings.IndexByte(rest[len(lead):], '"') + len(lead)
	if end < len(lead) || !ValidID(rest[len(lead):end]) {
		return jsonValue{}, false
	}
	id := jsonValue{kind: '"', raw: []byte(rest[len(lead)-1 : end+1])}
	return jsonValue{kind: '{', items: []jsonItem{{"id", id}}}, true
}

func commentValue(rest string) (jsonValue, error) {
	body, after, closed := strings.Cut(rest, "-->")
	switch {
	case !closed:
		return jsonValue{}, errors.New("a lapbook comment is not closed on its line: is the file cut off?")
	case !blank(after):
		return jsonValue{}, errors.New("text follows a lapbook comment on its line")
	}
	v, err := parseJSON([]byte(body))
	if err == nil && v.kind != '{' {
		err = errors.New("no object in braces")
	}
	if err != nil {
		err = fmt.Errorf("a lapbook comment cannot be read: %s", strings.TrimPrefix(err.Error(), "line 1: "))
	}
	return v, err
}

// commentKind tells our comments from others by their first word and the brace.
func commentKind(line string) (kind blockKind, rest string, ours bool) {
	rest, ours = strings.CutPrefix(strings.TrimLeft(line, " "), "<!-- ")
	name, rest, _ := strings.Cut(rest, " ")
	if !ours || !strings.HasPrefix(strings.TrimLeft(rest, " "), "{") {
		return 0, "", false
	}
	switch name {
	case "lapbook":
		return headBlock, rest, true
	case "lapbook-ipynb":
		return noteBlock, rest, true
	case "lapbook-result":
		return resultBlock, rest, true
	}
	return 0, "", false
}
