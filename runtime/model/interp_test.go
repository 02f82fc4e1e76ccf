package model_test

import (
	"reflect"
	"testing"

	"github.com/traefik/yaegi/interp"

	"github.com/lapbook/lapbook/runtime/model"
	"github.com/lapbook/lapbook/stdlib"
	"github.com/lapbook/lapbook/stdlib/lab"
	"github.com/lapbook/lapbook/stdlib/symbols"
)

// Tasks may be interpreted closures: lab's, and those of a rewritten loop.
func TestInterpretedTasks(t *testing.T) {
	const src = `
import ("github.com/lapbook/lapbook/stdlib/lab"; "github.com/lapbook/lapbook/runtime/model")
func square(i int) int { s := 0; for k := 0; k < i; k++ { s += i }; return s }
func eachSum() int {
	out := make([]int, 300)
	lab.EachN(len(out), func(i int) { out[i] = square(i) })
	sum := 0
	for _, v := range out { sum += v }
	return sum
}
func pipeSum() int {
	sum, last := 0, -1
	p := model.NewPipe()
	for i := 0; i < 300; i++ {
		if p.Submit(func(i int) func() func() bool { return func() func() bool {
			v := square(i)
			return func() bool { if i != last+1 { panic("order") }; last = i; sum += v; return false }
		} }(i)) { break }
	}
	p.Wait()
	return sum
}
`
	i := interp.New(interp.Options{})
	err := i.Use(interp.Exports{
		stdlib.LabPath + "/lab":     symbols.Of(stdlib.LabPath),
		stdlib.ModelPath + "/model": model.Symbols(),
		".":                         {"MapTypes": reflect.ValueOf(symbols.MapTypes())},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := i.Eval(src); err != nil {
		t.Fatal(err)
	}
	lab.Use(model.Each)
	defer lab.Use(nil)
	want := 0
	for k := range 300 {
		want += k * k
	}
	each(t, func(t *testing.T) {
		for _, call := range []string{"eachSum()", "pipeSum()"} {
			if got, err := i.Eval(call); err != nil || got.Int() != int64(want) {
				t.Errorf("%s = %v, %v, want %d", call, got, err, want)
			}
		}
	})
}
