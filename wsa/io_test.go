package wsa

import (
	"bytes"
	"encoding/hex"
	"testing"

	"pgregory.net/rapid"
)

// TestStatusTable: no status is there twice, every one fails in both columns,
// and those that OR4 lists have the Winsock errors it gives.
func TestStatusTable(t *testing.T) {
	seen := make(map[NTStatus]bool)
	for _, s := range Statuses() {
		if seen[s] {
			t.Errorf("%v is there twice", s)
		}
		seen[s] = true
		if s.Win32() == 0 || s.Winsock() == 0 || !s.Failed() || s.Win32().Name() == "" || s.Winsock().Name() == "" {
			t.Errorf("%v: %v, %v", s, s.Win32(), s.Winsock())
		}
	}
	for s, want := range map[NTStatus]Errno{
		STATUS_CANCELLED: WSA_OPERATION_ABORTED, STATUS_LOCAL_DISCONNECT: WSAECONNABORTED,
		STATUS_TRANSACTION_ABORTED: WSAECONNABORTED, STATUS_CONNECTION_ABORTED: WSAECONNABORTED,
		STATUS_REMOTE_DISCONNECT: WSAECONNRESET, STATUS_LINK_FAILED: WSAECONNRESET,
		STATUS_CONNECTION_DISCONNECTED: WSAECONNRESET, STATUS_CONNECTION_RESET: WSAECONNRESET,
		STATUS_INVALID_CONNECTION: WSAENOTCONN, STATUS_INVALID_ADDRESS: WSAEADDRNOTAVAIL,
		STATUS_INVALID_ADDRESS_COMPONENT: WSAEADDRNOTAVAIL, STATUS_INVALID_BUFFER_SIZE: WSAEMSGSIZE,
		STATUS_GRACEFUL_DISCONNECT: WSAEDISCON, STATUS_CONNECTION_ACTIVE: WSAEISCONN,
		STATUS_REQUEST_ABORTED: WSAEINTR, STATUS_HOST_DOWN: WSAEHOSTDOWN, STATUS_NO_SUCH_DEVICE: WSAENETDOWN,
		STATUS_NO_SUCH_FILE: WSAENETDOWN, STATUS_OBJECT_NAME_NOT_FOUND: WSAENETDOWN,
		STATUS_OBJECT_PATH_NOT_FOUND: WSAENETDOWN, STATUS_NETWORK_BUSY: WSAENETDOWN, 0xC0FFEE00: WSAEINVAL, 0: 0,
	} {
		if got := s.Winsock(); got != want {
			t.Errorf("OR4: %v gives %v, want %v", s, got, want)
		}
	}
}

func TestProtocolInfoRoundTrip(t *testing.T) {
	p := ProtocolInfo{
		ServiceFlags1: XP1_IFS_HANDLES, ProviderFlags: PFL_HIDDEN, ProviderID: GUID{1, 2, 15: 3}, CatalogEntryID: 1001,
		ChainLen: 1, ChainEntries: [MAX_PROTOCOL_CHAIN]uint32{6: 7}, Version: 2, AddressFamily: AF_INET, MaxSockAddr: 16,
		MinSockAddr: 16, SocketType: SOCK_STREAM, Protocol: IPPROTO_TCP, MessageSize: 9, ProviderReserved: 10, Name: "MSAFD Tcpip [TCP/IP]",
	}
	wide, err := p.AppendBinary(nil)
	narrow, err2 := p.AppendBinaryA(nil)
	if err != nil || err2 != nil || len(wide) != ProtocolInfoSize || len(narrow) != ProtocolInfoASize {
		t.Fatal(len(wide), len(narrow), err, err2)
	}
	if !bytes.Equal(wide[:116], narrow[:116]) {
		t.Error("the forms differ before the name")
	}
	var a, b ProtocolInfo
	if a.UnmarshalBinary(wide) != nil || b.UnmarshalBinaryA(narrow) != nil || a != p || b != p {
		t.Errorf("got %+v and %+v", a, b)
	}
	if a.UnmarshalBinary(wide[:627]) == nil || b.UnmarshalBinaryA(narrow[:371]) == nil {
		t.Error("a short buffer was read")
	}
}

func TestControlRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var buf []byte
		target := rapid.SampledFrom(Targets()).Draw(t, "target")
		want := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 40), 0, 4).Draw(t, "messages")
		for i, d := range want {
			n := len(buf)
			buf = target.AppendControl(buf, ControlMessage{IPPROTO_IP, int32(i), d})
			if len(buf)-n != target.ControlSpace(len(d)) {
				t.Fatal("the space is wrong")
			}
		}
		got, err := target.ParseControl(buf)
		if err != nil || len(got) != len(want) {
			t.Fatal(got, err)
		}
		for i := range got {
			if got[i].Type != int32(i) || !bytes.Equal(got[i].Data, want[i]) {
				t.Fatal(got[i])
			}
		}
	})
}

// TestParseControlNeverPanics reads any bytes.
func TestParseControlNeverPanics(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		target := rapid.SampledFrom(Targets()).Draw(t, "target")
		target.ParseControl(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
	})
}

// TestControlLayout: WSACMSGHDR as the compiler for each target makes it.
func TestControlLayout(t *testing.T) {
	m := ControlMessage{IPPROTO_IP, IP_PKTINFO, []byte("abcde")}
	for target, want := range map[Target]string{
		AMD64: "1500000000000000" + "00000000" + "13000000" + "6162636465" + "000000",
		ARM64: "1500000000000000" + "00000000" + "13000000" + "6162636465" + "000000",
		I386:  "11000000" + "00000000" + "13000000" + "6162636465" + "000000",
	} {
		if got := hex.EncodeToString(target.AppendControl(nil, m)); got != want {
			t.Errorf("%v: %s, want %s", target, got, want)
		}
	}
}
