package main

import "sync"

func setupCell() {
}

//line cell:1
func theCell() {
	tokens := make(chan int, 1)
	tokens <- 0
	var wg sync.WaitGroup
	for w := 0; w < 4; w++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := 0; i < 150; i++ {
				v := <-tokens
				for k := 0; k < 400000; k++ {
					v = v*1664525 + 1013904223
				}
				tokens <- v & 0xffff
			}
		}()
	}
	wg.Wait()
}
