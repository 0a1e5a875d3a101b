package wsatest

import (
	"wsasim/wsa"
)

// observedOR1 passes no copy of a socket that DuplicateHandle made, which the API
// does not have.
func observedOR1(c *context) {
	moved, flags := uint32(0), uint32(0)
	for _, s := range []wsa.SOCKET{wsa.INVALID_SOCKET, 0xdeadbee0} {
		c.call(wsa.WSAENOTSOCK, "WSAGetOverlappedResult", func() error {
			return c.api.WSAGetOverlappedResult(s, &wsa.Overlapped{}, &moved, false, &flags)
		})
	}
}

// says checks what WSAGetOverlappedResult makes of a status.
func (t thread) says(s wsa.SOCKET, status wsa.NTStatus, want wsa.Errno) {
	ov := &wsa.Overlapped{Internal: uintptr(status)}
	moved, flags := uint32(0), uint32(0)
	t.call(want, "WSAGetOverlappedResult of "+status.String(), func() error {
		return t.api.WSAGetOverlappedResult(s, ov, &moved, false, &flags)
	})
}

func observedOR2(c *context) { c.says(c.tcp(), wsa.STATUS_PENDING, wsa.WSA_IO_INCOMPLETE) }

func observedOR4(c *context) {
	s := c.tcp()
	for _, row := range []struct {
		want     wsa.Errno
		statuses []wsa.NTStatus
	}{
		{wsa.WSA_OPERATION_ABORTED, []wsa.NTStatus{wsa.STATUS_CANCELLED}},
		{wsa.WSAECONNABORTED, []wsa.NTStatus{wsa.STATUS_LOCAL_DISCONNECT, wsa.STATUS_TRANSACTION_ABORTED, wsa.STATUS_CONNECTION_ABORTED}},
		{wsa.WSAECONNRESET, []wsa.NTStatus{wsa.STATUS_REMOTE_DISCONNECT, wsa.STATUS_LINK_FAILED, wsa.STATUS_CONNECTION_DISCONNECTED, wsa.STATUS_CONNECTION_RESET}},
		{wsa.WSAENOTCONN, []wsa.NTStatus{wsa.STATUS_INVALID_CONNECTION}},
		{wsa.WSAEADDRNOTAVAIL, []wsa.NTStatus{wsa.STATUS_INVALID_ADDRESS, wsa.STATUS_INVALID_ADDRESS_COMPONENT}},
		{wsa.WSAEMSGSIZE, []wsa.NTStatus{wsa.STATUS_INVALID_BUFFER_SIZE}},
		{wsa.WSAEDISCON, []wsa.NTStatus{wsa.STATUS_GRACEFUL_DISCONNECT}},
		{wsa.WSAEISCONN, []wsa.NTStatus{wsa.STATUS_CONNECTION_ACTIVE}},
		{wsa.WSAEINTR, []wsa.NTStatus{wsa.STATUS_REQUEST_ABORTED}},
		{wsa.WSAEHOSTDOWN, []wsa.NTStatus{wsa.STATUS_HOST_DOWN}},
		{wsa.WSAENETDOWN, []wsa.NTStatus{
			wsa.STATUS_NO_SUCH_DEVICE, wsa.STATUS_NO_SUCH_FILE, wsa.STATUS_OBJECT_NAME_NOT_FOUND, wsa.STATUS_OBJECT_PATH_NOT_FOUND, wsa.STATUS_NETWORK_BUSY,
		}},
		{wsa.WSAEINVAL, []wsa.NTStatus{wsa.STATUS_INVALID_PARAMETER, 0xC0000099, 0xC0000001}},
	} {
		for _, status := range row.statuses {
			c.says(s, status, row.want)
		}
	}
}

func observedSN2(c *context) {
	a, b := c.pair()
	c.setInt(success, a, soSndBuf, 0)
	c.nonblocking(a)
	ov, sent, data := c.overlapped(), uint32(0), make([]byte, mebibyte)
	c.call(wsa.WSA_IO_PENDING, "WSASend", func() error { return c.api.WSASend(a, [][]byte{data}, &sent, 0, ov, nil) })
	equal(c.thread, "bytes drained", c.readAll(b, mebibyte), mebibyte)
	c.ended(success, a, ov, mebibyte)
}

func observedSD11(c *context) {
	a, b := c.pair()
	ov, buf := c.overlapped(), pattern(10)
	c.recvInto(wsa.WSA_IO_PENDING, a, buf, ov, nil)
	c.shutdown(success, a, wsa.SD_RECEIVE)
	c.runs(a, ov)
	c.wsaRecv(wsa.WSAESHUTDOWN, a, [][]byte{pattern(10)})
	c.recvInto(wsa.WSAESHUTDOWN, a, pattern(10), c.overlapped(), nil)
	c.send(success, b, "late", 0)
	c.ended(success, a, ov, 4)
	equal(c.thread, "the data", string(buf[:4]), "late")
}

func observedSD12(c *context) {
	a, b := c.pair()
	ov := c.overlapped()
	c.recvInto(wsa.WSA_IO_PENDING, b, pattern(10), ov, nil)
	c.shutdown(success, a, wsa.SD_SEND)
	c.ended(success, b, ov, 0)
}

func observedWR1(c *context) {
	a, b := c.pair()
	c.send(success, a, "data", 0)
	c.settle()
	ran := c.apc()
	equal(c.thread, "bytes received", c.wsaRecv(success, b, [][]byte{pattern(10)}), 4)
	equal(c.thread, "how often the APC ran", *ran, 0)
	c.api.SleepEx(0, true)
}

func observedWR2(c *context) {
	a, b := c.pair()
	ran := c.apc()
	c.spawn(func(t thread) {
		t.api.SleepEx(100, false)
		t.send(success, a, "data", 0)
	})
	n := c.wsaRecv(success, b, [][]byte{pattern(10)})
	c.reset("WSARecv")
	c.join()
	equal(c.thread, "bytes received", n, 4)
	equal(c.thread, "how often the APC ran", *ran, 1)
}

func observedAC6(c *context) {
	l, to := c.listener()
	ran := c.apc()
	c.spawn(func(t thread) {
		t.api.SleepEx(100, false)
		t.connect(success, t.tcp(), to)
	})
	s := c.accept(success, l)
	c.join()
	c.is(s != wsa.INVALID_SOCKET, "accept gives no socket")
	equal(c.thread, "how often the APC ran", *ran, 1)
}

func observedWR4(c *context) {
	_, b := c.pair()
	c.recvInto(wsa.WSA_IO_PENDING, b, pattern(10), c.overlapped(), nil)
	c.call(wsa.WSA_IO_PENDING, "WSARecv without a count", func() error {
		flags := uint32(0)
		return c.api.WSARecv(b, [][]byte{pattern(10)}, nil, &flags, c.overlapped(), nil)
	})
}

func observedWR5(c *context) {
	a, b := c.pair()
	ov := c.overlapped()
	c.recvInto(wsa.WSA_IO_PENDING, a, pattern(10), ov, nil)
	c.resetBy(b)
	c.endedInKernel(wsa.ERROR_NETNAME_DELETED, a, ov, 0)
}

func observedWR6(c *context) {
	a, b := c.pair()
	ov, r := c.overlapped(), new(routine)
	c.recvInto(wsa.WSA_IO_PENDING, b, pattern(10), ov, r.call)
	c.send(success, a, "data", 0)
	equal(c.thread, "what SleepEx returns", c.api.SleepEx(patience, true), wsa.WAIT_IO_COMPLETION)
	equal(c.thread, "the routine", *r, routine{1, 0, 4})
	c.is(!c.isSet(ov.HEvent, 0), "the event is set")
}

func observedNB2(c *context) {
	a, b := c.pair()
	c.nonblocking(b)
	ov := c.overlapped()
	ov.InternalHigh = 0xABCD
	c.recvInto(wsa.WSA_IO_PENDING, b, pattern(10), ov, nil)
	c.began(ov)
	equal(c.thread, "OVERLAPPED.InternalHigh", ov.InternalHigh, 0xABCD)
	c.send(success, a, "data", 0)
	c.ended(success, b, ov, 4)
}

func observedNB3(c *context) {
	a, b := c.pair()
	c.nonblocking(b)
	ov := &wsa.Overlapped{}
	c.recvInto(wsa.WSA_IO_PENDING, b, pattern(10), ov, nil)
	c.is(!c.isSet(wsa.HANDLE(b), 0), "the socket is signalled while the operation waits")
	c.send(success, a, "data", 0)
	c.is(c.isSet(wsa.HANDLE(b), patience), "the socket is not signalled at the end of the operation")
	equal(c.thread, "OVERLAPPED.InternalHigh", ov.InternalHigh, 4)
}

func observedNB4(c *context) {
	for _, event := range []bool{true, false} {
		c.part(map[bool]string{true: "event", false: "no event"}[event], 0, func() {
			l, to := c.listener()
			a := c.tcp()
			var b wsa.SOCKET
			c.call(success, "WSASocket", func() (err error) {
				b, err = c.api.WSASocket(wsa.AF_INET, wsa.SOCK_STREAM, wsa.IPPROTO_TCP, nil, 0, 0)
				return err
			})
			c.r.opened(b)
			c.connect(success, b, to)
			a = c.accept(success, l)
			c.nonblocking(b)
			c.wsaRecv(wsa.WSAEWOULDBLOCK, b, [][]byte{pattern(10)})
			c.spawn(func(t thread) {
				t.api.SleepEx(100, false)
				t.send(success, a, "data", 0)
			})
			ov := &wsa.Overlapped{}
			if event {
				ov = c.overlapped()
			}
			n := c.recvInto(success, b, pattern(10), ov, nil)
			c.join()
			equal(c.thread, "bytes received", n, 4)
		})
	}
}

func observedTO3(c *context) {
	a, b := c.pair()
	c.setInt(success, b, soRcvTimeo, 100)
	ov := c.overlapped()
	c.recvInto(wsa.WSA_IO_PENDING, b, pattern(10), ov, nil)
	c.is(!c.isSet(ov.HEvent, 200), "the time-out ends the operation")
	c.send(success, a, "data", 0)
	c.ended(success, b, ov, 4)
}

func observedRS1(c *context) {
	a, b := c.pair()
	ov := c.overlapped()
	c.recvInto(wsa.WSA_IO_PENDING, a, pattern(10), ov, nil)
	c.resetBy(b)
	c.endedInKernel(wsa.ERROR_NETNAME_DELETED, a, ov, 0)
	equal(c.thread, "OVERLAPPED.Internal", uint64(ov.Internal), wsa.STATUS_CONNECTION_RESET)
	c.ended(wsa.WSAECONNRESET, a, ov, 0)
}
