package rules

import "wsasim/wsa"

// documentedWaits holds the rows of: readiness, events and the ends of overlapped operations.
var documentedWaits = []page{
	{"select", "", "nf-winsock2-select", []row{
		notStarted,
		{wsa.WSAEFAULT, "no internal resources, or a pointer not in user memory", held{RESSelect}, ""},
		netDown,
		{wsa.WSAEINVAL, "timeout invalid, or all three sets NULL or empty", held{SELECTEmpty}, ""},
		interrupted,
		inProgress,
		{wsa.WSAENOTSOCK, "a set contains something that is not a socket", held{SELECTNotsock}, ""},
	}},
	{"WSAPoll", "", "nf-winsock2-wsapoll", []row{
		netDown,
		{wsa.WSAEFAULT, "exception while reading the parameters", nil, "a Go slice is always readable"},
		{wsa.WSAEINVAL, "array NULL; any other flag in events (incl. POLLPRI); or no valid socket in the whole array", held{POLLEvents, POLLNone}, ""},
		noBuffers,
	}},
	{"WSAEventSelect", "", "nf-winsock2-wsaeventselect", []row{
		notStarted,
		netDown,
		{wsa.WSAEINVAL, "a parameter invalid, or socket in an invalid state", held{EVSELParam}, ""},
		inProgress,
		notSocket,
	}},
	{"WSAEnumNetworkEvents", "", "nf-winsock2-wsaenumnetworkevents", []row{
		notStarted,
		netDown,
		{wsa.WSAEINVAL, "a parameter invalid", held{EVENUMEvent}, ""},
		inProgress,
		notSocket,
		{wsa.WSAEFAULT, "lpNetworkEvents not in user memory", held{EVENUMFault}, ""},
	}},
	{"WSAEnumNetworkEvents", "FD_CONNECT", "nf-winsock2-wsaenumnetworkevents", []row{
		{wsa.WSAEAFNOSUPPORT, "the family cannot be used with the socket", nil, "connect judges the family before an attempt begins (CONN-FAMILY)"},
		{wsa.WSAECONNREFUSED, "refused", held{EVENUMCode}, ""},
		{wsa.WSAENETUNREACH, "the network is not reachable", nil, "connect judges the route before an attempt begins (CONN-UNREACH)"},
		{wsa.WSAENOBUFS, "no buffer space", nil, "connect needs its buffers before an attempt begins (RES-NOBUFS)"},
		{wsa.WSAETIMEDOUT, "the attempt timed out", held{EVENUMCode}, ""},
	}},
	{"WSAEnumNetworkEvents", "FD_CLOSE", "nf-winsock2-wsaenumnetworkevents", []row{
		{wsa.WSAENETDOWN, "network subsystem failed", nil, "a network that has failed is told by the next call (NET-DOWN); no source says when it is recorded as an event"},
		{wsa.WSAECONNRESET, "reset by the peer", held{EVENUMCode}, ""},
		{wsa.WSAECONNABORTED, "time-out or another failure", held{EVENUMCode}, ""},
	}},
	{"WSAEnumNetworkEvents", "FD_ACCEPT, FD_READ, FD_WRITE, FD_OOB, FD_QOS, FD_GROUP_QOS, FD_ADDRESS_LIST_CHANGE", "nf-winsock2-wsaenumnetworkevents", []row{
		{wsa.WSAENETDOWN, "network subsystem failed", nil, "a network that has failed is told by the next call (NET-DOWN); no source says when it is recorded as an event"},
	}},
	{"WSAEnumNetworkEvents", "FD_ROUTING_INTERFACE_CHANGE", "nf-winsock2-wsaenumnetworkevents", []row{
		{wsa.WSAENETUNREACH, "the destination is no longer reachable", nil, "routes of a simulated world change only with the hosts' addresses, which end nothing"},
		{wsa.WSAENETDOWN, "network subsystem failed", nil, "a network that has failed is told by the next call (NET-DOWN); no source says when it is recorded as an event"},
	}},
	{"WSACreateEvent", "", "nf-winsock2-wsacreateevent", []row{
		notStarted,
		netDown,
		inProgress,
		{wsa.WSA_NOT_ENOUGH_MEMORY, "not enough memory", held{RESMemory}, ""},
	}},
	{"WSASetEvent", "", "nf-winsock2-wsasetevent", []row{
		notStarted,
		netDown,
		inProgress,
		{wsa.WSA_INVALID_HANDLE, "not a valid event handle", held{EVENTHandle}, ""},
	}},
	{"WSAResetEvent", "", "nf-winsock2-wsaresetevent", []row{
		notStarted,
		netDown,
		inProgress,
		{wsa.WSA_INVALID_HANDLE, "not a valid event handle", held{EVENTHandle}, ""},
	}},
	{"WSACloseEvent", "", "nf-winsock2-wsacloseevent", []row{
		notStarted,
		netDown,
		inProgress,
		{wsa.WSA_INVALID_HANDLE, "not a valid event handle", held{EVENTHandle}, ""},
	}},
	{"WSAWaitForMultipleEvents", "", "nf-winsock2-wsawaitformultipleevents", []row{
		notStarted,
		netDown,
		inProgress,
		{wsa.WSA_NOT_ENOUGH_MEMORY, "not enough memory", held{RESMemory}, ""},
		{wsa.WSA_INVALID_HANDLE, "an array entry is not a valid event handle", held{EVENTHandle}, ""},
		{wsa.WSA_INVALID_PARAMETER, "invalid handle count", held{EVENTCount}, ""},
	}},
	{"WSAGetOverlappedResult", "", "nf-winsock2-wsagetoverlappedresult", []row{
		notStarted,
		netDown,
		notSocket,
		{wsa.WSA_INVALID_HANDLE, "hEvent in the overlapped structure is not a valid event", held{OVResultHandle}, ""},
		{wsa.WSA_INVALID_PARAMETER, "a parameter unacceptable", nil, "no parameter but the pointers can be unacceptable, and those are OV-RESULT-FAULT"},
		{wsa.WSA_IO_INCOMPLETE, "fWait FALSE and not finished", held{OVResultIncomplete}, ""},
		{wsa.WSAEFAULT, "a pointer not in user memory", held{OVResultFault}, ""},
	}},
	{"CancelIoEx", "", "cancelioex-func", []row{
		{wsa.ERROR_NOT_FOUND, "nothing to cancel", held{CANCELNone}, ""},
	}},
	{"CreateIoCompletionPort", "", "createiocompletionport", []row{
		{0, "no codes listed on the page", held{PORTHandle, PORTFile}, ""},
	}},
	{"GetQueuedCompletionStatus", "", "nf-ioapiset-getqueuedcompletionstatus", []row{
		{wsa.WAIT_TIMEOUT, "FALSE, *lpOverlapped NULL: no packet in time (code not named on the page)", held{PORTTimeout}, ""},
		{wsa.ERROR_ABANDONED_WAIT_0, "FALSE, *lpOverlapped NULL: port closed during the wait (Vista+; earlier the wait continued)", held{PORTAbandoned}, ""},
		{0, "FALSE, *lpOverlapped not NULL: packet of a failed request, bytes/key/overlapped valid", held{PORTStatus}, ""},
	}},
	{"GetQueuedCompletionStatusEx", "", "nf-ioapiset-getqueuedcompletionstatusex", []row{
		{wsa.ERROR_ABANDONED_WAIT_0, "FALSE: port closed", held{PORTAbandoned}, ""},
		{wsa.WAIT_TIMEOUT, "FALSE: nothing in time (not named on the page)", held{PORTTimeout}, ""},
		{0, "FALSE: bad parameters or invalid port", held{PORTHandle, PORTFile, PORTApc}, ""},
	}},
	{"PostQueuedCompletionStatus", "", "nf-ioapiset-postqueuedcompletionstatus", []row{
		{0, "no codes listed", held{PORTHandle}, ""},
	}},
	{"AcceptEx", "", "nf-mswsock-acceptex", []row{
		{wsa.WSA_IO_PENDING, "started, still in progress", held{ACCEPTEXPending}, ""},
		{wsa.WSAECONNRESET, "connection indicated but ended by the peer before it was accepted", nil, "it is how the operation ends; WSAGetOverlappedResult gives it (OV-RESULT-STATUS)"},
	}},
	{"ConnectEx", "", "nc-mswsock-lpfn_connectex", []row{
		{wsa.WSA_IO_PENDING, "started, may still fail at completion", held{CONNEXPending}, ""},
		notStarted,
		netDown,
		{wsa.WSAEADDRINUSE, "local address in use without SO_REUSEADDR; deferred from a wildcard bind", held{CONNInuse}, ""},
		{wsa.WSAEALREADY, "a nonblocking connect / WSAConnect / ConnectEx is in progress", nil, "observed is WSAEINVAL (CONNEX-STATE; CX4, CG5)"},
		{wsa.WSAEADDRNOTAVAIL, "remote address invalid (ADDR_ANY)", held{CONNZero}, ""},
		{wsa.WSAEAFNOSUPPORT, "family cannot be used with this socket", held{CONNFamily}, ""},
		{wsa.WSAECONNREFUSED, "refused", nil, "it is the outcome of the attempt: the operation ends with it, and WSAGetOverlappedResult gives it (OV-RESULT-STATUS)"},
		{wsa.WSAEFAULT, "name, send buffer or overlapped not in user memory, or namelen too small", held{CONNFault}, ""},
		{wsa.WSAEINVAL, "socket unbound, or listening", held{CONNEXState}, ""},
		{wsa.WSAEISCONN, "already connected", held{CONNIsconn}, ""},
		{wsa.WSAENETUNREACH, "network unreachable", held{CONNUnreach}, ""},
		{wsa.WSAEHOSTUNREACH, "host unreachable", held{CONNUnreach}, ""},
		{wsa.WSAENOBUFS, "no buffer space", held{RESNobufs}, ""},
		notSocket,
		{wsa.WSAETIMEDOUT, "attempt timed out", nil, "it is the outcome of the attempt: the operation ends with it, and WSAGetOverlappedResult gives it (OV-RESULT-STATUS)"},
	}},
	{"DisconnectEx", "", "nc-mswsock-lpfn_disconnectex", []row{
		{wsa.WSA_IO_PENDING, "started, may still fail later", held{DISCONNPending}, ""},
		{wsa.WSAEFAULT, "invalid lpOverlapped", nil, "a Go pointer is never invalid, and NULL makes the call synchronous"},
		{wsa.WSAEINVAL, "nonzero dwReserved; or nonzero dwFlags other than TF_REUSE_SOCKET", held{DISCONNParam}, ""},
		{wsa.WSAENOTCONN, "not connected; also possible when the socket is already in transmit closing from an earlier request and TF_REUSE_SOCKET is absent", held{DISCONNNotconn}, ""},
	}},
	{"GetOverlappedResult", "", "nf-ioapiset-getoverlappedresult", []row{
		{0, "a parameter unacceptable, the operation not finished, or its own error", held{OVResultIncomplete, OVResultHandle, OVResultStatus}, ""},
	}},
	{"CancelIo", "", "cancelio", []row{
		{0, "the page lists no codes", held{CANCELHandle}, ""},
	}},
	{"SetFileCompletionNotificationModes", "", "nf-winbase-setfilecompletionnotificationmodes", []row{
		{0, "the page lists no codes", held{PORTHandle, PORTFile}, ""},
	}},
	{"GetAcceptExSockaddrs", "", "nf-mswsock-getacceptexsockaddrs", []row{
		{0, "the function returns nothing and has no errors", nil, "there is nothing to fail"},
	}},
	{"TransmitFile", "", "nf-mswsock-transmitfile", []row{
		{wsa.WSAENOTCONN, "not connected", held{TRANSMITNotconn}, ""},
		{0, "the file is not valid", held{TRANSMITFile}, ""},
	}},
	{"QueueUserAPC", "", "nf-processthreadsapi-queueuserapc", []row{
		{0, "the page lists no codes", nil, "the thread that a routine is queued to always exists"},
	}},
	{"SleepEx", "", "nf-synchapi-sleepex", []row{
		{0, "the function has no errors", held{SLEEPOk, SLEEPApc}, ""},
	}},
	{"CloseHandle", "", "nf-handleapi-closehandle", []row{
		{wsa.WSA_INVALID_HANDLE, "the handle is not valid (ERROR_INVALID_HANDLE)", held{HANDLEInvalid}, ""},
	}},
}
