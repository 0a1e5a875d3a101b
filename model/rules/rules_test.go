package rules

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"wsasim/wsa"
)

// specified holds every identifier of the secure socket facts, kind by kind.
const specified = `
GEN-STARTUP GEN-NOTSOCK GEN-FAMILY GEN-TYPE GEN-OVERLAPPED GEN-IOCTL GEN-VALIDATION-PURE
SSS-VALUE SSS-SIZE SSS-CONN SSS-BOUND SSS-ONCE SSS-NULL SSS-EXCLUSIVE SSS-DEFAULT-PROTO SSS-POLICY-KEYS SSS-STRINGS
PTN-FAULT PTN-SIZE PTN-SIZE-TAIL PTN-CONN PTN-ZEROADDR PTN-ADDR-FAMILY PTN-STREAM-ADDR PTN-PROTO PTN-LEN-BYTES
PTN-LEN-CHARS PTN-ODD PTN-MULTI PTN-REPLACE PTN-BEFORE PTN-NOSEC PTN-LISTENER PTN-PRINCIPAL
DTN-FAULT DTN-SIZE DTN-ADDR-FAMILY DTN-EFFECT DTN-ABSENT DTN-STREAM
QSS-LEN-NULL QSS-SIZE-QUERY QSS-SIZE QSS-TEMPLATE-TCP QSS-TEMPLATE-NONTCP QSS-MASK QSS-RESET QSS-NOTCONN QSS-FLAGS
QSS-LEN-OUT QSS-TOKENS QSS-MANY
ISP-FAULT ISP-SIZE ISP-ADDR-FAMILY ISP-STREAM-ADDR ISP-BLOCKING ISP-CONNECTED ISP-TOKEN ISP-MANY ISP-REVERT
RVI-EFFECT RVI-SYSCALL
SEC-GUARANTEE SEC-NOCLEAR SEC-ALLOW SEC-SPN SEC-FAIL-CODE SEC-CLEANUP SEC-CONFLICT`

func TestEverySpecifiedRuleIsThere(t *testing.T) {
	for _, id := range strings.Fields(specified) {
		if _, ok := Lookup(ID(id)); !ok {
			t.Errorf("%s is missing", id)
		}
	}
	if n := len(strings.Fields(specified)); n != 70 {
		t.Errorf("the list above has %d identifiers", n)
	}
}

func TestRulesAreComplete(t *testing.T) {
	seen := make(map[ID]bool)
	ops := make(map[string]bool)
	for _, op := range wsa.Ops() {
		ops[op] = true
	}
	for _, r := range All() {
		if seen[r.ID] {
			t.Errorf("%s occurs twice", r.ID)
		}
		seen[r.ID] = true
		if r.Condition == "" || r.Function == "" {
			t.Errorf("%s lacks its condition or function", r.ID)
		}
		if len(r.Sources) == 0 {
			t.Errorf("%s has no source", r.ID)
		}
		for _, s := range r.Sources {
			if s.Kind == "" || s.Ref == "" {
				t.Errorf("%s has the incomplete source %q", r.ID, s)
			}
		}
		for _, f := range r.Functions() {
			if f != "*" && !ops[f] {
				t.Errorf("%s names %q, which is no call", r.ID, f)
			}
		}
	}
}

// TestWineDemandsNothing: what only Wine shows is allowed, and no rule that must
// hold rests on it alone.
func TestWineDemandsNothing(t *testing.T) {
	for _, r := range All() {
		only := true
		for _, s := range r.Sources {
			only = only && s.Kind == Wine
		}
		if only && (r.Strength == Must || r.Strength == Observed || r.Strength == Fails) {
			t.Errorf("%s is %s by Wine alone", r.ID, r.Strength)
		}
	}
}

// TestConstantNames proves that each constant is named after its identifier,
// that each has a rule, and the other way round.
func TestConstantNames(t *testing.T) {
	declared := make(map[ID]bool)
	for name, value := range constants(t) {
		declared[ID(value)] = true
		if want := goName(value); name != want {
			t.Errorf("%s is declared as %s, expected %s", value, name, want)
		}
		if _, ok := Lookup(ID(value)); !ok {
			t.Errorf("%s has no rule", value)
		}
	}
	for _, r := range All() {
		if !declared[r.ID] {
			t.Errorf("%s has no constant", r.ID)
		}
	}
}

func goName(id string) string {
	words := strings.Split(id, "-")
	for i, w := range words[1:] {
		words[i+1] = w[:1] + strings.ToLower(w[1:])
	}
	return strings.Join(words, "")
}

// constants reads the constants of type ID from the package's own files.
func constants(t *testing.T) map[string]string {
	out := make(map[string]string)
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, text, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if !ok || len(v.Values) != 1 {
				return true
			}
			if typ, ok := v.Type.(*ast.Ident); !ok || typ.Name != "ID" {
				return true
			}
			s, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			out[v.Names[0].Name] = s
			return true
		})
	}
	return out
}

func TestQueries(t *testing.T) {
	if rs := ByFunction("wsaconnect"); len(rs) < 20 {
		t.Errorf("WSAConnect has %d rules", len(rs))
	}
	found := false
	for _, r := range ByError(wsa.WSAEISCONN) {
		found = found || r.ID == SSSConn
	}
	if !found {
		t.Error("WSAEISCONN does not lead to SSS-CONN")
	}
	if _, ok := Lookup("NO-SUCH"); ok {
		t.Error("NO-SUCH was found")
	}
}

func TestStrengthNames(t *testing.T) {
	if len(Strengths()) != len(strengthNames) {
		t.Fatalf("%d strengths, %d names", len(Strengths()), len(strengthNames))
	}
	for _, s := range Strengths() {
		if s.String() == "" || s.String() == "unknown strength" {
			t.Errorf("strength %d has no name", s)
		}
	}
}
