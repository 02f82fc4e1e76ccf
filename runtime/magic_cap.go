package runtime

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/lapbook/lapbook/runtime/host"
)

func capMagic() Magic {
	return Magic{
		Name: "cap", Group: "keep", Usage: "%cap [memory=1GiB] [time=10s]",
		Summary: "caps on a cell's memory and time",
		Help: "A cell that needs more memory, or runs longer, ends with an error; the session\n" +
			"goes on. `off` lifts a cap. Alone it shows the caps. A new memory cap starts a\n" +
			"new process for cells, in which they are run again.",
		Example: "%cap time=1m\n%cap",
		Do:      func(_ context.Context, s *Session, c Call) error { return s.capMagic(c) },
	}
}

func (s *Session) capMagic(c Call) error {
	for _, word := range strings.Fields(c.Args) {
		if err := s.setCap(word); err != nil {
			return err
		}
	}
	memory, limit := "75% of this machine", "none"
	if s.cfg.Memory > 0 {
		memory = host.Bytes(s.cfg.Memory)
	}
	if s.cfg.Timeout > 0 {
		limit = s.cfg.Timeout.String()
	}
	c.printf("memory %s · time %s\n", memory, limit)
	return nil
}

func (s *Session) setCap(word string) error {
	name, value, _ := strings.Cut(word, "=")
	switch name {
	case "memory", "mem":
		n, err := ParseSize(value)
		if err != nil {
			return err
		}
		s.cfg.Memory = n
		return s.live.Close()
	case "time":
		if value == "off" {
			s.cfg.Timeout = 0
			return nil
		}
		d, err := time.ParseDuration(value)
		if err != nil || d <= 0 {
			return fmt.Errorf("%%cap %s: want a duration, such as time=10s", word)
		}
		s.cfg.Timeout = d
		return nil
	}
	return fmt.Errorf("%%cap %s: want memory=SIZE or time=DURATION", word)
}

// ParseSize reads a size in bytes as people write it: 512MiB, 1GiB, 2GB; "off"
// is 0, the default cap.
func ParseSize(text string) (int64, error) {
	if text == "off" {
		return 0, nil
	}
	units := []struct {
		suffix string
		bytes  int64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"K", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}, {"B", 1}, {"", 1}}
	for _, u := range units {
		number, ok := strings.CutSuffix(text, u.suffix)
		if !ok {
			continue
		}
		f, err := strconv.ParseFloat(number, 64)
		if err != nil || f <= 0 || f*float64(u.bytes) > 1<<60 {
			break
		}
		return int64(f * float64(u.bytes)), nil
	}
	return 0, fmt.Errorf("size %q: want a size such as 512MiB or 2GiB", text)
}
