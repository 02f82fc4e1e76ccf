package notebook

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A Journal keeps the cells of a session that is not saved yet, so that a crash
// costs none of them. It is a file of JSON lines, only ever appended to: a line
// for the session, then one for each cell that changed and one whenever the
// order did. The session holds a lock on it while it lives; a journal that
// nobody holds is what a dead session left behind.
type Journal struct {
	f     *os.File
	keys  map[*Cell]int
	wrote map[*Cell]state // as last written
	order []int
	seen  map[string]string
	err   error
}

// state tells whether a cell changed, cheaply: a result or a list of outputs is
// replaced when it changes.
type state struct {
	id, source, tags string
	kind             Kind
	result           *Result
	edits            int
	outputs          *Output
}

func stateOf(c *Cell) state {
	s := state{id: c.ID, source: c.Source, tags: strings.Join(c.Tags, "\n"), kind: c.Kind, result: c.Result}
	if c.Result != nil {
		s.edits = c.Result.edits
	}
	if len(c.Outputs) > 0 {
		s.outputs = &c.Outputs[0]
	}
	return s
}

// journalLine is one line: of the session, of a cell, or of the order.
type journalLine struct {
	Lapbook int             `json:"lapbook_journal,omitempty"` // 1: the first line
	PID     int             `json:"pid,omitempty"`
	Path    string          `json:"path,omitempty"` // of the notebook's file, "" when it has none
	Started time.Time       `json:"started,omitzero"`
	Key     int             `json:"key,omitempty"` // of a cell, from 1
	Cell    json.RawMessage `json:"cell,omitempty"`
	Order   []int           `json:"order,omitempty"`
	Empty   bool            `json:"empty,omitempty"` // the order is that of no cells
	// Seen are the files that the session read or wrote, with their hashes, so
	// that a session taken back may save to them.
	Seen map[string]string `json:"seen,omitempty"`
}

const journalExt = ".journal.jsonl"

// NewJournal starts a journal in a directory, which is made if need be. path is
// the notebook's file or "".
func NewJournal(dir, path string) (*Journal, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	f, err := os.CreateTemp(dir, fmt.Sprintf("%d-*%s", os.Getpid(), journalExt))
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	if !lockFile(f) {
		return nil, errors.Join(errors.New("journal: somebody else holds a new file"), f.Close())
	}
	j := &Journal{f: f, keys: map[*Cell]int{}, wrote: map[*Cell]state{}}
	j.append(journalLine{Lapbook: 1, PID: os.Getpid(), Path: path, Started: time.Now().UTC().Truncate(time.Second)})
	return j, j.err
}

// Write appends what changed in the notebook since the last Write. The first
// error stays: a journal with a hole is none.
func (j *Journal) Write(nb *Notebook) error {
	if len(nb.seen) > 0 && !maps.Equal(nb.seen, j.seen) {
		j.seen = maps.Clone(nb.seen)
		j.append(journalLine{Seen: j.seen})
	}
	order := make([]int, 0, len(nb.Cells))
	for _, c := range nb.Cells {
		key := j.keys[c]
		if key == 0 {
			key = len(j.keys) + 1
			j.keys[c] = key
		}
		order = append(order, key)
		now := stateOf(c)
		if was, written := j.wrote[c]; written && was == now {
			continue
		}
		w := ipynbWriter{nb: nb}
		cell, err := w.cellJSON(c, c.ID)
		if err != nil {
			return fmt.Errorf("journal: %w", err)
		}
		j.wrote[c] = now
		j.append(journalLine{Key: key, Cell: cell})
	}
	if !slices.Equal(order, j.order) {
		j.order = order
		j.append(journalLine{Order: order, Empty: len(order) == 0})
	}
	return j.err
}

func (j *Journal) append(l journalLine) {
	if j.err != nil {
		return
	}
	b, err := compactJSON(l)
	if err == nil {
		// One write call a line: a crash of this process tears none.
		_, err = j.f.Write(append(b, '\n'))
	}
	if err != nil {
		j.err = fmt.Errorf("journal: %w", err)
	}
}

// Drop ends the journal of a session that was saved, or whose cells nobody
// wants, and removes the file.
func (j *Journal) Drop() error {
	return errors.Join(os.Remove(j.f.Name()), j.f.Close())
}

// Close ends the session but keeps the file: the next start offers its cells.
func (j *Journal) Close() error { return j.f.Close() }

// Lost is what a dead session left behind.
type Lost struct {
	Notebook *Notebook
	Path     string // of its file, "" when it had none
	Started  time.Time
	file     string
}

// LostSessions finds the journals that no living session holds, newest first.
// Journals without a cell are removed.
func LostSessions(dir string) ([]*Lost, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*"+journalExt))
	if err != nil {
		return nil, err
	}
	var out []*Lost
	for _, name := range names {
		l, err := readLost(name)
		if err != nil {
			return out, fmt.Errorf("journal: %w", err)
		}
		if l != nil {
			out = append(out, l)
		}
	}
	slices.SortStableFunc(out, func(a, b *Lost) int { return b.Started.Compare(a.Started) })
	return out, nil
}

// readLost reads a journal, nil when it is held or empty.
func readLost(name string) (*Lost, error) {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if !lockFile(f) {
		return nil, nil
	}
	l, err := replay(f)
	if err != nil {
		return nil, err
	}
	l.file = name
	if len(l.Notebook.Cells) == 0 {
		return nil, l.Drop()
	}
	return l, nil
}

// replay reads the lines of a journal. It stops at a line that is no JSON: the
// last one may be torn by a crash of the machine.
func replay(r io.Reader) (*Lost, error) {
	l := &Lost{Notebook: New()}
	cells := map[int]*Cell{}
	in := bufio.NewReaderSize(r, 1<<16)
	for {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return l, nil
		}
		if err != nil {
			return nil, err
		}
		if !l.take(line, cells) {
			return l, nil
		}
	}
}

func (l *Lost) take(line []byte, cells map[int]*Cell) bool {
	var j journalLine
	if json.Unmarshal(line, &j) != nil {
		return false
	}
	switch {
	case j.Lapbook > 0:
		l.Path, l.Started = j.Path, j.Started
	case j.Seen != nil:
		l.Notebook.seen = j.Seen
	case j.Cell != nil:
		v, err := parseJSON(j.Cell)
		if err != nil {
			return false
		}
		c := &Cell{}
		if c.readCell(&v) != nil {
			return false
		}
		l.replace(cells[j.Key], c)
		cells[j.Key] = c
	case len(j.Order) > 0 || j.Empty:
		l.Notebook.Cells = nil
		for _, key := range j.Order {
			if c := cells[key]; c != nil {
				l.Notebook.Cells = append(l.Notebook.Cells, c)
			}
		}
	}
	return true
}

// replace puts the newer form of a cell in the place of the older.
func (l *Lost) replace(old, c *Cell) {
	for i := range l.Notebook.Cells {
		if l.Notebook.Cells[i] == old {
			l.Notebook.Cells[i] = c
		}
	}
}

// Summary is one line for the question whether to take a lost session back.
func (l *Lost) Summary() string {
	n := len(l.Notebook.CodeCells())
	s := fmt.Sprintf("%d cells", n)
	if n == 1 {
		s = "1 cell"
	}
	if l.Path != "" {
		s += " of " + filepath.Base(l.Path)
	}
	if !l.Started.IsZero() {
		s += " from " + strings.TrimPrefix(l.Started.Local().Format("2 Jan 15:04"), "0")
	}
	return s
}

// Drop removes the journal: its cells were taken back, or are not wanted.
func (l *Lost) Drop() error { return os.Remove(l.file) }
