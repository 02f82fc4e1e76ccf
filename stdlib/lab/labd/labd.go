// Package labd is the process that serves lab.Pages: the program itself, run
// again. It ends when the session does, however that ends.
package labd

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/lapbook/lapbook/stdlib/lab"
)

// roleEnv marks the process that is to serve; its value is the address to prefer.
const roleEnv = "LAPBOOK_PAGES_SERVE"

// startTime is how long a started process may take until it serves.
const startTime = 10 * time.Second

// ServeIfChild serves pages and never returns if this process was started by
// Start. Call it first in main, and in TestMain where tests start sessions.
func ServeIfChild() {
	addr, ok := os.LookupEnv(roleEnv)
	if !ok {
		return
	}
	if err := serve(addr, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "lapbook: pages:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// serve tells its address on out and serves until in ends.
func serve(addr string, in io.Reader, out io.Writer) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		if l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintln(out, l.Addr()); err != nil {
		return err
	}
	srv := &http.Server{Handler: lab.PagesHandler(), ReadHeaderTimeout: time.Minute}
	go func() {
		io.Copy(io.Discard, in)
		srv.Close()
	}()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// A Server is a running pages process.
type Server struct {
	addr  string
	cmd   *exec.Cmd
	stdin io.Closer
}

// Start starts the pages process: the executable exe, which calls ServeIfChild.
// prefer is the address that it had in an earlier session, or "".
func Start(exe, prefer string) (*Server, error) {
	if prefer == "" {
		prefer = "127.0.0.1:0"
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), roleEnv+"="+prefer)
	cmd.Stderr = os.Stderr
	detach(cmd)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("starting the pages server: %w", err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("starting the pages server: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the pages server: %w", err)
	}
	s := &Server{cmd: cmd, stdin: stdin}
	line, err := readLine(stdout)
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("starting the pages server: %w", err)
	}
	s.addr = line
	return s, nil
}

// readLine reads the address, or gives up.
func readLine(r io.Reader) (string, error) {
	type answer struct {
		line string
		err  error
	}
	c := make(chan answer, 1)
	go func() {
		line, err := bufio.NewReader(r).ReadString('\n')
		c <- answer{strings.TrimSpace(line), err}
	}()
	select {
	case a := <-c:
		return a.line, a.err
	case <-time.After(startTime):
		return "", fmt.Errorf("no answer in %v", startTime)
	}
}

// Addr is the host and port at which it serves.
func (s *Server) Addr() string { return s.addr }

// Env is the setting that every process of the session needs: it makes lab.Pages
// name this server.
func (s *Server) Env() string { return lab.PagesEnv + "=" + s.addr }

// Close ends the process and waits for it.
func (s *Server) Close() error {
	s.stdin.Close()
	done := make(chan error, 1)
	go func() { done <- s.cmd.Wait() }()
	select {
	case err := <-done:
		return err
	case <-time.After(2 * time.Second):
		s.cmd.Process.Kill()
		return <-done
	}
}
