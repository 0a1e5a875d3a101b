package rules

import "wsasim/wsa"

// getsockopt and setsockopt.
const (
	OPTLevel         ID = "OPT-LEVEL"
	OPTUnknown       ID = "OPT-UNKNOWN"
	OPTRefused       ID = "OPT-REFUSED"
	OPTGroupNumber   ID = "OPT-GROUP-NUMBER"
	OPTGroupPriority ID = "OPT-GROUP-PRIORITY"
	OPTKind          ID = "OPT-KIND"
	OPTFault         ID = "OPT-FAULT"
	OPTValue         ID = "OPT-VALUE"
	OPTReadonly      ID = "OPT-READONLY"
	OPTConflict      ID = "OPT-CONFLICT"
	OPTListening     ID = "OPT-LISTENING"
	OPTBound         ID = "OPT-BOUND"
	OPTConnecting    ID = "OPT-CONNECTING"
	OPTNetreset      ID = "OPT-NETRESET"
	OPTNotconn       ID = "OPT-NOTCONN"
	OPTAnyhandle     ID = "OPT-ANYHANDLE"
	OPTGet           ID = "OPT-GET"
	OPTKnown         ID = "OPT-KNOWN"
	OPTError         ID = "OPT-ERROR"
	OPTConntime      ID = "OPT-CONNTIME"
	OPTSet           ID = "OPT-SET"
	OPTSeterror      ID = "OPT-SETERROR"
	OPTHuge          ID = "OPT-HUGE"
)

var optionsRules = []Rule{
	{
		ID: OPTLevel, Function: "getsockopt, setsockopt", Strength: Must,
		Condition: "the level is not known",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nf-winsock2-getsockopt"}, {Doc, "nf-winsock2-setsockopt"}, {Observation, "GO2"}},
	},
	{
		ID: OPTUnknown, Function: "getsockopt, setsockopt", Strength: Must,
		Condition: "the option is not known at this level",
		Errors:    []wsa.Errno{wsa.WSAENOPROTOOPT},
		Sources:   []Source{{Doc, "nf-winsock2-getsockopt"}, {Observation, "OV1"}},
		Notes:     "Vista and later give WSAEINVAL for options of other systems (SO_USELOOPBACK, SO_SNDLOWAT, SO_RCVLOWAT).",
	},
	{
		ID: OPTRefused, Function: "getsockopt, setsockopt", Strength: Must,
		Condition: "the option is one that TCP/IP does not support",
		Errors:    []wsa.Errno{wsa.WSAEINVAL, wsa.WSAENOPROTOOPT},
		Sources:   []Source{{Guide, "sol-socket-socket-options"}, {Netsem, "get/setsockopt"}},
		Notes:     "WSAEINVAL for SO_USELOOPBACK, SO_SNDLOWAT and SO_RCVLOWAT on Vista and later, WSAENOPROTOOPT before.",
	},
	{
		ID: OPTGroupNumber, Function: "getsockopt", Strength: Must,
		Condition: "SO_GROUP_ID is the number of the socket's group: the same for its members, another for each group of the host, 0 for a socket that is in none",
		Sources:   []Source{{Doc, "nf-winsock2-wsasocketw"}, {Doc, "nf-winsock2-wsaaccept"}, {Guide, "socket-options-and-ioctls-2"}},
		Notes:     "The page of getsockopt calls it reserved. Numbers are unique for one provider: groups of different families may have the same.",
	},
	{
		ID: OPTGroupPriority, Function: "getsockopt, setsockopt", Strength: Must,
		Condition: "SO_GROUP_PRIORITY of a socket that is in no group of sockets",
		Errors:    []wsa.Errno{wsa.WSAENOPROTOOPT},
		Sources:   []Source{{Doc, "nf-winsock2-getsockopt"}, {Guide, "sol-socket-socket-options"}},
		Notes:     "Of members it is 0 (guide socket-options-and-ioctls-2) until it is set (OPT-KNOWN). Whether it is the socket's (page of getsockopt) or the whole group's (page of WSASocket) is not clear, so what one member sets may be read from others. Negative values may be refused.",
	},
	{
		ID: OPTKind, Function: "getsockopt, setsockopt", Strength: Must,
		Condition: "the option does not belong to this kind of socket",
		Errors:    []wsa.Errno{wsa.WSAENOPROTOOPT, wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nf-winsock2-getsockopt"}, {Observation, "GO3"}, {Observation, "OV3"}, {Observation, "OV8"}, {Observation, "SO19"}, {Netsem, "getsockopt"}},
		Notes:     "GO3: SO_LINGER on UDP is WSAENOPROTOOPT. OV3: datagram-only options on TCP are WSAEINVAL. Elsewhere both, and success.",
	},
	{
		ID: OPTFault, Function: "getsockopt, setsockopt", Strength: Must,
		Condition: "a pointer is NULL, or the length is 0 or too small",
		Errors:    []wsa.Errno{wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "nf-winsock2-getsockopt"}, {Observation, "SP2"}, {Observation, "OL8"}, {Observation, "OL9"}, {Observation, "OL14"}, {Observation, "OL16"}, {Observation, "OL17"}},
	},
	{
		ID: OPTValue, Function: "setsockopt", Strength: Must,
		Condition: "the value is not acceptable",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nf-winsock2-setsockopt"}, {Observation, "OL23"}},
	},
	{
		ID: OPTReadonly, Function: "getsockopt, setsockopt", Strength: Must,
		Condition: "the option can only be read, or only be set",
		Errors:    []wsa.Errno{wsa.WSAENOPROTOOPT, wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nf-winsock2-setsockopt"}, {Observation, "SO18"}, {Observation, "SO19"}, {Observation, "OV4"}},
		Notes:     "No code is documented: any failure.",
	},
	{
		ID: OPTConflict, Function: "setsockopt", Strength: Observed,
		Condition: "SO_EXCLUSIVEADDRUSE while SO_REUSEADDR is on, or the other way round",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Observation, "RA12"}},
		Notes:     "RA12 shows one order; the other order allows success too.",
	},
	{
		ID: OPTBound, Function: "setsockopt", Strength: Observed,
		Condition: "the option cannot be changed after bind",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Observation, "V65"}},
		Notes:     "IPV6_V6ONLY fails with any code; SO_REUSEADDR, SO_EXCLUSIVEADDRUSE may fail or have no effect.",
	},
	{
		ID: OPTListening, Function: "setsockopt", Strength: Must,
		Condition: "SO_CONDITIONAL_ACCEPT is set on a socket that listens",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Guide, "so-conditional-accept"}},
	},
	{
		ID: OPTConnecting, Function: "setsockopt", Strength: Must,
		Condition: "setsockopt while a connect is under way is not supported",
		Sources:   []Source{{Doc, "nf-winsock2-connect"}},
		Notes:     "Any failure or success.",
	},
	{
		ID: OPTNetreset, Function: "setsockopt", Strength: Must,
		Condition: "the connection timed out while SO_KEEPALIVE was on",
		Errors:    []wsa.Errno{wsa.WSAENETRESET},
		Sources:   []Source{{Doc, "nf-winsock2-setsockopt"}},
	},
	{
		ID: OPTNotconn, Function: "getsockopt, setsockopt", Strength: Must,
		Condition: "the option needs a connection, or the connection was reset while SO_KEEPALIVE was on",
		Errors:    []wsa.Errno{wsa.WSAENOTCONN},
		Sources:   []Source{{Doc, "nf-winsock2-setsockopt"}, {Observation, "OV6"}},
	},
	{
		ID: OPTAnyhandle, Function: "getsockopt, setsockopt", Strength: Observed,
		Condition: "SO_OPENTYPE needs no socket: it is the thread's, 0 at first, and socket makes sockets without the overlapped attribute while it is not",
		Sources:   []Source{{Observation, "ST5"}, {Observation, "OV9"}},
	},
	{
		ID: OPTGet, Function: "getsockopt", Strength: Must,
		Condition: "the value is stored and *optlen is its size",
		Sources:   []Source{{Doc, "nf-winsock2-getsockopt"}, {Observation, "OL1"}},
	},
	{
		ID: OPTKnown, Function: "getsockopt", Strength: Must,
		Condition: "an option that was set, or that follows from the socket's state, reads back as that",
		Sources:   []Source{{Doc, "nf-winsock2-getsockopt"}, {Observation, "SK8"}, {Observation, "SK26"}, {Observation, "LI5"}, {Observation, "RA14"}},
		Notes:     "SO_TYPE, SO_ACCEPTCONN, SO_GROUP_PRIORITY, SO_REUSEADDR, SO_EXCLUSIVEADDRUSE, SO_BROADCAST, SO_LINGER, SO_OOBINLINE, time-outs, IPV6_V6ONLY.",
	},
	{
		ID: OPTError, Function: "getsockopt", Strength: Must,
		Condition: "SO_ERROR gives the socket's pending error",
		Sources:   []Source{{Doc, "nf-winsock2-getsockopt"}, {Observation, "SL25"}, {Observation, "RS2"}, {Observation, "SO15"}},
		Notes:     "The page says that reading clears it; observed is that the error of a connect stays (SL25, SL28). It is zero on a stream that was never connected.",
	},
	{
		ID: OPTConntime, Function: "getsockopt", Strength: Must,
		Condition: "SO_CONNECT_TIME without a connection",
		Errors:    []wsa.Errno{wsa.WSAENOTCONN},
		Sources:   []Source{{Doc, "nf-winsock2-getsockopt"}, {Observation, "CT1"}},
		Notes:     "The page says SOCKET_ERROR; observed is success with 0xFFFFFFFF (CT1), so only that is allowed.",
	},
	{
		ID: OPTSet, Function: "setsockopt", Strength: Must,
		Condition: "the option is changed",
		Sources:   []Source{{Doc, "nf-winsock2-setsockopt"}, {Observation, "OL2"}, {Observation, "OL3"}, {Observation, "SO6"}},
	},
	{
		ID: OPTSeterror, Function: "setsockopt", Strength: Observed,
		Condition: "SO_ERROR can be set",
		Sources:   []Source{{Observation, "SO14"}, {Observation, "SO15"}},
	},
	{
		ID: OPTHuge, Function: "setsockopt", Strength: Observed,
		Condition: "a length of -1 on SO_KEEPALIVE, SO_DONTROUTE and the protocol options",
		Errors:    []wsa.Errno{wsa.WSAENOBUFS, wsa.WSAEFAULT},
		Sources:   []Source{{Observation, "OL13"}},
		Notes:     "Cannot be said with a Go slice.",
	},
}
