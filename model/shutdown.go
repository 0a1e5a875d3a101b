package model

import (
	"wsasim/model/rules"
	"wsasim/wsa"
)

func (v *verdict) shutdown(c wsa.ShutdownCall) {
	if c.How < wsa.SD_RECEIVE || c.How > wsa.SD_BOTH {
		v.must(rules.SHUTHow)
	}
	ids := []rules.ID{rules.SHUTOk}
	if v.s.datagrams() {
		if v.s.status != connected {
			ids[0] = rules.SHUTDgram
		}
	} else {
		if v.s.status != connected {
			v.must(rules.SHUTNotconn)
		} else {
			v.may(rules.SHUTReset)
			v.may(rules.SHUTAborted)
		}
		if v.s.deadRecv || v.s.deadSend {
			v.may(rules.SHUTNotconn)
		}
	}
	recv, send := c.How != wsa.SD_SEND, c.How != wsa.SD_RECEIVE
	if recv && v.s.shutRecv || send && v.s.shutSend {
		ids = append(ids, rules.SHUTAgain)
	}
	k := v.s.place
	v.succeed(func(n *world, _ *wsa.Return) rules.ID {
		n.editSocket(k, func(x *socket) {
			x.shutRecv = x.shutRecv || recv
			x.shutSend = x.shutSend || send
		})
		n.noteEnd()
		return ""
	}, nil, ids...)
}

func (v *verdict) close() {
	x, pid, h := v.s, v.p.pid, v.h
	if len(v.w.descriptors(x.place)) > 1 {
		v.succeed(func(n *world, _ *wsa.Return) rules.ID {
			n.release(pid, h)
			return ""
		}, nil, rules.CLOSEOk, rules.CLOSEShared)
		return
	}
	lingers := !x.lingerKnown || x.lingerOn != 0 && x.lingerSec != 0
	ids := append(make([]rules.ID, 0, 4), rules.CLOSEOk)
	switch {
	case x.lingerKnown && x.lingerOn == 0:
		ids = append(ids, rules.CLOSEGraceful)
	case x.lingerKnown && x.lingerSec == 0:
		ids = append(ids, rules.CLOSEAbort)
	default:
		ids = append(ids, rules.CLOSELinger)
	}
	if x.sec.on {
		ids = append(ids, rules.SECCleanup)
	}
	if lingers && x.nonblocking != no {
		v.may(rules.CLOSEWouldblock)
	}
	v.succeed(func(n *world, _ *wsa.Return) rules.ID {
		if x.status == connected && x.lingerKnown && x.lingerOn != 0 && x.lingerSec == 0 {
			// A reset: the peer is not told that what it was sent is complete.
			n.editConn(x.conn, func(c *conn) { c.aborted = !c.shut })
		}
		n.release(pid, h)
		return ""
	}, nil, ids...)
	if lingers && x.nonblocking != yes {
		v.block(rules.CLOSELinger, nil)
	}
}
