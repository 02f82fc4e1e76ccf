package bound

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/lapbook/lapbook/runtime/measure"
)

// The interpreter needs between these factors longer for its own part of the
// work than compiled code: simple loops are near the lower, calls and short
// expressions near the upper end.
const (
	leastSlowdown = 15
	mostSlowdown  = 300
)

// fewSamples is below what nothing is said of the interpreter.
const fewSamples = 15

// apart are the shares of an interpreted cell with the interpreter's own
// computing apart from what the cell has done by compiled code.
func apart(in Input) map[string]float64 {
	shares := maps.Clone(in.Path)
	if shares == nil {
		return map[string]float64{}
	}
	if own := shares[Compute] * in.Interp; own > 0 && in.Samples >= fewSamples {
		shares[Interpreter] = own
		shares[Compute] -= own
	}
	return shares
}

// compiledGuess says what an interpreted cell would be when compiled, as far as
// that can be known: the interpreter's own time on the path is divided by the
// least and by the most that it slows code down. Only when both give the same
// bound is it named. Waits that hide behind slow computing cannot be recovered.
// That it would be the same is a sentence and no doubt.
func compiledGuess(in Input, measured measure.Verdict) (guess string, same bool) {
	if in.Samples < fewSamples && in.Path[Compute] > 0.2 {
		return "interpreted: too few CPU samples to tell what it would be compiled", false
	}
	own := ""
	if in.Path[Compute]*in.Interp >= 0.005 {
		own = fmt.Sprintf(" (%s of the time is the interpreter's own)", measure.Percent(in.Path[Compute]*in.Interp))
	}
	low, high := compiledAt(in, leastSlowdown), compiledAt(in, mostSlowdown)
	switch {
	case low.bound == "unclear" && high.bound == "unclear" && low.details[0] == "too-short":
		return "interpreted" + own + ": compiled it would be too short to say", false
	case low.bound != high.bound:
		return "interpreted" + own + ": what it would be compiled is not clear", false
	case low.bound == measured.Bound:
		return sameCompiled + own + "; compiled it would be " + inSentence(measured.Headline) + " too.", true
	}
	return "interpreted" + own + ": compiled it would be " + low.headline, false
}

// How the sentence begins that compiled code would be bound by the same, and the
// doubt that it would not.
const (
	sameCompiled  = "Interpreted"
	otherCompiled = "interpreted"
)

// inSentence is the bound of a headline, as a word within a sentence.
func inSentence(headline string) string {
	head, _, _ := strings.Cut(headline, ":")
	if strings.HasSuffix(head, "-bound") {
		return head
	}
	return strings.ToLower(head[:1]) + head[1:]
}

// KnownCompiled puts what compiled runs of the same cell told in the place of the
// guess in an interpreted verdict.
func KnownCompiled(v *measure.Verdict, headline string) {
	isGuess := func(d string) bool { return strings.HasPrefix(d, otherCompiled) }
	doubts := slices.DeleteFunc(slices.Clone(v.Doubts), isGuess)
	v.Doubts = append([]string{otherCompiled + ": compiled it is " + headline}, doubts...)
	if i := strings.Index(v.Note, sameCompiled); i >= 0 {
		v.Note = strings.TrimSpace(v.Note[:i])
	}
}

// compiledAt classifies with the interpreter's own time divided.
func compiledAt(in Input, slowdown float64) *claim {
	f := in.Facts
	f.Path = maps.Clone(in.Path)
	own := f.Path[Compute] * f.Interp * (1 - 1/slowdown)
	lost := 0.0 // what others took of it
	if works := f.Path[Compute] + f.Path[Collect] + f.Path[Syscall]; works > 0 {
		lost = f.Path[Machine] * own / works
	}
	gone := own + lost
	f.Path[Compute] -= own
	f.Path[Machine] -= lost
	for k := range f.Path {
		f.Path[k] /= 1 - gone
	}
	f.WallNS = int64(float64(f.WallNS) * (1 - gone))
	f.Running *= 1 - gone
	in.Facts, in.Measurement, in.Interpreted = f, measure.Measurement{}, false
	return newView(&in).claim()
}
