package model

import (
	"net/netip"

	"wsasim/wsa"
)

// What waits at a datagram socket, as far as it is certain. That is so only in a
// simulated world whose network nobody has touched (rule NET-PROMPT): nothing is
// lost, repeated or late there.
//
// FIONREAD tells all bytes that wait (page winsock-ioctls), so no more can wait
// after it than what it told and what was sent since.

// still reports whether nothing is on its way in the world: no call that sends has
// yet to return, and no datagram waits for a negotiation.
func (w *world) still() bool {
	if !w.undisturbed() {
		return false
	}
	for _, f := range w.calls {
		if f.pending != nil && sends(f.pending) {
			return false
		}
	}
	for _, x := range w.sockets.all {
		if x.typ == wsa.SOCK_DGRAM && x.sec.on && x.sent {
			return false
		}
	}
	return true
}

// counted notes what FIONREAD has told of a datagram socket.
func (w *world) counted(s *socket, n uint32) {
	if s.bound != yes || !s.portKnown || s.unclear || !w.still() {
		return
	}
	w.editSocket(s.place, func(x *socket) { x.holding, x.held = true, uint64(n) })
}

// swell notes that a datagram was sent to a port, on whatever host.
func (w *world) swell(port uint16, size uint64) {
	for i := range w.hosts {
		use := w.ports.get(portKey(i, wsa.SOCK_DGRAM, port))
		if use == nil {
			continue
		}
		for _, k := range use.keys {
			if x := w.sockets.get(k); x.holding {
				w.editSocket(k, func(x *socket) { x.held += size })
			}
		}
	}
}

// shrink notes that at least n bytes were taken from a datagram socket.
func (w *world) shrink(k uint64, n uint64) {
	if x := w.sockets.get(k); x != nil && x.holding {
		w.editSocket(k, func(x *socket) { x.held -= min(x.held, n) })
	}
}

// nobodyAt reports whether a datagram of the socket certainly meets a port that
// nobody has, so that the next receive tells it (RECV-UNREACHED).
func (w *world) nobodyAt(x *socket, to netip.AddrPort) bool {
	a := to.Addr()
	switch {
	case !w.undisturbed(), x.typ != wsa.SOCK_DGRAM, x.sec.on, x.quiet, x.unclear:
		return false
	case to.Port() == 0, a.IsLoopback(), x.local.Addr().IsLoopback():
		return false
	}
	at := -1
	for i, h := range w.hosts {
		if h.owns(a) {
			if at >= 0 {
				return false
			}
			at = i
		}
	}
	if at < 0 || w.inPort(at, to.Port()) || w.inPort(at, 0) {
		return false
	}
	for _, y := range w.sockets.all {
		if y.unclear && y.host == at {
			return false
		}
	}
	return true
}

// inPort reports whether a datagram socket of the host may have the port; port 0
// stands for those whose port is not known.
func (w *world) inPort(host int, port uint16) bool {
	use := w.ports.get(portKey(host, wsa.SOCK_DGRAM, port))
	return use != nil && (len(use.keys) > 0 || use.soft > 0)
}
