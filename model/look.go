package model

import (
	"slices"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// What select, WSAPoll and the record of network events may say of a socket, and
// what they must: as far as it is known what was sent, who has connected, and
// how a connection has ended.
//
// A simulated world whose network nobody has touched delivers at once (rule
// NET-PROMPT): only there does the specification know that something has
// arrived. Elsewhere it knows it from what a call has said, until another call
// may have taken it.

// What select may say of a socket, besides the flags of WSAPoll.
const (
	inRead   = 0x1000
	inWrite  = 0x2000
	inExcept = 0x4000

	// anything is all of both.
	anything = inRead | inWrite | inExcept | wsa.POLLRDNORM | wsa.POLLRDBAND | wsa.POLLWRNORM | wsa.POLLERR | wsa.POLLHUP
	// failedConnect is what WSAPoll says of a connect that failed (observed PO16,
	// PO17).
	failedConnect = wsa.POLLERR | wsa.POLLHUP | wsa.POLLWRNORM
)

// view is one way in which a socket may look: with all of must, with some of may,
// and nothing else.
type view struct {
	must, may uint16
	// data are the flags that tell that something can be received or accepted.
	data uint16
	// learn is what follows when the socket looks this way and no other; changes:
	// from the looks alone, not only from data.
	learn   func(*world)
	changes bool
}

// allows reports whether the flags among those asked for look like the view.
func (v *view) allows(got, asked uint16) bool {
	return v.must&asked&^got == 0 && got&^((v.must|v.may)&asked) == 0
}

// add puts flags to those that must be there, may be there, or are not.
func (v *view) add(certain tri, flags uint16) {
	switch certain {
	case yes:
		v.must |= flags
	case maybe:
		v.may |= flags
	}
}

// views gives the ways in which the socket may look.
func (w *world) views(x *socket) []view {
	k := x.place
	switch {
	case !x.internet(), x.unclear, w.inUse(k, x.conn):
		return []view{{may: anything}}
	case x.raw():
		// The pages speak of datagrams; echoes that wait are not followed.
		return []view{{may: inRead | inWrite | wsa.POLLRDNORM | wsa.POLLWRNORM}}
	case x.typ == wsa.SOCK_DGRAM:
		return []view{w.datagramView(x, k)}
	case x.status == connecting:
		return w.attemptViews(x, k)
	case x.status == connected:
		return w.connectedViews(x, k)
	}
	// Fresh, bound or listening: ready for nothing but a connection that waits
	// (observed SL1, SL14, SL15, PO3, PO8).
	v := view{}
	if x.status == listening {
		waits := w.callerWaits(x)
		v.add(waits, inRead|wsa.POLLRDNORM)
		v.data = inRead | wsa.POLLRDNORM
		v.learn = keeps(k)
	}
	x.failure.show(&v, x.status == listening)
	return []view{v}
}

// show adds what a connect that failed looks like. It stays when the socket
// listens (observed SL28).
func (f failure) show(v *view, listens bool) {
	switch {
	case f == failedSilently && listens:
		v.must |= inExcept
		v.may |= failedConnect
	case f == failedSilently:
		v.must |= inExcept | failedConnect
	case f == failedLoudly && !listens:
		v.must |= failedConnect
		v.may |= inExcept
	case f != failedNever:
		v.may |= inExcept | failedConnect
	}
}

// keeps is what follows from something that waits: it is there until a call takes
// it.
func keeps(k uint64) func(*world) {
	return func(w *world) { w.foundUnread(k) }
}

// foundUnread notes that something waits at a socket.
func (w *world) foundUnread(k uint64) {
	x := w.sockets.get(k)
	if x == nil || x.unread {
		return
	}
	w.editSocket(k, func(x *socket) { x.unread = true })
	if x.status == listening {
		w.awaited = addNew(slices.Clip(w.awaited), k)
	}
}

// noteEnd notes that some stream was closed or shut down: an end of stream may
// arrive, and connections that wait to be accepted may be withdrawn.
func (w *world) noteEnd() {
	w.setFlag(&w.finished)
	for _, k := range w.awaited {
		w.editSocket(k, func(x *socket) { x.unread = false })
	}
	w.awaited = nil
	w.stir()
}

// datagramView: datagrams can always be sent (observed UD4, SL22, PO18).
func (w *world) datagramView(x *socket, k uint64) view {
	v := view{data: inRead | wsa.POLLRDNORM, learn: keeps(k)}
	v.add(unless(x.shutSend), inWrite|wsa.POLLWRNORM)
	waits := w.letterWaits(x, k)
	if x.shutRecv {
		waits, v.data = maybe, 0
	}
	v.add(waits, inRead|wsa.POLLRDNORM)
	return v
}

// unless is yes, or maybe when there is a doubt.
func unless(doubt bool) tri {
	if doubt {
		return maybe
	}
	return yes
}

// attemptViews: an attempt to connect goes on, which looks like nothing (observed
// SL24, CO2), or has ended.
func (w *world) attemptViews(x *socket, k uint64) []view {
	out := []view{{}}
	for i, variant := range unfold(w, x) {
		if i == 0 {
			continue
		}
		y := variant.sockets.get(k)
		for _, v := range variant.views(y) {
			v.learn, v.changes = func(n *world) { n.editSocket(k, func(x *socket) { *x = *y }) }, true
			out = append(out, v)
		}
	}
	return out
}

// connectedViews: a connection is well, or it has broken (observed RS4, RS5).
func (w *world) connectedViews(x *socket, k uint64) []view {
	c := w.conns.get(x.conn)
	broken := view{must: inRead | wsa.POLLHUP, may: inWrite | wsa.POLLERR | wsa.POLLWRNORM | wsa.POLLRDNORM}
	if x.wasReset {
		broken = view{must: inRead | inWrite | wsa.POLLERR | wsa.POLLHUP | wsa.POLLWRNORM, may: wsa.POLLRDNORM}
	}
	if x.deadRecv || x.deadSend {
		return []view{broken}
	}
	broken.changes = true
	broken.learn = func(n *world) { n.editSocket(k, func(x *socket) { x.deadRecv, x.deadSend = true, true }) }
	out := []view{w.wellView(x, c, k)}
	if w.mayBreak(x, c) {
		out = append(out, broken)
	}
	return out
}

// wellView: a connection that has not broken (observed SL16, SL17, SL21, PO13).
func (w *world) wellView(x *socket, c *conn, k uint64) view {
	v := view{data: wsa.POLLRDNORM, learn: keeps(k)}
	v.add(w.canSend(x, c), inWrite|wsa.POLLWRNORM)
	bytes, end := w.bytesWait(x, c, k), w.endWaits(x, c)
	v.add(bytes, inRead|wsa.POLLRDNORM)
	v.add(end, inRead|wsa.POLLHUP)
	if x.shutRecv {
		v.may |= inRead | wsa.POLLRDNORM
		v.data = 0
	} else if end == no {
		v.data |= inRead
	}
	if w.urgentPossible(c) {
		v.may |= inExcept | inRead | wsa.POLLRDBAND | wsa.POLLRDNORM
		v.data = 0
	}
	return v
}

// prompt reports whether what was sent to the socket has arrived: nobody has
// touched the network, and no negotiation holds anything up.
func (w *world) prompt(x *socket) bool {
	return w.undisturbed() && !x.sec.on && (x.status != connected || x.typ != wsa.SOCK_STREAM || x.link == linkClear)
}

// undisturbed reports whether the world is a simulated one whose network nobody has
// touched (rule NET-PROMPT).
func (w *world) undisturbed() bool { return w.whole && !w.faulty && !w.forged && !w.policies }

// letterWaits tells whether something waits at a datagram socket.
func (w *world) letterWaits(x *socket, k uint64) tri {
	switch {
	case x.unread:
		return yes
	case x.bound == no:
		return no
	case x.sent && !x.noReset:
		return maybe
	}
	if w.letterPossible(x) {
		return maybe
	}
	return no
}

// letterPossible reports whether a datagram was sent that may wait at the socket.
func (w *world) letterPossible(x *socket) bool {
	if !w.whole || !w.strict(&arrival{x: x}) {
		return true
	}
	for p := range w.postings {
		if w.reachable(x, &p.from, p.to) && w.welcome(x, &p.from, p.nth) {
			return true
		}
	}
	return false
}

// callerWaits tells whether a connection waits to be accepted: more ends have
// connected to the port than were accepted there.
func (w *world) callerWaits(x *socket) tri {
	if x.unread {
		return yes
	}
	if !w.whole || w.forged || w.connsLost || w.strays || !x.portKnown {
		return maybe
	}
	// Of an accepted one whose port is not known it is not known where it was.
	may, sure, taken, perhaps := 0, 0, 0, 0
	for _, c := range w.conns.all {
		switch {
		case c.accepted && c.host == x.host && c.local.Port() == x.local.Port():
			taken++
		case c.accepted && c.host == x.host && c.local.Port() == 0:
			perhaps++
		case !c.accepted && (!c.peer.IsValid() || c.peer.Port() == x.local.Port() && (w.faulty || w.reaches(c.host, c.peer.Addr(), x.host))):
			may++
			if y := w.sockets.get(c.owner); y != nil && y.conn == c.number && y.status == connected && !y.sec.on {
				sure++
			}
		}
	}
	switch {
	case may <= taken:
		return no
	case sure > taken+perhaps && w.prompt(x) && !w.finished && w.onlyListener(x) && !w.othersOn(-1, x.place, accepts):
		return yes
	}
	return maybe
}

// onlyListener reports whether no other socket can have got the connections to the
// listener's port.
func (w *world) onlyListener(x *socket) bool {
	use := w.ports.get(portKey(x.host, x.typ, x.local.Port()))
	return use != nil && len(use.keys) == 1 && !x.v6onlyUnsure()
}

// v6onlyUnsure reports whether it is not known which families reach the socket.
func (x *socket) v6onlyUnsure() bool { return x.family == wsa.AF_INET6 && x.v6only != yes }

func accepts(call wsa.Call) bool {
	switch call.(type) {
	case wsa.AcceptCall, wsa.WSAAcceptCall, wsa.AcceptExCall:
		return true
	}
	return false
}

// canSend tells whether a stream that is well takes what is sent: surely when
// nothing is under way (observed SL16).
func (w *world) canSend(x *socket, c *conn) tri {
	if c == nil || c.torn || x.shutSend || w.othersOn(-1, c.owner, sends) {
		return maybe
	}
	if c.sent == 0 {
		return yes
	}
	if m := w.otherEnd(c); m != nil && !m.blind && m.got == c.sent {
		return yes
	}
	return maybe
}

// bytesWait tells whether bytes wait at a stream.
func (w *world) bytesWait(x *socket, c *conn, k uint64) tri {
	if x.unread {
		return yes
	}
	if !w.traced(c) {
		return maybe
	}
	if !w.mated(c) {
		if w.whole && !w.connsLost && !w.strays {
			return no
		}
		return maybe
	}
	n, known := w.waits(c)
	switch {
	case !known:
		return maybe
	case n == 0:
		return no
	}
	m := w.otherEnd(c)
	if m != nil && m.sent > c.got && w.prompt(x) && !w.othersOn(-1, k, receives) {
		return yes
	}
	return maybe
}

// otherEnd is the other end when it is known for certain: data has told it, or
// there is only one that it can be. In a world that is whole, the end that an
// accepted one belongs to is among those that connected.
func (w *world) otherEnd(c *conn) *conn {
	switch {
	case c == nil:
		return nil
	case c.mate != 0:
		return w.conns.get(c.mate)
	case !w.whole || w.connsLost || w.strays:
		return nil
	case c.accepted:
		return w.onlyMate(c)
	}
	for m := range w.mates(c) {
		if m.accepted && m.owner != 0 && w.onlyMate(m) == c {
			return m
		}
	}
	return nil
}

// onlyMate is the end that may be the other one, nil when there are several, or when
// there is only one that may never have been (see addGhost).
func (w *world) onlyMate(c *conn) *conn {
	var one *conn
	for m := range w.mates(c) {
		if one != nil {
			return nil
		}
		one = m
	}
	if one != nil && one.owner == 0 {
		return nil
	}
	return one
}

// mated reports whether there is an end that may be the other one.
func (w *world) mated(c *conn) bool {
	for range w.mates(c) {
		return true
	}
	return false
}

// endWaits tells whether the other end has ended what it sends.
func (w *world) endWaits(x *socket, c *conn) tri {
	if x.eof {
		return yes
	}
	if !w.traced(c) {
		return maybe
	}
	if !w.mated(c) {
		if w.finished || !w.whole || w.ending() {
			return maybe
		}
		return no
	}
	possible := false
	for m := range w.mates(c) {
		possible = possible || m.torn || w.ended(m)
	}
	m := w.otherEnd(c)
	switch {
	case !possible:
		return no
	case m != nil && w.prompt(x) && (m.shut || !w.alive(m)):
		return yes
	}
	return maybe
}

// urgentPossible reports whether urgent data may have come.
func (w *world) urgentPossible(c *conn) bool {
	if !w.traced(c) {
		return true
	}
	for m := range w.mates(c) {
		if _, unsure := w.beingSent(m); unsure {
			return true
		}
	}
	return false
}

// mayBreak reports whether a connection may have broken: not in a world that is
// whole while the other end is well and takes what it is sent.
func (w *world) mayBreak(x *socket, c *conn) bool {
	if !w.undisturbed() || x.sec.on || x.link != linkClear || c == nil || w.connsLost || x.shutRecv || w.ending() {
		return true
	}
	if w.finished && w.otherEnd(c) == nil {
		return true // the other end may never have been accepted
	}
	for m := range w.mates(c) {
		y := w.sockets.get(m.owner)
		if !w.alive(m) || y.shutRecv || y.sec.on || y.unclear {
			return true
		}
		if p := w.procs.get(uint64(m.pid)); p == nil || p.ending {
			return true
		}
	}
	return false
}

// ending reports whether a call that has not returned may close or reset
// something.
func (w *world) ending() bool {
	for _, f := range w.calls {
		switch f.pending.(type) {
		case wsa.ClosesocketCall, wsa.WSACleanupCall, wsa.ShutdownCall, wsa.WSASendDisconnectCall, wsa.WSARecvDisconnectCall,
			wsa.DisconnectExCall, wsa.TransmitFileCall, wsa.WSAAcceptCall:
			return true
		}
	}
	return false
}

// observes reports whether a call takes nothing that waits at a socket.
func observes(call wsa.Call) bool {
	switch c := call.(type) {
	case wsa.GetsockoptCall, wsa.GetsocknameCall, wsa.GetpeernameCall, wsa.WSAEventSelectCall, wsa.WSAEnumNetworkEventsCall,
		wsa.WSADuplicateSocketCall, wsa.IoctlsocketCall, wsa.WSAQuerySocketSecurityCall:
		return true
	case wsa.WSAIoctlCall:
		return c.Code == wsa.FIONREAD || c.Code == wsa.SIOCATMARK || c.Code == wsa.FIONBIO
	}
	return sends(call)
}

// taking makes it open whether something waits at the socket, after a call that
// may have taken it.
func (v *verdict) taking(call wsa.Call) {
	if v.s == nil || !v.s.unread && !v.s.refused || observes(call) {
		return
	}
	k := v.s.place
	v.also(func(n *world) { n.editSocket(k, func(x *socket) { x.unread, x.refused = false, false }) })
}

// waiting tells whether something surely can be received or accepted at the
// call's socket, so that the call need not wait.
func (v *verdict) waiting() bool {
	k := v.s.place
	switch {
	case v.s.shutRecv || v.s.deadRecv || v.resume, v.s.unclear, v.w.inUse(k, v.s.conn):
		return false
	case v.s.typ == wsa.SOCK_DGRAM:
		return v.s.refused || v.w.letterWaits(v.s, k) == yes
	case v.s.status == listening:
		return v.w.callerWaits(v.s) == yes
	}
	c := v.w.conns.get(v.s.conn)
	return v.s.status == connected && (v.w.bytesWait(v.s, c, k) == yes || v.w.endWaits(v.s, c) == yes)
}

// failure is what a connect that failed has left behind.
type failure uint8

const (
	failedNever    failure = iota
	failedMaybe            // it is not known how
	failedLoudly           // a call that waited has told it
	failedSilently         // no call has told it yet
)

var lookRules = map[uint16]rules.ID{
	inRead: rules.SELECTRead, inWrite: rules.SELECTWrite, inExcept: rules.SELECTExcept,
	wsa.POLLRDNORM: rules.POLLRead, wsa.POLLRDBAND: rules.POLLBand, wsa.POLLWRNORM: rules.POLLWrite,
	wsa.POLLERR: rules.POLLErr, wsa.POLLHUP: rules.POLLHup, wsa.POLLNVAL: rules.POLLNval,
}

// looksWrong is the rule that the first wrong flag breaks: one that the view
// misses or must not have.
func (v *view) looksWrong(got, asked uint16) rules.ID {
	wrong := v.must&asked&^got | got&^((v.must|v.may)&asked)
	for bit := uint16(1); bit != 0; bit <<= 1 {
		if wrong&bit != 0 {
			return lookRules[bit]
		}
	}
	return mismatch
}
