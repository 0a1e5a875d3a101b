package model

import (
	"net/netip"

	"wsasim/model/rules"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// Exploration of how operations end: each in a few ways that may be possible.

// ends lets every operation end.
func (e *explorer) ends(n *node) {
	w := n.state.world()
	if w.operations.n == 0 {
		return
	}
	for _, o := range w.operations.all {
		for _, r := range w.exampleEnds(o) {
			e.end(n, o, r)
		}
	}
}

func (e *explorer) end(n *node, o *operation, r *trace.Record) {
	next, ids, _ := n.state.complete(r)
	for _, to := range next {
		e.out.Transitions++
		step := WitnessStep{TID: o.tid, Call: o.call, Ended: true, Kind: Success, Return: wsa.Return{Err: r.Status.Winsock()}}
		if r.Status.Failed() {
			step.Kind = Failure
		}
		at := &node{to, n, step, n.depth + 1}
		for _, id := range ids {
			e.witness(id, at, false)
		}
		// The invariants about calls look at what a call returned.
		like := Outcome{Kind: Pending, before: n.state.world(), effect: func(*world, *wsa.Return) rules.ID { return "" }}
		for _, inv := range invariants {
			if !inv.holds(n.state.world(), to.world(), &like, &step) {
				e.broken(inv.name, at)
			}
		}
		e.reach(at, ids)
	}
}

// exampleEnds are records of ends; not all of them need be possible.
func (w *world) exampleEnds(o *operation) []*trace.Record {
	end := func(status wsa.NTStatus, n uint32, ret *wsa.Return) *trace.Record {
		socket := wsa.SOCKET(o.on ^ sockKey(o.pid, 0))
		return &trace.Record{Kind: trace.Completion, TID: o.tid, Overlapped: o.id, Socket: socket, Status: status, Transferred: n, Return: ret}
	}
	if o.cut {
		return []*trace.Record{end(wsa.STATUS_BUFFER_OVERFLOW, uint32(o.room), nil)}
	}
	if o.done {
		return []*trace.Record{end(0, o.n, nil)}
	}
	out := []*trace.Record{end(wsa.STATUS_CANCELLED, 0, nil), end(wsa.STATUS_CONNECTION_RESET, 0, nil)}
	switch o.kind {
	case opReceive:
		out = append(out, end(0, 0, nil))
		if c := w.conns.get(o.conn); c != nil {
			for _, size := range []int{1, 2} {
				if b := w.readable(c, min(size, int(o.room))); len(b) > 0 {
					out = append(out, end(0, uint32(len(b)), &wsa.Return{Data: b}))
				}
			}
		}
	case opDatagram:
		x := w.sockets.get(o.on)
		if x == nil || o.gone {
			break
		}
		if p, _ := w.sample(x, func(n int) bool { return int64(n) <= o.room }); p != nil {
			r := &wsa.Return{Data: wsa.Bytes(p.content), Addr: wsa.Sockaddr(w.source(x, p)), MsgFlags: ptrTo(uint32(0)), Control: exampleControl(w, x)}
			out = append(out, end(0, uint32(p.size), r))
		}
	case opAccept:
		l := w.sockets.get(o.on)
		out = append(out, end(wsa.STATUS_BUFFER_TOO_SMALL, 0, nil))
		if l != nil && !o.gone {
			caller := w.caller(l, netip.MustParseAddrPort("127.0.0.1:49152"))
			out = append(out, end(0, 0, &wsa.Return{Addr: wsa.Sockaddr(caller)}))
		}
	case opConnect:
		out = append(out, end(0, uint32(o.room), nil), end(wsa.STATUS_CONNECTION_REFUSED, 0, nil))
	case opControl:
		out = append(out, end(wsa.STATUS_NOT_SUPPORTED, 0, nil), end(0, 0, nil))
	default:
		out = append(out, end(0, uint32(o.room), nil))
	}
	return out
}
