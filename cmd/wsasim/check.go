package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"wsasim/cmd/wsasim/internal/scenario"
	"wsasim/cmd/wsasim/internal/suggest"
	"wsasim/model"
	"wsasim/model/rules"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

func (a *app) checkCommand() *cobra.Command {
	var all bool
	var policies bool
	cmd := &cobra.Command{
		Use:   "check TRACE.jsonl",
		Short: "check a recorded trace against the specification",
		Long: `Check a trace, one JSON object a line, against the specification.

Every return must be one that the specification allows in some state that is
possible by then. The first that is not is reported, with the rules it breaks,
what was allowed, and a short trace that shows it. - reads standard input.`,
		Example: `  wsasim run --trace t.jsonl testdata/scenarios/echo.star
  wsasim check t.jsonl
  wsasim check testdata/traces/bad-PTN-CONN.jsonl`,
		Args:              oneTrace("check"),
		ValidArgsFunction: completeTraces,
	}
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		return a.check(args[0], model.Options{Policies: policies}, all)
	}
	cmd.Flags().BoolVar(&all, "all", false, "report every violation, not only the first")
	cmd.Flags().BoolVar(&policies, "policies", false, "hosts may have policies of their own, which a trace does not hold")
	return a.jsonFlag(cmd)
}

// meter counts what is read, and tells how far a long check has come.
type meter struct {
	r    io.Reader
	n    int64
	tell func(n int64)
}

func (m *meter) Read(b []byte) (int, error) {
	n, err := m.r.Read(b)
	m.n += int64(n)
	m.tell(m.n)
	return n, err
}

func (a *app) check(file string, opts model.Options, all bool) error {
	in := a.stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return malformed("wsasim check: %v", err)
		}
		defer f.Close()
		in = f
	}
	p := newProgress(a.stderr)
	report, err := model.CheckTrace(&meter{r: in, tell: func(n int64) { p.tell("wsasim check: %d KiB read", n>>10) }}, opts)
	if err != nil {
		return malformedTrace(file, err)
	}
	if report.Records == 0 {
		return malformed("%s:1: kind: expected a record of kind %q, and the trace is empty", file, trace.World)
	}
	if a.json {
		if err := a.printJSON(checkForJSON(file, report)); err != nil {
			return err
		}
	} else {
		a.printCheck(file, report, all)
	}
	if report.Verdict != model.Conforms {
		return &exitError{exitUnmet, nil}
	}
	return nil
}

// malformedTrace says where in a file that is no trace, and what was expected.
func malformedTrace(file string, err error) error {
	var bad *trace.SyntaxError
	if errors.As(err, &bad) {
		return malformed("%s:%d: %s", file, bad.Line, traceMessage(bad.Err))
	}
	return malformed("%s: %v", file, err)
}

// traceMessage says in the words of the format what package json says in those of
// Go, and adds the nearest names to the message about a call that does not exist.
func traceMessage(err error) string {
	text := err.Error()
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, bufio.ErrTooLong):
		return fmt.Sprintf("expected a line of no more than %d MiB", trace.MaxLine>>20)
	case errors.As(err, &kind) && kind.Field == "":
		return "expected a JSON object, got " + article(kind.Value)
	case errors.As(err, &kind):
		before, _, _ := strings.Cut(text, "json: ")
		return fmt.Sprintf("%s%s: expected %s, got %s", before, kind.Field, jsonKind(kind.Type), article(kind.Value))
	case errors.As(err, &syntax), errors.Is(err, io.ErrUnexpectedEOF):
		return "expected a JSON object: " + text
	case strings.Contains(text, "json: unknown field"):
		return strings.Replace(text, "json: ", "", 1)
	}
	quoted, ok := strings.CutPrefix(text, "op: ")
	if !ok {
		return text
	}
	name, err := strconv.QuotedPrefix(quoted)
	if err != nil {
		return text
	}
	if name, err = strconv.Unquote(name); err != nil {
		return text
	}
	return "op: " + suggest.Unknown("call", name, wsa.Ops())
}

// jsonKind is what JSON calls a value of the type.
func jsonKind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a string"
	case reflect.Slice, reflect.Array:
		return "an array"
	case reflect.Struct, reflect.Map, reflect.Pointer:
		return "an object"
	}
	return "a whole number that fits"
}

// article puts one before the name of a kind of value.
func article(kind string) string {
	if strings.HasPrefix(kind, "array") || strings.HasPrefix(kind, "object") {
		return "an " + kind
	}
	return "a " + kind
}

// violationJSON is a violation for programs; line counts records, not lines of
// the file that are empty.
type violationJSON struct {
	Record   int             `json:"record"`
	TID      int             `json:"tid"`
	Call     string          `json:"call,omitempty"` // none for a packet
	Return   string          `json:"return,omitempty"`
	Text     string          `json:"text"`
	Violated []rules.ID      `json:"violated"`
	Allowed  []string        `json:"allowed"`
	Prefix   []*trace.Record `json:"prefix"`
}

func checkForJSON(file string, r *model.Report) any {
	out := struct {
		File       string           `json:"file"`
		Verdict    string           `json:"verdict"`
		Records    int              `json:"records"`
		Calls      int              `json:"calls"`
		MostStates int              `json:"most_states"`
		Violations []violationJSON  `json:"violations"`
		Rules      map[rules.ID]int `json:"rules"`
	}{file, r.Verdict.String(), r.Records, r.Calls, r.MostStates, []violationJSON{}, r.Rules}
	for _, v := range r.Violations {
		j := violationJSON{Record: v.Index + 1, TID: v.Record.TID, Text: v.Text, Violated: v.Violated, Allowed: v.Allowed, Prefix: v.Prefix}
		if v.Call != nil {
			j.Call, j.Return = scenario.FormatCall(v.Call), scenario.FormatReturn(v.Call, &v.Return)
		}
		out.Violations = append(out.Violations, j)
	}
	return out
}

func (a *app) printCheck(file string, r *model.Report, all bool) {
	list := r.Violations
	if !all && len(list) > 1 {
		list = list[:1]
	}
	for _, v := range list {
		a.printf("%s: record %d: %s\n", file, v.Index+1, scenario.FormatViolation(v))
		if v.Prefix == nil {
			continue
		}
		a.printf("  shown by these %s of %d:\n", count(len(v.Prefix), "record"), v.Index+1)
		t := scenario.NewTranscript(scenario.Options{Transcript: a.stdout, Color: a.color(), Packets: v.Call == nil})
		for _, rec := range v.Prefix {
			t.Write(rec)
		}
		t.Flush()
	}
	switch r.Verdict {
	case model.Conforms:
		a.printf("%s: conforms: %s, %s by %s\n", file, count(r.Records, "record"), count(r.Calls, "call"), count(len(r.Rules), "rule"))
	case model.Violates:
		a.printf("%s: violates the specification: %s in %s\n", file, count(len(r.Violations), "violation"), count(r.Calls, "call"))
	default:
		a.printf("%s: unknown: more than %d states were possible at once, so the rest was not checked\n", file, r.MostStates-1)
	}
}
