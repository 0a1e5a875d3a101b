package fuzz_test

import (
	"bytes"
	"net/netip"
	"testing"

	"wsasim/fuzz"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// TestFlightRecords: the record of an overlapped WSARecvFrom tells the sender that the
// operation has stored, and a receive that fails at once because its datagram was cut has
// a record within its call.
func TestFlightRecords(t *testing.T) {
	x, room := fuzz.SocketOf(1), int32(28)
	at := wsa.Sockaddr(netip.MustParseAddrPort("127.0.0.1:5000"))
	receive := func(id wsa.OverlappedID, size wsa.Room) wsa.Call {
		return wsa.WSARecvFromCall{S: x, Buffers: []wsa.Room{size}, Flags: new(uint32), From: 28, Fromlen: &room, Overlapped: id}
	}
	send := wsa.SendtoCall{S: x, Buf: wsa.Bytes("abc"), To: at}
	run := fuzz.SimPlace(nil).Run([]fuzz.DiffStep{
		{Makes: 1, Call: wsa.SocketCall{Family: wsa.AF_INET, Type: wsa.SOCK_DGRAM}}, {Call: wsa.BindCall{S: x, Name: at}},
		{Call: receive(1, 9)}, {Call: send}, {Call: send}, {Call: receive(2, 2)},
	}, nil)
	var ends []*trace.Record
	for _, r := range run.Records {
		if r.Kind == trace.Completion {
			ends = append(ends, r)
		}
	}
	if len(ends) != 2 {
		t.Fatalf("%d ends, expected 2", len(ends))
	}
	for i, want := range []struct {
		status wsa.NTStatus
		data   string
	}{{0, "abc"}, {wsa.STATUS_BUFFER_OVERFLOW, "ab"}} {
		if r := ends[i]; r.Return == nil || r.Status != want.status || string(r.Return.Data) != want.data {
			t.Fatalf("operation %d: got %s and %+v, expected %s and %q", i+1, r.Status, r.Return, want.status, want.data)
		}
	}
	if !bytes.Equal(ends[0].Return.Addr, at) {
		t.Errorf("the sender is %x, expected %x", ends[0].Return.Addr, at)
	}
	for i, v := range run.Violations {
		if v != nil {
			t.Errorf("step %d: %v", i+1, v)
		}
	}
}
