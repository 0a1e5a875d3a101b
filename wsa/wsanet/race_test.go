package wsanet_test

import (
	"errors"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"wsasim/sim"
	"wsasim/wsa"
	"wsasim/wsa/wsanet"
)

// hooked is a thread that does something between two calls, where another
// goroutine could.
type hooked struct {
	wsa.API
	pending   func() // when a receive has begun to wait, before its caller knows
	cancelled func() // when an operation is about to be cancelled
}

func (h *hooked) WSARecv(s wsa.SOCKET, buffers [][]byte, received, flags *uint32, ov *wsa.Overlapped, routine wsa.CompletionRoutine) error {
	err := h.API.WSARecv(s, buffers, received, flags, ov, routine)
	if err == wsa.WSA_IO_PENDING && h.pending != nil {
		h.pending()
	}
	return err
}

func (h *hooked) CancelIoEx(file wsa.HANDLE, ov *wsa.Overlapped) error {
	if h.cancelled != nil {
		h.cancelled()
	}
	return h.API.CancelIoEx(file, ov)
}

// hookedPair is a connection whose client runs on hooked threads.
func hookedPair(t *testing.T, h *hooked) (c, s *wsanet.TCPConn) {
	w := sim.New(sim.Config{})
	p := w.MustHost("client", "10.0.0.1").NewProcess(sim.ProcessConfig{})
	client := wsanet.NewFunc(func() wsa.API { return &hooked{p.NewThread(), func() { h.pending() }, func() { h.cancelled() }} })
	server := wsanet.New(w.MustHost("server", "10.0.0.2").NewProcess(sim.ProcessConfig{}))
	t.Cleanup(func() {
		client.Close()
		server.Close()
		w.Close()
	})
	h.pending, h.cancelled = func() {}, func() {}
	return connect(t, client, server)
}

// TestLateDeadline: a deadline that passes, and a close that happens, when a
// receive is in flight and nobody knows yet that it waits, end it all the same.
func TestLateDeadline(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(*wsanet.TCPConn)
		want error
	}{
		{"deadline", func(c *wsanet.TCPConn) { c.SetReadDeadline(time.Now()) }, os.ErrDeadlineExceeded},
		{"close", func(c *wsanet.TCPConn) {
			go c.Close()
			synctest.Wait()
		}, net.ErrClosed},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := new(hooked)
				conn, _ := hookedPair(t, h)
				h.pending = func() { c.do(conn) }
				if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, c.want) {
					t.Errorf("%v, want %v", err, c.want)
				}
			})
		})
	}
}

// TestDataBeatsDeadline: what arrives before the operation could be cancelled is
// read; the deadline counts for the next call.
func TestDataBeatsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := new(hooked)
		c, s := hookedPair(t, h)
		h.cancelled = func() { s.Write([]byte("just in time")) }
		c.SetReadDeadline(time.Now().Add(time.Hour))
		if n, err := c.Read(make([]byte, 100)); n != 12 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		if _, err := c.Read(make([]byte, 100)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("the next: %v", err)
		}
	})
}

// TestAcceptSkipsReset: a connection that was reset before it was accepted is not
// the listener's failure.
func TestAcceptSkipsReset(t *testing.T) {
	_, client, server := hosts(t)
	l := must[net.Listener](t)(server.Listen("tcp", "10.0.0.2:80"))
	gone := must[net.Conn](t)(client.Dial("tcp", "10.0.0.2:80")).(*wsanet.TCPConn)
	gone.SetLinger(0)
	gone.Close()
	c := must[net.Conn](t)(client.Dial("tcp", "10.0.0.2:80"))
	s, err := l.Accept()
	if err != nil || s.RemoteAddr().String() != c.LocalAddr().String() {
		t.Errorf("accepted %v, %v", s, err)
	}
}
