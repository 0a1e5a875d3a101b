package model

import (
	"net/netip"
	"slices"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// maxDatagram is the largest payload of any UDP datagram; IPv4 over Ethernet
// allows 65507 (GO1), so between the two both outcomes conform.
const (
	minDatagramLimit = 65507
	maxDatagramLimit = 65527
)

// sendArgs is what the four sending calls have in common.
type sendArgs struct {
	total      int
	flags      int32
	to         wsa.Bytes
	addressed  bool // the call has a destination argument
	noCount    bool
	given      bool // an overlapped structure
	extended   bool // WSASend, WSASendTo
	overlapped bool
	badBuffers bool
	uncounted  bool        // TransmitFile: the call does not tell how much it sent
	file       bool        // what it sends is not known
	one        wsa.Bytes   // what is sent: one buffer,
	many       []wsa.Bytes // or several
}

// content is what is sent in one piece.
func (a *sendArgs) content() []byte {
	if len(a.many) > 0 {
		return slices.Concat(a.many...)
	}
	return a.one
}

func sending(call wsa.Call) sendArgs {
	switch c := call.(type) {
	case wsa.SendCall:
		return sendArgs{total: len(c.Buf), flags: c.Flags, one: c.Buf}
	case wsa.SendtoCall:
		return sendArgs{total: len(c.Buf), flags: c.Flags, one: c.Buf, to: c.To, addressed: true}
	case wsa.WSASendCall:
		a := sendArgs{flags: int32(c.Flags), noCount: c.NullSent, given: c.Overlapped != 0, extended: true}
		return a.list(c.Buffers, c.Overlapped != 0 || c.Routine)
	case wsa.WSASendToCall:
		a := sendArgs{flags: int32(c.Flags), to: c.To, addressed: true, noCount: c.NullSent, given: c.Overlapped != 0, extended: true}
		return a.list(c.Buffers, c.Overlapped != 0 || c.Routine)
	}
	switch c := call.(type) {
	case wsa.WSASendMsgCall:
		a := sendArgs{flags: int32(c.Flags), to: c.Name, addressed: true, noCount: c.NullSent, given: c.Overlapped != 0, extended: true}
		return a.list(c.Buffers, c.Overlapped != 0 || c.Routine)
	case wsa.TransmitFileCall:
		a := sendArgs{given: true, extended: true, uncounted: true}
		a = a.list([]wsa.Bytes{c.Head, c.Tail}, c.Overlapped != 0)
		a.file = c.File != 0
		return a
	}
	return sendArgs{}
}

func (a sendArgs) list(buffers []wsa.Bytes, overlapped bool) sendArgs {
	for _, b := range buffers {
		a.total += len(b)
	}
	a.overlapped = overlapped
	a.badBuffers = len(buffers) == 0
	a.many = buffers
	return a
}

func (v *verdict) send(a sendArgs) {
	base := len(v.out)
	v.sendChecks(a)
	v.sendGoes(a)
	if v.t.pending != nil {
		v.perhapsSent(a, base)
	}
}

// sendChecks joins the checks of a send.
func (v *verdict) sendChecks(a sendArgs) {
	if a.noCount {
		if needed := v.countNeeded(a.given); needed != no {
			v.fails(needed, rules.SENDCount)
			// The call may have bound the socket before it looked (SM3).
			if v.s.datagrams() {
				v.out[len(v.out)-1].effect = v.change(bindImplicitly(maybe))
			}
		}
	}
	if a.badBuffers {
		v.may(rules.SENDFault, wsa.WSAEFAULT, wsa.WSAEINVAL)
	}
	v.sendFlags(a)
	if v.s.shutSend {
		v.must(rules.SENDShutdown)
	}
	if v.s.typ == wsa.SOCK_STREAM {
		v.sendStream(a)
	} else {
		v.sendDatagram(a)
	}
	if v.s.deadSend {
		v.must(rules.SENDReset)
		v.must(rules.SENDAborted)
		v.must(rules.SENDNetreset)
		v.must(rules.SENDTimedout)
		v.must(rules.SENDNotconn)
	}
}

// countNeeded tells whether the pointer to the count must be there. On a socket
// that ignores the overlapped structure that is not said.
func (v *verdict) countNeeded(overlapped bool) tri {
	switch {
	case !overlapped:
		return yes
	case !v.s.overlapped:
		return maybe
	}
	return no
}

func (v *verdict) sendFlags(a sendArgs) {
	const known = wsa.MSG_OOB | wsa.MSG_DONTROUTE | wsa.MSG_PARTIAL
	if a.flags&wsa.MSG_OOB != 0 && v.s.datagrams() {
		v.must(rules.SENDOob)
	}
	if a.flags&^known != 0 || a.flags&wsa.MSG_PARTIAL != 0 || a.flags&wsa.MSG_OOB != 0 && v.s.oobInline != no {
		v.may(rules.SENDFlags)
	}
}

func (v *verdict) sendStream(a sendArgs) {
	if v.s.status != connected {
		v.must(rules.SENDNotconn)
		switch v.s.bound {
		case no, maybe:
			v.may(rules.SENDUnbound)
		}
		return
	}
	broken := v.change(func(x *socket) { x.deadSend = true })
	v.mayThen(rules.SENDReset, v.change(func(x *socket) { x.deadSend, x.wasReset = true, true }))
	v.mayThen(rules.SENDAborted, broken)
	v.mayThen(rules.SENDNetreset, broken)
	if v.s.kept {
		v.mayThen(rules.SENDNotconn, broken)
	}
	v.may(rules.SENDTimedout)
	v.may(rules.SENDUnreach)
}

func (v *verdict) sendDatagram(a sendArgs) {
	if low, high := v.s.limits(); a.total > low {
		certain := maybe
		if a.total > high {
			certain = yes
		}
		v.fails(certain, rules.SENDMsgsize)
	}
	switch {
	case a.to != nil && a.addressed:
		v.destination(a)
	case v.s.status != connected && a.addressed:
		v.must(rules.SENDDest)
	case v.s.status != connected:
		v.must(rules.SENDNotconn)
	case v.s.peerKnown && v.refusesBroadcast(v.s.peer.Addr()):
		v.may(rules.SENDAcces) // observed is success (BC2)
	}
	if v.s.sent && !v.s.noReset {
		v.may(rules.SENDUnreached)
	}
	if v.s.bound == yes {
		v.may(rules.SENDUnreach)
	} else {
		// The call may have bound the socket before it looked for a way.
		v.mayThen(rules.SENDUnreach, v.change(bindImplicitly(maybe)))
	}
	v.may(rules.SENDNetreset)
	if v.s.bound != yes {
		v.mayThen(rules.BINDExhausted, v.change(bindImplicitly(maybe)))
		// The page lists it; the binding that comes first makes it odd.
		v.may(rules.SENDUnbound)
	}
	if v.s.sec.on {
		v.mayAny(rules.SECFailCode)
	}
}

// limits are the sizes of a datagram up to which every system takes it, and
// beyond which none does.
func (x *socket) limits() (low, high int) {
	if x.raw() {
		return minRawLimit, maxRawLimit
	}
	return minDatagramLimit, maxDatagramLimit
}

// destination judges the address of a datagram.
func (v *verdict) destination(a sendArgs) {
	to, ok := v.address(a.to, rules.SENDFault, rules.SENDFamily)
	if !ok {
		return
	}
	if v.s.status == connected {
		v.may(rules.SENDIsconn)
	}
	if to.Addr().Unmap().IsUnspecified() {
		v.may(rules.SENDAddr)
	}
	if to.Port() == 0 && !to.Addr().IsLoopback() {
		v.may(rules.SENDPort0, wsa.WSAEADDRNOTAVAIL)
	}
	if v.refusesBroadcast(to.Addr()) {
		v.fails(limitedBroadcast(to.Addr()), rules.SENDAcces)
	}
}

// limitedBroadcast tells whether an address that may be a broadcast address is
// one for certain.
func limitedBroadcast(a netip.Addr) tri {
	if a.As4() == [4]byte{255, 255, 255, 255} {
		return yes
	}
	return maybe
}

// sendGoes adds success, waiting and what may come instead.
func (v *verdict) sendGoes(a sendArgs) {
	overlapped := a.overlapped && v.s.overlapped
	if a.overlapped && !v.s.overlapped {
		v.may(rules.SENDAttribute)
	}
	if overlapped {
		v.may(rules.SENDLimit)
		v.routineAtPort()
		v.pend(rules.SENDPending, v.sendStarted(a))
	}
	if !overlapped && v.s.nonblocking != no {
		v.mayThen(rules.SENDWouldblock, v.change(func(x *socket) { x.sel.starved, x.sel.unfed = true, true }))
	}
	if v.timesOut(v.s.sendTimeout) != no {
		v.may(rules.SENDTimedout)
	}
	ids := append(make([]rules.ID, 0, 8), rules.SENDOk)
	switch {
	case a.total == 0:
		ids[0] = rules.SENDEmpty
	case v.s.typ == wsa.SOCK_STREAM:
		ids = append(ids, rules.SENDBuffered)
	}
	if a.to != nil && v.s.typ == wsa.SOCK_STREAM {
		ids = append(ids, rules.SENDStreamAddr)
	}
	if v.s.bound == no {
		ids = append(ids, rules.SENDBind)
	}
	if a.to != nil && v.s.typ == wsa.SOCK_DGRAM {
		if to, err := wsa.ParseSockaddr(a.to); err == nil && to.Port() == 0 {
			ids = append(ids, rules.SENDPort0)
		}
	}
	ids = append(ids, v.s.securityRules()...)
	total := int64(a.total)
	v.succeed(v.sentEffect(a, true), func(*world) wsa.Return {
		r := wsa.Return{N: total}
		if a.extended {
			n := uint32(total)
			r.N, r.Count = 0, &n
		}
		return r
	}, ids...)
	if !overlapped && v.s.nonblocking != yes {
		v.block(rules.SENDBlocks, nil)
	}
}

// sendStarted is what starting an operation does that sends: a datagram may
// arrive from then on; what a stream sends is up to the operation.
func (v *verdict) sendStarted(a sendArgs) effect {
	if v.s.typ == wsa.SOCK_STREAM {
		return nil
	}
	return v.sentEffect(a, false)
}

// sentEffect judges the count of bytes and notes what sending does.
func (v *verdict) sentEffect(a sendArgs, counted bool) effect {
	k, stream, now, tid := v.s.place, v.s.typ == wsa.SOCK_STREAM, v.s, v.tid
	return func(n *world, ret *wsa.Return) rules.ID {
		got, counted := ret.N, counted
		if a.extended {
			if ret.Count == nil {
				counted = counted && a.uncounted && !a.file
				got = int64(a.total)
			} else {
				got = int64(*ret.Count)
			}
		}
		if counted {
			low := int64(a.total)
			if stream && now.nonblocking != no && a.total > 0 {
				low = 1
			}
			if got < low || got > int64(a.total) {
				return rules.SENDOk
			}
		}
		if now.raw() {
			n.sentRaw(k, now, a.content(), yes)
		} else if !stream {
			n.sentDatagram(k, now, &a)
		} else if now.conn != 0 {
			n.sentStream(tid, now, &a, got, counted)
		}
		return ""
	}
}

// sentDatagram notes what sending a datagram does.
func (w *world) sentDatagram(k uint64, now *socket, a *sendArgs) {
	if now.bound != yes || !now.sent || now.number == 0 {
		w.numberSender(k, yes)
	}
	content, to, ok := a.outgoing(now)
	if !ok {
		w.loseMail()
		return
	}
	w.post(k, to, content)
	if w.nobodyAt(now, plain(to)) && !w.inUse(k, 0) && !w.othersOn(-1, k, receives) {
		w.editSocket(k, func(x *socket) { x.refused = true })
	}
}

// numberSender makes a socket one that has sent. It is bound then, certainly
// or maybe.
func (w *world) numberSender(k uint64, bound tri) {
	w.editSocket(k, func(x *socket) {
		bindImplicitly(bound)(x)
		x.sent = true
		if x.number == 0 {
			w.numbers++
			x.number = w.numbers
		}
	})
	w.noteDatagram(k)
	w.noteSender(w.sockets.get(k))
}

// sentStream notes what a stream sent: got bytes, if that is known.
func (w *world) sentStream(tid int, now *socket, a *sendArgs, got int64, counted bool) {
	k := now.place
	if !counted || a.flags&wsa.MSG_OOB != 0 || w.othersOn(tid, k, sends) || w.operates(sendsAt(now.conn)) {
		w.tear(now.conn)
		return
	}
	w.sentBytes(now.conn, a.content()[:got])
}

// perhapsSent makes the failures of a send that did not end at once leave open
// whether something was sent.
func (v *verdict) perhapsSent(a sendArgs, base int) {
	for i := base; i < len(v.out); i++ {
		// What is refused for want of room is not sent.
		if o := &v.out[i]; o.Kind == Failure && !o.certain && o.Rules[0] != rules.SENDWouldblock {
			o.effect = v.failedSend(a, o.effect)
		}
	}
}

func (v *verdict) failedSend(a sendArgs, e effect) effect {
	k, now := v.s.place, v.s
	return func(n *world, ret *wsa.Return) rules.ID {
		if now.typ == wsa.SOCK_STREAM {
			n.tear(now.conn)
		} else if now.raw() {
			n.sentRaw(k, now, a.content(), maybe)
		} else if content, to, ok := a.outgoing(now); ok {
			n.numberSender(k, maybe)
			n.post(k, to, content)
		}
		if e != nil {
			return e(n, ret)
		}
		return ""
	}
}
