package render

import (
	"bytes"
	"cmp"
	"fmt"
	"hash/fnv"
	"html"
	"path"
	"slices"
	"strings"

	"github.com/google/pprof/profile"
	"github.com/lapbook/lapbook/runtime/measure"
)

// frame is a function in a flame graph with the time spent below it.
type frame struct {
	name  string
	value int64
	below []*frame
}

// child finds or makes the frame below f.
func (f *frame) child(name string) *frame {
	for _, c := range f.below {
		if c.name == name {
			return c
		}
	}
	c := &frame{name: name}
	f.below = append(f.below, c)
	return c
}

// maxFrames bounds the depth of a flame graph; deeper calls are part of the
// deepest frame that is drawn.
const maxFrames = 24

// stacks adds a profile's samples up, callers first.
func stacks(p *profile.Profile) *frame {
	root := &frame{name: "all"}
	value := len(p.SampleType) - 1
	for _, s := range p.Sample {
		root.value += s.Value[value]
		at := root
		for i := len(s.Location) - 1; i >= 0; i-- {
			lines := s.Location[i].Line
			for j := len(lines) - 1; j >= 0; j-- {
				if lines[j].Function != nil {
					at = at.child(lines[j].Function.Name)
					at.value += s.Value[value]
				}
			}
		}
	}
	root.sort()
	return root
}

// sort puts frames in the order of their names, so that two graphs of one cell
// can be compared by eye.
func (f *frame) sort() {
	slices.SortFunc(f.below, func(a, b *frame) int { return cmp.Compare(a.name, b.name) })
	for _, c := range f.below {
		c.sort()
	}
}

// Flame draws a gzipped pprof CPU profile as a flame graph, callers above; ""
// when there is nothing in it.
func Flame(pprof []byte) string {
	p, err := profile.Parse(bytes.NewReader(pprof))
	if err != nil || len(p.SampleType) == 0 || len(p.Sample) == 0 {
		return ""
	}
	root := stacks(p)
	if root.value == 0 {
		return ""
	}
	s := &picture{ink: inkPage}
	deepest := s.flame(root, 0, svgWidth, 0)
	s.y = (deepest + 1) * (rowStep - 2)
	return s.done(fmt.Sprintf("flame graph of %s CPU; most of it in %s", measure.Duration(root.value), strings.Join(hottest(root), ", ")))
}

// flame draws a frame and what is below it, and returns the deepest row.
func (s *picture) flame(f *frame, x, width float64, depth int) int {
	y := depth * (rowStep - 2)
	name := shortName(f.name)
	fmt.Fprintf(&s.b, `<g><title>%s %s</title><rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s" stroke="#ffffff" stroke-width="0.5"/>`,
		html.EscapeString(plain(name)), measure.Duration(f.value), x, y, width, rowStep-3, warm(f.name))
	if room := int(width / 7); room > 2 {
		fmt.Fprintf(&s.b, `<text x="%.1f" y="%d" font-size="11" fill="#1b1f24">%s</text>`, x+3, y+13, html.EscapeString(Truncate(plain(name), room)))
	}
	s.b.WriteString(`</g>`)
	deepest := depth
	for _, c := range f.below {
		w := width * float64(c.value) / float64(f.value)
		if w >= 0.7 && depth < maxFrames {
			deepest = max(deepest, s.flame(c, x, w, depth+1))
		}
		x += w
	}
	return deepest
}

// shortName leaves out the directories of a package path.
func shortName(name string) string {
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		return path.Base(name[:i]) + "/" + name[i+1:]
	}
	return name
}

// warm is a colour of a flame, always the same for a function, on which dark
// text can be read.
func warm(name string) string {
	h := fnv.New32a()
	h.Write([]byte(name))
	n := h.Sum32()
	return fmt.Sprintf("#%02x%02x%02x", 225+n%30, 140+(n>>8)%80, 70+(n>>16)%50)
}

// hottest are the functions with the most time of their own.
func hottest(root *frame) []string {
	self := map[string]int64{}
	var walk func(*frame)
	walk = func(f *frame) {
		own := f.value
		for _, c := range f.below {
			own -= c.value
			walk(c)
		}
		self[f.name] += own
	}
	walk(root)
	var names []string
	for name, v := range self {
		if v > 0 && name != root.name {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(self[b], self[a]), cmp.Compare(a, b)) })
	for i := range names {
		names[i] = fmt.Sprintf("%s %s", shortName(names[i]), measure.Percent(float64(self[names[i]])/float64(root.value)))
	}
	return names[:min(3, len(names))]
}
