package notebook

import (
	"fmt"
	"strings"
)

const maxID = 64

// slug makes an id of a heading: "Fetching pages" becomes fetching-pages. It
// is "" when the heading has no letter or digit that an id may have.
func slug(heading string) string {
	var b strings.Builder
	gap := false
	for i := 0; i < len(heading) && b.Len() < maxID-8; i++ {
		c := heading[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '_' {
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteByte(c)
			continue
		}
		gap = true
	}
	return b.String()
}

func freeName(taken map[string]bool, want string) string {
	if !taken[want] {
		return want
	}
	if len(want) > maxID-8 {
		want = want[:maxID-8]
	}
	for n := 2; ; n++ {
		if id := fmt.Sprintf("%s-%d", want, n); !taken[id] {
			return id
		}
	}
}

func freeNumber(taken map[string]bool, from int) string {
	for n := from; ; n++ {
		if id := fmt.Sprintf("cell-%d", n); !taken[id] {
			return id
		}
	}
}

// settleIDs gives every code cell an id that is valid and unique. Explicit ids
// come first, so that a derived one never takes a name that stands in the file.
// headings holds for each cell the nearest heading above it, "" when another
// code cell lies between.
func (nb *Notebook) settleIDs(headings map[*Cell]string) {
	taken := map[string]bool{}
	for _, c := range nb.Cells {
		if c.ID == "" {
			continue
		}
		switch {
		case !ValidID(c.ID):
			id := freeName(taken, orCell(slug(c.ID)))
			nb.notice("cell id %.40q is not made of letters, digits, - and _: renamed to %s", c.ID, id)
			c.ID = id
		case taken[c.ID]:
			id := freeName(taken, c.ID)
			nb.notice("two cells have the id %s: the later one is now %s", c.ID, id)
			c.ID = id
		}
		taken[c.ID] = true
	}
	codes := 0
	for _, c := range nb.Cells {
		if c.Kind == Code {
			codes++
		}
		if c.ID != "" || c.Kind != Code {
			continue
		}
		if s := slug(headings[c]); s != "" {
			c.ID = freeName(taken, s)
		} else {
			c.ID = freeNumber(taken, codes)
		}
		c.made = true
		taken[c.ID] = true
	}
}

func orCell(id string) string {
	if id == "" {
		return "cell"
	}
	return id
}
