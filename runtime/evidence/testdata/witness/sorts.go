package main

import (
	"fmt"
	"os/exec"
	"strings"
)

var text string

func setupCell() {
	var sb strings.Builder
	x := uint32(7)
	for i := 0; i < 120000; i++ {
		x = x*1664525 + 1013904223
		fmt.Fprintf(&sb, "%d line %d\n", x, i)
	}
	text = sb.String()
}

//line cell:1
func theCell() {
	cmd := exec.Command("sort", "-n")
	cmd.Stdin = strings.NewReader(text)
	out, err := cmd.Output()
	if err != nil {
		panic(err)
	}
	fmt.Println(len(out))
}
