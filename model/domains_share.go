package model

import (
	"slices"

	"wsasim/wsa"
)

// duplicateDomain is about descriptors of one datagram socket: two structures were
// given, one to another process and one to its own.
func duplicateDomain() Domain {
	s := beginAt(1, 3, 4)
	for _, tid := range []int{1, 3, 4} {
		s = begin(s, tid, wsa.GetCurrentProcessIdCall{})
	}
	s = begin(s, 1, udp4, wsa.BindCall{S: 4, Name: sockaddr("10.0.0.1:53")})
	there, here := lastOffer(&s, 3), lastOffer(&s, 1)
	take := func(info wsa.Bytes) wsa.Call {
		return wsa.WSASocketCall{ProtocolInfo: info, Flags: wsa.WSA_FLAG_OVERLAPPED}
	}
	again := func(pid uint32, room wsa.Room) wsa.Call {
		return wsa.WSADuplicateSocketCall{S: 4, ProcessID: pid, ProtocolInfo: room}
	}
	return Domain{Name: "duplicates", Start: s.State, Setup: s.steps, Depth: 4, Moves: slices.Concat(
		moves(1, take(here), take(there), again(1, infoSize), again(2, infoSize), again(99, wsa.NULL), again(1, wsa.NULL), again(1, 4),
			wsa.RecvCall{S: 8, Buf: 4}, wsa.ClosesocketCall{S: 4}, wsa.ClosesocketCall{S: 8}, udp4),
		moves(2, wsa.ClosesocketCall{S: 8}),
		moves(4, take(there), wsa.IoctlsocketCall{S: 4, Cmd: wsa.FIONBIO, Argp: ptr(uint32(1))}, wsa.WSACleanupCall{}))}
}

// lastOffer has thread 1 duplicate its first socket for a process.
func lastOffer(s *start, pid uint32) wsa.Bytes {
	*s = begin(*s, 1, wsa.WSADuplicateSocketCall{S: 4, ProcessID: pid, ProtocolInfo: infoSize})
	x := s.world().socketAt(1, 4)
	return x.info(uint32(s.world().numbers))
}

// inGroup makes an IPv4 socket in a group.
func inGroup(typ int32, group uint32) wsa.Call {
	return wsa.WSASocketCall{Family: wsa.AF_INET, Type: typ, Group: group, Flags: wsa.WSA_FLAG_OVERLAPPED}
}

// groupOf asks for the number of a socket's group.
func groupOf(s wsa.SOCKET) wsa.Call {
	return wsa.GetsockoptCall{S: s, Level: wsa.SOL_SOCKET, Optname: wsa.SO_GROUP_ID, Optval: 4, Optlen: ptr(int32(4))}
}

// groupDomain is about the members of a constrained group: sockets 4 and 8; 12 is in
// none.
func groupDomain() Domain {
	s := begin(beginAt(1), 1, inGroup(wsa.SOCK_STREAM, wsa.SG_CONSTRAINED_GROUP), groupOf(4), inGroup(wsa.SOCK_STREAM, 3), tcp4,
		wsa.BindCall{S: 8, Name: sockaddr("10.0.0.1:7")})
	s.State = s.State.Whole()
	priority := func(h wsa.SOCKET) wsa.Call {
		return wsa.GetsockoptCall{S: h, Level: wsa.SOL_SOCKET, Optname: wsa.SO_GROUP_PRIORITY, Optval: 4, Optlen: ptr(int32(4))}
	}
	to, away := sockaddr("10.0.0.2:80"), sockaddr("10.0.0.4:80")
	return Domain{Name: "group of sockets", Start: s.State, Setup: s.steps, Depth: 4, Moves: moves(1,
		wsa.ConnectCall{S: 4, Name: to}, wsa.WSAConnectCall{S: 4, Name: away}, wsa.ConnectCall{S: 8, Name: away}, wsa.WSAConnectCall{S: 8, Name: sockaddr("10.0.0.2:81")},
		wsa.ConnectExCall{S: 8, Name: away, Overlapped: 1}, wsa.ClosesocketCall{S: 4}, wsa.ClosesocketCall{S: 8}, groupOf(4), groupOf(12),
		priority(4), priority(12), wsa.SetsockoptCall{S: 4, Level: wsa.SOL_SOCKET, Optname: wsa.SO_GROUP_PRIORITY, Optval: word(5)}, priority(8),
		inGroup(wsa.SOCK_STREAM, 3))}
}

// groupJoinDomain is about who may be in a group.
func groupJoinDomain() Domain {
	s := beginAt(1, 3, 4)
	s.State = s.State.Whole()
	six := inGroup(wsa.SOCK_STREAM, 3).(wsa.WSASocketCall)
	six.Family = wsa.AF_INET6
	return Domain{Name: "joining groups", Start: s.State, Setup: s.steps, Depth: 4, Moves: slices.Concat(
		moves(1, inGroup(wsa.SOCK_STREAM, wsa.SG_UNCONSTRAINED_GROUP), inGroup(wsa.SOCK_STREAM, wsa.SG_CONSTRAINED_GROUP), inGroup(wsa.SOCK_DGRAM, wsa.SG_CONSTRAINED_GROUP),
			inGroup(wsa.SOCK_STREAM, 3), inGroup(wsa.SOCK_DGRAM, 3), six, groupOf(4), groupOf(8), wsa.ClosesocketCall{S: 4}),
		moves(3, inGroup(wsa.SOCK_STREAM, 3)), moves(4, inGroup(wsa.SOCK_DGRAM, 3), wsa.WSACleanupCall{}))}
}
