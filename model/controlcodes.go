package model

import (
	"encoding/binary"
	"math"
	"net/netip"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// control is what the specification says of a control code: the least room that
// it needs, the sockets that it is not for, and what it stores.
type control struct {
	code    uint32
	in, out int
	enough  int // room that no answer exceeds, if it may be more than out
	// misfit is whether the code is not for the socket, which fails by rule with
	// errs, or with any error of the rule.
	misfit func(*socket) tri
	rule   rules.ID
	errs   []wsa.Errno
	// stores judges what a query stored; nil for a code that stores nothing.
	stores func(*socket, wsa.Bytes) bool
}

// controlTable lists the codes that are judged by a table (page winsock-ioctls, and the
// pages of the codes). Rooms of pointers and descriptors are those of 32 bits,
// which no Windows goes below.
var controlTable = []control{
	{code: wsa.SIO_BASE_HANDLE, out: 4, enough: 8, stores: storesHandle},
	{code: wsa.SIO_BSP_HANDLE, out: 4, enough: 8, stores: storesHandle},
	{code: wsa.SIO_BSP_HANDLE_SELECT, out: 4, enough: 8, stores: storesHandle},
	{code: wsa.SIO_BSP_HANDLE_POLL, out: 4, enough: 8, stores: storesHandle},
	{code: wsa.SIO_UDP_NETRESET, in: 4, misfit: possibly(notDatagram), rule: rules.IOCTLKind},
	{code: wsa.SIO_LOOPBACK_FAST_PATH, in: 4, misfit: possibly(notStream), rule: rules.IOCTLKind},
	{code: wsa.SIO_TCP_INITIAL_RTO, in: 3, misfit: possibly(notIdleStream), rule: rules.IOCTLKind},
	{code: wsa.SIO_CPU_AFFINITY, in: 2, misfit: affinityMisfit, rule: rules.IOCTLKind, errs: []wsa.Errno{wsa.WSAEINVAL}},
	{code: wsa.SIO_MULTICAST_SCOPE, in: 4, misfit: anySocket, rule: rules.IOCTLKind},
	{code: wsa.SIO_MULTIPOINT_LOOPBACK, in: 4, misfit: possibly(notDatagram), rule: rules.IOCTLKind},
	{code: wsa.SIO_RCVALL, in: 4, misfit: notRaw, rule: rules.IOCTLKind},
	{code: wsa.SIO_RCVALL_MCAST, in: 4, misfit: notRaw, rule: rules.IOCTLKind},
	{code: wsa.SIO_RCVALL_IGMPMCAST, in: 4, misfit: notRaw, rule: rules.IOCTLKind},
	{code: wsa.SIO_ENABLE_CIRCULAR_QUEUEING, misfit: possibly(notDatagram), rule: rules.IOCTLKind},
	{code: wsa.SIO_GET_BROADCAST_ADDRESS, out: wsa.SockaddrInSize, misfit: notIPv4, rule: rules.IOCTLKind, errs: []wsa.Errno{wsa.WSAENOPROTOOPT}, stores: storesAddress},
	{code: wsa.SIO_IDEAL_SEND_BACKLOG_QUERY, out: 4, misfit: notConnected, rule: rules.IOCTLNotconn, errs: []wsa.Errno{wsa.WSAENOTCONN, wsa.WSAEOPNOTSUPP}, stores: storesNumber},
	{code: wsa.SIO_ADDRESS_LIST_QUERY, out: 4, enough: unbounded, stores: storesAddressList},
	{code: wsa.SIO_GET_INTERFACE_LIST, out: 1, enough: unbounded, misfit: possibly(func(x *socket) bool { return x.family != wsa.AF_INET }), rule: rules.IOCTLKind, errs: []wsa.Errno{wsa.WSAEINVAL}, stores: storesInterfaces},
}

// unbounded is the room of a list.
const unbounded = math.MaxInt32

func findControl(code uint32) *control {
	for i := range controlTable {
		if controlTable[i].code == code {
			return &controlTable[i]
		}
	}
	return nil
}

// possibly is a misfit that the pages do not make a failure in so many words.
func possibly(is func(*socket) bool) func(*socket) tri {
	return func(x *socket) tri {
		if is(x) {
			return maybe
		}
		return no
	}
}

func anySocket(*socket) tri        { return maybe }
func notDatagram(x *socket) bool   { return x.typ != wsa.SOCK_DGRAM }
func notStream(x *socket) bool     { return x.typ != wsa.SOCK_STREAM }
func notIdleStream(x *socket) bool { return notStream(x) || x.status != idle || x.unclear }
func notIPv4(x *socket) tri        { return truth(x.family != wsa.AF_INET) }

// notRaw is about SIO_RCVALL and its sisters: which raw sockets take them is not
// modelled.
func notRaw(x *socket) tri {
	if x.typ == wsa.SOCK_RAW {
		return maybe
	}
	return yes
}

// notConnected is observed IB1.
func notConnected(x *socket) tri {
	switch {
	case notStream(x), x.status == idle && !x.unclear:
		return yes
	case x.status != connected || x.unclear || x.deadSend || x.deadRecv:
		return maybe
	}
	return no
}

// affinityMisfit: SIO_CPU_AFFINITY is for datagram sockets before bind, and not
// together with two options.
func affinityMisfit(x *socket) tri {
	switch {
	case notDatagram(x), x.bound == yes:
		return yes
	}
	return maybe // SO_REUSE_MULTICASTPORT is not followed
}

func storesHandle(_ *socket, b wsa.Bytes) bool {
	return (len(b) == 4 || len(b) == 8) && !zeroAddress(b)
}
func storesNumber(_ *socket, b wsa.Bytes) bool { return len(b) == 4 }

func storesAddress(s *socket, b wsa.Bytes) bool {
	_, err := wsa.ParseSockaddr(b)
	return err == nil && wsa.SockaddrFamily(b) == s.family
}

// storesAddressList judges SOCKET_ADDRESS_LIST: a count, and so many pointers
// with lengths, of 8 or 16 bytes each.
func storesAddressList(_ *socket, b wsa.Bytes) bool {
	return len(b) >= 4 && uint64(len(b)) >= 4+8*uint64(binary.LittleEndian.Uint32(b))
}

// storesInterfaces judges a list of INTERFACE_INFO of 76 bytes (observed IL1).
func storesInterfaces(_ *socket, b wsa.Bytes) bool { return len(b) > 0 && len(b)%76 == 0 }

// tabled judges a code of the table.
func (v *verdict) tabled(c wsa.WSAIoctlCall, row *control) {
	if row.in > 0 {
		v.ioctlInput(c, row.in)
	}
	v.ioctlOutput(c, row.out, row.enough)
	if row.misfit != nil {
		v.fails(row.misfit(v.s), row.rule, row.errs...)
	}
	if c.Code == wsa.SIO_BSP_HANDLE_POLL && c.Overlapped != 0 {
		v.must(rules.IOCTLFault)
	}
	v.done(c, row.stores, row.out)
}

// ioctlOutput judges the room for what a code stores.
func (v *verdict) ioctlOutput(c wsa.WSAIoctlCall, least, enough int) {
	switch out := max(int(c.Out), 0); {
	case out < least:
		v.must(rules.IOCTLFault)
	case out < enough:
		v.may(rules.IOCTLFault)
	}
}

// done adds the success of a code. What an overlapped one stored need not be in
// the return.
func (v *verdict) done(c wsa.WSAIoctlCall, stores func(*socket, wsa.Bytes) bool, size int) {
	s := v.s
	v.succeed(func(_ *world, r *wsa.Return) rules.ID {
		if c.Overlapped == 0 && (stores != nil && !stores(s, r.Data) || stores == nil && len(r.Data) > 0) {
			return rules.IOCTLDone
		}
		return ""
	}, func(*world) wsa.Return {
		n := uint32(0)
		if stores == nil {
			return wsa.Return{Count: &n}
		}
		data := exampleOf(s, c.Code, size)
		n = uint32(len(data))
		return wsa.Return{Count: &n, Data: data}
	}, rules.IOCTLDone)
}

// exampleOf is something that a query may store.
func exampleOf(s *socket, code uint32, size int) wsa.Bytes {
	switch code {
	case wsa.SIO_GET_BROADCAST_ADDRESS, wsa.SIO_ROUTING_INTERFACE_QUERY:
		at := netip.IPv4Unspecified()
		if s.family == wsa.AF_INET6 {
			at = netip.IPv6Unspecified()
		}
		return wsa.Sockaddr(netip.AddrPortFrom(at, 0))
	case wsa.SIO_GET_INTERFACE_LIST:
		return make(wsa.Bytes, 76)
	case wsa.SIO_ADDRESS_LIST_QUERY:
		return make(wsa.Bytes, 4)
	}
	b := make(wsa.Bytes, size)
	b[0] = 4
	return b
}

// routingQuery judges SIO_ROUTING_INTERFACE_QUERY (observed RQ2 to RQ4).
func (v *verdict) routingQuery(c wsa.WSAIoctlCall) {
	size := addrSize(v.s.family)
	switch {
	case len(c.In) < size:
		v.must(rules.IOCTLRoute, wsa.WSAEINVAL, wsa.WSAEFAULT)
	case wsa.SockaddrFamily(c.In) != v.s.family:
		v.must(rules.IOCTLRoute, wsa.WSAEAFNOSUPPORT)
	default:
		if to, err := wsa.ParseSockaddr(c.In); err != nil || to.Addr().IsUnspecified() {
			v.must(rules.IOCTLRoute, wsa.WSAEINVAL)
		}
		v.may(rules.IOCTLRoute)
	}
	v.ioctlOutput(c, size, size)
	v.done(c, storesAddress, size)
}

// extensionPointer judges SIO_GET_EXTENSION_FUNCTION_POINTER: which sockets have
// which functions is not said, and neither is what an unknown GUID gives.
func (v *verdict) extensionPointer(c wsa.WSAIoctlCall) {
	v.ioctlInput(c, 16)
	v.ioctlOutput(c, 4, 8)
	if len(c.In) >= 16 {
		if knownExtension(wsa.GUID(c.In[:16])) {
			v.may(rules.IOCTLKind)
		} else {
			v.mustAny(rules.IOCTLExtension)
		}
	}
	v.done(c, storesHandle, 8)
}

func knownExtension(g wsa.GUID) bool {
	for _, text := range []string{
		wsa.WSAID_TRANSMITFILE, wsa.WSAID_ACCEPTEX, wsa.WSAID_GETACCEPTEXSOCKADDRS, wsa.WSAID_TRANSMITPACKETS, wsa.WSAID_CONNECTEX,
		wsa.WSAID_DISCONNECTEX, wsa.WSAID_WSARECVMSG, wsa.WSAID_WSASENDMSG, wsa.WSAID_WSAPOLL,
	} {
		if known, err := wsa.ParseGUID(text); err == nil && known == g {
			return true
		}
	}
	return false
}

// changeNotice judges the codes that end when something changes. In a trace
// nothing says that it has, so success is allowed too.
func (v *verdict) changeNotice(c wsa.WSAIoctlCall) {
	if c.Code == wsa.SIO_ROUTING_INTERFACE_CHANGE {
		v.ioctlInput(c, addrSize(v.s.family))
	}
	if c.Code == wsa.SIO_IDEAL_SEND_BACKLOG_CHANGE {
		v.fails(possibly(func(x *socket) bool { return notConnected(x) != no })(v.s), rules.IOCTLNotconn, wsa.WSAENOTCONN, wsa.WSAEOPNOTSUPP)
	}
	if !overlappedOf(c).given() || !v.s.overlapped {
		v.fails(v.s.nonblocking, rules.IOCTLWouldblock)
		v.block(rules.IOCTLDone, nil)
	}
	v.done(c, nil, 0)
}

// needsRoom are codes that are not modelled but for the error of too small an
// output, WSAEINVAL.
var needsRoom = map[uint32]wsa.Room{wsa.SIO_QUERY_WFP_ALE_ENDPOINT_HANDLE: 8, wsa.SIO_QUERY_RSS_SCALABILITY_INFO: 1}

// otherIoctl judges the codes that are not followed.
func (v *verdict) otherIoctl(c wsa.WSAIoctlCall) {
	if row := findControl(c.Code); row != nil {
		v.tabled(c, row)
		return
	}
	switch c.Code {
	case wsa.SIO_ROUTING_INTERFACE_QUERY:
		v.routingQuery(c)
		return
	case wsa.SIO_GET_EXTENSION_FUNCTION_POINTER:
		v.extensionPointer(c)
		return
	case wsa.SIO_ADDRESS_LIST_CHANGE, wsa.SIO_ROUTING_INTERFACE_CHANGE, wsa.SIO_IDEAL_SEND_BACKLOG_CHANGE:
		v.changeNotice(c)
		return
	}
	if least, ok := needsRoom[c.Code]; ok && c.Out < least {
		v.must(rules.IOCTLKind, wsa.WSAEINVAL)
		return
	}
	if _, ok := wsa.ConstantName(wsa.KindIoctl, int64(c.Code)); ok {
		v.open(NotModelled, rules.IOCTLOther, "Not modelled: this control code")
		return
	}
	v.must(rules.IOCTLCode)
}
