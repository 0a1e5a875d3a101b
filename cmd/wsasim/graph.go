package main

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"wsasim/cmd/wsasim/internal/scenario"
	"wsasim/cmd/wsasim/internal/suggest"
	"wsasim/model"
	"wsasim/model/rules"
)

func (a *app) graphCommand() *cobra.Command {
	var form, out string
	var depth int
	var all bool
	cmd := &cobra.Command{
		Use:   "graph [DOMAIN]",
		Short: "draw the states that exploring the specification goes through",
		Long: `Draw the graph of the states that the calls of a domain, which is a theme of
wsasim explore, lead to: states as nodes, calls as edges with what came of them
and, for a failure, the rules. All that leads from one state to another is one
edge; calls that change nothing are left out unless --all is given. Each state is
its number and what sets it apart: what holds in all of them is left out. Without
a domain, list the domains with their sizes. A graph of more than some hundred
states is better bounded by --depth.`,
		Example: `  wsasim graph
  wsasim graph target | dot -Tsvg -o target.svg
  wsasim graph --depth 2 -o stream.mmd stream
  wsasim graph --json "network events"`,
		ValidArgsFunction: completeOnce(domainNames),
	}
	cmd.Flags().StringVar(&form, "format", "", "write `FORMAT`, dot or mermaid; default: by the end of --output, or dot")
	cmd.Flags().StringVarP(&out, "output", "o", "", "write to `FILE`, which ends in .dot or .mmd; default: to standard output")
	cmd.Flags().IntVar(&depth, "depth", 0, "follow at most so many calls and ends of waiting; 0: as many as wsasim explore")
	cmd.Flags().BoolVar(&all, "all", false, "draw calls that change nothing, too")
	_ = cmd.RegisterFlagCompletionFunc("format", completeValue(func() []string { return []string{"dot", "mermaid"} }))
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		write, err := graphForm(form, out, a.json)
		if err != nil {
			return err
		}
		if depth < 0 {
			return malformed("wsasim graph: --depth: expected 0 or more, got %d", depth)
		}
		if len(args) == 0 {
			if form != "" || out != "" {
				return malformed("wsasim graph: expected the domain to draw, such as stream; wsasim graph lists them")
			}
			return a.listDomains(depth, all)
		}
		d, err := findDomain(strings.Join(args, " "))
		if err != nil {
			return err
		}
		return a.writeGraph(newGraph(d, depth, all, newProgress(a.stderr)), out, write)
	}
	return a.jsonFlag(cmd)
}

func domainNames() []string {
	var names []string
	for _, d := range model.Domains() {
		names = append(names, d.Name)
	}
	return names
}

func findDomain(name string) (model.Domain, error) {
	all := model.Domains()
	i := slices.IndexFunc(all, func(d model.Domain) bool { return strings.EqualFold(d.Name, name) })
	if i < 0 {
		names := domainNames()
		return model.Domain{}, malformed("wsasim graph: %s\nthe domains are: %s", suggest.Unknown("domain", name, names), strings.Join(names, ", "))
	}
	return all[i], nil
}

// graphForm is how a graph is written.
func graphForm(form, path string, asJSON bool) (func(*graph, io.Writer) error, error) {
	if asJSON && form != "" {
		return nil, malformed("wsasim graph: --json and --format exclude each other")
	}
	if asJSON {
		return (*graph).JSON, nil
	}
	ending := strings.ToLower(filepath.Ext(path))
	switch {
	case form == "mermaid", form == "" && ending == ".mmd":
		return (*graph).Mermaid, nil
	case form == "dot", form == "" && (path == "" || ending == ".dot" || ending == ".gv"):
		return (*graph).DOT, nil
	case form != "":
		return nil, malformed("wsasim graph: --format: expected dot or mermaid, got %q", form)
	}
	return nil, malformed("wsasim graph: --output: expected a file that ends in .dot or .mmd, got %q", path)
}

func (a *app) writeGraph(g *graph, path string, write func(*graph, io.Writer) error) error {
	if path == "" {
		return write(g, a.stdout)
	}
	if err := writeFile(path, func(w io.Writer) error { return write(g, w) }); err != nil {
		return malformed("wsasim graph: %v", err)
	}
	return nil
}

// domainSize is a line of the list of domains.
type domainSize struct {
	Domain string `json:"domain"`
	States int    `json:"states"`
	Edges  int    `json:"edges"`
	Calls  int    `json:"calls"`
	Depth  int    `json:"depth"`
}

func (a *app) listDomains(depth int, all bool) error {
	var sizes []domainSize
	p := newProgress(a.stderr)
	for _, d := range model.Domains() {
		g := newGraph(d, depth, all, p)
		sizes = append(sizes, domainSize{d.Name, len(g.Nodes), len(g.Edges), len(d.Moves), g.Depth})
	}
	if a.json {
		return a.printJSON(sizes)
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "states\tedges\tcalls\tdepth\tdomain\t")
	for _, s := range sizes {
		fmt.Fprintf(w, "%d\t%d\t%d\t%d\t%s\t\n", s.States, s.Edges, s.Calls, s.Depth, s.Domain)
	}
	return w.Flush()
}

// graph is what exploring a domain goes through. States are numbered in the order
// in which they are reached, and edges stand in the order of their first call.
type graph struct {
	Domain string      `json:"domain"`
	Depth  int         `json:"depth"` // the bound
	Nodes  []graphNode `json:"nodes"`
	Edges  []graphEdge `json:"edges"`
}

// graphNode is a state.
type graphNode struct {
	State    int      `json:"state"`
	Distance int      `json:"distance"` // the fewest steps from the start
	Lines    []string `json:"lines"`    // that do not hold of every state
}

// graphEdge is all that leads from one state to another.
type graphEdge struct {
	From  int         `json:"from"`
	To    int         `json:"to"`
	Calls []graphCall `json:"calls"`
}

// graphCall is a call, or the end of one, and what came of it.
type graphCall struct {
	Thread int        `json:"thread"`
	Call   string     `json:"call"`
	Result string     `json:"result"`
	Failed bool       `json:"failed"`
	Rules  []rules.ID `json:"rules"`
}

// waits is the result of a call that goes on.
const waits = "waits"

// newGraph explores a domain, to a depth if that is above 0; all keeps the calls
// that change nothing.
func newGraph(d model.Domain, depth int, all bool, p *progress) *graph {
	if depth > 0 {
		d.Depth = min(d.Depth, depth)
	}
	g := &graph{Domain: d.Name, Depth: d.Depth, Edges: []graphEdge{}}
	states, edges := make(map[model.Key]int), make(map[[2]int]int)
	number := func(s model.State, distance int) int {
		n, ok := states[s.Key()]
		if !ok {
			n = len(g.Nodes)
			states[s.Key()] = n
			g.Nodes = append(g.Nodes, graphNode{n, distance, s.Describe()})
		}
		return n
	}
	number(d.Start, 0)
	told := func(domain string, states, transitions int) {
		p.tell("wsasim graph: %s: %d states, %d transitions", domain, states, transitions)
	}
	model.Explore(d, model.ExploreOptions{Progress: told, Visit: func(t model.Transition) {
		ends := [2]int{number(t.From, t.Depth), number(t.To, t.Depth+1)}
		if ends[0] == ends[1] && !all {
			return
		}
		i, ok := edges[ends]
		if !ok {
			i = len(g.Edges)
			edges[ends] = i
			g.Edges = append(g.Edges, graphEdge{From: ends[0], To: ends[1]})
		}
		g.Edges[i].add(callOf(t))
	}})
	g.leaveCommon()
	return g
}

// add adds a call, once.
func (e *graphEdge) add(c graphCall) {
	same := func(o graphCall) bool {
		return o.Thread == c.Thread && o.Call == c.Call && o.Result == c.Result && slices.Equal(o.Rules, c.Rules)
	}
	if !slices.ContainsFunc(e.Calls, same) {
		e.Calls = append(e.Calls, c)
	}
}

func callOf(t model.Transition) graphCall {
	st := t.Step
	c := graphCall{Thread: st.TID, Call: scenario.FormatCall(st.Call), Result: waits, Failed: st.Kind == model.Failure, Rules: slices.Clone(t.Rules)}
	switch {
	case st.Resumed:
		c.Call = "... " + c.Call
	case st.Ended:
		c.Call = "end of " + c.Call
	}
	if st.Kind != model.Blocks {
		c.Result = strings.TrimPrefix(scenario.FormatReturn(st.Call, &st.Return), "= ")
	}
	if c.Rules == nil {
		c.Rules = []rules.ID{}
	}
	return c
}

// leaveCommon takes out of the nodes what is said of all of them.
func (g *graph) leaveCommon() {
	in := make(map[string]int)
	for _, n := range g.Nodes {
		for _, line := range n.Lines {
			in[line]++
		}
	}
	for i := range g.Nodes {
		g.Nodes[i].Lines = slices.DeleteFunc(g.Nodes[i].Lines, func(line string) bool { return in[line] >= len(g.Nodes) && len(g.Nodes) > 1 })
	}
}

// threads reports whether several threads call, so that edges must name them.
func (g *graph) threads() bool {
	for _, e := range g.Edges {
		for _, c := range e.Calls {
			if c.Thread != g.Edges[0].Calls[0].Thread {
				return true
			}
		}
	}
	return false
}

// label is the text of an edge, one line for each call.
func (e *graphEdge) label(threads bool) []string {
	var out []string
	for _, c := range e.Calls {
		text := c.Call + " = " + c.Result
		if c.Result == waits {
			text = c.Call + " " + waits
		}
		if c.Failed {
			text += " " + fmt.Sprint(c.Rules)
		}
		if threads {
			text = fmt.Sprintf("%d: %s", c.Thread, text)
		}
		out = append(out, text)
	}
	return out
}

// label is the text of a node.
func (n *graphNode) label() []string {
	title := fmt.Sprintf("state %d", n.State)
	if n.State == 0 {
		title = "start"
	}
	return append([]string{title}, n.Lines...)
}

// DOT writes the graph for Graphviz.
func (g *graph) DOT(w io.Writer) error {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", " ")
	text := func(lines []string) string {
		var b strings.Builder
		for _, line := range lines {
			b.WriteString(escape.Replace(line) + `\l`)
		}
		return b.String()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "digraph \"%s\" {\n\tnode [shape=box, fontname=\"sans-serif\"];\n\tedge [fontname=\"sans-serif\", fontsize=10];\n", escape.Replace(g.Domain))
	for _, n := range g.Nodes {
		fmt.Fprintf(&b, "\ts%d [label=\"%s\"];\n", n.State, text(n.label()))
	}
	threads := g.threads()
	for _, e := range g.Edges {
		fmt.Fprintf(&b, "\ts%d -> s%d [label=\"%s\"];\n", e.From, e.To, text(e.label(threads)))
	}
	b.WriteString("}\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// Mermaid writes the graph for Mermaid.
func (g *graph) Mermaid(w io.Writer) error {
	escape := strings.NewReplacer("#", "#35;", `"`, "#quot;", "&", "#amp;", "<", "#lt;", ">", "#gt;", "`", "#96;", ";", "#59;", "\n", " ")
	text := func(lines []string) string {
		out := make([]string, len(lines))
		for i, line := range lines {
			out[i] = escape.Replace(line)
		}
		return strings.Join(out, "<br/>")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "---\ntitle: %q\n---\nflowchart TD\n", g.Domain)
	for _, n := range g.Nodes {
		fmt.Fprintf(&b, "    s%d[\"%s\"]\n", n.State, text(n.label()))
	}
	threads := g.threads()
	for _, e := range g.Edges {
		fmt.Fprintf(&b, "    s%d -->|\"%s\"| s%d\n", e.From, text(e.label(threads)), e.To)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// JSON writes the graph for programs.
func (g *graph) JSON(w io.Writer) error {
	for i := range g.Nodes {
		if g.Nodes[i].Lines == nil {
			g.Nodes[i].Lines = []string{}
		}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(g)
}
