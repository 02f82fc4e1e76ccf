//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package repl

import "golang.org/x/sys/unix"

// between makes a usual terminal one for the time between two prompts. Keys that
// its line discipline would act on itself, and that mean something to the next
// prompt when they are typed ahead, reach it: Ctrl-R and Ctrl-V. Everything that
// a program expects which reads lines stays. A cell that runs cannot be told from
// one that reads, so that the line discipline is not left altogether.
func between(fd int) error {
	t, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return err
	}
	for _, key := range []int{unix.VREPRINT, unix.VLNEXT, unix.VDISCARD} {
		t.Cc[key] = noKey
	}
	return unix.IoctlSetTermios(fd, setTermios, t)
}
