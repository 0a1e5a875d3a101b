package wsanet_test

import (
	"context"
	"io"
	"net"
	"net/netip"
	"strconv"
	"testing"

	"wsasim/wsa/wsanet"
)

// systems are what is compared: connections of this package between two
// simulated hosts, net.Pipe and loopback TCP.
var systems = []struct {
	name string
	pair func(testing.TB) (net.Conn, net.Conn)
}{
	{"wsanet", func(b testing.TB) (net.Conn, net.Conn) {
		_, client, server := hosts(b)
		return connect(b, client, server)
	}},
	{"pipe", func(testing.TB) (net.Conn, net.Conn) { return net.Pipe() }},
	{"loopback", func(b testing.TB) (net.Conn, net.Conn) {
		l := must[net.Listener](b)(net.Listen("tcp", "127.0.0.1:0"))
		defer l.Close()
		c := must[net.Conn](b)(net.Dial("tcp", l.Addr().String()))
		return c, must[net.Conn](b)(l.Accept())
	}},
}

// BenchmarkWrite is one-way throughput for two sizes of write; the reader offers
// 64 KiB.
func BenchmarkWrite(b *testing.B) {
	for _, size := range []int{1 << 10, 32 << 10} {
		for _, sys := range systems {
			b.Run(strconv.Itoa(size)+"/"+sys.name, func(b *testing.B) {
				from, to := sys.pair(b)
				done := make(chan struct{})
				go func() {
					defer close(done)
					buf := make([]byte, 64<<10)
					for {
						if n, err := to.Read(buf); n == 0 || err != nil {
							return
						}
					}
				}()
				p := make([]byte, size)
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for b.Loop() {
					if _, err := from.Write(p); err != nil {
						b.Fatal(err)
					}
				}
				from.Close()
				<-done
				to.Close()
			})
		}
	}
}

// BenchmarkRoundTrip is the time of 64 bytes there and back.
func BenchmarkRoundTrip(b *testing.B) {
	for _, sys := range systems {
		b.Run(sys.name, func(b *testing.B) {
			from, to := sys.pair(b)
			done := make(chan struct{})
			go func() {
				defer close(done)
				buf := make([]byte, 64)
				for {
					n, err := to.Read(buf)
					if err != nil {
						return
					}
					to.Write(buf[:n])
				}
			}()
			p := make([]byte, 64)
			b.ReportAllocs()
			for b.Loop() {
				from.Write(p)
				if _, err := io.ReadFull(from, p); err != nil {
					b.Fatal(err)
				}
			}
			from.Close()
			<-done
			to.Close()
		})
	}
}

// udpConn is what UDPConn and net.UDPConn have in common.
type udpConn interface {
	net.PacketConn
	ReadFromUDPAddrPort([]byte) (int, netip.AddrPort, error)
	WriteToUDPAddrPort([]byte, netip.AddrPort) (int, error)
}

// BenchmarkDatagram sends a datagram of 512 bytes and receives it.
func BenchmarkDatagram(b *testing.B) {
	for _, sys := range []struct {
		name string
		pair func(testing.TB) (udpConn, udpConn)
	}{
		{"wsanet", func(b testing.TB) (udpConn, udpConn) {
			_, client, server := hosts(b)
			c := must[net.PacketConn](b)(client.ListenPacket("udp", "10.0.0.1:0"))
			s := must[net.PacketConn](b)(server.ListenPacket("udp", "10.0.0.2:0"))
			return c.(*wsanet.UDPConn), s.(*wsanet.UDPConn)
		}},
		{"loopback", func(b testing.TB) (udpConn, udpConn) {
			c := must[net.PacketConn](b)(net.ListenPacket("udp", "127.0.0.1:0"))
			s := must[net.PacketConn](b)(net.ListenPacket("udp", "127.0.0.1:0"))
			return c.(*net.UDPConn), s.(*net.UDPConn)
		}},
	} {
		b.Run(sys.name, func(b *testing.B) {
			c, s := sys.pair(b)
			defer c.Close()
			defer s.Close()
			to := s.LocalAddr().(*net.UDPAddr).AddrPort()
			p, buf := make([]byte, 512), make([]byte, 2048)
			b.SetBytes(512)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.WriteToUDPAddrPort(p, to); err != nil {
					b.Fatal(err)
				}
				if n, _, err := s.ReadFromUDPAddrPort(buf); n != 512 || err != nil {
					b.Fatal(n, err)
				}
			}
		})
	}
}

// BenchmarkConnect is connect, accept and close of both ends.
func BenchmarkConnect(b *testing.B) {
	run := func(b *testing.B, l net.Listener, dial func() (net.Conn, error)) {
		done := make(chan struct{})
		go func() {
			defer close(done)
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
			c, err := dial()
			if err != nil {
				b.Fatal(err)
			}
			if c, ok := c.(*net.TCPConn); ok {
				c.SetLinger(0) // lest the ports run out
			}
			c.Close()
		}
		l.Close()
		<-done
	}
	b.Run("wsanet", func(b *testing.B) {
		_, client, server := hosts(b)
		l := must[net.Listener](b)(server.Listen("tcp", "10.0.0.2:80"))
		to := netip.MustParseAddrPort("10.0.0.2:80")
		d := wsanet.Dialer{Stack: client}
		run(b, l, func() (net.Conn, error) { return d.DialTCP(context.Background(), "tcp", netip.AddrPort{}, to) })
	})
	b.Run("loopback", func(b *testing.B) {
		l := must[net.Listener](b)(net.Listen("tcp", "127.0.0.1:0"))
		to := l.Addr().(*net.TCPAddr).AddrPort()
		d := net.Dialer{}
		run(b, l, func() (net.Conn, error) { return d.DialTCP(context.Background(), "tcp", netip.AddrPort{}, to) })
	})
}
