package sim_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"wsasim/sim"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// fates lists the packets of a protocol that carry data or are resets, as
// "sender flags seq -> receiver marks: note".
func (r *recorder) fates(protocol string) (list []string) {
	for _, x := range r.records {
		p := x.Packet
		if x.Kind != trace.PacketSent || p.Protocol != protocol || len(p.Data) == 0 && !strings.Contains(p.Flags, "RST") {
			continue
		}
		text := fmt.Sprintf("%s %s %d -> %s", x.Host, p.Flags, p.Seq, p.At)
		for _, mark := range []struct {
			on   bool
			text string
		}{{p.Lost, "lost"}, {p.Forged, "forged"}, {p.Altered, fmt.Sprintf("altered to %q", p.Instead)}} {
			if mark.on {
				text += " " + mark.text
			}
		}
		if x.Note != "" {
			text += ": " + x.Note
		}
		list = append(list, text)
	}
	return list
}

func expectFates(t *testing.T, r *recorder, protocol string, want ...string) {
	t.Helper()
	if got := strings.Join(r.fates(protocol), "\n"); got != strings.Join(want, "\n") {
		t.Errorf("the packets are\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

// fated is two hosts and the record of their packets.
func fated(t *testing.T) (*sim.World, *recorder, [2]*sim.Host) {
	r := &recorder{}
	w := sim.New(sim.Config{Clock: sim.VirtualTime, Trace: r.record})
	t.Cleanup(w.Close)
	return w, r, [2]*sim.Host{w.MustHost("a", "10.0.0.1"), w.MustHost("b", "10.0.0.2")}
}

// TestFatesOfDatagrams: a packet's record says who sent it, where it comes to,
// and what the network and attackers did to it.
func TestFatesOfDatagrams(t *testing.T) {
	w, r, hosts := fated(t)
	th := hosts[0].NewThread()
	s := must[wsa.SOCKET](t)(th.Socket(wsa.AF_INET, wsa.SOCK_DGRAM, 0))
	send := func(text, to string) { must[int](t)(th.Sendto(s, []byte(text), 0, addr(to))) }
	send("arrives", "10.0.0.2:53")
	send("nobody", "10.0.0.9:53")
	w.Partition(hosts[:1])
	send("cut", "10.0.0.2:53")
	w.Heal()
	w.SetLinks(hosts[0], hosts[1], sim.Link{Loss: 1})
	send("lost", "10.0.0.2:53")
	w.SetLinks(hosts[0], hosts[1], sim.Link{})
	one := func(v sim.Verdict) {
		remove := w.Intercept("x", func(p *sim.Packet) sim.Verdict {
			if p.Protocol != "udp" {
				return sim.Verdict{}
			}
			return v
		})
		send("hooked", "10.0.0.2:53")
		remove()
		ok(t, w.Sleep(2*time.Second))
	}
	one(sim.Verdict{Drop: true})
	one(sim.Verdict{Data: []byte("other")})
	one(sim.Verdict{Redirect: hosts[0]})
	one(sim.Verdict{Replay: []time.Duration{time.Second}})
	w.Forge(hosts[1], netip.MustParseAddrPort("10.0.0.7:1"), netip.MustParseAddrPort("10.0.0.1:2"), []byte("made up"))
	expectFates(t, r, "udp",
		"a  0 -> b",
		"a  0 ->  lost: nobody has the address",
		"a  0 ->  lost: the network is partitioned",
		"a  0 ->  lost",
		"a  0 ->  lost: x: drops a packet",
		`a  0 -> b altered to "other": x: changes 6 bytes to 5`,
		"a  0 -> a: x: brings a packet to a",
		"a  0 -> b: x: will replay a packet",
		"  0 -> b forged: a copy of an earlier packet",
		"b  0 -> a forged",
	)
}

// TestFatesOfSegments: what TCP sends again is in the trace again, with the same
// number, and when it leaves.
func TestFatesOfSegments(t *testing.T) {
	w, r, hosts := fated(t)
	client, server := hosts[0].NewThread(), hosts[1].NewThread()
	c, s := joined(t, client, server)
	must[int](t)(client.Send(c, []byte("12345"), 0))
	w.Partition(hosts[:1])
	must[int](t)(client.Send(c, []byte("678"), 0))
	must[int](t)(client.Send(c, []byte("90"), 0))
	ok(t, w.Sleep(10*time.Millisecond))
	w.Heal()
	ok(t, w.Sleep(time.Minute))
	w.ForgeReset(hosts[1], netip.MustParseAddrPort("10.0.0.2:80"), netip.MustParseAddrPort("10.0.0.1:1"))
	ok(t, server.Closesocket(s)) // with data unread: a reset
	expectFates(t, r, "tcp",
		"a PSH ACK 1 -> b",
		"a PSH ACK 6 ->  lost",
		"a PSH ACK 6 -> b",
		"a PSH ACK 9 -> b",
		"b RST 0 -> a forged",
		"b RST ACK 1 -> a",
	)
}
