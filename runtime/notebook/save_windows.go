package notebook

import (
	"errors"
	"os"
	"path/filepath"
)

// lockDir does nothing: directories cannot be locked here, and the hash of what
// was last seen guards alone.
func lockDir(string) (unlock func(), err error) { return func() {}, nil }

// replaceFile writes a temporary file beside the old one and renames it, which
// replaces the old one in a single step.
func replaceFile(path string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"*")
	if err != nil {
		return err
	}
	_, werr := f.Write(b)
	if err := errors.Join(werr, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return os.Rename(f.Name(), path)
}
