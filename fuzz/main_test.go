package fuzz_test

import (
	"flag"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// calls is how many calls the property test checks.
var calls = flag.Int("calls", 200_000, "how many calls TestSequence and TestParallel check together")

// TestMain makes the drawn tests draw the same every time, unless a seed is
// asked for, so that a failure is about the change that is being tested. It
// fails when goroutines are left behind.
func TestMain(m *testing.M) {
	flag.Parse()
	seeded := os.Getenv("RAPID_SEED") != ""
	flag.Visit(func(f *flag.Flag) { seeded = seeded || f.Name == "rapid.seed" })
	if !seeded {
		setFlag("rapid.seed", "1")
	}
	goleak.VerifyTestMain(m)
}

func setFlag(name, value string) {
	if err := flag.Set(name, value); err != nil {
		panic(err)
	}
}
