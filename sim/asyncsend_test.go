package sim_test

import (
	"testing"

	"wsasim/sim"
	"wsasim/wsa"
)

// TestImmediateEnd: an overlapped send or receive that ends within its call sets
// its event, resets it first, and stores its result.
func TestImmediateEnd(t *testing.T) {
	for _, size := range []int{10, 20_000} {
		client, c, server, s := connected(t)
		event := must[wsa.HANDLE](t)(client.WSACreateEvent())
		ov := &wsa.Overlapped{HEvent: event, Internal: 77}
		var n, flags uint32
		isSet := func() bool {
			i, err := client.WSAWaitForMultipleEvents([]wsa.HANDLE{event}, false, 0, false)
			ok(t, err)
			return i == wsa.WSA_WAIT_EVENT_0
		}
		ok(t, client.WSASend(c, [][]byte{make([]byte, size)}, &n, 0, ov, nil))
		if !isSet() || n != uint32(size) || ov.Internal != 0 || ov.InternalHigh != uintptr(size) {
			t.Errorf("after a send of %d: event %v, %d, %+v", size, isSet(), n, ov)
		}
		if err := client.WSARecv(c, [][]byte{make([]byte, size)}, &n, &flags, ov, nil); err != wsa.WSA_IO_PENDING || isSet() {
			t.Errorf("a receive that waits: %v, event %v", err, isSet())
		}
		if k, err := server.Send(s, make([]byte, size), 0); k != size || err != nil {
			t.Fatal(k, err)
		}
		if !isSet() {
			t.Error("the receive has ended and its event is not set")
		}
		if k, err := server.Send(s, make([]byte, size), 0); k != size || err != nil {
			t.Fatal(k, err)
		}
		ok(t, client.WSAResetEvent(event))
		n = 0
		ok(t, client.WSARecv(c, [][]byte{make([]byte, size)}, &n, &flags, ov, nil))
		if !isSet() || n != uint32(size) || ov.InternalHigh != uintptr(size) {
			t.Errorf("after a receive of %d: event %v, %d, %+v", size, isSet(), n, ov)
		}
	}
}

// TestOptionsAreEachSocketsOwn: sockets share what they have set alike, and
// nothing else.
func TestOptionsAreEachSocketsOwn(t *testing.T) {
	_, client, _ := pair(t, sim.Config{})
	var sockets [3]wsa.SOCKET
	for i := range sockets {
		sockets[i] = must[wsa.SOCKET](t)(client.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0))
	}
	for i, v := range []byte{100, 200, 100} {
		ok(t, client.Setsockopt(sockets[i], wsa.SOL_SOCKET, wsa.SO_RCVBUF, opt(0, v)))
	}
	ok(t, client.Setsockopt(sockets[2], wsa.SOL_SOCKET, wsa.SO_KEEPALIVE, opt(1)))
	for i, want := range []struct{ buffer, keepAlive byte }{{100, 0}, {200, 0}, {100, 1}} {
		v, n := make([]byte, 4), int32(4)
		ok(t, client.Getsockopt(sockets[i], wsa.SOL_SOCKET, wsa.SO_RCVBUF, v, &n))
		if v[1] != want.buffer {
			t.Errorf("socket %d: SO_RCVBUF % x", i, v)
		}
		n = 4
		ok(t, client.Getsockopt(sockets[i], wsa.SOL_SOCKET, wsa.SO_KEEPALIVE, v, &n))
		if v[0] != want.keepAlive {
			t.Errorf("socket %d: SO_KEEPALIVE % x", i, v)
		}
	}
}
