package edit

import "strings"

// walk is the way through the history during one Read: the entries that begin
// with what was typed, and that text at the end.
type walk struct {
	entries []string // oldest first
	at      int      // == len(entries) at the typed text
	typed   string
}

// newWalk begins at the text that is being typed. An entry that repeats its
// neighbour is left out.
func newWalk(history []string, typed string) *walk {
	w := &walk{typed: typed}
	for _, h := range history {
		if n := len(w.entries); strings.HasPrefix(h, typed) && h != typed && (n == 0 || w.entries[n-1] != h) {
			w.entries = append(w.entries, h)
		}
	}
	w.at = len(w.entries)
	return w
}

// step goes to an older (-1) or newer (1) entry.
func (w *walk) step(by int) (string, bool) {
	at := w.at + by
	if at < 0 || at > len(w.entries) {
		return "", false
	}
	w.at = at
	if at == len(w.entries) {
		return w.typed, true
	}
	return w.entries[at], true
}

// search finds the newest entry before index from that holds a pattern and
// differs from the text that is shown. It returns its index, -1 for none, and
// the byte offset of the match.
func search(history []string, pattern, shown string, from int) (index, offset int) {
	for i := min(from, len(history)) - 1; i >= 0; i-- {
		if at := strings.LastIndex(history[i], pattern); at >= 0 && history[i] != shown {
			return i, at
		}
	}
	return -1, 0
}
