package sim_test

import (
	"net/netip"
	"testing"
	"time"

	"wsasim/sim"
	"wsasim/wsa"
)

// TestTimeWait: who can connect again from the same port to the same address,
// after the connection has ended in each way.
func TestTimeWait(t *testing.T) {
	const wait = 2 * time.Minute
	reset := func(t *testing.T, th *sim.Thread, s wsa.SOCKET) {
		ok(t, th.Setsockopt(s, wsa.SOL_SOCKET, wsa.SO_LINGER, opt(1, 0, 0, 0)))
		ok(t, th.Closesocket(s))
	}
	for _, test := range []struct {
		name string
		end  func(t *testing.T, w *sim.World, client, server *sim.Thread, c, s wsa.SOCKET)
		// option is set on the second socket, unless 0; to is where it connects.
		option int32
		to     string
		want   wsa.Errno
	}{
		{name: "client first", end: func(t *testing.T, _ *sim.World, client, server *sim.Thread, c, s wsa.SOCKET) {
			ok(t, client.Closesocket(c))
			ok(t, server.Closesocket(s))
		}, want: wsa.WSAEADDRINUSE},
		{name: "client first by shutdown", end: func(t *testing.T, _ *sim.World, client, server *sim.Thread, c, s wsa.SOCKET) {
			ok(t, client.Shutdown(c, wsa.SD_SEND))
			ok(t, server.Closesocket(s))
			ok(t, client.Closesocket(c))
		}, want: wsa.WSAEADDRINUSE},
		{name: "client first, SO_REUSEADDR", end: func(t *testing.T, _ *sim.World, client, server *sim.Thread, c, s wsa.SOCKET) {
			ok(t, client.Closesocket(c))
			ok(t, server.Closesocket(s))
		}, option: wsa.SO_REUSEADDR},
		{name: "client first, other address", end: func(t *testing.T, _ *sim.World, client, server *sim.Thread, c, s wsa.SOCKET) {
			ok(t, client.Closesocket(c))
			ok(t, server.Closesocket(s))
		}, to: "10.0.0.22:80"},
		{name: "client first, almost over", end: func(t *testing.T, w *sim.World, client, server *sim.Thread, c, s wsa.SOCKET) {
			ok(t, client.Closesocket(c))
			ok(t, server.Closesocket(s))
			ok(t, w.Sleep(wait-time.Millisecond))
		}, want: wsa.WSAEADDRINUSE},
		{name: "client first, over", end: func(t *testing.T, w *sim.World, client, server *sim.Thread, c, s wsa.SOCKET) {
			ok(t, client.Closesocket(c))
			ok(t, server.Closesocket(s))
			ok(t, w.Sleep(wait))
		}},
		{name: "server first", end: func(t *testing.T, _ *sim.World, client, server *sim.Thread, c, s wsa.SOCKET) {
			ok(t, server.Closesocket(s))
			ok(t, client.Closesocket(c))
		}},
		{name: "reset by the client", end: func(t *testing.T, _ *sim.World, client, server *sim.Thread, c, s wsa.SOCKET) {
			reset(t, client, c)
		}},
		{name: "reset by the server", end: func(t *testing.T, _ *sim.World, client, server *sim.Thread, c, s wsa.SOCKET) {
			ok(t, client.Shutdown(c, wsa.SD_SEND))
			reset(t, server, s)
			ok(t, client.Closesocket(c))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := sim.New(sim.Config{Clock: sim.VirtualTime, Timing: sim.Timing{TimeWait: wait}})
			defer w.Close()
			client := w.MustHost("client", "10.0.0.1").NewThread()
			server := w.MustHost("server", "10.0.0.2", "10.0.0.22").NewThread()
			l := listening(t, server, 5)
			bound := func() wsa.SOCKET {
				s := must[wsa.SOCKET](t)(client.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0))
				if test.option != 0 {
					ok(t, client.Setsockopt(s, wsa.SOL_SOCKET, test.option, opt(1)))
				}
				ok(t, client.Bind(s, addr("0.0.0.0:5000")))
				return s
			}
			c := bound()
			ok(t, client.Connect(c, addr("10.0.0.2:80")))
			test.end(t, w, client, server, c, must[wsa.SOCKET](t)(server.Accept(l, nil, nil)))
			to := test.to
			if to == "" {
				to = "10.0.0.2:80"
			}
			if err := client.Connect(bound(), addr(to)); err != test.want.Err() {
				t.Errorf("connecting again: %v, want %v", err, test.want.Err())
			}
		})
	}
}

// TestTimeWaitAgain: a pair that waits again, since a socket with SO_REUSEADDR has
// used it, keeps no other pair waiting for longer.
func TestTimeWaitAgain(t *testing.T) {
	const wait = time.Minute
	w := sim.New(sim.Config{Clock: sim.VirtualTime, Timing: sim.Timing{TimeWait: wait}})
	defer w.Close()
	client := w.MustHost("client", "10.0.0.1").NewThread()
	server := w.MustHost("server", "10.0.0.2").NewThread()
	l := listening(t, server, 5)
	visit := func(from string, reuse byte) error {
		c := must[wsa.SOCKET](t)(client.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0))
		defer client.Closesocket(c)
		ok(t, client.Setsockopt(c, wsa.SOL_SOCKET, wsa.SO_REUSEADDR, opt(reuse)))
		ok(t, client.Bind(c, addr(from)))
		if err := client.Connect(c, addr("10.0.0.2:80")); err != nil {
			return err
		}
		ok(t, client.Shutdown(c, wsa.SD_SEND))
		ok(t, server.Closesocket(must[wsa.SOCKET](t)(server.Accept(l, nil, nil))))
		return nil
	}
	ok(t, visit("10.0.0.1:5000", 0))
	ok(t, visit("10.0.0.1:6000", 0))
	ok(t, w.Sleep(wait/2))
	ok(t, visit("10.0.0.1:5000", 1))
	ok(t, w.Sleep(wait/2))
	ok(t, visit("10.0.0.1:6000", 0))
	if err := visit("10.0.0.1:5000", 0); err != wsa.WSAEADDRINUSE {
		t.Errorf("the pair that waits again: %v", err)
	}
	ok(t, w.Sleep(wait/2))
	ok(t, visit("10.0.0.1:5000", 0))
}

// TestTimeWaitPorts: a dynamic port at which no connection waits is preferred, and
// when there is none left a connection to another address can still be made.
func TestTimeWaitPorts(t *testing.T) {
	w := sim.New(sim.Config{Clock: sim.VirtualTime, Timing: sim.Timing{TimeWait: time.Minute}})
	defer w.Close()
	h, err := w.AddHost(sim.HostConfig{Name: "client", Addrs: []netip.Addr{netip.MustParseAddr("10.0.0.1")}, Ports: sim.PortRange{First: 5000, Last: 5003}})
	ok(t, err)
	client, server := h.NewThread(), w.MustHost("server", "10.0.0.2", "10.0.0.22").NewThread()
	l := listening(t, server, 5)
	visit := func(to string) error {
		c := must[wsa.SOCKET](t)(client.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0))
		defer client.Closesocket(c)
		if err := client.Connect(c, addr(to)); err != nil {
			return err
		}
		ok(t, client.Shutdown(c, wsa.SD_SEND))
		ok(t, server.Closesocket(must[wsa.SOCKET](t)(server.Accept(l, nil, nil))))
		return nil
	}
	for i := range 5 {
		if err, want := visit("10.0.0.2:80"), i == 4; (err == wsa.WSAEADDRINUSE) != want {
			t.Errorf("connection %d: %v", i, err)
		}
	}
	ok(t, visit("10.0.0.22:80"))
	ok(t, w.Sleep(time.Minute))
	ok(t, visit("10.0.0.2:80"))
}

// TestPairTaken: two sockets that share a port cannot have the same connection.
func TestPairTaken(t *testing.T) {
	_, client, server := pair(t, sim.Config{Clock: sim.VirtualTime})
	l := listening(t, server, 5)
	shared := func() wsa.SOCKET {
		s := must[wsa.SOCKET](t)(client.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0))
		ok(t, client.Setsockopt(s, wsa.SOL_SOCKET, wsa.SO_REUSEADDR, opt(1)))
		ok(t, client.Bind(s, addr("10.0.0.1:5000")))
		return s
	}
	first, second := shared(), shared()
	ok(t, client.Connect(first, addr("10.0.0.2:80")))
	accepted := must[wsa.SOCKET](t)(server.Accept(l, nil, nil))
	if err := client.Connect(second, addr("10.0.0.2:80")); err != wsa.WSAEADDRINUSE {
		t.Errorf("the same connection again: %v", err)
	}
	ok(t, client.Closesocket(first))
	ok(t, server.Closesocket(accepted))
	ok(t, client.Connect(second, addr("10.0.0.2:80")))
}
