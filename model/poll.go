package model

import (
	"wsasim/model/rules"
	"wsasim/wsa"
)

const (
	pollAsked  = wsa.POLLRDNORM | wsa.POLLRDBAND | wsa.POLLWRNORM
	pollAlways = wsa.POLLERR | wsa.POLLHUP | wsa.POLLNVAL
)

// poll judges WSAPoll.
func (v *verdict) poll(c wsa.WSAPollCall) {
	if !v.resume && v.p.startups == 0 {
		v.must(rules.GENStartup)
		v.environment()
		return
	}
	valid := false
	list := make([]watched, len(c.FDArray))
	for i, f := range c.FDArray {
		list[i] = v.watch(f.FD, uint16(f.Events)&pollAsked|pollAlways)
		if v.w.socketAt(v.p.pid, uint64(f.FD)) != nil || v.resume {
			valid = true
		}
		// What is asked of INVALID_SOCKET is not looked at (observed PO4, PO6).
		if uint16(f.Events)&^uint16(pollAsked) != 0 && f.FD != wsa.INVALID_SOCKET {
			v.must(rules.POLLEvents)
		}
		if negative(f.FD) {
			// The pages differ; POLLNVAL is observed (PO4).
			list[i].views = []view{{may: wsa.POLLNVAL}}
		}
	}
	if !valid {
		v.must(rules.POLLNone)
	}
	if !v.failed {
		v.pollGoes(c, list)
	}
	v.environment()
}

// negative reports whether a handle is negative as a number with a sign.
func negative(h wsa.SOCKET) bool { return int64(h) < 0 }

func (v *verdict) pollGoes(c wsa.WSAPollCall, list []watched) {
	var counted []watched
	for i := range list {
		if v.counts(&list[i]) {
			counted = append(counted, list[i])
		}
	}
	over := anyReady(counted)
	v.succeed(func(n *world, ret *wsa.Return) rules.ID {
		if ret.N == 0 {
			return mismatch
		}
		return v.judgeRevents(n, list, ret)
	}, func(*world) wsa.Return { return v.reventsReturn(list, true) }, append(v.reportRules(list, wsa.POLLRDNORM, wsa.POLLRDBAND,
		wsa.POLLWRNORM, wsa.POLLERR, wsa.POLLHUP, wsa.POLLNVAL), rules.POLLCount)...)
	if over == no {
		v.out[len(v.out)-1].none = func(*world) bool { return true }
	}
	if c.Timeout >= 0 && (over != yes || v.resume) {
		v.succeed(func(n *world, ret *wsa.Return) rules.ID {
			if ret.N != 0 {
				return mismatch
			}
			if v.resume && over != no {
				return ""
			}
			return v.judgeRevents(n, list, ret)
		}, func(*world) wsa.Return { return v.reventsReturn(list, false) }, append(v.reportRules(list, wsa.POLLNVAL), rules.POLLTimeout)...)
	}
	if over != yes && c.Timeout != 0 {
		v.block(rules.POLLBlocks, nil)
	}
}

// counts reports whether an entry that reports something is counted: those that
// were no sockets at the call are not (observed PO4, PO5).
func (v *verdict) counts(h *watched) bool {
	if v.resume {
		for _, g := range v.t.gone {
			if g == h.handle {
				return true
			}
		}
	}
	return v.w.socketAt(v.p.pid, uint64(h.handle)) != nil
}

// judgeRevents judges the array and the number that WSAPoll gave.
func (v *verdict) judgeRevents(n *world, list []watched, ret *wsa.Return) rules.ID {
	if len(ret.Revents) != len(list) {
		return rules.POLLCount
	}
	total := int64(0)
	for i := range list {
		got := uint16(ret.Revents[i])
		if got != 0 && v.counts(&list[i]) {
			total++
		}
		if id := list[i].judge(n, got); id != "" {
			return id
		}
	}
	if total != ret.N {
		return rules.POLLCount
	}
	return ""
}

// reventsReturn is an example of what WSAPoll gives.
func (v *verdict) reventsReturn(list []watched, ready bool) wsa.Return {
	r := wsa.Return{Revents: make([]int16, len(list))}
	for i := range list {
		r.Revents[i] = int16(list[i].example(ready))
		if r.Revents[i] != 0 && v.counts(&list[i]) {
			r.N++
		}
	}
	return r
}
