package rules

import "wsasim/wsa"

// connect and WSAConnect.
const (
	CONNFault      ID = "CONN-FAULT"
	CONNFamily     ID = "CONN-FAMILY"
	CONNZero       ID = "CONN-ZERO"
	CONNListening  ID = "CONN-LISTENING"
	CONNAlready    ID = "CONN-ALREADY"
	CONNIsconn     ID = "CONN-ISCONN"
	CONNBroken     ID = "CONN-BROKEN"
	CONNWouldblock ID = "CONN-WOULDBLOCK"
	CONNRefused    ID = "CONN-REFUSED"
	CONNTimedout   ID = "CONN-TIMEDOUT"
	CONNUnreach    ID = "CONN-UNREACH"
	CONNInuse      ID = "CONN-INUSE"
	CONNAcces      ID = "CONN-ACCES"
	CONNGqos       ID = "CONN-GQOS"
	CONNGroup      ID = "CONN-GROUP"
	CONNCallerdata ID = "CONN-CALLERDATA"
	CONNQos        ID = "CONN-QOS"
	CONNOk         ID = "CONN-OK"
	CONNSelf       ID = "CONN-SELF"
	CONNBlocks     ID = "CONN-BLOCKS"
	CONNBind       ID = "CONN-BIND"
	CONNRetry      ID = "CONN-RETRY"
	CONNDgram      ID = "CONN-DGRAM"
	CONNDgramAgain ID = "CONN-DGRAM-AGAIN"
	CONNDissolve   ID = "CONN-DISSOLVE"
	CONNUnspec     ID = "CONN-UNSPEC"
	CONNClosed     ID = "CONN-CLOSED"
	CONNReset      ID = "CONN-RESET"
)

var connectRules = []Rule{
	{
		ID: CONNFault, Function: "connect, WSAConnect, ConnectEx", Strength: Must,
		Condition: "name is NULL or namelen is smaller than the family's address structure",
		Errors:    []wsa.Errno{wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "nf-winsock2-connect"}},
	},
	{
		ID: CONNFamily, Function: "connect, WSAConnect, ConnectEx", Strength: Must,
		Condition: "the address family cannot be used with the socket",
		Errors:    []wsa.Errno{wsa.WSAEAFNOSUPPORT, wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "nf-winsock2-connect"}},
		Notes:     "WSAEFAULT for an address in the wrong format for the family.",
	},
	{
		ID: CONNZero, Function: "connect, WSAConnect, ConnectEx", Strength: Must,
		Condition: "the remote address is not valid: an all-zero host, or port 0 on a stream",
		Errors:    []wsa.Errno{wsa.WSAEADDRNOTAVAIL},
		Sources:   []Source{{Doc, "nf-winsock2-connect"}},
		Notes:     "For port 0 of a stream any failure is allowed. Wildcard addresses are sent to loopback by some systems, so the environment's errors and success are allowed too.",
	},
	{
		ID: CONNListening, Function: "connect, WSAConnect", Strength: Must,
		Condition: "the socket listens",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nf-winsock2-connect"}, {Observation, "CX1"}, {Netsem, "connect_5"}},
	},
	{
		ID: CONNAlready, Function: "connect, WSAConnect", Strength: Must,
		Condition: "a connect is under way",
		Errors:    []wsa.Errno{wsa.WSAEALREADY},
		Sources:   []Source{{Doc, "nf-winsock2-connect"}, {Observation, "CG1"}, {Netsem, "connect_5"}},
	},
	{
		ID: CONNIsconn, Function: "connect, WSAConnect, ConnectEx", Strength: Must,
		Condition: "the stream socket is connected",
		Errors:    []wsa.Errno{wsa.WSAEISCONN},
		Sources:   []Source{{Doc, "nf-winsock2-connect"}, {Observation, "CX8"}, {Observation, "SD8"}, {Netsem, "connect_5"}},
		Notes:     "Also after a shutdown of both directions.",
	},
	{
		ID: CONNBroken, Function: "connect, WSAConnect", Strength: Must,
		Condition: "the socket had a connection that broke",
		Sources:   []Source{{Doc, "nf-winsock2-connect"}},
		Notes:     "The socket must be discarded; no code is given: any failure.",
	},
	{
		ID: CONNWouldblock, Function: "connect, WSAConnect", Strength: Must,
		Condition: "nonblocking, and the connection cannot be completed at once: the attempt goes on",
		Errors:    []wsa.Errno{wsa.WSAEWOULDBLOCK},
		Sources:   []Source{{Doc, "nf-winsock2-connect"}, {Observation, "CG1"}},
	},
	{
		ID: CONNRefused, Function: "connect, WSAConnect", Strength: Must,
		Condition: "the peer refuses",
		Errors:    []wsa.Errno{wsa.WSAECONNREFUSED},
		Sources:   []Source{{Doc, "nf-winsock2-connect"}, {Observation, "SL25"}},
	},
	{
		ID: CONNTimedout, Function: "connect, WSAConnect", Strength: Must,
		Condition: "the attempt times out",
		Errors:    []wsa.Errno{wsa.WSAETIMEDOUT},
		Sources:   []Source{{Doc, "nf-winsock2-connect"}},
	},
	{
		ID: CONNUnreach, Function: "connect, WSAConnect, ConnectEx", Strength: Must,
		Condition: "network or host cannot be reached",
		Errors:    []wsa.Errno{wsa.WSAENETUNREACH, wsa.WSAEHOSTUNREACH},
		Sources:   []Source{{Doc, "nf-winsock2-connect"}, {Netsem, "connect no route"}},
	},
	{
		ID: CONNInuse, Function: "connect, WSAConnect, ConnectEx", Strength: Must,
		Condition: "the local address is in use, which a partly wildcard bind left to be found now, or the pair of names exists already or did until a moment ago (TIME_WAIT)",
		Errors:    []wsa.Errno{wsa.WSAEADDRINUSE, wsa.WSAEADDRNOTAVAIL},
		Sources:   []Source{{Doc, "nf-winsock2-connect"}, {Doc, "settings-that-can-be-modified-to-improve-network-performance"}},
		Notes:     "While a connection is in TIME_WAIT its pair of names cannot be used again; binding to its port succeeds.",
	},
	{
		ID: CONNAcces, Function: "connect, WSAConnect", Strength: Must,
		Condition: "a datagram socket without SO_BROADCAST connects to a broadcast address",
		Errors:    []wsa.Errno{wsa.WSAEACCES},
		Sources:   []Source{{Doc, "nf-winsock2-connect"}, {Observation, "BC2"}},
		Notes:     "Observed is success (BC2), documented the error: both are allowed.",
	},
	{
		ID: CONNGqos, Function: "WSAConnect", Strength: Must,
		Condition: "lpGQOS is not NULL",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nf-winsock2-wsaconnect"}},
		Notes:     "The page also calls it ignored when the socket did not create a group: success is allowed too.",
	},
	{
		ID: CONNGroup, Function: "connect, WSAConnect, ConnectEx", Strength: Must,
		Condition: "another socket of the same constrained group is connected to another address",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nf-winsock2-wsaconnect"}, {Doc, "nf-winsock2-wsasocketw"}, {Guide, "required-socket-grouping-behavior"}},
		Notes:     "The address is the host's; whether its port counts is not clear, so another port may be refused. So may an address that differs from what a member was connected to before, or is being connected to now. ConnectEx has no code of its own: any failure, at once or later.",
	},
	{
		ID: CONNCallerdata, Function: "WSAConnect", Strength: Must,
		Condition: "caller data is given, which TCP/IP does not support",
		Errors:    []wsa.Errno{wsa.WSAEPROTONOSUPPORT, wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "nf-winsock2-wsaconnect"}},
		Notes:     "Ignored on connectionless sockets.",
	},
	{
		ID: CONNQos, Function: "WSAConnect", Strength: Must,
		Condition: "the flow specifications cannot be met",
		Errors:    []wsa.Errno{wsa.WSAEOPNOTSUPP, wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "nf-winsock2-wsaconnect"}},
		Notes:     "WSAEFAULT for a structure that is too small. May also be ignored.",
	},
	{
		ID: CONNOk, Function: "connect, WSAConnect", Strength: Must,
		Condition: "the socket is connected to the given peer",
		Sources:   []Source{{Doc, "nf-winsock2-connect"}},
	},
	{
		ID: CONNSelf, Function: "connect, WSAConnect", Strength: Inferred,
		Condition: "a stream that connects to its own address, at which nobody listens, is connected to itself, or refused",
		Sources:   []Source{{Wine, "8.0, connect to the address of the socket"}},
		Notes:     "TCP lets two ends open a connection to each other, which may be one; no page speaks of it. The simulator refuses it.",
	},
	{
		ID: CONNBlocks, Function: "connect, WSAConnect", Strength: Must,
		Condition: "a blocking stream socket waits for the outcome",
		Sources:   []Source{{Doc, "nf-winsock2-connect"}},
	},
	{
		ID: CONNBind, Function: "connect, WSAConnect", Strength: Must,
		Condition: "an unbound socket is bound by the call",
		Sources:   []Source{{Doc, "nf-winsock2-connect"}, {Observation, "UC4"}},
		Notes:     "Whether the binding survives a failure is open: both are allowed.",
	},
	{
		ID: CONNRetry, Function: "connect, WSAConnect", Strength: Must,
		Condition: "after a failure the same socket may be connected again",
		Sources:   []Source{{Doc, "nf-winsock2-connect"}},
	},
	{
		ID: CONNDgram, Function: "connect, WSAConnect", Strength: Must,
		Condition: "a datagram socket gets a default peer at once",
		Sources:   []Source{{Doc, "nf-winsock2-connect"}, {Observation, "UC4"}},
	},
	{
		ID: CONNDgramAgain, Function: "connect, WSAConnect", Strength: Must,
		Condition: "a connected datagram socket may be connected again",
		Sources:   []Source{{Doc, "nf-winsock2-connect"}, {Observation, "UC5"}},
	},
	{
		ID: CONNDissolve, Function: "connect, WSAConnect", Strength: Must,
		Condition: "an all-zero address dissolves a datagram socket's association",
		Errors:    []wsa.Errno{wsa.WSAEAFNOSUPPORT, wsa.WSAEADDRNOTAVAIL},
		Sources:   []Source{{Doc, "nf-winsock2-connect"}, {Doc, "nf-winsock2-wsaconnect"}, {Netsem, "disconnect"}},
		Notes:     "The two pages differ on what must be zero; netsem gives WSAEAFNOSUPPORT without a peer.",
	},
	{
		ID: CONNUnspec, Function: "connect, WSAConnect", Strength: Must,
		Condition: "AF_UNSPEC on a stream socket",
		Errors:    []wsa.Errno{wsa.WSAEAFNOSUPPORT, wsa.WSAEALREADY, wsa.WSAEISCONN, wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "nf-winsock2-connect"}, {Netsem, "disconnect_4"}},
	},
	{
		ID: CONNClosed, Function: "connect, WSAConnect", Strength: Inferred,
		Condition: "the socket is closed while connect waits",
		Sources:   []Source{{Inference, "the page of closesocket only forbids the race"}},
		Notes:     "Any failure.",
	},
	{
		ID: CONNReset, Function: "connect, WSAConnect", Strength: Inferred,
		Condition: "the attempt is ended by a reset after the handshake began",
		Errors:    []wsa.Errno{wsa.WSAECONNRESET, wsa.WSAECONNABORTED},
		Sources:   []Source{{Inference, "a peer whose host or listener goes away in the middle"}},
	},
}
