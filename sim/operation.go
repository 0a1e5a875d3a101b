package sim

import (
	"wsasim/model/rules"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// operationKind says what an operation waits to do.
type operationKind uint8

const (
	opSend       operationKind = iota // stream: send when there is room
	opAck                             // stream: sent without buffering, waits for the peer to take it
	opRecv                            // stream: receive
	opDatagram                        // datagram: receive
	opAccept                          // AcceptEx, before the connection
	opAcceptData                      // AcceptEx, waiting for the first data
	opConnect                         // ConnectEx
	opDone                            // has ended; status and n are known
	opNotify                          // waits for something that only closing ends
)

// operation is an overlapped request that has not ended. It stands in the same
// queues as waiting threads, first come first served, and belongs to the socket
// at which its end is reported. Operations are reused: starting one allocates
// nothing.
type operation struct {
	waiter
	kind operationKind
	due  bool // in World.due
	over bool // ended while due: drain frees it

	by             *Thread
	sock           *socket
	stream         *stream    // the connection that sock had at the start; it may lose it
	nextOp, prevOp *operation // in sock.ops; nextOp also links idle ones

	ov      *wsa.Overlapped
	routine wsa.CompletionRoutine
	event   *eventObject
	own     wsa.Overlapped // stands in when the caller gives a routine only

	silent  bool      // hEvent has its low bit set: no packet (observed CP13)
	few     [4][]byte // room for bufs
	bufs    [][]byte
	flags   int32
	done    int // bytes transferred so far
	status  wsa.NTStatus
	outFlag uint32 // flags that a receive reports

	from    []byte
	fromlen *int32
	msg     *wsa.Msg

	acceptor *socket
	accept   acceptBuffer
	// disconnects are the flags of a TransmitFile that waits: what comes after it.
	disconnects uint32
}

// listOfOperations are the operations of a socket in the order of their start.
type listOfOperations struct{ first, last *operation }

func (l *listOfOperations) push(o *operation) {
	o.prevOp, o.nextOp = l.last, nil
	if l.last == nil {
		l.first = o
	} else {
		l.last.nextOp = o
	}
	l.last = o
}

func (l *listOfOperations) remove(o *operation) {
	if o.prevOp == nil {
		l.first = o.nextOp
	} else {
		o.prevOp.nextOp = o.nextOp
	}
	if o.nextOp == nil {
		l.last = o.prevOp
	} else {
		o.nextOp.prevOp = o.prevOp
	}
	o.nextOp, o.prevOp = nil, nil
}

// checkOverlapped prepares an OVERLAPPED for an operation: the event is reset
// and the status says that it runs. One that is in flight is reported; Windows
// does not notice.
func (t *Thread) checkOverlapped(s *socket, ov *wsa.Overlapped) *eventObject {
	if ov == nil {
		return nil
	}
	if ov.Internal == wsa.STATUS_PENDING && t.proc.inFlight(s, ov) != nil {
		t.advise(rules.OVReuse, "the WSAOVERLAPPED is that of an operation in flight: its end can no longer be told")
	}
	ov.Internal = wsa.STATUS_PENDING
	if h := ov.HEvent &^ 1; h != 0 {
		ev, _ := t.proc.handles.entry(uintptr(h)).(*eventObject)
		if ev != nil {
			ev.set = false
		}
		return ev
	}
	if s != nil && s.signal != nil {
		s.signal.set = false
	}
	return nil
}

// inFlight finds the operation of an OVERLAPPED: at the given socket, if there is
// one, or else at any.
func (p *Process) inFlight(s *socket, ov *wsa.Overlapped) *operation {
	if s != nil {
		if o := s.ops.of(ov); o != nil {
			return o
		}
	}
	for _, s := range p.handles.sockets() {
		if o := s.ops.of(ov); o != nil {
			return o
		}
	}
	return nil
}

// of is the operation of an OVERLAPPED, nil for none.
func (l *listOfOperations) of(ov *wsa.Overlapped) *operation {
	for o := l.first; o != nil; o = o.nextOp {
		if o.ov == ov {
			return o
		}
	}
	return nil
}

// begin makes an operation of the socket at which its end is reported.
func (t *Thread) begin(kind operationKind, s *socket, bufs [][]byte, ov *wsa.Overlapped, routine wsa.CompletionRoutine) *operation {
	w := t.world
	o := w.idle
	if o == nil {
		o = new(operation)
		o.op = o
	} else {
		w.idle = o.nextOp
		o.nextOp = nil
	}
	o.kind, o.by, o.sock, o.stream, o.routine = kind, t, s, s.stream, routine
	if ov == nil {
		ov = &o.own
	}
	o.ov = ov
	o.event = t.checkOverlapped(s, ov)
	o.silent = ov.HEvent&1 != 0 // what the caller writes there later does not count
	// The array of buffers is the caller's only until the call returns.
	o.bufs = append(o.few[:0], bufs...)
	s.ops.push(o)
	t.overlappedRef(ov)
	return o
}

// free gives an operation back.
func (w *World) free(o *operation) {
	*o = operation{}
	o.op = o
	o.nextOp = w.idle
	w.idle = o
}

// wakeOperation has an operation looked at before the world is unlocked: at
// once would be in the middle of whatever made it possible.
func (w *World) wakeOperation(o *operation, reason wakeReason) {
	if reason == wokenClosed || reason == wokenEnded {
		o.end(wsa.STATUS_CANCELLED, 0)
		return
	}
	if !o.due {
		o.due = true
		w.due = append(w.due, o)
	}
}

// drain looks at every operation that is due, in order, until none is.
func (w *World) drain() {
	for i := 0; i < len(w.due); i++ {
		o := w.due[i]
		o.due = false
		if o.over {
			w.free(o)
			continue
		}
		o.attempt()
	}
	w.due = w.due[:0]
}

// endSoon has an operation end, with the given result, as soon as the call in
// progress has returned.
func (w *World) endSoon(o *operation, status wsa.NTStatus, n int) {
	o.kind, o.status, o.done = opDone, status, n
	w.wakeOperation(o, wokenReady)
}

// end ends an operation: its result is told in every way that was asked for.
func (o *operation) end(status wsa.NTStatus, n int) {
	w, s := o.sock.world(), o.sock
	if o.queue != nil {
		o.queue.remove(&o.waiter)
	}
	s.ops.remove(o)
	if o.acceptor != nil && o.acceptor.accepting == o {
		o.acceptor.accepting = nil
	}
	if o.ov.Internal != wsa.STATUS_PENDING {
		o.by.adviseLate(rules.OVReuse, "the WSAOVERLAPPED was changed while its operation was in flight")
	}
	o.ov.Internal, o.ov.InternalHigh = uintptr(status), uintptr(n)
	if o.by.tellsEventOnly(s, o.routine) {
		s.signalEnd(o.event)
	} else {
		o.tell(status, n)
	}
	if o.due {
		o.over = true
		return
	}
	w.free(o)
}

// tellsEventOnly reports whether nobody but an event is to be told of the end of
// the thread's operation: the way of every call on a busy connection.
func (t *Thread) tellsEventOnly(s *socket, routine wsa.CompletionRoutine) bool {
	return routine == nil && s.reports == nil && t.world.trace == nil && t.proc.startup != 0
}

// tell tells the end of an operation in every way that was asked for.
func (o *operation) tell(status wsa.NTStatus, n int) {
	w := o.sock.world()
	c := completion{o.by, o.sock, o.ov, o.routine, o.event, status, n, o.outFlag, o.silent, nil}
	if w.trace != nil {
		c.stored = o.stored(status, n)
	}
	if o.ov == &o.own {
		// The routine gets the NULL that was given.
		c.ov, c.private = nil, true
	}
	c.tell(w)
}

// completion is the end of an operation as it is told.
type completion struct {
	by      *Thread
	sock    *socket
	ov      *wsa.Overlapped
	routine wsa.CompletionRoutine
	event   *eventObject
	status  wsa.NTStatus
	n       int
	flags   uint32
	private bool        // nobody outside has the OVERLAPPED
	stored  *wsa.Return // for the trace: what was stored after the call returned
}

// stored is what the trace says of the memory that an operation wrote to.
func (o *operation) stored(status wsa.NTStatus, n int) *wsa.Return {
	r := new(wsa.Return)
	if all := flat(o.bufs); n > 0 && n <= len(all) && (o.kind == opRecv || o.kind == opDatagram || o.kind == opAcceptData) {
		r.Data = all[:n]
	}
	given := status == wsa.STATUS_SUCCESS || status == wsa.STATUS_BUFFER_OVERFLOW
	switch {
	case !given:
	case o.msg != nil:
		r.Control, r.ControlLen, r.MsgFlags = clone(o.msg.Control[:o.msg.ControlLen]), copyOf(&o.msg.ControlLen), copyOf(&o.msg.Flags)
		if o.msg.Name != nil {
			r.Addr = clone(o.msg.Name[:o.msg.Namelen])
		}
	case o.kind == opDatagram && o.from != nil:
		r.Addr = clone(o.from[:*o.fromlen])
	case o.kind == opAccept || o.kind == opAcceptData:
		b := &o.accept
		r.Local = clone(addressPart(b.out[b.data : b.data+b.local]))
		r.Addr = clone(addressPart(b.out[b.data+b.local : b.data+b.local+b.remote]))
	}
	if r.Data == nil && r.Addr == nil && r.MsgFlags == nil {
		return nil
	}
	return r
}

// tell signals the event, queues the routine or the packet. With a routine the
// event is not signalled (observed WR6).
func (c *completion) tell(w *World) {
	if w.trace != nil {
		w.emit(&trace.Record{
			Kind: trace.Completion, Host: c.sock.host().cfg.Name, PID: c.by.proc.pid, TID: c.by.tid,
			Overlapped: w.ids[c.ov], Socket: c.sock.handleIn(c.by.proc), Status: c.status, Transferred: uint32(c.n), Return: c.stored,
		})
	}
	if c.by.proc.startup == 0 {
		return // the last WSACleanup tells nobody (page wsacleanup)
	}
	if c.routine != nil {
		c.by.queueAPC(apc{routine: c.routine, err: c.status.Winsock(), n: uint32(c.n), ov: c.ov, flags: c.flags})
		return
	}
	c.sock.signalEnd(c.event)
	if c.sock.reports != nil && !c.private {
		w.queuePacket(c.sock.reports, packet{c.sock.key, c.ov, c.status, uint32(c.n)})
	}
}

// signalEnd sets what the end of an operation sets: the event it was given, or
// else the socket's own handle.
func (s *socket) signalEnd(ev *eventObject) {
	switch {
	case ev != nil:
		s.world().signal(&ev.waitable)
	case s.modes&wsa.FILE_SKIP_SET_EVENT_ON_HANDLE == 0 && s.signal != nil:
		s.world().signal(s.signal)
	}
}

// completeNow tells the end of an operation that succeeded within its call. A
// packet is queued all the same (observed CP4), unless the socket skips it.
func (t *Thread) completeNow(s *socket, ov *wsa.Overlapped, routine wsa.CompletionRoutine, n int, flags uint32) {
	t.completeWith(s, ov, routine, wsa.STATUS_SUCCESS, n, flags)
}

// completeCut tells the end of a receive whose call fails with WSAEMSGSIZE: the
// status is a warning, which is told like a success (rule OV-CUT).
func (t *Thread) completeCut(s *socket, ov *wsa.Overlapped, routine wsa.CompletionRoutine, n int) {
	t.completeWith(s, ov, routine, wsa.STATUS_BUFFER_OVERFLOW, n, 0)
}

// completeWith tells the end of an operation whose status is known within its call.
func (t *Thread) completeWith(s *socket, ov *wsa.Overlapped, routine wsa.CompletionRoutine, status wsa.NTStatus, n int, flags uint32) {
	if ov != nil && t.tellsEventOnly(s, routine) {
		ev := t.checkOverlapped(s, ov)
		ov.Internal, ov.InternalHigh = uintptr(status), uintptr(n)
		s.signalEnd(ev)
		return
	}
	private := ov == nil
	if private {
		ov = new(wsa.Overlapped)
	}
	ev := t.checkOverlapped(s, ov)
	t.overlappedRef(ov)
	ov.Internal, ov.InternalHigh = uintptr(status), uintptr(n)
	c := completion{t, s, ov, routine, ev, status, n, flags, private || ov.HEvent&1 != 0 || s.modes&wsa.FILE_SKIP_COMPLETION_PORT_ON_SUCCESS != 0, nil}
	if private {
		c.ov = nil
	}
	c.tell(t.world)
}

// attempt tries to finish an operation that may have become possible. An
// opConnect ends through its attempt.
func (o *operation) attempt() {
	switch o.kind {
	case opDone:
		o.end(o.status, o.done)
	case opRecv:
		o.receive()
	case opSend, opAck:
		o.send()
	case opDatagram:
		o.receiveDatagram()
	case opAccept:
		o.takeConnection()
	case opAcceptData:
		o.receive()
	}
}

// broken is the status of an operation on a connection that ended badly.
func brokenStatus(e wsa.Errno) wsa.NTStatus {
	switch e {
	case wsa.WSAECONNRESET:
		return wsa.STATUS_CONNECTION_RESET
	case wsa.WSAETIMEDOUT:
		return wsa.STATUS_IO_TIMEOUT
	case wsa.WSAECONNREFUSED:
		return wsa.STATUS_CONNECTION_REFUSED
	case wsa.WSAENETUNREACH:
		return wsa.STATUS_NETWORK_UNREACHABLE
	case wsa.WSAEHOSTUNREACH:
		return wsa.STATUS_HOST_UNREACHABLE
	}
	return wsa.STATUS_CONNECTION_ABORTED
}

// receive does opRecv and opAcceptData.
func (o *operation) receive() {
	if o.queue == nil || o.queue.head != &o.waiter {
		return // somebody is before it
	}
	c := o.acceptedStream()
	switch {
	case o.flags&wsa.MSG_OOB != 0:
		if b, ok := c.takeUrgent(o.flags&wsa.MSG_PEEK != 0); ok && len(o.bufs) > 0 && len(o.bufs[0]) > 0 {
			o.bufs[0][0] = b
			o.end(wsa.STATUS_SUCCESS, 1)
		}
		return
	case c.readable() > 0:
		o.done += c.readLocked(o.bufs, o.done)
		if o.flags&wsa.MSG_WAITALL != 0 && o.done < total(o.bufs) && !c.finished {
			return
		}
		o.end(wsa.STATUS_SUCCESS, o.done)
		c.moreToRead()
	case c.finished:
		o.end(wsa.STATUS_SUCCESS, o.done)
		c.world().wakeFirst(&c.readers)
	case c.broken != 0:
		e := c.broken
		o.end(brokenStatus(e), 0)
		c.world().wakeFirst(&c.readers)
	}
}

// acceptedStream is the connection that a receive reads from.
func (o *operation) acceptedStream() *stream {
	if o.kind == opAcceptData {
		return o.acceptor.stream
	}
	return o.stream
}

// send does opSend and opAck.
func (o *operation) send() {
	if o.queue == nil || o.queue.head != &o.waiter {
		return
	}
	c := o.stream
	switch {
	case c.broken != 0:
		o.end(brokenStatus(c.broken), 0)
	case c.sendShut && o.kind == opSend:
		o.end(wsa.STATUS_LOCAL_DISCONNECT, 0)
	case o.kind == opAck:
		if c.unread() > minimumWindow {
			return
		}
		o.end(wsa.STATUS_SUCCESS, o.done)
	case !c.hasRoom():
		return
	default:
		n := total(o.bufs)
		if !c.put(o.bufs, n, nil) {
			o.end(brokenStatus(c.broken), 0)
			break
		}
		s, disconnects := o.sock, o.disconnects
		o.end(wsa.STATUS_SUCCESS, n)
		s.disconnectAfter(disconnects)
	}
	c.world().wakeFirst(&c.writers)
}

// receiveDatagram does opDatagram.
func (o *operation) receiveDatagram() {
	if o.queue == nil || o.queue.head != &o.waiter {
		return
	}
	s := o.sock
	d := s.dgram
	if d.queue.empty() {
		return
	}
	n, status := s.giveDatagram(o)
	o.end(status, n)
	s.readAgain()
	if !d.queue.empty() {
		s.world().wakeFirst(&d.readers)
	}
}

// CancelIo implements wsa.OverlappedIO.
func (t *Thread) CancelIo(file wsa.HANDLE) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.CancelIoCall{File: file})
	}
	s, e := t.file(file, rules.CANCELHandle)
	if e == 0 && s != nil {
		t.cancel(s, func(o *operation) bool { return o.by == t })
	}
	return t.finishCall(e)
}

// CancelIoEx implements wsa.OverlappedIO.
func (t *Thread) CancelIoEx(file wsa.HANDLE, ov *wsa.Overlapped) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.CancelIoExCall{File: file, Overlapped: t.overlappedID(ov)})
	}
	s, e := t.file(file, rules.CANCELHandle)
	if e == 0 {
		n := 0
		if s != nil {
			n = t.cancel(s, func(o *operation) bool { return o.by.proc == t.proc && (ov == nil || o.ov == ov) })
		}
		if n == 0 {
			e = t.fail(rules.CANCELNone, wsa.ERROR_NOT_FOUND)
		}
	}
	return t.finishCall(e)
}

// finishCall ends a call that returns nothing but its error.
func (t *Thread) finishCall(e wsa.Errno) error {
	if t.world.trace != nil {
		t.returned(wsa.Return{Err: e})
	}
	return t.done(e)
}

// cancel ends operations of a socket with STATUS_CANCELLED. One that is about
// to end with success keeps its success.
func (t *Thread) cancel(s *socket, which func(*operation) bool) int {
	n := 0
	for o := s.ops.first; o != nil; {
		next := o.nextOp
		if which(o) {
			n++
			if o.kind != opDone {
				o.cancel()
			}
		}
		o = next
	}
	return n
}

// cancel ends one operation. A connection attempt ends with it, and the socket
// of an AcceptEx that has its connection loses it.
func (o *operation) cancel() {
	s := o.sock
	switch o.kind {
	case opConnect:
		if a := s.attempt; a != nil {
			o.end(wsa.STATUS_CANCELLED, 0)
			a.op = nil
			a.finish(rules.CLOSECancel, wsa.WSA_OPERATION_ABORTED)
			return
		}
	case opAcceptData:
		acceptor := o.acceptor
		o.end(wsa.STATUS_CANCELLED, 0)
		acceptor.stream.abort()
		return
	case opAck:
		// What was handed to the transport cannot be taken back.
		o.end(wsa.STATUS_SUCCESS, o.done)
		return
	}
	o.end(wsa.STATUS_CANCELLED, o.done)
}

// abortOperations ends every operation of a socket that is closed.
func (s *socket) abortOperations() {
	for o := s.ops.first; o != nil; {
		next := o.nextOp
		if o.kind == opDone {
			o.end(o.status, o.done)
		} else {
			if o.kind == opAcceptData {
				o.acceptor.stream.abort()
			}
			o.end(wsa.STATUS_CANCELLED, 0)
		}
		o = next
	}
}

// overlappedID numbers an OVERLAPPED in a trace; 0 is NULL. The same structure
// keeps its number.
func (t *Thread) overlappedID(ov *wsa.Overlapped) wsa.OverlappedID {
	if ov == nil {
		return 0
	}
	w := t.world
	if w.ids == nil {
		w.ids = make(map[*wsa.Overlapped]wsa.OverlappedID)
	}
	if w.ids[ov] == 0 {
		w.ids[ov] = wsa.OverlappedID(len(w.ids) + 1)
	}
	return w.ids[ov]
}

// overlappedRef gives an OVERLAPPED its number if there is a trace.
func (t *Thread) overlappedRef(ov *wsa.Overlapped) {
	if t.world.trace != nil {
		t.overlappedID(ov)
	}
}

func eventOf(ov *wsa.Overlapped) wsa.HANDLE {
	if ov == nil {
		return 0
	}
	return ov.HEvent
}
