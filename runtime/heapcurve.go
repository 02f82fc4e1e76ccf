package runtime

import (
	"bytes"
	"fmt"
	"io"

	"golang.org/x/exp/trace"
)

// heapCurve is the size of the heap while a cell ran, read from its execution
// trace. Between two collections it only grows, garbage included; what is left
// after one (a floor) is what the program still held.
type heapCurve struct {
	before int64   // when the cell began
	peak   int64   // at most
	floors []int64 // after each collection
}

// heapMetric is the one metric that every execution trace has.
const heapMetric = "/memory/classes/heap/objects:bytes"

// cellRegion is the trace's name of the cell.
const cellRegion = "lapbook:cell"

// readHeapCurve reads a trace up to the end of the cell.
func readHeapCurve(data []byte) (heapCurve, error) {
	var c heapCurve
	r, err := trace.NewReader(bytes.NewReader(data))
	if err != nil {
		return c, fmt.Errorf("reading the trace: %w", err)
	}
	inside, last := false, int64(0)
	for {
		ev, err := r.ReadEvent()
		if err == io.EOF {
			return c, nil
		}
		if err != nil {
			return c, fmt.Errorf("reading the trace: %w", err)
		}
		switch ev.Kind() {
		case trace.EventRegionBegin:
			if ev.Region().Type == cellRegion {
				inside, c.before, c.peak = true, last, last
			}
		case trace.EventRegionEnd:
			if ev.Region().Type == cellRegion {
				return c, nil
			}
		case trace.EventMetric:
			if m := ev.Metric(); m.Name == heapMetric {
				size := int64(m.Value.Uint64())
				if inside {
					c.add(last, size)
				}
				last = size
			}
		}
	}
}

// add takes the next size; a fall of a quarter or more is a collection.
func (c *heapCurve) add(last, size int64) {
	c.peak = max(c.peak, size)
	if size < last-last/4 {
		c.floors = append(c.floors, size)
	}
}

// grew tells whether what was held grew all along: from collection to
// collection, and at least to its threefold.
func (c *heapCurve) grew() bool {
	if len(c.floors) < 3 {
		return false
	}
	up := 0
	for i, f := range c.floors[1:] {
		if f >= c.floors[i] {
			up++
		}
	}
	first, end := c.floors[0], c.floors[len(c.floors)-1]
	return 5*up >= 4*(len(c.floors)-1) && end-c.before >= 3*max(first-c.before, 0)
}
