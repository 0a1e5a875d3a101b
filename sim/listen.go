package sim

import (
	"wsasim/model/rules"
	"wsasim/wsa"
)

// listener is the queue of a listening socket.
type listener struct {
	sock    *socket
	backlog int
	queue   []*stream
	waiters waitQueue
}

// maxBacklog is what SOMAXCONN and anything above mean: the provider's largest
// reasonable value. The page gives no number; SOMAXCONN_HINT is clamped to 200
// to 65535.
const (
	maxBacklog     = 65535
	minHint        = 200
	defaultMaximum = 200
)

// clampBacklog turns the argument of listen into a queue length: SOMAXCONN is
// the provider's maximum, a negative number is SOMAXCONN_HINT, other values
// are replaced by the nearest legal one.
func clampBacklog(n int32) int {
	switch {
	case n == wsa.SOMAXCONN:
		return maxBacklog
	case n < 0:
		return int(min(max(-int64(n), minHint), maxBacklog))
	default:
		return int(min(max(n, 1), defaultMaximum))
	}
}

func (l *listener) full() bool { return len(l.queue) >= l.backlog }

// add queues a connection and wakes whoever waits for one.
func (l *listener) add(s *stream) {
	s.listener = l
	l.queue = append(l.queue, s)
	if x := l.waiters.head; x == nil || x.op == nil {
		l.sock.happened(wsa.FD_ACCEPT) // a pending AcceptEx takes it instead (observed EA9)
	}
	l.sock.world().wakeFirst(&l.waiters)
}

// Listen implements wsa.BaseSockets.
func (t *Thread) Listen(s wsa.SOCKET, backlog int32) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.ListenCall{S: s, Backlog: backlog})
	}
	sock, e := t.open(s)
	if e == 0 {
		e = t.listen(sock, backlog)
	}
	if w.trace != nil {
		t.returned(wsa.Return{Err: e})
	}
	return t.done(e)
}

func (t *Thread) listen(s *socket, backlog int32) wsa.Errno {
	switch {
	case s.typ != wsa.SOCK_STREAM || !s.inet():
		return t.fail(rules.LISTENType, wsa.WSAEOPNOTSUPP)
	case s.state == stateConnected || s.accepting != nil:
		return t.fail(rules.LISTENConn, wsa.WSAEISCONN)
	case s.state == stateConnecting:
		return t.fail(rules.LISTENConnecting, wsa.WSAEINVAL)
	case !s.bound:
		return t.fail(rules.LISTENUnbound, wsa.WSAEINVAL)
	case s.state == stateListening:
		return 0 // the backlog stays what it was (page listen)
	}
	if e := t.needs(NoDescriptors | NoBuffers); e != 0 {
		return e
	}
	s.state = stateListening
	s.listener = &listener{sock: s, backlog: clampBacklog(backlog)}
	return 0
}

// Accept implements wsa.BaseSockets.
func (t *Thread) Accept(s wsa.SOCKET, addr []byte, addrlen *int32) (wsa.SOCKET, error) {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.AcceptCall{S: s, Addr: roomOf(addr), Addrlen: copyOf(addrlen)})
	}
	accepted, e := wsa.INVALID_SOCKET, wsa.Errno(0)
	sock, e := t.open(s)
	if e == 0 {
		accepted, e = t.accept(sock, addr, addrlen)
	}
	if w.trace != nil {
		ret := socketReturn(accepted, e)
		if e == 0 && addr != nil && addrlen != nil {
			ret.Addr = clone(addr[:*addrlen])
		}
		ret.Len = lengthOf(addrlen)
		t.returned(ret)
	}
	return accepted, t.done(e)
}

func (t *Thread) accept(s *socket, addr []byte, addrlen *int32) (wsa.SOCKET, wsa.Errno) {
	c, e := t.acceptNext(s, addr, addrlen, nil, "accept")
	if e != 0 {
		return wsa.INVALID_SOCKET, e
	}
	return t.acceptedSocket(s, c, addr, addrlen).handle, 0
}

// acceptNext takes the first connection of a listener, as far as condition
// allows it.
func (t *Thread) acceptNext(s *socket, addr []byte, addrlen *int32, condition wsa.ConditionFunc, what string) (*stream, wsa.Errno) {
	if s.typ != wsa.SOCK_STREAM || !s.inet() {
		return nil, t.fail(rules.ACCEPTType, wsa.WSAEOPNOTSUPP)
	}
	if s.state != stateListening {
		return nil, t.fail(rules.ACCEPTNotlisten, wsa.WSAEINVAL)
	}
	// The length is judged before a connection is taken, so that none is lost.
	if addr != nil && addrlen != nil && (int(*addrlen) < s.sockaddrLen() || len(addr) < s.sockaddrLen()) {
		return nil, t.fail(rules.ACCEPTFault, wsa.WSAEFAULT)
	}
	l := s.listener
	for len(l.queue) == 0 {
		if s.nonblocking {
			return nil, t.fail(rules.ACCEPTWouldblock, wsa.WSAEWOULDBLOCK)
		}
		if e := t.wait(&l.waiters, what, s, rules.ACCEPTWouldblock); e != 0 {
			return nil, e
		}
	}
	if e := t.needs(NoDescriptors | NoBuffers); e != 0 {
		return nil, e
	}
	if condition != nil {
		if e := t.judged(s, l.queue[0], condition); e != 0 {
			return nil, e
		}
	}
	c := l.take()
	if c.broken != 0 {
		c.closed = true
		c.settle()
		return nil, t.fail(rules.ACCEPTReset, wsa.WSAECONNRESET)
	}
	return c, 0
}

// take takes the first connection out of the queue.
func (l *listener) take() *stream {
	c := l.queue[0]
	l.queue[0] = nil
	l.queue = l.queue[1:]
	c.listener = nil
	l.sock.acceptAgain()
	return c
}

// acceptedSocket makes the socket of a connection that was accepted. It has the
// listener's properties, its event registration included.
func (t *Thread) acceptedSocket(s *socket, c *stream, addr []byte, addrlen *int32) *socket {
	n := &socket{
		family: s.family, typ: s.typ, proto: s.proto,
		overlapped: s.overlapped, nonblocking: s.nonblocking,
		bound: true, state: stateConnected, local: c.local, peer: c.remote,
		opts: s.opts, stream: c, security: s.security.Inherit(),
	}
	c.sock = n
	t.proc.adopt(n)
	n.setError(0)
	if n.opts.get(optKeepAlive) != 0 {
		c.keepAlive()
	}
	n.event, n.mask = s.event, s.mask
	n.connectionReady()
	if addr != nil && addrlen != nil {
		n.store(c.remote, addr, addrlen)
	}
	return n
}

// connectionReady records what holds of a connection that a socket was given.
func (s *socket) connectionReady() {
	c := s.stream
	s.happened(wsa.FD_WRITE)
	if c.arrived > 0 {
		s.happened(wsa.FD_READ)
	}
	if c.urgentWaits() {
		s.happened(wsa.FD_OOB)
	}
	if c.finished {
		s.hungUp(0)
	}
}
