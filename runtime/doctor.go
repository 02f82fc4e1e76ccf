package runtime

import (
	"context"
	"fmt"
	"os"

	"github.com/lapbook/lapbook/runtime/host"
	"github.com/lapbook/lapbook/runtime/measure"
)

// Doctor says what the system offers and what it cannot do, a line each.
func (s *Session) Doctor(_ context.Context) []string {
	var out []string
	if err := s.live.open(); err != nil {
		out = append(out, "cells       "+err.Error())
	} else if p, ok := s.live.interp.(*process); ok {
		out = append(out, fmt.Sprintf("processes   kept together by a %s", p.host.Isolation()))
	}
	out = append(out, counters())
	for _, l := range host.Limits() {
		out = append(out, "limits      "+l)
	}
	return out
}

// counters says whether waiting for memory can be told from computing.
func counters() string {
	c, err := measure.OpenCounters(os.Getpid())
	if err != nil {
		return "counters    no hardware counters: " + err.Error() + "; memory cannot be told from computing"
	}
	c.Close()
	return "counters    hardware counters are read: memory is told from computing"
}
