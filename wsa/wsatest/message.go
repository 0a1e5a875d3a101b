package wsatest

import (
	"encoding/binary"
	"net/netip"

	"wsasim/wsa"
)

var (
	ipPktInfo    = option{wsa.IPPROTO_IP, wsa.IP_PKTINFO}
	ipRecvTOS    = option{wsa.IPPROTO_IP, wsa.IP_RECVTOS}
	ip6PktInfo   = option{wsa.IPPROTO_IPV6, wsa.IPV6_PKTINFO}
	ip6HopLimit  = option{wsa.IPPROTO_IPV6, wsa.IPV6_HOPLIMIT}
	ip6RecvClass = option{wsa.IPPROTO_IPV6, wsa.IPV6_RECVTCLASS}
)

// message is a WSAMSG to receive into, with room for data and control messages.
func message(room, control int) *wsa.Msg {
	m := &wsa.Msg{Name: pattern(wsa.SockaddrStorageSize), Namelen: wsa.SockaddrStorageSize, Buffers: [][]byte{pattern(room)}}
	if control > 0 {
		m.Control, m.ControlLen = pattern(control), uint32(control)
	}
	return m
}

// recvMsg is WSARecvMsg; the count starts poisoned.
func (t thread) recvMsg(want wsa.Errno, s wsa.SOCKET, m *wsa.Msg, ov *wsa.Overlapped) (received uint32) {
	received = poisonCount
	t.call(want, "WSARecvMsg", func() error { return t.api.WSARecvMsg(s, m, &received, ov, nil) })
	return received
}

// sendMsg is WSASendMsg of a datagram.
func (t thread) sendMsg(want wsa.Errno, s wsa.SOCKET, m *wsa.Msg, sent *uint32) {
	t.call(want, "WSASendMsg", func() error { return t.api.WSASendMsg(s, m, 0, sent, nil, nil) })
}

// informed is two datagram sockets on an address, the second with an option that
// asks for control messages, and a datagram under way to it.
func (c *context) informed(a netip.Addr, options ...option) (from, to wsa.SOCKET) {
	create := c.udp
	if a.Is6() {
		create = c.udp6
	}
	from, to = c.bound(create, a), c.bound(create, a)
	for _, o := range options {
		c.setInt(success, to, o, 1)
	}
	c.sendto(success, from, "datagram", wsa.Sockaddr(c.name(to)))
	c.settle()
	return from, to
}

// controls reads the control messages that came.
func (c *context) controls(m *wsa.Msg) []wsa.ControlMessage {
	list, err := c.p.Target.ParseControl(m.Control[:m.ControlLen])
	if err != nil {
		c.r.fatalf("the control messages: %v", err)
	}
	return list
}

func observedRM2(c *context) {
	a, b := c.informed(c.p.Loopback4)
	m := message(100, 0)
	equal(c.thread, "bytes received", c.recvMsg(success, b, m, nil), 8)
	equal(c.thread, "the data", string(m.Buffers[0][:8]), "datagram")
	equal(c.thread, "the source", string(m.Name[:m.Namelen]), string(wsa.Sockaddr(c.name(a))))
	equal(c.thread, "the control length", m.ControlLen, 0)
}

// observedRM4: the call fails since an option asks for a control message and
// there is no room for it.
func observedRM4(c *context) {
	_, b := c.informed(c.p.Loopback4, ipPktInfo)
	m := message(100, 0)
	equal(c.thread, "bytes received", c.recvMsg(wsa.WSAEMSGSIZE, b, m, nil), 8)
}

func observedRM6(c *context) {
	a, b := c.datagrams()
	c.setInt(success, b, ipPktInfo, 1)
	ov := c.overlapped()
	flags, moved := uint32(poisonCount), uint32(0)
	c.recvMsg(wsa.WSA_IO_PENDING, b, message(100, 0), ov)
	c.sendto(success, a, "datagram", wsa.Sockaddr(c.name(b)))
	c.is(c.isSet(ov.HEvent, patience), "the operation does not end")
	c.call(wsa.WSAEMSGSIZE, "WSAGetOverlappedResult", func() error { return c.api.WSAGetOverlappedResult(b, ov, &moved, false, &flags) })
	equal(c.thread, "the flags", flags, poisonCount)
}

func observedRM8(c *context) {
	a, b := c.datagrams()
	c.setInt(success, b, ipPktInfo, 1)
	m, ov := message(100, 100), c.overlapped()
	c.recvMsg(wsa.WSA_IO_PENDING, b, m, ov)
	equal(c.thread, "the control length while it waits", m.ControlLen, 100)
	c.sendto(success, a, "datagram", wsa.Sockaddr(c.name(b)))
	c.ended(success, b, ov, 8)
	equal(c.thread, "the control length", int(m.ControlLen), c.p.Target.ControlSpace(8))
	list := c.controls(m)
	if len(list) != 1 || list[0].Type != wsa.IP_PKTINFO || len(list[0].Data) != 8 {
		c.r.fatalf("the control messages are %+v", list)
	}
	equal(c.thread, "the destination", netip.AddrFrom4([4]byte(list[0].Data)), c.p.Loopback4)
}

// observedRM10 takes the type that older versions give on them only.
func observedRM10(c *context) {
	_, b := c.informed(c.p.Loopback4, ipRecvTOS)
	m := message(100, 100)
	c.recvMsg(success, b, m, nil)
	list := c.controls(m)
	if len(list) != 1 || len(list[0].Data) != 4 {
		c.r.fatalf("the control messages are %+v", list)
	}
	old := c.p.Kind != Simulator && list[0].Type == wsa.IP_TCLASS
	c.is(list[0].Level == wsa.IPPROTO_IP && (list[0].Type == wsa.IP_TOS || old), "level %d, type %d", list[0].Level, list[0].Type)
	equal(c.thread, "the type of service", binary.LittleEndian.Uint32(list[0].Data), 0)
}

func observedRM11(c *context) {
	c.need6()
	for _, tt := range []struct {
		asks option
		typ  int32
		good func(data []byte) bool
	}{
		{ip6HopLimit, wsa.IPV6_HOPLIMIT, func(d []byte) bool { return len(d) == 4 && binary.LittleEndian.Uint32(d) >= 32 }},
		{ip6PktInfo, wsa.IPV6_PKTINFO, func(d []byte) bool {
			return len(d) == 20 && netip.AddrFrom16([16]byte(d)) == c.p.Loopback6
		}},
		{ip6RecvClass, wsa.IPV6_TCLASS, func(d []byte) bool { return len(d) == 4 && binary.LittleEndian.Uint32(d) == 0 }},
	} {
		c.part(tt.asks.String(), 0, func() {
			_, b := c.informed(c.p.Loopback6, tt.asks)
			m := message(100, 100)
			c.recvMsg(success, b, m, nil)
			list := c.controls(m)
			if len(list) != 1 || list[0].Level != wsa.IPPROTO_IPV6 || list[0].Type != tt.typ || !tt.good(list[0].Data) {
				c.r.errorf("the control messages are %+v", list)
			}
		})
	}
}

// toSend is a WSAMSG to send to an address.
func toSend(to netip.AddrPort) *wsa.Msg {
	name := wsa.Sockaddr(to)
	return &wsa.Msg{Name: name, Namelen: int32(len(name)), Buffers: [][]byte{[]byte("datagram")}}
}

func observedSM1(c *context) {
	s, b := c.datagrams()
	sent := uint32(poisonCount)
	c.sendMsg(wsa.WSAENOTSOCK, wsa.INVALID_SOCKET, toSend(c.name(b)), &sent)
	c.sendMsg(wsa.WSAEFAULT, s, nil, &sent)
	c.sendMsg(wsa.WSAEFAULT, s, toSend(c.name(b)), nil)
}

func observedSM4(c *context) {
	s := c.udp()
	sent := uint32(0)
	c.sendMsg(wsa.WSAEFAULT, s, nil, &sent)
	c.noName(wsa.WSAEINVAL, s)
}
