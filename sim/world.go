package sim

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"wsasim/sim/ale"
	"wsasim/sim/domain"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// Config says how a World is made. The zero value is a good default: package
// time, seed 0, no trace, Windows' own timings.
type Config struct {
	// Seed is the source of everything that is drawn: ports, losses, which of
	// several allowed behaviours. Same seed, same draws for each purpose.
	Seed uint64
	// Clock chooses how time passes.
	Clock ClockKind
	// Trace is called with each record, in order, with the world locked: it
	// must be quick and must not call the world. It may keep the record. Nil
	// costs nothing. A panic ends the world (see World).
	Trace func(*trace.Record)
	// Timing holds the delays of the TCP/IP stack; a zero field means
	// Windows' own.
	Timing Timing
	// Chooser decides what the specification leaves open; nil draws from Seed.
	Chooser Chooser
}

// Timing holds delays of the simulated TCP/IP stack. A zero field takes the
// default of its comment; a negative one means no delay at all.
type Timing struct {
	// SynRetry is the wait before the first repetition of an unanswered
	// connection request, doubled each time; after two repetitions the
	// attempt fails with WSAETIMEDOUT. Default 3 s, so 21 s in all (netsem's
	// factors 1 2 for Windows; inferred).
	SynRetry time.Duration
	// RefusedRetry is how long a refused connection request waits before it
	// is repeated; the fifth refusal is final. Default 500 ms, so that
	// WSAECONNREFUSED comes after 2 s (observed SL24; netsem deliver_in_7d).
	RefusedRetry time.Duration
	// DataRetry is the wait before the first repetition of lost data, doubled
	// each time; after five repetitions the connection is aborted. Default
	// 1 s (inferred).
	DataRetry time.Duration
	// TimeWait is how long the end of a connection that was closed first keeps
	// the pair of its names (TIME_WAIT): connecting again from the same port to
	// the same address fails with WSAEADDRINUSE, and dynamic ports are chosen
	// among the others while there are any. It begins when the other end has closed,
	// too; until then nothing is kept. Binding to the port is no error, so
	// a server can start anew at once; nor is anything kept of a connection that
	// was reset, or of one that a socket with SO_REUSEADDR makes. Default 0,
	// which is none: a program that makes more connections than a host has
	// dynamic ports would fail, as it does on Windows, where pages name 30 s,
	// 120 s and 240 s (TcpTimedWaitDelay).
	TimeWait time.Duration
}

func (t *Timing) setDefaults() {
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&t.SynRetry, 3 * time.Second},
		{&t.RefusedRetry, 500 * time.Millisecond},
		{&t.DataRetry, time.Second},
	} {
		if *d.field == 0 {
			*d.field = d.value
		}
		*d.field = max(*d.field, 0)
	}
	t.TimeWait = max(t.TimeWait, 0)
}

// World is a set of hosts joined by a network, with a time of its own. All
// methods may be called from any goroutine, with the limits of VirtualTime
// (see World.Spawn and the package comment).
//
// A function of the user's that a world calls while it is locked (Config.Trace, a
// Chooser, a Hook, what Administer is given) must come back. When it panics, or
// ends its goroutine as testing.T.FailNow does, the world ends there and then,
// half-way through what it was doing: waiting calls and all later ones return
// ErrEnded, none of these functions is called any more, and the panic goes on.
type World struct {
	mu     sync.Mutex // guards everything below and everything reachable from it
	clock  clock
	sched  scheduler
	chance chance
	timing Timing
	trace  func(*trace.Record)

	hosts     []*Host
	addresses addressTable
	links     map[linkKey]*Link
	groups    map[*Host]int // partition; nil when whole
	routes    map[linkKey][]netip.Addr
	hooks     []hook
	names     directory

	byName   map[string]*Host
	security security

	// due are the operations to look at before the world is unlocked.
	due []*operation
	// spareAttempt is one that is over, for the next connect.
	spareAttempt *attempt
	idle         *operation // free ones, linked by nextOp
	ids          map[*wsa.Overlapped]wsa.OverlappedID
	// optionSets are the sets of options that sockets have had, optionChanges
	// how one led to another.
	optionSets    map[options]*options
	optionChanges map[change]*options
	// duplicates are what WSADuplicateSocket has made and nobody has taken.
	duplicates       map[uint32]duplicate
	lastDuplicate    uint32
	lastPID, lastTID int
	lastHook         int
	mainThread       Thread // stands for whoever calls Run
	ended            bool
	broken           bool // ended by a function of the user's that did not come back
}

// New makes a world without hosts.
func New(cfg Config) *World {
	w := &World{trace: cfg.Trace, timing: cfg.Timing, addresses: newAddressTable(), byName: make(map[string]*Host)}
	w.timing.setDefaults()
	w.chance.init(cfg.Seed, w.chooser(cfg.Chooser))
	w.mainThread.world = w
	w.mainThread.gate = make(chan struct{}, 1)
	w.clock.init(cfg.Clock, func() {
		w.lock()
		w.clock.fireDue()
		w.unlock()
	})
	w.lock()
	w.emit(&trace.Record{Kind: trace.World, Version: trace.Version, Seed: cfg.Seed})
	w.unlock()
	return w
}

// ErrEnded is what a waiting call returns when the world is closed under it, and
// every call when a panic has ended the world.
var ErrEnded = errors.New("sim: the world has ended")

// Close ends the world: every process ends, waiting calls return ErrEnded,
// timers stop. Threads that still impersonate are reported as advisories. It
// does not wait for goroutines that Spawn started; Run does.
func (w *World) Close() {
	defer w.unlockAfter(w.lock())
	if w.ended {
		return
	}
	w.ended = true
	for _, t := range w.threads() {
		if t.waiter.parked {
			t.failure = ErrEnded
			w.wake(&t.waiter, wokenEnded)
		}
		t.end()
	}
	w.reportTokens()
	w.wake(&w.mainThread.waiter, wokenEnded)
	w.clock.stop()
	if w.clock.kind == VirtualTime {
		w.release()
	}
}

// Now is how long the world has existed, in its own time.
func (w *World) Now() time.Duration {
	defer w.unlockAfter(w.lock())
	return w.clock.read()
}

// Hosts lists the hosts in the order of their making.
func (w *World) Hosts() []*Host {
	defer w.unlockAfter(w.lock())
	return slices.Clone(w.hosts)
}

// threads lists all threads in the order of their numbers.
func (w *World) threads() []*Thread {
	var all []*Thread
	for _, h := range w.hosts {
		for _, p := range h.processes {
			all = append(all, p.threads...)
		}
	}
	slices.SortFunc(all, func(a, b *Thread) int { return a.tid - b.tid })
	return all
}

// emit sends a record to the trace hook, with the time added.
func (w *World) emit(r *trace.Record) {
	if w.trace == nil {
		return
	}
	r.Time = w.clock.read()
	w.outside(func() { w.trace(r) })
}

// HostConfig describes a computer.
type HostConfig struct {
	// Name identifies the host in traces; it must be unique and not empty.
	Name string
	// Addrs are its addresses; loopback is always there besides. IPv6
	// link-local addresses may carry a decimal zone as scope id.
	Addrs []netip.Addr
	// Principals are the service principal names that the computer can prove
	// to be its own ("host/server.example.com"). None: the computer has no
	// credential and no security can be negotiated with it.
	Principals []string
	// User is the principal on whose behalf its processes run; it gives a
	// peer something to impersonate. Empty: only the computer authenticates.
	User string
	// Computer is what the computer holds of a domain or of certificates, in
	// place of Principals; Owner is the same for the user on whose behalf its
	// processes run, in place of User. Package sim/domain then decides what
	// they prove.
	Computer, Owner domain.Credentials
	// MainModePolicies and QuickModePolicies are the provider contexts that
	// the administrator has added, by the key under which
	// WSASetSocketSecurity may name them (rule SSS-POLICY-KEYS).
	MainModePolicies  map[wsa.GUID]ale.MainModePolicy
	QuickModePolicies map[wsa.GUID]ale.QuickModePolicy
	// Policy is what the administrator rules about the host's traffic; it
	// outranks what sockets ask for (rule SEC-CONFLICT).
	Policy ale.AdminPolicy
	// DNSName is the computer's fully qualified name, such as
	// "server.example.com"; empty: Name. Both names stand for the computer's
	// addresses in the world's directory, unless World.SetName says otherwise.
	DNSName string
	// Lookups says how the computer's lookups of names go.
	Lookups Lookups
	// Failover shortens the idle time of security associations with this
	// host, as for a node of a cluster.
	Failover bool
	// Attacker marks the host in traces as one that somebody uses to attack the
	// others. Nothing depends on it.
	Attacker bool
	// Ports is the dynamic port range. The zero value is Windows' 49152 to
	// 65535.
	Ports PortRange
}

// PortRange is a range of port numbers, both ends included.
type PortRange struct{ First, Last uint16 }

// Host is one computer of a world.
type Host struct {
	world *World
	cfg   HostConfig
	ports map[portKey]*portEntry
	// udpErrors etc. live in the sockets; a host holds only what is shared.
	processes []*Process
	portDraw  draw
	over      timeWaits // connections that are over
	// The groups of sockets by number, and the last number that was given.
	socketGroups map[uint32]*socketGroup
	lastGroup    uint32
	// lastPacket is the identification of the last IP packet, as far as
	// anybody sees it.
	lastPacket uint16
	lacks      Shortage // of every process

	// The provider contexts, by key; a policy's address is its identity.
	mainModes  map[wsa.GUID]*ale.MainModePolicy
	quickModes map[wsa.GUID]*ale.QuickModePolicy
	admin      ale.AdminPolicy
	credential *ale.Credential // nil: the computer can prove nothing
	// typed are the credentials of sockets that were given a user's name.
	typed   map[typed]*ale.Credential
	dropped DropCounts
	lookups hostLookups
}

// AddHost adds a computer. The error says what is wrong with cfg: a name or
// address that is empty, unusable or taken.
func (w *World) AddHost(cfg HostConfig) (*Host, error) {
	defer w.unlockAfter(w.lock())
	if cfg.Name == "" {
		return nil, errors.New("sim: a host needs a name")
	}
	if w.byName[cfg.Name] != nil {
		return nil, fmt.Errorf("sim: there is a host %q already", cfg.Name)
	}
	for i, a := range cfg.Addrs {
		if _, err := wsa.AppendSockaddr(nil, netip.AddrPortFrom(a, 0)); err != nil || !usable(a) {
			return nil, fmt.Errorf("sim: %v cannot be an address of host %q", a, cfg.Name)
		}
		if slices.Contains(cfg.Addrs[:i], a) {
			return nil, fmt.Errorf("sim: host %q has the address %v twice", cfg.Name, a)
		}
		if other := w.addresses.host(a); other != nil {
			return nil, fmt.Errorf("sim: address %v belongs to host %q already", a, other.cfg.Name)
		}
	}
	if err := w.checkNames(&cfg); err != nil {
		return nil, err
	}
	if cfg.Ports == (PortRange{}) {
		cfg.Ports = PortRange{49152, 65535}
	}
	if cfg.Ports.First == 0 || cfg.Ports.Last < cfg.Ports.First {
		return nil, fmt.Errorf("sim: host %q: %d to %d is not a range of ports", cfg.Name, cfg.Ports.First, cfg.Ports.Last)
	}
	cfg.Addrs, cfg.Principals = slices.Clone(cfg.Addrs), cfg.principals()
	h := &Host{world: w, cfg: cfg, ports: make(map[portKey]*portEntry), portDraw: draw{host: cfg.Name, purpose: "port"}, admin: slices.Clone(cfg.Policy)}
	for _, key := range slices.SortedFunc(maps.Keys(cfg.MainModePolicies), compareGUID) {
		h.addMainMode(key, cfg.MainModePolicies[key])
	}
	for _, key := range slices.SortedFunc(maps.Keys(cfg.QuickModePolicies), compareGUID) {
		h.addQuickMode(key, cfg.QuickModePolicies[key])
	}
	h.credential = h.makeCredential(cfg.User, cfg.Owner)
	h.lookups.all.Lookups = cfg.Lookups
	w.hosts = append(w.hosts, h)
	w.byName[cfg.Name] = h
	rec := &trace.Record{Kind: trace.Host, Host: cfg.Name, Principals: cfg.Principals, Attacker: cfg.Attacker, DNSName: cfg.DNSName}
	for _, a := range cfg.Addrs {
		w.addresses.set(a, h)
		rec.Addrs = append(rec.Addrs, a.String())
	}
	w.emit(rec)
	if len(h.admin) > 0 {
		h.ruled()
	}
	if cfg.Lookups != (Lookups{}) {
		h.tellLookups("", cfg.Lookups)
	}
	return h, nil
}

// MustHost is AddHost for tests: a name and addresses in text form. The host can
// prove "host/NAME", in lower case. It panics for an address that is none, and for
// what AddHost calls an error.
func (w *World) MustHost(name string, addrs ...string) *Host {
	cfg := HostConfig{Name: name, Principals: []string{"host/" + strings.ToLower(name)}}
	for _, a := range addrs {
		cfg.Addrs = append(cfg.Addrs, netip.MustParseAddr(a))
	}
	h, err := w.AddHost(cfg)
	if err != nil {
		panic(err)
	}
	return h
}

// Name is the host's name.
func (h *Host) Name() string { return h.cfg.Name }

// Addrs are the host's addresses, without loopback.
func (h *Host) Addrs() []netip.Addr { return slices.Clone(h.cfg.Addrs) }

// has reports whether a (without zone) is an address of the host, loopback
// included.
func (h *Host) has(a netip.Addr) bool {
	return a.IsLoopback() || h.world.addresses.host(a) == h
}

// source is the host's address from which it would reach dst, which is not a
// loopback address; false when it has none of the family.
func (h *Host) source(dst netip.Addr) (netip.Addr, bool) {
	for _, a := range h.cfg.Addrs {
		if a.Is4() == dst.Is4() {
			return a.WithZone(""), true
		}
	}
	return netip.Addr{}, false
}
