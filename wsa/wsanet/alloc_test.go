package wsanet_test

import (
	"net"
	"testing"
)

// TestDataPathAllocatesNothing: sending and receiving, on streams and with
// datagrams, whether there is data already or a call has to wait for it.
func TestDataPathAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("under the race detector pools forget at random")
	}
	_, client, server := hosts(t)
	c, s := connect(t, client, server)
	go func() { // sends back what it is sent
		b := make([]byte, 1<<16)
		for {
			n, err := s.Read(b)
			if err != nil {
				return
			}
			s.Write(b[:n])
		}
	}()
	p := must[net.PacketConn](t)(client.ListenPacket("udp", "10.0.0.1:1")).(udpConn)
	q := must[net.PacketConn](t)(server.ListenPacket("udp", "10.0.0.2:2")).(udpConn)
	to := q.LocalAddr().(*net.UDPAddr).AddrPort()
	b := make([]byte, 512)
	for name, f := range map[string]func(){
		"round trip": func() { c.Write(b); c.Read(b) },
		"datagram":   func() { p.WriteToUDPAddrPort(b, to); q.ReadFromUDPAddrPort(b) },
	} {
		if n := testing.AllocsPerRun(1000, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
