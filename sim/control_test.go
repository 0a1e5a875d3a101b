package sim_test

import (
	"encoding/binary"
	"testing"

	"wsasim/sim"
	"wsasim/wsa"
)

func (e *env) ioctl(t *sim.Thread, s wsa.SOCKET, code uint32, in []byte, room int, ov *wsa.Overlapped) (uint32, []byte, error) {
	n, out := uint32(0xdeadbeef), make([]byte, room)
	err := t.WSAIoctl(s, code, in, out, &n, ov, nil)
	return n, out, err
}

func (e *env) get(t *sim.Thread, s wsa.SOCKET, level, name int32, room int) (int32, []byte, error) {
	val, n := make([]byte, room), int32(room)
	err := t.Getsockopt(s, level, name, val, &n)
	return n, val, err
}

func (e *env) nread(t *sim.Thread, s wsa.SOCKET) (bytes, mark uint32) {
	e.Helper()
	ok(e, t.Ioctlsocket(s, wsa.FIONREAD, &bytes))
	ok(e, t.Ioctlsocket(s, wsa.SIOCATMARK, &mark))
	return bytes, mark
}

func TestUrgentFacts(t *testing.T) {
	state := func(e *env, s wsa.SOCKET, what string, bytes, mark uint32) {
		e.Helper()
		b, m := e.nread(e.b, s)
		wants(e, what, [2]uint32{b, m}, [2]uint32{bytes, mark})
	}
	showFacts(t, []fact{
		{"IO7 IO8 IO9 SB3 urgent bytes stand outside, and all are kept", func(e *env) {
			c, s := e.pair()
			e.send(e.a, c, "hello", 0)
			state(e, s, "normal data", 5, 1)
			e.send(e.a, c, "1", wsa.MSG_OOB)
			state(e, s, "one", 5, 0)
			wants(e, "poll", e.poll(e.b, s)&wsa.POLLIN, wsa.POLLRDNORM|wsa.POLLRDBAND)
			wants(e, "select", e.ready(e.b, s), "rwx")
			e.send(e.a, c, "2", wsa.MSG_OOB)
			state(e, s, "two", 5, 0)
			buf := make([]byte, 9)
			must[int](e)(e.b.Recv(s, buf[:2], 0))
			state(e, s, "part was read (SB3)", 3, 0)
			for _, want := range "12" {
				must[int](e)(e.b.Recv(s, buf, wsa.MSG_OOB))
				wants(e, "byte", rune(buf[0]), want)
			}
			state(e, s, "read", 3, 1)
			_, err := e.b.Recv(s, buf, wsa.MSG_OOB)
			e.fails("none", err, wsa.WSAEINVAL)
		}},
		{"IO11 SO_OOBINLINE turned on later", func(e *env) {
			c, s := e.pair()
			e.send(e.a, c, "1", wsa.MSG_OOB)
			ok(e, e.b.Setsockopt(s, wsa.SOL_SOCKET, wsa.SO_OOBINLINE, opt(1)))
			state(e, s, "inline", 1, 0)
			buf := make([]byte, 9)
			wants(e, "received", must[int](e)(e.b.Recv(s, buf, 0)), 1)
			state(e, s, "read", 0, 1)
		}},
		{"IO12 SO_OOBINLINE before: normal data", func(e *env) {
			c, s := e.pair()
			ok(e, e.b.Setsockopt(s, wsa.SOL_SOCKET, wsa.SO_OOBINLINE, opt(1)))
			e.send(e.a, c, "1", wsa.MSG_OOB)
			state(e, s, "inline", 1, 1)
			wants(e, "poll", e.poll(e.b, s)&wsa.POLLIN, wsa.POLLRDNORM)
		}},
	})
}

func TestIoctlFacts(t *testing.T) {
	showFacts(t, []fact{
		{"IO3 IO5 FIONREAD and SIOCATMARK", func(e *env) {
			c, _ := e.pair()
			p := e.port(e.a, c, 3)
			for _, code := range []uint32{wsa.FIONREAD, wsa.SIOCATMARK} {
				n, _, err := e.ioctl(e.a, c, code, nil, 3, nil)
				e.fails("short", err, wsa.WSAEFAULT)
				wants(e, "count", n, 0xdeadbeef)
				ov := &wsa.Overlapped{Internal: 5, InternalHigh: 5}
				n, _, err = e.ioctl(e.a, c, code, nil, 4, ov)
				ok(e, err)
				wants(e, "count", n, 4)
				wants(e, "OVERLAPPED", *ov, wsa.Overlapped{})
				wants(e, "packet", take(e.a, p), got{nil, 0, 3, ov})
			}
		}},
		{"IO13 IO16 IO18 FIONBIO", func(e *env) {
			c, _ := e.pair()
			e.fails("no count", e.a.WSAIoctl(c, wsa.FIONBIO, opt(1), nil, nil, nil, nil), wsa.WSAEFAULT)
			e.fails("no count", e.a.WSAIoctl(c, wsa.FIONBIO, opt(1), nil, nil, new(wsa.Overlapped), nil), wsa.WSAEFAULT)
			p, ov := e.port(e.a, c, 3), new(wsa.Overlapped)
			_, _, err := e.ioctl(e.a, c, wsa.FIONBIO, opt(1), 0, ov)
			ok(e, err)
			wants(e, "packet", take(e.a, p), got{nil, 0, 3, ov})
			e.selects(e.a, c, wsa.FD_READ)
			n, _, err := e.ioctl(e.a, c, wsa.FIONBIO, opt(0), 0, nil)
			e.fails("event selection", err, wsa.WSAEINVAL)
			wants(e, "count", n, 0)
		}},
		{"KA1 KA2 KA3 KA6 KA7 SIO_KEEPALIVE_VALS", func(e *env) {
			c := e.tcp(e.a)
			n, _, err := e.ioctl(e.a, c, wsa.SIO_KEEPALIVE_VALS, nil, 0, nil)
			e.fails("no input", err, wsa.WSAEFAULT)
			wants(e, "count", n, 0)
			in := make([]byte, 12)
			e.fails("no count", e.a.WSAIoctl(c, wsa.SIO_KEEPALIVE_VALS, in, nil, nil, nil, nil), wsa.WSAEFAULT)
			n, _, err = e.ioctl(e.a, c, wsa.SIO_KEEPALIVE_VALS, in, 0, nil)
			ok(e, err)
			wants(e, "count", n, 0)
			p, ov := e.port(e.a, c, 3), new(wsa.Overlapped)
			n, _, err = e.ioctl(e.a, c, wsa.SIO_KEEPALIVE_VALS, in, 0, ov)
			ok(e, err)
			wants(e, "count", n, 0xdeadbeef)
			wants(e, "packet", take(e.a, p), got{nil, 0, 3, ov})
		}},
		{"UI1 UI3 codes that nobody knows", func(e *env) {
			c, _ := e.pair()
			p := e.port(e.a, c, 3)
			for _, code := range []uint32{0xdeadbeef, wsa.FIOASYNC, 0x667e, wsa.SIO_FLUSH} {
				e.fails("no count", e.a.WSAIoctl(c, code, nil, nil, nil, nil, nil), wsa.WSAEFAULT)
				ov := new(wsa.Overlapped)
				n, _, err := e.ioctl(e.a, c, code, nil, 0, ov)
				e.fails("overlapped", err, wsa.WSA_IO_PENDING)
				wants(e, "count", n, 0xdeadbeef)
				wants(e, "packet", take(e.a, p), got{wsa.ERROR_NOT_SUPPORTED, 0, 3, ov})
				wants(e, "Internal", ov.Internal, wsa.STATUS_NOT_SUPPORTED)
			}
		}},
		{"XF1 XF2 extension functions", func(e *env) {
			c := e.tcp(e.a)
			id := must[wsa.GUID](e)(wsa.ParseGUID(wsa.WSAID_ACCEPTEX))
			n, out, err := e.ioctl(e.a, c, wsa.SIO_GET_EXTENSION_FUNCTION_POINTER, id[:], 8, nil)
			ok(e, err)
			wants(e, "count", n, 8)
			wants(e, "pointer", binary.LittleEndian.Uint64(out) != 0, true)
			e.fails("no count", e.a.WSAIoctl(c, wsa.SIO_GET_EXTENSION_FUNCTION_POINTER, id[:], out, nil, nil, nil), wsa.WSAEFAULT)
			p, ov := e.port(e.a, c, 3), new(wsa.Overlapped)
			n, _, err = e.ioctl(e.a, c, wsa.SIO_GET_EXTENSION_FUNCTION_POINTER, id[:], 8, ov)
			ok(e, err)
			wants(e, "count", n, 8)
			wants(e, "packet", take(e.a, p), got{nil, 0, 3, ov})
		}},
		{"IB1 BH1 CQ1 small ones", func(e *env) {
			c, _ := e.pair()
			_, _, err := e.ioctl(e.a, e.tcp(e.a), wsa.SIO_IDEAL_SEND_BACKLOG_QUERY, nil, 4, nil)
			e.fails("unconnected", err, wsa.WSAENOTCONN)
			_, _, err = e.ioctl(e.a, e.udp(e.a), wsa.SIO_IDEAL_SEND_BACKLOG_QUERY, nil, 4, nil)
			e.fails("datagram", err, wsa.WSAEOPNOTSUPP)
			_, out, err := e.ioctl(e.a, c, wsa.SIO_IDEAL_SEND_BACKLOG_QUERY, nil, 4, nil)
			ok(e, err)
			wants(e, "backlog", binary.LittleEndian.Uint32(out), 0x10000)
			n, out, err := e.ioctl(e.a, c, wsa.SIO_BASE_HANDLE, nil, 8, nil)
			ok(e, err)
			wants(e, "size", n, 8)
			wants(e, "handle", wsa.SOCKET(binary.LittleEndian.Uint64(out)), c)
			_, _, err = e.ioctl(e.a, e.udp(e.a), wsa.SIO_ENABLE_CIRCULAR_QUEUEING, nil, 0, nil)
			ok(e, err)
		}},
		{"RQ2 RQ3 RQ4 RQ5 LQ5 routes and addresses", func(e *env) {
			s := e.udp(e.a)
			to := addr("127.0.0.1:0")
			n, _, err := e.ioctl(e.a, s, wsa.SIO_ROUTING_INTERFACE_QUERY, to[:15], 16, nil)
			e.fails("short", err, wsa.WSAEINVAL)
			wants(e, "count", n, 0xdeadbeef)
			_, _, err = e.ioctl(e.a, s, wsa.SIO_ROUTING_INTERFACE_QUERY, make([]byte, 16), 16, nil)
			e.fails("family", err, wsa.WSAEAFNOSUPPORT)
			_, _, err = e.ioctl(e.a, s, wsa.SIO_ROUTING_INTERFACE_QUERY, addr("0.0.0.0:0"), 16, nil)
			e.fails("zero", err, wsa.WSAEINVAL)
			n, _, err = e.ioctl(e.a, s, wsa.SIO_ROUTING_INTERFACE_QUERY, to, 15, nil)
			e.fails("no room", err, wsa.WSAEFAULT)
			wants(e, "needed", n, 16)
			p, ov := e.port(e.a, s, 3), new(wsa.Overlapped)
			n, _, err = e.ioctl(e.a, s, wsa.SIO_ROUTING_INTERFACE_QUERY, to, 16, ov)
			ok(e, err)
			wants(e, "count", n, 16)
			wants(e, "packet", take(e.a, p), got{nil, 0, 3, ov})
			n, out, err := e.ioctl(e.a, s, wsa.SIO_ADDRESS_LIST_QUERY, nil, 100, ov)
			ok(e, err)
			wants(e, "list", [2]uint32{n, binary.LittleEndian.Uint32(out)}, [2]uint32{8 + 32, 1})
			wants(e, "packet", take(e.a, p), got{nil, 0, 3, ov})
		}},
		{"AL1 IL1 IL2 IL3 codes that end later", func(e *env) {
			s := e.udp(e.a)
			p := e.port(e.a, s, 3)
			ov := new(wsa.Overlapped)
			_, _, err := e.ioctl(e.a, s, wsa.SIO_ADDRESS_LIST_CHANGE, nil, 0, ov)
			e.fails("change", err, wsa.WSA_IO_PENDING)
			e.nonblocking(e.a, s)
			_, _, err = e.ioctl(e.a, s, wsa.SIO_ADDRESS_LIST_CHANGE, nil, 0, nil)
			e.fails("change, nonblocking", err, wsa.WSAEWOULDBLOCK)
			n, _, err := e.ioctl(e.a, s, wsa.SIO_GET_INTERFACE_LIST, nil, 500, nil)
			ok(e, err)
			wants(e, "list", n, 2*76)
			n, _, err = e.ioctl(e.a, s, wsa.SIO_GET_INTERFACE_LIST, nil, 10, nil)
			e.fails("no room", err, wsa.WSAEFAULT)
			wants(e, "count", n, 0)
			ov2 := new(wsa.Overlapped)
			_, _, err = e.ioctl(e.a, s, wsa.SIO_GET_INTERFACE_LIST, nil, 500, ov2)
			e.fails("overlapped", err, wsa.WSA_IO_PENDING)
			wants(e, "packet", take(e.a, p), got{nil, 152, 3, ov2})
			_, _, err = e.ioctl(e.a, s, wsa.SIO_GET_INTERFACE_LIST, nil, 10, ov2)
			e.fails("overlapped", err, wsa.WSA_IO_PENDING)
			wants(e, "packet", take(e.a, p), got{wsa.ERROR_INSUFFICIENT_BUFFER, 0, 3, ov2})
			ok(e, e.a.Closesocket(s))
			wants(e, "packet", take(e.a, p), got{wsa.WSA_OPERATION_ABORTED, 0, 3, ov})
		}},
	})
}

func TestMessageFacts(t *testing.T) {
	showFacts(t, []fact{
		{"SM1 SM3 SM4 WSASendMsg", func(e *env) {
			u, msg, n := e.udp(e.a), &wsa.Msg{Name: addr("10.0.0.2:53"), Namelen: 16, Buffers: [][]byte{[]byte("hi")}}, uint32(0)
			e.fails("no socket", e.a.WSASendMsg(wsa.INVALID_SOCKET, msg, 0, &n, nil, nil), wsa.WSAENOTSOCK)
			e.fails("no message", e.a.WSASendMsg(u, nil, 0, &n, nil, nil), wsa.WSAEFAULT)
			name, nl := make([]byte, 16), int32(16)
			e.fails("not bound", e.a.Getsockname(u, name, &nl), wsa.WSAEINVAL)
			e.fails("no count", e.a.WSASendMsg(u, msg, 0, nil, nil, nil), wsa.WSAEFAULT)
			ok(e, e.a.Getsockname(u, name, &nl))
			ok(e, e.a.WSASendMsg(u, msg, 0, &n, nil, nil))
			wants(e, "bytes", n, 2)
		}},
		{"RM2 RM4 RM8 RM10 WSARecvMsg", func(e *env) {
			s, u := e.bound(), e.udp(e.a)
			send := func() { must[int](e)(e.a.Sendto(u, []byte("hello"), 0, addr("10.0.0.2:53"))) }
			buf, n := make([]byte, 9), uint32(0)
			msg := &wsa.Msg{Buffers: [][]byte{buf}}
			send()
			ok(e, e.b.WSARecvMsg(s, msg, &n, nil, nil))
			wants(e, "bytes", n, 5)
			ok(e, e.b.Setsockopt(s, wsa.IPPROTO_IP, wsa.IP_PKTINFO, opt(1)))
			send()
			n = 0
			e.fails("no room for control", e.b.WSARecvMsg(s, msg, &n, nil, nil), wsa.WSAEMSGSIZE)
			wants(e, "bytes (RM4)", n, 5)
			wants(e, "flags", msg.Flags, wsa.MSG_CTRUNC)
			ok(e, e.b.Setsockopt(s, wsa.IPPROTO_IP, wsa.IP_RECVTOS, opt(1)))
			p, ov := e.port(e.b, s, 3), new(wsa.Overlapped)
			msg = &wsa.Msg{Buffers: [][]byte{buf}, Control: make([]byte, 200), ControlLen: 200, Name: make([]byte, 16), Namelen: 16}
			e.fails("overlapped", e.b.WSARecvMsg(s, msg, nil, ov, nil), wsa.WSA_IO_PENDING)
			wants(e, "length meanwhile", msg.ControlLen, 200)
			send()
			wants(e, "packet", take(e.b, p), got{nil, 5, 3, ov})
			list := must[[]wsa.ControlMessage](e)(wsa.ParseControl(msg.Control[:msg.ControlLen]))
			wants(e, "messages", len(list), 2)
			wants(e, "address", [4]byte(list[0].Data[:4]), [4]byte{10, 0, 0, 2})
			wants(e, "type", list[1].Type, wsa.IP_TOS)
			wants(e, "from", msg.Name[4], 10)
		}},
		{"BC2 BC3 UD5 broadcast and multicast", func(e *env) {
			u := e.udp(e.a)
			ok(e, e.a.Connect(u, addr("255.255.255.255:53")))
			must[int](e)(e.a.Send(u, []byte("x"), 0))
			_, err := e.a.Sendto(u, []byte("x"), 0, addr("255.255.255.255:53"))
			e.fails("sendto", err, wsa.WSAEACCES)
			u6 := must[wsa.SOCKET](e)(e.a.Socket(wsa.AF_INET6, wsa.SOCK_DGRAM, 0))
			must[int](e)(e.a.Sendto(u6, []byte("x"), 0, addr("[ff01::1]:53")))
			must[int](e)(e.a.Sendto(e.udp(e.a), []byte("x"), 0, addr("127.0.0.1:0")))
		}},
		{"groups: members get what is sent, others do not", func(e *env) {
			s, other := e.bound(), e.udp(e.a)
			group := []byte{224, 1, 2, 3, 0, 0, 0, 0}
			u := e.udp(e.a)
			must[int](e)(e.a.Sendto(u, []byte("early"), 0, addr("224.1.2.3:53")))
			ok(e, e.b.Setsockopt(s, wsa.IPPROTO_IP, wsa.IP_ADD_MEMBERSHIP, group))
			must[int](e)(e.a.Sendto(other, []byte("hi"), 0, addr("224.1.2.3:53")))
			wants(e, "bytes", must[int](e)(e.b.Recv(s, make([]byte, 9), 0)), 2)
			ok(e, e.b.Setsockopt(s, wsa.IPPROTO_IP, wsa.IP_DROP_MEMBERSHIP, group))
			e.nonblocking(e.b, s)
			must[int](e)(e.a.Sendto(u, []byte("late"), 0, addr("224.1.2.3:53")))
			_, err := e.b.Recv(s, make([]byte, 9), 0)
			e.fails("after leaving", err, wsa.WSAEWOULDBLOCK)
		}},
	})
}

func TestSharingFacts(t *testing.T) {
	showFacts(t, []fact{
		{"DU1 DU2 DU3 DU4 DU5 WSADuplicateSocket", func(e *env) {
			pid, info := e.b.GetCurrentProcessId(), make([]byte, wsa.ProtocolInfoSize)
			e.fails("no socket", e.b.WSADuplicateSocket(0, 0, nil), wsa.WSAENOTSOCK)
			e.fails("no socket", e.b.WSADuplicateSocket(0, pid, info), wsa.WSAENOTSOCK)
			u := e.udp(e.b)
			e.fails("no process", e.b.WSADuplicateSocket(u, 0, nil), wsa.WSAEINVAL)
			e.fails("no process", e.b.WSADuplicateSocket(u, ^uint32(0), info), wsa.WSAEINVAL)
			e.fails("no structure", e.b.WSADuplicateSocket(u, pid, nil), wsa.WSAEFAULT)
			ok(e, e.b.WSADuplicateSocket(u, pid, info))
			ok(e, e.b.Bind(u, addr("0.0.0.0:53")))
			d := must[wsa.SOCKET](e)(e.b.WSASocket(0, 0, 0, info, 0, 0))
			_, err := e.b.WSASocket(0, 0, 0, info, 0, 0)
			e.fails("taken", err, wsa.WSAEINVAL)
			must[int](e)(e.a.Sendto(e.udp(e.a), []byte("hi"), 0, addr("10.0.0.2:53")))
			ok(e, e.b.Closesocket(u))
			wants(e, "bytes", must[int](e)(e.b.Recv(d, make([]byte, 9), 0)), 2)
			_, err = e.b.Recv(u, make([]byte, 9), 0)
			e.fails("closed handle", err, wsa.WSAENOTSOCK)
		}},
		{"a socket handed to another process of the host", func(e *env) {
			c, s := e.pair()
			child := e.b.Process().Host().NewThread()
			info := make([]byte, wsa.ProtocolInfoSize)
			ok(e, e.b.WSADuplicateSocket(s, child.GetCurrentProcessId(), info))
			_, err := e.b.WSASocket(0, 0, 0, info, 0, 0)
			e.fails("not for this process", err, wsa.WSAEINVAL)
			d := must[wsa.SOCKET](e)(child.WSASocket(0, 0, 0, info, 0, 0))
			ok(e, e.b.WSACleanup())
			e.send(e.a, c, "hi", 0)
			wants(e, "poll", e.poll(child, d), wsa.POLLRDNORM|wsa.POLLWRNORM)
			wants(e, "bytes", must[int](e)(child.Recv(d, make([]byte, 9), 0)), 2)
		}},
		{"SK24 SK26 SK27 protocol information", func(e *env) {
			p := wsa.ProtocolInfo{AddressFamily: -1, SocketType: -1, Protocol: -1}
			_, err := e.a.WSASocket(0, 0, wsa.IPPROTO_UDP, must[[]byte](e)(p.AppendBinary(nil)), 0, 0)
			e.fails("SK24", err, wsa.WSAEAFNOSUPPORT)
			p = wsa.ProtocolInfo{AddressFamily: wsa.AF_INET, SocketType: wsa.SOCK_DGRAM, Protocol: wsa.IPPROTO_UDP}
			info := must[[]byte](e)(p.AppendBinary(nil))
			typ := func(s wsa.SOCKET) byte {
				_, val, err := e.get(e.a, s, wsa.SOL_SOCKET, wsa.SO_TYPE, 4)
				ok(e, err)
				return val[0]
			}
			wants(e, "SK26", typ(must[wsa.SOCKET](e)(e.a.WSASocket(0, 0, 0, info, 0, 0))), wsa.SOCK_DGRAM)
			wants(e, "SK27", typ(must[wsa.SOCKET](e)(e.a.WSASocket(wsa.AF_INET, wsa.SOCK_STREAM, wsa.IPPROTO_TCP, info, 0, 0))), wsa.SOCK_STREAM)
		}},
		{"EP1 EP2 EP3 EP4 EP5 WSAEnumProtocols", func(e *env) {
			n := uint32(0)
			_, err := e.a.WSAEnumProtocols([]int32{wsa.IPPROTO_TCP, 0}, nil, &n)
			e.fails("no room", err, wsa.WSAENOBUFS)
			wants(e, "needed", n, 2*wsa.ProtocolInfoSize)
			n = 0
			_, err = e.a.WSAEnumProtocols(nil, nil, &n)
			e.fails("no room", err, wsa.WSAENOBUFS)
			buf := make([]byte, n)
			wants(e, "all", must[int](e)(e.a.WSAEnumProtocols(nil, buf, &n)), 4)
			wants(e, "some", must[int](e)(e.a.WSAEnumProtocols([]int32{0xdead, wsa.IPPROTO_TCP, 0xcafe, wsa.IPPROTO_UDP, 0xbeef, 0}, buf, &n)), 4)
			var p wsa.ProtocolInfo
			ok(e, p.UnmarshalBinary(buf))
			wants(e, "flags", p.ServiceFlags1, wsa.XP1_GUARANTEED_DELIVERY|wsa.XP1_GUARANTEED_ORDER|wsa.XP1_GRACEFUL_CLOSE|wsa.XP1_EXPEDITED_DATA|wsa.XP1_IFS_HANDLES)
			_, err = e.a.WSAEnumProtocols(nil, make([]byte, 0), new(uint32))
			e.fails("empty", err, wsa.WSAENOBUFS)
		}},
		{"AC1 AC3 AC4 accept and its condition", func(e *env) {
			l := e.listener()
			e.connects()
			zero := int32(0)
			_, err := e.b.Accept(l, make([]byte, 16), &zero)
			e.fails("no room", err, wsa.WSAEFAULT)
			_, err = e.b.WSAAccept(l, nil, nil, func(o *wsa.Offer) int32 {
				wants(e, "caller", o.CallerID[4], 10)
				return wsa.CF_DEFER
			})
			e.fails("deferred", err, wsa.WSATRY_AGAIN)
			buf := make([]byte, 16)
			must[wsa.SOCKET](e)(e.b.Accept(l, buf, nil))
			wants(e, "untouched", buf[0], 0)
			c := e.connects()
			_, err = e.b.WSAAccept(l, nil, nil, func(*wsa.Offer) int32 { return wsa.CF_REJECT })
			e.fails("rejected", err, wsa.WSAECONNREFUSED)
			_, err = e.a.Recv(c, buf, 0)
			e.fails("client", err, wsa.WSAECONNRESET)
			e.connects()
			_, err = e.b.WSAAccept(l, nil, nil, func(*wsa.Offer) int32 { return 77 })
			e.fails("answer", err, wsa.WSAEINVAL)
		}},
		{"AC7 options are inherited", func(e *env) {
			l := e.tcp(e.b)
			ok(e, e.b.Setsockopt(l, wsa.SOL_SOCKET, wsa.SO_LINGER, []byte{1, 0, 0x2b, 2}))
			ok(e, e.b.Setsockopt(l, wsa.SOL_SOCKET, wsa.SO_RCVBUF, []byte{0, 0x10, 0, 0}))
			ok(e, e.b.Bind(l, addr("0.0.0.0:80")))
			ok(e, e.b.Listen(l, 5))
			e.connects()
			s := must[wsa.SOCKET](e)(e.b.Accept(l, nil, nil))
			_, val, err := e.get(e.b, s, wsa.SOL_SOCKET, wsa.SO_LINGER, 4)
			ok(e, err)
			wants(e, "linger", [4]byte(val), [4]byte{1, 0, 0x2b, 2})
		}},
	})
}

func TestOptionFacts(t *testing.T) {
	showFacts(t, []fact{
		{"SP2 SP3 SP5 SO_PROTOCOL_INFO", func(e *env) {
			s := e.udp(e.a)
			e.fails("no buffer", e.a.Getsockopt(s, wsa.SOL_SOCKET, wsa.SO_PROTOCOL_INFOA, nil, nil), wsa.WSAEFAULT)
			n, _, err := e.get(e.a, s, wsa.SOL_SOCKET, wsa.SO_PROTOCOL_INFOA, wsa.ProtocolInfoASize/2)
			e.fails("half", err, wsa.WSAEFAULT)
			wants(e, "needed", n, wsa.ProtocolInfoASize)
			_, a, err := e.get(e.a, s, wsa.SOL_SOCKET, wsa.SO_PROTOCOL_INFOA, wsa.ProtocolInfoASize)
			ok(e, err)
			_, w, err := e.get(e.a, s, wsa.SOL_SOCKET, wsa.SO_PROTOCOL_INFOW, wsa.ProtocolInfoSize)
			ok(e, err)
			wants(e, "header", string(a[:116]), string(w[:116]))
		}},
		{"SP7 SP8 SP9 SO_BSP_STATE", func(e *env) {
			lengths := func(s wsa.SOCKET) [2]byte {
				_, b, err := e.get(e.a, s, wsa.SOL_SOCKET, wsa.SO_BSP_STATE, 200)
				ok(e, err)
				return [2]byte{b[8], b[24]}
			}
			s := e.tcp(e.a)
			wants(e, "unbound", lengths(s), [2]byte{0, 0})
			ok(e, e.a.Bind(s, addr("0.0.0.0:0")))
			wants(e, "bound", lengths(s), [2]byte{16, 0})
			c, _ := e.pair()
			wants(e, "connected", lengths(c), [2]byte{16, 16})
		}},
		{"SP6 OV3 OV4 OV8 which sockets an option is for", func(e *env) {
			s, u := e.tcp(e.a), e.udp(e.a)
			for _, name := range []int32{wsa.IP_MULTICAST_IF, wsa.IP_MULTICAST_TTL, wsa.IP_MULTICAST_LOOP, wsa.IP_PKTINFO, wsa.IP_RECVTTL, wsa.IP_RECVTOS} {
				_, _, err := e.get(e.a, s, wsa.IPPROTO_IP, name, 4)
				e.fails("stream", err, wsa.WSAEINVAL)
				_, _, err = e.get(e.a, u, wsa.IPPROTO_IP, name, 4)
				ok(e, err)
			}
			for _, s := range []wsa.SOCKET{s, u} {
				_, _, err := e.get(e.a, s, wsa.IPPROTO_IP, wsa.IP_HDRINCL, 4)
				e.fails("IP_HDRINCL", err, wsa.WSAEINVAL)
				_, _, err = e.get(e.a, s, wsa.IPPROTO_IP, wsa.IP_ADD_MEMBERSHIP, 4)
				e.fails("IP_ADD_MEMBERSHIP", err, wsa.WSAENOPROTOOPT)
				_, _, err = e.get(e.a, s, wsa.IPPROTO_IP, -1, 4)
				e.fails("unknown (OV1)", err, wsa.WSAENOPROTOOPT)
			}
			s6 := must[wsa.SOCKET](e)(e.a.Socket(wsa.AF_INET6, wsa.SOCK_STREAM, 0))
			for _, name := range []int32{wsa.IPV6_MULTICAST_IF, wsa.IPV6_PKTINFO, wsa.IPV6_HOPLIMIT, wsa.IPV6_RECVTCLASS} {
				_, _, err := e.get(e.a, s6, wsa.IPPROTO_IPV6, name, 4)
				e.fails("stream", err, wsa.WSAEINVAL)
			}
			for _, name := range []int32{wsa.IPV6_UNICAST_HOPS, wsa.IPV6_DONTFRAG, wsa.IPV6_PROTECTION_LEVEL, wsa.IPV6_V6ONLY, wsa.IPV6_UNICAST_IF} {
				_, _, err := e.get(e.a, s6, wsa.IPPROTO_IPV6, name, 4)
				ok(e, err)
			}
		}},
		{"OL17 SO6 SO9 SO14 SO18 SO19 CT1 CT2 values", func(e *env) {
			s := e.tcp(e.a)
			for _, n := range []int{1, 4, 42} {
				ok(e, e.a.Setsockopt(s, wsa.IPPROTO_TCP, wsa.TCP_NODELAY, append([]byte{1}, make([]byte, n-1)...)))
			}
			ok(e, e.a.Setsockopt(s, wsa.IPPROTO_TCP, wsa.TCP_NODELAY, []byte{0, 1, 0, 0}))
			_, val, err := e.get(e.a, s, wsa.IPPROTO_TCP, wsa.TCP_NODELAY, 4)
			ok(e, err)
			wants(e, "SO9", val[0], 0)
			ok(e, e.a.Setsockopt(s, wsa.SOL_SOCKET, wsa.SO_ERROR, []byte{0xd2, 4, 0, 0}))
			e.fails("SO18", e.a.Setsockopt(s, wsa.SOL_SOCKET, wsa.SO_TYPE, opt(1)), wsa.WSAENOPROTOOPT)
			_, _, err = e.get(e.a, s, wsa.IPPROTO_IP, wsa.IP_OPTIONS, 0)
			e.fails("no room for nothing (OL17)", err, wsa.WSAEFAULT)
			n, _, err := e.get(e.a, s, wsa.IPPROTO_IP, wsa.IP_OPTIONS, 4)
			ok(e, err)
			wants(e, "no options", n, 0)
			e.fails("SO19", e.a.Setsockopt(e.udp(e.a), wsa.SOL_SOCKET, wsa.SO_TYPE, opt(1)), wsa.WSAEINVAL)
			_, val, err = e.get(e.a, s, wsa.SOL_SOCKET, wsa.SO_CONNECT_TIME, 4)
			ok(e, err)
			wants(e, "CT1", binary.LittleEndian.Uint32(val), 0xFFFFFFFF)
			c, _ := e.pair()
			_, val, _ = e.get(e.a, c, wsa.SOL_SOCKET, wsa.SO_CONNECT_TIME, 4)
			wants(e, "CT2", binary.LittleEndian.Uint32(val), 0)
		}},
	})
}

// TestMessageWaitsLikeWSARecv: with an OVERLAPPED on a socket without the attribute
// WSARecvMsg waits in nonblocking mode, as WSARecv does (NB4).
func TestMessageWaitsLikeWSARecv(t *testing.T) {
	w, th, _ := pair(t, sim.Config{Clock: sim.VirtualTime})
	s := must[wsa.SOCKET](t)(th.WSASocket(wsa.AF_INET, wsa.SOCK_DGRAM, 0, nil, 0, 0))
	ok(t, th.Bind(s, addr("10.0.0.1:5000")))
	one := uint32(1)
	ok(t, th.Ioctlsocket(s, wsa.FIONBIO, &one))
	other := th.Process().NewThread()
	w.Spawn(other, func() {
		other.SleepEx(10, false)
		if _, err := other.Sendto(s, []byte("late"), 0, addr("10.0.0.1:5000")); err != nil {
			t.Error(err)
		}
	})
	w.Spawn(th, func() {
		var n uint32
		msg := &wsa.Msg{Buffers: [][]byte{make([]byte, 8)}}
		if err := th.WSARecvMsg(s, msg, &n, nil, nil); err != wsa.WSAEWOULDBLOCK {
			t.Errorf("without an OVERLAPPED: %v", err)
		}
		if err := th.WSARecvMsg(s, msg, &n, new(wsa.Overlapped), nil); err != nil || n != 4 {
			t.Errorf("with an OVERLAPPED: %d bytes, %v", n, err)
		}
	})
	ok(t, w.Run())
}

// TestMulticastToConnected: a member of a group that is connected hears its peer
// alone (page connect).
func TestMulticastToConnected(t *testing.T) {
	w, peer, member := pair(t, sim.Config{Clock: sim.VirtualTime})
	stranger := w.MustHost("stranger", "10.0.0.3").NewThread()
	s := must[wsa.SOCKET](t)(member.Socket(wsa.AF_INET, wsa.SOCK_DGRAM, 0))
	ok(t, member.Bind(s, addr("0.0.0.0:5000")))
	ok(t, member.Setsockopt(s, wsa.IPPROTO_IP, wsa.IP_ADD_MEMBERSHIP, []byte{239, 1, 1, 1, 0, 0, 0, 0}))
	ok(t, member.Connect(s, addr("10.0.0.1:5001")))
	for _, from := range []struct {
		th *sim.Thread
		at string
	}{{stranger, "10.0.0.3:5001"}, {peer, "10.0.0.1:5001"}} {
		c := must[wsa.SOCKET](t)(from.th.Socket(wsa.AF_INET, wsa.SOCK_DGRAM, 0))
		ok(t, from.th.Bind(c, addr(from.at)))
		must[int](t)(from.th.Sendto(c, []byte(from.at), 0, addr("239.1.1.1:5000")))
	}
	var waits uint32
	ok(t, member.Ioctlsocket(s, wsa.FIONREAD, &waits))
	buf := make([]byte, 100)
	n := must[int](t)(member.Recv(s, buf, 0))
	if got := string(buf[:n]); got != "10.0.0.1:5001" || waits != uint32(n) {
		t.Errorf("%d bytes wait, and %q is received", waits, got)
	}
}
