package model

import (
	"testing"

	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// player feeds a checker with the calls of threads of one world.
type player struct {
	t *testing.T
	c *Checker
}

func play(t *testing.T, start State) player {
	c := NewChecker(Options{})
	c.states = []State{start}
	return player{t, c}
}

func (p player) call(tid int, c wsa.Call) *Violation {
	return p.c.Observe(&trace.Record{Kind: trace.CallMade, TID: tid, Call: c})
}

func (p player) returned(tid int, ret wsa.Return) *Violation {
	return p.c.Observe(&trace.Record{Kind: trace.Returned, TID: tid, Return: &ret})
}

// does is a call that conforms and returns at once.
func (p player) does(tid int, c wsa.Call, ret wsa.Return) {
	p.t.Helper()
	if v := p.call(tid, c); v != nil {
		p.t.Fatal(v)
	}
	if v := p.returned(tid, ret); v != nil {
		p.t.Fatal(v)
	}
}

// TestNestedCalls: a routine's calls stand in the call that waits, and are judged
// like others; the call that waits is judged when it returns.
func TestNestedCalls(t *testing.T) {
	p := play(t, after(started(1), 1, udp4, wsa.BindCall{S: 4, Name: sockaddr("10.0.0.1:53")}))
	p.does(1, wsa.QueueUserAPCCall{}, wsa.Return{})
	p.call(1, wsa.RecvCall{S: 4, Buf: 8})
	p.does(1, wsa.SocketCall{Family: wsa.AF_INET, Type: wsa.SOCK_STREAM}, wsa.Return{Socket: 8})
	p.does(1, wsa.QueueUserAPCCall{}, wsa.Return{})
	// The routine waits in turn, and another runs in that.
	p.call(1, wsa.SleepExCall{Milliseconds: 5, Alertable: true})
	p.does(1, wsa.ClosesocketCall{S: 8}, wsa.Return{})
	if v := p.returned(1, wsa.Return{N: wsa.WAIT_IO_COMPLETION}); v != nil {
		t.Fatal(v)
	}
	p.call(1, wsa.ListenCall{S: 8})
	if v := p.returned(1, wsa.Return{}); v == nil {
		t.Error("a socket that a routine has closed listens")
	}
	if v := p.returned(1, wsa.Return{Err: wsa.WSAENOTCONN}); v == nil {
		t.Error("a receive that waited may fail with WSAENOTCONN")
	} else if v.Call.Op() != "recv" || len(v.Prefix) == 0 {
		t.Errorf("the violation is of %s, with %d records", v.Call.Op(), len(v.Prefix))
	}
	p.does(1, wsa.GetCurrentProcessIdCall{}, wsa.Return{N: 1})
}

// TestNoRoutineRuns: a call in which no routine can run must return first.
func TestNoRoutineRuns(t *testing.T) {
	p := play(t, started(1))
	p.call(1, wsa.SleepExCall{Milliseconds: 5})
	if v := p.call(1, tcp4); v == nil || v.Call != nil {
		t.Errorf("a call in SleepEx that is not alertable: %v", v)
	}
}

// TestMustNotWait: a call that cannot wait, and waits for ever all the same, is
// found when nothing can happen any more.
func TestMustNotWait(t *testing.T) {
	ready := after(started(1), 1, wsa.WSACreateEventCall{}, udp4, wsa.BindCall{S: 8, Name: sockaddr("10.0.0.1:53")})
	for _, selects := range []bool{false, true} {
		p := play(t, ready)
		if selects {
			p.does(1, wsa.WSAEventSelectCall{S: 8, EventObject: 4, NetworkEvents: wsa.FD_READ}, wsa.Return{})
		}
		p.call(1, wsa.RecvCall{S: 8, Buf: 4})
		p.c.Observe(&trace.Record{Kind: trace.Deadlock})
		v := p.returned(1, wsa.Return{Failure: "deadlock"})
		if found := v != nil; found != selects {
			t.Errorf("with an event selected %v: %v", selects, v)
		}
	}
}

// TestModeChangedMeanwhile: a receive that waits may still run out of time after
// another thread has made its socket nonblocking; one that begins then may not.
func TestModeChangedMeanwhile(t *testing.T) {
	limit := wsa.SetsockoptCall{S: 4, Level: wsa.SOL_SOCKET, Optname: wsa.SO_RCVTIMEO, Optval: wsa.Bytes{100, 0, 0, 0}}
	for _, before := range []bool{false, true} {
		p := play(t, after(started(1, 2), 1, udp4, wsa.BindCall{S: 4, Name: sockaddr("10.0.0.1:53")}, limit))
		one := uint32(1)
		mode := func() { p.does(2, wsa.IoctlsocketCall{S: 4, Cmd: wsa.FIONBIO, Argp: &one}, wsa.Return{Count: &one}) }
		if before {
			mode()
		}
		if v := p.call(1, wsa.RecvCall{S: 4, Buf: 8}); v != nil {
			t.Fatal(v)
		}
		if !before {
			mode()
		}
		if v := p.returned(1, wsa.Return{Err: wsa.WSAETIMEDOUT}); (v != nil) != before {
			t.Errorf("nonblocking before the call %v: %v", before, v)
		}
	}
}
