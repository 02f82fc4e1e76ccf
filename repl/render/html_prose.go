package render

import (
	"html"
	"io"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// prose turns Markdown into HTML without active content: links that run code
// are dropped by goldmark, and of raw HTML only a few tags without attributes
// pass, which lessons need to fold their answers.
func prose(w io.Writer, markdown string) error {
	md := goldmark.New(goldmark.WithExtensions(extension.GFM),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(safeHTML{}, 100))))
	return md.Convert([]byte(markdown), w)
}

// safeHTML writes the raw HTML of a Markdown text.
type safeHTML struct{}

// RegisterFuncs takes raw HTML over from goldmark's own renderer.
func (safeHTML) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindHTMLBlock, safeHTML{}.block)
	reg.Register(ast.KindRawHTML, safeHTML{}.inline)
	reg.Register(ast.KindFencedCodeBlock, safeHTML{}.fence)
}

func (safeHTML) block(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	_, err := w.WriteString(filterTags(rawBlock(n.(*ast.HTMLBlock), src)))
	return ast.WalkContinue, err
}

func (safeHTML) inline(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkSkipChildren, nil
	}
	_, err := w.WriteString(filterTags(rawInline(n.(*ast.RawHTML), src)))
	return ast.WalkSkipChildren, err
}

// fence highlights Go in prose as in cells.
func (safeHTML) fence(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	b := n.(*ast.FencedCodeBlock)
	var code strings.Builder
	for i := range b.Lines().Len() {
		at := b.Lines().At(i)
		code.Write(at.Value(src))
	}
	text := html.EscapeString(code.String())
	if string(b.Language(src)) == "go" {
		text = highlight(code.String())
	}
	_, err := w.WriteString("<pre><code>" + text + "</code></pre>\n")
	return ast.WalkContinue, err
}

// filterTags escapes all HTML but plain tags of the list; comments go.
func filterTags(raw string) string {
	return eachTag(raw, func(tag string) string { return tag }, html.EscapeString)
}

// withoutTags is raw HTML as a terminal shows it: comments and the tags of the
// list go, anything else is text.
func withoutTags(raw string) string {
	same := func(s string) string { return s }
	return eachTag(raw, func(string) string { return "" }, same)
}

// eachTag rewrites raw HTML: tags of the list by one function, anything else by
// the other. Comments are left out.
func eachTag(raw string, tag, other func(string) string) string {
	comments := regexp.MustCompile(`(?s)<!--.*?(-->|$)`)
	allowed := regexp.MustCompile(`^</?(details|summary|br|sub|sup|kbd|b|i|em|strong|p|hr|dl|dt|dd)\s*/?>`)
	raw = comments.ReplaceAllString(raw, "")
	var b strings.Builder
	for raw != "" {
		if t := allowed.FindString(raw); t != "" {
			b.WriteString(tag(t))
			raw = raw[len(t):]
			continue
		}
		next := strings.IndexByte(raw[1:], '<') + 1
		if next == 0 {
			next = len(raw)
		}
		b.WriteString(other(raw[:next]))
		raw = raw[next:]
	}
	return b.String()
}

// rawBlock is the text of an HTML block.
func rawBlock(b *ast.HTMLBlock, src []byte) string {
	var raw strings.Builder
	for i := range b.Lines().Len() {
		at := b.Lines().At(i)
		raw.Write(at.Value(src))
	}
	if b.HasClosure() {
		raw.Write(b.ClosureLine.Value(src))
	}
	return raw.String()
}

// rawInline is the text of HTML inside a line.
func rawInline(n *ast.RawHTML, src []byte) string {
	var raw strings.Builder
	for i := range n.Segments.Len() {
		at := n.Segments.At(i)
		raw.Write(at.Value(src))
	}
	return raw.String()
}
