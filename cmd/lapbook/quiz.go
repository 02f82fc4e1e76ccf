package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/lapbook/lapbook/repl"
	"github.com/lapbook/lapbook/repl/render"
	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// quiz asks before each answer is shown, and counts how many were right.
type quiz struct {
	asked []answered // for the cell that is about to run
	right float64    // a room counts by its share
	of    int
	told  bool // how to answer was said
}

// answered is a question with what the room said.
type answered struct {
	question
	votes votes
}

// question is one of the three. truth and forecast read a result; "" is unknown.
type question struct {
	ask      string
	short    string
	options  []option // of a question of words; nil: a number
	truth    func(r *notebook.Result) string
	forecast func(r *notebook.Result) string
}

// option is a possible answer.
type option struct {
	key, word string
	others    []string // ways in which people write it
}

// questions are those that a cell has an answer for: as its magics measure, and
// as its record has.
func questions(c *notebook.Cell, then *notebook.Result, live bool) []question {
	bound := then != nil && then.Verdict != nil
	speed := then != nil && then.Comparison != nil && len(then.Comparison.Columns) > 1
	if live {
		for _, name := range magicsOf(c) {
			switch name {
			case "concurrent", "parallel", "compare":
				bound, speed = true, true
			case "classify", "profile", "timeline":
				bound = true
			}
		}
	}
	var out []question
	if bound {
		out = append(out, boundQuestion())
	}
	if speed {
		out = append(out, modelQuestion(), speedQuestion())
	}
	return out
}

// magicsOf are the magics above a cell's text.
func magicsOf(c *notebook.Cell) []string {
	var out []string
	for line := range strings.Lines(c.Code()) {
		line = strings.TrimPrefix(strings.TrimSpace(line), "//lap:")
		if line == "" {
			continue
		}
		if !strings.HasPrefix(line, "%") {
			break
		}
		if words := strings.Fields(strings.TrimLeft(line, "%")); len(words) > 0 {
			out = append(out, words[0])
		}
	}
	return out
}

func boundQuestion() question {
	return question{
		ask: "Waiting or computing?", short: "bound",
		options: []option{
			{"i", "waiting", []string{"w", "io", "i/o", "wait", "i/o-bound", "io-bound"}},
			{"c", "computing", []string{"cpu", "compute", "cpu-bound"}},
			{"b", "both", []string{"mixed"}},
		},
		truth: func(r *notebook.Result) string {
			if r.Verdict == nil {
				return ""
			}
			switch r.Verdict.Bound {
			case "io", "lock", "timer", "child":
				return "waiting"
			case "cpu":
				return "computing"
			case "mixed":
				return "both"
			}
			return ""
		},
		forecast: func(*notebook.Result) string { return "" },
	}
}

func modelQuestion() question {
	return question{
		ask: "Which model is the one to keep?", short: "model",
		options: []option{
			{"a", "as written", []string{"written", "none", "sequential", "as", "as-written"}},
			{"c", "concurrent", []string{"concurrency", "async", "one", "interleaved"}},
			{"p", "parallel", []string{"parallelism", "threads", "all"}},
		},
		truth:    func(r *notebook.Result) string { return kept(r.Comparison, measured) },
		forecast: func(r *notebook.Result) string { return kept(r.Comparison, predicted) },
	}
}

func speedQuestion() question {
	return question{
		ask: "How many times faster is that?", short: "speedup",
		truth:    func(r *notebook.Result) string { return speedOf(r.Comparison, measured) },
		forecast: func(r *notebook.Result) string { return speedOf(r.Comparison, predicted) },
	}
}

// figure is where an answer is read from: the measured speedups, of which only
// significant ones count, or the predicted ones.
type figure struct {
	speedup func(c *measure.Comparison, col *measure.Column) float64 // 0 is unknown
	level   func(a, b *measure.Column) bool                          // whether the two do not differ
}

var (
	measured  = figure{measuredSpeedup, level}
	predicted = figure{predictedSpeedup, func(a, b *measure.Column) bool { return false }}
)

func measuredSpeedup(_ *measure.Comparison, col *measure.Column) float64 {
	switch {
	case col.Significant:
		return col.Speedup.Median
	case col.Runs < 6: // nothing can be claimed, neither way
		return 0
	}
	return 1
}

func predictedSpeedup(c *measure.Comparison, col *measure.Column) float64 {
	if col.PredictedWallNS == nil || *col.PredictedWallNS <= 0 {
		return 0
	}
	return float64(c.Columns[0].WallNS.Median) / float64(*col.PredictedWallNS)
}

// best is the model to keep by a figure: the cheaper one, unless the dearer is
// faster by more than what tells.
func best(c *measure.Comparison, f figure) (string, float64) {
	if c == nil || len(c.Columns) == 0 {
		return "", 0
	}
	name, most, known := &c.Columns[0], 1.0, false
	for _, model := range []string{"concurrent", "parallel"} {
		col := columnOf(c, model)
		if col == nil {
			continue
		}
		x := f.speedup(c, col)
		known = known || x > 0
		if x > tells*most && !f.level(col, name) {
			name, most = col, x
		}
	}
	if !known {
		return "", 0
	}
	return name.Model, most
}

// level tells whether both were run often enough and do not differ: then the
// cheaper one is to be kept, as the verdict below the table says.
func level(a, b *measure.Column) bool {
	return a.Runs >= 6 && b.Runs >= 6 && relation(a, b) == 0
}

func kept(c *measure.Comparison, f figure) string {
	name, _ := best(c, f)
	return name
}

func speedOf(c *measure.Comparison, f figure) string {
	name, x := best(c, f)
	if name == "" {
		return ""
	}
	return measure.Times(x)
}

// ask puts the questions for a cell. An empty answer passes.
func (p *player) ask(ctx context.Context, c *notebook.Cell) ([]answered, error) {
	then := p.records[c].result
	list := questions(c, then, p.session != nil)
	if len(list) == 0 {
		return nil, nil
	}
	p.intro(then)
	var out []answered
	for _, q := range list {
		v, err := p.askOne(ctx, q)
		if err != nil {
			return nil, err
		}
		out = append(out, answered{q, v})
	}
	p.rows = 0
	return out, nil
}

// intro says what there is to go by, and once how to answer.
func (p *player) intro(then *notebook.Result) {
	var says []string
	if then != nil && then.Measurement != nil {
		says = append(says, "As written it took "+measure.Duration(then.Measurement.WallNS.Median)+" when it was recorded.")
	}
	if !p.quiz.told {
		says = append(says, "One answer (i), or the counts of the room (i 18 c 12). Enter passes.")
		p.quiz.told = true
	}
	_ = p.draw(func(w io.Writer) error { return render.Words(w, p.style, false, says...) }) // as in show
}

// askOne asks until the answer can be read.
func (p *player) askOne(ctx context.Context, q question) (votes, error) {
	for {
		line, err := p.room.Line(ctx, "  "+q.prompt())
		switch {
		case errors.Is(err, repl.ErrAborted):
			return nil, errLeave
		case err != nil:
			return nil, err
		case line == "q" || line == "quit":
			return nil, errLeave
		}
		if !p.room.Interactive() { // a terminal shows what was asked and answered
			if err := p.say(q.prompt() + line); err != nil {
				return nil, err
			}
		}
		v, err := q.read(line)
		if err == nil {
			return v, nil
		}
		if err := p.say(err.Error()); err != nil {
			return nil, err
		}
	}
}

func (q question) prompt() string {
	if q.options == nil {
		return q.ask + " (a number, such as 2.5) "
	}
	var ways []string
	for _, o := range q.options {
		ways = append(ways, o.key+" "+o.word)
	}
	return q.ask + " (" + strings.Join(ways, ", ") + ") "
}

// rows are the answers beside the truth and the forecast.
func (q *quiz) rows(r *notebook.Result, live bool) [][]string {
	source := "recorded"
	if live {
		source = "measured"
	}
	rows := [][]string{{"quiz", "answer", source, "forecast", ""}}
	for _, a := range q.asked {
		truth := ""
		if r != nil {
			truth = a.truth(r)
		}
		row := []string{a.short, a.votes.String(), orDash(truth), "–", ""}
		if r != nil {
			row[3] = orDash(a.forecast(r))
		}
		if truth != "" && len(a.votes) > 0 {
			share, says := a.votes.against(truth)
			q.right, q.of, row[4] = q.right+share, q.of+1, says
		}
		rows = append(rows, row)
	}
	return rows
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// score is how the quiz went.
func (q *quiz) score() string {
	if q.of == 0 {
		return "Quiz: no question was answered."
	}
	return fmt.Sprintf("Quiz: %s of %d right.", strings.TrimSuffix(fmt.Sprintf("%.1f", q.right), ".0"), q.of)
}
