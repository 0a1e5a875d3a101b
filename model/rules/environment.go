package rules

import "wsasim/wsa"

// What the machine and the network can do to any call.
const (
	RESNobufs   ID = "RES-NOBUFS"
	RESMfile    ID = "RES-MFILE"
	RESMemory   ID = "RES-MEMORY"
	RESTasks    ID = "RES-TASKS"
	RESSelect   ID = "RES-SELECT"
	NETDown     ID = "NET-DOWN"
	NETNotready ID = "NET-NOTREADY"
	NETPrompt   ID = "NET-PROMPT"
)

var environmentRules = []Rule{
	{
		ID: RESNobufs, Function: "*", Strength: Resource,
		Condition: "the system lacks buffer space",
		Errors:    []wsa.Errno{wsa.WSAENOBUFS},
		Sources:   []Source{{Doc, "every page of the calls that allocate"}},
		Notes:     "May come at any time.",
	},
	{
		ID: RESMfile, Function: "socket, WSASocket, accept, WSAAccept, listen, WSADuplicateSocket", Strength: Resource,
		Condition: "no descriptor is left",
		Errors:    []wsa.Errno{wsa.WSAEMFILE},
		Sources:   []Source{{Doc, "nf-winsock2-socket"}, {Doc, "nf-winsock2-accept"}, {Doc, "nf-winsock2-listen"}},
	},
	{
		ID: RESMemory, Function: "*", Strength: Resource,
		Condition: "memory cannot be had",
		Errors:    []wsa.Errno{wsa.WSA_NOT_ENOUGH_MEMORY},
		Sources:   []Source{{Guide, "windows-sockets-error-codes-2"}},
	},
	{
		ID: RESTasks, Function: "WSAStartup", Strength: Resource,
		Condition: "the limit on the number of tasks is reached",
		Errors:    []wsa.Errno{wsa.WSAEPROCLIM},
		Sources:   []Source{{Doc, "nf-winsock2-wsastartup"}},
	},
	{
		ID: RESSelect, Function: "select", Strength: Resource,
		Condition: "the call cannot have the memory it needs for itself",
		Errors:    []wsa.Errno{wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "nf-winsock2-select"}},
		Notes:     "The page gives one code for this and for a pointer that is not valid.",
	},
	{
		ID: NETDown, Function: "*", Strength: Environment,
		Condition: "the network subsystem has failed",
		Errors:    []wsa.Errno{wsa.WSAENETDOWN},
		Sources:   []Source{{Doc, "every page of the base functions"}},
		Notes:     "Which calls may say so is in the list of documented errors (AllDocumented); the pages of the secure socket functions do not list it.",
	},
	{
		ID: NETNotready, Function: "WSAStartup", Strength: Environment,
		Condition: "the network subsystem is not ready",
		Errors:    []wsa.Errno{wsa.WSASYSNOTREADY},
		Sources:   []Source{{Doc, "nf-winsock2-wsastartup"}},
	},
	{
		ID: NETPrompt, Function: "select, WSAPoll, WSAEnumNetworkEvents, WSAWaitForMultipleEvents, recv, recvfrom, WSARecv, WSARecvFrom, accept, WSAAccept", Strength: Environment,
		Condition: "in a simulated world whose network nobody has touched, what was sent in clear has arrived when the call that sent it returns",
		Sources:   []Source{{Inference, "it is how such a world is made: its links take no time and lose nothing"}},
		Notes:     "Of any other world the specification knows only what calls have told of what has arrived.",
	},
}
