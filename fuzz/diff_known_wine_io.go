package fuzz

import (
	"slices"
	"strings"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// What Wine 8.0 does otherwise about readiness, events, overlapped operations and
// names.

// asksFor is a When: the call asks WSAPoll for flags that may not be asked for.
func asksFor(d *Difference, _, _ wsa.Return) bool {
	c, ok := d.Step.Call.(wsa.WSAPollCall)
	return ok && slices.ContainsFunc(c.FDArray, func(f wsa.PollFD) bool { return f.Events&^(wsa.POLLRDNORM|wsa.POLLRDBAND|wsa.POLLWRNORM) != 0 })
}

// invalidEntry is a When: WSAPoll is given a descriptor that is none.
func invalidEntry(_ *Difference, ours, _ wsa.Return) bool {
	return slices.ContainsFunc(ours.Revents, func(r int16) bool { return r&wsa.POLLNVAL != 0 })
}

// doubleEntry is a When: WSAPoll is given a socket twice, and says the same of the
// sockets as the simulator where it is asked the same.
func doubleEntry(d *Difference, ours, theirs wsa.Return) bool {
	c, ok := d.Step.Call.(wsa.WSAPollCall)
	seen := make(map[wsa.SOCKET]bool)
	double := false
	for _, f := range c.FDArray {
		double = double || seen[f.FD]
		seen[f.FD] = true
	}
	return ok && double && len(ours.Revents) == len(theirs.Revents)
}

// onlyRevents is a When: WSAPoll differs in no flag but those of the mask.
func onlyRevents(mask int16) func(*Difference, wsa.Return, wsa.Return) bool {
	return func(_ *Difference, ours, theirs wsa.Return) bool {
		if len(ours.Revents) != len(theirs.Revents) {
			return false
		}
		differ := false
		for i := range ours.Revents {
			x := ours.Revents[i] ^ theirs.Revents[i]
			if x&^mask != 0 {
				return false
			}
			differ = differ || x != 0
		}
		return differ
	}
}

// hasSent reports whether something was sent before.
func hasSent(d *Difference) bool {
	return slices.ContainsFunc(d.Before, func(s DiffStep) bool { return slices.Contains(sendOps, s.Call.Op()) })
}

// linuxResolver reports whether an error is a code of Linux's resolver that Wine
// has no code of Winsock's for.
func linuxResolver(e wsa.Errno) bool { return int32(e) < 0 }

// onlyFields is a When: the returns differ in no part but those.
func onlyFields(names ...string) func(*Difference, wsa.Return, wsa.Return) bool {
	return func(d *Difference, _, _ wsa.Return) bool {
		return len(d.Fields) > 0 && !slices.ContainsFunc(d.Fields, func(f string) bool { return !slices.Contains(names, f) })
	}
}

// sameEvents is a When: WSAEnumNetworkEvents tells the same events with other
// errors.
func sameEvents(_ *Difference, ours, theirs wsa.Return) bool {
	return ours.NetworkEvents != nil && theirs.NetworkEvents != nil && ours.NetworkEvents.NetworkEvents == theirs.NetworkEvents.NetworkEvents
}

// eventsDiffer is a When: of the network events that are told, only some of the mask
// differ.
func eventsDiffer(mask int32) func(*Difference, wsa.Return, wsa.Return) bool {
	return func(_ *Difference, ours, theirs wsa.Return) bool {
		if ours.NetworkEvents == nil || theirs.NetworkEvents == nil {
			return false
		}
		x := ours.NetworkEvents.NetworkEvents ^ theirs.NetworkEvents.NetworkEvents
		return x != 0 && x&^mask == 0
	}
}

// isWaiting reports whether a call that asks for an end was told that there is none.
func isWaiting(r wsa.Return) bool {
	return r.Err == wsa.WSA_IO_INCOMPLETE || r.Err == wsa.WAIT_TIMEOUT || r.Err == 0 && r.N == int64(wsa.WSA_WAIT_TIMEOUT)
}

// hasFailed reports whether a call tells that an attempt to connect has failed.
func hasFailed(r wsa.Return) bool {
	return slices.ContainsFunc(r.Revents, func(f int16) bool { return f&wsa.POLLERR != 0 })
}

// watchedEvent is a When: a socket sets an event that is waited for.
func watchedEvent(d *Difference, _, _ wsa.Return) bool {
	c, ok := d.Step.Call.(wsa.WSAWaitForMultipleEventsCall)
	return ok && slices.ContainsFunc(d.Before, func(s DiffStep) bool {
		e, ok := s.Call.(wsa.WSAEventSelectCall)
		return ok && slices.Contains(c.Events, e.EventObject)
	})
}

// sharedEvent reports whether several operations were started with one of the events
// that are waited for.
func sharedEvent(d *Difference) bool {
	c, ok := d.Step.Call.(wsa.WSAWaitForMultipleEventsCall)
	n := 0
	for _, s := range d.Before {
		if e := eventOf(s.Call); ok && e != 0 && slices.Contains(c.Events, e) {
			n++
		}
	}
	return n > 1
}

// How Wine ends an operation whose socket is closed: STATUS_HANDLES_CLOSED, and the
// number that it has for that.
const (
	statusHandlesClosed wsa.NTStatus = 0x8000000A
	statusTypeMismatch  wsa.NTStatus = 0xC0000024 // when its end was on its way
	errorHandlesClosed  wsa.Errno    = 676
)

// absentOptions are those that Wine does not have, by level and name.
var absentOptions = [][2]int32{
	{wsa.SOL_SOCKET, wsa.SO_DEBUG}, {wsa.SOL_SOCKET, wsa.SO_DONTROUTE}, {wsa.SOL_SOCKET, wsa.SO_MAX_MSG_SIZE}, {wsa.SOL_SOCKET, wsa.SO_CONDITIONAL_ACCEPT},
	{wsa.SOL_SOCKET, wsa.SO_RANDOMIZE_PORT}, {wsa.SOL_SOCKET, wsa.SO_REUSE_UNICASTPORT},
	{wsa.IPPROTO_TCP, wsa.TCP_KEEPALIVE}, {wsa.IPPROTO_TCP, wsa.TCP_KEEPCNT}, {wsa.IPPROTO_TCP, wsa.TCP_KEEPINTVL},
	{wsa.IPPROTO_TCP, wsa.TCP_MAXRT}, {wsa.IPPROTO_TCP, wsa.TCP_TIMESTAMPS}, {wsa.IPPROTO_TCP, wsa.TCP_FASTOPEN},
	{wsa.IPPROTO_IP, wsa.IP_DONTFRAGMENT}, {wsa.IPPROTO_IP, wsa.IP_RECVTTL}, {wsa.IPPROTO_IP, wsa.IP_RECVTOS}, {wsa.IPPROTO_IP, wsa.IP_RECEIVE_BROADCAST},
	{wsa.IPPROTO_IP, wsa.IP_TOS}, {wsa.IPPROTO_IP, wsa.IP_MULTICAST_TTL}, {wsa.IPPROTO_IP, wsa.IP_MULTICAST_LOOP}, {wsa.IPPROTO_IP, wsa.IP_PKTINFO},
	{wsa.IPPROTO_IPV6, wsa.IPV6_DONTFRAG}, {wsa.IPPROTO_IPV6, wsa.IPV6_HOPLIMIT}, {wsa.IPPROTO_IPV6, wsa.IPV6_RECVTCLASS},
	{wsa.IPPROTO_IPV6, wsa.IPV6_MULTICAST_HOPS}, {wsa.IPPROTO_IPV6, wsa.IPV6_MULTICAST_LOOP}, {wsa.IPPROTO_IPV6, wsa.IPV6_PKTINFO},
}

// The groups of functions.
var (
	portOps   = ops("GetQueuedCompletionStatus", "GetQueuedCompletionStatusEx")
	resultOps = ops("WSAGetOverlappedResult", "GetOverlappedResult")
)

var knownIO = []Known{
	{
		ID: "events of WSAPoll that may not be asked for", On: wine, Ops: ops("WSAPoll"), Ours: errs(wsa.WSAEINVAL), Theirs: errs(0, wsa.WSAENOTSOCK), Goes: true,
		When:   asksFor,
		Reason: "flags that Windows refuses are accepted, and the descriptors are judged first",
		Right:  "the simulator: POLL-EVENTS",
	},
	{
		ID: "a descriptor that is none in WSAPoll", On: wine, Ops: ops("WSAPoll"), Ours: errs(wsa.WSAEINVAL), Theirs: errs(wsa.WSAENOTSOCK), Goes: true,
		When:   invalidEntry,
		Reason: "an array without a valid socket is WSAENOTSOCK",
		Right:  "the simulator: POLL-NONE",
	},
	{
		ID: "a socket twice in WSAPoll", On: wine, Ops: ops("WSAPoll"), Ours: errs(0), Theirs: errs(0), Parts: true, // of what the socket is, the specification has learnt something wrong
		When:   doubleEntry,
		Reason: "of a socket that stands twice in the array, the second entry has nothing to report, or each entry is counted for each",
		Right:  "the simulator: POLL-COUNT",
	},
	{
		ID: "flags of WSAPoll that Linux has otherwise", On: wine, Ops: ops("WSAPoll"), Ours: errs(0), Theirs: errs(0), Goes: true,
		When:   onlyRevents(wsa.POLLHUP | wsa.POLLWRNORM),
		Reason: "POLLHUP and POLLWRNORM are left out where a connect has failed or the connection is gone",
		Right:  "the simulator: POLL-HUP, POLL-WRITE",
	},
	{
		ID: "readable by port-unreachable", On: wine, Ops: ops("WSAPoll"), Ours: errs(0), Theirs: errs(0), Goes: true,
		When: func(d *Difference, ours, theirs wsa.Return) bool {
			return d.Class == BothAllowed && onlyRevents(wsa.POLLRDNORM)(d, ours, theirs)
		},
		Reason: "a datagram socket that is not connected is not told that nobody has the port it sent to, so that it cannot be read",
		Right:  "POLL-READ, RECV-UNREACHED; the specification allows both",
	},
	{
		ID: "the peer before its context", On: wine, Ops: ops("getpeername", "shutdown", "WSASendDisconnect", "WSARecvDisconnect"), Ours: errs(wsa.WSAENOTCONN, 0), Theirs: errs(0),
		When: func(d *Difference, ours, theirs wsa.Return) bool {
			return (ours.Err != 0 || d.Class == BOutside && len(d.Fields) == 0) && began("ConnectEx", "AcceptEx")(d, ours, theirs)
		},
		Reason: "a socket that ConnectEx or AcceptEx has connected is like any other before its context is updated, which it may be before the end is told",
		Right:  "the simulator: CONTEXT-OLD",
	},
	{
		ID: "a context that is not there", On: wine, Ops: ops("setsockopt"), Ours: errs(wsa.WSAENOTCONN, 0), Theirs: errs(0),
		When: func(d *Difference, a, b wsa.Return) bool {
			return d.Class == BothAllowed && option(wsa.SO_UPDATE_CONNECT_CONTEXT)(d, a, b)
		},
		Reason: "SO_UPDATE_CONNECT_CONTEXT is accepted without a look at the socket",
		Right:  "OPT-CONTEXT; the specification allows both",
	},
	{
		ID: "the count of what is pending", On: wine, Ops: ops("AcceptEx", "ConnectEx", "WSASend", "WSASendTo", "WSARecv"), Ours: errs(wsa.WSA_IO_PENDING), Theirs: errs(wsa.WSA_IO_PENDING), Goes: true,
		When:   onlyFields("count"),
		Reason: "an operation that ends soon stores its count although the call says that it is pending",
		Right:  "no source speaks of the count of a pending call; the specification allows any",
	},
	{
		ID: "flags in results of lookups", On: wine, Ops: ops("GetAddrInfo"), Ours: errs(0), Theirs: errs(0), Goes: true,
		When:   onlyFields("addr_info"),
		Reason: "the results have the flags of the hints",
		Right:  "the simulator: observed GA10; GAI-FIELDS",
	},
	{
		ID: "errors of Linux's resolver", On: wine, Ops: ops("GetAddrInfo", "GetNameInfo"), Goes: true,
		When:   func(d *Difference, _, theirs wsa.Return) bool { return linuxResolver(theirs.Err) },
		Reason: "EAI_ADDRFAMILY, EAI_OVERFLOW and others have no counterpart, so that their numbers come through",
		Right:  "the simulator: GAI-NUMERICHOST, GNI-SMALL, GNI-NOROOM",
	},
	{
		ID: "hints that the resolver judges", On: wine, Ops: ops("GetAddrInfo"), Goes: true,
		Ours: errs(0, wsa.WSAHOST_NOT_FOUND, wsa.WSANO_RECOVERY, wsa.WSAEAFNOSUPPORT), Theirs: errs(0, wsa.WSATYPE_NOT_FOUND, wsa.WSAHOST_NOT_FOUND, wsa.WSAEINVAL),
		When: func(d *Difference, ours, theirs wsa.Return) bool {
			return d.Step.Call.(wsa.GetAddrInfoCall).Hints != nil && ours.Err != theirs.Err
		},
		Reason: "Linux's resolver judges whether type, protocol and family go together, and not what must be zero or the missing name",
		Right:  "the simulator: GAI-HINTS, GAI-NUMERICHOST, GAI-FIELDS",
	},
	{
		ID: "a name for no address", On: wine, Ops: ops("GetNameInfo"), Ours: errs(wsa.WSAEFAULT), Theirs: errs(wsa.WSAEAFNOSUPPORT), Goes: true,
		Reason: "a SOCKADDR that is too short is of a family that is not supported",
		Right:  "the simulator: GNI-FAULT",
	},
	{
		ID: "no room for a name", On: wine, Ops: ops("GetNameInfo"), Ours: errs(wsa.WSAEINVAL, wsa.WSAHOST_NOT_FOUND, wsa.WSAEFAULT), Theirs: errs(0, wsa.WSAHOST_NOT_FOUND), Goes: true,
		Reason: "a buffer that is missing or has no room is not asked for, and nothing is asked for then",
		Right:  "the simulator: GNI-NOTHING, GNI-NOROOM",
	},
	{
		ID: "the name of an interface", On: wine, Ops: ops("GetNameInfo"), Ours: errs(0), Theirs: errs(0), Goes: true,
		When:   func(_ *Difference, ours, theirs wsa.Return) bool { return strings.Contains(text(theirs), "%") },
		Reason: "the scope of an address is told by the name of the interface of Linux",
		Right:  "the simulator: a number, GNI-HOST",
	},
	{
		ID: "nothing to cancel", On: wine, Ops: ops("CancelIoEx"), Ours: errs(wsa.ERROR_NOT_FOUND), Theirs: errs(0), Goes: true,
		Reason: "the operation is over for the simulator and goes on here, or is known to have been there",
		Right:  "the simulator: CANCEL-NONE",
	},
	{
		ID: "the code of FD_CLOSE", On: wine, Ops: ops("WSAEnumNetworkEvents"), Ours: errs(0), Theirs: errs(0), Goes: true,
		When:   sameEvents,
		Reason: "the end of a connection that was reset is told without an error",
		Right:  "the simulator: EVENUM-CODE",
	},
	{
		ID: "a datagram socket that is not bound can be sent on", On: wine, Ops: ops("WSAEnumNetworkEvents"), Ours: errs(0), Theirs: errs(0), Goes: true,
		When:   eventsDiffer(wsa.FD_WRITE),
		Reason: "FD_WRITE is told of a datagram socket before it is bound, and told again",
		Right:  "the simulator: EV-WRITE",
	},
	{
		ID: "FD_READ and FD_CLOSE before a receive", On: wine, Ops: ops("WSAEnumNetworkEvents"), Ours: errs(0), Theirs: errs(0), Goes: true,
		When:   eventsDiffer(wsa.FD_READ | wsa.FD_CLOSE | wsa.FD_WRITE),
		Reason: "after FD_READ neither more data nor the end of the stream is told before something was received, the end of the connection is told after that of the stream, and FD_WRITE not once the peer has ended",
		Right:  "the simulator: EV-CLOSE, EV-WRITE; of EV-READ the specification allows both",
	},
	{
		ID: "an operation that receives hides what is left", On: wine, Ops: ops("select", "WSAPoll"), Ours: errs(0), Theirs: errs(0), Goes: true,
		When: func(d *Difference, _, _ wsa.Return) bool {
			return d.Class == BothAllowed && slices.ContainsFunc(d.Before, func(s DiffStep) bool { return s.Call.Op() == "WSARecv" && overlappedOf(s.Call) != 0 })
		},
		Reason: "what an overlapped receive has left is not told before the thread has been told of the receive's end",
		Right:  "SELECT-READ, POLL-READ; the specification allows both",
	},
	{
		ID: "the order of what was cancelled", On: wine, Ops: portOps, Ours: errs(wsa.WSA_OPERATION_ABORTED, 0), Theirs: errs(wsa.WSA_OPERATION_ABORTED, 0), Goes: true,
		When: func(d *Difference, ours, theirs wsa.Return) bool {
			aborted := func(p wsa.Packet) bool { return p.Status == wsa.STATUS_CANCELLED }
			return d.Class == BothAllowed && slices.ContainsFunc(ours.Packets, aborted) && slices.ContainsFunc(theirs.Packets, aborted)
		},
		Reason: "operations that are cancelled together end with the latest first",
		Right:  "PORT-TOGETHER; the specification allows both",
	},
	{
		ID: "an event that a socket has set", On: wine, Ops: ops("WSAWaitForMultipleEvents"), Ours: errs(0), Theirs: errs(0), Goes: true,
		When:   watchedEvent,
		Reason: "FD_WRITE of a datagram socket that is not bound has set it, or FD_READ has not set it again",
		Right:  "the simulator: EV-WRITE, EV-READ",
	},
	{
		ID: "an event that is none", On: wine, Ops: ops("WSAEnumNetworkEvents"), Ours: errs(wsa.WSAEINVAL), Theirs: errs(0),
		When: func(d *Difference, _, _ wsa.Return) bool {
			return d.Step.Call.(wsa.WSAEnumNetworkEventsCall).EventObject != 0
		},
		Reason: "the handle of the event to reset is not looked at",
		Right:  "the simulator: EVENUM-EVENT",
	},
	{
		ID: "FD_CONNECT", On: wine, Ops: ops("WSAEnumNetworkEvents"), Ours: errs(0), Theirs: errs(0), Goes: true,
		When: func(d *Difference, ours, theirs wsa.Return) bool {
			mask := int32(wsa.FD_CONNECT | wsa.FD_WRITE)
			if hasSent(d) {
				mask |= wsa.FD_READ
			}
			return d.Class == BothAllowed && eventsDiffer(mask)(d, ours, theirs)
		},
		Reason: "a datagram socket that connects is not told, nor that nobody has the port it sent to before; a refusal is told at once",
		Right:  "EV-CONNECT, EV-READ; the specification allows both",
	},
	{
		ID: "events of a socket that does not send any more", On: wine, Ops: ops("WSAEnumNetworkEvents"), Ours: errs(0), Theirs: errs(0), Goes: true,
		When: func(d *Difference, ours, theirs wsa.Return) bool {
			return eventsDiffer(wsa.FD_CONNECT|wsa.FD_WRITE)(d, ours, theirs) && slices.ContainsFunc(d.Before, func(s DiffStep) bool {
				c, ok := s.Call.(wsa.ShutdownCall)
				return ok && c.How != wsa.SD_RECEIVE || s.Call.Op() == "WSASendDisconnect"
			})
		},
		Reason: "a socket that was shut down for sending has neither FD_WRITE nor FD_CONNECT",
		Right:  "the simulator: EV-WRITE, EV-CONNECT",
	},
	{
		ID: "data with the end of a connection", On: wine, Ops: ops("WSASendDisconnect", "WSARecvDisconnect"), Ours: errs(wsa.WSAENOPROTOOPT), Theirs: errs(0),
		When: func(d *Difference, _, _ wsa.Return) bool {
			return d.Class == BothAllowed || breaks(d, rules.DISCONNData)
		},
		Reason: "the data is not looked at",
		Right:  "the simulator: DISCONN-DATA",
	},
	{
		ID: "options that are not there", On: wine, Ops: optionOps, Theirs: errs(wsa.WSAENOPROTOOPT, wsa.WSAEOPNOTSUPP, wsa.WSAEINVAL, wsa.WSAEFAULT),
		When: func(d *Difference, ours, theirs wsa.Return) bool {
			return slices.ContainsFunc(absentOptions, func(o [2]int32) bool { return optionAt(o[0], o[1])(d, ours, theirs) })
		},
		Reason: "neither Wine nor Linux has the option, or not with that size",
		Right:  "the simulator: OPT-SET, OPT-GET",
	},
	{
		ID: "defaults of Linux", On: wine, Ops: ops("getsockopt"), Ours: errs(0), Theirs: errs(0), Goes: true,
		When: func(d *Difference, a, b wsa.Return) bool {
			return ofIP(d, a, b) || optionAt(wsa.IPPROTO_TCP, wsa.TCP_KEEPALIVE, wsa.TCP_KEEPCNT, wsa.TCP_KEEPINTVL)(d, a, b) || option(wsa.SO_DONTROUTE)(d, a, b)
		},
		Reason: "an option that was not set is as Linux has it, and four bytes long whatever the room",
		Right:  "the simulator, as OPT-GET; the specification allows any value",
	},
	{
		ID: "control codes that are not there", On: wine, Ops: ops("WSAIoctl", "ioctlsocket"), Theirs: errs(wsa.WSAEOPNOTSUPP, wsa.WSAEFAULT, wsa.WSAENOTCONN),
		When: func(d *Difference, _, theirs wsa.Return) bool {
			w, _ := d.Step.Call.(wsa.WSAIoctlCall)
			i, _ := d.Step.Call.(wsa.IoctlsocketCall)
			return theirs.Err == wsa.WSAEOPNOTSUPP || max(w.Code, i.Cmd) == wsa.SIO_IDEAL_SEND_BACKLOG_QUERY
		},
		Reason: "does not have the code, or judges the connection and the room before the call and what ioctlsocket takes",
		Right:  "the simulator: GEN-IOCTL",
	},
	{
		ID: "control codes that do nothing", On: wine, Ops: ops("WSAIoctl", "ioctlsocket"), Theirs: errs(0),
		When: func(d *Difference, _, _ wsa.Return) bool {
			w, _ := d.Step.Call.(wsa.WSAIoctlCall)
			i, _ := d.Step.Call.(wsa.IoctlsocketCall)
			return slices.Contains([]uint32{wsa.SIO_ENABLE_CIRCULAR_QUEUEING, wsa.SIO_FLUSH}, w.Code) || i.Cmd != 0 && i.Cmd != wsa.FIONBIO && i.Cmd != wsa.FIONREAD
		},
		Reason: "accepts SIO_ENABLE_CIRCULAR_QUEUEING and SIO_FLUSH on every socket, and codes of WSAIoctl in ioctlsocket",
		Right:  "the simulator: IOCTL-CODE; of IOCTL-KIND the specification allows both",
	},
	{
		ID: "an event is reset by a call that fails", On: wine, Ops: ops("WSAWaitForMultipleEvents"), Ours: errs(0), Theirs: errs(0), Goes: true,
		When: func(d *Difference, ours, theirs wsa.Return) bool {
			return d.Class == BothAllowed && !isWaiting(ours) && isWaiting(theirs) && slices.ContainsFunc(d.Before, func(s DiffStep) bool { return s.Call.Op() == "ConnectEx" })
		},
		Reason: "a ConnectEx that fails has reset its event",
		Right:  "no source speaks of it; the specification allows both",
	},
	{
		ID: "a receive that is refused", On: wine,
		When: func(d *Difference, _, _ wsa.Return) bool {
			v := d.ViolationB
			if v == nil {
				v = d.ViolationA
			}
			return len(d.Fields) == 0 && v != nil && strings.Contains(v.Text, wsa.NTStatus(wsa.STATUS_CONNECTION_REFUSED).String())
		},
		Parts:  true,
		Reason: "a datagram that nobody took ends a receive that waits with STATUS_CONNECTION_REFUSED",
		Right:  "the simulator: OV-STATUS, RECV-UNREACHED",
	},
	{
		ID: "a receive behind others", On: wine, Ops: ops("WSARecv"), Ours: errs(0), Theirs: errs(wsa.WSA_IO_PENDING),
		When:   began("WSARecv"),
		Reason: "a receive waits while the ends of those before it have not been told",
		Right:  "RECV-OK; the specification allows both",
	},
	{
		ID: "how much a receive gets", On: wine, Ops: slices.Concat(portOps, resultOps), Ours: errs(0), Theirs: errs(0), Parts: true,
		When: func(d *Difference, _, _ wsa.Return) bool {
			return d.Class == BothAllowed && began("WSARecv")(d, wsa.Return{}, wsa.Return{})
		},
		Reason: "of two receives that wait, the second gets what was sent later too",
		Right:  "OV-BYTES; the specification allows both",
	},
	{
		ID: "cancelled before its end was told", On: wine, Ops: slices.Concat(portOps, resultOps), Ours: errs(0), Theirs: errs(0, wsa.WSA_OPERATION_ABORTED), Parts: true,
		When: func(d *Difference, _, theirs wsa.Return) bool {
			return d.Class == BothAllowed && (theirs.Err != 0 || slices.ContainsFunc(theirs.Packets, func(p wsa.Packet) bool { return p.Status == wsa.STATUS_CANCELLED }))
		},
		Reason: "of several receives that data has come for, the last ones are cancelled before they get it",
		Right:  "OV-ABORTED; the specification allows both",
	},
	{
		ID: "AcceptEx that cannot be", On: wine, Ops: ops("AcceptEx"), Ours: errs(wsa.WSAEINVAL), Theirs: errs(wsa.WSA_IO_PENDING),
		Reason: "whether the one socket listens and the other is free is not looked at before there is a connection",
		Right:  "the simulator: observed AX2, AX5; ACCEPTEX-NOTLISTEN, ACCEPTEX-SOCKET",
	},
	{
		ID: "the last error of a lookup", On: wine, Ops: ops("WSAGetLastError"), Ours: errs(0), Theirs: errs(0),
		When: func(d *Difference, _, _ wsa.Return) bool {
			return len(d.Before) > 0 && slices.Contains(ops("GetNameInfo", "GetAddrInfo"), d.Before[len(d.Before)-1].Call.Op())
		},
		Reason: "a lookup that fails returns its error and leaves the last error as it was",
		Right:  "the simulator: LAST-FAILURE",
	},
	{
		ID: "the port of a peer that another has", On: wine, Ops: ops("accept", "WSAAccept", "getpeername", "recvfrom", "WSARecvFrom"), Ours: errs(0), Theirs: errs(0), Goes: true,
		When: func(d *Difference, ours, theirs wsa.Return) bool {
			none := func(uint16) uint16 { return 0 }
			return d.Class == BothAllowed && onlyFields("addr")(d, ours, theirs) && slices.Equal(withPort(ours.Addr, none), withPort(theirs.Addr, none))
		},
		Reason: "Linux gives a connecting socket a port that a socket at another address has, now and then",
		Right:  "CONN-BIND; the specification allows both",
	},
	{
		ID: "FD_CLOSE of a datagram socket", On: wine, Ops: ops("WSAEnumNetworkEvents"), Ours: errs(0), Theirs: errs(0), Goes: true,
		When: func(_ *Difference, ours, theirs wsa.Return) bool {
			return theirs.NetworkEvents != nil && theirs.NetworkEvents.NetworkEvents&wsa.FD_CLOSE != 0 &&
				theirs.NetworkEvents.ErrorCode[wsa.FD_CLOSE_BIT] == int32(wsa.WSAECONNREFUSED)
		},
		Reason: "that nobody has the port which a connected datagram socket sent to is told as the end of a connection",
		Right:  "the simulator: EV-CLOSE, EV-READ",
	},
	{
		ID: "data for a direction that was shut down", On: wine, Ops: ops("WSAPoll"), Ours: errs(0), Theirs: errs(0), Parts: true,
		When: func(d *Difference, ours, theirs wsa.Return) bool {
			return hasFailed(ours) && !hasFailed(theirs) && slices.ContainsFunc(d.Before, func(s DiffStep) bool {
				c, ok := s.Call.(wsa.ShutdownCall)
				return ok && c.How != wsa.SD_SEND || s.Call.Op() == "WSARecvDisconnect"
			})
		},
		Reason: "what comes after receiving was shut down is taken and lost, and does not reset the connection",
		Right:  "the simulator: POLL-ERR, POLL-HUP; where the peer goes on to send, the specification allows both",
	},
	{
		ID: "a reset as the end of a stream", On: wine, Ops: ops("WSAPoll"), Ours: errs(0), Theirs: errs(0), Goes: true,
		When: func(d *Difference, ours, theirs wsa.Return) bool {
			return hasFailed(ours) && !hasFailed(theirs) && onlyRevents(wsa.POLLERR|wsa.POLLWRNORM)(d, ours, theirs) &&
				slices.ContainsFunc(d.Before, func(s DiffStep) bool { return s.Call.Op() == "closesocket" })
		},
		Reason: "a connection whose peer was closed before it had read everything has POLLHUP and not POLLERR",
		Right:  "the simulator: POLL-ERR",
	},
	{
		ID: "port-unreachable as POLLERR", On: wine, Ops: ops("WSAPoll"), Ours: errs(0), Theirs: errs(0), Goes: true,
		When: func(d *Difference, ours, theirs wsa.Return) bool {
			return hasFailed(theirs) && !hasFailed(ours) && hasSent(d)
		},
		Reason: "that nobody has the port which a connected datagram socket sent to is told as the failure of a connection",
		Right:  "the simulator: POLL-ERR, POLL-READ",
	},
	{
		ID: "an event that is not needed", On: wine, Ops: ops("WSAEventSelect"), Ours: errs(0), Theirs: errs(wsa.WSAEINVAL), Goes: true,
		Reason: "the handle is judged although the mask is 0",
		Right:  "the simulator: EVSEL-REPLACE",
	},
	{
		ID: "closed under an operation", On: wine, Ops: slices.Concat(ops("closesocket"), portOps, resultOps),
		When: func(d *Difference, _, theirs wsa.Return) bool {
			return d.Class == BOutside && d.Step.Call.Op() == "closesocket" && len(d.Fields) == 0 || theirs.Err == errorHandlesClosed ||
				slices.ContainsFunc(theirs.Packets, func(p wsa.Packet) bool { return p.Status == statusHandlesClosed || p.Status == statusTypeMismatch })
		},
		Reason: "what goes on when its socket is closed ends with STATUS_HANDLES_CLOSED",
		Right:  "the simulator: OV-ABORTED, OV-STATUS",
	},
	{
		ID: "a connection that nobody wants", On: wine, Ops: slices.Concat(portOps, resultOps, ops("WSAWaitForMultipleEvents", "WSAPoll", "select")),
		When: func(d *Difference, ours, theirs wsa.Return) bool {
			return began("ConnectEx")(d, ours, theirs) && (isWaiting(ours) && !isWaiting(theirs) || hasFailed(theirs) || ours.Sets != nil && ours.N < theirs.N)
		},
		Reason: "Linux tells at once that nobody listens; Windows asks three times, half a second apart",
		Right:  "the simulator: observed; CONN-REFUSED",
	},
	{
		ID: "a socket that an AcceptEx has", On: wine, Ops: ops("bind", "listen", "connect", "WSAConnect", "getsockname", "WSAPoll", "select"),
		When:   func(d *Difference, a, b wsa.Return) bool { return d.Class == BothAllowed && began("AcceptEx")(d, a, b) },
		Reason: "a socket that an AcceptEx is to accept with is like any other until it has accepted",
		Right:  "ACCEPTEX-BUSY: no source speaks of it; the specification allows both",
	},
	{
		ID: "an event of two operations", On: wine, Ops: ops("WSAWaitForMultipleEvents"), Ours: errs(0), Theirs: errs(0), Goes: true,
		When: func(d *Difference, ours, theirs wsa.Return) bool {
			return d.Class == BothAllowed && isWaiting(ours) && !isWaiting(theirs) && sharedEvent(d)
		},
		Reason: "the end of one operation sets its event after the start of another with the same event has reset it",
		Right:  "no source speaks of it; the specification allows both",
	},
}

// began is a When: an operation was started by one of the functions before, at the
// socket of the call, or at any if the call names none.
func began(names ...string) func(*Difference, wsa.Return, wsa.Return) bool {
	return func(d *Difference, _, _ wsa.Return) bool {
		return slices.ContainsFunc(d.Before, func(s DiffStep) bool {
			x, _ := callSocket(s.Call)
			if a, ok := s.Call.(wsa.AcceptExCall); ok {
				x = a.AcceptSocket
			}
			return slices.Contains(names, s.Call.Op()) && (d.Socket == 0 || x == SocketOf(d.Socket))
		})
	}
}
