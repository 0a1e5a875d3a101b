package house

import (
	"go/ast"
	"go/token"
	"path"
	"testing"
)

// integers are the types that an enumeration may be made of.
var integers = map[string]bool{"int": true, "int8": true, "uint8": true, "uint16": true, "int32": true, "uint32": true}

// TestEnumerationsHaveNames: every exported type that numbers its constants can
// print them.
func TestEnumerationsHaveNames(t *testing.T) {
	numbered := make(map[string]token.Pos) // package and type of constants
	enums, named := make(map[string]bool), make(map[string]bool)
	for _, s := range sources(t) {
		if s.test() {
			continue
		}
		dir := path.Dir(s.path) + "."
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.TypeSpec:
				if id, ok := n.Type.(*ast.Ident); ok && n.Name.IsExported() && integers[id.Name] {
					enums[dir+n.Name.Name] = true
				}
			case *ast.GenDecl:
				for _, spec := range n.Specs {
					if v, ok := spec.(*ast.ValueSpec); ok && n.Tok == token.CONST {
						if id, ok := v.Type.(*ast.Ident); ok && counts(v) {
							numbered[dir+id.Name] = v.Pos()
						}
					}
				}
			case *ast.FuncDecl:
				if n.Recv != nil && n.Name.Name == "String" {
					if id, ok := n.Recv.List[0].Type.(*ast.Ident); ok {
						named[dir+id.Name] = true
					}
				}
			}
			return true
		})
	}
	found := 0
	for name, pos := range numbered {
		if !enums[name] {
			continue
		}
		found++
		if !named[name] {
			t.Errorf("%s: the constants of %s have no String", files.Position(pos), name)
		}
	}
	if found < 5 {
		t.Errorf("only %d enumerations were found: the test looks in the wrong place", found)
	}
}

// counts reports whether the constant begins a numbering with iota. Sets of
// bits are no enumeration.
func counts(v *ast.ValueSpec) bool {
	yes := false
	for _, e := range v.Values {
		ast.Inspect(e, func(n ast.Node) bool {
			if b, ok := n.(*ast.BinaryExpr); ok && b.Op == token.SHL {
				return false
			}
			if id, ok := n.(*ast.Ident); ok && id.Name == "iota" {
				yes = true
			}
			return true
		})
	}
	return yes
}

// TestNoGlobalState: no function of the library assigns to a variable of its
// package, so that worlds and tests cannot disturb each other. Pools of buffers
// are changed by their methods only, and hold nothing that shows.
func TestNoGlobalState(t *testing.T) {
	globals := make(map[string]map[string]bool) // variables of each package
	var library []source
	for _, s := range sources(t) {
		if s.test() || layer(s.path) > layer("fuzz") {
			continue
		}
		library = append(library, s)
		dir := path.Dir(s.path)
		if globals[dir] == nil {
			globals[dir] = make(map[string]bool)
		}
		for _, d := range s.file.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
				for _, spec := range g.Specs {
					for _, name := range spec.(*ast.ValueSpec).Names {
						globals[dir][name.Name] = true
					}
				}
			}
		}
	}
	for _, s := range library {
		known := globals[path.Dir(s.path)]
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(f, func(n ast.Node) bool {
				for _, target := range assigned(n) {
					if id := base(target); id != nil && id.Name != "_" && known[id.Name] && !declaredIn(f, id) {
						t.Errorf("%s: %s changes %s", files.Position(n.Pos()), f.Name.Name, id.Name)
					}
				}
				return true
			})
		}
	}
}

// assigned lists what a statement assigns to.
func assigned(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			return n.Lhs
		}
	case *ast.IncDecStmt:
		return []ast.Expr{n.X}
	}
	return nil
}

// base is the variable that an assignment reaches into: x of x.a[i].b.
func base(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// declaredIn reports whether the identifier is the function's own.
func declaredIn(f *ast.FuncDecl, id *ast.Ident) bool {
	return id.Obj != nil && id.Obj.Pos() >= f.Pos() && id.Obj.Pos() < f.End()
}
