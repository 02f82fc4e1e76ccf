package engine

import "embed"

// HarnessFiles is the source of package harness and its siblings, rooted here. It is compiled once per toolchain and linked into
// generated programs.
//
//go:embed harness/*.go harness/graph/*.go harness/probe/*.go harness/tasks/*.go harness/listen/*.go harness/listenhttp/*.go
var HarnessFiles embed.FS
