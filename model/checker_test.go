package model

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"wsasim/model/rules"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

func check(t *testing.T, file string) *Report {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rep, err := CheckTrace(f, Options{})
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return rep
}

func files(t *testing.T, pattern string) []string {
	t.Helper()
	list, err := filepath.Glob(pattern)
	if err != nil || len(list) == 0 {
		t.Fatalf("no files %s: %v", pattern, err)
	}
	return list
}

// TestGoodTraces: recorded from the simulator, all conform.
func TestGoodTraces(t *testing.T) {
	for _, file := range files(t, "testdata/good/*.jsonl") {
		rep := check(t, file)
		for _, v := range rep.Violations {
			t.Errorf("%s: %v", file, v)
		}
		if rep.Verdict != Conforms || rep.Calls == 0 {
			t.Errorf("%s: %v after %d calls", file, rep.Verdict, rep.Calls)
		}
	}
}

// TestBadTraces: each breaks the one rule that its name, up to a dot, and its first line
// say, in its last record, and keeps showing it in its shortest prefix.
func TestBadTraces(t *testing.T) {
	for _, file := range files(t, "testdata/bad/*.jsonl") {
		name, _, _ := strings.Cut(filepath.Base(file), ".")
		rule := rules.ID(name)
		rep := check(t, file)
		if len(rep.Violations) != 1 {
			t.Errorf("%s: %d violations, expected 1", file, len(rep.Violations))
			continue
		}
		v := rep.Violations[0]
		if !contains(v.Violated, rule) {
			t.Errorf("%s: expected a violation of %s, found\n%v", file, rule, v)
		}
		if v.Index != rep.Records-1 {
			t.Errorf("%s: the violation is record %d of %d", file, v.Index, rep.Records)
		}
		if len(v.Prefix) == 0 || len(v.Prefix) > rep.Records {
			t.Errorf("%s: the prefix has %d records of %d", file, len(v.Prefix), rep.Records)
		}
	}
}

// TestPrefixLeavesOut proves that unrelated threads, sockets and calls go.
func TestPrefixLeavesOut(t *testing.T) {
	c := NewChecker(Options{})
	var last *Violation
	play := func(tid int, call wsa.Call, ret wsa.Return) {
		c.Observe(&trace.Record{Kind: trace.CallMade, TID: tid, Call: call})
		if v := c.Observe(&trace.Record{Kind: trace.Returned, TID: tid, Return: &ret}); v != nil {
			last = v
		}
	}
	c.Observe(&trace.Record{Kind: trace.World, Version: trace.Version})
	c.Observe(&trace.Record{Kind: trace.Host, Host: "h"})
	c.Observe(&trace.Record{Kind: trace.Process, Host: "h", PID: 1})
	for tid := 1; tid <= 5; tid++ {
		c.Observe(&trace.Record{Kind: trace.Thread, Host: "h", PID: 1, TID: tid})
	}
	play(1, wsa.WSAStartupCall{Version: 0x202}, wsa.Return{})
	for i := range 20 {
		h := wsa.SOCKET(100 + 4*i)
		play(1+i%5, tcp4, wsa.Return{Socket: h})
		play(1+i%5, wsa.SendCall{S: h}, wsa.Return{Err: wsa.WSAENOTCONN})
	}
	play(1, wsa.ListenCall{S: 100}, wsa.Return{})
	if last == nil || len(last.Prefix) != 10 {
		t.Fatalf("the prefix of %v", last)
	}
}

// TestWalksConform: whatever the relation allows, the checker accepts, with
// calls that wait and others in between.
func TestWalksConform(t *testing.T) {
	domains := Domains()
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SampledFrom(domains).Draw(t, "domain")
		c := NewChecker(Options{})
		c.states = []State{d.Start}
		walk(t, d, func(s State, m Move, resumed bool, outs []Outcome) (State, bool) {
			o := outs[rapid.IntRange(0, len(outs)-1).Draw(t, "outcome")]
			ret := o.Example()
			if !resumed {
				c.Observe(&trace.Record{Kind: trace.CallMade, TID: m.TID, Call: m.Call})
			}
			if o.Kind == Blocks {
				c.settle()
			} else if v := c.Observe(&trace.Record{Kind: trace.Returned, TID: m.TID, Return: &ret}); v != nil {
				t.Fatalf("the relation allows %v of %s %+v, but the checker says\n%v", o, m.Call.Op(), m.Call, v)
			}
			return o.Apply(ret)
		})
	})
}

// TestWrongReturnsAreFound is the canary: a return that no outcome allows is
// reported, whatever the call.
func TestWrongReturnsAreFound(t *testing.T) {
	s, found := started(1), 0
	s = after(s, 1, tcp4, udp4)
	for _, d := range Domains() {
		for _, m := range d.Moves {
			if m.TID != 1 {
				continue
			}
			loose := false
			for _, o := range Step(s, 1, m.Call) {
				loose = loose || o.Kind == Unspecified || o.Kind == NotModelled || o.Kind == Failure && len(o.Errors) == 0
			}
			if loose {
				continue
			}
			c := NewChecker(Options{Forget: true})
			c.states = []State{s}
			c.Observe(&trace.Record{Kind: trace.CallMade, TID: 1, Call: m.Call})
			if _, ok := m.Call.(wsa.WSAGetLastErrorCall); ok {
				continue
			}
			if v := c.Observe(&trace.Record{Kind: trace.Returned, TID: 1, Return: &wsa.Return{Err: wsa.WSAEPROCLIM + 1000}}); v == nil {
				if _, ok := m.Call.(wsa.WSASetLastErrorCall); !ok {
					t.Errorf("%s may fail with a code that does not exist", m.Call.Op())
				}
				continue
			}
			found++
		}
	}
	if found < 100 {
		t.Errorf("only %d calls were judged", found)
	}
}

// TestInvariantsNotice seeds each invariant with a transition that breaks it.
func TestInvariantsNotice(t *testing.T) {
	s := after(started(1), 1, tcp4, wsa.ConnectCall{S: 4, Name: sockaddr("10.0.0.2:80")})
	change := func(edit func(*socket)) *world {
		n := s.world().edit()
		n.editSocket(sockKey(1, 4), edit)
		return n
	}
	crossed := s.world().edit()
	other := *crossed.threads.get(2)
	other.impersonating = true
	crossed.setThread(&other)
	info := make(wsa.Bytes, wsa.SecurityQueryInfoSize)
	info[4] = wsa.SOCKET_INFO_CONNECTION_ENCRYPTED
	seeded := []struct {
		to   *world
		o    Outcome
		step WitnessStep
	}{
		{change(func(x *socket) { x.broadcast = true }), Outcome{Kind: Failure, certain: true, before: s.world()}, WitnessStep{}},
		{change(func(x *socket) { x.peer = x.local }), Outcome{}, WitnessStep{}},
		{s.world(), Outcome{}, WitnessStep{Call: wsa.WSAQuerySocketSecurityCall{}, Return: wsa.Return{Data: info}}},
		{change(func(x *socket) { x.sec.guarantee = true }), Outcome{}, WitnessStep{}},
		{s.world(), Outcome{Kind: Success}, WitnessStep{TID: 1, Call: wsa.ListenCall{S: 44}}},
		{crossed, Outcome{}, WitnessStep{TID: 1}},
	}
	if len(seeded) != len(invariants) {
		t.Fatalf("%d invariants, %d seeded faults", len(invariants), len(seeded))
	}
	for i, f := range seeded {
		if invariants[i].holds(s.world(), f.to, &f.o, &f.step) {
			t.Errorf("%q does not notice its seeded fault", invariants[i].name)
		}
	}
}

func TestMalformedTraces(t *testing.T) {
	const head = `{"kind":"world","t":0,"version":1}` + "\n"
	for _, text := range []string{
		head + "{",
		head + `{"kind":"thread","t":0,"pid":1,"tid":1}`,
		head + `{"kind":"return","t":0,"tid":1,"ret":{}}`,
	} {
		_, err := CheckTrace(strings.NewReader(text), Options{})
		var syntax *trace.SyntaxError
		if !errors.As(err, &syntax) || syntax.Line != 2 {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestUnknown: too many possible states end the checking with that verdict.
func TestUnknown(t *testing.T) {
	c := NewChecker(Options{MaxStates: 1})
	c.states = []State{started(1)}
	call := wsa.SocketCall{Type: wsa.SOCK_STREAM}
	c.Observe(&trace.Record{Kind: trace.CallMade, TID: 1, Call: call})
	c.Observe(&trace.Record{Kind: trace.Returned, TID: 1, Return: &wsa.Return{Socket: 4}})
	if c.Verdict() != Unknown {
		t.Errorf("%v with two states", c.Verdict())
	}
}
