package model_test

import (
	"fmt"
	goruntime "runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/lapbook/lapbook/runtime/model"
	"github.com/lapbook/lapbook/stdlib/lab"
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

// BenchmarkRatio runs tasks of about 50 µs by hand, by Each and by a Pipe in
// turns, and reports their times as ratios to the pool written by hand.
func BenchmarkRatio(b *testing.B) {
	const tasks, turns = 800, 30_000
	out := make([]uint64, tasks)
	model.Set(model.Options{Model: model.Parallel})
	defer model.Set(model.Options{})
	variants := []func(){
		func() { handWritten(goruntime.GOMAXPROCS(0), tasks, func(i int) { out[i] = spin(turns) }) },
		func() { model.Each(tasks, func(i int) { out[i] = spin(turns) }) },
		func() {
			p := model.NewPipe()
			for i := range tasks {
				p.Submit(func() func() bool {
					v := spin(turns)
					return func() bool { out[i] = v; return false }
				})
			}
			p.Wait()
		},
	}
	spent := make([][]time.Duration, len(variants))
	for b.Loop() {
		for k, run := range variants {
			begin := time.Now()
			run()
			spent[k] = append(spent[k], time.Since(begin))
		}
	}
	median := func(d []time.Duration) float64 {
		slices.Sort(d)
		return float64(d[len(d)/2])
	}
	hand := median(spent[0])
	b.ReportMetric(hand/tasks, "ns/task-by-hand")
	b.ReportMetric(median(spent[1])/hand, "each/by-hand")
	b.ReportMetric(median(spent[2])/hand, "pipe/by-hand")
}

// BenchmarkFetch fetches pages that answer after 5 ms, 50 in flight on one
// worker, by Each and by a fan-out written by hand in turns.
func BenchmarkFetch(b *testing.B) {
	const limit = 50
	defer goruntime.GOMAXPROCS(goruntime.GOMAXPROCS(1))
	model.Set(model.Options{Model: model.Concurrent, Limit: limit})
	defer model.Set(model.Options{})
	urls := lab.Pages(500, 5*time.Millisecond)
	fetch := func(i int) { lab.Fetch(urls[i]) }
	fetch(0)
	var hand, each time.Duration
	timed := func(sum *time.Duration, run func(n int, task func(i int))) {
		begin := time.Now()
		run(len(urls), fetch)
		*sum += time.Since(begin)
	}
	byHand := func(n int, task func(i int)) { handWritten(limit, n, task) }
	for turn := 0; b.Loop(); turn++ {
		if turn%2 == 0 {
			timed(&hand, byHand)
			timed(&each, model.Each)
		} else {
			timed(&each, model.Each)
			timed(&hand, byHand)
		}
	}
	b.ReportMetric(float64(hand.Milliseconds())/float64(b.N), "ms-by-hand")
	b.ReportMetric(float64(each)/float64(hand), "each/by-hand")
}
