package model

import (
	"encoding/binary"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// Places in WSAPROTOCOL_INFOW.
const (
	infoSize     = 628
	infoFamily   = 76
	infoType     = 88
	infoProtocol = 92
)

func (v *verdict) wsaSocket(c wsa.WSASocketCall) {
	if v.p.startups == 0 {
		v.must(rules.GENStartup)
		return
	}
	if c.ProtocolInfo != nil && len(c.ProtocolInfo) < infoSize {
		v.must(rules.SOCKInfoBad)
		v.environment()
		return
	}
	const known = wsa.WSA_FLAG_OVERLAPPED | wsa.WSA_FLAG_NO_HANDLE_INHERIT
	if c.Flags&^known != 0 {
		v.mayAny(rules.SOCKFlags)
	}
	if c.ProtocolInfo != nil {
		if v.takesOffer(c) {
			v.lacking(rules.RESMfile)
			v.environment()
			return
		}
		v.groupNamed(c)
		fill := func(x *int32, at int) {
			if *x == 0 || *x == wsa.FROM_PROTOCOL_INFO {
				*x = int32(binary.LittleEndian.Uint32(c.ProtocolInfo[at:]))
			}
		}
		fill(&c.Family, infoFamily)
		fill(&c.Type, infoType)
		fill(&c.Protocol, infoProtocol)
		v.may(rules.SOCKInfoBad)
	} else {
		v.groupNamed(c)
	}
	v.create(c.Family, c.Type, c.Protocol, c.Flags&wsa.WSA_FLAG_OVERLAPPED != 0)
	if c.ProtocolInfo != nil {
		for i := range v.out {
			if v.out[i].Kind == Success {
				v.out[i].Rules = append(v.out[i].Rules[:len(v.out[i].Rules):len(v.out[i].Rules)], rules.SOCKInfo)
			}
		}
	}
}

// create judges the three arguments. Type comes before family and family
// before protocol (SOCK-ORDER).
func (v *verdict) create(family, typ, proto int32, overlapped bool) {
	if v.p.startups == 0 {
		v.must(rules.GENStartup)
		return
	}
	v.kinds(family, typ, proto, overlapped)
	v.lacking(rules.RESMfile)
	v.environment()
}

func (v *verdict) kinds(family, typ, proto int32, overlapped bool) {
	inet := family == wsa.AF_INET || family == wsa.AF_INET6
	if typ < 0 || typ > wsa.SOCK_SEQPACKET {
		v.mustAll(wsa.WSAESOCKTNOSUPPORT, rules.SOCKType, rules.SOCKOrder)
		return
	}
	if family == wsa.AF_UNSPEC && typ == 0 && proto == 0 {
		v.must(rules.SOCKUnspec)
		return
	}
	if family < 0 || family > 34 {
		v.mustAll(wsa.WSAEAFNOSUPPORT, rules.SOCKFamily, rules.SOCKOrder)
		return
	}
	if !inet && family != wsa.AF_UNSPEC || typ > wsa.SOCK_RAW {
		v.may(rules.SOCKFamily)
		v.may(rules.SOCKOther)
		v.fresh(socket{family: family, typ: typ, proto: proto, overlapped: overlapped}, rules.SOCKOther)
		return
	}
	if typ == wsa.SOCK_RAW {
		v.raw(family, proto, overlapped)
		return
	}
	kind, ok := transport(typ, proto)
	if !ok {
		v.protocol(proto)
		if typ != 0 || proto != wsa.IPPROTO_ICMP && proto != wsa.IPPROTO_ICMPV6 {
			v.certain()
			return
		}
		v.raw(family, proto, overlapped)
		return
	}
	if typ == 0 && proto == 0 {
		v.may(rules.SOCKOther)
	}
	x := socket{family: family, typ: kind, proto: wsa.IPPROTO_TCP, overlapped: overlapped}
	if kind == wsa.SOCK_DGRAM {
		x.proto = wsa.IPPROTO_UDP
	}
	ids := []rules.ID{rules.SOCKOk, rules.SOCKOverlapped}
	if inet && typ != 0 {
		v.fresh(x, ids...)
		return
	}
	ids = append(ids, rules.SOCKInfer)
	if inet {
		v.fresh(x, ids...)
		return
	}
	for _, x.family = range []int32{wsa.AF_INET, wsa.AF_INET6} {
		v.fresh(x, ids...)
	}
}

// mustAll is must with several rules and one error.
func (v *verdict) mustAll(e wsa.Errno, ids ...rules.ID) {
	v.add(Outcome{Kind: Failure, Rules: ids, Errors: []wsa.Errno{e}})
	v.certain()
}

// transport is the type that the arguments mean.
func transport(typ, proto int32) (int32, bool) {
	switch {
	case proto == wsa.IPPROTO_TCP && (typ == 0 || typ == wsa.SOCK_STREAM):
		return wsa.SOCK_STREAM, true
	case proto == wsa.IPPROTO_UDP && (typ == 0 || typ == wsa.SOCK_DGRAM):
		return wsa.SOCK_DGRAM, true
	case proto == 0 && typ == 0:
		return wsa.SOCK_STREAM, true
	case proto == 0:
		return typ, true
	}
	return 0, false
}

// protocol records the failure of a protocol that does not fit: observed for
// TCP, UDP and unknown ones, less clear for those that other types use.
func (v *verdict) protocol(proto int32) {
	switch proto {
	case wsa.IPPROTO_ICMP, wsa.IPPROTO_IGMP, wsa.IPPROTO_ICMPV6, wsa.IPPROTO_PGM, wsa.IPPROTO_RAW, wsa.IPPROTO_IPV4, wsa.IPPROTO_IPV6:
		v.may(rules.SOCKProto)
	default:
		v.may(rules.SOCKProto, wsa.WSAEPROTONOSUPPORT)
	}
}

func (v *verdict) raw(family, proto int32, overlapped bool) {
	if !v.p.admin {
		v.must(rules.SOCKRawAdmin)
	}
	if proto == 0 {
		v.may(rules.SOCKRawZero)
	}
	v.may(rules.SOCKOther)
	if family == wsa.AF_UNSPEC {
		family = wsa.AF_INET
	}
	v.fresh(socket{family: family, typ: wsa.SOCK_RAW, proto: proto, overlapped: overlapped}, rules.SOCKOk)
}

// fresh is success with a new socket.
func (v *verdict) fresh(x socket, ids ...rules.ID) {
	x.pid, x.host = v.p.pid, v.p.host
	x.v6only, x.lingerKnown = truth(x.family == wsa.AF_INET6), true
	if v.group != 0 {
		v.freshIn(x, ids)
		return
	}
	v.freshThen(x, nil, ids)
}

// issue stores a new socket under a descriptor that must not be in use.
func (w *world) issue(x *socket, h wsa.SOCKET) rules.ID {
	k := sockKey(x.pid, uint64(h))
	if h == wsa.INVALID_SOCKET || w.taken(k) {
		return rules.HANDLEFresh
	}
	w.adopt(x, h)
	return ""
}

// lowestFree is the descriptor that examples use.
func (w *world) lowestFree(pid int) wsa.SOCKET {
	for h := uint64(4); ; h += 4 {
		k := sockKey(pid, h)
		if !w.taken(k) {
			return wsa.SOCKET(h)
		}
	}
}
