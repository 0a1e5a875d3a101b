package fuzz_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"wsasim/fuzz"
	"wsasim/model/rules"
)

// withinCalls bounds how long a fault may stay hidden.
const withinCalls = 40_000

// TestFaultsAreFound shows that TestSequence can fail: it finds each fault that
// is put between the caller and the simulator, and blames a rule for it.
func TestFaultsAreFound(t *testing.T) {
	if n := len(fuzz.Faults()); n < 12 {
		t.Fatalf("%d faults are too few", n)
	}
	for _, f := range fuzz.Faults() {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			if _, ok := rules.Lookup(f.Rule); !ok {
				t.Errorf("%s is no rule", f.Rule)
			}
			calls := 0
			for seed := 1; calls < withinCalls; seed++ {
				m := rapid.Custom(func(t *rapid.T) *fuzz.Machine {
					s := fuzz.DrawSetup(t)
					s.Fault = &f
					return fuzz.Sequence(t, s)
				}).Example(seed)
				m.Close()
				calls += m.Calls
				v := m.Violation
				if v == nil {
					continue
				}
				sound := m.Setup
				sound.Fault = nil
				whole := fuzz.Replay(sound, m.Steps)
				whole.Close()
				if whole.Violation != nil || v.Call == nil && f.Ends == nil || f.Ends == nil && !f.Later && !slices.Contains(f.Ops, v.Call.Op()) {
					t.Fatalf("found something else: %v", v)
				}
				t.Logf("found after %d calls: %s %v", calls, v.Text, v.Violated)
				return
			}
			t.Errorf("not found in %d calls", calls)
		})
	}
}
