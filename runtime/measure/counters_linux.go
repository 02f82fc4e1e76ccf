package measure

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Counters are open hardware counters of a process.
type Counters struct {
	open []counter
}

type counter struct {
	fd, field int
}

// OpenCounters starts counting hardware events of all threads of a process, and
// of those that they will start. The error says why the machine does not count:
// virtual machines mostly have no counters, and kernel.perf_event_paranoid may
// forbid them.
func OpenCounters(pid int) (*Counters, error) {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid))
	if err != nil || len(threads) == 0 {
		return nil, fmt.Errorf("no threads of process %d: %w", pid, errors.Join(err, os.ErrNotExist))
	}
	c := &Counters{}
	for _, t := range threads {
		tid, err := strconv.Atoi(filepath.Base(t))
		if err != nil {
			continue
		}
		if err := c.thread(tid); err != nil {
			c.Close()
			return nil, err
		}
	}
	return c, nil
}

// thread opens the counters of one thread. Cycles and instructions must be
// there; not every processor has the others.
func (c *Counters) thread(tid int) error {
	events := []uint64{unix.PERF_COUNT_HW_CPU_CYCLES, unix.PERF_COUNT_HW_INSTRUCTIONS, unix.PERF_COUNT_HW_STALLED_CYCLES_BACKEND, unix.PERF_COUNT_HW_CACHE_MISSES}
	for field, event := range events {
		fd, err := unix.PerfEventOpen(attributes(event), tid, -1, -1, unix.PERF_FLAG_FD_CLOEXEC)
		switch {
		case err == nil:
			c.open = append(c.open, counter{fd, field})
		case errors.Is(err, unix.ESRCH):
			return nil // it ended meanwhile
		case field < 2:
			return whyNot(err)
		}
	}
	return nil
}

// attributes count in user code only, which needs no privilege, and follow the
// threads that this one starts.
func attributes(event uint64) *unix.PerfEventAttr {
	return &unix.PerfEventAttr{
		Type: unix.PERF_TYPE_HARDWARE, Size: uint32(unsafe.Sizeof(unix.PerfEventAttr{})), Config: event,
		Read_format: unix.PERF_FORMAT_TOTAL_TIME_ENABLED | unix.PERF_FORMAT_TOTAL_TIME_RUNNING,
		Bits:        unix.PerfBitInherit | unix.PerfBitExcludeKernel | unix.PerfBitExcludeHv,
	}
}

func whyNot(err error) error {
	switch {
	case errors.Is(err, unix.ENOENT), errors.Is(err, unix.ENODEV), errors.Is(err, unix.EOPNOTSUPP):
		return errors.New("the processor, or the virtual machine, has none")
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		return errors.New("not allowed here: sysctl kernel.perf_event_paranoid=2 allows them")
	case errors.Is(err, unix.ENOSYS):
		return errors.New("this kernel or sandbox has no perf_event_open")
	}
	return fmt.Errorf("perf_event_open: %w", err)
}

// Read adds up what was counted so far.
func (c *Counters) Read() (Events, error) {
	var e Events
	var buf [24]byte
	for _, o := range c.open {
		n, err := unix.Read(o.fd, buf[:])
		if err != nil {
			return e, fmt.Errorf("reading a hardware counter: %w", err)
		}
		count, err := countOf(buf[:n])
		if err != nil {
			return e, err
		}
		e.add(o.field, count)
	}
	return e, nil
}

// Close stops counting.
func (c *Counters) Close() {
	for _, o := range c.open {
		_ = unix.Close(o.fd)
	}
	c.open = nil
}
