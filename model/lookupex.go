package model

import (
	"slices"

	"wsasim/model/rules"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// Overlapped lookups. A trace tells of the end of one by a record of its own,
// which is judged as the return of the call would be.

// lookup is an overlapped GetAddrInfoEx: one that goes on, or the last that was
// started with its structure.
type lookup struct {
	pid, tid int
	call     wsa.GetAddrInfoExCall
	handle   wsa.HANDLE
	ended    bool
	err      wsa.Errno // how it ended
	// cancelled: a GetAddrInfoExCancel that has not returned has ended it.
	cancelled bool
	// unclear: its structure was used again while it went on, so that what ends
	// may be either; earlier are the handles of those that may go on beside it.
	unclear bool
	earlier []wsa.HANDLE
}

func (x *lookup) encode(b []byte) []byte {
	args, err := wsa.MarshalCall(x.call)
	if err != nil {
		panic("model: a call does not encode: " + err.Error())
	}
	b = put(append(b, 'L'), uint64(x.pid), uint64(x.tid), uint64(x.handle), uint64(x.err))
	for _, h := range x.earlier {
		b = put(append(b, 'h'), uint64(h))
	}
	return putString(append(b, flag(x.ended), flag(x.cancelled), flag(x.unclear)), string(args))
}

func lookupKey(pid int, id wsa.OverlappedID) uint64 { return sockKey(pid, uint64(id)) }

func (w *world) setLookup(x *lookup) {
	putEntry(&w.key, &w.lookups, lookupKey(x.pid, x.call.Overlapped), x)
}

// editLookup changes a copy of a lookup.
func (w *world) editLookup(k uint64, edit func(*lookup)) {
	x := *w.lookups.get(k)
	edit(&x)
	w.setLookup(&x)
}

// requestOf is what a GetAddrInfoEx asks.
func requestOf(c *wsa.GetAddrInfoExCall) request {
	r := request{node: c.Name, service: c.ServiceName, ex: true}
	if c.Hints != nil {
		r.hints = c.Hints.AddrInfo
	}
	return r
}

// getAddrInfoEx judges GetAddrInfoEx.
func (v *verdict) getAddrInfoEx(c wsa.GetAddrInfoExCall) {
	if v.unstarted() {
		return
	}
	r := requestOf(&c)
	v.checkRequest(&r)
	v.checkNamespace(&c)
	if c.NullResult {
		v.must(rules.GAIResult)
	}
	if c.Overlapped != 0 {
		v.checkTelling(&c)
	}
	switch {
	case v.failed:
	case c.Overlapped != 0:
		v.beginLookup(c)
	default:
		v.lookupAnswers(&c, &r)
	}
	v.memory()
}

// lookupAnswers adds what may come of the lookup.
func (v *verdict) lookupAnswers(c *wsa.GetAddrInfoExCall, r *request) {
	if c.Timeout != nil {
		v.may(rules.GAITimeout)
	}
	v.answers(r)
}

// checkNamespace judges the namespace and its provider. Which are installed is
// known of simulated worlds only, which have NS_DNS.
func (v *verdict) checkNamespace(c *wsa.GetAddrInfoExCall) {
	known := truthOrMaybe(v.w.namesKnown())
	switch c.NameSpace {
	case wsa.NS_ALL, wsa.NS_DNS:
		if c.NspID != nil {
			v.may(rules.GAINamespace)
		}
	case wsa.NS_PNRPNAME, wsa.NS_PNRPCLOUD:
		v.fails(known, rules.GAIPeer)
	default:
		v.fails(known, rules.GAINamespace)
	}
}

// checkTelling judges how the end of an overlapped lookup is to be told.
func (v *verdict) checkTelling(c *wsa.GetAddrInfoExCall) {
	switch {
	case c.Routine && c.Event != 0:
		v.must(rules.GAITell)
	case !c.Routine && c.Event == 0:
		v.may(rules.GAITell)
	case !c.Routine && v.w.events.get(sockKey(v.p.pid, uint64(c.Event))) == nil:
		v.may(rules.GAITell)
	}
}

// beginLookup adds the start of an overlapped lookup.
func (v *verdict) beginLookup(c wsa.GetAddrInfoExCall) {
	pid, tid := v.p.pid, v.tid
	v.pend(rules.GAIPending, func(n *world, ret *wsa.Return) rules.ID {
		if len(ret.AddrInfo) > 0 {
			return rules.GAIPending
		}
		if n.results.get(resultKey(pid, c.Overlapped)) != nil {
			n.loseResult(pid, c.Overlapped) // it was an operation's, and is the lookup's now
		}
		old := n.lookups.get(lookupKey(pid, c.Overlapped))
		x := lookup{pid: pid, tid: tid, call: c, handle: ret.Handle}
		if old != nil && (!old.ended || old.unclear) {
			x.unclear, x.earlier = true, slices.Concat(old.earlier, []wsa.HANDLE{old.handle})
		}
		n.setLookup(&x)
		return ""
	})
	if v.failed {
		return
	}
	v.out[len(v.out)-1].example = func(*world) wsa.Return {
		var r wsa.Return
		if c.NameHandle {
			r.Handle = 0x1000 + wsa.HANDLE(c.Overlapped)
		}
		return r
	}
}

// lookupEnds gives the ways in which a lookup that goes on may end now.
func (s State) lookupEnds(k uint64) []Outcome {
	w := s.world()
	x := w.lookups.get(k)
	t := w.threads.get(uint64(x.tid))
	if t == nil {
		t = &thread{tid: x.tid, pid: x.pid}
	}
	v := verdict{w: w, tid: x.tid, t: t, p: w.procs.get(uint64(x.pid)), call: x.call, resume: true}
	r := requestOf(&x.call)
	v.lookupAnswers(&x.call, &r)
	v.memory()
	return v.out
}

// endLookup is the state in which a lookup has ended, and the rules that justify
// it; none if no outcome allows it.
func (s State) endLookup(k uint64, outs []Outcome, ret *wsa.Return) (State, []rules.ID, rules.ID) {
	broken := mismatch
	for i := range outs {
		o := &outs[i]
		if o.Kind == Blocks || !o.matches(ret) {
			continue
		}
		if o.effect != nil {
			if why := o.effect(s.world().edit(), ret); why != "" {
				broken = why
				continue
			}
		}
		return s.ended(k, ret.Err, false), o.justify(ret), ""
	}
	return s, nil, broken
}

// ended notes how a lookup has ended.
func (s State) ended(k uint64, err wsa.Errno, cancelled bool) State {
	n := s.world().edit()
	n.editLookup(k, func(x *lookup) { x.ended, x.err, x.cancelled = true, err, cancelled })
	x := n.lookups.get(k)
	n.overwritten(x.pid, x.call.Overlapped)
	return State{n}
}

// overwritten is told that a lookup has ended: what its structure says of an operation
// that has it too is the lookup's.
func (w *world) overwritten(pid int, id wsa.OverlappedID) {
	if w.results.get(resultKey(pid, id)) != nil {
		w.loseResult(pid, id)
	}
}

// lookupEnded judges the record of the end of a lookup.
func (c *Checker) lookupEnded(r *trace.Record) *Violation {
	ret := wsa.Return{Err: r.Err, AddrInfo: r.AddrInfo}
	var next []State
	var call wsa.Call
	var credited []rules.ID
	var judged [][]Outcome
	why := mismatch
	for _, s := range c.states {
		k := lookupKey(r.PID, r.Overlapped)
		x := s.world().lookups.get(k)
		switch {
		case x == nil || x.ended || x.unclear:
			next = append(next, s.blur(r.PID, r.Overlapped))
			continue
		case r.Err == wsa.WSA_E_CANCELLED && c.cancels(x):
			next, credited = append(next, s.ended(k, r.Err, true)), addNew(credited, rules.GAICancelled)
			continue
		}
		call = x.call
		outs := s.lookupEnds(k)
		judged = append(judged, outs)
		to, ids, broken := s.endLookup(k, outs, &ret)
		if broken == "" {
			next, credited = append(next, to), addNew(credited, ids...)
		} else if broken != mismatch || why == mismatch {
			why = broken
		}
	}
	for _, id := range credited {
		c.count[id]++
	}
	if len(next) > 0 {
		c.keep(next)
		return nil
	}
	v := c.violation(&trace.Record{Kind: r.Kind, TID: r.TID, Return: &ret}, call, judged)
	v.Record = r
	if why != mismatch {
		v.Violated = []rules.ID{why}
	}
	v.Text = "the lookup that GetAddrInfoEx began ended as no possible state allows"
	for i, s := range c.states {
		c.states[i] = s.ended(lookupKey(r.PID, r.Overlapped), r.Err, false)
	}
	return v
}

// blur is the state after a lookup of the process has ended of which nothing is
// known: which of those that go on it was is open. Traces of calls that travel as
// values do not tell structures apart.
func (s State) blur(pid int, id wsa.OverlappedID) State {
	n := s.world().edit()
	n.overwritten(pid, id)
	for _, k := range s.endsOfLookups() {
		if n.lookups.get(k).pid == pid {
			n.editLookup(k, func(x *lookup) { x.unclear = true })
		}
	}
	return State{n}
}

// cancels reports whether a call that has not returned cancels the lookup.
func (c *Checker) cancels(x *lookup) bool {
	for _, calls := range c.waiting {
		for _, o := range calls {
			if cancel, ok := o.call.(wsa.GetAddrInfoExCancelCall); ok && cancel.Handle != nil && *cancel.Handle == x.handle {
				return true
			}
		}
	}
	return false
}

// cancelLookup judges GetAddrInfoExCancel.
func (v *verdict) cancelLookup(c wsa.GetAddrInfoExCancelCall) {
	if v.unstarted() {
		return
	}
	k, x := v.lookupOf(c.Handle)
	switch {
	case v.mayGoOn(c.Handle):
		v.may(rules.GAICancelhandle)
		v.succeed(nil, nil, rules.GAICancelled)
	case x == nil || x.ended && !x.cancelled:
		v.fails(truthOrMaybe(v.w.namesKnown() || c.Handle == nil), rules.GAICancelhandle)
		if !v.failed {
			v.open(Unspecified, rules.GAICancelhandle, "the lookup may have been started by a call which is not in the trace")
		}
	default:
		if !v.w.namesKnown() || x.unclear {
			v.may(rules.GAICancelhandle) // it may have ended
		}
		v.succeed(func(n *world, _ *wsa.Return) rules.ID {
			n.editLookup(k, func(x *lookup) { x.ended, x.err, x.cancelled = true, wsa.WSA_E_CANCELLED, false })
			return ""
		}, nil, rules.GAICancelled)
	}
	v.memory()
}

// lookupOf finds the lookup of the process with a handle.
func (v *verdict) lookupOf(h *wsa.HANDLE) (uint64, *lookup) {
	if h == nil || *h == 0 {
		return 0, nil
	}
	for k, x := range v.w.lookups.all {
		if x.pid == v.p.pid && x.handle == *h && (!x.ended || x.cancelled) {
			return k, x
		}
	}
	return 0, nil
}

// mayGoOn reports whether the handle is that of a lookup whose structure another has
// taken.
func (v *verdict) mayGoOn(h *wsa.HANDLE) bool {
	if h == nil || *h == 0 {
		return false
	}
	for _, x := range v.w.lookups.all {
		if x.pid == v.p.pid && slices.Contains(x.earlier, *h) {
			return true
		}
	}
	return false
}

// lookupResult judges GetAddrInfoExOverlappedResult. Whether it sets the last
// error is not said.
func (v *verdict) lookupResult(c wsa.GetAddrInfoExOverlappedResultCall) {
	if v.unstarted() {
		return
	}
	x := v.w.lookups.get(lookupKey(v.p.pid, c.Overlapped))
	switch {
	case c.Overlapped == 0:
		v.must(rules.GAIResultnull)
	case x == nil, x.unclear:
		v.open(Unspecified, rules.GAIOutcome, "the structure is not that of a lookup in the trace")
	case !x.ended && v.w.namesKnown():
		v.must(rules.GAIInprogress)
	case !x.ended:
		v.may(rules.GAIInprogress)
		v.open(Unspecified, rules.GAIOutcome, "the lookup may have ended, in any way")
	case x.err != 0:
		id := rules.GAIOutcome
		if x.err == wsa.WSA_E_CANCELLED {
			id = rules.GAICancelled
		}
		v.must(id, x.err)
	default:
		v.succeed(nil, nil, rules.GAIOutcome)
	}
	v.forgetsError()
}

// forgetsError makes the last error unknown after the call.
func (v *verdict) forgetsError() {
	tid := v.tid
	v.also(func(n *world) { forgetError(tid)(n, nil) })
}

// endsOfLookups gives, for exploration, the lookups that go on.
func (s State) endsOfLookups() []uint64 {
	var keys []uint64
	for k, x := range s.world().lookups.all {
		if !x.ended {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return keys
}
