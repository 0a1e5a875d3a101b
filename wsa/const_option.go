package wsa

// Options of level SOL_SOCKET (winsock2.h, ws2def.h, mswsock.h; page
// sol-socket-socket-options).
const (
	SO_DEBUG                  = 0x0001 // BOOL; no effect with Microsoft providers
	SO_ACCEPTCONN             = 0x0002 // BOOL, read only: the socket listens
	SO_REUSEADDR              = 0x0004 // BOOL; before bind
	SO_KEEPALIVE              = 0x0008 // BOOL
	SO_DONTROUTE              = 0x0010 // BOOL; accepted and ignored on AF_INET
	SO_BROADCAST              = 0x0020 // BOOL; datagrams, IPv4
	SO_USELOOPBACK            = 0x0040 // not supported by TCP/IP
	SO_LINGER                 = 0x0080 // struct linger: two uint16, on and seconds
	SO_OOBINLINE              = 0x0100 // BOOL
	SO_SNDBUF                 = 0x1001 // int, bytes
	SO_RCVBUF                 = 0x1002 // int, bytes
	SO_SNDLOWAT               = 0x1003 // not supported by TCP/IP
	SO_RCVLOWAT               = 0x1004 // not supported by TCP/IP
	SO_SNDTIMEO               = 0x1005 // DWORD, milliseconds, 0: never
	SO_RCVTIMEO               = 0x1006 // DWORD, milliseconds, 0: never
	SO_ERROR                  = 0x1007 // int, read only; reading clears it
	SO_TYPE                   = 0x1008 // int, read only
	SO_BSP_STATE              = 0x1009 // CSADDR_INFO, read only
	SO_GROUP_ID               = 0x2001 // GROUP, read only; 0: in no group of sockets
	SO_GROUP_PRIORITY         = 0x2002 // int; 0 comes first; members of a group of sockets
	SO_MAX_MSG_SIZE           = 0x2003 // unsigned, bytes, read only; datagrams
	SO_PROTOCOL_INFOA         = 0x2004 // WSAPROTOCOL_INFOA, read only
	SO_PROTOCOL_INFOW         = 0x2005 // WSAPROTOCOL_INFOW, read only
	PVD_CONFIG                = 0x3001 // opaque
	SO_CONDITIONAL_ACCEPT     = 0x3002 // BOOL; listening sockets
	SO_PAUSE_ACCEPT           = 0x3003 // BOOL; listening sockets
	SO_COMPARTMENT_ID         = 0x3004
	SO_RANDOMIZE_PORT         = 0x3005
	SO_PORT_SCALABILITY       = 0x3006
	SO_REUSE_UNICASTPORT      = 0x3007
	SO_REUSE_MULTICASTPORT    = 0x3008
	SO_CONNDATA               = 0x7000
	SO_CONNOPT                = 0x7001
	SO_DISCDATA               = 0x7002
	SO_DISCOPT                = 0x7003
	SO_CONNDATALEN            = 0x7004
	SO_CONNOPTLEN             = 0x7005
	SO_DISCDATALEN            = 0x7006
	SO_DISCOPTLEN             = 0x7007
	SO_OPENTYPE               = 0x7008
	SO_MAXDG                  = 0x7009
	SO_MAXPATHDG              = 0x700A
	SO_UPDATE_ACCEPT_CONTEXT  = 0x700B            // SOCKET of the listener; after AcceptEx
	SO_CONNECT_TIME           = 0x700C            // DWORD, seconds, read only; 0xFFFFFFFF: not connected
	SO_UPDATE_CONNECT_CONTEXT = 0x7010            // after ConnectEx
	SO_DONTLINGER             = ^SO_LINGER        // BOOL; -129 as the int32 that setsockopt takes
	SO_EXCLUSIVEADDRUSE       = ^SO_REUSEADDR     // BOOL; before bind; -5 as an int32
	SO_PROTOCOL_INFO          = SO_PROTOCOL_INFOW // the UNICODE meaning of the name
)

// Values of SO_OPENTYPE (mswsock.h).
const (
	SO_SYNCHRONOUS_ALERT    = 0x10
	SO_SYNCHRONOUS_NONALERT = 0x20
)

// Options of level IPPROTO_TCP (ws2ipdef.h, winsock2.h, mswsock.h; page
// ipproto-tcp-socket-options).
const (
	TCP_NODELAY                    = 1 // BOOL: no Nagle delay
	TCP_EXPEDITED_1122             = 2
	TCP_KEEPALIVE                  = 3
	TCP_KEEPIDLE                   = 3 // DWORD, seconds; same as TCP_KEEPALIVE
	TCP_MAXSEG                     = 4 // int, bytes, read only
	TCP_MAXRT                      = 5 // DWORD, seconds; -1: never give up
	TCP_STDURG                     = 6
	TCP_NOURG                      = 7
	TCP_ATMARK                     = 8
	TCP_NOSYNRETRIES               = 9
	TCP_TIMESTAMPS                 = 10
	TCP_OFFLOAD_PREFERENCE         = 11
	TCP_CONGESTION_ALGORITHM       = 12
	TCP_DELAY_FIN_ACK              = 13
	TCP_MAXRTMS                    = 14
	TCP_FASTOPEN                   = 15 // BOOL
	TCP_KEEPCNT                    = 16 // DWORD, at most 255
	TCP_KEEPINTVL                  = 17 // DWORD, seconds
	TCP_FAIL_CONNECT_ON_ICMP_ERROR = 18
	TCP_ICMP_ERROR_INFO            = 19
	TCP_BSDURGENT                  = 28672
)

// Options of level IPPROTO_UDP (ws2ipdef.h; page ipproto-udp-socket-options).
// UDP_COALESCED_INFO is the type of a control message.
const (
	UDP_NOCHECKSUM              = 1
	UDP_SEND_MSG_SIZE           = 2
	UDP_RECV_MAX_COALESCED_SIZE = 3
	UDP_CHECKSUM_COVERAGE       = 20
	UDP_COALESCED_INFO          = 3
)

// Options of level IPPROTO_IP (ws2ipdef.h; page ipproto-ip-socket-options).
const (
	IP_OPTIONS                = 1
	IP_HDRINCL                = 2
	IP_TOS                    = 3
	IP_TTL                    = 4
	IP_MULTICAST_IF           = 9
	IP_MULTICAST_TTL          = 10
	IP_MULTICAST_LOOP         = 11
	IP_ADD_MEMBERSHIP         = 12
	IP_DROP_MEMBERSHIP        = 13
	IP_DONTFRAGMENT           = 14
	IP_ADD_SOURCE_MEMBERSHIP  = 15
	IP_DROP_SOURCE_MEMBERSHIP = 16
	IP_BLOCK_SOURCE           = 17
	IP_UNBLOCK_SOURCE         = 18
	IP_PKTINFO                = 19
	IP_RECVTTL                = 21
	IP_RECEIVE_BROADCAST      = 22
	IP_RECVIF                 = 24
	IP_RECVDSTADDR            = 25
	IP_IFLIST                 = 28
	IP_ADD_IFLIST             = 29
	IP_DEL_IFLIST             = 30
	IP_UNICAST_IF             = 31
	IP_RTHDR                  = 32
	IP_GET_IFLIST             = 33
	IP_RECVRTHDR              = 38
	IP_TCLASS                 = 39
	IP_RECVTOS                = 40
	IP_ORIGINAL_ARRIVAL_IF    = 47
	IP_RECVECN                = 50
	IP_WFP_REDIRECT_RECORDS   = 60
	IP_WFP_REDIRECT_CONTEXT   = 70
	IP_MTU_DISCOVER           = 71
	IP_MTU                    = 73
	IP_USER_MTU               = 76
	IP_HOPLIMIT               = 21
	IP_RECVTCLASS             = 40
	IP_ECN                    = 50
)

// Values of IP_MTU_DISCOVER and IPV6_MTU_DISCOVER (ws2ipdef.h).
const (
	IP_PMTUDISC_NOT_SET = 0
	IP_PMTUDISC_DO      = 1
	IP_PMTUDISC_DONT    = 2
	IP_PMTUDISC_PROBE   = 3
)

// A hop limit that leaves the choice to the stack (ws2ipdef.h).
const (
	IP_UNSPECIFIED_HOP_LIMIT = -1
)

// Options of level IPPROTO_IPV6 (ws2ipdef.h; page ipproto-ipv6-socket-options).
// IPV6_JOIN_GROUP and IPV6_LEAVE_GROUP are second names.
const (
	IPV6_HOPOPTS          = 1
	IPV6_HDRINCL          = 2
	IPV6_UNICAST_HOPS     = 4
	IPV6_MULTICAST_IF     = 9
	IPV6_MULTICAST_HOPS   = 10
	IPV6_MULTICAST_LOOP   = 11
	IPV6_ADD_MEMBERSHIP   = 12
	IPV6_DROP_MEMBERSHIP  = 13
	IPV6_DONTFRAG         = 14
	IPV6_PKTINFO          = 19
	IPV6_HOPLIMIT         = 21
	IPV6_PROTECTION_LEVEL = 23
	IPV6_RECVIF           = 24
	IPV6_RECVDSTADDR      = 25
	IPV6_CHECKSUM         = 26
	IPV6_V6ONLY           = 27
	IPV6_IFLIST           = 28
	IPV6_ADD_IFLIST       = 29
	IPV6_DEL_IFLIST       = 30
	IPV6_UNICAST_IF       = 31
	IPV6_RTHDR            = 32
	IPV6_GET_IFLIST       = 33
	IPV6_RECVRTHDR        = 38
	IPV6_TCLASS           = 39
	IPV6_RECVTCLASS       = 40
	IPV6_RECVECN          = 50
	IPV6_MTU_DISCOVER     = 71
	IPV6_MTU              = 72
	IPV6_USER_MTU         = 76
	IPV6_JOIN_GROUP       = 12
	IPV6_LEAVE_GROUP      = 13
	IPV6_ECN              = 50
)

// Values of IPV6_PROTECTION_LEVEL (ws2ipdef.h).
const (
	PROTECTION_LEVEL_DEFAULT        = -1
	PROTECTION_LEVEL_UNRESTRICTED   = 10
	PROTECTION_LEVEL_EDGERESTRICTED = 20
	PROTECTION_LEVEL_RESTRICTED     = 30
)
