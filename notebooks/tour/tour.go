// Package tour is the notebook that `lapbook tour` plays: it is embedded, so
// that the tour needs no file and no network. Its record is made anew with
//
//	go run ./cmd/lapbook run -o new.md notebooks/tour/tour.md
package tour

import _ "embed"

//go:embed tour.md
var text []byte

// Name is the file name of the notebook; its extension is the format.
const Name = "tour.md"

// Text is the notebook with what was recorded of it.
func Text() []byte { return text }
