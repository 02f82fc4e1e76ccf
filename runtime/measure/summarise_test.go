package measure

import (
	"strings"
	"testing"
	"time"
)

func runs(n int, s Sample) []Sample {
	out := make([]Sample, n)
	for i := range out {
		out[i] = s
		out[i].WallNS += int64(i) * 1000
	}
	return out
}

func TestQuietRounds(t *testing.T) {
	s := runs(8, Sample{WallNS: 1e8, UserNS: 1e8, Effective: 1.9})
	s[2].Effective = 1.0                        // the two cores shared one
	s[5].RunDelayNS = 2e7                       // somebody else ran
	s[6].Effective, s[6].RunDelayNS = 1.75, 1e6 // within both limits
	m := Summarise(s, 2)
	if m.Quiet != 6 {
		t.Errorf("%d quiet rounds, want 6", m.Quiet)
	}
	if m.WallNS.Low == nil || m.CPUNS.Median != 1e8 || m.EffectiveCores != 1.9 {
		t.Errorf("got %+v", m)
	}
	if !strings.Contains(strings.Join(m.Doubts, "; "), "swung between 1.0 and 1.9 of 2") {
		t.Errorf("doubts %q", m.Doubts)
	}
}

func TestOneRunIsADoubt(t *testing.T) {
	m := Summarise(runs(1, Sample{WallNS: 1e8}), 2)
	if len(m.Doubts) == 0 || m.Doubts[0] != "one run" {
		t.Errorf("doubts %q", m.Doubts)
	}
}

func TestChange(t *testing.T) {
	before, after := Walls(runs(6, Sample{WallNS: 163e6})), Walls(runs(6, Sample{WallNS: 41e6}))
	for _, row := range []struct {
		a, b []int64
		want string
	}{
		{before, after, "was 163 ms, now 41 ms: 4.0×, significant"},
		{after, before, "was 41 ms, now 163 ms: 4.0× slower, significant"},
		{before, before, "was 163 ms, now 163 ms: no significant difference"},
		{before, after[:1], "was 163 ms, now 41 ms: too few runs to compare"},
	} {
		if got := Change(Summary(row.a), Summary(row.b), row.a, row.b); got != row.want {
			t.Errorf("got %q, want %q", got, row.want)
		}
	}
}

func TestFormat(t *testing.T) {
	for ns, want := range map[int64]string{
		0: "0 ns", 12: "12 ns", 999: "999 ns", 1500: "1.5 µs", 44_000: "44 µs", 999_600: "1 ms",
		4_100_000: "4.1 ms", 44_400_000: "44 ms", 163_000_000: "163 ms", 999_600_000: "1.00 s",
		1_630_000_000: "1.63 s", 12_340_000_000: "12.3 s", 123_000_000_000: "123 s", -1500: "-1.5 µs",
	} {
		if got := Duration(ns); got != want {
			t.Errorf("Duration(%d) = %q, want %q", ns, got, want)
		}
	}
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1200: "1.2 kB", 640_000: "640 kB", 1_200_000: "1.2 MB", 2_000_000_000: "2 GB"} {
		if got := Bytes(n); got != want {
			t.Errorf("Bytes(%d) = %q, want %q", n, got, want)
		}
	}
	if Times(37.2) != "37×" || Times(1) != "1.0×" || Percent(0.97) != "97%" || Percent(0.001) != "<1%" {
		t.Error("ratio or share")
	}
}

func TestEffectiveCores(t *testing.T) {
	if got := EffectiveCores(1, time.Millisecond); got != 1 {
		t.Errorf("one thread has %v cores", got)
	}
	if got := EffectiveCores(2, 2*time.Millisecond); got <= 0 || got > 2 {
		t.Errorf("two threads have %v cores", got)
	}
}
