package diagram

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"wsasim/wsa/trace"
)

// Measures, in user units: pixels at the usual size.
const (
	gutter   = 92 // where times stand
	margin   = 170
	between  = 340 // from lane to lane
	charW    = 6.65
	lineH    = 14
	boxW     = 316 // of a call
	topSpace = 40
)

// SVG writes the diagram as one SVG document, which needs nothing else and is
// readable on a light and on a dark page. The error is the writer's.
func (c *Chart) SVG(w io.Writer) error {
	lanes, rows := c.present()
	p := &painter{lanes: lanes, rows: rows, width: gutter + 2*margin + max(len(lanes)-1, 0)*between}
	p.layout()
	p.header(c.title)
	p.lifelines()
	p.blocks()
	p.waits()
	for i := range rows {
		p.row(i)
	}
	p.legend()
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img">
<title>%s</title>
<style>
%s</style>
%s</svg>
`, p.width, p.height, p.width, p.height, escape(c.title), stylesheet(), p.out.String())
	return err
}

// escape is a text as XML has it; what XML cannot say becomes U+FFFD.
func escape(text string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(text)) // a Buffer does not fail
	return b.String()
}

// painter holds the places of everything.
type painter struct {
	lanes         []*lane
	rows          []*row
	width, height int
	top           []int // of each row
	high          []int // how high it is
	first, last   int   // of the lifelines
	out           strings.Builder
}

func (p *painter) printf(format string, args ...any) { fmt.Fprintf(&p.out, format+"\n", args...) }

func (p *painter) x(lane int) int { return gutter + margin + lane*between }

// span is the left and right edge of what stands across two lanes; of a single
// one, of a note beside it.
func (p *painter) span(from, to int) (left, right int) {
	if from < 0 && to < 0 {
		return gutter, p.width - 12
	}
	if from < 0 {
		from = to
	}
	if to < 0 {
		to = from
	}
	return p.x(min(from, to)) - boxW/2, p.x(max(from, to)) + boxW/2
}

// chars is how many characters fit, wide how wide some are: the font has one
// width.
func chars(pixels int) int { return int(float64(pixels) / charW) }
func wide(chars int) int   { return int(float64(chars) * charW) }

// lines is the text of a row as it is broken.
func (p *painter) lines(x *row) []string {
	left, right := p.span(x.from, x.to)
	switch x.kind {
	case callRow:
		return wrap(x.text, chars(boxW-12), 4)
	case packetRow:
		if x.from == x.to || x.from < 0 || x.to < 0 {
			return wrap(x.text, chars(between), 3)
		}
		return wrap(x.text, chars(right-left-boxW-24), 3)
	case gapRow:
		return wrap(x.text, chars(p.width-gutter-40), 4)
	}
	return wrap(x.text, chars(right-left-24), 6)
}

// layout gives each row its place.
func (p *painter) layout() {
	p.first = topSpace + p.headHeight()
	y := p.first + 14
	for _, x := range p.rows {
		n := len(p.lines(x))
		h := n*lineH + 8
		switch x.kind {
		case callRow, outcomeRow, noteRow, gapRow:
			h += 6
		case packetRow:
			h += 10
		}
		p.top, p.high = append(p.top, y), append(p.high, h)
		y += h
	}
	p.last = y + 8
	p.height = p.last + 14 + p.legendHeight()
}

func (p *painter) headHeight() int {
	h := 26
	for _, l := range p.lanes {
		h = max(h, 26+lineH*len(about(l)))
	}
	return h
}

// about is what stands under the name of a host.
func about(l *lane) (lines []string) {
	if l.attacker {
		lines = append(lines, "attacker")
	}
	if len(l.addrs) > 0 {
		lines = append(lines, shorten(l.addrs, 2))
	}
	if len(l.names) > 0 {
		lines = append(lines, "proves "+shorten(l.names, 1))
	} else {
		lines = append(lines, "proves nothing")
	}
	return lines
}

// shorten joins the first few of a list and counts the rest.
func shorten(list []string, most int) string {
	if len(list) <= most {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:most], ", "), len(list)-most)
}

func (p *painter) text(class string, x, y int, anchor, text string) {
	p.printf(`<text class="%s" x="%d" y="%d" text-anchor="%s">%s</text>`, class, x, y, anchor, escape(text))
}

func (p *painter) header(title string) {
	p.printf(`<rect class="page" width="%d" height="%d"/>`, p.width, p.height)
	p.text("text title", 12, 24, "start", title)
	for i, l := range p.lanes {
		class := "head"
		if l.attacker {
			class = "enemy"
		}
		x := p.x(i)
		p.printf(`<rect class="%s" x="%d" y="%d" width="%d" height="%d" rx="6"/>`, class, x-boxW/2+20, topSpace, boxW-40, p.headHeight())
		p.text("text name", x, topSpace+18, "middle", l.name)
		for j, line := range about(l) {
			class := "dim"
			if l.attacker && j == 0 {
				class = "bad-t"
			}
			p.text(class, x, topSpace+18+lineH*(j+1), "middle", wrap(line, chars(boxW-50), 1)[0])
		}
	}
}

func (p *painter) lifelines() {
	for i := range p.lanes {
		p.printf(`<line class="life" x1="%d" y1="%d" x2="%d" y2="%d"/>`, p.x(i), p.first, p.x(i), p.last)
	}
}

// blocks draws the frame of each negotiation around its rows.
func (p *painter) blocks() {
	type frame struct{ first, last, left, right int }
	var order []int
	frames := make(map[int]*frame)
	for i, x := range p.rows {
		if x.block == 0 || x.kind == noteRow {
			continue
		}
		f := frames[x.block]
		if f == nil {
			f = &frame{first: i, left: p.width, right: 0}
			frames[x.block] = f
			order = append(order, x.block)
		}
		f.last = i
		if x.from >= 0 || x.to >= 0 {
			l, r := p.span(x.from, x.to)
			f.left, f.right = min(f.left, l), max(f.right, r)
		}
	}
	for _, b := range order {
		f := frames[b]
		top := p.top[f.first] - 4
		p.printf(`<rect class="block" x="%d" y="%d" width="%d" height="%d" rx="6" fill-opacity="0.55"/>`,
			f.left-6, top, f.right-f.left+12, p.top[f.last]+p.high[f.last]-top)
		p.text("keying-t", f.left, top+11, "start", "negotiation")
	}
}

// waits draws a bar on a lane from where a call was made to where it ended.
func (p *painter) waits() {
	for i, x := range p.rows {
		if x.since == 0 || x.since-1 >= i {
			continue
		}
		from := p.top[x.since-1]
		p.printf(`<rect class="wait" x="%d" y="%d" width="8" height="%d" rx="2"/>`, p.x(x.from)-4, from, p.top[i]-from)
	}
}

func (p *painter) row(i int) {
	x, y := p.rows[i], p.top[i]
	if i == 0 || p.rows[i-1].time != x.time {
		p.text("dim", gutter-12, y+14, "end", seconds(x.time))
	}
	p.printf(`<g><title>%s</title>`, escape(seconds(x.time)+" s: "+x.text))
	switch x.kind {
	case packetRow:
		p.packet(i)
	case gapRow:
		p.gap(i)
	default:
		p.box(i)
	}
	p.printf(`</g>`)
}

// seconds is a time to the microsecond.
func seconds(d time.Duration) string { return fmt.Sprintf("%.6f", d.Seconds()) }

// box draws a call, a note or the outcome of a negotiation.
func (p *painter) box(i int) {
	x := p.rows[i]
	left, right := p.span(x.from, x.to)
	class, words := "call", "text"
	switch x.kind {
	case noteRow:
		class = "note"
	case outcomeRow:
		class = "block"
	}
	switch x.tone {
	case good:
		words = "good-t"
	case bad:
		words = "bad-t"
	}
	lines := p.lines(x)
	if x.kind == noteRow && x.from < 0 {
		longest := 0
		for _, l := range lines {
			longest = max(longest, len([]rune(l)))
		}
		middle, half := (left+right)/2, wide(longest)/2+12
		left, right = middle-half, middle+half
	}
	p.printf(`<rect class="%s" x="%d" y="%d" width="%d" height="%d" rx="4"/>`, class, left, p.top[i], right-left, p.high[i]-6)
	for j, line := range lines {
		p.text(words, (left+right)/2, p.top[i]+14+j*lineH, "middle", line)
	}
}

func (p *painter) gap(i int) {
	y := p.top[i]
	p.printf(`<line class="life gap" x1="%d" y1="%d" x2="%d" y2="%d"/>`, gutter, y+2, p.width-12, y+2)
	for j, line := range p.lines(p.rows[i]) {
		p.text("dim label", (gutter+p.width)/2, y+16+j*lineH, "middle", line)
	}
}

// look is the class by which a packet is drawn.
func look(k *trace.Packet) string {
	switch {
	case k.Forged:
		return "bad"
	case k.Protocol == "ike":
		return "keying"
	case k.Protection != "":
		return k.Protection
	}
	return "clear"
}

// packet draws an arrow with its label above.
func (p *painter) packet(i int) {
	x := p.rows[i]
	k, class, y := x.packet, look(x.packet), p.top[i]+p.high[i]-8
	if x.from < 0 && x.to < 0 {
		return
	}
	if x.from == x.to {
		p.loop(i, class)
		return
	}
	x1, x2 := p.ends(x.from, x.to)
	end := x2
	if k.Lost && x.to >= 0 {
		end = (x1 + x2) / 2
	}
	p.arrow(class, x1, end, y, !k.Lost)
	switch {
	case k.Lost:
		p.cross(end, y)
	case k.Altered:
		p.changed((x1+x2)/2, x2, y)
	case k.Protection == "encrypted":
		p.lock(x1, x2, y)
	}
	p.label(class, (x1+x2)/2, p.top[i]+12, p.lines(x))
}

// ends is where an arrow between two lanes begins and ends; one of the two may
// be nowhere, which is half-way to a neighbour.
func (p *painter) ends(from, to int) (x1, x2 int) {
	beside := func(lane int) int {
		if lane > 0 && lane == len(p.lanes)-1 {
			return p.x(lane) - between/2
		}
		return p.x(lane) + between/2
	}
	switch {
	case from < 0:
		return beside(to), p.x(to)
	case to < 0:
		return p.x(from), beside(from)
	}
	return p.x(from), p.x(to)
}

// lock marks an arrow as encrypted near its beginning.
func (p *painter) lock(x1, x2, y int) {
	at := x1 + 16
	if x2 < x1 {
		at = x1 - 16
	}
	p.printf(`<path class="encrypted" d="M%d %dv-3a4 4 0 0 1 8 0v3" style="stroke-width:1.5"/><rect class="encrypted-t" x="%d" y="%d" width="12" height="8" rx="1"/>`, at-4, y-3, at-6, y-4)
}

func (p *painter) label(class string, x, y int, lines []string) {
	for j, line := range lines {
		p.text("label "+class+"-t", x, y+j*lineH, "middle", line)
	}
}

// arrow draws a line, with a head unless it ends half-way.
func (p *painter) arrow(class string, x1, x2, y int, head bool) {
	p.printf(`<path class="%s" d="M%d %dH%d"/>`, class, x1, y, x2)
	if !head {
		return
	}
	back := -9
	if x2 < x1 {
		back = 9
	}
	p.printf(`<path class="%s-t" d="M%d %dl%d -5v10z"/>`, class, x2, y, back)
}

// loop draws a packet of a host to itself.
func (p *painter) loop(i int, class string) {
	x, at, y := p.rows[i], p.x(p.rows[i].from), p.top[i]+p.high[i]-8
	p.printf(`<path class="%s" d="M%d %dh26v10h-18"/><path class="%s-t" d="M%d %dl8 -4v8z"/>`, class, at, y-6, class, at, y+4)
	p.label(class, at, p.top[i]+12, p.lines(x))
}

// legend explains the marks that the diagram uses.
func (p *painter) legend() {
	x, y := 16, p.last+22
	for _, mark := range legend(p.lanes, p.rows) {
		text := words[mark]
		if x+42+wide(len(text)) > p.width {
			x, y = 16, y+legendH
		}
		p.sample(mark, x, y)
		p.text("dim", x+42, y+4, "start", text)
		x += 42 + wide(len(text)) + 24
	}
}

// legendHeight is how high the legend is.
func (p *painter) legendHeight() int {
	x, h := 16, legendH
	for _, mark := range legend(p.lanes, p.rows) {
		n := wide(len(words[mark]))
		if x+42+n > p.width {
			x, h = 16, h+legendH
		}
		x += 42 + n + 24
	}
	return h
}

// legendH is the height of a line of the legend.
const legendH = 22

// words are what the legend says of a mark.
var words = map[string]string{
	"clear": "in clear", "authenticated": "authenticated: readable, not to be changed", "encrypted": "encrypted",
	"keying": "keying message", "lost": "lost", "forged": "forged", "altered": "altered on its way",
	"waiting": "a call waits", "attacker": "attacker",
}

// sample draws what the legend explains.
func (p *painter) sample(mark string, x, y int) {
	switch mark {
	case "clear", "authenticated", "keying":
		p.arrow(mark, x, x+34, y, true)
	case "encrypted":
		p.arrow(mark, x, x+34, y, true)
		p.lock(x-2, x+34, y)
	case "lost":
		p.arrow("clear", x, x+26, y, false)
		p.cross(x+26, y)
	case "forged":
		p.arrow("bad", x, x+34, y, true)
	case "altered":
		p.arrow("clear", x, x+16, y, false)
		p.changed(x+16, x+34, y)
	case "waiting":
		p.printf(`<rect class="wait" x="%d" y="%d" width="8" height="16" rx="2"/>`, x+14, y-8)
	case "attacker":
		p.printf(`<rect class="enemy" x="%d" y="%d" width="34" height="14" rx="3"/>`, x, y-7)
	}
}

// cross ends an arrow that does not arrive.
func (p *painter) cross(x, y int) {
	p.printf(`<path class="bad" stroke-width="2.5" d="M%d %dl12 12m0 -12l-12 12"/>`, x-6, y-6)
}

// changed is the second half of an arrow whose packet was altered.
func (p *painter) changed(middle, end, y int) {
	p.arrow("bad", middle, end, y, true)
	p.printf(`<path class="bad" d="M%d %dl6 6l-6 6l-6 -6z"/>`, middle, y-6)
}
