package sim_test

import (
	"io"
	"net"
	"runtime"
	"strconv"
	"testing"

	"wsasim/sim"
	"wsasim/wsa"
)

// connected is a connection between two simulated hosts under the real clock.
func connected(b testing.TB) (client *sim.Thread, c wsa.SOCKET, server *sim.Thread, s wsa.SOCKET) {
	b.Helper()
	_, client, server = pair(b, sim.Config{})
	l := must[wsa.SOCKET](b)(server.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0))
	ok(b, server.Bind(l, addr("0.0.0.0:80")))
	ok(b, server.Listen(l, wsa.SOMAXCONN))
	c = must[wsa.SOCKET](b)(client.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0))
	ok(b, client.Connect(c, addr("10.0.0.2:80")))
	s = must[wsa.SOCKET](b)(server.Accept(l, nil, nil))
	return client, c, server, s
}

// loopback is a connection over the system's own loopback.
func loopback(b testing.TB) (net.Conn, net.Conn) {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ok(b, err)
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	ok(b, err)
	s, err := l.Accept()
	ok(b, err)
	b.Cleanup(func() { c.Close(); s.Close() })
	return c, s
}

// end is one end of a connection as the benchmarks need it.
type end struct {
	read  func([]byte) (int, error)
	write func([]byte) (int, error)
	close func()
}

func netEnd(c net.Conn) end { return end{c.Read, c.Write, func() { c.Close() }} }

func simEnd(t *sim.Thread, s wsa.SOCKET) end {
	return end{
		func(p []byte) (int, error) { return t.Recv(s, p, 0) },
		func(p []byte) (int, error) { return t.Send(s, p, 0) },
		func() { t.Closesocket(s) },
	}
}

// systems are what is compared: the simulator, net.Pipe and loopback TCP.
var systems = []struct {
	name string
	make func(testing.TB) (end, end)
}{
	{"sim", func(b testing.TB) (end, end) {
		client, c, server, s := connected(b)
		return simEnd(client, c), simEnd(server, s)
	}},
	{"pipe", func(testing.TB) (end, end) {
		c, s := net.Pipe()
		return netEnd(c), netEnd(s)
	}},
	{"loopback", func(b testing.TB) (end, end) {
		c, s := loopback(b)
		return netEnd(c), netEnd(s)
	}},
}

// BenchmarkWrite is one-way throughput for several sizes of write; the reader
// offers 64 KiB.
func BenchmarkWrite(b *testing.B) {
	for _, size := range []int{1 << 10, 32 << 10} {
		for _, sys := range systems {
			b.Run(strconv.Itoa(size)+"/"+sys.name, func(b *testing.B) {
				from, to := sys.make(b)
				done := make(chan struct{})
				go func() {
					defer close(done)
					buf := make([]byte, 64<<10)
					for {
						if n, err := to.read(buf); n == 0 || err != nil {
							return
						}
					}
				}()
				p := make([]byte, size)
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for b.Loop() {
					if _, err := from.write(p); err != nil {
						b.Fatal(err)
					}
				}
				from.close()
				<-done
			})
		}
	}
}

// BenchmarkRoundTrip is the time of 64 bytes there and back.
func BenchmarkRoundTrip(b *testing.B) {
	for _, sys := range systems {
		b.Run(sys.name, func(b *testing.B) {
			from, to := sys.make(b)
			done := make(chan struct{})
			go func() {
				defer close(done)
				buf := make([]byte, 64)
				for {
					n, err := to.read(buf)
					if n == 0 || err != nil {
						return
					}
					to.write(buf[:n])
				}
			}()
			p := make([]byte, 64)
			b.ReportAllocs()
			for b.Loop() {
				from.write(p)
				if _, err := io.ReadFull(reader{from}, p); err != nil {
					b.Fatal(err)
				}
			}
			from.close()
			<-done
		})
	}
}

type reader struct{ end }

func (r reader) Read(p []byte) (int, error) { return r.read(p) }

// BenchmarkConnect is connect, accept and close of both ends.
func BenchmarkConnect(b *testing.B) {
	b.Run("sim", func(b *testing.B) {
		_, client, server := pair(b, sim.Config{})
		l := must[wsa.SOCKET](b)(server.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0))
		ok(b, server.Bind(l, addr("0.0.0.0:80")))
		ok(b, server.Listen(l, wsa.SOMAXCONN))
		go func() {
			for {
				s, err := server.Accept(l, nil, nil)
				if err != nil {
					return
				}
				server.Closesocket(s)
			}
		}()
		to := addr("10.0.0.2:80")
		b.ReportAllocs()
		for b.Loop() {
			c, err := client.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0)
			if err == nil {
				err = client.Connect(c, to)
			}
			if err == nil {
				err = client.Closesocket(c)
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("pipe", func(b *testing.B) {
		accepted := make(chan net.Conn)
		go func() {
			for c := range accepted {
				c.Close()
			}
		}()
		b.ReportAllocs()
		for b.Loop() {
			c, s := net.Pipe()
			accepted <- s
			c.Close()
		}
		close(accepted)
	})
	b.Run("loopback", func(b *testing.B) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		ok(b, err)
		defer l.Close()
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				c.Close()
			}
		}()
		b.ReportAllocs()
		for b.Loop() {
			c, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				b.Fatal(err)
			}
			c.(*net.TCPConn).SetLinger(0)
			c.Close()
		}
	})
}

// BenchmarkIdlePairs reports the heap that a connected pair takes before data
// flows, and what a call costs in a world with one pair and with 100,000.
func BenchmarkIdlePairs(b *testing.B) {
	for _, hosts := range []int{1, 10} {
		each := 1
		if hosts > 1 {
			each = 10_000
		}
		b.Run(strconv.Itoa(hosts*each), func(b *testing.B) {
			w := sim.New(sim.Config{})
			defer w.Close()
			before := heap()
			client, c := idlePairs(b, w, hosts, each)
			perPair := float64(heap()-before) / float64(hosts*each)
			name, n := make([]byte, 16), int32(16)
			for b.Loop() {
				n = 16
				ok(b, client.Getpeername(c, name, &n))
			}
			b.ReportMetric(perPair, "B/pair")
		})
	}
}

// idlePairs connects each sockets of each of several hosts to one server; the
// results are the last of them.
func idlePairs(b *testing.B, w *sim.World, hosts, each int) (client *sim.Thread, c wsa.SOCKET) {
	b.Helper()
	server := w.MustHost("server", "10.0.0.2").NewThread()
	l := listening(b, server, wsa.SOMAXCONN)
	to := addr("10.0.0.2:80")
	for h := range hosts {
		client = w.MustHost("client"+strconv.Itoa(h), "10.0.1."+strconv.Itoa(h+1)).NewThread()
		for range each {
			c = must[wsa.SOCKET](b)(client.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0))
			ok(b, client.Connect(c, to))
			must[wsa.SOCKET](b)(server.Accept(l, nil, nil))
		}
	}
	return client, c
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkCopy190 is the unit in which the secure calls are measured: copying
// as many bytes as a target name of 23 characters takes.
func BenchmarkCopy190(b *testing.B) {
	src, dst := make([]byte, 190), make([]byte, 190)
	for b.Loop() {
		copy(dst, src)
		runtime.KeepAlive(dst)
	}
}

func targetName(t testing.TB, peer string) []byte {
	t.Helper()
	n := wsa.PeerTargetName{SecurityProtocol: wsa.SOCKET_SECURITY_PROTOCOL_IPSEC, Name: "host/server.example.com"}
	copy(n.PeerAddress[:], addr(peer))
	return must[[]byte](t)(n.AppendBinary(nil))
}

// BenchmarkFailedCall is a call that fails validation: it allocates nothing.
func BenchmarkFailedCall(b *testing.B) {
	_, client, _ := pair(b, sim.Config{})
	s := must[wsa.SOCKET](b)(client.Socket(wsa.AF_INET, wsa.SOCK_DGRAM, 0))
	short := targetName(b, "10.0.0.2:443")[:100]
	b.ReportAllocs()
	for b.Loop() {
		if err := client.WSASetSocketPeerTargetName(s, short, nil, nil); err != wsa.WSAEMSGSIZE {
			b.Fatal(err)
		}
	}
}

// BenchmarkSetName replaces a target name on a socket that has few or many.
func BenchmarkSetName(b *testing.B) {
	for _, names := range []int{1, 10_000} {
		b.Run(strconv.Itoa(names), func(b *testing.B) {
			_, client, _ := pair(b, sim.Config{})
			s := must[wsa.SOCKET](b)(client.Socket(wsa.AF_INET, wsa.SOCK_DGRAM, 0))
			ok(b, client.WSASetSocketSecurity(s, nil, nil, nil))
			bufs := make([][]byte, names)
			for i := range bufs {
				bufs[i] = targetName(b, "10.0.0.2:"+strconv.Itoa(i+1))
				ok(b, client.WSASetSocketPeerTargetName(s, bufs[i], nil, nil))
			}
			i := 0
			b.ReportAllocs()
			for b.Loop() {
				ok(b, client.WSASetSocketPeerTargetName(s, bufs[i%names], nil, nil))
				i++
			}
		})
	}
}
