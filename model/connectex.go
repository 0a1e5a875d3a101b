package model

import (
	"net/netip"

	"wsasim/model/rules"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

func (v *verdict) connectEx(c wsa.ConnectExCall) {
	if c.Overlapped == 0 {
		v.mustAny(rules.CONNEXOverlapped)
	}
	switch {
	case v.s.typ != wsa.SOCK_STREAM:
		v.must(rules.CONNEXState)
		v.mayAny(rules.CONNEXState)
	case v.s.status == connected:
		v.must(rules.CONNIsconn)
		if v.s.deadRecv || v.s.deadSend {
			v.mustAny(rules.CONNBroken)
		}
	case v.s.status == listening:
		v.must(rules.CONNEXState)
	case v.s.status == connecting:
		v.must(rules.CONNEXState)
		v.must(rules.CONNAlready)
	default:
		switch v.s.bound {
		case no:
			v.must(rules.CONNEXState)
		case maybe:
			v.may(rules.CONNEXState)
		}
	}
	name, ok := v.address(c.Name, rules.CONNFault, rules.CONNFamily)
	if !ok || v.failed {
		return
	}
	if name.Addr().Unmap().IsUnspecified() || name.Port() == 0 {
		v.may(rules.CONNZero)
		v.mayAny(rules.CONNZero)
	}
	if v.w.elsewhere(v.s, name) != no {
		v.mayAny(rules.CONNGroup) // it may be found out later as well
	}
	v.may(rules.CONNUnreach)
	v.may(rules.CONNInuse)
	k, tid := v.s.place, v.tid
	v.pend(rules.CONNEXPending, func(n *world, ret *wsa.Return) rules.ID {
		n.attempt(k, name)
		return ""
	})
	v.succeed(func(n *world, ret *wsa.Return) rules.ID {
		if n.whole {
			return rules.CONNEXPending
		}
		n.attempt(k, name)
		n.tear(n.sockets.get(k).conn)
		_ = tid
		return n.establishEx(k)
	}, nil, rules.CONNEXOk)
	if !v.failed {
		v.out[len(v.out)-1].none = func(w *world) bool { return w.whole }
	}
}

// attempt is what starting to connect a stream does.
func (w *world) attempt(k uint64, name netip.AddrPort) {
	w.editSocket(k, func(x *socket) {
		bindImplicitly(yes)(x)
		x.status, x.peer, x.peerKnown = connecting, name, true
		x.failure, x.unread, x.eof, x.wasReset = failedNever, false, false, false
	})
	w.openConn(k, false)
	w.heads(w.sockets.get(k).group, name, true)
	w.noteClient(k)
}

// noteClient remembers the end of an attempt to connect, for its peer's negotiation. What
// its names are changes while it goes on, which may count or not (PTN-BEFORE).
func (w *world) noteClient(k uint64) {
	x := w.sockets.get(k)
	w.addEnd(endpoint{kind: endClient, host: x.host, port: x.peer.Port(), sec: x.sec, names: x.streamNames()})
}

// establishEx ends a ConnectEx with a connection. Until its context is updated the
// socket is one of few uses.
func (w *world) establishEx(k uint64) rules.ID {
	if x := w.sockets.get(k); w.elsewhere(x, x.peer) == yes {
		return rules.CONNGroup
	}
	if broken := w.establish(k); broken != "" {
		return broken
	}
	w.editSocket(k, func(x *socket) {
		x.context = true
		x.sel.unsaid()
	})
	return ""
}

// connectFailed reports whether a status is one with which an attempt to connect
// may end.
func connectFailed(s wsa.NTStatus) bool {
	switch s {
	case wsa.STATUS_CONNECTION_REFUSED, wsa.STATUS_ADDRESS_ALREADY_EXISTS, wsa.STATUS_SHARING_VIOLATION, wsa.STATUS_INVALID_ADDRESS,
		wsa.STATUS_INVALID_ADDRESS_COMPONENT, wsa.STATUS_PORT_UNREACHABLE, wsa.STATUS_ACCESS_DENIED, wsa.STATUS_CONNECTION_ACTIVE:
		return true
	}
	return transportFailed(s)
}

func (w *world) endConnect(o *operation, r *trace.Record) rules.ID {
	x := w.sockets.get(o.on)
	there := !o.gone && x != nil && x.conn == o.conn
	if r.Status.Failed() {
		if r.Status != wsa.STATUS_CANCELLED && !connectFailed(r.Status) {
			return rules.OVStatus
		}
		if there {
			w.editSocket(o.on, disconnected)
		}
		return ""
	}
	if int64(r.Transferred) != o.room {
		return rules.CONNEXOk
	}
	if there {
		if x.status != connected {
			if broken := w.establishEx(o.on); broken != "" {
				return broken
			}
		}
		w.editSocket(o.on, func(x *socket) {
			x.context = true
			x.sel.unsaid()
		})
	}
	if o.room > 0 {
		return w.allSent(o, r)
	}
	return ""
}

func (v *verdict) disconnectEx(c wsa.DisconnectExCall) {
	if c.Reserved != 0 || c.Flags&^wsa.TF_REUSE_SOCKET != 0 {
		v.must(rules.DISCONNParam)
	}
	switch {
	case v.s.typ != wsa.SOCK_STREAM:
		v.mustAny(rules.DISCONNNotconn)
	case v.s.status != connected:
		v.must(rules.DISCONNNotconn)
	case v.s.deadRecv, v.s.deadSend, v.s.shutSend, v.w.finished, v.w.faulty:
		// It may be that the connection has ended, or is being closed.
		v.may(rules.DISCONNNotconn)
	}
	if v.failed {
		return
	}
	k := v.s.place
	reuse := c.Flags&wsa.TF_REUSE_SOCKET != 0
	begin := func(n *world, _ *wsa.Return) rules.ID {
		n.noteEnd()
		n.editSocket(k, func(x *socket) { x.shutSend = true })
		if reuse {
			// What becomes of other operations then is not said.
			n.editOperations(func(o *operation) bool { return o.on == k }, func(o *operation) { o.abort = true })
		}
		return ""
	}
	if c.Overlapped != 0 {
		v.pend(rules.DISCONNPending, begin)
	}
	v.succeed(func(n *world, ret *wsa.Return) rules.ID {
		begin(n, ret)
		if reuse {
			n.recycle(k)
		}
		return ""
	}, nil, rules.DISCONNOk)
	if c.Overlapped == 0 {
		v.block(rules.DISCONNOk, begin)
	}
}

// disconnectResumes judges the end of a DisconnectEx that waited.
func (v *verdict) disconnectResumes(c wsa.DisconnectExCall) {
	k := v.s.place
	v.may(rules.DISCONNNotconn)
	v.succeed(func(n *world, _ *wsa.Return) rules.ID {
		if c.Flags&wsa.TF_REUSE_SOCKET != 0 {
			n.recycle(k)
		}
		return ""
	}, nil, rules.DISCONNOk)
}

// recycle makes a socket one that may be connected again. One that was connected
// by a connect stays bound.
func (w *world) recycle(k uint64) {
	if x := w.sockets.get(k); x == nil || x.unclear {
		return
	}
	old := *w.sockets.get(k)
	if old.conn != 0 {
		w.part(&old)
	}
	w.tear(old.conn)
	w.editSocket(k, func(x *socket) {
		x.status, x.peerKnown, x.peer, x.conn, x.link = idle, false, netip.AddrPort{}, 0, 0
		x.shutRecv, x.shutSend, x.deadRecv, x.deadSend, x.context = false, false, false, false, false
		x.failure, x.unread, x.eof, x.wasReset = failedMaybe, false, false, false
		x.addrKnown = x.addrKnown && x.fixed
		// What becomes of the record of network events is not said.
		x.sel = selection{event: x.sel.event, mask: x.sel.mask, mayHave: wsa.FD_ALL_EVENTS}
		if x.accepted {
			x.accepted, x.bound, x.addrKnown, x.portKnown = false, maybe, false, false
		}
	})
}

// giveBack gives up following a socket that may have come to be one that can be
// connected again.
func (w *world) giveBack(k uint64) {
	x := w.sockets.get(k)
	if x == nil {
		return
	}
	w.muddle(k)
	if x.conn != 0 {
		w.mayConnect(x)
	}
}

func (w *world) endDisconnect(o *operation, r *trace.Record) rules.ID {
	if r.Status.Failed() {
		if r.Status != wsa.STATUS_CANCELLED && !transportFailed(r.Status) {
			return rules.OVStatus
		}
		if !o.gone && o.reuses() {
			w.giveBack(o.on)
		}
		return ""
	}
	if r.Transferred != 0 {
		return rules.OVBytes
	}
	if !o.gone && o.reuses() {
		w.recycle(o.on)
	}
	return ""
}

func (v *verdict) transmitFile(c wsa.TransmitFileCall) {
	if v.s.status != connected {
		v.must(rules.TRANSMITNotconn)
		return
	}
	if v.s.typ != wsa.SOCK_STREAM {
		v.mayAny(rules.TRANSMITNotconn)
		v.unclear()
		return
	}
	if c.File != 0 {
		v.mayAny(rules.TRANSMITFile)
		if k := sockKey(v.p.pid, uint64(c.File)); v.w.taken(k) {
			v.certain() // it is something else
		}
	}
	a := sending(c)
	leaves := c.Flags&(wsa.TF_DISCONNECT|wsa.TF_REUSE_SOCKET) != 0
	base := len(v.out)
	v.sendChecks(a)
	v.sendGoes(a)
	if v.t.pending != nil {
		v.perhapsSent(a, base)
	}
	k, again := v.s.place, reuses(c)
	for i := base; i < len(v.out); i++ {
		o := &v.out[i]
		if o.Kind != Success && o.Kind != Pending {
			continue
		}
		if o.Kind == Success {
			o.Rules = append(o.Rules[:len(o.Rules):len(o.Rules)], rules.TRANSMITOk)
		}
		before := o.effect
		o.effect = func(n *world, ret *wsa.Return) rules.ID {
			if before != nil {
				if broken := before(n, ret); broken != "" {
					return broken
				}
			}
			switch {
			case again:
				n.giveBack(k)
			case leaves:
				n.muddle(k) // how far the connection is then is not said
			}
			return ""
		}
	}
}
