package grid

import "embed"

// Files is the source of this package for compiled cells: all of it but this file.
//
//go:embed draw.go grid.go pack.go walk.go
var Files embed.FS
