package model

import (
	"slices"
	"strings"
	"testing"
	"time"

	"wsasim/model/rules"
)

// TestEveryRuleHasAWitness explores all domains: each rule is reached or has a
// reason why it cannot be, and no invariant breaks.
func TestEveryRuleHasAWitness(t *testing.T) {
	s := ExploreAll(Domains(), ExploreOptions{Now: time.Now})
	for _, e := range s.Explorations {
		t.Logf("%-22s %6d states %8d transitions %v", e.Domain, e.States, e.Transitions, e.Elapsed.Round(time.Millisecond))
	}
	t.Logf("%d states, %d transitions, %.0f states a second", s.States, s.Transitions, s.StatesPerSecond())
	for _, id := range s.Missing {
		t.Errorf("%s has neither witness nor reason", id)
	}
	for _, b := range s.Broken {
		t.Errorf("%s does not hold in domain %s after:", b.Invariant, b.Domain)
		for _, step := range b.Steps {
			t.Errorf("  %v", step)
		}
	}
	for id, w := range s.Witnesses {
		if _, ok := noWitness[id]; ok {
			t.Errorf("%s has a witness in %s, and a reason why it cannot have one", id, w.Domain)
		}
	}
}

// TestEveryDocumentedErrorIsReached: a call of the function can end with the
// code by one of the rules that hold the row, or there is a reason why
// exploration does not show it.
func TestEveryDocumentedErrorIsReached(t *testing.T) {
	s := ExploreAll(Domains(), ExploreOptions{})
	rows := 0
	for _, d := range rules.AllDocumented() {
		// The codes of network events are no failures of the call.
		if len(d.Rules) == 0 || d.Error == 0 || strings.HasPrefix(d.Subject, "FD_") {
			continue
		}
		rows++
		reached := slices.ContainsFunc(d.Rules, func(id rules.ID) bool { return s.Shown[Shown{id, d.Function, d.Error}] })
		if !reached {
			t.Errorf("%v: not reached: %s %v", d, d.Condition, d.Rules)
		}
	}
	t.Logf("%d rows", rows)
}
