// Package measure holds the data of a Result (samples, measurement, critical
// path, verdict, split, refusal, comparison) and its arithmetic. It runs
// nothing and imports nothing of lapbook. Every duration is an integer number
// of nanoseconds; no float in these structures is ever Inf or NaN. The JSON
// names are the contract of `lapbook run --json`: fields may be added, never
// renamed.
package measure

// Interval is a median with the bounds of its 95% confidence interval. Low and
// High are nil below 6 samples, where no finite interval exists.
type Interval struct {
	Median int64  `json:"median"`
	Low    *int64 `json:"low"`
	High   *int64 `json:"high"`
}

// Ratio is a speedup with bounds; Low and High are nil when either side of the
// quotient has no interval.
type Ratio struct {
	Median float64  `json:"median"`
	Low    *float64 `json:"low"`
	High   *float64 `json:"high"`
}

// Sample is one timed run without any instrument. The per-run CPU figures are
// getrusage deltas of the process around the clock.
type Sample struct {
	WallNS       int64   `json:"wall_ns"`
	UserNS       int64   `json:"user_ns"`
	SystemNS     int64   `json:"system_ns"`
	ChildNS      int64   `json:"child_ns,omitempty"` // CPU of waited-for children
	AllocBytes   int64   `json:"alloc_bytes"`
	Allocs       int64   `json:"allocs"`
	GCs          int64   `json:"gcs,omitempty"`
	GCCPUNS      int64   `json:"gc_cpu_ns,omitempty"`
	GCPauseNS    int64   `json:"gc_pause_ns,omitempty"`
	MaxRSSBytes  int64   `json:"max_rss_bytes,omitempty"`
	RunDelayNS   int64   `json:"run_delay_ns,omitempty"` // runnable, but the OS ran others
	VolSwitches  int64   `json:"vol_switches,omitempty"`
	InvSwitches  int64   `json:"inv_switches,omitempty"`
	Effective    float64 `json:"effective_cores,omitempty"`
	Turns        int     `json:"turns,omitempty"` // >1: the cell was repeated in a loop inside the run; the figures are per turn
	Goroutines   int     `json:"goroutines,omitempty"`
	MutexWaitNS  int64   `json:"mutex_wait_ns,omitempty"`
	SetupNS      int64   `json:"setup_ns,omitempty"`
	PeakHeapSize int64   `json:"peak_heap,omitempty"`
	IOBlocks     *int64  `json:"io_blocks,omitempty"`   // blocks of 512 bytes read from or written to a device, all turns; nil when not counted
	ReadBlocks   int64   `json:"read_blocks,omitempty"` // of those, read
}

// CPUNS is user plus system time of the sample.
func (s Sample) CPUNS() int64 { return s.UserNS + s.SystemNS }

// Measurement summarises the timed runs of a cell under one model.
type Measurement struct {
	Of              string   `json:"of,omitempty"` // id of the measured cell when a magic cell reports it
	Engine          string   `json:"engine"`       // "interpreted" or "compiled"
	Runs            int      `json:"runs"`
	Start           string   `json:"start"` // a new process each run: "process" replays the earlier cells, "restored" is given their values
	WallNS          Interval `json:"wall_ns"`
	CPUNS           Interval `json:"cpu_ns"`
	UserNS          int64    `json:"user_ns"`
	SystemNS        int64    `json:"system_ns"`
	ChildCPUNS      int64    `json:"child_cpu_ns"`
	BackgroundCPUNS int64    `json:"background_cpu_ns"`
	AllocBytes      int64    `json:"alloc_bytes"`
	Allocs          int64    `json:"allocs"`
	GCs             int64    `json:"gcs"`
	GCCPUNS         int64    `json:"gc_cpu_ns"`
	PeakRSSBytes    int64    `json:"peak_rss_bytes"`
	BuildNS         int64    `json:"build_ns"`
	Turns           int      `json:"turns"`
	Quiet           int      `json:"quiet_runs"`
	EffectiveCores  float64  `json:"effective_cores"`
	Doubts          []string `json:"doubts,omitempty"`
	Samples         []Sample `json:"samples,omitempty"`
}

// Line is one cell line with its share of the wall time along the critical path.
type Line struct {
	Cell  string  `json:"cell"`
	Line  int     `json:"line"`
	Share float64 `json:"share"`
	Kind  string  `json:"kind"` // network disk pipe compute ready lock timer child …
	NS    int64   `json:"ns,omitempty"`
	Text  string  `json:"text,omitempty"`
}

// Verdict names the bound of a cell with the evidence that decided it.
// Bound and detail words are fixed by the design, section 5.
type Verdict struct {
	Of          string             `json:"of,omitempty"`
	Bound       string             `json:"bound"`  // io cpu mixed lock timer child unclear
	Detail      string             `json:"detail"` // first of Details
	Details     []string           `json:"details"`
	Headline    string             `json:"headline"`
	Shares      map[string]float64 `json:"shares"` // sums to 1
	RunnerUp    string             `json:"runner_up"`
	Doubts      []string           `json:"doubts"`
	Lines       []Line             `json:"lines"`
	Next        string             `json:"next"`           // ONE next step: the cheapest rung not yet ruled out
	Note        string             `json:"note,omitempty"` // the sentence printed after it
	Why         []string           `json:"why,omitempty"`
	Interpreted *Verdict           `json:"interpreted"`        // of interpreted runs of the same cell, when both exist
	Compiled    *Verdict           `json:"compiled,omitempty"` // in an interpreted verdict: that of compiled runs
	Timeline    *Timeline          `json:"timeline,omitempty"`
	Slots       map[string]float64 `json:"slots,omitempty"` // worker slots: busy gc ready idle-io idle-timer idle-lock idle-serial
}

// Timeline is the three-glyph picture: per lane a string over equal time bins,
// one byte each: 'R' running, 'r' ready, 'w' waiting, ' ' not alive.
type Timeline struct {
	Model   string `json:"model,omitempty"` // of a comparison's timelines
	WallNS  int64  `json:"wall_ns"`
	Lanes   []Lane `json:"lanes"`
	Workers []Lane `json:"workers,omitempty"`
	Total   int    `json:"total"` // tasks in all; len(Lanes) are shown
}

// Lane is one task or worker of a Timeline.
type Lane struct {
	Name string `json:"name"`
	Bins string `json:"bins"`
}

// Refusal says why no model applies to a cell.
type Refusal struct {
	Cell     string `json:"cell,omitempty"`
	Line     int    `json:"line"`
	Variable string `json:"variable"`
	Kind     string `json:"kind,omitempty"` // carried, shared, alias, order, exit, goroutine, call, trivial …
	Reason   string `json:"reason"`
	Advice   string `json:"advice"`
}

// LoopSplit tells which lines of a loop body run where. Lines are cell lines.
type LoopSplit struct {
	Line    int   `json:"line"`
	Header  []int `json:"header"`
	Task    []int `json:"task"`
	Ordered []int `json:"ordered"`
}

// Unstable is a part of the result in which two as-written runs differ.
type Unstable struct {
	Line   int    `json:"line"`
	What   string `json:"what"` // "stdout" or a variable's name
	Reason string `json:"reason"`
}

// Column is one model's row of the side-by-side table.
type Column struct {
	Model           string   `json:"model"` // "as written", "concurrent", "parallel", "as written, 1 worker"
	Workers         int      `json:"workers"`
	Procs           int      `json:"procs"` // GOMAXPROCS of the run
	Limit           int      `json:"limit"` // tasks in flight
	Runs            int      `json:"runs"`
	WallNS          Interval `json:"wall_ns"`
	CPUNS           Interval `json:"cpu_ns"`
	Speedup         Ratio    `json:"speedup"`
	Significant     bool     `json:"significant"`
	P               float64  `json:"p,omitempty"`
	PredictedWallNS *int64   `json:"predicted_wall_ns"`
	EffectiveCores  float64  `json:"effective_cores,omitempty"`
	Notes           []string `json:"notes,omitempty"`
	Samples         []Sample `json:"samples,omitempty"`
}

// Comparison is the same cell under several models, from the same start.
type Comparison struct {
	Of         string     `json:"of,omitempty"`
	Tasks      int        `json:"tasks"`
	TaskKind   string     `json:"task_kind,omitempty"` // "loop" or "lab.Each", "lab.Map", "lab.Go"
	Loop       *LoopSplit `json:"loop"`
	SameResult *bool      `json:"same_result"` // nil when nothing stable is left to compare
	Unstable   []Unstable `json:"unstable"`
	Difference string     `json:"difference"`
	Source     string     `json:"source"` // the whole cell with its loop rewritten
	Columns    []Column   `json:"columns"`
	Conclusion string     `json:"conclusion,omitempty"`
	Ordered    float64    `json:"ordered_share,omitempty"` // share that must stay in order: the Amdahl ceiling
	OverheadNS int64      `json:"overhead_per_task_ns,omitempty"`
	Notes      []string   `json:"notes,omitempty"`
	Timelines  []Timeline `json:"timelines,omitempty"`
	// Above is the answer that this one goes on from: its models ran again in the
	// same rounds, and a terminal shows the new rows only. It is not saved.
	Above *Comparison `json:"-"`
}

// Growth is the answer of %grow: the class of a cell's cost with the evidence.
// Class is one of 1, log n, n, n log n, n^1.5, n^2, n^3, 2^n, unclear.
type Growth struct {
	Of           string        `json:"of,omitempty"`
	Parameter    string        `json:"parameter"`
	Low          int64         `json:"low"` // the smallest and the largest size that were run
	High         int64         `json:"high"`
	Class        string        `json:"class"`
	Alternatives []string      `json:"alternatives"` // classes that the data do not rule out
	Evidence     []string      `json:"evidence"`
	Headline     string        `json:"headline,omitempty"` // "n log n: time and counters agree; doubling n costs 2.2×"
	Engine       string        `json:"engine,omitempty"`
	Measure      string        `json:"measure,omitempty"`  // what grew: "CPU time", "time" or "peak heap"
	Doubling     float64       `json:"doubling,omitempty"` // factor of the cost when n doubles, at the largest sizes
	Stopped      string        `json:"stopped,omitempty"`  // why larger sizes were not run
	Points       []GrowthPoint `json:"points,omitempty"`
	Lines        []GrowthLine  `json:"lines,omitempty"` // what was counted most, heaviest first
}

// GrowthPoint is what one size cost. Times are the least of its runs.
type GrowthPoint struct {
	N          int64   `json:"n"`
	WallNS     int64   `json:"wall_ns"`
	CPUNS      int64   `json:"cpu_ns"`
	Runs       int     `json:"runs"`
	Steps      int64   `json:"steps,omitempty"` // loops and functions entered, and library work that is known
	AllocBytes int64   `json:"alloc_bytes"`
	PeakHeap   int64   `json:"peak_heap,omitempty"`
	Fitted     float64 `json:"fitted,omitempty"` // of the class, in ns (bytes for peak heap)
}

// GrowthLine is a cell line with how often it ran, and how that grows.
type GrowthLine struct {
	Cell  string `json:"cell"`
	Line  int    `json:"line"`
	What  string `json:"what"` // "loop", a function, or a library call
	Class string `json:"class"`
	Count int64  `json:"count"` // at the largest size
	Text  string `json:"text,omitempty"`
}

// Machine is what a measurement was taken on.
type Machine struct {
	Cores          int     `json:"cores"`
	EffectiveCores float64 `json:"effective_cores"`
	Go             string  `json:"go"`
	OS             string  `json:"os,omitempty"`
	Arch           string  `json:"arch,omitempty"`
	CPU            string  `json:"cpu,omitempty"`
	Counters       bool    `json:"counters,omitempty"`
}
