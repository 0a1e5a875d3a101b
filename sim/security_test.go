package sim_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"wsasim/sim"
	"wsasim/sim/ale"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

const (
	guarantee = wsa.SOCKET_SETTINGS_GUARANTEE_ENCRYPTION
	insecure  = wsa.SOCKET_SETTINGS_ALLOW_INSECURE
)

// recorder keeps the records of a world.
type recorder struct{ records []*trace.Record }

func (r *recorder) record(x *trace.Record) { r.records = append(r.records, x) }

// packets lists the packets of a protocol as "time flags protection".
func (r *recorder) packets(protocol string) (list []string) {
	for _, x := range r.records {
		if x.Kind == trace.PacketSent && x.Packet.Protocol == protocol {
			list = append(list, strings.TrimSpace(fmt.Sprintf("%v %s %s", x.Time, x.Packet.Flags, x.Packet.Protection)))
		}
	}
	return list
}

// agreements lists the outcomes of negotiations.
func (r *recorder) agreements() (list []*trace.Agreement) {
	for _, x := range r.records {
		if x.Kind == trace.Negotiation && x.Agreement != nil {
			list = append(list, x.Agreement)
		}
	}
	return list
}

// notes lists the notes of a kind that contain a text.
func (r *recorder) notes(kind trace.Kind, part string) (list []string) {
	for _, x := range r.records {
		if x.Kind == kind && strings.Contains(x.Note, part) {
			list = append(list, x.Note)
		}
	}
	return list
}

// duo is a client and a server under the virtual clock, whose packets are
// recorded.
type duo struct {
	recorder
	t              testing.TB
	w              *sim.World
	client, server *sim.Thread
	hosts          []*sim.Host
}

func newDuo(t testing.TB, change ...func(client, server *sim.HostConfig)) *duo {
	t.Helper()
	d := &duo{t: t}
	d.w = sim.New(sim.Config{Clock: sim.VirtualTime, Trace: d.record})
	t.Cleanup(d.w.Close)
	cfgs := [2]sim.HostConfig{
		{Name: "client", Addrs: []netip.Addr{netip.MustParseAddr("10.0.0.1")}, Principals: []string{"host/client"}},
		{Name: "server", Addrs: []netip.Addr{netip.MustParseAddr("10.0.0.2")}, Principals: []string{"host/server"}},
	}
	for _, f := range change {
		f(&cfgs[0], &cfgs[1])
	}
	for _, cfg := range cfgs {
		h, err := d.w.AddHost(cfg)
		ok(t, err)
		d.hosts = append(d.hosts, h)
	}
	d.client, d.server = d.hosts[0].NewThread(), d.hosts[1].NewThread()
	return d
}

// how says how a socket is to be secured; nil: not at all.
type how struct {
	flags, ipsec uint32
	quick        wsa.GUID
	target       string
}

// open makes a socket of a type and secures it.
func open(t testing.TB, th *sim.Thread, typ int32, h *how, peer string) wsa.SOCKET {
	t.Helper()
	s := must[wsa.SOCKET](t)(th.WSASocket(wsa.AF_INET, typ, 0, nil, 0, 0))
	if h == nil {
		return s
	}
	settings := must[[]byte](t)((&wsa.SecuritySettings{SecurityFlags: h.flags}).AppendBinary(nil))
	if h.ipsec != 0 || h.quick != (wsa.GUID{}) {
		settings = must[[]byte](t)((&wsa.SecuritySettingsIPsec{SecurityProtocol: wsa.SOCKET_SECURITY_PROTOCOL_IPSEC,
			SecurityFlags: h.flags, IpsecFlags: h.ipsec, AuthipQMPolicyKey: h.quick}).AppendBinary(nil))
	}
	ok(t, th.WSASetSocketSecurity(s, settings, nil, nil))
	if h.target != "" {
		n := wsa.PeerTargetName{Name: h.target}
		if peer != "" {
			n.PeerAddress = must[wsa.SockaddrStorage](t)(wsa.StorageFrom(netip.MustParseAddrPort(peer)))
		}
		ok(t, th.WSASetSocketPeerTargetName(s, must[[]byte](t)(n.AppendBinary(nil)), nil, nil))
	}
	return s
}

// listen is a listening socket on port 80 of the server.
func (d *duo) listen(h *how) wsa.SOCKET {
	d.t.Helper()
	l := open(d.t, d.server, wsa.SOCK_STREAM, h, "")
	ok(d.t, d.server.Bind(l, addr("0.0.0.0:80")))
	ok(d.t, d.server.Listen(l, 100))
	return l
}

// connect is a client's socket and how connecting went.
func (d *duo) connect(h *how) (wsa.SOCKET, error) {
	d.t.Helper()
	c := open(d.t, d.client, wsa.SOCK_STREAM, h, "")
	return c, d.client.Connect(c, addr("10.0.0.2:80"))
}

// join is a connection between the two.
func (d *duo) join(client, server *how) (c, s wsa.SOCKET) {
	d.t.Helper()
	l := d.listen(server)
	c, err := d.connect(client)
	ok(d.t, err)
	s = must[wsa.SOCKET](d.t)(d.server.Accept(l, nil, nil))
	ok(d.t, d.server.Closesocket(l))
	return c, s
}

// query is the long info about a stream's security.
func query(t testing.TB, th *sim.Thread, s wsa.SOCKET, mask, flags uint32) (info wsa.SecurityQueryInfoIPsec2) {
	t.Helper()
	template := must[[]byte](t)((&wsa.SecurityQueryTemplateIPsec2{
		SecurityProtocol: wsa.SOCKET_SECURITY_PROTOCOL_IPSEC2, PeerTokenAccessMask: mask, Flags: flags,
		FieldMask: wsa.SOCKET_QUERY_IPSEC2_FIELD_MASK_MM_SA_ID | wsa.SOCKET_QUERY_IPSEC2_FIELD_MASK_QM_SA_ID,
	}).AppendBinary(nil))
	b, n := make([]byte, 64), uint32(64)
	ok(t, th.WSAQuerySocketSecurity(s, template, b, &n, nil, nil))
	ok(t, info.UnmarshalBinary(b))
	return info
}

// noClear fails when a packet of data or of a connection left in clear.
func (d *duo) noClear() {
	d.t.Helper()
	for _, x := range d.records {
		if x.Kind == trace.PacketSent && x.Packet.Protection == "" && (x.Packet.Protocol == "tcp" || x.Packet.Protocol == "udp") {
			d.t.Errorf("in clear at %v: %s %s from %s to %s", x.Time, x.Packet.Protocol, x.Packet.Flags, x.From, x.To)
		}
	}
}

// latency makes the network slow.
func (d *duo) latency(l time.Duration) { d.w.SetLinks(d.hosts[0], d.hosts[1], sim.Link{Latency: l}) }

// TestNegotiationTakesTime: on a link of 10 ms main mode takes two round trips
// and quick mode one, before the first packet of the connection leaves.
func TestNegotiationTakesTime(t *testing.T) {
	d := newDuo(t)
	d.latency(10 * time.Millisecond)
	l := d.listen(&how{flags: guarantee})
	_, err := d.connect(&how{target: "host/server"})
	ok(t, err)
	must[wsa.SOCKET](t)(d.server.Accept(l, nil, nil))
	want := []string{"0s main mode 1", "10ms main mode 2", "20ms main mode 3", "30ms main mode 4", "40ms quick mode 1", "50ms quick mode 2"}
	if got := d.packets("ike"); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	want = []string{"60ms SYN encrypted", "70ms SYN ACK encrypted", "80ms ACK encrypted"}
	if got := d.packets("tcp"); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	a := d.agreements()
	if len(a) != 1 || a[0].Outcome != "secured" || a[0].Messages != 6 || a[0].Initiator != "client" || a[0].Responder != "server" ||
		a[0].QuickMode != "ESP SHA-1, AES-128" || a[0].Method != "Kerberos" || a[0].MMID == 0 || a[0].QMID == a[0].MMID {
		t.Errorf("%+v", a)
	}
}

// TestLostMessages: what is lost is sent again after 1 s, 2 s, 4 s.
func TestLostMessages(t *testing.T) {
	d := newDuo(t)
	lost := 0
	d.w.Intercept("test", func(p *sim.Packet) sim.Verdict {
		if p.Protocol == "ike" && (p.Flags == "main mode 1" || p.Flags == "quick mode 2") && lost < 3 {
			lost++
			return sim.Verdict{Drop: true}
		}
		return sim.Verdict{}
	})
	l := d.listen(&how{})
	_, err := d.connect(&how{})
	ok(t, err)
	must[wsa.SOCKET](t)(d.server.Accept(l, nil, nil))
	want := []string{"0s main mode 1", "1s main mode 1", "3s main mode 1", "7s main mode 1", "7s main mode 2",
		"7s main mode 3", "7s main mode 4", "7s quick mode 1", "7s quick mode 2"}
	if got := d.packets("ike"); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	d.noClear()
}

// TestNobodyAnswers: without ALLOW_INSECURE nothing leaves and the attempt
// times out as always; with it clear text flows after 10 s, and the client can
// find out why.
func TestNobodyAnswers(t *testing.T) {
	silence := func(p *sim.Packet) sim.Verdict { return sim.Verdict{Drop: p.Protocol == "ike"} }
	d := newDuo(t)
	d.w.Intercept("test", silence)
	d.listen(&how{flags: insecure})
	c, err := d.connect(&how{})
	if err != wsa.WSAETIMEDOUT || d.w.Now() != 21*time.Second || d.packets("tcp") != nil {
		t.Errorf("%v at %v: %q", err, d.w.Now(), d.packets("tcp"))
	}
	if a := d.agreements(); len(a) != 1 || a[0].Outcome != "abandoned" {
		t.Errorf("%+v", a)
	}
	ok(t, d.client.Closesocket(c))

	d = newDuo(t)
	d.w.Intercept("test", silence)
	c, _ = d.join(&how{flags: insecure}, &how{flags: insecure})
	if got := d.packets("tcp"); d.w.Now() != 10*time.Second || got[0] != "10s SYN" {
		t.Errorf("at %v: %q", d.w.Now(), got)
	}
	if info := query(t, d.client, c, 0, 0); info.Flags != 0 || info.NegotiationWinerr != uint32(ale.IKETimedOut) || info.MmSaId != 0 {
		t.Errorf("%+v", info)
	}
	for _, flags := range []uint32{guarantee, guarantee | insecure} {
		d = newDuo(t)
		d.w.Intercept("test", silence)
		d.listen(&how{flags: insecure})
		if _, err := d.connect(&how{flags: flags}); err != wsa.WSAETIMEDOUT || d.packets("tcp") != nil {
			t.Errorf("flags %d: %v, %q", flags, err, d.packets("tcp"))
		}
	}
}

// TestRefusals is how negotiations are refused, with the code a query gives and
// what then happens.
func TestRefusals(t *testing.T) {
	for _, tt := range []struct {
		name           string
		client, server *how
		err            error
		winerr         ale.Winerr
		clear          bool
	}{
		{"the server does not use security", &how{}, nil, wsa.WSAETIMEDOUT, ale.IKENoPolicy, false},
		{"and clear text is allowed", &how{flags: insecure}, nil, nil, ale.IKENoPolicy, true},
		{"another name", &how{target: "host/other"}, &how{}, wsa.WSAETIMEDOUT, ale.IKEAuthFail, false},
		{"another name, clear text allowed by both", &how{flags: insecure, target: "host/other"}, &how{flags: insecure}, wsa.WSAETIMEDOUT, ale.IKEAuthFail, false},
		{"the server wants another client", &how{}, &how{target: "host/other"}, wsa.WSAETIMEDOUT, ale.IKEAuthFail, false},
		{"the name is optional", &how{target: "host/other", ipsec: wsa.SOCKET_SETTINGS_IPSEC_OPTIONAL_PEER_NAME_VERIFICATION}, &how{}, nil, 0, false},
		{"a raw name", &how{target: "SERVER", ipsec: wsa.SOCKET_SETTINGS_IPSEC_PEER_NAME_IS_RAW_FORMAT}, &how{}, nil, 0, false},
		{"an SPN as raw name", &how{target: "host/server", ipsec: wsa.SOCKET_SETTINGS_IPSEC_PEER_NAME_IS_RAW_FORMAT}, &how{}, wsa.WSAETIMEDOUT, ale.IKEAuthFail, false},
		{"filters skipped, no policy", &how{ipsec: wsa.SOCKET_SETTINGS_IPSEC_SKIP_FILTER_INSTANTIATION}, &how{}, wsa.WSAETIMEDOUT, ale.IKENegotiationOff, false},
		{"filters skipped, clear allowed", &how{flags: insecure, ipsec: wsa.SOCKET_SETTINGS_IPSEC_SKIP_FILTER_INSTANTIATION}, &how{flags: insecure}, nil, 0, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDuo(t)
			d.listen(tt.server)
			c, err := d.connect(tt.client)
			if err != tt.err {
				t.Fatal(err)
			}
			if !tt.clear {
				d.noClear()
			}
			if a := d.agreements(); tt.winerr != 0 && a[0].Winerr != uint32(tt.winerr) {
				t.Errorf("%+v, want %v", a[0], tt.winerr)
			}
			if err == nil {
				if info := query(t, d.client, c, 0, 0); (info.Flags == 0) != tt.clear || info.NegotiationWinerr != uint32(tt.winerr) {
					t.Errorf("%+v", info)
				}
			}
		})
	}
}

// TestAdministrator: what the administrator rules outranks the sockets.
func TestAdministrator(t *testing.T) {
	rule := func(action ale.Action) ale.AdminPolicy { return ale.AdminPolicy{{Action: action}} }
	remote := func(r ale.AdminRule, prefix string) ale.AdminPolicy {
		r.Remote = netip.MustParsePrefix(prefix)
		return ale.AdminPolicy{r}
	}
	aes := ale.DefaultQuickMode()
	aes.Proposals = aes.Proposals[1:2]
	for _, tt := range []struct {
		name           string
		onClient       ale.AdminPolicy
		onServer       ale.AdminPolicy
		client, server *how
		err            error
		flags          uint32
	}{
		{"both require, no socket asks", rule(ale.Require), rule(ale.Require), nil, nil, nil, 1},
		{"one requires", rule(ale.Require), nil, nil, nil, wsa.WSAETIMEDOUT, 0},
		{"the other requires", nil, rule(ale.Require), nil, nil, wsa.WSAETIMEDOUT, 0},
		{"one requests", rule(ale.Request), nil, nil, nil, nil, 0},
		{"both request", rule(ale.Request), rule(ale.Request), nil, nil, nil, 1},
		{"require withdraws ALLOW_INSECURE", rule(ale.Require), nil, &how{flags: insecure}, nil, wsa.WSAETIMEDOUT, 0},
		{"require encryption", ale.AdminPolicy{{Action: ale.Require, Encrypt: true}}, nil, &how{}, &how{}, nil, 3},
		{"another policy", ale.AdminPolicy{{Action: ale.Require, QuickMode: &aes}}, nil, &how{}, &how{}, nil, 3},
		{"block", rule(ale.Block), nil, &how{}, &how{}, wsa.WSAETIMEDOUT, 0},
		{"block on the server", nil, rule(ale.Block), nil, nil, wsa.WSAETIMEDOUT, 0},
		{"bypass", rule(ale.Bypass), nil, &how{flags: insecure}, &how{flags: insecure}, nil, 0},
		{"bypass never breaks the promise", rule(ale.Bypass), nil, &how{}, &how{}, wsa.WSAETIMEDOUT, 0},
		{"bypass on the server", nil, rule(ale.Bypass), &how{}, &how{}, wsa.WSAETIMEDOUT, 0},
		{"for somebody else", remote(ale.AdminRule{Action: ale.Block}, "10.0.0.3/32"), nil, nil, nil, nil, 0},
		{"for a subnet", remote(ale.AdminRule{Action: ale.Block}, "10.0.0.0/24"), nil, nil, nil, wsa.WSAETIMEDOUT, 0},
		{"for another port", ale.AdminPolicy{{Action: ale.Block, RemotePort: 81}, {Action: ale.Block, Protocol: wsa.IPPROTO_UDP}}, nil, nil, nil, nil, 0},
		{"the first that fits", ale.AdminPolicy{{Action: ale.Bypass, RemotePort: 80}, {Action: ale.Block}}, nil, nil, nil, nil, 0},
		{"skipped filters are the administrator's", rule(ale.Require), rule(ale.Require),
			&how{ipsec: wsa.SOCKET_SETTINGS_IPSEC_SKIP_FILTER_INSTANTIATION}, nil, nil, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDuo(t, func(c, s *sim.HostConfig) { c.Policy, s.Policy = tt.onClient, tt.onServer })
			d.listen(tt.server)
			c, err := d.connect(tt.client)
			if err != tt.err {
				t.Fatal(err)
			}
			if err == nil {
				if info := query(t, d.client, c, 0, 0); info.Flags != tt.flags {
					t.Errorf("flags %d", info.Flags)
				}
			}
			if tt.client != nil && tt.client.flags&insecure == 0 {
				d.noClear()
			}
		})
	}
}

// TestAssociations: sockets of two hosts with the same needs share an
// association, others share the main mode; the last socket deletes both.
func TestAssociations(t *testing.T) {
	d := newDuo(t)
	l := d.listen(&how{})
	pair := func(h *how) (c, s wsa.SOCKET, info wsa.SecurityQueryInfoIPsec2) {
		c, err := d.connect(h)
		ok(t, err)
		s = must[wsa.SOCKET](t)(d.server.Accept(l, nil, nil))
		return c, s, query(t, d.client, c, 0, 0)
	}
	c1, s1, one := pair(&how{})
	c2, s2, two := pair(&how{})
	c3, s3, three := pair(&how{flags: guarantee})
	if one.QmSaId != two.QmSaId || one.MmSaId != two.MmSaId || three.MmSaId != one.MmSaId || three.QmSaId == one.QmSaId {
		t.Errorf("%+v %+v %+v", one, two, three)
	}
	if got := query(t, d.server, s1, 0, 0); got.QmSaId != one.QmSaId {
		t.Errorf("the ends have different associations: %+v", got)
	}
	if n := len(d.packets("ike")); n != 6+2 {
		t.Errorf("%d messages for three connections, want 8", n)
	}
	if list := d.w.Associations(); len(list) != 2 || list[0].Users != 4 || list[1].Users != 2 {
		t.Errorf("%+v", list)
	}
	for _, x := range []struct {
		th *sim.Thread
		s  wsa.SOCKET
		n  int
	}{{d.client, c1, 2}, {d.server, s1, 2}, {d.client, c2, 2}, {d.server, s2, 1}, {d.client, c3, 1}, {d.server, s3, 0}} {
		ok(t, x.th.Closesocket(x.s))
		if n := len(d.w.Associations()); n != x.n {
			t.Errorf("%d associations, want %d", n, x.n)
		}
	}
	_, _, four := pair(&how{})
	if four.MmSaId <= three.QmSaId || four.QmSaId <= three.QmSaId {
		t.Errorf("an id came again: %+v", four)
	}
}

// TestCleanupWaits: what was sent before the close still goes out under the
// association, which is deleted after (rule SEC-CLEANUP).
func TestCleanupWaits(t *testing.T) {
	d := newDuo(t)
	c, s := d.join(&how{}, &how{})
	d.latency(10 * time.Millisecond)
	must[int](t)(d.client.Send(c, []byte("last words"), 0))
	ok(t, d.client.Closesocket(c))
	ok(t, d.w.Sleep(5*time.Millisecond))
	if list := d.w.Associations(); len(list) != 1 || list[0].Users != 2 {
		t.Errorf("before the data arrived: %+v", list)
	}
	buf := make([]byte, 20)
	if n := must[int](t)(d.server.Recv(s, buf, 0)); string(buf[:n]) != "last words" {
		t.Errorf("%q", buf[:n])
	}
	ok(t, d.w.Sleep(5*time.Millisecond))
	if list := d.w.Associations(); len(list) != 1 || list[0].Users != 1 {
		t.Errorf("after: %+v", list)
	}
	ok(t, d.server.Closesocket(s))
	if len(d.w.Associations()) != 1 {
		t.Error("the association is gone before the last packet")
	}
	ok(t, d.w.Sleep(10*time.Millisecond))
	if len(d.w.Associations()) != 0 {
		t.Error("the association outlived its sockets")
	}
	d.noClear()
}

var quickKey = wsa.GUID{1, 2, 3}

// quickMode gives both hosts a quick-mode policy under quickKey.
func quickMode(change func(*ale.QuickModePolicy)) func(c, s *sim.HostConfig) {
	return func(c, s *sim.HostConfig) {
		p := ale.DefaultQuickMode()
		p.Proposals = slices.Clone(p.Proposals)
		change(&p)
		c.QuickModePolicies = map[wsa.GUID]ale.QuickModePolicy{quickKey: p}
		s.QuickModePolicies = c.QuickModePolicies
	}
}

// TestRenewal: an association is renewed when its bytes, its time or its
// patience are over, and who watches its ids loses the connection.
func TestRenewal(t *testing.T) {
	limit := quickMode(func(p *ale.QuickModePolicy) { p.Proposals[0].Kilobytes = 1 })
	for _, tt := range []struct {
		name   string
		change func(c, s *sim.HostConfig)
		wear   func(d *duo, c wsa.SOCKET)
		main   bool // the main mode is renewed as well
	}{
		{"bytes", limit, func(d *duo, c wsa.SOCKET) { must[int](t)(d.client.Send(c, make([]byte, 1024), 0)) }, false},
		{"idle", quickMode(func(*ale.QuickModePolicy) {}), func(d *duo, c wsa.SOCKET) { ok(t, d.w.Sleep(5*time.Minute)) }, false},
		{"idle on a cluster", func(c, s *sim.HostConfig) { limit(c, s); s.Failover = true },
			func(d *duo, c wsa.SOCKET) { ok(t, d.w.Sleep(time.Minute)) }, false},
		{"an hour", quickMode(func(p *ale.QuickModePolicy) { p.IdleTimeout = 0 }),
			func(d *duo, c wsa.SOCKET) { ok(t, d.w.Sleep(time.Hour)) }, false},
		{"two hours", quickMode(func(p *ale.QuickModePolicy) { p.IdleTimeout = 0 }),
			func(d *duo, c wsa.SOCKET) { ok(t, d.w.Sleep(2*time.Hour)) }, true},
	} {
		for _, watch := range []uint32{0, wsa.SOCKET_QUERY_IPSEC2_ABORT_CONNECTION_ON_FIELD_CHANGE} {
			for _, delay := range []time.Duration{0, 10 * time.Millisecond} {
				t.Run(fmt.Sprintf("%s, watch %d, %v", tt.name, watch, delay), func(t *testing.T) {
					d := newDuo(t, tt.change)
					c, s := d.join(&how{quick: quickKey}, &how{quick: quickKey})
					d.latency(delay)
					before := query(t, d.client, c, 0, watch)
					tt.wear(d, c)
					if now := query(t, d.client, c, 0, 0); now.QmSaId != before.QmSaId {
						t.Errorf("renewed before it was used: %+v", now)
					}
					n, err := d.client.Send(c, []byte("x"), 0)
					ok(t, d.w.Sleep(time.Second))
					if watch != 0 {
						if _, again := d.client.Send(c, []byte("y"), 0); again != wsa.WSAECONNABORTED {
							t.Errorf("a watched field changed: %d, %v, then %v", n, err, again)
						}
						return
					}
					ok(t, err)
					now := query(t, d.client, c, 0, 0)
					if now.QmSaId <= before.QmSaId || (now.MmSaId != before.MmSaId) != tt.main {
						t.Errorf("before %+v, now %+v", before, now)
					}
					if other := query(t, d.server, s, 0, 0); other.QmSaId != now.QmSaId {
						t.Errorf("the ends have different associations: %+v", other)
					}
					d.noClear()
				})
			}
		}
	}
}

// TestRenewalRefused: when the hosts are cut off from each other, what cannot be
// protected does not leave.
func TestRenewalFails(t *testing.T) {
	d := newDuo(t)
	c, _ := d.join(&how{}, &how{})
	ok(t, d.w.Sleep(5*time.Minute))
	d.w.Partition(d.hosts[:1])
	must[int](t)(d.client.Send(c, []byte("secret"), 0))
	if _, err := d.client.Recv(c, make([]byte, 1), 0); err != wsa.WSAECONNABORTED {
		t.Error(err)
	}
	for _, x := range d.records {
		if x.Kind == trace.PacketSent && bytes.Contains(x.Packet.Data, []byte("secret")) {
			t.Errorf("the data left at %v, under %d", x.Time, x.Packet.SA)
		}
	}
}

// TestDatagramsWait: datagrams wait for the negotiation and leave protected, in
// order; without an outcome they are lost.
func TestDatagramsWait(t *testing.T) {
	d := newDuo(t)
	d.latency(10 * time.Millisecond)
	s := open(t, d.server, wsa.SOCK_DGRAM, &how{}, "")
	ok(t, d.server.Bind(s, addr("0.0.0.0:53")))
	c := open(t, d.client, wsa.SOCK_DGRAM, &how{target: "host/server"}, "10.0.0.2:53")
	for i := range 3 {
		must[int](t)(d.client.Sendto(c, []byte{byte(i)}, 0, addr("10.0.0.2:53")))
	}
	buf, from := make([]byte, 9), make([]byte, 16)
	for i := range 3 {
		n := int32(16)
		must[int](t)(d.server.Recvfrom(s, buf, 0, from, &n))
		if buf[0] != byte(i) {
			t.Errorf("datagram %d came as number %d", buf[0], i)
		}
	}
	if d.w.Now() != 70*time.Millisecond {
		t.Errorf("received at %v", d.w.Now())
	}
	must[int](t)(d.server.Sendto(s, []byte("back"), 0, from))
	must[int](t)(d.client.Recv(c, buf, 0))
	ok(t, d.server.WSAImpersonateSocketPeer(s, from))
	if who, _ := d.server.Impersonating(); who != "client" {
		t.Errorf("impersonates %q", who)
	}
	if n := len(d.packets("ike")); n != 6 {
		t.Errorf("%d messages", n)
	}
	d.noClear()
	other := open(t, d.client, wsa.SOCK_DGRAM, &how{target: "host/other"}, "10.0.0.2:53")
	must[int](t)(d.client.Sendto(other, []byte("lost"), 0, addr("10.0.0.2:53")))
	ok(t, d.w.Sleep(time.Second))
	if len(d.notes(trace.Event, "may not leave in clear")) != 1 {
		t.Error("what happened to the datagram to an impostor?")
	}
	d.noClear()
	ok(t, d.client.Closesocket(c))
	ok(t, d.server.Closesocket(s))
	if list := d.w.Associations(); len(list) != 0 {
		t.Errorf("%+v", list)
	}
}

// TestFirstInClear is IPSEC_ALLOW_FIRST_INBOUND_PKT_UNENCRYPTED: the first
// datagram of a peer may be in clear, no later one, and none from a peer that
// must prove a name.
func TestFirstInClear(t *testing.T) {
	for _, tt := range []struct {
		server *how
		want   int
	}{
		{&how{}, 0},
		{&how{ipsec: wsa.SOCKET_SETTINGS_IPSEC_ALLOW_FIRST_INBOUND_PKT_UNENCRYPTED}, 1},
		{&how{ipsec: wsa.SOCKET_SETTINGS_IPSEC_ALLOW_FIRST_INBOUND_PKT_UNENCRYPTED, target: "host/client"}, 0},
	} {
		d := newDuo(t)
		s := open(t, d.server, wsa.SOCK_DGRAM, tt.server, "10.0.0.1:1000")
		ok(t, d.server.Bind(s, addr("0.0.0.0:53")))
		c := open(t, d.client, wsa.SOCK_DGRAM, nil, "")
		ok(t, d.client.Bind(c, addr("0.0.0.0:1000")))
		for range 3 {
			must[int](t)(d.client.Sendto(c, []byte("x"), 0, addr("10.0.0.2:53")))
		}
		n := uint32(0)
		ok(t, d.server.Ioctlsocket(s, wsa.FIONREAD, &n))
		if int(n) != tt.want || d.hosts[1].Dropped().ClearText != 3-tt.want {
			t.Errorf("%+v: %d arrived, %+v", tt.server, n, d.hosts[1].Dropped())
		}
	}
}
