// Package wire is the channel between a supervising process and a child that
// runs cells: framed, authenticated messages on a descriptor of their own. It
// imports only std, and little of it, because its source is compiled into every
// measured program.
//
// A frame is
//
//	token[16] kind[1] zero[3] id[4] length[4] seq[4] payload token[8:16]
//
// with little-endian integers. The token is a random number per direction that
// the parent writes first on the socket (Hello); it is in no environment, no
// argument and no file. A cell that writes into descriptors it did not open
// cannot know it, and bytes that land in the middle of a frame shift its
// trailer, so junk ends the connection with ErrForged and is never believed.
// (A MAC was rejected: the only attacker who sees the token can read this
// process's memory, hence the MAC key too; and crypto would be linked into
// every compiled cell.) Sequence numbers rise by one; a replayed frame is junk.
package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Kind says what a frame is.
type Kind uint8

// The kinds of frames. Down is from the parent to the child.
const (
	KindReady   Kind = 1 + iota // up: the child serves
	KindCall                    // down: run a request; one at a time
	KindAsk                     // down: answer beside a running call
	KindCancel                  // down: the call with this id is asked to stop
	KindReply                   // up: the answer to a call or ask
	KindEvent                   // up: something a running call tells
	KindDoing                   // up: stacks taken when the cancel arrived
	KindDying                   // up: the child is about to exit, and why
	KindStart                   // to the warden: start a process
	KindSignal                  // to the warden: signal that process
	KindClear                   // to the warden: end everything it started
	KindCleared                 // from the warden: there is none left
	KindExited                  // from the warden: the process ended
)

const (
	headerLen  = 32
	trailerLen = 8
	// MaxPayload bounds a frame, in bytes.
	MaxPayload = 1 << 30
	readStep   = 1 << 20 // payloads grow by this much, whatever length is claimed
)

// ErrForged means that bytes which no peer sent were found on the connection.
var ErrForged = errors.New("bytes on the control descriptor that nobody of ours wrote")

// Token authenticates one direction of a connection.
type Token [16]byte

// Frame is one message.
type Frame struct {
	Kind    Kind
	ID      uint32
	Payload []byte
}

// AppendFrame appends the encoding of f with its place in the sequence.
func AppendFrame(dst []byte, t Token, seq uint32, f Frame) []byte {
	dst = append(dst, t[:]...)
	dst = append(dst, byte(f.Kind), 0, 0, 0)
	dst = binary.LittleEndian.AppendUint32(dst, f.ID)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(f.Payload)))
	dst = binary.LittleEndian.AppendUint32(dst, seq)
	dst = append(dst, f.Payload...)
	return append(dst, t[8:]...)
}

// Decoder reads frames of one direction.
type Decoder struct {
	r     io.Reader
	token Token
	seq   uint32
	head  [headerLen]byte
}

// NewDecoder returns a Decoder of the frames that carry the token.
func NewDecoder(r io.Reader, t Token) *Decoder { return &Decoder{r: r, token: t} }

// Next returns the next frame. The error is io.EOF at a clean end, ErrForged
// when the bytes are not a frame of the peer, else the reader's.
func (d *Decoder) Next() (Frame, error) {
	if _, err := io.ReadFull(d.r, d.head[:]); err != nil {
		if err == io.ErrUnexpectedEOF {
			err = ErrForged
		}
		return Frame{}, err
	}
	h := d.head[16:]
	n := binary.LittleEndian.Uint32(h[8:])
	d.seq++
	if Token(d.head[:16]) != d.token || h[1]|h[2]|h[3] != 0 || n > MaxPayload ||
		binary.LittleEndian.Uint32(h[12:]) != d.seq {
		return Frame{}, ErrForged
	}
	f := Frame{Kind: Kind(h[0]), ID: binary.LittleEndian.Uint32(h[4:])}
	var err error
	if f.Payload, err = d.payload(int(n)); err != nil {
		return Frame{}, err
	}
	return f, nil
}

// payload reads n bytes and the trailer.
func (d *Decoder) payload(n int) ([]byte, error) {
	total := n + trailerLen
	var b []byte
	for len(b) < total {
		at, step := len(b), min(readStep, total-len(b))
		b = append(b, make([]byte, step)...)
		if _, err := io.ReadFull(d.r, b[at:]); err != nil {
			return nil, fmt.Errorf("a frame was cut short: %w", err)
		}
	}
	if string(b[n:]) != string(d.token[8:]) {
		return nil, ErrForged
	}
	return b[:n:n], nil
}
