package fuzz_test

import (
	"bytes"
	"flag"
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wsasim/fuzz"
	"wsasim/model"
	"wsasim/model/rules"
	"wsasim/wsa"
)

// tally is what the worlds of one test came to.
type tally struct {
	worlds, calls, lost int
	found               int // the number of the call that broke a rule, 0 for none
	rules               map[rules.ID]int
	ops                 map[string]int
}

func (c *tally) add(m *fuzz.Machine) {
	c.worlds++
	c.calls += m.Calls
	if c.found == 0 && (m.Violation != nil || m.Impure != "") {
		c.found = c.calls
	}
	if m.Lost() {
		c.lost++
	}
	if c.rules == nil {
		c.rules, c.ops = make(map[rules.ID]int), make(map[string]int)
	}
	for id, n := range m.Checker().Rules() {
		c.rules[id] += n
	}
	for _, s := range m.Steps {
		if s.Call != nil {
			c.ops[s.Call.Op()]++
		}
	}
}

// repeat runs the property under rapid, with one seed after another, until
// enough calls were checked.
func repeat(t *testing.T, enough int, property func(*rapid.T, *tally)) {
	seed, err := strconv.ParseUint(flag.Lookup("rapid.seed").Value.String(), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	defer setFlag("rapid.seed", strconv.FormatUint(seed, 10))
	var c tally
	defer func() {
		if c.found > 0 {
			t.Logf("call %d was the first that was wrong", c.found)
		}
	}()
	began := time.Now()
	for i := uint64(0); c.calls < enough; i++ {
		if seed != 0 {
			// One check uses up the seeds behind its first, some thousands.
			setFlag("rapid.seed", strconv.FormatUint(seed+i*10_000, 10))
		}
		rapid.Check(t, func(t *rapid.T) { property(t, &c) })
	}
	t.Logf("%d calls checked in %d worlds in %v; the specification lost track of %d worlds; %d of %d rules justified a return",
		c.calls, c.worlds, time.Since(began).Round(time.Millisecond), c.lost, len(c.rules), len(rules.All()))
	for _, call := range wsa.Calls() {
		if enough >= 10_000 && c.ops[call.Op()] == 0 {
			t.Errorf("no call of %s was made", call.Op())
		}
	}
	if c.lost*20 > c.worlds {
		t.Errorf("the specification lost track of %d worlds of %d", c.lost, c.worlds)
	}
}

// TestSequence drives worlds by one call after another and asks the
// specification about each return.
func TestSequence(t *testing.T) {
	repeat(t, *calls*3/4, func(rt *rapid.T, c *tally) {
		m := fuzz.Sequence(rt, fuzz.DrawSetup(rt))
		m.Close()
		c.add(m)
		report(rt, t.Name(), m)
	})
}

// TestParallel does the same with several threads at once.
func TestParallel(t *testing.T) {
	repeat(t, *calls/4, func(rt *rapid.T, c *tally) {
		s := fuzz.DrawSetup(rt)
		m := fuzz.Parallel(s, fuzz.DrawScripts(rt, s))
		m.Close()
		c.add(m)
		report(rt, t.Name(), m)
	})
}

// TestSameSeedSameTrace: setup and steps determine the trace, byte for byte,
// and so do setup and scripts. A wrapper between the caller and the simulator
// changes nothing.
func TestSameSeedSameTrace(t *testing.T) {
	same := func(t *rapid.T, one, two *fuzz.Machine) {
		a, err := one.Trace()
		if err != nil {
			t.Fatal(err)
		}
		b, err := two.Trace()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a, b) {
			t.Fatalf("two runs differ, at byte %d of\n%s\nand\n%s", differAt(a, b), a, b)
		}
	}
	t.Run("sequence", rapid.MakeCheck(func(t *rapid.T) {
		s := fuzz.DrawSetup(t)
		one := fuzz.Sequence(t, s)
		one.Close()
		two := fuzz.Replay(s, one.Steps)
		two.Close()
		same(t, one, two)
		s.Wrapped = true
		three := fuzz.Replay(s, one.Steps)
		three.Close()
		same(t, one, three)
	}))
	t.Run("parallel", rapid.MakeCheck(func(t *rapid.T) {
		s := fuzz.DrawSetup(t)
		scripts := fuzz.DrawScripts(t, s)
		one := fuzz.Parallel(s, scripts)
		one.Close()
		two := fuzz.Parallel(s, scripts)
		two.Close()
		same(t, one, two)
	}))
}

func differAt(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

// TestTraceChecksAgain: the trace that a machine writes reads back and
// conforms, so what the online check said can be repeated from the file.
func TestTraceChecksAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := fuzz.Sequence(t, fuzz.DrawSetup(t))
		m.Close()
		text, err := m.Trace()
		if err != nil {
			t.Fatal(err)
		}
		r, err := model.CheckTrace(bytes.NewReader(text), model.Options{Forget: true})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Violations) > 0 || r.Verdict != m.Checker().Verdict() {
			t.Fatalf("online %v, from the file %v: %v", m.Checker().Verdict(), r.Verdict, r.Violations)
		}
		if !maps.Equal(r.Rules, m.Checker().Rules()) {
			t.Fatalf("other rules: %v", slices.Sorted(maps.Keys(r.Rules)))
		}
	})
}
