package runtime

import "io"

// Frontend is how a Session talks while it runs a cell: to a terminal, a pipe
// or a file of JSON lines. Results are not among it: they are what Do and
// RunCell return.
type Frontend interface {
	// Stdin is the standard input of the cell that runs.
	Stdin() io.Reader
	// Output is live output of the cell; stream is "stdout" or "stderr".
	Output(stream string, b []byte)
	// Notice is one sentence of the tool that must not be missed.
	Notice(text string)
	// Progress says what is being waited for; each text replaces the last.
	Progress(text string)
	// Ask puts a question; ok is false when nobody can answer.
	Ask(question string) (answer string, ok bool)
}

// Lender is a Frontend that can give its terminal to another program.
type Lender interface {
	// Lend gives the terminal away until back is called; ok is false where
	// there is none.
	Lend() (back func(), ok bool)
	// TypedAhead tells whether something was typed already: it can only be
	// given to a program that reads Stdin, not to one that has the terminal.
	TypedAhead() bool
}

// silent is the Frontend of runs that nobody watches.
type silent struct{}

func (silent) Stdin() io.Reader          { return eof{} }
func (silent) Output(string, []byte)     {}
func (silent) Notice(string)             {}
func (silent) Progress(string)           {}
func (silent) Ask(string) (string, bool) { return "", false }

type eof struct{}

func (eof) Read([]byte) (int, error) { return 0, io.EOF }
