package symbols

import (
	"encoding"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"reflect"
)

// MapTypes returns what yaegi wants under the key "." and the name "MapTypes"
// of its exports: for functions whose parameters are of type any, the interfaces
// for which they look, so that an interpreted value is wrapped in one of them;
// for a wrapper, the richer wrappers to try before it, largest first.
func MapTypes() map[reflect.Value][]reflect.Type {
	m := map[reflect.Value][]reflect.Type{}
	set := func(types []reflect.Type, functions ...any) {
		for _, f := range functions {
			m[reflect.ValueOf(f)] = types
		}
	}
	set(pair[fmt.Formatter, fmt.Stringer](),
		fmt.Append, fmt.Appendf, fmt.Appendln, fmt.Errorf,
		fmt.Fprint, fmt.Fprintf, fmt.Fprintln,
		fmt.Print, fmt.Printf, fmt.Println,
		fmt.Sprint, fmt.Sprintf, fmt.Sprintln,
		log.Fatal, log.Fatalf, log.Fatalln,
		log.Panic, log.Panicf, log.Panicln,
		log.Print, log.Printf, log.Println)
	set(pair[slog.LogValuer, fmt.Stringer](),
		slog.Any, slog.Debug, slog.Info, slog.Warn, slog.Error)
	set(pair[fmt.Scanner, fmt.Scanner](),
		fmt.Fscan, fmt.Fscanf, fmt.Fscanln, fmt.Scan, fmt.Scanf, fmt.Scanln,
		fmt.Sscan, fmt.Sscanf, fmt.Sscanln)
	set(pair[json.Marshaler, encoding.TextMarshaler](), json.Marshal, json.MarshalIndent)
	set(pair[json.Unmarshaler, encoding.TextUnmarshaler](), json.Unmarshal)
	set(pair[xml.Marshaler, encoding.TextMarshaler](), xml.Marshal, xml.MarshalIndent)
	set(pair[xml.Unmarshaler, encoding.TextUnmarshaler](), xml.Unmarshal)

	composed(m, "io", "Reader", readerWriterTo{})
	composed(m, "io", "Writer", writerReaderFrom{}, writerStringWriter{})
	composed(m, "net/http", "ResponseWriter", responseHijackerFlusher{}, responseHijacker{}, responseFlusher{})
	return m
}

// pair returns two interface types.
func pair[A, B any]() []reflect.Type {
	return []reflect.Type{reflect.TypeFor[A](), reflect.TypeFor[B]()}
}

// composed registers richer wrappers of an interface.
func composed(m map[reflect.Value][]reflect.Type, path, name string, wrappers ...any) {
	t := lookup(path)
	if t == nil {
		return
	}
	for _, s := range t.symbols {
		if s.name != "_"+name {
			continue
		}
		var list []reflect.Type
		for _, w := range wrappers {
			list = append(list, reflect.TypeOf(w))
		}
		m[s.reflect()] = list
	}
}

// The wrappers below give an interpreted value the optional methods for which
// the standard library looks: io.Copy for WriteTo and ReadFrom, net/http for
// Flush and Hijack. yaegi requires that all their fields but IValue are methods
// that the value has. Methods of the embedded wrapper are therefore repeated.

type readerWriterTo struct {
	IValue   any
	WRead    func([]byte) (int, error)
	WWriteTo func(io.Writer) (int64, error)
}

func (w readerWriterTo) Read(p []byte) (int, error)          { return w.WRead(p) }
func (w readerWriterTo) WriteTo(to io.Writer) (int64, error) { return w.WWriteTo(to) }

type writerReaderFrom struct {
	IValue    any
	WWrite    func([]byte) (int, error)
	WReadFrom func(io.Reader) (int64, error)
}

func (w writerReaderFrom) Write(p []byte) (int, error)            { return w.WWrite(p) }
func (w writerReaderFrom) ReadFrom(from io.Reader) (int64, error) { return w.WReadFrom(from) }

type writerStringWriter struct {
	IValue       any
	WWrite       func([]byte) (int, error)
	WWriteString func(string) (int, error)
}

func (w writerStringWriter) Write(p []byte) (int, error)       { return w.WWrite(p) }
func (w writerStringWriter) WriteString(s string) (int, error) { return w.WWriteString(s) }

type responseFlusher struct {
	IValue       any
	WHeader      func() http.Header
	WWrite       func([]byte) (int, error)
	WWriteHeader func(int)
	WFlush       func()
}

func (w responseFlusher) Header() http.Header         { return w.WHeader() }
func (w responseFlusher) Write(p []byte) (int, error) { return w.WWrite(p) }
func (w responseFlusher) WriteHeader(status int)      { w.WWriteHeader(status) }
func (w responseFlusher) Flush()                      { w.WFlush() }
