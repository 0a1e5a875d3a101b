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
