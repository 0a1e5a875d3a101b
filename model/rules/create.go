package rules

import "wsasim/wsa"

// socket and WSASocket.
const (
	SOCKType       ID = "SOCK-TYPE"
	SOCKFamily     ID = "SOCK-FAMILY"
	SOCKProto      ID = "SOCK-PROTO"
	SOCKOrder      ID = "SOCK-ORDER"
	SOCKUnspec     ID = "SOCK-UNSPEC"
	SOCKInfer      ID = "SOCK-INFER"
	SOCKRawAdmin   ID = "SOCK-RAW-ADMIN"
	SOCKRawZero    ID = "SOCK-RAW-ZERO"
	SOCKOther      ID = "SOCK-OTHER"
	SOCKInfo       ID = "SOCK-INFO"
	SOCKInfoBad    ID = "SOCK-INFO-BAD"
	SOCKShared     ID = "SOCK-SHARED"
	SOCKGroup      ID = "SOCK-GROUP"
	SOCKGroupNew   ID = "SOCK-GROUP-NEW"
	SOCKGroupJoin  ID = "SOCK-GROUP-JOIN"
	SOCKGroupKind  ID = "SOCK-GROUP-KIND"
	SOCKFlags      ID = "SOCK-FLAGS"
	SOCKOverlapped ID = "SOCK-OVERLAPPED"
	SOCKOk         ID = "SOCK-OK"
	HANDLEFresh    ID = "HANDLE-FRESH"
	HANDLEClosed   ID = "HANDLE-CLOSED"
	HANDLEProcess  ID = "HANDLE-PROCESS"
	HANDLEInvalid  ID = "HANDLE-INVALID"
	HANDLEClose    ID = "HANDLE-CLOSE"
)

var createRules = []Rule{
	{
		ID: SOCKType, Function: "socket, WSASocket", Strength: Must,
		Condition: "the type is not one that Winsock knows for the family",
		Errors:    []wsa.Errno{wsa.WSAESOCKTNOSUPPORT},
		Sources:   []Source{{Doc, "nf-winsock2-socket"}, {Observation, "SK4"}, {Observation, "SK6"}, {Observation, "SK10"}, {Observation, "SK18"}},
		Notes:     "Judged first (SOCK-ORDER).",
	},
	{
		ID: SOCKFamily, Function: "socket, WSASocket", Strength: Must,
		Condition: "the family is not supported",
		Errors:    []wsa.Errno{wsa.WSAEAFNOSUPPORT},
		Sources:   []Source{{Doc, "nf-winsock2-socket"}, {Observation, "SK1"}, {Observation, "SK5"}, {Observation, "SK7"}, {Observation, "SK32"}},
		Notes:     "Judged after the type and before the protocol.",
	},
	{
		ID: SOCKProto, Function: "socket, WSASocket", Strength: Must,
		Condition: "the protocol is unknown or does not fit the type",
		Errors:    []wsa.Errno{wsa.WSAEPROTONOSUPPORT, wsa.WSAEPROTOTYPE, wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nf-winsock2-socket"}, {Observation, "SK13"}, {Observation, "SK15"}},
		Notes:     "The pages give WSAEPROTOTYPE or WSAEINVAL for a misfit; observed is WSAEPROTONOSUPPORT for TCP and UDP. Other protocols: all three.",
	},
	{
		ID: SOCKOrder, Function: "socket, WSASocket", Strength: Observed,
		Condition: "type is judged before family, and family before protocol",
		Sources:   []Source{{Observation, "SK4"}, {Observation, "SK5"}, {Observation, "SK6"}, {Observation, "SK7"}},
	},
	{
		ID: SOCKUnspec, Function: "socket, WSASocket", Strength: Must,
		Condition: "family, type and protocol are all unspecified",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nf-winsock2-socket"}},
	},
	{
		ID: SOCKInfer, Function: "socket, WSASocket", Strength: Observed,
		Condition: "type 0 and AF_UNSPEC are inferred from the protocol",
		Sources:   []Source{{Observation, "SK11"}, {Observation, "SK20"}},
		Notes:     "AF_UNSPEC gives AF_INET, on Windows 11 AF_INET6: both are allowed.",
	},
	{
		ID: SOCKRawAdmin, Function: "socket, WSASocket", Strength: Must,
		Condition: "a raw socket without administrator rights",
		Errors:    []wsa.Errno{wsa.WSAEACCES},
		Sources:   []Source{{Guide, "tcp-ip-raw-sockets-2"}, {Observation, "SK28"}},
	},
	{
		ID: SOCKRawZero, Function: "socket, WSASocket", Strength: Must,
		Condition: "a raw socket with protocol 0",
		Sources:   []Source{{Guide, "tcp-ip-raw-sockets-2"}},
		Notes:     "No code is given; what the provider does is not modelled.",
	},
	{
		ID: SOCKOther, Function: "socket, WSASocket", Strength: Inferred,
		Condition: "a kind of socket that some systems have and others lack",
		Sources:   []Source{{Inference, "installed providers differ"}},
		Notes:     "Success or any failure. Not modelled further.",
	},
	{
		ID: SOCKInfo, Function: "WSASocket", Strength: Observed,
		Condition: "lpProtocolInfo fills in arguments that are zero or FROM_PROTOCOL_INFO",
		Sources:   []Source{{Observation, "SK24"}, {Observation, "SK26"}, {Observation, "SK27"}, {Doc, "nf-winsock2-wsasocketw"}},
	},
	{
		ID: SOCKInfoBad, Function: "WSASocket", Strength: Must,
		Condition: "lpProtocolInfo is incomplete, invalid or used up",
		Errors:    []wsa.Errno{wsa.WSAEINVAL, wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "nf-winsock2-wsasocketw"}},
	},
	{
		ID: SOCKShared, Function: "WSASocket", Strength: Must,
		Condition: "lpProtocolInfo comes from WSADuplicateSocket: the result is another descriptor of that socket, with the same options, state, data and event registration",
		Sources:   []Source{{Doc, "nf-winsock2-wsaduplicatesocketw"}, {Observation, "DU4"}, {Observation, "DU5"}, {Observation, "CP8"}},
		Notes:     "Whether a socket that was closed before can still be had this way is not said.",
	},
	{
		ID: SOCKGroup, Function: "WSASocket", Strength: Must,
		Condition: "there is no group of sockets of that number: its last member was closed, or there never was one",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nf-winsock2-wsasocketw"}},
		Notes:     "Numbers are those of a host and of a provider: a group of another process may be refused or joined, one of another family too, and where a trace does not hold the whole world any number may be a group's. Whether a number is given again is not said.",
	},
	{
		ID: SOCKGroupNew, Function: "WSASocket, WSAAccept", Strength: Must,
		Condition: "SG_UNCONSTRAINED_GROUP or SG_CONSTRAINED_GROUP makes a group of sockets, of which the new socket is the first member",
		Sources:   []Source{{Doc, "nf-winsock2-wsasocketw"}, {Doc, "nf-winsock2-wsaaccept"}},
		Notes:     "The page says that the provider included with Windows allows it; the Windows Sockets 2.2.1 specification reserved groups for later. Of WSAAccept the page says that s is the member, and the page of WSASocket that it is the new socket: the new one is meant here.",
	},
	{
		ID: SOCKGroupJoin, Function: "WSASocket, WSAAccept", Strength: Must,
		Condition: "the number of a group of sockets makes the new socket a member, provided that all requirements of the group are met",
		Sources:   []Source{{Doc, "nf-winsock2-wsasocketw"}, {Doc, "nf-winsock2-wsaaccept"}},
		Notes:     "With the structure of WSADuplicateSocket, which gives another descriptor of a socket that is there, what a group means is not said: any failure, or success. Nor is it said whether an accepted socket is in the group of its listener.",
	},
	{
		ID: SOCKGroupKind, Function: "WSASocket", Strength: Fails,
		Condition: "a constrained group is for connection-oriented sockets, all of the same type and protocol, and this is another one",
		Sources:   []Source{{Doc, "nf-winsock2-wsasocketw"}, {Guide, "required-socket-grouping-behavior"}},
		Notes:     "The page says that the provider enforces it and gives no code; WSAEINVAL, the group that is not valid, is the nearest. A member that gave the protocol in other words (0 for TCP) may be refused.",
	},
	{
		ID: SOCKFlags, Function: "WSASocket", Strength: Inferred,
		Condition: "the flags are unknown or contradict each other",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Inference, "the page says at most one C_ and one D_ flag, without a code"}},
		Notes:     "Any failure or success.",
	},
	{
		ID: SOCKOverlapped, Function: "socket, WSASocket", Strength: Must,
		Condition: "socket() makes an overlapped socket, WSASocket only with WSA_FLAG_OVERLAPPED",
		Sources:   []Source{{Doc, "nf-winsock2-socket"}, {Doc, "nf-winsock2-wsasocketw"}},
	},
	{
		ID: SOCKOk, Function: "socket, WSASocket", Strength: Must,
		Condition: "the new socket is unbound, unconnected and blocking",
		Sources:   []Source{{Doc, "nf-winsock2-socket"}, {Observation, "SK8"}, {Observation, "SK9"}},
	},
	{
		ID: HANDLEFresh, Function: "socket, WSASocket, accept, WSAAccept, WSACreateEvent", Strength: Must,
		Condition: "a new descriptor is none of the process's open ones and never INVALID_SOCKET",
		Sources:   []Source{{Doc, "nf-winsock2-socket"}, {Netsem, "handles"}},
	},
	{
		ID: HANDLEClosed, Function: "*", Strength: Must,
		Condition: "a closed descriptor is not a socket until the system issues the value again",
		Errors:    []wsa.Errno{wsa.WSAENOTSOCK},
		Sources:   []Source{{Doc, "nf-winsock2-closesocket"}},
	},
	{
		ID: HANDLEProcess, Function: "*", Strength: Must,
		Condition: "a descriptor of another process is not a socket here",
		Errors:    []wsa.Errno{wsa.WSAENOTSOCK},
		Sources:   []Source{{Guide, "sharing-a-socket-2"}},
	},
	{
		ID: HANDLEInvalid, Function: "CloseHandle", Strength: Must,
		Condition: "the handle is not an open one",
		Errors:    []wsa.Errno{wsa.WSA_INVALID_HANDLE},
		Sources:   []Source{{Doc, "closehandle"}},
		Notes:     "Handles other than tokens are not modelled: of an unknown value success is allowed when it may be a handle of another kind.",
	},
	{
		ID: HANDLEClose, Function: "CloseHandle", Strength: Must,
		Condition: "the handle is closed and its value is invalid until issued again",
		Sources:   []Source{{Doc, "closehandle"}},
	},
}
