package wsa

import (
	"bytes"
	"encoding/hex"
	"errors"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"
)

// units draws UTF-16 text in which surrogates, lone ones included, NULs and
// ASCII are all common.
func units() *rapid.Generator[[]uint16] {
	unit := rapid.OneOf(rapid.Uint16Range(0, 0x7F), rapid.Uint16Range(0xD7F0, 0xE010), rapid.Uint16())
	return rapid.SliceOfN(unit, 0, 40)
}

func utf16Bytes(u []uint16) []byte {
	var b []byte
	for _, x := range u {
		b = le.AppendUint16(b, x)
	}
	return b
}

// TestUTF16 checks that every sequence of units survives decoding and
// encoding, and that the text is the standard library's where that keeps
// everything.
func TestUTF16(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u := units().Draw(t, "units")
		b := utf16Bytes(u)
		s := DecodeUTF16(b)
		back, err := EncodeUTF16(s)
		if err != nil || !bytes.Equal(back, b) {
			t.Fatalf("% x -> %q -> % x, %v", b, s, back, err)
		}
		runes := utf16.Decode(u)
		if !slices.Contains(runes, '\uFFFD') && string(runes) != s {
			t.Fatalf("%q, the standard library says %q", s, string(runes))
		}
	})
	for _, bad := range []string{"\x80", "a\xff", "\xed\xa0", "abcd\xc0\x80", "\xf4\x90\x80\x80"} {
		var e *EncodeError
		if b, err := EncodeUTF16(bad); !errors.As(err, &e) {
			t.Errorf("EncodeUTF16(%q) = %x, %v", bad, b, err)
		}
	}
	if s := DecodeUTF16([]byte("a\x00b")); s != "a" {
		t.Errorf("an odd byte at the end: %q", s)
	}
}

func drawStorage(t *rapid.T, label string) (s SockaddrStorage) {
	raw := rapid.SliceOfN(rapid.Byte(), 0, SockaddrStorageSize).Draw(t, label)
	copy(s[:], raw)
	if rapid.Bool().Draw(t, label+" has a family") {
		le.PutUint16(s[:], rapid.SampledFrom([]uint16{AF_INET, AF_INET6}).Draw(t, label+" family"))
	}
	return s
}

// drawStructure draws a valid buffer of the structure: random bytes where
// every byte has a meaning or is padding, text that fits.
func drawStructure(t *rapid.T, l Layout) []byte {
	b := rapid.SliceOfN(rapid.Byte(), l.Size, l.Size).Draw(t, "bytes")
	b = b[:l.minimum()]
	for _, f := range l.Fields {
		if f.Type == FieldStorage {
			s := drawStorage(t, f.Name)
			copy(b[f.Offset:], s[:])
		}
		if f.LenOf != "" {
			text := utf16Bytes(units().Draw(t, f.LenOf))
			le.PutUint32(b[f.Offset:], uint32(len(text)))
			b = append(b, text...)
		}
	}
	return append(b, rapid.SliceOfN(rapid.Byte(), l.Size-l.minimum(), 8+l.Size-l.minimum()).Draw(t, "tail")...)
}

// TestDecodeEncodeDecode: decoding, encoding and decoding again is the
// identity, for each codec, and the generic codec prints what encodes to the
// same bytes as the codec's.
func TestDecodeEncodeDecode(t *testing.T) {
	for name, make := range fresh {
		t.Run(name, func(t *testing.T) {
			layout, err := Struct(name, AMD64)
			if err != nil {
				t.Fatal(err)
			}
			rapid.Check(t, func(t *rapid.T) {
				raw := drawStructure(t, layout)
				first := make()
				if err := first.UnmarshalBinary(raw); err != nil {
					t.Fatalf("%x: %v", raw, err)
				}
				encoded, err := first.AppendBinary(nil)
				if err != nil {
					t.Fatal(err)
				}
				second := make()
				if err := second.UnmarshalBinary(encoded); err != nil {
					t.Fatal(err)
				}
				again, err := second.AppendBinary(nil)
				if err != nil || !bytes.Equal(again, encoded) {
					t.Fatalf("%x then %x, %v", encoded, again, err)
				}
				fields, err := layout.Decode(raw)
				if err != nil {
					t.Fatal(err)
				}
				var texts []string
				for _, f := range fields {
					texts = append(texts, f.Name+"="+f.Text)
				}
				if generic, err := layout.Encode(texts...); err != nil || !bytes.Equal(generic, encoded) {
					t.Fatalf("%q: %x, %v; the codec says %x", texts, generic, err, encoded)
				}
			})
		})
	}
}

// TestArbitraryBytes: no input makes a decoder panic or read past the buffer;
// the codecs and the table agree on which buffers are too short, and errors
// name a field.
func TestArbitraryBytes(t *testing.T) {
	layouts := Structs(AMD64)
	rapid.Check(t, func(t *rapid.T) {
		l := rapid.SampledFrom(layouts).Draw(t, "structure")
		raw := rapid.SliceOfN(rapid.Byte(), 0, l.Size+64).Draw(t, "bytes")
		for _, f := range l.Fields {
			if f.LenOf != "" && len(raw) >= f.Offset+4 && rapid.Bool().Draw(t, "short text") {
				le.PutUint32(raw[f.Offset:], rapid.Uint32Range(0, 40).Draw(t, f.Name))
			}
		}
		// A buffer whose capacity ends with it makes reads past it panic.
		raw = slices.Clip(raw)
		_, generic := l.Decode(raw)
		checkDecodeError(t, generic)
		if make := fresh[l.Name]; make != nil {
			err := make().UnmarshalBinary(raw)
			checkDecodeError(t, err)
			var d *DecodeError
			odd := errors.As(err, &d) && !d.TooShort()
			if (err == nil) != (generic == nil) && !odd {
				t.Fatalf("codec says %v, table says %v", err, generic)
			}
		}
	})
}

func checkDecodeError(t *rapid.T, err error) {
	var d *DecodeError
	if err == nil {
		return
	}
	if !errors.As(err, &d) || d.Field == "" || d.Struct == "" || !strings.Contains(err.Error(), d.Field) {
		t.Fatalf("%v does not name its field", err)
	}
	if d.TooShort() && d.Need <= d.Have {
		t.Fatalf("%v: needs no more than it has", err)
	}
}

func TestDecodeErrors(t *testing.T) {
	whole, err := (&PeerTargetName{Name: "host/a"}).AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	long, odd := bytes.Clone(whole), bytes.Clone(whole)
	le.PutUint32(long[136:], 1<<32-1)
	le.PutUint32(odd[136:], 3)
	for _, c := range []struct {
		raw  []byte
		want string
	}{
		{nil, "SOCKET_PEER_TARGET_NAME.SecurityProtocol at offset 0: the buffer must have 140 bytes and has 0"},
		{whole[:50], "SOCKET_PEER_TARGET_NAME.PeerAddress at offset 8: the buffer must have 140 bytes and has 50"},
		{whole[:139], "SOCKET_PEER_TARGET_NAME.PeerTargetNameStringLen at offset 136: the buffer must have 140 bytes and has 139"},
		{whole[:151], "SOCKET_PEER_TARGET_NAME.AllStrings at offset 140: the buffer must have 152 bytes and has 151"},
		{odd, "SOCKET_PEER_TARGET_NAME.PeerTargetNameStringLen at offset 136: expected an even number of bytes, found 3"},
	} {
		p := PeerTargetName{Name: "unchanged"}
		if err := p.UnmarshalBinary(c.raw); err == nil || err.Error() != c.want {
			t.Errorf("%d bytes: %v", len(c.raw), err)
		}
		if p.Name != "unchanged" {
			t.Errorf("%d bytes: a failed decode changed the value", len(c.raw))
		}
	}
	if err := new(PeerTargetName).UnmarshalBinary(long); err == nil {
		t.Error("a name of 2^32-1 bytes was accepted")
	}
	if _, err := ParsePeerTargetName(odd); err != nil {
		t.Errorf("the view judges an odd length: %v", err)
	}
	var e *EncodeError
	if got, err := (&PeerTargetName{Name: "a\xff"}).AppendBinary([]byte{7}); !errors.As(err, &e) || e.Field != "AllStrings" || len(got) != 1 {
		t.Errorf("not WTF-8: %x, %v", got, err)
	}
}

// TestSizings: both ways of sizing a target name decode to the same value, and
// the view tells what follows the name.
func TestSizings(t *testing.T) {
	p := PeerTargetName{SOCKET_SECURITY_PROTOCOL_IPSEC, storage(t, "10.0.0.1:443"), "host/server.example.com"}
	whole, _ := p.AppendBinary(nil)
	tight, _ := p.AppendTight(nil)
	if len(whole) != 144+2*23 || len(tight) != 140+2*23 || !bytes.HasPrefix(whole, tight) {
		t.Fatalf("%d and %d bytes", len(whole), len(tight))
	}
	for _, raw := range [][]byte{whole, tight, append(bytes.Clone(whole), 1, 2, 3)} {
		var back PeerTargetName
		if err := back.UnmarshalBinary(raw); err != nil || back != p {
			t.Errorf("%d bytes: %+v, %v", len(raw), back, err)
		}
		v, err := ParsePeerTargetName(raw)
		if err != nil || len(v.Tail) != len(raw)-len(tight) || DecodeUTF16(v.Name) != p.Name || len(v.PeerAddress) != 128 {
			t.Errorf("%d bytes: view %+v, %v", len(raw), v, err)
		}
	}
	// Stale bytes of a reused buffer must not show through.
	dirty := bytes.Repeat([]byte{0xFF}, 512)
	if again, _ := p.AppendBinary(dirty[:0]); !bytes.Equal(again, whole) {
		t.Errorf("a used buffer shows through: %x", again)
	}
}

// drawAddrPort draws IPv4, IPv6 with and without scope, and IPv4-mapped ones.
func drawAddrPort(t *rapid.T) netip.AddrPort {
	raw := rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "address")
	var addr netip.Addr
	switch rapid.IntRange(0, 3).Draw(t, "form") {
	case 0:
		addr = netip.AddrFrom4([4]byte(raw))
	case 1:
		addr = netip.AddrFrom16(netip.AddrFrom4([4]byte(raw)).As16())
	case 2:
		addr = netip.AddrFrom16([16]byte(raw))
	default:
		scope := rapid.Uint32Min(1).Draw(t, "scope")
		addr = netip.AddrFrom16([16]byte(raw)).WithZone(strconv.FormatUint(uint64(scope), 10))
	}
	return netip.AddrPortFrom(addr, rapid.Uint16().Draw(t, "port"))
}

func TestSockaddr(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ap := drawAddrPort(t)
		b := Sockaddr(ap)
		back, err := ParseSockaddr(append(b, 1, 2, 3))
		if err != nil || back != ap {
			t.Fatalf("%v -> %x -> %v, %v", ap, b, back, err)
		}
		want := int32(AF_INET6)
		if ap.Addr().Is4() {
			want = AF_INET
		}
		if got := SockaddrFamily(b); got != want || len(b) != map[int32]int{AF_INET: 16, AF_INET6: 28}[got] {
			t.Fatalf("%v: family %d, %d bytes", ap, got, len(b))
		}
		s, err := StorageFrom(ap)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := s.AddrPort(); err != nil || back != ap || s.Family() != want {
			t.Fatalf("storage of %v: %v, %v", ap, back, err)
		}
		if text := FormatSockaddr(b); text != ap.String() {
			t.Fatalf("%v printed as %s", ap, text)
		}
		for n := range b {
			if _, err := ParseSockaddr(slices.Clip(b[:n])); err == nil {
				t.Fatalf("%d bytes of %d were enough", n, len(b))
			}
		}
	})
	for _, bad := range []netip.AddrPort{{}, netip.MustParseAddrPort("[fe80::1%eth0]:1"), netip.MustParseAddrPort("[fe80::1%4294967296]:1")} {
		if b, err := AppendSockaddr(nil, bad); err == nil {
			t.Errorf("%v -> %x", bad, b)
		}
	}
	if _, err := ParseSockaddr(make([]byte, 128)); err == nil || !strings.Contains(err.Error(), "AF_UNSPEC") {
		t.Errorf("family 0: %v", err)
	}
	if SockaddrFamily([]byte{2}) != -1 || SockaddrFamily(nil) != -1 {
		t.Error("a family in less than two bytes")
	}
}

func TestGUID(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := GUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "guid"))
		for _, text := range []string{g.String(), "{" + strings.ToUpper(g.String()) + "}"} {
			if back, err := ParseGUID(text); err != nil || back != g {
				t.Fatalf("%s -> %v, %v", text, back, err)
			}
		}
	})
	for _, bad := range []string{"", "1", "25a207b9-ddf3-4660-8ee9-76e58c74063", "25a207b9-ddf3-4660-8ee9-76e58c74063g", "{25a207b9-ddf3-4660-8ee9-76e58c74063e", "25a207b9+ddf3-4660-8ee9-76e58c74063e"} {
		if g, err := ParseGUID(bad); err == nil {
			t.Errorf("ParseGUID(%q) = %v", bad, g)
		}
	}
	for _, text := range []string{WSAID_CONNECTEX, WSAID_ACCEPTEX, WSAID_DISCONNECTEX, WSAID_GETACCEPTEXSOCKADDRS, WSAID_TRANSMITFILE,
		WSAID_TRANSMITPACKETS, WSAID_WSARECVMSG, WSAID_WSASENDMSG, WSAID_WSAPOLL} {
		if g, err := ParseGUID(text); err != nil || g.String() != text {
			t.Errorf("%s: %v, %v", text, g, err)
		}
	}
}

func TestEncodeText(t *testing.T) {
	layout, err := Struct("socket_peer_target_name", AMD64)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := (&PeerTargetName{SOCKET_SECURITY_PROTOCOL_IPSEC, storage(t, "10.0.0.1:443"), "host/server.example.com"}).AppendBinary(nil)
	for _, args := range [][]string{
		{"SecurityProtocol=SOCKET_SECURITY_PROTOCOL_IPSEC", "PeerAddress=10.0.0.1:443", "PeerTargetName=host/server.example.com"},
		{"securityprotocol=0x1", "PeerAddress.sin_family=AF_INET", "PeerAddress.sin_port=443", "PeerAddress.sin_addr=10.0.0.1", `AllStrings="host/server.example.com"`},
		{"SecurityProtocol=1", "PeerAddress=10.0.0.2:443", "PeerAddress.sin_addr=10.0.0.1", "PeerTargetName=0x" + hex.EncodeToString(want[140:186])},
	} {
		if got, err := layout.Encode(args...); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%q:\n got %x, %v\nwant %x", args, got, err, want)
		}
	}
	lying, err := layout.Encode("PeerTargetName=abc", "PeerTargetNameStringLen=3")
	if err != nil || le.Uint32(lying[136:]) != 3 || len(lying) != 150 {
		t.Errorf("a length that lies: %x, %v", lying, err)
	}
	for bad, want := range map[string]string{
		"PeerAddres=1":                                    "nearest: PeerAddress",
		"PeerAddress.sin_prt=1":                           "nearest: sin_port",
		"SecurityProtocol.x=1":                            "no parts",
		"SecurityProtocol=0x100000000":                    "does not fit",
		"SecurityProtocol=IPSEK":                          "neither a number nor",
		"SecurityProtocol=SOCKET_SECURITY_PROTOCOL_IPSEK": "nearest: SOCKET_SECURITY_PROTOCOL_IPSEC",
		"PeerAddress=10.0.0.1":                            "not an address and port",
		"PeerAddress=[fe80::1%eth0]:1":                    "not a decimal scope id",
		"PeerTargetName=\xff":                             "neither UTF-8",
		"PeerTargetName":                                  "expected field=value",
		"PeerAddress.sin_addr=::1":                        "not an IPv4 address",
		"PeerAddress.sin_port=65536":                      "does not fit",
		"PeerTargetName=\"open":                           "not a quoted string",
		"PeerAddress.sin_zero=0x00112233445566778899":     "at most 16",
	} {
		if got, err := layout.Encode(bad); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %x, %v; want %q", bad, got, err, want)
		}
	}
	if _, err := layout.Encode("SecurityProtocol=x"); err == nil || strings.Contains(err.Error(), "nearest") {
		t.Errorf("no constant is spelled like x: %v", err)
	}
	if _, err := Struct("SOCKET_PEER_TARGETNAME", I386); err == nil || !strings.Contains(err.Error(), "nearest: SOCKET_PEER_TARGET_NAME") {
		t.Errorf("unknown structure: %v", err)
	}
	fields, err := layout.Decode(want)
	if err != nil || len(fields) != 4 || fields[1].Text != "10.0.0.1:443" || fields[0].Text != "SOCKET_SECURITY_PROTOCOL_IPSEC" || fields[3].Offset != 140 || fields[3].Size != 46 {
		t.Errorf("%+v, %v", fields, err)
	}
	odd := SockaddrStorage(want[8:136])
	odd[8] = 1
	copy(want[8:], odd[:])
	if fields, _ = layout.Decode(want); len(fields[1].Parts) != 4 || fields[1].Parts[1].Text != "443" {
		t.Errorf("an address that its text cannot say has no parts: %+v", fields[1])
	}
}

func TestFieldTypes(t *testing.T) {
	seen := make(map[string]bool)
	for f := FieldType(0); f < fieldTypeNumber; f++ {
		if name := f.String(); name == "" || seen[name] {
			t.Errorf("type %d is called %q", f, name)
		} else {
			seen[name] = true
		}
	}
}

// TestNoAllocation: the paths that the simulator takes for every call do not
// allocate.
func TestNoAllocation(t *testing.T) {
	p := PeerTargetName{SOCKET_SECURITY_PROTOCOL_IPSEC, storage(t, "10.0.0.1:443"), "host/server.example.com"}
	buf := make([]byte, 0, 256)
	raw, _ := p.AppendBinary(nil)
	mixed := PeerTargetName{Name: "host/\u20ac"}
	ap4, ap6 := netip.MustParseAddrPort("10.0.0.1:443"), netip.MustParseAddrPort("[2001:db8::1]:443")
	short4, short6 := Sockaddr(ap4), Sockaddr(ap6)
	var back PeerTargetName
	for name, c := range map[string]struct {
		most float64
		f    func()
	}{
		"encode": {0, func() { buf, _ = p.AppendBinary(buf[:0]) }},
		// One without the race detector, which adds one.
		"encode, no room": {2, func() { raw, _ = p.AppendBinary(nil) }},
		"encode mixed":    {0, func() { buf, _ = mixed.AppendBinary(buf[:0]) }},
		"view":            {0, func() { _, _ = ParsePeerTargetName(raw) }},
		"decode":          {1, func() { _ = back.UnmarshalBinary(raw) }},
		"sockaddr":        {0, func() { buf, _ = AppendSockaddr(buf[:0], ap4); buf, _ = AppendSockaddr(buf[:0], ap6) }},
		"parse sockaddr":  {0, func() { _, _ = ParseSockaddr(short4); _, _ = ParseSockaddr(short6) }},
		"family":          {0, func() { _ = SockaddrFamily(short4) }},
	} {
		if n := testing.AllocsPerRun(100, c.f); n > c.most {
			t.Errorf("%s allocates %v times, at most %v", name, n, c.most)
		}
	}
}
