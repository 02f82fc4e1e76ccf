package render

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html"
	"io"
	"strings"

	"github.com/lapbook/lapbook/runtime/notebook"
)

//go:embed page.css
var pageCSS string

// HTML writes a notebook as one page that needs no network and no script:
// prose, code, outputs, figures as tables and SVG; light and dark; printable.
// Nothing that a cell printed is active in it.
func HTML(w io.Writer, nb *notebook.Notebook, title string) error {
	p := &page{nb: nb}
	if err := p.cells(); err != nil {
		return err
	}
	if t := p.title(); t != "" {
		title = t
	}
	// The policy stops what escaping might have missed, and remote images.
	_, err := fmt.Fprintf(w, `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>%s</title>
<style>
%s</style>
</head>
<body>
<main>
%s</main>
</body>
</html>
`, html.EscapeString(plain(title)), pageCSS, p.b.String())
	return err
}

// page is an HTML page under construction.
type page struct {
	nb *notebook.Notebook
	b  bytes.Buffer
}

// title is the first # heading of the prose.
func (p *page) title() string {
	for _, c := range p.nb.Cells {
		if c.Kind != notebook.Prose {
			continue
		}
		for line := range strings.Lines(c.Source) {
			if t, ok := strings.CutPrefix(line, "# "); ok {
				return strings.TrimSpace(t)
			}
		}
	}
	return ""
}

func (p *page) cells() error {
	for _, c := range p.nb.Cells {
		switch c.Kind {
		case notebook.Prose:
			if err := prose(&p.b, plain(c.Code())); err != nil {
				return err
			}
		case notebook.Code:
			p.code(c)
		}
	}
	return nil
}

func (p *page) code(c *notebook.Cell) {
	number := ""
	if n := p.nb.Index(c); n > 0 {
		number = fmt.Sprintf("[%d]", n)
	}
	fmt.Fprintf(&p.b, `<section class="cell" id="%s" aria-label="cell %s">`+"\n", html.EscapeString(c.ID), html.EscapeString(c.ID))
	if !c.Tagged("hide-input") {
		fmt.Fprintf(&p.b, `<div class="in"><span class="no" aria-hidden="true">%s</span><pre><code>%s</code></pre></div>`+"\n", number, highlight(plain(c.Code())))
	}
	if c.Stale() {
		p.b.WriteString(`<p class="doubt">Recorded for an older text of this cell.</p>` + "\n")
	}
	for _, o := range c.Outputs {
		p.output(o)
	}
	p.result(c.Result)
	p.b.WriteString("</section>\n")
}

// output shows one output as text, or as a picture that cannot do anything: an
// image element runs no script, whatever the SVG in it says.
func (p *page) output(o notebook.Output) {
	if t := notebook.MIME(o.Data).AsHTML(); t != "" {
		p.b.WriteString(`<div class="scroll out" tabindex="0" role="region" aria-label="table">` + t + "</div>\n")
		return
	}
	for _, mime := range []string{"image/svg+xml", "image/png", "image/jpeg", "image/gif"} {
		data, ok := o.Data[mime]
		if !ok {
			continue
		}
		if mime == "image/svg+xml" {
			data = base64.StdEncoding.EncodeToString([]byte(data))
		}
		fmt.Fprintf(&p.b, `<img class="out" alt="%s" src="data:%s;base64,%s">`+"\n", html.EscapeString(plain(orText(o.Text, "picture"))), mime, html.EscapeString(strings.Join(strings.Fields(data), "")))
		return
	}
	text := plain(orText(o.Text, o.Data["text/plain"]))
	if strings.TrimSpace(text) == "" {
		return
	}
	class := "out"
	if o.Kind == notebook.Stderr || o.Kind == notebook.Failure {
		class += " err"
	}
	fmt.Fprintf(&p.b, `<pre class="%s">%s</pre>`+"\n", class, html.EscapeString(strings.TrimRight(text, "\n")))
}

func orText(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// result draws what was measured: headline, pictures, table, words.
func (p *page) result(r *notebook.Result) {
	if r == nil || !r.Measured() {
		return
	}
	p.b.WriteString(`<div class="result">` + "\n")
	if v := r.Verdict; v != nil {
		fmt.Fprintf(&p.b, `<p class="headline">%s</p>`+"\n", html.EscapeString(plain(v.Headline)))
	}
	if picture := svg(r, inkPage); picture != "" {
		p.b.WriteString("<div class=\"picture\" tabindex=\"0\">" + picture + "</div>\n")
	}
	if t := Table(r); t != "" {
		p.b.WriteString(`<div class="scroll" tabindex="0" role="region" aria-label="models compared">` + t + "</div>\n")
	}
	if r.Profile != nil {
		if flame := Flame(r.Profile.CPU, p.ids()); flame != "" {
			p.b.WriteString("<details><summary>Flame graph of the CPU time</summary><div class=\"picture\">" + flame + "</div></details>\n")
		}
	}
	words := &printer{r: withoutPictures(r), alone: true, page: true}
	words.report()
	p.b.WriteString(words.b.String())
	fmt.Fprintf(&p.b, `<p class="small">%s</p>`+"\n</div>\n", html.EscapeString(provenance(r)))
}

// ids are those of the notebook's code cells.
func (p *page) ids() map[string]bool {
	ids := map[string]bool{}
	for _, c := range p.nb.CodeCells() {
		ids[c.ID] = true
	}
	return ids
}

// withoutPictures is a result whose bars, tables and timelines are drawn
// otherwise: what is left are the words.
func withoutPictures(r *notebook.Result) *notebook.Result {
	words := *r
	if r.Verdict != nil {
		v := *r.Verdict
		v.Headline, v.Shares, v.Timeline = "", nil, nil // the headline stands above the picture
		words.Verdict = &v
	}
	if r.Comparison != nil {
		c := *r.Comparison
		c.Columns, c.Timelines = nil, nil
		words.Comparison = &c
	}
	if r.Curve != nil {
		words.Curve = nil
	}
	return &words
}
