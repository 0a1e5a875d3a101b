package ale

import (
	"net/netip"
	"testing"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// fakeSocket is a socket made of its answers.
type fakeSocket struct {
	family, typ             int32
	overlapped, nonblocking bool
	bound, connected, reset bool
	peers                   map[netip.AddrPort]Association // datagram
	connection              *Association                   // stream
	state                   *State
}

func (s *fakeSocket) Family() int32         { return s.family }
func (s *fakeSocket) Type() int32           { return s.typ }
func (s *fakeSocket) Overlapped() bool      { return s.overlapped }
func (s *fakeSocket) Nonblocking() bool     { return s.nonblocking }
func (s *fakeSocket) Bound() bool           { return s.bound }
func (s *fakeSocket) Connected() bool       { return s.connected }
func (s *fakeSocket) Reset() bool           { return s.reset }
func (s *fakeSocket) Security() *State      { return s.state }
func (s *fakeSocket) SetSecurity(st *State) { s.state = st }
func (s *fakeSocket) Association(peer netip.AddrPort) (Association, bool) {
	if s.typ == wsa.SOCK_STREAM {
		if s.connection == nil {
			return Association{}, false
		}
		return *s.connection, true
	}
	a, ok := s.peers[peer]
	return a, ok
}

var _ Socket = (*fakeSocket)(nil)

func stream() *fakeSocket   { return &fakeSocket{family: wsa.AF_INET, typ: wsa.SOCK_STREAM} }
func datagram() *fakeSocket { return &fakeSocket{family: wsa.AF_INET, typ: wsa.SOCK_DGRAM} }

// connected is a stream with a connection that is protected as a says.
func connected(a Association) *fakeSocket {
	s := stream()
	s.bound, s.connected, s.connection = true, true, &a
	return s
}

// with changes a socket and returns it.
func with(s *fakeSocket, change func(*fakeSocket)) *fakeSocket {
	change(s)
	return s
}

// secure turns a socket's security on with the generic flags given.
func secure(s *fakeSocket, flags uint32) *fakeSocket {
	if d := SetSecurity(s, settings(0, flags), nil); d.Err != 0 {
		panic(d.Err)
	}
	return s
}

// clone is a deep copy of a state.
func (s *State) clone() *State {
	if s == nil {
		return nil
	}
	c := *s
	if s.peers != nil {
		c.peers = make(map[peerKey]string, len(s.peers))
		for k, v := range s.peers {
			c.peers[k] = v
		}
	}
	return &c
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

func settings(protocol, flags uint32) []byte {
	return must((&wsa.SecuritySettings{SecurityProtocol: protocol, SecurityFlags: flags}).AppendBinary(nil))
}

func ipsec(s wsa.SecuritySettingsIPsec) []byte { return must(s.AppendBinary(nil)) }

func storage(peer string) wsa.SockaddrStorage {
	if peer == "" {
		return wsa.SockaddrStorage{}
	}
	s, err := wsa.StorageFrom(netip.MustParseAddrPort(peer))
	if err != nil {
		panic(err)
	}
	return s
}

// target is a SOCKET_PEER_TARGET_NAME; peer "" is the zero address.
func target(peer, name string) []byte {
	return must((&wsa.PeerTargetName{PeerAddress: storage(peer), Name: name}).AppendBinary(nil))
}

func sockaddr(peer string) []byte { return wsa.Sockaddr(netip.MustParseAddrPort(peer)) }

func template(peer string, mask uint32) []byte {
	return must((&wsa.SecurityQueryTemplate{PeerAddress: storage(peer), PeerTokenAccessMask: mask}).AppendBinary(nil))
}

func template2(peer string, mask, fields uint32) []byte {
	return must((&wsa.SecurityQueryTemplateIPsec2{
		SecurityProtocol: wsa.SOCKET_SECURITY_PROTOCOL_IPSEC2,
		PeerAddress:      storage(peer), PeerTokenAccessMask: mask, FieldMask: fields,
	}).AppendBinary(nil))
}

// outcome checks what a call came to.
func outcome(t *testing.T, d Decision, err wsa.Errno, rule rules.ID) {
	t.Helper()
	if d.Err != err || d.Rule != rule {
		t.Errorf("got %v by %s, want %v by %s", d.Err, d.Rule, err, rule)
	}
}

// advised checks that exactly these advisories were given.
func advised(t *testing.T, d Decision, want ...rules.ID) {
	t.Helper()
	var got []rules.ID
	for _, a := range d.Advisories {
		if a.Text == "" {
			t.Errorf("advisory %s has no text", a.Rule)
		}
		got = append(got, a.Rule)
	}
	if len(got) != len(want) {
		t.Fatalf("advisories %v, want %v", d.Advisories, want)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("advisories %v, want %v", d.Advisories, want)
		}
	}
}
