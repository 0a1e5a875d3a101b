package model

import (
	"fmt"
	"net/netip"
	"slices"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// What datagrams were sent, and what may therefore be received: a relation
// without order or number, since a network loses, delays and repeats. A
// datagram that arrives must have been sent to that port and host, by the
// sender that the address names, and whole.
//
// Contents are remembered for each port until there are too many of them. Then
// anything may arrive there: State.Untracked says so.

// How much is remembered.
const (
	// maxRoutes bounds how many different datagrams are remembered for a port.
	maxRoutes = 4096
	// wholeBytes is for how many bytes of a port whole contents are kept; of
	// later ones the digest and the beginning do.
	wholeBytes = 1 << 20
	headSize   = 64
)

// letter is the content of datagrams that were sent, and which ways it went.
type letter struct {
	sum    Key
	size   int
	head   string // the content, or its beginning
	routes []route
}

// route is one way that a content went.
type route struct {
	from uint64 // the number of the sender
	to   netip.AddrPort
	nth  uint64 // how many routes were there before
}

// box counts what was sent to a port.
type box struct {
	port          uint16
	routes, bytes int
	lost          bool // too much to remember
}

// sender is a datagram socket that has sent. It outlives the socket.
type sender struct {
	number uint64
	host   int
	port   uint16     // 0: not known
	addr   netip.Addr // the address it was bound to; none: the system chooses
}

func (l *letter) encode(b []byte) []byte {
	b = put(append(b, 'M'), l.sum[0], l.sum[1], uint64(l.size))
	for _, r := range l.routes {
		b = put(putName(b, r.to), r.from, r.nth)
	}
	return b
}

func (x *box) encode(b []byte) []byte {
	return append(put(append(b, 'B'), uint64(x.port), uint64(x.routes), uint64(x.bytes)), flag(x.lost))
}

func (s *sender) encode(b []byte) []byte {
	b = put(append(b, 'D'), s.number, uint64(s.host), uint64(s.port))
	return putName(b, netip.AddrPortFrom(s.addr, 0))
}

// plain is an address without what does not tell hosts apart.
func plain(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}

// post remembers a datagram that the socket sent.
func (w *world) post(k uint64, to netip.AddrPort, content []byte) {
	to = plain(to)
	if to.Port() == 0 {
		return // it goes nowhere (SEND-PORT0)
	}
	w.swell(to.Port(), uint64(len(content)))
	b := box{port: to.Port()}
	if old := w.boxes.get(uint64(b.port)); old != nil {
		b = *old
	}
	if b.lost {
		return
	}
	sum := digest(content)
	l := letter{sum: sum, size: len(content)}
	if old := w.mail.get(sum[0]); old != nil {
		l = *old
	}
	from := w.sockets.get(k).number
	if slices.ContainsFunc(l.routes, func(r route) bool { return r.from == from && r.to == to }) {
		return
	}
	if b.routes == maxRoutes || l.sum != sum || l.size != len(content) {
		b.lost = true
		w.setFlag(&w.mailLost)
		putEntry(&w.key, &w.boxes, uint64(b.port), &b)
		return
	}
	if l.head == "" {
		l.head = string(content[:min(len(content), max(headSize, wholeBytes-b.bytes))])
		b.bytes += len(l.head)
	}
	b.routes++
	l.routes = append(slices.Clip(l.routes), route{from, to, w.posted})
	w.posted++
	putEntry(&w.key, &w.boxes, uint64(b.port), &b)
	putEntry(&w.key, &w.mail, sum[0], &l)
}

// loseMail gives up following datagrams, whose destination cannot be told.
func (w *world) loseMail() {
	w.setFlag(&w.mailLost)
	w.setFlag(&w.forged)
}

// noteSender keeps what is known of a datagram socket that has sent.
func (w *world) noteSender(x *socket) {
	if x.number == 0 {
		return
	}
	s := sender{number: x.number, host: x.host}
	if x.portKnown && x.bound == yes {
		s.port = x.local.Port()
	}
	if x.fixed && x.addrKnown {
		s.addr = x.local.Addr().Unmap().WithZone("")
	}
	if old := w.senders.get(s.number); old == nil || *old != s {
		putEntry(&w.key, &w.senders, s.number, &s)
	}
}

// outgoing gives the datagram that a call sends: its content and destination;
// ok is false when the destination is not known.
func (a *sendArgs) outgoing(x *socket) (content []byte, to netip.AddrPort, ok bool) {
	content = a.content()
	if a.addressed && a.to != nil {
		to, err := wsa.ParseSockaddr(a.to)
		return content, to, err == nil
	}
	return content, x.peer, x.status == connected && x.peerKnown
}

// arrival is a datagram as a call received it.
type arrival struct {
	x     *socket
	from  netip.AddrPort
	named bool // the call gave from
	size  int
	data  []byte // nil when the trace does not hold it
}

// strict reports whether everything that may arrive at the socket is known.
// Where only a part of the world is in the trace, that is so of a sender whose
// name is that of a socket in the trace.
func (w *world) strict(a *arrival) bool {
	if w.forged || w.mailLost && (!a.x.portKnown || w.boxLost(a.x.local.Port())) {
		return false
	}
	for _, f := range w.calls {
		if f.orphan && sends(f.pending) {
			return false // what it sent, and to whom, cannot be told
		}
	}
	if w.whole {
		return true
	}
	if !a.named {
		return false
	}
	for _, s := range w.senders.all {
		if s.port == a.from.Port() && w.sentAs(a, s) {
			return true
		}
	}
	return false
}

func (w *world) boxLost(port uint16) bool {
	b := w.boxes.get(uint64(port))
	return b != nil && b.lost
}

// reachable reports whether what the sender sends to the address may get to
// the socket.
func (w *world) reachable(x *socket, s *sender, to netip.AddrPort) bool {
	if x.portKnown && to.Port() != x.local.Port() {
		return false
	}
	a := to.Addr()
	return w.reaches(s.host, a, x.host) || a.IsMulticast() || a.Is4() && mayBroadcast(a) && !w.owned(a)
}

// owned reports whether a host of the trace has the address.
func (w *world) owned(a netip.Addr) bool {
	return slices.ContainsFunc(w.hosts, func(h *host) bool { return h.owns(a) })
}

// welcome reports whether the socket takes datagrams of the sender: a connected
// one takes its peer's, and those that were there before it was connected
// (RECV-PEER).
func (w *world) welcome(x *socket, s *sender, nth uint64) bool {
	if x.status != connected || !x.peerKnown || nth < x.since {
		return true
	}
	return w.isNamed(x.host, s, x.peer)
}

// sentAs reports whether the source that a call gave can be the sender's.
func (w *world) sentAs(a *arrival, s *sender) bool {
	return !a.named || w.isNamed(a.x.host, s, a.from)
}

// isNamed reports whether a host may see the sender under the name.
func (w *world) isNamed(at int, s *sender, name netip.AddrPort) bool {
	if s.port != 0 && s.port != name.Port() {
		return false
	}
	from := name.Addr().Unmap().WithZone("")
	if w.faulty {
		return true
	}
	if s.addr.IsValid() && s.addr != from && !s.addr.IsMulticast() {
		return false
	}
	return w.reaches(at, from, s.host)
}

// posting is one datagram that was or may have been sent.
type posting struct {
	content string // or its beginning
	size    int
	from    sender
	to      netip.AddrPort
	nth     uint64
}

// postings ranges over all datagrams that may have been sent, those of calls
// that have not returned included.
func (w *world) postings(yield func(*posting) bool) {
	for _, l := range w.mail.all {
		for _, r := range l.routes {
			if !yield(&posting{l.head, l.size, *w.senders.get(r.from), r.to, r.nth}) {
				return
			}
		}
	}
	w.underWay(yield)
}

// underWay ranges over what calls that have not returned may have sent.
func (w *world) underWay(yield func(*posting) bool) {
	for _, f := range w.calls {
		if f.orphan || !sends(f.pending) {
			continue
		}
		x := w.sockets.get(f.on)
		if x == nil || x.typ != wsa.SOCK_DGRAM {
			continue
		}
		args := sending(f.pending)
		content, to, ok := args.outgoing(x)
		if !ok {
			continue
		}
		s := sender{number: x.number, host: x.host}
		if x.portKnown && x.bound == yes {
			s.port = x.local.Port()
		}
		if !yield(&posting{string(content), len(content), s, plain(to), w.posted}) {
			return
		}
	}
}

func sends(c wsa.Call) bool {
	switch c.(type) {
	case wsa.SendCall, wsa.SendtoCall, wsa.WSASendCall, wsa.WSASendToCall, wsa.WSASendMsgCall, wsa.TransmitFileCall:
		return true
	}
	return false
}

// fit says how well a posting explains an arrival.
type fit uint8

const (
	fitNot  fit = iota
	fitPeer     // it would, were its sender the peer
	fitName     // it would, had it another source
	fitAll
)

// fits compares a posting with an arrival, contents aside.
func (w *world) fits(a *arrival, s *sender, to netip.AddrPort, nth uint64) fit {
	switch {
	case !w.reachable(a.x, s, to):
		return fitNot
	case !w.welcome(a.x, s, nth):
		return fitPeer
	case !w.sentAs(a, s):
		return fitName
	}
	return fitAll
}

// judgeArrival judges a datagram that was received whole.
func (w *world) judgeArrival(a *arrival) rules.ID {
	if a.size != len(a.data) {
		return ""
	}
	if a.x.raw() {
		return w.judgeRaw(a)
	}
	if !w.strict(a) {
		return ""
	}
	best := fitNot
	sum := digest(a.data)
	if l := w.mail.get(sum[0]); l != nil && l.sum == sum && l.size == a.size {
		for _, r := range l.routes {
			best = max(best, w.fits(a, w.senders.get(r.from), r.to, r.nth))
			if best == fitAll {
				return ""
			}
		}
	}
	for p := range w.underWay {
		if p.content == string(a.data) {
			best = max(best, w.fits(a, &p.from, p.to, p.nth))
		}
	}
	switch best {
	case fitAll:
		return ""
	case fitName:
		return rules.RECVFrom
	case fitPeer:
		return rules.RECVPeer
	}
	if w.cut(a) {
		return rules.RECVMsgsize
	}
	return rules.RECVContent
}

// cut reports whether the arrival is the beginning of a larger datagram.
func (w *world) cut(a *arrival) bool {
	for p := range w.postings {
		if p.size > a.size && begins(p.content, a.data) && w.fits(a, &p.from, p.to, p.nth) == fitAll {
			return true
		}
	}
	return false
}

// begins compares two beginnings of a content as far as both go.
func begins(content string, data []byte) bool {
	n := min(len(content), len(data))
	return content[:n] == string(data[:n])
}

// judgeCut judges WSAEMSGSIZE: a larger datagram must have been sent, and its
// beginning is in the buffers. a.size is their size.
func (w *world) judgeCut(a *arrival) rules.ID {
	if a.x.raw() || !w.strict(a) || w.cut(a) {
		return ""
	}
	return rules.RECVMsgsize
}

// sample is a posting of an acceptable size that may arrive at the socket. ok
// is true without one when anything may arrive.
func (w *world) sample(x *socket, size func(int) bool) (p *posting, ok bool) {
	a := &arrival{x: x}
	for p := range w.postings {
		if size(p.size) && len(p.content) == p.size && w.fits(a, &p.from, p.to, p.nth) == fitAll {
			return p, true
		}
	}
	return nil, !w.strict(a)
}

// source is an example of the name under which the socket sees the sender.
func (w *world) source(x *socket, p *posting) netip.AddrPort {
	name := netip.AddrPortFrom(p.from.addr, p.from.port)
	if p.from.port == 0 {
		name = netip.AddrPortFrom(p.from.addr, 49153)
	}
	if name.Addr().IsValid() {
		return name
	}
	if x.status == connected && x.peerKnown && w.isNamed(x.host, &p.from, x.peer) {
		return x.peer
	}
	if p.to.Addr().IsLoopback() {
		return netip.AddrPortFrom(p.to.Addr(), name.Port())
	}
	for _, a := range w.hosts[p.from.host].addrs {
		if a.Is4() == (x.family == wsa.AF_INET) {
			return netip.AddrPortFrom(a, name.Port())
		}
	}
	return netip.AddrPortFrom(p.to.Addr(), name.Port())
}

// Untracked tells what the state no longer follows because there was too much
// of it, so that whatever arrives there conforms; none for nothing.
func (s State) Untracked() []string {
	w := s.world()
	var out []string
	if w.connsLost {
		out = append(out, fmt.Sprintf("streams: more than %d ends", maxConns))
	}
	if w.bytesLost {
		out = append(out, fmt.Sprintf("streams: more than %d bytes that were not read", maxUnread))
	}
	for _, b := range w.boxes.all {
		if b.lost {
			out = append(out, fmt.Sprintf("datagrams to port %d: more than %d different ones", b.port, maxRoutes))
		}
	}
	return out
}
