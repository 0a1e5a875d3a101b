package model

import (
	"bytes"
	"net/netip"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// What the two ends of a connection sent, and what the other may therefore
// receive: a stream's bytes, in order, each once. Which end belongs to which is
// told by their names as far as the trace gives them away; where several ends
// may be the other one, a receive conforms when one of them explains it, and
// when just one does, it is the other one from then on.
//
// Not modelled: urgent data, and the order of what several calls sent or
// received at the same time; from there on anything conforms on that stream.

// How much is remembered.
const (
	maxConns = 4096
	// maxUnread bounds the bytes that were sent and not read, of all streams.
	maxUnread = 64 << 20
	// history is how much of what was read is kept, to tell a repetition.
	history = 256
)

// conn is one end of a connection, or of an attempt at one. It outlives its
// socket, as what was sent does.
type conn struct {
	number   uint64
	owner    uint64 // the place of its socket
	pid      int
	host     int
	accepted bool
	explicit bool           // bound by bind, so that others may know its port
	local    netip.AddrPort // as far as known: address and port may be zero
	peer     netip.AddrPort // not valid: not known
	shut     bool           // shutdown ended what it sends
	aborted  bool           // closing reset it before it had ended what it sends
	torn     bool           // what it sent after the first sent bytes is not known
	sent     uint64
	sum      Key           // of what it sent
	spans    table[string] // what it sent and the other end may still read, by offset
	base     uint64        // where the spans begin
	got      uint64        // how much it has read
	blind    bool          // how much it has read is not known
	mate     uint64        // the other end, 0 when it is not known
}

func (c *conn) encode(b []byte) []byte {
	b = put(append(b, 'C', flag(c.accepted), flag(c.explicit), flag(c.shut), flag(c.torn), flag(c.blind), flag(c.aborted)),
		c.number, c.owner, uint64(c.pid), uint64(c.host), c.sent, c.sum[0], c.sum[1], c.got, c.mate)
	return putName(putName(b, c.local), c.peer)
}

func (w *world) setConn(c *conn) { putEntry(&w.key, &w.conns, c.number, c) }

// editConn changes a copy of an end, if it is still remembered.
func (w *world) editConn(number uint64, edit func(*conn)) {
	old := w.conns.get(number)
	if old == nil {
		return
	}
	c := *old
	edit(&c)
	w.setConn(&c)
}

// openConn remembers a new end, which the socket has from now on.
func (w *world) openConn(k uint64, accepted bool) {
	if w.conns.n >= maxConns {
		w.sweep()
	}
	if w.conns.n >= maxConns {
		w.setFlag(&w.connsLost)
		return
	}
	x := w.sockets.get(k)
	w.numbers++
	w.setConn(&conn{number: w.numbers, owner: k, pid: x.pid, host: x.host, accepted: accepted, explicit: x.explicit})
	w.editSocket(k, func(x *socket) { x.conn = w.numbers })
}

// sweep forgets ends that are gone and have sent nothing: what is left of
// attempts that failed. Any of them may have been accepted and ended.
func (w *world) sweep() {
	var gone []uint64
	for n, c := range w.conns.all {
		if c.mate == 0 && c.sent == 0 && !c.torn && !w.alive(c) {
			gone = append(gone, n)
		}
	}
	for _, n := range gone {
		w.setFlag(&w.strays)
		w.dropConn(n)
	}
}

func (w *world) dropConn(number uint64) {
	old := w.conns.get(number)
	w.unread -= old.sent - old.base
	w.key = w.key.minus(digestOf(old))
	w.conns = w.conns.remove(number)
}

// alive reports whether the end still has its socket.
func (w *world) alive(c *conn) bool {
	x := w.sockets.get(c.owner)
	return x != nil && x.conn == c.number
}

// syncConn tells an end what is known of its socket.
func (w *world) syncConn(x *socket) {
	old := w.conns.get(x.conn)
	if old == nil {
		return
	}
	c := *old
	addr, port := c.local.Addr(), c.local.Port()
	if x.bound == yes && x.portKnown {
		port = x.local.Port()
	}
	if x.addrKnown && x.local.Addr().IsValid() && !x.local.Addr().IsUnspecified() {
		addr = x.local.Addr().Unmap().WithZone("")
	}
	c.local = netip.AddrPortFrom(addr, port)
	if x.peerKnown {
		c.peer = plain(x.peer)
	}
	c.shut = c.shut || x.shutSend
	if c.local != old.local || c.peer != old.peer || c.shut != old.shut {
		w.setConn(&c)
	}
}

// part notes that a socket is gone: nobody will read what its peer sends.
func (w *world) part(x *socket) {
	c := w.conns.get(x.conn)
	if c == nil || c.mate == 0 {
		return
	}
	m := w.conns.get(c.mate)
	if m == nil || !w.alive(m) {
		w.dropConn(c.number)
		if m != nil && m.number != c.number { // some systems connect a stream to itself
			w.dropConn(m.number)
		}
		return
	}
	w.tear(m.number)
	w.trim(m.number, m.sent)
}

// tear gives up following what an end sends from now on.
func (w *world) tear(number uint64) {
	if c := w.conns.get(number); c != nil && !c.torn {
		w.editConn(number, func(c *conn) { c.torn = true })
	}
}

// blind gives up following what an end receives.
func (w *world) blind(number uint64) {
	if c := w.conns.get(number); c != nil && !c.blind {
		w.editConn(number, func(c *conn) { c.blind = true })
	}
}

// sentBytes remembers what a stream sent.
func (w *world) sentBytes(number uint64, data []byte) {
	c := w.conns.get(number)
	if c == nil || c.torn || len(data) == 0 {
		return
	}
	if w.unread+uint64(len(data)) > maxUnread {
		w.setFlag(&w.bytesLost)
		w.tear(number)
		return
	}
	text := string(data)
	w.unread += uint64(len(data))
	w.editConn(number, func(c *conn) {
		sum := digest(data)
		c.sum = Key{c.sum[0]*0x9E3779B97F4A7C15 + sum[0], c.sum[1]*0xD6E8FEB86659FD93 + sum[1]}
		c.spans = c.spans.set(c.sent, &text)
		c.sent += uint64(len(data))
	})
}

// trim forgets what an end sent before the offset, some history aside.
func (w *world) trim(number, before uint64) {
	c := w.conns.get(number)
	if c == nil || before < c.base+history {
		return
	}
	base, spans := c.base, c.spans
	for {
		at, text := spans.first()
		if text == nil || at+uint64(len(*text)) > before-history {
			break
		}
		spans = spans.remove(at)
		base = at + uint64(len(*text))
	}
	w.unread -= base - c.base
	w.editConn(number, func(c *conn) { c.spans, c.base = spans, base })
}

// stored is what an end sent from the offset on, up to a limit.
func (c *conn) stored(from uint64, limit int) []byte {
	var out []byte
	for at, text := range c.spans.from(from) {
		t := *text
		if at < from {
			if from-at >= uint64(len(t)) {
				continue
			}
			t = t[from-at:]
		}
		out = append(out, t[:min(len(t), limit-len(out))]...)
		if len(out) == limit {
			break
		}
	}
	return out
}

// mates ranges over the ends that may be the other one.
func (w *world) mates(c *conn) func(yield func(*conn) bool) {
	return func(yield func(*conn) bool) {
		if c.mate != 0 {
			if m := w.conns.get(c.mate); m != nil {
				yield(m)
			}
			return
		}
		for _, m := range w.conns.all {
			if m.mate == 0 && w.joins(c, m) && !yield(m) {
				return
			}
		}
	}
}

// joins reports whether two ends may be those of one connection. Where the
// trace holds only a part of the world, their names must say so.
func (w *world) joins(a, b *conn) bool {
	switch {
	case a.accepted && b.accepted:
		return false
	case !a.accepted && !b.accepted && !(a.explicit && b.explicit):
		return false // who connects at the same time must know the other's port
	case !w.whole:
		return a.named() && b.named() && a.peer == b.local && b.peer == a.local
	}
	return w.sees(a, b) && w.sees(b, a)
}

func (c *conn) named() bool {
	return c.local.Addr().IsValid() && c.local.Port() != 0 && c.peer.IsValid()
}

// sees reports whether what one end has as its peer may be the other.
func (w *world) sees(a, b *conn) bool {
	if !a.peer.IsValid() {
		return true
	}
	if b.local.Port() != 0 && b.local.Port() != a.peer.Port() {
		return false
	}
	return w.reaches(a.host, a.peer.Addr(), b.host)
}

// match says how well an end explains what another received.
type match uint8

const (
	matchNot    match = iota
	matchUnsure       // it is not known enough of it
	matchSure
)

// gives judges whether the end sent the data from the offset on. What a call
// that has not returned sends may be there already.
func (w *world) gives(m *conn, at uint64, data []byte) match {
	switch {
	case at < m.base, at > m.sent && m.torn:
		return matchUnsure
	case at > m.sent:
		return matchNot
	}
	known := int(min(m.sent-at, uint64(len(data))))
	if !bytes.Equal(m.stored(at, known), data[:known]) {
		return matchNot
	}
	rest := data[known:]
	if len(rest) == 0 {
		return matchSure
	}
	next, unsure := w.beingSent(m)
	if unsure {
		return matchUnsure
	}
	if bytes.HasPrefix(next, rest) {
		return matchSure
	}
	return matchNot
}

// beingSent is what a call that has not returned sends at an end; unsure when
// there are several, or what it sent is not known for other reasons.
func (w *world) beingSent(m *conn) (next []byte, unsure bool) {
	if m.torn {
		return nil, true
	}
	if w.operations.n > 0 {
		for _, n := range w.find(sendsAt(m.number)) {
			o := w.operations.get(n)
			if o.urgent() || o.kind == opUnclear {
				return nil, true
			}
			next = append(next, o.sent()...)
		}
	}
	if !w.alive(m) {
		return next, false
	}
	for _, f := range w.calls {
		if !sends(f.pending) || !f.about(m.owner) {
			continue
		}
		a := sending(f.pending)
		if next != nil || a.flags&wsa.MSG_OOB != 0 {
			return nil, true
		}
		next = a.content()
	}
	return next, false
}

// othersOn reports whether a call of such a kind, other than the thread's own
// last one, is under way on the socket.
func (w *world) othersOn(tid int, k uint64, kind func(wsa.Call) bool) bool {
	for t, f := range w.calls {
		if (t.tid != tid || f != &t.frame) && f.about(k) && kind(f.pending) {
			return true
		}
	}
	return false
}

func receives(c wsa.Call) bool {
	switch c.(type) {
	case wsa.RecvCall, wsa.RecvfromCall, wsa.WSARecvCall, wsa.WSARecvFromCall, wsa.WSARecvMsgCall:
		return true
	}
	return false
}

// ended reports whether the end may have ended what it sends: by shutdown,
// by closing, by the end of its process, or by such a call that has not
// returned.
func (w *world) ended(m *conn) bool {
	if m.shut || !w.alive(m) {
		return true
	}
	if p := w.procs.get(uint64(m.pid)); p == nil || p.ending {
		return true
	}
	for t, f := range w.calls {
		switch c := f.pending.(type) {
		case wsa.WSACleanupCall:
			if t.pid == m.pid {
				return true
			}
		case wsa.ClosesocketCall, wsa.WSASendDisconnectCall, wsa.DisconnectExCall:
			if f.about(m.owner) {
				return true
			}
		case wsa.ShutdownCall:
			if c.How != wsa.SD_RECEIVE && f.about(m.owner) {
				return true
			}
		}
	}
	return false
}

// traced reports whether what the end receives must come from an end that is
// remembered.
func (w *world) traced(c *conn) bool {
	if c == nil || c.blind || w.forged {
		return false
	}
	if c.mate != 0 {
		return true
	}
	if !w.whole || w.connsLost {
		for range w.mates(c) {
			return !w.connsLost
		}
		return false
	}
	if !c.peer.IsValid() {
		return true
	}
	for i := range w.hosts {
		if w.reaches(c.host, c.peer.Addr(), i) {
			return true
		}
	}
	return false
}

// judgeBytes judges bytes that an end received, and gives the other end when
// they tell which it is.
func (w *world) judgeBytes(c *conn, data []byte) (mate uint64, broken rules.ID) {
	best, how := matchNot, rules.RECVContent
	for m := range w.mates(c) {
		switch got := w.gives(m, c.got, data); {
		case got == matchSure && best == matchNot:
			mate, best = m.number, got
		case got != matchNot:
			mate, best = 0, matchUnsure
		case best == matchNot && w.misplaced(m, c.got, data):
			how = rules.RECVOrder
		}
	}
	if best == matchNot {
		return 0, how
	}
	return mate, ""
}

// misplaced reports whether data that an end did not send at the offset are its
// bytes all the same: repeated, with some left out, or more than it sent.
func (w *world) misplaced(m *conn, at uint64, data []byte) bool {
	const enough = 64 << 10
	all := m.stored(max(m.base, at-min(at, history)), enough)
	here := m.stored(at, enough)
	n := 0
	for n < len(here) && n < len(data) && here[n] == data[n] {
		n++
	}
	return n > 0 && n == len(here) || len(here) == 0 || bytes.Contains(all, data[n:])
}

// judgeEnd judges the end of what an end receives.
func (w *world) judgeEnd(c *conn) (mate uint64, broken rules.ID) {
	if w.strays && c.mate == 0 {
		return 0, ""
	}
	any, fits := false, 0
	for m := range w.mates(c) {
		any = true
		if m.torn || m.sent <= c.got && w.ended(m) && !m.aborted && w.allRead(c, m) {
			mate = m.number
			fits++
		}
	}
	switch {
	case any && fits == 0:
		return 0, rules.RECVGraceful
	case fits == 1 && !w.conns.get(mate).torn:
		return mate, ""
	}
	return 0, ""
}

// allRead reports whether an end may have read all that the other has sent, what
// is being sent included or left out.
func (w *world) allRead(c, m *conn) bool {
	if c.got == m.sent {
		return true
	}
	next, unsure := w.beingSent(m)
	return unsure || c.got <= m.sent+uint64(len(next))
}

// took notes that an end has read n bytes, of the other end if that is known.
func (w *world) took(c *conn, n int, mate uint64) {
	if n == 0 && (mate == 0 || c.mate != 0) {
		return
	}
	if mate != 0 && c.mate == 0 {
		w.editConn(mate, func(m *conn) { m.mate = c.number })
		w.trim(c.number, w.conns.get(mate).got)
	}
	w.editConn(c.number, func(c *conn) {
		c.got += uint64(n)
		if c.mate == 0 {
			c.mate = mate
		}
	})
	if m := w.conns.get(w.conns.get(c.number).mate); m != nil {
		w.trim(m.number, w.conns.get(c.number).got)
	}
}

// waits is at most how many bytes wait to be read at an end; ok is false when
// that is not known.
func (w *world) waits(c *conn) (n uint64, ok bool) {
	if !w.traced(c) {
		return 0, false
	}
	for m := range w.mates(c) {
		next, unsure := w.beingSent(m)
		if unsure {
			return 0, false
		}
		if have := m.sent + uint64(len(next)); have > c.got {
			n = max(n, have-c.got)
		}
		ok = true
	}
	return n, ok
}

// readable is an example of what the end may read: at most n bytes.
func (w *world) readable(c *conn, n int) []byte {
	for m := range w.mates(c) {
		if b := m.stored(c.got, n); len(b) > 0 {
			return b
		}
		if next, _ := w.beingSent(m); m.sent == c.got && len(next) > 0 {
			return next[:min(len(next), n)]
		}
	}
	return nil
}
