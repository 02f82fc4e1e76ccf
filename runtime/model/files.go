package model

import "embed"

// Files is the source of this package for compiled cells: all of it but this
// file and symbols.go. A toolchain that is given these files needs no others of lapbook.
//
//go:embed batch.go each.go failure.go model.go pace.go pipe.go stats.go
var Files embed.FS
