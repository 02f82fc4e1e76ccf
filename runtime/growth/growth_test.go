package growth

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// made is a sweep whose time and counters are known functions of n.
func made(low, high int64, steps, ns func(n float64) float64, noise float64, sites ...Site) Sweep {
	r := rand.New(rand.NewPCG(1, 2))
	s := Sweep{Sites: []Site{{Kind: Loop}}, BytesAreRun: true}
	s.Sites = append(s.Sites, sites...)
	for _, n := range Grid(low, high, DefaultPoints) {
		t := ns(float64(n)) * (1 + noise*math.Abs(r.NormFloat64()))
		p := Point{N: n, WallNS: []float64{t}, CPUNS: []float64{t}, WaitNS: []float64{0}, Counts: []float64{math.Round(steps(float64(n)))}}
		for range sites {
			p.Counts = append(p.Counts, 0)
		}
		s.Points = append(s.Points, p)
	}
	return s
}

func TestJudge(t *testing.T) {
	lg := math.Log2
	pow := func(e, f float64) func(float64) float64 {
		return func(n float64) float64 { return f * math.Pow(n, e) }
	}
	nlog := func(f float64) func(float64) float64 {
		return func(n float64) float64 { return f * n * lg(n) }
	}
	caches := func(n float64) float64 { return n * (2 + 3*lg(n)/20*math.Sqrt(n/1e6)) }
	tests := []struct {
		name      string
		low, high int64
		steps, ns func(float64) float64
		hidden    bool
		want      string
	}{
		{"constant", 1000, 1_000_000, pow(0, 5000), pow(0, 9000), false, "1"},
		{"log", 1000, 1_000_000, func(n float64) float64 { return 200 * math.Ceil(lg(n)) }, func(n float64) float64 { return 300 * lg(n) }, false, "log n"},
		{"linear", 1000, 1_000_000, pow(1, 1), pow(1, 2), false, "n"},
		{"linear with caches", 1000, 4_000_000, pow(1, 1), caches, false, "n"},
		{"sort", 1000, 1_000_000, nlog(1), nlog(3), false, "n log n"},
		{"three halves", 1000, 100_000, pow(1.5, 1), pow(1.5, 1), false, "n^1.5"},
		{"square", 100, 10_000, pow(2, 0.5), pow(2, 1), false, "n^2"},
		{"square behind a linear part", 100, 10_000, func(n float64) float64 { return 50*n + n*n }, func(n float64) float64 { return 90*n + n*n }, false, "n^2"},
		{"cube", 10, 300, pow(3, 1), pow(3, 1), false, "n^3"},
		{"fibonacci", 12, 34, func(n float64) float64 { return math.Pow(1.618, n) }, func(n float64) float64 { return 3 * math.Pow(1.618, n) }, false, "2^n"},
		{"root", 1000, 1_000_000, pow(0.5, 1), pow(0.5, 10), false, Unclear},
		{"fourth power", 5, 100, pow(4, 1), pow(4, 1), false, Unclear},
		{"square with a logarithm", 100, 10_000, func(n float64) float64 { return n * n * lg(n) }, func(n float64) float64 { return n * n * lg(n) }, false, Unclear},
		{"square inside a library", 100, 20_000, pow(1, 1), pow(2, 0.1), true, "n^2"},
		{"time not there yet", 100, 20_000, pow(2, 1), func(n float64) float64 { return 1e8 + n*n }, false, "n^2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := made(tt.low, tt.high, tt.steps, tt.ns, 0.05)
			if tt.hidden {
				s.Hidden = []string{"some.Call"}
			}
			a := Judge(s)
			if a.String() != tt.want {
				t.Errorf("%s, want %s: %s\n%s", a, tt.want, a.Headline("n"), strings.Join(a.Evidence(&s), "\n"))
			}
		})
	}
}

func TestTimeAlone(t *testing.T) {
	s := made(1000, 1_000_000, func(float64) float64 { return 0 }, func(n float64) float64 { return 5 * n }, 0.03)
	for i := range s.Points {
		s.Points[i].Counts = nil
	}
	if a := Judge(s); a.String() != "n" || a.Counted || !strings.Contains(a.Headline("n"), "by time alone") {
		t.Errorf("%s: %s", a, a.Headline("n"))
	}
}

func TestNoiseIsUnclear(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	s := made(1000, 1_000_000, func(float64) float64 { return 0 }, func(float64) float64 { return math.Exp(5 * r.Float64()) }, 0)
	for i := range s.Points {
		s.Points[i].Counts = nil
	}
	if a := Judge(s); !a.Unclear {
		t.Errorf("noise is called %s", a)
	}
}

func TestFewSizesAreUnclear(t *testing.T) {
	s := made(1000, 1_000_000, func(n float64) float64 { return n }, func(n float64) float64 { return n }, 0)
	s.Points = s.Points[:4]
	if a := Judge(s); !a.Unclear || !strings.Contains(a.Headline("n"), "4 sizes") {
		t.Errorf("%s: %s", a, a.Headline("n"))
	}
}

func TestBytesThatWin(t *testing.T) {
	s := made(500, 50_000, func(n float64) float64 { return n }, func(n float64) float64 { return 40*n + n*n/20 }, 0.02)
	for i := range s.Points {
		s.Points[i].Bytes = float64(s.Points[i].N * s.Points[i].N / 2)
	}
	if a := Judge(s); a.String() != "n^2" {
		t.Errorf("%s: %s", a, a.Headline("n"))
	}
}

// TestPrintedNumbers: copying a text of n printed numbers n times is n² log n, by
// the length of the numbers; nobody means that.
func TestPrintedNumbers(t *testing.T) {
	s := made(500, 10_000, func(n float64) float64 { return n }, func(n float64) float64 { return n * n }, 0.02, Site{Kind: Charged, What: "+", Weight: 1.0 / 16})
	for i := range s.Points {
		n := float64(s.Points[i].N)
		s.Points[i].Counts[1] = math.Round(n * n * math.Log10(n))
	}
	if a := Judge(s); a.String() != "n^2" {
		t.Errorf("%s: %s", a, a.Headline("n"))
	}
}

// TestBytesAreNoCube: a cube of allocated bytes that time does not show is taken
// for a square.
func TestBytesAreNoCube(t *testing.T) {
	s := made(100, 20_000, func(n float64) float64 { return n }, func(n float64) float64 { return 20*n + n*n/5 }, 0.02)
	for i := range s.Points {
		n := float64(s.Points[i].N)
		s.Points[i].Bytes = n * n * n / 1e4
	}
	if a := Judge(s); a.String() != "n^2" {
		t.Errorf("%s: %s", a, a.Headline("n"))
	}
}

func TestPartThatWins(t *testing.T) {
	s := made(10, 300, func(n float64) float64 { return 5000 * n }, func(n float64) float64 { return 5000 * n }, 0.02, Site{Kind: Loop, Line: 4})
	for i := range s.Points {
		s.Points[i].Counts[1] = float64(s.Points[i].N * s.Points[i].N)
	}
	a := Judge(s)
	if text := strings.Join(a.Evidence(&s), "\n"); a.String() != "n" || !strings.Contains(text, "line 4 grows like n^2: 6% of the steps") {
		t.Errorf("%s\n%s", a, text)
	}
}

func TestWaitingGrowsByWallTime(t *testing.T) {
	s := made(2, 100, func(n float64) float64 { return n }, func(n float64) float64 { return 100 * n }, 0)
	for i := range s.Points {
		p := &s.Points[i]
		p.WallNS, p.WaitNS = []float64{2e6 * float64(p.N)}, []float64{1.9e6 * float64(p.N)}
	}
	if a := Judge(s); a.String() != "n" || a.Measure != "time" {
		t.Errorf("%s by %s", a, a.Measure)
	}
}

func TestParse(t *testing.T) {
	tests := []struct {
		text string
		want Sizes
		err  string
	}{
		{"n=1000..1000000", Sizes{Name: "n", Low: 1000, High: 1_000_000}, ""},
		{"n = 1_000 .. 1_000_000", Sizes{Name: "n", Low: 1000, High: 1_000_000}, ""},
		{"n := 1e3..1e6", Sizes{Name: "n", Low: 1000, High: 1_000_000}, ""},
		{"size=1k..1M", Sizes{Name: "size", Low: 1000, High: 1_000_000}, ""},
		{"n=1.5k...2m", Sizes{Name: "n", Low: 1500, High: 2_000_000}, ""},
		{"n=2^10..2^20", Sizes{Name: "n", Low: 1024, High: 1 << 20}, ""},
		{"n=1<<10..1<<20", Sizes{Name: "n", Low: 1024, High: 1 << 20}, ""},
		{"n=10**3..10**6", Sizes{Name: "n", Low: 1000, High: 1_000_000}, ""},
		{"n 1000 1000000", Sizes{Name: "n", Low: 1000, High: 1_000_000}, ""},
		{"n=1000 to 1000000", Sizes{Name: "n", Low: 1000, High: 1_000_000}, ""},
		{"n from 1000 to 1000000", Sizes{Name: "n", Low: 1000, High: 1_000_000}, ""},
		{"n in 1000..1000000", Sizes{Name: "n", Low: 1000, High: 1_000_000}, ""},
		{"n=1000-1000000", Sizes{Name: "n", Low: 1000, High: 1_000_000}, ""},
		{"n=1000:1000000", Sizes{Name: "n", Low: 1000, High: 1_000_000}, ""},
		{"n: 1000..1000000", Sizes{Name: "n", Low: 1000, High: 1_000_000}, ""},
		{"n=[1000..1000000]", Sizes{Name: "n", Low: 1000, High: 1_000_000}, ""},
		{"n=1000..1000000, 8 points", Sizes{Name: "n", Low: 1000, High: 1_000_000, Points: 8}, ""},
		{"n=1000..1000000 12 sizes", Sizes{Name: "n", Low: 1000, High: 1_000_000, Points: 12}, ""},
		{"n=1000..1000000 points=6", Sizes{Name: "n", Low: 1000, High: 1_000_000, Points: 6}, ""},
		{"n=10,20,40,80,160", Sizes{Name: "n", Low: 10, High: 160, Given: []int64{10, 20, 40, 80, 160}}, ""},
		{"n=1000..", Sizes{Name: "n", Low: 1000}, ""},
		{"n=..1000", Sizes{Name: "n", Low: 1, High: 1000}, ""},
		{"n", Sizes{Name: "n"}, ""},
		{"", Sizes{}, "which variable grows"},
		{"3", Sizes{}, "which variable grows"},
		{"n=1000", Sizes{}, "is one size"},
		{"n=1000..100", Sizes{}, "runs backwards"},
		{"n=0..100", Sizes{}, "at least 1"},
		{"n=10..12", Sizes{}, "at least 5"},
		{"n=1..1e30", Sizes{}, "more than an int holds"},
		{"n=1..2.5", Sizes{}, "not a whole number"},
		{"n=a..b", Sizes{}, "not a number"},
		{"n=1..100, 3 points", Sizes{}, "5 to 40"},
		{"n=1,2,3", Sizes{}, "do not decide"},
	}
	for _, tt := range tests {
		got, err := Parse(tt.text)
		switch {
		case tt.err != "":
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%q: %+v, %v; want an error with %q", tt.text, got, err, tt.err)
			}
		case err != nil:
			t.Errorf("%q: %v", tt.text, err)
		case got.Name != tt.want.Name || got.Low != tt.want.Low || got.High != tt.want.High || got.Points != tt.want.Points || !slices.Equal(got.Given, tt.want.Given):
			t.Errorf("%q: %+v, want %+v", tt.text, got, tt.want)
		}
	}
}

func TestGrid(t *testing.T) {
	tests := []struct {
		low, high int64
		points    int
		want      []int64
	}{
		{1, 10_000, 5, []int64{1, 10, 100, 1000, 10_000}},
		{10, 30, 5, []int64{10, 15, 20, 25, 30}},
		{1, 5, 10, []int64{1, 2, 3, 4, 5}},
	}
	for _, tt := range tests {
		if got := Grid(tt.low, tt.high, tt.points); !slices.Equal(got, tt.want) {
			t.Errorf("%d..%d: %v, want %v", tt.low, tt.high, got, tt.want)
		}
	}
}
