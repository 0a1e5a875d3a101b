package sim

import (
	"net/netip"

	"wsasim/wsa"
)

// addressFault says what is wrong with a SOCKADDR.
type addressFault uint8

const (
	addressGood   addressFault = iota
	addressShort               // NULL, or shorter than the family's structure
	addressFamily              // of another family than the socket
)

// sockaddrLen is the size of the socket's address structure.
func (s *socket) sockaddrLen() int {
	if s.family == wsa.AF_INET6 {
		return wsa.SockaddrIn6Size
	}
	return wsa.SockaddrInSize
}

// parse reads a SOCKADDR given for this socket. A mapped IPv4 address comes
// back as IPv4; scope is the scope id of an IPv6 one.
func (s *socket) parse(name []byte) (a netip.AddrPort, fault addressFault) {
	if len(name) < 2 {
		return a, addressShort
	}
	// The length is judged first: an address that is long enough for another
	// family but short for this one is short (observed BI1, BI7).
	if len(name) < s.sockaddrLen() {
		return a, addressShort
	}
	if wsa.SockaddrFamily(name) != s.family {
		return a, addressFamily
	}
	a, err := wsa.ParseSockaddr(name)
	if err != nil {
		return a, addressShort
	}
	if a.Addr().Is4In6() {
		a = netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
	}
	return a, addressGood
}

// store writes an address into an output buffer with its in/out length. It
// reports false, having written nothing, when either is missing or too small.
func (s *socket) store(a netip.AddrPort, buf []byte, length *int32) bool {
	if buf == nil || length == nil {
		return false
	}
	size := s.sockaddrLen()
	if int(*length) < size || len(buf) < size {
		return false
	}
	s.writeAddr(a, buf)
	*length = int32(size)
	return true
}

// writeAddr encodes an address at the start of buf, which has room.
func (s *socket) writeAddr(a netip.AddrPort, buf []byte) {
	out, err := wsa.AppendSockaddr(buf[:0], s.show(a))
	if err != nil {
		panic("sim: an address of our own cannot be encoded: " + err.Error())
	}
	_ = out
}

// wildcard is the all-zero address of the socket's family.
func (s *socket) wildcard() netip.Addr {
	if s.family == wsa.AF_INET6 {
		return netip.IPv6Unspecified()
	}
	return netip.IPv4Unspecified()
}

// broadcast is the limited broadcast address.
var broadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})
