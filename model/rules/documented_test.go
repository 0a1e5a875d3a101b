package rules

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"wsasim/wsa"
)

func TestDocumentedRowsAreComplete(t *testing.T) {
	ops := wsa.Ops()
	has := make(map[string]bool)
	seen := make(map[string]bool)
	for _, d := range AllDocumented() {
		has[d.Function] = true
		if !slices.Contains(ops, d.Function) {
			t.Errorf("%v: no such call", d)
		}
		if d.Condition == "" || d.Page == "" {
			t.Errorf("%v lacks its condition or page", d)
		}
		if (len(d.Rules) == 0) != (d.Reason != "") {
			t.Errorf("%v: rules %v and reason %q: wanted one of the two", d, d.Rules, d.Reason)
		}
		if key := d.String() + d.Condition; seen[key] {
			t.Errorf("%v stands twice", d)
		} else {
			seen[key] = true
		}
	}
	for _, op := range ops {
		if !has[op] {
			t.Errorf("%s has no rows", op)
		}
	}
}

// TestDocumentedRulesFit: the rules of a row speak of its function, and one of
// them gives its code.
func TestDocumentedRulesFit(t *testing.T) {
	for _, d := range AllDocumented() {
		gives := d.Error == 0 || d.Reason != ""
		for _, id := range d.Rules {
			r, ok := Lookup(id)
			switch {
			case !ok:
				t.Errorf("%v: no rule %s", d, id)
			case !r.Applies(d.Function):
				t.Errorf("%v: %s is about %s", d, id, r.Function)
			case d.Error != 0 && len(r.Errors) > 0 && !slices.Contains(r.Errors, d.Error):
				t.Errorf("%v: %s gives %v", d, id, r.Errors)
			}
			gives = gives || slices.Contains(r.Errors, d.Error)
		}
		if !gives {
			t.Errorf("%v: none of %v gives the code", d, d.Rules)
		}
	}
}

func TestLists(t *testing.T) {
	if !Lists("bind", wsa.WSAEADDRINUSE) || Lists("bind", wsa.WSAEISCONN) {
		t.Error("Lists does not say what the page of bind lists")
	}
	if n := len(DocumentedFor("BIND")); n != 10 {
		t.Errorf("bind has %d rows; wanted 10", n)
	}
}

// collected is where the notes on the documentation lie that these tables
// were written from, beside the module. They are not part of it.
const collected = "../../../shared/spec/winsock-rules.md"

var (
	sectionLine = regexp.MustCompile(`^#+ (\S+)`)
	codeName    = regexp.MustCompile(`WSA\w+|ERROR_\w+|WAIT_TIMEOUT`)
)

// otherName is what package wsa calls a function of the notes.
var otherName = map[string]string{"WSASocketW": "WSASocket", "WSADuplicateSocketW": "WSADuplicateSocket", "WSAEnumProtocolsW": "WSAEnumProtocols", "getaddrinfo": "GetAddrInfo"}

// TestNothingDocumentedIsMissing compares the tables with the notes, where they
// are there.
func TestNothingDocumentedIsMissing(t *testing.T) {
	text, err := os.ReadFile(filepath.FromSlash(collected))
	if errors.Is(err, fs.ErrNotExist) {
		t.Logf("%s is not there: the tables were not compared with it", collected)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	rows := collectedRows(t, string(text))
	if len(rows) < 500 {
		t.Errorf("only %d rows in %s", len(rows), collected)
	}
	for _, r := range rows {
		if !Lists(r.function, r.code) {
			t.Errorf("%s line %d: %s %v is not among the documented rows", collected, r.line, r.function, r.code)
		}
	}
	t.Logf("%d rows of the notes, %d here", len(rows), len(AllDocumented()))
}

type collectedRow struct {
	line     int
	function string
	code     wsa.Errno
}

// collectedRows reads the error tables of the notes: those with a column
// "Error", under the name of their function or with a column for it.
func collectedRows(t *testing.T, text string) (out []collectedRow) {
	section, header := "", []string(nil)
	for i, line := range strings.Split(text, "\n") {
		if m := sectionLine.FindStringSubmatch(line); m != nil {
			section = m[1]
		}
		if !strings.HasPrefix(line, "|") {
			header = nil
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		switch {
		case slices.Contains(cells, "Error") && slices.Contains(cells, "Condition"):
			header = cells
		case header == nil || strings.HasPrefix(cells[0], "---") || strings.HasPrefix(section, "Ds"):
		default:
			out = append(out, collectedRowsOf(t, i+1, section, header, cells)...)
		}
	}
	return out
}

func collectedRowsOf(t *testing.T, line int, section string, header, cells []string) (out []collectedRow) {
	functions := []string{section}
	if i := slices.Index(header, "Function"); i >= 0 {
		functions = []string{cells[i]}
	} else if i := slices.Index(header, "Option"); i >= 0 {
		functions = nil
		for _, name := range strings.Split(cells[i], ", ") {
			switch {
			case strings.HasPrefix(name, "SIO_"):
				functions = append(functions, "WSAIoctl")
			case strings.HasSuffix(name, "(get)"):
				functions = append(functions, "getsockopt")
			default:
				functions = append(functions, "setsockopt")
			}
		}
	}
	code, name := wsa.Errno(0), codeName.FindString(cells[slices.Index(header, "Error")])
	if name == "ERROR_IO_PENDING" {
		name = "WSA_IO_PENDING"
	}
	if name != "" {
		var ok bool
		if code, ok = wsa.ErrnoByName(name); !ok {
			t.Errorf("line %d: %s is no code", line, name)
		}
	}
	for _, f := range functions {
		if other, ok := otherName[f]; ok {
			f = other
		}
		out = append(out, collectedRow{line, f, code})
	}
	return out
}
