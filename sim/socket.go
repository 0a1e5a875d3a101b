package sim

import (
	"fmt"
	"net/netip"

	"wsasim/model/rules"
	"wsasim/sim/ale"
	"wsasim/wsa"
)

// socketState is where a socket stands in its life.
type socketState uint8

const (
	stateOpen       socketState = iota // neither of the others
	stateListening                     // stream: listen succeeded
	stateConnecting                    // stream: a connect is under way
	stateConnected                     // stream: connected, perhaps broken since; datagram: has a peer
)

func (s socketState) String() string {
	return [...]string{"open", "listening", "connecting", "connected"}[s]
}

// socket is one socket of a process. It is guarded by the world's lock.
type socket struct {
	proc   *Process
	handle wsa.SOCKET
	family int32
	typ    int32
	proto  int32
	state  socketState

	overlapped       bool
	nonblocking      bool
	bound            bool
	unreached        bool // datagram: an earlier send met port unreachable
	closed           bool
	quietUnreachable bool // datagram: SIO_UDP_CONNRESET off
	quietExceeded    bool // datagram: SIO_UDP_NETRESET off
	sendShut         bool // datagram: shut down for sending
	recvShut         bool // datagram: shut down for receiving
	circular         bool // datagram: SIO_ENABLE_CIRCULAR_QUEUEING

	// local is the local name, in the family of the network: a dual-stack
	// socket's IPv4 side is an IPv4 address here and is mapped when shown.
	local netip.AddrPort
	peer  netip.AddrPort // connecting or connected

	opts     *options // shared until changed; never nil
	security *ale.State
	stream   *stream    // connected
	attempt  *attempt   // connecting
	listener *listener  // listening
	dgram    *dgram     // datagram socket that has been bound
	port     *portEntry // the local name in the host's table

	more    []handleRef // handles besides the first (WSADuplicateSocket)
	ops     listOfOperations
	reports *port // where the ends of operations are reported, with key
	key     uintptr
	modes   uint8     // FILE_SKIP_*
	signal  *waitable // the handle itself; made when somebody waits on it
	notices
	// stale says that handleTable.ready is marked so for every handle.
	stale          bool
	polled         int32      // waits in select and WSAPoll that include it
	accepting      *operation // AcceptEx into this socket
	connectFailed  bool       // the last attempt to connect failed
	failedBlocking bool       // and a call that waited for it said so
	context        bool       // connected by AcceptEx or ConnectEx, and the context not updated
	groups         []membership
	rare           *rare // nil when it has none of that
}

// describe says what a socket is, for people.
func (s *socket) describe() string {
	kind := map[int32]string{wsa.SOCK_STREAM: "stream", wsa.SOCK_DGRAM: "datagram", wsa.SOCK_RAW: "raw"}[s.typ]
	d := fmt.Sprintf("%s, %s", kind, s.state)
	if s.bound {
		d += ", local " + s.local.String()
	}
	if s.peer.IsValid() {
		d += ", peer " + s.peer.String()
	}
	return d
}

// The methods of ale.Socket.

func (s *socket) Family() int32             { return s.family }
func (s *socket) Type() int32               { return s.typ }
func (s *socket) Protocol() int32           { return s.proto }
func (s *socket) Overlapped() bool          { return s.overlapped }
func (s *socket) Nonblocking() bool         { return s.nonblocking }
func (s *socket) Bound() bool               { return s.bound }
func (s *socket) Connected() bool           { return s.state == stateConnected }
func (s *socket) Listening() bool           { return s.state == stateListening }
func (s *socket) Peer() netip.AddrPort      { return s.peer }
func (s *socket) Security() *ale.State      { return s.security }
func (s *socket) SetSecurity(st *ale.State) { s.security = st }

// Reset reports whether the stream was reset by its peer, or an earlier
// datagram met port unreachable (rule QSS-RESET).
func (s *socket) Reset() bool {
	if s.typ == wsa.SOCK_STREAM {
		return s.stream != nil && s.stream.broken == wsa.WSAECONNRESET
	}
	return s.unreached
}

var _ ale.Socket = (*socket)(nil)

// open finds the socket that a call names, which needs a network.
func (t *Thread) open(s wsa.SOCKET) (*socket, wsa.Errno) {
	sock, e := t.named(s)
	if e == 0 && t.proc.lacks != 0 {
		e = t.needs(NoNetwork)
	}
	return sock, e
}

// named finds the socket that a call names, for the functions that do not fail
// for want of a network.
func (t *Thread) named(s wsa.SOCKET) (*socket, wsa.Errno) {
	if t.proc.startup == 0 {
		return nil, t.fail(rules.GENStartup, wsa.WSANOTINITIALISED)
	}
	sock := t.proc.handles.socket(s)
	if sock == nil {
		return nil, t.fail(rules.GENNotsock, wsa.WSAENOTSOCK)
	}
	return sock, 0
}

// kind is a combination of family, type and protocol that can be created.
type kind struct{ family, typ, proto int32 }

// kinds lists what sockets there are. The first row that fits is taken, so that
// AF_UNSPEC means AF_INET6, as on Windows 11 (observed SK20).
//
// Not simulated: AF_UNIX carries no data; such a socket can be created, asked
// for its options, and closed. It is here because the secure functions must
// refuse it (rule GEN-FAMILY). Of raw sockets see raw.go.
var kinds = []kind{
	{wsa.AF_INET6, wsa.SOCK_STREAM, wsa.IPPROTO_TCP},
	{wsa.AF_INET6, wsa.SOCK_DGRAM, wsa.IPPROTO_UDP},
	{wsa.AF_INET, wsa.SOCK_STREAM, wsa.IPPROTO_TCP},
	{wsa.AF_INET, wsa.SOCK_DGRAM, wsa.IPPROTO_UDP},
	{wsa.AF_UNIX, wsa.SOCK_STREAM, 0},
	{wsa.AF_INET, wsa.SOCK_RAW, wsa.IPPROTO_ICMP},
	{wsa.AF_INET6, wsa.SOCK_RAW, wsa.IPPROTO_ICMPV6},
}

// Socket implements wsa.BaseSockets.
func (t *Thread) Socket(af, typ, protocol int32) (wsa.SOCKET, error) {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.SocketCall{Family: af, Type: typ, Protocol: protocol})
	}
	s, e := t.create(af, typ, protocol, 0, t.openType == 0)
	if w.trace != nil {
		t.returned(socketReturn(s, e))
	}
	return s, t.done(e)
}

// WSASocket implements wsa.BaseSockets.
//
// Not simulated: WSA_FLAG_ACCESS_SYSTEM_SECURITY. A descriptor of a socket that was
// duplicated leads to that socket, whose group stays what it is.
func (t *Thread) WSASocket(af, typ, protocol int32, protocolInfo []byte, group, flags uint32) (wsa.SOCKET, error) {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.WSASocketCall{Family: af, Type: typ, Protocol: protocol, ProtocolInfo: clone(protocolInfo), Group: group, Flags: flags})
	}
	s, e := wsa.INVALID_SOCKET, t.wsaStarted(group)
	switch {
	case e != 0:
	case flags&wsa.WSA_FLAG_ACCESS_SYSTEM_SECURITY != 0:
		e = t.notSimulated("access to a socket's security descriptor")
	case flags&^socketFlags != 0 || multipoint(flags):
		e = t.fail(rules.SOCKFlags, wsa.WSAEINVAL)
	case protocolInfo != nil:
		s, e = t.fromInfo(af, typ, protocol, protocolInfo, group, flags)
	default:
		s, e = t.create(af, typ, protocol, group, flags&wsa.WSA_FLAG_OVERLAPPED != 0)
	}
	if w.trace != nil {
		t.returned(socketReturn(s, e))
	}
	return s, t.done(e)
}

// wsaStarted judges what WSASocket looks at first.
func (t *Thread) wsaStarted(group uint32) wsa.Errno {
	if t.proc.startup == 0 {
		return t.fail(rules.GENStartup, wsa.WSANOTINITIALISED)
	}
	return t.groupNamed(group)
}

// socketFlags are the flags that WSASocket takes. Of them only
// WSA_FLAG_OVERLAPPED changes what the calls of wsa.API do: handles are never
// inherited, and registered I/O has functions of its own.
const socketFlags = wsa.WSA_FLAG_OVERLAPPED | wsa.WSA_FLAG_NO_HANDLE_INHERIT | wsa.WSA_FLAG_REGISTERED_IO |
	wsa.WSA_FLAG_MULTIPOINT_C_LEAF | wsa.WSA_FLAG_MULTIPOINT_D_LEAF

// multipoint reports whether flags ask for a multipoint session that IP does not
// have: its groups are of leaves only, for control and data alike (guide
// multipoint-and-multicast-semantics-2).
func multipoint(flags uint32) bool {
	const leaves = wsa.WSA_FLAG_MULTIPOINT_C_LEAF | wsa.WSA_FLAG_MULTIPOINT_D_LEAF
	return flags&leaves != 0 && flags&leaves != leaves
}

func socketReturn(s wsa.SOCKET, e wsa.Errno) wsa.Return {
	if e != 0 {
		return wsa.Return{Err: e}
	}
	return wsa.Return{Socket: s}
}

// create makes a socket, in a group if that is not 0.
func (t *Thread) create(af, typ, protocol int32, group uint32, overlapped bool) (wsa.SOCKET, wsa.Errno) {
	if e := t.started(); e != 0 {
		return wsa.INVALID_SOCKET, e
	}
	k, e := t.resolve(af, typ, protocol)
	if e != 0 {
		return wsa.INVALID_SOCKET, e
	}
	if k.typ == wsa.SOCK_RAW && !t.proc.admin {
		return wsa.INVALID_SOCKET, t.fail(rules.SOCKRawAdmin, wsa.WSAEACCES)
	}
	if e := t.groupTakes(group, k); e != 0 {
		return wsa.INVALID_SOCKET, e
	}
	if e := t.needs(NoDescriptors | NoBuffers); e != 0 {
		return wsa.INVALID_SOCKET, e
	}
	s := &socket{family: k.family, typ: k.typ, proto: k.proto, overlapped: overlapped, opts: &defaultOptions}
	t.proc.adopt(s)
	s.enterGroup(group)
	return s.handle, 0
}

// adopt gives a socket a handle of the process.
func (p *Process) adopt(s *socket) {
	s.proc = p
	s.handle = wsa.SOCKET(p.handles.add(s))
}

// resolve finds the kind of socket that the arguments mean. Type is judged
// before family and family before protocol (observed SK4 to SK7, SK18); type 0
// and AF_UNSPEC are inferred from the protocol (SK11, SK20).
func (t *Thread) resolve(af, typ, protocol int32) (kind, wsa.Errno) {
	if af == wsa.AF_UNSPEC && typ == 0 && protocol == 0 {
		return kind{}, t.fail(rules.SOCKUnspec, wsa.WSAEINVAL)
	}
	if typ < 0 || typ > wsa.SOCK_SEQPACKET {
		return kind{}, t.fail(rules.SOCKType, wsa.WSAESOCKTNOSUPPORT)
	}
	supported, known := false, false
	for _, k := range kinds {
		if af != wsa.AF_UNSPEC && k.family != af {
			continue
		}
		supported = true
		if typ != 0 && k.typ != typ {
			continue
		}
		known = true
		if k.proto == protocol || protocol == 0 && typ != 0 && typ != wsa.SOCK_RAW {
			return k, 0
		}
	}
	switch {
	case typ == wsa.SOCK_RAW && supported && af != wsa.AF_UNIX && protocol >= 0 && protocol <= 255:
		return t.rawKind(af, protocol)
	case !supported:
		return kind{}, t.fail(rules.SOCKFamily, wsa.WSAEAFNOSUPPORT)
	case !known:
		return kind{}, t.fail(rules.SOCKType, wsa.WSAESOCKTNOSUPPORT)
	default:
		return kind{}, t.fail(rules.SOCKProto, wsa.WSAEPROTONOSUPPORT)
	}
}

// inet reports whether the socket is of a family that carries data.
func (s *socket) inet() bool { return s.family != wsa.AF_UNIX }

// dual reports whether an IPv6 socket serves IPv4 as well.
func (s *socket) dual() bool { return s.family == wsa.AF_INET6 && s.opts.get(optV6Only) == 0 }

// show is an address as the socket's family writes it: a dual-stack socket
// sees IPv4 addresses mapped.
func (s *socket) show(a netip.AddrPort) netip.AddrPort {
	switch {
	case !a.IsValid(): // nobody's: all zeros
		return netip.AddrPortFrom(s.wildcard(), 0)
	case s.family == wsa.AF_INET6 && a.Addr().Is4():
		return netip.AddrPortFrom(netip.AddrFrom16(a.Addr().As16()), a.Port())
	}
	return a
}

// host is the socket's host.
func (s *socket) host() *Host { return s.proc.host }

// world is the socket's world.
func (s *socket) world() *World { return s.proc.host.world }

func clone(b []byte) []byte {
	if b == nil {
		return nil
	}
	return append([]byte{}, b...)
}
