//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/term"
)

// person is somebody at a terminal on which lapbook runs.
type person struct {
	t    *testing.T
	cmd  *exec.Cmd
	tty  *os.File // the terminal's own side, as a shell has it
	keys *os.File // the person's side
	dir  string
	mu   sync.Mutex
	more *sync.Cond
	seen bytes.Buffer // what came since the last expect
	all  bytes.Buffer
	gone bool
}

// patience is how long a person waits before calling it broken.
const patience = 60 * time.Second

// sit starts lapbook on a terminal of 80 by 24. home holds the history and the
// journal; the cells start in it too.
func sit(t *testing.T, home string, args ...string) *person { return sitWith(t, home, nil, args...) }

func sitWith(t *testing.T, home string, env []string, args ...string) *person {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "lapbook") // TestMain goes by the name
	if err := os.Symlink(exe, link); err != nil {
		t.Fatal(err)
	}
	keys, tty, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo terminal: %v", err)
	}
	if err := pty.Setsize(keys, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	p := &person{t: t, tty: tty, keys: keys, dir: home}
	p.more = sync.NewCond(&p.mu)
	p.cmd = exec.Command(link, args...)
	p.cmd.Dir = home
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = tty, tty, tty
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	p.cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+filepath.Join(home, "state"), "TERM=xterm", "NO_COLOR=1", "LC_ALL=C.UTF-8")
	p.cmd.Env = append(p.cmd.Env, env...)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go p.look()
	t.Cleanup(p.stand)
	return p
}

// stand ends what is left.
func (p *person) stand() {
	if p.cmd.ProcessState == nil {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
	}
	p.tty.Close()
	p.keys.Close()
}

func (p *person) look() {
	buf := make([]byte, 4096)
	for {
		n, err := p.keys.Read(buf)
		p.mu.Lock()
		p.seen.Write(buf[:n])
		p.all.Write(buf[:n])
		p.gone = err != nil
		p.more.Broadcast()
		p.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (p *person) types(s string) {
	p.t.Helper()
	if _, err := io.WriteString(p.keys, s); err != nil {
		p.t.Fatal(err)
	}
}

// sequences are the escape sequences that the editor writes.
var sequences = regexp.MustCompile(`\x1b\[[0-9;?]*[A-Za-z]|\r`)

// sees waits for a pattern in what came since the last one, without escape
// sequences, and returns the match.
func (p *person) sees(pattern string) string {
	p.t.Helper()
	re := regexp.MustCompile(pattern)
	deadline := time.AfterFunc(patience, func() { p.mu.Lock(); p.gone = true; p.more.Broadcast(); p.mu.Unlock() })
	defer deadline.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		text := sequences.ReplaceAllString(p.seen.String(), "")
		if m := re.FindStringIndex(text); m != nil {
			p.seen.Reset()
			p.seen.WriteString(text[m[1]:])
			return text[m[0]:m[1]]
		}
		if p.gone {
			p.t.Fatalf("never saw %q; on the screen:\n%s", pattern, text)
		}
		p.more.Wait()
	}
}

// prompt waits for the prompt of cell n.
func (p *person) prompt(n int) { p.t.Helper(); p.sees(fmt.Sprintf(`\[%d\][›>] `, n)) }

// leaves waits for the end of the program and returns its exit status.
func (p *person) leaves() int {
	p.t.Helper()
	done := make(chan struct{})
	go func() { _ = p.cmd.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(patience):
		p.t.Fatalf("does not end; on the screen:\n%s", p.transcript())
	}
	return p.cmd.ProcessState.ExitCode()
}

func (p *person) transcript() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.all.String()
}

// checkTerminal wants the terminal as a shell left it.
func (p *person) checkTerminal() {
	p.t.Helper()
	p.settles()
	state, err := term.GetState(int(p.tty.Fd()))
	if err != nil {
		p.t.Fatal(err)
	}
	fresh, tty, err := pty.Open()
	if err != nil {
		p.t.Fatal(err)
	}
	defer fresh.Close()
	defer tty.Close()
	want, err := term.GetState(int(tty.Fd()))
	if err != nil {
		p.t.Fatal(err)
	}
	if fmt.Sprint(*state) != fmt.Sprint(*want) {
		p.t.Errorf("terminal modes are left changed: %v, want %v", *state, *want)
	}
}

// settles waits until what the program wrote last was read, which may be after
// its end: bracketed paste is off.
func (p *person) settles() {
	p.t.Helper()
	late := false
	deadline := time.AfterFunc(patience, func() { p.mu.Lock(); late = true; p.more.Broadcast(); p.mu.Unlock() })
	defer deadline.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		out := p.all.String()
		if strings.LastIndex(out, "\x1b[?2004l") >= strings.LastIndex(out, "\x1b[?2004h") {
			return
		}
		if late || p.gone {
			p.t.Error("bracketed paste is left on")
			return
		}
		p.more.Wait()
	}
}

// gate makes a file in a directory whose readers wait until open is called.
func gate(t *testing.T, dir string) (open func()) {
	t.Helper()
	file := filepath.Join(dir, "gate")
	if err := syscall.Mkfifo(file, 0o600); err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTerminalSession(t *testing.T) {
	home := t.TempDir()
	p := sit(t, home)
	p.sees(`lapbook · go1\.\d+ · \d+ cores? · %help · .*Ctrl-D leaves`)
	p.prompt(1)
	p.types("x := 20\r")
	p.prompt(2)
	p.types("for i := range 2 {\r")
	p.sees(`…     `)
	p.types("fmt.Println(\"turn\", i, x)\r}\r")
	p.sees(`turn 0 20\s+turn 1 20`)
	p.prompt(3)
	p.types("x + 1\r")
	p.sees(`21\n`)
	p.prompt(4)
	p.types("dropped\x03")
	p.sees(`\^C`)
	p.prompt(4)
	p.types("%nonsense\r")
	p.sees(`no such magic`)
	p.prompt(4)
	p.types("\x04")
	p.sees(`Save as`)
	p.types("\x03") // stay
	p.prompt(4)
	p.types("exit\r")
	p.sees(`Save as`)
	p.types("kept\r")
	p.sees(`kept\.md saved`)
	if got := p.leaves(); got != 0 {
		t.Errorf("exit status %d", got)
	}
	p.checkTerminal()
	text, err := os.ReadFile(filepath.Join(home, "kept.md"))
	if err != nil || !strings.Contains(string(text), "\tfmt.Println(\"turn\", i, x)\n}") {
		t.Errorf("saved: %v\n%s", err, text)
	}
	q := sit(t, home, "kept.md")
	q.sees(`nothing has run`)
	q.prompt(4)
	q.types("%run all\r")
	q.sees(`turn 1 20`)
	q.sees(`21`)
	q.prompt(4)
	q.types("\x1b[A") // history of the session before, without its last word
	q.sees(`%run all`)
	q.types("\x03")
	q.sees(`\^C`)
	q.prompt(4) // before it is back the terminal's own line discipline would take ^R
	q.types("\x12Println")
	q.sees(`search: Println`)
	q.types("\r")
	q.sees(`turn 0 20`)
	q.prompt(5)
	q.types(":q\r")
	q.sees(`Save kept\.md\? \[Y/n/other name\]`)
	q.types("n\r")
	if got := q.leaves(); got != 0 {
		t.Errorf("exit status %d", got)
	}
}

func TestTerminalPaste(t *testing.T) {
	var b strings.Builder
	b.WriteString("func sum(n int) int {\n")
	for i := range 27 {
		fmt.Fprintf(&b, "\tn += %d\t// line %d\n", i, i)
	}
	b.WriteString("\treturn n\n}\n")
	p := sit(t, t.TempDir())
	p.prompt(1)
	p.types("\x1b[200~" + b.String() + "\x1b[201~")
	p.sees(`return n`)
	p.types("\r")
	p.prompt(2)
	p.types("sum(0)\r")
	p.sees(`351\n`)
	p.prompt(3)
	p.types("\x1b[A\x1b[A") // the block again, cursor at its end
	p.sees(`return n`)
	p.types("\x1b[A\x05+1000\r") // a line up, at its end
	p.prompt(4)
	p.types("sum(0)\r")
	p.sees(`1351\n`)
	p.prompt(5)
	long := "var s = `" + strings.Repeat("0123456789abcde\n", 5000) + "`"
	p.types("\x1b[200~" + long + "\x1b[201~\r")
	p.prompt(6)
	p.types("len(s)\r")
	p.sees(`80000\n`)
	p.prompt(7)
	p.types("\x04")
	p.sees(`Save as`)
	p.types("\r")
	p.leaves()
}

func TestTerminalInterrupt(t *testing.T) {
	p := sit(t, t.TempDir())
	p.prompt(1)
	p.types("x := 7\r")
	p.prompt(2)
	p.types("for {}\r")
	p.sees(`\d s · Ctrl-C interrupts`)
	p.types("\x03")
	p.sees(`interrupted`)
	p.prompt(3)
	p.types("x\r")
	p.sees(`7\n`)
	p.prompt(4)
	p.types("time.Sleep(time.Hour)\r")
	p.sees(`\d s · Ctrl-C interrupts`)
	p.types("\x03")
	p.sees(`interrupted`)
	p.prompt(5)
	p.types("exit\r")
	p.sees(`Save as`)
	p.types("\r")
	p.leaves()
	p.checkTerminal()
}

func TestTerminalTypingAhead(t *testing.T) {
	home := t.TempDir()
	open := gate(t, home)
	p := sit(t, home)
	p.prompt(1)
	p.types("fmt.Println(\"asleep\"); _, err := os.ReadFile(\"gate\")\r") // reads no input
	p.sees(`asleep\n`)
	p.types("err == nil\r3 * 5")
	p.sees(`3 \* 5`) // echoed by the terminal
	open()
	p.sees(`true\n`)
	p.sees(`\[3\]› 3 \* 5`)
	p.types("\r")
	p.sees(`15\n`)
	p.prompt(4)
	p.types("var name string; fmt.Print(\"name? \"); n, _ := fmt.Scanln(&name)\r")
	p.sees(`name\? `)
	p.types("ada\r")
	p.prompt(5)
	p.types("name + strconv.Itoa(n)\r")
	p.sees(`ada1`)
	p.prompt(6)
	p.types("fmt.Print(\"all? \"); all, _ := io.ReadAll(os.Stdin)\r")
	p.sees(`all\? `)
	p.types("one\rtwo\r\x04") // whether it reads yet or not; Ctrl-D ends the cell's input and not the session
	p.prompt(7)
	p.types("string(all)\r")
	p.sees(`one\\?n?\n?two`)
	p.prompt(8)
	p.types("!cat; echo done\r")
	p.types("line for cat\r\x04")
	p.sees(`line for cat\n\s*done`)
	p.prompt(8)
	p.types("exit\r")
	p.sees(`Save as`)
	p.types("\r")
	p.leaves()
}

func TestTerminalKilledAndOffered(t *testing.T) {
	home := t.TempDir()
	p := sit(t, home)
	p.prompt(1)
	for i := range 3 {
		p.types(fmt.Sprintf("cell%d := %d\r", i, i))
		p.prompt(i + 2)
	}
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.leaves()
	q := sit(t, home)
	q.sees(`An unsaved session was lost: .*`)
	q.sees(`Take it back\?`)
	q.types("\r")
	for i := range 3 {
		q.sees(fmt.Sprintf(`cell%d := %d`, i, i))
	}
	q.prompt(4)
	q.types("%run all\r")
	q.prompt(4)
	q.types("cell2 + 40\r")
	q.sees(`42\n`)
	q.prompt(5)
	q.types("%save back.md\r")
	q.sees(`back\.md: 4 cells`)
	q.prompt(5)
	q.types("\x04")
	if got := q.leaves(); got != 0 {
		t.Errorf("exit status %d", got)
	}
	r := sit(t, home)
	r.prompt(1) // nothing is offered any more
	if strings.Contains(r.transcript(), "lost") {
		t.Error("a saved session is offered again")
	}
	r.types("\x04")
	r.leaves()
}

func TestTerminalEndedBySignal(t *testing.T) {
	for _, state := range []string{"at the prompt", "in a cell"} {
		t.Run(state, func(t *testing.T) {
			p := sit(t, t.TempDir())
			p.prompt(1)
			p.types("x := 1\r")
			p.prompt(2)
			if state == "in a cell" {
				p.types("fmt.Println(\"go\"); select {}\r")
				p.sees(`go\n`)
			}
			if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if got := p.leaves(); got != exitInterrupted {
				t.Errorf("exit status %d, want %d", got, exitInterrupted)
			}
			p.checkTerminal()
		})
	}
}

func TestTerminalCompletion(t *testing.T) {
	home := t.TempDir()
	for _, name := range []string{"lesson.md", "lessons.ipynb", "other.txt"} {
		if err := os.WriteFile(filepath.Join(home, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p := sit(t, home)
	p.prompt(1)
	p.types("manyWords := strings.Fields(\"a b\")\r")
	p.prompt(2)
	tests := []struct{ typed, want string }{
		{"manyW", `› manyWords`},
		{"strings.ToUp", `› strings.ToUpper`},
		{"strc", `› strconv`},
		{"%class", `› %classify`},
		{"%%conc", `› %%concurrent`},
		{"%help clas", `› %help classify`},
		{"%load les", `lesson\.md\s+lessons\.ipynb`},
		{"%load oth", `› %load oth$`},
		{"%concurrent cell", `› %concurrent cell-1`},
		{"%engine comp", `› %engine compiled`},
		{"?strings.Fie", `› \?strings\.Fields`},
		{"%timeit len(manyW", `› %timeit len\(manyWords`},
		{"!cat other", `› !cat other\.txt`},
	}
	for _, tt := range tests {
		p.types(tt.typed + "\t")
		p.sees(tt.want)
		p.types("\x03")
		p.sees(`\^C`)
		p.prompt(2)
	}
}

func TestTerminalASCII(t *testing.T) {
	for _, tt := range []struct {
		name string
		env  []string
		args []string
	}{
		{"locale", []string{"LC_ALL=C"}, nil},
		{"flag", nil, []string{"--ascii"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := sitWith(t, t.TempDir(), tt.env, tt.args...)
			p.prompt(1)
			p.types("for i := range 1 {\r")
			p.sees(`\.     `)
			p.types("fmt.Println(i)\r}\r")
			p.prompt(2)
			p.types("%profile\r")
			p.prompt(2)
			p.types("%help\r")
			p.prompt(2)
			p.types("%help profile\r")
			p.prompt(2)
			p.types("for {}\r")
			p.sees(`Ctrl-C interrupts`)
			p.types("\x03")
			p.prompt(3)
			p.types("\x04")
			p.sees(`Save as`)
			p.types("\r")
			p.leaves()
			// Progress is written over itself: each of its texts is a line.
			text := strings.ReplaceAll(p.transcript(), "\r\x1b[K", "\n")
			for i, line := range strings.Split(sequences.ReplaceAllString(text, ""), "\n") {
				if strings.ContainsFunc(line, func(r rune) bool { return r >= 0x80 }) {
					t.Errorf("line %d: %q", i+1, line)
				}
				if n := len(line); n > 78 && !strings.Contains(line, "Ctrl-C interrupts") {
					t.Errorf("line %d has %d columns: %q", i+1, n, line)
				}
			}
		})
	}
}

func TestTerminalColour(t *testing.T) {
	p := sitWith(t, t.TempDir(), []string{"NO_COLOR=1"}, "--color=always")
	p.prompt(1)
	if !strings.Contains(p.transcript(), "\x1b[36m[1]› ") {
		t.Errorf("--color=always shows no colour: %q", p.transcript())
	}
	q := sit(t, t.TempDir())
	q.prompt(1)
	if regexp.MustCompile(`\x1b\[[0-9;]*m`).MatchString(q.transcript()) {
		t.Errorf("NO_COLOR shows colour: %q", q.transcript())
	}
}

func TestTerminalEditor(t *testing.T) {
	home := t.TempDir()
	editor := filepath.Join(home, "editor.sh")
	script := "#!/bin/sh\nstty -a | grep -q ' icanon' && echo cooked\nprintf 'new name? '\nread name\nsed -i.bak \"s/old/$name/\" \"$1\"\n"
	if err := os.WriteFile(editor, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	p := sitWith(t, home, []string{"EDITOR=" + editor, "VISUAL="})
	p.prompt(1)
	p.types("\"an old word\"\r")
	p.sees(`an old word`)
	p.prompt(2)
	p.types("%edit\r")
	p.sees(`cooked`)
	p.sees(`new name\? `)
	p.types("new\r")
	p.sees(`an new word`)
	p.prompt(2)
}

func TestTerminalResize(t *testing.T) {
	p := sit(t, t.TempDir())
	p.prompt(1)
	p.types(strings.Repeat("x", 60))
	p.sees(`x{60}`)
	if err := pty.Setsize(p.keys, &pty.Winsize{Rows: 24, Cols: 40}); err != nil {
		t.Fatal(err)
	}
	p.sees(`\[1\]› x{34}\n     x{26}`) // drawn again, in two rows
	p.types("\x03")
	p.prompt(1)
}

// A terminal without cursor control is read line by line, through liner.
func TestTerminalDumb(t *testing.T) {
	p := sitWith(t, t.TempDir(), []string{"TERM=dumb"})
	p.prompt(1)
	p.types("for i := range 2 {\r")
	p.sees(`… `)
	p.types("fmt.Println(\"turn\", i)\r")
	p.sees(`… `)
	p.types("}\r")
	p.sees(`turn 0\s+turn 1`)
	p.prompt(2)
	p.types(":q\r")
	p.sees(`Save as`)
	p.types("\r")
	if got := p.leaves(); got != 0 {
		t.Errorf("exit status %d", got)
	}
	p.checkTerminal()
}

// Ctrl-Z at a prompt leaves a usual terminal; a process that no shell can stop
// goes on at once.
func TestTerminalSuspend(t *testing.T) {
	p := sit(t, t.TempDir())
	p.prompt(1)
	p.types("\x1a")
	p.sees(`\^Z`)
	p.prompt(1)
	p.types("2 + 3\r")
	p.sees(`5\n`)
}

// What a goroutine prints while a cell is being typed stands above it, and the
// cell is whole.
func TestTerminalLateOutput(t *testing.T) {
	home := t.TempDir()
	open := gate(t, home)
	p := sit(t, home)
	p.prompt(1)
	p.types("go func() { os.ReadFile(\"gate\"); fmt.Println(\"ti\" + \"ck\") }()\r")
	p.prompt(2)
	p.types("6 *")
	p.sees(`6 \*`)
	open()
	p.sees(`tick`)
	p.sees(`\[2\][›>] 6 \*`)
	p.types(" 7\r")
	p.sees(`42`)
	p.prompt(3)
	p.types(":q\r")
	p.sees(`Save as`)
	p.types("\r")
	p.leaves()
}
