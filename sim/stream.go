package sim

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"wsasim/model/rules"
	"wsasim/sim/ale"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// stream is one end of a connection. It outlives its socket: what was sent
// before a graceful close still arrives.
//
// What one end sends is copied once, into the other end's queue, and becomes
// readable there when it arrives; so a perfect link costs nothing.
type stream struct {
	host   *Host
	local  netip.AddrPort
	remote netip.AddrPort
	peer   *stream
	sock   *socket // nil before accept and after close
	// listener is where the end waits to be accepted.
	listener *listener

	in       byteQueue // bytes that the other end has sent; the first arrived of them are here
	arrived  int
	finished bool // the other end's FIN is here
	closed   bool // the socket was closed: data that arrives now is answered by a reset
	sendShut bool
	recvShut bool
	// broken is the error of every later call, 0 while the connection is well;
	// it stays (observed RS3).
	broken wsa.Errno

	urgent []byte // urgent bytes that have arrived, in order, outside of in

	out flow // what this end sends

	readers waitQueue // threads waiting for something to read
	writers waitQueue // threads waiting for room to send, or to have sent

	seq, ack uint64 // TCP's numbers: next to send, next to get. On the wire they have 32 bits
	// security is what this end knows about the protection of the connection,
	// sa what it uses for it until it is settled; nil in clear.
	security *ale.Association
	sa       *association
	watch    uint32        // fields whose change aborts the connection
	since    time.Duration // when it was connected; under RealTime to the millisecond
	requests uint8         // how often the request for it was sent again
	keep     *keepAlive    // SO_KEEPALIVE; nil while it is off
}

// flow is the order of what one end has sent and the network has not yet
// taken: everything queues behind a segment that was lost.
type flow struct {
	queue    []segment
	retry    *event
	attempts int
	since    time.Duration // when the first of them was
	again    uint32        // bytes that were sent again, and how often that began
	episodes uint32
	last     time.Duration // when the latest segment arrives
	flying   int           // segments on their way
	carrying int           // bytes that segments hold themselves
	held     bool          // nothing leaves: there is no association to protect it
}

// segment is one thing that a connection carries, in order.
type segment struct {
	n     int  // bytes of data
	fin   bool // no more will come
	reset bool
	// urgent carries one byte that is not in the receiver's queue.
	urgent bool
	value  byte
	// packet is what the trace says of it, nil without one.
	packet *trace.Packet
	// data is the bytes when they travel with the segment instead of being
	// in the receiver's queue already; only where hooks may change them.
	data []byte
}

// maxDataRetries is how often lost data is sent again before the connection is
// given up (TcpMaxDataRetransmissions, inferred).
const maxDataRetries = 5

func (s *stream) world() *World { return s.host.world }

// transmit sends a segment to the peer, behind what was sent before.
func (s *stream) transmit(g *segment) {
	if s.atOnce() {
		s.left(g, true, "")
		s.peer.arrive(g)
		return
	}
	f := &s.out
	f.queue = append(f.queue, *g)
	if f.retry == nil {
		s.push()
	}
}

// atOnce reports whether what is sent now arrives at once: nothing is before it,
// and the network is perfect.
func (s *stream) atOnce() bool {
	f, w := &s.out, s.world()
	return len(f.queue) == 0 && f.flying == 0 && !f.held &&
		len(w.hooks) == 0 && w.link(s.host, s.peer.host) == nil && w.reachable(s.host, s.peer.host)
}

// push hands the queue to the network, until something is lost.
func (s *stream) push() {
	w, f := s.world(), &s.out
	for len(f.queue) > 0 && !f.held {
		l := w.link(s.host, s.peer.host)
		g := f.queue[0]
		if !w.reachable(s.host, s.peer.host) || l != nil && w.lost(l, s.host, s.peer.host) {
			s.left(&g, false, "")
			s.again()
			return
		}
		extra := time.Duration(0)
		if len(w.hooks) > 0 {
			v, ok := s.intercepted(&g)
			if !ok {
				s.again()
				return
			}
			extra = v.Delay
		} else {
			s.left(&g, true, "")
		}
		f.attempts = 0
		f.queue = f.queue[1:]
		if !s.fly(l, g, extra) {
			return
		}
	}
	if len(f.queue) == 0 {
		f.queue = nil
	}
	s.settle()
}

// fly carries a segment over a link; it is false when the link reset the
// connection instead.
func (s *stream) fly(l *Link, g segment, extra time.Duration) bool {
	w, f := s.world(), &s.out
	d := extra
	if l != nil {
		d += w.delay(l, s.host, s.peer.host)
		if l.Reset > 0 && w.chance.happens(s.host.cfg.Name, "reset to "+s.peer.host.cfg.Name, l.Reset) {
			w.fault("connection %v to %v is reset", s.local, s.remote)
			s.breakBoth()
			return false
		}
	}
	f.last = max(w.clock.read()+d, f.last)
	f.flying++
	w.clock.at(f.last, classDeliver, func() {
		f.flying--
		s.peer.arrive(&g)
		s.settle()
	})
	return true
}

// intercepted asks the hooks about a segment. It is false when the segment does
// not get through: dropped, taken elsewhere, or changed where the receiver
// finds out. TCP itself discards what is replayed.
func (s *stream) intercepted(g *segment) (Verdict, bool) {
	p := Packet{
		Packet: trace.Packet{Protocol: "tcp", Flags: g.flags(), Data: g.data},
		From:   s.local, To: s.remote, FromHost: s.host, ToHost: s.peer.host,
	}
	p.Packet = protected(p.Packet, s.security)
	h := s.peer.host
	v, done := s.world().ask(&p)
	s.judged(g, &p, v, done)
	if v.Drop || v.Redirect != nil && v.Redirect != h {
		return v, false
	}
	if s.security.Secured {
		if p.altered {
			h.drop(&h.dropped.Integrity, &p, ale.IPsecIntegrity)
			return v, false
		}
		for range v.Replay {
			h.drop(&h.dropped.Replay, &p, ale.IPsecReplay)
		}
	}
	if p.altered && g.data != nil {
		g.data = p.Data
	}
	return v, true
}

// judged traces a segment that hooks have judged.
func (s *stream) judged(g *segment, p *Packet, v Verdict, done []string) {
	w := s.world()
	if w.trace == nil {
		return
	}
	if g.packet != nil {
		q := protected(*g.packet, s.security)
		q.Altered, q.Lost = p.altered, v.Drop
		if p.altered {
			q.Instead = p.Data
		}
		if !v.Drop {
			q.At = p.ToHost.cfg.Name
		}
		w.sent(s.host, s.local, s.remote, q, strings.Join(done, "; "))
	}
	for _, what := range done {
		w.fault("%s (%s %s from %v to %v)", what, p.Protocol, p.Flags, p.From, p.To)
	}
	for range v.Replay {
		q := p.Packet
		if g.packet != nil {
			q.Seq, q.Ack = g.packet.Seq, g.packet.Ack
		}
		w.replayed(s.peer.host, &Packet{Packet: q, From: s.local, To: s.remote})
	}
}

// flags is the segment's flags as the trace spells them.
func (g *segment) flags() string {
	switch {
	case g.urgent:
		return "URG PSH ACK"
	case g.reset:
		return "RST ACK"
	case g.fin:
		return "FIN ACK"
	}
	return "PSH ACK"
}

// secure sees to it that n bytes may leave under the connection's association,
// which may have to be renewed first. What cannot be protected does not leave.
func (s *stream) secure(n int) {
	if s.out.held || s.sa.carries(n) {
		return
	}
	if s.sa.dead {
		s.fail(wsa.WSAECONNABORTED)
		return
	}
	s.out.held = true
	s.sa.waiting = append(s.sa.waiting, s.release)
}

// release lets go what was held back, or gives the connection up.
func (s *stream) release(open bool) {
	s.out.held = false
	if !open {
		s.fail(wsa.WSAECONNABORTED)
		return
	}
	s.push()
}

// settle lets the association go once the socket is closed and everything that
// was sent has gone (rule SEC-CLEANUP).
func (s *stream) settle() {
	if s.sa == nil || !s.closed || s.broken == 0 && (s.out.flying > 0 || len(s.out.queue) > 0) {
		return
	}
	sa := s.sa
	s.sa = nil
	if s.watch != 0 {
		sa.watchers = slices.DeleteFunc(sa.watchers, func(o *stream) bool { return o == s })
	}
	sa.release(s.host)
}

// again sends the head of the queue once more after a while, and gives the
// connection up when that did not help often enough.
func (s *stream) again() {
	w, f := s.world(), &s.out
	if f.attempts == 0 {
		f.since = w.clock.read()
		f.episodes++
	}
	if s.givesUp() {
		f.queue = nil
		s.fail(wsa.WSAECONNABORTED)
		return
	}
	w.fault("data from %v to %v is lost", s.local, s.remote)
	wait := w.timing.DataRetry << min(f.attempts, maxDataRetries)
	f.attempts++
	if len(f.queue) > 0 {
		f.again += uint32(f.queue[0].n)
	}
	f.retry = w.clock.after(wait, classRetry, func() {
		f.retry = nil
		s.push()
	})
}

// givesUp reports whether lost data has been sent again often enough, or for as
// long as TCP_MAXRT says: 0 leaves it to the stack, and -1 is for ever.
func (s *stream) givesUp() bool {
	limit := uint32(0)
	if s.sock != nil {
		limit = s.sock.opts.get(optMaxRT)
	}
	switch limit {
	case 0:
		return s.out.attempts == maxDataRetries
	case 0xFFFFFFFF:
		return false
	}
	return s.world().clock.read()-s.out.since >= time.Duration(limit)*time.Second
}

// arrive is a segment's arrival at this end.
func (s *stream) arrive(g *segment) {
	if g.data != nil {
		s.peer.out.carrying = max(s.peer.out.carrying-g.n, 0)
		g.n = len(g.data)
		s.in.write(g.data)
	}
	switch {
	case g.reset:
		s.wasReset()
	case g.n > 0:
		s.arriveData(g.n)
	case s.broken != 0:
		s.in.clear() // nobody will read it
	case g.urgent:
		s.arriveUrgent(g.value)
	case g.fin:
		s.finished = true
		if s.sendShut {
			s.overFirst()
		}
		s.ack++
		s.wakeReaders()
		s.sock.hungUp(0)
	}
}

// arriveData is the arrival of n bytes, which are in the queue.
func (s *stream) arriveData(n int) {
	if s.broken != 0 {
		s.in.clear() // nobody will read it
		return
	}
	// A receive that was pending before the shutdown still gets its data
	// (observed SD11).
	if s.closed || s.recvShut && (s.readers.head == nil || s.readers.head.op == nil) {
		// Nobody will read it: the answer is a reset (page shutdown; for a
		// closed socket observed SD10).
		s.in.clear()
		s.arrived = 0
		s.fail(wsa.WSAECONNABORTED)
		s.out.queue = nil
		s.reset()
		return
	}
	s.arrived += n
	s.ack += uint64(n)
	s.active()
	w := s.world()
	s.tellArrival()
	if s.peer.closed {
		// A lingering close of the other end may wait for this.
		w.wakeAll(&s.peer.writers, wokenReady)
	}
}

// wasReset is the arrival of a reset: unread data is lost. After the peer's FIN
// the error is WSAECONNABORTED (observed SD10), otherwise WSAECONNRESET (RS3).
func (s *stream) wasReset() {
	e := wsa.WSAECONNRESET
	if s.finished {
		e = wsa.WSAECONNABORTED
	}
	s.in.clear()
	s.arrived = 0
	s.fail(e)
}

// fail breaks this end; the first error stays.
func (s *stream) fail(e wsa.Errno) {
	if s.broken != 0 {
		return
	}
	s.broken = e
	s.world().clock.cancel(s.out.retry)
	s.out.retry = nil
	s.out.queue, s.out.carrying = nil, 0
	s.wakeReaders()
	s.world().wakeAll(&s.writers, wokenReady)
	s.urgent = nil
	if s.keep != nil {
		s.keepAlive()
	}
	if s.peer.keep != nil {
		s.peer.keepAlive()
	}
	s.sock.hungUp(wsa.WSAECONNABORTED)
	if s.sock != nil {
		s.sock.touch()
	}
	s.settle()
}

func (s *stream) wakeReaders() { s.world().wakeAll(&s.readers, wokenReady) }

// breakBoth resets both ends at once.
func (s *stream) breakBoth() {
	s.wasReset()
	s.peer.wasReset()
}

// abort ends the connection from this side without grace: the peer is reset.
func (s *stream) abort() {
	s.in.clear()
	s.arrived = 0
	if s.broken != 0 {
		return
	}
	s.fail(wsa.WSAECONNABORTED)
	s.reset()
}

// reset sends a reset to the other end.
func (s *stream) reset() {
	p := s.sending("RST ACK", nil, 0)
	s.transmit(&segment{reset: true, packet: p})
}

// room reports how many bytes are on their way or unread at the other end.
func (s *stream) unread() int { return s.peer.in.n + s.out.carrying }

// unsent is how many bytes have not arrived at the other end.
func (s *stream) unsent() int { return s.peer.in.n - s.peer.arrived + s.out.carrying }

// minimumWindow is the receive window whatever SO_RCVBUF says: a tiny SO_RCVBUF
// does not hold a sender up (observed SO3).
const minimumWindow = 64 << 10

// hasRoom reports whether a send is taken. It is then taken whole, however
// long (observed EW5, SF1): what counts is how much is under way before.
func (s *stream) hasRoom() bool {
	limit := minimumWindow
	if s.peer.sock != nil {
		limit = max(limit, int(s.peer.sock.opts.get(optRcvBuf)))
	}
	if s.sock != nil {
		limit += int(s.sock.opts.get(optSndBuf))
	}
	return s.unread() < limit
}

// consumed tells a waiting sender that something was read.
func (s *stream) consumed() {
	p, w := s.peer, s.world()
	if p.writers.head == nil && (p.sock == nil || !p.sock.wantsWrite) {
		if p.sock != nil {
			p.sock.touch()
		}
		return
	}
	if l := w.link(s.host, p.host); l != nil && l.Latency > 0 {
		w.clock.after(l.Latency, classDeliver, p.roomAgain)
		return
	}
	p.roomAgain()
}

// roomAgain tells whoever waits for room to send.
func (s *stream) roomAgain() {
	s.world().wakeAll(&s.writers, wokenReady)
	if s.sock == nil {
		return
	}
	if s.sock.wantsWrite && s.hasRoom() {
		// Once, after a send that failed (observed EW2).
		s.sock.wantsWrite = false
		s.sock.happened(wsa.FD_WRITE)
		return
	}
	s.sock.touch()
}

// sendError is why nothing can be sent on s, 0 if it can.
func (t *Thread) sendError(s *stream) wsa.Errno {
	switch {
	case s.broken == wsa.WSAECONNRESET:
		return t.fail(rules.SENDReset, wsa.WSAECONNRESET)
	case s.broken != 0:
		return t.fail(rules.SENDAborted, s.broken)
	case s.sendShut:
		return t.fail(rules.SENDShutdown, wsa.WSAESHUTDOWN)
	}
	return t.needs(NoBuffers)
}
