package host

import "embed"

// WireFiles is the source of package wire, rooted here. It is linked into every
// generated program.
//
//go:embed wire/*.go
var WireFiles embed.FS
