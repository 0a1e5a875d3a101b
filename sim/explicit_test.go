package sim_test

import (
	"testing"

	"wsasim/sim"
	"wsasim/sim/ale"
	"wsasim/sim/domain"
	"wsasim/wsa"
)

// userPolicy is the key of a policy under which users prove themselves.
var userPolicy = wsa.GUID{1}

// newUserDuo is a client and a server of contoso.com whose users prove
// themselves; the client's processes run on behalf of ann.
func newUserDuo(t testing.TB, users ...string) (*duo, map[string]*domain.Account) {
	f := newForest(t, false)
	accounts := make(map[string]*domain.Account)
	for _, u := range append(users, "ann") {
		accounts[u] = must[*domain.Account](t)(f.contoso.AddUser(u))
	}
	quick := ale.DefaultQuickMode()
	quick.Impersonate = true
	d := newDuo(t, func(client, server *sim.HostConfig) {
		for _, h := range []*sim.HostConfig{client, server} {
			h.Principals = nil
			h.Computer = must[*domain.Account](t)(f.contoso.AddComputer(h.Name)).Credentials()
			h.QuickModePolicies = map[wsa.GUID]ale.QuickModePolicy{userPolicy: quick}
		}
		client.Owner = accounts["ann"].Credentials()
	})
	return d, accounts
}

// as is a socket with explicit credentials, and how connecting it went.
func (d *duo) as(th *sim.Thread, user, in, password string) error {
	d.t.Helper()
	s := must[wsa.SOCKET](d.t)(th.WSASocket(wsa.AF_INET, wsa.SOCK_STREAM, 0, nil, 0, 0))
	b := must[[]byte](d.t)((&wsa.SecuritySettingsIPsec{SecurityProtocol: wsa.SOCKET_SECURITY_PROTOCOL_IPSEC, AuthipQMPolicyKey: userPolicy,
		UserName: user, DomainName: in, Password: password}).AppendBinary(nil))
	ok(d.t, th.WSASetSocketSecurity(s, b, nil, nil))
	return th.Connect(s, addr("10.0.0.2:80"))
}

// TestExplicitCredentials: the user that a socket was given proves itself in
// place of its process's, and one whom the domain does not know is refused (rule
// SSS-STRINGS).
func TestExplicitCredentials(t *testing.T) {
	for _, tt := range []struct {
		name, user, in, password string
		want                     string // whom the server sees; "" for refused
	}{
		{"none", "", "", "", `CONTOSO\ann`},
		{"another user", "bob", "CONTOSO", "secret", `CONTOSO\bob`},
		{"by the domain's other name", "Bob", "contoso.com", "secret", `CONTOSO\bob`},
		{"a wrong password", "bob", "CONTOSO", "Secret", ""},
		{"an unknown user", "carl", "CONTOSO", "secret", ""},
		{"an unknown domain", "bob", "FABRIKAM", "secret", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, accounts := newUserDuo(t, "bob")
			accounts["bob"].SetPassword("secret")
			l := d.listen(&how{quick: userPolicy})
			err := d.as(d.client, tt.user, tt.in, tt.password)
			if tt.want == "" {
				if a := d.agreements(); err != wsa.WSAETIMEDOUT || a[0].Winerr != uint32(ale.IKEAuthFail) {
					t.Errorf("%v, %+v", err, a[0])
				}
				d.noClear()
				return
			}
			ok(t, err)
			s := must[wsa.SOCKET](t)(d.server.Accept(l, nil, nil))
			if q := query(t, d.server, s, wsa.TOKEN_QUERY, 0); q.PeerApplicationAccessTokenHandle == 0 {
				t.Errorf("no token of the user: %+v", q)
			} else if sd := must[*domain.SecurityDescriptor](t)(domain.ParseSDDL("O:BAG:BAD:(A;;0x1;;;"+accounts[map[string]string{`CONTOSO\ann`: "ann", `CONTOSO\bob`: "bob"}[tt.want]].SID().String()+")", nil)); sd != nil {
				if _, err := d.server.AccessCheckToken(wsa.HANDLE(q.PeerApplicationAccessTokenHandle), sd, 1); err != nil {
					t.Errorf("the token is not %s's: %v", tt.want, err)
				}
			}
		})
	}
}

// TestUsersShareNoAssociation: where users prove themselves, each has an
// association of its own, however alike the sockets are; where they do not, the
// processes of a host share.
func TestUsersShareNoAssociation(t *testing.T) {
	for _, tt := range []struct {
		key  wsa.GUID
		want int
	}{{userPolicy, 2}, {wsa.GUID{}, 1}} {
		d, accounts := newUserDuo(t, "bob")
		l := d.listen(&how{quick: tt.key})
		other := d.hosts[0].NewProcess(sim.ProcessConfig{Owner: accounts["bob"].Credentials()}).NewThread()
		var data wsa.WSADATA
		ok(t, other.WSAStartup(0x202, &data))
		for _, th := range []*sim.Thread{d.client, other, d.client} {
			s := open(t, th, wsa.SOCK_STREAM, &how{quick: tt.key}, "")
			ok(t, th.Connect(s, addr("10.0.0.2:80")))
			must[wsa.SOCKET](t)(d.server.Accept(l, nil, nil))
		}
		if list := d.w.Associations(); len(list) != tt.want {
			t.Errorf("policy %v: %d associations, want %d", tt.key, len(list), tt.want)
		}
	}
}
