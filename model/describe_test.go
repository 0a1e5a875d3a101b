package model

import (
	command "flag"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"wsasim/wsa"
)

var update = command.Bool("update", false, "write testdata/described.txt")

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

// TestVisit: every transition is told, and what it leads to is what was counted. What
// is said of the states that are reached stands in testdata/described.txt, each line
// once, with N for numbers: go test -run TestVisit -update writes it.
func TestVisit(t *testing.T) {
	said := make(map[string]bool)
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
			if !states[tr.To.Key()] {
				states[tr.To.Key()] = true
				tell(said, tr.To)
			}
		}})
		if steps != out.Transitions || len(states) != out.States {
			t.Errorf("%s: told %d steps and %d states, explored %d and %d", d.Name, steps, len(states), out.Transitions, out.States)
		}
	}
	golden(t, "testdata/described.txt", slices.Sorted(maps.Keys(said)))
}

// numbers are what tells lines of one sort apart.
var numbers = regexp.MustCompile(`0x[0-9a-f]+|[0-9]+`)

// tell adds what is said of a state.
func tell(said map[string]bool, s State) {
	for _, line := range s.Describe() {
		said[numbers.ReplaceAllString(line, "N")] = true
	}
}

// golden compares lines with those of a file, or writes it.
func golden(t *testing.T, file string, lines []string) {
	t.Helper()
	got := strings.Join(lines, "\n") + "\n"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	for _, l := range lines {
		if !slices.Contains(want, l) {
			t.Errorf("%s does not have %q", file, l)
		}
	}
	for _, l := range want {
		if !slices.Contains(lines, l) {
			t.Errorf("nothing says %q any more", l)
		}
	}
}
