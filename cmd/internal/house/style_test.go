package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// root is the top of the module.
const root = "../../.."

// source is one parsed Go file.
type source struct {
	path string // from the top, with slashes
	file *ast.File
	text string
}

// test reports whether the file is a test.
func (s source) test() bool { return strings.HasSuffix(s.path, "_test.go") }

// in reports whether the file is below a folder.
func (s source) in(dir string) bool { return strings.HasPrefix(s.path, dir+"/") }

var files = token.NewFileSet()

// sources parses every Go file of the module.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(files, path, text, parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		all = append(all, source{filepath.ToSlash(rel), file, string(text)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// imports lists what a file imports.
func (s source) imports() []string {
	var list []string
	for _, i := range s.file.Imports {
		path, _ := strconv.Unquote(i.Path.Value)
		list = append(list, path)
	}
	return list
}

// layers are the packages from the bottom up: each may import those before it.
var layers = []string{"wsa", "model", "sim", "fuzz", "cmd"}

// layer is the index of the layer that a path belongs to, -1 for none.
func layer(path string) int {
	top, _, _ := strings.Cut(path, "/")
	return slices.Index(layers, top)
}

// TestImports: imports point one way, the simulator takes nothing from the
// specification but the rules, and the three packages that users import into
// their tests pull in nothing else.
func TestImports(t *testing.T) {
	for _, s := range sources(t) {
		for _, path := range s.imports() {
			ours, local := strings.CutPrefix(path, "wsasim/")
			switch {
			case s.test():
				// A test may use what it likes; the specification's tests
				// must not, lest one comes to lean on the other.
				if s.in("model") && layer(ours) > layer("model") {
					t.Errorf("%s imports %s", s.path, path)
				}
			case local && layer(ours) > layer(s.path):
				t.Errorf("%s imports %s, which is above it", s.path, path)
			case s.in("sim") && layer(ours) == layer("model") && ours != "model/rules":
				t.Errorf("%s imports %s: the simulator takes only the rules' names from the specification", s.path, path)
			case layer(s.path) <= layer("sim") && !local && strings.Contains(path, ".") && !strings.HasPrefix(path, "golang.org/x/sys/"):
				t.Errorf("%s imports %s: users would pull it in", s.path, path)
			}
		}
	}
}

// confined says in which file, under which folder, something may be used.
var confined = []struct{ dir, pkg, name, file string }{
	{"sim", "time", "Now", "sim/clock.go"},
	{"sim", "time", "Since", "sim/clock.go"},
	{"sim", "time", "AfterFunc", "sim/clock.go"},
	{"sim", "time", "NewTimer", "sim/clock.go"},
	{"sim", "time", "Sleep", ""},
	{"sim", "time", "Tick", ""},
	{"sim", "rand", "", "sim/choose.go"},
	{"model", "time", "Now", ""},
	{"model", "time", "Sleep", ""},
	{"model", "rand", "", ""},
}

// TestConfined: time and chance come from one file each.
func TestConfined(t *testing.T) {
	for _, s := range sources(t) {
		if s.test() {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			pkg, ok := sel.X.(*ast.Ident)
			if !ok || pkg.Obj != nil {
				return true
			}
			for _, c := range confined {
				if s.in(c.dir) && pkg.Name == c.pkg && (c.name == "" || sel.Sel.Name == c.name) && s.path != c.file {
					t.Errorf("%s uses %s.%s", files.Position(n.Pos()), pkg.Name, sel.Sel.Name)
				}
			}
			return true
		})
	}
}

// TestUnsafe: unsafe stays in files whose names say so.
func TestUnsafe(t *testing.T) {
	for _, s := range sources(t) {
		if slices.Contains(s.imports(), "unsafe") && !strings.Contains(s.path, "unsafe") {
			t.Errorf("%s imports unsafe and its name does not say so", s.path)
		}
	}
}

// longest is how many lines a function may have without a reason.
const longest = 70

// TestFunctionLength: a longer function says why, in its comment, after
// "Long:". One statement is a table, and so are two.
func TestFunctionLength(t *testing.T) {
	for _, s := range sources(t) {
		if s.test() {
			continue
		}
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			n := files.Position(f.End()).Line - files.Position(f.Pos()).Line + 1
			table := f.Body != nil && len(f.Body.List) <= 2
			if n > longest && !table && !strings.Contains(f.Doc.Text(), "Long:") {
				t.Errorf("%s: %s has %d lines", files.Position(f.Pos()), f.Name.Name, n)
			}
		}
	}
}

// leftovers are the words of unfinished work, spelt so that this file is not
// found.
var leftovers = []string{"TO" + "DO", "FIX" + "ME", "XX" + "X"}

// TestNothingLeftOpen: what is not done is listed, not marked in passing.
func TestNothingLeftOpen(t *testing.T) {
	for _, s := range sources(t) {
		for _, word := range leftovers {
			if strings.Contains(s.text, word) {
				t.Errorf("%s says %s", s.path, word)
			}
		}
	}
}

// top is what may stand at the top of the module.
var top = []string{"LICENSE", "Makefile", "README.md", "cmd", "fuzz", "go.mod", "go.sum", "model", "sim", "testdata", "wsa"}

func TestTopLevel(t *testing.T) {
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !slices.Contains(top, e.Name()) && e.Name() != "coverage.out" {
			t.Errorf("%s does not belong at the top level", e.Name())
		}
	}
}

// TestExportedHaveComments: every exported function, type and method of the
// library says what it is.
func TestExportedHaveComments(t *testing.T) {
	for _, s := range sources(t) {
		if s.test() || layer(s.path) > layer("sim") {
			continue
		}
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !f.Name.IsExported() || f.Doc != nil || !exportedReceiver(f) || selfEvident[f.Name.Name] {
				continue
			}
			t.Errorf("%s: %s has no comment", files.Position(f.Pos()), f.Name.Name)
		}
	}
}

// selfEvident are methods whose meaning is their name's in every package.
var selfEvident = map[string]bool{"String": true, "Error": true, "Unwrap": true, "Op": true,
	"Len": true, "Less": true, "Swap": true, "Push": true, "Pop": true}

func exportedReceiver(f *ast.FuncDecl) bool {
	if f.Recv == nil {
		return true
	}
	e := f.Recv.List[0].Type
	if p, ok := e.(*ast.StarExpr); ok {
		e = p.X
	}
	if g, ok := e.(*ast.IndexExpr); ok {
		e = g.X
	}
	id, ok := e.(*ast.Ident)
	return ok && id.IsExported()
}
