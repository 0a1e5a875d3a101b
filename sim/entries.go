package sim

import (
	"net/netip"
	"slices"
	"strings"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// entries are the structures that a thread has for gethostbyname and its kin:
// one of each kind, which the next call overwrites.
type entries struct {
	host  wsa.HostEnt
	serv  wsa.ServEnt
	proto wsa.ProtoEnt
}

// Gethostbyname implements wsa.Names.
func (t *Thread) Gethostbyname(name *string) (*wsa.HostEnt, error) {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.GethostbynameCall{Name: copyOf(name)})
	}
	ent, e := t.hostByName(name)
	return t.doneHost(ent, e)
}

// doneHost ends a call that gives a HOSTENT.
func (t *Thread) doneHost(ent wsa.HostEnt, e wsa.Errno) (*wsa.HostEnt, error) {
	ret := wsa.Return{Err: e}
	var p *wsa.HostEnt
	if e == 0 {
		t.entries.host = ent
		p, ret.HostEnt = &t.entries.host, &ent
	}
	if t.world.trace != nil {
		t.returned(ret)
	}
	return p, t.done(e)
}

func (t *Thread) hostByName(name *string) (ent wsa.HostEnt, e wsa.Errno) {
	if e := t.started(); e != 0 {
		return ent, e
	}
	h := t.proc.host
	if name == nil || h.own(*name) {
		t.rule = rules.HOSTOwn
		f := found{canonical: h.dnsName(), addrs: h.cfg.Addrs}
		if len(f.addrs) == 0 {
			f.addrs = loopbacks
		}
		return t.hostEntry(f)
	}
	if a, ok := wsa.ParseInetAddr(*name); ok && *name != "" {
		t.rule = rules.HOSTLiteral
		return t.hostEntry(found{canonical: *name, addrs: []netip.Addr{a}})
	}
	if isLiteral(name) || looksIPv4(*name) {
		return ent, t.fail(rules.HOSTNodata, wsa.WSANO_DATA)
	}
	t.rule = rules.HOSTName
	if foldName(*name) == "localhost" {
		return t.hostEntry(found{canonical: h.dnsName(), aliases: []string{"localhost"}, addrs: loopbacks})
	}
	fault, delay := h.server(*name)
	if e := t.awaitServer(delay, noTimeout, "", "gethostbyname"); e != 0 {
		return ent, e
	}
	f, e := t.lookUp(*name, false, fault)
	if e != 0 {
		return ent, t.fail(hostRule(e), e)
	}
	t.rule = rules.HOSTName
	return t.hostEntry(f)
}

// looksIPv4 reports whether a name is made of digits and dots and so was meant
// to be an address.
func looksIPv4(name string) bool {
	return name != "" && strings.Trim(name, "0123456789.") == ""
}

// hostRule is the rule by which a lookup of old fails with an error.
func hostRule(e wsa.Errno) rules.ID {
	switch e {
	case wsa.WSANO_DATA:
		return rules.HOSTNodata
	case wsa.WSATRY_AGAIN:
		return rules.HOSTAgain
	case wsa.WSANO_RECOVERY:
		return rules.HOSTFail
	}
	return rules.HOSTNotfound
}

// hostEntry is the HOSTENT of what was found: IPv4 only.
func (t *Thread) hostEntry(f found) (wsa.HostEnt, wsa.Errno) {
	ent := wsa.HostEnt{Name: f.canonical, Aliases: f.aliases, AddrType: wsa.AF_INET}
	for _, a := range f.addrs {
		if a.Is4() {
			ent.AddrList = append(ent.AddrList, a.AsSlice())
		}
	}
	if len(ent.AddrList) == 0 {
		return wsa.HostEnt{}, t.fail(rules.HOSTNodata, wsa.WSANO_DATA)
	}
	return ent, 0
}

// Gethostbyaddr implements wsa.Names.
func (t *Thread) Gethostbyaddr(addr []byte, typ int32) (*wsa.HostEnt, error) {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.GethostbyaddrCall{Addr: clone(addr), Type: typ})
	}
	ent, e := t.hostByAddr(addr, typ)
	return t.doneHost(ent, e)
}

func (t *Thread) hostByAddr(addr []byte, typ int32) (ent wsa.HostEnt, e wsa.Errno) {
	if e := t.started(); e != 0 {
		return ent, e
	}
	size := 4
	switch {
	case typ != wsa.AF_INET && typ != wsa.AF_INET6:
		return ent, t.fail(rules.HOSTAddrfamily, wsa.WSAEAFNOSUPPORT)
	case typ == wsa.AF_INET6 && addr != nil && len(addr) != 16:
		return ent, t.fail(rules.HOSTAddrlen, wsa.WSAEINVAL)
	case typ == wsa.AF_INET6:
		size = 16
	}
	if len(addr) < size {
		return ent, t.fail(rules.HOSTAddrfault, wsa.WSAEFAULT)
	}
	a, _ := netip.AddrFromSlice(addr[:size])
	name, e := t.reverse(a, "gethostbyaddr")
	switch {
	case e == wsa.WSA_OPERATION_ABORTED:
		return ent, e
	case e != 0:
		return ent, t.fail(hostRule(e), e)
	}
	t.rule = rules.HOSTAddr
	return wsa.HostEnt{Name: name, AddrType: int16(typ), AddrList: []wsa.Bytes{slices.Clone(addr[:size])}}, 0
}

// text is a string that may be missing.
func textOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// Getservbyname implements wsa.Names.
func (t *Thread) Getservbyname(name, proto *string) (*wsa.ServEnt, error) {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.GetservbynameCall{Name: copyOf(name), Proto: copyOf(proto)})
	}
	e := t.started()
	if e == 0 && name == nil {
		e = t.fail(rules.ENTNull, wsa.WSAEFAULT)
	}
	if e != 0 {
		return t.doneServ(nil, e)
	}
	return t.doneServ(serviceNamed(*name, textOf(proto)), 0)
}

// Getservbyport implements wsa.Names.
func (t *Thread) Getservbyport(port uint16, proto *string) (*wsa.ServEnt, error) {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.GetservbyportCall{Port: port, Proto: copyOf(proto)})
	}
	if e := t.started(); e != 0 {
		return t.doneServ(nil, e)
	}
	return t.doneServ(findService(func(s *wsa.ServEnt) bool { return s.Port == port }, textOf(proto)), 0)
}

// doneServ ends a call that gives a SERVENT; nil is none.
func (t *Thread) doneServ(ent *wsa.ServEnt, e wsa.Errno) (*wsa.ServEnt, error) {
	if ent == nil && e == 0 {
		e = t.fail(rules.SERVNone, wsa.WSANO_DATA)
	}
	ret := wsa.Return{Err: e}
	var p *wsa.ServEnt
	if e == 0 {
		t.rule = rules.SERVFound
		t.entries.serv = *ent
		p, ret.ServEnt = &t.entries.serv, ent
	}
	if t.world.trace != nil {
		t.returned(ret)
	}
	return p, t.done(e)
}

// Getprotobyname implements wsa.Names.
func (t *Thread) Getprotobyname(name *string) (*wsa.ProtoEnt, error) {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.GetprotobynameCall{Name: copyOf(name)})
	}
	e := t.started()
	if e == 0 && name == nil {
		e = t.fail(rules.ENTNull, wsa.WSAEFAULT)
	}
	return t.doneProto(func(p *wsa.ProtoEnt) bool {
		return strings.EqualFold(p.Name, *name) || strings.EqualFold(p.Aliases[0], *name)
	}, e)
}

// Getprotobynumber implements wsa.Names.
func (t *Thread) Getprotobynumber(number int32) (*wsa.ProtoEnt, error) {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.GetprotobynumberCall{Number: number})
	}
	return t.doneProto(func(p *wsa.ProtoEnt) bool { return int32(p.Proto) == number }, t.started())
}

// doneProto finds a protocol, unless the call has failed, and ends the call.
func (t *Thread) doneProto(which func(*wsa.ProtoEnt) bool, e wsa.Errno) (*wsa.ProtoEnt, error) {
	ret := wsa.Return{Err: e}
	var ent *wsa.ProtoEnt
	if e == 0 {
		ret.Err = t.fail(rules.PROTONone, wsa.WSANO_DATA)
		for _, p := range protocols {
			if which(&p) {
				t.rule = rules.PROTOFound
				t.entries.proto = p
				ent, ret = &t.entries.proto, wsa.Return{ProtoEnt: &p}
				break
			}
		}
	}
	if t.world.trace != nil {
		t.returned(ret)
	}
	return ent, t.done(ret.Err)
}

// InetAddr implements wsa.Names. It needs no WSAStartup and leaves the last
// error alone.
func (t *Thread) InetAddr(cp *string) uint32 {
	w := t.world
	defer w.unlockAfter(w.lock())
	n := uint32(wsa.INADDR_NONE)
	if cp != nil {
		n = wsa.InetAddr(*cp)
	}
	if w.trace != nil {
		t.called(wsa.InetAddrCall{CP: copyOf(cp)})
		t.rule = rules.INETAddr
		t.returned(wsa.Return{N: int64(n)})
	}
	return n
}

// InetNtoa implements wsa.Names. It needs no WSAStartup and leaves the last
// error alone.
func (t *Thread) InetNtoa(in uint32) string {
	w := t.world
	defer w.unlockAfter(w.lock())
	text := wsa.InetNtoa(in)
	if w.trace != nil {
		t.called(wsa.InetNtoaCall{In: in})
		t.rule = rules.INETNtoa
		t.returned(wsa.Return{Node: text})
	}
	return text
}
