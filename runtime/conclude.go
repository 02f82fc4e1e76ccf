package runtime

import (
	"fmt"
	"strings"
	"time"

	"github.com/lapbook/lapbook/runtime/measure"
)

// conclude says in one sentence what the table shows, in the chapter's words.
// No speedup is claimed that is not significant, and when the target is met the
// advice is to stop.
func conclude(c *measure.Comparison, v *measure.Verdict, target time.Duration) string {
	if c.SameResult != nil && !*c.SameResult {
		return "The results differ, so the figures mean nothing. This is a bug of lapbook: please report it with the cell."
	}
	con, par := judged(column(c, concurrent), column(c, oneWorker)), column(c, parallel)
	if c.Above != nil && con != nil && par != nil && gained(con) {
		if differs, _ := measure.Differ(measure.Walls(con.Samples), measure.Walls(par.Samples)); !differs {
			return fmt.Sprintf("No difference from concurrent in %d runs: keep one worker.", par.Runs)
		}
	}
	if target > 0 {
		if met := fastest(c); met != nil && met.WallNS.Median <= int64(target) {
			return targetMet
		}
	}
	if less := cheaper(c, con, v); less != "" {
		return opening(v) + less
	}
	return opening(v) + said(con, par, waitingShareOf(v))
}

// cheaper tells a gain in computing that is of the rewritten code and not of its
// model: a short loop can take half of its CPU time only because the compiler
// put it at another address. The models are judged against each other then.
func cheaper(c *measure.Comparison, con *measure.Column, v *measure.Verdict) string {
	base, par := column(c, asWritten), column(c, parallel)
	if one := column(c, oneWorker); one != nil && con != nil {
		base = one
	}
	model := con
	if con == nil {
		model = par
	}
	if v == nil || v.Bound != "cpu" || base == nil || model == nil || !gained(model) || !under(model.CPUNS.Median, base.CPUNS.Median) {
		return ""
	}
	less := fmt.Sprintf("the rewritten loop itself takes %s of CPU, as written %s", measure.Duration(model.CPUNS.Median), measure.Duration(base.CPUNS.Median))
	switch {
	case con == nil:
		return fmt.Sprintf("%s gave %s, but not by workers alone: %s.", workers(par), measure.Times(par.Speedup.Median), less)
	case par == nil:
		return "interleaving bought nothing: " + less + "."
	}
	more := par.Summarised(par.Samples, con.Samples)
	return fmt.Sprintf("interleaving bought nothing: %s; against that %s %s.", less, workers(par), bought(&more))
}

// under tells a CPU time that is less by more than the noise.
func under(got, base int64) bool { return got*100 < base*85 }

func bought(c *measure.Column) string {
	if gained(c) {
		return "gave " + measure.Times(c.Speedup.Median)
	}
	return nothing(c)
}

// judged sets the concurrent row against the cell as written on one worker, where
// that was measured: what helpers of the cell gain from a second worker is not
// for interleaving to lose or win.
func judged(con, one *measure.Column) *measure.Column {
	if con == nil || one == nil {
		return con
	}
	against := con.Summarised(con.Samples, one.Samples)
	return &against
}

// opening is the bound in the chapter's words.
func opening(v *measure.Verdict) string {
	if v == nil || v.Bound == "unclear" {
		return ""
	}
	head, _, _ := strings.Cut(v.Headline, ":")
	return head + ": "
}

func said(con, par *measure.Column, waiting float64) string {
	switch {
	case con != nil && par != nil:
		return both(con, par)
	case con != nil && gained(con):
		return fmt.Sprintf("%d in flight on one worker gave %s.", con.Limit, measure.Times(con.Speedup.Median))
	case con != nil:
		return "interleaving on one worker " + nothing(con) + "."
	case par != nil && gained(par) && waiting > 0.5:
		return fmt.Sprintf("%d in flight gave %s: they wait, so one worker may do as well; %%concurrent tells.", par.Limit, measure.Times(par.Speedup.Median))
	case par != nil && gained(par):
		return fmt.Sprintf("%s gave %s.", workers(par), measure.Times(par.Speedup.Median))
	case par != nil:
		return workers(par) + " " + nothing(par) + "."
	}
	return ""
}

func both(con, par *measure.Column) string {
	first := "interleaving " + nothing(con)
	if gained(con) {
		first = fmt.Sprintf("%d in flight on one worker gave %s", con.Limit, measure.Times(con.Speedup.Median))
	}
	if differs, _ := measure.Differ(measure.Walls(con.Samples), measure.Walls(par.Samples)); !differs {
		if gained(con) {
			return fmt.Sprintf("%s; no difference with %s in %d runs: keep one worker.", first, workers(par), par.Runs)
		}
		return fmt.Sprintf("%s; %s %s.", first, workers(par), nothing(par))
	}
	if gained(par) {
		return fmt.Sprintf("%s; %s gave %s.", first, workers(par), measure.Times(par.Speedup.Median))
	}
	return fmt.Sprintf("%s; %s %s.", first, workers(par), nothing(par))
}

// gained tells a significant gain that is worth a word.
func gained(c *measure.Column) bool { return c.Significant && c.Speedup.Median >= 1.05 }

// nothing says that a model bought nothing, or that it cost.
func nothing(c *measure.Column) string {
	if c.Significant && c.Speedup.Median < 0.97 {
		return fmt.Sprintf("cost time (%s)", measure.Times(c.Speedup.Median))
	}
	if c.Significant {
		return fmt.Sprintf("bought nothing (%s)", measure.Times(c.Speedup.Median))
	}
	if c.Runs < 6 {
		return fmt.Sprintf("had %s only: nothing can be claimed (--budget allows more)", plural(c.Runs, "run"))
	}
	return fmt.Sprintf("made no significant difference in %d runs", c.Runs)
}

func workers(c *measure.Column) string {
	names := []string{"no worker", "one worker", "two workers", "three workers", "four workers"}
	if c.Workers < len(names) {
		return names[c.Workers]
	}
	return fmt.Sprintf("%d workers", c.Workers)
}

func column(c *measure.Comparison, model string) *measure.Column {
	for i := range c.Columns {
		if c.Columns[i].Model == model {
			return &c.Columns[i]
		}
	}
	return nil
}

// fastest is the cheapest model that is significantly faster, or as written.
func fastest(c *measure.Comparison) *measure.Column {
	var best *measure.Column
	for i := range c.Columns {
		col := &c.Columns[i]
		if best == nil || col.Significant && col.WallNS.Median < best.WallNS.Median {
			best = col
		}
	}
	return best
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
