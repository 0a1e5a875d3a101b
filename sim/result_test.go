package sim_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"wsasim/sim"
	"wsasim/wsa"
)

// TestAwaitedResult: a thread waits for the result of an operation while others
// set its event, end the operation and cancel it; what it calls afterwards finds
// the world as it should be. Under package time and without a trace the result is
// taken without locking the world again.
func TestAwaitedResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, client, server := pair(t, sim.Config{})
		l := listening(t, server, 1)
		c := must[wsa.SOCKET](t)(client.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0))
		ok(t, client.Connect(c, addr("10.0.0.2:80")))
		s := must[wsa.SOCKET](t)(server.Accept(l, nil, nil))
		other := server.Process().NewThread()
		ov := &wsa.Overlapped{HEvent: must[wsa.HANDLE](t)(server.WSACreateEvent())}
		buf, n, flags := make([]byte, 8), uint32(0), uint32(0)
		results := make(chan error, 1)
		// await has the server's thread wait for the result of a receive.
		await := func() {
			t.Helper()
			if err := server.WSARecv(s, [][]byte{buf}, nil, &flags, ov, nil); err != wsa.WSA_IO_PENDING {
				t.Fatal("WSARecv:", err)
			}
			go func() { results <- server.WSAGetOverlappedResult(s, ov, &n, true, &flags) }()
			synctest.Wait()
		}

		await()
		ok(t, other.WSASetEvent(ov.HEvent)) // says nothing of the operation
		synctest.Wait()
		select {
		case err := <-results:
			t.Fatal("the result came without an end:", err)
		default:
		}
		must[int](t)(client.Send(c, []byte("abc"), 0))
		if err := <-results; err != nil || string(buf[:n]) != "abc" || server.WSAGetLastError() != 0 {
			t.Errorf("%q, %v, last error %v", buf[:n], err, server.WSAGetLastError())
		}

		// A wait for an event is not one for a result.
		event := must[wsa.HANDLE](t)(server.WSACreateEvent())
		go func() {
			_, err := server.WSAWaitForMultipleEvents([]wsa.HANDLE{event}, false, wsa.WSA_INFINITE, false)
			results <- err
		}()
		synctest.Wait()
		ok(t, other.WSASetEvent(event))
		ok(t, <-results)

		await()
		ok(t, other.CancelIoEx(wsa.HANDLE(s), ov))
		if err := <-results; err != wsa.WSA_OPERATION_ABORTED || server.WSAGetLastError() != wsa.WSA_OPERATION_ABORTED {
			t.Errorf("cancelled: %v, last error %v", err, server.WSAGetLastError())
		}

		await()
		w.Close()
		if err := <-results; !errors.Is(err, sim.ErrEnded) {
			t.Error("the world has ended:", err)
		}
	})
}
