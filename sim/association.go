package sim

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"wsasim/sim/ale"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// security is what the hosts of a world agreed on.
type security struct {
	associations map[associationKey]*association
	mainModes    map[mainModeKey]*mainMode
	lastID       uint64 // of associations of both kinds
	lastExchange uint64 // of negotiations
}

// associationKey is what two pieces of traffic must have in common to share a
// quick-mode association: the hosts and their addresses, and what each end is
// held to. On Windows traffic selectors say as much.
type associationKey struct {
	from, to      *Host // who began and who answered
	local, remote netip.Addr
	proto         int32
	ours, theirs  ale.Need
	user, peer    *ale.Credential // of the two ends, where users prove themselves
}

// mainModeKey is the same for main modes.
type mainModeKey struct {
	from, to      *Host
	local, remote netip.Addr
	ours, theirs  modes
	user          *ale.Credential // of the one who began
}

// modes are the policies under which a main mode was agreed on.
type modes struct {
	main  *ale.MainModePolicy
	quick *ale.QuickModePolicy
}

func modesOf(n *ale.Need) modes { return modes{n.Settings.MainMode, n.Settings.QuickMode} }

// mainMode is an agreement of two hosts on keys, and on who they are.
type mainMode struct {
	key     mainModeKey
	id      uint64
	expires time.Duration // world time; 0 never
	left    uint32        // quick modes that it may still carry, if limited
	limited bool
	quick   int // associations under it
	// ours and theirs are how each end goes on from here.
	ours, theirs ale.Resumed
}

// association is a quick-mode association as both ends have it. Not modelled:
// one end alone having it, after a deletion that the other did not hear of.
type association struct {
	world *World
	key   associationKey
	mode  *mainMode
	id    uint64
	life  ale.Life
	usage ale.Usage
	// ends is what each end knows, first who began; replaced values are seen
	// by every socket that uses the association.
	ends    [2]ale.Association
	out     [2]uint64 // sequence numbers
	windows [2]ale.Window
	// users counts sockets and packets under way.
	users    int
	dead     bool
	renewing *negotiation
	waiting  []func(open bool) // what waits for the renewal
	watchers []*stream
	traffic  ale.Traffic // that it was first made for
	quick    string
}

// at is the host and the need of each end.
func (a *association) at(side int) (*Host, *ale.Need) {
	if side == 0 {
		return a.key.from, &a.key.ours
	}
	return a.key.to, &a.key.theirs
}

// find is the living association for some traffic, nil for none.
func (w *World) find(k associationKey) *association {
	a := w.security.associations[k]
	if a == nil || a.renewing != nil || a.usage.Check(w.clock.read()) != ale.Alive {
		return nil
	}
	return a
}

// associate registers what a negotiation agreed on. Each end has what its own
// side of the negotiation said.
func (w *World) associate(n *negotiation, ours, theirs ale.Outcome) *association {
	a := &association{world: w, key: n.key(), traffic: n.traffic}
	w.install(a, n, ours, theirs)
	if w.security.associations == nil {
		w.security.associations = make(map[associationKey]*association)
	}
	w.security.associations[a.key] = a
	return a
}

// install makes an association, or one that is renewed, what was agreed on.
func (w *World) install(a *association, n *negotiation, ours, theirs ale.Outcome) {
	now := w.clock.read()
	old := a.mode
	a.mode = w.mainModeOf(n, ours)
	a.mode.quick++
	if old != nil {
		w.leaveMode(old)
	}
	w.security.lastID++
	a.id, a.life, a.quick = w.security.lastID, ours.Life, ours.QuickMode.String()
	a.usage = ale.NewUsage(a.life, now, a.key.from.cfg.Failover || a.key.to.cfg.Failover)
	a.out, a.windows = [2]uint64{}, [2]ale.Window{}
	received := [2]bool{a.ends[0].Received, a.ends[1].Received}
	a.ends = [2]ale.Association{ours.Initiator, theirs.Responder}
	for i := range a.ends {
		a.ends[i].MMID, a.ends[i].QMID, a.ends[i].Received = a.mode.id, a.id, received[i]
	}
}

// mainModeOf is the main mode that a negotiation used or made.
func (w *World) mainModeOf(n *negotiation, o ale.Outcome) *mainMode {
	if n.mode != nil {
		if n.mode.limited {
			n.mode.left--
		}
		return n.mode
	}
	w.security.lastID++
	m := &mainMode{key: n.modeKey(n.at, n.theirNeed), id: w.security.lastID, ours: n.ours.Resumable(), theirs: n.theirs.Resumable()}
	if o.Life.MainMode > 0 {
		m.expires = w.clock.read() + o.Life.MainMode
	}
	if o.Life.QuickModes > 0 {
		m.limited, m.left = true, o.Life.QuickModes-1
	}
	if w.security.mainModes == nil {
		w.security.mainModes = make(map[mainModeKey]*mainMode)
	}
	w.security.mainModes[m.key] = m
	return m
}

// liveMode is the main mode on which a quick mode can follow, nil for none.
func (w *World) liveMode(k mainModeKey) *mainMode {
	m := w.security.mainModes[k]
	switch {
	case m == nil,
		m.expires > 0 && w.clock.read() >= m.expires,
		m.limited && m.left == 0:
		return nil
	}
	return m
}

// leaveMode says that one association fewer is under a main mode, which is
// gone with the last.
func (w *World) leaveMode(m *mainMode) {
	m.quick--
	if m.quick == 0 && w.security.mainModes[m.key] == m {
		delete(w.security.mainModes, m.key)
	}
}

// release says that a user fewer is left; the last one at a host deletes the
// association, of which it tells the other host (rule SEC-CLEANUP).
func (a *association) release(by *Host) {
	a.users--
	if a.users > 0 || a.dead {
		return
	}
	a.kill()
	if w := a.world; w.trace != nil {
		from, to, other := a.key.local, a.key.remote, a.key.to
		if by == a.key.to {
			from, to, other = to, from, a.key.from
		}
		w.sent(by, netip.AddrPortFrom(from, ikePort), netip.AddrPortFrom(to, ikePort),
			trace.Packet{Protocol: "ike", Flags: "delete", SA: a.id, At: other.cfg.Name}, "")
	}
}

// kill removes an association from both hosts.
func (a *association) kill() {
	if a.dead {
		return
	}
	a.dead = true
	if a.renewing != nil {
		a.renewing.stop()
		a.renewing = nil
	}
	if a.world.security.associations[a.key] == a {
		delete(a.world.security.associations, a.key)
	}
	a.world.leaveMode(a.mode)
}

// carries reports whether the association can carry n bytes now, and counts
// them. When its time is over it is renewed first, which may be done at once.
func (a *association) carries(n int) bool {
	if a.dead {
		return false
	}
	now := a.world.clock.read()
	if a.renewing == nil {
		if why := a.usage.Check(now); why != ale.Alive {
			a.renew(why)
		}
	}
	if a.dead || a.renewing != nil {
		return false
	}
	a.usage.Spend(n, now)
	return true
}

// renew negotiates a new quick mode in place of the present one, and a new
// main mode if that is over as well (MS-AIPS 3.1.6: the new exchange is begun
// when the lifetime in bytes or seconds is over). Who began the first begins
// again (inferred). What is sent meanwhile waits.
func (a *association) renew(why ale.Expiry) {
	w := a.world
	w.event("association %d between %s and %s: %v", a.id, a.key.from.cfg.Name, a.key.to.cfg.Name, why)
	n := &negotiation{world: w, from: a.key.from, traffic: a.traffic, need: a.key.ours, theirNeed: &a.key.theirs, fixed: a.key.to, who: a.mode.key.user, renews: a.id}
	a.renewing = n
	n.done = func(ours, theirs ale.Outcome) *association {
		a.renewing = nil
		if !ours.Secured {
			a.fail()
			return nil
		}
		before := a.ends[0]
		w.install(a, n, ours, theirs)
		a.changed(before)
		n.after = func() { a.resume(true) }
		return a
	}
	n.begin()
}

// fail ends everything that depends on an association that could not be
// renewed: nothing may flow without (rule SEC-NOCLEAR).
func (a *association) fail() {
	a.kill()
	a.resume(false)
}

// resume lets go what waited for the renewal.
func (a *association) resume(open bool) {
	waiting := a.waiting
	a.waiting = nil
	for _, f := range waiting {
		f(open)
	}
}

// changed aborts the connections that watch a field which is no longer what it
// was before (SOCKET_QUERY_IPSEC2_ABORT_CONNECTION_ON_FIELD_CHANGE).
func (a *association) changed(before ale.Association) {
	var fields uint32
	if a.ends[0].MMID != before.MMID {
		fields |= wsa.SOCKET_QUERY_IPSEC2_FIELD_MASK_MM_SA_ID
	}
	if a.ends[0].QMID != before.QMID {
		fields |= wsa.SOCKET_QUERY_IPSEC2_FIELD_MASK_QM_SA_ID
	}
	for _, s := range slices.Clone(a.watchers) {
		if s.watch&fields != 0 && !s.closed {
			a.world.event("connection %v to %v is aborted: a field that it watches has changed", s.local, s.remote)
			s.abort()
		}
	}
}

// AssociationInfo is a snapshot of a security association, for people and
// tests.
type AssociationInfo struct {
	// MMID and QMID are the ids that WSAQuerySocketSecurity gives as MmSaId and
	// QmSaId; a renewal changes them.
	MMID, QMID           uint64
	Initiator, Responder *Host
	Local, Remote        netip.Addr // of the initiator
	Encrypted            bool       // false: packets are authenticated only
	QuickMode            string     // the proposal agreed on, "ESP SHA-1, AES-128"
	Users                int        // sockets and packets that use it
}

// Associations lists the quick-mode associations in the order of their ids.
// One whose time is over is listed until it is renewed or deleted.
func (w *World) Associations() []AssociationInfo {
	defer w.unlockAfter(w.lock())
	var list []AssociationInfo
	for k, a := range w.security.associations {
		list = append(list, AssociationInfo{
			MMID: a.mode.id, QMID: a.id, Initiator: k.from, Responder: k.to, Local: k.local, Remote: k.remote,
			Encrypted: a.ends[0].Encrypted, QuickMode: a.quick, Users: a.users,
		})
	}
	slices.SortFunc(list, func(a, b AssociationInfo) int { return int(a.QMID) - int(b.QMID) })
	return list
}

// fold is a name without case.
func fold(name string) string { return strings.ToLower(name) }
