package sim

import (
	"encoding/binary"

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
		sock.nonblocking = *argp != 0
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
		return uint32(s.stream.arrived)
	case s.dgram != nil:
		return uint32(s.dgram.data.n)
	}
	return 0
}

// atMark is SIOCATMARK: TRUE when no urgent data waits (observed SB3), and
// none ever does here.
func (t *Thread) atMark(s *socket) (uint32, wsa.Errno) {
	if s.typ != wsa.SOCK_STREAM {
		return 0, t.fail(rules.IOCTLKind, wsa.WSAEINVAL)
	}
	return 1, 0
}

// WSAIoctl implements wsa.Options. Overlapped parameters matter for the secure
// codes only, which complete at once.
func (t *Thread) WSAIoctl(s wsa.SOCKET, code uint32, in, out []byte, returnedBytes *uint32, ov *wsa.Overlapped, routine wsa.CompletionRoutine) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.WSAIoctlCall{S: s, Code: code, In: clone(in), Out: roomOf(out), NullReturned: returnedBytes == nil, Overlapped: overlappedID(ov), Routine: routine != nil})
	}
	sock, e := t.open(s)
	switch {
	case e != 0:
	case returnedBytes == nil && (ov == nil || !sock.overlapped):
		e = t.fail(rules.IOCTLReturned, wsa.WSAEFAULT)
	default:
		e = t.ioctl(sock, code, in, out, returnedBytes, ov, routine)
	}
	if w.trace != nil {
		ret := wsa.Return{Err: e, Count: copyOf(returnedBytes)}
		if e == 0 && returnedBytes != nil && *returnedBytes > 0 {
			ret.Data = clone(out[:*returnedBytes])
		}
		t.returned(ret)
	}
	return t.done(e)
}

func (t *Thread) ioctl(s *socket, code uint32, in, out []byte, count *uint32, ov *wsa.Overlapped, routine wsa.CompletionRoutine) wsa.Errno {
	d, ok := ale.Ioctl(s, code, in, out, count, t.proc.host, t.openToken)
	if ok {
		return t.decided(s, d, ov, routine)
	}
	row := findIoctl(code)
	switch {
	case row == nil:
		return t.fail(rules.IOCTLCode, wsa.WSAEOPNOTSUPP)
	case count == nil, ov != nil && overlappedGiven(s, ov, routine):
		return t.notSimulated("overlapped WSAIoctl")
	case len(in) < row.in || len(out) < row.out:
		return t.fail(rules.IOCTLFault, wsa.WSAEFAULT)
	}
	n, e := row.do(t, s, in, out)
	if e == 0 {
		*count = uint32(n)
	}
	return e
}

// ioctlSpec is a control code with the bytes it needs in each direction.
type ioctlSpec struct {
	code    uint32
	in, out int
	do      func(t *Thread, s *socket, in, out []byte) (int, wsa.Errno)
}

func findIoctl(code uint32) *ioctlSpec {
	for i := range ioctlTable {
		if ioctlTable[i].code == code {
			return &ioctlTable[i]
		}
	}
	return nil
}

// ioctlTable lists the control codes besides the secure ones (page
// winsock-ioctls). Every other code fails with WSAEOPNOTSUPP.
var ioctlTable = [...]ioctlSpec{
	{wsa.FIONBIO, 4, 0, func(_ *Thread, s *socket, in, _ []byte) (int, wsa.Errno) {
		s.nonblocking = binary.LittleEndian.Uint32(in) != 0
		return 0, 0
	}},
	{wsa.FIONREAD, 0, 4, func(_ *Thread, s *socket, _, out []byte) (int, wsa.Errno) {
		binary.LittleEndian.PutUint32(out, s.readable())
		return 4, 0
	}},
	{wsa.SIOCATMARK, 0, 4, func(t *Thread, s *socket, _, out []byte) (int, wsa.Errno) {
		v, e := t.atMark(s)
		if e != 0 {
			return 0, e
		}
		binary.LittleEndian.PutUint32(out, v)
		return 4, 0
	}},
	{wsa.SIO_KEEPALIVE_VALS, 12, 0, func(t *Thread, s *socket, in, _ []byte) (int, wsa.Errno) {
		if s.typ != wsa.SOCK_STREAM {
			return 0, t.fail(rules.IOCTLKeepalive, wsa.WSAENOPROTOOPT)
		}
		s.opts = s.opts.with(optKeepAlive, flag(binary.LittleEndian.Uint32(in) != 0))
		return 0, 0
	}},
	{wsa.SIO_UDP_CONNRESET, 4, 0, func(t *Thread, s *socket, in, _ []byte) (int, wsa.Errno) {
		if s.typ != wsa.SOCK_DGRAM {
			return 0, t.fail(rules.IOCTLKind, wsa.WSAEINVAL)
		}
		s.quietUnreachable = binary.LittleEndian.Uint32(in) == 0
		return 0, 0
	}},
}
