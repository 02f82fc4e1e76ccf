package measure

import (
	"bytes"
	"testing"
)

// TestCapture writes streams in pieces of several sizes and expects the first
// and last half of the cap, or everything where it fits.
func TestCapture(t *testing.T) {
	for _, total := range []int{0, 1, captureHalf - 1, captureHalf, captureHalf + 1, CapBytes, CapBytes + 1, 3*CapBytes + 77} {
		all := make([]byte, total)
		for i := range all {
			all[i] = byte(i % 251)
		}
		for _, step := range []int{1 << 10, 4097, captureHalf, captureHalf + 3, 2 * CapBytes} {
			var c Capture
			for rest := all; len(rest) > 0; {
				n := min(step, len(rest))
				c.Write(rest[:n])
				rest = rest[n:]
			}
			got := c.Captured()
			if got.Total != int64(total) {
				t.Fatalf("%d by %d: total %d", total, step, got.Total)
			}
			if total <= CapBytes {
				if !bytes.Equal(got.Bytes(), all) || got.Left() != 0 {
					t.Fatalf("%d by %d: kept %d bytes, left %d", total, step, len(got.Bytes()), got.Left())
				}
				continue
			}
			want := append(append([]byte(nil), all[:captureHalf]...), all[total-captureHalf:]...)
			if !bytes.Equal(got.Bytes(), want) || got.Left() != int64(total-CapBytes) {
				t.Fatalf("%d by %d: kept %d bytes, left %d", total, step, len(got.Bytes()), got.Left())
			}
		}
	}
}
