package wsatest

import (
	"encoding/binary"
	"net/netip"

	"wsasim/wsa"
)

// noCount makes an ioctl call without a place for the count, which is refused
// before anything else.
func (t thread) noCount(s wsa.SOCKET, code uint32, in []byte, room int) {
	t.call(wsa.WSAEFAULT, "WSAIoctl without a count", func() error {
		return t.api.WSAIoctl(s, code, in, pattern(room), nil, nil, nil)
	})
}

// noCountAtAll is noCount with overlapped parameters as well.
func (t thread) noCountAtAll(s wsa.SOCKET, code uint32, in []byte, room int) {
	t.noCount(s, code, in, room)
	r := new(routine)
	for _, call := range []wsa.CompletionRoutine{nil, r.call} {
		t.call(wsa.WSAEFAULT, "overlapped WSAIoctl without a count", func() error {
			return t.api.WSAIoctl(s, code, in, pattern(room), nil, &wsa.Overlapped{}, call)
		})
	}
	t.api.SleepEx(0, true)
	equal(t, "how often the routine ran", r.ran, 0)
}

// observedIO1 passes NULL, the only bad pointer that Go can pass.
func observedIO1(c *context) {
	s := c.tcp()
	for _, code := range []uint32{wsa.FIONREAD, wsa.SIOCATMARK, wsa.FIONBIO} {
		c.call(wsa.WSAEFAULT, "ioctlsocket", func() error { return c.api.Ioctlsocket(s, code, nil) })
	}
}

func observedIO3(c *context) {
	s := c.tcp()
	for _, code := range []uint32{wsa.FIONREAD, wsa.SIOCATMARK} {
		_, n := c.ioctl(wsa.WSAEFAULT, s, code, nil, 3)
		equal(c.thread, "bytes returned", n, poisonCount)
	}
}

func observedIO13(c *context) { c.noCountAtAll(c.tcp(), wsa.FIONBIO, dword(1), 0) }

func observedKA1(c *context) {
	s := c.tcp()
	for _, in := range [][]byte{nil, {}} {
		_, n := c.ioctl(wsa.WSAEFAULT, s, wsa.SIO_KEEPALIVE_VALS, in, -1)
		equal(c.thread, "bytes returned", n, 0)
	}
}

// keepalive is a struct tcp_keepalive (mstcpip.h).
func keepalive(on, time, interval uint32) []byte {
	b := dword(on)
	b = binary.LittleEndian.AppendUint32(b, time)
	return binary.LittleEndian.AppendUint32(b, interval)
}

func observedKA2(c *context) {
	s := c.tcp()
	for _, in := range [][]byte{
		keepalive(0, 0, 0), keepalive(1, 0, 0), keepalive(1, 1000, 1000), keepalive(1, 100, 100), keepalive(0, 100, 100),
	} {
		_, n := c.ioctl(success, s, wsa.SIO_KEEPALIVE_VALS, in, -1)
		equal(c.thread, "bytes returned", n, 0)
	}
}

func observedKA3(c *context) {
	c.noCountAtAll(c.tcp(), wsa.SIO_KEEPALIVE_VALS, keepalive(1, 1000, 1000), 0)
}

func observedUI1(c *context) {
	s := c.tcp()
	for _, code := range []uint32{0xdeadbeef, wsa.FIOASYNC, 0x667e, wsa.SIO_FLUSH} {
		c.noCount(s, code, nil, 0)
	}
}

func observedXF1(c *context) {
	id, err := wsa.ParseGUID(wsa.WSAID_ACCEPTEX)
	if err != nil {
		c.r.fatalf("%v", err)
	}
	s, size := c.tcp(), c.p.Target.PointerSize()
	c.noCount(s, wsa.SIO_GET_EXTENSION_FUNCTION_POINTER, id[:], size)
	c.part("pointer", 0, func() {
		_, n := c.ioctl(success, s, wsa.SIO_GET_EXTENSION_FUNCTION_POINTER, id[:], size)
		equal(c.thread, "bytes returned", int(n), size)
	})
}

func observedIB1(c *context) {
	c.part("unconnected", 0, func() { c.ioctl(wsa.WSAENOTCONN, c.tcp(), wsa.SIO_IDEAL_SEND_BACKLOG_QUERY, nil, 4) })
	c.part("connected", 0, func() {
		a, _ := c.pair()
		out, n := c.ioctl(success, a, wsa.SIO_IDEAL_SEND_BACKLOG_QUERY, nil, 4)
		equal(c.thread, "bytes returned", n, 4)
		equal(c.thread, "the backlog", binary.LittleEndian.Uint32(out), 0x10000)
	})
	c.part("datagram", 0, func() { c.ioctl(wsa.WSAEOPNOTSUPP, c.udp(), wsa.SIO_IDEAL_SEND_BACKLOG_QUERY, nil, 4) })
}

func observedBH1(c *context) {
	s, size := c.tcp(), c.p.Target.PointerSize()
	out, n := c.ioctl(success, s, wsa.SIO_BASE_HANDLE, nil, size)
	equal(c.thread, "bytes returned", int(n), size)
	handle := make([]byte, 8)
	copy(handle, out)
	equal(c.thread, "the handle", wsa.SOCKET(binary.LittleEndian.Uint64(handle)), s)
}

func observedCQ1(c *context) { c.ioctl(success, c.udp(), wsa.SIO_ENABLE_CIRCULAR_QUEUEING, nil, -1) }

func observedRQ1(c *context) {
	c.noCount(c.tcp(), wsa.SIO_ROUTING_INTERFACE_QUERY, at(c.p.Loopback4, 0), 16)
}

func observedRQ2(c *context) {
	s := c.tcp()
	for _, in := range [][]byte{at(c.p.Loopback4, 0)[:15], nil} {
		_, n := c.ioctl(wsa.WSAEINVAL, s, wsa.SIO_ROUTING_INTERFACE_QUERY, in, 16)
		equal(c.thread, "bytes returned", n, poisonCount)
	}
}

func observedRQ3(c *context) {
	c.part("no family", 0, func() {
		c.ioctl(wsa.WSAEAFNOSUPPORT, c.tcp(), wsa.SIO_ROUTING_INTERFACE_QUERY, make([]byte, 16), 16)
	})
	c.part("no address", WineDiffers, func() {
		c.ioctl(wsa.WSAEINVAL, c.tcp(), wsa.SIO_ROUTING_INTERFACE_QUERY, at(any4, 0), 16)
	})
}

func observedRQ4(c *context) {
	const code = wsa.SIO_ROUTING_INTERFACE_QUERY
	in := at(c.p.Loopback4, 0)
	c.part("answer", 0, func() {
		out, n := c.ioctl(success, c.tcp(), code, in, 16)
		c.reset("WSAIoctl")
		equal(c.thread, "bytes returned", n, 16)
		a, err := wsa.ParseSockaddr(out)
		c.is(err == nil && a.Addr().IsLoopback(), "the interface is %v, %v", a, err)
	})
	c.part("output short", 0, func() { c.ioctl(wsa.WSAEFAULT, c.tcp(), code, in, 15) })
	c.part("output short, size needed", WineDiffers, func() {
		_, n := c.ioctl(wsa.WSAEFAULT, c.tcp(), code, in, 15)
		equal(c.thread, "bytes returned", n, 16)
	})
	c.part("no output", 0, func() {
		_, n := c.ioctl(wsa.WSAEFAULT, c.tcp(), code, in, -1)
		equal(c.thread, "bytes returned", n, poisonCount)
	})
}

// observedAL1 is the case without an OVERLAPPED.
func observedAL1(c *context) {
	s := c.tcp()
	c.nonblocking(s)
	c.ioctl(wsa.WSAEWOULDBLOCK, s, wsa.SIO_ADDRESS_LIST_CHANGE, nil, -1)
}

// INTERFACE_INFO (ws2ipdef.h): flags, then address, broadcast address and
// netmask, each a union of socket addresses with room for 24 bytes.
const (
	interfaceInfoSize = 76
	interfaceSockaddr = 24
	iffBroadcast      = 0x02
	iffLoopback       = 0x04
)

func observedIL1(c *context) {
	out, n := c.ioctl(success, c.udp(), wsa.SIO_GET_INTERFACE_LIST, nil, 100*interfaceInfoSize)
	if n == 0 || n > uint32(len(out)) || n%interfaceInfoSize != 0 {
		c.r.fatalf("%d bytes; wanted a multiple of %d", n, interfaceInfoSize)
	}
	loopback := false
	for list := out[:n]; len(list) > 0; list = list[interfaceInfoSize:] {
		flags := binary.LittleEndian.Uint32(list)
		addr := func(i int) netip.Addr { return netip.AddrFrom4([4]byte(list[4+interfaceSockaddr*i+4:][:4])) }
		if addr(0) == c.p.Loopback4 {
			loopback = true
			c.is(flags&iffLoopback != 0, "flags %#x of the loopback interface", flags)
		}
		c.is(!addr(2).IsUnspecified(), "the netmask of %v is 0", addr(0))
		c.is(flags&iffBroadcast != 0 || addr(1).IsUnspecified(), "%v has broadcast address %v", addr(0), addr(1))
	}
	c.is(loopback, "the loopback interface is not in the list")
}

// observedIL3 is the case without an OVERLAPPED.
func observedIL3(c *context) {
	_, n := c.ioctl(wsa.WSAEFAULT, c.udp(), wsa.SIO_GET_INTERFACE_LIST, nil, interfaceInfoSize-1)
	equal(c.thread, "bytes returned", n, 0)
}
