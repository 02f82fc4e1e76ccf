package runtime

import (
	"context"
	"flag"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
)

var (
	forecastGlob   = flag.String("forecast", "", "cells (txtar: setup.go, cell.go) whose loops run under all models, their forecasts judged, such as 'testdata/forecast/*.txtar'; several by commas")
	forecastPart   = flag.String("forecast-part", "", "i/n: only every n-th of them, from the i-th")
	forecastBudget = flag.Duration("forecast-budget", 10*time.Second, "for each cell")
)

// TestForecastCorpus prints for each accepted loop what was forecast, what it
// took, the error and its cause. A miss by more than 30% without a cause that a
// counter shows fails, in rounds that were quiet.
func TestForecastCorpus(t *testing.T) {
	if *forecastGlob == "" {
		t.Skip("takes minutes of a quiet machine; -forecast GLOB runs it")
	}
	needGo(t)
	var all, quiet []float64
	fmt.Printf("%-28s %-10s %6s %10s %10s %10s %7s  %s\n", "cell", "model", "tasks", "as written", "predicted", "took", "error", "")
	for _, file := range forecastFiles(t) {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		c, why := compareFile(t, file)
		if c == nil {
			fmt.Printf("%-28s %s\n", cut(name, 28), cut(why, 100))
			continue
		}
		for _, col := range c.Columns[1:] {
			if col.PredictedWallNS == nil {
				continue
			}
			off := float64(*col.PredictedWallNS)/float64(col.WallNS.Median) - 1
			all = append(all, math.Abs(off))
			calm := isQuiet(&col) && isQuiet(&c.Columns[0])
			if calm {
				quiet = append(quiet, math.Abs(off))
			}
			fmt.Printf("%-28s %-10s %6d %10s %10s %10s %+6.0f%%  %s\n", cut(name, 28), col.Model, c.Tasks, measure.Duration(c.Columns[0].WallNS.Median),
				measure.Duration(*col.PredictedWallNS), measure.Duration(col.WallNS.Median), 100*off, rowWords(&col, calm))
			if calm && strings.Contains(strings.Join(col.Notes, " "), unexplained) {
				t.Errorf("%s, %s: missed by %+.0f%%, and no counter shows why", name, col.Model, 100*off)
			}
		}
	}
	t.Logf("median error %s over %d rows; %s over the %d in quiet rounds (wanted: at most 15%%)", medianError(all), len(all), medianError(quiet), len(quiet))
}

func rowWords(col *measure.Column, calm bool) string {
	var out []string
	if !calm {
		out = append(out, "busy")
	}
	if col.Runs < 6 {
		out = append(out, plural(col.Runs, "run"))
	}
	out = append(out, fmt.Sprintf("limit %d, cores %.1f", col.Limit, col.EffectiveCores))
	return strings.Join(append(out, col.Notes...), "; ")
}

// isQuiet: most of a row's rounds were quiet.
func isQuiet(col *measure.Column) bool {
	n := 0
	for _, q := range measure.Quiet(col.Samples) {
		if q {
			n++
		}
	}
	return 2*n > len(col.Samples)
}

func medianError(list []float64) string {
	if len(list) == 0 {
		return "–"
	}
	slices.Sort(list)
	return measure.Percent(list[len(list)/2])
}

func forecastFiles(t *testing.T) (files []string) {
	for glob := range strings.SplitSeq(*forecastGlob, ",") {
		some, err := filepath.Glob(glob)
		if err != nil || len(some) == 0 {
			t.Fatalf("-forecast %s: no file (%v)", glob, err)
		}
		files = append(files, some...)
	}
	if *forecastPart == "" {
		return files
	}
	var i, n int
	if _, err := fmt.Sscanf(*forecastPart, "%d/%d", &i, &n); err != nil || i < 1 || i > n {
		t.Fatalf("-forecast-part %s: want such as 1/4", *forecastPart)
	}
	var out []string
	for k := i - 1; k < len(files); k += n {
		out = append(out, files[k])
	}
	return out
}

// compareFile runs the cell of a file under all models; why says what stood
// against it.
func compareFile(t *testing.T, file string) (c *measure.Comparison, why string) {
	parts := sections(t, file)
	s := newSession(t, Config{Dir: t.TempDir(), Budget: *forecastBudget, Repeat: "yes", Timeout: time.Minute})
	do := func(text string) *notebook.Result {
		var last *notebook.Result
		for _, res := range s.Do(context.Background(), text, silent{}) {
			last = res
			if res.Failed() && why == "" {
				why = fmt.Sprintf("%s: %s", res.Status, strings.ReplaceAll(res.Error.Message, "\n", " "))
			}
		}
		return last
	}
	if text := parts["setup.go"]; text != "" {
		do(text)
	}
	res := do("%%compare\n" + parts["cell.go"])
	switch {
	case why != "":
		return nil, why
	case res.Refused != nil:
		return nil, "refused: " + res.Refused.Reason
	}
	return res.Comparison, "not measured: " + strings.Join(res.Notices, "; ")
}
