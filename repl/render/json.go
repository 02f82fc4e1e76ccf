package render

import (
	"encoding/json"
	"io"

	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// JSON writes a result as one line of `run --json`.
func JSON(w io.Writer, r *notebook.Result) error { return jsonLine(w, r) }

// Start is the first line of `run --json` and `check --json`.
type Start struct {
	Type    string          `json:"type"` // "start"
	Schema  int             `json:"schema"`
	File    string          `json:"file"`
	Machine measure.Machine `json:"machine"`
}

// JSONStart writes the first line.
func JSONStart(w io.Writer, file string, m measure.Machine) error {
	return jsonLine(w, Start{"start", 1, file, m})
}

// End is the last line of `run --json` and `check --json`.
type End struct {
	Type   string `json:"type"`   // "run" or "check"
	Status string `json:"status"` // ok, error, interrupted, or different for a check
	Cells  int    `json:"cells"`
	Failed int    `json:"failed"`
}

// JSONEnd writes the last line.
func JSONEnd(w io.Writer, e End) error { return jsonLine(w, e) }

func jsonLine(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
