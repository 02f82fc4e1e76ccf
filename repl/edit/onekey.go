package edit

import (
	"context"
	"strings"
)

// Key waits for one key press and returns its name: the character that was
// typed, or "enter", "pgdn", "ctrl-c", … The prompt is taken away afterwards. A
// paste, and a key that no terminal of ours names, is no answer.
func (e *Editor) Key(ctx context.Context, prompt string) (string, error) {
	s := &session{Editor: e, screen: screen{w: e.term}}
	name, err := s.oneKey(ctx, prompt)
	e.term.Unread(e.dec.rest())
	return name, err
}

func (s *session) oneKey(ctx context.Context, prompt string) (string, error) {
	for {
		if err := s.screen.above(s.term.Above()); err != nil {
			return "", err
		}
		columns, _ := s.term.Size()
		row := cut(prompt, columns-1)
		if err := s.screen.draw(layout{rows: []string{row}, col: advance(0, row)}, columns); err != nil {
			return "", err
		}
		b, err := s.term.Take()
		if err != nil {
			_ = s.screen.leave("") // the terminal is gone
			return "", err
		}
		s.dec.feed(b)
		if name := s.named(); name != "" {
			s.screen.restart()
			return name, nil
		}
		if len(b) > 0 {
			continue
		}
		select {
		case <-ctx.Done():
			_ = s.screen.leave("")
			return "", context.Cause(ctx)
		case <-s.term.Ready():
		case <-s.term.Resized():
		case <-s.term.News():
		}
	}
}

// named is the next key that can be an answer, "" when there is none yet.
func (s *session) named() string {
	for {
		k, ok := s.dec.next()
		switch {
		case !ok:
			return ""
		case k.name == "rune":
			return string(k.r)
		case k.name == "ctrl-z":
			s.suspend()
		case k.name != "paste" && !strings.HasPrefix(k.name, "alt-"):
			return k.name
		}
	}
}
