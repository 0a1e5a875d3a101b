package model

import (
	"slices"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// watched is one handle that a select or WSAPoll looks at.
type watched struct {
	handle wsa.SOCKET
	asked  uint16 // the flags that it is asked for, or the sets that it is in
	views  []view
}

// watch is the handle with what may be said of it now.
func (v *verdict) watch(h wsa.SOCKET, asked uint16) watched {
	x := v.w.socketAt(v.p.pid, uint64(h))
	switch {
	case v.resume && slices.Contains(v.t.gone, h):
		// Closed during the wait (observed SL6, PO15).
		return watched{h, asked, []view{{must: inRead | wsa.POLLNVAL, may: inExcept}}}
	case x == nil:
		return watched{h, asked, []view{{must: wsa.POLLNVAL}}}
	}
	return watched{h, asked, v.w.views(x)}
}

// ready tells whether the handle has something to report.
func (h *watched) ready() tri {
	sure, never := true, true
	for i := range h.views {
		sure = sure && h.views[i].must&h.asked != 0
		never = never && (h.views[i].must|h.views[i].may)&h.asked == 0
	}
	switch {
	case sure:
		return yes
	case never:
		return no
	}
	return maybe
}

// anyReady tells whether one of the handles has something to report.
func anyReady(list []watched) tri {
	states := make([]tri, len(list))
	for i := range list {
		states[i] = list[i].ready()
	}
	return satisfied(states, false)
}

// judge compares what was reported with what may be, and learns from it when
// only one view is left.
func (h *watched) judge(n *world, got uint16) rules.ID {
	var left *view
	for i := range h.views {
		if !h.views[i].allows(got, h.asked) {
			continue
		}
		if left != nil {
			return ""
		}
		left = &h.views[i]
	}
	if left == nil {
		return h.views[0].looksWrong(got, h.asked)
	}
	// Something that waits is learnt only where a flag says so.
	if left.learn != nil && (got&left.data != 0 || left.changes) {
		left.learn(n)
	}
	return ""
}

// example is a report: with something to report if that is wanted and possible.
func (h *watched) example(ready bool) uint16 {
	for i := range h.views {
		all := (h.views[i].must | h.views[i].may) & h.asked
		if ready && all != 0 {
			return all
		}
		if !ready && h.views[i].must&h.asked == 0 {
			return 0
		}
	}
	return h.views[0].must & h.asked
}

// reportRules names the rules of what the handles may report.
func (v *verdict) reportRules(list []watched, flags ...uint16) []rules.ID {
	var seen uint16
	for i := range list {
		for _, v := range list[i].views {
			seen |= (v.must | v.may) & list[i].asked
		}
	}
	out := make([]rules.ID, 0, len(flags)+2)
	if v.w.undisturbed() {
		out = append(out, rules.NETPrompt)
	}
	for _, f := range flags {
		if seen&f != 0 {
			out = append(out, lookRules[f])
		}
	}
	return out
}

// selectSockets judges select.
func (v *verdict) selectSockets(c wsa.SelectCall) {
	if !v.resume && v.p.startups == 0 {
		v.must(rules.GENStartup)
		v.environment()
		return
	}
	v.selectArguments(c)
	v.lacking(rules.RESSelect)
	if !v.failed {
		v.selectGoes(c)
	}
	v.environment()
}

func (v *verdict) selectArguments(c wsa.SelectCall) {
	if len(c.Readfds)+len(c.Writefds)+len(c.Exceptfds) == 0 {
		v.must(rules.SELECTEmpty)
	}
	if t := c.Timeout; t != nil {
		switch {
		case t.Sec < 0 || t.Usec < 0:
			v.must(rules.SELECTEmpty)
		case t.Usec >= 1_000_000:
			v.may(rules.SELECTEmpty)
		}
	}
	if v.resume {
		return
	}
	for _, set := range [...]wsa.FDSet{c.Readfds, c.Writefds, c.Exceptfds} {
		for _, h := range set {
			if v.w.socketAt(v.p.pid, uint64(h)) == nil {
				v.mayThen(rules.SELECTNotsock, func(_ *world, ret *wsa.Return) rules.ID { return untouched(c, ret) })
				v.certain()
				return
			}
		}
	}
}

// untouched judges the sets after a failure (observed SL5).
func untouched(c wsa.SelectCall, ret *wsa.Return) rules.ID {
	for i, set := range [...]wsa.FDSet{c.Readfds, c.Writefds, c.Exceptfds} {
		if i < len(ret.Sets) && !slices.Equal(ret.Sets[i], set) {
			return rules.SELECTNotsock
		}
	}
	return ""
}

func (v *verdict) selectGoes(c wsa.SelectCall) {
	list := v.selected(c)
	over := anyReady(list)
	atOnce := c.Timeout != nil && c.Timeout.Sec == 0 && c.Timeout.Usec == 0
	v.succeed(func(n *world, ret *wsa.Return) rules.ID {
		if ret.N == 0 {
			return mismatch
		}
		return n.judgeSets(c, list, ret)
	}, func(*world) wsa.Return { return setsReturn(c, list, true) }, append(v.reportRules(list, inRead, inWrite, inExcept), rules.SELECTCount)...)
	if over == no {
		v.out[len(v.out)-1].none = func(*world) bool { return true }
	}
	if c.Timeout != nil && (over != yes || v.resume) {
		v.succeed(func(n *world, ret *wsa.Return) rules.ID {
			if ret.N != 0 {
				return mismatch
			}
			if v.resume {
				return emptied(ret)
			}
			return n.judgeSets(c, list, ret)
		}, func(*world) wsa.Return { return setsReturn(c, list, false) }, rules.SELECTTimeout)
	}
	if over != yes && !atOnce {
		v.block(rules.SELECTBlocks, nil)
	}
}

// emptied judges the sets after a timeout (observed SL1).
func emptied(ret *wsa.Return) rules.ID {
	for _, set := range ret.Sets {
		if len(set) > 0 {
			return rules.SELECTTimeout
		}
	}
	return ""
}

// selected lists the handles of the sets, each once.
func (v *verdict) selected(c wsa.SelectCall) []watched {
	var order []wsa.SOCKET
	asked := make(map[wsa.SOCKET]uint16)
	for i, set := range [...]wsa.FDSet{c.Readfds, c.Writefds, c.Exceptfds} {
		for _, h := range set {
			if asked[h] == 0 {
				order = append(order, h)
			}
			asked[h] |= inRead << i
		}
	}
	list := make([]watched, len(order))
	for i, h := range order {
		list[i] = v.watch(h, asked[h])
	}
	return list
}

// judgeSets judges the sets and the number that select gave.
func (w *world) judgeSets(c wsa.SelectCall, list []watched, ret *wsa.Return) rules.ID {
	in := [...]wsa.FDSet{c.Readfds, c.Writefds, c.Exceptfds}
	if len(ret.Sets) != len(in) {
		return rules.SELECTCount
	}
	total := 0
	for i, set := range ret.Sets {
		if i == 1 && c.Same {
			continue // the same set as the first
		}
		total += len(set)
		if !within(set, in[i]) {
			return rules.SELECTCount
		}
	}
	if int64(total) != ret.N {
		return rules.SELECTCount
	}
	for i := range list {
		h := &list[i]
		if c.Same {
			if id := h.judgeSame(slices.Contains(ret.Sets[0], h.handle), slices.Contains(ret.Sets[2], h.handle)); id != "" {
				return id
			}
			continue
		}
		got := uint16(0)
		for j, set := range ret.Sets {
			if slices.Contains(set, h.handle) {
				got |= inRead << j
			}
		}
		if id := h.judge(w, got); id != "" {
			return id
		}
	}
	return ""
}

// judgeSame judges a handle when one set was given for reading and for writing:
// it stays for either (observed SL11).
func (h *watched) judgeSame(in, except bool) rules.ID {
	for i := range h.views {
		v := &h.views[i]
		both := h.asked & (inRead | inWrite)
		if in && (v.must|v.may)&both == 0 || !in && v.must&both != 0 {
			continue
		}
		if got := uint16(0); !except && v.must&h.asked&inExcept == got || except && (v.must|v.may)&inExcept != 0 {
			return ""
		}
	}
	if in {
		return rules.SELECTWrite
	}
	return rules.SELECTRead
}

// within reports whether a set holds only what another holds, in its order and
// each once (observed SL10).
func within(set, all wsa.FDSet) bool {
	for i, h := range set {
		if slices.Contains(set[:i], h) {
			return false
		}
		at := slices.Index(all, h)
		if at < 0 {
			return false
		}
		if i > 0 && slices.Index(all, set[i-1]) > at {
			return false
		}
	}
	return true
}

// setsReturn is an example of what select gives.
func setsReturn(c wsa.SelectCall, list []watched, ready bool) wsa.Return {
	r := wsa.Return{Sets: make([]wsa.FDSet, 3)}
	for i, set := range [...]wsa.FDSet{c.Readfds, c.Writefds, c.Exceptfds} {
		if set != nil {
			r.Sets[i] = wsa.FDSet{}
		}
	}
	for i := range list {
		got := list[i].example(ready)
		for j := range r.Sets {
			if got&(inRead<<j) == 0 {
				continue
			}
			if j == 1 && c.Same {
				if got&inRead == 0 {
					r.Sets[0] = append(r.Sets[0], list[i].handle)
					r.N++
				}
				continue
			}
			r.Sets[j] = append(r.Sets[j], list[i].handle)
			r.N++
		}
	}
	return r
}
