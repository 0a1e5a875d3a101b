package fuzz

import (
	"net/netip"

	"pgregory.net/rapid"

	"wsasim/wsa"
)

// Pool is what calls are made of: the descriptors, addresses and names that
// mean something in one world. A drawn call mostly takes its arguments from
// here, because a call whose arguments are all random fails at the first check
// and reaches nothing behind it. The zero Pool is enough for structures.
type Pool struct {
	Sockets []wsa.SOCKET     // open sockets of the calling process
	Closed  []wsa.SOCKET     // sockets it has closed
	Handles []wsa.HANDLE     // token handles, open or not
	Events  []wsa.HANDLE     // open events
	Ports   []wsa.HANDLE     // open completion ports
	Files   []wsa.HANDLE     // files that TransmitFile may send
	PIDs    []uint32         // processes of the world
	Infos   []wsa.Bytes      // what WSADuplicateSocket gave, of all processes
	Hosts   []netip.Addr     // addresses of the world's hosts, scope ids included
	Names   []netip.AddrPort // where sockets are bound: likely destinations
	Lookups []wsa.HANDLE     // of overlapped lookups, whether or not they have ended
	Groups  []uint32         // what may be said of a group of sockets; none: groups are left alone
	SPNs    []string         // names that some host can prove, and some that none can
}

// source draws from one pool.
type source struct {
	t *rapid.T
	p *Pool
}

// pick draws one of the values. The first is what shrinking ends at.
func pick[T any](g source, label string, values ...T) T {
	return rapid.SampledFrom(values).Draw(g.t, label)
}

// upTo draws a number from 0 to n, mostly evenly.
func (g source) upTo(n int, label string) int { return rapid.IntRange(0, n).Draw(g.t, label) }

// once draws whether something happens that happens about once in n times.
// Shrinking ends at no.
func (g source) once(n int, label string) bool { return g.upTo(n-1, label) == n-1 }

// bogus are descriptors that were never issued: too small, not a multiple of
// 4, far away, and the one that says that there is none.
var bogus = []wsa.SOCKET{0, 1, 2, 6, 0x7FFFFFFC, wsa.INVALID_SOCKET}

// socket draws a descriptor: nine times in ten an open one, if there is one.
func (g source) socket() wsa.SOCKET {
	kind := g.upTo(29, "which socket")
	switch {
	case kind == 29 || len(g.p.Sockets) == 0 && len(g.p.Closed) == 0:
		return pick(g, "bogus socket", bogus...)
	case kind >= 27 && len(g.p.Closed) > 0 || len(g.p.Sockets) == 0:
		return pick(g, "closed socket", g.p.Closed...)
	}
	return pick(g, "socket", g.p.Sockets...)
}

// handle draws a token handle, now and then one of a socket.
func (g source) handle() wsa.HANDLE {
	if len(g.p.Events) > 0 && g.once(6, "an event") {
		return pick(g, "event", g.p.Events...)
	}
	if len(g.p.Handles) > 0 && !g.once(6, "bogus handle") {
		return pick(g, "handle", g.p.Handles...)
	}
	return wsa.HANDLE(g.socket())
}

// overlapped draws an OVERLAPPED and a completion routine; mostly neither.
func (g source) overlapped() (wsa.OverlappedID, bool) {
	if !g.once(16, "overlapped") {
		return 0, false
	}
	kind := g.upTo(2, "overlapped with")
	return wsa.OverlappedID(min(kind, 1)), kind != 1
}

// number draws an integer that is small, or at an edge of its 32 bits.
func (g source) number(label string) uint32 {
	return rapid.OneOf(rapid.Uint32Range(0, 5), rapid.Uint32()).Draw(g.t, label)
}

// ms draws a time in milliseconds, short enough that nothing but a wait for
// ever waits for ever.
func (g source) ms(label string) uint32 {
	return pick(g, label, uint32(0), 1, 10, 500, 3000, 30000, 0xFFFFFFFF)
}
