package sim_test

import (
	"bytes"
	"errors"
	"net/netip"
	"syscall"
	"testing"

	"wsasim/sim"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// pair is two hosts with a thread each, under the virtual clock.
func pair(t testing.TB, cfg sim.Config) (w *sim.World, client, server *sim.Thread) {
	t.Helper()
	w = sim.New(cfg)
	t.Cleanup(w.Close)
	client = w.MustHost("client", "10.0.0.1", "fd00::1").NewThread()
	server = w.MustHost("server", "10.0.0.2", "fd00::2").NewThread()
	return w, client, server
}

func addr(s string) []byte { return wsa.Sockaddr(netip.MustParseAddrPort(s)) }

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestEcho(t *testing.T) {
	for _, clock := range []sim.ClockKind{sim.RealTime, sim.VirtualTime} {
		w, client, server := pair(t, sim.Config{Clock: clock})
		l := must[wsa.SOCKET](t)(server.Socket(wsa.AF_INET, wsa.SOCK_STREAM, wsa.IPPROTO_TCP))
		ok(t, server.Bind(l, addr("0.0.0.0:80")))
		ok(t, server.Listen(l, 5))
		w.Spawn(server, func() {
			s := must[wsa.SOCKET](t)(server.Accept(l, nil, nil))
			buf := make([]byte, 64)
			for {
				n := must[int](t)(server.Recv(s, buf, 0))
				if n == 0 {
					break
				}
				must[int](t)(server.Send(s, buf[:n], 0))
			}
			ok(t, server.Closesocket(s))
		})
		w.Spawn(client, func() {
			s := must[wsa.SOCKET](t)(client.Socket(wsa.AF_INET, wsa.SOCK_STREAM, wsa.IPPROTO_TCP))
			ok(t, client.Connect(s, addr("10.0.0.2:80")))
			must[int](t)(client.Send(s, []byte("hello"), 0))
			buf := make([]byte, 64)
			n := must[int](t)(client.Recv(s, buf, 0))
			if !bytes.Equal(buf[:n], []byte("hello")) {
				t.Errorf("echo gave %q", buf[:n])
			}
			ok(t, client.Shutdown(s, wsa.SD_SEND))
			if n, err := client.Recv(s, buf, 0); n != 0 || err != nil {
				t.Errorf("after the server closed: %d, %v", n, err)
			}
			ok(t, client.Closesocket(s))
		})
		ok(t, w.Run())
	}
}

func TestRefused(t *testing.T) {
	w, client, _ := pair(t, sim.Config{Clock: sim.VirtualTime})
	s := must[wsa.SOCKET](t)(client.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0))
	err := client.Connect(s, addr("10.0.0.2:81"))
	if err != wsa.WSAECONNREFUSED || errors.Is(err, syscall.ECONNREFUSED) {
		t.Fatal(err)
	}
	if w.Now().Seconds() != 2 {
		t.Errorf("refused after %v, want 2s", w.Now())
	}
	err = client.Connect(s, addr("10.0.0.9:81"))
	if err != wsa.WSAETIMEDOUT {
		t.Fatal(err)
	}
	if w.Now().Seconds() != 23 {
		t.Errorf("timed out after %v, want 2s+21s", w.Now())
	}
}

func TestDeadlock(t *testing.T) {
	w, _, server := pair(t, sim.Config{Clock: sim.VirtualTime})
	s := must[wsa.SOCKET](t)(server.Socket(wsa.AF_INET, wsa.SOCK_DGRAM, 0))
	ok(t, server.Bind(s, addr("0.0.0.0:53")))
	var got error
	w.Spawn(server, func() { _, got = server.Recv(s, make([]byte, 8), 0) })
	err := w.Run()
	var d *sim.DeadlockError
	if !errors.As(err, &d) || got != err || len(d.Waits) != 1 {
		t.Fatalf("Run: %v, Recv: %v", err, got)
	}
}

func TestDatagramLargerThanTheBuffer(t *testing.T) {
	var tr bytes.Buffer
	out := trace.NewWriter(&tr)
	_, client, server := pair(t, sim.Config{Clock: sim.VirtualTime, Trace: out.Write})
	s := must[wsa.SOCKET](t)(server.Socket(wsa.AF_INET, wsa.SOCK_DGRAM, 0))
	ok(t, server.Bind(s, addr("0.0.0.0:53")))
	c := must[wsa.SOCKET](t)(client.Socket(wsa.AF_INET, wsa.SOCK_DGRAM, 0))
	must[int](t)(client.Sendto(c, []byte("abcdef"), 0, addr("10.0.0.2:53")))
	must[int](t)(client.Sendto(c, []byte("gh"), 0, addr("10.0.0.2:53")))
	buf := make([]byte, 4)
	if _, err := server.Recv(s, buf, 0); err != wsa.WSAEMSGSIZE || string(buf) != "abcd" {
		t.Fatalf("%q, %v", buf, err)
	}
	if n := must[int](t)(server.Recv(s, buf, 0)); string(buf[:n]) != "gh" {
		t.Fatalf("%q", buf[:n])
	}
	must[int](t)(client.Sendto(c, []byte("x"), 0, addr("10.0.0.2:54")))
	if _, err := client.Recv(c, buf, 0); err != wsa.WSAECONNRESET {
		t.Fatal(err)
	}
	ok(t, out.Flush())
	n := 0
	trace.Read(&tr)(func(_ int, _ *trace.Record, err error) bool {
		ok(t, err)
		n++
		return true
	})
	if n == 0 {
		t.Error("empty trace")
	}
}
