package sim_test

import (
	"testing"
	"time"

	"wsasim/sim"
	"wsasim/wsa"
)

// TestLinger shows the linger table of the page closesocket where data is still
// under way: the forms that end at once are in TestEndings.
func TestLinger(t *testing.T) {
	const latency = 200 * time.Millisecond
	slow := func(e *env, seconds byte) (c, s wsa.SOCKET) {
		c, s = e.pair()
		hosts := e.w.Hosts()
		e.w.SetLinks(hosts[0], hosts[1], sim.Link{Latency: latency})
		ok(e, e.a.Setsockopt(c, wsa.SOL_SOCKET, wsa.SO_LINGER, []byte{1, 0, seconds, 0}))
		e.send(e.a, c, "last words", 0)
		return c, s
	}
	hears := func(e *env, s wsa.SOCKET) (int, error) {
		return e.b.Recv(s, make([]byte, 99), 0)
	}
	showFacts(t, []fact{
		{"off: it returns at once, and everything arrives", func(e *env) {
			c, s := slow(e, 0)
			ok(e, e.a.Setsockopt(c, wsa.SOL_SOCKET, wsa.SO_LINGER, []byte{0, 0, 9, 0}))
			ok(e, e.a.Closesocket(c))
			wants(e, "time", e.w.Now(), 0)
			wants(e, "bytes", must[int](e)(hears(e, s)), 10)
			wants(e, "end", must[int](e)(hears(e, s)), 0)
		}},
		{"0 seconds: it returns at once, and what the peer has not read is lost", func(e *env) {
			c, s := slow(e, 0)
			ok(e, e.a.Closesocket(c))
			wants(e, "time", e.w.Now(), 0)
			ok(e, e.w.Sleep(latency))
			e.fails("reset", second(hears(e, s)), wsa.WSAECONNRESET)
		}},
		{"some seconds: it waits until everything has arrived", func(e *env) {
			c, s := slow(e, 5)
			ok(e, e.a.Closesocket(c))
			wants(e, "time", e.w.Now(), latency)
			wants(e, "bytes", must[int](e)(hears(e, s)), 10)
			wants(e, "end", must[int](e)(hears(e, s)), 0)
		}},
		{"some seconds that are not enough: it succeeds, and the connection is aborted", func(e *env) {
			c, s := slow(e, 2)
			e.w.Partition([]*sim.Host{e.w.Hosts()[0]})
			e.send(e.a, c, "never", 0)
			ok(e, e.a.Closesocket(c))
			wants(e, "time", e.w.Now(), 2*time.Second)
			e.w.Heal()
			if n, err := hears(e, s); err == nil && n > 10 {
				t.Errorf("%d bytes arrived after all", n)
			}
		}},
		{"some seconds, nonblocking: WSAEWOULDBLOCK, and the socket stays", func(e *env) {
			c, s := slow(e, 5)
			e.nonblocking(e.a, c)
			e.fails("close", e.a.Closesocket(c), wsa.WSAEWOULDBLOCK)
			e.send(e.a, c, "and more", 0)
			ok(e, e.w.Sleep(latency))
			ok(e, e.a.Closesocket(c))
			wants(e, "bytes", must[int](e)(hears(e, s)), 18)
		}},
		{"some seconds with nothing under way: it returns at once", func(e *env) {
			c, s := slow(e, 5)
			ok(e, e.w.Sleep(latency))
			e.nonblocking(e.a, c)
			ok(e, e.a.Closesocket(c))
			wants(e, "bytes", must[int](e)(hears(e, s)), 10)
		}},
		{"SO_DONTLINGER turned off brings back the time that was set", func(e *env) {
			c, _ := slow(e, 5)
			ok(e, e.a.Setsockopt(c, wsa.SOL_SOCKET, wsa.SO_DONTLINGER, opt(1)))
			ok(e, e.a.Setsockopt(c, wsa.SOL_SOCKET, wsa.SO_DONTLINGER, opt(0)))
			ok(e, e.a.Closesocket(c))
			wants(e, "time", e.w.Now(), latency)
		}},
	})
}
