package fuzz

import (
	"net/netip"

	"wsasim/wsa"
)

// What sequences do about readiness, events and waits.

// maxEvents is how many events a process comes to have at once.
const maxEvents = 4

// anEvent is an event of the actor's process; 0 when there is none.
func (m *Machine) anEvent(g source, a int) wsa.HANDLE {
	p := &m.actors[a].proc.pool
	if len(p.Events) < maxEvents && (len(p.Events) == 0 || g.once(4, "another event")) {
		return m.call(a, wsa.WSACreateEventCall{}).Handle
	}
	return pick(g, "event", p.Events...)
}

// events does a few things with events and waits for them; some of it with a
// routine queued.
func (m *Machine) events(g source) {
	a := m.drawActor(g)
	for range g.upTo(2, "events") {
		m.anEvent(g, a)
	}
	g.p = &m.actors[a].proc.pool
	for range 1 + g.upTo(3, "calls") {
		m.callWith(g, a, g.callOf(pick(g, "function", "WSASetEvent", "WSAResetEvent", "WSAWaitForMultipleEvents", "WSAWaitForMultipleEvents", "QueueUserAPC", "SleepEx")))
	}
}

// look asks what is ready, of some sockets of a process.
func (m *Machine) look(g source) {
	a := m.drawActor(g)
	g.p = &m.actors[a].proc.pool
	if len(g.p.Sockets) > 0 {
		m.call(a, g.callOf(pick(g, "function", "select", "WSAPoll")))
	}
}

// lookAfter does something to a socket that its state invites, and asks of every
// process what is ready now.
func (m *Machine) lookAfter(g source) {
	switch g.upTo(3, "before") {
	case 0:
		m.talk(g)
	case 1:
		m.fittingCall(g)
	case 2:
		m.connect(g)
	case 3:
		m.datagrams(g)
	}
	for a, actor := range m.actors {
		if actor.thread != m.first(actor.proc) || len(actor.proc.pool.Sockets) == 0 || g.once(2, "skip") {
			continue
		}
		g.p = &actor.proc.pool
		m.call(a, pick(g, "function", wsa.Call(m.pollAll(a)), wsa.Call(m.selectAll(a))))
	}
}

// pollAll asks everything of every socket of the actor's process.
func (m *Machine) pollAll(a int) wsa.WSAPollCall {
	var c wsa.WSAPollCall
	for _, s := range m.actors[a].proc.pool.Sockets {
		c.FDArray = append(c.FDArray, wsa.PollFD{FD: s, Events: wsa.POLLRDNORM | wsa.POLLRDBAND | wsa.POLLWRNORM})
	}
	return c
}

func (m *Machine) selectAll(a int) wsa.SelectCall {
	set := wsa.FDSet(last(m.actors[a].proc.pool.Sockets, maxSockets))
	return wsa.SelectCall{Readfds: set, Writefds: set, Exceptfds: set, Timeout: &wsa.Timeval{}}
}

// selectEvent has a socket set an event, mostly for everything.
func (m *Machine) selectEvent(g source) {
	a := m.drawActor(g)
	pool := &m.actors[a].proc.pool
	if len(pool.Sockets) == 0 {
		return
	}
	e := m.anEvent(g, a)
	s := pick(g, "socket", pool.Sockets...)
	mask := pick(g, "mask", int32(wsa.FD_ALL_EVENTS), wsa.FD_ALL_EVENTS, wsa.FD_READ|wsa.FD_ACCEPT|wsa.FD_CLOSE, wsa.FD_WRITE, 0)
	m.call(a, wsa.WSAEventSelectCall{S: s, EventObject: e, NetworkEvents: mask})
	if g.once(8, "block again") {
		m.call(a, wsa.IoctlsocketCall{S: s, Cmd: wsa.FIONBIO, Argp: new(uint32)})
	}
	if g.once(2, "wait") {
		m.call(a, wsa.WSAWaitForMultipleEventsCall{Events: []wsa.HANDLE{e}})
	}
}

// enumerate does something, and then asks of every socket of a process that sets an
// event what has happened, and now and then waits for the events.
func (m *Machine) enumerate(g source) {
	switch g.upTo(3, "before") {
	case 0:
		m.talk(g)
	case 1:
		m.fittingCall(g)
	case 2:
		m.lookAfter(g)
	}
	a := m.drawActor(g)
	pool := &m.actors[a].proc.pool
	for _, s := range last(pool.Sockets, maxSockets) {
		if e := m.watching(a, s); e != 0 && g.once(2, "enumerate") {
			if g.once(2, "wait") {
				m.call(a, wsa.WSAWaitForMultipleEventsCall{Events: []wsa.HANDLE{e}})
			}
			c := wsa.WSAEnumNetworkEventsCall{S: s}
			if g.once(2, "reset") {
				c.EventObject = e
			}
			m.call(a, c)
		}
	}
}

// watching is the event that a socket was last told to set, 0 for none.
func (m *Machine) watching(a int, s wsa.SOCKET) wsa.HANDLE {
	for i := len(m.Steps) - 1; i >= 0; i-- {
		c, ok := m.Steps[i].Call.(wsa.WSAEventSelectCall)
		if ok && c.S == s && m.actors[m.Steps[i].Actor].proc == m.actors[a].proc {
			return c.EventObject
		}
	}
	return 0
}

// watchConnection makes a connection with events at both ends and at the listener,
// and asks at each stage what has happened.
func (m *Machine) watchConnection(g source) {
	server, client, family := m.drawActor(g), m.drawActor(g), g.family()
	// A port that is known, so that the specification knows who can connect.
	at := netip.AddrPortFrom(m.address(server, family), uint16(6000+g.upTo(200, "port")))
	l := m.listenOn(g, server, family, at, false)
	if l == 0 {
		return
	}
	c := m.open(client, family, wsa.SOCK_STREAM, false)
	var s wsa.SOCKET
	type end struct {
		actor int
		sock  *wsa.SOCKET
	}
	near, far, door := end{client, &c}, end{server, &s}, end{server, &l}
	watch := func(e end) {
		m.call(e.actor, wsa.WSAEventSelectCall{S: *e.sock, EventObject: m.anEvent(g, e.actor), NetworkEvents: wsa.FD_ALL_EVENTS})
	}
	ask := func(e end) {
		switch ev := m.watching(e.actor, *e.sock); g.upTo(3, "ask") {
		case 0:
			m.call(e.actor, wsa.WSAWaitForMultipleEventsCall{Events: []wsa.HANDLE{ev}})
		case 1:
			m.call(e.actor, wsa.WSAEnumNetworkEventsCall{S: *e.sock})
		case 2:
			m.call(e.actor, wsa.WSAEnumNetworkEventsCall{S: *e.sock, EventObject: ev})
			m.call(e.actor, wsa.WSAWaitForMultipleEventsCall{Events: []wsa.HANDLE{ev}})
		}
	}
	watch(door)
	if g.once(2, "watch the client") {
		watch(near)
	}
	m.call(client, wsa.ConnectCall{S: c, Name: wsa.Sockaddr(at)})
	ask(near)
	ask(door)
	if s = m.call(server, wsa.AcceptCall{S: l, Addr: wsa.NULL}).Socket; s == 0 {
		return
	}
	watch(far)
	stages := []func(){
		func() { m.call(client, wsa.SendCall{S: c, Buf: g.payload()}) },
		func() { m.call(server, wsa.RecvCall{S: s, Buf: pick(g, "room", wsa.Room(1), 100, 70000)}) },
		func() { m.call(server, wsa.SendCall{S: s, Buf: g.payload()}) },
		func() { m.call(client, wsa.ShutdownCall{S: c, How: wsa.SD_SEND}) },
	}
	for range 1 + g.upTo(4, "stages") {
		pick(g, "stage", stages...)()
		ask(far)
		if g.once(3, "ask the client") {
			ask(near)
		}
	}
	if g.once(2, "close") {
		m.call(client, wsa.ClosesocketCall{S: c})
		ask(far)
	}
}
