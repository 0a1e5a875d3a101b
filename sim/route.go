package sim

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// Hosts are neighbours unless SetRoute puts routers between them. A router takes
// one from a packet's hop limit; one with which nothing is left loses the packet
// and says so to the sender (RFC 792, time exceeded).

// defaultTTL is the hop limit of what a host sends of itself: Windows' default.
const defaultTTL = 128

// SetRoute puts routers between two hosts, in that direction only; none makes
// them neighbours. The addresses are what the routers' messages come from, one
// of each family as far as both are used; they are no addresses of hosts.
func (w *World) SetRoute(from, to *Host, routers ...netip.Addr) {
	defer w.unlockAfter(w.lock())
	if w.routes == nil {
		w.routes = make(map[linkKey][]netip.Addr)
	}
	w.routes[linkKey{from, to}] = slices.Clone(routers)
	var names []string
	for _, r := range routers {
		names = append(names, r.String())
	}
	w.fault("route %s to %s: %s", from.cfg.Name, to.cfg.Name, strings.Join(append(names, "direct")[:max(len(names), 1)], ", "))
}

// hops is how many routers there are between two hosts.
func (w *World) hops(from, to *Host) int {
	if w.routes == nil {
		return 0
	}
	return len(w.routes[linkKey{from, to}])
}

// expires reports whether a packet with a hop limit does not get through.
func (w *World) expires(ttl uint8, from, to *Host) bool { return int(ttl) <= w.hops(from, to) }

// expire loses a packet at the router where its hop limit ends. The router's
// message takes the share of the link's delay that its place says, there and
// back; it may be lost as the packet may.
func (w *World) expire(from, to *Host, p *Packet) {
	routers := w.routes[linkKey{from, to}]
	at := max(int(p.ttl), 1) - 1
	router := netip.AddrPortFrom(routers[at], 0)
	if w.trace != nil && !p.traced {
		q := p.Packet
		q.Lost = true
		w.sent(from, p.From, p.To, q, "its hop limit ends at "+routers[at].String())
	}
	var d time.Duration
	for _, l := range []*Link{w.link(from, to), w.link(to, from)} {
		if l == nil {
			continue
		}
		if w.lost(l, from, to) {
			return
		}
		d += w.delay(l, from, to) * time.Duration(at+1) / time.Duration(len(routers)+1)
	}
	if router.Addr().Is4() != p.From.Addr().Is4() {
		return // a router that has no address of the family is silent
	}
	answer := Packet{Packet: trace.Packet{Protocol: "icmp", Flags: "time exceeded", At: from.cfg.Name}, From: router, To: p.From}
	var message ipPacket
	if about, ok := p.asIP(); ok {
		_, types := icmpOf(router.Addr())
		message = errorMessage(router.Addr(), types.exhausted, 0, about)
		answer.Data = message.data
	}
	w.sent(nil, answer.From, answer.To, answer.Packet, "")
	expired := p.expired
	tell := func(h *Host, _ *Packet) {
		if message.data != nil {
			h.giveRaw(&message)
		}
		if expired != nil {
			expired(router.Addr())
		}
	}
	if d == 0 {
		tell(from, &answer)
		return
	}
	w.later(d, &answer, from, tell)
}

// ttlExceeded is the arrival of ICMP's answer to a datagram whose hop limit was
// too small: the next receive fails with WSAENETRESET (page recvfrom), unless
// SIO_UDP_NETRESET turned that off.
func (s *socket) ttlExceeded(dst netip.AddrPort) {
	if s.closed || s.dgram == nil || s.quietExceeded {
		return
	}
	s.dgram.queue.push(datagram{from: dst, err: wsa.WSAENETRESET})
	s.datagramArrived()
}
