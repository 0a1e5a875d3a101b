package wsatest

import "wsasim/wsa"

// cancel is CancelIo.
func (t thread) cancel(want wsa.Errno, s wsa.SOCKET) {
	t.call(want, "CancelIo", func() error { return t.api.CancelIo(wsa.HANDLE(s)) })
}

// cancelOne is CancelIoEx; ov nil means all.
func (t thread) cancelOne(want wsa.Errno, s wsa.SOCKET, ov *wsa.Overlapped) {
	t.call(want, "CancelIoEx", func() error { return t.api.CancelIoEx(wsa.HANDLE(s), ov) })
}

// trapCancelTooLate: CancelIo succeeds although the receive has ended with data
// before; who takes the success for a cancelled receive loses them.
func trapCancelTooLate(c *context) {
	a, b := c.pair()
	ov, buf := c.overlapped(), pattern(10)
	c.recvInto(wsa.WSA_IO_PENDING, b, buf, ov, nil)
	c.send(success, a, "data", 0)
	c.settle()
	c.cancel(success, b)
	c.ended(success, b, ov, 4)
	equal(c.thread, "the data", string(buf[:4]), "data")
	c.nonblocking(b)
	c.recv(wsa.WSAEWOULDBLOCK, b, 10, 0) // they do not come again
}

// trapCancelledRead: a receive that was cancelled says nothing about the
// connection, which goes on.
func trapCancelledRead(c *context) {
	a, b := c.pair()
	ov := c.overlapped()
	c.recvInto(wsa.WSA_IO_PENDING, b, pattern(10), ov, nil)
	c.cancel(success, b)
	c.ended(wsa.WSA_OPERATION_ABORTED, b, ov, 0)
	c.send(success, a, "after", 0)
	c.gets("after", b)
	c.send(success, b, "back", 0)
	c.gets("back", a)
}

// trapNothingToCancel: CancelIoEx fails for an operation that has ended, whose
// packet comes all the same, once.
func trapNothingToCancel(c *context) {
	a, b, port := c.ported()
	ov := &wsa.Overlapped{}
	c.recvInto(wsa.WSA_IO_PENDING, b, pattern(10), ov, nil)
	c.send(success, a, "data", 0)
	c.settle()
	c.cancelOne(wsa.ERROR_NOT_FOUND, b, ov)
	c.packet(port, key, ov, success, 4)
	c.noPacket(port)
}

// trapFreedEarly: what was cancelled ends after CancelIoEx has returned, and the
// system writes to the structure until then: the packet still names it.
func trapFreedEarly(c *context) {
	_, b, port := c.ported()
	first, second := &wsa.Overlapped{}, &wsa.Overlapped{}
	for _, ov := range []*wsa.Overlapped{first, second} {
		c.recvInto(wsa.WSA_IO_PENDING, b, pattern(10), ov, nil)
	}
	c.cancelOne(success, b, second)
	c.packet(port, key, second, wsa.ERROR_OPERATION_ABORTED, 0)
	c.noPacket(port)
	c.close(b)
	c.packet(port, key, first, wsa.ERROR_OPERATION_ABORTED, 0)
}

// trapListenerClosed: closing a listener ends the AcceptEx in flight on it.
func trapListenerClosed(c *context) {
	l, _ := c.listener()
	port := c.port()
	c.reports(l, port, key)
	a := c.acceptAt(l, 0)
	c.close(l)
	c.packet(port, key, a.ov, wsa.ERROR_OPERATION_ABORTED, 0)
}

// trapCounter: the count that the call stores is none when the operation goes
// on; how much came, its end says.
func trapCounter(c *context) {
	a, b := c.pair()
	ov := c.overlapped()
	equal(c.thread, "the count", c.recvInto(wsa.WSA_IO_PENDING, b, pattern(10), ov, nil), poisonCount)
	c.send(success, a, "data", 0)
	c.ended(success, b, ov, 4)
}

// trapGenericResult: of one end the kernel's call and Winsock's say different
// things, and the kernel's writes a count although it fails.
func trapGenericResult(c *context) {
	a, b := c.pair()
	ov := c.overlapped()
	c.recvInto(wsa.WSA_IO_PENDING, b, pattern(10), ov, nil)
	c.resetBy(a)
	c.endedInKernel(wsa.ERROR_NETNAME_DELETED, b, ov, 0)
	c.ended(wsa.WSAECONNRESET, b, ov, 0)
}

// trapControlLength: WSARecvMsg makes the length of the control buffer what came;
// who uses the structure again has room for that much from then on.
func trapControlLength(c *context) {
	a, b := c.datagrams()
	m := message(100, 100)
	next := func(want wsa.Errno) {
		c.sendto(success, a, "datagram", wsa.Sockaddr(c.name(b)))
		c.settle()
		m.Namelen = wsa.SockaddrStorageSize
		c.recvMsg(want, b, m, nil)
	}
	next(success)
	equal(c.thread, "the length without control messages", m.ControlLen, 0)
	c.setInt(success, b, ipPktInfo, 1)
	next(wsa.WSAEMSGSIZE)
	c.is(m.Flags&wsa.MSG_CTRUNC != 0, "flags %#x say nothing of control messages", m.Flags)
	m.ControlLen = 100
	next(success)
	equal(c.thread, "the length with one", int(m.ControlLen), c.p.Target.ControlSpace(8))
}

// trapCancelOthers: CancelIo leaves alone what other threads have started;
// CancelIoEx does not.
func trapCancelOthers(c *context) {
	_, b := c.pair()
	ov := c.overlapped()
	c.recvInto(wsa.WSA_IO_PENDING, b, pattern(10), ov, nil)
	c.spawn(func(t thread) { t.cancel(success, b) })
	c.join()
	c.runs(b, ov)
	c.spawn(func(t thread) { t.cancelOne(success, b, nil) })
	c.join()
	c.ended(wsa.WSA_OPERATION_ABORTED, b, ov, 0)
}
