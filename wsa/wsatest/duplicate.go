package wsatest

import (
	"slices"

	"wsasim/wsa"
)

// catalog is WSAEnumProtocols with room for so many bytes, -1 for NULL; needed
// is the length afterwards.
func (t thread) catalog(want wsa.Errno, protocols []int32, room int) (list []wsa.ProtocolInfo, needed uint32) {
	var b []byte
	if room >= 0 {
		b = pattern(room)
	}
	needed = uint32(max(room, 0))
	n := 0
	t.call(want, "WSAEnumProtocols", func() (err error) {
		n, err = t.api.WSAEnumProtocols(protocols, b, &needed)
		return err
	})
	for i := 0; want == success && i < n; i++ {
		var info wsa.ProtocolInfo
		if err := info.UnmarshalBinary(b[i*wsa.ProtocolInfoSize:]); err != nil {
			t.r.fatalf("entry %d: %v", i, err)
		}
		list = append(list, info)
	}
	return list, needed
}

// whole is the whole catalog of some protocols.
func (t thread) whole(protocols []int32) []wsa.ProtocolInfo {
	_, needed := t.catalog(wsa.WSAENOBUFS, protocols, -1)
	list, _ := t.catalog(success, protocols, int(needed))
	return list
}

// observedEP1 asks by the W form, as the API does.
func observedEP1(c *context) {
	for _, protocols := range [][]int32{{wsa.IPPROTO_TCP, 0}, nil} {
		_, needed := c.catalog(wsa.WSAENOBUFS, protocols, -1)
		c.is(needed >= wsa.ProtocolInfoSize && needed%wsa.ProtocolInfoSize == 0, "%d bytes are needed", needed)
	}
}

func observedEP2(c *context) {
	for _, protocols := range [][]int32{{wsa.IPPROTO_TCP, 0}, nil} {
		c.is(len(c.whole(protocols)) > 0, "the catalog of %v is empty", protocols)
	}
}

func observedEP3(c *context) {
	list := c.whole([]int32{0xdead, wsa.IPPROTO_TCP, 0xcafe, wsa.IPPROTO_UDP, 0xbeef, 0})
	c.is(len(list) >= 2, "%d entries", len(list))
	for _, p := range []int32{wsa.IPPROTO_TCP, wsa.IPPROTO_UDP} {
		c.is(slices.ContainsFunc(list, func(i wsa.ProtocolInfo) bool { return i.Protocol == p }), "there is no entry of protocol %d", p)
	}
	for _, i := range list {
		c.is(i.Protocol == wsa.IPPROTO_TCP || i.Protocol == wsa.IPPROTO_UDP, "an entry of protocol %d", i.Protocol)
	}
}

func observedEP4(c *context) { c.catalog(wsa.WSAENOBUFS, []int32{wsa.IPPROTO_TCP, 0}, 0) }

func observedEP5(c *context) {
	const stream = wsa.XP1_GUARANTEED_DELIVERY | wsa.XP1_GUARANTEED_ORDER | wsa.XP1_GRACEFUL_CLOSE | wsa.XP1_EXPEDITED_DATA | wsa.XP1_IFS_HANDLES
	const datagram = wsa.XP1_CONNECTIONLESS | wsa.XP1_MESSAGE_ORIENTED | wsa.XP1_SUPPORT_BROADCAST | wsa.XP1_SUPPORT_MULTIPOINT | wsa.XP1_IFS_HANDLES
	for _, i := range c.whole([]int32{wsa.IPPROTO_TCP, wsa.IPPROTO_UDP, 0}) {
		if i.AddressFamily != wsa.AF_INET && i.AddressFamily != wsa.AF_INET6 {
			continue
		}
		want := map[int32]uint32{wsa.IPPROTO_TCP: stream, wsa.IPPROTO_UDP: datagram}[i.Protocol]
		equal(c.thread, "the service flags of "+i.Name, i.ServiceFlags1&^wsa.XP1_QOS_SUPPORTED, want)
	}
}

// duplicates is WSADuplicateSocket.
func (t thread) duplicates(want wsa.Errno, s wsa.SOCKET, process uint32, info []byte) {
	t.call(want, "WSADuplicateSocket", func() error { return t.api.WSADuplicateSocket(s, process, info) })
}

// taken is the socket of a duplicate that was made for this process.
func (t thread) taken(info []byte) wsa.SOCKET {
	s := wsa.INVALID_SOCKET
	t.call(success, "WSASocket of a duplicate", func() (err error) {
		s, err = t.api.WSASocket(0, 0, 0, info, 0, 0)
		return err
	})
	t.r.opened(s)
	return s
}

// duplicate is a second descriptor of a socket.
func (t thread) duplicate(s wsa.SOCKET) wsa.SOCKET {
	info := pattern(wsa.ProtocolInfoSize)
	t.duplicates(success, s, t.api.GetCurrentProcessId(), info)
	return t.taken(info)
}

func observedDU1(c *context) {
	c.duplicates(wsa.WSAENOTSOCK, 0, 0, nil)
	c.duplicates(wsa.WSAENOTSOCK, 0, c.api.GetCurrentProcessId(), pattern(wsa.ProtocolInfoSize))
}

func observedDU2(c *context) {
	s := c.tcp()
	c.duplicates(wsa.WSAEINVAL, s, 0, nil)
	c.duplicates(wsa.WSAEINVAL, s, ^uint32(0), pattern(wsa.ProtocolInfoSize))
}

func observedDU3(c *context) { c.duplicates(wsa.WSAEFAULT, c.tcp(), c.api.GetCurrentProcessId(), nil) }

func observedDU4(c *context) {
	a, b := c.pair()
	info := pattern(wsa.ProtocolInfoSize)
	c.duplicates(success, a, c.api.GetCurrentProcessId(), info)
	var got wsa.ProtocolInfo
	if err := got.UnmarshalBinary(info); err != nil {
		c.r.fatalf("%v", err)
	}
	equal(c.thread, "what the structure says", [3]int32{got.AddressFamily, got.SocketType, got.Protocol}, [3]int32{wsa.AF_INET, wsa.SOCK_STREAM, wsa.IPPROTO_TCP})
	d := c.taken(info)
	c.is(d != a, "the second descriptor is the first")
	equal(c.thread, "the name", c.name(d), c.name(a))
	c.send(success, d, "by the second", 0)
	c.gets("by the second", b)
	c.close(a)
	c.send(success, b, "still open", 0)
	c.gets("still open", d)
}

func observedDU5(c *context) {
	source, other := c.udp(), c.bound(c.udp, c.p.Loopback4)
	info := pattern(wsa.ProtocolInfoSize)
	c.duplicates(success, source, c.api.GetCurrentProcessId(), info)
	c.bind(success, source, at(c.p.Loopback4, 0))
	dup := c.taken(info)
	c.setInt(success, dup, soRcvTimeo, 10_000)
	c.sendto(success, other, "datagram", wsa.Sockaddr(c.name(source)))
	c.settle()
	c.gets("datagram", dup)
}
