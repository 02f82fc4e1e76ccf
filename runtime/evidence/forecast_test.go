package evidence

import "testing"

const ms = 1_000_000

func same(n int, ps ...Phase) []Task {
	out := make([]Task, n)
	for i := range out {
		out[i].Phases = ps
	}
	return out
}

func TestForecast(t *testing.T) {
	cpu := func(n int64) Phase { return Phase{CPU: true, NS: n * ms} }
	wait := func(n int64) Phase { return Phase{NS: n * ms} }
	for _, row := range []struct {
		name  string
		tasks []Task
		m     Model
		want  int64 // ms
	}{
		{"nothing", nil, Model{Workers: 2}, 0},
		{"waits overlap", same(40, wait(40)), Model{Workers: 1}, 40},
		{"waits in flights of ten", same(40, wait(40)), Model{Workers: 1, Limit: 10}, 160},
		{"one after the other", same(40, wait(40)), Model{Workers: 1, Limit: 1}, 1600},
		{"computing does not interleave", same(6, cpu(30)), Model{Workers: 1}, 180},
		{"computing on two workers", same(6, cpu(30)), Model{Workers: 2}, 90},
		{"two workers on one and a half cores", same(6, cpu(30)), Model{Workers: 2, Cores: 1.5}, 120},
		{"computing hides behind waits", same(4, cpu(5), wait(40)), Model{Workers: 1}, 60},
		{"one big task", append(same(4, cpu(10)), same(1, cpu(100))...), Model{Workers: 2}, 120},
		{"children beside one worker", same(4, Phase{CPU: true, Outside: true, NS: 50 * ms}), Model{Workers: 1, Cores: 2}, 100},
		{"in order part", same(2, wait(10)), Model{Workers: 1, Serial: 7 * ms}, 17},
	} {
		got := Forecast(row.tasks, row.m)
		if d := got - row.want*ms; d < -ms*row.want/20-1 || d > ms*row.want/20+1 {
			t.Errorf("%s: %.1f ms, want %d", row.name, float64(got)/ms, row.want)
		}
	}
}

func BenchmarkForecast(b *testing.B) {
	tasks := same(10_000, Phase{CPU: true, NS: ms}, Phase{NS: 20 * ms}, Phase{CPU: true, NS: ms})
	for b.Loop() {
		Forecast(tasks, Model{Workers: 2, Limit: 64})
	}
}
