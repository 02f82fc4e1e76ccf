package render

import (
	"io"
	"strconv"
	"strings"

	"github.com/fatih/color"
	"github.com/lapbook/lapbook/runtime/notebook"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
)

// Prose draws Markdown for a terminal: headings stand out, paragraphs are
// wrapped, lists and quotes keep their signs, code keeps its lines.
func Prose(w io.Writer, markdown string, o Options) error {
	p := &printer{r: &notebook.Result{}, o: o}
	src := []byte(plain(strings.ReplaceAll(markdown, "\r\n", "\n")))
	md := goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough))
	d := &proseWriter{p: p, src: src}
	d.blocks(md.Parser().Parse(text.NewReader(src)), "", "")
	return p.flush(w)
}

// proseWriter walks the blocks of a Markdown text.
type proseWriter struct {
	p    *printer
	src  []byte
	some bool // something was written: blocks are parted by a blank line
}

// blocks writes the children of a block. first is what begins the first line
// (a bullet), rest what begins the others.
func (d *proseWriter) blocks(parent ast.Node, first, rest string) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		d.block(n, first, rest)
		first = rest
	}
}

func (d *proseWriter) block(n ast.Node, first, rest string) {
	if _, tight := n.(*ast.TextBlock); !tight && n.Kind() != ast.KindListItem && n.Kind() != ast.KindHTMLBlock {
		d.part(n, rest)
	}
	switch n := n.(type) {
	case *ast.Heading:
		d.wrapped(d.inline(n), first, rest, color.Bold)
	case *ast.Paragraph, *ast.TextBlock:
		d.wrapped(d.inline(n), first, rest)
	case *ast.List:
		number := n.Start
		for item := n.FirstChild(); item != nil; item = item.NextSibling() {
			bullet := "- "
			if n.IsOrdered() {
				bullet = strconv.Itoa(number) + ". "
				number++
			}
			d.blocks(item, first+bullet, rest+strings.Repeat(" ", len(bullet)))
			first = rest
		}
	case *ast.Blockquote:
		d.blocks(n, first+"> ", rest+"> ")
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		d.code(n, rest)
	case *extast.Table:
		d.table(n, rest)
	case *ast.ThematicBreak:
		d.line(rest + strings.Repeat("-", 20))
	case *ast.HTMLBlock:
		if s := strings.TrimSpace(withoutTags(rawBlock(n, d.src))); s != "" {
			d.part(n, rest)
			d.wrapped(s, first, rest)
			d.some = true
		}
	default:
		d.blocks(n, first, rest)
	}
	if n.Kind() != ast.KindHTMLBlock {
		d.some = true
	}
}

// part writes the blank line between two blocks, none between the items of a
// tight list.
func (d *proseWriter) part(n ast.Node, rest string) {
	if prev := n.PreviousSibling(); prev == nil || !d.some {
		return
	}
	if list, ok := n.Parent().(*ast.List); ok && list.IsTight {
		return
	}
	if item, ok := n.Parent().(*ast.ListItem); ok && item.Parent().(*ast.List).IsTight {
		return
	}
	d.line(strings.TrimRight(rest, " "))
}

func (d *proseWriter) line(s string, attrs ...color.Attribute) { d.p.line(s, attrs...) }

func (d *proseWriter) wrapped(s, first, rest string, attrs ...color.Attribute) {
	for part := range strings.SplitSeq(s, "\n") {
		for _, line := range Wrap(d.p.t(part), max(20, d.p.o.width()-columns(rest))) {
			d.line(first+line, attrs...)
			first = rest
		}
	}
}

func (d *proseWriter) code(n ast.Node, rest string) {
	for i := range n.Lines().Len() {
		at := n.Lines().At(i)
		d.line(rest + "    " + strings.TrimRight(string(at.Value(d.src)), "\n"))
	}
}

// table writes the rows of a table with columns under each other.
func (d *proseWriter) table(t *extast.Table, rest string) {
	var rows [][]string
	var widths []int
	for r := t.FirstChild(); r != nil; r = r.NextSibling() {
		var row []string
		for c := r.FirstChild(); c != nil; c = c.NextSibling() {
			s := d.p.t(d.inline(c))
			if len(row) == len(widths) {
				widths = append(widths, 0)
			}
			widths[len(row)] = max(widths[len(row)], columns(s))
			row = append(row, s)
		}
		rows = append(rows, row)
	}
	for i, row := range rows {
		line := rest
		for j, s := range row {
			line += left(s, widths[j]) + "  "
		}
		if i == 0 {
			d.line(line, color.Bold)
		} else {
			d.line(line)
		}
	}
}

// inline is the text of a block without its markup; code keeps its backticks.
func (d *proseWriter) inline(n ast.Node) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			b.Write(c.Value(d.src))
			if c.HardLineBreak() {
				b.WriteByte('\n')
			} else if c.SoftLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(c.Value)
		case *ast.CodeSpan:
			b.WriteString("`" + d.inline(c) + "`")
		case *ast.AutoLink:
			b.Write(c.Label(d.src))
		case *ast.Link:
			b.WriteString(d.inline(c) + " (" + string(c.Destination) + ")")
		case *ast.RawHTML:
			b.WriteString(withoutTags(rawInline(c, d.src)))
		default:
			b.WriteString(d.inline(c))
		}
	}
	return b.String()
}
