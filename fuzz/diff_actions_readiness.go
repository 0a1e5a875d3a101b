package fuzz

import (
	"net/netip"

	"wsasim/wsa"
)

// What sequences do about readiness and events.

// mostEvents is how many events a sequence has open at once.
const mostEvents = 4

// anEvent is an open event, now and then a new one; 0: there can be none.
func (g *guide) anEvent() wsa.HANDLE {
	if len(g.p.Events) < mostEvents && (len(g.p.Events) == 0 || g.once(4, "another event")) {
		if g.add(wsa.WSACreateEventCall{}).Err != 0 {
			return 0
		}
	}
	if len(g.p.Events) == 0 {
		return 0
	}
	return pick(g.source, "event", g.p.Events...)
}

// anyEvent is an event or, now and then, none.
func (g *guide) anyEvent() wsa.HANDLE {
	if g.once(15, "no event") {
		return even(g, 0, noHandle)
	}
	return g.anEvent()
}

// events does something with events that nobody else sets.
func (g *guide) events() {
	e := g.anyEvent()
	switch g.rand.IntN(5) {
	case 0:
		g.add(wsa.WSASetEventCall{Event: e})
	case 1:
		g.add(wsa.WSAResetEventCall{Event: e})
	case 2:
		if !g.taken[e] {
			g.add(wsa.WSACloseEventCall{Event: e})
		}
	default:
		g.wait(e)
	}
}

// wait asks which events are set.
func (g *guide) wait(e wsa.HANDLE) {
	c := wsa.WSAWaitForMultipleEventsCall{Events: []wsa.HANDLE{e}}
	for range g.rand.IntN(3) {
		c.Events = append(c.Events, g.anyEvent())
	}
	if g.once(30, "no events") {
		c.Events = nil
	}
	c.WaitAll = g.once(4, "all")
	g.add(c)
}

// pollSome asks what is ready, of sockets in any state.
func (g *guide) pollSome() {
	c := wsa.WSAPollCall{}
	for range 1 + g.rand.IntN(3) {
		c.FDArray = append(c.FDArray, g.entry(g.watched()))
	}
	if g.once(40, "no entries") {
		c.FDArray = nil
	}
	g.add(c)
}

// entry is one of WSAPoll's array.
func (g *guide) entry(x wsa.SOCKET) wsa.PollFD {
	const all = wsa.POLLRDNORM | wsa.POLLRDBAND | wsa.POLLWRNORM
	f := wsa.PollFD{FD: x, Events: int16(even(g, all, all, wsa.POLLRDNORM, wsa.POLLWRNORM, 0))}
	if g.once(25, "odd events") {
		f.Events = int16(even(g, wsa.POLLPRI, wsa.POLLERR, wsa.POLLWRBAND))
	}
	return f
}

// look asks select or WSAPoll everything about one socket.
func (g *guide) look(x wsa.SOCKET) {
	set := wsa.FDSet{x}
	if g.rand.IntN(2) == 0 {
		g.add(wsa.SelectCall{Readfds: set, Writefds: set, Exceptfds: set, Timeout: &wsa.Timeval{}})
		return
	}
	g.add(wsa.WSAPollCall{FDArray: []wsa.PollFD{g.entry(x)}})
}

// watch has a socket set an event.
func (g *guide) watch(x wsa.SOCKET, mask int32) wsa.HANDLE {
	e := g.anyEvent()
	if g.add(wsa.WSAEventSelectCall{S: x, EventObject: e, NetworkEvents: mask}).Err == 0 {
		g.taken[e] = true
	}
	return e
}

// enumerate asks what has happened at a socket.
func (g *guide) enumerate(x wsa.SOCKET, e wsa.HANDLE) {
	if g.once(3, "wait first") {
		g.add(wsa.WSAWaitForMultipleEventsCall{Events: []wsa.HANDLE{e}})
	}
	c := wsa.WSAEnumNetworkEventsCall{S: x, NullEvents: g.once(30, "no room")}
	if g.once(2, "reset") {
		c.EventObject = e
	}
	g.add(c)
}

// selecting has any socket set an event and asks.
func (g *guide) selecting() {
	if len(g.p.Sockets) == 0 {
		return
	}
	x := g.socket()
	e := g.watch(x, even(g, int32(wsa.FD_ALL_EVENTS), wsa.FD_ALL_EVENTS, wsa.FD_READ, wsa.FD_WRITE|wsa.FD_CLOSE, wsa.FD_ACCEPT, 0))
	g.enumerate(x, e)
}

// pair makes a listener, a client that connects to it, and accepts. All three are
// nonblocking. When one of them fails it gives none.
func (g *guide) pair() (l, c, s wsa.SOCKET) {
	family := g.family()
	l = g.open(family, wsa.SOCK_STREAM, true)
	number := g.last
	g.bindTo(l, loopbackOf(family))
	g.add(wsa.ListenCall{S: l, Backlog: 5})
	c = g.open(family, wsa.SOCK_STREAM, true)
	g.add(wsa.ConnectCall{S: c, Name: wsa.Sockaddr(netip.AddrPortFrom(loopbackOf(family), PortOf(number)))})
	g.settle(c)
	room := int32(28)
	if g.add(wsa.AcceptCall{S: l, Addr: 28, Addrlen: &room}).Err != 0 {
		return noSocket, noSocket, noSocket
	}
	s = SocketOf(g.last)
	g.settle(s)
	return l, c, s
}

// watchedConnection lets one end of a connection set an event, and asks at each
// stage what has happened.
func (g *guide) watchedConnection() {
	_, c, s := g.pair()
	if s == noSocket {
		return
	}
	e := g.watch(s, even(g, int32(wsa.FD_ALL_EVENTS), wsa.FD_ALL_EVENTS, wsa.FD_READ|wsa.FD_CLOSE, wsa.FD_WRITE))
	ask := func() {
		if !g.once(3, "do not ask") {
			g.enumerate(s, e)
		}
		if g.once(3, "look") {
			g.look(s)
		}
	}
	ask()
	for range 1 + g.rand.IntN(4) {
		switch g.rand.IntN(5) {
		case 0, 1:
			g.add(wsa.SendCall{S: c, Buf: g.payload()})
		case 2:
			g.add(wsa.RecvCall{S: s, Buf: even(g, wsa.Room(1), 100, 5000)})
		case 3:
			g.add(wsa.SendCall{S: s, Buf: g.payload()})
		case 4:
			g.add(wsa.ShutdownCall{S: c, How: wsa.SD_SEND})
		}
		ask()
	}
	if g.once(2, "close") {
		g.add(wsa.ClosesocketCall{S: c})
		ask()
	}
}

// watchedListener lets a listener and a client set events.
func (g *guide) watchedListener() {
	family := g.family()
	l := g.open(family, wsa.SOCK_STREAM, false)
	number := g.last
	g.bindTo(l, loopbackOf(family))
	e := g.watch(l, wsa.FD_ACCEPT|wsa.FD_CLOSE)
	g.add(wsa.ListenCall{S: l, Backlog: 5})
	g.enumerate(l, e)
	c := g.open(family, wsa.SOCK_STREAM, true)
	f := wsa.HANDLE(0)
	if g.once(2, "watch the client") {
		f = g.watch(c, wsa.FD_ALL_EVENTS)
	}
	port := PortOf(number)
	if g.once(5, "nobody listens") {
		port = nobody
	}
	g.add(wsa.ConnectCall{S: c, Name: wsa.Sockaddr(netip.AddrPortFrom(loopbackOf(family), port))})
	g.settle(c)
	g.enumerate(l, e)
	if f != 0 {
		g.enumerate(c, f)
	}
	if g.add(wsa.AcceptCall{S: l, Addr: wsa.NULL}).Err == 0 {
		s := SocketOf(g.last)
		g.settle(s)
		g.enumerate(s, e)
		g.enumerate(l, e)
	}
}
