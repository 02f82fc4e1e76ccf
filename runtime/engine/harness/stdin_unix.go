//go:build unix

package harness

import "syscall"

// openStdin makes a file or named pipe descriptor 0. os.Stdin stays what it is:
// it reads from that number.
func openStdin(name string) error {
	fd, err := syscall.Open(name, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(fd)
	return dupTo(fd, 0)
}
