package ale

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"wsasim/model/rules"
	"wsasim/wsa"
)

const (
	peerA = "192.0.2.1:80"
	peerB = "192.0.2.2:80"
	spn   = "host/server.example.com"
)

// raw is a target name structure with any bytes for a name.
func raw(peer string, name []byte) []byte {
	b := target(peer, "")[:wsa.PeerTargetNameStrings]
	binary.LittleEndian.PutUint32(b[136:], uint32(len(name)))
	return append(b, name...)
}

// chars is what Microsoft's sample builds: the length counts characters.
func chars(peer, name string) []byte {
	b := target(peer, name)
	binary.LittleEndian.PutUint32(b[136:], uint32(len(name)))
	return b
}

func TestSetPeerTargetName(t *testing.T) {
	tight := target(peerA, spn)[:140+2*len(spn)]
	protocol := func(p byte) []byte {
		b := target(peerA, spn)
		b[0] = p
		return b
	}
	family := func(f byte) []byte {
		b := target(peerA, spn)
		b[8] = f
		return b
	}
	huge := target(peerA, spn)
	binary.LittleEndian.PutUint32(huge[136:], 0xFFFFFFFF)
	for _, c := range []struct {
		name string
		sock *fakeSocket
		in   []byte
		err  wsa.Errno
		rule rules.ID
	}{
		{"NULL", stream(), nil, wsa.WSAEFAULT, rules.PTNFault},
		{"empty", stream(), []byte{}, wsa.WSAEMSGSIZE, rules.PTNSize},
		{"139 bytes", stream(), target("", "")[:139], wsa.WSAEMSGSIZE, rules.PTNSize},
		{"140 bytes", stream(), target("", "")[:140], wsa.WSAEINVAL, rules.PTNOdd},
		{"tail: 141 bytes", stream(), append(raw("", nil), 0), wsa.WSAEINVAL, rules.PTNOdd},
		{"tail: one character in 142", stream(), raw("", []byte{'a', 0}), 0, rules.PTNStreamAddr},
		{"tight", stream(), tight, 0, rules.PTNStreamAddr},
		{"tight, cut", stream(), tight[:len(tight)-1], wsa.WSAEMSGSIZE, rules.PTNSize},
		{"padded", stream(), target("", spn), 0, rules.PTNStreamAddr},
		{"huge length", stream(), huge, wsa.WSAEMSGSIZE, rules.PTNSize},
		{"stream, address given", stream(), target(peerA, spn), 0, rules.PTNStreamAddr},
		{"stream, unknown family", stream(), family(99), 0, rules.PTNStreamAddr},
		{"stream, bound or listening", with(stream(), func(s *fakeSocket) { s.bound = true }), target("", spn), 0, rules.PTNListener},
		{"stream, connected", connected(Association{}), target("", spn), wsa.WSAEISCONN, rules.PTNConn},
		{"datagram, connected", with(datagram(), func(s *fakeSocket) { s.connected = true }), target(peerA, spn), wsa.WSAEISCONN, rules.PTNConn},
		{"datagram", datagram(), target(peerA, spn), 0, rules.PTNMulti},
		{"datagram, unknown family", datagram(), family(99), wsa.WSAEAFNOSUPPORT, rules.PTNAddrFamily},
		{"datagram, zero structure", datagram(), target("", spn), wsa.WSAEAFNOSUPPORT, rules.PTNAddrFamily},
		{"datagram, other family", datagram(), target("[2001:db8::1]:80", spn), wsa.WSAEAFNOSUPPORT, rules.PTNAddrFamily},
		{"datagram, zero address and port", datagram(), target("0.0.0.0:0", spn), wsa.WSAEINVAL, rules.PTNZeroaddr},
		{"datagram, zero port", datagram(), target("192.0.2.1:0", spn), 0, rules.PTNMulti},
		{"datagram, zero address", datagram(), target("0.0.0.0:80", spn), 0, rules.PTNMulti},
		{"protocol IPSEC2", datagram(), protocol(2), 0, rules.PTNMulti},
		{"protocol INVALID", datagram(), protocol(3), wsa.WSAEINVAL, rules.PTNProto},
		{"odd length", datagram(), raw(peerA, []byte{'a', 0, 'b'}), wsa.WSAEINVAL, rules.PTNOdd},
		{"NUL inside", datagram(), raw(peerA, []byte{'a', 0, 0, 0}), wsa.WSAEINVAL, rules.PTNOdd},
		{"high surrogate at the end", datagram(), raw(peerA, []byte{0x3D, 0xD8}), wsa.WSAEINVAL, rules.PTNOdd},
		{"high surrogate alone", datagram(), raw(peerA, []byte{0x3D, 0xD8, 'a', 0}), wsa.WSAEINVAL, rules.PTNOdd},
		{"low surrogate first", datagram(), raw(peerA, []byte{0x00, 0xDE, 0x3D, 0xD8}), wsa.WSAEINVAL, rules.PTNOdd},
		{"surrogate pair", datagram(), raw(peerA, []byte{0x3D, 0xD8, 0x00, 0xDE}), 0, rules.PTNMulti},
		{"family of the socket", with(datagram(), func(s *fakeSocket) { s.family = wsa.AF_UNIX }), target(peerA, spn), wsa.WSAEAFNOSUPPORT, rules.GENFamily},
		{"type of the socket", with(datagram(), func(s *fakeSocket) { s.typ = wsa.SOCK_RAW }), target(peerA, spn), wsa.WSAEINVAL, rules.GENType},
		{"size before connected", connected(Association{}), []byte{}, wsa.WSAEMSGSIZE, rules.PTNSize},
		{"connected before values", connected(Association{}), protocol(3), wsa.WSAEISCONN, rules.PTNConn},
	} {
		t.Run(c.name, func(t *testing.T) {
			outcome(t, SetPeerTargetName(c.sock, c.in), c.err, c.rule)
			if (c.sock.state != nil) != (c.err == 0) {
				t.Errorf("state is %+v", c.sock.state)
			}
		})
	}
}

func TestTargetNamesOfPeers(t *testing.T) {
	s := secure(with(datagram(), func(s *fakeSocket) { s.family = wsa.AF_INET6 }), 0)
	set := func(peer, name string, rule rules.ID) {
		t.Helper()
		outcome(t, SetPeerTargetName(s, target(peer, name)), 0, rule)
	}
	want := func(peer, name string) {
		t.Helper()
		if got := s.state.TargetName(netip.MustParseAddrPort(peer)); got != name {
			t.Errorf("name for %s is %q, want %q", peer, got, name)
		}
	}
	set("[2001:db8::1]:80", "host/a", rules.PTNMulti)
	set("[2001:db8::1]:81", "host/b", rules.PTNMulti)
	set("[2001:db8::2]:80", "host/c", rules.PTNMulti)
	set("[2001:db8::2]:80", "host/d", rules.PTNReplace)
	// The scope is part of a link-local address and of no other.
	set("[fe80::1%3]:80", "host/e", rules.PTNMulti)
	set("[fe80::1%4]:80", "host/f", rules.PTNMulti)
	set("[2001:db8::2%7]:80", "host/g", rules.PTNReplace)
	// A dual-stack socket shows IPv4 peers in either form.
	set("[::ffff:192.0.2.1]:80", "host/h", rules.PTNMulti)
	want("[2001:db8::1]:80", "host/a")
	want("[2001:db8::1]:81", "host/b")
	want("[2001:db8::2]:80", "host/g")
	want("[fe80::1%3]:80", "host/e")
	want("[fe80::1%4]:80", "host/f")
	want("[fe80::1]:80", "")
	want("192.0.2.1:80", "host/h")
	want("192.0.2.1:81", "")

	outcome(t, DeletePeerTargetName(s, sockaddr("[fe80::1%3]:80")), 0, rules.DTNEffect)
	outcome(t, DeletePeerTargetName(s, sockaddr("[fe80::1%3]:80")), wsa.WSAEINVAL, rules.DTNAbsent)
	want("[fe80::1%3]:80", "")
	want("[fe80::1%4]:80", "host/f")

	var got []string
	for _, n := range s.state.Names() {
		got = append(got, n.Peer.String()+" "+n.Name)
	}
	ordered := []string{"192.0.2.1:80 host/h", "[2001:db8::1]:80 host/a", "[2001:db8::1]:81 host/b", "[2001:db8::2]:80 host/g", "[fe80::1%4]:80 host/f"}
	if !slices.Equal(got, ordered) {
		t.Errorf("names in order: %q, want %q", got, ordered)
	}
}

func TestTargetNameOfStream(t *testing.T) {
	s := secure(stream(), 0)
	outcome(t, SetPeerTargetName(s, target("", "host/a")), 0, rules.PTNStreamAddr)
	outcome(t, SetPeerTargetName(s, target(peerA, spn)), 0, rules.PTNReplace)
	for _, peer := range []string{peerA, peerB} {
		if got := s.state.TargetName(netip.MustParseAddrPort(peer)); got != spn {
			t.Errorf("name for %s is %q", peer, got)
		}
	}
	child := s.state.Inherit()
	d := DeletePeerTargetName(s, sockaddr(peerB))
	outcome(t, d, 0, rules.DTNEffect)
	advised(t, d, rules.DTNStream)
	if len(s.state.Names()) != 0 || !s.state.Secured() {
		t.Errorf("after delete: %+v", s.state)
	}
	if got := child.Names(); len(got) != 1 || got[0].Name != spn || !child.Secured() {
		t.Errorf("the accepted socket has %+v", got)
	}
	if (*State)(nil).Inherit() != nil || s.state.Inherit() == nil || new(State).Inherit() != nil {
		t.Error("Inherit of nothing is something, or of something nothing")
	}
}

func TestDeletePeerTargetName(t *testing.T) {
	named := func() *fakeSocket {
		s := datagram()
		SetPeerTargetName(s, target(peerA, spn))
		return s
	}
	unknown := sockaddr(peerA)
	unknown[0] = 99
	six := sockaddr("[2001:db8::1]:80")
	for _, c := range []struct {
		name string
		sock *fakeSocket
		in   []byte
		err  wsa.Errno
		rule rules.ID
	}{
		{"NULL", named(), nil, wsa.WSAEFAULT, rules.DTNFault},
		{"empty", named(), []byte{}, wsa.WSAEMSGSIZE, rules.DTNSize},
		{"1 byte", named(), sockaddr(peerA)[:1], wsa.WSAEMSGSIZE, rules.DTNSize},
		{"15 bytes", named(), sockaddr(peerA)[:15], wsa.WSAEMSGSIZE, rules.DTNSize},
		{"16 bytes", named(), sockaddr(peerA), 0, rules.DTNEffect},
		{"storage", named(), append(sockaddr(peerA), make([]byte, 112)...), 0, rules.DTNEffect},
		{"IPv6, 27 bytes", named(), six[:27], wsa.WSAEMSGSIZE, rules.DTNSize},
		{"IPv6 on an IPv4 socket", named(), six, wsa.WSAEAFNOSUPPORT, rules.DTNAddrFamily},
		{"unknown family", named(), unknown, wsa.WSAEAFNOSUPPORT, rules.DTNAddrFamily},
		{"another address", named(), sockaddr(peerB), wsa.WSAEINVAL, rules.DTNAbsent},
		{"another port", named(), sockaddr("192.0.2.1:81"), wsa.WSAEINVAL, rules.DTNAbsent},
		{"untouched socket", datagram(), sockaddr(peerA), wsa.WSAEINVAL, rules.DTNAbsent},
		{"stream without name", secure(stream(), 0), sockaddr(peerA), wsa.WSAEINVAL, rules.DTNAbsent},
		{"connected", with(named(), func(s *fakeSocket) { s.connected = true }), sockaddr(peerA), 0, rules.DTNEffect},
		{"family of the socket", with(named(), func(s *fakeSocket) { s.family = wsa.AF_UNIX }), sockaddr(peerA), wsa.WSAEAFNOSUPPORT, rules.GENFamily},
		{"type of the socket", with(named(), func(s *fakeSocket) { s.typ = wsa.SOCK_RAW }), sockaddr(peerA), wsa.WSAEINVAL, rules.GENType},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := len(c.sock.state.Names())
			outcome(t, DeletePeerTargetName(c.sock, c.in), c.err, c.rule)
			if after := len(c.sock.state.Names()); (after < before) != (c.err == 0) {
				t.Errorf("%d names, before %d", after, before)
			}
		})
	}
}

func TestNameAdvice(t *testing.T) {
	talked := secure(datagram(), 0)
	talked.peers = map[netip.AddrPort]Association{netip.MustParseAddrPort(peerA): {}}
	connecting := secure(stream(), 0)
	connecting.bound, connecting.connection = true, &Association{}
	for _, c := range []struct {
		name string
		sock *fakeSocket
		in   []byte
		want []rules.ID
	}{
		{"good", secure(datagram(), 0), target(peerA, spn), nil},
		{"HOST in capitals", secure(datagram(), 0), target(peerA, "HOST/x"), nil},
		{"security off", datagram(), target(peerA, spn), []rules.ID{rules.PTNNosec}},
		{"talked to", talked, target(peerA, spn), []rules.ID{rules.PTNBefore}},
		{"another peer", talked, target(peerB, spn), nil},
		{"connecting", connecting, target("", spn), []rules.ID{rules.PTNBefore}},
		{"other class", secure(stream(), 0), target("", "http/x"), []rules.ID{rules.PTNPrincipal}},
		{"account name", secure(stream(), 0), target("", "CONTOSO\\srv$"), []rules.ID{rules.PTNPrincipal}},
		{"no host", secure(stream(), 0), target("", "host/"), []rules.ID{rules.PTNPrincipal}},
		{"characters, even", secure(stream(), 0), chars("", "host/abc"), []rules.ID{rules.PTNLenChars, rules.PTNPrincipal}},
		{"slack of zeros", secure(stream(), 0), append(target("", spn), make([]byte, 60)...), nil},
		{"slack of junk", secure(stream(), 0), append(raw("", []byte("h\x00/\x00")), 1, 0, 2, 0), []rules.ID{rules.PTNPrincipal}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := SetPeerTargetName(c.sock, c.in)
			if d.Err != 0 {
				t.Fatal(d.Err, d.Rule)
			}
			advised(t, d, c.want...)
		})
	}
	// The sample's 23 characters are an odd number of bytes: the call fails
	// and the advisory says why.
	d := SetPeerTargetName(secure(stream(), 0), chars("", spn))
	outcome(t, d, wsa.WSAEINVAL, rules.PTNOdd)
	advised(t, d, rules.PTNLenChars)
	for _, part := range []string{" 23 ", `"host/server"`, `".example.com"`, " 46 "} {
		if !strings.Contains(d.Advisories[0].Text, part) {
			t.Errorf("%q does not tell %s", d.Advisories[0].Text, part)
		}
	}
	if a := AdviseRevert(Token{Principal: "CONTOSO\\c$", Computer: true}, "closesocket"); a.Rule != rules.ISPRevert ||
		a.Text != "closesocket while the thread still acts as the computer CONTOSO\\c$: end every impersonation with WSARevertImpersonation" {
		t.Error(a)
	}
}
