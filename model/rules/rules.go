// Package rules is the list of facts that the specification and the simulator
// share: one rule for each thing that Winsock's documentation, Microsoft's
// samples or an observation of Windows says about a call, with its sources. It
// is data only. Package model says what the rules mean; package sim cites them.
//
// An identifier is PREFIX-WORDS: the prefix is the call or the group of calls
// (SSS is WSASetSocketSecurity, PTN WSASetSocketPeerTargetName, DTN
// WSADeleteSocketPeerTargetName, QSS WSAQuerySocketSecurity, ISP
// WSAImpersonateSocketPeer, RVI WSARevertImpersonation, SEC what security does
// to traffic, GEN every function, RES shortage of resources, NET the
// environment). The Go constant has the same name in Go's spelling: SSS-CONN is
// SSSConn. Identifiers are stable; traces and scenarios hold them.
//
// Where sources disagree, the notes say so. Observation of Windows outranks
// documentation, which outranks netsem's Windows XP.
package rules

import (
	"slices"
	"strings"

	"wsasim/wsa"
)

// ID is the identifier of a rule.
type ID string

// Strength says how binding a rule is.
type Strength uint8

// The strengths.
const (
	// Must: a page says that the error is returned or the effect happens.
	Must Strength = iota
	// Fails: a page says that the call fails and gives no code.
	Fails
	// Should: advice. The call is allowed; an advisory is reported.
	Should
	// Inferred: our reading. Other outcomes are allowed.
	Inferred
	// Observed: asserted of real Windows by a public conformance suite, while
	// the pages are silent.
	Observed
	// Resource: a shortage, which may come at any time.
	Resource
	// Environment: the network or the machine, which no call controls.
	Environment
)

var strengthNames = [...]string{"must", "fails", "should", "inferred", "observed", "resource", "environment"}

// String is the strength as tables spell it.
func (s Strength) String() string {
	if int(s) < len(strengthNames) {
		return strengthNames[s]
	}
	return "unknown strength"
}

// Strengths lists every strength.
func Strengths() []Strength {
	return []Strength{Must, Fails, Should, Inferred, Observed, Resource, Environment}
}

// Kind is the kind of a source.
type Kind string

// The kinds of sources.
const (
	Doc         Kind = "doc"      // Microsoft's reference page of a function or structure
	Guide       Kind = "guide"    // a topic page of Microsoft's
	Sample      Kind = "sample"   // a sample of Microsoft's
	Practice    Kind = "practice" // a library that is used on real Windows
	Header      Kind = "header"   // the SDK's header
	Observation Kind = "observed" // a fact asserted of Windows by a public test suite
	Netsem      Kind = "netsem"   // the Netsem specification, Windows XP
	Wine        Kind = "wine"     // what Wine does where nothing above speaks of it: allowed, never demanded
	Inference   Kind = "inferred" // nobody says it; the reference is the reason
)

// Source says where a rule is from.
type Source struct {
	Kind Kind   // what kind of source
	Ref  string // name of the page, identifier of the observed fact, or reason
}

// String is "kind:ref".
func (s Source) String() string { return string(s.Kind) + ":" + s.Ref }

// Rule is one fact.
type Rule struct {
	// ID is its identifier, which never changes: "BIND-INUSE".
	ID ID
	// Function lists the calls it belongs to, joined by ", "; "*" is every call.
	Function string
	// Condition says when it applies, or what is so.
	Condition string
	// Errors are the codes when the condition holds. None: Strength tells
	// whether any failure conforms (Fails) or the rule is an effect.
	Errors   []wsa.Errno
	Strength Strength // how binding it is
	Sources  []Source // at least one
	// Notes tell where sources disagree and what the specification then allows.
	Notes string
}

// Functions is Function as a list.
func (r Rule) Functions() []string { return strings.Split(r.Function, ", ") }

// Applies reports whether the rule belongs to the function op, in the spelling
// of wsa.Call.Op, without regard to case.
func (r Rule) Applies(op string) bool {
	if r.Function == "*" {
		return true
	}
	for _, f := range r.Functions() {
		if strings.EqualFold(f, op) {
			return true
		}
	}
	return false
}

// Advisory reports whether breaking the rule is unwise rather than wrong.
func (r Rule) Advisory() bool { return r.Strength == Should }

var all = slices.Concat(
	generalRules, securityRules, startupRules, createRules, bindRules, listenRules, connectRules,
	namesRules, shutdownRules, sendRules, receiveRules, optionsRules, controlRules, rawRules, waitsRules,
	environmentRules, ioRules, completionRules, lookupRules,
)

var index = func() map[ID]int {
	m := make(map[ID]int, len(all))
	for i, r := range all {
		m[r.ID] = i
	}
	return m
}()

// All lists every rule, grouped by call. The caller may change the slice but
// not what the rules point to.
func All() []Rule { return slices.Clone(all) }

// Lookup finds the rule with the identifier.
func Lookup(id ID) (Rule, bool) {
	i, ok := index[id]
	if !ok {
		return Rule{}, false
	}
	return all[i], true
}

// ByFunction lists the rules that name the function, and those of every call.
func ByFunction(name string) []Rule { return filter(func(r Rule) bool { return r.Applies(name) }) }

// ByError lists the rules that give the error.
func ByError(e wsa.Errno) []Rule {
	return filter(func(r Rule) bool { return slices.Contains(r.Errors, e) })
}

func filter(keep func(Rule) bool) []Rule {
	var out []Rule
	for _, r := range all {
		if keep(r) {
			out = append(out, r)
		}
	}
	return out
}
