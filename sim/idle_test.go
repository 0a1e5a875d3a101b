package sim_test

import (
	"net"
	"testing"

	"wsasim/sim"
	"wsasim/wsa"
)

// idleKinds are sockets that do nothing, and how many each makes.
var idleKinds = []struct {
	name string
	make func(e *env) (sockets int)
}{
	{"fresh", func(e *env) int { e.tcp(e.a); return 1 }},
	{"bound datagram", func(e *env) int {
		s := e.udp(e.a)
		ok(e, e.a.Bind(s, addr("10.0.0.1:0")))
		return 1
	}},
	{"connected", func(e *env) int {
		e.connects()
		must[wsa.SOCKET](e)(e.b.Accept(4, nil, nil))
		return 2
	}},
}

// TestIdleSocketsAreSmall measures the heap that idle sockets take: 1.5 KiB each
// at most, so that there may be a million of them in a world.
func TestIdleSocketsAreSmall(t *testing.T) {
	const rounds, most = 5_000, 1536
	for _, k := range idleKinds {
		t.Run(k.name, func(t *testing.T) {
			w, a, b := pair(t, sim.Config{})
			e := &env{t, w, a, b}
			wants(e, "listener", listening(e, e.b, wsa.SOMAXCONN), 4)
			before, n := heap(), 0
			for range rounds {
				n += k.make(e)
			}
			if each := (heap() - before) / uint64(n); each > most {
				t.Errorf("%d bytes each, at most %d are allowed", each, most)
			} else {
				t.Logf("%d bytes each", each)
			}
		})
	}
}

// BenchmarkDatagram is the time of one datagram of 512 bytes, sent and received by
// one thread.
func BenchmarkDatagram(b *testing.B) {
	p, buf := make([]byte, 512), make([]byte, 600)
	b.Run("sim", func(b *testing.B) {
		_, client, server := pair(b, sim.Config{})
		s := must[wsa.SOCKET](b)(server.Socket(wsa.AF_INET, wsa.SOCK_DGRAM, 0))
		ok(b, server.Bind(s, addr("10.0.0.2:53")))
		c := must[wsa.SOCKET](b)(client.Socket(wsa.AF_INET, wsa.SOCK_DGRAM, 0))
		to := addr("10.0.0.2:53")
		from, n := make([]byte, 16), int32(16)
		b.ReportAllocs()
		for b.Loop() {
			n = 16
			if _, err := client.Sendto(c, p, 0, to); err != nil {
				b.Fatal(err)
			}
			if _, err := server.Recvfrom(s, buf, 0, from, &n); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("loopback", func(b *testing.B) {
		s, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		ok(b, err)
		defer s.Close()
		c, err := net.DialUDP("udp", nil, s.LocalAddr().(*net.UDPAddr))
		ok(b, err)
		defer c.Close()
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.Write(p); err != nil {
				b.Fatal(err)
			}
			if _, _, err := s.ReadFromUDPAddrPort(buf); err != nil {
				b.Fatal(err)
			}
		}
	})
}
