package sim

import (
	"net/netip"
	"time"

	"wsasim/model/rules"
	"wsasim/sim/ale"
	"wsasim/wsa/trace"
)

// ikePort is where keying messages go.
const ikePort = 500

// negotiation is one exchange of keying messages under way. The decisions are
// those of ale's machines, one for each end; this carries their messages over
// the network and keeps their timers.
//
// Not modelled: attempts of several sockets to the same peer at the same time
// that wait for one negotiation; each has its own.
type negotiation struct {
	world     *World
	id        uint64
	from      *Host
	traffic   ale.Traffic // as the initiator sees it
	need      ale.Need
	theirNeed *ale.Need // the responder's; set before only when it is fixed
	fixed     *Host     // who is to answer, and by what need, in a renewal
	answerer  *ale.Credential
	who       *ale.Credential
	mode      *mainMode // that is gone on from; nil to make one

	ours     *ale.Keying
	theirs   *ale.Keying // made by the first message that arrives
	at       *Host       // where
	answered *ale.Outcome
	timer    *event
	giveUp   *event
	began    time.Duration
	messages int
	turns    int // of the initiator
	over     bool
	renews   uint64 // the association that is renewed, 0 for none
	// after runs when the outcome has been traced; nil for nothing.
	after func()
	// done is called once, with what each end came to; theirs is zero unless
	// ours is a success. It returns the association.
	done func(ours, theirs ale.Outcome) *association
}

// need is what a host holds some traffic to, with its socket, nil for none.
func (h *Host) need(s *socket, t ale.Traffic) ale.Need {
	var st *ale.State
	if s != nil {
		st = s.security
	}
	return ale.NeedOf(st, t.Remote, h.admin, t)
}

// mirrored is the same traffic as the other end sees it.
func mirrored(t ale.Traffic) ale.Traffic {
	return ale.Traffic{Protocol: t.Protocol, Local: t.Remote, Remote: t.Local}
}

// credentialOf is what a socket's process can prove, nil for nothing.
func (h *Host) credentialOf(s *socket) *ale.Credential {
	if s != nil && s.proc.credential != nil {
		return s.proc.credential
	}
	return h.credential
}

// initiates is what a socket proves that begins a negotiation.
func (h *Host) initiates(s *socket) *ale.Credential {
	base := h.credentialOf(s)
	if s == nil {
		return base
	}
	return h.explicit(base, s.security.Settings())
}

// userOf is whose association it is: where users prove themselves each has its
// own, since credentials are negotiated for each flow (MS-AIPS 1.3). It is nil
// where they do not, so that all of a host share.
func userOf(n *ale.Need, c *ale.Credential) *ale.Credential {
	if !n.Secured || !n.Settings.QuickMode.Impersonate {
		return nil
	}
	return c
}

// key is what the association that is being negotiated will be found by.
func (n *negotiation) key() associationKey {
	return associationKey{
		from: n.from, to: n.at, local: n.traffic.Local.Addr(), remote: n.traffic.Remote.Addr(),
		proto: n.traffic.Protocol, ours: n.need, theirs: *n.theirNeed,
		user: userOf(&n.need, n.who), peer: userOf(n.theirNeed, n.answerer),
	}
}

func (n *negotiation) modeKey(to *Host, theirs *ale.Need) mainModeKey {
	return mainModeKey{
		from: n.from, to: to, local: n.traffic.Local.Addr(), remote: n.traffic.Remote.Addr(),
		ours: modesOf(&n.need), theirs: modesOf(theirs), user: n.who,
	}
}

// resume finds the main mode that the hosts have already for such traffic.
func (n *negotiation) resume() {
	to, theirs := n.fixed, n.theirNeed
	if to == nil {
		if to = n.from.target(n.traffic.Remote.Addr()); to == nil {
			return
		}
		m := mirrored(n.traffic)
		need := to.need(to.socketFor(m), m)
		theirs = &need
	}
	n.mode = n.world.liveMode(n.modeKey(to, theirs))
}

// begin sends the first message. Between hosts with perfect links everything
// has happened when it returns.
func (n *negotiation) begin() {
	w := n.world
	w.security.lastExchange++
	n.id, n.began = w.security.lastExchange, w.clock.read()
	if n.who == nil {
		n.who = n.from.credential
	}
	if len(w.security.mainModes) > 0 {
		n.resume()
	}
	var from *ale.Resumed
	if n.mode != nil {
		from = &n.mode.ours
	}
	n.ours = ale.NewInitiator(ale.Party{Need: n.need, Credential: n.who}, from)
	n.act(0, n.ours.Start())
	if after := n.ours.ClearAfter(); after > 0 && !n.over {
		n.giveUp = w.clock.after(after, classRetry, func() { n.act(0, n.ours.GiveUp()) })
	}
}

// act does what one end wants done.
func (n *negotiation) act(end int, out ale.Output) {
	if n.over {
		return
	}
	w := n.world
	turn := n.turns
	if end == 0 && (out.Done != nil || out.Wait > 0) {
		n.turns++
		turn = n.turns
		w.clock.cancel(n.timer)
		n.timer = nil
	}
	if end == 1 && out.Done != nil && n.answered == nil {
		n.answered = out.Done
	}
	if out.Send != nil {
		n.send(end, *out.Send)
	}
	switch {
	case n.over || end == 1 || n.turns != turn:
	case out.Done != nil:
		n.conclude(*out.Done)
	case out.Wait > 0:
		// No answer came at once.
		n.timer = w.clock.after(out.Wait, classRetry, func() {
			n.timer = nil
			n.act(0, n.ours.Expire())
		})
	}
}

// send sends a message from one end to the other.
func (n *negotiation) send(end int, m ale.Message) {
	w := n.world
	n.messages++
	host, to, by := n.from, n.fixed, n.theirs
	from, dst := netip.AddrPortFrom(n.traffic.Local.Addr(), ikePort), netip.AddrPortFrom(n.traffic.Remote.Addr(), ikePort)
	if to == nil {
		to = n.from.target(dst.Addr())
	}
	if end == 1 {
		host, to, from, dst = n.at, n.from, dst, from
	}
	p := trace.Packet{Protocol: "ike", Flags: m.Step.String()}
	w.carry(host, to, Packet{Packet: p, From: from, To: dst}, func(at *Host, p *Packet) {
		// What a responder said that has been replaced no longer counts.
		if !n.over && (end == 0 || by == n.theirs) && w.genuine(at, p) {
			n.arrive(1-end, at, m)
		}
	})
}

// arrive is the arrival of a message at a host for one end. A message that
// comes to a host which has no part in the negotiation is ignored, unless it
// begins one.
func (n *negotiation) arrive(end int, at *Host, m ale.Message) {
	if end == 0 {
		if at == n.from {
			n.act(0, n.ours.Receive(m))
		}
		return
	}
	if at != n.at && (m.Step == ale.MainMode1 || m.Step == ale.QuickMode1 && n.mode != nil && at == n.mode.key.to) {
		n.respond(at)
	}
	if at == n.at {
		n.act(1, n.theirs.Receive(m))
	}
}

// respond makes a host the one who answers.
func (n *negotiation) respond(at *Host) {
	n.at, n.answered = at, nil
	t := mirrored(n.traffic)
	r := at.socketFor(t)
	if n.fixed == nil {
		need := at.need(r, t)
		n.theirNeed = &need
	}
	var from *ale.Resumed
	if n.mode != nil {
		from = &n.mode.theirs
	}
	n.answerer = at.credentialOf(r)
	n.theirs = ale.NewResponder(ale.Party{Need: *n.theirNeed, Credential: n.answerer}, from)
}

// socketFor is the socket that some traffic that arrives is for, nil for none.
func (h *Host) socketFor(t ale.Traffic) *socket {
	if t.Protocol == protoUDP {
		return h.datagramReceiver(t.Remote, t.Local)
	}
	return h.receiver(t.Protocol, t.Local, func(c *socket) bool { return c.state == stateListening })
}

// conclude ends the negotiation.
func (n *negotiation) conclude(o ale.Outcome) {
	n.stop()
	var theirs ale.Outcome
	if o.Secured {
		theirs = *n.answered
	}
	a := n.done(o, theirs)
	n.record(o, a)
	if n.after != nil {
		n.after()
	}
}

// stop ends the timers; nothing happens any more.
func (n *negotiation) stop() {
	n.over = true
	n.world.clock.cancel(n.timer)
	n.world.clock.cancel(n.giveUp)
	n.timer, n.giveUp = nil, nil
}

// abandon is what happens to a negotiation that nobody waits for any more.
func (n *negotiation) abandon() {
	if n.over {
		return
	}
	n.stop()
	if n.world.trace != nil {
		n.world.emit(n.newRecord(ale.Outcome{Rule: rules.SECFailCode, Winerr: ale.IKETimedOut, Reason: "nobody waits for it any more"}, "abandoned"))
	}
}

// record traces what came of it.
func (n *negotiation) record(o ale.Outcome, a *association) {
	if n.world.trace == nil {
		return
	}
	what := "refused"
	switch {
	case o.Secured:
		what = "secured"
	case o.Established:
		what = "clear"
	}
	r := n.newRecord(o, what)
	if a != nil {
		g := r.Agreement
		g.MainMode, g.QuickMode, g.Encrypted, g.Method = o.MainMode.String(), a.quick, o.Encrypted, o.Method.String()
		g.Initiator, g.InitiatorUser = a.ends[1].PeerComputer, a.ends[1].PeerUser
		g.Responder, g.ResponderUser = a.ends[0].PeerComputer, a.ends[0].PeerUser
		g.InitiatorNames, g.ResponderNames = n.from.names(), n.at.names()
		g.MMID, g.QMID, g.Renews = a.mode.id, a.id, n.renews
	}
	n.world.emit(r)
}

func (n *negotiation) newRecord(o ale.Outcome, what string) *trace.Record {
	peer := ""
	if n.at != nil {
		peer = n.at.cfg.Name
	}
	return &trace.Record{
		Kind: trace.Negotiation, Host: n.from.cfg.Name, Rule: string(o.Rule),
		From: n.traffic.Local.String(), To: n.traffic.Remote.String(), Note: o.Reason,
		Agreement: &trace.Agreement{Outcome: what, Peer: peer, Began: n.began, Messages: n.messages, Winerr: uint32(o.Winerr)},
	}
}
