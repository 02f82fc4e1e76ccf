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

// idSet are the ids of a notebook. It remembers where it stopped counting, so
// that thousands of equal names cost no quadratic time.
type idSet struct {
	taken map[string]bool
	next  map[string]int
}

func newIDSet(cells []*Cell) *idSet {
	s := &idSet{map[string]bool{}, map[string]int{}}
	for _, c := range cells {
		s.taken[c.ID] = true
	}
	return s
}

// free returns want, or want-2, want-3, … and takes it.
func (s *idSet) free(want string) string {
	id := want
	if len(want) > maxID-8 && s.taken[want] {
		want = want[:maxID-8]
	}
	for n := max(s.next[want], 2); s.taken[id]; n++ {
		id = fmt.Sprintf("%s-%d", want, n)
		s.next[want] = n + 1
	}
	s.taken[id] = true
	return id
}

// numbered returns cell-N with the first N from some number on, and takes it.
func (s *idSet) numbered(from int) string {
	for n := from; ; n++ {
		if id := fmt.Sprintf("cell-%d", n); !s.taken[id] {
			s.taken[id] = true
			return id
		}
	}
}

// settleIDs gives every code cell an id that is valid and unique. Explicit ids
// come first, so that a derived one never takes a name that stands in the file.
// headings holds for each cell the nearest heading above it, "" when another
// code cell lies between.
func (nb *Notebook) settleIDs(headings map[*Cell]string) {
	ids := newIDSet(nil)
	for _, c := range nb.Cells {
		if c.ID != "" {
			nb.settleID(c, ids)
		}
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
			c.ID = ids.free(s)
		} else {
			c.ID = ids.numbered(codes)
		}
		c.made = true
	}
}

// settleID renames an explicit id that is not valid or not unique.
func (nb *Notebook) settleID(c *Cell, ids *idSet) {
	was := c.ID
	switch {
	case !ValidID(was):
		c.ID = ids.free(orCell(slug(was)))
		nb.notice("cell id %.40q is not made of letters, digits, - and _: renamed to %s", was, c.ID)
	case ids.taken[was]:
		c.ID = ids.free(was)
		nb.notice("two cells have the id %s: the later one is now %s", was, c.ID)
	default:
		ids.taken[was] = true
	}
}

func orCell(id string) string {
	if id == "" {
		return "cell"
	}
	return id
}
