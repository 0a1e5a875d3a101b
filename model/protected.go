package model

import (
	"net/netip"

	"wsasim/model/rules"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// What a socket receives that takes nothing in clear must have come protected
// (rule SEC-NOCLEAR), by whatever call: each of the receiving ones, and the ends of
// overlapped operations.
//
// Not modelled: datagrams of which a part was received, and those of traces that
// leave something out.

// delivered is a datagram that an application was given.
type delivered struct {
	host string
	key  uint64         // the place of the socket
	from netip.AddrPort // none where that was not told
	data []byte
}

// deliveredBy is the datagram that a call gives which returned; ok is false for
// none, or not a whole one.
func (w *world) deliveredBy(r *trace.Record, call wsa.Call, pid int) (d delivered, ok bool) {
	h, given := descriptor(call)
	if !given || !receives(call) || r.Return.Err != 0 {
		return d, false
	}
	a := receiving(call)
	size := a.count(r.Return)
	if a.uncounted(r.Return) || a.flags&wsa.MSG_PARTIAL != 0 || size != int64(len(r.Return.Data)) || a.room == 0 {
		return d, false
	}
	d = delivered{host: r.Host, key: w.placeOf(pid, uint64(h)), data: r.Return.Data}
	if from, err := wsa.ParseSockaddr(r.Return.Addr); err == nil {
		d.from = plain(from)
	}
	return d, true
}

// cameProtected judges what a call received.
func (c *Checker) cameProtected(r *trace.Record, call wsa.Call) (rules.ID, string) {
	w := c.states[0].world()
	t := w.threads.get(uint64(r.TID))
	if t == nil {
		return "", ""
	}
	d, ok := w.deliveredBy(r, call, t.pid)
	if !ok {
		return "", ""
	}
	return c.protected(d)
}

// endedProtected judges what an overlapped operation received that ends.
func (c *Checker) endedProtected(r *trace.Record) *Violation {
	ret := stored(r)
	if r.Status != 0 || len(ret.Data) == 0 || int(r.Transferred) != len(ret.Data) {
		return nil
	}
	d := delivered{host: r.Host, key: c.states[0].world().placeOf(r.PID, uint64(r.Socket)), data: ret.Data}
	if from, err := wsa.ParseSockaddr(ret.Addr); err == nil {
		d.from = plain(from)
	}
	rule, text := c.protected(d)
	if rule == "" {
		return nil
	}
	return &Violation{Index: c.index, Record: r, Violated: []rules.ID{rule}, Text: text, traffic: true,
		Return: wsa.Return{N: int64(r.Transferred), Data: ret.Data}}
}

// protected judges a datagram: where the socket takes nothing in clear in any
// possible state, one with that content must have come to its port protected,
// from the source that was told, or from the peer of a connected socket.
func (c *Checker) protected(d delivered) (rules.ID, string) {
	x := c.wire
	strict := !x.full && c.all(func(w *world) bool {
		s := w.sockets.get(d.key)
		return w.whole && !w.policies && s != nil && s.typ == wsa.SOCK_DGRAM && s.sec.on && !s.sec.first && !clear(s.sec) && s.portKnown
	})
	if !strict {
		return "", ""
	}
	local := c.states[0].world().sockets.get(d.key).local
	sum := digest(d.data)
	for k, contents := range x.protected {
		if k.host == d.host && (!d.from.IsValid() || k.from == d.from) && k.at.Port() == local.Port() && contents[sum] {
			return "", ""
		}
	}
	return rules.SECNoclear, "the socket takes nothing in clear, and no such datagram came protected"
}
