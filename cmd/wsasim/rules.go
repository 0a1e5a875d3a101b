package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"wsasim/cmd/wsasim/internal/scenario"
	"wsasim/cmd/wsasim/internal/suggest"
	"wsasim/model/rules"
	"wsasim/wsa"
)

func (a *app) rulesCommand() *cobra.Command {
	var documented bool
	cmd := &cobra.Command{
		Use:   "rules [FUNCTION|ERROR|ID|PREFIX]",
		Short: "list the rules of the specification, or one in full",
		Long: `List the rules of the specification: all of them, those of a function, those
that give an error, those whose identifier begins alike; or one rule in full,
with its sources.

Strength: must (a page says so), fails (a page says that the call fails, not
with which code), should (advice), inferred (nobody says it), observed (real
Windows was seen to), resource and environment (may happen at any time).

Each rule names the scenarios of testdata/scenarios that exercise it.

With --documented: the error rows of the documentation instead, all of them,
those of a function or of an error; each with the rules that hold it, or with
the reason why it cannot occur in a simulated world.`,
		Example: `  wsasim rules
  wsasim rules WSASetSocketPeerTargetName
  wsasim rules WSAEISCONN
  wsasim rules PTN
  wsasim rules SSS-CONN
  wsasim rules --documented bind`,
		Args:              oneWord("a function, error or rule"),
		ValidArgsFunction: completeOnce(ruleFilters),
		RunE: func(_ *cobra.Command, args []string) error {
			filter := ""
			if len(args) == 1 {
				filter = args[0]
			}
			if documented {
				return a.documented(filter)
			}
			return a.rules(filter)
		},
	}
	cmd.Flags().BoolVar(&documented, "documented", false, "list the error rows of the documentation, with the rules that hold them")
	return a.jsonFlag(cmd)
}

// oneWord allows one argument, or none.
func oneWord(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 1 {
			return malformed("%s: expected %s, or nothing; got %q", cmd.CommandPath(), what, args)
		}
		return nil
	}
}

// completeOnce completes the first argument from a list.
func completeOnce(list func() []string) func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return func(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var out []string
		for _, name := range list() {
			if strings.HasPrefix(strings.ToLower(name), strings.ToLower(typed)) {
				out = append(out, name)
			}
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	}
}

// completeValue completes the value of an option from a list.
func completeValue(list func() []string) func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	complete := completeOnce(list)
	return func(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		return complete(cmd, nil, typed)
	}
}

// completeNothing is for a command without arguments.
func completeNothing(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// ruleFilters lists all that wsasim rules can be asked for.
func ruleFilters() []string {
	var names []string
	for _, r := range rules.All() {
		names = append(names, string(r.ID))
		prefix, _, _ := strings.Cut(string(r.ID), "-")
		names = append(names, prefix)
		for _, e := range r.Errors {
			names = append(names, e.String())
		}
	}
	names = append(names, wsa.Ops()...)
	slices.Sort(names)
	return slices.Compact(names)
}

// findRules lists the rules that a filter means.
func findRules(filter string) []rules.Rule {
	if filter == "" {
		return rules.All()
	}
	if r, ok := rules.Lookup(rules.ID(strings.ToUpper(filter))); ok {
		return []rules.Rule{r}
	}
	var list []rules.Rule
	for _, r := range rules.All() {
		if strings.HasPrefix(string(r.ID), strings.ToUpper(filter)) {
			list = append(list, r)
		}
	}
	if len(list) > 0 {
		return list
	}
	for _, op := range wsa.Ops() {
		if strings.EqualFold(op, filter) {
			return rules.ByFunction(op)
		}
	}
	if e, ok := parseError(filter); ok {
		return rules.ByError(e)
	}
	return nil
}

// ruleJSON is a rule for programs.
type ruleJSON struct {
	ID        rules.ID `json:"id"`
	Functions []string `json:"functions"`
	Condition string   `json:"condition"`
	Errors    []string `json:"errors"`
	Strength  string   `json:"strength"`
	Sources   []string `json:"sources"`
	Notes     string   `json:"notes,omitempty"`
	Scenarios []string `json:"scenarios,omitempty"`
}

func ruleForJSON(r rules.Rule) ruleJSON {
	j := ruleJSON{ID: r.ID, Functions: r.Functions(), Condition: r.Condition, Errors: []string{}, Strength: r.Strength.String(), Notes: r.Notes, Scenarios: exercisedBy()[r.ID]}
	for _, e := range r.Errors {
		j.Errors = append(j.Errors, e.String())
	}
	for _, s := range r.Sources {
		j.Sources = append(j.Sources, s.String())
	}
	return j
}

func (a *app) rules(filter string) error {
	list := findRules(filter)
	if len(list) == 0 {
		if e, ok := parseError(filter); ok {
			a.printf("no rule gives %v\n", e)
			return nil
		}
		return malformed("wsasim rules: %s", suggest.Unknown("function, error or rule", filter, ruleFilters()))
	}
	if a.json {
		out := make([]ruleJSON, len(list))
		for i, r := range list {
			out[i] = ruleForJSON(r)
		}
		return a.printJSON(out)
	}
	by := exercisedBy()
	if len(list) == 1 {
		a.printf("%s\n", scenario.HelpRule(list[0]))
		if names := by[list[0].ID]; len(names) > 0 {
			a.printf("  scenarios  %s\n", strings.Join(fold(strings.Join(names, " "), 66), "\n             "))
		}
		return nil
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "RULE\tSTRENGTH\tFUNCTION\tGIVES\tSCENARIO\tCONDITION")
	for _, r := range list {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", r.ID, r.Strength, shortFunction(r), shortErrors(r), shortScenarios(by[r.ID]), r.Condition)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	a.printf("%s; wsasim rules ID shows one with its sources\n", count(len(list), "rule"))
	return nil
}

// shortFunction keeps the column narrow: a rule may belong to a dozen calls.
func shortFunction(r rules.Rule) string {
	list := r.Functions()
	switch {
	case r.Function == "*":
		return "every call"
	case len(list) > 2:
		return fmt.Sprintf("%s and %d more", list[0], len(list)-1)
	}
	return r.Function
}

func shortErrors(r rules.Rule) string {
	if len(r.Errors) > 2 {
		return fmt.Sprintf("%s or %d others", r.Errors[0].String(), len(r.Errors)-1)
	}
	return scenario.RuleErrors(r)
}
