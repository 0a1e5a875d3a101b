package scenario

import (
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"wsasim/cmd/wsasim/internal/suggest"
	"wsasim/model/rules"
	"wsasim/wsa"
)

// Names lists every name of the language, sorted: functions, constants, errors
// and structures.
func Names() []string {
	e := New(Options{})
	names := make([]string, 0, len(e.globals))
	for name := range e.globals {
		names = append(names, name)
	}
	for name := range starlark.Universe {
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Signature is a call with its parameters: "recv(s, buf=4096 bytes, flags=0)".
func Signature(op string) string {
	var parts []string
	for _, p := range Params(op) {
		if p.Required {
			parts = append(parts, p.Name)
		} else {
			parts = append(parts, p.Name+"="+p.Default)
		}
	}
	return op + "(" + strings.Join(parts, ", ") + ")"
}

// help is the text of help(about).
func (e *Engine) help(about starlark.Value) (string, error) {
	switch v := about.(type) {
	case starlark.NoneType:
		return overview(), nil
	case *starlark.Builtin:
		return HelpName(v.Name())
	case Error:
		return HelpError(wsa.Errno(v)), nil
	case starlark.String:
		return HelpName(string(v))
	case *Thread:
		return "a thread: its methods are the calls of Winsock\n  " + wrap(wsa.Ops(), 2), nil
	case starlark.HasAttrs:
		return fmt.Sprintf("a %s, with %s", about.Type(), strings.Join(v.AttrNames(), ", ")), nil
	}
	return "", usagef("help: there is nothing to say about a %s; try help(t.connect), help(\"WSAConnect\") or help()", about.Type())
}

// overview lists the language.
func overview() string {
	var b strings.Builder
	b.WriteString("Building worlds, and checking what they do\n")
	for _, f := range builtins {
		fmt.Fprintf(&b, "  %s\n      %s\n", f.signature, f.doc)
	}
	b.WriteString("Calls, as methods of a thread t (help(t.connect) explains one)\n  " + wrap(wsa.Ops(), 2) + "\n")
	b.WriteString("Structures, with their C fields as keyword arguments\n  " + wrap(wsa.StructNames(), 2) + "\n")
	fmt.Fprintf(&b, "Constants and errors under their own names (%d of them), ANY for any error, NULL for None", len(wsa.Constants()))
	return b.String()
}

// wrap joins names into lines of at most 78 columns, indented.
func wrap(names []string, indent int) string {
	var b strings.Builder
	column := indent
	for i, name := range names {
		if i > 0 {
			b.WriteString(",")
			column++
			if column+1+len(name) > 78 {
				b.WriteString("\n" + strings.Repeat(" ", indent))
				column = indent
			} else {
				b.WriteString(" ")
				column++
			}
		}
		b.WriteString(name)
		column += len(name)
	}
	return b.String()
}

// HelpName explains a call, a builtin, an error, a rule, a structure or a
// constant by its name.
func HelpName(name string) (string, error) {
	if _, ok := callTypes[name]; ok {
		return HelpCall(name), nil
	}
	for _, b := range builtins {
		if b.name == name {
			return b.signature + "\n  " + b.doc, nil
		}
	}
	if e, ok := wsa.ErrnoByName(name); ok {
		return HelpError(e), nil
	}
	if r, ok := rules.Lookup(rules.ID(strings.ToUpper(name))); ok {
		return HelpRule(r), nil
	}
	if layout, err := wsa.Struct(name, wsa.AMD64); err == nil {
		return helpStruct(&layout), nil
	}
	if c, ok := wsa.ConstantByName(name); ok {
		return fmt.Sprintf("%s = %d (0x%X), %s", c.Name, c.Value, uint32(c.Value), c.Kind), nil
	}
	return "", usagef("help: %s", suggest.Unknown("name that help knows", name, helpNames()))
}

func helpNames() []string {
	names := slices.Concat(wsa.Ops(), wsa.StructNames())
	for _, b := range builtins {
		names = append(names, b.name)
	}
	for _, r := range rules.All() {
		names = append(names, string(r.ID))
	}
	for _, c := range wsa.Constants() {
		names = append(names, c.Name)
	}
	return names
}

// HelpCall explains a call: its parameters, what it may fail with and why.
func HelpCall(op string) string {
	var b strings.Builder
	b.WriteString(Signature(op) + "\n")
	for _, p := range Params(op) {
		fmt.Fprintf(&b, "  %-18s%s", p.Name, p.Takes)
		if !p.Required {
			fmt.Fprintf(&b, "; default %s", p.Default)
		}
		b.WriteString("\n")
	}
	b.WriteString("Rules\n")
	for _, r := range rules.ByFunction(op) {
		if r.Function == "*" {
			continue
		}
		fmt.Fprintf(&b, "  %-20s %-32s %s\n", r.ID, RuleErrors(r), r.Condition)
	}
	b.WriteString("and those of every call:")
	for _, r := range rules.ByFunction(op) {
		if r.Function == "*" {
			fmt.Fprintf(&b, " %s", r.ID)
		}
	}
	return b.String()
}

// RuleErrors is what a rule gives, in one column.
func RuleErrors(r rules.Rule) string {
	if len(r.Errors) == 0 {
		switch r.Strength {
		case rules.Fails:
			return "any failure"
		case rules.Should:
			return "advice"
		}
		return "-"
	}
	names := make([]string, len(r.Errors))
	for i, e := range r.Errors {
		names[i] = e.String()
	}
	return strings.Join(names, ", ")
}

// HelpRule explains a rule in full.
func HelpRule(r rules.Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", r.ID)
	line := func(label, text string) {
		if text != "" {
			fmt.Fprintf(&b, "  %-11s%s\n", label, text)
		}
	}
	function := r.Function
	if function == "*" {
		function = "every call"
	}
	line("function", function)
	line("condition", r.Condition)
	line("gives", RuleErrors(r))
	line("strength", r.Strength.String())
	for i, s := range r.Sources {
		label := ""
		if i == 0 {
			label = "sources"
		}
		line(label, s.String())
	}
	line("notes", r.Notes)
	return strings.TrimRight(b.String(), "\n")
}

// HelpError explains an error code: its number, its meaning, and the rules that
// give it.
func HelpError(e wsa.Errno) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v\n", e)
	fmt.Fprintf(&b, "  number     %d = 0x%X", uint32(e), uint32(e))
	if aliases := e.Aliases(); len(aliases) > 0 {
		slices.Sort(aliases)
		fmt.Fprintf(&b, "\n  also       %s", strings.Join(aliases, ", "))
	}
	list := rules.ByError(e)
	if len(list) > 0 {
		b.WriteString("\n  given by")
	}
	for _, r := range list {
		fmt.Fprintf(&b, "\n    %-20s %s: %s", r.ID, r.Function, r.Condition)
	}
	return b.String()
}

func helpStruct(l *wsa.Layout) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s(%s=)\n  %d bytes on %v, declared in %s", l.Name, strings.Join(fieldNames(l.Name), "=, "), l.Size, l.Target, l.Header)
	for _, f := range l.Fields {
		fmt.Fprintf(&b, "\n  %6d  %-34s %v", f.Offset, f.Name, f.Type)
		if f.Kind != "" {
			fmt.Fprintf(&b, ", %s", f.Kind)
		}
	}
	return b.String()
}

// unknownRule is the message for a rule that does not exist.
func unknownRule(name string) string {
	ids := make([]string, 0, 256)
	for _, r := range rules.All() {
		ids = append(ids, string(r.ID))
	}
	return suggest.Unknown("rule", name, ids)
}

// undefinedText adds the nearest names of the language to the resolver's
// message about a name that does not exist.
func undefinedText(msg string) string {
	name, ok := strings.CutPrefix(msg, "undefined: ")
	if !ok {
		return msg
	}
	name, _, _ = strings.Cut(name, " ")
	return suggest.Unknown("name that is defined here", name, Names())
}
