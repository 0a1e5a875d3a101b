package ale

import (
	"net/netip"
	"testing"
	"time"

	"wsasim/model/rules"
	"wsasim/wsa"
)

const (
	guarantee = wsa.SOCKET_SETTINGS_GUARANTEE_ENCRYPTION
	insecure  = wsa.SOCKET_SETTINGS_ALLOW_INSECURE
)

var (
	client = &Credential{Computer: "CONTOSO\\client$", SPNs: []string{"host/client.contoso.com"}, User: "CONTOSO\\ann"}
	server = &Credential{Computer: "CONTOSO\\server$", SPNs: []string{"host/server", "host/server.contoso.com"}}
	other  = &Credential{Computer: "CONTOSO\\other$", SPNs: []string{"host/other.contoso.com"}}
)

// state is a socket's with security on and the generic flags given.
func state(flags uint32) *State { return secure(stream(), flags).state }

// party is one end of a negotiation with a socket's state and a name to demand.
func party(st *State, target string, c *Credential) Party {
	n := NeedOf(st, netip.AddrPort{}, nil, Traffic{})
	if n.Secured {
		n.Target = target
	}
	return Party{n, c}
}

func TestNegotiate(t *testing.T) {
	nameOnly := &State{stream: "host/server"}
	for _, c := range []struct {
		name      string
		i, r      Party
		ok        bool
		secured   bool
		encrypted bool
		rule      rules.ID
	}{
		{"neither", Party{}, Party{}, true, false, false, ""},
		{"a name alone asks for nothing", party(nameOnly, "host/server", client), party(nil, "", other), true, false, false, ""},
		{"initiator only", party(state(0), "", client), party(nil, "", server), false, false, false, rules.SECNoclear},
		{"responder only", party(nil, "", client), party(state(0), "", server), false, false, false, rules.SECNoclear},
		{"initiator only, allowed", party(state(insecure), "", client), party(nil, "", server), true, false, false, rules.SECAllow},
		{"responder only, allowed", party(nil, "", client), party(state(insecure), "", server), true, false, false, rules.SECAllow},
		{"initiator only, both flags", party(state(insecure|guarantee), "", client), party(nil, "", server), false, false, false, rules.SECGuarantee},
		{"initiator only, guaranteed", party(state(guarantee), "", client), party(nil, "", server), false, false, false, rules.SECGuarantee},
		{"both", party(state(0), "", client), party(state(0), "", server), true, true, false, rules.SECSpn},
		{"both, initiator encrypts", party(state(guarantee), "", client), party(state(0), "", server), true, true, true, rules.SECSpn},
		{"both, responder encrypts", party(state(0), "", client), party(state(guarantee), "", server), true, true, true, rules.SECSpn},
		{"both, no credential", party(state(0), "", client), party(state(0), "", nil), false, false, false, rules.SECNoclear},
		{"both, no credential, one allows", party(state(insecure), "", nil), party(state(0), "", server), false, false, false, rules.SECNoclear},
		{"both, no credential, both allow", party(state(insecure), "", nil), party(state(insecure), "", server), true, false, false, rules.SECAllow},
		{"both, no credential, guaranteed", party(state(insecure), "", nil), party(state(guarantee|insecure), "", server), false, false, false, rules.SECGuarantee},
		{"name proven", party(state(0), "host/server", client), party(state(0), "", server), true, true, false, rules.SECSpn},
		{"name proven in other case", party(state(0), "HOST/Server.Contoso.COM", client), party(state(0), "", server), true, true, false, rules.SECSpn},
		{"trusted man in the middle", party(state(0), "host/server", client), party(state(0), "", other), false, false, false, rules.SECSpn},
		{"and without a name", party(state(0), "", client), party(state(0), "", other), true, true, false, rules.SECSpn},
		{"name not proven, clear allowed", party(state(insecure), "host/server", client), party(state(insecure), "", other), false, false, false, rules.SECSpn},
		{"responder's name", party(state(0), "", client), party(state(0), "host/client.contoso.com", server), true, true, false, rules.SECSpn},
		{"responder's name not proven", party(state(0), "", other), party(state(0), "host/client.contoso.com", server), false, false, false, rules.SECSpn},
		{"downgraded: name cannot be asked of a peer in clear", party(state(insecure), "host/server", client), party(nil, "", other), true, false, false, rules.SECAllow},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := Negotiate(c.i, c.r)
			if o.Established != c.ok || o.Secured != c.secured || o.Encrypted != c.encrypted || o.Rule != c.rule || o.Reason == "" {
				t.Errorf("got %+v", o)
			}
			want := Association{Secured: c.secured, Encrypted: c.encrypted}
			if c.secured {
				want.PeerComputer, want.Peer = c.r.Credential.Computer, c.r.Credential
			} else if c.ok {
				want.Winerr = o.Winerr
			}
			if o.Initiator != want {
				t.Errorf("the initiator knows %+v, want %+v", o.Initiator, want)
			}
		})
	}
}

// The default policy is the one of WSASetSocketSecurity's remarks: secured and
// not encrypted, unless encryption is guaranteed, which takes the first
// proposal that has it.
func TestDefaultPolicy(t *testing.T) {
	mm, qm := DefaultMainMode(), DefaultQuickMode()
	if mm.Lifetime != 2*time.Hour || mm.QuickModes != 0 || qm.PFS || qm.Impersonate || !qm.Discovery || !qm.Boundary ||
		qm.ClearAfter != 10*time.Second || qm.IdleTimeout != 5*time.Minute || qm.FailoverTimeout != time.Minute {
		t.Errorf("%+v %+v", mm, qm)
	}
	var got []string
	for _, p := range mm.Proposals {
		got = append(got, p.String())
	}
	for _, p := range qm.Proposals {
		if p.Lifetime != time.Hour || p.Kilobytes != 55<<20 {
			t.Errorf("%+v", p)
		}
		got = append(got, p.String())
	}
	want := []string{
		"AES-128 + SHA-1 + ECP-256", "3DES + SHA-1 + DH group 2",
		"ESP SHA-1, no encryption", "ESP SHA-1, AES-128", "ESP SHA-1, 3DES", "AH SHA-1, no encryption",
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("proposal %q, want %q", got[i], want[i])
		}
	}
	plain := Negotiate(party(state(0), "", client), party(state(0), "", server))
	if plain.QuickMode != qm.Proposals[0] || plain.MainMode != mm.Proposals[0] {
		t.Errorf("chose %s, %s", plain.MainMode, plain.QuickMode)
	}
	encrypted := Negotiate(party(state(guarantee), "", client), party(state(0), "", server))
	if encrypted.QuickMode != qm.Proposals[1] {
		t.Errorf("chose %s", encrypted.QuickMode)
	}
	mm.Proposals[0].Cipher, qm.Proposals[0].Cipher = 0, 1 // a copy
	if defaultMainMode.Proposals[0].Cipher != AES128 || defaultQuickMode.Proposals[0].Cipher != NoCipher {
		t.Error("the default policy was changed through a copy")
	}
	for _, n := range []int{len(cipherNames), len(integrityNames), len(exchangeNames), len(protocolNames), len(methodNames)} {
		if n < 2 {
			t.Error("an enumeration has no names")
		}
	}
	if Certificate.String() != "certificate" || Method(99).String() != "unknown" || AES128.String() != "AES-128" || ECP256.String() != "ECP-256" {
		t.Error("names do not match their values")
	}
}

// custom is a state with policies of its own.
func custom(flags uint32, mm MainModePolicy, qm QuickModePolicy) *State {
	return &State{settings: &Settings{Flags: flags, MainMode: &mm, QuickMode: &qm}}
}

func TestCustomPolicies(t *testing.T) {
	mm, qm := DefaultMainMode(), DefaultQuickMode()
	plainOnly, aesOnly, weak, users := qm, qm, mm, qm
	plainOnly.Proposals = qm.Proposals[:1]
	aesOnly.Proposals = qm.Proposals[1:2]
	weak.Proposals = mm.Proposals[1:]
	users.Impersonate = true
	negotiate := func(i, r *State) Outcome { return Negotiate(party(i, "", client), party(r, "", server)) }

	if o := negotiate(state(0), custom(0, mm, aesOnly)); !o.Encrypted || o.QuickMode.Cipher != AES128 {
		t.Errorf("encryption that the other end's policy has was not chosen: %+v", o)
	}
	if o := negotiate(state(guarantee), custom(0, mm, plainOnly)); o.Established || o.Rule != rules.SECGuarantee {
		t.Errorf("no proposal encrypts: %+v", o)
	}
	if o := negotiate(custom(0, mm, plainOnly), custom(0, mm, aesOnly)); o.Established || o.Rule != rules.SECNoclear {
		t.Errorf("nothing in common: %+v", o)
	}
	if o := negotiate(custom(insecure, mm, plainOnly), custom(insecure, mm, aesOnly)); !o.Established || o.Secured {
		t.Errorf("nothing in common, clear allowed: %+v", o)
	}
	if o := negotiate(state(0), custom(0, weak, qm)); o.MainMode != mm.Proposals[1] {
		t.Errorf("main mode %s", o.MainMode)
	}
	strong := mm
	strong.Proposals = mm.Proposals[:1]
	if o := negotiate(custom(0, strong, qm), custom(0, weak, qm)); o.Established {
		t.Errorf("no main mode in common: %+v", o)
	}
	o := negotiate(custom(0, mm, users), custom(0, mm, users))
	if o.Responder.PeerUser != client.User || !o.Responder.Impersonated || o.Initiator.Impersonated {
		t.Errorf("users: %+v", o)
	}
	if o := negotiate(custom(0, mm, users), state(0)); o.Responder.PeerUser != "" || o.Responder.Impersonated {
		t.Errorf("one end alone proves no users: %+v", o)
	}
}
