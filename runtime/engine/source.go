package engine

import "embed"

// HarnessFiles is the source of package harness and its siblings graph and
// probe, rooted here. It is compiled once per toolchain and linked into
// generated programs.
//
//go:embed harness/*.go harness/graph/*.go harness/probe/*.go
var HarnessFiles embed.FS
