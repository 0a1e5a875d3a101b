package model

import (
	"fmt"
	"strings"

	"wsasim/wsa"
)

// Describe says in words what is in the state, for people: one line for each
// process that has called WSAStartup, thread of which something is known, socket,
// token, event, operation and so on, in a stated order, such as "4: stream, bound,
// connected". Things of any process but the first name their process. What
// a state knows of traffic is summed up, so different states may have the same
// description; Key tells them apart.
func (s State) Describe() []string {
	w := s.world()
	var out []string
	for _, p := range w.procs.all {
		out = line(out, fmt.Sprintf("process %d", p.pid), p.facts())
	}
	for _, t := range w.threads.all {
		out = line(out, fmt.Sprintf("thread %d", t.tid), t.facts())
	}
	for _, x := range w.sockets.all {
		out = line(out, w.handleName(x.pid, uint64(x.handle)), x.facts(w.conns.get(x.conn), w.groups.get(x.group)))
	}
	for _, a := range w.aliases.all {
		if x := w.sockets.get(a.place); x != nil {
			out = append(out, fmt.Sprintf("%s: the same as %s", w.handleName(a.pid, uint64(a.handle)), w.handleName(x.pid, uint64(x.handle))))
		}
	}
	return w.describeRest(out)
}

// describeRest is about what is no socket.
func (w *world) describeRest(out []string) []string {
	for _, o := range w.offers.all {
		out = line(out, fmt.Sprintf("protocol information %d", o.number), facts{}.when("made", true).when("used", o.taken).when("stale", o.gone))
	}
	for _, x := range w.tokens.all {
		out = append(out, "token "+w.handleName(x.pid, uint64(x.handle)))
	}
	for _, x := range w.events.all {
		out = line(out, "event "+w.handleName(x.pid, uint64(x.handle)), facts{}.when("reset", x.set == no).perhaps("set", x.set).when("of an operation", x.signalled))
	}
	for _, x := range w.lookups.all {
		out = line(out, fmt.Sprintf("lookup %d", x.call.Overlapped), facts{}.when("goes on", !x.ended).when("ended: "+ending(x.err), x.ended).when("cancelled", x.cancelled))
	}
	for _, o := range w.operations.all {
		at := w.sockets.get(o.on)
		f := facts{o.call.Op()}.when("its socket closed", at == nil).when("done", o.done).when("may be aborted", o.abort)
		if at != nil {
			f[0] += " on " + w.handleName(at.pid, uint64(at.handle))
		}
		out = line(out, fmt.Sprintf("operation %d", o.id), f)
	}
	for _, r := range w.results.all {
		f := facts{}.when("under way", r.running > 0).when("not known", r.lost).when(fmt.Sprintf("%v, %s", r.status, inBytes(uint64(r.n))), r.running == 0 && !r.lost)
		out = line(out, fmt.Sprintf("structure %d", r.id), f)
	}
	for _, p := range w.completionPorts.all {
		f := facts{fmt.Sprintf("packets: %d", len(p.packets))}.when("perhaps more", p.loose).when(fmt.Sprintf("served by %v", p.serving), len(p.serving) > 0)
		out = line(out, "completion port "+w.handleName(p.pid, uint64(p.handle)), f)
	}
	for _, b := range w.boxes.all {
		out = append(out, fmt.Sprintf("port %d: datagrams sent to it: %d, %s", b.port, b.routes, inBytes(uint64(b.bytes))))
	}
	return out
}

// facts are what is said of one thing.
type facts []string

// when adds a fact that holds.
func (f facts) when(text string, holds bool) facts {
	if holds {
		return append(f, text)
	}
	return f
}

// perhaps adds a fact that holds or may hold.
func (f facts) perhaps(text string, holds tri) facts {
	return f.when(text, holds == yes).when("perhaps "+text, holds == maybe)
}

// line adds what is said of a thing, if anything is.
func line(out []string, name string, f facts) []string {
	if len(f) == 0 {
		return out
	}
	return append(out, name+": "+strings.Join(f, ", "))
}

// handleName names a handle.
func (w *world) handleName(pid int, handle uint64) string {
	if _, first := w.procs.first(); first != nil && first.pid != pid {
		return fmt.Sprintf("%d of process %d", handle, pid)
	}
	return fmt.Sprint(handle)
}

func inBytes(n uint64) string {
	if n == 1 {
		return "1 byte"
	}
	return fmt.Sprintf("%d bytes", n)
}

func ending(e wsa.Errno) string {
	if e == 0 {
		return "success"
	}
	return e.String()
}

func (p *process) facts() facts {
	return facts{}.when("started", p.startups == 1).when(fmt.Sprintf("started (%d)", p.startups), p.startups > 1).when("ending", p.ending)
}

func (t *thread) facts() facts {
	f := facts{}.when("last error "+ending(t.lastErr), t.errKnown).when("perhaps reset", t.errKnown && t.errMaybeZero)
	for c := &t.frame; c != nil; c = c.outer {
		if c.pending != nil {
			f = append(f, "waits in "+c.pending.Op())
		}
	}
	return f.when("impersonates", t.impersonating).when(fmt.Sprintf("SO_OPENTYPE %#x", t.openType), t.openType != 0).perhaps("a routine is queued", t.queued)
}

// facts says what is unusual of a socket; c is its end of a connection and g its group,
// nil for none.
func (x *socket) facts(c *conn, g *group) facts {
	f := facts{x.kind()}.perhaps("nonblocking", x.nonblocking).perhaps("bound"+x.where(), x.bound)
	f = f.when(x.status.String()+x.towards(), x.status != idle).when("accepted", x.accepted)
	f = append(f, x.secrets()...)
	f = f.when("receiving shut down", x.shutRecv).when("sending shut down", x.shutSend).when("broken", x.deadRecv || x.deadSend)
	f = f.when("end of stream told", x.eof).when("reset told", x.wasReset).when("something to receive", x.unread)
	f = f.when("attempt failed", x.failure == failedLoudly || x.failure == failedSilently).when("attempt perhaps failed", x.failure == failedMaybe)
	if c != nil {
		f = f.when("sent "+inBytes(c.sent), c.sent > 0).when("received "+inBytes(c.got), c.got > 0)
	}
	f = f.perhaps("SO_REUSEADDR", x.reuse).perhaps("SO_EXCLUSIVEADDRUSE", x.exclusive).when("SO_BROADCAST", x.broadcast)
	f = f.when("lingers", x.lingerKnown && x.lingerOn != 0).when("time-outs", x.recvTimeout != 0 || x.sendTimeout != 0)
	f = f.when(fmt.Sprintf("selects %#x", x.sel.mask), x.sel.mask != 0).when("at a completion port", x.port != 0)
	if g != nil {
		f = f.when("in a group of sockets"+g.called(), true).when(fmt.Sprintf("group priority %d", x.priority), x.priority != 0 && !x.priorityOpen)
	}
	f = f.when("perhaps in a group of sockets", x.strayed)
	return f.when("context not updated", x.context).when("unclear", x.unclear)
}

// called is how a group is called, as far as that is known.
func (g *group) called() string {
	if g.id == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d)", g.id)
}

// kind is the type of the socket, and what is unusual about its family.
func (x *socket) kind() string {
	names := map[int32]string{wsa.SOCK_STREAM: "stream", wsa.SOCK_DGRAM: "datagram", wsa.SOCK_RAW: "raw"}
	name := names[x.typ]
	if name == "" {
		name = fmt.Sprintf("type %d", x.typ)
	}
	switch x.family {
	case wsa.AF_INET:
		return name
	case wsa.AF_INET6:
		return name + " over IPv6"
	}
	return fmt.Sprintf("%s of family %d", name, x.family)
}

// where is the port that bind was given.
func (x *socket) where() string {
	if x.explicit && x.portKnown {
		return fmt.Sprintf(" to port %d", x.local.Port())
	}
	return ""
}

// towards is the peer of a connection.
func (x *socket) towards() string {
	if x.peerKnown && x.status != listening {
		return " to " + x.peer.String()
	}
	return ""
}

func (s status) String() string {
	return [...]string{"idle", "connecting", "connected", "listening"}[s]
}

// secrets says how the socket is secured.
func (x *socket) secrets() facts {
	f := facts{}.when("security set", x.sec.on).when("encryption guaranteed", x.sec.guarantee).when("insecure allowed", x.sec.allowInsecure)
	var ways []string
	for i, name := range []string{"in clear", "secured", "encrypted"} {
		if x.link&(1<<i) != 0 {
			ways = append(ways, name)
		}
	}
	f = f.when(strings.Join(ways, " or "), len(ways) > 0 && x.link != linkClear)
	for _, n := range x.names {
		text := fmt.Sprintf("peer %q", n.name)
		if n.peer.Addr().IsValid() && !n.peer.Addr().IsUnspecified() {
			text += " at " + n.peer.String()
		}
		f = append(f, text)
	}
	return f
}
