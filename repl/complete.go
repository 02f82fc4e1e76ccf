package repl

import (
	"strings"

	"github.com/lapbook/lapbook/runtime"
)

// complete is liner's word completer: head and tail stand around the word that
// is replaced. Positions are in runes.
func (r *REPL) complete(line string, pos int) (head string, words []string, tail string) {
	runes := []rune(line)
	before, tail := string(runes[:pos]), string(runes[pos:])
	if name, ok := magicPrefix(before); ok {
		cut := len(before) - len(name)
		return before[:cut], magicNames(name), tail
	}
	text := unfold(line)
	offset := len(unfold(before))
	from, candidates := r.session.Complete(text, offset)
	typed := unfold(before)
	return fold(typed[:min(from, len(typed))]), candidates, tail
}

// magicPrefix is the name being typed after % or %% at the start of a line.
func magicPrefix(before string) (string, bool) {
	line := before[strings.LastIndex(before, foldNewline)+1:]
	if i := strings.LastIndex(before, foldNewline); i >= 0 {
		line = before[i+len(foldNewline):]
	}
	name := strings.TrimLeft(line, "%")
	if name == line || strings.ContainsAny(name, " \t") {
		return "", false
	}
	return name, true
}

func magicNames(prefix string) []string {
	var out []string
	for _, m := range runtime.Magics() {
		if strings.HasPrefix(m.Name, prefix) {
			out = append(out, m.Name)
		}
	}
	return out
}
