package model

import (
	"net/netip"
	"slices"

	"wsasim/model/rules"
	"wsasim/wsa"
)

func addrSize(family int32) int {
	if family == wsa.AF_INET6 {
		return wsa.SockaddrIn6Size
	}
	return wsa.SockaddrInSize
}

// address checks a SOCKADDR argument and reports whether it is one that the
// socket can use. The checks of length and family are independent.
func (v *verdict) address(b []byte, fault, family rules.ID) (netip.AddrPort, bool) {
	ok := true
	if len(b) < addrSize(v.s.family) {
		v.must(fault)
		ok = false
	}
	if f := wsa.SockaddrFamily(b); len(b) >= 2 && f != v.s.family {
		if f == wsa.AF_INET || f == wsa.AF_INET6 || f == wsa.AF_UNSPEC {
			v.must(family)
		} else {
			v.must(family, wsa.WSAEAFNOSUPPORT)
		}
		ok = false
	}
	if !ok {
		return netip.AddrPort{}, false
	}
	a, err := wsa.ParseSockaddr(b)
	return a, err == nil
}

func (v *verdict) bind(c wsa.BindCall) {
	v.fails(v.s.bound, rules.BINDTwice)
	name, ok := v.address(c.Name, rules.BINDFault, rules.BINDFamily)
	if !ok {
		return
	}
	v.localAddress(name.Addr())
	if v.s.raw() {
		name = netip.AddrPortFrom(name.Addr(), 0) // there are no ports
	}
	ids := []rules.ID{rules.BINDOk}
	if name.Port() == 0 {
		ids = append(ids, rules.BINDPort0)
		v.may(rules.BINDExhausted)
	} else if v.conflicts(name) {
		ids = append(ids, rules.BINDShare)
	}
	if v.s.deferred {
		v.may(rules.BINDDeferred)
	}
	v.succeed(func(n *world, _ *wsa.Return) rules.ID {
		k := v.s.place
		n.editSocket(k, func(x *socket) {
			x.bound, x.explicit, x.mode = yes, true, x.sharing()
			x.boundNow(yes)
			x.local, x.addrKnown, x.fixed = name, true, !name.Addr().IsUnspecified()
			x.portKnown = name.Port() != 0
		})
		n.noteDatagram(k)
		return ""
	}, nil, ids...)
}

func (x *socket) sharing() sharing {
	switch {
	case x.exclusive != no:
		return shareExclusive
	case x.reuse != no:
		return shareReuse
	}
	return shareDefault
}

// localAddress checks that the address is one of the host.
func (v *verdict) localAddress(a netip.Addr) {
	switch {
	case a.Is4In6():
		// Only a dual-stack socket takes an IPv4 address in this form, and no
		// source says what another one answers.
		v.may(rules.BINDNotlocal)
	case a.IsUnspecified(), a == netip.IPv6Loopback(), a == netip.AddrFrom4([4]byte{127, 0, 0, 1}):
		return
	case v.w.hosts[v.s.host].owns(a) && a.Zone() == "":
		return
	case a.IsLinkLocalUnicast():
		v.may(rules.BINDScope)
		v.may(rules.BINDNotlocal)
	case v.s.datagrams() && a.Is4() && a.As4() == [4]byte{255, 255, 255, 255}:
		if v.s.broadcast {
			v.may(rules.BINDNotlocal)
		} else {
			v.must(rules.BINDBroadcast)
		}
	case a.IsLoopback(), a.IsMulticast(), v.w.faulty:
		v.may(rules.BINDNotlocal)
	default:
		v.must(rules.BINDNotlocal)
		if v.s.datagrams() && a.Is4() {
			v.may(rules.BINDBroadcast) // a subnet's broadcast address
		}
	}
}

// clash is a set of what may come of a second bind.
type clash uint8

const (
	clashOK clash = 1 << iota
	clashInuse
	clashAcces
	clashAll = clashOK | clashInuse | clashAcces
)

// sharingTable is the decision table of the guide, for one user account: row
// is how the first socket was bound, column the second; wildcard, then
// specific, for default, SO_REUSEADDR, SO_EXCLUSIVEADDRUSE.
var sharingTable = [6][6]clash{
	{clashInuse, clashOK, clashAcces, clashOK, clashInuse, clashOK},
	{clashOK, clashInuse, clashOK, clashAcces, clashInuse, clashInuse},
	{clashInuse, clashOK, clashOK, clashOK, clashInuse, clashOK},
	{clashOK, clashInuse, clashOK, clashOK, clashInuse, clashInuse},
	{clashInuse, clashAcces, clashAcces, clashAcces, clashInuse, clashAcces},
	{clashOK, clashInuse, clashOK, clashAcces, clashInuse, clashInuse},
}

// accountTable holds the cells that differ when the second socket belongs to
// another user account; which account a process has is not in a trace.
var accountTable = map[[2]int]clash{
	{0, 1}: clashAcces, {0, 3}: clashAcces, {0, 5}: clashAcces, {2, 1}: clashAcces, {2, 5}: clashAcces,
}

// conflicts checks the sockets that hold the port and reports whether there
// are any. Success needs that each of them allows it.
func (v *verdict) conflicts(name netip.AddrPort) bool {
	use := v.w.ports.get(portKey(v.s.host, v.s.typ, name.Port()))
	hidden := v.w.ports.get(portKey(v.s.host, v.s.typ, 0))
	if hidden != nil && hidden.soft > 0 {
		v.may(rules.BINDInuse)
		v.may(rules.BINDAcces)
	}
	if use == nil {
		return false
	}
	if use.soft > 0 {
		v.may(rules.BINDLingering)
	}
	self, shared := v.s.place, false
	for _, k := range use.keys {
		if k == self {
			continue
		}
		first := v.w.sockets.get(k)
		set := v.pair(first, name)
		if set == 0 {
			continue
		}
		shared = true
		certain := maybe
		if set&clashOK == 0 {
			certain = yes
		}
		if set&clashInuse != 0 {
			v.fails(certain, rules.BINDInuse)
		}
		if set&clashAcces != 0 {
			v.fails(certain, rules.BINDAcces)
		}
	}
	return shared
}

// pair is what the first socket makes of a bind of this one; 0 when they do
// not meet.
func (v *verdict) pair(first *socket, name netip.AddrPort) clash {
	if first.family != v.s.family || name.Addr().Is4In6() || first.local.Addr().Is4In6() {
		return crossFamily(first, v.s, name)
	}
	if !first.addrKnown || first.status == connected {
		return clashAll
	}
	a, b := first.local.Addr(), name.Addr()
	if !a.IsUnspecified() && !b.IsUnspecified() && a != b {
		return 0
	}
	row, col := 2*int(first.mode), 2*int(v.s.sharing())
	if !a.IsUnspecified() {
		row++
	}
	if !b.IsUnspecified() {
		col++
	}
	set := sharingTable[row][col]
	if first.pid != v.s.pid {
		set |= accountTable[[2]int{row, col}]
	}
	if v.s.exclusive == maybe || v.s.reuse == maybe {
		return clashAll
	}
	return set
}

// crossFamily is pair for an IPv4 and an IPv6 socket, which meet only when
// the IPv6 one serves both; then pages and observations disagree (RA16 to RA30).
func crossFamily(first, second *socket, name netip.AddrPort) clash {
	six, addr := first, first.local.Addr()
	if second.family == wsa.AF_INET6 {
		six, addr = second, name.Addr()
	}
	if six.v6only == yes && first.family != second.family {
		return 0
	}
	if first.family != second.family && first.addrKnown && !addr.IsUnspecified() && !addr.Is4In6() {
		return 0
	}
	return clashAll
}

// noteDatagram remembers a datagram end, for its peers' negotiations.
func (w *world) noteDatagram(k uint64) {
	x := w.sockets.get(k)
	if x == nil || x.typ != wsa.SOCK_DGRAM {
		return
	}
	e := endpoint{kind: endDatagram, host: x.host, sec: x.sec}
	if x.portKnown {
		e.port = x.local.Port()
	}
	if len(x.names) > 0 {
		e.names = "*"
	}
	w.addEnd(e)
	w.noteSender(x)
}

// bindImplicitly is what a call does to an unbound socket when it binds it;
// certain is maybe for a call that failed.
func bindImplicitly(certain tri) func(*socket) {
	return func(x *socket) {
		if x.bound == yes || x.bound == maybe && certain == maybe {
			return
		}
		x.bound, x.explicit, x.addrKnown, x.portKnown = certain, false, false, false
		x.boundNow(maybe)
		x.mode = x.sharing()
	}
}

// boundNow records FD_WRITE of a datagram socket (observed EV2, EC5).
func (x *socket) boundNow(certain tri) {
	if x.typ == wsa.SOCK_DGRAM {
		x.sel.happened(certain, wsa.FD_WRITE)
	}
}

func contains[T comparable](list []T, e T) bool { return slices.Contains(list, e) }
