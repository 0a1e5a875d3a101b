package sim

import (
	"fmt"
	"slices"

	"wsasim/model/rules"
	"wsasim/sim/ale"
	"wsasim/sim/domain"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// ProcessConfig describes a process.
type ProcessConfig struct {
	// Admin runs the process as administrator: raw sockets may be created.
	Admin bool
	// User and Owner are on whose behalf the process runs, in place of the
	// host's: one that is just a name, or one of a domain.
	User  string
	Owner domain.Credentials
}

// Process is one process of a host: the count of WSAStartup, the handle table
// and the threads.
type Process struct {
	host    *Host
	pid     int
	admin   bool
	startup int
	handles handleTable
	threads []*Thread
	pollers waitQueue // threads in select and WSAPoll
	lookups []*lookup // overlapped ones that go on
	// lastLookup numbers the lookups.
	lastLookup int
	ended      bool
	// own is what the process lacks by itself, lacks what it lacks in all.
	own, lacks Shortage
	// credential is of the computer with the process's own user; nil for the
	// host's.
	credential *ale.Credential
}

// NewProcess starts a process.
func (h *Host) NewProcess(cfg ProcessConfig) *Process {
	w := h.world
	defer w.unlockAfter(w.lock())
	w.lastPID++
	p := &Process{host: h, pid: w.lastPID, admin: cfg.Admin, lacks: h.lacks}
	if cfg.User != "" || cfg.Owner.Account != nil {
		p.credential = h.makeCredential(cfg.User, cfg.Owner)
	}
	h.processes = append(h.processes, p)
	w.emit(&trace.Record{Kind: trace.Process, Host: h.cfg.Name, PID: p.pid, Admin: p.admin})
	return p
}

// Host is the process's host.
func (p *Process) Host() *Host { return p.host }

// advise traces that the process did something legal and unwise.
func (p *Process) advise(id rules.ID, note string) {
	w := p.host.world
	if w.trace != nil {
		w.emit(&trace.Record{Kind: trace.Advisory, Host: p.host.cfg.Name, PID: p.pid, Rule: string(id), Note: note})
	}
}

// End ends the process as exit does: its threads end, its sockets are reset and
// its handles closed. Threads that still impersonate and token handles that
// were never closed are reported as advisories. None of its threads may be in
// a call.
func (p *Process) End() {
	w := p.host.world
	defer w.unlockAfter(w.lock())
	if p.ended {
		return
	}
	for _, t := range slices.Clone(p.threads) {
		t.end()
	}
	p.endLookups()
	p.closeSockets()
	p.reportTokens()
	p.ended, p.startup = true, 0
}

// Thread is one thread of a process, and implements wsa.API: its methods are
// Winsock as that thread sees it. A Thread is used by one goroutine at a time.
type Thread struct {
	world *World
	proc  *Process
	tid   int

	gate    chan struct{} // a value lets the parked thread go on; capacity 1
	waiter  waiter
	spawned bool // World.Spawn was called
	ended   bool

	// one holds the buffer of a call that has just one, so that a list of
	// buffers costs no allocation.
	one [1][]byte
	// direct is where a waiting receive wants its bytes, nil when it must
	// look for itself; directly is how many were put there.
	direct   [][]byte
	directly int

	lastError wsa.Errno
	rule      rules.ID // the rule that the call in progress failed by, or that says most about its success
	failure   error    // why the call in progress ends without a Winsock result
	// apcs are the routines that run in the next alertable wait; alertable
	// says that the thread is in one.
	apcs      fifo[apc]
	alertable bool
	// polled are the sockets of a WSAPoll or select that waits.
	polled []*socket
	// serving is the port with a limit on threads that the thread last took a
	// packet from; nil for none.
	serving *port
	// waitingOn are the objects of a wait for several.
	waitingOn []*waitable
	openType  uint32 // SO_OPENTYPE
	// entries are what gethostbyname and its kin gave last.
	entries entries
	// impersonating is the token the thread acts under; nil when it acts as
	// its process.
	impersonating *ale.Token
	// patient: the receive under way waits in nonblocking mode, too.
	patient bool
	// result is the operation whose result the thread waits for; leaves says that
	// the world stays unlocked when it comes, since nothing else is to be done.
	result *wsa.Overlapped
	leaves bool
}

var _ wsa.API = (*Thread)(nil)

// NewThread starts a thread of the process. Its last error is 0.
func (p *Process) NewThread() *Thread {
	w := p.host.world
	defer w.unlockAfter(w.lock())
	return p.startThread()
}

// startThread is NewThread with the world locked.
func (p *Process) startThread() *Thread {
	w := p.host.world
	w.lastTID++
	t := &Thread{world: w, proc: p, tid: w.lastTID, gate: make(chan struct{}, 1)}
	t.waiter.t = t
	p.threads = append(p.threads, t)
	w.emit(&trace.Record{Kind: trace.Thread, Host: p.host.cfg.Name, PID: p.pid, TID: t.tid})
	return t
}

// NewThread starts a process with one thread, and has called WSAStartup for
// version 2.2 on it: the short way for tests.
func (h *Host) NewThread() *Thread {
	t := h.NewProcess(ProcessConfig{}).NewThread()
	if err := t.WSAStartup(0x0202, new(wsa.WSADATA)); err != nil {
		panic("sim: WSAStartup failed: " + err.Error())
	}
	return t
}

// Process is the thread's process.
func (t *Thread) Process() *Process { return t.proc }

// TID is the thread's number, unique in its world.
func (t *Thread) TID() int { return t.tid }

// Name is the host's name, the process's and the thread's number.
func (t *Thread) Name() string {
	if t.proc == nil {
		return "Run"
	}
	return fmt.Sprintf("%s/%d/%d", t.proc.host.cfg.Name, t.proc.pid, t.tid)
}

// End ends the thread. It must not be in a call. Spawned threads end by
// themselves.
func (t *Thread) End() {
	defer t.world.unlockAfter(t.world.lock())
	t.end()
}

func (t *Thread) end() {
	if t.ended {
		return
	}
	t.ended = true
	t.serves(nil)
	if t.impersonating != nil {
		t.adviseRevert("the thread ends")
		t.impersonating = nil
	}
	p := t.proc
	if i := slices.Index(p.threads, t); i >= 0 {
		p.threads = slices.Delete(p.threads, i, i+1)
	}
	t.world.emit(&trace.Record{Kind: trace.ThreadEnd, Host: p.host.cfg.Name, PID: p.pid, TID: t.tid})
}

// record makes a trace record of this thread.
func (t *Thread) record(kind trace.Kind) *trace.Record {
	return &trace.Record{Kind: kind, Host: t.proc.host.cfg.Name, PID: t.proc.pid, TID: t.tid}
}

// called traces that a call was made. The caller checks w.trace first, so that
// the Call is not built for nothing.
func (t *Thread) called(c wsa.Call) {
	t.rule = ""
	r := t.record(trace.CallMade)
	r.As = t.actsFor()
	r.Call = c
	t.world.emit(r)
}

// returned traces the end of the call.
func (t *Thread) returned(ret wsa.Return) {
	r := t.record(trace.Returned)
	r.As = t.actsFor()
	if t.failure != nil {
		ret = wsa.Return{Failure: t.failure.Error()}
	}
	r.Return = &ret
	if ret.Failure == "" {
		r.Rule = string(t.rule)
	}
	t.world.emit(r)
}

// actsFor is the principal whose token the thread has, "" for none.
func (t *Thread) actsFor() string {
	if t.impersonating == nil {
		return ""
	}
	return t.impersonating.Principal
}

// advise traces that something legal was unwise.
func (t *Thread) advise(id rules.ID, note string) {
	if t.world.trace == nil {
		return
	}
	r := t.record(trace.Advisory)
	r.Rule, r.Note = string(id), note
	t.world.emit(r)
}

// adviseLate is advise about a call that the thread made earlier.
func (t *Thread) adviseLate(id rules.ID, note string) { t.advise(id, note) }

// adviseRevert traces that the thread should have stopped impersonating.
func (t *Thread) adviseRevert(what string) {
	a := ale.AdviseRevert(*t.impersonating, what)
	t.advise(a.Rule, a.Text)
}

// fail is the one way in which a call comes to fail: it notes the rule.
func (t *Thread) fail(rule rules.ID, e wsa.Errno) wsa.Errno {
	t.rule = rule
	return e
}

// done sets the last error, unlocks the world and makes the Go result. A call
// that succeeds resets the last error (observed SK22, SD15 and others marked
// LE=0; for the rest inferred); one without a Winsock result leaves it.
func (t *Thread) done(e wsa.Errno) error {
	failure := t.failure
	if t.world.broken {
		failure = ErrEnded
	}
	if failure == nil {
		t.lastError = e
	}
	t.failure, t.one[0] = nil, nil
	t.world.unlock()
	if failure != nil {
		return failure
	}
	return e.Err()
}

// doneOutside is done for a call that has left the world already: nobody else
// looks at what it changes.
func (t *Thread) doneOutside(e wsa.Errno) error {
	t.lastError = e
	return e.Err()
}

// wait parks the thread in q. It returns 0 when it was woken to look again,
// and otherwise the error with which the call ends; t.failure is set when that
// is no Winsock error.
func (t *Thread) wait(q *waitQueue, what string, on *socket, timeout rules.ID) wsa.Errno {
	reason := wokenAPC
	if t.apcs.empty() {
		t.alertable = true
		reason = t.world.park(t, q, what, on)
		t.alertable = false
	}
	switch reason {
	case wokenDead:
		return t.fail(rules.RECVNetreset, wsa.WSAENETRESET)
	case wokenTimeout:
		return t.fail(timeout, wsa.WSAETIMEDOUT)
	case wokenAPC:
		// Waits are alertable: the routines run and the wait goes on
		// (observed AC6, SL8, WR2).
		t.cancelTimeout()
		t.runAPCs()
		if on != nil && on.closed {
			return t.fail(rules.CLOSECancel, wsa.WSAEINTR)
		}
		return 0
	case wokenClosed:
		return t.fail(rules.CLOSECancel, wsa.WSAEINTR)
	case wokenDeadlock, wokenEnded:
		return wsa.WSA_OPERATION_ABORTED
	default:
		return 0
	}
}

// WSAStartup implements wsa.Startup.
func (t *Thread) WSAStartup(versionRequested uint16, data *wsa.WSADATA) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.WSAStartupCall{Version: versionRequested, NullData: data == nil})
	}
	e := t.startup(versionRequested, data)
	if w.trace != nil {
		t.returned(wsa.Return{Err: e, Startup: data})
	}
	if e == 0 {
		e = t.lastError // WSAStartup is not a function that sets the last error
		_ = t.done(e)
		return nil
	}
	return t.done(e)
}

// startup does WSAStartup. The versions follow observed SV1, SV3 and SV4:
// every 1.x above 1.0 gives 1.1, everything from 2.2 up gives 2.2.
func (t *Thread) startup(requested uint16, data *wsa.WSADATA) wsa.Errno {
	if data == nil {
		return t.fail(rules.STARTFault, wsa.WSAEFAULT)
	}
	major, minor := requested&0xff, requested>>8
	*data = wsa.WSADATA{Version: 0x0202, HighVersion: 0x0202, Description: "WinSock 2.0", SystemStatus: "Running"}
	switch {
	case major == 0:
		return t.fail(rules.STARTVersion, wsa.WSAVERNOTSUPPORTED)
	case major == 1:
		data.Version = 0x0101
		if minor == 0 {
			data.Version = 0x0001
		}
		data.MaxSockets, data.MaxUDPDg = 32767, 65467
	case major == 2 && minor < 2:
		data.Version = minor<<8 | 2
	}
	if e := t.needs(NotReady | NoTasks); e != 0 {
		return e
	}
	t.proc.startup++
	return 0
}

// WSACleanup implements wsa.Startup.
func (t *Thread) WSACleanup() error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.WSACleanupCall{})
	}
	e := t.cleanup()
	if w.trace != nil {
		t.returned(wsa.Return{Err: e})
	}
	return t.done(e)
}

// cleanup does WSACleanup: the last one resets and frees every socket of the
// process (observed ST3).
func (t *Thread) cleanup() wsa.Errno {
	p := t.proc
	if p.startup == 0 {
		return t.fail(rules.STARTCleanupNone, wsa.WSANOTINITIALISED)
	}
	if e := t.needs(NoNetwork); e != 0 {
		return e
	}
	p.startup--
	if p.startup > 0 {
		return 0
	}
	p.closeSockets()
	return 0
}

// WSAGetLastError implements wsa.Startup.
func (t *Thread) WSAGetLastError() wsa.Errno {
	w := t.world
	defer w.unlockAfter(w.lock())
	if w.trace != nil {
		t.called(wsa.WSAGetLastErrorCall{})
		t.returned(wsa.Return{N: int64(t.lastError)})
	}
	return t.lastError
}

// WSASetLastError implements wsa.Startup.
func (t *Thread) WSASetLastError(e wsa.Errno) {
	w := t.world
	defer w.unlockAfter(w.lock())
	t.lastError = e
	if w.trace != nil {
		t.called(wsa.WSASetLastErrorCall{Error: e})
		t.returned(wsa.Return{})
	}
}

// SleepEx implements wsa.Waits.
func (t *Thread) SleepEx(milliseconds uint32, alertable bool) uint32 {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.SleepExCall{Milliseconds: milliseconds, Alertable: alertable})
	}
	var reason uint32
	if alertable && !t.apcs.empty() {
		reason = wsa.WAIT_IO_COMPLETION
	} else if milliseconds > 0 {
		t.expireAfter(milliseconds)
		t.alertable = alertable
		if w.park(t, nil, "SleepEx", nil) == wokenAPC {
			reason = wsa.WAIT_IO_COMPLETION
		}
		t.alertable = false
	}
	if reason == wsa.WAIT_IO_COMPLETION {
		t.runAPCs()
	}
	if w.trace != nil {
		t.returned(wsa.Return{N: int64(reason)})
	}
	t.failure = nil
	w.unlock()
	return reason
}

// infinite is INFINITE of winbase.h: wait without a limit.
const infinite = 0xFFFFFFFF

// expireAfter arms the time-out of the wait that follows.
func (t *Thread) expireAfter(milliseconds uint32) {
	if milliseconds == infinite {
		return
	}
	w := t.world
	t.waiter.timeout = w.clock.after(ms(milliseconds), classTimeout, func() {
		t.waiter.timeout = nil
		w.wake(&t.waiter, wokenTimeout)
	})
}
