package fuzz

import (
	"bytes"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"time"

	"pgregory.net/rapid"

	"wsasim/model"
	"wsasim/sim"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// Setup is how a world begins. Same setup and same steps, same trace.
type Setup struct {
	Seed  uint64      // of the world
	Hosts []HostSetup // numbered from 0
	Links []LinkSetup // those that are not perfect
	// Files is how many files each process has open from the start, for TransmitFile.
	// They come before its sockets, whose descriptors are the next.
	Files int
	// Wrapped puts a wsa.FromCalls between the caller and the simulator.
	Wrapped bool
	// Fault, if not nil, has the trace say that every thread's API answers wrongly
	// in one way.
	Fault *Fault
}

// HostSetup is one host: its principals, whose user runs its processes, and how
// many threads each of its processes has.
type HostSetup struct {
	Name       string
	Addrs      []netip.Addr
	Principals []string
	User       string
	Threads    []int
}

// LinkSetup is the link between two hosts, by their numbers.
type LinkSetup struct {
	From, To int
	Link     sim.Link
}

// spns are the names that target names are drawn from: the hosts' own, in
// other letters too, and one that nobody can prove.
var spns = []string{"host/client", "host/server", "HOST/Server", "host/other", "host/nobody", "http/server:80/x"}

// DrawSetup draws a world of three hosts: two that have credentials and one
// that may have none.
func DrawSetup(t *rapid.T) Setup {
	g := source{t: t, p: &Pool{}}
	s := Setup{Seed: uint64(g.upTo(1<<20, "seed")), Files: 2}
	for i, name := range []string{"client", "server", "other"} {
		h := HostSetup{Name: name, Threads: [][]int{{2, 1}, {1}, {1}}[i]}
		h.Addrs = []netip.Addr{
			netip.AddrFrom4([4]byte{10, 0, 0, byte(i + 1)}),
			netip.MustParseAddr(fmt.Sprintf("fd00::%d", i+1)),
		}
		if i == 0 || !g.once(4, "no credential on "+name) {
			h.Principals = []string{"host/" + name}
		}
		if g.once(2, "a user on "+name) {
			h.User = "user/" + name
		}
		s.Hosts = append(s.Hosts, h)
	}
	if g.once(4, "links") {
		for range 1 + g.upTo(2, "links") {
			s.Links = append(s.Links, LinkSetup{g.upTo(2, "from"), g.upTo(2, "to"), g.link()})
		}
	}
	return s
}

// link draws how packets travel: slowly, unreliably, or both.
func (g source) link() sim.Link {
	return sim.Link{
		Latency:   time.Duration(g.upTo(50, "latency")) * time.Millisecond,
		Jitter:    time.Duration(g.upTo(5, "jitter")) * time.Millisecond,
		Loss:      pick(g, "loss", 0, 0.1, 0.5, 1),
		Duplicate: pick(g, "duplicate", 0, 0.2),
		Reset:     pick(g, "reset", 0, 0, 0.1),
	}
}

// Step is one thing that is done to a world: a call by a thread, or a
// disturbance of the network.
type Step struct {
	Actor   int      // index of the thread, in the order of making
	Call    wsa.Call // nil for a disturbance
	Disturb *Disturbance
	// Routine is what the routine calls that a QueueUserAPC queues.
	Routine []wsa.Call
}

// String is the step as a report prints it.
func (s Step) String() string {
	if s.Disturb != nil {
		return fmt.Sprintf("%+v", *s.Disturb)
	}
	args, err := wsa.MarshalCall(s.Call)
	if err != nil {
		args = []byte(err.Error())
	}
	if len(args) > 400 {
		args = append(args[:400:400], "..."...)
	}
	text := fmt.Sprintf("thread %d: %s %s", s.Actor+1, s.Call.Op(), args)
	if _, ok := s.Call.(wsa.QueueUserAPCCall); ok {
		for _, c := range s.Routine {
			text += "\n      of which later " + Step{Actor: s.Actor, Call: c}.String()
		}
	}
	return text
}

// Disturbance is a change of the network between two hosts, by their numbers,
// or of what a process can have.
type Disturbance struct {
	Kind     DisturbanceKind
	From, To int         // hosts
	Link     sim.Link    // of Relink
	Lookups  sim.Lookups // of Resolver
	// Process is the number of the process that comes to lack something, in
	// the order of making, and Lacks what.
	Process int
	Lacks   sim.Shortage
}

// DisturbanceKind says what is done to the network or a process.
type DisturbanceKind uint8

// The kinds of disturbances.
const (
	Relink    DisturbanceKind = iota // the link between From and To changes
	Partition                        // From is cut off from the other hosts
	Heal                             // the partition ends
	Reset                            // every connection between From and To is reset
	Rename                           // a name comes to stand for To's addresses
	Resolver                         // lookups by From go as Lookups says
	Starve                           // Process comes to lack something, or has everything again
	disturbanceKinds
)

var disturbanceNames = [disturbanceKinds]string{"relink", "partition", "heal", "reset", "rename", "resolver", "starve"}

// String names the kind.
func (k DisturbanceKind) String() string {
	if k < disturbanceKinds {
		return disturbanceNames[k]
	}
	return "unknown disturbance"
}

// process is what the machine knows of one process.
type process struct {
	sim   *sim.Process
	admin bool
	pool  Pool
	ids   wsa.OverlappedIDs
	// inner and outer perform the calls of its threads: inner below a wrapper,
	// outer those of the machine.
	inner, outer *wsa.Invoker
}

// actor is one thread.
type actor struct {
	thread  *sim.Thread
	proc    *process
	invoker *wsa.Invoker
}

// Machine drives one world and asks the specification about each record as it
// is made. It is used by one goroutine, or under [Parallel] by the world's
// threads, of which one runs at a time.
type Machine struct {
	// Setup is how the world began, World is what is driven.
	Setup Setup
	World *sim.World
	// Calls is how many calls were judged; calls that ended without a Winsock
	// result, since nothing would ever have ended them, are among them.
	Calls int
	// Violation is the first return that the specification does not allow.
	Violation *model.Violation
	// Impure says which call failed and changed its socket all the same,
	// although its failures must not (rule GEN-VALIDATION-PURE).
	Impure string
	// Steps are what was done, in order.
	Steps []Step

	hosts   []*sim.Host
	actors  []*actor
	procs   []*process
	checker *model.Checker
	records []*trace.Record
	names   []netip.AddrPort
}

// Start makes the world of a setup. The caller ends it with Close.
func Start(s Setup) *Machine {
	m := &Machine{Setup: s, checker: model.NewChecker(model.Options{Forget: true})}
	hook := m.observe
	if s.Fault != nil {
		hook = s.Fault.records(m.observe)
	}
	m.World = sim.New(sim.Config{Seed: s.Seed, Clock: sim.VirtualTime, Trace: hook})
	for _, hs := range s.Hosts {
		h, err := m.World.AddHost(sim.HostConfig{Name: hs.Name, Addrs: hs.Addrs, Principals: hs.Principals, User: hs.User})
		if err != nil {
			panic("fuzz: " + err.Error())
		}
		m.hosts = append(m.hosts, h)
		for pid, threads := range hs.Threads {
			p := &process{sim: h.NewProcess(sim.ProcessConfig{Admin: pid == 1}), admin: pid == 1}
			m.procs = append(m.procs, p)
			for range s.Files {
				p.pool.Files = append(p.pool.Files, p.sim.NewFile(fileContent()))
			}
			for range threads {
				a := &actor{thread: p.sim.NewThread(), proc: p}
				a.invoker = p.invoker(s, a.thread)
				m.actors = append(m.actors, a)
			}
		}
	}
	s.setNames(m.World)
	for _, p := range m.procs {
		for _, hs := range s.Hosts {
			p.pool.Hosts = append(p.pool.Hosts, hs.Addrs...)
		}
		p.pool.SPNs = spns
		for _, q := range m.procs {
			p.pool.PIDs = append(p.pool.PIDs, q.sim.PID())
		}
	}
	for _, l := range s.Links {
		m.World.SetLinks(m.hosts[l.From], m.hosts[l.To], l.Link)
	}
	return m
}

// invoker performs the calls of a thread, by way of values if the setup wants it.
// The threads of a process share their OVERLAPPEDs.
func (p *process) invoker(s Setup, t wsa.API) *wsa.Invoker {
	if s.Wrapped {
		inner := another(&p.inner, t)
		t = p.ids.FromCalls(inner.Invoke)
	}
	return another(&p.outer, t)
}

func another(first **wsa.Invoker, api wsa.API) *wsa.Invoker {
	if *first == nil {
		*first = wsa.NewInvoker(api)
		return *first
	}
	return (*first).For(api)
}

// Close ends the world.
func (m *Machine) Close() { m.World.Close() }

// observe is the trace hook.
func (m *Machine) observe(r *trace.Record) {
	m.records = append(m.records, r)
	if m.done() {
		return
	}
	if r.Kind == trace.Returned {
		m.Calls++
	}
	m.Violation = m.checker.Observe(r)
}

// done reports whether nothing more can be learnt: something was wrong, or the
// specification has lost track.
func (m *Machine) done() bool {
	return m.Violation != nil || m.checker.Verdict() == model.Unknown
}

// Lost reports whether more states were possible than the checker follows.
func (m *Machine) Lost() bool { return m.checker.Verdict() == model.Unknown }

// Checker is what judges.
func (m *Machine) Checker() *model.Checker { return m.checker }

// Records are the records so far; the caller does not change them.
func (m *Machine) Records() []*trace.Record { return m.records }

// Trace is the trace so far, in the format that wsasim check reads.
func (m *Machine) Trace() ([]byte, error) {
	var b bytes.Buffer
	w := trace.NewWriter(&b)
	for _, r := range m.records {
		w.Write(r)
	}
	err := w.Flush()
	return b.Bytes(), err
}

// Do carries out a step and learns from what came of it.
func (m *Machine) Do(s Step) wsa.Return {
	if s.Disturb != nil {
		m.Steps = append(m.Steps, s)
		m.disturb(*s.Disturb)
		return wsa.Return{}
	}
	s.Call = m.actors[s.Actor].proc.pool.resolved(s.Call)
	m.Steps = append(m.Steps, s)
	return m.perform(s)
}

// perform makes a call; one of a routine is no step of its own.
func (m *Machine) perform(s Step) wsa.Return {
	a := m.actors[s.Actor]
	before, watched := a.watch(s.Call)
	ret := m.invoke(a, s)
	if watched && ret.Err != 0 && ret.Err != wsa.WSA_IO_PENDING && m.Impure == "" {
		if after, _ := a.watch(s.Call); !reflect.DeepEqual(before, after) {
			m.Impure = fmt.Sprintf("%s failed with %v and changed its socket:\n%+v\n%+v", s, ret.Err, before, after)
		}
	}
	m.learn(a, s.Call, ret)
	return ret
}

// invoke makes a call of a step. A routine calls what the step says, except where
// calls travel as values, which do not hold it.
func (m *Machine) invoke(a *actor, s Step) wsa.Return {
	if _, ok := s.Call.(wsa.QueueUserAPCCall); !ok || len(s.Routine) == 0 {
		return a.invoker.Invoke(s.Call)
	}
	err := a.thread.QueueUserAPC(func() {
		for _, c := range s.Routine {
			if !m.done() {
				m.perform(Step{Actor: s.Actor, Call: a.proc.pool.resolved(c)})
			}
		}
	})
	if err != nil {
		panic("fuzz: QueueUserAPC never fails here: " + err.Error())
	}
	return wsa.Return{}
}

// watch is what the socket of a call looks like, for calls whose failures
// leave it as it was: the secure ones, and those that validate and nothing else.
func (a *actor) watch(c wsa.Call) (sim.SocketInfo, bool) {
	switch c := c.(type) {
	case wsa.WSASetSocketSecurityCall:
		return a.thread.SocketInfo(c.S)
	case wsa.WSASetSocketPeerTargetNameCall:
		return a.thread.SocketInfo(c.S)
	case wsa.WSADeleteSocketPeerTargetNameCall:
		return a.thread.SocketInfo(c.S)
	case wsa.WSAQuerySocketSecurityCall:
		return a.thread.SocketInfo(c.S)
	case wsa.WSAImpersonateSocketPeerCall:
		return a.thread.SocketInfo(c.S)
	case wsa.WSAIoctlCall:
		return a.thread.SocketInfo(c.S)
	case wsa.BindCall:
		return a.thread.SocketInfo(c.S)
	case wsa.ListenCall:
		return a.thread.SocketInfo(c.S)
	case wsa.SetsockoptCall:
		return a.thread.SocketInfo(c.S)
	}
	return sim.SocketInfo{}, false
}

func (m *Machine) disturb(d Disturbance) {
	from, to := m.hosts[d.From], m.hosts[d.To]
	switch d.Kind {
	case Relink:
		m.World.SetLinks(from, to, d.Link)
	case Partition:
		m.World.Partition([]*sim.Host{from})
	case Heal:
		m.World.Heal()
	case Reset:
		m.World.ResetConnections(from, to)
	case Rename:
		m.World.SetName("dual.example", to.Addrs()...)
	case Resolver:
		if err := from.SetLookups(d.Lookups); err != nil {
			panic("fuzz: " + err.Error())
		}
	case Starve:
		m.procs[d.Process].sim.SetShortage(d.Lacks)
	}
}

// learn keeps the pool of the process up to date.
func (m *Machine) learn(a *actor, call wsa.Call, ret wsa.Return) {
	p := &a.proc.pool
	if ret.Socket != 0 && ret.Err == 0 {
		p.Sockets = append(p.Sockets, ret.Socket)
	}
	switch c := call.(type) {
	case wsa.ClosesocketCall, wsa.WSACleanupCall:
		open := a.proc.sim.Sockets()
		for _, s := range p.Sockets {
			if !slices.Contains(open, s) {
				p.Closed = last(append(p.Closed, s), 4)
			}
		}
		p.Sockets = slices.DeleteFunc(p.Sockets, func(s wsa.SOCKET) bool { return !slices.Contains(open, s) })
	case wsa.WSACreateEventCall:
		if ret.Err == 0 && ret.Handle != 0 {
			p.Events = append(p.Events, ret.Handle)
		}
	case wsa.GetAddrInfoExCall:
		if ret.Handle != 0 {
			p.Lookups = last(append(p.Lookups, ret.Handle), 4)
		}
	case wsa.CreateIoCompletionPortCall:
		if ret.Err == 0 && c.ExistingCompletionPort == 0 {
			p.Ports = append(p.Ports, ret.Handle)
		}
	case wsa.WSACloseEventCall:
		p.forgetEvent(c.Event, ret)
	case wsa.CloseHandleCall:
		p.forgetEvent(c.H, ret)
		if ret.Err == 0 {
			p.Ports = slices.DeleteFunc(slices.Clone(p.Ports), func(x wsa.HANDLE) bool { return x == c.H })
		}
	case wsa.WSADuplicateSocketCall:
		if ret.Err == 0 {
			m.noteInfo(ret.Data)
		}
	case wsa.GetsockoptCall:
		m.noteGroup(c, ret)
	case wsa.BindCall:
		m.noteName(a, c.S)
	case wsa.ConnectCall:
		m.noteName(a, c.S)
	case wsa.SendtoCall:
		m.noteName(a, c.S)
	case wsa.WSAQuerySocketSecurityCall:
		p.learnHandles(ret)
	case wsa.WSAIoctlCall:
		if c.Code == wsa.SIO_QUERY_SECURITY {
			p.learnHandles(ret)
		}
	}
}

// noteName remembers where a socket is bound, as others reach it.
func (m *Machine) noteName(a *actor, s wsa.SOCKET) {
	info, ok := a.thread.SocketInfo(s)
	if !ok || !info.Local.IsValid() || info.Local.Port() == 0 {
		return
	}
	at := info.Local
	if at.Addr().IsUnspecified() {
		for _, h := range a.proc.sim.Host().Addrs() {
			if h.Is4() == (info.Family == wsa.AF_INET) {
				at = netip.AddrPortFrom(h, at.Port())
			}
		}
	}
	if slices.Contains(m.names, at) {
		return
	}
	m.names = last(append(m.names, at), 8)
	for _, p := range m.procs {
		p.pool.Names = m.names
	}
}

// noteInfo has every process know a structure, not only the one that it is for.
func (m *Machine) noteInfo(info wsa.Bytes) {
	for _, p := range m.procs {
		p.pool.Infos = last(append(p.pool.Infos, info), 3)
	}
}

func (p *Pool) forgetEvent(h wsa.HANDLE, ret wsa.Return) {
	if ret.Err == 0 && ret.Failure == "" {
		p.Events = slices.DeleteFunc(slices.Clone(p.Events), func(x wsa.HANDLE) bool { return x == h })
	}
}

func (p *Pool) learnHandles(ret wsa.Return) {
	var info wsa.SecurityQueryInfo
	if ret.Err != 0 || info.UnmarshalBinary(ret.Data) != nil {
		return
	}
	for _, h := range []uint64{info.PeerApplicationAccessTokenHandle, info.PeerMachineAccessTokenHandle} {
		if h != 0 {
			p.Handles = last(append(p.Handles, wsa.HANDLE(h)), 6)
		}
	}
}

// last is the end of a list, at most n long, in memory of its own.
func last[T any](list []T, n int) []T {
	return slices.Clone(list[max(len(list)-n, 0):])
}

// Replay does the steps in a new world of the setup.
func Replay(s Setup, steps []Step) *Machine {
	m := Start(s)
	for _, step := range steps {
		m.Do(step)
	}
	return m
}
