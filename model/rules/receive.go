package rules

import "wsasim/wsa"

// recv, recvfrom, WSARecv and WSARecvFrom.
const (
	RECVFault      ID = "RECV-FAULT"
	RECVCount      ID = "RECV-COUNT"
	RECVFromlen    ID = "RECV-FROMLEN"
	RECVNotconn    ID = "RECV-NOTCONN"
	RECVUnbound    ID = "RECV-UNBOUND"
	RECVShutdown   ID = "RECV-SHUTDOWN"
	RECVFlags      ID = "RECV-FLAGS"
	RECVOob        ID = "RECV-OOB"
	RECVWaitall    ID = "RECV-WAITALL"
	RECVPeek       ID = "RECV-PEEK"
	RECVOobnone    ID = "RECV-OOBNONE"
	RECVZerolen    ID = "RECV-ZEROLEN"
	RECVMsgsize    ID = "RECV-MSGSIZE"
	RECVWouldblock ID = "RECV-WOULDBLOCK"
	RECVTimeo      ID = "RECV-TIMEO"
	RECVTimedout   ID = "RECV-TIMEDOUT"
	RECVReset      ID = "RECV-RESET"
	RECVUnreached  ID = "RECV-UNREACHED"
	RECVAborted    ID = "RECV-ABORTED"
	RECVNetreset   ID = "RECV-NETRESET"
	RECVIsconn     ID = "RECV-ISCONN"
	RECVGraceful   ID = "RECV-GRACEFUL"
	RECVEmpty      ID = "RECV-EMPTY"
	RECVOk         ID = "RECV-OK"
	RECVPeer       ID = "RECV-PEER"
	RECVFrom       ID = "RECV-FROM"
	RECVBlocks     ID = "RECV-BLOCKS"
	RECVPending    ID = "RECV-PENDING"
	RECVAttribute  ID = "RECV-ATTRIBUTE"
	RECVLimit      ID = "RECV-LIMIT"
	RECVClosed     ID = "RECV-CLOSED"
	RECVContent    ID = "RECV-CONTENT"
	RECVOrder      ID = "RECV-ORDER"
)

var receiveRules = []Rule{
	{
		ID: RECVFault, Function: "recv, recvfrom, WSARecv, WSARecvFrom", Strength: Must,
		Condition: "a buffer or pointer is not valid",
		Errors:    []wsa.Errno{wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "nf-winsock2-recv"}, {Observation, "ER4"}},
	},
	{
		ID: RECVCount, Function: "WSARecv, WSARecvFrom", Strength: Must,
		Condition: "the count pointer is NULL without an overlapped structure, or lpFlags is NULL",
		Errors:    []wsa.Errno{wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "nf-winsock2-wsarecv"}},
		Notes:     "For lpFlags inferred: the page says required.",
	},
	{
		ID: RECVFromlen, Function: "recvfrom, WSARecvFrom, WSARecvMsg", Strength: Must,
		Condition: "*fromlen is too small for the source address",
		Errors:    []wsa.Errno{wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "nf-winsock2-recvfrom"}, {Observation, "UD1"}},
		Notes:     "Observed with a datagram waiting, which stays queued; whether it is judged before is open.",
	},
	{
		ID: RECVNotconn, Function: "recv, recvfrom, WSARecv, WSARecvFrom", Strength: Must,
		Condition: "the stream socket is not connected",
		Errors:    []wsa.Errno{wsa.WSAENOTCONN},
		Sources:   []Source{{Doc, "nf-winsock2-recv"}, {Observation, "CG4"}, {Observation, "CP6"}},
	},
	{
		ID: RECVUnbound, Function: "recv, recvfrom, WSARecv, WSARecvFrom, WSARecvMsg", Strength: Must,
		Condition: "the socket is not bound",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nf-winsock2-recv"}, {Netsem, "recv_22"}},
	},
	{
		ID: RECVShutdown, Function: "recv, recvfrom, WSARecv, WSARecvFrom, WSARecvMsg", Strength: Must,
		Condition: "the socket was shut down for receiving",
		Errors:    []wsa.Errno{wsa.WSAESHUTDOWN},
		Sources:   []Source{{Doc, "nf-winsock2-recv"}, {Observation, "SD5"}, {Observation, "SD11"}, {Observation, "SD13"}, {Netsem, "recv_9"}},
	},
	{
		ID: RECVFlags, Function: "recv, recvfrom, WSARecv, WSARecvFrom, WSARecvMsg", Strength: Must,
		Condition: "a flag is unknown, or MSG_OOB is given with SO_OOBINLINE on",
		Errors:    []wsa.Errno{wsa.WSAEINVAL, wsa.WSAEOPNOTSUPP},
		Sources:   []Source{{Doc, "nf-winsock2-recv"}},
		Notes:     "Providers may ignore flags: success is allowed too.",
	},
	{
		ID: RECVOob, Function: "recv, recvfrom, WSARecv, WSARecvFrom, WSARecvMsg", Strength: Must,
		Condition: "MSG_OOB on a socket that is not a stream",
		Errors:    []wsa.Errno{wsa.WSAEOPNOTSUPP},
		Sources:   []Source{{Doc, "nf-winsock2-recv"}, {Netsem, "recv_16"}},
	},
	{
		ID: RECVWaitall, Function: "recv, recvfrom, WSARecv, WSARecvFrom", Strength: Must,
		Condition: "MSG_WAITALL on a message socket, on a nonblocking one, or with MSG_OOB, MSG_PEEK or MSG_PARTIAL",
		Errors:    []wsa.Errno{wsa.WSAEOPNOTSUPP},
		Sources:   []Source{{Doc, "nf-winsock2-recv"}, {Netsem, "recv_16"}},
	},
	{
		ID: RECVPeek, Function: "WSARecv, WSARecvFrom", Strength: Must,
		Condition: "MSG_PEEK on an overlapped receive",
		Errors:    []wsa.Errno{wsa.WSAEOPNOTSUPP, wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nf-winsock2-wsarecv"}},
		Notes:     "The page allows it for nonoverlapped receives only and gives no code: any failure or success.",
	},
	{
		ID: RECVOobnone, Function: "recv, recvfrom, WSARecv, WSARecvFrom", Strength: Inferred,
		Condition: "MSG_OOB and no urgent byte waits",
		Errors:    []wsa.Errno{wsa.WSAEINVAL, wsa.WSAEWOULDBLOCK},
		Sources:   []Source{{Inference, "no page says what happens"}},
		Notes:     "Or the call waits.",
	},
	{
		ID: RECVZerolen, Function: "recv, recvfrom, WSARecv, WSARecvFrom", Strength: Must,
		Condition: "no room is offered",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nf-winsock2-recv"}, {Observation, "EM1"}, {Observation, "EM3"}},
		Notes:     "Documented for byte streams and zero length; observed when WSARecv has no buffers (EM1); with data queued 0 is observed (EM3). Both are allowed, and waiting is too.",
	},
	{
		ID: RECVMsgsize, Function: "recv, recvfrom, WSARecv, WSARecvFrom, WSARecvMsg", Strength: Must,
		Condition: "the datagram is larger than the buffers: they are filled and the rest is lost",
		Errors:    []wsa.Errno{wsa.WSAEMSGSIZE},
		Sources:   []Source{{Doc, "nf-winsock2-recv"}, {Netsem, "recv_20"}},
		Notes: "The count of WSARecv, WSARecvFrom and WSARecvMsg is open. The simulator stores what was received: " +
			"observed RM4 for WSARecvMsg, inferred for the others, of which Wine 8.0 stores nothing.",
	},
	{
		ID: RECVWouldblock, Function: "recv, recvfrom, WSARecv, WSARecvFrom, WSARecvMsg", Strength: Must,
		Condition: "nonblocking and nothing to read",
		Errors:    []wsa.Errno{wsa.WSAEWOULDBLOCK},
		Sources:   []Source{{Doc, "nf-winsock2-recv"}, {Observation, "NB1"}, {Observation, "UC3"}, {Observation, "SL20"}},
	},
	{
		ID: RECVTimeo, Function: "recv, recvfrom, WSARecv, WSARecvFrom, WSARecvMsg", Strength: Must,
		Condition: "SO_RCVTIMEO ran out",
		Errors:    []wsa.Errno{wsa.WSAETIMEDOUT},
		Sources:   []Source{{Doc, "nf-winsock2-getsockopt"}, {Observation, "TO2"}},
	},
	{
		ID: RECVTimedout, Function: "recv, recvfrom, WSARecv, WSARecvFrom", Strength: Must,
		Condition: "the connection was dropped",
		Errors:    []wsa.Errno{wsa.WSAETIMEDOUT},
		Sources:   []Source{{Doc, "nf-winsock2-recv"}},
	},
	{
		ID: RECVReset, Function: "recv, recvfrom, WSARecv, WSARecvFrom", Strength: Must,
		Condition: "the peer reset the connection",
		Errors:    []wsa.Errno{wsa.WSAECONNRESET},
		Sources:   []Source{{Doc, "nf-winsock2-recv"}, {Observation, "RS3"}},
		Notes:     "Sticky (RS3).",
	},
	{
		ID: RECVUnreached, Function: "recv, recvfrom, WSARecv, WSARecvFrom, WSARecvMsg", Strength: Must,
		Condition: "an earlier datagram of the socket met port-unreachable",
		Errors:    []wsa.Errno{wsa.WSAECONNRESET},
		Sources:   []Source{{Doc, "nf-winsock2-recv"}, {Netsem, "recv_23"}},
		Notes:     "Not after SIO_UDP_CONNRESET FALSE. Where it is known that nobody has the port (NET-PROMPT), a receive need not wait: it is told, or a datagram is received that came before.",
	},
	{
		ID: RECVAborted, Function: "recv, recvfrom, WSARecv, WSARecvFrom", Strength: Must,
		Condition: "the connection was ended by a failure or by this side",
		Errors:    []wsa.Errno{wsa.WSAECONNABORTED},
		Sources:   []Source{{Doc, "nf-winsock2-recv"}, {Observation, "SD10"}},
	},
	{
		ID: RECVNetreset, Function: "recv, recvfrom, WSARecv, WSARecvFrom, WSARecvMsg", Strength: Must,
		Condition: "keep-alive found the connection dead, or a time to live ran out",
		Errors:    []wsa.Errno{wsa.WSAENETRESET},
		Sources:   []Source{{Doc, "nf-winsock2-recv"}},
	},
	{
		ID: RECVIsconn, Function: "recvfrom, WSARecvFrom", Strength: Must,
		Condition: "the page says that a connected socket is refused",
		Errors:    []wsa.Errno{wsa.WSAEISCONN},
		Sources:   []Source{{Doc, "nf-winsock2-recvfrom"}, {Observation, "SB1"}},
		Notes:     "Observed is success on a connected stream (SB1), so the error is allowed on datagram sockets only.",
	},
	{
		ID: RECVGraceful, Function: "recv, recvfrom, WSARecv, WSARecvFrom", Strength: Must,
		Condition: "0 bytes: the peer has ended its direction and everything was read",
		Sources:   []Source{{Doc, "nf-winsock2-recv"}, {Observation, "SL21"}, {Observation, "SD12"}},
	},
	{
		ID: RECVEmpty, Function: "recv, recvfrom, WSARecv, WSARecvFrom, WSARecvMsg", Strength: Must,
		Condition: "0 bytes from a datagram socket: an empty datagram",
		Sources:   []Source{{Doc, "nf-winsock2-recvfrom"}},
	},
	{
		ID: RECVOk, Function: "recv, recvfrom, WSARecv, WSARecvFrom, WSARecvMsg", Strength: Must,
		Condition: "at least one byte and at most as many as fit are stored",
		Sources:   []Source{{Doc, "nf-winsock2-recv"}, {Observation, "WR3"}},
	},
	{
		ID: RECVPeer, Function: "recv, recvfrom, WSARecv, WSARecvFrom, WSARecvMsg", Strength: Must,
		Condition: "a connected datagram socket delivers its peer's datagrams only",
		Sources:   []Source{{Doc, "nf-winsock2-recv"}},
		Notes:     "Datagrams queued before connect may still come: netsem marks the manual's sentence that they are discarded as not true.",
	},
	{
		ID: RECVFrom, Function: "recvfrom, WSARecvFrom, WSARecvMsg", Strength: Must,
		Condition: "the source address is stored; never on a connected stream",
		Sources:   []Source{{Doc, "nf-winsock2-recvfrom"}, {Observation, "SB1"}},
	},
	{
		ID: RECVBlocks, Function: "recv, recvfrom, WSARecv, WSARecvFrom, WSARecvMsg", Strength: Must,
		Condition: "a blocking socket waits for data",
		Sources:   []Source{{Doc, "nf-winsock2-recv"}},
	},
	{
		ID: RECVPending, Function: "WSARecv, WSARecvFrom, WSARecvMsg", Strength: Must,
		Condition: "an overlapped receive has been started",
		Errors:    []wsa.Errno{wsa.WSA_IO_PENDING},
		Sources:   []Source{{Doc, "nf-winsock2-wsarecv"}, {Observation, "WR4"}, {Observation, "NB2"}},
	},
	{
		ID: RECVAttribute, Function: "WSARecv, WSARecvFrom", Strength: Observed,
		Condition: "overlapped parameters are ignored on a socket without the overlapped attribute, but with an OVERLAPPED the call waits in nonblocking mode, too",
		Sources:   []Source{{Observation, "NB4"}, {Doc, "nf-winsock2-wsarecv"}},
	},
	{
		ID: RECVLimit, Function: "WSARecv, WSARecvFrom, WSARecvMsg", Strength: Resource,
		Condition: "too many overlapped requests are outstanding",
		Errors:    []wsa.Errno{wsa.WSAEWOULDBLOCK},
		Sources:   []Source{{Doc, "nf-winsock2-wsarecv"}},
	},
	{
		ID: RECVClosed, Function: "recv, recvfrom, WSARecv, WSARecvFrom", Strength: Inferred,
		Condition: "the socket is closed while the call waits",
		Sources:   []Source{{Inference, "the page of closesocket only forbids the race"}},
		Notes:     "Any failure.",
	},
	{
		ID: RECVContent, Function: "recv, recvfrom, WSARecv, WSARecvFrom, WSARecvMsg", Strength: Must,
		Condition: "what is received is what was sent: a datagram's bytes whole, and a stream's bytes unchanged",
		Sources:   []Source{{Doc, "nf-winsock2-socket"}, {Doc, "nf-winsock2-recvfrom"}, {Netsem, "recv_20"}},
		Notes:     "Datagrams may be lost, repeated and overtake each other. Judged where the sender is in the trace.",
	},
	{
		ID: RECVOrder, Function: "recv, recvfrom, WSARecv, WSARecvFrom, WSARecvMsg", Strength: Must,
		Condition: "a stream's bytes come in the order in which they were sent, each of them once and none left out",
		Sources:   []Source{{Doc, "nf-winsock2-socket"}, {Observation, "SF2"}, {Observation, "WR3"}},
		Notes:     "Judged where both ends are in the trace.",
	},
}
