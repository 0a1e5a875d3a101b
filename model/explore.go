package model

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// Move is a call that a thread may make in a domain.
type Move struct {
	TID  int      // the thread, as in a trace
	Call wsa.Call // what it calls
}

// Domain is a finite choice of calls around one theme, to be explored
// breadth-first from a start.
type Domain struct {
	Name  string        // a few words, such as "options"
	Start State         // where exploring begins
	Setup []WitnessStep // the calls that led to Start, all of which succeeded
	Moves []Move        // what may be called in every state
	Depth int           // how many calls and ends of waiting follow the start
	// LastErrors keeps threads' last errors in the states. Elsewhere they are
	// forgotten after each call, so that a failure leads back.
	LastErrors bool
}

// ExploreOptions says how far to explore and whom to tell. The zero value is
// without limits.
type ExploreOptions struct {
	MaxStates int // of each domain; 0: no limit
	// Progress is called every thousand states.
	Progress func(domain string, states, transitions int)
	// Visit is called with each transition, in the order of exploring, which is
	// the same each time; nil: nobody is told.
	Visit func(Transition)
	// Now is a clock for the rates in the report; nil: no rates.
	Now func() time.Time
}

// Transition is one step of an exploration.
type Transition struct {
	From, To State       // may be the same
	Depth    int         // how many steps led to From
	Step     WitnessStep // what was done
	Rules    []rules.ID  // that justify its outcome
}

// WitnessStep is what a thread did and what came of it.
type WitnessStep struct {
	TID     int        // the thread
	Call    wsa.Call   // what it called
	Resumed bool       // the call waited, and this is its end
	Ended   bool       // this is the end of the operation that the call started
	Kind    Kind       // of the outcome
	Return  wsa.Return // one that the outcome allows
}

// String is the step on one line.
func (s WitnessStep) String() string {
	what := s.Call.Op()
	if s.Resumed {
		what = "end of " + what
	}
	if s.Ended {
		what = "end of the operation of " + what
	}
	return fmt.Sprintf("thread %d: %s -> %s", s.TID, what, s.result())
}

func (s WitnessStep) result() string {
	if s.Kind == Failure || s.Kind == Pending {
		return s.Return.Err.String()
	}
	return s.Kind.String()
}

// Witness is a shortest sequence of calls, in its domain and after its set-up,
// after which a rule justified an outcome.
type Witness struct {
	Rule   rules.ID      // the rule that it shows
	Domain string        // the name of the domain
	Setup  []WitnessStep // that of the domain
	Steps  []WitnessStep // what follows, at least one
	Advice bool          // the rule advised against the last call
}

func (w *Witness) length() int { return len(w.Setup) + len(w.Steps) }

// Broken is an invariant that does not hold.
type Broken struct {
	Invariant string        // in one sentence
	Domain    string        // the name of the domain
	Steps     []WitnessStep // the set-up and what follows; the last one breaks it
}

// Exploration is what exploring found.
type Exploration struct {
	Domain      string               // the name of the domain
	States      int                  // different ones that were reached
	Transitions int                  // outcomes that were followed
	Complete    bool                 // MaxStates was not reached
	Elapsed     time.Duration        // 0 when no clock was given
	Witnesses   map[rules.ID]Witness // a shortest one of each rule
	Shown       map[Shown]bool       // the rules at work
	Broken      []Broken             // invariants that do not hold
}

// Shown is a rule at work: it justified that a call of the function ended so.
type Shown struct {
	Rule rules.ID
	Op   string    // as wsa.Call.Op
	Err  wsa.Errno // 0 is success
}

// StatesPerSecond is 0 when no clock was given.
func (e *Exploration) StatesPerSecond() float64 {
	if e.Elapsed <= 0 {
		return 0
	}
	return float64(e.States) / e.Elapsed.Seconds()
}

// node is a state and how it was reached.
type node struct {
	state State
	from  *node
	step  WitnessStep
	depth int
}

func (n *node) path() []WitnessStep {
	var out []WitnessStep
	for ; n.from != nil; n = n.from {
		out = append(out, n.step)
	}
	slices.Reverse(out)
	return out
}

type explorer struct {
	dom   Domain
	visit func(Transition)
	out   *Exploration
	seen  map[Key]bool
	queue []*node
}

// Explore walks all states that the domain's moves lead to, breadth-first, and
// checks the invariants on each transition.
func Explore(d Domain, o ExploreOptions) *Exploration {
	var began time.Time
	if o.Now != nil {
		began = o.Now()
	}
	e := &explorer{dom: d, visit: o.Visit, out: &Exploration{Domain: d.Name, Complete: true, Witnesses: make(map[rules.ID]Witness), Shown: make(map[Shown]bool)}, seen: make(map[Key]bool)}
	e.push(&node{state: d.Start})
	for len(e.queue) > 0 {
		if o.MaxStates > 0 && e.out.States >= o.MaxStates {
			e.out.Complete = false
			break
		}
		n := e.queue[0]
		e.queue = e.queue[1:]
		e.out.States++
		if o.Progress != nil && e.out.States%1000 == 0 {
			o.Progress(d.Name, e.out.States, e.out.Transitions)
		}
		if n.depth < d.Depth {
			e.expand(n)
		}
	}
	if o.Now != nil {
		e.out.Elapsed = o.Now().Sub(began)
	}
	return e.out
}

func (e *explorer) push(n *node) {
	if k := n.state.Key(); !e.seen[k] {
		e.seen[k] = true
		e.queue = append(e.queue, n)
	}
}

// reach goes on from a state that rules have justified.
func (e *explorer) reach(to *node, ids []rules.ID) {
	if e.visit != nil {
		e.visit(Transition{to.from.state, to.state, to.from.depth, to.step, ids})
	}
	e.push(to)
}

// expand makes every move of the domain, and lets every thread that waits end.
func (e *explorer) expand(n *node) {
	for tid, t := range n.state.world().threads.all {
		if t.pending == nil {
			continue
		}
		for _, o := range Resume(n.state, int(tid)) {
			e.take(n, Move{TID: int(tid), Call: t.pending}, o, true)
		}
	}
	for _, k := range n.state.endsOfLookups() {
		e.endLookup(n, k)
	}
	e.ends(n)
	for _, m := range e.dom.Moves {
		t := n.state.world().threads.get(uint64(m.TID))
		if t == nil || t.pending != nil {
			continue
		}
		for _, id := range Advise(n.state, m.TID, m.Call) {
			e.witness(id, &node{from: n, step: WitnessStep{TID: m.TID, Call: m.Call}, depth: n.depth + 1}, true)
		}
		for _, o := range Step(n.state, m.TID, m.Call) {
			e.take(n, m, o, false)
		}
	}
}

// take follows one outcome, once for each error that it allows.
func (e *explorer) take(n *node, m Move, o Outcome, resumed bool) {
	if !o.Possible() {
		return
	}
	ret := o.Example()
	for _, ret := range eachError(&o, ret) {
		e.out.Transitions++
		next, ok := o.Apply(ret)
		step := WitnessStep{TID: m.TID, Call: m.Call, Resumed: resumed, Kind: o.Kind, Return: ret}
		if !ok {
			e.broken("an outcome allows its own example", &node{from: n, step: step})
			continue
		}
		if !e.dom.LastErrors {
			next = next.forgetErrors(m.TID)
		}
		to := &node{next, n, step, n.depth + 1}
		ids := o.justify(&ret)
		for _, id := range ids {
			e.witness(id, to, false)
			e.out.Shown[Shown{id, m.Call.Op(), ret.Err}] = true
		}
		for _, inv := range invariants {
			if !inv.holds(n.state.world(), next.world(), &o, &step) {
				e.broken(inv.name, to)
			}
		}
		e.reach(to, ids)
	}
}

// endLookup follows every way in which an overlapped lookup may end.
func (e *explorer) endLookup(n *node, k uint64) {
	x := n.state.world().lookups.get(k)
	outs := n.state.lookupEnds(k)
	for i := range outs {
		o := &outs[i]
		for _, ret := range eachError(o, o.Example()) {
			e.out.Transitions++
			step := WitnessStep{TID: x.tid, Call: x.call, Resumed: true, Kind: o.Kind, Return: ret}
			next, ids, broken := n.state.endLookup(k, outs, &ret)
			if broken != "" {
				e.broken("an outcome allows its own example", &node{from: n, step: step})
				continue
			}
			to := &node{next, n, step, n.depth + 1}
			for _, id := range ids {
				e.witness(id, to, false)
			}
			e.reach(to, ids)
		}
	}
}

func eachError(o *Outcome, ret wsa.Return) []wsa.Return {
	if o.Kind != Failure || len(o.Errors) < 2 {
		return []wsa.Return{ret}
	}
	out := make([]wsa.Return, len(o.Errors))
	for i, err := range o.Errors {
		out[i] = ret
		out[i].Err = err
	}
	return out
}

func (s State) forgetErrors(tid int) State {
	t := s.world().threads.get(uint64(tid))
	if t == nil || !t.errKnown {
		return s
	}
	n := s.world().edit()
	after := *t
	after.errKnown, after.errMaybeZero, after.lastErr = false, false, 0
	n.setThread(&after)
	return State{n}
}

func (e *explorer) witness(id rules.ID, n *node, advice bool) {
	if _, ok := e.out.Witnesses[id]; !ok {
		e.out.Witnesses[id] = Witness{id, e.dom.Name, e.dom.Setup, n.path(), advice}
	}
}

func (e *explorer) broken(what string, n *node) {
	for _, b := range e.out.Broken {
		if b.Invariant == what {
			return
		}
	}
	e.out.Broken = append(e.out.Broken, Broken{what, e.dom.Name, n.path()})
}

// Survey is the exploration of several domains.
type Survey struct {
	Explorations []*Exploration
	States       int
	Transitions  int
	Elapsed      time.Duration
	// Witnesses has the shortest one of each rule, Without the reason why a
	// rule has none; a rule in neither is in Missing.
	Witnesses map[rules.ID]Witness
	Without   map[rules.ID]string
	Missing   []rules.ID
	// Shown are the rules at work, each with the functions and errors.
	Shown  map[Shown]bool
	Broken []Broken
}

// StatesPerSecond is 0 when no clock was given.
func (s *Survey) StatesPerSecond() float64 {
	e := Exploration{States: s.States, Elapsed: s.Elapsed}
	return e.StatesPerSecond()
}

// ExploreAll explores the domains and gathers what they found.
func ExploreAll(domains []Domain, o ExploreOptions) *Survey {
	s := &Survey{Witnesses: make(map[rules.ID]Witness), Without: make(map[rules.ID]string), Shown: make(map[Shown]bool)}
	for _, d := range domains {
		e := Explore(d, o)
		s.Explorations = append(s.Explorations, e)
		s.States, s.Transitions, s.Elapsed = s.States+e.States, s.Transitions+e.Transitions, s.Elapsed+e.Elapsed
		s.Broken = append(s.Broken, e.Broken...)
		maps.Copy(s.Shown, e.Shown)
		for id, w := range e.Witnesses {
			if old, ok := s.Witnesses[id]; !ok || w.length() < old.length() {
				s.Witnesses[id] = w
			}
		}
	}
	for _, r := range rules.All() {
		if _, ok := s.Witnesses[r.ID]; ok {
			continue
		}
		if why, ok := noWitness[r.ID]; ok {
			s.Without[r.ID] = why
		} else {
			s.Missing = append(s.Missing, r.ID)
		}
	}
	return s
}

// noWitness says why a rule cannot be seen at work in an exploration.
var noWitness = map[rules.ID]string{
	rules.GENValidationPure: "it is an invariant: checked on every transition",
	rules.OPTHuge:           "a length of -1 cannot be said with a Go slice",
	rules.SECConflict:       "policies of hosts are not in a trace; State.AllowPolicies loosens what depends on them",
	rules.RECVFault:         "a pointer outside the process's memory cannot be said with a Go slice",
}

// invariant is what must hold of every transition.
type invariant struct {
	name  string
	holds func(from, to *world, o *Outcome, s *WitnessStep) bool
}

var invariants = []invariant{
	{"a call that fails its checks changes no socket", func(_, to *world, o *Outcome, _ *WitnessStep) bool {
		// The state before is the one that the outcome chose among those that
		// a connect under way leaves open.
		return !o.certain || o.effect != nil || sameSockets(o.before, to)
	}},
	{"the names of a connected stream never change", namesStay},
	{"ENCRYPTED implies SECURED", func(_, _ *world, _ *Outcome, s *WitnessStep) bool {
		if _, ok := s.Call.(wsa.WSAQuerySocketSecurityCall); !ok || len(s.Return.Data) < wsa.SecurityQueryInfoSize {
			return true
		}
		flags := s.Return.Data[4]
		return flags&wsa.SOCKET_INFO_CONNECTION_ENCRYPTED == 0 || flags&wsa.SOCKET_INFO_CONNECTION_SECURED != 0
	}},
	{"GUARANTEE_ENCRYPTION: a connection is encrypted", func(_, to *world, _ *Outcome, _ *WitnessStep) bool {
		for _, x := range to.sockets.all {
			if x.typ == wsa.SOCK_STREAM && x.status == connected && x.sec.guarantee && x.link != linkEncrypted {
				return false
			}
		}
		return true
	}},
	{"no call succeeds on a descriptor that is closed", closedStays},
	{"impersonation never crosses threads", func(from, to *world, _ *Outcome, s *WitnessStep) bool {
		for tid, t := range from.threads.all {
			if now := to.threads.get(tid); int(tid) != s.TID && now != nil && now.impersonating != t.impersonating {
				return false
			}
		}
		return true
	}},
}

func sameSockets(a, b *world) bool {
	if a.sockets.n != b.sockets.n {
		return false
	}
	for k, x := range a.sockets.all {
		y := b.sockets.get(k)
		if y == nil || x != y && digestOf(x) != digestOf(y) {
			return false
		}
	}
	return true
}

func namesStay(from, to *world, _ *Outcome, _ *WitnessStep) bool {
	for k, x := range from.sockets.all {
		y := to.sockets.get(k)
		if y == nil || x.typ != wsa.SOCK_STREAM || x.status != connected || y.status != connected {
			continue
		}
		if x.peerKnown && y.peer != x.peer || x.addrKnown && x.portKnown && y.local != x.local {
			return false
		}
	}
	return true
}

func closedStays(from, _ *world, o *Outcome, s *WitnessStep) bool {
	h, ok := descriptor(s.Call)
	t := from.threads.get(uint64(s.TID))
	if !ok || t == nil || o.Kind != Success || contains(o.Rules, rules.OPTAnyhandle) {
		return true
	}
	// What waits on one of several descriptors may outlast it.
	return from.socketAt(t.pid, uint64(h)) != nil || t.stranded
}
