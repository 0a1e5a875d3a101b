package model

import (
	"bytes"
	"net/netip"
	"slices"
	"strings"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// hostByName judges gethostbyname: IPv4 only.
func (v *verdict) hostByName(c wsa.GethostbynameCall) {
	if v.unstarted() {
		return
	}
	h := v.w.hosts[v.p.host]
	name := ""
	if c.Name != nil {
		name = *c.Name
	}
	read, isText := wsa.ParseInetAddr(name)
	_, isLiteral := literal(c.Name)
	switch {
	case h.isItself(name):
		addrs := h.addrs
		if len(addrs) == 0 {
			addrs = bothLoopbacks
		}
		v.hostEntry(result{rule: rules.HOSTOwn, addrs: addrs, known: v.w.namesKnown(), canonical: h.qualified()})
	case isText && name != " ":
		v.hostEntry(result{rule: rules.HOSTLiteral, addrs: []netip.Addr{read}, known: true, canonical: name})
		if !isLiteral {
			// Whether the short and odd forms are legal addresses is not said.
			v.may(rules.HOSTNodata)
			v.may(rules.HOSTNotfound)
		}
	case isLiteral, strings.Trim(name, "0123456789.") == "":
		v.must(rules.HOSTNodata, wsa.WSANO_DATA, wsa.WSAHOST_NOT_FOUND)
	case nameKey(name) == "localhost":
		v.hostEntry(result{rule: rules.HOSTName, loopback: true})
	default:
		v.block(rules.HOSTWait, nil)
		v.hostByServer(name, h)
	}
	v.environment()
}

// hostByServer is about names that a server knows, or not.
func (v *verdict) hostByServer(name string, h *host) {
	v.serverErrors(name, rules.HOSTAgain, rules.HOSTFail)
	errs := v.w.mayFail(h, name)
	known := v.w.namesKnown()
	if !known || slices.Contains(errs, wsa.WSAHOST_NOT_FOUND) {
		v.may(rules.HOSTNotfound)
	}
	if !known || slices.Contains(errs, wsa.WSANO_DATA) {
		v.may(rules.HOSTNodata)
	}
	if !known {
		v.hostEntry(result{rule: rules.HOSTName})
		return
	}
	ascii, ok := wsa.ASCIIName(name)
	switch m := v.w.resolve(ascii); {
	case !ok, !m.exists && !m.endless:
		v.must(rules.HOSTNotfound)
	case m.endless:
		v.must(rules.HOSTFail)
	default:
		v.hostEntry(result{rule: rules.HOSTName, addrs: m.addrs, known: true, canonical: m.canonical})
	}
}

// hostEntry adds the success of gethostbyname: the IPv4 addresses, or WSANO_DATA
// when there are none.
func (v *verdict) hostEntry(res result) {
	var want []netip.Addr
	for _, a := range res.addrs {
		if a.Is4() {
			want = append(want, a)
		}
	}
	if res.known && len(want) == 0 {
		v.must(rules.HOSTNodata)
		return
	}
	if !res.known && !res.loopback {
		v.may(rules.HOSTNodata)
	}
	v.succeed(func(_ *world, ret *wsa.Return) rules.ID {
		e := ret.HostEnt
		if e == nil || e.AddrType != wsa.AF_INET || len(e.AddrList) == 0 {
			return res.rule
		}
		if res.known && nameKey(e.Name) != nameKey(res.canonical) {
			return res.rule
		}
		left := slices.Clone(want)
		for _, b := range e.AddrList {
			a, ok := netip.AddrFromSlice(b)
			i := slices.Index(left, a)
			if !ok || !a.Is4() || res.loopback && !a.IsLoopback() || res.known && i < 0 {
				return res.rule
			}
			if res.known {
				left = slices.Delete(left, i, i+1)
			}
		}
		if len(left) > 0 && res.known {
			return res.rule
		}
		return ""
	}, func(*world) wsa.Return {
		e := &wsa.HostEnt{Name: res.canonical, AddrType: wsa.AF_INET}
		for _, a := range append(want, bothLoopbacks[1])[:max(len(want), 1)] {
			e.AddrList = append(e.AddrList, a.AsSlice())
		}
		return wsa.Return{HostEnt: e}
	}, res.rule)
}

// hostByAddr judges gethostbyaddr.
func (v *verdict) hostByAddr(c wsa.GethostbyaddrCall) {
	if v.unstarted() {
		return
	}
	size := map[int32]int{wsa.AF_INET: 4, wsa.AF_INET6: 16}[c.Type]
	if size == 0 {
		v.must(rules.HOSTAddrfamily)
	}
	if len(c.Addr) < max(size, 1) {
		v.must(rules.HOSTAddrfault)
	}
	if size == 16 && len(c.Addr) != 16 {
		v.must(rules.HOSTAddrlen)
	}
	if !v.failed {
		a, _ := netip.AddrFromSlice(c.Addr[:size])
		v.hostOf(c, a)
	}
	v.environment()
}

func (v *verdict) hostOf(c wsa.GethostbyaddrCall, a netip.Addr) {
	name, found := v.reverseName(a)
	if !v.isOwn(a) {
		v.block(rules.HOSTWait, nil)
		text := bare(a).String()
		v.serverErrors(text, rules.HOSTAgain, rules.HOSTFail)
		if len(v.w.mayFail(v.w.hosts[v.p.host], text)) > 0 && found == yes {
			found = maybe
		}
	}
	missing := map[tri]tri{no: yes, maybe: maybe, yes: no}[found]
	v.fails(missing, rules.HOSTNotfound)
	v.fails(missing, rules.HOSTNodata)
	known := v.w.namesKnown()
	v.succeed(func(_ *world, ret *wsa.Return) rules.ID {
		e := ret.HostEnt
		if e == nil || int32(e.AddrType) != c.Type || !slices.ContainsFunc(e.AddrList, func(b wsa.Bytes) bool { return bytes.Equal(b, c.Addr[:len(b)]) }) ||
			known && nameKey(e.Name) != nameKey(name) {
			return rules.HOSTAddr
		}
		return ""
	}, func(*world) wsa.Return {
		return wsa.Return{HostEnt: &wsa.HostEnt{Name: name, AddrType: int16(c.Type), AddrList: []wsa.Bytes{a.AsSlice()}}}
	}, rules.HOSTAddr)
}

// serviceEntry judges getservbyname and getservbyport: fits says which services are
// meant.
func (v *verdict) serviceEntry(null bool, proto *string, fits func(*wsa.ServEnt) bool) {
	if v.unstarted() {
		return
	}
	if null {
		v.must(rules.ENTNull)
		v.environment()
		return
	}
	var known []wsa.ServEnt
	for _, s := range wsa.Services() {
		if fits(&s) && (proto == nil || *proto == "" || strings.EqualFold(*proto, s.Proto)) {
			known = append(known, s)
		}
	}
	if len(known) == 0 {
		v.fails(truthOrMaybe(v.w.namesKnown()), rules.SERVNone)
	}
	v.succeed(func(_ *world, ret *wsa.Return) rules.ID {
		e := ret.ServEnt
		if e == nil || len(known) > 0 && !slices.ContainsFunc(known, func(s wsa.ServEnt) bool {
			return strings.EqualFold(s.Name, e.Name) && s.Port == e.Port && strings.EqualFold(s.Proto, e.Proto)
		}) {
			return rules.SERVFound
		}
		return ""
	}, func(*world) wsa.Return {
		if len(known) > 0 {
			return wsa.Return{ServEnt: &known[0]}
		}
		return wsa.Return{ServEnt: &wsa.ServEnt{Name: "example", Port: 1, Proto: "tcp"}}
	}, rules.SERVFound)
	v.environment()
}

// protocolEntry judges getprotobyname and getprotobynumber. What is not in the list
// has no number (observed NH10), and may have a name in the file of a computer.
func (v *verdict) protocolEntry(null, byName bool, fits func(*wsa.ProtoEnt) bool) {
	if v.unstarted() {
		return
	}
	if null {
		v.must(rules.ENTNull)
		v.environment()
		return
	}
	list := wsa.Protocols()
	i := slices.IndexFunc(list, func(p wsa.ProtoEnt) bool { return fits(&p) })
	if i < 0 {
		v.fails(truthOrMaybe(v.w.namesKnown() || !byName), rules.PROTONone)
	}
	v.succeed(func(_ *world, ret *wsa.Return) rules.ID {
		if e := ret.ProtoEnt; e == nil || i >= 0 && (e.Proto != list[i].Proto || !strings.EqualFold(e.Name, list[i].Name)) {
			return rules.PROTOFound
		}
		return ""
	}, func(*world) wsa.Return { return wsa.Return{ProtoEnt: &list[max(i, 0)]} }, rules.PROTOFound)
	v.environment()
}

// inet judges inet_addr and inet_ntoa, which cannot fail. What they do to the
// last error is not said.
func (v *verdict) inet(id rules.ID, want wsa.Return) {
	v.succeed(func(_ *world, ret *wsa.Return) rules.ID {
		if ret.N != want.N || ret.Node != want.Node {
			return id
		}
		return ""
	}, func(*world) wsa.Return { return want }, id)
	v.forgetsError()
}

// nameCall judges the calls of Names and reports whether the call is one.
func (v *verdict) nameCall(call wsa.Call) bool {
	switch c := call.(type) {
	case wsa.GetAddrInfoCall:
		v.getAddrInfo(c)
	case wsa.GetAddrInfoExCall:
		v.getAddrInfoEx(c)
	case wsa.GetAddrInfoExCancelCall:
		v.cancelLookup(c)
	case wsa.GetAddrInfoExOverlappedResultCall:
		v.lookupResult(c)
	case wsa.GetNameInfoCall:
		v.getNameInfo(c)
	case wsa.GetHostNameCall:
		v.getHostName(c)
	case wsa.GethostbynameCall:
		v.hostByName(c)
	case wsa.GethostbyaddrCall:
		v.hostByAddr(c)
	default:
		return v.entryCall(call)
	}
	return true
}

// entryCall judges the calls about services, protocols and addresses as text.
func (v *verdict) entryCall(call wsa.Call) bool {
	switch c := call.(type) {
	case wsa.GetservbynameCall:
		v.serviceEntry(c.Name == nil, c.Proto, func(s *wsa.ServEnt) bool { return isCalled(*c.Name, s.Name, s.Aliases) })
	case wsa.GetservbyportCall:
		v.serviceEntry(false, c.Proto, func(s *wsa.ServEnt) bool { return s.Port == c.Port })
	case wsa.GetprotobynameCall:
		v.protocolEntry(c.Name == nil, true, func(p *wsa.ProtoEnt) bool { return isCalled(*c.Name, p.Name, p.Aliases) })
	case wsa.GetprotobynumberCall:
		v.protocolEntry(false, false, func(p *wsa.ProtoEnt) bool { return int32(p.Proto) == c.Number })
	case wsa.InetAddrCall:
		n := int64(wsa.INADDR_NONE)
		if c.CP != nil {
			n = int64(wsa.InetAddr(*c.CP))
		}
		v.inet(rules.INETAddr, wsa.Return{N: n})
	case wsa.InetNtoaCall:
		v.inet(rules.INETNtoa, wsa.Return{Node: wsa.InetNtoa(c.In)})
	default:
		return false
	}
	return true
}
