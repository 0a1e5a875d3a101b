package sim_test

import (
	"bytes"
	"testing"

	"wsasim/sim"
	"wsasim/wsa"
)

// crowded is a connection on which a send has to wait: the peer has read nothing of
// what was sent, n bytes.
func crowded(t *testing.T) (client, server *sim.Thread, c, s wsa.SOCKET, n int) {
	_, client, server = pair(t, sim.Config{Clock: sim.VirtualTime})
	c, s = joined(t, client, server)
	one := uint32(1)
	ok(t, client.Ioctlsocket(c, wsa.FIONBIO, &one))
	for p := make([]byte, 100_000); ; {
		k, err := client.Send(c, p, 0)
		if err == wsa.WSAEWOULDBLOCK {
			return client, server, c, s, n
		}
		ok(t, err)
		n += k
	}
}

// readAll reads to the end of the stream.
func readAll(t *testing.T, th *sim.Thread, s wsa.SOCKET) (all []byte) {
	for buf := make([]byte, 1<<16); ; {
		n, err := th.Recv(s, buf, 0)
		ok(t, err)
		if n == 0 {
			return all
		}
		all = append(all, buf[:n]...)
	}
}

// TestTransmitFileDisconnectsAfterwards: a TransmitFile that waits for room sends
// all of its data before the connection ends, as its flags ask for.
func TestTransmitFileDisconnectsAfterwards(t *testing.T) {
	for _, flags := range []uint32{wsa.TF_DISCONNECT, wsa.TF_DISCONNECT | wsa.TF_REUSE_SOCKET} {
		client, server, c, s, before := crowded(t)
		event := must[wsa.HANDLE](t)(client.WSACreateEvent())
		ov := &wsa.Overlapped{HEvent: event}
		last := []byte("the last words")
		if err := client.TransmitFile(c, 0, 0, 0, ov, &wsa.TransmitFileBuffers{Head: last}, flags); err != wsa.WSA_IO_PENDING {
			t.Fatalf("TransmitFile on a crowded connection: %v", err)
		}
		if all := readAll(t, server, s); len(all) != before+len(last) || !bytes.HasSuffix(all, last) {
			t.Errorf("flags %#x: %d bytes came, want %d", flags, len(all), before+len(last))
		}
		var n, result uint32
		ok(t, client.WSAGetOverlappedResult(c, ov, &n, false, &result))
		if n != uint32(len(last)) {
			t.Errorf("flags %#x: %d bytes were sent", flags, n)
		}
		err := client.Getpeername(c, make([]byte, 16), new(int32(16)))
		if reused := err == wsa.WSAENOTCONN; reused != (flags&wsa.TF_REUSE_SOCKET != 0) {
			t.Errorf("flags %#x: getpeername gives %v", flags, err)
		}
	}
}

// TestReuseWithOperations: operations that wait end when their socket is taken from
// its connection.
func TestReuseWithOperations(t *testing.T) {
	client, _, c, _, _ := crowded(t)
	var sends [2]wsa.Overlapped
	recv := new(wsa.Overlapped)
	flags := uint32(0)
	for _, err := range []error{
		client.WSASend(c, [][]byte{{1}}, nil, 0, &sends[0], nil),
		client.WSASend(c, [][]byte{{2}}, nil, 0, &sends[1], nil),
		client.WSARecv(c, [][]byte{make([]byte, 8)}, nil, &flags, recv, nil),
	} {
		if err != wsa.WSA_IO_PENDING {
			t.Fatal(err)
		}
	}
	ok(t, client.DisconnectEx(c, nil, wsa.TF_REUSE_SOCKET, 0))
	if sends[0].Internal != wsa.STATUS_LOCAL_DISCONNECT || sends[1].Internal != wsa.STATUS_LOCAL_DISCONNECT || recv.Internal != wsa.STATUS_CANCELLED {
		t.Errorf("the sends have the statuses %#x and %#x, the receive %#x", sends[0].Internal, sends[1].Internal, recv.Internal)
	}
}
