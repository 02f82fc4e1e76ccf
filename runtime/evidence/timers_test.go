package evidence

import (
	"math/rand/v2"
	"testing"
)

// naps of a goroutine that wakes late by some noise: on a grid of the period,
// or a fixed time after its last work.
func lateNaps(n int, grid bool) (out []nap) {
	r := rand.New(rand.NewPCG(7, uint64(n)))
	const period = 10 * ms
	now := int64(0)
	for i := range n {
		start := now + r.Int64N(ms/2) // its work
		end := start + period
		if grid {
			end = int64(i+1) * period
		}
		now = end + r.Int64N(ms/2) // late
		out = append(out, nap{start, now})
	}
	return out
}

func growingNaps(factor float64, n int) (out []nap) {
	now, d := int64(0), 3.0*ms
	for range n {
		out = append(out, nap{now, now + int64(d)})
		now += int64(d) + ms
		d *= factor
	}
	return out
}

func TestPattern(t *testing.T) {
	at := func(line, all string) source { return source{line: line, all: all + line} }
	for _, row := range []struct {
		name              string
		naps              []nap
		channel, deadline bool
		in                stack
		text              source
		want              string
	}{
		{"a fixed sleep", lateNaps(60, false), false, false, stack{}, at("time.Sleep(10 * time.Millisecond)", ""), "sleep"},
		{"a sleep of what is left", lateNaps(60, false), false, false, stack{}, at("time.Sleep(gap - since)", ""), "ratelimit"},
		{"a sleep until a moment", lateNaps(60, true), false, false, stack{}, at("time.Sleep(time.Until(next))", ""), "ratelimit"},
		{"once until a moment", lateNaps(1, false), false, false, stack{}, at("time.Sleep(time.Until(start))", ""), "sleep"},
		{"a sleep of what is left, in a variable", lateNaps(60, true), false, false, stack{}, at("time.Sleep(d)", "d := time.Until(next)"), "ratelimit"},
		{"a sleep of a variable", lateNaps(60, false), false, false, stack{}, at("time.Sleep(d)", "d := 20 * time.Millisecond"), "sleep"},
		{"in a method of a limiter", lateNaps(60, false), false, false, stack{pacing: true}, at("time.Sleep(d)", ""), "ratelimit"},
		{"unknown text, on a grid", lateNaps(60, true), false, false, stack{}, source{}, "ratelimit"},
		{"unknown text, drifting", lateNaps(60, false), false, false, stack{}, source{}, "sleep"},
		{"a ticker", lateNaps(60, true), true, false, stack{}, at("<-t.C", "t := time.NewTicker(d)"), "ticker"},
		{"a ticker, unknown text", lateNaps(60, true), true, false, stack{}, source{}, "ticker"},
		{"a timer that is reset", lateNaps(60, false), true, false, stack{}, at("<-t.C", "t := time.NewTimer(d)"), "sleep"},
		{"time.After", lateNaps(60, false), true, false, stack{}, at("case <-time.After(d):", ""), "sleep"},
		{"a deadline", lateNaps(60, true), true, true, stack{}, source{}, "sleep"},
		{"a tick called limiter", lateNaps(60, true), true, false, stack{}, at("<-limiter", "limiter := time.Tick(d)"), "ratelimit"},
		{"doubling", growingNaps(2, 6), false, false, stack{}, at("time.Sleep(wait)", ""), "backoff"},
		{"doubling, disturbed", lateNaps(5, false), false, false, stack{}, at("time.Sleep(wait + jitter())", "wait = wait * 2\n"), "backoff"},
		{"doubling in the loop's head", lateNaps(5, false), false, false, stack{}, at("time.Sleep(d)", "for d := ms; busy(); d *= 2 {\n"), "backoff"},
		{"a power of two", lateNaps(5, false), false, false, stack{}, at("time.Sleep(base << try)", ""), "backoff"},
		{"capped", lateNaps(5, false), false, false, stack{}, at("<-time.After(d)", "d = min(d*2, most)\n"), "backoff"},
		{"another variable grows", lateNaps(5, false), false, false, stack{}, at("time.Sleep(d)", "n *= 2\n"), "sleep"},
		{"growing by half", growingNaps(1.5, 8), false, false, stack{}, source{}, "backoff"},
		{"in a retry", lateNaps(4, false), false, false, stack{retries: true}, source{}, "backoff"},
		{"fixed, on a very busy machine", growingNaps(2, 6), false, false, stack{}, at("time.Sleep(3 * time.Millisecond)", ""), "sleep"},
	} {
		if got := pattern(row.naps, row.channel, row.deadline, &row.in, row.text); got != row.want {
			t.Errorf("%s: %s, want %s", row.name, got, row.want)
		}
	}
}

func TestSourceOfASelect(t *testing.T) {
	cells := map[string]string{"a": "x := 1\nselect {\ncase <-done:\ncase <-time.After(d):\n\tx++\n}\nprint(x)"}
	got := sourceAt(cells, site{cell: "a", line: 2})
	if !got.has("time.After(") || got.has("print") {
		t.Errorf("%q", got.line)
	}
	if got := sourceAt(cells, site{cell: "b", line: 2}); got.line != "" {
		t.Errorf("an unknown cell has the text %q", got.line)
	}
}
