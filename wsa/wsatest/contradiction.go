package wsatest

import (
	"fmt"

	"wsasim/wsa"
)

// contradictionChecks asks an implementation what Microsoft's pages contradict
// themselves about, where no observed fact decides. Any of the answers is
// right.
func contradictionChecks() []Check {
	var checks []Check
	add := func(name string, run func(*context)) { checks = append(checks, Check{name, Documented, run}) }
	add("sendto to the wildcard", func(c *context) {
		c.oneOf([]wsa.Errno{wsa.WSAEADDRNOTAVAIL, wsa.WSAEDESTADDRREQ}, "sendto", func() error {
			_, err := c.api.Sendto(c.udp(), []byte("x"), 0, at(any4, 9))
			return err
		})
	})
	add("sendto without address", func(c *context) {
		c.oneOf([]wsa.Errno{wsa.WSAENOTCONN, wsa.WSAEDESTADDRREQ}, "sendto", func() error {
			_, err := c.api.Sendto(c.udp(), []byte("x"), 0, nil)
			return err
		})
	})
	add("WSASendTo on an unbound socket", func(c *context) {
		sent := uint32(0)
		to := wsa.Sockaddr(c.name(c.bound(c.udp, c.p.Loopback4)))
		c.oneOf([]wsa.Errno{success, wsa.WSAEINVAL}, "WSASendTo", func() error {
			return c.api.WSASendTo(c.udp(), [][]byte{[]byte("x")}, &sent, 0, to, nil, nil)
		})
	})
	add("getsockname after a wildcard bind", func(c *context) {
		s, n := c.bound(c.tcp, any4), int32(16)
		c.oneOf([]wsa.Errno{success, wsa.WSAEINVAL}, "getsockname", func() error {
			return c.api.Getsockname(s, pattern(16), &n)
		})
	})
	add("FIONREAD on datagrams", func(c *context) {
		a, b := c.datagrams()
		for _, data := range []string{"abc", "de"} {
			c.sendto(success, a, data, wsa.Sockaddr(c.name(b)))
		}
		c.settle()
		n := c.ask(b, wsa.FIONREAD)
		c.is(n == 3 || n == 5, "FIONREAD is %d", n)
	})
	add("unknown control code", func(c *context) {
		n := uint32(0)
		c.oneOf([]wsa.Errno{wsa.WSAEINVAL, wsa.WSAEOPNOTSUPP}, "WSAIoctl", func() error {
			return c.api.WSAIoctl(c.tcp(), 0xdeadbeef, nil, nil, &n, nil, nil)
		})
	})
	add("dual-stack exclusive wildcard after IPv4 loopback", func(c *context) {
		c.need6()
		s1 := c.bound(c.tcp, c.p.Loopback4)
		s2 := c.claimant(any6Excl)
		c.oneOf([]wsa.Errno{wsa.WSAEACCES, wsa.WSAEADDRINUSE}, "bind", func() error {
			return c.api.Bind(s2, at(any6, c.name(s1).Port()))
		})
	})
	return append(checks, dissolveCheck(), connectedRecvfromCheck())
}

// dissolveCheck: an address of zeros takes a datagram socket's peer away.
func dissolveCheck() Check {
	return Check{"dissolving a datagram association", Documented, func(c *context) {
		_, b := c.datagrams()
		for i, none := range [][]byte{at(any4, 0), make([]byte, 16)} {
			c.part(fmt.Sprint("form ", i+1), 0, func() {
				a := c.udp()
				c.connect(success, a, wsa.Sockaddr(c.name(b)))
				e := c.oneOf([]wsa.Errno{success, wsa.WSAEADDRNOTAVAIL, wsa.WSAEAFNOSUPPORT}, "connect", func() error {
					return c.api.Connect(a, none)
				})
				if e == success {
					c.send(wsa.WSAENOTCONN, a, "x", 0)
				}
			})
		}
	}}
}

// connectedRecvfromCheck: one sentence forbids recvfrom on a connected socket,
// another allows it.
func connectedRecvfromCheck() Check {
	return Check{"recvfrom on a connected socket", Documented, func(c *context) {
		a, b := c.datagrams()
		c.connect(success, a, wsa.Sockaddr(c.name(b)))
		c.connect(success, b, wsa.Sockaddr(c.name(a)))
		c.send(success, a, "x", 0)
		c.settle()
		n := int32(16)
		c.oneOf([]wsa.Errno{success, wsa.WSAEISCONN}, "recvfrom", func() error {
			_, err := c.api.Recvfrom(b, pattern(10), 0, pattern(16), &n)
			return err
		})
	}}
}
