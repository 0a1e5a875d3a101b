package sim

import (
	"net/netip"
	"time"

	"wsasim/model/rules"
	"wsasim/sim/ale"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// attempt is a connect under way.
type attempt struct {
	sock    *socket
	to      netip.AddrPort
	sent    int    // requests without an answer
	refused int    // requests that were refused
	retry   *event // the next request
	waiters waitQueue
	// op is the ConnectEx that waits for the outcome, with the data to send.
	op   *operation
	data []byte
	// blocking says that a call waits for the outcome and reports it.
	blocking bool
	// outcome is 0 while under way and after success.
	outcome wsa.Errno
	rule    rules.ID
	guard   guard // what lets the requests leave
	held    bool  // a request waits for the guard
	// brief says that the connection was there at once: nothing but the call
	// that began the attempt knows of it.
	brief bool
}

const (
	maxRequests = 3 // unanswered requests before WSAETIMEDOUT
	maxRefused  = 5 // refusals before WSAECONNREFUSED
)

// Connect implements wsa.BaseSockets.
func (t *Thread) Connect(s wsa.SOCKET, name []byte) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.ConnectCall{S: s, Name: clone(name)})
	}
	sock, e := t.open(s)
	if e == 0 {
		e = t.connect(sock, name, "connect")
	}
	if w.trace != nil {
		t.returned(wsa.Return{Err: e})
	}
	return t.done(e)
}

// WSAConnect implements wsa.BaseSockets. Flow specifications are accepted and
// ignored; caller data fails, since TCP/IP has none.
func (t *Thread) WSAConnect(s wsa.SOCKET, name, callerData, calleeData, serviceQOS, groupQOS []byte) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.WSAConnectCall{S: s, Name: clone(name), CallerData: clone(callerData), CalleeData: clone(calleeData), ServiceQOS: clone(serviceQOS), GroupQOS: clone(groupQOS)})
	}
	sock, e := t.open(s)
	switch {
	case e != 0:
	case groupQOS != nil:
		e = t.fail(rules.CONNGqos, wsa.WSAEINVAL)
	case len(callerData) > 0 && sock.typ == wsa.SOCK_STREAM:
		e = t.fail(rules.CONNCallerdata, wsa.WSAEPROTONOSUPPORT)
	default:
		e = t.connect(sock, name, "WSAConnect")
	}
	if w.trace != nil {
		t.returned(wsa.Return{Err: e})
	}
	return t.done(e)
}

// connect does connect and WSAConnect.
func (t *Thread) connect(s *socket, name []byte, what string) wsa.Errno {
	if !s.inet() {
		return t.fail(rules.CONNFamily, wsa.WSAEAFNOSUPPORT)
	}
	to, fault := s.parse(name)
	switch {
	case fault == addressShort:
		return t.fail(rules.CONNFault, wsa.WSAEFAULT)
	case s.typ != wsa.SOCK_STREAM:
		return t.connectDatagram(s, to, fault)
	case s.state == stateListening:
		return t.fail(rules.CONNListening, wsa.WSAEINVAL)
	case s.accepting != nil || s.state == stateConnecting && s.attempt.op != nil:
		return t.fail(rules.CONNPending, wsa.WSAEINVAL) // observed AX11, CG5
	case s.state == stateConnecting:
		return t.fail(rules.CONNAlready, wsa.WSAEALREADY)
	case s.state == stateConnected:
		return t.fail(rules.CONNIsconn, wsa.WSAEISCONN)
	case fault == addressFamily:
		return t.fail(rules.CONNFamily, wsa.WSAEAFNOSUPPORT)
	case to.Addr().IsUnspecified() || to.Port() == 0:
		return t.fail(rules.CONNZero, wsa.WSAEADDRNOTAVAIL)
	}
	a, e := t.startAttempt(s, to)
	if e != 0 {
		return e
	}
	a.blocking = !s.nonblocking
	a.request()
	if a.brief {
		t.world.retire(a)
		if !s.nonblocking {
			return 0
		}
	}
	if s.nonblocking {
		// Even a connection that is there at once is reported like one that
		// takes time (observed CG1; page connect).
		return t.fail(rules.CONNWouldblock, wsa.WSAEWOULDBLOCK)
	}
	return t.await(a, what)
}

// startAttempt makes a connection attempt of which nothing has been sent.
func (t *Thread) startAttempt(s *socket, to netip.AddrPort) (*attempt, wsa.Errno) {
	from, e := t.route(s, &to, rules.CONNUnreach)
	if e != 0 {
		return nil, e
	}
	if !s.group().leads(to.Addr()) {
		return nil, t.fail(rules.CONNGroup, wsa.WSAEINVAL)
	}
	if e := t.needs(NoBuffers); e != 0 {
		return nil, e
	}
	if e := t.bindImplicitly(s, s.wildcard()); e != 0 {
		return nil, e
	}
	local := netip.AddrPortFrom(from, s.local.Port())
	if s.host().taken(s, pair{local, to}) {
		return nil, t.fail(rules.CONNInuse, wsa.WSAEADDRINUSE)
	}
	a := t.world.newAttempt()
	a.sock, a.to = s, to
	s.connectFailed = false
	s.state, s.attempt, s.peer = stateConnecting, a, to
	s.local = local
	return a, 0
}

// newAttempt is an attempt without content, retire keeps one that is over and
// that nobody knows of, for the next.
func (w *World) newAttempt() *attempt {
	if a := w.spareAttempt; a != nil {
		w.spareAttempt = nil
		return a
	}
	return new(attempt)
}

func (w *World) retire(a *attempt) {
	*a = attempt{}
	w.spareAttempt = a
}

// await waits for the outcome of a blocking connect.
func (t *Thread) await(a *attempt, what string) wsa.Errno {
	for a.sock.attempt == a {
		if e := t.wait(&a.waiters, what, a.sock, rules.CONNTimedout); e != 0 {
			return e
		}
	}
	if a.outcome != 0 {
		return t.fail(a.rule, a.outcome)
	}
	return 0
}

// route finds the local address from which the socket reaches *to, and takes
// the scope off *to once it has been looked at.
func (t *Thread) route(s *socket, to *netip.AddrPort, rule rules.ID) (netip.Addr, wsa.Errno) {
	ip := to.Addr().WithZone("")
	*to = netip.AddrPortFrom(ip, to.Port())
	if s.family == wsa.AF_INET6 && ip.Is4() && !s.dual() {
		return ip, t.fail(rule, wsa.WSAENETUNREACH)
	}
	bound := s.local.Addr()
	if s.bound && !bound.IsUnspecified() {
		if bound.Is4() != ip.Is4() {
			return ip, t.fail(rule, wsa.WSAENETUNREACH)
		}
		return bound, 0
	}
	if ip.IsLoopback() {
		if ip.Is4() {
			return netip.AddrFrom4([4]byte{127, 0, 0, 1}), 0
		}
		return netip.IPv6Loopback(), 0
	}
	if s.host().has(ip) {
		return ip, 0
	}
	from, ok := s.host().source(ip)
	if !ok {
		return ip, t.fail(rule, wsa.WSAENETUNREACH)
	}
	return from, 0
}

// target is the host at an address as seen from h, nil when there is none.
func (h *Host) target(a netip.Addr) *Host {
	if a.IsLoopback() {
		return h
	}
	return h.world.addresses.host(a)
}

// request sends a connection request (SYN) and arranges for the next one.
func (a *attempt) request() {
	w := a.sock.world()
	a.sent++
	a.retry, a.held = nil, true
	a.permit()
	if a.over() || a.retry != nil {
		return
	}
	most, wait := a.sock.requests()
	a.retry = w.clock.after(wait<<(a.sent-1), classRetry, func() {
		if a.sent >= most {
			a.finish(rules.CONNTimedout, wsa.WSAETIMEDOUT)
			return
		}
		a.request()
	})
}

// permit sends the request that waits as soon as the host's security lets it,
// which may be at once.
func (a *attempt) permit() {
	s := a.sock
	w := s.world()
	if s.security == nil && len(s.host().admin) == 0 && a.guard.state == guardShut {
		a.guard.state = guardOpen
		a.leave()
		return
	}
	w.guard(&a.guard, s, s.local, a.to, func(open bool) {
		if open && a.held && !a.over() {
			a.leave()
		}
	})
}

// leave sends the request that was held back.
func (a *attempt) leave() {
	s := a.sock
	w := s.world()
	a.held = false
	if h, l := a.atOnce(); l != nil {
		a.brief = true
		a.established(h, l)
		return
	}
	p := protected(trace.Packet{Protocol: "tcp", Flags: "SYN"}, a.guard.association())
	h, to := s.host(), s.host().target(a.to.Addr())
	// A bound loopback address does not reach another host (netsem 4097).
	if to != h && s.local.Addr().IsLoopback() {
		to = nil
	}
	w.carry(h, to, Packet{Packet: p, From: s.local, To: a.to, sa: a.guard.sa, ttl: arrivalOf(s, a.to).ttl, expired: a.expired}, a.arrive)
}

// atOnce is the listener that takes the request, if nothing can happen on the way
// there and back, and nobody sees it: no time passes, no hook, trace or security
// has a say. Nil when the request has to travel.
func (a *attempt) atOnce() (*Host, *socket) {
	s := a.sock
	w, h := s.world(), s.host()
	to := h.target(a.to.Addr())
	if w.trace != nil || len(w.hooks) > 0 || to == nil || a.guard.sa != nil || len(to.admin) > 0 || to != h && s.local.Addr().IsLoopback() ||
		!w.perfect(h, to) || !w.perfect(to, h) {
		return nil, nil
	}
	l := to.receiver(s.proto, a.to, isListening)
	if l == nil || l.security != nil || l.refuses() {
		return nil, nil
	}
	return to, l
}

func isListening(c *socket) bool { return c.state == stateListening }

// refuses reports whether a listener refuses connections.
func (s *socket) refuses() bool { return s.listener.full() || s.opts.get(optPauseAccept) != 0 }

// expired is the arrival of a router's message about a request. Nothing follows
// from it, unless TCP_FAIL_CONNECT_ON_ICMP_ERROR is on.
func (a *attempt) expired(router netip.Addr) {
	s := a.sock
	if a.over() || s.opts.get(optFailOnICMP) == 0 {
		return
	}
	_, types := icmpOf(router)
	s.rarely().icmpError = icmpErrorInfo(router, types.exhausted, 0)
	a.finish(rules.CONNUnreach, wsa.WSAEHOSTUNREACH)
}

// over reports whether the attempt has ended.
func (a *attempt) over() bool { return a.sock.attempt != a }

// arrive is the arrival of the request at the other host.
func (a *attempt) arrive(h *Host, p *Packet) {
	if a.over() {
		return
	}
	w, s := h.world, a.sock
	l := h.receiver(s.proto, a.to, isListening)
	if !w.admitted(h, l, ale.Traffic{Protocol: s.proto, Local: a.to, Remote: s.local}, p) {
		return // nothing is answered; the attempt times out (rule SEC-FAIL-CODE)
	}
	answer, arrive := trace.Packet{Protocol: "tcp", Flags: "SYN ACK", Ack: 1}, func() { a.established(h, l) }
	if l == nil || l.refuses() {
		answer.Flags, arrive = "RST ACK", a.wasRefused
	}
	if p.sa != nil {
		answer = protected(answer, &p.sa.ends[1])
	}
	w.carry(h, s.host(), Packet{Packet: answer, From: a.to, To: s.local, sa: p.sa, side: 1}, func(at *Host, p *Packet) {
		if at == s.host() && !a.over() && w.genuine(at, p) {
			arrive()
		}
	})
}

// wasRefused is the arrival of a refusal; the request is repeated a few times
// before the refusal is believed.
func (a *attempt) wasRefused() {
	if a.over() {
		return
	}
	w := a.sock.world()
	w.clock.cancel(a.retry)
	a.retry = nil
	a.refused++
	a.sent = 0
	if a.refused == maxRefused {
		a.finish(rules.CONNRefused, wsa.WSAECONNREFUSED)
		return
	}
	a.retry = w.clock.after(w.timing.RefusedRetry, classRetry, a.request)
}

// finish ends an attempt that failed. The socket may be connected again.
func (a *attempt) finish(rule rules.ID, e wsa.Errno) {
	s := a.sock
	s.state, s.attempt, s.peer = stateOpen, nil, netip.AddrPort{}
	if !a.blocking && a.op == nil {
		// A call that waits has told the error already (observed PO17, SL25).
		s.setError(e)
	}
	s.connectFailed, s.failedBlocking = true, a.blocking || a.op != nil
	if s.port != nil {
		s.local = netip.AddrPortFrom(s.port.addr, s.local.Port())
	}
	a.rule, a.outcome = rule, e
	s.world().clock.cancel(a.retry)
	a.guard.drop(s.host())
	s.world().wakeAll(&a.waiters, wokenReady)
	if a.op != nil {
		s.world().endSoon(a.op, brokenStatus(e), 0)
	}
	s.connectErr = e
	s.happened(wsa.FD_CONNECT)
}

// established is the arrival of the answer: the connection exists, and the
// listener learns of it from the acknowledgement.
func (a *attempt) established(h *Host, l *socket) {
	if a.over() {
		return
	}
	s := a.sock
	w := s.world()
	now := w.clock.coarse()
	// The ends know each other, so that they live and die together.
	ends := new([2]stream)
	ours, theirs := &ends[0], &ends[1]
	ours.host, ours.local, ours.remote, ours.sock, ours.since, ours.requests = s.host(), s.local, a.to, s, now, uint8(a.sent-1)
	theirs.host, theirs.local, theirs.remote, theirs.since = h, a.to, s.local, now
	a.guard.give(ours, theirs)
	ours.peer, theirs.peer = theirs, ours
	s.stream, s.state, s.attempt = ours, stateConnected, nil
	s.reached()
	s.setError(0)
	w.clock.cancel(a.retry)
	w.wakeAll(&a.waiters, wokenReady)
	s.connectErr = 0
	s.happened(wsa.FD_CONNECT | wsa.FD_WRITE)
	if s.opts.get(optKeepAlive) != 0 {
		ours.keepAlive()
	}
	ours.seq, ours.ack, theirs.seq, theirs.ack = 1, 1, 1, 1
	if w.trace != nil {
		p := protected(trace.Packet{Protocol: "tcp", Flags: "ACK", Seq: 1, Ack: 1, At: h.cfg.Name}, ours.security)
		w.sent(ours.host, ours.local, ours.remote, p, "")
	}
	if ours.atOnce() {
		theirs.confirmed(l)
	} else {
		ours.handshake(l)
	}
	if a.op != nil {
		a.connectedEx()
	}
}

// handshake carries the acknowledgement that completes the connection, ahead
// of all data.
func (s *stream) handshake(at *socket) {
	w, f := s.world(), &s.out
	l := w.link(s.host, s.peer.host)
	var d time.Duration
	if l != nil {
		d = w.delay(l, s.host, s.peer.host)
	}
	f.last = w.clock.read() + d
	f.flying++
	w.clock.at(f.last, classDeliver, func() {
		f.flying--
		s.peer.confirmed(at)
		s.settle()
	})
}

// confirmed queues the listener's end of a connection to be accepted.
func (s *stream) confirmed(l *socket) {
	if l.state != stateListening {
		s.closed = true
		s.abort()
		return
	}
	l.listener.add(s)
}
