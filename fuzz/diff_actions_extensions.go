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
	far := g.orRoutine(g.toldBy(b))
	var asked []func()
	for range 1 + g.rand.IntN(3) {
		if g.once(3, "in advance") {
			c := g.ask(b)
			c.Overlapped, c.Event, c.Routine = g.nextID(), far.event, far.routine
			g.add(c)
			asked = append(asked, func() { g.collect(b, far, c.Overlapped) })
		}
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
	if len(asked) > 0 {
		g.finish(a, b, g.ids)
	}
	for _, ask := range asked {
		ask()
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

// transmission is a TransmitFile: of a file, mostly, with something around it.
func (g *guide) transmission(x wsa.SOCKET) wsa.TransmitFileCall {
	c := wsa.TransmitFileCall{S: x, Head: g.payload(), Tail: g.payload()}
	if g.once(4, "nothing around it") {
		c.Head, c.Tail, c.NullBuffers = nil, nil, true
	}
	if g.files < maxFiles && !g.once(4, "no file") {
		g.files++
		c.File = FileOf(g.files)
		c.BytesToWrite, c.BytesPerSend = even(g, uint32(0), 1, 50, 100), even(g, uint32(0), 0, 1, 1000)
	}
	if g.once(16, "a handle that is none") {
		c.File = noHandle
	}
	return c
}

// parting ends a connection by DisconnectEx or TransmitFile, or goes on sending by
// TransmitFile; and has what is left of the socket connect again.
func (g *guide) parting() {
	_, c, s := g.pair()
	if s == noSocket {
		return
	}
	w := g.toldBy(c)
	for range 1 + g.rand.IntN(2) {
		x := g.transmission(c)
		if g.once(6, "the end") {
			x.Flags = even(g, uint32(wsa.TF_DISCONNECT), wsa.TF_DISCONNECT|wsa.TF_REUSE_SOCKET)
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
	case 2, 3, 4:
		d.Flags = wsa.TF_REUSE_SOCKET
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
	if g.once(2, "used again") {
		g.recycled(c, w)
	}
	if x := even(g, g.p.Sockets...); g.once(3, "any socket") {
		g.add(even[wsa.Call](g, wsa.DisconnectExCall{S: x}, wsa.TransmitFileCall{S: x, Head: g.payload()}))
	}
}

// recycled connects a socket, whose connection was ended so that it may be used
// again, by ConnectEx or by AcceptEx.
func (g *guide) recycled(x wsa.SOCKET, w way) {
	family := wsa.AF_INET
	if n, ok := madeBy(x); ok && g.s.made[n] != nil {
		family = int(g.s.made[n].family)
	}
	at := loopbackOf(int32(family))
	l := g.open(int32(family), wsa.SOCK_STREAM, true)
	port := PortOf(g.last)
	g.bindTo(l, at)
	g.add(wsa.ListenCall{S: l, Backlog: 5})
	name, id := wsa.Sockaddr(netip.AddrPortFrom(at, port)), g.nextID()
	if g.once(2, "accepts") {
		g.add(wsa.AcceptExCall{ListenSocket: l, AcceptSocket: x, LocalAddressLength: 44, RemoteAddressLength: 44, OutputBuffer: 88, NullReceived: true, Overlapped: id})
		c := g.open(int32(family), wsa.SOCK_STREAM, true)
		g.add(wsa.ConnectCall{S: c, Name: name})
		g.settle(c)
		g.collect(l, way{}, id)
		return
	}
	g.add(wsa.ConnectExCall{S: x, Name: name, SendBuffer: g.payload(), Overlapped: id, Event: w.event})
	g.collect(x, w, id)
	room := int32(28)
	if g.add(wsa.AcceptCall{S: l, Addr: 28, Addrlen: &room}).Err == 0 {
		g.add(wsa.RecvCall{S: SocketOf(g.last), Buf: 100})
	}
}

// lone sends and receives with a routine and no OVERLAPPED: what is there and can be
// taken at once, so that the call tells the end, or what is ended by closing.
func (g *guide) lone() {
	var a, b wsa.SOCKET
	var to wsa.Bytes
	if g.once(2, "datagrams") {
		a, b, to = g.boundDatagrams()
	} else if _, a, b = g.pair(); b == noSocket {
		return
	}
	routine := func() bool { return g.once(2, "a routine") }
	for range 1 + g.rand.IntN(3) {
		if to != nil {
			g.add(even[wsa.Call](g,
				wsa.WSASendToCall{S: a, Buffers: []wsa.Bytes{g.payload()}, To: to, Routine: routine()},
				wsa.WSASendMsgCall{S: a, Buffers: []wsa.Bytes{g.payload()}, Name: to, Routine: routine()}))
		} else {
			g.add(wsa.WSASendCall{S: a, Buffers: []wsa.Bytes{g.payload()}, NullSent: g.once(8, "no count"), Routine: routine()})
		}
		g.look(b)
		if info, ok := g.info(b); ok && info.Readable == 0 && !g.once(4, "nothing there") {
			continue
		}
		receive := wsa.WSARecvCall{S: b, Buffers: []wsa.Room{even(g, wsa.Room(5), 2000)}, Flags: new(uint32), NullReceived: g.once(8, "no count"), Routine: routine()}
		m := g.ask(b)
		m.Routine = routine()
		g.add(even[wsa.Call](g, receive, receive, m))
		g.add(wsa.SleepExCall{Alertable: true})
	}
	g.add(wsa.ClosesocketCall{S: b})
	g.add(wsa.SleepExCall{Alertable: true})
}

// sharing binds two sockets to one port, as their options allow or not, and has
// something come to the port.
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
	if g.once(3, "nothing comes") {
		g.add(wsa.ClosesocketCall{S: y})
		return
	}
	to := wsa.Sockaddr(netip.AddrPortFrom(loopbackOf(family), PortOf(number)))
	if typ == wsa.SOCK_DGRAM {
		g.toEither(family, to, x, y)
	} else {
		g.throughEither(family, to, x, y)
	}
}

// toEither sends datagrams to a port that two sockets may have.
func (g *guide) toEither(family int32, to wsa.Bytes, x, y wsa.SOCKET) {
	from := g.open(family, wsa.SOCK_DGRAM, true)
	g.bindTo(from, loopbackOf(family))
	for range 1 + g.rand.IntN(3) {
		g.add(wsa.SendtoCall{S: from, Buf: g.payload(), To: to})
		for _, s := range []wsa.SOCKET{x, y} {
			if g.once(4, "not asked") {
				continue
			}
			g.add(wsa.RecvfromCall{S: s, Buf: 2000, From: 28, Fromlen: new(int32(28))})
		}
		if g.once(3, "one less") {
			g.add(wsa.ClosesocketCall{S: even(g, x, y)})
		}
	}
}

// throughEither connects to a port at which two sockets may listen.
func (g *guide) throughEither(family int32, to wsa.Bytes, x, y wsa.SOCKET) {
	for _, s := range []wsa.SOCKET{x, y} {
		if !g.once(4, "does not listen") {
			g.add(wsa.ListenCall{S: s, Backlog: 5})
		}
	}
	for range 1 + g.rand.IntN(2) {
		c := g.open(family, wsa.SOCK_STREAM, true)
		g.add(wsa.ConnectCall{S: c, Name: to})
		g.settle(c)
		g.add(wsa.SendCall{S: c, Buf: g.payload()})
		for _, s := range []wsa.SOCKET{x, y} {
			if g.add(wsa.AcceptCall{S: s, Addr: 28, Addrlen: new(int32(28))}).Err == 0 {
				g.add(wsa.RecvCall{S: SocketOf(g.last), Buf: 2000})
			}
		}
	}
}
