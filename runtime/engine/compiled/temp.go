package compiled

import (
	"os"
	"path/filepath"
	"time"
)

// newTemp makes a private directory under parent ("" = the system's). The lock
// on it says that its owner lives: a session that was killed leaves it, and the
// next one sweeps it.
func newTemp(parent, kind string) (dir string, remove func(), err error) {
	if dir, err = os.MkdirTemp(parent, "lapbook-"+kind+"-"); err != nil {
		return "", nil, err
	}
	unlock, _ := lock(dir) // without a lock, age decides
	return dir, func() {
		os.RemoveAll(dir)
		unlock()
	}, nil
}

// Ages at which a directory may be swept: one that nobody has locked yet may be
// a moment old; where there are no locks, only an old one is surely nobody's.
const (
	unlockedAge = 2 * time.Second
	staleAge    = 24 * time.Hour
)

// sweep removes what sessions that were killed left in a directory.
func sweep(parent string) {
	for _, kind := range []string{"build", "std", "list", "stdin"} {
		names, _ := filepath.Glob(filepath.Join(parent, "lapbook-"+kind+"-*"))
		for _, name := range names {
			sweepOne(name)
		}
	}
}

func sweepOne(name string) {
	age := unlockedAge
	if !canLock {
		age = staleAge
	}
	info, err := os.Lstat(name)
	if err != nil || !info.IsDir() || time.Since(info.ModTime()) < age {
		return
	}
	if unlock, ok := lock(name); ok || !canLock {
		_ = os.RemoveAll(name) // what cannot be removed is another user's
		unlock()
	}
}
