package model

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// request is what GetAddrInfo or GetAddrInfoEx is asked.
type request struct {
	node, service *string
	hints         wsa.AddrInfo
	ex            bool
}

func (r *request) flag(f int32) bool { return r.hints.Flags&f != 0 }

// meaningful are the ai_flags that the pages speak of, and AI_DNS_ONLY (GA14).
const meaningful = wsa.AI_PASSIVE | wsa.AI_CANONNAME | wsa.AI_NUMERICHOST | wsa.AI_NUMERICSERV | wsa.AI_DNS_ONLY | wsa.AI_ALL |
	wsa.AI_ADDRCONFIG | wsa.AI_V4MAPPED | wsa.AI_NON_AUTHORITATIVE | wsa.AI_SECURE | wsa.AI_RETURN_PREFERRED_NAMES |
	wsa.AI_FQDN | wsa.AI_FILESERVER | wsa.AI_DISABLE_IDN_ENCODING

// getAddrInfo judges GetAddrInfo.
func (v *verdict) getAddrInfo(c wsa.GetAddrInfoCall) {
	if v.unstarted() {
		return
	}
	r := request{node: c.NodeName, service: c.ServiceName}
	if c.Hints != nil {
		r.hints = *c.Hints
	}
	v.checkRequest(&r)
	if !v.failed {
		v.answers(&r)
	}
	v.memory()
}

// unstarted judges a call before WSAStartup.
func (v *verdict) unstarted() bool {
	if v.p.startups == 0 {
		v.must(rules.GENStartup)
		return true
	}
	return false
}

// memory adds the shortage that every page of the lookups names.
func (v *verdict) memory() { v.may(rules.RESMemory) }

// literal is the address that a node is, if it is one.
func literal(node *string) (netip.Addr, bool) {
	if node == nil {
		return netip.Addr{}, false
	}
	return wsa.ParseAddrLiteral(*node)
}

// checkRequest judges the arguments.
func (v *verdict) checkRequest(r *request) {
	h := &r.hints
	_, isLiteral := literal(r.node)
	if r.node == nil && r.service == nil {
		v.must(rules.GAINonames)
	}
	if h.Addr != nil || h.CanonName != "" {
		v.must(rules.GAIHints)
	}
	if r.flag(wsa.AI_FQDN) && r.flag(wsa.AI_CANONNAME) {
		v.must(rules.GAIFlags)
	} else if h.Flags&^meaningful != 0 {
		v.may(rules.GAIFlags)
	}
	if !slices.Contains([]int32{wsa.AF_UNSPEC, wsa.AF_INET, wsa.AF_INET6}, h.Family) {
		v.must(rules.GAIFamily)
	}
	if h.SockType < 0 || h.SockType > wsa.SOCK_SEQPACKET {
		v.must(rules.GAISocktype)
	}
	if r.node == nil && (r.flag(wsa.AI_CANONNAME) || r.flag(wsa.AI_FQDN)) {
		v.must(rules.GAICanonnull)
	}
	if r.flag(wsa.AI_NUMERICHOST) && !isLiteral {
		v.must(rules.GAINumerichost)
	}
	if r.flag(wsa.AI_NUMERICSERV) {
		if _, ok := number(r.service); !ok {
			v.may(rules.GAINumericserv)
		}
	}
	if ports, certain := v.ports(r); len(ports) == 0 && certain {
		v.must(rules.GAIService)
	} else if len(ports) == 0 || !certain {
		v.may(rules.GAIService)
	}
}

// number reads a port.
func number(service *string) (uint16, bool) {
	if service == nil {
		return 0, false
	}
	n, err := strconv.ParseUint(*service, 10, 16)
	return uint16(n), err == nil
}

// ports lists the ports that the service may have; certain says that it has one
// of them, or none if there are none.
func (v *verdict) ports(r *request) (ports []uint16, certain bool) {
	if r.service == nil || *r.service == "" {
		return []uint16{0}, true
	}
	if n, ok := number(r.service); ok {
		return []uint16{n}, true
	}
	for _, s := range wsa.Services() {
		if isCalled(*r.service, s.Name, s.Aliases) && r.takes(s.Proto) {
			ports = append(ports, s.Port)
		}
	}
	// A service that only others have may be in the file of this one.
	return ports, len(ports) > 0 || v.w.namesKnown() && strings.Trim(*r.service, "0123456789") != ""
}

func isCalled(text, name string, aliases []string) bool {
	return strings.EqualFold(text, name) || slices.ContainsFunc(aliases, func(a string) bool { return strings.EqualFold(a, text) })
}

// takes reports whether the hints fit a service of the protocol.
func (r *request) takes(proto string) bool {
	switch r.hints.SockType {
	case wsa.SOCK_STREAM:
		return proto == "tcp"
	case wsa.SOCK_DGRAM:
		return proto == "udp"
	case 0:
		return !(r.hints.Protocol == wsa.IPPROTO_TCP && proto != "tcp" || r.hints.Protocol == wsa.IPPROTO_UDP && proto != "udp")
	}
	return false
}

// result is what a lookup may give: these addresses, or any if they are not
// known.
type result struct {
	rule      rules.ID
	addrs     []netip.Addr
	known     bool
	canonical string // "" : not known
	loopback  bool   // whatever the addresses are, they are loopback
}

// answers adds what may come of a lookup whose arguments are right.
func (v *verdict) answers(r *request) {
	h := v.w.hosts[v.p.host]
	a, isLiteral := literal(r.node)
	switch {
	case r.node == nil && r.flag(wsa.AI_PASSIVE):
		v.gives(r, result{rule: rules.GAINull, known: true, addrs: r.narrowed([]netip.Addr{netip.IPv4Unspecified(), netip.IPv6Unspecified()})})
	case r.node == nil:
		v.gives(r, result{rule: rules.GAINull, known: true, addrs: r.narrowed(bothLoopbacks)})
	case isLiteral:
		v.answersLiteral(r, a)
	case nameKey(*r.node) == "localhost":
		v.gives(r, result{rule: rules.GAILocalhost, loopback: true})
	case h.isItself(*r.node):
		v.answersOwn(r, h)
	default:
		v.block(rules.GAIWait, nil)
		v.answersName(r, h)
	}
}

var bothLoopbacks = []netip.Addr{netip.IPv6Loopback(), netip.AddrFrom4([4]byte{127, 0, 0, 1})}

func (v *verdict) answersLiteral(r *request, a netip.Addr) {
	addrs := r.narrowed([]netip.Addr{a})
	if len(addrs) > 0 {
		v.gives(r, result{rule: rules.GAILiteral, known: true, addrs: addrs})
		return
	}
	// GA9 has the case with AI_NUMERICHOST; without it WSANO_DATA would fit as
	// well.
	if r.flag(wsa.AI_NUMERICHOST) {
		v.must(rules.GAINumerichost)
		return
	}
	v.must(rules.GAINotfound, wsa.WSAHOST_NOT_FOUND, wsa.WSANO_DATA)
}

// answersOwn is about the computer's own names. A real one has addresses that
// the trace need not know.
func (v *verdict) answersOwn(r *request, h *host) {
	addrs := h.addrs
	if len(addrs) == 0 {
		addrs = bothLoopbacks
	}
	if r.flag(wsa.AI_ADDRCONFIG) {
		addrs = h.reachable(addrs, true)
	}
	addrs = r.narrowed(addrs)
	known := v.w.namesKnown()
	if len(addrs) == 0 {
		v.fails(truthOrMaybe(known), rules.GAINodata)
	}
	v.gives(r, result{rule: rules.GAIOwn, known: known, addrs: addrs})
}

// truthOrMaybe is yes for what is known and maybe for what is not.
func truthOrMaybe(known bool) tri {
	if known {
		return yes
	}
	return maybe
}

// answersName is about names that a server knows, or not.
func (v *verdict) answersName(r *request, h *host) {
	known := v.w.namesKnown()
	for _, e := range v.w.mayFail(h, *r.node) {
		v.may(lookupError(e), e)
	}
	if !known {
		v.may(rules.GAIAgain)
		v.may(rules.GAIFail)
		v.may(rules.GAINotfound)
		v.may(rules.GAINodata)
		v.gives(r, result{rule: rules.GAIFound})
		return
	}
	ascii, ok := wsa.ASCIIName(*r.node)
	m := v.w.resolve(ascii)
	switch {
	case !ok, r.flag(wsa.AI_DISABLE_IDN_ENCODING) && ascii != nameKey(*r.node), !m.exists && !m.endless:
		if r.ex {
			v.must(rules.GAINotfound, wsa.WSAHOST_NOT_FOUND, wsa.WSANO_DATA) // observed GA20
		} else {
			v.must(rules.GAINotfound)
		}
		return
	case m.endless:
		v.must(rules.GAIFail)
		return
	}
	addrs := r.narrowed(h.reachable(m.addrs, r.flag(wsa.AI_ADDRCONFIG)))
	if len(addrs) == 0 {
		v.must(rules.GAINodata)
		return
	}
	res := result{rule: rules.GAIFound, known: true, addrs: addrs, canonical: m.canonical}
	if r.flag(wsa.AI_FQDN) {
		res.canonical = m.first
	}
	v.gives(r, res)
}

// lookupError is the rule of an error that a lookup may end with.
func lookupError(e wsa.Errno) rules.ID {
	return map[wsa.Errno]rules.ID{
		wsa.WSANO_DATA: rules.GAINodata, wsa.WSATRY_AGAIN: rules.GAIAgain, wsa.WSANO_RECOVERY: rules.GAIFail, wsa.WSAHOST_NOT_FOUND: rules.GAINotfound,
	}[e]
}

// reachable leaves out what the host has no global address to reach by: IPv6
// (observed GA15), and IPv4 as well if both is set.
func (h *host) reachable(addrs []netip.Addr, both bool) []netip.Addr {
	var out []netip.Addr
	for _, a := range addrs {
		reach := a.Is4() && !both
		for _, own := range h.addrs {
			reach = reach || own.Is4() == a.Is4() && (own.Is4() || !own.IsLinkLocalUnicast())
		}
		if reach {
			out = append(out, a)
		}
	}
	return out
}

// narrowed keeps the addresses of the family that was asked for, with IPv4 ones
// mapped where that was asked for too.
func (r *request) narrowed(addrs []netip.Addr) []netip.Addr {
	var out, mapped []netip.Addr
	for _, a := range addrs {
		switch {
		case r.hints.Family == wsa.AF_UNSPEC, a.Is4() == (r.hints.Family == wsa.AF_INET):
			out = append(out, a)
		case a.Is4():
			mapped = append(mapped, netip.AddrFrom16(a.As16()))
		}
	}
	if r.hints.Family == wsa.AF_INET6 && r.flag(wsa.AI_V4MAPPED) && (len(out) == 0 || r.flag(wsa.AI_ALL)) {
		out = append(out, mapped...)
	}
	return out
}

// gives adds the success of a lookup.
func (v *verdict) gives(r *request, res result) {
	ports, certain := v.ports(r)
	ids := []rules.ID{res.rule, rules.GAIFields, rules.GAIPort}
	if r.flag(wsa.AI_CANONNAME) || r.flag(wsa.AI_FQDN) {
		ids = append(ids, rules.GAICanonname)
	}
	if r.flag(wsa.AI_V4MAPPED) && r.hints.Family == wsa.AF_INET6 {
		ids = append(ids, rules.GAIMapped)
	}
	if res.rule == rules.GAIFound && res.known {
		ids = append(ids, rules.GAIAddrconfig)
	}
	if r.node != nil && strings.IndexFunc(*r.node, func(c rune) bool { return c > 0x7F }) >= 0 {
		ids = append(ids, rules.GAIIdn)
	}
	req := *r
	v.succeed(func(_ *world, ret *wsa.Return) rules.ID {
		if broken := req.fields(ret.AddrInfo, ports, certain); broken != "" {
			return broken
		}
		return req.holds(ret.AddrInfo, res)
	}, func(*world) wsa.Return { return req.example(res, ports) }, ids...)
}

// fields judges what results have besides their addresses.
func (r *request) fields(list []wsa.AddrInfoEx, ports []uint16, certain bool) rules.ID {
	if len(list) == 0 {
		return rules.GAIFields
	}
	canon := r.flag(wsa.AI_CANONNAME) || r.flag(wsa.AI_FQDN)
	for i, a := range list {
		at, err := wsa.ParseSockaddr(a.Addr)
		switch {
		case err != nil, a.Flags != 0, a.Family != wsa.SockaddrFamily(a.Addr), len(a.Addr) != addrSize(a.Family),
			r.hints.Family != wsa.AF_UNSPEC && a.Family != r.hints.Family,
			r.hints.SockType != 0 && a.SockType != r.hints.SockType,
			r.hints.Protocol != 0 && a.Protocol != r.hints.Protocol:
			return rules.GAIFields
		case certain && !slices.Contains(ports, at.Port()):
			return rules.GAIPort
		case a.CanonName != "" && (i > 0 || !canon):
			return rules.GAICanonname
		}
	}
	return ""
}

// holds judges the addresses, whose order is not specified, and the canonical
// name, which may be missing.
func (r *request) holds(list []wsa.AddrInfoEx, res result) rules.ID {
	if name := list[0].CanonName; name != "" && res.known && res.canonical != "" && nameKey(name) != nameKey(res.canonical) {
		return rules.GAICanonname
	}
	seen := make(map[netip.Addr]bool)
	for _, a := range list {
		at, err := wsa.ParseSockaddr(a.Addr)
		if err != nil || res.loopback && !at.Addr().Unmap().IsLoopback() {
			return res.rule
		}
		seen[at.Addr()] = true
	}
	if !res.known {
		return ""
	}
	for _, a := range res.addrs {
		if !seen[a] {
			return res.rule
		}
		delete(seen, a)
	}
	if len(seen) > 0 {
		return r.excess(seen, res)
	}
	return ""
}

// excess is the rule that an address breaks which should not be among the
// results: that of the computer without IPv6, or that of the name.
func (r *request) excess(seen map[netip.Addr]bool, res result) rules.ID {
	for a := range seen {
		if res.rule != rules.GAIFound || a.Is4() || a.Is4In6() {
			return res.rule
		}
	}
	return rules.GAIAddrconfig
}

// example is a return that the lookup may have.
func (r *request) example(res result, ports []uint16) wsa.Return {
	addrs := res.addrs
	if len(addrs) == 0 {
		addrs = r.narrowed(bothLoopbacks)
	}
	port := uint16(1)
	if len(ports) > 0 {
		port = ports[0]
	}
	var ret wsa.Return
	for _, a := range addrs {
		b := wsa.Sockaddr(netip.AddrPortFrom(a, port))
		ret.AddrInfo = append(ret.AddrInfo, wsa.AddrInfoEx{AddrInfo: wsa.AddrInfo{
			Family: wsa.SockaddrFamily(b), SockType: r.hints.SockType, Protocol: r.hints.Protocol, Addr: b,
		}})
	}
	return ret
}
