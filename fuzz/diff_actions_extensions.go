package fuzz

import (
	"net/netip"

	"wsasim/wsa"
)

// What sequences do with the functions for messages, and with those that end a
// connection or send what is given in two parts.

// message is a WSASendMsg that sends something to the name, to the peer with nil.
func (g *guide) message(x wsa.SOCKET, to wsa.Bytes) wsa.WSASendMsgCall {
	return wsa.WSASendMsgCall{S: x, Name: to, Buffers: []wsa.Bytes{g.payload()}, NullSent: g.once(8, "no count")}
}

// ask is a WSARecvMsg, with a name or without.
func (g *guide) ask(x wsa.SOCKET) wsa.WSARecvMsgCall {
	c := wsa.WSARecvMsgCall{S: x, Name: 28, Namelen: 28, Buffers: []wsa.Room{even(g, wsa.Room(1), 5, 100, 2000)}, Control: wsa.NULL, NullReceived: g.once(8, "no count")}
	if g.once(4, "no name") {
		c.Name, c.Namelen = wsa.NULL, 0
	}
	if g.once(4, "room for control messages") {
		c.Control, c.ControlLen = 128, 128
	}
	return c
}

// messages sends and receives datagrams as messages, where they are possible and
// where they are not.
func (g *guide) messages() {
	a, b, to := g.boundDatagrams()
	if g.once(4, "connected") {
		g.add(wsa.ConnectCall{S: a, Name: to})
		if g.once(2, "without a name") {
			to = nil
		}
	}
	for range 1 + g.rand.IntN(3) {
		switch g.rand.IntN(4) {
		case 0:
			g.add(g.message(a, to))
		case 1:
			w := g.orRoutine(g.toldBy(a))
			c := g.message(a, to)
			c.Overlapped, c.Event, c.Routine = g.nextID(), w.event, w.routine
			g.add(c)
			g.collect(a, w, c.Overlapped)
		case 2:
			g.add(wsa.SendtoCall{S: a, Buf: g.payload(), To: to})
		}
		g.add(g.ask(b))
	}
	if len(g.p.Sockets) > 0 && g.once(3, "any socket") {
		x := even(g, g.p.Sockets...)
		if g.once(2, "send") {
			g.add(g.message(x, to))
		} else {
			g.add(g.ask(x))
		}
	}
}

// parting ends a connection by DisconnectEx, or sends by TransmitFile without a file.
func (g *guide) parting() {
	_, c, s := g.pair()
	if s == noSocket {
		return
	}
	w := g.toldBy(c)
	for range 1 + g.rand.IntN(2) {
		x := wsa.TransmitFileCall{S: c, Head: g.payload(), Tail: g.payload()}
		if g.once(4, "nothing") {
			x.Head, x.Tail, x.NullBuffers = nil, nil, true
		}
		if g.once(2, "overlapped") {
			x.Overlapped, x.Event = g.nextID(), w.event
		}
		g.add(x)
		if x.Overlapped != 0 {
			g.collect(c, w, x.Overlapped)
		}
		g.add(wsa.RecvCall{S: s, Buf: 4000})
	}
	d := wsa.DisconnectExCall{S: c}
	if g.once(2, "overlapped") {
		d.Overlapped, d.Event = g.nextID(), w.event
	}
	switch g.rand.IntN(8) {
	case 0:
		d.Flags = 1
	case 1:
		d.Reserved = 1
	}
	g.add(d)
	if d.Overlapped != 0 {
		g.collect(c, w, d.Overlapped)
	}
	g.add(wsa.RecvCall{S: s, Buf: 4000})
	g.add(wsa.SendCall{S: c, Buf: g.payload()})
	if g.once(2, "again") {
		g.add(wsa.DisconnectExCall{S: c})
	}
	if x := even(g, g.p.Sockets...); g.once(3, "any socket") {
		g.add(even[wsa.Call](g, wsa.DisconnectExCall{S: x}, wsa.TransmitFileCall{S: x, Head: g.payload()}))
	}
}

// sharing binds two sockets to one port, as their options allow or not.
func (g *guide) sharing() {
	family, typ := g.family(), even(g, int32(wsa.SOCK_STREAM), wsa.SOCK_DGRAM)
	at := func() netip.Addr { return even(g, loopbackOf(family), loopbackOf(family), netip.IPv4Unspecified()) }
	option := func(x wsa.SOCKET) {
		if name := even(g, 0, int32(wsa.SO_REUSEADDR), wsa.SO_EXCLUSIVEADDRUSE); name != 0 {
			g.add(wsa.SetsockoptCall{S: x, Level: wsa.SOL_SOCKET, Optname: name, Optval: wsa.Bytes{1, 0, 0, 0}})
		}
	}
	bind := func(x wsa.SOCKET, port uint16) {
		a := at()
		if family == wsa.AF_INET6 && a.Is4() {
			a = netip.IPv6Unspecified()
		}
		g.add(wsa.BindCall{S: x, Name: wsa.Sockaddr(netip.AddrPortFrom(a, port))})
		g.settle(x)
	}
	x := g.open(family, typ, true)
	number := g.last
	option(x)
	bind(x, 0)
	y := g.open(family, typ, true)
	option(y)
	bind(y, PortOf(number))
	g.add(wsa.ClosesocketCall{S: y})
}
