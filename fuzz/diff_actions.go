package fuzz

import (
	"net/netip"

	"wsasim/wsa"
)

// diffActions are what sequences are made of. Which calls are drawn is said
// here and nowhere else; a call that is new to the specification joins by a
// line.
var diffActions = []func(*guide){
	(*guide).anyOf, (*guide).anyOf, (*guide).anyOf, (*guide).anyOf,
	(*guide).wellFormed, (*guide).wellFormed, (*guide).wellFormed, (*guide).wellFormed,
	(*guide).fresh, (*guide).fresh,
	(*guide).bound,
	(*guide).connection, (*guide).connection,
	(*guide).datagramPair,
	(*guide).transfer, (*guide).transfer, (*guide).transfer,
	(*guide).askOption, (*guide).setOption, (*guide).control,
	(*guide).refusal, (*guide).kinds,
	(*guide).closing,
	(*guide).events, (*guide).pollSome, (*guide).pollSome, (*guide).selecting,
	(*guide).watchedConnection, (*guide).watchedListener,
	(*guide).names,
	(*guide).operations, (*guide).operations, (*guide).datagramOperations, (*guide).extended,
	(*guide).messages, (*guide).parting, (*guide).sharing, (*guide).lone,
}

// diffOps are the calls that are drawn with arguments of any kind.
var diffOps = []string{
	"bind", "bind", "listen", "accept", "connect", "shutdown", "closesocket", "getsockname", "getpeername",
	"send", "sendto", "recv", "recvfrom", "WSASend", "WSASendTo", "WSARecv", "WSARecvFrom",
	"ioctlsocket", "ioctlsocket", "WSAIoctl", "socket", "WSASocket", "WSAConnect",
	"WSAAccept", "WSASendDisconnect", "WSARecvDisconnect",
	"WSAGetLastError", "WSASetLastError",
}

// anyOf makes one call of any kind.
func (g *guide) anyOf() {
	c := g.callOf(even(g, diffOps...))
	x, ok := callSocket(c)
	g.add(plain(c))
	switch c.(type) {
	case wsa.BindCall, wsa.ConnectCall, wsa.WSAConnectCall, wsa.SendtoCall, wsa.WSASendToCall:
		if ok {
			g.settle(x)
		}
	}
}

// wellFormed makes a call with nothing wrong but, perhaps, the state of its socket.
func (g *guide) wellFormed() {
	if len(g.p.Sockets) == 0 {
		return
	}
	g.fitting(even(g, g.p.Sockets...))
}

// fitting makes a call on the socket, with arguments that fit it.
func (g *guide) fitting(x wsa.SOCKET) {
	info, ok := g.info(x)
	if !ok {
		return
	}
	at := loopbackOf(info.Family)
	name := wsa.Sockaddr(netip.AddrPortFrom(at, nobody))
	if len(g.p.Names) > 0 {
		if to := even(g, g.p.Names...); to.Addr().Is4() == at.Is4() {
			name = wsa.Sockaddr(to)
		}
	}
	room := int32(28)
	switch g.rand.IntN(9) {
	case 0:
		g.bindTo(x, at)
	case 1, 2:
		g.add(wsa.ListenCall{S: x, Backlog: 5})
	case 3, 4:
		g.add(even[wsa.Call](g, wsa.ConnectCall{S: x, Name: name}, wsa.WSAConnectCall{S: x, Name: name}))
		g.settle(x)
	case 5:
		g.add(wsa.ShutdownCall{S: x, How: even(g, int32(wsa.SD_RECEIVE), wsa.SD_SEND, wsa.SD_BOTH)})
	case 6:
		g.add(wsa.AcceptCall{S: x, Addr: 28, Addrlen: &room})
	case 7:
		g.add(wsa.GetpeernameCall{S: x, Name: 28, Namelen: &room})
	case 8:
		g.add(wsa.AcceptExCall{
			ListenSocket: x, AcceptSocket: even(g, g.p.Sockets...), LocalAddressLength: 44, RemoteAddressLength: 44, OutputBuffer: 88, NullReceived: true, Overlapped: g.nextID(),
		})
	}
}

// plain is the call without an overlapped operation.
func plain(c wsa.Call) wsa.Call {
	switch c := c.(type) {
	case wsa.WSASendCall:
		c.Overlapped, c.Routine = 0, false
		return c
	case wsa.WSASendToCall:
		c.Overlapped, c.Routine = 0, false
		return c
	case wsa.WSARecvCall:
		c.Overlapped, c.Routine = 0, false
		return c
	case wsa.WSARecvFromCall:
		c.Overlapped, c.Routine = 0, false
		return c
	case wsa.WSAIoctlCall:
		c.Overlapped, c.Routine = 0, false
		return c
	}
	return c
}

// settle waits for an attempt to connect and asks where the socket is.
func (g *guide) settle(x wsa.SOCKET) {
	if info, ok := g.info(x); ok && info.State == "connecting" {
		g.add(wsa.SelectCall{Writefds: wsa.FDSet{x}, Exceptfds: wsa.FDSet{x}, Timeout: &wsa.Timeval{Sec: 3}})
	}
	room := int32(28)
	g.add(wsa.GetsocknameCall{S: x, Name: 28, Namelen: &room})
}

// few is how many sockets a sequence has open at once.
const few = 12

// fresh makes a socket, three times in four a nonblocking one.
func (g *guide) fresh() {
	if len(g.p.Sockets) >= few {
		g.add(wsa.ClosesocketCall{S: g.p.Sockets[0]})
	}
	if g.add(g.callOf(pick(g.source, "function", "socket", "WSASocket"))).Err == 0 && !g.once(4, "blocking") {
		g.nonblocking(SocketOf(g.last))
		if g.rand.IntN(2) == 0 {
			g.fitting(SocketOf(g.last))
		}
	}
}

func (g *guide) nonblocking(x wsa.SOCKET) {
	on := uint32(1)
	g.add(wsa.IoctlsocketCall{S: x, Cmd: wsa.FIONBIO, Argp: &on})
}

// made makes a socket of a kind.
func (g *guide) open(family, typ int32, nonblocking bool) wsa.SOCKET {
	if len(g.p.Sockets) >= few {
		g.add(wsa.ClosesocketCall{S: g.p.Sockets[0]})
	}
	if g.add(wsa.SocketCall{Family: family, Type: typ}).Err != 0 {
		return noSocket
	}
	x := SocketOf(g.last)
	if nonblocking {
		g.nonblocking(x)
	}
	return x
}

// loopbackOf is a loopback address of the family.
func loopbackOf(family int32) netip.Addr {
	if family == wsa.AF_INET {
		return loopbacks[0]
	}
	return loopbacks[1]
}

// bindTo binds to a port that the system chooses and asks which.
func (g *guide) bindTo(x wsa.SOCKET, a netip.Addr) {
	g.add(wsa.BindCall{S: x, Name: wsa.Sockaddr(netip.AddrPortFrom(a, 0))})
	g.settle(x)
}

// bound makes a bound socket.
func (g *guide) bound() {
	family := g.family()
	x := g.open(family, pick(g.source, "type", int32(wsa.SOCK_STREAM), wsa.SOCK_DGRAM), true)
	g.bindTo(x, loopbackOf(family))
}

// connection connects two sockets and accepts.
func (g *guide) connection() {
	family := g.family()
	l := g.open(family, wsa.SOCK_STREAM, true)
	number := g.last
	g.bindTo(l, loopbackOf(family))
	g.add(wsa.ListenCall{S: l, Backlog: 5})
	c := g.open(family, wsa.SOCK_STREAM, true)
	g.add(wsa.ConnectCall{S: c, Name: wsa.Sockaddr(netip.AddrPortFrom(loopbackOf(family), PortOf(number)))})
	g.settle(c)
	room := int32(28)
	if g.add(wsa.AcceptCall{S: l, Addr: 28, Addrlen: &room}).Err == 0 {
		g.settle(SocketOf(g.last))
	}
	if !g.once(3, "keep the listener") {
		g.add(wsa.ClosesocketCall{S: l})
	}
	if g.once(3, "blocking again") {
		off := uint32(0)
		g.add(wsa.IoctlsocketCall{S: c, Cmd: wsa.FIONBIO, Argp: &off})
	}
}

// refusal connects to a port where nobody listens.
func (g *guide) refusal() {
	family := g.family()
	x := g.open(family, wsa.SOCK_STREAM, true)
	g.add(wsa.ConnectCall{S: x, Name: wsa.Sockaddr(netip.AddrPortFrom(loopbackOf(family), nobody))})
	g.settle(x)
	room := int32(4)
	g.add(wsa.GetsockoptCall{S: x, Level: wsa.SOL_SOCKET, Optname: wsa.SO_ERROR, Optval: 4, Optlen: &room})
}

// boundDatagrams makes two bound datagram sockets; to is the name of the second.
func (g *guide) boundDatagrams() (a, b wsa.SOCKET, to wsa.Bytes) {
	family := g.family()
	a = g.open(family, wsa.SOCK_DGRAM, true)
	g.bindTo(a, loopbackOf(family))
	b = g.open(family, wsa.SOCK_DGRAM, true)
	number := g.last
	g.bindTo(b, loopbackOf(family))
	return a, b, wsa.Sockaddr(netip.AddrPortFrom(loopbackOf(family), PortOf(number)))
}

// datagramPair sends from one datagram socket to another.
func (g *guide) datagramPair() {
	a, b, to := g.boundDatagrams()
	if g.once(3, "connected") {
		g.add(wsa.ConnectCall{S: a, Name: to})
	}
	for range 1 + g.upTo(2, "datagrams") {
		g.add(wsa.SendtoCall{S: a, Buf: g.payload(), To: to})
	}
	if !g.once(3, "receive later") {
		room := int32(28)
		g.add(wsa.RecvfromCall{S: b, Buf: g.room(), From: 28, Fromlen: &room})
	}
}

// transfer sends something where that is possible or receives what is there.
func (g *guide) transfer() {
	if len(g.p.Sockets) == 0 {
		return
	}
	x := pick(g.source, "socket", g.p.Sockets...)
	info, ok := g.info(x)
	pool := *g.p
	defer func() { g.refill() }()
	pool.Sockets, pool.Closed = []wsa.SOCKET{x}, nil
	*g.p = pool
	switch {
	case !ok:
	case info.Readable > 0:
		g.add(plain(g.callOf(pick(g.source, "function", "recv", "recvfrom", "WSARecv", "WSARecvFrom"))))
	case info.Pending > 0:
		g.add(g.callOf("accept"))
	case info.State == "connected" || info.Type == wsa.SOCK_DGRAM:
		g.add(plain(g.callOf(pick(g.source, "function", "send", "sendto", "WSASend", "WSASendTo"))))
	}
}

func (g *guide) askOption() {
	c, _ := g.getsockopt().(wsa.GetsockoptCall)
	o := even(g, diffOptions...)
	c.Level, c.Optname = o.Level, o.Name
	g.add(c)
}

func (g *guide) setOption() {
	c, _ := g.setsockopt().(wsa.SetsockoptCall)
	o := even(g, diffOptions...)
	c.Level, c.Optname = o.Level, o.Name
	g.add(c)
}

// control makes a call of WSAIoctl with any of the codes.
func (g *guide) control() {
	c, _ := plain(g.ioctl()).(wsa.WSAIoctlCall)
	c.Code = even(g, safeCodes...)
	g.add(c)
}

// kinds makes a socket of any family, type and protocol, and asks what it is.
func (g *guide) kinds() {
	family, typ := even(g, int32(wsa.AF_INET), wsa.AF_INET6), even(g, int32(wsa.SOCK_STREAM), wsa.SOCK_DGRAM, wsa.SOCK_RDM, wsa.SOCK_SEQPACKET)
	if len(g.p.Sockets) >= few {
		g.add(wsa.ClosesocketCall{S: g.p.Sockets[0]})
	}
	if g.add(wsa.SocketCall{Family: family, Type: typ, Protocol: even(g, int32(0), wsa.IPPROTO_TCP, wsa.IPPROTO_UDP)}).Err != 0 {
		return
	}
	x, room := SocketOf(g.last), int32(4)
	g.nonblocking(x)
	g.add(wsa.GetsockoptCall{S: x, Level: wsa.SOL_SOCKET, Optname: even(g, int32(wsa.SO_TYPE), wsa.SO_TYPE, wsa.SO_ACCEPTCONN, wsa.SO_ERROR), Optval: 4, Optlen: &room})
}

// closing closes a socket.
func (g *guide) closing() {
	if len(g.p.Sockets) > 0 {
		g.add(wsa.ClosesocketCall{S: pick(g.source, "socket", g.p.Sockets...)})
	}
}
