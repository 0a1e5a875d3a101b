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
