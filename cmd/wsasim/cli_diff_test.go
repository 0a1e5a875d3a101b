package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// TestDiffCommand: a fault is found and saved, and the file shows it again; the
// simulator against itself has nothing to show.
func TestDiffCommand(t *testing.T) {
	dir := t.TempDir()
	code, out, errs := wsasim(t, "", "diff", "--b", "broken:a socket may be bound twice", "--calls", "3000", "--seed", "7", "--save", dir)
	if code != exitUnmet || !strings.Contains(out, "outside the specification") || !strings.Contains(out, "seed 7") {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	file := filepath.Join(dir, "diff-7-1.json")
	trace := filepath.Join(dir, "t.jsonl")
	if code, out, _ := wsasim(t, "", "diff", "--replay", file, "--b", "broken:a socket may be bound twice", "--trace", trace); code != exitUnmet || !strings.Contains(out, "bind") {
		t.Errorf("replayed: exit %d: %s", code, out)
	}
	if code, out, errs := wsasim(t, "", "diff", "--replay", file); code != exitUnmet || !strings.Contains(out, "broken:a socket may be bound twice") {
		t.Errorf("replayed on what it was found on: exit %d: %s%s", code, out, errs)
	}
	if code, out, errs := wsasim(t, "", "diff", "--replay", file, "--b", "sim"); code != exitOK {
		t.Errorf("replayed without the fault: exit %d: %s%s", code, out, errs)
	}
	if code, out, errs := wsasim(t, "", "diff", "--b", "trace:"+trace, "--recorded-on", "sim"); code != exitUnmet {
		t.Errorf("against its trace: exit %d: %s%s", code, out, errs)
	}
	if code, out, _ := wsasim(t, "", "diff", "--b", "sim", "--calls", "1000", "--json"); code != exitOK || !strings.Contains(out, `"unexplained": []`) {
		t.Errorf("exit %d: %s", code, out)
	}
	if code, out, _ := wsasim(t, "", "diff", "--known", "--json"); code != exitOK || strings.Contains(out, "null") {
		t.Errorf("exit %d: %s", code, out)
	}
	if code, out, _ := wsasim(t, "", "diff", "--known"); code != exitOK || !strings.Contains(out, "who is right") {
		t.Errorf("exit %d: %s", code, out)
	}
	for _, args := range [][]string{{"--b", "nothing"}, {"--calls", "0"}, {"--replay", "no such file", "--b", "sim"}, {"--b", "trace:no such file"}} {
		if code, _, errs := wsasim(t, "", append([]string{"diff"}, args...)...); code != exitMalformed || errs == "" {
			t.Errorf("%v: exit %d: %s", args, code, errs)
		}
	}
	if runtime.GOOS != "windows" {
		if code, _, errs := wsasim(t, "", "diff"); code != exitMalformed || !strings.Contains(errs, "Windows") {
			t.Errorf("without Winsock: exit %d: %s", code, errs)
		}
	}
}

// onceWritten calls a function when the first text arrives.
type onceWritten struct {
	bytes.Buffer
	sync.Once
	do func()
}

func (w *onceWritten) Write(b []byte) (int, error) {
	w.Once.Do(w.do)
	return w.Buffer.Write(b)
}

// TestDiffInterrupted: Ctrl-C ends a run with what was found until then.
func TestDiffInterrupted(t *testing.T) {
	self, err := os.FindProcess(os.Getpid())
	if err != nil || runtime.GOOS == "windows" {
		t.Skip("no process can send itself an interrupt here")
	}
	out := onceWritten{do: func() {
		if err := self.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
	}}
	var errs bytes.Buffer
	args := []string{"diff", "--b", "broken:a socket may be bound twice", "--calls", "1000000000", "--most", "1000000", "--save", t.TempDir()}
	if code := Main(args, strings.NewReader(""), &out, &errs); code != exitInterrupted {
		t.Errorf("exit %d: %s%s", code, &out.Buffer, &errs)
	}
	if text := out.String(); !strings.Contains(text, "run it again with") || !strings.HasSuffix(text, " unexplained; interrupted\n") {
		t.Errorf("the outcome is missing: %s", text)
	}
}

// TestDiffScenarios: scenarios run on two machines and do the same, whatever turns
// their threads take; a fault shows, and what needs a world is listed.
func TestDiffScenarios(t *testing.T) {
	dir := t.TempDir()
	file := func(name string) string { return "../../testdata/scenarios/" + name + ".star" }
	code, out, errs := wsasim(t, "", "diff", "--b", "sim", file("echo"), file("one-machine"), file("sharing-a-port"), file("access-check"))
	if code != exitOK || strings.Count(out, " calls compared\n") != 3 || !strings.Contains(out, "access-check.star: not run: cannot be had on a machine: domain") {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
	code, out, errs = wsasim(t, "", "diff", "--b", "broken:one byte too many is sent", "--save", filepath.Join(dir, "new"), file("echo"), file("access-check"))
	if code != exitUnmet || !strings.Contains(out, "echo.star: unexplained difference") || !strings.Contains(out, "SEND-OK") {
		t.Errorf("a fault: exit %d: %s%s", code, out, errs)
	}
	if code, out, errs := wsasim(t, "", "check", filepath.Join(dir, "new", "echo.jsonl")); code != exitUnmet {
		t.Errorf("its trace: exit %d: %s%s", code, out, errs)
	}
	code, out, errs = wsasim(t, "", "diff", "--b", "sim", "--json", file("one-machine"), file("named-peers"))
	if code != exitOK || !strings.Contains(out, `"calls": 45`) || !strings.Contains(out, `"ended": `) {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
	for _, args := range [][]string{{"--b", "nothing", file("echo")}, {"--a", "broken:nothing", file("echo")}, {"--b", "sim", "no such file"}} {
		if code, _, errs := wsasim(t, "", append([]string{"diff"}, args...)...); code != exitMalformed || errs == "" {
			t.Errorf("%v: exit %d: %s", args, code, errs)
		}
	}
}

// TestRecordCommand: a scenario is recorded on a simulated machine in real time,
// with loopback addresses only, and its trace conforms; what needs a world is
// refused.
func TestRecordCommand(t *testing.T) {
	trace := filepath.Join(t.TempDir(), "t.jsonl")
	code, out, errs := wsasim(t, "", "record", "--on", "sim", "--trace", trace, "../../testdata/scenarios/one-machine.star")
	if code != exitOK || !strings.Contains(out, "conforms") {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "7f010101") || regexp.MustCompile(`"name":"0200....0a`).Match(text) {
		t.Errorf("the trace does not hold loopback addresses alone:\n%s", text)
	}
	for _, file := range []string{"bad-network", "man-in-the-middle", "access-check"} {
		code, _, errs := wsasim(t, "", "record", "--on", "sim", "--trace", trace, "../../testdata/scenarios/"+file+".star")
		if code != exitMachine || !strings.Contains(errs, "cannot be had on a machine") {
			t.Errorf("%s: exit %d: %s", file, code, errs)
		}
	}
	waits := filepath.Join(t.TempDir(), "waits.star")
	script := "t = host(\"h\", \"10.0.0.1\").thread()\ns = t.socket(AF_INET, SOCK_DGRAM, 0)\nt.bind(s, \"10.0.0.1:0\")\nt.recv(s)\n"
	if err := os.WriteFile(waits, []byte(script), 0o666); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := wsasim(t, "", "record", "--on", "sim", "--patience", "50ms", "--trace", trace, waits); code != exitUnmet || !strings.Contains(errs, "waits") {
		t.Errorf("a call that never returns: exit %d: %s", code, errs)
	}
	if code, _, errs := wsasim(t, "", "record", "--on", "nothing", waits); code != exitMalformed || !strings.Contains(errs, "expected system, sim") {
		t.Errorf("exit %d: %s", code, errs)
	}
}
