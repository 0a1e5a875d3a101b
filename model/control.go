package model

import (
	"encoding/binary"
	"math"

	"wsasim/model/rules"
	"wsasim/wsa"
)

func (v *verdict) ioctlsocket(c wsa.IoctlsocketCall) {
	known := c.Cmd == wsa.FIONBIO || c.Cmd == wsa.FIONREAD || c.Cmd == wsa.SIOCATMARK
	if !known {
		v.must(rules.IOCTLCode)
	}
	if c.Argp == nil {
		v.must(rules.IOCTLFault)
		return
	}
	if known {
		v.classic(c.Cmd, *c.Argp, func(r *wsa.Return) (uint32, bool) {
			if r.Count == nil {
				return 0, false
			}
			return *r.Count, true
		})
	}
}

// classic judges FIONBIO, FIONREAD and SIOCATMARK; result finds the number
// that the call stored.
func (v *verdict) classic(code, in uint32, result func(*wsa.Return) (uint32, bool)) {
	switch code {
	case wsa.FIONBIO:
		if in == 0 && v.s.sel.mask != 0 {
			v.must(rules.IOCTLSelected)
		}
		v.succeed(v.change(func(x *socket) { x.nonblocking = truth(in != 0) }), nil, rules.IOCTLNonblock)
	case wsa.FIONREAD:
		v.may(rules.IOCTLKind)
		s, late := v.s, v.resume
		v.succeed(func(n *world, r *wsa.Return) rules.ID {
			got, ok := result(r)
			if !ok || got > n.atMost(s) {
				return rules.IOCTLNread
			}
			if !late && s.typ == wsa.SOCK_DGRAM {
				if n.still() && s.holding && uint64(got) > s.held {
					return rules.IOCTLNread
				}
				n.counted(s, got)
			}
			if got > 0 {
				n.foundUnread(s.place)
			}
			return ""
		}, numberExample, rules.IOCTLNread)
	case wsa.SIOCATMARK:
		v.may(rules.IOCTLKind)
		v.succeed(func(_ *world, r *wsa.Return) rules.ID {
			if n, ok := result(r); !ok || n > 1 {
				return rules.IOCTLAtmark
			}
			return ""
		}, numberExample, rules.IOCTLAtmark)
	}
}

// atMost is at most how many bytes may wait to be read: on a stream what was
// sent and not read, on a datagram socket none before anything was sent to it.
func (w *world) atMost(s *socket) uint32 {
	if s.typ == wsa.SOCK_STREAM {
		if n, ok := w.waits(w.conns.get(s.conn)); ok {
			return uint32(min(n, math.MaxUint32))
		}
		return math.MaxUint32
	}
	a := &arrival{x: s}
	if !w.whole || !w.strict(a) {
		return math.MaxUint32
	}
	for p := range w.postings {
		if w.reachable(s, &p.from, p.to) {
			return math.MaxUint32
		}
	}
	return 0
}

func numberExample(*world) wsa.Return {
	n := uint32(0)
	return wsa.Return{Count: &n, Data: make(wsa.Bytes, 4)}
}

func (v *verdict) ioctl(c wsa.WSAIoctlCall) {
	switch c.Code {
	case wsa.SIO_SET_SECURITY, wsa.SIO_SET_PEER_TARGET_NAME, wsa.SIO_DELETE_PEER_TARGET_NAME, wsa.SIO_QUERY_SECURITY:
		v.secureIoctl(c)
		return
	}
	if !v.valid() {
		return
	}
	if c.NullReturned {
		// Judged before the code (UI1); an overlapped call of an unknown code
		// pends all the same (UI3).
		v.must(rules.IOCTLReturned)
		if overlappedOf(c).given() {
			v.may(rules.IOCTLCode)
			v.add(Outcome{Kind: Pending, Rules: refs[rules.IOCTLPending].ids})
		}
		return
	}
	if overlappedOf(c).given() && v.s.overlapped {
		v.pend(rules.IOCTLPending, nil)
	}
	switch c.Code {
	case wsa.FIONBIO:
		v.ioctlInput(c, 4)
		if len(c.In) >= 4 {
			v.classic(c.Code, binary.LittleEndian.Uint32(c.In), nil)
		}
	case wsa.FIONREAD, wsa.SIOCATMARK:
		if c.Out < 4 {
			v.must(rules.IOCTLFault)
			return
		}
		v.classic(c.Code, 0, func(r *wsa.Return) (uint32, bool) {
			if len(r.Data) < 4 {
				return 0, false
			}
			return binary.LittleEndian.Uint32(r.Data), true
		})
	case wsa.SIO_KEEPALIVE_VALS:
		v.ioctlInput(c, 12)
		if v.s.typ != wsa.SOCK_STREAM {
			v.must(rules.IOCTLKeepalive, wsa.WSAENOPROTOOPT, wsa.WSAEINVAL, wsa.WSAEOPNOTSUPP)
		}
		v.succeed(v.change(func(x *socket) { x.kept = true }), nil, rules.IOCTLKeepalive)
	case wsa.SIO_TCP_INFO:
		v.tcpInfo(c)
	case wsa.SIO_UDP_CONNRESET:
		v.udpConnreset(c)
	default:
		v.otherIoctl(c)
	}
}

// tcpInfo judges SIO_TCP_INFO: the input is the version, the output what
// TCP_INFO_v0 or TCP_INFO_v1 is.
func (v *verdict) tcpInfo(c wsa.WSAIoctlCall) {
	if v.s.typ != wsa.SOCK_STREAM {
		v.must(rules.IOCTLKind, wsa.WSAEINVAL)
	}
	if v.s.status != connected {
		v.may(rules.IOCTLKind, wsa.WSAENOTCONN)
	}
	if len(c.In) != 4 {
		v.must(rules.IOCTLTcpinfo, wsa.WSAEMSGSIZE)
		return
	}
	sizes := map[uint32]int{0: wsa.TCPInfoV0Size, 1: wsa.TCPInfoV1Size}
	version := binary.LittleEndian.Uint32(c.In)
	size, known := sizes[version]
	switch {
	case !known || int(c.Out) < size && version == 0:
		v.must(rules.IOCTLTcpinfo, wsa.WSAEINVAL)
		return
	case version > 0:
		v.may(rules.IOCTLTcpinfo, wsa.WSAEINVAL) // the page knows version 0 only
	}
	s := v.s
	v.succeed(func(_ *world, r *wsa.Return) rules.ID {
		var info wsa.TCPInfo
		if len(r.Data) != size || info.UnmarshalBinaryV0(r.Data) != nil || s.status == listening && info.State != wsa.TCPSTATE_LISTEN {
			return rules.IOCTLTcpinfo
		}
		return ""
	}, func(*world) wsa.Return {
		info := wsa.TCPInfo{State: wsa.TCPSTATE_ESTABLISHED}
		if s.status == listening {
			info.State = wsa.TCPSTATE_LISTEN
		}
		b, _ := info.AppendBinary(nil)
		n := uint32(size)
		return wsa.Return{Count: &n, Data: b[:size]}
	}, rules.IOCTLTcpinfo)
}

// ioctlInput judges an input buffer that must have size bytes.
func (v *verdict) ioctlInput(c wsa.WSAIoctlCall, size int) {
	switch {
	case len(c.In) == 0:
		v.must(rules.IOCTLFault, wsa.WSAEFAULT, wsa.WSAEINVAL)
	case len(c.In) < size:
		v.may(rules.IOCTLFault, wsa.WSAEFAULT, wsa.WSAEINVAL)
	}
}

func (v *verdict) udpConnreset(c wsa.WSAIoctlCall) {
	v.ioctlInput(c, 4)
	if v.s.typ != wsa.SOCK_DGRAM {
		v.may(rules.IOCTLKind)
	}
	off := len(c.In) > 0 && zeroAddress(c.In[:min(len(c.In), 4)])
	// What came back before the code was given may still wait.
	v.succeed(v.change(func(x *socket) { x.noReset, x.quiet, x.refused = off && !x.sent, off, false }), nil, rules.IOCTLConnreset)
}

// secureIoctl does what the function of the code does (GEN-IOCTL).
func (v *verdict) secureIoctl(c wsa.WSAIoctlCall) {
	if c.NullReturned {
		v.may(rules.IOCTLReturned)
	}
	switch c.Code {
	case wsa.SIO_SET_SECURITY:
		v.setSecurity(c.In, c.Overlapped, true)
	case wsa.SIO_SET_PEER_TARGET_NAME:
		v.setTargetName(c.In, c.Overlapped, true)
	case wsa.SIO_DELETE_PEER_TARGET_NAME:
		v.deleteTargetName(c.In, c.Overlapped, true)
	case wsa.SIO_QUERY_SECURITY:
		q := query{template: c.In, info: c.Out, overlapped: c.Overlapped, control: true, pid: v.p.pid}
		if !c.NullReturned {
			room := uint32(max(c.Out, 0))
			q.infoLen = &room
		}
		v.querySecurity(q)
	}
}
