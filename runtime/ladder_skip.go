package runtime

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/lapbook/lapbook/runtime/notebook"
)

func skipMagic() Magic {
	return Magic{
		Name: "skip", Group: "stop", Usage: "%skip [RUNG [REASON]|--undo [RUNG]]",
		Summary: "rule a rung out: it is no next step any more",
		Help: "Rules out a rung of the ladder for this notebook: algorithm, memory, concurrency\n" +
			"or scale. From then on verdicts and %advise name the cheapest of the others.\n" +
			"The reason is kept in the notebook. --undo takes it back: one, or all. Without\n" +
			"arguments it lists what is ruled out.",
		Example: "%skip algorithm every page is needed once\n%skip\n%skip --undo algorithm",
		Do:      func(_ context.Context, s *Session, c Call) error { return s.skip(c) },
	}
}

// Fields of a notebook's header that the ladder keeps.
const (
	skippedField = "skipped" // {"algorithm": "every page is needed once"}
	targetField  = "target"  // "100ms"
)

// skips are the rungs that the user ruled out, with the reasons.
func (s *Session) skips() map[string]string {
	var out map[string]string
	_ = json.Unmarshal(s.book.Extra[skippedField], &out) // what another version means by it is not ours
	return out
}

func (s *Session) skip(c Call) error {
	words := strings.Fields(c.Args)
	if i := slices.Index(words, "--undo"); i >= 0 {
		return s.unskip(c, slices.Delete(words, i, i+1))
	}
	skips := s.skips()
	if len(words) == 0 {
		for _, r := range rungs() {
			if reason, ok := skips[r.name]; ok {
				c.printf("%-12s %s\n", r.name, cmp.Or(reason, "no reason given"))
			}
		}
		if len(skips) == 0 {
			c.printf("no rung is skipped; %%skip algorithm rules one out\n")
		}
		return nil
	}
	r, err := findRung(words[0])
	if err != nil {
		return fmt.Errorf("%%skip %w", err)
	}
	if r.name == "measure" {
		return fmt.Errorf("%%skip measure: it cannot be ruled out; it alone tells which of the others can help")
	}
	if skips == nil {
		skips = map[string]string{}
	}
	skips[r.name] = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(c.Args), words[0]))
	s.keepField(skippedField, skips)
	c.printf("%s is ruled out; %%skip --undo %s takes it back\n", r.title, r.name)
	return nil
}

// unskip takes rungs back: those that are named, or all.
func (s *Session) unskip(c Call, words []string) error {
	skips := s.skips()
	if len(words) == 0 {
		words = slices.Sorted(maps.Keys(skips))
	}
	if len(words) == 0 {
		return fmt.Errorf("%%skip --undo: no rung is skipped")
	}
	for _, w := range words {
		r, err := findRung(w)
		if err != nil {
			return fmt.Errorf("%%skip --undo %w", err)
		}
		if _, ok := skips[r.name]; !ok {
			return fmt.Errorf("%%skip --undo %s: it is not skipped", r.name)
		}
		delete(skips, r.name)
		c.printf("%s counts again\n", r.title)
	}
	s.keepField(skippedField, skips)
	return nil
}

// keepField puts a field into the notebook's header, or takes out an empty one.
func (s *Session) keepField(name string, value any) {
	b, err := json.Marshal(value)
	if err != nil {
		return // maps and strings of ours have a form
	}
	fields := maps.Clone(s.book.Extra)
	if fields == nil {
		fields = notebook.Fields{}
	}
	if string(b) == "{}" || string(b) == `""` {
		delete(fields, name)
	} else {
		fields[name] = b
	}
	s.book.Extra = fields
	s.changed()
}

// keepTarget keeps the target with the notebook, unless a cell of it sets one.
func (s *Session) keepTarget() {
	if s.setsTarget() {
		return
	}
	text := ""
	if s.target > 0 {
		text = s.target.String()
	}
	s.keepField(targetField, text)
}

// openTarget takes over the target of a notebook that was opened. One that a
// cell sets holds from that cell on.
func (s *Session) openTarget() {
	s.target = 0
	var text string
	if json.Unmarshal(s.book.Extra[targetField], &text) != nil || s.setsTarget() {
		return
	}
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		s.target = d
	}
}

// setsTarget tells whether a cell of the notebook sets the target.
func (s *Session) setsTarget() bool {
	for _, cell := range s.book.CodeCells() {
		for line := range strings.Lines(cell.Code()) {
			if f := strings.Fields(line); len(f) > 0 && strings.TrimLeft(f[0], "%") == "target" && f[0] != "target" {
				return true
			}
		}
	}
	return false
}
