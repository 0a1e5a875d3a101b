package rules

import "wsasim/wsa"

// listen and accept.
const (
	LISTENUnbound    ID = "LISTEN-UNBOUND"
	LISTENType       ID = "LISTEN-TYPE"
	LISTENConn       ID = "LISTEN-CONN"
	LISTENConnecting ID = "LISTEN-CONNECTING"
	LISTENInuse      ID = "LISTEN-INUSE"
	LISTENAgain      ID = "LISTEN-AGAIN"
	LISTENOk         ID = "LISTEN-OK"
	ACCEPTNotlisten  ID = "ACCEPT-NOTLISTEN"
	ACCEPTType       ID = "ACCEPT-TYPE"
	ACCEPTFault      ID = "ACCEPT-FAULT"
	ACCEPTWouldblock ID = "ACCEPT-WOULDBLOCK"
	ACCEPTReset      ID = "ACCEPT-RESET"
	ACCEPTOk         ID = "ACCEPT-OK"
	ACCEPTNull       ID = "ACCEPT-NULL"
	ACCEPTInherit    ID = "ACCEPT-INHERIT"
	ACCEPTBlocks     ID = "ACCEPT-BLOCKS"
	ACCEPTClosed     ID = "ACCEPT-CLOSED"
)

var listenRules = []Rule{
	{
		ID: LISTENUnbound, Function: "listen", Strength: Must,
		Condition: "the stream socket is not bound",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nf-winsock2-listen"}, {Observation, "LI3"}, {Observation, "LI7"}, {Netsem, "listen_2"}},
	},
	{
		ID: LISTENType, Function: "listen", Strength: Must,
		Condition: "the socket's type does not support listen",
		Errors:    []wsa.Errno{wsa.WSAEOPNOTSUPP},
		Sources:   []Source{{Doc, "nf-winsock2-listen"}, {Observation, "LI2"}},
		Notes:     "Judged before the bind state (LI2).",
	},
	{
		ID: LISTENConn, Function: "listen", Strength: Must,
		Condition: "the socket is connected",
		Errors:    []wsa.Errno{wsa.WSAEISCONN},
		Sources:   []Source{{Doc, "nf-winsock2-listen"}, {Netsem, "listen_3"}},
	},
	{
		ID: LISTENConnecting, Function: "listen", Strength: Inferred,
		Condition: "a connect is under way on the socket",
		Sources:   []Source{{Inference, "no page names the case"}},
		Notes:     "Any failure or success.",
	},
	{
		ID: LISTENInuse, Function: "listen", Strength: Must,
		Condition: "the address is in use, which a partly wildcard bind left to be found now",
		Errors:    []wsa.Errno{wsa.WSAEADDRINUSE},
		Sources:   []Source{{Doc, "nf-winsock2-listen"}},
	},
	{
		ID: LISTENAgain, Function: "listen", Strength: Must,
		Condition: "listen on a listening socket succeeds",
		Sources:   []Source{{Doc, "nf-winsock2-listen"}, {Netsem, "listen_1b"}},
		Notes:     "The page says that the backlog stays, netsem that it changes.",
	},
	{
		ID: LISTENOk, Function: "listen", Strength: Must,
		Condition: "the socket queues incoming connections",
		Sources:   []Source{{Doc, "nf-winsock2-listen"}, {Observation, "LI5"}, {Observation, "SL28"}},
	},
	{
		ID: ACCEPTNotlisten, Function: "accept, WSAAccept", Strength: Must,
		Condition: "listen was not called",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nf-winsock2-accept"}},
	},
	{
		ID: ACCEPTType, Function: "accept, WSAAccept", Strength: Must,
		Condition: "the socket's type is not connection-oriented",
		Errors:    []wsa.Errno{wsa.WSAEOPNOTSUPP},
		Sources:   []Source{{Doc, "nf-winsock2-accept"}},
		Notes:     "A datagram socket is not listening either, so WSAEINVAL is allowed too.",
	},
	{
		ID: ACCEPTFault, Function: "accept, WSAAccept", Strength: Must,
		Condition: "*addrlen is too small for the address",
		Errors:    []wsa.Errno{wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "nf-winsock2-accept"}, {Observation, "AC3"}},
		Notes:     "Observed with a connection waiting; whether it is judged before is open, so blocking is allowed too. Whether the connection is lost is open.",
	},
	{
		ID: ACCEPTWouldblock, Function: "accept, WSAAccept", Strength: Must,
		Condition: "the socket is nonblocking and no connection waits",
		Errors:    []wsa.Errno{wsa.WSAEWOULDBLOCK},
		Sources:   []Source{{Doc, "nf-winsock2-accept"}},
	},
	{
		ID: ACCEPTReset, Function: "accept, WSAAccept", Strength: Must,
		Condition: "the peer ended the connection before it was accepted",
		Errors:    []wsa.Errno{wsa.WSAECONNRESET},
		Sources:   []Source{{Doc, "nf-winsock2-accept"}},
	},
	{
		ID: ACCEPTOk, Function: "accept, WSAAccept", Strength: Must,
		Condition: "the first waiting connection becomes a new connected socket",
		Sources:   []Source{{Doc, "nf-winsock2-accept"}},
	},
	{
		ID: ACCEPTNull, Function: "accept, WSAAccept", Strength: Must,
		Condition: "without address or length no address is returned",
		Sources:   []Source{{Doc, "nf-winsock2-accept"}, {Observation, "AC4"}},
	},
	{
		ID: ACCEPTInherit, Function: "accept, WSAAccept", Strength: Must,
		Condition: "the new socket has the listener's options and modes",
		Sources:   []Source{{Doc, "nf-winsock2-accept"}, {Observation, "AC7"}},
		Notes:     "Whether nonblocking mode set by FIONBIO is inherited is only implied: both are allowed.",
	},
	{
		ID: ACCEPTBlocks, Function: "accept, WSAAccept", Strength: Must,
		Condition: "a blocking listener waits for a connection",
		Sources:   []Source{{Doc, "nf-winsock2-accept"}},
	},
	{
		ID: ACCEPTClosed, Function: "accept, WSAAccept", Strength: Observed,
		Condition: "the listener is closed while accept waits",
		Sources:   []Source{{Observation, "AC2"}},
		Notes:     "Any failure.",
	},
}
