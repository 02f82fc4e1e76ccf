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
	b := n.(*ast.HTMLBlock)
	if !entering {
		return ast.WalkContinue, nil
	}
	var raw strings.Builder
	for i := range b.Lines().Len() {
		at := b.Lines().At(i)
		raw.Write(at.Value(src))
	}
	if b.HasClosure() {
		raw.Write(b.ClosureLine.Value(src))
	}
	_, err := w.WriteString(filterTags(raw.String()))
	return ast.WalkContinue, err
}

func (safeHTML) inline(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkSkipChildren, nil
	}
	raw := n.(*ast.RawHTML)
	var s strings.Builder
	for i := range raw.Segments.Len() {
		at := raw.Segments.At(i)
		s.Write(at.Value(src))
	}
	_, err := w.WriteString(filterTags(s.String()))
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
	comments := regexp.MustCompile(`(?s)<!--.*?(-->|$)`)
	allowed := regexp.MustCompile(`^</?(details|summary|br|sub|sup|kbd|b|i|em|strong|p|hr|dl|dt|dd)\s*/?>`)
	raw = comments.ReplaceAllString(raw, "")
	var b strings.Builder
	for raw != "" {
		if tag := allowed.FindString(raw); tag != "" {
			b.WriteString(tag)
			raw = raw[len(tag):]
			continue
		}
		next := strings.IndexByte(raw[1:], '<') + 1
		if next == 0 {
			next = len(raw)
		}
		b.WriteString(html.EscapeString(raw[:next]))
		raw = raw[next:]
	}
	return b.String()
}
