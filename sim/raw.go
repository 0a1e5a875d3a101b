package sim

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"wsasim/model/rules"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// Raw sockets send and receive ICMP echo, which is what ping does (page
// tcp-ip-raw-sockets-2). They are datagram sockets without ports, of which
// every one gets a copy of what arrives.
//
// Not simulated: raw sockets of protocols other than ICMP and ICMPv6; sending
// ICMP messages other than echo requests and replies; echo to a broadcast or
// multicast address; fragments and IP options under IP_HDRINCL; security
// policies for ICMP.

// maxRaw is the largest message of a raw socket (page tcp-ip-raw-sockets-2).
const maxRaw = 65467

// icmpTypes are the numbers of a family's ICMP messages (RFC 792, RFC 4443).
type icmpTypes struct {
	request, reply                   uint8
	unreachable, portCode, exhausted uint8
}

var (
	icmp4 = icmpTypes{request: 8, reply: 0, unreachable: 3, portCode: 3, exhausted: 11}
	icmp6 = icmpTypes{request: 128, reply: 129, unreachable: 1, portCode: 4, exhausted: 3}
)

// icmpOf is the protocol of ICMP messages between addresses like a, and their
// numbers.
func icmpOf(a netip.Addr) (int32, *icmpTypes) {
	if a.Is4() {
		return wsa.IPPROTO_ICMP, &icmp4
	}
	return wsa.IPPROTO_ICMPV6, &icmp6
}

// raw reports whether the socket is a raw one.
func (s *socket) raw() bool { return s.typ == wsa.SOCK_RAW }

// rawKind judges a raw socket of a protocol that has no row among the kinds.
func (t *Thread) rawKind(af, protocol int32) (kind, wsa.Errno) {
	if !t.proc.admin {
		return kind{}, t.fail(rules.SOCKRawAdmin, wsa.WSAEACCES)
	}
	return kind{}, t.notSimulated(fmt.Sprintf("a raw socket of family %d and protocol %d", af, protocol))
}

// sendRaw does all functions that send, on a raw socket.
func (t *Thread) sendRaw(s *socket, bufs [][]byte, src, dst netip.Addr) (int, wsa.Errno) {
	n := total(bufs)
	if dst == broadcast || dst.IsMulticast() {
		return 0, t.notSimulated("ICMP echo to many hosts at once")
	}
	p := s.nextPacket(src, dst, flat(bufs))
	if s.opts.get(optHdrIncl) != 0 || s.opts.get(opt6HdrIncl) != 0 {
		var ok bool
		if p, ok = parseIP(s.family, p.data); !ok || int32(p.protocol) != s.proto || p.dst != dst {
			return 0, t.notSimulated("an IP header with options, of a fragment, or for another protocol or destination")
		}
		if p.src.IsUnspecified() {
			p.src = src // the stack fills it in
		}
	}
	flags, ok := echoName(&p)
	if !ok {
		return 0, t.notSimulated(fmt.Sprintf("sending an ICMP message of type %d", p.data[0]))
	}
	if p.src.Is6() && len(p.data) >= icmpHeaderSize {
		// The stack computes ICMPv6's checksum, to which the source address
		// belongs (RFC 3542 section 3.1).
		clear(p.data[2:4])
		binary.BigEndian.PutUint16(p.data[2:], icmpChecksum(p.src, p.dst, p.data))
	}
	t.world.sendICMP(s.host(), &p, flags)
	return n, 0
}

// nextPacket is a packet as the socket's options say.
func (s *socket) nextPacket(src, dst netip.Addr, data []byte) ipPacket {
	seen := arrivalOf(s, netip.AddrPortFrom(dst, 0))
	s.host().lastPacket++
	return ipPacket{
		src: src, dst: dst, protocol: uint8(s.proto), ttl: seen.ttl, tos: seen.tos,
		id: s.host().lastPacket, dontFragment: s.opts.get(optDontFragment) != 0, data: data,
	}
}

// echoName is what a trace calls an ICMP message; false for one that is neither
// echo request nor reply. One that is shorter than a header has no name, and
// nobody answers it.
func echoName(p *ipPacket) (string, bool) {
	_, types := icmpOf(p.src)
	switch {
	case len(p.data) < icmpHeaderSize:
		return "malformed", true
	case p.data[0] == types.request:
		return "echo request", true
	case p.data[0] == types.reply:
		return "echo reply", true
	}
	return "", false
}

// sendICMP sends an ICMP message of a host into the network.
func (w *World) sendICMP(from *Host, p *ipPacket, flags string) {
	q := Packet{
		Packet: trace.Packet{Protocol: "icmp", Flags: flags, Data: p.data},
		From:   netip.AddrPortFrom(p.src, 0), To: netip.AddrPortFrom(p.dst, 0), ttl: p.ttl,
	}
	w.carry(from, from.target(p.dst), q, func(at *Host, arrived *Packet) {
		here := *p
		here.ttl, here.data = arrived.ttl, arrived.Data
		w.icmpArrives(at, &here)
	})
}

// icmpArrives is the arrival of an ICMP message at a host: every raw socket that
// it fits gets a copy, and the host answers an echo request. A message with a
// wrong checksum is dropped (RFC 1122 section 3.2.2).
func (w *World) icmpArrives(h *Host, p *ipPacket) {
	if len(p.data) < icmpHeaderSize || icmpChecksum(p.src, p.dst, p.data) != 0 {
		w.event("%s drops an ICMP message from %v: it is malformed or its checksum is wrong", h.cfg.Name, p.src)
		return
	}
	h.giveRaw(p)
	_, types := icmpOf(p.src)
	if p.data[0] != types.request || !h.has(p.dst) {
		return
	}
	h.lastPacket++
	reply := ipPacket{
		src: p.dst, dst: p.src, protocol: p.protocol, ttl: defaultTTL, tos: p.tos, id: h.lastPacket,
		data: newICMP(p.dst, p.src, types.reply, 0, [4]byte(p.data[4:8]), p.data[icmpHeaderSize:]),
	}
	w.sendICMP(h, &reply, "echo reply")
}

// giveRaw copies a packet into every raw socket of its protocol that is bound
// to its destination, or to none, and whose peer, if it has one, is its source.
// IPv4's header is part of what is received, IPv6's is not.
func (h *Host) giveRaw(p *ipPacket) {
	var packet []byte
	for e := h.ports[portKeyOf(int32(p.protocol), 0)]; e != nil; e = e.next {
		s := e.sock
		if !e.addr.IsUnspecified() && e.addr != p.dst || s.state == stateConnected && s.peer.Addr() != p.src {
			continue
		}
		if packet == nil {
			packet = p.data
			if p.src.Is4() {
				packet = p.appendTo(nil)
			}
		}
		s.dgram.receive(s, [][]byte{packet}, netip.AddrPortFrom(p.src, 0), arrival{to: p.dst, ttl: p.ttl, tos: p.tos})
	}
}

// hasRaw reports whether a host has raw sockets that see ICMP messages between
// addresses like a.
func (h *Host) hasRaw(a netip.Addr) bool {
	proto, _ := icmpOf(a)
	return h.ports[portKeyOf(proto, 0)] != nil
}

// udpHeaderSize is that of RFC 768: ports, length, checksum.
const udpHeaderSize = 8

// asIP is a datagram or an ICMP message as an IP packet, as far as an error
// message quotes it; false for other packets.
func (p *Packet) asIP() (ipPacket, bool) {
	q := ipPacket{src: p.From.Addr(), dst: p.To.Addr(), ttl: 1, data: p.Data}
	switch p.Protocol {
	case "icmp":
		proto, _ := icmpOf(q.src)
		q.protocol = uint8(proto)
	case "udp":
		header := binary.BigEndian.AppendUint16(nil, p.From.Port())
		header = binary.BigEndian.AppendUint16(header, p.To.Port())
		header = binary.BigEndian.AppendUint16(header, uint16(udpHeaderSize+len(p.Data)))
		q.protocol, q.data = wsa.IPPROTO_UDP, append(header, 0, 0)
	default:
		return q, false
	}
	return q, true
}

// errorMessage is an ICMP message about a packet, of which it quotes the header
// and the first eight bytes (RFC 792).
func errorMessage(by netip.Addr, typ, code uint8, about ipPacket) ipPacket {
	about.data = about.data[:min(len(about.data), 8)]
	proto, _ := icmpOf(by)
	return ipPacket{
		src: by, dst: about.src, protocol: uint8(proto), ttl: defaultTTL,
		data: newICMP(by, about.src, typ, code, [4]byte{}, about.appendTo(nil)),
	}
}
