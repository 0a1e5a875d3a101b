package fuzz_test

import (
	"bytes"
	"net/netip"
	"testing"

	"wsasim/fuzz"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// TestFlightRecordsOfMessages: the record of an overlapped WSARecvMsg tells what the
// WSAMSG does, of one that was cut too.
func TestFlightRecordsOfMessages(t *testing.T) {
	x := fuzz.SocketOf(1)
	at := wsa.Sockaddr(netip.MustParseAddrPort("127.0.0.1:5000"))
	receive := func(id wsa.OverlappedID, size wsa.Room) wsa.Call {
		return wsa.WSARecvMsgCall{S: x, Buffers: []wsa.Room{size}, Name: 28, Namelen: 28, Control: 128, ControlLen: 128, Overlapped: id}
	}
	run := fuzz.SimPlace(nil).Run([]fuzz.DiffStep{
		{Makes: 1, Call: wsa.SocketCall{Family: wsa.AF_INET, Type: wsa.SOCK_DGRAM}}, {Call: wsa.BindCall{S: x, Name: at}},
		{Call: wsa.SetsockoptCall{S: x, Level: wsa.IPPROTO_IP, Optname: wsa.IP_RECVTTL, Optval: wsa.Bytes{1, 0, 0, 0}}},
		{Call: receive(1, 9)}, {Call: receive(2, 2)}, {Call: wsa.SendtoCall{S: x, Buf: wsa.Bytes("abc"), To: at}}, {Call: wsa.SendtoCall{S: x, Buf: wsa.Bytes("abc"), To: at}},
		{Call: wsa.WSAGetLastErrorCall{}},
	}, nil)
	var ends []*wsa.Return
	for _, r := range run.Records {
		if r.Kind == trace.Completion {
			ends = append(ends, r.Return)
		}
	}
	if len(ends) != 2 || ends[0] == nil || ends[1] == nil {
		t.Fatalf("the ends tell %v", ends)
	}
	for i, want := range []struct {
		data  string
		flags uint32
	}{{"abc", 0}, {"ab", wsa.MSG_TRUNC}} {
		r := ends[i]
		if string(r.Data) != want.data || r.MsgFlags == nil || *r.MsgFlags != want.flags || !bytes.Equal(r.Addr, at) || len(r.Control) == 0 || int(*r.ControlLen) != len(r.Control) {
			t.Errorf("message %d: got %+v, expected %+v from %x and a control message", i+1, r, want, at)
		}
	}
	if n := run.Returns[len(run.Returns)-1].N; n != 0 {
		t.Errorf("the last error is %d: asking for the messages changed it", n)
	}
}

// TestFilesOfSequences: a step names a file by its number, and what it contains is sent,
// as much as was asked for.
func TestFilesOfSequences(t *testing.T) {
	l, c, s := fuzz.SocketOf(1), fuzz.SocketOf(2), fuzz.SocketOf(3)
	at := wsa.Sockaddr(netip.MustParseAddrPort("127.0.0.1:5000"))
	run := fuzz.SimPlace(nil).Run([]fuzz.DiffStep{
		{Makes: 1, Call: wsa.SocketCall{Family: wsa.AF_INET, Type: wsa.SOCK_STREAM}}, {Call: wsa.BindCall{S: l, Name: at}}, {Call: wsa.ListenCall{S: l, Backlog: 5}},
		{Makes: 2, Call: wsa.SocketCall{Family: wsa.AF_INET, Type: wsa.SOCK_STREAM}}, {Call: wsa.ConnectCall{S: c, Name: at}},
		{Makes: 3, Call: wsa.AcceptCall{S: l, Addr: wsa.NULL}},
		{Call: wsa.TransmitFileCall{S: c, File: fuzz.FileOf(3), BytesToWrite: 3, Head: wsa.Bytes("head"), Tail: wsa.Bytes("tail")}},
		{Call: wsa.RecvCall{S: s, Buf: 100}},
		{Call: wsa.TransmitFileCall{S: c, File: fuzz.FileOf(3), NullBuffers: true}},
		{Call: wsa.RecvCall{S: s, Buf: 4000}},
	}, nil)
	n := len(run.Returns)
	if got, want := string(run.Returns[n-3].Data), "head\x01\x04\x07tail"; got != want {
		t.Errorf("received %q, expected %q", got, want)
	}
	if got := len(run.Returns[n-1].Data); got != 3000 {
		t.Errorf("received %d bytes, expected all 3000 of the file", got)
	}
	for i, v := range run.Violations {
		if v != nil {
			t.Errorf("step %d: %v", i+1, v)
		}
	}
}

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
