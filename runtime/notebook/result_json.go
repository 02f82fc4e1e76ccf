package notebook

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"reflect"

	"github.com/lapbook/lapbook/runtime/measure"
)

// plainResult is Result without its methods, so that encoding/json does the
// work. Every list that the contract shows as [] is made non-nil first.
type plainResult Result

// MarshalJSON writes the contract's form: lists are [] and never null, absent
// parts are null, and what an earlier UnmarshalJSON did not understand comes
// back in its place.
func (r Result) MarshalJSON() ([]byte, error) {
	raw := r.raw
	p := plainResult(r)
	if p.Type == "" {
		p.Type = "cell"
	}
	p.Notices = list(p.Notices)
	p.Verdict = fullVerdict(p.Verdict)
	p.Comparison = fullComparison(p.Comparison)
	if g := p.Growth; g != nil {
		full := *g
		full.Alternatives, full.Evidence = list(full.Alternatives), list(full.Evidence)
		p.Growth = &full
	}
	b, err := compactJSON(p)
	if errors.As(err, new(*json.UnsupportedValueError)) {
		p = finite(reflect.ValueOf(p)).Interface().(plainResult)
		b, err = compactJSON(p)
	}
	if err != nil || raw == nil {
		return b, err
	}
	return keepUnknown(b, raw, reflect.TypeFor[plainResult]())
}

// UnmarshalJSON reads a result and keeps its bytes, for the fields that this
// version does not know.
func (r *Result) UnmarshalJSON(b []byte) error {
	var p plainResult
	if err := json.Unmarshal(b, &p); err != nil {
		return err
	}
	*r = Result(p)
	r.raw = bytes.Clone(b)
	return nil
}

func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

func fullVerdict(v *measure.Verdict) *measure.Verdict {
	if v == nil {
		return nil
	}
	full := *v
	full.Details, full.Doubts, full.Lines = list(full.Details), list(full.Doubts), list(full.Lines)
	if full.Shares == nil {
		full.Shares = map[string]float64{}
	}
	full.Interpreted = fullVerdict(full.Interpreted)
	return &full
}

func fullComparison(c *measure.Comparison) *measure.Comparison {
	if c == nil {
		return nil
	}
	full := *c
	full.Unstable, full.Columns = list(full.Unstable), list(full.Columns)
	if full.Loop != nil {
		loop := *full.Loop
		loop.Header, loop.Task, loop.Ordered = list(loop.Header), list(loop.Task), list(loop.Ordered)
		full.Loop = &loop
	}
	return &full
}

// compactJSON is one line without HTML escapes.
func compactJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// finite copies v with every Inf and NaN set to 0. A quotient by zero in one
// figure must not cost the whole result.
func finite(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.Float64:
		if f := v.Float(); !math.IsInf(f, 0) && !math.IsNaN(f) {
			out.SetFloat(f)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(finite(v.Elem()))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				out.Field(i).Set(finite(v.Field(i)))
			}
		}
	case reflect.Slice:
		if !v.IsNil() {
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				out.Index(i).Set(finite(v.Index(i)))
			}
		}
	case reflect.Map:
		if !v.IsNil() {
			out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
			for k, e := range v.Seq2() {
				out.SetMapIndex(k, finite(e))
			}
		}
	default:
		out.Set(v)
	}
	return out
}
