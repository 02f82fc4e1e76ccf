// Command lapbook is a Go notebook for making code fast on purpose; see the
// README and `lapbook help`.
package main

import (
	"os"

	"github.com/lapbook/lapbook/runtime"
)

func main() {
	runtime.ServeIfChild()
	os.Exit(run(os.Args[1:], stdio{os.Stdin, os.Stdout, os.Stderr}))
}
