package lab

import "sync/atomic"

// Each calls task once for every element of xs, with its index. Every call is a
// task: tasks may run at the same time under %concurrent and %parallel, so they
// must not depend on each other. Writing to element i of a slice is fine.
func Each[T any](xs []T, task func(i int, x T)) {
	EachN(len(xs), func(i int) { task(i, xs[i]) })
}

// Map returns f(x) for every x of xs, in the order of xs. Every call is a task,
// as in Each.
func Map[T, R any](xs []T, f func(x T) R) []R {
	results := make([]R, len(xs))
	EachN(len(xs), func(i int) { results[i] = f(xs[i]) })
	return results
}

// Go runs the given functions, each as a task, and returns when all have
// returned.
func Go(tasks ...func()) {
	EachN(len(tasks), func(i int) { tasks[i]() })
}

// EachN calls task(0) to task(n-1), each as a task: what Each, Map and Go are
// made of.
func EachN(n int, task func(i int)) {
	if run := runner.Load(); run != nil {
		(*run)(n, task)
		return
	}
	for i := range n {
		task(i)
	}
}

// runner is how tasks run in this process. It cannot be a parameter: the model
// must not show in the text of a cell.
var runner atomic.Pointer[func(n int, task func(i int))]

// Use has all tasks of this process run by run, which returns when all n have
// ended. It is for whoever runs cells; nil is one after the other.
func Use(run func(n int, task func(i int))) {
	if run == nil {
		runner.Store(nil)
		return
	}
	runner.Store(&run)
}
