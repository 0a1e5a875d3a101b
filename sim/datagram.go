package sim

import (
	"net/netip"
	"time"

	"wsasim/model/rules"
	"wsasim/sim/ale"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// maxDatagram is the largest UDP payload over IPv4 (observed GO1).
const maxDatagram = 65507

// dgram is what a bound datagram socket has besides.
type dgram struct {
	// queue holds what waits to be received, in the order of arrival; errors
	// that came from the network stand among the datagrams (netsem recv_23).
	// Entries before head are done with.
	queue   []datagram
	head    int
	data    byteQueue // the bytes of the queued datagrams
	readers waitQueue
	// peers is what was negotiated with each peer.
	peers map[netip.AddrPort]*exchange
}

// datagram is one entry of the queue.
type datagram struct {
	from netip.AddrPort
	n    int
	err  wsa.Errno // an error instead of a datagram
	seen arrival
}

// exchange is a security association of a datagram socket with one peer. It
// lasts until one of the two sockets is closed.
type exchange struct {
	with        *socket
	association ale.Association
}

func (d *dgram) empty() bool { return d.head == len(d.queue) }

func (d *dgram) push(m datagram) {
	if d.empty() {
		d.queue, d.head = d.queue[:0], 0
	}
	d.queue = append(d.queue, m)
}

func (d *dgram) pop() {
	d.data.drop(d.queue[d.head].n)
	d.head++
	if d.empty() && cap(d.queue) > 64 {
		d.queue, d.head = nil, 0
	}
}

// connectDatagram sets, replaces or dissolves a datagram socket's peer.
func (t *Thread) connectDatagram(s *socket, to netip.AddrPort, fault addressFault) wsa.Errno {
	switch {
	case fault == addressFamily:
		return t.fail(rules.CONNFamily, wsa.WSAEAFNOSUPPORT)
	case to.Addr().IsUnspecified():
		if s.state != stateConnected {
			return t.fail(rules.CONNDissolve, wsa.WSAEADDRNOTAVAIL)
		}
		s.state, s.peer = stateOpen, netip.AddrPort{}
		s.local = netip.AddrPortFrom(s.port.addr, s.local.Port())
		return 0
	}
	from, e := t.route(s, &to, rules.CONNUnreach)
	if e != 0 {
		return e
	}
	if e := t.bindImplicitly(s, s.wildcard()); e != 0 {
		return e
	}
	if s.port.addr.IsUnspecified() {
		s.local = netip.AddrPortFrom(from, s.local.Port())
	}
	s.state, s.peer = stateConnected, to
	s.happened(wsa.FD_CONNECT | wsa.FD_WRITE) // observed EC5
	return 0
}

// sendDatagram does all functions that send, on a datagram socket.
func (t *Thread) sendDatagram(s *socket, bufs [][]byte, flags int32, to []byte) (int, wsa.Errno) {
	switch {
	case flags&wsa.MSG_OOB != 0:
		return 0, t.fail(rules.SENDOob, wsa.WSAEOPNOTSUPP)
	case flags&^sendFlags != 0 || flags&wsa.MSG_PARTIAL != 0:
		return 0, t.fail(rules.SENDFlags, wsa.WSAEOPNOTSUPP)
	case s.sendShut:
		return 0, t.fail(rules.SENDShutdown, wsa.WSAESHUTDOWN)
	}
	dst, e := t.destination(s, to)
	if e != 0 {
		return 0, e
	}
	n := total(bufs)
	if n > maxDatagram {
		return 0, t.fail(rules.SENDMsgsize, wsa.WSAEMSGSIZE)
	}
	src, e := netip.Addr{}, wsa.Errno(0)
	if dst.Addr() != broadcast {
		src, e = t.route(s, &dst, rules.SENDUnreach)
	}
	if e == 0 {
		e = t.bindImplicitly(s, s.wildcard())
	}
	switch {
	case e != 0:
		return 0, e
	case dst.Addr() == broadcast:
		t.world.spread(s, bufs, n, dst)
		return n, 0
	}
	if dst.Addr().IsMulticast() {
		t.world.sendToGroup(s, bufs, netip.AddrPortFrom(src, s.local.Port()), dst)
		return n, 0
	}
	t.world.post(s, bufs, n, netip.AddrPortFrom(src, s.local.Port()), dst)
	return n, 0
}

// destination is where a datagram goes: to the given address, or to the peer.
func (t *Thread) destination(s *socket, to []byte) (dst netip.AddrPort, e wsa.Errno) {
	if to == nil {
		if s.state != stateConnected {
			return dst, t.fail(rules.SENDNotconn, wsa.WSAENOTCONN)
		}
		return s.peer, 0
	}
	dst, fault := s.parse(to)
	switch {
	case fault == addressShort:
		return dst, t.fail(rules.SENDFault, wsa.WSAEFAULT)
	case fault == addressFamily:
		return dst, t.fail(rules.SENDFamily, wsa.WSAEAFNOSUPPORT)
	case dst.Addr().IsUnspecified():
		return dst, t.fail(rules.SENDAddr, wsa.WSAEADDRNOTAVAIL)
	case dst.Addr() == broadcast && s.opts.get(optBroadcast) == 0:
		return dst, t.fail(rules.SENDAcces, wsa.WSAEACCES)
	}
	return dst, 0
}

// post sends one datagram.
func (w *World) post(s *socket, bufs [][]byte, n int, src, dst netip.AddrPort) {
	from := s.host()
	to := from.target(dst.Addr())
	if !w.mayLeave(s, to, src, dst) {
		return
	}
	if w.trace != nil {
		p := trace.Packet{Protocol: "udp", Data: flat(bufs)}
		if x := s.exchangeWith(dst); x != nil {
			p = protected(p, &x.association)
		}
		w.sent(src, dst, p)
	}
	if to == nil || dst.Port() == 0 || !w.reachable(from, to) {
		return
	}
	l := w.link(from, to)
	if l == nil {
		w.deliver(s, to, bufs, src, dst)
		return
	}
	copies := 1
	if w.chance.happens(from.cfg.Name, "duplicate to "+to.cfg.Name, l.Duplicate) {
		copies = 2
	}
	data := [][]byte{flat(bufs)}
	for range copies {
		if w.lost(l, from, to) {
			w.fault("a datagram from %v to %v is lost", src, dst)
			continue
		}
		w.clock.after(w.delay(l, from, to), classDeliver, func() { w.deliver(s, to, data, src, dst) })
	}
}

// spread sends a broadcast to every host with an IPv4 address, the sender's
// included.
func (w *World) spread(s *socket, bufs [][]byte, n int, dst netip.AddrPort) {
	for _, h := range w.hosts {
		src, ok := s.host().source(broadcast)
		at, there := h.source(broadcast)
		if ok && there {
			w.post(s, bufs, n, netip.AddrPortFrom(src, s.local.Port()), netip.AddrPortFrom(at, dst.Port()))
		}
	}
}

// mayLeave holds a datagram of a secured socket back until security has been
// negotiated: without, nothing leaves the host unless clear text is allowed
// (rule SEC-NOCLEAR).
func (w *World) mayLeave(s *socket, to *Host, src, dst netip.AddrPort) bool {
	if !s.security.Secured() {
		return true
	}
	if to != nil && w.reachable(s.host(), to) {
		if r := to.datagramReceiver(src, dst); r != nil {
			return w.exchangeAllowed(s, r, src, dst)
		}
	}
	return s.security.Settings().AllowsClear()
}

// datagramReceiver is the socket that gets a datagram, nil for none.
func (h *Host) datagramReceiver(src, dst netip.AddrPort) *socket {
	return h.receiver(wsa.IPPROTO_UDP, dst, func(c *socket) bool {
		return c.state != stateConnected || c.peer == src
	})
}

// deliver is the arrival of a datagram at a host.
func (w *World) deliver(s *socket, h *Host, bufs [][]byte, src, dst netip.AddrPort) {
	r := h.datagramReceiver(src, dst)
	if r == nil {
		w.sent(dst, src, trace.Packet{Protocol: "icmp", Flags: "port unreachable"})
		w.carry(h, s.host(), func() { s.portUnreachable(dst) })
		return
	}
	if !w.exchangeAllowed(s, r, src, dst) {
		return
	}
	if x := r.exchangeWith(src); x != nil {
		x.association.Received = true
	}
	r.dgram.receive(r, bufs, src, arrivalOf(s, dst))
}

// receive queues a datagram, if there is room for it: otherwise it is lost.
func (d *dgram) receive(s *socket, bufs [][]byte, src netip.AddrPort, seen arrival) {
	n := total(bufs)
	for d.data.n > 0 && d.data.n+n > int(s.opts.get(optRcvBuf)) {
		if !s.circular {
			return
		}
		d.pop() // SIO_ENABLE_CIRCULAR_QUEUEING: the oldest goes instead
	}
	for _, b := range bufs {
		if len(b) > 0 {
			d.data.write(b)
		}
	}
	d.push(datagram{from: src, n: n, seen: seen})
	s.datagramArrived()
}

// portUnreachable is the arrival of ICMP's answer to an earlier datagram: the
// next receive fails with WSAECONNRESET, unless SIO_UDP_CONNRESET turned that
// off.
func (s *socket) portUnreachable(dst netip.AddrPort) {
	if s.closed || s.dgram == nil || s.quietUnreachable {
		return
	}
	s.unreached = true
	s.dgram.push(datagram{from: dst, err: wsa.WSAECONNRESET})
	s.datagramArrived()
}

// exchangeAllowed negotiates security between the sender of a datagram and its
// receiver, unless that was done before.
func (w *World) exchangeAllowed(s, r *socket, src, dst netip.AddrPort) bool {
	if s.security == nil && r.security == nil {
		return true
	}
	sender, receiver := s.exchangeWith(dst), r.exchangeWith(src)
	if sender == nil || receiver == nil || sender.with != r || receiver.with != s {
		o := w.negotiate(s, r, dst, src)
		if !o.Established {
			return false // dropped (rule SEC-FAIL-CODE)
		}
		sender = &exchange{r, o.Initiator}
		receiver = &exchange{s, o.Responder}
		s.remember(dst, sender)
		r.remember(src, receiver)
	}
	return true
}

func (s *socket) exchangeWith(peer netip.AddrPort) *exchange {
	if s.dgram == nil {
		return nil
	}
	return s.dgram.peers[peer]
}

func (s *socket) remember(peer netip.AddrPort, x *exchange) {
	if s.dgram == nil {
		return
	}
	if s.dgram.peers == nil {
		s.dgram.peers = make(map[netip.AddrPort]*exchange)
	}
	s.dgram.peers[peer] = x
}

// Association implements ale.Socket.
func (s *socket) Association(peer netip.AddrPort) (ale.Association, bool) {
	if s.typ == wsa.SOCK_STREAM {
		if s.stream == nil {
			return ale.Association{}, s.state == stateConnecting
		}
		return s.stream.security, true
	}
	if peer.Addr().Is4In6() {
		peer = netip.AddrPortFrom(peer.Addr().Unmap(), peer.Port())
	}
	if x := s.exchangeWith(netip.AddrPortFrom(peer.Addr().WithZone(""), peer.Port())); x != nil {
		return x.association, true
	}
	return ale.Association{}, false
}

// recvDatagram does all functions that receive, on a datagram socket.
func (t *Thread) recvDatagram(s *socket, bufs [][]byte, flags int32, from []byte, fromlen *int32, what string) (int, wsa.Errno) {
	if e := t.awaitDatagram(s, flags, from, fromlen, what); e != 0 {
		return 0, e
	}
	return t.takeDatagram(s, bufs, flags&wsa.MSG_PEEK == 0, from, fromlen)
}

// awaitDatagram waits until the queue is not empty. An address buffer that is
// too short leaves the datagram there (observed UD1).
func (t *Thread) awaitDatagram(s *socket, flags int32, from []byte, fromlen *int32, what string) wsa.Errno {
	if e := t.mayReceiveDatagram(s, flags, from, fromlen); e != 0 {
		return e
	}
	d := s.dgram
	d.discard(s)
	until := time.Duration(-1)
	for d.empty() {
		if s.nonblocking {
			return t.fail(rules.RECVWouldblock, wsa.WSAEWOULDBLOCK)
		}
		if until < 0 {
			until = t.deadline(s, optRcvTimeo)
		}
		if e := t.waitUntil(&d.readers, what, s, until, rules.RECVTimeo); e != 0 {
			return e
		}
		if s.recvShut {
			return t.fail(rules.RECVShutdown, wsa.WSAESHUTDOWN)
		}
		d.discard(s)
	}
	return 0
}

// discard drops queued datagrams of others than the peer: they came before the
// socket was connected (rule RECV-PEER).
func (d *dgram) discard(s *socket) {
	if s.state != stateConnected {
		return
	}
	for !d.empty() && d.queue[d.head].from != s.peer && d.queue[d.head].err == 0 {
		d.pop()
	}
}

// takeDatagram gives the first entry of the queue to a receive.
func (t *Thread) takeDatagram(s *socket, bufs [][]byte, remove bool, from []byte, fromlen *int32) (int, wsa.Errno) {
	d := s.dgram
	m := d.queue[d.head]
	if m.err != 0 {
		d.pop()
		s.readAgain()
		return 0, t.fail(rules.RECVUnreached, m.err)
	}
	n := 0
	for _, b := range bufs {
		k := min(len(b), m.n-n)
		d.data.peek(b[:k], n)
		n += k
	}
	if from != nil {
		s.store(m.from, from, fromlen)
	}
	if remove {
		d.pop()
		s.readAgain()
		if !d.empty() {
			t.world.wakeFirst(&d.readers)
		}
	}
	if n < m.n {
		return 0, t.fail(rules.RECVMsgsize, wsa.WSAEMSGSIZE)
	}
	return n, 0
}
