package harness

import "syscall"

// maxRSS is in kilobytes here.
func maxRSS(u *syscall.Rusage) int64 { return u.Maxrss << 10 }
