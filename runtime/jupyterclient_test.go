package runtime

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// kernel is a Jupyter kernel of somebody else's, driven as a notebook page does:
// execute_request on its shell socket, output on its iopub socket. Messages are
// not signed, which a connection file with an empty key asks for.
type kernel struct {
	shell, iopub *zmtp
	sent         int
}

// startKernel starts a kernel that is given a connection file after args, and
// waits until it answers.
func startKernel(t *testing.T, exe string, args ...string) *kernel {
	t.Helper()
	dir := t.TempDir()
	ports := map[string]any{"transport": "tcp", "ip": "127.0.0.1", "key": "", "signature_scheme": "hmac-sha256"}
	names := []string{"shell_port", "iopub_port", "stdin_port", "control_port", "hb_port"}
	addr := map[string]string{}
	for _, name := range names {
		port := freePort(t)
		var n int
		fmt.Sscan(port, &n)
		ports[name], addr[name] = n, "127.0.0.1:"+port
	}
	b, err := json.Marshal(ports)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "connection.json")
	writeFile(t, file, string(b))
	cmd := exec.Command(exe, append(args, file)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("the kernel said: %.4000s", &said)
		}
	})
	return &kernel{shell: dialZMTP(t, addr["shell_port"], "DEALER"), iopub: dialZMTP(t, addr["iopub_port"], "SUB")}
}

// execute runs a cell until it has printed want, the end of its output.
func (k *kernel) execute(code, want string) error {
	k.sent++
	id := fmt.Sprintf("request-%d", k.sent)
	header := map[string]any{"msg_id": id, "username": "x", "session": "x", "date": time.Now().UTC().Format(time.RFC3339Nano), "msg_type": "execute_request", "version": "5.3"}
	content := map[string]any{"code": code, "silent": false, "store_history": true, "allow_stdin": false, "stop_on_error": true, "user_expressions": map[string]any{}}
	parts := [][]byte{[]byte("<IDS|MSG>"), nil}
	for _, part := range []any{header, map[string]any{}, map[string]any{}, content} {
		b, err := json.Marshal(part)
		if err != nil {
			return err
		}
		parts = append(parts, b)
	}
	if err := k.shell.send(parts...); err != nil {
		return err
	}
	said := ""
	for {
		text, idle, err := k.published(id)
		if err != nil {
			return err
		}
		said += text
		if strings.Contains(said, want) {
			return k.done(id)
		}
		if idle {
			return fmt.Errorf("the cell printed %q, not %q", said, want)
		}
	}
}

// published reads one message of the iopub socket: what it prints or complains
// about, and whether it ends a request.
func (k *kernel) published(id string) (text string, idle bool, err error) {
	kind, parent, content, err := k.iopub.message()
	if err != nil || parent != id {
		return "", false, err
	}
	var c struct {
		Text, Evalue string
		State        string `json:"execution_state"`
	}
	if err := json.Unmarshal(content, &c); err != nil {
		return "", false, err
	}
	if kind != "stream" {
		c.Text = ""
	}
	return c.Text + c.Evalue, c.State == "idle", nil
}

// done waits for the reply to a request.
func (k *kernel) done(id string) error {
	for {
		kind, parent, _, err := k.shell.message()
		if err != nil || kind == "execute_reply" && parent == id {
			return err
		}
	}
}

// zmtp is one side of a ZeroMQ connection: ZMTP 3.0 (rfc.zeromq.org/spec/23)
// without security.
type zmtp struct {
	conn net.Conn
	r    *bufio.Reader
}

// Flags of a ZMTP frame.
const (
	zmtpMore    = 1
	zmtpLong    = 2
	zmtpCommand = 4
)

func dialZMTP(t *testing.T, addr, kind string) *zmtp {
	t.Helper()
	var conn net.Conn
	for deadline := time.Now().Add(time.Minute); ; {
		var err error
		if conn, err = net.Dial("tcp", addr); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond) // the kernel has no other way to say that it listens
	}
	t.Cleanup(func() { conn.Close() })
	z := &zmtp{conn, bufio.NewReader(conn)}
	if err := z.greet(kind); err != nil {
		t.Fatal(err)
	}
	return z
}

func (z *zmtp) greet(kind string) error {
	greeting := make([]byte, 64)
	greeting[0], greeting[9], greeting[10] = 0xff, 0x7f, 3
	copy(greeting[12:], "NULL")
	if _, err := z.conn.Write(greeting); err != nil {
		return err
	}
	if _, err := io.ReadFull(z.r, greeting); err != nil {
		return err
	}
	ready := append([]byte("\x05READY\x0bSocket-Type"), 0, 0, 0, byte(len(kind)))
	if err := z.frame(zmtpCommand, append(ready, kind...)); err != nil {
		return err
	}
	if _, _, err := z.next(); err != nil {
		return err
	}
	if kind == "SUB" {
		return z.send([]byte{1}) // subscribe to everything
	}
	return nil
}

func (z *zmtp) frame(flags byte, body []byte) error {
	head := []byte{flags, byte(len(body))}
	if len(body) > 255 {
		head = binary.BigEndian.AppendUint64([]byte{flags | zmtpLong}, uint64(len(body)))
	}
	_, err := z.conn.Write(append(head, body...))
	return err
}

func (z *zmtp) send(parts ...[]byte) error {
	for i, p := range parts {
		flags := byte(0)
		if i < len(parts)-1 {
			flags = zmtpMore
		}
		if err := z.frame(flags, p); err != nil {
			return err
		}
	}
	return nil
}

func (z *zmtp) next() (flags byte, body []byte, err error) {
	if err := z.conn.SetReadDeadline(time.Now().Add(2 * time.Minute)); err != nil {
		return 0, nil, err
	}
	if flags, err = z.r.ReadByte(); err != nil {
		return 0, nil, err
	}
	size := make([]byte, 1)
	if flags&zmtpLong != 0 {
		size = make([]byte, 8)
	}
	if _, err := io.ReadFull(z.r, size); err != nil {
		return 0, nil, err
	}
	n := uint64(0)
	for _, b := range size {
		n = n<<8 | uint64(b)
	}
	if n > 64<<20 {
		return 0, nil, fmt.Errorf("a frame of %d bytes", n)
	}
	body = make([]byte, n)
	_, err = io.ReadFull(z.r, body)
	return flags, body, err
}

// message reads one Jupyter message: its type, the request that it answers and
// its content.
func (z *zmtp) message() (kind, parent string, content []byte, err error) {
	var parts [][]byte
	for {
		flags, body, err := z.next()
		if err != nil {
			return "", "", nil, err
		}
		if flags&zmtpCommand != 0 {
			continue
		}
		if parts = append(parts, body); flags&zmtpMore == 0 {
			break
		}
	}
	for len(parts) > 0 && string(parts[0]) != "<IDS|MSG>" {
		parts = parts[1:]
	}
	if len(parts) < 6 {
		return "", "", nil, fmt.Errorf("a message of %d parts", len(parts))
	}
	var head struct {
		Type string `json:"msg_type"`
		ID   string `json:"msg_id"`
	}
	if err := json.Unmarshal(parts[2], &head); err != nil {
		return "", "", nil, err
	}
	kind, head.ID = head.Type, ""
	_ = json.Unmarshal(parts[3], &head) // a message that answers nothing has no parent
	return kind, head.ID, parts[5], nil
}
