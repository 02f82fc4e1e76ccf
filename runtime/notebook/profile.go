package notebook

import (
	"bytes"
	"slices"

	"github.com/google/pprof/profile"
)

// maxProfile bounds the two profiles of a result together.
const maxProfile = 64 << 10

// KeepProfile makes the profiles of a run small enough for a notebook: when they
// are larger, the lightest stacks go first, and Cut says so. nil when there is
// nothing to keep.
func KeepProfile(cpu, heap []byte) *Profile {
	if len(cpu) == 0 && len(heap) == 0 {
		return nil
	}
	p := &Profile{CPU: cpu, Heap: heap}
	if len(cpu)+len(heap) <= maxProfile {
		return p
	}
	p.CPU, p.Cut = heaviest(cpu, maxProfile-min(len(heap), maxProfile/2))
	var cut bool
	p.Heap, cut = heaviest(heap, maxProfile-len(p.CPU))
	p.Cut = p.Cut || cut
	return p
}

// heaviest keeps as many of a profile's heaviest stacks as fit into max bytes:
// half of the stacks less at each turn.
func heaviest(b []byte, max int) (kept []byte, cut bool) {
	if len(b) <= max {
		return b, false
	}
	p, err := profile.ParseData(b)
	if err != nil || len(p.SampleType) == 0 {
		return nil, true
	}
	value := len(p.SampleType) - 1
	slices.SortStableFunc(p.Sample, func(a, b *profile.Sample) int {
		switch {
		case a.Value[value] > b.Value[value]:
			return -1
		case a.Value[value] < b.Value[value]:
			return 1
		}
		return 0
	})
	for n := len(p.Sample) / 2; n > 0; n /= 2 {
		p.Sample = p.Sample[:n]
		var out bytes.Buffer
		if err := p.Compact().Write(&out); err != nil {
			return nil, true
		}
		if out.Len() <= max {
			return out.Bytes(), true
		}
	}
	return nil, true
}
