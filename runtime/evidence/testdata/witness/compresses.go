package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
)

var data = make([]byte, 6<<20)

func setupCell() {
	x := uint32(5)
	for i := range data {
		x = x*1664525 + 1013904223
		data[i] = "abcdefgh  \n,"[x>>28%12]
	}
}

//line cell:1
func theCell() {
	var out bytes.Buffer
	zw := gzip.NewWriter(&out)
	zw.Write(data)
	zw.Close()
	fmt.Println(out.Len())
}
