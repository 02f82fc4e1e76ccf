//go:build unix

package notebook

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/google/renameio/v2"
	"golang.org/x/sys/unix"
)

// lockWait is how long a save waits for another one in the same directory.
const lockWait = 3 * time.Second

// lockDir locks a directory against other saves. The directory itself is
// locked, because a lock file would be litter and the notebook's file is
// replaced. Where the file system knows no locks, the hash alone guards.
func lockDir(dir string) (unlock func(), err error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(lockWait); ; {
		err = unix.Flock(int(d.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if !errors.Is(err, unix.EWOULDBLOCK) && !errors.Is(err, unix.EINTR) {
			return func() { _ = d.Close() }, nil
		}
		if time.Now().After(deadline) {
			_ = d.Close()
			return nil, errors.New("another program is saving in this directory")
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// replaceFile writes a temporary file beside the old one, forces it to disk and
// renames it.
func replaceFile(path string, b []byte) error {
	dir := filepath.Dir(path)
	f, err := renameio.NewPendingFile(path, renameio.WithTempDir(dir), renameio.WithPermissions(0o644), renameio.WithExistingPermissions())
	if err != nil {
		return err
	}
	defer f.Cleanup()
	if _, err := f.Write(b); err != nil {
		return err
	}
	if err := f.CloseAtomicallyReplace(); err != nil {
		return err
	}
	syncDir(dir)
	return nil
}

// syncDir makes the rename itself durable. Some file systems cannot; the file
// is whole either way.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

// lockFile takes a lock that ends with the process, however it ends.
func lockFile(f *os.File) bool {
	return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil
}
