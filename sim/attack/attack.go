// Package attack sets up attackers in a simulated world, to see what the secure
// socket extensions protect from and what not. Each of them does what somebody
// could do who has that place in a real network, and nothing more: no attacker
// can read or make up what is protected, or prove to be somebody else.
//
//   - [TakeOver]: a host that answers in another's place, at its address.
//   - [Poison]: a name that resolves to the attacker's address.
//   - [Relay]: a host between client and server that hands on what each says,
//     and reads along. With a credential of the domain it is the trusted man
//     in the middle, which encryption alone does not keep out and a peer target
//     name does. Without, it can only ever speak in clear.
//   - [Downgrade]: loses keying messages, so that both ends believe that the
//     other cannot negotiate, and ALLOW_INSECURE lets them talk in clear.
//   - [Tamper] and [Replay]: change packets on their way, and send them again.
//   - World.Forge and World.ForgeReset make packets up.
//
// An attack ends when the function that began it says how: by the stop function
// that it returns, or by Stop.
package attack

import (
	"fmt"
	"net/netip"
	"time"

	"wsasim/sim"
)

// TakeOver gives an address to the attacker, as forged answers to ARP or a rogue
// route would. What is sent there from now on, new connections among it, ends
// at the attacker.
func TakeOver(w *sim.World, a netip.Addr, attacker *sim.Host) error {
	if err := w.MoveAddress(a, attacker); err != nil {
		return fmt.Errorf("attack: %w", err)
	}
	return nil
}

// Poison makes a name resolve to the attacker's addresses; restore makes it
// what it was before, its aliases and canonical name included.
func Poison(w *sim.World, name string, attacker *sim.Host) (restore func()) {
	return w.OverrideName(name, attacker.Addrs()...)
}

// Filter selects packets. A zero field selects everything.
type Filter struct {
	From, To *sim.Host // between which hosts
	Protocol string    // "tcp", "udp", "icmp" or "ike"
	Data     bool      // only packets with a payload
}

func (f Filter) selects(p *sim.Packet) bool {
	return (f.From == nil || f.From == p.FromHost) && (f.To == nil || f.To == p.ToHost) &&
		(f.Protocol == "" || f.Protocol == p.Protocol) && (!f.Data || len(p.Data) > 0)
}

// Downgrade loses every keying message between two hosts, in both directions;
// nil hosts are any.
func Downgrade(w *sim.World, a, b *sim.Host) (stop func()) {
	there, back := Filter{From: a, To: b, Protocol: "ike"}, Filter{From: b, To: a, Protocol: "ike"}
	return w.Intercept("downgrade", func(p *sim.Packet) sim.Verdict {
		return sim.Verdict{Drop: there.selects(p) || back.selects(p)}
	})
}

// Tamper changes the payload of packets. change is called with the world locked
// and must not write to what it is given; nil leaves the packet alone. Of
// protected packets it sees what the sender sent, since nothing is encrypted
// here; the receiver drops what was changed.
func Tamper(w *sim.World, f Filter, change func(data []byte) []byte) (stop func()) {
	return w.Intercept("tamper", func(p *sim.Packet) sim.Verdict {
		if !f.selects(p) {
			return sim.Verdict{}
		}
		return sim.Verdict{Data: change(p.Data)}
	})
}

// Replay sends packets a second time after a while.
func Replay(w *sim.World, f Filter, after time.Duration) (stop func()) {
	return w.Intercept("replay", func(p *sim.Packet) sim.Verdict {
		if !f.selects(p) {
			return sim.Verdict{}
		}
		return sim.Verdict{Replay: []time.Duration{after}}
	})
}
