package sim

import (
	"time"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// Shutdown implements wsa.BaseSockets.
func (t *Thread) Shutdown(s wsa.SOCKET, how int32) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.ShutdownCall{S: s, How: how})
	}
	sock, e := t.open(s)
	if e == 0 {
		e = t.shutdown(sock, how)
	}
	if w.trace != nil {
		t.returned(wsa.Return{Err: e})
	}
	return t.done(e)
}

func (t *Thread) shutdown(s *socket, how int32) wsa.Errno {
	if how != wsa.SD_RECEIVE && how != wsa.SD_SEND && how != wsa.SD_BOTH {
		return t.fail(rules.SHUTHow, wsa.WSAEINVAL)
	}
	if s.typ != wsa.SOCK_STREAM {
		s.sendShut = s.sendShut || how != wsa.SD_RECEIVE
		s.recvShut = s.recvShut || how != wsa.SD_SEND
		return 0
	}
	c := s.stream
	switch {
	case c == nil || s.context:
		return t.fail(rules.SHUTNotconn, wsa.WSAENOTCONN)
	case c.broken == wsa.WSAECONNRESET:
		return t.fail(rules.SHUTReset, wsa.WSAECONNRESET)
	case c.broken != 0:
		return t.fail(rules.SHUTAborted, wsa.WSAECONNABORTED)
	}
	if how != wsa.SD_RECEIVE {
		c.finish()
	}
	if how != wsa.SD_SEND && !c.recvShut {
		c.recvShut = true
		if c.arrived > 0 {
			// Unread data resets the connection (page shutdown).
			n := c.arrived
			c.arrived = 0
			c.arriveData(n)
		}
		s.world().wakeThreads(&c.readers)
	}
	s.touch()
	return 0
}

// finish ends this end's direction: the other end reads 0 after all data.
func (s *stream) finish() {
	if s.sendShut || s.broken != 0 {
		return
	}
	s.sendShut = true
	s.world().wakeAll(&s.writers, wokenReady)
	p := s.sending("FIN ACK", nil, 0)
	s.seq++
	s.transmit(&segment{fin: true, packet: p})
}

// Closesocket implements wsa.BaseSockets.
func (t *Thread) Closesocket(s wsa.SOCKET) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.ClosesocketCall{S: s})
	}
	sock, e := t.open(s)
	if e == 0 && !t.proc.release(sock, s) {
		e = t.close(sock)
	}
	if w.trace != nil {
		t.returned(wsa.Return{Err: e})
	}
	return t.done(e)
}

// close does closesocket: how the connection ends is up to SO_LINGER (the
// linger table of the page).
func (t *Thread) close(s *socket) wsa.Errno {
	seconds, linger := s.opts.lingering()
	if c := s.stream; linger && seconds > 0 && c != nil && c.broken == 0 && c.arrived == 0 && c.unsent() > 0 {
		if s.nonblocking {
			return t.fail(rules.CLOSEWouldblock, wsa.WSAEWOULDBLOCK)
		}
		c.finish()
		if e := t.linger(s, time.Duration(seconds)*time.Second); e != 0 {
			return e
		}
	}
	if t.impersonating != nil {
		t.adviseRevert("the socket is closed")
	}
	t.world.destroy(s, linger && seconds == 0)
	return 0
}

// linger waits until everything sent has arrived; what has not when the time
// is over is lost.
func (t *Thread) linger(s *socket, d time.Duration) wsa.Errno {
	c, w := s.stream, t.world
	until := w.clock.read() + d
	for c.unsent() > 0 && c.broken == 0 {
		left := until - w.clock.read()
		if left <= 0 {
			c.abort()
			return 0
		}
		// The peer's arrivals wake writers only of a closed end.
		c.closed = true
		t.expireAfter(uint32((left + time.Millisecond - 1) / time.Millisecond))
		switch w.park(t, &c.writers, "closesocket", s) {
		case wokenDeadlock, wokenEnded, wokenClosed:
			return wsa.WSA_OPERATION_ABORTED
		}
	}
	return 0
}

// destroy releases a socket. abort resets the connection instead of ending it
// gracefully.
func (w *World) destroy(s *socket, abort bool) {
	if s.closed {
		return
	}
	s.touch()
	if s.polled > 0 {
		s.wakePollers()
	}
	s.closed = true
	s.proc.handles.remove(uintptr(s.handle))
	for _, r := range s.more {
		r.proc.handles.remove(uintptr(r.handle))
	}
	s.event, s.mask = nil, 0
	s.host().leave(s)
	s.leaveGroups()
	s.quitGroup()
	if a := s.attempt; a != nil {
		s.attempt = nil
		w.clock.cancel(a.retry)
		a.guard.drop(s.host())
		w.wakeAll(&a.waiters, wokenClosed)
	}
	s.abortOperations()
	if o := s.accepting; o != nil {
		o.acceptorClosed()
	}
	if l := s.listener; l != nil {
		s.state = stateOpen
		w.wakeAll(&l.waiters, wokenClosed)
		for _, c := range l.queue {
			c.closed = true
			c.abort()
			c.settle()
		}
		l.queue = nil
	}
	if c := s.stream; c != nil {
		w.wakeAll(&c.readers, wokenClosed)
		w.wakeAll(&c.writers, wokenClosed)
		c.closed, c.sock = true, nil
		// Data that was never read makes the close abortive: the peer would
		// otherwise believe that it was taken.
		if abort || c.in.n > 0 && c.arrived > 0 {
			c.abort()
		} else {
			c.finish()
		}
		c.settle()
	}
	if d := s.dgram; d != nil {
		d.part(s.host())
		w.wakeAll(&d.readers, wokenClosed)
	}
}
