package diagram

import (
	"fmt"
	"strings"
)

// colors is what each class is drawn with: for its name the property, and the
// values for a light and a dark page. A program that knows no media queries
// gets the light ones.
var colors = []struct{ class, property, light, dark string }{
	{"page", "fill", "#ffffff", "#0d1117"},
	{"text", "fill", "#1f2328", "#e6edf3"},
	{"dim", "fill", "#59636e", "#9198a1"},
	{"life", "stroke", "#afb8c1", "#484f58"},
	{"head", "fill", "#f6f8fa", "#161b22"},
	{"head", "stroke", "#6e7781", "#8b949e"},
	{"enemy", "fill", "#ffebe9", "#3c1618"},
	{"enemy", "stroke", "#cf222e", "#ff7b72"},
	{"call", "fill", "#ffffff", "#161b22"},
	{"call", "stroke", "#afb8c1", "#484f58"},
	{"wait", "fill", "#d0d7de", "#484f58"},
	{"note", "fill", "#fff8c5", "#2e2a1f"},
	{"note", "stroke", "#d4a72c", "#9e7700"},
	{"block", "fill", "#ddf4ff", "#10233a"},
	{"block", "stroke", "#54aeff", "#1f6feb"},
	{"clear", "stroke", "#bc4c00", "#f0883e"},
	{"clear-t", "fill", "#bc4c00", "#f0883e"},
	{"authenticated", "stroke", "#0969da", "#58a6ff"},
	{"authenticated-t", "fill", "#0969da", "#58a6ff"},
	{"encrypted", "stroke", "#1a7f37", "#3fb950"},
	{"encrypted-t", "fill", "#1a7f37", "#3fb950"},
	{"keying", "stroke", "#8250df", "#bc8cff"},
	{"keying-t", "fill", "#8250df", "#bc8cff"},
	{"bad", "stroke", "#cf222e", "#ff7b72"},
	{"bad-t", "fill", "#cf222e", "#ff7b72"},
	{"good-t", "fill", "#1a7f37", "#3fb950"},
}

// shapes are the rules that hold in any light.
const shapes = `text{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:11px}
.title{font-size:14px;font-weight:bold}
.name{font-size:13px;font-weight:bold}
.label{paint-order:stroke;stroke-width:4px;stroke-linejoin:round}
.life{stroke-width:1}
.clear,.authenticated,.keying,.bad{fill:none;stroke-width:1.5}
.encrypted{fill:none;stroke-width:3}
.keying{stroke-dasharray:2 3}
.gap{stroke-dasharray:1 5}
`

// stylesheet is the style of every diagram.
func stylesheet() string {
	var light, dark strings.Builder
	for _, c := range colors {
		fmt.Fprintf(&light, ".%s{%s:%s}\n", c.class, c.property, c.light)
		fmt.Fprintf(&dark, ".%s{%s:%s}\n", c.class, c.property, c.dark)
	}
	light.WriteString(".label{stroke:#ffffff}\n")
	dark.WriteString(".label{stroke:#0d1117}\n")
	return shapes + light.String() + "@media (prefers-color-scheme:dark){\n" + dark.String() + "}\n"
}
