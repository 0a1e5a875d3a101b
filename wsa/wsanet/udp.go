package wsanet

import (
	"encoding/binary"
	"net"
	"net/netip"
	"syscall"

	"wsasim/wsa"
)

// UDPConn is a datagram socket: net.UDPConn over an API. Any number of
// goroutines may use it.
//
// A datagram that is larger than the buffer is an error on Windows: the buffer
// is filled, which the count says, the rest is lost, and the call fails with *os.SyscallError
// "wsarecvfrom" and WSAEMSGSIZE.
type UDPConn struct{ conn }

// addrPort is a SOCKADDR that was received.
func (t *thread) addrPort() netip.AddrPort {
	ap, err := wsa.ParseSockaddr(t.name[:min(int(t.namelen), len(t.name))])
	if err != nil {
		return netip.AddrPort{}
	}
	return ap
}

// receiveFrom receives one datagram.
func (s *socket) receiveFrom(b []byte) (int, netip.AddrPort, error) {
	if len(b) == 0 {
		return 0, netip.AddrPortFrom(anyOf(s.family), 0), nil // without asking, as package net
	}
	t, err := s.begin(&s.rd)
	if err != nil {
		return 0, netip.AddrPort{}, err
	}
	t.bufs[0], t.n, t.flags, t.namelen = b, 0, 0, int32(len(t.name))
	err = t.api.WSARecvFrom(s.handle, t.bufs[:], &t.n, &t.flags, t.name[:], &t.namelen, &t.ov, nil)
	if err == wsa.WSA_IO_PENDING {
		err = s.wait(&s.rd, t)
	}
	n, from := int(t.n), netip.AddrPort{}
	if err == nil {
		from = t.addrPort()
	}
	t.bufs[0] = nil
	s.end(&s.rd)
	return n, from, syscallError("wsarecvfrom", err)
}

// ReadFromUDPAddrPort receives one datagram, with WSARecvFrom. Errors are package
// net's, in a *net.OpError "read". It allocates nothing, unless it fails or the
// address has a zone.
func (c *UDPConn) ReadFromUDPAddrPort(b []byte) (n int, addr netip.AddrPort, err error) {
	n, addr, err = c.receiveFrom(b)
	if err != nil {
		err = c.opError("read", err)
	}
	return n, addr, err
}

// ReadFromUDP is ReadFromUDPAddrPort with another type of address, which is all
// that it allocates.
func (c *UDPConn) ReadFromUDP(b []byte) (int, *net.UDPAddr, error) {
	n, addr, err := c.ReadFromUDPAddrPort(b)
	if err != nil {
		return n, nil, err
	}
	return n, udpAddr(addr), nil
}

// ReadFrom is ReadFromUDP for net.PacketConn.
func (c *UDPConn) ReadFrom(b []byte) (int, net.Addr, error) {
	n, addr, err := c.ReadFromUDP(b)
	if addr == nil {
		return n, nil, err
	}
	return n, addr, err
}

// sendTo sends one datagram.
func (s *socket) sendTo(b []byte, to netip.AddrPort) (int, error) {
	if s.connected {
		return 0, net.ErrWriteToConnected
	}
	if !to.IsValid() {
		return 0, errMissingAddress
	}
	to, err := forFamily(to, s.family)
	if err != nil {
		return 0, err
	}
	t, err := s.begin(&s.wr)
	if err != nil {
		return 0, err
	}
	name, err := appendAddrPort(t.name[:0], to)
	if err == nil {
		t.bufs[0], t.n = b, 0
		err = t.api.WSASendTo(s.handle, t.bufs[:], &t.n, 0, name, &t.ov, nil)
		if err == wsa.WSA_IO_PENDING {
			err = s.wait(&s.wr, t)
		}
		t.bufs[0] = nil
	}
	n := int(t.n)
	s.end(&s.wr)
	return n, syscallError("wsasendto", err)
}

// addrPortUDPAddr is the address in errors of methods that take a
// netip.AddrPort.
type addrPortUDPAddr struct{ netip.AddrPort }

func (addrPortUDPAddr) Network() string { return "udp" }

// anyOf is the unspecified address of a family.
func anyOf(family int32) netip.Addr {
	if family == wsa.AF_INET6 {
		return netip.IPv6Unspecified()
	}
	return netip.IPv4Unspecified()
}

// WriteToUDPAddrPort sends one datagram, with WSASendTo. Errors are package
// net's, in a *net.OpError "write". It allocates nothing unless it fails.
func (c *UDPConn) WriteToUDPAddrPort(b []byte, addr netip.AddrPort) (int, error) {
	n, err := c.sendTo(b, addr)
	if err != nil {
		err = c.writeError(addrPortUDPAddr{addr}, err)
	}
	return n, err
}

// writeError is an error of sending to an address.
func (c *UDPConn) writeError(to net.Addr, err error) error {
	return &net.OpError{Op: "write", Net: c.net, Source: c.laddr, Addr: to, Err: err}
}

// WriteToUDP is WriteToUDPAddrPort with another type of address.
func (c *UDPConn) WriteToUDP(b []byte, addr *net.UDPAddr) (int, error) {
	if addr == nil {
		err := error(errMissingAddress)
		if c.connected {
			err = net.ErrWriteToConnected
		}
		return 0, c.writeError(nil, err)
	}
	to, err := c.addrPortOf(addr)
	n := 0
	if err == nil {
		n, err = c.sendTo(b, to)
	}
	if err != nil {
		err = c.writeError(addr, err)
	}
	return n, err
}

// addrPortOf is an address in the form of the socket's family; no IP address is
// "any".
func (s *socket) addrPortOf(addr *net.UDPAddr) (netip.AddrPort, error) {
	ap := addr.AddrPort()
	if ip := ap.Addr(); len(addr.IP) == 0 || s.family == wsa.AF_INET6 && ip.Unmap() == netip.IPv4Unspecified() {
		return netip.AddrPortFrom(anyOf(s.family), ap.Port()), nil
	}
	if !ap.Addr().IsValid() {
		return ap, &net.AddrError{Err: "invalid address", Addr: addr.IP.String()}
	}
	return ap, nil
}

// WriteTo is WriteToUDP for net.PacketConn; the address must be a *net.UDPAddr,
// or else it fails with syscall.EINVAL.
func (c *UDPConn) WriteTo(b []byte, addr net.Addr) (int, error) {
	a, ok := addr.(*net.UDPAddr)
	if !ok {
		return 0, c.writeError(addr, syscall.EINVAL)
	}
	return c.WriteToUDP(b, a)
}

// ReadMsgUDPAddrPort receives one datagram with its control messages, with
// WSARecvMsg: oobn bytes of them are stored in oob, in the layout of
// the API (wsa.TargetOf, wsa.ParseControl), and flags are those of the message (MSG_TRUNC, MSG_CTRUNC).
// Errors are package net's, "wsarecvmsg" in a *net.OpError "read".
func (c *UDPConn) ReadMsgUDPAddrPort(b, oob []byte) (n, oobn, flags int, addr netip.AddrPort, err error) {
	n, oobn, flags, addr, err = c.receiveMsg(b, oob)
	if err != nil {
		err = c.opError("read", syscallError("wsarecvmsg", err))
	}
	return n, oobn, flags, addr, err
}

func (s *socket) receiveMsg(b, oob []byte) (n, oobn, flags int, addr netip.AddrPort, err error) {
	t, err := s.begin(&s.rd)
	if err != nil {
		return 0, 0, 0, netip.AddrPort{}, err
	}
	t.bufs[0], t.n = b, 0
	t.msg = wsa.Msg{Name: t.name[:], Namelen: int32(len(t.name)), Buffers: t.bufs[:], Control: oob, ControlLen: uint32(len(oob))}
	err = t.api.WSARecvMsg(s.handle, &t.msg, &t.n, &t.ov, nil)
	if err == wsa.WSA_IO_PENDING {
		err = s.wait(&s.rd, t)
	}
	n, oobn, flags = int(t.n), int(t.msg.ControlLen), int(t.msg.Flags)
	if err == nil {
		t.namelen = t.msg.Namelen
		addr = t.addrPort()
	}
	t.bufs[0], t.msg = nil, wsa.Msg{}
	s.end(&s.rd)
	return n, oobn, flags, addr, err
}

// ReadMsgUDP is ReadMsgUDPAddrPort with another type of address.
func (c *UDPConn) ReadMsgUDP(b, oob []byte) (n, oobn, flags int, addr *net.UDPAddr, err error) {
	n, oobn, flags, ap, err := c.ReadMsgUDPAddrPort(b, oob)
	if ap.IsValid() {
		addr = udpAddr(ap)
	}
	return n, oobn, flags, addr, err
}

// WriteMsgUDPAddrPort sends one datagram with control messages, with WSASendMsg,
// to addr, which must be the zero AddrPort if the socket is connected. Errors are
// package net's, "wsasendmsg" in a *net.OpError "write".
func (c *UDPConn) WriteMsgUDPAddrPort(b, oob []byte, addr netip.AddrPort) (n, oobn int, err error) {
	n, oobn, err = c.sendMsg(b, oob, addr)
	if err != nil {
		err = c.writeError(addrPortUDPAddr{addr}, syscallError("wsasendmsg", err))
	}
	return n, oobn, err
}

func (s *socket) sendMsg(b, oob []byte, to netip.AddrPort) (n, oobn int, err error) {
	switch {
	case s.connected && to.IsValid():
		return 0, 0, net.ErrWriteToConnected
	case !s.connected && !to.IsValid():
		return 0, 0, errMissingAddress
	}
	if to.IsValid() {
		if to, err = forFamily(to, s.family); err != nil {
			return 0, 0, err
		}
	}
	t, err := s.begin(&s.wr)
	if err != nil {
		return 0, 0, err
	}
	defer s.end(&s.wr)
	t.bufs[0], t.n = b, 0
	t.msg = wsa.Msg{Buffers: t.bufs[:], Control: oob, ControlLen: uint32(len(oob))}
	if to.IsValid() {
		if t.msg.Name, err = appendAddrPort(t.name[:0], to); err != nil {
			return 0, 0, err
		}
		t.msg.Namelen = int32(len(t.msg.Name))
	}
	err = t.api.WSASendMsg(s.handle, &t.msg, 0, &t.n, &t.ov, nil)
	if err == wsa.WSA_IO_PENDING {
		err = s.wait(&s.wr, t)
	}
	n, oobn = int(t.n), int(t.msg.ControlLen)
	t.bufs[0], t.msg = nil, wsa.Msg{}
	return n, oobn, err
}

// WriteMsgUDP is WriteMsgUDPAddrPort with another type of address.
func (c *UDPConn) WriteMsgUDP(b, oob []byte, addr *net.UDPAddr) (n, oobn int, err error) {
	var to netip.AddrPort
	if addr != nil {
		if to, err = c.addrPortOf(addr); err != nil {
			return 0, 0, c.writeError(addr, err)
		}
	}
	n, oobn, err = c.sendMsg(b, oob, to)
	if err != nil {
		var at net.Addr
		if addr != nil {
			at = addr
		}
		err = c.writeError(at, syscallError("wsasendmsg", err))
	}
	return n, oobn, err
}

// SetConnReset sets SIO_UDP_CONNRESET: whether a receive fails with WSAECONNRESET
// after an earlier datagram found no receiver. Winsock's sockets begin with it
// on; those of package net, and so these, begin with it off.
func (c *UDPConn) SetConnReset(on bool) error {
	err := c.call(func(t *thread) error {
		v := t.name[:4]
		binary.LittleEndian.PutUint32(v, uint32(boolInt(on)))
		return syscallError("wsaioctl", t.api.WSAIoctl(c.handle, wsa.SIO_UDP_CONNRESET, v, nil, &t.n, nil, nil))
	})
	if err != nil {
		return c.opErrorAt("set", c.laddr, err)
	}
	return nil
}
