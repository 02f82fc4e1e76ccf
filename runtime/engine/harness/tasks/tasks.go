// Package tasks joins the harness to the execution models. It is linked only
// into programs whose cells have tasks.
package tasks

import (
	"time"

	"github.com/lapbook/lapbook/runtime/engine/harness"
	"github.com/lapbook/lapbook/runtime/model"
)

// Pool is the model package as the harness sees it. Race says that the program
// was built with the race detector.
type Pool struct{ Race bool }

// Set chooses the model of the run.
func (p Pool) Set(s harness.Spec) {
	model.Set(model.Options{Model: s.Model, Limit: s.Limit, Workers: s.Workers, Stats: s.Tasks, Race: p.Race})
}

// Tasks returns what ran, with times since start, and how many tasks were in
// flight at most.
func (Pool) Tasks(start time.Time) (list []harness.Task, inFlight int) {
	for _, t := range model.Tasks() {
		list = append(list, harness.Task{Iteration: int64(t.Iteration), Start: int64(t.Start.Sub(start)), End: int64(t.End.Sub(start))})
	}
	return list, model.InFlight()
}

// Failure is the stack of the task whose panic went through the cell, or "".
func (Pool) Failure() string {
	if f := model.Failed(); f != nil {
		return string(f.Stack)
	}
	return ""
}
