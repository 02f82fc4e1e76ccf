package compiled

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"

	"github.com/lapbook/lapbook/runtime/source"
)

// embedding is what the compiler wants to know of the //go:embed lines of a
// script: which files a pattern stands for, and where they are.
type embedding struct {
	Patterns map[string][]string
	Files    map[string]string
}

const embedDirective = "//go:embed"

// embedded finds the files that the //go:embed lines of a script name, in the
// directory of the script, by the rules of the go command; nil when it has no
// such line. A cell that is no script has no directory: refuse stops it.
func embedded(c *source.Cell, dir string) (*embedding, error) {
	if !c.Script || !strings.Contains(c.Code, embedDirective) {
		return nil, nil
	}
	e := &embedding{map[string][]string{}, map[string]string{}}
	err := eachComment(c, func(p token.Position, text string) error {
		args, ok := strings.CutPrefix(text, embedDirective)
		if !ok || args == "" || args[0] != ' ' && args[0] != '\t' {
			return nil
		}
		patterns, err := embedPatterns(args)
		if err != nil {
			return refusal(c, p.Line, p.Column, embedDirective+": "+err.Error())
		}
		for _, pattern := range patterns {
			if err := e.add(pattern, dir); err != nil {
				return refusal(c, p.Line, p.Column, "pattern "+pattern+": "+err.Error())
			}
		}
		return nil
	})
	if err != nil || len(e.Patterns) == 0 {
		return nil, err
	}
	return e, nil
}

// eachComment calls f for the comments of a cell, until it fails.
func eachComment(c *source.Cell, f func(token.Position, string) error) error {
	if !strings.Contains(c.Code, "//") && !strings.Contains(c.Code, "/*") {
		return nil
	}
	file := token.NewFileSet().AddFile("", -1, len(c.Code))
	var s scanner.Scanner
	s.Init(file, []byte(c.Code), func(token.Position, string) {}, scanner.ScanComments)
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			return nil
		}
		if tok != token.COMMENT {
			continue
		}
		if err := f(file.PositionFor(pos, false), lit); err != nil {
			return err
		}
	}
}

// embedPatterns splits the arguments of a //go:embed line: words, or Go strings.
func embedPatterns(args string) (list []string, err error) {
	for args = strings.TrimSpace(args); args != ""; args = strings.TrimSpace(args) {
		word := args
		if args[0] == '"' || args[0] == '`' {
			if word, err = strconv.QuotedPrefix(args); err != nil {
				return nil, errors.New("invalid quoted string")
			}
		} else if i := strings.IndexFunc(args, unicode.IsSpace); i >= 0 {
			word = args[:i]
		}
		args = args[len(word):]
		if args != "" && !unicode.IsSpace(rune(args[0])) {
			return nil, errors.New("invalid quoted string")
		}
		if s, err := strconv.Unquote(word); err == nil {
			word = s
		}
		list = append(list, word)
	}
	return list, nil
}

// add finds the files of one pattern.
func (e *embedding) add(pattern, dir string) error {
	glob, all := strings.CutPrefix(pattern, "all:")
	if _, err := path.Match(glob, ""); err != nil || glob == "." || !fs.ValidPath(glob) {
		return errors.New("invalid pattern syntax")
	}
	matches, err := fs.Glob(os.DirFS(dir), glob)
	if err != nil {
		return err
	}
	found := map[string]bool{}
	for _, name := range matches {
		if err := embeddable(dir, name); err != nil {
			return err
		}
		if err := e.collect(dir, name, all, found); err != nil {
			return err
		}
	}
	if len(found) == 0 {
		return errors.New("no matching files found")
	}
	e.Patterns[pattern] = sortedKeys(found)
	for name := range found {
		e.Files[name] = filepath.Join(dir, filepath.FromSlash(name))
	}
	return nil
}

// embeddable tells why a file that a pattern names cannot be embedded: its name
// could not be that of a file in a module, or it belongs to another module.
func embeddable(dir, name string) error {
	for at := name; at != "."; at = path.Dir(at) {
		full := filepath.Join(dir, filepath.FromSlash(at))
		if badFileName(path.Base(at)) {
			return fmt.Errorf("cannot embed %s: invalid name %s", name, path.Base(at))
		}
		info, err := os.Lstat(full)
		switch {
		case err != nil:
			return err
		case !info.IsDir() && at != name:
			return fmt.Errorf("cannot embed %s: in non-directory %s", name, at)
		case !info.IsDir() && !info.Mode().IsRegular():
			return fmt.Errorf("cannot embed irregular file %s", name)
		case info.IsDir() && exists(filepath.Join(full, "go.mod")):
			return fmt.Errorf("cannot embed %s: in different module", name)
		}
	}
	return nil
}

// collect adds a file, or what is in a directory: without all, nothing whose
// name begins with a dot or an underscore.
func (e *embedding) collect(dir, top string, all bool, found map[string]bool) error {
	before := len(found)
	err := fs.WalkDir(os.DirFS(dir), top, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := path.Base(name)
		hidden := strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_")
		nested := d.IsDir() && exists(filepath.Join(dir, filepath.FromSlash(name), "go.mod"))
		switch {
		case name != top && (badFileName(base) || hidden && !all || nested):
			if d.IsDir() {
				return fs.SkipDir
			}
		case d.Type().IsRegular():
			found[name] = true
		}
		return nil
	})
	if info, statErr := os.Stat(filepath.Join(dir, filepath.FromSlash(top))); err == nil && statErr == nil && info.IsDir() && len(found) == before {
		return fmt.Errorf("cannot embed directory %s: contains no embeddable files", top)
	}
	return err
}

// badFileName tells whether no file of a module can have a name.
func badFileName(name string) bool {
	switch name {
	case "", ".bzr", ".hg", ".git", ".svn":
		return true
	}
	return strings.HasSuffix(name, ".") || strings.ContainsFunc(name, func(r rune) bool {
		return r < ' ' || r == 0x7f || strings.ContainsRune("\"'*<>?`|/\\:;", r)
	})
}

// write writes the file that tells the compiler.
func (e *embedding) write(name string) error {
	b, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return os.WriteFile(name, b, 0o666)
}

// key names what is embedded by its content.
func (e *embedding) key() (string, error) {
	if e == nil {
		return "", nil
	}
	h := sha256.New()
	for _, pattern := range sortedKeys(e.Patterns) {
		fmt.Fprintf(h, "%q %q\n", pattern, e.Patterns[pattern])
	}
	for _, name := range sortedKeys(e.Files) {
		b, err := os.ReadFile(e.Files[name])
		if err != nil {
			return "", fmt.Errorf("embedding %s: %w", name, err)
		}
		fmt.Fprintf(h, "%q %x\n", name, sha256.Sum256(b))
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}

// copyTo puts the files beside a program that the go command builds.
func (e *embedding) copyTo(dir string) error {
	if e == nil {
		return nil
	}
	for _, name := range sortedKeys(e.Files) {
		to := filepath.Join(dir, filepath.FromSlash(name))
		b, err := os.ReadFile(e.Files[name])
		if err == nil {
			err = os.MkdirAll(filepath.Dir(to), 0o777)
		}
		if err == nil {
			err = os.WriteFile(to, b, 0o666)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
