package model

import (
	"slices"
	"testing"

	"wsasim/wsa"
)

// TestDescribe: what is known of a state is said.
func TestDescribe(t *testing.T) {
	s := beginAt(1, 3)
	s = begin(s, 1, tcp4, nonblocking(4), wsa.BindCall{S: 4, Name: sockaddr("10.0.0.1:80")}, wsa.ListenCall{S: 4, Backlog: 1}, udp4, wsa.WSACreateEventCall{})
	s = begin(s, 3, tcp6)
	got := s.Describe()
	for _, want := range []string{"process 1: started", "process 2: started", "4: stream, nonblocking, bound to port 80, listening", "8: datagram", "event 12: reset", "4 of process 2: stream over IPv6"} {
		if !slices.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
	if len(got) != 6 {
		t.Errorf("expected 6 lines: %q", got)
	}
	if none := (State{}).Describe(); len(none) != 0 {
		t.Errorf("an empty world has %q", none)
	}
}

// TestVisit: every transition is told, and what it leads to is what was counted.
func TestVisit(t *testing.T) {
	for _, d := range Domains() {
		if d.Name == "bytes" || d.Name == "operations" { // the largest two
			continue
		}
		steps, states := 0, map[Key]bool{d.Start.Key(): true}
		out := Explore(d, ExploreOptions{Visit: func(tr Transition) {
			steps++
			if !states[tr.From.Key()] || tr.Depth >= d.Depth {
				t.Errorf("%s: a step from a state that was not reached before, or is too far", d.Name)
			}
			states[tr.To.Key()] = true
		}})
		if steps != out.Transitions || len(states) != out.States {
			t.Errorf("%s: told %d steps and %d states, explored %d and %d", d.Name, steps, len(states), out.Transitions, out.States)
		}
	}
}
