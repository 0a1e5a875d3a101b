package sim

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// query is what GetAddrInfo was asked, with checked hints.
type query struct {
	node    *string
	port    uint16
	hints   wsa.AddrInfo
	nothing bool // the answer needs no server
}

// loopbacks are the loopback addresses in the order in which they are given.
var loopbacks = []netip.Addr{netip.IPv6Loopback(), netip.AddrFrom4([4]byte{127, 0, 0, 1})}

// knownFlags are the ai_flags that mean something.
const knownFlags = wsa.AI_PASSIVE | wsa.AI_CANONNAME | wsa.AI_NUMERICHOST | wsa.AI_NUMERICSERV | wsa.AI_DNS_ONLY | wsa.AI_ALL |
	wsa.AI_ADDRCONFIG | wsa.AI_V4MAPPED | wsa.AI_NON_AUTHORITATIVE | wsa.AI_SECURE | wsa.AI_RETURN_PREFERRED_NAMES |
	wsa.AI_FQDN | wsa.AI_FILESERVER | wsa.AI_DISABLE_IDN_ENCODING

// has reports whether a flag is set in the hints.
func (q *query) has(flag int32) bool { return q.hints.Flags&flag != 0 }

// ask checks the arguments of GetAddrInfo and GetAddrInfoEx.
func (t *Thread) ask(node, service *string, hints *wsa.AddrInfo) (q query, e wsa.Errno) {
	if e := t.initialised(); e != 0 {
		return q, e
	}
	q.node = node
	if hints != nil {
		q.hints = *hints
	}
	switch h := &q.hints; {
	case node == nil && service == nil:
		return q, t.fail(rules.GAINonames, wsa.WSAHOST_NOT_FOUND)
	case h.Addr != nil || h.CanonName != "":
		return q, t.fail(rules.GAIHints, wsa.WSANO_RECOVERY)
	case h.Flags&^knownFlags != 0 || q.has(wsa.AI_FQDN) && q.has(wsa.AI_CANONNAME):
		return q, t.fail(rules.GAIFlags, wsa.WSAEINVAL)
	case h.Family != wsa.AF_UNSPEC && h.Family != wsa.AF_INET && h.Family != wsa.AF_INET6:
		return q, t.fail(rules.GAIFamily, wsa.WSAEAFNOSUPPORT)
	case h.SockType < 0 || h.SockType > wsa.SOCK_SEQPACKET:
		return q, t.fail(rules.GAISocktype, wsa.WSAESOCKTNOSUPPORT)
	case node == nil && (q.has(wsa.AI_CANONNAME) || q.has(wsa.AI_FQDN)):
		return q, t.fail(rules.GAICanonnull, wsa.WSANO_RECOVERY)
	case q.has(wsa.AI_NUMERICHOST) && !isLiteral(node):
		return q, t.fail(rules.GAINumerichost, wsa.WSAHOST_NOT_FOUND)
	case q.has(wsa.AI_NUMERICSERV) && !isNumber(service):
		return q, t.fail(rules.GAINumericserv, wsa.WSAHOST_NOT_FOUND)
	}
	if e := t.needs(NoMemory); e != 0 {
		return q, e
	}
	port, ok := portOf(service, &q.hints)
	if !ok {
		return q, t.fail(rules.GAIService, wsa.WSATYPE_NOT_FOUND)
	}
	q.port = port
	q.nothing = t.proc.host.knows(node)
	return q, 0
}

func isLiteral(node *string) bool {
	if node == nil {
		return false
	}
	_, ok := wsa.ParseAddrLiteral(*node)
	return ok
}

func isNumber(service *string) bool {
	if service == nil {
		return false
	}
	_, err := strconv.ParseUint(*service, 10, 16)
	return err == nil
}

// portOf is the port that a service stands for; false when there is none for
// the type and protocol of the hints.
func portOf(service *string, hints *wsa.AddrInfo) (uint16, bool) {
	if service == nil || *service == "" {
		return 0, true
	}
	if n, err := strconv.ParseUint(*service, 10, 16); err == nil {
		return uint16(n), true
	}
	proto := ""
	switch {
	case hints.SockType == wsa.SOCK_STREAM || hints.SockType == 0 && hints.Protocol == wsa.IPPROTO_TCP:
		proto = "tcp"
	case hints.SockType == wsa.SOCK_DGRAM || hints.SockType == 0 && hints.Protocol == wsa.IPPROTO_UDP:
		proto = "udp"
	case hints.SockType != 0:
		return 0, false // no service of the file is for raw sockets
	}
	if s := serviceNamed(*service, proto); s != nil {
		return s.Port, true
	}
	return 0, false
}

// own reports whether a name is one of the host itself.
func (h *Host) own(name string) bool {
	key := foldName(name)
	return key == "" || key == "..localmachine" || key == foldName(h.cfg.Name) || key == foldName(h.dnsName())
}

// knows reports whether the host can answer without a server.
func (h *Host) knows(node *string) bool {
	return node == nil || isLiteral(node) || foldName(*node) == "localhost" || h.own(*node)
}

// server is what a lookup of a name by the host comes to, and how long it takes.
func (h *Host) server(name string) (*lookupFault, time.Duration) {
	f := h.lookups.of(name)
	return f, f.Delay
}

// answer finds the addresses of a query at the end of its lookup.
func (t *Thread) answer(q *query, fault *lookupFault) ([]wsa.AddrInfo, wsa.Errno) {
	h := t.proc.host
	var f found
	switch {
	case q.node == nil:
		f.addrs = loopbacks
		if q.has(wsa.AI_PASSIVE) {
			f.addrs = []netip.Addr{netip.IPv6Unspecified(), netip.IPv4Unspecified()}
		}
		t.rule = rules.GAINull
		return q.results(f, q.family(f.addrs)), 0
	case isLiteral(q.node):
		a, _ := wsa.ParseAddrLiteral(*q.node)
		f = found{addrs: q.family([]netip.Addr{a}), canonical: *q.node, qualified: *q.node}
		if len(f.addrs) == 0 {
			if q.has(wsa.AI_NUMERICHOST) {
				return nil, t.fail(rules.GAINumerichost, wsa.WSAHOST_NOT_FOUND)
			}
			return nil, t.fail(rules.GAINotfound, wsa.WSAHOST_NOT_FOUND)
		}
		t.rule = rules.GAILiteral
		return q.results(f, f.addrs), 0
	case foldName(*q.node) == "localhost":
		f = found{addrs: loopbacks, canonical: h.dnsName(), qualified: h.dnsName()}
		t.rule = rules.GAILocalhost
		return q.results(f, q.family(f.addrs)), 0
	case h.own(*q.node):
		f = found{addrs: h.cfg.Addrs, canonical: h.dnsName(), qualified: h.dnsName()}
		if len(f.addrs) == 0 {
			f.addrs = loopbacks
		}
		f.addrs = h.configured(f.addrs, false, q.has(wsa.AI_ADDRCONFIG))
		t.rule = rules.GAIOwn
	default:
		var e wsa.Errno
		if f, e = t.lookUp(*q.node, q.has(wsa.AI_DISABLE_IDN_ENCODING), fault); e != 0 {
			return nil, e
		}
		f.addrs = h.configured(f.addrs, true, q.has(wsa.AI_ADDRCONFIG))
		t.rule = rules.GAIFound
	}
	addrs := q.family(f.addrs)
	if len(addrs) == 0 {
		return nil, t.fail(rules.GAINodata, wsa.WSANO_DATA)
	}
	return q.results(f, addrs), 0
}

// lookUp asks the directory for a name.
func (t *Thread) lookUp(name string, plain bool, fault *lookupFault) (found, wsa.Errno) {
	if e := fault.fails(); e != 0 {
		return found{}, t.fail(lookupRule(e), e)
	}
	ascii, ok := wsa.ASCIIName(name)
	if !ok || plain && ascii != foldName(name) {
		return found{}, t.fail(rules.GAINotfound, wsa.WSAHOST_NOT_FOUND)
	}
	f, e := t.world.names.find(t.world, ascii)
	if e != 0 {
		return found{}, t.fail(lookupRule(e), e)
	}
	return f, 0
}

// lookupRule is the rule by which a lookup fails with an error.
func lookupRule(e wsa.Errno) rules.ID {
	switch e {
	case wsa.WSANO_DATA:
		return rules.GAINodata
	case wsa.WSATRY_AGAIN:
		return rules.GAIAgain
	case wsa.WSANO_RECOVERY:
		return rules.GAIFail
	}
	return rules.GAINotfound
}

// configured leaves out the addresses of a family of which the host itself has
// none but loopback and, of IPv6, link-local ones: IPv6 addresses if six is set,
// as for every name of another host (observed GA15), and those of either family
// with AI_ADDRCONFIG.
func (h *Host) configured(addrs []netip.Addr, six, either bool) []netip.Addr {
	has4, has6 := false, false
	for _, a := range h.cfg.Addrs {
		has4 = has4 || a.Is4()
		has6 = has6 || a.Is6() && !a.IsLinkLocalUnicast()
	}
	return slices.DeleteFunc(slices.Clone(addrs), func(a netip.Addr) bool {
		if a.Is4() {
			return either && !has4
		}
		return (six || either) && !has6
	})
}

// byOwn reports whether the host has the address, scope id aside.
func (h *Host) byOwn(a netip.Addr) bool { return h.world.addresses.host(a) == h }

// family keeps the addresses of the hints' family, IPv6 first, and maps IPv4
// ones where the hints ask for it.
func (q *query) family(addrs []netip.Addr) []netip.Addr {
	var four, six []netip.Addr
	for _, a := range addrs {
		if a.Is4() {
			four = append(four, a)
		} else {
			six = append(six, a)
		}
	}
	switch q.hints.Family {
	case wsa.AF_INET:
		return four
	case wsa.AF_INET6:
		if q.has(wsa.AI_V4MAPPED) && (len(six) == 0 || q.has(wsa.AI_ALL)) {
			for _, a := range four {
				six = append(six, netip.AddrFrom16(a.As16()))
			}
		}
		return six
	}
	return append(six, four...)
}

// results makes the list of the answer.
func (q *query) results(f found, addrs []netip.Addr) []wsa.AddrInfo {
	list := make([]wsa.AddrInfo, len(addrs))
	for i, a := range addrs {
		list[i] = wsa.AddrInfo{
			Family: wsa.AF_INET6, SockType: q.hints.SockType, Protocol: q.hints.Protocol,
			Addr: wsa.Sockaddr(netip.AddrPortFrom(a, q.port)),
		}
		if a.Is4() {
			list[i].Family = wsa.AF_INET
		}
	}
	switch {
	case len(list) == 0:
	case q.has(wsa.AI_CANONNAME):
		list[0].CanonName = f.canonical
	case q.has(wsa.AI_FQDN):
		list[0].CanonName = f.qualified
	}
	return list
}

// serviceNamed finds a service by name or alias, and protocol unless that is
// empty.
func serviceNamed(name, proto string) *wsa.ServEnt {
	return findService(func(s *wsa.ServEnt) bool {
		return strings.EqualFold(s.Name, name) || slices.ContainsFunc(s.Aliases, func(a string) bool { return strings.EqualFold(a, name) })
	}, proto)
}

func findService(which func(*wsa.ServEnt) bool, proto string) *wsa.ServEnt {
	for _, s := range services {
		if (proto == "" || strings.EqualFold(proto, s.Proto)) && which(&s) {
			return &s
		}
	}
	return nil
}

// services and protocols are what every host's files have. They are never
// written to.
var (
	services  = wsa.Services()
	protocols = wsa.Protocols()
)
