package fuzz

import (
	"encoding/binary"

	"pgregory.net/rapid"

	"wsasim/wsa"
)

var le = binary.LittleEndian

// Structure draws a buffer that holds the structure: each field has a value of
// its kind, each text a length that fits. It works from the description of the
// layout, so a structure that is added to package wsa is drawn without a
// change here.
func Structure(l wsa.Layout, p *Pool) *rapid.Generator[[]byte] {
	return rapid.Custom(func(t *rapid.T) []byte { return source{t, p}.structure(l) })
}

func (g source) structure(l wsa.Layout) []byte {
	b := make([]byte, l.Size)
	var text []byte
	start := l.Size
	for _, f := range l.Fields {
		switch f.Type {
		case wsa.FieldUTF16:
			start = min(start, f.Offset)
		case wsa.FieldStorage:
			s := g.storage()
			copy(b[f.Offset:], s[:])
		default:
			if f.LenOf != "" {
				part := g.text(f.LenOf)
				putNumber(b[f.Offset:], f.Size, uint64(len(part)))
				text = append(text, part...)
				continue
			}
			g.field(f, b[f.Offset:f.Offset+f.Size])
		}
	}
	if start == l.Size {
		return b
	}
	// The text begins before sizeof ends; callers send the padding or do not.
	b = append(b[:start], text...)
	if g.once(4, "without padding") {
		return b
	}
	return append(b, make([]byte, l.Size-start)...)
}

func putNumber(b []byte, size int, v uint64) {
	for i := range size {
		b[i] = byte(v >> (8 * i))
	}
}

// field fills in one field that is neither text nor an address.
func (g source) field(f wsa.Field, b []byte) {
	switch {
	case f.Kind != "":
		putNumber(b, f.Size, uint64(g.constant(f.Kind)))
	case f.Type == wsa.FieldGUID || f.Type == wsa.FieldBytes:
		if g.once(12, f.Name+" is there") {
			copy(b, rapid.SliceOfN(rapid.Byte(), f.Size, f.Size).Draw(g.t, f.Name))
		}
	default:
		putNumber(b, f.Size, uint64(g.number(f.Name)))
	}
}

// values holds the constants of each kind.
var values = func() map[wsa.Kind][]uint32 {
	m := make(map[wsa.Kind][]uint32)
	for _, c := range wsa.Constants() {
		m[c.Kind] = append(m[c.Kind], uint32(c.Value))
	}
	return m
}()

// constant draws a value of the kind: a constant, for a kind of flags none or
// two of them joined, and rarely one that has no name.
func (g source) constant(kind wsa.Kind) uint32 {
	known := values[kind]
	if len(known) == 0 || g.once(24, "unknown "+string(kind)) {
		return g.number(string(kind))
	}
	if !kind.Flags() {
		return pick(g, string(kind), known...)
	}
	switch g.upTo(3, "flags") {
	case 0:
		return 0
	case 3:
		first := pick(g, string(kind), known...)
		return first | pick(g, string(kind), known...)
	}
	return pick(g, string(kind), known...)
}

// text draws the bytes of a UTF-16 text: for a target name mostly a name that
// means something.
func (g source) text(field string) []byte {
	kind := g.upTo(11, "text")
	if field == "PeerTargetName" && kind < 9 && len(g.p.SPNs) > 0 {
		b, err := wsa.EncodeUTF16(pick(g, "spn", g.p.SPNs...))
		if err != nil {
			panic("fuzz: a name in the pool is not UTF-8: " + err.Error())
		}
		return b
	}
	if kind < 11 && field != "PeerTargetName" {
		return nil
	}
	unit := rapid.OneOf(rapid.Uint16Range('a', 'z'), rapid.Uint16Range(0xD7F0, 0xE010), rapid.Uint16())
	var b []byte
	for _, u := range rapid.SliceOfN(unit, 0, 12).Draw(g.t, field) {
		b = le.AppendUint16(b, u)
	}
	return b
}

// mutation is one mistake that a program makes in building a structure.
type mutation struct {
	name string
	do   func(g source, l wsa.Layout, b []byte) []byte
}

// mutations lists the mistakes. Each is given a valid buffer of its own and
// may return it unchanged where it does not apply.
var mutations = [...]mutation{
	{"cut", func(g source, _ wsa.Layout, b []byte) []byte { return b[:g.upTo(max(len(b)-1, 0), "cut to")] }},
	{"one byte short of the fixed part", func(_ source, l wsa.Layout, b []byte) []byte { return b[:min(fixed(l)-1, len(b))] }},
	{"grown", func(g source, _ wsa.Layout, b []byte) []byte { return append(b, make([]byte, 1+g.upTo(8, "by"))...) }},
	{"length one too large", lengthen(func(n uint32) uint32 { return n + 1 })},
	{"length two too large", lengthen(func(n uint32) uint32 { return n + 2 })},
	{"length one too small", lengthen(func(n uint32) uint32 { return n - 1 })},
	{"length in characters", lengthen(func(n uint32) uint32 { return n / 2 })},
	{"length huge", lengthen(func(uint32) uint32 { return 0xFFFFFFFE })},
	{"length that overflows with the fixed part", lengthen(func(uint32) uint32 { return 0xFFFFFFFF - 140 + 1 })},
	{"length zero", lengthen(func(uint32) uint32 { return 0 })},
	{"unpaired surrogate", func(_ source, l wsa.Layout, b []byte) []byte {
		if at := fixed(l); at != l.Size && len(b) >= at+2 {
			le.PutUint16(b[at:], 0xD800)
		}
		return b
	}},
	{"embedded NUL", func(_ source, l wsa.Layout, b []byte) []byte {
		if at := fixed(l); at != l.Size && len(b) >= at+2 {
			le.PutUint16(b[at:], 0)
		}
		return b
	}},
	{"other family", func(g source, l wsa.Layout, b []byte) []byte {
		for _, f := range l.Fields {
			if f.Type == wsa.FieldStorage && len(b) >= f.Offset+2 {
				setFamily(b[f.Offset:], pick(g, "family", families...))
			}
		}
		return b
	}},
	{"unknown bits", func(g source, l wsa.Layout, b []byte) []byte {
		for _, f := range l.Fields {
			if f.Kind != "" && len(b) >= f.Offset+4 && f.Size == 4 {
				le.PutUint32(b[f.Offset:], le.Uint32(b[f.Offset:])|1<<g.upTo(31, "bit"))
			}
		}
		return b
	}},
	{"one byte changed", func(g source, _ wsa.Layout, b []byte) []byte {
		if len(b) > 0 {
			b[g.upTo(len(b)-1, "at")] ^= byte(1 << g.upTo(7, "bit"))
		}
		return b
	}},
	{"nothing left", func(source, wsa.Layout, []byte) []byte { return []byte{} }},
}

// fixed is where the text of a structure begins, or its size.
func fixed(l wsa.Layout) int {
	for _, f := range l.Fields {
		if f.Type == wsa.FieldUTF16 {
			return f.Offset
		}
	}
	return l.Size
}

// lengthen changes the length of one text of the structure.
func lengthen(change func(uint32) uint32) func(source, wsa.Layout, []byte) []byte {
	return func(g source, l wsa.Layout, b []byte) []byte {
		var at []int
		for _, f := range l.Fields {
			if f.LenOf != "" && len(b) >= f.Offset+4 {
				at = append(at, f.Offset)
			}
		}
		if len(at) > 0 {
			i := pick(g, "length of", at...)
			le.PutUint32(b[i:], change(le.Uint32(b[i:])))
		}
		return b
	}
}

// Mangle draws a valid buffer of the structure and one mistake made in it.
func Mangle(l wsa.Layout, p *Pool) *rapid.Generator[[]byte] {
	return rapid.Custom(func(t *rapid.T) []byte { return source{t, p}.mangled(l) })
}

func (g source) mangled(l wsa.Layout) []byte {
	return pick(g, "mutation", mutations[:]...).do(g, l, g.structure(l))
}

// layouts holds the layouts of 64-bit Windows by the name of the structure.
var layouts = func() map[string]wsa.Layout {
	m := make(map[string]wsa.Layout)
	for _, l := range wsa.Structs(wsa.AMD64) {
		m[l.Name] = l
	}
	return m
}()

// buffer draws an argument that should hold one of the named structures:
// mostly it does, sometimes it is mangled, and rarely NULL.
func (g source) buffer(names ...string) wsa.Bytes {
	l := layouts[pick(g, "structure", names...)]
	switch kind := g.upTo(15, "kind of buffer"); {
	case kind == 15:
		return nil
	case kind >= 11:
		return g.mangled(l)
	}
	return g.structure(l)
}
