//go:build unix

package host

import (
	"bytes"
	"os"
	"strings"
	"sync"
	"time"
)

// crashText collects the pipe on which the Go runtime repeats its last words.
type crashText struct {
	mu    sync.Mutex
	buf   strings.Builder
	file  *os.File
	lines int
	long  bool // the dump was asked for
}

func (c *crashText) expectLong() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.long = true
}

// pump reads until the end. From the first believable words on the process has
// little time: dumps of a million goroutines take many seconds.
func (c *crashText) pump(r *os.File, kill func()) {
	c.mu.Lock()
	c.file = r
	c.mu.Unlock()
	defer r.Close()
	var timer *time.Timer
	buf := make([]byte, 4<<10)
	for {
		n, err := r.Read(buf)
		full := c.add(buf[:n])
		if n > 0 && timer == nil && c.believable() {
			timer = time.AfterFunc(settle, kill)
			defer timer.Stop()
		}
		if timer != nil && full {
			kill()
		}
		if err != nil {
			return
		}
	}
}

// add keeps the beginning and tells whether that is all anybody wants to read.
func (c *crashText) add(p []byte) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.buf.Len() < 256<<10 {
		c.buf.Write(p)
	}
	c.lines += bytes.Count(p, []byte("\n"))
	return c.lines >= longDump || !c.long && c.lines >= dumpLines
}

// believable tells Go's words from what a cell wrote into a descriptor.
func (c *crashText) believable() bool {
	text := c.text()
	_, opens := findCrash(text)
	return opens || strings.HasPrefix(strings.TrimLeft(text, "\n"), "goroutine ") || strings.HasPrefix(text, "\nruntime stack:") || strings.HasPrefix(text, "panic: ")
}

func (c *crashText) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.buf.String()
}

func (c *crashText) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.file != nil {
		c.file.Close()
	}
}
