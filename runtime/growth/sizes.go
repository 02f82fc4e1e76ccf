package growth

import (
	"fmt"
	"math"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Sizes is what is asked for: a variable, and the sizes that it shall have.
type Sizes struct {
	Name   string
	Low    int64
	High   int64   // 0 is open: as far as the time goes
	Points int     // 0 is the default
	Given  []int64 // exactly these, or nil
}

// DefaultPoints is how many sizes are run when nothing else is said.
const DefaultPoints = 10

// Example is a spelling that works, for messages.
const Example = "n=1000..1000000"

// Parse reads sizes in the spellings that people try: n=1000..1000000, with
// spaces, underscores, 1e3, 1k, 2^10 or 1<<10; with to, -, : or … between the
// ends; n 1000 1000000; n=10,100,1000; and ", 8 points" behind a range.
func Parse(text string) (Sizes, error) {
	var s Sizes
	text = strings.TrimSpace(text)
	name, rest := cutName(text)
	if name == "" {
		return s, fmt.Errorf("which variable grows, and from where to where? Such as %s", Example)
	}
	s.Name = name
	rest, points, err := cutPoints(rest)
	if err != nil {
		return s, err
	}
	s.Points = points
	if rest == "" {
		return s, nil
	}
	return s.ends(rest)
}

var nameFirst = regexp.MustCompile(`^([\pL_][\pL\pN_.\[\]]*)\s*(?::?=|\bin\b|\bfrom\b|\s|:|$)\s*(.*)$`)

func cutName(text string) (name, rest string) {
	m := nameFirst.FindStringSubmatch(text)
	if m == nil {
		return "", ""
	}
	rest = strings.TrimSpace(m[2])
	rest = strings.TrimSpace(strings.TrimPrefix(rest, "="))
	for _, w := range []string{"from ", "in "} {
		rest = strings.TrimSpace(strings.TrimPrefix(rest, w))
	}
	return m[1], strings.Trim(rest, "[](){}")
}

var pointsLast = regexp.MustCompile(`^(.*?)[,;]?\s*(?:(\S+)\s*(?:points?|sizes?|steps?|values?)|(?:points?|sizes?|k)\s*=\s*(\S+))$`)

func cutPoints(text string) (rest string, points int, err error) {
	m := pointsLast.FindStringSubmatch(text)
	if m == nil {
		return text, 0, nil
	}
	word := m[2] + m[3]
	points, err = strconv.Atoi(word)
	if err != nil || points < leastSizes || points > 40 {
		return "", 0, fmt.Errorf("%s points: want %d to 40 sizes", word, leastSizes)
	}
	return strings.TrimSpace(strings.TrimRight(strings.TrimSpace(m[1]), ",;")), points, nil
}

var between = regexp.MustCompile(`\s*(?:\.{2,3}|…|–|—|->|→|\bto\b|:|-)\s*`)

func (s Sizes) ends(text string) (Sizes, error) {
	if s.asList(text) {
		return s, s.check()
	}
	parts := between.Split(text, -1)
	if len(parts) == 1 {
		parts = strings.Fields(text)
	}
	if len(parts) == 1 {
		return s, fmt.Errorf("%s=%s is one size: give a range, such as %s=%s..%s", s.Name, text, s.Name, text, text+"000")
	}
	if len(parts) != 2 {
		return s, fmt.Errorf("%s: want a range, such as %s", text, strings.Replace(Example, "n", s.Name, 1))
	}
	var err error
	s.Low = 1
	if parts[0] != "" {
		if s.Low, err = number(parts[0]); err != nil {
			return s, err
		}
	}
	if parts[1] != "" {
		if s.High, err = number(parts[1]); err != nil {
			return s, err
		}
	}
	return s, s.check()
}

// asList reads n=10,100,1000 or n=10 100 1000.
func (s *Sizes) asList(text string) bool {
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == ';' })
	if len(words) < 3 {
		return false
	}
	s.Given = nil
	for _, w := range words {
		n, err := number(w)
		if err != nil {
			s.Given = nil
			return false
		}
		s.Given = append(s.Given, n)
	}
	slices.Sort(s.Given)
	s.Given = slices.Compact(s.Given)
	s.Low, s.High = s.Given[0], s.Given[len(s.Given)-1]
	return true
}

func (s Sizes) check() error {
	switch {
	case s.Low < 1:
		return fmt.Errorf("%s=%d: a size is at least 1", s.Name, s.Low)
	case s.High != 0 && s.High < s.Low:
		return fmt.Errorf("%s=%d..%d runs backwards: write %s=%d..%d", s.Name, s.Low, s.High, s.Name, s.High, s.Low)
	case s.Given != nil && len(s.Given) < leastSizes:
		return fmt.Errorf("%d sizes do not decide a class: give at least %d, or a range such as %s=%d..%d", len(s.Given), leastSizes, s.Name, s.Low, s.High)
	case s.High != 0 && s.High-s.Low < leastSizes-1:
		return fmt.Errorf("%s=%d..%d holds %s: at least %d are needed", s.Name, s.Low, s.High, plural(int(s.High-s.Low+1), "size"), leastSizes)
	}
	return nil
}

var (
	suffix  = regexp.MustCompile(`^([0-9._]+)\s*([kKmMgGbB]|thousand|million)$`)
	raised  = regexp.MustCompile(`^([0-9_]+)\s*(?:\^|\*\*)\s*([0-9]+)$`)
	shifted = regexp.MustCompile(`^([0-9_]+)\s*<<\s*([0-9]+)$`)
)

// number reads 1000, 1_000, 1e3, 1k, 1.5M, 2^10, 10**6, 1<<20.
func number(text string) (int64, error) {
	text = strings.TrimSpace(text)
	f := new(big.Float).SetPrec(200)
	ok := false
	if m := suffix.FindStringSubmatch(text); m != nil {
		_, ok = f.SetString(strings.ReplaceAll(m[1], "_", ""))
		f.Mul(f, big.NewFloat(map[byte]float64{'k': 1e3, 't': 1e3, 'm': 1e6, 'g': 1e9, 'b': 1e9}[strings.ToLower(m[2])[0]]))
	} else if m := raised.FindStringSubmatch(text); m != nil {
		ok = power2(f, m[1], m[2])
	} else if m := shifted.FindStringSubmatch(text); m != nil {
		base, _ := new(big.Float).SetString(strings.ReplaceAll(m[1], "_", ""))
		two := new(big.Float)
		if ok = power2(two, "2", m[2]); ok && base != nil {
			f.Mul(base, two)
		}
	} else {
		_, ok = f.SetString(strings.ReplaceAll(text, "_", ""))
	}
	if !ok {
		return 0, fmt.Errorf("%q is not a number of items; a range is written %s", text, Example)
	}
	if !f.IsInt() {
		return 0, fmt.Errorf("%s is not a whole number", text)
	}
	n, exact := f.Int64()
	if exact != big.Exact {
		return 0, fmt.Errorf("%s is more than an int holds (%d)", text, int64(math.MaxInt64))
	}
	return n, nil
}

func power2(f *big.Float, base, exp string) bool {
	b, ok := new(big.Int).SetString(strings.ReplaceAll(base, "_", ""), 10)
	e, err := strconv.Atoi(exp)
	if !ok || err != nil || e > 1000 {
		return false
	}
	f.SetInt(b.Exp(b, big.NewInt(int64(e)), nil))
	return true
}

// Grid is up to points sizes from low to high: geometric when they span a factor
// of four or more, else evenly spaced. Both ends are in it.
func Grid(low, high int64, points int) []int64 {
	var out []int64
	for i := range points {
		f := float64(i) / float64(points-1)
		x := float64(low) + f*float64(high-low)
		if float64(high) >= 4*float64(low) {
			x = float64(low) * math.Pow(float64(high)/float64(low), f)
		}
		v := min(max(int64(math.Round(x)), low), high)
		if i == points-1 {
			v = high
		}
		if len(out) == 0 || v > out[len(out)-1] {
			out = append(out, v)
		}
	}
	return out
}
