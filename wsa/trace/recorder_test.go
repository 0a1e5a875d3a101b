package trace_test

import (
	"bytes"
	"net/netip"
	"reflect"
	"testing"

	"wsasim/model"
	"wsasim/sim"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// world is a simulated machine with a thread.
func world(t testing.TB) *sim.Thread {
	t.Helper()
	w := sim.New(sim.Config{Clock: sim.VirtualTime})
	t.Cleanup(w.Close)
	h, err := w.AddHost(sim.HostConfig{Name: "h"})
	if err != nil {
		t.Fatal(err)
	}
	return h.NewProcess(sim.ProcessConfig{}).NewThread()
}

// records reads a trace.
func records(t testing.TB, text []byte) (list []*trace.Record) {
	t.Helper()
	trace.Read(bytes.NewReader(text))(func(_ int, r *trace.Record, err error) bool {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, r)
		return true
	})
	return list
}

// TestRecorderKnowsEveryCall: what is recorded of a call is the call, and what
// it gave back is what it gives without a recorder.
func TestRecorderKnowsEveryCall(t *testing.T) {
	for _, c := range wsa.Calls() {
		if c.Op() == "GetOverlappedResult" {
			c = wsa.GetOverlappedResultCall{Overlapped: 1} // NULL ends a program
		}
		t.Run(c.Op(), func(t *testing.T) {
			var got []*trace.Record
			bare := wsa.Invoke(world(t), c)
			api := trace.NewRecorder(func(r *trace.Record) { got = append(got, r) }, nil).Thread(world(t), "h", 1, 1)
			if ret := wsa.Invoke(api, c); !reflect.DeepEqual(ret, bare) {
				t.Errorf("through the recorder: %+v\nwithout: %+v", ret, bare)
			}
			if len(got) != 2 || got[0].Call == nil || got[0].Call.Op() != c.Op() || got[1].Return == nil {
				t.Fatalf("recorded: %v", got)
			}
			if !reflect.DeepEqual(got[0].Call, c) {
				t.Errorf("the call is %+v; recorded %+v", c, got[0].Call)
			}
			if !reflect.DeepEqual(*got[1].Return, bare) {
				t.Errorf("the return is %+v; recorded %+v", bare, *got[1].Return)
			}
		})
	}
}

// echo is a program: a connection to itself, by overlapped receives.
func echo(t *testing.T, api wsa.API) {
	t.Helper()
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ok(api.WSAStartup(0x0202, new(wsa.WSADATA)))
	l, err := api.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0)
	ok(err)
	ok(api.Bind(l, wsa.Sockaddr(netip.MustParseAddrPort("127.0.0.1:0"))))
	ok(api.Listen(l, 1))
	name, n := make([]byte, 16), int32(16)
	ok(api.Getsockname(l, name, &n))
	c, err := api.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0)
	ok(err)
	ok(api.Connect(c, name))
	s, err := api.Accept(l, nil, nil)
	ok(err)
	buf, count, flags, o := make([]byte, 10), uint32(0), uint32(0), new(wsa.Overlapped)
	ran := false
	err = api.WSARecv(s, [][]byte{buf}, nil, &flags, o, func(err wsa.Errno, n uint32, _ *wsa.Overlapped, _ uint32) {
		ran = err == 0 && n == 5
	})
	if err != wsa.WSA_IO_PENDING {
		t.Fatal(err)
	}
	_, err = api.Send(c, []byte("hello"), 0)
	ok(err)
	if got := api.SleepEx(1000, true); got != wsa.WAIT_IO_COMPLETION || !ran || string(buf[:5]) != "hello" {
		t.Fatalf("the program's own buffer holds %q, routine ran: %v, SleepEx %#x", buf, ran, got)
	}
	err = api.WSARecv(s, [][]byte{buf}, &count, &flags, o, nil)
	if err != wsa.WSA_IO_PENDING {
		t.Fatal(err)
	}
	_, err = api.Send(c, []byte("again"), 0)
	ok(err)
	ok(api.WSAGetOverlappedResult(s, o, &count, true, &flags))
	if count != 5 || string(buf[:5]) != "again" {
		t.Fatalf("%d, %q", count, buf)
	}
	for _, x := range []wsa.SOCKET{l, c, s} {
		ok(api.Closesocket(x))
	}
	ok(api.WSACleanup())
}

// TestRecording: a program runs under the recorder as without it, its trace
// conforms, tells of completions, and is the same the next time once both are
// normalised.
func TestRecording(t *testing.T) {
	var first []*trace.Record
	for round := range 2 {
		var b bytes.Buffer
		rec := trace.NewRecording(&b, "h")
		thread := world(t)
		for range round { // other descriptors and ports than in the first round
			_ = thread.WSAStartup(0x0202, new(wsa.WSADATA))
			s, _ := thread.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0)
			_ = thread.Bind(s, wsa.Sockaddr(netip.MustParseAddrPort("127.0.0.1:0")))
		}
		api := rec.Thread(thread)
		echo(t, api)
		if err := rec.Close(); err != nil {
			t.Fatal(err)
		}
		api.WSAGetLastError() // comes too late, and harms nothing
		text := b.Bytes()
		report, err := model.CheckTrace(bytes.NewReader(text), model.Options{})
		if err != nil || report.Verdict != model.Conforms {
			t.Fatalf("%v, %+v", err, report)
		}
		list := records(t, text)
		completions := 0
		for _, r := range list {
			if r.Kind == trace.Completion {
				completions++
				if r.Overlapped != 1 || r.Transferred != 5 || r.Status != 0 {
					t.Errorf("completion %+v", r)
				}
			}
		}
		if completions != 2 {
			t.Errorf("%d completions", completions)
		}
		if normal := trace.Normalize(list); first == nil {
			first = normal
		} else if at, text := trace.Equal(first, normal); at >= 0 {
			t.Errorf("record %d differs:\n%s", at, text)
		}
	}
	if at, _ := trace.Equal(first, first[1:]); at != 0 {
		t.Errorf("traces that differ from the first record differ at %d", at)
	}
}

// TestNormalizeKeeps: what the program chose stays, and the records given too.
func TestNormalizeKeeps(t *testing.T) {
	at := wsa.Bytes(wsa.Sockaddr(netip.MustParseAddrPort("127.0.0.1:8080")))
	call := &trace.Record{Kind: trace.CallMade, PID: 7, TID: 9, Time: 5, Call: wsa.BindCall{S: 0x7777, Name: at}}
	got := trace.Normalize([]*trace.Record{call})[0]
	if c := got.Call.(wsa.BindCall); c.S != 0x7777 || !bytes.Equal(c.Name, at) || got.PID != 1 || got.TID != 1 || got.Time != 0 {
		t.Errorf("%+v", got)
	}
	if call.PID != 7 || call.Time != 5 {
		t.Errorf("the record was changed: %+v", call)
	}
}

// BenchmarkRecorder: a call with and without a recording, on the simulator, whose
// calls cost next to nothing: what is measured is the recorder. Package wsa has
// the same against a system's Winsock.
func BenchmarkRecorder(b *testing.B) {
	thread := world(b)
	_ = thread.WSAStartup(0x0202, new(wsa.WSADATA))
	s, _ := thread.Socket(wsa.AF_INET, wsa.SOCK_DGRAM, 0)
	_ = thread.Bind(s, wsa.Sockaddr(netip.MustParseAddrPort("127.0.0.1:0")))
	to, n := make([]byte, 16), int32(16)
	_ = thread.Getsockname(s, to, &n)
	rec := trace.NewRecording(discard{}, "h")
	for name, api := range map[string]wsa.API{"bare": thread, "recorded": rec.Thread(thread)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			buf := make([]byte, 100)
			for range b.N {
				_, _ = api.Sendto(s, buf[:10], 0, to)
				_, _ = api.Recv(s, buf, 0)
			}
		})
	}
	if err := rec.Close(); err != nil {
		b.Fatal(err)
	}
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }
