package wsa

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// foreign matches names as the headers spell them: no small letters.
var foreign = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)

// ours are constants of that spelling that no header has: the targets, and the
// Room of a caller without a buffer. WSABASEERR is the base of the codes.
var ours = map[string]bool{"AMD64": true, "I386": true, "ARM64": true, "NULL": true, "WSABASEERR": true}

// TestConstantTable parses the source of the package to prove that every
// constant of the headers is in the table, under its own value.
func TestConstantTable(t *testing.T) {
	files := token.NewFileSet()
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	declared := make(map[string]bool)
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			gen, ok := decl.(*ast.GenDecl)
			if !ok {
				continue
			}
			if gen.Tok == token.CONST {
				collect(gen, declared)
			}
			switch filepath.Base(path) {
			case "const_table.go", "errno_table.go":
				checkRows(t, files, gen)
			}
		}
	}
	for name := range declared {
		if _, ok := ConstantByName(name); !ok {
			t.Errorf("constant %s is not in the table", name)
		}
	}
	for _, c := range Constants() {
		if !declared[c.Name] {
			t.Errorf("row %s is not a constant of the package", c.Name)
		}
		if back, ok := ConstantByName(c.Name); !ok || back != c {
			t.Errorf("ConstantByName(%s) = %v, want %v: a name that is there twice?", c.Name, back, c)
		}
	}
}

// collect adds the integer constants of a declaration that are the headers'.
func collect(gen *ast.GenDecl, declared map[string]bool) {
	for _, spec := range gen.Specs {
		v := spec.(*ast.ValueSpec)
		for i, name := range v.Names {
			if i < len(v.Values) {
				if lit, ok := v.Values[i].(*ast.BasicLit); ok && lit.Kind == token.STRING {
					continue // the GUIDs of the extension functions
				}
			}
			if foreign.MatchString(name.Name) && !ours[name.Name] {
				declared[name.Name] = true
			}
		}
	}
}

// checkRows checks that each row of a table has the name of its own value.
func checkRows(t *testing.T, files *token.FileSet, gen *ast.GenDecl) {
	ast.Inspect(gen, func(n ast.Node) bool {
		row, ok := n.(*ast.CompositeLit)
		if !ok || row.Type != nil {
			return true
		}
		var name, value string
		for _, e := range row.Elts {
			switch e := e.(type) {
			case *ast.BasicLit:
				if name == "" {
					name = strings.Trim(e.Value, `"`)
				}
			case *ast.Ident:
				if !strings.HasPrefix(e.Name, "Kind") {
					value = e.Name
				}
			}
		}
		if name != value && name != "INVALID_SOCKET" && name != "INVALID_HANDLE_VALUE" {
			t.Errorf("%v: row %s has the value of %s", files.Position(row.Pos()), name, value)
		}
		return false
	})
}

func TestConstantNames(t *testing.T) {
	for _, c := range []struct {
		kind  Kind
		value int64
		want  string
	}{
		{KindFamily, 23, "AF_INET6"},
		{KindType, 1, "SOCK_STREAM"},
		{KindShutdown, 1, "SD_SEND"},
		{KindLevel, 0xFFFF, "SOL_SOCKET"},
		{KindLevel, 6, "IPPROTO_TCP"},
		{KindSocketOption, -129, "SO_DONTLINGER"},
		{KindSocketOption, 0xFFFFFFFB, "SO_EXCLUSIVEADDRUSE"},
		{KindIoctl, 0x980000C8, "SIO_SET_SECURITY"},
		{KindIoctl, -1744830264, "SIO_SET_SECURITY"},
		{KindIoctl, 0x98000099, "0x98000099"},
		{KindSettingsFlag, 3, "SOCKET_SETTINGS_GUARANTEE_ENCRYPTION|SOCKET_SETTINGS_ALLOW_INSECURE"},
		{KindSettingsFlag, 5, "SOCKET_SETTINGS_GUARANTEE_ENCRYPTION|0x4"},
		{KindSettingsFlag, 0, "0"},
		{KindAccess, 0x02000000, "MAXIMUM_ALLOWED"},
		{KindError, 10056, "WSAEISCONN"},
		{KindFamily, 99, "99"},
		{OptionKind(IPPROTO_TCP), 1, "TCP_NODELAY"},
		{KindNetworkEvent, 3, "FD_READ|FD_WRITE"},
	} {
		if got := FormatConstant(c.kind, c.value); got != c.want {
			t.Errorf("FormatConstant(%s, %d) = %s, want %s", c.kind, c.value, got, c.want)
		}
	}
	for _, bad := range []string{"", "AF_INET7", "1|", "0x100000000", "SO_LINGER SO_DEBUG"} {
		if v, err := ParseConstant(bad); err == nil {
			t.Errorf("ParseConstant(%q) = %d", bad, v)
		}
	}
}

// TestConstantRoundTrip: what FormatConstant writes, ParseConstant reads.
func TestConstantRoundTrip(t *testing.T) {
	all := Constants()
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom(all).Draw(t, "constant").Kind
		value := rapid.OneOf(rapid.Uint32(), rapid.Uint32Range(0, 300)).Draw(t, "value")
		text := FormatConstant(kind, int64(value))
		back, err := ParseConstant(text)
		if err != nil || uint32(back) != value {
			t.Fatalf("%s %d -> %q -> %d, %v", kind, value, text, back, err)
		}
	})
}
