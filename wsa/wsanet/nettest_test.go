package wsanet_test

import (
	"net"
	"testing"

	"golang.org/x/net/nettest"

	"wsasim/sim"
	"wsasim/wsa/wsanet"
)

// TestConn is what golang.org/x/net/nettest asks of any net.Conn, of a
// connection in each way that there is to make one.
func TestConn(t *testing.T) {
	for _, listen := range []string{"10.0.0.2:0", "[fd00::2]:0", "127.0.0.1:0", ":0"} {
		t.Run(listen, func(t *testing.T) {
			nettest.TestConn(t, func() (net.Conn, net.Conn, func(), error) {
				w := sim.New(sim.Config{})
				server := wsanet.New(w.MustHost("server", "10.0.0.2", "fd00::2").NewProcess(sim.ProcessConfig{}))
				client := server
				if listen[0] != '1' || listen[1] != '2' {
					client = wsanet.New(w.MustHost("client", "10.0.0.1", "fd00::1").NewProcess(sim.ProcessConfig{}))
				}
				l, err := server.Listen("tcp", listen)
				if err != nil {
					return nil, nil, nil, err
				}
				to := l.Addr().(*net.TCPAddr)
				if to.IP.IsUnspecified() {
					to.IP = net.IPv4(10, 0, 0, 2)
				}
				c, err := client.Dial("tcp", to.String())
				if err != nil {
					return nil, nil, nil, err
				}
				s, err := l.Accept()
				return c, s, func() {
					c.Close()
					s.Close()
					l.Close()
					client.Close()
					server.Close()
					w.Close()
				}, err
			})
		})
	}
}
