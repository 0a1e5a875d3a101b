package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"wsasim/cmd/wsasim/internal/scenario"
)

func (a *app) replCommand() *cobra.Command {
	var quiet bool
	cmd := &cobra.Command{
		Use:   "repl",
		Short: "type the language of scenarios, one statement at a time",
		Long: `Type the language of scenarios, one statement at a time.

A world with a client, a server and an attacker is ready. help() lists the
language, help(client.connect) explains a call, show(client, s) prints the
state of a socket. A call that would wait for ever is reported as a deadlock,
and the session goes on. A block (def, for) ends with an empty line.

Without a terminal, statements are read from standard input; then the exit code
is 1 when one of them failed.`,
		Example: `  wsasim repl
  echo 'client.socket(AF_INET, SOCK_STREAM, IPPROTO_UDP)' | wsasim repl`,
		Args:              noArguments,
		ValidArgsFunction: completeNothing,
	}
	cmd.RunE = func(*cobra.Command, []string) error { return a.repl(quiet) }
	cmd.Flags().BoolVarP(&quiet, "quiet", "q", false, "no welcome")
	return cmd
}

func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return malformed("%s: expected no arguments, got %q", cmd.CommandPath(), args)
	}
	return nil
}

func (a *app) repl(quiet bool) error {
	s, err := scenario.NewSession(scenario.Options{Transcript: a.stdout, Color: a.color()})
	if err != nil {
		return err
	}
	if isTerminal(a.stdin) && isTerminal(a.stdout) {
		if !quiet {
			a.printf("%s\n", scenario.Welcome)
		}
		return a.interact(s)
	}
	return a.batch(s)
}

// batch runs statements from a pipe or file.
func (a *app) batch(s *scenario.Session) error {
	next := scenario.ReadLines(a.stdin)
	failed := false
	for {
		err := s.Exec(next)
		var bad *scenario.StatementError
		switch {
		case err == io.EOF:
			return a.closeBatch(s, failed)
		case errors.As(err, &bad):
			failed = true
			fmt.Fprintf(a.stderr, "standard input:%d: %v\n", bad.Line, err)
		case err != nil:
			return malformed("standard input: %v", err)
		}
	}
}

func (a *app) closeBatch(s *scenario.Session, failed bool) error {
	if r := s.Close(); r.Failure != nil {
		failed = true
		fmt.Fprintln(a.stderr, r.Failure.Message())
	}
	if failed {
		return &exitError{exitUnmet, nil}
	}
	return nil
}
