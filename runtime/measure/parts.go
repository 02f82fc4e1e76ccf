package measure

// Versus is a cell against what was recorded for its earlier text on the same
// machine: "was 163 ms, now 41 ms: 4.0×, significant".
type Versus struct {
	Of          string   `json:"of,omitempty"`
	Cell        string   `json:"cell,omitempty"` // the other cell, for %compare 3 5
	WasNS       Interval `json:"was_ns"`
	NowNS       Interval `json:"now_ns"`
	Speedup     Ratio    `json:"speedup"`
	Significant bool     `json:"significant"`
	P           float64  `json:"p,omitempty"`
	SameResult  *bool    `json:"same_result"`
	Difference  string   `json:"difference,omitempty"`
	Date        string   `json:"date,omitempty"` // when the earlier result was taken, RFC 3339
	Conclusion  string   `json:"conclusion,omitempty"`
}

// Memory is the answer of %memory; sizes are bytes.
type Memory struct {
	Of         string       `json:"of,omitempty"`
	PeakHeap   int64        `json:"peak_heap"`        // that the cell added at most
	LiveHeap   int64        `json:"live_heap"`        // made by the cell and still held after it and a collection
	Before     int64        `json:"before,omitempty"` // the heap when the cell began
	AllocBytes int64        `json:"alloc_bytes"`
	Allocs     int64        `json:"allocs"`
	GCs        int64        `json:"gcs"`
	GCShare    float64      `json:"gc_share"` // of the CPU time
	Lines      []MemoryLine `json:"lines"`
	Growth     *Growth      `json:"growth,omitempty"`
	Advice     string       `json:"advice,omitempty"`
}

// MemoryLine is a cell line with what it allocates.
type MemoryLine struct {
	Cell   string  `json:"cell"`
	Line   int     `json:"line"`
	Bytes  int64   `json:"bytes"`
	Allocs int64   `json:"allocs"`
	Share  float64 `json:"share"`
	Text   string  `json:"text,omitempty"`
}

// Race is the answer of %race.
type Race struct {
	Of      string   `json:"of,omitempty"`
	Found   bool     `json:"found"`
	Reports []string `json:"reports"` // one line each, with cell lines
}

// Advice is the answer of %advise: the one cheapest rung not yet ruled out.
type Advice struct {
	Of        string `json:"of,omitempty"`
	Rung      string `json:"rung"` // measure algorithm memory model scale stop
	Next      string `json:"next"` // the magic to type
	Reason    string `json:"reason"`
	Stop      bool   `json:"stop"`
	Paragraph string `json:"paragraph,omitempty"` // quotable: what was done and found
}

// Target is a wall time to reach, and whether it is.
type Target struct {
	Of     string `json:"of,omitempty"`
	WallNS int64  `json:"wall_ns"`
	TookNS int64  `json:"took_ns"`
	Model  string `json:"model,omitempty"` // the model that took it
	Met    bool   `json:"met"`
}

// Curve is the speedup over the number of workers or of tasks in flight. Ceiling
// is Amdahl's: what no number of them exceeds, 0 when nothing must stay in order.
type Curve struct {
	Of      string   `json:"of,omitempty"`
	Over    string   `json:"over"` // "workers" or "limit"
	Points  []Column `json:"points"`
	Note    string   `json:"note,omitempty"`
	Ceiling float64  `json:"ceiling,omitempty"`
}
