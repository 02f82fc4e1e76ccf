package model

import "reflect"

// Symbols returns what a rewritten loop mentions of this package, in the form of
// one value of yaegi's interp.Exports.
func Symbols() map[string]reflect.Value {
	return map[string]reflect.Value{
		"Break":    reflect.ValueOf(Break),
		"Canceled": reflect.ValueOf((*Canceled)(nil)),
		"Each":     reflect.ValueOf(Each),
		"NewPipe":  reflect.ValueOf(NewPipe),
		"Pipe":     reflect.ValueOf((*Pipe)(nil)),
	}
}
