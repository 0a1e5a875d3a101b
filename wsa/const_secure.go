package wsa

// Control codes behind the secure socket functions (mstcpip.h; page
// winsock-secure-socket-extensions).
const (
	SIO_SET_SECURITY            = 0x980000C8
	SIO_QUERY_SECURITY          = 0xD80000C9
	SIO_SET_PEER_TARGET_NAME    = 0x980000CA
	SIO_DELETE_PEER_TARGET_NAME = 0x980000CB
)

// SOCKET_SECURITY_PROTOCOL, the protocol that secures a socket (mstcpip.h).
// IPSEC2 exists from Windows 7 on; INVALID is one more than the last protocol.
const (
	SOCKET_SECURITY_PROTOCOL_DEFAULT = 0 // let the system choose: it takes IPSEC
	SOCKET_SECURITY_PROTOCOL_IPSEC   = 1 // IPsec with AuthIP
	SOCKET_SECURITY_PROTOCOL_IPSEC2  = 2 // IPSEC with the Windows 7 structures
	SOCKET_SECURITY_PROTOCOL_INVALID = 3
)

// SecurityFlags of SOCKET_SECURITY_SETTINGS and SOCKET_SECURITY_SETTINGS_IPSEC
// (mstcpip.h; page ns-mstcpip-socket_security_settings).
const (
	SOCKET_SETTINGS_GUARANTEE_ENCRYPTION = 0x1 // send nothing that is not encrypted
	SOCKET_SETTINGS_ALLOW_INSECURE       = 0x2 // clear text is acceptable when the peer cannot negotiate
)

// IpsecFlags of SOCKET_SECURITY_SETTINGS_IPSEC (mstcpip.h; page
// ns-mstcpip-socket_security_settings_ipsec). All but the first are from Windows 7 on.
const (
	SOCKET_SETTINGS_IPSEC_SKIP_FILTER_INSTANTIATION           = 0x1
	SOCKET_SETTINGS_IPSEC_OPTIONAL_PEER_NAME_VERIFICATION     = 0x2
	SOCKET_SETTINGS_IPSEC_ALLOW_FIRST_INBOUND_PKT_UNENCRYPTED = 0x4
	SOCKET_SETTINGS_IPSEC_PEER_NAME_IS_RAW_FORMAT             = 0x8
)

// Flags of SOCKET_SECURITY_QUERY_INFO (mstcpip.h; page
// ns-mstcpip-socket_security_query_info).
const (
	SOCKET_INFO_CONNECTION_SECURED      = 0x1 // traffic is protected
	SOCKET_INFO_CONNECTION_ENCRYPTED    = 0x2 // traffic is encrypted as well
	SOCKET_INFO_CONNECTION_IMPERSONATED = 0x4 // the peer can be impersonated
)

// Flags of SOCKET_SECURITY_QUERY_TEMPLATE_IPSEC2 (mstcpip.h).
const (
	SOCKET_QUERY_IPSEC2_ABORT_CONNECTION_ON_FIELD_CHANGE = 0x1
)

// FieldMask of SOCKET_SECURITY_QUERY_TEMPLATE_IPSEC2 (mstcpip.h).
const (
	SOCKET_QUERY_IPSEC2_FIELD_MASK_MM_SA_ID = 0x1 // fill in MmSaId
	SOCKET_QUERY_IPSEC2_FIELD_MASK_QM_SA_ID = 0x2 // fill in QmSaId
)

// Access rights of a token, as PeerTokenAccessMask takes them (winnt.h; page
// access-rights-for-access-token-objects). MAXIMUM_ALLOWED asks for whatever the caller may
// have.
const (
	TOKEN_ASSIGN_PRIMARY    = 0x0001
	TOKEN_DUPLICATE         = 0x0002
	TOKEN_IMPERSONATE       = 0x0004
	TOKEN_QUERY             = 0x0008
	TOKEN_QUERY_SOURCE      = 0x0010
	TOKEN_ADJUST_PRIVILEGES = 0x0020
	TOKEN_ADJUST_GROUPS     = 0x0040
	TOKEN_ADJUST_DEFAULT    = 0x0080
	TOKEN_ADJUST_SESSIONID  = 0x0100
	DELETE                  = 0x00010000
	READ_CONTROL            = 0x00020000
	WRITE_DAC               = 0x00040000
	WRITE_OWNER             = 0x00080000
	SYNCHRONIZE             = 0x00100000
	ACCESS_SYSTEM_SECURITY  = 0x01000000
	MAXIMUM_ALLOWED         = 0x02000000
	GENERIC_ALL             = 0x10000000
	GENERIC_EXECUTE         = 0x20000000
	GENERIC_WRITE           = 0x40000000
	GENERIC_READ            = 0x80000000
	TOKEN_READ              = READ_CONTROL | TOKEN_QUERY
	TOKEN_WRITE             = READ_CONTROL | TOKEN_ADJUST_PRIVILEGES | TOKEN_ADJUST_GROUPS | TOKEN_ADJUST_DEFAULT
	TOKEN_EXECUTE           = READ_CONTROL
	TOKEN_ALL_ACCESS        = 0x000F01FF
)
