package fuzz

import (
	"reflect"
	"slices"

	"wsasim/model"
	"wsasim/model/rules"
	"wsasim/wsa"
)

// What Wine 8.0 does otherwise with messages, with the extension functions and with
// ports that are shared.

// breaks reports whether one of the two has broken the rule.
func breaks(d *Difference, id rules.ID) bool {
	for _, v := range []*model.Violation{d.ViolationA, d.ViolationB} {
		if v != nil && slices.Contains(v.Violated, id) {
			return true
		}
	}
	return false
}

// optionsSet reports whether one of the options of SOL_SOCKET was set before.
func optionsSet(d *Difference, names ...int32) bool {
	return slices.ContainsFunc(d.Before, func(s DiffStep) bool {
		c, ok := s.Call.(wsa.SetsockoptCall)
		return ok && c.Level == wsa.SOL_SOCKET && slices.Contains(names, c.Optname)
	})
}

var knownExtensions = []Known{
	{
		ID: "a message that was cut", On: wine, Ops: ops("WSARecvMsg"), Ours: errs(wsa.WSAEMSGSIZE), Theirs: errs(wsa.WSAEMSGSIZE), Goes: true,
		Reason: "neither the count nor the flags of the message say what was cut",
		Right:  "the simulator: observed RM4; MSG-TRUNCATED",
	},
	{
		ID: "the count of what was cut", On: wine, Ops: ops("WSARecv", "WSARecvFrom"), Ours: errs(wsa.WSAEMSGSIZE), Theirs: errs(wsa.WSAEMSGSIZE), Goes: true,
		When:   onlyFields("count"),
		Reason: "a call that cuts a datagram at once stores no count",
		Right:  "no source speaks of it; observed RM4 is of WSARecvMsg, and RECV-MSGSIZE leaves it open",
	},
	{
		ID: "messages on streams", On: wine, Ops: ops("WSASendMsg", "WSARecvMsg"), Ours: errs(wsa.WSAEOPNOTSUPP, wsa.WSAEINVAL),
		When:   func(d *Difference, _, _ wsa.Return) bool { return d.Class == BothAllowed || breaks(d, rules.MSGType) },
		Reason: "a stream sends and receives messages like any socket",
		Right:  "the simulator: MSG-TYPE",
	},
	{
		ID: "datagrams to port 0", On: wine, Ops: ops("sendto", "WSASendTo", "WSASendMsg"), Ours: errs(0), Theirs: errs(wsa.WSAEINVAL),
		When:   func(d *Difference, _, _ wsa.Return) bool { return breaks(d, rules.SENDPort0) },
		Reason: "Linux has no port 0 to send to",
		Right:  "the simulator: SEND-PORT0",
	},
	{
		ID: "a routine at a port", On: wine, Ops: slices.Concat(sendOps, receiveOps), Theirs: errs(wsa.WSAEINVAL),
		When: func(d *Difference, _, _ wsa.Return) bool {
			f := reflect.ValueOf(d.Step.Call).FieldByName("Routine")
			return d.Class == BothAllowed && f.IsValid() && f.Bool()
		},
		Reason: "an operation with a routine is refused at a socket that has a completion port",
		Right:  "OV-ROUTINE-PORT; the specification allows both",
	},
	{
		ID: "an alertable wait", On: wine, Ops: ops("SleepEx"), Ours: errs(0), Theirs: errs(0), Goes: true,
		Reason: "what Wine itself queues to the thread ends a wait too, and a routine has run in an earlier one, which the runner makes before it asks what is told once",
		Right:  "the simulator: SLEEP-OK, SLEEP-APC",
	},
	{
		ID: "TransmitFile goes on", On: wine, Ops: ops("TransmitFile"), Ours: errs(0), Theirs: errs(wsa.WSA_IO_PENDING), Goes: true,
		Reason: "an overlapped TransmitFile is never over within its call",
		Right:  "TRANSMIT-OK; the specification allows both",
	},
	{
		ID: "TransmitFile on a connection that is gone", On: wine, Ops: ops("TransmitFile"), Ours: errs(wsa.WSAECONNABORTED, wsa.WSAECONNRESET, wsa.WSAESHUTDOWN), Theirs: errs(wsa.WSAENOTCONN),
		Reason: "Linux forgets the peer of a connection that was reset",
		Right:  "the simulator: SEND-ABORTED, SEND-RESET, SEND-SHUTDOWN",
	},
	{
		ID: "a send behind a ConnectEx", On: wine, Ops: sendOps, Ours: errs(wsa.WSAEWOULDBLOCK), Theirs: errs(0),
		When: func(d *Difference, a, b wsa.Return) bool {
			return d.Class == BothAllowed && began("ConnectEx")(d, a, b)
		},
		Reason: "there is room for a send before what ConnectEx sends has been taken",
		Right:  "SEND-WOULDBLOCK; the specification allows both",
	},
	{
		ID: "parameters of DisconnectEx", On: wine, Ops: ops("DisconnectEx"), Ours: errs(wsa.WSAEINVAL), Theirs: errs(0, wsa.WSA_IO_PENDING),
		When: func(d *Difference, _, _ wsa.Return) bool {
			c := d.Step.Call.(wsa.DisconnectExCall)
			return c.Reserved != 0 || c.Flags&^wsa.TF_REUSE_SOCKET != 0
		},
		Reason: "flags that mean nothing and what must be 0 are not looked at",
		Right:  "the simulator: DISCONN-PARAM",
	},
	{
		ID: "DisconnectEx without a connection", On: wine, Ops: ops("DisconnectEx"), Ours: errs(wsa.WSAENOTCONN), Theirs: errs(0, wsa.WSA_IO_PENDING),
		Reason: "whether the socket is connected is not looked at",
		Right:  "the simulator: observed DX1; DISCONN-NOTCONN",
	},
	{
		ID: "who may share a port", On: wine, Ops: ops("bind"), Ours: errs(0, wsa.WSAEACCES, wsa.WSAEADDRINUSE), Theirs: errs(0, wsa.WSAEACCES, wsa.WSAEADDRINUSE),
		When: func(d *Difference, ours, theirs wsa.Return) bool {
			return ours.Err != theirs.Err && optionsSet(d, wsa.SO_REUSEADDR, wsa.SO_EXCLUSIVEADDRUSE)
		},
		Reason: "SO_REUSEADDR and SO_EXCLUSIVEADDRUSE are what Linux's SO_REUSEADDR makes of them, whatever the addresses",
		Right:  "the simulator: BIND-SHARE, BIND-INUSE, BIND-ACCES",
	},
}
