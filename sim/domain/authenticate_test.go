package domain

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"wsasim/wsa"

	"pgregory.net/rapid"
)

const target = "host/server.contoso.com"

func TestKerberos(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(f *fixture, r *Request)
		want Failure
	}{
		{"as it should be", func(f *fixture, r *Request) {}, NoFailure},
		{"a user", func(f *fixture, r *Request) { r.Client = f.ann.Credentials() }, NoFailure},
		{"an alias of the name", func(f *fixture, r *Request) { r.Service = "CIFS/SERVER" }, NoFailure},
		{"no name asked for", func(f *fixture, r *Request) { r.Service = "" }, NoFailure},
		{"no name asked for, and the server has none", func(f *fixture, r *Request) {
			r.Service, r.Server = "", f.ann.Credentials()
		}, ServiceUnknown},
		{"no name asked for, and the server has no account", func(f *fixture, r *Request) { r.Service, r.Server = "", Credentials{} }, NoCredentials},
		{"client without account", func(f *fixture, r *Request) { r.Client = Credentials{} }, NoCredentials},
		{"server without account", func(f *fixture, r *Request) { r.Server = Credentials{} }, NoCredentials},
		{"client disabled", func(f *fixture, r *Request) { f.client.SetDisabled(true) }, ClientRevoked},
		{"client expired", func(f *fixture, r *Request) { f.client.SetLifetime(Window{Until: time.Hour}) }, ClientRevoked},
		{"client not valid yet", func(f *fixture, r *Request) { f.client.SetLifetime(Window{From: 2 * time.Hour}) }, ClientNotYet},
		{"client without password", func(f *fixture, r *Request) { f.client.ClearPassword() }, NoKey},
		{"client's password was reset", func(f *fixture, r *Request) { f.client.ResetPassword() }, PreauthFailed},
		{"client's password expired", func(f *fixture, r *Request) { f.client.SetPasswordExpiry(time.Hour) }, KeyExpired},
		{"client's password expires soon", func(f *fixture, r *Request) { f.client.SetPasswordExpiry(time.Hour + 1) }, NoFailure},
		{"client's clock just right", func(f *fixture, r *Request) { r.Client.Skew = -DefaultMaxSkew }, NoFailure},
		{"client's clock", func(f *fixture, r *Request) { r.Client.Skew = -DefaultMaxSkew - 1 }, ClockSkew},
		{"client's clock, more allowed", func(f *fixture, r *Request) { r.Client.Skew, r.MaxSkew = time.Hour, time.Hour }, NoFailure},
		{"client's clock, none allowed", func(f *fixture, r *Request) { r.Client.Skew, r.MaxSkew = 1, -1 }, ClockSkew},
		{"no such name", func(f *fixture, r *Request) { r.Service = "host/nobody" }, ServiceUnknown},
		{"no name at all", func(f *fixture, r *Request) { r.Service = "server.contoso.com" }, ServiceUnknown},
		{"name of two", func(f *fixture, r *Request) { _ = f.rogue.ForceSPN(target) }, ServiceNotUnique},
		{"name of a forest that does not trust", func(f *fixture, r *Request) { r.Service = "host/fab" }, ServiceUnknown},
		{"another computer answers", func(f *fixture, r *Request) { r.Server = f.rogue.Credentials() }, Modified},
		{"a user answers", func(f *fixture, r *Request) { r.Server = f.ann.Credentials() }, Modified},
		{"server's password was reset", func(f *fixture, r *Request) { f.server.ResetPassword() }, Modified},
		{"server without password", func(f *fixture, r *Request) { f.server.ClearPassword() }, NoKey},
		{"server's password expired", func(f *fixture, r *Request) { f.server.SetPasswordExpiry(1) }, NoFailure},
		{"server disabled", func(f *fixture, r *Request) { f.server.SetDisabled(true) }, ServiceRevoked},
		{"server expired", func(f *fixture, r *Request) { f.server.SetLifetime(Window{Until: time.Hour}) }, ServiceExpired},
		{"server not valid yet", func(f *fixture, r *Request) { f.server.SetLifetime(Window{From: 2 * time.Hour}) }, ServiceNotYet},
		{"server's clock", func(f *fixture, r *Request) { r.Server.Skew = time.Hour }, ClockSkew},
		{"clocks apart from each other", func(f *fixture, r *Request) {
			r.Client.Skew, r.Server.Skew = -3*time.Minute, 3*time.Minute
		}, ClockSkew},
		{"clocks absurdly apart", func(f *fixture, r *Request) {
			r.MaxSkew, r.Client.Skew, r.Server.Skew = math.MaxInt64, math.MaxInt64, math.MinInt64
		}, ClockSkew},
	} {
		f := newFixture(t)
		r := Request{Client: f.client.Credentials(), Server: f.server.Credentials(), Service: target, Now: time.Hour, Methods: []Method{Kerberos}}
		c.do(f, &r)
		proof, err := Authenticate(r)
		check(t, c.name, err, c.want)
		if c.want == NoFailure && (proof.Method != Kerberos || proof.Client.Account != r.Client.Account ||
			proof.Server.Account != f.server || proof.Path == nil || !strings.EqualFold(proof.Server.Name, `CONTOSO\server$`)) {
			t.Errorf("%s: proof %+v", c.name, proof)
		}
		if c.want != NoFailure && !reflect.DeepEqual(proof, Proof{}) {
			t.Errorf("%s: a failure with a proof: %+v", c.name, proof)
		}
	}
}

// check compares an error with a failure.
func check(t testing.TB, name string, err error, want Failure) {
	t.Helper()
	var e *Error
	switch {
	case want == NoFailure && err != nil:
		t.Errorf("%s: %v", name, err)
	case want != NoFailure && (!errors.As(err, &e) || e.Failure != want || !errors.Is(err, want) || e.Text == ""):
		t.Errorf("%s: %v, want %v", name, err, want.String())
	case want != NoFailure && !strings.Contains(err.Error(), want.String()):
		t.Errorf("%s: the text lacks the protocol's name: %v", name, err)
	}
}

func TestKerberosThroughTrusts(t *testing.T) {
	try := func(client, server *Account, service string) (Proof, error) {
		return Authenticate(Request{Client: client.Credentials(), Server: server.Credentials(), Service: service, Methods: []Method{Kerberos}})
	}
	f := newFixture(t)
	proof, err := try(f.client, f.euro, "host/euro.europe.contoso.com")
	check(t, "in the forest", err, NoFailure)
	if got := fmt.Sprint(proof.Path); got != "[contoso.com europe.contoso.com]" {
		t.Errorf("path %s", got)
	}
	_, err = try(f.client, f.fab, "host/fab.fabrikam.com")
	check(t, "no trust", err, ServiceUnknown)

	noError(t, f.dir.AddTrust(Trust{Trusting: f.fabrikam, Trusted: f.contoso}))
	_, err = try(f.client, f.fab, "host/fab.fabrikam.com")
	check(t, "fabrikam trusts contoso", err, NoFailure)
	_, err = try(f.fab, f.server, target)
	check(t, "but not the other way", err, ServiceUnknown)
	_, err = try(f.euro, f.fab, "host/fab.fabrikam.com")
	check(t, "nor contoso's child", err, PathNotAccepted)

	// The client's own forest is asked first.
	noError(t, f.fab.RegisterSPN("http/shop"))
	noError(t, f.server.RegisterSPN("http/shop"))
	if proof, err = try(f.client, f.server, "http/shop"); err != nil || proof.Server.Account != f.server {
		t.Errorf("a name of two forests: %+v, %v", proof, err)
	}
	if holder, err := f.fabrikam.ServiceAccount("http/shop"); holder != f.fab {
		t.Errorf("a name of two forests, from the other: %v, %v", holder, err)
	}
}

func TestCertificates(t *testing.T) {
	type ends struct{ client, server *Certificate }
	for _, c := range []struct {
		name string
		do   func(f *fixture, r *Request, e ends)
		want Failure
	}{
		{"as it should be", func(f *fixture, r *Request, e ends) {}, NoFailure},
		{"no name asked for", func(f *fixture, r *Request, e ends) { r.Service, e.server.Names = "", nil }, NoFailure},
		{"wildcard", func(f *fixture, r *Request, e ends) { e.server.Names = []string{"*.Contoso.com"} }, NoFailure},
		{"wildcard for one label", func(f *fixture, r *Request, e ends) { e.server.Names = []string{"*.com"} }, NameMismatch},
		{"another name", func(f *fixture, r *Request, e ends) { e.server.Names = []string{"rogue.contoso.com"} }, NameMismatch},
		{"no name at all", func(f *fixture, r *Request, e ends) { r.Service = "server.contoso.com" }, NameMismatch},
		{"server's issuer", func(f *fixture, r *Request, e ends) { e.server.Issuer = "Mallory" }, UntrustedIssuer},
		{"client's issuer", func(f *fixture, r *Request, e ends) { e.client.Issuer = "Mallory" }, UntrustedIssuer},
		{"server trusts nobody", func(f *fixture, r *Request, e ends) { r.Server.TrustedIssuers = nil }, UntrustedIssuer},
		{"client's revoked", func(f *fixture, r *Request, e ends) { e.client.Revoked = true }, CertificateRevoked},
		{"server's revoked", func(f *fixture, r *Request, e ends) { e.server.Revoked = true }, CertificateRevoked},
		{"server's expired", func(f *fixture, r *Request, e ends) { e.server.Valid.Until = time.Hour }, CertificateExpired},
		{"server's expired for the other clock", func(f *fixture, r *Request, e ends) {
			e.server.Valid.Until, r.Client.Skew = 2*time.Hour, time.Hour
		}, CertificateExpired},
		{"server's own clock does not matter", func(f *fixture, r *Request, e ends) {
			e.server.Valid.Until, r.Server.Skew = 2*time.Hour, time.Hour
		}, NoFailure},
		{"client's not valid yet", func(f *fixture, r *Request, e ends) { e.client.Valid.From = 2 * time.Hour }, CertificateExpired},
		{"client without", func(f *fixture, r *Request, e ends) { r.Client.Certificates = nil }, NoCredentials},
		{"server without", func(f *fixture, r *Request, e ends) { r.Server.Certificates = nil }, NoCredentials},
		{"client's account disabled", func(f *fixture, r *Request, e ends) { f.client.SetDisabled(true) }, ClientRevoked},
		{"server's account disabled", func(f *fixture, r *Request, e ends) {
			e.server.Account = f.server
			f.server.SetDisabled(true)
		}, ServiceRevoked},
		{"a second certificate is good", func(f *fixture, r *Request, e ends) {
			good := *e.server
			e.server.Revoked = true
			r.Server.Certificates = append(r.Server.Certificates, good)
		}, NoFailure},
		{"the first failure counts", func(f *fixture, r *Request, e ends) {
			bad := *e.server
			e.server.Revoked, bad.Issuer = true, "Mallory"
			r.Server.Certificates = append(r.Server.Certificates, bad)
		}, CertificateRevoked},
	} {
		f := newFixture(t)
		r := Request{Service: target, Now: time.Hour, Methods: []Method{Certificates}}
		r.Client = Credentials{TrustedIssuers: []string{"CA"}, Certificates: []Certificate{{Issuer: "CA", Subject: "client", Account: f.client}}}
		r.Server = Credentials{TrustedIssuers: []string{"CA"}, Certificates: []Certificate{
			{Issuer: "CA", Subject: "server", Names: []string{"x", "SERVER.contoso.com"}}}}
		c.do(f, &r, ends{&r.Client.Certificates[0], &r.Server.Certificates[0]})
		proof, err := Authenticate(r)
		check(t, c.name, err, c.want)
		if c.want != NoFailure {
			if err.(*Error).Method != Certificates {
				t.Errorf("%s: method %v", c.name, err.(*Error).Method)
			}
			continue
		}
		client, server := proof.Client.Token(nil), proof.Server.Token(f.contoso)
		if proof.Client.Name != `CONTOSO\CLIENT$` || proof.Server.Name != "server" || proof.Server.Issuer != "CA" ||
			client.User != f.client.SID() || server.User != Anonymous() {
			t.Errorf("%s: proof %+v", c.name, proof)
		}
	}
}

func TestMethods(t *testing.T) {
	f := newFixture(t)
	r := Request{Client: f.client.Credentials(), Server: f.rogue.Credentials(), Service: target}
	_, err := Authenticate(r)
	check(t, "Kerberos refused, no certificates", err, Modified)
	if e := err.(*Error); len(e.Also) != 1 || e.Also[0].Failure != NoCredentials || !strings.Contains(err.Error(), "SEC_E_NO_CREDENTIALS") {
		t.Errorf("the other method is missing: %v", err)
	}
	r.Methods = []Method{Certificates, Kerberos}
	_, err = Authenticate(r)
	check(t, "the other order", err, Modified)
	for _, c := range []*Credentials{&r.Client, &r.Server} {
		c.TrustedIssuers, c.Certificates = []string{"CA"}, []Certificate{{Issuer: "CA", Names: []string{"server.contoso.com"}}}
	}
	proof, err := Authenticate(r)
	if check(t, "by certificate", err, NoFailure); proof.Method != Certificates {
		t.Errorf("method %v", proof.Method)
	}
	_, err = Authenticate(Request{})
	check(t, "nobody", err, NoCredentials)
	_, err = Authenticate(Request{Methods: []Method{}})
	check(t, "no method", err, NoCredentials)
	_, err = Authenticate(Request{Methods: []Method{99}})
	check(t, "no such method", err, NoCredentials)
}

func TestPasswordsNeverComeBack(t *testing.T) {
	f := newFixture(t)
	r := Request{Client: f.client.Credentials(), Server: f.server.Credentials(), Service: target, Methods: []Method{Kerberos}}
	for range 3 {
		f.server.ClearPassword()
		f.server.ResetPassword()
		_, err := Authenticate(r)
		check(t, "the first password", err, Modified)
	}
	r.Server = f.server.Credentials()
	_, err := Authenticate(r)
	check(t, "the current password", err, NoFailure)
}

// Whatever happens to a directory, a success means that the server is the one
// account that holds the name, and no attempt changes anything.
func TestAuthenticateProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := newFixture(t)
		accounts := []*Account{f.client, f.server, f.rogue, f.ann, f.euro, f.fab}
		names := []string{target, "host/server", "cifs/server", "host/rogue", "http/shop", "host/euro.europe.contoso.com", "host/fab", "", "x"}
		genAccount, genName := rapid.SampledFrom(accounts), rapid.SampledFrom(names)
		for range rapid.IntRange(0, 12).Draw(t, "changes") {
			a, name := genAccount.Draw(t, "account"), genName.Draw(t, "name")
			switch rapid.IntRange(0, 6).Draw(t, "change") {
			case 0:
				_ = a.RegisterSPN(name)
			case 1:
				if rapid.IntRange(0, 3).Draw(t, "force") == 0 {
					_ = a.ForceSPN(name)
				}
			case 2:
				a.UnregisterSPN(name)
			case 3:
				a.SetDisabled(rapid.Bool().Draw(t, "disabled"))
			case 4:
				a.ResetPassword()
			case 5:
				_ = f.dir.AddTrust(Trust{Trusting: f.fabrikam, Trusted: f.europe, TwoWay: rapid.Bool().Draw(t, "two-way")})
			case 6:
				a.SetLifetime(Window{Until: time.Duration(rapid.IntRange(-1, 3).Draw(t, "until"))})
			}
		}
		r := Request{
			Client: genAccount.Draw(t, "client").Credentials(), Server: genAccount.Draw(t, "server").Credentials(),
			Service: genName.Draw(t, "service"), Now: time.Duration(rapid.IntRange(0, 3).Draw(t, "now")),
		}
		before := dump(f.dir)
		proof, err := Authenticate(r)
		again, err2 := Authenticate(r)
		if !reflect.DeepEqual(proof, again) || !reflect.DeepEqual(err, err2) || dump(f.dir) != before {
			t.Fatalf("two attempts: %+v %v, %+v %v", proof, err, again, err2)
		}
		if err != nil {
			return
		}
		server := proof.Server.Account
		holder, lookup := r.Client.Account.Domain().ServiceAccount(proof.Service)
		switch {
		case server != r.Server.Account || proof.Client.Account != r.Client.Account:
			t.Fatalf("somebody else was proven: %+v", proof)
		case lookup != nil || holder != server:
			t.Fatalf("%v proved %q, which %v holds (%v)", server, proof.Service, holder, lookup)
		case server.Disabled() || r.Client.Account.Disabled() || !server.Lifetime().Contains(r.Now):
			t.Fatalf("an account that may not be used: %+v", proof)
		case f.dir.TrustPath(r.Client.Account.Domain(), server.Domain()) == nil:
			t.Fatalf("no trust from %v to %v", r.Client.Account, server)
		case r.Service != "" && proof.Service != r.Service:
			t.Fatalf("asked for %q, proven %q", r.Service, proof.Service)
		}
	})
}

// dump is a directory as text.
func dump(dir *Directory) string {
	var b strings.Builder
	for _, d := range dir.Domains() {
		for _, a := range d.Accounts() {
			fmt.Fprintln(&b, a, a.SID(), a.SPNs(), a.Disabled(), a.Lifetime(), a.password, a.Token(nil))
		}
		for _, g := range d.Groups() {
			fmt.Fprintln(&b, g, g.SID(), g.Members())
		}
	}
	fmt.Fprintln(&b, dir.Trusts())
	return b.String()
}

// A forest never has a name twice unless somebody forces it.
func TestSPNsStayUnique(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := newFixture(t)
		f.contoso.RequireUniqueAliases(rapid.Bool().Draw(t, "aliases"))
		accounts := rapid.SampledFrom([]*Account{f.client, f.server, f.rogue, f.ann, f.euro})
		part := rapid.SampledFrom([]string{"host", "HOST", "http", "Http", "cifs", "ldap"})
		inst := rapid.SampledFrom([]string{"server", "SERVER", "web", "web:80", "web/x"})
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			a, name := accounts.Draw(t, "account"), part.Draw(t, "class")+"/"+inst.Draw(t, "instance")
			if rapid.IntRange(0, 3).Draw(t, "what") == 0 {
				a.UnregisterSPN(name)
				continue
			}
			if err := a.RegisterSPN(name); err != nil {
				continue
			}
			n, _ := wsa.ParseSPN(name)
			if holders := f.contoso.holdersIn(n); len(holders) != 1 || holders[0] != a {
				t.Fatalf("%s was registered for %v and is held by %v", name, a, holders)
			}
		}
	})
}

func TestConcurrentReads(t *testing.T) {
	f := newFixture(t)
	r := Request{Client: f.ann.Credentials(), Server: f.server.Credentials(), Service: "cifs/server"}
	done := make(chan error)
	for range 4 {
		go func() {
			for range 50 {
				proof, err := Authenticate(r)
				if err != nil {
					done <- err
					return
				}
				proof.Client.Token(f.europe)
			}
			done <- nil
		}()
	}
	for range 4 {
		noError(t, <-done)
	}
}

func BenchmarkAuthenticate(b *testing.B) {
	f := newFixture(b)
	for i := range 10000 {
		ok(f.contoso.AddComputer(fmt.Sprintf("c%d", i)))(b)
	}
	r := Request{Client: f.contoso.Account("c77$").Credentials(), Server: f.server.Credentials(), Service: target}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Authenticate(r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkToken(b *testing.B) {
	f := newFixture(b)
	b.ReportAllocs()
	for b.Loop() {
		f.ann.Token(nil)
	}
}

func BenchmarkAccessCheck(b *testing.B) {
	f := newFixture(b)
	sd, _ := ParseSDDL("O:BAG:SYD:(D;;0x8;;;BG)(A;;0x1;;;DA)(A;;0x2;;;BU)(A;;0x1;;;AU)", f.contoso)
	token := f.ann.Token(nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := AccessCheck(sd, &token, 3); err != nil {
			b.Fatal(err)
		}
	}
}
