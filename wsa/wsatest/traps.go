package wsatest

import (
	"errors"
	"net/netip"
	"strings"
	"syscall"

	"wsasim/wsa"
)

// Trap is a behaviour of Windows that clients developed elsewhere met in
// production.
type Trap struct {
	// Name is the trap in a few words; it is the name of the test.
	Name string
	// Thread is where it was met.
	Thread string
	// Reason is why there is no test; empty when there is one.
	Reason string
	run    func(*context)
}

// Traps lists the traps, those without a test with the reason.
func Traps() []Trap {
	return []Trap{
		{"oversized datagram", "quic-go/quic-go #3956, PR #3982", "", trapOversized},
		{"receive errors to skip", "quic-go/quic-go #1737", "", trapUnreachable},
		{"data lost at CancelIo", "LadybirdBrowser/ladybird PR #5045", "", trapCancelTooLate},
		{"cancelled read closes the direction", "vibe-d/eventcore #225", "", trapCancelledRead},
		{"CancelIoEx fails", "nanomsg/nng PR #1599", "", trapNothingToCancel},
		{"OVERLAPPED freed early", "pjsip/pjproject #985, microsoft/demikernel PR #1149, nyholku/purejavacomm PR #21", "", trapFreedEarly},
		{"listener close hangs", "microsoft/go-winio #357", "", trapListenerClosed},
		{"counter and overlapped", "golang/go #18887, chriskohlhoff/asio #130", "", trapCounter},
		{"count through the generic call", "haskell/network #602", "", trapGenericResult},
		{"partial overlapped send", "grpc/grpc PR #28506",
			"Windows sends all of it or fails (observed EW5, SN2); no source says when a send that succeeds would be a part", nil},
		{"address length larger than the buffer", "ValveSoftware/wine #270", "", trapLongAddress},
		{"control buffer length", "ValveSoftware/GameNetworkingSockets PR #379", "", trapControlLength},
		{"WSAPoll and failed connects", "RPCS3/rpcs3 PR #7064", "", observedPO16},
		{"handle recycled", "openjdk/jdk PR #16742", "", trapRecycled},
		{"CancelIo and threads", "microsoft/msquic PR #1843", "", trapCancelOthers},
		{"EWOULDBLOCK compared", "ValveSoftware/GameNetworkingSockets #144", "", trapWouldBlock},
		{"SO_REUSEADDR steals", "paullouisageneau/libdatachannel #1363, zeroc-ice/ice PR #1097", "", trapReuse},
		{"error translated too coarsely", "oven-sh/bun PR #42732", "", trapCoarse},
	}
}

// trapChecks are the traps that have a test.
func trapChecks() (checks []Check) {
	for _, k := range Traps() {
		if k.run != nil {
			checks = append(checks, Check{k.Name, trapMark(k.Name), k.run})
		}
	}
	return checks
}

// trapMark is how far a trap holds: Wine is known to differ in one.
func trapMark(name string) Mark {
	if name == "WSAPoll and failed connects" {
		return WineDiffers | Varies
	}
	return OnWindows
}

// trapOversized: a datagram larger than the buffer fills it and fails; the rest
// is lost and the next receive gets the next datagram.
func trapOversized(c *context) {
	a, b := c.datagrams()
	to := wsa.Sockaddr(c.name(b))
	for _, data := range []string{"too long", "next"} {
		c.sendto(success, a, data, to)
	}
	c.settle()
	buf, from, n := pattern(4), pattern(16), int32(16)
	c.recvfrom(wsa.WSAEMSGSIZE, b, buf, from, &n)
	equal(c.thread, "the buffer", string(buf), "too ")
	equal(c.thread, "the source", string(from), string(wsa.Sockaddr(c.name(a))))
	c.gets("next", b)
}

// trapUnreachable: a receive fails because an earlier send met a closed port.
// The socket is well: datagrams arrive after that.
func trapUnreachable(c *context) {
	a, b := c.datagrams()
	gone := c.bound(c.udp, c.p.Loopback4)
	to := wsa.Sockaddr(c.name(gone))
	c.close(gone)
	c.sendto(success, a, "to nobody", to)
	c.settle()
	c.recv(wsa.WSAECONNRESET, a, 10, 0)
	c.sendto(success, b, "alive", wsa.Sockaddr(c.name(a)))
	c.settle()
	c.gets("alive", a)
	c.part("SIO_UDP_CONNRESET off", 0, func() {
		a := c.bound(c.udp, c.p.Loopback4)
		c.ioctl(success, a, wsa.SIO_UDP_CONNRESET, dword(0), -1)
		c.sendto(success, a, "to nobody", to)
		c.settle()
		c.nonblocking(a)
		c.recv(wsa.WSAEWOULDBLOCK, a, 10, 0)
	})
}

// trapLongAddress: names may be longer than the family's structure, and only
// the structure is written to a buffer that has more room.
func trapLongAddress(c *context) {
	long := func(a netip.AddrPort) []byte {
		return append(wsa.Sockaddr(a), make([]byte, wsa.SockaddrStorageSize-16)...)
	}
	l := c.tcp()
	c.bind(success, l, long(netip.AddrPortFrom(c.p.Loopback4, 0)))
	c.listen(success, l, 1)
	s := c.tcp()
	c.connect(success, s, long(c.name(l)))
	c.settle()
	buf, n := pattern(128), int32(128)
	c.acceptFrom(success, l, buf, &n)
	equal(c.thread, "addrlen", n, 16)
	c.is(untouched(buf[16:]), "accept writes behind the address")

	x, y := c.datagrams()
	c.sendto(success, x, "x", long(c.name(y)))
	c.settle()
	buf, n = pattern(128), 128
	c.recvfrom(success, y, pattern(10), buf, &n)
	equal(c.thread, "fromlen", n, 16)
	c.is(untouched(buf[16:]), "recvfrom writes behind the address")
}

// trapRecycled: the value of a closed handle comes back soon. Windows does not
// promise it, and only the simulator must show it.
func trapRecycled(c *context) {
	s := c.tcp()
	c.close(s)
	for range 64 {
		again := c.tcp()
		c.close(again)
		if again == s {
			return
		}
	}
	if c.p.Kind == Simulator {
		c.r.errorf("the handle %d does not come back", s)
	}
}

// trapWouldBlock: the error is no POSIX error, whatever it is compared with.
func trapWouldBlock(c *context) {
	s := c.bound(c.udp, c.p.Loopback4)
	c.nonblocking(s)
	_, err := c.api.Recv(s, pattern(1), 0)
	c.is(errors.Is(err, wsa.WSAEWOULDBLOCK), "recv: %v", err)
	c.is(!errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EAGAIN), "%v passes for a POSIX error", err)
}

// trapReuse: with SO_REUSEADDR two listeners share a port; on other systems the
// option only means that a port of a connection that has ended may be bound.
func trapReuse(c *context) {
	s1, s2, to := c.sharing(c.p.Loopback4)
	c.client(to)
	c.accept(success, s1)
	c.close(s1)
	c.client(to)
	c.accept(success, s2)
}

// trapCoarse: a datagram that cannot be sent whole has its own error.
func trapCoarse(c *context) {
	a, b := c.datagrams()
	c.sendto(wsa.WSAEMSGSIZE, a, strings.Repeat("x", 65508), wsa.Sockaddr(c.name(b)))
	c.sendto(success, a, strings.Repeat("x", 65507), wsa.Sockaddr(c.name(b)))
}
