package sim

import (
	"encoding/binary"
	"net/netip"
	"slices"

	"wsasim/model/rules"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// membership is a multicast group that a socket has joined on its host: for
// every source but some, or for some sources only (pages
// ipproto-ip-socket-options, ns-ws2ipdef-ip_mreq_source).
type membership struct {
	group   netip.Addr
	only    bool         // sources are those that are heard, and not those that are blocked
	sources []netip.Addr // in the order of their naming
}

// hears reports whether what the source sends to the group is received.
func (m *membership) hears(source netip.Addr) bool {
	return slices.Contains(m.sources, source) == m.only
}

// groupOption joins or leaves a group: ip_mreq is the group and the interface,
// by its address or as 0.x.x.x by its index; ipv6_mreq the group and the
// interface's index.
func groupOption(family int32, join bool) func(*Thread, *socket, []byte) wsa.Errno {
	return func(t *Thread, s *socket, val []byte) wsa.Errno {
		size := 8
		if family == wsa.AF_INET6 {
			size = 20
		}
		group, e := t.groupArgument(s, family, val, size)
		if e != 0 {
			return e
		}
		i := s.member(group)
		switch {
		case join && i >= 0:
			return t.fail(rules.OPTGroup, wsa.WSAEINVAL)
		case join:
			s.groups = append(s.groups, membership{group: group})
		case i < 0:
			return t.fail(rules.OPTGroup, wsa.WSAEADDRNOTAVAIL)
		default:
			s.groups = slices.Delete(slices.Clone(s.groups), i, i+1)
		}
		return 0
	}
}

// sourceOption does the four options about sources: ip_mreq_source is the group,
// the source and the interface.
func sourceOption(name int32) func(*Thread, *socket, []byte) wsa.Errno {
	return func(t *Thread, s *socket, val []byte) wsa.Errno {
		group, e := t.groupArgument(s, wsa.AF_INET, val, 12)
		if e != 0 {
			return e
		}
		source := netip.AddrFrom4([4]byte(val[4:8]))
		blocking := name == wsa.IP_BLOCK_SOURCE || name == wsa.IP_UNBLOCK_SOURCE
		i := s.member(group)
		switch {
		case source.IsUnspecified() || source.IsMulticast():
			return t.fail(rules.OPTGroup, wsa.WSAEINVAL)
		case i < 0 && name == wsa.IP_ADD_SOURCE_MEMBERSHIP:
			s.groups = append(s.groups, membership{group: group, only: true, sources: []netip.Addr{source}})
			return 0
		case i < 0 && blocking, i >= 0 && s.groups[i].only == blocking:
			return t.fail(rules.OPTGroup, wsa.WSAEINVAL) // blocked is a source of those who hear all others
		case i < 0:
			return t.fail(rules.OPTGroup, wsa.WSAEADDRNOTAVAIL)
		}
		m := &s.groups[i]
		at, add := slices.Index(m.sources, source), name == wsa.IP_ADD_SOURCE_MEMBERSHIP || name == wsa.IP_BLOCK_SOURCE
		switch {
		case add == (at >= 0):
			return t.fail(rules.OPTGroup, wsa.WSAEADDRNOTAVAIL) // named already, or not named
		case add:
			m.sources = append(slices.Clone(m.sources), source)
		default:
			m.sources = slices.Delete(slices.Clone(m.sources), at, at+1)
		}
		if m.only && len(m.sources) == 0 {
			s.groups = slices.Delete(slices.Clone(s.groups), i, i+1)
		}
		return 0
	}
}

// groupArgument reads the group at the start of a structure of the given size,
// which ends in the interface, and checks both.
func (t *Thread) groupArgument(s *socket, family int32, val []byte, size int) (group netip.Addr, e wsa.Errno) {
	switch {
	case s.typ == wsa.SOCK_STREAM || s.family != family:
		return group, t.fail(rules.OPTKind, wsa.WSAEINVAL)
	case len(val) < size:
		return group, t.fail(rules.OPTFault, wsa.WSAEFAULT)
	}
	there := false
	if family == wsa.AF_INET6 {
		group = netip.AddrFrom16([16]byte(val[:16]))
		there = s.host().hasInterface(binary.LittleEndian.Uint32(val[16:]))
	} else {
		group = netip.AddrFrom4([4]byte(val[:4]))
		on := val[size-4 : size]
		there = on[0] == 0 && s.host().hasInterface(binary.BigEndian.Uint32(on)) || s.host().has(netip.AddrFrom4([4]byte(on)))
	}
	switch {
	case !group.IsMulticast():
		return group, t.fail(rules.OPTGroup, wsa.WSAEINVAL)
	case !there:
		return group, t.fail(rules.OPTGroup, wsa.WSAEADDRNOTAVAIL)
	}
	return group, 0
}

// hasInterface reports whether an index is 0, for any interface, or one that
// interfaceOf gives.
func (h *Host) hasInterface(index uint32) bool { return int(index) <= len(h.cfg.Addrs)+1 }

// member is the place of a group among those that the socket has joined, -1 for
// none.
func (s *socket) member(group netip.Addr) int {
	return slices.IndexFunc(s.groups, func(m membership) bool { return m.group == group })
}

func (s *socket) leaveGroups() { s.groups = nil }

// sendToGroup delivers a datagram to every socket on its port that has joined
// the group and hears the sender, on every host; on the sender's own only to
// sockets with multicast loopback on, which on Windows is the receiver's option
// (page ipproto-ip-socket-options). The hop limit is that of multicast: with 0
// the datagram stays on its host.
func (w *World) sendToGroup(s *socket, bufs [][]byte, src, dst netip.AddrPort) {
	seen := arrivalOf(s, dst)
	seen.group = true
	loop := optMulticastLoop
	seen.ttl = uint8(s.opts.get(optMulticastTTL))
	if dst.Addr().Is6() {
		loop = opt6MulticastLoop
		seen.ttl = uint8(s.opts.get(opt6MulticastHops))
	}
	p := Packet{Packet: trace.Packet{Protocol: "udp", Data: flat(bufs)}, From: src, To: dst, traced: true}
	w.sent(s.host(), src, dst, p.Packet, "")
	for _, h := range w.hosts {
		if !w.reachable(s.host(), h) || h != s.host() && w.expires(seen.ttl, s.host(), h) {
			continue
		}
		here := seen
		here.ttl -= uint8(min(w.hops(s.host(), h), int(here.ttl)))
		for e := h.ports[portKeyOf(wsa.IPPROTO_UDP, dst.Port())]; e != nil; e = e.next {
			r := e.sock
			i := r.member(dst.Addr())
			if i < 0 || !r.groups[i].hears(src.Addr()) || h == s.host() && r.opts.get(loop) == 0 {
				continue
			}
			w.carry(s.host(), h, p, func(_ *Host, p *Packet) {
				if !r.closed && r.dgram != nil && r.hearsFrom(src) {
					r.dgram.receive(r, [][]byte{p.Data}, src, here)
				}
			})
		}
	}
}
