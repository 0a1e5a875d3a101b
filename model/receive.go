package model

import (
	"net/netip"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// recvArgs is what the four receiving calls have in common.
type recvArgs struct {
	room       int64
	flags      int32
	from       wsa.Room
	fromlen    *int32
	addressed  bool // the call has a source argument
	fault      bool // a pointer that must be there is not
	noCount    bool
	given      bool // an overlapped structure
	noBuffers  bool
	extended   bool
	overlapped bool
}

func receiving(call wsa.Call) recvArgs {
	switch c := call.(type) {
	case wsa.RecvCall:
		return recvArgs{room: max(int64(c.Buf), 0), flags: c.Flags, from: wsa.NULL}
	case wsa.RecvfromCall:
		return recvArgs{room: max(int64(c.Buf), 0), flags: c.Flags, from: c.From, fromlen: c.Fromlen, addressed: true}
	case wsa.WSARecvCall:
		a := recvArgs{from: wsa.NULL, noCount: c.NullReceived, given: c.Overlapped != 0, fault: c.Flags == nil}
		return a.list(c.Buffers, c.Flags, c.Overlapped != 0 || c.Routine)
	case wsa.WSARecvFromCall:
		a := recvArgs{from: c.From, fromlen: c.Fromlen, addressed: true, noCount: c.NullReceived, given: c.Overlapped != 0, fault: c.Flags == nil}
		return a.list(c.Buffers, c.Flags, c.Overlapped != 0 || c.Routine)
	}
	return recvArgs{}
}

func (a recvArgs) list(rooms []wsa.Room, flags *uint32, overlapped bool) recvArgs {
	for _, r := range rooms {
		a.room += max(int64(r), 0)
	}
	if flags != nil {
		a.flags = int32(*flags)
	}
	a.noBuffers, a.extended, a.overlapped = len(rooms) == 0, true, overlapped
	return a
}

func (v *verdict) receive(a recvArgs) {
	if a.fault {
		v.must(rules.RECVCount)
	}
	if a.noCount {
		v.fails(v.countNeeded(a.given), rules.RECVCount)
	}
	v.recvFlags(a)
	if v.s.shutRecv {
		v.must(rules.RECVShutdown)
		if v.resume {
			// A receive that waits is not ended by a shutdown (SD11).
			v.failed = false
		}
	}
	if a.room == 0 && (v.s.typ == wsa.SOCK_STREAM || a.noBuffers) {
		v.may(rules.RECVZerolen)
	}
	if v.s.typ == wsa.SOCK_STREAM {
		v.recvStream()
	} else {
		v.recvDatagram(a)
	}
	v.recvGoes(a)
}

func (v *verdict) recvFlags(a recvArgs) {
	const known = wsa.MSG_OOB | wsa.MSG_PEEK | wsa.MSG_WAITALL | wsa.MSG_PARTIAL | wsa.MSG_PUSH_IMMEDIATE
	if a.flags&wsa.MSG_OOB != 0 {
		if v.s.typ == wsa.SOCK_DGRAM {
			v.must(rules.RECVOob)
		}
		v.may(rules.RECVOobnone)
	}
	if a.flags&^known != 0 || a.flags&wsa.MSG_PARTIAL != 0 || a.flags&wsa.MSG_OOB != 0 && v.s.oobInline != no {
		v.may(rules.RECVFlags)
	}
	if a.flags&wsa.MSG_WAITALL != 0 {
		switch {
		case v.s.typ == wsa.SOCK_DGRAM:
			v.must(rules.RECVWaitall)
		case v.s.nonblocking != no || a.flags&(wsa.MSG_OOB|wsa.MSG_PEEK|wsa.MSG_PARTIAL) != 0:
			v.may(rules.RECVWaitall)
		}
	}
	if a.overlapped && v.s.overlapped && a.flags&wsa.MSG_PEEK != 0 {
		v.mayAny(rules.RECVPeek)
	}
}

func (v *verdict) recvStream() {
	if v.s.status != connected {
		v.must(rules.RECVNotconn)
		if v.s.bound != yes {
			v.may(rules.RECVUnbound)
		}
		return
	}
	if v.s.deadRecv {
		// The error stays (RS3), but which of the codes a later call gives
		// depends on how the connection ended.
		v.must(rules.RECVReset)
		v.must(rules.RECVAborted)
		v.must(rules.RECVNetreset)
		v.must(rules.RECVTimedout)
		v.must(rules.RECVNotconn)
		return
	}
	dead := v.change(func(x *socket) { x.deadRecv = true })
	v.mayThen(rules.RECVReset, v.change(func(x *socket) { x.deadRecv, x.deadSend = true, true }))
	v.mayThen(rules.RECVAborted, dead)
	v.mayThen(rules.RECVNetreset, dead)
	if v.s.recvTimeout != 0 {
		v.may(rules.RECVTimeo)
	} else {
		v.mayThen(rules.RECVTimedout, dead)
	}
}

func (v *verdict) recvDatagram(a recvArgs) {
	switch v.s.bound {
	case no:
		v.must(rules.RECVUnbound)
	case maybe:
		v.mayThen(rules.RECVUnbound, v.change(func(x *socket) { x.bound = no }))
	}
	if v.s.sent && !v.s.noReset {
		v.may(rules.RECVUnreached)
	}
	v.may(rules.RECVNetreset)
	if v.s.recvTimeout != 0 {
		v.may(rules.RECVTimeo)
	}
	if a.addressed && v.s.status == connected {
		v.may(rules.RECVIsconn)
	}
	if !v.failed {
		v.mayThen(rules.RECVMsgsize, v.heardEffect(a, false))
	}
}

// recvGoes adds success, waiting and what may come instead.
func (v *verdict) recvGoes(a recvArgs) {
	overlapped := a.overlapped && v.s.overlapped
	short := a.addressed && a.from != wsa.NULL && v.s.typ == wsa.SOCK_DGRAM &&
		(a.fromlen == nil || int(*a.fromlen) < addrSize(v.s.family) || int(a.from) < addrSize(v.s.family))
	if overlapped {
		v.may(rules.RECVLimit)
		v.pend(rules.RECVPending, nil)
	}
	if !overlapped && v.s.nonblocking != no {
		v.may(rules.RECVWouldblock)
	}
	if !overlapped && v.s.nonblocking != yes {
		v.block(rules.RECVBlocks, nil)
	}
	if short {
		v.must(rules.RECVFromlen)
		return
	}
	v.recvSucceeds(a)
}

// recvSucceeds adds data, and the end of the data.
func (v *verdict) recvSucceeds(a recvArgs) {
	ids := append(make([]rules.ID, 0, 8), rules.RECVOk)
	stream := v.s.typ == wsa.SOCK_STREAM
	if v.s.status == connected && !stream {
		ids = append(ids, rules.RECVPeer)
	}
	if a.addressed && a.from != wsa.NULL {
		ids = append(ids, rules.RECVFrom)
	}
	if a.overlapped && !v.s.overlapped {
		ids = append(ids, rules.RECVAttribute)
	}
	ids = append(ids, v.s.securityRules()...)
	v.succeed(v.heardEffect(a, true), v.recvExample(a, min(a.room, 1)), ids...)
	ended := rules.RECVEmpty
	if stream {
		ended = rules.RECVGraceful
		if a.room > 0 && !v.mayHaveEnded() {
			return
		}
	}
	nothing := v.heardEffect(a, false)
	v.succeed(func(n *world, ret *wsa.Return) rules.ID {
		if a.count(ret) > 0 {
			return mismatch
		}
		return nothing(n, ret)
	}, v.recvExample(a, 0), ended)
}

// mayHaveEnded reports whether the peer may have ended its direction: somebody
// has closed or shut down a stream, or the peer is not in the trace.
func (v *verdict) mayHaveEnded() bool {
	if v.w.finished || v.w.faulty || !v.s.peerKnown {
		return true
	}
	for i := range v.w.hosts {
		if v.w.reaches(v.s.host, v.s.peer.Addr(), i) {
			return false
		}
	}
	return true
}

// count is how many bytes the call says that it received.
func (a recvArgs) count(ret *wsa.Return) int64 {
	if a.extended {
		if ret.Count == nil {
			return int64(len(ret.Data))
		}
		return int64(*ret.Count)
	}
	return ret.N
}

// heardEffect judges what was received. A datagram that was cut has filled
// the buffers, and its source counts too.
func (v *verdict) heardEffect(a recvArgs, whole bool) effect {
	k, s := sockKey(v.s.pid, uint64(v.s.handle)), v.s
	stream, ended := s.typ == wsa.SOCK_STREAM, rules.RECVEmpty
	if stream {
		ended = rules.RECVGraceful
	}
	return func(n *world, ret *wsa.Return) rules.ID {
		got := a.count(ret)
		if whole {
			if got > a.room || got < 0 || int64(len(ret.Data)) > a.room {
				return rules.RECVOk
			}
			if got == 0 && a.room > 0 {
				return ended
			}
		}
		if stream || !whole && len(ret.Addr) == 0 {
			return ""
		}
		return n.heard(k, s, a, ret)
	}
}

// heard judges the source of a datagram and remembers it.
func (w *world) heard(k uint64, s *socket, a recvArgs, ret *wsa.Return) rules.ID {
	if !a.addressed || a.from == wsa.NULL {
		return ""
	}
	from, err := wsa.ParseSockaddr(ret.Addr)
	if err != nil || wsa.SockaddrFamily(ret.Addr) != s.family {
		return rules.RECVFrom
	}
	if broken := w.heardFrom(s, from); broken != "" {
		return broken
	}
	if contains(s.heard, from) {
		return ""
	}
	w.editSocket(k, func(x *socket) {
		x.heard = append(x.heard[:len(x.heard):len(x.heard)], from)
	})
	return ""
}

func (v *verdict) recvExample(a recvArgs, n int64) func(*world) wsa.Return {
	s := v.s
	return func(*world) wsa.Return {
		r := wsa.Return{N: n, Data: make(wsa.Bytes, n)}
		if a.extended {
			count := uint32(n)
			r.N, r.Count = 0, &count
		}
		if a.addressed && a.from != wsa.NULL && s.typ == wsa.SOCK_DGRAM {
			peer := s.peer
			if !s.peerKnown {
				addr := netip.AddrFrom4([4]byte{127, 0, 0, 1})
				if s.family == wsa.AF_INET6 {
					addr = netip.IPv6Loopback()
				}
				peer = netip.AddrPortFrom(addr, 49153)
			}
			x := nameReturn(s, peer, 49153)
			r.Addr, r.Len = x.Addr, x.Len
		}
		return r
	}
}
