package attack_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"wsasim/sim"
	"wsasim/sim/attack"
	"wsasim/sim/domain"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

const (
	guarantee = wsa.SOCKET_SETTINGS_GUARANTEE_ENCRYPTION
	insecure  = wsa.SOCKET_SETTINGS_ALLOW_INSECURE
)

// scene is a domain with a client and a server, and an attacker who may be a
// member of it.
type scene struct {
	t                        testing.TB
	w                        *sim.World
	client, server, attacker *sim.Host
	records                  []*trace.Record
	got                      []string // what the server's application received
	stops                    []func()
}

func newScene(t testing.TB, member bool) *scene {
	t.Helper()
	s := &scene{t: t}
	s.w = sim.New(sim.Config{Clock: sim.VirtualTime, Trace: func(r *trace.Record) { s.records = append(s.records, r) }})
	t.Cleanup(s.w.Close)
	d, err := domain.NewDirectory().AddDomain(domain.Config{DNS: "contoso.com"})
	s.ok(err)
	computer := func(name string) domain.Credentials {
		a, err := d.AddComputer(name)
		s.ok(err)
		return a.Credentials()
	}
	s.client = s.host("client", "10.0.0.1", computer("client"))
	s.server = s.host("server", "10.0.0.2", computer("server"))
	cred := domain.Credentials{}
	if member {
		cred = computer("attacker")
	}
	s.attacker = s.host("attacker", "10.0.0.66", cred)
	s.w.SetName("server.contoso.com", netip.MustParseAddr("10.0.0.2"))
	return s
}

func (s *scene) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) host(name, addr string, c domain.Credentials) *sim.Host {
	s.t.Helper()
	h, err := s.w.AddHost(sim.HostConfig{Name: name, Addrs: []netip.Addr{netip.MustParseAddr(addr)}, Computer: c})
	s.ok(err)
	return h
}

// security is how a side is secured; off means not at all.
type security struct {
	off    bool
	flags  uint32
	target string
}

func (s *scene) socket(t *sim.Thread, typ int32, how security, peer string) wsa.SOCKET {
	s.t.Helper()
	h, err := t.Socket(wsa.AF_INET, typ, 0)
	s.ok(err)
	if how.off {
		return h
	}
	b, err := (&wsa.SecuritySettings{SecurityFlags: how.flags}).AppendBinary(nil)
	s.ok(err)
	s.ok(t.WSASetSocketSecurity(h, b, nil, nil))
	if how.target != "" {
		n := wsa.PeerTargetName{Name: how.target}
		if peer != "" {
			n.PeerAddress, err = wsa.StorageFrom(netip.MustParseAddrPort(peer))
			s.ok(err)
		}
		b, err := n.AppendBinary(nil)
		s.ok(err)
		s.ok(t.WSASetSocketPeerTargetName(h, b, nil, nil))
	}
	return h
}

// serve runs a server that answers each piece of data; name goes before its
// answers.
func (s *scene) serve(h *sim.Host, name string, how security) {
	s.t.Helper()
	p := h.NewThread().Process()
	t, control := p.NewThread(), p.NewThread()
	l := s.socket(control, wsa.SOCK_STREAM, how, "")
	s.ok(control.Bind(l, wsa.Sockaddr(netip.MustParseAddrPort("0.0.0.0:443"))))
	s.ok(control.Listen(l, 5))
	s.w.Spawn(t, func() {
		for {
			c, err := t.Accept(l, nil, nil)
			if err != nil {
				return
			}
			for buf := make([]byte, 100); ; {
				n, err := t.Recv(c, buf, 0)
				if n == 0 || err != nil {
					break
				}
				s.got = append(s.got, name+" got "+string(buf[:n]))
				if _, err := t.Send(c, []byte(name+" says "+string(buf[:n])), 0); err != nil {
					break
				}
			}
			_ = t.Closesocket(c)
		}
	})
	s.stops = append(s.stops, func() { s.ok(control.Closesocket(l)) })
}

// ask is a client that connects to the server's name, says something and tells
// what it came to.
func (s *scene) ask(how security, say string) (answer string) {
	s.t.Helper()
	t := s.client.NewThread().Process().NewThread()
	s.w.Spawn(t, func() {
		c := s.socket(t, wsa.SOCK_STREAM, how, "")
		at := netip.AddrPortFrom(s.w.Resolve("server.contoso.com")[0], 443)
		if err := t.Connect(c, wsa.Sockaddr(at)); err != nil {
			answer = err.(wsa.Errno).Name()
			return
		}
		if _, err := t.Send(c, []byte(say), 0); err != nil {
			answer = err.(wsa.Errno).Name()
			return
		}
		buf := make([]byte, 100)
		n, err := t.Recv(c, buf, 0)
		if answer = string(buf[:n]); err != nil {
			answer = err.(wsa.Errno).Name()
		}
		_ = t.Closesocket(c)
	})
	s.ok(s.w.Sleep(2 * time.Minute))
	return answer
}

// end lets every thread end.
func (s *scene) end() {
	s.t.Helper()
	for _, stop := range s.stops {
		stop()
	}
	s.ok(s.w.Run())
}

// leaked reports whether a packet carries the text in clear.
func (s *scene) leaked(text string) bool {
	return slices.ContainsFunc(s.records, func(r *trace.Record) bool {
		return r.Kind == trace.PacketSent && r.Packet.Protection == "" && strings.Contains(string(r.Packet.Data), text)
	})
}

const spn = "host/server.contoso.com"

// TestTakeOver: a member of the domain that has the server's address is the
// server to a client that names nobody.
func TestTakeOver(t *testing.T) {
	for _, tt := range []struct {
		member bool
		how    security
		want   string
	}{
		{true, security{flags: guarantee}, "attacker says hello"},
		{true, security{flags: guarantee, target: spn}, "WSAETIMEDOUT"},
		{false, security{flags: guarantee}, "WSAETIMEDOUT"},
		{false, security{off: true}, "attacker says hello"},
		{false, security{flags: insecure, target: spn}, "attacker says hello"},
	} {
		t.Run(fmt.Sprintf("%+v", tt), func(t *testing.T) {
			s := newScene(t, tt.member)
			s.serve(s.server, "server", security{flags: guarantee})
			s.serve(s.attacker, "attacker", security{off: !tt.member, flags: guarantee})
			s.ok(attack.TakeOver(s.w, netip.MustParseAddr("10.0.0.2"), s.attacker))
			if got := s.ask(tt.how, "hello"); got != tt.want {
				t.Errorf("the client got %q, want %q", got, tt.want)
			}
			if tt.how.flags == guarantee && s.leaked("hello") {
				t.Error("the client spoke in clear")
			}
			s.end()
		})
	}
}

// TestManInTheMiddle: a relay of the domain reads what is encrypted, unless the
// client names the server; a relay without a credential gets nothing.
func TestManInTheMiddle(t *testing.T) {
	for _, tt := range []struct {
		name   string
		member bool
		how    security
		want   string
		heard  []string
	}{
		{"the trusted man in the middle", true, security{flags: guarantee}, "server says secret",
			[]string{`client: "secret"`, `server: "server says secret"`}},
		{"and a name", true, security{flags: guarantee, target: spn}, "WSAETIMEDOUT", nil},
		{"a stranger", false, security{flags: guarantee}, "WSAETIMEDOUT", nil},
		{"a stranger and a client without security", false, security{off: true}, "WSAECONNRESET", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newScene(t, tt.member)
			s.serve(s.server, "server", security{flags: guarantee})
			r := &attack.Relay{Host: s.attacker, Port: 443, Server: netip.MustParseAddrPort("10.0.0.2:443"), Secure: tt.member, SecurityFlags: guarantee}
			s.ok(r.Start(s.w))
			s.stops = append(s.stops, r.Stop)
			restore := attack.Poison(s.w, "Server.Contoso.com", s.attacker)
			if got := s.ask(tt.how, "secret"); got != tt.want {
				t.Errorf("the client got %q, want %q (relay: %v)", got, tt.want, r.Failed())
			}
			restore()
			if got := s.w.Resolve("server.contoso.com"); len(got) != 1 || got[0] != netip.MustParseAddr("10.0.0.2") {
				t.Errorf("restored to %v", got)
			}
			var heard []string
			for _, h := range r.Heard() {
				heard = append(heard, h.String())
			}
			if tt.heard != nil && !slices.Equal(heard, tt.heard) {
				t.Errorf("the relay heard %q, want %q", heard, tt.heard)
			}
			if tt.how.flags == guarantee && s.leaked("secret") {
				t.Error("the secret was in clear")
			}
			s.end()
		})
	}
}

// TestDowngrade: who allows clear text gets it when somebody loses the keying
// messages.
func TestDowngrade(t *testing.T) {
	for _, tt := range []struct {
		how    security
		want   string
		leaked bool
	}{
		{security{flags: insecure, target: spn}, "server says secret", true},
		{security{target: spn}, "WSAETIMEDOUT", false},
		{security{flags: insecure | guarantee, target: spn}, "WSAETIMEDOUT", false},
	} {
		s := newScene(t, false)
		s.serve(s.server, "server", security{flags: insecure})
		stop := attack.Downgrade(s.w, s.client, s.server)
		if got := s.ask(tt.how, "secret"); got != tt.want || s.leaked("secret") != tt.leaked {
			t.Errorf("%+v: the client got %q; in clear: %v", tt.how, got, s.leaked("secret"))
		}
		stop()
		before := len(s.records)
		if got := s.ask(tt.how, "again"); got != "server says again" || s.leaked("again") {
			t.Errorf("%+v: without the attack the client got %q; in clear: %v", tt.how, got, s.leaked("again"))
		}
		if len(s.records) == before {
			t.Error("nothing was traced")
		}
		s.end()
	}
}

// TestTamperedStream: what is changed in clear arrives changed; under protection
// it is dropped and sent again until the attacker tires.
func TestTamperedStream(t *testing.T) {
	for _, secured := range []bool{false, true} {
		s := newScene(t, false)
		s.serve(s.server, "server", security{off: !secured})
		left := 2
		attack.Tamper(s.w, attack.Filter{From: s.client, To: s.server, Protocol: "tcp", Data: true}, func(data []byte) []byte {
			if left--; left < 0 {
				return nil
			}
			return []byte(strings.ReplaceAll(string(data), "100", "900000"))
		})
		want, drops := "server says pay 900000", 0
		if secured {
			want, drops = "server says pay 100", 2
		}
		if got := s.ask(security{off: !secured}, "pay 100"); got != want {
			t.Errorf("secured %v: %q", secured, got)
		}
		if d := s.server.Dropped(); d.Integrity != drops {
			t.Errorf("secured %v: %+v", secured, d)
		}
		s.end()
	}
}

// TestDatagrams: replayed, changed and forged datagrams arrive in clear and do
// not under protection.
func TestDatagrams(t *testing.T) {
	for _, tt := range []struct {
		name   string
		attack func(s *scene)
		clear  []string // what arrives in clear
		secure []string // and under protection
		drops  sim.DropCounts
	}{
		{"replayed", func(s *scene) { attack.Replay(s.w, attack.Filter{Protocol: "udp"}, time.Second) },
			[]string{"pay 1", "pay 2", "pay 1", "pay 2"}, []string{"pay 1", "pay 2"}, sim.DropCounts{Replay: 2}},
		{"changed", func(s *scene) {
			attack.Tamper(s.w, attack.Filter{Protocol: "udp"}, func(d []byte) []byte { return append([]byte("re"), d...) })
		}, []string{"repay 1", "repay 2"}, nil, sim.DropCounts{Integrity: 2}},
		{"forged", func(s *scene) {
			s.w.Forge(s.attacker, netip.MustParseAddrPort("10.0.0.1:1000"), netip.MustParseAddrPort("10.0.0.2:53"), []byte("pay me"))
		}, []string{"pay me", "pay 1", "pay 2"}, []string{"pay 1", "pay 2"}, sim.DropCounts{ClearText: 1}},
	} {
		for _, off := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, secured %v", tt.name, !off), func(t *testing.T) {
				s := newScene(t, false)
				client, server := s.client.NewThread(), s.server.NewThread()
				in := s.socket(server, wsa.SOCK_DGRAM, security{off: off}, "")
				s.ok(server.Bind(in, wsa.Sockaddr(netip.MustParseAddrPort("0.0.0.0:53"))))
				tt.attack(s)
				out := s.socket(client, wsa.SOCK_DGRAM, security{off: off, target: spn}, "10.0.0.2:53")
				s.ok(client.Bind(out, wsa.Sockaddr(netip.MustParseAddrPort("0.0.0.0:1000"))))
				for _, text := range []string{"pay 1", "pay 2"} {
					_, err := client.Sendto(out, []byte(text), 0, wsa.Sockaddr(netip.MustParseAddrPort("10.0.0.2:53")))
					s.ok(err)
				}
				s.ok(s.w.Sleep(5 * time.Second))
				one := uint32(1)
				s.ok(server.Ioctlsocket(in, wsa.FIONBIO, &one))
				var got []string
				for buf := make([]byte, 100); ; {
					n, err := server.Recv(in, buf, 0)
					if err != nil {
						break
					}
					got = append(got, string(buf[:n]))
				}
				want, drops := tt.secure, tt.drops
				if off {
					want, drops = tt.clear, sim.DropCounts{}
				}
				if !slices.Equal(got, want) || s.server.Dropped() != drops {
					t.Errorf("arrived %q, want %q; dropped %+v, want %+v", got, want, s.server.Dropped(), drops)
				}
			})
		}
	}
}

// TestForgedReset: a forged reset ends a connection in clear and no other.
func TestForgedReset(t *testing.T) {
	for _, off := range []bool{true, false} {
		s := newScene(t, false)
		client, server := s.client.NewThread(), s.server.NewThread()
		l := s.socket(server, wsa.SOCK_STREAM, security{off: off}, "")
		s.ok(server.Bind(l, wsa.Sockaddr(netip.MustParseAddrPort("0.0.0.0:443"))))
		s.ok(server.Listen(l, 5))
		c := s.socket(client, wsa.SOCK_STREAM, security{off: off}, "")
		s.ok(client.Connect(c, wsa.Sockaddr(netip.MustParseAddrPort("10.0.0.2:443"))))
		info, _ := client.SocketInfo(c)
		s.w.ForgeReset(s.attacker, info.Peer, info.Local)
		_, err := client.Send(c, []byte("x"), 0)
		if off != (err == wsa.WSAECONNRESET) {
			t.Errorf("secured %v: %v", !off, err)
		}
	}
}

// TestPoisonRestores: after the attack a name is what it was before, with its
// canonical name: an alias, a host's own name, or nothing.
func TestPoisonRestores(t *testing.T) {
	s := newScene(t, false)
	s.w.SetAlias("www.contoso.com", "Server.contoso.com")
	th := s.client.NewThread()
	look := func(name string) string {
		found, err := th.GetAddrInfo(&name, nil, &wsa.AddrInfo{Flags: wsa.AI_CANONNAME, Family: wsa.AF_INET, SockType: wsa.SOCK_STREAM})
		if err != nil {
			return err.Error()
		}
		return fmt.Sprint(found[0].Addr, " ", found[0].CanonName)
	}
	for _, name := range []string{"www.contoso.com", "server", "SERVER.contoso.com", "nobody.contoso.com"} {
		before := look(name)
		restore := attack.Poison(s.w, name, s.attacker)
		if got := s.w.Resolve(name); len(got) != 1 || got[0] != netip.MustParseAddr("10.0.0.66") {
			t.Errorf("%s is poisoned and resolves to %v", name, got)
		}
		restore()
		if after := look(name); after != before {
			t.Errorf("%s: %s before the attack, %s after", name, before, after)
		}
	}
}
