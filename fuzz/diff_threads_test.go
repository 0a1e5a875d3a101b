package fuzz_test

import (
	"bytes"
	"testing"

	"wsasim/fuzz"
	"wsasim/sim"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// threadCall is a call that a thread of a program makes.
type threadCall struct {
	thread int
	call   func(made []wsa.SOCKET) wsa.Call
}

func opens([]wsa.SOCKET) wsa.Call {
	return wsa.SocketCall{Family: wsa.AF_INET, Type: wsa.SOCK_STREAM}
}

// recordThreads records the calls on a machine; made are the sockets of the thread.
func recordThreads(t *testing.T, fault string, calls ...threadCall) []*trace.Record {
	t.Helper()
	w := sim.New(sim.Config{Clock: sim.VirtualTime})
	defer w.Close()
	p := w.MustHost("machine").NewProcess(sim.ProcessConfig{})
	var out bytes.Buffer
	rec := trace.NewRecording(&out, "machine")
	var threads []wsa.API
	for range 2 {
		api := wsa.API(p.NewThread())
		if fault != "" {
			f, err := fuzz.FaultByName(fault)
			if err != nil {
				t.Fatal(err)
			}
			api = fuzz.Broken(api, f)
		}
		threads = append(threads, rec.Thread(api))
	}
	if err := threads[0].WSAStartup(0x0202, new(wsa.WSADATA)); err != nil {
		t.Fatal(err)
	}
	made := make([][]wsa.SOCKET, 2)
	for _, c := range calls {
		if ret := wsa.Invoke(threads[c.thread], c.call(made[c.thread])); ret.Socket != 0 && ret.Err == 0 {
			made[c.thread] = append(made[c.thread], ret.Socket)
		}
	}
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	var records []*trace.Record
	trace.Read(&out)(func(_ int, r *trace.Record, err error) bool {
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, r)
		return true
	})
	return records
}

// TestBeside: two traces are the same whatever turns their threads took, a fault
// shows in the call that has it, and a program that goes another way is seen.
func TestBeside(t *testing.T) {
	listen := func(made []wsa.SOCKET) wsa.Call { return wsa.ListenCall{S: made[0], Backlog: 1} }
	closing := func(made []wsa.SOCKET) wsa.Call { return wsa.ClosesocketCall{S: made[0]} }
	one := recordThreads(t, "", threadCall{0, opens}, threadCall{1, opens}, threadCall{1, listen}, threadCall{0, closing}, threadCall{1, opens})
	for _, c := range []struct {
		name, fault string
		calls       []threadCall
		differs     bool
		apart       bool
	}{
		{"other turns", "", []threadCall{{1, opens}, {1, listen}, {0, opens}, {1, opens}, {0, closing}}, false, false},
		{"a fault", "an unbound socket may listen", []threadCall{{1, opens}, {0, opens}, {1, listen}}, true, false},
		{"another call", "", []threadCall{{1, opens}, {0, opens}, {1, closing}}, false, true},
		{"a call more", "", []threadCall{{0, opens}, {0, closing}, {0, opens}}, false, true},
	} {
		steps, a, b, apart, err := fuzz.Beside(one, recordThreads(t, c.fault, c.calls...))
		if err != nil {
			t.Fatal(err)
		}
		d := fuzz.Differ{A: fuzz.TracePlace("a", "sim"), B: fuzz.TracePlace("b", "sim")}
		diff := d.Compare(steps, a, b)
		if (diff != nil) != c.differs || (apart != nil) != c.apart {
			t.Errorf("%s: %v, %v", c.name, diff, apart)
		}
		if diff != nil && diff.Step.Call.Op() != "listen" {
			t.Errorf("%s: the difference is %v", c.name, diff)
		}
		if apart != nil && apart.String() == "" || len(steps) == 0 {
			t.Errorf("%s: %d steps, %v", c.name, len(steps), apart)
		}
	}
}

// TestCannotOnWine: calls that would end the program under Wine are told apart.
func TestCannotOnWine(t *testing.T) {
	bad := recordThreads(t, "", threadCall{0, opens}, threadCall{0, func(made []wsa.SOCKET) wsa.Call { return wsa.GetsocknameCall{S: made[0], Name: 28} }})
	secure := recordThreads(t, "", threadCall{0, opens}, threadCall{0, func([]wsa.SOCKET) wsa.Call { return wsa.WSARevertImpersonationCall{} }})
	if fuzz.CannotOnWine(bad) == nil || fuzz.CannotOnWine(secure) == nil {
		t.Error("it would have ended")
	}
	if err := fuzz.CannotOnWine(recordThreads(t, "", threadCall{0, opens})); err != nil {
		t.Error(err)
	}
}
