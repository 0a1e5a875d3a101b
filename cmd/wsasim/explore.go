package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"wsasim/cmd/wsasim/internal/scenario"
	"wsasim/cmd/wsasim/internal/suggest"
	"wsasim/model"
	"wsasim/model/rules"
)

func (a *app) exploreCommand() *cobra.Command {
	var rule string
	var maxStates int
	cmd := &cobra.Command{
		Use:   "explore",
		Short: "explore the specification, and show each rule at work",
		Long: `Explore the specification breadth-first: every sequence of calls from finite
choices of them, one choice for each theme. Each rule must be seen at work, by a
shortest sequence of calls (its witness), or have a reason why it cannot be; and
no call may break an invariant.`,
		Example: `  wsasim explore
  wsasim explore --rule PTN-CONN
  wsasim explore --json`,
		Args:              noArguments,
		ValidArgsFunction: completeNothing,
	}
	cmd.Flags().StringVar(&rule, "rule", "", "print the witness of one rule")
	cmd.Flags().IntVar(&maxStates, "max-states", 0, "stop each theme after so many states; 0: no limit")
	_ = cmd.RegisterFlagCompletionFunc("rule", completeValue(ruleIDs))
	cmd.RunE = func(*cobra.Command, []string) error {
		id := rules.ID(strings.ToUpper(rule))
		if _, ok := rules.Lookup(id); rule != "" && !ok {
			return malformed("wsasim explore: %s", suggest.Unknown("rule", rule, ruleIDs()))
		}
		if maxStates < 0 {
			return malformed("wsasim explore: --max-states: expected 0 or more, got %d", maxStates)
		}
		p := newProgress(a.stderr)
		survey := model.ExploreAll(model.Domains(), model.ExploreOptions{
			MaxStates: maxStates,
			Now:       time.Now,
			Progress: func(domain string, states, transitions int) {
				p.tell("wsasim explore: %s: %d states, %d transitions", domain, states, transitions)
			},
		})
		return a.explore(survey, id)
	}
	return a.jsonFlag(cmd)
}

func ruleIDs() []string {
	var ids []string
	for _, r := range rules.All() {
		ids = append(ids, string(r.ID))
	}
	return ids
}

// explore prints what was found, about one rule or all.
func (a *app) explore(s *model.Survey, only rules.ID) error {
	switch {
	case a.json:
		if err := a.printJSON(surveyForJSON(s, only)); err != nil {
			return err
		}
	case only != "":
		a.printWitness(s, only)
	default:
		a.printSurvey(s)
	}
	missing := slices.Contains(s.Missing, only) || only == "" && len(s.Missing) > 0
	if missing || len(s.Broken) > 0 {
		return &exitError{exitUnmet, nil}
	}
	return nil
}

// steps writes a sequence of calls, one a line.
func steps(list []model.WitnessStep) []string {
	out := make([]string, len(list))
	for i, st := range list {
		call := scenario.FormatCall(st.Call)
		if st.Resumed {
			call = "... " + call
		}
		if st.Ended {
			call = "end of " + call
		}
		result := "..."
		if st.Kind != model.Blocks {
			result = scenario.FormatReturn(st.Call, &st.Return)
		}
		out[i] = fmt.Sprintf("thread %d  %-58s  %s", st.TID, call, result)
	}
	return out
}

// why says how a rule is accounted for in one line.
func why(s *model.Survey, id rules.ID) string {
	if w, ok := s.Witnesses[id]; ok {
		return fmt.Sprintf("%s, in %s", count(len(w.Steps), "step"), w.Domain)
	}
	if reason, ok := s.Without[id]; ok {
		return "no witness: " + reason
	}
	return "MISSING: neither a witness nor a reason"
}

func (a *app) printWitness(s *model.Survey, id rules.ID) {
	a.printf("%s\n", scenario.FormatRule(id))
	a.printf("  %s\n", why(s, id))
	if w, ok := s.Witnesses[id]; ok {
		if len(w.Setup) > 0 {
			a.printf("  after\n")
		}
		for _, line := range steps(w.Setup) {
			a.printf("    %s\n", line)
		}
		if len(w.Setup) > 0 {
			a.printf("  the witness is\n")
		}
		for _, line := range steps(w.Steps) {
			a.printf("    %s\n", line)
		}
		if w.Advice {
			a.printf("  the rule advises against the last call\n")
		}
	}
}

func (a *app) printSurvey(s *model.Survey) {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "states\ttransitions\tstates/s\trules\ttheme\t")
	for _, e := range s.Explorations {
		cut := ""
		if !e.Complete {
			cut = " (cut)"
		}
		fmt.Fprintf(w, "%d\t%d\t%.0f\t%d\t%s%s\t\n", e.States, e.Transitions, e.StatesPerSecond(), len(e.Witnesses), e.Domain, cut)
	}
	w.Flush()
	a.printf("\n")
	w = tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, r := range rules.All() {
		last := ""
		if found, ok := s.Witnesses[r.ID]; ok && len(found.Steps) > 0 {
			step := found.Steps[len(found.Steps)-1]
			last = scenario.FormatCall(step.Call)
			if step.Kind != model.Blocks && !found.Advice {
				last += " " + scenario.FormatReturn(step.Call, &step.Return)
			}
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", r.ID, why(s, r.ID), last)
	}
	w.Flush()
	for _, b := range s.Broken {
		a.printf("\nBROKEN invariant, in %s: %s\n", b.Domain, b.Invariant)
		for _, line := range steps(b.Steps) {
			a.printf("    %s\n", line)
		}
	}
	a.printf("\n%d states, %d transitions, %.0f states a second; %s: %d with a witness, %d with a reason, %d missing; %s\n",
		s.States, s.Transitions, s.StatesPerSecond(), count(len(rules.All()), "rule"),
		len(s.Witnesses), len(s.Without), len(s.Missing), brokenText(len(s.Broken)))
}

func brokenText(n int) string {
	if n == 0 {
		return "no invariant broken"
	}
	return count(n, "invariant") + " BROKEN"
}

// witnessJSON is what is known of one rule, for programs.
type witnessJSON struct {
	Rule   rules.ID `json:"rule"`
	Domain string   `json:"domain,omitempty"`
	Setup  []string `json:"setup,omitempty"`
	Steps  []string `json:"steps,omitempty"`
	Reason string   `json:"reason,omitempty"`
}

func surveyForJSON(s *model.Survey, only rules.ID) any {
	out := struct {
		States          int           `json:"states"`
		Transitions     int           `json:"transitions"`
		StatesPerSecond float64       `json:"states_per_second"`
		Missing         []rules.ID    `json:"missing"`
		Broken          []string      `json:"broken"`
		Rules           []witnessJSON `json:"rules"`
	}{States: s.States, Transitions: s.Transitions, StatesPerSecond: s.StatesPerSecond(), Missing: append([]rules.ID{}, s.Missing...), Broken: []string{}}
	for _, b := range s.Broken {
		out.Broken = append(out.Broken, b.Invariant)
	}
	for _, r := range rules.All() {
		if only != "" && r.ID != only {
			continue
		}
		j := witnessJSON{Rule: r.ID, Reason: s.Without[r.ID]}
		if w, ok := s.Witnesses[r.ID]; ok {
			j.Domain, j.Setup, j.Steps = w.Domain, steps(w.Setup), steps(w.Steps)
		}
		out.Rules = append(out.Rules, j)
	}
	return out
}
