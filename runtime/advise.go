package runtime

import (
	"context"
	"fmt"
	"strings"

	"github.com/lapbook/lapbook/runtime/measure"
)

func adviseMagic() Magic {
	return Magic{
		Name: "advise", Group: "stop", Usage: "%advise [CELL] [--md [FILE]]",
		Summary: "the one cheapest next rung, or: stop",
		Help: "Reads all that was measured of a cell (of the one that was measured last) and\n" +
			"names the one cheapest rung that is not ruled out, with the reason; when the\n" +
			"target is met it says stop. Ends with a paragraph to quote, of what was measured\n" +
			"and no more. --md saves that as Markdown, by default beside the notebook.",
		Example: "x := 1\n%advise",
		Do:      func(ctx context.Context, s *Session, c Call) error { return s.adviseMagic(ctx, c) },
	}
}

func (s *Session) adviseMagic(_ context.Context, c Call) error {
	ref, file, save, err := adviseArgs(c.Args)
	if err != nil {
		return err
	}
	f, err := s.about(ref)
	if err != nil {
		return fmt.Errorf("%%advise: %w", err)
	}
	if f.cell == nil {
		return fmt.Errorf("%%advise: no cell has run yet; type one first")
	}
	a := s.advise(f)
	c.Result.Advice, c.Result.Of = a, f.cell.ID
	if !save {
		return nil
	}
	name, err := s.saveAdvice(file, f, a)
	if err != nil {
		return fmt.Errorf("%%advise --md: %w", err)
	}
	c.printf("saved as %s\n", name)
	return nil
}

// adviseArgs reads [CELL] [--md [FILE.md]].
func adviseArgs(args string) (cell, file string, save bool, err error) {
	for _, w := range strings.Fields(args) {
		switch {
		case w == "--md":
			save = true
		case strings.HasPrefix(w, "-"):
			return "", "", false, fmt.Errorf("%%advise: no flag %s; want --md", w)
		case save && file == "":
			file = w
		case !save && cell == "":
			cell = w
		default:
			return "", "", false, fmt.Errorf("%%advise: want a cell and --md FILE, such as %%advise 3 --md advice.md")
		}
	}
	return cell, file, save, nil
}

// advise names the one next step for a cell.
func (s *Session) advise(f *findings) *measure.Advice {
	a := s.nextRung(f)
	a.Of = f.cell.ID
	a.Paragraph = paragraph(f, s.skips())
	return a
}

// nextRung is the cheapest rung that is open, or the advice to stop.
func (s *Session) nextRung(f *findings) *measure.Advice {
	if best := f.best(); f.target > 0 && best != nil && best.ns <= f.target {
		return &measure.Advice{Rung: "stop", Stop: true, Reason: metReason(f, best)}
	}
	if v := f.slower; v != nil {
		return &measure.Advice{Rung: "algorithm", Next: "go on with cell " + v.Cell, Reason: fasterReason(v)}
	}
	for i, r := range rungs() {
		if mark, _ := s.stateOf(r, f); mark != open || s.passed(r, f) {
			continue
		}
		if a := steps()[r.name](f); a != nil {
			a.Rung = r.advice
			if i > 0 && r.name != "scale" {
				a.Reason += fmt.Sprintf(" Ruled out? %%skip %s", r.name)
			}
			return a
		}
	}
	return nothingLeft(f)
}

// fasterReason says what another cell wins, and whether it does the same.
func fasterReason(v *measure.Versus) string {
	s := fmt.Sprintf("it is %s faster, significant, ", measure.Times(v.Speedup.Median))
	if v.SameResult == nil {
		return s + "but whether it gives the same result could not be compared."
	}
	return s + "with the same result."
}

// metReason says what meets the target, and how sure that is.
func metReason(f *findings, best *took) string {
	how := ""
	if best.model != asWritten {
		how = best.model + " "
	}
	s := fmt.Sprintf("the target of %s is met: %s%s", measure.Duration(f.target), how, measure.Duration(best.ns))
	switch {
	case best.runs == 1:
		s += " in one run"
	case best.runs > 1:
		s += fmt.Sprintf(" in the middle of %d runs", best.runs)
	}
	if best.engine == "interpreted" {
		s += ", interpreted"
	}
	return s + ". Every further rung costs more and buys nothing that was asked for."
}

// passed tells whether a later rung made this one's question idle: how many
// requests a cell makes is a question to its author, who has answered it by
// interleaving them. The growth of what computes is measured, so it stays open.
func (s *Session) passed(r rung, f *findings) bool {
	if r.name != "algorithm" || f.verdict == nil || f.verdict.Bound == "cpu" || f.verdict.Bound == "mixed" || f.growth != nil {
		return false
	}
	mark, _ := concurrencyState(f)
	return mark == done
}

// steps say for each open rung what to do, and why; nil when there is nothing.
func steps() map[string]func(f *findings) *measure.Advice {
	return map[string]func(f *findings) *measure.Advice{
		"measure": measureStep, "algorithm": algorithmStep, "memory": memoryStep, "concurrency": concurrencyStep, "scale": scaleStep,
	}
}

func measureStep(f *findings) *measure.Advice {
	switch {
	case f.verdict == nil && f.stale:
		return &measure.Advice{Next: "%profile", Reason: "what is recorded is for an older text of the cell."}
	case f.verdict == nil:
		return &measure.Advice{Next: "%profile", Reason: "where the time goes was not measured, so nothing says which rung can help."}
	case f.verdict.Detail == "too-short":
		return &measure.Advice{Next: "measure more of it", Reason: f.verdict.Headline + ". There is nothing to gain at this size."}
	}
	return &measure.Advice{Next: "measure again", Reason: f.verdict.Headline + "."}
}

func algorithmStep(f *findings) *measure.Advice {
	v := f.verdict
	at := ""
	if len(v.Lines) > 0 {
		at = fmt.Sprintf(" Line %d has %s of the time.", v.Lines[0].Line, measure.Percent(v.Lines[0].Share))
	}
	if g := f.growth; g != nil && g.Class != "unclear" {
		if len(g.Lines) > 0 && g.Lines[0].Class == g.Class {
			at = fmt.Sprintf(" Line %d is what grows so.", g.Lines[0].Line)
		}
		return &measure.Advice{Next: "fix the algorithm", Reason: fmt.Sprintf("it grows like %s, so a better one wins a factor that grows with %s; cores win %d at most.%s", g.Class, g.Parameter, cores(f), at)}
	}
	switch v.Bound {
	case "io":
		return &measure.Advice{Next: "ask for less", Reason: "fewer requests (cache, batch) cost nothing to run; whether they are possible only you know." + at}
	case "cpu", "mixed":
		next, why := "%grow", "how the time grows is not known; a better algorithm can win more than "+cores2(f)+"."
		if f.growth != nil {
			next, why = "look at the algorithm", "how the time grows is unclear; a better algorithm can win more than "+cores2(f)+"."
		}
		return &measure.Advice{Next: next, Reason: why + at}
	case "lock":
		return &measure.Advice{Next: "hold the lock for less", Reason: "while one holds it, all others wait: no worker more can help." + at}
	case "timer":
		return &measure.Advice{Next: "wait for less", Reason: "it waits for a time and not for a result: wait for the event itself, or shorter." + at}
	case "child":
		return &measure.Advice{Next: "give the child less to do", Reason: "the time is spent in another process." + at}
	}
	return nil
}

func cores(f *findings) int {
	if f.machine != nil && f.machine.Cores > 0 {
		return f.machine.Cores
	}
	return 1
}

func cores2(f *findings) string {
	if n := cores(f); n > 1 {
		return fmt.Sprintf("the %d cores", n)
	}
	return "cores"
}

// memoryStep is due when memory costs time, or is much.
func memoryStep(f *findings) *measure.Advice {
	if m := f.memory; m != nil {
		return &measure.Advice{Next: "stream", Reason: m.Advice}
	}
	m := f.measurement
	share := 0.0
	if m.CPUNS.Median > 0 {
		share = min(1, float64(m.GCCPUNS)/float64(m.CPUNS.Median))
	}
	if share < 0.1 && f.verdict.Detail != "alloc" && f.verdict.Detail != "memory" && m.AllocBytes < 64<<20 {
		return nil
	}
	return &measure.Advice{Next: "%memory", Reason: fmt.Sprintf("it allocates %s in %d allocations, and the collector uses %s of its CPU time; all that is in flight would multiply what it holds.",
		measure.Bytes(m.AllocBytes), m.Allocs, measure.Percent(share))}
}

func concurrencyStep(f *findings) *measure.Advice {
	v := f.verdict
	switch v.Bound {
	case "lock":
		return &measure.Advice{Next: "give each worker its own part", Reason: "the lock is what it waits for; merge the parts at the end."}
	case "cpu":
		return &measure.Advice{Next: "%parallel", Reason: fmt.Sprintf("it computes %s of the time, so only more workers can shorten it; interleaving on one cannot.", measure.Percent(ofOurs(v, computing(v))))}
	case "mixed":
		return &measure.Advice{Next: "%compare", Reason: "it waits and computes: interleaving hides the waits, more workers share the computing."}
	}
	return &measure.Advice{Next: "%" + f.model(), Reason: fmt.Sprintf("it computes %s of the time and waits for the rest; waits can overlap on one worker.", measure.Percent(ofOurs(v, computing(v))))}
}

// computing is the share of a verdict that is spent on a CPU.
func computing(v *measure.Verdict) float64 {
	return v.Shares["compute"] + v.Shares["interpreter"] + v.Shares["gc"] + v.Shares["syscall"]
}

// scaleStep is due when one machine is used up and a target is missed.
func scaleStep(f *findings) *measure.Advice {
	if f.target == 0 || !f.usesAllCores() {
		return nil
	}
	return &measure.Advice{Next: "scale out", Reason: fmt.Sprintf("all cores of this machine compute, and %s are more than the target of %s. It pays when a task costs more than sending it.",
		measure.Duration(f.best().ns), measure.Duration(f.target))}
}

// nothingLeft is the advice when no rung is open.
func nothingLeft(f *findings) *measure.Advice {
	best := f.best()
	if f.target > 0 && best != nil {
		return &measure.Advice{Rung: "stop", Stop: true, Reason: fmt.Sprintf("no rung is left that the figures speak for, and %s are more than the target of %s: change the task or the target.",
			measure.Duration(best.ns), measure.Duration(f.target))}
	}
	return &measure.Advice{Rung: "stop", Stop: true, Reason: "no rung is left that the figures speak for. A target (%target 100ms) would say whether this is fast enough."}
}
