package main

import (
	"testing"

	"github.com/lapbook/lapbook/notebooks/tour"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// The tour works without a toolchain too: every cell has a record, and it is for
// the text that stands there.
func TestTourIsRecorded(t *testing.T) {
	book, err := notebook.Decode(tour.Name, tour.Text())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range book.CodeCells() {
		if c.Result == nil || c.Result.Failed() || c.Stale() {
			t.Errorf("cell %s: recorded %v, stale %v", c.ID, c.Result != nil, c.Stale())
		}
	}
}
