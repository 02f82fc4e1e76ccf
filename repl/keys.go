package repl

import (
	"io"
	"sync"
)

// keys routes what is typed: to the line editor while a prompt is open, and
// otherwise into a queue that a running cell reads as its stdin. What the cell
// did not read opens the next prompt, so that typing ahead is never lost.
type keys struct {
	mu     sync.Mutex
	ready  *sync.Cond
	editor io.Writer // where keys go while a prompt is open
	prompt bool
	queue  []byte
	ended  bool // the terminal is gone
	cell   int  // number of the reader that may take from the queue
}

func newKeys(editor io.Writer) *keys {
	k := &keys{editor: editor}
	k.ready = sync.NewCond(&k.mu)
	return k
}

// pump copies the terminal until it ends. It is the one reader of the terminal;
// its owner ends it by closing the terminal or the process.
func (k *keys) pump(tty io.Reader, closeEditor func() error) {
	buf := make([]byte, 4096)
	for {
		n, err := tty.Read(buf)
		if n > 0 {
			k.typed(buf[:n])
		}
		if err != nil {
			k.end()
			_ = closeEditor() // the editor sees end of file
			return
		}
	}
}

func (k *keys) typed(b []byte) {
	k.mu.Lock()
	toEditor := k.prompt
	if !toEditor {
		k.queue = append(k.queue, b...)
		k.ready.Broadcast()
	}
	k.mu.Unlock()
	if toEditor {
		_, _ = k.editor.Write(b) // a closed editor means that the session ends
	}
}

func (k *keys) end() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.ended = true
	k.ready.Broadcast()
}

// openPrompt sends keys to the editor from now on, first those typed ahead.
func (k *keys) openPrompt() {
	k.mu.Lock()
	ahead := k.queue
	k.queue = nil
	k.prompt = true
	k.cell++
	k.ready.Broadcast()
	k.mu.Unlock()
	if len(ahead) > 0 {
		_, _ = k.editor.Write(ahead)
	}
}

// openCell sends keys to the queue and returns the stdin of the cell that runs
// now. It ends when the next prompt opens.
func (k *keys) openCell() io.Reader {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.prompt = false
	k.cell++
	return &cellStdin{keys: k, cell: k.cell}
}

type cellStdin struct {
	keys *keys
	cell int
}

func (c *cellStdin) Read(p []byte) (int, error) {
	k := c.keys
	k.mu.Lock()
	defer k.mu.Unlock()
	for len(k.queue) == 0 && k.cell == c.cell && !k.ended {
		k.ready.Wait()
	}
	if k.cell != c.cell || len(k.queue) == 0 {
		return 0, io.EOF
	}
	n := copy(p, k.queue)
	k.queue = k.queue[n:]
	return n, nil
}
