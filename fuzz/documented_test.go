package fuzz_test

import (
	"maps"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wsasim/fuzz"
	"wsasim/model/rules"
	"wsasim/sim"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// The simulator is shown to give each error that the documentation lists: a
// socket is put into one state after another, all calls are made on it, and the
// specification judges each return.

// situation is a state with what is lacking in it.
type situation struct {
	name  string
	reach func(m *fuzz.Machine) (actor int, s wsa.SOCKET)
	lacks sim.Shortage
	calls func(s wsa.SOCKET) []wsa.Call // those that are made; nil: gridCalls
}

// The threads and addresses of fuzz.StateSetup.
const (
	gridClient = 0
	gridAdmin  = 1
	gridServer = 2
)

var gridServerAt = wsa.Sockaddr(netip.MustParseAddrPort("10.0.0.2:5000"))

func do(m *fuzz.Machine, actor int, c wsa.Call) wsa.Return {
	return m.Do(fuzz.Step{Actor: actor, Call: c})
}

func newSocket(m *fuzz.Machine, actor int, family, typ int32) wsa.SOCKET {
	do(m, actor, wsa.WSAStartupCall{Version: 0x0202})
	return do(m, actor, wsa.WSASocketCall{Family: family, Type: typ, Flags: wsa.WSA_FLAG_OVERLAPPED}).Socket
}

func gridListener(m *fuzz.Machine) wsa.SOCKET {
	l := newSocket(m, gridServer, wsa.AF_INET, wsa.SOCK_STREAM)
	do(m, gridServer, wsa.BindCall{S: l, Name: gridServerAt})
	do(m, gridServer, wsa.ListenCall{S: l, Backlog: 5})
	return l
}

func gridPair(m *fuzz.Machine) (near, far wsa.SOCKET) {
	l := gridListener(m)
	near = newSocket(m, gridClient, wsa.AF_INET, wsa.SOCK_STREAM)
	do(m, gridClient, wsa.ConnectCall{S: near, Name: gridServerAt})
	return near, do(m, gridServer, wsa.AcceptCall{S: l, Addr: wsa.NULL}).Socket
}

func dword(n uint32) wsa.Bytes {
	return wsa.Bytes{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)}
}

func setOption(m *fuzz.Machine, actor int, s wsa.SOCKET, name int32, value uint32) {
	do(m, actor, wsa.SetsockoptCall{S: s, Level: wsa.SOL_SOCKET, Optname: name, Optval: dword(value)})
}

func setNonblocking(m *fuzz.Machine, actor int, s wsa.SOCKET) {
	on := uint32(1)
	do(m, actor, wsa.IoctlsocketCall{S: s, Cmd: wsa.FIONBIO, Argp: &on})
}

func isolate(m *fuzz.Machine) {
	m.Do(fuzz.Step{Disturb: &fuzz.Disturbance{Kind: fuzz.Partition, From: 1}})
}

// situations are the states of fuzz.SocketStates, those that only some calls
// care about, and some with a shortage.
func situations() []situation {
	var list []situation
	for _, s := range fuzz.SocketStates() {
		list = append(list, situation{name: s.String(), reach: s.Reach})
	}
	list = append(list,
		situation{name: "a connection waits", reach: func(m *fuzz.Machine) (int, wsa.SOCKET) {
			l := gridListener(m)
			do(m, gridClient, wsa.ConnectCall{S: newSocket(m, gridClient, wsa.AF_INET, wsa.SOCK_STREAM), Name: gridServerAt})
			return gridServer, l
		}},
		situation{name: "the connection that waits was reset", reach: func(m *fuzz.Machine) (int, wsa.SOCKET) {
			l := gridListener(m)
			c := newSocket(m, gridClient, wsa.AF_INET, wsa.SOCK_STREAM)
			do(m, gridClient, wsa.ConnectCall{S: c, Name: gridServerAt})
			setOption(m, gridClient, c, wsa.SO_LINGER, 1)
			do(m, gridClient, wsa.ClosesocketCall{S: c})
			return gridServer, l
		}},
		situation{name: "nonblocking listener", reach: func(m *fuzz.Machine) (int, wsa.SOCKET) {
			l := gridListener(m)
			setNonblocking(m, gridServer, l)
			return gridServer, l
		}},
		situation{name: "nonblocking stream", reach: func(m *fuzz.Machine) (int, wsa.SOCKET) {
			s := newSocket(m, gridClient, wsa.AF_INET, wsa.SOCK_STREAM)
			setNonblocking(m, gridClient, s)
			return gridClient, s
		}},
		situation{name: "nonblocking and full", reach: func(m *fuzz.Machine) (int, wsa.SOCKET) {
			near, _ := gridPair(m)
			setNonblocking(m, gridClient, near)
			do(m, gridClient, wsa.SendCall{S: near, Buf: make(wsa.Bytes, 300_000)})
			setOption(m, gridClient, near, wsa.SO_LINGER, 5<<16|1)
			return gridClient, near
		}},
		situation{name: "full, with time-outs", reach: func(m *fuzz.Machine) (int, wsa.SOCKET) {
			near, _ := gridPair(m)
			setOption(m, gridClient, near, wsa.SO_SNDTIMEO, 50)
			setOption(m, gridClient, near, wsa.SO_RCVTIMEO, 50)
			do(m, gridClient, wsa.SendCall{S: near, Buf: make(wsa.Bytes, 300_000)})
			return gridClient, near
		}},
		situation{name: "given up by the network", reach: func(m *fuzz.Machine) (int, wsa.SOCKET) {
			near, _ := gridPair(m)
			isolate(m)
			do(m, gridClient, wsa.SendCall{S: near, Buf: wsa.Bytes("lost")})
			do(m, gridClient, wsa.SleepExCall{Milliseconds: 200_000})
			return gridClient, near
		}},
		situation{name: "datagram with a time-out", reach: func(m *fuzz.Machine) (int, wsa.SOCKET) {
			s := newSocket(m, gridClient, wsa.AF_INET, wsa.SOCK_DGRAM)
			do(m, gridClient, wsa.BindCall{S: s, Name: wsa.Sockaddr(netip.MustParseAddrPort("10.0.0.1:5001"))})
			setOption(m, gridClient, s, wsa.SO_RCVTIMEO, 50)
			return gridClient, s
		}},
		situation{name: "nonblocking datagram", reach: func(m *fuzz.Machine) (int, wsa.SOCKET) {
			s := newSocket(m, gridClient, wsa.AF_INET, wsa.SOCK_DGRAM)
			do(m, gridClient, wsa.BindCall{S: s, Name: wsa.Sockaddr(netip.MustParseAddrPort("10.0.0.1:5001"))})
			setNonblocking(m, gridClient, s)
			return gridClient, s
		}},
		situation{name: "a datagram waits", reach: func(m *fuzz.Machine) (int, wsa.SOCKET) {
			s := newSocket(m, gridServer, wsa.AF_INET, wsa.SOCK_DGRAM)
			do(m, gridServer, wsa.BindCall{S: s, Name: gridServerAt})
			do(m, gridClient, wsa.SendtoCall{S: newSocket(m, gridClient, wsa.AF_INET, wsa.SOCK_DGRAM), Buf: wsa.Bytes("some text"), To: gridServerAt})
			return gridServer, s
		}},
		situation{name: "shut down datagram", reach: func(m *fuzz.Machine) (int, wsa.SOCKET) {
			s := newSocket(m, gridClient, wsa.AF_INET, wsa.SOCK_DGRAM)
			do(m, gridClient, wsa.BindCall{S: s, Name: wsa.Sockaddr(netip.MustParseAddrPort("10.0.0.1:5001"))})
			do(m, gridClient, wsa.ShutdownCall{S: s, How: wsa.SD_BOTH})
			return gridClient, s
		}},
		situation{name: "isolated", reach: func(m *fuzz.Machine) (int, wsa.SOCKET) {
			isolate(m)
			return gridClient, newSocket(m, gridClient, wsa.AF_INET, wsa.SOCK_STREAM)
		}},
		situation{name: "with an event", reach: func(m *fuzz.Machine) (int, wsa.SOCKET) {
			s := newSocket(m, gridClient, wsa.AF_INET, wsa.SOCK_STREAM)
			ev := do(m, gridClient, wsa.WSACreateEventCall{}).Handle
			do(m, gridClient, wsa.WSAEventSelectCall{S: s, EventObject: ev, NetworkEvents: wsa.FD_CLOSE})
			return gridClient, s
		}},
		situation{name: "IPv6 stream", reach: func(m *fuzz.Machine) (int, wsa.SOCKET) {
			return gridClient, newSocket(m, gridClient, wsa.AF_INET6, wsa.SOCK_STREAM)
		}},
		situation{name: "IPv6 datagram", reach: func(m *fuzz.Machine) (int, wsa.SOCKET) {
			return gridClient, newSocket(m, gridClient, wsa.AF_INET6, wsa.SOCK_DGRAM)
		}},
		situation{name: "local stream", reach: func(m *fuzz.Machine) (int, wsa.SOCKET) {
			return gridClient, newSocket(m, gridClient, wsa.AF_UNIX, wsa.SOCK_STREAM)
		}},
		situation{name: "ports taken", reach: func(m *fuzz.Machine) (int, wsa.SOCKET) {
			s := newSocket(m, gridClient, wsa.AF_INET, wsa.SOCK_STREAM)
			for _, name := range []string{"127.0.0.1:5000", "0.0.0.0:80"} {
				do(m, gridClient, wsa.BindCall{S: newSocket(m, gridClient, wsa.AF_INET, wsa.SOCK_STREAM), Name: at(name)})
			}
			return gridClient, s
		}},
		situation{name: "closing takes time", reach: func(m *fuzz.Machine) (int, wsa.SOCKET) {
			near, _ := gridPair(m)
			m.Do(fuzz.Step{Disturb: &fuzz.Disturbance{Kind: fuzz.Relink, From: 0, To: 1, Link: sim.Link{Latency: time.Second}}})
			setNonblocking(m, gridClient, near)
			setOption(m, gridClient, near, wsa.SO_LINGER, 5<<16|1)
			do(m, gridClient, wsa.SendCall{S: near, Buf: wsa.Bytes("slow")})
			return gridClient, near
		}},
		selecting("refused, with an event", nil),
		selecting("not answered, with an event", isolate),
		situation{name: "reset, with an event", reach: func(m *fuzz.Machine) (int, wsa.SOCKET) {
			near, _ := gridPair(m)
			selectAll(m, near)
			m.Do(fuzz.Step{Disturb: &fuzz.Disturbance{Kind: fuzz.Reset, From: 0, To: 1}})
			return gridClient, near
		}},
		situation{name: "with a port", reach: func(m *fuzz.Machine) (int, wsa.SOCKET) {
			s := newSocket(m, gridClient, wsa.AF_INET, wsa.SOCK_STREAM)
			do(m, gridClient, wsa.CreateIoCompletionPortCall{FileHandle: wsa.HANDLE(s)})
			return gridClient, s
		}},
		situation{name: "listening, and another socket", reach: func(m *fuzz.Machine) (int, wsa.SOCKET) {
			l := gridListener(m)
			newSocket(m, gridServer, wsa.AF_INET, wsa.SOCK_STREAM)
			return gridServer, l
		}},
		situation{name: "bound IPv6 stream", reach: func(m *fuzz.Machine) (int, wsa.SOCKET) {
			s := newSocket(m, gridClient, wsa.AF_INET6, wsa.SOCK_STREAM)
			do(m, gridClient, wsa.BindCall{S: s, Name: at("[::]:5001")})
			return gridClient, s
		}},
		situation{name: "no process is there", reach: func(m *fuzz.Machine) (int, wsa.SOCKET) {
			do(m, gridClient, wsa.WSAStartupCall{Version: 0x0202})
			return gridClient, 0
		}})
	whole := list
	for _, lacks := range sim.Shortages() {
		for _, s := range whole {
			if slices.Contains(poor, s.name) {
				s.lacks = lacks
				list = append(list, s)
			}
		}
	}
	return append(list, nameSituations()...)
}

// selectAll selects all network events of a socket of the client.
func selectAll(m *fuzz.Machine, s wsa.SOCKET) {
	ev := do(m, gridClient, wsa.WSACreateEventCall{}).Handle
	do(m, gridClient, wsa.WSAEventSelectCall{S: s, EventObject: ev, NetworkEvents: wsa.FD_ALL_EVENTS})
}

// selecting is a socket with event selection whose connect has failed.
func selecting(name string, before func(*fuzz.Machine)) situation {
	return situation{name: name, reach: func(m *fuzz.Machine) (int, wsa.SOCKET) {
		if before != nil {
			before(m)
		}
		s := newSocket(m, gridClient, wsa.AF_INET, wsa.SOCK_STREAM)
		selectAll(m, s)
		do(m, gridClient, wsa.ConnectCall{S: s, Name: gridServerAt})
		do(m, gridClient, wsa.SleepExCall{Milliseconds: 30_000})
		return gridClient, s
	}}
}

// poor are the situations that are tried with shortages too.
var poor = []string{
	"no socket", "fresh stream", "fresh datagram", "bound stream", "listening", "a connection waits", "connected", "connected datagram",
	"with an event", "not started",
}

// gridCalls are the calls that are made in every situation: for each function
// some that may succeed and some that are wrong in one way.
func gridCalls(s wsa.SOCKET) []wsa.Call {
	return slices.Concat(lifeCalls(s), transferCalls(s), optionCalls(s), waitCalls(s), extensionCalls(s), securityCalls(s))
}

func at(text string) wsa.Bytes { return wsa.Sockaddr(netip.MustParseAddrPort(text)) }

// foreign is a SOCKADDR of a family that no socket has.
func foreign() wsa.Bytes { return append(wsa.Bytes{0xad, 0xde}, make(wsa.Bytes, 26)...) }

func value[T any](v T) *T { return &v }

func lifeCalls(s wsa.SOCKET) []wsa.Call {
	room := func(n int32) *int32 { return &n }
	calls := []wsa.Call{
		wsa.WSAStartupCall{Version: 0x0202}, wsa.WSAStartupCall{Version: 0}, wsa.WSAStartupCall{Version: 0x0202, NullData: true}, wsa.WSACleanupCall{},
		wsa.ShutdownCall{S: s, How: 9}, wsa.ShutdownCall{S: s, How: wsa.SD_SEND}, wsa.WSASendDisconnectCall{S: s}, wsa.WSASendDisconnectCall{S: s, Data: wsa.Bytes("x")},
		wsa.WSARecvDisconnectCall{S: s}, wsa.WSARecvDisconnectCall{S: s, Data: make(wsa.Bytes, 4)}, wsa.ClosesocketCall{S: s}, wsa.ListenCall{S: s, Backlog: 5},
		wsa.GetsocknameCall{S: s, Name: 28, Namelen: room(28)}, wsa.GetsocknameCall{S: s, Name: 4, Namelen: room(4)},
		wsa.GetpeernameCall{S: s, Name: 28, Namelen: room(28)}, wsa.GetpeernameCall{S: s, Name: 4, Namelen: room(4)},
		wsa.AcceptCall{S: s, Addr: 28, Addrlen: room(28)}, wsa.AcceptCall{S: s, Addr: 4, Addrlen: room(4)},
		wsa.WSAAcceptCall{S: s, Addr: 28, Addrlen: room(28)}, wsa.WSAAcceptCall{S: s, Addr: 4, Addrlen: room(4)},
	}
	for _, answer := range []int32{wsa.CF_ACCEPT, wsa.CF_REJECT, wsa.CF_DEFER, 9} {
		calls = append(calls, wsa.WSAAcceptCall{S: s, Addr: wsa.NULL, Answer: &answer})
	}
	for _, k := range [][3]int32{
		{wsa.AF_INET, wsa.SOCK_STREAM, 0}, {0, 0, 0}, {0xdead, 1, 6}, {wsa.AF_INET, 0xdead, 6}, {wsa.AF_INET, wsa.SOCK_STREAM, wsa.IPPROTO_UDP},
	} {
		calls = append(calls, wsa.SocketCall{Family: k[0], Type: k[1], Protocol: k[2]}, wsa.WSASocketCall{Family: k[0], Type: k[1], Protocol: k[2]})
	}
	calls = append(calls, wsa.WSASocketCall{Family: 2, Type: 1, ProtocolInfo: make(wsa.Bytes, 9)}, wsa.WSASocketCall{Family: 2, Type: 1, Flags: 0x8000})
	for _, name := range []wsa.Bytes{
		nil, at("0.0.0.0:0"), at("10.0.0.2:5000"), at("10.0.0.2:5009"), at("10.9.9.9:80"), at("255.255.255.255:80"), foreign(), at("0.0.0.0:80"), at("10.0.0.2:80")[:4],
		at("[fd00::1]:80"), at("[fd00::2]:5000"), at("[::ffff:10.0.0.2]:9"), at("127.0.0.1:5000"),
	} {
		calls = append(calls, wsa.BindCall{S: s, Name: name}, wsa.ConnectCall{S: s, Name: name}, wsa.WSAConnectCall{S: s, Name: name})
	}
	return append(calls, wsa.WSAConnectCall{S: s, Name: gridServerAt, GroupQOS: make(wsa.Bytes, 8)}, wsa.WSAConnectCall{S: s, Name: gridServerAt, CallerData: make(wsa.Bytes, 8)})
}

func transferCalls(s wsa.SOCKET) []wsa.Call {
	big := make(wsa.Bytes, 66_000)
	var calls []wsa.Call
	for _, flags := range []uint32{0, wsa.MSG_OOB, wsa.MSG_WAITALL, wsa.MSG_PEEK, 0x4000} {
		calls = append(calls,
			wsa.SendCall{S: s, Buf: wsa.Bytes("abc"), Flags: int32(flags)}, wsa.SendtoCall{S: s, Buf: wsa.Bytes("abc"), Flags: int32(flags), To: gridServerAt},
			wsa.RecvCall{S: s, Buf: 4, Flags: int32(flags)}, wsa.RecvfromCall{S: s, Buf: 4, Flags: int32(flags), From: 28, Fromlen: value(int32(28))},
			wsa.WSASendCall{S: s, Buffers: []wsa.Bytes{wsa.Bytes("abc")}, Flags: flags}, wsa.WSASendToCall{S: s, Buffers: []wsa.Bytes{wsa.Bytes("abc")}, Flags: flags, To: gridServerAt},
			wsa.WSARecvCall{S: s, Buffers: []wsa.Room{4}, Flags: &flags}, wsa.WSARecvFromCall{S: s, Buffers: []wsa.Room{4}, Flags: &flags, From: wsa.NULL},
			wsa.WSASendMsgCall{S: s, Buffers: []wsa.Bytes{wsa.Bytes("abc")}, Flags: flags, Name: gridServerAt},
			wsa.WSARecvMsgCall{S: s, Buffers: []wsa.Room{4}, MsgFlags: flags, Name: wsa.NULL, Control: wsa.NULL})
	}
	for _, to := range []wsa.Bytes{nil, at("255.255.255.255:9"), at("0.0.0.0:9"), foreign(), gridServerAt[:4], at("[fd00::2]:9"), at("[::ffff:10.0.0.2]:9"), at("127.0.0.1:9")} {
		calls = append(calls, wsa.SendtoCall{S: s, Buf: wsa.Bytes("a"), To: to}, wsa.WSASendToCall{S: s, Buffers: []wsa.Bytes{wsa.Bytes("a")}, To: to},
			wsa.WSASendMsgCall{S: s, Buffers: []wsa.Bytes{wsa.Bytes("a")}, Name: to})
	}
	zero := value(uint32(0))
	return append(calls,
		wsa.SendCall{S: s, Buf: big}, wsa.SendtoCall{S: s, Buf: big, To: gridServerAt}, wsa.WSASendCall{S: s, Buffers: []wsa.Bytes{big}},
		wsa.WSASendToCall{S: s, Buffers: []wsa.Bytes{big}, To: gridServerAt}, wsa.WSASendMsgCall{S: s, Buffers: []wsa.Bytes{big}, Name: gridServerAt},
		wsa.RecvCall{S: s}, wsa.RecvfromCall{S: s, From: wsa.NULL}, wsa.RecvfromCall{S: s, Buf: 4, From: 28, Fromlen: value(int32(1))},
		wsa.WSARecvFromCall{S: s, Buffers: []wsa.Room{4}, Flags: zero, From: 28, Fromlen: value(int32(1))},
		wsa.WSASendCall{S: s, Buffers: []wsa.Bytes{wsa.Bytes("a")}, NullSent: true}, wsa.WSASendToCall{S: s, Buffers: []wsa.Bytes{wsa.Bytes("a")}, To: gridServerAt, NullSent: true},
		wsa.WSARecvCall{S: s, Buffers: []wsa.Room{4}}, wsa.WSARecvFromCall{S: s, Buffers: []wsa.Room{4}, From: wsa.NULL},
		wsa.WSASendMsgCall{S: s, NullMsg: true}, wsa.WSARecvMsgCall{S: s, NullMsg: true},
		wsa.WSASendCall{S: s, Buffers: []wsa.Bytes{big}, Overlapped: 1}, wsa.WSARecvCall{S: s, Buffers: []wsa.Room{4}, Flags: zero, Overlapped: 1},
		wsa.WSARecvFromCall{S: s, Buffers: []wsa.Room{4}, Flags: zero, From: wsa.NULL, Overlapped: 1},
		wsa.WSASendToCall{S: s, Buffers: []wsa.Bytes{big}, To: gridServerAt, Overlapped: 1},
		wsa.WSARecvMsgCall{S: s, Buffers: []wsa.Room{4}, Name: wsa.NULL, Control: wsa.NULL, Overlapped: 1})
}

func optionCalls(s wsa.SOCKET) []wsa.Call {
	var calls []wsa.Call
	for _, o := range [][2]int32{
		{wsa.SOL_SOCKET, wsa.SO_KEEPALIVE}, {wsa.SOL_SOCKET, wsa.SO_CONDITIONAL_ACCEPT}, {wsa.IPPROTO_IP, wsa.IP_PKTINFO}, {wsa.IPPROTO_IPV6, wsa.IPV6_PKTINFO},
		{wsa.SOL_SOCKET, wsa.SO_BSP_STATE}, {0x7777, 1}, {wsa.SOL_SOCKET, 0x7abc}, {wsa.SOL_SOCKET, wsa.SO_RCVTIMEO}, {wsa.IPPROTO_IP, wsa.IP_TTL},
		{wsa.SOL_SOCKET, wsa.SO_DONTROUTE}, {wsa.SOL_SOCKET, wsa.SO_GROUP_PRIORITY}, {wsa.SOL_SOCKET, wsa.SO_USELOOPBACK}, {wsa.SOL_SOCKET, wsa.SO_SNDLOWAT}, {wsa.SOL_SOCKET, wsa.SO_UPDATE_CONNECT_CONTEXT},
	} {
		calls = append(calls,
			wsa.SetsockoptCall{S: s, Level: o[0], Optname: o[1], Optval: dword(1)}, wsa.SetsockoptCall{S: s, Level: o[0], Optname: o[1], Optval: dword(300)},
			wsa.SetsockoptCall{S: s, Level: o[0], Optname: o[1]},
			wsa.GetsockoptCall{S: s, Level: o[0], Optname: o[1], Optval: 64, Optlen: value(int32(64))}, wsa.GetsockoptCall{S: s, Level: o[0], Optname: o[1], Optval: 0, Optlen: value(int32(0))})
	}
	calls = append(calls, wsa.IoctlsocketCall{S: s, Cmd: wsa.FIONBIO}, wsa.IoctlsocketCall{S: s, Cmd: wsa.FIONBIO, Argp: value(uint32(0))}, wsa.IoctlsocketCall{S: s, Cmd: 0xdead, Argp: value(uint32(0))})
	for _, code := range []uint32{
		wsa.FIONBIO, wsa.FIONREAD, wsa.SIO_KEEPALIVE_VALS, wsa.SIO_GET_BROADCAST_ADDRESS, wsa.SIO_ROUTING_INTERFACE_QUERY, wsa.SIO_ADDRESS_LIST_CHANGE,
		wsa.SIO_BASE_HANDLE, wsa.SIO_GET_INTERFACE_LIST, wsa.SIO_FLUSH, wsa.SIO_SET_QOS, 0xdeadbeef, wsa.SIO_UDP_CONNRESET, wsa.SIO_ADDRESS_LIST_QUERY,
	} {
		in := make(wsa.Bytes, 12)
		calls = append(calls, wsa.WSAIoctlCall{S: s, Code: code, In: in, Out: 64}, wsa.WSAIoctlCall{S: s, Code: code, Out: wsa.NULL}, wsa.WSAIoctlCall{S: s, Code: code, In: in, Out: 64, NullReturned: true},
			wsa.WSAIoctlCall{S: s, Code: code, In: in, Out: 64, Overlapped: 1})
	}
	for _, to := range []string{"10.0.0.2:9", "[fd00::2]:9", "[::ffff:10.0.0.2]:9", "[fe80::99%7]:9"} {
		calls = append(calls, wsa.WSAIoctlCall{S: s, Code: wsa.SIO_ROUTING_INTERFACE_QUERY, In: at(to), Out: 64}, wsa.WSAIoctlCall{S: s, Code: wsa.SIO_ROUTING_INTERFACE_QUERY, In: at(to), Out: 4})
	}
	return calls
}

func waitCalls(s wsa.SOCKET) []wsa.Call {
	now := &wsa.Timeval{}
	return []wsa.Call{
		wsa.SelectCall{Readfds: wsa.FDSet{s}, Timeout: now}, wsa.SelectCall{}, wsa.SelectCall{Readfds: wsa.FDSet{0x7774}, Timeout: now},
		wsa.WSAPollCall{FDArray: []wsa.PollFD{{FD: s, Events: wsa.POLLRDNORM}}}, wsa.WSAPollCall{}, wsa.WSAPollCall{FDArray: []wsa.PollFD{{FD: s, Events: wsa.POLLPRI}}},
		wsa.WSAEventSelectCall{S: s, EventObject: 0x7774, NetworkEvents: wsa.FD_READ}, wsa.WSAEventSelectCall{S: s}, wsa.WSAEnumNetworkEventsCall{S: s},
		wsa.WSAEnumNetworkEventsCall{S: s, EventObject: 0x7774}, wsa.WSAEnumNetworkEventsCall{S: s, NullEvents: true}, wsa.WSACreateEventCall{},
		wsa.WSASetEventCall{Event: 0x7774}, wsa.WSAResetEventCall{Event: 0x7774}, wsa.WSACloseEventCall{Event: 0x7774},
		wsa.WSASetEventCall{Event: 8}, wsa.WSAResetEventCall{Event: 8}, wsa.WSACloseEventCall{Event: 8},
		wsa.WSAWaitForMultipleEventsCall{}, wsa.WSAWaitForMultipleEventsCall{Events: []wsa.HANDLE{8}}, wsa.WSAWaitForMultipleEventsCall{Events: []wsa.HANDLE{0x7774}},
		wsa.WSAGetOverlappedResultCall{S: s, Overlapped: 9}, wsa.WSAGetOverlappedResultCall{S: s, Overlapped: 9, NullTransfer: true}, wsa.WSAGetOverlappedResultCall{S: s, Overlapped: 9, Wait: true},
		wsa.CancelIoExCall{File: wsa.HANDLE(s)}, wsa.CancelIoCall{File: 0x7774}, wsa.CloseHandleCall{H: 0x7774},
		wsa.CreateIoCompletionPortCall{FileHandle: wsa.HANDLE(s)}, wsa.GetQueuedCompletionStatusCall{CompletionPort: 8}, wsa.GetQueuedCompletionStatusExCall{CompletionPort: 8, Count: 1},
		wsa.GetQueuedCompletionStatusCall{CompletionPort: 0x7774}, wsa.GetQueuedCompletionStatusExCall{CompletionPort: 0x7774, Count: 1},
	}
}

func extensionCalls(s wsa.SOCKET) []wsa.Call {
	return []wsa.Call{
		wsa.AcceptExCall{ListenSocket: s, AcceptSocket: s + 4, OutputBuffer: 88, LocalAddressLength: 44, RemoteAddressLength: 44, Overlapped: 1},
		wsa.AcceptExCall{ListenSocket: s, AcceptSocket: s, OutputBuffer: 88, LocalAddressLength: 44, RemoteAddressLength: 44, Overlapped: 1},
		wsa.ConnectExCall{S: s, Name: gridServerAt, NullSent: true, Overlapped: 1}, wsa.ConnectExCall{S: s, Name: gridServerAt[:4], NullSent: true, Overlapped: 1},
		wsa.ConnectExCall{S: s, Name: at("[::ffff:10.0.0.2]:9"), NullSent: true, Overlapped: 1},
		wsa.ConnectExCall{S: s, Name: foreign(), NullSent: true, Overlapped: 1}, wsa.ConnectExCall{S: s, Name: at("0.0.0.0:9"), NullSent: true, Overlapped: 1},
		wsa.DisconnectExCall{S: s, Flags: 1}, wsa.DisconnectExCall{S: s}, wsa.DisconnectExCall{S: s, Overlapped: 1}, wsa.TransmitFileCall{S: s, NullBuffers: true}, wsa.TransmitFileCall{S: s, File: 0x7774, NullBuffers: true},
		wsa.WSADuplicateSocketCall{S: s}, wsa.WSADuplicateSocketCall{S: s, ProcessID: 1, ProtocolInfo: wsa.NULL}, wsa.WSADuplicateSocketCall{S: s, ProcessID: 1, ProtocolInfo: 628},
		wsa.WSADuplicateSocketCall{S: s, ProcessID: 3, ProtocolInfo: 628},
		wsa.WSAEnumProtocolsCall{}, wsa.WSAEnumProtocolsCall{ProtocolBuffer: wsa.NULL, BufferLength: value(uint32(0))},
	}
}

func securityCalls(s wsa.SOCKET) []wsa.Call {
	name, _ := (&wsa.PeerTargetName{Name: "host/server"}).AppendBinary(nil) // never fails
	storage, _ := wsa.StorageFrom(netip.MustParseAddrPort("0.0.0.0:0"))     // never fails
	zero, _ := (&wsa.PeerTargetName{PeerAddress: storage, Name: "host/server"}).AppendBinary(nil)
	var query wsa.SecurityQueryTemplate
	copy(query.PeerAddress[:], gridServerAt)
	template, _ := query.AppendBinary(nil) // never fails
	info := value(uint32(64))
	return []wsa.Call{
		wsa.WSASetSocketSecurityCall{S: s}, wsa.WSASetSocketSecurityCall{S: s, Settings: wsa.Bytes{1}}, wsa.WSASetSocketSecurityCall{S: s, Settings: wsa.Bytes{9, 0, 0, 0, 0, 0, 0, 0}},
		wsa.WSASetSocketPeerTargetNameCall{S: s}, wsa.WSASetSocketPeerTargetNameCall{S: s, PeerTargetName: name}, wsa.WSASetSocketPeerTargetNameCall{S: s, PeerTargetName: name[:40]}, wsa.WSASetSocketPeerTargetNameCall{S: s, PeerTargetName: zero},
		wsa.WSADeleteSocketPeerTargetNameCall{S: s}, wsa.WSADeleteSocketPeerTargetNameCall{S: s, PeerAddr: gridServerAt}, wsa.WSADeleteSocketPeerTargetNameCall{S: s, PeerAddr: gridServerAt[:4]},
		wsa.WSADeleteSocketPeerTargetNameCall{S: s, PeerAddr: foreign()}, wsa.WSAQuerySocketSecurityCall{S: s, Info: 64}, wsa.WSAQuerySocketSecurityCall{S: s, Info: 64, InfoLen: info},
		wsa.WSAQuerySocketSecurityCall{S: s, Info: 4, InfoLen: value(uint32(4))}, wsa.WSAQuerySocketSecurityCall{S: s, Info: 64, InfoLen: info, Template: make(wsa.Bytes, 3)},
		wsa.WSAQuerySocketSecurityCall{S: s, Info: 64, InfoLen: info, Template: template},
		wsa.WSAImpersonateSocketPeerCall{S: s}, wsa.WSAImpersonateSocketPeerCall{S: s, PeerAddr: gridServerAt[:4]}, wsa.WSAImpersonateSocketPeerCall{S: s, PeerAddr: foreign()},
		wsa.WSARevertImpersonationCall{},
	}
}

// followedLater is how situations are called that the specification does not
// follow yet: what event selection does to a socket's mode.
const followedLater = "with an event"

// outcome is what the simulator said to a call, and by which rule.
type outcome struct {
	op   string
	code wsa.Errno
	rule rules.ID
}

// answers makes each call in each situation, in a world of its own, and gathers
// what the simulator said. It reports what the specification does not allow.
func answers(t *testing.T) map[outcome]bool {
	var mu sync.Mutex
	seen := make(map[outcome]bool)
	t.Run("situations", func(t *testing.T) {
		for _, where := range situations() {
			t.Run(where.String(), func(t *testing.T) {
				t.Parallel()
				mine := make(map[outcome]bool)
				if where.calls == nil {
					where.calls = gridCalls
				}
				for i := range where.calls(0) {
					m := where.make(i)
					if m.Violation != nil && !strings.HasSuffix(where.name, followedLater) {
						t.Errorf("%v", m.Violation)
					}
					note(mine, m.Records())
				}
				mu.Lock()
				defer mu.Unlock()
				maps.Copy(seen, mine)
			})
		}
	})
	return seen
}

// make makes one of the calls in the situation.
func (where situation) make(i int) *fuzz.Machine {
	m := fuzz.Start(fuzz.StateSetup())
	defer m.Close()
	actor, s := where.reach(m)
	if where.lacks != 0 {
		m.Do(fuzz.Step{Disturb: &fuzz.Disturbance{Kind: fuzz.Starve, Process: actor, Lacks: where.lacks}})
	}
	do(m, actor, where.calls(s)[i])
	return m
}

// String names the situation and what is lacking in it.
func (where situation) String() string {
	if where.lacks == 0 {
		return where.name
	}
	return where.name + ", " + where.lacks.String()
}

// note gathers what a trace says to each call.
func note(seen map[outcome]bool, records []*trace.Record) {
	ops := make(map[int]string)
	for _, r := range records {
		switch {
		case r.Kind == trace.CallMade:
			ops[r.TID] = r.Call.Op()
		case r.Kind == trace.Returned && r.Return.Failure == "":
			seen[outcome{ops[r.TID], r.Return.Err, rules.ID(r.Rule)}] = true
			if ne := r.Return.NetworkEvents; ne != nil {
				for _, code := range ne.ErrorCode {
					seen[outcome{ops[r.TID], wsa.Errno(code), rules.EVENUMCode}] = true
				}
			}
		}
	}
}

// notAnswered says which documented errors the simulator never gives, though
// the specification allows them.
var notAnswered = func() map[string]string {
	m := make(map[string]string)
	for _, row := range []struct{ why, what string }{
		{"observed is WSAEPROTONOSUPPORT (SK15), which the simulator gives for every misfit", "socket WSAEPROTOTYPE; WSASocket WSAEPROTOTYPE"},
		{"a structure that is too short is WSAEINVAL here; outside the process's memory there is nothing in Go", "WSASocket WSAEFAULT"},
		{"the simulator judges an address when it is bound, and leaves nothing to be found later", "listen WSAEADDRINUSE; connect WSAEADDRINUSE; WSAConnect WSAEADDRINUSE; ConnectEx WSAEADDRINUSE"},
		{"a condition function of a recorded call cannot do anything else meanwhile", "WSAAccept WSAEACCES"},
		{"where there is no way the simulator says WSAENETUNREACH; nothing on the way tells it of hosts",
			"connect WSAEHOSTUNREACH; WSAConnect WSAEHOSTUNREACH; ConnectEx WSAEHOSTUNREACH; send WSAEHOSTUNREACH; sendto WSAEHOSTUNREACH; WSASendTo WSAEHOSTUNREACH"},
		{"observed is success (BC2)", "connect WSAEACCES; WSAConnect WSAEACCES; send WSAEACCES"},
		{"quality of service is not simulated: what is asked for is ignored", "WSAConnect WSAEOPNOTSUPP"},
		{"not simulated: keep-alive probes, and the end of a datagram's time to live",
			"send WSAENETRESET; sendto WSAENETRESET; WSASend WSAENETRESET; WSASendTo WSAENETRESET; WSASendMsg WSAENETRESET; recv WSAENETRESET; " +
				"recvfrom WSAENETRESET; WSARecv WSAENETRESET; WSARecvFrom WSAENETRESET; WSARecvMsg WSAENETRESET; setsockopt WSAENETRESET; setsockopt WSAENOTCONN"},
		{"the page of the codes gives WSAENOTCONN, which the simulator follows", "sendto WSAEDESTADDRREQ; WSASendTo WSAEDESTADDRREQ"},
		{"the remarks of the page allow it, and the simulator follows them", "recvfrom WSAEISCONN"},
		{"the other code of the page comes first, WSAENOTCONN, or the socket is bound by the call", "WSASend WSAEINVAL; WSASendTo WSAEINVAL; WSASendMsg WSAEINVAL"},
		{"on XP an error that waits never ends a send (netsem), which the simulator follows", "WSASendTo WSAECONNRESET; WSASendMsg WSAECONNRESET"},
		{"datagrams never wait to be sent", "WSASendMsg WSAETIMEDOUT; WSASendMsg WSAEWOULDBLOCK; WSASendMsg WSA_IO_PENDING"},
		{"needs a second thread that closes the port", "GetQueuedCompletionStatus ERROR_ABANDONED_WAIT_0; GetQueuedCompletionStatusEx ERROR_ABANDONED_WAIT_0"},
		{"observed is WSAECONNABORTED (ECL8)", "WSAEnumNetworkEvents FD_CLOSE WSAECONNRESET"},
		{"needs an operation whose structure outlives the call that started it", "WSAGetOverlappedResult WSA_INVALID_HANDLE; WSAGetOverlappedResult WSA_IO_INCOMPLETE"},
		{"the structure of a lookup does not outlive the call here", "GetAddrInfoEx WSA_IO_PENDING; GetAddrInfoExOverlappedResult WSAEINPROGRESS"},
		{"the page lists two codes for it, and the simulator gives WSANO_DATA",
			"getservbyname WSAHOST_NOT_FOUND; getservbyport WSAHOST_NOT_FOUND; getprotobyname WSAHOST_NOT_FOUND; getprotobynumber WSAHOST_NOT_FOUND; gethostbyaddr WSAHOST_NOT_FOUND"},
		{"the call behind it does not fail in a simulated world", "WSARevertImpersonation WSASYSCALLFAILURE"},
	} {
		for _, what := range strings.Split(row.what, "; ") {
			m[what] = row.why
		}
	}
	return m
}()

// TestDocumentedErrorsAreGiven: for each documented row that a rule holds, the
// simulator gives the error by that rule, in some situation.
func TestDocumentedErrorsAreGiven(t *testing.T) {
	seen := answers(t)
	given, all := 0, 0
	for _, d := range rules.AllDocumented() {
		if len(d.Rules) == 0 || d.Error == 0 {
			continue
		}
		all++
		found := slices.ContainsFunc(d.Rules, func(id rules.ID) bool {
			return seen[outcome{d.Function, d.Error, id}]
		})
		why, excused := notAnswered[d.String()]
		switch {
		case !found && !excused:
			t.Errorf("%v: never given: %s (%v)", d, d.Condition, d.Rules)
		case found && excused:
			t.Errorf("%v is given, but excused: %s", d, why)
		case found:
			given++
		}
	}
	t.Logf("%d of %d rows given, %d excused", given, all, len(notAnswered))
}
