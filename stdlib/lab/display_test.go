package lab

import (
	"encoding/xml"
	"errors"
	"image"
	"image/color"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/lapbook/lapbook/stdlib/grid"
)

func TestDisplayed(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 8, 8))
	img.Set(0, 0, color.White)
	Collect(func(v any) string {
		if g := grid.Of(v); g != nil {
			return g.Pack()
		}
		return ""
	})
	defer Collect(nil)
	for _, tt := range []struct {
		name  string
		value any
		mime  string // beside or in place of text
		text  string
	}{
		{"image", img, "image/png", "a picture (8×8, PNG)"},
		{"svg", `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"></svg>`, "image/svg+xml", "a picture (SVG)"},
		{"table", map[string]int{"a": 1}, grid.Packed, ""},
		{"text", "<b>", "", "<b>"},
		{"bytes", []byte("no picture"), "", "[110 111"},
		{"number", 42, "", "42"},
		{"large", "<svg>" + strings.Repeat(" ", maxPicture) + "</svg>", "", "left out"},
	} {
		parts := displayed(tt.value)
		if tt.mime != "" && parts[tt.mime] == "" || !strings.Contains(parts[plainText], tt.text) {
			t.Errorf("%s: %.300v", tt.name, parts)
		}
		if tt.mime == "" && len(parts) != 1 {
			t.Errorf("%s: %d parts", tt.name, len(parts))
		}
	}
}

func TestPlotted(t *testing.T) {
	line := Line{Name: "a<b", Y: []float64{1, math.NaN(), 4, math.Inf(1), 9}}
	parts := plotted("x & y", []Line{line, {X: []float64{0, 1}, Y: []float64{5, 5, 5}}})
	for d := xml.NewDecoder(strings.NewReader(parts["image/svg+xml"])); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	text := parts[plainText]
	if !strings.Contains(text, "* a<b") || strings.Count(text, "*") != 4 || !strings.Contains(text, "o") {
		t.Errorf("\n%s", text)
	}
	for line := range strings.Lines(text) {
		if len([]rune(line)) > 79 {
			t.Errorf("too wide: %s", line)
		}
	}
	for _, lines := range [][]Line{nil, {{Y: []float64{math.NaN()}}}} {
		if got := plotted("t", lines)[plainText]; got != "t: nothing to plot" {
			t.Error(got)
		}
	}
}
