package model_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/lapbook/lapbook/runtime/model"
)

// spin computes for about n turns of 1 ns.
//
//go:noinline
func spin(n int) uint64 {
	x := uint64(n) | 1
	for range n {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	return x
}

// handWritten is the pool that one writes: workers on a channel of indices.
func handWritten(workers, n int, task func(i int)) {
	jobs := make(chan int)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := range jobs {
				task(i)
			}
		})
	}
	for i := range n {
		jobs <- i
	}
	close(jobs)
	wg.Wait()
}

// BenchmarkTask reports the time per task: in order, by the pool that one writes
// by hand, by Each and by a Pipe. Overhead is the difference from in order
// divided by the workers.
func BenchmarkTask(b *testing.B) {
	for _, turns := range []int{10, 300, 20_000} {
		tasks := max(1000, 20_000_000/(turns+200))
		out := make([]uint64, tasks)
		run := func(name string, o model.Options, f func()) {
			b.Run(fmt.Sprintf("%d/%s", turns, name), func(b *testing.B) {
				model.Set(o)
				defer model.Set(model.Options{})
				for b.Loop() {
					f()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*tasks), "ns/task")
			})
		}
		inOrder := func() {
			for i := range tasks {
				out[i] = spin(turns)
			}
		}
		piped := func() {
			p := model.NewPipe()
			for i := range tasks {
				p.Submit(func(i int) func() func() bool {
					return func() func() bool {
						v := spin(turns)
						return func() bool { out[i] = v; return false }
					}
				}(i))
			}
			p.Wait()
		}
		par := model.Options{Model: model.Parallel}
		run("in-order", model.Options{}, inOrder)
		run("by-hand", par, func() { handWritten(2, tasks, func(i int) { out[i] = spin(turns) }) })
		run("each", par, func() { model.Each(tasks, func(i int) { out[i] = spin(turns) }) })
		run("pipe", par, piped)
		run("pipe-limit2", model.Options{Model: model.Parallel, Limit: 2}, piped)
	}
}

// BenchmarkWait has 1000 tasks that wait 5 ms, 100 in flight: 50 ms at best.
func BenchmarkWait(b *testing.B) {
	const tasks, limit, wait = 1000, 100, 5 * time.Millisecond
	run := func(name string, f func()) {
		b.Run(name, func(b *testing.B) {
			model.Set(model.Options{Model: model.Concurrent, Limit: limit})
			defer model.Set(model.Options{})
			for b.Loop() {
				f()
			}
		})
	}
	run("by-hand", func() { handWritten(limit, tasks, func(int) { time.Sleep(wait) }) })
	run("each", func() { model.Each(tasks, func(int) { time.Sleep(wait) }) })
	run("pipe", func() {
		p := model.NewPipe()
		for range tasks {
			p.Submit(func() func() bool { time.Sleep(wait); return nil })
		}
		p.Wait()
	})
}
