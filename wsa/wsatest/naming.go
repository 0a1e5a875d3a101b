package wsatest

import (
	"net/netip"

	"wsasim/wsa"
)

func observedGN3(c *context) {
	s := c.bound(c.tcp, c.p.Loopback4)
	c.shortName(s, "getsockname", 15, c.api.Getsockname)
}

// shortName checks that a call refuses a length and writes nothing.
func (t thread) shortName(s wsa.SOCKET, what string, length int32, get func(wsa.SOCKET, []byte, *int32) error) {
	buf, n := pattern(wsa.SockaddrIn6Size), length
	t.call(wsa.WSAEFAULT, what, func() error { return get(s, buf[:length], &n) })
	equal(t, "namelen", n, length)
	t.is(untouched(buf), "%s writes %x", what, buf)
}

func observedGP3(c *context) {
	a, _ := c.pair()
	c.shortName(a, "getpeername", 0, c.api.Getpeername)
	n := int32(0)
	c.call(wsa.WSAEFAULT, "getpeername(NULL)", func() error { return c.api.Getpeername(a, nil, &n) })
	equal(c.thread, "namelen", n, 0)
}

func observedGP4(c *context) {
	a, b := c.pair()
	buf, n := pattern(128), int32(128)
	c.call(success, "getpeername", func() error { return c.api.Getpeername(a, buf, &n) })
	equal(c.thread, "namelen", n, 16)
	equal(c.thread, "the name", string(buf[:16]), string(wsa.Sockaddr(c.name(b)))) // sin_zero is zero in the latter
	c.is(untouched(buf[16:]), "getpeername writes behind the name: %x", buf)
}

// observedBI1 leaves out NULL with length 16: a nil slice has length 0.
func observedBI1(c *context) {
	s := c.tcp()
	full := at(c.p.Loopback4, 0)
	for _, name := range [][]byte{nil, full[:0:0], full[:15:15]} {
		c.bind(wsa.WSAEFAULT, s, name)
	}
}

func observedBI2(c *context) {
	name := at(c.p.Loopback4, 0)
	name[0], name[1] = 0xad, 0xde
	c.bind(wsa.WSAEAFNOSUPPORT, c.tcp(), name)
}

func observedBI4(c *context) {
	s := c.bound(c.tcp, c.p.Loopback4)
	c.bind(wsa.WSAEINVAL, s, at(c.p.Loopback4, 0))
	c.bind(wsa.WSAEINVAL, s, wsa.Sockaddr(c.name(s)))
}

func observedBI6(c *context) {
	c.claims(claim{addr: c.p.Loopback4}, claim{addr: c.p.Loopback4}, wsa.WSAEADDRINUSE)
}

// oldSockaddrIn6Size is the size of SOCKADDR_IN6 before it had a scope id.
const oldSockaddrIn6Size = 24

func observedBI7(c *context) {
	c.need6()
	s := c.tcp6()
	c.bind(wsa.WSAEFAULT, s, at(c.p.Loopback6, 0)[:oldSockaddrIn6Size])
	c.bind(success, s, at(c.p.Loopback6, 0))
	c.shortName(s, "getsockname", oldSockaddrIn6Size, c.api.Getsockname)
}

func observedBI8(c *context) {
	if !c.p.LinkLocal.IsValid() {
		c.skip("needs a link-local IPv6 address")
	}
	bogus := c.p.LinkLocal.WithZone("55555")
	c.bind(wsa.WSAEADDRNOTAVAIL, c.tcp6(), at(bogus, 0))
	s := c.bound(c.tcp6, c.p.LinkLocal)
	equal(c.thread, "the address", c.name(s).Addr(), c.p.LinkLocal)
	c.part("unscoped", WineDiffers, func() {
		s := c.bound(c.tcp6, c.p.LinkLocal.WithZone(""))
		equal(c.thread, "the address", c.name(s).Addr(), c.p.LinkLocal)
	})
}

func observedLI2(c *context) { c.listen(wsa.WSAEOPNOTSUPP, c.udp(), 1) }

func observedLI3(c *context) {
	for _, backlog := range []int32{-2, 1, wsa.SOMAXCONN} {
		c.listen(wsa.WSAEINVAL, c.tcp(), backlog)
	}
}

func observedLI5(c *context) {
	s := c.bound(c.tcp, c.p.Loopback4)
	c.reads(s, soAcceptConn, 0)
	c.listen(success, s, 1)
	c.reads(s, soAcceptConn, 1)
}

func observedLI7(c *context) {
	_, to := c.listener()
	s := c.tcp()
	c.bind(wsa.WSAEADDRINUSE, s, to)
	c.listen(wsa.WSAEINVAL, s, 1)
}

// observedAC2: the error is not named, and how soon is meant with room.
func observedAC2(c *context) {
	l, _ := c.listener()
	accepted, err := wsa.SOCKET(0), error(nil)
	c.spawn(func(t thread) { accepted, err = t.api.Accept(l, nil, nil) })
	c.settle()
	c.close(l)
	c.join()
	equal(c.thread, "the socket", accepted, wsa.INVALID_SOCKET)
	_, code := err.(wsa.Errno)
	c.is(code, "accept: %v; wanted a Winsock error", err)
}

func observedAC3(c *context) {
	l, to := c.listener()
	c.client(to)
	buf, n := pattern(16), int32(0)
	s := c.acceptFrom(wsa.WSAEFAULT, l, buf, &n)
	equal(c.thread, "the socket", s, wsa.INVALID_SOCKET)
	equal(c.thread, "addrlen", n, 0)
	c.is(untouched(buf), "the address is written to: %x", buf)
}

func observedAC4(c *context) {
	l, to := c.listener()
	c.client(to)
	buf := pattern(16)
	c.acceptFrom(success, l, buf, nil)
	c.is(untouched(buf), "the address is written to: %x", buf)
}

func observedAC7(c *context) {
	list := []struct {
		o   option
		val uint32
	}{
		{soReuseAddr, 1}, {soKeepAlive, 1}, {soOOBInline, 1}, {soSndBuf, 5000}, {soRcvBuf, 6000},
		{soSndTimeo, 7000}, {soRcvTimeo, 8000}, {soLinger, 1 | 555<<16}, {tcpNoDelay, 1},
	}
	l := c.tcp()
	for _, x := range list {
		c.setInt(success, l, x.o, x.val)
	}
	c.bind(success, l, at(c.p.Loopback4, 0))
	c.listen(success, l, 1)
	c.client(wsa.Sockaddr(c.name(l)))
	s := c.accept(success, l)
	for _, x := range list {
		c.reads(s, x.o, x.val)
	}
}

func observedCX1(c *context) {
	l, _ := c.listener()
	_, other := c.listener()
	c.connect(wsa.WSAEINVAL, l, other)
}

func observedCX8(c *context) {
	a, b := c.pair()
	_, to := c.listener()
	c.connect(wsa.WSAEISCONN, a, to)
	c.connect(wsa.WSAEISCONN, b, to)
}

// connecting is a socket whose connection request nobody answers.
func (c *context) connecting() (s wsa.SOCKET, to []byte) {
	if !c.p.Silent.IsValid() {
		c.skip("needs an address that does not answer")
	}
	s, to = c.bound(c.tcp, any4), at(c.p.Silent, 5555)
	c.nonblocking(s)
	c.connect(wsa.WSAEWOULDBLOCK, s, to)
	return s, to
}

func observedCG1(c *context) {
	s, to := c.connecting()
	c.connect(wsa.WSAEALREADY, s, to)
}

func observedCG4(c *context) {
	s, _ := c.connecting()
	c.recv(wsa.WSAENOTCONN, s, 10, 0)
	c.send(wsa.WSAENOTCONN, s, "x", 0)
}

// closedPort is a local address on which nobody listens.
func (c *context) closedPort() []byte {
	s := c.bound(c.tcp, c.p.Loopback4)
	to := wsa.Sockaddr(netip.AddrPortFrom(c.p.Loopback4, c.name(s).Port()))
	c.close(s)
	return to
}

// failedConnect is a bound socket with a nonblocking connect that was refused;
// Windows takes about two seconds to believe it.
func (c *context) failedConnect() wsa.SOCKET {
	to := c.closedPort()
	s := c.bound(c.tcp, c.p.Loopback4)
	c.nonblocking(s)
	c.connect(wsa.WSAEWOULDBLOCK, s, to)
	c.api.SleepEx(3000, false)
	return s
}

func observedSL25(c *context) {
	s := c.failedConnect()
	c.reads(s, soError, uint32(wsa.WSAECONNREFUSED))
	c.reads(s, soError, uint32(wsa.WSAECONNREFUSED))
}

func observedSL28(c *context) {
	s := c.failedConnect()
	c.listen(success, s, 1)
	equal(c.thread, "ready in the except set", c.sel(success, nil, nil, set(s), 0), 1)
	c.client(wsa.Sockaddr(c.name(s)))
	c.accept(success, s)
	c.reads(s, soError, uint32(wsa.WSAECONNREFUSED))
}
