package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"wsasim/cmd/wsasim/internal/scenario"
	"wsasim/fuzz"
	"wsasim/wsa/trace"
)

// scenarioJSON is what came of one scenario for programs.
type scenarioJSON struct {
	File      string         `json:"file"`
	Calls     int            `json:"calls"`
	Explained map[string]int `json:"explained"`
	// NotRun is why it cannot be run there.
	NotRun string `json:"not_run,omitempty"`
	// Ended is what the script ended with, on both, before its end.
	Ended string `json:"ended,omitempty"`
	// Unexplained is the difference that nothing explains.
	Unexplained string `json:"unexplained,omitempty"`
	Trace       string `json:"trace,omitempty"`
}

// diffScenarios runs each scenario on both implementations and compares.
func (a *app) diffScenarios(files []string, f diffFlags) error {
	var list []scenarioJSON
	code := exitOK
	for _, file := range files {
		r, err := a.diffScenario(file, f)
		if err != nil {
			return err
		}
		if r.Unexplained != "" {
			code = exitUnmet
		}
		list = append(list, *r)
		if !a.json {
			a.printScenario(r)
		}
	}
	if a.json {
		if err := a.printJSON(list); err != nil {
			return err
		}
	}
	if code != exitOK {
		return &exitError{code, nil}
	}
	return nil
}

func (a *app) printScenario(r *scenarioJSON) {
	switch {
	case r.NotRun != "":
		a.printf("%s: not run: %s\n", r.File, r.NotRun)
		return
	case r.Unexplained != "":
		a.printf("%s: unexplained difference\n%s\n", r.File, r.Unexplained)
		if r.Trace != "" {
			a.printf("its trace is in %s\n", r.Trace)
		}
	}
	a.printf("%s: %s compared", r.File, count(r.Calls, "call"))
	if r.Ended != "" {
		a.printf(", up to where a machine ends it: %s", r.Ended)
	}
	for _, id := range slices.Sorted(maps.Keys(r.Explained)) {
		a.printf("; known: %s", id)
	}
	a.printf("\n")
}

// recorded is a run of a scenario on a machine.
type recorded struct {
	system  string
	records []*trace.Record
	failure *scenario.Failure
}

// recordOn runs a scenario on the machine with a name.
// Its threads take the turns that they took in another run, if there is one.
func recordOn(name, file string, f diffFlags, order []*trace.Record, late bool) (*recorded, error) {
	m, err := machineByName(name)
	if err != nil {
		return nil, err
	}
	defer m.close()
	var out bytes.Buffer
	r := scenario.Record(file, nil, scenario.Machine{Open: m.open, Trace: &out, Patience: f.patience, Order: order, Late: late}, scenario.Options{})
	run := &recorded{system: m.system, failure: r.Failure}
	run.records, err = readRecords(&out)
	return run, err
}

// diffScenario compares one scenario. What the first implementation shows that the
// script asks for, or waits for, tells whether a machine can run it at all.
func (a *app) diffScenario(file string, f diffFlags) (*scenarioJSON, error) {
	out := &scenarioJSON{File: filepath.ToSlash(file)}
	first, err := recordOn(f.a, file, f, nil, false)
	if err != nil {
		return nil, malformed("wsasim diff: --a: %v", err)
	}
	if fail := first.failure; fail != nil {
		switch {
		case fail.NeedsWorld() || fail.Kind() == "deadlock":
			out.NotRun = oneLine(fail.Message())
			return out, nil
		case fail.Malformed():
			return nil, malformed("%v", fail)
		}
		out.Ended = oneLine(fail.Message())
	}
	if why := cannotRun(f.b, first.records); why != nil {
		out.NotRun = why.Error()
		return out, nil
	}
	second, err := recordOn(f.b, file, f, nil, false)
	if err != nil {
		return nil, malformed("wsasim diff: --b: %v", err)
	}
	if err := compareTurns(out, file, f, second); err != nil {
		return nil, err
	}
	if f.trace != "" {
		if err := writeTrace(f.trace, trace.Normalize(second.records)); err != nil {
			return nil, malformed("wsasim diff: %v", err)
		}
	}
	if out.Unexplained != "" && f.save != "" {
		out.Trace = filepath.Join(f.save, strings.TrimSuffix(filepath.Base(file), ".star")+".jsonl")
		err := os.MkdirAll(f.save, 0o777)
		if err == nil {
			err = writeTrace(out.Trace, second.records)
		}
		if err != nil {
			return nil, malformed("wsasim diff: %v", err)
		}
	}
	return out, nil
}

// tries is how often the first implementation runs a scenario until it does what
// the second did: with the turns of the second in both ways that a trace leaves
// open, and then with turns of its own.
const tries = 12

// compareTurns runs a scenario on the first implementation and compares it with a
// run of the second.
func compareTurns(out *scenarioJSON, file string, f diffFlags, second *recorded) error {
	for try := range tries {
		order := second.records
		if try > 1 {
			order = nil
		}
		first, err := recordOn(f.a, file, f, order, try == 1)
		if err != nil {
			return malformed("wsasim diff: --a: %v", err)
		}
		d, text, err := compareRecorded(f, first, second)
		if err != nil {
			return malformed("%s: %v", file, err)
		}
		if try == 0 || text == "" {
			out.Calls, out.Explained, out.Unexplained = d.Calls, d.Explained, text
		}
		if text == "" {
			return nil
		}
	}
	return nil
}

// cannotRun is why the calls cannot be made on an implementation, nil for none.
func cannotRun(name string, records []*trace.Record) error {
	m, err := machineByName(name)
	if err != nil {
		return nil // it will be said when it is to run
	}
	defer m.close()
	if m.system == "wine" {
		return fuzz.CannotOnWine(records)
	}
	return nil
}

// compareRecorded compares two runs and tells the difference that nothing
// explains, "" for none.
func compareRecorded(f diffFlags, first, second *recorded) (*fuzz.Differ, string, error) {
	d := &fuzz.Differ{A: fuzz.TracePlace(f.a, first.system), B: fuzz.TracePlace(f.b, second.system), Known: fuzz.KnownDifferences()}
	steps, a, b, apart, err := fuzz.Beside(first.records, second.records)
	if err != nil {
		return nil, "", err
	}
	switch diff := d.Compare(steps, a, b); {
	case diff != nil:
		return d, diff.String(), nil
	case d.Parted > 0: // a known difference leads elsewhere
		return d, "", nil
	case apart != nil:
		return d, apart.String(), nil
	case (first.failure == nil) != (second.failure == nil):
		return d, fmt.Sprintf("the script ended on a: %v; on b: %v", ended(first), ended(second)), nil
	}
	return d, "", nil
}

// oneLine is the text in one line.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func ended(r *recorded) error {
	if r.failure == nil {
		return errors.New("well")
	}
	return r.failure
}
