package model

import (
	"slices"

	"wsasim/wsa"
)

// Domains that reach what the documentation lists and the domains of one theme
// leave out: each function with each of its errors.

// everyCall is a call of each function that does not sleep, with nothing in it.
func everyCall() []wsa.Call {
	return slices.DeleteFunc(wsa.Calls(), func(c wsa.Call) bool {
		_, sleeps := c.(wsa.SleepExCall)
		return sleeps
	})
}

// unstartedDomain makes every call before WSAStartup.
func unstartedDomain() Domain {
	return Domain{Name: "not started", Start: exampleWorld(), Depth: 1, Moves: moves(1, everyCall()...)}
}

// emptyHandedDomain makes every call with a descriptor that is none and with
// pointers that are NULL.
func emptyHandedDomain() Domain {
	s := beginAt(1)
	return Domain{Name: "no socket", Start: s.State, Setup: s.steps, Depth: 1, Moves: moves(1, everyCall()...)}
}

// wideDomain makes the Winsock 2 calls where other domains make the classic
// ones. Socket 4 is a connected stream, 8 a nonblocking one, 12 a datagram socket, 16
// one without the overlapped attribute, 20 listens.
func wideDomain() Domain {
	s := begin(beginAt(1), 1, tcp4, wsa.ConnectCall{S: 4, Name: sockaddr("10.0.0.2:80")}, tcp4, nonblocking(8), udp4, plain4(wsa.SOCK_DGRAM), tcp4,
		wsa.BindCall{S: 20, Name: sockaddr("0.0.0.0:81")}, wsa.ListenCall{S: 20})
	to, all := sockaddr("10.0.0.2:9"), sockaddr("255.255.255.255:9")
	zero := func() *uint32 { return ptr(uint32(0)) }
	a := []wsa.Bytes{wsa.Bytes("a")}
	sendTo := func(h wsa.SOCKET, to wsa.Bytes, ov wsa.OverlappedID, bufs ...wsa.Bytes) wsa.Call {
		return wsa.WSASendToCall{S: h, Buffers: bufs, To: to, Overlapped: ov}
	}
	big := make(wsa.Bytes, maxDatagramLimit+1)
	return Domain{Name: "Winsock 2 calls", Start: s.State, Setup: s.steps, Depth: 2, Moves: moves(1,
		nonblocking(12), wsa.WSAConnectCall{S: 8, Name: to}, wsa.WSAConnectCall{S: 8, Name: sockaddr("0.0.0.0:80")},
		wsa.WSAConnectCall{S: 8, Name: family(0xdead, 16)}, wsa.WSAConnectCall{S: 12, Name: all},
		wsa.WSAConnectCall{S: 12, Name: to}, wsa.ConnectCall{S: 12, Name: to}, wsa.ConnectCall{S: 12, Name: sockaddr("10.0.0.255:9")},
		sendTo(8, to, 0, a...), sendTo(12, all, 0, a...), sendTo(12, sockaddr("0.0.0.0:9"), 0, a...), sendTo(12, family(99, 16), 0, a...),
		sendTo(12, nil, 0, a...), sendTo(12, to[:4], 0, a...), sendTo(12, to, 0, big), sendTo(12, to, 7, a...), sendTo(12, to, 0, a...),
		wsa.WSASendToCall{S: 12, Buffers: a, To: to, NullSent: true}, wsa.ShutdownCall{S: 12, How: wsa.SD_BOTH},
		wsa.SendCall{S: 12, Buf: wsa.Bytes("a")}, wsa.SendCall{S: 12, Buf: big}, wsa.WSASendCall{S: 12, Buffers: []wsa.Bytes{big}},
		wsa.WSASendCall{S: 8, Buffers: a, Overlapped: 8}, wsa.WSASendCall{S: 16, Buffers: a, Overlapped: 9}, wsa.WSASendCall{S: 12, Buffers: a, Flags: wsa.MSG_OOB},
		wsa.SendtoCall{S: 4, Buf: wsa.Bytes("a"), Flags: 0x4000}, wsa.SendtoCall{S: 12, Buf: wsa.Bytes("a"), Flags: wsa.MSG_OOB, To: to},
		wsa.RecvfromCall{S: 12, Buf: 4, Flags: wsa.MSG_OOB, From: wsa.NULL}, wsa.RecvfromCall{S: 4, Buf: 4, From: wsa.NULL},
		wsa.WSARecvCall{S: 12, Buffers: []wsa.Room{4}, Flags: zero()}, wsa.WSARecvCall{S: 4, Buffers: []wsa.Room{4}, Flags: ptr(uint32(wsa.MSG_OOB))},
		wsa.WSARecvCall{S: 12, Buffers: []wsa.Room{4}, Flags: ptr(uint32(wsa.MSG_OOB))},
		wsa.WSARecvFromCall{S: 8, Buffers: []wsa.Room{4}, Flags: zero(), From: wsa.NULL}, wsa.WSARecvFromCall{S: 12, Buffers: []wsa.Room{4}, From: wsa.NULL},
		wsa.WSARecvFromCall{S: 12, Buffers: []wsa.Room{4}, Flags: zero(), From: 16, Fromlen: ptr(int32(1))},
		wsa.WSARecvFromCall{S: 12, Buffers: []wsa.Room{4}, Flags: zero(), From: wsa.NULL}, wsa.WSARecvFromCall{S: 12, Buffers: []wsa.Room{4}, Flags: zero(), From: wsa.NULL, Overlapped: 10},
		wsa.WSAAcceptCall{S: 20, Addr: wsa.NULL}, wsa.WSAAcceptCall{S: 20, Addr: 4, Addrlen: ptr(int32(4))}, wsa.WSAAcceptCall{S: 12, Addr: wsa.NULL},
		wsa.WSASendDisconnectCall{S: 8}, wsa.WSARecvDisconnectCall{S: 8, Data: wsa.Bytes{1}}, wsa.WSAWaitForMultipleEventsCall{Events: []wsa.HANDLE{0}})}
}

// kindsDomain asks for each kind of socket that cannot be had, and for options
// of sockets that have none.
func kindsDomain() Domain {
	s := begin(beginAt(1, 4), 1, tcp4, udp4, tcp6, tcp4, wsa.BindCall{S: 16, Name: sockaddr("0.0.0.0:81")}, wsa.ListenCall{S: 16}, unix)
	s = begin(s, 4, raw4)
	wide := func(af, typ, proto int32) wsa.Call {
		return wsa.WSASocketCall{Family: af, Type: typ, Protocol: proto}
	}
	set := func(h wsa.SOCKET, level, opt int32) wsa.Call {
		return wsa.SetsockoptCall{S: h, Level: level, Optname: opt, Optval: word(1)}
	}
	const sol = wsa.SOL_SOCKET
	return Domain{Name: "kinds", Start: s.State, Setup: s.steps, Depth: 1, Moves: slices.Concat(moves(1,
		wsa.SocketCall{Family: wsa.AF_INET, Type: wsa.SOCK_STREAM, Protocol: wsa.IPPROTO_ICMP}, wide(wsa.AF_INET, wsa.SOCK_STREAM, wsa.IPPROTO_ICMP),
		wide(0xdead, 1, 6), wide(2, 0xdead, 6), wide(2, 1, 17), wide(0, 0, 0),
		set(8, sol, wsa.SO_LINGER), set(4, sol, 0x7abc), set(8, sol, wsa.SO_KEEPALIVE), set(4, wsa.IPPROTO_IP, wsa.IP_PKTINFO), set(12, wsa.IPPROTO_IPV6, wsa.IPV6_PKTINFO),
		set(12, sol, wsa.SO_DONTROUTE), set(4, sol, wsa.SO_GROUP_PRIORITY), set(16, sol, wsa.SO_CONDITIONAL_ACCEPT), set(4, sol, wsa.SO_CONDITIONAL_ACCEPT),
		wsa.GetsockoptCall{S: 4, Level: sol, Optname: wsa.SO_GROUP_PRIORITY, Optval: 4, Optlen: ptr(int32(4))},
		wsa.WSADeleteSocketPeerTargetNameCall{S: 20}, wsa.WSAQuerySocketSecurityCall{S: 20}, wsa.WSAImpersonateSocketPeerCall{S: 20}, wsa.WSASetSocketPeerTargetNameCall{S: 20}),
		moves(4, wsa.WSADeleteSocketPeerTargetNameCall{S: 4}, wsa.WSAQuerySocketSecurityCall{S: 4}))}
}
