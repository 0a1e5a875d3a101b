package fuzz

import (
	"net/netip"
	"strings"
	"time"

	"wsasim/sim"
	"wsasim/wsa"
)

// nameDrawers draw the calls about names, each as often among these as its
// weight says.
var nameDrawers = map[string]drawer{
	"GetAddrInfo":                   {2, source.getAddrInfo},
	"GetAddrInfoEx":                 {2, source.getAddrInfoEx},
	"GetAddrInfoExCancel":           {1, source.cancelLookup},
	"GetAddrInfoExOverlappedResult": {1, source.lookupResult},
	"GetNameInfo":                   {1, source.getNameInfo},
	"GetHostName": {1, func(g source) wsa.Call {
		return wsa.GetHostNameCall{Name: pick(g, "room", wsa.Room(256), wsa.NULL, 0, 5, 7)}
	}},
	"gethostbyname": {1, func(g source) wsa.Call { return wsa.GethostbynameCall{Name: g.name()} }},
	"gethostbyaddr": {1, source.hostByAddr},
	"getservbyname": {1, func(g source) wsa.Call { return wsa.GetservbynameCall{Name: g.service(), Proto: g.proto()} }},
	"getservbyport": {1, func(g source) wsa.Call {
		return wsa.GetservbyportCall{Port: pick(g, "port", ports...), Proto: g.proto()}
	}},
	"getprotobyname": {1, func(g source) wsa.Call {
		return wsa.GetprotobynameCall{Name: g.maybe("name", "tcp", "UDP", "IPv6-ICMP", "nonsense", "")}
	}},
	"getprotobynumber": {1, func(g source) wsa.Call {
		return wsa.GetprotobynumberCall{Number: pick(g, "number", int32(6), 17, 0, 2, -1, 256)}
	}},
	"inet_addr": {1, func(g source) wsa.Call { return wsa.InetAddrCall{CP: g.inetText()} }},
	"inet_ntoa": {1, func(g source) wsa.Call { return wsa.InetNtoaCall{In: g.number("address")} }},
}

func (g source) nameCall() wsa.Call { return g.callOf(pick(g, "function", weightedNames...)) }

// How the calls about names are drawn, and what names there are.

// hostNames are names that mean something in a machine's world, and some that
// do not.
var hostNames = []string{
	"server", "SERVER", "client", "other", "server.example", "dual.example", "Dual.Example.", "four.example", "six.example",
	"www", "alias.example", "loop.example", "nobody.example", "localhost", "", "..localmachine", "xn--zckzah.example", "テスト.example",
	"10.0.0.1", "10.0.0.2", "127.0.0.1", "1.2.3", "10.0.0.256", "10.0.0.1:80", "fd00::2", "[fd00::2]", "[fd00::2]:99", "[fd00::2", "fe80::1%1",
	"::ffff:10.0.0.1", "a..b", "a b", strings.Repeat("long", 16), strings.Repeat("label.", 50),
}

// setNames makes the directory of a world whose hosts are the setup's.
func (s *Setup) setNames(w *sim.World) {
	a4, a6 := netip.AddrFrom4([4]byte{10, 0, 0, 2}), netip.MustParseAddr("fd00::2")
	w.SetName("dual.example", a6, a4)
	w.SetName("four.example", a4, netip.AddrFrom4([4]byte{10, 0, 0, 3}))
	w.SetName("six.example", a6)
	w.SetName("xn--zckzah.example", a4)
	w.SetAlias("www", "alias.example")
	w.SetAlias("alias.example", "dual.example")
	w.SetAlias("loop.example", "loop.example")
	w.SetReverse(netip.AddrFrom4([4]byte{10, 9, 9, 9}), "nine.example")
}

// lookups draws how lookups go: mostly slowly.
func (g source) lookups() sim.Lookups {
	return sim.Lookups{
		Delay: time.Duration(g.upTo(40, "lookup")) * time.Millisecond,
		Error: pick(g, "lookup error", wsa.Errno(0), 0, wsa.WSAHOST_NOT_FOUND, wsa.WSANO_DATA, wsa.WSATRY_AGAIN, wsa.WSANO_RECOVERY),
		Times: pick(g, "times", 0, 1, 2),
	}
}

// maybe draws a string, or now and then none.
func (g source) maybe(label string, texts ...string) *string {
	if g.once(12, "no "+label) {
		return nil
	}
	s := pick(g, label, texts...)
	return &s
}

func (g source) name() *string { return g.maybe("name", hostNames...) }

func (g source) service() *string {
	return g.maybe("service", "80", "https", "", "0", "domain", "65535", "80", "https", "443", "echo", "WWW", "nonsense", "-1", "65536")
}

// hints draws hints, mostly right ones.
func (g source) hints() *wsa.AddrInfo {
	if g.once(3, "no hints") {
		return nil
	}
	h := &wsa.AddrInfo{
		Family:   pick(g, "family", int32(wsa.AF_UNSPEC), wsa.AF_INET, wsa.AF_INET6),
		SockType: pick(g, "type", int32(0), wsa.SOCK_STREAM, wsa.SOCK_DGRAM, wsa.SOCK_RAW),
		Protocol: pick(g, "protocol", int32(0), 0, wsa.IPPROTO_TCP, wsa.IPPROTO_UDP),
		Flags: pick(g, "flags", int32(0), 0, wsa.AI_PASSIVE, wsa.AI_CANONNAME, wsa.AI_FQDN, wsa.AI_NUMERICHOST, wsa.AI_V4MAPPED,
			wsa.AI_V4MAPPED|wsa.AI_ALL, wsa.AI_ADDRCONFIG, wsa.AI_DISABLE_IDN_ENCODING, wsa.AI_NUMERICSERV, wsa.AI_FQDN|wsa.AI_CANONNAME),
	}
	switch g.upTo(19, "odd hints") {
	case 19:
		h.Family = int32(pick(g, "family", families...))
	case 14:
		h.Protocol = 999
	case 18:
		h.SockType = pick(g, "type", int32(999), -1, 6)
	case 17:
		h.Flags = int32(g.constant(wsa.KindAddrInfoFlag))
	case 16:
		h.Addr = g.sockaddr(g.addrPort())
	case 15:
		h.CanonName = "server"
	}
	return h
}

func (g source) getAddrInfo() wsa.Call {
	return wsa.GetAddrInfoCall{NodeName: g.name(), ServiceName: g.service(), Hints: g.hints()}
}

func (g source) getAddrInfoEx() wsa.Call {
	c := wsa.GetAddrInfoExCall{
		Name: g.name(), ServiceName: g.service(), NameSpace: pick(g, "namespace", uint32(wsa.NS_DNS), wsa.NS_ALL),
		NullResult: g.once(20, "no result"), NameHandle: g.once(2, "handle"),
	}
	if h := g.hints(); h != nil {
		c.Hints = &wsa.AddrInfoEx{AddrInfo: *h}
	}
	switch g.upTo(11, "odd lookup") {
	case 11:
		c.NameSpace = g.constant(wsa.KindNameSpace)
	case 10:
		c.NspID = &wsa.GUID{1}
	case 9:
		c.Timeout = &wsa.Timeval{Usec: int32(g.upTo(30, "timeout")) * 1000}
	}
	if g.once(2, "overlapped") {
		c.Overlapped = 1
		switch g.upTo(7, "told by") {
		case 7:
			c.Event, c.Routine = g.event(), true
		case 6:
		case 5, 4, 3:
			c.Routine = true
		default:
			c.Event = g.event()
		}
	}
	return c
}

func (g source) cancelLookup() wsa.Call {
	if g.once(6, "no handle") {
		return wsa.GetAddrInfoExCancelCall{}
	}
	h := pick(g, "lookup", append([]wsa.HANDLE{0x1234}, g.p.Lookups...)...)
	return wsa.GetAddrInfoExCancelCall{Handle: &h}
}

// lookupResult asks only about no structure: calls that are made one by one have
// no other in common.
func (g source) lookupResult() wsa.Call { return wsa.GetAddrInfoExOverlappedResultCall{} }

func (g source) getNameInfo() wsa.Call {
	room := func(label string, most wsa.Room) wsa.Room {
		return pick(g, label, most, most, most, wsa.NULL, 0, 1, 3, 8)
	}
	c := wsa.GetNameInfoCall{Sockaddr: g.sockaddr(g.addrPort()), Node: room("node", wsa.NI_MAXHOST), Service: room("service", wsa.NI_MAXSERV)}
	if g.once(2, "with flags") {
		c.Flags = int32(g.constant(wsa.KindNameInfoFlag))
	}
	return c
}

func (g source) hostByAddr() wsa.Call {
	a := g.addrPort().Addr().WithZone("")
	c := wsa.GethostbyaddrCall{Addr: a.AsSlice(), Type: wsa.AF_INET}
	if a.Is6() {
		c.Type = wsa.AF_INET6
	}
	switch g.upTo(15, "odd address") {
	case 15:
		c.Type = int32(pick(g, "family", families...))
	case 14:
		c.Addr = c.Addr[:g.upTo(len(c.Addr)-1, "length")]
	case 13:
		c.Addr = nil
	}
	return c
}

func (g source) proto() *string { return g.maybe("protocol", "tcp", "udp", "UDP", "", "icmp") }

func (g source) inetText() *string {
	return g.maybe("address", "1.2.3.4", "1.2.3 .4", " 1", "", " ", "0x7f.1", "1.2.3.010", "256.1", "4294967295", "4294967296", "1.2.3.4.5", "1..2")
}
