package wsanet_test

import (
	"net"
	"testing"

	"wsasim/wsa/wsanet"
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
	msgs, msgq := p.(*wsanet.UDPConn), q.(*wsanet.UDPConn)
	for name, call := range map[string]struct {
		f      func()
		allocs float64
	}{
		"round trip":            {func() { c.Write(b); c.Read(b) }, 0},
		"datagram":              {func() { p.WriteToUDPAddrPort(b, to); q.ReadFromUDPAddrPort(b) }, 0},
		"message":               {func() { msgs.WriteMsgUDPAddrPort(b, nil, to); msgq.ReadMsgUDPAddrPort(b, nil) }, 0},
		"datagram with a *Addr": {func() { p.WriteTo(b, q.LocalAddr()); q.ReadFrom(b) }, 1}, // the address
	} {
		if n := testing.AllocsPerRun(1000, call.f); n != call.allocs {
			t.Errorf("%s: %v allocations, want %v", name, n, call.allocs)
		}
	}
}
