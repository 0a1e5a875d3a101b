package sim_test

import (
	"sync"
	"testing"

	"wsasim/sim"
	"wsasim/wsa"
)

// connectionOp is what a server on a completion port keeps for a connection: one
// operation at a time.
type connectionOp struct {
	ov      wsa.Overlapped
	s       wsa.SOCKET
	buf     []byte
	sending bool
}

// TestPortServer is an echo server on a completion port with several workers and
// several clients, under the real clock: every byte comes back, in order, and
// nobody is left waiting.
func TestPortServer(t *testing.T) {
	const clients, workers, rounds = 6, 3, 300
	_, client, server := pair(t, sim.Config{})
	l := listening(t, server, wsa.SOMAXCONN)
	p := must[wsa.HANDLE](t)(server.CreateIoCompletionPort(wsa.INVALID_HANDLE_VALUE, 0, 0, 0))
	var mu sync.Mutex
	ops := make(map[*wsa.Overlapped]*connectionOp)
	start := func(t *sim.Thread, c *connectionOp) {
		flags := uint32(0)
		c.sending = false
		if err := t.WSARecv(c.s, [][]byte{c.buf[:cap(c.buf)]}, nil, &flags, &c.ov, nil); err != nil && err != wsa.WSA_IO_PENDING {
			panic(err)
		}
	}
	var serving, asking sync.WaitGroup
	for range workers {
		worker := server.Process().NewThread()
		serving.Go(func() {
			for {
				var n uint32
				var key uintptr
				var ov *wsa.Overlapped
				err := worker.GetQueuedCompletionStatus(p, &n, &key, &ov, wsa.INFINITE)
				if ov == nil {
					return // the closing packet
				}
				mu.Lock()
				c := ops[ov]
				mu.Unlock()
				switch {
				case err != nil || n == 0 && !c.sending:
					if err := worker.Closesocket(c.s); err != nil {
						t.Error(err)
					}
				case c.sending:
					start(worker, c)
				default:
					c.sending = true
					if err := worker.WSASend(c.s, [][]byte{c.buf[:n]}, nil, 0, &c.ov, nil); err != nil && err != wsa.WSA_IO_PENDING {
						t.Error(err)
					}
				}
			}
		})
	}
	for range clients {
		me := client.Process().NewThread()
		s := must[wsa.SOCKET](t)(me.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0))
		ok(t, me.Connect(s, addr("10.0.0.2:80")))
		c := &connectionOp{s: must[wsa.SOCKET](t)(server.Accept(l, nil, nil)), buf: make([]byte, 0, 64)}
		mu.Lock()
		ops[&c.ov] = c
		mu.Unlock()
		must[wsa.HANDLE](t)(server.CreateIoCompletionPort(wsa.HANDLE(c.s), p, 1, 0))
		start(server, c)
		asking.Go(func() {
			buf := make([]byte, 64)
			for i := range rounds {
				msg := []byte{byte(i), byte(i >> 8), 3, 4, 5}
				if _, err := me.Send(s, msg, 0); err != nil {
					t.Error(err)
					return
				}
				for got := 0; got < len(msg); {
					fds := []wsa.PollFD{{FD: s, Events: wsa.POLLRDNORM}}
					if n, err := me.WSAPoll(fds, -1); n != 1 || err != nil {
						t.Error(n, err)
						return
					}
					n, err := me.Recv(s, buf[got:], 0)
					if err != nil || n == 0 {
						t.Error(n, err)
						return
					}
					got += n
				}
				if buf[0] != msg[0] || buf[1] != msg[1] {
					t.Errorf("round %d: %v", i, buf[:5])
					return
				}
			}
			if err := me.Closesocket(s); err != nil {
				t.Error(err)
			}
		})
	}
	asking.Wait()
	for range workers {
		ok(t, server.PostQueuedCompletionStatus(p, 0, 0, nil))
	}
	serving.Wait()
}
