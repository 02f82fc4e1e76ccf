package repl

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2/maybe"
)

// historyLimit bounds the file; liner keeps 1000 lines in memory.
const historyLimit = 1000

// history is the file of the cells typed in all sessions: one JSON string a
// line, because a cell has several lines. Appends are single writes, so that
// two sessions at once cannot tear an entry.
type history struct{ path string }

// load returns the newest entries, oldest first. A line that is no JSON string
// is skipped: a torn line must not cost the others.
func (h history) load() ([]string, error) {
	f, err := os.Open(h.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var cells []string
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 16<<20)
	for sc.Scan() {
		var cell string
		if json.Unmarshal(sc.Bytes(), &cell) == nil {
			cells = append(cells, cell)
		}
	}
	return h.trim(cells), sc.Err()
}

// trim keeps the newest entries and rewrites the file when it has grown to
// twice the limit.
func (h history) trim(cells []string) []string {
	if len(cells) <= historyLimit {
		return cells
	}
	kept := cells[len(cells)-historyLimit:]
	if len(cells) > 2*historyLimit {
		var out []byte
		for _, c := range kept {
			out = append(out, entry(c)...)
		}
		// A failure costs nothing: the file is only longer than it need be.
		_ = maybe.WriteFile(h.path, out, 0o600)
	}
	return kept
}

func (h history) add(cell string) error {
	if err := os.MkdirAll(filepath.Dir(h.path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(h.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, werr := f.Write(entry(cell))
	return errors.Join(werr, f.Close())
}

func entry(cell string) []byte {
	b, _ := json.Marshal(cell) // a string always marshals
	return append(b, '\n')
}
