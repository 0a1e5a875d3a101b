package sim_test

import (
	"strconv"
	"sync"
	"testing"

	"wsasim/sim"
	"wsasim/wsa"
)

// BenchmarkPoll is one WSAPoll over 10,000 sockets of which one is ready, against
// reading the array once.
func BenchmarkPoll(b *testing.B) {
	const n = 10_000
	_, client, server := pair(b, sim.Config{})
	l := listening(b, server, wsa.SOMAXCONN)
	fds := make([]wsa.PollFD, n)
	var last wsa.SOCKET
	for i := range fds {
		last = must[wsa.SOCKET](b)(client.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0))
		ok(b, client.Connect(last, addr("10.0.0.2:80")))
		fds[i] = wsa.PollFD{FD: must[wsa.SOCKET](b)(server.Accept(l, nil, nil)), Events: wsa.POLLIN}
	}
	must[int](b)(client.Send(last, []byte("x"), 0))
	b.Run("poll", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if n, err := server.WSAPoll(fds, -1); n != 1 || err != nil {
				b.Fatal(n, err)
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			if readOnce(fds) == 0 {
				b.Fatal("nothing there")
			}
		}
	})
}

// readOnce reads what WSAPoll must read of each entry.
//
//go:noinline
func readOnce(fds []wsa.PollFD) (sum uint64) {
	for i := range fds {
		sum += uint64(fds[i].FD) + uint64(fds[i].Events)
	}
	return sum
}

// BenchmarkCompletions is the time of one completion at a port that two threads
// take from, each answering its packet with the next operation.
func BenchmarkCompletions(b *testing.B) {
	for _, threads := range []int{1, 2} {
		b.Run("posted/"+strconv.Itoa(threads), func(b *testing.B) {
			_, _, server := pair(b, sim.Config{})
			p := must[wsa.HANDLE](b)(server.CreateIoCompletionPort(wsa.INVALID_HANDLE_VALUE, 0, 0, 0))
			split(b, server, threads, func(t *sim.Thread, n int) {
				var k uintptr
				var got uint32
				var ov *wsa.Overlapped
				mine := new(wsa.Overlapped)
				for range n {
					if t.PostQueuedCompletionStatus(p, 1, 2, mine) != nil || t.GetQueuedCompletionStatus(p, &got, &k, &ov, wsa.INFINITE) != nil {
						b.Error("failed")
					}
				}
			})
		})
		b.Run("receive/"+strconv.Itoa(threads), func(b *testing.B) {
			w, client, server := pair(b, sim.Config{})
			_ = w
			l := listening(b, server, wsa.SOMAXCONN)
			p := must[wsa.HANDLE](b)(server.CreateIoCompletionPort(wsa.INVALID_HANDLE_VALUE, 0, 0, 0))
			split(b, server, threads, func(t *sim.Thread, n int) {
				// Each thread has a connection of its own, and the other end of it.
				peer := client.Process().NewThread()
				c, err := peer.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0)
				if err == nil {
					err = peer.Connect(c, addr("10.0.0.2:80"))
				}
				s, err2 := t.Accept(l, nil, nil)
				if err != nil || err2 != nil {
					b.Error(err, err2)
					return
				}
				t.CreateIoCompletionPort(wsa.HANDLE(s), p, uintptr(s), 0)
				var k uintptr
				var got, flags uint32
				var ov *wsa.Overlapped
				mine, data, bufs := new(wsa.Overlapped), make([]byte, 64), [][]byte{make([]byte, 64)}
				for range n {
					if err := t.WSARecv(s, bufs, nil, &flags, mine, nil); err != wsa.WSA_IO_PENDING {
						b.Error(err)
						return
					}
					peer.Send(c, data, 0)
					if err := t.GetQueuedCompletionStatus(p, &got, &k, &ov, wsa.INFINITE); err != nil || got != 64 {
						b.Error(err, got)
						return
					}
				}
			})
		})
	}
}

// split runs b.N rounds on several threads of a process.
func split(b *testing.B, t *sim.Thread, threads int, body func(t *sim.Thread, n int)) {
	var wg sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	for range threads {
		mine := t.Process().NewThread()
		wg.Add(1)
		go func() {
			defer wg.Done()
			body(mine, b.N/threads)
		}()
	}
	wg.Wait()
}

// BenchmarkIdleSockets reports the heap of an idle bound datagram socket, and of
// an unconnected stream socket, with a million in one world.
func BenchmarkIdleSockets(b *testing.B) {
	const n = 1_000_000
	_, client, _ := pair(b, sim.Config{})
	before := heap()
	for range n {
		if _, err := client.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0); err != nil {
			b.Fatal(err)
		}
	}
	per := float64(heap()-before) / n
	for b.Loop() {
		client.WSAGetLastError()
	}
	b.ReportMetric(per, "B/socket")
}
