package wsanet

import (
	"context"
	"net"
	"syscall"
	"time"

	"wsasim/wsa"
)

// ListenConfig makes listeners and packet connections; its fields mean what
// those of net.ListenConfig mean. It may be used by any number of goroutines.
type ListenConfig struct {
	// Stack is whose Winsock is used.
	Stack *Stack
	// Control is called with the new socket before it is bound; see [Control]
	// for what the RawConn can do.
	Control func(network, address string, c syscall.RawConn) error
	// KeepAlive and KeepAliveConfig are for accepted connections, as in
	// [Dialer].
	KeepAlive       time.Duration
	KeepAliveConfig net.KeepAliveConfig
	// Resolver finds the addresses of names; nil is [Stack.LookupNetIP].
	Resolver Resolver
	// Security secures the socket, and the connections that it accepts; nil
	// does not.
	Security *Security
}

// Listen listens for TCP connections: networks are "tcp", "tcp4" and "tcp6". An
// empty or unspecified host is every address, of IPv6 and IPv4 for "tcp". The
// context is for resolving the address. Errors are package net's: a *net.OpError
// "listen" with *os.SyscallError "socket", "bind", "listen", with *net.AddrError
// or *net.DNSError.
func (lc *ListenConfig) Listen(ctx context.Context, network, address string) (net.Listener, error) {
	list, err := lc.Stack.resolver(lc.Resolver).resolve(ctx, "listen", network, address)
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Err: err}
	}
	at := first(list)
	if network[0] != 't' {
		return nil, &net.OpError{Op: "listen", Net: network, Addr: at.addr(network), Err: &net.AddrError{Err: "unexpected address type", Addr: address}}
	}
	l := &TCPListener{keepAlive: lc.KeepAlive, keepAliveConfig: lc.KeepAliveConfig}
	if err := lc.open(&l.socket, wsa.SOCK_STREAM, network, at); err != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Addr: at.addr(network), Err: err}
	}
	return l, nil
}

// ListenPacket makes a datagram socket that takes what comes to an address:
// networks are "udp", "udp4" and "udp6". The result is a *UDPConn. An address of
// a multicast group binds the port for every address, shared with others who do
// the same; it joins no group. Errors are as those of Listen, and "wsaioctl".
func (lc *ListenConfig) ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error) {
	list, err := lc.Stack.resolver(lc.Resolver).resolve(ctx, "listen", network, address)
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Err: err}
	}
	at := first(list)
	if network[0] != 'u' {
		return nil, &net.OpError{Op: "listen", Net: network, Addr: at.addr(network), Err: &net.AddrError{Err: "unexpected address type", Addr: address}}
	}
	c := new(UDPConn)
	if err := lc.open(&c.socket, wsa.SOCK_DGRAM, network, at); err != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Addr: at.addr(network), Err: err}
	}
	return c, nil
}

// open makes a socket and binds it; a stream socket listens.
func (lc *ListenConfig) open(s *socket, typ int32, network string, at endpoint) error {
	if err := lc.Stack.open(s, typ, network, &at, nil); err != nil {
		return err
	}
	if err := lc.prepare(s, at); err != nil {
		_ = s.close()
		return err
	}
	s.learnAddrs()
	return nil
}

func (lc *ListenConfig) prepare(s *socket, at endpoint) error {
	t := s.wr.t.Load()
	if s.typ == wsa.SOCK_DGRAM && at.ip.IsMulticast() {
		if err := t.setInt(s.handle, wsa.SOL_SOCKET, wsa.SO_REUSEADDR, 1); err != nil {
			return err
		}
		at.ip = nil
	}
	if lc.Control != nil {
		if err := lc.Control(s.controlNetwork(), at.hostport(), &rawConn{s}); err != nil {
			return err
		}
	}
	if err := lc.Security.apply(s, endpoint{}); err != nil {
		return err
	}
	if err := s.bind(at); err != nil {
		return err
	}
	if s.typ == wsa.SOCK_DGRAM {
		return s.quiet()
	}
	return syscallError("listen", t.api.Listen(s.handle, wsa.SOMAXCONN))
}
