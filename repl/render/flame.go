package render

import "github.com/lapbook/lapbook/runtime/stacks"

// Flame draws a gzipped pprof CPU profile as a flame graph, callers above; ""
// when there is nothing in it. cells are the ids of the notebook's cells.
func Flame(pprof []byte, cells map[string]bool) string {
	p, err := stacks.Read(pprof, stacks.CPU, cells)
	if err != nil {
		return ""
	}
	return p.FlameSVG()
}
