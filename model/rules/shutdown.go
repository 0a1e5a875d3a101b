package rules

import "wsasim/wsa"

// shutdown and closesocket.
const (
	SHUTHow         ID = "SHUT-HOW"
	SHUTNotconn     ID = "SHUT-NOTCONN"
	SHUTReset       ID = "SHUT-RESET"
	SHUTAborted     ID = "SHUT-ABORTED"
	SHUTAgain       ID = "SHUT-AGAIN"
	SHUTDgram       ID = "SHUT-DGRAM"
	SHUTOk          ID = "SHUT-OK"
	CLOSEOk         ID = "CLOSE-OK"
	CLOSEWouldblock ID = "CLOSE-WOULDBLOCK"
	CLOSELinger     ID = "CLOSE-LINGER"
	CLOSEAbort      ID = "CLOSE-ABORT"
	CLOSEGraceful   ID = "CLOSE-GRACEFUL"
	CLOSECancel     ID = "CLOSE-CANCEL"
	CLOSEShared     ID = "CLOSE-SHARED"
)

var shutdownRules = []Rule{
	{
		ID: SHUTHow, Function: "shutdown, WSASendDisconnect, WSARecvDisconnect", Strength: Must,
		Condition: "how is none of SD_RECEIVE, SD_SEND, SD_BOTH",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nf-winsock2-shutdown"}, {Observation, "SD9"}},
	},
	{
		ID: SHUTNotconn, Function: "shutdown, WSASendDisconnect, WSARecvDisconnect", Strength: Must,
		Condition: "the stream socket is not connected",
		Errors:    []wsa.Errno{wsa.WSAENOTCONN},
		Sources:   []Source{{Doc, "nf-winsock2-shutdown"}, {Observation, "SD1"}, {Netsem, "shutdown_3"}},
	},
	{
		ID: SHUTReset, Function: "shutdown, WSASendDisconnect, WSARecvDisconnect", Strength: Must,
		Condition: "the peer reset the connection",
		Errors:    []wsa.Errno{wsa.WSAECONNRESET},
		Sources:   []Source{{Doc, "nf-winsock2-shutdown"}},
	},
	{
		ID: SHUTAborted, Function: "shutdown, WSASendDisconnect, WSARecvDisconnect", Strength: Must,
		Condition: "the connection was ended by a failure",
		Errors:    []wsa.Errno{wsa.WSAECONNABORTED},
		Sources:   []Source{{Doc, "nf-winsock2-shutdown"}},
	},
	{
		ID: SHUTAgain, Function: "shutdown, WSASendDisconnect, WSARecvDisconnect", Strength: Observed,
		Condition: "the same direction may be shut down again",
		Sources:   []Source{{Observation, "SD2"}},
	},
	{
		ID: SHUTDgram, Function: "shutdown, WSASendDisconnect, WSARecvDisconnect", Strength: Observed,
		Condition: "a datagram socket may be shut down without a peer",
		Sources:   []Source{{Observation, "SD13"}, {Observation, "SD14"}, {Netsem, "shutdown_2"}},
	},
	{
		ID: SHUTOk, Function: "shutdown, WSASendDisconnect, WSARecvDisconnect", Strength: Must,
		Condition: "the directions are ended for good",
		Sources:   []Source{{Doc, "nf-winsock2-shutdown"}},
	},
	{
		ID: CLOSEOk, Function: "closesocket", Strength: Must,
		Condition: "the descriptor is released",
		Sources:   []Source{{Doc, "nf-winsock2-closesocket"}},
	},
	{
		ID: CLOSEWouldblock, Function: "closesocket", Strength: Must,
		Condition: "nonblocking socket with a linger time, and the close cannot finish at once",
		Errors:    []wsa.Errno{wsa.WSAEWOULDBLOCK},
		Sources:   []Source{{Doc, "nf-winsock2-closesocket"}},
		Notes:     "The descriptor stays valid.",
	},
	{
		ID: CLOSELinger, Function: "closesocket", Strength: Must,
		Condition: "blocking socket with a linger time: the call may wait for that long",
		Sources:   []Source{{Doc, "nf-winsock2-closesocket"}},
	},
	{
		ID: CLOSEAbort, Function: "closesocket", Strength: Must,
		Condition: "linger on with time 0: the connection is reset",
		Sources:   []Source{{Doc, "nf-winsock2-closesocket"}},
	},
	{
		ID: CLOSEGraceful, Function: "closesocket", Strength: Must,
		Condition: "without linger the rest is sent in the background and the call returns at once",
		Sources:   []Source{{Doc, "nf-winsock2-closesocket"}, {Observation, "SF2"}},
	},
	{
		ID: CLOSECancel, Function: "closesocket", Strength: Must,
		Condition: "calls that wait on the socket in other threads end, with a code that no page gives",
		Sources:   []Source{{Doc, "nf-winsock2-closesocket"}, {Observation, "AC2"}},
		Notes:     "Any failure for a call that waits.",
	},
	{
		ID: CLOSEShared, Function: "closesocket", Strength: Must,
		Condition: "a socket with other descriptors stays as it is, operations in flight included",
		Sources:   []Source{{Doc, "nf-winsock2-wsaduplicatesocketw"}, {Observation, "CP8"}},
		Notes:     "A call that waits on the closed descriptor may go on, or end with any failure.",
	},
}
