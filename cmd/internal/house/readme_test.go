package house

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"wsasim/model/rules"
)

// readme is the text of the README.
func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// block matches a fenced block: its language and its text.
var block = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```")

// blocks are the README's blocks in a language.
func blocks(t *testing.T, language string) []string {
	t.Helper()
	var list []string
	for _, m := range block.FindAllStringSubmatch(readme(t), -1) {
		if m[1] == language {
			list = append(list, m[2])
		}
	}
	return list
}

// examples are the README's Go tests in their order, each with the text block
// that shows how it fails.
var examples = []struct {
	test string
	text int
}{{"TestReadAgainAfterReset", 1}, {"TestServeLongDatagram", 2}}

// TestReadmeExamples runs the README's Go tests as a user would, in a module of
// its own. Each must fail, with the message that the README shows after it.
func TestReadmeExamples(t *testing.T) {
	code := blocks(t, "go")
	if len(code) != len(examples) {
		t.Fatalf("the README has %d blocks of Go, want %d", len(code), len(examples))
	}
	top, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	for i, example := range examples {
		dir := t.TempDir()
		write := func(name, text string) {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		write("go.mod", "module example\n\ngo 1.26\n\nrequire wsasim v0.0.0\n\nreplace wsasim => "+strconv.Quote(top)+"\n")
		write("example_test.go", code[i])
		cmd := exec.Command("go", "test", "-mod=mod", ".")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GOPROXY=off")
		out, err := cmd.CombinedOutput()
		if err == nil || !bytes.Contains(out, []byte("--- FAIL: "+example.test)) {
			t.Fatalf("the example must compile and fail; %v:\n%s", err, out)
		}
		shown := strings.TrimSpace(blocks(t, "text")[example.text])
		if !bytes.Contains(out, []byte(shown)) {
			t.Errorf("the README shows %q, the test prints\n%s", shown, out)
		}
	}
}

// TestReadmeTranscripts runs the scenarios that the README shows lines of.
func TestReadmeTranscripts(t *testing.T) {
	text := blocks(t, "text")
	for i, scenario := range map[int]string{0: "securing-a-socket.star"} {
		cmd := exec.Command("go", "run", "./cmd/wsasim", "run", "testdata/scenarios/"+scenario)
		cmd.Dir = root
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", scenario, err)
		}
		for line := range strings.Lines(text[i]) {
			if !strings.Contains(string(out), line) {
				t.Errorf("the README shows a line that %s does not print:\n%s", scenario, line)
			}
		}
	}
}

// TestReadmeSessions runs the commands of the section about target names as
// printed, one after another. What the README shows below one must be lines that
// it prints, in their order; the files that they write go elsewhere.
func TestReadmeSessions(t *testing.T) {
	_, section, _ := strings.Cut(readme(t), "\n## Why a target name\n")
	section, _, _ = strings.Cut(section, "\n## ")
	dir := t.TempDir()
	files := regexp.MustCompile(`\b(attack|refused)\.(svg|pcapng|jsonl)\b`)
	ran := 0
	for _, m := range block.FindAllStringSubmatch(section, -1) {
		if m[1] != "console" {
			continue
		}
		for _, session := range strings.Split("\n"+m[2], "\n$ ")[1:] {
			command, shown, _ := strings.Cut(session, "\n")
			name, _, _ := strings.Cut(command, " ")
			if _, err := exec.LookPath(name); err != nil && name == "tshark" {
				continue // the gate has it
			}
			cmd := exec.Command("sh", "-c", files.ReplaceAllString(command, dir+"/$0"))
			cmd.Dir = root
			out, err := cmd.Output()
			violates := strings.Contains(command, "/bad/")
			if err != nil && !violates {
				t.Errorf("%s: %v\n%s", command, err, out)
			}
			ran++
			printed := string(out)
			for line := range strings.Lines(shown) {
				_, after, found := strings.Cut(printed, line)
				if strings.TrimSpace(line) != "" && !found {
					t.Errorf("the README shows a line that %q does not print, or not there:\n%s", command, line)
				}
				if found {
					printed = after
				}
			}
		}
	}
	if ran < 7 {
		t.Errorf("only %d commands were found", ran)
	}
}

// TestReadmeCounts: the numbers about the rules are those of the registry.
func TestReadmeCounts(t *testing.T) {
	cites := func(kinds ...rules.Kind) (n int) {
		for _, r := range rules.All() {
			for _, s := range r.Sources {
				if s.Kind == kinds[0] || s.Kind == kinds[len(kinds)-1] {
					n++
					break
				}
			}
		}
		return n
	}
	strength := func(want rules.Strength) (n int) {
		for _, r := range rules.All() {
			if r.Strength == want {
				n++
			}
		}
		return n
	}
	text := strings.Join(strings.Fields(readme(t)), " ")
	for phrase, n := range map[string]int{
		"Each of the %d rules":                len(rules.All()),
		"pages (%d rules cite one)":           cites(rules.Doc),
		"assert of real Windows (%d)":         cites(rules.Observation),
		"study of Windows XP (%d)":            cites(rules.Netsem),
		"a library used on real Windows (%d)": cites(rules.Sample, rules.Practice),
		"%d are **must**":                     strength(rules.Must),
		"nobody says (%d **inferred** rules)": strength(rules.Inferred),
	} {
		if want := strings.Replace(phrase, "%d", strconv.Itoa(n), 1); !strings.Contains(text, want) {
			t.Errorf("the README should say %q", want)
		}
	}
}
