package fuzz_test

import (
	"testing"

	"wsasim/fuzz"
)

func TestDiffSame(t *testing.T) {
	d := fuzz.Differ{A: fuzz.SimPlace(nil), B: fuzz.SimPlace(nil)}
	for seed := 1; d.Calls < 20000; seed++ {
		steps := fuzz.DrawSequence(seed, 60)
		if diff := d.Try(steps); diff != nil {
			steps, diff = d.Shrink(steps, diff)
			for _, s := range steps {
				t.Log(s)
			}
			t.Fatal(diff)
		}
	}
	t.Log(d.Calls, d.Sequences, d.Lost)
}
