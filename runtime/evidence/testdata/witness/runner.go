// The clock and the instruments of the witness programs: setupCell, then
// theCell between two readings. The figures leave by descriptor 3.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"syscall"
	"time"
)

type sampleJSON struct {
	WallNS      int64 `json:"wall_ns"`
	UserNS      int64 `json:"user_ns"`
	SystemNS    int64 `json:"system_ns"`
	ChildNS     int64 `json:"child_ns"`
	RunDelayNS  int64 `json:"run_delay_ns"`
	VolSwitches int64 `json:"vol_switches"`
	InvSwitches int64 `json:"inv_switches"`
	IOBlocks    int64 `json:"io_blocks"`
}

func snapshot() (s sampleJSON) {
	var ru, rc syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &ru)
	syscall.Getrusage(syscall.RUSAGE_CHILDREN, &rc)
	s.UserNS, s.SystemNS, s.ChildNS = ru.Utime.Nano(), ru.Stime.Nano(), rc.Utime.Nano()+rc.Stime.Nano()
	s.VolSwitches, s.InvSwitches = ru.Nvcsw, ru.Nivcsw
	s.IOBlocks = ru.Inblock + ru.Oublock
	ms, _ := filepath.Glob("/proc/self/task/*/schedstat")
	for _, m := range ms {
		b, _ := os.ReadFile(m)
		var on, delay, n int64
		fmt.Sscanf(string(b), "%d %d %d", &on, &delay, &n)
		s.RunDelayNS += delay
	}
	return s
}

func main() {
	out := os.NewFile(3, "out")
	tracing := os.Args[1] == "trace"
	profiling := tracing || os.Args[1] == "profile"
	setupCell()
	runtime.GC()
	var buf, prof bytes.Buffer
	if tracing {
		trace.Start(&buf)
	}
	if profiling {
		pprof.StartCPUProfile(&prof)
	}
	a := snapshot()
	t := time.Now()
	trace.WithRegion(context.Background(), "lapbook:cell", theCell)
	wall := time.Since(t)
	b := snapshot()
	if tracing {
		trace.Stop()
	}
	if profiling {
		pprof.StopCPUProfile()
	}
	b.WallNS = int64(wall)
	b.UserNS -= a.UserNS
	b.SystemNS -= a.SystemNS
	b.ChildNS -= a.ChildNS
	b.RunDelayNS -= a.RunDelayNS
	b.VolSwitches -= a.VolSwitches
	b.InvSwitches -= a.InvSwitches
	b.IOBlocks -= a.IOBlocks
	json.NewEncoder(out).Encode(map[string]any{"sample": b, "trace": buf.Bytes(), "profile": prof.Bytes()})
}
