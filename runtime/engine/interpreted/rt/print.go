package rt

import (
	"fmt"
	"io"
	"log"
	"reflect"
	"regexp"
	"strconv"
	"strings"
)

// directives prepares the arguments of a format. %T and %p are rewritten in the
// format itself, because fmt never asks a Formatter about them.
func (c *Cell) directives(s string, as []any) (string, []any) {
	out := make([]any, len(as))
	wraps := strings.Contains(s, "%w")
	plain := true
	for i, a := range as {
		out[i] = c.show(a)
		if _, isErr := a.(error); isErr && wraps {
			out[i] = a
		}
		_, boxed := open(a)
		_, wrapped := out[i].(shown)
		plain = plain && !boxed && !wrapped && runtimeName(a) == ""
	}
	switch {
	case plain || !strings.ContainsAny(s, "Tp"):
		return s, out
	case strings.Contains(s, "["):
		return rewriteIndexed(s, as, out)
	}
	return rewrite(s, as, out)
}

func rewrite(s string, as, out []any) (string, []any) {
	var b strings.Builder
	n := 0
	for i := 0; i < len(s); i++ {
		b.WriteByte(s[i])
		if s[i] != '%' {
			continue
		}
		for i++; i < len(s) && strings.IndexByte("+-# 0123456789.*", s[i]) >= 0; i++ {
			if s[i] == '*' {
				n++
			}
			b.WriteByte(s[i])
		}
		if i >= len(s) {
			break
		}
		if s[i] == '%' {
			b.WriteByte('%')
			continue
		}
		b.WriteByte(identify(s[i], n, as, out))
		n++
	}
	return b.String(), out
}

// rewriteIndexed rewrites a format that numbers its operands: %[1]T. Every
// operand gets a number, those of %T and %p one of their own behind the others.
func rewriteIndexed(s string, as, out []any) (string, []any) {
	n := 0 // the operand that comes next
	s = directive.ReplaceAllStringFunc(s, func(d string) string {
		m := directive.FindStringSubmatch(d)
		flags, number, verb := m[1], m[2], m[3]
		if verb == "%" {
			return d
		}
		if strings.ContainsAny(flags, "[*") {
			panic(Refused("a format with %T or %p that numbers widths"))
		}
		if number != "" {
			n, _ = strconv.Atoi(number)
			n--
		}
		if n < 0 || n >= len(as) {
			panic(Refused("a format with %T or %p and a number of no operand"))
		}
		at := n
		if n++; verb == "T" || verb == "p" {
			one := []any{out[at]}
			verb = string(identify(verb[0], 0, as[at:at+1], one))
			out, at = append(out, one[0]), len(out)
		}
		return fmt.Sprintf("%%%s[%d]%s", flags, at+1, verb)
	})
	return s, out
}

// directive matches a directive of a format: flags and width, number, verb.
var directive = regexp.MustCompile(`%([-+# 0-9.*]*(?:\[\d+\]\*[.0-9]*)?)(?:\[(\d+)\])?(.)`)

// identify returns the verb to be used instead of verb, and sets its operand.
func identify(verb byte, n int, as, out []any) byte {
	if n >= len(as) || verb != 'T' && verb != 'p' {
		return verb
	}
	bx, ok := open(as[n])
	switch {
	case verb == 'T' && ok:
		out[n] = bx.T.Name
		return 's'
	case verb == 'T' && runtimeName(as[n]) != "":
		out[n] = runtimeName(as[n])
		return 's'
	case verb == 'T':
		out[n] = as[n]
	case ok:
		out[n] = bx.V
	}
	return verb
}

// Sprint is fmt.Sprint. It adds spaces between operands when neither is a
// string, so named strings must look like strings.
func (c *Cell) Sprint(as ...any) string {
	bs := c.showAll(as)
	for i, a := range bs {
		if s, ok := a.(shown); ok && s.v.IsValid() && s.v.Kind() == reflect.String {
			bs[i] = fmt.Sprint(s)
		}
	}
	return c.formatted(func() string { return fmt.Sprint(bs...) })
}

// formatted runs a formatting function of package fmt.
func (c *Cell) formatted(f func() string) string { return f() }

func (c *Cell) Sprintln(as ...any) string { return fmt.Sprintln(c.showAll(as)...) }
func (c *Cell) Sprintf(f string, as ...any) string {
	f, as = c.directives(f, as)
	return fmt.Sprintf(f, as...)
}
func (c *Cell) Errorf(f string, as ...any) error {
	f, as = c.directives(f, as)
	return fmt.Errorf(f, as...)
}
func (c *Cell) Print(as ...any) (int, error)   { return io.WriteString(c.stdout(), c.Sprint(as...)) }
func (c *Cell) Println(as ...any) (int, error) { return io.WriteString(c.stdout(), c.Sprintln(as...)) }
func (c *Cell) Printf(f string, as ...any) (int, error) {
	return io.WriteString(c.stdout(), c.Sprintf(f, as...))
}
func (c *Cell) Fprint(w io.Writer, as ...any) (int, error) { return w.Write([]byte(c.Sprint(as...))) }
func (c *Cell) Fprintln(w io.Writer, as ...any) (int, error) {
	return w.Write([]byte(c.Sprintln(as...)))
}
func (c *Cell) Fprintf(w io.Writer, f string, as ...any) (int, error) {
	return w.Write([]byte(c.Sprintf(f, as...)))
}
func (c *Cell) Append(b []byte, as ...any) []byte   { return append(b, c.Sprint(as...)...) }
func (c *Cell) Appendln(b []byte, as ...any) []byte { return append(b, c.Sprintln(as...)...) }
func (c *Cell) Appendf(b []byte, f string, as ...any) []byte {
	return append(b, c.Sprintf(f, as...)...)
}

func (c *Cell) LogPrint(as ...any)            { log.Print(c.Sprint(as...)) }
func (c *Cell) LogPrintln(as ...any)          { log.Print(c.Sprintln(as...)) }
func (c *Cell) LogPrintf(f string, as ...any) { log.Print(c.Sprintf(f, as...)) }
func (c *Cell) LogFatal(as ...any)            { log.Print(c.Sprint(as...)); c.Exit(1) }
func (c *Cell) LogFatalln(as ...any)          { log.Print(c.Sprintln(as...)); c.Exit(1) }
func (c *Cell) LogFatalf(f string, as ...any) { log.Print(c.Sprintf(f, as...)); c.Exit(1) }
func (c *Cell) LogPanic(as ...any)            { s := c.Sprint(as...); log.Print(s); panic(s) }
func (c *Cell) LogPanicln(as ...any)          { s := c.Sprintln(as...); log.Print(s); panic(s) }
func (c *Cell) LogPanicf(f string, as ...any) { s := c.Sprintf(f, as...); log.Print(s); panic(s) }

// The methods of *log.Logger, as the functions above.

func (c *Cell) LoggerPrint(l *log.Logger, as ...any)            { l.Print(c.Sprint(as...)) }
func (c *Cell) LoggerPrintln(l *log.Logger, as ...any)          { l.Print(c.Sprintln(as...)) }
func (c *Cell) LoggerPrintf(l *log.Logger, f string, as ...any) { l.Print(c.Sprintf(f, as...)) }
func (c *Cell) LoggerFatal(l *log.Logger, as ...any)            { l.Print(c.Sprint(as...)); c.Exit(1) }
func (c *Cell) LoggerFatalln(l *log.Logger, as ...any)          { l.Print(c.Sprintln(as...)); c.Exit(1) }
func (c *Cell) LoggerFatalf(l *log.Logger, f string, as ...any) {
	l.Print(c.Sprintf(f, as...))
	c.Exit(1)
}
func (c *Cell) LoggerPanic(l *log.Logger, as ...any)   { s := c.Sprint(as...); l.Print(s); panic(s) }
func (c *Cell) LoggerPanicln(l *log.Logger, as ...any) { s := c.Sprintln(as...); l.Print(s); panic(s) }
func (c *Cell) LoggerPanicf(l *log.Logger, f string, as ...any) {
	s := c.Sprintf(f, as...)
	l.Print(s)
	panic(s)
}

// BuiltinPrint is the builtin print, which writes to standard error.
func (c *Cell) BuiltinPrint(as ...any) { c.builtin("", "", as) }

// BuiltinPrintln is the builtin println.
func (c *Cell) BuiltinPrintln(as ...any) { c.builtin(" ", "\n", as) }

func (c *Cell) builtin(sep, end string, as []any) {
	var b strings.Builder
	for i, a := range as {
		if i > 0 {
			b.WriteString(sep)
		}
		if bx, ok := open(a); ok {
			a = bx.V
		}
		switch x := a.(type) {
		case float32:
			b.WriteString(strconv.FormatFloat(float64(x), 'g', -1, 32))
		case float64:
			b.WriteString(strconv.FormatFloat(x, 'g', -1, 64))
		case complex64:
			b.WriteString(strconv.FormatComplex(complex128(x), 'g', -1, 64))
		case complex128:
			b.WriteString(strconv.FormatComplex(x, 'g', -1, 128))
		case error, fmt.Stringer:
			fmt.Fprintf(&b, "(%T) %p", x, x)
		default:
			fmt.Fprint(&b, a)
		}
	}
	io.WriteString(c.Stderr, b.String()+end)
}
