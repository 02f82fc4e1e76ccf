package main

import (
	"fmt"
	goruntime "runtime"
	"slices"
	"strings"

	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// found is a part of a live result that is not as recorded. Without a why it
// contradicts the record if a second run says so too.
type found struct {
	measure.Finding
	strong bool // no busy machine can have made it
}

// kinds are the outputs that are compared, each by itself. Those that only
// another tool understands are left alone.
func kinds() []notebook.OutputKind {
	return []notebook.OutputKind{notebook.Stdout, notebook.Stderr, notebook.Rich, notebook.Value}
}

// whats are the words for them.
func whats() map[notebook.OutputKind]string {
	return map[notebook.OutputKind]string{
		notebook.Stdout: "stdout", notebook.Stderr: "stderr", notebook.Rich: "display", notebook.Value: "value", "": "output",
	}
}

// textOf is what outputs of a kind show; of "", what all of them show.
func textOf(outs []notebook.Output, kind notebook.OutputKind) string {
	var b strings.Builder
	for _, o := range outs {
		if (o.Kind == kind || kind == "" && o.Kind != notebook.Foreign) && o.Text != "" {
			b.WriteString(strings.TrimSuffix(o.Text, "\n") + "\n")
		}
	}
	return b.String()
}

// outputsFound compares what a cell printed and showed. A fence without a result
// beside it does not say which output its lines are.
func outputsFound(then *past, now []notebook.Output) (out []found) {
	list := kinds()
	if then.result == nil {
		list = []notebook.OutputKind{""}
	}
	for _, kind := range list {
		a, b := textOf(then.outputs, kind), textOf(now, kind)
		if strings.TrimRight(a, "\n") != strings.TrimRight(b, "\n") {
			out = append(out, found{measure.Finding{What: whats()[kind], Line: firstDifference(a, b), Recorded: a, Now: b}, true})
		}
	}
	return out
}

// fenceFound finds an output fence that was edited: it does not show what is
// recorded beside it.
func fenceFound(then *past) []found {
	if then.fence == "" {
		return nil
	}
	lead := textLines(then.fenceOutputs)
	is := textLines(then.fence)
	if is = is[:min(len(is), len(lead))]; !slices.Equal(is, lead) {
		return []found{{measure.Finding{What: "fence", Line: firstDifference(then.fenceOutputs, then.fence),
			Recorded: then.fenceOutputs, Now: strings.Join(is, "\n") + "\n"}, true}}
	}
	if v := then.result.Verdict; v != nil && len(textLines(then.fence)) > len(lead) && !strings.Contains(flatten(then.fence), flatten(v.Headline)) {
		return []found{{measure.Finding{What: "fence", Recorded: v.Headline, Now: "the fence below the cell names another verdict"}, true}}
	}
	return nil
}

func flatten(s string) string { return strings.Join(strings.Fields(s), " ") }

// resultFound compares the findings of two results. Times are none.
func resultFound(then, now *notebook.Result) (out []found) {
	if then == nil {
		return nil
	}
	why := elsewhere(then, now)
	for _, f := range []*found{
		verdictFound(then.Verdict, now.Verdict), modelsFound(then.Comparison, now.Comparison), sameResultFound(then.Comparison, now.Comparison),
		growthFound(then.Growth, now.Growth), versusFound(then.Versus, now.Versus, now.Kind), refusedFound(then, now), raceFound(then.Race, now.Race),
	} {
		if f == nil {
			continue
		}
		if f.Why == "" && why != "" && !f.strong {
			f.Why = why
		}
		out = append(out, *f)
	}
	return out
}

// elsewhere tells why the figures of two results cannot be set against each
// other, "" when they can.
func elsewhere(then, now *notebook.Result) string {
	a, b := then.Machine, now.Machine
	switch {
	case a != nil && b != nil && a.Cores != b.Cores:
		return fmt.Sprintf("recorded on a machine with %s, here %d", counted(a.Cores, "core"), b.Cores)
	case then.Measurement != nil && now.Measurement != nil && then.Measurement.Engine != now.Measurement.Engine:
		return fmt.Sprintf("recorded %s, here %s", then.Measurement.Engine, now.Measurement.Engine)
	}
	return ""
}

// sharesOf are the kinds of time that each bound stands for. A lock has none of
// its own: its time is what is done while it is held.
func sharesOf() map[string][]string {
	return map[string][]string{
		"io": {"network", "disk", "pipe"}, "cpu": {"compute", "interpreter", "gc", "syscall"}, "timer": {"timer"}, "child": {"child"},
	}
}

// shareOf is the part of the time that a bound has, of the time that the machine
// gave to the cell.
func shareOf(v *measure.Verdict, bound string) float64 {
	rest := 1 - v.Shares["machine"]
	if rest <= 0 {
		return 0
	}
	sum := 0.0
	for _, kind := range sharesOf()[bound] {
		sum += v.Shares[kind]
	}
	return sum / rest
}

// verdictFound compares bounds and details.
func verdictFound(a, b *measure.Verdict) *found {
	if a == nil {
		return nil
	}
	f := &found{Finding: measure.Finding{What: "verdict", Recorded: a.Headline}}
	if b == nil {
		f.Now, f.Why = "no verdict", "it was not judged now"
		return f
	}
	f.Now = b.Headline
	if len(b.Lines) > 0 {
		f.Line = b.Lines[0].Line
	}
	if f.Now == f.Recorded {
		f.Recorded, f.Now = withBound(a), withBound(b)
	}
	switch {
	case !strings.HasPrefix(a.Headline, openings()[a.Bound]):
		f.strong = true // a record that contradicts itself was edited
	case a.Bound == b.Bound && (a.Detail == b.Detail || slices.Contains(b.Details, a.Detail) || slices.Contains(a.Details, b.Detail)):
		return nil
	case a.Bound == "unclear" || b.Bound == "unclear":
		f.Why = "unclear is no answer to contradict"
	case a.Bound == "io" && b.Bound == "io":
		f.strong = b.Shares[a.Detail] <= nothing && b.Shares[b.Detail] >= 0.5
		f.Why = strings.Join(b.Doubts, "; ")
	case a.Bound == b.Bound:
		f.Why = strings.Join(b.Doubts, "; ")
	default:
		f.strong = sharesOf()[a.Bound] != nil && shareOf(b, a.Bound) <= nothing
		f.Why = strings.Join(boundDoubts(b.Doubts), "; ")
	}
	if f.strong {
		f.Why = ""
	}
	return f
}

// nothing is a share of the time that bounds no cell: however busy the machine
// is, it does not turn most of a cell's time into something else.
const nothing = 0.05

// openings are the words with which the headline of each bound begins.
func openings() map[string]string {
	return map[string]string{
		"io": "I/O-bound", "cpu": "CPU-bound", "timer": "Waiting, not computing", "lock": "Waiting for a lock",
		"child": "Waiting for", "mixed": "Both", "unclear": "Unclear",
	}
}

// withBound is a headline with the words that decide, where those are all that
// differs.
func withBound(v *measure.Verdict) string {
	return fmt.Sprintf("%s (%s: %s)", v.Headline, v.Bound, v.Detail)
}

// boundDoubts are those of a verdict's doubts that its bound rests on. What an
// unread counter or few samples leave open is which kind of computing it is.
func boundDoubts(doubts []string) []string {
	return slices.DeleteFunc(slices.Clone(doubts), func(d string) bool {
		return strings.Contains(d, "hardware counters") || strings.Contains(d, "CPU samples")
	})
}

// modelsFound compares the significant order of the models that two comparisons
// share.
func modelsFound(a, b *measure.Comparison) *found {
	if a == nil {
		return nil
	}
	f := &found{Finding: measure.Finding{What: "models", Recorded: order(a)}}
	if b == nil {
		f.Now, f.Why = "no comparison", "the models were not compared now"
		return f
	}
	f.Now = order(b)
	if b.Loop != nil {
		f.Line = b.Loop.Line
	}
	differs, certain := false, false
	cols := models(a)
	for i, x := range cols {
		for _, y := range cols[i+1:] {
			nx, ny := columnOf(b, x.Model), columnOf(b, y.Model)
			if nx == nil || ny == nil {
				continue
			}
			p := pairOf(x, y, nx, ny)
			if !p.differs {
				continue
			}
			differs, f.strong = true, f.strong || p.strong
			certain = certain || p.strong || p.why == ""
			if f.Why == "" {
				f.Why = p.why
			}
		}
	}
	if certain {
		f.Why = ""
	}
	if !differs {
		return nil
	}
	return f
}

// pair says how two models stand now against how they stood.
type pair struct {
	differs, strong bool
	why             string // why that is no contradiction
}

// clear is a ratio of times that a busy machine does not turn round.
const clear = 2

func pairOf(x, y, nx, ny *measure.Column) pair {
	then, now := relation(x, y), relation(nx, ny)
	was, is := ratio(x.WallNS, y.WallNS), ratio(nx.WallNS, ny.WallNS)
	doubts := strings.Join(measure.Summarise(append(slices.Clone(nx.Samples), ny.Samples...), goruntime.NumCPU()).Doubts, "; ")
	switch {
	case then == now:
		return pair{}
	case then != 0 && reversed(x.WallNS, y.WallNS, nx.WallNS, ny.WallNS) && apart(nx.Samples, ny.Samples):
		return pair{differs: true, strong: true}
	case nx.Runs < 6 || ny.Runs < 6:
		return pair{true, false, tooFew}
	case then != 0 && now != 0:
		return pair{true, false, doubts}
	case then != 0 && (len(nx.Samples) == 0 || measure.Visible(measure.Walls(nx.Samples), measure.Walls(ny.Samples))*1.2 > was):
		return pair{true, false, fmt.Sprintf("a difference of %s might not have shown in %d runs", measure.Times(was), nx.Runs)}
	case then != 0:
		return pair{true, false, doubts}
	case is < clear: // a small difference that the record's runs may have missed
		return pair{}
	}
	return pair{true, false, doubts}
}

const tooFew = "too few runs for a comparison (--budget allows more)"

// reversed tells that the faster of two is clearly the slower now.
func reversed(x, y, nx, ny measure.Interval) bool {
	return ratio(x, y) >= clear && ratio(nx, ny) >= clear && (x.Median < y.Median) != (nx.Median < ny.Median)
}

// apart tells whether no run of one took as long as any run of the other, in a
// few runs at least.
func apart(a, b []measure.Sample) bool {
	x, y := measure.Walls(a), measure.Walls(b)
	return min(len(x), len(y)) >= 3 && (slices.Max(x) < slices.Min(y) || slices.Max(y) < slices.Min(x))
}

// ratio is the longer time over the shorter.
func ratio(a, b measure.Interval) float64 {
	x, y := float64(max(1, a.Median)), float64(max(1, b.Median))
	return max(x/y, y/x)
}

// sameResultFound compares whether the models gave the result of the cell as
// written.
func sameResultFound(a, b *measure.Comparison) *found {
	if a == nil || b == nil || a.SameResult == nil || !*a.SameResult {
		return nil
	}
	f := &found{Finding: measure.Finding{What: "same result", Recorded: "the same result under each model"}}
	switch {
	case b.SameResult == nil:
		f.Now, f.Why = "nothing stable is left to compare", "its results vary from run to run"
	case !*b.SameResult:
		f.Now, f.strong = b.Difference, true
	default:
		return nil
	}
	return f
}

func growthFound(a, b *measure.Growth) *found {
	if a == nil || b != nil && a.Class == b.Class {
		return nil
	}
	f := &found{Finding: measure.Finding{What: "growth", Recorded: "grows like " + a.Class}}
	switch {
	case b == nil:
		f.Now, f.Why = "no class", "its growth was not measured now"
		return f
	case a.Class == "unclear" || b.Class == "unclear":
		f.Why = "unclear is no answer to contradict"
	case slices.Contains(a.Alternatives, b.Class) || slices.Contains(b.Alternatives, a.Class):
		f.Why = "one of the classes that the data leave open"
	}
	f.Now = "grows like " + b.Class
	return f
}

// versusFound compares which of two cells is faster.
func versusFound(a, b *measure.Versus, kind string) *found {
	missing := b == nil || b.Cell == ""
	if a == nil || a.Cell == "" || missing && kind != "magic" {
		return nil // against its own earlier record, or asked for at a prompt
	}
	f := &found{Finding: measure.Finding{What: "cells", Recorded: a.Conclusion}}
	switch {
	case missing:
		f.Now, f.Why = "no comparison", "the cells were not compared now"
	case b.SameResult != nil && !*b.SameResult && (a.SameResult == nil || *a.SameResult):
		f.Now, f.strong = "the results differ: "+b.Difference, true
	case a.Significant && reversed(a.WasNS, a.NowNS, b.WasNS, b.NowNS):
		f.Now, f.strong = b.Conclusion, true
	case a.Significant && !b.Significant && strings.HasPrefix(b.Conclusion, "too few"):
		f.Now, f.Why = b.Conclusion, tooFew
	case a.Significant && !b.Significant:
		f.Now, f.Why = b.Conclusion, "no significant difference is no proof of none"
	case a.Significant && (a.Speedup.Median > 1) != (b.Speedup.Median > 1):
		f.Now = b.Conclusion
	default:
		return nil
	}
	return f
}

// refusedFound compares whether models apply at all.
func refusedFound(then, now *notebook.Result) *found {
	a, b := then.Refused, now.Refused
	switch {
	case a == nil && (b == nil || then.Comparison == nil), a != nil && b != nil, a != nil && now.Comparison == nil:
		return nil
	case a == nil:
		return &found{measure.Finding{What: "models", Line: b.Line, Recorded: order(then.Comparison), Now: "no model applies: " + b.Reason}, true}
	}
	return &found{measure.Finding{What: "models", Line: a.Line, Recorded: "no model applies: " + a.Reason, Now: order(now.Comparison)}, true}
}

func raceFound(a, b *measure.Race) *found {
	if a == nil || b == nil || a.Found == b.Found {
		return nil
	}
	f := &found{Finding: measure.Finding{What: "race", Recorded: "no data race seen", Now: strings.Join(b.Reports, "; ")}, strong: true}
	if a.Found {
		f.Recorded, f.Now, f.strong = strings.Join(a.Reports, "; "), "no data race seen", false
		f.Why = "a race does not show in every run"
	}
	return f
}
