package rules

import "wsasim/wsa"

// WSAStartup, WSACleanup and the last error.
const (
	STARTVersion      ID = "START-VERSION"
	STARTFault        ID = "START-FAULT"
	STARTOk           ID = "START-OK"
	STARTCount        ID = "START-COUNT"
	STARTCleanupNone  ID = "START-CLEANUP-NONE"
	STARTCleanupLast  ID = "START-CLEANUP-LAST"
	STARTCleanupAbort ID = "START-CLEANUP-ABORT"
	LASTGet           ID = "LAST-GET"
	LASTSet           ID = "LAST-SET"
	LASTFailure       ID = "LAST-FAILURE"
	LASTSuccess       ID = "LAST-SUCCESS"
	LASTThread        ID = "LAST-THREAD"
)

var startupRules = []Rule{
	{
		ID: STARTVersion, Function: "WSAStartup", Strength: Must,
		Condition: "the requested version is below 1.0",
		Errors:    []wsa.Errno{wsa.WSAVERNOTSUPPORTED},
		Sources:   []Source{{Doc, "nf-winsock2-wsastartup"}, {Observation, "SV1"}},
		Notes:     "WSADATA is filled nevertheless (SV1).",
	},
	{
		ID: STARTFault, Function: "WSAStartup", Strength: Must,
		Condition: "lpWSAData is NULL",
		Errors:    []wsa.Errno{wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "nf-winsock2-wsastartup"}},
	},
	{
		ID: STARTOk, Function: "WSAStartup", Strength: Must,
		Condition: "any version from 1.0 up is accepted; the version to use is the lower of the request and 2.2",
		Sources:   []Source{{Doc, "nf-winsock2-wsastartup"}, {Observation, "SV3"}, {Observation, "SV4"}},
	},
	{
		ID: STARTCount, Function: "WSAStartup, WSACleanup", Strength: Must,
		Condition: "successes are counted per process and each needs one WSACleanup",
		Sources:   []Source{{Doc, "nf-winsock2-wsacleanup"}},
	},
	{
		ID: STARTCleanupNone, Function: "WSACleanup", Strength: Must,
		Condition: "no successful WSAStartup is outstanding",
		Errors:    []wsa.Errno{wsa.WSANOTINITIALISED},
		Sources:   []Source{{Doc, "nf-winsock2-wsacleanup"}, {Observation, "ST4"}},
	},
	{
		ID: STARTCleanupLast, Function: "WSACleanup", Strength: Must,
		Condition: "the last WSACleanup closes every socket of the process",
		Sources:   []Source{{Doc, "nf-winsock2-wsacleanup"}, {Observation, "ST3"}},
	},
	{
		ID: STARTCleanupAbort, Function: "WSACleanup", Strength: Must,
		Condition: "calls that wait in other threads end, with a code that no page gives",
		Sources:   []Source{{Doc, "nf-winsock2-wsacleanup"}},
		Notes:     "Any failure.",
	},
	{
		ID: LASTGet, Function: "WSAGetLastError", Strength: Must,
		Condition: "it never fails and gives the calling thread's last error",
		Sources:   []Source{{Doc, "nf-winsock2-wsagetlasterror"}},
	},
	{
		ID: LASTSet, Function: "WSASetLastError", Strength: Must,
		Condition: "the calling thread's last error becomes the given code",
		Sources:   []Source{{Doc, "nf-winsock2-wsasetlasterror"}},
	},
	{
		ID: LASTFailure, Function: "WSAGetLastError", Strength: Must,
		Condition: "after a call that failed, the last error is its code",
		Sources:   []Source{{Doc, "nf-winsock2-wsagetlasterror"}},
		Notes:     "WSAStartup gives its code as the result instead.",
	},
	{
		ID: LASTSuccess, Function: "WSAGetLastError", Strength: Must,
		Condition: "a call that succeeds leaves the last error or resets it to 0",
		Sources:   []Source{{Doc, "nf-winsock2-wsagetlasterror"}, {Observation, "SK22"}, {Observation, "SO14"}, {Observation, "SD15"}},
		Notes:     "Which calls reset is only partly observed, so both are allowed.",
	},
	{
		ID: LASTThread, Function: "WSAGetLastError, WSASetLastError", Strength: Must,
		Condition: "the last error belongs to the thread: other threads' calls do not change it",
		Sources:   []Source{{Doc, "nf-winsock2-wsagetlasterror"}},
	},
}
