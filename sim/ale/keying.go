package ale

import (
	"time"

	"wsasim/model/rules"
)

// Step names a message of the keying protocol. The order is AuthIP's: main
// mode (two round trips: how to talk, then proofs), quick mode (one), extended
// mode for users (one).
type Step uint8

// Steps. Odd ones are the initiator's; Refusal is either's.
const (
	NoStep Step = iota
	MainMode1
	MainMode2
	MainMode3
	MainMode4
	QuickMode1
	QuickMode2
	ExtendedMode1
	ExtendedMode2
	Refusal
)

var stepNames = [...]string{
	"no message", "main mode 1", "main mode 2", "main mode 3", "main mode 4",
	"quick mode 1", "quick mode 2", "extended mode 1", "extended mode 2", "refusal",
}

func (s Step) String() string { return nameOf(stepNames[:], s) }

// Message is one message of the keying protocol. Only its sender could have
// made it: what it holds stands for what the real one proves. A message that
// was changed on its way is none; the caller drops it.
type Message struct {
	Step Step
	// main mode 1 and 2: what is proposed, and what was chosen
	proposals []MainModeProposal
	methods   []Method
	mainMode  MainModeProposal
	// main mode 3 and 4: who the sender is
	credential *Credential
	// quick mode: what the sender wants, and what was chosen
	offer     offer
	quickMode QuickModeProposal
	// Refusal: why
	code   Winerr
	rule   rules.ID
	reason string
}

// Resumed is a main mode that both ends still have, on which a quick mode alone
// can follow.
type Resumed struct {
	MainMode MainModeProposal
	Methods  []Method // those that both ends have
	Method   Method   // the one that worked
	Peer     *Credential
}

// Keying is one end of a negotiation: messages in, messages and the length of
// a timer out. It has no clock and sends nothing itself; the caller does what an
// [Output] says.
type Keying struct {
	party   Party
	end     int // 0 initiator, 1 responder
	sent    Message
	expect  Step
	tries   int
	main    MainModeProposal
	by      []Method
	method  Method
	peer    *Credential
	theirs  offer
	quick   QuickModeProposal
	users   bool
	done    bool
	resumed bool
}

// Output is what an end wants done.
type Output struct {
	// Send is a message for the other end.
	Send *Message
	// Wait is how long to wait for an answer before Expire is called, 0 for
	// no timer. A timer that was set before is void.
	Wait time.Duration
	// Done is the outcome, nil while under way.
	Done *Outcome
}

// The initiator repeats a message that is not answered, and gives up after the
// seventh repetition (MS-AIPS 3.1.6.1). The responder repeats only in answer to
// a repetition. That the first wait is one second and doubles is inferred from
// IKE's timers, which MS-IKEE describes as doubling.
const (
	firstRetransmit = time.Second
	maxRetransmits  = 7
)

// NewInitiator is the end that begins; from is nil to begin with main mode.
func NewInitiator(p Party, from *Resumed) *Keying {
	x := &Keying{party: p}
	x.resume(from)
	return x
}

// NewResponder is the end that answers; from must be the other end's main mode
// as this end has it, or nil.
func NewResponder(p Party, from *Resumed) *Keying {
	x := &Keying{party: p, end: 1, expect: MainMode1}
	if x.resume(from); x.resumed {
		x.expect = QuickMode1
	}
	return x
}

func (x *Keying) resume(from *Resumed) {
	if from != nil {
		x.main, x.by, x.method, x.peer, x.resumed = from.MainMode, from.Methods, from.Method, from.Peer, true
	}
}

// Resumable is the main mode that was agreed on, for later quick modes.
func (x *Keying) Resumable() Resumed { return Resumed{x.main, x.by, x.method, x.peer} }

// Start is the initiator's first output. An end that cannot negotiate fails at
// once.
func (x *Keying) Start() Output {
	n := &x.party.Need
	switch {
	case n.Blocked:
		return x.fail(rules.SECConflict, IKENegotiationOff, "the administrator of the initiator blocks this traffic")
	case !n.Negotiates():
		return x.cannot(IKENegotiationOff, "the initiator does not negotiate")
	case x.party.Credential == nil:
		return x.cannot(IKENoCert, "the initiator has no credential")
	case x.resumed:
		if o := x.judge(); o != nil {
			return x.conclude(*o)
		}
		return x.send(Message{Step: QuickMode1, offer: offerOf(n)}, QuickMode2)
	}
	s := &n.Settings
	return x.send(Message{Step: MainMode1, proposals: s.MainMode.Proposals, methods: methods(s)}, MainMode2)
}

// send is a message out; an initiator waits for the answer.
func (x *Keying) send(m Message, expect Step) Output {
	x.sent, x.expect, x.tries = m, expect, 0
	if x.end == 1 {
		return Output{Send: &x.sent}
	}
	return Output{Send: &x.sent, Wait: firstRetransmit}
}

// Expire is the end of the wait that the latest Output asked for.
func (x *Keying) Expire() Output {
	if x.done {
		return Output{}
	}
	if x.tries == maxRetransmits {
		return x.cannot(IKETimedOut, "the responder does not answer")
	}
	x.tries++
	return Output{Send: &x.sent, Wait: firstRetransmit << x.tries}
}

// ClearAfter is how long after Start the initiator stops waiting for a peer
// that has not answered and talks in clear; 0 for never (negotiation
// discovery).
func (x *Keying) ClearAfter() time.Duration { return x.party.Need.clearAfter() }

// GiveUp ends the initiator's side for want of an answer.
func (x *Keying) GiveUp() Output {
	if x.done {
		return Output{}
	}
	return x.cannot(IKETimedOut, "the responder does not answer")
}

// Receive is the arrival of a message. What does not belong here is ignored,
// but a responder answers a repetition again.
func (x *Keying) Receive(m Message) Output {
	switch {
	case m.Step == Refusal && x.end == 0 && !x.done:
		return x.refused(m)
	case x.end == 1 && x.sent.Step != NoStep && m.Step+1 == x.sent.Step,
		x.end == 1 && x.sent.Step == Refusal && m.Step != Refusal:
		return Output{Send: &x.sent}
	case x.done || m.Step != x.expect:
		return Output{}
	}
	return handlers[m.Step](x, &m)
}

// handlers is what each message leads to.
var handlers = [...]func(*Keying, *Message) Output{
	MainMode1: (*Keying).proposed, MainMode2: (*Keying).agreed,
	MainMode3: (*Keying).identified, MainMode4: (*Keying).known,
	QuickMode1: (*Keying).offered, QuickMode2: (*Keying).settled,
	ExtendedMode1: (*Keying).userHere, ExtendedMode2: (*Keying).userThere,
	Refusal: func(*Keying, *Message) Output { return Output{} },
}

// proposed: the responder chooses how to talk.
func (x *Keying) proposed(m *Message) Output {
	if out, refused := x.unwilling(); refused {
		return out
	}
	n := &x.party.Need
	mm, ok := chooseMainMode(m.proposals, n.Settings.MainMode.Proposals)
	if !ok {
		return x.refuse(rules.SECNoclear, IKEPolicyMatch, noMainMode)
	}
	by := common(m.methods, methods(&n.Settings))
	if len(by) == 0 {
		return x.refuse(rules.SECNoclear, IKEAuthFail, noMethod)
	}
	x.main, x.by = mm, by
	return x.send(Message{Step: MainMode2, mainMode: mm, methods: by}, MainMode3)
}

// unwilling is the answer of a responder that does not negotiate for this traffic.
func (x *Keying) unwilling() (out Output, refused bool) {
	switch n := &x.party.Need; {
	case n.Blocked:
		return x.fail(rules.SECConflict, IKENegotiationOff, "the administrator of the responder blocks this traffic"), true
	case !n.Secured:
		return x.refuse(rules.SECNoclear, IKENoPolicy, "the responder does not use security"), true
	case n.Silent:
		return x.refuse(rules.SECNoclear, IKENoPolicy, "the responder does not negotiate"), true
	case x.party.Credential == nil:
		return x.refuse(rules.SECNoclear, IKEAuthFail, "the responder has no credential"), true
	}
	return Output{}, false
}

// agreed: the initiator says who it is.
func (x *Keying) agreed(m *Message) Output {
	x.main, x.by = m.mainMode, m.methods
	return x.send(Message{Step: MainMode3, credential: x.party.Credential}, MainMode4)
}

// identified: the responder judges the initiator and says who it is.
func (x *Keying) identified(m *Message) Output {
	x.peer = m.credential
	if o := x.judge(); o != nil {
		return x.refuse(o.Rule, o.Winerr, o.Reason)
	}
	return x.send(Message{Step: MainMode4, credential: x.party.Credential}, QuickMode1)
}

// known: the initiator judges the responder and asks for protection.
func (x *Keying) known(m *Message) Output {
	x.peer = m.credential
	if o := x.judge(); o != nil {
		return x.reject(o)
	}
	return x.send(Message{Step: QuickMode1, offer: offerOf(&x.party.Need)}, QuickMode2)
}

// offered: the responder chooses the protection. On a main mode that goes on
// from before it judges the initiator again, since its demands may have
// changed, and whether it negotiates at all: the traffic is another's now.
func (x *Keying) offered(m *Message) Output {
	if x.resumed {
		if out, refused := x.unwilling(); refused {
			return out
		}
		if o := x.judge(); o != nil {
			return x.refuse(o.Rule, o.Winerr, o.Reason)
		}
	}
	ours := offerOf(&x.party.Need)
	qm, ok := chooseQuickMode(m.offer, ours)
	if !ok {
		return x.refuse(rules.SECNoclear, IKEPolicyMatch, noQuickMode)
	}
	x.quick, x.theirs = qm, m.offer
	x.users = ours.users && m.offer.users
	out := x.send(Message{Step: QuickMode2, offer: ours, quickMode: qm}, ExtendedMode1)
	if !x.users {
		out.Done = x.success()
	}
	return out
}

// settled: the initiator has protection, and lets its user prove itself if both
// policies want that.
func (x *Keying) settled(m *Message) Output {
	x.quick, x.theirs = m.quickMode, m.offer
	x.users = m.offer.users && offerOf(&x.party.Need).users
	if x.users {
		return x.send(Message{Step: ExtendedMode1}, ExtendedMode2)
	}
	return Output{Done: x.success()}
}

// userHere: the responder judges the user behind the initiator.
func (x *Keying) userHere(*Message) Output {
	if o := checkUser(&x.party, x.peer, x.by, 1); o != nil {
		return x.refuse(o.Rule, o.Winerr, o.Reason)
	}
	out := x.send(Message{Step: ExtendedMode2}, NoStep)
	out.Done = x.success()
	return out
}

// userThere: the initiator judges the user behind the responder.
func (x *Keying) userThere(*Message) Output {
	if o := checkUser(&x.party, x.peer, x.by, 0); o != nil {
		return x.reject(o)
	}
	return Output{Done: x.success()}
}

// judge holds what the peer proves against what this end demands.
func (x *Keying) judge() (refused *Outcome) {
	x.method, refused = checkProof(&x.party, x.peer, x.by, x.end)
	return refused
}

// reject is the initiator's no: it tells the responder, who has nothing to add.
func (x *Keying) reject(o *Outcome) Output {
	out := x.conclude(*o)
	out.Send = &Message{Step: Refusal, code: o.Winerr, rule: o.Rule, reason: o.Reason}
	return out
}

// refused: the other end said no. What the initiator then does is up to its
// own settings, unless the refusal is about who it is.
func (x *Keying) refused(m Message) Output {
	if m.rule == rules.SECSpn {
		return x.fail(m.rule, m.code, m.reason)
	}
	return x.cannot(m.code, m.reason)
}

// refuse is the responder's no.
func (x *Keying) refuse(rule rules.ID, code Winerr, reason string) Output {
	out := x.fail(rule, code, reason)
	x.sent = Message{Step: Refusal, code: code, rule: rule, reason: reason}
	out.Send = &x.sent
	return out
}

// cannot ends an initiator's negotiation that came to nothing: clear text or
// none, by its own settings. The responder judges clear text when it arrives.
func (x *Keying) cannot(code Winerr, why string) Output {
	ok, rule := x.party.Need.MayClear()
	if !ok {
		return x.fail(rule, code, why+stays(rule, ends[x.end]))
	}
	return x.conclude(Outcome{Established: true, Rule: rules.SECAllow, Winerr: code,
		Initiator: Association{Winerr: code}, Reason: why + "; ALLOW_INSECURE lets traffic go in clear"})
}

// fail ends a negotiation after which nothing flows.
func (x *Keying) fail(rule rules.ID, code Winerr, reason string) Output {
	return x.conclude(Outcome{Rule: rule, Winerr: code, Reason: reason})
}

func (x *Keying) conclude(o Outcome) Output {
	x.done = true
	return Output{Done: &o}
}

// success is the outcome as this end knows it.
func (x *Keying) success() *Outcome {
	x.done = true
	o := success(x.main, x.quick, x.method)
	o.Life = lifeOf(offerOf(&x.party.Need), x.theirs, x.quick)
	a := knows(x.peer, x.quick, x.method, x.users)
	if x.end == 0 {
		o.Initiator = a
	} else {
		o.Responder = a
	}
	return &o
}
