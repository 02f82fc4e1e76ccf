//go:build unix

package interpreted

import (
	goruntime "runtime"
	"syscall"
)

// readUsage reads what the kernel counts for this process and its children.
func readUsage() usage {
	var self, kids syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_CHILDREN, &kids) != nil || syscall.Getrusage(syscall.RUSAGE_SELF, &self) != nil {
		return usage{}
	}
	peak := int64(self.Maxrss)
	if goruntime.GOOS != "darwin" { // which counts bytes
		peak <<= 10
	}
	return usage{user: self.Utime.Nano(), system: self.Stime.Nano(), child: kids.Utime.Nano() + kids.Stime.Nano(), peak: peak,
		voluntary: int64(self.Nvcsw), involuntary: int64(self.Nivcsw)}
}
