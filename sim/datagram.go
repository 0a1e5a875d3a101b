package sim

import (
	"maps"
	"net/netip"
	"slices"
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
	queue   fifo[datagram]
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

// exchange is what a datagram socket has with one peer where security has a
// say. It lasts until the socket is closed.
type exchange struct {
	guard
	// until is when clear text is no longer taken for granted and security is
	// asked for again, in world time.
	until time.Duration
	// waiting are the datagrams that wait for the guard.
	waiting []waitingDatagram
	// theirs says that the peer was the first to send, in clear.
	theirs bool
}

// waitingDatagram is one that may not leave yet.
type waitingDatagram struct {
	data     []byte
	src, dst netip.AddrPort
	spread   bool // one copy of a broadcast
}

// maxWaiting is how many datagrams to one peer wait for a negotiation; later
// ones are lost (inferred).
const maxWaiting = 64

// part ends what a closing socket has with its peers.
func (d *dgram) part(h *Host) {
	peers := slices.SortedFunc(maps.Keys(d.peers), netip.AddrPort.Compare)
	for _, p := range peers {
		d.peers[p].waiting = nil
		d.peers[p].guard.drop(h)
	}
	d.peers = nil
}

// pop removes the first entry. An idle queue holds little memory.
func (d *dgram) pop() {
	d.data.drop(d.queue.front().n)
	d.queue.drop()
	if d.queue.empty() && cap(d.queue.items) > 64 {
		d.queue = fifo[datagram]{}
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
	if s.raw() {
		to = netip.AddrPortFrom(to.Addr(), 0)
	}
	if e := t.needs(NoBuffers); e != 0 {
		return e
	}
	if e := t.bindImplicitly(s, s.wildcard()); e != 0 {
		return e
	}
	if s.port.addr.IsUnspecified() {
		s.local = netip.AddrPortFrom(from, s.local.Port())
	}
	s.state, s.peer = stateConnected, to
	s.dgram.discard(s)
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
	if n > maxDatagram || n > maxRaw && s.raw() {
		return 0, t.fail(rules.SENDMsgsize, wsa.WSAEMSGSIZE)
	}
	if e := t.needs(NoBuffers); e != 0 {
		return 0, e
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
	case s.raw():
		return t.sendRaw(s, bufs, src, dst.Addr())
	case dst.Addr() == broadcast:
		t.world.spread(s, bufs, dst)
		return n, 0
	}
	if dst.Addr().IsMulticast() {
		t.world.sendToGroup(s, bufs, netip.AddrPortFrom(src, s.local.Port()), dst)
		return n, 0
	}
	from := netip.AddrPortFrom(src, s.local.Port())
	if size := int(s.opts.get(optSendMsgSize)); size > 0 && size < n {
		// UDP_SEND_MSG_SIZE: one send, several datagrams.
		for rest := flat(bufs); len(rest) > 0; rest = rest[min(size, len(rest)):] {
			t.world.post(s, [][]byte{rest[:min(size, len(rest))]}, from, dst, false)
		}
		return n, 0
	}
	t.world.post(s, bufs, from, dst, false)
	return n, 0
}

// destination is where a datagram goes: to the given address, or to the peer.
func (t *Thread) destination(s *socket, to []byte) (dst netip.AddrPort, e wsa.Errno) {
	if to == nil {
		if s.state != stateConnected {
			return dst, t.fail(rules.SENDNotconn, wsa.WSAENOTCONN)
		}
		return s.peer, 0 // a broadcast address too (observed BC2)
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

// post sends one datagram, once the host's security lets it leave.
func (w *World) post(s *socket, bufs [][]byte, src, dst netip.AddrPort, spread bool) {
	if s.security == nil && len(s.host().admin) == 0 {
		w.leave(s, nil, bufs, src, dst, spread)
		return
	}
	x := s.exchangeWith(dst)
	if x == nil {
		x = new(exchange)
		s.remember(dst, x)
	}
	x.refresh(w, s, src, dst)
	switch {
	case x.state != guardOpen, x.sa != nil && !x.sa.carries(total(bufs)):
		w.hold(s, x, waitingDatagram{flat(bufs), src, dst, spread})
	default:
		w.leave(s, x, bufs, src, dst, spread)
	}
}

// refresh shuts a guard that is open for what is no longer so: the association
// is gone, the peer's socket is another one with other needs, or clear text has
// been flowing for as long as an idle association lives.
func (x *exchange) refresh(w *World, s *socket, src, dst netip.AddrPort) {
	switch {
	case x.state != guardOpen:
		return
	case x.sa == nil:
		if x.until == 0 || w.clock.read() < x.until {
			return
		}
	case !x.sa.dead && w.suits(s.host(), x, src, dst):
		return
	}
	x.guard.drop(s.host())
}

// suits reports whether the peer's socket, as it is now, takes what is sent
// under the association: see World.reuse.
func (w *World) suits(h *Host, x *exchange, src, dst netip.AddrPort) bool {
	host, need := x.sa.at(1 - x.side)
	if h.target(dst.Addr()) != host {
		return false
	}
	r := host.datagramReceiver(src, dst)
	if y := r.exchangeWith(src); y != nil && y.sa == x.sa {
		return true
	}
	return host.need(r, ale.Traffic{Protocol: protoUDP, Local: dst, Remote: src}) == *need
}

// hold keeps a datagram until the guard opens, or loses it when it does not
// (rule SEC-FAIL-CODE).
func (w *World) hold(s *socket, x *exchange, m waitingDatagram) {
	if len(x.waiting) == maxWaiting {
		w.event("a datagram from %v to %v is dropped: too many wait for a negotiation", m.src, m.dst)
		return
	}
	x.waiting = append(x.waiting, m)
	if x.sa != nil && x.state == guardOpen {
		if x.sa.dead {
			w.flush(s, x, false)
		} else if len(x.waiting) == 1 {
			x.sa.waiting = append(x.sa.waiting, func(open bool) { w.flush(s, x, open) })
		}
		return
	}
	w.guard(&x.guard, s, m.src, m.dst, func(open bool) {
		if x.sa == nil && x.clear != nil {
			x.until = w.clock.read() + clearLife
		}
		w.flush(s, x, open)
	})
}

// clearLife is how long datagrams flow in clear to a peer with whom security
// could not be negotiated before it is tried again: as long as an association
// may be idle (inferred).
const clearLife = 5 * time.Minute

// flush sends what waited, or loses it.
func (w *World) flush(s *socket, x *exchange, open bool) {
	waiting := x.waiting
	x.waiting = nil
	for _, m := range waiting {
		switch {
		case s.closed:
		case open && (x.sa == nil || x.sa.carries(len(m.data))):
			w.leave(s, x, [][]byte{m.data}, m.src, m.dst, m.spread)
		default:
			w.event("a datagram from %v to %v is dropped: it may not leave in clear", m.src, m.dst)
		}
	}
}

// leave sends a datagram into the network.
func (w *World) leave(s *socket, x *exchange, bufs [][]byte, src, dst netip.AddrPort, spread bool) {
	from := s.host()
	to := from.target(dst.Addr())
	if x == nil && !spread && w.unseen(from, to) && dst.Port() != 0 {
		// Nobody looks at the packet on its way, so there need not be one.
		if r := to.datagramReceiver(src, dst); r != nil && to.takesAll(r) {
			r.dgram.arrive(r, to, bufs, src, dst, arrivalOf(s, dst))
			return
		}
	}
	p := Packet{Packet: trace.Packet{Protocol: "udp"}, From: src, To: dst, spread: spread}
	if w.routes != nil {
		p.ttl = arrivalOf(s, dst).ttl
		p.expired = func(netip.Addr) { s.ttlExceeded(dst) }
	}
	if x != nil {
		p.Packet = protected(p.Packet, x.association())
		if x.sa != nil {
			p.sa, p.side = x.sa, x.side
			x.sa.out[x.side]++
			p.seq = x.sa.out[x.side]
		}
	}
	perfect := len(w.hooks) == 0 && (to == nil || w.link(from, to) == nil && w.hops(from, to) == 0)
	if w.trace != nil || !perfect {
		p.Data = flat(bufs)
	}
	if dst.Port() == 0 {
		to, perfect = nil, true
	}
	if perfect {
		reached := to != nil && w.reachable(from, to)
		if w.trace != nil {
			w.sentTo(from, &p, to, reached, nil)
		}
		if reached {
			w.deliver(s, to, bufs, &p)
		}
		return
	}
	w.carry(from, to, p, func(at *Host, p *Packet) { w.deliver(s, at, [][]byte{p.Data}, p) })
}

// spread sends a broadcast to every host with an IPv4 address, the sender's
// included.
func (w *World) spread(s *socket, bufs [][]byte, dst netip.AddrPort) {
	for _, h := range w.hosts {
		src, ok := s.host().source(broadcast)
		at, there := h.source(broadcast)
		if ok && there {
			w.post(s, bufs, netip.AddrPortFrom(src, s.local.Port()), netip.AddrPortFrom(at, dst.Port()), true)
		}
	}
}

// datagramReceiver is the socket that gets a datagram, nil for none.
func (h *Host) datagramReceiver(src, dst netip.AddrPort) *socket {
	return h.receiver(wsa.IPPROTO_UDP, dst, func(c *socket) bool {
		return c.hearsFrom(src)
	})
}

// hearsFrom reports whether a datagram socket takes what comes from an address: a
// connected one hears its peer alone (page connect).
func (s *socket) hearsFrom(src netip.AddrPort) bool {
	return s.state != stateConnected || s.peer == src
}

// deliver is the arrival of a datagram at a host; s is the socket that sent it,
// nil for a forged one.
func (w *World) deliver(s *socket, h *Host, bufs [][]byte, p *Packet) {
	src, dst := p.From, p.To
	r := h.datagramReceiver(src, dst)
	t := ale.Traffic{Protocol: protoUDP, Local: dst, Remote: src}
	if !w.takesFirst(h, r, t, p) && !w.admitted(h, r, t, p) {
		return
	}
	if r == nil && p.spread {
		return // nobody complains of a broadcast
	}
	if r == nil {
		w.nobodyThere(s, h, bufs, p)
		return
	}
	if p.sa != nil || r.security != nil {
		r.heard(h, src, p)
	}
	seen := arrivalOf(s, dst)
	seen.ttl -= uint8(min(w.hops(hostOf(s, h), h), int(seen.ttl)))
	if p.spread {
		seen.spread, seen.to = true, broadcast
	}
	if p.spread && r.opts.get(optReceiveBroadcast) == 0 {
		return
	}
	r.dgram.arrive(r, h, bufs, src, dst, seen)
}

// unseen reports whether nobody looks at what one host sends another, which
// arrives at once.
func (w *World) unseen(from, to *Host) bool {
	return w.trace == nil && len(w.hooks) == 0 && to != nil && w.perfect(from, to)
}

// arrive is the arrival of a datagram at the socket that it is for.
func (d *dgram) arrive(r *socket, h *Host, bufs [][]byte, src, dst netip.AddrPort, seen arrival) {
	if r.listens(h, dst.Addr()) {
		d.receive(r, bufs, src, seen)
	}
}

// nobodyThere is the arrival of a datagram at a port that nobody has: the sender
// is told so.
func (w *World) nobodyThere(s *socket, h *Host, bufs [][]byte, p *Packet) {
	src, dst := p.From, p.To
	to := h.target(src.Addr())
	if s != nil {
		to = s.host()
	}
	about := *p
	if about.Data == nil {
		about.Data = flat(bufs)
	}
	w.carry(h, to, Packet{Packet: trace.Packet{Protocol: "icmp", Flags: "port unreachable"}, From: dst, To: src}, func(at *Host, _ *Packet) {
		if at.hasRaw(dst.Addr()) {
			_, types := icmpOf(dst.Addr())
			quoted, _ := about.asIP()
			message := errorMessage(dst.Addr(), types.unreachable, types.portCode, quoted)
			at.giveRaw(&message)
		}
		if s != nil {
			s.portUnreachable(dst)
		}
	})
}

// hostOf is a socket's host, or another for a socket that there is not.
func hostOf(s *socket, other *Host) *Host {
	if s == nil {
		return other
	}
	return s.host()
}

// takesFirst reports whether a datagram in clear is the first of a peer that
// may be so (IPSEC_ALLOW_FIRST_INBOUND_PKT_UNENCRYPTED).
func (w *World) takesFirst(h *Host, r *socket, t ale.Traffic, p *Packet) bool {
	if p.sa != nil || r == nil || r.security == nil || r.exchangeWith(t.Remote) != nil {
		return false
	}
	need := h.need(r, t)
	return need.TakesFirstClear()
}

// heard notes what arrived from a peer, and under which association: what the
// socket sends back goes under the same.
func (s *socket) heard(h *Host, src netip.AddrPort, p *Packet) {
	x := s.exchangeWith(src)
	if x == nil {
		x = &exchange{theirs: true}
		s.remember(src, x)
	}
	if p.sa == nil {
		return
	}
	if x.sa != p.sa {
		if x.state == guardAsking {
			// Both ends began at once; this end's own attempt goes on.
			p.sa.ends[1-p.side].Received = true
			return
		}
		waiting := x.waiting
		x.guard.drop(h)
		p.sa.users++
		x.state, x.sa, x.side, x.waiting = guardOpen, p.sa, 1-p.side, waiting
	}
	x.association().Received = true
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
	d.queue.push(datagram{from: src, n: n, seen: seen})
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
	s.dgram.queue.push(datagram{from: dst, err: wsa.WSAECONNRESET})
	s.datagramArrived()
}

// exchangeWith is what the socket has with a peer, nil for nothing.
func (s *socket) exchangeWith(peer netip.AddrPort) *exchange {
	if s == nil || s.dgram == nil {
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
		return *s.stream.security, true
	}
	if peer.Addr().Is4In6() {
		peer = netip.AddrPortFrom(peer.Addr().Unmap(), peer.Port())
	}
	if x := s.exchangeWith(netip.AddrPortFrom(peer.Addr().WithZone(""), peer.Port())); x != nil {
		return *x.association(), true
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
	patient := t.takePatience()
	until := time.Duration(-1)
	for d.queue.empty() {
		if s.nonblocking && !patient {
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
	}
	return 0
}

// discard drops the queued datagrams of others than the peer, which came before
// the socket was connected to it (page connect). Errors stay.
func (d *dgram) discard(s *socket) {
	if d.queue.empty() {
		return
	}
	for range d.queue.len() {
		m := *d.queue.front()
		content := make([]byte, m.n)
		d.data.peek(content, 0)
		d.pop()
		if m.from == s.peer || m.err != 0 {
			d.data.write(content)
			d.queue.push(m)
		}
	}
	if d.queue.empty() {
		s.recorded &^= wsa.FD_READ
		s.touch()
	}
}

// takeDatagram gives the first entry of the queue to a receive.
func (t *Thread) takeDatagram(s *socket, bufs [][]byte, remove bool, from []byte, fromlen *int32) (int, wsa.Errno) {
	d := s.dgram
	m := d.queue.front()
	size := m.n
	if e := m.err; e != 0 {
		d.pop()
		s.readAgain()
		if e == wsa.WSAENETRESET {
			return 0, t.fail(rules.RECVNetreset, e)
		}
		return 0, t.fail(rules.RECVUnreached, e)
	}
	n := d.scatter(size, bufs)
	if from != nil {
		s.store(m.from, from, fromlen)
	}
	if remove {
		d.pop()
		s.readAgain()
		if !d.queue.empty() {
			t.world.wakeFirst(&d.readers)
		}
	}
	if n < size {
		return 0, t.fail(rules.RECVMsgsize, wsa.WSAEMSGSIZE)
	}
	return n, 0
}
