package engine

import "embed"

// HarnessFiles is the source of package harness and its siblings graph,
// probe and tasks, rooted here. It is compiled once per toolchain and linked into
// generated programs.
//
//go:embed harness/*.go harness/graph/*.go harness/probe/*.go harness/tasks/*.go
var HarnessFiles embed.FS
