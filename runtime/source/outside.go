package source

import (
	"go/ast"
	"go/constant"
	"strings"
)

// outsideActs are functions that write something outside of the process,
// whatever their arguments are.
var outsideActs = map[string]string{
	"net/http.Post": "http.Post", "net/http.PostForm": "http.PostForm", "net/http.Client.Post": "Client.Post",
	"net/http.Client.PostForm": "Client.PostForm", "net/smtp.SendMail": "smtp.SendMail", "net/rpc.Client.Call": "rpc call",
	"net/rpc.Client.Go":    "rpc call",
	"database/sql.DB.Exec": "db.Exec", "database/sql.DB.ExecContext": "db.Exec", "database/sql.Tx.Exec": "tx.Exec",
	"database/sql.Tx.ExecContext": "tx.Exec", "database/sql.Stmt.Exec": "stmt.Exec", "database/sql.Stmt.ExecContext": "stmt.Exec",
	"database/sql.Conn.ExecContext": "conn.Exec", "database/sql.Tx.Commit": "tx.Commit",
	"os.Process.Kill": "kills a process", "os.Process.Signal": "signals a process", "os.StartProcess": "starts a process",
	"syscall.Kill": "signals a process", "syscall.Exec": "starts a process", "syscall.ForkExec": "starts a process",
	"syscall.Unlink": "syscall.Unlink", "syscall.Rename": "syscall.Rename", "syscall.Mkdir": "syscall.Mkdir", "syscall.Rmdir": "syscall.Rmdir",
	"log/syslog.New": "log/syslog", "log/syslog.Dial": "log/syslog",
}

// fileActs are functions that write files, with the indexes of the paths.
var fileActs = map[string][]int{
	"os.WriteFile": {0}, "os.Create": {0}, "os.OpenFile": {0}, "os.Remove": {0}, "os.RemoveAll": {0}, "os.Rename": {0, 1},
	"os.Mkdir": {0}, "os.MkdirAll": {0}, "os.Chmod": {0}, "os.Chown": {0}, "os.Lchown": {0}, "os.Chtimes": {0}, "os.Link": {1},
	"os.Symlink": {1}, "os.Truncate": {0}, "os.CopyFS": {0}, "io/ioutil.WriteFile": {0},
}

// harmless are programs that only print, whatever their arguments are.
var harmless = map[string]bool{
	"ls": true, "cat": true, "echo": true, "printf": true, "sleep": true, "date": true, "uname": true, "true": true, "false": true,
	"wc": true, "head": true, "tail": true, "grep": true, "cut": true, "tr": true, "uniq": true, "seq": true, "yes": true, "pwd": true, "id": true,
	"whoami": true, "hostname": true, "nproc": true, "arch": true, "ps": true, "df": true, "du": true, "stat": true, "file": true,
	"md5sum": true, "sha1sum": true, "sha256sum": true, "sha512sum": true, "cksum": true, "sum": true, "basename": true, "dirname": true,
	"readlink": true, "realpath": true, "test": true, "expr": true, "env": false, "printenv": true, "diff": true, "cmp": true, "od": true,
	"xxd": true, "hexdump": true, "strings": true, "factor": true, "which": true, "free": true, "uptime": true, "lscpu": true, "getconf": true,
}

// outside returns what a call of the imported function name writes outside, or "".
func (a *analysis) outside(name string, e *ast.CallExpr) string {
	if what := outsideActs[name]; what != "" {
		return what
	}
	if paths := fileActs[name]; paths != nil {
		return a.writesFile(name, paths, e)
	}
	switch name {
	case "net/http.NewRequest":
		return a.method(e, 0)
	case "net/http.NewRequestWithContext":
		return a.method(e, 1)
	case "os/exec.Command":
		return a.program(e, 0)
	case "os/exec.CommandContext":
		return a.program(e, 1)
	case "net.Dial", "net.DialTimeout", "net.Dialer.Dial":
		if !a.loopback(e, 1) {
			return "net.Dial"
		}
	case "net.Dialer.DialContext":
		if !a.loopback(e, 2) {
			return "net.Dial"
		}
	}
	return ""
}

func (a *analysis) writesFile(name string, paths []int, e *ast.CallExpr) string {
	short := name[strings.LastIndexByte(name, '/')+1:]
	if name == "os.OpenFile" && len(e.Args) > 1 {
		if v := a.info.Types[e.Args[1]].Value; v != nil && v.Kind() == constant.Int {
			if flags, ok := constant.Int64Val(v); ok && flags&3 == 0 { // O_RDONLY
				return ""
			}
		}
	}
	for _, i := range paths {
		if i < len(e.Args) && !a.isTemp(e.Args[i]) {
			return short
		}
	}
	return ""
}

// constString returns the value of a constant string argument.
func (a *analysis) constString(e *ast.CallExpr, i int) (string, bool) {
	if i >= len(e.Args) {
		return "", false
	}
	v := a.info.Types[e.Args[i]].Value
	if v == nil || v.Kind() != constant.String {
		return "", false
	}
	return constant.StringVal(v), true
}

func (a *analysis) method(e *ast.CallExpr, i int) string {
	switch m, ok := a.constString(e, i); {
	case !ok:
		return "a request of unknown method"
	case m == "", m == "GET", m == "HEAD", m == "OPTIONS":
		return ""
	default:
		return "a " + m + " request"
	}
}

func (a *analysis) program(e *ast.CallExpr, i int) string {
	name, ok := a.constString(e, i)
	if !ok {
		return "a child process"
	}
	base := name[strings.LastIndexByte(name, '/')+1:]
	if harmless[base] {
		return ""
	}
	if base == "sh" || base == "bash" || base == "dash" {
		flag, _ := a.constString(e, i+1)
		if text, ok := a.script(e, i+2); ok && flag == "-c" && harmlessScript(text) {
			return ""
		}
	}
	if base == "go" {
		switch sub, _ := a.constString(e, i+1); sub {
		case "version", "env", "list", "doc", "vet":
			return ""
		}
	}
	return "child process " + base
}

func (a *analysis) loopback(e *ast.CallExpr, i int) bool {
	addr, ok := a.constString(e, i)
	if !ok { // computed from a listener of the session more often than not
		return true
	}
	for _, p := range []string{"127.", "localhost:", "[::1]", ":", "/", "@"} {
		if strings.HasPrefix(addr, p) {
			return true
		}
	}
	return false
}

// fixedPort returns the address when a call listens on a port of its choice.
func (a *analysis) fixedPort(name string, e *ast.CallExpr) string {
	i := 0
	switch name {
	case "net.Listen", "net.ListenPacket":
		i = 1
	case "net.ListenConfig.Listen":
		i = 2
	case "net/http.ListenAndServe", "net/http.ListenAndServeTLS":
	default:
		return ""
	}
	addr, ok := a.constString(e, i)
	if !ok || strings.HasSuffix(addr, ":0") || !strings.Contains(addr, ":") {
		return ""
	}
	return addr
}

// noteTemp notes that variables on the left hold the name of something temporary.
func (a *analysis) noteTemp(lhs []ast.Expr, value ast.Expr) {
	if !a.isTemp(value) || len(lhs) == 0 {
		return
	}
	if id, ok := lhs[0].(*ast.Ident); ok {
		if obj := a.info.ObjectOf(id); obj != nil {
			a.temp[obj] = true
		}
	}
}

// isTemp reports whether e is made from the name of a temporary file or directory.
func (a *analysis) isTemp(e ast.Expr) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			obj := a.info.ObjectOf(n)
			found = found || obj != nil && (a.temp[obj] || a.s.temp[obj])
		case *ast.CallExpr:
			if f := callee(a.info, n); f != nil {
				switch qualified(f) {
				case "os.TempDir", "os.MkdirTemp", "os.CreateTemp", "io/ioutil.TempDir", "io/ioutil.TempFile":
					found = true
				}
			}
		case *ast.BasicLit:
			if v := a.info.Types[n].Value; v != nil && v.Kind() == constant.String {
				s := constant.StringVal(v)
				found = found || strings.HasPrefix(s, "/tmp/") && !strings.Contains(s, "..") || s == "/dev/null"
			}
		}
		return !found
	})
	return found
}
