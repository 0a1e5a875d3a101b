package wsatest

import (
	"net/netip"

	"wsasim/wsa"
)

// addressRoom is what AcceptEx wants for an IPv4 address.
const addressRoom = 16 + 16

// acceptance is an AcceptEx in flight.
type acceptance struct {
	acceptor wsa.SOCKET
	buf      []byte
	room     uint32 // for data
	ov       *wsa.Overlapped
}

// acceptEx starts an AcceptEx with room for so many bytes of data.
func (c *context) acceptEx(l wsa.SOCKET, room uint32) *acceptance {
	a := &acceptance{c.tcp(), pattern(int(room) + 2*addressRoom), room, c.overlapped()}
	c.acceptInto(wsa.WSA_IO_PENDING, l, a.acceptor, a.buf, room, addressRoom, addressRoom, a.ov)
	return a
}

// acceptInto is AcceptEx.
func (t thread) acceptInto(want wsa.Errno, l, s wsa.SOCKET, buf []byte, data, local, remote uint32, ov *wsa.Overlapped) {
	received := uint32(poisonCount)
	t.call(want, "AcceptEx", func() error { return t.api.AcceptEx(l, s, buf, data, local, remote, &received, ov) })
}

// acceptRefused is an AcceptEx that fails at once.
func (c *context) acceptRefused(want wsa.Errno, l, s wsa.SOCKET) *wsa.Overlapped {
	ov := c.overlapped()
	c.acceptInto(want, l, s, pattern(2*addressRoom), 0, addressRoom, addressRoom, ov)
	return ov
}

// began checks that the structure says of an operation that it goes on.
func (t thread) began(ov *wsa.Overlapped) {
	equal(t, "OVERLAPPED.Internal", uint64(ov.Internal), wsa.STATUS_PENDING)
}

func observedAX1(c *context) {
	l, _ := c.listener()
	for _, s := range [][2]wsa.SOCKET{{wsa.INVALID_SOCKET, c.tcp()}, {l, wsa.INVALID_SOCKET}} {
		c.began(c.acceptRefused(wsa.WSAENOTSOCK, s[0], s[1]))
	}
}

func observedAX2(c *context) {
	l := c.bound(c.tcp, c.p.Loopback4)
	c.began(c.acceptRefused(wsa.WSAEINVAL, l, c.tcp()))
}

func observedAX4(c *context) {
	l, to := c.listener()
	s, buf, ov := c.tcp(), pattern(addressRoom), c.overlapped()
	c.acceptInto(wsa.WSA_IO_PENDING, l, s, buf, 0, 0, addressRoom, ov)
	peer := c.client(to)
	c.ended(success, l, ov, 0)
	local, remote := c.api.GetAcceptExSockaddrs(buf, 0, 0, addressRoom)
	equal(c.thread, "the remote address", wsa.FormatSockaddr(remote), c.name(peer).String())
	c.part("no local address", WineDiffers, func() { equal(c.thread, "the length of the local address", len(local), 0) })
}

func observedAX5(c *context) {
	l, _ := c.listener()
	a, b := c.pair()
	for _, s := range []wsa.SOCKET{c.udp(), c.bound(c.tcp, c.p.Loopback4), a, b} {
		c.acceptRefused(wsa.WSAEINVAL, l, s)
	}
}

// tooSmall starts an AcceptEx whose room for the local address does not do, and
// connects.
func (c *context) tooSmall(room uint32) (l wsa.SOCKET) {
	l, to := c.listener()
	s, ov := c.tcp(), c.overlapped()
	c.acceptInto(wsa.WSA_IO_PENDING, l, s, pattern(int(room)+addressRoom), 0, room, addressRoom, ov)
	c.client(to)
	c.endedInKernel(wsa.ERROR_INSUFFICIENT_BUFFER, l, ov, 0)
	equal(c.thread, "OVERLAPPED.Internal", uint64(ov.Internal), wsa.STATUS_BUFFER_TOO_SMALL)
	return l
}

func observedAX6(c *context) {
	l := c.tooSmall(3)
	c.part("not consumed", WineDiffers, func() { c.accept(success, l) })
}

func observedAX7(c *context) { c.tooSmall(16 + 4) }

func observedAX8(c *context) {
	l, _ := c.listener()
	c.acceptInto(wsa.WSAEFAULT, l, c.tcp(), pattern(2*addressRoom), 0, addressRoom, 0, c.overlapped())
	c.acceptInto(wsa.WSA_IO_PENDING, l, c.tcp(), pattern(2*addressRoom), 0, addressRoom, 16+15, c.overlapped())
}

func observedAX10(c *context) {
	l, _ := c.listener()
	a := c.acceptEx(l, 0)
	c.acceptRefused(wsa.WSAEINVAL, l, a.acceptor)
}

func observedAX11(c *context) {
	l, _ := c.listener()
	_, to := c.listener()
	a := c.acceptEx(l, 0)
	c.connect(wsa.WSAEINVAL, a.acceptor, to)
	c.connectEx(wsa.WSAEINVAL, a.acceptor, to, nil, c.overlapped())
}

// observedAX12 names no error of the call that comes too early.
func observedAX12(c *context) {
	l, to := c.listener()
	a := c.acceptEx(l, 0)
	peer := c.client(to)
	c.ended(success, l, a.ov, 0)
	c.call(success, "setsockopt SO_UPDATE_ACCEPT_CONTEXT", func() error {
		return c.api.Setsockopt(a.acceptor, wsa.SOL_SOCKET, wsa.SO_UPDATE_ACCEPT_CONTEXT, c.handle(l))
	})
	equal(c.thread, "the name", c.name(a.acceptor), c.peer(peer))
}

// handle is a SOCKET as the value of an option.
func (c *context) handle(s wsa.SOCKET) []byte {
	b := append(dword(uint32(s)), dword(uint32(uint64(s)>>32))...)
	return b[:c.p.Target.PointerSize()]
}

func observedAX13(c *context) {
	l, to := c.listener()
	a := c.acceptEx(l, 2)
	peer := c.client(to)
	c.runs(l, a.ov)
	c.send(success, peer, "x", 0)
	c.ended(success, l, a.ov, 1)
	equal(c.thread, "the data", string(a.buf[:1]), "x")
	local, remote := c.api.GetAcceptExSockaddrs(a.buf, a.room, addressRoom, addressRoom)
	equal(c.thread, "the local address", wsa.FormatSockaddr(local), wsa.FormatSockaddr(to))
	equal(c.thread, "the remote address", wsa.FormatSockaddr(remote), c.name(peer).String())
}

func observedAX14(c *context) {
	l, to := c.listener()
	a := c.acceptEx(l, 2)
	c.close(c.client(to))
	c.ended(success, l, a.ov, 0)
}

func observedAX15(c *context) {
	l, to := c.listener()
	first := c.client(to)
	c.deferred(l)
	c.client(to)
	a := c.acceptEx2(l)
	c.ended(success, l, a.ov, 0)
	_, remote := c.api.GetAcceptExSockaddrs(a.buf, 0, addressRoom, addressRoom)
	equal(c.thread, "the connection taken", wsa.FormatSockaddr(remote), c.name(first).String())
}

// acceptEx2 is acceptEx where a connection is waiting, so that it may end at
// once.
func (c *context) acceptEx2(l wsa.SOCKET) *acceptance {
	a := &acceptance{c.tcp(), pattern(2 * addressRoom), 0, c.overlapped()}
	received := uint32(0)
	c.oneOf([]wsa.Errno{success, wsa.WSA_IO_PENDING}, "AcceptEx", func() error {
		return c.api.AcceptEx(l, a.acceptor, a.buf, 0, addressRoom, addressRoom, &received, a.ov)
	})
	return a
}

// deferred has the first connection of a listener deferred.
func (c *context) deferred(l wsa.SOCKET) {
	c.call(wsa.WSATRY_AGAIN, "WSAAccept", func() error {
		s, err := c.api.WSAAccept(l, nil, nil, func(*wsa.Offer) int32 { return wsa.CF_DEFER })
		equal(c.thread, "the socket of a deferred connection", s, wsa.INVALID_SOCKET)
		return err
	})
}

func observedAC1(c *context) {
	l, to := c.listener()
	peer := c.client(to)
	c.deferred(l)
	s := c.accept(success, l)
	equal(c.thread, "the connection taken", c.peer(s), c.name(peer))
}

func observedAX16(c *context) {
	l, _ := c.listener()
	a := c.acceptEx(l, 0)
	c.close(a.acceptor)
	c.endedInKernel(wsa.ERROR_OPERATION_ABORTED, l, a.ov, 0)
}

func observedAX17(c *context) {
	l, _ := c.listener()
	a := c.acceptEx(l, 0)
	c.call(success, "CancelIo of the accept socket", func() error { return c.api.CancelIo(wsa.HANDLE(a.acceptor)) })
	c.runs(l, a.ov)
	c.call(success, "CancelIo of the listener", func() error { return c.api.CancelIo(wsa.HANDLE(l)) })
	c.endedInKernel(wsa.ERROR_OPERATION_ABORTED, l, a.ov, 0)
}

// connectEx is ConnectEx.
func (t thread) connectEx(want wsa.Errno, s wsa.SOCKET, to, data []byte, ov *wsa.Overlapped) {
	sent := uint32(poisonCount)
	t.call(want, "ConnectEx", func() error { return t.api.ConnectEx(s, to, data, &sent, ov) })
}

func observedCX3(c *context) {
	_, to := c.listener()
	c.connectEx(wsa.WSAENOTSOCK, wsa.INVALID_SOCKET, to, nil, c.overlapped())
}

func observedCX4(c *context) {
	_, to := c.listener()
	c.connectEx(wsa.WSAEINVAL, c.tcp(), to, nil, c.overlapped())
}

func observedCX6(c *context) {
	for _, data := range []string{"", "hello"} {
		l, to := c.listener()
		s, ov, buf := c.bound(c.tcp, any4), c.overlapped(), []byte(data)
		c.connectEx(wsa.WSA_IO_PENDING, s, to, buf, ov)
		copy(buf, "-----")
		c.ended(success, s, ov, uint32(len(data)))
		b := c.accept(success, l)
		c.settle()
		if data != "" {
			c.gets(data, b)
		}
	}
}

func observedCX9(c *context) {
	l, to := c.listener()
	s, first := c.bound(c.tcp, any4), c.overlapped()
	c.connectEx(wsa.WSA_IO_PENDING, s, to, nil, first)
	c.ended(success, s, first, 0)
	c.set(success, s, option{wsa.SOL_SOCKET, wsa.SO_UPDATE_CONNECT_CONTEXT})
	b := c.accept(success, l)
	a, _ := c.pair()
	for _, x := range []wsa.SOCKET{s, b, a} {
		ov := c.overlapped()
		ov.InternalHigh = 0xABCD
		c.connectEx(wsa.WSAEISCONN, x, to, nil, ov)
		c.began(ov)
		c.part("InternalHigh", WineDiffers, func() { equal(c.thread, "OVERLAPPED.InternalHigh", ov.InternalHigh, 0xABCD) })
	}
}

func observedCX10(c *context) {
	to := c.closedPort()
	s, ov := c.bound(c.tcp, any4), c.overlapped()
	c.connectEx(wsa.WSA_IO_PENDING, s, to, nil, ov)
	c.endedInKernel(wsa.ERROR_CONNECTION_REFUSED, s, ov, 0)
}

func observedCG5(c *context) {
	if !c.p.Silent.IsValid() {
		c.skip("there is no address that nobody has")
	}
	s, to := c.bound(c.tcp, any4), wsa.Sockaddr(netip.AddrPortFrom(c.p.Silent, 255))
	c.connectEx(wsa.WSA_IO_PENDING, s, to, nil, c.overlapped())
	c.connect(wsa.WSAEINVAL, s, to)
	c.connectEx(wsa.WSAEINVAL, s, to, nil, c.overlapped())
	c.noPeer(s)
	c.part("recv and send", WineDiffers, func() {
		c.recv(wsa.WSAENOTCONN, s, 10, 0)
		c.send(wsa.WSAENOTCONN, s, "x", 0)
	})
}

// disconnectEx is DisconnectEx; ov nil waits.
func (t thread) disconnectEx(want wsa.Errno, s wsa.SOCKET, ov *wsa.Overlapped) {
	t.call(want, "DisconnectEx", func() error { return t.api.DisconnectEx(s, ov, 0, 0) })
}

func observedDX1(c *context) {
	c.disconnectEx(wsa.WSAENOTSOCK, wsa.INVALID_SOCKET, c.overlapped())
	c.disconnectEx(wsa.WSAENOTCONN, c.tcp(), c.overlapped())
}

// disconnected is a connection that this end has disconnected.
func (c *context) disconnected() (a, b wsa.SOCKET) {
	a, b = c.pair()
	ov := c.overlapped()
	c.disconnectEx(wsa.WSA_IO_PENDING, a, ov)
	c.ended(success, a, ov, 0)
	return a, b
}

func observedDX2(c *context) { c.disconnected() }

func observedDX3(c *context) {
	a, b := c.disconnected()
	_, to := c.listener()
	c.connect(wsa.WSAEISCONN, a, to)
	c.send(wsa.WSAESHUTDOWN, a, "x", 0)
	c.settle()
	equal(c.thread, "what the peer receives", c.recv(success, b, 10, 0), "")
	c.send(success, b, "still", 0)
	c.gets("still", a)
	equal(c.thread, "the peer's name", c.peer(a), c.name(b))
}

func observedDX4(c *context) {
	a, _ := c.pair()
	for range 2 {
		c.disconnectEx(success, a, nil)
	}
}

func observedTF1(c *context) {
	for _, tt := range []struct {
		s    wsa.SOCKET
		want wsa.Errno
	}{{wsa.INVALID_SOCKET, wsa.WSAENOTSOCK}, {c.tcp(), wsa.WSAENOTCONN}, {c.udp(), wsa.WSAENOTCONN}} {
		c.call(tt.want, "TransmitFile", func() error { return c.api.TransmitFile(tt.s, 0, 0, 0, nil, nil, 0) })
	}
}
