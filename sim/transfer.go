package sim

import (
	"fmt"
	"time"

	"wsasim/model/rules"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// NotSimulatedError is what a call returns that asks for something Windows can
// do and the simulator cannot. It is not a Winsock error, so that no test
// mistakes it for one.
type NotSimulatedError struct{ What string }

func (e *NotSimulatedError) Error() string { return "sim: not simulated: " + e.What }

// notSimulated ends the call with a NotSimulatedError.
func (t *Thread) notSimulated(what string) wsa.Errno {
	t.failure = &NotSimulatedError{what}
	return wsa.WSAEOPNOTSUPP
}

const (
	sendFlags = wsa.MSG_DONTROUTE | wsa.MSG_OOB | wsa.MSG_PARTIAL
	recvFlags = wsa.MSG_PEEK | wsa.MSG_OOB | wsa.MSG_WAITALL | wsa.MSG_PARTIAL | wsa.MSG_PUSH_IMMEDIATE
)

// total is the number of bytes in a list of buffers.
func total(bufs [][]byte) int {
	n := 0
	for _, b := range bufs {
		n += len(b)
	}
	return n
}

// deadline turns a time-out option into a point of world time; 0 is never.
func (t *Thread) deadline(s *socket, o option) time.Duration {
	if v := s.opts.get(o); v != 0 && v != infinite {
		return t.world.clock.read() + ms(v)
	}
	return 0
}

// waitUntil is wait with a deadline (0: none), by which the call fails with
// WSAETIMEDOUT.
func (t *Thread) waitUntil(q *waitQueue, what string, s *socket, until time.Duration, timeout rules.ID) wsa.Errno {
	if until != 0 {
		w := t.world
		if until <= w.clock.read() {
			return t.fail(timeout, wsa.WSAETIMEDOUT)
		}
		t.waiter.timeout = w.clock.at(until, classTimeout, func() {
			t.waiter.timeout = nil
			w.wake(&t.waiter, wokenTimeout)
		})
	}
	return t.wait(q, what, s, timeout)
}

// send does all functions that send. n is the number of bytes taken.
func (t *Thread) send(s *socket, bufs [][]byte, flags int32, to []byte, what string) (n int, e wsa.Errno) {
	if !s.inet() {
		return 0, t.notSimulated(fmt.Sprintf("%s on a socket of family %d and type %d", what, s.family, s.typ))
	}
	if s.typ != wsa.SOCK_STREAM {
		return t.sendDatagram(s, bufs, flags, to)
	}
	if flags&^sendFlags != 0 {
		return 0, t.fail(rules.SENDFlags, wsa.WSAEINVAL)
	}
	if s.stream == nil {
		return 0, t.fail(rules.SENDNotconn, wsa.WSAENOTCONN)
	}
	if e := t.sendError(s.stream); e != 0 {
		return 0, e
	}
	if flags&wsa.MSG_OOB != 0 {
		if n := s.stream.sendUrgent(bufs); n > 0 || total(bufs) == 0 {
			return n, 0
		}
		return 0, t.sendError(s.stream)
	}
	return t.sendStream(s, bufs, what)
}

// large is the number of bytes from which copying is done without the world's
// lock, so that reader and writer copy at the same time.
const large = 8 << 10

func (t *Thread) sendStream(s *socket, bufs [][]byte, what string) (int, wsa.Errno) {
	n := total(bufs)
	if n == 0 {
		return 0, 0
	}
	c := s.stream
	if !c.hasRoom() {
		if s.nonblocking {
			s.wantsWrite = true
			return 0, t.fail(rules.SENDWouldblock, wsa.WSAEWOULDBLOCK)
		}
		if e := t.waitForRoom(s, c, what); e != 0 {
			return 0, e
		}
	}
	filled := t.fillUnlocked(c, bufs, n)
	if filled != nil {
		if e := t.stillOpen(s, c); e != 0 {
			filled.release()
			return 0, e
		}
	}
	if !c.put(bufs, n, filled) {
		return 0, t.sendError(c)
	}
	return n, 0
}

// fillUnlocked copies what a large send is to send, without the world's lock,
// during which everything may change; nil when it is to be copied with it.
func (t *Thread) fillUnlocked(c *stream, bufs [][]byte, n int) *chunk {
	if n < large || c.peer.readers.head != nil {
		return nil
	}
	t.world.mu.Unlock()
	filled := fill(bufs, n)
	t.world.mu.Lock()
	return filled
}

// put sends everything in bufs, n bytes, of which filled is a copy if it is not
// nil. It is false when the connection broke instead.
func (s *stream) put(bufs [][]byte, n int, filled *chunk) bool {
	p := s.sending("PSH ACK", bufs, n)
	if s.broken != 0 {
		if filled != nil {
			filled.release()
		}
		return false
	}
	s.seq += uint64(n)
	s.active()
	if !s.atOnce() {
		s.putLater(bufs, n, filled, p)
		return true
	}
	if p != nil {
		s.left(&segment{packet: p}, true, "")
	}
	to := s.peer
	switch {
	case filled != nil:
		to.in.push(filled)
	case to.readers.head != nil && to.takeDirectly(bufs, n):
		return true
	default:
		for _, b := range bufs {
			to.in.write(b)
		}
	}
	to.arriveData(n)
	if s.sock != nil {
		s.sock.touch()
	}
	return true
}

// putLater is put on a connection whose data does not arrive at once. Where hooks
// may change it, it travels with its segment; otherwise it is in the receiver's
// queue already.
func (s *stream) putLater(bufs [][]byte, n int, filled *chunk, p *trace.Packet) {
	g := segment{n: n, packet: p}
	switch {
	case len(s.world().hooks) > 0 || s.out.carrying > 0:
		if filled != nil {
			filled.release()
		}
		s.out.carrying += n
		g.data = flat(bufs)
	case filled != nil:
		s.peer.in.push(filled)
	default:
		for _, b := range bufs {
			s.peer.in.write(b)
		}
	}
	s.transmit(&g)
	if s.sock != nil {
		s.sock.touch()
	}
}

// stillOpen looks at a connection again after the world was unlocked during a
// call.
func (t *Thread) stillOpen(s *socket, c *stream) wsa.Errno {
	if s.closed {
		return t.fail(rules.CLOSECancel, wsa.WSAEINTR)
	}
	return t.sendError(c)
}

// waitForRoom waits until a send is taken.
func (t *Thread) waitForRoom(s *socket, c *stream, what string) wsa.Errno {
	until := t.deadline(s, optSndTimeo)
	for !c.hasRoom() {
		if e := t.waitUntil(&c.writers, what, s, until, rules.SENDTimedout); e != 0 {
			return e
		}
		if e := t.sendError(c); e != 0 {
			return e
		}
	}
	return 0
}

// takeDirectly copies all of bufs into the buffers of the thread or operation
// that is the first to wait for something to read, if nothing is before it.
func (s *stream) takeDirectly(bufs [][]byte, n int) bool {
	x := s.readers.head
	if s.in.n > 0 || s.broken != 0 {
		return false
	}
	if x.op != nil {
		return s.takeByOperation(x.op, bufs, n)
	}
	if len(x.t.direct) != 1 || len(x.t.direct[0]) < n || s.recvShut {
		return false
	}
	at := x.t.direct[0]
	for _, b := range bufs {
		at = at[copy(at, b):]
	}
	x.t.direct, x.t.directly = nil, n
	s.ack += uint64(n)
	s.world().wake(x, wokenReady)
	return true
}

// recv does all functions that receive. n is the number of bytes stored; from
// and fromlen are for datagrams.
func (t *Thread) recv(s *socket, bufs [][]byte, flags int32, from []byte, fromlen *int32, what string) (n int, e wsa.Errno) {
	if !s.inet() {
		return 0, t.notSimulated(fmt.Sprintf("%s on a socket of family %d and type %d", what, s.family, s.typ))
	}
	if flags&^recvFlags != 0 {
		return 0, t.fail(rules.RECVFlags, wsa.WSAEOPNOTSUPP)
	}
	if flags&wsa.MSG_WAITALL != 0 && (s.typ != wsa.SOCK_STREAM || s.nonblocking || flags&(wsa.MSG_OOB|wsa.MSG_PEEK|wsa.MSG_PARTIAL) != 0) {
		return 0, t.fail(rules.RECVWaitall, wsa.WSAEOPNOTSUPP)
	}
	if s.typ != wsa.SOCK_STREAM {
		return t.recvDatagram(s, bufs, flags, from, fromlen, what)
	}
	return t.recvStream(s, bufs, flags, what)
}

// takePatience reports whether the call that is being made waits in nonblocking
// mode as well. It says so once: what an APC calls meanwhile is another call.
func (t *Thread) takePatience() bool {
	patient := t.patient
	t.patient = false
	return patient
}

// recvError is why nothing can be received on a stream socket, 0 if it can.
func (t *Thread) recvError(s *socket) wsa.Errno {
	c := s.stream
	switch {
	case c == nil:
		return t.fail(rules.RECVNotconn, wsa.WSAENOTCONN)
	case c.recvShut:
		return t.fail(rules.RECVShutdown, wsa.WSAESHUTDOWN)
	case c.broken == wsa.WSAECONNRESET:
		return t.fail(rules.RECVReset, wsa.WSAECONNRESET)
	case c.broken != 0:
		return t.fail(rules.RECVAborted, c.broken)
	}
	return 0
}

func (t *Thread) recvStream(s *socket, bufs [][]byte, flags int32, what string) (int, wsa.Errno) {
	if e := t.recvError(s); e != 0 {
		return 0, e
	}
	c := s.stream
	if flags&wsa.MSG_OOB != 0 {
		return t.recvUrgent(s, bufs, flags)
	}
	want := total(bufs)
	if want == 0 {
		// Observed EM1 and EM3: it fails, unless there is something to read.
		if c.readable() > 0 || c.finished {
			return 0, 0
		}
		return 0, t.fail(rules.RECVZerolen, wsa.WSAEINVAL)
	}
	got := 0
	patient := t.takePatience()
	until := time.Duration(-1)
	for {
		if c.arrived == 0 && c.inlineUrgent() > 0 && got == 0 {
			return c.readUrgent(bufs, flags&wsa.MSG_PEEK != 0), 0
		}
		if c.arrived > 0 {
			if flags&wsa.MSG_PEEK != 0 {
				return c.peek(bufs), 0
			}
			got += t.read(c, bufs, got)
			if flags&wsa.MSG_WAITALL == 0 || got == want {
				return got, 0
			}
			if s.closed {
				return 0, t.fail(rules.CLOSECancel, wsa.WSAEINTR)
			}
		}
		switch {
		case c.finished && c.arrived == 0:
			return got, 0
		case s.nonblocking && !patient:
			return 0, t.fail(rules.RECVWouldblock, wsa.WSAEWOULDBLOCK)
		}
		if until < 0 {
			until = t.deadline(s, optRcvTimeo)
		}
		if flags == 0 {
			t.direct = bufs
		}
		e := t.waitUntil(&c.readers, what, s, until, rules.RECVTimeo)
		t.direct = nil
		if n := t.directly; n > 0 {
			t.directly = 0
			return n, 0
		}
		if e != 0 {
			return 0, e
		}
		if e := t.recvError(s); e != 0 {
			return 0, e
		}
	}
}

// peek copies what has arrived into the buffers and leaves it there.
func (s *stream) peek(bufs [][]byte) int {
	n := 0
	for _, b := range bufs {
		k := min(len(b), s.arrived-n)
		s.in.peek(b[:k], n)
		n += k
	}
	return n
}

// read moves what has arrived into the buffers, of which the first bytes are
// skipped. Large chunks are copied without the lock.
func (t *Thread) read(s *stream, bufs [][]byte, skip int) int {
	n := 0
	for _, b := range bufs {
		if skip >= len(b) {
			skip -= len(b)
			continue
		}
		b = b[skip:]
		skip = 0
		for len(b) > 0 && s.arrived > 0 {
			room := min(len(b), s.arrived)
			if c, k := s.in.detach(large, room); c != nil {
				s.arrived -= k
				s.tellReaders()
				s.consumed()
				t.world.unlock()
				c.copyOut(b)
				t.world.lock()
				return n + k
			}
			if h := s.in.head; n > 0 && h.len() >= large && h.len() <= len(b) {
				break
			}
			s.in.peek(b[:room], 0)
			s.in.drop(room)
			s.arrived -= room
			b = b[room:]
			n += room
		}
	}
	s.tellReaders()
	s.consumed()
	return n
}

// tellReaders lets the next waiting reader have what is left.
func (s *stream) tellReaders() {
	if k := s.sock; s.arrived == 0 && len(s.urgent) == 0 {
		if k != nil {
			k.recorded &^= wsa.FD_READ
			k.touch()
		}
		return
	}
	s.sock.readAgain()
	if s.readable() > 0 {
		s.world().wakeFirst(&s.readers)
	}
}

// Send implements wsa.Transfer.
func (t *Thread) Send(s wsa.SOCKET, buf []byte, flags int32) (int, error) {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.SendCall{S: s, Buf: clone(buf), Flags: flags})
	}
	n := 0
	sock, e := t.open(s)
	if e == 0 {
		t.one[0] = buf
		n, e = t.send(sock, t.one[:], flags, nil, "send")
	}
	if w.trace != nil {
		t.returned(wsa.Return{Err: e, N: int64(n)})
	}
	return n, t.done(e)
}

// Sendto implements wsa.Transfer.
func (t *Thread) Sendto(s wsa.SOCKET, buf []byte, flags int32, to []byte) (int, error) {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.SendtoCall{S: s, Buf: clone(buf), Flags: flags, To: clone(to)})
	}
	n := 0
	sock, e := t.open(s)
	if e == 0 {
		t.one[0] = buf
		n, e = t.send(sock, t.one[:], flags, to, "sendto")
	}
	if w.trace != nil {
		t.returned(wsa.Return{Err: e, N: int64(n)})
	}
	return n, t.done(e)
}

// Recv implements wsa.Transfer.
func (t *Thread) Recv(s wsa.SOCKET, buf []byte, flags int32) (int, error) {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.RecvCall{S: s, Buf: roomOf(buf), Flags: flags})
	}
	n := 0
	sock, e := t.open(s)
	if e == 0 {
		t.one[0] = buf
		n, e = t.recv(sock, t.one[:], flags, nil, nil, "recv")
	}
	if w.trace != nil {
		t.returned(received(n, e, [][]byte{buf}).Return)
	}
	return n, t.done(e)
}

// Recvfrom implements wsa.Transfer.
func (t *Thread) Recvfrom(s wsa.SOCKET, buf []byte, flags int32, from []byte, fromlen *int32) (int, error) {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.RecvfromCall{S: s, Buf: roomOf(buf), Flags: flags, From: roomOf(from), Fromlen: copyOf(fromlen)})
	}
	n := 0
	sock, e := t.open(s)
	if e == 0 {
		t.one[0] = buf
		n, e = t.recv(sock, t.one[:], flags, from, fromlen, "recvfrom")
	}
	if w.trace != nil {
		ret := received(n, e, [][]byte{buf})
		ret.source(sock, e, from, fromlen)
		t.returned(ret.Return)
	}
	return n, t.done(e)
}

// receipt is a Return of a receiving function.
type receipt struct{ wsa.Return }

func (r *receipt) source(s *socket, e wsa.Errno, from []byte, fromlen *int32) {
	r.Len = lengthOf(fromlen)
	if s != nil && s.typ != wsa.SOCK_STREAM && e == 0 && from != nil && fromlen != nil {
		r.Addr = clone(from[:*fromlen])
	}
}

// received is the Return of a receive that stored n bytes.
func received(n int, e wsa.Errno, bufs [][]byte) receipt {
	all := flat(bufs)
	r := receipt{wsa.Return{Err: e}}
	switch {
	case e == 0:
		r.N = int64(n)
		if n > 0 {
			r.Data = all[:n]
		}
	case e == wsa.WSAEMSGSIZE:
		r.Data = all
	}
	return r
}

// overlappedGiven reports whether a call asks for overlapped operation: the
// parameters are ignored on a socket without the attribute.
func overlappedGiven(s *socket, ov *wsa.Overlapped, routine wsa.CompletionRoutine) bool {
	return s.overlapped && (ov != nil || routine != nil)
}

// countNeeded reports whether the pointer to the count must not be NULL: it may
// be with an OVERLAPPED, and not with a routine only (page wsasend).
func countNeeded(s *socket, ov *wsa.Overlapped) bool { return ov == nil || !s.overlapped }

// WSASend implements wsa.Transfer.
func (t *Thread) WSASend(s wsa.SOCKET, buffers [][]byte, sent *uint32, flags uint32, ov *wsa.Overlapped, routine wsa.CompletionRoutine) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.WSASendCall{S: s, Buffers: bytesOf(buffers), NullSent: sent == nil, Flags: flags, Overlapped: t.overlappedID(ov), Event: eventOf(ov), Routine: routine != nil})
	}
	return t.wsaSend(s, &sendArgs{buffers, int32(flags), nil, "WSASend"}, sent, ov, routine)
}

// WSASendTo implements wsa.Transfer.
func (t *Thread) WSASendTo(s wsa.SOCKET, buffers [][]byte, sent *uint32, flags uint32, to []byte, ov *wsa.Overlapped, routine wsa.CompletionRoutine) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.WSASendToCall{S: s, Buffers: bytesOf(buffers), NullSent: sent == nil, Flags: flags, To: clone(to), Overlapped: t.overlappedID(ov), Event: eventOf(ov), Routine: routine != nil})
	}
	return t.wsaSend(s, &sendArgs{buffers, int32(flags), to, "WSASendTo"}, sent, ov, routine)
}

// wsaSend is the common part of WSASend and WSASendTo; the world is locked.
func (t *Thread) wsaSend(s wsa.SOCKET, a *sendArgs, sent *uint32, ov *wsa.Overlapped, routine wsa.CompletionRoutine) error {
	n := 0
	sock, e := t.open(s)
	switch {
	case e != 0:
	case sent == nil && countNeeded(sock, ov):
		e = t.uncounted(sock, a.to)
	case overlappedGiven(sock, ov, routine):
		n, e = t.sendOverlapped(sock, a, ov, routine)
	default:
		n, e = t.send(sock, a.bufs, a.flags, a.to, a.what)
	}
	if e == 0 && sent != nil {
		*sent = uint32(n)
	}
	if t.world.trace != nil {
		t.returned(wsa.Return{Err: e, Count: copyOf(sent)})
	}
	return t.done(e)
}

// uncounted is the failure of a send that has nowhere to store its count. A
// datagram socket with a destination is bound all the same (observed SM3).
func (t *Thread) uncounted(s *socket, to []byte) wsa.Errno {
	if _, fault := s.parse(to); fault == addressGood && s.typ != wsa.SOCK_STREAM {
		if e := t.bindImplicitly(s, s.wildcard()); e != 0 {
			return e
		}
	}
	return t.fail(rules.SENDCount, wsa.WSAEFAULT)
}

// WSARecv implements wsa.Transfer.
func (t *Thread) WSARecv(s wsa.SOCKET, buffers [][]byte, receivedBytes *uint32, flags *uint32, ov *wsa.Overlapped, routine wsa.CompletionRoutine) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.WSARecvCall{S: s, Buffers: roomsOf(buffers), NullReceived: receivedBytes == nil, Flags: copyOf(flags), Overlapped: t.overlappedID(ov), Event: eventOf(ov), Routine: routine != nil})
	}
	return t.wsaRecv(s, &receiveArgs{bufs: buffers, what: "WSARecv"}, receivedBytes, flags, ov, routine)
}

// WSARecvFrom implements wsa.Transfer.
func (t *Thread) WSARecvFrom(s wsa.SOCKET, buffers [][]byte, receivedBytes *uint32, flags *uint32, from []byte, fromlen *int32, ov *wsa.Overlapped, routine wsa.CompletionRoutine) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.WSARecvFromCall{S: s, Buffers: roomsOf(buffers), NullReceived: receivedBytes == nil, Flags: copyOf(flags), From: roomOf(from), Fromlen: copyOf(fromlen), Overlapped: t.overlappedID(ov), Event: eventOf(ov), Routine: routine != nil})
	}
	return t.wsaRecv(s, &receiveArgs{bufs: buffers, from: from, fromlen: fromlen, what: "WSARecvFrom"}, receivedBytes, flags, ov, routine)
}

// wsaRecv is the common part of WSARecv and WSARecvFrom; the world is locked.
func (t *Thread) wsaRecv(s wsa.SOCKET, a *receiveArgs, count *uint32, flags *uint32, ov *wsa.Overlapped, routine wsa.CompletionRoutine) error {
	n := 0
	sock, e := t.open(s)
	switch {
	case e != 0:
	case flags == nil || count == nil && countNeeded(sock, ov):
		e = t.fail(rules.RECVCount, wsa.WSAEFAULT)
	case overlappedGiven(sock, ov, routine):
		a.flags = int32(*flags)
		n, e = t.recvOverlapped(sock, a, ov, routine)
	default:
		// Without the attribute the parameters are ignored, but with an
		// OVERLAPPED the call waits in nonblocking mode, too (observed NB4).
		t.patient = ov != nil
		n, e = t.recv(sock, a.bufs, int32(*flags), a.from, a.fromlen, a.what)
		t.patient = false
	}
	switch {
	case e == 0:
		*flags = 0
		if count != nil {
			*count = uint32(n)
		}
	case e == wsa.WSAEMSGSIZE && count != nil:
		*count = uint32(total(a.bufs)) // see RECV-MSGSIZE
	}
	if t.world.trace != nil {
		ret := received(n, e, a.bufs)
		ret.N, ret.Count, ret.Flags = 0, copyOf(count), copyOf(flags)
		ret.source(sock, e, a.from, a.fromlen)
		t.returned(ret.Return)
	}
	return t.done(e)
}

func bytesOf(bufs [][]byte) []wsa.Bytes {
	if bufs == nil {
		return nil
	}
	out := make([]wsa.Bytes, len(bufs))
	for i, b := range bufs {
		out[i] = clone(b)
	}
	return out
}

func roomsOf(bufs [][]byte) []wsa.Room {
	if bufs == nil {
		return nil
	}
	out := make([]wsa.Room, len(bufs))
	for i, b := range bufs {
		out[i] = roomOf(b)
	}
	return out
}
