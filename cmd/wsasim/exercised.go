package main

import (
	_ "embed" // for exercised.txt
	"fmt"
	"strings"

	"wsasim/model/rules"
)

// exercisedText says which scenarios of testdata/scenarios exercise which rule:
// a line for each rule that any does, with their names. A test runs them all and
// compares; its flag -update writes the file anew.
//
//go:embed exercised.txt
var exercisedText string

// exercisedBy lists the scenarios that exercise each rule.
func exercisedBy() map[rules.ID][]string {
	by := make(map[rules.ID][]string)
	for line := range strings.Lines(exercisedText) {
		if names := strings.Fields(line); len(names) > 1 {
			by[rules.ID(names[0])] = names[1:]
		}
	}
	return by
}

// shortScenarios keeps the column narrow: dozens of scenarios make a socket.
func shortScenarios(names []string) string {
	switch {
	case len(names) == 0:
		return "-"
	case len(names) > 2:
		return fmt.Sprintf("%s and %d more", names[0], len(names)-1)
	}
	return strings.Join(names, ", ")
}
