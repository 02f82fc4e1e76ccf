package render

import (
	"fmt"
	"html"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/fatih/color"
	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// Text draws a result for a terminal: what the cell printed, then what was
// found out. No line of our own is wider than the options allow.
func Text(w io.Writer, r *notebook.Result, o Options) error {
	if err := Output(w, r, o); err != nil {
		return err
	}
	return Report(w, r, o)
}

// Output draws what the cell printed, its value, and why it failed.
func Output(w io.Writer, r *notebook.Result, o Options) error {
	p := &printer{r: r, o: o}
	if !o.Streamed {
		p.output(r.Stdout)
		p.output(r.Stderr)
	}
	for _, m := range r.Rich {
		p.rich(m)
	}
	if !r.ShowsValue() {
		p.output(r.Value)
	}
	p.failure(r.Error)
	return p.flush(w)
}

// Report draws what was measured.
func Report(w io.Writer, r *notebook.Result, o Options) error {
	p := &printer{r: r, o: o}
	p.report()
	return p.flush(w)
}

// printer gathers the lines of one result.
type printer struct {
	r     *notebook.Result
	o     Options
	b     strings.Builder
	alone bool // the reader cannot ask for more
	page  bool // paragraphs of HTML and not lines of a terminal
}

func (p *printer) flush(w io.Writer) error {
	_, err := io.WriteString(w, p.b.String())
	return err
}

// report draws each part that the result has, in the order of the ladder.
func (p *printer) report() {
	r := p.r
	p.profile()
	p.verdict()
	p.growth(r.Growth)
	p.memory(r.Memory)
	p.refused(r.Refused)
	p.comparison(r.Comparison)
	p.curve(r.Curve)
	p.race(r.Race)
	p.versus(r.Versus)
	p.target(r.Target)
	p.advice(r.Advice)
}

// t is a text in the signs of the terminal, without control bytes.
func (p *printer) t(s string) string {
	s = plain(s)
	if p.o.ASCII {
		return toASCII(s)
	}
	return s
}

// line writes one line of our own words, cut to the width. It is painted as a
// whole, after it was measured.
func (p *printer) line(s string, attrs ...color.Attribute) {
	if p.page {
		p.paragraph("row", strings.TrimSpace(s))
		return
	}
	s = strings.TrimRight(Truncate(p.t(s), p.o.width()), " ")
	p.b.WriteString(p.o.paint(s, attrs...))
	p.b.WriteByte('\n')
}

// words writes a sentence under an indent, wrapped.
func (p *printer) words(indent int, s string, attrs ...color.Attribute) {
	if strings.TrimSpace(s) == "" {
		return
	}
	if p.page {
		p.paragraph("", s)
		return
	}
	for _, line := range Wrap(p.t(s), p.o.width()-indent) {
		p.line(strings.Repeat(" ", indent)+line, attrs...)
	}
}

// output writes what a cell printed; a magic's answer is indented as all our
// own words are.
func (p *printer) output(s string) {
	if s == "" {
		return
	}
	s = Sanitize(s)
	if !p.o.Color {
		s = plain(s)
	}
	if p.o.ASCII {
		s = toASCII(s)
	}
	if p.r.Kind == "magic" {
		s = indent(s)
	}
	p.b.WriteString(strings.TrimSuffix(s, "\n"))
	if i := strings.LastIndexByte(s, 0x1b); i >= 0 && !strings.HasPrefix(s[i:], "\x1b[0m") && !strings.HasPrefix(s[i:], "\x1b[m") {
		p.b.WriteString("\x1b[0m") // a colour that the cell left on ends with it
	}
	p.b.WriteByte('\n')
}

func indent(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		if strings.TrimSpace(line) != "" {
			b.WriteString("  ")
		}
		text := strings.TrimLeft(line, "\t")
		b.WriteString(strings.Repeat(codeTab, len(line)-len(text)) + text)
	}
	return b.String()
}

// codeTab is a tab at the start of a line of a magic's answer: those of a terminal
// are so wide that a comment behind nested code does not fit on the line.
const codeTab = "    "

// rich shows the text of a picture or table.
func (p *printer) rich(m notebook.MIME) {
	if text := m["text/plain"]; text != "" {
		if p.o.ASCII {
			text = strings.NewReplacer("─", "-", "…", "...", "█", "#", "▓", "*", "▒", "+", "░", ".", "×", "x").Replace(text)
		}
		p.output(text)
		return
	}
	for mime := range m {
		p.line("  (" + mime + ": %save to see it in a notebook)")
		return
	}
}

// failure is one clean message with its place, the cells' own frames, a hint.
func (p *printer) failure(e *measure.CellError) {
	if e == nil {
		return
	}
	place, message := p.nameOf(e.Cell), e.Message
	if e.Kind == "panic" && !strings.HasPrefix(message, "panic") && !strings.Contains(message, "fatal error") {
		message = "panic: " + message
	}
	listed := e.Kind == "compile" && strings.Contains(message, "\n") // each line has its place
	if e.Line > 0 && !listed {
		place += " line " + strconv.Itoa(e.Line)
		if e.Column > 0 {
			place += ":" + strconv.Itoa(e.Column)
		}
	}
	lines := Wrap(p.t(joinPlace(place, message)), p.o.width()-2)
	const most = 12
	for i, line := range lines {
		if i == most {
			p.line(fmt.Sprintf("  … %d more lines", len(lines)-most))
			break
		}
		p.line("  "+line, color.FgRed)
	}
	for _, f := range e.Frames {
		p.line("    " + f)
	}
	p.words(2, e.Hint)
}

func joinPlace(place, message string) string {
	if place == "" {
		return message
	}
	return place + ": " + message
}

// nameOf names a cell as the session does: cell 3, or cell 3 (fetch).
func (p *printer) nameOf(id string) string {
	if id == "" {
		return ""
	}
	if p.o.Name != nil {
		return p.o.Name(id)
	}
	if id == p.r.ID && p.r.Index > 0 {
		return numbered(p.r.Index, id)
	}
	if n, ok := strings.CutPrefix(id, "cell-"); ok {
		return "cell " + n
	}
	return "cell " + id
}

func numbered(index int, id string) string {
	n := strconv.Itoa(index)
	if id == "" || id == "cell-"+n {
		return "cell " + n
	}
	return "cell " + n + " (" + id + ")"
}

// name is the name of the cell that the result is about.
func (p *printer) name(of string) string {
	switch {
	case of != "":
		return p.nameOf(of)
	case p.r.Of != "":
		return p.nameOf(p.r.Of)
	}
	return p.nameOf(p.r.ID)
}

// noteColumn is where the note at the right of a headline begins.
const noteColumn = 52

// headline writes what was found at the left and how at the right. Where they
// do not fit on one line, the note goes below.
func (p *printer) headline(name, found, note string, attrs ...color.Attribute) {
	if p.page {
		p.paragraph("head", strings.Join(filled(found, note), " · "))
		return
	}
	lead := "  "
	if name != "" {
		lead += p.t(name) + "  "
	}
	found, note = p.t(found), p.t(note)
	used := columns(lead) + columns(found)
	width := p.o.width()
	switch {
	case used > width:
		p.words(2, strings.TrimSpace(lead)+" "+found, attrs...)
		if note != "" {
			p.line("    " + note)
		}
	case note == "":
		p.b.WriteString(lead + p.o.paint(found, attrs...) + "\n")
	case max(used+2, min(noteColumn, width-columns(note)))+columns(note) <= width:
		gap := max(used+2, min(noteColumn, width-columns(note))) - used
		p.b.WriteString(lead + p.o.paint(found, attrs...) + strings.Repeat(" ", gap) + note + "\n")
	default:
		p.b.WriteString(lead + p.o.paint(found, attrs...) + "\n")
		p.line("    " + note)
	}
}

// filled are those of the texts that are not empty.
func filled(texts ...string) []string {
	return slices.DeleteFunc(texts, func(s string) bool { return s == "" })
}

// paragraph writes a sentence, a headline or a row of an HTML page.
func (p *printer) paragraph(class, s string) {
	if class != "" {
		class = ` class="` + class + `"`
	}
	fmt.Fprintf(&p.b, "<p%s>%s</p>\n", class, html.EscapeString(plain(s)))
}

// row is a line of a block: label, figure, and what it says.
func (p *printer) row(label, figure, rest string) {
	p.line("    " + left(p.t(label), 9) + right(p.t(figure), 5) + "  " + p.t(rest))
}

// Notices draws the notices of a result, a line each.
func Notices(w io.Writer, r *notebook.Result, o Options) error {
	p := &printer{r: r, o: o}
	for _, n := range r.Notices {
		p.words(2, n)
	}
	return p.flush(w)
}
