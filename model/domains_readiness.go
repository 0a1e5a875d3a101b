package model

import (
	"slices"

	"wsasim/wsa"
)

// The domains of readiness, events, waits and sharing.

func readinessDomains() []Domain {
	return []Domain{eventDomain(), routineDomain(), conditionDomain(), selectDomain(), pollDomain(), attemptDomain(),
		eventSelectDomain(), acceptEventDomain(), connectEventDomain()}
}

// eventDomain is about event objects: thread 1 waits, thread 2 sets and resets.
func eventDomain() Domain {
	s := begin(beginAt(1), 1, wsa.WSACreateEventCall{}, wsa.WSACreateEventCall{})
	wait := func(all bool, timeout uint32, handles ...wsa.HANDLE) wsa.Call {
		return wsa.WSAWaitForMultipleEventsCall{Events: handles, WaitAll: all, Timeout: timeout}
	}
	return Domain{Name: "events", Start: s.State, Setup: s.steps, Depth: 4, Moves: slices.Concat(
		moves(1, wait(false, wsa.WSA_INFINITE, 4, 8), wait(true, 10, 4, 8), wait(false, 0), wait(false, 0, 77)),
		moves(2, wsa.WSASetEventCall{Event: 4}, wsa.WSASetEventCall{Event: 8}, wsa.WSAResetEventCall{Event: 4}, wsa.WSACloseEventCall{Event: 8},
			wsa.WSASetEventCall{Event: 77}, wsa.WSACreateEventCall{}))}
}

// routineDomain is about routines and alertable waits, and about calls that have
// nothing to do with sockets.
func routineDomain() Domain {
	s := begin(beginAt(1), 1, wsa.WSACreateEventCall{}, udp4, wsa.BindCall{S: 8, Name: sockaddr("10.0.0.1:53")})
	size := ptr(uint32(wsa.ProtocolInfoSize))
	return Domain{Name: "routines", Start: s.State, Setup: s.steps, Depth: 3, Moves: moves(1,
		wsa.QueueUserAPCCall{}, wsa.SleepExCall{Milliseconds: 1, Alertable: true}, wsa.SleepExCall{Milliseconds: 1}, wsa.RecvCall{S: 8, Buf: 4},
		wsa.WSAWaitForMultipleEventsCall{Events: []wsa.HANDLE{4}, Timeout: 10, Alertable: true},
		wsa.WSARecvCall{S: 8, Buffers: []wsa.Room{4}, Flags: ptr(uint32(0)), Overlapped: 1, Event: 4, Routine: true},
		wsa.GetCurrentProcessIdCall{}, wsa.WSAEnumProtocolsCall{ProtocolBuffer: wsa.NULL, BufferLength: ptr(uint32(0))},
		wsa.WSAEnumProtocolsCall{Protocols: []int32{wsa.IPPROTO_TCP, 0}, ProtocolBuffer: wsa.ProtocolInfoSize, BufferLength: size},
		wsa.WSAEnumProtocolsCall{})}
}

// conditionDomain is about WSAAccept and the calls that disconnect.
func conditionDomain() Domain {
	s := begin(beginAt(1, 3), 3, tcp4, wsa.BindCall{S: 4, Name: sockaddr("10.0.0.2:80")}, wsa.ListenCall{S: 4})
	s = begin(s, 1, tcp4, wsa.ConnectCall{S: 4, Name: sockaddr("10.0.0.2:80")})
	s.State = s.State.Whole()
	accept := func(answer *int32) wsa.Call { return wsa.WSAAcceptCall{S: 4, Addr: wsa.NULL, Answer: answer} }
	into := func(group uint32) wsa.Call {
		return wsa.WSAAcceptCall{S: 4, Addr: 16, Addrlen: ptr(int32(16)), Answer: ptr(int32(wsa.CF_ACCEPT)), Group: group}
	}
	return Domain{Name: "conditions", Start: s.State, Setup: s.steps, Depth: 3, Moves: slices.Concat(
		moves(3, accept(nil), accept(ptr(int32(wsa.CF_ACCEPT))), accept(ptr(int32(wsa.CF_REJECT))), accept(ptr(int32(7))), nonblocking(4),
			into(wsa.SG_CONSTRAINED_GROUP), into(3), into(77), groupOf(8)),
		moves(1, wsa.WSASendDisconnectCall{S: 4}, wsa.WSASendDisconnectCall{S: 4, Data: wsa.Bytes{1}}, wsa.WSARecvDisconnectCall{S: 4}))}
}

func allSets(handles ...wsa.SOCKET) wsa.SelectCall {
	set := wsa.FDSet(handles)
	return wsa.SelectCall{Readfds: set, Writefds: set, Exceptfds: set, Timeout: &wsa.Timeval{}}
}

func pollAll(handles ...wsa.SOCKET) wsa.WSAPollCall {
	c := wsa.WSAPollCall{}
	for _, h := range handles {
		c.FDArray = append(c.FDArray, wsa.PollFD{FD: h, Events: pollAsked})
	}
	return c
}

// selectDomain is about select at both ends of a connection, and a listener.
func selectDomain() Domain {
	s := talkStart()
	wait := allSets(4, 8)
	wait.Timeout = &wsa.Timeval{Sec: 1}
	same := wsa.SelectCall{Readfds: wsa.FDSet{8, 8}, Writefds: wsa.FDSet{8, 8}, Same: true, Timeout: &wsa.Timeval{}}
	return Domain{Name: "select", Start: s.State, Setup: s.steps, Depth: 3, Moves: slices.Concat(
		moves(1, wsa.SendCall{S: 4, Buf: wsa.Bytes("abc")}, wsa.SendCall{S: 4, Buf: wsa.Bytes("!"), Flags: wsa.MSG_OOB}, wsa.ClosesocketCall{S: 4},
			tcp4, wsa.ConnectCall{S: 8, Name: sockaddr("10.0.0.2:80")}),
		moves(3, allSets(4, 8), same, allSets(), allSets(8, 77), wait, wsa.SelectCall{Readfds: wsa.FDSet{4}}, wsa.RecvCall{S: 8, Buf: 1}, wsa.AcceptCall{S: 4, Addr: wsa.NULL},
			wsa.SelectCall{Readfds: wsa.FDSet{4}, Timeout: &wsa.Timeval{Sec: -1}}, nonblocking(8)))}
}

// pollDomain is the same for WSAPoll, with a datagram socket.
func pollDomain() Domain {
	s := talkStart()
	s = begin(s, 3, udp4, wsa.BindCall{S: 12, Name: sockaddr("10.0.0.2:53")})
	s.State = s.State.Whole()
	wait, odd := pollAll(4, 8), pollAll(4)
	wait.Timeout = -1
	odd.FDArray[0].Events = wsa.POLLPRI
	return Domain{Name: "poll", Start: s.State, Setup: s.steps, Depth: 3, Moves: slices.Concat(
		moves(1, wsa.SendCall{S: 4, Buf: wsa.Bytes("abc")}, wsa.SendCall{S: 4, Buf: wsa.Bytes("!"), Flags: wsa.MSG_OOB}, wsa.ShutdownCall{S: 4, How: wsa.SD_SEND}, wsa.ClosesocketCall{S: 4},
			udp4, wsa.SendtoCall{S: 8, Buf: wsa.Bytes("d"), To: sockaddr("10.0.0.2:53")}),
		moves(3, pollAll(4, 8, 12, 77), pollAll(wsa.INVALID_SOCKET, 4), pollAll(77), odd, wait, wsa.RecvCall{S: 8, Buf: 8}, wsa.RecvCall{S: 12, Buf: 8}))}
}

// attemptDomain is about what a connect under way looks like, and one that failed.
func attemptDomain() Domain {
	s := begin(beginAt(1), 1, tcp4, tcp4, nonblocking(4))
	to := sockaddr("10.0.0.2:80")
	wait := pollAll(4)
	wait.Timeout = -1
	return Domain{Name: "attempts", Start: s.State, Setup: s.steps, Depth: 3, Moves: slices.Concat(moves(1,
		wsa.ConnectCall{S: 4, Name: to}, wsa.ConnectCall{S: 8, Name: to}, allSets(4, 8), pollAll(4, 8), wait,
		wsa.BindCall{S: 4, Name: sockaddr("0.0.0.0:81")}, wsa.ListenCall{S: 4}),
		moves(2, wsa.ClosesocketCall{S: 4}, allSets(4)))}
}

// eventSelectDomain is about the record of an accepted connection.
func eventSelectDomain() Domain {
	s := talkStart()
	s = begin(s, 3, wsa.WSACreateEventCall{})
	s.State = s.State.Whole()
	all := int32(wsa.FD_ALL_EVENTS)
	return Domain{Name: "network events", Start: s.State, Setup: s.steps, Depth: 4, Moves: slices.Concat(
		moves(1, wsa.SendCall{S: 4, Buf: wsa.Bytes("abc")}, wsa.SendCall{S: 4, Buf: wsa.Bytes("!"), Flags: wsa.MSG_OOB}, wsa.ClosesocketCall{S: 4}),
		moves(3, wsa.WSAEventSelectCall{S: 8, EventObject: 12, NetworkEvents: all}, wsa.WSAEventSelectCall{S: 8},
			wsa.WSAEnumNetworkEventsCall{S: 8, EventObject: 12}, wsa.WSAWaitForMultipleEventsCall{Events: []wsa.HANDLE{12}}, wsa.RecvCall{S: 8, Buf: 1},
			wsa.IoctlsocketCall{S: 8, Cmd: wsa.FIONBIO, Argp: ptr(uint32(0))}, wsa.WSACloseEventCall{Event: 12},
			wsa.WSAIoctlCall{S: 8, Code: wsa.FIONBIO, In: word(0), Out: wsa.NULL}))}
}

// acceptEventDomain is about listeners and what accepted sockets inherit, and about
// arguments.
func acceptEventDomain() Domain {
	s := begin(beginAt(1, 3), 3, tcp4, wsa.BindCall{S: 4, Name: sockaddr("10.0.0.2:80")}, wsa.ListenCall{S: 4}, wsa.WSACreateEventCall{})
	s = begin(s, 1, tcp4)
	s.State = s.State.Whole()
	return Domain{Name: "events of listeners", Start: s.State, Setup: s.steps, Depth: 4, Moves: slices.Concat(
		moves(1, wsa.ConnectCall{S: 4, Name: sockaddr("10.0.0.2:80")}),
		moves(3, wsa.WSAEventSelectCall{S: 4, EventObject: 8, NetworkEvents: wsa.FD_ACCEPT | wsa.FD_WRITE}, wsa.WSAEventSelectCall{S: 4, EventObject: 77, NetworkEvents: 1},
			wsa.WSAEnumNetworkEventsCall{S: 4, EventObject: 8}, wsa.WSAEnumNetworkEventsCall{S: 12}, wsa.WSAEnumNetworkEventsCall{S: 4, EventObject: 77},
			wsa.WSAEnumNetworkEventsCall{S: 4, NullEvents: true}, wsa.AcceptCall{S: 4, Addr: wsa.NULL}, wsa.WSAResetEventCall{Event: 8}))}
}

// connectEventDomain is about connects and datagram sockets.
func connectEventDomain() Domain {
	s := begin(beginAt(1), 1, tcp4, udp4, wsa.WSACreateEventCall{})
	all := int32(wsa.FD_ALL_EVENTS)
	return Domain{Name: "events of connects", Start: s.State, Setup: s.steps, Depth: 4, Moves: moves(1,
		wsa.WSAEventSelectCall{S: 4, EventObject: 12, NetworkEvents: all}, wsa.WSAEventSelectCall{S: 8, EventObject: 12, NetworkEvents: all},
		wsa.ConnectCall{S: 4, Name: sockaddr("10.0.0.2:80")}, wsa.ConnectCall{S: 8, Name: sockaddr("10.0.0.2:9")}, wsa.BindCall{S: 8, Name: sockaddr("0.0.0.0:53")},
		wsa.WSAEnumNetworkEventsCall{S: 4}, wsa.WSAEnumNetworkEventsCall{S: 8, EventObject: 12}, wsa.SendCall{S: 4, Buf: wsa.Bytes("a")},
		wsa.WSAWaitForMultipleEventsCall{Events: []wsa.HANDLE{12}})}
}
