package diagram

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"wsasim/wsa/trace"
)

// arrows are Mermaid's, by the look of a packet. It has no thick line, so what
// is protected is dotted, and the text says how.
var arrows = map[string]string{"clear": "->>", "authenticated": "-->>", "encrypted": "-->>", "keying": "-)", "bad": "->>"}

// Mermaid writes the diagram as a sequenceDiagram of Mermaid, which many sites
// draw. It is the same as [Chart.SVG] but for what Mermaid cannot show. The error
// is the writer's.
func (c *Chart) Mermaid(w io.Writer) error {
	lanes, rows := c.present()
	var b strings.Builder
	fmt.Fprintf(&b, "---\ntitle: %q\n---\nsequenceDiagram\n", c.title)
	for i, l := range lanes {
		kind, mark := "participant", ""
		if l.attacker {
			kind, mark = "actor", "attacker: "
		}
		fmt.Fprintf(&b, "    %s L%d as %s\n", kind, i, plainText(mark+l.name+" "+shorten(l.addrs, 2)))
	}
	last := lastOfBlocks(rows)
	open := 0
	for i, x := range rows {
		if x.block > 0 && open == 0 && last[x.block] > i {
			open = x.block
			b.WriteString("    rect rgba(84, 174, 255, 0.15)\n")
		}
		if line := mermaidLine(x, lanes); line != "" {
			fmt.Fprintf(&b, "    %s\n", line)
		}
		if open > 0 && last[open] == i {
			open = 0
			b.WriteString("    end\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// lastOfBlocks is the last row of each negotiation.
func lastOfBlocks(rows []*row) map[int]int {
	last := make(map[int]int)
	for i, x := range rows {
		if x.block > 0 {
			last[x.block] = i
		}
	}
	return last
}

// mermaidLine is one row, "" for one that has no place.
func mermaidLine(x *row, lanes []*lane) string {
	text := plainText(seconds(x.time) + " s: " + x.text)
	from, to := x.from, x.to
	switch {
	case x.kind == packetRow && (from >= 0 || to >= 0):
		arrow := arrows[look(x.packet)]
		if x.packet.Lost {
			arrow = "-x"
		}
		if from < 0 {
			from = to
		}
		if to < 0 {
			to = from
		}
		return fmt.Sprintf("L%d%sL%d: %s", from, arrow, to, plainText(seconds(x.time)+" s: "+marked(x.packet, x.text)))
	case len(lanes) == 0:
		return ""
	case from < 0 && to < 0 && len(lanes) > 1:
		return fmt.Sprintf("Note over L0,L%d: %s", len(lanes)-1, text)
	case from < 0 && to < 0:
		return "Note over L0: " + text
	case from >= 0 && to >= 0 && from != to:
		return fmt.Sprintf("Note over L%d,L%d: %s", min(from, to), max(from, to), text)
	}
	return fmt.Sprintf("Note over L%d: %s", max(from, to), text)
}

// marked puts a lock before what is encrypted.
func marked(p *trace.Packet, text string) string {
	if p.Protection == "encrypted" {
		return "🔒 " + text
	}
	return text
}

// plainText is a text in which nothing means anything to Mermaid.
func plainText(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	return strings.NewReplacer("#", "#35;", ";", "#59;", "<", "#lt;", ">", "#gt;", "%%", "%#37;").Replace(text)
}
