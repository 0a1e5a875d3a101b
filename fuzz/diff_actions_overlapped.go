package fuzz

import (
	"net/netip"

	"wsasim/wsa"
)

// What sequences do about overlapped operations and completion ports.

// nextID is an OVERLAPPED that was not used before.
func (g *guide) nextID() wsa.OverlappedID {
	g.ids++
	return g.ids
}

// newPort is a new completion port; 0: there is none.
func (g *guide) newPort() wsa.HANDLE {
	if g.add(wsa.CreateIoCompletionPortCall{FileHandle: wsa.INVALID_HANDLE_VALUE}).Err != 0 {
		return 0
	}
	return wsa.HANDLE(SocketOf(g.last))
}

// way is how the end of an operation is told: at a port, by an event, by a routine, or
// in the structure alone.
type way struct {
	port, event wsa.HANDLE
	routine     bool
}

// toldBy draws how the ends of a socket's operations are told. Each socket has a
// port of its own: of two operations that end within one call, one at each end of
// a connection, the trace of a machine does not tell which was first.
func (g *guide) toldBy(x wsa.SOCKET) (w way) {
	switch g.rand.IntN(3) {
	case 0:
		p := g.newPort()
		if p != 0 && g.add(wsa.CreateIoCompletionPortCall{FileHandle: wsa.HANDLE(x), ExistingCompletionPort: p, CompletionKey: uintptr(1 + g.rand.IntN(9))}).Err == 0 {
			w.port = p
		}
	case 1:
		w.event = g.anEvent()
		g.taken[w.event] = true
	}
	return w
}

// orRoutine is the way, or that operations are told by routines: the functions that
// Winsock itself has take one.
func (g *guide) orRoutine(w way) way {
	if w.port == 0 && w.event == 0 && g.once(2, "by routines") {
		w.routine = true
	}
	return w
}

// collect asks how an operation ended, in the way in which it is told.
func (g *guide) collect(x wsa.SOCKET, w way, id wsa.OverlappedID) {
	if w.event != 0 && g.once(2, "wait") {
		g.add(wsa.WSAWaitForMultipleEventsCall{Events: []wsa.HANDLE{w.event}})
	}
	switch {
	case w.routine:
		g.add(wsa.SleepExCall{Alertable: true})
	case w.port != 0 && g.once(4, "several"):
		g.add(wsa.GetQueuedCompletionStatusExCall{CompletionPort: w.port, Count: 1})
	case w.port != 0:
		g.add(wsa.GetQueuedCompletionStatusCall{CompletionPort: w.port})
	}
	switch g.rand.IntN(4) {
	case 0:
		g.add(wsa.GetOverlappedResultCall{File: wsa.HANDLE(x), Overlapped: id})
	case 1, 2:
		g.add(wsa.WSAGetOverlappedResultCall{S: x, Overlapped: id})
	}
}

// startReceive starts a receive.
func (g *guide) startReceive(x wsa.SOCKET, w way) wsa.OverlappedID {
	id := g.nextID()
	buffers := []wsa.Room{even(g, wsa.Room(1), 5, 100, 2000)}
	if g.once(4, "two buffers") {
		buffers = append(buffers, 7)
	}
	c := wsa.WSARecvCall{S: x, Buffers: buffers, Flags: new(uint32), NullReceived: g.once(3, "no count"), Overlapped: id, Event: w.event, Routine: w.routine}
	if info, ok := g.info(x); ok && info.Type == wsa.SOCK_DGRAM && g.once(2, "from whom") {
		g.add(wsa.WSARecvFromCall{
			S: x, Buffers: c.Buffers, Flags: c.Flags, NullReceived: c.NullReceived, From: 28, Fromlen: new(int32(28)), Overlapped: id, Event: w.event, Routine: w.routine,
		})
		return id
	}
	g.add(c)
	return id
}

// startSend starts a send.
func (g *guide) startSend(x wsa.SOCKET, w way) wsa.OverlappedID {
	id := g.nextID()
	g.add(wsa.WSASendCall{S: x, Buffers: []wsa.Bytes{g.payload()}, NullSent: g.once(3, "no count"), Overlapped: id, Event: w.event, Routine: w.routine})
	return id
}

// operations does overlapped sends and receives on a connection.
func (g *guide) operations() {
	_, c, s := g.pair()
	if s == noSocket {
		return
	}
	near, far := g.orRoutine(g.toldBy(c)), g.orRoutine(g.toldBy(s))
	var asked []func()
	receive := func() {
		id := g.startReceive(s, far)
		asked = append(asked, func() { g.collect(s, far, id) })
	}
	send := func() {
		id := g.startSend(c, near)
		g.collect(c, near, id)
	}
	for range 1 + g.rand.IntN(4) {
		switch g.rand.IntN(5) {
		case 0, 1:
			receive()
		case 2:
			send()
		case 3:
			g.add(wsa.SendCall{S: c, Buf: g.payload()})
		case 4:
			g.look(s)
		}
	}
	g.finish(c, s, g.ids)
	for _, ask := range asked {
		ask()
	}
}

// finish ends what goes on at a socket, in one of the ways that there are.
func (g *guide) finish(c, s wsa.SOCKET, id wsa.OverlappedID) {
	switch g.rand.IntN(8) {
	case 0:
		g.add(wsa.CancelIoCall{File: wsa.HANDLE(s)})
	case 1:
		g.add(wsa.CancelIoExCall{File: wsa.HANDLE(s)})
	case 2:
		if id != 0 {
			g.add(wsa.CancelIoExCall{File: wsa.HANDLE(s), Overlapped: id})
		}
	case 3:
		g.add(wsa.ClosesocketCall{S: s})
	case 4:
		g.add(wsa.ShutdownCall{S: c, How: wsa.SD_SEND})
	case 5:
		g.add(wsa.ClosesocketCall{S: c})
	case 6:
		if p := g.newPort(); p != 0 {
			g.add(wsa.PostQueuedCompletionStatusCall{CompletionPort: p, NumberOfBytesTransferred: uint32(g.rand.IntN(9)), CompletionKey: uintptr(g.rand.IntN(9))})
			g.add(wsa.GetQueuedCompletionStatusCall{CompletionPort: p})
		}
	}
}

// datagramOperations does overlapped sends and receives of datagrams.
func (g *guide) datagramOperations() {
	a, b, to := g.boundDatagrams()
	near, far := g.orRoutine(g.toldBy(a)), g.orRoutine(g.toldBy(b))
	var ids []wsa.OverlappedID
	for range 1 + g.rand.IntN(4) {
		switch g.rand.IntN(3) {
		case 0:
			ids = append(ids, g.startReceive(b, far))
		case 1:
			g.add(wsa.SendtoCall{S: a, Buf: g.payload(), To: to})
		case 2:
			id := g.nextID()
			g.add(wsa.WSASendToCall{S: a, Buffers: []wsa.Bytes{g.payload()}, To: to, Overlapped: id, Event: near.event, Routine: near.routine})
			g.collect(a, near, id)
		}
	}
	g.finish(a, b, g.ids)
	for _, id := range ids {
		g.collect(b, far, id)
	}
}

// extended connects two sockets by AcceptEx and ConnectEx, either of which may
// come first.
func (g *guide) extended() {
	family := g.family()
	l := g.open(family, wsa.SOCK_STREAM, true)
	number := g.last
	g.bindTo(l, loopbackOf(family))
	g.add(wsa.ListenCall{S: l, Backlog: 5})
	s := g.open(family, wsa.SOCK_STREAM, true)
	c := g.open(family, wsa.SOCK_STREAM, true)
	if !g.once(6, "not bound") {
		g.bindTo(c, loopbackOf(family))
	}
	far, near := g.toldBy(l), g.toldBy(c)
	accepting, connecting := g.nextID(), g.nextID()
	accept := func() {
		x := wsa.AcceptExCall{ListenSocket: l, AcceptSocket: s, NullReceived: g.once(3, "no count"), LocalAddressLength: 44, RemoteAddressLength: 44, Overlapped: accepting, Event: far.event}
		x.ReceiveDataLength = even(g, uint32(0), 0, 5)
		x.OutputBuffer = wsa.Room(88 + x.ReceiveDataLength)
		g.add(x)
	}
	port := PortOf(number)
	if g.once(8, "nobody listens") {
		port = nobody
	}
	connect := func() {
		x := wsa.ConnectExCall{S: c, Name: wsa.Sockaddr(netip.AddrPortFrom(loopbackOf(family), port)), NullSent: g.once(3, "no count"), Overlapped: connecting, Event: near.event}
		if g.once(2, "data") {
			x.SendBuffer = g.payload()
		}
		g.add(x)
	}
	if g.once(2, "connect first") {
		connect()
		accept()
	} else {
		accept()
		connect()
	}
	g.collect(c, near, connecting)
	g.collect(l, far, accepting)
	if !g.once(4, "old context") {
		g.add(wsa.SetsockoptCall{S: c, Level: wsa.SOL_SOCKET, Optname: wsa.SO_UPDATE_CONNECT_CONTEXT, Optval: wsa.Bytes{}})
	}
	room := int32(28)
	g.add(wsa.GetpeernameCall{S: c, Name: 28, Namelen: &room})
	g.finish(c, s, accepting)
}
