package wsanet

import (
	"net"
	"net/netip"
	"strconv"

	"wsasim/wsa"
)

// endpoint is an address of either family with a port; no address is "any".
type endpoint struct {
	ip   net.IP
	port int
	zone string
}

func (e endpoint) wildcard() bool { return len(e.ip) == 0 || e.ip.IsUnspecified() }

// family is AF_INET unless the address is an IPv6 one.
func (e endpoint) family() int32 {
	if len(e.ip) <= net.IPv4len || e.ip.To4() != nil {
		return wsa.AF_INET
	}
	return wsa.AF_INET6
}

// addr is the endpoint as package net writes it.
func (e endpoint) addr(network string) net.Addr {
	if network[0] == 'u' {
		return &net.UDPAddr{IP: e.ip, Port: e.port, Zone: e.zone}
	}
	return &net.TCPAddr{IP: e.ip, Port: e.port, Zone: e.zone}
}

// endpointOf reads a net.Addr; false for a nil one and for another type.
func endpointOf(a net.Addr) (endpoint, bool) {
	switch a := a.(type) {
	case *net.TCPAddr:
		if a != nil {
			return endpoint{a.IP, a.Port, a.Zone}, true
		}
	case *net.UDPAddr:
		if a != nil {
			return endpoint{a.IP, a.Port, a.Zone}, true
		}
	}
	return endpoint{}, false
}

// appendSockaddr appends the endpoint's SOCKADDR for a socket of the family. It
// fails with *net.AddrError as package net does. A zone must be a number: the
// system's names of interfaces are not asked for.
func (e endpoint) appendSockaddr(dst []byte, family int32) ([]byte, error) {
	var addr netip.Addr
	if family == wsa.AF_INET {
		ip := e.ip.To4()
		switch {
		case len(e.ip) == 0:
			addr = netip.IPv4Unspecified()
		case ip == nil:
			return nil, &net.AddrError{Err: "non-IPv4 address", Addr: e.ip.String()}
		default:
			addr = netip.AddrFrom4([4]byte(ip))
		}
	} else {
		ip := e.ip.To16()
		switch {
		case len(e.ip) == 0 || e.ip.Equal(net.IPv4zero):
			addr = netip.IPv6Unspecified()
		case ip == nil:
			return nil, &net.AddrError{Err: "non-IPv6 address", Addr: e.ip.String()}
		default:
			addr = netip.AddrFrom16([16]byte(ip)).WithZone(e.zone)
		}
	}
	return appendAddrPort(dst, netip.AddrPortFrom(addr, uint16(e.port)))
}

// appendAddrPort appends a SOCKADDR of the address's own family.
func appendAddrPort(dst []byte, ap netip.AddrPort) ([]byte, error) {
	b, err := wsa.AppendSockaddr(dst, ap)
	if err != nil {
		return nil, &net.AddrError{Err: "zone is not a number", Addr: ap.Addr().String()}
	}
	return b, nil
}

// forFamily is an address as a socket of the family writes it.
func forFamily(ap netip.AddrPort, family int32) (netip.AddrPort, error) {
	addr := ap.Addr()
	switch {
	case family == wsa.AF_INET6 && addr.Is4():
		return netip.AddrPortFrom(netip.AddrFrom16(addr.As16()), ap.Port()), nil
	case family == wsa.AF_INET && addr.Is4In6():
		return netip.AddrPortFrom(addr.Unmap(), ap.Port()), nil
	case family == wsa.AF_INET && !addr.Is4():
		return ap, &net.AddrError{Err: "non-IPv4 address", Addr: addr.String()}
	}
	return ap, nil
}

// addrs are the addresses of a socket, in one piece of memory.
type addrs struct {
	addr [2]net.TCPAddr
	ip   [2][16]byte
}

// setAddrs takes a socket's addresses from SOCKADDRs; one that is none leaves
// the address as it is.
func (s *socket) setAddrs(local, remote []byte) {
	a := new(addrs)
	for i, to := range [...]*net.Addr{&s.laddr, &s.raddr} {
		ap, err := wsa.ParseSockaddr([...][]byte{local, remote}[i])
		if err != nil {
			continue
		}
		a.addr[i] = net.TCPAddr{IP: ipIn(&a.ip[i], ap.Addr()), Port: int(ap.Port()), Zone: ap.Addr().Zone()}
		if *to = &a.addr[i]; s.typ == wsa.SOCK_DGRAM {
			*to = (*net.UDPAddr)(&a.addr[i])
		}
	}
}

// ipIn is an address as package net has it, in the given room.
func ipIn(room *[16]byte, a netip.Addr) net.IP {
	if a.Is4() {
		v4 := a.As4()
		return append(room[:0], v4[:]...)
	}
	*room = a.As16()
	return room[:]
}

// udpAddr is the address of a datagram in one piece of memory.
func udpAddr(ap netip.AddrPort) *net.UDPAddr {
	a := new(struct {
		net.UDPAddr
		ip [16]byte
	})
	a.UDPAddr = net.UDPAddr{IP: ipIn(&a.ip, ap.Addr()), Port: int(ap.Port()), Zone: ap.Addr().Zone()}
	return &a.UDPAddr
}

// learnAddrs asks for a new socket's addresses. Those that it has none of stay
// as they are.
func (s *socket) learnAddrs() {
	t := s.wr.t.Load()
	const room = wsa.SockaddrIn6Size
	local, remote := t.name[:room], t.name[room:2*room]
	t.namelen = room
	if t.api.Getsockname(s.handle, local, &t.namelen) != nil {
		local = nil
	}
	t.namelen = room
	if !s.connected || t.api.Getpeername(s.handle, remote, &t.namelen) != nil {
		remote = nil
	}
	s.setAddrs(local, remote)
}

// familyFor chooses the family of a socket and whether it is for IPv6 only, as
// package net does where IPv6 sockets can serve IPv4 too.
func familyFor(network string, laddr, raddr *endpoint) (family int32, v6only bool) {
	switch network[len(network)-1] {
	case '4':
		return wsa.AF_INET, false
	case '6':
		return wsa.AF_INET6, true
	}
	if raddr == nil && (laddr == nil || laddr.wildcard()) {
		return wsa.AF_INET6, false
	}
	if (laddr == nil || laddr.family() == wsa.AF_INET) && (raddr == nil || raddr.family() == wsa.AF_INET) {
		return wsa.AF_INET, false
	}
	return wsa.AF_INET6, false
}

// toLocal is what dialing "any" address means: this computer.
func (e endpoint) toLocal(network string) endpoint {
	ip := net.IPv4(127, 0, 0, 1)
	if network[len(network)-1] == '6' {
		ip = net.IPv6loopback
	}
	return endpoint{ip, e.port, e.zone}
}

// hostport is the text of an endpoint.
func (e endpoint) hostport() string {
	host := ""
	if len(e.ip) > 0 {
		host = e.ip.String()
		if e.zone != "" {
			host += "%" + e.zone
		}
	}
	return net.JoinHostPort(host, strconv.Itoa(e.port))
}
