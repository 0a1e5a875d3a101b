package fuzz

import (
	"slices"

	"wsasim/wsa"
)

// Known is a difference between the simulator and another implementation that
// has been looked into.
type Known struct {
	// ID names the row.
	ID string
	// On is the implementation that differs: "wine".
	On string
	// Ops are the functions it concerns, as wsa.Ops spells them; none: all.
	Ops []string
	// Ours and Theirs are the errors of the two, 0 for success; nil: any.
	Ours, Theirs []wsa.Errno
	// When says what else must hold, nil: nothing.
	When func(d *Difference, ours, theirs wsa.Return) bool
	// Goes: the two are in the same state all the same, so that the rest of a
	// sequence still means something.
	Goes bool
	// Parts: the two are in different states although they returned alike.
	Parts bool
	// Reason says what the other does and why.
	Reason string
	// Right says who is right and by which source: a rule's identifier, an
	// observed fact such as SK5, or that no source speaks of it.
	Right string
}

// fits reports whether the row explains the difference, with what the simulator
// and the other returned.
func (k *Known) fits(d *Difference, ours, theirs wsa.Return) bool {
	return (len(k.Ops) == 0 || slices.Contains(k.Ops, d.Step.Call.Op())) &&
		(k.Ours == nil || slices.Contains(k.Ours, ours.Err)) &&
		(k.Theirs == nil || slices.Contains(k.Theirs, theirs.Err)) &&
		(k.When == nil || k.When(d, ours, theirs))
}

// KnownDifferences is the table.
func KnownDifferences() []Known { return slices.Concat(knownDifferences, knownIO, knownExtensions) }

// SafeSequence reports whether the steps may run on a machine that other
// programs use: none of them would wait for what never comes.
func SafeSequence(steps []DiffStep) bool {
	g := newGuide(nil)
	defer g.world.Close()
	for _, step := range steps {
		if !g.safe(step.Call) {
			return false
		}
		g.s.do(step, nil)
	}
	return true
}
