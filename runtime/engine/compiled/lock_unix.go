//go:build unix && !solaris && !aix

package compiled

import (
	"os"
	"syscall"
)

const canLock = true

// lock locks a directory until the process ends or unlock is called; false when
// another process has it.
func lock(dir string) (unlock func(), ok bool) {
	f, err := os.Open(dir)
	if err != nil {
		return func() {}, false
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return func() {}, false
	}
	return func() { f.Close() }, true
}
