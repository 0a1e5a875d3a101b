package fuzz

import (
	"net/netip"

	"pgregory.net/rapid"

	"wsasim/wsa"
)

// Groups is Sequence about groups of sockets: every WSASocket and condition function
// may name one.
func Groups(t *rapid.T, s Setup) *Machine { return sequence(t, s, groupActions) }

var groupActions = map[string]func(*Machine, source){
	"group":        (*Machine).groupMembers,
	"group more":   (*Machine).groupMembers,
	"fitting call": (*Machine).fittingCall,
	"any call":     (*Machine).anyCall,
	"connect":      (*Machine).connect,
	"extended":     (*Machine).extended,
	"collect":      (*Machine).collect,
	"share":        (*Machine).share,
	"disturb":      (*Machine).disturbNetwork,
	"be patient":   (*Machine).bePatient,
	"close":        (*Machine).closeOne,
}

// groupMembers makes a group and some more members of it, mostly of one host, and
// has them connect to addresses of which a constrained group takes one.
func (m *Machine) groupMembers(g source) {
	m.noteGroups(newGroups)
	server, a := m.drawActor(g), m.drawActor(g)
	l := m.listenOn(g, server, wsa.AF_INET, netip.AddrPortFrom(m.address(server, wsa.AF_INET), 0), false)
	info, ok := m.actors[server].thread.SocketInfo(l)
	if !ok {
		return
	}
	places := []netip.AddrPort{info.Local, netip.AddrPortFrom(m.address(a, wsa.AF_INET), pick(g, "port", ports...)), info.Local}
	first := m.openIn(g, a, pick(g, "new group", uint32(wsa.SG_CONSTRAINED_GROUP), wsa.SG_CONSTRAINED_GROUP, wsa.SG_UNCONSTRAINED_GROUP))
	if !g.once(4, "number not asked for") {
		m.askGroup(g, a, first)
	}
	if !g.once(3, "not connected") {
		m.call(a, wsa.WSAConnectCall{S: first, Name: wsa.Sockaddr(pick(g, "to", places...))})
	}
	g.p = &m.actors[a].proc.pool
	for range 1 + g.upTo(1, "members") {
		b := m.neighbour(g, a)
		s := m.openIn(g, b, g.group())
		m.call(b, wsa.WSAConnectCall{S: s, Name: wsa.Sockaddr(pick(g, "to", places...))})
		m.askGroup(g, b, s)
	}
	m.acceptInto(g, server, l)
	if g.once(3, "ask one without group") {
		m.askGroup(g, server, l)
	}
	if g.once(3, "close the first") {
		m.call(a, wsa.ClosesocketCall{S: first})
	}
}

// openIn makes a socket in a group, mostly a stream; 0 when that failed.
func (m *Machine) openIn(g source, a int, group uint32) wsa.SOCKET {
	if p := &m.actors[a].proc.pool; len(p.Sockets) >= maxSockets {
		m.call(a, wsa.ClosesocketCall{S: p.Sockets[0]})
	}
	c := wsa.WSASocketCall{Family: wsa.AF_INET, Type: wsa.SOCK_STREAM, Group: group, Flags: wsa.WSA_FLAG_OVERLAPPED}
	switch g.upTo(11, "kind") {
	case 11:
		c.Type = wsa.SOCK_DGRAM
	case 10:
		c.Family = wsa.AF_INET6
	case 9:
		c.Protocol = wsa.IPPROTO_TCP
	}
	s := m.call(a, c).Socket
	if s != 0 && g.once(2, "nonblocking") {
		on := uint32(1)
		m.call(a, wsa.IoctlsocketCall{S: s, Cmd: wsa.FIONBIO, Argp: &on})
	}
	return s
}

// askGroup asks for the group of a socket, or sets its priority and asks for that.
func (m *Machine) askGroup(g source, a int, s wsa.SOCKET) {
	name := pick(g, "asked for", int32(wsa.SO_GROUP_ID), wsa.SO_GROUP_ID, wsa.SO_GROUP_PRIORITY)
	if name == wsa.SO_GROUP_PRIORITY && g.once(2, "set") {
		v := pick(g, "value", uint32(1), 0, 2, 1<<31)
		m.call(a, wsa.SetsockoptCall{S: s, Level: wsa.SOL_SOCKET, Optname: name, Optval: le.AppendUint32(nil, v)})
	}
	n := int32(4)
	m.call(a, wsa.GetsockoptCall{S: s, Level: wsa.SOL_SOCKET, Optname: name, Optval: 4, Optlen: &n})
}

// acceptInto takes the first that waits at a listener into a group.
func (m *Machine) acceptInto(g source, a int, l wsa.SOCKET) {
	if info, ok := m.actors[a].thread.SocketInfo(l); !ok || info.Pending == 0 {
		return
	}
	g.p = &m.actors[a].proc.pool
	answer := int32(wsa.CF_ACCEPT)
	c := wsa.WSAAcceptCall{S: l, Addr: wsa.NULL, Answer: &answer, Group: g.group()}
	if g.once(2, "with room") {
		room := int32(28)
		c.Addr, c.Addrlen = wsa.Room(room), &room
	}
	if s := m.call(a, c).Socket; s != 0 {
		m.askGroup(g, a, s)
	}
}

// group draws what WSASocket and a condition function may say of a group: mostly a
// number that is one.
func (g source) group() uint32 {
	if g.once(4, "odd group") {
		return pick(g, "number", newGroups...)
	}
	return pick(g, "group", g.p.Groups...)
}

// newGroups are what there is to say before any number is known: what makes a group,
// and numbers that may be one.
var newGroups = []uint32{wsa.SG_CONSTRAINED_GROUP, wsa.SG_UNCONSTRAINED_GROUP, 3, 4, 77, 0xFFFFFFFF}

// noteGroup has every process know the number of a group, those of other hosts too.
func (m *Machine) noteGroup(c wsa.GetsockoptCall, ret wsa.Return) {
	if len(m.procs[0].pool.Groups) == 0 || c.Level != wsa.SOL_SOCKET || c.Optname != wsa.SO_GROUP_ID || ret.Err != 0 || len(ret.Data) < 4 || le.Uint32(ret.Data) == 0 {
		return
	}
	m.noteGroups([]uint32{le.Uint32(ret.Data)})
}

func (m *Machine) noteGroups(numbers []uint32) {
	for _, p := range m.procs {
		p.pool.Groups = last(append(p.pool.Groups, numbers...), len(newGroups))
	}
}
