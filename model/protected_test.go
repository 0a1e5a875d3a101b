package model

import (
	"os"
	"testing"

	"wsasim/model/rules"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// TestReceivedInClear: a forged datagram in clear that reaches the application of a
// socket which takes none breaks SEC-NOCLEAR, by whatever call it is received;
// the same content that came protected does not.
func TestReceivedInClear(t *testing.T) {
	var before []*trace.Record
	f, err := os.Open("testdata/bad/SEC-NOCLEAR.received.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	trace.Read(f)(func(_ int, rec *trace.Record, err error) bool {
		if err != nil {
			t.Fatal(err)
		}
		before = append(before, rec)
		return true
	})
	before = before[:len(before)-2] // the recvfrom of the file
	from := wsa.Bytes{2, 0, 3, 0xE8, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}
	hello := wsa.Bytes("hello")
	count, zero, none := uint32(5), uint32(0), uint32(0)
	rooms := []wsa.Room{100}
	overlapped := wsa.Return{Err: wsa.WSA_IO_PENDING}
	for _, tt := range []struct {
		name string
		call wsa.Call
		ret  wsa.Return
		end  *wsa.Return // of an overlapped operation
	}{
		{"recv", wsa.RecvCall{S: 4, Buf: 100}, wsa.Return{N: 5, Data: hello}, nil},
		{"WSARecv", wsa.WSARecvCall{S: 4, Buffers: rooms, Flags: &zero}, wsa.Return{Count: &count, Data: hello, Flags: &none}, nil},
		{"WSARecvMsg", wsa.WSARecvMsgCall{S: 4, Name: 16, Namelen: 16, Buffers: rooms, Control: wsa.NULL},
			wsa.Return{Count: &count, Data: hello, Addr: from, MsgFlags: &none}, nil},
		{"WSARecv, overlapped", wsa.WSARecvCall{S: 4, Buffers: rooms, Flags: &zero, Overlapped: 1, NullReceived: true}, overlapped,
			&wsa.Return{Data: hello}},
		{"WSARecvFrom, overlapped", wsa.WSARecvFromCall{S: 4, Buffers: rooms, Flags: &zero, From: 16, Fromlen: ptrTo(int32(16)), Overlapped: 1, NullReceived: true}, overlapped,
			&wsa.Return{Data: hello, Addr: from}},
	} {
		for _, protected := range []bool{false, true} {
			c := NewChecker(Options{})
			var found []*Violation
			observe := func(r *trace.Record) {
				if v := c.Observe(r); v != nil {
					found = append(found, v)
				}
			}
			for _, r := range before {
				observe(r)
			}
			if protected {
				observe(&trace.Record{Kind: trace.PacketSent, Host: "client", From: "10.0.0.1:1000", To: "10.0.0.2:53",
					Packet: &trace.Packet{Protocol: "udp", Data: []byte("hello"), At: "server", Protection: "authenticated", SA: 2}})
			}
			observe(&trace.Record{Kind: trace.CallMade, Host: "server", PID: 1, TID: 1, Op: tt.call.Op(), Call: tt.call})
			ret := tt.ret
			observe(&trace.Record{Kind: trace.Returned, Host: "server", PID: 1, TID: 1, Return: &ret})
			if tt.end != nil {
				observe(&trace.Record{Kind: trace.Completion, Host: "server", PID: 1, TID: 1, Overlapped: 1, Socket: 4, Transferred: 5, Return: tt.end})
			}
			switch {
			case protected && len(found) > 0:
				t.Errorf("%s: what came protected is refused: %v", tt.name, found[0])
			case !protected && (len(found) != 1 || !contains(found[0].Violated, rules.SECNoclear)):
				t.Errorf("%s: expected a violation of SEC-NOCLEAR, found %v", tt.name, found)
			}
		}
	}
}
