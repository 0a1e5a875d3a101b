package model

import (
	"net/netip"
	"slices"

	"wsasim/wsa"
)

// nameDomains are the domains about names.
func nameDomains() []Domain { return []Domain{namesDomain(), lookupDomain(), refusedLookupDomain()} }

// namesStart is a world with a directory: a name of both families, one of IPv4
// only, an alias, one that is an alias of itself, and lookups that may fail.
func namesStart() start {
	s := beginAt(1)
	a4, a6 := netip.MustParseAddr("10.0.0.7"), netip.MustParseAddr("fd00::7")
	s.State = s.State.Whole().
		SetName("dual.example", []netip.Addr{a4, a6}, "").
		SetName("four.example", []netip.Addr{a4}, "").
		SetName("www", nil, "dual.example").
		SetName("loop.example", nil, "loop.example").
		SetName("xn--zckzah.example", []netip.Addr{a4}, "").
		SetName("flaky.example", []netip.Addr{a4}, "").
		SetReverse(a4, "seven.example").
		DoubtLookups("client", "flaky.example", wsa.WSATRY_AGAIN).
		DoubtLookups("client", "10.0.0.9", wsa.WSATRY_AGAIN).
		DoubtLookups("client", "10.0.0.10", wsa.WSANO_RECOVERY)
	return s
}

func named(node, service string, h wsa.AddrInfo) wsa.Call {
	return wsa.GetAddrInfoCall{NodeName: &node, ServiceName: &service, Hints: &h}
}

// namesDomain is about lookups that wait, and the functions of old.
func namesDomain() Domain {
	s := namesStart()
	hint := func(flags, family, typ int32) wsa.AddrInfo {
		return wsa.AddrInfo{Flags: flags, Family: family, SockType: typ}
	}
	info := func(to string, node, service wsa.Room, flags int32) wsa.Call {
		return wsa.GetNameInfoCall{Sockaddr: sockaddr(to), Node: node, Service: service, Flags: flags}
	}
	return Domain{Name: "names", Start: s.State, Setup: s.steps, Depth: 2, Moves: slices.Concat(moves(1,
		wsa.GetAddrInfoCall{}, wsa.GetAddrInfoCall{ServiceName: ptr("80"), Hints: &wsa.AddrInfo{Flags: wsa.AI_CANONNAME}},
		wsa.GetAddrInfoCall{ServiceName: ptr("80")}, wsa.GetAddrInfoCall{ServiceName: ptr(""), Hints: &wsa.AddrInfo{Flags: wsa.AI_PASSIVE}},
		named("name", "0", hint(wsa.AI_NUMERICHOST, 0, 0)), named("10.0.0.1", "http", hint(wsa.AI_NUMERICSERV, 0, wsa.SOCK_STREAM)),
		named("localhost", "80", hint(0, 0, 0)), named("localhost", "0", hint(0, 99, 0)), named("localhost", "0", hint(0, 0, 999)),
		named("localhost", "0", hint(wsa.AI_CANONNAME|wsa.AI_FQDN, 0, 0)), named("localhost", "nonsense", hint(0, 0, wsa.SOCK_STREAM)),
		named("localhost", "0", wsa.AddrInfo{Addr: wsa.Bytes{1}}), named("", "0", hint(0, 0, 0)),
		named("dual.example", "https", hint(wsa.AI_CANONNAME, 0, wsa.SOCK_STREAM)), named("four.example", "0", hint(0, wsa.AF_INET6, 0)),
		named("four.example", "0", hint(wsa.AI_V4MAPPED, wsa.AF_INET6, 0)), named("www", "0", hint(wsa.AI_FQDN, 0, 0)),
		named("loop.example", "0", hint(0, 0, 0)), named("nobody.example", "0", hint(0, 0, 0)), named("flaky.example", "0", hint(0, 0, 0)),
		named("テスト.example", "0", hint(0, 0, 0)), named("[fd00::1]:80", "0", hint(0, 0, 0)),
		info("10.0.0.7:443", 1025, 32, 0), info("10.0.0.8:443", 1025, 32, wsa.NI_NAMEREQD), info("10.0.0.9:443", 1025, wsa.NULL, 0),
		info("10.0.0.10:443", 1025, wsa.NULL, 0), info("10.0.0.7:443", 4, 32, 0), info("10.0.0.7:443", 0, 32, 0), info("10.0.0.7:443", wsa.NULL, wsa.NULL, 0),
		info("10.0.0.7:443", 1025, 32, 0x4000), wsa.GetNameInfoCall{Sockaddr: wsa.Bytes{2, 0, 0}, Node: 8, Service: 8},
		wsa.GetNameInfoCall{Sockaddr: family(99, 16), Node: 8, Service: 8}, wsa.GetHostNameCall{Name: 256}, wsa.GetHostNameCall{Name: 3}),
		moves(1, entryMoves()...))}
}

// entryMoves are calls of the functions of old.
func entryMoves() []wsa.Call {
	host := func(name string) wsa.Call { return wsa.GethostbynameCall{Name: &name} }
	addr := func(typ int32, b ...byte) wsa.Call { return wsa.GethostbyaddrCall{Addr: b, Type: typ} }
	return []wsa.Call{
		host(""), host("four.example"), host("nobody.example"), host("flaky.example"), host("loop.example"), host("10.0.0.1"), host("fd00::1"),
		addr(wsa.AF_INET, 10, 0, 0, 7), addr(wsa.AF_INET, 10, 0, 0, 8), addr(wsa.AF_INET, 10, 0), addr(99, 10, 0, 0, 7),
		addr(wsa.AF_INET6, 10, 0, 0, 7), addr(wsa.AF_INET, 10, 0, 0, 9), addr(wsa.AF_INET, 10, 0, 0, 10),
		wsa.GetservbynameCall{Name: ptr("domain"), Proto: ptr("udp")}, wsa.GetservbynameCall{Name: ptr("nonsense")}, wsa.GetservbynameCall{},
		wsa.GetservbyportCall{Port: 443}, wsa.GetprotobynameCall{Name: ptr("TCP")}, wsa.GetprotobynameCall{Name: ptr("nonsense")},
		wsa.GetprotobynumberCall{Number: 256},
		wsa.InetAddrCall{CP: ptr("1.2.3")}, wsa.InetNtoaCall{In: 1},
	}
}

// lookupDomain is about overlapped lookups.
func lookupDomain() Domain {
	s := begin(namesStart(), 1, wsa.WSACreateEventCall{})
	ex := func(c wsa.GetAddrInfoExCall) wsa.Call {
		if c.Name == nil {
			c.Name = ptr("dual.example")
		}
		return c
	}
	handle := wsa.HANDLE(0x1001)
	return Domain{Name: "lookups", Start: s.State, Setup: s.steps, Depth: 3, Moves: moves(1,
		ex(wsa.GetAddrInfoExCall{NameSpace: wsa.NS_DNS, Overlapped: 1, Event: 4, NameHandle: true}),
		ex(wsa.GetAddrInfoExCall{Overlapped: 1, Routine: true, Event: 4}), ex(wsa.GetAddrInfoExCall{Overlapped: 2}),
		ex(wsa.GetAddrInfoExCall{NullResult: true}), ex(wsa.GetAddrInfoExCall{NameSpace: wsa.NS_BTH}),
		ex(wsa.GetAddrInfoExCall{NameSpace: wsa.NS_PNRPNAME}), ex(wsa.GetAddrInfoExCall{Timeout: &wsa.Timeval{Sec: 1}}),
		wsa.GetAddrInfoExCancelCall{Handle: &handle}, wsa.GetAddrInfoExCancelCall{},
		wsa.GetAddrInfoExOverlappedResultCall{Overlapped: 1}, wsa.GetAddrInfoExOverlappedResultCall{})}
}

// refusedLookupDomain is about lookups by GetAddrInfoEx that fail.
func refusedLookupDomain() Domain {
	s := namesStart()
	ex := func(name, service string, h wsa.AddrInfo) wsa.Call {
		return wsa.GetAddrInfoExCall{Name: &name, ServiceName: &service, Hints: &wsa.AddrInfoEx{AddrInfo: h}}
	}
	return Domain{Name: "refused lookups", Start: s.State, Setup: s.steps, Depth: 1, Moves: moves(1,
		ex("localhost", "0", wsa.AddrInfo{Family: 99}), ex("localhost", "0", wsa.AddrInfo{SockType: 999}),
		ex("localhost", "0", wsa.AddrInfo{Flags: wsa.AI_CANONNAME | wsa.AI_FQDN}), ex("localhost", "0", wsa.AddrInfo{Addr: wsa.Bytes{1}}),
		ex("localhost", "nonsense", wsa.AddrInfo{SockType: wsa.SOCK_STREAM}), ex("four.example", "0", wsa.AddrInfo{Family: wsa.AF_INET6}),
		ex("flaky.example", "0", wsa.AddrInfo{}), ex("loop.example", "0", wsa.AddrInfo{}))}
}
