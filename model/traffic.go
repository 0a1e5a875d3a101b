package model

import (
	"net/netip"
	"slices"
	"strings"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// How a connection may be protected follows from both of its ends. The other
// end is found by address and port among the ends that ever existed; where it
// is not in the trace, only this end's wishes count.
//
// Not modelled: policies of hosts, which are not in a trace (SEC-CONFLICT);
// State.AllowPolicies loosens what depends on their absence.

// linkTo gives the ways in which the stream that x connects may be protected;
// none: it must not be established.
func (w *world) linkTo(x *socket) links {
	me := endpoint{kind: endClient, host: x.host, sec: x.sec, names: x.streamNames()}
	return w.link(me, func(e endpoint) bool {
		return e.kind == endListener && (e.port == 0 || e.port == x.peer.Port()) && w.reaches(x.host, x.peer.Addr(), e.host)
	})
}

// linkFrom is linkTo for an accepted connection.
func (w *world) linkFrom(x *socket) links {
	me := endpoint{kind: endListener, host: x.host, sec: x.sec, names: x.streamNames()}
	return w.link(me, func(e endpoint) bool {
		if e.kind != endClient || x.portKnown && e.port != x.local.Port() {
			return false
		}
		return !x.peerKnown || w.reaches(x.host, x.peer.Addr(), e.host)
	})
}

// reaches reports whether a packet from the host to the address may get to
// the other host.
func (w *world) reaches(from int, to netip.Addr, other int) bool {
	if to.IsLoopback() || to.IsUnspecified() {
		return from == other
	}
	return w.faulty || w.hosts[other].owns(to)
}

// link joins what is possible with each end that may be the peer.
func (w *world) link(me endpoint, peer func(endpoint) bool) links {
	var out links
	found := false
	for _, e := range w.ends {
		if peer(e) {
			found = true
			out |= w.between(me, e)
		}
	}
	if !found {
		return w.alone(me.sec)
	}
	return out
}

// mayInsist reports whether the peer of an attempt may be one that refuses clear
// text: a secured listener, or a host that is not in the trace.
func (w *world) mayInsist(x *socket) bool {
	if w.policies || w.faulty {
		return true
	}
	traced := false
	for i := range w.hosts {
		traced = traced || w.reaches(x.host, x.peer.Addr(), i)
	}
	if !traced {
		return true
	}
	return slices.ContainsFunc(w.ends, func(e endpoint) bool { return e.kind == endListener && e.sec.on })
}

// alone is what one end's wishes allow with a peer that is not known.
func (w *world) alone(c security) links {
	switch {
	case !c.on && w.policies:
		return linkAny
	case !c.on:
		return linkClear
	case c.guarantee:
		return linkEncrypted
	case c.allowInsecure:
		return linkAny
	}
	return linkSecured | linkEncrypted
}

// between is the negotiation of two ends.
func (w *world) between(a, b endpoint) links {
	if w.policies {
		return w.alone(a.sec) & w.alone(b.sec)
	}
	if !a.sec.on && !b.sec.on {
		return linkClear
	}
	var out links
	if clear(a.sec) && clear(b.sec) {
		out = linkClear
	}
	if !a.sec.on || !b.sec.on || !w.proves(a, b) || !w.proves(b, a) {
		return out
	}
	if a.sec.guarantee || b.sec.guarantee {
		return linkEncrypted | out
	}
	out |= linkSecured
	if a.sec.custom || b.sec.custom {
		out |= linkEncrypted
	}
	return out
}

// clear reports whether the end puts up with clear text.
func clear(c security) bool { return !c.on || c.allowInsecure && !c.guarantee }

// proves reports whether the end can be the principal that the other wants.
func (w *world) proves(end, other endpoint) bool {
	h := w.hosts[end.host]
	if !h.hasCredential() && !end.sec.custom {
		return false
	}
	if other.names == "" || other.names == "*" || other.sec.optional || other.sec.raw || end.sec.custom {
		return true
	}
	return slices.Contains(h.principals, other.names)
}

// streamNames is the target name for a stream's next peer: "" for none, "*"
// when it is not clear what the system made of the names.
func (x *socket) streamNames() string {
	switch {
	case len(x.names) == 0:
		return ""
	case len(x.names) == 1 && !x.names[0].unclear && !x.names[0].peer.IsValid():
		return x.names[0].name
	}
	return "*"
}

// refusal names the rule by which no connection may come about.
func (w *world) refusal(x *socket) rules.ID {
	switch {
	case x.sec.guarantee:
		return rules.SECGuarantee
	case len(x.names) > 0:
		return rules.SECSpn
	}
	return rules.SECNoclear
}

// heardFrom judges a datagram that x received from the address.
func (w *world) heardFrom(x *socket, from netip.AddrPort) rules.ID {
	if !x.sec.on || x.sec.allowInsecure || x.sec.first || w.policies {
		return ""
	}
	me := endpoint{kind: endDatagram, host: x.host, sec: x.sec}
	for _, n := range x.names {
		if n.peer == from && !n.unclear {
			me.names = n.name
		}
	}
	found, allowed := false, false
	for _, e := range w.ends {
		if e.kind != endDatagram || e.port != 0 && e.port != from.Port() || !w.reaches(x.host, from.Addr(), e.host) {
			continue
		}
		found = true
		allowed = allowed || w.between(me, e) != 0
	}
	if !found || allowed {
		return ""
	}
	if me.names != "" {
		return rules.SECSpn
	}
	return rules.SECNoclear
}

// lowerName is a target name as principals are compared.
func lowerName(utf16 []byte) string { return strings.ToLower(wsa.DecodeUTF16(utf16)) }
