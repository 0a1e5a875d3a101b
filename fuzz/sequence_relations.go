package fuzz

import (
	"net/netip"

	"pgregory.net/rapid"

	"wsasim/wsa"
)

// What sequences do to see from whom a datagram socket receives, how much waits at
// it, and what is told of a port that nobody has. They close what they have made:
// what is not known of a socket would be carried through all that follows.

// Relations is Sequence with nothing but actions that relate what is received to what
// was sent, what FIONREAD tells of it, and what is told of a port that nobody has;
// and with what may come between.
func Relations(t *rapid.T, s Setup) *Machine { return sequence(t, s, relationActions) }

var relationActions = map[string]func(*Machine, source){
	"strangers":    (*Machine).strangers,
	"nobody there": (*Machine).nobodyThere,
	"refused":      (*Machine).refused,
	"datagrams":    (*Machine).datagrams,
	"disturb":      (*Machine).disturbNetwork,
}

// boundDatagram makes a datagram socket with a port that is known; 0 when that
// failed.
func (m *Machine) boundDatagram(g source, a int, family int32) (wsa.SOCKET, netip.AddrPort) {
	s := m.open(a, family, wsa.SOCK_DGRAM, !g.once(6, "blocking"))
	at := netip.AddrPortFrom(m.address(a, family), uint16(8000+g.upTo(400, "port")))
	if s != 0 && m.call(a, wsa.BindCall{S: s, Name: wsa.Sockaddr(at)}).Err != 0 {
		m.call(a, wsa.ClosesocketCall{S: s})
		return 0, at
	}
	return s, at
}

// few draws what is told from what others send.
func (g source) few() wsa.Bytes {
	b := make(wsa.Bytes, pick(g, "bytes", 5, 1, 100))
	first := g.upTo(255, "first byte")
	for i := range b {
		b[i] = byte(first + 7*i)
	}
	return b
}

// count asks how much waits at a socket.
func (m *Machine) count(g source, a int, s wsa.SOCKET) {
	if g.once(3, "by WSAIoctl") {
		m.call(a, wsa.WSAIoctlCall{S: s, Code: wsa.FIONREAD, Out: 4})
		return
	}
	m.call(a, wsa.IoctlsocketCall{S: s, Cmd: wsa.FIONREAD, Argp: new(uint32)})
}

// receiveOne receives a datagram with its source, now and then into too little room
// or without taking it.
func (m *Machine) receiveOne(g source, a int, s wsa.SOCKET) {
	c := wsa.RecvfromCall{S: s, Buf: pick(g, "room", wsa.Room(2000), 2000, 3), From: 28, Fromlen: new(int32(28))}
	if g.once(4, "peek") {
		c.Flags = wsa.MSG_PEEK
	}
	m.call(a, c)
}

// strangers has two sockets send to a third, which connects to one of them
// meanwhile, and asks the third what it has.
func (m *Machine) strangers(g source) {
	const receiver, peer = 0, 1
	family := g.family()
	var actors [3]int
	var socks [3]wsa.SOCKET
	var at [3]netip.AddrPort
	defer func() {
		for i, s := range socks {
			if s != 0 {
				m.call(actors[i], wsa.ClosesocketCall{S: s})
			}
		}
	}()
	for i := range socks {
		actors[i] = m.drawActor(g)
		if socks[i], at[i] = m.boundDatagram(g, actors[i], family); socks[i] == 0 {
			return
		}
	}
	send := func(n int) {
		for range n {
			from := peer + g.upTo(1, "from a stranger")
			m.call(actors[from], wsa.SendtoCall{S: socks[from], Buf: g.few(), To: wsa.Sockaddr(at[receiver])})
		}
	}
	send(g.upTo(2, "before"))
	if !g.once(4, "not connected") {
		m.call(actors[receiver], wsa.ConnectCall{S: socks[receiver], Name: wsa.Sockaddr(at[peer])})
	}
	send(1 + g.upTo(2, "after"))
	for range 1 + g.upTo(3, "receives") {
		if g.once(2, "count") {
			m.count(g, actors[receiver], socks[receiver])
		}
		m.receiveOne(g, actors[receiver], socks[receiver])
	}
	m.count(g, actors[receiver], socks[receiver])
}

// nobodyThere sends datagrams to a port that nobody has, and receives what comes of
// it.
func (m *Machine) nobodyThere(g source) {
	a, family := m.drawActor(g), g.family()
	s, _ := m.boundDatagram(g, a, family)
	if s == 0 {
		return
	}
	if g.once(2, "told how") {
		m.call(a, wsa.WSAIoctlCall{S: s, Code: wsa.SIO_UDP_CONNRESET, In: pick(g, "report", wsa.Bytes{0, 0, 0, 0}, wsa.Bytes{1, 0, 0, 0})})
	}
	to := netip.AddrPortFrom(m.address(m.drawActor(g), family), uint16(9000+g.upTo(50, "port")))
	send := wsa.Call(wsa.SendtoCall{S: s, Buf: g.few(), To: wsa.Sockaddr(to)})
	if g.once(3, "connected") {
		m.call(a, wsa.ConnectCall{S: s, Name: wsa.Sockaddr(to)})
		send = wsa.SendCall{S: s, Buf: g.few()}
	}
	for range 1 + g.upTo(1, "sends") {
		m.call(a, send)
	}
	for range 1 + g.upTo(2, "receives") {
		m.receiveOne(g, a, s)
	}
	m.call(a, wsa.ClosesocketCall{S: s})
}

// refused has a stream connect to a port at which nobody listens, and asks more than
// once why that failed.
func (m *Machine) refused(g source) {
	a, family := m.drawActor(g), g.family()
	s := m.open(a, family, wsa.SOCK_STREAM, !g.once(4, "blocking"))
	m.call(a, wsa.BindCall{S: s, Name: anyAddress(family, 0)})
	to := netip.AddrPortFrom(m.address(m.drawActor(g), family), uint16(9000+g.upTo(50, "port")))
	m.call(a, wsa.ConnectCall{S: s, Name: wsa.Sockaddr(to)})
	m.call(a, wsa.SleepExCall{Milliseconds: 3000})
	for range 1 + g.upTo(1, "looks") {
		m.call(a, pick(g, "look", wsa.Call(m.selectAll(a)), wsa.Call(m.pollAll(a))))
		m.call(a, wsa.GetsockoptCall{S: s, Level: wsa.SOL_SOCKET, Optname: wsa.SO_ERROR, Optval: 4, Optlen: new(int32(4))})
		if g.once(3, "listen") {
			m.call(a, wsa.ListenCall{S: s, Backlog: g.backlog()})
		}
	}
	m.call(a, wsa.ClosesocketCall{S: s})
}
