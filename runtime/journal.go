package runtime

import (
	"github.com/lapbook/lapbook/runtime/notebook"
)

// Lost are the sessions whose front end died before they were saved, newest
// first. Without a journal directory there are none.
func Lost(dir string) ([]*notebook.Lost, error) {
	if dir == "" {
		return nil, nil
	}
	return notebook.LostSessions(dir)
}

// Recover takes the cells of a lost session back. Nothing runs.
func (s *Session) Recover(l *notebook.Lost) error {
	s.open(l.Notebook, l.Path)
	s.changed()
	return l.Drop()
}

// Discard forgets that cells are unsaved: the person said so.
func (s *Session) Discard() error {
	s.dirty = false
	return s.dropJournal()
}

// writeJournal keeps what changed since the last save. A journal that cannot be
// written is said once, by the next result; it must not stop the session.
func (s *Session) writeJournal() {
	if s.cfg.Journal == "" || s.journalErr != nil {
		return
	}
	if s.journal == nil {
		s.journal, s.journalErr = notebook.NewJournal(s.cfg.Journal, s.path)
	}
	if s.journalErr == nil {
		s.journalErr = s.journal.Write(s.book)
	}
	if s.journalErr != nil {
		s.notices = append(s.notices, "unsaved cells are not kept if this program is killed: "+s.journalErr.Error())
	}
}

func (s *Session) dropJournal() error {
	if s.journal == nil {
		return nil
	}
	j := s.journal
	s.journal = nil
	return j.Drop()
}

// closeJournal keeps the file of a session that ends unsaved.
func (s *Session) closeJournal() error {
	switch {
	case s.journal == nil:
		return nil
	case !s.dirty:
		return s.dropJournal()
	}
	return s.journal.Close()
}
