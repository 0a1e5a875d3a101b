package sim

import (
	"encoding/binary"
	"net/netip"

	"wsasim/model/rules"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// specialOption is an option that is more than a number: how it is read and set,
// nil when it cannot be.
type specialOption struct {
	level, name int32
	get         func(t *Thread, s *socket, val []byte, length *int32) wsa.Errno
	set         func(t *Thread, s *socket, val []byte) wsa.Errno
}

// specialOptions lists them (pages sol-socket-socket-options and
// ipproto-ip-socket-options).
var specialOptions = [...]specialOption{
	{wsa.SOL_SOCKET, wsa.SO_PROTOCOL_INFOW, getProtocolInfo, nil},
	{wsa.SOL_SOCKET, wsa.SO_PROTOCOL_INFOA, getProtocolInfoA, nil},
	{wsa.SOL_SOCKET, wsa.SO_BSP_STATE, getBspState, nil},
	{wsa.SOL_SOCKET, wsa.SO_UPDATE_ACCEPT_CONTEXT, nil, setAcceptContext},
	{wsa.SOL_SOCKET, wsa.SO_UPDATE_CONNECT_CONTEXT, nil, setConnectContext},
	{wsa.IPPROTO_IP, wsa.IP_OPTIONS, getNoOptions, func(*Thread, *socket, []byte) wsa.Errno { return 0 }},
	{wsa.IPPROTO_IP, wsa.IP_ADD_MEMBERSHIP, nil, func(t *Thread, s *socket, v []byte) wsa.Errno { return t.membership(s, v, 8, true) }},
	{wsa.IPPROTO_IP, wsa.IP_DROP_MEMBERSHIP, nil, func(t *Thread, s *socket, v []byte) wsa.Errno { return t.membership(s, v, 8, false) }},
	{wsa.IPPROTO_IPV6, wsa.IPV6_ADD_MEMBERSHIP, nil, func(t *Thread, s *socket, v []byte) wsa.Errno { return t.membership(s, v, 20, true) }},
	{wsa.IPPROTO_IPV6, wsa.IPV6_DROP_MEMBERSHIP, nil, func(t *Thread, s *socket, v []byte) wsa.Errno { return t.membership(s, v, 20, false) }},
}

func findSpecial(level, name int32) *specialOption {
	for i := range specialOptions {
		if o := &specialOptions[i]; o.level == level && o.name == name {
			return o
		}
	}
	return nil
}

// storeStructure writes a structure; too little room is told with its size
// (observed SP3).
func (t *Thread) storeStructure(b, val []byte, length *int32) wsa.Errno {
	if val == nil || length == nil {
		return t.fail(rules.OPTFault, wsa.WSAEFAULT)
	}
	if min(int(*length), len(val)) < len(b) {
		*length = int32(len(b))
		return t.fail(rules.OPTFault, wsa.WSAEFAULT)
	}
	copy(val, b)
	*length = int32(len(b))
	return 0
}

func getProtocolInfo(t *Thread, s *socket, val []byte, length *int32) wsa.Errno {
	p := protocolOf(s.family, s.typ, s.proto)
	b, _ := p.AppendBinary(nil)
	return t.storeStructure(b, val, length)
}

func getProtocolInfoA(t *Thread, s *socket, val []byte, length *int32) wsa.Errno {
	p := protocolOf(s.family, s.typ, s.proto)
	b, _ := p.AppendBinaryA(nil)
	return t.storeStructure(b, val, length)
}

// getNoOptions does IP_OPTIONS: there are none, and none are kept.
func getNoOptions(t *Thread, s *socket, val []byte, length *int32) wsa.Errno {
	if s.family != wsa.AF_INET {
		return t.fail(rules.OPTKind, wsa.WSAENOPROTOOPT)
	}
	return t.storeStructure(nil, val, length)
}

// Layout of CSADDR_INFO on 64-bit Windows (ws2def.h): two SOCKET_ADDRESS of 16
// bytes (pointer, length), then type and protocol; 40 bytes. The addresses
// follow it, and the pointers are offsets into the buffer, since there is no
// memory that they could point to.
const csaddrInfoSize = 40

// getBspState does SO_BSP_STATE: an address that is not there has length and
// pointer 0 (observed SP7 to SP9).
func getBspState(t *Thread, s *socket, val []byte, length *int32) wsa.Errno {
	b := make([]byte, csaddrInfoSize)
	le := binary.LittleEndian
	put := func(at int, there bool, a netip.AddrPort) {
		if !there {
			return
		}
		le.PutUint64(b[at:], uint64(len(b)))
		le.PutUint32(b[at+8:], uint32(s.sockaddrLen()))
		b = append(b, wsa.Sockaddr(s.show(a))...)
	}
	put(0, s.bound, s.local)
	put(16, s.state == stateConnected, s.peer)
	le.PutUint32(b[32:], uint32(s.typ))
	le.PutUint32(b[36:], uint32(s.proto))
	return t.storeStructure(b, val, length)
}

// setAcceptContext gives the socket of an AcceptEx the listener's properties.
func setAcceptContext(t *Thread, s *socket, val []byte) wsa.Errno {
	if len(val) < 4 {
		return t.fail(rules.OPTFault, wsa.WSAEFAULT)
	}
	h := wsa.SOCKET(binary.LittleEndian.Uint32(val))
	if len(val) >= 8 {
		h = wsa.SOCKET(binary.LittleEndian.Uint64(val))
	}
	l := t.proc.handles.socket(h)
	switch {
	case l == nil:
		return t.fail(rules.OPTContext, wsa.WSAENOTSOCK)
	case s.stream == nil:
		return t.fail(rules.OPTContext, wsa.WSAENOTCONN)
	case l.state != stateListening:
		return t.fail(rules.OPTContext, wsa.WSAEINVAL)
	}
	s.context = false
	s.opts = l.opts.with(optError, 0)
	return 0
}

// setConnectContext makes a socket that ConnectEx connected a full one.
func setConnectContext(t *Thread, s *socket, _ []byte) wsa.Errno {
	if s.stream == nil {
		return t.fail(rules.OPTContext, wsa.WSAENOTCONN)
	}
	s.context = false
	return 0
}

// membership is a multicast group that a socket has joined on its host.
type membership struct{ group netip.Addr }

// membership joins or leaves a group: ip_mreq is the group and the interface's
// address, ipv6_mreq the group and the interface's index.
func (t *Thread) membership(s *socket, val []byte, size int, join bool) wsa.Errno {
	switch {
	case s.typ == wsa.SOCK_STREAM:
		return t.fail(rules.OPTKind, wsa.WSAEINVAL)
	case len(val) < size:
		return t.fail(rules.OPTFault, wsa.WSAEFAULT)
	}
	group, _ := netip.AddrFromSlice(val[:min(size-4, 16)])
	if size == 8 {
		group, _ = netip.AddrFromSlice(val[:4])
	}
	if !group.IsMulticast() {
		return t.fail(rules.OPTGroup, wsa.WSAEINVAL)
	}
	for i, m := range s.groups {
		if m.group != group {
			continue
		}
		if join {
			return t.fail(rules.OPTGroup, wsa.WSAEINVAL)
		}
		s.groups = append(s.groups[:i:i], s.groups[i+1:]...)
		return 0
	}
	if !join {
		return t.fail(rules.OPTGroup, wsa.WSAEADDRNOTAVAIL)
	}
	s.groups = append(s.groups, membership{group})
	return 0
}

func (s *socket) leaveGroups() { s.groups = nil }

func (s *socket) joined(group netip.Addr) bool {
	for _, m := range s.groups {
		if m.group == group {
			return true
		}
	}
	return false
}

// sendToGroup delivers a datagram to every socket on its port that has joined
// the group, on every host; on the sender's own only to sockets with multicast
// loopback on, which on Windows is the receiver's option (page
// ipproto-ip-socket-options).
func (w *World) sendToGroup(s *socket, bufs [][]byte, src, dst netip.AddrPort) {
	all := trace.Packet{Protocol: "udp"}
	if w.trace != nil {
		all.Data = flat(bufs)
		w.sent(s.host(), src, dst, all, "")
	}
	for _, h := range w.hosts {
		if !w.reachable(s.host(), h) {
			continue
		}
		for e := h.ports[portKey{wsa.IPPROTO_UDP, dst.Port()}]; e != nil; e = e.next {
			r := e.sock
			loop := optMulticastLoop
			if dst.Addr().Is6() {
				loop = opt6MulticastLoop
			}
			if !r.joined(dst.Addr()) || h == s.host() && r.opts.get(loop) == 0 {
				continue
			}
			seen := arrivalOf(s, dst)
			seen.group = true
			p := Packet{Packet: trace.Packet{Protocol: "udp", Data: flat(bufs)}, From: src, To: dst, traced: true}
			w.carry(s.host(), h, p, func(_ *Host, p *Packet) {
				if !r.closed && r.dgram != nil {
					r.dgram.receive(r, [][]byte{p.Data}, src, seen)
				}
			})
		}
	}
}
