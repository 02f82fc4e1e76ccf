package runtime

import (
	"context"
	"errors"
	"sync"

	"github.com/lapbook/lapbook/runtime/engine"
)

// engines are the two engines that run a cell from the start, for measuring.
type engines struct {
	compiled    engine.Engine // nil without a toolchain
	interpreted engine.Engine
	missing     string // what to install for the compiled engine
	told        bool   // that figures are interpreted was said
	preparing   preparing

	stopPreparing context.CancelFunc
	prepared      sync.WaitGroup
}

// forMeasuring chooses the engine of a measurement: compiled, unless the plan
// or the session says otherwise or there is no toolchain.
func (e *engines) forMeasuring(plan, session string, fe Frontend) (engine.Engine, error) {
	want := plan
	if want == "" {
		want = session
	}
	switch {
	case want == "interpreted":
		return e.interpreted, nil
	case e.compiled != nil:
		return e.compiled, nil
	case want == "compiled":
		return nil, errors.New("the compiled engine needs the Go toolchain: " + e.missing)
	}
	if !e.told {
		e.told = true
		fe.Notice("figures are interpreted, not what compiled Go does: " + e.missing)
	}
	return e.interpreted, nil
}

// Close releases what the engines keep.
func (e *engines) Close() error {
	if e.stopPreparing != nil {
		e.stopPreparing()
	}
	e.prepared.Wait()
	var errs []error
	for _, eng := range []engine.Engine{e.compiled, e.interpreted} {
		if c, ok := eng.(interface{ Close() error }); ok {
			errs = append(errs, c.Close())
		}
	}
	return errors.Join(errs...)
}
