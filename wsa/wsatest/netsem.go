package wsatest

import (
	"net/netip"
	"strings"

	"wsasim/wsa"
)

// Netsem is a fact of the Netsem specification (rems-project/netsem): what
// Windows XP Professional SP1 did, over IPv4. It is weaker than an observed fact,
// so only the simulator must show it.
type Netsem struct {
	// Name says what the fact is about, Where is its place in
	// TCP1_hostLTSScript.sml, unless another file is named.
	Name, Where string
	// Reason is why there is no test; empty when there is one.
	Reason string
	run    func(*context)
}

// NetsemFacts lists the facts, those without a test with the reason. It is a
// table, and as long as the collection.
func NetsemFacts() []Netsem {
	const both = "the documentation says otherwise, and the specification allows both"
	const environment = "the suite has no network that it could shape"
	return []Netsem{
		{"handles in any order", "TCP1_preHostTypesScript.sml 622", "no order is promised, so none can be wrong", nil},
		{"no socket", "14249", "", netsemNoSocket},
		{"bind, not local and in use", "bind_2, 2281", "", netsemBindForeign},
		{"bind, out of buffers", "bind_9, 2534", "it comes at any time; see the worlds with shortages", nil},
		{"bind, UDP with SO_REUSEADDR", "TCP1_auxFnsScript.sml 124", "", netsemReuseDatagram},
		{"connect, nonblocking", "3910", "", func(c *context) { c.connecting() }},
		{"connect, loopback on the wire", "TCP1_auxFnsScript.sml 1972; 4097", environment, nil},
		{"connect while connecting", "connect_5, 4400; connect_5d, 4678", "", netsemConnectAgain},
		{"connect, listening", "4420", "", observedCX1},
		{"connect, connected", "4424-4430", "", observedCX8},
		{"connect, pending WSAEINVAL", "connect_4, 4284", "nothing leaves such an error pending", nil},
		{"connect after shutdown", "connect_6 n/a, 4764", "shutdown fails before a connection (shutdown_3), and SD8 is measured after one", nil},
		{"connect, no route", "4534", environment, nil},
		{"connect UDP, same pair twice", "connect_5b n/a, 4616", "", netsemSamePair},
		{"connect UDP clears a shutdown", "4830, 4887", both, nil},
		{"connect UDP, port zero", "connect_9 n/a, 4949", "", netsemPortZero},
		{"connect UDP keeps what is queued", "4894, 5098", both, nil},
		{"disconnect TCP", "disconnect_4, 5108", "", netsemDisconnectStream},
		{"disconnect UDP", "5257, 5283", "documented is an address of zeros of the socket's own family (page nf-winsock2-connect); of AF_UNSPEC no page says anything", nil},
		{"getpeername, port zero", "6120, 6148", "", netsemPortZero},
		{"getsockname, unbound", "getsockname_3, 7037", "", func(c *context) { c.noName(wsa.WSAEINVAL, c.tcp()); c.noName(wsa.WSAEINVAL, c.udp()) }},
		{"getsockopt, UDP", "6392, 6814, 7428", "", netsemStreamOptions},
		{"low-water marks", "7213", "", netsemLowWater},
		{"setsockopt, SO_LINGER on UDP", "13345, 13135", "", func(c *context) { c.set(wsa.WSAENOPROTOOPT, c.udp(), soLinger, 1, 0, 0, 0) }},
		{"listen, unbound", "listen_2, 7768", "", observedLI3},
		{"listen, connected or again", "listen_3, 7820; listen_1b", "", netsemListenConnected},
		{"listen, second listener", "listen_4 n/a, 7920", "", func(c *context) { c.sharing(c.p.Loopback4) }},
		{"select, sets", "8299, 8554, 8587", "", func(c *context) { observedSL3(c); observedSL4(c) }},
		{"select, malformed time-out", "8225", both, nil},
		{"select, UDP shut down", "1245, 1264", "", netsemSelectShut},
		{"recv TCP after shutdown", "recv_9, 9580", "", observedSD5},
		{"recv UDP, unbound", "recv_22, 10413", "", netsemReceiveUnbound},
		{"recv UDP, too long", "recv_20, 10257; 9757", "", netsemTooLong},
		{"recv UDP, ICMP errors in order", "recv_23, 10462", "", netsemErrorsInOrder},
		{"ICMP, codes", "17724, 17818, 17877", "of the three the suite can provoke port unreachable alone, which is the trap \"receive errors to skip\"", nil},
		{"ICMP, matching", "TCP1_auxFnsScript.sml 262", environment, nil},
		{"recv UDP, no room", "10395", "", netsemNoRoom},
		{"recv UDP, flags", "recv_16, 10133", "", netsemReceiveFlags},
		{"recv UDP after shutdown", "recv_17, 10193", "", observedSD13},
		{"send after shutdown", "11338, 12494", "", netsemSendShut},
		{"send UDP, pending error", "send_16 and send_23 n/a; 11716", "", netsemSendPending},
		{"send UDP, flags", "send_18, 12277", "", netsemSendFlags},
		{"send UDP, another address", "send_21 n/a, 12457", "", netsemSendElsewhere},
		{"send UDP, no destination", "send_12, 11903; 11951", "", netsemNoDestination},
		{"shutdown, unconnected", "shutdown_3, 13677; shutdown_2", "", netsemShutdown},
		{"reset in SYN-SENT", "deliver_in_7d, 16586", "how long a refusal takes is a time, which no test here asserts (SL24 waits for it)", nil},
		{"UDP to one of several", "lookup_udp, TCP1_auxFnsScript.sml 190", "", netsemOneOfSeveral},
		{"loopback and captures", "18201", "the suite captures nothing", nil},
		{"constants", "TCP1_paramsScript.sml 343, 360, 741, 768", "they are constants of the header, or times", nil},
	}
}

// netsemChecks are the facts that have a test. Elsewhere than in the simulator a
// difference is noted.
func netsemChecks() (checks []Check) {
	for _, f := range NetsemFacts() {
		if f.run != nil {
			checks = append(checks, Check{f.Name, Documented, f.run})
		}
	}
	return checks
}

func netsemNoSocket(c *context) {
	const none = wsa.SOCKET(0xabacab)
	c.bind(wsa.WSAENOTSOCK, none, at(c.p.Loopback4, 0))
	c.listen(wsa.WSAENOTSOCK, none, 1)
	c.connect(wsa.WSAENOTSOCK, none, at(c.p.Loopback4, 1))
	c.send(wsa.WSAENOTSOCK, none, "x", 0)
	c.recv(wsa.WSAENOTSOCK, none, 1, 0)
	c.shutdown(wsa.WSAENOTSOCK, none, wsa.SD_BOTH)
	c.noName(wsa.WSAENOTSOCK, none)
}

// netsemBindForeign: either error may come.
func netsemBindForeign(c *context) {
	if !c.p.Silent.IsValid() {
		c.skip("there is no address that nobody has")
	}
	port := c.name(c.bound(c.tcp, any4)).Port()
	s := c.tcp()
	c.oneOf([]wsa.Errno{wsa.WSAEADDRINUSE, wsa.WSAEADDRNOTAVAIL}, "bind", func() error { return c.api.Bind(s, at(c.p.Silent, port)) })
}

// shared are two datagram sockets on one address.
func (c *context) shared() (a, b wsa.SOCKET, to netip.AddrPort) {
	a, b = c.udp(), c.udp()
	c.set(success, a, soReuseAddr, 1)
	c.set(success, b, soReuseAddr, 1)
	c.bind(success, a, at(c.p.Loopback4, 0))
	to = c.name(a)
	c.bind(success, b, wsa.Sockaddr(to))
	return a, b, to
}

func netsemReuseDatagram(c *context) { c.shared() }

func netsemConnectAgain(c *context) {
	s, to := c.connecting()
	c.connect(wsa.WSAEALREADY, s, to)
	off := uint32(0)
	c.call(success, "ioctlsocket FIONBIO", func() error { return c.api.Ioctlsocket(s, wsa.FIONBIO, &off) })
	c.connect(wsa.WSAEALREADY, s, to)
}

func netsemSamePair(c *context) {
	a, b, _ := c.shared()
	peer := wsa.Sockaddr(c.name(c.bound(c.udp, c.p.Loopback4)))
	c.connect(success, a, peer)
	c.connect(success, b, peer)
}

func netsemPortZero(c *context) {
	s := c.udp()
	c.connect(success, s, at(c.p.Loopback4, 0))
	equal(c.thread, "the peer", c.peer(s), netip.AddrPortFrom(c.p.Loopback4, 0))
}

// unspecified is a SOCKADDR of family AF_UNSPEC.
func unspecified() []byte { return make([]byte, 16) }

func netsemDisconnectStream(c *context) {
	l, _ := c.listener()
	a, _ := c.pair()
	c.connect(wsa.WSAEAFNOSUPPORT, c.tcp(), unspecified())
	c.part("listening", 0, func() {
		c.oneOf([]wsa.Errno{wsa.WSAEAFNOSUPPORT, wsa.WSAEINVAL}, "connect", func() error { return c.api.Connect(l, unspecified()) })
	})
	c.part("connected", 0, func() { c.connect(wsa.WSAEISCONN, a, unspecified()) })
}

func netsemStreamOptions(c *context) {
	s := c.udp()
	for _, o := range []option{soKeepAlive, soOOBInline, soLinger, soAcceptConn} {
		c.part(o.String(), 0, func() { c.get(wsa.WSAENOPROTOOPT, s, o, 4, 4) })
	}
}

func netsemLowWater(c *context) {
	s := c.tcp()
	for _, name := range []int32{wsa.SO_RCVLOWAT, wsa.SO_SNDLOWAT} {
		n := int32(4)
		c.oneOf([]wsa.Errno{wsa.WSAENOPROTOOPT, wsa.WSAEINVAL}, "getsockopt", func() error {
			return c.api.Getsockopt(s, wsa.SOL_SOCKET, name, pattern(4), &n)
		})
	}
}

func netsemListenConnected(c *context) {
	a, _ := c.pair()
	c.listen(wsa.WSAEISCONN, a, 1)
	l, _ := c.listener()
	c.listen(success, l, 7)
}

func netsemSelectShut(c *context) {
	s := c.bound(c.udp, c.p.Loopback4)
	c.shutdown(success, s, wsa.SD_RECEIVE)
	equal(c.thread, "the number of readable sockets", c.sel(success, set(s), nil, nil, 0), 0)
}

func netsemReceiveUnbound(c *context) {
	s := c.udp()
	c.setInt(success, s, soRcvTimeo, 1000)
	c.recv(wsa.WSAEINVAL, s, 10, 0)
}

func netsemTooLong(c *context) {
	a, b := c.datagrams()
	c.sendto(success, a, "too long", wsa.Sockaddr(c.name(b)))
	c.settle()
	for _, flags := range []int32{wsa.MSG_PEEK, 0} {
		buf := pattern(3)
		c.call(wsa.WSAEMSGSIZE, "recv", func() error {
			_, err := c.api.Recv(b, buf, flags)
			return err
		})
		equal(c.thread, "the buffer", string(buf), "too")
	}
	c.nonblocking(b)
	c.recv(wsa.WSAEWOULDBLOCK, b, 10, 0)
}

// netsemErrorsInOrder: a datagram before the error and one after it.
func netsemErrorsInOrder(c *context) {
	a, b := c.datagrams()
	gone := c.bound(c.udp, c.p.Loopback4)
	to := wsa.Sockaddr(c.name(gone))
	c.close(gone)
	c.sendto(success, b, "first", wsa.Sockaddr(c.name(a)))
	c.settle()
	c.sendto(success, a, "to nobody", to)
	c.settle()
	c.sendto(success, b, "second", wsa.Sockaddr(c.name(a)))
	c.settle()
	c.gets("first", a)
	c.recv(wsa.WSAECONNRESET, a, 10, 0)
	c.gets("second", a)
}

func netsemNoRoom(c *context) {
	s := c.bound(c.udp, c.p.Loopback4)
	c.nonblocking(s)
	c.recv(wsa.WSAEWOULDBLOCK, s, 0, 0)
}

func netsemReceiveFlags(c *context) {
	s := c.bound(c.udp, c.p.Loopback4)
	c.setInt(success, s, soRcvTimeo, 1000)
	for _, flags := range []int32{wsa.MSG_WAITALL, wsa.MSG_OOB} {
		c.recv(wsa.WSAEOPNOTSUPP, s, 10, flags)
	}
}

func netsemSendShut(c *context) {
	a, _ := c.pair()
	c.shutdown(success, a, wsa.SD_SEND)
	c.send(wsa.WSAESHUTDOWN, a, "x", 0)
	observedSD14(c)
}

func netsemSendPending(c *context) {
	a, b := c.datagrams()
	gone := c.bound(c.udp, c.p.Loopback4)
	to := wsa.Sockaddr(c.name(gone))
	c.close(gone)
	c.sendto(success, a, "to nobody", to)
	c.settle()
	c.sendto(success, a, "still", wsa.Sockaddr(c.name(b)))
	c.settle()
	c.gets("still", b)
}

func netsemSendFlags(c *context) {
	a, b := c.datagrams()
	c.connect(success, a, wsa.Sockaddr(c.name(b)))
	for _, flags := range []int32{wsa.MSG_PEEK, wsa.MSG_OOB} {
		c.send(wsa.WSAEOPNOTSUPP, a, "x", flags)
	}
}

func netsemSendElsewhere(c *context) {
	a, b := c.datagrams()
	other := c.bound(c.udp, c.p.Loopback4)
	c.setInt(success, other, soRcvTimeo, 10_000)
	c.connect(success, a, wsa.Sockaddr(c.name(b)))
	c.sendto(success, a, "elsewhere", wsa.Sockaddr(c.name(other)))
	c.settle()
	c.gets("elsewhere", other)
}

func netsemNoDestination(c *context) {
	s := c.udp()
	c.send(wsa.WSAENOTCONN, s, "x", 0)
	c.noName(wsa.WSAEINVAL, s)
}

func netsemShutdown(c *context) {
	c.shutdown(wsa.WSAENOTCONN, c.tcp(), wsa.SD_BOTH)
	c.shutdown(success, c.udp(), wsa.SD_BOTH)
}

func netsemOneOfSeveral(c *context) {
	a, b, to := c.shared()
	c.nonblocking(a)
	c.nonblocking(b)
	c.sendto(success, c.udp(), "datagram", wsa.Sockaddr(to))
	c.settle()
	var got []string
	for _, s := range []wsa.SOCKET{a, b} {
		buf := pattern(100)
		if n, err := c.api.Recv(s, buf, 0); err == nil {
			got = append(got, string(buf[:n]))
		}
	}
	equal(c.thread, "what the two receive", strings.Join(got, ", "), "datagram")
}
