package rules

import "wsasim/wsa"

// How overlapped operations end, and how that is told.
const (
	OVEnds        ID = "OV-ENDS"
	OVAborted     ID = "OV-ABORTED"
	OVStatus      ID = "OV-STATUS"
	OVBytes       ID = "OV-BYTES"
	OVOrder       ID = "OV-ORDER"
	OVTold        ID = "OV-TOLD"
	OVCut         ID = "OV-CUT"
	OVRoutinePort ID = "OV-ROUTINE-PORT"
	OVResultOk    ID = "OV-RESULT-OK"
	OVResultWaits ID = "OV-RESULT-WAITS"
	CANCELOk      ID = "CANCEL-OK"
)

// What completion ports do.
const (
	PORTCreate   ID = "PORT-CREATE"
	PORTBind     ID = "PORT-BIND"
	PORTPacket   ID = "PORT-PACKET"
	PORTOrder    ID = "PORT-ORDER"
	PORTTogether ID = "PORT-TOGETHER"
	PORTSkip     ID = "PORT-SKIP"
	PORTWaits    ID = "PORT-WAITS"
	PORTPost     ID = "PORT-POST"
	PORTClose    ID = "PORT-CLOSE"
	MODESOk      ID = "MODES-OK"
)

// What the extension functions do.
const (
	ACCEPTEXOk    ID = "ACCEPTEX-OK"
	ACCEPTEXLocal ID = "ACCEPTEX-LOCAL"
	ACCEPTEXBusy  ID = "ACCEPTEX-BUSY"
	ACCEPTEXAddrs ID = "ACCEPTEX-ADDRS"
	CONNEXOk      ID = "CONNEX-OK"
	CONTEXTOld    ID = "CONTEXT-OLD"
	DISCONNOk     ID = "DISCONN-OK"
	TRANSMITOk    ID = "TRANSMIT-OK"
	MSGTruncated  ID = "MSG-TRUNCATED"
	MSGInfo       ID = "MSG-INFO"
)

// overlappedCalls are those that start operations.
const overlappedCalls = "WSASend, WSASendTo, WSARecv, WSARecvFrom, WSASendMsg, WSARecvMsg, AcceptEx, ConnectEx, DisconnectEx, TransmitFile, WSAIoctl, " +
	"WSASetSocketSecurity, WSASetSocketPeerTargetName, WSADeleteSocketPeerTargetName, WSAQuerySocketSecurity"

var completionRules = []Rule{
	{
		ID: OVEnds, Function: overlappedCalls, Strength: Must,
		Condition: "an operation that was started ends once: what was not started, or has ended, does not end",
		Sources:   []Source{{Doc, "nf-winsock2-wsasend"}, {Doc, "ns-winsock2-wsaoverlapped"}, {Observation, "CP1"}},
		Notes:     "A call that fails with another error than WSA_IO_PENDING has started nothing; see OV-CUT for the one of which that is open.",
	},
	{
		ID: OVAborted, Function: overlappedCalls, Strength: Must,
		Condition: "an operation ends with WSA_OPERATION_ABORTED only if it was cancelled, its socket or accept socket was closed, or its thread has ended",
		Sources: []Source{
			{Doc, "nf-winsock2-wsasend"}, {Doc, "cancelioex-func"}, {Observation, "AX16"}, {Observation, "AX17"}, {Observation, "CP20"},
		},
		Notes: "One that was cancelled may also end as if it had not been. Older versions cancel what a thread started when it ends (CP20).",
	},
	{
		ID: OVStatus, Function: overlappedCalls, Strength: Must,
		Condition: "an operation that fails ends with what its call would have failed with",
		Sources:   []Source{{Doc, "nf-winsock2-wsagetoverlappedresult"}, {Observation, "OR4"}, {Observation, "RS1"}, {Observation, "UI3"}},
	},
	{
		ID: OVBytes, Function: overlappedCalls, Strength: Must,
		Condition: "an operation moves no more bytes than its buffers hold, and a send that ends with success all of them",
		Sources:   []Source{{Doc, "nf-winsock2-wsasend"}, {Doc, "nc-mswsock-lpfn_connectex"}, {Observation, "SN2"}},
		Notes:     "Of a send on a nonblocking stream the page does not say so: it may end with a part.",
	},
	{
		ID: OVOrder, Function: "WSARecv, WSARecvFrom, AcceptEx", Strength: Must,
		Condition: "the buffers of several receives are filled in the order in which the receives were started",
		Sources:   []Source{{Doc, "nf-winsock2-wsarecv"}},
		Notes:     "Their ends may be told in any order.",
	},
	{
		ID: OVTold, Function: overlappedCalls, Strength: Must,
		Condition: "an operation that succeeds within its call is told like any other",
		Sources:   []Source{{Doc, "nf-winsock2-wsasend"}, {Observation, "CP4"}},
	},
	{
		ID: OVCut, Function: "WSARecv, WSARecvFrom, WSARecvMsg", Strength: Inferred,
		Condition: "an overlapped receive that fails within its call with WSAEMSGSIZE has ended: the structure says so, and the event or a packet tells it, as of one that succeeds; or nothing is told",
		Sources: []Source{
			{Practice, "zio, pull request 733"}, {Wine, "8.0, a packet with STATUS_BUFFER_OVERFLOW after WSAEMSGSIZE"}, {Doc, "nf-winsock2-wsarecv"},
		},
		Notes: "The page says that no completion is indicated after any error but WSA_IO_PENDING. " +
			"STATUS_BUFFER_OVERFLOW is a warning, though, and the library met the packet: both are allowed. The simulator tells it.",
	},
	{
		ID: OVRoutinePort, Function: "WSASend, WSASendTo, WSARecv, WSARecvFrom, WSASendMsg, WSARecvMsg", Strength: Inferred,
		Condition: "a completion routine is given for a socket that is associated with a completion port: refused, or the routine is run",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Wine, "8.0, WSASendMsg and WSARecv with a routine"}},
		Notes:     "No page speaks of it. The simulator runs the routine.",
	},
	{
		ID: OVResultOk, Function: "WSAGetOverlappedResult, GetOverlappedResult", Strength: Must,
		Condition: "the operation has succeeded: how many bytes it moved",
		Sources:   []Source{{Doc, "nf-winsock2-wsagetoverlappedresult"}},
	},
	{
		ID: OVResultWaits, Function: "WSAGetOverlappedResult, GetOverlappedResult", Strength: Must,
		Condition: "fWait is TRUE: the call waits for the end of the operation",
		Sources:   []Source{{Doc, "nf-winsock2-wsagetoverlappedresult"}},
	},
	{
		ID: CANCELOk, Function: "CancelIo, CancelIoEx", Strength: Must,
		Condition: "operations are asked to end: with CancelIo those that the calling thread started at the file, with CancelIoEx one or all of the process",
		Sources:   []Source{{Doc, "cancelioex-func"}, {Observation, "SF3"}, {Observation, "AX17"}},
		Notes:     "CancelIo succeeds also when there are none. What they end with is up to OV-ABORTED.",
	},
	{
		ID: PORTCreate, Function: "CreateIoCompletionPort", Strength: Must,
		Condition: "a new completion port",
		Sources:   []Source{{Doc, "createiocompletionport"}},
	},
	{
		ID: PORTBind, Function: "CreateIoCompletionPort", Strength: Must,
		Condition: "the ends of a file's operations are reported at the port, with the key, for as long as the file is open",
		Sources:   []Source{{Doc, "createiocompletionport"}, {Observation, "CP8"}},
		Notes:     "Whether that is so of operations which were in flight before is not said.",
	},
	{
		ID: PORTPacket, Function: "GetQueuedCompletionStatus, GetQueuedCompletionStatusEx", Strength: Must,
		Condition: "what is taken is the packet of an operation that has ended, with its key, OVERLAPPED and bytes, or one that was posted; each once",
		Sources:   []Source{{Doc, "nf-ioapiset-getqueuedcompletionstatus"}, {Observation, "CP1"}, {Observation, "CP4"}, {Observation, "CP10"}},
		Notes:     "An OVERLAPPED whose hEvent has its low bit set queues none (CP13), nor does a call that fails (CP6). With a completion routine, and when Winsock was cleaned up, no source says whether there is one.",
	},
	{
		ID: PORTOrder, Function: "GetQueuedCompletionStatus, GetQueuedCompletionStatusEx", Strength: Must,
		Condition: "packets are taken in the order in which they were queued",
		Sources:   []Source{{Doc, "nf-ioapiset-getqueuedcompletionstatusex"}, {Doc, "createiocompletionport"}},
	},
	{
		ID: PORTTogether, Function: "GetQueuedCompletionStatus, GetQueuedCompletionStatusEx", Strength: Inferred,
		Condition: "the packets of operations that one call has cancelled may be queued in any order",
		Sources:   []Source{{Wine, "8.0, the latest operation first"}},
		Notes:     "No page orders them; the simulator queues them in the order of the operations' start.",
	},
	{
		ID: PORTSkip, Function: "GetQueuedCompletionStatus, GetQueuedCompletionStatusEx", Strength: Must,
		Condition: "with FILE_SKIP_COMPLETION_PORT_ON_SUCCESS an operation that succeeds within its call queues no packet",
		Sources:   []Source{{Doc, "nf-winbase-setfilecompletionnotificationmodes"}},
	},
	{
		ID: PORTWaits, Function: "GetQueuedCompletionStatus, GetQueuedCompletionStatusEx", Strength: Must,
		Condition: "there is no packet, and the time is not over: the call waits",
		Sources:   []Source{{Doc, "nf-ioapiset-getqueuedcompletionstatus"}},
	},
	{
		ID: PORTPost, Function: "PostQueuedCompletionStatus", Strength: Must,
		Condition: "a packet with the three values is queued",
		Sources:   []Source{{Doc, "nf-ioapiset-postqueuedcompletionstatus"}},
	},
	{
		ID: PORTClose, Function: "CloseHandle", Strength: Must,
		Condition: "the handle of a completion port is closed; waits for its packets end",
		Sources:   []Source{{Doc, "createiocompletionport"}, {Doc, "nf-ioapiset-getqueuedcompletionstatus"}},
	},
	{
		ID: MODESOk, Function: "SetFileCompletionNotificationModes", Strength: Must,
		Condition: "the modes are on from then on, beside those that are on already",
		Sources:   []Source{{Doc, "nf-winbase-setfilecompletionnotificationmodes"}},
	},
	{
		ID: ACCEPTEXOk, Function: "AcceptEx", Strength: Must,
		Condition: "the accept socket is connected, in its default state; with room for data there are data, or the peer has ended",
		Sources:   []Source{{Doc, "nf-mswsock-acceptex"}, {Observation, "AX4"}, {Observation, "AX13"}, {Observation, "AX14"}},
	},
	{
		ID: ACCEPTEXLocal, Function: "AcceptEx", Strength: Observed,
		Condition: "there is some room for the local address, and not enough: the operation fails when there is a connection, which stays",
		Sources:   []Source{{Observation, "AX6"}, {Observation, "AX7"}},
	},
	{
		ID: ACCEPTEXBusy, Function: "*", Strength: Must,
		Condition: "a socket that is in an AcceptEx, or in a DisconnectEx by which it may be used again, is in neither state: only closing it is defined",
		Sources:   []Source{{Doc, "nf-mswsock-acceptex"}, {Doc, "nc-mswsock-lpfn_disconnectex"}},
	},
	{
		ID: ACCEPTEXAddrs, Function: "GetAcceptExSockaddrs", Strength: Must,
		Condition: "it cannot fail: the addresses are parts of the buffer, and one for which no room was asked is not there",
		Sources:   []Source{{Doc, "nf-mswsock-getacceptexsockaddrs"}, {Observation, "AX4"}},
	},
	{
		ID: CONNEXOk, Function: "ConnectEx", Strength: Must,
		Condition: "the socket is connected, and all of the send buffer was sent",
		Sources:   []Source{{Doc, "nc-mswsock-lpfn_connectex"}, {Observation, "CX6"}},
	},
	{
		ID: CONTEXTOld, Function: "getsockname, getpeername, shutdown, setsockopt, getsockopt, WSASendDisconnect, WSARecvDisconnect, DisconnectEx, connect, WSAConnect", Strength: Must,
		Condition: "AcceptEx or ConnectEx has connected the socket, and its context was not updated: the call is not allowed, and may fail; shutdown and getpeername do",
		Sources:   []Source{{Doc, "nf-mswsock-acceptex"}, {Doc, "nc-mswsock-lpfn_connectex"}, {Observation, "AX12"}},
		Notes:     "What it fails with is not said.",
	},
	{
		ID: DISCONNOk, Function: "DisconnectEx", Strength: Must,
		Condition: "nothing more is sent; with TF_REUSE_SOCKET the socket may be used again",
		Sources:   []Source{{Doc, "nc-mswsock-lpfn_disconnectex"}, {Observation, "DX3"}, {Observation, "DX4"}},
	},
	{
		ID: TRANSMITOk, Function: "TransmitFile", Strength: Must,
		Condition: "head, file and tail are sent, in this order",
		Sources:   []Source{{Doc, "nf-mswsock-transmitfile"}},
	},
	{
		ID: MSGTruncated, Function: "WSARecvMsg", Strength: Must,
		Condition: "WSAEMSGSIZE says that data or control messages were cut, and the flags of the message say which",
		Errors:    []wsa.Errno{wsa.WSAEMSGSIZE},
		Sources:   []Source{{Doc, "nc-mswsock-lpfn_wsarecvmsg"}, {Doc, "ns-ws2def-wsamsg"}, {Observation, "RM4"}},
	},
	{
		ID: MSGInfo, Function: "WSARecvMsg", Strength: Must,
		Condition: "the control messages are those that options ask for: the address where the datagram came to, its time to live, its class",
		Sources:   []Source{{Doc, "nc-mswsock-lpfn_wsarecvmsg"}, {Observation, "RM2"}, {Observation, "RM8"}, {Observation, "RM10"}, {Observation, "RM11"}},
	},
}
