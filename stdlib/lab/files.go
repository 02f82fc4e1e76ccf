package lab

import "embed"

// Files is the source of this package for compiled cells: all of it but this file.
//
//go:embed display.go gofiles.go lab.go pages.go plot.go serve.go site.go tasks.go text.go
var Files embed.FS
