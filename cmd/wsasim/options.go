package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"wsasim/cmd/wsasim/internal/suggest"
	"wsasim/sim"
	"wsasim/wsa"
)

// statusRow is an option or a control code with what the simulator does with it.
type statusRow struct {
	Level  string `json:"level,omitempty"`
	Name   string `json:"name"`
	Status string `json:"status"`
	Reason string `json:"reason,omitempty"`
}

func (a *app) optionsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "options [WORD]",
		Short: "list socket options and control codes, and what the simulator does with each",
		Long: `List the socket options and the control codes of the headers, all of them or
those whose level, name or status has a word in it.

Status: simulated (it changes what the simulator does), stored (it reads back as
it was set, and changes nothing else), read only, rejected (TCP/IP refuses it),
not simulated (asking for it ends with an error that says so, and why).`,
		Example: `  wsasim options
  wsasim options KEEPALIVE
  wsasim options IPPROTO_IPV6
  wsasim options "not simulated"`,
		ValidArgsFunction: completeOnce(optionWords),
		Args:              oneWord("a word"),
		RunE: func(_ *cobra.Command, args []string) error {
			return a.options(strings.Join(args, ""))
		},
	}
	return a.jsonFlag(cmd)
}

func (a *app) options(word string) error {
	rows := matching(statusRows(), strings.ToUpper(word))
	if len(rows) == 0 {
		text := fmt.Sprintf("no option, control code or status has %q in it", word)
		if near := suggest.Names(word, optionWords()); len(near) > 0 {
			text += "; did you mean " + strings.Join(near, ", ") + "?"
		}
		return malformed("wsasim options: %s", text)
	}
	if a.json {
		return a.printJSON(rows)
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.Level, r.Name, r.Status, r.Reason)
	}
	return w.Flush()
}

// optionWords are the levels, names and states, each once.
func optionWords() []string {
	var words []string
	for _, r := range statusRows() {
		words = append(words, r.Level, r.Name, r.Status)
	}
	slices.Sort(words)
	return slices.Compact(words)
}

func statusRows() []statusRow {
	var rows []statusRow
	for _, o := range sim.Options() {
		level := wsa.FormatConstant(wsa.KindLevel, int64(o.Level))
		rows = append(rows, statusRow{level, wsa.FormatConstant(wsa.OptionKind(o.Level), int64(o.Name)), o.Status, o.Reason})
	}
	for _, c := range sim.Ioctls() {
		rows = append(rows, statusRow{"WSAIoctl", wsa.FormatConstant(wsa.KindIoctl, int64(c.Code)), c.Status, c.Reason})
	}
	return rows
}

func matching(rows []statusRow, word string) []statusRow {
	var out []statusRow
	for _, r := range rows {
		if strings.Contains(strings.ToUpper(r.Level+" "+r.Name+" "+r.Status), word) {
			out = append(out, r)
		}
	}
	return out
}
