package runtime

import (
	"context"
	"fmt"

	"github.com/lapbook/lapbook/runtime/host"
)

// Doctor says what the system offers and what it cannot do, a line each.
func (s *Session) Doctor(_ context.Context) []string {
	var out []string
	if err := s.live.open(); err != nil {
		out = append(out, "cells       "+err.Error())
	} else if p, ok := s.live.interp.(*process); ok {
		out = append(out, fmt.Sprintf("processes   kept together by a %s", p.host.Isolation()))
	}
	for _, l := range host.Limits() {
		out = append(out, "limits      "+l)
	}
	return out
}
