package sim_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"wsasim/sim"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// crowd is many client hosts that negotiate with one server, each in a thread of
// its own, over links with the given latency.
func crowd(t testing.TB, n int, latency time.Duration) (took time.Duration, messages int) {
	w := sim.New(sim.Config{Clock: sim.VirtualTime})
	defer w.Close()
	server := w.MustHost("server", "10.0.0.1")
	st := server.NewThread()
	l := open(t, st, wsa.SOCK_STREAM, &how{}, "")
	ok(t, st.Bind(l, addr("0.0.0.0:80")))
	ok(t, st.Listen(l, wsa.SOMAXCONN))
	for i := range n {
		h, err := w.AddHost(sim.HostConfig{
			Name: fmt.Sprint("client", i), Principals: []string{fmt.Sprint("host/client", i)},
			Addrs: []netip.Addr{netip.AddrFrom4([4]byte{10, 1, byte(i >> 8), byte(i)})},
		})
		ok(t, err)
		if latency > 0 {
			w.SetLinks(h, server, sim.Link{Latency: latency})
		}
		th := h.NewThread()
		w.Spawn(th, func() {
			s := open(t, th, wsa.SOCK_STREAM, &how{target: "host/server"}, "")
			ok(t, th.Connect(s, addr("10.0.0.1:80")))
		})
	}
	accepter := st.Process().NewThread()
	w.Spawn(accepter, func() {
		for range n {
			must[wsa.SOCKET](t)(accepter.Accept(l, nil, nil))
		}
	})
	begin := time.Now()
	ok(t, w.Run())
	took = time.Since(begin)
	if list := w.Associations(); len(list) != n {
		t.Fatalf("%d associations of %d", len(list), n)
	}
	return took, 6 * n
}

// TestCrowd: 10,000 hosts negotiate with one server. BenchmarkCrowd is the
// figure; a test does not judge time.
func TestCrowd(t *testing.T) {
	n := 10_000
	if testing.Short() {
		n = 1000
	}
	for _, latency := range []time.Duration{0, 10 * time.Millisecond} {
		begin := time.Now()
		took, messages := crowd(t, n, latency)
		t.Logf("%d hosts, latency %v: %v for %d messages (%v with the set-up)", n, latency, took, messages, time.Since(begin))
	}
}

func BenchmarkCrowd(b *testing.B) {
	for b.Loop() {
		crowd(b, 10_000, 10*time.Millisecond)
	}
}

// flood sends chunks over a connection under the real clock and says how long
// that took.
func flood(t testing.TB, h *how, size, chunks int) time.Duration {
	w := sim.New(sim.Config{})
	defer w.Close()
	client, server := w.MustHost("client", "10.0.0.1").NewThread(), w.MustHost("server", "10.0.0.2").NewThread()
	l := open(t, server, wsa.SOCK_STREAM, h, "")
	ok(t, server.Bind(l, addr("0.0.0.0:80")))
	ok(t, server.Listen(l, 5))
	c := open(t, client, wsa.SOCK_STREAM, h, "")
	ok(t, client.Connect(c, addr("10.0.0.2:80")))
	s := must[wsa.SOCKET](t)(server.Accept(l, nil, nil))
	done := make(chan error)
	go func() {
		buf := make([]byte, size)
		for left := size * chunks; left > 0; {
			n, err := server.Recv(s, buf, 0)
			if err != nil {
				done <- err
				return
			}
			left -= n
		}
		done <- nil
	}()
	buf := make([]byte, size)
	begin := time.Now()
	for range chunks {
		must[int](t)(client.Send(c, buf, 0))
	}
	ok(t, <-done)
	return time.Since(begin)
}

// TestSecuredStreamAllocates: protection costs a stream's data path no memory.
// What it costs in time is BenchmarkSecuredStream's figure.
func TestSecuredStreamAllocates(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	allocations := func(h *how) float64 {
		w := sim.New(sim.Config{Clock: sim.VirtualTime}) // without a trace
		t.Cleanup(w.Close)
		d := &duo{t: t, w: w, client: w.MustHost("client", "10.0.0.1").NewThread(), server: w.MustHost("server", "10.0.0.2").NewThread()}
		c, s := d.join(h, h)
		buf := make([]byte, 1<<10)
		return testing.AllocsPerRun(1000, func() {
			must[int](t)(d.client.Send(c, buf, 0))
			must[int](t)(d.server.Recv(s, buf, 0))
		})
	}
	if clear, secured := allocations(nil), allocations(&how{flags: guarantee}); secured > clear {
		t.Errorf("%v allocations secured, %v in clear", secured, clear)
	}
}

// BenchmarkSecuredStream tells how many times as long a secured stream takes as
// a clear one: both are measured in turns, and the metric is the median.
func BenchmarkSecuredStream(b *testing.B) {
	for _, size := range []int{64, 1 << 10, 32 << 10} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			chunks := 40_000
			if size > 4096 {
				chunks = 4000
			}
			var ratios []float64
			for b.Loop() {
				clear := flood(b, nil, size, chunks)
				secured := flood(b, &how{flags: guarantee}, size, chunks)
				ratios = append(ratios, float64(secured)/float64(clear))
			}
			slices.Sort(ratios)
			b.ReportMetric(ratios[len(ratios)/2], "x-clear")
		})
	}
}

func BenchmarkStream(b *testing.B) {
	for _, bb := range []struct {
		name string
		how  *how
	}{{"clear", nil}, {"secured", &how{}}} {
		b.Run(bb.name, func(b *testing.B) {
			b.SetBytes(1 << 10)
			flood(b, bb.how, 1<<10, b.N)
		})
	}
}

// TestSameSeedSameSecurity: negotiations, losses and renewals are a function of
// the seed, byte for byte.
func TestSameSeedSameSecurity(t *testing.T) {
	run := func(seed uint64) []byte {
		var out bytes.Buffer
		tw := trace.NewWriter(&out)
		w := sim.New(sim.Config{Clock: sim.VirtualTime, Seed: seed, Trace: tw.Write})
		server := w.MustHost("server", "10.0.0.1")
		st := server.NewThread()
		l := open(t, st, wsa.SOCK_STREAM, &how{}, "")
		ok(t, st.Bind(l, addr("0.0.0.0:80")))
		ok(t, st.Listen(l, 100))
		u := open(t, st, wsa.SOCK_DGRAM, &how{}, "")
		ok(t, st.Bind(u, addr("0.0.0.0:53")))
		for i := range 5 {
			h := w.MustHost(fmt.Sprint("client", i), fmt.Sprint("10.0.1.", i))
			w.SetLinks(h, server, sim.Link{Latency: time.Millisecond, Jitter: 50 * time.Millisecond, Loss: 0.2, Duplicate: 0.2})
			th := h.NewThread()
			w.Spawn(th, func() {
				s := open(t, th, wsa.SOCK_STREAM, &how{flags: guarantee}, "")
				th.Connect(s, addr("10.0.0.1:80"))
				d := open(t, th, wsa.SOCK_DGRAM, &how{}, "")
				for range 3 {
					th.Sendto(d, []byte("x"), 0, addr("10.0.0.1:53"))
					th.SleepEx(400_000, false)
					th.Send(s, []byte("y"), 0)
				}
				th.Closesocket(d)
				th.Closesocket(s)
			})
		}
		ok(t, w.Run())
		w.Close()
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
