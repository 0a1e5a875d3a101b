package wsa

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestParseInetAddr: what inet_addr takes (page nf-winsock2-inet_addr; observed
// NH6, NH7).
func TestParseInetAddr(t *testing.T) {
	for text, want := range map[string]string{
		"1.2.3.4": "1.2.3.4", "0.0.0.0": "0.0.0.0", "255.255.255.255": "255.255.255.255",
		"1.2.3": "1.2.0.3", "1.2": "1.0.0.2", "1": "0.0.0.1", "4294967295": "255.255.255.255", "1.2.65535": "1.2.255.255", "1.16777215": "1.255.255.255",
		"0x7f.0.0.1": "127.0.0.1", "0X7F000001": "127.0.0.1", "010.1.2.3": "8.1.2.3", "1.2.3.010": "1.2.3.8", "00": "0.0.0.0",
		" ": "0.0.0.0", "1.2.3 .4": "1.2.0.3", "3.4.5.6  7": "3.4.5.6", "1.2.3.4\tx": "1.2.3.4", "1.2.3.4\n": "1.2.3.4",
		"": "", "  ": "", " 1.2.3.4": "", "1.2.3.4.5": "", "256.1.1.1": "", "1.2.3.256": "", "1.2.65536": "", "1.16777216": "", "4294967296": "",
		"1.2.3.": "", ".1": "", "1..2": "", "a": "", "0x": "", "08": "", "-1": "", "+1": "", "1.2.3.4x": "", "::1": "", "1_0": "",
	} {
		a, ok := ParseInetAddr(text)
		if got := map[bool]string{true: a.String()}[ok]; got != want {
			t.Errorf("%q is %q; wanted %q", text, got, want)
		}
		number := InetAddr(text)
		if ok != (number != INADDR_NONE || want == "255.255.255.255") {
			t.Errorf("%q as a number is %#x", text, number)
		}
		if ok && InetNtoa(number) != want {
			t.Errorf("%q comes back as %q", text, InetNtoa(number))
		}
	}
}

// TestParseAddrLiteral: what GetAddrInfo takes for an address (observed GA7 to
// GA9).
func TestParseAddrLiteral(t *testing.T) {
	for text, want := range map[string]string{
		"192.168.1.253": "192.168.1.253", "beef::cafe": "beef::cafe", "[beef::cafe]": "beef::cafe", "[beef::cafe]:10239": "beef::cafe",
		"::ffff:1.2.3.4": "::ffff:1.2.3.4", "fe80::1%3": "fe80::1%3", "[fe80::1%3]": "fe80::1%3",
		"": "", "192.168.1.253:1024": "", "[192.168.1.253]": "", "[beef::cafe": "", "beef::cafe]": "", "[beef::cafe]x": "", "[beef::cafe]:": "",
		"[beef::cafe]:65536": "", "fe80::1%eth0": "", "1.2.3": "", "localhost": "",
	} {
		a, ok := ParseAddrLiteral(text)
		if got := map[bool]string{true: a.String()}[ok]; got != want {
			t.Errorf("%q is %q; wanted %q", text, got, want)
		}
	}
}

// TestInetPton: page nf-ws2tcpip-inet_pton, and back (nf-ws2tcpip-inet_ntop).
func TestInetPton(t *testing.T) {
	for _, tt := range []struct {
		family int32
		text   string
		want   string // the text that comes back, "" for no address
	}{
		{AF_INET, "1.2.3.4", "1.2.3.4"}, {AF_INET, "255.255.255.255", "255.255.255.255"},
		{AF_INET6, "::", "::"}, {AF_INET6, "::1", "::1"}, {AF_INET6, "2001:DB8:0:0:0:0:0:1", "2001:db8::1"}, {AF_INET6, "::ffff:1.2.3.4", "::ffff:1.2.3.4"},
		{AF_INET6, "1:0:0:2:0:0:0:3", "1:0:0:2::3"},
		{AF_INET, "", ""}, {AF_INET, "1.2.3", ""}, {AF_INET, "1.2.3.04", ""}, {AF_INET, "0x1.2.3.4", ""}, {AF_INET, " 1.2.3.4", ""}, {AF_INET, "1.2.3.4 ", ""},
		{AF_INET, "::1", ""}, {AF_INET, "1.2.3.256", ""},
		{AF_INET6, "1.2.3.4", ""}, {AF_INET6, "[::1]", ""}, {AF_INET6, "fe80::1%3", ""}, {AF_INET6, "::1::", ""}, {AF_INET6, "12345::", ""}, {AF_INET6, ":1", ""},
	} {
		b := bytes.Repeat([]byte{0xA5}, 17)
		n, err := InetPton(tt.family, tt.text, b)
		if err != nil || (n == 1) != (tt.want != "") {
			t.Errorf("%q: %d, %v", tt.text, n, err)
			continue
		}
		size := map[int32]int{AF_INET: 4, AF_INET6: 16}[tt.family]
		if n != 1 {
			size = 0
		}
		if bytes.Count(b[size:], []byte{0xA5}) != 17-size {
			t.Errorf("%q: writes %x", tt.text, b)
		}
		if n == 1 {
			if text, err := InetNtop(tt.family, b); err != nil || text != tt.want {
				t.Errorf("%q comes back as %q, %v; wanted %q", tt.text, text, err, tt.want)
			}
		}
	}
	room := make([]byte, 16)
	for _, tt := range []struct {
		family int32
		addr   []byte
		parse  Errno
		format Errno
	}{
		{AF_UNSPEC, room, WSAEAFNOSUPPORT, WSAEAFNOSUPPORT}, {AF_UNIX, nil, WSAEAFNOSUPPORT, WSAEAFNOSUPPORT},
		{AF_INET, nil, WSAEFAULT, WSA_INVALID_PARAMETER}, {AF_INET6, room[:15], WSAEFAULT, WSA_INVALID_PARAMETER},
	} {
		if n, err := InetPton(tt.family, "::1", tt.addr); n != -1 || err != tt.parse {
			t.Errorf("family %d, %d bytes: %d, %v", tt.family, len(tt.addr), n, err)
		}
		if _, err := InetNtop(tt.family, tt.addr); err != tt.format {
			t.Errorf("family %d, %d bytes: %v", tt.family, len(tt.addr), err)
		}
	}
}

func TestInetRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		family, size := int32(AF_INET), 4
		if rapid.Bool().Draw(t, "IPv6") {
			family, size = AF_INET6, 16
		}
		addr := rapid.SliceOfN(rapid.Byte(), size, size).Draw(t, "address")
		text, err := InetNtop(family, addr)
		if err != nil {
			t.Fatal(err)
		}
		back := make([]byte, size)
		if n, err := InetPton(family, text, back); n != 1 || err != nil || !bytes.Equal(back, addr) {
			t.Fatalf("%x is %q and comes back as %x (%d, %v)", addr, text, back, n, err)
		}
		if a, ok := ParseAddrLiteral(text); !ok || a != netip.MustParseAddr(text) {
			t.Fatalf("GetAddrInfo does not take %q", text)
		}
	})
}

// TestASCIIName: labels in Punycode (names of the DNS as IANA lists them), and
// what has no such form.
func TestASCIIName(t *testing.T) {
	long := strings.Repeat("a", 63)
	for name, want := range map[string]string{
		"server": "server", "Server.Example.COM": "server.example.com", "example.com.": "example.com", "a-b.c_d": "a-b.c_d",
		"München.de": "xn--mnchen-3ya.de", "bücher.example": "xn--bcher-kva.example", "テスト": "xn--zckzah", "例え.テスト": "xn--r8jz45g.xn--zckzah",
		"中国": "xn--fiqs8s", "한국": "xn--3e0b707e", "рф": "xn--p1ai", "ελ": "xn--qxam", "xn--zckzah": "xn--zckzah",
		long + ".com": long + ".com", long + "a.com": "", strings.Repeat(long+".", 4): "", "": "", ".": "", "a..b": "", ".a": "", "a\xff": "",
	} {
		got, ok := ASCIIName(name)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%q is %q, %v; wanted %q", name, got, ok, want)
		}
	}
}

func TestStoreText(t *testing.T) {
	for _, tt := range []struct {
		text string
		room int
		ok   bool
	}{{"", 0, false}, {"", 1, true}, {"abc", 3, false}, {"abc", 4, true}, {"\U0001F600", 2, false}, {"\U0001F600", 3, true}, {"\xff", 9, false}} {
		buf := make([]uint16, tt.room)
		for i := range buf {
			buf[i] = 7
		}
		if ok := StoreText(buf, tt.text); ok != tt.ok {
			t.Errorf("%q into %d: %v", tt.text, tt.room, ok)
		}
		if tt.ok && TextOf(buf) != tt.text {
			t.Errorf("%q comes back as %q", tt.text, TextOf(buf))
		}
		if !tt.ok && tt.room > 0 && buf[0] != 7 {
			t.Errorf("%q: something was written", tt.text)
		}
	}
}
