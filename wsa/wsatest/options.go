package wsatest

import (
	"bytes"
	"encoding/binary"

	"wsasim/wsa"
)

// observedSO3: a tiny receive buffer does not hold the sender up.
func observedSO3(c *context) {
	a, b := c.pair()
	c.nonblocking(a)
	c.nonblocking(b)
	c.setInt(success, a, soSndBuf, 0)
	c.setInt(success, b, soRcvBuf, 1024)
	data := string(bytes.Repeat([]byte("x"), 4096))
	for range 3 {
		c.send(success, a, data, 0)
	}
	c.settle()
	equal(c.thread, "bytes received", c.readAll(b, 3*len(data)), 3*len(data))
}

func observedSO6(c *context) {
	for _, n := range []int{1, 4, 42} {
		s := c.tcp()
		val := make([]byte, n)
		val[0] = 1
		c.set(success, s, tcpNoDelay, val...)
		c.reads(s, tcpNoDelay, 1)
	}
}

func observedSO9(c *context) {
	s := c.tcp()
	c.setInt(success, s, tcpNoDelay, 0x100)
	c.reads(s, tcpNoDelay, 0)
}

func observedSO10(c *context) {
	s := c.tcp()
	c.setInt(success, s, tcpKeepAlive, 3600)
	c.reads(s, tcpKeepAlive, 3600)
}

// observedSO11: before Windows 10 the options are not known.
func observedSO11(c *context) {
	s := c.tcp()
	for _, o := range []option{tcpKeepCnt, tcpKeepIntvl} {
		if c.p.Kind != Simulator && c.api.Setsockopt(s, o.level, o.name, dword(5)) == wsa.WSAENOPROTOOPT {
			continue
		}
		c.setInt(success, s, o, 5)
		c.reads(s, o, 5)
	}
}

func observedSO14(c *context) {
	c.setInt(success, c.tcp(), soError, 1234)
	c.reset("setsockopt SO_ERROR")
}

func observedSO15(c *context) {
	s := c.tcp()
	c.setInt(success, s, soError, 1234)
	c.reads(s, soError, 1234)
}

func observedSO18(c *context) {
	for _, typ := range []uint32{wsa.SOCK_STREAM, wsa.SOCK_DGRAM} {
		c.setInt(wsa.WSAENOPROTOOPT, c.tcp(), soType, typ)
	}
}

func observedSO19(c *context) {
	for _, typ := range []uint32{wsa.SOCK_STREAM, wsa.SOCK_DGRAM} {
		c.setInt(wsa.WSAEINVAL, c.udp(), soType, typ)
	}
}

func observedSP6(c *context) {
	for _, k := range allKinds {
		o := ipHdrIncl
		if k.af == wsa.AF_INET6 {
			o = ip6HdrIncl
			if !c.p.Loopback6.IsValid() {
				continue
			}
		}
		s := c.socket(k.af, k.typ, k.protocol)
		c.setInt(wsa.WSAEINVAL, s, o, 1)
		buf, _ := c.get(wsa.WSAEINVAL, s, o, 4, 4)
		c.is(untouched(buf), "the buffer is written to: %x", buf)
	}
}

// csaddr is a CSADDR_INFO: two SOCKET_ADDRESS (pointer and length), then type
// and protocol (ws2def.h, nspapi.h).
type csaddr struct {
	t   thread
	buf []byte
	ptr int
}

// bspState is the socket's SO_BSP_STATE.
func (c *context) bspState(s wsa.SOCKET) csaddr {
	b, n := c.get(success, s, soBspState, 256, 256)
	a := csaddr{c.thread, b, c.p.Target.PointerSize()}
	if int(n) < a.size() {
		c.r.fatalf("SO_BSP_STATE has %d bytes; wanted at least %d", n, a.size())
	}
	return a
}

func (a csaddr) size() int { return 4*a.ptr + 8 }

// address checks the local (0) or remote (1) address. It stands behind the
// structure in the same buffer.
func (a csaddr) address(i int, what string, want []byte) {
	p := make([]byte, 8)
	copy(p, a.buf[2*a.ptr*i:][:a.ptr])
	pointer := binary.LittleEndian.Uint64(p)
	n := binary.LittleEndian.Uint32(a.buf[2*a.ptr*i+a.ptr:])
	equal(a.t, "length of the "+what+" address", int(n), len(want))
	equal(a.t, "whether there is a pointer to the "+what+" address", pointer != 0, len(want) > 0)
	a.t.is(bytes.Contains(a.buf[a.size():], want), "the %s address %x is not in the buffer %x", what, want, a.buf)
}

func (a csaddr) kind(typ, protocol uint32) {
	equal(a.t, "iSocketType", binary.LittleEndian.Uint32(a.buf[4*a.ptr:]), typ)
	equal(a.t, "iProtocol", binary.LittleEndian.Uint32(a.buf[4*a.ptr+4:]), protocol)
}

func observedSP7(c *context) {
	a := c.bspState(c.tcp())
	a.address(0, "local", nil)
	a.address(1, "remote", nil)
}

func observedSP8(c *context) {
	s := c.bound(c.tcp, c.p.Loopback4)
	a := c.bspState(s)
	a.address(0, "local", wsa.Sockaddr(c.name(s)))
	a.address(1, "remote", nil)
}

func observedSP9(c *context) {
	x, y := c.pair()
	for _, s := range []wsa.SOCKET{x, y} {
		a := c.bspState(s)
		a.address(0, "local", wsa.Sockaddr(c.name(s)))
		a.address(1, "remote", wsa.Sockaddr(c.peer(s)))
		a.kind(wsa.SOCK_STREAM, wsa.IPPROTO_TCP)
	}
	equal(c.thread, "the peer of the other end", c.peer(y), c.name(x))
}

func observedSP11(c *context) {
	c.part("IPv4", 0, func() { c.dontFragment(c.udp(), ipDontFragment) })
	c.part("IPv6", 0, func() {
		c.need6()
		c.dontFragment(c.udp6(), ip6DontFrag)
	})
}

func (t thread) dontFragment(s wsa.SOCKET, o option) {
	t.reads(s, o, 0)
	t.setInt(success, s, o, 1)
	t.reads(s, o, 1)
	t.setInt(success, s, o, 0xdead)
	t.reads(s, o, 1)
}

func observedSP13(c *context) {
	t, s := c.raw()
	t.reads(s, ipDontFragment, 0)
	t.setInt(success, s, ipDontFragment, 1)
	t.reads(s, ipDontFragment, 1)
}

func observedGO1(c *context) {
	n := c.getInt(c.bound(c.udp, c.p.Loopback4), soMaxMsgSize)
	c.is(n == 65507 || n == 65527, "SO_MAX_MSG_SIZE is %d", n)
}

func observedGO2(c *context) {
	s := c.tcp()
	for _, level := range []uint32{0xffffffff, 0x1234ffff, 0x8000ffff, 0x8000, 0x800} {
		buf, _ := c.get(wsa.WSAEINVAL, s, option{int32(level), wsa.SO_TYPE}, 4, 4)
		c.is(untouched(buf), "level %#x: the buffer is written to", level)
	}
}

func observedGO3(c *context) { c.get(wsa.WSAENOPROTOOPT, c.udp(), soLinger, 4, 4) }

func observedGO4(c *context) {
	s := c.tcp()
	opposite := func(what string) {
		linger := c.getInt(s, soLinger) & 0xffff
		c.is((linger == 0) == (c.getInt(s, soDontLinger) != 0), "%s: l_onoff is %d and SO_DONTLINGER no opposite", what, linger)
	}
	opposite("at first")
	for _, v := range []byte{1, 0} {
		c.set(success, s, soLinger, v, 0, 10, 0)
		opposite("after SO_LINGER")
	}
	for _, v := range []uint32{0, 1} {
		c.setInt(success, s, soDontLinger, v)
		opposite("after SO_DONTLINGER")
	}
}

func observedOV1(c *context) {
	c.get(wsa.WSAENOPROTOOPT, c.tcp(), option{wsa.IPPROTO_IP, -1}, 4, 4)
	c.get(wsa.WSAENOPROTOOPT, c.udp(), option{wsa.IPPROTO_IP, -1}, 4, 4)
	c.part("IPv6", 0, func() {
		c.need6()
		c.get(wsa.WSAENOPROTOOPT, c.tcp6(), option{wsa.IPPROTO_IPV6, -1}, 4, 4)
		c.get(wsa.WSAENOPROTOOPT, c.udp6(), option{wsa.IPPROTO_IPV6, -1}, 4, 4)
	})
}

// on lists options of one level as rows for a kind of socket.
func on(k kind, level int32, names ...int32) (list []optionRow) {
	for _, n := range names {
		list = append(list, optionRow{option{level, n}, k})
	}
	return list
}

// anew gets options with a large buffer and sets the value got.
func (c *context) anew(list []optionRow) {
	c.eachOption(list, func(s wsa.SOCKET, o option) {
		buf, n := c.get(success, s, o, 256, 256)
		if n < 0 || n > 256 {
			c.r.fatalf("length %d", n)
		}
		c.call(success, "setsockopt", func() error { return c.api.Setsockopt(s, o.level, o.name, buf[:n:n]) })
	})
}

// refused gets options that the kind of socket does not have.
func (c *context) refused(want wsa.Errno, list []optionRow) {
	c.eachOption(list, func(s wsa.SOCKET, o option) { c.get(want, s, o, 256, 256) })
}

func observedOV2(c *context) {
	c.anew(on(kindTCP, wsa.IPPROTO_IP, wsa.IP_OPTIONS, wsa.IP_TOS, wsa.IP_TTL, wsa.IP_DONTFRAGMENT, wsa.IP_UNICAST_IF))
}

var datagramOnly4 = []int32{wsa.IP_MULTICAST_IF, wsa.IP_MULTICAST_TTL, wsa.IP_MULTICAST_LOOP, wsa.IP_PKTINFO, wsa.IP_RECVTTL, wsa.IP_RECVTOS}

func observedOV3(c *context) {
	c.refused(wsa.WSAEINVAL, on(kindTCP, wsa.IPPROTO_IP, append(datagramOnly4[:len(datagramOnly4):len(datagramOnly4)], wsa.IP_HDRINCL)...))
	for _, row := range on(kindUDP, wsa.IPPROTO_IP, datagramOnly4...) {
		c.part("datagram "+row.String(), 0, func() { c.get(success, c.udp(), row.option, 256, 256) })
	}
	c.part("datagram IP_HDRINCL", 0, func() { c.get(wsa.WSAEINVAL, c.udp(), ipHdrIncl, 256, 256) })
}

func observedOV4(c *context) {
	for _, k := range allKinds {
		level := int32(wsa.IPPROTO_IP)
		if k.af == wsa.AF_INET6 {
			level = wsa.IPPROTO_IPV6
			if !c.p.Loopback6.IsValid() {
				continue
			}
		}
		for _, name := range []int32{wsa.IP_ADD_MEMBERSHIP, wsa.IP_DROP_MEMBERSHIP} {
			c.get(wsa.WSAENOPROTOOPT, c.socket(k.af, k.typ, k.protocol), option{level, name}, 256, 256)
		}
	}
}

func observedOV6(c *context) {
	c.part("IP_MTU", 0, func() { c.get(wsa.WSAENOTCONN, c.tcp(), option{wsa.IPPROTO_IP, wsa.IP_MTU}, 256, 256) })
	c.part("IP_MTU_DISCOVER", 0, func() {
		s, o := c.tcp(), option{wsa.IPPROTO_IP, wsa.IP_MTU_DISCOVER}
		buf, _ := c.get(success, s, o, 256, 256)
		clear(buf)
		c.set(wsa.WSAEINVAL, s, o, buf...)
	})
	c.anew(on(kindTCP, wsa.IPPROTO_IP, wsa.IP_USER_MTU, wsa.IP_IFLIST, wsa.IP_RTHDR))
}

// ipRecvErr is IP_RECVERR (ws2ipdef.h), which package wsa does not list.
const ipRecvErr = 75

func observedOV7(c *context) {
	c.part("IP_RECVERR", 0, func() {
		t, s := c.raw()
		t.get(wsa.WSAEINVAL, s, option{wsa.IPPROTO_IP, ipRecvErr}, 256, 256)
	})
	c.part("IP_HDRINCL", OnWindows, func() {
		t, s := c.raw()
		t.get(success, s, ipHdrIncl, 256, 256)
	})
}

func observedOV8(c *context) {
	c.anew(on(kindTCP6, wsa.IPPROTO_IPV6, wsa.IPV6_UNICAST_HOPS, wsa.IPV6_DONTFRAG, wsa.IPV6_PROTECTION_LEVEL, wsa.IPV6_V6ONLY, wsa.IPV6_UNICAST_IF))
	datagramOnly := []int32{
		wsa.IPV6_MULTICAST_IF, wsa.IPV6_MULTICAST_HOPS, wsa.IPV6_MULTICAST_LOOP, wsa.IPV6_PKTINFO, wsa.IPV6_HOPLIMIT, wsa.IPV6_RECVTCLASS,
	}
	c.refused(wsa.WSAEINVAL, on(kindTCP6, wsa.IPPROTO_IPV6, datagramOnly...))
	for _, row := range on(kindUDP6, wsa.IPPROTO_IPV6, datagramOnly...) {
		c.part("datagram "+row.String(), 0, func() {
			c.need6()
			c.get(success, c.udp6(), row.option, 256, 256)
		})
	}
}

func observedCT1(c *context) {
	connected := c.udp()
	c.connect(success, connected, at(c.p.Loopback4, 9))
	for _, s := range []wsa.SOCKET{c.tcp(), connected, c.bound(c.udp, c.p.Loopback4)} {
		buf, n := c.get(success, s, soConnectTime, 4, 4)
		equal(c.thread, "the length", n, 4)
		equal(c.thread, "SO_CONNECT_TIME", binary.LittleEndian.Uint32(buf), 0xFFFFFFFF)
	}
}

func observedCT2(c *context) {
	a, b := c.pair()
	c.reads(a, soConnectTime, 0)
	c.reads(b, soConnectTime, 0)
}

func observedV62(c *context) {
	c.need6()
	s := c.tcp6()
	c.setInt(success, s, v6Only, 1)
	c.bind(success, s, at(any6, 0))
	c.bind(success, c.tcp(), at(any4, c.name(s).Port()))
}

func observedV64(c *context) {
	s := c.tcp()
	for _, v := range []uint32{0, 1, 0} {
		c.setInt(success, s, v6Only, v)
	}
	c.part("reads back", WineDiffers, func() {
		s := c.tcp()
		for _, v := range []uint32{0, 1, 0} {
			c.setInt(success, s, v6Only, v)
			c.reads(s, v6Only, v)
		}
	})
}

// observedV65: the fact names no error.
func observedV65(c *context) {
	s := c.bound(c.tcp, c.p.Loopback4)
	for _, v := range []uint32{0, 1} {
		err := c.api.Setsockopt(s, v6Only.level, v6Only.name, dword(v))
		c.is(err != nil, "setsockopt IPV6_V6ONLY succeeds on a bound socket")
	}
	c.part("reads back", WineDiffers, func() {
		s := c.bound(c.tcp, c.p.Loopback4)
		_ = c.api.Setsockopt(s, v6Only.level, v6Only.name, dword(0))
		c.reads(s, v6Only, 1)
	})
}

func observedV67(c *context) {
	c.need6()
	c.claims(claim{addr: any6, exclusive: true}, claim{addr: any4, reuse: true}, wsa.WSAEACCES)
}
