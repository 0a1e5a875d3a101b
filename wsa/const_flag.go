package wsa

// Flags of the send and receive calls (winsock2.h, ws2def.h). MSG_TRUNC to
// MSG_MCAST are only reported, by WSARecvMsg. MSG_MAXIOVLEN is a limit.
const (
	MSG_OOB            = 0x0001
	MSG_PEEK           = 0x0002
	MSG_DONTROUTE      = 0x0004
	MSG_WAITALL        = 0x0008
	MSG_INTERRUPT      = 0x0010
	MSG_PUSH_IMMEDIATE = 0x0020
	MSG_TRUNC          = 0x0100
	MSG_CTRUNC         = 0x0200
	MSG_BCAST          = 0x0400
	MSG_MCAST          = 0x0800
	MSG_PARTIAL        = 0x8000
)

// The most buffers that one call is meant to take (winsock2.h).
const (
	MSG_MAXIOVLEN = 16
)

// Flags of WSASocket (winsock2.h).
const (
	WSA_FLAG_OVERLAPPED             = 0x001
	WSA_FLAG_MULTIPOINT_C_ROOT      = 0x002
	WSA_FLAG_MULTIPOINT_C_LEAF      = 0x004
	WSA_FLAG_MULTIPOINT_D_ROOT      = 0x008
	WSA_FLAG_MULTIPOINT_D_LEAF      = 0x010
	WSA_FLAG_ACCESS_SYSTEM_SECURITY = 0x040
	WSA_FLAG_NO_HANDLE_INHERIT      = 0x080
	WSA_FLAG_REGISTERED_IO          = 0x100
)

// What a condition function of WSAAccept answers (winsock2.h).
const (
	CF_ACCEPT = 0
	CF_REJECT = 1
	CF_DEFER  = 2
)

// Flags of TransmitFile and DisconnectEx (mswsock.h).
const (
	TF_USE_DEFAULT_WORKER = 0x00
	TF_DISCONNECT         = 0x01
	TF_REUSE_SOCKET       = 0x02
	TF_WRITE_BEHIND       = 0x04
	TF_USE_SYSTEM_THREAD  = 0x10
	TF_USE_KERNEL_APC     = 0x20
)

// What a protocol can do, dwServiceFlags1 of WSAPROTOCOL_INFO (winsock2.h).
const (
	XP1_CONNECTIONLESS           = 0x00001
	XP1_GUARANTEED_DELIVERY      = 0x00002
	XP1_GUARANTEED_ORDER         = 0x00004
	XP1_MESSAGE_ORIENTED         = 0x00008
	XP1_PSEUDO_STREAM            = 0x00010
	XP1_GRACEFUL_CLOSE           = 0x00020
	XP1_EXPEDITED_DATA           = 0x00040
	XP1_CONNECT_DATA             = 0x00080
	XP1_DISCONNECT_DATA          = 0x00100
	XP1_SUPPORT_BROADCAST        = 0x00200
	XP1_SUPPORT_MULTIPOINT       = 0x00400
	XP1_MULTIPOINT_CONTROL_PLANE = 0x00800
	XP1_MULTIPOINT_DATA_PLANE    = 0x01000
	XP1_QOS_SUPPORTED            = 0x02000
	XP1_INTERRUPT                = 0x04000
	XP1_UNI_SEND                 = 0x08000
	XP1_UNI_RECV                 = 0x10000
	XP1_IFS_HANDLES              = 0x20000
	XP1_PARTIAL_MESSAGE          = 0x40000
	XP1_SAN_SUPPORT_SDP          = 0x80000
)

// What a catalog entry is, dwProviderFlags of WSAPROTOCOL_INFO (winsock2.h).
const (
	PFL_MULTIPLE_PROTO_ENTRIES  = 0x01
	PFL_RECOMMENDED_PROTO_ENTRY = 0x02
	PFL_HIDDEN                  = 0x04
	PFL_MATCHES_PROTOCOL_ZERO   = 0x08
	PFL_NETWORKDIRECT_PROVIDER  = 0x10
)

// Network events of WSAEventSelect (winsock2.h).
const (
	FD_READ                     = 0x001
	FD_WRITE                    = 0x002
	FD_OOB                      = 0x004
	FD_ACCEPT                   = 0x008
	FD_CONNECT                  = 0x010
	FD_CLOSE                    = 0x020
	FD_QOS                      = 0x040
	FD_GROUP_QOS                = 0x080
	FD_ROUTING_INTERFACE_CHANGE = 0x100
	FD_ADDRESS_LIST_CHANGE      = 0x200
	FD_ALL_EVENTS               = 0x3FF
)

// The same events as indexes into WSANETWORKEVENTS.iErrorCode (winsock2.h).
const (
	FD_READ_BIT                     = 0
	FD_WRITE_BIT                    = 1
	FD_OOB_BIT                      = 2
	FD_ACCEPT_BIT                   = 3
	FD_CONNECT_BIT                  = 4
	FD_CLOSE_BIT                    = 5
	FD_QOS_BIT                      = 6
	FD_GROUP_QOS_BIT                = 7
	FD_ROUTING_INTERFACE_CHANGE_BIT = 8
	FD_ADDRESS_LIST_CHANGE_BIT      = 9
	FD_MAX_EVENTS                   = 10
)

// Conditions of WSAPoll (winsock2.h). POLLIN is POLLRDNORM and POLLRDBAND;
// POLLOUT is POLLWRNORM.
const (
	POLLERR    = 0x001
	POLLHUP    = 0x002
	POLLNVAL   = 0x004
	POLLWRNORM = 0x010
	POLLWRBAND = 0x020
	POLLRDNORM = 0x100
	POLLRDBAND = 0x200
	POLLPRI    = 0x400
	POLLIN     = 0x300
	POLLOUT    = 0x010
)
