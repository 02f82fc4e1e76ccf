package stacks

import (
	"cmp"
	"slices"
	"strings"
)

// Node is a call in the tree of all stacks. Its weight holds its children's.
type Node struct {
	Frame    Frame // of the root: all zero
	Name     string
	Weight   int64
	Children []*Node // the heaviest first
}

// Flame merges the stacks into a tree. Lines of a cell's own body are apart;
// of every other function all lines are one, and direct recursion is one call.
func (p *Profile) Flame() *Node {
	root := &Node{Name: "all", Weight: p.Total}
	for _, s := range p.Stacks {
		n := root
		for _, f := range s.Frames[:min(len(s.Frames), maxFrames)] {
			name := flameName(f)
			if name == n.Name && n != root {
				continue
			}
			n = n.child(f, name)
			n.Weight += s.Weight
		}
	}
	root.sort()
	return root
}

// maxFrames bounds the depth of the tree: no stack of Go's profiler is deeper.
const maxFrames = 512

func (n *Node) child(f Frame, name string) *Node {
	for _, c := range n.Children {
		if c.Name == name {
			return c
		}
	}
	c := &Node{Frame: f, Name: name}
	n.Children = append(n.Children, c)
	return c
}

func (n *Node) sort() {
	slices.SortStableFunc(n.Children, func(a, b *Node) int {
		return cmp.Or(cmp.Compare(b.Weight, a.Weight), strings.Compare(a.Name, b.Name))
	})
	for _, c := range n.Children {
		c.sort()
	}
}

// flameName is a short name of a frame: the line for a cell's own body, else
// the function.
func flameName(f Frame) string {
	if f.Cell && (f.Func == "main.cell" || strings.HasPrefix(f.Func, "main.cell.func")) {
		return f.File + ":" + itoa(f.Line)
	}
	return short(f.Func)
}

// short is a function's name without the directories of its package.
func short(fn string) string {
	end := len(fn)
	if i := strings.IndexAny(fn, "(["); i >= 0 {
		end = i
	}
	return fn[strings.LastIndexByte(fn[:end], '/')+1:]
}

// box is where a node stands in a picture of some columns.
type box struct {
	node     *Node
	depth    int
	from, to float64 // share of the whole width
}

// boxes lays the tree out, the root on top; narrow ones, and those below them,
// are left out.
func (n *Node) boxes(narrow float64) []box {
	var out []box
	if n.Weight == 0 {
		return nil
	}
	whole := float64(n.Weight)
	var lay func(n *Node, depth int, from float64)
	lay = func(n *Node, depth int, from float64) {
		share := float64(n.Weight) / whole
		if share < narrow {
			return
		}
		out = append(out, box{n, depth, from, from + share})
		for _, c := range n.Children {
			lay(c, depth+1, from)
			from += float64(c.Weight) / whole
		}
	}
	lay(n, 0, 0)
	return out
}
