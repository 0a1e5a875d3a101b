package rules

import "wsasim/wsa"

// documentedOption holds the rows of: options and control codes.
var documentedOption = []page{
	{"getsockopt", "", "nf-winsock2-getsockopt", []row{
		notStarted,
		netDown,
		{wsa.WSAEFAULT, "optval/optlen not in user memory, or *optlen too small", held{OPTFault}, ""},
		inProgress,
		{wsa.WSAEINVAL, "level unknown or invalid", held{OPTLevel}, ""},
		{wsa.WSAENOPROTOOPT, "option unknown or unsupported by the protocol family", held{OPTUnknown, OPTKind}, ""},
		notSocket,
	}},
	{"getsockopt", "SO_BSP_STATE", "so-bsp-state", []row{
		notStarted,
		netDown,
		{wsa.WSAEFAULT, "pointers invalid, or length below sizeof(CSADDR_INFO)", held{OPTFault}, ""},
		inProgress,
		{wsa.WSAEINVAL, "level invalid", held{OPTLevel}, ""},
		{wsa.WSAENOPROTOOPT, "unsupported family", nil, "both families that carry data support it"},
		notSocket,
	}},
	{"setsockopt", "", "nf-winsock2-setsockopt", []row{
		notStarted,
		netDown,
		{wsa.WSAEFAULT, "optval not in process memory, or optlen too small", held{OPTFault}, ""},
		inProgress,
		{wsa.WSAEINVAL, "level invalid, or the value is invalid", held{OPTLevel, OPTValue}, ""},
		{wsa.WSAENETRESET, "connection timed out while SO_KEEPALIVE is set", held{OPTNetreset}, ""},
		{wsa.WSAENOPROTOOPT, "option unknown or unsupported for this provider or socket", held{OPTUnknown, OPTKind}, ""},
		{wsa.WSAENOTCONN, "connection was reset while SO_KEEPALIVE is set", held{OPTNotconn}, ""},
		notSocket,
	}},
	{"setsockopt", "SO_KEEPALIVE", "so-keepalive", []row{
		notStarted,
		netDown,
		{wsa.WSAEFAULT, "pointers invalid, or length below 4 bytes", held{OPTFault}, ""},
		inProgress,
		{wsa.WSAEINVAL, "level invalid; Vista+: socket in a transitional state (connect pending)", held{OPTLevel, OPTConnecting}, ""},
		{wsa.WSAENOPROTOOPT, "datagram socket, or unsupported family", held{OPTKind}, ""},
		notSocket,
	}},
	{"setsockopt", "SO_CONDITIONAL_ACCEPT", "so-conditional-accept", []row{
		notStarted,
		netDown,
		{wsa.WSAEFAULT, "pointers invalid, or length below 4 bytes", held{OPTFault}, ""},
		inProgress,
		{wsa.WSAEINVAL, "level invalid; socket already listening", held{OPTLevel, OPTListening}, ""},
		{wsa.WSAENOPROTOOPT, "unsupported family", nil, "both families that carry data support it"},
		notSocket,
	}},
	{"setsockopt", "IP_PKTINFO", "ip-pktinfo", []row{
		notStarted,
		netDown,
		{wsa.WSAEFAULT, "pointers invalid, or length below 4 bytes", held{OPTFault}, ""},
		inProgress,
		{wsa.WSAEINVAL, "level invalid; Vista+: transitional state; dual-stack with IPv4 disabled", held{OPTLevel, OPTConnecting}, ""},
		{wsa.WSAENOPROTOOPT, "not SOCK_DGRAM / SOCK_RAW, or unsupported family", held{OPTKind}, ""},
		notSocket,
	}},
	{"setsockopt", "IPV6_PKTINFO", "ipv6-pktinfo", []row{
		notStarted,
		netDown,
		{wsa.WSAEFAULT, "pointers invalid, or length below 4 bytes", held{OPTFault}, ""},
		inProgress,
		{wsa.WSAEINVAL, "level invalid; Vista+: socket in a transitional state", held{OPTLevel, OPTConnecting}, ""},
		{wsa.WSAENOPROTOOPT, "not SOCK_DGRAM / SOCK_RAW, or unsupported family", held{OPTKind}, ""},
		notSocket,
	}},
	{"setsockopt", "SO_USELOOPBACK", "sol-socket-socket-options", []row{
		{wsa.WSAEINVAL, "not supported by TCP/IP, on Vista and later", held{OPTRefused}, ""},
	}},
	{"setsockopt", "SO_SNDLOWAT, SO_RCVLOWAT", "sol-socket-socket-options", []row{
		{wsa.WSAEINVAL, "not supported by TCP/IP, on Vista and later", held{OPTRefused}, ""},
	}},
	{"setsockopt", "SO_DONTROUTE", "nf-winsock2-getsockopt", []row{
		{wsa.WSAENOPROTOOPT, "an AF_INET6 socket", held{OPTKind}, ""},
	}},
	{"getsockopt", "SO_GROUP_PRIORITY", "nf-winsock2-getsockopt", []row{
		{wsa.WSAENOPROTOOPT, "the socket belongs to no group", held{OPTGroupPriority}, ""},
	}},
	{"setsockopt", "SO_GROUP_PRIORITY", "sol-socket-socket-options", []row{
		{wsa.WSAENOPROTOOPT, "the socket belongs to no group", held{OPTGroupPriority}, ""},
	}},
	{"ioctlsocket", "", "nf-winsock2-ioctlsocket", []row{
		notStarted,
		netDown,
		inProgress,
		notSocket,
		{wsa.WSAEFAULT, "argp not in user memory", held{IOCTLFault}, ""},
		{wsa.WSAEINVAL, "(winsock-ioctls page) FIONBIO 0 while WSAAsyncSelect/WSAEventSelect is active", held{IOCTLSelected}, ""},
	}},
	{"WSAIoctl", "", "nf-winsock2-wsaioctl", []row{
		{wsa.WSA_IO_PENDING, "overlapped request started", held{IOCTLPending}, ""},
		netDown,
		{wsa.WSAEFAULT, "a pointer not in user memory, or input/output length too small", held{IOCTLFault, IOCTLReturned}, ""},
		{wsa.WSAEINVAL, "code not valid, an input parameter unacceptable, or code not applicable to this socket type", held{IOCTLCode, IOCTLKind}, ""},
		inProgress,
		notSocket,
		{wsa.WSAEOPNOTSUPP, "command cannot be realised (e.g. QOS not satisfiable)", held{IOCTLCode}, ""},
		{wsa.WSAEWOULDBLOCK, "nonblocking and would block", held{IOCTLWouldblock}, ""},
		{wsa.WSAENOPROTOOPT, "not supported on the protocol (named: broadcast address on IPv6, keep-alive values on a datagram socket)", held{IOCTLKind, IOCTLKeepalive}, ""},
	}},
	{"WSAIoctl", "SIO_KEEPALIVE_VALS", "sio-keepalive-vals", []row{
		{wsa.WSA_IO_PENDING, "overlapped, started", held{IOCTLPending}, ""},
		{wsa.WSA_OPERATION_ABORTED, "closed or SIO_FLUSH", nil, "the request is done at once, and nothing is left to be aborted"},
		{wsa.WSAEFAULT, "overlapped / routine pointer invalid", held{IOCTLFault, IOCTLReturned}, ""},
		inProgress,
		interrupted,
		{wsa.WSAEINVAL, "code, input or socket type not acceptable", held{IOCTLKind}, ""},
		netDown,
		{wsa.WSAENOPROTOOPT, "datagram socket", held{IOCTLKeepalive}, ""},
		notSocket,
		{wsa.WSAEOPNOTSUPP, "transport does not support it", nil, "TCP supports it"},
	}},
	{"WSAIoctl", "SIO_ASSOCIATE_HANDLE, SIO_ENABLE_CIRCULAR_QUEUEING, SIO_FLUSH, SIO_TRANSLATE_HANDLE", "winsock-ioctls", []row{
		{wsa.WSAENOPROTOOPT, "the provider does not support it", held{IOCTLCode}, ""},
	}},
	{"WSAIoctl", "SIO_GET_QOS, SIO_GET_GROUP_QOS, SIO_SET_QOS, SIO_SET_GROUP_QOS", "winsock-ioctls", []row{
		{wsa.WSAENOPROTOOPT, "the provider has no quality of service", held{IOCTLKind}, ""},
	}},
	{"WSAIoctl", "SIO_GET_BROADCAST_ADDRESS", "winsock-ioctls", []row{
		{wsa.WSAENOPROTOOPT, "an IPv6 socket", held{IOCTLKind}, ""},
	}},
	{"WSAIoctl", "SIO_ROUTING_INTERFACE_QUERY", "winsock-ioctls", []row{
		{wsa.WSAEFAULT, "the output is too small", held{IOCTLFault}, ""},
		{wsa.WSAENETUNREACH, "there is no route", held{IOCTLRoute}, ""},
		{wsa.WSAENETDOWN, "there is no connectivity", held{NETDown}, ""},
	}},
	{"WSAIoctl", "SIO_ROUTING_INTERFACE_CHANGE, SIO_ADDRESS_LIST_CHANGE", "winsock-ioctls", []row{
		{wsa.WSAEWOULDBLOCK, "nonblocking and not overlapped", held{IOCTLWouldblock}, ""},
	}},
	{"WSAIoctl", "SIO_BASE_HANDLE, SIO_BSP_HANDLE, SIO_BSP_HANDLE_SELECT, SIO_BSP_HANDLE_POLL", "winsock-ioctls", []row{
		{wsa.WSAEFAULT, "the output is NULL or too small; SIO_BSP_HANDLE_POLL with an overlapped structure", held{IOCTLFault}, ""},
	}},
	{"WSAIoctl", "SIO_GET_INTERFACE_LIST", "winsock-ioctls", []row{
		{wsa.WSAEINVAL, "the level of the socket is not IPPROTO_IP", held{IOCTLKind}, ""},
		{wsa.WSAEFAULT, "the output is too small", held{IOCTLFault}, ""},
	}},
	{"WSAIoctl", "SIO_CPU_AFFINITY", "winsock-ioctls", []row{
		{wsa.WSAEINVAL, "the socket is bound", held{IOCTLKind}, ""},
	}},
	{"WSAIoctl", "SIO_QUERY_WFP_ALE_ENDPOINT_HANDLE, SIO_QUERY_RSS_SCALABILITY_INFO", "winsock-ioctls", []row{
		{wsa.WSAEINVAL, "the output is NULL or too small", held{IOCTLKind}, ""},
	}},
	{"WSAIoctl", "FIONBIO", "winsock-ioctls", []row{
		{wsa.WSAEINVAL, "turned off while WSAAsyncSelect or WSAEventSelect is active", held{IOCTLSelected}, ""},
	}},
}
