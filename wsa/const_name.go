package wsa

// ai_flags of getaddrinfo (ws2def.h; page nf-ws2tcpip-getaddrinfo).
const (
	AI_PASSIVE                  = 0x00000001
	AI_CANONNAME                = 0x00000002
	AI_NUMERICHOST              = 0x00000004
	AI_NUMERICSERV              = 0x00000008
	AI_DNS_ONLY                 = 0x00000010
	AI_ALL                      = 0x00000100
	AI_ADDRCONFIG               = 0x00000400
	AI_V4MAPPED                 = 0x00000800
	AI_NON_AUTHORITATIVE        = 0x00004000
	AI_SECURE                   = 0x00008000
	AI_RETURN_PREFERRED_NAMES   = 0x00010000
	AI_FQDN                     = 0x00020000
	AI_FILESERVER               = 0x00040000
	AI_DISABLE_IDN_ENCODING     = 0x00080000
	AI_SECURE_WITH_FALLBACK     = 0x00100000
	AI_EXCLUSIVE_CUSTOM_SERVERS = 0x00200000
	AI_RETURN_RESPONSE_FLAGS    = 0x10000000
	AI_REQUIRE_SECURE           = 0x20000000
	AI_RESOLUTION_HANDLE        = 0x40000000
	AI_EXTENDED                 = 0x80000000
)

// Flags of getnameinfo (ws2tcpip.h).
const (
	NI_NOFQDN      = 0x01
	NI_NUMERICHOST = 0x02
	NI_NAMEREQD    = 0x04
	NI_NUMERICSERV = 0x08
	NI_DGRAM       = 0x10
)

// Buffer sizes for getnameinfo, in characters with the final NUL (ws2tcpip.h).
const (
	NI_MAXHOST = 1025
	NI_MAXSERV = 32
)

// Namespaces of GetAddrInfoEx (winsock2.h).
const (
	NS_ALL       = 0
	NS_DNS       = 12
	NS_NETBT     = 13
	NS_WINS      = 14
	NS_NLA       = 15
	NS_BTH       = 16
	NS_NTDS      = 32
	NS_EMAIL     = 37
	NS_PNRPNAME  = 38
	NS_PNRPCLOUD = 39
)
