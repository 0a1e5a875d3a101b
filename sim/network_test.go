package sim_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"wsasim/sim"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// listening makes a listener at port 80 of the thread's host.
func listening(t testing.TB, server *sim.Thread, backlog int32) wsa.SOCKET {
	t.Helper()
	l := must[wsa.SOCKET](t)(server.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0))
	ok(t, server.Bind(l, addr("0.0.0.0:80")))
	ok(t, server.Listen(l, backlog))
	return l
}

// joined is a connection made by one goroutine, under the virtual clock.
func joined(t testing.TB, client, server *sim.Thread) (c, s wsa.SOCKET) {
	t.Helper()
	l := listening(t, server, 5)
	c = must[wsa.SOCKET](t)(client.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0))
	ok(t, client.Connect(c, addr("10.0.0.2:80")))
	s = must[wsa.SOCKET](t)(server.Accept(l, nil, nil))
	ok(t, server.Closesocket(l))
	return c, s
}

func opt(v ...byte) []byte { return append(v, make([]byte, 4-len(v))...) }

// TestEndings is how a connection may end and what each side then sees.
func TestEndings(t *testing.T) {
	type ends struct {
		t    *testing.T
		w    *sim.World
		a, b *sim.Thread
		c, s wsa.SOCKET
	}
	recv := func(e ends, t *sim.Thread, s wsa.SOCKET) string {
		buf := make([]byte, 100)
		n, err := t.Recv(s, buf, 0)
		if err != nil {
			return err.(wsa.Errno).Name()
		}
		return fmt.Sprintf("%q", buf[:n])
	}
	send := func(e ends, t *sim.Thread, s wsa.SOCKET) string {
		n, err := t.Send(s, []byte("xyz"), 0)
		if err != nil {
			return err.(wsa.Errno).Name()
		}
		return fmt.Sprint(n)
	}
	linger := func(seconds byte) []byte { return []byte{1, 0, seconds, 0} }
	for _, tt := range []struct {
		name string
		do   func(e ends) []string
		want []string
	}{
		{"graceful close, then 0 again and again", func(e ends) []string {
			e.b.Send(e.s, []byte("bye"), 0)
			ok(e.t, e.b.Closesocket(e.s))
			return []string{recv(e, e.a, e.c), recv(e, e.a, e.c), recv(e, e.a, e.c)}
		}, []string{`"bye"`, `""`, `""`}},
		{"sending to a closed end (SD10)", func(e ends) []string {
			ok(e.t, e.b.Closesocket(e.s))
			return []string{send(e, e.a, e.c), recv(e, e.a, e.c), send(e, e.a, e.c)}
		}, []string{"3", "WSAECONNABORTED", "WSAECONNABORTED"}},
		{"abortive close (RS3): sticky, and unread data is lost", func(e ends) []string {
			e.b.Send(e.s, []byte("lost"), 0)
			ok(e.t, e.b.Setsockopt(e.s, wsa.SOL_SOCKET, wsa.SO_LINGER, linger(0)))
			ok(e.t, e.b.Closesocket(e.s))
			return []string{recv(e, e.a, e.c), recv(e, e.a, e.c), send(e, e.a, e.c)}
		}, []string{"WSAECONNRESET", "WSAECONNRESET", "WSAECONNRESET"}},
		{"closing with unread data resets", func(e ends) []string {
			e.a.Send(e.c, []byte("unread"), 0)
			ok(e.t, e.b.Closesocket(e.s))
			return []string{recv(e, e.a, e.c)}
		}, []string{"WSAECONNRESET"}},
		{"half close", func(e ends) []string {
			ok(e.t, e.a.Shutdown(e.c, wsa.SD_SEND))
			return []string{send(e, e.a, e.c), recv(e, e.b, e.s), send(e, e.b, e.s), recv(e, e.a, e.c)}
		}, []string{"WSAESHUTDOWN", `""`, "3", `"xyz"`}},
		{"shut down for receiving (SD5)", func(e ends) []string {
			ok(e.t, e.a.Shutdown(e.c, wsa.SD_RECEIVE))
			return []string{recv(e, e.a, e.c), send(e, e.a, e.c), recv(e, e.b, e.s)}
		}, []string{"WSAESHUTDOWN", "3", `"xyz"`}},
		{"reset by the network", func(e ends) []string {
			hosts := e.w.Hosts()
			e.w.ResetConnections(hosts[0], hosts[1])
			return []string{recv(e, e.a, e.c), send(e, e.b, e.s)}
		}, []string{"WSAECONNRESET", "WSAECONNRESET"}},
		{"receive time-out (TO2)", func(e ends) []string {
			ok(e.t, e.a.Setsockopt(e.c, wsa.SOL_SOCKET, wsa.SO_RCVTIMEO, opt(100)))
			r := recv(e, e.a, e.c)
			return []string{r, fmt.Sprint(e.w.Now())}
		}, []string{"WSAETIMEDOUT", "100ms"}},
		{"the last WSACleanup destroys everything (ST3)", func(e ends) []string {
			ok(e.t, e.b.WSACleanup())
			return []string{recv(e, e.a, e.c), recv(e, e.b, e.s)}
		}, []string{"WSAECONNRESET", "WSANOTINITIALISED"}},
		{"data lost for good aborts", func(e ends) []string {
			e.w.Partition(e.w.Hosts()[:1])
			r := []string{send(e, e.a, e.c), recv(e, e.a, e.c)}
			return append(r, fmt.Sprint(e.w.Now()))
		}, []string{"3", "WSAECONNABORTED", "31s"}},
		{"a partition that heals loses nothing", func(e ends) []string {
			e.w.Partition(e.w.Hosts()[:1])
			r := []string{send(e, e.a, e.c)}
			ok(e.t, e.w.Sleep(5*time.Second))
			e.w.Heal()
			return append(r, recv(e, e.b, e.s))
		}, []string{"3", `"xyz"`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, a, b := pair(t, sim.Config{Clock: sim.VirtualTime})
			c, s := joined(t, a, b)
			if got := tt.do(ends{t, w, a, b, c, s}); !slices.Equal(got, tt.want) {
				t.Errorf("got  %v\nwant %v", got, tt.want)
			}
		})
	}
}

// TestWriteUntilFull is EW5 and SF1: a nonblocking send is taken whole or not
// at all.
func TestWriteUntilFull(t *testing.T) {
	_, a, b := pair(t, sim.Config{Clock: sim.VirtualTime})
	c, s := joined(t, a, b)
	one := uint32(1)
	ok(t, a.Ioctlsocket(c, wsa.FIONBIO, &one))
	big := make([]byte, 50<<20)
	if n := must[int](t)(a.Send(c, big, 0)); n != len(big) {
		t.Fatalf("took %d bytes", n)
	}
	if _, err := a.Send(c, big, 0); err != wsa.WSAEWOULDBLOCK {
		t.Fatal(err)
	}
	ok(t, a.Closesocket(c))
	buf, got := make([]byte, 1<<20), 0
	for {
		n := must[int](t)(b.Recv(s, buf, 0))
		if n == 0 {
			break
		}
		got += n
	}
	if got != len(big) {
		t.Errorf("%d bytes arrived of %d", got, len(big))
	}
}

// TestBacklog: when the queue is full the client is refused.
func TestBacklog(t *testing.T) {
	_, a, b := pair(t, sim.Config{Clock: sim.VirtualTime})
	listening(t, b, 2)
	for i := range 3 {
		c := must[wsa.SOCKET](t)(a.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0))
		err := a.Connect(c, addr("10.0.0.2:80"))
		if want := i == 2; (err == wsa.WSAECONNREFUSED) != want {
			t.Errorf("connect %d: %v", i, err)
		}
	}
}

// TestPortsRunOut: a host has as many dynamic ports as it was given.
func TestPortsRunOut(t *testing.T) {
	w := sim.New(sim.Config{Clock: sim.VirtualTime})
	defer w.Close()
	h, err := w.AddHost(sim.HostConfig{Name: "h", Ports: sim.PortRange{First: 5000, Last: 5002}})
	ok(t, err)
	th := h.NewThread()
	for i := range 4 {
		s := must[wsa.SOCKET](t)(th.Socket(wsa.AF_INET, wsa.SOCK_DGRAM, 0))
		err := th.Bind(s, addr("0.0.0.0:0"))
		if want := i == 3; (err == wsa.WSAENOBUFS) != want {
			t.Errorf("bind %d: %v", i, err)
		}
	}
}

// TestBindTable walks the decision table of the page, both sides as data.
func TestBindTable(t *testing.T) {
	const (
		I = wsa.WSAEADDRINUSE
		A = wsa.WSAEACCES
		O = wsa.Errno(0)
	)
	kinds := []struct {
		option int32
		addr   string
	}{{0, "0.0.0.0:99"}, {0, "10.0.0.1:99"}, {wsa.SO_REUSEADDR, "0.0.0.0:99"}, {wsa.SO_REUSEADDR, "10.0.0.1:99"},
		{wsa.SO_EXCLUSIVEADDRUSE, "0.0.0.0:99"}, {wsa.SO_EXCLUSIVEADDRUSE, "10.0.0.1:99"}}
	table := [][]wsa.Errno{
		{I, O, A, O, I, O}, {O, I, O, A, I, I}, {I, O, O, O, I, O}, {O, I, O, O, I, I}, {I, A, A, A, I, A}, {O, I, O, A, I, I},
	}
	for _, typ := range []int32{wsa.SOCK_STREAM, wsa.SOCK_DGRAM} {
		for i, first := range kinds {
			for j, second := range kinds {
				_, th, _ := pair(t, sim.Config{Clock: sim.VirtualTime})
				bind := func(option int32, to string) error {
					s := must[wsa.SOCKET](t)(th.Socket(wsa.AF_INET, typ, 0))
					if option != 0 {
						ok(t, th.Setsockopt(s, wsa.SOL_SOCKET, option, opt(1)))
					}
					return th.Bind(s, addr(to))
				}
				ok(t, bind(first.option, first.addr))
				if err := bind(second.option, second.addr); err != table[i][j].Err() {
					t.Errorf("%v then %v: %v, want %v", first, second, err, table[i][j])
				}
			}
		}
	}
}

// TestLatency: a connect takes a round trip and data one way, and bytes of one
// connection keep their order whatever the jitter.
func TestLatency(t *testing.T) {
	w, a, b := pair(t, sim.Config{Clock: sim.VirtualTime, Seed: 7})
	hosts := w.Hosts()
	w.SetLinks(hosts[0], hosts[1], sim.Link{Latency: 10 * time.Millisecond})
	c, s := joined(t, a, b)
	if w.Now() != 30*time.Millisecond {
		t.Errorf("connected and accepted at %v, want three times 10ms", w.Now())
	}
	w.SetLinks(hosts[0], hosts[1], sim.Link{Latency: time.Millisecond, Jitter: 50 * time.Millisecond, Loss: 0.3})
	var sent, got []byte
	for i := range 200 {
		p := bytes.Repeat([]byte{byte(i)}, i+1)
		sent = append(sent, p...)
		must[int](t)(a.Send(c, p, 0))
	}
	buf := make([]byte, 1000)
	for len(got) < len(sent) {
		n := must[int](t)(b.Recv(s, buf, 0))
		got = append(got, buf[:n]...)
	}
	if !bytes.Equal(sent, got) {
		t.Error("the stream was changed on its way")
	}
}

// TestSynctest runs hour-long waits inside a bubble, with no adapter.
func TestSynctest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := sim.New(sim.Config{})
		defer w.Close()
		a := w.MustHost("a", "10.0.0.1").NewThread()
		b := w.MustHost("b", "10.0.0.2").NewThread()
		start := time.Now()
		s := must[wsa.SOCKET](t)(b.Socket(wsa.AF_INET, wsa.SOCK_DGRAM, 0))
		ok(t, b.Bind(s, addr("0.0.0.0:53")))
		ok(t, b.Setsockopt(s, wsa.SOL_SOCKET, wsa.SO_RCVTIMEO, opt(0x80, 0xee, 0x36, 0)))
		w.Spawn(a, func() { a.SleepEx(1000*60*60*2, false) })
		w.Spawn(b, func() {
			if _, err := b.Recv(s, make([]byte, 1), 0); err != wsa.WSAETIMEDOUT {
				t.Errorf("recv: %v", err)
			}
		})
		ok(t, w.Run())
		if d := time.Since(start); d != 2*time.Hour {
			t.Errorf("took %v", d)
		}
	})
}

// TestKeepAliveRealTime: under package time, too, the idle time begins with the
// latest transfer, to the millisecond.
func TestKeepAliveRealTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := pair(t, sim.Config{})
		defer w.Close()
		l := listening(t, b, 1)
		c := must[wsa.SOCKET](t)(a.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0))
		ok(t, a.Connect(c, addr("10.0.0.2:80")))
		s := must[wsa.SOCKET](t)(b.Accept(l, nil, nil))
		ok(t, a.Setsockopt(c, wsa.SOL_SOCKET, wsa.SO_KEEPALIVE, opt(1)))
		for name, seconds := range map[int32]byte{wsa.TCP_KEEPIDLE: 7, wsa.TCP_KEEPINTVL: 1, wsa.TCP_KEEPCNT: 3} {
			ok(t, a.Setsockopt(c, wsa.IPPROTO_TCP, name, opt(seconds)))
		}
		start := time.Now()
		time.Sleep(10 * time.Second)
		must[int](t)(a.Send(c, []byte("x"), 0))
		must[int](t)(b.Recv(s, make([]byte, 1), 0))
		time.Sleep(2 * time.Second)
		w.Partition([]*sim.Host{w.Hosts()[0]})
		if _, err := a.Recv(c, make([]byte, 1), 0); err != wsa.WSAENETRESET {
			t.Errorf("recv: %v", err)
		}
		if d := time.Since(start).Round(time.Millisecond); d != 20*time.Second {
			t.Errorf("the peer was found dead after %v, not 10 s and 7 s idle and 3 probes", d)
		}
	})
}

// TestSameSeedSameTrace: under the virtual clock the trace is a function of the
// seed, byte for byte, and another seed gives another one.
func TestSameSeedSameTrace(t *testing.T) {
	run := func(seed uint64) []byte {
		var out bytes.Buffer
		tw := trace.NewWriter(&out)
		w, a, b := pair(t, sim.Config{Clock: sim.VirtualTime, Seed: seed, Trace: tw.Write})
		hosts := w.Hosts()
		w.SetLinks(hosts[0], hosts[1], sim.Link{Latency: time.Millisecond, Jitter: 20 * time.Millisecond, Loss: 0.02, Duplicate: 0.1})
		l := listening(t, b, 100)
		w.Spawn(b, func() {
			for range 8 {
				s := must[wsa.SOCKET](t)(b.Accept(l, nil, nil))
				th := b.Process().NewThread()
				w.Spawn(th, func() {
					buf := make([]byte, 10)
					for {
						n, err := th.Recv(s, buf, 0)
						if n == 0 || err != nil {
							break
						}
						th.Send(s, buf[:n], 0)
					}
					th.Closesocket(s)
				})
			}
		})
		for range 8 {
			th := a.Process().NewThread()
			w.Spawn(th, func() {
				c := must[wsa.SOCKET](t)(th.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0))
				ok(t, th.Connect(c, addr("10.0.0.2:80")))
				th.Send(c, []byte("0123456789abcdef"), 0)
				buf := make([]byte, 16)
				must[int](t)(th.Recv(c, buf, wsa.MSG_WAITALL))
				th.Closesocket(c)
			})
		}
		ok(t, w.Run())
		ok(t, tw.Flush())
		return out.Bytes()
	}
	one := run(1)
	for range 20 {
		if !bytes.Equal(one, run(1)) {
			t.Fatal("the same seed gave another trace")
		}
	}
	if bytes.Equal(one, run(2)) {
		t.Error("another seed gave the same trace")
	}
}

// TestCloseEndsWaits: no thread stays behind when the world is closed.
func TestCloseEndsWaits(t *testing.T) {
	for _, clock := range []sim.ClockKind{sim.RealTime, sim.VirtualTime} {
		w, _, b := pair(t, sim.Config{Clock: clock})
		l := listening(t, b, 1)
		ended := make(chan error)
		w.Spawn(b, func() {
			_, err := b.Accept(l, nil, nil)
			ended <- err
		})
		if clock == sim.VirtualTime {
			go w.Sleep(time.Hour)
		}
		time.AfterFunc(time.Millisecond, w.Close)
		if err := <-ended; err != sim.ErrEnded && err.Error() == "" {
			t.Errorf("accept ended with %v", err)
		}
	}
}

// TestReceiveTakesAllPieces: a receive takes what has arrived as far as it has room,
// however large the sends were of which it came.
func TestReceiveTakesAllPieces(t *testing.T) {
	const piece = 20_000
	for _, room := range []int{3 * piece, 2 * piece, piece, piece / 2, 100_000} {
		_, a, b := pair(t, sim.Config{Clock: sim.VirtualTime})
		c, s := joined(t, a, b)
		var sent []byte
		for i := range 3 {
			p := bytes.Repeat([]byte{byte('a' + i)}, piece)
			must[int](t)(a.Send(c, p, 0))
			sent = append(sent, p...)
		}
		buf := make([]byte, room)
		n := must[int](t)(b.Recv(s, buf, 0))
		if want := min(room, len(sent)); n != want || !bytes.Equal(buf[:n], sent[:n]) {
			t.Errorf("room for %d: %d bytes came, want %d", room, n, want)
		}
	}
}

// TestSpawnAfterTheEnd: the code of a thread runs in a world that has ended, too, and
// its calls tell so.
func TestSpawnAfterTheEnd(t *testing.T) {
	for _, kind := range []sim.ClockKind{sim.RealTime, sim.VirtualTime} {
		w := sim.New(sim.Config{Clock: kind})
		th := w.MustHost("host", "10.0.0.1").NewThread()
		s := must[wsa.SOCKET](t)(th.Socket(wsa.AF_INET, wsa.SOCK_DGRAM, 0))
		ok(t, th.Bind(s, addr("10.0.0.1:7")))
		w.Close()
		other := th.Process().NewThread()
		said := make(chan error, 1)
		w.Spawn(other, func() {
			_, err := other.Recv(s, make([]byte, 1), 0)
			said <- err
		})
		if err := <-said; err != sim.ErrEnded {
			t.Errorf("%v: %v", kind, err)
		}
	}
}
