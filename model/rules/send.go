package rules

import "wsasim/wsa"

// send, sendto, WSASend and WSASendTo.
const (
	SENDFault      ID = "SEND-FAULT"
	SENDCount      ID = "SEND-COUNT"
	SENDNotconn    ID = "SEND-NOTCONN"
	SENDUnbound    ID = "SEND-UNBOUND"
	SENDDest       ID = "SEND-DEST"
	SENDShutdown   ID = "SEND-SHUTDOWN"
	SENDOob        ID = "SEND-OOB"
	SENDFlags      ID = "SEND-FLAGS"
	SENDMsgsize    ID = "SEND-MSGSIZE"
	SENDWouldblock ID = "SEND-WOULDBLOCK"
	SENDReset      ID = "SEND-RESET"
	SENDUnreached  ID = "SEND-UNREACHED"
	SENDAborted    ID = "SEND-ABORTED"
	SENDNetreset   ID = "SEND-NETRESET"
	SENDTimedout   ID = "SEND-TIMEDOUT"
	SENDUnreach    ID = "SEND-UNREACH"
	SENDAcces      ID = "SEND-ACCES"
	SENDAddr       ID = "SEND-ADDR"
	SENDPort0      ID = "SEND-PORT0"
	SENDFamily     ID = "SEND-FAMILY"
	SENDStreamAddr ID = "SEND-STREAM-ADDR"
	SENDIsconn     ID = "SEND-ISCONN"
	SENDAttribute  ID = "SEND-ATTRIBUTE"
	SENDBind       ID = "SEND-BIND"
	SENDOk         ID = "SEND-OK"
	SENDBuffered   ID = "SEND-BUFFERED"
	SENDEmpty      ID = "SEND-EMPTY"
	SENDBlocks     ID = "SEND-BLOCKS"
	SENDPending    ID = "SEND-PENDING"
	SENDLimit      ID = "SEND-LIMIT"
	SENDClosed     ID = "SEND-CLOSED"
)

var sendRules = []Rule{
	{
		ID: SENDFault, Function: "send, sendto, WSASend, WSASendTo", Strength: Must,
		Condition: "a buffer, the address or the count pointer is not valid, or the address is too short",
		Errors:    []wsa.Errno{wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "nf-winsock2-send"}, {Doc, "nf-winsock2-sendto"}},
	},
	{
		ID: SENDCount, Function: "WSASend, WSASendTo", Strength: Must,
		Condition: "the count pointer is NULL without an overlapped structure",
		Errors:    []wsa.Errno{wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "nf-winsock2-wsasend"}, {Observation, "SM1"}},
		Notes:     "An unbound datagram socket may be bound nevertheless (SM3).",
	},
	{
		ID: SENDNotconn, Function: "send, sendto, WSASend, WSASendTo, WSASendMsg", Strength: Must,
		Condition: "the socket is not connected and no destination is given",
		Errors:    []wsa.Errno{wsa.WSAENOTCONN},
		Sources:   []Source{{Doc, "nf-winsock2-send"}, {Observation, "UC1"}, {Observation, "CG4"}, {Netsem, "send_12"}},
	},
	{
		ID: SENDUnbound, Function: "send, sendto, WSASend, WSASendTo, WSASendMsg", Strength: Must,
		Condition: "the socket is not bound",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nf-winsock2-send"}, {Observation, "UC1"}},
		Notes:     "For an unbound datagram socket WSAENOTCONN is observed (UC1), so only that is allowed there.",
	},
	{
		ID: SENDDest, Function: "sendto, WSASendTo, WSASendMsg", Strength: Must,
		Condition: "a datagram socket without a peer and without a destination",
		Errors:    []wsa.Errno{wsa.WSAEDESTADDRREQ, wsa.WSAENOTCONN},
		Sources:   []Source{{Doc, "nf-winsock2-sendto"}, {Guide, "windows-sockets-error-codes-2"}, {Netsem, "send_12"}},
	},
	{
		ID: SENDShutdown, Function: "send, sendto, WSASend, WSASendTo, WSASendMsg", Strength: Must,
		Condition: "the socket was shut down for sending",
		Errors:    []wsa.Errno{wsa.WSAESHUTDOWN},
		Sources:   []Source{{Doc, "nf-winsock2-send"}, {Observation, "SD14"}, {Netsem, "send"}},
	},
	{
		ID: SENDOob, Function: "send, sendto, WSASend, WSASendTo, WSASendMsg", Strength: Must,
		Condition: "MSG_OOB on a socket that is not a stream",
		Errors:    []wsa.Errno{wsa.WSAEOPNOTSUPP},
		Sources:   []Source{{Doc, "nf-winsock2-send"}, {Netsem, "send_18"}},
	},
	{
		ID: SENDFlags, Function: "send, sendto, WSASend, WSASendTo, WSASendMsg", Strength: Must,
		Condition: "a flag is unknown, or MSG_OOB is given with SO_OOBINLINE on",
		Errors:    []wsa.Errno{wsa.WSAEINVAL, wsa.WSAEOPNOTSUPP},
		Sources:   []Source{{Doc, "nf-winsock2-send"}},
		Notes:     "Providers may ignore flags: success is allowed too. MSG_PARTIAL without support is WSAEOPNOTSUPP.",
	},
	{
		ID: SENDMsgsize, Function: "send, sendto, WSASend, WSASendTo, WSASendMsg", Strength: Must,
		Condition: "the datagram is larger than the transport's maximum",
		Errors:    []wsa.Errno{wsa.WSAEMSGSIZE},
		Sources:   []Source{{Doc, "nf-winsock2-send"}, {Observation, "GO1"}},
	},
	{
		ID: SENDWouldblock, Function: "send, sendto, WSASend, WSASendTo, WSASendMsg", Strength: Must,
		Condition: "nonblocking, and the transport has no room",
		Errors:    []wsa.Errno{wsa.WSAEWOULDBLOCK},
		Sources:   []Source{{Doc, "nf-winsock2-send"}, {Observation, "SF1"}},
	},
	{
		ID: SENDReset, Function: "send, sendto, WSASend, WSASendTo", Strength: Must,
		Condition: "the peer reset the connection",
		Errors:    []wsa.Errno{wsa.WSAECONNRESET},
		Sources:   []Source{{Doc, "nf-winsock2-send"}, {Observation, "RS3"}},
		Notes:     "Sticky (RS3).",
	},
	{
		ID: SENDUnreached, Function: "send, sendto, WSASend, WSASendTo, WSASendMsg", Strength: Must,
		Condition: "an earlier datagram of the socket met port-unreachable",
		Errors:    []wsa.Errno{wsa.WSAECONNRESET},
		Sources:   []Source{{Doc, "nf-winsock2-send"}, {Netsem, "send_16"}},
		Notes:     "Netsem says that it never ends a send: success is allowed too.",
	},
	{
		ID: SENDAborted, Function: "send, sendto, WSASend, WSASendTo", Strength: Must,
		Condition: "the connection was ended by a failure or by this side",
		Errors:    []wsa.Errno{wsa.WSAECONNABORTED},
		Sources:   []Source{{Doc, "nf-winsock2-send"}},
	},
	{
		ID: SENDNetreset, Function: "send, sendto, WSASend, WSASendTo, WSASendMsg", Strength: Must,
		Condition: "keep-alive found the connection dead, or a time to live ran out",
		Errors:    []wsa.Errno{wsa.WSAENETRESET},
		Sources:   []Source{{Doc, "nf-winsock2-send"}},
	},
	{
		ID: SENDTimedout, Function: "send, sendto, WSASend, WSASendTo, WSASendMsg", Strength: Must,
		Condition: "the connection was dropped, or SO_SNDTIMEO ran out",
		Errors:    []wsa.Errno{wsa.WSAETIMEDOUT},
		Sources:   []Source{{Doc, "nf-winsock2-send"}},
	},
	{
		ID: SENDUnreach, Function: "send, sendto, WSASend, WSASendTo, WSASendMsg", Strength: Must,
		Condition: "network or host cannot be reached",
		Errors:    []wsa.Errno{wsa.WSAENETUNREACH, wsa.WSAEHOSTUNREACH},
		Sources:   []Source{{Doc, "nf-winsock2-sendto"}},
	},
	{
		ID: SENDAcces, Function: "send, sendto, WSASend, WSASendTo, WSASendMsg", Strength: Must,
		Condition: "a broadcast destination without SO_BROADCAST",
		Errors:    []wsa.Errno{wsa.WSAEACCES},
		Sources:   []Source{{Doc, "nf-winsock2-sendto"}, {Observation, "BC2"}},
		Notes:     "send on a socket connected to a broadcast address succeeds (BC2). Which addresses are broadcast depends on masks that a trace does not hold.",
	},
	{
		ID: SENDAddr, Function: "sendto, WSASendTo, WSASendMsg", Strength: Must,
		Condition: "the destination is the all-zero address",
		Errors:    []wsa.Errno{wsa.WSAEADDRNOTAVAIL, wsa.WSAEDESTADDRREQ},
		Sources:   []Source{{Doc, "nf-winsock2-sendto"}, {Guide, "windows-sockets-error-codes-2"}},
		Notes:     "Systems that send to loopback then succeed: allowed too.",
	},
	{
		ID: SENDPort0, Function: "sendto, WSASendTo, WSASendMsg", Strength: Observed,
		Condition: "port 0 in the destination is accepted",
		Sources:   []Source{{Observation, "UD5"}, {Guide, "windows-sockets-error-codes-2"}},
		Notes:     "The error-code page says WSAEADDRNOTAVAIL; observed is success, for loopback. Both are allowed elsewhere.",
	},
	{
		ID: SENDFamily, Function: "sendto, WSASendTo, WSASendMsg", Strength: Must,
		Condition: "the destination's family cannot be used with the socket",
		Errors:    []wsa.Errno{wsa.WSAEAFNOSUPPORT, wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "nf-winsock2-sendto"}},
	},
	{
		ID: SENDStreamAddr, Function: "sendto, WSASendTo", Strength: Must,
		Condition: "the destination is ignored on a connection-oriented socket",
		Sources:   []Source{{Doc, "nf-winsock2-sendto"}},
	},
	{
		ID: SENDIsconn, Function: "sendto, WSASendTo, WSASendMsg", Strength: Must,
		Condition: "some providers refuse a destination on a connected datagram socket",
		Errors:    []wsa.Errno{wsa.WSAEISCONN},
		Sources:   []Source{{Guide, "windows-sockets-error-codes-2"}, {Netsem, "send_21"}},
		Notes:     "The page of sendto and netsem allow it: success too.",
	},
	{
		ID: SENDAttribute, Function: "WSASend, WSASendTo, WSASendMsg", Strength: Must,
		Condition: "overlapped parameters on a socket without the overlapped attribute",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nf-winsock2-wsasend"}, {Observation, "NB4"}},
		Notes:     "The page lists WSAEINVAL and says that the parameters are ignored: both are allowed.",
	},
	{
		ID: SENDBind, Function: "sendto, WSASendTo, WSASendMsg", Strength: Must,
		Condition: "an unbound datagram socket is bound by the call",
		Sources:   []Source{{Doc, "nf-winsock2-sendto"}},
		Notes:     "A failed call may have bound it (SM3) or not.",
	},
	{
		ID: SENDOk, Function: "send, sendto, WSASend, WSASendTo, WSASendMsg", Strength: Must,
		Condition: "bytes are taken, at least one and at most as many as were given",
		Sources:   []Source{{Doc, "nf-winsock2-send"}, {Observation, "SF1"}, {Observation, "EW5"}},
		Notes:     "A datagram is taken whole. Observed streams are never partial, documented nonblocking ones may be.",
	},
	{
		ID: SENDBuffered, Function: "send, sendto, WSASend, WSASendTo", Strength: Must,
		Condition: "success means accepted, not delivered: a later failure of the connection does not undo it",
		Sources:   []Source{{Doc, "nf-winsock2-send"}},
	},
	{
		ID: SENDEmpty, Function: "send, sendto, WSASend, WSASendTo, WSASendMsg", Strength: Must,
		Condition: "zero bytes are legal and give 0",
		Sources:   []Source{{Doc, "nf-winsock2-send"}},
	},
	{
		ID: SENDBlocks, Function: "send, sendto, WSASend, WSASendTo", Strength: Must,
		Condition: "a blocking socket waits for room",
		Sources:   []Source{{Doc, "nf-winsock2-send"}},
	},
	{
		ID: SENDPending, Function: "WSASend, WSASendTo, WSASendMsg", Strength: Must,
		Condition: "an overlapped send has been started",
		Errors:    []wsa.Errno{wsa.WSA_IO_PENDING},
		Sources:   []Source{{Doc, "nf-winsock2-wsasend"}, {Observation, "SN2"}},
	},
	{
		ID: SENDLimit, Function: "WSASend, WSASendTo, WSASendMsg", Strength: Resource,
		Condition: "too many overlapped requests are outstanding",
		Errors:    []wsa.Errno{wsa.WSAEWOULDBLOCK},
		Sources:   []Source{{Doc, "nf-winsock2-wsasend"}},
	},
	{
		ID: SENDClosed, Function: "send, sendto, WSASend, WSASendTo", Strength: Inferred,
		Condition: "the socket is closed while the call waits",
		Sources:   []Source{{Inference, "the page of closesocket only forbids the race"}},
		Notes:     "Any failure.",
	},
}
