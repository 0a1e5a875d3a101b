package model

import (
	"encoding/binary"
	"slices"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// query is a WSAQuerySocketSecurity or the control code that does the same.
type query struct {
	template   wsa.Bytes
	info       wsa.Room
	infoLen    *uint32
	overlapped wsa.OverlappedID
	control    bool
	pid        int // the process that asks
}

// size is the size of the structure that the template asks for.
func (q query) size() uint32 {
	if len(q.template) >= wsa.SecurityQueryTemplateIPsec2Size &&
		binary.LittleEndian.Uint32(q.template) == wsa.SOCKET_SECURITY_PROTOCOL_IPSEC2 {
		return wsa.SecurityQueryInfoIPsec2Size
	}
	return wsa.SecurityQueryInfoSize
}

func (q query) mask() uint32 {
	if len(q.template) < 140 {
		return 0
	}
	return binary.LittleEndian.Uint32(q.template[136:])
}

// oddProtocol reports whether the template names a protocol that is unknown, or
// whose structure is larger than the template.
func (q query) oddProtocol() bool {
	if len(q.template) < wsa.SecuritySettingsSize {
		return false
	}
	switch binary.LittleEndian.Uint32(q.template) {
	case wsa.SOCKET_SECURITY_PROTOCOL_DEFAULT, wsa.SOCKET_SECURITY_PROTOCOL_IPSEC:
		return false
	case wsa.SOCKET_SECURITY_PROTOCOL_IPSEC2:
		return len(q.template) < wsa.SecurityQueryTemplateIPsec2Size
	}
	return true
}

func (v *verdict) querySecurity(q query) {
	ok := v.secureSocket()
	v.queryBuffers(q)
	if !ok {
		return
	}
	v.queryTemplate(q)
	stream := v.s.typ == wsa.SOCK_STREAM
	if stream && v.s.status != connected {
		v.mayAny(rules.QSSNotconn)
	}
	if stream && v.s.status == connected || v.s.sent {
		v.may(rules.QSSReset)
	}
	if !stream || v.s.deadRecv || v.s.deadSend {
		// A peer that there was no traffic with, or a connection that is gone.
		v.mayAny(rules.QSSNotconn)
	}
	ids := []rules.ID{rules.QSSFlags, rules.QSSLenOut, rules.QSSMany}
	if stream && q.template == nil {
		ids = append(ids, rules.QSSTemplateTcp)
	}
	if q.mask() == 0 {
		ids = append(ids, rules.QSSMask)
	} else {
		ids = append(ids, rules.QSSTokens)
	}
	s := v.s
	v.finish(q.overlapped, q.control, func(n *world, ret *wsa.Return) rules.ID {
		if ret.Err != 0 {
			return "" // the answer comes later
		}
		return n.queried(s, q, ret)
	}, func(n *world) wsa.Return { return queryExample(n, s, q) }, ids...)
}

// queryBuffers checks what needs no socket.
func (v *verdict) queryBuffers(q query) {
	if q.infoLen == nil {
		v.must(rules.QSSLenNull)
	}
	if q.info == wsa.NULL {
		v.mayThen(rules.QSSSizeQuery, q.needed(rules.QSSSizeQuery))
		v.tooSmall(q)
		return
	}
	if uint32(q.info) < q.size() || q.infoLen != nil && *q.infoLen < q.size() {
		v.mayThen(rules.QSSSize, q.needed(rules.QSSSize))
		v.tooSmall(q)
	}
}

// tooSmall gives the last failure its example: the size needed is stored.
func (v *verdict) tooSmall(q query) {
	v.certain()
	v.out[len(v.out)-1].example = func(*world) wsa.Return {
		n := int64(q.size())
		return wsa.Return{Len: &n}
	}
}

// needed judges the length that a call which failed for want of room stored.
func (q query) needed(id rules.ID) effect {
	return func(_ *world, ret *wsa.Return) rules.ID {
		if q.control || q.infoLen == nil {
			return ""
		}
		if ret.Len == nil || *ret.Len != wsa.SecurityQueryInfoSize && *ret.Len != wsa.SecurityQueryInfoIPsec2Size {
			return id
		}
		return ""
	}
}

// queryTemplate judges the template.
func (v *verdict) queryTemplate(q query) {
	if v.s.typ == wsa.SOCK_STREAM {
		if q.template != nil && (len(q.template) < wsa.SecurityQueryTemplateSize || q.oddProtocol()) {
			v.mayAny(rules.QSSTemplateTcp)
		}
		return
	}
	if len(q.template) >= wsa.SecurityQueryTemplateSize && q.oddProtocol() {
		v.mayAny(rules.QSSTemplateNontcp)
	}
	if len(q.template) < wsa.SecurityQueryTemplateSize {
		v.must(rules.QSSTemplateNontcp)
		if q.template == nil {
			v.may(rules.QSSTemplateNontcp, wsa.WSAEFAULT)
		}
		return
	}
	f := wsa.SockaddrFamily(q.template[8:])
	if f != wsa.AF_INET && f != wsa.AF_INET6 {
		v.mustAny(rules.QSSTemplateNontcp)
		return
	}
	if a, err := wsa.ParseSockaddr(q.template[8:136]); err == nil && (a.Addr().IsUnspecified() || a.Port() == 0) || f != v.s.family {
		v.mayAny(rules.QSSTemplateNontcp)
	}
}

// queried judges the answer and learns from it.
func (w *world) queried(s *socket, q query, ret *wsa.Return) rules.ID {
	if broken := q.lengths(ret); broken != "" {
		return broken
	}
	var info wsa.SecurityQueryInfo
	if err := info.UnmarshalBinary(ret.Data); err != nil {
		return rules.QSSLenOut
	}
	link := linkClear
	switch info.Flags & (wsa.SOCKET_INFO_CONNECTION_SECURED | wsa.SOCKET_INFO_CONNECTION_ENCRYPTED) {
	case wsa.SOCKET_INFO_CONNECTION_SECURED:
		link = linkSecured
	case wsa.SOCKET_INFO_CONNECTION_ENCRYPTED:
		return rules.QSSFlags
	case wsa.SOCKET_INFO_CONNECTION_SECURED | wsa.SOCKET_INFO_CONNECTION_ENCRYPTED:
		link = linkEncrypted
	}
	k := s.place
	switch {
	case s.typ == wsa.SOCK_DGRAM:
		if !s.sec.on && link != linkClear && !w.policies {
			return rules.QSSFlags
		}
	case s.status != connected:
		if link != linkClear {
			return rules.QSSFlags
		}
	case s.link&link == 0:
		return rules.QSSFlags
	case s.link != link:
		w.editSocket(k, func(x *socket) { x.link = link })
	}
	return w.tokensGiven(q.pid, q, &info)
}

func (q query) lengths(ret *wsa.Return) rules.ID {
	stored := int64(len(ret.Data))
	if stored != wsa.SecurityQueryInfoSize && stored != wsa.SecurityQueryInfoIPsec2Size {
		return rules.QSSLenOut
	}
	if q.control {
		if ret.Count != nil && int64(*ret.Count) != stored {
			return rules.QSSLenOut
		}
		return ""
	}
	if ret.Len == nil || *ret.Len != stored {
		return rules.QSSLenOut
	}
	return ""
}

// tokensGiven notes the handles, which are the caller's to close.
func (w *world) tokensGiven(pid int, q query, info *wsa.SecurityQueryInfo) rules.ID {
	for _, h := range []uint64{info.PeerApplicationAccessTokenHandle, info.PeerMachineAccessTokenHandle} {
		if h == 0 {
			continue
		}
		if q.mask() == 0 {
			return rules.QSSMask
		}
		k := sockKey(pid, h)
		if w.taken(k) {
			return rules.QSSTokens
		}
		w.setToken(&token{pid, wsa.HANDLE(h)})
	}
	return ""
}

func queryExample(w *world, s *socket, q query) wsa.Return {
	info := wsa.SecurityQueryInfo{}
	if s.status == connected && s.typ == wsa.SOCK_STREAM {
		switch {
		case s.link&linkEncrypted != 0:
			info.Flags = wsa.SOCKET_INFO_CONNECTION_SECURED | wsa.SOCKET_INFO_CONNECTION_ENCRYPTED
		case s.link&linkSecured != 0:
			info.Flags = wsa.SOCKET_INFO_CONNECTION_SECURED
		}
		if q.mask() != 0 && info.Flags != 0 {
			info.PeerMachineAccessTokenHandle = uint64(w.lowestFree(q.pid))
		}
	}
	b, _ := info.AppendBinary(nil) // it never fails
	b = slices.Concat(b, make([]byte, int(q.size())-len(b)))
	n, count := int64(len(b)), uint32(len(b))
	if q.control {
		return wsa.Return{Data: b, Count: &count}
	}
	return wsa.Return{Data: b, Len: &n}
}
