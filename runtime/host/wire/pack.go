package wire

import "encoding/binary"

// Pack builds a payload of length-prefixed fields. (JSON was rejected here: it
// would be linked into every compiled cell, and bodies are binary.)
type Pack []byte

// Bytes appends a field.
func (p *Pack) Bytes(b []byte) {
	*p = binary.LittleEndian.AppendUint32(*p, uint32(len(b)))
	*p = append(*p, b...)
}

// String appends a field.
func (p *Pack) String(s string) {
	*p = binary.LittleEndian.AppendUint32(*p, uint32(len(s)))
	*p = append(*p, s...)
}

// Uint appends a number.
func (p *Pack) Uint(v uint64) { *p = binary.LittleEndian.AppendUint64(*p, v) }

// Strings appends a list.
func (p *Pack) Strings(list []string) {
	p.Uint(uint64(len(list)))
	for _, s := range list {
		p.String(s)
	}
}

// Unpack reads what Pack wrote, in the same order. After the first field that
// is not there everything is zero and Bad is true.
type Unpack struct {
	Rest []byte
	Bad  bool
}

// Bytes reads a field; the result shares the payload's memory.
func (u *Unpack) Bytes() []byte {
	if len(u.Rest) < 4 {
		return u.fail()
	}
	n := binary.LittleEndian.Uint32(u.Rest)
	if uint64(n) > uint64(len(u.Rest)-4) {
		return u.fail()
	}
	b := u.Rest[4 : 4+n : 4+n]
	u.Rest = u.Rest[4+n:]
	return b
}

func (u *Unpack) fail() []byte {
	u.Rest, u.Bad = nil, true
	return nil
}

// String reads a field.
func (u *Unpack) String() string { return string(u.Bytes()) }

// Uint reads a number.
func (u *Unpack) Uint() uint64 {
	if len(u.Rest) < 8 {
		u.fail()
		return 0
	}
	v := binary.LittleEndian.Uint64(u.Rest)
	u.Rest = u.Rest[8:]
	return v
}

// Strings reads a list.
func (u *Unpack) Strings() []string {
	n := u.Uint()
	var list []string
	for i := uint64(0); i < n && !u.Bad; i++ {
		list = append(list, u.String())
	}
	return list
}
