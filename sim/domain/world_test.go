package domain

// tester is what *testing.T, *testing.B, *testing.F and *rapid.T have in common.
type tester interface {
	Helper()
	Fatal(...any)
}

// fixture is two forests: contoso.com with a child domain, and fabrikam.com.
type fixture struct {
	dir                       *Directory
	contoso, europe, fabrikam *Domain
	client, server, rogue     *Account // contoso's computers
	ann                       *Account // a user of contoso
	euro                      *Account // a computer of europe
	fab                       *Account // a computer of fabrikam
}

func newFixture(t tester) *fixture {
	t.Helper()
	f := &fixture{dir: NewDirectory()}
	f.contoso = ok(f.dir.AddDomain(Config{DNS: "contoso.com"}))(t)
	f.europe = ok(f.dir.AddDomain(Config{DNS: "europe.contoso.com", Parent: f.contoso}))(t)
	f.fabrikam = ok(f.dir.AddDomain(Config{DNS: "fabrikam.com"}))(t)
	f.client = ok(f.contoso.AddComputer("client"))(t)
	f.server = ok(f.contoso.AddComputer("server"))(t)
	f.rogue = ok(f.contoso.AddComputer("rogue"))(t)
	f.ann = ok(f.contoso.AddUser("ann"))(t)
	f.euro = ok(f.europe.AddComputer("euro"))(t)
	f.fab = ok(f.fabrikam.AddComputer("fab"))(t)
	return f
}

// ok ends the test when err is not nil.
func ok[T any](v T, err error) func(tester) T {
	return func(t tester) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func noError(t tester, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
