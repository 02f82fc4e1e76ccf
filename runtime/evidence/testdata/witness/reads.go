package main

import (
	"bufio"
	"os"
	"os/exec"
)

var r, w, _ = os.Pipe()
var feeder = exec.Command("sh", "-c", "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do sleep 0.01; echo tick; done")

func setupCell() {
	feeder.Stdout = w
	if err := feeder.Start(); err != nil {
		panic(err)
	}
	w.Close()
}

//line cell:1
func theCell() {
	for sc := bufio.NewScanner(r); sc.Scan(); {
	}
}
