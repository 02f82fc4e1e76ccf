package main

import (
	"context"

	"github.com/lapbook/lapbook/notebooks/tour"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// tourBudget measures each cell of the tour: three minutes are not to be spent
// on digits.
const tourBudget = "20s"

// tourCommand plays the notebook that lapbook carries with it.
func tourCommand(ctx context.Context, args []string, std stdio) (int, error) {
	fs := newFlags("tour")
	var f replayFlags
	f.register(fs)
	budget := fs.Lookup("budget")
	budget.DefValue = tourBudget
	if err := budget.Value.Set(tourBudget); err != nil {
		return exitFailed, err
	}
	rest, _, err := parse(fs, args)
	if err == nil {
		err = noArguments(fs, rest)
	}
	if err == nil {
		err = f.check()
	}
	if err != nil {
		return exitUsage, err
	}
	book, err := notebook.Decode(tour.Name, tour.Text())
	if err != nil {
		return exitFailed, err
	}
	return f.replay(ctx, book, "", std)
}
