//go:build unix

package host

import "time"

// watch ends the host when its processes together hold more memory than the
// cap. It looks as often as memory could grow to the cap, at most every 10 ms
// and at least every 250 ms: waking more often would disturb what is measured.
func (h *Host) watch() {
	if h.cap <= 0 {
		return
	}
	const fastest = 16 << 30 // bytes per second that several cores can touch
	timer := time.NewTimer(10 * time.Millisecond)
	defer timer.Stop()
	for {
		select {
		case <-h.want:
			return
		case <-h.dead:
			return
		case <-timer.C:
		}
		var sum int64
		for _, pid := range descendants(h.warden.pid) {
			sum += resident(pid)
		}
		if sum > h.cap {
			h.kill(&Fault{Kind: Memory, Message: h.capMessage()})
			return
		}
		pause := time.Duration(float64(h.cap-sum) / fastest * float64(time.Second))
		timer.Reset(min(max(pause, 10*time.Millisecond), 250*time.Millisecond))
	}
}
