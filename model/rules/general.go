package rules

import "wsasim/wsa"

// Rules of every function, and of every secure socket function.
const (
	GENStartup        ID = "GEN-STARTUP"
	GENNotsock        ID = "GEN-NOTSOCK"
	GENFamily         ID = "GEN-FAMILY"
	GENType           ID = "GEN-TYPE"
	GENOverlapped     ID = "GEN-OVERLAPPED"
	GENIoctl          ID = "GEN-IOCTL"
	GENValidationPure ID = "GEN-VALIDATION-PURE"
)

var generalRules = []Rule{
	{
		ID: GENStartup, Function: "*", Strength: Must,
		Condition: "no successful WSAStartup is outstanding in the process",
		Errors:    []wsa.Errno{wsa.WSANOTINITIALISED},
		Sources:   []Source{{Doc, "nf-winsock2-wsastartup"}, {Observation, "ST1"}},
		Notes:     "Judged before the arguments (ST1). WSAGetLastError, WSASetLastError, SleepEx and CloseHandle are exempt.",
	},
	{
		ID: GENNotsock, Function: "*", Strength: Must,
		Condition: "the descriptor is not a socket of the calling process",
		Errors:    []wsa.Errno{wsa.WSAENOTSOCK},
		Sources:   []Source{{Doc, "every page with a socket parameter"}, {Observation, "SP1"}, {Observation, "SN3"}, {Netsem, "handles"}},
		Notes:     "The handle is judged before pointers (SP1). WSARevertImpersonation has no descriptor.",
	},
	{
		ID: GENFamily, Function: "WSASetSocketSecurity, WSASetSocketPeerTargetName, WSADeleteSocketPeerTargetName, WSAQuerySocketSecurity, WSAImpersonateSocketPeer, WSARevertImpersonation, WSAIoctl", Strength: Must,
		Condition: "the socket's family is neither AF_INET nor AF_INET6",
		Errors:    []wsa.Errno{wsa.WSAEINVAL, wsa.WSAEAFNOSUPPORT},
		Sources:   []Source{{Doc, "every page of the secure socket functions"}},
		Notes:     "The pages list both codes.",
	},
	{
		ID: GENType, Function: "WSASetSocketSecurity, WSASetSocketPeerTargetName, WSADeleteSocketPeerTargetName, WSAQuerySocketSecurity, WSAImpersonateSocketPeer, WSARevertImpersonation, WSAIoctl", Strength: Must,
		Condition: "the socket's type is neither SOCK_STREAM nor SOCK_DGRAM",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "every page of the secure socket functions"}},
		Notes:     "WSAImpersonateSocketPeer lists no WSAEINVAL: there any failure conforms.",
	},
	{
		ID: GENOverlapped, Function: "WSASetSocketSecurity, WSASetSocketPeerTargetName, WSADeleteSocketPeerTargetName, WSAQuerySocketSecurity, WSAImpersonateSocketPeer, WSARevertImpersonation, WSAIoctl", Strength: Must,
		Condition: "Overlapped and CompletionRoutine are ignored on a socket made without WSA_FLAG_OVERLAPPED; on an overlapped one the call may complete at once or pend and complete later with the same outcomes",
		Errors:    []wsa.Errno{wsa.WSA_IO_PENDING},
		Sources:   []Source{{Doc, "every page with the parameter"}},
	},
	{
		ID: GENIoctl, Function: "WSAIoctl", Strength: Must,
		Condition: "WSAIoctl with the code of a secure socket function does the same as the function",
		Sources:   []Source{{Doc, "every page of the secure socket functions"}, {Guide, "winsock-secure-socket-extensions"}},
	},
	{
		ID: GENValidationPure, Function: "*", Strength: Inferred,
		Condition: "a call that fails changes nothing about the socket",
		Sources:   []Source{{Inference, "no page describes a partial effect of a failed call"}},
		Notes:     "Exceptions are named by their own rules: an implicit bind may survive a failed connect or send (CONN-BIND, SEND-BIND).",
	},
}
