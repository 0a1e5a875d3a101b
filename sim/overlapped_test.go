package sim_test

import (
	"bytes"
	"testing"

	"wsasim/sim"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

func TestOverlappedFacts(t *testing.T) {
	showFacts(t, []fact{
		{"NB1 NB2 WR4 CP17 OR2 overlapped receive on a nonblocking socket pends", func(e *env) {
			c, s := e.pair()
			e.nonblocking(e.b, s)
			buf := make([]byte, 8)
			_, err := e.b.Recv(s, buf, 0)
			e.fails("recv", err, wsa.WSAEWOULDBLOCK)
			ov := &wsa.Overlapped{InternalHigh: 7}
			n, flags := uint32(0xdeadbeef), uint32(0)
			e.fails("WSARecv", e.b.WSARecv(s, [][]byte{buf}, &n, &flags, ov, nil), wsa.WSA_IO_PENDING)
			wants(e, "count", n, 0xdeadbeef)
			wants(e, "Internal", ov.Internal, wsa.STATUS_PENDING)
			wants(e, "InternalHigh", ov.InternalHigh, 7)
			_, err = e.result(e.b, s, ov)
			e.fails("result", err, wsa.WSA_IO_INCOMPLETE)
			e.send(e.a, c, "abc", 0)
			got, err := e.result(e.b, s, ov)
			ok(e, err)
			wants(e, "data", string(buf[:got]), "abc")
		}},
		{"NB3 without an event the socket itself is signalled", func(e *env) {
			c, s := e.pair()
			h := []wsa.HANDLE{wsa.HANDLE(s)}
			n := must[uint32](e)(e.b.WSAWaitForMultipleEvents(h, false, 0, false))
			wants(e, "before", n, uint32(wsa.WAIT_TIMEOUT))
			ov := new(wsa.Overlapped)
			e.fails("WSARecv", e.recv(e.b, s, make([]byte, 8), ov), wsa.WSA_IO_PENDING)
			e.send(e.a, c, "x", 0)
			n = must[uint32](e)(e.b.WSAWaitForMultipleEvents(h, false, 0, false))
			wants(e, "after", n, 0)
		}},
		{"NB4 without the overlapped attribute the call does not pend", func(e *env) {
			c, _ := e.pair()
			_ = c
			s := must[wsa.SOCKET](e)(e.a.WSASocket(wsa.AF_INET, wsa.SOCK_DGRAM, 0, nil, 0, 0))
			ok(e, e.a.Bind(s, addr("10.0.0.1:99")))
			u := e.udp(e.b)
			must[int](e)(e.b.Sendto(u, []byte("hi"), 0, addr("10.0.0.1:99")))
			n, flags := uint32(0), uint32(0)
			ok(e, e.a.WSARecv(s, [][]byte{make([]byte, 8)}, &n, &flags, new(wsa.Overlapped), nil))
			wants(e, "bytes", n, 2)
		}},
		{"WR3 scatter", func(e *env) {
			c, s := e.pair()
			e.send(e.a, c, "123456789", 0)
			b1, b2, n, flags := make([]byte, 4), make([]byte, 5), uint32(0), uint32(0)
			ok(e, e.b.WSARecv(s, [][]byte{b1, b2}, &n, &flags, nil, nil))
			wants(e, "data", string(b1)+"|"+string(b2), "1234|56789")
		}},
		{"WR5 RS1 RS2 RS3 a reset ends a pending receive: Win32 and Winsock codes", func(e *env) {
			c, s := e.pair()
			ov := new(wsa.Overlapped)
			e.fails("WSARecv", e.recv(e.b, s, make([]byte, 8), ov), wsa.WSA_IO_PENDING)
			e.reset(e.a, c)
			wants(e, "Internal", ov.Internal, wsa.STATUS_CONNECTION_RESET)
			n := uint32(9)
			e.fails("GetOverlappedResult", e.b.GetOverlappedResult(wsa.HANDLE(s), ov, &n, false), wsa.ERROR_NETNAME_DELETED)
			wants(e, "bytes", n, 0)
			_, err := e.result(e.b, s, ov)
			e.fails("WSAGetOverlappedResult", err, wsa.WSAECONNRESET)
			val, l := make([]byte, 4), int32(4)
			ok(e, e.b.Getsockopt(s, wsa.SOL_SOCKET, wsa.SO_ERROR, val, &l))
			wants(e, "SO_ERROR", val[0], 0)
			e.fails("receive again", e.recv(e.b, s, make([]byte, 8), new(wsa.Overlapped)), wsa.WSAECONNRESET)
			_, err = e.b.Send(s, []byte("x"), 0)
			e.fails("send", err, wsa.WSAECONNRESET)
		}},
		{"WR6 a routine runs in an alertable wait, and the event is not set", func(e *env) {
			c, s := e.pair()
			ev := must[wsa.HANDLE](e)(e.b.WSACreateEvent())
			ov, flags, runs := &wsa.Overlapped{HEvent: ev}, uint32(0), 0
			routine := func(err wsa.Errno, n uint32, o *wsa.Overlapped, _ uint32) {
				runs++
				if err != 0 || n != 3 || o != ov {
					e.Errorf("routine got %v, %d, %p", err, n, o)
				}
			}
			e.fails("WSARecv", e.b.WSARecv(s, [][]byte{make([]byte, 8)}, nil, &flags, ov, routine), wsa.WSA_IO_PENDING)
			e.send(e.a, c, "abc", 0)
			wants(e, "runs before", runs, 0)
			wants(e, "SleepEx", e.b.SleepEx(0, false), 0)
			wants(e, "runs in a wait that is not alertable", runs, 0)
			wants(e, "SleepEx", e.b.SleepEx(1000, true), wsa.WAIT_IO_COMPLETION)
			wants(e, "runs", runs, 1)
			n := must[uint32](e)(e.b.WSAWaitForMultipleEvents([]wsa.HANDLE{ev}, false, 0, false))
			wants(e, "event", n, uint32(wsa.WAIT_TIMEOUT))
		}},
		{"WR1 WR2 AC6 SL8 SL9 waits are alertable, and only waits", func(e *env) {
			c, s := e.pair()
			ran := ""
			e.b.QueueUserAPC(func() { ran += "1" })
			e.send(e.a, c, "x", 0)
			must[int](e)(e.b.Recv(s, make([]byte, 8), 0))
			wants(e, "ready at once", ran, "")
			ok(e, e.b.Setsockopt(s, wsa.SOL_SOCKET, wsa.SO_RCVTIMEO, opt(100)))
			_, err := e.b.Recv(s, make([]byte, 8), 0)
			e.fails("recv", err, wsa.WSAETIMEDOUT)
			wants(e, "in the wait", ran, "1")
			e.b.QueueUserAPC(func() { ran += "2"; e.a.Send(c, []byte("late"), 0) })
			wants(e, "received", must[int](e)(e.b.Recv(s, make([]byte, 8), 0)), 4)
			wants(e, "in the wait", ran, "12")
			e.b.QueueUserAPC(func() { ran += "3" })
			r := wsa.FDSet{s}
			wants(e, "select", must[int](e)(e.b.Select(0, &r, nil, nil, &wsa.Timeval{Usec: 500})), 0)
			wants(e, "in select", ran, "123")
		}},
		{"EM1 EM3 receives without room", func(e *env) {
			c, s := e.pair()
			n, flags := uint32(0), uint32(0)
			e.fails("no buffers", e.b.WSARecv(s, nil, &n, &flags, nil, nil), wsa.WSAEINVAL)
			e.fails("overlapped", e.b.WSARecv(s, nil, &n, &flags, new(wsa.Overlapped), nil), wsa.WSAEINVAL)
			e.send(e.a, c, "abc", 0)
			ok(e, e.b.WSARecv(s, nil, &n, &flags, nil, nil))
			wants(e, "bytes", must[int](e)(e.b.Recv(s, nil, 0)), 0)
			wants(e, "intact", must[int](e)(e.b.Recv(s, make([]byte, 8), 0)), 3)
		}},
		{"TO2 TO3 SO_RCVTIMEO is for calls that wait", func(e *env) {
			c, s := e.pair()
			ok(e, e.b.Setsockopt(s, wsa.SOL_SOCKET, wsa.SO_RCVTIMEO, opt(100)))
			n, flags := uint32(77), uint32(0)
			e.fails("WSARecv", e.b.WSARecv(s, [][]byte{make([]byte, 8)}, &n, &flags, nil, nil), wsa.WSAETIMEDOUT)
			wants(e, "count", n, 77)
			ov := new(wsa.Overlapped)
			e.fails("overlapped", e.recv(e.b, s, make([]byte, 8), ov), wsa.WSA_IO_PENDING)
			e.b.SleepEx(300, false)
			_, err := e.result(e.b, s, ov)
			e.fails("after 300 ms", err, wsa.WSA_IO_INCOMPLETE)
			e.send(e.a, c, "x", 0)
			n, err = e.result(e.b, s, ov)
			wants(e, "bytes", n, 1)
			ok(e, err)
		}},
		{"SD11 SD12 shutdown and pending receives", func(e *env) {
			c, s := e.pair()
			ov, ov2 := new(wsa.Overlapped), new(wsa.Overlapped)
			e.fails("WSARecv", e.recv(e.b, s, make([]byte, 8), ov), wsa.WSA_IO_PENDING)
			ok(e, e.b.Shutdown(s, wsa.SD_RECEIVE))
			e.fails("new receive", e.recv(e.b, s, make([]byte, 8), ov2), wsa.WSAESHUTDOWN)
			e.send(e.a, c, "late", 0)
			n, err := e.result(e.b, s, ov)
			ok(e, err)
			wants(e, "bytes", n, 4)
			e.fails("WSARecv", e.recv(e.a, c, make([]byte, 8), ov), wsa.WSA_IO_PENDING)
			ok(e, e.b.Shutdown(s, wsa.SD_SEND))
			n, err = e.result(e.a, c, ov)
			ok(e, err)
			wants(e, "bytes", n, 0)
		}},
		{"SN2 SN3 sending without a buffer", func(e *env) {
			c, s := e.pair()
			n := uint32(0)
			e.fails("no socket", e.a.WSASend(wsa.INVALID_SOCKET, nil, &n, 0, nil, nil), wsa.WSAENOTSOCK)
			ok(e, e.a.Setsockopt(c, wsa.SOL_SOCKET, wsa.SO_SNDBUF, opt(0)))
			e.nonblocking(e.a, c)
			ov, big := new(wsa.Overlapped), make([]byte, 1<<20)
			e.fails("WSASend", e.a.WSASend(c, [][]byte{big}, nil, 0, ov, nil), wsa.WSA_IO_PENDING)
			for got := 0; got < len(big); {
				if _, err := e.result(e.a, c, ov); got < len(big)/2 {
					e.fails("meanwhile", err, wsa.WSA_IO_INCOMPLETE)
				}
				got += must[int](e)(e.b.Recv(s, make([]byte, 64<<10), 0))
			}
			n, err := e.result(e.a, c, ov)
			ok(e, err)
			wants(e, "bytes", n, 1<<20)
		}},
		{"CP1 CP4 CP6 CP9 CP19 packets", func(e *env) {
			c, s := e.pair()
			u := e.tcp(e.b)
			p := e.port(e.b, s, 125)
			must[wsa.HANDLE](e)(e.b.CreateIoCompletionPort(wsa.HANDLE(u), p, 126, 0))
			e.fails("not connected", e.recv(e.b, u, make([]byte, 8), new(wsa.Overlapped)), wsa.WSAENOTCONN)
			ok(e, e.b.Closesocket(u))
			e.none(e.b, p)
			ov := new(wsa.Overlapped)
			e.send(e.a, c, "abc", 0)
			ok(e, e.recv(e.b, s, make([]byte, 8), ov))
			wants(e, "packet", take(e.b, p), got{nil, 3, 125, ov})
			e.fails("WSARecv", e.recv(e.b, s, make([]byte, 8), ov), wsa.WSA_IO_PENDING)
			e.reset(e.a, c)
			wants(e, "packet", take(e.b, p), got{wsa.ERROR_NETNAME_DELETED, 0, 125, ov})
			e.none(e.b, p)
			ok(e, e.b.Closesocket(s))
			e.none(e.b, p)
		}},
		{"CP13 the low bit of hEvent keeps the packet away", func(e *env) {
			c, s := e.pair()
			p := e.port(e.b, s, 1)
			ev := must[wsa.HANDLE](e)(e.b.WSACreateEvent())
			ov := &wsa.Overlapped{HEvent: ev | 1}
			e.fails("WSARecv", e.recv(e.b, s, make([]byte, 8), ov), wsa.WSA_IO_PENDING)
			e.send(e.a, c, "x", 0)
			e.none(e.b, p)
			wants(e, "event", must[uint32](e)(e.b.WSAWaitForMultipleEvents([]wsa.HANDLE{ev}, false, 0, false)), 0)
		}},
		{"CP20 operations outlive their thread", func(e *env) {
			c, s := e.pair()
			p := e.port(e.b, s, 1)
			other := e.b.Process().NewThread()
			ov := new(wsa.Overlapped)
			e.fails("WSARecv", e.recv(other, s, make([]byte, 8), ov), wsa.WSA_IO_PENDING)
			other.End()
			e.send(e.a, c, "x", 0)
			wants(e, "packet", take(e.b, p), got{nil, 1, 1, ov})
		}},
		{"skip on success, posted packets, batches, order", func(e *env) {
			c, s := e.pair()
			p := e.port(e.b, s, 1)
			ok(e, e.b.SetFileCompletionNotificationModes(wsa.HANDLE(s), wsa.FILE_SKIP_COMPLETION_PORT_ON_SUCCESS))
			e.send(e.a, c, "abc", 0)
			ov := new(wsa.Overlapped)
			ok(e, e.recv(e.b, s, make([]byte, 8), ov))
			e.none(e.b, p)
			for i := range uintptr(5) {
				ok(e, e.b.PostQueuedCompletionStatus(p, uint32(i), i, nil))
			}
			entries, n := make([]wsa.OverlappedEntry, 3), uint32(0)
			ok(e, e.b.GetQueuedCompletionStatusEx(p, entries, &n, 0, false))
			wants(e, "removed", n, 3)
			wants(e, "first", entries[0], wsa.OverlappedEntry{})
			wants(e, "third", entries[2], wsa.OverlappedEntry{CompletionKey: 2, NumberOfBytesTransferred: 2})
			wants(e, "fourth", take(e.b, p), got{nil, 3, 3, nil})
			ok(e, e.b.CloseHandle(p))
			e.fails("closed", take(e.b, p).err, wsa.WSA_INVALID_HANDLE)
		}},
		{"operations end in the order of their start", func(e *env) {
			c, s := e.pair()
			p := e.port(e.b, s, 1)
			var ovs [4]wsa.Overlapped
			bufs := make([][]byte, 4)
			for i := range ovs {
				bufs[i] = make([]byte, 2)
				e.fails("WSARecv", e.recv(e.b, s, bufs[i], &ovs[i]), wsa.WSA_IO_PENDING)
			}
			e.send(e.a, c, "aabbc", 0)
			for i, want := range []string{"aa", "bb", "c"} {
				g := take(e.b, p)
				wants(e, "which", g.ov, &ovs[i])
				wants(e, "data", string(bufs[i][:g.n]), want)
			}
			e.none(e.b, p)
		}},
		{"SF3 AX17 cancelling", func(e *env) {
			_, s := e.pair()
			e.fails("nothing", e.b.CancelIoEx(wsa.HANDLE(s), nil), wsa.ERROR_NOT_FOUND)
			ok(e, e.b.CancelIo(wsa.HANDLE(s)))
			p := e.port(e.b, s, 1)
			ov, ov2 := new(wsa.Overlapped), new(wsa.Overlapped)
			e.fails("WSARecv", e.recv(e.b, s, make([]byte, 8), ov), wsa.WSA_IO_PENDING)
			e.fails("WSARecv", e.recv(e.b, s, make([]byte, 8), ov2), wsa.WSA_IO_PENDING)
			ok(e, e.b.CancelIoEx(wsa.HANDLE(s), ov2))
			wants(e, "packet", take(e.b, p), got{wsa.WSA_OPERATION_ABORTED, 0, 1, ov2})
			e.fails("again", e.b.CancelIoEx(wsa.HANDLE(s), ov2), wsa.ERROR_NOT_FOUND)
			ok(e, e.b.CancelIoEx(wsa.HANDLE(s), nil))
			wants(e, "packet", take(e.b, p), got{wsa.WSA_OPERATION_ABORTED, 0, 1, ov})
		}},
		{"closing ends operations with WSA_OPERATION_ABORTED", func(e *env) {
			_, s := e.pair()
			p := e.port(e.b, s, 1)
			ov := new(wsa.Overlapped)
			e.fails("WSARecv", e.recv(e.b, s, make([]byte, 8), ov), wsa.WSA_IO_PENDING)
			ok(e, e.b.Closesocket(s))
			wants(e, "packet", take(e.b, p), got{wsa.WSA_OPERATION_ABORTED, 0, 1, ov})
		}},
		{"overlapped datagrams: in order, cut, unreachable", func(e *env) {
			s := e.bound()
			p := e.port(e.b, s, 1)
			u := e.udp(e.a)
			flags := uint32(0)
			buf, from, n, ov := make([]byte, 3), make([]byte, 16), int32(16), new(wsa.Overlapped)
			e.fails("WSARecvFrom", e.b.WSARecvFrom(s, [][]byte{buf}, nil, &flags, from, &n, ov, nil), wsa.WSA_IO_PENDING)
			must[int](e)(e.a.Sendto(u, []byte("abcdef"), 0, addr("10.0.0.2:53")))
			wants(e, "cut", take(e.b, p), got{wsa.ERROR_MORE_DATA, 3, 1, ov})
			_, err := e.result(e.b, s, ov)
			e.fails("Winsock", err, wsa.WSAEMSGSIZE)
			wants(e, "data", string(buf), "abc")
			wants(e, "from", from[0], wsa.AF_INET)
			e.fails("WSARecvFrom", e.b.WSARecvFrom(s, [][]byte{buf}, nil, &flags, nil, nil, ov, nil), wsa.WSA_IO_PENDING)
			must[int](e)(e.b.Sendto(s, []byte("x"), 0, addr("10.0.0.1:9")))
			wants(e, "unreachable", take(e.b, p), got{wsa.ERROR_PORT_UNREACHABLE, 0, 1, ov})
			_, err = e.result(e.b, s, ov)
			e.fails("Winsock", err, wsa.WSAECONNRESET)
		}},
		{"an overlapped datagram that is cut at once is told all the same: zio #733", func(e *env) {
			s := e.bound()
			p := e.port(e.b, s, 1)
			u := e.udp(e.a)
			must[int](e)(e.a.Sendto(u, []byte("abcdef"), 0, addr("10.0.0.2:53")))
			buf, ov := make([]byte, 3), new(wsa.Overlapped)
			e.fails("WSARecv", e.recv(e.b, s, buf, ov), wsa.WSAEMSGSIZE)
			wants(e, "data", string(buf), "abc")
			wants(e, "packet", take(e.b, p), got{wsa.ERROR_MORE_DATA, 3, 1, ov})
			e.none(e.b, p)
			_, err := e.result(e.b, s, ov)
			e.fails("Winsock", err, wsa.WSAEMSGSIZE)
			ok(e, e.b.SetFileCompletionNotificationModes(wsa.HANDLE(s), wsa.FILE_SKIP_COMPLETION_PORT_ON_SUCCESS))
			must[int](e)(e.a.Sendto(u, []byte("abcdef"), 0, addr("10.0.0.2:53")))
			e.fails("WSARecv", e.recv(e.b, s, buf, ov), wsa.WSAEMSGSIZE)
			e.none(e.b, p)
		}},
	})
}

func TestExtensionFacts(t *testing.T) {
	connectEx := func(e *env, to string, data string) (wsa.SOCKET, *wsa.Overlapped) {
		s := e.tcp(e.a)
		ok(e, e.a.Bind(s, addr("0.0.0.0:0")))
		ov := new(wsa.Overlapped)
		e.fails("ConnectEx", e.a.ConnectEx(s, addr(to), []byte(data), nil, ov), wsa.WSA_IO_PENDING)
		return s, ov
	}
	acceptEx := func(e *env, l wsa.SOCKET, data, local uint32) (wsa.SOCKET, *wsa.Overlapped, []byte, error) {
		s, ov, buf := e.tcp(e.b), new(wsa.Overlapped), make([]byte, data+local+32)
		return s, ov, buf, e.b.AcceptEx(l, s, buf, data, local, 32, nil, ov)
	}
	showFacts(t, []fact{
		{"CX3 CX4 CX6 CX9 ConnectEx", func(e *env) {
			l := e.listener()
			ov := new(wsa.Overlapped)
			e.fails("no socket", e.a.ConnectEx(wsa.INVALID_SOCKET, addr("10.0.0.2:80"), nil, nil, ov), wsa.WSAENOTSOCK)
			e.fails("unbound", e.a.ConnectEx(e.tcp(e.a), addr("10.0.0.2:80"), nil, nil, ov), wsa.WSAEINVAL)
			s, ov := connectEx(e, "10.0.0.2:80", "hello")
			n, err := e.result(e.a, s, ov)
			ok(e, err)
			wants(e, "bytes", n, 5)
			name, l2 := make([]byte, 16), int32(16)
			e.fails("before the context", e.a.Getpeername(s, name, &l2), wsa.WSAENOTCONN)
			ok(e, e.a.Setsockopt(s, wsa.SOL_SOCKET, wsa.SO_UPDATE_CONNECT_CONTEXT, nil))
			ok(e, e.a.Getpeername(s, name, &l2))
			peer := must[wsa.SOCKET](e)(e.b.Accept(l, nil, nil))
			wants(e, "data", must[int](e)(e.b.Recv(peer, make([]byte, 9), 0)), 5)
			ov = new(wsa.Overlapped)
			e.fails("connected", e.a.ConnectEx(s, addr("10.0.0.2:80"), nil, nil, ov), wsa.WSAEISCONN)
			wants(e, "Internal", ov.Internal, wsa.STATUS_PENDING)
		}},
		{"CX10 ConnectEx refused", func(e *env) {
			s, ov := connectEx(e, "10.0.0.2:81", "")
			e.a.SleepEx(3000, false)
			n := uint32(0)
			e.fails("result", e.a.GetOverlappedResult(wsa.HANDLE(s), ov, &n, false), wsa.ERROR_CONNECTION_REFUSED)
			_, err := e.result(e.a, s, ov)
			e.fails("Winsock", err, wsa.WSAECONNREFUSED)
		}},
		{"CG1 CG4 CG5 while connecting", func(e *env) {
			e.w.Partition([]*sim.Host{e.b.Process().Host()})
			s := e.tcp(e.a)
			e.nonblocking(e.a, s)
			e.fails("connect", e.a.Connect(s, addr("10.0.0.2:80")), wsa.WSAEWOULDBLOCK)
			e.fails("again", e.a.Connect(s, addr("10.0.0.2:80")), wsa.WSAEALREADY)
			_, err := e.a.Recv(s, make([]byte, 1), 0)
			e.fails("recv", err, wsa.WSAENOTCONN)
			s, _ = connectEx(e, "10.0.0.2:80", "")
			e.fails("connect", e.a.Connect(s, addr("10.0.0.2:80")), wsa.WSAEINVAL)
			e.fails("ConnectEx", e.a.ConnectEx(s, addr("10.0.0.2:80"), nil, nil, new(wsa.Overlapped)), wsa.WSAEINVAL)
		}},
		{"AX1 AX2 AX5 AX8 AX10 AX11 what AcceptEx refuses", func(e *env) {
			l, buf := e.listener(), make([]byte, 64)
			ov := new(wsa.Overlapped)
			e.fails("no listener", e.b.AcceptEx(wsa.INVALID_SOCKET, e.tcp(e.b), buf, 0, 32, 32, nil, ov), wsa.WSAENOTSOCK)
			wants(e, "Internal", ov.Internal, wsa.STATUS_PENDING)
			e.fails("no acceptor", e.b.AcceptEx(l, wsa.INVALID_SOCKET, buf, 0, 32, 32, nil, ov), wsa.WSAENOTSOCK)
			e.fails("not listening", e.b.AcceptEx(e.tcp(e.b), e.tcp(e.b), buf, 0, 32, 32, nil, ov), wsa.WSAEINVAL)
			e.fails("datagram", e.b.AcceptEx(l, e.udp(e.b), buf, 0, 32, 32, nil, ov), wsa.WSAEINVAL)
			e.fails("no remote", e.b.AcceptEx(l, e.tcp(e.b), buf, 0, 32, 0, nil, ov), wsa.WSAEFAULT)
			e.fails("little room", e.b.AcceptEx(l, e.tcp(e.b), buf[:63], 0, 32, 32, nil, ov), wsa.WSAEFAULT)
			short := new(wsa.Overlapped)
			e.fails("a byte less", e.b.AcceptEx(l, e.tcp(e.b), buf, 0, 32, 31, nil, short), wsa.WSA_IO_PENDING)
			e.connects()
			wants(e, "noticed late", short.Internal, wsa.STATUS_BUFFER_TOO_SMALL)
			must[wsa.SOCKET](e)(e.b.Accept(l, nil, nil))
			s, _, _, err := acceptEx(e, l, 0, 32)
			e.fails("AcceptEx", err, wsa.WSA_IO_PENDING)
			e.fails("again", e.b.AcceptEx(l, s, buf, 0, 32, 32, nil, new(wsa.Overlapped)), wsa.WSAEINVAL)
			e.fails("connect", e.b.Connect(s, addr("10.0.0.1:1")), wsa.WSAEINVAL)
			e.fails("ConnectEx", e.b.ConnectEx(s, addr("10.0.0.1:1"), nil, nil, new(wsa.Overlapped)), wsa.WSAEINVAL)
		}},
		{"AX4 AX12 AX13 AX14 AcceptEx with and without data", func(e *env) {
			l := e.listener()
			s, ov, buf, err := acceptEx(e, l, 0, 0)
			e.fails("AcceptEx", err, wsa.WSA_IO_PENDING)
			e.connects()
			n, err := e.result(e.b, l, ov)
			ok(e, err)
			wants(e, "bytes", n, 0)
			local, remote := e.b.GetAcceptExSockaddrs(buf, 0, 0, 32)
			wants(e, "local", len(local), 0)
			wants(e, "remote", len(remote), 16)
			name, nl := make([]byte, 16), int32(16)
			e.fails("before the context", e.b.Getsockname(s, name, &nl), wsa.WSAEINVAL)
			ok(e, e.b.Setsockopt(s, wsa.SOL_SOCKET, wsa.SO_UPDATE_ACCEPT_CONTEXT, append(opt(byte(l)), 0, 0, 0, 0)))
			ok(e, e.b.Getsockname(s, name, &nl))

			_, ov, buf, err = acceptEx(e, l, 2, 32)
			e.fails("AcceptEx", err, wsa.WSA_IO_PENDING)
			c := e.connects()
			_, err = e.result(e.b, l, ov)
			e.fails("without data", err, wsa.WSA_IO_INCOMPLETE)
			e.send(e.a, c, "x", 0)
			n, err = e.result(e.b, l, ov)
			ok(e, err)
			wants(e, "data", string(buf[:n]), "x")

			_, ov, _, _ = acceptEx(e, l, 2, 32)
			ok(e, e.a.Closesocket(e.connects()))
			n, err = e.result(e.b, l, ov)
			ok(e, err)
			wants(e, "closed without data", n, 0)
		}},
		{"AX6 AX7 too little room for the local address is told late", func(e *env) {
			l := e.listener()
			p := e.port(e.b, l, 5)
			_, ov, _, err := acceptEx(e, l, 0, 3)
			e.fails("AcceptEx", err, wsa.WSA_IO_PENDING)
			e.connects()
			wants(e, "packet", take(e.b, p), got{wsa.ERROR_INSUFFICIENT_BUFFER, 0, 5, ov})
			must[wsa.SOCKET](e)(e.b.Accept(l, nil, nil))
		}},
		{"AX15 AC1 a deferred connection goes to AcceptEx", func(e *env) {
			l := e.listener()
			e.connects()
			_, err := e.b.WSAAccept(l, nil, nil, func(*wsa.Offer) int32 { return wsa.CF_DEFER })
			e.fails("WSAAccept", err, wsa.WSATRY_AGAIN)
			_, ov, _, _ := acceptEx(e, l, 0, 32)
			_, err = e.result(e.b, l, ov)
			ok(e, err)
		}},
		{"AX16 AX17 CP10 CP11 whose operation it is", func(e *env) {
			l := e.listener()
			p := e.port(e.b, l, 125)
			s, ov, _, _ := acceptEx(e, l, 0, 32)
			must[wsa.HANDLE](e)(e.b.CreateIoCompletionPort(wsa.HANDLE(s), p, 236, 0))
			ok(e, e.b.CancelIo(wsa.HANDLE(s)))
			e.none(e.b, p)
			e.connects()
			wants(e, "packet", take(e.b, p), got{nil, 0, 125, ov})
			s, ov, _, _ = acceptEx(e, l, 0, 32)
			ok(e, e.b.Closesocket(s))
			wants(e, "packet", take(e.b, p), got{wsa.WSA_OPERATION_ABORTED, 0, 125, ov})
			s, ov, _, _ = acceptEx(e, l, 2, 32)
			e.connects()
			ok(e, e.b.Closesocket(s))
			wants(e, "packet", take(e.b, p), got{wsa.WSA_OPERATION_ABORTED, 0, 125, ov})
			_, ov, _, _ = acceptEx(e, l, 0, 32)
			ok(e, e.b.CancelIo(wsa.HANDLE(l)))
			wants(e, "packet", take(e.b, p), got{wsa.WSA_OPERATION_ABORTED, 0, 125, ov})
			e.connects()
			must[wsa.SOCKET](e)(e.b.Accept(l, nil, nil))
		}},
		{"CP8 a duplicate keeps the operation alive", func(e *env) {
			l := e.listener()
			p := e.port(e.b, l, 125)
			info := make([]byte, wsa.ProtocolInfoSize)
			ok(e, e.b.WSADuplicateSocket(l, e.b.GetCurrentProcessId(), info))
			d := must[wsa.SOCKET](e)(e.b.WSASocket(0, 0, 0, info, 0, wsa.WSA_FLAG_OVERLAPPED))
			_, ov, _, _ := acceptEx(e, d, 0, 32)
			ok(e, e.b.Closesocket(l))
			e.none(e.b, p)
			ok(e, e.b.Closesocket(d))
			wants(e, "packet", take(e.b, p), got{wsa.WSA_OPERATION_ABORTED, 0, 125, ov})
		}},
		{"CP12 DX1 DX2 DX3 DX4 DisconnectEx", func(e *env) {
			c, s := e.pair()
			p := e.port(e.a, c, 1)
			e.fails("no socket", e.a.DisconnectEx(wsa.INVALID_SOCKET, nil, 0, 0), wsa.WSAENOTSOCK)
			e.fails("unconnected", e.a.DisconnectEx(e.tcp(e.a), nil, 0, 0), wsa.WSAENOTCONN)
			ov := new(wsa.Overlapped)
			e.fails("DisconnectEx", e.a.DisconnectEx(c, ov, 0, 0), wsa.WSA_IO_PENDING)
			wants(e, "packet", take(e.a, p), got{nil, 0, 1, ov})
			e.fails("connect", e.a.Connect(c, addr("10.0.0.2:80")), wsa.WSAEISCONN)
			_, err := e.a.Send(c, []byte("x"), 0)
			e.fails("send", err, wsa.WSAESHUTDOWN)
			wants(e, "peer", must[int](e)(e.b.Recv(s, make([]byte, 4), 0)), 0)
			e.send(e.b, s, "back", 0)
			wants(e, "still receives", must[int](e)(e.a.Recv(c, make([]byte, 4), 0)), 4)
			ok(e, e.a.DisconnectEx(c, nil, 0, 0))
			ok(e, e.a.DisconnectEx(c, nil, 0, 0))
			e.none(e.a, p)
		}},
		{"TF_REUSE_SOCKET makes the socket ready for ConnectEx", func(e *env) {
			l := e.listener()
			s, _ := connectEx(e, "10.0.0.2:80", "")
			ok(e, e.a.DisconnectEx(s, nil, wsa.TF_REUSE_SOCKET, 0))
			ov := new(wsa.Overlapped)
			e.fails("ConnectEx", e.a.ConnectEx(s, addr("10.0.0.2:80"), []byte("2nd"), nil, ov), wsa.WSA_IO_PENDING)
			ok(e, e.b.Closesocket(must[wsa.SOCKET](e)(e.b.Accept(l, nil, nil))))
			x := must[wsa.SOCKET](e)(e.b.Accept(l, nil, nil))
			wants(e, "data", must[int](e)(e.b.Recv(x, make([]byte, 9), 0)), 3)
		}},
		{"TF1 TransmitFile", func(e *env) {
			e.fails("no socket", e.a.TransmitFile(wsa.INVALID_SOCKET, 0, 0, 0, nil, nil, 0), wsa.WSAENOTSOCK)
			e.fails("unconnected", e.a.TransmitFile(e.tcp(e.a), 0, 0, 0, nil, nil, 0), wsa.WSAENOTCONN)
			c, s := e.pair()
			f := e.a.Process().NewFile([]byte("content"))
			ov := new(wsa.Overlapped)
			ok(e, e.a.TransmitFile(c, f, 0, 0, ov, &wsa.TransmitFileBuffers{Head: []byte("<"), Tail: []byte(">")}, 0))
			buf := make([]byte, 20)
			n := must[int](e)(e.b.Recv(s, buf, 0))
			for n < 9 {
				n += must[int](e)(e.b.Recv(s, buf[n:], 0))
			}
			wants(e, "data", string(buf[:n]), "<content>")
			ok(e, e.a.CloseHandle(f))
		}},
		{"AC2 closing a listener ends AcceptEx and accept", func(e *env) {
			l := e.listener()
			p := e.port(e.b, l, 1)
			_, ov, _, _ := acceptEx(e, l, 0, 32)
			ok(e, e.b.Closesocket(l))
			wants(e, "packet", take(e.b, p), got{wsa.WSA_OPERATION_ABORTED, 0, 1, ov})
		}},
	})
}

// TestReuseIsReported: an OVERLAPPED used again while in flight.
func TestReuseIsReported(t *testing.T) {
	var advice []string
	_, a, b := pair(t, sim.Config{Clock: sim.VirtualTime, Trace: func(r *trace.Record) {
		if r.Kind == trace.Advisory {
			advice = append(advice, r.Rule)
		}
	}})
	_, s := joined(t, a, b)
	ov, flags := new(wsa.Overlapped), uint32(0)
	for range 2 {
		if err := b.WSARecv(s, [][]byte{make([]byte, 4)}, nil, &flags, ov, nil); err != wsa.WSA_IO_PENDING {
			t.Fatal(err)
		}
	}
	if len(advice) != 1 || advice[0] != "OV-REUSE" {
		t.Errorf("advice: %v", advice)
	}
	*ov = wsa.Overlapped{} // freed and made anew, while two operations write to it
	ok(t, b.Closesocket(s))
	if len(advice) < 2 {
		t.Errorf("advice: %v", advice)
	}
}

// TestInvoker replays a sequence by ids.
func TestInvoker(t *testing.T) {
	_, a, b := pair(t, sim.Config{Clock: sim.VirtualTime})
	c, s := joined(t, a, b)
	v := wsa.NewInvoker(b)
	if r := v.Invoke(wsa.WSARecvCall{S: s, Buffers: []wsa.Room{4, 4}, Flags: new(uint32), Overlapped: 7}); r.Err != wsa.WSA_IO_PENDING {
		t.Fatal(r)
	}
	if r := v.Invoke(wsa.WSAGetOverlappedResultCall{S: s, Overlapped: 7}); r.Err != wsa.WSA_IO_INCOMPLETE {
		t.Fatal(r)
	}
	must[int](t)(a.Send(c, []byte("abcdef"), 0))
	r := v.Invoke(wsa.WSAGetOverlappedResultCall{S: s, Overlapped: 7})
	if r.Err != 0 || *r.Count != 6 || !bytes.Equal(r.Data, []byte("abcdef")) {
		t.Fatal(r)
	}
}

// TestResultOfNothing: a NULL pointer is an error, and the world goes on.
func TestResultOfNothing(t *testing.T) {
	w := sim.New(sim.Config{Clock: sim.VirtualTime})
	defer w.Close()
	th := w.MustHost("host", "10.0.0.1").NewThread()
	for i, err := range []error{
		th.GetOverlappedResult(4, nil, new(uint32), false),
		th.GetOverlappedResult(4, new(wsa.Overlapped), nil, false),
	} {
		if err != wsa.WSAEFAULT {
			t.Errorf("%d: %v, want WSAEFAULT", i, err)
		}
	}
}

// TestContextBeforeData: while an AcceptEx waits for the first data its socket has
// no context to be updated.
func TestContextBeforeData(t *testing.T) {
	_, client, server := pair(t, sim.Config{Clock: sim.VirtualTime})
	l := listening(t, server, 5)
	a := must[wsa.SOCKET](t)(server.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0))
	var received uint32
	ov := new(wsa.Overlapped)
	if err := server.AcceptEx(l, a, make([]byte, 100), 36, 32, 32, &received, ov); err != wsa.WSA_IO_PENDING {
		t.Fatal(err)
	}
	update := func() error {
		return server.Setsockopt(a, wsa.SOL_SOCKET, wsa.SO_UPDATE_ACCEPT_CONTEXT, []byte{byte(l), 0, 0, 0, 0, 0, 0, 0})
	}
	c := must[wsa.SOCKET](t)(client.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0))
	ok(t, client.Connect(c, addr("10.0.0.2:80")))
	if err := update(); err != wsa.WSAENOTCONN {
		t.Errorf("before the first data: %v", err)
	}
	_, err := client.Send(c, []byte("x"), 0)
	ok(t, err)
	if ov.Internal != wsa.STATUS_SUCCESS {
		t.Fatalf("with data AcceptEx has status %#x", ov.Internal)
	}
	ok(t, update())
	ok(t, server.Shutdown(a, wsa.SD_SEND))
}
