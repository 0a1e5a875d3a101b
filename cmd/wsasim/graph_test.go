package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// printed runs a command that must succeed, twice, and gives what it prints, which
// must be the same.
func printed(t *testing.T, args ...string) string {
	t.Helper()
	code, out, errs := wsasim(t, "", args...)
	if code != exitOK {
		t.Fatalf("%q: exit code %d: %s", args, code, errs)
	}
	if _, again, _ := wsasim(t, "", args...); again != out {
		t.Errorf("%q: two runs differ", args)
	}
	return out
}

func graphOf(t *testing.T, args ...string) *graph {
	t.Helper()
	g := new(graph)
	if err := json.Unmarshal([]byte(printed(t, append([]string{"graph", "--json"}, args...)...)), g); err != nil {
		t.Fatal(err)
	}
	return g
}

// TestGraphForms: each form has every state and edge of the data, and only lines
// that its reader understands.
func TestGraphForms(t *testing.T) {
	g := graphOf(t, "target")
	for _, f := range []struct {
		name       string
		args       []string
		head, line string
		node, edge string
		says       []string
	}{
		{"dot", nil, `digraph "target" {`, `^\t(node|edge) \[.*\];$|^\ts\d+( -> s\d+)? \[label="(\\["\\l]|[^"\\])*"\];$|^digraph|^}$`, `(?m)^\ts\d+ \[`, `(?m)^\ts\d+ -> s\d+ \[`,
			[]string{`s0 [label="start\l4: stream\l8: datagram\l12: stream\l"]`, `WSAEISCONN (10056) [PTN-CONN]\l`, `peer \"host/a\" at 10.0.0.2:9`}},
		{"mermaid", []string{"--format", "mermaid"}, "---\ntitle: \"target\"\n---\nflowchart TD\n", `^ {4}s\d+(\["[^"]*"\]| -->\|"[^"]*"\| s\d+)$|^(---|title: .*|flowchart TD)$`, `(?m)^ {4}s\d+\[`, `(?m)^ {4}s\d+ -->`,
			[]string{`s0["start<br/>4: stream<br/>8: datagram<br/>12: stream"]`, `WSAEISCONN (10056) [PTN-CONN]`, `peer #quot;host/a#quot; at 10.0.0.2:9`}},
	} {
		out := printed(t, append([]string{"graph", "--all", "target"}, f.args...)...)
		if !strings.HasPrefix(out, f.head) {
			t.Errorf("%s: does not begin with %q", f.name, f.head)
		}
		for _, want := range f.says {
			if !strings.Contains(out, want) {
				t.Errorf("%s: no %q", f.name, want)
			}
		}
		line := regexp.MustCompile(f.line)
		for text := range strings.Lines(out) {
			if text = strings.TrimSuffix(text, "\n"); !line.MatchString(text) {
				t.Errorf("%s: not a line of it: %s", f.name, text)
			}
		}
		out = printed(t, append([]string{"graph", "Target"}, f.args...)...)
		nodes, edges := len(regexp.MustCompile(f.node).FindAllString(out, -1)), len(regexp.MustCompile(f.edge).FindAllString(out, -1))
		if nodes != len(g.Nodes) || edges != len(g.Edges) {
			t.Errorf("%s: %d states and %d edges, want %d and %d", f.name, nodes, edges, len(g.Nodes), len(g.Edges))
		}
		path := filepath.Join(t.TempDir(), "t."+map[string]string{"dot": "dot", "mermaid": "mmd"}[f.name])
		expectExit(t, exitOK, "graph", "-o", path, "target")
		if text, err := os.ReadFile(path); err != nil || string(text) != out {
			t.Errorf("%s: the file is another: %v", f.name, err)
		}
	}
}

// TestGraphData: two states have one edge, which has each call once; what changes
// nothing is there only when asked for; a smaller depth leaves states out.
func TestGraphData(t *testing.T) {
	g, every, near := graphOf(t, "network", "events"), graphOf(t, "--all", "network events"), graphOf(t, "--depth", "1", "network events")
	seen, loops, several := make(map[[2]int]bool), 0, false
	for _, e := range every.Edges {
		ends := [2]int{e.From, e.To}
		if seen[ends] || len(e.Calls) == 0 {
			t.Errorf("edge %v is there twice, or empty", ends)
		}
		seen[ends] = true
		several = several || len(e.Calls) > 1
		if e.From == e.To {
			loops++
		}
	}
	if loops == 0 || !several || len(g.Nodes) != len(every.Nodes) || len(g.Edges) != len(every.Edges)-loops {
		t.Errorf("%d states and %d edges; with all %d and %d, of which %d change nothing", len(g.Nodes), len(g.Edges), len(every.Nodes), len(every.Edges), loops)
	}
	if near.Depth != 1 || len(near.Nodes) < 2 || len(near.Nodes) >= len(g.Nodes) {
		t.Errorf("within 1 step of depth %d there are %d of %d states", near.Depth, len(near.Nodes), len(g.Nodes))
	}
	for _, n := range near.Nodes {
		if n.Distance > 1 {
			t.Errorf("state %d is %d steps away", n.State, n.Distance)
		}
	}
	for _, e := range near.Edges {
		for _, c := range e.Calls {
			if c.Failed && len(c.Rules) == 0 || c.Call == "" || c.Result == "" {
				t.Errorf("%+v does not say why", c)
			}
		}
	}
}

// TestGraphList: without a domain, all are listed with their sizes.
func TestGraphList(t *testing.T) {
	out := printed(t, "graph", "--depth", "1")
	for _, name := range domainNames() {
		if !regexp.MustCompile(`(?m)^ *\d+ +\d+ +\d+ +1 +` + name + `$`).MatchString(out) {
			t.Errorf("%s is not listed:\n%s", name, out)
		}
	}
	var sizes []domainSize
	if err := json.Unmarshal([]byte(printed(t, "graph", "--json", "--depth", "1")), &sizes); err != nil || len(sizes) != len(domainNames()) {
		t.Errorf("%d domains: %v", len(sizes), err)
	}
	g := graphOf(t, "--depth", "1", sizes[0].Domain)
	if sizes[0].States != len(g.Nodes) || sizes[0].Edges != len(g.Edges) {
		t.Errorf("listed with %+v, drawn with %d states and %d edges", sizes[0], len(g.Nodes), len(g.Edges))
	}
}
