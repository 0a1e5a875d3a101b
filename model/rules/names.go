package rules

import "wsasim/wsa"

// getsockname and getpeername.
const (
	NAMEFault    ID = "NAME-FAULT"
	NAMEUnbound  ID = "NAME-UNBOUND"
	NAMEWildcard ID = "NAME-WILDCARD"
	NAMESock     ID = "NAME-SOCK"
	NAMENotconn  ID = "NAME-NOTCONN"
	NAMEPeer     ID = "NAME-PEER"
	NAMEShutdown ID = "NAME-SHUTDOWN"
	NAMEBroken   ID = "NAME-BROKEN"
)

var namesRules = []Rule{
	{
		ID: NAMEFault, Function: "getsockname, getpeername", Strength: Must,
		Condition: "a pointer is NULL or *namelen is too small",
		Errors:    []wsa.Errno{wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "nf-winsock2-getsockname"}, {Doc, "nf-winsock2-getpeername"}, {Observation, "GN3"}, {Observation, "GP3"}, {Observation, "BI7"}},
	},
	{
		ID: NAMEUnbound, Function: "getsockname", Strength: Must,
		Condition: "the socket is not bound",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nf-winsock2-getsockname"}, {Netsem, "getsockname_3"}},
	},
	{
		ID: NAMEWildcard, Function: "getsockname", Strength: Must,
		Condition: "bound to the wildcard and not connected: the wildcard and the port are returned",
		Sources:   []Source{{Doc, "nf-winsock2-bind"}, {Doc, "nf-winsock2-sendto"}, {Wine, "8.0, getsockname after a refused attempt to connect"}},
		Notes: "The page of getsockname says WSAEINVAL, the pages of bind and sendto say success: both are allowed. " +
			"Of the address after an attempt to connect that failed no page speaks: Wine gives the one that the attempt chose, which is allowed too.",
	},
	{
		ID: NAMESock, Function: "getsockname", Strength: Must,
		Condition: "the local name is stored and *namelen is its size",
		Sources:   []Source{{Doc, "nf-winsock2-getsockname"}},
	},
	{
		ID: NAMENotconn, Function: "getpeername", Strength: Must,
		Condition: "the socket is not connected",
		Errors:    []wsa.Errno{wsa.WSAENOTCONN},
		Sources:   []Source{{Doc, "nf-winsock2-getpeername"}, {Observation, "GP2"}, {Observation, "CG5"}},
	},
	{
		ID: NAMEPeer, Function: "getpeername", Strength: Must,
		Condition: "the peer's name is stored and *namelen is its size",
		Sources:   []Source{{Doc, "nf-winsock2-getpeername"}, {Observation, "GP4"}},
	},
	{
		ID: NAMEShutdown, Function: "getpeername", Strength: Observed,
		Condition: "a connection that was shut down still has its peer's name",
		Sources:   []Source{{Observation, "SD7"}},
	},
	{
		ID: NAMEBroken, Function: "getpeername, getsockname", Strength: Inferred,
		Condition: "what a broken connection answers is open",
		Errors:    []wsa.Errno{wsa.WSAENOTCONN},
		Sources:   []Source{{Inference, "no page names the case"}},
		Notes:     "Success with the known name, or WSAENOTCONN.",
	},
}
