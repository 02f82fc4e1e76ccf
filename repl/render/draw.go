package render

import (
	"bytes"
	"fmt"
	"html"
	"strconv"
	"strings"
	"time"

	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// Draw draws a cell's result for a notebook file: the text is complete alone
// for a reader who has only the file, with the machine and the date.
func Draw(c *notebook.Cell) notebook.Picture {
	r := c.Result
	if r == nil || !r.Measured() {
		return notebook.Picture{}
	}
	var b bytes.Buffer
	p := &printer{r: r, alone: true}
	p.report()
	p.words(2, provenance(r))
	_ = p.flush(&b) // a buffer takes everything
	return notebook.Picture{Text: outdent(b.String()), SVG: SVG(r), HTML: Table(r)}
}

// outdent takes the two blanks off that set our words apart on a terminal.
func outdent(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		b.WriteString(strings.TrimPrefix(line, "  "))
	}
	return b.String()
}

// provenance is the machine and the date of a measurement: "2 cores,
// go1.26.8 linux/amd64, 25 Nov 2026".
func provenance(r *notebook.Result) string {
	var parts []string
	if m := r.Machine; m != nil {
		cores := plural(m.Cores, "core")
		if m.EffectiveCores > 0 {
			cores += fmt.Sprintf(" (%.1f effective)", m.EffectiveCores)
		}
		parts = append(parts, cores)
		system := m.Go
		if m.OS != "" {
			system += " " + m.OS + "/" + m.Arch
		}
		parts = append(parts, strings.TrimSpace(system))
		if m.CPU != "" {
			parts = append(parts, m.CPU)
		}
	}
	if at, err := time.Parse(time.RFC3339, r.Date); err == nil {
		parts = append(parts, at.Format("2 Jan 2006"))
	}
	return strings.Join(parts, " · ")
}

// Table is the comparison of a result as a plain HTML table, "" without one.
func Table(r *notebook.Result) string {
	c := r.Comparison
	if c == nil || len(c.Columns) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("<table><thead><tr>")
	for _, h := range []string{"", "wall", "speedup", "predicted", "CPU", "in flight", "workers"} {
		fmt.Fprintf(&b, `<th scope="col">%s</th>`, h)
	}
	b.WriteString("</tr></thead><tbody>")
	for i := range c.Columns {
		col := &c.Columns[i]
		predicted := "–"
		if col.PredictedWallNS != nil {
			predicted = measure.Duration(*col.PredictedWallNS)
		}
		fmt.Fprintf(&b, `<tr><th scope="row">%s</th>`, html.EscapeString(plain(col.Model)))
		for _, cell := range []string{col.WallNS.PlusMinus(), speedup(col), predicted, measure.Duration(col.CPUNS.Median), strconv.Itoa(col.Limit), strconv.Itoa(col.Workers)} {
			fmt.Fprintf(&b, "<td>%s</td>", html.EscapeString(plain(cell)))
		}
		b.WriteString("</tr>")
	}
	b.WriteString("</tbody></table>")
	return b.String()
}
