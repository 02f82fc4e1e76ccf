package notebook

import (
	"encoding/json"

	"github.com/lapbook/lapbook/runtime/measure"
)

// Status says how a cell ended.
type Status string

// The ways in which a cell ends. Refused means that nothing ran.
const (
	OK          Status = "ok"
	Failed      Status = "error"
	Refused     Status = "refused"
	Interrupted Status = "interrupted"
	Crashed     Status = "crashed"
	TimedOut    Status = "timeout"
	Skipped     Status = "skipped"
)

// Result is what came of a cell: the one currency between the session that
// makes it, the notebook that saves it and the front ends that draw it. Its
// JSON form is one line of `run --json` and what a notebook file records;
// fields may be added, never renamed, and fields of a newer version survive.
// Parts that a cell does not have are nil, which is null in JSON.
type Result struct {
	Type            string               `json:"type"` // always "cell"
	Kind            string               `json:"kind"` // "code" or "magic"
	ID              string               `json:"id"`
	Index           int                  `json:"index"`
	Of              string               `json:"of,omitempty"`            // id of the cell that a magic measured
	Engine          string               `json:"engine"`                  // "interpreted" or "compiled"
	LiveRun         string               `json:"live_run"`                // the engine of the first run, whose state the session keeps
	EffectsRepeated int                  `json:"effects_repeated"`        // how often outside writes were repeated
	Status          Status               `json:"status"`                  //
	Stdout          string               `json:"stdout"`                  // UTF-8; see SetStdout
	Stderr          string               `json:"stderr"`                  //
	Value           string               `json:"value"`                   // the last expression as shown
	Error           *measure.CellError   `json:"error"`                   //
	Notices         []string             `json:"notices"`                 //
	Measurement     *measure.Measurement `json:"measurement"`             //
	Verdict         *measure.Verdict     `json:"verdict"`                 //
	Comparison      *measure.Comparison  `json:"comparison"`              //
	Growth          *measure.Growth      `json:"growth"`                  //
	Refused         *measure.Refusal     `json:"refused"`                 // ran once, but no model applies
	Versus          *measure.Versus      `json:"versus"`                  //
	Memory          *measure.Memory      `json:"memory"`                  //
	Race            *measure.Race        `json:"race"`                    //
	Advice          *measure.Advice      `json:"advice"`                  //
	Target          *measure.Target      `json:"target"`                  //
	Curve           *measure.Curve       `json:"curve"`                   //
	Check           *measure.Check       `json:"check,omitempty"`         // of `check --json`
	Magics          []string             `json:"magics,omitempty"`        // the measuring magics that it answers: "profile", …
	Rich            []MIME               `json:"rich,omitempty"`          // pictures and tables that the cell displayed
	StdoutBase64    string               `json:"stdout_base64,omitempty"` // exact bytes when they are no UTF-8
	StderrBase64    string               `json:"stderr_base64,omitempty"`
	StdoutTotal     int64                `json:"stdout_total,omitempty"` // bytes written, when cut
	StderrTotal     int64                `json:"stderr_total,omitempty"`
	RunNS           int64                `json:"run_ns,omitempty"` // wall time of the live run, also when nothing was measured
	Machine         *measure.Machine     `json:"machine,omitempty"`
	Date            string               `json:"date,omitempty"` // RFC 3339
	Profile         *Profile             `json:"profile,omitempty"`

	More bool `json:"-"` // the front end is to print all that decided it

	edits int             // counts Merge and Record: tells a changed result from the one that was read
	raw   json.RawMessage // as read: keeps what this version does not know
}

// Profile is at most 64 KiB of gzipped pprof profiles.
type Profile struct {
	CPU  []byte `json:"cpu,omitempty"`
	Heap []byte `json:"heap,omitempty"`
	Cut  bool   `json:"cut,omitempty"` // lighter stacks were left out
}

// NewResult starts the result of a cell.
func NewResult(id string, index int) *Result {
	return &Result{Type: "cell", Kind: "code", ID: id, Index: index, Status: OK}
}

// Failed tells whether the cell did not do what it was to do.
func (r *Result) Failed() bool { return r.Status != OK && r.Status != Skipped }

// Measured tells whether the result has figures or findings to draw.
func (r *Result) Measured() bool {
	return r.Measurement != nil || r.Verdict != nil || r.Comparison != nil || r.Growth != nil || r.Refused != nil ||
		r.Versus != nil || r.Memory != nil || r.Race != nil || r.Curve != nil
}

// Merge adds the measured parts of a magic's result to the result of the cell
// that it measured. What the cell printed stays that of its first run.
func (r *Result) Merge(m *Result) {
	r.edits++
	into(&r.Measurement, m.Measurement)
	into(&r.Verdict, m.Verdict)
	into(&r.Comparison, m.Comparison)
	into(&r.Growth, m.Growth)
	into(&r.Refused, m.Refused)
	into(&r.Versus, m.Versus)
	into(&r.Memory, m.Memory)
	into(&r.Race, m.Race)
	into(&r.Advice, m.Advice)
	into(&r.Target, m.Target)
	into(&r.Curve, m.Curve)
	into(&r.Profile, m.Profile)
	into(&r.Machine, m.Machine)
	if m.Date != "" {
		r.Date = m.Date
	}
	if m.Measurement != nil && m.Engine != "" {
		r.Engine = m.Engine
	}
	if m.Comparison != nil {
		r.Refused = nil
	}
	r.EffectsRepeated += m.EffectsRepeated
}

func into[T any](old **T, add *T) {
	if add != nil {
		*old = add
	}
}
