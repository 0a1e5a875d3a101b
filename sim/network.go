package sim

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"wsasim/sim/ale"
	"wsasim/wsa/trace"
)

// Link says how packets travel from one host to another. The zero value is a
// perfect link: no delay, no loss.
type Link struct {
	// Latency is the time a packet takes, Jitter what is added at random, from
	// 0 to Jitter. Bytes of one connection never overtake each other;
	// datagrams may.
	Latency, Jitter time.Duration
	// Loss is the probability that a packet is lost. A stream sends lost data
	// again (Timing.DataRetry); a datagram is gone.
	Loss float64
	// Duplicate is the probability that a datagram arrives twice.
	Duplicate float64
	// Reset is the probability that a packet of a stream resets its connection
	// instead of arriving.
	Reset float64
}

type linkKey struct{ from, to *Host }

// SetLink sets the link from one host to another, in that direction only; from
// and to may be the same host.
func (w *World) SetLink(from, to *Host, l Link) {
	defer w.unlockAfter(w.lock())
	if w.links == nil {
		w.links = make(map[linkKey]*Link)
	}
	if l == (Link{}) {
		delete(w.links, linkKey{from, to})
	} else {
		w.links[linkKey{from, to}] = &l
	}
	keepAlives(from, to)
	w.fault("link %s to %s: latency %v, jitter %v, loss %v, duplicate %v, reset %v",
		from.cfg.Name, to.cfg.Name, l.Latency, l.Jitter, l.Loss, l.Duplicate, l.Reset)
}

// SetLinks sets the link between two hosts in both directions.
func (w *World) SetLinks(a, b *Host, l Link) {
	w.SetLink(a, b, l)
	w.SetLink(b, a, l)
}

// Partition cuts the network: hosts of different groups no longer reach each
// other. Hosts that are in no group form one together. A later Partition
// replaces an earlier one.
func (w *World) Partition(groups ...[]*Host) {
	defer w.unlockAfter(w.lock())
	w.groups = make(map[*Host]int)
	var names []string
	for i, g := range groups {
		var members []string
		for _, h := range g {
			w.groups[h] = i + 1
			members = append(members, h.cfg.Name)
		}
		names = append(names, strings.Join(members, "+"))
	}
	keepAlives(w.hosts...)
	w.fault("partition %s", strings.Join(names, " | "))
}

// Heal ends a partition.
func (w *World) Heal() {
	defer w.unlockAfter(w.lock())
	w.groups = nil
	keepAlives(w.hosts...)
	w.fault("healed")
}

// ResetConnections resets every connection between two hosts at once, as a
// middlebox may: each end sees a reset from the other.
func (w *World) ResetConnections(a, b *Host) {
	defer w.unlockAfter(w.lock())
	w.fault("connections between %s and %s are reset", a.cfg.Name, b.cfg.Name)
	for _, p := range a.processes {
		for _, s := range p.handles.sockets() {
			if s.stream != nil && s.stream.peer != nil && s.stream.peer.host == b {
				s.stream.breakBoth()
			}
		}
	}
}

func (w *World) fault(format string, args ...any) {
	if w.trace != nil {
		w.emit(&trace.Record{Kind: trace.Fault, Note: fmt.Sprintf(format, args...)})
	}
}

// event traces something that the world did by itself, or that changed in it,
// and that is no fault of network or hosts.
func (w *World) event(format string, args ...any) {
	if w.trace != nil {
		w.emit(&trace.Record{Kind: trace.Event, Note: fmt.Sprintf(format, args...)})
	}
}

// reachable reports whether packets get from one host to the other: both have
// a network, and no partition separates them.
func (w *World) reachable(from, to *Host) bool {
	if (from.lacks|to.lacks)&NoNetwork != 0 {
		return false
	}
	return w.groups == nil || w.groups[from] == w.groups[to]
}

// perfect reports whether what a host sends to another arrives at once.
func (w *World) perfect(from, to *Host) bool {
	return w.link(from, to) == nil && w.hops(from, to) == 0 && w.reachable(from, to)
}

// link is the link from one host to another, nil for a perfect one.
func (w *World) link(from, to *Host) *Link {
	if w.links == nil {
		return nil
	}
	return w.links[linkKey{from, to}]
}

// lost draws whether a packet on l is lost.
func (w *World) lost(l *Link, from, to *Host) bool {
	return l.Loss > 0 && w.chance.happens(from.cfg.Name, "loss to "+to.cfg.Name, l.Loss)
}

// delay draws how long a packet on l takes.
func (w *World) delay(l *Link, from, to *Host) time.Duration {
	d := l.Latency
	if l.Jitter > 0 {
		d += time.Duration(w.chance.choose(from.cfg.Name, "jitter to "+to.cfg.Name, int(l.Jitter)+1))
	}
	return d
}

// carry brings a packet from a host to another, nil for an address that nobody
// has: arrive runs for each copy, when and if it gets there. On a perfect link
// that is at once. What becomes of the packet is drawn before it is traced.
func (w *World) carry(from, to *Host, p Packet, arrive func(at *Host, p *Packet)) {
	var v Verdict
	var done []string
	data := p.Data
	if len(w.hooks) > 0 {
		p.FromHost, p.ToHost = from, to
		if v, done = w.ask(&p); v.Redirect != nil {
			to = v.Redirect
		}
	}
	if hops := w.hops(from, to); hops > 0 && p.ttl > 0 && !v.Drop {
		if int(p.ttl) <= hops {
			w.expire(from, to, &p)
			return
		}
		p.ttl -= uint8(hops)
	}
	var l *Link
	var delays [2]time.Duration
	copies, lost := 0, 0
	if !v.Drop && to != nil && w.reachable(from, to) {
		l = w.link(from, to)
		copies, lost = w.copies(l, from, to, &p, &delays)
	}
	if w.trace != nil {
		w.traceTrip(from, to, &p, data, done, copies+len(v.Replay) > 0, lost)
	}
	if v.Drop {
		return
	}
	for _, d := range delays[:copies] {
		if d += v.Delay; l == nil && d == 0 {
			arrive(to, &p)
		} else {
			w.later(d, &p, to, arrive)
		}
	}
	if to == nil || !w.reachable(from, to) {
		return
	}
	for _, d := range v.Replay {
		w.later(d, &p, to, func(at *Host, p *Packet) {
			w.replayed(at, p)
			arrive(at, p)
		})
	}
}

// copies draws how often a packet arrives, how long each copy takes on the
// link, and how many are lost.
func (w *World) copies(l *Link, from, to *Host, p *Packet, delays *[2]time.Duration) (n, lost int) {
	if l == nil {
		return 1, 0
	}
	all := 1
	if p.Protocol != "tcp" && p.Protocol != "ike" && w.chance.happens(from.cfg.Name, "duplicate to "+to.cfg.Name, l.Duplicate) {
		all = 2
	}
	for range all {
		if w.lost(l, from, to) {
			lost++
			continue
		}
		delays[n] = w.delay(l, from, to)
		n++
	}
	return n, lost
}

// traceTrip traces a packet that carry carries: data is what was sent, done what
// hooks did to it.
func (w *World) traceTrip(from, to *Host, p *Packet, data []byte, done []string, arrives bool, lost int) {
	if !p.traced {
		q := *p
		q.Data = data
		if p.altered {
			q.Altered, q.Instead = true, p.Data
		}
		w.sentTo(from, &q, to, arrives, done)
	}
	for _, what := range done {
		w.fault("%s (%s %s from %v to %v)", what, p.Protocol, p.Flags, p.From, p.To)
	}
	for range lost {
		if p.Protocol == "udp" {
			w.fault("a datagram from %v to %v is lost", p.From, p.To)
		} else {
			w.fault("a packet from %s to %s is lost", from.cfg.Name, to.cfg.Name)
		}
	}
}

// later is an arrival after a while. The association of a packet under way
// outlives the sockets that used it (rule SEC-CLEANUP).
func (w *World) later(d time.Duration, p *Packet, to *Host, arrive func(*Host, *Packet)) {
	if p.sa != nil {
		p.sa.users++
	}
	w.clock.after(d, classDeliver, func() {
		arrive(to, p)
		if p.sa != nil {
			p.sa.release(to)
		}
	})
}

// sent traces that a host, nil for one that is not known, sent a packet; note
// says what becomes of it.
func (w *World) sent(by *Host, from, to netip.AddrPort, p trace.Packet, note string) {
	if w.trace == nil {
		return
	}
	r := &trace.Record{Kind: trace.PacketSent, From: from.String(), To: to.String(), Packet: &p, Note: note}
	if by != nil {
		r.Host = by.cfg.Name
	}
	w.emit(r)
}

// sentTo traces a packet on its way to a host, nil for none, and what hooks did
// to it.
func (w *World) sentTo(by *Host, p *Packet, to *Host, arrives bool, done []string) {
	q := p.Packet
	q.Lost = !arrives
	var notes []string
	switch {
	case len(done) > 0:
		notes = done
	case to == nil:
		notes = []string{"nobody has the address"}
	case !w.reachable(by, to):
		notes = []string{"the network is partitioned"}
	}
	if arrives {
		q.At = to.cfg.Name
	}
	w.sent(by, p.From, p.To, q, strings.Join(notes, "; "))
}

// replayed traces the copy of a packet that somebody in the network sends.
func (w *World) replayed(at *Host, p *Packet) {
	q := p.Packet
	q.Forged, q.At = true, at.cfg.Name
	w.sent(nil, p.From, p.To, q, "a copy of an earlier packet")
}

// protected adds to a packet how a security association protects it.
func protected(p trace.Packet, a *ale.Association) trace.Packet {
	switch {
	case a.Encrypted:
		p.Protection = "encrypted"
	case a.Secured:
		p.Protection = "authenticated"
	}
	p.SA = a.QMID
	return p
}

// sending says that this end of a connection sends a packet of n bytes, and
// gives what the trace will say of it, nil without one; the sequence number is
// the one before the packet. Without an association to send it under, the
// connection holds back what follows until there is one.
func (s *stream) sending(flags string, bufs [][]byte, n int) *trace.Packet {
	if s.sa != nil {
		s.secure(n)
	}
	if s.world().trace == nil {
		return nil
	}
	return &trace.Packet{Protocol: "tcp", Flags: flags, Seq: uint32(s.seq), Ack: uint32(s.ack), Data: flat(bufs)}
}

// left traces a segment that leaves, or leaves again; note says why it does not
// arrive.
func (s *stream) left(g *segment, arrives bool, note string) {
	if g.packet == nil {
		return
	}
	p := protected(*g.packet, s.security)
	if p.Lost = !arrives; arrives {
		p.At = s.peer.host.cfg.Name
	}
	s.world().sent(s.host, s.local, s.remote, p, note)
}

// flat is a copy of the bytes of a list of buffers, nil for none.
func flat(bufs [][]byte) []byte {
	var all []byte
	for _, b := range bufs {
		all = append(all, b...)
	}
	return all
}

// ms is a number of milliseconds as a duration.
func ms(n uint32) time.Duration { return time.Duration(n) * time.Millisecond }
