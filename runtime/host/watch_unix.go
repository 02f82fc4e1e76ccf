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
	f := family{root: h.warden.pid}
	for {
		select {
		case <-h.want:
			return
		case <-h.dead:
			return
		case <-timer.C:
		}
		sum := f.resident()
		if sum > h.cap {
			h.kill(&Fault{Kind: Memory, Message: h.capMessage()})
			return
		}
		pause := time.Duration(float64(h.cap-sum) / fastest * float64(time.Second))
		timer.Reset(min(max(pause, 10*time.Millisecond), 250*time.Millisecond))
	}
}

// family are the processes below root. Finding them takes a dozen files, so
// that is done every 100 ms only.
type family struct {
	root  int
	pids  []int
	found time.Time
}

func (f *family) resident() (sum int64) {
	if now := time.Now(); now.Sub(f.found) >= 100*time.Millisecond {
		f.pids, f.found = descendants(f.root), now
	}
	for _, pid := range f.pids {
		sum += resident(pid)
	}
	return sum
}
