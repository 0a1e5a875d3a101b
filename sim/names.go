package sim

import (
	"net/netip"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// Getsockname implements wsa.BaseSockets. A socket bound to the wildcard shows
// the wildcard until it is connected.
func (t *Thread) Getsockname(s wsa.SOCKET, name []byte, namelen *int32) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.GetsocknameCall{S: s, Name: roomOf(name), Namelen: copyOf(namelen)})
	}
	sock, e := t.open(s)
	switch {
	case e != 0:
	case name == nil || namelen == nil:
		e = t.fail(rules.NAMEFault, wsa.WSAEFAULT)
	case !sock.bound || sock.context && sock.port == nil:
		// After AcceptEx until SO_UPDATE_ACCEPT_CONTEXT (observed AX12).
		e = t.fail(rules.NAMEUnbound, wsa.WSAEINVAL)
	default:
		e = t.storeName(sock, sock.scoped(sock.local), name, namelen)
	}
	if w.trace != nil {
		t.returned(nameReturn(e, name, namelen))
	}
	return t.done(e)
}

// Getpeername implements wsa.BaseSockets.
func (t *Thread) Getpeername(s wsa.SOCKET, name []byte, namelen *int32) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.GetpeernameCall{S: s, Name: roomOf(name), Namelen: copyOf(namelen)})
	}
	sock, e := t.open(s)
	switch {
	case e != 0:
	case name == nil || namelen == nil:
		e = t.fail(rules.NAMEFault, wsa.WSAEFAULT)
	case sock.state != stateConnected || sock.context:
		e = t.fail(rules.NAMENotconn, wsa.WSAENOTCONN)
	default:
		e = t.storeName(sock, sock.peer, name, namelen)
	}
	if w.trace != nil {
		t.returned(nameReturn(e, name, namelen))
	}
	return t.done(e)
}

// scoped gives a link-local address of the host its scope id (observed BI8).
func (s *socket) scoped(a netip.AddrPort) netip.AddrPort {
	if !a.Addr().Is6() || !a.Addr().IsLinkLocalUnicast() {
		return a
	}
	for _, own := range s.host().cfg.Addrs {
		if own.WithZone("") == a.Addr() {
			return netip.AddrPortFrom(own, a.Port())
		}
	}
	return a
}

func (t *Thread) storeName(s *socket, a netip.AddrPort, name []byte, namelen *int32) wsa.Errno {
	if !s.store(a, name, namelen) {
		return t.fail(rules.NAMEFault, wsa.WSAEFAULT)
	}
	return 0
}

func nameReturn(e wsa.Errno, name []byte, namelen *int32) wsa.Return {
	ret := wsa.Return{Err: e, Len: lengthOf(namelen)}
	if e == 0 {
		ret.Addr = clone(name[:*namelen])
	}
	return ret
}

// roomOf is an output buffer as a Call shows it.
func roomOf(b []byte) wsa.Room {
	if b == nil {
		return wsa.NULL
	}
	return wsa.Room(len(b))
}

func copyOf[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

func lengthOf[T int32 | uint32](p *T) *int64 {
	if p == nil {
		return nil
	}
	v := int64(*p)
	return &v
}
