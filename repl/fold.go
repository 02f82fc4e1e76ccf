package repl

import "strings"

// liner edits one line. A cell of many lines is folded into one: these two
// signs stand for a newline and a tab, and are turned back before the text is
// run. Tabs are folded too because liner takes every one for a completion.
// A text that holds the signs themselves is left as it is typed.
const (
	foldNewline = "␤"
	foldTab     = "␉"
)

func fold(text string) string {
	return strings.NewReplacer("\r\n", foldNewline, "\n", foldNewline, "\t", foldTab).Replace(text)
}

func unfold(line string) string {
	return strings.NewReplacer(foldNewline, "\n", foldTab, "\t").Replace(line)
}
