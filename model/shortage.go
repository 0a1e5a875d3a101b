package model

import (
	"slices"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// shortages are the rules by which a call may fail for want of something.
var shortages = [...]rules.ID{
	rules.NETDown, rules.NETNotready, rules.RESTasks, rules.RESMfile, rules.RESNobufs, rules.RESMemory, rules.RESSelect,
}

// shortage is a set of them: bits in the order of the list.
type shortage uint8

func shortageOf(id rules.ID) shortage {
	if i := slices.Index(shortages[:], id); i >= 0 {
		return 1 << i
	}
	return 0
}

// Lack is the state in which a process lacks what the rules are about, and
// nothing else; pid 0 stands for every process of the host. ok is false when
// there is no such host or process. It counts in a world that is in the trace
// as a whole, where nothing else may be lacking.
func (s State) Lack(hostName string, pid int, ids []rules.ID) (next State, ok bool) {
	var set shortage
	for _, id := range ids {
		set |= shortageOf(id)
	}
	n := s.world().edit()
	if pid != 0 {
		p := n.procs.get(uint64(pid))
		if p == nil {
			return s, false
		}
		c := *p
		c.lacks = set
		n.setProcess(&c)
		return State{n}, true
	}
	i := slices.IndexFunc(n.hosts, func(h *host) bool { return h.name == hostName })
	if i < 0 {
		return s, false
	}
	h := *n.hosts[i]
	n.key = n.key.minus(digest(h.encode(nil, i)))
	h.lacks = set
	n.key = n.key.plus(digest(h.encode(nil, i)))
	n.hosts = replace(n.hosts, i, &h)
	return State{n}, true
}

// lacking adds the failures by those of the rules that are about something
// which may be lacking.
func (v *verdict) lacking(ids ...rules.ID) {
	for _, id := range ids {
		if v.mayLack(id) {
			v.may(id)
		}
	}
}

// mayLack reports whether a call may fail by the rule: at any time, or, where
// nothing is left out of the trace, when it says so and a page lists the code.
func (v *verdict) mayLack(id rules.ID) bool {
	if !v.w.whole {
		return true
	}
	set := v.p.lacks | v.w.hosts[v.p.host].lacks
	op := v.call.Op()
	if _, ok := v.call.(wsa.TransmitFileCall); ok {
		op = wsa.WSASendCall{}.Op() // it sends, and its page has no table of errors
	}
	return set&shortageOf(id) != 0 && slices.ContainsFunc(refs[id].errs, func(e wsa.Errno) bool { return rules.Lists(op, e) })
}

var environmentFailure = Outcome{
	Kind:   Failure,
	Rules:  []rules.ID{rules.RESNobufs, rules.NETDown, rules.RESMemory},
	Errors: []wsa.Errno{wsa.WSAENOBUFS, wsa.WSAENETDOWN, wsa.WSA_NOT_ENOUGH_MEMORY},
}

// environment adds what the machine may do to any call.
func (v *verdict) environment() {
	o := environmentFailure
	if v.w.whole {
		if v.p.lacks|v.w.hosts[v.p.host].lacks == 0 {
			return
		}
		o.Rules, o.Errors = nil, nil
		for i, id := range environmentFailure.Rules {
			if v.mayLack(id) {
				o.Rules, o.Errors = append(o.Rules, id), append(o.Errors, environmentFailure.Errors[i])
			}
		}
		if o.Rules == nil {
			return
		}
	}
	switch v.call.(type) {
	case wsa.ConnectCall, wsa.WSAConnectCall:
		if v.resume && v.s != nil && v.s.status == connecting {
			o.effect = v.change(disconnected)
		}
	case wsa.SendCall, wsa.SendtoCall, wsa.WSASendCall, wsa.WSASendToCall, wsa.WSASendMsgCall:
		if v.t.pending != nil && v.s != nil && v.s.internet() {
			o.effect = v.failedSend(sending(v.call), nil)
		}
	}
	v.add(o)
}
