package sim_test

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"testing"
	"time"

	"wsasim/sim"
	"wsasim/wsa"
)

// admin is a thread of an administrator on the client.
func (e *env) admin() *sim.Thread {
	t := e.a.Process().Host().NewProcess(sim.ProcessConfig{Admin: true}).NewThread()
	ok(e, t.WSAStartup(0x0202, new(wsa.WSADATA)))
	return t
}

func (e *env) raw(t *sim.Thread, family int32) wsa.SOCKET {
	e.Helper()
	proto := int32(wsa.IPPROTO_ICMP)
	if family == wsa.AF_INET6 {
		proto = wsa.IPPROTO_ICMPV6
	}
	s := must[wsa.SOCKET](e)(t.Socket(family, wsa.SOCK_RAW, proto))
	e.nonblocking(t, s)
	return s
}

// onesComplement is RFC 1071's checksum, written another way than the
// simulator's.
func onesComplement(b []byte) uint16 {
	sum := uint64(0)
	for i := range b {
		sum += uint64(b[i]) << (8 * uint(1-i%2))
	}
	for sum > 0xFFFF {
		sum = sum>>16 + sum&0xFFFF
	}
	return ^uint16(sum)
}

// echoRequest is an ICMP echo request with its checksum.
func echoRequest(data string) []byte {
	m := append([]byte{8, 0, 0, 0, 0, 7, 0, 9}, data...)
	binary.BigEndian.PutUint16(m[2:], onesComplement(m))
	return m
}

// arrives receives on a raw socket.
func (e *env) arrives(t *sim.Thread, s wsa.SOCKET) (packet []byte, from netip.AddrPort) {
	e.Helper()
	buf, name, n := make([]byte, 1000), make([]byte, 28), int32(28)
	k, err := t.Recvfrom(s, buf, 0, name, &n)
	if err != nil {
		e.Fatalf("nothing arrived: %v", err)
	}
	return buf[:k], must[netip.AddrPort](e)(wsa.ParseSockaddr(name[:n]))
}

func (e *env) quiet(t *sim.Thread, s wsa.SOCKET) {
	e.Helper()
	_, err := t.Recv(s, make([]byte, 100), 0)
	e.fails("nothing is there", err, wsa.WSAEWOULDBLOCK)
}

func TestRawSockets(t *testing.T) {
	to := addr("10.0.0.2:0")
	showFacts(t, []fact{
		{"an echo comes back behind the IP header", func(e *env) {
			root := e.admin()
			s := e.raw(root, wsa.AF_INET)
			e.fails("unbound", second(root.Recv(s, make([]byte, 9), 0)), wsa.WSAEINVAL)
			must[int](e)(root.Sendto(s, echoRequest("ping"), 0, to))
			p, from := e.arrives(root, s)
			wants(e, "source", from, netip.MustParseAddrPort("10.0.0.2:0"))
			wants(e, "version, length", [2]int{int(p[0]), int(binary.BigEndian.Uint16(p[2:]))}, [2]int{0x45, 32})
			wants(e, "hop limit, protocol", [2]byte{p[8], p[9]}, [2]byte{128, 1})
			wants(e, "header checksum", onesComplement(p[:20]), 0)
			wants(e, "message", string(p[20:22])+string(p[24:]), "\x00\x00\x00\x07\x00\x09ping")
			wants(e, "checksum", onesComplement(p[20:]), 0)
			e.quiet(root, s)
		}},
		{"every raw socket that fits gets a copy", func(e *env) {
			root := e.admin()
			all, bound, elsewhere, peer, stranger := e.raw(root, wsa.AF_INET), e.raw(root, wsa.AF_INET), e.raw(root, wsa.AF_INET), e.raw(root, wsa.AF_INET), e.raw(root, wsa.AF_INET)
			ok(e, root.Bind(all, addr("0.0.0.0:0")))
			ok(e, root.Bind(bound, addr("10.0.0.1:0")))
			ok(e, root.Bind(elsewhere, addr("127.0.0.1:0")))
			ok(e, root.Connect(peer, to))
			ok(e, root.Connect(stranger, addr("10.0.0.9:0")))
			must[int](e)(root.Sendto(all, echoRequest(""), 0, to))
			for _, s := range []wsa.SOCKET{all, bound, peer} {
				e.arrives(root, s)
			}
			e.quiet(root, elsewhere)
			var n uint32
			ok(e, root.Ioctlsocket(stranger, wsa.FIONREAD, &n)) // before a receive looks at sources
			wants(e, "queued from another than the peer", n, 0)
			e.quiet(root, stranger)
			must[int](e)(root.Send(peer, echoRequest(""), 0))
			e.arrives(root, peer)
			// On the host itself the request arrives too.
			must[int](e)(root.Sendto(elsewhere, echoRequest(""), 0, addr("127.0.0.1:0")))
			for _, typ := range []byte{8, 0} {
				p, _ := e.arrives(root, elsewhere)
				wants(e, "type", p[20], typ)
			}
		}},
		{"IPv6: the stack's checksum, and no header", func(e *env) {
			root := e.admin()
			s := e.raw(root, wsa.AF_INET6)
			must[int](e)(root.Sendto(s, []byte{128, 0, 0, 0, 0, 1, 0, 2, 'x'}, 0, addr("[fd00::2]:0")))
			p, from := e.arrives(root, s)
			wants(e, "source", from, netip.MustParseAddrPort("[fd00::2]:0"))
			wants(e, "message", string(p[:2])+string(p[4:]), "\x81\x00\x00\x01\x00\x02x")
			pseudo := append(append(netip.MustParseAddr("fd00::2").AsSlice(), netip.MustParseAddr("fd00::1").AsSlice()...), 0, 0, 0, 9, 0, 0, 0, 58)
			wants(e, "checksum", onesComplement(append(pseudo, p...)), 0)
		}},
		{"a wrong checksum, nobody there, and too short a message", func(e *env) {
			root := e.admin()
			s := e.raw(root, wsa.AF_INET)
			must[int](e)(root.Sendto(s, []byte{8, 0, 0, 0, 0, 0, 0, 0}, 0, to))
			must[int](e)(root.Sendto(s, echoRequest(""), 0, addr("10.0.0.77:0")))
			must[int](e)(root.Sendto(s, []byte{8}, 0, to))
			e.quiet(root, s)
		}},
		{"IP_HDRINCL: the program's own header", func(e *env) {
			root := e.admin()
			s := e.raw(root, wsa.AF_INET)
			ok(e, root.Setsockopt(s, wsa.IPPROTO_IP, wsa.IP_HDRINCL, opt(1)))
			header := append([]byte{0x45, 0, 0, 0, 0, 5, 0, 0, 33, 1, 0, 0, 0, 0, 0, 0}, 10, 0, 0, 2)
			must[int](e)(root.Sendto(s, append(header, echoRequest("own")...), 0, to))
			p, _ := e.arrives(root, s)
			wants(e, "data", string(p[28:]), "own")
			var not *sim.NotSimulatedError
			if _, err := root.Sendto(s, echoRequest("own"), 0, to); !errors.As(err, &not) {
				t.Errorf("without a header: %v", err)
			}
		}},
		{"errors", func(e *env) {
			root := e.admin()
			s := e.raw(root, wsa.AF_INET)
			e.fails("no peer", second(root.Send(s, echoRequest(""), 0)), wsa.WSAENOTCONN)
			e.fails("broadcast", second(root.Sendto(s, echoRequest(""), 0, addr("255.255.255.255:0"))), wsa.WSAEACCES)
			e.fails("too large", second(root.Sendto(s, make([]byte, 65468), 0, to)), wsa.WSAEMSGSIZE)
			e.fails("listen", root.Listen(s, 1), wsa.WSAEOPNOTSUPP)
			must[int](e)(root.Sendto(s, echoRequest("a longer one"), 0, to))
			e.fails("cut", second(root.Recv(s, make([]byte, 10), 0)), wsa.WSAEMSGSIZE)
			e.fails("without rights", second(e.a.Socket(wsa.AF_INET, wsa.SOCK_RAW, wsa.IPPROTO_ICMP)), wsa.WSAEACCES)
			e.fails("without rights", second(e.a.Socket(wsa.AF_INET, wsa.SOCK_RAW, 200)), wsa.WSAEACCES)
			e.fails("no such protocol", second(root.Socket(wsa.AF_INET, wsa.SOCK_RAW, 256)), wsa.WSAEPROTONOSUPPORT)
			var not *sim.NotSimulatedError
			root.WSASetLastError(5)
			for what, err := range map[string]error{
				"another protocol": second(root.Socket(wsa.AF_INET, wsa.SOCK_RAW, wsa.IPPROTO_UDP)),
				"another message":  second(root.Sendto(s, []byte{13, 0, 0, 0, 0, 0, 0, 0}, 0, to)),
				"multicast":        second(root.Sendto(s, echoRequest(""), 0, addr("224.0.0.1:0"))),
			} {
				if !errors.As(err, &not) {
					t.Errorf("%s: %v", what, err)
				}
			}
			wants(e, "last error", root.WSAGetLastError(), 5)
		}},
		{"latency, loss and control messages", func(e *env) {
			root := e.admin()
			s := must[wsa.SOCKET](e)(root.Socket(wsa.AF_INET, wsa.SOCK_RAW, wsa.IPPROTO_ICMP))
			hosts := e.w.Hosts()
			e.w.SetLinks(hosts[0], hosts[1], sim.Link{Latency: 30 * time.Millisecond})
			ok(e, root.Setsockopt(s, wsa.SOL_SOCKET, wsa.SO_RCVTIMEO, opt(100)))
			ok(e, root.Setsockopt(s, wsa.IPPROTO_IP, wsa.IP_RECVTTL, opt(1)))
			must[int](e)(root.Sendto(s, echoRequest(""), 0, to))
			msg := &wsa.Msg{Buffers: [][]byte{make([]byte, 99)}, Control: make([]byte, 99), ControlLen: 99}
			var n uint32
			ok(e, root.WSARecvMsg(s, msg, &n, nil, nil))
			wants(e, "time", e.w.Now(), 60*time.Millisecond)
			control := must[[]wsa.ControlMessage](e)(wsa.ParseControl(msg.Control[:msg.ControlLen]))
			wants(e, "hop limit", control[0].Data[0], 128)
			e.w.SetLinks(hosts[0], hosts[1], sim.Link{Loss: 1})
			must[int](e)(root.Sendto(s, echoRequest(""), 0, to))
			e.fails("lost", second(root.Recv(s, make([]byte, 99), 0)), wsa.WSAETIMEDOUT)
		}},
	})
}

func TestRouters(t *testing.T) {
	routed := func(e *env) {
		hosts := e.w.Hosts()
		e.w.SetRoute(hosts[0], hosts[1], netip.MustParseAddr("10.1.0.1"), netip.MustParseAddr("10.1.0.2"))
	}
	showFacts(t, []fact{
		{"a hop limit ends at a router, which says so", func(e *env) {
			routed(e)
			root := e.admin()
			s := e.raw(root, wsa.AF_INET)
			for hops, want := range []string{"10.1.0.1:0", "10.1.0.2:0", "10.0.0.2:0"} {
				ok(e, root.Setsockopt(s, wsa.IPPROTO_IP, wsa.IP_TTL, opt(byte(hops+1))))
				must[int](e)(root.Sendto(s, echoRequest("quoted only in part"), 0, addr("10.0.0.2:0")))
				p, from := e.arrives(root, s)
				wants(e, "source", from, netip.MustParseAddrPort(want))
				if hops < 2 {
					wants(e, "type", p[20], 11)
					wants(e, "quoted", string(p[28+20:]), string(echoRequest("quoted only in part")[:8]))
				}
			}
		}},
		{"datagrams: WSAENETRESET, unless SIO_UDP_NETRESET says no", func(e *env) {
			routed(e)
			root := e.admin()
			watch, u := e.raw(root, wsa.AF_INET), e.udp(e.a)
			ok(e, root.Bind(watch, addr("0.0.0.0:0")))
			e.nonblocking(e.a, u)
			ok(e, e.a.Setsockopt(u, wsa.IPPROTO_IP, wsa.IP_TTL, opt(2)))
			must[int](e)(e.a.Sendto(u, []byte("x"), 0, addr("10.0.0.2:53")))
			e.fails("exceeded", second(e.a.Recv(u, make([]byte, 9), 0)), wsa.WSAENETRESET)
			p, _ := e.arrives(root, watch)
			wants(e, "type, destination port", [2]int{int(p[20]), int(binary.BigEndian.Uint16(p[28+22:]))}, [2]int{11, 53})
			_, _, err := e.ioctl(e.a, u, wsa.SIO_UDP_NETRESET, opt(0), 0, nil)
			ok(e, err)
			must[int](e)(e.a.Sendto(u, []byte("x"), 0, addr("10.0.0.2:53")))
			e.quiet(e.a, u)
			// The port is closed: with a hop limit that is large enough that is
			// what comes back.
			ok(e, e.a.Setsockopt(u, wsa.IPPROTO_IP, wsa.IP_TTL, opt(3)))
			must[int](e)(e.a.Sendto(u, []byte("x"), 0, addr("10.0.0.2:53")))
			e.fails("unreachable", second(e.a.Recv(u, make([]byte, 9), 0)), wsa.WSAECONNRESET)
			e.arrives(root, watch)
			p, _ = e.arrives(root, watch)
			wants(e, "type and code", [2]byte{p[20], p[21]}, [2]byte{3, 3})
		}},
		{"what arrives has fewer hops left", func(e *env) {
			routed(e)
			s, u := e.bound(), e.udp(e.a)
			ok(e, e.b.Setsockopt(s, wsa.IPPROTO_IP, wsa.IP_RECVTTL, opt(1)))
			must[int](e)(e.a.Sendto(u, []byte("x"), 0, addr("10.0.0.2:53")))
			msg := &wsa.Msg{Buffers: [][]byte{make([]byte, 9)}, Control: make([]byte, 99), ControlLen: 99}
			var n uint32
			ok(e, e.b.WSARecvMsg(s, msg, &n, nil, nil))
			control := must[[]wsa.ControlMessage](e)(wsa.ParseControl(msg.Control[:msg.ControlLen]))
			wants(e, "hop limit", control[0].Data[0], 126)
		}},
	})
}

// second is the error of a call that gives something besides.
func second[T any](_ T, err error) error { return err }
