package fuzz_test

import (
	"testing"

	"pgregory.net/rapid"
)

// What the targets ask of the engine that drives them: here Go's own. The
// folder libfuzzer has the same for libFuzzer.

// seed gives the engine the first inputs of a target, which add adds.
func seed(f *testing.F, add func(f *testing.F)) { add(f) }

// announce is told why a property does not hold before its test fails, which
// prints it.
func announce(string) {}

// drawn is a target whose input is what rapid draws from.
func drawn(property func(*rapid.T)) func(*testing.T, []byte) { return rapid.MakeFuzz(property) }
