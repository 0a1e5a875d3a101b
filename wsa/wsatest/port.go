package wsatest

import (
	"wsasim/wsa"
)

// key is what sockets are reported under, where one will do.
const key = 125

// ported is a connection of which one end is reported at a port.
func (c *context) ported() (a, b wsa.SOCKET, port wsa.HANDLE) {
	a, b = c.pair()
	port = c.port()
	c.reports(b, port, key)
	return a, b, port
}

// asks is an ioctl call with overlapped parameters; the count starts poisoned.
func (t thread) asks(want wsa.Errno, s wsa.SOCKET, code uint32, in, out []byte, ov *wsa.Overlapped, r *routine) (returned uint32) {
	returned = poisonCount
	var call wsa.CompletionRoutine
	if r != nil {
		call = r.call
	}
	t.call(want, "overlapped WSAIoctl "+wsa.FormatConstant(wsa.KindIoctl, int64(code)), func() error {
		return t.api.WSAIoctl(s, code, in, out, &returned, ov, call)
	})
	return returned
}

// routineRuns waits for a routine that must run with success and no bytes.
func (t thread) routineRuns(r *routine) {
	equal(t, "what SleepEx returns", t.api.SleepEx(patience, true), wsa.WAIT_IO_COMPLETION)
	equal(t, "the routine", *r, routine{ran: 1})
}

func observedIO5(c *context) {
	_, b, port := c.ported()
	for _, code := range []uint32{wsa.FIONREAD, wsa.SIOCATMARK} {
		ov := &wsa.Overlapped{Internal: 0xAB, InternalHigh: 0xAB}
		equal(c.thread, "bytes returned", c.asks(success, b, code, nil, pattern(4), ov, nil), 4)
		equal(c.thread, "OVERLAPPED.Internal and InternalHigh", [2]uintptr{ov.Internal, ov.InternalHigh}, [2]uintptr{})
		c.packet(port, key, ov, success, 0)
	}
}

func observedIO16(c *context) {
	_, b, port := c.ported()
	ov := &wsa.Overlapped{}
	c.asks(success, b, wsa.FIONBIO, dword(1), nil, ov, nil)
	c.packet(port, key, ov, success, 0)
	a, _ := c.pair()
	r := new(routine)
	c.asks(success, a, wsa.FIONBIO, dword(1), nil, &wsa.Overlapped{}, r)
	c.routineRuns(r)
}

// observedKA5: the call fails since the structure is not there, or cut.
func observedKA5(c *context) {
	s := c.tcp()
	for _, in := range [][]byte{nil, keepalive(1, 1000, 1000)[:11]} {
		ov := c.overlapped()
		c.asks(wsa.WSAEFAULT, s, wsa.SIO_KEEPALIVE_VALS, in, nil, ov, nil)
		c.began(ov)
	}
}

// aliveWith is SIO_KEEPALIVE_VALS with an OVERLAPPED at a port.
func (c *context) aliveWith() (returned uint32) {
	_, b, port := c.ported()
	ov := &wsa.Overlapped{}
	returned = c.asks(success, b, wsa.SIO_KEEPALIVE_VALS, keepalive(1, 1000, 1000), nil, ov, nil)
	c.packet(port, key, ov, success, 0)
	return returned
}

func observedKA6(c *context) { c.aliveWith() }
func observedKA7(c *context) { equal(c.thread, "bytes returned", c.aliveWith(), poisonCount) }

func observedUI3(c *context) {
	_, b, port := c.ported()
	for _, code := range []uint32{0xdeadbeef, wsa.FIOASYNC, 0x667e, wsa.SIO_FLUSH} {
		ov := &wsa.Overlapped{Internal: 0xAB, InternalHigh: 0xAB}
		equal(c.thread, "bytes returned", c.asks(wsa.WSA_IO_PENDING, b, code, nil, nil, ov, nil), poisonCount)
		c.packet(port, key, ov, wsa.ERROR_NOT_SUPPORTED, 0)
		equal(c.thread, "OVERLAPPED.Internal and InternalHigh", [2]uintptr{ov.Internal, ov.InternalHigh}, [2]uintptr{wsa.STATUS_NOT_SUPPORTED, 0})
	}
}

func observedXF2(c *context) {
	id, err := wsa.ParseGUID(wsa.WSAID_ACCEPTEX)
	if err != nil {
		c.r.fatalf("%v", err)
	}
	_, b, port := c.ported()
	ov, size := &wsa.Overlapped{}, c.p.Target.PointerSize()
	n := c.asks(success, b, wsa.SIO_GET_EXTENSION_FUNCTION_POINTER, id[:], pattern(size), ov, nil)
	equal(c.thread, "bytes returned", int(n), size)
	c.packet(port, key, ov, success, 0)
}

func observedRQ5(c *context) {
	_, b, port := c.ported()
	to, ov := at(c.p.Loopback4, 0), &wsa.Overlapped{}
	equal(c.thread, "bytes returned", c.asks(success, b, wsa.SIO_ROUTING_INTERFACE_QUERY, to, pattern(16), ov, nil), 16)
	c.packet(port, key, ov, success, 0)
	a, _ := c.pair()
	r := new(routine)
	c.asks(success, a, wsa.SIO_ROUTING_INTERFACE_QUERY, to, pattern(16), &wsa.Overlapped{}, r)
	c.routineRuns(r)
}

func observedLQ4(c *context) {
	_, b, port := c.ported()
	for _, out := range [][]byte{nil, pattern(2 * c.p.Target.PointerSize())} {
		ov := &wsa.Overlapped{Internal: 0xAB, InternalHigh: 0xAB}
		c.asks(wsa.WSAEFAULT, b, wsa.SIO_ADDRESS_LIST_QUERY, nil, out, ov, nil)
		equal(c.thread, "OVERLAPPED.Internal and InternalHigh", [2]uintptr{ov.Internal, ov.InternalHigh}, [2]uintptr{0xAB, 0xAB})
		c.noPacket(port)
	}
}

func observedLQ5(c *context) {
	_, b, port := c.ported()
	ov := &wsa.Overlapped{}
	n := c.asks(success, b, wsa.SIO_ADDRESS_LIST_QUERY, nil, pattern(1024), ov, nil)
	c.is(n > 4 && n <= 1024, "%d bytes returned", n)
	c.packet(port, key, ov, success, 0)
}

func observedIL2(c *context) {
	_, b, port := c.ported()
	_, size := c.ioctl(success, b, wsa.SIO_GET_INTERFACE_LIST, nil, 8192)
	ov := &wsa.Overlapped{}
	c.asks(wsa.WSA_IO_PENDING, b, wsa.SIO_GET_INTERFACE_LIST, nil, pattern(8192), ov, nil)
	c.packet(port, key, ov, success, size)
}

func observedCP1(c *context) {
	a, b, port := c.ported()
	ov := &wsa.Overlapped{}
	c.recvInto(wsa.WSA_IO_PENDING, b, pattern(10), ov, nil)
	c.resetBy(a)
	c.packet(port, key, ov, wsa.ERROR_NETNAME_DELETED, 0)
	c.noPacket(port)
}

func observedCP4(c *context) {
	a, b, port := c.ported()
	c.send(success, a, "data", 0)
	c.settle()
	ov := &wsa.Overlapped{}
	equal(c.thread, "bytes received", c.recvInto(success, b, pattern(10), ov, nil), 4)
	c.packet(port, key, ov, success, 4)
}

func observedCP6(c *context) {
	s, port := c.tcp(), c.port()
	c.reports(s, port, key)
	c.recvInto(wsa.WSAENOTCONN, s, pattern(10), &wsa.Overlapped{}, nil)
	c.noPacket(port)
}

// acceptAt starts an AcceptEx whose listener is reported at the port.
func (c *context) acceptAt(l wsa.SOCKET, room uint32) *acceptance {
	a := &acceptance{c.tcp(), pattern(int(room) + 2*addressRoom), room, &wsa.Overlapped{}}
	c.acceptInto(wsa.WSA_IO_PENDING, l, a.acceptor, a.buf, room, addressRoom, addressRoom, a.ov)
	return a
}

// observedCP8 closes either of the two descriptors first.
func observedCP8(c *context) {
	for _, original := range []bool{true, false} {
		c.part(map[bool]string{true: "the first closed first", false: "the second closed first"}[original], 0, func() {
			l, _ := c.listener()
			port := c.port()
			c.reports(l, port, key)
			d := c.duplicate(l)
			a := c.acceptAt(d, 0)
			first, last := l, d
			if !original {
				first, last = d, l
			}
			c.close(first)
			c.noPacket(port)
			c.close(last)
			c.packet(port, key, a.ov, wsa.ERROR_OPERATION_ABORTED, 0)
		})
	}
}

func observedCP9(c *context) {
	l, _ := c.listener()
	port := c.port()
	c.reports(l, port, key)
	c.close(l)
	c.noPacket(port)
}

func observedCP10(c *context) {
	for _, closes := range []bool{false, true} {
		c.part(map[bool]string{false: "acceptor open", true: "acceptor closed"}[closes], 0, func() {
			l, to := c.listener()
			port := c.port()
			c.reports(l, port, 125)
			a := c.acceptAt(l, 1)
			c.reports(a.acceptor, port, 236)
			s := c.client(to)
			c.send(success, s, "x", 0)
			c.settle()
			if closes {
				c.close(a.acceptor)
			}
			c.packet(port, 125, a.ov, success, 1)
			c.noPacket(port)
		})
	}
}

func observedCP11(c *context) {
	l, to := c.listener()
	port := c.port()
	c.reports(l, port, key)
	a := c.acceptAt(l, 10)
	c.client(to)
	c.close(a.acceptor)
	var n uint32
	var k uintptr
	var ov *wsa.Overlapped
	c.oneOf([]wsa.Errno{wsa.ERROR_OPERATION_ABORTED, wsa.ERROR_CONNECTION_ABORTED}, "GetQueuedCompletionStatus", func() error {
		return c.api.GetQueuedCompletionStatus(port, &n, &k, &ov, patience)
	})
	equal(c.thread, "the OVERLAPPED", ov, a.ov)
}

func observedCP12(c *context) {
	port := c.port()
	c.part("no packets", 0, func() {
		l, to := c.listener()
		for _, end := range []func(s wsa.SOCKET){
			func(s wsa.SOCKET) { c.shutdown(success, s, wsa.SD_SEND) },
			func(s wsa.SOCKET) {
				c.call(success, "WSASendDisconnect", func() error { return c.api.WSASendDisconnect(s, nil) })
			},
			func(s wsa.SOCKET) {
				c.call(success, "WSARecvDisconnect", func() error { return c.api.WSARecvDisconnect(s, nil) })
			},
			func(s wsa.SOCKET) { c.disconnectEx(success, s, nil) },
		} {
			s := c.tcp()
			c.reports(s, port, key)
			c.connect(success, s, to)
			c.accept(success, l)
			end(s)
		}
		c.noPacket(port)
	})
	c.part("packets", 0, func() {
		l, to := c.listener()
		s, ov := c.bound(c.tcp, any4), &wsa.Overlapped{}
		c.reports(s, port, key)
		c.connectEx(wsa.WSA_IO_PENDING, s, to, nil, ov)
		c.packet(port, key, ov, success, 0)
		c.set(success, s, option{wsa.SOL_SOCKET, wsa.SO_UPDATE_CONNECT_CONTEXT})
		c.accept(success, l)
		ov = &wsa.Overlapped{}
		c.disconnectEx(wsa.WSA_IO_PENDING, s, ov)
		c.packet(port, key, ov, success, 0)
	})
}

func observedCP13(c *context) {
	l, to := c.listener()
	s, port := c.bound(c.tcp, any4), c.port()
	c.reports(s, port, key)
	silent := func() (*wsa.Overlapped, wsa.HANDLE) {
		event := c.event()
		return &wsa.Overlapped{HEvent: event | 1}, event
	}
	ov, event := silent()
	c.connectEx(wsa.WSA_IO_PENDING, s, to, nil, ov)
	c.is(c.isSet(event, patience), "ConnectEx does not set the event")
	c.noPacket(port)
	c.set(success, s, option{wsa.SOL_SOCKET, wsa.SO_UPDATE_CONNECT_CONTEXT})
	c.accept(success, l)
	ov, event = silent()
	c.disconnectEx(wsa.WSA_IO_PENDING, s, ov)
	c.is(c.isSet(event, patience), "DisconnectEx does not set the event")
	c.noPacket(port)
}

func observedCP17(c *context) {
	_, b, _ := c.ported()
	equal(c.thread, "the count", c.recvInto(wsa.WSA_IO_PENDING, b, pattern(10), &wsa.Overlapped{}, nil), poisonCount)
}

func observedCP19(c *context) {
	_, b, port := c.ported()
	c.close(b)
	c.noPacket(port)
}

// observedCP20: the thread that receives ends before the data come.
func observedCP20(c *context) {
	a, b, port := c.ported()
	ov := &wsa.Overlapped{}
	c.spawn(func(t thread) { t.recvInto(wsa.WSA_IO_PENDING, b, pattern(10), ov, nil) })
	c.join()
	c.noPacket(port)
	c.send(success, a, "data", 0)
	c.packet(port, key, ov, success, 4)
}
