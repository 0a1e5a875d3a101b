// Package sim is a Winsock that exists only in memory: worlds of hosts,
// processes and threads joined by a simulated network, on which real client
// code runs, on any system, and meets the errors that Windows would give.
//
// # The loop
//
//	w := sim.New(sim.Config{})                       // package time, no trace
//	server := w.MustHost("server", "10.0.0.2").NewThread()
//	client := w.MustHost("client", "10.0.0.1").NewThread()
//	s, err := client.Socket(wsa.AF_INET, wsa.SOCK_STREAM, wsa.IPPROTO_TCP)
//	err = client.Connect(s, wsa.Sockaddr(netip.MustParseAddrPort("10.0.0.2:80")))
//	...
//	w.Close()
//
// A [World] has hosts, a [Host] has processes, a [Process] counts WSAStartup
// and owns handles, and a [Thread] implements [wsa.API]: its methods are Winsock
// as that thread sees it, with its own last error, impersonation and queue of
// completion routines. Give each goroutine of the code under test a Thread of
// its own.
//
// # Time
//
// Under [RealTime], the default, waits take as long as they say, and inside a
// testing/synctest bubble they take none: nothing here waits in a way that a
// bubble does not understand (threads wait on channels; the world's lock is
// never held across a wait).
//
// Under [VirtualTime] the world keeps its own time and jumps to the next event
// when every spawned thread waits. Code runs in threads started with
// [World.Spawn]; one runs at a time, and [World.Run] drives them. Such a run
// is a function of the seed: same seed, same trace, byte for byte. Two rules
// follow. Spawned code blocks only in calls on the world, never on a channel or
// mutex for which it needs another thread, and does not poll in a loop without
// SleepEx, in which no time would pass. And a single goroutine may use
// threads that were not spawned, one after the other; while one of its calls
// waits, time passes and spawned threads run.
//
// When every thread waits and no event is due, nothing can ever happen again:
// each waiting call and Run return a [*DeadlockError] that says who waits for
// what.
//
// # Order
//
// Events are ordered by time, then by class (arrivals, repetitions, time-outs),
// then by the order of their making. Waiting threads are woken first come, first
// served. What Winsock leaves open (which dynamic port, whether a packet is
// lost) is drawn in one place, from streams derived from seed, host and purpose,
// or decided by a [Chooser].
//
// # Errors
//
// A call returns nil or a [wsa.Errno]. Three other errors tell that no Winsock
// answer exists: [*NotSimulatedError], [*DeadlockError] and [ErrEnded]. Every
// failure cites a rule of package model/rules, which the trace shows. The order
// of checks, where the documentation leaves it open, is that of the code: first
// whether Winsock was started, then the handle, pointers and lengths, the
// socket's kind, its state, and the values.
//
// # The network
//
// Hosts reach each other at once and without loss until [World.SetLink] says
// otherwise. Loopback is inside each host. An address that no host has does not
// answer: connecting to it takes 21 s and ends in WSAETIMEDOUT. A port without a
// listener refuses: WSAECONNREFUSED, after the 2 s in which Windows asks again
// (see [Timing] for both). Streams keep their bytes through loss, jitter and
// partitions that end in time; datagrams do not.
//
// A stream takes a send whole as soon as less than the buffers' size is under
// way, however long the send is (observed EW5, SF1). Closing a socket with
// unread data resets the connection, and so does sending to a closed one.
//
// # Shortages
//
// A process, or every process of a host, can be made to lack a network,
// descriptors, buffers or memory ([Process.SetShortage], [Host.SetShortage]):
// the calls that need them then fail as their pages say, and as before once
// they are there again.
//
// # Security
//
// The secure socket extensions are decided by package sim/ale. What a secured
// socket sends waits until its host has negotiated an association with the
// peer's: two round trips of keying messages for main mode, one for quick mode,
// one more where users prove themselves. The messages are packets, which links
// delay and lose; on perfect links all of it happens at once. When nothing can be
// agreed on, a connect times out and datagrams are lost, unless every end that
// asked for security allows clear text. Sockets of the same hosts with the same
// needs share an association, which is renewed when its time is over and deleted
// when the last of them is closed and all its data has gone
// ([World.Associations]). Where users prove themselves each user has its own; a
// socket may name another user than its process's (Settings.User of package
// sim/ale), whom the host's domain then knows or not ([domain.Domain.LogOn]).
//
// Who a host is and what it can prove is in [HostConfig]: just names, or the
// credentials of a domain of package sim/domain ([HostConfig.Computer]). Its
// administrator may outrank sockets ([HostConfig.Policy], [Host.SetPolicy]). A
// server authorizes its clients with [Thread.AccessCheck].
//
// # Names
//
// GetAddrInfo and its kin ask one directory for the whole world: the hosts' own
// names ([HostConfig.DNSName]), and what [World.SetName], [World.SetAlias] and
// [World.SetReverse] say. What a host knows by itself (its own name, "localhost",
// addresses as text) it answers at once; how other lookups go, how long they
// take and whether they fail, is up to [Lookups]. A lookup finds what the
// directory knows when it ends. IPv6 addresses come before IPv4 ones, each
// family in the order of the directory. The services and protocols are those of
// wsa.Services and wsa.Protocols.
//
// The routine of an overlapped GetAddrInfoEx runs as the code of a thread of its
// own, which the world starts as [World.Spawn] does: see wsa.LookupRoutine.
//
// # Attackers
//
// A [Hook] judges each packet: it may drop, delay, change, redirect or replay it
// ([World.Intercept]). Addresses and names move ([World.MoveAddress],
// [World.SetName]), packets can be made up ([World.Forge], [World.ForgeReset]).
// Package sim/attack makes attackers of these. What a host's security then
// dropped is in [Host.Dropped].
//
// # Not simulated
//
// Not simulated: raw sockets other than for ICMP and ICMPv6 echo, data on AF_UNIX
// sockets, path MTU and fragmentation, congestion,
// quality of service, several interfaces, window messages (WSAAsyncSelect), the
// packets of DNS, cryptography. Calls that ask for such a thing return a
// [*NotSimulatedError] where they would otherwise mislead.
package sim
