package main

import "fmt"

func setupCell() {
}

//line cell:1
func theCell() {
	inside := 0
	for py := 0; py < 500; py++ {
		for px := 0; px < 500; px++ {
			x0, y0 := float64(px)/250-1.5, float64(py)/250-1
			x, y := 0.0, 0.0
			i := 0
			for ; i < 300 && x*x+y*y < 4; i++ {
				x, y = x*x-y*y+x0, 2*x*y+y0
			}
			if i == 300 {
				inside++
			}
		}
	}
	fmt.Println(inside)
}
