package edit

// kills is the kill ring: what Ctrl-K and its kin took out, for Ctrl-Y.
type kills struct {
	ring []string
	at   int // entry that Alt-Y shows
}

const maxKills = 60

// add keeps a text; one killed right after another joins it.
func (k *kills) add(s string, join, before bool) {
	if s == "" {
		return
	}
	n := len(k.ring)
	switch {
	case join && n > 0 && before:
		k.ring[n-1] = s + k.ring[n-1]
	case join && n > 0:
		k.ring[n-1] += s
	default:
		k.ring = append(k.ring[max(0, n-maxKills+1):], s)
	}
	k.at = len(k.ring) - 1
}

func (k *kills) current() string {
	if len(k.ring) == 0 {
		return ""
	}
	return k.ring[k.at]
}

// rotate goes to the entry before.
func (k *kills) rotate() string {
	if len(k.ring) == 0 {
		return ""
	}
	k.at = (k.at + len(k.ring) - 1) % len(k.ring)
	return k.ring[k.at]
}
