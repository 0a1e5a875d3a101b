package fuzz

import (
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"

	"pgregory.net/rapid"

	"wsasim/sim"
	"wsasim/wsa"
)

// DrawSequence draws a sequence of about n steps that is safe on a machine that
// other programs use: it stays on loopback addresses, its ports are chosen by
// the system, its sockets are few and small, and it makes no call that waits
// for what never comes. A simulator that carries the steps out while they are
// drawn tells which calls would wait.
//
// Same seed and n, same sequence.
func DrawSequence(seed, n int) []DiffStep {
	return rapid.Custom(func(t *rapid.T) []DiffStep {
		g := newGuide(t)
		g.rand = rand.New(rand.NewPCG(uint64(seed), uint64(n)))
		defer g.world.Close()
		for len(g.steps) < n {
			even(g, diffActions...)(g)
		}
		return g.steps
	}).Example(seed)
}

// even draws one of the values, each as often as the others: rapid's own choice
// prefers the first ones, which serves shrinking and starves the last.
func even[T any](g *guide, values ...T) T { return values[g.rand.IntN(len(values))] }

// guide draws steps and carries them out in a simulated world as it goes.
type guide struct {
	source
	world  *sim.World
	thread *sim.Thread
	s      *session
	steps  []DiffStep
	last   int // number of the socket made last
	sent   int // bytes sent by calls that may wait
	rand   *rand.Rand
	ids    wsa.OverlappedID    // the OVERLAPPED used last
	files  int                 // the file used last
	taken  map[wsa.HANDLE]bool // events that sockets or operations set
}

func newGuide(t *rapid.T) *guide {
	w, thread := machineWorld()
	g := &guide{source: source{t: t, p: &Pool{}}, world: w, thread: thread, taken: make(map[wsa.HANDLE]bool), s: newSession(thread, false)}
	g.s.files.make = thread.Process().NewFile
	g.s.call(wsa.WSAStartupCall{Version: 0x0202})
	return g
}

// add makes a step of a call, unless it is not safe.
func (g *guide) add(c wsa.Call) wsa.Return {
	step := DiffStep{Call: rewritten(c, rewriting{address: confinedAddress})}
	if b, ok := step.Call.(wsa.BindCall); ok {
		b.Name = withPort(b.Name, func(port uint16) uint16 {
			if port == nobody {
				return 0 // the system chooses: no fixed port is surely free
			}
			return port
		})
		step.Call = b
	}
	if makes(step.Call) {
		if g.last == MaxMade {
			return wsa.Return{Err: wsa.WSAEMFILE}
		}
		step.Makes = g.last + 1
	}
	if !g.safe(step.Call) {
		return wsa.Return{Err: wsa.WSAEINTR}
	}
	g.steps = append(g.steps, step)
	ret := g.s.do(step, nil)
	g.last = max(g.last, step.Makes)
	g.refill()
	return ret
}

// makes reports whether a call makes a socket, an event or a completion port.
func makes(c wsa.Call) bool {
	switch c := c.(type) {
	case wsa.SocketCall, wsa.WSASocketCall, wsa.AcceptCall, wsa.WSAAcceptCall, wsa.WSACreateEventCall:
		return true
	case wsa.CreateIoCompletionPortCall:
		return c.ExistingCompletionPort == 0
	}
	return false
}

// refill tells the pool what there is to draw from.
func (g *guide) refill() {
	p := Pool{Hosts: loopbacks, SPNs: spns}
	for n := 1; n <= g.last; n++ {
		m := g.s.made[n]
		switch {
		case m == nil:
		case m.kind == madeEvent && m.open:
			p.Events = append(p.Events, wsa.HANDLE(SocketOf(n)))
		case m.kind == madePort && m.open:
			p.Ports = append(p.Ports, wsa.HANDLE(SocketOf(n)))
		case m.kind != madeSocket:
		case m.open:
			p.Sockets = append(p.Sockets, SocketOf(n))
		default:
			p.Closed = last(append(p.Closed, SocketOf(n)), 3)
		}
		if m != nil && m.port != 0 {
			for _, a := range loopbacks {
				if a.Is4() == (m.family == wsa.AF_INET) {
					p.Names = append(p.Names, netip.AddrPortFrom(a, PortOf(n)))
				}
			}
		}
	}
	p.Names = last(p.Names, 9)
	*g.p = p
}

// loopbacks are the addresses of the machine that sequences use.
var loopbacks = []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback(), netip.AddrFrom4([4]byte{127, 0, 0, 2})}

// info is what the simulator knows of the socket of a call.
func (g *guide) info(x wsa.SOCKET) (sim.SocketInfo, bool) { return g.thread.SocketInfo(g.s.handle(x)) }

// safe reports whether the call may be made on a machine: whether it ends soon,
// and leaves alone what lies outside. Groups of sockets are left alone too: Wine has
// none, and takes every number without a look at it.
func (g *guide) safe(c wsa.Call) bool {
	switch c := c.(type) {
	case wsa.SocketCall:
		return safeKind(c.Family, c.Type, c.Protocol)
	case wsa.WSASocketCall:
		return c.Group == 0 && safeKind(c.Family, c.Type, c.Protocol) && c.Flags&^(wsa.WSA_FLAG_OVERLAPPED|wsa.WSA_FLAG_NO_HANDLE_INHERIT) == 0
	case wsa.SetsockoptCall:
		return g.safeOption(c)
	case wsa.WSAIoctlCall:
		return safeCode(c.Code) && c.Overlapped == 0 && !c.Routine
	case wsa.IoctlsocketCall:
		return safeCode(c.Cmd)
	case wsa.SelectCall:
		return c.Timeout != nil
	case wsa.WSAAcceptCall:
		if c.Group != 0 {
			return false
		}
	}
	if !g.safeHandles(c) || !g.safeNames(c) {
		return false
	}
	x, ok := callSocket(c)
	if id := overlappedOf(c); id != 0 {
		return g.safeOperation(c, x, id)
	}
	if !ok {
		return true
	}
	if claims(c) {
		return false
	}
	info, ok := g.info(x)
	if !ok || info.Nonblocking {
		return !ok || g.safeSize(c)
	}
	switch c.(type) {
	case wsa.AcceptCall, wsa.WSAAcceptCall:
		return info.Pending > 0 || info.State != "listening"
	case wsa.RecvCall, wsa.RecvfromCall, wsa.WSARecvCall, wsa.WSARecvFromCall:
		// Of urgent bytes Wine 8.0 waits even where there is no connection.
		return plainReceive(c) && (info.Readable > 0 || info.Type == wsa.SOCK_STREAM && !info.Bound)
	case wsa.SendCall, wsa.SendtoCall, wsa.WSASendCall, wsa.WSASendToCall:
		if info.State == "listening" {
			return false // under Wine 8.0 such a call, which is to fail at once, waits for ever
		}
		g.sent += size(c)
		return g.sent < 8000 && g.safeSize(c)
	case wsa.ConnectCall, wsa.WSAConnectCall:
		return info.Type == wsa.SOCK_DGRAM
	case wsa.WSASendMsgCall, wsa.WSARecvMsgCall, wsa.TransmitFileCall, wsa.DisconnectExCall:
		return false
	}
	return true
}

// safeKind: who may make raw sockets is up to the user of a machine.
func safeKind(family, typ, protocol int32) bool {
	return typ != wsa.SOCK_RAW && protocol != wsa.IPPROTO_ICMP && (family == wsa.AF_INET || family == wsa.AF_INET6 || typ > wsa.SOCK_DGRAM)
}

// plainReceive reports whether a receive is content with what is there.
func plainReceive(c wsa.Call) bool {
	switch c := c.(type) {
	case wsa.RecvCall:
		return c.Flags&^wsa.MSG_PEEK == 0
	case wsa.RecvfromCall:
		return c.Flags&^wsa.MSG_PEEK == 0
	case wsa.WSARecvCall:
		return c.Flags == nil || *c.Flags&^wsa.MSG_PEEK == 0
	case wsa.WSARecvFromCall:
		return c.Flags == nil || *c.Flags&^wsa.MSG_PEEK == 0
	}
	return false
}

// size is how many bytes a call sends.
func size(c wsa.Call) int {
	n := 0
	switch c := c.(type) {
	case wsa.SendCall:
		n = len(c.Buf)
	case wsa.SendtoCall:
		n = len(c.Buf)
	case wsa.WSASendCall:
		for _, b := range c.Buffers {
			n += len(b)
		}
	case wsa.WSASendToCall:
		for _, b := range c.Buffers {
			n += len(b)
		}
	case wsa.WSASendMsgCall:
		for _, b := range c.Buffers {
			n += len(b)
		}
	case wsa.TransmitFileCall:
		n = len(c.Head) + len(c.Tail) + sizeOfFile(c)
	}
	return n
}

// mostSent is the most bytes that a call sends: how much more a machine takes at
// once depends on its buffers.
const mostSent = 4096

func (g *guide) safeSize(c wsa.Call) bool { return size(c) <= mostSent }

// safeCodes are the control codes that concern the socket alone.
var safeCodes = []uint32{wsa.FIONBIO, wsa.FIONREAD, wsa.SIOCATMARK, wsa.SIO_KEEPALIVE_VALS, wsa.SIO_UDP_CONNRESET, wsa.SIO_UDP_NETRESET,
	wsa.SIO_FLUSH, wsa.SIO_ENABLE_CIRCULAR_QUEUEING, wsa.SIO_LOOPBACK_FAST_PATH, wsa.SIO_MULTIPOINT_LOOPBACK, wsa.SIO_MULTICAST_SCOPE,
	wsa.SIO_GET_QOS, wsa.SIO_TRANSLATE_HANDLE, wsa.SIO_IDEAL_SEND_BACKLOG_QUERY, wsa.SIO_TCP_INITIAL_RTO,
	wsa.SIO_SET_SECURITY, wsa.SIO_QUERY_SECURITY, wsa.SIO_SET_PEER_TARGET_NAME, wsa.SIO_DELETE_PEER_TARGET_NAME}

func safeCode(code uint32) bool { return slices.Contains(safeCodes, code) }

// diffOptions are the options that sequences set and read: those that a socket
// has for itself.
var diffOptions = []sim.OptionStatus{
	{Level: wsa.SOL_SOCKET, Name: wsa.SO_REUSEADDR}, {Level: wsa.SOL_SOCKET, Name: wsa.SO_EXCLUSIVEADDRUSE},
	{Level: wsa.SOL_SOCKET, Name: wsa.SO_KEEPALIVE}, {Level: wsa.SOL_SOCKET, Name: wsa.SO_BROADCAST},
	{Level: wsa.SOL_SOCKET, Name: wsa.SO_LINGER}, {Level: wsa.SOL_SOCKET, Name: wsa.SO_DONTLINGER},
	{Level: wsa.SOL_SOCKET, Name: wsa.SO_OOBINLINE}, {Level: wsa.SOL_SOCKET, Name: wsa.SO_SNDTIMEO},
	{Level: wsa.SOL_SOCKET, Name: wsa.SO_RCVTIMEO}, {Level: wsa.SOL_SOCKET, Name: wsa.SO_RCVBUF},
	{Level: wsa.SOL_SOCKET, Name: wsa.SO_SNDBUF}, {Level: wsa.SOL_SOCKET, Name: wsa.SO_ERROR},
	{Level: wsa.SOL_SOCKET, Name: wsa.SO_TYPE}, {Level: wsa.SOL_SOCKET, Name: wsa.SO_ACCEPTCONN},
	{Level: wsa.IPPROTO_TCP, Name: wsa.TCP_NODELAY}, {Level: wsa.IPPROTO_IPV6, Name: wsa.IPV6_V6ONLY},
	{Level: wsa.IPPROTO_IP, Name: wsa.IP_TTL}, {Level: wsa.IPPROTO_IPV6, Name: wsa.IPV6_UNICAST_HOPS},
	{Level: wsa.SOL_SOCKET, Name: wsa.SO_DEBUG}, {Level: wsa.SOL_SOCKET, Name: wsa.SO_DONTROUTE},
	{Level: wsa.SOL_SOCKET, Name: wsa.SO_MAX_MSG_SIZE}, {Level: wsa.SOL_SOCKET, Name: wsa.SO_CONDITIONAL_ACCEPT},
	{Level: wsa.SOL_SOCKET, Name: wsa.SO_RANDOMIZE_PORT}, {Level: wsa.SOL_SOCKET, Name: wsa.SO_REUSE_UNICASTPORT},
	{Level: wsa.IPPROTO_TCP, Name: wsa.TCP_KEEPALIVE}, {Level: wsa.IPPROTO_TCP, Name: wsa.TCP_KEEPCNT}, {Level: wsa.IPPROTO_TCP, Name: wsa.TCP_KEEPINTVL},
	{Level: wsa.IPPROTO_TCP, Name: wsa.TCP_MAXRT}, {Level: wsa.IPPROTO_TCP, Name: wsa.TCP_TIMESTAMPS}, {Level: wsa.IPPROTO_TCP, Name: wsa.TCP_FASTOPEN},
	{Level: wsa.IPPROTO_IP, Name: wsa.IP_TOS}, {Level: wsa.IPPROTO_IP, Name: wsa.IP_DONTFRAGMENT}, {Level: wsa.IPPROTO_IPV6, Name: wsa.IPV6_DONTFRAG},
	{Level: wsa.IPPROTO_IP, Name: wsa.IP_MULTICAST_TTL}, {Level: wsa.IPPROTO_IP, Name: wsa.IP_MULTICAST_LOOP}, {Level: wsa.IPPROTO_IP, Name: wsa.IP_PKTINFO},
	{Level: wsa.IPPROTO_IP, Name: wsa.IP_RECVTTL}, {Level: wsa.IPPROTO_IP, Name: wsa.IP_RECVTOS}, {Level: wsa.IPPROTO_IP, Name: wsa.IP_RECEIVE_BROADCAST},
	{Level: wsa.IPPROTO_IPV6, Name: wsa.IPV6_MULTICAST_HOPS}, {Level: wsa.IPPROTO_IPV6, Name: wsa.IPV6_MULTICAST_LOOP}, {Level: wsa.IPPROTO_IPV6, Name: wsa.IPV6_PKTINFO},
	{Level: wsa.IPPROTO_IPV6, Name: wsa.IPV6_HOPLIMIT}, {Level: wsa.IPPROTO_IPV6, Name: wsa.IPV6_RECVTCLASS},
	{Level: wsa.SOL_SOCKET, Name: wsa.SO_UPDATE_CONNECT_CONTEXT}, {Level: wsa.SOL_SOCKET, Name: 0x7777}, {Level: 0x7777, Name: 1},
}

// safeOption: buffers stay large enough that a small send does not wait.
func (g *guide) safeOption(c wsa.SetsockoptCall) bool {
	if !slices.ContainsFunc(diffOptions, func(o sim.OptionStatus) bool { return o.Level == c.Level && o.Name == c.Optname }) {
		return false
	}
	if c.Level == wsa.SOL_SOCKET && (c.Optname == wsa.SO_RCVBUF || c.Optname == wsa.SO_SNDBUF) {
		return len(c.Optval) != 4 || le.Uint32(c.Optval) >= 1<<15 && le.Uint32(c.Optval) < 1<<20
	}
	return true
}

// claims reports whether a call claims more room than it has. To C that is a
// buffer of the size claimed, so that the two sides would be asked different
// things.
func claims(c wsa.Call) bool {
	more := func(r wsa.Room, n *int32) bool { return n != nil && r >= 0 && int64(*n) > int64(r) }
	switch c := c.(type) {
	case wsa.GetsocknameCall:
		return more(c.Name, c.Namelen)
	case wsa.GetpeernameCall:
		return more(c.Name, c.Namelen)
	case wsa.AcceptCall:
		return more(c.Addr, c.Addrlen)
	case wsa.RecvfromCall:
		return more(c.From, c.Fromlen)
	case wsa.WSARecvFromCall:
		return more(c.From, c.Fromlen)
	case wsa.GetsockoptCall:
		return more(c.Optval, c.Optlen)
	}
	return false
}

// callSocket is the descriptor of a call.
func callSocket(c wsa.Call) (wsa.SOCKET, bool) {
	f := reflect.ValueOf(c).FieldByName("S")
	if !f.IsValid() || f.Type() != socketType {
		return 0, false
	}
	return f.Interface().(wsa.SOCKET), true
}
