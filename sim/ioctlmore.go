package sim

import (
	"encoding/binary"
	"time"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// unspecifiedRTT is TCP_INITIAL_RTO_UNSPECIFIED_RTT (mstcpip.h), and
// unspecifiedRetries and noRetries are the like for the number of repetitions.
const (
	unspecifiedRTT     = 0xFFFF
	unspecifiedRetries = 0xFF
	noRetries          = 0xFE
)

// initialRTO does SIO_TCP_INITIAL_RTO: TCP_INITIAL_RTO_PARAMETERS is the first
// wait for an answer, 2 bytes, milliseconds, and how often a request is repeated,
// 1 byte; 0 is the default (page ns-mstcpip-tcp_initial_rto_parameters).
func initialRTO(t *Thread, s *socket, in, _ []byte) (int, wsa.Errno) {
	if s.typ != wsa.SOCK_STREAM || s.state != stateOpen {
		return 0, t.fail(rules.IOCTLKind, wsa.WSAEINVAL)
	}
	r := s.rarely()
	if rtt := binary.LittleEndian.Uint16(in); rtt != unspecifiedRTT {
		r.synRetry = time.Duration(rtt) * time.Millisecond
	}
	switch in[2] {
	case unspecifiedRetries:
	case noRetries:
		r.requests = 1
	case 0:
		r.requests = 0
	default:
		r.requests = int(in[2]) + 1
	}
	return 0, 0
}

// requests is how often the socket sends a request for a connection, and how
// long it waits the first time.
func (s *socket) requests() (n int, wait time.Duration) {
	n, wait = maxRequests, s.world().timing.SynRetry
	if s.rare != nil && s.rare.requests != 0 {
		n = s.rare.requests
	}
	if s.rare != nil && s.rare.synRetry != 0 {
		wait = s.rare.synRetry
	}
	return n, wait
}

// fastPath does SIO_LOOPBACK_FAST_PATH: a hint that changes nothing here, since
// loopback takes no time.
func fastPath(t *Thread, s *socket, _, _ []byte) (int, wsa.Errno) {
	if s.typ != wsa.SOCK_STREAM {
		return 0, t.fail(rules.IOCTLKind, wsa.WSAEOPNOTSUPP)
	}
	return 0, 0
}

// cpuAffinity does SIO_CPU_AFFINITY: for datagram sockets, before bind, and not
// together with SO_REUSEADDR or SO_REUSE_MULTICASTPORT. There are no processors
// to share datagrams among.
func cpuAffinity(t *Thread, s *socket, _, _ []byte) (int, wsa.Errno) {
	if s.typ != wsa.SOCK_DGRAM || s.bound || s.opts.get(optReuse) != 0 || s.opts.get(optReuseMulticastPort) != 0 {
		return 0, t.fail(rules.IOCTLKind, wsa.WSAEINVAL)
	}
	return 0, 0
}

// multicastScope does SIO_MULTICAST_SCOPE, which is the hop limit of multicast.
func multicastScope(t *Thread, s *socket, in, _ []byte) (int, wsa.Errno) {
	v := binary.LittleEndian.Uint32(in)
	if s.typ == wsa.SOCK_STREAM || v > 255 {
		return 0, t.fail(rules.IOCTLKind, wsa.WSAEINVAL)
	}
	s.setOpts(s.opts.with(optMulticastTTL, v).with(opt6MulticastHops, v))
	return 0, 0
}

// multipointLoopback does SIO_MULTIPOINT_LOOPBACK, which is the option
// IP_MULTICAST_LOOP.
func multipointLoopback(t *Thread, s *socket, in, _ []byte) (int, wsa.Errno) {
	if s.typ == wsa.SOCK_STREAM {
		return 0, t.fail(rules.IOCTLKind, wsa.WSAEINVAL)
	}
	v := flag(binary.LittleEndian.Uint32(in) != 0)
	s.setOpts(s.opts.with(optMulticastLoop, v).with(opt6MulticastLoop, v))
	return 0, 0
}

// receiveAll does SIO_RCVALL and its sisters: they are for raw sockets of other
// protocols than ICMP, which the simulator does not have (page sio-rcvall).
func receiveAll(t *Thread, _ *socket, _, _ []byte) (int, wsa.Errno) {
	return 0, t.fail(rules.IOCTLKind, wsa.WSAEINVAL)
}

// otherIoctlSpec is a control code that is not done: refused as TCP/IP refuses
// it, or not simulated.
type otherIoctlSpec struct {
	code uint32
	err  wsa.Errno // of one that is refused
	why  string
}

const (
	noQOS       = "TCP/IP has no quality of service of its own: the page says WSAENOPROTOOPT then"
	noCompanion = "there are no companion interfaces: the page says WSAENOPROTOOPT then"
)

// refusedIoctls are codes of which the page says what a transport does that does
// not support them.
var refusedIoctls = []otherIoctlSpec{
	{wsa.SIO_ASSOCIATE_HANDLE, wsa.WSAENOPROTOOPT, noCompanion},
	{wsa.SIO_TRANSLATE_HANDLE, wsa.WSAENOPROTOOPT, noCompanion},
	{wsa.SIO_GET_QOS, wsa.WSAENOPROTOOPT, noQOS},
	{wsa.SIO_GET_GROUP_QOS, wsa.WSAENOPROTOOPT, noQOS},
	{wsa.SIO_SET_QOS, wsa.WSAENOPROTOOPT, noQOS},
	{wsa.SIO_SET_GROUP_QOS, wsa.WSAENOPROTOOPT, noQOS},
	{wsa.SIO_CHK_QOS, wsa.WSAENOPROTOOPT, noQOS},
}

// unknownIoctls are documented codes that TCP/IP does not know: overlapped, they
// fail later as any number does (observed UI3).
var unknownIoctls = []otherIoctlSpec{
	{wsa.FIOASYNC, wsa.WSAEOPNOTSUPP, "the page says that there is no equivalent"},
	{wsa.SIO_FLUSH, wsa.WSAENOPROTOOPT, "no queue can be discarded: the page says WSAENOPROTOOPT then"},
	{wsa.SIO_GET_INTERFACE_LIST_EX, wsa.WSAEOPNOTSUPP, "the page says that it is reserved and not supported"},
}

// unknownIoctl is what a code gives that TCP/IP does not know.
func unknownIoctl(code uint32) wsa.Errno {
	for _, row := range unknownIoctls {
		if row.code == code {
			return row.err
		}
	}
	return wsa.WSAEOPNOTSUPP
}

const (
	platform = "the filtering platform has no drivers here"
	scaling  = "there are no network adapters whose work is shared among processors"
	reserve  = "blocks of ports cannot be reserved"
	tuning   = "nothing of the transport can be tuned"
	noPage   = "the headers name it; no page says what it does"
	filters  = "filters of sources are set by socket options only"
)

// absentIoctls are codes that Windows knows: asking for one ends with a
// NotSimulatedError.
var absentIoctls = []otherIoctlSpec{
	{code: wsa.SIO_QUERY_TARGET_PNP_HANDLE, why: noPage},
	{code: wsa.SIO_FIND_ROUTE, why: "there is no cache of routes"},
	{code: wsa.SIOCSHIWAT, why: noPage},
	{code: wsa.SIOCGHIWAT, why: noPage},
	{code: wsa.SIOCSLOWAT, why: noPage},
	{code: wsa.SIOCGLOWAT, why: noPage},
	{code: wsa.SIO_NSP_NOTIFY_CHANGE, why: "namespace providers, which WSANSPIoctl asks"},
	{code: wsa.SIO_RESERVED_1, why: noPage},
	{code: wsa.SIO_RESERVED_2, why: noPage},
	{code: wsa.SIO_ADDRESS_LIST_SORT, why: noPage},
	{code: wsa.SIO_EXT_SELECT, why: noPage},
	{code: wsa.SIO_EXT_POLL, why: noPage},
	{code: wsa.SIO_EXT_SENDMSG, why: noPage},
	{code: wsa.SIO_QUERY_RSS_PROCESSOR_INFO, why: scaling},
	{code: wsa.SIO_QUERY_RSS_SCALABILITY_INFO, why: scaling},
	{code: wsa.SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER, why: "registered I/O"},
	{code: wsa.SIO_SET_MULTICAST_FILTER, why: filters},
	{code: wsa.SIO_GET_MULTICAST_FILTER, why: filters},
	{code: wsa.SIO_ABSORB_RTRALERT, why: noPage},
	{code: wsa.SIO_UCAST_IF, why: noPage},
	{code: wsa.SIO_LIMIT_BROADCASTS, why: noPage},
	{code: wsa.SIO_INDEX_BIND, why: noPage},
	{code: wsa.SIO_INDEX_MCASTIF, why: noPage},
	{code: wsa.SIO_INDEX_ADD_MCAST, why: noPage},
	{code: wsa.SIO_INDEX_DEL_MCAST, why: noPage},
	{code: wsa.SIO_RCVALL_MCAST_IF, why: noPage},
	{code: wsa.SIO_RCVALL_IF, why: noPage},
	{code: wsa.SIO_APPLY_TRANSPORT_SETTING, why: tuning},
	{code: wsa.SIO_QUERY_TRANSPORT_SETTING, why: tuning},
	{code: wsa.SIO_TCP_SET_ICW, why: tuning},
	{code: wsa.SIO_TCP_SET_ACK_FREQUENCY, why: tuning},
	{code: wsa.SIO_PRIORITY_HINT, why: tuning},
	{code: wsa.SIO_ACQUIRE_PORT_RESERVATION, why: reserve},
	{code: wsa.SIO_RELEASE_PORT_RESERVATION, why: reserve},
	{code: wsa.SIO_ASSOCIATE_PORT_RESERVATION, why: reserve},
	{code: wsa.SIO_SOCKET_USAGE_NOTIFICATION, why: noPage},
	{code: wsa.SIO_QUERY_WFP_ALE_ENDPOINT_HANDLE, why: platform},
	{code: wsa.SIO_QUERY_WFP_CONNECTION_REDIRECT_RECORDS, why: platform},
	{code: wsa.SIO_QUERY_WFP_CONNECTION_REDIRECT_CONTEXT, why: platform},
	{code: wsa.SIO_SET_WFP_CONNECTION_REDIRECT_RECORDS, why: platform},
	{code: wsa.SIO_GET_TX_TIMESTAMP, why: "network adapters that note times"},
	{code: wsa.SIO_TIMESTAMPING, why: "network adapters that note times"},
	{code: wsa.SIO_SET_COMPATIBILITY_MODE, why: "the behaviour of older Windows"},
	{code: wsa.SIO_AF_UNIX_GETPEERPID, why: "connections of AF_UNIX"},
}

// otherIoctl does the codes that are refused or not simulated; false for one that
// is neither. Of two the page says what too small an output gives.
func (t *Thread) otherIoctl(code uint32, out []byte, count *uint32) (wsa.Errno, bool) {
	for _, row := range refusedIoctls {
		if row.code == code {
			if count == nil {
				return t.fail(rules.IOCTLReturned, wsa.WSAEFAULT), true
			}
			return t.fail(rules.IOCTLKind, row.err), true
		}
	}
	for _, row := range absentIoctls {
		if row.code != code {
			continue
		}
		handle := code == wsa.SIO_QUERY_WFP_ALE_ENDPOINT_HANDLE && len(out) < 8
		if handle || code == wsa.SIO_QUERY_RSS_SCALABILITY_INFO && len(out) < 4 {
			return t.fail(rules.IOCTLKind, wsa.WSAEINVAL), true
		}
		return t.notSimulated("a control code: " + row.why), true
	}
	return 0, false
}
