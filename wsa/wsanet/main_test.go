package wsanet_test

import (
	"net"
	"testing"

	"go.uber.org/goleak"

	"wsasim/sim"
	"wsasim/wsa/wsanet"
)

// TestMain: no goroutine outlives its world.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// hosts is a world of two hosts, one process each, which the test closes.
func hosts(t testing.TB) (w *sim.World, client, server *wsanet.Stack) {
	t.Helper()
	w = sim.New(sim.Config{})
	client = wsanet.New(w.MustHost("client", "10.0.0.1", "fd00::1").NewProcess(sim.ProcessConfig{}))
	server = wsanet.New(w.MustHost("server", "10.0.0.2", "fd00::2").NewProcess(sim.ProcessConfig{}))
	t.Cleanup(func() {
		client.Close()
		server.Close()
		w.Close()
	})
	return w, client, server
}

// must gives a value or ends the test.
func must[T any](t testing.TB) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// connect makes a connection between the hosts.
func connect(t testing.TB, client, server *wsanet.Stack) (c, s *wsanet.TCPConn) {
	t.Helper()
	l := must[net.Listener](t)(server.Listen("tcp", "10.0.0.2:0"))
	defer l.Close()
	conn := must[net.Conn](t)(client.Dial("tcp", l.Addr().String()))
	return conn.(*wsanet.TCPConn), must[net.Conn](t)(l.Accept()).(*wsanet.TCPConn)
}
