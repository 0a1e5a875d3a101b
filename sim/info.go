package sim

import (
	"net/netip"

	"wsasim/sim/ale"
	"wsasim/wsa"
)

// SocketInfo is a snapshot of a socket, for people and tests.
type SocketInfo struct {
	Socket wsa.SOCKET
	// Family, Type and Protocol are those it was made with; type and protocol
	// are never 0.
	Family, Type, Protocol int32
	// State is "open", "listening", "connecting" or "connected".
	State string
	// Overlapped is WSA_FLAG_OVERLAPPED, Nonblocking what FIONBIO set, Bound
	// whether it has a local name, by bind or by itself.
	Overlapped, Nonblocking bool
	Bound                   bool
	Local, Peer             netip.AddrPort // invalid when there is none
	// Readable is how many bytes have arrived and not been read, Pending how
	// many connections wait to be accepted.
	Readable, Pending int
	// Broken is the error that every transfer on a broken connection gives.
	Broken wsa.Errno
	// Secured reports whether WSASetSocketSecurity succeeded, Names are the
	// target names set, Association is what was negotiated with the peer.
	Secured     bool
	Names       []ale.PeerName
	Association ale.Association
	// Group is the number of the group of sockets that it is in, 0 for none.
	Group uint32
}

// SocketInfo describes an open socket of the thread's process; it is not a call
// of Winsock and leaves no trace. ok is false when s is not a socket.
func (t *Thread) SocketInfo(s wsa.SOCKET) (info SocketInfo, ok bool) {
	defer t.world.unlockAfter(t.world.lock())
	sock := t.proc.handles.socket(s)
	if sock == nil {
		return info, false
	}
	info = SocketInfo{
		Socket: s, Family: sock.family, Type: sock.typ, Protocol: sock.proto,
		State: sock.state.String(), Overlapped: sock.overlapped, Nonblocking: sock.nonblocking,
		Bound: sock.bound, Local: sock.local, Peer: sock.peer, Readable: int(sock.readable()),
		Secured: sock.security.Secured(), Names: sock.security.Names(),
	}
	if sock.listener != nil {
		info.Pending = len(sock.listener.queue)
	}
	if sock.stream != nil {
		info.Broken = sock.stream.broken
	}
	if g := sock.group(); g != nil {
		info.Group = g.id
	}
	info.Association, _ = sock.Association(sock.peer)
	return info, true
}

// Sockets lists the open sockets of the process in the order of their handles.
func (p *Process) Sockets() []wsa.SOCKET {
	w := p.host.world
	defer w.unlockAfter(w.lock())
	var list []wsa.SOCKET
	for i, e := range p.handles.entries {
		if _, ok := e.(*socket); ok {
			list = append(list, wsa.SOCKET(handleAt(i)))
		}
	}
	return list
}
