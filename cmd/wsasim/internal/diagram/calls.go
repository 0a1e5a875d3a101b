package diagram

import (
	"time"

	"wsasim/cmd/wsasim/internal/scenario"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// telling says of a call when it has a row though it succeeds.
type telling uint8

const (
	quiet  telling = iota // only when it fails
	ends                  // when it ends: what it waits for is what it is about
	begins                // when it is made, if something happens before it ends
	both                  // when it is made and when it ends
)

// told are the calls that are worth a row when they succeed. Sends are not: their
// packets tell more.
var told = map[string]telling{
	"WSASetSocketSecurity": begins, "WSASetSocketPeerTargetName": begins, "WSADeleteSocketPeerTargetName": begins,
	"WSAQuerySocketSecurity": begins, "WSAImpersonateSocketPeer": begins, "WSARevertImpersonation": begins,
	"bind": begins, "listen": begins, "connect": both, "WSAConnect": both, "ConnectEx": both, "DisconnectEx": begins,
	"WSAConnectByName": both, "WSAConnectByList": both,
	"accept": ends, "WSAAccept": ends, "AcceptEx": ends,
	"recv": ends, "recvfrom": ends, "WSARecv": ends, "WSARecvFrom": ends, "WSARecvMsg": ends,
	"shutdown": begins, "closesocket": begins, "WSASendDisconnect": begins,
	"TransmitFile": ends,
}

// transfers are the calls that move data, of which there may be many.
func transfers(op string) bool {
	switch op {
	case "recv", "recvfrom", "WSARecv", "WSARecvFrom", "WSARecvMsg", "send", "sendto", "WSASend", "WSASendTo", "WSASendMsg":
		return true
	}
	return false
}

// call is a call that has not returned.
type call struct {
	rec *trace.Record
	row int  // how many rows there were when it was made
	own bool // it has a row that says it was made
}

func (c *Chart) called(r *trace.Record) {
	c.held = nil
	k := &call{rec: r, row: len(c.rows)}
	c.waiting[r.TID] = k
	if told[r.Call.Op()] >= begins {
		c.held = k
	}
}

// interrupted gives a row to the call that was made last, since something
// happens before it returns.
func (c *Chart) interrupted() {
	k := c.held
	if k == nil {
		return
	}
	c.held = nil
	k.own, k.row = true, len(c.rows)
	c.rows = append(c.rows, &row{kind: callRow, time: k.rec.Time, from: c.lane(k.rec.Host), to: -1, text: c.thread(k.rec) + scenario.FormatCall(k.rec.Call)})
}

func (c *Chart) returned(r *trace.Record) {
	k := c.waiting[r.TID]
	if k == nil {
		return
	}
	delete(c.waiting, r.TID)
	if c.held == k {
		c.held = nil
	}
	op := k.rec.Call.Op()
	failed := r.Return.Err != 0 || r.Return.Failure != ""
	took := r.Time - k.rec.Time
	switch {
	case failed:
	case told[op] == quiet && !(took > 0 && transfers(op)), told[op] == begins && k.own && took == 0:
		return
	}
	c.interrupted()
	x := &row{kind: callRow, time: r.Time, from: c.lane(r.Host), to: -1, repeats: transfers(op) && !failed, op: op}
	text := scenario.FormatCall(k.rec.Call)
	if k.own {
		text = op
	}
	text += " " + scenario.FormatReturn(k.rec.Call, r.Return)
	if took > 0 {
		text += " after " + took.Round(time.Microsecond).String()
	}
	if failed {
		x.tone = bad
		if r.Rule != "" {
			text += " [" + r.Rule + "]"
		}
		if r.Return.Err == wsa.WSAEWOULDBLOCK || r.Return.Err == wsa.WSA_IO_PENDING {
			x.tone = plain
		}
	}
	if r.As != "" && op == "WSAImpersonateSocketPeer" {
		text += ", acts as " + r.As
		x.tone = good
	}
	x.text = c.thread(r) + text
	if took > 0 && len(c.rows) > k.row || k.own {
		x.since = k.row + 1
	}
	c.rows = append(c.rows, x)
}
