package sim_test

import (
	"errors"
	"syscall"
	"testing"

	"wsasim/sim"
	"wsasim/wsa"
)

// TestTraps shows the behaviours of Windows that programs which were developed
// elsewhere met in production. Each name ends with the thread where one did.
func TestTraps(t *testing.T) {
	showFacts(t, []fact{
		{"oversized datagram ends a server's read loop with WSAEMSGSIZE: quic-go #3956", func(e *env) {
			s, buf := e.bound(), make([]byte, 4)
			u := e.udp(e.a)
			must[int](e)(e.a.Sendto(u, []byte("too long"), 0, addr("10.0.0.2:53")))
			must[int](e)(e.a.Sendto(u, []byte("fits"), 0, addr("10.0.0.2:53")))
			_, err := e.b.Recv(s, buf, 0)
			e.fails("recv", err, wsa.WSAEMSGSIZE)
			wants(e, "filled all the same", string(buf), "too ")
			wants(e, "and the loop can go on", must[int](e)(e.b.Recv(s, buf, 0)), 4)
		}},
		{"some receive errors on UDP must be skipped: quic-go #1737", func(e *env) {
			s := e.bound()
			must[int](e)(e.b.Sendto(s, []byte("x"), 0, addr("10.0.0.1:9")))
			must[int](e)(e.a.Sendto(e.udp(e.a), []byte("hi"), 0, addr("10.0.0.2:53")))
			buf := make([]byte, 9)
			_, err := e.b.Recv(s, buf, 0)
			e.fails("of an earlier send", err, wsa.WSAECONNRESET)
			wants(e, "the next is well", must[int](e)(e.b.Recv(s, buf, 0)), 2)
		}},
		{"data lost between WSARecv and CancelIo: ladybird PR #5045", func(e *env) {
			c, s := e.pair()
			buf, ov := make([]byte, 9), new(wsa.Overlapped)
			e.fails("WSARecv", e.recv(e.b, s, buf, ov), wsa.WSA_IO_PENDING)
			e.send(e.a, c, "data", 0)
			ok(e, e.b.CancelIo(wsa.HANDLE(s)))
			n, err := e.result(e.b, s, ov)
			ok(e, err)
			wants(e, "the operation has it, whoever ignores it loses it", string(buf[:n]), "data")
			e.nonblocking(e.b, s)
			_, err = e.b.Recv(s, buf, 0)
			e.fails("recv", err, wsa.WSAEWOULDBLOCK)
		}},
		{"cancelled read reported to close the receive direction: eventcore #225", func(e *env) {
			c, s := e.pair()
			ov := new(wsa.Overlapped)
			e.fails("WSARecv", e.recv(e.b, s, make([]byte, 9), ov), wsa.WSA_IO_PENDING)
			ok(e, e.b.CancelIoEx(wsa.HANDLE(s), ov))
			e.send(e.a, c, "data", 0)
			wants(e, "still open", must[int](e)(e.b.Recv(s, make([]byte, 9), 0)), 4)
		}},
		{"CancelIoEx fails and the completion is there already: nng PR #1599", func(e *env) {
			c, s := e.pair()
			p, ov := e.port(e.b, s, 1), new(wsa.Overlapped)
			e.fails("WSARecv", e.recv(e.b, s, make([]byte, 9), ov), wsa.WSA_IO_PENDING)
			e.send(e.a, c, "data", 0)
			e.fails("CancelIoEx", e.b.CancelIoEx(wsa.HANDLE(s), ov), wsa.ERROR_NOT_FOUND)
			wants(e, "packet", take(e.b, p), got{nil, 4, 1, ov})
			e.none(e.b, p)
		}},
		{"OVERLAPPED belongs to the system until the completion of a cancelled call: pjproject #985", func(e *env) {
			_, s := e.pair()
			p, ov := e.port(e.b, s, 1), new(wsa.Overlapped)
			e.fails("WSARecv", e.recv(e.b, s, make([]byte, 9), ov), wsa.WSA_IO_PENDING)
			ok(e, e.b.CancelIoEx(wsa.HANDLE(s), ov))
			wants(e, "it still comes", take(e.b, p), got{wsa.WSA_OPERATION_ABORTED, 0, 1, ov})
		}},
		{"listener close with a pending overlapped accept: go-winio #357", func(e *env) {
			l := e.listener()
			p, ov := e.port(e.b, l, 1), new(wsa.Overlapped)
			e.fails("AcceptEx", e.b.AcceptEx(l, e.tcp(e.b), make([]byte, 64), 0, 32, 32, nil, ov), wsa.WSA_IO_PENDING)
			ok(e, e.b.Closesocket(l))
			wants(e, "packet", take(e.b, p), got{wsa.WSA_OPERATION_ABORTED, 0, 1, ov})
		}},
		{"byte counter and overlapped both passed: go #18887", func(e *env) {
			c, s := e.pair()
			n, flags, ov := uint32(99), uint32(0), new(wsa.Overlapped)
			e.fails("WSARecv", e.b.WSARecv(s, [][]byte{make([]byte, 9)}, &n, &flags, ov, nil), wsa.WSA_IO_PENDING)
			e.send(e.a, c, "data", 0)
			wants(e, "the counter says nothing", n, 99)
			wants(e, "the structure does", ov.InternalHigh, 4)
		}},
		{"result read through the generic call: haskell/network #602", func(e *env) {
			c, s := e.pair()
			n, ov := uint32(0), new(wsa.Overlapped)
			e.fails("WSARecv", e.recv(e.b, s, make([]byte, 9), ov), wsa.WSA_IO_PENDING)
			e.reset(e.a, c)
			e.fails("generic", e.b.GetOverlappedResult(wsa.HANDLE(s), ov, &n, false), wsa.ERROR_NETNAME_DELETED)
			_, err := e.result(e.b, s, ov)
			e.fails("Winsock's", err, wsa.WSAECONNRESET)
		}},
		{"address length larger than the buffer: wine #270", func(e *env) {
			s := e.bound()
			must[int](e)(e.a.Sendto(e.udp(e.a), []byte("hi"), 0, addr("10.0.0.2:53")))
			from, n := make([]byte, 16), int32(1000)
			must[int](e)(e.b.Recvfrom(s, make([]byte, 9), 0, from, &n))
			wants(e, "length", n, 16)
		}},
		{"control buffer length is in and out: GameNetworkingSockets PR #379", func(e *env) {
			s, u := e.bound(), e.udp(e.a)
			ok(e, e.b.Setsockopt(s, wsa.IPPROTO_IP, wsa.IP_PKTINFO, opt(1)))
			msg, n := &wsa.Msg{Buffers: [][]byte{make([]byte, 9)}, Control: make([]byte, 64), ControlLen: 64}, uint32(0)
			must[int](e)(e.a.Sendto(u, []byte("hi"), 0, addr("10.0.0.2:53")))
			ok(e, e.b.WSARecvMsg(s, msg, &n, nil, nil))
			msg.Control = nil // the length stays what the last call made it
			must[int](e)(e.a.Sendto(u, []byte("hi"), 0, addr("10.0.0.2:53")))
			e.fails("for ever after", e.b.WSARecvMsg(s, msg, &n, nil, nil), wsa.WSAEFAULT)
		}},
		{"WSAPoll reports a failed connect: rpcs3 PR #7064", func(e *env) {
			s := e.tcp(e.a)
			e.nonblocking(e.a, s)
			e.fails("connect", e.a.Connect(s, addr("10.0.0.2:81")), wsa.WSAEWOULDBLOCK)
			fds := []wsa.PollFD{{FD: s, Events: wsa.POLLOUT}}
			wants(e, "poll", must[int](e)(e.a.WSAPoll(fds, 10_000)), 1)
			wants(e, "revents", fds[0].Revents, full)
		}},
		{"CancelIo cancels this thread's calls only: msquic PR #1843", func(e *env) {
			_, s := e.pair()
			other := e.b.Process().NewThread()
			ov := new(wsa.Overlapped)
			e.fails("WSARecv", e.recv(other, s, make([]byte, 9), ov), wsa.WSA_IO_PENDING)
			ok(e, e.b.CancelIo(wsa.HANDLE(s)))
			_, err := e.result(e.b, s, ov)
			e.fails("still there", err, wsa.WSA_IO_INCOMPLETE)
			ok(e, other.CancelIo(wsa.HANDLE(s)))
			_, err = e.result(e.b, s, ov)
			e.fails("now", err, wsa.WSA_OPERATION_ABORTED)
		}},
		{"EWOULDBLOCK is not WSAEWOULDBLOCK: GameNetworkingSockets #144", func(e *env) {
			s := e.bound()
			e.nonblocking(e.b, s)
			_, err := e.b.Recv(s, make([]byte, 9), 0)
			wants(e, "Winsock's", err, error(wsa.WSAEWOULDBLOCK))
			wants(e, "the C library's", errors.Is(err, syscall.EWOULDBLOCK), false)
		}},
		{"SO_REUSEADDR takes a port from its owner: libdatachannel #1363", func(e *env) {
			one, two := e.udp(e.b), e.udp(e.b)
			for _, s := range []wsa.SOCKET{one, two} {
				ok(e, e.b.Setsockopt(s, wsa.SOL_SOCKET, wsa.SO_REUSEADDR, opt(1)))
				ok(e, e.b.Bind(s, addr("10.0.0.2:53")))
			}
		}},
		{"WSAEMSGSIZE and WSAEADDRINUSE keep their meaning: bun PR #42732", func(e *env) {
			_, err := e.a.Sendto(e.udp(e.a), make([]byte, 65508), 0, addr("10.0.0.2:53"))
			e.fails("too large", err, wsa.WSAEMSGSIZE)
		}},
	})
}

// TestPartialSend: an overlapped send is never partial here, as observed EW5 says
// of plain ones (grpc PR #28506 handles the case all the same).
func TestPartialSend(t *testing.T) {
	_, a, b := pair(t, sim.Config{Clock: sim.VirtualTime})
	c, s := joined(t, a, b)
	p := must[wsa.HANDLE](t)(a.CreateIoCompletionPort(wsa.HANDLE(c), 0, 1, 0))
	var ovs [3]wsa.Overlapped
	for i := range ovs {
		err := a.WSASend(c, [][]byte{make([]byte, 1<<20)}, nil, 0, &ovs[i], nil)
		if i == 0 && err != nil || i > 0 && err != wsa.WSA_IO_PENDING {
			t.Fatal(i, err)
		}
	}
	buf := make([]byte, 1<<20)
	for total := 0; total < 3<<20; {
		total += must[int](t)(b.Recv(s, buf, 0))
	}
	for i := range ovs {
		if g := take(a, p); g.ov != &ovs[i] || g.n != 1<<20 || g.err != nil {
			t.Errorf("%d: %+v", i, g)
		}
	}
}
