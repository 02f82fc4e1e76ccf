//go:build unix

package labd

import (
	"os/exec"
	"syscall"
)

// detach keeps the terminal's interrupt, which is meant for a cell, from ending
// the server.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
