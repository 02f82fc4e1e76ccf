package compiled

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// goBuild builds a program with `go build`, for toolchains whose compiler or
// linker cannot be called as build.go does. The program and lapbook's own
// packages become a module of their own, so it has no packages of the user's.
func (b *builder) goBuild(ctx context.Context, r request) (exe string, built bool, err error) {
	if importsModules(r.imports) {
		return "", false, fmt.Errorf("go build cannot stand in where a cell imports packages outside the standard library")
	}
	files, err := r.embed.key()
	if err != nil {
		return "", false, err
	}
	h := sha256.New()
	fmt.Fprintln(h, files)
	for _, f := range r.files {
		fmt.Fprintf(h, "%s %d\n%s\n", f.name, len(f.text), f.text)
	}
	exe = b.place(fmt.Sprintf("%s-%s", r.mode, hex.EncodeToString(h.Sum(nil))[:30]), r.name)
	if touch(exe) {
		return exe, false, nil
	}
	dir, remove, err := b.tempDir()
	if err != nil {
		return "", false, err
	}
	defer remove()
	prog := filepath.Join(dir, "prog")
	if err := b.writeModule(dir, prog, r); err != nil {
		return "", false, err
	}
	out := filepath.Join(dir, "cell"+b.t.env.GOEXE)
	args := []string{"build", "-o", out, "-ldflags=-s -w -funcalign=64", "-gcflags=-trimpath=" + prog + "=>"}
	if r.mode == raced {
		args = append(args, "-race")
	}
	tmp := filepath.Join(dir, "tmp")
	if err := os.Mkdir(tmp, 0o700); err != nil {
		return "", false, err
	}
	env := append(b.t.environ(tmp, r.mode.cgo()), "GOWORK=off")
	if _, err := b.t.run(ctx, prog, env, b.t.command, append(args, ".")...); err != nil {
		return "", false, err
	}
	return exe, true, install(out, exe)
}

func importsModules(imports []string) bool {
	for _, path := range imports {
		if path != "unsafe" && !isOwn(path) && !isStd(path) {
			return true
		}
	}
	return false
}

// writeModule writes a module with the program in prog.
func (b *builder) writeModule(dir, prog string, r request) error {
	mod := "module " + modulePath + "\n\ngo " + strings.TrimPrefix(b.t.lang(), "go") + "\n"
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(mod), 0o666); err != nil {
		return err
	}
	for _, p := range ownPackages() {
		src, err := b.own[r.mode].source(p)
		if err != nil {
			return err
		}
		to := filepath.Join(dir, filepath.FromSlash(strings.TrimPrefix(p.path, modulePath+"/")))
		if err := os.MkdirAll(to, 0o777); err != nil {
			return err
		}
		for _, name := range sortedKeys(src.files) {
			if err := os.WriteFile(filepath.Join(to, name), src.files[name], 0o666); err != nil {
				return err
			}
		}
	}
	if err := os.Mkdir(prog, 0o777); err != nil {
		return err
	}
	if err := r.embed.copyTo(prog); err != nil {
		return err
	}
	_, err := writeFiles(prog, r.files)
	return err
}
