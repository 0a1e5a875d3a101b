package sim

import (
	"strings"

	"wsasim/model/rules"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// Shortage is what a process cannot have at the moment. The values are bits, to
// be joined. Which calls fail for want of what is documented function by
// function (rules.AllDocumented); a call that is wrong for another reason says
// that reason.
type Shortage uint8

// The shortages.
const (
	// NoNetwork: the network subsystem has failed. Nearly every call that has
	// a socket or an event fails with WSAENETDOWN, closesocket and WSACleanup
	// too, but not the secure socket functions (rule NET-DOWN). Of a host it
	// also means that nothing leaves it and nothing reaches it.
	NoNetwork Shortage = 1 << iota
	// NotReady: WSAStartup fails with WSASYSNOTREADY (rule NET-NOTREADY).
	NotReady
	// NoTasks: WSAStartup fails with WSAEPROCLIM (rule RES-TASKS).
	NoTasks
	// NoDescriptors: what makes a socket, and listen, fail with WSAEMFILE; a
	// connection that waits for accept goes on waiting (rule RES-MFILE).
	NoDescriptors
	// NoBuffers: what makes, binds or connects a socket, listen, accept, what
	// sends, WSAPoll and WSADuplicateSocket fail with WSAENOBUFS (rule
	// RES-NOBUFS).
	NoBuffers
	// NoMemory: WSACreateEvent, WSAWaitForMultipleEvents, GetAddrInfo and
	// GetAddrInfoEx fail with WSA_NOT_ENOUGH_MEMORY (rule RES-MEMORY), select
	// with WSAEFAULT (rule RES-SELECT).
	NoMemory
	shortagesEnd
)

// shortages says of each value by which rule calls fail and with which code.
// Where two hold, the first is told.
var shortages = [...]struct {
	what Shortage
	name string
	rule rules.ID
	code wsa.Errno
}{
	{NotReady, "ready network", rules.NETNotready, wsa.WSASYSNOTREADY},
	{NoTasks, "tasks", rules.RESTasks, wsa.WSAEPROCLIM},
	{NoNetwork, "network", rules.NETDown, wsa.WSAENETDOWN},
	{NoDescriptors, "descriptors", rules.RESMfile, wsa.WSAEMFILE},
	{NoBuffers, "buffers", rules.RESNobufs, wsa.WSAENOBUFS},
	{NoMemory, "memory", rules.RESMemory, wsa.WSA_NOT_ENOUGH_MEMORY},
}

// Shortages lists every single shortage.
func Shortages() []Shortage {
	var all []Shortage
	for s := Shortage(1); s < shortagesEnd; s <<= 1 {
		all = append(all, s)
	}
	return all
}

// String is "no network, no buffers", or "nothing is lacking" for 0.
func (s Shortage) String() string {
	var list []string
	for _, x := range shortages {
		if s&x.what != 0 {
			list = append(list, "no "+x.name)
		}
	}
	if list == nil {
		return "nothing is lacking"
	}
	return strings.Join(list, ", ")
}

// SetShortage says what the process lacks from now on, in place of what it
// lacked before; 0 for nothing. Calls that wait go on waiting.
func (p *Process) SetShortage(s Shortage) {
	w := p.host.world
	defer w.unlockAfter(w.lock())
	p.own = s
	p.lacks = s | p.host.lacks
	w.lacking(p.host, p.pid, s)
}

// SetShortage says what every process of the host lacks from now on, also those
// to come, besides what it lacks by itself.
func (h *Host) SetShortage(s Shortage) {
	defer h.world.unlockAfter(h.world.lock())
	h.lacks = s
	for _, p := range h.processes {
		p.lacks = s | p.own
	}
	h.world.lacking(h, 0, s)
}

// lacking traces a shortage.
func (w *World) lacking(h *Host, pid int, s Shortage) {
	if w.trace == nil {
		return
	}
	r := &trace.Record{Kind: trace.Shortage, Host: h.cfg.Name, PID: pid, Note: s.String()}
	for _, x := range shortages {
		if s&x.what != 0 {
			r.Lacks = append(r.Lacks, string(x.rule))
			if x.what == NoMemory {
				r.Lacks = append(r.Lacks, string(rules.RESSelect))
			}
		}
	}
	w.emit(r)
}

// needs fails a call that needs what its process lacks.
func (t *Thread) needs(s Shortage) wsa.Errno {
	if t.proc.lacks&s == 0 {
		return 0
	}
	for _, x := range shortages {
		if t.proc.lacks&s&x.what != 0 {
			return t.fail(x.rule, x.code)
		}
	}
	return 0
}
