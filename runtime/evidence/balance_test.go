package evidence

import "testing"

func TestBalance(t *testing.T) {
	none, some := int64(0), int64(5000)
	const m = 1e6 // ms
	for _, row := range []struct {
		name               string
		b                  books
		off, long, stalled float64
		stream             bool
	}{
		{"no figures", books{ran: 10 * m, long: 90 * m}, 0, 1, 0, false},
		{"computing, quiet", books{ran: 100 * m, cpu: 100 * m, user: 98 * m, moved: &none}, 0, 0, 0, false},
		{"computing, half granted", books{ran: 200 * m, cpu: 100 * m, user: 98 * m, delay: 100 * m, moved: &none}, 0.5, 0, 0, false},
		{"idle threads are delayed too", books{ran: 100 * m, cpu: 100 * m, user: 98 * m, delay: 900 * m, moved: &none}, 0, 0, 0, false},
		{"syncs", books{ran: 5 * m, long: 95 * m, longCalls: 100, calls: 200, cpu: 25 * m, user: 5 * m, switches: 800, moved: &some}, 0, 0.79, 0, false},
		{"cached reads, interrupted", books{ran: 50 * m, long: 250 * m, short: 200 * m, longCalls: 500, calls: 100_000, cpu: 250 * m, user: 60 * m, delay: 100 * m, switches: 900, moved: &some}, 0.29, 0, 0, false},
		{"cached copies, crowded machine", books{ran: 100 * m, long: 800 * m, short: 200 * m, longCalls: 9000, calls: 63_000, cpu: 216 * m, user: 32 * m, delay: 2160 * m, switches: 1300, moved: &some}, 0.8, 0, 0, false},
		{"small direct reads", books{ran: 20 * m, long: 950 * m, short: 30 * m, longCalls: 8000, calls: 8000, cpu: 150 * m, user: 20 * m, switches: 10_000, moved: &some}, 0, 0.9, 0, false},
		{"reads of a terminal", books{ran: 2 * m, long: 98 * m, longCalls: 10, calls: 10, cpu: 2 * m, user: 1 * m, moved: &none}, 0, 1, 0, true},
		{"pages of a mapped file, busy machine", books{ran: 1000 * m, long: 10 * m, longCalls: 9, calls: 9, cpu: 300 * m, user: 10 * m, delay: 1200 * m, switches: 8000, moved: &some}, 0.5, 1, 0.4, false},
		{"pages of a mapped file", books{ran: 100 * m, long: 1 * m, longCalls: 3, calls: 3, cpu: 40 * m, user: 4 * m, switches: 4000, moved: &some}, 0, 1, 0.6, false},
	} {
		a := row.b.balance()
		if far(a.off, row.off) || far(a.long, row.long) || far(a.stalled, row.stalled) || a.stream != row.stream {
			t.Errorf("%s: off %.2f long %.2f stalled %.2f stream %v, want %v", row.name, a.off, a.long, a.stalled, a.stream, row)
		}
	}
}

func far(a, b float64) bool { return a-b > 0.02 || b-a > 0.02 }
