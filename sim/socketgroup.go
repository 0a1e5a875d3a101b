package sim

import (
	"encoding/binary"
	"net/netip"
	"slices"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// socketGroup is a group of sockets of one host (page nf-winsock2-wsasocketw,
// Socket Groups). The number is unique on the host and lasts as long as there is a
// member.
//
// What the pages leave open is done so: numbers count up and are never given
// again; any process of the host may join; a priority is a member's own, and
// nothing but what SO_GROUP_PRIORITY reads as; an accepted socket is in no group
// unless the condition function puts it there; all families are of one provider.
type socketGroup struct {
	id      uint32
	members []*socket
	// What members of a constrained group have in common; dest is the zero
	// address until one is connected, and stays when that one is closed
	// (guide "Windows Sockets 2 SPI", required socket grouping behaviour).
	constrained bool
	typ, proto  int32
	dest        netip.Addr
}

// firstGroup is the number of the first group of a host: what is below asks for a
// new one.
const firstGroup = wsa.SG_CONSTRAINED_GROUP + 1

// groupNamed judges the number that WSASocket is given.
func (t *Thread) groupNamed(number uint32) wsa.Errno {
	if number >= firstGroup && t.proc.host.socketGroups[number] == nil {
		return t.fail(rules.SOCKGroup, wsa.WSAEINVAL)
	}
	return 0
}

// groupTakes judges whether a socket of this kind may be in the group that is asked
// for by a number that groupNamed has judged.
func (t *Thread) groupTakes(number uint32, k kind) wsa.Errno {
	g := t.proc.host.socketGroups[number]
	switch {
	case number == wsa.SG_CONSTRAINED_GROUP && k.typ != wsa.SOCK_STREAM,
		g != nil && g.constrained && (k.typ != g.typ || k.proto != g.proto):
		return t.fail(rules.SOCKGroupKind, wsa.WSAEINVAL)
	}
	return 0
}

// enterGroup puts a new socket into the group that was asked for, 0 for none.
func (s *socket) enterGroup(number uint32) {
	if number == 0 {
		return
	}
	h := s.host()
	g := h.socketGroups[number]
	if g == nil {
		h.lastGroup = max(h.lastGroup+1, firstGroup)
		g = &socketGroup{id: h.lastGroup, constrained: number == wsa.SG_CONSTRAINED_GROUP, typ: s.typ, proto: s.proto}
		if h.socketGroups == nil {
			h.socketGroups = make(map[uint32]*socketGroup)
		}
		h.socketGroups[g.id] = g
	}
	g.members = append(g.members, s)
	s.rarely().group = g
}

// quitGroup is about a socket that is closed. With its last member the group is
// gone.
func (s *socket) quitGroup() {
	g := s.group()
	if g == nil {
		return
	}
	g.members = slices.DeleteFunc(g.members, func(m *socket) bool { return m == s })
	if len(g.members) == 0 {
		delete(s.host().socketGroups, g.id)
	}
}

// group is the group that the socket is in, nil for none.
func (s *socket) group() *socketGroup {
	if s.rare == nil {
		return nil
	}
	return s.rare.group
}

// leads reports whether a member may be connected to an address. What other members
// are being connected to counts, so that two attempts cannot both succeed.
func (g *socketGroup) leads(to netip.Addr) bool {
	switch {
	case g == nil || !g.constrained:
		return true
	case g.dest.IsValid():
		return g.dest == to
	}
	return !slices.ContainsFunc(g.members, func(m *socket) bool { return m.attempt != nil && m.peer.Addr() != to })
}

// reached is the connection of a member.
func (s *socket) reached() {
	if g := s.group(); g != nil && !g.dest.IsValid() {
		g.dest = s.peer.Addr()
	}
}

// offeredGroup judges the group that a condition function puts the socket of a
// connection into: one that does not exist, or that leads elsewhere. No page gives a
// code; the connection stays the first.
func (t *Thread) offeredGroup(number uint32, l *socket, c *stream) wsa.Errno {
	if number == 0 {
		return 0
	}
	g := t.proc.host.socketGroups[number]
	if g == nil && number >= firstGroup || g != nil && g.constrained && g.proto != l.proto || !g.leads(c.remote.Addr()) {
		return t.fail(rules.WSAACCEPTGroup, wsa.WSAEINVAL)
	}
	return 0
}

// getGroupID does SO_GROUP_ID: 0 outside of groups (page nf-winsock2-wsasocketw).
func getGroupID(t *Thread, s *socket, val []byte, length *int32) wsa.Errno {
	id := uint32(0)
	if g := s.group(); g != nil {
		id = g.id
	}
	return t.storeStructure(binary.LittleEndian.AppendUint32(nil, id), val, length)
}

// getGroupPriority and setGroupPriority do SO_GROUP_PRIORITY (page
// nf-winsock2-getsockopt).
func getGroupPriority(t *Thread, s *socket, val []byte, length *int32) wsa.Errno {
	if s.group() == nil {
		return t.fail(rules.OPTGroupPriority, wsa.WSAENOPROTOOPT)
	}
	return t.storeStructure(binary.LittleEndian.AppendUint32(nil, s.rare.priority), val, length)
}

func setGroupPriority(t *Thread, s *socket, val []byte) wsa.Errno {
	switch {
	case s.group() == nil:
		return t.fail(rules.OPTGroupPriority, wsa.WSAENOPROTOOPT)
	case len(val) < 4:
		return t.fail(rules.OPTFault, wsa.WSAEFAULT)
	}
	v := binary.LittleEndian.Uint32(val)
	if int32(v) < 0 {
		return t.fail(rules.OPTValue, wsa.WSAEINVAL) // values are not negative
	}
	s.rare.priority = v
	return 0
}
