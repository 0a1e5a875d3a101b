package wsatest

import (
	"net/netip"

	"wsasim/wsa"
)

// recvfrom receives from a datagram socket with the given claims of room for
// the source address.
func (t thread) recvfrom(want wsa.Errno, s wsa.SOCKET, buf, from []byte, fromlen *int32) int {
	n := 0
	t.call(want, "recvfrom", func() (err error) {
		n, err = t.api.Recvfrom(s, buf, 0, from, fromlen)
		if err != nil {
			t.count("recvfrom", n, 0, err)
		}
		return err
	})
	return n
}

// observedUD1: the fact names no error.
func observedUD1(c *context) {
	a, b := c.datagrams()
	c.sendto(success, a, "stays", wsa.Sockaddr(c.name(b)))
	c.settle()
	buf, from, short := pattern(20), pattern(16), int32(1)
	_, err := c.api.Recvfrom(b, buf, 0, from, &short)
	c.is(err != nil, "recvfrom with fromlen 1 succeeds")
	c.is(untouched(from), "the address is written to: %x", from)
	full := int32(16)
	buf = pattern(20)
	n := c.recvfrom(success, b, buf, from, &full)
	equal(c.thread, "the datagram", string(buf[:n]), "stays")
	equal(c.thread, "fromlen", full, 16)
	equal(c.thread, "the source", string(from), string(wsa.Sockaddr(c.name(a))))
}

func observedUD5(c *context) {
	c.families(func(loop, _ netip.Addr) {
		s := c.socket(wsa.SockaddrFamily(at(loop, 0)), wsa.SOCK_DGRAM, wsa.IPPROTO_UDP)
		c.sendto(success, s, "nowhere", at(loop, 0))
	})
}

func observedUD6(c *context) {
	s := c.bound(c.udp, c.p.Loopback4)
	c.is(c.name(s).Port() != 0, "the port is 0")
}

func observedUC1(c *context) {
	c.send(wsa.WSAENOTCONN, c.udp(), "x", 0)
	c.send(wsa.WSAENOTCONN, c.bound(c.udp, c.p.Loopback4), "x", 0)
}

func observedUC3(c *context) {
	a, b := c.datagrams()
	c.nonblocking(b)
	c.recv(wsa.WSAEWOULDBLOCK, b, 10, 0)
	other := c.bound(c.udp, c.p.Loopback4)
	for _, s := range []wsa.SOCKET{a, other} {
		c.sendto(success, s, "from anyone", wsa.Sockaddr(c.name(b)))
		c.settle()
		c.gets("from anyone", b)
	}
}

func observedUC4(c *context) {
	b := c.bound(c.udp, c.p.Loopback4)
	a := c.udp()
	c.noName(wsa.WSAEINVAL, a)
	c.connect(success, a, wsa.Sockaddr(c.name(b)))
	c.is(c.name(a).Port() != 0, "connect does not bind")
	equal(c.thread, "the peer", c.peer(a), c.name(b))
	c.noPeer(b)
}

func observedUC5(c *context) {
	b, other := c.datagrams()
	a := c.udp()
	for _, to := range []wsa.SOCKET{b, b, other, b} {
		c.connect(success, a, wsa.Sockaddr(c.name(to)))
		equal(c.thread, "the peer", c.peer(a), c.name(to))
	}
}

func observedGP2(c *context) {
	a, b := c.datagrams()
	c.sendto(success, a, "x", wsa.Sockaddr(c.name(b)))
	c.noPeer(a)
}

// observedBC2: what sendto fails with is documented (page sendto).
func observedBC2(c *context) {
	if !c.p.Host4.IsValid() {
		c.skip("needs a network")
	}
	to := at(netip.AddrFrom4([4]byte{255, 255, 255, 255}), 9)
	s := c.udp()
	c.connect(success, s, to)
	c.send(success, s, "to all", 0)
	c.sendto(wsa.WSAEACCES, s, "to all", to)
	c.reads(s, soBroadcast, 0)
}

func observedBC3(c *context) {
	c.need6()
	c.sendto(success, c.udp6(), "to the group", at(netip.MustParseAddr("ff01::1"), 9))
}

func observedSD13(c *context) {
	s := c.bound(c.udp, c.p.Loopback4)
	c.shutdown(success, s, wsa.SD_RECEIVE)
	n := int32(16)
	c.recvfrom(wsa.WSAESHUTDOWN, s, pattern(10), pattern(16), &n)
}

func observedSD14(c *context) {
	a, b := c.datagrams()
	c.shutdown(success, a, wsa.SD_SEND)
	c.shutdown(success, a, wsa.SD_SEND)
	c.sendto(wsa.WSAESHUTDOWN, a, "x", wsa.Sockaddr(c.name(b)))
}

// observedSM3 uses WSASendTo, the function of the fact's section that the API
// has.
func observedSM3(c *context) {
	b := c.bound(c.udp, c.p.Loopback4)
	s := c.udp()
	c.call(wsa.WSAEFAULT, "WSASendTo without a count", func() error {
		return c.api.WSASendTo(s, [][]byte{[]byte("x")}, nil, 0, wsa.Sockaddr(c.name(b)), nil, nil)
	})
	c.is(c.name(s).Port() != 0, "the socket is not bound")
}
