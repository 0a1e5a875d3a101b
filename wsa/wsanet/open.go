package wsanet

import (
	"wsasim/wsa"
)

// newSocket makes an overlapped socket that child processes do not inherit.
func newSocket(api wsa.API, family, typ int32) (wsa.SOCKET, error) {
	s, err := api.WSASocket(family, typ, 0, nil, 0, wsa.WSA_FLAG_OVERLAPPED|wsa.WSA_FLAG_NO_HANDLE_INHERIT)
	if err != nil {
		return wsa.INVALID_SOCKET, syscallError("socket", err)
	}
	return s, nil
}

// open makes a socket, with the options that package net sets, in s. It is in
// the Stack's list then, and its write side has a thread.
func (st *Stack) open(s *socket, typ int32, network string, laddr, raddr *endpoint) error {
	if st == nil {
		return errNoStack
	}
	family, v6only := familyFor(network, laddr, raddr)
	t, err := st.take()
	if err != nil {
		return err
	}
	handle, err := newSocket(t.api, family, typ)
	if err != nil {
		st.give(t)
		return err
	}
	if err := t.defaultOptions(handle, family, typ, v6only); err != nil {
		_ = t.api.Closesocket(handle)
		st.give(t)
		return err
	}
	if !s.init(st, handle, family, typ, network) {
		_ = t.api.Closesocket(handle)
		st.give(t)
		return ErrStackClosed
	}
	s.wr.t.Store(t)
	return nil
}

// defaultOptions are those of package net: whether an IPv6 socket serves IPv4
// too, of which failure is ignored, and broadcast.
func (t *thread) defaultOptions(s wsa.SOCKET, family, typ int32, v6only bool) error {
	if family == wsa.AF_INET6 {
		_ = t.setInt(s, wsa.IPPROTO_IPV6, wsa.IPV6_V6ONLY, boolInt(v6only))
		return nil
	}
	if typ == wsa.SOCK_DGRAM {
		return t.setInt(s, wsa.SOL_SOCKET, wsa.SO_BROADCAST, 1)
	}
	return nil
}

// bind binds a new socket.
func (s *socket) bind(at endpoint) error {
	t := s.wr.t.Load()
	name, err := at.appendSockaddr(t.name[:0], s.family)
	if err != nil {
		return err
	}
	return syscallError("bind", t.api.Bind(s.handle, name))
}

// quiet turns off what package net turns off on datagram sockets: that earlier
// sends which reached nobody are reported by later receives. Systems before
// SIO_UDP_NETRESET do not have the second report either.
func (s *socket) quiet() error {
	t := s.wr.t.Load()
	off := t.name[:4]
	clear(off)
	if err := t.api.WSAIoctl(s.handle, wsa.SIO_UDP_CONNRESET, off, nil, &t.n, nil, nil); err != nil {
		return syscallError("wsaioctl", err)
	}
	err := t.api.WSAIoctl(s.handle, wsa.SIO_UDP_NETRESET, off, nil, &t.n, nil, nil)
	if err == wsa.WSAEOPNOTSUPP {
		return nil
	}
	return syscallError("wsaioctl", err)
}

// controlNetwork is the network that a Control function is told.
func (s *socket) controlNetwork() string {
	switch {
	case len(s.net) > 3:
		return s.net
	case s.family == wsa.AF_INET:
		return s.net + "4"
	}
	return s.net + "6"
}
