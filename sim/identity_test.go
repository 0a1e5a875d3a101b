package sim_test

import (
	"errors"
	"testing"
	"time"

	"wsasim/sim"
	"wsasim/sim/ale"
	"wsasim/sim/domain"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// forest is two domains that trust each other, if asked to.
type forest struct {
	contoso, fabrikam *domain.Domain
}

func newForest(t testing.TB, trust bool) *forest {
	dir := domain.NewDirectory()
	f := &forest{}
	f.contoso = must[*domain.Domain](t)(dir.AddDomain(domain.Config{DNS: "contoso.com"}))
	f.fabrikam = must[*domain.Domain](t)(dir.AddDomain(domain.Config{DNS: "fabrikam.com"}))
	if trust {
		ok(t, dir.AddTrust(domain.Trust{Trusting: f.contoso, Trusted: f.fabrikam, TwoWay: true}))
	}
	return f
}

// TestDomainDecides: what the computers prove to each other is up to their
// domain.
func TestDomainDecides(t *testing.T) {
	const server = "host/server.contoso.com"
	certificate := func(name, issuer string) domain.Certificate {
		return domain.Certificate{Issuer: issuer, Subject: name, Names: []string{name + ".contoso.com"}, Valid: domain.Window{Until: time.Hour}}
	}
	for _, tt := range []struct {
		name   string
		trust  bool
		change func(f *forest, client, server *domain.Account, c, s *domain.Credentials)
		target string
		method string // "" for refused
	}{
		{"members of one domain", false, nil, server, "Kerberos"},
		{"case", false, nil, "HOST/SERVER", "Kerberos"},
		{"another member's name", false, nil, "host/client.contoso.com", ""},
		{"nobody's name", false, nil, "host/nobody.contoso.com", ""},
		{"a name registered later", false, func(_ *forest, _, s *domain.Account, _, _ *domain.Credentials) {
			if err := s.RegisterSPN("host/www.contoso.com"); err != nil {
				panic(err)
			}
		}, "host/www.contoso.com", "Kerberos"},
		{"the client is disabled", false, func(_ *forest, c, _ *domain.Account, _, _ *domain.Credentials) { c.SetDisabled(true) }, server, ""},
		{"the server is disabled", false, func(_ *forest, _, s *domain.Account, _, _ *domain.Credentials) { s.SetDisabled(true) }, server, ""},
		{"the client's password was reset", false, func(_ *forest, c, _ *domain.Account, _, _ *domain.Credentials) { c.ResetPassword() }, "", ""},
		{"the server's password was reset", false, func(_ *forest, _, s *domain.Account, _, _ *domain.Credentials) { s.ResetPassword() }, "", ""},
		{"clocks apart", false, func(_ *forest, _, _ *domain.Account, c, _ *domain.Credentials) { c.Skew = time.Hour }, "", ""},
		{"another domain", false, func(f *forest, _, _ *domain.Account, c, _ *domain.Credentials) {
			a, _ := f.fabrikam.AddComputer("client")
			*c = a.Credentials()
		}, server, ""},
		{"another domain with a trust", true, func(f *forest, _, _ *domain.Account, c, _ *domain.Credentials) {
			a, _ := f.fabrikam.AddComputer("client")
			*c = a.Credentials()
		}, server, "Kerberos"},
		{"certificates only", false, func(_ *forest, _, _ *domain.Account, c, s *domain.Credentials) {
			*c = domain.Credentials{Certificates: []domain.Certificate{certificate("client", "CA")}, TrustedIssuers: []string{"CA"}}
			*s = domain.Credentials{Certificates: []domain.Certificate{certificate("server", "CA")}, TrustedIssuers: []string{"CA"}}
		}, server, "certificate"},
		{"a certificate that nobody trusts", false, func(_ *forest, _, _ *domain.Account, c, s *domain.Credentials) {
			*c = domain.Credentials{Certificates: []domain.Certificate{certificate("client", "CA")}, TrustedIssuers: []string{"CA"}}
			*s = domain.Credentials{Certificates: []domain.Certificate{certificate("server", "other CA")}, TrustedIssuers: []string{"CA"}}
		}, "", ""},
		{"a member and a stranger", false, func(_ *forest, _, _ *domain.Account, c, _ *domain.Credentials) { *c = domain.Credentials{} }, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newForest(t, tt.trust)
			ca, sa := must[*domain.Account](t)(f.contoso.AddComputer("client")), must[*domain.Account](t)(f.contoso.AddComputer("server"))
			cc, sc := ca.Credentials(), sa.Credentials()
			if tt.change != nil {
				tt.change(f, ca, sa, &cc, &sc)
			}
			d := newDuo(t, func(c, s *sim.HostConfig) {
				c.Principals, s.Principals = nil, nil
				c.Computer, s.Computer = cc, sc
			})
			d.listen(&how{})
			_, err := d.connect(&how{target: tt.target})
			if (err == nil) != (tt.method != "") {
				t.Fatalf("%v: %q", err, d.notes(trace.Negotiation, ""))
			}
			d.noClear()
			if a := d.agreements(); a[0].Method != tt.method {
				t.Errorf("%+v", a[0])
			}
		})
	}
}

// TestMixedWorlds: a host that is believed by its names proves nothing to a
// member of a domain, nor the other way round.
func TestMixedWorlds(t *testing.T) {
	f := newForest(t, false)
	a := must[*domain.Account](t)(f.contoso.AddComputer("server"))
	for _, side := range []int{0, 1} {
		d := newDuo(t, func(c, s *sim.HostConfig) {
			x := []*sim.HostConfig{c, s}[side]
			x.Principals, x.Computer = nil, a.Credentials()
		})
		d.listen(&how{})
		if _, err := d.connect(&how{}); err != wsa.WSAETIMEDOUT {
			t.Error(err)
		}
	}
}

// guestBook lets computers of the domain read and alice write.
func guestBook(t testing.TB, f *forest, alice *domain.Account) *domain.SecurityDescriptor {
	return &domain.SecurityDescriptor{Owner: domain.LocalSystem(), Group: domain.LocalSystem(), DACL: &domain.ACL{Entries: []domain.ACE{
		{Type: domain.Allow, Mask: wsa.READ_CONTROL, SID: f.contoso.Group("Domain Computers").SID()},
		{Type: domain.Allow, Mask: wsa.READ_CONTROL | wsa.WRITE_DAC, SID: alice.SID()},
	}}}
}

// TestImpersonation: the server acts as the client's user on one thread, as the
// computer where no user is proven, and as itself on any other thread.
func TestImpersonation(t *testing.T) {
	for _, users := range []bool{false, true} {
		f := newForest(t, false)
		ca, sa := must[*domain.Account](t)(f.contoso.AddComputer("client")), must[*domain.Account](t)(f.contoso.AddComputer("server"))
		alice := must[*domain.Account](t)(f.contoso.AddUser("alice"))
		book := guestBook(t, f, alice)
		d := newDuo(t, quickMode(func(p *ale.QuickModePolicy) { p.Impersonate = users }), func(c, s *sim.HostConfig) {
			c.Principals, s.Principals = nil, nil
			c.Computer, s.Computer, c.Owner = ca.Credentials(), sa.Credentials(), alice.Credentials()
		})
		_, s := d.join(&how{quick: quickKey}, &how{quick: quickKey})
		info := query(t, d.server, s, wsa.TOKEN_QUERY, 0)
		if (info.PeerApplicationAccessTokenHandle != 0) != users || info.PeerMachineAccessTokenHandle == 0 {
			t.Errorf("users %v: %+v", users, info)
		}
		may := func(th *sim.Thread, desired uint32) bool {
			_, err := th.AccessCheck(book, desired)
			if err != nil && !errors.Is(err, wsa.ERROR_ACCESS_DENIED) {
				t.Fatal(err)
			}
			return err == nil
		}
		other := d.server.Process().NewThread()
		ok(t, d.server.WSAImpersonateSocketPeer(s, nil))
		if who := d.server.Token(); who.Name != map[bool]string{true: alice.String(), false: ca.String()}[users] {
			t.Errorf("impersonates %s", who.Name)
		}
		if may(d.server, wsa.WRITE_DAC) != users || may(other, wsa.WRITE_DAC) {
			t.Errorf("users %v: who may write?", users)
		}
		ok(t, d.server.WSARevertImpersonation())
		if may(d.server, wsa.WRITE_DAC) || !may(d.server, wsa.READ_CONTROL) {
			t.Error("the server is not itself again")
		}
		machine := wsa.HANDLE(info.PeerMachineAccessTokenHandle)
		if _, err := d.server.AccessCheckToken(machine, book, wsa.READ_CONTROL); err != nil {
			t.Error(err)
		}
		if _, err := d.server.AccessCheckToken(machine, book, wsa.WRITE_DAC); !errors.Is(err, wsa.ERROR_ACCESS_DENIED) {
			t.Error(err)
		}
		ok(t, d.server.CloseHandle(machine))
		if _, err := d.server.AccessCheckToken(machine, book, wsa.READ_CONTROL); err != wsa.WSA_INVALID_HANDLE {
			t.Error(err)
		}
	}
}

// TestUserOfAnotherDomain: a user whom the server's domain does not trust ends
// the negotiation of a policy that wants users.
func TestUserRefused(t *testing.T) {
	f := newForest(t, false)
	ca, sa := must[*domain.Account](t)(f.contoso.AddComputer("client")), must[*domain.Account](t)(f.contoso.AddComputer("server"))
	bob := must[*domain.Account](t)(f.fabrikam.AddUser("bob"))
	d := newDuo(t, quickMode(func(p *ale.QuickModePolicy) { p.Impersonate = true }), func(c, s *sim.HostConfig) {
		c.Principals, s.Principals = nil, nil
		c.Computer, s.Computer, c.Owner = ca.Credentials(), sa.Credentials(), bob.Credentials()
	})
	d.listen(&how{quick: quickKey})
	if _, err := d.connect(&how{quick: quickKey}); err != wsa.WSAETIMEDOUT {
		t.Error(err)
	}
	d.noClear()
}

// TestLeaks: what was never closed or reverted is reported when process or
// world ends, once.
func TestLeaks(t *testing.T) {
	for _, process := range []bool{true, false} {
		d := newDuo(t)
		_, s := d.join(&how{}, &how{})
		query(t, d.server, s, wsa.TOKEN_QUERY, 0)
		info := query(t, d.server, s, wsa.TOKEN_QUERY, 0)
		ok(t, d.server.CloseHandle(wsa.HANDLE(info.PeerMachineAccessTokenHandle)))
		ok(t, d.server.WSAImpersonateSocketPeer(s, nil))
		if process {
			d.server.Process().End()
			d.server.Process().End()
		}
		d.w.Close()
		if n := len(d.notes(trace.Advisory, "was never closed")); n != 1 {
			t.Errorf("%d tokens reported", n)
		}
		if n := len(d.notes(trace.Advisory, "the thread ends while")); n != 1 {
			t.Errorf("%d impersonations reported", n)
		}
	}
}

// TestImplicitAccounts: hosts that are just names have accounts made from them.
func TestImplicitAccounts(t *testing.T) {
	d := newDuo(t)
	_, s := d.join(&how{}, &how{})
	sd := &domain.SecurityDescriptor{Owner: domain.LocalSystem(), Group: domain.LocalSystem(),
		DACL: &domain.ACL{Entries: []domain.ACE{{Type: domain.Allow, Mask: wsa.READ_CONTROL, SID: sim.SID("CLIENT")}}}}
	if _, err := d.server.AccessCheck(sd, wsa.READ_CONTROL); !errors.Is(err, wsa.ERROR_ACCESS_DENIED) {
		t.Error(err)
	}
	ok(t, d.server.WSAImpersonateSocketPeer(s, nil))
	if _, err := d.server.AccessCheck(sd, wsa.READ_CONTROL); err != nil {
		t.Error(err)
	}
}
