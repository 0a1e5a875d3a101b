package fuzz_test

import (
	"testing"

	"pgregory.net/rapid"

	"wsasim/fuzz"
)

// relationCalls is how many calls TestRelations checks.
const relationCalls = 9_000

// TestRelations drives worlds by what is about the relations between what is sent
// and what is received: whose datagrams arrive, how much waits, and what is told of
// a port that nobody has.
func TestRelations(t *testing.T) {
	repeat(t, relationCalls, func(rt *rapid.T, c *tally) {
		m := fuzz.Relations(rt, fuzz.DrawSetup(rt))
		m.Close()
		c.add(m)
		report(rt, t.Name(), m)
	})
}
