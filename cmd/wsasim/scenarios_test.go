package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wsasim/cmd/wsasim/internal/scenario"
	"wsasim/model"
	"wsasim/model/rules"
	"wsasim/wsa/trace"
)

// update rewrites the golden transcripts. Look at the difference before you
// commit it: what a scenario expects is in the scenario, and this flag does
// not change that.
var update = flag.Bool("update", false, "rewrite the golden transcripts in testdata")

const scenarios = "../../testdata/scenarios"

func scenarioFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(scenarios + "/*.star")
	if err != nil || len(files) < 15 {
		t.Fatalf("found %d scenarios (%v)", len(files), err)
	}
	return files
}

// traced runs a scenario and returns its trace as well.
func traced(t *testing.T, file string) (*scenario.Result, []byte) {
	t.Helper()
	var b bytes.Buffer
	w := trace.NewWriter(&b)
	r := scenario.Run(file, nil, scenario.Options{Trace: w.Write})
	if err := w.Flush(); err != nil {
		t.Error(err) // it may be a goroutine of the test
	}
	return r, b.Bytes()
}

// notExercised names the rules that no scenario can show, with the reason.
var notExercised = map[rules.ID]string{
	rules.RVISyscall: "the call behind WSARevertImpersonation does not fail in a simulated world",
}

// The specification of the secure socket extensions is the rules of these
// prefixes: each must be exercised by some scenario.
var securePrefixes = []string{"GEN-", "SSS-", "PTN-", "DTN-", "QSS-", "ISP-", "RVI-", "SEC-"}

// TestScenariosExerciseEveryRule runs every scenario. Each must end well and
// conform to the specification, and together they must exercise every rule of
// the secure socket extensions: by an error the simulator cites, by advice, by
// a negotiation, by what the specification justified, or by an expectation
// that names the rule.
func TestScenariosExerciseEveryRule(t *testing.T) {
	by := make(map[rules.ID][]string)
	for _, file := range scenarioFiles(t) {
		r := scenario.Run(file, nil, scenario.Options{})
		if r.Failure != nil {
			t.Errorf("%v", r.Failure)
		}
		if r.Verdict != model.Conforms {
			t.Errorf("%s: the specification says: %v", file, r.Verdict)
		}
		for _, id := range r.Exercised() {
			by[id] = append(by[id], strings.TrimSuffix(filepath.Base(file), ".star"))
		}
	}
	checkExercised(t, by)
	for _, r := range rules.All() {
		if !slices.ContainsFunc(securePrefixes, func(p string) bool { return strings.HasPrefix(string(r.ID), p) }) {
			continue
		}
		reason, excused := notExercised[r.ID]
		switch {
		case len(by[r.ID]) == 0 && !excused:
			t.Errorf("%s is exercised by no scenario: %s", r.ID, r.Condition)
		case len(by[r.ID]) > 0 && excused:
			t.Errorf("%s is exercised by %v, but excused here: %s", r.ID, by[r.ID], reason)
		}
	}
}

// checkExercised compares what wsasim rules says of scenarios with what they
// do.
func checkExercised(t *testing.T, by map[rules.ID][]string) {
	var text strings.Builder
	for _, r := range rules.All() {
		if len(by[r.ID]) > 0 {
			fmt.Fprintf(&text, "%s %s\n", r.ID, strings.Join(by[r.ID], " "))
		}
	}
	if *update {
		if err := os.WriteFile("exercised.txt", []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(strings.Split(exercisedText, "\n"), strings.Split(text.String(), "\n")); diff != "" {
		t.Errorf("exercised.txt does not say what the scenarios exercise (-update rewrites it):\n%s", diff)
	}
}

// runs is how often TestScenariosAreDeterministic runs each scenario; make
// determinism runs it 100 times.
var runs = flag.Int("runs", 12, "how often each scenario is run to compare its traces")

// TestScenariosAreDeterministic runs each scenario many times, with one to eight
// processors and all scenarios side by side: the traces must be equal byte for
// byte.
func TestScenariosAreDeterministic(t *testing.T) {
	files := scenarioFiles(t)
	first := make([][]byte, len(files))
	for i, file := range files {
		_, first[i] = traced(t, file)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, processors := range []int{1, 2, 4, 8} {
		runtime.GOMAXPROCS(processors)
		var wg sync.WaitGroup
		for i, file := range files {
			wg.Go(func() {
				for range (*runs + 3) / 4 {
					if _, again := traced(t, file); !bytes.Equal(first[i], again) {
						t.Errorf("%s: two runs differ:\n%s", file, cmp.Diff(strings.Split(string(first[i]), "\n"), strings.Split(string(again), "\n")))
						return
					}
				}
			})
		}
		wg.Wait()
	}
}

// TestTracesAreReadBack checks the trace of each scenario as wsasim check does:
// what was written is read, and conforms again.
func TestTracesAreReadBack(t *testing.T) {
	for _, file := range scenarioFiles(t) {
		_, text := traced(t, file)
		report, err := model.CheckTrace(bytes.NewReader(text), model.Options{})
		if err != nil || report.Verdict != model.Conforms {
			t.Errorf("%s: %v, %v", file, report.Verdict, err)
		}
	}
}

// TestSeedsMatter runs a scenario with losses under several seeds: it holds
// under each, and not all traces are the same.
func TestSeedsMatter(t *testing.T) {
	different := make(map[string]bool)
	for seed := range uint64(5) {
		var b bytes.Buffer
		w := trace.NewWriter(&b)
		r := scenario.Run(scenarios+"/bad-network.star", nil, scenario.Options{Seed: &seed, Trace: w.Write})
		if r.Failure != nil {
			t.Errorf("seed %d: %v", seed, r.Failure)
		}
		if r.Seed != seed {
			t.Errorf("the world has seed %d, want %d", r.Seed, seed)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(b.String(), "\n")
		different[rest] = true
	}
	if len(different) < 2 {
		t.Error("the seed makes no difference")
	}
}

// TestTranscripts compares transcripts with what was reviewed.
func TestTranscripts(t *testing.T) {
	for _, name := range []string{"securing-a-socket", "man-in-the-middle-refused", "datagrams"} {
		var b bytes.Buffer
		r := scenario.Run(filepath.Join(scenarios, name+".star"), nil, scenario.Options{Transcript: &b})
		if r.Failure != nil {
			t.Errorf("%v", r.Failure)
			continue
		}
		golden := filepath.Join("testdata", name+".transcript")
		if *update {
			if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), b.String()); diff != "" {
			t.Errorf("%s: the transcript has changed (-update rewrites it):\n%s", name, diff)
		}
	}
}
