package model

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"unicode/utf16"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// The pages of the secure socket functions never say which error wins, so
// every check is made, even those that need no socket when there is none.

// secureSocket makes the checks that all of them share.
func (v *verdict) secureSocket() bool {
	if !v.valid() {
		return false
	}
	if v.s.family != wsa.AF_INET && v.s.family != wsa.AF_INET6 {
		v.must(rules.GENFamily)
	}
	if v.s.typ != wsa.SOCK_STREAM && v.s.typ != wsa.SOCK_DGRAM {
		if _, ok := v.call.(wsa.WSAImpersonateSocketPeerCall); ok {
			v.mustAny(rules.GENType)
		} else {
			v.must(rules.GENType)
		}
	}
	return true
}

// finish adds success with its effect, and the overlapped forms: a call that
// pends completes later, with any outcome that it could have had at once.
func (v *verdict) finish(overlapped wsa.OverlappedID, control bool, e effect, example func(*world) wsa.Return, ids ...rules.ID) {
	if control {
		ids = append(ids, rules.GENIoctl)
	}
	if overlapped != 0 && v.s != nil && !v.s.overlapped {
		ids = append(ids, rules.GENOverlapped)
	}
	if overlapped != 0 && v.s != nil && v.s.overlapped {
		v.add(Outcome{Kind: Pending, Rules: refs[rules.GENOverlapped].ids})
		v.pend(rules.GENOverlapped, e)
	}
	v.succeed(e, example, ids...)
}

func (v *verdict) setSecurity(b wsa.Bytes, overlapped wsa.OverlappedID, control bool) {
	ok := v.secureSocket()
	sec, ids := v.settings(b)
	if ok {
		if v.s.status == connected {
			v.must(rules.SSSConn)
		}
		if v.s.bound == yes {
			v.mustAny(rules.SSSBound)
		} else if v.s.bound == maybe {
			v.mayAny(rules.SSSBound)
		}
		if v.s.status == connecting || v.s.status == listening {
			v.mayAny(rules.SSSBound)
		}
		if v.s.sec.on {
			v.mustAny(rules.SSSOnce)
		}
	}
	if !ok {
		return
	}
	ids = append(ids, rules.SSSExclusive)
	v.finish(overlapped, control, v.change(func(x *socket) { x.sec, x.exclusive = sec, yes }), nil, ids...)
}

// settings judges the structure and reads what it asks for. 8 bytes are the
// generic one, more are the IPsec one.
func (v *verdict) settings(b wsa.Bytes) (security, []rules.ID) {
	sec := security{on: true}
	if b == nil {
		return sec, []rules.ID{rules.SSSNull}
	}
	if len(b) < wsa.SecuritySettingsSize {
		v.must(rules.SSSSize)
		return sec, nil
	}
	proto, flags := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])
	sec.guarantee = flags&wsa.SOCKET_SETTINGS_GUARANTEE_ENCRYPTION != 0
	sec.allowInsecure = flags&wsa.SOCKET_SETTINGS_ALLOW_INSECURE != 0
	if proto >= wsa.SOCKET_SECURITY_PROTOCOL_INVALID {
		v.must(rules.SSSValue)
	}
	if flags&^3 != 0 {
		v.may(rules.SSSValue)
	}
	ids := []rules.ID{rules.SSSDefaultProto}
	if len(b) == wsa.SecuritySettingsSize {
		return sec, ids
	}
	return sec, append(ids, v.ipsecSettings(b, proto, &sec)...)
}

// ipsecSettings judges a buffer that is longer than the generic structure.
// Which structure it holds is certain only when the protocol is IPSEC and the
// fixed part is there; otherwise it may be the generic one with bytes behind it.
func (v *verdict) ipsecSettings(b wsa.Bytes, proto uint32, sec *security) []rules.ID {
	sec.custom = true
	if len(b) < wsa.SecuritySettingsIPsecStrings {
		v.may(rules.SSSSize)
		v.may(rules.SSSValue)
		return nil
	}
	certain := maybe
	if proto == wsa.SOCKET_SECURITY_PROTOCOL_IPSEC || proto == wsa.SOCKET_SECURITY_PROTOCOL_IPSEC2 {
		certain = yes
	}
	need := uint64(wsa.SecuritySettingsIPsecStrings)
	for at := 72; at < wsa.SecuritySettingsIPsecStrings; at += 4 {
		need += uint64(binary.LittleEndian.Uint32(b[at:]))
	}
	if uint64(len(b)) < need {
		v.fails(certain, rules.SSSSize)
	} else if len(b) < wsa.SecuritySettingsIPsecSize {
		v.may(rules.SSSSize) // the padding behind AllStrings may count
	}
	ipsec := binary.LittleEndian.Uint32(b[8:])
	if proto != wsa.SOCKET_SECURITY_PROTOCOL_IPSEC || ipsec&^0xF != 0 {
		v.may(rules.SSSValue)
	}
	sec.optional = ipsec&wsa.SOCKET_SETTINGS_IPSEC_OPTIONAL_PEER_NAME_VERIFICATION != 0
	sec.raw = ipsec&wsa.SOCKET_SETTINGS_IPSEC_PEER_NAME_IS_RAW_FORMAT != 0
	sec.first = ipsec&wsa.SOCKET_SETTINGS_IPSEC_ALLOW_FIRST_INBOUND_PKT_UNENCRYPTED != 0
	keys := slices.ContainsFunc(b[12:44], func(c byte) bool { return c != 0 })
	if keys {
		v.mayAny(rules.SSSPolicyKeys)
	}
	sec.custom = certain != yes || keys || need > wsa.SecuritySettingsIPsecStrings
	return []rules.ID{rules.SSSPolicyKeys, rules.SSSStrings}
}

func (v *verdict) setTargetName(b wsa.Bytes, overlapped wsa.OverlappedID, control bool) {
	ok := v.secureSocket()
	name, ids := v.targetName(b)
	if !ok {
		return
	}
	if v.s.status == connected {
		v.must(rules.PTNConn)
	}
	if v.s.typ == wsa.SOCK_STREAM {
		ids = append(ids, rules.PTNStreamAddr)
	} else if name != nil {
		ids = append(ids, rules.PTNMulti)
		v.targetAddress(name)
	}
	if v.s.bound == yes {
		ids = append(ids, rules.PTNListener)
	}
	if name == nil {
		return
	}
	t := target{name: lowerName(name.Name)}
	t.unclear = oddName(name.Name) || v.s.sent || len(v.s.heard) > 0 || v.s.status == connecting
	if a, err := wsa.ParseSockaddr(name.PeerAddress); err == nil && a != (netip.AddrPort{}) {
		t.peer = a
	}
	at := slices.IndexFunc(v.s.names, func(x target) bool { return x.peer == t.peer })
	if at >= 0 {
		ids = append(ids, rules.PTNReplace)
		// That it replaces the old one is inferred: either may count.
		t.unclear = t.unclear || v.s.names[at].unclear || v.s.names[at].name != t.name
	}
	v.finish(overlapped, control, v.named(t, at), nil, ids...)
}

// named stores the name, in the place of the one at index at.
func (v *verdict) named(t target, at int) effect {
	k := v.s.place
	return func(n *world, _ *wsa.Return) rules.ID {
		n.editSocket(k, func(x *socket) {
			if at < 0 {
				x.names = append(x.names[:len(x.names):len(x.names)], t)
				return
			}
			x.names = slices.Clone(x.names)
			x.names[at] = t
		})
		switch n.sockets.get(k).status {
		case listening:
			n.noteListener(k)
		case connecting:
			n.noteClient(k)
		}
		n.noteDatagram(k)
		return ""
	}
}

// targetName judges the structure: nil when it cannot be read.
func (v *verdict) targetName(b wsa.Bytes) (*wsa.PeerTargetNameView, []rules.ID) {
	if b == nil {
		v.must(rules.PTNFault)
		return nil, nil
	}
	name, err := wsa.ParsePeerTargetName(b)
	if err != nil {
		v.must(rules.PTNSize)
		return nil, nil
	}
	ids := append(make([]rules.ID, 0, 6), rules.PTNLenBytes)
	if len(b) < wsa.PeerTargetNameSize {
		v.may(rules.PTNSizeTail)
		ids = append(ids, rules.PTNSizeTail)
	}
	if name.SecurityProtocol >= wsa.SOCKET_SECURITY_PROTOCOL_INVALID {
		v.may(rules.PTNProto)
	}
	if oddName(name.Name) {
		v.mayAny(rules.PTNOdd)
		ids = append(ids, rules.PTNOdd)
	}
	return &name, ids
}

// targetAddress judges the peer's address on a connectionless socket.
func (v *verdict) targetAddress(name *wsa.PeerTargetNameView) {
	family := wsa.SockaddrFamily(name.PeerAddress)
	if family != wsa.AF_INET && family != wsa.AF_INET6 {
		v.must(rules.PTNAddrFamily)
		if zeroAddress(name.PeerAddress) {
			v.must(rules.PTNZeroaddr)
		}
		return
	}
	if family != v.s.family {
		v.may(rules.PTNAddrFamily)
	}
	if a, err := wsa.ParseSockaddr(name.PeerAddress); err == nil && a.Addr().WithZone("").IsUnspecified() && a.Port() == 0 {
		v.must(rules.PTNZeroaddr)
	}
}

func zeroAddress(b []byte) bool {
	return !slices.ContainsFunc(b, func(c byte) bool { return c != 0 })
}

// oddName reports whether no source says what becomes of the name.
func oddName(b []byte) bool {
	if len(b) == 0 || len(b)%2 != 0 {
		return true
	}
	for i := 0; i < len(b); i += 2 {
		u := rune(binary.LittleEndian.Uint16(b[i:]))
		if u == 0 {
			return true
		}
		if !utf16.IsSurrogate(u) {
			continue
		}
		if i+4 > len(b) || utf16.DecodeRune(u, rune(binary.LittleEndian.Uint16(b[i+2:]))) == 0xFFFD {
			return true
		}
		i += 2
	}
	return false
}

// peerAddress judges the address argument of the calls that take a peer's.
func (v *verdict) peerAddress(b wsa.Bytes, size, family rules.ID) (netip.AddrPort, bool) {
	f := wsa.SockaddrFamily(b)
	switch {
	case f < 0:
		v.must(size)
	case f != wsa.AF_INET && f != wsa.AF_INET6:
		v.must(family)
		if len(b) < wsa.SockaddrInSize {
			v.must(size)
		}
	case len(b) < addrSize(f):
		v.must(size)
	case v.s != nil && f != v.s.family:
		v.may(family)
	}
	a, err := wsa.ParseSockaddr(b)
	return a, err == nil
}

func (v *verdict) deleteTargetName(b wsa.Bytes, overlapped wsa.OverlappedID, control bool) {
	ok := v.secureSocket()
	var peer netip.AddrPort
	named := false // whether an address is there to have no name
	if b == nil {
		v.must(rules.DTNFault)
	} else {
		peer, named = v.peerAddress(b, rules.DTNSize, rules.DTNAddrFamily)
	}
	if !ok {
		return
	}
	match := func(x target) bool {
		return x.peer == peer || !x.peer.IsValid() && v.s.typ == wsa.SOCK_STREAM
	}
	ids := []rules.ID{rules.DTNEffect}
	if !slices.ContainsFunc(v.s.names, match) {
		if named {
			v.mayAny(rules.DTNAbsent)
		}
		ids[0] = rules.DTNAbsent
	}
	if v.s.typ == wsa.SOCK_STREAM {
		// Discouraged, and what it does there is not said.
		v.mayAny(rules.DTNStream)
	}
	stream, k := v.s.typ == wsa.SOCK_STREAM, v.s.place
	v.finish(overlapped, control, func(n *world, _ *wsa.Return) rules.ID {
		n.editSocket(k, func(x *socket) {
			x.names = slices.Clone(x.names)
			if stream {
				for i := range x.names {
					x.names[i].unclear = true
				}
				return
			}
			x.names = slices.DeleteFunc(x.names, match)
		})
		if x := n.sockets.get(k); stream && x != nil && x.status == connecting {
			n.noteClient(k)
		}
		return ""
	}, nil, ids...)
}

func (v *verdict) impersonate(c wsa.WSAImpersonateSocketPeerCall) {
	ok := v.secureSocket()
	if !ok {
		return
	}
	ids := append(make([]rules.ID, 0, 4), rules.ISPToken, rules.ISPMany)
	if v.s.typ == wsa.SOCK_STREAM {
		ids = append(ids, rules.ISPStreamAddr)
		if v.s.status != connected {
			v.mustAny(rules.ISPConnected)
		}
	} else if c.PeerAddr == nil {
		v.must(rules.ISPFault)
	} else if peer, ok := v.peerAddress(c.PeerAddr, rules.ISPSize, rules.ISPAddrFamily); ok && !contains(v.s.heard, peer) {
		// Plain receives do not tell the source, so it may have been heard.
		v.mayAny(rules.ISPConnected)
		if v.s.bound == no {
			v.certain()
		}
	}
	if v.s.overlapped || v.s.nonblocking == yes {
		v.mustAny(rules.ISPBlocking)
	}
	if v.s.nonblocking == maybe {
		v.mayAny(rules.ISPBlocking)
	}
	// Without protected traffic there is no token to take.
	v.mayAny(rules.ISPToken)
	if v.s.typ == wsa.SOCK_STREAM && v.s.link == linkClear && !v.w.policies {
		v.certain()
	}
	tid := v.tid
	v.succeed(func(n *world, _ *wsa.Return) rules.ID {
		t := *n.threads.get(uint64(tid))
		t.impersonating = true
		n.setThread(&t)
		return ""
	}, nil, ids...)
}

func (v *verdict) revert() {
	tid := v.tid
	if v.p.startups == 0 {
		// Its page does not list WSANOTINITIALISED with certainty, and there is
		// no socket that would need it.
		v.may(rules.GENStartup)
	}
	v.may(rules.RVISyscall)
	v.succeed(func(n *world, _ *wsa.Return) rules.ID {
		t := *n.threads.get(uint64(tid))
		t.impersonating = false
		n.setThread(&t)
		return ""
	}, nil, rules.RVIEffect)
	v.environment()
}
