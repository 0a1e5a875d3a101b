package sim_test

import (
	"errors"
	"net/netip"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"wsasim/sim"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// chooserFunc is a sim.Chooser.
type chooserFunc func(sim.Choice) int

func (f chooserFunc) Choose(c sim.Choice) int { return f(c) }

// exploding are the functions that a world calls while it is locked, each about
// to do something that does not come back when it is armed.
var exploding = []struct {
	name string
	make func(armed *bool, explode func()) sim.Config
	// arm is what remains to be done in the world.
	arm func(w *sim.World, explode func())
	// provoke makes the world call the function.
	provoke func(w *sim.World, t *sim.Thread)
}{
	{"Trace", func(armed *bool, explode func()) sim.Config {
		return sim.Config{Trace: func(*trace.Record) {
			if *armed {
				explode()
			}
		}}
	}, nil, func(_ *sim.World, t *sim.Thread) { _ = t.WSACleanup() }},
	{"Trace, in a function that returns no error", func(armed *bool, explode func()) sim.Config {
		return sim.Config{Trace: func(*trace.Record) {
			if *armed {
				explode()
			}
		}}
	}, nil, func(_ *sim.World, t *sim.Thread) { t.WSASetLastError(1) }},
	{"Trace, in Close", func(armed *bool, explode func()) sim.Config {
		return sim.Config{Trace: func(r *trace.Record) {
			if *armed {
				explode()
			}
		}}
	}, nil, func(w *sim.World, _ *sim.Thread) { w.Close() }},
	{"Chooser", func(armed *bool, explode func()) sim.Config {
		return sim.Config{Chooser: chooserFunc(func(sim.Choice) int {
			if *armed {
				explode()
			}
			return 0
		})}
	}, nil, func(_ *sim.World, t *sim.Thread) {
		s, _ := t.Socket(wsa.AF_INET, wsa.SOCK_DGRAM, wsa.IPPROTO_UDP)
		_ = t.Bind(s, addr("10.0.0.1:0"))
	}},
	{"Hook", nil, func(w *sim.World, explode func()) {
		w.Intercept("hook", func(*sim.Packet) sim.Verdict { explode(); return sim.Verdict{} })
	}, func(_ *sim.World, t *sim.Thread) {
		s, _ := t.Socket(wsa.AF_INET, wsa.SOCK_DGRAM, wsa.IPPROTO_UDP)
		_, _ = t.Sendto(s, []byte("x"), 0, addr("10.0.0.2:9"))
	}},
	{"Hook, in Forge", nil, func(w *sim.World, explode func()) {
		w.Intercept("hook", func(*sim.Packet) sim.Verdict { explode(); return sim.Verdict{} })
	}, func(w *sim.World, _ *sim.Thread) {
		w.Forge(w.Hosts()[0], netip.MustParseAddrPort("10.0.0.9:1"), netip.MustParseAddrPort("10.0.0.2:9"), []byte("x"))
	}},
	{"Administer", nil, nil, nil}, // see below: what explodes is its argument
}

// TestFunctionsThatDoNotComeBack: whatever a function of the user's does that the
// world calls while it is locked, the panic is seen, the world has ended, and nothing
// hangs.
func TestFunctionsThatDoNotComeBack(t *testing.T) {
	for _, kind := range []sim.ClockKind{sim.RealTime, sim.VirtualTime} {
		for _, c := range exploding {
			inBubble(t, kind.String()+"/"+c.name, func(t *testing.T) {
				armed, calls := false, 0
				explode := func() { calls++; panic("from outside") }
				cfg := sim.Config{}
				if c.make != nil {
					cfg = c.make(&armed, explode)
				}
				cfg.Clock = kind
				w, client, server := pair(t, cfg)
				waiting := spawnWaiting(t, w, server)
				if c.arm != nil {
					c.arm(w, explode)
				}
				armed = true
				func() {
					defer func() {
						if v := recover(); v != "from outside" {
							t.Errorf("the panic that came out is %v", v)
						}
					}()
					if c.provoke == nil {
						w.Administer(explode)
					} else {
						c.provoke(w, client)
					}
				}()
				if err := <-waiting; !errors.Is(err, sim.ErrEnded) {
					t.Errorf("the call that waited returned %v", err)
				}
				expectEnded(t, w, client)
				w.Administer(func() { t.Error("a world that has ended calls outside") })
				w.Close()
				if calls != 1 {
					t.Errorf("%d calls outside", calls)
				}
			})
		}
	}
}

// inBubble is a subtest in a bubble of testing/synctest, where time passes only once
// everybody waits.
func inBubble(t *testing.T, name string, test func(*testing.T)) {
	t.Run(name, func(t *testing.T) { synctest.Test(t, test) })
}

// spawnWaiting lets a thread wait for a datagram that never comes.
func spawnWaiting(t *testing.T, w *sim.World, server *sim.Thread) <-chan error {
	t.Helper()
	s := must[wsa.SOCKET](t)(server.Socket(wsa.AF_INET, wsa.SOCK_DGRAM, wsa.IPPROTO_UDP))
	if err := server.Bind(s, addr("10.0.0.2:7")); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	w.Spawn(server, func() {
		_, err := server.Recv(s, make([]byte, 1), 0)
		ended <- err
	})
	if err := w.Sleep(time.Millisecond); err != nil {
		t.Fatal(err)
	}
	return ended
}

// expectEnded looks at every kind of call.
func expectEnded(t *testing.T, w *sim.World, th *sim.Thread) {
	t.Helper()
	s, err := th.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0)
	_, recvErr := th.Recv(4, make([]byte, 1), 0)
	for name, err := range map[string]error{
		"WSAStartup": th.WSAStartup(0x202, new(wsa.WSADATA)), "socket": err, "closesocket": th.Closesocket(4), "recv": recvErr,
		"WSASetSocketSecurity": th.WSASetSocketSecurity(4, nil, nil, nil), "WSACleanup": th.WSACleanup(),
		"Sleep": w.Sleep(time.Hour), "Run": w.Run(),
	} {
		if !errors.Is(err, sim.ErrEnded) {
			t.Errorf("%s: %v, want ErrEnded", name, err)
		}
	}
	if s != wsa.INVALID_SOCKET {
		t.Errorf("socket gave %d", s)
	}
	th.WSASetLastError(5)
	if e := th.WSAGetLastError(); e != 5 {
		t.Errorf("the last error is %v", e)
	}
}

// TestPanicWhileTimePasses: a hook that the world calls because time has passed panics
// in whoever lets it pass.
func TestPanicWhileTimePasses(t *testing.T) {
	w, client, server := pair(t, sim.Config{Clock: sim.VirtualTime})
	w.SetLink(client.Process().Host(), server.Process().Host(), sim.Link{Latency: time.Millisecond})
	s := must[wsa.SOCKET](t)(client.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0))
	w.Intercept("hook", func(p *sim.Packet) sim.Verdict {
		if p.FromHost.Name() == "server" {
			panic("from outside")
		}
		return sim.Verdict{}
	})
	var seen any
	w.Spawn(client, func() {
		defer func() { seen = recover() }()
		_ = client.Connect(s, addr("10.0.0.2:9"))
	})
	if err := w.Run(); !errors.Is(err, sim.ErrEnded) {
		t.Errorf("Run: %v", err)
	}
	w.Close()
	expectEnded(t, w, server)
	if err := client.WSACleanup(); !errors.Is(err, sim.ErrEnded) || seen != "from outside" {
		t.Errorf("%v; the panic that came out is %v", err, seen)
	}
}

// TestGoexitOutside: ending the goroutine is no way to keep the lock, either.
func TestGoexitOutside(t *testing.T) {
	armed := false
	w, client, _ := pair(t, sim.Config{Trace: func(*trace.Record) {
		if armed {
			runtime.Goexit()
		}
	}})
	armed = true
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer w.Close()
		client.WSAGetLastError()
		t.Error("it came back")
	}()
	<-ended
	expectEnded(t, w, client)
}

// TestPanicsWithoutTheLock: condition functions, routines and bodies run without the
// lock, so a panic leaves a world that goes on.
func TestPanicsWithoutTheLock(t *testing.T) {
	w, client, server := pair(t, sim.Config{})
	l := must[wsa.SOCKET](t)(server.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0))
	s := must[wsa.SOCKET](t)(client.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0))
	for _, err := range []error{server.Bind(l, addr("10.0.0.2:80")), server.Listen(l, 1), client.Connect(s, addr("10.0.0.2:80"))} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, f := range map[string]func(){
		"condition": func() {
			_, _ = server.WSAAccept(l, nil, nil, func(*wsa.Offer) int32 { panic("from outside") })
		},
		"routine": func() {
			_ = client.QueueUserAPC(func() { panic("from outside") })
			client.SleepEx(0, true)
		},
	} {
		func() {
			defer func() {
				if v := recover(); v != "from outside" {
					t.Errorf("%s: the panic that came out is %v", name, v)
				}
			}()
			f()
		}()
	}
	if n, err := client.Send(s, []byte("x"), 0); n != 1 || err != nil {
		t.Errorf("send: %d, %v", n, err)
	}
	w.Close()
}
