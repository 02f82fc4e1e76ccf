package repl

import (
	"bytes"
	"io"
	"slices"
	"sync"
)

// keys holds what was typed and nobody has read yet. While a prompt is open it
// is the editor's. While a cell runs it is the cell's standard input; what the
// cell has not read comes back and opens the next prompt, so that typing ahead
// is neither lost nor swallowed by a cell that does not read.
type keys struct {
	mu      sync.Mutex
	changed *sync.Cond
	ready   chan struct{} // wakes the prompt
	queue   []byte
	front   int    // bytes of the queue that were put back
	reader  int    // number of the cell's reader that may take from the queue
	closed  bool   // Ctrl-D was typed for the cell that runs
	ended   bool   // the terminal is gone
	stop    func() // interrupts the cell that runs; nil while none does
}

func newKeys() *keys {
	k := &keys{ready: make(chan struct{}, 1)}
	k.changed = sync.NewCond(&k.mu)
	return k
}

// wake tells whoever waits that something changed.
func (k *keys) wake() {
	k.changed.Broadcast()
	select {
	case k.ready <- struct{}{}:
	default: // it has been told already
	}
}

func (k *keys) typed(b []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.queue = append(k.queue, b...)
	k.heed()
	k.wake()
}

// ctrlC and ctrlD are keys that a terminal acts on itself while a cell has it.
// Typed just before that they arrive as bytes. eof stands for a Ctrl-D that the
// terminal acted on.
const (
	eof   = 0x00
	ctrlC = 0x03
	ctrlD = 0x04
)

// interruptible has Ctrl-C call stop, until it is nil.
func (k *keys) interruptible(stop func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.stop = stop
	k.heed()
}

// heed acts on a Ctrl-C in the queue: what was typed before it is dropped.
func (k *keys) heed() {
	if i := bytes.LastIndexByte(k.queue, ctrlC); i >= 0 && k.stop != nil {
		k.queue, k.front = k.queue[i+1:], 0
		k.stop()
	}
}

// typedEOF is Ctrl-D while a cell runs: the end of its input, as everywhere. A
// prompt that finds it ignores it.
func (k *keys) typedEOF() { k.typed([]byte{eof}) }

func (k *keys) end() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.ended = true
	k.wake()
}

// take is what the prompt reads; io.EOF says that the terminal is gone.
func (k *keys) take() ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	b := k.queue
	k.queue, k.front = nil, 0
	if len(b) == 0 && k.ended {
		return nil, io.EOF
	}
	return b, nil
}

// any tells whether something waits to be read.
func (k *keys) any() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.queue) > 0
}

// unread puts back what was taken and not used: in front, behind what was put
// back before.
func (k *keys) unread(b []byte) {
	if len(b) == 0 {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.queue = slices.Insert(k.queue, k.front, b...)
	k.front += len(b)
	k.wake()
}

// openPrompt ends the readers of cells.
func (k *keys) openPrompt() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.reader++
	k.wake()
}

// openCell is the standard input of a cell that starts now. It ends when the
// next cell or prompt opens.
func (k *keys) openCell() io.Reader {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.reader++
	k.changed.Broadcast()
	return &cellStdin{keys: k, cell: k.reader}
}

// cellStdin is the input of one cell; what the cell has not read is Unread.
type cellStdin struct {
	keys  *keys
	cell  int
	ended bool // Ctrl-D was typed
}

func (c *cellStdin) Read(p []byte) (int, error) {
	k := c.keys
	k.mu.Lock()
	defer k.mu.Unlock()
	for k.reader == c.cell && len(k.queue) == 0 && !c.ended && !k.ended {
		k.changed.Wait()
	}
	if k.reader != c.cell || len(k.queue) == 0 || c.ended {
		return 0, io.EOF
	}
	n := copy(p, k.queue)
	switch i := bytes.IndexAny(p[:n], string([]byte{eof, ctrlD})); {
	case i == 0:
		k.queue, k.front, c.ended = k.queue[1:], 0, true
		return 0, io.EOF
	case i > 0:
		n = i
	}
	k.queue, k.front = k.queue[n:], 0
	// Keys typed before the cell ran came from a raw terminal.
	copy(p, bytes.ReplaceAll(p[:n], []byte("\r"), []byte("\n")))
	return n, nil
}

// Unread takes back what the cell was given and has not read.
func (c *cellStdin) Unread(p []byte) { c.keys.unread(p) }
