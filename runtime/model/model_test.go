package model_test

import (
	"errors"
	"fmt"
	goruntime "runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/lapbook/lapbook/runtime/model"
)

var all = []model.Options{
	{},
	{Model: model.AsWritten},
	{Model: model.Concurrent, Limit: 1},
	{Model: model.Concurrent, Limit: 3},
	{Model: model.Concurrent, Limit: 64},
	{Model: model.Parallel, Workers: 2},
	{Model: model.Parallel, Workers: 4, Limit: 4, Stats: true},
	{Model: model.Parallel, Race: true},
}

// each runs f once under every model.
func each(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	for _, o := range all {
		t.Run(fmt.Sprintf("%s/%d/%d/%v", o.Model, o.Limit, o.Workers, o.Race), func(t *testing.T) {
			model.Set(o)
			defer model.Set(model.Options{})
			f(t)
		})
	}
}

func TestEachRunsAll(t *testing.T) {
	each(t, func(t *testing.T) {
		for _, n := range []int{0, 1, 2, 7, 1000, 20_000} {
			ran := make([]int32, n)
			model.Each(n, func(i int) { atomic.AddInt32(&ran[i], 1) })
			if i := slices.IndexFunc(ran, func(c int32) bool { return c != 1 }); i >= 0 {
				t.Fatalf("task %d of %d ran %d times", i, n, ran[i])
			}
		}
	})
}

// crowd counts how many goroutines are inside at the same time.
type crowd struct{ in, most atomic.Int64 }

func (c *crowd) visit(f func()) {
	n := c.in.Add(1)
	defer c.in.Add(-1)
	for {
		m := c.most.Load()
		if n <= m || c.most.CompareAndSwap(m, n) {
			break
		}
	}
	f()
}

func TestLimit(t *testing.T) {
	each(t, func(t *testing.T) {
		_, limit := model.Current()
		var c crowd
		model.Each(500, func(int) { c.visit(goruntime.Gosched) })
		p := model.NewPipe()
		for range 500 {
			p.Submit(func() func() bool { c.visit(goruntime.Gosched); return nil })
		}
		p.Wait()
		if got := c.most.Load(); got > int64(limit) {
			t.Errorf("%d tasks in flight; the limit is %d", got, limit)
		}
	})
}

// All tasks up to the limit are in flight even if none ends before the last has
// begun.
func TestReachesLimit(t *testing.T) {
	for _, run := range []func(n int, task func()){
		func(n int, task func()) { model.Each(n, func(int) { task() }) },
		func(n int, task func()) {
			p := model.NewPipe()
			for range n {
				p.Submit(func() func() bool { task(); return nil })
			}
			p.Wait()
		},
	} {
		model.Set(model.Options{Model: model.Concurrent, Limit: 40})
		var all sync.WaitGroup
		all.Add(40)
		run(40, func() { all.Done(); all.Wait() })
		model.Set(model.Options{})
	}
}

func TestNested(t *testing.T) {
	each(t, func(t *testing.T) {
		_, limit := model.Current()
		var c crowd
		var sum atomic.Int64
		model.Each(20, func(i int) {
			model.Each(20, func(j int) {
				p := model.NewPipe()
				for k := range 5 {
					p.Submit(func() func() bool { c.visit(func() { sum.Add(int64(k)) }); return nil })
				}
				p.Wait()
			})
		})
		if sum.Load() != 20*20*10 {
			t.Errorf("sum = %d", sum.Load())
		}
		if got := c.most.Load(); got > int64(limit) {
			t.Errorf("%d tasks in flight; the limit is %d", got, limit)
		}
	})
}

func TestEachPanic(t *testing.T) {
	boom := errors.New("boom")
	each(t, func(t *testing.T) {
		const n, bad = 3000, 700
		ran := make([]int32, n)
		defer func() {
			if r := recover(); r != boom {
				t.Errorf("panicked with %v", r)
			}
			for i := range bad {
				if atomic.LoadInt32(&ran[i]) != 1 {
					t.Fatalf("task %d before the panic did not run", i)
				}
			}
			if _, limit := model.Current(); limit > 1 {
				f := model.Failed()
				if f.Iteration != bad || f.Value != boom || !strings.Contains(string(f.Stack), "TestEachPanic") {
					t.Errorf("Failed() = %d, %v, %s", f.Iteration, f.Value, f.Stack)
				}
			}
		}()
		model.Each(n, func(i int) {
			atomic.AddInt32(&ran[i], 1)
			if i >= bad && i%100 == 0 {
				panic(boom)
			}
		})
	})
}

func TestGoexit(t *testing.T) {
	each(t, func(t *testing.T) {
		for name, run := range map[string]func(){
			"each": func() {
				model.Each(100, func(i int) {
					if i == 50 {
						goruntime.Goexit()
					}
				})
			},
			"pipe": func() {
				p := model.NewPipe()
				defer p.Wait()
				for i := range 100 {
					p.Submit(func() func() bool {
						if i == 50 {
							goruntime.Goexit()
						}
						return nil
					})
				}
			},
		} {
			returned := false
			done := make(chan struct{})
			go func() {
				defer close(done)
				run()
				returned = true
			}()
			<-done
			if returned {
				t.Errorf("%s returned after a task called Goexit", name)
			}
		}
	})
}

func TestPipeInOrder(t *testing.T) {
	each(t, func(t *testing.T) {
		for _, n := range []int{0, 1, 5, 10_000} {
			var got []int
			p := model.NewPipe()
			for i := range n {
				if p.Submit(func() func() bool {
					v := i * i
					if i%3 == 0 {
						return nil
					}
					return func() bool { got = append(got, v); return false }
				}) {
					t.Fatal("stopped")
				}
			}
			p.Wait()
			var want []int
			for i := range n {
				if i%3 != 0 {
					want = append(want, i*i)
				}
			}
			if !slices.Equal(got, want) {
				t.Fatalf("n = %d: out of order", n)
			}
		}
	})
}

func TestPipeStop(t *testing.T) {
	each(t, func(t *testing.T) {
		const stop = 777
		sum, want := 0, stop*(stop+1)/2
		p := model.NewPipe()
		for i := 0; ; i++ {
			if p.Submit(func() func() bool {
				if i == stop+1 {
					return model.Break
				}
				return func() bool { sum += i; return false }
			}) {
				break
			}
		}
		p.Wait()
		if sum != want {
			t.Errorf("sum = %d, want %d", sum, want)
		}
		if !p.Submit(func() func() bool { t.Error("ran after the stop"); return nil }) {
			t.Error("Submit after the stop returns false")
		}
	})
}

// A panic comes after the ordered parts of all iterations before it, and those
// after it do not run, even when the header itself panics later.
func TestPipePanic(t *testing.T) {
	each(t, func(t *testing.T) {
		const bad = 321
		count := 0
		func() {
			defer func() {
				if r := recover(); r != "boom" {
					t.Errorf("panicked with %v", r)
				}
			}()
			p := model.NewPipe()
			defer p.Wait()
			for i := range 100_000 {
				if i == bad+10 {
					panic("header")
				}
				p.Submit(func() func() bool {
					if i == bad {
						panic("boom")
					}
					return func() bool { count++; return false }
				})
			}
		}()
		if count != bad {
			t.Errorf("%d ordered parts ran, want %d", count, bad)
		}
	})
}

// The ordered part that panics is not a task: nothing else starts after it.
func TestPipeOrderedPanic(t *testing.T) {
	each(t, func(t *testing.T) {
		count := 0
		func() {
			defer func() {
				if r := recover(); r != "boom" {
					t.Errorf("panicked with %v", r)
				}
			}()
			p := model.NewPipe()
			defer p.Wait()
			for range 10_000 {
				p.Submit(func() func() bool {
					return func() bool {
						if count++; count == 99 {
							panic("boom")
						}
						return false
					}
				})
			}
		}()
		if count != 99 {
			t.Errorf("%d ordered parts ran, want 99", count)
		}
	})
}

func TestCancel(t *testing.T) {
	each(t, func(t *testing.T) {
		for name, run := range map[string]func(task func()){
			"each": func(task func()) { model.Each(1_000_000, func(int) { task() }) },
			"pipe": func(task func()) {
				p := model.NewPipe()
				defer p.Wait()
				for range 1_000_000 {
					p.Submit(func() func() bool { task(); return nil })
				}
			},
		} {
			o := all[0]
			o.Model, o.Limit = model.Current()
			model.Set(o)
			var ran atomic.Int64
			func() {
				defer func() {
					if _, ok := recover().(model.Canceled); !ok {
						t.Errorf("%s: no panic with Canceled", name)
					}
				}()
				run(func() {
					if ran.Add(1) == 100 {
						model.Cancel()
					}
				})
			}()
			if ran.Load() == 1_000_000 {
				t.Errorf("%s: ran to the end", name)
			}
		}
	})
}

func TestTasks(t *testing.T) {
	model.Set(model.Options{Model: model.Parallel, Stats: true})
	defer model.Set(model.Options{})
	model.Each(50, func(int) {})
	seen := map[int]bool{}
	for _, task := range model.Tasks() {
		seen[task.Iteration] = true
		if task.End.Before(task.Start) {
			t.Errorf("task %d ends before it starts", task.Iteration)
		}
	}
	if len(seen) != 50 {
		t.Errorf("%d tasks are recorded", len(seen))
	}
}
