package measure

// Check is what came of running a recorded cell again.
type Check struct {
	Status       string     `json:"status"`        // same, different, failed, skipped, unrecorded
	Differences  []Finding  `json:"differences"`   // contradict the record
	NotConfirmed []Finding  `json:"not_confirmed"` // neither confirm nor contradict it
	Unstable     []Unstable `json:"unstable"`      // parts in which two runs here differ
	TimeRatio    *float64   `json:"time_ratio"`    // wall time now over wall time then; nil without both
}

// Finding is one part of a result that is not as recorded.
type Finding struct {
	What     string `json:"what"` // stdout, stderr, value, display, output, error, fence, verdict, models, growth, …
	Line     int    `json:"line"` // of the cell for an error or a verdict, of the text for outputs; 0 for none
	Recorded string `json:"recorded"`
	Now      string `json:"now"`
	Why      string `json:"why,omitempty"`  // why it is not confirmed
	Diff     string `json:"diff,omitempty"` // unified
}
