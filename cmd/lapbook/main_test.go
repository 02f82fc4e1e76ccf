package main

import (
	"os"
	"testing"

	"github.com/lapbook/lapbook/runtime"
	"github.com/rogpeppe/go-internal/testscript"
)

// The test binary is lapbook, and the process of its cells.
func TestMain(m *testing.M) {
	runtime.ServeIfChild()
	testscript.Main(m, map[string]func(){
		"lapbook": func() { os.Exit(run(os.Args[1:], stdio{os.Stdin, os.Stdout, os.Stderr})) },
	})
}
