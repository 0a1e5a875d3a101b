package sim

import (
	"net/netip"
	"testing"

	"wsasim/wsa"
)

// TestReuseEndsPendingSends: DisconnectEx with TF_REUSE_SOCKET leaves no send behind
// that waits for a connection which the socket no longer has.
func TestReuseEndsPendingSends(t *testing.T) {
	w := New(Config{Clock: VirtualTime})
	defer w.Close()
	server, client := w.MustHost("server", "10.0.0.2").NewThread(), w.MustHost("client", "10.0.0.1").NewThread()
	at := wsa.Sockaddr(netip.MustParseAddrPort("10.0.0.2:80"))
	open := func(x *Thread) wsa.SOCKET {
		var data wsa.WSADATA
		must(t, x.WSAStartup(0x0202, &data))
		s, err := x.WSASocket(wsa.AF_INET, wsa.SOCK_STREAM, wsa.IPPROTO_TCP, nil, 0, wsa.WSA_FLAG_OVERLAPPED)
		must(t, err)
		return s
	}
	l, s := open(server), open(client)
	must(t, server.Bind(l, at))
	must(t, server.Listen(l, 5))
	must(t, client.Connect(s, at))
	if _, err := client.Send(s, make([]byte, 300_000), 0); err != nil {
		t.Fatal(err)
	}
	var pending [2]wsa.Overlapped
	for i := range pending {
		if err := client.WSASend(s, [][]byte{{1}}, nil, 0, &pending[i], nil); err != wsa.WSA_IO_PENDING {
			t.Fatalf("send %d: %v", i, err)
		}
	}
	must(t, client.DisconnectEx(s, nil, wsa.TF_REUSE_SOCKET, 0))
	for i := range pending {
		if pending[i].Internal != wsa.STATUS_LOCAL_DISCONNECT {
			t.Errorf("send %d has status %#x", i, uint32(pending[i].Internal))
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
