package host

import (
	"bufio"
	"bytes"
	"io"
	"os"
	goruntime "runtime"
	"strings"
	"syscall"
	"testing"
)

// giver is an Unreader that gives its text and then waits to be closed.
type giver struct {
	io.Reader
	back   chan string
	closed chan struct{}
}

func (g *giver) Read(p []byte) (int, error) {
	n, err := g.Reader.Read(p)
	if err != nil {
		<-g.closed
	}
	return n, err
}

func (g *giver) Unread(p []byte) { g.back <- string(p) }

func TestFeedGivesBackWhatWasNotRead(t *testing.T) {
	// More than the narrow pipe holds, and less than Feed reads at a time: what
	// it has not read when it ends stays with the reader, which is not tested.
	long := strings.Repeat("a line that nobody reads\n", 1_200)
	for _, tt := range []struct {
		name, text string
		lines      int
	}{
		{"nothing typed", "", 0},
		{"nothing read", "one\ntwo\n", 0},
		{"all read", "one\ntwo\n", 2},
		{"more than a pipe holds", long, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			narrow(t, w)
			g := &giver{strings.NewReader(tt.text), make(chan string, 2), make(chan struct{})}
			defer close(g.closed)
			var child bytes.Buffer
			end := Feed(g, r, w)
			in := bufio.NewReaderSize(oneByte{r}, 16)
			for range tt.lines {
				line, err := in.ReadString('\n')
				if err != nil {
					t.Fatal(err)
				}
				child.WriteString(line)
			}
			if tt.name == "more than a pipe holds" || tt.name == "nothing read" {
				// What was typed has reached the pipe when a byte can be peeked at.
				var b [1]byte
				if _, err := r.Read(b[:]); err != nil {
					t.Fatal(err)
				}
				child.Write(b[:])
			}
			end()
			got := child.String()
			for len(got) < len(tt.text) {
				got += <-g.back
			}
			if got != tt.text {
				t.Errorf("read and given back: %d bytes, want the %d that were typed, in order", len(got), len(tt.text))
			}
		})
	}
}

// oneByte reads as a cell that takes no more than it needs.
type oneByte struct{ io.Reader }

func (o oneByte) Read(p []byte) (int, error) { return o.Reader.Read(p[:1]) }

// narrow makes a pipe hold one page, where the system can.
func narrow(t *testing.T, w *os.File) {
	t.Helper()
	if goruntime.GOOS != "linux" {
		return
	}
	conn, err := w.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	const setPipeSize = 1031 // F_SETPIPE_SZ
	if err := conn.Control(func(fd uintptr) { _, _, _ = syscall.Syscall(syscall.SYS_FCNTL, fd, setPipeSize, 4096) }); err != nil {
		t.Fatal(err)
	}
}
