package fuzz_test

import (
	"testing"

	"pgregory.net/rapid"

	"wsasim/fuzz"
	"wsasim/model"
	"wsasim/wsa/trace"
)

// BenchmarkSequence is the property test: drawing, driving and checking.
func BenchmarkSequence(b *testing.B) {
	run := rapid.Custom(func(t *rapid.T) *fuzz.Machine { return fuzz.Sequence(t, fuzz.DrawSetup(t)) })
	count(b, func(i int) *fuzz.Machine { return run.Example(i) })
}

// BenchmarkParallel is the same with several threads.
func BenchmarkParallel(b *testing.B) {
	run := rapid.Custom(func(t *rapid.T) *fuzz.Machine {
		s := fuzz.DrawSetup(t)
		return fuzz.Parallel(s, fuzz.DrawScripts(t, s))
	})
	count(b, func(i int) *fuzz.Machine { return run.Example(i) })
}

// BenchmarkReplay leaves out the drawing: driving and checking alone.
func BenchmarkReplay(b *testing.B) {
	recorded := sequence(1)
	count(b, func(int) *fuzz.Machine { return fuzz.Replay(recorded.Setup, recorded.Steps) })
}

// count runs worlds and reports the calls that were made and checked in a
// second.
func count(b *testing.B, run func(int) *fuzz.Machine) {
	calls := 0
	for i := 0; b.Loop(); i++ {
		m := run(i)
		m.Close()
		calls += m.Calls
	}
	b.ReportMetric(float64(calls)/b.Elapsed().Seconds(), "calls/s")
}

// sequence is the first world from the seed on that made a few hundred calls
// and left the specification in little doubt, as most do.
func sequence(seed int) *fuzz.Machine {
	for ; ; seed++ {
		m := rapid.Custom(func(t *rapid.T) *fuzz.Machine { return fuzz.Sequence(t, fuzz.DrawSetup(t)) }).Example(seed)
		m.Close()
		if _, most := m.Checker().States(); m.Calls > 300 && most < 8 {
			return m
		}
	}
}

// BenchmarkChecker leaves out the simulator: the specification alone, on a
// trace that is there. A step is a call that is judged in one possible state.
func BenchmarkChecker(b *testing.B) {
	m := sequence(1)
	calls := 0
	for b.Loop() {
		c := model.NewChecker(model.Options{Forget: true})
		for _, r := range m.Records() {
			if r.Kind == trace.Returned {
				states, _ := c.States()
				calls += states
			}
			c.Observe(r)
		}
	}
	b.ReportMetric(float64(calls)/b.Elapsed().Seconds(), "steps/s")
}
