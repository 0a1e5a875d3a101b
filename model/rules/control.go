package rules

import "wsasim/wsa"

// ioctlsocket and WSAIoctl.
const (
	IOCTLFault      ID = "IOCTL-FAULT"
	IOCTLReturned   ID = "IOCTL-RETURNED"
	IOCTLCode       ID = "IOCTL-CODE"
	IOCTLKind       ID = "IOCTL-KIND"
	IOCTLWouldblock ID = "IOCTL-WOULDBLOCK"
	IOCTLNonblock   ID = "IOCTL-NONBLOCK"
	IOCTLNread      ID = "IOCTL-NREAD"
	IOCTLAtmark     ID = "IOCTL-ATMARK"
	IOCTLKeepalive  ID = "IOCTL-KEEPALIVE"
	IOCTLTcpinfo    ID = "IOCTL-TCPINFO"
	IOCTLConnreset  ID = "IOCTL-CONNRESET"
	IOCTLDone       ID = "IOCTL-DONE"
	IOCTLOther      ID = "IOCTL-OTHER"
	IOCTLPending    ID = "IOCTL-PENDING"
)

var controlRules = []Rule{
	{
		ID: IOCTLFault, Function: "ioctlsocket, WSAIoctl", Strength: Must,
		Condition: "a pointer that the code needs is NULL, or a buffer is too small",
		Errors:    []wsa.Errno{wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "nf-winsock2-ioctlsocket"}, {Doc, "nf-winsock2-wsaioctl"}, {Observation, "IO1"}, {Observation, "IO3"}, {Observation, "KA1"}},
		Notes:     "Some codes give WSAEINVAL for a short input (RQ2).",
	},
	{
		ID: IOCTLReturned, Function: "WSAIoctl", Strength: Observed,
		Condition: "lpcbBytesReturned is NULL",
		Errors:    []wsa.Errno{wsa.WSAEFAULT},
		Sources:   []Source{{Observation, "UI1"}, {Observation, "KA3"}, {Observation, "IO13"}, {Observation, "RQ1"}, {Observation, "XF1"}},
		Notes:     "Judged before the code (UI1). For the secure codes not observed: the functions behind them must succeed, so both are allowed there.",
	},
	{
		ID: IOCTLCode, Function: "ioctlsocket, WSAIoctl", Strength: Must,
		Condition: "the code is not known",
		Errors:    []wsa.Errno{wsa.WSAEOPNOTSUPP, wsa.WSAEINVAL, wsa.WSAENOPROTOOPT, wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "nf-winsock2-wsaioctl"}, {Observation, "UI3"}},
		Notes:     "With an overlapped structure WSA_IO_PENDING is observed (UI3).",
	},
	{
		ID: IOCTLKind, Function: "ioctlsocket, WSAIoctl", Strength: Must,
		Condition: "the code does not apply to this kind of socket or its state",
		Errors:    []wsa.Errno{wsa.WSAEINVAL, wsa.WSAEOPNOTSUPP, wsa.WSAENOPROTOOPT, wsa.WSAENOTCONN},
		Sources:   []Source{{Doc, "nf-winsock2-wsaioctl"}, {Observation, "IB1"}},
	},
	{
		ID: IOCTLWouldblock, Function: "WSAIoctl", Strength: Must,
		Condition: "nonblocking and the code would wait",
		Errors:    []wsa.Errno{wsa.WSAEWOULDBLOCK},
		Sources:   []Source{{Doc, "nf-winsock2-wsaioctl"}, {Observation, "AL1"}},
	},
	{
		ID: IOCTLNonblock, Function: "ioctlsocket, WSAIoctl", Strength: Must,
		Condition: "FIONBIO turns nonblocking mode on or off",
		Sources:   []Source{{Doc, "nf-winsock2-ioctlsocket"}},
	},
	{
		ID: IOCTLNread, Function: "ioctlsocket, WSAIoctl", Strength: Must,
		Condition: "FIONREAD gives the bytes that can be read; of datagrams all that wait, not the first one's",
		Sources:   []Source{{Doc, "nf-winsock2-ioctlsocket"}, {Doc, "winsock-ioctls"}, {Observation, "IO7"}},
	},
	{
		ID: IOCTLAtmark, Function: "ioctlsocket, WSAIoctl", Strength: Must,
		Condition: "SIOCATMARK is 0 or 1",
		Sources:   []Source{{Doc, "nf-winsock2-ioctlsocket"}, {Observation, "SB3"}},
	},
	{
		ID: IOCTLKeepalive, Function: "WSAIoctl", Strength: Must,
		Condition: "SIO_KEEPALIVE_VALS is taken on any TCP socket",
		Errors:    []wsa.Errno{wsa.WSAENOPROTOOPT},
		Sources:   []Source{{Doc, "nf-winsock2-wsaioctl"}, {Observation, "KA2"}},
		Notes:     "WSAENOPROTOOPT on a datagram socket.",
	},
	{
		ID: IOCTLTcpinfo, Function: "WSAIoctl", Strength: Must,
		Condition: "SIO_TCP_INFO: the input is not a DWORD (WSAEMSGSIZE), or its version is unknown or the output too small (WSAEINVAL)",
		Errors:    []wsa.Errno{wsa.WSAEMSGSIZE, wsa.WSAEINVAL},
		Sources:   []Source{{Guide, "sio-tcp-info"}},
	},
	{
		ID: IOCTLConnreset, Function: "WSAIoctl", Strength: Must,
		Condition: "SIO_UDP_CONNRESET says whether port-unreachable is reported",
		Sources:   []Source{{Guide, "winsock-ioctls"}},
	},
	{
		ID: IOCTLDone, Function: "WSAIoctl", Strength: Must,
		Condition: "a code that asks stores its answer, whose size is the count; one that sets something stores nothing",
		Sources:   []Source{{Guide, "winsock-ioctls"}, {Observation, "BH1"}, {Observation, "RQ4"}, {Observation, "IL1"}, {Observation, "CQ1"}},
	},
	{
		ID: IOCTLOther, Function: "WSAIoctl", Strength: Inferred,
		Condition: "a code whose behaviour is not modelled",
		Sources:   []Source{{Inference, "outside the model"}},
		Notes:     "Any outcome.",
	},
	{
		ID: IOCTLPending, Function: "WSAIoctl", Strength: Must,
		Condition: "an overlapped request has been started",
		Errors:    []wsa.Errno{wsa.WSA_IO_PENDING},
		Sources:   []Source{{Doc, "nf-winsock2-wsaioctl"}, {Observation, "AL1"}, {Observation, "UI3"}},
	},
}
