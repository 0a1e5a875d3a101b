package fuzz

import "wsasim/wsa"

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
		if actor.thread != m.first(actor.proc) || len(actor.proc.pool.Sockets) == 0 {
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
