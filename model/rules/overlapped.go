package rules

import "wsasim/wsa"

// Rules of waits for readiness.
const (
	POLLEvents    ID = "POLL-EVENTS"
	POLLNone      ID = "POLL-NONE"
	SELECTEmpty   ID = "SELECT-EMPTY"
	SELECTNotsock ID = "SELECT-NOTSOCK"
	SELECTRead    ID = "SELECT-READ"
	SELECTWrite   ID = "SELECT-WRITE"
	SELECTExcept  ID = "SELECT-EXCEPT"
	SELECTCount   ID = "SELECT-COUNT"
	SELECTTimeout ID = "SELECT-TIMEOUT"
	SELECTBlocks  ID = "SELECT-BLOCKS"
	POLLRead      ID = "POLL-READ"
	POLLBand      ID = "POLL-BAND"
	POLLWrite     ID = "POLL-WRITE"
	POLLErr       ID = "POLL-ERR"
	POLLHup       ID = "POLL-HUP"
	POLLNval      ID = "POLL-NVAL"
	POLLCount     ID = "POLL-COUNT"
	POLLTimeout   ID = "POLL-TIMEOUT"
	POLLBlocks    ID = "POLL-BLOCKS"
)

// Rules of events.
const (
	EVENTHandle ID = "EVENT-HANDLE"
	EVENTCount  ID = "EVENT-COUNT"
	EVSELParam  ID = "EVSEL-PARAM"
	EVENUMEvent ID = "EVENUM-EVENT"
	EVENUMFault ID = "EVENUM-FAULT"

	EVSELNonblock ID = "EVSEL-NONBLOCK"
	EVSELReplace  ID = "EVSEL-REPLACE"
	EVSELHolds    ID = "EVSEL-HOLDS"
	EVENUMEvents  ID = "EVENUM-EVENTS"
	EVENUMReset   ID = "EVENUM-RESET"
	EVENUMCode    ID = "EVENUM-CODE"
	EVRead        ID = "EV-READ"
	EVWrite       ID = "EV-WRITE"
	EVOob         ID = "EV-OOB"
	EVAccept      ID = "EV-ACCEPT"
	EVConnect     ID = "EV-CONNECT"
	EVClose       ID = "EV-CLOSE"
)

// Rules of overlapped operations.
const (
	OVReuse            ID = "OV-REUSE"
	OVResultFault      ID = "OV-RESULT-FAULT"
	OVResultIncomplete ID = "OV-RESULT-INCOMPLETE"
	OVResultHandle     ID = "OV-RESULT-HANDLE"
	OVResultStatus     ID = "OV-RESULT-STATUS"
	CANCELHandle       ID = "CANCEL-HANDLE"
	CANCELNone         ID = "CANCEL-NONE"
)

// Rules of completion ports.
const (
	PORTHandle    ID = "PORT-HANDLE"
	PORTFile      ID = "PORT-FILE"
	PORTTimeout   ID = "PORT-TIMEOUT"
	PORTAbandoned ID = "PORT-ABANDONED"
	PORTApc       ID = "PORT-APC"
	PORTStatus    ID = "PORT-STATUS"
)

// Rules of extended connecting and accepting.
const (
	ACCEPTEXOverlapped ID = "ACCEPTEX-OVERLAPPED"
	ACCEPTEXRemote     ID = "ACCEPTEX-REMOTE"
	ACCEPTEXNotlisten  ID = "ACCEPTEX-NOTLISTEN"
	ACCEPTEXSocket     ID = "ACCEPTEX-SOCKET"
	ACCEPTEXPending    ID = "ACCEPTEX-PENDING"
	CONNEXOverlapped   ID = "CONNEX-OVERLAPPED"
	CONNEXState        ID = "CONNEX-STATE"
	CONNEXPending      ID = "CONNEX-PENDING"
	CONNPending        ID = "CONN-PENDING"
	DISCONNParam       ID = "DISCONN-PARAM"
	DISCONNNotconn     ID = "DISCONN-NOTCONN"
	DISCONNPending     ID = "DISCONN-PENDING"
	DISCONNData        ID = "DISCONN-DATA"
	TRANSMITNotconn    ID = "TRANSMIT-NOTCONN"
	TRANSMITFile       ID = "TRANSMIT-FILE"
	WSAACCEPTReject    ID = "WSAACCEPT-REJECT"
	WSAACCEPTDefer     ID = "WSAACCEPT-DEFER"
	WSAACCEPTAnswer    ID = "WSAACCEPT-ANSWER"
	WSAACCEPTGone      ID = "WSAACCEPT-GONE"
	WSAACCEPTGroup     ID = "WSAACCEPT-GROUP"
)

// Rules of messages, sharing, options.
const (
	MSGFault       ID = "MSG-FAULT"
	MSGType        ID = "MSG-TYPE"
	MSGControl     ID = "MSG-CONTROL"
	CATALOGFault   ID = "CATALOG-FAULT"
	CATALOGRoom    ID = "CATALOG-ROOM"
	CATALOGOk      ID = "CATALOG-OK"
	DUPProcess     ID = "DUP-PROCESS"
	DUPFault       ID = "DUP-FAULT"
	DUPOk          ID = "DUP-OK"
	OPTMtu         ID = "OPT-MTU"
	OPTDatagram    ID = "OPT-DATAGRAM"
	OPTContext     ID = "OPT-CONTEXT"
	OPTGroup       ID = "OPT-GROUP"
	IOCTLSelected  ID = "IOCTL-SELECTED"
	IOCTLExtension ID = "IOCTL-EXTENSION"
	IOCTLNotconn   ID = "IOCTL-NOTCONN"
	IOCTLRoute     ID = "IOCTL-ROUTE"
)

var ioRules = []Rule{
	{
		ID: POLLEvents, Function: "WSAPoll", Strength: Observed,
		Condition: "events hold a flag that may not be asked for: only POLLRDNORM, POLLRDBAND and POLLWRNORM may",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Observation, "PO2"}, {Doc, "nf-winsock2-wsapoll"}},
		Notes:     "INVALID_SOCKET is not looked at (PO4).",
	},
	{
		ID: POLLNone, Function: "WSAPoll", Strength: Must,
		Condition: "the array holds no valid socket",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nf-winsock2-wsapoll"}},
	},
	{
		ID: SELECTEmpty, Function: "select", Strength: Must,
		Condition: "no set holds a socket, or the timeout is not valid",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nf-winsock2-select"}, {Observation, "SL3"}},
	},
	{
		ID: SELECTNotsock, Function: "select", Strength: Must,
		Condition: "a set holds something that is not a socket; the sets stay as they were",
		Errors:    []wsa.Errno{wsa.WSAENOTSOCK},
		Sources:   []Source{{Doc, "nf-winsock2-select"}, {Observation, "SL4"}, {Observation, "SL5"}},
	},
	{
		ID: SELECTRead, Function: "select", Strength: Must,
		Condition: "readfds: a connection waits to be accepted, or something waits to be received: data, or the end of the connection",
		Sources: []Source{{Doc, "nf-winsock2-select"}, {Observation, "SL1"}, {Observation, "SL6"}, {Observation, "SL14"}, {Observation, "SL15"},
			{Observation, "SL16"}, {Observation, "SL17"}, {Observation, "SL21"}, {Observation, "RS5"}},
		Notes: "A socket that another thread closes during the wait is readable (SL6).",
	},
	{
		ID: SELECTWrite, Function: "select", Strength: Must,
		Condition: "writefds: something can be sent, or a connect has succeeded; a datagram can always be sent",
		Sources:   []Source{{Doc, "nf-winsock2-select"}, {Observation, "UD4"}, {Observation, "SL16"}, {Observation, "SL22"}, {Observation, "CO2"}},
		Notes:     "A connect that failed is not writable (CO2).",
	},
	{
		ID: SELECTExcept, Function: "select", Strength: Must,
		Condition: "exceptfds: a connect that no call waited for has failed, or urgent data waits",
		Sources:   []Source{{Doc, "nf-winsock2-select"}, {Observation, "SL24"}, {Observation, "SL28"}, {Observation, "RS5"}},
		Notes:     "It stays so, also when the socket listens (SL28). A reset is no exception (RS5).",
	},
	{
		ID: SELECTCount, Function: "select", Strength: Must,
		Condition: "the sets hold what is ready, in their order and each once, and the result is how many that are over all sets",
		Sources:   []Source{{Doc, "nf-winsock2-select"}, {Observation, "SB4"}, {Observation, "SL10"}, {Observation, "SL11"}},
		Notes:     "A set that is given for reading and for writing is one set (SL11).",
	},
	{
		ID: SELECTTimeout, Function: "select", Strength: Must,
		Condition: "the time is over and nothing is ready: 0, and the sets are empty",
		Sources:   []Source{{Doc, "nf-winsock2-select"}, {Observation, "SL1"}},
	},
	{
		ID: SELECTBlocks, Function: "select", Strength: Must,
		Condition: "the call waits: nothing is ready and the time is not over",
		Sources:   []Source{{Doc, "nf-winsock2-select"}},
	},
	{
		ID: POLLRead, Function: "WSAPoll", Strength: Must,
		Condition: "POLLRDNORM: recv, recvfrom or accept would not wait",
		Sources:   []Source{{Doc, "nf-winsock2-wsapoll"}, {Observation, "PO3"}, {Observation, "PO8"}, {Observation, "PO13"}, {Observation, "PO18"}, {Observation, "RS4"}},
		Notes:     "The page says it of the end of a stream too; observed is only POLLHUP (PO13).",
	},
	{
		ID: POLLBand, Function: "WSAPoll", Strength: Must,
		Condition: "POLLRDBAND: urgent data waits",
		Sources:   []Source{{Doc, "nf-winsock2-wsapoll"}},
	},
	{
		ID: POLLWrite, Function: "WSAPoll", Strength: Must,
		Condition: "POLLWRNORM: something can be sent, or a connect has ended; a datagram can always be sent",
		Sources:   []Source{{Doc, "nf-winsock2-wsapoll"}, {Observation, "PO13"}, {Observation, "PO16"}, {Observation, "PO18"}},
	},
	{
		ID: POLLErr, Function: "WSAPoll", Strength: Must,
		Condition: "POLLERR: the connection was reset, or a connect has failed",
		Sources:   []Source{{Doc, "nf-winsock2-wsapoll"}, {Observation, "PO16"}, {Observation, "PO17"}, {Observation, "RS4"}},
		Notes:     "Windows before version 2004 of Windows 10 does not tell of connects that failed.",
	},
	{
		ID: POLLHup, Function: "WSAPoll", Strength: Must,
		Condition: "POLLHUP: the peer has ended its direction or the connection was reset, or a connect has failed; whether or not it is asked for",
		Sources:   []Source{{Doc, "nf-winsock2-wsapoll"}, {Observation, "PO13"}, {Observation, "PO16"}, {Observation, "PO17"}, {Observation, "RS4"}},
	},
	{
		ID: POLLNval, Function: "WSAPoll", Strength: Observed,
		Condition: "POLLNVAL: the handle is no socket, or was closed during the wait",
		Sources:   []Source{{Doc, "nf-winsock2-wsapoll"}, {Observation, "PO4"}, {Observation, "PO5"}, {Observation, "PO15"}},
		Notes:     "For negative handles the page of 2018 and that of WSAPOLLFD say that revents is cleared: both are allowed.",
	},
	{
		ID: POLLCount, Function: "WSAPoll", Strength: Observed,
		Condition: "the result is the number of entries that report something, without those that were no sockets at the call",
		Sources:   []Source{{Doc, "nf-winsock2-wsapoll"}, {Observation, "PO4"}, {Observation, "PO5"}, {Observation, "PO15"}},
	},
	{
		ID: POLLTimeout, Function: "WSAPoll", Strength: Must,
		Condition: "the time is over and no socket has anything to report: 0",
		Sources:   []Source{{Doc, "nf-winsock2-wsapoll"}, {Observation, "PO3"}},
	},
	{
		ID: POLLBlocks, Function: "WSAPoll", Strength: Must,
		Condition: "the call waits: no socket has anything to report and the time is not over",
		Sources:   []Source{{Doc, "nf-winsock2-wsapoll"}},
	},
	{
		ID: EVENTHandle, Function: "WSASetEvent, WSAResetEvent, WSACloseEvent, WSAWaitForMultipleEvents", Strength: Must,
		Condition: "the handle is not that of an event",
		Errors:    []wsa.Errno{wsa.WSA_INVALID_HANDLE},
		Sources:   []Source{{Doc, "nf-winsock2-wsasetevent"}},
	},
	{
		ID: EVENTCount, Function: "WSAWaitForMultipleEvents", Strength: Must,
		Condition: "there are no handles, or more than 64",
		Errors:    []wsa.Errno{wsa.WSA_INVALID_PARAMETER},
		Sources:   []Source{{Doc, "nf-winsock2-wsawaitformultipleevents"}},
		Notes:     "The same handle twice with fWaitAll is not allowed either; the page gives no code for it.",
	},
	{
		ID: EVSELParam, Function: "WSAEventSelect", Strength: Must,
		Condition: "the event or the mask is not valid",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nf-winsock2-wsaeventselect"}},
	},
	{
		ID: EVENUMEvent, Function: "WSAEnumNetworkEvents", Strength: Must,
		Condition: "the event is not valid",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nf-winsock2-wsaenumnetworkevents"}},
	},
	{
		ID: EVENUMFault, Function: "WSAEnumNetworkEvents", Strength: Must,
		Condition: "lpNetworkEvents is NULL",
		Errors:    []wsa.Errno{wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "nf-winsock2-wsaenumnetworkevents"}},
	},
	{
		ID: EVSELNonblock, Function: "WSAEventSelect", Strength: Must,
		Condition: "the socket becomes nonblocking, whatever the mask, and stays so when the selection is taken back",
		Sources:   []Source{{Doc, "nf-winsock2-wsaeventselect"}, {Observation, "IO17"}},
	},
	{
		ID: EVSELReplace, Function: "WSAEventSelect", Strength: Must,
		Condition: "a new selection takes the place of the one before; the mask 0 takes it back, and the event is not looked at",
		Sources:   []Source{{Doc, "nf-winsock2-wsaeventselect"}, {Observation, "EA6"}},
		Notes:     "The page says that the record is cleared; observed is that it stays (EA5, EA6, EA7, EC3, ER5, ECL7).",
	},
	{
		ID: EVSELHolds, Function: "WSAEventSelect", Strength: Must,
		Condition: "what is recorded already, and asked for, sets the event at once",
		Sources:   []Source{{Doc, "nf-winsock2-wsaeventselect"}, {Observation, "EA5"}, {Observation, "EA6"}, {Observation, "EA7"}, {Observation, "ER5"}, {Observation, "EO3"}, {Observation, "ECL7"}},
	},
	{
		ID: EVENUMEvents, Function: "WSAEnumNetworkEvents", Strength: Must,
		Condition: "what is recorded and asked for is stored and no longer recorded; without a selection that is nothing",
		Sources:   []Source{{Doc, "nf-winsock2-wsaenumnetworkevents"}},
		Notes:     "The pages do not say what happens without a selection: success with no event, inferred.",
	},
	{
		ID: EVENUMReset, Function: "WSAEnumNetworkEvents", Strength: Must,
		Condition: "the event that is given is reset",
		Sources:   []Source{{Doc, "nf-winsock2-wsaenumnetworkevents"}},
	},
	{
		ID: EVENUMCode, Function: "WSAEnumNetworkEvents", Strength: Must,
		Condition: "the error of FD_CONNECT tells whether the connect has failed, and that of FD_CLOSE whether the connection ended by a reset; of an event that is not stored it is left as it was",
		Errors:    []wsa.Errno{wsa.WSAECONNREFUSED, wsa.WSAETIMEDOUT, wsa.WSAECONNRESET, wsa.WSAECONNABORTED},
		Sources:   []Source{{Doc, "nf-winsock2-wsaenumnetworkevents"}, {Observation, "EC1"}, {Observation, "ECL2"}, {Observation, "ECL8"}, {Observation, "EV5"}},
		Notes:     "The codes stand in iErrorCode; the call itself succeeds. After a reset the page says WSAECONNRESET; observed is WSAECONNABORTED (ECL8): both are allowed.",
	},
	{
		ID: EVRead, Function: "WSAEnumNetworkEvents", Strength: Must,
		Condition: "FD_READ: data waits, and was not told, or a receive has left some, or more has come",
		Sources:   []Source{{Doc, "nf-winsock2-wsaeventselect"}, {Observation, "ER1"}, {Observation, "ER2"}, {Observation, "ER5"}, {Observation, "ECL6"}},
		Notes:     "The page says that it is quiet until a receive; observed is one for each arrival (ER2): both are allowed. The end of a stream is none.",
	},
	{
		ID: EVWrite, Function: "WSAEnumNetworkEvents", Strength: Must,
		Condition: "FD_WRITE: once after a connection has come about or a datagram socket was bound or connected, and once there is room after a send that failed for want of it",
		Sources:   []Source{{Doc, "nf-winsock2-wsaeventselect"}, {Observation, "EV2"}, {Observation, "EV3"}, {Observation, "EC1"}, {Observation, "EC4"}, {Observation, "EC5"}, {Observation, "EW2"}, {Observation, "EW4"}},
	},
	{
		ID: EVOob, Function: "WSAEnumNetworkEvents", Strength: Must,
		Condition: "FD_OOB: urgent data waits, and was not told",
		Sources:   []Source{{Doc, "nf-winsock2-wsaeventselect"}, {Observation, "EO1"}, {Observation, "EO2"}, {Observation, "EO3"}},
	},
	{
		ID: EVAccept, Function: "WSAEnumNetworkEvents", Strength: Must,
		Condition: "FD_ACCEPT: a connection waits, and was not told, or accept has left one, or another has come",
		Sources:   []Source{{Doc, "nf-winsock2-wsaeventselect"}, {Observation, "EA3"}, {Observation, "EA5"}, {Observation, "EA7"}, {Observation, "EA9"}},
	},
	{
		ID: EVConnect, Function: "WSAEnumNetworkEvents", Strength: Must,
		Condition: "FD_CONNECT: once after a connect has ended, well or not",
		Sources:   []Source{{Doc, "nf-winsock2-wsaeventselect"}, {Observation, "EC1"}, {Observation, "EC3"}, {Observation, "EC4"}, {Observation, "EC5"}},
		Notes:     "After a connect that a call waited for it is not said: both are allowed.",
	},
	{
		ID: EVClose, Function: "WSAEnumNetworkEvents", Strength: Must,
		Condition: "FD_CLOSE: once after the peer has ended its direction, or the connection was reset, whether or not data waits",
		Sources:   []Source{{Doc, "nf-winsock2-wsaeventselect"}, {Observation, "ECL2"}, {Observation, "ECL5"}, {Observation, "ECL6"}, {Observation, "ECL7"}, {Observation, "ECL8"}},
	},
	{
		ID: OVReuse, Function: "WSASend, WSASendTo, WSARecv, WSARecvFrom, WSASendMsg, WSARecvMsg, AcceptEx, ConnectEx, DisconnectEx, TransmitFile, WSAIoctl", Strength: Should,
		Condition: "a WSAOVERLAPPED is not used again or changed while its operation is in flight",
		Sources:   []Source{{Doc, "ns-winsock2-wsaoverlapped"}},
		Notes:     "Windows does not notice: the program loses completions.",
	},
	{
		ID: OVResultFault, Function: "WSAGetOverlappedResult, GetOverlappedResult", Strength: Must,
		Condition: "a pointer is NULL",
		Errors:    []wsa.Errno{wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "nf-winsock2-wsagetoverlappedresult"}},
		Notes:     "An access violation on Windows since Vista. That the kernel's function does the same is inferred.",
	},
	{
		ID: OVResultIncomplete, Function: "WSAGetOverlappedResult, GetOverlappedResult", Strength: Must,
		Condition: "the operation has not ended and fWait is FALSE",
		Errors:    []wsa.Errno{wsa.WSA_IO_INCOMPLETE},
		Sources:   []Source{{Doc, "nf-winsock2-wsagetoverlappedresult"}, {Observation, "OR2"}},
	},
	{
		ID: OVResultHandle, Function: "WSAGetOverlappedResult, GetOverlappedResult", Strength: Must,
		Condition: "fWait is TRUE and there is nothing to wait on",
		Errors:    []wsa.Errno{wsa.WSA_INVALID_HANDLE},
		Sources:   []Source{{Doc, "nf-winsock2-wsagetoverlappedresult"}},
	},
	{
		ID: OVResultStatus, Function: "WSAGetOverlappedResult, GetOverlappedResult", Strength: Observed,
		Condition: "the operation failed: its own error, of Winsock or of Win32",
		Sources: []Source{
			{Observation, "OR4"}, {Observation, "RS1"}, {Practice, "golang/go, src/net/udpsock_test.go TestUDPReadSizeError"}, {Wine, "8.0, the count with WSAEMSGSIZE"},
		},
		Notes: "See wsa.NTStatus. The page of WSAGetOverlappedResult says that the count is not updated on failure. " +
			"That of a datagram that was cut is, though: package net's test demands it on Windows. Both are allowed; the simulator updates it.",
	},
	{
		ID: CANCELHandle, Function: "CancelIo, CancelIoEx", Strength: Inferred,
		Condition: "the handle is not valid",
		Errors:    []wsa.Errno{wsa.WSA_INVALID_HANDLE},
		Sources:   []Source{{Doc, "cancelioex-func"}},
		Notes:     "The page gives no code.",
	},
	{
		ID: CANCELNone, Function: "CancelIoEx", Strength: Must,
		Condition: "there is nothing to cancel",
		Errors:    []wsa.Errno{wsa.ERROR_NOT_FOUND},
		Sources:   []Source{{Doc, "cancelioex-func"}, {Observation, "SF3"}},
	},
	{
		ID: PORTHandle, Function: "CreateIoCompletionPort, GetQueuedCompletionStatus, GetQueuedCompletionStatusEx, PostQueuedCompletionStatus, SetFileCompletionNotificationModes", Strength: Inferred,
		Condition: "the handle is not valid",
		Errors:    []wsa.Errno{wsa.WSA_INVALID_HANDLE},
		Sources:   []Source{{Inference, "the pages give no code"}},
	},
	{
		ID: PORTFile, Function: "CreateIoCompletionPort, GetQueuedCompletionStatusEx, SetFileCompletionNotificationModes", Strength: Inferred,
		Condition: "the file has a port, is not overlapped, or a parameter is not valid",
		Errors:    []wsa.Errno{wsa.WSA_INVALID_PARAMETER},
		Sources:   []Source{{Doc, "createiocompletionport"}},
		Notes:     "The page gives no code.",
	},
	{
		ID: PORTTimeout, Function: "GetQueuedCompletionStatus, GetQueuedCompletionStatusEx", Strength: Must,
		Condition: "no packet came in time",
		Errors:    []wsa.Errno{wsa.WAIT_TIMEOUT},
		Sources:   []Source{{Doc, "nf-ioapiset-getqueuedcompletionstatus"}},
	},
	{
		ID: PORTAbandoned, Function: "GetQueuedCompletionStatus, GetQueuedCompletionStatusEx", Strength: Must,
		Condition: "the port was closed during the wait",
		Errors:    []wsa.Errno{wsa.ERROR_ABANDONED_WAIT_0},
		Sources:   []Source{{Doc, "nf-ioapiset-getqueuedcompletionstatus"}},
	},
	{
		ID: PORTApc, Function: "GetQueuedCompletionStatusEx", Strength: Must,
		Condition: "an alertable wait ended because routines ran",
		Errors:    []wsa.Errno{wsa.WAIT_IO_COMPLETION},
		Sources:   []Source{{Doc, "nf-ioapiset-getqueuedcompletionstatusex"}},
		Notes:     "WAIT_IO_COMPLETION is not stated on the page.",
	},
	{
		ID: PORTStatus, Function: "GetQueuedCompletionStatus", Strength: Must,
		Condition: "the packet is that of an operation that failed: its Win32 error",
		Sources:   []Source{{Doc, "nf-ioapiset-getqueuedcompletionstatus"}, {Observation, "CP1"}},
	},
	{
		ID: ACCEPTEXOverlapped, Function: "AcceptEx", Strength: Inferred,
		Condition: "lpOverlapped is NULL",
		Errors:    []wsa.Errno{wsa.WSA_INVALID_PARAMETER},
		Sources:   []Source{{Doc, "nf-mswsock-acceptex"}},
		Notes:     "The page says that it must not be, without a code.",
	},
	{
		ID: ACCEPTEXRemote, Function: "AcceptEx", Strength: Observed,
		Condition: "there is no room for the remote address, or less than the lengths say",
		Errors:    []wsa.Errno{wsa.WSAEFAULT},
		Sources:   []Source{{Observation, "AX8"}},
	},
	{
		ID: ACCEPTEXNotlisten, Function: "AcceptEx", Strength: Observed,
		Condition: "sListenSocket is not listening",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Observation, "AX2"}},
	},
	{
		ID: ACCEPTEXSocket, Function: "AcceptEx", Strength: Observed,
		Condition: "sAcceptSocket is bound, connected, of another kind or in another AcceptEx",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Observation, "AX5"}, {Observation, "AX10"}},
	},
	{
		ID: ACCEPTEXPending, Function: "AcceptEx", Strength: Must,
		Condition: "the operation has been started",
		Errors:    []wsa.Errno{wsa.WSA_IO_PENDING},
		Sources:   []Source{{Doc, "nf-mswsock-acceptex"}, {Observation, "AX4"}},
	},
	{
		ID: CONNEXOverlapped, Function: "ConnectEx", Strength: Inferred,
		Condition: "lpOverlapped is NULL",
		Errors:    []wsa.Errno{wsa.WSA_INVALID_PARAMETER},
		Sources:   []Source{{Doc, "nc-mswsock-lpfn_connectex"}},
		Notes:     "The page says that it must not be, without a code.",
	},
	{
		ID: CONNEXState, Function: "ConnectEx", Strength: Must,
		Condition: "the socket is not bound, listens, is connecting or is no stream",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nc-mswsock-lpfn_connectex"}, {Observation, "CX4"}, {Observation, "CG5"}, {Observation, "AX11"}},
	},
	{
		ID: CONNEXPending, Function: "ConnectEx", Strength: Must,
		Condition: "the operation has been started",
		Errors:    []wsa.Errno{wsa.WSA_IO_PENDING},
		Sources:   []Source{{Doc, "nc-mswsock-lpfn_connectex"}, {Observation, "CX6"}},
	},
	{
		ID: CONNPending, Function: "connect, WSAConnect", Strength: Observed,
		Condition: "a ConnectEx or an AcceptEx into the socket is pending",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Observation, "CG5"}, {Observation, "AX11"}},
	},
	{
		ID: DISCONNParam, Function: "DisconnectEx", Strength: Must,
		Condition: "dwReserved is not 0, or dwFlags holds something else than TF_REUSE_SOCKET",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nc-mswsock-lpfn_disconnectex"}},
	},
	{
		ID: DISCONNNotconn, Function: "DisconnectEx", Strength: Must,
		Condition: "the socket is not connected",
		Errors:    []wsa.Errno{wsa.WSAENOTCONN},
		Sources:   []Source{{Doc, "nc-mswsock-lpfn_disconnectex"}, {Observation, "DX1"}},
	},
	{
		ID: DISCONNPending, Function: "DisconnectEx", Strength: Must,
		Condition: "the operation has been started",
		Errors:    []wsa.Errno{wsa.WSA_IO_PENDING},
		Sources:   []Source{{Doc, "nc-mswsock-lpfn_disconnectex"}, {Observation, "DX2"}},
	},
	{
		ID: DISCONNData, Function: "WSASendDisconnect, WSARecvDisconnect", Strength: Must,
		Condition: "disconnect data is given, and TCP/IP has none",
		Errors:    []wsa.Errno{wsa.WSAENOPROTOOPT},
		Sources:   []Source{{Doc, "nf-winsock2-wsasenddisconnect"}},
	},
	{
		ID: TRANSMITNotconn, Function: "TransmitFile", Strength: Observed,
		Condition: "the socket is not connected",
		Errors:    []wsa.Errno{wsa.WSAENOTCONN},
		Sources:   []Source{{Observation, "TF1"}},
	},
	{
		ID: TRANSMITFile, Function: "TransmitFile", Strength: Inferred,
		Condition: "the file handle is not valid",
		Errors:    []wsa.Errno{wsa.WSA_INVALID_HANDLE},
		Sources:   []Source{{Doc, "nf-mswsock-transmitfile"}},
	},
	{
		ID: WSAACCEPTReject, Function: "WSAAccept", Strength: Must,
		Condition: "the condition function answered CF_REJECT",
		Errors:    []wsa.Errno{wsa.WSAECONNREFUSED},
		Sources:   []Source{{Doc, "nf-winsock2-wsaaccept"}},
	},
	{
		ID: WSAACCEPTDefer, Function: "WSAAccept", Strength: Must,
		Condition: "the condition function answered CF_DEFER: the connection stays the first",
		Errors:    []wsa.Errno{wsa.WSATRY_AGAIN},
		Sources:   []Source{{Doc, "nf-winsock2-wsaaccept"}, {Observation, "AC1"}},
	},
	{
		ID: WSAACCEPTAnswer, Function: "WSAAccept", Strength: Must,
		Condition: "the condition function answered something else",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nf-winsock2-wsaaccept"}},
	},
	{
		ID: WSAACCEPTGone, Function: "WSAAccept", Strength: Must,
		Condition: "the connection was withdrawn while the condition function ran",
		Errors:    []wsa.Errno{wsa.WSAEACCES},
		Sources:   []Source{{Doc, "nf-winsock2-wsaaccept"}},
	},
	{
		ID: WSAACCEPTGroup, Function: "WSAAccept", Strength: Inferred,
		Condition: "the condition function names a group that there is not, or whose requirements the connection does not meet",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Inference, "the page says provided that all requirements are met, and not what happens otherwise"}, {Doc, "nf-winsock2-wsaaccept"}},
		Notes:     "Any failure, or a socket of which nobody knows whether it is in the group.",
	},
	{
		ID: MSGFault, Function: "WSASendMsg, WSARecvMsg", Strength: Must,
		Condition: "lpMsg is NULL, the count is NULL without an overlapped structure, or a buffer is NULL with a length",
		Errors:    []wsa.Errno{wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "nf-winsock2-wsasendmsg"}, {Observation, "SM1"}},
	},
	{
		ID: MSGType, Function: "WSASendMsg, WSARecvMsg", Strength: Inferred,
		Condition: "the socket is a stream",
		Errors:    []wsa.Errno{wsa.WSAEINVAL, wsa.WSAEOPNOTSUPP},
		Sources:   []Source{{Doc, "nf-winsock2-wsasendmsg"}},
		Notes:     "The page gives no code.",
	},
	{
		ID: MSGControl, Function: "WSASendMsg", Strength: Inferred,
		Condition: "the control messages are malformed",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Inference, "no page gives a code"}},
	},
	{
		ID: CATALOGFault, Function: "WSAEnumProtocols", Strength: Must,
		Condition: "lpdwBufferLength is NULL",
		Errors:    []wsa.Errno{wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "nf-winsock2-wsaenumprotocolsw"}},
	},
	{
		ID: CATALOGRoom, Function: "WSAEnumProtocols", Strength: Must,
		Condition: "the buffer is too small; the length needed is stored",
		Errors:    []wsa.Errno{wsa.WSAENOBUFS},
		Sources:   []Source{{Doc, "nf-winsock2-wsaenumprotocolsw"}, {Observation, "EP1"}, {Observation, "EP4"}},
	},
	{
		ID: CATALOGOk, Function: "WSAEnumProtocols", Strength: Must,
		Condition: "the structures of the protocols that were asked for are stored, and their number is the result",
		Sources:   []Source{{Doc, "nf-winsock2-wsaenumprotocolsw"}, {Observation, "EP2"}},
	},
	{
		ID: DUPProcess, Function: "WSADuplicateSocket", Strength: Observed,
		Condition: "there is no such process on the host",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Observation, "DU2"}},
	},
	{
		ID: DUPFault, Function: "WSADuplicateSocket", Strength: Must,
		Condition: "lpProtocolInfo is NULL or too small",
		Errors:    []wsa.Errno{wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "nf-winsock2-wsaduplicatesocketw"}, {Observation, "DU3"}},
	},
	{
		ID: DUPOk, Function: "WSADuplicateSocket", Strength: Observed,
		Condition: "the structure is stored, with the socket's family, type and protocol; it can be used once, by the process that it is for",
		Sources:   []Source{{Doc, "nf-winsock2-wsaduplicatesocketw"}, {Observation, "DU4"}, {Observation, "DU5"}},
	},
	{
		ID: OPTMtu, Function: "getsockopt", Strength: Observed,
		Condition: "IP_MTU or IPV6_MTU is asked of a socket that is not connected",
		Errors:    []wsa.Errno{wsa.WSAENOTCONN},
		Sources:   []Source{{Observation, "OV6"}},
	},
	{
		ID: OPTDatagram, Function: "getsockopt, setsockopt", Strength: Observed,
		Condition: "the option is for datagram or raw sockets only",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Observation, "OV3"}, {Observation, "OV8"}, {Observation, "SP6"}},
	},
	{
		ID: OPTContext, Function: "setsockopt", Strength: Inferred,
		Condition: "SO_UPDATE_ACCEPT_CONTEXT or SO_UPDATE_CONNECT_CONTEXT on a socket that is not connected, or with something that is not its listener",
		Errors:    []wsa.Errno{wsa.WSAENOTCONN, wsa.WSAENOTSOCK, wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nf-mswsock-acceptex"}, {Wine, "8.0, SO_UPDATE_CONNECT_CONTEXT on any socket succeeds"}},
		Notes:     "No page gives the codes, nor says that the call fails: both are allowed. The simulator fails with WSAENOTCONN.",
	},
	{
		ID: OPTGroup, Function: "setsockopt", Strength: Inferred,
		Condition: "the address is not a multicast group, or the group is joined already or not at all",
		Errors:    []wsa.Errno{wsa.WSAEINVAL, wsa.WSAEADDRNOTAVAIL},
		Sources:   []Source{{Guide, "ipproto-ip-socket-options"}},
		Notes:     "The page gives no codes.",
	},
	{
		ID: IOCTLSelected, Function: "ioctlsocket, WSAIoctl", Strength: Must,
		Condition: "FIONBIO 0 while event selection is active",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Guide, "winsock-ioctls"}, {Observation, "IO17"}},
	},
	{
		ID: IOCTLExtension, Function: "WSAIoctl", Strength: Inferred,
		Condition: "no extension function has that GUID",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Inference, "the page gives no code"}},
	},
	{
		ID: IOCTLNotconn, Function: "WSAIoctl", Strength: Observed,
		Condition: "the code needs a connection",
		Errors:    []wsa.Errno{wsa.WSAENOTCONN},
		Sources:   []Source{{Observation, "IB1"}},
	},
	{
		ID: IOCTLRoute, Function: "WSAIoctl", Strength: Must,
		Condition: "the destination of a routing query is short, of another family, zero or not reachable",
		Errors:    []wsa.Errno{wsa.WSAEINVAL, wsa.WSAEAFNOSUPPORT, wsa.WSAENETUNREACH},
		Sources:   []Source{{Observation, "RQ2"}, {Observation, "RQ3"}, {Guide, "winsock-ioctls"}},
	},
}
