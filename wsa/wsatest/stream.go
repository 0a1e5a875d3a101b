package wsatest

import (
	"strings"

	"wsasim/wsa"
)

// wsaRecv is WSARecv without overlapped parameters; the count starts poisoned.
func (t thread) wsaRecv(want wsa.Errno, s wsa.SOCKET, buffers [][]byte) (received uint32) {
	received = poisonCount
	flags := uint32(0)
	t.call(want, "WSARecv", func() error { return t.api.WSARecv(s, buffers, &received, &flags, nil, nil) })
	return received
}

func observedSB1(c *context) {
	a, b := c.pair()
	c.send(success, a, "data", 0)
	buf, from, n := pattern(10), pattern(16), int32(16)
	k := c.recvfrom(success, b, buf, from, &n)
	equal(c.thread, "the data", string(buf[:k]), "data")
	c.is(untouched(from), "the address is written to: %x", from)
}

func observedSD1(c *context) {
	l, _ := c.listener()
	for _, s := range []wsa.SOCKET{c.tcp(), c.bound(c.tcp, c.p.Loopback4), l} {
		c.shutdown(wsa.WSAENOTCONN, s, wsa.SD_SEND)
		c.shutdown(wsa.WSAENOTCONN, s, wsa.SD_RECEIVE)
	}
}

func observedSD2(c *context) {
	a, _ := c.pair()
	c.shutdown(success, a, wsa.SD_SEND)
	c.shutdown(success, a, wsa.SD_SEND)
}

func observedSD5(c *context) {
	a, b := c.pair()
	c.shutdown(success, a, wsa.SD_RECEIVE)
	c.recv(wsa.WSAESHUTDOWN, a, 10, 0)
	c.send(success, a, "still", 0)
	c.gets("still", b)
}

func observedSD7(c *context) {
	for _, how := range [][]int32{{wsa.SD_SEND, wsa.SD_RECEIVE}, {wsa.SD_BOTH}} {
		a, b := c.pair()
		for _, s := range []wsa.SOCKET{a, b} {
			for _, h := range how {
				c.shutdown(success, s, h)
			}
		}
		c.settle()
		equal(c.thread, "the peer", c.peer(a), c.name(b))
		equal(c.thread, "the peer", c.peer(b), c.name(a))
	}
}

func observedSD8(c *context) {
	a, _ := c.pair()
	_, to := c.listener()
	c.shutdown(success, a, wsa.SD_BOTH)
	c.connect(wsa.WSAEISCONN, a, to)
}

func observedSD9(c *context) {
	a, _ := c.pair()
	how := uint32(0xdeadbeef)
	c.shutdown(wsa.WSAEINVAL, a, int32(how))
}

func observedSD10(c *context) {
	a, b := c.pair()
	c.shutdown(success, b, wsa.SD_SEND)
	c.close(b)
	c.settle()
	c.send(success, a, "to nobody", 0)
	c.settle()
	c.part("recv", WineDiffers, func() { c.recv(wsa.WSAECONNABORTED, a, 10, 0) })
}

func observedSD15(c *context) {
	a, _ := c.pair()
	c.shutdown(success, a, wsa.SD_SEND)
	c.reset("shutdown")
}

func observedRS2(c *context) {
	a, b := c.pair()
	c.resetBy(b)
	c.recv(wsa.WSAECONNRESET, a, 10, 0)
	c.reads(a, soError, 0)
}

func observedRS3(c *context) {
	a, b := c.pair()
	c.resetBy(b)
	for range 3 {
		c.wsaRecv(wsa.WSAECONNRESET, a, [][]byte{pattern(10)})
		c.recvInto(wsa.WSAECONNRESET, a, pattern(10), c.overlapped(), nil)
		c.send(wsa.WSAECONNRESET, a, "x", 0)
	}
}

func observedWR3(c *context) {
	a, b := c.pair()
	c.send(success, a, "abcdefghi", 0)
	c.settle()
	bufs := [][]byte{pattern(4), pattern(5)}
	equal(c.thread, "bytes received", c.wsaRecv(success, b, bufs), 9)
	equal(c.thread, "the first buffer", string(bufs[0]), "abcd")
	equal(c.thread, "the second buffer", string(bufs[1]), "efghi")
}

func observedEM1(c *context) {
	a, _ := c.pair()
	c.wsaRecv(wsa.WSAEINVAL, a, nil)
	c.wsaRecv(wsa.WSAEINVAL, a, [][]byte{})
}

func observedEM3(c *context) {
	a, b := c.pair()
	c.send(success, b, "intact", 0)
	c.settle()
	equal(c.thread, "bytes received", c.wsaRecv(success, a, nil), 0)
	equal(c.thread, "bytes received", c.wsaRecv(success, a, [][]byte{}), 0)
	equal(c.thread, "what recv(NULL, 0) gives", c.recv(success, a, 0, 0), "")
	c.gets("intact", a)
}

func observedTO2(c *context) {
	a, _ := c.pair()
	c.setInt(success, a, soRcvTimeo, 100)
	c.recv(wsa.WSAETIMEDOUT, a, 10, 0)
	n := c.wsaRecv(wsa.WSAETIMEDOUT, a, [][]byte{pattern(10)})
	equal(c.thread, "bytes received", n, poisonCount)
}

// observedNB1: neither call has an OVERLAPPED.
func observedNB1(c *context) {
	a, _ := c.pair()
	c.nonblocking(a)
	c.recv(wsa.WSAEWOULDBLOCK, a, 10, 0)
	c.wsaRecv(wsa.WSAEWOULDBLOCK, a, [][]byte{pattern(10)})
}

const mebibyte = 1 << 20

func observedSN1(c *context) {
	a, b := c.pair()
	c.setInt(success, a, soSndBuf, 0)
	read := 0
	c.spawn(func(t thread) { read = t.readAll(b, mebibyte) })
	c.send(success, a, strings.Repeat("x", mebibyte), 0)
	c.join()
	equal(c.thread, "bytes drained", read, mebibyte)
}

func observedSN3(c *context) {
	sent := uint32(poisonCount)
	c.call(wsa.WSAENOTSOCK, "WSASend", func() error {
		return c.api.WSASend(wsa.INVALID_SOCKET, [][]byte{[]byte("x")}, &sent, 0, nil, nil)
	})
	equal(c.thread, "the count", sent, poisonCount)
}

// fill sends pieces of size bytes until one would block, and returns how many
// were taken. A send of part of a piece is an error.
func (c *context) fill(s wsa.SOCKET, size, limit int) (taken int) {
	piece := make([]byte, size)
	c.nonblocking(s)
	for range limit {
		n, err := c.api.Send(s, piece, 0)
		if err == wsa.WSAEWOULDBLOCK {
			return taken
		}
		if err != nil || n != size {
			c.r.fatalf("send of %d bytes: %d, %v", size, n, err)
		}
		taken++
	}
	c.r.fatalf("%d pieces of %d bytes are taken and nobody reads", limit, size)
	return 0
}

func observedEW5(c *context) {
	a, _ := c.pair()
	c.is(c.fill(a, mebibyte, 1000) > 0, "no send succeeds")
}

const large = 50 * mebibyte

func observedSF1(c *context) {
	a, _ := c.pair()
	c.is(c.fill(a, large, 20) > 0, "no send succeeds")
}

func observedSF2(c *context) {
	a, b := c.pair()
	n := c.fill(a, large, 20) * large
	c.close(a)
	equal(c.thread, "bytes that arrive", c.readAll(b, n), n)
	equal(c.thread, "what comes then", c.recv(success, b, 10, 0), "")
	c.reset("recv")
}

func observedSF3(c *context) {
	a, b := c.pair()
	n := c.fill(a, large, 20) * large
	c.spawn(func(t thread) {
		t.call(wsa.ERROR_NOT_FOUND, "CancelIoEx", func() error { return t.api.CancelIoEx(wsa.HANDLE(a), nil) })
		t.call(success, "CancelIo", func() error { return t.api.CancelIo(wsa.HANDLE(a)) })
		t.shutdown(success, a, wsa.SD_BOTH)
		t.close(a)
	})
	c.join()
	equal(c.thread, "bytes that arrive", c.readAll(b, n), n)
}

// outOfBand is a connection of which one end has sent data and urgent bytes;
// the other is returned.
func (c *context) outOfBand(data string, urgent ...string) wsa.SOCKET {
	a, b := c.pair()
	if data != "" {
		c.send(success, a, data, 0)
		c.settle()
	}
	for _, u := range urgent {
		c.send(success, a, u, wsa.MSG_OOB)
		c.settle()
	}
	return b
}

// marks checks FIONREAD and SIOCATMARK.
func (c *context) marks(s wsa.SOCKET, readable, atMark uint32) {
	equal(c.thread, "FIONREAD", c.ask(s, wsa.FIONREAD), readable)
	equal(c.thread, "SIOCATMARK", c.ask(s, wsa.SIOCATMARK), atMark)
}

func observedSB3(c *context) {
	b := c.outOfBand("abc", "!")
	equal(c.thread, "the first byte", c.recv(success, b, 1, 0), "a")
	equal(c.thread, "SIOCATMARK", c.ask(b, wsa.SIOCATMARK), 0)
}

func observedIO7(c *context) { c.marks(c.outOfBand("abcde"), 5, 1) }

func observedIO8(c *context) { c.marks(c.outOfBand("abcde", "!"), 5, 0) }

func observedIO9(c *context) {
	b := c.outOfBand("abcde", "1", "2")
	c.marks(b, 5, 0)
	equal(c.thread, "the first urgent byte", c.recv(success, b, 1, wsa.MSG_OOB), "1")
	equal(c.thread, "the second urgent byte", c.recv(success, b, 1, wsa.MSG_OOB), "2")
}

func observedIO11(c *context) {
	b := c.outOfBand("", "!")
	c.setInt(success, b, soOOBInline, 1)
	c.marks(b, 1, 0)
	c.gets("!", b)
	c.marks(b, 0, 1)
}

// observedIO12 leaves out what WSAPoll reports.
func observedIO12(c *context) {
	a, b := c.pair()
	c.setInt(success, b, soOOBInline, 1)
	c.send(success, a, "!", wsa.MSG_OOB)
	c.settle()
	c.marks(b, 1, 1)
}
