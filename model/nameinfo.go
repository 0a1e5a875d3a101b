package model

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// namedBy is what an address or port may be called: one of the texts, or any if
// they are not known.
type namedBy struct {
	texts []string
	known bool
}

func (n namedBy) allows(text string) bool {
	return text != "" && (!n.known || slices.ContainsFunc(n.texts, func(t string) bool { return nameKey(t) == nameKey(text) }))
}

// example is a text that is allowed.
func (n namedBy) example() string {
	if len(n.texts) > 0 {
		return n.texts[0]
	}
	return "example"
}

// fits tells whether the text that is to be stored has room, with its NUL.
func (n namedBy) fits(room wsa.Room) tri {
	if !n.known || len(n.texts) == 0 {
		return maybe
	}
	fit, small := false, false
	for _, t := range n.texts {
		if len(utf16.Encode([]rune(t))) < int(room) {
			fit = true
		} else {
			small = true
		}
	}
	switch {
	case fit && small:
		return maybe
	case fit:
		return yes
	}
	return no
}

const meaningfulNames = wsa.NI_NOFQDN | wsa.NI_NUMERICHOST | wsa.NI_NAMEREQD | wsa.NI_NUMERICSERV | wsa.NI_DGRAM

// getNameInfo judges GetNameInfo.
func (v *verdict) getNameInfo(c wsa.GetNameInfoCall) {
	if v.unstarted() {
		return
	}
	family := wsa.SockaddrFamily(c.Sockaddr)
	at, err := wsa.ParseSockaddr(c.Sockaddr)
	if err != nil {
		switch {
		case len(c.Sockaddr) < 2:
			v.must(rules.GNIFault)
		case family == wsa.AF_INET, family == wsa.AF_INET6:
			v.must(rules.GNIFault)
		default:
			v.must(rules.GNIFamily)
			if len(c.Sockaddr) < wsa.SockaddrInSize {
				v.may(rules.GNIFault)
			}
		}
	}
	if c.Node == wsa.NULL && c.Service == wsa.NULL {
		v.must(rules.GNINothing)
	}
	if c.Node == 0 || c.Service == 0 {
		v.must(rules.GNINoroom)
	}
	if c.Flags&^meaningfulNames != 0 {
		v.may(rules.GNIFlags)
	}
	if !v.failed {
		v.nameInfo(c, at)
	}
	v.memory()
}

// nameInfo judges what GetNameInfo stores.
func (v *verdict) nameInfo(c wsa.GetNameInfoCall, at netip.AddrPort) {
	host, service := namedBy{known: true}, namedBy{known: true}
	if c.Node != wsa.NULL {
		host = v.hostNames(c, at.Addr())
		v.small(host, c.Node)
	}
	if c.Service != wsa.NULL {
		service = serviceNames(at.Port(), c.Flags)
		v.small(service, c.Service)
	}
	v.succeed(func(_ *world, ret *wsa.Return) rules.ID {
		if c.Node != wsa.NULL && !host.allows(ret.Node) {
			return rules.GNIHost
		}
		if c.Service != wsa.NULL && !service.allows(ret.Service) {
			return rules.GNIService
		}
		return ""
	}, func(*world) wsa.Return { return wsa.Return{Node: host.example(), Service: service.example()} }, rules.GNIHost, rules.GNIService)
}

// small judges whether a buffer has room for its name.
func (v *verdict) small(n namedBy, room wsa.Room) {
	switch n.fits(room) {
	case no:
		v.mustAny(rules.GNISmall)
	case maybe:
		v.may(rules.GNISmall)
	}
}

// hostNames is what the host of an address may be called, and judges whether the
// call can fail to find out.
func (v *verdict) hostNames(c wsa.GetNameInfoCall, a netip.Addr) namedBy {
	numeric, required := a.String(), c.Flags&wsa.NI_NAMEREQD != 0
	if c.Flags&wsa.NI_NUMERICHOST != 0 {
		if required {
			v.may(rules.GNINamereqd) // what wins is not said
		}
		return namedBy{[]string{numeric}, true}
	}
	name, found := v.reverseName(a)
	own := v.isOwn(a)
	if !own {
		v.block(rules.GNIWait, nil)
		v.serverErrors(bare(a).String(), rules.GNIAgain, rules.GNIFail)
	}
	var texts []string
	if found != no {
		texts = append(texts, name)
		if c.Flags&wsa.NI_NOFQDN != 0 {
			label, _, _ := strings.Cut(name, ".")
			texts = append(texts, label)
		}
	}
	if found != yes || !own && len(v.w.mayFail(v.w.hosts[v.p.host], bare(a).String())) > 0 {
		if !required {
			texts = append(texts, numeric)
		} else if found == no {
			v.must(rules.GNINamereqd)
		} else {
			v.may(rules.GNINamereqd)
		}
	}
	return namedBy{texts, v.w.namesKnown() && !(own && !v.w.hosts[v.p.host].owns(a) && !a.IsLoopback())}
}

// isOwn reports whether the host knows the name of an address by itself. Of the
// other addresses of 127.0.0.0/8 it may ask a server.
func (v *verdict) isOwn(a netip.Addr) bool {
	return slices.Contains(bothLoopbacks, bare(a)) || v.w.hosts[v.p.host].owns(a)
}

// reverseName is the name of an address, and whether it has one.
func (v *verdict) reverseName(a netip.Addr) (string, tri) {
	h := v.w.hosts[v.p.host]
	name := v.w.nameOf(a)
	if h.owns(a) || slices.Contains(bothLoopbacks, bare(a)) {
		name = h.qualified()
	}
	switch {
	case !v.w.namesKnown():
		return name, maybe
	case name == "":
		return "", no
	}
	return name, yes
}

// serverErrors adds how a lookup by a server may fail without an answer.
func (v *verdict) serverErrors(name string, again, fail rules.ID) {
	errs := v.w.mayFail(v.w.hosts[v.p.host], name)
	if !v.w.namesKnown() || slices.Contains(errs, wsa.WSATRY_AGAIN) {
		v.may(again)
	}
	if !v.w.namesKnown() || slices.Contains(errs, wsa.WSANO_RECOVERY) {
		v.may(fail)
	}
}

// serviceNames is what the service at a port may be called. Other systems may
// name more services, or fewer.
func serviceNames(port uint16, flags int32) namedBy {
	n := namedBy{[]string{strconv.Itoa(int(port))}, true}
	if flags&wsa.NI_NUMERICSERV != 0 {
		return n
	}
	proto := "tcp"
	if flags&wsa.NI_DGRAM != 0 {
		proto = "udp"
	}
	for _, s := range wsa.Services() {
		if s.Port == port && s.Proto == proto {
			return namedBy{[]string{s.Name}, true}
		}
	}
	return namedBy{n.texts, false}
}

// getHostName judges GetHostName.
func (v *verdict) getHostName(c wsa.GetHostNameCall) {
	if v.unstarted() {
		return
	}
	h := v.w.hosts[v.p.host]
	name := namedBy{[]string{h.name}, v.w.namesKnown()}
	if c.Name == wsa.NULL {
		v.must(rules.GHNFault)
	} else {
		switch name.fits(c.Name) {
		case no:
			v.must(rules.GHNFault)
		case maybe:
			v.may(rules.GHNFault)
		}
	}
	v.succeed(func(_ *world, ret *wsa.Return) rules.ID {
		if !name.allows(ret.Node) {
			return rules.GHNName
		}
		return ""
	}, func(*world) wsa.Return { return wsa.Return{Node: h.name} }, rules.GHNName)
	v.environment()
}
