package host

import (
	"bytes"
	"time"
)

// words holds back what may be the beginning of Go's last words on stderr, so
// that a dump is not shown live: it is in the Fault, shorter and explained. A
// cell that prints such a line itself sees it delayed by holdBack, and what
// looks like a whole dump until its call has ended or for holdDump.
type words struct {
	release func() // called after holdBack, without the stream's lock
	inLine  bool   // the last byte was not the end of a line
	text    []byte
	timer   *time.Timer
	since   time.Time // when text began
}

const (
	holdBack  = 250 * time.Millisecond
	holdDump  = 5 * time.Second
	heldWords = 1 << 20
)

// filter returns what may be shown now.
func (w *words) filter(p []byte) []byte {
	if len(w.text) > 0 {
		w.text = append(w.text, p...)
		if len(w.text) > heldWords {
			return w.take()
		}
		if mayOpen(w.text) {
			return nil
		}
		p = w.take() // it was half a word, and became another
		w.inLine = false
	}
	at := w.find(p)
	if at < 0 {
		w.saw(p)
		return p
	}
	w.text = append(w.text, p[at:]...)
	w.since = time.Now()
	w.timer = time.AfterFunc(holdBack, w.release)
	return p[:at]
}

// due returns what is to be shown now that holdBack is over.
func (w *words) due() []byte {
	if _, dump := findCrash(string(w.text)); dump && time.Since(w.since) < holdDump {
		w.timer.Reset(holdBack)
		return nil
	}
	return w.take()
}

func (w *words) saw(p []byte) {
	if len(p) > 0 {
		w.inLine = p[len(p)-1] != '\n'
	}
}

// find returns where a line begins that Go might have written.
func (w *words) find(p []byte) int {
	for at := 0; at < len(p); {
		if (at > 0 || !w.inLine) && mayOpen(p[at:]) {
			return at
		}
		n := bytes.IndexByte(p[at:], '\n')
		if n < 0 {
			break
		}
		at += n + 1
	}
	return -1
}

// mayOpen tells whether a line begins as a dump does, as far as it is there.
func mayOpen(line []byte) bool {
	for _, o := range openings {
		if n := min(len(o), len(line)); string(line[:n]) == o[:n] {
			return true
		}
	}
	return false
}

// take returns everything held back, to be shown.
func (w *words) take() []byte {
	if w.timer != nil {
		w.timer.Stop()
	}
	p := w.text
	w.saw(p)
	w.text, w.timer = nil, nil
	return p
}

// last returns what is to be shown when nothing follows: all but a dump.
func (w *words) last() []byte {
	p := w.take()
	if c, ok := findCrash(string(p)); ok {
		return p[:c.start]
	}
	return p
}
