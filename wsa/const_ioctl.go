package wsa

// The parts of a control code: direction in the three high bits, who defined it
// in the next two (winsock2.h).
const (
	IOC_UNIX     = 0x00000000
	IOC_WS2      = 0x08000000
	IOC_PROTOCOL = 0x10000000
	IOC_VENDOR   = 0x18000000
	IOC_VOID     = 0x20000000
	IOC_OUT      = 0x40000000
	IOC_IN       = 0x80000000
	IOC_INOUT    = 0xC0000000
)

// Values that SIO_RCVALL takes (mstcpip.h).
const (
	RCVALL_OFF             = 0
	RCVALL_ON              = 1
	RCVALL_SOCKETLEVELONLY = 2
	RCVALL_IPLEVEL         = 3
)

// Control codes in the style of Unix, for ioctlsocket (winsock2.h; page
// winsock-ioctls).
const (
	FIONREAD   = 0x4004667F
	SIOCGHIWAT = 0x40047301
	SIOCGLOWAT = 0x40047303
	SIOCATMARK = 0x40047307
	FIOASYNC   = 0x8004667D
	FIONBIO    = 0x8004667E
	SIOCSHIWAT = 0x80047300
	SIOCSLOWAT = 0x80047302
)

// Control codes of WSAIoctl (winsock2.h, ws2def.h, mswsock.h, mstcpip.h, ws2ipdef.h;
// page winsock-ioctls). Two headers give 0x9800000D to different codes; the
// name printed for it is SIO_RCVALL_MCAST_IF.
const (
	SIO_IDEAL_SEND_BACKLOG_CHANGE               = 0x2000747A
	SIO_ENABLE_CIRCULAR_QUEUEING                = 0x28000002
	SIO_FLUSH                                   = 0x28000004
	SIO_ADDRESS_LIST_CHANGE                     = 0x28000017
	SIO_IDEAL_SEND_BACKLOG_QUERY                = 0x4004747B
	SIO_GET_INTERFACE_LIST_EX                   = 0x4004747E
	SIO_GET_INTERFACE_LIST                      = 0x4004747F
	SIO_FIND_ROUTE                              = 0x48000003
	SIO_GET_BROADCAST_ADDRESS                   = 0x48000005
	SIO_ADDRESS_LIST_QUERY                      = 0x48000016
	SIO_QUERY_TARGET_PNP_HANDLE                 = 0x48000018
	SIO_BSP_HANDLE                              = 0x4800001B
	SIO_BSP_HANDLE_SELECT                       = 0x4800001C
	SIO_BSP_HANDLE_POLL                         = 0x4800001D
	SIO_BASE_HANDLE                             = 0x48000022
	SIO_QUERY_RSS_PROCESSOR_INFO                = 0x48000025
	SIO_QUERY_WFP_ALE_ENDPOINT_HANDLE           = 0x580000CD
	SIO_QUERY_RSS_SCALABILITY_INFO              = 0x580000D2
	SIO_AF_UNIX_GETPEERPID                      = 0x58000100
	SIO_GET_MULTICAST_FILTER                    = 0x8004747C
	SIO_SET_MULTICAST_FILTER                    = 0x8004747D
	SIO_ASSOCIATE_HANDLE                        = 0x88000001
	SIO_MULTIPOINT_LOOPBACK                     = 0x88000009
	SIO_MULTICAST_SCOPE                         = 0x8800000A
	SIO_SET_QOS                                 = 0x8800000B
	SIO_SET_GROUP_QOS                           = 0x8800000C
	SIO_ROUTING_INTERFACE_CHANGE                = 0x88000015
	SIO_NSP_NOTIFY_CHANGE                       = 0x88000019
	SIO_RESERVED_1                              = 0x8800001A
	SIO_RESERVED_2                              = 0x88000021
	SIO_RCVALL                                  = 0x98000001
	SIO_RCVALL_MCAST                            = 0x98000002
	SIO_RCVALL_IGMPMCAST                        = 0x98000003
	SIO_KEEPALIVE_VALS                          = 0x98000004
	SIO_ABSORB_RTRALERT                         = 0x98000005
	SIO_UCAST_IF                                = 0x98000006
	SIO_LIMIT_BROADCASTS                        = 0x98000007
	SIO_INDEX_BIND                              = 0x98000008
	SIO_INDEX_MCASTIF                           = 0x98000009
	SIO_INDEX_ADD_MCAST                         = 0x9800000A
	SIO_INDEX_DEL_MCAST                         = 0x9800000B
	SIO_UDP_CONNRESET                           = 0x9800000C
	SIO_RCVALL_MCAST_IF                         = 0x9800000D
	SIO_SOCKET_CLOSE_NOTIFY                     = 0x9800000D
	SIO_RCVALL_IF                               = 0x9800000E
	SIO_UDP_NETRESET                            = 0x9800000F
	SIO_LOOPBACK_FAST_PATH                      = 0x98000010
	SIO_TCP_INITIAL_RTO                         = 0x98000011
	SIO_APPLY_TRANSPORT_SETTING                 = 0x98000013
	SIO_QUERY_TRANSPORT_SETTING                 = 0x98000014
	SIO_CPU_AFFINITY                            = 0x98000015
	SIO_TCP_SET_ICW                             = 0x98000016
	SIO_TCP_SET_ACK_FREQUENCY                   = 0x98000017
	SIO_PRIORITY_HINT                           = 0x98000018
	SIO_ACQUIRE_PORT_RESERVATION                = 0x98000064
	SIO_RELEASE_PORT_RESERVATION                = 0x98000065
	SIO_ASSOCIATE_PORT_RESERVATION              = 0x98000066
	SIO_SOCKET_USAGE_NOTIFICATION               = 0x980000CC
	SIO_QUERY_WFP_CONNECTION_REDIRECT_RECORDS   = 0x980000DC
	SIO_QUERY_WFP_CONNECTION_REDIRECT_CONTEXT   = 0x980000DD
	SIO_SET_WFP_CONNECTION_REDIRECT_RECORDS     = 0x980000DE
	SIO_GET_TX_TIMESTAMP                        = 0x980000EA
	SIO_TIMESTAMPING                            = 0x980000EB
	SIO_SET_COMPATIBILITY_MODE                  = 0x9800012C
	SIO_GET_EXTENSION_FUNCTION_POINTER          = 0xC8000006
	SIO_GET_QOS                                 = 0xC8000007
	SIO_GET_GROUP_QOS                           = 0xC8000008
	SIO_TRANSLATE_HANDLE                        = 0xC800000D
	SIO_ROUTING_INTERFACE_QUERY                 = 0xC8000014
	SIO_ADDRESS_LIST_SORT                       = 0xC8000019
	SIO_EXT_SELECT                              = 0xC800001E
	SIO_EXT_POLL                                = 0xC800001F
	SIO_EXT_SENDMSG                             = 0xC8000020
	SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER = 0xC8000024
	SIO_TCP_INFO                                = 0xD8000027
	SIO_CHK_QOS                                 = 0xDC000001
)

// Extension functions, as SIO_GET_EXTENSION_FUNCTION_POINTER takes them once
// ParseGUID has made bytes of them (mswsock.h).
const (
	WSAID_TRANSMITFILE         = "b5367df0-cbac-11cf-95ca-00805f48a192"
	WSAID_ACCEPTEX             = "b5367df1-cbac-11cf-95ca-00805f48a192"
	WSAID_GETACCEPTEXSOCKADDRS = "b5367df2-cbac-11cf-95ca-00805f48a192"
	WSAID_TRANSMITPACKETS      = "d9689da0-1f90-11d3-9971-00c04f68c876"
	WSAID_CONNECTEX            = "25a207b9-ddf3-4660-8ee9-76e58c74063e"
	WSAID_DISCONNECTEX         = "7fda2e11-8630-436f-a031-f536a6eec157"
	WSAID_WSARECVMSG           = "f689d7c8-6f1f-436b-8a53-e54fe351c322"
	WSAID_WSASENDMSG           = "a441e712-754f-43ca-84a7-0dee44cf606d"
	WSAID_WSAPOLL              = "18c76f85-dc66-4964-972e-23c27238312b"
)
