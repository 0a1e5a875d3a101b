package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"wsasim/cmd/wsasim/internal/suggest"
)

// The exit codes.
const (
	exitOK        = 0
	exitUnmet     = 1 // an expectation, the specification or a rule was not met
	exitMalformed = 2 // what was given cannot be read: usage, scenario, trace, buffer
	exitMachine   = 3 // a scenario asks for what a machine cannot give
)

// exitError is an error with the exit code it leads to.
type exitError struct {
	code int
	err  error // nil: everything was said already
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// malformed makes an error that leads to exit code 2.
func malformed(format string, args ...any) error {
	return &exitError{exitMalformed, fmt.Errorf(format, args...)}
}

// app is what every command needs.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	json           bool
}

// Main runs the command line and returns the exit code.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.Execute()
	if err == nil {
		return exitOK
	}
	var exit *exitError
	if !errors.As(err, &exit) {
		// Everything else is cobra's opinion of the arguments.
		exit = &exitError{exitMalformed, err}
	}
	if text := exit.Error(); text != "" {
		fmt.Fprintln(stderr, text)
	}
	return exit.code
}

const manual = `wsasim is a Winsock that exists only in memory, with the secure socket
extensions of Windows: run scenarios on it, ask why a call fails, take its
structures apart, and check recorded traces against the specification.

Exit codes: 0 all is well; 1 an expectation is not met, the specification is
violated or a rule has no witness; 2 the input cannot be read; 3 a scenario to
be recorded asks for what only a simulated world has.`

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "wsasim",
		Short: "a simulated Winsock: scenarios, rules, structures, traces",
		Long:  manual,
		Example: `  wsasim run testdata/scenarios/securing-a-socket.star
  wsasim explain WSAECONNRESET
  wsasim rules WSASetSocketPeerTargetName
  wsasim repl`,
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
	}
	root.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Help()
		}
		return malformed("%s\nwsasim help lists the commands", suggest.Unknown("command", args[0], commandNames(root)))
	}
	root.SetVersionTemplate("wsasim {{.Version}}\n")
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(a.runCommand(), a.replCommand(), a.rulesCommand(), a.optionsCommand(), a.explainCommand(),
		a.encodeCommand(), a.decodeCommand(), a.checkCommand(), a.diagramCommand(), a.pcapCommand(), a.exploreCommand(), a.graphCommand(),
		a.recordCommand(), a.diffCommand())
	return root
}

func commandNames(root *cobra.Command) []string {
	var names []string
	for _, c := range root.Commands() {
		names = append(names, c.Name())
	}
	return names
}

// flagError adds the nearest options to cobra's message about one that does
// not exist.
func flagError(cmd *cobra.Command, err error) error {
	name, ok := strings.CutPrefix(err.Error(), "unknown flag: --")
	if !ok {
		return malformed("%s: %s", cmd.CommandPath(), withoutGo(err.Error()))
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	return malformed("%s: %s", cmd.CommandPath(), suggest.Unknown("option", "--"+name, names))
}

// withoutGo is pflag's message about a value, without the name of the Go function
// that could not read it.
func withoutGo(text string) string {
	before, _, _ := strings.Cut(text, ": strconv.")
	before, _, _ = strings.Cut(before, ": time: ")
	return before
}

// jsonFlag adds --json to a command whose output a program may read.
func (a *app) jsonFlag(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().BoolVar(&a.json, "json", false, "print JSON, for programs")
	return cmd
}

// printJSON writes a value as indented JSON.
func (a *app) printJSON(v any) error {
	e := json.NewEncoder(a.stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

func (a *app) printf(format string, args ...any) { fmt.Fprintf(a.stdout, format, args...) }

// version is the module's version, or the commit it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	if v == "" {
		v = "(devel)"
	}
	return v
}

// isTerminal reports whether the stream is a terminal, where colours and line
// editing make sense.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// color reports whether to use colours on standard output.
func (a *app) color() bool { return isTerminal(a.stdout) && os.Getenv("NO_COLOR") == "" }

// progress tells on standard error how far something long has come: nothing in
// the first two seconds, then a line every two.
type progress struct {
	w    io.Writer
	next time.Time
}

const progressEvery = 2 * time.Second

func newProgress(w io.Writer) *progress { return &progress{w, time.Now().Add(progressEvery)} }

func (p *progress) tell(format string, args ...any) {
	if now := time.Now(); now.After(p.next) {
		p.next = now.Add(progressEvery)
		fmt.Fprintf(p.w, format+"\n", args...)
	}
}
