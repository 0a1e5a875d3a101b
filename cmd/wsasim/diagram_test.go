package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wsasim/cmd/wsasim/internal/diagram"
	"wsasim/cmd/wsasim/internal/scenario"
)

// diagrams are the drawings that the README shows.
const diagrams = "../../testdata/diagrams"

// drawn runs a scenario and draws it.
func drawn(t *testing.T, file string, write func(*diagram.Chart, io.Writer) error) []byte {
	t.Helper()
	c := diagram.New(filepath.Base(file))
	scenario.Run(file, nil, scenario.Options{Trace: c.Add})
	var b bytes.Buffer
	if err := write(c, &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestDiagrams compares diagrams with what was looked at.
func TestDiagrams(t *testing.T) {
	for _, name := range []string{"man-in-the-middle.svg", "man-in-the-middle-refused.svg", "replay-and-tampering.svg", "downgrade.mmd"} {
		write, err := formOf(name)
		if err != nil {
			t.Fatal(err)
		}
		got := drawn(t, filepath.Join(scenarios, strings.TrimSuffix(name, filepath.Ext(name))+".star"), write)
		golden := filepath.Join(diagrams, name)
		if *update {
			if err := os.WriteFile(golden, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s has changed (-update rewrites it; look at it):\n%s", name, diff)
		}
	}
}

// TestEveryScenarioIsDrawn: the drawing of each is XML and the same each time.
func TestEveryScenarioIsDrawn(t *testing.T) {
	for _, file := range scenarioFiles(t) {
		got := drawn(t, file, (*diagram.Chart).SVG)
		if again := drawn(t, file, (*diagram.Chart).SVG); !bytes.Equal(got, again) {
			t.Errorf("%s: two drawings differ", file)
		}
		d := xml.NewDecoder(bytes.NewReader(got))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Errorf("%s: %v", file, err)
				break
			}
		}
	}
}

// expectExit runs the command line for its exit code.
func expectExit(t *testing.T, want int, args ...string) {
	t.Helper()
	if code, out, errs := wsasim(t, "", args...); code != want {
		t.Errorf("wsasim %q: exit code %d, want %d\n%s%s", args, code, want, out, errs)
	}
}

// TestDiagramCommand: a saved trace is drawn as the run was.
func TestDiagramCommand(t *testing.T) {
	dir := t.TempDir()
	star, saved, run, later := scenarios+"/echo.star", filepath.Join(dir, "t.jsonl"), filepath.Join(dir, "run.svg"), filepath.Join(dir, "t.svg")
	expectExit(t, exitOK, "run", "-q", "--trace", saved, "--diagram", run, star)
	expectExit(t, exitOK, "diagram", "-o", later, saved)
	a, err := os.ReadFile(run)
	b, err2 := os.ReadFile(later)
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	if want := strings.ReplaceAll(string(a), "echo.star", saved); want != string(b) {
		t.Error("the diagram of the trace is another than that of the run")
	}
	text, err := os.ReadFile(saved)
	if err != nil {
		t.Fatal(err)
	}
	code, out, _ := wsasim(t, string(text), "diagram", "-")
	if code != exitOK || !strings.HasPrefix(out, "<svg ") {
		t.Errorf("expected SVG, got %.100q", out)
	}
	for _, args := range [][]string{
		{"run", "--diagram", filepath.Join(dir, "x.png"), star},
		{"run", "--diagram", filepath.Join(dir, "x.svg"), star, star},
		{"diagram"},
		{"diagram", filepath.Join(dir, "none.jsonl")},
		{"diagram", "-o", filepath.Join(dir, "x.gif"), saved},
		{"diagram", star},
	} {
		expectExit(t, exitMalformed, args...)
	}
}
