package lab

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	_ "image/gif"
	_ "image/jpeg"
	"image/png"
	"os"
	"reflect"
	"strings"
	"sync"
)

// Caps on what a cell displays.
const (
	maxPicture  = 1 << 20 // bytes of one picture, encoded
	maxDisplays = 20      // of one run of a cell
)

// Display shows a value in the notebook: an image.Image; a []byte that is a PNG,
// JPEG or GIF; a string that is an SVG; a table as Table does; anything else as
// text. A picture is kept with the cell, up to 1 MiB; it is shown as an image,
// never run, and a terminal draws it with characters.
func Display(v any) {
	show(displayed(v))
}

// Table shows a slice of structs, a map or a slice of slices as a table, of
// which it keeps the first twenty rows. Other values are shown as text.
func Table(rows any) {
	show(tabled(rows))
}

func displayed(v any) map[string]string {
	switch v := v.(type) {
	case image.Image:
		var b bytes.Buffer
		if err := png.Encode(&b, v); err != nil {
			panic(fmt.Errorf("lab.Display: %w", err))
		}
		return picture("image/png", b.Bytes(), v)
	case []byte:
		if img, format, err := image.Decode(bytes.NewReader(v)); err == nil {
			return picture("image/"+format, v, img)
		}
	case string:
		if isSVG(v) {
			return svgPicture(v, "a picture (SVG)")
		}
		return map[string]string{plainText: v}
	}
	return tabled(v)
}

func tabled(v any) map[string]string {
	if packed := pack(v); packed != "" {
		return map[string]string{packedTable: packed}
	}
	return map[string]string{plainText: listed(v)}
}

// listed is a value as text, a slice with a line for each element.
func listed(v any) string {
	r := reflect.ValueOf(v)
	if r.Kind() != reflect.Slice || r.Type().Elem().Kind() == reflect.Uint8 {
		return fmt.Sprintf("%+v", v)
	}
	var b strings.Builder
	for i := range r.Len() {
		fmt.Fprintf(&b, "%+v\n", r.Index(i))
	}
	return b.String()
}

// packedTable names a packed table among the parts of what is displayed. It
// never reaches a file.
const packedTable = "lapbook/grid"

func pack(v any) string {
	shown.mu.Lock()
	f := shown.pack
	shown.mu.Unlock()
	if f == nil {
		return ""
	}
	return f(v)
}

const plainText = "text/plain"

// picture is an encoded image with a drawing of it in characters.
func picture(mime string, data []byte, img image.Image) map[string]string {
	size := fmt.Sprintf("%d×%d, %s", img.Bounds().Dx(), img.Bounds().Dy(), strings.ToUpper(strings.TrimPrefix(mime, "image/")))
	if len(data) > maxPicture {
		return map[string]string{plainText: fmt.Sprintf("a picture (%s) of %.1f MB is left out: more than 1 MB", size, float64(len(data))/1e6)}
	}
	return map[string]string{mime: base64.StdEncoding.EncodeToString(data), plainText: drawing(img) + "a picture (" + size + ")"}
}

func svgPicture(svg, text string) map[string]string {
	if len(svg) > maxPicture {
		return map[string]string{plainText: fmt.Sprintf("%s of %.1f MB is left out: more than 1 MB", text, float64(len(svg))/1e6)}
	}
	return map[string]string{"image/svg+xml": svg, plainText: text}
}

func isSVG(s string) bool {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "<?xml") {
		_, s, _ = strings.Cut(s, "?>")
		s = strings.TrimSpace(s)
	}
	return strings.HasPrefix(s, "<svg") && strings.HasSuffix(s, "</svg>")
}

// drawing shows an image in at most 60 by 20 characters, by its brightness.
func drawing(img image.Image) string {
	b := img.Bounds()
	if b.Empty() {
		return ""
	}
	wide := min(60, b.Dx())
	high := max(1, min(20, wide*b.Dy()/b.Dx()/2))
	var out strings.Builder
	for y := range high {
		line := make([]rune, wide)
		for x := range line {
			line[x] = shade(img, b.Min.X+(2*x+1)*b.Dx()/(2*wide), b.Min.Y+(2*y+1)*b.Dy()/(2*high))
		}
		out.WriteString(strings.TrimRight(string(line), " ") + "\n")
	}
	return out.String()
}

func shade(img image.Image, x, y int) rune {
	r, g, b, a := img.At(x, y).RGBA()
	light := (299*r + 587*g + 114*b + 1000*(0xFFFF-a)) / 1000 // on white
	return []rune("█▓▒░ ")[min(4, light*5/0x10000)]
}

// shown gathers what the cells of this process display. It cannot be a
// parameter: the text of a cell says only what it shows.
var shown struct {
	mu   sync.Mutex
	pack func(v any) string // nil: displays are printed as text
	left int                // displays that were left out
	list []map[string]string
}

// Collect has displays gathered for Shown, and not printed as text; pack turns
// a table into one text, "" for what is no table. It is for whoever runs cells.
func Collect(pack func(v any) string) {
	shown.mu.Lock()
	defer shown.mu.Unlock()
	shown.pack = pack
}

// Shown returns what was displayed since it was called last: content by MIME
// type, images in base64, tables packed under the name lapbook/grid.
func Shown() []map[string]string {
	shown.mu.Lock()
	defer shown.mu.Unlock()
	list := shown.list
	if shown.left > 0 {
		list = append(list, map[string]string{plainText: fmt.Sprintf("%d more displays are left out", shown.left)})
	}
	shown.list, shown.left = nil, 0
	return list
}

func show(parts map[string]string) {
	shown.mu.Lock()
	defer shown.mu.Unlock()
	switch {
	case shown.pack == nil: // a program that was exported from a notebook
		fmt.Fprintln(os.Stdout, strings.TrimRight(parts[plainText], "\n"))
	case len(shown.list) < maxDisplays:
		shown.list = append(shown.list, parts)
	default:
		shown.left++
	}
}
