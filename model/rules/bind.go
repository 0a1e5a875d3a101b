package rules

import "wsasim/wsa"

// bind.
const (
	BINDFault     ID = "BIND-FAULT"
	BINDFamily    ID = "BIND-FAMILY"
	BINDTwice     ID = "BIND-TWICE"
	BINDInuse     ID = "BIND-INUSE"
	BINDAcces     ID = "BIND-ACCES"
	BINDShare     ID = "BIND-SHARE"
	BINDLingering ID = "BIND-LINGERING"
	BINDNotlocal  ID = "BIND-NOTLOCAL"
	BINDScope     ID = "BIND-SCOPE"
	BINDBroadcast ID = "BIND-BROADCAST"
	BINDDeferred  ID = "BIND-DEFERRED"
	BINDOk        ID = "BIND-OK"
	BINDPort0     ID = "BIND-PORT0"
	BINDExhausted ID = "BIND-EXHAUSTED"
)

var bindRules = []Rule{
	{
		ID: BINDFault, Function: "bind", Strength: Must,
		Condition: "name is NULL or namelen is smaller than the family's address structure",
		Errors:    []wsa.Errno{wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "nf-winsock2-bind"}, {Observation, "BI1"}, {Observation, "BI7"}},
	},
	{
		ID: BINDFamily, Function: "bind", Strength: Must,
		Condition: "the address family is not the socket's",
		Errors:    []wsa.Errno{wsa.WSAEAFNOSUPPORT, wsa.WSAEFAULT},
		Sources:   []Source{{Observation, "BI2"}, {Doc, "nf-winsock2-bind"}},
		Notes:     "The page says WSAEFAULT; observed is WSAEAFNOSUPPORT for an unknown family, so only that is allowed there.",
	},
	{
		ID: BINDTwice, Function: "bind", Strength: Must,
		Condition: "the socket is already bound",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nf-winsock2-bind"}, {Observation, "BI4"}},
	},
	{
		ID: BINDInuse, Function: "bind", Strength: Must,
		Condition: "another socket holds the address and the sharing rules refuse a second one",
		Errors:    []wsa.Errno{wsa.WSAEADDRINUSE},
		Sources:   []Source{{Doc, "nf-winsock2-bind"}, {Guide, "using-so-reuseaddr-and-so-exclusiveaddruse"}, {Observation, "BI6"}, {Observation, "RA11"}, {Observation, "RA31"}},
	},
	{
		ID: BINDAcces, Function: "bind", Strength: Must,
		Condition: "another socket holds the address in a way that forbids this kind of sharing",
		Errors:    []wsa.Errno{wsa.WSAEACCES},
		Sources:   []Source{{Guide, "using-so-reuseaddr-and-so-exclusiveaddruse"}, {Observation, "RA1"}, {Observation, "RA16"}, {Observation, "RA18"}, {Observation, "RA25"}},
	},
	{
		ID: BINDShare, Function: "bind", Strength: Must,
		Condition: "the decision table of SO_REUSEADDR and SO_EXCLUSIVEADDRUSE allows a second socket on the port",
		Sources:   []Source{{Guide, "using-so-reuseaddr-and-so-exclusiveaddruse"}, {Observation, "RA8"}, {Observation, "RA17"}, {Observation, "RA22"}, {Observation, "RA23"}, {Observation, "RA26"}},
		Notes:     "Where the two user-account tables, the pages or observations differ, all named outcomes are allowed.",
	},
	{
		ID: BINDLingering, Function: "bind", Strength: Must,
		Condition: "the port may still be held by a connection that is being closed",
		Errors:    []wsa.Errno{wsa.WSAEADDRINUSE, wsa.WSAEACCES},
		Sources:   []Source{{Guide, "using-so-reuseaddr-and-so-exclusiveaddruse"}},
	},
	{
		ID: BINDNotlocal, Function: "bind", Strength: Must,
		Condition: "the address is not one of this host",
		Errors:    []wsa.Errno{wsa.WSAEADDRNOTAVAIL},
		Sources:   []Source{{Doc, "nf-winsock2-bind"}, {Observation, "RM12"}, {Netsem, "bind_2"}},
		Notes:     "WSAEADDRINUSE may compete with it (bind_2).",
	},
	{
		ID: BINDScope, Function: "bind", Strength: Observed,
		Condition: "a link-local address with a scope id that does not exist",
		Errors:    []wsa.Errno{wsa.WSAEADDRNOTAVAIL},
		Sources:   []Source{{Observation, "BI8"}},
	},
	{
		ID: BINDBroadcast, Function: "bind", Strength: Must,
		Condition: "a datagram socket without SO_BROADCAST is bound to a broadcast address",
		Errors:    []wsa.Errno{wsa.WSAEACCES, wsa.WSAEADDRNOTAVAIL},
		Sources:   []Source{{Doc, "nf-winsock2-bind"}},
		Notes:     "A broadcast address is not a local one either.",
	},
	{
		ID: BINDDeferred, Function: "bind", Strength: Must,
		Condition: "an earlier setsockopt was not checked until now",
		Sources:   []Source{{Doc, "nf-winsock2-setsockopt"}},
		Notes:     "Any failure; only after a setsockopt of level IPPROTO_IP, IPPROTO_IPV6 or IPPROTO_TCP.",
	},
	{
		ID: BINDOk, Function: "bind", Strength: Must,
		Condition: "the socket has the given local name",
		Sources:   []Source{{Doc, "nf-winsock2-bind"}},
	},
	{
		ID: BINDPort0, Function: "bind", Strength: Must,
		Condition: "port 0 selects a free port",
		Sources:   []Source{{Doc, "nf-winsock2-bind"}, {Observation, "UD6"}},
		Notes:     "The dynamic range 49152-65535 is documented, but can be configured.",
	},
	{
		ID: BINDExhausted, Function: "bind, connect, WSAConnect, sendto, WSASendTo", Strength: Resource,
		Condition: "no port is left to choose",
		Errors:    []wsa.Errno{wsa.WSAENOBUFS, wsa.WSAEADDRINUSE, wsa.WSAEADDRNOTAVAIL, wsa.WSAEACCES},
		Sources:   []Source{{Doc, "nf-winsock2-bind"}, {Netsem, "bind_9"}},
	},
}
