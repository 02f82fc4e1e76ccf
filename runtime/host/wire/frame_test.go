package wire

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"testing"
	"testing/iotest"
)

var token = Token{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}

// conversation is what the tests send.
func conversation() []Frame {
	return []Frame{
		{Kind: KindReady, Payload: []byte{}},
		{Kind: KindCall, ID: 7, Payload: []byte("hello")},
		{Kind: KindReply, ID: 1<<32 - 1, Payload: bytes.Repeat([]byte{0, 255}, readStep)},
	}
}

func encodeAll(frames []Frame) []byte {
	var b []byte
	for i, f := range frames {
		b = AppendFrame(b, token, uint32(i+1), f)
	}
	return b
}

func TestFrames(t *testing.T) {
	all := encodeAll(conversation())
	for name, r := range map[string]io.Reader{
		"at once": bytes.NewReader(all), "byte by byte": iotest.OneByteReader(bytes.NewReader(all)),
	} {
		d := NewDecoder(r, token)
		for _, want := range conversation() {
			got, err := d.Next()
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("%s: kind %d id %d, %d bytes, %v", name, got.Kind, got.ID, len(got.Payload), err)
			}
		}
		if _, err := d.Next(); err != io.EOF {
			t.Errorf("%s: at the end %v", name, err)
		}
	}
}

// TestForged changes a good stream in every way that a cell could.
func TestForged(t *testing.T) {
	one := encodeAll(conversation()[:2])
	first := len(encodeAll(conversation()[:1]))
	junk := []byte("{\"result\":\"forged\"}\n\x00\xff\xff\xff\xff")
	tests := map[string][]byte{
		"junk before":      append(append([]byte{}, junk...), one...),
		"junk between":     append(append(append([]byte{}, one[:first]...), junk...), one[first:]...),
		"junk in the body": append(append(append([]byte{}, one[:len(one)-10]...), junk...), one[len(one)-10:]...),
		"a frame again":    append(append([]byte{}, one[:first]...), one[:first]...),
		"a frame left out": one[first:],
		"another token":    AppendFrame(nil, Token{9}, 1, Frame{Kind: KindReply}),
	}
	for name, b := range tests {
		d := NewDecoder(bytes.NewReader(b), token)
		var err error
		for err == nil {
			_, err = d.Next()
		}
		if !errors.Is(err, ErrForged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for n := 1; n < len(one); n++ {
		d := NewDecoder(bytes.NewReader(one[:n]), token)
		var err error
		for err == nil {
			_, err = d.Next()
		}
		if n != first && err == io.EOF {
			t.Errorf("cut at %d: a clean end", n)
		}
	}
}

func TestMessages(t *testing.T) {
	call := &Call{Op: "run", Tag: "cell-1", Fence: "\x00f\x00", Stdio: true, Stdin: true, Body: []byte("body")}
	if got, err := DecodeCall(call.Encode()); err != nil || !reflect.DeepEqual(got, call) {
		t.Errorf("%+v, %v", got, err)
	}
	reply := &Reply{Status: Panicked, Message: "m", Stack: "s", NoFence: 3, Notices: []string{"a", "b"}, Body: []byte{1}}
	if got, err := DecodeReply(reply.Encode()); err != nil || !reflect.DeepEqual(got, reply) {
		t.Errorf("%+v, %v", got, err)
	}
	for n := range call.Encode() {
		if _, err := DecodeCall(call.Encode()[:n]); err == nil {
			t.Errorf("a call cut at %d is accepted", n)
		}
	}
	for n := range reply.Encode() {
		if _, err := DecodeReply(reply.Encode()[:n]); err == nil {
			t.Errorf("a reply cut at %d is accepted", n)
		}
	}
}

// FuzzDecoder wants no panic, no memory beyond the input's size, and that
// whatever is accepted is what was sent.
func FuzzDecoder(f *testing.F) {
	f.Add(encodeAll(conversation()[:2]))
	f.Add(AppendFrame(nil, token, 1, Frame{Kind: KindCall, Payload: (&Call{Op: "x"}).Encode()}))
	f.Add([]byte("lapwire1"))
	f.Add(append(append([]byte{}, token[:]...), 3, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0x3f, 1, 0, 0, 0))
	f.Fuzz(func(t *testing.T, b []byte) {
		d := NewDecoder(bytes.NewReader(b), token)
		var frames []Frame
		for {
			frame, err := d.Next()
			if err != nil {
				break
			}
			frames = append(frames, frame)
			if c, err := DecodeCall(frame.Payload); err == nil && len(c.Body) > len(b) {
				t.Fatal("a body longer than the input")
			}
			if r, err := DecodeReply(frame.Payload); err == nil && len(r.Notices) > len(b) {
				t.Fatal("more notices than bytes")
			}
		}
		if again := encodeAll(frames); !bytes.HasPrefix(b, again) {
			t.Fatalf("accepted %q, which was not in the input", again)
		}
	})
}
