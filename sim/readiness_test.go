package sim_test

import (
	"testing"

	"wsasim/sim"
	"wsasim/wsa"
)

const full = wsa.POLLERR | wsa.POLLHUP | wsa.POLLWRNORM

func TestReadinessFacts(t *testing.T) {
	showFacts(t, []fact{
		{"SL1 SL22 fresh sockets", func(e *env) {
			wants(e, "TCP", e.ready(e.a, e.tcp(e.a)), "")
			wants(e, "UDP", e.ready(e.a, e.udp(e.a)), "w")
			wants(e, "UDP poll (PO18)", e.poll(e.a, e.udp(e.a)), wsa.POLLWRNORM)
		}},
		{"SL3 SL4 SL5 SL10 SL11 SL23 the sets", func(e *env) {
			c, _ := e.pair()
			var none wsa.FDSet
			_, err := e.a.Select(0, &none, &none, nil, nil)
			e.fails("empty", err, wsa.WSAEINVAL)
			r, w := wsa.FDSet{c}, wsa.FDSet{c, wsa.INVALID_SOCKET}
			_, err = e.a.Select(0, &r, &w, nil, nil)
			e.fails("no socket", err, wsa.WSAENOTSOCK)
			wants(e, "sets stay", len(r)+len(w), 3)
			w = wsa.FDSet{c, c}
			wants(e, "twice", must[int](e)(e.a.Select(0, nil, &w, nil, nil)), 1)
			wants(e, "count", len(w), 1)
			both, timeout := wsa.FDSet{c}, wsa.Timeval{Sec: 1}
			wants(e, "one set for two", must[int](e)(e.a.Select(0, &both, &both, nil, &timeout)), 1)
			wants(e, "count", len(both), 1)
			wants(e, "timeval", timeout, wsa.Timeval{Sec: 1})
		}},
		{"SL14 SL15 PO3 PO8 listener", func(e *env) {
			l := e.listener()
			wants(e, "idle", e.ready(e.b, l), "")
			wants(e, "poll", e.poll(e.b, l), 0)
			e.connects()
			for range 2 {
				wants(e, "pending", e.ready(e.b, l), "r")
				wants(e, "poll", e.poll(e.b, l), wsa.POLLRDNORM)
			}
		}},
		{"SL16 SL17 SL20 SL21 PO13 data and the end", func(e *env) {
			c, s := e.pair()
			wants(e, "idle", e.ready(e.b, s), "w")
			e.send(e.a, c, "x", 0)
			wants(e, "data", e.ready(e.b, s), "rw")
			wants(e, "poll", e.poll(e.b, s), wsa.POLLRDNORM|wsa.POLLWRNORM)
			ok(e, e.a.Shutdown(c, wsa.SD_SEND))
			wants(e, "data and end", e.poll(e.b, s), wsa.POLLRDNORM|wsa.POLLWRNORM|wsa.POLLHUP)
			must[int](e)(e.b.Recv(s, make([]byte, 4), 0))
			wants(e, "end", e.poll(e.b, s), wsa.POLLWRNORM|wsa.POLLHUP)
			fds := []wsa.PollFD{{FD: s}}
			wants(e, "nothing asked", must[int](e)(e.b.WSAPoll(fds, -1)), 1)
			wants(e, "revents", fds[0].Revents, wsa.POLLHUP)
			wants(e, "end", e.ready(e.b, s), "rw")
		}},
		{"RS4 RS5 reset", func(e *env) {
			c, s := e.pair()
			e.reset(e.a, c)
			wants(e, "poll", e.poll(e.b, s), full)
			wants(e, "select", e.ready(e.b, s), "rw")
		}},
		{"SL24 SL25 SL28 CO2 PO16 failed nonblocking connect", func(e *env) {
			s := e.tcp(e.a)
			ok(e, e.a.Bind(s, addr("0.0.0.0:7000")))
			e.nonblocking(e.a, s)
			e.fails("connect", e.a.Connect(s, addr("10.0.0.2:81")), wsa.WSAEWOULDBLOCK)
			r, w, x := wsa.FDSet{s}, wsa.FDSet{s}, wsa.FDSet{s}
			wants(e, "select", must[int](e)(e.a.Select(0, &r, &w, &x, &wsa.Timeval{Sec: 5})), 1)
			wants(e, "sets", [3]int{len(r), len(w), len(x)}, [3]int{0, 0, 1})
			wants(e, "poll", e.poll(e.a, s), full)
			wants(e, "poll again", e.poll(e.a, s), full)
			for range 2 {
				val, n := make([]byte, 4), int32(4)
				ok(e, e.a.Getsockopt(s, wsa.SOL_SOCKET, wsa.SO_ERROR, val, &n))
				wants(e, "SO_ERROR", int(val[0])|int(val[1])<<8, int(wsa.WSAECONNREFUSED))
			}
			ok(e, e.a.Listen(s, 1))
			wants(e, "listening", e.ready(e.a, s), "x")
		}},
		{"PO17 failed blocking connect", func(e *env) {
			s := e.tcp(e.a)
			e.fails("connect", e.a.Connect(s, addr("10.0.0.2:81")), wsa.WSAECONNREFUSED)
			wants(e, "poll", e.poll(e.a, s), full)
			val, n := make([]byte, 4), int32(4)
			ok(e, e.a.Getsockopt(s, wsa.SOL_SOCKET, wsa.SO_ERROR, val, &n))
			wants(e, "SO_ERROR", val[0]|val[1], 0)
		}},
		{"PO2 PO4 PO5 PO6 what WSAPoll refuses and skips", func(e *env) {
			c, _ := e.pair()
			for _, bits := range []int16{wsa.POLLERR, wsa.POLLHUP, wsa.POLLNVAL, 8, wsa.POLLWRBAND, 0x40, 0x80, wsa.POLLPRI, 0x800, -0x8000} {
				_, err := e.a.WSAPoll([]wsa.PollFD{{FD: c, Events: bits | wsa.POLLRDNORM}}, 0)
				e.fails("events", err, wsa.WSAEINVAL)
			}
			fds := []wsa.PollFD{{FD: wsa.INVALID_SOCKET, Events: wsa.POLLERR}, {FD: 0xabacab, Events: wsa.POLLIN}, {FD: c, Events: wsa.POLLIN}}
			wants(e, "number", must[int](e)(e.a.WSAPoll(fds, 0)), 0)
			wants(e, "revents", [3]int16{fds[0].Revents, fds[1].Revents, fds[2].Revents}, [3]int16{wsa.POLLNVAL, wsa.POLLNVAL, 0})
			fds[1].Events = wsa.POLLERR
			_, err := e.a.WSAPoll(fds, 0)
			e.fails("bogus handle, bad events", err, wsa.WSAEINVAL)
			wants(e, "revents", fds[1].Revents, 0)
			_, err = e.a.WSAPoll(nil, 0)
			e.fails("no array", err, wsa.WSAEINVAL)
		}},
		{"PO15 SL6 closed by another thread during the wait", func(e *env) {
			c, s := e.pair()
			_ = c
			other := e.b.Process().NewThread()
			e.w.Spawn(e.b, func() {
				fds := []wsa.PollFD{{FD: s, Events: wsa.POLLIN}}
				n, err := e.b.WSAPoll(fds, -1)
				if n != 1 || err != nil || fds[0].Revents != wsa.POLLNVAL {
					e.Errorf("WSAPoll: %d, %v, %x", n, err, fds[0].Revents)
				}
			})
			third := e.b.Process().NewThread()
			e.w.Spawn(third, func() {
				r := wsa.FDSet{s}
				if n, err := third.Select(0, &r, nil, nil, nil); n != 1 || err != nil || len(r) != 1 {
					e.Errorf("select: %d, %v, %v", n, err, r)
				}
			})
			e.w.Spawn(other, func() {
				other.SleepEx(10, false)
				ok(e, other.Closesocket(s))
				// The handle is issued again at once; nobody may take the new
				// socket for the old one (openjdk/jdk PR #16742).
				if again := must[wsa.SOCKET](e)(other.Socket(wsa.AF_INET, wsa.SOCK_DGRAM, 0)); again != s {
					e.Errorf("socket %d, not %d again", again, s)
				}
			})
			ok(e, e.w.Run())
		}},
		{"a wait is ended by data, by room and by time", func(e *env) {
			c, s := e.pair()
			e.w.Spawn(e.b, func() {
				fds := []wsa.PollFD{{FD: s, Events: wsa.POLLIN}}
				wants(e, "time", must[int](e)(e.b.WSAPoll(fds, 50)), 0)
				wants(e, "data", must[int](e)(e.b.WSAPoll(fds, -1)), 1)
			})
			e.w.Spawn(e.a, func() {
				e.a.SleepEx(100, false)
				e.send(e.a, c, "x", 0)
			})
			ok(e, e.w.Run())
			wants(e, "time", e.w.Now().Milliseconds(), 100)
		}},
	})
}

func TestEventSelectFacts(t *testing.T) {
	const all = wsa.FD_ALL_EVENTS
	showFacts(t, []fact{
		{"EV2 EV3 FD_WRITE comes once, whatever is selected again", func(e *env) {
			c, _ := e.pair()
			for _, s := range []struct {
				t *sim.Thread
				s wsa.SOCKET
			}{{e.b, e.bound()}, {e.a, c}} {
				ev := e.selects(s.t, s.s, wsa.FD_WRITE)
				wants(e, "first", e.enum(s.t, s.s, ev), wsa.FD_WRITE)
				for range 4 {
					ok(e, s.t.WSAEventSelect(s.s, ev, wsa.FD_WRITE))
					wants(e, "again", e.enum(s.t, s.s, ev), 0)
				}
			}
		}},
		{"EV5 entries that are not reported stay", func(e *env) {
			c, _ := e.pair()
			e.selects(e.a, c, all)
			ne := wsa.NetworkEvents{ErrorCode: [wsa.FD_MAX_EVENTS]int32{9, 9, 9, 9, 9, 9}}
			ok(e, e.a.WSAEnumNetworkEvents(c, 0, &ne))
			wants(e, "codes", [3]int32(ne.ErrorCode[:3]), [3]int32{9, 0, 9})
		}},
		{"EA3 EA5 EA6 EA7 EA9 FD_ACCEPT", func(e *env) {
			l := e.listener()
			e.connects()
			ev := e.selects(e.b, l, wsa.FD_ACCEPT)
			wants(e, "before select", e.enum(e.b, l, ev), wsa.FD_ACCEPT)
			e.connects()
			wants(e, "second", e.enum(e.b, l, ev), wsa.FD_ACCEPT)
			must[wsa.SOCKET](e)(e.b.Accept(l, nil, nil))
			wants(e, "one is left", e.enum(e.b, l, ev), wsa.FD_ACCEPT)
			must[wsa.SOCKET](e)(e.b.Accept(l, nil, nil))
			wants(e, "none is left", e.enum(e.b, l, ev), 0)
			ok(e, e.b.WSAEventSelect(l, ev, wsa.FD_CONNECT))
			e.connects()
			wants(e, "not asked", e.enum(e.b, l, ev), 0)
			ok(e, e.b.WSAEventSelect(l, ev, wsa.FD_ACCEPT))
			wants(e, "asked later", e.enum(e.b, l, ev), wsa.FD_ACCEPT)
			must[wsa.SOCKET](e)(e.b.Accept(l, nil, nil))
			s, buf := e.tcp(e.b), make([]byte, 64)
			e.fails("AcceptEx", e.b.AcceptEx(l, s, buf, 0, 32, 32, nil, new(wsa.Overlapped)), wsa.WSA_IO_PENDING)
			e.connects()
			wants(e, "taken", e.enum(e.b, l, ev), 0)
			e.connects()
			wants(e, "not taken", e.enum(e.b, l, ev), wsa.FD_ACCEPT)
		}},
		{"EC1 EC3 EC4 FD_CONNECT", func(e *env) {
			l := e.listener()
			c := e.tcp(e.a)
			ev := e.selects(e.a, c, wsa.FD_WRITE)
			e.fails("connect", e.a.Connect(c, addr("10.0.0.2:80")), wsa.WSAEWOULDBLOCK)
			wants(e, "write", e.enum(e.a, c, ev), wsa.FD_WRITE)
			ok(e, e.a.WSAEventSelect(c, ev, wsa.FD_WRITE|wsa.FD_CONNECT))
			wants(e, "late", e.enum(e.a, c, ev), wsa.FD_CONNECT)
			c = e.tcp(e.a)
			ev = e.selects(e.a, c, all)
			e.fails("connect", e.a.Connect(c, addr("10.0.0.2:80")), wsa.WSAEWOULDBLOCK)
			wants(e, "both", e.enum(e.a, c, ev), wsa.FD_CONNECT|wsa.FD_WRITE)
			ok(e, e.a.WSAEventSelect(c, ev, all))
			wants(e, "afterwards", e.enum(e.a, c, ev), 0)
			s := must[wsa.SOCKET](e)(e.b.Accept(l, nil, nil))
			wants(e, "accepted", e.enum(e.b, s, e.selects(e.b, s, all)), wsa.FD_WRITE)
		}},
		{"EC5 a datagram socket is quiet until it is bound or connected", func(e *env) {
			u := e.udp(e.a)
			ev := e.selects(e.a, u, wsa.FD_WRITE|wsa.FD_CONNECT)
			wants(e, "unbound", e.enum(e.a, u, ev), 0)
			ok(e, e.a.Connect(u, addr("10.0.0.2:0")))
			wants(e, "connected", e.enum(e.a, u, ev), wsa.FD_WRITE|wsa.FD_CONNECT)
		}},
		{"EW2 EW4 EW5 SF1 FD_WRITE after WSAEWOULDBLOCK", func(e *env) {
			c, s := e.pair()
			ev := e.selects(e.a, c, wsa.FD_WRITE)
			big := make([]byte, 1<<20)
			wants(e, "whole", must[int](e)(e.a.Send(c, big, 0)), len(big))
			wants(e, "not cleared by a send", e.enum(e.a, c, ev), wsa.FD_WRITE)
			_, err := e.a.Send(c, big, 0)
			e.fails("full", err, wsa.WSAEWOULDBLOCK)
			wants(e, "full", e.enum(e.a, c, ev), 0)
			for got := 0; got < len(big); {
				got += must[int](e)(e.b.Recv(s, make([]byte, 1<<20), 0))
			}
			wants(e, "drained", e.enum(e.a, c, ev), wsa.FD_WRITE)
			wants(e, "once", e.enum(e.a, c, ev), 0)
		}},
		{"ER1 ER2 ER5 ER7 FD_READ", func(e *env) {
			c, s := e.pair()
			e.send(e.a, c, "abc", 0)
			ev := e.selects(e.b, s, wsa.FD_READ)
			wants(e, "before select", e.enum(e.b, s, ev), wsa.FD_READ)
			ok(e, e.b.WSAEventSelect(s, ev, wsa.FD_READ))
			wants(e, "selected again", e.enum(e.b, s, ev), 0)
			e.send(e.a, c, "de", 0)
			wants(e, "more", e.enum(e.b, s, ev), wsa.FD_READ)
			must[int](e)(e.b.Recv(s, make([]byte, 9), 0))
			wants(e, "read", e.enum(e.b, s, ev), 0)
			e.fails("WSARecv", e.recv(e.b, s, make([]byte, 9), new(wsa.Overlapped)), wsa.WSA_IO_PENDING)
			e.send(e.a, c, "f", 0)
			wants(e, "absorbed", e.enum(e.b, s, ev), 0)
			e.send(e.a, c, "g", 0)
			wants(e, "next", e.enum(e.b, s, ev), wsa.FD_READ)
		}},
		{"EO1 EO2 EO3 FD_OOB", func(e *env) {
			c, s := e.pair()
			e.send(e.a, c, "1", wsa.MSG_OOB)
			ev := e.selects(e.b, s, wsa.FD_READ|wsa.FD_OOB)
			wants(e, "before select", e.enum(e.b, s, ev), wsa.FD_OOB)
			e.send(e.a, c, "2", wsa.MSG_OOB)
			wants(e, "second", e.enum(e.b, s, ev), wsa.FD_OOB)
			buf := make([]byte, 4)
			must[int](e)(e.b.Recv(s, buf, wsa.MSG_OOB))
			wants(e, "first byte", buf[0], '1')
			wants(e, "again", e.enum(e.b, s, ev), wsa.FD_OOB)
			must[int](e)(e.b.Recv(s, buf, wsa.MSG_OOB))
			wants(e, "second byte", buf[0], '2')
			wants(e, "none", e.enum(e.b, s, ev), 0)
		}},
		{"ECL2 ECL3 ECL4 ECL5 ECL6 ECL7 FD_CLOSE", func(e *env) {
			c, s := e.pair()
			ev := e.selects(e.b, s, wsa.FD_READ|wsa.FD_CLOSE)
			ok(e, e.a.Shutdown(c, wsa.SD_RECEIVE))
			wants(e, "peer receives no more", e.enum(e.b, s, ev), 0)
			e.send(e.a, c, "12345", 0)
			wants(e, "data", e.enum(e.b, s, ev), wsa.FD_READ)
			ok(e, e.a.Shutdown(c, wsa.SD_SEND))
			wants(e, "unread data remain", e.enum(e.b, s, ev), wsa.FD_CLOSE)
			must[int](e)(e.b.Recv(s, make([]byte, 3), 0))
			wants(e, "some is left", e.enum(e.b, s, ev), wsa.FD_READ)
			must[int](e)(e.b.Recv(s, make([]byte, 3), 0))
			wants(e, "nothing is left", e.enum(e.b, s, ev), 0)
			ok(e, e.a.Closesocket(c))
			wants(e, "closed", e.enum(e.b, s, ev), 0)
			c, s = e.pair()
			ok(e, e.a.Closesocket(c))
			wants(e, "before select", e.enum(e.b, s, e.selects(e.b, s, wsa.FD_CLOSE)), wsa.FD_CLOSE)
		}},
		{"ECL8 a reset closes with WSAECONNABORTED", func(e *env) {
			c, s := e.pair()
			e.selects(e.b, s, wsa.FD_CLOSE)
			e.reset(e.a, c)
			var ne wsa.NetworkEvents
			ok(e, e.b.WSAEnumNetworkEvents(s, 0, &ne))
			wants(e, "events", ne.NetworkEvents, wsa.FD_CLOSE)
			wants(e, "error", wsa.Errno(ne.ErrorCode[wsa.FD_CLOSE_BIT]), wsa.WSAECONNABORTED)
			ok(e, e.b.WSAEnumNetworkEvents(s, 0, &ne))
			wants(e, "once", ne.NetworkEvents, 0)
		}},
		{"IO17 a socket with event selection stays nonblocking", func(e *env) {
			s := e.tcp(e.a)
			ev := e.selects(e.a, s, wsa.FD_READ)
			off, on := uint32(0), uint32(1)
			e.fails("FIONBIO 0", e.a.Ioctlsocket(s, wsa.FIONBIO, &off), wsa.WSAEINVAL)
			ok(e, e.a.Ioctlsocket(s, wsa.FIONBIO, &on))
			ok(e, e.a.WSAEventSelect(s, ev, 0))
			ok(e, e.a.Ioctlsocket(s, wsa.FIONBIO, &off))
		}},
	})
}

func TestWaitingForEvents(t *testing.T) {
	w, a, _ := pair(t, sim.Config{Clock: sim.VirtualTime})
	other := a.Process().NewThread()
	e1, e2 := must[wsa.HANDLE](t)(a.WSACreateEvent()), must[wsa.HANDLE](t)(a.WSACreateEvent())
	both := []wsa.HANDLE{e1, e2}
	if _, err := a.WSAWaitForMultipleEvents(nil, false, 0, false); err != wsa.WSA_INVALID_PARAMETER {
		t.Error(err)
	}
	if _, err := a.WSAWaitForMultipleEvents([]wsa.HANDLE{e1, 0x7777}, false, 0, false); err != wsa.WSA_INVALID_HANDLE {
		t.Error(err)
	}
	var log []uint32
	w.Spawn(a, func() {
		wait := func(all bool, ms uint32, alertable bool) {
			log = append(log, must[uint32](t)(a.WSAWaitForMultipleEvents(both, all, ms, alertable)))
		}
		wait(false, 10, false)
		wait(false, wsa.WSA_INFINITE, false)
		wait(true, wsa.WSA_INFINITE, false)
		ok(t, a.WSAResetEvent(e1))
		ok(t, a.WSAResetEvent(e2))
		a.QueueUserAPC(func() {})
		wait(false, wsa.WSA_INFINITE, true)
	})
	w.Spawn(other, func() {
		other.SleepEx(20, false)
		ok(t, other.WSASetEvent(e2))
		other.SleepEx(20, false)
		ok(t, other.WSASetEvent(e1))
	})
	ok(t, w.Run())
	want := []uint32{wsa.WAIT_TIMEOUT, 1, 0, wsa.WSA_WAIT_IO_COMPLETION}
	for i := range want {
		if log[i] != want[i] {
			t.Fatalf("got %v, want %v", log, want)
		}
	}
	ok(t, a.WSACloseEvent(e1))
	if err := a.WSASetEvent(e1); err != wsa.WSA_INVALID_HANDLE {
		t.Error(err)
	}
}
