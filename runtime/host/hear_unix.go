//go:build unix

package host

import (
	"github.com/lapbook/lapbook/runtime/host/wire"
)

// hear reads what the child sends.
func (h *Host) hear() {
	for {
		f, err := h.conn.Next()
		if err == nil {
			err = h.dispatch(f)
		}
		if err != nil {
			h.broken <- err
			return
		}
	}
}

func (h *Host) dispatch(f wire.Frame) error {
	switch f.Kind {
	case wire.KindReady:
		return h.noteReady()
	case wire.KindDying:
		h.noteDying(f.Payload)
		return nil
	}
	h.mu.Lock()
	w := h.waiting[f.ID]
	if f.Kind == wire.KindReply {
		delete(h.waiting, f.ID)
	}
	h.mu.Unlock()
	if w == nil {
		return nil // it was given up meanwhile
	}
	return w.take(f)
}

// take passes a frame to who waits for it. The channels have room: a second
// answer finds nobody waiting.
func (w *waiting) take(f wire.Frame) error {
	switch f.Kind {
	case wire.KindReply:
		reply, err := wire.DecodeReply(f.Payload)
		if err != nil {
			return err
		}
		w.reply <- reply
	case wire.KindDoing:
		select {
		case w.doing <- string(f.Payload):
		default:
		}
	case wire.KindEvent:
		if w.event != nil {
			w.event(f.Payload)
		}
	}
	return nil
}

func (h *Host) noteReady() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case <-h.ready:
		return wire.ErrForged // it is said once
	default:
	}
	h.pid = h.conn.Peer()
	close(h.ready)
	return nil
}

func (h *Host) noteDying(payload []byte) {
	u := wire.Unpack{Rest: payload}
	f := &Fault{Kind: Kind(u.String()), Message: u.String(), Tag: u.String(), Code: 2}
	f.Stack = firstLines(u.String(), dumpLines)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.dying = f
}
