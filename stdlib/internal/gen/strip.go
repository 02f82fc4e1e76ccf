package main

import (
	"encoding/binary"
	"errors"
)

// Sections of the compiler's unified export data, in file order (internal/pkgbits).
const (
	sectionString = iota
	sectionMeta
	sectionPosBase
	sectionPkg
	sectionName
	sectionType
	sectionObj
	sectionObjExt
	sectionObjDict
	sectionBody
	sections
)

// unified is export data taken apart: a header, elements in sections, and a
// fingerprint. An element begins with a table of references to others.
type unified struct {
	header []byte // version, flags, and the end of each section
	ends   [sections]int
	elems  [][]byte
	tail   []byte
}

// strip removes the elements that no importer of types can reach: inlinable
// bodies and linker information, a quarter of the data. Elements stay in place,
// emptied, because references are indices. rename maps each string that is kept.
func strip(data []byte, rename func(string) string) ([]byte, error) {
	u, err := split(data)
	if err != nil {
		return nil, err
	}
	keep := make([]bool, len(u.elems))
	if err := u.mark(keep, sectionMeta, 0); err != nil {
		return nil, err
	}
	for i := range u.elems {
		switch {
		case !keep[i]:
			u.elems[i] = nil
		case i < u.ends[sectionString]:
			u.elems[i] = []byte(rename(string(u.elems[i])))
		}
	}
	return u.join(), nil
}

func split(data []byte) (*unified, error) {
	const fixed = 8 + 4*sections
	if len(data) < fixed+8 || binary.LittleEndian.Uint32(data) < 1 {
		return nil, errors.New("unknown export data format")
	}
	u := &unified{header: data[:fixed], tail: data[len(data)-8:]}
	for i := range u.ends {
		u.ends[i] = int(binary.LittleEndian.Uint32(data[8+4*i:]))
	}
	n := u.ends[sections-1]
	body := data[fixed+4*n:]
	start := 0
	for i := range n {
		end := int(binary.LittleEndian.Uint32(data[fixed+4*i:]))
		u.elems = append(u.elems, body[start:end])
		start = end
	}
	if start+8 != len(body) {
		return nil, errors.New("export data has an unexpected length")
	}
	return u, nil
}

func (u *unified) join() []byte {
	out := append([]byte(nil), u.header...)
	end := 0
	for _, e := range u.elems {
		end += len(e)
		out = binary.LittleEndian.AppendUint32(out, uint32(end))
	}
	for _, e := range u.elems {
		out = append(out, e...)
	}
	return append(out, u.tail...)
}

// mark sets keep for element i of a section and all that it refers to.
func (u *unified) mark(keep []bool, section, i int) error {
	if section == sectionObjExt || section == sectionBody {
		return nil
	}
	at := i
	if section > 0 {
		at += u.ends[section-1]
	}
	if keep[at] {
		return nil
	}
	keep[at] = true
	if section == sectionString {
		return nil
	}
	elem := u.elems[at]
	next := func() int {
		v, n := binary.Uvarint(elem)
		elem = elem[max(n, 0):]
		return int(v)
	}
	for range next() {
		s, j := next(), next()
		if err := u.mark(keep, s, j); err != nil {
			return err
		}
	}
	if section != sectionObj {
		return nil
	}
	// An object's name and type parameters have its index in their own sections.
	return errors.Join(u.mark(keep, sectionName, i), u.mark(keep, sectionObjDict, i))
}
