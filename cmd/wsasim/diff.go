package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wsasim/cmd/wsasim/internal/suggest"
	"wsasim/fuzz"
	"wsasim/wsa/trace"
)

// diffFlags are the options of wsasim diff.
type diffFlags struct {
	a, b   string
	calls  int
	length int
	seed   uint64
	replay string
	trace  string
	system string
	save   string
	most   int
	known  bool
	shrink bool
	// patience is how long a call of a scenario may take.
	patience time.Duration
}

func (a *app) diffCommand() *cobra.Command {
	f := diffFlags{}
	cmd := &cobra.Command{
		Use:   "diff [FILE.star...]",
		Short: "run the same calls on two implementations and compare",
		Long: `Run random sequences of calls on two implementations of Winsock, let the
specification judge both, and report where they differ.

--a and --b name them: sim is the simulator, system the Winsock of this system
(on Windows, or under Wine), trace:FILE the returns of a recorded trace of one
thread, and broken:FAULT the simulator with a fault put in on purpose, which shows
that differences are found. Sequences stay on loopback addresses, and none
makes a call that waits for ever.

A difference is shrunk to the shortest sequence that shows it and classed: one
of the two is outside of the specification, both are, both are allowed since
the documentation is loose, or the machine ran short of something. Differences
that are known stand in a table with the reason (--known prints it). Any other
is saved to a file, which --replay runs again, on the implementations that it
was found on unless --a or --b says otherwise. Ctrl-C ends a run early, with what
was found until then; once more, and it ends at once.

With scenarios as arguments those are run in the place of sequences, as wsasim
record runs them. A scenario that needs more than a machine (attackers, domains,
links, a virtual clock) is listed with the reason. On the first implementation its
threads take the turns that they took on the second; it runs a scenario up to 12
times until it does what the second did, since a trace leaves some turns open.

Exit codes: 0 no unexplained difference; 1 there are some; 2 usage; 130 Ctrl-C.`,
		Example: `  wsasim diff --b system --calls 20000              on Windows, or under Wine
  wsasim diff testdata/scenarios/*.star
  wsasim diff --b "broken:a socket may be bound twice"
  wsasim diff --replay diff-1-1.json`,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: completeScenarios,
	}
	cmd.RunE = func(cmd *cobra.Command, files []string) error {
		if err := f.check(files); err != nil {
			return err
		}
		if f.replay != "" {
			return a.replayDiff(f, cmd.Flags().Changed)
		}
		if len(files) > 0 {
			return a.diffScenarios(files, f)
		}
		return a.diff(f)
	}
	flags := cmd.Flags()
	// The shorthands are there for completion, which knows no long option of one letter.
	flags.StringVarP(&f.a, "a", "a", "sim", "the first `IMPLEMENTATION`")
	flags.StringVarP(&f.b, "b", "b", "system", "the second `IMPLEMENTATION`")
	flags.IntVar(&f.calls, "calls", 20000, "how many calls to compare")
	flags.IntVar(&f.length, "length", 60, "about how many calls a sequence has")
	flags.Uint64Var(&f.seed, "seed", 1, "what the sequences are drawn from")
	flags.StringVar(&f.replay, "replay", "", "run the sequence in `FILE`, which a run has saved")
	flags.StringVar(&f.trace, "trace", "", "write the trace of the second implementation, of the last sequence, to `FILE` in its normal form")
	flags.StringVar(&f.system, "recorded-on", "wine", "what a trace was recorded on: sim, wine or windows")
	flags.StringVar(&f.save, "save", "", "the `FOLDER` for sequences that show differences (default: that of temporary files)")
	flags.IntVar(&f.most, "most", 10, "stop after as many unexplained differences")
	flags.BoolVar(&f.shrink, "shrink", true, "look for the shortest sequence that shows a difference")
	flags.DurationVar(&f.patience, "patience", 5*time.Second, "how long one call of a scenario may take")
	flags.BoolVar(&f.known, "known", false, "print the table of known differences and stop")
	for _, name := range []string{"a", "b"} {
		_ = cmd.RegisterFlagCompletionFunc(name, completeValue(placeNames))
	}
	_ = cmd.RegisterFlagCompletionFunc("recorded-on", completeValue(func() []string { return []string{"sim", "wine", "windows"} }))
	return a.jsonFlag(cmd)
}

// check refuses options that no run could follow.
func (f *diffFlags) check(files []string) error {
	switch {
	case f.calls < 1 || f.length < 1 || f.length > fuzz.MaxMade/2:
		return malformed("wsasim diff: expected --calls of 1 or more and --length from 1 to %d, got %d and %d", fuzz.MaxMade/2, f.calls, f.length)
	case f.most < 1:
		return malformed("wsasim diff: --most: expected 1 or more, got %d", f.most)
	case f.patience <= 0:
		return malformed("wsasim diff: --patience: expected more than 0s, got %v", f.patience)
	case f.replay != "" && len(files) > 0:
		return malformed("wsasim diff: --replay runs the sequence in its file; expected no scenarios beside it, got %q", files)
	}
	return nil
}

// foundJSON is an unexplained difference for programs.
type foundJSON struct {
	File   string          `json:"file,omitempty"`
	Class  string          `json:"class"`
	Fields []string        `json:"fields"`
	Text   string          `json:"text"`
	Steps  []fuzz.DiffStep `json:"steps"`
}

// diffJSON is the outcome of a run for programs.
type diffJSON struct {
	A           string         `json:"a"`
	B           string         `json:"b"`
	Seed        uint64         `json:"seed"`
	Calls       int            `json:"calls"`
	Sequences   int            `json:"sequences"`
	PerSecond   int            `json:"calls_per_second"`
	Explained   map[string]int `json:"explained"`
	Table       int            `json:"rows_in_table"`
	Lost        int            `json:"sequences_lost"`
	Hung        int            `json:"calls_hung"`
	Unexplained []foundJSON    `json:"unexplained"`
	// Interrupted says that Ctrl-C ended the run before it had made all calls.
	Interrupted bool `json:"interrupted,omitempty"`
}

func (a *app) diff(f diffFlags) error {
	if f.known {
		return a.printKnown()
	}
	first, err := placeFor("--a", f.a)
	if err != nil {
		return err
	}
	defer first.Close()
	if file, ok := strings.CutPrefix(f.b, "trace:"); ok {
		return a.diffTrace(first, file, f)
	}
	second, err := placeFor("--b", f.b)
	if err != nil {
		return err
	}
	defer second.Close()
	return a.searchDiff(&fuzz.Differ{A: first, B: second, Known: fuzz.KnownDifferences()}, f)
}

// searchDiff draws and runs sequences.
func (a *app) searchDiff(d *fuzz.Differ, f diffFlags) error {
	// The two take turns, so that more processors gain nothing; and where a call
	// is a message to another process, as under Wine, they cost: each message then
	// wakes a thread on another one.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	out := diffJSON{A: f.a, B: f.b, Seed: f.seed, Table: len(d.Known), Unexplained: []foundJSON{}}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program
	began := time.Now()
	p := newProgress(a.stderr)
	seen := make(map[string]bool)
	for i := 0; d.Calls < f.calls && len(out.Unexplained) < f.most; i++ {
		if out.Interrupted = ctx.Err() != nil; out.Interrupted {
			break
		}
		steps := fuzz.DrawSequence(int(f.seed)*1_000_003+i, f.length)
		diff := d.Try(steps)
		rate := float64(d.Calls) / time.Since(began).Seconds()
		p.tell("wsasim diff: %d of %d calls, %.0f a second", d.Calls, f.calls, rate)
		out.PerSecond = int(rate)
		if diff == nil {
			continue
		}
		if key := diff.Sort(); seen[key] {
			continue // of one sort one is enough
		} else {
			seen[key] = true
		}
		if f.shrink {
			steps, diff = d.Shrink(steps, diff)
		} else {
			steps = steps[:diff.Index+1]
		}
		found := foundJSON{Class: diff.Class.String(), Fields: diff.Fields, Text: diff.String(), Steps: steps}
		var err error
		found.File, err = a.saveDiff(d, f, len(out.Unexplained)+1, steps, diff)
		if err != nil {
			return malformed("wsasim diff: %v", err)
		}
		out.Unexplained = append(out.Unexplained, found)
		if !a.json {
			a.printFound(&found)
		}
	}
	if err := writeLast(f.trace, d.Last); err != nil {
		return err
	}
	out.Calls, out.Sequences, out.Explained, out.Lost, out.Hung = d.Calls, d.Sequences, d.Explained, d.Lost, d.Hung
	return a.diffOutcome(&out)
}

func (a *app) diffOutcome(out *diffJSON) error {
	if a.json {
		if err := a.printJSON(out); err != nil {
			return err
		}
	} else {
		var ids []string
		for id := range out.Explained {
			ids = append(ids, id)
		}
		sort.Strings(ids)
		for _, id := range ids {
			a.printf("%7d times %s\n", out.Explained[id], id)
		}
		a.printf("%s and %s: seed %d: %s compared in %s, %d a second; %s of a table of %d; %d unexplained",
			out.A, out.B, out.Seed, count(out.Calls, "call"), count(out.Sequences, "sequence"), out.PerSecond,
			count(len(out.Explained), "known difference"), out.Table, len(out.Unexplained))
		if out.Lost+out.Hung > 0 {
			a.printf("; %s lost, %s hung", count(out.Lost, "sequence"), count(out.Hung, "call"))
		}
		if out.Interrupted {
			a.printf("; interrupted")
		}
		a.printf("\n")
	}
	if out.Interrupted {
		return &exitError{exitInterrupted, nil}
	}
	if len(out.Unexplained) > 0 {
		return &exitError{exitUnmet, nil}
	}
	return nil
}

func (a *app) printFound(f *foundJSON) {
	a.printf("unexplained difference, after\n")
	for i, s := range f.Steps {
		a.printf("%4d  %s\n", i+1, s)
	}
	a.printf("%s\n", f.Text)
	if f.File != "" {
		a.printf("run it again with: wsasim diff --replay %s\n", f.File)
	}
	a.printf("\n")
}

// saveDiff keeps a sequence in a file.
func (a *app) saveDiff(d *fuzz.Differ, f diffFlags, n int, steps []fuzz.DiffStep, diff *fuzz.Difference) (string, error) {
	folder := f.save
	if folder == "" {
		folder = filepath.Join(os.TempDir(), "wsasim")
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return "", err
	}
	file := filepath.Join(folder, fmt.Sprintf("diff-%d-%d.json", f.seed, n))
	return file, writeFile(file, func(w io.Writer) error {
		return fuzz.WriteDiffCase(w, &fuzz.DiffCase{
			A: f.a, B: f.b, On: []string{d.A.System(), d.B.System()}, Seed: f.seed, Difference: diff.String(), Steps: steps,
		})
	})
}

// replayDiff runs a saved sequence again, on the implementations of its file but
// for those that an option names.
func (a *app) replayDiff(f diffFlags, given func(option string) bool) error {
	in, err := os.Open(f.replay)
	if err != nil {
		return malformed("wsasim diff: %v", err)
	}
	defer in.Close()
	c, err := fuzz.ReadDiffCase(in)
	if err != nil {
		return malformed("%s: expected a sequence that wsasim diff has saved: %v", f.replay, err)
	}
	f.seed = c.Seed
	if !given("a") {
		f.a = c.A
	}
	if !given("b") {
		f.b = c.B
	}
	first, err := placeFor("--a", f.a)
	if err != nil {
		return err
	}
	defer first.Close()
	second, err := placeFor("--b", f.b)
	if err != nil {
		return err
	}
	defer second.Close()
	d := &fuzz.Differ{A: first, B: second, Known: fuzz.KnownDifferences()}
	one := first.Run(c.Steps, nil)
	two := second.Run(c.Steps, &fuzz.Ahead{Returns: one.Returns})
	if err := writeLast(f.trace, two); err != nil {
		return err
	}
	return a.compareRuns(d, f, c.Steps, one, two)
}

// compareRuns compares two runs of one sequence.
func (a *app) compareRuns(d *fuzz.Differ, f diffFlags, steps []fuzz.DiffStep, first, second *fuzz.DiffRun) error {
	out := diffJSON{A: f.a, B: f.b, Seed: f.seed, Table: len(d.Known), Unexplained: []foundJSON{}}
	if diff := d.Compare(steps, first, second); diff != nil {
		found := foundJSON{Class: diff.Class.String(), Fields: diff.Fields, Text: diff.String(), Steps: slices.Clone(steps[:diff.Index+1])}
		out.Unexplained = append(out.Unexplained, found)
		if !a.json {
			a.printFound(&found)
		}
	}
	out.Calls, out.Sequences, out.Explained = d.Calls, d.Sequences, d.Explained
	return a.diffOutcome(&out)
}

// writeLast writes the trace of a run in its normal form, if a file is named.
func writeLast(file string, run *fuzz.DiffRun) error {
	if file == "" || run == nil {
		return nil
	}
	if err := writeTrace(file, trace.Normalize(run.Records)); err != nil {
		return malformed("wsasim diff: %v", err)
	}
	return nil
}

func writeTrace(file string, records []*trace.Record) error {
	return writeFile(file, func(out io.Writer) error {
		w := trace.NewWriter(out)
		for _, r := range records {
			w.Write(r)
		}
		return w.Flush()
	})
}

// placeFor opens the implementation that an option names. A name that is none is
// told shortly: the list of faults is long.
func placeFor(option, name string) (fuzz.Place, error) {
	fault, broken := strings.CutPrefix(name, "broken:")
	switch {
	case broken:
		if _, err := fuzz.FaultByName(fault); err != nil {
			return nil, malformed("wsasim diff: %s: %s", option, suggest.Unknown("fault", fault, faultNames()))
		}
	case name != "sim" && name != "system":
		return nil, malformed("wsasim diff: %s: %q is no implementation; expected sim, system, broken: and a fault, or for --b trace: and a file", option, name)
	}
	p, err := fuzz.PlaceByName(name)
	if err != nil {
		return nil, malformed("wsasim diff: %s: %v", option, err)
	}
	return p, nil
}

// placeNames are the implementations that have names.
func placeNames() []string {
	names := []string{"sim", "system"}
	for _, f := range faultNames() {
		names = append(names, "broken:"+f)
	}
	return names
}

func faultNames() []string {
	var names []string
	for _, f := range fuzz.Faults() {
		names = append(names, f.Name)
	}
	return names
}

// readRecords reads a whole trace.
func readRecords(in io.Reader) (records []*trace.Record, err error) {
	trace.Read(in)(func(_ int, r *trace.Record, e error) bool {
		if err = e; err == nil {
			records = append(records, r)
		}
		return err == nil
	})
	return records, err
}

// diffTrace compares an implementation with what a trace recorded.
func (a *app) diffTrace(first fuzz.Place, file string, f diffFlags) error {
	in, err := os.Open(file)
	if err != nil {
		return malformed("wsasim diff: --b: %v", err)
	}
	defer in.Close()
	records, err := readRecords(in)
	if err != nil {
		return malformedTrace(file, err)
	}
	steps, then, err := fuzz.Recorded(records)
	if err != nil {
		return malformed("%s: %v", file, err)
	}
	if !fuzz.SafeSequence(steps) {
		return malformed("%s: a call of the trace would wait for ever when it is made again by one thread", file)
	}
	d := &fuzz.Differ{A: first, B: fuzz.TracePlace(f.b, f.system), Known: fuzz.KnownDifferences()}
	return a.compareRuns(d, f, steps, first.Run(steps, &fuzz.Ahead{Returns: then.Returns}), then)
}

// knownJSON is a row of the table for programs.
type knownJSON struct {
	ID     string   `json:"id"`
	On     string   `json:"on"`
	Ops    []string `json:"functions"`
	Reason string   `json:"reason"`
	Right  string   `json:"right"`
}

func (a *app) printKnown() error {
	list := []knownJSON{}
	for _, k := range fuzz.KnownDifferences() {
		list = append(list, knownJSON{k.ID, k.On, append([]string{}, k.Ops...), k.Reason, k.Right})
	}
	if a.json {
		return a.printJSON(list)
	}
	for _, k := range list {
		a.printf("%s (%s)\n    %s\n    who is right: %s\n", k.ID, k.On, k.Reason, k.Right)
	}
	return nil
}
