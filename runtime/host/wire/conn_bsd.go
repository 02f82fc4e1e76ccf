//go:build unix && !linux

package wire

import "syscall"

const recvFlags, sendFlags = 0, 0

func dup2(fd, to int) error { return syscall.Dup2(fd, to) }

func credentials(*syscall.SocketControlMessage) int { return 0 }
