package model

import (
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"

	"wsasim/model/rules"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// Options says how a trace is checked. The zero value is the usual way.
type Options struct {
	// MaxStates bounds how many states may be possible at once; 0: 1024.
	// Beyond it the verdict is Unknown and nothing more is checked.
	MaxStates int
	// Policies: hosts may have policies of their own that secure traffic
	// unasked (rule SEC-CONFLICT), which a trace does not hold.
	Policies bool
	// Forget: do not keep the records, so violations have no Prefix. For
	// checking for long beside a running world.
	Forget bool
}

// Verdict is what is known of a trace.
type Verdict uint8

// The verdicts.
const (
	Conforms Verdict = iota // every return was allowed so far
	Violates                // some return was not
	Unknown                 // too many states were possible to go on
)

var verdictNames = [...]string{"conforms", "violates", "unknown"}

// String is the verdict in lower case.
func (v Verdict) String() string {
	if int(v) < len(verdictNames) {
		return verdictNames[v]
	}
	return "no verdict"
}

// Verdicts lists every verdict.
func Verdicts() []Verdict { return []Verdict{Conforms, Violates, Unknown} }

// Violation is a return that no possible state allows.
type Violation struct {
	Index  int           // of the record in the trace, from 0
	Record *trace.Record // that record
	Call   wsa.Call      // the call that returned
	Return wsa.Return    // what it returned
	// Violated are the rules that the return broke, as far as that can be
	// told: those that exclude what happened, or else those that justify what
	// should have happened.
	Violated []rules.ID
	// Allowed describes every outcome that was allowed.
	Allowed []string
	// Text says in one line what is wrong.
	Text string
	// malformed: it is not a trace. traffic: it is about what the records of
	// packets tell; then Call is nil unless a return gave it away.
	malformed, traffic bool
	// Prefix are the records of a short trace that shows the violation, which
	// is its last record; nil with Options.Forget. See ShortestPrefix.
	Prefix []*trace.Record
}

// Error is the whole message, over several lines.
func (v *Violation) Error() string {
	var b strings.Builder
	thread := ""
	if v.Record.TID != 0 {
		thread = fmt.Sprintf(", thread %d", v.Record.TID)
	}
	fmt.Fprintf(&b, "record %d%s: %s\n", v.Index, thread, v.Text)
	for _, id := range v.Violated {
		if r, ok := rules.Lookup(id); ok {
			fmt.Fprintf(&b, "  violated: %s: %s (%s)\n", id, r.Condition, r.Sources[0])
		}
	}
	if len(v.Allowed) == 0 {
		return strings.TrimSuffix(b.String(), "\n")
	}
	b.WriteString("  allowed were:\n")
	for _, a := range v.Allowed {
		fmt.Fprintf(&b, "    %s\n", a)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// Checker judges the records of a trace one after another. It follows the set
// of all states that are still possible. It may be used by one goroutine.
type Checker struct {
	opts    Options
	states  []State
	index   int
	open    *openCall           // the last call, when nothing has happened since
	waiting map[int][]*openCall // calls that have not returned, of each thread, the innermost last
	count   map[rules.ID]int
	verdict Verdict
	records []*trace.Record
	most    int
	entire  bool // whole was called
	wire    *wire
	// stuck are the threads whose last call could not wait, or not for ever, and yet
	// does.
	stuck map[int]bool
	// endings are the ends of operations that were told since the open call was
	// made: effects of the call, most of them, so they are judged behind it.
	endings []*trace.Record
	// room is for the outcomes of the call that is judged.
	room []Outcome
}

type openCall struct {
	tid  int
	call wsa.Call
}

// NewChecker returns a Checker at the start of a trace.
func NewChecker(o Options) *Checker {
	if o.MaxStates == 0 {
		o.MaxStates = 1024
	}
	s := State{}
	if o.Policies {
		s = s.AllowPolicies()
	}
	return &Checker{opts: o, states: []State{s}, waiting: make(map[int][]*openCall), count: make(map[rules.ID]int), most: 1, wire: newWire(), stuck: make(map[int]bool)}
}

// Verdict is what is known so far.
func (c *Checker) Verdict() Verdict { return c.verdict }

// States is how many states are possible now, and the most there were.
func (c *Checker) States() (now, most int) { return len(c.states), c.most }

// Untracked tells what is no longer followed, in whichever state it is.
func (c *Checker) Untracked() []string {
	var out []string
	for _, s := range c.states {
		out = addNew(out, s.Untracked()...)
	}
	return out
}

// Rules tells how often each rule justified something that was observed.
func (c *Checker) Rules() map[rules.ID]int {
	m := make(map[rules.ID]int, len(c.count))
	for id, n := range c.count {
		m[id] = n
	}
	return m
}

// Observe judges the next record. It returns nil when the record conforms or
// nothing is known of it. After a violation the checker goes on with what the
// call should have done.
func (c *Checker) Observe(r *trace.Record) *Violation {
	if c.verdict == Unknown {
		return nil
	}
	if !c.opts.Forget {
		c.records = append(c.records, r)
	}
	v := c.observe(r)
	c.index++
	if v != nil {
		c.verdict = Violates
		if !c.opts.Forget {
			v.Prefix = ShortestPrefix(c.records, v, c.opts)
		}
	}
	return v
}

func (c *Checker) observe(r *trace.Record) *Violation {
	switch r.Kind {
	case trace.World:
		if r.Seed != 0 {
			c.whole()
		}
	case trace.PacketSent:
		c.whole()
		return c.sentPacket(r)
	case trace.Host:
		c.wire.hosts[r.Host] = len(c.states[0].world().hosts)
		c.each(func(s State) (State, bool) {
			return s.AddHost(r.Host, addresses(r.Addrs), r.Principals).NameHost(r.Host, r.DNSName), true
		})
	case trace.Name, trace.Lookups:
		c.named(r)
	case trace.LookupEnd:
		return c.lookupEnded(r)
	case trace.Process:
		return c.declare(r, func(s State) (State, bool) { return s.AddProcess(r.Host, r.PID, r.Admin) })
	case trace.Thread:
		return c.declare(r, func(s State) (State, bool) { return s.AddThread(r.PID, r.TID) })
	case trace.ThreadEnd:
		v := c.settle()
		// A call that was waiting when its world ended returns after this.
		c.each(func(s State) (State, bool) { return s.EndThread(r.TID), true })
		return v
	case trace.Fault:
		if r.Host != "" && len(r.Addrs) == 1 {
			c.each(func(s State) (State, bool) { return s.MoveAddress(addresses(r.Addrs)[0], r.Host), true })
		}
		c.each(func(s State) (State, bool) { return s.Disturb(), true })
		if !harmless(r.Note) {
			c.each(func(s State) (State, bool) { return s.Forge(), true })
		}
	case trace.Shortage:
		return c.shortage(r)
	case trace.Policy:
		c.each(func(s State) (State, bool) { return s.AllowPolicies(), true })
	case trace.Advisory, trace.Negotiation:
		if r.Kind == trace.Negotiation {
			c.wire.negotiated(r)
			c.shown(r)
		}
		if _, known := rules.Lookup(rules.ID(r.Rule)); known {
			c.count[rules.ID(r.Rule)]++
		}
	case trace.Completion:
		if v := c.endedProtected(r); v != nil {
			return v
		}
		if c.open != nil {
			c.endings = append(c.endings, r)
			return nil
		}
		return c.ended(r)
	case trace.CallMade:
		v := c.settle()
		if calls := c.waiting[r.TID]; len(calls) > 0 {
			if !nests(calls[len(calls)-1].call) {
				return c.malformed(r, "the thread makes a call before its last one has returned, in which no routine can run")
			}
			c.each(func(s State) (State, bool) { return s.nest(r.TID), true })
		}
		c.open = &openCall{r.TID, r.Call}
		c.waiting[r.TID] = append(c.waiting[r.TID], c.open)
		if v != nil {
			return v
		}
		return c.traffic(r, nil, false)
	case trace.Deadlock:
		v := c.settle()
		c.findStuck()
		return v
	case trace.Returned:
		return c.returned(r)
	}
	return nil
}

// findStuck looks, when every thread waits for ever, for those that wait in calls
// which cannot wait, or not without an end, in any possible state.
func (c *Checker) findStuck() {
	for tid, calls := range c.waiting {
		if len(calls) == 0 {
			continue
		}
		stuck := true
		for _, s := range c.states {
			stuck = stuck && !mayWait(s, tid)
		}
		c.stuck[tid] = stuck
	}
}

// orphan reports whether the socket of the call in which a thread waits was closed:
// its descriptor may be another's since.
func (c *Checker) orphan(tid int) bool {
	return c.all(func(w *world) bool {
		t := w.threads.get(uint64(tid))
		return t != nil && t.pending != nil && (t.orphan || t.stranded)
	})
}

// mayWait reports whether the call that the thread waits in can wait, or may do
// anything.
func mayWait(s State, tid int) bool {
	t := s.world().threads.get(uint64(tid))
	if t == nil || t.pending == nil || t.orphan {
		return true
	}
	if !t.late {
		return !t.ends
	}
	return slices.ContainsFunc(Resume(s, tid), func(o Outcome) bool { return o.Kind == NotModelled || o.Kind == Unspecified || o.Kind == Blocks })
}

// shortage notes what a host or a process lacks. Without a network things get
// lost.
func (c *Checker) shortage(r *trace.Record) *Violation {
	var ids []rules.ID
	for _, text := range r.Lacks {
		id := rules.ID(text)
		if shortageOf(id) == 0 {
			return c.malformed(r, fmt.Sprintf("lacks: %q is not a rule about a shortage", text))
		}
		ids = append(ids, id)
	}
	if slices.Contains(ids, rules.NETDown) {
		c.each(func(s State) (State, bool) { return s.Disturb(), true })
	}
	return c.declare(r, func(s State) (State, bool) { return s.Lack(r.Host, r.PID, ids) })
}

// whole notes that the trace is of a simulated world, of which nothing is left
// out: only those have a seed, and write down their packets.
func (c *Checker) whole() {
	if !c.entire {
		c.entire = true
		c.each(func(s State) (State, bool) { return s.Whole(), true })
	}
}

// named notes what a record says about names. Only a simulated world tells.
func (c *Checker) named(r *trace.Record) {
	c.whole()
	c.each(func(s State) (State, bool) {
		if r.Kind == trace.Lookups {
			return s.DoubtLookups(r.Host, r.Name, r.Err), true
		}
		if a, err := netip.ParseAddr(r.Reverse); err == nil {
			return s.SetReverse(a, r.Name), true
		}
		return s.SetName(r.Name, addresses(r.Addrs), r.Alias), true
	})
}

// harmless reports whether a fault leaves alone what arrives: things are lost,
// late or repeated, and connections end, but nobody changes or invents data. A
// text that is not known here may mean anything.
func harmless(note string) bool {
	for _, start := range [...]string{
		"link ", "partition ", "healed", "a datagram from ", "a packet from ", "data from ", "connection ", "connections between ", "address ",
	} {
		if strings.HasPrefix(note, start) {
			return true
		}
	}
	return false
}

func addresses(list []string) []netip.Addr {
	var out []netip.Addr
	for _, s := range list {
		if a, err := netip.ParseAddr(s); err == nil {
			out = append(out, a)
		}
	}
	return out
}

func (c *Checker) malformed(r *trace.Record, text string) *Violation {
	return &Violation{Index: c.index, Record: r, Text: "not a trace: " + text, malformed: true}
}

func (c *Checker) declare(r *trace.Record, f func(State) (State, bool)) *Violation {
	if !c.each(f) {
		return c.malformed(r, fmt.Sprintf("a %s record before the record of what it belongs to", r.Kind))
	}
	return nil
}

func (c *Checker) each(f func(State) (State, bool)) bool {
	all := true
	for i, s := range c.states {
		next, ok := f(s)
		all = all && ok
		c.states[i] = next
	}
	return all
}

// settle turns the last call into one that waits, since something else
// happened before it returned.
func (c *Checker) settle() *Violation {
	if c.open == nil {
		return nil
	}
	var next []State
	for _, s := range c.states {
		next = append(next, Wait(s, c.open.tid, c.open.call)...)
	}
	c.open = nil
	c.keep(next)
	return c.endAll()
}

// endAll judges the ends of operations that were put off.
func (c *Checker) endAll() *Violation {
	var first *Violation
	for _, r := range c.endings {
		if v := c.ended(r); first == nil {
			first = v
		}
	}
	c.endings = nil
	return first
}

// endedIn gives the states after the end of an operation, and the rules that are
// broken when there are none.
func (c *Checker) endedIn(states []State, r *trace.Record) (next []State, broken []rules.ID) {
	var ids []rules.ID
	for _, s := range states {
		after, why, wrong := s.complete(r)
		next, ids, broken = append(next, after...), addNew(ids, why...), addNew(broken, wrong...)
	}
	for _, id := range ids {
		c.count[id]++
	}
	return next, broken
}

// ended judges the end of an operation in every possible state.
func (c *Checker) ended(r *trace.Record) *Violation {
	next, broken := c.endedIn(c.states, r)
	if len(next) > 0 {
		c.keep(next)
		return nil
	}
	v := &Violation{
		Index: c.index, Record: r, Violated: broken,
		Return: wsa.Return{Err: r.Status.Winsock(), N: int64(r.Transferred), Data: stored(r).Data},
		Text:   "an operation ended that was not in flight",
	}
	for i, s := range c.states {
		call, after := s.concluded(r)
		if call != nil {
			v.Call, v.Text = call, fmt.Sprintf("the operation of %s ended in a way that no possible state allows: %s, %d bytes", call.Op(), r.Status, r.Transferred)
		}
		c.states[i] = after
	}
	return v
}

// waited gives the states after a call that has waited, while operations ended.
func (c *Checker) waited(r *trace.Record, call wsa.Call) (next []State, matched []*Outcome) {
	if len(c.endings) == 0 {
		return nil, nil
	}
	var states []State
	for _, s := range c.states {
		for _, o := range Step(s, r.TID, call) {
			if o.Kind != Blocks {
				continue
			}
			if n, ok := o.Apply(wsa.Return{}); ok {
				states = append(states, n)
			}
		}
	}
	for _, end := range c.endings {
		states, _ = c.endedIn(states, end)
	}
	for _, s := range states {
		outs := Resume(s, r.TID)
		for i := range outs {
			if n, broken := outs[i].apply(r.Return); outs[i].Kind != Blocks && broken == "" {
				next, matched = append(next, n), append(matched, &outs[i])
			}
		}
	}
	return next, matched
}

// untold finds operations of the thread that have succeeded within their call
// without being told.
func (c *Checker) untold(r *trace.Record, call wsa.Call) *Violation {
	if !c.entire {
		return nil
	}
	if r.Return.Err == wsa.WSAEMSGSIZE {
		c.each(func(s State) (State, bool) { return s.forgetCut(r.TID), true })
		return nil
	}
	for _, s := range c.states {
		if !s.world().operates(untold(r.TID, false)) {
			return nil
		}
	}
	c.each(func(s State) (State, bool) { return s.tellAll(r.TID), true })
	return &Violation{
		Index: c.index, Record: r, Call: call, Return: *r.Return, Violated: []rules.ID{rules.OVTold},
		Text: fmt.Sprintf("%s succeeded, and the end of its operation was not told", call.Op()),
	}
}

// keep merges equal states.
func (c *Checker) keep(states []State) {
	if len(states) > 1 {
		seen := make(map[Key]bool, len(states))
		states = slices.DeleteFunc(states, func(s State) bool {
			k := s.Key()
			dup := seen[k]
			seen[k] = true
			return dup
		})
	}
	c.most = max(c.most, len(states))
	if len(states) > c.opts.MaxStates {
		c.verdict = Unknown
		states = states[:c.opts.MaxStates]
	}
	c.states = states
}

// failed judges a return without a result: the world or the DLL ended under the
// call, so nothing is said about it except that it waited.
func (c *Checker) failed(r *trace.Record, call wsa.Call) *Violation {
	var v *Violation
	if c.stuck[r.TID] {
		v = c.waitsForEver(r, call)
	}
	delete(c.stuck, r.TID)
	c.abandon(r.TID)
	if later := c.endAll(); v == nil {
		v = later
	}
	return v
}

// returned judges a return in every possible state.
func (c *Checker) returned(r *trace.Record) *Violation {
	calls := c.waiting[r.TID]
	if len(calls) == 0 {
		return c.malformed(r, "a return without a call of the thread")
	}
	last := len(calls) - 1
	call := calls[last]
	c.waiting[r.TID] = calls[:last]
	if last > 0 {
		defer c.each(func(s State) (State, bool) { return s.unnest(r.TID), true })
	}
	immediate := c.open == call
	if immediate {
		c.open = nil
	} else if v := c.settle(); v != nil {
		c.abandon(r.TID)
		return v
	}
	if r.Return.Failure != "" {
		return c.failed(r, call.call)
	}
	orphan := c.orphan(r.TID)
	var next, later []State
	var matched, how []*Outcome
	if immediate {
		later, how = c.waited(r, call.call)
	}
	judged := make([][]Outcome, len(c.states))
	if c.room == nil {
		c.room = make([]Outcome, 4*usualOutcomes)
	}
	room := c.room
	for i, s := range c.states {
		outs := outcomes(s, r.TID, call.call, immediate, room)
		judged[i] = outs
		room = room[min(len(outs), len(room)):]
		for j := range outs {
			if outs[j].Kind == Blocks {
				continue
			}
			if n, broken := outs[j].apply(r.Return); broken == "" {
				next = append(next, n)
				matched = append(matched, &outs[j])
			}
		}
	}
	if len(next) == 0 && len(later) == 0 {
		c.room = nil // what is reported keeps it
		return c.notAllowed(r, call.call, judged)
	}
	c.credit(append(matched, how...), r.Return)
	if len(later) > 0 {
		for _, end := range c.endings {
			next, _ = c.endedIn(next, end)
		}
		c.endings = nil
	}
	c.keep(append(next, later...))
	if v := c.endAll(); v != nil {
		return v
	}
	if v := c.untold(r, call.call); v != nil {
		return v
	}
	return c.traffic(r, call.call, orphan)
}

// notAllowed is the violation of a return that no possible state allows.
func (c *Checker) notAllowed(r *trace.Record, call wsa.Call, judged [][]Outcome) *Violation {
	var next []State
	v := c.violation(r, call, judged)
	for i, s := range c.states {
		next = append(next, recovered(s, r, judged[i]))
	}
	c.keep(next)
	c.endAll()
	return v
}

// waitsForEver is the violation of a call that waits and must not.
func (c *Checker) waitsForEver(r *trace.Record, call wsa.Call) *Violation {
	v := &Violation{Index: c.index, Record: r, Call: call, Return: *r.Return, Text: call.Op() + " waits for ever, which no possible state allows"}
	for _, s := range c.states {
		for _, o := range Resume(s, r.TID) {
			if o.Possible() {
				v.Allowed = addNew(v.Allowed, describe(&o))
				v.Violated = addNew(v.Violated, o.Rules...)
			}
		}
	}
	return v
}

// outcomes are all the ways in which a call may end: at once, or after it has
// waited. There is room for some of them.
func outcomes(s State, tid int, call wsa.Call, immediate bool, room []Outcome) []Outcome {
	if !immediate {
		return Resume(s, tid)
	}
	outs := step(s, tid, call, room)
	for _, o := range outs {
		if o.Kind != Blocks {
			continue
		}
		if waits, ok := o.Apply(wsa.Return{}); ok {
			outs = append(outs, Resume(waits, tid)...)
		}
	}
	return outs
}

// credit counts the rules that justified what was observed, each once.
func (c *Checker) credit(matched []*Outcome, ret *wsa.Return) {
	var seen []rules.ID
	for _, o := range matched {
		for _, id := range o.justify(ret) {
			if !slices.Contains(seen, id) {
				seen = append(seen, id)
				c.count[id]++
			}
		}
	}
}

// justify is the rules of the outcome that fit the error: an outcome may stand
// for several rules with an error each.
func (o *Outcome) justify(ret *wsa.Return) []rules.ID {
	if o.Kind != Failure || len(o.Rules) == 1 {
		return o.Rules
	}
	var out []rules.ID
	for _, id := range o.Rules {
		errs := refs[id].errs
		if len(errs) == 0 || slices.Contains(errs, ret.Err) {
			out = append(out, id)
		}
	}
	return out
}

// abandon forgets that the thread waits.
func (c *Checker) abandon(tid int) {
	c.each(func(s State) (State, bool) {
		o := Outcome{Kind: Unspecified, before: s.world(), tid: tid, effect: forgetError(tid)}
		return o.Apply(wsa.Return{})
	})
}

// recovered is the state in which checking goes on after a violation: as if
// the call had done what it should.
func recovered(s State, r *trace.Record, outs []Outcome) State {
	if r.Return.Err == 0 {
		for _, o := range outs {
			if o.Kind != Success {
				continue
			}
			example := o.Example()
			if r.Return.Socket != 0 {
				example.Socket = r.Return.Socket
			}
			if next, ok := o.Apply(example); ok {
				return next
			}
		}
	}
	o := Outcome{Kind: Unspecified, before: s.world(), tid: r.TID}
	next, _ := o.Apply(*r.Return)
	return next
}

func (c *Checker) violation(r *trace.Record, call wsa.Call, judged [][]Outcome) *Violation {
	v := &Violation{Index: c.index, Record: r, Call: call, Return: *r.Return}
	var certain, broken, success []rules.ID
	for _, outs := range judged {
		for i := range outs {
			o := &outs[i]
			if o.Kind != Blocks && o.Possible() {
				v.Allowed = addNew(v.Allowed, describe(o))
			}
			if _, why := o.apply(r.Return); o.Kind != Blocks && why != "" && why != mismatch {
				broken = addNew(broken, why)
			}
			switch {
			case o.certain:
				certain = addNew(certain, o.Rules...)
			case o.Kind == Success:
				success = addNew(success, o.Rules...)
			}
		}
	}
	switch {
	case len(broken) > 0:
		v.Violated = broken
	case len(certain) > 0:
		v.Violated = certain
	default:
		v.Violated = success
	}
	v.Text = headline(call, r.Return, broken)
	return v
}

func addNew[T comparable](list []T, more ...T) []T {
	for _, e := range more {
		if !slices.Contains(list, e) {
			list = append(list, e)
		}
	}
	return list
}

// describe is an outcome with the condition and first source of its rules.
func describe(o *Outcome) string {
	text := o.String()
	for _, id := range o.Rules {
		if r, ok := rules.Lookup(id); ok && len(o.Rules) == 1 {
			text += fmt.Sprintf(": %s [%s]", r.Condition, r.Sources[0])
		}
	}
	return text
}

func headline(call wsa.Call, ret *wsa.Return, broken []rules.ID) string {
	switch {
	case len(broken) > 0:
		return fmt.Sprintf("%s returned values that no possible state allows", call.Op())
	case ret.Err == 0:
		return fmt.Sprintf("%s succeeded, which no possible state allows", call.Op())
	}
	return fmt.Sprintf("%s failed with %s, which no possible state allows", call.Op(), ret.Err.String())
}

// Report is what CheckTrace found.
type Report struct {
	Verdict    Verdict          // Violates when there is a violation
	Records    int              // of the trace
	Calls      int              // that returned and were judged
	MostStates int              // how many states were possible at once
	Violations []*Violation     // in the order of the trace
	Rules      map[rules.ID]int // how often each rule was at work
	// Untracked tells of what was no longer followed at the end, so that
	// anything conformed: see State.Untracked.
	Untracked []string
}

// CheckTrace judges a whole trace. The error is about the trace itself: a
// *trace.SyntaxError, which names the line.
func CheckTrace(r io.Reader, o Options) (*Report, error) {
	c := NewChecker(o)
	rep := &Report{}
	var bad error
	trace.Read(r)(func(line int, rec *trace.Record, err error) bool {
		if err != nil {
			bad = err
			return false
		}
		rep.Records++
		if rec.Kind == trace.CallMade {
			rep.Calls++
		}
		v := c.Observe(rec)
		if v != nil && v.malformed {
			bad = &trace.SyntaxError{Line: line, Err: fmt.Errorf("kind: %s", v.Text)}
			return false
		}
		if v != nil {
			rep.Violations = append(rep.Violations, v)
		}
		return true
	})
	rep.Verdict, rep.Rules, rep.Untracked = c.Verdict(), c.Rules(), c.Untracked()
	_, rep.MostStates = c.States()
	return rep, bad
}
