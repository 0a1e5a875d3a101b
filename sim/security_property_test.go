package sim_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"wsasim/model"
	"wsasim/sim"
	"wsasim/sim/ale"
	"wsasim/wsa"
	"wsasim/wsa/trace"

	"pgregory.net/rapid"
)

// wild is a random world of three hosts, whose servers are secured somehow, in
// which clients come and go over a network that fails. Each client's socket has
// a port of its own, so that the trace tells who sent what.
type wild struct {
	*rapid.T
	w        *sim.World
	hosts    []*sim.Host
	threads  []*sim.Thread
	servers  []*how // of each host; nil: no security
	owner    map[string]int
	clients  map[uint16]*how
	port     uint16
	open     []wildSocket
	streams  []wsa.SOCKET // listening sockets, by host
	datagram []wsa.SOCKET
	ids      map[uint64]bool
	judge    *model.Checker
	faults   []string
	clear    map[string]bool // what arrived and had left in clear
}

type wildSocket struct {
	host int
	s    wsa.SOCKET
	conn bool // a connected stream
	h    *how
}

func (h *how) allowsClear() bool {
	return h == nil || h.flags&insecure != 0 && h.flags&guarantee == 0
}

// users is the key of a policy by which users prove themselves, too.
var users = wsa.GUID{1}

func drawHow(t *rapid.T, name string) *how {
	if rapid.IntRange(0, 4).Draw(t, name+" unsecured") == 0 {
		return nil
	}
	return &how{
		flags:  rapid.SampledFrom([]uint32{0, 0, insecure, guarantee, guarantee | insecure}).Draw(t, name+" flags"),
		quick:  rapid.SampledFrom([]wsa.GUID{{}, {}, users}).Draw(t, name+" policy"),
		target: rapid.SampledFrom([]string{"", "", "host/h0", "HOST/h1", "host/h2"}).Draw(t, name+" target"),
	}
}

// traced holds the packets and agreements against the rules, as they happen;
// the specification does the same by its own means.
func (w *wild) traced(r *trace.Record) {
	if v := w.judge.Observe(r); v != nil {
		w.faults = append(w.faults, "the specification: "+v.Error())
	}
	if r.Kind == trace.PacketSent && r.Packet.Protection == "" && (r.Packet.Forged || r.Packet.Altered) {
		w.clear[string(r.Packet.Data)], w.clear[string(r.Packet.Instead)] = true, true
	}
	switch {
	case r.Packet != nil && r.Packet.Forged: // no socket's
	case r.Kind == trace.Negotiation && r.Agreement != nil && r.Agreement.Outcome == "secured":
		if w.ids[r.Agreement.QMID] || r.Agreement.QMID == r.Agreement.MMID {
			w.faults = append(w.faults, fmt.Sprintf("the id %d came again", r.Agreement.QMID))
		}
		w.ids[r.Agreement.QMID] = true
	case r.Kind == trace.PacketSent && (r.Packet.Protocol == "tcp" || r.Packet.Protocol == "udp"):
		from := netip.MustParseAddrPort(r.From)
		h, isClient := w.clients[from.Port()]
		if !isClient {
			h = w.servers[w.owner[from.Addr().String()]]
		}
		switch {
		case r.Packet.Protection == "" && !h.allowsClear():
			w.faults = append(w.faults, fmt.Sprintf("%s %s from %s is in clear: %+v", r.Packet.Protocol, r.Packet.Flags, r.From, *h))
		case r.Packet.Protection != "encrypted" && h != nil && h.flags&guarantee != 0:
			w.faults = append(w.faults, fmt.Sprintf("%s %s from %s is not encrypted", r.Packet.Protocol, r.Packet.Flags, r.From))
		case (r.Packet.Protection == "") != (r.Packet.SA == 0):
			w.faults = append(w.faults, fmt.Sprintf("protection %q under association %d", r.Packet.Protection, r.Packet.SA))
		}
		if r.Packet.Protection == "" && len(r.Packet.Data) > 0 {
			w.clear[string(r.Packet.Data)] = true
		}
	}
}

func newWild(t *rapid.T) *wild {
	w := &wild{T: t, owner: map[string]int{}, clients: map[uint16]*how{}, port: 5000, ids: map[uint64]bool{}, clear: map[string]bool{}, judge: model.NewChecker(model.Options{Forget: true})}
	w.w = sim.New(sim.Config{Clock: sim.VirtualTime, Trace: w.traced, Seed: rapid.Uint64().Draw(t, "seed")})
	for i := range 3 {
		cfg := sim.HostConfig{Name: fmt.Sprint("h", i), Addrs: []netip.Addr{netip.AddrFrom4([4]byte{10, 0, 0, byte(i)})}}
		if rapid.IntRange(0, 5).Draw(t, "member") > 0 {
			cfg.Principals = []string{"host/" + cfg.Name}
		}
		if rapid.Bool().Draw(t, "user") {
			cfg.User = "user of " + cfg.Name
		}
		quick := ale.DefaultQuickMode()
		quick.Impersonate = true
		cfg.QuickModePolicies = map[wsa.GUID]ale.QuickModePolicy{users: quick}
		h, err := w.w.AddHost(cfg)
		w.must(err)
		w.hosts, w.threads = append(w.hosts, h), append(w.threads, h.NewThread())
		w.owner[cfg.Addrs[0].String()] = i
		w.servers = append(w.servers, drawHow(t, "server"))
	}
	if rapid.IntRange(0, 3).Draw(t, "take-over") == 0 {
		a, to := rapid.IntRange(0, 2).Draw(t, "address"), rapid.IntRange(0, 2).Draw(t, "attacker")
		addr := netip.AddrFrom4([4]byte{10, 0, 0, byte(a)})
		w.must(w.w.MoveAddress(addr, w.hosts[to]))
		w.owner[addr.String()] = to
	}
	for i := range 3 {
		l, d := w.socket(i, wsa.SOCK_STREAM, w.servers[i], 80), w.socket(i, wsa.SOCK_DGRAM, w.servers[i], 53)
		w.must(w.threads[i].Listen(l, 50))
		w.streams, w.datagram = append(w.streams, l), append(w.datagram, d)
	}
	return w
}

func (w *wild) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// socket makes a non-blocking socket bound to a port.
func (w *wild) socket(host int, typ int32, h *how, port uint16) wsa.SOCKET {
	w.Helper()
	th := w.threads[host]
	s, err := th.WSASocket(wsa.AF_INET, typ, 0, nil, 0, 0)
	w.must(err)
	if h != nil {
		b, _ := (&wsa.SecuritySettings{SecurityFlags: h.flags}).AppendBinary(nil)
		if h.quick != (wsa.GUID{}) {
			b, _ = (&wsa.SecuritySettingsIPsec{SecurityProtocol: wsa.SOCKET_SECURITY_PROTOCOL_IPSEC, SecurityFlags: h.flags, AuthipQMPolicyKey: h.quick}).AppendBinary(nil)
		}
		w.must(th.WSASetSocketSecurity(s, b, nil, nil))
		for i := 0; i < 3 && h.target != "" && (typ == wsa.SOCK_DGRAM || i == 0); i++ {
			n := wsa.PeerTargetName{Name: h.target}
			if typ == wsa.SOCK_DGRAM {
				n.PeerAddress, _ = wsa.StorageFrom(netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}), 53))
			}
			b, _ := n.AppendBinary(nil)
			w.must(th.WSASetSocketPeerTargetName(s, b, nil, nil))
		}
	}
	w.must(th.Bind(s, addr(fmt.Sprintf("0.0.0.0:%d", port))))
	one := uint32(1)
	w.must(th.Ioctlsocket(s, wsa.FIONBIO, &one))
	w.open = append(w.open, wildSocket{host, s, false, h})
	return s
}

// client makes a client's socket.
func (w *wild) client(typ int32) (host int, s wsa.SOCKET, h *how) {
	host, h = rapid.IntRange(0, 2).Draw(w.T, "client"), drawHow(w.T, "client")
	if len(w.hosts[host].Addrs()) == 0 {
		host = w.owner["10.0.0.0"]
	}
	w.port++
	w.clients[w.port] = h
	return host, w.socket(host, typ, h, w.port), h
}

// text is what a client says: from it the receiver knows who said it.
func (w *wild) text(host int, h *how) []byte {
	target := ""
	if h != nil {
		target = h.target
	}
	return fmt.Appendf(nil, "%d|%s|%d|%d;", host, target, w.port, len(w.clear))
}

// received holds data that reached an application against the rules.
func (w *wild) received(at int, all string) {
	for text := range strings.SplitSeq(strings.TrimSuffix(all, ";"), ";") {
		f := strings.Split(text, "|")
		var from int
		fmt.Sscan(f[0], &from)
		if w.clear[text+";"] {
			if !w.servers[at].allowsClear() {
				w.Fatalf("host %d, %+v, received %q in clear", at, w.servers[at], text)
			}
			continue
		}
		if f[1] != "" && !w.proves(at, f[1]) {
			w.Fatalf("%q reached host %d, which does not prove the name", text, at)
		}
		// Datagram sockets name clients by address; servers name none of those.
		if h := w.servers[at]; h != nil && h.target != "" && len(f) == 4 && !w.proves(from, h.target) && !strings.HasPrefix(f[3], "u") {
			w.Fatalf("host %d wants %s and received %q", at, h.target, text)
		}
	}
}

func (w *wild) proves(host int, name string) bool {
	return strings.EqualFold(name, fmt.Sprint("host/h", host))
}

func (w *wild) connect() {
	host, s, h := w.client(wsa.SOCK_STREAM)
	th := w.threads[host]
	to := rapid.IntRange(0, 2).Draw(w.T, "to")
	_ = th.Connect(s, addr(fmt.Sprintf("10.0.0.%d:80", to))) // WSAEWOULDBLOCK, or no route
	w.sleep()
	info, _ := th.SocketInfo(s)
	if info.State != "connected" || info.Broken != 0 {
		return
	}
	w.open[len(w.open)-1].conn = true
	a := info.Association
	switch {
	case !a.Secured && !h.allowsClear(), a.Encrypted && !a.Secured, h != nil && h.flags&guarantee != 0 && !a.Encrypted:
		w.Fatalf("connected with %+v under %+v", h, a)
	case a.Secured && h == nil:
		w.Fatalf("nobody asked for %+v", a)
	case a.Secured && h.target != "" && !strings.EqualFold(h.target, "host/"+a.PeerComputer):
		w.Fatalf("%s wanted, %s is the peer", h.target, a.PeerComputer)
	}
	_, _ = th.Send(s, w.text(host, h), 0) // a failure is as good
}

func (w *wild) send() {
	host, s, h := w.client(wsa.SOCK_DGRAM)
	to := rapid.IntRange(0, 2).Draw(w.T, "to")
	for range rapid.IntRange(1, 3).Draw(w.T, "datagrams") {
		text := []byte(strings.Replace(string(w.text(host, h)), "|"+fmt.Sprint(len(w.clear))+";", "|u;", 1))
		_, _ = w.threads[host].Sendto(s, text, 0, addr(fmt.Sprintf("10.0.0.%d:53", to))) // or no route
	}
}

// serve lets the servers take what came, answer, and act as their clients.
func (w *wild) serve() {
	buf := make([]byte, 1000)
	for i, th := range w.threads {
		for {
			s, err := th.Accept(w.streams[i], nil, nil)
			if err != nil {
				break
			}
			w.open = append(w.open, wildSocket{i, s, true, w.servers[i]})
		}
		for {
			source, length := make([]byte, wsa.SockaddrInSize), int32(wsa.SockaddrInSize)
			n, err := th.Recvfrom(w.datagram[i], buf, 0, source, &length)
			if err == wsa.WSAECONNRESET {
				continue // an answer met port unreachable
			}
			if err != nil {
				break
			}
			w.received(i, string(buf[:n]))
		}
	}
	for _, o := range w.open {
		if o.conn && o.h == w.servers[o.host] {
			if n, err := w.threads[o.host].Recv(o.s, buf, 0); err == nil && n > 0 {
				w.received(o.host, string(buf[:n]))
			}
			w.impersonate(o)
		}
	}
}

// impersonate acts as a client on one thread: no other must.
func (w *wild) impersonate(o wildSocket) {
	th := w.threads[o.host].Process().NewThread()
	zero := uint32(0)
	w.must(th.Ioctlsocket(o.s, wsa.FIONBIO, &zero))
	if th.WSAImpersonateSocketPeer(o.s, nil) == nil {
		info, _ := th.SocketInfo(o.s)
		peer := info.Association.PeerComputer
		if info.Association.Impersonated && info.Association.PeerUser != "" {
			peer = info.Association.PeerUser
		}
		if who, _ := th.Impersonating(); who != peer || !info.Association.Secured {
			w.Fatalf("acts as %q; the peer is %+v", who, info.Association)
		}
		w.must(w.threads[o.host].Ioctlsocket(o.s, wsa.FIONBIO, &zero)) // another thread, which acts for itself
		for _, other := range w.threads {
			if who, is := other.Impersonating(); is {
				w.Fatalf("%s acts as %s", other.Name(), who)
			}
		}
		w.must(th.WSARevertImpersonation())
	}
	one := uint32(1)
	w.must(th.Ioctlsocket(o.s, wsa.FIONBIO, &one))
	th.End()
}

func (w *wild) sleep() {
	d := rapid.SampledFrom([]time.Duration{0, time.Millisecond, time.Second, 11 * time.Second, 25 * time.Second, 6 * time.Minute, 3 * time.Hour}).Draw(w.T, "sleep")
	w.must(w.w.Sleep(d))
}

// disturb changes the network.
func (w *wild) disturb() {
	a, b := rapid.IntRange(0, 2).Draw(w.T, "a"), rapid.IntRange(0, 2).Draw(w.T, "b")
	switch rapid.IntRange(0, 4).Draw(w.T, "disturbance") {
	case 0:
		w.w.SetLinks(w.hosts[a], w.hosts[b], sim.Link{Latency: time.Millisecond, Jitter: 9 * time.Millisecond, Loss: 0.3, Duplicate: 0.3})
	case 1:
		w.w.SetLinks(w.hosts[a], w.hosts[b], sim.Link{})
	case 2:
		w.w.Partition(w.hosts[a : a+1])
	case 3:
		w.w.Heal()
	case 4:
		n := rapid.IntRange(1, 5).Draw(w.T, "losses")
		w.w.Intercept("test", func(p *sim.Packet) sim.Verdict {
			if p.Protocol == "ike" && n > 0 {
				n--
				return sim.Verdict{Drop: true}
			}
			return sim.Verdict{}
		})
	}
}

// attack lets somebody in the network make packets up, change them, send them
// again or bring them elsewhere.
func (w *wild) attack() {
	at := func(port uint16) netip.AddrPort {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(rapid.IntRange(0, 2).Draw(w.T, "address"))}), port)
	}
	from := w.hosts[rapid.IntRange(0, 2).Draw(w.T, "attacker")]
	port := uint16(rapid.IntRange(5000, int(w.port)).Draw(w.T, "port"))
	switch kind := rapid.IntRange(0, 4).Draw(w.T, "attack"); kind {
	case 0:
		w.w.Forge(from, at(port), at(53), fmt.Appendf(nil, "9||%d|forged;", w.port))
	case 1:
		w.w.ForgeReset(from, at(port), at(80))
	default:
		n := rapid.IntRange(1, 4).Draw(w.T, "packets")
		w.w.Intercept("attack", func(p *sim.Packet) sim.Verdict {
			if n == 0 || len(p.Data) == 0 {
				return sim.Verdict{}
			}
			n--
			switch kind {
			case 2:
				return sim.Verdict{Data: fmt.Appendf(nil, "9||%d|altered;", n)}
			case 3:
				return sim.Verdict{Replay: []time.Duration{time.Second, 0}}
			}
			return sim.Verdict{Redirect: from}
		})
	}
}

// ask lets every connected socket query its security; the specification judges
// the answers.
func (w *wild) ask() {
	for _, o := range w.open {
		if o.conn {
			info, n := make([]byte, wsa.SecurityQueryInfoSize), uint32(wsa.SecurityQueryInfoSize)
			_ = w.threads[o.host].WSAQuerySocketSecurity(o.s, nil, info, &n, nil, nil)
		}
	}
}

// closeOne closes any socket but the servers' own.
func (w *wild) closeOne() {
	if len(w.open) <= 6 {
		return
	}
	i := rapid.IntRange(6, len(w.open)-1).Draw(w.T, "which")
	w.must(w.threads[w.open[i].host].Closesocket(w.open[i].s))
	w.open = slices.Delete(w.open, i, i+1)
}

// TestSecurityProperties: in whatever happens, no packet of a socket leaves in
// clear that did not allow it, no data reaches an application whose peer did
// not prove the name that was demanded, encrypted means secured, ids are
// unique, impersonation stays on its thread, and the last close deletes
// everything.
func TestSecurityProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWild(t)
		defer w.w.Close()
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			switch rapid.IntRange(0, 9).Draw(t, "step") {
			case 0, 1, 2:
				w.connect()
			case 3, 4:
				w.send()
			case 5:
				w.sleep()
			case 6:
				w.disturb()
			case 7:
				w.closeOne()
			case 8:
				w.attack()
			case 9:
				w.ask()
			}
			w.serve()
			if len(w.faults) > 0 {
				t.Fatal(w.faults)
			}
		}
		w.w.Heal()
		for _, o := range w.open {
			w.must(w.threads[o.host].Closesocket(o.s))
		}
		w.must(w.w.Sleep(time.Hour))
		if list := w.w.Associations(); len(list) > 0 {
			t.Fatalf("left behind: %+v", list)
		}
		if len(w.faults) > 0 {
			t.Fatal(w.faults)
		}
	})
}
