package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"wsasim/cmd/wsasim/internal/scenario"
	"wsasim/model"
)

// recordFlags are the options of wsasim record.
type recordFlags struct {
	trace    string
	on       string
	patience time.Duration
}

func (a *app) recordCommand() *cobra.Command {
	var f recordFlags
	cmd := &cobra.Command{
		Use:   "record FILE.star",
		Short: "run a scenario on this system's Winsock and write its trace",
		Long: `Run a scenario on the Winsock of this system (Windows, or Wine) and write the
trace, which wsasim check, diagram and pcap read.

The hosts of the scenario become threads of this one process, and their
addresses loopback addresses: the N-th IPv4 address of the H-th host is
127.1.H.N, and the one IPv6 address that calls may name is ::1. Nothing leaves
the machine. The scenario sees the addresses that it wrote; what the system
chooses by itself, such as the local address of a socket that was never bound,
it sees as it is. The trace holds what was really called.

What only a simulated world can give is refused: links, faults, domains,
attackers, policies, several processes, what the simulator knows of a socket.

--on sim runs it the same way on one simulated machine, with real time.

Exit codes: 0 the scenario ran and the specification allows the trace; 1 an
expectation is not met, a call waits for ever, or the specification is
violated; 2 the input cannot be read, or there is no Winsock here; 3 the
scenario asks for what a machine cannot give.`,
		Example: `  wsasim record --trace t.jsonl testdata/scenarios/one-machine.star
  wsasim check t.jsonl`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return malformed("wsasim record: expected the file of one scenario, got %d arguments", len(args))
			}
			if f.patience <= 0 {
				return malformed("wsasim record: --patience: expected more than 0s, got %v", f.patience)
			}
			return nil
		},
		ValidArgsFunction: completeScenarios,
	}
	cmd.RunE = func(_ *cobra.Command, args []string) error { return a.record(args[0], f) }
	cmd.Flags().StringVar(&f.trace, "trace", "trace.jsonl", "write the trace to `FILE`")
	cmd.Flags().StringVar(&f.on, "on", "system", "what to run it on: system, sim, or broken: and the name of a fault")
	cmd.Flags().DurationVar(&f.patience, "patience", 30*time.Second, "how long one call may take")
	_ = cmd.RegisterFlagCompletionFunc("on", completeValue(placeNames))
	return cmd
}

func (a *app) record(file string, f recordFlags) error {
	m, err := machineByName(f.on)
	if err != nil {
		return malformed("wsasim record: --on: %v", err)
	}
	defer m.close()
	out, err := newDraft(f.trace)
	if err != nil {
		return malformed("wsasim record: %v", err)
	}
	r := scenario.Record(file, nil, scenario.Machine{Open: m.open, Trace: out, Patience: f.patience}, scenario.Options{Transcript: a.stdout, Color: a.color()})
	code := exitOK
	if fail := r.Failure; fail != nil {
		fmt.Fprintln(a.stderr, fail)
		switch {
		case fail.NeedsWorld():
			code = exitMachine
		case fail.Malformed():
			code = exitMalformed
		default:
			code = exitUnmet
		}
	}
	if code == exitMachine || code == exitMalformed { // a trace of a part would say nothing
		out.drop()
		return &exitError{code, nil}
	}
	if err := out.commit(); err != nil {
		return malformed("wsasim record: the trace cannot be written: %v", err)
	}
	if code != exitOK {
		return &exitError{code, nil}
	}
	a.printf("%s: ok: %s, %d of them failed, %s met, in %s\n", file, count(r.Calls, "call"), r.Failed, count(r.Expected, "expectation"), r.Time.Round(time.Millisecond))
	return a.checkRecorded(f.trace)
}

// checkRecorded lets the specification judge the trace.
func (a *app) checkRecorded(file string) error {
	err := a.check(file, model.Options{}, false)
	var exit *exitError
	if errors.As(err, &exit) {
		return exit
	}
	return err
}
