package runtime

import (
	"os"
	"os/exec"
	goruntime "runtime"
	"slices"
	"strings"
	"time"

	"github.com/lapbook/lapbook/runtime/engine/compiled"
	"github.com/lapbook/lapbook/runtime/engine/interpreted"
	"github.com/lapbook/lapbook/runtime/host"
	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/source"
	"github.com/lapbook/lapbook/stdlib/lab"
	"github.com/lapbook/lapbook/stdlib/lab/labd"
)

// ServeIfChild must be called first in main, and in the TestMain of every
// package whose tests make a Session: the same binary is the cells' process.
func ServeIfChild() {
	labd.ServeIfChild()
	host.ServeIfChild(roles())
}

// roles are what this binary can be executed again as.
func roles() map[string]host.Role {
	return map[string]host.Role{interpreted.RoleName: interpreted.Role}
}

// start makes the parts of a session that run cells. Nothing is waited for:
// the cells' process starts when it is first needed.
func (s *Session) start() error {
	s.modules = source.NewModules(s.cfg.Dir, s.fetching)
	s.imp = s.modules
	s.scope = source.NewScope(s.imp)
	s.pages.addr = freeAddr()
	s.live = &live{session: s, start: s.startProcess}
	s.wardens.Warm()
	s.engines.interpreted = interpreted.NewEngine(interpreted.Options{Importer: s.imp, Dir: s.cfg.Dir, Env: s.live.env(), Pool: &s.wardens})
	if _, err := exec.LookPath("go"); err != nil {
		s.engines.missing = "install Go from https://go.dev/dl and put it on PATH"
		return nil
	}
	s.engines.compiled = compiled.New(compiled.Options{Dir: s.cfg.Dir, Modules: s.modules.Command, Pool: &s.wardens, Progress: s.engines.preparing.progress})
	return nil
}

// inherited are the variables of the front end's environment that cells see.
// Everything else (tokens, agents' sockets) stays out; a cell sets what it needs.
var inherited = []string{"PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TZ", "LANG", "LC_ALL", "LC_CTYPE", "TERM", "GOROOT", "GOPATH", "GOCACHE", "GOMODCACHE", "GOMAXPROCS", "GODEBUG", "SSL_CERT_FILE", "SSL_CERT_DIR", "XDG_CACHE_HOME"}

// env is the environment of cells. A script that is a file is the user's own
// program and sees all, as under go run.
func (l *live) env() []string {
	if l.session.scriptFile() != "" {
		if code := l.session.book.CodeCells()[0].Code(); !strings.Contains(code, "lapbook/stdlib/lab") {
			return os.Environ()
		}
		return append(os.Environ(), lab.PagesEnv+"="+l.session.pages.addr)
	}
	var out []string
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		if slices.Contains(inherited, name) {
			out = append(out, kv)
		}
	}
	return append(out, lab.PagesEnv+"="+l.session.pages.addr)
}

// Machine is what this session measures on.
func (s *Session) Machine() measure.Machine {
	m := s.machine(nil)
	m.EffectiveCores = measure.EffectiveCores(m.Cores, spinTime)
	return *m
}

// machine is what a result was made on. Effective cores are those measured in
// the rounds of the result: measuring them for every cell would cost more than
// most cells do.
func (s *Session) machine(meas *measure.Measurement) *measure.Machine {
	m := &measure.Machine{Cores: goruntime.NumCPU(), Go: goruntime.Version(), OS: goruntime.GOOS, Arch: goruntime.GOARCH}
	if meas != nil {
		m.EffectiveCores = meas.EffectiveCores
	}
	return m
}

func now() string { return time.Now().UTC().Format(time.RFC3339) }

// fetching tells whoever watches that a module is fetched: one line of progress
// before the wait.
func (s *Session) fetching(line string) {
	if s.fe != nil {
		s.fe.Notice(line)
	}
}
