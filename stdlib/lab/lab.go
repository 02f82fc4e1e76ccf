// Package lab is the laboratory of a notebook.
package lab
