package model

import (
	"slices"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// unmodelled reports whether a call is outside of the specification. Not
// modelled: sharing.
func unmodelled(call wsa.Call) bool {
	switch call.(type) {
	case wsa.WSADuplicateSocketCall:
		return true
	}
	return false
}

// outsideRules belong to modelled calls and speak of what is not modelled.
var outsideRules = []rules.ID{
	rules.OPTMtu, rules.OPTDatagram, rules.OPTGroup,
	rules.IOCTLExtension, rules.IOCTLNotconn, rules.IOCTLRoute,
}

// outside reports whether a rule can have no witness because the specification
// does not judge its calls.
func outside(r rules.Rule) bool {
	if slices.Contains(outsideRules, r.ID) {
		return true
	}
	for _, c := range wsa.Calls() {
		if r.Applies(c.Op()) && !unmodelled(c) {
			return false
		}
	}
	return true
}
