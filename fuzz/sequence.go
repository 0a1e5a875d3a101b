package fuzz

import (
	"net/netip"

	"pgregory.net/rapid"

	"wsasim/sim"
	"wsasim/wsa"
)

// Sequence draws a world and does one thing after another in it, until about
// as many actions are done as rapid's flag -rapid.steps says, or something was
// wrong. A call that would wait for ever returns at once, since no other
// thread could end it.
func Sequence(t *rapid.T, s Setup) *Machine { return sequence(t, s, sequenceActions) }

func sequence(t *rapid.T, s Setup, from map[string]func(*Machine, source)) *Machine {
	m := Start(s)
	for _, a := range m.actors {
		if a.thread == m.first(a.proc) {
			m.Do(Step{Actor: m.index(a), Call: wsa.WSAStartupCall{Version: 0x0202}})
		}
	}
	run := func(action func(*Machine, source)) func(*rapid.T) {
		return func(t *rapid.T) {
			if !m.done() {
				action(m, source{t: t, p: &Pool{SPNs: spns, Names: m.names}})
			}
		}
	}
	actions := make(map[string]func(*rapid.T), len(from))
	for name, action := range from {
		actions[name] = run(action)
	}
	t.Repeat(actions)
	return m
}

func (m *Machine) first(p *process) any {
	for _, a := range m.actors {
		if a.proc == p {
			return a.thread
		}
	}
	return nil
}

func (m *Machine) index(a *actor) int {
	for i, other := range m.actors {
		if other == a {
			return i
		}
	}
	panic("fuzz: an actor of another machine")
}

// sequenceActions are what a sequence is made of. Single calls alone hardly
// ever get two sockets connected, so some actions do what a program would.
var sequenceActions = map[string]func(*Machine, source){
	"any call":     (*Machine).anyCall,
	"fitting call": (*Machine).fittingCall,
	"fitting more": (*Machine).fittingCall,
	"create":       (*Machine).create,
	"listen":       (*Machine).listen,
	"connect":      (*Machine).connect,
	"datagrams":    (*Machine).datagrams,
	"talk":         (*Machine).talk,
	"ask":          (*Machine).ask,
	"be patient":   (*Machine).bePatient,
	"secure":       (*Machine).secure,
	"secure more":  (*Machine).secure,
	"disturb":      (*Machine).disturbNetwork,
	"close":        (*Machine).closeOne,
	"share":        (*Machine).share,
	"bind two":     (*Machine).bindTwo,
	"recycle":      (*Machine).recycle,
	"events":       (*Machine).events,
	"look":         (*Machine).look,
	"look after":   (*Machine).lookAfter,
	"names":        (*Machine).lookNamesUp,
	"more names":   (*Machine).lookNamesUp,
	"names again":  (*Machine).lookNamesUp,
	"select event": (*Machine).selectEvent,
	"watch":        (*Machine).watchConnection,
	"enumerate":    (*Machine).enumerate,
	"operate":      (*Machine).operate,
	"operate more": (*Machine).operate,
	"extended":     (*Machine).extended,
	"collect":      (*Machine).collect,
	"collect more": (*Machine).collect,
}

// call does a call of the actor.
func (m *Machine) call(actor int, c wsa.Call) wsa.Return {
	if m.done() {
		return wsa.Return{Err: wsa.WSAEINTR}
	}
	return m.Do(Step{Actor: actor, Call: c})
}

func (m *Machine) drawActor(g source) int { return g.upTo(len(m.actors)-1, "thread") }

func (m *Machine) anyCall(g source) {
	a := m.drawActor(g)
	g.p = &m.actors[a].proc.pool
	m.callWith(g, a, g.call())
}

// callWith does a call of the actor; a routine that it queues calls something
// later.
func (m *Machine) callWith(g source, a int, c wsa.Call) wsa.Return {
	if m.done() {
		return wsa.Return{Err: wsa.WSAEINTR}
	}
	s := Step{Actor: a, Call: c}
	if _, ok := c.(wsa.QueueUserAPCCall); ok {
		s.Routine = g.routine()
	}
	return m.Do(s)
}

// routine draws what a routine calls.
func (g source) routine() []wsa.Call {
	var calls []wsa.Call
	for range g.upTo(2, "calls of a routine") {
		calls = append(calls, g.call())
	}
	return calls
}

// fitting lists, for the state of a socket, calls that are worth making.
var fitting = map[string][]string{
	"open stream": {
		"bind", "connect", "WSAConnect", "setsockopt", "getsockopt", "WSASetSocketSecurity", "WSASetSocketPeerTargetName",
		"WSADeleteSocketPeerTargetName", "ioctlsocket", "WSAIoctl", "getsockname", "WSAQuerySocketSecurity",
	},
	"bound stream": {"ConnectEx", "listen", "listen", "connect", "getsockname", "WSASetSocketPeerTargetName", "WSASetSocketSecurity", "bind", "setsockopt", "closesocket"},
	"listening":    {"CancelIo", "CreateIoCompletionPort", "accept", "accept", "WSAAccept", "getsockname", "WSASetSocketPeerTargetName", "listen", "getsockopt", "WSAIoctl", "shutdown", "ioctlsocket"},
	"connected": {
		"send", "recv", "WSASend", "WSARecv", "sendto", "recvfrom", "shutdown", "getpeername", "getsockname", "WSAQuerySocketSecurity",
		"WSAImpersonateSocketPeer", "WSADeleteSocketPeerTargetName", "WSASetSocketPeerTargetName", "WSASetSocketSecurity",
		"connect", "setsockopt", "ioctlsocket", "closesocket", "WSAIoctl", "getsockopt", "WSARevertImpersonation", "WSASendDisconnect", "WSARecvDisconnect",
		"DisconnectEx", "TransmitFile", "CancelIo", "CancelIoEx", "CreateIoCompletionPort", "SetFileCompletionNotificationModes", "WSASend", "WSARecv", "WSARecv",
	},
	"datagram": {
		"sendto", "recvfrom", "WSASendTo", "WSARecvFrom", "send", "recv", "connect", "WSASetSocketPeerTargetName", "WSASetSocketPeerTargetName",
		"WSADeleteSocketPeerTargetName", "WSADeleteSocketPeerTargetName", "WSAQuerySocketSecurity", "WSAImpersonateSocketPeer",
		"setsockopt", "bind", "WSAIoctl", "shutdown", "getpeername", "ioctlsocket",
		"WSASendMsg", "WSARecvMsg", "WSARecvMsg", "CancelIo", "CreateIoCompletionPort",
	},
}

// fittingCall makes a call that the socket's state invites.
func (m *Machine) fittingCall(g source) {
	a := m.drawActor(g)
	pool := m.actors[a].proc.pool
	if len(pool.Sockets) == 0 {
		m.create(g)
		return
	}
	s := pick(g, "socket", pool.Sockets...)
	pool.Sockets, pool.Closed = []wsa.SOCKET{s}, nil
	g.p = &pool
	m.call(a, g.callOf(pick(g, "function", m.fits(a, s)...)))
}

func (m *Machine) fits(a int, s wsa.SOCKET) []string {
	info, ok := m.actors[a].thread.SocketInfo(s)
	switch {
	case !ok || info.Type == wsa.SOCK_STREAM && info.State == "open" && !info.Bound:
		return fitting["open stream"]
	case info.Type == wsa.SOCK_DGRAM:
		return fitting["datagram"]
	case info.State == "open":
		return fitting["bound stream"]
	case info.State == "listening":
		return fitting["listening"]
	}
	return fitting["connected"]
}

// maxSockets is how many sockets a process comes to have at once.
const maxSockets = 10

// open makes a socket, closing the oldest when there are many; 0 when that
// failed.
func (m *Machine) open(a int, family, typ int32, nonblocking bool) wsa.SOCKET {
	pool := &m.actors[a].proc.pool
	if len(pool.Sockets) >= maxSockets {
		m.call(a, wsa.ClosesocketCall{S: pool.Sockets[0]})
	}
	s := m.call(a, wsa.WSASocketCall{Family: family, Type: typ, Flags: wsa.WSA_FLAG_OVERLAPPED}).Socket
	if s != 0 && nonblocking {
		on := uint32(1)
		m.call(a, wsa.IoctlsocketCall{S: s, Cmd: wsa.FIONBIO, Argp: &on})
	}
	return s
}

// openRaw makes a raw socket, of an administrator's process.
func (m *Machine) openRaw() (a int, s wsa.SOCKET) {
	for a < len(m.actors)-1 && !m.actors[a].proc.admin {
		a++
	}
	if p := &m.actors[a].proc.pool; len(p.Sockets) >= maxSockets {
		m.call(a, wsa.ClosesocketCall{S: p.Sockets[0]})
	}
	return a, m.call(a, wsa.WSASocketCall{Family: wsa.AF_INET, Type: wsa.SOCK_RAW, Protocol: wsa.IPPROTO_ICMP, Flags: wsa.WSA_FLAG_OVERLAPPED}).Socket
}

func (m *Machine) create(g source) {
	a := m.drawActor(g)
	g.p = &m.actors[a].proc.pool
	if len(g.p.Sockets) >= maxSockets {
		m.call(a, wsa.ClosesocketCall{S: pick(g, "socket to close", g.p.Sockets...)})
	}
	m.call(a, g.callOf(pick(g, "function", "socket", "WSASocket")))
}

func (g source) family() int32 { return pick(g, "family", int32(wsa.AF_INET), wsa.AF_INET6) }

// address is the actor's host in a family.
func (m *Machine) address(a int, family int32) netip.Addr {
	for _, addr := range m.actors[a].proc.sim.Host().Addrs() {
		if addr.Is4() == (family == wsa.AF_INET) {
			return addr
		}
	}
	panic("fuzz: every host has addresses of both families")
}

// listenOn makes a listener; 0 when that failed.
func (m *Machine) listenOn(g source, a int, family int32, at netip.AddrPort, secured bool) wsa.SOCKET {
	l := m.open(a, family, wsa.SOCK_STREAM, g.once(2, "nonblocking"))
	if secured {
		m.secureSocket(g, a, l)
	}
	if m.call(a, wsa.BindCall{S: l, Name: wsa.Sockaddr(at)}).Err != 0 {
		return 0
	}
	if m.call(a, wsa.ListenCall{S: l, Backlog: g.backlog()}).Err != 0 {
		return 0
	}
	return l
}

func (m *Machine) listen(g source) {
	a, family := m.drawActor(g), g.family()
	at := netip.AddrPortFrom(m.address(a, family), pick(g, "port", ports...))
	m.listenOn(g, a, family, at, g.once(2, "secured"))
}

// secureSocket turns security on as a program does, and mostly sets a name.
func (m *Machine) secureSocket(g source, a int, s wsa.SOCKET) {
	c := wsa.WSASetSocketSecurityCall{S: s}
	if g.once(2, "with settings") {
		settings := wsa.SecuritySettings{SecurityFlags: pick(g, "flags", uint32(0), 1, 2, 3)}
		c.Settings, _ = settings.AppendBinary(nil) // never fails
	}
	m.call(a, c)
}

// setName sets a target name for an address; the zero address for a stream.
func (m *Machine) setName(g source, a int, s wsa.SOCKET, peer netip.AddrPort) {
	storage, err := wsa.StorageFrom(peer)
	if err != nil {
		panic("fuzz: " + err.Error())
	}
	name := wsa.PeerTargetName{PeerAddress: storage, Name: pick(g, "spn", g.p.SPNs...)}
	b, err := name.AppendBinary(nil)
	if err != nil {
		panic("fuzz: " + err.Error())
	}
	m.call(a, wsa.WSASetSocketPeerTargetNameCall{S: s, PeerTargetName: b})
}

// connect does what a client and a server do to come together, each of them
// now and then with security.
func (m *Machine) connect(g source) {
	server, client, family := m.drawActor(g), m.drawActor(g), g.family()
	at := netip.AddrPortFrom(m.address(server, family), 0)
	l := m.listenOn(g, server, family, at, g.once(2, "server secured"))
	if l == 0 {
		return
	}
	info, ok := m.actors[server].thread.SocketInfo(l)
	if !ok {
		return
	}
	inherits := m.setInherited(g, server, l)
	c := m.open(client, family, wsa.SOCK_STREAM, g.once(2, "client nonblocking"))
	if g.once(2, "client secured") {
		m.secureSocket(g, client, c)
		if g.once(2, "named") {
			m.setName(g, client, c, netip.AddrPort{})
		}
	}
	m.call(client, wsa.ConnectCall{S: c, Name: wsa.Sockaddr(netip.AddrPortFrom(at.Addr(), info.Local.Port()))})
	if g.once(6, "sleep") {
		m.call(client, wsa.SleepExCall{Milliseconds: 200})
	}
	if info, ok = m.actors[server].thread.SocketInfo(l); ok && info.Pending > 0 {
		room := int32(28)
		if g.once(4, "with a condition") {
			answer := pick(g, "answer", int32(wsa.CF_DEFER), wsa.CF_REJECT, 7)
			m.call(server, wsa.WSAAcceptCall{S: l, Addr: wsa.NULL, Answer: &answer})
		}
		inherits(m.call(server, wsa.AcceptCall{S: l, Addr: wsa.Room(room), Addrlen: &room}).Socket)
	}
	if !g.once(3, "keep the listener") {
		m.call(server, wsa.ClosesocketCall{S: l})
	}
}

// setInherited sets an option of a listener now and then, and gives what asks the
// sockets of its connections for it.
func (m *Machine) setInherited(g source, a int, l wsa.SOCKET) (ask func(wsa.SOCKET)) {
	if !g.once(3, "an option to inherit") {
		return func(wsa.SOCKET) {}
	}
	o := pick(g, "option", inheritedOptions...)
	m.call(a, wsa.SetsockoptCall{S: l, Level: wsa.SOL_SOCKET, Optname: o.name, Optval: o.value})
	return func(s wsa.SOCKET) {
		if s != 0 {
			n := int32(4)
			m.call(a, wsa.GetsockoptCall{S: s, Level: wsa.SOL_SOCKET, Optname: o.name, Optval: 4, Optlen: &n})
		}
	}
}

// inheritedOptions are values other than those of a new socket.
var inheritedOptions = []struct {
	name  int32
	value wsa.Bytes
}{{wsa.SO_RCVTIMEO, wsa.Bytes{200, 0, 0, 0}}, {wsa.SO_SNDTIMEO, wsa.Bytes{44, 1, 0, 0}}, {wsa.SO_OOBINLINE, wsa.Bytes{1, 0, 0, 0}}, {wsa.SO_LINGER, wsa.Bytes{1, 0, 0, 0}}}

// datagrams makes two datagram sockets that know each other and sends between
// them.
func (m *Machine) datagrams(g source) {
	family := g.family()
	var at [2]netip.AddrPort
	var actors [2]int
	var socks [2]wsa.SOCKET
	secured := g.once(2, "secured")
	for i := range socks {
		actors[i] = m.drawActor(g)
		socks[i] = m.open(actors[i], family, wsa.SOCK_DGRAM, g.once(2, "nonblocking"))
		if secured {
			m.secureSocket(g, actors[i], socks[i])
		}
		m.call(actors[i], wsa.BindCall{S: socks[i], Name: wsa.Sockaddr(netip.AddrPortFrom(m.address(actors[i], family), 0))})
		info, ok := m.actors[actors[i]].thread.SocketInfo(socks[i])
		if !ok || !info.Local.IsValid() {
			return
		}
		at[i] = info.Local
	}
	if g.once(2, "named") {
		m.setName(g, actors[0], socks[0], at[1])
	}
	if g.once(3, "connected") {
		m.call(actors[0], wsa.ConnectCall{S: socks[0], Name: wsa.Sockaddr(at[1])})
	}
	told := g.once(3, "packet information")
	if told {
		c := wsa.SetsockoptCall{S: socks[1], Level: wsa.IPPROTO_IP, Optname: wsa.IP_PKTINFO, Optval: wsa.Bytes{1, 0, 0, 0}}
		if family == wsa.AF_INET6 {
			c.Level, c.Optname = wsa.IPPROTO_IPV6, wsa.IPV6_PKTINFO
		}
		m.call(actors[1], c)
	}
	for range 1 + g.upTo(2, "datagrams") {
		m.call(actors[0], wsa.SendtoCall{S: socks[0], Buf: g.payload(), To: wsa.Sockaddr(at[1])})
	}
	for range g.upTo(2, "receives") {
		room := int32(28)
		if g.once(4, "peek first") {
			m.call(actors[1], wsa.RecvfromCall{S: socks[1], Buf: pick(g, "room", wsa.Room(2000), 3), From: 28, Fromlen: new(room), Flags: wsa.MSG_PEEK})
		}
		if told {
			m.call(actors[1], wsa.WSARecvMsgCall{S: socks[1], Name: wsa.Room(room), Namelen: room, Buffers: []wsa.Room{pick(g, "room", wsa.Room(2000), 100, 5)}, Control: 128, ControlLen: 128})
			continue
		}
		m.call(actors[1], wsa.RecvfromCall{S: socks[1], Buf: g.room(), From: 28, Fromlen: &room})
	}
}

// talk sends something on a connected socket or receives what has arrived.
func (m *Machine) talk(g source) {
	a := m.drawActor(g)
	pool := m.actors[a].proc.pool
	if len(pool.Sockets) == 0 {
		return
	}
	s := pick(g, "socket", pool.Sockets...)
	info, ok := m.actors[a].thread.SocketInfo(s)
	pool.Sockets, pool.Closed = []wsa.SOCKET{s}, nil
	g.p = &pool
	switch {
	case !ok:
	case info.Readable > 0 && g.once(3, "peek first"):
		m.call(a, wsa.RecvCall{S: s, Buf: pick(g, "room", wsa.Room(5), 2000), Flags: wsa.MSG_PEEK})
		m.call(a, wsa.RecvCall{S: s, Buf: 2000})
	case info.Readable > 0:
		m.call(a, g.callOf(pick(g, "function", "recv", "recvfrom", "WSARecv", "WSARecvFrom")))
	case info.State == "connected" || info.Type == wsa.SOCK_DGRAM:
		m.call(a, g.callOf(pick(g, "function", "send", "sendto", "WSASend", "WSASendTo")))
	case info.Pending > 0:
		m.call(a, g.callOf(pick(g, "function", "accept", "WSAAccept", "WSAAccept")))
	}
}

// bePatient receives with a time-out where nothing may have arrived.
func (m *Machine) bePatient(g source) {
	a := m.drawActor(g)
	pool := m.actors[a].proc.pool
	for _, s := range pool.Sockets {
		info, ok := m.actors[a].thread.SocketInfo(s)
		if !ok || info.Nonblocking || !info.Bound || info.State == "listening" {
			continue
		}
		m.call(a, wsa.SetsockoptCall{S: s, Level: wsa.SOL_SOCKET, Optname: wsa.SO_RCVTIMEO, Optval: le.AppendUint32(nil, uint32(1+g.upTo(500, "milliseconds")))})
		m.call(a, wsa.RecvCall{S: s, Buf: 100})
		return
	}
	m.call(a, wsa.WSAGetLastErrorCall{})
}

// ask asks about a socket that is far enough to have an answer.
func (m *Machine) ask(g source) {
	a := m.drawActor(g)
	pool := m.actors[a].proc.pool
	var far []wsa.SOCKET
	for _, s := range pool.Sockets {
		if info, ok := m.actors[a].thread.SocketInfo(s); ok && info.Bound {
			far = append(far, s)
		}
	}
	if len(far) == 0 {
		return
	}
	pool.Sockets, pool.Closed = []wsa.SOCKET{pick(g, "socket", far...)}, nil
	g.p = &pool
	m.call(a, g.callOf(pick(g, "function", "WSAQuerySocketSecurity", "WSAQuerySocketSecurity", "getsockname", "getpeername", "getsockopt",
		"WSAImpersonateSocketPeer", "WSARevertImpersonation", "WSADeleteSocketPeerTargetName", "WSAGetLastError")))
}

// secure does the secure calls on a socket that nothing was done to.
func (m *Machine) secure(g source) {
	a, family := m.drawActor(g), g.family()
	typ := pick(g, "type", int32(wsa.SOCK_STREAM), wsa.SOCK_DGRAM)
	var s wsa.SOCKET
	if g.once(8, "a raw one") {
		a, s = m.openRaw()
	} else {
		s = m.open(a, family, typ, false)
	}
	pool := m.actors[a].proc.pool
	pool.Sockets, pool.Closed = []wsa.SOCKET{s}, nil
	g.p = &pool
	for range 1 + g.upTo(4, "calls") {
		m.call(a, g.callOf(pick(g, "function", "WSASetSocketSecurity", "WSASetSocketPeerTargetName", "WSADeleteSocketPeerTargetName",
			"WSAQuerySocketSecurity", "WSAIoctl", "WSAImpersonateSocketPeer", "bind", "connect")))
	}
}

// disturbNetwork changes the network, one time in four: the specification
// allows much once anything may be lost.
func (m *Machine) disturbNetwork(g source) {
	if !g.once(4, "disturb") {
		m.call(m.drawActor(g), wsa.SleepExCall{Milliseconds: uint32(g.upTo(1000, "milliseconds"))})
		return
	}
	d := &Disturbance{Kind: DisturbanceKind(g.upTo(int(disturbanceKinds)-1, "kind")), From: g.upTo(2, "from"), To: g.upTo(2, "to")}
	switch d.Kind {
	case Relink:
		d.Link = g.link()
	case Resolver:
		d.Lookups = g.lookups()
	case Starve:
		d.Process = g.upTo(len(m.procs)-1, "process")
		d.Lacks = pick(g, "lacks", append(sim.Shortages(), 0, sim.NoBuffers|sim.NoDescriptors)...)
	}
	m.Do(Step{Disturb: d})
	if d.Lacks != 0 {
		m.starving(g, d.Process)
	}
}

// starving makes some calls of a process that lacks something, and gives it back
// mostly: the network of a process that lacks one only answers that it is so.
func (m *Machine) starving(g source, process int) {
	g.p = &m.procs[process].pool
	for range 1 + g.upTo(4, "calls") {
		for i, a := range m.actors {
			if a.proc == m.procs[process] {
				m.call(i, g.callOf(pick(g, "function", starved...)))
				break
			}
		}
	}
	if !g.once(6, "stays so") {
		m.Do(Step{Disturb: &Disturbance{Kind: Starve, Process: process}})
	}
}

// starved are the functions that fail for want of something.
var starved = []string{
	"socket", "WSASocket", "bind", "listen", "accept", "connect", "WSAConnect", "send", "sendto", "WSASend", "WSASendTo", "WSAStartup",
	"closesocket", "recv", "getsockname", "setsockopt", "WSACleanup", "WSASetSocketSecurity", "WSAQuerySocketSecurity",
}

// lookNamesUp makes a few calls about names, and lets time pass in which
// overlapped lookups end.
func (m *Machine) lookNamesUp(g source) {
	a := m.drawActor(g)
	g.p = &m.actors[a].proc.pool
	if g.once(3, "an event") {
		m.anEvent(g, a)
	}
	for range 1 + g.upTo(2, "calls") {
		if g.once(6, "wait") {
			m.call(a, g.callOf("SleepEx"))
			continue
		}
		m.call(a, g.nameCall())
	}
}

func (m *Machine) closeOne(g source) {
	a := m.drawActor(g)
	pool := m.actors[a].proc.pool
	if len(pool.Sockets) == 0 {
		return
	}
	s := pick(g, "socket", pool.Sockets...)
	if g.once(3, "with a reset") {
		m.call(a, wsa.SetsockoptCall{S: s, Level: wsa.SOL_SOCKET, Optname: wsa.SO_LINGER, Optval: wsa.Bytes{1, 0, 0, 0}})
	}
	closed, _ := m.actors[a].thread.SocketInfo(s)
	m.call(a, wsa.ClosesocketCall{S: s})
	if closed.State == "connected" && g.once(2, "the peer receives") {
		m.receiveFrom(closed.Local)
	}
}

// receiveFrom has the other end of a connection receive.
func (m *Machine) receiveFrom(peer netip.AddrPort) {
	for i, a := range m.actors {
		for _, s := range a.proc.pool.Sockets {
			if info, ok := a.thread.SocketInfo(s); ok && info.State == "connected" && info.Type == wsa.SOCK_STREAM && info.Peer == peer {
				m.call(i, wsa.RecvCall{S: s, Buf: 2000})
				return
			}
		}
	}
}
