//go:build !js && !wasip1

package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/chzyer/readline"

	"wsasim/cmd/wsasim/internal/scenario"
)

// completer gives readline what a session knows.
type completer struct{ session *scenario.Session }

// Do implements readline.AutoCompleter.
func (c completer) Do(line []rune, pos int) ([][]rune, int) {
	names, typed := c.session.Complete(string(line[:pos]))
	rest := make([][]rune, len(names))
	for i, n := range names {
		rest[i] = []rune(n[typed:])
	}
	return rest, typed
}

// interact runs statements from a terminal, with line editing and history.
func (a *app) interact(s *scenario.Session) error {
	rl, err := readline.NewEx(&readline.Config{
		Prompt: ">>> ", AutoComplete: completer{s}, InterruptPrompt: "^C", HistoryLimit: 1000,
	})
	if err != nil {
		return err
	}
	defer rl.Close()
	for {
		rl.SetPrompt(">>> ")
		err := s.Exec(func() ([]byte, error) {
			line, err := rl.Readline()
			rl.SetPrompt("... ")
			return []byte(line + "\n"), err
		})
		switch {
		case err == io.EOF:
			s.Close()
			return nil
		case errors.Is(err, readline.ErrInterrupt):
			continue
		case err != nil:
			fmt.Fprintln(os.Stderr, err)
		}
	}
}
