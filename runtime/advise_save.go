package runtime

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/lapbook/lapbook/runtime/measure"
)

// adviceHead begins every file that %advise --md writes: only such a file is
// written again.
const adviceHead = "<!-- lapbook advice -->\n"

// saveAdvice writes what %advise says as Markdown. Without a name it goes beside
// the notebook: fetch.md gets fetch.advice.md.
func (s *Session) saveAdvice(name string, f *findings, a *measure.Advice) (string, error) {
	if name == "" {
		name = "advice.md"
		if s.path != "" {
			name = strings.TrimSuffix(s.path, filepath.Ext(s.path)) + ".advice.md"
		}
	}
	if filepath.Ext(name) != ".md" {
		return "", fmt.Errorf("%s: it is saved as .md", name)
	}
	path := s.resolve(name)
	old, err := os.ReadFile(path)
	if err == nil && !strings.HasPrefix(string(old), adviceHead) || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%s is there and is no advice of lapbook; nothing was written", name)
	}
	return filepath.Base(path), os.WriteFile(path, []byte(adviceText(f, a)), 0o644)
}

func adviceText(f *findings, a *measure.Advice) string {
	var b strings.Builder
	b.WriteString(adviceHead)
	fmt.Fprintf(&b, "# Advice for %s\n\n", f.name)
	if a.Stop {
		fmt.Fprintf(&b, "**Stop here:** %s\n", a.Reason)
	} else {
		fmt.Fprintf(&b, "**Next: %s.** %s\n", a.Next, a.Reason)
	}
	if a.Paragraph != "" {
		fmt.Fprintf(&b, "\n> %s\n", a.Paragraph)
	}
	return b.String()
}
