package source

import (
	"go/types"
	"strings"
)

// immutableTypes are types whose values nobody changes once they are made, so
// that sharing them is no way to write anything.
var immutableTypes = map[string]bool{
	"time.Time": true, "time.Location": true, "*time.Location": true,
	"context.Context": true, "*regexp.Regexp": true, "regexp.Regexp": true,
	"reflect.Type": true, "net/netip.Addr": true, "net/netip.AddrPort": true, "net/netip.Prefix": true,
	"go/token.Pos": true, "io/fs.FileInfo": true, "os.FileInfo": true, "io/fs.DirEntry": true, "os.DirEntry": true,
	"os.Signal": true, "net.Addr": true,
}

// readonlyPackages are packages whose functions (not methods) write through no
// argument, but for those in writers.
var readonlyPackages = map[string]bool{
	"strings": true, "strconv": true, "math": true, "math/bits": true, "math/cmplx": true, "unicode": true,
	"unicode/utf8": true, "unicode/utf16": true, "errors": true, "path": true, "path/filepath": true, "fmt": true,
	"bytes": true, "cmp": true, "maps": true, "slices": true, "sort": true, "regexp": true, "time": true,
	"encoding/json": true, "encoding/hex": true, "encoding/base64": true, "html": true, "net/url": true, "os": true,
	"crypto/md5": true, "crypto/sha1": true, "crypto/sha256": true, "crypto/sha512": true, "hash/crc32": true,
	"hash/crc64": true, "hash/adler32": true, "hash/fnv": true, "log": true, "runtime": true, "reflect": true,
	"net/netip": true, "mime": true, "go/format": true,
}

var writers = map[string]bool{
	"unicode/utf8.EncodeRune": true, "errors.As": true, "maps.Copy": true, "maps.DeleteFunc": true, "maps.Insert": true,
	"slices.Sort": true, "slices.SortFunc": true, "slices.SortStableFunc": true, "slices.Reverse": true,
	"slices.Delete": true, "slices.DeleteFunc": true, "slices.Insert": true, "slices.Replace": true,
	"slices.Compact": true, "slices.CompactFunc": true, "slices.AppendSeq": true, "slices.Grow": true,
	"sort.Sort": true, "sort.Stable": true, "sort.Slice": true, "sort.SliceStable": true, "sort.Ints": true,
	"sort.Strings": true, "sort.Float64s": true, "encoding/json.Unmarshal": true, "encoding/json.Compact": true,
	"encoding/json.Indent": true, "encoding/json.HTMLEscape": true, "encoding/hex.Decode": true, "encoding/hex.Encode": true,
	"reflect.Copy": true, "reflect.ValueOf": true, "reflect.Swapper": true, "runtime.SetFinalizer": true, "runtime.ReadMemStats": true,
	"runtime.Stack": true, "runtime.AddCleanup": true, "log.New": true, "log.SetOutput": true, "path/filepath.WalkDir": true,
	"encoding/json.NewEncoder": true, "encoding/json.NewDecoder": true, "encoding/hex.NewEncoder": true,
	"encoding/base64.NewEncoder": true, "bytes.NewBuffer": true, "time.AfterFunc": true,
}

// readonly reports whether the imported function f writes nothing that its
// receiver or arguments lead to, but for the argument that writtenArgument names.
func readonly(f *types.Func) bool {
	path := ""
	if f.Pkg() != nil {
		path = f.Pkg().Path()
	}
	if recv := f.Signature().Recv(); recv != nil {
		return path == "" || !carries(recv.Type()) || readonlyMethod(qualified(f))
	}
	if !readonlyPackages[path] || writers[path+"."+f.Name()] {
		return false
	}
	return path != "fmt" || !strings.Contains(f.Name(), "can") // Scan, Sscan, Fscan and their kin
}

// writtenArgument returns the index of the one argument that an otherwise
// harmless function writes, -1 when there is none.
func writtenArgument(f *types.Func) int {
	switch name := qualified(f); {
	case strings.HasPrefix(name, "fmt.Fprint"), strings.HasPrefix(name, "fmt.Append"):
		return 0
	}
	return -1
}

func readonlyMethod(name string) bool {
	switch name {
	case "strings.Builder.String", "strings.Builder.Len", "strings.Builder.Cap", "bytes.Buffer.Len",
		"net/http.Header.Get", "net/http.Header.Values", "net/url.Values.Get", "net/url.Values.Encode", "net/url.URL.String",
		"os.File.Name", "os/exec.Cmd.String", "math/big.Int.String", "math/big.Int.Cmp", "math/big.Int.Sign",
		"math/big.Int.BitLen", "math/big.Int.Int64", "math/big.Float.String", "container/list.List.Len",
		"container/list.List.Front", "container/list.Element.Next", "sync/atomic.Int64.Load", "sync/atomic.Int32.Load",
		"net/http/httptest.ResponseRecorder.Result", "reflect.Value.Interface", "reflect.Value.Kind", "reflect.Value.Len":
		return true
	}
	return false
}

// waits are functions that return when other goroutines have done something.
var waits = map[string]bool{
	"sync.WaitGroup.Wait": true, "sync.Cond.Wait": true,
}

// processActs are functions that change state of the process which later cells
// may see, with what to call it.
var processActs = map[string]string{
	"os.Setenv": "sets the environment", "os.Unsetenv": "sets the environment", "os.Clearenv": "sets the environment",
	"os.Chdir": "changes the working directory", "os.File.Chdir": "changes the working directory",
	"syscall.Chdir": "changes the working directory", "syscall.Setenv": "sets the environment", "syscall.Umask": "sets the umask",
	"log.SetOutput": "sets up log", "log.SetFlags": "sets up log", "log.SetPrefix": "sets up log",
	"log/slog.SetDefault": "sets up slog", "log/slog.SetLogLoggerLevel": "sets up slog", "log.Logger.SetOutput": "sets up a logger",
	"log.Logger.SetFlags": "sets up a logger", "log.Logger.SetPrefix": "sets up a logger",
	"flag.Bool": "defines a flag", "flag.BoolVar": "defines a flag", "flag.Int": "defines a flag", "flag.IntVar": "defines a flag",
	"flag.Int64": "defines a flag", "flag.Int64Var": "defines a flag", "flag.Uint": "defines a flag", "flag.UintVar": "defines a flag",
	"flag.String": "defines a flag", "flag.StringVar": "defines a flag", "flag.Float64": "defines a flag", "flag.Float64Var": "defines a flag",
	"flag.Duration": "defines a flag", "flag.DurationVar": "defines a flag", "flag.Var": "defines a flag", "flag.Func": "defines a flag",
	"flag.TextVar": "defines a flag", "flag.BoolFunc": "defines a flag", "flag.Parse": "parses flags", "flag.Set": "sets a flag",
	"net/http.Handle": "registers a handler", "net/http.HandleFunc": "registers a handler",
	"net/http.ServeMux.Handle": "registers a handler", "net/http.ServeMux.HandleFunc": "registers a handler",
	"math/rand.Seed":   "seeds math/rand",
	"os/signal.Notify": "sets signal handling", "os/signal.Ignore": "sets signal handling", "os/signal.Reset": "sets signal handling",
	"os/signal.Stop": "sets signal handling", "os/signal.NotifyContext": "sets signal handling",
	"expvar.Publish": "publishes a variable", "expvar.NewInt": "publishes a variable", "expvar.NewMap": "publishes a variable",
	"expvar.NewFloat": "publishes a variable", "expvar.NewString": "publishes a variable",
	"encoding/gob.Register": "registers a type", "encoding/gob.RegisterName": "registers a type",
	"database/sql.Register": "registers a driver", "image.RegisterFormat": "registers an image format",
	"mime.AddExtensionType": "registers a MIME type", "archive/zip.RegisterCompressor": "registers a compressor",
	"archive/zip.RegisterDecompressor": "registers a compressor", "crypto.RegisterHash": "registers a hash",
	"net/rpc.Register": "registers a service", "net/rpc.RegisterName": "registers a service", "net/rpc.HandleHTTP": "registers a handler",
	"runtime.SetBlockProfileRate": "sets up profiling", "runtime.SetMutexProfileFraction": "sets up profiling",
	"runtime.LockOSThread": "locks the thread", "time.AfterFunc": "starts a timer",
}
