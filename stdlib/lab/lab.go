// Package lab is the laboratory of a notebook: things to measure that behave the
// same everywhere, without the Internet.
//
// Pages and Fetch give real waiting for a real network, on this machine. Each,
// Map and Go say which parts of a cell are tasks, and nothing about how they
// run: as written they run one after the other; %concurrent and %parallel run
// the same text otherwise.
//
//	urls := lab.Pages(40, 40*time.Millisecond)
//	sizes := lab.Map(urls, func(url string) int { return len(lab.Fetch(url)) })
package lab
