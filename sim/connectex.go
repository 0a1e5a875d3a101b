package sim

import (
	"wsasim/model/rules"
	"wsasim/wsa"
)

// ConnectEx implements wsa.Extensions.
func (t *Thread) ConnectEx(s wsa.SOCKET, name, send []byte, sent *uint32, ov *wsa.Overlapped) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.ConnectExCall{S: s, Name: clone(name), SendBuffer: clone(send), NullSent: sent == nil, Overlapped: t.overlappedID(ov), Event: eventOf(ov)})
	}
	sock, e := t.open(s)
	if e == 0 {
		e = t.connectEx(sock, name, send, ov)
	}
	if w.trace != nil {
		t.returned(wsa.Return{Err: e, Count: copyOf(sent)})
	}
	return t.done(e)
}

func (t *Thread) connectEx(s *socket, name, send []byte, ov *wsa.Overlapped) wsa.Errno {
	if ov != nil {
		ov.Internal = wsa.STATUS_PENDING // also when it fails (observed CX9)
	}
	to, fault := s.parse(name)
	switch {
	case ov == nil:
		return t.fail(rules.CONNEXOverlapped, wsa.WSA_INVALID_PARAMETER)
	case fault == addressShort:
		return t.fail(rules.CONNFault, wsa.WSAEFAULT)
	case s.typ != wsa.SOCK_STREAM || !s.inet():
		return t.fail(rules.CONNEXState, wsa.WSAEINVAL)
	case s.state == stateConnected:
		return t.fail(rules.CONNIsconn, wsa.WSAEISCONN) // observed CX9
	case !s.bound || s.state != stateOpen || s.accepting != nil:
		return t.fail(rules.CONNEXState, wsa.WSAEINVAL) // observed CX4, CG5, AX11
	case fault == addressFamily:
		return t.fail(rules.CONNFamily, wsa.WSAEAFNOSUPPORT)
	case to.Addr().IsUnspecified() || to.Port() == 0:
		return t.fail(rules.CONNZero, wsa.WSAEADDRNOTAVAIL)
	}
	a, e := t.startAttempt(s, to)
	if e != 0 {
		return e
	}
	ov.Internal = 0
	a.op = t.begin(opConnect, s, nil, ov, nil)
	a.data = clone(send) // the buffer is free again at once (observed CX6)
	a.request()
	if a.brief {
		t.world.retire(a)
	}
	return t.fail(rules.CONNEXPending, wsa.WSA_IO_PENDING)
}

// connectedEx ends a ConnectEx that has its connection; the first data leaves
// with it.
func (a *attempt) connectedEx() {
	s := a.sock
	s.context = true
	n := len(a.data)
	if n > 0 {
		s.stream.put([][]byte{a.data}, n, nil)
	}
	s.world().endSoon(a.op, wsa.STATUS_SUCCESS, n)
}

// DisconnectEx implements wsa.Extensions.
func (t *Thread) DisconnectEx(s wsa.SOCKET, ov *wsa.Overlapped, flags, reserved uint32) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.DisconnectExCall{S: s, Overlapped: t.overlappedID(ov), Event: eventOf(ov), Flags: flags, Reserved: reserved})
	}
	sock, e := t.named(s)
	switch {
	case e != 0:
	case flags&^uint32(wsa.TF_REUSE_SOCKET) != 0 || reserved != 0:
		e = t.fail(rules.DISCONNParam, wsa.WSAEINVAL)
	case sock.stream == nil || sock.stream.broken != 0:
		e = t.fail(rules.DISCONNNotconn, wsa.WSAENOTCONN)
	default:
		// Disconnecting twice succeeds (observed DX4).
		sock.disconnect(flags)
		if ov != nil {
			o := t.begin(opDone, sock, nil, ov, nil)
			w.endSoon(o, wsa.STATUS_SUCCESS, 0)
			e = t.fail(rules.DISCONNPending, wsa.WSA_IO_PENDING) // observed DX2
		}
	}
	return t.finishCall(e)
}

// disconnect ends the sending direction; with TF_REUSE_SOCKET the socket becomes
// as it was before it was connected, still bound.
func (s *socket) disconnect(flags uint32) {
	c := s.stream
	c.finish()
	if flags&wsa.TF_REUSE_SOCKET == 0 {
		s.touch()
		return
	}
	c.closed, c.sock = true, nil
	if c.arrived > 0 {
		c.abort()
	}
	c.settle()
	s.world().wakeAll(&c.readers, wokenClosed)
	s.stream, s.state, s.context = nil, stateOpen, false
	s.notices = notices{event: s.event, mask: s.mask}
	if s.port == nil {
		s.bound = false // an accepted socket has no name of its own
	}
	s.touch()
}

// TransmitFile implements wsa.Extensions.
func (t *Thread) TransmitFile(s wsa.SOCKET, h wsa.HANDLE, bytesToWrite, bytesPerSend uint32, ov *wsa.Overlapped, bufs *wsa.TransmitFileBuffers, flags uint32) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		c := wsa.TransmitFileCall{
			S: s, File: h, BytesToWrite: bytesToWrite, BytesPerSend: bytesPerSend,
			Overlapped: t.overlappedID(ov), Event: eventOf(ov), NullBuffers: bufs == nil, Flags: flags,
		}
		if bufs != nil {
			c.Head, c.Tail = clone(bufs.Head), clone(bufs.Tail)
		}
		t.called(c)
	}
	sock, e := t.named(s)
	if e == 0 {
		e = t.transmitFile(sock, h, bytesToWrite, ov, bufs, flags)
	}
	return t.finishCall(e)
}

func (t *Thread) transmitFile(s *socket, h wsa.HANDLE, limit uint32, ov *wsa.Overlapped, bufs *wsa.TransmitFileBuffers, flags uint32) wsa.Errno {
	if s.stream == nil {
		return t.fail(rules.TRANSMITNotconn, wsa.WSAENOTCONN) // observed TF1
	}
	var content []byte
	if h != 0 {
		f, _ := t.proc.handles.entry(uintptr(h)).(*file)
		if f == nil {
			return t.fail(rules.TRANSMITFile, wsa.WSA_INVALID_HANDLE)
		}
		content = f.content
		if ov != nil {
			// The structure says where in the file to begin.
			content = content[min(uint64(ov.Offset)|uint64(ov.OffsetHigh)<<32, uint64(len(content))):]
		}
		if limit != 0 && int(limit) < len(content) {
			content = content[:limit]
		}
	}
	parts := [][]byte{content}
	if bufs != nil {
		parts = [][]byte{bufs.Head, content, bufs.Tail}
	}
	var e wsa.Errno
	if ov == nil {
		_, e = t.send(s, parts, 0, nil, "TransmitFile")
	} else {
		_, e = t.sendOverlapped(s, &sendArgs{bufs: parts, what: "TransmitFile"}, ov, nil)
	}
	if o := s.ops.last; e == wsa.WSA_IO_PENDING && o != nil && o.kind == opSend && o.ov == ov {
		o.disconnects = flags // once its data are sent
		return e
	}
	if e == 0 || e == wsa.WSA_IO_PENDING {
		s.disconnectAfter(flags)
	}
	return e
}

// disconnectAfter does what the flags of a TransmitFile ask for after the data.
func (s *socket) disconnectAfter(flags uint32) {
	if flags&wsa.TF_DISCONNECT != 0 && s.stream != nil {
		s.disconnect(flags & wsa.TF_REUSE_SOCKET)
	}
}

// WSASendDisconnect implements wsa.Extensions.
func (t *Thread) WSASendDisconnect(s wsa.SOCKET, data []byte) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.WSASendDisconnectCall{S: s, Data: clone(data)})
	}
	return t.halfClose(s, data, wsa.SD_SEND)
}

// WSARecvDisconnect implements wsa.Extensions.
func (t *Thread) WSARecvDisconnect(s wsa.SOCKET, data []byte) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.WSARecvDisconnectCall{S: s, Data: clone(data)})
	}
	return t.halfClose(s, data, wsa.SD_RECEIVE)
}

// halfClose is the common part of WSASendDisconnect and WSARecvDisconnect; the
// world is locked.
func (t *Thread) halfClose(s wsa.SOCKET, data []byte, how int32) error {
	sock, e := t.open(s)
	switch {
	case e != 0:
	case data != nil:
		e = t.fail(rules.DISCONNData, wsa.WSAENOPROTOOPT)
	default:
		e = t.shutdown(sock, how)
	}
	return t.finishCall(e)
}
