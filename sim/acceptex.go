package sim

import (
	"encoding/binary"
	"net/netip"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// acceptBuffer is where AcceptEx puts the first data and the addresses: data,
// local address and remote address, each in a part of the given length.
type acceptBuffer struct {
	out                 []byte
	data, local, remote uint32
}

// addressRoom is how much more than the address each part must have (page
// nf-mswsock-acceptex). The last four bytes of a part hold the address's length.
const addressRoom = 16

// fits reports whether a part has room for an address of the socket's family;
// no room at all is allowed for the local one (observed AX4).
func (s *socket) fits(length uint32) bool { return int(length) >= s.sockaddrLen()+addressRoom }

// AcceptEx implements wsa.Extensions.
func (t *Thread) AcceptEx(listen, accept wsa.SOCKET, out []byte, data, local, remote uint32, received *uint32, ov *wsa.Overlapped) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.AcceptExCall{
			ListenSocket: listen, AcceptSocket: accept, OutputBuffer: roomOf(out), ReceiveDataLength: data, LocalAddressLength: local,
			RemoteAddressLength: remote, NullReceived: received == nil, Overlapped: t.overlappedID(ov), Event: eventOf(ov),
		})
	}
	if ov != nil {
		ov.Internal = wsa.STATUS_PENDING // also when it fails (observed AX1, AX2)
	}
	var acceptor *socket
	l, e := t.named(listen)
	if e == 0 {
		acceptor, e = t.named(accept)
	}
	if e == 0 {
		e = t.acceptEx(l, acceptor, acceptBuffer{out, data, local, remote}, ov)
	}
	if w.trace != nil {
		t.returned(wsa.Return{Err: e, Count: copyOf(received)})
	}
	return t.done(e)
}

func (t *Thread) acceptEx(l, acceptor *socket, b acceptBuffer, ov *wsa.Overlapped) wsa.Errno {
	switch {
	case ov == nil:
		return t.fail(rules.ACCEPTEXOverlapped, wsa.WSA_INVALID_PARAMETER)
	case b.remote == 0:
		return t.fail(rules.ACCEPTEXRemote, wsa.WSAEFAULT) // observed AX8
	case l.typ != wsa.SOCK_STREAM || l.state != stateListening:
		return t.fail(rules.ACCEPTEXNotlisten, wsa.WSAEINVAL) // observed AX2
	case acceptor.typ != wsa.SOCK_STREAM || acceptor.family != l.family || acceptor.bound || acceptor.state != stateOpen || acceptor.accepting != nil:
		return t.fail(rules.ACCEPTEXSocket, wsa.WSAEINVAL) // observed AX5, AX10
	case uint64(len(b.out)) < uint64(b.data)+uint64(b.local)+uint64(b.remote):
		return t.fail(rules.ACCEPTEXRemote, wsa.WSAEFAULT)
	}
	ov.Internal = 0
	o := t.begin(opAccept, l, nil, ov, nil)
	o.acceptor, o.accept = acceptor, b
	acceptor.accepting = o
	e := t.pend(o, &l.listener.waiters, rules.ACCEPTEXPending)
	if len(l.listener.queue) > 0 {
		t.world.wakeOperation(o, wokenReady)
	}
	return e
}

// takeConnection does opAccept.
func (o *operation) takeConnection() {
	l := o.sock
	if o.queue == nil || o.queue.head != &o.waiter || len(l.listener.queue) == 0 {
		return
	}
	if o.accept.local != 0 && !l.fits(o.accept.local) || !l.fits(o.accept.remote) {
		// Noticed only now, and the connection stays (observed AX6, AX7 of the
		// local address; of the other one it is inferred, AX8 says that it pends).
		o.end(wsa.STATUS_BUFFER_TOO_SMALL, 0)
		if len(l.listener.queue) > 0 {
			l.acceptAgain()
			l.world().wakeFirst(&l.listener.waiters)
		}
		return
	}
	c := l.listener.take()
	o.queue.remove(&o.waiter)
	if len(l.listener.queue) > 0 {
		l.world().wakeFirst(&l.listener.waiters)
	}
	if c.broken != 0 {
		o.end(brokenStatus(c.broken), 0)
		return
	}
	n := o.acceptor
	n.bound, n.state, n.local, n.peer = true, stateConnected, c.local, c.remote
	n.stream, n.context, n.security = c, true, l.security.Inherit()
	n.reached() // no page says that a group could keep it from this connection
	c.sock = n
	n.keepAlive()
	n.connectionReady()
	o.storeAddresses(c.local, c.remote)
	if o.accept.data == 0 {
		o.end(wsa.STATUS_SUCCESS, 0)
		return
	}
	o.kind = opAcceptData
	o.bufs = append(o.few[:0], o.accept.out[:o.accept.data])
	c.readers.push(&o.waiter)
	if c.readable() > 0 || c.finished || c.broken != 0 {
		l.world().wakeOperation(o, wokenReady)
	}
}

// storeAddresses puts the addresses behind the data.
func (o *operation) storeAddresses(local, remote netip.AddrPort) {
	b := &o.accept
	at := b.out[b.data:]
	for _, part := range []struct {
		addr netip.AddrPort
		room uint32
	}{{local, b.local}, {remote, b.remote}} {
		if part.room > 0 {
			o.sock.writeAddr(part.addr, at)
			binary.LittleEndian.PutUint32(at[part.room-4:], uint32(o.sock.sockaddrLen()))
		}
		at = at[part.room:]
	}
}

// acceptorClosed ends an AcceptEx whose accept socket was closed (observed AX16,
// CP11).
func (o *operation) acceptorClosed() {
	o.end(wsa.STATUS_CANCELLED, 0)
}

// GetAcceptExSockaddrs implements wsa.Extensions.
func (t *Thread) GetAcceptExSockaddrs(out []byte, data, local, remote uint32) (l, r []byte) {
	w := t.world
	defer w.unlockAfter(w.lock())
	if w.trace != nil {
		t.called(wsa.GetAcceptExSockaddrsCall{OutputBuffer: clone(out), ReceiveDataLength: data, LocalAddressLength: local, RemoteAddressLength: remote})
	}
	if uint64(len(out)) >= uint64(data)+uint64(local)+uint64(remote) {
		l = addressPart(out[data : data+local])
		r = addressPart(out[data+local : data+local+remote])
	}
	if w.trace != nil {
		t.returned(wsa.Return{Local: clone(l), Addr: clone(r)})
	}
	return l, r
}

func addressPart(b []byte) []byte {
	if len(b) < 4 {
		return nil
	}
	n := binary.LittleEndian.Uint32(b[len(b)-4:])
	if uint64(n) > uint64(len(b)) {
		return nil
	}
	return b[:n]
}

// WSAAccept implements wsa.Extensions.
func (t *Thread) WSAAccept(s wsa.SOCKET, addr []byte, addrlen *int32, condition wsa.ConditionFunc) (wsa.SOCKET, error) {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.WSAAcceptCall{S: s, Addr: roomOf(addr), Addrlen: copyOf(addrlen)})
	}
	accepted, e := wsa.INVALID_SOCKET, wsa.Errno(0)
	var answer *int32
	var group uint32
	sock, e := t.open(s)
	if e == 0 {
		var c *stream
		if condition != nil {
			condition = answering(condition, &answer, &group)
		}
		if c, e = t.acceptNext(sock, addr, addrlen, condition, "WSAAccept"); e == 0 {
			n := t.acceptedSocket(sock, c, addr, addrlen)
			n.enterGroup(group)
			n.reached()
			accepted = n.handle
		}
	}
	if w.trace != nil {
		ret := socketReturn(accepted, e)
		ret.Answer, ret.Group = answer, group
		if e == 0 && addr != nil && addrlen != nil {
			ret.Addr = clone(addr[:*addrlen])
		}
		ret.Len = lengthOf(addrlen)
		t.returned(ret)
	}
	return accepted, t.done(e)
}

// answering is a condition function whose answer is kept, for the trace, and the
// group that it has named.
func answering(condition wsa.ConditionFunc, answer **int32, group *uint32) wsa.ConditionFunc {
	return func(o *wsa.Offer) int32 {
		a := condition(o)
		*answer, *group = &a, o.Group
		return a
	}
}

// judged asks a condition function about the first connection of a listener. It
// runs without the world's lock, as it must not call Winsock it has no use for
// it, and should still not stop everybody else.
func (t *Thread) judged(s *socket, c *stream, condition wsa.ConditionFunc) wsa.Errno {
	offer := &wsa.Offer{CallerID: wsa.Sockaddr(s.show(c.remote)), CalleeID: wsa.Sockaddr(s.show(c.local))}
	t.world.unlock()
	answer := condition(offer)
	t.world.lock()
	l := s.listener
	if s.closed || s.state != stateListening || len(l.queue) == 0 || l.queue[0] != c {
		return t.fail(rules.WSAACCEPTGone, wsa.WSAEACCES)
	}
	switch answer {
	case wsa.CF_ACCEPT:
		return t.offeredGroup(offer.Group, s, c)
	case wsa.CF_REJECT:
		l.take()
		c.closed = true
		c.abort()
		return t.fail(rules.WSAACCEPTReject, wsa.WSAECONNREFUSED)
	case wsa.CF_DEFER:
		return t.fail(rules.WSAACCEPTDefer, wsa.WSATRY_AGAIN) // it stays the first (observed AC1)
	}
	return t.fail(rules.WSAACCEPTAnswer, wsa.WSAEINVAL)
}
