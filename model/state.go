package model

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"wsasim/wsa"
)

// State is everything that the specification knows of a world at one moment:
// hosts, processes, threads, sockets and token handles. It is a value: no
// method changes it, and what a call does is another State. The zero State is
// an empty world.
type State struct{ w *world }

// world is the content of a State. It is changed only between edit and the
// moment it is handed out.
type world struct {
	hosts   []*host
	procs   table[process]
	threads table[thread]
	sockets table[socket]
	tokens  table[token]
	events  table[event]
	// lookups are the overlapped ones, by process and structure; names is what
	// records say about names, nil if none does.
	lookups table[lookup]
	names   *directory
	// aliases are descriptors of shared sockets, offers what makes more. See
	// share.go.
	aliases table[alias]
	offers  table[offer]
	groups  table[group] // of sockets, see group.go
	// ports finds the sockets that use a port. It follows from the sockets,
	// and is not part of the key.
	ports table[portUse]
	// ends holds each kind of stream or datagram end that ever existed, which
	// is what negotiation is judged by: the other end may be closed by then.
	ends []endpoint
	// What datagrams were sent: contents by the first half of their digest,
	// counts by port, and who sent them. See mail.go.
	mail    table[letter]
	boxes   table[box]
	senders table[sender]
	// echoes are what raw sockets have sent. See raw.go.
	echoes table[echo]
	// conns are the ends of connections, by number. See conns.go.
	conns table[conn]
	// What is known of overlapped operations, of the structures that tell their
	// ends, and of completion ports. See operation.go, result.go, port.go.
	operations      table[operation]
	results         table[told]
	completionPorts table[completionPort]
	// numbers is the last number that was given, posted how many routes there
	// are, unread how many bytes the ends hold: names, and what follows from
	// the rest, so they are no part of the key.
	numbers, posted, unread uint64
	// awaited are the listeners at which a connection is known to wait.
	awaited []uint64
	// selected is how many sockets set an event, quiet are those of which it is
	// known that nothing happened since their record was read.
	selected int
	quiet    []uint64
	// finished: some stream was closed or shut down, so an end of stream may
	// arrive. faulty: the network was interfered with, so any host may answer.
	// forged: what arrives may be what nobody in the trace has sent.
	finished, faulty, forged bool
	// policies: hosts may have policies of their own that secure traffic.
	policies bool
	// whole: nothing but what is in the trace sends anything.
	whole bool
	// mailLost: too many datagrams were sent to some port to remember them.
	mailLost bool
	// connsLost: there were too many ends of connections to remember them.
	// bytesLost: too many bytes were not read. strays: some ends were
	// forgotten that had sent nothing.
	connsLost, bytesLost, strays bool
	// operationsLost: some operations were started that are not followed.
	operationsLost bool
	// offersLost: too many sockets were duplicated to remember each. groupsLost: there
	// were too many groups of which it is not known whether they exist.
	offersLost, groupsLost bool
	key                    Key
}

type host struct {
	name       string
	dnsName    string // "" for none besides name
	addrs      []netip.Addr
	principals []string // lower case
	lacks      shortage // what all of its processes lack
}

type process struct {
	pid, host int
	admin     bool
	startups  int
	ending    bool  // a thread of it has ended
	id        int64 // what GetCurrentProcessId gave; 0: not known
	lacks     shortage
}

type thread struct {
	tid, pid      int
	errKnown      bool
	errMaybeZero  bool // a success since then may have reset the last error
	lastErr       wsa.Errno
	impersonating bool
	openType      uint32 // SO_OPENTYPE
	// queued says whether a routine waits to run in the next alertable wait;
	// routines that it has started operations which may queue some.
	queued   tri
	routines bool
	frame
}

// frame is a call that has not returned.
type frame struct {
	// pending is the call that waits, nil for none; late says that it is one
	// that cannot wait, so that it is judged as a whole when it returns.
	pending wsa.Call
	args    string // its name and arguments, encoded
	late    bool
	ends    bool // after a time, whatever happens
	// on is the place of the socket that it is about, 0 for none. orphan: that
	// socket was closed since.
	on     uint64
	orphan bool
	// gone are the handles of a wait for several things that were closed since;
	// signalled: an event that it waits for was set since, if only for a while.
	gone      []wsa.SOCKET
	signalled bool
	// requeued: a routine that ran in the call has queued another.
	requeued bool
	// stranded: the descriptor that it names was given back, and the socket has
	// others.
	stranded bool
	// outer is the call of the same thread in which the routine runs that made
	// this one.
	outer *frame
}

type token struct {
	pid    int
	handle wsa.HANDLE
}

// tri is a fact that may be unknown.
type tri uint8

const (
	no tri = iota
	yes
	maybe
)

func truth(b bool) tri {
	if b {
		return yes
	}
	return no
}

// status is where a socket stands with its peer.
type status uint8

const (
	idle status = iota
	connecting
	connected
	listening
)

// sharing is how a socket was bound: by the options that were on then.
type sharing uint8

const (
	shareDefault sharing = iota
	shareReuse
	shareExclusive
)

// socket is one socket. Fields are grouped so that the order is the order of
// the encoding.
type socket struct {
	pid, host           int
	handle              wsa.SOCKET // the first descriptor, or another one when that is closed
	place               uint64     // where it stands in the table
	moved               bool       // no descriptor of that number leads to it
	family, typ, proto  int32
	overlapped          bool
	nonblocking         tri
	bound               tri
	explicit            bool // bound by bind
	fixed               bool // bound by bind to one address
	local               netip.AddrPort
	addrKnown           bool
	portKnown           bool
	mode                sharing
	status              status
	peer                netip.AddrPort
	peerKnown           bool
	shutRecv, shutSend  bool
	deadRecv, deadSend  bool // the connection is known to have broken
	sent                bool // a datagram left, so unreachable may come back
	reuse, exclusive    tri
	broadcast           bool
	v6only, oobInline   tri
	noReset             bool // SIO_UDP_CONNRESET was off before anything was sent
	quiet               bool // SIO_UDP_CONNRESET was turned off, and not on since
	deferred            bool // an option was set that bind checks
	lingerOn, lingerSec uint16
	lingerKnown         bool
	recvTimeout         uint32
	sendTimeout         uint32
	sec                 security
	link                links
	names               []target
	heard               []netip.AddrPort // datagram peers that were received from
	accepted            bool
	kept                bool   // keep-alive is or was on, so a connection may turn out dead
	number              uint64 // names what it sends; 0: nothing yet
	since               uint64 // how many routes there were when it was connected
	conn                uint64 // its end of a connection or of an attempt at one
	failure             failure
	errorTouched        bool // SO_ERROR was set
	unread              bool // something waits to be received or accepted
	refused             bool // an error waits to be received: nobody was where a datagram went
	holding             bool // at most this many bytes of datagrams wait
	held                uint64
	eof                 bool // a receive has told the end of the stream
	wasReset            bool // a call has told that the peer reset the connection
	sel                 selection
	// Where the ends of its operations are reported: the place of a completion
	// port (0: nowhere), and the key; and its notification modes.
	port, portKey uint64
	modes         uint8
	// context: AcceptEx or ConnectEx has connected it, and its context was not
	// updated. unclear: what state it is in is not known.
	context, unclear  bool
	wants, wantsMaybe controls // what comes as control messages
	// group is the place of the group of sockets that it is in, 0 for none; strayed:
	// which one, if any, is not known. priority is SO_GROUP_PRIORITY, unless that is
	// open.
	group                 uint64
	strayed, priorityOpen bool
	priority              uint32
}

// security is what WSASetSocketSecurity asked for.
type security struct {
	on, guarantee, allowInsecure bool
	custom                       bool // policies or strings of its own
	optional                     bool // the peer's name need not be verified
	first                        bool // the first packet of a peer may be in clear
	raw                          bool // target names are those of accounts, which a trace does not hold
}

// links is the set of ways in which a connection may be protected.
type links uint8

const (
	linkClear links = 1 << iota
	linkSecured
	linkEncrypted
	linkAny = linkClear | linkSecured | linkEncrypted
)

// target is a peer target name: for one peer address, or with the zero
// address for whatever peer a stream is connected to. name is lower case;
// unclear marks a name that some systems may have taken otherwise.
type target struct {
	peer    netip.AddrPort
	name    string
	unclear bool
}

// endpoint is a kind of end that existed: what a peer negotiated with.
type endpoint struct {
	kind  endKind
	host  int
	port  uint16 // 0: unknown. Of a client the remote port
	sec   security
	names string // target names, joined; "*" when unclear
}

type endKind uint8

const (
	endListener endKind = iota
	endClient
	endDatagram
)

// portUse lists the sockets that hold a port; soft counts connections that
// have or had it. For port 0, soft counts sockets whose port is not known.
type portUse struct {
	keys []uint64
	soft int
}

// sockKey is the place of a descriptor in a table.
func sockKey(pid int, h uint64) uint64 { return uint64(pid)<<40 ^ h }

func (w *world) edit() *world {
	n := *w
	return &n
}

func (s State) world() *world {
	if s.w == nil {
		return &world{}
	}
	return s.w
}

// Key identifies the state.
func (s State) Key() Key { return s.world().key }

// Encode is the canonical encoding of the state: equal exactly for equal
// states. Key is its cheap stand-in.
func (s State) Encode() []byte {
	w := s.world()
	var b []byte
	for i, h := range w.hosts {
		b = h.encode(b, i)
	}
	for _, p := range w.procs.all {
		b = p.encode(b)
	}
	for _, t := range w.threads.all {
		b = t.encode(b)
	}
	for _, x := range w.sockets.all {
		b = x.encode(b)
	}
	for _, x := range w.tokens.all {
		b = x.encode(b)
	}
	for _, x := range w.events.all {
		b = x.encode(b)
	}
	for _, e := range w.ends {
		b = e.encode(b)
	}
	for _, x := range w.mail.all {
		b = x.encode(b)
	}
	for _, x := range w.boxes.all {
		b = x.encode(b)
	}
	for _, x := range w.senders.all {
		b = x.encode(b)
	}
	for _, x := range w.echoes.all {
		b = x.encode(b)
	}
	for _, x := range w.conns.all {
		b = x.encode(b)
	}
	for _, x := range w.lookups.all {
		b = x.encode(b)
	}
	if w.names != nil {
		b = w.names.encode(b)
	}
	for _, x := range w.operations.all {
		b = x.encode(b)
	}
	for _, x := range w.results.all {
		b = x.encode(b)
	}
	for _, x := range w.completionPorts.all {
		b = x.encode(b)
	}
	for _, x := range w.aliases.all {
		b = x.encode(b)
	}
	for _, x := range w.offers.all {
		b = x.encode(b)
	}
	for _, x := range w.groups.all {
		b = x.encode(b)
	}
	return w.encodeFlags(b)
}

// Sockets is the number of open sockets.
func (s State) Sockets() int { return s.world().sockets.n }

func flag(b bool) byte {
	if b {
		return 1
	}
	return 0
}

func put(b []byte, nums ...uint64) []byte {
	for _, n := range nums {
		b = binary.AppendUvarint(b, n)
	}
	return b
}

func putString(b []byte, s string) []byte { return append(put(b, uint64(len(s))), s...) }

func putName(b []byte, a netip.AddrPort) []byte {
	if !a.IsValid() {
		return append(b, 0)
	}
	b = append(b, byte(a.Addr().BitLen()))
	x := a.Addr().As16()
	b = append(b, x[:]...)
	b = putString(b, a.Addr().Zone())
	return put(b, uint64(a.Port()))
}

func (h *host) encode(b []byte, i int) []byte {
	b = putString(putString(put(append(b, 'H'), uint64(i)), h.name), h.dnsName)
	for _, a := range h.addrs {
		b = putName(b, netip.AddrPortFrom(a, 0))
	}
	for _, p := range h.principals {
		b = putString(b, p)
	}
	return append(b, byte(h.lacks))
}

func (p *process) encode(b []byte) []byte {
	return append(put(append(b, 'P'), uint64(p.pid), uint64(p.host), uint64(p.startups), uint64(p.id)), flag(p.admin), flag(p.ending), byte(p.lacks))
}

func (t *thread) encode(b []byte) []byte {
	b = put(append(b, 'T'), uint64(t.tid), uint64(t.pid), uint64(t.lastErr), uint64(t.openType))
	b = append(b, flag(t.errKnown), flag(t.errMaybeZero), flag(t.impersonating), byte(t.queued), flag(t.routines))
	for f := &t.frame; f != nil; f = f.outer {
		b = f.encode(b)
	}
	return b
}

func (f *frame) encode(b []byte) []byte {
	b = append(b, flag(f.late), flag(f.orphan), flag(f.requeued), flag(f.signalled), flag(f.stranded), flag(f.ends))
	b = put(b, f.on, uint64(len(f.gone)))
	for _, s := range f.gone {
		b = put(b, uint64(s))
	}
	if f.pending == nil {
		return append(b, 0)
	}
	return putString(append(b, 1), f.args)
}

// waitingIn is the frame of a call that waits. The call is encoded once, since the
// key of the state is made of it each time that something changes about its thread.
func waitingIn(call wsa.Call, outer *frame) frame {
	// A call always encodes: it is a struct of numbers and buffers.
	args, err := wsa.MarshalCall(call)
	if err != nil {
		panic("model: a call does not encode: " + err.Error())
	}
	return frame{pending: call, args: call.Op() + string(args), outer: outer}
}

func (x *token) encode(b []byte) []byte {
	return put(append(b, 'K'), uint64(x.pid), uint64(x.handle))
}

func (c security) encode(b []byte) []byte {
	return append(b, flag(c.on), flag(c.guarantee), flag(c.allowInsecure), flag(c.custom), flag(c.optional), flag(c.first), flag(c.raw))
}

func (x *socket) encode(b []byte) []byte {
	b = put(append(b, 'S', flag(x.moved)), x.place, uint64(x.pid), uint64(x.handle), uint64(uint32(x.family)), uint64(uint32(x.typ)), uint64(uint32(x.proto)))
	b = append(b, flag(x.overlapped), byte(x.nonblocking), byte(x.bound), flag(x.explicit), flag(x.fixed), flag(x.addrKnown), flag(x.portKnown),
		byte(x.mode), byte(x.status), flag(x.peerKnown), flag(x.shutRecv), flag(x.shutSend), flag(x.deadRecv), flag(x.deadSend),
		flag(x.sent), byte(x.reuse), byte(x.exclusive), flag(x.broadcast), byte(x.v6only), byte(x.oobInline), flag(x.noReset),
		flag(x.deferred), flag(x.lingerKnown), byte(x.link), flag(x.accepted), flag(x.kept), byte(x.failure), flag(x.errorTouched), flag(x.unread), flag(x.eof), flag(x.wasReset),
		flag(x.quiet), flag(x.refused), flag(x.holding))
	b = put(x.sec.encode(b), uint64(x.lingerOn), uint64(x.lingerSec), uint64(x.recvTimeout), uint64(x.sendTimeout), x.number, x.since, x.conn, x.port, x.portKey)
	b = put(b, x.held)
	b = append(b, x.modes, flag(x.context), flag(x.unclear), byte(x.wants), byte(x.wantsMaybe), flag(x.strayed), flag(x.priorityOpen))
	b = put(b, x.group, uint64(x.priority))
	b = putName(putName(b, x.local), x.peer)
	for _, n := range x.names {
		b = putString(putName(append(b, 'n', flag(n.unclear)), n.peer), n.name)
	}
	for _, a := range x.heard {
		b = putName(append(b, 'h'), a)
	}
	return x.sel.encode(b)
}

// compare orders ends, in a way that means nothing.
func (e endpoint) compare(o endpoint) int {
	var a, b [8]byte
	return cmp.Or(cmp.Compare(e.kind, o.kind), cmp.Compare(e.host, o.host), cmp.Compare(e.port, o.port),
		bytes.Compare(e.sec.encode(a[:0]), o.sec.encode(b[:0])), strings.Compare(e.names, o.names))
}

func (e endpoint) encode(b []byte) []byte {
	b = put(append(b, 'E', byte(e.kind)), uint64(e.host), uint64(e.port))
	return putString(e.sec.encode(b), e.names)
}

func (w *world) encodeFlags(b []byte) []byte {
	return append(b, 'F', flag(w.finished), flag(w.faulty), flag(w.policies), flag(w.forged), flag(w.whole), flag(w.mailLost),
		flag(w.connsLost), flag(w.bytesLost), flag(w.strays), flag(w.operationsLost), flag(w.offersLost), flag(w.groupsLost))
}

// encoded is what digests are taken of: something with an encoding.
type encoded[T any] interface {
	*T
	encode([]byte) []byte
}

// digestOf is zero for nil, so that adding and removing are differences too.
func digestOf[T any, P encoded[T]](x P) Key {
	if x == nil {
		return Key{}
	}
	b := encodings.Get().(*[]byte)
	defer encodings.Put(b)
	*b = x.encode((*b)[:0])
	return digest(*b)
}

// encodings is room for encodings. It is a cache only: no behaviour depends on what
// is in it.
var encodings = sync.Pool{New: func() any { return new([]byte) }}

// putEntry stores an entry of a table and keeps the key.
func putEntry[T any, P encoded[T]](key *Key, t *table[T], k uint64, v P) {
	*key = key.minus(digestOf[T, P](t.get(k))).plus(digestOf[T, P](v))
	*t = t.set(k, v)
}

func (w *world) setProcess(p *process) {
	k := uint64(p.pid)
	w.key = w.key.minus(digestOf(w.procs.get(k))).plus(digestOf(p))
	w.procs = w.procs.set(k, p)
}

func (w *world) setThread(t *thread) {
	k := uint64(t.tid)
	w.key = w.key.minus(digestOf(w.threads.get(k))).plus(digestOf(t))
	w.threads = w.threads.set(k, t)
}

func (w *world) dropThread(tid int) {
	k := uint64(tid)
	w.key = w.key.minus(digestOf(w.threads.get(k)))
	w.threads = w.threads.remove(k)
}

func (w *world) setToken(x *token) {
	k := sockKey(x.pid, uint64(x.handle))
	w.key = w.key.minus(digestOf(w.tokens.get(k))).plus(digestOf(x))
	w.tokens = w.tokens.set(k, x)
}

func (w *world) dropToken(k uint64) {
	w.key = w.key.minus(digestOf(w.tokens.get(k)))
	w.tokens = w.tokens.remove(k)
}

// setSocket stores a socket at its place, where it is new or replaces what was
// known of it, and keeps the index of ports.
func (w *world) setSocket(x *socket) {
	k := x.place
	old := w.sockets.get(k)
	w.key = w.key.minus(digestOf(old)).plus(digestOf(x))
	w.sockets = w.sockets.set(k, x)
	w.reindex(k, old, x)
	w.selected += x.selecting() - old.selecting()
	if x.conn != 0 {
		w.syncConn(x)
	}
}

// dropSocket removes a socket, with all of its descriptors.
func (w *world) dropSocket(k uint64) {
	for _, a := range w.descriptors(k) {
		w.unlink(a.pid, a.handle)
	}
	old := w.sockets.get(k)
	w.key = w.key.minus(digestOf(old))
	w.sockets = w.sockets.remove(k)
	w.reindex(k, old, nil)
	w.selected -= old.selecting()
	w.socketGone(k)
	w.quit(old)
	w.withdraw(k)
	w.orphan(k, old.conn)
	if old.conn != 0 {
		w.part(old)
	}
}

// selecting is 1 for a socket that sets an event.
func (x *socket) selecting() int {
	if x == nil || x.sel.event == 0 {
		return 0
	}
	return 1
}

func portKey(host int, typ int32, port uint16) uint64 {
	return uint64(host)<<20 | uint64(typ&7)<<16 | uint64(port)
}

// portPlace is the entry of the index that a socket belongs to: 0 for none, and
// port 0 for a socket whose port is not known.
func (x *socket) portPlace() (key uint64, hard bool) {
	if x == nil || x.bound == no {
		return 0, false
	}
	if !x.portKnown {
		return portKey(x.host, x.typ, 0), false
	}
	return portKey(x.host, x.typ, x.local.Port()), !x.accepted
}

func (w *world) reindex(k uint64, old, now *socket) {
	from, fromHard := old.portPlace()
	to, toHard := now.portPlace()
	if from == to && fromHard == toHard {
		return
	}
	if from != 0 {
		w.leave(from, fromHard, k, old)
	}
	if to == 0 {
		return
	}
	var use portUse
	if u := w.ports.get(to); u != nil {
		use = *u
	}
	if toHard {
		use.keys = append(slices.Clip(use.keys), k)
	} else {
		use.soft++
	}
	w.ports = w.ports.set(to, &use)
}

// leave takes a socket out of the index. What held a connection may hold the
// port for some time after (rule BIND-LINGERING), so it stays as soft use.
func (w *world) leave(from uint64, hard bool, k uint64, old *socket) {
	use := *w.ports.get(from)
	lingers := old.portKnown && old.typ == wsa.SOCK_STREAM && (old.status != idle || old.accepted)
	switch {
	case hard:
		use.keys = slices.DeleteFunc(slices.Clone(use.keys), func(x uint64) bool { return x == k })
		if lingers {
			use.soft++
		}
	case !lingers:
		use.soft--
	}
	w.ports = w.ports.set(from, &use)
}

// addEnd remembers an end, once.
func (w *world) addEnd(e endpoint) {
	i, found := slices.BinarySearchFunc(w.ends, e, endpoint.compare)
	if found {
		return
	}
	w.ends = slices.Insert(slices.Clip(w.ends), i, e)
	var buf [128]byte
	w.key = w.key.plus(digest(e.encode(buf[:0])))
}

func (w *world) setFlag(f *bool) {
	if *f {
		return
	}
	w.key = w.key.minus(digest(w.encodeFlags(nil)))
	*f = true
	w.key = w.key.plus(digest(w.encodeFlags(nil)))
}

// AddHost is the state with one more host. Principals are the service
// principal names that it can prove; without any it has no credential.
func (s State) AddHost(name string, addrs []netip.Addr, principals []string) State {
	n := s.world().edit()
	h := &host{name: name, addrs: slices.Clone(addrs)}
	for _, p := range principals {
		h.principals = append(h.principals, strings.ToLower(p))
	}
	slices.Sort(h.principals)
	n.hosts = append(slices.Clip(n.hosts), h)
	n.key = n.key.plus(digest(h.encode(nil, len(n.hosts)-1)))
	return State{n}
}

// AddProcess is the state with one more process. The host must be there.
func (s State) AddProcess(hostName string, pid int, admin bool) (State, bool) {
	n := s.world().edit()
	i := slices.IndexFunc(n.hosts, func(h *host) bool { return h.name == hostName })
	if i < 0 {
		return s, false
	}
	n.setProcess(&process{pid: pid, host: i, admin: admin})
	return State{n}, true
}

// AddThread is the state with one more thread. The process must be there.
func (s State) AddThread(pid, tid int) (State, bool) {
	n := s.world().edit()
	if n.procs.get(uint64(pid)) == nil {
		return s, false
	}
	n.setThread(&thread{tid: tid, pid: pid})
	return State{n}, true
}

// EndThread is the state without the thread.
func (s State) EndThread(tid int) State {
	t := s.world().threads.get(uint64(tid))
	if t == nil {
		return s
	}
	n := s.world().edit()
	n.dropThread(tid)
	n.editOperations(func(o *operation) bool { return o.tid == tid }, func(o *operation) { o.abort = true })
	// Its process may be at its end too, and what it has open with it.
	n.noteEnd()
	if p := *n.procs.get(uint64(t.pid)); !p.ending {
		p.ending = true
		n.setProcess(&p)
	}
	return State{n}
}

// Disturb is the state after the network was interfered with: from then on
// the specification no longer relies on who owns an address.
func (s State) Disturb() State {
	n := s.world().edit()
	n.setFlag(&n.faulty)
	n.noteEnd()
	return State{n}
}

// Forge is the state after somebody interfered with what is sent: from then on
// anything may be received.
func (s State) Forge() State {
	n := s.world().edit()
	n.setFlag(&n.forged)
	return State{n}
}

// Whole is the state of a world that is in the trace as a whole: nothing else
// sends anything, so what arrives must have been sent by a call.
func (s State) Whole() State {
	if s.world().whole {
		return s
	}
	n := s.world().edit()
	n.setFlag(&n.whole)
	return State{n}
}

// AllowPolicies is the state in which hosts may have policies of their own
// (rule SEC-CONFLICT), so that traffic may be protected unasked.
func (s State) AllowPolicies() State {
	n := s.world().edit()
	n.setFlag(&n.policies)
	return State{n}
}

// Prove is the state in which a host is known to prove more names: a negotiation
// has shown them.
func (s State) Prove(name string, principals []string) State {
	w := s.world()
	i := slices.IndexFunc(w.hosts, func(h *host) bool { return h.name == name })
	if i < 0 {
		return s
	}
	h := *w.hosts[i]
	h.principals = slices.Clone(h.principals)
	for _, p := range principals {
		h.principals = addNew(h.principals, strings.ToLower(p))
	}
	if len(h.principals) == len(w.hosts[i].principals) {
		return s
	}
	slices.Sort(h.principals)
	n := w.edit()
	n.hosts = slices.Clone(n.hosts)
	n.key = n.key.minus(digest(w.hosts[i].encode(nil, i))).plus(digest(h.encode(nil, i)))
	n.hosts[i] = &h
	return State{n}
}

// hasCredential reports whether the host can prove who it is.
func (h *host) hasCredential() bool { return len(h.principals) > 0 }

func (h *host) owns(a netip.Addr) bool {
	a = a.WithZone("").Unmap()
	return slices.ContainsFunc(h.addrs, func(x netip.Addr) bool { return x.WithZone("").Unmap() == a })
}
