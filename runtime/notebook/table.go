package notebook

import (
	"encoding/json"
	"fmt"
	"html"
	"strings"

	"github.com/lapbook/lapbook/stdlib/grid"
	"github.com/mattn/go-runewidth"
)

// MIME types of a rich output that only we understand. ValueMIME is {"text": …},
// the last value of the cell as one line, for which the output stands.
const (
	TableMIME = "application/vnd.lapbook.table+json"
	ValueMIME = "application/vnd.lapbook.value+json"
)

// Table is what TableMIME holds: the first rows and columns of a table.
type Table struct {
	Columns     []string   `json:"columns"`
	Rows        [][]string `json:"rows"`
	Total       int        `json:"total"`                  // rows that there are
	MoreColumns int        `json:"more_columns,omitempty"` // that are left out
}

// Displayed are the rich outputs of a run: what it displayed, then its last value
// when that is a table (packed, as package grid does).
func Displayed(shown []map[string]string, table, value string) []MIME {
	var out []MIME
	for _, parts := range shown {
		m := MIME(parts)
		if g := grid.Unpack(parts[grid.Packed]); g != nil {
			m = tableMIME(g)
		}
		out = append(out, m)
	}
	if g := grid.Unpack(table); g != nil {
		m := tableMIME(g)
		b, _ := json.Marshal(map[string]string{"text": value}) // strings always marshal
		m[ValueMIME] = string(b)
		out = append(out, m)
	}
	return out
}

func tableMIME(g *grid.Grid) MIME {
	b, _ := json.Marshal(Table{g.Columns, g.Rows, g.Total, g.MoreColumns}) // strings always marshal
	return MIME{
		"text/plain": g.Draw(shownColumns-2, runewidth.StringWidth),
		"text/html":  tableHTML(g),
		TableMIME:    string(b),
	}
}

// AsHTML is the table of a rich output as HTML without styles and scripts; ""
// when it is none. It is made anew from the data: what a file says in its
// text/html is never trusted.
func (m MIME) AsHTML() string {
	var t Table
	if m[TableMIME] == "" || json.Unmarshal([]byte(m[TableMIME]), &t) != nil || len(t.Columns) == 0 {
		return ""
	}
	for _, r := range t.Rows {
		if len(r) != len(t.Columns) {
			return ""
		}
	}
	return tableHTML(&grid.Grid{Columns: t.Columns, Rows: t.Rows, Total: t.Total, MoreColumns: t.MoreColumns})
}

func tableHTML(g *grid.Grid) string {
	var b strings.Builder
	b.WriteString("<table><thead><tr>")
	align := make([]string, len(g.Columns))
	for i, c := range g.Columns {
		if !g.Numeric(i) {
			align[i] = ` align="left"` // the only way that GitHub keeps
		}
		fmt.Fprintf(&b, `<th scope="col"%s>%s</th>`, align[i], html.EscapeString(c))
	}
	b.WriteString("</tr></thead><tbody>")
	for _, r := range g.Rows {
		b.WriteString("<tr>")
		for i, cell := range r {
			fmt.Fprintf(&b, "<td%s>%s</td>", align[i], html.EscapeString(cell))
		}
		b.WriteString("</tr>")
	}
	b.WriteString("</tbody></table>")
	if note := g.Note(len(g.Columns)); note != "" {
		b.WriteString("<p>" + html.EscapeString(note) + "</p>")
	}
	return b.String()
}

// value is the value for which a rich output stands.
func (m MIME) value() (string, bool) {
	var v struct{ Text string }
	text, ok := m[ValueMIME]
	if !ok || json.Unmarshal([]byte(text), &v) != nil {
		return "", false
	}
	return v.Text, true
}

// ShowsValue tells whether a rich output stands for the cell's last value.
func (r *Result) ShowsValue() bool {
	for _, m := range r.Rich {
		if _, ok := m[ValueMIME]; ok {
			return true
		}
	}
	return false
}
