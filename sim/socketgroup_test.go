package sim_test

import (
	"encoding/binary"
	"testing"
	"time"

	"wsasim/sim"
	"wsasim/wsa"
)

const (
	loose  = wsa.SG_UNCONSTRAINED_GROUP
	strict = wsa.SG_CONSTRAINED_GROUP
)

// makes makes a socket of a family and type in a group.
func makes(t *sim.Thread, af, typ int32, group uint32) (wsa.SOCKET, error) {
	return t.WSASocket(af, typ, 0, nil, group, wsa.WSA_FLAG_OVERLAPPED)
}

// member makes a stream in a group.
func (e *env) member(t *sim.Thread, group uint32) wsa.SOCKET {
	e.Helper()
	return must[wsa.SOCKET](e)(makes(t, wsa.AF_INET, wsa.SOCK_STREAM, group))
}

// group reads SO_GROUP_ID.
func (e *env) group(t *sim.Thread, s wsa.SOCKET) uint32 {
	e.Helper()
	n, val, err := e.get(t, s, wsa.SOL_SOCKET, wsa.SO_GROUP_ID, 8)
	ok(e, err)
	wants(e, "its length", n, 4)
	info, _ := t.SocketInfo(s)
	wants(e, "what SocketInfo says", info.Group, binary.LittleEndian.Uint32(val))
	return info.Group
}

// listens makes a listener of the server's at a port.
func (e *env) listens(port string) wsa.SOCKET {
	e.Helper()
	l := e.tcp(e.b)
	ok(e, e.b.Bind(l, addr("0.0.0.0:"+port)))
	ok(e, e.b.Listen(l, 5))
	return l
}

func TestSocketGroups(t *testing.T) {
	showFacts(t, []fact{
		{"numbers count up, and are those of the members", func(e *env) {
			s, other := e.member(e.a, loose), e.member(e.a, strict)
			wants(e, "first", e.group(e.a, s), 3)
			wants(e, "second", e.group(e.a, other), 4)
			wants(e, "a member", e.group(e.a, e.member(e.a, 3)), 3)
			wants(e, "none", e.group(e.a, e.tcp(e.a)), 0)
			wants(e, "of another host", e.group(e.b, e.member(e.b, strict)), 3)
			e.fails("set", e.a.Setsockopt(s, wsa.SOL_SOCKET, wsa.SO_GROUP_ID, dword(4)), wsa.WSAENOPROTOOPT)
			_, _, err := e.get(e.a, s, wsa.SOL_SOCKET, wsa.SO_GROUP_ID, 2)
			e.fails("no room", err, wsa.WSAEFAULT)
		}},
		{"an unconstrained group takes every kind, a constrained one streams", func(e *env) {
			e.member(e.a, loose)
			e.member(e.a, strict)
			for _, k := range [][2]int32{{wsa.AF_INET, wsa.SOCK_STREAM}, {wsa.AF_INET6, wsa.SOCK_STREAM}, {wsa.AF_INET, wsa.SOCK_DGRAM}, {wsa.AF_INET6, wsa.SOCK_DGRAM}} {
				_, err := makes(e.a, k[0], k[1], 3)
				ok(e, err)
				for _, group := range []uint32{strict, 4} {
					if _, err = makes(e.a, k[0], k[1], group); k[1] == wsa.SOCK_STREAM {
						ok(e, err)
					} else {
						e.fails("a datagram socket", err, wsa.WSAEINVAL)
					}
				}
			}
			_, err := makes(e.a, wsa.AF_INET, wsa.SOCK_STREAM, 77)
			e.fails("no such group", err, wsa.WSAEINVAL)
		}},
		{"a group is its host's, and ends with its last member", func(e *env) {
			s := e.member(e.a, strict)
			_, err := makes(e.b, wsa.AF_INET, wsa.SOCK_STREAM, 3)
			e.fails("another host", err, wsa.WSAEINVAL)
			p := e.a.Process().Host().NewProcess(sim.ProcessConfig{}).NewThread()
			ok(e, p.WSAStartup(0x0202, new(wsa.WSADATA)))
			m := e.member(p, 3)
			info := make([]byte, wsa.ProtocolInfoSize)
			ok(e, p.WSADuplicateSocket(m, e.a.GetCurrentProcessId(), info))
			d := must[wsa.SOCKET](e)(e.a.WSASocket(wsa.FROM_PROTOCOL_INFO, wsa.FROM_PROTOCOL_INFO, wsa.FROM_PROTOCOL_INFO, info, loose, 0))
			wants(e, "another descriptor is in the same group", e.group(e.a, d), 3)
			ok(e, e.a.Closesocket(s))
			ok(e, p.Closesocket(m))
			ok(e, e.a.Closesocket(e.member(e.a, 3)))
			ok(e, e.a.Closesocket(d))
			_, err = makes(e.a, wsa.AF_INET, wsa.SOCK_STREAM, 3)
			e.fails("over", err, wsa.WSAEINVAL)
			wants(e, "the next", e.group(e.a, e.member(e.a, loose)), 4)
		}},
		{"members of a constrained group are connected to one address", func(e *env) {
			listening(e.T, e.b, 50)
			e.listens("81")
			s := e.member(e.a, strict)
			ok(e, e.a.Connect(s, addr("10.0.0.2:80")))
			for _, away := range []string{"10.0.0.1:80", "127.0.0.1:80", "10.0.0.9:80"} {
				m := e.member(e.a, 3)
				e.fails("connect", e.a.Connect(m, addr(away)), wsa.WSAEINVAL)
				e.fails("WSAConnect", e.a.WSAConnect(m, addr(away), nil, nil, nil, nil), wsa.WSAEINVAL)
				ok(e, e.a.Bind(m, addr("0.0.0.0:0")))
				e.fails("ConnectEx", e.a.ConnectEx(m, addr(away), nil, nil, new(wsa.Overlapped)), wsa.WSAEINVAL)
				e.nonblocking(e.a, m)
				e.fails("nonblocking", e.a.Connect(m, addr(away)), wsa.WSAEINVAL)
				e.fails("to the address", e.a.Connect(m, addr("10.0.0.2:80")), wsa.WSAEWOULDBLOCK)
			}
			ok(e, e.a.Connect(e.member(e.a, 3), addr("10.0.0.2:81")))
			six := must[wsa.SOCKET](e)(makes(e.a, wsa.AF_INET6, wsa.SOCK_STREAM, 3))
			ok(e, e.a.Setsockopt(six, wsa.IPPROTO_IPV6, wsa.IPV6_V6ONLY, dword(0)))
			e.fails("another family", e.a.Connect(six, addr("[fd00::2]:80")), wsa.WSAEINVAL)
			ok(e, e.a.Connect(six, addr("[::ffff:10.0.0.2]:80")))
			last := e.member(e.a, 3)
			ok(e, e.a.Closesocket(s))
			e.fails("when it is closed", e.a.Connect(last, addr("10.0.0.1:80")), wsa.WSAEINVAL)
			free, way := e.member(e.a, loose), e.member(e.a, 4)
			ok(e, e.a.Connect(free, addr("10.0.0.2:80")))
			e.fails("an unconstrained one", e.a.Connect(way, addr("10.0.0.1:80")), wsa.WSAECONNREFUSED)
		}},
		{"an attempt counts as long as it goes on", func(e *env) {
			hosts := e.w.Hosts()
			e.w.SetLink(hosts[0], hosts[1], sim.Link{Latency: time.Second})
			s, m := e.member(e.a, strict), e.member(e.a, 3)
			e.nonblocking(e.a, s)
			e.fails("connect", e.a.Connect(s, addr("10.0.0.2:80")), wsa.WSAEWOULDBLOCK)
			e.fails("elsewhere", e.a.Connect(m, addr("10.0.0.1:80")), wsa.WSAEINVAL)
			e.a.SleepEx(60_000, false)
			e.fails("after it", e.a.Connect(m, addr("10.0.0.1:80")), wsa.WSAECONNREFUSED)
		}},
		{"SO_GROUP_PRIORITY", func(e *env) {
			priority := func(s wsa.SOCKET) string {
				_, val, err := e.get(e.a, s, wsa.SOL_SOCKET, wsa.SO_GROUP_PRIORITY, 4)
				return text(val, err)
			}
			set := func(s wsa.SOCKET, v []byte) error { return e.a.Setsockopt(s, wsa.SOL_SOCKET, wsa.SO_GROUP_PRIORITY, v) }
			s, m, none := e.member(e.a, loose), e.member(e.a, 3), e.tcp(e.a)
			wants(e, "at first", priority(s), text(dword(0), nil))
			ok(e, set(s, dword(7)))
			wants(e, "set", priority(s), text(dword(7), nil))
			wants(e, "another member", priority(m), text(dword(0), nil))
			e.fails("negative", set(s, dword(1<<31)), wsa.WSAEINVAL)
			e.fails("short", set(s, []byte{1, 0}), wsa.WSAEFAULT)
			e.fails("no group", set(none, dword(1)), wsa.WSAENOPROTOOPT)
			_, _, err := e.get(e.a, none, wsa.SOL_SOCKET, wsa.SO_GROUP_PRIORITY, 4)
			e.fails("no group", err, wsa.WSAENOPROTOOPT)
		}},
		{"the condition function of WSAAccept names a group", func(e *env) {
			l := e.listener()
			accept := func(group uint32, answer int32) (wsa.SOCKET, error) {
				return e.b.WSAAccept(l, nil, nil, func(o *wsa.Offer) int32 { o.Group = group; return answer })
			}
			e.connects()
			s := must[wsa.SOCKET](e)(accept(strict, wsa.CF_ACCEPT))
			wants(e, "a new one", e.group(e.b, s), 3)
			e.fails("as the accepted connection", e.b.Connect(e.member(e.b, 3), addr("10.0.0.2:9")), wsa.WSAEINVAL)
			e.connects()
			wants(e, "join", e.group(e.b, must[wsa.SOCKET](e)(accept(3, wsa.CF_ACCEPT))), 3)
			e.connects()
			_, err := accept(9, wsa.CF_ACCEPT)
			e.fails("no such group", err, wsa.WSAEINVAL)
			_, err = accept(9, wsa.CF_DEFER)
			e.fails("deferred", err, wsa.WSATRY_AGAIN)
			wants(e, "the connection has stayed", e.group(e.b, must[wsa.SOCKET](e)(accept(0, wsa.CF_ACCEPT))), 0)
			far := e.member(e.b, strict)
			e.nonblocking(e.b, far)
			e.fails("a group that leads elsewhere", e.b.Connect(far, addr("10.0.0.9:9")), wsa.WSAEWOULDBLOCK)
			e.connects()
			_, err = accept(e.group(e.b, far), wsa.CF_ACCEPT)
			e.fails("joins", err, wsa.WSAEINVAL)
		}},
		{"accepted sockets are in no group", func(e *env) {
			l := e.member(e.b, strict)
			ok(e, e.b.Bind(l, addr("0.0.0.0:80")))
			ok(e, e.b.Listen(l, 5))
			e.connects()
			wants(e, "group", e.group(e.b, must[wsa.SOCKET](e)(e.b.Accept(l, nil, nil))), 0)
		}},
		{"AcceptEx connects a member", func(e *env) {
			l, s := e.listener(), e.member(e.b, strict)
			e.fails("AcceptEx", e.b.AcceptEx(l, s, make([]byte, 64), 0, 32, 32, nil, new(wsa.Overlapped)), wsa.WSA_IO_PENDING)
			e.connects()
			e.b.SleepEx(1, false)
			e.fails("elsewhere", e.b.Connect(e.member(e.b, 3), addr("10.0.0.2:9")), wsa.WSAEINVAL)
		}},
	})
}
