package notebook

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"syscall"
)

// Why a notebook is not saved. In each case the file is as it was.
var (
	ErrChanged  = errors.New("the file changed on disk since it was read; save under another name, or read it again")
	ErrExists   = errors.New("the file exists already; choose another name")
	ErrReadOnly = errors.New("the file is read-only")
)

// maxFile bounds what is read as a notebook.
const maxFile = 512 << 20

// Load reads a notebook file and remembers what it read, so that Save can tell
// whether the file changed meanwhile.
func Load(path string) (*Notebook, error) {
	if _, err := codecFor(path); err != nil {
		return nil, err
	}
	real, err := filepath.Abs(path)
	if err == nil {
		real, err = filepath.EvalSymlinks(real)
	}
	if err != nil {
		return nil, pathError(path, err)
	}
	b, err := readRegular(real)
	if err != nil {
		return nil, pathError(path, err)
	}
	nb, err := Decode(path, b)
	if err != nil {
		return nil, err
	}
	nb.saw(real, b)
	return nb, nil
}

// pathError is one line that names the path as the user typed it.
func pathError(path string, err error) error {
	var pe *fs.PathError
	switch {
	case errors.As(err, &pe) && errors.Is(err, syscall.ELOOP):
		err = errors.New("the links go round in a circle")
	case errors.As(err, &pe):
		err = pe.Err
	case err.Error() == "EvalSymlinks: too many links":
		err = errors.New("the links go round in a circle")
	}
	return fmt.Errorf("%s: %w", path, err)
}

// readRegular reads a file that can be a notebook: no directory, no pipe, no
// device, and not without end.
func readRegular(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	switch {
	case info.IsDir():
		return nil, errors.New("is a directory")
	case !info.Mode().IsRegular():
		return nil, errors.New("is not a regular file")
	case info.Size() > maxFile:
		return nil, fmt.Errorf("is larger than %d MiB", maxFile>>20)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxFile))
}

func (nb *Notebook) saw(real string, b []byte) {
	if nb.seen == nil {
		nb.seen = map[string]string{}
	}
	nb.seen[real] = hash(b)
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Save writes a notebook so that at every instant the file is either the old
// one or the new one, whole. It does not overwrite what it has not seen. draw may
// be nil.
func (nb *Notebook) Save(path string, draw Draw) error { return nb.save(path, draw, false) }

// SaveOver is Save over whatever stands there.
func (nb *Notebook) SaveOver(path string, draw Draw) error { return nb.save(path, draw, true) }

func (nb *Notebook) save(path string, draw Draw, over bool) error {
	b, err := nb.Encode(path, draw)
	if err != nil {
		return err
	}
	real, err := writeGuarded(path, b, func(real string, have []byte) error {
		seen, known := nb.seen[real]
		switch {
		case over || known && seen == hash(have):
			return nil
		case known:
			return ErrChanged
		}
		return ErrExists
	})
	if err != nil {
		return err
	}
	nb.saw(real, b)
	for _, c := range nb.Cells {
		c.made = false
	}
	return nil
}

// WriteFile writes any other export as safely as Save writes a notebook.
func WriteFile(path string, b []byte, overwrite bool) error {
	_, err := writeGuarded(path, b, func(string, []byte) error {
		if overwrite {
			return nil
		}
		return ErrExists
	})
	return err
}

// writeGuarded replaces a file under a lock, after guard has seen what stands
// there. It returns the file's real path.
func writeGuarded(path string, b []byte, guard func(real string, have []byte) error) (string, error) {
	real, err := realPath(path)
	if err != nil {
		return "", pathError(path, err)
	}
	unlock, err := lockDir(filepath.Dir(real))
	if err != nil {
		return "", pathError(path, err)
	}
	defer unlock()
	have, err := readRegular(real)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return "", pathError(path, err)
	case string(have) == string(b):
		return real, nil
	default:
		if err := guard(real, have); err != nil {
			return "", fmt.Errorf("%s: %w", path, err)
		}
		if err := writable(real); err != nil {
			return "", fmt.Errorf("%s: %w", path, err)
		}
	}
	sweepTemp(real)
	if err := replaceFile(real, b); err != nil {
		return "", fmt.Errorf("%w; nothing was changed on disk", pathError(path, err))
	}
	return real, nil
}

// realPath follows links, so that a save replaces the file and not a link to
// it. The file itself need not exist.
func realPath(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if _, err := os.Lstat(abs); err == nil {
		return filepath.EvalSymlinks(abs)
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(abs))
	return filepath.Join(dir, filepath.Base(abs)), err
}

// writable refuses a file whose mode says read-only; a rename would replace it
// all the same.
func writable(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o222 == 0 {
		return ErrReadOnly
	}
	if f, err := os.OpenFile(path, os.O_WRONLY, 0); err == nil {
		return f.Close()
	} else if errors.Is(err, fs.ErrPermission) {
		return ErrReadOnly
	}
	return nil
}

// sweepTemp removes what a killed save left behind. The caller holds the lock,
// so no save is under way in this directory.
func sweepTemp(real string) {
	temp := regexp.MustCompile(`^\.` + regexp.QuoteMeta(filepath.Base(real)) + `\d{6,}$`)
	entries, err := os.ReadDir(filepath.Dir(real))
	if err != nil {
		return
	}
	for _, e := range entries {
		if temp.MatchString(e.Name()) && e.Type().IsRegular() {
			_ = os.Remove(filepath.Join(filepath.Dir(real), e.Name())) // it is only litter
		}
	}
}
