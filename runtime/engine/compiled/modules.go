package compiled

import (
	"context"
	"strings"
)

// modules finds the compiled packages of modules: the one around a directory,
// those that it requires, and those that the session fetched.
type modules struct {
	a       *archives
	dir     string
	command func() (dir string, env, flags []string)
	fixed   map[string]map[string]string // by call: listings that cannot change
}

// find returns the archives of packages outside the standard library and of all
// that they need. They are listed anew each time, because their source may have
// changed and the go command knows; a listing of published versions alone, whose
// source never changes, is kept.
func (m *modules) find(ctx context.Context, paths []string) (map[string]string, error) {
	l := m.listing()
	call := strings.Join(append(append([]string{l.dir}, l.flags...), paths...), "\n")
	if out := m.fixed[call]; out != nil && allThere(out) {
		return out, nil
	}
	list, err := m.a.goList(ctx, l, paths)
	if err != nil {
		return nil, err
	}
	out, fixed := map[string]string{}, true
	for _, p := range list {
		out[p.ImportPath] = p.Export
		fixed = fixed && (p.Standard || p.published())
	}
	if fixed {
		m.fixed[call] = out
	}
	return out, nil
}

func (m *modules) listing() listing {
	if m.command == nil {
		return listing{dir: m.dir}
	}
	dir, env, flags := m.command()
	return listing{dir: dir, env: moduleEnv(env), flags: flags}
}

// moduleEnv keeps of the user's environment what decides which modules there
// are and which files of them count; all else of a build is ours.
func moduleEnv(env []string) []string {
	var out []string
	for _, kv := range env {
		name, value, _ := strings.Cut(kv, "=")
		switch name {
		case "GOWORK", "GOINSECURE", "GOAUTH", "GOVCS", "PWD":
			out = append(out, kv)
		case "GOFLAGS":
			out = append(out, name+"="+moduleFlags(value))
		}
	}
	return out
}

func moduleFlags(flags string) string {
	var keep []string
	for _, f := range strings.Fields(flags) {
		switch name, _, _ := strings.Cut(strings.TrimLeft(f, "-"), "="); name {
		case "mod", "modfile", "tags":
			keep = append(keep, f)
		}
	}
	return strings.Join(keep, " ")
}

// published tells whether the source of a package can never change.
func (p *listed) published() bool {
	if p.Module == nil || p.Module.Version == "" {
		return false
	}
	return p.Module.Replace == nil || p.Module.Replace.Version != ""
}

func allThere(archives map[string]string) bool {
	for _, file := range archives {
		if !exists(file) {
			return false
		}
	}
	return true
}
