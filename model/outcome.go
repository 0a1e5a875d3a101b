package model

import (
	"fmt"
	"slices"
	"strings"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// Kind is the kind of an outcome.
type Kind uint8

// The kinds of outcomes.
const (
	// Success: the call returns at once, or a waiting call ends, without error.
	Success Kind = iota
	// Failure: it ends with one of Errors, or with any error when there are none.
	Failure
	// Pending: it returns WSA_IO_PENDING and completes later.
	Pending
	// Blocks: it waits; Resume says how it may end.
	Blocks
	// Unspecified: no source says what happens, so everything conforms.
	Unspecified
	// NotModelled: sources say, but this specification does not cover it yet.
	NotModelled
)

var kindNames = [...]string{"success", "failure", "pending", "blocks", "unspecified", "not modelled"}

// String is the kind in lower case.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "unknown kind"
}

// Kinds lists every kind.
func Kinds() []Kind { return []Kind{Success, Failure, Pending, Blocks, Unspecified, NotModelled} }

// Outcome is one way in which a call may go, with the rules that justify it.
type Outcome struct {
	Kind   Kind
	Rules  []rules.ID
	Errors []wsa.Errno // Failure: the codes; none: any
	Text   string      // for Unspecified and NotModelled, and details for readers

	before  *world
	tid     int
	certain bool // a Failure that excludes success
	quiet   bool // the call leaves the last error to effect
	effect  effect
	example func(*world) wsa.Return
	// none reports whether no return can satisfy the outcome: it is there to
	// say which rule a wrong one breaks. Nil: some can.
	none func(*world) bool
}

// effect judges what a call returned and gives the state after it, in a world
// that the caller has made for it to change. It returns the rule that the
// values break, or "" when they conform.
type effect func(n *world, ret *wsa.Return) rules.ID

// matches reports whether ret is of the outcome's kind, values aside.
func (o *Outcome) matches(ret *wsa.Return) bool {
	switch o.Kind {
	case Success:
		return ret.Err == 0
	case Failure:
		if ret.Err == 0 || ret.Err == wsa.WSA_IO_PENDING {
			return false
		}
		return len(o.Errors) == 0 || slices.Contains(o.Errors, ret.Err)
	case Pending:
		return ret.Err == wsa.WSA_IO_PENDING
	case Unspecified, NotModelled:
		return true
	}
	return false
}

// Apply judges what a call actually returned. It gives the state after it and
// reports whether the outcome allows it. For Blocks the return is ignored and
// the state is the one in which the call waits.
func (o Outcome) Apply(ret wsa.Return) (State, bool) {
	s, broken := o.apply(&ret)
	return s, broken == ""
}

// mismatch is what apply returns when not even the kind is right.
const mismatch rules.ID = "-"

func (o *Outcome) apply(ret *wsa.Return) (State, rules.ID) {
	if o.Kind == Blocks {
		n := o.before.edit()
		o.effect(n, ret)
		return State{n}, ""
	}
	if !o.matches(ret) {
		return State{}, mismatch
	}
	n := o.before.edit()
	t := n.threads.get(uint64(o.tid))
	if t == nil {
		return State{n}, ""
	}
	// The thread first: effects may change it again.
	after := *t
	after.frame = frame{outer: t.outer}
	if !o.quiet {
		if ret.Err != 0 {
			after.lastErr, after.errKnown, after.errMaybeZero = ret.Err, true, false
		} else {
			after.errMaybeZero = after.errKnown && after.lastErr != 0
		}
	}
	if !sameThread(&after, t) {
		n.setThread(&after)
	}
	if o.effect != nil {
		if broken := o.effect(n, ret); broken != "" {
			return State{}, broken
		}
	}
	return State{n}, ""
}

func sameThread(a, b *thread) bool {
	return a.pending == nil && b.pending == nil && a.lastErr == b.lastErr &&
		a.errKnown == b.errKnown && a.errMaybeZero == b.errMaybeZero && a.impersonating == b.impersonating
}

// Possible reports whether some return can satisfy the outcome now. One for
// which there is none, such as receiving when nothing was sent, tells which
// rules a return would break.
func (o Outcome) Possible() bool { return o.none == nil || !o.none(o.before) }

// Example is a return that the outcome allows, with canonical choices: the
// lowest free descriptor, the first port. Exploration walks with it. It means
// something only of an outcome that is Possible.
func (o Outcome) Example() wsa.Return {
	var r wsa.Return
	if o.example != nil {
		r = o.example(o.before)
	}
	switch o.Kind {
	case Failure:
		r.Err = wsa.WSAEINVAL
		if len(o.Errors) > 0 {
			r.Err = o.Errors[0]
		}
	case Pending:
		r.Err = wsa.WSA_IO_PENDING
	}
	return r
}

// String describes the outcome: "WSAEISCONN (SSS-CONN)".
func (o Outcome) String() string {
	ids := make([]string, len(o.Rules))
	for i, id := range o.Rules {
		ids[i] = string(id)
	}
	why := strings.Join(ids, ", ")
	if o.Text != "" {
		why = strings.TrimPrefix(why+"; "+o.Text, "; ")
	}
	what := o.Kind.String()
	if o.Kind == Failure {
		what = "any failure"
		if len(o.Errors) > 0 {
			names := make([]string, len(o.Errors))
			for i, e := range o.Errors {
				names[i] = e.String()
			}
			what = strings.Join(names, " or ")
		}
	}
	return fmt.Sprintf("%s (%s)", what, why)
}

// ruleRef is a rule's identifier and errors as slices that outcomes share, so
// that a step allocates neither.
type ruleRef struct {
	ids  []rules.ID
	errs []wsa.Errno
}

var refs = func() map[rules.ID]*ruleRef {
	m := make(map[rules.ID]*ruleRef)
	for _, r := range rules.All() {
		m[r.ID] = &ruleRef{[]rules.ID{r.ID}, r.Errors}
	}
	return m
}()

// verdict collects what the checks of one call say. Checks are joined in
// parallel: each may add a failure, and success is left only when no check
// that holds for certain did. An order among checks is written by asking for
// failed between them.
type verdict struct {
	w      *world
	tid    int
	t      *thread
	p      *process
	s      *socket
	h      wsa.SOCKET
	call   wsa.Call
	resume bool // the call has waited
	failed bool
	// group and said are what WSASocket is given as group and as protocol.
	group uint32
	said  int32
	out   []Outcome
}

func (v *verdict) add(o Outcome) {
	o.before, o.tid = v.w, v.tid
	v.out = append(v.out, o)
}

// must records a check that holds: the call fails, with the rule's errors or
// with the given ones.
func (v *verdict) must(id rules.ID, errs ...wsa.Errno) {
	v.may(id, errs...)
	v.certain()
}

// certain makes the last failure one that excludes success.
func (v *verdict) certain() {
	v.failed = true
	v.out[len(v.out)-1].certain = true
}

// may records a failure that is allowed beside others and beside success.
func (v *verdict) may(id rules.ID, errs ...wsa.Errno) {
	ref := refs[id]
	if len(errs) == 0 {
		errs = ref.errs
	}
	v.add(Outcome{Kind: Failure, Rules: ref.ids, Errors: errs})
}

// mayAny is may with any error, whatever the rule lists.
func (v *verdict) mayAny(id rules.ID) {
	v.add(Outcome{Kind: Failure, Rules: refs[id].ids})
}

// mustAny is must with any error.
func (v *verdict) mustAny(id rules.ID) {
	v.mayAny(id)
	v.certain()
}

// mayThen is may with an effect on the socket.
func (v *verdict) mayThen(id rules.ID, e effect, errs ...wsa.Errno) {
	v.may(id, errs...)
	v.out[len(v.out)-1].effect = e
}

// fails records a check by its certainty: yes is must, maybe is may.
func (v *verdict) fails(certain tri, id rules.ID, errs ...wsa.Errno) {
	switch certain {
	case yes:
		v.must(id, errs...)
	case maybe:
		v.may(id, errs...)
	}
}

// succeed records success, unless a check failed.
func (v *verdict) succeed(e effect, example func(*world) wsa.Return, ids ...rules.ID) {
	if v.failed {
		return
	}
	v.add(Outcome{Kind: Success, Rules: ids, effect: e, example: example})
}

// pend records that an overlapped operation may be started.
func (v *verdict) pend(id rules.ID, e effect) {
	if v.failed {
		return
	}
	v.add(Outcome{Kind: Pending, Rules: refs[id].ids, effect: e})
}

// block records that the call may wait; e is what it has done before.
func (v *verdict) block(id rules.ID, e effect) {
	if v.failed || v.resume {
		return
	}
	call, tid, on, ends := v.call, v.tid, uint64(0), timed(v.call, v.s)
	if v.s != nil {
		on = v.s.place
	}
	v.add(Outcome{Kind: Blocks, Rules: refs[id].ids, effect: func(n *world, ret *wsa.Return) rules.ID {
		t := *n.threads.get(uint64(tid))
		t.frame = waitingIn(call, t.outer)
		t.on, t.ends = on, ends
		n.setThread(&t)
		if e != nil {
			return e(n, ret)
		}
		return ""
	}})
}

// open records that everything conforms.
func (v *verdict) open(k Kind, id rules.ID, text string) {
	v.add(Outcome{Kind: k, Rules: refs[id].ids, Text: text})
}

// change is an effect that edits the call's socket and takes any values.
func (v *verdict) change(edit func(*socket)) effect {
	k := v.s.place
	return func(n *world, _ *wsa.Return) rules.ID {
		n.editSocket(k, edit)
		return ""
	}
}

// editSocket changes a copy of the socket, if it is still there.
func (w *world) editSocket(k uint64, edit func(*socket)) {
	old := w.sockets.get(k)
	if old == nil {
		return
	}
	x := *old
	edit(&x)
	w.setSocket(&x)
}
