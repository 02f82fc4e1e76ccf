package evidence

import (
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// The workloads of the tests: each stands for a cell, whose lines are what its
// line directive says, counted as gofmt leaves them.

//line computes:1
func computes() {
	x := uint64(1)
	for i := 0; i < 60_000_000; i++ {
		x = x*6364136223846793005 + 1442695040888963407
	}
	io.Discard.Write([]byte{byte(x)})
}

//line sleeps:1
func sleeps() {
	for i := 0; i < 5; i++ {
		time.Sleep(5 * time.Millisecond)
	}
}

//line waits:1
func waits() {
	done := make(chan int)
	go func() { time.Sleep(20 * time.Millisecond); done <- 1 }()
	<-done
}

//line queues:1
func queueUp() {
	var mu sync.Mutex
	hold := func() { mu.Lock(); time.Sleep(3 * time.Millisecond); mu.Unlock() }
	var wg sync.WaitGroup
	for w := 0; w < 4; w++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := 0; i < 4; i++ {
				hold()
			}
		}()
	}
	wg.Wait()
}

// fetches waits for a server that is not its own.
func fetches(addr string) func() {
//line fetches:1
	return func() {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			panic(err)
		}
		buf := make([]byte, 1)
		for i := 0; i < 8; i++ {
			c.Write(buf)
			c.Read(buf)
		}
		c.Close()
	}
}

//line many:1
func many() {
	var wg sync.WaitGroup
	for i := 0; i < 100_000; i++ {
		wg.Add(1)
		go wg.Done()
	}
	wg.Wait()
}

//line panics:1
func panics() {
	time.Sleep(2 * time.Millisecond)
	panic("no end")
}

// pingpong switches 2*n times between goroutines.
func pingpong(n int) func() {
//line pingpong:1
	return func() {
		a, b := make(chan int), make(chan int)
		go func() {
			for v := range a {
				b <- v
			}
			close(b)
		}()
		for i := 0; i < n; i++ {
			a <- i
			<-b
		}
		close(a)
	}
}

//line files:1
func files() {
	f, err := os.CreateTemp("", "cell")
	if err != nil {
		panic(err)
	}
	for i := 0; i < 2000; i++ {
		fmt.Fprintln(f, i)
	}
	f.Close()
	os.Remove(f.Name())
}

// goes starts its goroutines through the standard library.
//
//line goes:1
func goes() {
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() { time.Sleep(2 * time.Millisecond) })
	}
	wg.Wait()
}

// outlives waits for a goroutine that a clock made before anybody waited for it.
//
//line outlives:1
func outlives() {
	done := make(chan int)
	time.AfterFunc(2*time.Millisecond, func() { time.Sleep(20 * time.Millisecond); close(done) })
	time.Sleep(8 * time.Millisecond)
	<-done
}

// inMemory reads from a connection whose far end is its own goroutine.
//
//line inMemory:1
func inMemory() {
	near, far := net.Pipe()
	go func() { time.Sleep(5 * time.Millisecond); far.Write([]byte("x")) }()
	near.Read(make([]byte, 1))
}

// asksInMemory asks a server at the far end that was there before.
func asksInMemory() func() {
	near, far := net.Pipe()
	go func() {
		b := make([]byte, 1)
		for range 4 {
			far.Read(b)
			time.Sleep(5 * time.Millisecond)
			far.Write(b)
		}
	}()
//line asksInMemory:1
	return func() {
		b := make([]byte, 1)
		for range 4 {
			near.Write(b)
			near.Read(b)
		}
	}
}

// answersItself asks a server of its own.
//
//line answersItself:1
func answersItself() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer ln.Close()
	go func() {
		c, err := ln.Accept()
		if err != nil {
			return
		}
		b := make([]byte, 1)
		for {
			if _, err := c.Read(b); err != nil {
				return
			}
			c.Write(b)
		}
	}()
	c, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		panic(err)
	}
	b := make([]byte, 1)
	for range 50 {
		c.Write(b)
		c.Read(b)
	}
	c.Close()
}
