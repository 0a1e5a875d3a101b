package fuzz

import (
	"net/netip"

	"wsasim/wsa"
)

// What sequences do about sockets that several descriptors share.

// share gives a socket another descriptor, in a process of the same host, and
// mostly does something by the new one.
func (m *Machine) share(g source) {
	a := m.drawActor(g)
	pool := m.actors[a].proc.pool
	if len(pool.Sockets) == 0 {
		m.create(g)
		return
	}
	s := pick(g, "socket", pool.Sockets...)
	b := m.neighbour(g, a)
	to := m.actors[b].proc
	info := m.call(a, wsa.WSADuplicateSocketCall{S: s, ProcessID: to.sim.PID(), ProtocolInfo: wsa.ProtocolInfoSize}).Data
	if info == nil || g.once(8, "not taken") {
		return
	}
	if len(to.pool.Sockets) >= maxSockets {
		m.call(b, wsa.ClosesocketCall{S: to.pool.Sockets[0]})
	}
	d := m.call(b, wsa.WSASocketCall{Family: wsa.FROM_PROTOCOL_INFO, Type: wsa.FROM_PROTOCOL_INFO, Protocol: wsa.FROM_PROTOCOL_INFO,
		ProtocolInfo: info, Flags: wsa.WSA_FLAG_OVERLAPPED}).Socket
	if d == 0 {
		return
	}
	if g.once(3, "close the first") {
		m.call(a, wsa.ClosesocketCall{S: s})
	}
	for range g.upTo(3, "calls") {
		pool := to.pool
		pool.Sockets, pool.Closed = []wsa.SOCKET{d}, nil
		g.p = &pool
		m.callWith(g, b, g.callOf(pick(g, "function", usedShared...)))
	}
	if g.once(3, "close the second") {
		m.call(b, wsa.ClosesocketCall{S: d})
	}
}

// bindTwo binds two sockets of one process, or of two, to one port, with each of the
// options that say who may share it, and has something come to the port.
func (m *Machine) bindTwo(g source) {
	a, family := m.drawActor(g), g.family()
	typ := pick(g, "type", int32(wsa.SOCK_STREAM), wsa.SOCK_DGRAM)
	port := pick(g, "port", sharedPorts...)
	var actors [2]int
	var socks [2]wsa.SOCKET
	to := wsa.Sockaddr(netip.AddrPortFrom(m.address(a, family), port))
	for i := range socks {
		s := m.open(a, family, typ, true)
		actors[i], socks[i] = a, s
		if o := pick(g, "option", 0, int32(wsa.SO_REUSEADDR), wsa.SO_EXCLUSIVEADDRUSE); o != 0 {
			m.call(a, wsa.SetsockoptCall{S: s, Level: wsa.SOL_SOCKET, Optname: o, Optval: wsa.Bytes{1, 0, 0, 0}})
		}
		at := wsa.Sockaddr(netip.AddrPortFrom(m.address(a, family), port))
		if g.once(2, "wildcard") {
			at = anyAddress(family, port)
		}
		m.call(a, wsa.BindCall{S: s, Name: at})
		if g.once(4, "in another process") {
			a = m.neighbour(g, a)
		}
	}
	if g.once(3, "nothing comes") {
		return
	}
	from := m.drawActor(g)
	if typ == wsa.SOCK_DGRAM {
		m.sendToEither(g, from, family, to, actors, socks)
	} else {
		m.connectToEither(g, from, family, to, actors, socks)
	}
}

// sendToEither sends datagrams to a port that two sockets may have, and asks both.
func (m *Machine) sendToEither(g source, from int, family int32, to wsa.Bytes, actors [2]int, socks [2]wsa.SOCKET) {
	x := m.open(from, family, wsa.SOCK_DGRAM, true)
	for range 1 + g.upTo(2, "datagrams") {
		m.call(from, wsa.SendtoCall{S: x, Buf: g.few(), To: to})
		for i, s := range socks {
			m.receiveOne(g, actors[i], s)
		}
	}
	m.call(from, wsa.ClosesocketCall{S: x})
}

// connectToEither connects to a port at which two sockets may listen, and accepts at
// both.
func (m *Machine) connectToEither(g source, from int, family int32, to wsa.Bytes, actors [2]int, socks [2]wsa.SOCKET) {
	for i, s := range socks {
		m.call(actors[i], wsa.ListenCall{S: s, Backlog: 5})
	}
	for range 1 + g.upTo(1, "connections") {
		x := m.open(from, family, wsa.SOCK_STREAM, true)
		m.call(from, wsa.ConnectCall{S: x, Name: to})
		m.call(from, wsa.SendCall{S: x, Buf: g.few()})
		for i, s := range socks {
			room := int32(28)
			if y := m.call(actors[i], wsa.AcceptCall{S: s, Addr: wsa.Room(room), Addrlen: &room}).Socket; y != 0 {
				m.call(actors[i], wsa.RecvCall{S: y, Buf: 100})
				m.call(actors[i], wsa.ClosesocketCall{S: y})
			}
		}
		m.call(from, wsa.ClosesocketCall{S: x})
	}
}

// sharedPorts are few, and not those that other actions use.
var sharedPorts = []uint16{7000, 7001, 7002, 7003}

// usedShared is what is done by another descriptor.
var usedShared = []string{
	"send", "recv", "WSASend", "WSARecv", "recvfrom", "sendto", "ioctlsocket", "setsockopt", "getsockopt", "getsockname", "getpeername", "accept",
	"connect", "bind", "listen", "shutdown", "WSAEventSelect", "WSAEnumNetworkEvents", "WSAPoll", "CancelIo", "CancelIoEx", "CreateIoCompletionPort",
}

// neighbour draws a thread of the same host: of the same process or another.
func (m *Machine) neighbour(g source, a int) int {
	var near []int
	for i, x := range m.actors {
		if x.proc.sim.Host() == m.actors[a].proc.sim.Host() {
			near = append(near, i)
		}
	}
	return pick(g, "neighbour", near...)
}
