package domain

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"wsasim/wsa"

	"pgregory.net/rapid"
)

func TestAddDomainRefused(t *testing.T) {
	f := newFixture(t)
	other := newFixture(t)
	count := len(f.dir.Domains())
	for name, cfg := range map[string]Config{
		"no name":               {},
		"empty label":           {DNS: "a..b"},
		"long label":            {DNS: strings.Repeat("a", 64) + ".com"},
		"long name":             {DNS: strings.Repeat("a.", 127) + "com"},
		"bad character":         {DNS: `a\b.com`},
		"taken":                 {DNS: "CONTOSO.COM", NetBIOS: "X"},
		"NetBIOS taken":         {DNS: "contoso.net"},
		"NetBIOS long":          {DNS: "x.com", NetBIOS: "ABCDEFGHIJKLMNOP"},
		"no domain SID":         {DNS: "x.com", SID: Everyone()},
		"SID taken":             {DNS: "x.com", SID: f.contoso.SID()},
		"SID of an account":     {DNS: "x.com", SID: f.ann.SID()},
		"parent elsewhere":      {DNS: "x.com", Parent: other.contoso},
		"mappings of no root":   {DNS: "x.com", Parent: f.contoso, Mappings: []SPNMapping{}},
		"DNS name is a NetBIOS": {DNS: "fabrikam"},
	} {
		if d, err := f.dir.AddDomain(cfg); err == nil {
			t.Errorf("%s: %v was added", name, d)
		}
	}
	if len(f.dir.Domains()) != count || f.dir.Domain("x.com") != nil || len(f.dir.Trusts()) != 1 {
		t.Error("a refused domain left something behind")
	}
}

func TestAccountsAndNames(t *testing.T) {
	f := newFixture(t)
	if f.contoso.SID() == f.fabrikam.SID() || f.contoso.SID() != newFixture(t).contoso.SID() {
		t.Error("domain SIDs must differ between domains and not between runs")
	}
	if f.contoso.NetBIOSName() != "CONTOSO" || f.europe.Root() != f.contoso || f.contoso.Directory() != f.dir {
		t.Error("names or root of a domain are wrong")
	}
	for _, name := range []string{`CONTOSO\ann`, `contoso.com\ANN`, "Ann@CONTOSO.com", "ann@contoso"} {
		if f.dir.Account(name) != f.ann {
			t.Errorf("%s: %v", name, f.dir.Account(name))
		}
	}
	for _, name := range []string{"ann", `FABRIKAM\ann`, `X\ann`, "ann@x", "", `CONTOSO\Domain Users`} {
		if a := f.dir.Account(name); a != nil {
			t.Errorf("%q: %v", name, a)
		}
	}
	if f.server.Name() != "SERVER$" || f.server.DNSName() != "server.contoso.com" || f.server.Kind() != Computer ||
		f.server.SID().Parent() != f.contoso.SID() || f.dir.AccountBySID(f.server.SID()) != f.server ||
		f.server.PrimaryGroup() != f.contoso.Group("Domain Computers") || f.server.Domain() != f.contoso {
		t.Errorf("%v: %+v", f.server, f.server)
	}
	if f.dir.NameOf(f.ann.SID()) != `CONTOSO\ann` || f.dir.NameOf(Everyone()) != "WD" || f.dir.NameOf(MustSID("S-1-9-9")) != "S-1-9-9" {
		t.Error("NameOf is wrong")
	}
	for what, err := range map[string]error{
		"same user":            second(f.contoso.AddUser("ANN")),
		"same computer":        second(f.contoso.AddComputer("Server")),
		"a group's name":       second(f.contoso.AddUser("domain users")),
		"an account's name":    second(f.contoso.AddGroup("ann", Global)),
		"a builtin scope":      second(f.contoso.AddGroup("x", Builtin)),
		"a long computer":      second(f.contoso.AddComputer("ABCDEFGHIJKLMNOP")),
		"a qualified computer": second(f.contoso.AddComputer("a.b")),
		"no name":              second(f.contoso.AddUser("")),
		"an @":                 second(f.contoso.AddUser("a@b")),
		"a service name taken": second(f.europe.AddComputer("client")),
	} {
		if err == nil {
			t.Errorf("%s: allowed", what)
		}
	}
	if len(f.contoso.Accounts()) != 4 || len(f.europe.Accounts()) != 1 || f.europe.Account("client$") != nil {
		t.Error("a refused account left something behind")
	}
}

func second[T any](_ T, err error) error { return err }

func TestSPNUniqueness(t *testing.T) {
	f := newFixture(t)
	var dup *DuplicateSPNError
	for _, name := range []string{"host/server", "HOST/Server.Contoso.COM"} {
		if err := f.rogue.RegisterSPN(name); !errors.As(err, &dup) || dup.Holder != f.server || !errors.Is(err, wsa.Errno(8647)) {
			t.Errorf("%s: %v", name, err)
		}
		if err := f.euro.RegisterSPN(name); !errors.As(err, &dup) || dup.Holder != f.server {
			t.Errorf("%s, another domain of the forest: %v", name, err)
		}
		noError(t, f.server.RegisterSPN(name)) // its own already
		noError(t, f.fab.RegisterSPN(name))    // another forest
	}
	if got := f.server.SPNs(); !reflect.DeepEqual(got, []wsa.SPN{wsa.HostSPN("server"), wsa.HostSPN("server.contoso.com")}) {
		t.Errorf("a computer's names: %v", got)
	}
	for _, name := range []string{"", "host", "host/", "host/a/b/c"} {
		if f.server.RegisterSPN(name) == nil || f.server.ForceSPN(name) == nil || f.server.UnregisterSPN(name) {
			t.Errorf("%q was taken for a service name", name)
		}
	}
	noError(t, f.server.RegisterSPN("MSSQLSvc/server:1433"))
	noError(t, f.rogue.RegisterSPN("MSSQLSvc/server:1434"))
	if !f.server.UnregisterSPN("mssqlsvc/SERVER:1433") || f.server.UnregisterSPN("MSSQLSvc/server:1433") {
		t.Error("a name is taken away once")
	}
	noError(t, f.rogue.RegisterSPN("MSSQLSvc/server:1433"))
}

func TestSPNAliases(t *testing.T) {
	f := newFixture(t)
	for name, want := range map[string]*Account{
		"cifs/server": f.server, "HTTP/server.contoso.com": f.server, "host/server": f.server,
		"cifs/fab.fabrikam.com": nil, "ldap/server": nil, "cifs/nobody": nil, "rubbish": nil,
	} {
		got, err := f.contoso.ServiceAccount(name)
		if got != want || (err == nil) != (want != nil) {
			t.Errorf("%s: %v, %v; want %v", name, got, err, want)
		}
	}
	// A name of its own goes before the alias.
	noError(t, f.ann.RegisterSPN("http/server"))
	if got, _ := f.contoso.ServiceAccount("http/server"); got != f.ann {
		t.Errorf("http/server: %v", got)
	}
	f.contoso.RequireUniqueAliases(true)
	var dup *DuplicateSPNError
	if err := f.ann.RegisterSPN("cifs/server"); !errors.As(err, &dup) || dup.Holder != f.server || dup.Held != "host/server" {
		t.Errorf("an alias of another's name: %v", err)
	}
	if _, err := f.europe.AddComputer("x"); err != nil {
		t.Errorf("no alias in the way: %v", err)
	}
	noError(t, f.ann.ForceSPN("www/y"))
	if _, err := f.europe.AddComputer("y"); !errors.As(err, &dup) || dup.Holder != f.ann || dup.Held != "www/y" {
		t.Errorf("the name that an alias stands for: %v", err)
	}

	dir := NewDirectory()
	bare := ok(dir.AddDomain(Config{DNS: "bare.com", Mappings: []SPNMapping{}}))(t)
	ok(bare.AddComputer("c"))(t)
	if _, err := bare.ServiceAccount("cifs/c"); !errors.Is(err, ServiceUnknown) {
		t.Errorf("without mappings: %v", err)
	}
}

func TestSPNMappingForm(t *testing.T) {
	const text = "host=alerter,appmgmt,cisvc"
	m := ok(ParseSPNMapping(text))(t)
	if m.Class != "host" || len(m.Stands) != 3 || m.String() != text {
		t.Errorf("%+v", m)
	}
	for _, bad := range []string{"", "host", "=a", "host=", "host=a,", "host=a/b", "a=b=c"} {
		if m, err := ParseSPNMapping(bad); err == nil {
			t.Errorf("%q: %+v", bad, m)
		}
	}
	if m := DefaultSPNMappings(); len(m) != 1 || !slices.Contains(m[0].Stands, "cifs") || slices.Contains(m[0].Stands, "ldap") {
		t.Errorf("default: %v", m)
	}
}

func TestGroupsAndTokens(t *testing.T) {
	f := newFixture(t)
	add := func(d *Domain, name string, s Scope, members ...Member) *Group {
		g := ok(d.AddGroup(name, s))(t)
		noError(t, g.Add(members...))
		return g
	}
	inner := add(f.contoso, "inner", Global, f.ann)
	outer := add(f.contoso, "outer", Global, inner)
	noError(t, inner.Add(outer)) // a circle
	uni := add(f.europe, "uni", Universal, outer, f.euro)
	local := add(f.contoso, "local", DomainLocal, uni, WellKnown{AuthenticatedUsers()})
	far := add(f.europe, "far", DomainLocal, uni)
	noError(t, f.contoso.Group("Administrators").Add(local))

	token := f.ann.Token(nil)
	want := []SID{Everyone(), Network(), AuthenticatedUsers(), ThisOrganization(),
		f.contoso.SID().Child(ridDomainUsers), inner.SID(), outer.SID(), uni.SID(), local.SID(), BuiltinUsers(), BuiltinAdministrators()}
	slices.SortFunc(want, SID.Compare)
	if !slices.Equal(token.Groups, want) || token.User != f.ann.SID() || token.Computer ||
		token.Privileges != SecurityPrivilege|TakeOwnershipPrivilege {
		t.Errorf("token %+v, want groups %v", token, want)
	}
	abroad := f.ann.Token(f.europe)
	for g, in := range map[*Group]bool{inner: true, uni: true, local: false, far: true} {
		if abroad.Has(g.SID()) != in {
			t.Errorf("in the other domain: %v: %t", g, !in)
		}
	}
	if euro := f.euro.Token(nil); !euro.Computer || euro.Has(local.SID()) || !euro.Has(far.SID()) || !euro.Has(uni.SID()) || euro.Privileges != 0 {
		t.Errorf("a computer's token: %+v", euro)
	}
	if here := f.euro.Token(f.contoso); !here.Has(local.SID()) || here.Has(far.SID()) {
		t.Errorf("a computer's token in the other domain: %+v", here)
	}
	inner.Remove(f.ann, f.euro)
	if after := f.ann.Token(nil); after.Has(inner.SID()) || after.Has(uni.SID()) || !after.Has(local.SID()) {
		t.Errorf("after leaving a group: %+v", after)
	}
	dc := ok(f.contoso.AddController("dc"))(t).Token(nil)
	if !dc.Has(EnterpriseControllers()) || !dc.Has(f.contoso.SID().Child(ridControllers)) || dc.Has(f.contoso.SID().Child(ridDomainComputers)) {
		t.Errorf("a controller's token: %+v", dc)
	}
	noError(t, f.contoso.Group("Enterprise Admins").Add(f.ann))
	if root := f.ann.Token(f.europe); !root.Has(BuiltinAdministrators()) {
		t.Error("enterprise administrators administer every domain of the forest")
	}
	if (&Token{}).Has(SID{}) {
		t.Error("no SID is in a token")
	}
	if got := f.contoso.Group("Users"); got.String() != `BUILTIN\Users` || len(got.Members()) != 2 || got.Scope() != Builtin {
		t.Errorf("%v has %v", got, got.Members())
	}
}

func TestGroupNesting(t *testing.T) {
	f := newFixture(t)
	noError(t, f.dir.AddTrust(Trust{Trusting: f.contoso, Trusted: f.fabrikam}))
	far := newFixture(t)
	make2 := func(d *Domain, s Scope) *Group { return ok(d.AddGroup(d.NetBIOSName()+s.String(), s))(t) }
	groups := make(map[*Domain][]*Group)
	for _, d := range []*Domain{f.contoso, f.europe, f.fabrikam, far.contoso} {
		groups[d] = []*Group{make2(d, Global), make2(d, Universal), make2(d, DomainLocal), d.Group("Guests")}
	}
	account := map[*Domain]*Account{f.contoso: f.ann, f.europe: f.euro, f.fabrikam: f.fab, far.contoso: far.ann}
	for _, c := range []struct {
		in      Scope
		from    *Domain
		allowed string // of account, Global, Universal, DomainLocal, Builtin
	}{
		{Global, f.contoso, "yy..."}, {Global, f.europe, "....."}, {Global, f.fabrikam, "....."},
		{Universal, f.contoso, "yyy.."}, {Universal, f.europe, "yyy.."}, {Universal, f.fabrikam, "....."},
		{DomainLocal, f.contoso, "yyyy."}, {DomainLocal, f.europe, "yyy.."}, {DomainLocal, f.fabrikam, "yyy.."},
		{Builtin, f.contoso, "yyyy."}, {Builtin, f.europe, "yyy.."}, {Builtin, f.fabrikam, "yyy.."},
		{DomainLocal, far.contoso, "....."}, {Global, far.contoso, "....."},
	} {
		members := []Member{account[c.from], groups[c.from][0], groups[c.from][1], groups[c.from][2], groups[c.from][3]}
		for i, m := range members {
			err := groups[f.contoso][c.in].Add(m)
			if (err == nil) != (c.allowed[i] == 'y') {
				t.Errorf("%v in a %v group of contoso: %v", m, c.in, err)
			}
		}
	}
	// fabrikam does not trust contoso.
	if err := groups[f.fabrikam][DomainLocal].Add(f.ann); err == nil {
		t.Error("an account of a domain that is not trusted was taken")
	}
	for _, m := range []Member{(*Account)(nil), (*Group)(nil), WellKnown{}} {
		if groups[f.contoso][DomainLocal].Add(m) == nil {
			t.Errorf("%T that is nothing was taken", m)
		}
	}
	if groups[f.contoso][Global].Add(WellKnown{Everyone()}) == nil {
		t.Error("a global group took a well-known SID")
	}
	g := ok(f.contoso.AddGroup("both or none", Global))(t)
	if g.Add(f.ann, f.fab) == nil || len(g.Members()) != 0 {
		t.Error("a refused member came with another")
	}
}

func TestTrustPaths(t *testing.T) {
	dir := NewDirectory()
	d := make(map[string]*Domain)
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		d[name] = ok(dir.AddDomain(Config{DNS: name + ".com"}))(t)
	}
	child := ok(dir.AddDomain(Config{DNS: "kid.a.com", Parent: d["a"]}))(t)
	d["kid"] = child
	for _, tr := range []Trust{
		{Trusting: d["b"], Trusted: d["a"], Transitive: true, TwoWay: true}, // a <-> b
		{Trusting: d["c"], Trusted: d["b"], Transitive: true},               // b -> c
		{Trusting: d["d"], Trusted: d["c"]},                                 // c -> d, not transitive
	} {
		noError(t, dir.AddTrust(tr))
	}
	for pair, want := range map[string]string{
		"a a": "[a.com]", "a b": "[a.com b.com]", "b a": "[b.com a.com]", "a c": "[a.com b.com c.com]",
		"kid c": "[kid.a.com a.com b.com c.com]", "c b": "[]", "c d": "[c.com d.com]", "d c": "[]", "b d": "[]", "a e": "[]",
	} {
		from, to, _ := strings.Cut(pair, " ")
		if got := fmt.Sprint(dir.TrustPath(d[from], d[to])); got != want {
			t.Errorf("%s: %v, want %v", pair, got, want)
		}
	}
	for name, tr := range map[string]Trust{
		"itself": {Trusting: d["a"], Trusted: d["a"]}, "twice": {Trusting: d["b"], Trusted: d["a"]}, "nobody": {Trusting: d["a"]},
		"back is there": {Trusting: d["b"], Trusted: d["c"], TwoWay: true}, "elsewhere": {Trusting: d["a"], Trusted: newFixture(t).contoso},
	} {
		if dir.AddTrust(tr) == nil {
			t.Errorf("%s: %v was added", name, tr)
		}
	}
	if got := dir.Trusts()[1].String(); got != "b.com trusts a.com (two-way, transitive)" {
		t.Error(got)
	}
}

func TestWindow(t *testing.T) {
	for _, c := range []struct {
		w    Window
		at   time.Duration
		want bool
		text string
	}{
		{Window{}, -time.Hour, true, "always"},
		{Window{From: time.Hour}, time.Hour - 1, false, "from 1h0m0s"},
		{Window{From: time.Hour}, time.Hour, true, "from 1h0m0s"},
		{Window{Until: time.Hour}, time.Hour - 1, true, "until 1h0m0s"},
		{Window{Until: time.Hour}, time.Hour, false, "until 1h0m0s"},
		{Window{Until: -1}, 0, false, "until -1ns"},
		{Window{time.Hour, 2 * time.Hour}, 90 * time.Minute, true, "from 1h0m0s until 2h0m0s"},
	} {
		if c.w.Contains(c.at) != c.want || c.w.String() != c.text {
			t.Errorf("%v at %v: %t", c.w, c.at, !c.want)
		}
	}
}

func TestEnumerationsHaveTexts(t *testing.T) {
	seen := make(map[string]bool)
	for _, f := range Failures() {
		if f.String() == "" || f.Number() == 0 || f.Meaning() == "" || seen[f.String()] || !strings.Contains(f.Error(), f.String()) {
			t.Errorf("failure %d: %q %d %q", f, f.String(), f.Number(), f.Meaning())
		}
		seen[f.String()] = true
	}
	if Failure(200).Number() != 0 || Failure(200).Meaning() != "" {
		t.Error("a failure that is none has values")
	}
	for _, s := range []fmt.Stringer{User, Computer, Kerberos, Certificates, Allow, Deny, Global, Universal, DomainLocal, Builtin} {
		if strings.HasPrefix(s.String(), "unknown") || s.String() == "" || seen[s.String()] {
			t.Errorf("%T has the text %q", s, s)
		}
		seen[s.String()] = true
	}
	for _, s := range []fmt.Stringer{Kind(99), Method(99), ACEType(99), Scope(99), Failure(99)} {
		if s.String() != "unknown (99)" {
			t.Errorf("%T 99 has the text %q", s, s)
		}
	}
}

// Folded names are equal exactly when strings.EqualFold says so.
func TestFoldName(t *testing.T) {
	gen := rapid.StringOf(rapid.SampledFrom([]rune("aAkKK\u017fsSßẞσςΣiIıİǆǅǄ")))
	rapid.Check(t, func(t *rapid.T) {
		a, b := gen.Draw(t, "a"), gen.Draw(t, "b")
		if (foldName(a) == foldName(b)) != strings.EqualFold(a, b) {
			t.Fatalf("%q and %q fold to %q and %q", a, b, foldName(a), foldName(b))
		}
	})
}
