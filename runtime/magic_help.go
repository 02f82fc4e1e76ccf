package runtime

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
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
		c.printf("%s\n", reflow(m.Help))
	}
	if m.Example != "" {
		c.printf("Example:\n  %s\n", strings.ReplaceAll(strings.ReplaceAll(m.Example, "␤", "\n  … "), "\n", "\n  "))
	}
	return nil
}

// answerWidth is how wide a line of an answer may be: front ends indent it by two.
const answerWidth = 76

// reflow breaks text into lines anew. A line begins where one began that is
// indented, or that names a magic after the end of a sentence.
func reflow(text string) string {
	var paragraphs []string
	for line := range strings.SplitSeq(text, "\n") {
		n := len(paragraphs)
		apart := n == 0 || line == "" || strings.HasPrefix(line, " ") || paragraphs[n-1] == "" ||
			strings.HasPrefix(line, "%") && strings.HasSuffix(paragraphs[n-1], ".")
		if apart {
			paragraphs = append(paragraphs, line)
			continue
		}
		paragraphs[n-1] += " " + line
	}
	for i, p := range paragraphs {
		paragraphs[i] = wrap(p)
	}
	return strings.Join(paragraphs, "\n")
}

// narrow breaks those paragraphs anew that are too wide: lines of one indent. The
// code of a documentation, which a tab indents, keeps its lines.
func narrow(text string) string {
	var out, group []string
	end := func() {
		wide := slices.ContainsFunc(group, func(l string) bool { return utf8.RuneCountInString(l) > answerWidth })
		if wide {
			group = []string{wrap(indentOf(group[0]) + strings.Join(strings.Fields(strings.Join(group, " ")), " "))}
		}
		out, group = append(out, group...), nil
	}
	for line := range strings.SplitSeq(text, "\n") {
		if len(group) > 0 && (strings.TrimSpace(line) == "" || indentOf(line) != indentOf(group[0])) {
			end()
		}
		if strings.TrimSpace(line) == "" || strings.Contains(indentOf(line), "\t") { // code
			out = append(out, strings.TrimRight(line, " "))
			continue
		}
		group = append(group, line)
	}
	end()
	return strings.Join(out, "\n")
}

func indentOf(line string) string { return line[:len(line)-len(strings.TrimLeft(line, " \t"))] }

// wrap breaks a line that is too wide at blanks; what goes on keeps its indent.
func wrap(line string) string {
	if utf8.RuneCountInString(line) <= answerWidth {
		return line
	}
	indent := indentOf(line)
	var out []string
	row := ""
	for word := range strings.FieldsSeq(line) {
		if row != "" && utf8.RuneCountInString(indent+row+" "+word) > answerWidth {
			out, row = append(out, indent+row), ""
		}
		row = strings.TrimSpace(row + " " + word)
	}
	return strings.Join(append(out, indent+row), "\n")
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
			c.printf("%s\n", narrow(strings.TrimRight(text, "\n")))
			return nil
		},
	}
}
