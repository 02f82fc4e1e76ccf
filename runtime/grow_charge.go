package runtime

import "strings"

// charge is a rule for the work of a library call, which cannot be counted
// inside.
type charge struct {
	by  chargeBy
	arg int // the argument that it goes by
}

type chargeBy int

const (
	byNothing      chargeBy = iota // constant, or its work shows in a callback
	byLength                       // linear in the length of an argument
	bySort                         // m log m comparisons of m elements; m when they are in order
	bySearch                       // log m
	byValue                        // linear in the value of an argument
	byResult                       // linear in the length of what it gives
	bySortedResult                 // m log m of what it gives
)

// chargeOf is the rule for a function or method, named as callee does.
func chargeOf(name string) (charge, bool) {
	for _, rule := range charges() {
		for _, f := range strings.Fields(rule.names) {
			if strings.HasSuffix(rule.pkg+"."+f, name) && rule.pkg+"."+f == name {
				return rule.charge, true
			}
		}
	}
	return charge{}, false
}

type chargeRule struct {
	pkg    string
	names  string
	charge charge
}

// charges are the functions whose work is known. What is missing is presumed to
// be linear in what it is handed.
func charges() []chargeRule {
	return []chargeRule{
		{"sort", "Ints Strings Float64s Sort Stable", charge{bySort, 0}},
		{"sort", "Slice SliceStable Search Find IsSorted SliceIsSorted Reverse", charge{byNothing, 0}}, // their callbacks are counted
		{"sort", "SearchInts SearchStrings SearchFloat64s", charge{bySearch, 0}},
		{"sort", "IntsAreSorted StringsAreSorted Float64sAreSorted", charge{byLength, 0}},

		{"slices", "Sort", charge{bySort, 0}},
		{"slices", "SortFunc SortStableFunc BinarySearchFunc IndexFunc ContainsFunc IsSortedFunc MinFunc MaxFunc DeleteFunc CompactFunc EqualFunc SortedFunc SortedStableFunc", charge{byNothing, 0}},
		{"slices", "BinarySearch", charge{bySearch, 0}},
		{"slices", "Clone Reverse Compact Max Min IsSorted Concat Equal Delete Insert", charge{byLength, 0}},
		{"slices", "Collect Repeat AppendSeq", charge{byResult, 0}},
		{"slices", "Sorted", charge{bySortedResult, 0}},
		{"slices", "Values All Backward Clip Grow Chunk", charge{byNothing, 0}},

		{"maps", "Keys Values All Insert DeleteFunc EqualFunc", charge{byNothing, 0}},
		{"maps", "Clone", charge{byLength, 0}},
		{"maps", "Collect", charge{byResult, 0}},

		{"strings", "HasPrefix HasSuffix TrimPrefix TrimSuffix CutPrefix CutSuffix NewReader EqualFold Compare", charge{byNothing, 0}},
		{"strings", "Count Split SplitN Fields FieldsFunc ToUpper ToLower Replace ReplaceAll Map Title LastIndex", charge{byLength, 0}},
		{"strings", "Repeat Join", charge{byResult, 0}},
		{"strings", "Builder.WriteString Builder.Write", charge{byLength, 0}},
		{"strings", "Builder.WriteByte Builder.WriteRune Builder.Len Builder.String Builder.Grow Builder.Reset Builder.Cap Reader.ReadByte Reader.Len Reader.ReadRune", charge{byNothing, 0}},

		{"bytes", "HasPrefix HasSuffix TrimPrefix TrimSuffix NewReader NewBuffer NewBufferString", charge{byNothing, 0}},
		{"bytes", "Count Split Fields ToUpper ToLower ReplaceAll", charge{byLength, 0}},
		{"bytes", "Repeat Join Clone", charge{byResult, 0}},
		{"bytes", "Buffer.WriteString Buffer.Write", charge{byLength, 0}},
		{"bytes", "Buffer.WriteByte Buffer.WriteRune Buffer.Len Buffer.Bytes Buffer.Reset Buffer.ReadByte Buffer.Cap Buffer.Truncate", charge{byNothing, 0}},
		{"bytes", "Buffer.String", charge{byResult, 0}},

		{"bufio", "NewScanner NewReader NewWriter NewReaderSize NewWriterSize Scanner.Scan Scanner.Err Scanner.Bytes Scanner.Buffer Scanner.Split Writer.WriteByte Writer.WriteRune Writer.Flush Reader.ReadByte Reader.ReadRune Reader.UnreadByte", charge{byNothing, 0}},
		{"bufio", "Scanner.Text Reader.ReadString Reader.ReadBytes Reader.ReadLine", charge{byResult, 0}},
		{"bufio", "Writer.WriteString Writer.Write", charge{byLength, 0}},

		{"fmt", "Sprintf Sprint Sprintln", charge{byResult, 0}},
		{"fmt", "Print Printf Println Fprint Fprintf Fprintln Errorf", charge{byNothing, 0}},
		{"strconv", "Itoa FormatInt FormatFloat FormatBool Atoi ParseInt ParseFloat ParseBool ParseUint FormatUint AppendInt Quote", charge{byNothing, 0}},

		{"encoding/json", "Unmarshal Valid", charge{byLength, 0}},
		{"encoding/json", "Marshal MarshalIndent", charge{byResult, 0}},
		{"os", "ReadFile", charge{byResult, 0}},
		{"os", "WriteFile", charge{byLength, 1}},
		{"io", "ReadAll", charge{byResult, 0}},
		{"io", "WriteString", charge{byLength, 1}},

		{"regexp", "MustCompile Compile QuoteMeta", charge{byNothing, 0}},
		{"regexp", "Regexp.FindAllString Regexp.FindAllStringIndex Regexp.FindAllStringSubmatch Regexp.FindAllStringSubmatchIndex Regexp.FindAll Regexp.FindAllIndex Regexp.ReplaceAllString Regexp.ReplaceAll Regexp.Split Regexp.ReplaceAllStringFunc Regexp.ReplaceAllLiteralString", charge{byLength, 0}},

		{"math/rand", "Perm Rand.Perm", charge{byValue, 0}},
		{"math/rand/v2", "Perm Rand.Perm", charge{byValue, 0}},
		{"math/rand", "Shuffle Rand.Shuffle", charge{byNothing, 0}}, // its callback is counted
		{"math/rand/v2", "Shuffle Rand.Shuffle", charge{byNothing, 0}},

		{"container/heap", "Init Push Pop Fix Remove", charge{byNothing, 0}}, // their callbacks are counted

		{"crypto/sha256", "Sum256", charge{byLength, 0}},
		{"crypto/sha1", "Sum", charge{byLength, 0}},
		{"crypto/md5", "Sum", charge{byLength, 0}},
		{"hash/crc32", "ChecksumIEEE", charge{byLength, 0}},
		{"unicode/utf8", "DecodeRuneInString DecodeRune DecodeLastRuneInString", charge{byNothing, 0}},
		{"unicode/utf8", "RuneCountInString RuneCount ValidString", charge{byLength, 0}},
	}
}

// constantPackage tells whether all functions and methods of a package that no
// rule names do the same work whatever n is.
func constantPackage(name string) bool {
	for _, p := range []string{"math.", "math/bits.", "math/cmplx.", "math/rand.", "math/rand/v2.", "time.", "sync.", "sync/atomic.", "errors.", "cmp.", "unicode.",
		"unicode/utf8.", "container/list.", "container/ring.", "context.", "unsafe.", "runtime.", "os.", "strconv.", "log.", labPath + ".", "net/http.", "hash/maphash."} {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}
