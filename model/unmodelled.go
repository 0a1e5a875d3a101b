package model

import (
	"slices"

	"wsasim/model/rules"
)

// outsideRules belong to modelled calls and speak of what is not modelled.
var outsideRules = []rules.ID{
	rules.OPTMtu, rules.OPTDatagram, rules.OPTGroup,
}

// outside reports whether a rule can have no witness because it speaks of what the
// specification does not judge.
func outside(r rules.Rule) bool { return slices.Contains(outsideRules, r.ID) }
