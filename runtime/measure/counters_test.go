package measure

import (
	"encoding/binary"
	"os"
	"testing"
)

func TestCountOf(t *testing.T) {
	three := func(a, b, c uint64) []byte {
		var out []byte
		for _, v := range []uint64{a, b, c} {
			out = binary.NativeEndian.AppendUint64(out, v)
		}
		return out
	}
	for _, tt := range []struct {
		name  string
		bytes []byte
		want  int64
		fails bool
	}{
		{"ran all the time", three(1_000_000, 500, 500), 1_000_000, false},
		{"shared the hardware", three(1_000_000, 900, 300), 3_000_000, false},
		{"never ran", three(0, 900, 0), 0, false},
		{"nonsense of a hypervisor", three(1<<63+5, 9, 9), 0, false},
		{"short", three(1, 2, 3)[:8], 0, true},
		{"nothing", nil, 0, true},
	} {
		got, err := countOf(tt.bytes)
		if got != tt.want || (err != nil) != tt.fails {
			t.Errorf("%s: %d, %v; want %d", tt.name, got, err, tt.want)
		}
	}
}

func TestEventsAddUp(t *testing.T) {
	var e Events
	for thread := range 2 {
		for field := range 4 {
			e.add(field, int64(10*field+thread))
		}
	}
	if want := (Events{Cycles: 1, Instructions: 21, StalledCycles: 41, CacheMisses: 61}); e != want {
		t.Errorf("%+v, want %+v", e, want)
	}
}

// TestCounters counts this very process, where the machine has counters.
func TestCounters(t *testing.T) {
	c, err := OpenCounters(os.Getpid())
	if err != nil {
		t.Skip("no hardware counters: ", err)
	}
	defer c.Close()
	spin(1_000_000)
	e, err := c.Read()
	if err != nil || e.Instructions == 0 && e.Cycles == 0 {
		t.Errorf("%+v, %v", e, err)
	}
}
