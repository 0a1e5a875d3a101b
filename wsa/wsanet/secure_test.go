package wsanet_test

import (
	"errors"
	"net"
	"net/netip"
	"testing"
	"testing/synctest"

	"wsasim/sim"
	"wsasim/wsa"
	"wsasim/wsa/wsanet"
)

// TestSecureConnection: settings and target name are given once, and the query
// tells what both ends have.
func TestSecureConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client, server := hosts(t)
		lc := wsanet.ListenConfig{Stack: server, Security: &wsanet.Security{}}
		l := must[net.Listener](t)(lc.Listen(t.Context(), "tcp", "10.0.0.2:443"))
		d := wsanet.Dialer{Stack: client, Security: &wsanet.Security{
			Settings:       &wsa.SecuritySettings{SecurityProtocol: wsa.SOCKET_SECURITY_PROTOCOL_DEFAULT},
			PeerTargetName: "host/server",
		}}
		c := must[net.Conn](t)(d.Dial("tcp", "10.0.0.2:443")).(*wsanet.TCPConn)
		s := must[net.Conn](t)(l.Accept()).(*wsanet.TCPConn)
		ci, si := must[*wsanet.SecurityInfo](t)(c.Security(wsa.TOKEN_QUERY)), must[*wsanet.SecurityInfo](t)(s.Security(wsa.TOKEN_QUERY))
		for _, i := range []*wsanet.SecurityInfo{ci, si} {
			if i.Flags&wsa.SOCKET_INFO_CONNECTION_SECURED == 0 || i.MmSaId == 0 || i.QmSaId == 0 || i.PeerMachineAccessTokenHandle == 0 {
				t.Errorf("%+v is not secured as it should be", i.SecurityQueryInfoIPsec2)
			}
			if err := i.Close(); err != nil {
				t.Error(err)
			}
			if err := i.Close(); err != nil {
				t.Errorf("a second Close: %v", err)
			}
		}
		go c.Write([]byte("secret"))
		if n, err := s.Read(make([]byte, 10)); n != 6 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		d.Security = &wsanet.Security{PeerTargetName: "host/another"}
		_, err := d.Dial("tcp", "10.0.0.2:443")
		wantErr(t, err, "dial", "connectex", wsa.WSAETIMEDOUT)
	})
}

// TestSecurePackets: a datagram socket names its peers one by one.
func TestSecurePackets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client, server := hosts(t)
		to := netip.MustParseAddrPort("10.0.0.2:2000")
		slc := wsanet.ListenConfig{Stack: server, Security: &wsanet.Security{}}
		clc := wsanet.ListenConfig{Stack: client, Security: &wsanet.Security{Peers: []wsanet.PeerName{{Addr: to, Name: "host/server"}}}}
		s := must[net.PacketConn](t)(slc.ListenPacket(t.Context(), "udp", "10.0.0.2:2000")).(*wsanet.UDPConn)
		c := must[net.PacketConn](t)(clc.ListenPacket(t.Context(), "udp", "10.0.0.1:1000")).(*wsanet.UDPConn)
		if _, err := c.WriteToUDPAddrPort([]byte("x"), to); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.ReadFrom(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		i, err := c.Security(0, to)
		if err != nil || i.Flags&wsa.SOCKET_INFO_CONNECTION_SECURED == 0 {
			t.Errorf("%+v, %v", i, err)
		}
	})
}

// TestSecurityErrors: what the secure functions refuse says which of them did.
func TestSecurityErrors(t *testing.T) {
	_, client, server := hosts(t)
	l := must[net.Listener](t)(server.Listen("tcp", "10.0.0.2:80"))
	d := wsanet.Dialer{Stack: client, Security: &wsanet.Security{PeerTargetName: "\xff"}}
	_, err := d.Dial("tcp", l.Addr().String())
	var encode *wsa.EncodeError
	if !errors.As(err, &encode) {
		t.Errorf("%v, want *wsa.EncodeError", err)
	}
	d.Security = &wsanet.Security{Settings: &wsa.SecuritySettings{SecurityProtocol: 77}}
	_, err = d.Dial("tcp", l.Addr().String())
	wantErr(t, err, "dial", "wsasetsocketsecurity", wsa.WSAEINVAL)
}

// The stacks of the simulator and of the system are made alike.
var _ = func(p *sim.Process, sys *wsa.SystemProcess) []*wsanet.Stack { return []*wsanet.Stack{wsanet.New(p)} }
