package interpreted

import (
	"flag"
	"fmt"
	"testing"
)

// go test -race ./runtime/engine/interpreted -run Exchange -exchanges 1000000 -timeout 0
var exchanges = flag.Int("exchanges", 50_000, "values that 64 interpreted goroutines exchange")

// 64 goroutines exchange values over channels, select, mutexes and closures:
// none is lost, none arrives at another goroutine's channel.
func TestExchange(t *testing.T) {
	turns := (*exchanges + 31) / 32
	s := newSession(t)
	a := s.cell(fmt.Sprintf(`const turns = %d
var (
	wg    sync.WaitGroup
	mu    sync.Mutex
	sum   int
	wrong int
)
for g := range 32 {
	own, shared := make(chan int), make(chan int, 1)
	wg.Go(func() {
		for i := range turns {
			if i%%2 == 0 {
				own <- g*turns + i
			} else {
				shared <- g*turns + i
			}
		}
		close(own)
		close(shared)
	})
	wg.Go(func() {
		n, bad := 0, 0
		a, b := own, shared
		for a != nil || b != nil {
			var v int
			var ok bool
			select {
			case v, ok = <-a:
				if !ok {
					a = nil
					continue
				}
			case v, ok = <-b:
				if !ok {
					b = nil
					continue
				}
			}
			if v/turns != g {
				bad++
			}
			n++
		}
		mu.Lock()
		defer mu.Unlock()
		sum += n
		wrong += bad
	})
}
wg.Wait()
fmt.Println(sum, wrong)`, turns))
	if want := fmt.Sprintf("%d 0\n", 32*turns); a.out != want {
		t.Errorf("got %s%s, want %s", a, a.errOut, want)
	}
}
