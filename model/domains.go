package model

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"

	"wsasim/wsa"
)

// The domains of the exploration, one for each theme so that breadth-first
// search stays small. Threads 1 and 2 are of process 1 on host client, 3 of
// process 2 on host server, 4 of process 3 on host client, an administrator's.

// Domains lists the domains that together reach every rule.
func Domains() []Domain {
	return slices.Concat(readinessDomains(), nameDomains(), overlappedDomains(), []Domain{
		startupDomain(), createDomain(), bindDomain(), sharingDomain(), duplicateDomain(), listenDomain(), streamDomain(), itselfDomain(),
		connectDomain(), transferDomain(), endingDomain(), datagramDomain(), letterDomain(), rawDomain(), byteDomain(), optionDomain(), controlDomain(),
		settingsDomain(), targetDomain(), ioctlDomain(), queryDomain(), negotiationDomain(), impersonationDomain(), closingDomain(),
		emptyHandedDomain(), unstartedDomain(), wideDomain(), kindsDomain(), groupDomain(), groupJoinDomain(),
	})
}

// exampleWorld has two hosts with a credential and one without.
func exampleWorld() State {
	s := State{}.
		AddHost("client", []netip.Addr{netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("fd00::1")}, []string{"host/client.example"}).
		AddHost("server", []netip.Addr{netip.MustParseAddr("10.0.0.2"), netip.MustParseAddr("fd00::2")}, []string{"host/server.example"}).
		AddHost("stray", []netip.Addr{netip.MustParseAddr("10.0.0.4")}, nil)
	for _, p := range []struct {
		host  string
		pid   int
		admin bool
		tids  []int
	}{{"client", 1, false, []int{1, 2}}, {"server", 2, false, []int{3}}, {"client", 3, true, []int{4}}} {
		s = sure(s.AddProcess(p.host, p.pid, p.admin))
		for _, tid := range p.tids {
			s = sure(s.AddThread(p.pid, tid))
		}
	}
	return s
}

func sure(s State, ok bool) State {
	if !ok {
		panic("model: the example world does not fit together")
	}
	return s
}

// after makes calls that must succeed, with their example returns.
func after(s State, tid int, calls ...wsa.Call) State {
	for _, c := range calls {
		s = succeedWith(s, tid, c)
	}
	return s.forgetErrors(tid)
}

func succeedWith(s State, tid int, c wsa.Call) State {
	for _, o := range Step(s, tid, c) {
		if o.Kind != Success {
			continue
		}
		if next, ok := o.Apply(o.Example()); ok {
			return next
		}
	}
	panic(fmt.Sprintf("model: %s cannot succeed in the start of a domain: %v", c.Op(), Step(s, tid, c)))
}

func started(tids ...int) State {
	s := exampleWorld()
	for _, tid := range tids {
		s = after(s, tid, wsa.WSAStartupCall{Version: 0x202})
	}
	return s
}

// start is a state and the calls that led to it.
type start struct {
	State
	steps []WitnessStep
}

func begin(s start, tid int, calls ...wsa.Call) start {
	for _, c := range calls {
		s.steps = append(s.steps, WitnessStep{TID: tid, Call: c})
	}
	s.State = after(s.State, tid, calls...)
	return s
}

func beginAt(tids ...int) start {
	s := start{State: exampleWorld()}
	for _, tid := range tids {
		s = begin(s, tid, wsa.WSAStartupCall{Version: 0x202})
	}
	return s
}

// moves gives the calls to one thread.
func moves(tid int, calls ...wsa.Call) []Move {
	out := make([]Move, len(calls))
	for i, c := range calls {
		out[i] = Move{tid, c}
	}
	return out
}

func sockaddr(text string) wsa.Bytes { return wsa.Sockaddr(netip.MustParseAddrPort(text)) }

func family(f uint16, size int) wsa.Bytes {
	return append(binary.LittleEndian.AppendUint16(nil, f), make([]byte, size-2)...)
}

func word(n uint32) wsa.Bytes { return binary.LittleEndian.AppendUint32(nil, n) }

func ptr[T any](v T) *T { return &v }

var (
	tcp4 = wsa.SocketCall{Family: wsa.AF_INET, Type: wsa.SOCK_STREAM, Protocol: wsa.IPPROTO_TCP}
	udp4 = wsa.SocketCall{Family: wsa.AF_INET, Type: wsa.SOCK_DGRAM, Protocol: wsa.IPPROTO_UDP}
	tcp6 = wsa.SocketCall{Family: wsa.AF_INET6, Type: wsa.SOCK_STREAM, Protocol: wsa.IPPROTO_TCP}
	raw4 = wsa.SocketCall{Family: wsa.AF_INET, Type: wsa.SOCK_RAW, Protocol: wsa.IPPROTO_ICMP}
	unix = wsa.SocketCall{Family: wsa.AF_UNIX, Type: wsa.SOCK_STREAM}
)

// plain4 is a socket without the overlapped attribute.
func plain4(typ int32) wsa.Call {
	return wsa.WSASocketCall{Family: wsa.AF_INET, Type: typ}
}

func nonblocking(s wsa.SOCKET) wsa.Call {
	return wsa.IoctlsocketCall{S: s, Cmd: wsa.FIONBIO, Argp: ptr(uint32(1))}
}

func startupDomain() Domain {
	return Domain{Name: "startup", Start: exampleWorld(), Depth: 4, LastErrors: true, Moves: slices.Concat(
		moves(1, wsa.WSAStartupCall{Version: 0x202}, wsa.WSAStartupCall{Version: 0}, wsa.WSAStartupCall{Version: 0x202, NullData: true},
			wsa.WSACleanupCall{}, wsa.WSAGetLastErrorCall{}, wsa.WSASetLastErrorCall{Error: wsa.WSAEISCONN}, tcp4, wsa.ListenCall{S: 4}),
		moves(2, wsa.WSAGetLastErrorCall{}, wsa.SleepExCall{Milliseconds: 1, Alertable: true}))}
}

func createDomain() Domain {
	info := make(wsa.Bytes, infoSize)
	binary.LittleEndian.PutUint32(info[infoFamily:], wsa.AF_INET)
	binary.LittleEndian.PutUint32(info[infoType:], wsa.SOCK_DGRAM)
	binary.LittleEndian.PutUint32(info[infoProtocol:], wsa.IPPROTO_UDP)
	make := func(af, typ, proto int32) wsa.Call { return wsa.SocketCall{Family: af, Type: typ, Protocol: proto} }
	return Domain{Name: "create", Start: beginAt(1, 4).State, Setup: beginAt(1, 4).steps, Depth: 2, Moves: slices.Concat(
		moves(1, make(0xdead, 0xdead, 6), make(0xdead, 1, 6), make(2, 1, 17), make(0, 0, 0), make(0, 0, 6), make(2, 0, 6), make(2, 3, 1),
			make(2, 4, 113), make(23, 2, 0), wsa.WSASocketCall{ProtocolInfo: info}, wsa.WSASocketCall{ProtocolInfo: info[:100]},
			wsa.WSASocketCall{Family: 2, Type: 1, Group: 77}, wsa.WSASocketCall{Family: 2, Type: 1, Flags: 0x80000000}),
		moves(4, make(2, 3, 1), make(2, 3, 0), wsa.CloseHandleCall{H: 0x40}, wsa.ListenCall{S: 4}))}
}

func bindDomain() Domain {
	s := begin(beginAt(1), 1, tcp4, udp4, tcp6)
	return Domain{Name: "bind", Start: s.State, Setup: s.steps, Depth: 2, Moves: moves(1,
		wsa.BindCall{S: 4, Name: nil}, wsa.BindCall{S: 4, Name: sockaddr("0.0.0.0:0")[:15]}, wsa.BindCall{S: 4, Name: family(0xdead, 16)},
		wsa.BindCall{S: 4, Name: sockaddr("[::]:80")}, wsa.BindCall{S: 4, Name: sockaddr("0.0.0.0:0")}, wsa.BindCall{S: 4, Name: sockaddr("10.0.0.1:80")},
		wsa.BindCall{S: 4, Name: sockaddr("10.9.9.9:80")}, wsa.BindCall{S: 8, Name: sockaddr("255.255.255.255:80")},
		wsa.BindCall{S: 12, Name: sockaddr("[fe80::1%99]:80")}, wsa.SetsockoptCall{S: 4, Level: wsa.IPPROTO_IP, Optname: wsa.IP_TTL, Optval: word(300)},
		wsa.SetsockoptCall{S: 12, Level: wsa.IPPROTO_IPV6, Optname: wsa.IPV6_V6ONLY, Optval: word(0)}, wsa.BindCall{S: 12, Name: sockaddr("[::]:80")},
		wsa.GetsocknameCall{S: 4, Name: 128, Namelen: ptr(int32(128))}, wsa.GetsocknameCall{S: 4, Name: 8, Namelen: ptr(int32(8))},
		wsa.ClosesocketCall{S: 4}, wsa.BindCall{S: wsa.INVALID_SOCKET}, wsa.BindCall{S: 77})}
}

func sharingDomain() Domain {
	s := begin(beginAt(1), 1, tcp4, tcp4)
	var calls []wsa.Call
	for _, h := range []wsa.SOCKET{4, 8} {
		for _, opt := range []int32{wsa.SO_REUSEADDR, wsa.SO_EXCLUSIVEADDRUSE} {
			calls = append(calls, wsa.SetsockoptCall{S: h, Level: wsa.SOL_SOCKET, Optname: opt, Optval: word(1)})
		}
		calls = append(calls, wsa.BindCall{S: h, Name: sockaddr("0.0.0.0:80")}, wsa.BindCall{S: h, Name: sockaddr("10.0.0.1:80")},
			wsa.ConnectCall{S: h, Name: sockaddr("10.0.0.1:99")}, wsa.ClosesocketCall{S: h})
	}
	return Domain{Name: "sharing", Start: s.State, Setup: s.steps, Depth: 4, Moves: moves(1, calls...)}
}

func listenDomain() Domain {
	s := begin(beginAt(1), 1, tcp4, udp4, wsa.BindCall{S: 8, Name: sockaddr("0.0.0.0:53")})
	return Domain{Name: "listen", Start: s.State, Setup: s.steps, Depth: 5, Moves: slices.Concat(moves(1,
		wsa.BindCall{S: 4, Name: sockaddr("0.0.0.0:80")}, wsa.ListenCall{S: 4, Backlog: 1}, wsa.ListenCall{S: 8}, nonblocking(4),
		wsa.AcceptCall{S: 4, Addr: 16, Addrlen: ptr(int32(16))}, wsa.AcceptCall{S: 4, Addr: 4, Addrlen: ptr(int32(4))},
		wsa.AcceptCall{S: 4, Addr: wsa.NULL}, wsa.AcceptCall{S: 8, Addr: wsa.NULL}, wsa.ConnectCall{S: 4, Name: sockaddr("10.0.0.2:80")}),
		moves(2, wsa.ClosesocketCall{S: 4}))}
}

func itselfDomain() Domain {
	s := begin(beginAt(1), 1, tcp4, wsa.BindCall{S: 4, Name: sockaddr("10.0.0.1:80")})
	return Domain{Name: "itself", Start: s.State, Setup: s.steps, Depth: 3, Moves: moves(1,
		wsa.ConnectCall{S: 4, Name: sockaddr("10.0.0.1:80")}, nonblocking(4), wsa.GetpeernameCall{S: 4, Name: 16, Namelen: ptr(int32(16))},
		wsa.SendCall{S: 4, Buf: wsa.Bytes("ab")}, wsa.RecvCall{S: 4, Buf: 4}, wsa.ShutdownCall{S: 4, How: wsa.SD_SEND})}
}

func streamDomain() Domain {
	s := begin(beginAt(1), 1, tcp4)
	return Domain{Name: "stream", Start: s.State, Setup: s.steps, Depth: 4, Moves: slices.Concat(moves(1,
		wsa.ConnectCall{S: 4, Name: sockaddr("10.0.0.2:80")}, nonblocking(4),
		wsa.GetsocknameCall{S: 4, Name: 16, Namelen: ptr(int32(16))}, wsa.GetpeernameCall{S: 4, Name: 16, Namelen: ptr(int32(16))},
		wsa.ShutdownCall{S: 4, How: wsa.SD_SEND}, wsa.ShutdownCall{S: 4, How: 9},
		wsa.SendCall{S: 4, Buf: wsa.Bytes("ab")}, wsa.RecvCall{S: 4, Buf: 8}),
		moves(2, wsa.ClosesocketCall{S: 4}, wsa.ConnectCall{S: 4, Name: sockaddr("10.0.0.2:81")},
			wsa.SetsockoptCall{S: 4, Level: wsa.SOL_SOCKET, Optname: wsa.SO_KEEPALIVE, Optval: word(1)}))}
}

func connectDomain() Domain {
	s := begin(beginAt(1), 1, tcp4, udp4, tcp6)
	to := sockaddr("10.0.0.2:80")
	return Domain{Name: "connect", Start: s.State, Setup: s.steps, Depth: 2, Moves: moves(1,
		wsa.ConnectCall{S: 4}, wsa.ConnectCall{S: 4, Name: family(0xdead, 16)}, wsa.ConnectCall{S: 4, Name: family(0, 16)},
		wsa.ConnectCall{S: 4, Name: sockaddr("0.0.0.0:80")}, wsa.ConnectCall{S: 4, Name: sockaddr("10.0.0.2:0")},
		wsa.WSAConnectCall{S: 4, Name: to, GroupQOS: wsa.Bytes{1}}, wsa.WSAConnectCall{S: 4, Name: to, CallerData: wsa.Bytes{1}},
		wsa.WSAConnectCall{S: 4, Name: to, ServiceQOS: wsa.Bytes{1}}, wsa.ConnectCall{S: 8, Name: to}, wsa.ConnectCall{S: 8, Name: sockaddr("0.0.0.0:0")},
		wsa.ConnectCall{S: 8, Name: sockaddr("255.255.255.255:9")}, wsa.BindCall{S: 4, Name: sockaddr("0.0.0.0:81")}, wsa.ListenCall{S: 4},
		wsa.ConnectCall{S: 4, Name: to}, wsa.SendCall{S: 4, Buf: wsa.Bytes("a")}, wsa.GetpeernameCall{S: 8, Name: 4, Namelen: ptr(int32(4))},
		wsa.SetsockoptCall{S: 4, Level: wsa.SOL_SOCKET, Optname: wsa.SO_KEEPALIVE, Optval: word(1)})}
}

func transferDomain() Domain {
	s := begin(beginAt(1), 1, tcp4, wsa.ConnectCall{S: 4, Name: sockaddr("10.0.0.2:80")}, udp4, tcp4, plain4(wsa.SOCK_DGRAM))
	flags := func(f uint32) *uint32 { return &f }
	bufs := []wsa.Bytes{wsa.Bytes("ab"), wsa.Bytes("c")}
	big := make(wsa.Bytes, maxDatagramLimit+1)
	return Domain{Name: "transfer", Start: s.State, Setup: s.steps, Depth: 2, Moves: moves(1,
		wsa.SendCall{S: 4}, wsa.SendCall{S: 4, Buf: wsa.Bytes("a"), Flags: 0x4000}, wsa.SendCall{S: 12, Buf: wsa.Bytes("a")}, wsa.SendCall{S: 8, Buf: wsa.Bytes("a"), Flags: wsa.MSG_OOB},
		wsa.SendtoCall{S: 4, Buf: wsa.Bytes("a"), To: sockaddr("10.0.0.9:1")}, wsa.SendtoCall{S: 8, Buf: wsa.Bytes("a")},
		wsa.SendtoCall{S: 8, Buf: big, To: sockaddr("10.0.0.2:9")}, wsa.SendtoCall{S: 8, To: sockaddr("10.0.0.2:9")[:4]},
		wsa.WSASendCall{S: 4, Buffers: bufs, Overlapped: 1}, wsa.WSASendCall{S: 4, Buffers: bufs, NullSent: true}, wsa.WSASendCall{S: 4, Buffers: nil},
		wsa.WSASendToCall{S: 16, Buffers: bufs, To: sockaddr("10.0.0.2:9"), Overlapped: 2}, wsa.ShutdownCall{S: 4, How: wsa.SD_BOTH}, nonblocking(4),
		wsa.SetsockoptCall{S: 4, Level: wsa.SOL_SOCKET, Optname: wsa.SO_SNDTIMEO, Optval: word(100)},
		wsa.SetsockoptCall{S: 4, Level: wsa.SOL_SOCKET, Optname: wsa.SO_RCVTIMEO, Optval: word(100)},
		wsa.RecvCall{S: 4}, wsa.RecvCall{S: 4, Buf: 4, Flags: wsa.MSG_OOB}, wsa.RecvCall{S: 4, Buf: 4, Flags: 0x4000}, wsa.RecvCall{S: 12, Buf: 4},
		wsa.RecvCall{S: 8, Buf: 4, Flags: wsa.MSG_OOB}, wsa.RecvCall{S: 4, Buf: 4, Flags: wsa.MSG_WAITALL | wsa.MSG_PEEK},
		wsa.WSARecvCall{S: 4, Buffers: []wsa.Room{2, 4}, Flags: flags(0), Overlapped: 3}, wsa.WSARecvCall{S: 4, Buffers: []wsa.Room{2}},
		wsa.WSARecvCall{S: 4, Buffers: []wsa.Room{2}, Flags: flags(wsa.MSG_PEEK), Overlapped: 4},
		wsa.WSARecvFromCall{S: 16, Buffers: []wsa.Room{2}, Flags: flags(0), From: wsa.NULL, Overlapped: 5})}
}

func endingDomain() Domain {
	s := begin(beginAt(1), 1, tcp4, wsa.ConnectCall{S: 4, Name: sockaddr("10.0.0.2:80")})
	return Domain{Name: "ending", Start: s.State, Setup: s.steps, Depth: 3, Moves: slices.Concat(moves(1,
		wsa.SendCall{S: 4, Buf: wsa.Bytes("ab")}, wsa.RecvCall{S: 4, Buf: 4}, wsa.ShutdownCall{S: 4, How: wsa.SD_SEND}, wsa.ShutdownCall{S: 4, How: wsa.SD_RECEIVE},
		wsa.ConnectCall{S: 4, Name: sockaddr("10.0.0.2:80")}, wsa.GetpeernameCall{S: 4, Name: 16, Namelen: ptr(int32(16))},
		wsa.SetsockoptCall{S: 4, Level: wsa.SOL_SOCKET, Optname: wsa.SO_KEEPALIVE, Optval: word(1)}),
		moves(2, wsa.ClosesocketCall{S: 4}, wsa.WSACleanupCall{}))}
}

func datagramDomain() Domain {
	s := begin(beginAt(1), 1, udp4)
	to, all := sockaddr("10.0.0.2:9"), sockaddr("255.255.255.255:9")
	return Domain{Name: "datagram", Start: s.State, Setup: s.steps, Depth: 3, Moves: moves(1,
		wsa.SendtoCall{S: 4, Buf: wsa.Bytes("a"), To: to}, wsa.SendtoCall{S: 4, Buf: wsa.Bytes("a"), To: all}, wsa.SendtoCall{S: 4, Buf: wsa.Bytes("a"), To: family(99, 16)},
		wsa.SendtoCall{S: 4, Buf: wsa.Bytes("a"), To: sockaddr("0.0.0.0:9")}, wsa.SendtoCall{S: 4, Buf: wsa.Bytes("a"), To: sockaddr("127.0.0.1:0")},
		wsa.SendCall{S: 4, Buf: wsa.Bytes("a")}, wsa.RecvCall{S: 4, Buf: 4}, wsa.RecvfromCall{S: 4, Buf: 4, From: 16, Fromlen: ptr(int32(16))},
		wsa.RecvfromCall{S: 4, Buf: 4, From: 16, Fromlen: ptr(int32(1))}, wsa.ConnectCall{S: 4, Name: to}, wsa.ConnectCall{S: 4, Name: sockaddr("0.0.0.0:0")},
		nonblocking(4), wsa.ShutdownCall{S: 4, How: wsa.SD_RECEIVE}, wsa.GetpeernameCall{S: 4, Name: 16, Namelen: ptr(int32(16))},
		wsa.SetsockoptCall{S: 4, Level: wsa.SOL_SOCKET, Optname: wsa.SO_BROADCAST, Optval: word(1)},
		wsa.WSAIoctlCall{S: 4, Code: wsa.SIO_UDP_CONNRESET, In: word(0), Out: wsa.NULL})}
}

// rawDomain is about raw sockets, which thread 4 may make.
func rawDomain() Domain {
	s := begin(beginAt(4), 4, raw4, wsa.BindCall{S: 4, Name: sockaddr("127.0.0.1:0")})
	request := wsa.Bytes{8, 0, 0xF7, 0xFF, 0, 0, 0, 0}
	return Domain{Name: "raw", Start: s.State.Whole(), Setup: s.steps, Depth: 3, Moves: moves(4,
		wsa.SendtoCall{S: 4, Buf: request, To: sockaddr("127.0.0.1:0")}, wsa.RecvCall{S: 4, Buf: 64}, wsa.RecvCall{S: 4, Buf: 27},
		wsa.RecvfromCall{S: 4, Buf: 64, From: 16, Fromlen: ptr(int32(16))}, nonblocking(4), wsa.ConnectCall{S: 4, Name: sockaddr("127.0.0.1:0")})}
}

// letterDomain is about what arrives: all that is sent is in the trace.
func letterDomain() Domain {
	at := begin(beginAt(1, 3), 1, udp4, wsa.BindCall{S: 4, Name: sockaddr("10.0.0.1:53")})
	at = begin(at, 3, udp4, wsa.BindCall{S: 4, Name: sockaddr("10.0.0.2:53")})
	s := at.State.Whole()
	to := func(peer, text string) wsa.Call {
		return wsa.SendtoCall{S: 4, Buf: wsa.Bytes(text), To: sockaddr(peer)}
	}
	from := func(room wsa.Room, flags int32) wsa.Call {
		return wsa.RecvfromCall{S: 4, Buf: room, Flags: flags, From: 16, Fromlen: ptr(int32(16))}
	}
	return Domain{Name: "letters", Start: s, Setup: at.steps, Depth: 4, Moves: slices.Concat(
		moves(1, to("10.0.0.2:53", "abc"), to("10.0.0.2:53", ""), to("10.0.0.2:9", "z"), wsa.ConnectCall{S: 4, Name: sockaddr("10.0.0.2:53")}, from(2, 0)),
		moves(3, from(8, 0), from(2, 0), from(8, wsa.MSG_PEEK), wsa.RecvCall{S: 4, Buf: 8}, nonblocking(4), to("10.0.0.1:53", "d"),
			wsa.IoctlsocketCall{S: 4, Cmd: wsa.FIONREAD, Argp: ptr(uint32(0))}))}
}

// talkStart is a connection of which both ends are in the trace: socket 4 of
// thread 1, and socket 8 of thread 3, which accepted it.
func talkStart() start {
	s := begin(beginAt(1, 3), 3, tcp4, wsa.BindCall{S: 4, Name: sockaddr("10.0.0.2:80")}, wsa.ListenCall{S: 4})
	s = begin(s, 1, tcp4, wsa.ConnectCall{S: 4, Name: sockaddr("10.0.0.2:80")})
	s = begin(s, 3, wsa.AcceptCall{S: 4, Addr: 16, Addrlen: ptr(int32(16))})
	s.State = s.State.Whole()
	return s
}

// byteDomain is about what comes out of a stream: both ends are in the trace.
func byteDomain() Domain {
	s := talkStart()
	return Domain{Name: "bytes", Start: s.State, Setup: s.steps, Depth: 4, Moves: slices.Concat(
		moves(1, wsa.SendCall{S: 4, Buf: wsa.Bytes("abc")}, wsa.ShutdownCall{S: 4, How: wsa.SD_SEND}, wsa.ClosesocketCall{S: 4}, wsa.RecvCall{S: 4, Buf: 8},
			wsa.WSASendCall{S: 4, Buffers: []wsa.Bytes{wsa.Bytes("d")}, Overlapped: 1}, wsa.SendCall{S: 4, Buf: wsa.Bytes("!"), Flags: wsa.MSG_OOB}),
		moves(2, wsa.SendCall{S: 4, Buf: wsa.Bytes("e")}, wsa.WSACleanupCall{}),
		moves(3, wsa.RecvCall{S: 8, Buf: 8}, wsa.RecvCall{S: 8, Buf: 1, Flags: wsa.MSG_PEEK}, wsa.SendCall{S: 8, Buf: wsa.Bytes("x")},
			wsa.IoctlsocketCall{S: 8, Cmd: wsa.FIONREAD, Argp: ptr(uint32(0))}))}
}

func optionDomain() Domain {
	s := begin(beginAt(1), 1, tcp4, udp4)
	get := func(h wsa.SOCKET, level, opt int32, room int32) wsa.Call {
		return wsa.GetsockoptCall{S: h, Level: level, Optname: opt, Optval: wsa.Room(room), Optlen: &room}
	}
	set := func(h wsa.SOCKET, level, opt int32, v wsa.Bytes) wsa.Call {
		return wsa.SetsockoptCall{S: h, Level: level, Optname: opt, Optval: v}
	}
	const sol = wsa.SOL_SOCKET
	return Domain{Name: "options", Start: s.State, Setup: s.steps, Depth: 2, Moves: moves(1,
		get(4, sol, wsa.SO_TYPE, 4), get(4, sol, wsa.SO_ERROR, 4), get(4, sol, wsa.SO_CONNECT_TIME, 4), get(4, sol, wsa.SO_REUSEADDR, 4),
		get(8, sol, wsa.SO_LINGER, 4), get(4, 0x8000, 1, 4), get(4, sol, 0x7abc, 4), get(4, sol, wsa.SO_USELOOPBACK, 4), set(4, sol, wsa.SO_CONNDATA, word(1)), get(4, sol, wsa.SO_TYPE, 0), get(77, sol, wsa.SO_OPENTYPE, 4),
		get(4, wsa.IPPROTO_IP, wsa.IP_TTL, 4), get(4, wsa.IPPROTO_IP, wsa.IP_MTU, 4), get(4, wsa.IPPROTO_IP, wsa.IP_PKTINFO, 4),
		set(8, wsa.IPPROTO_IP, wsa.IP_ADD_MEMBERSHIP, make(wsa.Bytes, 8)), set(4, sol, wsa.SO_TYPE, word(1)), set(4, sol, wsa.SO_ERROR, word(1234)),
		set(4, sol, wsa.SO_REUSEADDR, word(1)), set(4, sol, wsa.SO_EXCLUSIVEADDRUSE, word(1)), set(4, sol, wsa.SO_RCVTIMEO, word(9)),
		set(4, sol, wsa.SO_RCVTIMEO, nil), set(4, wsa.IPPROTO_IP, wsa.IP_TTL, word(300)), set(4, sol, wsa.SO_LINGER, word(0x50001)),
		set(4, sol, wsa.SO_LINGER, word(1)), wsa.ClosesocketCall{S: 4}, wsa.BindCall{S: 4, Name: sockaddr("0.0.0.0:0")}, nonblocking(4),
		wsa.ConnectCall{S: 4, Name: sockaddr("10.0.0.2:80")})}
}

func controlDomain() Domain {
	s := begin(beginAt(1), 1, tcp4, udp4)
	ctl := func(code uint32, in wsa.Bytes, out wsa.Room) wsa.Call {
		return wsa.WSAIoctlCall{S: 4, Code: code, In: in, Out: out}
	}
	return Domain{Name: "control", Start: s.State, Setup: s.steps, Depth: 2, Moves: moves(1,
		wsa.IoctlsocketCall{S: 4, Cmd: wsa.FIONREAD, Argp: ptr(uint32(0))}, wsa.IoctlsocketCall{S: 4, Cmd: wsa.SIOCATMARK, Argp: ptr(uint32(0))},
		wsa.IoctlsocketCall{S: 4, Cmd: wsa.FIONBIO}, wsa.IoctlsocketCall{S: 4, Cmd: 0xdeadbeef, Argp: ptr(uint32(0))}, nonblocking(4),
		ctl(wsa.FIONBIO, word(1), wsa.NULL), ctl(wsa.FIONREAD, nil, 4), ctl(wsa.FIONREAD, nil, 3), ctl(0xdeadbeef, nil, wsa.NULL),
		ctl(wsa.SIO_KEEPALIVE_VALS, make(wsa.Bytes, 12), wsa.NULL), ctl(wsa.SIO_UDP_CONNRESET, word(0), wsa.NULL), ctl(wsa.SIO_ADDRESS_LIST_CHANGE, nil, wsa.NULL),
		ctl(wsa.SIO_TCP_INFO, word(0), 88), ctl(wsa.SIO_TCP_INFO, word(0), 87), ctl(wsa.SIO_TCP_INFO, nil, 88),
		ctl(wsa.SIO_BASE_HANDLE, nil, 8), ctl(wsa.SIO_IDEAL_SEND_BACKLOG_QUERY, nil, 4), ctl(wsa.SIO_GET_EXTENSION_FUNCTION_POINTER, make(wsa.Bytes, 16), 8),
		ctl(wsa.SIO_ROUTING_INTERFACE_QUERY, sockaddr("10.0.0.2:80"), 16), ctl(wsa.SIO_ROUTING_INTERFACE_QUERY, nil, 16),
		ctl(wsa.SIO_PRIORITY_HINT, nil, 16),
		wsa.WSAIoctlCall{S: 8, Code: wsa.SIO_KEEPALIVE_VALS, In: make(wsa.Bytes, 12), Out: wsa.NULL},
		wsa.WSAIoctlCall{S: 4, Code: 0xdeadbeef, NullReturned: true}, wsa.WSAIoctlCall{S: 4, Code: 0xdeadbeef, Overlapped: 1})}
}

// settingsBytes is SOCKET_SECURITY_SETTINGS.
func settingsBytes(proto, flags uint32) wsa.Bytes {
	b, _ := (&wsa.SecuritySettings{SecurityProtocol: proto, SecurityFlags: flags}).AppendBinary(nil) // it never fails
	return b
}

// targetBytes is SOCKET_PEER_TARGET_NAME.
func targetBytes(peer, name string) wsa.Bytes {
	t := wsa.PeerTargetName{Name: name}
	if peer != "" {
		s, err := wsa.StorageFrom(netip.MustParseAddrPort(peer))
		if err != nil {
			panic("model: a domain's address does not encode: " + err.Error())
		}
		t.PeerAddress = s
	}
	b, err := t.AppendBinary(nil)
	if err != nil {
		panic("model: a domain's name does not encode: " + err.Error())
	}
	return b
}

func settingsDomain() Domain {
	s := begin(beginAt(1, 4), 1, tcp4, unix)
	s = begin(s, 4, raw4)
	ipsec, _ := (&wsa.SecuritySettingsIPsec{SecurityProtocol: wsa.SOCKET_SECURITY_PROTOCOL_IPSEC, UserName: "u"}).AppendBinary(nil) // "u" encodes
	keyed := slices.Clone(ipsec)
	keyed[12] = 1
	set := func(b wsa.Bytes) wsa.Call { return wsa.WSASetSocketSecurityCall{S: 4, Settings: b} }
	return Domain{Name: "settings", Start: s.State, Setup: s.steps, Depth: 2, Moves: slices.Concat(moves(1,
		set(nil), set(settingsBytes(0, 0)), set(settingsBytes(1, 0)), set(settingsBytes(9, 0)), set(wsa.Bytes{1}), set(ipsec), set(keyed), set(ipsec[:80]),
		wsa.WSASetSocketSecurityCall{S: 8}, wsa.WSASetSocketSecurityCall{S: 77}, wsa.WSASetSocketSecurityCall{S: 4, Overlapped: 1},
		wsa.BindCall{S: 4, Name: sockaddr("0.0.0.0:0")}, wsa.ConnectCall{S: 4, Name: sockaddr("10.0.0.2:80")}, wsa.ClosesocketCall{S: 4},
		wsa.GetsockoptCall{S: 4, Level: wsa.SOL_SOCKET, Optname: wsa.SO_EXCLUSIVEADDRUSE, Optval: 4, Optlen: ptr(int32(4))}),
		moves(4, wsa.WSASetSocketSecurityCall{S: 4}))}
}

func targetDomain() Domain {
	s := begin(beginAt(1), 1, tcp4, udp4, plain4(wsa.SOCK_STREAM))
	set := func(h wsa.SOCKET, b wsa.Bytes) wsa.Call {
		return wsa.WSASetSocketPeerTargetNameCall{S: h, PeerTargetName: b}
	}
	del := func(h wsa.SOCKET, b wsa.Bytes) wsa.Call {
		return wsa.WSADeleteSocketPeerTargetNameCall{S: h, PeerAddr: b}
	}
	good := targetBytes("", "host/server.example")
	chars := slices.Clone(good)
	binary.LittleEndian.PutUint32(chars[136:], binary.LittleEndian.Uint32(chars[136:])/2)
	proto := slices.Clone(good)
	proto[0] = 9
	return Domain{Name: "target", Start: s.State, Setup: s.steps, Depth: 2, Moves: moves(1,
		set(4, nil), set(4, good[:100]), set(4, good), set(4, targetBytes("", "plain")), set(4, targetBytes("", "")), set(4, targetBytes("", "")[:140]), set(4, proto), set(4, chars),
		set(8, targetBytes("", "host/a")), set(8, targetBytes("0.0.0.0:0", "host/a")), set(8, targetBytes("10.0.0.2:9", "host/a")), set(8, targetBytes("[fd00::2]:9", "host/a")),
		del(4, sockaddr("10.0.0.2:9")), del(8, nil), del(8, sockaddr("10.0.0.2:9")[:8]), del(8, family(99, 16)), del(8, sockaddr("10.0.0.2:9")),
		wsa.WSASetSocketPeerTargetNameCall{S: 12, PeerTargetName: good, Overlapped: 1}, wsa.WSASetSocketSecurityCall{S: 4},
		wsa.BindCall{S: 4, Name: sockaddr("0.0.0.0:80")}, wsa.ConnectCall{S: 4, Name: sockaddr("10.0.0.2:80")}, wsa.ListenCall{S: 4})}
}

func ioctlDomain() Domain {
	s := begin(beginAt(1), 1, tcp4)
	ctl := func(code uint32, in wsa.Bytes, out wsa.Room) wsa.Call {
		return wsa.WSAIoctlCall{S: 4, Code: code, In: in, Out: out}
	}
	return Domain{Name: "secure control codes", Start: s.State, Setup: s.steps, Depth: 2, Moves: moves(1,
		ctl(wsa.SIO_SET_SECURITY, nil, wsa.NULL), ctl(wsa.SIO_SET_PEER_TARGET_NAME, targetBytes("", "host/server.example"), wsa.NULL),
		ctl(wsa.SIO_DELETE_PEER_TARGET_NAME, sockaddr("10.0.0.2:9"), wsa.NULL), ctl(wsa.SIO_QUERY_SECURITY, nil, 24), ctl(wsa.SIO_QUERY_SECURITY, nil, 3),
		wsa.ConnectCall{S: 4, Name: sockaddr("10.0.0.2:80")})}
}

// templateBytes is SOCKET_SECURITY_QUERY_TEMPLATE.
func templateBytes(peer string, mask uint32) wsa.Bytes {
	t := wsa.SecurityQueryTemplate{PeerTokenAccessMask: mask}
	if peer != "" {
		copy(t.PeerAddress[:], sockaddr(peer))
	}
	b, _ := t.AppendBinary(nil) // it never fails
	return b
}

func queryDomain() Domain {
	s := begin(beginAt(1), 1, tcp4, udp4, wsa.WSASetSocketSecurityCall{S: 4})
	ask := func(h wsa.SOCKET, template wsa.Bytes, info wsa.Room, length *uint32) wsa.Call {
		return wsa.WSAQuerySocketSecurityCall{S: h, Template: template, Info: info, InfoLen: length}
	}
	n := ptr(uint32(24))
	return Domain{Name: "query", Start: s.State, Setup: s.steps, Depth: 3, Moves: moves(1,
		ask(4, nil, 24, n), ask(4, nil, 24, nil), ask(4, nil, wsa.NULL, ptr(uint32(0))), ask(4, nil, 4, ptr(uint32(4))), ask(4, templateBytes("", wsa.TOKEN_QUERY), 24, n),
		ask(8, nil, 24, n), ask(8, templateBytes("10.0.0.2:9", 0), 24, n), ask(8, templateBytes("", 0), 24, n),
		wsa.ConnectCall{S: 4, Name: sockaddr("10.0.0.2:80")}, wsa.CloseHandleCall{H: 12}, wsa.CloseHandleCall{H: 4},
		wsa.SendtoCall{S: 8, Buf: wsa.Bytes("a"), To: sockaddr("10.0.0.2:9")})}
}

func negotiationDomain() Domain {
	s := begin(beginAt(1, 3), 1, tcp4, udp4)
	s = begin(s, 3, tcp4, udp4)
	n := ptr(uint32(24))
	return Domain{Name: "negotiation", Start: s.State, Setup: s.steps, Depth: 6, Moves: slices.Concat(
		moves(1, wsa.WSASetSocketSecurityCall{S: 4, Settings: settingsBytes(0, wsa.SOCKET_SETTINGS_GUARANTEE_ENCRYPTION)},
			wsa.WSASetSocketSecurityCall{S: 4, Settings: settingsBytes(0, wsa.SOCKET_SETTINGS_ALLOW_INSECURE)},
			wsa.WSASetSocketPeerTargetNameCall{S: 4, PeerTargetName: targetBytes("", "host/other.example")},
			wsa.ConnectCall{S: 4, Name: sockaddr("10.0.0.2:80")}, wsa.WSAQuerySocketSecurityCall{S: 4, Info: 24, InfoLen: n}),
		moves(3, wsa.WSASetSocketSecurityCall{S: 4}, wsa.BindCall{S: 4, Name: sockaddr("0.0.0.0:80")}, wsa.ListenCall{S: 4}))}
}

func impersonationDomain() Domain {
	s := begin(beginAt(1, 3), 1, plain4(wsa.SOCK_STREAM), plain4(wsa.SOCK_DGRAM), tcp4, wsa.WSASetSocketSecurityCall{S: 4})
	imp := func(h wsa.SOCKET, peer wsa.Bytes) wsa.Call {
		return wsa.WSAImpersonateSocketPeerCall{S: h, PeerAddr: peer}
	}
	return Domain{Name: "impersonation", Start: s.State, Setup: s.steps, Depth: 4, Moves: slices.Concat(moves(1,
		imp(4, nil), imp(8, nil), imp(8, sockaddr("10.0.0.2:9")[:8]), imp(8, family(99, 16)), imp(8, sockaddr("10.0.0.2:9")), imp(12, nil),
		wsa.ConnectCall{S: 4, Name: sockaddr("10.0.0.2:80")}, wsa.WSARevertImpersonationCall{}, wsa.ClosesocketCall{S: 4}),
		moves(2, wsa.WSARevertImpersonationCall{}, imp(4, nil)))}
}

func closingDomain() Domain {
	s := begin(beginAt(1, 3), 1, tcp4, wsa.ConnectCall{S: 4, Name: sockaddr("10.0.0.2:80")}, tcp4)
	return Domain{Name: "closing", Start: s.State, Setup: s.steps, Depth: 3, Moves: slices.Concat(moves(1,
		wsa.RecvCall{S: 4, Buf: 4}, wsa.SendCall{S: 4, Buf: wsa.Bytes("a")}, wsa.ConnectCall{S: 8, Name: sockaddr("10.0.0.2:80")}),
		moves(2, wsa.ClosesocketCall{S: 4}, wsa.ClosesocketCall{S: 8}, wsa.WSACleanupCall{}, tcp4, nonblocking(4),
			wsa.SetsockoptCall{S: 4, Level: wsa.SOL_SOCKET, Optname: wsa.SO_LINGER, Optval: word(0x50001)}),
		moves(3, wsa.RecvCall{S: 4, Buf: 4}))}
}
