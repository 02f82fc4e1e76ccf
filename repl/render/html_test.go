package render

import (
	"bytes"
	"encoding/xml"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/lapbook/lapbook/runtime/notebook"
)

// measured is a notebook with one measured cell.
func measured() *notebook.Notebook {
	nb := notebook.New()
	nb.Add(notebook.Prose, "", "# Fetching <pages>\n\nSome *prose*.\n\n<details><summary>Answer</summary>\n\nfolded `go`\n\n</details>\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```go norun\nfunc f() {}\n```")
	nb.Add(notebook.Code, "", "urls := lab.Pages(40, 40*time.Millisecond) // 40 pages")
	nb.Add(notebook.Code, "", "sizes := make([]int, len(urls))")
	c := nb.Add(notebook.Code, "fetch", "%%classify\nfor i, u := range urls {\n\tsizes[i] = len(lab.Fetch(u))\n}")
	r := compared()
	r.ID, r.Of, r.Kind = "fetch", "", "code"
	r.Verdict, r.Measurement = classified().Verdict, classified().Measurement
	r.Stdout = "fetched 40 pages\n"
	c.Record(r)
	return nb
}

func page1(t *testing.T, nb *notebook.Notebook) string {
	t.Helper()
	var b bytes.Buffer
	if err := HTML(&b, nb, "fetch.md"); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestHTMLShowsTheNotebook(t *testing.T) {
	got := page1(t, measured())
	for _, want := range []string{
		"<title>Fetching &lt;pages&gt;</title>", "<em>prose</em>", "<details><summary>Answer</summary>", "</details>", "<td>1</td>",
		`<span class="k">func</span>`, `<span class="m">%%classify`, "fetched 40 pages", "I/O-bound: waiting for the network",
		`<th scope="row">concurrent</th>`, "37×", "<svg ", `role="img"`, "Target met: stop here.", "prefers-color-scheme: dark", "@media print",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func TestHTMLHasNothingActive(t *testing.T) {
	const evil = `<script>alert(1)</script><img src=x onerror=alert(1)><svg onload=alert(1)><a href="javascript:alert(1)">x</a>` + "\x1b]52;c;ZXZpbA==\x07"
	nb := notebook.New()
	nb.Add(notebook.Prose, "", "# "+evil+"\n\n"+evil+"\n\n<details open ontoggle=alert(1)>x</details>\n\n<!-- <script> -->\n\n[x](javascript:alert(1)) ![x](https://example.org/x.png)")
	c := nb.Add(notebook.Code, "", evil)
	r := compared()
	r.Stdout, r.Stderr, r.Value = evil, evil, evil
	r.Rich = []notebook.MIME{{"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "text/html": evil}, {"text/html": evil}, {"image/png": `x" onerror="alert(1)`}}
	r.Comparison.Conclusion, r.Comparison.Columns[0].Model = evil, evil
	r.Comparison.Timelines[0].Lanes[0].Name = evil
	c.Record(r)
	got := page1(t, nb)
	if i := strings.IndexByte(got, 0x1b); i >= 0 {
		t.Error("a control byte reached the page")
	}
	tags := regexp.MustCompile(`<[^>]*>`)
	active := regexp.MustCompile(`(?i)^<\s*(script|iframe|object|embed|link|form|base)\b|\son\w+\s*=|javascript:`)
	for _, tag := range tags.FindAllString(got, -1) {
		if active.MatchString(tag) && !strings.Contains(tag, "&lt;") {
			t.Errorf("active content: %s", tag)
		}
	}
}

func TestSVGIsWellFormedAndPlain(t *testing.T) {
	r := compared()
	r.Verdict = classified().Verdict
	got := SVG(r)
	dec := xml.NewDecoder(strings.NewReader(got))
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		start, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		for _, a := range start.Attr {
			if a.Name.Local == "style" || a.Name.Local == "class" || a.Name.Local == "id" || start.Name.Local == "style" {
				t.Errorf("GitHub drops %s of <%s>", a.Name.Local, start.Name.Local)
			}
		}
	}
	for _, want := range []string{"concurrent 44 ms ±4%", "waiting: network 97%", "3 of 40 tasks"} {
		if !strings.Contains(got, want) {
			t.Errorf("the picture does not say %q", want)
		}
	}
}

func TestDrawIsCompleteAlone(t *testing.T) {
	nb := measured()
	p := Draw(nb.Cells[3])
	for _, want := range []string{"I/O-bound: waiting for the network", "as written   1.63 s ±1%", "concurrent    44 ms ±4%"} {
		if !strings.Contains(p.Text, want) {
			t.Errorf("the text lacks %q:\n%s", want, p.Text)
		}
	}
	if p.SVG == "" || !strings.HasPrefix(p.HTML, "<table>") {
		t.Errorf("SVG %.20q, HTML %.20q", p.SVG, p.HTML)
	}
}

func TestHighlightKeepsEveryByte(t *testing.T) {
	for _, code := range []string{"x := `a\r\nb`\r\n// c\r\ny := 1", "%%classify\nfor {}", "\"unclosed", "/* open", "«»\x00", "", "a < b && c > d"} {
		got := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(highlight(code), "")
		got = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&", "&#34;", `"`, "&#39;", "'").Replace(got)
		if got != code {
			t.Errorf("%q became %q", code, got)
		}
	}
}
