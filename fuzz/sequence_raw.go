package fuzz

import (
	"encoding/binary"
	"net/netip"

	"pgregory.net/rapid"

	"wsasim/wsa"
)

// Pings is Sequence with raw sockets in the middle of it.
func Pings(t *rapid.T, s Setup) *Machine { return sequence(t, s, pingActions) }

var pingActions = map[string]func(*Machine, source){
	"ping":         (*Machine).ping,
	"ping more":    (*Machine).ping,
	"fitting call": (*Machine).fittingCall,
	"disturb":      (*Machine).disturbNetwork,
	"close":        (*Machine).closeOne,
}

// ping sends ICMP echoes on a raw socket of an administrator's process, and
// receives what came of them, with a time-out.
func (m *Machine) ping(g source) {
	a, family := m.drawActor(g), g.family()
	typ, protocol := byte(8), int32(wsa.IPPROTO_ICMP)
	if family == wsa.AF_INET6 {
		typ, protocol = 128, wsa.IPPROTO_ICMPV6
	}
	s := m.call(a, wsa.WSASocketCall{Family: family, Type: wsa.SOCK_RAW, Protocol: protocol, Flags: wsa.WSA_FLAG_OVERLAPPED}).Socket
	if s == 0 || s == wsa.INVALID_SOCKET {
		return // no administrator
	}
	m.call(a, wsa.SetsockoptCall{S: s, Level: wsa.SOL_SOCKET, Optname: wsa.SO_RCVTIMEO, Optval: le.AppendUint32(nil, uint32(1+g.upTo(200, "milliseconds")))})
	to := netip.AddrPortFrom(m.address(g.upTo(len(m.actors)-1, "to"), family), 0)
	if g.once(6, "nobody there") {
		to = netip.AddrPortFrom(pick(g, "address", netip.MustParseAddr("10.0.0.99"), netip.MustParseAddr("fd00::99")), 0)
	}
	if g.once(3, "bind") {
		m.call(a, wsa.BindCall{S: s, Name: wsa.Sockaddr(netip.AddrPortFrom(m.address(a, family), 0))})
	}
	if g.once(3, "connect") {
		m.call(a, wsa.ConnectCall{S: s, Name: wsa.Sockaddr(to)})
	}
	for n := range 1 + g.upTo(2, "echoes") {
		echo := append([]byte{typ, 0, 0, 0, 0, byte(g.upTo(3, "identifier")), 0, byte(n)}, g.payload()...)
		if len(echo) > 100 {
			echo = echo[:100]
		}
		if !g.once(8, "wrong checksum") {
			binary.BigEndian.PutUint16(echo[2:], checksum(echo))
		}
		m.call(a, wsa.SendtoCall{S: s, Buf: echo, To: wsa.Sockaddr(to)})
	}
	for range 1 + g.upTo(3, "receives") {
		from := int32(28)
		m.call(a, wsa.RecvfromCall{S: s, Buf: pick(g, "room", wsa.Room(200), 28, 10), From: 28, Fromlen: &from})
	}
	if !g.once(4, "keep it") {
		m.call(a, wsa.ClosesocketCall{S: s})
	}
}

// checksum is ICMP's over a message with zeros in its place (RFC 792).
func checksum(b []byte) uint16 {
	sum := uint32(0)
	for i, x := range b {
		sum += uint32(x) << (8 * (1 - i&1))
	}
	for sum > 0xFFFF {
		sum = sum>>16 + sum&0xFFFF
	}
	return ^uint16(sum)
}
