package model

import (
	"slices"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// Event objects, and the waits for them. An event of WSACreateEvent is one that
// stays set until it is reset, so a wait changes nothing.
//
// What network events do to them is in eventselect.go.
//
// Not modelled: what the operations that were started with an event do to it,
// and sockets as objects to wait on; both may be set or not.

// event is one handle of an event object.
type event struct {
	pid    int
	handle wsa.HANDLE
	set    tri
	// signalled: an operation was started with it, which resets it, and sets
	// it when it ends.
	signalled bool
}

func (x *event) encode(b []byte) []byte {
	return append(put(append(b, 'V'), uint64(x.pid), uint64(x.handle)), byte(x.set), flag(x.signalled))
}

func (w *world) setEvent(x *event) {
	putEntry(&w.key, &w.events, sockKey(x.pid, uint64(x.handle)), x)
}

// editEvent changes a copy of the event, if it is still there.
func (w *world) editEvent(k uint64, edit func(*event)) {
	old := w.events.get(k)
	if old == nil {
		return
	}
	x := *old
	edit(&x)
	if x == *old {
		return
	}
	w.setEvent(&x)
	if old.set == no && x.set != no {
		w.editFrames(func(t *thread, f *frame) bool {
			if t.pid != x.pid || f.signalled || !waitsFor(f.pending, wsa.SOCKET(x.handle)) {
				return false
			}
			f.signalled = true
			return true
		})
	}
}

func (w *world) dropEvent(k uint64) {
	old := w.events.get(k)
	w.key = w.key.minus(digestOf(old))
	w.events = w.events.remove(k)
	w.missed(old.pid, wsa.SOCKET(old.handle))
	var list []uint64
	for x := range w.selectors(k) {
		list = append(list, x.place)
	}
	for _, s := range list {
		w.editSocket(s, func(x *socket) { x.sel.event = closedEvent })
	}
}

// taken reports whether a handle of the process is in use.
func (w *world) taken(k uint64) bool {
	x := w.sockets.get(k)
	return x != nil && !x.moved || w.aliases.get(k) != nil || w.tokens.get(k) != nil || w.events.get(k) != nil || w.completionPorts.get(k) != nil
}

// eventCall judges the calls about one event. They need Winsock started, unlike
// CloseHandle.
func (v *verdict) eventCall(call wsa.Call) {
	switch c := call.(type) {
	case wsa.WSACreateEventCall:
		v.createEvent()
	case wsa.WSASetEventCall:
		v.changeEvent(c.Event, rules.EVENTSet, func(n *world, k uint64) { n.editEvent(k, func(x *event) { x.set = yes }) })
	case wsa.WSAResetEventCall:
		v.changeEvent(c.Event, rules.EVENTReset, func(n *world, k uint64) { n.resetEvent(k) })
	case wsa.WSACloseEventCall:
		v.changeEvent(c.Event, rules.EVENTClose, func(n *world, k uint64) { n.dropEvent(k) })
	}
	v.environment()
}

// resetEvent is what WSAResetEvent does.
func (w *world) resetEvent(k uint64) {
	w.resetSelectors(k)
	w.editEvent(k, func(x *event) { x.set = no })
}

func (v *verdict) createEvent() {
	if v.p.startups == 0 {
		v.must(rules.GENStartup)
		return
	}
	pid := v.p.pid
	v.succeed(func(n *world, ret *wsa.Return) rules.ID {
		if ret.Handle == 0 || n.taken(sockKey(pid, uint64(ret.Handle))) {
			return rules.HANDLEFresh
		}
		n.setEvent(&event{pid: pid, handle: ret.Handle})
		return ""
	}, func(n *world) wsa.Return { return wsa.Return{Handle: wsa.HANDLE(n.lowestFree(pid))} }, rules.EVENTCreate, rules.HANDLEFresh)
}

func (v *verdict) changeEvent(h wsa.HANDLE, id rules.ID, change func(*world, uint64)) {
	if v.p.startups == 0 {
		v.must(rules.GENStartup)
		return
	}
	k := sockKey(v.p.pid, uint64(h))
	if v.w.events.get(k) == nil {
		v.must(rules.EVENTHandle)
		if v.mayBeOther(h) {
			v.open(Unspecified, rules.EVENTHandle, "the handle may be that of an event which is not in the trace")
		}
		return
	}
	v.succeed(func(n *world, _ *wsa.Return) rules.ID {
		change(n, k)
		return ""
	}, nil, id)
}

// mayBeOther reports whether a handle may be one that was made by calls which
// are not in the trace.
func (v *verdict) mayBeOther(h wsa.HANDLE) bool {
	return h != 0 && !v.w.whole && !v.w.taken(sockKey(v.p.pid, uint64(h)))
}

// eventIsSet tells whether an event is set now.
func (w *world) eventIsSet(k uint64) tri {
	x := w.events.get(k)
	if x == nil || x.signalled {
		return maybe
	}
	if x.set == yes {
		return yes
	}
	// What sockets have done since is not in it.
	switch by := w.setBySockets(k); {
	case by == yes:
		return yes
	case x.set == no:
		return by
	}
	return maybe
}

// useEvent notes that an operation was started with the event.
func (w *world) useEvent(k uint64) { w.editEvent(k, func(x *event) { x.signalled = true }) }

// waitForEvents judges WSAWaitForMultipleEvents.
func (v *verdict) waitForEvents(c wsa.WSAWaitForMultipleEventsCall) {
	if !v.resume && v.p.startups == 0 {
		v.must(rules.GENStartup)
		v.environment()
		return
	}
	if n := len(c.Events); n == 0 || n > wsa.WSA_MAXIMUM_WAIT_EVENTS {
		v.must(rules.EVENTCount)
	}
	v.waitHandles(c)
	if v.failed {
		v.environment()
		return
	}
	if v.resume && len(v.t.gone) > 0 {
		v.open(Unspecified, rules.EVENTHandle, "a handle was closed during the wait")
		return
	}
	state := make([]tri, len(c.Events))
	for i, h := range c.Events {
		state[i] = v.w.eventIsSet(sockKey(v.p.pid, uint64(h)))
		if v.resume && v.t.signalled {
			state[i] = maybe // it may have been set just for the wait to see
		}
	}
	over := satisfied(state, c.WaitAll)
	v.waitSucceeds(c, state)
	// A routine that ran in the wait may have set an event.
	if (over != yes || v.resume) && c.Alertable && v.t.queued != no {
		v.ioCompletion(rules.WAITApc, wsa.WSA_WAIT_IO_COMPLETION)
	}
	apcFirst := c.Alertable && v.t.queued == yes
	if (over != yes || v.resume) && c.Timeout != wsa.WSA_INFINITE && !apcFirst {
		v.waitTimesOut(c)
	}
	if over != yes && (c.Timeout != 0 || c.Alertable && v.t.queued != no) {
		v.block(rules.WAITBlocks, nil)
	}
	v.environment()
}

// waitHandles judges the array.
func (v *verdict) waitHandles(c wsa.WSAWaitForMultipleEventsCall) {
	for i, h := range c.Events {
		k := sockKey(v.p.pid, uint64(h))
		switch {
		case c.WaitAll && slices.Contains(c.Events[:i], h):
			v.may(rules.EVENTCount)
		case v.w.events.get(k) != nil, v.w.socketAt(v.p.pid, uint64(h)) != nil:
		case v.resume, v.w.tokens.get(k) != nil, v.mayBeOther(h):
			// Closing one of them during the wait is undefined.
			v.mayAny(rules.EVENTHandle)
		default:
			v.must(rules.EVENTHandle)
		}
	}
}

// satisfied tells whether a wait for one, or for all, is over.
func satisfied(state []tri, all bool) tri {
	end, other := yes, no
	if all {
		end, other = no, yes
	}
	out := other
	for _, s := range state {
		switch s {
		case end:
			return end
		case maybe:
			out = maybe
		}
	}
	return out
}

// waitSucceeds adds the end of the wait by events that are set.
func (v *verdict) waitSucceeds(c wsa.WSAWaitForMultipleEventsCall, state []tri) {
	// What a wait that took time saw may be over by now.
	pid, waited := v.p.pid, v.resume && v.t.signalled
	v.succeed(func(n *world, ret *wsa.Return) rules.ID {
		i := ret.N - wsa.WSA_WAIT_EVENT_0
		if i < 0 || i >= int64(len(state)) {
			return mismatch
		}
		if c.WaitAll {
			if slices.Contains(state, no) {
				return rules.WAITAll
			}
			for _, h := range c.Events {
				if !waited {
					n.learnEvent(sockKey(pid, uint64(h)), yes)
				}
			}
			return ""
		}
		if state[i] == no {
			return rules.WAITEvent
		}
		if slices.Contains(state[:i], yes) {
			return rules.WAITLowest
		}
		if waited {
			return ""
		}
		for _, h := range c.Events[:i] {
			n.learnEvent(sockKey(pid, uint64(h)), no)
		}
		n.learnEvent(sockKey(pid, uint64(c.Events[i])), yes)
		return ""
	}, func(*world) wsa.Return {
		if c.WaitAll {
			return wsa.Return{}
		}
		return wsa.Return{N: int64(max(slices.IndexFunc(state, func(s tri) bool { return s != no }), 0))}
	}, waitRules(c)...)
	if satisfied(state, c.WaitAll) == no {
		v.out[len(v.out)-1].none = func(*world) bool { return true }
	}
}

func waitRules(c wsa.WSAWaitForMultipleEventsCall) []rules.ID {
	if c.WaitAll {
		return []rules.ID{rules.WAITAll}
	}
	return []rules.ID{rules.WAITEvent, rules.WAITLowest}
}

// learnEvent notes what a wait has told of an event.
func (w *world) learnEvent(k uint64, set tri) { w.editEvent(k, func(x *event) { x.set = set }) }

// waitTimesOut adds the end of the wait by its time, which tells that no event
// was set.
func (v *verdict) waitTimesOut(c wsa.WSAWaitForMultipleEventsCall) {
	pid, waited := v.p.pid, v.resume
	v.succeed(func(n *world, ret *wsa.Return) rules.ID {
		if ret.N != int64(wsa.WSA_WAIT_TIMEOUT) {
			return mismatch
		}
		if !waited && (!c.WaitAll || len(c.Events) == 1) {
			for _, h := range c.Events {
				n.learnEvent(sockKey(pid, uint64(h)), no)
			}
		}
		return ""
	}, func(*world) wsa.Return { return wsa.Return{N: int64(wsa.WSA_WAIT_TIMEOUT)} }, rules.WAITTimeout)
}
