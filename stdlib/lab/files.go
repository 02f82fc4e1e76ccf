package lab

import "embed"

// Files is the source of this package for compiled cells: all of it but this file.
//
//go:embed gofiles.go lab.go pages.go serve.go site.go tasks.go text.go
var Files embed.FS
