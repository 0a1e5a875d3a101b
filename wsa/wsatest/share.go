package wsatest

import (
	"net/netip"

	"wsasim/wsa"
)

// claim is a socket that wants an address: where, and how it shares.
type claim struct {
	addr      netip.Addr
	exclusive bool // SO_EXCLUSIVEADDRUSE
	reuse     bool // SO_REUSEADDR
}

// String is the claim as the facts write it: ANY4, LOOP6(E).
func (k claim) String() string {
	s := "LOOP"
	if k.addr.Unmap().IsUnspecified() {
		s = "ANY"
	}
	switch {
	case k.addr.Is4In6():
		s += "4 mapped"
	case k.addr.Is4():
		s += "4"
	default:
		s += "6"
	}
	switch {
	case k.exclusive:
		s += "(E)"
	case k.reuse:
		s += "(R)"
	}
	return s
}

// socket makes the claim's stream socket, not yet bound. IPv6 sockets are dual.
func (c *context) claimant(k claim) wsa.SOCKET {
	var s wsa.SOCKET
	if k.addr.Is4() {
		s = c.tcp()
	} else {
		s = c.tcp6()
		c.setInt(success, s, v6Only, 0)
	}
	if k.exclusive {
		c.setInt(success, s, soExclusive, 1)
	}
	if k.reuse {
		c.setInt(success, s, soReuseAddr, 1)
	}
	return s
}

// claims binds two sockets to one port, the second with the result wanted.
func (c *context) claims(first, second claim, want wsa.Errno) (s1, s2 wsa.SOCKET, port uint16) {
	s1 = c.claimant(first)
	c.bind(success, s1, at(first.addr, 0))
	port = c.name(s1).Port()
	s2 = c.claimant(second)
	c.call(want, "bind of "+second.String()+" after "+first.String(), func() error {
		return c.api.Bind(s2, at(second.addr, port))
	})
	return s1, s2, port
}

// families runs body for the loopback and wildcard addresses of both families.
func (c *context) families(body func(loop, any netip.Addr)) {
	c.part("IPv4", 0, func() { body(c.p.Loopback4, any4) })
	c.part("IPv6", 0, func() {
		c.need6()
		body(c.p.Loopback6, any6)
	})
}

// claimFact is a fact of section 6 about two binds. A claim is written with the
// IPv4 loopback address standing for the platform's.
func claimFact(rows ...claimRow) func(*context) {
	return func(c *context) {
		c.need6()
		for _, row := range rows {
			c.claims(c.local(row.first), c.local(row.second), row.want)
		}
	}
}

type claimRow struct {
	first, second claim
	want          wsa.Errno
}

// local replaces the loopback addresses of a claim by the platform's.
func (c *context) local(k claim) claim {
	switch k.addr {
	case loop4:
		k.addr = c.p.Loopback4
	case loop6:
		k.addr = c.p.Loopback6
	}
	return k
}

var (
	loop4 = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	loop6 = netip.IPv6Loopback()

	loop4Plain = claim{addr: loop4}
	loop4Excl  = claim{addr: loop4, exclusive: true}
	any4Plain  = claim{addr: any4}
	any4Excl   = claim{addr: any4, exclusive: true}
	loop6Plain = claim{addr: loop6}
	loop6Excl  = claim{addr: loop6, exclusive: true}
	any6Dual   = claim{addr: any6}
	any6Excl   = claim{addr: any6, exclusive: true}
	mappedAny  = claim{addr: netip.AddrFrom16(any4.As16())}
	mappedLoop = claim{addr: netip.AddrFrom16(loop4.As16())}
)

func observedRA1(c *context) {
	c.families(func(loop, _ netip.Addr) {
		c.claims(claim{addr: loop}, claim{addr: loop, reuse: true}, wsa.WSAEACCES)
	})
}

// observedRA2: the fact names no error.
func observedRA2(c *context) {
	c.families(func(loop, _ netip.Addr) {
		s1 := c.claimant(claim{addr: loop, reuse: true})
		c.bind(success, s1, at(loop, 0))
		s2 := c.claimant(claim{addr: loop})
		c.oneOf([]wsa.Errno{wsa.WSAEADDRINUSE, wsa.WSAEACCES}, "bind", func() error {
			return c.api.Bind(s2, at(loop, c.name(s1).Port()))
		})
	})
}

// sharing is two listeners on one address and port.
func (c *context) sharing(loop netip.Addr) (s1, s2 wsa.SOCKET, to []byte) {
	k := claim{addr: loop, reuse: true}
	s1, s2, port := c.claims(k, k, success)
	for _, s := range []wsa.SOCKET{s1, s2} {
		c.listen(success, s, 5)
		c.nonblocking(s)
	}
	return s1, s2, at(loop, port)
}

// client connects a new socket of the family of to.
func (c *context) client(to []byte) wsa.SOCKET {
	s := c.socket(wsa.SockaddrFamily(to), wsa.SOCK_STREAM, wsa.IPPROTO_TCP)
	c.connect(success, s, to)
	c.settle()
	return s
}

func observedRA5(c *context) {
	c.families(func(loop, _ netip.Addr) {
		s1, s2, to := c.sharing(loop)
		c.client(to)
		c.accept(wsa.WSAEWOULDBLOCK, s2)
		c.accept(success, s1)
	})
}

func observedRA6(c *context) {
	c.families(func(loop, _ netip.Addr) {
		s1, s2, to := c.sharing(loop)
		c.close(s1)
		c.client(to)
		c.accept(success, s2)
	})
}

// observedRA8 also is the beginning of RA9.
func observedRA8(c *context) {
	c.families(func(loop, wild netip.Addr) {
		s1, s2, _ := c.claims(claim{addr: wild}, claim{addr: loop}, success)
		c.listen(success, s1, 5)
		c.listen(success, s2, 5)
	})
}

func observedRA9(c *context) {
	c.families(func(loop, wild netip.Addr) {
		s1, s2, port := c.claims(claim{addr: wild}, claim{addr: loop}, success)
		c.listen(success, s1, 5)
		c.listen(success, s2, 5)
		c.nonblocking(s1)
		c.nonblocking(s2)
		c.client(at(loop, port))
		c.accept(wsa.WSAEWOULDBLOCK, s1)
		c.accept(success, s2)
	})
}

func observedRA11(c *context) {
	c.families(func(_, wild netip.Addr) {
		c.claims(claim{addr: wild}, claim{addr: wild}, wsa.WSAEADDRINUSE)
	})
}

func observedRA12(c *context) {
	s := c.tcp()
	c.setInt(success, s, soReuseAddr, 1)
	c.setInt(wsa.WSAEINVAL, s, soExclusive, 1)
	c.reads(s, soReuseAddr, 1)
	c.reads(s, soExclusive, 0)
}

func observedRA14(c *context) { c.reads(c.tcp(), soReuseAddr, 0) }

// bindTableChecks is the documentation's table of who may share an address, for
// sockets of one user on Windows Server 2003 and later (page
// using-so-reuseaddr-and-so-exclusiveaddruse): rows are how the first socket was
// bound, columns the second socket. Where an observed fact says otherwise, it
// would win; none does.
func bindTableChecks() []Check {
	const okay, inUse, access = success, wsa.WSAEADDRINUSE, wsa.WSAEACCES
	ways := []claim{{}, {reuse: true}, {exclusive: true}}
	table := [6][6]wsa.Errno{
		{inUse, okay, access, okay, inUse, okay},
		{okay, inUse, okay, access, inUse, inUse},
		{inUse, okay, okay, okay, inUse, okay},
		{okay, inUse, okay, okay, inUse, inUse},
		{inUse, access, access, access, inUse, access},
		{okay, inUse, okay, access, inUse, inUse},
	}
	place := func(i int) claim {
		k := ways[i/2]
		k.addr = any4
		if i%2 == 1 {
			k.addr = loop4
		}
		return k
	}
	var checks []Check
	for i, row := range table {
		for j, want := range row {
			first, second := place(i), place(j)
			checks = append(checks, Check{first.String() + " then " + second.String(), Documented, func(c *context) {
				c.claims(c.local(first), c.local(second), want)
			}})
		}
	}
	return append(checks, Check{"two specific addresses never conflict", Documented, func(c *context) {
		if !c.p.Host4.IsValid() {
			c.skip("needs an address besides loopback")
		}
		c.claims(claim{addr: c.p.Loopback4, exclusive: true}, claim{addr: c.p.Host4, exclusive: true}, success)
	}})
}
