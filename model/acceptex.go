package model

import (
	"encoding/binary"
	"net/netip"

	"wsasim/model/rules"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// addressRoom is how much larger than the address each part of AcceptEx's buffer
// must be (page nf-mswsock-acceptex).
const addressRoom = 16

// short reports whether a part of AcceptEx's buffer is too small for an address of
// the listener.
func (x *socket) short(length uint32) bool {
	return int64(length) < int64(addrSize(x.family))+addressRoom
}

func (v *verdict) acceptEx(c wsa.AcceptExCall) {
	k := v.w.placeOf(v.p.pid, uint64(c.AcceptSocket))
	n := v.w.sockets.get(k)
	if n == nil {
		v.add(Outcome{Kind: Failure, Rules: notSocket, Errors: notSocketErrs})
		v.certain()
	}
	if c.Overlapped == 0 {
		v.mustAny(rules.ACCEPTEXOverlapped)
	}
	needed := uint64(c.ReceiveDataLength) + uint64(c.LocalAddressLength) + uint64(c.RemoteAddressLength)
	switch {
	case c.RemoteAddressLength == 0, c.OutputBuffer < 0, uint64(c.OutputBuffer) < needed:
		v.must(rules.ACCEPTEXRemote)
	case v.s.short(c.RemoteAddressLength):
		// The page says that it must not be shorter; one byte less is observed
		// to be taken (AX8).
		v.may(rules.ACCEPTEXRemote)
	}
	if v.s.status != listening {
		v.must(rules.ACCEPTEXNotlisten)
	}
	if n != nil {
		v.acceptSocket(k, n)
	}
	v.may(rules.ACCEPTReset)
	ids := append(make([]rules.ID, 0, 4), rules.ACCEPTEXOk)
	l := v.s.place
	v.succeed(func(w *world, ret *wsa.Return) rules.ID {
		got := &trace.Record{Return: &wsa.Return{Data: ret.Data}}
		if ret.Count != nil {
			got.Transferred = *ret.Count
		}
		if w.whole {
			return rules.ACCEPTEXPending // it always is one that goes on
		}
		return w.acceptInto(l, k, got)
	}, nil, ids...)
	if !v.failed {
		// No source has seen it succeed at once, and a simulated one never does.
		v.out[len(v.out)-1].none = func(w *world) bool { return w.whole }
	}
	v.pend(rules.ACCEPTEXPending, func(w *world, _ *wsa.Return) rules.ID {
		if x := w.sockets.get(k); x != nil {
			w.relax(x.group)
		}
		if !w.whole {
			w.muddle(k)
		}
		return ""
	})
}

// acceptSocket judges the socket that is to be connected.
func (v *verdict) acceptSocket(k uint64, n *socket) {
	kind := n.typ != wsa.SOCK_STREAM || n.family != v.s.family
	switch {
	case n.unclear, v.w.leaving(k):
		v.mayAny(rules.ACCEPTEXSocket)
	case kind, n.bound == yes, n.status != idle, v.w.accepting(k):
		v.must(rules.ACCEPTEXSocket)
	case n.bound == maybe:
		v.may(rules.ACCEPTEXSocket)
	}
}

// endAccept judges the end of an AcceptEx, which gives the accept socket its
// connection.
func (w *world) endAccept(o *operation, r *trace.Record) rules.ID {
	c := o.call.(wsa.AcceptExCall)
	l := w.sockets.get(o.on)
	if r.Status.Failed() {
		if n := w.sockets.get(o.acceptor); o.acceptor != 0 && n != nil && o.room > 0 {
			w.muddle(o.acceptor) // it may have been connected meanwhile
		}
		if o.room > 0 {
			w.noteEnd()
			w.mayHaveBeen(o, l, false)
		}
		switch {
		case r.Status == wsa.STATUS_CANCELLED, transportFailed(r.Status):
			return ""
		case r.Status == wsa.STATUS_BUFFER_TOO_SMALL && (l == nil || c.LocalAddressLength != 0 && l.short(c.LocalAddressLength) || l.short(c.RemoteAddressLength)):
			return ""
		}
		return rules.OVStatus
	}
	switch {
	case int64(r.Transferred) > o.room:
		return rules.OVBytes
	case l != nil && !o.gone && c.LocalAddressLength != 0 && l.short(c.LocalAddressLength):
		return rules.ACCEPTEXLocal
	case l == nil || o.gone || o.acceptor == 0 || w.sockets.get(o.acceptor) == nil:
		return "" // it was closed, and the operation was faster
	}
	return w.acceptInto(o.on, o.acceptor, r)
}

// mayHaveBeen remembers the end of a connection of which an AcceptEx waited for the
// first data in vain, and which has ended with it.
func (w *world) mayHaveBeen(o *operation, l *socket, torn bool) {
	c := conn{pid: o.pid, host: w.procs.get(uint64(o.pid)).host, accepted: true, torn: torn}
	if l != nil {
		c.explicit, c.local = l.explicit, netip.AddrPortFrom(netip.Addr{}, l.local.Port())
	}
	w.addGhost(&c)
}

// addGhost remembers the end of a connection of which no socket is known.
func (w *world) addGhost(c *conn) {
	if w.conns.n >= maxConns {
		w.setFlag(&w.connsLost)
		return
	}
	w.numbers++
	c.number = w.numbers
	w.setConn(c)
}

// acceptInto connects an accept socket. It has its own properties, but for what
// secures the listener's connections.
func (w *world) acceptInto(listener, k uint64, r *trace.Record) rules.ID {
	l, x := *w.sockets.get(listener), *w.sockets.get(k)
	if x.conn != 0 { // of a socket that is used again and not followed
		w.part(&x)
		x.conn = 0
	}
	x.sec, x.names = l.sec, l.names
	x.bound, x.explicit, x.fixed, x.mode = yes, false, false, l.mode
	x.local, x.portKnown = l.local, l.portKnown
	x.addrKnown = l.addrKnown && !l.local.Addr().IsUnspecified()
	x.status, x.accepted, x.context = connected, true, true
	w.relax(x.group)
	x.sel.unsaid()
	x.failure, x.unread, x.eof, x.wasReset = failedNever, false, false, false
	ret := stored(r)
	if len(ret.Addr) > 0 {
		peer, err := wsa.ParseSockaddr(ret.Addr)
		if err != nil || wsa.SockaddrFamily(ret.Addr) != l.family {
			return rules.ACCEPTEXAddrs
		}
		x.peer, x.peerKnown = peer, true
	}
	if local, err := wsa.ParseSockaddr(ret.Local); err == nil {
		if !x.knows(local) {
			return rules.ACCEPTEXAddrs
		}
	}
	if x.link = w.linkFrom(&x); x.link == 0 {
		return w.refusal(&x)
	}
	w.setSocket(&x)
	w.openConn(k, true)
	c := w.conns.get(w.sockets.get(k).conn)
	switch {
	case c == nil:
		return ""
	case x.unclear:
		w.blind(c.number)
		w.tear(c.number)
		return ""
	}
	return w.firstData(c, r)
}

// firstData judges the data that come with a connection.
func (w *world) firstData(c *conn, r *trace.Record) rules.ID {
	for _, o := range w.operations.all {
		if o.kind != opAccept || o.acceptor != c.owner || o.room == 0 {
			continue
		}
		if r.Transferred == 0 {
			return w.endOfData(o, c)
		}
		return w.filled(o, c, stored(r).Data, int(r.Transferred))
	}
	return ""
}

// acceptExSockaddrs judges GetAcceptExSockaddrs. How the addresses stand in the
// buffer is the system's own affair, so only what it says of lengths is judged.
func (v *verdict) acceptExSockaddrs(c wsa.GetAcceptExSockaddrsCall) {
	v.succeed(func(_ *world, ret *wsa.Return) rules.ID {
		switch {
		case c.LocalAddressLength == 0 && len(ret.Local) > 0,
			uint64(len(ret.Local)) > uint64(c.LocalAddressLength), uint64(len(ret.Addr)) > uint64(c.RemoteAddressLength):
			return rules.ACCEPTEXAddrs
		}
		return ""
	}, nil, rules.ACCEPTEXAddrs)
	v.quiet()
}

// updateContext judges SO_UPDATE_ACCEPT_CONTEXT and SO_UPDATE_CONNECT_CONTEXT.
func (v *verdict) updateContext(c wsa.SetsockoptCall) bool {
	if c.Level != wsa.SOL_SOCKET || c.Optname != wsa.SO_UPDATE_ACCEPT_CONTEXT && c.Optname != wsa.SO_UPDATE_CONNECT_CONTEXT {
		return false
	}
	k := v.s.place
	v.mayAny(rules.OPTContext)
	var l *socket
	if c.Optname == wsa.SO_UPDATE_ACCEPT_CONTEXT && len(c.Optval) >= 4 {
		h := uint64(binary.LittleEndian.Uint32(c.Optval))
		if len(c.Optval) >= 8 {
			h = binary.LittleEndian.Uint64(c.Optval)
		}
		l = v.w.socketAt(v.p.pid, h)
	}
	v.succeed(func(n *world, _ *wsa.Return) rules.ID {
		n.editSocket(k, func(x *socket) {
			x.context = false
			if c.Optname == wsa.SO_UPDATE_ACCEPT_CONTEXT {
				x.takeProperties(l)
			}
		})
		if l != nil && (l.group != 0 || l.strayed) {
			// Whether a group is one of the properties is not said.
			n.haunt(l.group)
			n.stray(k)
		}
		return ""
	}, nil, rules.OPTSet)
	return true
}

// takeProperties gives a socket the options of the listener, if that is known.
func (x *socket) takeProperties(l *socket) {
	if l == nil {
		x.lingerKnown, x.reuse, x.exclusive, x.oobInline = false, maybe, maybe, maybe
		return
	}
	x.reuse, x.exclusive, x.broadcast, x.v6only, x.oobInline = l.reuse, l.exclusive, l.broadcast, l.v6only, l.oobInline
	x.lingerOn, x.lingerSec, x.lingerKnown = l.lingerOn, l.lingerSec, l.lingerKnown
	x.recvTimeout, x.sendTimeout = l.recvTimeout, l.sendTimeout
}

// old judges a call on a socket whose context was not updated since AcceptEx or
// ConnectEx: only sending, receiving and closing are allowed.
func (v *verdict) old(call wsa.Call) {
	switch call.(type) {
	case wsa.GetpeernameCall, wsa.ShutdownCall, wsa.WSASendDisconnectCall, wsa.WSARecvDisconnectCall:
		v.mustAny(rules.CONTEXTOld) // the pages name them
	case wsa.GetsocknameCall, wsa.SetsockoptCall, wsa.GetsockoptCall, wsa.DisconnectExCall, wsa.ConnectCall, wsa.WSAConnectCall:
		v.mayAny(rules.CONTEXTOld)
	}
}
