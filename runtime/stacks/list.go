package stacks

import (
	"io"
	"path"
	"slices"
	"strings"
)

// Listing is a stretch of a file with what each line cost.
type Listing struct {
	Name  string // of the function, or "" for all of the file
	File  string
	Flat  int64
	Cum   int64
	Lines []ListLine
}

// ListLine is a line of a Listing. Lines without cost have zeros.
type ListLine struct {
	Number    int
	Flat, Cum int64
	Text      string
}

// List makes a listing of each file in which frames match. name is its title;
// source gives a file's text, "" when it is not to be had.
func (p *Profile) List(name string, match func(Frame) bool, source func(Frame) string) []Listing {
	files := map[string]*Listing{}
	texts := map[string]string{}
	at := map[string]map[int]*ListLine{}
	for _, s := range p.Stacks {
		seenFile, seenLine := map[string]bool{}, map[*ListLine]bool{}
		for i, f := range s.Frames {
			if !match(f) {
				continue
			}
			if files[f.File] == nil {
				files[f.File], at[f.File] = &Listing{Name: name, File: f.File}, map[int]*ListLine{}
				texts[f.File] = source(f)
			}
			if at[f.File][f.Line] == nil {
				at[f.File][f.Line] = &ListLine{Number: f.Line}
			}
			file, line := files[f.File], at[f.File][f.Line]
			if !seenFile[f.File] {
				seenFile[f.File] = true
				file.Cum += s.Weight
			}
			if !seenLine[line] {
				seenLine[line] = true
				line.Cum += s.Weight
			}
			if i == len(s.Frames)-1 {
				file.Flat += s.Weight
				line.Flat += s.Weight
			}
		}
	}
	out := make([]Listing, 0, len(files))
	for file, l := range files {
		l.Lines = around(at[file], texts[file])
		out = append(out, *l)
	}
	slices.SortFunc(out, func(a, b Listing) int {
		if a.Cum != b.Cum {
			return int(max(-1, min(1, b.Cum-a.Cum)))
		}
		return strings.Compare(a.File, b.File)
	})
	return out
}

// A text of more lines than this is shown only near the lines with a cost.
const (
	wholeText = 60
	near      = 4
)

// around are the lines of a text that are shown, with the costs of those that
// have some.
func around(cost map[int]*ListLine, text string) []ListLine {
	var lines []string
	if text != "" {
		lines = strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	}
	shown := map[int]bool{}
	for n := range cost {
		shown[n] = true
		for i := n - near; i <= n+near; i++ {
			shown[i] = shown[i] || i >= 1 && i <= len(lines)
		}
	}
	if len(lines) <= wholeText {
		for i := range lines {
			shown[i+1] = true
		}
	}
	var out []ListLine
	for n := range shown {
		if !shown[n] {
			continue
		}
		l := ListLine{Number: n}
		if c := cost[n]; c != nil {
			l = *c
		}
		if n >= 1 && n <= len(lines) {
			l.Text = strings.TrimRight(untab(lines[n-1]), " \r")
		}
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b ListLine) int { return a.Number - b.Number })
	return out
}

// Write writes a listing: flat, cum, number and text of each line.
func (p *Profile) Write(w io.Writer, l Listing) error {
	t := writer{w: w}
	title := path.Base(l.File)
	if l.Name != "" {
		title = l.Name + "  " + title
	}
	t.linef("%s", fit(title+"  flat "+p.amount(l.Flat)+", cum "+p.amount(l.Cum)+" ("+p.share(l.Cum)+")", width))
	last := 0
	for _, line := range l.Lines {
		if last > 0 && line.Number > last+1 {
			t.linef("        …")
		}
		last = line.Number
		head := right(p.amount(line.Flat), 9) + " " + right(p.amount(line.Cum), 9) + right(itoa(line.Number), 5) + "  "
		if line.Cum == 0 {
			head = strings.ReplaceAll(head, ".", " ")
		}
		t.linef("%s%s", head, fit(line.Text, width-26))
	}
	return t.err
}
