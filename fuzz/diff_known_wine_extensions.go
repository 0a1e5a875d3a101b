package fuzz

import (
	"bytes"
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

// disconnects reports whether a call asks by its flags that its socket be disconnected,
// or be one that may be used again.
func disconnects(c wsa.Call) bool {
	switch c := c.(type) {
	case wsa.TransmitFileCall:
		return c.Flags&(wsa.TF_DISCONNECT|wsa.TF_REUSE_SOCKET) != 0
	case wsa.DisconnectExCall:
		return c.Flags&wsa.TF_REUSE_SOCKET != 0
	}
	return false
}

// disconnected reports whether a socket of the call was disconnected so before, or the
// call is the one that does.
func disconnected(d *Difference) bool {
	mine := socketsOf(d.Step.Call)
	return disconnects(d.Step.Call) || slices.ContainsFunc(d.Before, func(s DiffStep) bool {
		x, ok := callSocket(s.Call)
		n, made := madeBy(x)
		return ok && made && disconnects(s.Call) && slices.Contains(mine, n)
	})
}

// transmitted reports whether a TransmitFile with one of the flags was called before;
// with 0, any.
func transmitted(d *Difference, flags uint32) bool {
	return slices.ContainsFunc(d.Before, func(s DiffStep) bool {
		c, ok := s.Call.(wsa.TransmitFileCall)
		return ok && (flags == 0 || c.Flags&flags != 0)
	})
}

// inPieces reports whether an overlapped TransmitFile was called before that sends a
// file in pieces.
func inPieces(d *Difference) bool {
	return slices.ContainsFunc(d.Before, func(s DiffStep) bool {
		c, ok := s.Call.(wsa.TransmitFileCall)
		return ok && c.File != 0 && c.Overlapped != 0 && c.BytesPerSend > 0
	})
}

// sharesPort reports whether the socket was bound to the port of another, or another to
// its own.
func sharesPort(d *Difference, n int) bool {
	return slices.ContainsFunc(d.Before, func(s DiffStep) bool {
		c, ok := s.Call.(wsa.BindCall)
		other, symbol := portOf(portIn(c.Name))
		return ok && symbol && (other == n || c.S == SocketOf(n))
	})
}

// loneRoutine reports whether a call has a routine and no OVERLAPPED.
func loneRoutine(c wsa.Call) bool {
	f := reflect.ValueOf(c).FieldByName("Routine")
	return f.IsValid() && f.Bool() && overlappedOf(c) == 0
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
		ID: "a message that was cut behind its call", On: wine,
		When:   func(d *Difference, _, _ wsa.Return) bool { return len(d.Fields) == 0 && breaks(d, rules.MSGTruncated) },
		Reason: "the flags of a message that an overlapped WSARecvMsg cuts do not say that it was cut",
		Right:  "the simulator: observed RM4; MSG-TRUNCATED",
	},
	{
		ID: "the structure of a TransmitFile that failed", On: wine, Ops: resultOps, Ours: errs(0), Theirs: errs(wsa.WSA_IO_INCOMPLETE), Goes: true,
		When:   func(d *Difference, _, _ wsa.Return) bool { return d.Class == BothAllowed && transmitted(d, 0) },
		Reason: "an overlapped TransmitFile that fails at once leaves its structure as if it went on",
		Right:  "no source speaks of the structure of an operation that was not started; the specification allows both",
	},
	{
		ID: "a part of what TransmitFile sends", On: wine, Ops: receiveOps, Ours: errs(0), Theirs: errs(0), Parts: true,
		When: func(d *Difference, ours, theirs wsa.Return) bool {
			return d.Class == BothAllowed && transmitted(d, 0) && len(theirs.Data) > 0 && bytes.HasPrefix(ours.Data, theirs.Data)
		},
		Reason: "what TransmitFile sends goes out in parts, of which the last are on their way",
		Right:  "RECV-OK; the specification allows both",
	},
	{
		ID: "a file that is still being sent", On: wine, Ops: slices.Concat(resultOps, ops("WSAWaitForMultipleEvents", "GetQueuedCompletionStatus", "GetQueuedCompletionStatusEx")),
		When: func(d *Difference, ours, theirs wsa.Return) bool {
			return d.Class == BothAllowed && inPieces(d) && !isWaiting(ours) && isWaiting(theirs)
		},
		Reason: "an overlapped TransmitFile with a small size of each send takes a while",
		Right:  "TRANSMIT-OK; the specification allows both",
	},
	{
		ID: "flags of TransmitFile", On: wine,
		When: func(d *Difference, ours, theirs wsa.Return) bool {
			end := slices.Contains(receiveOps, d.Step.Call.Op()) && ours.Err == 0 && ours.N == 0 && theirs.Err == wsa.WSAEWOULDBLOCK
			return d.Class == BothAllowed && transmitted(d, wsa.TF_DISCONNECT|wsa.TF_REUSE_SOCKET) && (disconnected(d) || end)
		},
		Reason: "the flags are not looked at: the connection goes on",
		Right:  "the simulator: TRANSMIT-OK (page transmitfile); the specification does not follow such a socket",
	},
	{
		ID: "a socket to be used again", On: wine,
		When:   func(d *Difference, _, _ wsa.Return) bool { return disconnected(d) },
		Reason: "TF_REUSE_SOCKET only ends sending: the socket stays connected",
		Right:  "the simulator: DISCONN-OK",
	},
	{
		ID: "a routine without an OVERLAPPED", On: wine, Ops: slices.Concat(sendOps, receiveOps),
		When:   func(d *Difference, _, _ wsa.Return) bool { return d.Class == BothAllowed && loneRoutine(d.Step.Call) },
		Reason: "a call with a routine and no OVERLAPPED is not overlapped",
		Right:  "the simulator: OV-TOLD (page wsarecv)",
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
		ID: "who gets what comes to a port", On: wine,
		When: func(d *Difference, _, _ wsa.Return) bool {
			return d.Class == BothAllowed && slices.ContainsFunc(socketsOf(d.Step.Call), func(n int) bool { return sharesPort(d, n) })
		},
		Reason: "of two sockets that share a port another gets the datagram or the connection",
		Right:  "no source says which; the specification allows both",
	},
	{
		ID: "who may listen at a port", On: wine, Ops: ops("listen"), Ours: errs(0), Theirs: errs(wsa.WSAEADDRINUSE),
		Reason: "of the sockets at a port one may listen, where Linux takes their addresses for the same",
		Right:  "the simulator: BIND-SHARE",
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
