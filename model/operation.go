package model

import (
	"slices"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// Overlapped operations in flight: calls that start one, and what is known of it
// until its end, which a completion record tells (ending.go).
//
// Not modelled: operations in a trace without such records, which only simulated
// worlds have. There everything conforms that depends on the end of one.

// operationKind says what an operation does.
type operationKind uint8

const (
	opSend     operationKind = iota // bytes on a stream
	opPost                          // a datagram
	opReceive                       // bytes of a stream
	opDatagram                      // a datagram
	opAccept                        // AcceptEx
	opConnect                       // ConnectEx
	opDisconnect
	opControl // WSAIoctl
	opSecure  // the secure functions
	opUnclear // on a socket whose state is not known
)

// operation is an overlapped request that has not ended, or whose end, within the
// call that started it, has not been told yet.
type operation struct {
	number   uint64 // in the order of their start
	tid, pid int
	id       wsa.OverlappedID
	on       uint64 // the place of the socket at which its end is reported
	gone     bool   // that socket was closed
	kind     operationKind
	call     wsa.Call
	conn     uint64 // the end of a connection that it sends or receives at
	room     int64  // how many bytes it moves at most
	what     Key    // the digest of its call
	acceptor uint64 // AcceptEx: the place of the accept socket; 0: closed
	abort    bool   // it may end with WSA_OPERATION_ABORTED
	asked    asking // the calls that asked for that
	done     bool   // it has succeeded within its call
	cut      bool   // done, or not started at all: its call failed with WSAEMSGSIZE (rule OV-CUT)
	counted  bool   // and told how many bytes it moved: n
	n        uint32

	// Where its end is reported besides.
	port    uint64 // the place of a completion port, 0 for none
	key     uint64
	unsure  bool // whether a packet is queued is not said
	silent  bool // none is
	routine bool
}

func (o *operation) encode(b []byte) []byte {
	b = put(append(b, 'O', byte(o.kind), flag(o.gone), flag(o.abort), flag(o.done), flag(o.cut), flag(o.counted), flag(o.unsure), flag(o.silent), flag(o.routine)),
		o.number, uint64(o.tid), uint64(o.pid), uint64(o.id), o.on, o.conn, uint64(o.room), o.what[0], o.what[1], o.acceptor,
		uint64(o.n), o.port, o.key)
	b = put(put(b, uint64(len(o.asked))), o.asked...)
	return putString(b, o.call.Op())
}

func (w *world) setOperation(o *operation) { putEntry(&w.key, &w.operations, o.number, o) }

// editOperation changes a copy of an operation.
func (w *world) editOperation(number uint64, edit func(*operation)) {
	o := *w.operations.get(number)
	edit(&o)
	w.setOperation(&o)
}

// editOperations changes copies of those that which picks.
func (w *world) editOperations(which func(*operation) bool, edit func(*operation)) (n int) {
	for _, number := range w.find(which) {
		w.editOperation(number, edit)
		n++
	}
	return n
}

// find gives the numbers of operations in the order of their start.
func (w *world) find(which func(*operation) bool) (list []uint64) {
	if w.operations.n == 0 {
		return nil
	}
	for n, o := range w.operations.all {
		if which(o) {
			list = append(list, n)
		}
	}
	return list
}

func (w *world) dropOperation(o *operation) {
	w.key = w.key.minus(digestOf(o))
	w.operations = w.operations.remove(o.number)
}

// maxOperations bounds how many are followed.
const maxOperations = 2048

// overlappedArgs are the overlapped parameters of a call.
type overlappedArgs struct {
	id      wsa.OverlappedID
	event   wsa.HANDLE
	routine bool
}

func (a overlappedArgs) given() bool { return a.id != 0 || a.routine }

// overlappedOf gives the overlapped parameters of a call that has some.
func overlappedOf(call wsa.Call) (a overlappedArgs) {
	a.event, a.routine = startsOperation(call)
	switch c := call.(type) {
	case wsa.WSASendCall:
		a.id = c.Overlapped
	case wsa.WSASendToCall:
		a.id = c.Overlapped
	case wsa.WSARecvCall:
		a.id = c.Overlapped
	case wsa.WSARecvFromCall:
		a.id = c.Overlapped
	case wsa.WSASendMsgCall:
		a.id = c.Overlapped
	case wsa.WSARecvMsgCall:
		a.id = c.Overlapped
	case wsa.WSAIoctlCall:
		a.id = c.Overlapped
	case wsa.WSASetSocketSecurityCall:
		a.id = c.Overlapped
	case wsa.WSASetSocketPeerTargetNameCall:
		a.id = c.Overlapped
	case wsa.WSADeleteSocketPeerTargetNameCall:
		a.id = c.Overlapped
	case wsa.WSAQuerySocketSecurityCall:
		a.id = c.Overlapped
	case wsa.AcceptExCall:
		a.id = c.Overlapped
	case wsa.ConnectExCall:
		a.id = c.Overlapped
	case wsa.DisconnectExCall:
		a.id = c.Overlapped
	case wsa.TransmitFileCall:
		a.id = c.Overlapped
	}
	return a
}

// operation adds to the outcomes of a call with overlapped parameters that an
// operation was started, or that none was.
func (v *verdict) operation(call wsa.Call) {
	a := overlappedOf(call)
	if !a.given() {
		return
	}
	tid, pid, k, followed := v.tid, v.p.pid, uint64(0), false
	if v.s != nil {
		k, followed = v.s.place, v.s.overlapped
	}
	for i := range v.out {
		o := &v.out[i]
		if o.Kind == Blocks {
			continue
		}
		before := o.effect
		o.effect = func(n *world, ret *wsa.Return) rules.ID {
			if before != nil {
				if broken := before(n, ret); broken != "" {
					return broken
				}
			}
			switch {
			case !followed && ret.Err != wsa.WSA_IO_PENDING:
				// Not overlapped: only the extension functions are all the same.
			case ret.Err == 0 || ret.Err == wsa.WSA_IO_PENDING || ret.Err == wsa.WSAEMSGSIZE && receives(call):
				n.begin(tid, k, call, a, ret)
				return ""
			}
			// What the structure says after a call that has started nothing is
			// observed of some (AX1, CX9, KA5), and not said.
			n.loseResult(pid, a.id)
			return ""
		}
	}
}

// routineAtPort judges an operation whose end is to be told by a routine, at a socket
// whose ends are reported at a port.
func (v *verdict) routineAtPort() {
	if v.s.port != 0 && overlappedOf(v.call).routine {
		v.may(rules.OVRoutinePort)
	}
}

// begin notes that a call has started an operation, which has perhaps ended.
func (w *world) begin(tid int, k uint64, call wsa.Call, a overlappedArgs, ret *wsa.Return) {
	x := w.sockets.get(k)
	cut := ret.Err == wsa.WSAEMSGSIZE
	done, pid := cut || ret.Err == 0, w.threads.get(uint64(tid)).pid
	if x == nil {
		return
	}
	if !w.whole || w.operations.n >= maxOperations {
		w.notFollowed(x, pid, a, done)
		return
	}
	w.numbers++
	o := operation{
		number: w.numbers, tid: tid, pid: pid, id: a.id, on: k, call: call, conn: x.conn, done: done, cut: cut, routine: a.routine,
		port: x.port, key: x.portKey, silent: a.event&1 != 0 || done && x.modes&wsa.FILE_SKIP_COMPLETION_PORT_ON_SUCCESS != 0,
		unsure: a.routine || a.id == 0,
	}
	o.describe(x)
	if done && !cut && ret.Count != nil {
		o.counted, o.n = true, *ret.Count
	}
	if o.kind == opAccept {
		o.acceptor = w.placeOf(pid, uint64(call.(wsa.AcceptExCall).AcceptSocket))
	}
	if !done && o.transfers() {
		w.mixUp(&o)
	}
	w.setOperation(&o)
	w.startResult(pid, a.id)
}

// transfers reports whether the operation is one that leaves its socket in the same
// state.
func (o *operation) transfers() bool {
	return o.kind != opAccept && o.kind != opConnect && o.kind != opDisconnect
}

// mixUp gives up following operations at a socket that have one OVERLAPPED, since
// their ends cannot be told apart (rule OV-REUSE).
func (w *world) mixUp(o *operation) {
	n := w.editOperations(func(x *operation) bool {
		return x.tid == o.tid && x.id == o.id && x.on == o.on && !x.gone && !x.done && x.transfers()
	}, func(x *operation) { x.kind, x.abort = opUnclear, true })
	if n == 0 {
		return
	}
	o.kind, o.abort = opUnclear, true
	w.blind(o.conn)
	w.tear(o.conn)
}

// notFollowed is what starting an operation does whose end cannot be told.
func (w *world) notFollowed(x *socket, pid int, a overlappedArgs, done bool) {
	w.setFlag(&w.operationsLost)
	w.loseResult(pid, a.id)
	w.loosen(x.port)
	if !done && x.conn != 0 {
		w.blind(x.conn)
		w.tear(x.conn)
	}
}

// describe fills in what the operation does.
func (o *operation) describe(x *socket) {
	stream := x.typ == wsa.SOCK_STREAM
	args, err := wsa.MarshalCall(o.call)
	if err != nil {
		panic("model: a call does not encode: " + err.Error())
	}
	o.what = digest(args)
	switch c := o.call.(type) {
	case wsa.WSASendCall, wsa.WSASendToCall, wsa.WSASendMsgCall, wsa.TransmitFileCall:
		o.kind = opPost
		a := sending(c)
		o.room = int64(a.total)
		if stream {
			o.kind = opSend
		}
	case wsa.WSARecvCall, wsa.WSARecvFromCall, wsa.WSARecvMsgCall:
		o.kind, o.room = opDatagram, receiving(c).room
		if stream {
			o.kind = opReceive
		}
	case wsa.AcceptExCall:
		o.kind, o.room = opAccept, int64(c.ReceiveDataLength)
	case wsa.ConnectExCall:
		o.kind, o.room = opConnect, int64(len(c.SendBuffer))
	case wsa.DisconnectExCall:
		o.kind = opDisconnect
	case wsa.WSAIoctlCall:
		o.kind, o.room = opControl, max(int64(c.Out), 0)
	default:
		o.kind = opSecure
	}
	if x.unclear || !x.internet() {
		o.kind, o.abort = opUnclear, true
	}
}

// sent is what an operation on a stream sends; nil when it sends nothing.
func (o *operation) sent() []byte {
	switch c := o.call.(type) {
	case wsa.ConnectExCall:
		return c.SendBuffer
	case wsa.WSASendCall, wsa.WSASendToCall, wsa.TransmitFileCall:
		a := sending(c)
		return a.content()
	}
	return nil
}

// urgent reports whether the operation is about urgent data, which are not
// followed.
func (o *operation) urgent() bool {
	switch c := o.call.(type) {
	case wsa.WSASendCall:
		return c.Flags&wsa.MSG_OOB != 0
	case wsa.WSASendToCall:
		return c.Flags&wsa.MSG_OOB != 0
	case wsa.WSARecvCall:
		return c.Flags != nil && *c.Flags&wsa.MSG_OOB != 0
	case wsa.WSARecvFromCall:
		return c.Flags != nil && *c.Flags&wsa.MSG_OOB != 0
	case wsa.TransmitFileCall:
		return c.File != 0 // what the file holds is not in a trace
	}
	return false
}

// sendsAt and receivesAt pick the operations in flight at an end of a connection. A
// receive of urgent data takes none of the others.
func sendsAt(conn uint64) func(*operation) bool {
	return func(o *operation) bool {
		return o.conn == conn && !o.done && (o.kind == opSend || o.kind == opConnect || o.kind == opUnclear)
	}
}

func receivesAt(conn uint64) func(*operation) bool {
	return func(o *operation) bool {
		return o.conn == conn && !o.done && (o.kind == opReceive && !o.urgent() || o.kind == opUnclear)
	}
}

// operates reports whether an operation that which picks is in flight.
func (w *world) operates(which func(*operation) bool) bool {
	if w.operations.n == 0 {
		return false
	}
	for _, o := range w.operations.all {
		if which(o) {
			return true
		}
	}
	return false
}

// accepting finds the AcceptEx that a socket is the accept socket of.
func (w *world) accepting(k uint64) bool {
	return w.operates(func(o *operation) bool { return o.kind == opAccept && o.acceptor == k && !o.done })
}

// leaving reports whether a DisconnectEx is in flight by which the socket may be
// used again.
func (w *world) leaving(k uint64) bool {
	return w.operates(func(o *operation) bool {
		return o.kind == opDisconnect && o.on == k && !o.gone && !o.done && o.reuses()
	})
}

func (o *operation) reuses() bool {
	c, ok := o.call.(wsa.DisconnectExCall)
	return ok && reuses(c)
}

// reuses reports whether a call asks that its socket may be used again.
func reuses(call wsa.Call) bool {
	switch c := call.(type) {
	case wsa.DisconnectExCall:
		return c.Flags&wsa.TF_REUSE_SOCKET != 0
	case wsa.TransmitFileCall:
		return c.Flags&wsa.TF_REUSE_SOCKET != 0
	}
	return false
}

// socketGone tells the operations that a socket is closed.
func (w *world) socketGone(k uint64) {
	w.cancel(func(o *operation) bool { return o.on == k && !o.gone }, func(o *operation) { o.gone = true })
	w.editOperations(func(o *operation) bool { return o.acceptor == k && k != 0 }, func(o *operation) { o.acceptor, o.abort = 0, true })
}

// asking are the numbers of calls that asked an operation to end: more than one where it
// went on after the first.
type asking []uint64

// meets reports whether one call asked for both ends.
func (a asking) meets(b asking) bool {
	return slices.ContainsFunc(a, func(call uint64) bool { return slices.Contains(b, call) })
}

// cancel asks operations to end, together: their packets may come in any order
// (rule PORT-TOGETHER).
func (w *world) cancel(which func(*operation) bool, edit func(*operation)) {
	w.numbers++
	asked := w.numbers
	w.editOperations(which, func(o *operation) {
		o.abort, o.asked = true, append(slices.Clip(o.asked), asked)
		edit(o)
	})
}

// busy judges a call on a socket that is in an AcceptEx, or in a DisconnectEx by
// which it may be used again, or of which such a call has made one whose state is
// not known. It reports whether that is all there is to say.
func (v *verdict) busy(call wsa.Call) bool {
	if v.s == nil || v.w.operations.n == 0 && !v.s.unclear {
		return false
	}
	k := v.s.place
	accepting := v.w.accepting(k)
	if !accepting && !v.s.unclear && !v.w.leaving(k) {
		return false
	}
	switch c := call.(type) {
	case wsa.ClosesocketCall, wsa.WSADuplicateSocketCall:
		return false
	case wsa.GetsockoptCall, wsa.SetsockoptCall, wsa.IoctlsocketCall:
		if !v.s.unclear {
			return false
		}
	case wsa.ConnectCall, wsa.WSAConnectCall:
		if accepting && !v.s.unclear {
			v.mustAny(rules.CONNPending)
			return true
		}
	case wsa.ConnectExCall:
		if accepting && !v.s.unclear {
			v.must(rules.CONNEXState)
			v.mayAny(rules.CONNEXOverlapped)
			return true
		}
	case wsa.WSAIoctlCall:
		if !v.s.unclear && c.Code != wsa.SIO_SET_SECURITY && c.Code != wsa.SIO_SET_PEER_TARGET_NAME && c.Code != wsa.SIO_DELETE_PEER_TARGET_NAME {
			return false
		}
	}
	v.unclear()
	return true
}

// unclear lets everything conform, and gives up following the socket.
func (v *verdict) unclear() {
	k := v.s.place
	base, pid, call := *v.s, v.p.pid, v.call
	v.add(Outcome{Kind: Unspecified, Rules: refs[rules.ACCEPTEXBusy].ids, Text: "the socket is in an operation that changes its state", effect: func(n *world, ret *wsa.Return) rules.ID {
		if ret.Socket != 0 && ret.Err == 0 {
			x := base
			x.pid, x.unclear = pid, true
			n.adopt(&x, ret.Socket)
		}
		n.muddle(k)
		if reuses(call) && base.conn != 0 {
			n.mayConnect(n.sockets.get(k))
		}
		if ret.Err == 0 {
			n.unclearEvents(k, pid, call)
		}
		return ""
	}})
}

// unclearEvents does what a call about events does all the same.
func (w *world) unclearEvents(k uint64, pid int, call wsa.Call) {
	switch c := call.(type) {
	case wsa.WSAEventSelectCall:
		w.editSocket(k, func(x *socket) { x.selects(sockKey(pid, uint64(c.EventObject)), c.NetworkEvents) })
		w.signal(k)
	case wsa.WSAEnumNetworkEventsCall:
		ev := sockKey(pid, uint64(c.EventObject))
		w.resetEvent(ev)
		w.editEvent(ev, func(x *event) { x.set = maybe })
	}
}

// muddle gives up following a socket.
func (w *world) muddle(k uint64) {
	x := w.sockets.get(k)
	if x == nil || x.unclear {
		return
	}
	w.blind(x.conn)
	w.tear(x.conn)
	w.noteEnd()
	for _, number := range w.find(func(o *operation) bool { return o.kind == opAccept && o.acceptor == k }) {
		o := w.operations.get(number)
		w.mayHaveBeen(o, w.sockets.get(o.on), true)
	}
	if x.conn == 0 {
		w.mayConnect(x)
	}
	w.loseMailOf(x)
	w.editSocket(k, func(x *socket) { x.unclear = true })
	w.editOperations(func(o *operation) bool { return o.on == k }, func(o *operation) { o.kind, o.abort = opUnclear, true })
	w.editOperations(func(o *operation) bool { return o.acceptor == k }, func(o *operation) { o.abort = true })
}

// mayConnect is told of a socket that is not followed and has no connection: a stream
// may come to be either end of connections that are not followed.
func (w *world) mayConnect(x *socket) {
	if x == nil || x.typ != wsa.SOCK_STREAM {
		return
	}
	for _, accepted := range []bool{false, true} {
		w.addGhost(&conn{pid: x.pid, host: x.host, accepted: accepted, explicit: true, torn: true})
	}
}

// loseMailOf gives up following datagrams when a datagram socket is no longer
// followed.
func (w *world) loseMailOf(x *socket) {
	if x.typ == wsa.SOCK_DGRAM {
		w.loseMail()
	}
}

// earlier picks, of the numbers, those below one.
func earlier(list []uint64, number uint64) []uint64 {
	i, _ := slices.BinarySearch(list, number)
	return list[:i]
}

// inUse reports whether operations are in flight at a socket, which may take what
// comes before anybody sees it (observed ER7, EA9), or send.
func (w *world) inUse(k, conn uint64) bool {
	return w.operates(func(o *operation) bool {
		return o.on == k && !o.gone || o.acceptor == k && o.kind == opAccept || o.conn == conn && conn != 0
	})
}
