package ale

import (
	"bytes"
	"net/netip"
	"slices"
	"testing"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// protected is an association with everything in it.
var protected = Association{
	Secured: true, Encrypted: true, Impersonated: true, PeerComputer: "CONTOSO\\srv$", PeerUser: "CONTOSO\\ann",
	MMID: 7, QMID: 8, Received: true,
}

// handles makes handles 4, 8, ... and records what for.
type handles struct{ opened []Token }

func (h *handles) open(t Token) wsa.HANDLE {
	h.opened = append(h.opened, t)
	return wsa.HANDLE(4 * len(h.opened))
}

func none(Token) wsa.HANDLE { panic("a handle was opened") }

// talking is a datagram socket with an association with peerA.
func talking(a Association) *fakeSocket {
	s := datagram()
	s.peers = map[netip.AddrPort]Association{netip.MustParseAddrPort(peerA): a}
	return s
}

func TestQueryFailures(t *testing.T) {
	n := func(v uint32) *uint32 { return &v }
	room := func(n int) []byte { return make([]byte, n) }
	clear := Association{}
	short2 := template2(peerA, 0, 0)[:151]
	unknown := template(peerA, 0)
	unknown[8] = 99
	for _, c := range []struct {
		name string
		sock *fakeSocket
		tmpl []byte
		info []byte
		len  *uint32
		err  wsa.Errno
		rule rules.ID
		want uint32 // *len afterwards
	}{
		{"length NULL", connected(clear), nil, room(24), nil, wsa.WSAEFAULT, rules.QSSLenNull, 0},
		{"size query, stream", connected(clear), nil, nil, n(0), wsa.WSAEFAULT, rules.QSSSizeQuery, 24},
		{"size query, stream, template of length 0", connected(clear), []byte{}, nil, n(0), wsa.WSAEFAULT, rules.QSSSizeQuery, 24},
		{"size query, stream, template", connected(clear), template("", 0), nil, n(5), wsa.WSAEMSGSIZE, rules.QSSSizeQuery, 24},
		{"size query, stream, IPSEC2", connected(clear), template2("", 0, 0), nil, n(100), wsa.WSAEMSGSIZE, rules.QSSSizeQuery, 64},
		{"size query, datagram, no template", datagram(), nil, nil, n(0), wsa.WSAEMSGSIZE, rules.QSSSizeQuery, 24},
		{"size query, datagram", datagram(), template(peerA, 0), nil, n(0), wsa.WSAEMSGSIZE, rules.QSSSizeQuery, 24},
		{"size query, stream not connected", stream(), nil, nil, n(0), wsa.WSAEFAULT, rules.QSSSizeQuery, 24},
		{"23 bytes", connected(clear), nil, room(23), n(23), wsa.WSAEMSGSIZE, rules.QSSSize, 24},
		{"length says 23", connected(clear), nil, room(24), n(23), wsa.WSAEMSGSIZE, rules.QSSSize, 24},
		{"length says too much", connected(clear), nil, room(23), n(24), wsa.WSAEMSGSIZE, rules.QSSSize, 24},
		{"63 bytes for IPSEC2", connected(clear), template2("", 0, 0), room(63), n(63), wsa.WSAEMSGSIZE, rules.QSSSize, 64},
		{"template of 143 bytes, stream", connected(clear), template("", 0)[:143], room(24), n(24), wsa.WSAEMSGSIZE, rules.QSSTemplateTcp, 24},
		{"template of 143 bytes, datagram", datagram(), template(peerA, 0)[:143], room(24), n(24), wsa.WSAEMSGSIZE, rules.QSSTemplateNontcp, 24},
		{"no template, datagram", datagram(), nil, room(24), n(24), wsa.WSAEMSGSIZE, rules.QSSTemplateNontcp, 24},
		{"IPSEC2 template of 151 bytes", datagram(), short2, room(64), n(64), wsa.WSAEMSGSIZE, rules.QSSTemplateNontcp, 64},
		{"family", with(datagram(), func(s *fakeSocket) { s.family = 1 }), template(peerA, 0), room(24), n(24), wsa.WSAEAFNOSUPPORT, rules.GENFamily, 24},
		{"type", with(datagram(), func(s *fakeSocket) { s.typ = 3 }), template(peerA, 0), room(24), n(24), wsa.WSAEINVAL, rules.GENType, 24},
		{"stream reset", with(connected(clear), func(s *fakeSocket) { s.reset = true }), nil, room(24), n(24), wsa.WSAECONNRESET, rules.QSSReset, 24},
		{"reset, no longer connected", with(stream(), func(s *fakeSocket) { s.reset = true }), nil, room(24), n(24), wsa.WSAECONNRESET, rules.QSSReset, 24},
		{"port unreachable", with(datagram(), func(s *fakeSocket) { s.reset = true }), template(peerA, 0), room(24), n(24), wsa.WSAECONNRESET, rules.QSSReset, 24},
		{"not connected", stream(), nil, room(24), n(24), wsa.WSAENOTCONN, rules.QSSNotconn, 24},
		{"template without family", datagram(), template("", 0), room(24), n(24), wsa.WSAEAFNOSUPPORT, rules.QSSTemplateNontcp, 24},
		{"template with unknown family", datagram(), unknown, room(24), n(24), wsa.WSAEAFNOSUPPORT, rules.QSSTemplateNontcp, 24},
		{"template with the other family", datagram(), template("[2001:db8::1]:80", 0), room(24), n(24), wsa.WSAEAFNOSUPPORT, rules.QSSTemplateNontcp, 24},
		{"template without address and port", datagram(), template("0.0.0.0:0", 0), room(24), n(24), wsa.WSAEINVAL, rules.QSSTemplateNontcp, 24},
	} {
		t.Run(c.name, func(t *testing.T) {
			outcome(t, QuerySecurity(c.sock, c.tmpl, c.info, c.len, none), c.err, c.rule)
			if c.len != nil && *c.len != c.want {
				t.Errorf("*SecurityQueryInfoLen is %d, want %d", *c.len, c.want)
			}
			if !bytes.Equal(c.info, make([]byte, len(c.info))) {
				t.Error("a failing query wrote into the buffer")
			}
		})
	}
}

func TestQueryAnswers(t *testing.T) {
	computerOnly := Association{Secured: true, PeerComputer: "CONTOSO\\srv$"}
	forged := Association{Encrypted: true, Impersonated: true, PeerComputer: "x", PeerUser: "y"} // not Secured
	query2 := func(mask, fields uint32) []byte { return template2("", mask, fields) }
	for _, c := range []struct {
		name string
		sock *fakeSocket
		tmpl []byte
		want wsa.SecurityQueryInfoIPsec2
		open []Token
		rule rules.ID
	}{
		{"clear", connected(Association{}), nil, wsa.SecurityQueryInfoIPsec2{}, nil, rules.QSSMask},
		{"clear, mask", connected(Association{}), template("", 8), wsa.SecurityQueryInfoIPsec2{}, nil, rules.QSSFlags},
		{"nothing holds in clear", connected(forged), template("", 8), wsa.SecurityQueryInfoIPsec2{}, nil, rules.QSSFlags},
		{"no template: flags only", connected(protected), nil, wsa.SecurityQueryInfoIPsec2{Flags: 7}, nil, rules.QSSMask},
		{"zero template: flags only", connected(protected), template("", 0), wsa.SecurityQueryInfoIPsec2{Flags: 7}, nil, rules.QSSMask},
		{"secured only", connected(computerOnly), template("", 8),
			wsa.SecurityQueryInfoIPsec2{SecurityProtocol: 1, Flags: 1, PeerMachineAccessTokenHandle: 4},
			[]Token{{"CONTOSO\\srv$", true, 8, nil}}, rules.QSSTokens},
		{"both tokens", connected(protected), template("", 12),
			wsa.SecurityQueryInfoIPsec2{SecurityProtocol: 1, Flags: 7, PeerApplicationAccessTokenHandle: 4, PeerMachineAccessTokenHandle: 8},
			[]Token{{"CONTOSO\\ann", false, 12, nil}, {"CONTOSO\\srv$", true, 12, nil}}, rules.QSSTokens},
		{"IPSEC2, no fields", connected(protected), query2(0, 0), wsa.SecurityQueryInfoIPsec2{SecurityProtocol: 2, Flags: 7}, nil, rules.QSSMask},
		{"IPSEC2, main mode", connected(protected), query2(0, 1), wsa.SecurityQueryInfoIPsec2{SecurityProtocol: 2, Flags: 7, MmSaId: 7}, nil, rules.QSSMask},
		{"IPSEC2, quick mode", connected(protected), query2(0, 2), wsa.SecurityQueryInfoIPsec2{SecurityProtocol: 2, Flags: 7, QmSaId: 8}, nil, rules.QSSMask},
		{"datagram peer", talking(protected), template(peerA, 0), wsa.SecurityQueryInfoIPsec2{SecurityProtocol: 1, Flags: 7}, nil, rules.QSSMask},
		{"another datagram peer", talking(protected), template(peerB, 8), wsa.SecurityQueryInfoIPsec2{}, nil, rules.QSSFlags},
	} {
		t.Run(c.name, func(t *testing.T) {
			size := infoSize(c.tmpl)
			info := bytes.Repeat([]byte{0xA5}, 80)
			for range 2 { // any number of times (rule QSS-MANY)
				var h handles
				n := uint32(len(info))
				outcome(t, QuerySecurity(c.sock, c.tmpl, info, &n, h.open), 0, c.rule)
				if n != size || !bytes.Equal(info[size:], bytes.Repeat([]byte{0xA5}, 80-int(size))) {
					t.Errorf("stored %d bytes, says %d", size, n)
				}
				if !slices.Equal(h.opened, c.open) {
					t.Errorf("opened %v, want %v", h.opened, c.open)
				}
			}
			want := must(c.want.AppendBinary(nil))[:size]
			if !bytes.Equal(info[:size], want) {
				t.Errorf("got  %x\nwant %x", info[:size], want)
			}
		})
	}
}

func TestImpersonate(t *testing.T) {
	noUser, known, unsent := protected, protected, protected
	noUser.PeerUser, noUser.Impersonated = "", false
	known.Impersonated = false
	unsent.Received = false
	user := Token{Principal: "CONTOSO\\ann", AccessMask: impersonationAccess}
	computer := Token{Principal: "CONTOSO\\srv$", Computer: true, AccessMask: impersonationAccess}
	unknown := sockaddr(peerA)
	unknown[0] = 99
	for _, c := range []struct {
		name string
		sock *fakeSocket
		addr []byte
		want Token
		err  wsa.Errno
		rule rules.ID
	}{
		{"stream", connected(protected), nil, user, 0, rules.ISPToken},
		{"stream ignores a short address", connected(protected), []byte{1}, user, 0, rules.ISPToken},
		{"stream ignores an unknown family", connected(protected), unknown, user, 0, rules.ISPToken},
		{"computer", connected(noUser), nil, computer, 0, rules.ISPToken},
		{"user known but not to be impersonated", connected(known), nil, computer, 0, rules.ISPToken},
		{"clear", connected(Association{}), nil, Token{}, wsa.WSAEACCES, rules.ISPToken},
		{"not connected", stream(), nil, Token{}, wsa.WSAENOTCONN, rules.ISPConnected},
		{"overlapped", with(connected(protected), func(s *fakeSocket) { s.overlapped = true }), nil, Token{}, wsa.WSAEOPNOTSUPP, rules.ISPBlocking},
		{"nonblocking", with(connected(protected), func(s *fakeSocket) { s.nonblocking = true }), nil, Token{}, wsa.WSAEOPNOTSUPP, rules.ISPBlocking},
		{"datagram", talking(protected), sockaddr(peerA), user, 0, rules.ISPToken},
		{"datagram, NULL", talking(protected), nil, Token{}, wsa.WSAEFAULT, rules.ISPFault},
		{"datagram, empty", talking(protected), []byte{}, Token{}, wsa.WSAEMSGSIZE, rules.ISPSize},
		{"datagram, 15 bytes", talking(protected), sockaddr(peerA)[:15], Token{}, wsa.WSAEMSGSIZE, rules.ISPSize},
		{"datagram, unknown family", talking(protected), unknown, Token{}, wsa.WSAEAFNOSUPPORT, rules.ISPAddrFamily},
		{"datagram, another peer", talking(protected), sockaddr(peerB), Token{}, wsa.WSAENOTCONN, rules.ISPConnected},
		{"datagram, only sent to", talking(unsent), sockaddr(peerA), Token{}, wsa.WSAENOTCONN, rules.ISPConnected},
		{"family", with(connected(protected), func(s *fakeSocket) { s.family = 1 }), nil, Token{}, wsa.WSAEAFNOSUPPORT, rules.GENFamily},
		{"type", with(talking(protected), func(s *fakeSocket) { s.typ = 3 }), sockaddr(peerA), Token{}, wsa.WSAEINVAL, rules.GENType},
	} {
		t.Run(c.name, func(t *testing.T) {
			for range 2 { // many times (rule ISP-MANY)
				got, d := Impersonate(c.sock, c.addr)
				outcome(t, d, c.err, c.rule)
				if got != c.want {
					t.Errorf("token %+v, want %+v", got, c.want)
				}
			}
		})
	}
}

func TestIoctl(t *testing.T) {
	n := uint32(99)
	s := datagram()
	d, ok := Ioctl(s, wsa.SIO_SET_SECURITY, nil, nil, &n, nil, none)
	outcome(t, d, 0, rules.SSSNull)
	if !ok || n != 0 || !d.Exclusive {
		t.Errorf("%v, returned %d, %+v", ok, n, d)
	}
	d, _ = Ioctl(s, wsa.SIO_SET_SECURITY, settings(0, 0), nil, &n, nil, none)
	outcome(t, d, wsa.WSAEINVAL, rules.SSSOnce)
	d, _ = Ioctl(s, wsa.SIO_SET_PEER_TARGET_NAME, target(peerA, spn), nil, nil, nil, none)
	outcome(t, d, 0, rules.PTNMulti)
	d, _ = Ioctl(s, wsa.SIO_DELETE_PEER_TARGET_NAME, sockaddr(peerA), nil, &n, nil, none)
	outcome(t, d, 0, rules.DTNEffect)
	info := make([]byte, 24)
	n = 0
	d, _ = Ioctl(s, wsa.SIO_QUERY_SECURITY, template(peerA, 0), info, &n, nil, none)
	outcome(t, d, 0, rules.QSSMask)
	if n != 24 {
		t.Errorf("returned %d", n)
	}
	n = 0
	d, _ = Ioctl(s, wsa.SIO_QUERY_SECURITY, template(peerA, 0), nil, &n, nil, none)
	outcome(t, d, wsa.WSAEMSGSIZE, rules.QSSSizeQuery)
	if n != 24 {
		t.Errorf("needed %d", n)
	}
	d, _ = Ioctl(s, wsa.SIO_QUERY_SECURITY, template(peerA, 0), info, nil, nil, none)
	outcome(t, d, wsa.WSAEFAULT, rules.QSSLenNull)
	if _, ok := Ioctl(s, wsa.FIONBIO, nil, nil, &n, nil, none); ok {
		t.Error("FIONBIO is not a code of the secure functions")
	}
}
