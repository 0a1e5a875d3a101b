package sim

import (
	"encoding/binary"
	"net/netip"

	"wsasim/wsa"
)

// ipPacket is an IP packet: what its header says, and what it carries.
type ipPacket struct {
	src, dst     netip.Addr
	protocol     uint8
	ttl, tos     uint8
	id           uint16 // IPv4's identification
	dontFragment bool
	data         []byte
}

// Sizes of the headers without options or extensions (RFC 791, RFC 8200).
const (
	ip4HeaderSize = 20
	ip6HeaderSize = 40
)

// appendHeader4 appends the packet's IPv4 header, in the byte order of the
// network, with its checksum.
func (p *ipPacket) appendHeader4(b []byte) []byte {
	be, at := binary.BigEndian, len(b)
	b = append(b, 0x45, p.tos)
	b = be.AppendUint16(b, uint16(ip4HeaderSize+len(p.data)))
	b = be.AppendUint16(b, p.id)
	flags := uint16(0)
	if p.dontFragment {
		flags = 0x4000
	}
	b = be.AppendUint16(b, flags)
	b = append(b, p.ttl, p.protocol, 0, 0)
	src, dst := p.src.As4(), p.dst.As4()
	b = append(append(b, src[:]...), dst[:]...)
	be.PutUint16(b[at+10:], internetChecksum(0, b[at:]))
	return b
}

// appendHeader6 appends the packet's IPv6 header.
func (p *ipPacket) appendHeader6(b []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, 6<<28|uint32(p.tos)<<20)
	b = binary.BigEndian.AppendUint16(b, uint16(len(p.data)))
	b = append(b, p.protocol, p.ttl)
	src, dst := p.src.As16(), p.dst.As16()
	return append(append(b, src[:]...), dst[:]...)
}

// appendTo appends the whole packet.
func (p *ipPacket) appendTo(b []byte) []byte {
	if p.src.Is4() {
		return append(p.appendHeader4(b), p.data...)
	}
	return append(p.appendHeader6(b), p.data...)
}

// parseIP reads a packet that a program made itself (IP_HDRINCL, IPV6_HDRINCL).
// The length and the checksum in the header are the stack's to fill in. It is
// false for what is no whole packet of the family, and for a fragment.
func parseIP(family int32, b []byte) (p ipPacket, ok bool) {
	be := binary.BigEndian
	if family == wsa.AF_INET6 {
		if len(b) < ip6HeaderSize || b[0]>>4 != 6 {
			return p, false
		}
		p.tos = uint8(be.Uint16(b) >> 4)
		p.protocol, p.ttl = b[6], b[7]
		p.src, p.dst = netip.AddrFrom16([16]byte(b[8:24])), netip.AddrFrom16([16]byte(b[24:40]))
		p.data = b[ip6HeaderSize:]
		return p, true
	}
	if len(b) < ip4HeaderSize || b[0] != 0x45 || be.Uint16(b[6:])&0x3FFF != 0 {
		return p, false // too short, options, or a fragment
	}
	p.tos, p.id, p.dontFragment = b[1], be.Uint16(b[4:]), b[6]&0x40 != 0
	p.ttl, p.protocol = b[8], b[9]
	p.src, p.dst = netip.AddrFrom4([4]byte(b[12:16])), netip.AddrFrom4([4]byte(b[16:20]))
	p.data = b[ip4HeaderSize:]
	return p, true
}

// internetChecksum is the checksum of RFC 1071 over b, in addition to sum.
func internetChecksum(sum uint32, b []byte) uint16 {
	for len(b) >= 2 {
		sum += uint32(binary.BigEndian.Uint16(b))
		b = b[2:]
	}
	if len(b) == 1 {
		sum += uint32(b[0]) << 8
	}
	for sum>>16 != 0 {
		sum = sum&0xFFFF + sum>>16
	}
	return ^uint16(sum)
}

// icmpChecksum is the checksum of an ICMP message between two addresses: 0 for
// one that holds the right checksum. ICMPv6 counts the addresses in (RFC 4443
// section 2.3).
func icmpChecksum(src, dst netip.Addr, message []byte) uint16 {
	if src.Is4() {
		return internetChecksum(0, message)
	}
	sum := uint32(len(message)) + wsa.IPPROTO_ICMPV6
	for _, a := range []netip.Addr{src, dst} {
		b := a.As16()
		sum += uint32(^internetChecksum(0, b[:]))
	}
	return internetChecksum(sum, message)
}

// icmpHeaderSize is type, code, checksum and four bytes that depend on the type.
const icmpHeaderSize = 8

// newICMP makes an ICMP message between two addresses, with its checksum.
func newICMP(src, dst netip.Addr, typ, code uint8, rest [4]byte, body []byte) []byte {
	m := append(make([]byte, 0, icmpHeaderSize+len(body)), typ, code, 0, 0)
	m = append(append(m, rest[:]...), body...)
	binary.BigEndian.PutUint16(m[2:], icmpChecksum(src, dst, m))
	return m
}
