package fuzz_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"pgregory.net/rapid"

	"wsasim/fuzz"
)

// report says what is wrong in a way that can be looked at again: the
// specification's words, what was done, and the trace in a file.
func report(t *rapid.T, name string, m *fuzz.Machine) {
	if m.Impure != "" {
		t.Errorf("%s", m.Impure)
	}
	if m.Violation == nil {
		return
	}
	var steps strings.Builder
	for i, s := range m.Steps {
		fmt.Fprintf(&steps, "%4d  %s\n", i+1, s)
	}
	file := artifact(name)
	if text, err := m.Trace(); err != nil {
		file = err.Error()
	} else if err := os.WriteFile(file, text, 0o666); err != nil {
		file = err.Error()
	}
	why := fmt.Sprintf("%v\n\nafter:\n%s\nlook at it with: go run ./cmd/wsasim check %s", m.Violation, &steps, file)
	announce(why)
	t.Fatalf("%s", why)
}

// artifact is the file for the trace of a test that fails: below the directory
// WSASIM_ARTIFACTS, or else with the system's temporary files, so that it
// outlives the test.
func artifact(name string) string {
	dir := os.Getenv("WSASIM_ARTIFACTS")
	if dir == "" {
		dir = filepath.Join(os.TempDir(), "wsasim")
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return os.DevNull
	}
	return filepath.Join(dir, strings.ReplaceAll(name, "/", "-")+".jsonl")
}
