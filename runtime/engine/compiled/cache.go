package compiled

import (
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"time"
)

// cacheBytes bounds the finished programs that are kept: the least recently
// used go first.
const cacheBytes = 512 << 20

// pruneEvery is after how many builds a session looks at the size of the cache.
const pruneEvery = 64

// touch says whether a cached program is there and notes that it was used.
func touch(name string) bool {
	now := time.Now()
	return os.Chtimes(name, now, now) == nil
}

// prune drops the programs that were not used for longest, over all
// toolchains under root. Two sessions may prune at once: a file that is gone
// is no error.
func prune(root string, limit int64) {
	type program struct {
		name string
		size int64
		used time.Time
	}
	var list []program
	var total int64
	_ = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !keptProgram(name) {
			return nil
		}
		if info, err := d.Info(); err == nil {
			list = append(list, program{name, info.Size(), info.ModTime()})
			total += info.Size()
		}
		return nil
	})
	sort.Slice(list, func(i, j int) bool { return list[i].used.Before(list[j].used) })
	for _, p := range list {
		if total <= limit {
			return
		}
		_ = os.Remove(p.name)
		_ = os.Remove(filepath.Dir(p.name)) // fails unless it was that of one program with a name
		total -= p.size
	}
}

// keptProgram knows the places that builder.place gives.
func keptProgram(name string) bool {
	dir := filepath.Dir(name)
	return filepath.Base(dir) == "prog" || filepath.Base(filepath.Dir(dir)) == "prog"
}
