package sim

import (
	"net/netip"
	"strings"

	"wsasim/sim/ale"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

const protoUDP = wsa.IPPROTO_UDP

// inClear is what an end knows about traffic that nobody wanted protected. It
// is never written to.
var inClear ale.Association

// guard stands between a socket and one peer: it lets packets leave once there
// is an association to protect them, or when they may go in clear. The zero
// guard has not been asked.
type guard struct {
	state   guardState
	sa      *association // what protects the traffic; nil in clear
	side    int          // which end of it the socket is
	clear   *ale.Association
	pending *negotiation
}

type guardState uint8

const (
	guardShut   guardState = iota // nothing leaves; asking again may help
	guardAsking                   // a negotiation is under way
	guardOpen
)

// association is what the socket knows about the protection of its traffic.
func (g *guard) association() *ale.Association {
	switch {
	case g.sa != nil:
		return &g.sa.ends[g.side]
	case g.clear != nil:
		return g.clear
	}
	return &inClear
}

// drop lets go of what the guard holds.
func (g *guard) drop(h *Host) {
	if g.pending != nil {
		g.pending.abandon()
	}
	if g.sa != nil {
		g.sa.release(h)
	}
	*g = guard{}
}

// give hands what the guard holds to the two ends of a connection.
func (g *guard) give(ours, theirs *stream) {
	ours.security, theirs.security = g.association(), &inClear
	if g.sa == nil {
		return
	}
	theirs.security = &g.sa.ends[1]
	ours.sa, theirs.sa = g.sa, g.sa
	g.sa.users++
	g.sa = nil
}

// guard runs then as soon as it is known whether packets of a socket to a peer
// may leave, which may be at once. While a negotiation is under way a second
// call does nothing: the first then is enough.
func (w *World) guard(g *guard, s *socket, local, remote netip.AddrPort, then func(open bool)) {
	h := s.host()
	if g.state == guardShut && s.security == nil && len(h.admin) == 0 {
		g.state = guardOpen
	}
	switch g.state {
	case guardOpen:
		then(true)
		return
	case guardAsking:
		return
	}
	t := ale.Traffic{Protocol: s.proto, Local: local, Remote: remote}
	need := h.need(s, t)
	if !need.Negotiates() {
		if ok, _ := need.MayClear(); ok {
			g.state = guardOpen
			then(true)
			return
		}
		g.clear = &ale.Association{Winerr: ale.IKENegotiationOff}
	}
	if a := w.reuse(h, s, need, t); a != nil {
		a.users++
		g.state, g.sa, g.side = guardOpen, a, 0
		then(true)
		return
	}
	g.state = guardAsking
	n := &negotiation{world: w, from: h, traffic: t, need: need, who: h.initiates(s)}
	g.pending = n
	n.done = func(ours, theirs ale.Outcome) (a *association) {
		g.pending, g.state = nil, guardShut
		switch {
		case ours.Secured:
			a = w.associate(n, ours, theirs)
			a.users++
			g.state, g.sa, g.side = guardOpen, a, 0
		case ours.Established:
			g.state, g.clear = guardOpen, &ale.Association{Winerr: ours.Winerr}
		default:
			g.clear = &ale.Association{Winerr: ours.Winerr}
		}
		n.after = func() { then(g.state == guardOpen) }
		return a
	}
	n.begin()
}

// reuse is the association that sockets of the two hosts with the same needs
// have already; nil for none. It looks at the peer's socket as it is now: on
// Windows the peer drops what does not do for it, and has the sender negotiate
// anew.
func (w *World) reuse(h *Host, s *socket, need ale.Need, t ale.Traffic) *association {
	if len(w.security.associations) == 0 || !need.Negotiates() {
		return nil
	}
	to := h.target(t.Remote.Addr())
	if to == nil {
		return nil
	}
	m := mirrored(t)
	r := to.socketFor(m)
	theirs := to.need(r, m)
	return w.find(associationKey{
		from: h, to: to, local: t.Local.Addr(), remote: t.Remote.Addr(), proto: t.Protocol,
		ours: need, theirs: theirs, user: userOf(&need, h.initiates(s)), peer: userOf(&theirs, to.credentialOf(r)),
	})
}

// takesAll reports whether neither a host nor a socket of it, nil for none, has
// ever demanded protection.
func (h *Host) takesAll(r *socket) bool { return (r == nil || r.security == nil) && len(h.admin) == 0 }

// admitted reports whether what arrived at a host may go to a socket there, nil
// for none: it is genuine and new, and protected where that is demanded.
func (w *World) admitted(h *Host, r *socket, t ale.Traffic, p *Packet) bool {
	if !w.genuine(h, p) {
		return false
	}
	if p.sa != nil {
		return w.known(h, r, t, p)
	}
	if h.takesAll(r) {
		return true
	}
	need := h.need(r, t)
	ok, rule := need.MayClear()
	if ok {
		return true
	}
	h.drop(&h.dropped.ClearText, p, ale.IPsecClearTextDropped)
	if w.trace != nil {
		w.emit(&trace.Record{Kind: trace.Negotiation, Host: h.cfg.Name, Rule: string(rule), From: p.From.String(), To: p.To.String(),
			Note: "what arrived is in clear, and the receiver demands protection"})
	}
	return false
}

// known judges a packet under an association: the host must be its other end,
// the packet new, and the association must do for the socket, unless the
// socket uses it already (a name that is set or deleted later does not touch
// it, rule PTN-BEFORE).
func (w *World) known(h *Host, r *socket, t ale.Traffic, p *Packet) bool {
	a := p.sa
	host, need := a.at(1 - p.side)
	x := r.exchangeWith(t.Remote)
	uses := x != nil && x.sa == a
	if a.dead || h != host || !uses && r != nil && h.need(r, t) != *need {
		h.drop(&h.dropped.Unknown, p, ale.IPsecBadSPI)
		return false
	}
	if p.seq > 0 && !a.windows[p.side].Accept(p.seq) {
		h.drop(&h.dropped.Replay, p, ale.IPsecReplay)
		return false
	}
	return true
}

// SetPolicy replaces the administrator's rules of a host. What was negotiated
// under the old ones stays until it is renewed or deleted (inferred).
func (h *Host) SetPolicy(p ale.AdminPolicy) {
	defer h.world.unlockAfter(h.world.lock())
	h.admin = append(ale.AdminPolicy(nil), p...)
	h.ruled()
}

// ruled traces the administrator's rules.
func (h *Host) ruled() {
	if h.world.trace == nil {
		return
	}
	list := make([]string, len(h.admin))
	for i := range h.admin {
		list[i] = h.admin[i].String()
	}
	h.world.emit(&trace.Record{Kind: trace.Policy, Host: h.cfg.Name, Note: strings.Join(list, "; ")})
}

// AddMainMode adds a provider context with a main-mode policy, as
// FwpmProviderContextAdd0 does, or replaces the one under the same key for
// sockets that name it from now on.
func (h *Host) AddMainMode(key wsa.GUID, p ale.MainModePolicy) {
	defer h.world.unlockAfter(h.world.lock())
	h.addMainMode(key, p)
}

// AddQuickMode is AddMainMode for a quick-mode policy.
func (h *Host) AddQuickMode(key wsa.GUID, p ale.QuickModePolicy) {
	defer h.world.unlockAfter(h.world.lock())
	h.addQuickMode(key, p)
}

func (h *Host) addMainMode(key wsa.GUID, p ale.MainModePolicy) {
	if h.mainModes == nil {
		h.mainModes = make(map[wsa.GUID]*ale.MainModePolicy)
	}
	h.mainModes[key] = &p
}

func (h *Host) addQuickMode(key wsa.GUID, p ale.QuickModePolicy) {
	if h.quickModes == nil {
		h.quickModes = make(map[wsa.GUID]*ale.QuickModePolicy)
	}
	h.quickModes[key] = &p
}

// MainMode implements ale.Contexts.
func (h *Host) MainMode(key wsa.GUID) *ale.MainModePolicy { return h.mainModes[key] }

// QuickMode implements ale.Contexts.
func (h *Host) QuickMode(key wsa.GUID) *ale.QuickModePolicy { return h.quickModes[key] }
