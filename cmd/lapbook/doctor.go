package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	goruntime "runtime"
	"strings"
	"time"

	"github.com/lapbook/lapbook/runtime"
)

// doctorCommand says what works on this machine and what to install.
func doctorCommand(ctx context.Context, args []string, std stdio) (int, error) {
	fs := newFlags("doctor")
	rest, _, err := parse(fs, args)
	if err == nil {
		err = noArguments(fs, rest)
	}
	if err != nil {
		return exitUsage, err
	}
	fmt.Fprintf(std.out, "lapbook, built with %s for %s/%s\n", goruntime.Version(), goruntime.GOOS, goruntime.GOARCH)
	toolchain(ctx, std.out)
	s, err := runtime.New(runtime.Config{})
	if err != nil {
		return exitFailed, err
	}
	defer s.Close()
	m := s.Machine()
	fmt.Fprintf(std.out, "cores       %d, effective at this moment %.1f\n", m.Cores, m.EffectiveCores)
	if m.EffectiveCores < 0.8*float64(m.Cores) {
		fmt.Fprintln(std.out, "            other programs or the hypervisor take part of them: timings will be noisy")
	}
	for _, line := range s.Doctor(ctx) {
		fmt.Fprintln(std.out, line)
	}
	return exitOK, nil
}

// toolchain says whether cells can be compiled and measured as compiled Go.
func toolchain(ctx context.Context, w io.Writer) {
	path, err := exec.LookPath("go")
	if err != nil {
		fmt.Fprintln(w, "toolchain   none on PATH: cells run interpreted only, and figures are labelled so")
		fmt.Fprintln(w, "            install Go from https://go.dev/dl")
		return
	}
	ctx, stop := context.WithTimeout(ctx, 10*time.Second)
	defer stop()
	cmd := exec.CommandContext(ctx, path, "env", "GOVERSION")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		fmt.Fprintf(w, "toolchain   %s does not answer: %v\n", path, err)
		return
	}
	fmt.Fprintf(w, "toolchain   %s (%s): cells are measured compiled\n", strings.TrimSpace(string(out)), path)
}
