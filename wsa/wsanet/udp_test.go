package wsanet_test

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"wsasim/wsa"
	"wsasim/wsa/wsanet"
)

// packets are two datagram sockets, one of each host.
func packets(t testing.TB, network, client, server string) (c, s *wsanet.UDPConn) {
	t.Helper()
	_, from, to := hosts(t)
	c = must[net.PacketConn](t)(from.ListenPacket(network, client)).(*wsanet.UDPConn)
	s = must[net.PacketConn](t)(to.ListenPacket(network, server)).(*wsanet.UDPConn)
	return c, s
}

// TestPackets: each way to send and each way to receive, in both families and on
// dual-stack sockets.
func TestPackets(t *testing.T) {
	for _, f := range []struct{ network, client, server, to, seen string }{
		{"udp", "10.0.0.1:1000", "10.0.0.2:2000", "10.0.0.2:2000", "10.0.0.1:1000"},
		{"udp4", ":1000", ":2000", "10.0.0.2:2000", "10.0.0.1:1000"},
		{"udp6", "[fd00::1]:1000", ":2000", "[fd00::2]:2000", "[fd00::1]:1000"},
		{"udp", ":1000", ":2000", "10.0.0.2:2000", "10.0.0.1:1000"},
		{"udp", ":1000", ":2000", "[fd00::2]:2000", "[fd00::1]:1000"},
	} {
		c, s := packets(t, f.network, f.client, f.server)
		to := netip.MustParseAddrPort(f.to)
		udpTo := net.UDPAddrFromAddrPort(to)
		writes := map[string]func(p []byte) (int, error){
			"WriteTo":             func(p []byte) (int, error) { return c.WriteTo(p, udpTo) },
			"WriteToUDP":          func(p []byte) (int, error) { return c.WriteToUDP(p, udpTo) },
			"WriteToUDPAddrPort":  func(p []byte) (int, error) { return c.WriteToUDPAddrPort(p, to) },
			"WriteMsgUDP":         func(p []byte) (int, error) { n, _, err := c.WriteMsgUDP(p, nil, udpTo); return n, err },
			"WriteMsgUDPAddrPort": func(p []byte) (int, error) { n, _, err := c.WriteMsgUDPAddrPort(p, nil, to); return n, err },
		}
		reads := map[string]func(p []byte) (int, string, error){
			"ReadFrom": func(p []byte) (int, string, error) { n, a, err := s.ReadFrom(p); return n, a.String(), err },
			"ReadFromUDP": func(p []byte) (int, string, error) {
				n, a, err := s.ReadFromUDP(p)
				return n, a.String(), err
			},
			"ReadFromUDPAddrPort": func(p []byte) (int, string, error) {
				n, a, err := s.ReadFromUDPAddrPort(p)
				return n, netip.AddrPortFrom(a.Addr().Unmap(), a.Port()).String(), err
			},
			"ReadMsgUDP": func(p []byte) (int, string, error) {
				n, _, _, a, err := s.ReadMsgUDP(p, nil)
				return n, a.String(), err
			},
			"ReadMsgUDPAddrPort": func(p []byte) (int, string, error) {
				n, _, _, a, err := s.ReadMsgUDPAddrPort(p, nil)
				return n, netip.AddrPortFrom(a.Addr().Unmap(), a.Port()).String(), err
			},
		}
		for wname, write := range writes {
			for rname, read := range reads {
				for _, p := range [][]byte{[]byte("hello"), {}} {
					if n, err := write(p); n != len(p) || err != nil {
						t.Fatalf("%s %s: %s: %d, %v", f.network, f.to, wname, n, err)
					}
					b := make([]byte, 100)
					n, from, err := read(b)
					if err != nil || !bytes.Equal(b[:n], p) || from != f.seen {
						t.Errorf("%s %s: %s, %s: %q from %s, %v", f.network, f.to, wname, rname, b[:n], from, err)
					}
				}
			}
		}
	}
}

// TestTruncated: a datagram that is larger than the buffer is an error of every
// receive, whether it waited or not; the rest is lost and the next one whole.
func TestTruncated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := packets(t, "udp", "10.0.0.1:1000", "10.0.0.2:2000")
		for _, r := range []struct {
			call string
			read func(b []byte) (int, error)
		}{
			{"wsarecvfrom", func(b []byte) (int, error) { n, _, err := s.ReadFrom(b); return n, err }},
			{"wsarecv", func(b []byte) (int, error) { return s.Read(b) }},
			{"wsarecvmsg", func(b []byte) (int, error) { n, _, _, _, err := s.ReadMsgUDP(b, nil); return n, err }},
		} {
			for _, wait := range []bool{false, true} {
				send := func() { c.WriteTo([]byte("0123456789"), s.LocalAddr()) }
				if wait {
					time.AfterFunc(time.Second, send)
				} else {
					send()
				}
				b := make([]byte, 4)
				n, err := r.read(b)
				wantErr(t, err, "read", r.call, wsa.WSAEMSGSIZE)
				if n != 4 || string(b) != "0123" { // the count as package net's tests want it on Windows
					t.Errorf("%s: %d bytes, the buffer has %q", r.call, n, b)
				}
				c.WriteTo([]byte("next"), s.LocalAddr())
				if n, err := r.read(make([]byte, 10)); n != 4 || err != nil {
					t.Errorf("%s: the next: %d, %v", r.call, n, err)
				}
			}
		}
	})
}

// TestUnreachable: a datagram that found no receiver is not reported, as package
// net wants it, until SetConnReset asks for it.
func TestUnreachable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := packets(t, "udp", "10.0.0.1:1000", "10.0.0.2:2000")
		to := s.LocalAddr()
		s.Close()
		c.WriteTo([]byte("x"), to)
		c.SetReadDeadline(time.Now().Add(time.Hour))
		if _, _, err := c.ReadFrom(make([]byte, 1)); err == nil || !err.(net.Error).Timeout() {
			t.Errorf("%v, want a time-out", err)
		}
		c.SetReadDeadline(time.Time{})
		if err := c.SetConnReset(true); err != nil {
			t.Fatal(err)
		}
		c.WriteTo([]byte("x"), to)
		_, _, err := c.ReadFrom(make([]byte, 1))
		wantErr(t, err, "read", "wsarecvfrom", wsa.WSAECONNRESET)
	})
}

// TestConnectedPackets: a dialed datagram socket sends and receives without
// addresses, and refuses them.
func TestConnectedPackets(t *testing.T) {
	_, client, server := hosts(t)
	s := must[net.PacketConn](t)(server.ListenPacket("udp", "10.0.0.2:2000"))
	c := must[net.Conn](t)(client.Dial("udp", "10.0.0.2:2000")).(*wsanet.UDPConn)
	if c.RemoteAddr().String() != "10.0.0.2:2000" {
		t.Errorf("the peer is %v", c.RemoteAddr())
	}
	c.Write([]byte("ping"))
	b := make([]byte, 10)
	n, from, err := s.ReadFrom(b)
	if string(b[:n]) != "ping" || err != nil || from.String() != c.LocalAddr().String() {
		t.Fatalf("%q from %v, %v", b[:n], from, err)
	}
	s.WriteTo([]byte("pong"), from)
	if n, err := c.Read(b); string(b[:n]) != "pong" || err != nil {
		t.Fatalf("%q, %v", b[:n], err)
	}
	if _, err := c.WriteTo(b, from); !errors.Is(err, net.ErrWriteToConnected) {
		t.Errorf("WriteTo: %v", err)
	}
	if _, _, err := c.WriteMsgUDP(b, nil, from.(*net.UDPAddr)); !errors.Is(err, net.ErrWriteToConnected) {
		t.Errorf("WriteMsgUDP: %v", err)
	}
	if n, _, err := c.WriteMsgUDP([]byte("m"), nil, nil); n != 1 || err != nil {
		t.Errorf("WriteMsgUDP: %d, %v", n, err)
	}
	if _, err := s.(*wsanet.UDPConn).Write(b); err == nil {
		t.Error("Write without a peer succeeded")
	}
	if _, err := s.WriteTo(b, &net.TCPAddr{}); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("WriteTo: %v", err)
	}
	if _, err := s.(*wsanet.UDPConn).WriteToUDP(b, nil); err == nil || err.Error() != "write udp 10.0.0.2:2000: missing address" {
		t.Errorf("WriteToUDP: %v", err)
	}
}

// TestControlMessages: what IP_PKTINFO asks for comes with ReadMsgUDP.
func TestControlMessages(t *testing.T) {
	c, s := packets(t, "udp4", "10.0.0.1:1000", ":2000")
	raw, _ := s.SyscallConn()
	err := wsanet.Control(raw, func(api wsa.API, fd wsa.SOCKET) error {
		return api.Setsockopt(fd, wsa.IPPROTO_IP, wsa.IP_PKTINFO, []byte{1, 0, 0, 0})
	})
	if err != nil {
		t.Fatal(err)
	}
	c.WriteToUDPAddrPort([]byte("x"), netip.MustParseAddrPort("10.0.0.2:2000"))
	oob := make([]byte, 100)
	_, n, _, _, err := s.ReadMsgUDP(make([]byte, 10), oob)
	if err != nil {
		t.Fatal(err)
	}
	list, err := wsa.ParseControl(oob[:n])
	if err != nil || len(list) != 1 || list[0].Type != wsa.IP_PKTINFO || !bytes.Equal(list[0].Data[:4], []byte{10, 0, 0, 2}) {
		t.Errorf("%v, %v", list, err)
	}
}
