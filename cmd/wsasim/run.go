package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wsasim/cmd/wsasim/internal/scenario"
	"wsasim/model"
	"wsasim/model/rules"
	"wsasim/wsa/trace"
)

// runFlags are the options of wsasim run.
type runFlags struct {
	quiet, rules, packets bool
	out                   outputs
	seed                  uint64
}

func (a *app) runCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run FILE.star...",
		Short: "run scenarios and print what happens",
		Long: `Run scenarios: Starlark scripts that build a world and call Winsock in it.

The transcript shows each call with its result and, for a failure, the rule by
which it failed and where that rule is documented. The specification judges
each call while it runs. A run takes no real time to wait and is the same each
time; --seed varies what is drawn (ports, losses).`,
		Example: `  wsasim run testdata/scenarios/securing-a-socket.star
  wsasim run --quiet testdata/scenarios/*.star
  wsasim run --trace t.jsonl echo.star && wsasim check t.jsonl
  wsasim run --diagram attack.svg testdata/scenarios/man-in-the-middle.star`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return malformed("wsasim run: expected the file of a scenario")
			}
			if name := f.out.first(); name != "" && len(args) > 1 {
				return malformed("wsasim run: --%s takes one scenario, since it is of one world; got %d", name, len(args))
			}
			return f.out.check()
		},
		ValidArgsFunction: completeScenarios,
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		var seed *uint64
		if cmd.Flags().Changed("seed") {
			seed = &f.seed
		}
		return a.run(args, f, seed)
	}
	cmd.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "print no transcript")
	cmd.Flags().BoolVar(&f.rules, "rules", false, "list the rules that the run exercised")
	cmd.Flags().BoolVar(&f.packets, "packets", false, "show what crosses the network")
	f.out.flags(cmd.Flags())
	cmd.Flags().Uint64Var(&f.seed, "seed", 0, "the seed of everything that is drawn, whatever the scenario says")
	return a.jsonFlag(cmd)
}

// summary is the outcome of one scenario for programs.
type summary struct {
	File         string              `json:"file"`
	OK           bool                `json:"ok"`
	Failure      *failureJSON        `json:"failure,omitempty"`
	Seed         uint64              `json:"seed"`
	Time         time.Duration       `json:"time_ns"`
	Calls        int                 `json:"calls"`
	Failed       int                 `json:"failed_calls"`
	Expectations int                 `json:"expectations_met"`
	Verdict      string              `json:"verdict"`
	Advisories   []scenario.Advisory `json:"advisories"`
	Rules        []rules.ID          `json:"rules"`
}

type failureJSON struct {
	File    string   `json:"file"`
	Line    int      `json:"line,omitempty"`
	Kind    string   `json:"kind"`
	Message string   `json:"message"`
	From    []string `json:"called_from,omitempty"`
}

// run runs the scenarios one after another; the worst outcome decides the exit
// code.
func (a *app) run(files []string, f runFlags, seed *uint64) error {
	code := exitOK
	var summaries []summary
	for i, file := range files {
		if len(files) > 1 && !f.quiet && !a.json {
			if i > 0 {
				a.printf("\n")
			}
			a.printf("== %s\n", file)
		}
		r, err := a.runOne(file, f, seed)
		if err != nil {
			return err
		}
		if r.Failure != nil {
			code = max(code, exitUnmet)
			if r.Failure.Malformed() {
				code = exitMalformed
			}
		}
		if a.json {
			summaries = append(summaries, summarize(file, r))
			continue
		}
		a.report(file, f, r)
	}
	if a.json {
		if err := a.printJSON(summaries); err != nil {
			return err
		}
	}
	if code != exitOK {
		return &exitError{code, nil}
	}
	return nil
}

// runOne runs one scenario, with its trace written if asked for.
func (a *app) runOne(file string, f runFlags, seed *uint64) (*scenario.Result, error) {
	opts := scenario.Options{Packets: f.packets, Seed: seed, Color: a.color()}
	if !f.quiet && !a.json {
		opts.Transcript = a.stdout
	}
	sinks, err := f.out.open(file)
	if err != nil {
		return nil, err
	}
	began := false
	if len(sinks) > 0 {
		opts.Trace = func(r *trace.Record) {
			began = true
			for _, s := range sinks {
				s.add(r)
			}
		}
	}
	r := scenario.Run(file, nil, opts)
	if !began { // there is nothing to write of what could not be read
		drop(sinks)
		return r, nil
	}
	for _, s := range sinks {
		if err := s.finish(); err != nil {
			return nil, malformed("wsasim run: %s cannot be written: %v", s.path, err)
		}
	}
	return r, nil
}

// report prints how a run ended.
func (a *app) report(file string, f runFlags, r *scenario.Result) {
	if f.rules {
		a.printRules(r.Exercised())
	}
	if r.Failure != nil {
		fmt.Fprintln(a.stderr, r.Failure)
		return
	}
	text := fmt.Sprintf("%s: ok: %s, %d of them failed, %s met, %s, %s of virtual time", file,
		count(r.Calls, "call"), r.Failed, count(r.Expected, "expectation"), count(len(r.Advisories), "piece")+" of advice", r.Time)
	switch {
	case r.Verdict == model.Unknown:
		text += "; too many states were possible to check all of it against the specification"
	default:
		text += "; conforms to the specification"
	}
	if !f.quiet {
		a.printf("\n")
	}
	a.printf("%s\n", text)
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

func summarize(file string, r *scenario.Result) summary {
	s := summary{
		File: file, OK: r.Failure == nil, Seed: r.Seed, Time: r.Time, Calls: r.Calls, Failed: r.Failed,
		Expectations: r.Expected, Verdict: r.Verdict.String(), Advisories: r.Advisories, Rules: r.Exercised(),
	}
	if s.Advisories == nil {
		s.Advisories = []scenario.Advisory{}
	}
	if fail := r.Failure; fail != nil {
		s.Failure = &failureJSON{fail.File, fail.Line, fail.Kind(), fail.Message(), fail.From}
	}
	return s
}

// printRules prints the identifiers with their conditions.
func (a *app) printRules(ids []rules.ID) {
	var b strings.Builder
	fmt.Fprintf(&b, "\nrules exercised (%d)\n", len(ids))
	for _, id := range ids {
		r, _ := rules.Lookup(id)
		fmt.Fprintf(&b, "  %-20s %s\n", id, r.Condition)
	}
	_, _ = io.WriteString(a.stdout, b.String())
}

func completeScenarios(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{"star"}, cobra.ShellCompDirectiveFilterFileExt
}
