package fuzz_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/netip"
	"reflect"
	"regexp"
	"testing"

	"pgregory.net/rapid"

	"wsasim/fuzz"
	"wsasim/wsa"
)

var somePool = &fuzz.Pool{
	Sockets: []wsa.SOCKET{4, 8}, Closed: []wsa.SOCKET{12}, Handles: []wsa.HANDLE{16}, Events: []wsa.HANDLE{20},
	Hosts: []netip.Addr{netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("fd00::1")},
	Names: []netip.AddrPort{netip.MustParseAddrPort("10.0.0.1:5000")},
	SPNs:  []string{"host/server"}, Groups: []uint32{1, 2, 3},
}

// TestEveryCallIsDrawn: each call of package wsa comes out of Call, is what
// CallOf says, and survives being written down.
func TestEveryCallIsDrawn(t *testing.T) {
	drawn := make(map[string]bool)
	any := fuzz.Call(somePool)
	for seed := range 5000 {
		drawn[any.Example(seed).Op()] = true
	}
	for _, op := range wsa.Ops() {
		if !drawn[op] {
			t.Errorf("Call never draws %s", op)
		}
		t.Run(op, rapid.MakeCheck(func(t *rapid.T) {
			call := fuzz.CallOf(op, somePool).Draw(t, "call")
			if call.Op() != op {
				t.Fatalf("drew a call of %s", call.Op())
			}
			text, err := wsa.MarshalCall(call)
			if err != nil {
				t.Fatal(err)
			}
			back, err := wsa.UnmarshalCall(op, text)
			if err != nil || !reflect.DeepEqual(back, call) {
				t.Fatalf("%#v came back as %#v, %v", call, back, err)
			}
		}))
	}
}

// TestStructures: what Structure draws decodes, unless it holds text that no
// structure can (an odd number of bytes is never drawn); what Mangle draws is
// refused at least sometimes, for each structure.
func TestStructures(t *testing.T) {
	for _, l := range wsa.Structs(wsa.AMD64) {
		t.Run(l.Name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				raw := fuzz.Structure(l, somePool).Draw(t, "structure")
				if _, err := l.Decode(raw); err != nil && len(raw) >= l.Size {
					t.Fatalf("%x: %v", raw, err)
				}
			})
			refused := 0
			for seed := range 200 {
				if _, err := l.Decode(fuzz.Mangle(l, somePool).Example(seed)); err != nil {
					refused++
				}
			}
			if refused == 0 {
				t.Error("200 mangled structures were all in order")
			}
		})
	}
}

var anyOverlapped = regexp.MustCompile(`"overlapped":[1-9][0-9]*`)

// TestFromCalls: a call that goes through FromCalls arrives as it was made, and
// what it gives back is what was answered.
func TestFromCalls(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		call := fuzz.Call(somePool).Draw(t, "call")
		var arrived wsa.Call
		answer := wsa.Return{Err: wsa.WSAEINVAL}
		api := wsa.FromCalls(func(c wsa.Call) wsa.Return { arrived = c; return answer })
		got := wsa.Invoke(api, call)
		one, err := json.Marshal(call)
		if err != nil {
			t.Fatal(err)
		}
		two, err := json.Marshal(arrived)
		if err != nil {
			t.Fatal(err)
		}
		// An OVERLAPPED that is used first gets the first id.
		one = anyOverlapped.ReplaceAll(one, []byte(`"overlapped":1`))
		if arrived.Op() != call.Op() || !bytes.Equal(one, two) {
			t.Fatalf("%s %s arrived as %s %s", call.Op(), one, arrived.Op(), two)
		}
		switch call.(type) {
		case wsa.WSAGetLastErrorCall, wsa.WSASetLastErrorCall, wsa.SleepExCall, wsa.GetCurrentProcessIdCall,
			wsa.GetAcceptExSockaddrsCall, wsa.InetAddrCall, wsa.InetNtoaCall: // have no error to give
			answer.Err = 0
		}
		if got.Err != answer.Err {
			t.Fatalf("%s answered %v, got %v", call.Op(), answer.Err, got.Err)
		}
	})
	api := wsa.FromCalls(func(wsa.Call) wsa.Return { return wsa.Return{Failure: "the line is dead"} })
	var errno wsa.Errno
	if err := api.Bind(4, nil); err == nil || err.Error() != "the line is dead" || errors.As(err, &errno) {
		t.Errorf("a failure became %v", err)
	}
}
