//go:build unix

package wire

import "syscall"

// lowFDs is the first descriptor number for what is ours; cells that probe
// "the descriptors I inherited" look below.
const lowFDs = 200

// DupHigh duplicates fd at a high number, closed on exec; -1 when it is not
// open. Where the limit of descriptors is lower than that it takes any number.
func DupHigh(fd int) int {
	for _, from := range []int{lowFDs, 10, 3} {
		dup, err := fcntl(fd, syscall.F_DUPFD_CLOEXEC, from)
		if err == nil {
			return dup
		}
	}
	return -1
}

// High moves fd to a high number.
func High(fd int) int {
	dup := DupHigh(fd)
	if dup >= 0 {
		syscall.Close(fd)
	}
	return dup
}

// AboveLow runs f while all low numbers are taken, so that descriptors which
// f's callees open, and whose number nobody can choose, are high too.
func AboveLow(f func()) {
	var filler []int
	for {
		fd, err := syscall.Dup(0)
		if err != nil {
			break
		}
		filler = append(filler, fd)
		if fd >= lowFDs {
			break
		}
	}
	f()
	for _, fd := range filler {
		syscall.Close(fd)
	}
}

func fcntl(fd, cmd, arg int) (int, error) {
	n, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(fd), uintptr(cmd), uintptr(arg))
	if errno != 0 {
		return -1, errno
	}
	return int(n), nil
}
