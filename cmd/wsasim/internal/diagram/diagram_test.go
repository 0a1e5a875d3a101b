package diagram_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"wsasim/cmd/wsasim/internal/diagram"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// svg draws records and reads the drawing back: it must be XML, and everything
// in it inside the page.
func svg(t *testing.T, title string, records ...*trace.Record) (text string, words []string) {
	t.Helper()
	c := diagram.New(title)
	for _, r := range records {
		c.Add(r)
	}
	var b strings.Builder
	if err := c.SVG(&b); err != nil {
		t.Fatal(err)
	}
	d := xml.NewDecoder(strings.NewReader(b.String()))
	var width, height float64
	inText := false
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return b.String(), words
		}
		if err != nil {
			t.Fatalf("not XML: %v\n%s", err, b.String())
		}
		switch x := tok.(type) {
		case xml.StartElement:
			inText = x.Name.Local == "text" || x.Name.Local == "title"
			number := func(name string) float64 {
				for _, a := range x.Attr {
					if v, err := strconv.ParseFloat(a.Value, 64); err == nil && a.Name.Local == name {
						return v
					}
				}
				return 0
			}
			if x.Name.Local == "svg" {
				width, height = number("width"), number("height")
				continue
			}
			if at := number("x") + number("width"); number("x") < 0 || at > width {
				t.Errorf("%s from %v to %v is not on a page %v wide", x.Name.Local, number("x"), at, width)
			}
			if at := number("y") + number("height"); number("y") < 0 || at > height {
				t.Errorf("%s ends at %v of %v", x.Name.Local, at, height)
			}
		case xml.CharData:
			if inText && strings.TrimSpace(string(x)) != "" {
				words = append(words, string(x))
			}
		case xml.EndElement:
			inText = false
		}
	}
}

func hosts(names ...string) (list []*trace.Record) {
	for i, n := range names {
		list = append(list, &trace.Record{Kind: trace.Host, Host: n, Addrs: []string{fmt.Sprintf("10.0.0.%d", i+1)}})
	}
	return list
}

func packet(at time.Duration, from, to string, p trace.Packet) *trace.Record {
	return &trace.Record{Kind: trace.PacketSent, Time: at, Host: from, From: "10.0.0.1:1", To: "10.0.0.2:2", Packet: &trace.Packet{
		Protocol: "udp", Data: p.Data, Protection: p.Protection, SA: p.SA, At: to, Lost: p.Lost, Forged: p.Forged, Altered: p.Altered, Instead: p.Instead}}
}

func contains(words []string, part string) bool {
	return strings.Contains(strings.Join(words, "\n"), part)
}

// TestTextIsEscaped: whatever hosts, notes and data hold is shown as text.
func TestTextIsEscaped(t *testing.T) {
	hostile := "</text><script>alert(\"1\")</script>&amp;\x00\x1b\xff\u202e'"
	list := append(hosts(hostile, "b"),
		&trace.Record{Kind: trace.Event, Note: hostile},
		packet(0, hostile, "b", trace.Packet{Data: wsa.Bytes(hostile)}))
	text, words := svg(t, hostile, list...)
	if strings.Contains(text, "<script") || !contains(words, "<script>") {
		t.Errorf("not escaped:\n%s", text)
	}
	var b strings.Builder
	c := diagram.New("x\ny")
	for _, r := range list {
		c.Add(r)
	}
	if err := c.Mermaid(&b); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		line = strings.NewReplacer("#35;", "", "#59;", "", "#lt;", "", "#gt;", "").Replace(line)
		if strings.ContainsAny(line, "<;#\x00\x1b\r") {
			t.Errorf("Mermaid would read %q otherwise", line)
		}
	}
}

// TestMarks: what became of a packet shows, and only what is not encrypted is
// readable.
func TestMarks(t *testing.T) {
	secret := wsa.Bytes("secret")
	for _, tt := range []struct {
		name      string
		p         trace.Packet
		from      string
		class     string
		says, not string
	}{
		{"clear", trace.Packet{Data: secret}, "a", `<path class="clear"`, `6 bytes "secret", in clear`, "lost"},
		{"authenticated", trace.Packet{Data: secret, Protection: "authenticated", SA: 7}, "a", `<path class="authenticated"`, "authenticated, association 7", "in clear,"},
		{"encrypted", trace.Packet{Data: secret, Protection: "encrypted", SA: 7}, "a", `<path class="encrypted"`, "6 bytes, encrypted", "secret"},
		{"lost", trace.Packet{Data: secret, Lost: true}, "a", `<path class="bad" stroke-width="2.5"`, "lost", "forged"},
		{"forged", trace.Packet{Data: secret, Forged: true}, "", `<path class="bad"`, "forged, claims to be 10.0.0.1", "lost"},
		{"altered", trace.Packet{Data: secret, Altered: true, Instead: wsa.Bytes("other")}, "a", `<path class="bad"`, `altered to 5 bytes "other"`, "lost"},
	} {
		to := "b"
		if tt.p.Lost {
			to = ""
		}
		text, words := svg(t, "t", append(hosts("a", "b"), packet(0, tt.from, to, tt.p))...)
		if !strings.Contains(text, tt.class) || !contains(words, tt.says) || tt.name != "clear" && contains(words, tt.not) {
			t.Errorf("%s: expected %s and %q, and no %q:\n%s", tt.name, tt.class, tt.says, tt.not, text)
		}
	}
}

// TestRepetitions: the middle of a long run is one row that counts it.
func TestRepetitions(t *testing.T) {
	list := hosts("a", "b")
	for i := range 100 {
		list = append(list, packet(time.Duration(i)*time.Second, "a", "b", trace.Packet{Data: make(wsa.Bytes, 1000)}))
	}
	text, words := svg(t, "t", list...)
	if !contains(words, "left out, as it repeats: 92 packets with 92,000 bytes a → b") {
		t.Errorf("nothing says what is left out: %q", words)
	}
	if n := strings.Count(text, `class="clear"`); n != 8+1 { // and the legend
		t.Errorf("%d arrows, want 9", n)
	}
}

// TestLimit: a diagram ends somewhere, and says so; hosts that take no part
// have no lane.
func TestLimit(t *testing.T) {
	var list []*trace.Record
	for i := range 100 {
		list = append(list, &trace.Record{Kind: trace.Host, Host: fmt.Sprint("idle", i)})
	}
	list = append(list, hosts("a", "b")...)
	for range diagram.MaxRows + 10 {
		list = append(list, packet(0, "a", "b", trace.Packet{Lost: true}))
	}
	_, words := svg(t, "t", list...)
	if !contains(words, "the diagram ends here: 10 records of the trace follow") {
		t.Error("nothing says that the rest is missing")
	}
	if contains(words, "idle7") {
		t.Error("a host that does nothing has a lane")
	}
}

// TestNothing: a chart without records is a document all the same.
func TestNothing(t *testing.T) {
	svg(t, "")
	var b strings.Builder
	if err := diagram.New("").Mermaid(&b); err != nil || !strings.Contains(b.String(), "sequenceDiagram") {
		t.Errorf("%v: %q", err, b.String())
	}
}
