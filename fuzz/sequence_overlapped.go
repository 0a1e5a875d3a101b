package fuzz

import (
	"net/netip"

	"wsasim/wsa"
)

// What sequences do about overlapped operations and completion ports.

// maxPorts is how many completion ports a process comes to have at once.
const maxPorts = 3

// aPort is a completion port of the actor's process.
func (m *Machine) aPort(g source, a int) wsa.HANDLE {
	p := &m.actors[a].proc.pool
	if len(p.Ports) < maxPorts && (len(p.Ports) == 0 || g.once(6, "another port")) {
		return m.call(a, wsa.CreateIoCompletionPortCall{FileHandle: wsa.INVALID_HANDLE_VALUE}).Handle
	}
	return pick(g, "port", p.Ports...)
}

// associate has the ends of a socket's operations reported at a port, mostly.
func (m *Machine) associate(g source, a int, s wsa.SOCKET) {
	if g.once(4, "no port") || s == 0 {
		return
	}
	if h := m.aPort(g, a); h != 0 {
		m.call(a, wsa.CreateIoCompletionPortCall{FileHandle: wsa.HANDLE(s), ExistingCompletionPort: h, CompletionKey: uintptr(100 + g.upTo(20, "key"))})
	}
	if g.once(6, "modes") {
		m.call(a, wsa.SetFileCompletionNotificationModesCall{FileHandle: wsa.HANDLE(s), Flags: uint8(pick(g, "modes", 1, 3))})
	}
}

// collect takes what is at the ports of a process, without waiting.
func (m *Machine) collect(g source) {
	a := m.drawActor(g)
	pool := m.actors[a].proc.pool
	if len(pool.Ports) == 0 {
		m.call(a, wsa.SleepExCall{Milliseconds: 100, Alertable: true})
		return
	}
	h := pick(g, "port", pool.Ports...)
	for range 1 + g.upTo(4, "packets") {
		if g.once(3, "several") {
			m.call(a, wsa.GetQueuedCompletionStatusExCall{CompletionPort: h, Count: uint32(1 + g.upTo(3, "count")), Milliseconds: uint32(g.upTo(1, "timeout"))})
		} else {
			m.call(a, wsa.GetQueuedCompletionStatusCall{CompletionPort: h, Milliseconds: uint32(g.upTo(1, "timeout"))})
		}
	}
}

// operate starts several operations on a connected socket or a datagram socket,
// and perhaps cancels some or closes the socket.
func (m *Machine) operate(g source) {
	a := m.drawActor(g)
	pool := m.actors[a].proc.pool
	var far []wsa.SOCKET
	for _, s := range pool.Sockets {
		if info, ok := m.actors[a].thread.SocketInfo(s); ok && (info.State == "connected" || info.Type == wsa.SOCK_DGRAM && info.Bound) {
			far = append(far, s)
		}
	}
	if len(far) == 0 {
		m.connect(g)
		return
	}
	s := pick(g, "socket", far...)
	if g.once(2, "at a port") {
		m.associate(g, a, s)
	}
	for range 1 + g.upTo(4, "operations") {
		m.startOne(g, a, s)
	}
	switch g.upTo(11, "then") {
	case 0:
		m.call(a, wsa.CancelIoCall{File: wsa.HANDLE(s)})
	case 1:
		other := m.drawActor(g)
		m.call(other, wsa.CancelIoExCall{File: wsa.HANDLE(s)})
	case 2:
		m.call(a, wsa.CancelIoExCall{File: wsa.HANDLE(s), Overlapped: g.id()})
	case 3:
		m.call(a, wsa.ClosesocketCall{S: s})
	case 4, 5:
		m.call(a, wsa.WSAGetOverlappedResultCall{S: s, Overlapped: g.id()})
	case 6:
		m.call(a, wsa.DisconnectExCall{S: s, Overlapped: g.id(), Flags: uint32(g.upTo(1, "reuse") * wsa.TF_REUSE_SOCKET)})
	}
}

// startOne starts one send or receive; receives have room of different sizes.
func (m *Machine) startOne(g source, a int, s wsa.SOCKET) {
	info, _ := m.actors[a].thread.SocketInfo(s)
	flags := uint32(0)
	buffers := []wsa.Room{pick(g, "room", wsa.Room(5), 100, 1, 2000, 3)}
	if g.once(4, "two buffers") {
		buffers = append(buffers, 7)
	}
	id := g.id()
	pool := m.actors[a].proc.pool
	pool.Sockets, pool.Closed = []wsa.SOCKET{s}, nil
	switch {
	case g.once(3, "send"):
		g.p = &pool
		m.call(a, g.callOf(pick(g, "function", "WSASend", "WSASendTo", "TransmitFile", "WSASendMsg")))
	case info.Type == wsa.SOCK_DGRAM && g.once(2, "message"):
		m.call(a, wsa.WSARecvMsgCall{S: s, Name: 28, Namelen: 28, Buffers: buffers, Control: 128, ControlLen: 128, Overlapped: id})
	case info.Type == wsa.SOCK_DGRAM:
		n := int32(28)
		m.call(a, wsa.WSARecvFromCall{S: s, Buffers: buffers, Flags: &flags, From: 28, Fromlen: &n, Overlapped: id})
	default:
		m.call(a, wsa.WSARecvCall{S: s, Buffers: buffers, Flags: &flags, Overlapped: id})
	}
}

// extended does what a client and a server do that come together by ConnectEx and
// AcceptEx.
func (m *Machine) extended(g source) {
	server, client, family := m.drawActor(g), m.drawActor(g), g.family()
	at := netip.AddrPortFrom(m.address(server, family), 0)
	secured := g.once(3, "server secured")
	l := m.listenOn(g, server, family, at, secured)
	info, ok := m.actors[server].thread.SocketInfo(l)
	if l == 0 || !ok {
		return
	}
	m.associate(g, server, l)
	inherits := m.setInherited(g, server, l)
	var accepted []wsa.SOCKET
	for range 1 + g.upTo(1, "accepts") {
		s := m.open(server, family, wsa.SOCK_STREAM, false)
		c := wsa.AcceptExCall{ListenSocket: l, AcceptSocket: s, NullReceived: true}
		c.ReceiveDataLength, c.LocalAddressLength, c.RemoteAddressLength, c.OutputBuffer = g.acceptLengths()
		c.Overlapped, c.Event = g.started()
		if m.call(server, c).Err == wsa.WSA_IO_PENDING {
			accepted = append(accepted, s)
		}
	}
	c := m.open(client, family, wsa.SOCK_STREAM, g.once(2, "client nonblocking"))
	if secured && !g.once(6, "client not secured") {
		m.secureSocket(g, client, c)
	}
	if !g.once(8, "unbound") {
		m.call(client, wsa.BindCall{S: c, Name: anyAddress(family, 0)})
	}
	m.associate(g, client, c)
	x := wsa.ConnectExCall{S: c, Name: wsa.Sockaddr(netip.AddrPortFrom(at.Addr(), info.Local.Port()))}
	if g.once(2, "data") {
		x.SendBuffer = g.payload()
	}
	x.Overlapped, x.Event = g.started()
	m.call(client, x)
	if secured || g.once(3, "sleep") {
		m.call(client, wsa.SleepExCall{Milliseconds: 200})
	}
	if !g.once(3, "old context") {
		m.call(client, wsa.SetsockoptCall{S: c, Level: wsa.SOL_SOCKET, Optname: wsa.SO_UPDATE_CONNECT_CONTEXT, Optval: wsa.Bytes{}})
		for _, s := range accepted {
			m.call(server, wsa.SetsockoptCall{S: s, Level: wsa.SOL_SOCKET, Optname: wsa.SO_UPDATE_ACCEPT_CONTEXT, Optval: le.AppendUint64(nil, uint64(l))})
			inherits(s)
		}
	}
	if secured {
		for _, s := range accepted {
			m.call(server, wsa.WSAQuerySocketSecurityCall{S: s, Info: 64, InfoLen: new(uint32(64))})
		}
	}
	switch g.upTo(5, "then") {
	case 0:
		m.call(server, wsa.CancelIoCall{File: wsa.HANDLE(l)})
	case 1:
		for _, s := range accepted {
			m.call(server, wsa.ClosesocketCall{S: s})
		}
	case 2:
		m.call(server, wsa.ClosesocketCall{S: l})
	}
}

// recycle ends a connection so that its socket may be used again, and connects the
// socket by ConnectEx or by AcceptEx.
func (m *Machine) recycle(g source) {
	a := m.drawActor(g)
	var connected []wsa.SOCKET
	for _, s := range m.actors[a].proc.pool.Sockets {
		if info, ok := m.actors[a].thread.SocketInfo(s); ok && info.State == "connected" && info.Type == wsa.SOCK_STREAM {
			connected = append(connected, s)
		}
	}
	if len(connected) == 0 {
		m.connect(g)
		return
	}
	x := pick(g, "socket", connected...)
	family := int32(wsa.AF_INET)
	if info, _ := m.actors[a].thread.SocketInfo(x); info.Local.Addr().Is6() {
		family = wsa.AF_INET6
	}
	pool := m.actors[a].proc.pool
	pool.Sockets, pool.Closed = []wsa.SOCKET{x}, nil
	g.p = &pool
	if g.once(2, "by TransmitFile") {
		c, _ := g.transmitFile().(wsa.TransmitFileCall)
		c.S, c.Flags = x, wsa.TF_DISCONNECT|wsa.TF_REUSE_SOCKET
		m.call(a, c)
	} else {
		c, _ := g.disconnectEx().(wsa.DisconnectExCall)
		c.S, c.Flags, c.Reserved = x, wsa.TF_REUSE_SOCKET, 0
		m.call(a, c)
	}
	server := a
	if accepts := g.once(2, "accepts"); !accepts {
		server = m.drawActor(g)
	}
	l := m.listenOn(g, server, family, netip.AddrPortFrom(m.address(server, family), 0), g.once(4, "secured"))
	info, ok := m.actors[server].thread.SocketInfo(l)
	if l == 0 || !ok {
		return
	}
	to := wsa.Sockaddr(info.Local)
	id, event := g.started()
	if g.once(2, "by AcceptEx") {
		m.call(server, wsa.AcceptExCall{ListenSocket: l, AcceptSocket: x, NullReceived: true, LocalAddressLength: 44, RemoteAddressLength: 44, OutputBuffer: 88, Overlapped: id, Event: event})
		from := m.drawActor(g)
		c := m.open(from, family, wsa.SOCK_STREAM, true)
		m.call(from, wsa.ConnectCall{S: c, Name: to})
		m.call(from, wsa.SendCall{S: c, Buf: g.few()})
		m.call(server, wsa.RecvCall{S: x, Buf: 100})
		return
	}
	m.call(a, wsa.ConnectExCall{S: x, Name: to, SendBuffer: g.few(), Overlapped: id, Event: event})
	room := int32(28)
	if y := m.call(server, wsa.AcceptCall{S: l, Addr: wsa.Room(room), Addrlen: &room}).Socket; y != 0 {
		m.call(server, wsa.RecvCall{S: y, Buf: 100})
		m.call(server, wsa.SendCall{S: y, Buf: g.few()})
	}
	m.call(a, wsa.RecvCall{S: x, Buf: 100})
}
