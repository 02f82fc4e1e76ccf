package wire

import "syscall"

const (
	recvFlags = syscall.MSG_CMSG_CLOEXEC
	sendFlags = syscall.MSG_NOSIGNAL
)

func dup2(fd, to int) error { return syscall.Dup3(fd, to, 0) }

// credentials returns the sender's process id, translated by the kernel into
// the receiver's pid namespace.
func credentials(m *syscall.SocketControlMessage) int {
	cred, err := syscall.ParseUnixCredentials(m)
	if err != nil {
		return 0
	}
	return int(cred.Pid)
}
