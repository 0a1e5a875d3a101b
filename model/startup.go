package model

import (
	"wsasim/model/rules"
	"wsasim/wsa"
)

func (v *verdict) startup(c wsa.WSAStartupCall) {
	if c.Version&0xFF == 0 {
		v.must(rules.STARTVersion)
	}
	if c.NullData {
		v.must(rules.STARTFault)
	}
	pid := v.p.pid
	v.succeed(func(n *world, ret *wsa.Return) rules.ID {
		if ret.Startup != nil && ret.Startup.Version == 0 {
			return rules.STARTOk
		}
		p := *n.procs.get(uint64(pid))
		p.startups++
		n.setProcess(&p)
		return ""
	}, nil, rules.STARTOk, rules.STARTCount)
	v.lacking(rules.NETNotready, rules.RESTasks)
	v.environment()
	// The result is the code itself; what the last error is then is not said.
	for i := range v.out {
		v.out[i].quiet = true
		if v.out[i].Kind == Failure {
			v.out[i].effect = forgetError(v.tid)
		}
	}
}

// forgetError makes the thread's last error unknown.
func forgetError(tid int) effect {
	return func(n *world, _ *wsa.Return) rules.ID {
		t := *n.threads.get(uint64(tid))
		t.errKnown, t.errMaybeZero, t.lastErr = false, false, 0
		n.setThread(&t)
		return ""
	}
}

func (v *verdict) cleanup() {
	if v.p.startups == 0 {
		v.must(rules.STARTCleanupNone)
		v.environment()
		return
	}
	pid, ids := v.p.pid, []rules.ID{rules.STARTCount}
	if v.p.startups == 1 {
		ids = append(ids, rules.STARTCleanupLast)
	}
	v.succeed(func(n *world, _ *wsa.Return) rules.ID {
		p := *n.procs.get(uint64(pid))
		p.startups--
		n.setProcess(&p)
		if p.startups > 0 {
			return ""
		}
		for _, h := range n.descriptorsOf(pid) {
			n.release(pid, h)
		}
		return ""
	}, nil, ids...)
	v.environment()
}

func (v *verdict) getLastError() {
	known, maybeZero, want, tid := v.t.errKnown, v.t.errMaybeZero, v.t.lastErr, v.tid
	v.succeed(func(n *world, ret *wsa.Return) rules.ID {
		got := wsa.Errno(ret.N)
		if known && got != want && !(maybeZero && got == 0) {
			return rules.LASTFailure
		}
		t := *n.threads.get(uint64(tid))
		t.errKnown, t.errMaybeZero, t.lastErr = true, false, got
		n.setThread(&t)
		return ""
	}, func(*world) wsa.Return { return wsa.Return{N: int64(want)} }, v.lastErrorRules()...)
	v.quiet()
}

// lastErrorRules names the rules that explain the value.
func (v *verdict) lastErrorRules() []rules.ID {
	ids := []rules.ID{rules.LASTGet, rules.LASTThread}
	switch {
	case v.t.errMaybeZero:
		ids = append(ids, rules.LASTSuccess)
	case v.t.errKnown && v.t.lastErr != 0:
		ids = append(ids, rules.LASTFailure)
	}
	return ids
}

func (v *verdict) quiet() {
	for i := range v.out {
		v.out[i].quiet = true
	}
}

func (v *verdict) setLastError(c wsa.WSASetLastErrorCall) {
	tid := v.tid
	v.succeed(func(n *world, _ *wsa.Return) rules.ID {
		t := *n.threads.get(uint64(tid))
		t.errKnown, t.errMaybeZero, t.lastErr = true, false, c.Error
		n.setThread(&t)
		return ""
	}, nil, rules.LASTSet, rules.LASTThread)
	if v.p.startups == 0 {
		// The page lists WSANOTINITIALISED, but a void function cannot return it.
		v.out[0].effect = forgetError(tid)
	}
	v.quiet()
}

func (v *verdict) closeHandle(c wsa.CloseHandleCall) {
	k := sockKey(v.p.pid, uint64(c.H))
	if v.w.events.get(k) != nil {
		v.succeed(func(n *world, _ *wsa.Return) rules.ID {
			n.dropEvent(k)
			return ""
		}, nil, rules.HANDLEClose, rules.EVENTClose)
		return
	}
	if v.w.completionPorts.get(k) != nil {
		v.succeed(func(n *world, _ *wsa.Return) rules.ID {
			n.dropPort(k)
			return ""
		}, nil, rules.HANDLEClose, rules.PORTClose)
		return
	}
	if v.w.tokens.get(k) == nil {
		v.must(rules.HANDLEInvalid)
		// It may be a handle of a kind that a trace does not hold.
		if c.H != 0 && v.w.socketAt(v.p.pid, uint64(c.H)) == nil {
			v.open(Unspecified, rules.HANDLEInvalid, "a handle of another kind")
		}
		return
	}
	v.succeed(func(n *world, _ *wsa.Return) rules.ID {
		n.dropToken(k)
		return ""
	}, nil, rules.HANDLEClose, rules.QSSTokens)
}
