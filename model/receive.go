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
	message    bool // WSARecvMsg
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
	if c, ok := call.(wsa.WSARecvMsgCall); ok {
		a := recvArgs{from: c.Name, fromlen: &c.Namelen, addressed: true, noCount: c.NullReceived, given: c.Overlapped != 0, message: true}
		flags := c.MsgFlags & wsa.MSG_PEEK
		return a.list(c.Buffers, &flags, c.Overlapped != 0 || c.Routine)
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
		v.recvStream(a)
	} else {
		v.recvDatagram(a)
	}
	v.recvGoes(a)
}

func (v *verdict) recvFlags(a recvArgs) {
	const known = wsa.MSG_OOB | wsa.MSG_PEEK | wsa.MSG_WAITALL | wsa.MSG_PARTIAL | wsa.MSG_PUSH_IMMEDIATE
	if a.flags&wsa.MSG_OOB != 0 {
		if v.s.datagrams() {
			v.must(rules.RECVOob)
		}
		v.may(rules.RECVOobnone)
	}
	if a.flags&^known != 0 || a.flags&wsa.MSG_PARTIAL != 0 || a.flags&wsa.MSG_OOB != 0 && v.s.oobInline != no {
		v.may(rules.RECVFlags)
	}
	if a.flags&wsa.MSG_WAITALL != 0 {
		switch {
		case v.s.datagrams():
			v.must(rules.RECVWaitall)
		case v.s.nonblocking != no || a.flags&(wsa.MSG_OOB|wsa.MSG_PEEK|wsa.MSG_PARTIAL) != 0:
			v.may(rules.RECVWaitall)
		}
	}
	if a.overlapped && v.s.overlapped && a.flags&wsa.MSG_PEEK != 0 {
		v.mayAny(rules.RECVPeek)
	}
}

func (v *verdict) recvStream(a recvArgs) {
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
	v.mayThen(rules.RECVReset, v.change(func(x *socket) { x.deadRecv, x.deadSend, x.wasReset = true, true, true }))
	v.mayThen(rules.RECVAborted, dead)
	v.mayThen(rules.RECVNetreset, dead)
	if v.s.kept {
		// Another call was in progress and has told WSAENETRESET.
		v.mayThen(rules.RECVNotconn, dead)
	}
	over := v.timesOut(v.s.recvTimeout)
	if over != yes || v.recvMode(a) == yes {
		v.mayThen(rules.RECVTimedout, dead)
	}
	switch {
	case over == no || v.recvMode(a) == yes:
	case a.flags&wsa.MSG_WAITALL != 0:
		// What it had read when the time was over is gone.
		v.mayThen(rules.RECVTimeo, v.blinded(nil))
	default:
		v.may(rules.RECVTimeo)
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
		if v.s.refused && !v.resume && !a.overlapped && !v.w.letterPossible(v.s) {
			v.certain()
		}
	}
	v.may(rules.RECVNetreset)
	if v.timesOut(v.s.recvTimeout) != no && v.recvMode(a) != yes {
		v.may(rules.RECVTimeo)
	}
	if a.addressed && v.s.status == connected {
		v.may(rules.RECVIsconn)
	}
	if !v.failed {
		v.mayThen(rules.RECVMsgsize, v.cutEffect(a))
		v.none(func(size int) bool { return int64(size) > a.room })
	}
}

// timesOut is whether a call that waits ends by the socket's time-out. Of one that was
// set while the call waits already no source says whether it counts.
func (v *verdict) timesOut(milliseconds uint32) tri {
	now := milliseconds != 0
	if v.resume && v.t.ends != now {
		return maybe
	}
	return truth(now)
}

// recvMode is whether the call does not wait: with an OVERLAPPED on a socket
// without the overlapped attribute it waits, whatever the mode of the socket
// (observed NB4). A call that waits already may go on to wait when the mode is
// changed.
func (v *verdict) recvMode(a recvArgs) tri {
	switch {
	case a.given && !v.s.overlapped:
		if a.message && v.s.nonblocking != no {
			return maybe // not observed of WSARecvMsg
		}
		return no
	case v.resume && v.s.nonblocking == yes:
		return maybe
	}
	return v.s.nonblocking
}

// recvGoes adds success, waiting and what may come instead.
func (v *verdict) recvGoes(a recvArgs) {
	overlapped := a.overlapped && v.s.overlapped
	short := a.addressed && a.from != wsa.NULL && v.s.datagrams() &&
		(a.fromlen == nil || int(*a.fromlen) < addrSize(v.s.family) || int(a.from) < addrSize(v.s.family))
	if overlapped {
		v.may(rules.RECVLimit)
		v.routineAtPort()
		v.pend(rules.RECVPending, nil)
	}
	// What is known to wait is received at once.
	waits := !overlapped && a.flags&(wsa.MSG_OOB|wsa.MSG_WAITALL) == 0 && v.waiting()
	if !overlapped && !waits && v.recvMode(a) != no {
		v.may(rules.RECVWouldblock)
	}
	if !overlapped && !waits && v.recvMode(a) != yes {
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
	if stream {
		v.streamGives(a, ids)
		return
	}
	if v.s.raw() {
		v.rawReceives(a, ids)
		return
	}
	if v.followed() {
		ids = append(ids, rules.RECVContent)
	}
	fits := func(size int) bool { return size > 0 && int64(size) <= a.room }
	v.succeed(v.wholeEffect(a, false), v.datagramExample(a, fits), ids...)
	v.none(func(size int) bool { return a.room == 0 || fits(size) })
	v.succeed(v.wholeEffect(a, true), v.datagramExample(a, func(size int) bool { return size == 0 }), rules.RECVEmpty)
	v.none(func(size int) bool { return size == 0 || a.room == 0 })
}

// none says of the last outcome that it is impossible when no datagram of such
// a size can arrive.
func (v *verdict) none(size func(int) bool) {
	if v.failed || v.s.raw() {
		return
	}
	s := v.s
	v.out[len(v.out)-1].none = func(w *world) bool {
		_, ok := w.sample(s, size)
		return !ok
	}
}

// followed reports whether what the socket receives must have been sent by
// somebody in the trace.
func (v *verdict) followed() bool { return v.w.whole && v.w.strict(&arrival{x: v.s}) }

// streamGives adds a stream's data, and their end.
func (v *verdict) streamGives(a recvArgs, ids []rules.ID) {
	c := v.w.conns.get(v.s.conn)
	if v.w.traced(c) {
		ids = append(ids, rules.RECVContent, rules.RECVOrder)
	}
	v.succeed(v.bytesEffect(a), v.bytesExample(a, int(min(a.room, 2))), ids...)
	if !v.failed && a.room > 0 && c != nil {
		v.out[len(v.out)-1].none = func(w *world) bool {
			return w.traced(c) && (len(w.readable(c, 1)) == 0 || w.operates(receivesAt(c.number)))
		}
	}
	if a.room > 0 && !v.w.traced(c) && !v.mayHaveEnded() {
		return
	}
	v.succeed(v.endEffect(a), v.recvExample(a, 0), rules.RECVGraceful)
	if !v.failed && a.room > 0 && c != nil {
		v.out[len(v.out)-1].none = func(w *world) bool {
			_, broken := w.judgeEnd(c)
			return w.traced(c) && broken != ""
		}
	}
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

// bytesEffect judges bytes of a stream.
func (v *verdict) bytesEffect(a recvArgs) effect {
	s, tid := v.s, v.tid
	return func(n *world, ret *wsa.Return) rules.ID {
		got := a.count(ret)
		switch {
		case got > a.room || got < 0 || int64(len(ret.Data)) > a.room:
			return rules.RECVOk
		case got == 0 && a.room > 0 && !a.uncounted(ret):
			return rules.RECVGraceful
		}
		if c := n.conns.get(s.conn); c != nil && a.room > 0 {
			return n.receivedBytes(c, tid, &a, ret)
		}
		return ""
	}
}

// receivedBytes judges what an end received, and notes it.
func (w *world) receivedBytes(c *conn, tid int, a *recvArgs, ret *wsa.Return) rules.ID {
	got, peek := int(a.count(ret)), a.flags&wsa.MSG_PEEK != 0
	switch {
	case a.flags&wsa.MSG_OOB != 0 || a.uncounted(ret) || !peek && w.othersOn(tid, c.owner, receives):
		w.blind(c.number)
		return ""
	case peek && w.othersOn(tid, c.owner, receives):
		return ""
	}
	if w.operates(receivesAt(c.number)) {
		if peek {
			return ""
		}
		return w.filled(&operation{number: w.numbers + 1}, c, ret.Data, got)
	}
	mate := uint64(0)
	if w.traced(c) && len(ret.Data) == got {
		var broken rules.ID
		if mate, broken = w.judgeBytes(c, ret.Data); broken != "" {
			return broken
		}
	}
	if peek && got > 0 {
		w.foundUnread(c.owner)
		got = 0
	}
	w.took(c, got, mate)
	if got > 0 {
		w.editSelection(c.owner, func(x *selection) { x.told &^= wsa.FD_READ })
	}
	return ""
}

// endEffect judges the end of a stream.
func (v *verdict) endEffect(a recvArgs) effect {
	s, tid := v.s, v.tid
	return func(n *world, ret *wsa.Return) rules.ID {
		if a.count(ret) > 0 {
			return mismatch
		}
		if a.room > 0 && !a.uncounted(ret) && a.flags&wsa.MSG_OOB == 0 {
			n.editSocket(s.place, func(x *socket) { x.eof = true })
		}
		c := n.conns.get(s.conn)
		if c == nil || a.room == 0 || a.uncounted(ret) || a.flags&wsa.MSG_OOB != 0 || !n.traced(c) || n.othersOn(tid, c.owner, receives) || n.operates(receivesAt(c.number)) {
			return ""
		}
		mate, broken := n.judgeEnd(c)
		if broken == "" {
			n.took(c, 0, mate)
		}
		return broken
	}
}

// blinded is an effect by which how much the end has read is no longer known,
// after another.
func (v *verdict) blinded(e effect) effect {
	number := v.s.conn
	return func(n *world, ret *wsa.Return) rules.ID {
		n.blind(number)
		if e != nil {
			return e(n, ret)
		}
		return ""
	}
}

// bytesExample is what a stream may give: at most n bytes.
func (v *verdict) bytesExample(a recvArgs, n int) func(*world) wsa.Return {
	number := v.s.conn
	return func(w *world) wsa.Return {
		r := v.recvExample(a, int64(min(n, 1)))(w)
		c := w.conns.get(number)
		if c == nil || !w.traced(c) {
			return r
		}
		b := w.readable(c, n)
		r.Data = b
		if a.extended {
			count := uint32(len(b))
			r.Count = &count
		} else {
			r.N = int64(len(b))
		}
		return r
	}
}

// wholeEffect judges a datagram that was received whole: an empty one, or
// another.
func (v *verdict) wholeEffect(a recvArgs, empty bool) effect {
	k, s, tid, late := v.s.place, v.s, v.tid, v.resume
	return func(n *world, ret *wsa.Return) rules.ID {
		got := a.count(ret)
		switch {
		case got > a.room || got < 0 || int64(len(ret.Data)) > a.room:
			return rules.RECVOk
		case empty != (got == 0) && a.room > 0, empty && got > 0:
			return mismatch
		}
		x, broken := a.arrival(s, ret, got)
		if broken != "" {
			return broken
		}
		if a.room > 0 && a.flags&wsa.MSG_PARTIAL == 0 && !a.uncounted(ret) {
			if broken := n.judgeArrival(x); broken != "" {
				return broken
			}
		}
		if !late && a.flags&wsa.MSG_PEEK == 0 {
			n.shrink(k, uint64(got))
		}
		return n.heardBy(k, tid, a, x)
	}
}

// heardBy is heard by a call of which a datagram may have been left: one that was
// peeked at is there for the next call.
func (w *world) heardBy(k uint64, tid int, a recvArgs, x *arrival) rules.ID {
	if broken := w.heard(k, x); broken != "" {
		return broken
	}
	if a.flags&wsa.MSG_PEEK != 0 && !x.x.raw() && !w.othersOn(tid, k, receives) && !w.inUse(k, 0) {
		w.foundUnread(k)
	}
	return ""
}

// cutEffect judges a datagram that was cut: it has filled the buffers, and its
// source counts too.
func (v *verdict) cutEffect(a recvArgs) effect {
	k, s, tid, late := v.s.place, v.s, v.tid, v.resume
	return func(n *world, ret *wsa.Return) rules.ID {
		x := &arrival{x: s}
		if len(ret.Addr) > 0 {
			var broken rules.ID
			if x, broken = a.arrival(s, ret, 0); broken != "" {
				return broken
			}
		}
		x.size, x.data = int(a.room), ret.Data
		if broken := n.judgeCut(x); broken != "" {
			return broken
		}
		if !late && a.flags&wsa.MSG_PEEK == 0 {
			n.shrink(k, uint64(a.room)+1)
		}
		return n.heardBy(k, tid, a, x)
	}
}

// arrival is what the call returned as a datagram, if its source has the right
// form.
func (a recvArgs) arrival(s *socket, ret *wsa.Return, size int64) (*arrival, rules.ID) {
	x := &arrival{x: s, size: int(size), data: ret.Data}
	if !a.addressed || a.from == wsa.NULL {
		return x, ""
	}
	from, err := wsa.ParseSockaddr(ret.Addr)
	if err != nil || wsa.SockaddrFamily(ret.Addr) != s.family {
		return nil, rules.RECVFrom
	}
	x.from, x.named = from, true
	return x, ""
}

// uncounted reports whether the call left out how much it received.
func (a recvArgs) uncounted(ret *wsa.Return) bool { return a.extended && ret.Count == nil }

// heard judges the source of a datagram and remembers it.
func (w *world) heard(k uint64, a *arrival) rules.ID {
	if !a.named {
		return ""
	}
	if broken := w.heardFrom(a.x, a.from); broken != "" {
		return broken
	}
	if contains(a.x.heard, a.from) {
		return ""
	}
	w.editSocket(k, func(x *socket) {
		x.heard = append(x.heard[:len(x.heard):len(x.heard)], a.from)
	})
	return ""
}

// datagramExample is a datagram that may arrive, of an acceptable size.
func (v *verdict) datagramExample(a recvArgs, size func(int) bool) func(*world) wsa.Return {
	s := v.s
	return func(w *world) wsa.Return {
		p, _ := w.sample(s, size)
		if p == nil {
			if size(0) {
				return v.recvExample(a, 0)(w)
			}
			return v.recvExample(a, min(a.room, 1))(w)
		}
		r := wsa.Return{N: int64(p.size), Data: wsa.Bytes(p.content)}
		if a.extended {
			count := uint32(p.size)
			r.N, r.Count = 0, &count
		}
		if a.addressed && a.from != wsa.NULL {
			x := nameReturn(s, w.source(s, p), 49153)
			r.Addr, r.Len = x.Addr, x.Len
		}
		return r
	}
}

func (v *verdict) recvExample(a recvArgs, n int64) func(*world) wsa.Return {
	s := v.s
	return func(*world) wsa.Return {
		r := wsa.Return{N: n, Data: make(wsa.Bytes, n)}
		if a.extended {
			count := uint32(n)
			r.N, r.Count = 0, &count
		}
		if a.addressed && a.from != wsa.NULL && s.datagrams() {
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
