package fuzz

import (
	"net/netip"

	"pgregory.net/rapid"

	"wsasim/wsa"
)

// ports are few, so that sockets meet: ask for the same one, or connect to one
// that is taken.
var ports = []uint16{5000, 80, 443, 5001, 0, 1, 65535}

// strangers are addresses that belong to no host: unspecified, loopback,
// broadcast, unassigned, mapped and multicast ones.
var strangers = []netip.Addr{
	netip.IPv4Unspecified(), netip.IPv6Unspecified(),
	netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback(),
	netip.AddrFrom4([4]byte{127, 0, 0, 2}),
	netip.AddrFrom4([4]byte{10, 9, 9, 9}), netip.MustParseAddr("fd00::9"),
	netip.AddrFrom4([4]byte{255, 255, 255, 255}), netip.AddrFrom4([4]byte{10, 0, 0, 255}),
	netip.MustParseAddr("::ffff:10.0.0.1"), netip.MustParseAddr("::ffff:127.0.0.1"), netip.MustParseAddr("::ffff:0.0.0.0"),
	netip.AddrFrom4([4]byte{224, 0, 0, 1}), netip.MustParseAddr("ff02::1"),
	netip.MustParseAddr("fe80::9%1"),
}

// AddrPort draws an address and port: where a socket is, one of a host's, or
// one that belongs to nobody.
func AddrPort(p *Pool) *rapid.Generator[netip.AddrPort] {
	return rapid.Custom(func(t *rapid.T) netip.AddrPort { return source{t, p}.addrPort() })
}

func (g source) addrPort() netip.AddrPort {
	switch kind := g.upTo(9, "which address"); {
	case kind < 5 && len(g.p.Names) > 0:
		return pick(g, "name", g.p.Names...)
	case kind < 8 && len(g.p.Hosts) > 0:
		return netip.AddrPortFrom(pick(g, "address of a host", g.p.Hosts...), pick(g, "port", ports...))
	}
	return netip.AddrPortFrom(pick(g, "address", strangers...), pick(g, "port", ports...))
}

// local draws an address to bind to: any, or one of a host's.
func (g source) local() netip.AddrPort {
	port := pick(g, "port", ports...)
	switch kind := g.upTo(7, "which address"); {
	case kind < 3:
		return netip.AddrPortFrom(netip.IPv4Unspecified(), port)
	case kind < 5:
		return netip.AddrPortFrom(netip.IPv6Unspecified(), port)
	}
	return g.addrPort()
}

// Sockaddr draws a SOCKADDR, nine times in ten a valid one, and now and then
// NULL.
func Sockaddr(p *Pool) *rapid.Generator[wsa.Bytes] {
	return rapid.Custom(func(t *rapid.T) wsa.Bytes { g := source{t, p}; return g.sockaddr(g.addrPort()) })
}

// sockaddr is the SOCKADDR of an address, mostly.
func (g source) sockaddr(ap netip.AddrPort) wsa.Bytes {
	b := wsa.Sockaddr(ap)
	switch g.upTo(29, "kind of sockaddr") {
	case 29:
		return nil
	case 28:
		return wsa.Bytes{}
	case 27:
		return b[:g.upTo(len(b)-1, "cut to")]
	case 26:
		return setFamily(b, pick(g, "family", families...))
	case 25:
		return append(b, make([]byte, wsa.SockaddrStorageSize-len(b))...)
	}
	return b
}

// families holds the two that count, both ways round, and some that do not.
var families = []uint16{wsa.AF_INET6, wsa.AF_INET, wsa.AF_UNSPEC, wsa.AF_UNIX, wsa.AF_IPX, wsa.AF_BTH, 0xFFFF}

func setFamily(b []byte, family uint16) []byte {
	b[0], b[1] = byte(family), byte(family>>8)
	return b
}

// storage draws a SOCKADDR_STORAGE: an address, or zeros, or another family.
func (g source) storage() wsa.SockaddrStorage {
	var s wsa.SockaddrStorage
	switch g.upTo(11, "kind of storage") {
	case 9, 10:
	case 11:
		copy(s[:], rapid.SliceOfN(rapid.Byte(), 0, wsa.SockaddrStorageSize).Draw(g.t, "storage"))
	default:
		copy(s[:], wsa.Sockaddr(g.addrPort()))
	}
	return s
}

// addressRoom draws the room and the length for an address that a call
// stores: as they should be, absent, too small, or at odds with each other.
func (g source) addressRoom() (wsa.Room, *int32) {
	room := pick(g, "room for an address", 28, 128, 16, wsa.NULL, 0, 1, 15, 27)
	n := int32(room)
	switch g.upTo(11, "length of an address") {
	case 11:
		return room, nil
	case 10:
		n = pick(g, "odd length", int32(0), -1, 2, 16, 28, 4096)
	}
	return room, &n
}
