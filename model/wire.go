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

// What the records of packets, negotiations and impersonation tell. They are
// facts, the same in every possible state; which socket a packet is of is
// judged in each state (packets.go).
//
// A forged packet is nobody's, so nothing is demanded of it; what it must not
// do, is to be taken. Where a record does not say which host sent a packet,
// nothing is known of it.
//
// Not modelled: resets, after whose connection its association may be gone;
// multicast and broadcast datagrams, which nothing protects; what an
// administrator's rules demand.

// How much of the wire is remembered; beyond it, what depends on it conforms.
const (
	maxWire    = 1 << 16 // connections, peers and contents, each
	maxSockets = 4096    // among which the one that connects is looked for
)

type wire struct {
	hosts  map[string]int // index in world.hosts
	agreed map[uint64]*agreement
	// renewed is which association took the place of another.
	renewed map[uint64]uint64
	conns   map[connKey]*wireConn
	// owners is the end of a connection that a socket has, by its place.
	owners map[uint64]*wireEnd
	// named is when a socket last was given a target name, met when something
	// first came from a peer, began when the last negotiation between two addresses
	// did: numbers of records.
	named map[uint64]int
	met   map[peerKey]int
	began map[[2]netip.Addr]int
	// protected are the contents that came to a port from a peer under an
	// association.
	protected map[peerKey]map[Key]bool
	acts      map[int]string // by thread: for whom it acts
	full      bool
	// ahead are the states that the call aheadOf leads to at once.
	ahead   []State
	aheadOf *openCall
}

// agreement is a security association.
type agreement struct {
	*trace.Agreement
	initiator string // the host; the other is Agreement.Peer
	began     int    // number of a record
	deleted   bool
	conns     []*wireConn // that it protects or protected
}

// connKey is the two ends of a connection, in order; host tells apart those of
// a host with itself.
type connKey struct {
	a, b netip.AddrPort
	host string
}

// peerKey is who sends datagrams to a port of a host.
type peerKey struct {
	host     string
	from, at netip.AddrPort
}

// wireConn is a connection as its packets show it.
type wireConn struct {
	client, server wireEnd
	sas            []uint64 // that protected it, in order
	sent           bool     // the connection has carried a packet of both ends
	last           string   // the protection of the last packet
}

// wireEnd is one end: which sockets it may be, and so what they demand.
type wireEnd struct {
	conn    *wireConn
	owner   uint64 // the place of its socket, 0 when not known
	host    string
	addr    netip.AddrPort
	demands []demand
}

// demand is what one socket may be held to.
type demand struct {
	sec   security
	names string // "" for none, "*" when unclear
	key   uint64 // the place of the socket, 0 when not known
}

func newWire() *wire {
	return &wire{
		hosts: make(map[string]int), agreed: make(map[uint64]*agreement), renewed: make(map[uint64]uint64), conns: make(map[connKey]*wireConn), owners: make(map[uint64]*wireEnd),
		named: make(map[uint64]int), met: make(map[peerKey]int), began: make(map[[2]netip.Addr]int),
		protected: make(map[peerKey]map[Key]bool), acts: make(map[int]string),
	}
}

func connOf(r *trace.Record, from, to netip.AddrPort) connKey {
	k := connKey{a: from, b: to}
	if to.Compare(from) < 0 {
		k.a, k.b = to, from
	}
	if from.Addr().IsLoopback() {
		k.host = r.Host
	}
	return k
}

func addrPair(a, b netip.Addr) [2]netip.Addr {
	if b.Less(a) {
		a, b = b, a
	}
	return [2]netip.Addr{a, b}
}

// negotiated remembers what was agreed on.
func (x *wire) negotiated(r *trace.Record) {
	from, err := netip.ParseAddrPort(r.From)
	to, err2 := netip.ParseAddrPort(r.To)
	if r.Agreement == nil || err != nil || err2 != nil {
		return
	}
	k := addrPair(plain(from).Addr(), plain(to).Addr())
	if r.Agreement.Outcome == "secured" && r.Agreement.QMID != 0 {
		x.agreed[r.Agreement.QMID] = &agreement{Agreement: r.Agreement, initiator: r.Host, began: x.began[k]}
		if r.Agreement.Renews != 0 {
			x.renewed[r.Agreement.Renews] = r.Agreement.QMID
		}
	}
	delete(x.began, k)
}

// names are the principals that the peer of a host proved; users and computers
// are its accounts.
func (a *agreement) peerOf(host string) (names, accounts []string) {
	if host == a.initiator {
		names, accounts = append(names, a.ResponderNames...), append(accounts, a.Responder, a.ResponderUser)
	}
	if host == a.Peer {
		names, accounts = append(names, a.InitiatorNames...), append(accounts, a.Initiator, a.InitiatorUser)
	}
	return names, accounts
}

// proves reports whether the peer of a host proved to be the principal.
func (a *agreement) proves(host, name string) bool {
	names, accounts := a.peerOf(host)
	certified := a.Method == "certificate"
	return slices.ContainsFunc(append(names, accounts...), func(n string) bool {
		return n != "" && (strings.EqualFold(n, name) || certified && certifies(n, name))
	})
}

// certifies reports whether a certificate for the computer of one service name
// is one for that of another: the class of the service does not matter, and a
// leftmost "*" stands for one label (RFC 6125 6.4.3).
func certifies(shown, name string) bool {
	_, shown, _ = strings.Cut(strings.ToLower(shown), "/")
	_, name, _ = strings.Cut(strings.ToLower(name), "/")
	if rest, wild := strings.CutPrefix(shown, "*."); wild {
		label, of, _ := strings.Cut(name, ".")
		return label != "" && of == rest
	}
	return shown != "" && shown == name
}

// since lists the association and those that took its place.
func (x *wire) since(sa uint64) (list []*agreement) {
	for a := x.agreed[sa]; a != nil && len(list) <= len(x.agreed); a = x.agreed[x.renewed[a.QMID]] {
		list = append(list, a)
	}
	return list
}

// packetFault is what is wrong with a packet.
type packetFault struct {
	rule rules.ID
	text string
}

// judge holds a packet against what a socket demands; the host is the socket's.
// known is when the peer was first heard of: names that were set later count
// for the next association only (rule PTN-BEFORE).
func (x *wire) judge(d *demand, p *trace.Packet, host string, known int) (f packetFault) {
	a := x.agreed[p.SA]
	switch {
	case !d.sec.on:
	case p.Protection == "" && d.sec.guarantee:
		return packetFault{rules.SECGuarantee, "is in clear, and its socket has GUARANTEE_ENCRYPTION"}
	case p.Protection == "" && !d.sec.allowInsecure:
		return packetFault{rules.SECNoclear, "is in clear, and its socket does not allow that"}
	case d.sec.guarantee && p.Protection != "encrypted":
		return packetFault{rules.SECGuarantee, "is not encrypted, and its socket has GUARANTEE_ENCRYPTION"}
	case d.names == "" || d.names == "*" || d.sec.optional || a == nil || p.Protection == "":
	case d.key != 0 && x.named[d.key] >= known:
	case !a.proves(host, d.names):
		names, _ := a.peerOf(host)
		return packetFault{rules.SECSpn, fmt.Sprintf("is of a socket whose peer must be %q, and its association %d is with one that proves %q", d.names, p.SA, names)}
	}
	return packetFault{}
}

// association judges what a packet says of its protection, whoever sent it.
func (x *wire) association(p *trace.Packet) packetFault {
	if p.Protection == "" || strings.Contains(p.Flags, "RST") {
		return packetFault{}
	}
	a := x.agreed[p.SA]
	switch {
	case a == nil:
		return packetFault{rules.SECNoclear, fmt.Sprintf("is under association %d, which no negotiation has come to", p.SA)}
	case a.deleted:
		return packetFault{rules.SECCleanup, fmt.Sprintf("is under association %d, which has been deleted", p.SA)}
	case (p.Protection == "encrypted") != a.Encrypted:
		return packetFault{rules.QSSFlags, fmt.Sprintf("is %s under association %d, which was agreed on otherwise", p.Protection, p.SA)}
	}
	return packetFault{}
}

// actsFor judges for whom a thread acts, where the trace says so.
func (x *wire) actsFor(r *trace.Record, call wsa.Call) (rules.ID, string) {
	if r.Kind == trace.Returned && r.Return.Err == 0 && r.Return.Failure == "" {
		switch call.(type) {
		case wsa.WSAImpersonateSocketPeerCall:
			if r.As != "" {
				x.acts[r.TID] = r.As
			}
		case wsa.WSARevertImpersonationCall:
			delete(x.acts, r.TID)
			if r.As != "" {
				return rules.RVIEffect, fmt.Sprintf("the thread acts as %q after it has reverted", r.As)
			}
		}
	}
	if was := x.acts[r.TID]; was != r.As {
		x.acts[r.TID] = r.As
		if r.As == "" {
			delete(x.acts, r.TID)
		}
		return rules.ISPToken, fmt.Sprintf("the thread acts as %q; by its own calls it would act as %q", r.As, was)
	}
	return "", ""
}
