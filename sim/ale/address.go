package ale

import (
	"net/netip"

	"wsasim/wsa"
)

// shortAddress reports whether a SOCKADDR ends before its family does, or
// before the structure that its family calls for. A family that is not known
// calls for nothing more.
func shortAddress(b []byte) bool {
	switch wsa.SockaddrFamily(b) {
	case -1:
		return true
	case wsa.AF_INET:
		return len(b) < wsa.SockaddrInSize
	case wsa.AF_INET6:
		return len(b) < wsa.SockaddrIn6Size
	}
	return false
}

// zeroPeer reports whether a whole SOCKADDR has neither address nor port. A
// scope alone names no peer.
func zeroPeer(b []byte) bool {
	var in wsa.SockaddrIn
	var in6 wsa.SockaddrIn6
	if wsa.SockaddrFamily(b) == wsa.AF_INET {
		return in.UnmarshalBinary(b) == nil && in.Port == 0 && in.Addr == [4]byte{}
	}
	return in6.UnmarshalBinary(b) == nil && in6.Port == 0 && in6.Addr == [16]byte{}
}

// association is what is known about the traffic with a peer: a whole SOCKADDR
// for a datagram socket, and of no interest for a stream.
func association(s Socket, addr []byte) (Association, bool) {
	if s.Type() == wsa.SOCK_STREAM {
		return s.Association(netip.AddrPort{})
	}
	peer, err := wsa.ParseSockaddr(addr)
	if err != nil {
		panic("ale: address passed validation and cannot be read: " + err.Error())
	}
	return s.Association(peer)
}
