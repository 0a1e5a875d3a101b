package house

import (
	"go/ast"
	"regexp"
	"slices"
	"strings"
	"testing"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// everywhere are the groups of rules about what any call may fail with, which the
// comment of wsa.API lists once.
var everywhere = []string{"GEN-", "RES-", "NET-", "HANDLE-"}

// TestAPIErrorsAreListed: the comment of each method of wsa.API, with that of its
// interface, lists every error that the rules of its call name.
func TestAPIErrorsAreListed(t *testing.T) {
	methods := apiComments(t)
	for _, op := range wsa.Ops() {
		method := strings.ToUpper(op[:1]) + op[1:]
		if op == "inet_addr" || op == "inet_ntoa" {
			continue // they have no errors
		}
		listed, ok := methods[method]
		if !ok {
			t.Errorf("%s is no method of an interface of wsa", method)
		}
		missing := make(map[string][]rules.ID)
		for _, r := range rules.ByFunction(op) {
			general := r.Function == "*" || slices.ContainsFunc(everywhere, func(prefix string) bool {
				return strings.HasPrefix(string(r.ID), prefix)
			})
			if r.ID == rules.EVENUMCode || r.ID == rules.BINDExhausted && op != "bind" {
				continue // what is recorded is no error of the call; wsa.API says what binding adds
			}
			for _, e := range r.Errors {
				if e.Name() != "" && !general && !slices.Contains(listed, e.Name()) {
					missing[e.Name()] = append(missing[e.Name()], r.ID)
				}
			}
		}
		for name, ids := range missing {
			t.Errorf("the comment of %s does not list %s, which %v give", method, name, ids)
		}
	}
}

var (
	codePattern = regexp.MustCompile(`\b(?:WSA|ERROR_|WAIT_|EAI_)\w+`)
	likePattern = regexp.MustCompile(`\bas\s+([A-Z]\w+)(?:\s+and\s+([A-Z]\w+))?`)
)

// apiComments gives, for each method of the interfaces that wsa.API is made of, the
// codes in its comment, in that of its interface, and in those that it refers to
// ("Errors: as Send").
func apiComments(t *testing.T) map[string][]string {
	text := make(map[string]string)
	for _, s := range sources(t) {
		if !s.in("wsa") || strings.Count(s.path, "/") > 1 || s.test() {
			continue
		}
		for _, d := range s.file.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range g.Specs {
				interfaceComments(text, g, spec)
			}
		}
	}
	codes := make(map[string][]string)
	for name := range text {
		codes[name] = listed(text, name)
	}
	return codes
}

// listed are the codes of a method. That one is like another goes down at most
// three comments.
func listed(text map[string]string, name string) []string {
	comment := text[name]
	for range 3 {
		for _, m := range likePattern.FindAllStringSubmatch(comment, -1) {
			for _, other := range m[1:] {
				if !strings.Contains(comment, text[other]) {
					comment += text[other]
				}
			}
		}
	}
	return codePattern.FindAllString(comment, -1)
}

// interfaceComments adds the methods of an interface with their comments.
func interfaceComments(text map[string]string, g *ast.GenDecl, spec ast.Spec) {
	ts, ok := spec.(*ast.TypeSpec)
	if !ok {
		return
	}
	it, ok := ts.Type.(*ast.InterfaceType)
	if !ok {
		return
	}
	for _, m := range it.Methods.List {
		for _, name := range m.Names {
			text[name.Name] = g.Doc.Text() + m.Doc.Text()
		}
	}
}
