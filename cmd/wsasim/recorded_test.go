package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wsasim/fuzz"
	"wsasim/wsa/trace"
)

// TestRecordedOnWine: the simulator does what Wine did when the traces in
// testdata/wine/recorded were made (wsasim diff --trace on Wine 8.0), call by call
// but for the table of known differences, and the specification allows both. So the
// two are held against a third implementation where there is none.
func TestRecordedOnWine(t *testing.T) {
	files, err := filepath.Glob("../../testdata/wine/recorded/*.jsonl")
	if err != nil || len(files) < 8 {
		t.Fatalf("%d traces: %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".jsonl")
		t.Run(name, func(t *testing.T) {
			in, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			records, err := readRecords(in)
			if err != nil {
				t.Fatal(err)
			}
			if i, what := trace.Equal(records, trace.Normalize(records)); i >= 0 {
				t.Errorf("record %d is not in the normal form:\n%s", i+1, what)
			}
			if strings.HasPrefix(name, "sequence-") {
				compareSequence(t, records)
			} else {
				compareScenario(t, "../../testdata/scenarios/"+name+".star", records)
			}
		})
	}
}

// compareSequence makes the calls of a trace of one thread on the simulator.
func compareSequence(t *testing.T, records []*trace.Record) {
	steps, then, err := fuzz.Recorded(records)
	if err != nil {
		t.Fatal(err)
	}
	d := fuzz.Differ{A: fuzz.SimPlace(nil), B: fuzz.TracePlace("trace", "wine"), Known: fuzz.KnownDifferences()}
	if diff := d.Compare(steps, d.A.Run(steps, &fuzz.Ahead{Returns: then.Returns}), then); diff != nil {
		t.Fatal(diff)
	}
	if d.Calls != len(steps) || d.Calls < 50 {
		t.Errorf("of %d calls %d were compared; known: %v", len(steps), d.Calls, d.Explained)
	}
}

// compareScenario runs the scenario of a trace on a simulated machine.
func compareScenario(t *testing.T, file string, records []*trace.Record) {
	f := diffFlags{a: "sim", b: "trace", patience: 10 * time.Second}
	calls := 0
	for _, r := range records {
		if r.Kind == trace.Returned {
			calls++
		}
	}
	var out scenarioJSON
	if err := compareTurns(&out, file, f, &recorded{system: "wine", records: records}); err != nil {
		t.Fatal(err)
	}
	if out.Unexplained != "" || out.Calls != calls || len(out.Explained) > 0 {
		t.Errorf("of %d calls %d were compared; known: %v\n%s", calls, out.Calls, out.Explained, out.Unexplained)
	}
}
