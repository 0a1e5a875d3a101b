package scenario

import (
	"fmt"
	"slices"
	"strings"

	"wsasim/model"
	"wsasim/model/rules"
	"wsasim/wsa/trace"
)

// judge lets the specification follow a run.
type judge struct{ checker *model.Checker }

func newJudge() *judge { return &judge{model.NewChecker(model.Options{})} }

// observe judges one record; the text is empty while all is well.
func (j *judge) observe(r *trace.Record) string {
	v := j.checker.Observe(r)
	if v == nil {
		return ""
	}
	return FormatViolation(v)
}

// verdict is what the specification says of the run.
func (j *judge) verdict() model.Verdict { return j.checker.Verdict() }

// rules lists the rules that justified what happened, sorted.
func (j *judge) rules() []rules.ID {
	var list []rules.ID
	for id := range j.checker.Rules() {
		list = append(list, id)
	}
	slices.Sort(list)
	return list
}

// FormatViolation is a violation for people: what happened, the rules that it
// broke, and what was allowed instead.
func FormatViolation(v *model.Violation) string {
	var b strings.Builder
	b.WriteString("the specification does not allow this: " + v.Text)
	if v.Call != nil {
		fmt.Fprintf(&b, "\n    %s %s", FormatCall(v.Call), FormatReturn(v.Call, &v.Return))
	}
	for _, id := range v.Violated {
		b.WriteString("\n    violated: " + FormatRule(id))
	}
	for _, text := range v.Allowed {
		b.WriteString("\n    allowed:  " + text)
	}
	return b.String()
}
