package model

import (
	"net/netip"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// Groups of sockets (page nf-winsock2-wsasocketw). A group begins with a socket and
// ends with its last member; its number becomes known when SO_GROUP_ID tells it, or
// when a socket joins by it.
//
// Not modelled: service providers other than by family; the quality of service of a
// group.

// group is a group of sockets. Its place is that of its first member, or the next one
// that is free.
type group struct {
	place       uint64
	host, pid   int // where it was made
	family      int32
	typ, proto  int32
	said        int32 // the protocol as the first member gave it
	constrained tri
	id          uint32 // 0: not known
	members     int    // sockets that are known to be in it
	// haunted: other sockets may be in it, so it may outlive its members.
	haunted bool
	// loose: where members are connected may be what the group would not allow.
	loose bool
	// Where members were connected, or tried to be: nowhere, to dest, or to
	// various addresses.
	tried, various bool
	dest           netip.AddrPort
}

func (g *group) encode(b []byte) []byte {
	b = put(append(b, 'G'), g.place, uint64(g.host), uint64(g.pid), uint64(uint32(g.family)), uint64(uint32(g.typ)), uint64(uint32(g.proto)),
		uint64(uint32(g.said)), uint64(g.id), uint64(g.members))
	return putName(append(b, byte(g.constrained), flag(g.haunted), flag(g.loose), flag(g.tried), flag(g.various)), g.dest)
}

// maxGhosts bounds how many groups are remembered that may or may not exist.
const maxGhosts = 64

func (w *world) setGroup(g *group) { putEntry(&w.key, &w.groups, g.place, g) }

func (w *world) dropGroup(g *group) {
	w.key = w.key.minus(digestOf(g))
	w.groups = w.groups.remove(g.place)
}

// editGroup changes a copy of a group; 0 is none.
func (w *world) editGroup(place uint64, edit func(*group)) {
	if old := w.groups.get(place); place != 0 && old != nil {
		g := *old
		edit(&g)
		w.setGroup(&g)
	}
}

// found makes a group of which a socket is the first member.
func (w *world) found(k uint64, g group) {
	x := w.sockets.get(k)
	g.host, g.pid, g.family, g.typ, g.proto = x.host, x.pid, x.family, x.typ, x.proto
	for g.place = k; w.groups.get(g.place) != nil; {
		g.place++ // a group has outlived its first member, which was this one
	}
	w.setGroup(&g)
	w.join(k, g.place)
}

// join makes a socket a member. What others have set as priority may be that of the
// whole group.
func (w *world) join(k, place uint64) {
	open := false
	for _, m := range w.membersOf(place) {
		open = open || m.priority != 0 || m.priorityOpen
	}
	w.editGroup(place, func(g *group) { g.members++ })
	w.editSocket(k, func(x *socket) { x.group, x.strayed, x.priorityOpen = place, false, open })
	if x := w.sockets.get(k); x.status == connected {
		w.heads(place, x.peer, x.peerKnown)
	}
}

// membersOf lists the sockets that are known to be in a group.
func (w *world) membersOf(place uint64) (list []*socket) {
	for _, x := range w.sockets.all {
		if x.group == place {
			list = append(list, x)
		}
	}
	return list
}

// stray makes a socket one of which it is not known which group it is in, if any.
func (w *world) stray(k uint64) {
	x := w.sockets.get(k)
	w.haunt(x.group)
	w.quit(x)
	w.editSocket(k, func(x *socket) { x.group, x.strayed = 0, true })
}

// haunt says that others may be in a group.
func (w *world) haunt(place uint64) { w.editGroup(place, func(g *group) { g.haunted = true }) }

// quit is the end of a socket's membership. With the last one the group is gone, or
// a ghost.
func (w *world) quit(x *socket) {
	if x.group == 0 {
		return
	}
	w.editGroup(x.group, func(g *group) { g.members-- })
	if g := w.groups.get(x.group); g.members == 0 && !g.haunted {
		w.dropGroup(g)
	} else if g.members == 0 {
		w.forgetGhosts()
	}
}

func (w *world) forgetGhosts() {
	var ghosts []*group
	for _, g := range w.groups.all {
		if g.members == 0 {
			ghosts = append(ghosts, g)
		}
	}
	if len(ghosts) > maxGhosts {
		w.dropGroup(ghosts[0])
		w.setFlag(&w.groupsLost)
	}
}

// heads remembers where a member of a group is connected or tries to be.
func (w *world) heads(place uint64, to netip.AddrPort, known bool) {
	w.editGroup(place, func(g *group) {
		g.various = g.various || !known || g.tried && g.dest != plain(to)
		g.tried = true
		if g.dest = plain(to); g.various {
			g.dest = netip.AddrPort{}
		}
	})
}

// relax says that a member may be connected to anybody: no source says that a group
// keeps an AcceptEx from a connection.
func (w *world) relax(place uint64) {
	w.editGroup(place, func(g *group) { g.loose, g.tried, g.various, g.dest = true, true, true, netip.AddrPort{} })
}

// elsewhere tells whether its group keeps a socket from being connected to an address
// (CONN-GROUP): certainly where a member is connected to another host's.
func (w *world) elsewhere(x *socket, to netip.AddrPort) tri {
	g := w.groups.get(x.group)
	switch {
	case x.strayed:
		return maybe
	case x.group == 0 || g == nil || g.constrained == no:
		return no
	case g.constrained == maybe || g.loose:
		return maybe
	}
	for _, m := range w.membersOf(x.group) {
		if m.place != x.place && m.firmly() && plain(m.peer).Addr() != plain(to).Addr() {
			return yes
		}
	}
	if g.various || g.tried && g.dest != plain(to) {
		return maybe
	}
	return no
}

// firmly reports whether a socket is connected, as far as anybody has been told.
func (x *socket) firmly() bool {
	return x.status == connected && x.peerKnown && !x.unclear && !x.deadRecv && !x.deadSend && !x.shutSend
}

// groupNumbered finds the group of a host that is known by a number, one that is sure
// to exist first.
func (w *world) groupNumbered(host int, id uint32) (found *group) {
	for _, g := range w.groups.all {
		if g.host == host && g.id == id && (found == nil || found.members == 0) {
			found = g
		}
	}
	return found
}

// mayBeNumbered lists the groups of a host that may have a number: those that are
// known by it, and those whose number is not known, unless another group of their
// provider has it.
func (w *world) mayBeNumbered(host int, id uint32) (list []*group) {
	sure := w.groupNumbered(host, id)
	for _, g := range w.groups.all {
		if g.host == host && (g.id == id || g.id == 0 && (sure == nil || sure.members == 0 || sure.family != g.family)) {
			list = append(list, g)
		}
	}
	return list
}

// strangers reports whether there may be groups that were not made in the trace, or
// are no longer followed.
func (w *world) strangers() bool { return !w.whole || w.groupsLost }

// dwindling reports whether a process of the host is ending, so that what it has open
// may be gone.
func (w *world) dwindling(host int) bool {
	for _, p := range w.procs.all {
		if p.host == host && p.ending {
			return true
		}
	}
	return false
}

// groupNamed judges the number that WSASocket is given.
func (v *verdict) groupNamed(c wsa.WSASocketCall) {
	v.group, v.said = c.Group, c.Protocol
	if c.Group == 0 {
		return
	}
	g := v.w.groupNumbered(v.p.host, c.Group)
	constrained := c.Group == wsa.SG_CONSTRAINED_GROUP && (c.Type == wsa.SOCK_DGRAM || c.Type == wsa.SOCK_RAW)
	if constrained || g != nil && g.constrained != no && c.Type != g.typ {
		v.mayAny(rules.SOCKGroupKind) // judged beside the family and the protocol
	}
	switch {
	case c.Group <= wsa.SG_CONSTRAINED_GROUP:
	case len(v.w.mayBeNumbered(v.p.host, c.Group)) == 0 && !v.w.strangers():
		v.must(rules.SOCKGroup)
	case g == nil || g.members == 0 || g.pid != v.p.pid || v.w.dwindling(v.p.host):
		v.may(rules.SOCKGroup)
	}
}

// freshIn records that a socket is made and put into the group that was asked for.
func (v *verdict) freshIn(x socket, ids []rules.ID) {
	said := v.said
	if v.group <= wsa.SG_CONSTRAINED_GROUP {
		constrained := v.group == wsa.SG_CONSTRAINED_GROUP
		switch {
		case constrained && (x.typ == wsa.SOCK_DGRAM || x.typ == wsa.SOCK_RAW):
			v.mustAny(rules.SOCKGroupKind)
		case constrained && x.typ != wsa.SOCK_STREAM:
			v.mayAny(rules.SOCKGroupKind)
		}
		v.freshThen(x, func(n *world, k uint64) { n.found(k, group{said: said, constrained: truth(constrained)}) }, append(ids, rules.SOCKGroupNew))
		return
	}
	ids = append(ids[:len(ids):len(ids)], rules.SOCKGroupJoin)
	number := v.group
	list := v.w.mayBeNumbered(v.p.host, number)
	for _, g := range list {
		if v.joins(&x, g, len(list) == 1 && g.id == number) {
			place := g.place
			v.freshThen(x, func(n *world, k uint64) {
				n.editGroup(place, func(g *group) { g.id = number })
				n.join(k, place)
			}, ids)
		}
	}
	if v.w.groupNumbered(v.p.host, number) == nil && v.w.strangers() {
		v.freshThen(x, func(n *world, k uint64) {
			n.found(k, group{said: said, constrained: maybe, id: number, haunted: true, loose: true, tried: true, various: true})
		}, ids)
	}
}

// joins judges whether a new socket meets the requirements of a group, and reports
// whether it may. sure: it is that group and no other.
func (v *verdict) joins(x *socket, g *group, sure bool) bool {
	if x.family != g.family {
		v.may(rules.SOCKGroup)
	}
	switch other := x.typ != g.typ || x.proto != g.proto; {
	case g.constrained == no:
	case other && g.constrained == yes && sure:
		v.mustAny(rules.SOCKGroupKind)
		return false
	case other || v.said != g.said:
		v.mayAny(rules.SOCKGroupKind)
		return !other || g.constrained == maybe
	}
	return true
}

// freshThen records that a socket is made and something done to it.
func (v *verdict) freshThen(x socket, then func(n *world, k uint64), ids []rules.ID) {
	v.succeed(func(n *world, ret *wsa.Return) rules.ID {
		s := x
		broken := n.issue(&s, ret.Socket)
		if broken == "" && then != nil {
			then(n, s.place)
		}
		return broken
	}, func(n *world) wsa.Return { return wsa.Return{Socket: n.lowestFree(x.pid)} }, append(ids[:len(ids):len(ids)], rules.HANDLEFresh)...)
}

// suits reports whether a connection that is accepted can certainly be in the group
// that its condition function names: peer is the zero value when it is not known.
func (w *world) suits(pid int, l *socket, number uint32, peer netip.AddrPort) bool {
	if number <= wsa.SG_CONSTRAINED_GROUP {
		return true
	}
	g := w.groupNumbered(l.host, number)
	switch {
	case g == nil || g.members == 0 || g.pid != pid || g.family != l.family || w.dwindling(l.host):
		return false
	case g.constrained == no:
		return true
	}
	x := socket{group: g.place}
	return g.constrained == yes && l.typ == g.typ && l.proto == g.proto && (!g.tried || peer.IsValid()) && w.elsewhere(&x, peer) == no
}

// admitted puts the socket of a connection that was accepted into a group, as the
// condition function said.
func (w *world) admitted(k uint64, l *socket, number uint32) {
	x := w.sockets.get(k)
	switch {
	case number == 0:
	case number <= wsa.SG_CONSTRAINED_GROUP:
		w.found(k, group{said: x.proto, constrained: truth(number == wsa.SG_CONSTRAINED_GROUP)})
	case w.suits(x.pid, l, number, x.peer):
		w.join(k, w.groupNumbered(x.host, number).place)
	default:
		w.stray(k)
		for _, g := range w.mayBeNumbered(x.host, number) {
			w.haunt(g.place)
			w.relax(g.place)
		}
	}
}

// learnGroup judges what SO_GROUP_ID has told.
func (w *world) learnGroup(k uint64, id uint32) rules.ID {
	x := w.sockets.get(k)
	g := w.groups.get(x.group)
	switch {
	case x.unclear:
	case x.strayed:
		if id == 0 {
			w.editSocket(k, func(x *socket) { x.strayed = false })
		} else if g := w.groupNumbered(x.host, id); g != nil {
			w.join(k, g.place)
			w.relax(g.place)
		}
	case x.group == 0:
		if id != 0 {
			return rules.OPTGroupNumber
		}
	case id == 0, g.id != 0 && g.id != id, g.id == 0 && w.isTaken(g, id):
		return rules.OPTGroupNumber
	case g.id == 0:
		w.editGroup(g.place, func(g *group) { g.id = id })
	}
	return ""
}

// isTaken reports whether another group of the same provider has the number.
func (w *world) isTaken(g *group, id uint32) bool {
	other := w.groupNumbered(g.host, id)
	return other != nil && other.members > 0 && other.family == g.family && !w.dwindling(g.host)
}

// groupExample is what SO_GROUP_ID may tell.
func (w *world) groupExample(x *socket) uint32 {
	g := w.groups.get(x.group)
	switch {
	case x.group == 0:
		return 0
	case g.id != 0:
		return g.id
	}
	id := uint32(wsa.SG_CONSTRAINED_GROUP + 1)
	for w.groupNumbered(x.host, id) != nil {
		id++
	}
	return id
}

// prioritized tells the other members of a group that one was given a priority.
func (w *world) prioritized(k uint64) {
	x := w.sockets.get(k)
	if x.group == 0 {
		return
	}
	for _, m := range w.membersOf(x.group) {
		if m.place != k && m.priority != x.priority {
			w.editSocket(m.place, func(m *socket) { m.priorityOpen = true })
		}
	}
}
