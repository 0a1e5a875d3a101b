package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"wsasim/cmd/wsasim/internal/suggest"
	"wsasim/model/rules"
	"wsasim/wsa"
)

// documentedJSON is a documented error row for programs.
type documentedJSON struct {
	Function  string     `json:"function"`
	Subject   string     `json:"subject,omitempty"`
	Error     string     `json:"error,omitempty"`
	Condition string     `json:"condition"`
	Page      string     `json:"page"`
	Rules     []rules.ID `json:"rules,omitempty"`
	Reason    string     `json:"reason,omitempty"`
}

// findDocumented lists the rows that a filter means: a function, an error or
// "" for all.
func findDocumented(filter string) []rules.Documented {
	if filter == "" {
		return rules.AllDocumented()
	}
	if rows := rules.DocumentedFor(filter); len(rows) > 0 {
		return rows
	}
	e, ok := parseError(filter)
	var rows []rules.Documented
	for _, d := range rules.AllDocumented() {
		if ok && d.Error == e {
			rows = append(rows, d)
		}
	}
	return rows
}

// documentedNames lists all that wsasim rules --documented can be asked for.
func documentedNames() []string {
	var names []string
	seen := make(map[string]bool)
	for _, d := range rules.AllDocumented() {
		for _, name := range []string{d.Function, d.Error.Name()} {
			if name != "" && !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	return names
}

// documented lists the error rows of the documentation, each with the rules
// that hold it or the reason why none can.
func (a *app) documented(filter string) error {
	rows := findDocumented(filter)
	if len(rows) == 0 {
		return malformed("wsasim rules --documented: %s", suggest.Unknown("function or error", filter, documentedNames()))
	}
	if a.json {
		out := make([]documentedJSON, len(rows))
		for i, d := range rows {
			out[i] = documentedJSON{d.Function, d.Subject, d.Error.Name(), d.Condition, d.Page, d.Rules, d.Reason}
			if d.Error == 0 {
				out[i].Error = ""
			}
		}
		return a.printJSON(out)
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "FUNCTION\tERROR\tRULES\tCONDITION")
	held := 0
	for _, d := range rows {
		function := d.Function
		if d.Subject != "" {
			function += " " + shortSubject(d.Subject)
		}
		by := make([]string, len(d.Rules))
		for i, id := range d.Rules {
			by[i] = string(id)
		}
		condition := d.Condition
		if d.Reason != "" {
			by, condition = []string{"-"}, condition+": "+d.Reason
		} else {
			held++
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", function, codeOf(d.Error), strings.Join(by, " "), condition)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	a.printf("%s: %d held by rules, %d that cannot occur in a simulated world\n", count(len(rows), "documented row"), held, len(rows)-held)
	return nil
}

func codeOf(e wsa.Errno) string {
	if e == 0 {
		return "-"
	}
	return e.Name()
}

// shortSubject keeps the column narrow: a row may be about several options.
func shortSubject(subject string) string {
	list := strings.Split(subject, ", ")
	if len(list) > 2 {
		return fmt.Sprintf("%s and %d more", list[0], len(list)-1)
	}
	return subject
}
