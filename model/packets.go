package model

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"wsasim/model/rules"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// The rules about traffic as relations between packets, negotiations and what
// the sockets at both ends asked for: SEC-NOCLEAR, SEC-GUARANTEE, SEC-SPN and
// SEC-CLEANUP of each packet; QSS-FLAGS and ISP-TOKEN of what calls then say.
//
// A packet breaks a rule only if every socket that may have sent it, in every
// possible state, forbids it.

// sentPacket judges a packet and learns from it.
func (c *Checker) sentPacket(r *trace.Record) *Violation {
	from, err := netip.ParseAddrPort(r.From)
	to, err2 := netip.ParseAddrPort(r.To)
	p := r.Packet
	if err != nil || err2 != nil || p == nil {
		return nil
	}
	from, to = plain(from), plain(to)
	x := c.wire
	switch {
	case r.Host == "" && !p.Forged:
		x.full = true // an older trace, which does not say whose it is
		return nil
	case p.Protocol == "ike":
		return c.keying(r, from, to)
	case p.Forged:
		x.meet(r, from, to, c.index)
		return nil
	case p.Protocol != "tcp" && p.Protocol != "udp":
		return nil
	}
	if f := x.association(p); f.rule != "" {
		return c.badPacket(r, f)
	}
	var f packetFault
	if p.Protocol == "tcp" {
		f = c.segment(r, from, to)
	} else {
		f = c.datagram(r, from, to)
	}
	if f.rule != "" {
		return c.badPacket(r, f)
	}
	return nil
}

func (c *Checker) badPacket(r *trace.Record, f packetFault) *Violation {
	p := r.Packet
	what := strings.TrimSpace(p.Protocol + " " + p.Flags)
	return &Violation{Index: c.index, Record: r, Violated: []rules.ID{f.rule},
		traffic: true,
		Text:    fmt.Sprintf("the packet (%s, %d bytes) from %s to %s %s", what, len(p.Data), r.From, r.To, f.text)}
}

// keying notes when a negotiation begins and what is deleted.
func (c *Checker) keying(r *trace.Record, from, to netip.AddrPort) *Violation {
	x := c.wire
	if r.Packet.Flags != "delete" {
		k := addrPair(from.Addr(), to.Addr())
		if _, under := x.began[k]; !under && len(x.began) < maxWire {
			x.began[k] = c.index
		}
		return nil
	}
	a := x.agreed[r.Packet.SA]
	if a == nil {
		return nil
	}
	a.deleted = true
	c.count[rules.SECCleanup]++
	for _, n := range a.conns {
		if n.sas[len(n.sas)-1] != r.Packet.SA {
			continue
		}
		for _, e := range []*wireEnd{&n.client, &n.server} {
			if e.owner != 0 && x.owners[e.owner] == e && !c.closing(e.owner) && c.all(func(w *world) bool { return w.rides(e.owner) }) {
				return c.badPacket(r, packetFault{rules.SECCleanup, fmt.Sprintf("deletes association %d, which an open connection uses", r.Packet.SA)})
			}
		}
	}
	return nil
}

// rides reports whether the socket is there and its connection has not ended as
// far as anybody knows; of one that is not followed nobody knows.
func (w *world) rides(key uint64) bool {
	s := w.sockets.get(key)
	if s == nil || s.unclear || s.status != connected || s.deadRecv || s.deadSend || w.policies {
		return false
	}
	// One that nobody has accepted ends with its listener, and one whose other end
	// is gone may have been reset, without a call that tells.
	m := w.otherEnd(w.conns.get(s.conn))
	return !w.finished || m != nil && w.alive(m)
}

// all reports whether something holds in every possible state.
func (c *Checker) all(holds func(*world) bool) bool {
	return !slices.ContainsFunc(c.states, func(s State) bool { return !holds(s.world()) })
}

// traffic judges what a call, or its return, says of traffic. An orphan says
// nothing of the socket that has its descriptor now.
func (c *Checker) traffic(r *trace.Record, call wsa.Call, orphan bool) *Violation {
	rule, text := c.wire.actsFor(r, call)
	if call != nil && r.Return.Failure == "" && !orphan {
		for _, judge := range []func(*trace.Record, wsa.Call) (rules.ID, string){c.told, c.cameProtected} {
			if id, why := judge(r, call); rule == "" {
				rule, text = id, why
			}
		}
	}
	if rule == "" {
		return nil
	}
	v := &Violation{Index: c.index, Record: r, Violated: []rules.ID{rule}, Text: text, traffic: true}
	if call != nil {
		v.Call, v.Return = call, *r.Return
	}
	return v
}

// shown learns which names the ends of a negotiation have shown to prove, which
// may be more than when their hosts were declared: a directory changes.
func (c *Checker) shown(r *trace.Record) {
	a := r.Agreement
	if a == nil {
		return
	}
	c.each(func(s State) (State, bool) {
		return s.Prove(r.Host, a.InitiatorNames).Prove(a.Peer, a.ResponderNames), true
	})
}

// ahead are the possible states with what the call that was made last does at
// once.
func (c *Checker) ahead() []State {
	if c.open == nil {
		return c.states
	}
	if c.wire.aheadOf != c.open {
		var list []State
		for _, s := range c.states {
			list = append(list, Wait(s, c.open.tid, c.open.call)...)
		}
		c.wire.aheadOf, c.wire.ahead = c.open, list
	}
	if len(c.wire.ahead) == 0 {
		return c.states
	}
	return c.wire.ahead
}

// closing reports whether a call that closes the socket, or all of its
// process, has not returned.
func (c *Checker) closing(key uint64) bool {
	for tid, calls := range c.waiting {
		t := c.states[0].world().threads.get(uint64(tid))
		if t == nil {
			continue
		}
		for _, k := range calls {
			h, ok := descriptor(k.call)
			switch k.call.(type) {
			case wsa.ClosesocketCall:
				if w := c.states[0].world(); ok && w.placeOf(t.pid, uint64(h)) == key {
					return true
				}
			case wsa.WSACleanupCall, wsa.DisconnectExCall:
				return true
			}
		}
	}
	return false
}

// segment judges a packet of a stream.
func (c *Checker) segment(r *trace.Record, from, to netip.AddrPort) packetFault {
	x, p := c.wire, r.Packet
	k := connOf(r, from, to)
	n := x.conns[k]
	switch {
	case p.Flags == "SYN":
		if n == nil || n.sent || n.client.addr != from || n.client.host != r.Host {
			if n == nil && len(x.conns) >= maxWire {
				x.full = true
				return packetFault{}
			}
			n = &wireConn{}
			n.client, n.server = wireEnd{conn: n, host: r.Host, addr: from}, wireEnd{conn: n, addr: to}
			x.conns[k] = n
		}
		n.client.demands = c.demands(r.Host, func(w *world, host int) []demand { return w.connecting(host, from, to, c.open) })
		x.own(&n.client)
	case n == nil:
		return packetFault{} // a refusal, or the connection is older than the trace
	case p.Flags == "SYN ACK" && from == n.server.addr:
		n.server.host = r.Host
		n.server.demands = c.demands(r.Host, func(w *world, host int) []demand { return w.listeners(host, from) })
	}
	if p.Flags != "SYN" && from == n.server.addr && n.server.host == "" {
		return packetFault{} // a refusal
	}
	if a := x.agreed[p.SA]; p.Protection != "" && a != nil && !slices.Contains(n.sas, p.SA) {
		n.sas, a.conns = append(n.sas, p.SA), append(a.conns, n)
	}
	n.last, n.sent = p.Protection, n.sent || p.Flags != "SYN"
	sender, receiver := &n.client, &n.server
	if from == n.server.addr {
		sender, receiver = receiver, sender
	}
	if f := c.held(sender.demands, p, sender.host, n.known(sender, x, c.index)); f.rule != "" {
		return f
	}
	if len(p.Data) > 0 && !p.Lost && !p.Altered {
		return c.held(receiver.demands, p, receiver.host, n.known(receiver, x, c.index))
	}
	return packetFault{}
}

// known is when the names of an end were settled: a listener's when the last
// negotiation began, a client's when it connected.
func (n *wireConn) known(e *wireEnd, x *wire, now int) int {
	if e == &n.client || len(n.sas) == 0 {
		return now
	}
	return x.agreed[n.sas[len(n.sas)-1]].began
}

// datagram judges a datagram by its sender, and keeps what it brings.
func (c *Checker) datagram(r *trace.Record, from, to netip.AddrPort) packetFault {
	x, p := c.wire, r.Packet
	if to.Addr().IsMulticast() {
		return packetFault{}
	}
	x.meet(r, from, to, c.index)
	known := c.index
	if at, met := x.met[peerKey{r.Host, to, from}]; met {
		known = at
	}
	demands := c.demands(r.Host, func(w *world, host int) []demand {
		return addNew(w.datagramEnds(host, from, to), c.posting(w, host, to)...)
	})
	return c.held(demands, p, r.Host, known)
}

// meet notes that something came from a peer, and its contents if they came
// protected.
func (x *wire) meet(r *trace.Record, from, to netip.AddrPort, index int) {
	p := r.Packet
	if p.Protocol != "udp" || p.Lost || p.At == "" {
		return
	}
	k := peerKey{p.At, from, to}
	if _, met := x.met[k]; !met {
		if len(x.met) >= maxWire {
			x.full = true
			return
		}
		x.met[k] = index
	}
	if p.Protection == "" || p.Altered {
		return
	}
	if x.protected[k] == nil {
		x.protected[k] = make(map[Key]bool)
	}
	if len(x.protected[k]) >= maxWire {
		x.full = true
		return
	}
	x.protected[k][digest(p.Data)] = true
}

// held is what is wrong with a packet when everybody who may have sent it
// forbids it.
func (c *Checker) held(demands []demand, p *trace.Packet, host string, known int) packetFault {
	if len(demands) == 0 || !c.all(func(w *world) bool { return !w.policies }) {
		return packetFault{}
	}
	var first packetFault
	for i := range demands {
		f := c.wire.judge(&demands[i], p, host, known)
		if f.rule == "" {
			c.creditPacket(demands, p)
			return packetFault{}
		}
		if i == 0 {
			first = f
		}
	}
	return first
}

// creditPacket counts the rules that a packet shows to be held.
func (c *Checker) creditPacket(demands []demand, p *trace.Packet) {
	if len(demands) != 1 || !demands[0].sec.on {
		return
	}
	d := &demands[0]
	switch {
	case p.Protection == "":
		c.count[rules.SECAllow]++
		return
	case d.sec.guarantee:
		c.count[rules.SECGuarantee]++
	case !d.sec.allowInsecure:
		c.count[rules.SECNoclear]++
	}
	if d.names != "" && d.names != "*" {
		c.count[rules.SECSpn]++
	}
}

// demands collects what the sockets demand that a packet may be of, in every
// possible state; none when a state has no such socket.
func (c *Checker) demands(host string, of func(w *world, host int) []demand) []demand {
	i, known := c.wire.hosts[host]
	if !known {
		return nil
	}
	var all []demand
	for _, s := range c.ahead() {
		some := of(s.world(), i)
		if len(some) == 0 {
			return nil
		}
		all = addNew(all, some...)
	}
	return all
}

func (s *socket) demand(key uint64, names string) demand { return demand{s.sec, names, key} }

// connects is the socket that a call connects, and to whom; 0 for none.
func (w *world) connects(call *openCall) (key uint64, peer netip.AddrPort) {
	if call == nil {
		return 0, peer
	}
	var name wsa.Bytes
	switch k := call.call.(type) {
	case wsa.ConnectCall:
		name = k.Name
	case wsa.WSAConnectCall:
		name = k.Name
	case wsa.ConnectExCall:
		name = k.Name
	}
	t := w.threads.get(uint64(call.tid))
	h, ok := descriptor(call.call)
	a, err := wsa.ParseSockaddr(name)
	if t == nil || !ok || err != nil {
		return 0, peer
	}
	return w.placeOf(t.pid, uint64(h)), plain(a)
}

// connecting is what the sockets demand that may ask for a connection, one that
// a call has just begun to connect among them.
func (w *world) connecting(host int, local, peer netip.AddrPort, call *openCall) (list []demand) {
	var loose []demand
	begun, whom := w.connects(call)
	if w.sockets.n <= maxSockets {
		for k, s := range w.sockets.all {
			asks := s.status == connecting && plain(s.peer) == peer || k == begun && whom == peer
			if s.host != host || s.typ != wsa.SOCK_STREAM || !asks {
				continue
			}
			d := s.demand(k, s.streamNames())
			switch {
			case !s.portKnown:
				loose = append(loose, d)
			case s.local.Port() == local.Port():
				list = append(list, d)
			}
		}
	}
	switch {
	case len(list) > 0:
		return list
	case w.wanders(host):
		return nil
	case len(loose) > 0:
		return loose
	}
	return w.endsOf(host, endClient, peer.Port())
}

// wanders reports whether a host has a stream that is not followed: it may connect to
// anybody, and demand anything.
func (w *world) wanders(host int) bool {
	for _, s := range w.sockets.all {
		if s.unclear && s.host == host && s.typ == wsa.SOCK_STREAM {
			return true
		}
	}
	return false
}

// listeners is what the sockets demand that may answer such a request.
func (w *world) listeners(host int, local netip.AddrPort) (list []demand) {
	for _, k := range w.holding(host, wsa.SOCK_STREAM, local.Port()) {
		if s := w.sockets.get(k); s != nil && s.status == listening {
			list = append(list, s.demand(k, s.streamNames()))
		}
	}
	switch {
	case len(list) > 0:
		return list
	case w.wanders(host):
		return nil
	}
	return w.endsOf(host, endListener, local.Port())
}

// datagramEnds is what the sockets demand that may have sent a datagram.
func (w *world) datagramEnds(host int, local, peer netip.AddrPort) (list []demand) {
	for _, k := range w.holding(host, wsa.SOCK_DGRAM, local.Port()) {
		if s := w.sockets.get(k); s != nil {
			list = append(list, s.demand(k, s.peerName(peer)))
		}
	}
	if len(list) > 0 {
		return list
	}
	return w.endsOf(host, endDatagram, local.Port())
}

// posting is what the socket demands that sends by the call which was made
// last, when its port is not known: it may be the one.
func (c *Checker) posting(w *world, host int, peer netip.AddrPort) []demand {
	if c.open == nil || !sends(c.open.call) {
		return nil
	}
	t := w.threads.get(uint64(c.open.tid))
	h, ok := descriptor(c.open.call)
	if t == nil || !ok {
		return nil
	}
	key := w.placeOf(t.pid, uint64(h))
	if s := w.sockets.get(key); s != nil && s.host == host && s.typ == wsa.SOCK_DGRAM && !s.portKnown {
		return []demand{s.demand(key, s.peerName(peer))}
	}
	return nil
}

// peerName is the target name of a datagram socket for a peer: "" for none, "*"
// when it is not clear what the system made of it.
func (s *socket) peerName(peer netip.AddrPort) (name string) {
	for _, n := range s.names {
		switch {
		case n.peer.IsValid() && plain(n.peer) != peer:
		case n.unclear || !n.peer.IsValid() || name != "":
			name = "*"
		default:
			name = n.name
		}
	}
	return name
}

// holding are the places of the sockets that hold a port.
func (w *world) holding(host int, typ int32, port uint16) []uint64 {
	if u := w.ports.get(portKey(host, typ, port)); u != nil {
		return u.keys
	}
	return nil
}

// endsOf is what any end of the kind demands that ever was, where the socket
// itself cannot be told. Names may have come and gone.
func (w *world) endsOf(host int, kind endKind, port uint16) (list []demand) {
	for _, e := range w.ends {
		if e.host != host || e.kind != kind || e.port != 0 && e.port != port {
			continue
		}
		d := demand{sec: e.sec, names: e.names}
		if kind != endClient && d.names != "" {
			d.names = "*"
		}
		list = addNew(list, d)
	}
	return list
}

// own notes which socket an end is, when that is certain.
func (x *wire) own(e *wireEnd) {
	if len(e.demands) == 1 && e.demands[0].key != 0 && len(x.owners) < maxWire {
		e.owner = e.demands[0].key
		x.owners[e.owner] = e
	}
}

// told learns from a call that returned as it may, and judges what it says of
// traffic.
func (c *Checker) told(r *trace.Record, call wsa.Call) (rules.ID, string) {
	x := c.wire
	w := c.states[0].world()
	t := w.threads.get(uint64(r.TID))
	if t == nil {
		return "", ""
	}
	key := uint64(0)
	if h, ok := descriptor(call); ok {
		key = w.placeOf(t.pid, uint64(h))
	}
	if reuses(call) {
		delete(x.owners, key) // its next connection is another
	}
	if r.Return.Err != 0 {
		return "", ""
	}
	switch k := call.(type) {
	case wsa.ClosesocketCall:
		if w.sockets.get(key) == nil {
			delete(x.owners, key)
			delete(x.named, key)
		}
	case wsa.SocketCall, wsa.WSASocketCall:
		delete(x.owners, w.placeOf(t.pid, uint64(r.Return.Socket)))
	case wsa.AcceptCall, wsa.WSAAcceptCall:
		x.accepted(w, t.pid, key, r)
	case wsa.WSASetSocketPeerTargetNameCall, wsa.WSADeleteSocketPeerTargetNameCall:
		x.named[key] = c.index
	case wsa.WSAIoctlCall:
		switch k.Code {
		case wsa.SIO_SET_PEER_TARGET_NAME, wsa.SIO_DELETE_PEER_TARGET_NAME:
			x.named[key] = c.index
		case wsa.SIO_QUERY_SECURITY:
			return c.flagsTold(key, r)
		}
	case wsa.WSAQuerySocketSecurityCall:
		return c.flagsTold(key, r)
	case wsa.WSAImpersonateSocketPeerCall:
		return c.tokenTaken(key, r)
	}
	return "", ""
}

// accepted notes which connection a new socket has.
func (x *wire) accepted(w *world, pid int, listener uint64, r *trace.Record) {
	key := w.placeOf(pid, uint64(r.Return.Socket))
	delete(x.owners, key)
	l := w.sockets.get(listener)
	peer, err := wsa.ParseSockaddr(r.Return.Addr)
	if l == nil || err != nil || !l.portKnown || len(x.owners) >= maxWire {
		return
	}
	host := w.hosts[l.host]
	for _, a := range host.addrs {
		k := connKey{a: plain(peer), b: netip.AddrPortFrom(a.Unmap().WithZone(""), l.local.Port())}
		if k.b.Compare(k.a) < 0 {
			k.a, k.b = k.b, k.a
		}
		if n := x.conns[k]; n != nil && n.server.host == host.name && n.client.addr == plain(peer) {
			n.server.owner = key
			x.owners[key] = &n.server
		}
	}
}

// flagsTold holds what a query says of a stream's protection against what went
// over the wire (QSS-FLAGS).
func (c *Checker) flagsTold(key uint64, r *trace.Record) (rules.ID, string) {
	e := c.wire.owners[key]
	var info wsa.SecurityQueryInfo
	if e == nil || !e.conn.sent || info.UnmarshalBinary(r.Return.Data) != nil {
		return "", ""
	}
	said := ""
	switch info.Flags & (wsa.SOCKET_INFO_CONNECTION_SECURED | wsa.SOCKET_INFO_CONNECTION_ENCRYPTED) {
	case wsa.SOCKET_INFO_CONNECTION_SECURED:
		said = "authenticated"
	case wsa.SOCKET_INFO_CONNECTION_SECURED | wsa.SOCKET_INFO_CONNECTION_ENCRYPTED:
		said = "encrypted"
	}
	may := []string{e.conn.last}
	if n := len(e.conn.sas); n > 0 {
		for _, a := range c.wire.since(e.conn.sas[n-1]) {
			if a.Encrypted {
				may = append(may, "encrypted")
			} else {
				may = append(may, "authenticated")
			}
		}
	}
	if slices.Contains(may, said) {
		return "", ""
	}
	return rules.QSSFlags, fmt.Sprintf("the query says that the connection is %s, and its packets are %s", inWords(said), inWords(may[0]))
}

// inWords is a protection for people.
func inWords(protection string) string {
	if protection == "" {
		return "in clear"
	}
	return protection
}

// tokenTaken holds whose token a thread took against who proved to be the peer
// (ISP-TOKEN).
func (c *Checker) tokenTaken(key uint64, r *trace.Record) (rules.ID, string) {
	if r.As == "" {
		return "", "" // the trace does not say
	}
	var who []*agreement
	host := r.Host
	if e := c.wire.owners[key]; e != nil {
		for _, sa := range e.conn.sas {
			who = append(who, c.wire.since(sa)...)
		}
	} else {
		for _, a := range c.wire.agreed {
			who = append(who, a)
		}
	}
	for _, a := range who {
		if _, accounts := a.peerOf(host); slices.Contains(accounts, r.As) {
			return "", ""
		}
	}
	return rules.ISPToken, fmt.Sprintf("the thread takes the token of %q, who has not proved to be the peer", r.As)
}
