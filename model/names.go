package model

import (
	"net/netip"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// nameBuffer checks the output buffer of getsockname and getpeername.
func (v *verdict) nameBuffer(name wsa.Room, namelen *int32) {
	if name == wsa.NULL || namelen == nil {
		v.must(rules.NAMEFault)
		return
	}
	if int(*namelen) < addrSize(v.s.family) || int(name) < addrSize(v.s.family) {
		v.must(rules.NAMEFault)
	}
}

// stored is the address that a call gave, if its form is right.
func (v *verdict) stored(ret *wsa.Return) (netip.AddrPort, bool) {
	a, err := wsa.ParseSockaddr(ret.Addr)
	if err != nil || ret.Len == nil || int(*ret.Len) != addrSize(v.s.family) {
		return netip.AddrPort{}, false
	}
	return a, wsa.SockaddrFamily(ret.Addr) == v.s.family
}

func (v *verdict) getsockname(c wsa.GetsocknameCall) {
	v.nameBuffer(c.Name, c.Namelen)
	unbound := func() effect {
		return v.change(func(x *socket) {
			if x.bound == maybe {
				x.bound = no
			}
		})
	}
	switch v.s.bound {
	case no:
		v.must(rules.NAMEUnbound)
	case maybe:
		v.mayThen(rules.NAMEUnbound, unbound())
	}
	wild := v.s.bound != no && v.s.status != connected && (!v.s.addrKnown || v.s.local.Addr().IsUnspecified())
	ids := []rules.ID{rules.NAMESock}
	if wild {
		v.may(rules.NAMEWildcard, wsa.WSAEINVAL)
		ids = append(ids, rules.NAMEWildcard)
	}
	if v.s.deadRecv || v.s.deadSend {
		v.may(rules.NAMEBroken, wsa.WSAENOTCONN, wsa.WSAEINVAL)
	}
	k, s := v.s.place, v.s
	v.succeed(func(n *world, ret *wsa.Return) rules.ID {
		got, ok := v.stored(ret)
		if !ok || !s.knows(got) {
			return rules.NAMESock
		}
		n.editSocket(k, func(x *socket) {
			x.bound, x.portKnown = yes, got.Port() != 0
			if x.addrKnown && x.status != connected {
				// The wildcard that it was bound to still decides who may share.
				got = netip.AddrPortFrom(x.local.Addr(), got.Port())
			}
			x.local, x.addrKnown = got, true
		})
		if s.status == listening {
			n.noteListener(k)
		}
		n.noteDatagram(k)
		return ""
	}, func(*world) wsa.Return { return nameReturn(s, s.local, 49152) }, ids...)
}

// knows reports whether the local name fits what is known of it. A scope id
// may be filled in by the system.
func (x *socket) knows(got netip.AddrPort) bool {
	if x.portKnown && got.Port() != x.local.Port() {
		return false
	}
	if !x.portKnown && got.Port() == 0 && x.bound == yes && !x.raw() {
		return false
	}
	if !x.addrKnown {
		return true
	}
	if x.local.Addr().IsUnspecified() && (x.datagrams() || x.status == connecting) {
		return true // traffic, or an attempt to connect, may have chosen one
	}
	return got.Addr().WithZone("") == x.local.Addr().WithZone("")
}

// nameReturn is the example of a call that gives a name.
func nameReturn(x *socket, name netip.AddrPort, port uint16) wsa.Return {
	addr := name.Addr()
	if !addr.IsValid() {
		addr = netip.IPv4Unspecified()
		if x.family == wsa.AF_INET6 {
			addr = netip.IPv6Unspecified()
		}
	}
	if name.Port() != 0 {
		port = name.Port()
	}
	b := wsa.Sockaddr(netip.AddrPortFrom(addr, port))
	n := int64(len(b))
	return wsa.Return{Addr: b, Len: &n}
}

func (v *verdict) getpeername(c wsa.GetpeernameCall) {
	v.nameBuffer(c.Name, c.Namelen)
	if v.s.status != connected {
		v.must(rules.NAMENotconn)
		return
	}
	ids := []rules.ID{rules.NAMEPeer}
	if v.s.deadRecv || v.s.deadSend || v.s.typ == wsa.SOCK_STREAM && v.w.finished {
		// Whether the connection broke is not known until a call says so.
		v.may(rules.NAMEBroken)
	}
	if v.s.shutRecv || v.s.shutSend {
		ids = append(ids, rules.NAMEShutdown)
	}
	k, s := v.s.place, v.s
	v.succeed(func(n *world, ret *wsa.Return) rules.ID {
		got, ok := v.stored(ret)
		if !ok || s.peerKnown && !sameName(got, s.peer) {
			return rules.NAMEPeer
		}
		if !s.peerKnown {
			n.editSocket(k, func(x *socket) { x.peer, x.peerKnown = got, true })
		}
		return ""
	}, func(*world) wsa.Return { return nameReturn(s, s.peer, 49153) }, ids...)
}

// sameName compares names, scope aside: the system may have filled it in. A
// connect to the wildcard may be shown as loopback.
func sameName(a, b netip.AddrPort) bool {
	if a.Port() != b.Port() {
		return false
	}
	x, y := a.Addr().WithZone(""), b.Addr().WithZone("")
	return x == y || y.IsUnspecified() && x.IsLoopback()
}
