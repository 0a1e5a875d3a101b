package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestNothingHalfWritten: whatever goes wrong leaves an earlier file as it was,
// and no other behind.
func TestNothingHalfWritten(t *testing.T) {
	const before = "an earlier file"
	scenario := func(name string) string { return "../../testdata/scenarios/" + name + ".star" }
	traced := "../../testdata/traces/secured-connection.jsonl"
	for _, c := range []struct {
		name string
		code int
		args func(file string) []string
	}{
		{"no scenario", exitMalformed, func(f string) []string { return []string{"run", "--trace", f, "nowhere.star"} }},
		{"a scenario that cannot be read", exitMalformed, func(f string) []string { return []string{"run", "--pcap", f, "outputs_test.go"} }},
		{"another file that cannot be made", exitMalformed, func(f string) []string {
			return []string{"run", "--trace", f, "--pcap", "nowhere/x", scenario("echo")}
		}},
		{"a scenario that needs a world", exitMachine, func(f string) []string {
			return []string{"record", "--on", "sim", "--trace", f, scenario("man-in-the-middle")}
		}},
		{"no trace", exitMalformed, func(f string) []string { return []string{"pcap", "-o", f, "outputs_test.go"} }},
		{"a diagram of another form", exitMalformed, func(f string) []string { return []string{"diagram", "-o", f, traced} }},
		{"a sequence that cannot be read", exitMalformed, func(f string) []string {
			return []string{"diff", "--b", "sim", "--replay", "outputs_test.go", "--trace", f}
		}},
	} {
		dir := t.TempDir()
		file := filepath.Join(dir, "file")
		if err := os.WriteFile(file, []byte(before), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, _, errs := wsasim(t, "", c.args(file)...); code != c.code || errs == "" {
			t.Errorf("%s: exit %d, want %d: %s", c.name, code, c.code, errs)
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != before {
			t.Errorf("%s: the earlier file is now %q, %v", c.name, got, err)
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
			t.Errorf("%s: left behind: %v, %v", c.name, entries, err)
		}
	}
}

// full is a disk that has no room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

// TestOutputIsWhole: an answer that could not be printed is no success.
func TestOutputIsWhole(t *testing.T) {
	for _, args := range [][]string{
		{"help"}, {"explain", "10054"}, {"rules"}, {"options", "--json"}, {"encode", "LINGER"}, {"graph", "--depth", "1", "kinds"},
		{"run", "../../testdata/scenarios/echo.star"}, {"repl"}, {"check", "../../testdata/traces/secured-connection.jsonl"}, {"completion", "bash"},
	} {
		var errs bytes.Buffer
		code := Main(args, strings.NewReader("print(1)\n"), full{}, &errs)
		if code != exitMalformed || errs.String() != "wsasim: standard output: no space left\n" {
			t.Errorf("%v: exit %d: %s", args, code, &errs)
		}
	}
}

// TestFilesTakeTheirPlace: what succeeds replaces an earlier file, and what is no
// file is written as it is.
func TestFilesTakeTheirPlace(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "t.jsonl")
	if err := os.WriteFile(file, []byte("an earlier file"), 0o600); err != nil {
		t.Fatal(err)
	}
	expectExit(t, exitOK, "run", "--quiet", "--trace", file, "../../testdata/scenarios/echo.star")
	expectExit(t, exitOK, "check", file)
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
	if runtime.GOOS != "linux" {
		return
	}
	for _, args := range [][]string{{"pcap", "-o", "/dev/full", file}, {"run", "--trace", "/dev/full", "../../testdata/scenarios/echo.star"}} {
		code, _, errs := wsasim(t, "", args...)
		if code != exitMalformed || strings.Count(errs, "no space left") != 1 {
			t.Errorf("%v: exit %d: %s", args, code, errs)
		}
	}
	// A scenario that fails has a trace all the same: it shows why.
	failing := write(t, "failing.star", world+"client.recv(s)\n")
	expectExit(t, exitUnmet, "run", "--quiet", "--trace", file, failing)
	if text, err := os.ReadFile(file); err != nil || !strings.Contains(string(text), "recv") {
		t.Errorf("%v: %s", err, text)
	}
}
