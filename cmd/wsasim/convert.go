package main

import (
	"bufio"
	"cmp"
	"io"
	"os"

	"github.com/spf13/cobra"

	"wsasim/wsa/trace"
)

func (a *app) diagramCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "diagram TRACE.jsonl",
		Short: "draw a recorded trace as a sequence diagram",
		Long: `Draw a trace as a sequence diagram: hosts, calls, packets, negotiations, what is
secured and what is in clear, and what attackers did. wsasim run --diagram
draws a scenario while it runs. - reads standard input.`,
		Example: `  wsasim run --trace t.jsonl testdata/scenarios/echo.star
  wsasim diagram -o t.svg t.jsonl`,
		Args:              oneTrace("diagram"),
		ValidArgsFunction: completeTraces,
	}
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		path := out
		if path == "" {
			path = "-.svg"
		}
		if _, err := formOf(path); err != nil {
			return malformed("wsasim diagram: --output: %v", err)
		}
		title := args[0]
		return a.convert("diagram", args[0], out, func(w io.Writer) (sink, error) { return diagramSink(w, path, title) })
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "write to `FILE`, SVG or, if it ends in .mmd, Mermaid; default: SVG to standard output")
	return cmd
}

func (a *app) pcapCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "pcap TRACE.jsonl",
		Short: "write the packets of a recorded trace for Wireshark",
		Long: `Write the packets of a trace as a capture in the format pcapng, for Wireshark and
tshark. Packets that are protected are ESP or AH, negotiations ISAKMP; comments
say what is inside, what was lost, forged or altered, and what is not simulated.
wsasim run --pcap does so while a scenario runs. - reads standard input.`,
		Example: `  wsasim run --trace t.jsonl testdata/scenarios/echo.star
  wsasim pcap t.jsonl | tshark -r -`,
		Args:              oneTrace("pcap"),
		ValidArgsFunction: completeTraces,
	}
	cmd.RunE = func(_ *cobra.Command, args []string) error { return a.convert("pcap", args[0], out, pcapSink) }
	cmd.Flags().StringVarP(&out, "output", "o", "", "write to `FILE`; default: standard output")
	return cmd
}

// oneTrace demands the file of one trace.
func oneTrace(command string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return malformed("wsasim %s: expected the file of one trace, or -", command)
		}
		return nil
	}
}

func completeTraces(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{"jsonl"}, cobra.ShellCompDirectiveFilterFileExt
}

// convert reads a trace into a sink that writes to a file, "" for standard
// output. Nothing is written of a trace that cannot be read.
func (a *app) convert(command, from, to string, begin func(io.Writer) (sink, error)) error {
	in := a.stdin
	if from != "-" {
		f, err := os.Open(from)
		if err != nil {
			return malformed("wsasim %s: %v", command, err)
		}
		defer f.Close()
		in = f
	}
	var buffered []*trace.Record
	var bad error
	trace.Read(in)(func(_ int, r *trace.Record, err error) bool {
		bad = err
		buffered = append(buffered, r)
		return err == nil
	})
	if bad != nil {
		return malformedTrace(from, bad)
	}
	if len(buffered) == 0 {
		return malformed("%s:1: kind: expected a record of kind %q, and the trace is empty", from, trace.World)
	}
	write := func(w io.Writer) error {
		s, err := begin(w)
		if err != nil {
			return err
		}
		for _, r := range buffered {
			s.add(r)
		}
		return s.finish()
	}
	var err error
	if to != "" {
		err = writeFile(to, write)
	} else {
		w := bufio.NewWriter(a.stdout)
		err = cmp.Or(write(w), w.Flush())
	}
	if err != nil {
		return malformed("wsasim %s: it cannot be written: %v", command, err)
	}
	return nil
}
