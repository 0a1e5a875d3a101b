package sim_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"wsasim/sim"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// optionKey names an option.
type optionKey struct{ level, name int32 }

// proof shows that an option does something: what a run of calls observes with
// one value and with another. The runs do not read the option.
type proof struct {
	off, on uint32
	run     func(e *env, set func(t *sim.Thread, s wsa.SOCKET)) string
}

// bool01 is a proof of a BOOL.
func bool01(run func(e *env, set func(t *sim.Thread, s wsa.SOCKET)) string) proof {
	return proof{0, 1, run}
}

// text is what a call observed.
func text(v ...any) string { return fmt.Sprint(v...) }

type setter = func(t *sim.Thread, s wsa.SOCKET)

// datagramTo is what arrives at a socket of the server on port 53 when the client
// sends to an address, the control messages included.
func (e *env) datagramTo(s wsa.SOCKET, u wsa.SOCKET, to string) string {
	e.nonblocking(e.b, s)
	if _, err := e.a.Sendto(u, []byte("x"), 0, addr(to)); err != nil {
		return text(err)
	}
	msg := &wsa.Msg{Buffers: [][]byte{make([]byte, 9)}, Control: make([]byte, 200), ControlLen: 200}
	var n uint32
	err := e.b.WSARecvMsg(s, msg, &n, nil, nil)
	return text(err, n, msg.Flags, msg.Control[:msg.ControlLen])
}

// group is ip_mreq of 224.1.2.3.
var group = []byte{224, 1, 2, 3, 0, 0, 0, 0}

// routed puts a router between the two hosts.
func (e *env) routed() {
	hosts := e.w.Hosts()
	e.w.SetRoute(hosts[0], hosts[1], netip.MustParseAddr("10.1.0.1"), netip.MustParseAddr("10.1.0.2"))
}

// receives is a proof by what a datagram brings the receiver.
func receives(level string) proof {
	return bool01(func(e *env, set setter) string {
		if level == "6" {
			s, u := e.udp6(e.b), e.udp6(e.a)
			ok(e, e.b.Bind(s, addr("[::]:53")))
			set(e.b, s)
			return e.datagramTo(s, u, "[fd00::2]:53")
		}
		s, u := e.bound(), e.udp(e.a)
		set(e.b, s)
		return e.datagramTo(s, u, "10.0.0.2:53")
	})
}

func (e *env) udp6(t *sim.Thread) wsa.SOCKET {
	e.Helper()
	return must[wsa.SOCKET](e)(t.Socket(wsa.AF_INET6, wsa.SOCK_DGRAM, 0))
}

// reaches is a proof by whether a datagram gets past two routers.
func reaches(off, on uint32, to string) proof {
	return proof{off, on, func(e *env, set setter) string {
		e.routed()
		s, u := e.bound(), e.udp(e.a)
		ok(e, e.b.Setsockopt(s, wsa.IPPROTO_IP, wsa.IP_ADD_MEMBERSHIP, group))
		if netip.MustParseAddrPort(to).Addr().Is6() {
			s, u = e.udp6(e.b), e.udp6(e.a)
			ok(e, e.b.Bind(s, addr("[::]:53")))
			ok(e, e.b.Setsockopt(s, wsa.IPPROTO_IPV6, wsa.IPV6_ADD_MEMBERSHIP, append(netip.MustParseAddr("ff05::1").AsSlice(), 0, 0, 0, 0)))
		}
		set(e.a, u)
		return e.datagramTo(s, u, to)
	}}
}

// dies is a proof by when a connection whose peer is cut off is found dead.
func dies(off, on uint32, before ...[2]int32) proof {
	return proof{off, on, func(e *env, set setter) string {
		c, _ := e.pair()
		for _, o := range before {
			ok(e, e.a.Setsockopt(c, o[0], o[1], opt(1)))
		}
		set(e.a, c)
		e.w.Partition([]*sim.Host{e.w.Hosts()[0]})
		ok(e, e.a.Setsockopt(c, wsa.SOL_SOCKET, wsa.SO_RCVTIMEO, dword(20*3600*1000)))
		_, err := e.a.Recv(c, make([]byte, 9), 0)
		return text(err, e.w.Now())
	}}
}

func dword(v uint32) []byte { return binary.LittleEndian.AppendUint32(nil, v) }

var keepAliveOn = [2]int32{wsa.SOL_SOCKET, wsa.SO_KEEPALIVE}

// exclusive is a proof by whether a second socket may have a port.
func exclusive(e *env, set setter) string {
	s, other := e.tcp(e.a), e.tcp(e.a)
	set(e.a, s)
	set(e.a, other)
	ok(e, e.a.Bind(s, addr("0.0.0.0:80")))
	return text(e.a.Bind(other, addr("0.0.0.0:80")), e.a.Bind(e.tcp(e.a), addr("10.0.0.1:80")))
}

// proofs has one for each option that is simulated and a number. Those that are
// structures have tests of their own, named in provedElsewhere.
var proofs = map[optionKey]proof{
	{wsa.SOL_SOCKET, wsa.SO_REUSEADDR}:        bool01(exclusive),
	{wsa.SOL_SOCKET, wsa.SO_EXCLUSIVEADDRUSE}: bool01(exclusive),
	{wsa.SOL_SOCKET, wsa.SO_BROADCAST}: bool01(func(e *env, set setter) string {
		u := e.udp(e.a)
		set(e.a, u)
		return text(second(e.a.Sendto(u, []byte("x"), 0, addr("255.255.255.255:9"))))
	}),
	{wsa.SOL_SOCKET, wsa.SO_LINGER}: {0, 1, func(e *env, set setter) string { // on, with 0 seconds
		c, s := e.pair()
		set(e.a, c)
		ok(e, e.a.Closesocket(c))
		return text(second(e.b.Recv(s, make([]byte, 9), 0)))
	}},
	{wsa.SOL_SOCKET, wsa.SO_DONTLINGER}: bool01(func(e *env, set setter) string {
		c, s := e.pair()
		ok(e, e.a.Setsockopt(c, wsa.SOL_SOCKET, wsa.SO_LINGER, []byte{1, 0, 0, 0}))
		set(e.a, c)
		ok(e, e.a.Closesocket(c))
		return text(second(e.b.Recv(s, make([]byte, 9), 0)))
	}),
	{wsa.SOL_SOCKET, wsa.SO_OOBINLINE}: bool01(func(e *env, set setter) string {
		c, s := e.pair()
		set(e.b, s)
		e.send(e.a, c, "!", wsa.MSG_OOB)
		b, m := e.nread(e.b, s)
		return text(b, m)
	}),
	{wsa.SOL_SOCKET, wsa.SO_SNDBUF}: {0, 200000, func(e *env, set setter) string {
		c, _ := e.pair()
		set(e.a, c)
		e.nonblocking(e.a, c)
		e.send(e.a, c, string(make([]byte, 100000)), 0)
		return text(second(e.a.Send(c, []byte("x"), 0)))
	}},
	{wsa.SOL_SOCKET, wsa.SO_RCVBUF}: {10, 1000, func(e *env, set setter) string {
		s, u := e.bound(), e.udp(e.a)
		set(e.b, s)
		for range 9 {
			must[int](e)(e.a.Sendto(u, make([]byte, 9), 0, addr("10.0.0.2:53")))
		}
		var n uint32
		ok(e, e.b.Ioctlsocket(s, wsa.FIONREAD, &n))
		return text(n)
	}},
	{wsa.SOL_SOCKET, wsa.SO_RCVTIMEO}: {5, 50, func(e *env, set setter) string {
		s := e.bound()
		set(e.b, s)
		return text(second(e.b.Recv(s, make([]byte, 9), 0)), e.w.Now())
	}},
	{wsa.SOL_SOCKET, wsa.SO_SNDTIMEO}: {5, 50, func(e *env, set setter) string {
		c, _ := e.pair()
		set(e.a, c)
		e.send(e.a, c, string(make([]byte, 300000)), 0)
		return text(second(e.a.Send(c, []byte("x"), 0)), e.w.Now())
	}},
	{wsa.SOL_SOCKET, wsa.SO_OPENTYPE}: {0, wsa.SO_SYNCHRONOUS_NONALERT, func(e *env, set setter) string {
		set(e.a, 0)
		_, _, err := e.ioctl(e.a, e.udp(e.a), 0xdeadbeef, nil, 0, new(wsa.Overlapped))
		return text(err) // an unknown code is pending on an overlapped socket (UI3)
	}},
	{wsa.SOL_SOCKET, wsa.SO_ERROR}: {0, 5, func(e *env, set setter) string {
		// A connect that fails in the background stores its error over it.
		s := e.tcp(e.a)
		set(e.a, s)
		_, before, _ := e.get(e.a, s, wsa.SOL_SOCKET, wsa.SO_ERROR, 4)
		return text(before)
	}},
	{wsa.SOL_SOCKET, wsa.SO_PAUSE_ACCEPT}: bool01(func(e *env, set setter) string {
		set(e.b, e.listener())
		return text(e.a.Connect(e.tcp(e.a), addr("10.0.0.2:80")))
	}),
	{wsa.SOL_SOCKET, wsa.SO_RANDOMIZE_PORT}: bool01(func(e *env, set setter) string {
		s := e.tcp(e.a)
		set(e.a, s)
		return text(e.a.Setsockopt(s, wsa.SOL_SOCKET, wsa.SO_REUSE_UNICASTPORT, opt(1)))
	}),
	{wsa.SOL_SOCKET, wsa.SO_REUSE_UNICASTPORT}: bool01(func(e *env, set setter) string {
		s := e.tcp(e.a)
		set(e.a, s)
		return text(e.a.Setsockopt(s, wsa.SOL_SOCKET, wsa.SO_RANDOMIZE_PORT, opt(1)))
	}),
	{wsa.SOL_SOCKET, wsa.SO_KEEPALIVE}:   dies(0, 1),
	{wsa.IPPROTO_TCP, wsa.TCP_KEEPALIVE}: dies(60, 600, keepAliveOn),
	{wsa.IPPROTO_TCP, wsa.TCP_KEEPCNT}:   dies(3, 30, keepAliveOn),
	{wsa.IPPROTO_TCP, wsa.TCP_KEEPINTVL}: dies(1, 20, keepAliveOn),
	{wsa.IPPROTO_TCP, wsa.TCP_MAXRT}: {3, 0xFFFFFFFF, func(e *env, set setter) string {
		c, _ := e.pair()
		set(e.a, c)
		e.w.Partition([]*sim.Host{e.w.Hosts()[0]})
		e.send(e.a, c, "x", 0)
		ok(e, e.a.Setsockopt(c, wsa.SOL_SOCKET, wsa.SO_RCVTIMEO, dword(3600*1000)))
		return text(second(e.a.Recv(c, make([]byte, 9), 0)), e.w.Now())
	}},
	{wsa.IPPROTO_TCP, wsa.TCP_TIMESTAMPS}: bool01(func(e *env, set setter) string {
		c, _ := e.pair()
		set(e.a, c)
		return text(e.tcpInfo(e.a, c).TimestampsEnabled)
	}),
	{wsa.IPPROTO_TCP, wsa.TCP_EXPEDITED_1122}: bool01(func(e *env, set setter) string {
		s := e.tcp(e.a)
		set(e.a, s)
		_, v, _ := e.get(e.a, s, wsa.IPPROTO_TCP, wsa.TCP_BSDURGENT, 4)
		return text(v)
	}),
	{wsa.IPPROTO_TCP, wsa.TCP_BSDURGENT}: bool01(func(e *env, set setter) string {
		s := e.tcp(e.a)
		set(e.a, s)
		_, v, _ := e.get(e.a, s, wsa.IPPROTO_TCP, wsa.TCP_EXPEDITED_1122, 4)
		return text(v)
	}),
	{wsa.IPPROTO_TCP, wsa.TCP_FAIL_CONNECT_ON_ICMP_ERROR}: bool01(func(e *env, set setter) string {
		e.routed()
		e.listener()
		c := e.tcp(e.a)
		ok(e, e.a.Setsockopt(c, wsa.IPPROTO_IP, wsa.IP_TTL, opt(1)))
		set(e.a, c)
		err := e.a.Connect(c, addr("10.0.0.2:80"))
		none := int32(0)
		e.fails("no room", e.a.Getsockopt(c, wsa.IPPROTO_TCP, wsa.TCP_ICMP_ERROR_INFO, []byte{}, &none), wsa.WSAEFAULT)
		n, info, _ := e.get(e.a, c, wsa.IPPROTO_TCP, wsa.TCP_ICMP_ERROR_INFO, 36)
		return text(err, n, info[4:8])
	}),
	{wsa.IPPROTO_UDP, wsa.UDP_SEND_MSG_SIZE}: {0, 2, func(e *env, set setter) string {
		s, u := e.bound(), e.udp(e.a)
		set(e.a, u)
		must[int](e)(e.a.Sendto(u, []byte("12345"), 0, addr("10.0.0.2:53")))
		return text(must[int](e)(e.b.Recv(s, make([]byte, 9), 0)))
	}},
	{wsa.IPPROTO_IP, wsa.IP_TTL}:              reaches(2, 3, "10.0.0.2:53"),
	{wsa.IPPROTO_IP, wsa.IP_MULTICAST_TTL}:    reaches(2, 3, "224.1.2.3:53"),
	{wsa.IPPROTO_IPV6, wsa.IPV6_UNICAST_HOPS}: reaches(2, 3, "[fd00::2]:53"),
	{wsa.IPPROTO_IPV6, wsa.IPV6_MULTICAST_HOPS}: reaches(2, 3,
		"[ff05::1]:53"),
	{wsa.IPPROTO_IP, wsa.IP_TOS}: {0, 8, func(e *env, set setter) string {
		s, u := e.bound(), e.udp(e.a)
		set(e.a, u)
		ok(e, e.b.Setsockopt(s, wsa.IPPROTO_IP, wsa.IP_RECVTOS, opt(1)))
		return e.datagramTo(s, u, "10.0.0.2:53")
	}},
	{wsa.IPPROTO_IP, wsa.IP_MULTICAST_LOOP}: bool01(func(e *env, set setter) string {
		s := e.bound()
		ok(e, e.b.Setsockopt(s, wsa.IPPROTO_IP, wsa.IP_ADD_MEMBERSHIP, group))
		set(e.b, s)
		e.nonblocking(e.b, s)
		must[int](e)(e.b.Sendto(e.udp(e.b), []byte("x"), 0, addr("224.1.2.3:53")))
		return text(second(e.b.Recv(s, make([]byte, 9), 0)))
	}),
	{wsa.IPPROTO_IPV6, wsa.IPV6_MULTICAST_LOOP}: bool01(func(e *env, set setter) string {
		s := e.udp6(e.b)
		ok(e, e.b.Bind(s, addr("[::]:53")))
		ok(e, e.b.Setsockopt(s, wsa.IPPROTO_IPV6, wsa.IPV6_ADD_MEMBERSHIP, append(netip.MustParseAddr("ff05::1").AsSlice(), 0, 0, 0, 0)))
		set(e.b, s)
		e.nonblocking(e.b, s)
		must[int](e)(e.b.Sendto(e.udp6(e.b), []byte("x"), 0, addr("[ff05::1]:53")))
		return text(second(e.b.Recv(s, make([]byte, 9), 0)))
	}),
	{wsa.IPPROTO_IP, wsa.IP_RECEIVE_BROADCAST}: bool01(func(e *env, set setter) string {
		s, u := e.bound(), e.udp(e.a)
		set(e.b, s)
		ok(e, e.a.Setsockopt(u, wsa.SOL_SOCKET, wsa.SO_BROADCAST, opt(1)))
		return e.datagramTo(s, u, "255.255.255.255:53")
	}),
	{wsa.IPPROTO_IP, wsa.IP_PKTINFO}:        receives("4"),
	{wsa.IPPROTO_IP, wsa.IP_RECVTTL}:        receives("4"),
	{wsa.IPPROTO_IP, wsa.IP_RECVTOS}:        receives("4"),
	{wsa.IPPROTO_IP, wsa.IP_RECVIF}:         receives("4"),
	{wsa.IPPROTO_IP, wsa.IP_RECVECN}:        receives("4"),
	{wsa.IPPROTO_IP, wsa.IP_IFLIST}:         receives("4"), // the list is empty
	{wsa.IPPROTO_IPV6, wsa.IPV6_PKTINFO}:    receives("6"),
	{wsa.IPPROTO_IPV6, wsa.IPV6_HOPLIMIT}:   receives("6"),
	{wsa.IPPROTO_IPV6, wsa.IPV6_RECVTCLASS}: receives("6"),
	{wsa.IPPROTO_IPV6, wsa.IPV6_RECVIF}:     receives("6"),
	{wsa.IPPROTO_IPV6, wsa.IPV6_V6ONLY}: bool01(func(e *env, set setter) string {
		s := e.udp6(e.b)
		set(e.b, s)
		ok(e, e.b.Bind(s, addr("[::]:53")))
		return e.datagramTo(s, e.udp(e.a), "10.0.0.2:53")
	}),
}

// provedElsewhere are the simulated options that are structures, with the tests
// that show what they do.
var provedElsewhere = map[optionKey]string{
	{wsa.SOL_SOCKET, wsa.SO_UPDATE_ACCEPT_CONTEXT}:  "TestExtensionFacts",
	{wsa.SOL_SOCKET, wsa.SO_UPDATE_CONNECT_CONTEXT}: "TestExtensionFacts",
	{wsa.IPPROTO_IP, wsa.IP_ADD_MEMBERSHIP}:         "TestGroups",
	{wsa.IPPROTO_IP, wsa.IP_DROP_MEMBERSHIP}:        "TestGroups",
	{wsa.IPPROTO_IP, wsa.IP_ADD_SOURCE_MEMBERSHIP}:  "TestGroups",
	{wsa.IPPROTO_IP, wsa.IP_DROP_SOURCE_MEMBERSHIP}: "TestGroups",
	{wsa.IPPROTO_IP, wsa.IP_BLOCK_SOURCE}:           "TestGroups",
	{wsa.IPPROTO_IP, wsa.IP_UNBLOCK_SOURCE}:         "TestGroups",
	{wsa.IPPROTO_IPV6, wsa.IPV6_ADD_MEMBERSHIP}:     "TestGroups",
	{wsa.IPPROTO_IPV6, wsa.IPV6_DROP_MEMBERSHIP}:    "TestGroups",
	{wsa.IPPROTO_IP, wsa.IP_ADD_IFLIST}:             "TestInterfaceLists",
	{wsa.IPPROTO_IP, wsa.IP_DEL_IFLIST}:             "TestInterfaceLists",
	{wsa.IPPROTO_IP, wsa.IP_HDRINCL}:                "TestRawSockets",
	{wsa.IPPROTO_IPV6, wsa.IPV6_HDRINCL}:            "TestRawSockets",
}

// TestOptionStatuses proves the status of every option of the table.
func TestOptionStatuses(t *testing.T) {
	for _, o := range sim.Options() {
		t.Run(fmt.Sprintf("%s/%s", wsa.FormatConstant(wsa.KindLevel, int64(o.Level)), wsa.FormatConstant(wsa.OptionKind(o.Level), int64(o.Name))), func(t *testing.T) {
			w, a, b := pair(t, sim.Config{Clock: sim.VirtualTime})
			e := &env{t, w, a, b}
			switch o.Status {
			case "simulated":
				e.simulates(optionKey{o.Level, o.Name})
			case "stored":
				e.stores(o)
			case "read only":
				e.onlyReads(o)
			case "rejected":
				e.rejects(o)
			case "not simulated":
				e.cannot(o)
			default:
				t.Errorf("status %q", o.Status)
			}
		})
	}
}

func (e *env) simulates(key optionKey) {
	p, is := proofs[key]
	if !is {
		if provedElsewhere[key] == "" {
			e.Error("nothing proves it")
		}
		return
	}
	observe := func(v uint32) string {
		w, a, b := pair(e.T, sim.Config{Clock: sim.VirtualTime})
		return p.run(&env{e.T, w, a, b}, func(t *sim.Thread, s wsa.SOCKET) { ok(e, t.Setsockopt(s, key.level, key.name, dword(v))) })
	}
	if off, on := observe(p.off), observe(p.on); off == on {
		e.Errorf("it makes no difference: %s", off)
	}
}

// holders are sockets of every kind, and a member of a group; an option belongs to some
// of them.
func (e *env) holders() (list []wsa.SOCKET) {
	for _, family := range []int32{wsa.AF_INET, wsa.AF_INET6} {
		for _, typ := range []int32{wsa.SOCK_STREAM, wsa.SOCK_DGRAM} {
			list = append(list, must[wsa.SOCKET](e)(e.a.Socket(family, typ, 0)))
		}
	}
	return append(list, e.member(e.a, wsa.SG_UNCONSTRAINED_GROUP))
}

// stores: some value other than the default reads back.
func (e *env) stores(o sim.OptionStatus) {
	for _, s := range e.holders() {
		for _, v := range []uint32{1, 0, 3, 10} {
			n, before, err := e.get(e.a, s, o.Level, o.Name, 40)
			if err != nil || e.a.Setsockopt(s, o.Level, o.Name, dword(v)) != nil {
				continue
			}
			m, after, err := e.get(e.a, s, o.Level, o.Name, 40)
			ok(e, err)
			if string(before[:n]) != string(after[:m]) && string(after[:m]) == string(dword(v)[:m]) {
				return
			}
		}
	}
	e.Error("nothing else reads back")
}

func (e *env) onlyReads(o sim.OptionStatus) {
	read := false
	c, _ := e.pair() // some exist on a connection only
	for _, s := range append(e.holders(), c) {
		_, _, err := e.get(e.a, s, o.Level, o.Name, 700)
		read = read || err == nil
		if e.a.Setsockopt(s, o.Level, o.Name, dword(1)) == nil {
			e.Error("it can be set")
		}
	}
	if o.Name == wsa.IP_GET_IFLIST || o.Name == wsa.IPV6_MTU {
		read = true // needs IP_IFLIST on, see TestInterfaceLists; a connection over IPv6
	}
	if !read {
		e.Error("it cannot be read")
	}
}

func (e *env) rejects(o sim.OptionStatus) {
	if o.Reason == "" {
		e.Error("no reason")
	}
	for _, s := range e.holders() {
		_, _, err := e.get(e.a, s, o.Level, o.Name, 40)
		set := e.a.Setsockopt(s, o.Level, o.Name, dword(1))
		for _, err := range []error{err, set} {
			if err != wsa.WSAEINVAL && err != wsa.WSAENOPROTOOPT {
				e.Errorf("%v", err)
			}
		}
	}
}

func (e *env) cannot(o sim.OptionStatus) {
	var not *sim.NotSimulatedError
	for _, s := range e.holders() {
		_, _, err := e.get(e.a, s, o.Level, o.Name, 40)
		if o.Reason == "" || !errors.As(err, &not) || !errors.As(e.a.Setsockopt(s, o.Level, o.Name, dword(1)), &not) {
			e.Errorf("%v, reason %q", err, o.Reason)
		}
	}
}

// source is ip_mreq_source of 224.1.2.3 and a source.
func source(a string) []byte {
	return append(append([]byte{224, 1, 2, 3}, netip.MustParseAddr(a).AsSlice()...), 0, 0, 0, 0)
}

func TestGroups(t *testing.T) {
	hears := func(e *env, s wsa.SOCKET, want bool) {
		e.Helper()
		must[int](e)(e.a.Sendto(e.udp(e.a), []byte("x"), 0, addr("224.1.2.3:53")))
		if _, err := e.b.Recv(s, make([]byte, 9), 0); (err == nil) != want {
			e.Errorf("it receives: %v", err)
		}
	}
	set := func(e *env, s wsa.SOCKET, name int32, val []byte) error {
		return e.b.Setsockopt(s, wsa.IPPROTO_IP, name, val)
	}
	showFacts(t, []fact{
		{"any source, and blocking one", func(e *env) {
			s := e.bound()
			e.nonblocking(e.b, s)
			hears(e, s, false)
			e.fails("block in no group", set(e, s, wsa.IP_BLOCK_SOURCE, source("10.0.0.1")), wsa.WSAEINVAL)
			ok(e, set(e, s, wsa.IP_ADD_MEMBERSHIP, group))
			e.fails("again", set(e, s, wsa.IP_ADD_MEMBERSHIP, group), wsa.WSAEINVAL)
			e.fails("by source", set(e, s, wsa.IP_ADD_SOURCE_MEMBERSHIP, source("10.0.0.1")), wsa.WSAEINVAL)
			hears(e, s, true)
			ok(e, set(e, s, wsa.IP_BLOCK_SOURCE, source("10.0.0.1")))
			e.fails("block again", set(e, s, wsa.IP_BLOCK_SOURCE, source("10.0.0.1")), wsa.WSAEADDRNOTAVAIL)
			hears(e, s, false)
			ok(e, set(e, s, wsa.IP_UNBLOCK_SOURCE, source("10.0.0.1")))
			e.fails("not blocked", set(e, s, wsa.IP_UNBLOCK_SOURCE, source("10.0.0.1")), wsa.WSAEADDRNOTAVAIL)
			hears(e, s, true)
			ok(e, set(e, s, wsa.IP_DROP_MEMBERSHIP, group))
			e.fails("no member", set(e, s, wsa.IP_DROP_MEMBERSHIP, group), wsa.WSAEADDRNOTAVAIL)
			hears(e, s, false)
		}},
		{"some sources only", func(e *env) {
			s := e.bound()
			e.nonblocking(e.b, s)
			ok(e, set(e, s, wsa.IP_ADD_SOURCE_MEMBERSHIP, source("10.0.0.9")))
			hears(e, s, false)
			ok(e, set(e, s, wsa.IP_ADD_SOURCE_MEMBERSHIP, source("10.0.0.1")))
			e.fails("again", set(e, s, wsa.IP_ADD_SOURCE_MEMBERSHIP, source("10.0.0.1")), wsa.WSAEADDRNOTAVAIL)
			hears(e, s, true)
			ok(e, set(e, s, wsa.IP_DROP_SOURCE_MEMBERSHIP, source("10.0.0.1")))
			hears(e, s, false)
			ok(e, set(e, s, wsa.IP_DROP_SOURCE_MEMBERSHIP, source("10.0.0.9")))
			e.fails("no member", set(e, s, wsa.IP_DROP_SOURCE_MEMBERSHIP, source("10.0.0.9")), wsa.WSAEADDRNOTAVAIL)
			ok(e, set(e, s, wsa.IP_ADD_MEMBERSHIP, group))
		}},
		{"what is wrong with the structures", func(e *env) {
			s := e.bound()
			e.fails("short", set(e, s, wsa.IP_ADD_MEMBERSHIP, group[:7]), wsa.WSAEFAULT)
			e.fails("no group", set(e, s, wsa.IP_ADD_MEMBERSHIP, []byte{10, 0, 0, 1, 0, 0, 0, 0}), wsa.WSAEINVAL)
			e.fails("no interface", set(e, s, wsa.IP_ADD_MEMBERSHIP, []byte{224, 1, 2, 3, 10, 9, 9, 9}), wsa.WSAEADDRNOTAVAIL)
			e.fails("no index", set(e, s, wsa.IP_ADD_MEMBERSHIP, []byte{224, 1, 2, 3, 0, 0, 0, 99}), wsa.WSAEADDRNOTAVAIL)
			ok(e, set(e, s, wsa.IP_ADD_MEMBERSHIP, []byte{224, 1, 2, 3, 10, 0, 0, 2}))
			e.fails("no source", set(e, s, wsa.IP_BLOCK_SOURCE, source("224.0.0.1")), wsa.WSAEINVAL)
			e.fails("stream", set(e, e.tcp(e.b), wsa.IP_ADD_MEMBERSHIP, group), wsa.WSAEINVAL)
			s6 := e.udp6(e.b)
			mreq := append(netip.MustParseAddr("ff05::1").AsSlice(), 99, 0, 0, 0)
			e.fails("no index", e.b.Setsockopt(s6, wsa.IPPROTO_IPV6, wsa.IPV6_ADD_MEMBERSHIP, mreq), wsa.WSAEADDRNOTAVAIL)
			mreq[16] = 2
			ok(e, e.b.Setsockopt(s6, wsa.IPPROTO_IPV6, wsa.IPV6_ADD_MEMBERSHIP, mreq))
			ok(e, e.b.Setsockopt(s6, wsa.IPPROTO_IPV6, wsa.IPV6_DROP_MEMBERSHIP, mreq))
		}},
	})
}

func TestInterfaceLists(t *testing.T) {
	showFacts(t, []fact{{"IP_IFLIST, IP_ADD_IFLIST, IP_DEL_IFLIST, IP_GET_IFLIST", func(e *env) {
		s, u := e.bound(), e.udp(e.a)
		set := func(name int32, v uint32) error { return e.b.Setsockopt(s, wsa.IPPROTO_IP, name, dword(v)) }
		e.fails("off", set(wsa.IP_ADD_IFLIST, 2), wsa.WSAEINVAL)
		_, _, err := e.get(e.b, s, wsa.IPPROTO_IP, wsa.IP_GET_IFLIST, 40)
		e.fails("off", err, wsa.WSAEINVAL)
		ok(e, set(wsa.IP_IFLIST, 1))
		none := e.datagramTo(s, u, "10.0.0.2:53")
		ok(e, set(wsa.IP_ADD_IFLIST, 2))
		e.fails("again", set(wsa.IP_ADD_IFLIST, 2), wsa.WSAEINVAL)
		e.fails("no such interface", set(wsa.IP_ADD_IFLIST, 9), wsa.WSAEINVAL)
		n, list, err := e.get(e.b, s, wsa.IPPROTO_IP, wsa.IP_GET_IFLIST, 40)
		ok(e, err)
		wants(e, "list", string(list[:n]), string(dword(2)))
		if e.datagramTo(s, u, "10.0.0.2:53") == none {
			t.Error("nothing arrives over a listed interface")
		}
		ok(e, set(wsa.IP_DEL_IFLIST, 2))
		wants(e, "what arrives", e.datagramTo(s, u, "10.0.0.2:53"), none)
	}}})
}

// tcpInfo is SIO_TCP_INFO of version 1.
func (e *env) tcpInfo(t *sim.Thread, s wsa.SOCKET) (info wsa.TCPInfo) {
	e.Helper()
	n, out, err := e.ioctl(t, s, wsa.SIO_TCP_INFO, dword(1), wsa.TCPInfoV1Size, nil)
	ok(e, err)
	wants(e, "size", n, wsa.TCPInfoV1Size)
	ok(e, info.UnmarshalBinary(out))
	return info
}

func TestTCPInfo(t *testing.T) {
	showFacts(t, []fact{
		{"buffers and versions", func(e *env) {
			c, _ := e.pair()
			n, out, err := e.ioctl(e.a, c, wsa.SIO_TCP_INFO, dword(0), 88, nil)
			ok(e, err)
			var info wsa.TCPInfo
			ok(e, info.UnmarshalBinaryV0(out))
			wants(e, "size and state", text(n, info.State), text(88, wsa.TCPState(wsa.TCPSTATE_ESTABLISHED)))
			for what, in := range map[string][]byte{"no input": nil, "short": {0, 0}, "long": make([]byte, 5)} {
				_, _, err = e.ioctl(e.a, c, wsa.SIO_TCP_INFO, in, 88, nil)
				e.fails(what, err, wsa.WSAEMSGSIZE)
			}
			n, _, err = e.ioctl(e.a, c, wsa.SIO_TCP_INFO, dword(1), 135, nil)
			e.fails("small output", err, wsa.WSAEINVAL)
			wants(e, "count", n, 0)
			_, _, err = e.ioctl(e.a, c, wsa.SIO_TCP_INFO, dword(2), 136, nil)
			e.fails("version", err, wsa.WSAEINVAL)
			_, _, err = e.ioctl(e.a, e.udp(e.a), wsa.SIO_TCP_INFO, dword(0), 88, nil)
			e.fails("datagram", err, wsa.WSAEINVAL)
		}},
		{"values", func(e *env) {
			hosts := e.w.Hosts()
			l := e.listener()
			wants(e, "listening", e.tcpInfo(e.b, l).State, wsa.TCPSTATE_LISTEN)
			e.w.SetLinks(hosts[0], hosts[1], sim.Link{Latency: 10 * time.Millisecond})
			c := e.connects()
			s := must[wsa.SOCKET](e)(e.b.Accept(l, nil, nil))
			e.send(e.a, c, "12345", 0)
			i := e.tcpInfo(e.a, c)
			wants(e, "client", text(i.State, i.Mss, i.RttUs, i.BytesInFlight, i.BytesOut, i.BytesIn, i.SynRetrans), text(wsa.TCPState(wsa.TCPSTATE_ESTABLISHED), 1460, 20000, 5, 5, 0, 0))
			must[int](e)(e.b.Recv(s, make([]byte, 9), 0))
			i = e.tcpInfo(e.b, s)
			wants(e, "server", text(i.BytesIn, i.ConnectionTimeMs >= 10), text(5, true))
			ok(e, e.a.Shutdown(c, wsa.SD_SEND))
			wants(e, "FIN under way", e.tcpInfo(e.a, c).State, wsa.TCPSTATE_FIN_WAIT_1)
			must[int](e)(e.b.Recv(s, make([]byte, 9), 0))
			i = e.tcpInfo(e.a, c)
			wants(e, "closed for sending", text(i.State, i.BytesOut), text(wsa.TCPState(wsa.TCPSTATE_FIN_WAIT_2), 5))
			i = e.tcpInfo(e.b, s)
			wants(e, "its peer", text(i.State, i.BytesIn), text(wsa.TCPState(wsa.TCPSTATE_CLOSE_WAIT), 5))
		}},
	})
}

func TestKeepAlive(t *testing.T) {
	cut := func(e *env) { e.w.Partition([]*sim.Host{e.w.Hosts()[0]}) }
	vals := func(e *env, s wsa.SOCKET, on, idle, interval uint32) {
		in := append(append(dword(on), dword(idle)...), dword(interval)...)
		_, _, err := e.ioctl(e.a, s, wsa.SIO_KEEPALIVE_VALS, in, 0, nil)
		ok(e, err)
	}
	showFacts(t, []fact{
		{"a dead peer: calls in progress WSAENETRESET, later ones WSAENOTCONN", func(e *env) {
			c, _ := e.pair()
			vals(e, c, 1, 60_000, 1000)
			cut(e)
			_, err := e.a.Recv(c, make([]byte, 9), 0)
			e.fails("in progress", err, wsa.WSAENETRESET)
			wants(e, "time", e.w.Now(), 70*time.Second)
			e.fails("later", second(e.a.Recv(c, make([]byte, 9), 0)), wsa.WSAENOTCONN)
			e.fails("later", second(e.a.Send(c, []byte("x"), 0)), wsa.WSAENOTCONN)
		}},
		{"probes that are answered begin the idle time anew", func(e *env) {
			c, _ := e.pair()
			vals(e, c, 1, 60_000, 1000)
			ok(e, e.w.Sleep(90*time.Second))
			cut(e)
			_, err := e.a.Recv(c, make([]byte, 9), 0)
			e.fails("in progress", err, wsa.WSAENETRESET)
			wants(e, "time", e.w.Now(), 130*time.Second)
		}},
		{"a partition that heals in time does no harm, and nobody waits for ever unseen", func(e *env) {
			c, _ := e.pair()
			vals(e, c, 1, 60_000, 1000)
			cut(e)
			ok(e, e.w.Sleep(65*time.Second))
			e.w.Heal()
			var dead *sim.DeadlockError
			if _, err := e.a.Recv(c, make([]byte, 9), 0); !errors.As(err, &dead) {
				t.Errorf("got %v", err)
			}
		}},
		{"a peer that is gone resets", func(e *env) {
			c, s := e.pair()
			vals(e, c, 1, 60_000, 1000)
			cut(e)
			e.reset(e.b, s)
			ok(e, e.w.Sleep(50*time.Second)) // the reset is lost
			e.w.Heal()
			_, err := e.a.Recv(c, make([]byte, 9), 0)
			e.fails("in progress", err, wsa.WSAECONNRESET)
			wants(e, "time", e.w.Now(), 60*time.Second)
		}},
		{"an accepted socket inherits it", func(e *env) {
			l := e.tcp(e.b)
			ok(e, e.b.Setsockopt(l, wsa.SOL_SOCKET, wsa.SO_KEEPALIVE, opt(1)))
			ok(e, e.b.Bind(l, addr("0.0.0.0:80")))
			ok(e, e.b.Listen(l, 5))
			e.connects()
			s := must[wsa.SOCKET](e)(e.b.Accept(l, nil, nil))
			cut(e)
			_, err := e.b.Recv(s, make([]byte, 9), 0)
			e.fails("in progress", err, wsa.WSAENETRESET)
			wants(e, "time", e.w.Now(), 2*time.Hour+10*time.Second)
		}},
	})
}

// TestListsAreComplete: every option and every control code of the headers has
// its status, and each status prints by name.
func TestListsAreComplete(t *testing.T) {
	options, codes := make(map[optionKey]bool), make(map[uint32]bool)
	for _, o := range sim.Options() {
		options[optionKey{o.Level, o.Name}] = true
		if text := o.String(); !strings.Contains(text, "_") || !strings.Contains(text, o.Status) || !strings.Contains(text, o.Reason) {
			t.Errorf("%d %d prints as %q", o.Level, o.Name, text)
		}
	}
	for _, c := range sim.Ioctls() {
		codes[c.Code] = true
		if text := c.String(); !strings.HasPrefix(text, "SIO") && !strings.HasPrefix(text, "FIO") || !strings.Contains(text, c.Status) || !strings.Contains(text, c.Reason) {
			t.Errorf("%#x prints as %q", c.Code, text)
		}
	}
	for _, c := range wsa.Constants() {
		if c.Kind == wsa.KindIoctl && !codes[uint32(c.Value)] {
			t.Errorf("%s has no status", c.Name)
		}
		for _, level := range []int32{wsa.SOL_SOCKET, wsa.IPPROTO_TCP, wsa.IPPROTO_UDP, wsa.IPPROTO_IP, wsa.IPPROTO_IPV6} {
			if c.Kind == wsa.OptionKind(level) && !options[optionKey{level, int32(uint32(c.Value))}] {
				t.Errorf("%s has no status", c.Name)
			}
		}
	}
}

// TestCountsOfControlCodes: what an overlapped code does not store stays as it
// was, whatever that is, and a handle is the one that was asked.
func TestCountsOfControlCodes(t *testing.T) {
	w, a, _ := pair(t, sim.Config{Clock: sim.VirtualTime, Trace: func(*trace.Record) {}})
	e := &env{t, w, a, nil}
	s := e.tcp(a)
	for _, before := range []uint32{0, 5, 1 << 31} {
		n := before
		ok(e, a.WSAIoctl(s, wsa.SIO_KEEPALIVE_VALS, make([]byte, 12), nil, &n, new(wsa.Overlapped), nil))
		wants(e, "count", n, before)
	}
	info := make([]byte, wsa.ProtocolInfoSize)
	ok(e, a.WSADuplicateSocket(s, a.GetCurrentProcessId(), info))
	d := must[wsa.SOCKET](e)(a.WSASocket(0, 0, 0, info, 0, 0))
	for _, h := range []wsa.SOCKET{s, d} {
		_, out, err := e.ioctl(a, h, wsa.SIO_BASE_HANDLE, nil, 8, nil)
		ok(e, err)
		wants(e, "handle", wsa.SOCKET(binary.LittleEndian.Uint64(out)), h)
	}
}

func TestMoreIoctls(t *testing.T) {
	showFacts(t, []fact{
		{"FIONREAD leaves out what came from others before the socket was connected", func(e *env) {
			s, u := e.bound(), e.udp(e.a)
			must[int](e)(e.a.Sendto(u, []byte("hello"), 0, addr("10.0.0.2:53")))
			var n uint32
			ok(e, e.b.Ioctlsocket(s, wsa.FIONREAD, &n))
			wants(e, "before", n, 5)
			ok(e, e.b.Connect(s, addr("10.0.0.1:60002")))
			ok(e, e.b.Ioctlsocket(s, wsa.FIONREAD, &n))
			wants(e, "connected", n, 0)
			wants(e, "poll", e.poll(e.b, s)&wsa.POLLIN, 0)
		}},
		{"every code ends in a Winsock error or says that it is not simulated", func(e *env) {
			for _, row := range sim.Ioctls() {
				_, _, err := e.ioctl(e.a, e.udp(e.a), row.Code, make([]byte, 64), 64, nil)
				var not *sim.NotSimulatedError
				switch {
				case row.Code == wsa.SIO_ADDRESS_LIST_CHANGE || row.Code == wsa.SIO_ROUTING_INTERFACE_CHANGE || row.Code == wsa.SIO_IDEAL_SEND_BACKLOG_CHANGE:
				case (row.Status == "not simulated") != errors.As(err, &not), (row.Reason == "") != (row.Status == "simulated"):
					t.Errorf("%#x, %s (%s): %v", row.Code, row.Status, row.Reason, err)
				case row.Status == "rejected" && err != wsa.WSAENOPROTOOPT && err != wsa.WSAEOPNOTSUPP:
					t.Errorf("%#x: %v", row.Code, err)
				}
			}
		}},
		{"SIO_TCP_INITIAL_RTO", func(e *env) {
			c := e.tcp(e.a)
			_, _, err := e.ioctl(e.a, c, wsa.SIO_TCP_INITIAL_RTO, []byte{100, 0, 1, 0}, 0, nil)
			ok(e, err)
			e.fails("connect", e.a.Connect(c, addr("10.0.0.99:80")), wsa.WSAETIMEDOUT)
			wants(e, "time", e.w.Now(), 300*time.Millisecond)
		}},
		{"SIO_MULTICAST_SCOPE, SIO_MULTIPOINT_LOOPBACK", func(e *env) {
			u := e.udp(e.a)
			_, _, err := e.ioctl(e.a, u, wsa.SIO_MULTICAST_SCOPE, dword(7), 0, nil)
			ok(e, err)
			_, v, _ := e.get(e.a, u, wsa.IPPROTO_IP, wsa.IP_MULTICAST_TTL, 4)
			wants(e, "scope", v[0], 7)
			_, _, err = e.ioctl(e.a, u, wsa.SIO_MULTIPOINT_LOOPBACK, dword(0), 0, nil)
			ok(e, err)
			_, v, _ = e.get(e.a, u, wsa.IPPROTO_IP, wsa.IP_MULTICAST_LOOP, 4)
			wants(e, "loopback", v[0], 0)
		}},
		{"SIO_BSP_HANDLE_POLL, SIO_CPU_AFFINITY, SIO_RCVALL", func(e *env) {
			_, _, err := e.ioctl(e.a, e.tcp(e.a), wsa.SIO_BSP_HANDLE_POLL, nil, 8, new(wsa.Overlapped))
			e.fails("overlapped", err, wsa.WSAEFAULT)
			_, _, err = e.ioctl(e.b, e.bound(), wsa.SIO_CPU_AFFINITY, []byte{1, 0}, 0, nil)
			e.fails("bound", err, wsa.WSAEINVAL)
			root := e.admin()
			_, _, err = e.ioctl(root, e.raw(root, wsa.AF_INET), wsa.SIO_RCVALL, dword(1), 0, nil)
			e.fails("ICMP", err, wsa.WSAEINVAL)
		}},
	})
}

func TestSocketFlags(t *testing.T) {
	const leaves = wsa.WSA_FLAG_MULTIPOINT_C_LEAF | wsa.WSA_FLAG_MULTIPOINT_D_LEAF
	var not *sim.NotSimulatedError
	showFacts(t, []fact{{"WSASocket", func(e *env) {
		make := func(flags uint32) error {
			return second(e.a.WSASocket(wsa.AF_INET, wsa.SOCK_DGRAM, 0, nil, 0, flags))
		}
		for _, flags := range []uint32{0, wsa.WSA_FLAG_OVERLAPPED, wsa.WSA_FLAG_NO_HANDLE_INHERIT, wsa.WSA_FLAG_REGISTERED_IO, leaves} {
			ok(e, make(flags))
		}
		for _, flags := range []uint32{wsa.WSA_FLAG_MULTIPOINT_C_ROOT, wsa.WSA_FLAG_MULTIPOINT_D_ROOT | wsa.WSA_FLAG_MULTIPOINT_C_ROOT, wsa.WSA_FLAG_MULTIPOINT_C_LEAF, 0x8000} {
			e.fails("flags", make(flags), wsa.WSAEINVAL)
		}
		if err := make(wsa.WSA_FLAG_ACCESS_SYSTEM_SECURITY); !errors.As(err, &not) {
			t.Errorf("got %v", err)
		}
	}}})
}
