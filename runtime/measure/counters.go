package measure

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Events are hardware events of the cell's process in user code: what tells
// waiting for memory from computing. A field is 0 when the machine does not
// count it.
type Events struct {
	Cycles        int64 `json:"cycles"`
	Instructions  int64 `json:"instructions"`
	StalledCycles int64 `json:"stalled_cycles,omitempty"` // of them, waiting for data
	CacheMisses   int64 `json:"cache_misses,omitempty"`   // of the last level
}

// add adds what one counter counted.
func (e *Events) add(field int, n int64) {
	*e.fields()[field] += n
}

// fields are the events in the order in which counters are opened.
func (e *Events) fields() []*int64 {
	return []*int64{&e.Cycles, &e.Instructions, &e.StalledCycles, &e.CacheMisses}
}

// countOf reads what a counter gives: its value, the time for which it was
// enabled and that for which it ran, each 8 bytes. A counter that shared the
// hardware with others ran for a part of the time, and its value is scaled.
func countOf(b []byte) (int64, error) {
	if len(b) != 24 {
		return 0, fmt.Errorf("a hardware counter gave %d bytes, want 24", len(b))
	}
	value, enabled, ran := binary.NativeEndian.Uint64(b), binary.NativeEndian.Uint64(b[8:]), binary.NativeEndian.Uint64(b[16:])
	switch {
	case ran == 0 || value > math.MaxInt64:
		return 0, nil
	case ran >= enabled:
		return int64(value), nil
	}
	scaled := float64(value) * float64(enabled) / float64(ran)
	return int64(min(scaled, math.MaxInt64/2)), nil
}
