package ale

import (
	"testing"

	"wsasim/model/rules"
	"wsasim/wsa"
)

type fakeContexts struct {
	main  map[wsa.GUID]*MainModePolicy
	quick map[wsa.GUID]*QuickModePolicy
}

func (c fakeContexts) MainMode(k wsa.GUID) *MainModePolicy   { return c.main[k] }
func (c fakeContexts) QuickMode(k wsa.GUID) *QuickModePolicy { return c.quick[k] }

func TestSetSecurity(t *testing.T) {
	one, two := wsa.GUID{1}, wsa.GUID{2}
	mm, qm := DefaultMainMode(), DefaultQuickMode()
	known := fakeContexts{map[wsa.GUID]*MainModePolicy{one: &mm}, map[wsa.GUID]*QuickModePolicy{two: &qm}}
	strings := ipsec(wsa.SecuritySettingsIPsec{SecurityProtocol: 1, UserName: "u", DomainName: "do", Password: "pwd"})
	typ := func(v int32) *fakeSocket { return with(stream(), func(s *fakeSocket) { s.typ = v }) }
	family := func(v int32) *fakeSocket { return with(stream(), func(s *fakeSocket) { s.family = v }) }
	for _, c := range []struct {
		name     string
		sock     *fakeSocket
		in       []byte
		contexts Contexts
		err      wsa.Errno
		rule     rules.ID
	}{
		{"NULL is the default policy", stream(), nil, nil, 0, rules.SSSNull},
		{"generic", stream(), settings(0, 0), nil, 0, rules.SSSExclusive},
		{"both flags", datagram(), settings(0, 3), nil, 0, rules.SSSExclusive},
		{"IPv6", family(wsa.AF_INET6), settings(0, 0), nil, 0, rules.SSSExclusive},
		{"empty", stream(), []byte{}, nil, wsa.WSAEMSGSIZE, rules.SSSSize},
		{"7 bytes", stream(), settings(0, 0)[:7], nil, wsa.WSAEMSGSIZE, rules.SSSSize},
		{"9 bytes", stream(), append(settings(1, 0), 0), nil, wsa.WSAEMSGSIZE, rules.SSSSize},
		{"83 bytes", stream(), ipsec(wsa.SecuritySettingsIPsec{SecurityProtocol: 1})[:83], nil, wsa.WSAEMSGSIZE, rules.SSSSize},
		{"84 bytes", stream(), ipsec(wsa.SecuritySettingsIPsec{SecurityProtocol: 1})[:84], nil, 0, rules.SSSExclusive},
		{"88 bytes", stream(), ipsec(wsa.SecuritySettingsIPsec{SecurityProtocol: 1}), nil, 0, rules.SSSExclusive},
		{"strings fit", stream(), strings[:84+12], nil, 0, rules.SSSExclusive},
		{"strings cut", stream(), strings[:84+11], nil, wsa.WSAEMSGSIZE, rules.SSSSize},
		{"family", family(wsa.AF_BTH), nil, nil, wsa.WSAEAFNOSUPPORT, rules.GENFamily},
		{"type", typ(wsa.SOCK_RAW), nil, nil, wsa.WSAEINVAL, rules.GENType},
		{"size before family", family(wsa.AF_BTH), []byte{}, nil, wsa.WSAEMSGSIZE, rules.SSSSize},
		{"connected", connected(Association{}), nil, nil, wsa.WSAEISCONN, rules.SSSConn},
		{"bound", with(stream(), func(s *fakeSocket) { s.bound = true }), nil, nil, wsa.WSAEINVAL, rules.SSSBound},
		{"twice", secure(stream(), 0), nil, nil, wsa.WSAEINVAL, rules.SSSOnce},
		{"late before values", secure(stream(), 0), settings(3, 0), nil, wsa.WSAEINVAL, rules.SSSOnce},
		{"protocol IPSEC2", stream(), settings(2, 0), nil, 0, rules.SSSExclusive},
		{"protocol INVALID", stream(), settings(3, 0), nil, wsa.WSAEINVAL, rules.SSSValue},
		{"unknown flag", stream(), settings(0, 4), nil, wsa.WSAEINVAL, rules.SSSValue},
		{"IPsec with DEFAULT", stream(), ipsec(wsa.SecuritySettingsIPsec{}), nil, wsa.WSAEINVAL, rules.SSSValue},
		{"IPsec with IPSEC2", stream(), ipsec(wsa.SecuritySettingsIPsec{SecurityProtocol: 2}), nil, 0, rules.SSSExclusive},
		{"IPsec with INVALID", stream(), ipsec(wsa.SecuritySettingsIPsec{SecurityProtocol: 3}), nil, wsa.WSAEINVAL, rules.SSSValue},
		{"IPsec flag", stream(), ipsec(wsa.SecuritySettingsIPsec{SecurityProtocol: 1, IpsecFlags: 15}), nil, 0, rules.SSSExclusive},
		{"unknown IPsec flag", stream(), ipsec(wsa.SecuritySettingsIPsec{SecurityProtocol: 1, IpsecFlags: 16}), nil, wsa.WSAEINVAL, rules.SSSValue},
		{"keys known", stream(), ipsec(wsa.SecuritySettingsIPsec{SecurityProtocol: 1, AuthipMMPolicyKey: one, AuthipQMPolicyKey: two}), known, 0, rules.SSSExclusive},
		{"main-mode key unknown", stream(), ipsec(wsa.SecuritySettingsIPsec{SecurityProtocol: 1, AuthipMMPolicyKey: two}), known, wsa.WSAEINVAL, rules.SSSPolicyKeys},
		{"quick-mode key unknown", stream(), ipsec(wsa.SecuritySettingsIPsec{SecurityProtocol: 1, AuthipQMPolicyKey: one}), known, wsa.WSAEINVAL, rules.SSSPolicyKeys},
		{"key without contexts", stream(), ipsec(wsa.SecuritySettingsIPsec{SecurityProtocol: 1, AuthipQMPolicyKey: two}), nil, wsa.WSAEINVAL, rules.SSSPolicyKeys},
		{"zero keys without contexts", stream(), ipsec(wsa.SecuritySettingsIPsec{SecurityProtocol: 1}), nil, 0, rules.SSSExclusive},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := c.sock.state.clone()
			d := SetSecurity(c.sock, c.in, c.contexts)
			outcome(t, d, c.err, c.rule)
			if d.Exclusive != (c.err == 0) {
				t.Errorf("Exclusive is %v", d.Exclusive)
			}
			if c.err == 0 && !c.sock.state.Secured() {
				t.Error("security is not on")
			}
			if c.err != 0 && (c.sock.state.Secured() != before.Secured()) {
				t.Error("a failing call changed the state")
			}
		})
	}
}

func TestSettingsKept(t *testing.T) {
	mm, qm := DefaultMainMode(), DefaultQuickMode()
	contexts := fakeContexts{map[wsa.GUID]*MainModePolicy{{1}: &mm}, map[wsa.GUID]*QuickModePolicy{{2}: &qm}}
	s := stream()
	d := SetSecurity(s, ipsec(wsa.SecuritySettingsIPsec{
		SecurityProtocol: 1, SecurityFlags: 2, IpsecFlags: 1, AuthipMMPolicyKey: wsa.GUID{1}, AuthipQMPolicyKey: wsa.GUID{2},
		UserName: "Ann", DomainName: "contoso", Password: "pa\u00dfwort",
	}), contexts)
	outcome(t, d, 0, rules.SSSExclusive)
	advised(t, d, rules.SSSStrings) // no user proves itself under the policy
	qm.Impersonate = true
	advised(t, SetSecurity(stream(), ipsec(wsa.SecuritySettingsIPsec{SecurityProtocol: 1, AuthipQMPolicyKey: wsa.GUID{2}, UserName: "Ann"}), contexts))
	advised(t, SetSecurity(stream(), ipsec(wsa.SecuritySettingsIPsec{SecurityProtocol: 1, AuthipQMPolicyKey: wsa.GUID{2}, Password: "x"}), contexts), rules.SSSStrings)
	want := Settings{Protocol: 1, Flags: 2, IpsecFlags: 1, MainMode: &mm, QuickMode: &qm, User: "Ann", Domain: "contoso", Password: "pa\u00dfwort"}
	if got := *s.state.Settings(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if stream().state.Settings() != nil {
		t.Error("an untouched socket has settings")
	}
	a, b := secure(stream(), 0), secure(datagram(), 0)
	if a.state.Settings() != b.state.Settings() {
		t.Error("sockets with nothing in particular asked for do not share their settings")
	}
}

// DEFAULT is recommended in the generic structure; the IPsec one must say IPSEC.
func TestSettingsAdvice(t *testing.T) {
	advised(t, SetSecurity(stream(), settings(0, 0), nil))
	advised(t, SetSecurity(stream(), settings(1, 0), nil), rules.SSSDefaultProto)
	advised(t, SetSecurity(stream(), ipsec(wsa.SecuritySettingsIPsec{SecurityProtocol: 1}), nil))
	users := DefaultQuickMode()
	users.Impersonate = true
	contexts := fakeContexts{nil, map[wsa.GUID]*QuickModePolicy{{2}: &users}}
	odd := ipsec(wsa.SecuritySettingsIPsec{SecurityProtocol: 1, AuthipQMPolicyKey: wsa.GUID{2}, UserName: "user"})
	odd[72]-- // UserNameStringLen
	d := SetSecurity(stream(), odd, contexts)
	outcome(t, d, 0, rules.SSSExclusive)
	advised(t, d, rules.SSSStrings)
}
