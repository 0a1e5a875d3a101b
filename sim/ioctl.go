package sim

import (
	"encoding/binary"
	"math"
	"net/netip"
	"slices"

	"wsasim/model/rules"
	"wsasim/sim/ale"
	"wsasim/wsa"
)

// Ioctlsocket implements wsa.Options.
func (t *Thread) Ioctlsocket(s wsa.SOCKET, cmd uint32, argp *uint32) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.IoctlsocketCall{S: s, Cmd: cmd, Argp: copyOf(argp)})
	}
	sock, e := t.open(s)
	switch {
	case e != 0:
	case argp == nil:
		e = t.fail(rules.IOCTLFault, wsa.WSAEFAULT)
	case cmd == wsa.FIONBIO:
		e = t.setBlocking(sock, *argp == 0)
	case cmd == wsa.FIONREAD:
		*argp = sock.readable()
	case cmd == wsa.SIOCATMARK:
		*argp, e = t.atMark(sock)
	default:
		e = t.fail(rules.IOCTLCode, wsa.WSAEOPNOTSUPP)
	}
	if w.trace != nil {
		t.returned(wsa.Return{Err: e, Count: copyOf(argp)})
	}
	return t.done(e)
}

// readable is FIONREAD: what one receive can read of a stream, and all that is
// queued on a datagram socket (page winsock-ioctls).
func (s *socket) readable() uint32 {
	switch {
	case s.stream != nil:
		return uint32(s.stream.readable())
	case s.dgram != nil:
		return uint32(s.dgram.data.n)
	}
	return 0
}

// atMark is SIOCATMARK: TRUE when no urgent data waits (observed SB3, IO7 to
// IO11).
func (t *Thread) atMark(s *socket) (uint32, wsa.Errno) {
	if s.typ != wsa.SOCK_STREAM {
		return 0, t.fail(rules.IOCTLKind, wsa.WSAEINVAL)
	}
	return flag(s.stream == nil || len(s.stream.urgent) == 0), 0
}

// setBlocking does FIONBIO. A socket with event selection stays nonblocking
// (observed IO17).
func (t *Thread) setBlocking(s *socket, blocking bool) wsa.Errno {
	if blocking && s.mask != 0 {
		return t.fail(rules.IOCTLSelected, wsa.WSAEINVAL)
	}
	s.nonblocking = !blocking
	return 0
}

// WSAIoctl implements wsa.Options. Most codes are done within the call, which
// then tells of them as an overlapped call does; Ioctls lists them all.
func (t *Thread) WSAIoctl(s wsa.SOCKET, code uint32, in, out []byte, returnedBytes *uint32, ov *wsa.Overlapped, routine wsa.CompletionRoutine) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.WSAIoctlCall{S: s, Code: code, In: clone(in), Out: roomOf(out), NullReturned: returnedBytes == nil, Overlapped: t.overlappedID(ov), Event: eventOf(ov), Routine: routine != nil})
	}
	sock, e := t.open(s)
	var count *uint32
	if returnedBytes != nil {
		count = new(unstored)
	}
	switch {
	case e != 0:
	case count == nil && countNeeded(sock, ov):
		e = t.fail(rules.IOCTLReturned, wsa.WSAEFAULT)
	case slices.Contains(handleCodes[:], code):
		e = t.ioctl(sock, code, binary.LittleEndian.AppendUint64(nil, uint64(s)), out, count, ov, routine)
	default:
		e = t.ioctl(sock, code, in, out, count, ov, routine)
	}
	stored := count != nil && *count != unstored
	if stored {
		*returnedBytes = *count
	}
	if w.trace != nil {
		ret := wsa.Return{Err: e, Count: copyOf(returnedBytes)}
		if e == 0 && stored && *count > 0 {
			ret.Data = clone(out[:*count])
		}
		t.returned(ret)
	}
	return t.done(e)
}

// unstored is a count that no call stores: the caller's stays as it was.
const unstored uint32 = math.MaxUint32

func (t *Thread) ioctl(s *socket, code uint32, in, out []byte, count *uint32, ov *wsa.Overlapped, routine wsa.CompletionRoutine) wsa.Errno {
	d, ok := ale.Ioctl(s, code, in, out, count, t.proc.host, t.openToken)
	if ok {
		return t.decided(s, d, ov, routine)
	}
	row := findIoctl(code)
	if row == nil {
		if e, known := t.otherIoctl(code, out, count); known {
			return e
		}
	}
	overlapped := overlappedGiven(s, ov, routine)
	switch {
	case count == nil:
		return t.fail(rules.IOCTLReturned, wsa.WSAEFAULT) // observed IO13, KA3, UI1
	case row == nil && overlapped && ov != nil:
		// Not judged at once: the operation fails later (observed UI3).
		o := t.begin(opDone, s, nil, ov, routine)
		t.world.endSoon(o, wsa.STATUS_NOT_SUPPORTED, 0)
		return t.fail(rules.IOCTLPending, wsa.WSA_IO_PENDING)
	case row == nil:
		return t.fail(rules.IOCTLCode, unknownIoctl(code))
	case row.code == wsa.SIO_BSP_HANDLE_POLL && ov != nil:
		return t.fail(rules.IOCTLFault, wsa.WSAEFAULT) // page sio-bsp-handle-poll
	case row.later:
		return t.ioctlLater(s, row, in, out, count, ov, routine)
	case len(in) < row.in || len(out) < row.out:
		if row.code == wsa.SIO_KEEPALIVE_VALS {
			*count = 0 // observed KA1
			if overlapped && ov != nil {
				ov.Internal = wsa.STATUS_PENDING // observed KA5
			}
		}
		return t.fail(rules.IOCTLFault, wsa.WSAEFAULT)
	}
	n, e := row.do(t, s, in, out)
	if e != 0 {
		if row.code == wsa.FIONBIO || row.code == wsa.SIO_TCP_INFO || n > 0 {
			*count = uint32(n) // observed IO18; RQ4: the size that is needed
		}
		return e
	}
	if overlapped {
		if n > 0 {
			*count = uint32(n) // else it stays as it was (observed KA7)
		}
		// The packet tells no size (observed IO5, XF2, LQ5, RQ5).
		t.completeNow(s, ov, routine, 0, 0)
		return 0
	}
	*count = uint32(n)
	return 0
}

// handleCodes are the control codes that give the handle of the base provider.
var handleCodes = [...]uint32{wsa.SIO_BASE_HANDLE, wsa.SIO_BSP_HANDLE, wsa.SIO_BSP_HANDLE_SELECT, wsa.SIO_BSP_HANDLE_POLL}

// ioctlSpec is a control code with the bytes it needs in each direction.
type ioctlSpec struct {
	code    uint32
	in, out int
	do      func(t *Thread, s *socket, in, out []byte) (int, wsa.Errno)
	later   bool // does not end within the call
}

// IoctlStatus describes one control code.
type IoctlStatus struct {
	// Code is dwIoControlCode, such as SIO_KEEPALIVE_VALS.
	Code uint32
	// Status is "simulated", "rejected" or "not simulated".
	Status string
	// Reason says why it is rejected or not simulated.
	Reason string
}

// String is "SIO_FLUSH: rejected: " and the reason.
func (s IoctlStatus) String() string {
	return statusText(wsa.FormatConstant(wsa.KindIoctl, int64(s.Code)), s.Status, s.Reason)
}

// Ioctls lists the control codes that the simulator knows; all others fail with
// WSAEOPNOTSUPP.
func Ioctls() []IoctlStatus {
	var list []IoctlStatus
	for _, row := range ioctlTable {
		list = append(list, IoctlStatus{Code: row.code, Status: simulated.String()})
	}
	for _, code := range secureIoctls {
		list = append(list, IoctlStatus{Code: code, Status: simulated.String()})
	}
	for _, row := range slices.Concat(refusedIoctls, unknownIoctls) {
		list = append(list, IoctlStatus{row.code, rejected.String(), row.why})
	}
	for _, row := range absentIoctls {
		list = append(list, IoctlStatus{row.code, absent.String(), row.why})
	}
	return list
}

// secureIoctls are the control codes behind the secure functions, which sim/ale
// does.
var secureIoctls = [...]uint32{wsa.SIO_SET_SECURITY, wsa.SIO_QUERY_SECURITY, wsa.SIO_SET_PEER_TARGET_NAME, wsa.SIO_DELETE_PEER_TARGET_NAME}

func findIoctl(code uint32) *ioctlSpec {
	for i := range ioctlTable {
		if ioctlTable[i].code == code {
			return &ioctlTable[i]
		}
	}
	return nil
}

// ioctlTable lists the control codes besides the secure ones (page
// winsock-ioctls). Those of handleCodes find the handle that was asked in the
// input.
var ioctlTable = [...]ioctlSpec{
	{wsa.FIONBIO, 4, 0, func(t *Thread, s *socket, in, _ []byte) (int, wsa.Errno) {
		return 0, t.setBlocking(s, binary.LittleEndian.Uint32(in) == 0)
	}, false},
	{wsa.FIONREAD, 0, 4, func(_ *Thread, s *socket, _, out []byte) (int, wsa.Errno) {
		binary.LittleEndian.PutUint32(out, s.readable())
		return 4, 0
	}, false},
	{wsa.SIOCATMARK, 0, 4, func(t *Thread, s *socket, _, out []byte) (int, wsa.Errno) {
		v, e := t.atMark(s)
		if e != 0 {
			return 0, e
		}
		binary.LittleEndian.PutUint32(out, v)
		return 4, 0
	}, false},
	{wsa.SIO_KEEPALIVE_VALS, 12, 0, func(t *Thread, s *socket, in, _ []byte) (int, wsa.Errno) {
		if s.typ != wsa.SOCK_STREAM {
			return 0, t.fail(rules.IOCTLKeepalive, wsa.WSAENOPROTOOPT)
		}
		le := binary.LittleEndian
		s.setOpts(s.opts.with(optKeepAlive, flag(le.Uint32(in) != 0)).keepingAlive(le.Uint32(in[4:]), le.Uint32(in[8:])))
		s.keepAlive()
		return 0, 0
	}, false},
	{wsa.SIO_UDP_CONNRESET, 4, 0, func(t *Thread, s *socket, in, _ []byte) (int, wsa.Errno) {
		if s.typ != wsa.SOCK_DGRAM {
			return 0, t.fail(rules.IOCTLKind, wsa.WSAEINVAL)
		}
		s.quietUnreachable = binary.LittleEndian.Uint32(in) == 0
		return 0, 0
	}, false},
	{wsa.SIO_UDP_NETRESET, 4, 0, func(t *Thread, s *socket, in, _ []byte) (int, wsa.Errno) {
		if s.typ != wsa.SOCK_DGRAM {
			return 0, t.fail(rules.IOCTLKind, wsa.WSAEINVAL)
		}
		s.quietExceeded = binary.LittleEndian.Uint32(in) == 0
		return 0, 0
	}, false},
	{wsa.SIO_GET_EXTENSION_FUNCTION_POINTER, 16, 8, func(t *Thread, _ *socket, in, out []byte) (int, wsa.Errno) {
		return t.extensionPointer(in, out)
	}, false},
	{wsa.SIO_BASE_HANDLE, 0, 8, baseHandle, false},
	{wsa.SIO_BSP_HANDLE, 0, 8, baseHandle, false},
	{wsa.SIO_BSP_HANDLE_SELECT, 0, 8, baseHandle, false},
	{wsa.SIO_BSP_HANDLE_POLL, 0, 8, baseHandle, false},
	{wsa.SIO_TCP_INFO, 0, 0, tcpInfo, false},
	{wsa.SIO_TCP_INITIAL_RTO, 3, 0, initialRTO, false},
	{wsa.SIO_LOOPBACK_FAST_PATH, 4, 0, fastPath, false},
	{wsa.SIO_CPU_AFFINITY, 2, 0, cpuAffinity, false},
	{wsa.SIO_MULTICAST_SCOPE, 4, 0, multicastScope, false},
	{wsa.SIO_MULTIPOINT_LOOPBACK, 4, 0, multipointLoopback, false},
	{wsa.SIO_RCVALL, 4, 0, receiveAll, false},
	{wsa.SIO_RCVALL_MCAST, 4, 0, receiveAll, false},
	{wsa.SIO_RCVALL_IGMPMCAST, 4, 0, receiveAll, false},
	{wsa.SIO_IDEAL_SEND_BACKLOG_QUERY, 0, 4, idealBacklog, false},
	{wsa.SIO_ENABLE_CIRCULAR_QUEUEING, 0, 0, func(t *Thread, s *socket, _, _ []byte) (int, wsa.Errno) {
		if s.typ == wsa.SOCK_STREAM {
			return 0, t.fail(rules.IOCTLKind, wsa.WSAENOPROTOOPT)
		}
		s.circular = true
		return 0, 0
	}, false},
	{wsa.SIO_GET_BROADCAST_ADDRESS, 0, 16, func(t *Thread, s *socket, _, out []byte) (int, wsa.Errno) {
		if s.family != wsa.AF_INET {
			return 0, t.fail(rules.IOCTLKind, wsa.WSAENOPROTOOPT)
		}
		return copy(out, wsa.Sockaddr(netip.AddrPortFrom(broadcast, 0))), 0
	}, false},
	{wsa.SIO_ROUTING_INTERFACE_QUERY, 0, 0, routingQuery, false},
	{wsa.SIO_ADDRESS_LIST_QUERY, 0, 0, addressList, false},
	{wsa.SIO_ADDRESS_LIST_CHANGE, 0, 0, nil, true},
	{wsa.SIO_ROUTING_INTERFACE_CHANGE, 0, 0, nil, true},
	{wsa.SIO_IDEAL_SEND_BACKLOG_CHANGE, 0, 0, nil, true},
	{wsa.SIO_GET_INTERFACE_LIST, 0, 0, interfaceList, true},
}
