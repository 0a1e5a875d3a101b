package sim

import (
	"fmt"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// Overlapped sends and receives: what can be done at once is, and the rest waits
// in the queue of the socket. Nonblocking mode has no influence on them
// (observed NB2, SN2), nor have SO_RCVTIMEO and SO_SNDTIMEO (TO3).

// receiveArgs are what a receive was called with.
type receiveArgs struct {
	bufs    [][]byte
	flags   int32
	from    []byte
	fromlen *int32
	msg     *wsa.Msg
	what    string // the function
}

// sendArgs are what a send was called with.
type sendArgs struct {
	bufs  [][]byte
	flags int32
	to    []byte
	what  string // the function
}

// pend queues an operation that could not be done at once.
func (t *Thread) pend(o *operation, q *waitQueue, rule rules.ID) wsa.Errno {
	q.push(&o.waiter)
	return t.fail(rule, wsa.WSA_IO_PENDING)
}

// sendOverlapped does WSASend and WSASendTo with overlapped parameters.
func (t *Thread) sendOverlapped(s *socket, a *sendArgs, ov *wsa.Overlapped, routine wsa.CompletionRoutine) (int, wsa.Errno) {
	c, bufs := s.stream, a.bufs
	if s.typ != wsa.SOCK_STREAM || c == nil || a.flags&^(wsa.MSG_DONTROUTE|wsa.MSG_PARTIAL) != 0 || !s.inet() {
		// Datagrams and urgent bytes never wait.
		n, e := t.send(s, bufs, a.flags, a.to, a.what)
		if e == 0 {
			t.completeNow(s, ov, routine, n, 0)
		}
		return n, e
	}
	if e := t.sendError(c); e != 0 {
		return 0, e
	}
	n := total(bufs)
	switch {
	case c.writers.head != nil || n > 0 && !c.hasRoom():
		o := t.begin(opSend, s, bufs, ov, routine)
		return 0, t.pend(o, &c.writers, rules.SENDPending)
	case n > minimumWindow && s.opts.get(optSndBuf) == 0:
		// Nothing is buffered on this side: the buffers are in use until the
		// peer has taken what exceeds its window (observed SN2).
		o := t.begin(opAck, s, nil, ov, routine)
		o.done = n
		if !c.put(bufs, n, nil) {
			o.end(brokenStatus(c.broken), 0)
			return 0, t.fail(rules.SENDPending, wsa.WSA_IO_PENDING)
		}
		e := t.pend(o, &c.writers, rules.SENDPending)
		t.world.wakeOperation(o, wokenReady)
		return 0, e
	}
	if filled := t.fillUnlocked(c, bufs, n); filled != nil {
		return t.sendFilled(s, c, bufs, filled, ov, routine)
	}
	if n > 0 && !c.put(bufs, n, nil) {
		return 0, t.sendError(c)
	}
	t.completeNow(s, ov, routine, n, 0)
	return n, 0
}

// sendFilled goes on with a large send that was copied without the world's lock:
// it is as if the call had been made only now.
func (t *Thread) sendFilled(s *socket, c *stream, bufs [][]byte, filled *chunk, ov *wsa.Overlapped, routine wsa.CompletionRoutine) (int, wsa.Errno) {
	n := filled.len()
	e := t.sendError(c)
	switch {
	case s.closed:
		e = t.fail(rules.GENNotsock, wsa.WSAENOTSOCK)
	case e == 0 && (c.writers.head != nil || !c.hasRoom()):
		e = t.pend(t.begin(opSend, s, bufs, ov, routine), &c.writers, rules.SENDPending)
	case e == 0:
		if !c.put(bufs, n, filled) {
			return 0, t.sendError(c)
		}
		t.completeNow(s, ov, routine, n, 0)
		return n, 0
	}
	filled.release()
	return 0, e
}

// recvOverlapped does all receives with overlapped parameters.
func (t *Thread) recvOverlapped(s *socket, a *receiveArgs, ov *wsa.Overlapped, routine wsa.CompletionRoutine) (int, wsa.Errno) {
	switch {
	case !s.inet():
		return 0, t.notSimulated(fmt.Sprintf("receiving on a socket of family %d and type %d", s.family, s.typ))
	case a.flags&^recvFlags != 0:
		return 0, t.fail(rules.RECVFlags, wsa.WSAEOPNOTSUPP)
	case a.flags&wsa.MSG_PEEK != 0:
		return 0, t.fail(rules.RECVPeek, wsa.WSAEOPNOTSUPP)
	case a.flags&wsa.MSG_WAITALL != 0 && s.typ != wsa.SOCK_STREAM:
		return 0, t.fail(rules.RECVWaitall, wsa.WSAEOPNOTSUPP)
	case len(a.bufs) == 0:
		return 0, t.fail(rules.RECVZerolen, wsa.WSAEINVAL) // observed EM1
	case s.typ != wsa.SOCK_STREAM:
		return t.recvDatagramOverlapped(s, a, ov, routine)
	}
	if e := t.recvError(s); e != 0 {
		return 0, e
	}
	c := s.stream
	if a.flags&wsa.MSG_OOB != 0 && c.urgentWaits() {
		n, e := t.recvUrgent(s, a.bufs, a.flags)
		if e == 0 {
			t.completeNow(s, ov, routine, n, 0)
		}
		return n, e
	}
	if a.flags == 0 && c.readers.head == nil && (c.readable() > 0 || c.finished) {
		if c.inlineUrgent() > 0 {
			n := c.readLocked(a.bufs, 0)
			t.completeNow(s, ov, routine, n, 0)
			c.moreToRead()
			return n, 0
		}
		n := t.read(c, a.bufs, 0)
		t.completeNow(s, ov, routine, n, 0)
		return n, 0
	}
	o := t.begin(opRecv, s, a.bufs, ov, routine)
	o.flags = a.flags
	e := t.pend(o, &c.readers, rules.RECVPending)
	if c.readable() > 0 || c.finished {
		t.world.wakeOperation(o, wokenReady)
	}
	return 0, e
}

func (t *Thread) recvDatagramOverlapped(s *socket, a *receiveArgs, ov *wsa.Overlapped, routine wsa.CompletionRoutine) (int, wsa.Errno) {
	if e := t.mayReceiveDatagram(s, a.flags, a.from, a.fromlen); e != 0 {
		return 0, e
	}
	d := s.dgram
	if !d.queue.empty() && d.readers.head == nil {
		n, e := t.takeDatagramInto(s, a)
		switch e {
		case 0:
			t.completeNow(s, ov, routine, n, 0)
		case wsa.WSAEMSGSIZE:
			stored := n
			if a.msg == nil {
				stored = total(a.bufs)
			}
			t.completeCut(s, ov, routine, stored)
		}
		return n, e
	}
	o := t.begin(opDatagram, s, a.bufs, ov, routine)
	o.flags, o.from, o.fromlen, o.msg = a.flags, a.from, a.fromlen, a.msg
	return 0, t.pend(o, &d.readers, rules.RECVPending)
}

// mayReceiveDatagram judges a receive on a datagram socket before it looks for
// data.
func (t *Thread) mayReceiveDatagram(s *socket, flags int32, from []byte, fromlen *int32) wsa.Errno {
	switch {
	case flags&wsa.MSG_OOB != 0:
		return t.fail(rules.RECVOob, wsa.WSAEOPNOTSUPP)
	case s.recvShut:
		return t.fail(rules.RECVShutdown, wsa.WSAESHUTDOWN)
	case !s.bound:
		return t.fail(rules.RECVUnbound, wsa.WSAEINVAL)
	case from != nil && (fromlen == nil || int(*fromlen) < s.sockaddrLen() || len(from) < s.sockaddrLen()):
		return t.fail(rules.RECVFromlen, wsa.WSAEFAULT)
	}
	return 0
}

// readLocked moves what has arrived into the buffers, of which the first bytes
// are skipped, without ever unlocking the world.
func (s *stream) readLocked(bufs [][]byte, skip int) int {
	n := 0
	for _, b := range bufs {
		if skip >= len(b) {
			skip -= len(b)
			continue
		}
		b = b[skip:]
		skip = 0
		k := min(len(b), s.arrived)
		s.in.peek(b[:k], 0)
		s.in.drop(k)
		s.arrived -= k
		n += k
		if k < len(b) && s.inlineUrgent() > 0 {
			u := copy(b[k:], s.urgent)
			s.urgent = s.urgent[u:]
			n += u
		}
	}
	s.consumed()
	return n
}

// moreToRead is what a receive leaves behind: the record of FD_READ, and the
// next reader's turn.
func (s *stream) moreToRead() { s.tellReaders() }

// tellArrival is what an arrival causes: the first reader's turn, and FD_READ
// unless a pending operation takes the data (observed ER7).
func (s *stream) tellArrival() {
	x := s.readers.head
	if k := s.sock; k != nil && (x == nil || x.op == nil) {
		if k.event != nil {
			k.happened(wsa.FD_READ)
		} else {
			k.recorded |= wsa.FD_READ
			k.touch()
		}
	}
	if x != nil {
		s.world().wake(x, wokenReady)
	}
}

// takeByOperation copies a send straight into the buffers of the operation that
// is the first to wait for something to read; it then ends at once.
func (s *stream) takeByOperation(o *operation, bufs [][]byte, n int) bool {
	if o.kind != opRecv || o.due || o.flags != 0 || total(o.bufs) < n || s.inlineUrgent() > 0 {
		return false
	}
	i, at := 0, o.bufs[0]
	for _, b := range bufs {
		for len(b) > 0 {
			for len(at) == 0 {
				i++
				at = o.bufs[i]
			}
			k := copy(at, b)
			at, b = at[k:], b[k:]
		}
	}
	s.ack += uint64(n)
	o.end(wsa.STATUS_SUCCESS, n)
	return true
}
