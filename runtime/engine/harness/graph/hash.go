package graph

import (
	"fmt"
	"math"
	"math/bits"
	"reflect"
	"sort"
	"strings"
	"unsafe"
)

// Hash is a deep fingerprint of v, the same in every process. All NaN are
// equal; maps have no order; pointers and maps count by the shape of the graph
// that they make (which ones are the same), never by their address; nil differs
// from empty. It is "" when nothing in v can be compared. skipped says what was
// left out: functions, channels, times, the inside of std's own structs.
func Hash(v reflect.Value) (hash, skipped string) {
	h := &hasher{state: seed, seen: map[visit]int{}, skipped: map[string]bool{}}
	h.value(v, 0)
	h.drain()
	if len(h.skipped) > 0 {
		list := make([]string, 0, len(h.skipped))
		for s := range h.skipped {
			list = append(list, s)
		}
		sort.Strings(list)
		skipped = "not compared: " + strings.Join(list, ", ")
	}
	if !h.fed {
		return "", skipped
	}
	return fmt.Sprintf("%016x", h.state), skipped
}

// maxParts is how many pieces of a list have a fingerprint of their own.
const maxParts = 1024

// Parts fingerprints a slice or array in up to 1024 pieces of equal length, so
// that the place of a difference can be found; n is its length. Anything else
// has no parts, nor has a list whose elements lead to each other: every piece
// would be most of the whole.
func Parts(v reflect.Value) (parts []uint64, n int) {
	if v.Kind() != reflect.Slice && v.Kind() != reflect.Array || v.Len() == 0 {
		return nil, 0
	}
	n = v.Len()
	size, followed := PartSize(n), 0
	for at := 0; at < n; at += size {
		h := &hasher{state: seed, seen: map[visit]int{}, skipped: map[string]bool{}}
		for i := at; i < min(at+size, n); i++ {
			h.value(v.Index(i), 0)
		}
		h.drain()
		if followed += len(h.seen); followed > 8*n+maxParts*64 {
			return nil, 0
		}
		parts = append(parts, h.state)
	}
	return parts, n
}

// PartSize is how many elements of a list of n one part holds.
func PartSize(n int) int { return (n + maxParts - 1) / maxParts }

// hasher walks breadth first: what pointers and maps lead to waits in a queue,
// so that a list of a million elements needs no stack.
type hasher struct {
	kinds
	state   uint64
	fed     bool // something that can be compared was seen
	seen    map[visit]int
	queue   []reflect.Value
	skipped map[string]bool
}

// visit is a place in memory seen as a type.
type visit struct {
	p unsafe.Pointer
	t reflect.Type
}

const (
	seed     = 0x9e3779b97f4a7c15
	factor   = 0xa0761d6478bd642f
	mark     = 0xe7037ed1a0b428db
	absent   = 0x8ebc6af09c88c6e3 // nil
	maxDepth = 5000
)

func (h *hasher) mix(w uint64) {
	hi, lo := bits.Mul64(h.state^w^mark, factor)
	h.state = hi ^ lo ^ bits.RotateLeft64(w, 32)
}

func (h *hasher) feed(w uint64) {
	h.fed = true
	h.mix(w)
}

func (h *hasher) bytes(b []byte) {
	h.feed(uint64(len(b)))
	for ; len(b) >= 8; b = b[8:] {
		h.mix(uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 | uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56)
	}
	var last uint64
	for i, c := range b {
		last |= uint64(c) << (8 * i)
	}
	h.mix(last)
}

func (h *hasher) text(s string) { h.bytes(unsafe.Slice(unsafe.StringData(s), len(s))) }

func (h *hasher) float(f float64) {
	if f != f {
		h.feed(0x7ff8000000000001)
		return
	}
	h.feed(math.Float64bits(f))
}

func (h *hasher) skip(what string) { h.skipped[what] = true }

// drain walks what the values so far lead to.
func (h *hasher) drain() {
	for len(h.queue) > 0 {
		v := h.queue[0]
		h.queue = h.queue[1:]
		if v.Kind() == reflect.Map {
			h.entries(v)
			continue
		}
		h.value(v, 0)
	}
}

// refer mixes which object a pointer or map leads to, in order of first sight.
func (h *hasher) refer(p unsafe.Pointer, t reflect.Type, to reflect.Value) {
	if p == nil {
		h.feed(absent)
		return
	}
	n, ok := h.seen[visit{p, t}]
	if !ok {
		n = len(h.seen) + 1
		h.seen[visit{p, t}] = n
		h.queue = append(h.queue, to)
	}
	h.mix(uint64(n))
}

func (h *hasher) value(v reflect.Value, depth int) {
	if depth > maxDepth {
		h.skip("what is nested deeper than 5000 levels")
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		h.feed(uint64(map[bool]int{true: 1}[v.Bool()]))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		h.feed(uint64(v.Int()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		h.feed(v.Uint())
	case reflect.Float32, reflect.Float64:
		h.float(v.Float())
	case reflect.Complex64, reflect.Complex128:
		h.float(real(v.Complex()))
		h.float(imag(v.Complex()))
	case reflect.String:
		h.text(v.String())
	case reflect.Pointer:
		h.refer(v.UnsafePointer(), v.Type(), v.Elem())
	case reflect.Map:
		h.refer(v.UnsafePointer(), v.Type(), v)
	case reflect.Slice:
		h.slice(v, depth)
	case reflect.Array:
		h.elements(v, depth)
	case reflect.Interface:
		h.iface(v, depth)
	case reflect.Struct:
		h.structure(v, depth)
	case reflect.Func:
		h.skip("functions")
	case reflect.Chan:
		h.skip("channels")
	default:
		h.skip("addresses")
	}
}

func (h *hasher) slice(v reflect.Value, depth int) {
	if v.IsNil() {
		h.feed(absent)
		return
	}
	h.feed(uint64(v.Len()) + 2)
	if t := v.Type().Elem(); flat(t) {
		h.bytes(memory(v.UnsafePointer(), t, v.Len()))
		return
	}
	h.elements(v, depth)
}

func (h *hasher) elements(v reflect.Value, depth int) {
	if v.Len() == 0 {
		h.feed(0)
	}
	if f, ok := floats(v); ok {
		for _, x := range f {
			h.float(x)
		}
		return
	}
	for i := range v.Len() {
		h.value(v.Index(i), depth+1)
	}
}

// floats is the quick way to the most common large slice.
func floats(v reflect.Value) ([]float64, bool) {
	if v.Kind() != reflect.Slice || v.Type().Elem().Kind() != reflect.Float64 || v.Len() == 0 {
		return nil, false
	}
	return unsafe.Slice((*float64)(v.UnsafePointer()), v.Len()), true
}

func (h *hasher) iface(v reflect.Value, depth int) {
	if v.IsNil() {
		h.feed(absent)
		return
	}
	h.text(v.Elem().Type().String())
	h.value(v.Elem(), depth+1)
}

func (h *hasher) structure(v reflect.Value, depth int) {
	t := v.Type()
	if name := foreign(t); name != "" {
		if !quiet(t) {
			h.skip("the inside of " + name)
		}
		return
	}
	if t.NumField() == 0 {
		h.feed(0)
	}
	for i := range t.NumField() {
		h.value(v.Field(i), depth+1)
	}
}

// entries walks a map in the order of its keys' fingerprints.
func (h *hasher) entries(v reflect.Value) {
	type entry struct {
		key  uint64
		k, v reflect.Value
	}
	list := make([]entry, 0, v.Len())
	for it := v.MapRange(); it.Next(); {
		k := &hasher{state: seed, seen: map[visit]int{}, skipped: h.skipped, kinds: h.kinds}
		k.value(it.Key(), 0)
		k.drain()
		list = append(list, entry{k.state, it.Key(), it.Value()})
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].key < list[j].key })
	h.feed(uint64(len(list)))
	for _, e := range list {
		h.mix(e.key)
		h.value(e.k, 0)
		h.value(e.v, 0)
	}
}
