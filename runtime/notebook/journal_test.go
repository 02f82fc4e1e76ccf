package notebook

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestJournal(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	j, err := NewJournal(dir, "/x/fetch.md")
	if err != nil {
		t.Fatal(err)
	}
	nb := New()
	a := nb.Add(Code, "", "x := 1")
	writeJournal(t, j, nb)
	a.Record(&Result{Status: OK, Index: 1, Stdout: "hi\n"})
	nb.Insert(0, Prose, "", "# Title")
	nb.Add(Code, "", "gone")
	writeJournal(t, j, nb)
	nb.Remove(nb.Cells[2])
	writeJournal(t, j, nb)
	if lost, err := LostSessions(dir); err != nil || len(lost) != 0 {
		t.Fatalf("a living session was offered: %v %v", lost, err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	lost, err := LostSessions(dir)
	if err != nil || len(lost) != 1 {
		t.Fatalf("%v %v", lost, err)
	}
	got := lost[0].Notebook
	if len(got.Cells) != 2 || got.Cells[0].Source != "# Title" || got.Cells[1].Source != "x := 1" || got.Cells[1].Result.Stdout != "hi\n" || lost[0].Path != "/x/fetch.md" {
		t.Errorf("got %+v of %q", got.Cells, lost[0].Path)
	}
	if err := lost[0].Drop(); err != nil {
		t.Fatal(err)
	}
	if lost, err := LostSessions(dir); err != nil || len(lost) != 0 {
		t.Errorf("a dropped journal was offered again: %v %v", lost, err)
	}
}

func writeJournal(t *testing.T, j *Journal, nb *Notebook) {
	t.Helper()
	if err := j.Write(nb); err != nil {
		t.Fatal(err)
	}
}

func TestJournalWithTornLastLine(t *testing.T) {
	dir := t.TempDir()
	j, err := NewJournal(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	nb := New()
	nb.Add(Code, "", "kept")
	writeJournal(t, j, nb)
	if _, err := j.f.WriteString(`{"key":2,"cell":{"cell_ty`); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	lost, err := LostSessions(dir)
	if err != nil || len(lost) != 1 || lost[0].Notebook.Cells[0].Source != "kept" {
		t.Fatalf("%v %v", lost, err)
	}
}

func TestJournalOfSavedSessionGoes(t *testing.T) {
	dir := t.TempDir()
	j, err := NewJournal(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Drop(); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("%v %v", entries, err)
	}
}

// TestRecoveredSessionSavesToItsFile holds that a session taken back may save
// where it came from, and that it still does not overwrite what others wrote.
func TestRecoveredSessionSavesToItsFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.md")
	write(t, path, "# A\n")
	nb, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	j, err := NewJournal(filepath.Join(dir, "state"), path)
	if err != nil {
		t.Fatal(err)
	}
	nb.Add(Code, "", "1 + 1")
	writeJournal(t, j, nb)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	lost, err := LostSessions(filepath.Join(dir, "state"))
	if err != nil || len(lost) != 1 {
		t.Fatalf("%v %v", lost, err)
	}
	if err := lost[0].Notebook.Save(lost[0].Path, nil); err != nil {
		t.Error(err)
	}
	write(t, path, "# B\n")
	if err := lost[0].Notebook.Save(lost[0].Path, nil); !errors.Is(err, ErrChanged) {
		t.Errorf("a file that others wrote: %v", err)
	}
}
