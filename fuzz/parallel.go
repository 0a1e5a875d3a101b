package fuzz

import (
	"fmt"
	"net/netip"
	"slices"

	"pgregory.net/rapid"

	"wsasim/wsa"
)

// Script is what one thread does: calls that are drawn before anything runs.
// Descriptors in them are slots, which stand for an open socket of the process
// at the time of the call.
type Script struct {
	Actor int        // index of the thread, in the order of making
	Calls []wsa.Call // in order
	// Routine is what each routine calls that QueueUserAPC queues.
	Routine []wsa.Call
}

// String lists the calls.
func (s Script) String() string {
	text := fmt.Sprintf("thread %d:", s.Actor+1)
	if len(s.Routine) > 0 {
		text += fmt.Sprintf(" (routine: %v)", s.Routine)
	}
	for _, c := range s.Calls {
		text += "\n  " + Step{Actor: s.Actor, Call: c}.String()
	}
	return text
}

// slotBase is the first descriptor that is a slot; no world comes to issue it.
const slotBase wsa.SOCKET = 1 << 28

// The slots. What a slot stands for when no socket is open is a descriptor that
// is none.
const (
	newest  = slotBase + 4*iota // the socket made last
	oldest                      // the one made first, often the listener
	second                      // the one before the newest
	closed                      // one that was closed
	endSlot                     // not a slot
)

// slotPool is the pool that scripts are drawn from.
func slotPool(s Setup) *Pool {
	p := &Pool{Sockets: []wsa.SOCKET{newest, oldest, second, newest}, Closed: []wsa.SOCKET{closed}, SPNs: spns, Events: []wsa.HANDLE{newestEvent, oldestEvent}}
	for _, h := range s.Hosts {
		p.Hosts = append(p.Hosts, h.Addrs...)
	}
	return p
}

// resolve is the socket that a slot stands for.
func (p *Pool) resolve(s wsa.SOCKET) wsa.SOCKET {
	n := len(p.Sockets)
	switch {
	case s < slotBase || s >= endSlot:
		return s
	case s == closed && len(p.Closed) > 0:
		return p.Closed[len(p.Closed)-1]
	case s == closed || n == 0:
		return 0
	case s == oldest:
		return p.Sockets[0]
	case s == second && n > 1:
		return p.Sockets[n-2]
	}
	return p.Sockets[n-1]
}

// DrawScripts draws a script for each thread of the world.
func DrawScripts(t *rapid.T, s Setup) []Script {
	g := source{t: t, p: slotPool(s)}
	threads := 0
	for _, h := range s.Hosts {
		for _, n := range h.Threads {
			threads += n
		}
	}
	var list []Script
	for i := range threads {
		roles := []func(source, Setup) []wsa.Call{source.client, source.server, source.peer, source.wanderer}
		calls := []wsa.Call{wsa.WSAStartupCall{Version: 0x0202}}
		for range 1 + g.upTo(2, "roles") {
			calls = append(calls, pick(g, "role", roles...)(g, s)...)
		}
		list = append(list, Script{Actor: i, Calls: g.interrupted(calls), Routine: g.routine()})
	}
	return list
}

// interrupted puts calls of any kind between those of a script.
func (g source) interrupted(calls []wsa.Call) []wsa.Call {
	var out []wsa.Call
	for _, c := range calls {
		out = append(out, c)
		if g.once(6, "interrupted") {
			out = append(out, g.call())
		}
	}
	return out
}

// at is an address of one of the hosts with a port that servers listen on.
func (g source) at(family int32) wsa.Bytes {
	addr := pick(g, "host", slices.DeleteFunc(slices.Clone(g.p.Hosts), func(a netip.Addr) bool {
		return a.Is4() != (family == wsa.AF_INET)
	})...)
	return wsa.Sockaddr(netip.AddrPortFrom(addr, pick(g, "port", uint16(5000), 5001)))
}

func anyAddress(family int32, port uint16) wsa.Bytes {
	if family == wsa.AF_INET {
		return wsa.Sockaddr(netip.AddrPortFrom(netip.IPv4Unspecified(), port))
	}
	return wsa.Sockaddr(netip.AddrPortFrom(netip.IPv6Unspecified(), port))
}

// opening makes a socket of the kind, now and then secured.
func (g source) opening(family, typ int32) []wsa.Call {
	calls := []wsa.Call{wsa.SocketCall{Family: family, Type: typ}}
	if g.once(3, "secured") {
		calls = append(calls, wsa.WSASetSocketSecurityCall{S: newest})
	}
	if g.once(4, "named") {
		name := wsa.PeerTargetName{Name: pick(g, "spn", g.p.SPNs...)}
		b, err := name.AppendBinary(nil)
		if err != nil {
			panic("fuzz: " + err.Error())
		}
		calls = append(calls, wsa.WSASetSocketPeerTargetNameCall{S: newest, PeerTargetName: b})
	}
	return calls
}

// client connects, sends, receives and closes.
func (g source) client(Setup) []wsa.Call {
	family := g.family()
	calls := append(g.opening(family, wsa.SOCK_STREAM), wsa.ConnectCall{S: newest, Name: g.at(family)})
	return append(append(calls, g.conversation()...), wsa.ClosesocketCall{S: newest})
}

// conversation draws transfers on the newest socket.
func (g source) conversation() []wsa.Call {
	var calls []wsa.Call
	for range g.upTo(6, "transfers") {
		switch g.upTo(5, "transfer") {
		case 0, 1:
			calls = append(calls, wsa.SendCall{S: newest, Buf: g.payload()})
		case 2, 3:
			calls = append(calls, wsa.RecvCall{S: newest, Buf: g.room()})
		case 4:
			calls = append(calls, wsa.ShutdownCall{S: newest, How: g.how()})
		case 5:
			calls = append(calls, g.query())
		}
	}
	return calls
}

// server listens, and serves as many clients as there is patience for.
func (g source) server(Setup) []wsa.Call {
	family := g.family()
	calls := g.opening(family, wsa.SOCK_STREAM)
	calls = append(calls,
		wsa.BindCall{S: newest, Name: anyAddress(family, pick(g, "port", uint16(5000), 5001))},
		wsa.ListenCall{S: newest, Backlog: g.backlog()})
	for range 1 + g.upTo(2, "clients") {
		calls = append(calls, wsa.AcceptCall{S: oldest, Addr: wsa.NULL})
		calls = append(calls, g.conversation()...)
		calls = append(calls, wsa.ClosesocketCall{S: newest})
	}
	return append(calls, wsa.ClosesocketCall{S: oldest})
}

// peer sends and receives datagrams, with a time-out so that it ends.
func (g source) peer(Setup) []wsa.Call {
	family := g.family()
	calls := append(g.opening(family, wsa.SOCK_DGRAM),
		wsa.SetsockoptCall{S: newest, Level: wsa.SOL_SOCKET, Optname: wsa.SO_RCVTIMEO, Optval: []byte{100, 0, 0, 0}},
		wsa.BindCall{S: newest, Name: anyAddress(family, pick(g, "port", uint16(5000), 5001))})
	for range g.upTo(6, "datagrams") {
		if g.once(2, "receive") {
			n := int32(28)
			calls = append(calls, wsa.RecvfromCall{S: newest, Buf: g.room(), From: 28, Fromlen: &n})
		} else {
			calls = append(calls, wsa.SendtoCall{S: newest, Buf: g.payload(), To: g.at(family)})
		}
	}
	return calls
}

// wanderer makes any calls.
func (g source) wanderer(Setup) []wsa.Call {
	var calls []wsa.Call
	for range g.upTo(12, "calls") {
		calls = append(calls, g.call())
	}
	return calls
}

// Parallel runs the scripts at the same time in a world of the setup: each in
// its thread, under the virtual clock, which makes the order of events a
// function of the setup and the scripts. Threads that come to wait for each
// other for ever are told so and go on.
func Parallel(s Setup, scripts []Script) *Machine {
	m := Start(s)
	for _, script := range scripts {
		m.World.Spawn(m.actors[script.Actor].thread, func() {
			for _, c := range script.Calls {
				if m.Violation == nil {
					m.Do(Step{Actor: script.Actor, Call: c, Routine: script.Routine})
				}
			}
		})
	}
	// A deadlock is no fault: two servers may well wait for each other.
	_ = m.World.Run()
	return m
}
