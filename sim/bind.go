package sim

import (
	"net/netip"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// portKey names a port of a host. It is of four bytes, a kind that maps are fast
// with.
type portKey struct{ proto, port uint16 }

func portKeyOf(proto int32, port uint16) portKey { return portKey{uint16(proto), port} }

// portEntry is one socket in a host's port table.
type portEntry struct {
	key  portKey
	sock *socket
	next *portEntry // in the order of binding
	// What the sharing rules look at, as it was when bind was called.
	addr    netip.Addr // the wildcard of the family, or a specific address
	dual    bool       // IPv6 wildcard that takes the IPv4 side too
	sharing sharing
	// implicit: bound by connect or a send, not by bind.
	implicit bool
}

// sharing is what a socket said about sharing its address.
type sharing uint8

const (
	shareDefault   sharing = iota
	shareReuse             // SO_REUSEADDR
	shareExclusive         // SO_EXCLUSIVEADDRUSE
)

// verdict is what the sharing rules say of a second socket.
type verdict uint8

const (
	verdictOK verdict = iota
	verdictInUse
	verdictAccess
)

// bindTable is the decision table of the page
// using-so-reuseaddr-and-so-exclusiveaddruse, for sockets of one user on
// Server 2003 and later, with the observed facts RA1 to RA31: first by how the
// first socket shares and whether it has the wildcard, then by the second.
var bindTable = [3][2][3][2]verdict{
	shareDefault: {
		{{verdictInUse, verdictOK}, {verdictAccess, verdictOK}, {verdictInUse, verdictOK}},
		{{verdictOK, verdictInUse}, {verdictOK, verdictAccess}, {verdictInUse, verdictInUse}},
	},
	shareReuse: {
		{{verdictInUse, verdictOK}, {verdictOK, verdictOK}, {verdictInUse, verdictOK}},
		{{verdictOK, verdictInUse}, {verdictOK, verdictOK}, {verdictInUse, verdictInUse}},
	},
	shareExclusive: {
		{{verdictInUse, verdictAccess}, {verdictAccess, verdictAccess}, {verdictInUse, verdictAccess}},
		{{verdictOK, verdictInUse}, {verdictOK, verdictAccess}, {verdictInUse, verdictInUse}},
	},
}

const (
	wild     = 0
	specific = 1
)

// judge applies the table to a socket that wants what second describes while
// first is bound. A dual-stack wildcard counts as the wildcard of both
// families, and an IPv4 wildcard as specific against it (observed RA16 to
// RA26: that reading makes them agree with the table).
func judge(first, second *portEntry) verdict {
	a, b := wild, wild
	switch {
	case first.dual && second.dual:
	case first.dual && second.addr.Is4():
		b = specific
	case second.dual && first.addr.Is4():
		a = specific
	case first.addr.Is4() != second.addr.Is4():
		return verdictOK
	default:
		if !first.addr.IsUnspecified() {
			a = specific
		}
		if !second.addr.IsUnspecified() {
			b = specific
		}
		if a == specific && b == specific && first.addr != second.addr {
			return verdictOK
		}
	}
	return bindTable[first.sharing][a][second.sharing][b]
}

// admit judges an entry against all sockets on its port.
func (h *Host) admit(e *portEntry) verdict {
	for first := h.ports[e.key]; first != nil; first = first.next {
		if v := judge(first, e); v != verdictOK {
			return v
		}
	}
	return verdictOK
}

// enter puts an admitted entry into the table and makes it the socket's.
func (h *Host) enter(e *portEntry) {
	last := h.ports[e.key]
	if last == nil {
		h.ports[e.key] = e
	} else {
		for last.next != nil {
			last = last.next
		}
		last.next = e
	}
	e.sock.port = e
}

// leave takes a socket's entry out of the table.
func (h *Host) leave(s *socket) {
	e := s.port
	if e == nil {
		return
	}
	s.port = nil
	if h.ports[e.key] == e {
		if e.next == nil {
			delete(h.ports, e.key)
		} else {
			h.ports[e.key] = e.next
		}
		return
	}
	for prev := h.ports[e.key]; prev != nil; prev = prev.next {
		if prev.next == e {
			prev.next = e.next
			return
		}
	}
}

// Bind implements wsa.BaseSockets.
func (t *Thread) Bind(s wsa.SOCKET, name []byte) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.BindCall{S: s, Name: clone(name)})
	}
	sock, e := t.open(s)
	if e == 0 {
		e = t.bind(sock, name)
	}
	if w.trace != nil {
		t.returned(wsa.Return{Err: e})
	}
	return t.done(e)
}

func (t *Thread) bind(s *socket, name []byte) wsa.Errno {
	if !s.inet() {
		return t.fail(rules.BINDFamily, wsa.WSAEAFNOSUPPORT)
	}
	a, fault := s.parse(name)
	switch {
	case fault == addressShort:
		return t.fail(rules.BINDFault, wsa.WSAEFAULT)
	case fault == addressFamily:
		return t.fail(rules.BINDFamily, wsa.WSAEAFNOSUPPORT)
	case s.bound:
		return t.fail(rules.BINDTwice, wsa.WSAEINVAL)
	case s.typ != wsa.SOCK_STREAM && a.Addr() == broadcast && s.opts.get(optBroadcast) == 0:
		return t.fail(rules.BINDBroadcast, wsa.WSAEACCES)
	}
	if e := t.needs(NoBuffers); e != 0 {
		return e
	}
	h := s.host()
	ip := a.Addr()
	if zone := ip.Zone(); zone != "" {
		if !h.hasScoped(ip) {
			return t.fail(rules.BINDScope, wsa.WSAEADDRNOTAVAIL)
		}
		ip = ip.WithZone("")
	}
	if !ip.IsUnspecified() && !h.has(ip) || s.family == wsa.AF_INET6 && ip.Is4() && !s.dual() {
		return t.fail(rules.BINDNotlocal, wsa.WSAEADDRNOTAVAIL)
	}
	return t.take(s, netip.AddrPortFrom(ip, a.Port()), false)
}

// hasScoped reports whether a link-local address with its zone is the host's.
func (h *Host) hasScoped(ip netip.Addr) bool {
	for _, own := range h.cfg.Addrs {
		if own.WithZone("") == ip.WithZone("") {
			return own.Zone() == "" || own.Zone() == ip.Zone()
		}
	}
	return false
}

// take gives a socket a local name; port 0 chooses one. A raw socket has no port
// and shares its address with every other.
func (t *Thread) take(s *socket, a netip.AddrPort, implicit bool) wsa.Errno {
	e := &portEntry{sock: s, addr: a.Addr(), implicit: implicit}
	e.key = portKeyOf(s.proto, a.Port())
	e.dual = s.dual() && a.Addr() == netip.IPv6Unspecified()
	switch {
	case s.opts.get(optExclusive) != 0:
		e.sharing = shareExclusive
	case s.opts.get(optReuse) != 0 && !implicit:
		e.sharing = shareReuse
	}
	h := s.host()
	switch {
	case s.raw():
		e.key.port = 0
	case a.Port() == 0:
		port := h.dynamicPort(e)
		if port == 0 {
			return t.fail(rules.BINDExhausted, wsa.WSAENOBUFS)
		}
		e.key.port = port
	default:
		switch h.admit(e) {
		case verdictInUse:
			return t.fail(rules.BINDInuse, wsa.WSAEADDRINUSE)
		case verdictAccess:
			return t.fail(rules.BINDAcces, wsa.WSAEACCES)
		}
	}
	h.enter(e)
	s.bound = true
	s.local = netip.AddrPortFrom(a.Addr(), e.key.port)
	if s.typ != wsa.SOCK_STREAM {
		s.dgram = new(dgram)
		s.happened(wsa.FD_WRITE)
	}
	return 0
}

// draws is how often a dynamic port is drawn before all are tried in turn.
const draws = 16

// dynamicPort chooses a port of the dynamic range that nobody has; 0 when all
// are taken. A TCP port at which a connection waits that is over is chosen only
// when there is no other.
func (h *Host) dynamicPort(e *portEntry) uint16 {
	if e.key.proto == wsa.IPPROTO_TCP && len(h.over.order) > 0 {
		h.over.expire(h.world.clock.read())
		if port := h.freePort(e, h.over.ports); port != 0 {
			return port
		}
	}
	return h.freePort(e, nil)
}

// freePort is dynamicPort among the ports that are not to be avoided.
func (h *Host) freePort(e *portEntry, avoid map[uint16]int) uint16 {
	n := int(h.cfg.Ports.Last) - int(h.cfg.Ports.First) + 1
	free := func(i int) uint16 {
		e.key.port = h.cfg.Ports.First + uint16(i)
		if h.ports[e.key] == nil && avoid[e.key.port] == 0 {
			return e.key.port
		}
		return 0
	}
	var at int
	for range draws {
		at = h.world.chance.chooseOf(&h.portDraw, n)
		if p := free(at); p != 0 {
			return p
		}
	}
	for i := range n {
		if p := free((at + i) % n); p != 0 {
			return p
		}
	}
	return 0
}

// bindImplicitly binds an unbound socket to the wildcard, or to the given
// address, and a dynamic port.
func (t *Thread) bindImplicitly(s *socket, addr netip.Addr) wsa.Errno {
	if s.bound {
		return 0
	}
	return t.take(s, netip.AddrPortFrom(addr, 0), true)
}

// bindOrder says how well an entry fits a destination: 0 not at all, then
// wildcard of both families, wildcard, exact address. The most specific socket
// gets what arrives (observed RA9); among equals the first bound (RA5).
func (e *portEntry) bindOrder(dst netip.Addr) int {
	switch {
	case e.addr == dst:
		return 3
	case e.addr.IsUnspecified() && e.addr.Is4() == dst.Is4():
		return 2
	case e.dual && dst.Is4():
		return 1
	}
	return 0
}

// receiver finds the socket on a port that gets what arrives for dst and
// satisfies ready.
func (h *Host) receiver(proto int32, dst netip.AddrPort, ready func(*socket) bool) *socket {
	var best *socket
	order := 0
	for e := h.ports[portKeyOf(proto, dst.Port())]; e != nil; e = e.next {
		if o := e.bindOrder(dst.Addr()); o > order && ready(e.sock) {
			best, order = e.sock, o
		}
	}
	return best
}
