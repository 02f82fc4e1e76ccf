package compiled

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync/atomic"
)

// builder turns generated programs into executables by calling the compiler
// and the linker directly: the go command would spend as much time again on
// finding out that nothing else has changed.
type builder struct {
	t     *toolchain
	cache string       // directory of this toolchain in the user's cache
	built atomic.Int64 // programs
	std   map[mode]*archives
	own   map[mode]*own
}

// request is a program to be built.
type request struct {
	files   []file
	imports []string
	mode    mode
	debug   string // the //go:debug lines of a script, "k=v,k=v"
	embed   *embedding
	name    string // of the executable, which the program may see; "" is any
	script  bool   // a whole program, which can read how it was built
}

// mode is how a program and all that it links are compiled.
type mode string

const (
	plain mode = "std"      // without cgo
	raced mode = "std-race" // for the race detector, which needs cgo
	withC mode = "std-cgo"  // for packages of the user's that need cgo
)

func (m mode) cgo() bool { return m != plain }

func newBuilder(t *toolchain, cacheRoot string, opt Options) *builder {
	b := &builder{t: t, cache: filepath.Join(cacheRoot, t.key)}
	b.std, b.own = map[mode]*archives{}, map[mode]*own{}
	for _, m := range []mode{plain, raced, withC} {
		b.std[m] = newArchives(t, b.cache, m, opt)
		b.own[m] = &own{b: b, mode: m, read: map[string]*ownSource{}}
	}
	return b
}

func (t *toolchain) commandContext(ctx context.Context, dir string, cgo bool, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, t.command, args...)
	cmd.Dir, cmd.Env = dir, t.environ(dir, cgo)
	interruptible(cmd)
	return cmd
}

// compileJob is one call of the compiler.
type compileJob struct {
	dir      string
	path     string
	trim     string
	files    []string
	archives map[string]string
	out      string
	mode     mode
	embed    *embedding
}

func (b *builder) compile(ctx context.Context, j compileJob) error {
	cfg := filepath.Join(j.dir, "importcfg")
	if err := writeConfig(cfg, j.archives); err != nil {
		return err
	}
	args := []string{"-o", j.out, "-p", j.path, "-complete", "-pack", "-lang=" + b.t.lang(), "-trimpath", j.trim, "-importcfg", cfg}
	if j.mode == raced {
		args = append(args, "-race")
	}
	if j.embed != nil {
		cfg := filepath.Join(j.dir, "embedcfg")
		if err := j.embed.write(cfg); err != nil {
			return err
		}
		args = append(args, "-embedcfg", cfg)
	}
	env := append(b.t.environ(j.dir, j.mode.cgo()), "GOOS="+b.t.env.GOOS, "GOARCH="+b.t.env.GOARCH, "GOGC=off")
	_, err := b.t.run(ctx, j.dir, env, b.t.tool("compile"), append(args, j.files...)...)
	return err
}

// writeConfig writes which package is in which archive.
func writeConfig(name string, archives map[string]string) error {
	var b strings.Builder
	for _, path := range sortedKeys(archives) {
		fmt.Fprintf(&b, "packagefile %s=%s\n", path, archives[path])
	}
	return os.WriteFile(name, []byte(b.String()), 0o666)
}

func (b *builder) link(ctx context.Context, dir, object, out string, archives map[string]string, r request) error {
	cfg := filepath.Join(dir, "importcfg.link")
	if err := writeConfig(cfg, archives); err != nil {
		return err
	}
	if r.script {
		if err := b.addBuildInfo(cfg, r.mode); err != nil {
			return err
		}
	}
	// GOGC=off saves the linker a fifth of its time; it needs about 150 MB.
	env := append(b.t.environ(dir, r.mode.cgo()), "GOOS="+b.t.env.GOOS, "GOARCH="+b.t.env.GOARCH, "GOGC=off")
	// Functions begin at cache lines. By default they begin at multiples of 32
	// bytes, and whether a tight loop lies in one line or in two, which halves
	// its speed on some processors, would hang on what was linked before it.
	args := []string{"-o", out, "-importcfg", cfg, "-s", "-w", "-buildmode=exe", "-funcalign", "64"}
	if r.debug != "" {
		args = append(args, "-X=runtime.godebugDefault="+r.debug)
	}
	switch r.mode {
	case raced:
		args = append(args, "-race")
	case plain:
		args = append(args, "-linkmode=internal")
	case withC:
		args = append(args, "-extld=gcc")
	}
	_, err := b.t.run(ctx, dir, env, b.t.tool("link"), append(args, object)...)
	return err
}

// addBuildInfo tells the linker what debug.ReadBuildInfo gives, as the go command
// does for a file that it is given by name. The information stands between two
// marks of 16 bytes, by which programs are searched for it.
func (b *builder) addBuildInfo(cfg string, m mode) error {
	const begin, end = "\x30\x77\xaf\x0c\x92\x74\x08\x02\x41\xe1\xc1\x07\xe6\xd6\x18\xe6", "\xf9\x32\x43\x31\x86\x18\x20\x72\x00\x82\x42\x10\x41\x16\xd8\xf2"
	cgo := "0"
	if m.cgo() {
		cgo = "1"
	}
	info := debug.BuildInfo{Path: "command-line-arguments", Settings: []debug.BuildSetting{
		{Key: "-buildmode", Value: "exe"}, {Key: "-compiler", Value: "gc"}, {Key: "CGO_ENABLED", Value: cgo}, {Key: "GOARCH", Value: b.t.env.GOARCH}, {Key: "GOOS", Value: b.t.env.GOOS}}}
	f, err := os.OpenFile(cfg, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "modinfo %q\n", begin+info.String()+end)
	return errors.Join(err, f.Close())
}

// find returns all archives that a program links.
func (b *builder) find(ctx context.Context, imports []string, m mode) (map[string]string, error) {
	packages, std, err := b.own[m].needs(imports)
	if err != nil {
		return nil, err
	}
	rest := append([]string{"runtime"}, std...)
	if m == raced {
		rest = append(rest, "runtime/race")
	}
	if m.cgo() {
		rest = append(rest, "runtime/cgo")
	}
	for _, path := range imports {
		if !isOwn(path) {
			rest = append(rest, path)
		}
	}
	out, err := b.std[m].find(ctx, rest)
	if err != nil {
		return nil, err
	}
	return out, b.own[m].find(ctx, packages, out)
}

// program returns the executable of r, built now unless the cache has it, and
// whether it was built.
func (b *builder) program(ctx context.Context, r request) (exe string, built bool, err error) {
	archives, err := b.find(ctx, r.imports, r.mode)
	if err != nil {
		return "", false, err
	}
	key, err := r.key(archives)
	if err != nil {
		return "", false, err
	}
	exe = b.place(key, r.name)
	if touch(exe) {
		return exe, false, nil
	}
	dir, remove, err := b.tempDir()
	if err != nil {
		return "", false, err
	}
	defer remove()
	names, err := writeFiles(dir, r.files)
	if err != nil {
		return "", false, err
	}
	object := filepath.Join(dir, "main.a")
	if err := b.compile(ctx, compileJob{dir: dir, path: "main", trim: dir + "=>", files: names, archives: archives, out: object, mode: r.mode, embed: r.embed}); err != nil {
		return "", false, err
	}
	out := filepath.Join(dir, "cell"+b.t.env.GOEXE)
	if err := b.link(ctx, dir, object, out, archives, r); err != nil {
		return "", false, err
	}
	if b.built.Add(1)%pruneEvery == 0 {
		prune(filepath.Dir(b.cache), cacheBytes)
	}
	return exe, true, install(out, exe)
}

// place is where an executable is kept. One that has a name lies in a folder of
// its own.
func (b *builder) place(key, name string) string {
	if name != "" {
		key = filepath.Join(key, name)
	}
	return filepath.Join(b.cache, "prog", key+b.t.env.GOEXE)
}

// tempDir makes a private directory on the file system of the cache, so that a
// finished file is moved there and not copied: a program that is copied is open
// for writing in this process, and a start of another process at that moment
// would keep it from being executed.
func (b *builder) tempDir() (dir string, remove func(), err error) {
	if err := os.MkdirAll(b.cache, 0o777); err != nil {
		return "", nil, err
	}
	return newTemp(b.cache, "build")
}

func writeFiles(dir string, files []file) (names []string, err error) {
	for _, f := range files {
		names = append(names, f.name)
		if err := os.WriteFile(filepath.Join(dir, f.name), []byte(f.text), 0o666); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// key names a program by everything that goes into it. Archives of Go's build
// cache are named by their content.
func (r request) key(archives map[string]string) (string, error) {
	files, err := r.embed.key()
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, f := range r.files {
		fmt.Fprintf(h, "%s %d\n%s\n", f.name, len(f.text), f.text)
	}
	for _, path := range sortedKeys(archives) {
		fmt.Fprintln(h, path, archives[path])
	}
	fmt.Fprintln(h, r.mode, r.debug, files, "funcalign 64", r.script)
	return hex.EncodeToString(h.Sum(nil))[:32], nil
}

// install moves a finished file to its place in the cache, whole or not at all.
func install(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		return err
	}
	if os.Rename(from, to) == nil {
		return nil
	}
	tmp, err := os.CreateTemp(filepath.Dir(to), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	if err := copyTo(tmp, from); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), to)
}

func copyTo(tmp *os.File, from string) error {
	in, err := os.Open(from)
	if err != nil {
		tmp.Close()
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err == nil {
		_, err = io.Copy(tmp, in)
	}
	if err == nil {
		err = tmp.Chmod(info.Mode().Perm())
	}
	if err2 := tmp.Close(); err == nil {
		err = err2
	}
	return err
}
