package graph

import (
	"fmt"
	"reflect"
	"strings"
)

// Show renders the value of a cell's last expression; several values are
// separated by commas.
func Show(values ...any) string {
	var list []string
	for _, v := range values {
		list = append(list, show(v))
	}
	return strings.Join(list, ", ")
}

func show(v any) string {
	if s, ok := v.(string); ok {
		return fmt.Sprintf("%q", s)
	}
	return fmt.Sprintf("%+v", v)
}

// Text renders a variable in at most limit bytes.
func Text(v reflect.Value, limit int) string {
	s := fmt.Sprintf("%+v", v)
	if len(s) > limit {
		s = s[:limit]
	}
	return s
}

// Hash is a stub.
func Hash(v reflect.Value) (hash, skipped string) { return Text(v, 1<<20), "" }

// Encode is a stub.
func Encode(vars []Var) ([]byte, map[string]string) { return nil, nil }

// Restore is a stub.
func Restore(data []byte, vars []Var) error { return nil }
