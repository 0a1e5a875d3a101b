package model

import (
	"net/netip"

	"wsasim/model/rules"
	"wsasim/wsa"
)

func (v *verdict) listen() {
	if v.s.typ != wsa.SOCK_STREAM {
		v.must(rules.LISTENType)
		return
	}
	k := v.s.place
	again := v.s.status == listening
	switch v.s.bound {
	case no:
		v.must(rules.LISTENUnbound)
	case maybe:
		v.may(rules.LISTENUnbound)
	}
	switch v.s.status {
	case connected:
		v.must(rules.LISTENConn)
	case connecting:
		v.mayAny(rules.LISTENConnecting)
	}
	if !again {
		v.may(rules.LISTENInuse)
	}
	v.lacking(rules.RESMfile)
	ids := []rules.ID{rules.LISTENOk}
	if again {
		ids[0] = rules.LISTENAgain
	}
	v.succeed(func(n *world, _ *wsa.Return) rules.ID {
		n.editSocket(k, func(x *socket) {
			bindImplicitly(yes)(x)
			x.status = listening
		})
		n.noteListener(k)
		return ""
	}, nil, ids...)
}

// noteListener remembers a listening end, for its peers' negotiations.
func (w *world) noteListener(k uint64) {
	x := w.sockets.get(k)
	e := endpoint{kind: endListener, host: x.host, sec: x.sec, names: x.streamNames()}
	if x.portKnown {
		e.port = x.local.Port()
	}
	w.addEnd(e)
}

func (v *verdict) accept(c wsa.AcceptCall) {
	if v.s.typ != wsa.SOCK_STREAM {
		v.must(rules.ACCEPTType)
		v.must(rules.ACCEPTNotlisten)
		return
	}
	if v.s.status != listening {
		v.must(rules.ACCEPTNotlisten)
		return
	}
	room := c.Addr != wsa.NULL && c.Addrlen != nil
	if room && (int(*c.Addrlen) < addrSize(v.s.family) || int(c.Addr) < addrSize(v.s.family)) {
		v.must(rules.ACCEPTFault)
		if v.s.nonblocking != no {
			v.may(rules.ACCEPTWouldblock)
		}
		v.failed = false
		if v.s.nonblocking != yes {
			v.block(rules.ACCEPTBlocks, nil)
		}
		v.failed = true
		return
	}
	waits := v.waiting()
	if v.s.nonblocking != no && !waits {
		v.may(rules.ACCEPTWouldblock)
	}
	v.may(rules.ACCEPTReset)
	v.lacking(rules.RESMfile)
	ids := append(make([]rules.ID, 0, 8), rules.ACCEPTOk, rules.ACCEPTInherit, rules.HANDLEFresh)
	if !room {
		ids = append(ids, rules.ACCEPTNull)
	}
	listener, k, pid := *v.s, v.s.place, v.p.pid
	v.succeed(func(n *world, ret *wsa.Return) rules.ID {
		return n.accepted(&listener, pid, ret, room)
	}, func(n *world) wsa.Return { return acceptExample(n, n.sockets.get(k), pid, c, room) },
		append(ids, v.s.securityRules()...)...)
	if v.s.nonblocking != yes && !waits {
		v.block(rules.ACCEPTBlocks, nil)
	}
}

func acceptExample(n *world, l *socket, pid int, c wsa.AcceptCall, room bool) wsa.Return {
	r := wsa.Return{Socket: n.lowestFree(pid)}
	if c.Addrlen != nil {
		length := int64(*c.Addrlen)
		r.Len = &length
	}
	if room {
		addr := netip.AddrFrom4([4]byte{127, 0, 0, 1})
		if l.family == wsa.AF_INET6 {
			addr = netip.IPv6Loopback()
		}
		r.Addr = wsa.Sockaddr(n.caller(l, netip.AddrPortFrom(addr, 49152)))
		*r.Len = int64(len(r.Addr))
	}
	return r
}

// caller is an example of who connects to the listener: an end that is
// remembered, if there is one, or else the given name.
func (w *world) caller(l *socket, other netip.AddrPort) netip.AddrPort {
	for _, c := range w.conns.all {
		if c.accepted || c.mate != 0 || !w.alive(c) || !l.portKnown || c.peer.Port() != l.local.Port() || !w.reaches(c.host, c.peer.Addr(), l.host) {
			continue
		}
		port := c.local.Port()
		if port == 0 {
			port = other.Port()
		}
		for _, a := range w.hosts[c.host].addrs {
			if a.Is4() == other.Addr().Is4() {
				return netip.AddrPortFrom(a, port)
			}
		}
	}
	return other
}

// accepted judges a new connection and stores its socket.
func (w *world) accepted(l *socket, pid int, ret *wsa.Return, room bool) rules.ID {
	x := &socket{
		pid: pid, host: l.host, family: l.family, typ: l.typ, proto: l.proto, overlapped: l.overlapped,
		nonblocking: l.nonblocking, bound: yes, mode: l.mode, portKnown: l.portKnown, local: l.local,
		addrKnown: l.addrKnown && !l.local.Addr().IsUnspecified(),
		status:    connected, accepted: true, reuse: l.reuse, exclusive: l.exclusive, broadcast: l.broadcast,
		v6only: l.v6only, oobInline: l.oobInline, lingerOn: l.lingerOn, lingerSec: l.lingerSec, lingerKnown: l.lingerKnown,
		kept: l.kept, recvTimeout: l.recvTimeout, sendTimeout: l.sendTimeout, sec: l.sec, names: l.names,
		// The event registration is inherited (ACCEPT-INHERIT); observed EC4.
		sel: selection{event: l.sel.event, mask: l.sel.mask, mayHave: wsa.FD_WRITE, has: wsa.FD_WRITE, fresh: l.sel.event != 0},
	}
	// Whether the mode that FIONBIO set is inherited is only implied.
	if l.nonblocking == yes {
		x.nonblocking = maybe
	}
	if room {
		peer, err := wsa.ParseSockaddr(ret.Addr)
		if err != nil || ret.Len == nil || int(*ret.Len) != addrSize(l.family) {
			return rules.ACCEPTOk
		}
		x.peer, x.peerKnown = peer, true
	}
	if x.link = w.linkFrom(x); x.link == 0 {
		return w.refusal(x)
	}
	if broken := w.issue(x, ret.Socket); broken != "" {
		return broken
	}
	k := x.place
	if l.group != 0 || l.strayed {
		w.haunt(l.group)
		w.stray(k)
	}
	w.openConn(k, true)
	w.signal(k)
	w.editSelection(l.place, func(x *selection) { x.told &^= wsa.FD_ACCEPT })
	return ""
}
