package main

import (
	"cmp"
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
	// exitInterrupted is what shells say of a program that Ctrl-C ended.
	exitInterrupted = 130
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
	out := &output{Writer: stdout}
	a := &app{stdin: stdin, stdout: out, stderr: stderr}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(out)
	root.SetErr(stderr)
	err := root.Execute()
	if out.err != nil {
		err = malformed("wsasim: standard output: %v", out.err)
	}
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

// output is standard output, with the first error of writing to it: who prints need
// not look, and nobody takes half an answer for a whole one.
type output struct {
	io.Writer
	err error
}

func (o *output) Write(b []byte) (int, error) {
	n, err := o.Writer.Write(b)
	o.err = cmp.Or(o.err, err)
	return n, err
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
	root.SetHelpCommand(helpCommand(root))
	return root
}

func commandNames(root *cobra.Command) []string {
	var names []string
	for _, c := range root.Commands() {
		names = append(names, c.Name())
	}
	return names
}

// flagError says what an option expects, or which are near one that does not
// exist.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var bad *pflag.InvalidValueError
	var missing *pflag.ValueRequiredError
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "":
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
		return malformed("%s: %s", cmd.CommandPath(), suggest.Unknown("option", "--"+unknown.GetSpecifiedName(), names))
	case errors.As(err, &unknown):
		return malformed("%s: %q is not an option", cmd.CommandPath(), "-"+unknown.GetSpecifiedName())
	case errors.As(err, &bad):
		return malformed("%s: --%s: expected %s, got %q", cmd.CommandPath(), bad.GetFlag().Name, expects(bad.GetFlag()), bad.GetValue())
	case errors.As(err, &missing):
		return malformed("%s: --%s: expected %s, got nothing", cmd.CommandPath(), missing.GetFlag().Name, expects(missing.GetFlag()))
	}
	return malformed("%s: %v", cmd.CommandPath(), err)
}

// expects is what the value of an option has to be.
func expects(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "bool":
		return "true or false"
	case "int":
		return "a whole number"
	case "uint64":
		return "a whole number of 0 or more"
	case "duration":
		return "a duration such as 30s"
	}
	if name, _ := pflag.UnquoteUsage(f); name != f.Value.Type() {
		return name
	}
	return "a value"
}

// helpCommand prints the help of a command, and refuses to guess at one that does
// not exist.
func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "say how a command is used",
		Long:  "Say how a command is used, or list the commands.",
		Example: `  wsasim help
  wsasim help run`,
		ValidArgsFunction: completeOnce(func() []string { return commandNames(root) }),
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return malformed("wsasim help: %s", suggest.Unknown("command", strings.Join(args, " "), commandNames(root)))
			}
			cmd.InitDefaultHelpFlag()
			cmd.InitDefaultVersionFlag()
			return cmd.Help()
		},
	}
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
	if o, ok := stream.(*output); ok {
		stream = o.Writer
	}
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
