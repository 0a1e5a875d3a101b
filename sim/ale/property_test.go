package ale

import (
	"bytes"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"wsasim/wsa"

	"pgregory.net/rapid"
)

// genBytes is a buffer: nil, a structure that was damaged a little, or noise.
func genBytes(structure []byte) *rapid.Generator[[]byte] {
	return rapid.Custom(func(t *rapid.T) []byte {
		switch rapid.IntRange(0, 5).Draw(t, "kind") {
		case 0:
			return nil
		case 1:
			return rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "noise")
		}
		b := bytes.Clone(structure)
		for range rapid.IntRange(0, 3).Draw(t, "damage") {
			if len(b) == 0 {
				break
			}
			at := rapid.IntRange(0, len(b)-1).Draw(t, "at")
			if rapid.Bool().Draw(t, "cut") {
				b = b[:at]
			} else {
				b[at] = rapid.SampledFrom([]byte{0, 1, 2, 3, 4, 16, 23, 0x80, 0xFF}).Draw(t, "byte")
			}
		}
		return b
	})
}

var genFlags = rapid.SampledFrom([]uint32{0, insecure, guarantee, insecure | guarantee})

var (
	genPeer    = rapid.SampledFrom([]string{peerA, peerB, "192.0.2.1:81", "0.0.0.0:0", "[2001:db8::1]:80", "[fe80::1%3]:80"})
	genName    = rapid.SampledFrom([]string{spn, "host/a", "x", "", "host/\U0001F600"})
	genAccount = rapid.SampledFrom([]string{"", "CONTOSO\\a$", "CONTOSO\\b"})
)

var genAssociation = rapid.Custom(func(t *rapid.T) Association {
	return Association{
		Secured: rapid.Bool().Draw(t, "secured"), Encrypted: rapid.Bool().Draw(t, "encrypted"),
		Impersonated: rapid.Bool().Draw(t, "impersonated"), Received: rapid.Bool().Draw(t, "received"),
		PeerComputer: genAccount.Draw(t, "computer"), PeerUser: genAccount.Draw(t, "user"), MMID: 1, QMID: 2,
	}
})

// genSocket is a socket in any state, reached by calls or simply claimed.
var genSocket = rapid.Custom(func(t *rapid.T) *fakeSocket {
	s := &fakeSocket{
		family:      rapid.SampledFrom([]int32{wsa.AF_INET, wsa.AF_INET, wsa.AF_INET6, wsa.AF_UNIX}).Draw(t, "family"),
		typ:         rapid.SampledFrom([]int32{wsa.SOCK_STREAM, wsa.SOCK_DGRAM, wsa.SOCK_DGRAM, wsa.SOCK_RAW}).Draw(t, "type"),
		overlapped:  rapid.IntRange(0, 4).Draw(t, "overlapped") == 0,
		nonblocking: rapid.IntRange(0, 4).Draw(t, "nonblocking") == 0,
		peers:       map[netip.AddrPort]Association{},
	}
	if rapid.Bool().Draw(t, "secured") {
		SetSecurity(s, settings(0, genFlags.Draw(t, "flags")), nil)
	}
	for range rapid.IntRange(0, 3).Draw(t, "names") {
		SetPeerTargetName(s, target(genPeer.Draw(t, "peer"), genName.Draw(t, "name")))
	}
	s.bound = rapid.IntRange(0, 3).Draw(t, "bound") == 0
	s.connected = rapid.IntRange(0, 3).Draw(t, "connected") == 0
	s.reset = rapid.IntRange(0, 9).Draw(t, "reset") == 0
	if s.connected {
		a := genAssociation.Draw(t, "connection")
		s.connection = &a
	}
	for range rapid.IntRange(0, 2).Draw(t, "talked") {
		s.peers[netip.MustParseAddrPort(genPeer.Draw(t, "talked to"))] = genAssociation.Draw(t, "exchange")
	}
	return s
})

// call is one call on a socket, repeatable on another one like it.
type call struct {
	do    func(s *fakeSocket) (Decision, []byte, uint32) // and the output buffer and count
	ioctl func(s *fakeSocket) (Decision, []byte, uint32) // the same through WSAIoctl; nil for none
}

func genCall(t *rapid.T) call {
	ioctl := func(code uint32, in []byte, room int) func(*fakeSocket) (Decision, []byte, uint32) {
		return func(s *fakeSocket) (Decision, []byte, uint32) {
			var out []byte
			var n uint32
			if room >= 0 {
				out, n = make([]byte, room), uint32(room)
			}
			d, _ := Ioctl(s, code, in, out, &n, nil, new(handles).open)
			return d, out, n
		}
	}
	plain := func(code uint32, in []byte, f func(*fakeSocket) Decision) call {
		return call{
			do:    func(s *fakeSocket) (Decision, []byte, uint32) { return f(s), nil, 0 },
			ioctl: ioctl(code, in, -1),
		}
	}
	peer, name := genPeer.Draw(t, "peer"), genName.Draw(t, "name")
	switch rapid.IntRange(0, 4).Draw(t, "call") {
	case 0:
		in := genBytes(rapid.SampledFrom([][]byte{
			settings(0, 1), settings(1, 2), ipsec(wsa.SecuritySettingsIPsec{SecurityProtocol: 1, UserName: "ab", Password: "c"}),
		}).Draw(t, "settings")).Draw(t, "in")
		return plain(wsa.SIO_SET_SECURITY, in, func(s *fakeSocket) Decision { return SetSecurity(s, in, nil) })
	case 1:
		in := genBytes(rapid.SampledFrom([][]byte{target(peer, name), chars(peer, name)}).Draw(t, "target")).Draw(t, "in")
		return plain(wsa.SIO_SET_PEER_TARGET_NAME, in, func(s *fakeSocket) Decision { return SetPeerTargetName(s, in) })
	case 2:
		in := genBytes(sockaddr(peer)).Draw(t, "in")
		return plain(wsa.SIO_DELETE_PEER_TARGET_NAME, in, func(s *fakeSocket) Decision { return DeletePeerTargetName(s, in) })
	case 3:
		mask := rapid.SampledFrom([]uint32{0, 8}).Draw(t, "mask")
		in := genBytes(rapid.SampledFrom([][]byte{template(peer, mask), template2(peer, mask, 3)}).Draw(t, "template")).Draw(t, "in")
		room := rapid.SampledFrom([]int{-1, 0, 23, 24, 63, 64, 100}).Draw(t, "room")
		return call{
			do: func(s *fakeSocket) (Decision, []byte, uint32) {
				var out []byte
				var n uint32
				if room >= 0 {
					out, n = make([]byte, room), uint32(room)
				}
				d := QuerySecurity(s, in, out, &n, new(handles).open)
				return d, out, n
			},
			ioctl: ioctl(wsa.SIO_QUERY_SECURITY, in, room),
		}
	}
	in := genBytes(sockaddr(peer)).Draw(t, "in")
	return call{do: func(s *fakeSocket) (Decision, []byte, uint32) {
		_, d := Impersonate(s, in)
		return d, nil, 0
	}}
}

func copySocket(s *fakeSocket) *fakeSocket {
	c := *s
	c.state = s.state.clone()
	return &c
}

// A failing call changes nothing, a decision depends on nothing but its
// arguments, every decision cites a rule, and WSAIoctl decides the same.
func TestDecisionsArePure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := genSocket.Draw(t, "socket")
		for range rapid.IntRange(1, 4).Draw(t, "calls") {
			c := genCall(t)
			before, again, ioctl := copySocket(s), copySocket(s), copySocket(s)
			d, out, n := c.do(s)
			if d.Rule == "" {
				t.Fatalf("no rule for %+v", d)
			}
			if d.Err != 0 && !reflect.DeepEqual(s, before) {
				t.Fatalf("%v by %s changed the state from %+v to %+v", d.Err, d.Rule, before.state, s.state)
			}
			same := func(how string, other *fakeSocket, d2 Decision, out2 []byte, n2 uint32) {
				if !reflect.DeepEqual(d, d2) || !bytes.Equal(out, out2) || n != n2 || !reflect.DeepEqual(s, other) {
					t.Fatalf("%s: %+v %x %d and %+v %x %d", how, d, out, n, d2, out2, n2)
				}
			}
			d2, out2, n2 := c.do(again)
			same("repeated", again, d2, out2, n2)
			if c.ioctl != nil {
				d3, out3, n3 := c.ioctl(ioctl)
				same("through WSAIoctl", ioctl, d3, out3, n3)
			}
		}
	})
}

// The order of the checks is the table's: a naive judge that runs all checks
// and takes the failure of the earliest row agrees, and never passes what
// fails alone. Values can only be looked at in buffers of the right size and
// on sockets of the right kind, so the rows after a failing one are not run.
func TestPrecedenceIsComplete(t *testing.T) {
	want := []string{"NULL pointers", "sizes", "family", "type", "how it was made", "connected", "too late or twice", "values"}
	for i, row := range precedence {
		if row.stage != want[i] {
			t.Errorf("row %d is %q, the specification says %q", i, row.stage, want[i])
		}
	}
	for f := range functions {
		for _, stage := range []int{1, 2, 3, 7} {
			if precedence[stage].checks[f] == nil && !(f == setSecurity && stage == 0) {
				t.Errorf("function %d has no check of %s", f, precedence[stage].stage)
			}
		}
	}
}

// Random names against a plain map from address texts to names.
func TestNamesAgainstPlainMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := secure(datagram(), 0)
		plain := map[string]string{}
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			port := rapid.IntRange(1, 5).Draw(t, "port")
			peer := netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, rapid.Byte().Draw(t, "host") % 4}), uint16(port))
			if rapid.Bool().Draw(t, "set") {
				name := "host/" + rapid.StringMatching(`[a-z]{1,5}`).Draw(t, "name")
				if d := SetPeerTargetName(s, target(peer.String(), name)); d.Err != 0 {
					t.Fatal(d)
				}
				plain[peer.String()] = name
			} else {
				_, had := plain[peer.String()]
				if d := DeletePeerTargetName(s, sockaddr(peer.String())); (d.Err == 0) != had {
					t.Fatalf("delete: %v, had %v", d.Err, had)
				}
				delete(plain, peer.String())
			}
			if got := s.state.TargetName(peer); got != plain[peer.String()] {
				t.Fatalf("name for %s is %q, want %q", peer, got, plain[peer.String()])
			}
		}
		names := s.state.Names()
		if len(names) != len(plain) {
			t.Fatalf("%d names, want %d", len(names), len(plain))
		}
		if !slices.IsSortedFunc(names, func(a, b PeerName) int { return a.Peer.Compare(b.Peer) }) {
			t.Fatalf("names out of order: %v", names)
		}
	})
}

// sides is a party with what it was made of.
type sides struct {
	Party
	settings *Settings
	target   string
}

var genParty = rapid.Custom(func(t *rapid.T) sides {
	credential := rapid.SampledFrom([]*Credential{nil, client, server, other}).Draw(t, "credential")
	target := rapid.SampledFrom([]string{"", "", "host/server", "HOST/other.contoso.com", "host/client.contoso.com"}).Draw(t, "target")
	var st *State
	if rapid.IntRange(0, 3).Draw(t, "secured") != 0 {
		mm, qm := DefaultMainMode(), DefaultQuickMode()
		mm.Proposals = rapid.SliceOfN(rapid.SampledFrom(mm.Proposals), 0, 3).Draw(t, "main mode")
		qm.Proposals = rapid.SliceOfN(rapid.SampledFrom(qm.Proposals), 0, 4).Draw(t, "quick mode")
		qm.Impersonate, qm.PFS = rapid.Bool().Draw(t, "impersonate"), rapid.IntRange(0, 5).Draw(t, "pfs") == 0
		qm.UserMethods = rapid.SliceOfN(rapid.SampledFrom([]Method{Certificate, Kerberos}), 0, 2).Draw(t, "methods")
		if rapid.Bool().Draw(t, "default") {
			mm, qm = DefaultMainMode(), DefaultQuickMode()
		}
		st = custom(genFlags.Draw(t, "flags"), mm, qm)
	}
	return sides{party(st, target, credential), st.Settings(), target}
})

func TestNegotiateProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		i, r := genParty.Draw(t, "initiator"), genParty.Draw(t, "responder")
		o, mirror := Negotiate(i.Party, r.Party), Negotiate(r.Party, i.Party)
		if !reflect.DeepEqual(o, Negotiate(i.Party, r.Party)) {
			t.Fatal("not a function of its arguments")
		}
		// Which proposal wins is the initiator's choice; whether traffic is
		// protected and whether it flows is not.
		if o.Established != mirror.Established || o.Secured != mirror.Secured {
			t.Fatalf("one way %+v, the other %+v", o, mirror)
		}
		judgeOutcome(t, i, r, o, o.Established)
		if i.settings == nil {
			return
		}
		ours, theirs := converse(t, i.Party, r.Party)
		if ours.Secured != o.Secured || ours.Secured != (theirs != nil && theirs.Secured) {
			t.Fatalf("decided %+v; with messages %+v and %+v", o, ours, theirs)
		}
		if o.Secured {
			ours.Responder = theirs.Responder
			if !reflect.DeepEqual(o, ours) {
				t.Fatalf("decided %+v; with messages %+v", o, ours)
			}
			return
		}
		// With messages each end judges clear text alone.
		accepts, _ := r.Need.MayClear()
		if (ours.Established && accepts) != o.Established {
			t.Fatalf("decided %+v; with messages %+v", o, ours)
		}
		judgeOutcome(t, i, r, ours, ours.Established && accepts)
	})
}

// judgeOutcome holds an outcome to the rules SEC-*.
func judgeOutcome(t *rapid.T, i, r sides, o Outcome, flows bool) {
	if o.Encrypted && !o.Secured || o.Secured && !o.Established {
		t.Fatalf("%+v", o)
	}
	for n, p := range []sides{i, r} {
		peer := []sides{i, r}[1-n]
		if p.settings == nil {
			continue
		}
		if flows && !o.Secured && p.settings.Flags&insecure == 0 {
			t.Fatalf("clear text without ALLOW_INSECURE: %+v", o)
		}
		if flows && !o.Encrypted && p.settings.Flags&guarantee != 0 {
			t.Fatalf("not encrypted in spite of GUARANTEE_ENCRYPTION: %+v", o)
		}
		if o.Secured && p.target != "" && !slices.ContainsFunc(peer.Credential.SPNs, func(s string) bool { return strings.EqualFold(s, p.target) }) {
			t.Fatalf("the peer did not prove %s: %+v", p.target, o)
		}
	}
	if (i.settings == nil || r.settings == nil) && o.Secured {
		t.Fatal("one end alone is secured")
	}
}

// converse carries the messages of two ends to each other until both have
// nothing more to say, and repeats each message of the initiator once.
func converse(t *rapid.T, i, r Party) (ours Outcome, theirs *Outcome) {
	a, b := NewInitiator(i, nil), NewResponder(r, nil)
	repeat := rapid.Bool().Draw(t, "repeated messages")
	for out := a.Start(); ; {
		if out.Done != nil {
			ours = *out.Done
		}
		if out.Send == nil {
			return ours, theirs
		}
		answer := b.Receive(*out.Send)
		if answer.Done != nil {
			theirs = answer.Done
		}
		if repeat && out.Send.Step != Refusal {
			if again := b.Receive(*out.Send); again.Done != nil || (again.Send == nil) != (answer.Send == nil) {
				t.Fatalf("a repetition of %v leads to %+v", out.Send.Step, again)
			}
		}
		if answer.Send == nil {
			return ours, theirs
		}
		out = a.Receive(*answer.Send)
	}
}

// FuzzCalls throws buffers at every function, on sockets of every kind.
func FuzzCalls(f *testing.F) {
	for _, b := range [][]byte{
		nil, settings(1, 0), ipsec(wsa.SecuritySettingsIPsec{SecurityProtocol: 1, UserName: "u"}), target(peerA, spn), chars("", spn),
		sockaddr(peerA), sockaddr("[fe80::1%3]:80"), template(peerA, 8), template2(peerA, 8, 3),
	} {
		f.Add(b, uint8(64), uint8(0))
	}
	f.Fuzz(func(t *testing.T, b []byte, room, kind uint8) {
		s := &fakeSocket{
			family: []int32{wsa.AF_INET, wsa.AF_INET6, wsa.AF_UNIX}[kind%3],
			typ:    []int32{wsa.SOCK_STREAM, wsa.SOCK_DGRAM}[kind/3%2], connected: kind/6%2 == 1,
			connection: &protected,
		}
		out := make([]byte, room)
		n := uint32(room)
		for _, code := range []uint32{
			wsa.SIO_SET_PEER_TARGET_NAME, wsa.SIO_DELETE_PEER_TARGET_NAME, wsa.SIO_QUERY_SECURITY, wsa.SIO_SET_SECURITY, wsa.SIO_SET_PEER_TARGET_NAME,
		} {
			if _, ok := Ioctl(s, code, b, out, &n, nil, new(handles).open); !ok {
				t.Fatalf("code %#x is not known", code)
			}
		}
		Impersonate(s, b)
		s.state.Names()
	})
}
