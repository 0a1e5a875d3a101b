/*
 * Golden vectors: what a C compiler for Windows makes of the structures that
 * package wsa encodes. The program is only compiled, never run: everything is
 * computed at compile time and stands in the sections of the object file, from
 * where extract.go takes it. So no Windows and no emulator is needed.
 *
 * Section .vrows holds struct row: numbers with a text. Each filled-in
 * structure stands in a section of its own, .v followed by its name, and its
 * length is a row that starts with "bytes".
 *
 * SOCKET_SECURITY_QUERY_TEMPLATE_IPSEC2 and SOCKET_SECURITY_QUERY_INFO_IPSEC2
 * are missing in the mingw-w64 headers and declared here from their documented
 * members.
 */
#define WIN32_LEAN_AND_MEAN
#include <winsock2.h>
#include <ws2tcpip.h>
#include <ws2ipdef.h>
#include <mswsock.h>
#include <mstcpip.h>
#include <windows.h>
#include <winerror.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
	SOCKET_SECURITY_PROTOCOL SecurityProtocol;
	SOCKADDR_STORAGE PeerAddress;
	ULONG PeerTokenAccessMask;
	ULONG Flags;
	ULONG FieldMask;
} SOCKET_SECURITY_QUERY_TEMPLATE_IPSEC2;

typedef struct {
	SOCKET_SECURITY_PROTOCOL SecurityProtocol;
	ULONG Flags;
	UINT64 PeerApplicationAccessTokenHandle;
	UINT64 PeerMachineAccessTokenHandle;
	UINT64 MmSaId;
	UINT64 QmSaId;
	UINT32 NegotiationWinerr;
	GUID SaLookupContext;
} SOCKET_SECURITY_QUERY_INFO_IPSEC2;

struct row {
	char text[112];
	int64_t value;
};

#define SIZE(s) {"sizeof " #s, sizeof(s)},
#define SIZE_AS(s, name) {"sizeof " name, sizeof(s)},
#define FIELD(s, f) \
	{"offset " #s " " #f, offsetof(s, f)}, {"width " #s " " #f, sizeof(((s *)0)->f)},
#define FIELD_AS(s, name, f) \
	{"offset " name " " #f, offsetof(s, f)}, {"width " name " " #f, sizeof(((s *)0)->f)},
#define STRINGS(s, f) {"offset " #s " " #f, offsetof(s, f)},
#define VALUE(c) {"const " #c, (int64_t)(c)},
#define BYTES(name, type, length) {"bytes " #name " " #type, (length)},

#define ROWS __attribute__((section(".vrows"), used))
#define VECTOR(name) __attribute__((section(".v" #name), used))

/* An IPv4 and an IPv6 address inside a SOCKADDR_STORAGE. */
#define STORAGE_V4 { .ss_family = AF_INET, .__ss_pad1 = {0x01, (char)0xBB, 10, 0, 0, 1} }
#define STORAGE_V6 { .ss_family = AF_INET6, .__ss_pad1 = {0x00, 0x35, 0, 0, 0, 0}, \
	.__ss_align = 0x80FELL, .__ss_pad2 = {0, 0, 0, 0, 0, 0, 0, 1, 3, 0, 0, 0} }

VECTOR(in) static const SOCKADDR_IN v_in = {
	.sin_family = AF_INET, .sin_port = 0xBB01, .sin_addr.S_un.S_un_b = {10, 0, 0, 1}};
VECTOR(in6) static const SOCKADDR_IN6 v_in6 = {
	.sin6_family = AF_INET6, .sin6_port = 0x901F,
	.sin6_addr.u.Byte = {0x20, 0x01, 0x0D, 0xB8, [15] = 1}};
VECTOR(in6_scope) static const SOCKADDR_IN6 v_in6_scope = {
	.sin6_family = AF_INET6, .sin6_port = 0x3500, .sin6_flowinfo = 0x04030201,
	.sin6_addr.u.Byte = {0xFE, 0x80, [15] = 1}, {.sin6_scope_id = 3}};
VECTOR(storage4) static const SOCKADDR_STORAGE v_storage4 = STORAGE_V4;
VECTOR(storage6) static const SOCKADDR_STORAGE v_storage6 = STORAGE_V6;

/* A literal ends in NUL; one more unit makes the four bytes that sizeof counts
 * beyond the offset of AllStrings. */
#define TARGET(name, protocol, address, string) \
	VECTOR(name) static const SOCKET_PEER_TARGET_NAME v_##name = { \
		.SecurityProtocol = protocol, .PeerAddress = address, \
		.PeerTargetNameStringLen = sizeof(string) - sizeof(wchar_t), .AllStrings = string L"\0"};
#define ZERO_ADDRESS {0}
#define SPN L"host/server.example.com"
#define SPN_MIXED L"host/s\x00E9rv-\x20AC-\xD83D\xDE00.example"
#define SPN_LONE L"a\xD800z\xDC01"
#define SPN_NUL L"host/a\0b"
TARGET(target, SOCKET_SECURITY_PROTOCOL_IPSEC, STORAGE_V4, SPN)
TARGET(target_zero, SOCKET_SECURITY_PROTOCOL_DEFAULT, ZERO_ADDRESS, L"")
TARGET(target_mixed, SOCKET_SECURITY_PROTOCOL_IPSEC2, STORAGE_V6, SPN_MIXED)
TARGET(target_lone, SOCKET_SECURITY_PROTOCOL_IPSEC, STORAGE_V4, SPN_LONE)
TARGET(target_nul, SOCKET_SECURITY_PROTOCOL_IPSEC, STORAGE_V4, SPN_NUL)

VECTOR(settings) static const SOCKET_SECURITY_SETTINGS v_settings = {
	SOCKET_SECURITY_PROTOCOL_DEFAULT, SOCKET_SETTINGS_GUARANTEE_ENCRYPTION};
VECTOR(settings_both) static const SOCKET_SECURITY_SETTINGS v_settings_both = {
	SOCKET_SECURITY_PROTOCOL_IPSEC, SOCKET_SETTINGS_GUARANTEE_ENCRYPTION | SOCKET_SETTINGS_ALLOW_INSECURE};

#define KEY_MM {0x25A207B9, 0xDDF3, 0x4660, {0x8E, 0xE9, 0x76, 0xE5, 0x8C, 0x74, 0x06, 0x3E}}
#define KEY_QM {0x00112233, 0x4455, 0x6677, {0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF}}
#define USER L"alice"
#define DOMAIN_NAME L"EXAMPLE"
#define PASSWORD L"s\x00E9same"
VECTOR(ipsec) static const SOCKET_SECURITY_SETTINGS_IPSEC v_ipsec = {
	.SecurityProtocol = SOCKET_SECURITY_PROTOCOL_IPSEC,
	.SecurityFlags = SOCKET_SETTINGS_ALLOW_INSECURE,
	.IpsecFlags = SOCKET_SETTINGS_IPSEC_SKIP_FILTER_INSTANTIATION,
	.AuthipMMPolicyKey = KEY_MM, .AuthipQMPolicyKey = KEY_QM,
	.UserNameStringLen = sizeof(USER) - 2, .DomainNameStringLen = sizeof(DOMAIN_NAME) - 2,
	.PasswordStringLen = sizeof(PASSWORD) - 2, .AllStrings = USER DOMAIN_NAME PASSWORD L"\0"};
VECTOR(ipsec_empty) static const SOCKET_SECURITY_SETTINGS_IPSEC v_ipsec_empty = {
	.SecurityProtocol = SOCKET_SECURITY_PROTOCOL_IPSEC, .Reserved2 = 0x0807060504030201ULL,
	.AllStrings = L"\0"};

VECTOR(template) static const SOCKET_SECURITY_QUERY_TEMPLATE v_template = {
	SOCKET_SECURITY_PROTOCOL_IPSEC, STORAGE_V6, MAXIMUM_ALLOWED};
VECTOR(template2) static const SOCKET_SECURITY_QUERY_TEMPLATE_IPSEC2 v_template2 = {
	SOCKET_SECURITY_PROTOCOL_IPSEC2, STORAGE_V4, TOKEN_QUERY | TOKEN_IMPERSONATE, 1, 3};
VECTOR(info) static const SOCKET_SECURITY_QUERY_INFO v_info = {
	SOCKET_SECURITY_PROTOCOL_IPSEC,
	SOCKET_INFO_CONNECTION_SECURED | SOCKET_INFO_CONNECTION_ENCRYPTED, 0x1234, 0x56789ABCDEF0ULL};
VECTOR(info2) static const SOCKET_SECURITY_QUERY_INFO_IPSEC2 v_info2 = {
	SOCKET_SECURITY_PROTOCOL_IPSEC2, SOCKET_INFO_CONNECTION_SECURED, 4, 8,
	0x1122334455667788ULL, 0x99AABBCCDDEEFF00ULL, 13801, KEY_QM};
VECTOR(overlapped) static const WSAOVERLAPPED v_overlapped = {
	.Internal = 0x103, .InternalHigh = 42, .Offset = 7, .OffsetHigh = 9, .hEvent = (HANDLE)0x44};
VECTOR(wsabuf) static const WSABUF v_wsabuf = {1460, (char *)0x10203040};
VECTOR(linger) static const struct linger v_linger = {1, 30};
VECTOR(addrinfo) static const ADDRINFOW v_addrinfo = {
	AI_PASSIVE | AI_CANONNAME, AF_INET6, SOCK_STREAM, IPPROTO_TCP, 28, (PWSTR)0x10203040, (struct sockaddr *)0x50607080,
	(ADDRINFOW *)0x90};
VECTOR(addrinfoex) static const ADDRINFOEXW v_addrinfoex = {
	AI_NUMERICHOST, AF_INET, SOCK_DGRAM, IPPROTO_UDP, 16, (PWSTR)0x11, (struct sockaddr *)0x22, (void *)0x33, 44, (GUID *)0x55,
	(void *)0x66};
VECTOR(hostent) static const HOSTENT v_hostent = {(char *)0x11, (char **)0x22, AF_INET, 4, (char **)0x33};
VECTOR(servent) static const SERVENT v_servent = {
	.s_name = (char *)0x11, .s_aliases = (char **)0x22, .s_port = 0x3500, .s_proto = (char *)0x33};
VECTOR(protoent) static const PROTOENT v_protoent = {(char *)0x11, (char **)0x22, IPPROTO_UDP};
VECTOR(keepalive) static const struct tcp_keepalive v_keepalive = {1, 7200000, 1000};

#define TCP_INFO_V0 \
	.State = TCPSTATE_ESTABLISHED, .Mss = 1460, .ConnectionTimeMs = 0x123456789ALL, .TimestampsEnabled = TRUE, .RttUs = 20000, \
	.MinRttUs = 19000, .BytesInFlight = 5, .Cwnd = 6, .SndWnd = 65536, .RcvWnd = 65535, .RcvBuf = 8192, .BytesOut = 0x1122334455667788LL, \
	.BytesIn = 0x99AABBCCDDEEFF00LL, .BytesReordered = 7, .BytesRetrans = 8, .FastRetrans = 9, .DupAcksIn = 10, .TimeoutEpisodes = 11, .SynRetrans = 2
VECTOR(tcpinfo0) static const TCP_INFO_v0 v_tcpinfo0 = {TCP_INFO_V0};
VECTOR(tcpinfo1) static const TCP_INFO_v1 v_tcpinfo1 = {TCP_INFO_V0, .SndLimTransRwin = 12, .SndLimTimeRwin = 13, .SndLimBytesRwin = 14,
	.SndLimTransCwnd = 15, .SndLimTimeCwnd = 16, .SndLimBytesCwnd = 17, .SndLimTransSnd = 18, .SndLimTimeSnd = 19, .SndLimBytesSnd = 20};

#define TEXT_BYTES(name, type, text) BYTES(name, type, sizeof(type) + sizeof(text) - 2)

ROWS static const struct row rows[] = {
	SIZE(SOCKADDR_IN)
	FIELD(SOCKADDR_IN, sin_family) FIELD(SOCKADDR_IN, sin_port) FIELD(SOCKADDR_IN, sin_addr) FIELD(SOCKADDR_IN, sin_zero)
	SIZE(SOCKADDR_IN6)
	FIELD(SOCKADDR_IN6, sin6_family) FIELD(SOCKADDR_IN6, sin6_port) FIELD(SOCKADDR_IN6, sin6_flowinfo)
	FIELD(SOCKADDR_IN6, sin6_addr) FIELD(SOCKADDR_IN6, sin6_scope_id)
	SIZE(SOCKADDR_STORAGE)
	SIZE(SOCKET_PEER_TARGET_NAME)
	FIELD(SOCKET_PEER_TARGET_NAME, SecurityProtocol) FIELD(SOCKET_PEER_TARGET_NAME, PeerAddress)
	FIELD(SOCKET_PEER_TARGET_NAME, PeerTargetNameStringLen) STRINGS(SOCKET_PEER_TARGET_NAME, AllStrings)
	SIZE(SOCKET_SECURITY_SETTINGS)
	FIELD(SOCKET_SECURITY_SETTINGS, SecurityProtocol) FIELD(SOCKET_SECURITY_SETTINGS, SecurityFlags)
	SIZE(SOCKET_SECURITY_SETTINGS_IPSEC)
	FIELD(SOCKET_SECURITY_SETTINGS_IPSEC, SecurityProtocol) FIELD(SOCKET_SECURITY_SETTINGS_IPSEC, SecurityFlags)
	FIELD(SOCKET_SECURITY_SETTINGS_IPSEC, IpsecFlags) FIELD(SOCKET_SECURITY_SETTINGS_IPSEC, AuthipMMPolicyKey)
	FIELD(SOCKET_SECURITY_SETTINGS_IPSEC, AuthipQMPolicyKey) FIELD(SOCKET_SECURITY_SETTINGS_IPSEC, Reserved)
	FIELD(SOCKET_SECURITY_SETTINGS_IPSEC, Reserved2) FIELD(SOCKET_SECURITY_SETTINGS_IPSEC, UserNameStringLen)
	FIELD(SOCKET_SECURITY_SETTINGS_IPSEC, DomainNameStringLen) FIELD(SOCKET_SECURITY_SETTINGS_IPSEC, PasswordStringLen)
	STRINGS(SOCKET_SECURITY_SETTINGS_IPSEC, AllStrings)
	SIZE(SOCKET_SECURITY_QUERY_TEMPLATE)
	FIELD(SOCKET_SECURITY_QUERY_TEMPLATE, SecurityProtocol) FIELD(SOCKET_SECURITY_QUERY_TEMPLATE, PeerAddress)
	FIELD(SOCKET_SECURITY_QUERY_TEMPLATE, PeerTokenAccessMask)
	SIZE(SOCKET_SECURITY_QUERY_TEMPLATE_IPSEC2)
	FIELD(SOCKET_SECURITY_QUERY_TEMPLATE_IPSEC2, SecurityProtocol) FIELD(SOCKET_SECURITY_QUERY_TEMPLATE_IPSEC2, PeerAddress)
	FIELD(SOCKET_SECURITY_QUERY_TEMPLATE_IPSEC2, PeerTokenAccessMask) FIELD(SOCKET_SECURITY_QUERY_TEMPLATE_IPSEC2, Flags)
	FIELD(SOCKET_SECURITY_QUERY_TEMPLATE_IPSEC2, FieldMask)
	SIZE(SOCKET_SECURITY_QUERY_INFO)
	FIELD(SOCKET_SECURITY_QUERY_INFO, SecurityProtocol) FIELD(SOCKET_SECURITY_QUERY_INFO, Flags)
	FIELD(SOCKET_SECURITY_QUERY_INFO, PeerApplicationAccessTokenHandle)
	FIELD(SOCKET_SECURITY_QUERY_INFO, PeerMachineAccessTokenHandle)
	SIZE(SOCKET_SECURITY_QUERY_INFO_IPSEC2)
	FIELD(SOCKET_SECURITY_QUERY_INFO_IPSEC2, SecurityProtocol) FIELD(SOCKET_SECURITY_QUERY_INFO_IPSEC2, Flags)
	FIELD(SOCKET_SECURITY_QUERY_INFO_IPSEC2, PeerApplicationAccessTokenHandle)
	FIELD(SOCKET_SECURITY_QUERY_INFO_IPSEC2, PeerMachineAccessTokenHandle)
	FIELD(SOCKET_SECURITY_QUERY_INFO_IPSEC2, MmSaId) FIELD(SOCKET_SECURITY_QUERY_INFO_IPSEC2, QmSaId)
	FIELD(SOCKET_SECURITY_QUERY_INFO_IPSEC2, NegotiationWinerr) FIELD(SOCKET_SECURITY_QUERY_INFO_IPSEC2, SaLookupContext)
	SIZE(WSAOVERLAPPED)
	FIELD(WSAOVERLAPPED, Internal) FIELD(WSAOVERLAPPED, InternalHigh) FIELD(WSAOVERLAPPED, Offset)
	FIELD(WSAOVERLAPPED, OffsetHigh) FIELD(WSAOVERLAPPED, hEvent)
	SIZE(WSABUF)
	FIELD(WSABUF, len) FIELD(WSABUF, buf)
	SIZE_AS(struct linger, "LINGER")
	FIELD_AS(struct linger, "LINGER", l_onoff) FIELD_AS(struct linger, "LINGER", l_linger)
	SIZE_AS(struct tcp_keepalive, "tcp_keepalive")
	FIELD_AS(struct tcp_keepalive, "tcp_keepalive", onoff)
	FIELD_AS(struct tcp_keepalive, "tcp_keepalive", keepalivetime)
	FIELD_AS(struct tcp_keepalive, "tcp_keepalive", keepaliveinterval)
	SIZE(ADDRINFOW)
	FIELD(ADDRINFOW, ai_flags) FIELD(ADDRINFOW, ai_family) FIELD(ADDRINFOW, ai_socktype)
	FIELD(ADDRINFOW, ai_protocol) FIELD(ADDRINFOW, ai_addrlen) FIELD(ADDRINFOW, ai_canonname)
	FIELD(ADDRINFOW, ai_addr) FIELD(ADDRINFOW, ai_next)
	SIZE(ADDRINFOEXW)
	FIELD(ADDRINFOEXW, ai_flags) FIELD(ADDRINFOEXW, ai_family) FIELD(ADDRINFOEXW, ai_socktype)
	FIELD(ADDRINFOEXW, ai_protocol) FIELD(ADDRINFOEXW, ai_addrlen) FIELD(ADDRINFOEXW, ai_canonname)
	FIELD(ADDRINFOEXW, ai_addr) FIELD(ADDRINFOEXW, ai_blob) FIELD(ADDRINFOEXW, ai_bloblen)
	FIELD(ADDRINFOEXW, ai_provider) FIELD(ADDRINFOEXW, ai_next)
	SIZE(HOSTENT)
	FIELD(HOSTENT, h_name) FIELD(HOSTENT, h_aliases) FIELD(HOSTENT, h_addrtype)
	FIELD(HOSTENT, h_length) FIELD(HOSTENT, h_addr_list)
	SIZE(SERVENT)
	FIELD(SERVENT, s_name) FIELD(SERVENT, s_aliases) FIELD(SERVENT, s_proto)
	FIELD(SERVENT, s_port)
	SIZE(PROTOENT)
	FIELD(PROTOENT, p_name) FIELD(PROTOENT, p_aliases) FIELD(PROTOENT, p_proto)

	SIZE(TCP_INFO_v0)
	FIELD(TCP_INFO_v0, State)
	FIELD(TCP_INFO_v0, Mss)
	FIELD(TCP_INFO_v0, ConnectionTimeMs)
	FIELD(TCP_INFO_v0, TimestampsEnabled)
	FIELD(TCP_INFO_v0, RttUs)
	FIELD(TCP_INFO_v0, MinRttUs)
	FIELD(TCP_INFO_v0, BytesInFlight)
	FIELD(TCP_INFO_v0, Cwnd)
	FIELD(TCP_INFO_v0, SndWnd)
	FIELD(TCP_INFO_v0, RcvWnd)
	FIELD(TCP_INFO_v0, RcvBuf)
	FIELD(TCP_INFO_v0, BytesOut)
	FIELD(TCP_INFO_v0, BytesIn)
	FIELD(TCP_INFO_v0, BytesReordered)
	FIELD(TCP_INFO_v0, BytesRetrans)
	FIELD(TCP_INFO_v0, FastRetrans)
	FIELD(TCP_INFO_v0, DupAcksIn)
	FIELD(TCP_INFO_v0, TimeoutEpisodes)
	FIELD(TCP_INFO_v0, SynRetrans)
	SIZE(TCP_INFO_v1)
	FIELD(TCP_INFO_v1, State)
	FIELD(TCP_INFO_v1, Mss)
	FIELD(TCP_INFO_v1, ConnectionTimeMs)
	FIELD(TCP_INFO_v1, TimestampsEnabled)
	FIELD(TCP_INFO_v1, RttUs)
	FIELD(TCP_INFO_v1, MinRttUs)
	FIELD(TCP_INFO_v1, BytesInFlight)
	FIELD(TCP_INFO_v1, Cwnd)
	FIELD(TCP_INFO_v1, SndWnd)
	FIELD(TCP_INFO_v1, RcvWnd)
	FIELD(TCP_INFO_v1, RcvBuf)
	FIELD(TCP_INFO_v1, BytesOut)
	FIELD(TCP_INFO_v1, BytesIn)
	FIELD(TCP_INFO_v1, BytesReordered)
	FIELD(TCP_INFO_v1, BytesRetrans)
	FIELD(TCP_INFO_v1, FastRetrans)
	FIELD(TCP_INFO_v1, DupAcksIn)
	FIELD(TCP_INFO_v1, TimeoutEpisodes)
	FIELD(TCP_INFO_v1, SynRetrans)
	FIELD(TCP_INFO_v1, SndLimTransRwin)
	FIELD(TCP_INFO_v1, SndLimTimeRwin)
	FIELD(TCP_INFO_v1, SndLimBytesRwin)
	FIELD(TCP_INFO_v1, SndLimTransCwnd)
	FIELD(TCP_INFO_v1, SndLimTimeCwnd)
	FIELD(TCP_INFO_v1, SndLimBytesCwnd)
	FIELD(TCP_INFO_v1, SndLimTransSnd)
	FIELD(TCP_INFO_v1, SndLimTimeSnd)
	FIELD(TCP_INFO_v1, SndLimBytesSnd)

	BYTES(in, SOCKADDR_IN, sizeof v_in)
	BYTES(in6, SOCKADDR_IN6, sizeof v_in6)
	BYTES(in6_scope, SOCKADDR_IN6, sizeof v_in6_scope)
	BYTES(storage4, SOCKADDR_STORAGE, sizeof v_storage4)
	BYTES(storage6, SOCKADDR_STORAGE, sizeof v_storage6)
	TEXT_BYTES(target, SOCKET_PEER_TARGET_NAME, SPN)
	TEXT_BYTES(target_zero, SOCKET_PEER_TARGET_NAME, L"")
	TEXT_BYTES(target_mixed, SOCKET_PEER_TARGET_NAME, SPN_MIXED)
	TEXT_BYTES(target_lone, SOCKET_PEER_TARGET_NAME, SPN_LONE)
	TEXT_BYTES(target_nul, SOCKET_PEER_TARGET_NAME, SPN_NUL)
	BYTES(settings, SOCKET_SECURITY_SETTINGS, sizeof v_settings)
	BYTES(settings_both, SOCKET_SECURITY_SETTINGS, sizeof v_settings_both)
	TEXT_BYTES(ipsec, SOCKET_SECURITY_SETTINGS_IPSEC, USER DOMAIN_NAME PASSWORD)
	TEXT_BYTES(ipsec_empty, SOCKET_SECURITY_SETTINGS_IPSEC, L"")
	BYTES(template, SOCKET_SECURITY_QUERY_TEMPLATE, sizeof v_template)
	BYTES(template2, SOCKET_SECURITY_QUERY_TEMPLATE_IPSEC2, sizeof v_template2)
	BYTES(info, SOCKET_SECURITY_QUERY_INFO, sizeof v_info)
	BYTES(info2, SOCKET_SECURITY_QUERY_INFO_IPSEC2, sizeof v_info2)
	BYTES(overlapped, WSAOVERLAPPED, sizeof v_overlapped)
	BYTES(wsabuf, WSABUF, sizeof v_wsabuf)
	BYTES(linger, LINGER, sizeof v_linger)
	BYTES(keepalive, tcp_keepalive, sizeof v_keepalive)
	BYTES(tcpinfo0, TCP_INFO_v0, sizeof v_tcpinfo0)
	BYTES(tcpinfo1, TCP_INFO_v1, sizeof v_tcpinfo1)
	BYTES(addrinfo, ADDRINFOW, sizeof v_addrinfo)
	BYTES(addrinfoex, ADDRINFOEXW, sizeof v_addrinfoex)
	BYTES(hostent, HOSTENT, sizeof v_hostent)
	BYTES(servent, SERVENT, sizeof v_servent)
	BYTES(protoent, PROTOENT, sizeof v_protoent)
#include "constants.inc"
};
