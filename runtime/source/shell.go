package source

import (
	"go/ast"
	"strings"
)

// shellWords are commands of the shell itself that change nothing outside of it.
var shellWords = map[string]bool{
	"while": true, "until": true, "do": true, "done": true, "if": true, "then": true, "else": true, "elif": true, "fi": true, "!": true,
	"[": true, "]": true, "test": true, "true": true, "false": true, ":": true, "exit": true, "read": true, "wait": true, "return": true,
	"break": true, "continue": true, "shift": true, "set": true, "export": true, "cd": true, "{": true, "}": true, "esac": true, "in": true,
	"exec": true, "time": true,
}

// harmlessScript reports whether a shell script runs nothing but commands that
// only print: no other command, no output to a file, nothing substituted that
// is not simple arithmetic. It understands little and refuses the rest.
func harmlessScript(script string) bool {
	script, ok := withoutArithmetic(script)
	if !ok || strings.ContainsAny(script, "`\\'\"$(") && !plainQuotes(&script) {
		return false
	}
	script = strings.NewReplacer("2>&1", " ", ">/dev/null", " ", "> /dev/null", " ", "2>/dev/null", " ", ">&2", " ", "</dev/null", " ").Replace(script)
	if strings.ContainsAny(script, "<>") {
		return false
	}
	for _, command := range strings.FieldsFunc(script, func(r rune) bool { return strings.ContainsRune(";|&\n", r) }) {
		if !harmlessCommand(strings.Fields(command)) {
			return false
		}
	}
	return true
}

// harmlessCommand looks for the command behind keywords and assignments.
func harmlessCommand(words []string) bool {
	for _, w := range words {
		switch {
		case w == "for":
			return true // the words of a loop; its body is a command of its own
		case w == "[" || w == "test" || w == "read" || w == "exit" || w == "echo" || w == ":" || w == "set" || w == "export" || w == "cd" || w == "return":
			return true
		case shellWords[w], strings.Contains(w, "="):
		default:
			return harmless[w[strings.LastIndexByte(w, '/')+1:]]
		}
	}
	return true
}

// withoutArithmetic takes $((…)) out of a script; false when one does not end.
func withoutArithmetic(script string) (string, bool) {
	for {
		i := strings.Index(script, "$((")
		if i < 0 {
			return script, true
		}
		j := strings.Index(script[i:], "))")
		if j < 0 {
			return "", false
		}
		script = script[:i] + "0" + script[i+j+2:]
	}
}

// plainQuotes makes one word of each quoted string and of each variable; false
// when there is substitution of commands or an escape.
func plainQuotes(script *string) bool {
	var b strings.Builder
	quote := byte(0)
	for i := 0; i < len(*script); i++ {
		c := (*script)[i]
		switch {
		case c == '`' || c == '\\' || c == '(' || c == ')':
			if quote != '\'' {
				return false
			}
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
		case c == '\'' || c == '"':
			quote = c
			b.WriteByte('q')
		case c == '$':
			b.WriteByte('v')
		default:
			b.WriteByte(c)
		}
	}
	*script = b.String()
	return quote == 0
}

// script returns the text of a shell script argument: a constant, or the
// constant format of fmt.Sprintf, whose values are taken for plain words.
func (a *analysis) script(e *ast.CallExpr, i int) (string, bool) {
	if s, ok := a.constString(e, i); ok {
		return s, true
	}
	if i >= len(e.Args) {
		return "", false
	}
	call, ok := ast.Unparen(e.Args[i]).(*ast.CallExpr)
	if !ok {
		return "", false
	}
	if f := callee(a.info, call); f == nil || qualified(f) != "fmt.Sprintf" {
		return "", false
	}
	format, ok := a.constString(call, 0)
	if !ok || strings.Contains(format, "%s") || strings.Contains(format, "%v") {
		return "", false // the value may be a command
	}
	return strings.ReplaceAll(format, "%", "0"), true
}
