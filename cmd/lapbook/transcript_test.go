//go:build unix

package main

import (
	"flag"
	"strings"
	"testing"
)

var wholeTranscript = flag.Bool("transcript", false, "type the design's transcript with its own 40 ms, not 4 ms")

// TestTranscript types the session that the design begins with and wants its
// lines, words and table; only the figures are free.
func TestTranscript(t *testing.T) {
	needGo(t)
	wait := "4"
	if *wholeTranscript {
		wait = "40"
	}
	p := sit(t, t.TempDir())
	p.prompt(1)
	p.types("urls := lab.Pages(40, " + wait + "*time.Millisecond)  // 40 local pages, " + wait + " ms each\r")
	p.prompt(2)
	p.types("sizes := make([]int, len(urls))\r")
	p.prompt(3)
	p.types("for i, u := range urls {\r    sizes[i] = len(lab.Fetch(u))\r}\r")
	p.prompt(4)
	p.types("%target 1us\r")
	p.sees(`(?m)  cell 3 took [^ ]+ .?s: not met$`)
	p.prompt(4)
	p.types("%classify\r")
	p.sees(`(?m)  cell 3  I/O-bound: waiting for the network +\d+ runs, compiled$`)
	p.sees(`(?m)^    waiting +\d+%  ░+ +network$`)
	p.sees(`(?m)^    line 2 +\d+%  sizes\[i\] = len\(lab\.Fetch\(u\)\)$`)
	p.sees(`(?m)^  Cheaper first: fewer requests \(cache, batch\)\? If not: %concurrent$`)
	p.sees(`(?m)^  More cores will not help: <?\d+% computes\.$`)
	p.prompt(4)
	p.types("%target 10s\r")
	p.prompt(4)
	p.types("%concurrent\r")
	p.sees(`(?m)  cell 3  40 tasks: the loop at line 1 +same result ✓$`)
	p.sees(`(?m)^ +wall +speedup +predicted +CPU +in flight +workers$`)
	p.sees(`(?m)^  as written .* 1\.0× +– .* 1 +1$`)
	p.sees(`(?m)^  concurrent .*× .*s .*s +\d+ +1$`)
	p.sees(`(?m)^    A \|[▓·░ ]+\|   3 of 40 tasks$`)
	p.sees(`(?m)^    B \|[▓·░ ]+\|   ▓ running  · ready  ░ waiting$`)
	p.sees(`(?m)^    C \|[▓·░ ]+\|$`)
	p.sees(`(?m)^  Target met: stop here\.$`)
	p.prompt(4)
	p.types("%parallel\r")
	p.sees(`(?m)  parallel .*× .*s .*s +\d+ +\d+$`)
	p.prompt(4)
	p.types("%save fetch.md\r")
	p.sees(`(?m)  fetch\.md: 3 cells, 1 measured · replay: lapbook replay fetch\.md$`)
	p.prompt(4)
	for _, line := range strings.Split(sequences.ReplaceAllString(p.transcript(), "\n"), "\n") {
		if n := len([]rune(line)); n > 79 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}
