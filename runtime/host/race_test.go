//go:build race

package host

// raced: the detector changes what a race and the end of memory look like.
const raced = true
