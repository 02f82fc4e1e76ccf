package runtime

import (
	"context"
	"fmt"
	"strings"
)

func helpMagic() Magic {
	return Magic{
		Name: "help", Group: "go", Usage: "%help [NAME]",
		Summary: "this screen, or one magic with an example",
		Example: "%help classify",
		Do:      func(_ context.Context, _ *Session, c Call) error { return help(c) },
	}
}

func help(c Call) error {
	name := strings.TrimPrefix(strings.TrimSpace(c.Args), "%")
	if name == "" {
		c.printf("%s", HelpScreen())
		return nil
	}
	m, err := lookup(name)
	if err != nil {
		return err
	}
	c.printf("%s\n  %s\n", m.Usage, m.Summary)
	if m.Help != "" {
		c.printf("%s\n", m.Help)
	}
	if m.Example != "" {
		c.printf("Example:\n  %s\n", strings.ReplaceAll(strings.ReplaceAll(m.Example, "␤", "\n  … "), "\n", "\n  "))
	}
	return nil
}

// HelpScreen is the one screen of %help, in the order of the ladder.
func HelpScreen() string {
	var b strings.Builder
	b.WriteString("One word after a cell tells where its time went. %help NAME says more.\n")
	for _, g := range Groups() {
		for i, m := range inGroup(g) {
			label := ""
			if i == 0 {
				label = g
			}
			fmt.Fprintf(&b, "%-10s %-14s %s\n", label, "%"+m.Name, m.Summary)
		}
	}
	b.WriteString("%name acts on the last cell (%name 3, %name fetch); %%name opens a cell.\n")
	b.WriteString("?name documents a name · !cmd is the shell · Alt-Enter adds a line.\n")
	return b.String()
}

func inGroup(group string) []Magic {
	var out []Magic
	for _, m := range Magics() {
		if m.Group == group {
			out = append(out, m)
		}
	}
	return out
}

func docMagic() Magic {
	return Magic{
		Name: "doc", Group: "go", Usage: "%doc NAME (or ?NAME)",
		Summary: "signature, documentation and cell of a name",
		Help:    "Documents a name of the session, a package or one of its members.",
		Example: "func twice(n int) int { return 2 * n }\n%doc twice",
		Do: func(_ context.Context, s *Session, c Call) error {
			name := strings.TrimSpace(c.Args)
			if name == "" {
				return fmt.Errorf("?: want a name, such as ?strings.Fields")
			}
			text := s.scope.Doc(name)
			if text == "" {
				return fmt.Errorf("?%s: nothing by that name is known here", name)
			}
			c.printf("%s\n", strings.TrimRight(text, "\n"))
			return nil
		},
	}
}
