package sim

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"wsasim/sim/ale"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// Packet is a packet on its way, as a Hook sees it.
type Packet struct {
	trace.Packet
	From, To netip.AddrPort
	// FromHost sent it; ToHost is the host that has its address, nil for none.
	FromHost, ToHost *Host

	sa      *association // what it is protected under; nil in clear
	side    int          // which end of that sent it
	seq     uint64       // its number there; 0 for none
	altered bool         // a hook changed it
	traced  bool         // it is in the trace already, as one for several hosts
	spread  bool         // one copy of a broadcast
	ttl     uint8        // the hop limit, as far as routers look at it; 0 where they do not
	// expired runs at the sender when a router says that the hop limit was too
	// small; nil for nobody.
	expired func(router netip.Addr)
}

// Verdict is what a Hook does to a packet. The zero Verdict lets it pass.
type Verdict struct {
	// Drop loses the packet; nothing else counts then.
	Drop bool
	// Delay is added to the time it takes.
	Delay time.Duration
	// Data takes the place of its payload, unless nil. Under protection, and
	// in a keying message, the receiver finds out and drops the packet.
	Data []byte
	// Redirect brings it to another host, whatever its address says.
	Redirect *Host
	// Replay sends copies after each of these times.
	Replay []time.Duration
	// Note says in the trace what was done, "" for a text of the world's own.
	Note string
}

// Hook judges each packet that a host sends, loopback included. It is called
// with the world locked: it must be quick and must not call the world or a
// thread. A segment of a stream that is sent again is judged again.
type Hook func(p *Packet) Verdict

type hook struct {
	name string
	id   int
	f    Hook
}

// Intercept lets a hook judge every packet from now on. Hooks are asked in the
// order in which they were added, and each sees what those before it left;
// the first that drops the packet ends the asking. remove takes it away.
func (w *World) Intercept(name string, h Hook) (remove func()) {
	defer w.unlockAfter(w.lock())
	w.lastHook++
	id := w.lastHook
	w.hooks = append(slices.Clip(w.hooks), hook{name, id, h})
	w.fault("%s intercepts packets", name)
	return func() {
		defer w.unlockAfter(w.lock())
		w.hooks = slices.DeleteFunc(slices.Clone(w.hooks), func(h hook) bool { return h.id == id })
		w.fault("%s no longer intercepts packets", name)
	}
}

// ask lets the hooks judge a packet and joins their verdicts; done is what they
// did, in words. It changes the payload of p when they do.
func (w *World) ask(p *Packet) (all Verdict, done []string) {
	for _, h := range w.hooks {
		var v Verdict
		w.outside(func() { v = h.f(p) })
		if what := v.what(p); what != "" {
			if v.Note != "" {
				what = v.Note
			}
			done = append(done, h.name+": "+what)
		}
		if v.Drop {
			all.Drop = true
			return all, done
		}
		if v.Data != nil {
			p.Data, p.altered = v.Data, true
		}
		all.Delay += v.Delay
		all.Replay = append(all.Replay, v.Replay...)
		if v.Redirect != nil {
			all.Redirect, p.ToHost = v.Redirect, v.Redirect
		}
	}
	return all, done
}

// what says what a verdict does, "" for nothing.
func (v *Verdict) what(p *Packet) string {
	switch {
	case v.Drop:
		return "drops a packet"
	case v.Data != nil:
		return fmt.Sprintf("changes %d bytes to %d", len(p.Data), len(v.Data))
	case v.Redirect != nil:
		return "brings a packet to " + v.Redirect.cfg.Name
	case len(v.Replay) > 0:
		return "will replay a packet"
	case v.Delay > 0:
		return fmt.Sprintf("delays a packet by %v", v.Delay)
	}
	return ""
}

// DropCounts counts what a host's security dropped of what arrived.
type DropCounts struct {
	// Integrity counts packets that were changed on their way, Replay those
	// that had arrived before, ClearText those that were in clear and should
	// not have been, Unknown those under an association that the host does
	// not have or that does not do for the socket.
	Integrity, Replay, ClearText, Unknown int
}

// Dropped is what the host's security has dropped so far.
func (h *Host) Dropped() DropCounts {
	defer h.world.unlockAfter(h.world.lock())
	return h.dropped
}

// drop counts and traces a packet that the host's security does not let in.
func (h *Host) drop(count *int, p *Packet, why ale.Winerr) {
	*count++
	h.world.event("%s drops a packet: %v (%s %s from %v to %v)", h.cfg.Name, why, p.Protocol, p.Flags, p.From, p.To)
}

// genuine reports whether a packet that arrived is what was sent. In clear
// nobody can tell.
func (w *World) genuine(at *Host, p *Packet) bool {
	if p.altered && (p.sa != nil || p.Protocol == "ike") {
		at.drop(&at.dropped.Integrity, p, ale.IPsecIntegrity)
		return false
	}
	return true
}

// Forge sends a datagram in clear from a host under any source address, as an
// attacker may who can write packets himself.
func (w *World) Forge(from *Host, src, dst netip.AddrPort, data []byte) {
	defer w.unlockAfter(w.lock())
	to := from.target(dst.Addr())
	if w.trace != nil {
		w.emit(&trace.Record{Kind: trace.Fault, Host: from.cfg.Name, Note: fmt.Sprintf("%s forges a datagram from %v to %v", from.cfg.Name, src, dst)})
	}
	p := trace.Packet{Protocol: "udp", Data: slices.Clone(data), Forged: true}
	w.carry(from, to, Packet{Packet: p, From: src, To: dst}, func(at *Host, p *Packet) {
		w.deliver(nil, at, [][]byte{p.Data}, p)
	})
}

// ForgeReset ends the connection between two addresses by a forged reset, which is
// in clear: a protected connection does not notice.
func (w *World) ForgeReset(from *Host, src, dst netip.AddrPort) {
	defer w.unlockAfter(w.lock())
	p := Packet{Packet: trace.Packet{Protocol: "tcp", Flags: "RST", Forged: true}, From: src, To: dst}
	w.carry(from, from.target(dst.Addr()), p, func(at *Host, p *Packet) {
		s := at.connection(dst, src)
		switch {
		case s == nil:
		case s.sa != nil:
			at.drop(&at.dropped.ClearText, p, ale.IPsecClearTextDropped)
		default:
			s.wasReset()
		}
	})
}

// connection is the host's end of the connection between two addresses, nil
// for none.
func (h *Host) connection(local, remote netip.AddrPort) *stream {
	for _, p := range h.processes {
		for _, s := range p.handles.sockets() {
			if c := s.stream; c != nil && c.local == local && c.remote == remote {
				return c
			}
		}
	}
	return nil
}

// MoveAddress gives an address that a host has, or nobody, to another host:
// what is sent to it from now on goes there, and new connections are made
// with the new owner. Connections of the former owner stay, as segments carry
// what no other host could make up. The error says why the address is none.
func (w *World) MoveAddress(a netip.Addr, to *Host) error {
	defer w.unlockAfter(w.lock())
	a = a.WithZone("")
	if !usable(a) {
		return fmt.Errorf("sim: %v cannot be an address of host %q", a, to.cfg.Name)
	}
	from := w.addresses.host(a)
	if from != nil && from != to {
		from.cfg.Addrs = slices.DeleteFunc(from.cfg.Addrs, func(b netip.Addr) bool { return b.WithZone("") == a })
	}
	if w.trace != nil && from != to {
		note := fmt.Sprintf("address %v comes to %s", a, to.cfg.Name)
		if from != nil {
			note = fmt.Sprintf("address %v moves from %s to %s", a, from.cfg.Name, to.cfg.Name)
		}
		w.emit(&trace.Record{Kind: trace.Fault, Host: to.cfg.Name, Addrs: []string{a.String()}, Note: note})
	}
	if w.addresses.host(a) != to {
		to.cfg.Addrs = append(to.cfg.Addrs, a)
	}
	w.addresses.set(a, to)
	return nil
}

// usable reports whether a host can have an address.
func usable(a netip.Addr) bool {
	return a.IsValid() && !a.IsUnspecified() && !a.IsLoopback() && !a.IsMulticast() && !a.Is4In6() && a != broadcast
}

// compareGUID orders keys.
func compareGUID(a, b wsa.GUID) int { return slices.Compare(a[:], b[:]) }
