package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/lapbook/lapbook/runtime"
	"github.com/lapbook/lapbook/runtime/measure"
)

// vote is an answer with how many gave it.
type vote struct {
	key    string  // of a question of words
	word   string  // the same
	number float64 // of a question of numbers
	count  int     // 0: one answer, without counting
}

// votes are the answers to one question; none when it was passed.
type votes []vote

// read reads one answer (waiting, i) or counts (i 18 c 12; i=18, c=12).
func (q question) read(line string) (votes, error) {
	words := strings.Fields(strings.NewReplacer("=", " ", ":", " ", ",", " ", ";", " ").Replace(strings.ToLower(line)))
	if q.options == nil {
		return readNumbers(words)
	}
	if whole := q.find(strings.Join(words, " ")); whole != nil {
		return votes{{key: whole.key, word: whole.word}}, nil
	}
	var out votes
	for i := 0; i < len(words); i += 2 {
		o := q.find(words[i])
		if o == nil {
			return nil, q.unknown(words[i])
		}
		if i+1 == len(words) {
			return nil, fmt.Errorf("how many said %s? Counts are pairs, such as %s", o.word, q.example())
		}
		n, err := strconv.Atoi(words[i+1])
		if err != nil || n < 0 {
			return nil, fmt.Errorf("%q is no count; counts are pairs, such as %s", words[i+1], q.example())
		}
		out = append(out, vote{key: o.key, word: o.word, count: n})
	}
	return out, nil
}

func (q question) find(word string) *option {
	for i, o := range q.options {
		if word == o.key || word == o.word || slices.Contains(o.others, word) {
			return &q.options[i]
		}
	}
	return nil
}

// unknown says what can be answered, the nearest first.
func (q question) unknown(word string) error {
	var names, ways []string
	for _, o := range q.options {
		names = append(names, o.word)
		ways = append(ways, o.key+" ("+o.word+")")
	}
	did := ""
	if near := runtime.Nearest(word, names); near != "" {
		did = "did you mean " + near + "? "
	}
	last := len(ways) - 1
	return fmt.Errorf("%q is no answer: %sWant %s or %s, or counts: %s", word, did, strings.Join(ways[:last], ", "), ways[last], q.example())
}

func (q question) example() string {
	return q.options[0].key + " 18 " + q.options[1].key + " 12"
}

// readNumbers reads guesses: 30, or several of a room: 2 10 30; with counts each
// guess has an x: 2x 5 30x 12.
func readNumbers(words []string) (votes, error) {
	counted := len(words) > 1 && len(words)%2 == 0
	for i := 0; i < len(words); i += 2 {
		counted = counted && strings.ContainsAny(words[i], "x×")
	}
	var out votes
	for i, w := range words {
		if counted && i%2 == 1 {
			n, err := strconv.Atoi(w)
			if err != nil || n < 0 {
				return nil, fmt.Errorf("%q is no count; counts are pairs, such as 2x 5 30x 12", w)
			}
			out[len(out)-1].count = n
			continue
		}
		f, err := strconv.ParseFloat(strings.TrimRight(w, "x×"), 64)
		if err != nil || f <= 0 || f > 1e9 || math.IsNaN(f) {
			return nil, fmt.Errorf("%q is no ratio: want a number such as 2.5, or those of the room: 2x 5 30x 12", w)
		}
		out = append(out, vote{number: f})
	}
	return out, nil
}

// String is what the room said, for the table.
func (v votes) String() string {
	var parts []string
	for _, one := range v {
		switch {
		case one.word == "" && one.count == 0:
			parts = append(parts, measure.Times(one.number))
		case one.word == "":
			parts = append(parts, measure.Times(one.number)+" "+strconv.Itoa(one.count))
		case one.count == 0 && len(v) == 1:
			parts = append(parts, one.word)
		default: // short, as the room is wide
			parts = append(parts, one.key+" "+strconv.Itoa(one.count))
		}
	}
	if len(parts) > 4 {
		parts = append(parts[:3], fmt.Sprintf("… %d more", len(parts)-3))
	}
	return orDash(strings.Join(parts, " · "))
}

// near is how far a guess may be from the truth, as a ratio, and still count.
const near = 1.5

// against is the share of the room that was right, and how that reads.
func (v votes) against(truth string) (share float64, says string) {
	right, all := 0, 0
	for _, one := range v {
		n := one.count
		if len(v) == 1 || one.word == "" && n == 0 {
			n = max(n, 1)
		}
		all += n
		if one.hits(truth) {
			right += n
		}
	}
	switch {
	case all == 0:
		return 0, ""
	case all > 1:
		return float64(right) / float64(all), fmt.Sprintf("%d of %d right", right, all)
	case right == 1:
		return 1, "right"
	case v[0].word == "":
		return 0, "off by " + measure.Times(v[0].off(truth))
	}
	return 0, "wrong"
}

func (v vote) hits(truth string) bool {
	if v.word != "" {
		return v.word == truth
	}
	return v.off(truth) <= near
}

// off is how many times a guess is too much or too little.
func (v vote) off(truth string) float64 {
	x, err := strconv.ParseFloat(strings.TrimSuffix(truth, "×"), 64)
	if err != nil || x <= 0 {
		return math.Inf(1)
	}
	return max(x/v.number, v.number/x)
}
