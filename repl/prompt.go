package repl

import (
	"fmt"
	"strings"
)

// prompts are the first and the continuation prompt of a cell, equally wide.
func prompts(number int, ascii bool) (first, more string) {
	sign, dots := "›", "…"
	if ascii {
		sign, dots = ">", "."
	}
	first = fmt.Sprintf("[%d]%s ", number, sign)
	more = strings.Repeat(" ", len(fmt.Sprint(number))+2) + dots + " "
	return first, more
}
