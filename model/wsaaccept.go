package model

import (
	"net/netip"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// conditionCodes are the errors of what a condition function may answer; CF_ACCEPT
// has none.
var conditionCodes = []struct {
	rule    rules.ID
	answers func(int32) bool
	example int32
	then    func(n *world, k uint64)
}{
	// The connection is ended, or it stays the first, or nobody says.
	{rules.WSAACCEPTReject, func(a int32) bool { return a == wsa.CF_REJECT }, wsa.CF_REJECT, func(n *world, _ uint64) { n.noteEnd() }},
	{rules.WSAACCEPTDefer, func(a int32) bool { return a == wsa.CF_DEFER }, wsa.CF_DEFER, (*world).foundUnread},
	{rules.WSAACCEPTAnswer, func(a int32) bool { return a < wsa.CF_ACCEPT || a > wsa.CF_DEFER }, -1, func(n *world, _ uint64) { n.noteEnd() }},
	{rules.WSAACCEPTGone, func(int32) bool { return true }, wsa.CF_ACCEPT, func(n *world, _ uint64) { n.noteEnd() }},
}

// wsaAccept is accept with a condition function, which is asked once there is a
// connection. What it answered is in the return, or known from the call.
func (v *verdict) wsaAccept(c wsa.WSAAcceptCall) {
	base, k, pid, l := len(v.out), v.s.place, v.p.pid, *v.s
	v.accept(wsa.AcceptCall{S: c.S, Addr: c.Addr, Addrlen: c.Addrlen})
	if v.failed {
		return
	}
	for i := base; i < len(v.out); i++ {
		if o := &v.out[i]; o.Kind == Success {
			taken := o.effect
			o.effect = func(n *world, ret *wsa.Return) rules.ID {
				if a := answered(c, ret); a != nil && *a != wsa.CF_ACCEPT {
					return rules.WSAACCEPTAnswer
				}
				if broken := taken(n, ret); broken != "" {
					return broken
				}
				n.admitted(n.placeOf(pid, uint64(ret.Socket)), &l, offeredGroup(c, ret))
				return ""
			}
			o.none = func(*world) bool { return c.Answer != nil && *c.Answer != wsa.CF_ACCEPT }
		}
	}
	v.groupRefused(c, l)
	for _, row := range conditionCodes {
		if c.Answer != nil && !row.answers(*c.Answer) {
			continue
		}
		v.mayThen(row.rule, func(n *world, ret *wsa.Return) rules.ID {
			if a := answered(c, ret); a == nil || !row.answers(*a) {
				return row.rule
			}
			row.then(n, k)
			return ""
		})
		v.out[len(v.out)-1].example = func(*world) wsa.Return {
			a := row.example
			if c.Answer != nil {
				a = *c.Answer
			}
			return wsa.Return{Answer: &a}
		}
	}
}

// groupRefused adds that the connection cannot be in the group that the condition
// function names.
func (v *verdict) groupRefused(c wsa.WSAAcceptCall, l socket) {
	pid := v.p.pid
	if c.Answer != nil && (*c.Answer != wsa.CF_ACCEPT || c.Group == 0 || v.w.suits(pid, &l, c.Group, netip.AddrPort{})) {
		return
	}
	v.mayAny(rules.WSAACCEPTGroup)
	o := &v.out[len(v.out)-1]
	o.effect = func(n *world, ret *wsa.Return) rules.ID {
		a, g := answered(c, ret), offeredGroup(c, ret)
		if a == nil || *a != wsa.CF_ACCEPT || n.suits(pid, &l, g, netip.AddrPort{}) {
			return rules.WSAACCEPTGroup
		}
		n.noteEnd()
		return ""
	}
	o.example = func(*world) wsa.Return {
		a, g := int32(wsa.CF_ACCEPT), uint32(77)
		if c.Answer != nil {
			g = c.Group
		}
		return wsa.Return{Answer: &a, Group: g}
	}
}

// offeredGroup is the group that the condition function named.
func offeredGroup(c wsa.WSAAcceptCall, ret *wsa.Return) uint32 {
	if ret.Answer != nil {
		return ret.Group
	}
	return c.Group
}

// answered is what the condition function answered, nil when it was not asked.
func answered(c wsa.WSAAcceptCall, ret *wsa.Return) *int32 {
	if ret.Answer != nil {
		return ret.Answer
	}
	return c.Answer
}

// disconnect is WSASendDisconnect and WSARecvDisconnect: shutdown of one direction,
// with data that TCP/IP does not have.
func (v *verdict) disconnect(data wsa.Bytes, how int32) {
	if data != nil {
		v.must(rules.DISCONNData)
	}
	v.shutdown(wsa.ShutdownCall{How: how})
}
