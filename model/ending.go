package model

import (
	"slices"

	"wsasim/model/rules"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// The ends of overlapped operations, which completion records tell: what may end
// when, how, and with what.

// candidates are the operations that a completion record may be the end of: those
// that the thread started with the OVERLAPPED, at that socket if it is known.
func (w *world) candidates(r *trace.Record) []uint64 {
	all := w.find(func(o *operation) bool { return o.tid == r.TID && o.id == r.Overlapped })
	here := w.find(func(o *operation) bool {
		return o.tid == r.TID && o.id == r.Overlapped && r.Socket != 0 && o.on == w.placeOf(o.pid, uint64(r.Socket))
	})
	if len(here) > 0 {
		all = here
	}
	// Those that have succeeded within a call first: theirs is told at once.
	slices.SortStableFunc(all, func(a, b uint64) int {
		return int(flag(!w.operations.get(a).done)) - int(flag(!w.operations.get(b).done))
	})
	return all
}

// complete judges the end of an operation: the states after it, the rules behind
// it, and those that it breaks when there are none.
func (s State) complete(r *trace.Record) (next []State, ids, broken []rules.ID) {
	w := s.world()
	list := w.candidates(r)
	if len(list) == 0 && !w.operationsLost && !w.mayHaveStarted(r) {
		return nil, nil, []rules.ID{rules.OVEnds}
	}
	for _, number := range list {
		n := w.edit()
		o := n.operations.get(number)
		id := n.end(o, r)
		if id != "" {
			broken = addNew(broken, id)
			continue
		}
		n.conclude(o, r)
		next, ids = append(next, State{n}), addNew(ids, o.explains(r)...)
		if o.kind == opUnclear {
			break // the others are like it
		}
	}
	if len(next) == 0 && (w.operationsLost || len(list) == 0) {
		n := w.edit()
		n.loosenAll()
		next = []State{{n}}
	}
	return next, ids, broken
}

// mayHaveStarted reports whether the thread is in a call that may have started
// the operation.
func (w *world) mayHaveStarted(r *trace.Record) bool {
	for t, f := range w.calls {
		if a := overlappedOf(f.pending); t.tid == r.TID && a.given() && a.id == r.Overlapped {
			return true
		}
	}
	return false
}

// explains names the rules behind an end that conforms.
func (o *operation) explains(r *trace.Record) []rules.ID {
	switch {
	case o.cut:
		return []rules.ID{rules.OVEnds, rules.OVCut}
	case r.Status == wsa.STATUS_CANCELLED:
		return []rules.ID{rules.OVEnds, rules.OVAborted}
	case r.Status == wsa.STATUS_BUFFER_TOO_SMALL && o.kind == opAccept:
		return []rules.ID{rules.OVEnds, rules.ACCEPTEXLocal}
	case r.Status.Failed():
		return []rules.ID{rules.OVEnds, rules.OVStatus}
	case o.done:
		return []rules.ID{rules.OVEnds, rules.OVTold}
	case o.kind == opReceive:
		return []rules.ID{rules.OVEnds, rules.OVBytes, rules.OVOrder}
	case o.kind == opAccept:
		return []rules.ID{rules.OVEnds, rules.ACCEPTEXOk}
	case o.kind == opConnect:
		return []rules.ID{rules.OVEnds, rules.CONNEXOk}
	}
	return []rules.ID{rules.OVEnds, rules.OVBytes}
}

// end judges how an operation ended, and does what that does.
func (w *world) end(o *operation, r *trace.Record) rules.ID {
	if o.done {
		return o.endAtOnce(r)
	}
	if r.Status == wsa.STATUS_CANCELLED && !o.abort {
		return rules.OVAborted
	}
	switch o.kind {
	case opSend:
		return w.endSend(o, r)
	case opPost:
		return o.whole(r)
	case opReceive:
		return w.endReceive(o, r)
	case opDatagram:
		return w.endDatagram(o, r)
	case opAccept:
		return w.endAccept(o, r)
	case opConnect:
		return w.endConnect(o, r)
	case opDisconnect:
		return w.endDisconnect(o, r)
	case opControl:
		return o.endControl(r)
	}
	return ""
}

// endAtOnce judges what is told of an operation that succeeded within its call.
func (o *operation) endAtOnce(r *trace.Record) rules.ID {
	switch {
	case o.cut && (r.Status != wsa.STATUS_BUFFER_OVERFLOW || int64(r.Transferred) > o.room):
		return rules.OVCut
	case r.Status.Failed() && !o.cut:
		return rules.OVTold
	case o.counted && o.kind <= opDatagram && r.Transferred != o.n:
		return rules.OVBytes
	}
	return ""
}

// transportFailed reports whether a status is one of those with which the
// transport ends what is done on a connection.
func transportFailed(s wsa.NTStatus) bool {
	switch s {
	case wsa.STATUS_CONNECTION_RESET, wsa.STATUS_CONNECTION_ABORTED, wsa.STATUS_LOCAL_DISCONNECT, wsa.STATUS_REMOTE_DISCONNECT,
		wsa.STATUS_LINK_FAILED, wsa.STATUS_CONNECTION_DISCONNECTED, wsa.STATUS_TRANSACTION_ABORTED, wsa.STATUS_IO_TIMEOUT,
		wsa.STATUS_INVALID_CONNECTION, wsa.STATUS_GRACEFUL_DISCONNECT, wsa.STATUS_NETWORK_UNREACHABLE, wsa.STATUS_HOST_UNREACHABLE,
		wsa.STATUS_PROTOCOL_UNREACHABLE, wsa.STATUS_INSUFFICIENT_RESOURCES, wsa.STATUS_NETWORK_BUSY, wsa.STATUS_HOST_DOWN,
		wsa.STATUS_REQUEST_ABORTED:
		return true
	}
	return false
}

// failing judges a failure on a connection, and reports whether there is one.
func failing(r *trace.Record) (failed bool, broken rules.ID) {
	switch {
	case !r.Status.Failed():
		return false, ""
	case r.Status == wsa.STATUS_CANCELLED:
		return true, ""
	case !transportFailed(r.Status):
		return true, rules.OVStatus
	}
	return true, ""
}

// fell notes that a connection has ended, at the socket that is still there.
func (w *world) fell(o *operation, send, recv bool) {
	if x := w.sockets.get(o.on); !o.gone && x != nil && x.conn == o.conn && x.status == connected {
		w.editSocket(o.on, func(x *socket) { x.deadSend, x.deadRecv = x.deadSend || send, x.deadRecv || recv })
	}
}

func (w *world) endSend(o *operation, r *trace.Record) rules.ID {
	failed, broken := failing(r)
	if broken != "" {
		return broken
	}
	if failed {
		w.tear(o.conn)
		if r.Status != wsa.STATUS_CANCELLED && r.Status != wsa.STATUS_LOCAL_DISCONNECT {
			w.fell(o, true, false)
		}
		return ""
	}
	return w.allSent(o, r)
}

// allSent judges the count of a send that succeeded, and notes what was sent.
func (w *world) allSent(o *operation, r *trace.Record) rules.ID {
	low := o.room
	if x := w.sockets.get(o.on); o.gone || x == nil || x.nonblocking != no && o.kind == opSend {
		low = min(low, 1)
	}
	file := o.urgent() && o.kind == opSend // of a file's length the trace tells nothing
	if n := int64(r.Transferred); !file && (n < low || n > o.room) {
		return rules.OVBytes
	}
	if o.urgent() || len(earlier(w.find(sendsAt(o.conn)), o.number)) > 0 {
		w.tear(o.conn)
		return ""
	}
	w.sentBytes(o.conn, o.sent()[:r.Transferred])
	return ""
}

// whole judges the end of an operation that moves all or nothing.
func (o *operation) whole(r *trace.Record) rules.ID {
	if !r.Status.Failed() && int64(r.Transferred) != o.room {
		return rules.OVBytes
	}
	return ""
}

// data is what an operation has stored, as far as the record holds it.
func stored(r *trace.Record) *wsa.Return {
	if r.Return != nil {
		return r.Return
	}
	return &wsa.Return{}
}

func (w *world) endReceive(o *operation, r *trace.Record) rules.ID {
	failed, broken := failing(r)
	if broken != "" {
		return broken
	}
	if failed && r.Status != wsa.STATUS_CANCELLED {
		reset := r.Status == wsa.STATUS_CONNECTION_RESET
		w.fell(o, reset, true)
	}
	if int64(r.Transferred) > o.room {
		return rules.OVBytes
	}
	c := w.conns.get(o.conn)
	switch {
	case c == nil:
		return ""
	case r.Transferred == 0:
		if failed || o.room == 0 || o.urgent() {
			return ""
		}
		return w.endOfData(o, c)
	case o.urgent():
		w.blind(c.number)
		return ""
	}
	return w.filled(o, c, stored(r).Data, int(r.Transferred))
}

// endOfData judges the end of a stream at a receive.
func (w *world) endOfData(o *operation, c *conn) rules.ID {
	if !w.traced(c) || w.othersOn(0, c.owner, receives) || len(earlier(w.find(receivesAt(c.number)), o.number)) > 0 {
		return ""
	}
	mate, broken := w.judgeEnd(c)
	if broken == "" {
		w.took(c, 0, mate)
	}
	return broken
}

// filled judges n bytes of a stream that an operation has got. They are the next
// ones, unless other receives were started before; then some for these come
// first.
func (w *world) filled(o *operation, c *conn, data []byte, n int) rules.ID {
	if len(data) != n || !w.traced(c) || w.othersOn(0, c.owner, receives) {
		w.blind(c.number)
		return ""
	}
	before := earlier(w.find(receivesAt(c.number)), o.number)
	if len(before) == 0 {
		mate, broken := w.judgeBytes(c, data)
		if broken == "" {
			w.took(c, n, mate)
		}
		return broken
	}
	room := int64(0)
	for _, b := range before {
		room += w.operations.get(b).room
	}
	if !w.givesLater(c, data, room) {
		return rules.OVOrder
	}
	w.blind(c.number)
	return ""
}

// givesLater reports whether the bytes may be those behind the next ones, of which
// there are at most room, and at least one if there is any room.
func (w *world) givesLater(c *conn, data []byte, room int64) bool {
	for m := range w.mates(c) {
		next, unsure := w.beingSent(m)
		if unsure {
			return true
		}
		for k := min(room, 1); k <= room; k++ {
			at := c.got + uint64(k)
			if at+uint64(len(data)) > m.sent+uint64(len(next)) {
				break
			}
			if w.gives(m, at, data) != matchNot {
				return true
			}
		}
	}
	return false
}

func (w *world) endDatagram(o *operation, r *trace.Record) rules.ID {
	x, ret := w.sockets.get(o.on), stored(r)
	if int64(r.Transferred) > o.room {
		return rules.OVBytes
	}
	switch {
	case o.gone || x == nil:
		return ""
	case r.Status == wsa.STATUS_CANCELLED:
		return ""
	case r.Status == wsa.STATUS_PORT_UNREACHABLE:
		if !x.sent || x.noReset {
			return rules.RECVUnreached
		}
		return ""
	case r.Status.Failed() && r.Status != wsa.STATUS_BUFFER_OVERFLOW:
		if !transportFailed(r.Status) {
			return rules.OVStatus
		}
		return ""
	}
	a := receiving(o.call)
	got := &arrival{x: x, size: int(r.Transferred), data: ret.Data}
	if a.addressed && a.from != wsa.NULL {
		from, err := wsa.ParseSockaddr(ret.Addr)
		if err != nil || wsa.SockaddrFamily(ret.Addr) != x.family {
			return rules.RECVFrom
		}
		got.from, got.named = from, true
	}
	if broken := w.endMessage(o, r, x, got, a); broken != "" {
		return broken
	}
	return w.heard(o.on, got)
}

// endMessage judges the content of a datagram, and its control messages.
func (w *world) endMessage(o *operation, r *trace.Record, x *socket, got *arrival, a recvArgs) rules.ID {
	cut := r.Status == wsa.STATUS_BUFFER_OVERFLOW
	if _, ok := o.call.(wsa.WSARecvMsgCall); ok {
		ret := stored(r)
		if broken := judgeMessage(w, x, ret, cut, got); broken != "" {
			return broken
		}
		cut = cut && ret.MsgFlags != nil && *ret.MsgFlags&wsa.MSG_TRUNC != 0
	}
	switch {
	case cut:
		got.size = int(a.room)
		return w.judgeCut(got)
	case a.room > 0 && a.flags&wsa.MSG_PARTIAL == 0:
		return w.judgeArrival(got)
	}
	return ""
}

func (o *operation) endControl(r *trace.Record) rules.ID {
	c := o.call.(wsa.WSAIoctlCall)
	_, known := wsa.ConstantName(wsa.KindIoctl, int64(c.Code))
	switch {
	case !known && !r.Status.Failed():
		return rules.OVStatus // it is a code that nobody knows (UI3)
	case int64(r.Transferred) > o.room:
		return rules.OVBytes
	}
	return ""
}

// conclude is what every end does: the structure says it, and a packet is queued.
func (w *world) conclude(o *operation, r *trace.Record) {
	w.dropOperation(o)
	if x := w.sockets.get(o.on); !o.gone && x != nil && x.unread {
		w.editSocket(o.on, func(x *socket) { x.unread = false }) // it may have taken what waited
	}
	w.endResult(o.pid, o.id, r.Status, r.Transferred)
	if p := w.procs.get(uint64(o.pid)); p == nil || p.startups == 0 {
		o = ptrTo(*o)
		o.unsure = true
	}
	if o.port == 0 || o.silent {
		return
	}
	p := packet{key: o.key, id: o.id, status: r.Status, n: r.Transferred, unsure: o.unsure}
	if r.Status == wsa.STATUS_CANCELLED {
		p.asked = o.asked
	}
	w.queue(o.port, p)
}

func ptrTo[T any](v T) *T { return &v }

// concluded is the state in which checking goes on after an operation has ended
// wrongly, with the call that started it; nil when there is none.
func (s State) concluded(r *trace.Record) (wsa.Call, State) {
	w := s.world()
	list := w.candidates(r)
	if len(list) == 0 {
		return nil, s
	}
	n := w.edit()
	o := n.operations.get(list[0])
	n.blind(o.conn)
	n.tear(o.conn)
	n.conclude(o, r)
	return o.call, State{n}
}

// untold picks the operations of a thread that have ended within their call and
// were not told, by whether their calls have failed.
func untold(tid int, cut bool) func(*operation) bool {
	return func(o *operation) bool { return o.tid == tid && o.done && o.cut == cut }
}

// forgetCut is the state after calls whose receives were cut and not told: it is
// open whether there is a packet, and what the structure says (rule OV-CUT).
func (s State) forgetCut(tid int) State {
	n := s.world().edit()
	for _, number := range n.find(untold(tid, true)) {
		o := ptrTo(*n.operations.get(number))
		o.unsure = true
		n.conclude(o, &trace.Record{Status: wsa.STATUS_BUFFER_OVERFLOW, Transferred: uint32(o.room)})
		n.loseResult(o.pid, o.id)
	}
	return State{n}
}

// tellAll is the state in which the ends of a thread's operations that have
// succeeded at once have been told.
func (s State) tellAll(tid int) State {
	n := s.world().edit()
	for _, number := range n.find(untold(tid, false)) {
		o := n.operations.get(number)
		n.conclude(o, &trace.Record{Transferred: o.n})
	}
	return State{n}
}
