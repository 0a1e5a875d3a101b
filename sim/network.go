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
	w.lock()
	defer w.unlock()
	if w.links == nil {
		w.links = make(map[linkKey]*Link)
	}
	if l == (Link{}) {
		delete(w.links, linkKey{from, to})
	} else {
		w.links[linkKey{from, to}] = &l
	}
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
	w.lock()
	defer w.unlock()
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
	w.fault("partition %s", strings.Join(names, " | "))
}

// Heal ends a partition.
func (w *World) Heal() {
	w.lock()
	defer w.unlock()
	w.groups = nil
	w.fault("healed")
}

// ResetConnections resets every connection between two hosts at once, as a
// middlebox may: each end sees a reset from the other.
func (w *World) ResetConnections(a, b *Host) {
	w.lock()
	defer w.unlock()
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

// reachable reports whether a partition does not separate the hosts.
func (w *World) reachable(from, to *Host) bool {
	return w.groups == nil || w.groups[from] == w.groups[to]
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
// that is at once.
func (w *World) carry(from, to *Host, p Packet, arrive func(at *Host, p *Packet)) {
	var v Verdict
	if len(w.hooks) > 0 {
		p.FromHost, p.ToHost = from, to
		if v = w.ask(&p); v.Drop {
			return
		}
		if v.Redirect != nil {
			to = v.Redirect
		}
	}
	if to == nil || !w.reachable(from, to) {
		return
	}
	l := w.link(from, to)
	copies := 1
	if l != nil && p.Protocol == "udp" && w.chance.happens(from.cfg.Name, "duplicate to "+to.cfg.Name, l.Duplicate) {
		copies = 2
	}
	for range copies {
		w.carryCopy(from, to, l, &p, v.Delay, arrive)
	}
	for _, d := range v.Replay {
		w.later(d, &p, to, arrive)
	}
}

// carryCopy brings one copy of a packet over a link.
func (w *World) carryCopy(from, to *Host, l *Link, p *Packet, extra time.Duration, arrive func(*Host, *Packet)) {
	if l == nil && extra == 0 {
		arrive(to, p)
		return
	}
	if l == nil {
		w.later(extra, p, to, arrive)
		return
	}
	if w.lost(l, from, to) {
		if p.Protocol == "udp" {
			w.fault("a datagram from %v to %v is lost", p.From, p.To)
		} else {
			w.fault("a packet from %s to %s is lost", from.cfg.Name, to.cfg.Name)
		}
		return
	}
	w.later(w.delay(l, from, to)+extra, p, to, arrive)
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

// sent traces that a host sent a packet.
func (w *World) sent(from, to netip.AddrPort, p trace.Packet) {
	if w.trace != nil {
		w.emit(&trace.Record{Kind: trace.PacketSent, From: from.String(), To: to.String(), Packet: &p})
	}
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

// sent says that this end of a connection sends a packet of n bytes, and traces
// it; the sequence number is the one before the packet. Without an association
// to send it under, the connection holds back what follows until there is one.
func (s *stream) sent(flags string, bufs [][]byte, n int) {
	w := s.world()
	if s.sa != nil {
		s.secure(n)
	}
	if w.trace == nil {
		return
	}
	p := trace.Packet{Protocol: "tcp", Flags: flags, Seq: s.seq, Ack: s.ack, Data: flat(bufs)}
	if s.out.held {
		s.out.notes = append(s.out.notes, p)
		return
	}
	w.sent(s.local, s.remote, protected(p, s.security))
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
