package fuzz

import (
	"slices"
	"strings"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// wine is what Wine 8.0 over Linux is called in the table.
const wine = "wine"

// errs spells a set of errors, of which 0 is success.
func errs(list ...wsa.Errno) []wsa.Errno { return list }

// ops spells a set of functions.
func ops(list ...string) []string { return list }

// option is a When: the call is about one of the options of SOL_SOCKET.
func option(names ...int32) func(*Difference, wsa.Return, wsa.Return) bool {
	return optionAt(wsa.SOL_SOCKET, names...)
}

// optionAt is a When: the call is about one of the options of the level.
func optionAt(level int32, names ...int32) func(*Difference, wsa.Return, wsa.Return) bool {
	return func(d *Difference, _, _ wsa.Return) bool {
		switch c := d.Step.Call.(type) {
		case wsa.GetsockoptCall:
			return c.Level == level && slices.Contains(names, c.Optname)
		case wsa.SetsockoptCall:
			return c.Level == level && slices.Contains(names, c.Optname)
		}
		return false
	}
}

// hops is a When: the call is about how far packets go.
func hops(d *Difference, ours, theirs wsa.Return) bool {
	return optionAt(wsa.IPPROTO_IP, wsa.IP_TTL, wsa.IP_MULTICAST_TTL)(d, ours, theirs) || optionAt(wsa.IPPROTO_IPV6, wsa.IPV6_UNICAST_HOPS, wsa.IPV6_MULTICAST_HOPS)(d, ours, theirs)
}

// ofIP is a When: the call is about an option of IP, of which the other says no more
// than the specification allows, or says that it is longer than the room.
func ofIP(d *Difference, _, theirs wsa.Return) bool {
	long := theirs.Len != nil && *theirs.Len > int64(len(theirs.Data))
	if c, ok := d.Step.Call.(wsa.GetsockoptCall); ok && theirs.Len != nil && c.Optlen != nil {
		long = long || *theirs.Len > int64(*c.Optlen)
	}
	return (d.Class == BothAllowed || long) && aboutIP(d.Step.Call)
}

// aboutIP reports whether a call is about an option of IP.
func aboutIP(c wsa.Call) bool {
	level := int32(-1)
	switch c := c.(type) {
	case wsa.GetsockoptCall:
		level = c.Level
	case wsa.SetsockoptCall:
		level = c.Level
	}
	return level == wsa.IPPROTO_IP || level == wsa.IPPROTO_IPV6
}

// nullCount is a When: the call passes NULL for the count of bytes.
func nullCount(d *Difference, _, _ wsa.Return) bool {
	switch c := d.Step.Call.(type) {
	case wsa.WSASendCall:
		return c.NullSent
	case wsa.WSASendToCall:
		return c.NullSent
	case wsa.WSARecvCall:
		return c.NullReceived
	case wsa.WSARecvFromCall:
		return c.NullReceived
	case wsa.WSASendMsgCall:
		return c.NullSent
	case wsa.WSARecvMsgCall:
		return c.NullReceived
	}
	return false
}

// toItself reports whether a socket of the call has tried to connect to its own
// port.
func toItself(d *Difference) bool {
	for _, n := range socketsOf(d.Step.Call) {
		own := func(c wsa.Call) bool {
			var name wsa.Bytes
			switch c := c.(type) {
			case wsa.ConnectCall:
				name = c.Name
			case wsa.WSAConnectCall:
				name = c.Name
			}
			x, ok := callSocket(c)
			return ok && x == SocketOf(n) && samePort(d, portIn(name), n)
		}
		if own(d.Step.Call) || slices.ContainsFunc(d.Before, func(s DiffStep) bool { return own(s.Call) }) {
			return true
		}
	}
	return false
}

// samePort reports whether a port is that of the socket: its own symbol, or that of
// another socket that was bound to the same.
func samePort(d *Difference, port uint16, n int) bool {
	other, symbol := portOf(port)
	return symbol && (other == n || slices.ContainsFunc(d.Before, func(s DiffStep) bool {
		c, ok := s.Call.(wsa.BindCall)
		return ok && (c.S == SocketOf(other) && portIn(c.Name) == PortOf(n) || c.S == SocketOf(n) && portIn(c.Name) == port)
	}))
}

// socketsOf are the numbers of the sockets that a call is about.
func socketsOf(c wsa.Call) (list []int) {
	rewritten(c, rewriting{socket: func(x wsa.SOCKET) wsa.SOCKET {
		if n, ok := madeBy(x); ok {
			list = append(list, n)
		}
		return x
	}})
	return list
}

// triedBefore is a When: something was sent on the socket, or it was to be
// connected.
func triedBefore(d *Difference, _, _ wsa.Return) bool {
	return slices.ContainsFunc(d.Before, func(s DiffStep) bool {
		x, ok := callSocket(s.Call)
		return ok && x == SocketOf(d.Socket) && slices.Contains(binding, s.Call.Op())
	})
}

// portIn is the port of a SOCKADDR, 0 for none.
func portIn(b wsa.Bytes) (port uint16) {
	withPort(b, func(p uint16) uint16 { port = p; return p })
	return port
}

// asksForBytes reports whether a call asks how much there is to read.
func asksForBytes(c wsa.Call) bool {
	switch c := c.(type) {
	case wsa.IoctlsocketCall:
		return c.Cmd == wsa.FIONREAD
	case wsa.WSAIoctlCall:
		return c.Code == wsa.FIONREAD
	}
	return false
}

// receivedBefore reports whether the socket of the call was received from
// before.
func receivedBefore(d *Difference) bool {
	for _, s := range d.Before {
		if x, ok := callSocket(s.Call); ok && slices.Contains(receiveOps, s.Call.Op()) && x == SocketOf(d.Socket) {
			return true
		}
	}
	return false
}

// named is a When: the call names a destination.
func named(d *Difference, _, _ wsa.Return) bool { return hasName(d.Step.Call) }

// hasName reports whether a send names a destination.
func hasName(c wsa.Call) bool {
	switch c := c.(type) {
	case wsa.SendtoCall:
		return c.To != nil
	case wsa.WSASendToCall:
		return c.To != nil
	case wsa.WSASendMsgCall:
		return c.Name != nil
	}
	return false
}

// flags is a When: the call has one of the flags.
func flags(mask uint32) func(*Difference, wsa.Return, wsa.Return) bool {
	return func(d *Difference, _, _ wsa.Return) bool { return flagsOf(d.Step.Call)&mask != 0 }
}

// flagsOf is the flags of a transfer.
func flagsOf(c wsa.Call) uint32 {
	switch c := c.(type) {
	case wsa.SendCall:
		return uint32(c.Flags)
	case wsa.SendtoCall:
		return uint32(c.Flags)
	case wsa.RecvCall:
		return uint32(c.Flags)
	case wsa.RecvfromCall:
		return uint32(c.Flags)
	case wsa.WSASendCall:
		return c.Flags
	case wsa.WSASendToCall:
		return c.Flags
	case wsa.WSARecvCall:
		return value(c.Flags)
	case wsa.WSARecvFromCall:
		return value(c.Flags)
	}
	return 0
}

func value(p *uint32) uint32 {
	if p == nil {
		return 0
	}
	return *p
}

// The groups of functions.
var (
	sendOps    = ops("send", "sendto", "WSASend", "WSASendTo", "WSASendMsg", "TransmitFile")
	receiveOps = ops("recv", "recvfrom", "WSARecv", "WSARecvFrom", "WSARecvMsg")
	nameOps    = ops("bind", "connect", "WSAConnect", "sendto", "WSASendTo", "WSASendMsg")
	optionOps  = ops("getsockopt", "setsockopt")
)

// Errors that Wine makes of those of Linux.
var (
	linuxNames = errs(wsa.WSAEADDRNOTAVAIL, wsa.WSAEINVAL, wsa.WSAENETUNREACH, wsa.WSAEAFNOSUPPORT, wsa.WSAEOPNOTSUPP, wsa.WSAECONNREFUSED)
	arguments  = errs(wsa.WSAEFAULT, wsa.WSAEINVAL, wsa.WSAEAFNOSUPPORT, wsa.WSAENOPROTOOPT, wsa.WSAEOPNOTSUPP)
)

var knownDifferences = []Known{
	{
		ID: "two reasons to fail", On: wine,
		When: func(d *Difference, ours, theirs wsa.Return) bool {
			return d.Class == BothAllowed && refusal(ours) && refusal(theirs)
		},
		Reason: "the call has two reasons to fail, and each names another",
		Right:  "no source orders the two; the specification allows both",
	},
	{
		ID: "the program would end", On: wine, Ops: ops("getsockname", "getpeername", "WSAEnumNetworkEvents", "getprotobyname"), Goes: true,
		When: func(_ *Difference, _, theirs wsa.Return) bool {
			return strings.Contains(theirs.Failure, "would end the program")
		},
		Reason: "uses a pointer that is NULL; the call is not made",
		Right:  "the simulator: NAME-FAULT, EVENUM-FAULT, PROTO-NONE",
	},
	{
		ID: "handle after arguments", On: wine, Ours: errs(wsa.WSAENOTSOCK),
		Theirs: arguments,
		Reason: "judges some arguments before the handle",
		Right:  "the simulator: GEN-NOTSOCK, observed SP1, SN3",
	},
	{
		ID: "without a socket", On: wine, Ops: ops("setsockopt", "WSAIoctl"), Ours: errs(wsa.WSAENOTSOCK), Theirs: errs(0), Goes: true,
		When: func(d *Difference, _, _ wsa.Return) bool {
			switch c := d.Step.Call.(type) {
			case wsa.SetsockoptCall:
				return c.Level == wsa.SOL_SOCKET
			case wsa.WSAIoctlCall:
				return slices.Contains([]uint32{wsa.SIO_UDP_CONNRESET, wsa.SIO_ENABLE_CIRCULAR_QUEUEING, wsa.SIO_FLUSH}, c.Code)
			}
			return false
		},
		Reason: "accepts some options and control codes without a look at the handle",
		Right:  "the simulator: GEN-NOTSOCK",
	},
	{
		ID: "listen: bound first", On: wine, Ops: ops("listen"), Ours: errs(wsa.WSAEOPNOTSUPP, wsa.WSAEISCONN), Theirs: errs(wsa.WSAEINVAL),
		Reason: "that the socket is not bound, or not in a state to listen, is judged first",
		Right:  "the simulator: observed LI2; LISTEN-CONN",
	},
	{
		ID: "length of a name", On: wine, Ops: nameOps, Ours: errs(wsa.WSAEFAULT), Theirs: linuxNames,
		Reason: "the length of the address is judged late, after the state of the socket and the address itself",
		Right:  "the simulator: observed BI1, BI7",
	},
	{
		ID: "family of a name", On: wine, Ops: nameOps, Ours: errs(wsa.WSAEAFNOSUPPORT, wsa.WSAEOPNOTSUPP), Theirs: append(errs(wsa.WSAEFAULT), linuxNames...),
		Reason: "an address of another family is judged by Linux, whose error has no counterpart",
		Right:  "the simulator: CONN-FAMILY, SEND-FAMILY",
	},
	{
		ID: "not connected", On: wine, Ops: sendOps, Ours: errs(wsa.WSAENOTCONN),
		Theirs: errs(wsa.WSAEINVAL, wsa.WSAECONNRESET),
		Reason: "a socket that was never bound is invalid, and one that was refused or is listening has the error of Linux's EPIPE",
		Right:  "the simulator: SEND-NOTCONN",
	},
	{
		ID: "an empty WSAPROTOCOL_INFOW", On: wine, Ops: ops("WSASocket"), Ours: errs(wsa.WSAEINVAL), Theirs: errs(0),
		Reason: "takes the other arguments where the structure is all zero",
		Right:  "the simulator: SOCK-INFO-BAD (page wsasocketw: the structure is incomplete)",
	},
	{
		ID: "socket: type before family", On: wine, Ops: ops("socket", "WSASocket"), Ours: errs(wsa.WSAEAFNOSUPPORT, wsa.WSAESOCKTNOSUPPORT),
		Theirs: errs(wsa.WSAESOCKTNOSUPPORT, wsa.WSAEPROTONOSUPPORT, wsa.WSAEINVAL),
		Reason: "judges protocol and type before the family",
		Right:  "the simulator: SOCK-ORDER, observed SK4, SK5",
	},
	{
		ID: "SO_DONTLINGER", On: wine, Ops: optionOps, Ours: errs(wsa.WSAENOPROTOOPT), Theirs: errs(0), When: option(wsa.SO_DONTLINGER, wsa.SO_LINGER),
		Reason: "datagram sockets have the options about lingering",
		Right:  "the simulator: OPT-KIND",
	},
	{
		ID: "SO_BROADCAST and SO_OOBINLINE", On: wine, Ops: optionOps, Ours: errs(wsa.WSAENOPROTOOPT), Theirs: errs(0),
		When:   option(wsa.SO_BROADCAST, wsa.SO_OOBINLINE, wsa.SO_KEEPALIVE, wsa.SO_DEBUG, wsa.SO_DONTROUTE, wsa.SO_MAX_MSG_SIZE),
		Reason: "sockets of every type have the option",
		Right:  "the simulator: OPT-KIND",
	},
	{
		ID: "IPV6_V6ONLY", On: wine, Ops: optionOps, Ours: errs(0, wsa.WSAEINVAL), Theirs: errs(wsa.WSAEOPNOTSUPP, wsa.WSAEINVAL, 0),
		When:   optionAt(wsa.IPPROTO_IPV6, wsa.IPV6_V6ONLY),
		Reason: "sockets of IPv4 do not have it, and Linux fixes it when a socket is bound or connected",
		Right:  "the simulator: observed V64",
	},
	{
		ID: "a BOOL of fewer bytes", On: wine, Ops: ops("getsockopt"), Ours: errs(0), Theirs: errs(0), Goes: true,
		When: func(d *Difference, ours, theirs wsa.Return) bool {
			return len(ours.Data) > 1 && len(theirs.Data) == 1 && ours.Data[0] == theirs.Data[0]
		},
		Reason: "a BOOL into a buffer of two or three bytes stores one and says so",
		Right:  "no source speaks of those sizes; the specification allows both",
	},
	{
		ID: "size of a buffer of the system", On: wine, Ops: ops("getsockopt"), Ours: errs(0), Theirs: errs(0), Goes: true,
		When:   option(wsa.SO_RCVBUF, wsa.SO_SNDBUF),
		Reason: "the sizes are those of Linux, which doubles what is set",
		Right:  "no source fixes the default; the specification allows any",
	},
	{
		ID: "an option of no bytes", On: wine, Ops: ops("setsockopt"), Ours: errs(wsa.WSAEFAULT), Theirs: errs(0),
		When:   func(d *Difference, _, _ wsa.Return) bool { return d.Class == BothAllowed || breaks(d, rules.OPTFault) },
		Reason: "setting the option with no or too few bytes succeeds",
		Right:  "the simulator: observed OL16; OPT-FAULT",
	},
	{
		ID: "flags that are not for sending", On: wine, Ops: sendOps, Ours: errs(wsa.WSAEINVAL, wsa.WSAEOPNOTSUPP), Theirs: errs(0, wsa.WSAEINVAL), When: flags(^uint32(0)),
		Reason: "flags that mean nothing in a send are ignored",
		Right:  "SEND-FLAGS; the specification allows both",
	},
	{
		ID: "flags that are not for receiving", On: wine, Ops: receiveOps, Ours: errs(wsa.WSAEINVAL, wsa.WSAEOPNOTSUPP), Theirs: errs(0, wsa.WSAEWOULDBLOCK, wsa.WSAEMSGSIZE), When: flags(^uint32(0)),
		Reason: "flags that mean nothing in a receive are ignored",
		Right:  "RECV-FLAGS; the specification allows both",
	},
	{
		ID: "a send on an unconnected socket", On: wine, Ops: sendOps, Ours: errs(wsa.WSAEINVAL, wsa.WSAEOPNOTSUPP, wsa.WSAEFAULT), Theirs: errs(wsa.WSAECONNRESET),
		Reason: "a stream that is not connected has the error of Linux's EPIPE, whatever else is wrong",
		Right:  "the simulator: SEND-NOTCONN",
	},
	{
		ID: "no receive before bind", On: wine, Ops: receiveOps, Ours: errs(wsa.WSAEINVAL), Theirs: errs(wsa.WSAEWOULDBLOCK),
		When: func(d *Difference, _, _ wsa.Return) bool {
			return d.Class == BothAllowed || breaks(d, rules.RECVUnbound)
		},
		Reason: "a datagram socket need not be bound to receive",
		Right:  "the simulator: RECV-UNBOUND",
	},
	{
		ID: "bound by a failure", On: wine, Ops: ops("getsockname"), Ours: errs(wsa.WSAEINVAL), Theirs: errs(0), When: triedBefore,
		Reason: "a send that fails has bound the socket, where that of Windows has not",
		Right:  "SEND-BIND; the specification does not know which failures do",
	},
	{
		ID: "the address of a failed attempt", On: wine, Ops: ops("getsockname"), Ours: errs(0), Theirs: errs(0), Goes: true,
		When: func(_ *Difference, ours, theirs wsa.Return) bool {
			a, errA := wsa.ParseSockaddr(ours.Addr)
			b, errB := wsa.ParseSockaddr(theirs.Addr)
			return errA == nil && errB == nil && a.Addr().IsUnspecified() && b.Addr().IsLoopback()
		},
		Reason: "Linux keeps the local address that an attempt to connect chose",
		Right:  "no source speaks of it; NAME-WILDCARD allows both",
	},
	{
		ID: "no buffers", On: wine, Ops: ops("WSARecv", "WSARecvFrom"), Ours: errs(wsa.WSAEINVAL), Theirs: errs(wsa.WSAEWOULDBLOCK, 0),
		Reason: "receives into no buffers instead of refusing it",
		Right:  "the simulator: observed EM1; RECV-COUNT",
	},
	{
		ID: "codes of the secure extensions", On: wine, Ops: ops("WSAIoctl"), Theirs: errs(wsa.WSAEOPNOTSUPP),
		When: func(d *Difference, _, _ wsa.Return) bool {
			return slices.Contains(secureCodes, d.Step.Call.(wsa.WSAIoctlCall).Code)
		},
		Reason: "does not have the extensions: WSAEOPNOTSUPP for each of their codes",
		Right:  "the simulator: GEN-IOCTL",
	},
	{
		ID: "SIO_UDP_CONNRESET", On: wine, Ops: ops("WSAIoctl"), Ours: errs(wsa.WSAEINVAL), Theirs: errs(0),
		When: func(d *Difference, _, _ wsa.Return) bool {
			return d.Step.Call.(wsa.WSAIoctlCall).Code == wsa.SIO_UDP_CONNRESET
		},
		Reason: "accepts the code on sockets that are not bound, and on streams",
		Right:  "the simulator: observed UC1; IOCTL-CONNRESET",
	},
	{
		ID: "hops out of range", On: wine, Ops: ops("setsockopt"), Ours: errs(0, wsa.WSAEINVAL), Theirs: errs(wsa.WSAEINVAL, 0), When: hops,
		Reason: "Linux refuses 0 hops and takes -1 for the default",
		Right:  "no source gives the range; OPT-VALUE allows both",
	},
	{
		ID: "hops by default", On: wine, Ops: ops("getsockopt"), Ours: errs(0), Theirs: errs(0), Goes: true,
		When:   hops,
		Reason: "Linux begins with 64 hops, and a byte of them is enough",
		Right:  "the simulator: 128, as OPT-GET; the specification allows any",
	},
	{
		ID: "options of IPv4 on IPv6", On: wine, Ops: optionOps, Ours: errs(wsa.WSAENOPROTOOPT), Theirs: errs(0), When: ofIP,
		Reason: "sockets of IPv6, and streams, have the options of IPv4 and of datagrams too",
		Right:  "OPT-KIND; the specification allows both",
	},
	{
		ID: "port-unreachable", On: wine, Ops: receiveOps, Ours: errs(wsa.WSAECONNRESET), Theirs: errs(wsa.WSAEWOULDBLOCK, wsa.WSAEMSGSIZE, 0),
		Reason: "a datagram socket that is not connected is not told that nobody has the port it sent to, and one that is gets data first",
		Right:  "the simulator: RECV-UNREACHED",
	},
	{
		ID: "after a refused attempt", On: wine, Ops: ops("connect", "WSAConnect"), Theirs: errs(wsa.WSAECONNABORTED),
		Reason: "Linux ends an attempt to connect that follows a failed one with ECONNABORTED",
		Right:  "the simulator: CONN-RETRY",
	},
	{
		ID: "the end of what never began", On: wine, Ops: receiveOps, Ours: errs(wsa.WSAENOTCONN), Theirs: errs(0),
		Reason: "after a failed attempt to connect a receive gives the end of the stream",
		Right:  "the simulator: RECV-NOTCONN",
	},
	{
		ID: "listen after a refused attempt", On: wine, Ops: ops("listen"), Ours: errs(0, wsa.WSAEINVAL), Theirs: errs(wsa.WSAEINVAL),
		When:   func(d *Difference, a, b wsa.Return) bool { return triedBefore(d, a, b) || began("ConnectEx")(d, a, b) },
		Reason: "a socket whose attempt to connect has failed, which Linux knows at once, is not bound any more",
		Right:  "the simulator: observed SL28",
	},
	{
		ID: "keep-alive of datagrams", On: wine, Ops: ops("WSAIoctl"), Ours: errs(wsa.WSAENOPROTOOPT), Theirs: errs(0),
		When: func(d *Difference, _, _ wsa.Return) bool {
			return d.Step.Call.(wsa.WSAIoctlCall).Code == wsa.SIO_KEEPALIVE_VALS
		},
		Reason: "datagram sockets have SIO_KEEPALIVE_VALS",
		Right:  "the simulator: IOCTL-KIND",
	},
	{
		ID: "a name that a stream ignores", On: wine, Ops: ops("sendto", "WSASendTo"), Ours: errs(0), Theirs: errs(wsa.WSAEFAULT, wsa.WSAEISCONN, wsa.WSAEINVAL, wsa.WSAEADDRNOTAVAIL),
		When:   func(d *Difference, _, _ wsa.Return) bool { return hasName(d.Step.Call) && !breaks(d, rules.SENDPort0) },
		Reason: "a destination is judged although the stream is connected and ignores it",
		Right:  "the simulator: SEND-STREAM-ADDR",
	},
	{
		ID: "quality of service of a group", On: wine, Ops: ops("WSAConnect"), Ours: errs(wsa.WSAEINVAL), Theirs: errs(wsa.WSAEOPNOTSUPP),
		Reason: "connects without a look at what it does not support",
		Right:  "the simulator: CONN-GQOS",
	},
	{
		ID: "a broken connection", On: wine, Ops: sendOps, Ours: errs(wsa.WSAECONNABORTED, wsa.WSAECONNRESET), Theirs: errs(wsa.WSAECONNABORTED, wsa.WSAECONNRESET, wsa.WSAESHUTDOWN, wsa.WSAEFAULT, 0),
		Reason: "Linux keeps one error of a broken connection and gives it once",
		Right:  "the simulator: observed RS3; SEND-ABORTED allows both",
	},
	{
		ID: "the end before the reset", On: wine, Ops: receiveOps, Ours: errs(wsa.WSAECONNABORTED, wsa.WSAECONNRESET), Theirs: errs(0),
		Reason: "the peer is shut down before it is closed, so that the end of the stream comes before the reset",
		Right:  "the simulator: RECV-RESET",
	},
	{
		ID: "last error after a success", On: wine, Ops: ops("WSAGetLastError"), Ours: errs(0), Theirs: errs(0), Goes: true,
		When: func(d *Difference, ours, theirs wsa.Return) bool {
			return d.Class == BothAllowed && (ours.N == 0 || theirs.N == 0 || len(d.Before) > 0 && slices.Contains(ops("setsockopt", "WSAIoctl"), d.Before[len(d.Before)-1].Call.Op()))
		},
		Reason: "a function that succeeds leaves the last error where that of Windows sets it to 0, or the other way round",
		Right:  "LAST-SUCCESS; the specification allows both",
	},
	{
		ID: "no count", On: wine, Ops: ops("WSARecv", "WSARecvFrom", "WSARecvMsg", "WSASend", "WSASendTo", "WSASendMsg"), Ours: errs(wsa.WSAEFAULT), Theirs: errs(0, wsa.WSAEWOULDBLOCK, wsa.WSAEMSGSIZE, wsa.WSAECONNRESET, wsa.WSAECONNABORTED),
		When:   nullCount,
		Reason: "the missing count of a call without an overlapped operation is not looked at",
		Right:  "the simulator: RECV-COUNT, SEND-COUNT",
	},
	{
		ID: "to the unspecified address", On: wine, Ops: nameOps, Ours: errs(wsa.WSAEADDRNOTAVAIL), Theirs: errs(0, wsa.WSAEWOULDBLOCK),
		Reason: "0.0.0.0, :: and port 0 are destinations of Linux",
		Right:  "the simulator: CONN-ZERO, SEND-ADDR",
	},
	{
		ID: "to the unspecified address of IPv4, mapped", On: wine, Ops: nameOps, Ours: errs(0, wsa.WSAEADDRNOTAVAIL), Theirs: errs(wsa.WSAENETUNREACH),
		Reason: "::ffff:0.0.0.0 is a destination that an IPv6 socket of Linux does not reach",
		Right:  "the simulator: CONN-DISSOLVE, CONN-ZERO",
	},
	{
		ID: "a mapped address", On: wine, Ops: ops("bind"), Ours: errs(wsa.WSAEADDRNOTAVAIL), Theirs: errs(wsa.WSAEINVAL),
		Reason: "Linux calls an address that the socket cannot have invalid",
		Right:  "the simulator: BIND-NOTLOCAL",
	},
	{
		ID: "length of an option", On: wine, Ops: ops("getsockopt"), Ours: errs(0), Theirs: errs(0), Goes: true,
		When: func(_ *Difference, ours, theirs wsa.Return) bool {
			n := min(len(ours.Data), len(theirs.Data))
			return n > 0 && (n != max(len(ours.Data), len(theirs.Data)) || *ours.Len != *theirs.Len) && slices.Equal(ours.Data[:n], theirs.Data[:n])
		},
		Reason: "leaves the length of the buffer as it was where four bytes are stored, or says four where fewer are",
		Right:  "the simulator: observed OL1; OPT-GET",
	},
	{
		ID: "accept without room", On: wine, Ops: ops("accept", "WSAAccept"), Ours: errs(wsa.WSAEFAULT), Theirs: errs(0, wsa.WSAEWOULDBLOCK),
		Reason: "the room for the address is judged when there is a connection, or not at all",
		Right:  "ACCEPT-FAULT; the specification allows both",
	},
	{
		ID: "ready after a refusal", On: wine, Ops: ops("select"), Ours: errs(0), Theirs: errs(0),
		When: func(d *Difference, ours, theirs wsa.Return) bool {
			return (d.Class == BothAllowed || d.Class == BOutside) && ours.N == theirs.N
		},
		Reason: "a refused attempt to connect makes the socket writable, not exceptional",
		Right:  "the simulator: observed SL24",
	},
	{
		ID: "no argument of a control code", On: wine, Ops: ops("ioctlsocket", "WSAIoctl"), Ours: errs(wsa.WSAEFAULT), Theirs: errs(wsa.WSAEINVAL),
		Reason: "the state of the socket is judged before the missing argument",
		Right:  "the simulator: IOCTL-FAULT",
	},
	{
		ID: "no receive on a fresh stream", On: wine, Ops: receiveOps, Ours: errs(wsa.WSAENOTCONN), Theirs: errs(wsa.WSAEWOULDBLOCK), When: flags(wsa.MSG_OOB),
		Reason: "urgent data is waited for on a stream that is not connected",
		Right:  "the simulator: RECV-NOTCONN",
	},
	{
		ID: "bytes to read", On: wine, Ops: ops("ioctlsocket", "WSAIoctl"), Ours: errs(0), Theirs: errs(0), Goes: true,
		When: func(d *Difference, ours, theirs wsa.Return) bool {
			return d.Class == BothAllowed && asksForBytes(d.Step.Call)
		},
		Reason: "FIONREAD on a datagram socket gives the size of the first datagram, not of all",
		Right:  "the simulator: IOCTL-NREAD; the specification allows both",
	},
	{
		ID: "a type of zero", On: wine, Ops: ops("socket", "WSASocket"), Ours: errs(wsa.WSAEPROTONOSUPPORT), Theirs: errs(0, wsa.WSAESOCKTNOSUPPORT),
		Reason: "takes a type of 0, and protocols that have no place there, for a raw socket or the first type that fits",
		Right:  "the simulator: SOCK-PROTO, observed SK4",
	},
	{
		ID: "a WSAPROTOCOL_INFOW that is wrong", On: wine, Ops: ops("WSASocket"), Ours: errs(wsa.WSAEINVAL), Theirs: errs(wsa.WSAESOCKTNOSUPPORT, wsa.WSAEAFNOSUPPORT, wsa.WSAEPROTONOSUPPORT),
		When:   func(d *Difference, _, _ wsa.Return) bool { return d.Step.Call.(wsa.WSASocketCall).ProtocolInfo != nil },
		Reason: "judges the other arguments although there is a structure",
		Right:  "the simulator: SOCK-INFO-BAD",
	},
	{
		ID: "a name judged first", On: wine, Ops: ops("sendto", "WSASendTo"), Ours: errs(wsa.WSAENOTCONN), Theirs: errs(wsa.WSAEFAULT), When: named,
		Reason: "the destination is judged before the connection",
		Right:  "the simulator: SEND-NOTCONN",
	},
	{
		ID: "quality of service is ignored", On: wine, Ops: ops("WSAConnect"), Ours: errs(wsa.WSAEINVAL, wsa.WSAEPROTONOSUPPORT), Theirs: append(errs(0, wsa.WSAEWOULDBLOCK), linuxNames...),
		When: func(d *Difference, _, _ wsa.Return) bool {
			c := d.Step.Call.(wsa.WSAConnectCall)
			return c.GroupQOS != nil || c.ServiceQOS != nil || c.CallerData != nil || c.CalleeData != nil
		},
		Reason: "what goes with a connection besides the name is ignored",
		Right:  "the simulator: CONN-GQOS, CONN-CALLERDATA",
	},
	{
		ID: "the name of a peer that is gone", On: wine, Ops: ops("getpeername"), Ours: errs(0), Theirs: errs(wsa.WSAENOTCONN),
		Reason: "Linux forgets the peer of a connection that was reset",
		Right:  "NAME-BROKEN; the specification allows both",
	},
	{
		ID: "shutdown after a reset", On: wine, Ops: ops("shutdown", "WSASendDisconnect", "WSARecvDisconnect"), Ours: errs(wsa.WSAECONNABORTED, wsa.WSAECONNRESET), Theirs: errs(0, wsa.WSAENOTCONN),
		Reason: "shutting down a connection that was reset succeeds, or finds none",
		Right:  "SHUT-RESET; the specification allows both",
	},
	{
		ID: "a port at another address", On: wine, Ops: ops("bind"), Ours: errs(0), Theirs: errs(wsa.WSAEADDRINUSE),
		Reason: "a port at the unspecified address conflicts with the same port at a specific one",
		Right:  "the simulator: BIND-SHARE",
	},
	{
		ID: "no room for an option", On: wine, Ops: optionOps, Ours: errs(wsa.WSAEFAULT), Theirs: errs(wsa.WSAEINVAL),
		Reason: "a missing buffer, or one that is too small, is invalid",
		Right:  "the simulator: OPT-FAULT",
	},
	{
		ID: "a negative length of a name", On: wine, Ops: ops("getsockname", "getpeername"), Ours: errs(wsa.WSAEFAULT), Theirs: errs(wsa.WSAEINVAL, wsa.WSAENOTCONN),
		Reason: "a negative length is invalid, once there is a peer",
		Right:  "the simulator: NAME-FAULT",
	},
	{
		ID: "SO_ACCEPTCONN of datagrams", On: wine, Ops: ops("getsockopt"), Ours: errs(wsa.WSAENOPROTOOPT), Theirs: errs(0), When: option(wsa.SO_ACCEPTCONN),
		Reason: "datagram sockets have the option",
		Right:  "OPT-KIND; the specification allows both",
	},
	{
		ID: "a failed receive takes the datagram", On: wine, Ops: receiveOps, Ours: errs(0, wsa.WSAEMSGSIZE), Theirs: errs(wsa.WSAEWOULDBLOCK),
		When:   func(d *Difference, _, _ wsa.Return) bool { return d.Class == BothAllowed && receivedBefore(d) },
		Reason: "a receive that fails for want of room for the address has taken the datagram",
		Right:  "RECV-FROMLEN; the specification allows both",
	},
	{
		ID: "dissolving by zeros", On: wine, Ops: sendOps, Ours: errs(wsa.WSAENOTCONN), Theirs: errs(0),
		Reason: "connecting a datagram socket to an address of zeros connects it to this machine",
		Right:  "the simulator: CONN-DISSOLVE",
	},
	{
		ID: "a socket that connects to itself", On: wine,
		When:   func(d *Difference, _, _ wsa.Return) bool { return d.Class == BothAllowed && toItself(d) },
		Reason: "Linux lets a stream connect to its own address, and then it is connected",
		Right:  "CONN-SELF; the specification allows both, and the simulator refuses it",
	},
	{
		ID: "a mapped address of nobody", On: wine, Ops: ops("connect", "WSAConnect", "sendto", "WSASendTo"), Ours: errs(wsa.WSAEADDRNOTAVAIL), Theirs: linuxNames,
		Reason: "::ffff:0.0.0.0 is an address to Linux",
		Right:  "the simulator: CONN-ZERO, SEND-ADDR",
	},
	{
		ID: "SIO_UDP_CONNRESET without its value", On: wine, Ops: ops("WSAIoctl"), Ours: errs(wsa.WSAEFAULT), Theirs: errs(0),
		When: func(d *Difference, _, _ wsa.Return) bool {
			return d.Step.Call.(wsa.WSAIoctlCall).Code == wsa.SIO_UDP_CONNRESET
		},
		Reason: "the value is not looked at",
		Right:  "the simulator: IOCTL-FAULT",
	},
	{
		ID: "flags that come back", On: wine, Ops: ops("WSARecv", "WSARecvFrom"), Ours: errs(0), Theirs: errs(0), Goes: true,
		When: func(d *Difference, ours, theirs wsa.Return) bool {
			return d.Class == BothAllowed && value(ours.Flags) != value(theirs.Flags)
		},
		Reason: "leaves the flags as they were given where those of Windows say what was received",
		Right:  "RECV-FLAGS; the specification allows both",
	},
	{
		ID: "what came before the peer was chosen", On: wine, Ops: receiveOps, Ours: errs(wsa.WSAEWOULDBLOCK), Theirs: errs(0, wsa.WSAEMSGSIZE),
		When:   func(d *Difference, _, _ wsa.Return) bool { return d.Class == BothAllowed },
		Reason: "datagrams that arrived before the socket was connected to another peer are still received",
		Right:  "RECV-PEER; the specification allows both",
	},
	{
		ID: "the address of a connected datagram socket", On: wine, Ops: ops("getsockname"), Ours: errs(0), Theirs: errs(0),
		When: func(_ *Difference, ours, theirs wsa.Return) bool {
			a, errA := wsa.ParseSockaddr(ours.Addr)
			b, errB := wsa.ParseSockaddr(theirs.Addr)
			return errA == nil && errB == nil && a.Addr().IsLoopback() && b.Addr().IsLoopback() && a.Port() == b.Port()
		},
		Reason: "connecting a datagram socket again changes the address that it is bound to",
		Right:  "the simulator: NAME-SOCK",
	},
	{
		ID: "an empty name", On: wine, Ops: nameOps, Ours: errs(wsa.WSAEFAULT, wsa.WSAEAFNOSUPPORT), Theirs: errs(0, wsa.WSAEWOULDBLOCK),
		Reason: "an address of no bytes, or of AF_UNSPEC, is none: it dissolves, and a send goes to the peer",
		Right:  "the simulator: CONN-FAULT, CONN-FAMILY, SEND-ADDR",
	},
	{
		ID: "cut before the address is judged", On: wine, Ops: ops("recvfrom", "WSARecvFrom"), Ours: errs(wsa.WSAEFAULT), Theirs: errs(wsa.WSAEMSGSIZE, 0, wsa.WSAEWOULDBLOCK),
		Reason: "data is received although there is no room for the address or for data",
		Right:  "RECV-FROMLEN; the specification allows both",
	},
	{
		ID: "times of keep-alive", On: wine, Ops: ops("WSAIoctl"), Ours: errs(0), Theirs: errs(wsa.WSAEINVAL),
		When: func(d *Difference, _, _ wsa.Return) bool {
			return d.Step.Call.(wsa.WSAIoctlCall).Code == wsa.SIO_KEEPALIVE_VALS
		},
		Reason: "Linux counts the times in seconds, up to 32767",
		Right:  "the simulator: IOCTL-KEEPALIVE",
	},
	{
		ID: "a destination of a stream", On: wine, Ops: ops("sendto", "WSASendTo"), Ours: errs(wsa.WSAEINVAL, wsa.WSAECONNRESET, wsa.WSAECONNABORTED, wsa.WSAESHUTDOWN), Theirs: errs(wsa.WSAEFAULT),
		When:   named,
		Reason: "the destination is judged first, although a stream ignores it",
		Right:  "the simulator: SEND-STREAM-ADDR",
	},
	{
		ID: "a port that another has", On: wine, Ops: ops("getsockname"), Ours: errs(0), Theirs: errs(0), Goes: true,
		When: func(d *Difference, ours, theirs wsa.Return) bool {
			return d.Class == BothAllowed && (portIn(ours.Addr) == PortOf(d.Socket) || portIn(theirs.Addr) == PortOf(d.Socket))
		},
		Reason: "Linux gives a connecting socket a port that a socket at another address has, now and then",
		Right:  "CONN-BIND; the specification allows both",
	},
	{
		ID: "bound by a failure and bound again", On: wine, Ops: ops("bind"), Ours: errs(0), Theirs: errs(wsa.WSAEINVAL), When: triedBefore,
		Reason: "a send or an attempt to connect that failed has bound the socket, so that it cannot be bound again",
		Right:  "the simulator: BIND-OK; SEND-BIND for those failures that do bind",
	},
	{
		ID: "port-unreachable told to a send", On: wine, Ops: sendOps, Ours: errs(0), Theirs: errs(wsa.WSAECONNREFUSED),
		Reason: "Linux tells the next send on a connected datagram socket that nobody has the port; Windows tells the next receive",
		Right:  "the simulator: SEND-UNREACHED, RECV-UNREACHED",
	},
	{
		ID: "not bound by a failure", On: wine, Ops: ops("bind"), Ours: errs(wsa.WSAEINVAL), Theirs: errs(0),
		When:   func(d *Difference, a, b wsa.Return) bool { return d.Class == BothAllowed && triedBefore(d, a, b) },
		Reason: "a send or an attempt to connect that failed has left the socket unbound",
		Right:  "SEND-BIND; the specification allows both",
	},
	{
		ID: "no name after a failure", On: wine, Ops: ops("getsockname"), Ours: errs(0), Theirs: errs(wsa.WSAEINVAL),
		When:   func(d *Difference, a, b wsa.Return) bool { return d.Class == BothAllowed && triedBefore(d, a, b) },
		Reason: "a send that failed for its arguments has left the socket unbound",
		Right:  "the simulator: observed SM3; SEND-BIND, the specification allows both",
	},
	{
		ID: "a reset that is there at once", On: wine, Ops: sendOps, Ours: errs(0), Theirs: errs(wsa.WSAECONNRESET),
		When: func(d *Difference, _, _ wsa.Return) bool {
			return d.Class == BothAllowed && slices.ContainsFunc(d.Before, func(s DiffStep) bool {
				a, ok := s.Call.(wsa.AcceptCall)
				return s.Call.Op() == "closesocket" || ok && a.Addrlen != nil && *a.Addrlen < 28
			})
		},
		Reason: "a peer that is closed under a receive, or by an accept without room for its address, resets the connection at once, and not when more data comes",
		Right:  "SEND-RESET, SEND-OK; the specification allows both",
	},
	{
		ID: "a port that a failed attempt holds", On: wine, Ops: ops("bind"), Ours: errs(0), Theirs: errs(0),
		When: func(d *Difference, _, _ wsa.Return) bool {
			return d.Class == BOutside && len(d.Fields) == 0 && slices.ContainsFunc(d.Before, func(s DiffStep) bool { return s.Call.Op() == "connect" || s.Call.Op() == "WSAConnect" })
		},
		Reason: "the port of a socket whose attempt to connect failed is told, and free all the same: another socket may bind to it",
		Right:  "the simulator: BIND-INUSE",
	},
}

// secureCodes are the control codes of the secure extensions.
var secureCodes = []uint32{wsa.SIO_SET_SECURITY, wsa.SIO_QUERY_SECURITY, wsa.SIO_SET_PEER_TARGET_NAME, wsa.SIO_DELETE_PEER_TARGET_NAME}
