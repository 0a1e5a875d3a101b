package model

import (
	"slices"

	"wsasim/wsa"
)

// The domains of overlapped operations, completion ports and the extension
// functions. Their worlds are whole, so that operations are followed.

func overlappedDomains() []Domain {
	return []Domain{portDomain(), cancelledDomain(), handleDomain(), resultDomain(), operationDomain(), acceptExDomain(), connectExDomain(), disconnectDomain(), messageDomain(), refusedMessageDomain(), refusedConnectExDomain()}
}

const noFile = wsa.INVALID_HANDLE_VALUE

func wholly(s start) start {
	s.State = s.State.Whole()
	return s
}

func recvInto(s wsa.SOCKET, room wsa.Room, id wsa.OverlappedID) wsa.Call {
	return wsa.WSARecvCall{S: s, Buffers: []wsa.Room{room}, Flags: ptr(uint32(0)), Overlapped: id}
}

// portDomain is about packets: of operations that end at once, and posted ones.
func portDomain() Domain {
	s := wholly(beginAt(1))
	s = begin(s, 1, udp4, wsa.BindCall{S: 4, Name: sockaddr("10.0.0.1:53")}, wsa.CreateIoCompletionPortCall{FileHandle: noFile},
		wsa.CreateIoCompletionPortCall{FileHandle: 4, ExistingCompletionPort: 8, CompletionKey: 7})
	return Domain{Name: "ports", Start: s.State, Setup: s.steps, Depth: 3, Moves: slices.Concat(moves(1,
		wsa.WSASendToCall{S: 4, Buffers: []wsa.Bytes{wsa.Bytes("a")}, To: sockaddr("10.0.0.1:53"), Overlapped: 1},
		wsa.GetQueuedCompletionStatusCall{CompletionPort: 8, Milliseconds: 10}, wsa.GetQueuedCompletionStatusExCall{CompletionPort: 8, Count: 2},
		wsa.GetQueuedCompletionStatusExCall{CompletionPort: 8, Count: 1, Milliseconds: wsa.WSA_INFINITE, Alertable: true}, wsa.QueueUserAPCCall{},
		wsa.SetFileCompletionNotificationModesCall{FileHandle: 4, Flags: wsa.FILE_SKIP_COMPLETION_PORT_ON_SUCCESS},
		recvInto(4, 4, 2), wsa.CancelIoCall{File: 4}),
		moves(2, wsa.PostQueuedCompletionStatusCall{CompletionPort: 8, CompletionKey: 9, Overlapped: 3, NumberOfBytesTransferred: 5}, wsa.CloseHandleCall{H: 8}))}
}

// cancelledDomain is about the packets of operations that one call cancels.
func cancelledDomain() Domain {
	s := wholly(beginAt(1))
	s = begin(s, 1, udp4, wsa.BindCall{S: 4, Name: sockaddr("10.0.0.1:53")}, wsa.CreateIoCompletionPortCall{FileHandle: 4, CompletionKey: 7})
	return Domain{Name: "cancelled together", Start: s.State, Setup: s.steps, Depth: 6, Moves: moves(1,
		recvInto(4, 4, 1), recvInto(4, 5, 2), wsa.CancelIoCall{File: 4},
		wsa.WSARecvCall{S: 4, Buffers: []wsa.Room{4}, Flags: ptr(uint32(0)), Overlapped: 3, Routine: true}, wsa.GetQueuedCompletionStatusExCall{CompletionPort: 8, Count: 1})}
}

// handleDomain is about handles of files and ports, good and bad.
func handleDomain() Domain {
	s := wholly(beginAt(1))
	s = begin(s, 1, udp4, plain4(wsa.SOCK_DGRAM))
	join := func(file, port wsa.HANDLE) wsa.Call {
		return wsa.CreateIoCompletionPortCall{FileHandle: file, ExistingCompletionPort: port, CompletionKey: 1}
	}
	return Domain{Name: "handles of ports", Start: s.State, Setup: s.steps, Depth: 3, Moves: moves(1,
		join(noFile, 0), join(4, 0), join(4, 12), join(8, 0), join(noFile, 12), join(77, 0), join(4, 77), wsa.CloseHandleCall{H: 12},
		wsa.GetQueuedCompletionStatusCall{CompletionPort: 77}, wsa.GetQueuedCompletionStatusExCall{CompletionPort: 12},
		wsa.PostQueuedCompletionStatusCall{CompletionPort: 77}, wsa.SetFileCompletionNotificationModesCall{FileHandle: 77, Flags: 1},
		wsa.SetFileCompletionNotificationModesCall{FileHandle: 4, Flags: 0x80}, wsa.CancelIoCall{File: 77}, wsa.CancelIoExCall{File: 77})}
}

// resultDomain is about what a structure says, and cancelling.
func resultDomain() Domain {
	s := wholly(beginAt(1))
	s = begin(s, 1, udp4, wsa.BindCall{S: 4, Name: sockaddr("10.0.0.1:53")}, wsa.WSACreateEventCall{})
	ask := func(id wsa.OverlappedID, wait bool) wsa.Call {
		return wsa.WSAGetOverlappedResultCall{S: 4, Overlapped: id, Wait: wait}
	}
	return Domain{Name: "results", Start: s.State, Setup: s.steps, Depth: 4, Moves: slices.Concat(moves(1,
		recvInto(4, 4, 1), wsa.WSAIoctlCall{S: 4, Code: 0xDEADBEEF, Out: wsa.NULL, Overlapped: 1, Event: 8},
		ask(1, false), ask(1, true), ask(0, false), wsa.GetOverlappedResultCall{File: 4, Overlapped: 1}),
		moves(2, wsa.CancelIoExCall{File: 4, Overlapped: 1}, wsa.CancelIoExCall{File: 4, Overlapped: 2}, wsa.CancelIoCall{File: 4}))}
}

// operationDomain is about the ends of operations on a stream, and their order.
func operationDomain() Domain {
	s := wholly(beginAt(1, 3))
	s = begin(s, 3, tcp4, wsa.BindCall{S: 4, Name: sockaddr("10.0.0.2:80")}, wsa.ListenCall{S: 4})
	s = begin(s, 1, tcp4, wsa.ConnectCall{S: 4, Name: sockaddr("10.0.0.2:80")})
	s = begin(s, 3, wsa.AcceptCall{S: 4, Addr: wsa.NULL})
	return Domain{Name: "operations", Start: s.State, Setup: s.steps, Depth: 4, Moves: slices.Concat(
		moves(1, wsa.WSASendCall{S: 4, Buffers: []wsa.Bytes{wsa.Bytes("ab")}, Overlapped: 1}, wsa.ClosesocketCall{S: 4}),
		moves(3, recvInto(8, 1, 1), recvInto(8, 4, 2), wsa.CancelIoCall{File: 8}, wsa.ClosesocketCall{S: 8}))}
}

func acceptExDomain() Domain {
	s := wholly(beginAt(1, 3))
	s = begin(s, 3, tcp4, wsa.BindCall{S: 4, Name: sockaddr("10.0.0.2:80")}, wsa.ListenCall{S: 4}, tcp4)
	s = begin(s, 1, tcp4)
	into := func(listener, socket wsa.SOCKET, local, remote uint32, id wsa.OverlappedID) wsa.Call {
		return wsa.AcceptExCall{ListenSocket: listener, AcceptSocket: socket, OutputBuffer: 64, LocalAddressLength: local, RemoteAddressLength: remote, Overlapped: id}
	}
	return Domain{Name: "AcceptEx", Start: s.State, Setup: s.steps, Depth: 4, Moves: slices.Concat(moves(3,
		into(4, 8, 32, 32, 1), into(4, 8, 3, 32, 1), into(4, 8, 32, 32, 0), into(4, 8, 32, 0, 1), into(8, 8, 32, 32, 1), into(4, 4, 32, 32, 1), into(4, 77, 32, 32, 1),
		wsa.ConnectCall{S: 8, Name: sockaddr("10.0.0.2:80")}, wsa.ShutdownCall{S: 8, How: wsa.SD_SEND}, wsa.ClosesocketCall{S: 8},
		wsa.SetsockoptCall{S: 8, Level: wsa.SOL_SOCKET, Optname: wsa.SO_UPDATE_ACCEPT_CONTEXT, Optval: word(4)},
		wsa.GetpeernameCall{S: 8, Name: 16, Namelen: ptr(int32(16))}, wsa.GetAcceptExSockaddrsCall{OutputBuffer: make(wsa.Bytes, 32), RemoteAddressLength: 32}),
		moves(1, wsa.ConnectCall{S: 4, Name: sockaddr("10.0.0.2:80")}))}
}

func connectExDomain() Domain {
	s := wholly(beginAt(1, 3))
	s = begin(s, 3, tcp4, wsa.BindCall{S: 4, Name: sockaddr("10.0.0.2:80")}, wsa.ListenCall{S: 4})
	s = begin(s, 1, tcp4, wsa.BindCall{S: 4, Name: sockaddr("10.0.0.1:0")}, tcp4, udp4)
	to := func(h wsa.SOCKET, id wsa.OverlappedID) wsa.Call {
		return wsa.ConnectExCall{S: h, Name: sockaddr("10.0.0.2:80"), SendBuffer: wsa.Bytes("a"), Overlapped: id}
	}
	return Domain{Name: "ConnectEx", Start: s.State, Setup: s.steps, Depth: 3, Moves: moves(1,
		to(4, 1), to(4, 0), to(8, 1), to(12, 1), wsa.ConnectCall{S: 4, Name: sockaddr("10.0.0.2:80")}, wsa.CancelIoCall{File: 4}, wsa.ClosesocketCall{S: 4},
		wsa.SetsockoptCall{S: 4, Level: wsa.SOL_SOCKET, Optname: wsa.SO_UPDATE_CONNECT_CONTEXT, Optval: wsa.Bytes{}})}
}

func disconnectDomain() Domain {
	s := wholly(beginAt(1, 3))
	s = begin(s, 3, tcp4, wsa.BindCall{S: 4, Name: sockaddr("10.0.0.2:80")}, wsa.ListenCall{S: 4})
	s = begin(s, 1, tcp4, wsa.ConnectCall{S: 4, Name: sockaddr("10.0.0.2:80")}, tcp4)
	return Domain{Name: "DisconnectEx", Start: s.State, Setup: s.steps, Depth: 3, Moves: slices.Concat(moves(1,
		wsa.DisconnectExCall{S: 4, Overlapped: 1}, wsa.DisconnectExCall{S: 4, Overlapped: 1, Flags: wsa.TF_REUSE_SOCKET}, wsa.DisconnectExCall{S: 4, Flags: 1},
		wsa.DisconnectExCall{S: 4}, wsa.DisconnectExCall{S: 8}, wsa.TransmitFileCall{S: 8}, wsa.TransmitFileCall{S: 4, Head: wsa.Bytes("a"), Tail: wsa.Bytes("b")},
		wsa.TransmitFileCall{S: 4, File: 77, Overlapped: 2}, wsa.WSASendCall{S: 4, Buffers: []wsa.Bytes{wsa.Bytes("a")}},
		wsa.SendCall{S: 4, Buf: wsa.Bytes("c")}), moves(2, wsa.ClosesocketCall{S: 4}))}
}

// messageDomain is about WSASendMsg and WSARecvMsg.
func messageDomain() Domain {
	s := wholly(beginAt(1))
	s = begin(s, 1, udp4, wsa.BindCall{S: 4, Name: sockaddr("10.0.0.1:53")}, tcp4)
	send := func(h wsa.SOCKET, control wsa.Bytes) wsa.Call {
		return wsa.WSASendMsgCall{S: h, Name: sockaddr("10.0.0.1:53"), Buffers: []wsa.Bytes{wsa.Bytes("ab")}, Control: control}
	}
	recv := func(h wsa.SOCKET, room, control wsa.Room, id wsa.OverlappedID) wsa.Call {
		return wsa.WSARecvMsgCall{S: h, Name: 16, Namelen: 16, Buffers: []wsa.Room{room}, Control: control, ControlLen: uint32(max(control, 0)), Overlapped: id}
	}
	return Domain{Name: "messages", Start: s.State, Setup: s.steps, Depth: 3, Moves: moves(1,
		send(4, nil), send(4, wsa.Bytes{1, 2, 3}), send(8, nil), wsa.WSASendMsgCall{S: 4, NullMsg: true},
		recv(4, 4, 64, 0), recv(4, 1, 64, 0), recv(4, 4, wsa.NULL, 1), recv(8, 4, 64, 0),
		wsa.SetsockoptCall{S: 4, Level: wsa.IPPROTO_IP, Optname: wsa.IP_PKTINFO, Optval: word(1)})}
}

// refusedMessageDomain is about messages that are not sent or not received.
func refusedMessageDomain() Domain {
	s := begin(beginAt(1), 1, udp4, wsa.BindCall{S: 4, Name: sockaddr("10.0.0.1:53")}, tcp4, udp4)
	send := func(h wsa.SOCKET, size int, flags uint32) wsa.Call {
		return wsa.WSASendMsgCall{S: h, Name: sockaddr("10.0.0.1:53"), Buffers: []wsa.Bytes{make(wsa.Bytes, size)}, Flags: flags}
	}
	recv := func(h wsa.SOCKET, flags uint32) wsa.Call {
		return wsa.WSARecvMsgCall{S: h, Name: wsa.NULL, Buffers: []wsa.Room{4}, Control: wsa.NULL, MsgFlags: flags}
	}
	limit := func(name int32) wsa.Call {
		return wsa.SetsockoptCall{S: 4, Level: wsa.SOL_SOCKET, Optname: name, Optval: word(10)}
	}
	started := send(4, 1, 0).(wsa.WSASendMsgCall)
	started.Overlapped = 1
	return Domain{Name: "refused messages", Start: s.State, Setup: s.steps, Depth: 2, Moves: moves(1,
		send(4, 1, 0), send(12, 1, 0), send(4, maxDatagramLimit+1, 0), send(4, 1, 0x4000), started,
		wsa.WSASendMsgCall{S: 4, Buffers: []wsa.Bytes{wsa.Bytes("a")}}, recv(4, 0), recv(12, 0), recv(8, wsa.MSG_PEEK), wsa.WSARecvMsgCall{S: 4, NullMsg: true},
		wsa.ShutdownCall{S: 4, How: wsa.SD_SEND}, nonblocking(4), limit(wsa.SO_SNDTIMEO), limit(wsa.SO_RCVTIMEO))}
}

// refusedConnectExDomain is about addresses that ConnectEx does not take.
func refusedConnectExDomain() Domain {
	s := begin(beginAt(1), 1, tcp4, wsa.BindCall{S: 4, Name: sockaddr("10.0.0.1:0")})
	to := func(name wsa.Bytes) wsa.Call { return wsa.ConnectExCall{S: 4, Name: name, Overlapped: 1} }
	return Domain{Name: "refused ConnectEx", Start: s.State, Setup: s.steps, Depth: 1, Moves: moves(1,
		to(nil), to(family(99, 16)), to(sockaddr("0.0.0.0:80")))}
}
