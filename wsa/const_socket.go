package wsa

// Address families (winsock2.h, ws2def.h).
const (
	AF_UNSPEC    = 0
	AF_UNIX      = 1
	AF_INET      = 2
	AF_IPX       = 6
	AF_APPLETALK = 16
	AF_NETBIOS   = 17
	AF_INET6     = 23
	AF_IRDA      = 26
	AF_BTH       = 32
)

// Socket types (winsock2.h).
const (
	SOCK_STREAM    = 1
	SOCK_DGRAM     = 2
	SOCK_RAW       = 3
	SOCK_RDM       = 4
	SOCK_SEQPACKET = 5
)

// Protocols, which are also the levels of their options (ws2def.h). IPPROTO_RM
// and IPPROTO_PGM are one protocol.
const (
	IPPROTO_IP     = 0
	IPPROTO_ICMP   = 1
	IPPROTO_IGMP   = 2
	IPPROTO_IPV4   = 4
	IPPROTO_TCP    = 6
	IPPROTO_UDP    = 17
	IPPROTO_IPV6   = 41
	IPPROTO_ICMPV6 = 58
	IPPROTO_PGM    = 113
	IPPROTO_RAW    = 255
	IPPROTO_RM     = 113
)

// The option level that is not a protocol (winsock2.h).
const (
	SOL_SOCKET = 0xFFFF
)

// IPv4 addresses as numbers in host byte order (winsock2.h).
const (
	INADDR_ANY       = 0x00000000
	INADDR_LOOPBACK  = 0x7F000001
	INADDR_BROADCAST = 0xFFFFFFFF
	INADDR_NONE      = 0xFFFFFFFF
)

// The longest backlog that listen takes, and how to ask for the most the provider
// can do (winsock2.h).
const (
	SOMAXCONN = 0x7FFFFFFF
)

// New groups of sockets, as WSASocket and the condition function of WSAAccept name
// them; any other number but 0 is that of a group (page nf-winsock2-wsasocketw).
const (
	SG_UNCONSTRAINED_GROUP = 1
	SG_CONSTRAINED_GROUP   = 2
)

// Take family, type or protocol from the WSAPROTOCOL_INFO given (winsock2.h).
const (
	FROM_PROTOCOL_INFO = -1
)

// Limits and array sizes of the headers (winsock2.h).
const (
	LAYERED_PROTOCOL   = 0
	BASE_PROTOCOL      = 1
	MAX_PROTOCOL_CHAIN = 7
	FD_SETSIZE         = 64
	WSAPROTOCOL_LEN    = 255
	WSADESCRIPTION_LEN = 256
	WSASYS_STATUS_LEN  = 128
)

// Directions that shutdown ends (winsock2.h).
const (
	SD_RECEIVE = 0
	SD_SEND    = 1
	SD_BOTH    = 2
)
