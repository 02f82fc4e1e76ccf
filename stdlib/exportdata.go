package stdlib

import (
	"archive/zip"
	"bytes"
	_ "embed" // for the archives
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"strings"
)

// Where the machine is not linux on amd64, the data differs from what its own
// compiler says in package syscall and in constants such as runtime.GOOS; a
// build with the toolchain has the last word there.

//go:embed exportdata/std.zip
var stdArchive string

//go:embed exportdata/own.zip
var ownArchive string

// ExportData returns the export data of a package of the standard library, of
// LabPath or of ModelPath, in the form of the compiler's archives, which the
// lookup function of go/importer.ForCompiler(fset, "gc", lookup) may return.
// The data is complete in itself: what a package refers to need not be imported
// first. Package unsafe has none.
func ExportData(path string) ([]byte, error) {
	archive := stdArchive
	if path == LabPath || path == ModelPath {
		archive = ownArchive
	}
	z, err := zip.NewReader(strings.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, fmt.Errorf("embedded export data: %w", err)
	}
	for _, f := range z.File {
		if f.Name != path {
			continue
		}
		return readExport(f)
	}
	return nil, fmt.Errorf("package %s is not in the standard library of %s", path, GoVersion)
}

// readExport unpacks one member and puts the compiler's headers around it.
func readExport(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("embedded export data of %s: %w", f.Name, err)
	}
	defer r.Close()
	const begin, end = "go object lapbook\n\n$$B\nu", "\n$$\n"
	size := len(begin) + int(f.UncompressedSize64) + len(end)
	out := bytes.NewBuffer(make([]byte, 0, size+80))
	fmt.Fprintf(out, "!<arch>\n%-16s%-12d%-6d%-6d%-8s%-10d`\n%s", "__.PKGDEF", 0, 0, 0, "644", size, begin)
	if _, err := io.Copy(out, r); err != nil {
		return nil, fmt.Errorf("embedded export data of %s: %w", f.Name, err)
	}
	out.WriteString(end)
	return out.Bytes(), nil
}

// Importer returns an importer of the embedded export data. Packages that are
// not embedded are asked of other, which returns export data in the same form;
// nil means that there are none. Types of both agree with each other.
func Importer(fset *token.FileSet, other func(path string) (io.ReadCloser, error)) types.Importer {
	return importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		if other != nil && !Has(path) && path != LabPath && path != ModelPath {
			return other(path)
		}
		data, err := ExportData(path)
		if err != nil {
			return nil, err
		}
		return io.NopCloser(bytes.NewReader(data)), nil
	})
}
