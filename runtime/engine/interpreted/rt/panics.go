package rt

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
)

// runtimeError is an error as the Go run time panics with.
type runtimeError string

func (e runtimeError) Error() string { return "runtime error: " + string(e) }
func (e runtimeError) RuntimeError() {}

// plainError is an error of the run time that does not say so.
type plainError string

func (e plainError) Error() string { return string(e) }
func (e plainError) RuntimeError() {}

// lostError is a recovered run-time error of which the interpreter lost the
// text. A program may test it for nil; one that reads it is refused.
type lostError struct{ c *Cell }

func (e lostError) Error() string {
	e.c.refuse("the text of a recovered run-time error is lost")
	return ""
}
func (e lostError) RuntimeError() {}

// assertError is the panic of a failed type assertion.
type assertError string

func (e assertError) Error() string { return string(e) }
func (e assertError) RuntimeError() {}

// runtimeName is the name of the run time's own type that an error of ours
// stands for, "" of anything else.
func runtimeName(x any) string {
	switch x.(type) {
	case assertError:
		return "*runtime.TypeAssertionError"
	case runtimeError, lostError, vagueError:
		return "runtime.errorString"
	case plainError:
		return "runtime.plainError"
	}
	return ""
}

// exitSignal unwinds a cell that called os.Exit; deferred calls do not run.
type exitSignal struct{ code int }

// BadYield panics as Go does when an iterator breaks the rules of range over a
// function; state is that of the loop's body, 5 for a body whose panic was kept
// from the loop.
func (c *Cell) BadYield(state int) {
	panic(runtimeError("range function " + map[int]string{
		2: "continued iteration after function for loop body returned false",
		3: "continued iteration after loop body panic",
		4: "continued iteration after whole loop exit",
		5: "recovered a loop body panic and did not resume panicking",
	}[state]))
}

// nilDereference is the run time's own error.
func nilDereference() (e any) {
	defer func() { e = recover() }()
	var p *int
	*p = 1
	return nil
}

// normal turns a panic of the interpreter's machinery into the panic that
// compiled code would have had.
func normal(r any) any {
	if v, ok := r.(reflect.Value); ok && v.IsValid() && v.CanInterface() {
		r = v.Interface()
	}
	text := ""
	switch e := r.(type) {
	case string:
		text = e
	case *reflect.ValueError:
		text = e.Error()
	}
	if e, ok := r.(runtime.Error); ok && strings.Contains(e.Error(), `json:\"-\"`) {
		return vagueError("a type of the session is not hashable or comparable")
	}
	if !strings.HasPrefix(text, "reflect") {
		return r
	}
	switch {
	case strings.Contains(text, "zero Value"), strings.Contains(text, "nil pointer"), strings.Contains(text, "nil function"), strings.Contains(text, "nil func"), strings.Contains(text, "nil interface"):
		return nilDereference()
	case strings.Contains(text, "index out of range"):
		return vagueError("index out of range")
	case strings.Contains(text, "out of bounds"):
		return vagueError("slice bounds out of range")
	case strings.Contains(text, "slice overflow"):
		return runtimeError("growslice: len out of range")
	case strings.Contains(text, "negative len"):
		return runtimeError("makeslice: len out of range")
	case strings.Contains(text, "negative cap"), strings.Contains(text, "len > cap"):
		return runtimeError("makeslice: cap out of range")
	}
	return Fault("the interpreter failed: " + text)
}

// vagueError is an error of the run time of which the numbers are lost.
type vagueError string

func (e vagueError) Error() string { return "runtime error: " + string(e) }
func (e vagueError) RuntimeError() {}

// lossy reports whether normal had to make up the text of an error.
func lossy(r any) bool {
	_, ok := r.(vagueError)
	return ok
}

// BadAssert panics as a failed type assertion to type number want does; static
// is the type of the operand.
func (c *Cell) BadAssert(x any, want int, static string) {
	w := c.s.typeOf(want)
	if w.Kind == kindInterface {
		c.badInterface(x, w)
	}
	if x == nil {
		panic(assertError(fmt.Sprintf("interface conversion: %s is nil, not %s", static, w.Name)))
	}
	scopes := ""
	if typeName(x) == w.Name {
		scopes = " (types from different scopes)"
	}
	panic(assertError(fmt.Sprintf("interface conversion: %s is %s, not %s%s", static, typeName(x), w.Name, scopes)))
}

func (c *Cell) badInterface(x any, w *Type) {
	if x == nil {
		panic(assertError("interface conversion: interface is nil, not " + w.Name))
	}
	missing := ""
	for _, m := range w.Methods {
		if b, ok := open(x); ok {
			if !b.T.Has(m) {
				missing = m.Name
				break
			}
			continue
		}
		if _, ok := reflect.TypeOf(x).MethodByName(m.Name); !ok {
			missing = m.Name
			break
		}
	}
	panic(assertError(fmt.Sprintf("interface conversion: %s is not %s: missing method %s", typeName(x), w.Name, missing)))
}

// Idx checks an index and panics as compiled code does.
func (c *Cell) Idx(i, n int) int {
	if i < 0 || i >= n {
		_ = make([]struct{}, n)[i]
	}
	return i
}

// Index converts a big unsigned index, which must not wrap around: the message
// of the panic that it deserves needs what is indexed.
func (c *Cell) Index(u uint64) int {
	if u > 1<<62 {
		panic(Refused(fmt.Sprintf("an index of %d", u)))
	}
	return int(u)
}

// Size converts a big unsigned size for make.
func (c *Cell) Size(u uint64) int {
	if u > 1<<62 {
		return -1
	}
	return int(u)
}

// SliceLow checks the bounds of a slice of a slice and returns the low one;
// most is -1 where there is no third bound.
func (c *Cell) SliceLow(low, high, most, length, capacity int) int {
	x := make([]struct{}, length, capacity)
	if most >= 0 || most < -1 {
		_ = x[low:high:most]
	} else {
		_ = x[low:high]
	}
	return low
}

// StringLow checks the bounds of a slice of a string or an array.
func (c *Cell) StringLow(low, high, most, length, _ int) int {
	switch {
	case most >= 0:
		return c.SliceLow(low, high, most, length, length)
	case high < 0 || high > length:
		if high < 0 {
			panic(runtimeError(fmt.Sprintf("slice bounds out of range [:%d]", high)))
		}
		panic(runtimeError(fmt.Sprintf("slice bounds out of range [:%d] with length %d", high, length)))
	case low < 0:
		panic(runtimeError(fmt.Sprintf("slice bounds out of range [%d:]", low)))
	case low > high:
		panic(runtimeError(fmt.Sprintf("slice bounds out of range [%d:%d]", low, high)))
	}
	return low
}

// most is the largest object that the run time allocates.
const most = 1 << 47

// Len checks the length given to make for elements of size bytes.
func (c *Cell) Len(n, size int) int {
	if n < 0 || size > 0 && n > most/size {
		panic(runtimeError("makeslice: len out of range"))
	}
	return n
}

// Cap checks the length and capacity given to make.
func (c *Cell) Cap(n, capacity, size int) int {
	c.Len(n, size)
	if capacity < n || size > 0 && capacity > most/size {
		panic(runtimeError("makeslice: cap out of range"))
	}
	return capacity
}

// ChanSize checks the size of a channel.
func (c *Cell) ChanSize(n int) int {
	if n < 0 || n > most {
		panic(plainError("makechan: size out of range"))
	}
	return n
}

// Enough checks the conversion of a slice to an array.
func (c *Cell) Enough(have, want int) {
	if have < want {
		panic(runtimeError(fmt.Sprintf("cannot convert slice with length %d to array or pointer to array with length %d", have, want)))
	}
}

// Shift checks a signed shift count.
func (c *Cell) Shift(n int64) uint64 {
	if n < 0 {
		panic(runtimeError("negative shift amount"))
	}
	return uint64(n)
}

// Unsigned converts a float to an unsigned integer as compiled code does.
func (c *Cell) Unsigned(f float64) uint64 { return uint64(f) }

// NilMethod panics as a method with a value receiver does on a nil pointer.
func (c *Cell) NilMethod(method, typ string) {
	panic(plainError("value method " + method + " called using nil *" + typ + " pointer"))
}

// NonNil panics for a nil interface whose method is taken.
func (c *Cell) NonNil(x any) any {
	if x == nil {
		panic(nilDereference())
	}
	return x
}

// Panic is the builtin.
func (c *Cell) Panic(x any) {
	if x == nil {
		panic(new(runtime.PanicNilError))
	}
	panic(x)
}

// NoRecover is recover in a function that is not deferred.
func (c *Cell) NoRecover() any { return nil }
