package loop

import (
	"go/types"
	"strings"
)

// A rule says what a compiled function does. What no rule covers reads and
// writes everything reachable from its receiver and arguments, and lets all of
// it refer to all of it.
type rule struct {
	writes     string // receiver "r" and arguments "0", "1", …; "*" all
	mix        bool   // may keep its arguments in each other and in its results
	views      bool   // its results refer to its arguments, nothing else does
	resource   resource
	outWrite   bool // the use of the resource is a change
	perhapsGet bool // no change when all requests of the text are GET or HEAD
	slices     bool // a view that refers to memory behind the receiver, never to itself
	copies     bool // a view of what its elements refer to, in new memory
	quiet      bool // a function among its results changes nothing of the program
	reuse      bool // its results are kept by the receiver where the text says ReuseRecord
	flat       bool // reads of the receiver only what is in it, nothing behind its references
	pixel      bool // concerns the pixel at x, y
	weight     float64
	fatal      string
	methods    func(string) bool
}

// keepsAddress tells whether a result may be or hold the address of an argument.
// Memory behind the argument is another matter.
func (r rule) keepsAddress() bool { return r.views && !r.slices }

func (r rule) writesArg(k int) bool {
	if r.writes == "*" {
		return true
	}
	if k < 0 {
		return strings.Contains(r.writes, "r")
	}
	return strings.Contains(r.writes, itoa(k)) || strings.Contains(r.writes, "v") && k > 0
}

// A line of the table: functions of a package by pattern, and words about them.
// "T.M" is a method of T, "T.*" all of them, "*" everything else. Words:
//
//	flat       reads of the receiver nothing behind its references
//	pixel      of an image, concerns the pixel that the first two arguments give
//	slices     a view of memory behind the receiver, never of itself
//	copies     a view of what the elements refer to, in new memory
//	quiet      a function among the results changes nothing of the program
//	reuse      a view where the text says ReuseRecord, else pure
//	pure       reads its arguments, result is new memory
//	view       as pure, but the result may share memory with the arguments
//	w=r01…v    writes what these refer to (r receiver, digits arguments, v all after the first), keeps nothing
//	mix        writes everything and may link everything
//	out files net rand proc sync clock   uses the resource; with ! changes it
//	N          a weight: about how many tenths of a microsecond
const rules = `
strings: Builder.String|Builder.Len|Builder.Cap pure 1; Builder.* w=r 1; Reader.* w=r0 1; NewReader pure 1; NewReplacer pure 2; Replacer.WriteString w=0 2; Replacer.* pure 2; SplitSeq|SplitAfterSeq|FieldsSeq|Lines pure quiet 1; Map|FieldsFunc|IndexFunc|ContainsFunc|TrimFunc|* pure 2
strconv: Append* w=0 view 1; * pure 2
math: * pure 2
math/bits: * pure 1
math/cmplx: * pure 2
unicode: * pure 1
unicode/utf8: AppendRune w=0 view 1; EncodeRune w=0 1; * pure 1
unicode/utf16: AppendRune w=0 view 1; * pure 1
errors: As mix w=1 1; AsType view 1; Join|Unwrap view 1; * pure 1
path: * pure 1
path/filepath: Walk|WalkDir mix files 20; Glob|EvalSymlinks|Abs pure files 20; * pure 1
html: * pure 2
net/url: Values.Get|Values.Has|Values.Encode pure 2; Values.* w=r 1; URL.UnmarshalBinary w=r 2; * pure 2
regexp: Regexp.FindSubmatch|Regexp.Find|Regexp.FindAll|Regexp.FindAllSubmatch view 5; Regexp.Longest w=r 1; Regexp.SubexpNames view 0; Regexp.Expand|Regexp.ExpandString w=0 view 3; Regexp.AppendText w=0 view 3; * pure 5
cmp: Or view 0; * pure 0
hash/crc32: New* pure 1; * pure 3
hash/crc64: New* pure 1; * pure 3
hash/adler32: New* pure 1; * pure 3
hash/fnv: New* pure 1; * mix 1
hash: Hash.Size|Hash.BlockSize|Hash32.Sum32|Hash64.Sum64|Hash32.Size pure 1; Hash.Sum|Hash32.Sum|Hash64.Sum w=0 view 3; Hash.*|Hash32.*|Hash64.* w=r 3; * mix 2
hash/maphash: Hash.Sum w=0 view 1; Hash.* w=r 2; * pure 2
crypto/sha256: New* pure 2; * pure 5
crypto/sha512: New* pure 2; * pure 5
crypto/sha1: New* pure 2; * pure 5
crypto/md5: New* pure 2; * pure 5
crypto/hmac: New mix 5; Equal pure 1
crypto/rand: Read w=0 5; Text pure 2; * mix 5
crypto/aes: NewCipher pure 5
crypto/subtle: * pure 1
encoding/hex: EncodeToString|DecodeString|Dump|EncodedLen|DecodedLen pure 2; Encode|Decode w=0 2; Append* w=0 view 2; * mix 2
encoding/base64: Encoding.EncodeToString|Encoding.DecodeString|Encoding.EncodedLen|Encoding.DecodedLen|Encoding.WithPadding pure 2; Encoding.Encode|Encoding.Decode w=0 2; * mix 2
encoding/base32: Encoding.EncodeToString|Encoding.DecodeString pure 2; * mix 2
encoding/json: Encoder.* w=r 5; Decoder.Buffered view 1; Decoder.* w=r0 5; Marshal|MarshalIndent|Valid pure 5; Unmarshal w=1 5; Indent|Compact|HTMLEscape w=0 5; NewDecoder|NewEncoder view 2; * mix 5
encoding/xml: Marshal|MarshalIndent pure 5; Unmarshal w=1 5; NewEncoder|NewDecoder view 2; Encoder.Encode|Encoder.Flush|Encoder.Indent w=r 5; Decoder.Decode w=r0 5; * mix 5
encoding/csv: NewReader|NewWriter view 1; Reader.Read|Reader.ReadAll w=r reuse 3; Writer.Write|Writer.WriteAll|Writer.Flush w=r 2; Writer.Error pure 0; * mix 2
encoding/binary: Read w=02 2; Write w=0 2; Decode w=2 2; Encode w=0 2; bigEndian.Put*|littleEndian.Put*|ByteOrder.Put*|Put* w=0 1; bigEndian.Append*|littleEndian.Append*|Append* w=0 view 1; * pure 1
encoding/gob: NewEncoder|NewDecoder view 2; Encoder.Encode w=r 5; Decoder.Decode w=r0 5; Register* mix proc! 1; * mix 5
bytes: Buffer.AvailableBuffer view 0; Reader.Reset mix 0; Buffer.String|Buffer.Len|Buffer.Cap|Buffer.Available pure 1; Buffer.Bytes view slices 1; Buffer.Next view slices w=r 1; Buffer.ReadBytes|Buffer.ReadString|Buffer.ReadByte|Buffer.ReadRune|Buffer.Read w=r0 1; Buffer.ReadFrom|Buffer.WriteTo w=r0 2; Buffer.* w=r 1; Reader.* w=r0 1; NewBuffer|NewReader view 1; NewBufferString pure 1; Clone|ToUpper|ToLower|Repeat|Join|ReplaceAll|Replace|Map|Title|ToTitle|ToValidUTF8|Runes pure 2; Trim*|Fields*|Split*|Cut* view 2; * pure 2
bufio: NewScanner|NewReader*|NewWriter*|NewReadWriter view 1; Scanner.Text|Scanner.Err pure 1; Scanner.Bytes view 0; Scanner.Scan w=r 1; Scanner.Buffer|Scanner.Split mix 0; Reader.ReadString|Reader.ReadRune|Reader.ReadByte|Reader.Discard|Reader.UnreadByte|Reader.UnreadRune|Reader.ReadBytes w=r 1; Reader.Read w=r0 1; Reader.ReadLine|Reader.ReadSlice|Reader.Peek w=r view 1; Writer.Write*|Writer.Flush w=r 1; ScanLines|ScanWords|ScanRunes|ScanBytes view 1; * mix 1
io: ReadAll w=0 3; ReadFull|ReadAtLeast w=01 2; WriteString w=0 1; Copy|CopyN|CopyBuffer w=012 3; LimitReader|TeeReader|MultiReader|MultiWriter|NewSectionReader|NopCloser view 1; Reader.Read w=r0 2; ReaderAt.ReadAt w=0 files 2; Writer.Write|StringWriter.WriteString w=r 1; Closer.Close|ReadCloser.Close w=r 1; * mix 2
io/ioutil: ReadFile|ReadDir pure files 20; ReadAll w=0 3; WriteFile pure files! 20; * mix files! 5
io/fs: ReadFile|ReadDir|Stat pure files 20; FileInfo.*|DirEntry.Name|DirEntry.IsDir|DirEntry.Type|FileMode.* pure 1; DirEntry.Info pure files 5; WalkDir mix files 20; * mix files 5
sort: Search* pure 3; *AreSorted|IsSorted pure 3; Ints|Strings|Float64s|Slice|SliceStable|Sort|Stable w=0 5; IntSlice.Len|StringSlice.Len|Float64Slice.Len pure 0; Reverse view 0; * mix 5
slices: Collect|Sorted* view copies 5; Sort* w=0 5; Max*|Min* view 3; Reverse w=0 2; Contains*|Index*|Equal*|BinarySearch*|IsSorted*|Compare* pure 3; Clone|Concat|Repeat view copies 2; Clip view 0; Grow w=0 view 2; Insert|Delete|DeleteFunc|Replace|Compact|CompactFunc w=0 view 2; All|Values|Backward|Chunk view quiet 1; * mix 3
maps: Clone view copies 3; Equal|EqualFunc pure 3; Copy mix 3; Keys|Values|All view quiet 1; Collect mix 2; DeleteFunc w=0 3; * mix 3
container/heap: * mix 3
container/list: List.Len pure 0; * mix 1
container/ring: * mix 1
math/big: New* pure 2; Int.DivMod|Int.QuoRem w=r02 5; Int.GCD w=r01 5; Int.Cmp*|Int.String|Int.Int64|Int.Uint64|Int.Sign|Int.BitLen|Int.Bit|Int.ProbablyPrime|Int.Text|Int.IsInt64|Int.TrailingZeroBits pure 5; Int.Bits view 0; Int.SetBits|Int.Rand mix 3; Int.FillBytes|Float.Int|Float.Rat w=0 view 2; Int.SetString|Float.SetString|Rat.SetString w=r view 3; Int.Format mix 3; Int.Append w=0 view 3; Float.Cmp|Float.String|Float.Text|Float.Float64|Float.Sign|Rat.Cmp|Rat.String|Rat.FloatString|Rat.Float64|Rat.Sign pure 5; Rat.Num|Rat.Denom view 1; Int.*|Float.*|Rat.* w=r view 5; * mix 5
math/rand: New view 2; NewSource pure 2; Rand.Seed w=r 1; Rand.Shuffle mix 2; Rand.Read w=r0 1; Rand.* w=r 1; Zipf.* w=r 1; Shuffle mix rand! 2; Read w=0 rand! 1; NewZipf view 1; * pure rand! 1
math/rand/v2: New view 2; NewPCG|NewChaCha8 pure 2; Rand.Shuffle mix 2; Rand.* w=r 1; Shuffle mix rand! 2; N pure rand! 1; PCG.*|ChaCha8.*|Zipf.* w=r 1; NewZipf view 1; * pure rand! 1
fmt: Print|Printf|Println pure out! 1; Sprint|Sprintf|Sprintln pure 3; Errorf view 3; Append|Appendf|Appendln w=0 view 2; Fprint|Fprintf|Fprintln w=0 1; Sscan|Sscanf|Sscanln w=v 3; Fscan|Fscanf|Fscanln w=* 3; Scan|Scanf|Scanln w=* in! 3; Stringer.String|GoStringer.GoString pure 1; * mix 2
log: Fatal*|Panic* pure out! proc! 1; Print* pure out! 1; New view 1; Logger.Fatal*|Logger.Panic* w=r out! proc! 1; Logger.* w=r out! 1; * mix proc! 1
log/slog: * mix out! 1
time: Sleep pure clock 20; After|Tick pure clock 5; NewTicker|NewTimer pure clock 2; AfterFunc mix goroutine 2; Now|Since|Until pure clock 0; Ticker.*|Timer.* w=r clock 1; LoadLocation pure files 5; Time.AppendFormat w=0 view 1; Time.UnmarshalJSON|Time.UnmarshalText|Time.UnmarshalBinary|Time.GobDecode w=r 1; * pure 1
os: ReadFile|Stat|Lstat|ReadDir|Readlink|Open|Getwd|ReadLink pure files 20; Getenv|LookupEnv|Environ|Hostname|Getpid|Getppid|Executable|UserHomeDir|ExpandEnv|TempDir pure proc 1; Expand mix 2; Setenv|Unsetenv|Clearenv pure proc! 1; Chdir pure files! 1; Exit pure proc! 1; IsNotExist|IsExist|IsPermission pure 1; File.Name|File.Fd pure 0; File.Stat|File.ReadAt w=0 files 5; File.ReadDir|File.Readdir|File.Readdirnames|File.Read|File.Seek|File.Close w=r0 files 5; File.Write*|File.Sync|File.Truncate|File.ReadFrom w=r files! 5; FileMode.*|FileInfo.*|DirEntry.Name|DirEntry.IsDir pure 1; DirEntry.Info pure files 5; DirFS pure 1; Args pure 0; * mix files! 20
os/exec: LookPath pure proc 5; ExitError.* pure 1; * mix files! 20
os/signal: * mix proc! 1
os/user: * pure files 5
net/http: Get|Head pure net 20; Client.Get|Client.Head pure net 20; NewRequest|NewRequestWithContext view 2; Client.Do|DefaultClient.Do|Transport.RoundTrip|RoundTripper.RoundTrip w=0 netdo 20; Post|PostForm|Client.Post|Client.PostForm w=1 net! 20; Header.Values view 1; Header.Get pure 1; Header.Clone pure 1; Header.* w=r 1; StatusText|CanonicalHeaderKey|DetectContentType|ParseTime pure 1; Response.Cookies|Response.Location|Request.Context|Request.UserAgent|Request.Cookies view 1; Request.* mix 1; * mix net! 20
net/http/httptest: NewRecorder pure 1; NewServer mix net! goroutine 1; NewRequest view 2; * mix 2
net: LookupHost|LookupIP|LookupAddr|LookupMX|LookupTXT|LookupCNAME pure net 20; ParseIP|ParseCIDR|ParseMAC|SplitHostPort|JoinHostPort|IPv4|CIDRMask pure 1; IP.*|IPNet.*|IPMask.* view 1; * mix net! 20
net/netip: * pure 1
net/mail: Parse* pure 3; * mix 3
net/textproto: * mix 2
mime: * pure 2
mime/multipart: * mix 3
context: Background|TODO pure 0; WithCancel*|WithTimeout*|WithDeadline*|WithValue|WithoutCancel view quiet 1; Context.Err|Context.Deadline pure 1; Context.Value|Context.Done view 1; * mix 1
compress/gzip: Reader.Reset|Writer.Reset mix 1; NewReader|NewWriter view 3; NewWriterLevel view 3; Reader.* w=r0 5; Writer.* w=r 5; * mix 5
compress/flate: NewReader|NewWriter view 3; * mix 5
compress/zlib: NewReader|NewWriter view 3; * mix 5
compress/bzip2: NewReader view 3; * mix 5
archive/zip: * mix files 5
archive/tar: * mix files 5
text/template: Must view 1; New pure 2; Template.Execute|Template.ExecuteTemplate w=0 10; Template.* mix 5; * pure 2
html/template: Must view 1; New pure 2; Template.Execute|Template.ExecuteTemplate w=0 10; Template.* mix 5; * pure 2
text/tabwriter: NewWriter view 1; Writer.Init mix 1; Writer.* w=r 1; * mix 1
text/scanner: * mix 2
image: Rect|Pt|NewRGBA|NewGray|NewNRGBA|NewNRGBA64|NewAlpha16|NewUniform|NewRGBA64|NewGray16|NewAlpha|NewPaletted pure 2; Rectangle.*|Point.* pure 0; RGBA.Set*|Gray.Set*|NRGBA.Set*|RGBA64.Set*|NRGBA64.Set*|Gray16.Set*|Alpha.Set*|Alpha16.Set*|Paletted.SetColorIndex w=r pixel 1; Paletted.Set w=r 1; RGBA.At|RGBA.RGBAAt|RGBA.RGBA64At|Gray.At|Gray.GrayAt|NRGBA.At|NRGBA.NRGBAAt|RGBA64.At|NRGBA64.At|Gray16.At|Gray16.Gray16At|Alpha.At|Paletted.ColorIndexAt pixel 1; RGBA.Bounds|RGBA.PixOffset|RGBA.ColorModel|Gray.Bounds|Gray.PixOffset|Gray.ColorModel|NRGBA.Bounds|NRGBA.PixOffset|NRGBA.ColorModel|RGBA64.Bounds|RGBA64.PixOffset|NRGBA64.Bounds|NRGBA64.PixOffset|Gray16.Bounds|Gray16.PixOffset|Alpha.Bounds|Alpha.PixOffset|Paletted.Bounds|Paletted.PixOffset flat 0; YCbCr.COffset|YCbCr.YOffset|YCbCr.Bounds|YCbCr.ColorModel flat 0; YCbCr.SubImage view 1; YCbCr.* pure 1; RGBA.SubImage|Gray.SubImage|NRGBA.SubImage|RGBA64.SubImage|Gray16.SubImage|Alpha.SubImage|Paletted.SubImage|Paletted.ColorModel view 1; RGBA.*|Gray.*|NRGBA.*|Image.*|RGBA64.*|Gray16.*|Alpha.*|Paletted.* pure 1; Decode* w=0 20; * mix 3
image/color: * pure 1
image/png: Decode* w=0 20; Encode w=0 20; * mix 20
image/jpeg: Decode* w=0 20; Encode w=0 20; * mix 20
image/gif: * mix 20
image/draw: Draw|DrawMask w=0 10; * mix 5
index/suffixarray: New view 20; Index.Lookup|Index.FindAllIndex pure 5; * mix 5
go/token: * pure 1
go/parser: * mix files 20
go/format: Source pure 20; * mix 20
go/scanner: * mix 2
database/sql: DB.Query|DB.QueryRow|DB.QueryContext|DB.QueryRowContext mix net! 20; * mix net! 20
sync: WaitGroup.Go mix goroutine 1; Mutex.*|RWMutex.*|WaitGroup.*|Cond.*|Locker.* w=r sync! 1; Once.Do w=r sync! 1; Map.* mix sync! 1; Pool.* mix sync! 1; * mix sync! 1
sync/atomic: Int32.Load|Int64.Load|Uint32.Load|Uint64.Load|Bool.Load pure 0; Load* pure 0; * mix sync! 0
runtime: GC pure proc! 5; NumCPU|NumGoroutine|Version|GOMAXPROCS|Caller pure proc 1; KeepAlive pure 0; Gosched pure 0; * mix proc! 1
runtime/debug: * mix proc! 1
reflect: TypeOf pure 1; DeepEqual pure 3; * mix unknown 1
iter: * mix 1
unique: * pure 1
testing: * mix proc! 1
flag: * mix proc! 1
expvar: * mix proc! 1
`

// ruleOf finds the rule of a compiled function; known is false when its package
// has none.
func ruleOf(fn *types.Func) (r rule, known bool) {
	name := fn.Name()
	if rn := receiverName(fn); rn != "" {
		name = rn + "." + name
	}
	if fn.Pkg() == nil { // error.Error
		return rule{methods: errorMethods}, true
	}
	if isLab(fn.Pkg().Path()) {
		return labRule(fn.Name()), true
	}
	line, ok := packageLine(fn.Pkg().Path())
	if !ok {
		return rule{writes: "*", mix: true, methods: anyMethod, weight: 2}, false
	}
	for entry := range strings.SplitSeq(line, ";") {
		words := strings.Fields(entry)
		for pattern := range strings.SplitSeq(words[0], "|") {
			if matches(pattern, name) {
				return parseRule(words[1:], fn), true
			}
		}
	}
	return rule{writes: "*", mix: true, methods: methodsOf(fn.Pkg().Path()), weight: 2}, true
}

func packageLine(pkg string) (string, bool) {
	_, rest, ok := strings.Cut(rules, "\n"+pkg+": ")
	if !ok {
		return "", false
	}
	line, _, _ := strings.Cut(rest, "\n")
	return line, true
}

func matches(pattern, name string) bool {
	if pattern == name || pattern == "*" {
		return true
	}
	if p, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(name, p) && (strings.Contains(p, ".") || !strings.Contains(name, "."))
	}
	if p, ok := strings.CutPrefix(pattern, "*"); ok {
		return strings.HasSuffix(name, p) && !strings.Contains(name, ".")
	}
	return false
}

func receiverName(fn *types.Func) string {
	recv := fn.Signature().Recv()
	if recv == nil {
		return ""
	}
	if n := namedOf(recv.Type()); n != nil {
		return n.Obj().Name()
	}
	return "?"
}

func parseRule(words []string, fn *types.Func) rule {
	r := rule{methods: methodsOf(fn.Pkg().Path())}
	for _, word := range words {
		base, change := strings.CutSuffix(word, "!")
		switch base {
		case "pure":
		case "view":
			r.views = true
		case "mix":
			r.mix, r.writes = true, "*"
		case "slices":
			r.slices = true
		case "copies":
			r.copies = true
		case "quiet":
			r.quiet = true
		case "flat":
			r.flat = true
		case "pixel":
			r.pixel = true
		case "reuse":
			r.reuse = true
		case "unknown", "goroutine":
			r.fatal = base
		case "netdo":
			r.resource, r.outWrite, r.perhapsGet = network, true, true
		default:
			r.word(base, change)
		}
	}
	return r
}

func (r *rule) word(word string, change bool) {
	if w, ok := strings.CutPrefix(word, "w="); ok {
		r.writes = w
		return
	}
	if word[0] >= '0' && word[0] <= '9' {
		for _, d := range word {
			r.weight = r.weight*10 + float64(d-'0')
		}
		return
	}
	names := map[string]resource{"out": output, "in": input, "files": files, "net": network, "rand": randomness, "proc": process, "sync": syncing, "clock": clock}
	r.resource, r.outWrite = names[word], change
}

// methodsOf tells which methods of its arguments a package calls. A package that
// the switch does not know may call all.
func methodsOf(pkg string) func(string) bool {
	const (
		stream = " Read Write Close Seek ReadAt WriteAt ReadFrom WriteTo ReadByte UnreadByte ReadRune UnreadRune WriteByte WriteRune WriteString ReadString Flush "
		order  = " Len Less Swap Push Pop "
	)
	root, _, _ := strings.Cut(pkg, "/")
	switch {
	case pkg == "fmt" || pkg == "log" || pkg == "strings" || pkg == "strconv":
		return fmtMethods
	case root == "encoding":
		return encodingMethods
	case pkg == "errors":
		return errorMethods
	case pkg == "sort" || pkg == "container/heap":
		return oneOf(order)
	case pkg == "io" || pkg == "bufio" || pkg == "bytes" || root == "compress" || root == "crypto" || root == "hash":
		return oneOf(stream + " Error String ")
	case pkg == "slices" || pkg == "maps" || pkg == "cmp" || pkg == "time" || pkg == "os" || pkg == "path/filepath" || pkg == "regexp" || pkg == "unicode" || pkg == "unicode/utf8" || pkg == "math":
		return oneOf(" Error String ")
	case pkg == "math/rand" || pkg == "math/rand/v2":
		return oneOf(" Uint64 Int63 Seed ")
	case pkg == "context":
		return oneOf(" Deadline Done Err Value Error String ")
	case root == "image":
		return oneOf(stream + " At Bounds ColorModel Set RGBA Convert Opaque ")
	case root == "sync":
		return oneOf(" Lock Unlock ")
	case pkg == "net/http": // a handler runs when the other side asks
		return oneOf(stream + " RoundTrip Cookies SetCookies Error String ")
	}
	return anyMethod
}

func oneOf(list string) func(string) bool {
	return func(name string) bool { return strings.Contains(list, " "+name+" ") }
}

func isLab(path string) bool {
	return path == "lab" || strings.HasSuffix(path, "stdlib/lab")
}

// labRule is the rule of a function of package lab.
func labRule(name string) rule {
	switch name {
	case "Fetch":
		return rule{resource: network, weight: 20, methods: anyMethod}
	case "Pages", "Serve":
		return rule{resource: network, outWrite: true, mix: true, writes: "*", weight: 5, methods: anyMethod}
	}
	return rule{fatal: "goroutine", mix: true, writes: "*", weight: 5, methods: anyMethod}
}
