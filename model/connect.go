package model

import (
	"net/netip"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// unfold gives the worlds that are possible while a connect is under way: the
// attempt goes on, it has succeeded, or it has failed. Calls on the socket
// decide among them by what they return.
func unfold(w *world, s *socket) []*world {
	k := s.place
	out := []*world{w}
	if link := w.linkTo(s); link != 0 {
		n := w.edit()
		waits := w.othersOn(-1, k, connects)
		n.editSocket(k, func(x *socket) {
			connectedTo(x, link)
			x.sel.happened(unless(waits), wsa.FD_CONNECT)
		})
		out = append(out, n)
	}
	n := w.edit()
	told := failedSilently
	if w.othersOn(-1, k, connects) {
		told = failedLoudly
	}
	n.editSocket(k, func(x *socket) {
		disconnected(x)
		x.failure = told
		x.sel.happened(unless(told == failedLoudly), wsa.FD_CONNECT)
	})
	return append(out, n)
}

func connects(call wsa.Call) bool {
	switch call.(type) {
	case wsa.ConnectCall, wsa.WSAConnectCall:
		return true
	}
	return false
}

// connectedTo is what success does to the socket of a stream.
func connectedTo(x *socket, link links) {
	bindImplicitly(yes)(x)
	x.status, x.link = connected, link
	x.sel.happened(maybe, wsa.FD_CONNECT)
	x.sel.happened(yes, wsa.FD_WRITE)
	x.sel.told &^= wsa.FD_CLOSE
	if x.addrKnown && x.local.Addr().IsUnspecified() {
		x.addrKnown = false
	}
}

// disconnected is what the failure of an attempt does. The implicit binding
// may survive.
func disconnected(x *socket) {
	x.status, x.peerKnown, x.peer, x.conn = idle, false, netip.AddrPort{}, 0
	x.failure = failedMaybe
	x.sel.happened(maybe, wsa.FD_CONNECT)
	if !x.explicit {
		// If it does not survive, another port will be chosen.
		x.bound, x.addrKnown, x.portKnown = maybe, false, false
	}
}

func (v *verdict) wsaConnect(c wsa.WSAConnectCall) {
	if c.GroupQOS != nil {
		v.may(rules.CONNGqos)
	}
	if c.CallerData != nil && v.s.typ == wsa.SOCK_STREAM {
		v.may(rules.CONNCallerdata)
	}
	if c.ServiceQOS != nil {
		v.may(rules.CONNQos)
	}
	v.connect(c.Name)
}

func (v *verdict) connect(b []byte) {
	if v.s.datagrams() {
		v.connectDatagram(b)
		return
	}
	if v.resume {
		v.connectEnds()
		return
	}
	switch {
	case v.s.status == listening:
		v.must(rules.CONNListening)
	case v.s.status == connecting && v.w.operates(func(o *operation) bool { return o.kind == opConnect && o.conn == v.s.conn }):
		v.must(rules.CONNPending)
	case v.s.status == connecting:
		v.must(rules.CONNAlready)
	case v.s.status == connected && (v.s.deadRecv || v.s.deadSend):
		v.must(rules.CONNIsconn)
		v.mustAny(rules.CONNBroken)
	case v.s.status == connected:
		v.must(rules.CONNIsconn)
	}
	if wsa.SockaddrFamily(b) == wsa.AF_UNSPEC {
		v.must(rules.CONNUnspec)
	}
	name, ok := v.address(b, rules.CONNFault, rules.CONNFamily)
	if !ok || v.failed {
		return
	}
	if v.groupLeads(name); !v.failed {
		v.stream(name)
	}
}

// groupLeads judges whether the socket's group keeps it from the address, beside what
// else is found out at once.
func (v *verdict) groupLeads(name netip.AddrPort) {
	kept := v.w.elsewhere(v.s, name)
	if kept == no {
		return
	}
	e := v.change(bindImplicitly(maybe))
	v.mayThen(rules.CONNGroup, e)
	if kept == maybe {
		return
	}
	v.certain()
	v.zero(name, e)
	for _, id := range [...]rules.ID{rules.CONNUnreach, rules.CONNInuse, rules.BINDExhausted} {
		v.mayThen(id, e)
	}
}

// zero judges an address that no socket can have.
func (v *verdict) zero(name netip.AddrPort, e effect) {
	if name.Addr().Unmap().IsUnspecified() {
		v.mayThen(rules.CONNZero, e)
	}
	if name.IsValid() && name.Port() == 0 {
		v.mayAny(rules.CONNZero)
		v.out[len(v.out)-1].effect = e
	}
}

// stream judges a connect whose arguments are right.
func (v *verdict) stream(name netip.AddrPort) {
	k := v.s.place
	start := func(n *world, _ *wsa.Return) rules.ID {
		n.editSocket(k, func(x *socket) {
			bindImplicitly(yes)(x)
			x.status, x.peer, x.peerKnown = connecting, name, true
			x.failure, x.unread, x.eof, x.wasReset = failedNever, false, false, false
		})
		n.openConn(k, false)
		n.heads(n.sockets.get(k).group, name, true)
		n.noteClient(k)
		return ""
	}
	if v.s.nonblocking != no {
		v.mayThen(rules.CONNWouldblock, start)
	}
	v.connectFails(name)
	if v.s.nonblocking != yes {
		v.block(rules.CONNBlocks, start)
	}
	tried := *v.s
	tried.peer = name
	if v.w.linkTo(&tried) == 0 {
		v.refused(&tried)
		return
	}
	v.succeed(func(n *world, ret *wsa.Return) rules.ID {
		start(n, ret)
		return n.establish(k)
	}, nil, v.connectRules(name)...)
}

// establish ends an attempt with a connection, if negotiation allows it.
func (w *world) establish(k uint64) rules.ID {
	x := w.sockets.get(k)
	link := w.linkTo(x)
	if link == 0 {
		return w.refusal(x)
	}
	w.editSocket(k, func(x *socket) { connectedTo(x, link) })
	return ""
}

// connectRules names the rules behind a connection to the peer: those about security
// only when they had a say.
func (v *verdict) connectRules(peer netip.AddrPort) []rules.ID {
	ids := append(make([]rules.ID, 0, 6), rules.CONNOk)
	if v.w.itself(v.s, peer) {
		ids = append(ids, rules.CONNSelf)
	}
	if v.s.bound == no {
		ids = append(ids, rules.CONNBind)
	} else if !v.s.explicit {
		ids = append(ids, rules.CONNRetry)
	}
	return append(ids, v.s.securityRules()...)
}

// itself reports whether the address is that of the socket.
func (w *world) itself(x *socket, peer netip.AddrPort) bool {
	return x.portKnown && x.local.Port() == peer.Port() && w.reaches(x.host, peer.Addr(), x.host) &&
		(!x.addrKnown || x.local.Addr().IsUnspecified() || x.local.Addr().Unmap() == peer.Addr().Unmap())
}

// securityRules names the rules about traffic that bear on the socket.
func (x *socket) securityRules() []rules.ID {
	if !x.sec.on {
		return nil
	}
	ids := make([]rules.ID, 0, 3)
	if x.sec.guarantee {
		ids = append(ids, rules.SECGuarantee)
	}
	if x.sec.allowInsecure {
		ids = append(ids, rules.SECAllow)
	} else {
		ids = append(ids, rules.SECNoclear)
	}
	if len(x.names) > 0 {
		ids = append(ids, rules.SECSpn)
	}
	return ids
}

// connectFails adds the ways in which the network ends an attempt.
func (v *verdict) connectFails(name netip.AddrPort) {
	waited := v.resume
	e := v.change(func(x *socket) {
		disconnected(x)
		bindImplicitly(maybe)(x)
	})
	// An address that is not valid may be found out before anything is done or
	// after; the states differ by the binding, and the one after covers both.
	v.zero(name, e)
	for _, id := range [...]rules.ID{rules.CONNRefused, rules.CONNTimedout} {
		v.mayThen(id, v.change(func(x *socket) {
			disconnected(x)
			bindImplicitly(maybe)(x)
			if waited {
				x.failure = failedLoudly
			}
		}))
	}
	for _, id := range [...]rules.ID{rules.CONNUnreach, rules.CONNInuse, rules.CONNReset, rules.BINDExhausted} {
		v.mayThen(id, e)
	}
	if v.s.sec.on {
		v.mayThen(rules.SECFailCode, e)
	}
}

// connectEnds judges how a connect that waited ends.
func (v *verdict) connectEnds() {
	if v.s.status == connecting || v.s.status == idle {
		v.connectFails(v.s.peer)
		if v.s.status == connecting && !v.s.sec.on && v.w.mayInsist(v.s) {
			v.mayThen(rules.SECFailCode, v.change(disconnected))
		}
	}
	if v.s.status == connected {
		v.succeed(nil, nil, v.connectRules(v.s.peer)...)
	}
	if v.s.status == connecting && v.w.linkTo(v.s) == 0 {
		v.refused(v.s)
	}
}

// refused is the failure of an attempt that negotiation does not allow.
func (v *verdict) refused(x *socket) {
	v.add(Outcome{Kind: Failure, Rules: []rules.ID{rules.SECFailCode, v.w.refusal(x)}, effect: v.change(disconnected)})
	v.certain()
}

func (v *verdict) connectDatagram(b []byte) {
	// Dissolving the association: the pages differ on what must be zero.
	family := wsa.SockaddrFamily(b)
	zero := family == wsa.AF_UNSPEC && len(b) >= 2
	name, ok := netip.AddrPort{}, false
	if !zero {
		name, ok = v.address(b, rules.CONNFault, rules.CONNFamily)
		if !ok {
			return
		}
		zero = name.Addr().Unmap().IsUnspecified()
	}
	if zero {
		v.may(rules.CONNDissolve)
		v.may(rules.CONNFault)
		v.succeed(v.change(func(x *socket) {
			bindImplicitly(maybe)(x)
			x.status, x.peerKnown, x.peer = idle, false, netip.AddrPort{}
			x.addrKnown = x.addrKnown && x.fixed
		}), nil, rules.CONNDissolve)
		if ok && name.Port() != 0 {
			v.succeed(v.peerSet(name), nil, rules.CONNDgram)
		}
		return
	}
	if name.Port() == 0 {
		v.may(rules.CONNZero)
	}
	if v.refusesBroadcast(name.Addr()) {
		v.may(rules.CONNAcces) // observed is success (BC2)
	}
	ids := append(make([]rules.ID, 0, 3), rules.CONNDgram)
	if v.s.status == connected {
		ids = append(ids, rules.CONNDgramAgain)
	}
	if v.s.bound == no {
		ids = append(ids, rules.CONNBind)
	}
	e := v.change(bindImplicitly(maybe))
	v.mayThen(rules.CONNUnreach, e)
	v.mayThen(rules.BINDExhausted, e)
	v.mayThen(rules.CONNInuse, e)
	if v.s.sec.on {
		v.mayThen(rules.SECFailCode, e)
	}
	v.succeed(v.peerSet(name), nil, ids...)
}

func (v *verdict) peerSet(name netip.AddrPort) effect {
	k := v.s.place
	return func(n *world, _ *wsa.Return) rules.ID {
		n.editSocket(k, func(x *socket) {
			bindImplicitly(yes)(x)
			x.status, x.peer, x.peerKnown = connected, name, !x.raw()
			x.addrKnown = x.addrKnown && x.fixed // the peer decides which one
			x.since = n.posted
			x.sel.happened(maybe, wsa.FD_CONNECT|wsa.FD_WRITE)
		})
		n.noteDatagram(k)
		return ""
	}
}

// refusesBroadcast reports whether the socket may need SO_BROADCAST for the
// address, and does not have it.
func (v *verdict) refusesBroadcast(a netip.Addr) bool {
	return a.Is4() && !v.s.broadcast && mayBroadcast(a)
}

// mayBroadcast reports whether the address could be a broadcast address of
// some network; masks are not in a trace.
func mayBroadcast(a netip.Addr) bool {
	b := a.As4()
	return b[3]&1 == 1 && !a.IsLoopback() && !a.IsMulticast()
}
