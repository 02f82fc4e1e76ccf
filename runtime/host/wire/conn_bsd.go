//go:build unix && !linux

package wire

import "syscall"

const recvFlags, sendFlags = 0, 0

func credentials(*syscall.SocketControlMessage) int { return 0 }
