package wsa

import (
	"strings"
)

// A description of the structures as data, for tools: what wsasim encode and
// decode print, and what a user may type. The codecs elsewhere in this package
// are written out by hand because they are hot; a test holds both against each
// other and against the C compiler.

// FieldType says how the bytes of a field are read.
type FieldType uint8

// The field types. Numbers are little-endian unless the name says otherwise.
const (
	FieldU16        FieldType = iota // 2 bytes
	FieldU32                         // 4 bytes
	FieldU64                         // 8 bytes
	FieldPointer                     // a pointer, handle or size_t: 4 or 8 bytes
	FieldPort                        // 2 bytes, big-endian
	FieldIPv4                        // 4 bytes in the order they are written
	FieldIPv6                        // 16 bytes in the order they are written
	FieldGUID                        // 16 bytes
	FieldStorage                     // a SOCKADDR_STORAGE, 128 bytes
	FieldBytes                       // bytes without meaning
	FieldUTF16                       // text without terminator; its length in bytes is in another field
	fieldTypeNumber                  // count of the above
)

// String names the type as the command line prints it.
func (t FieldType) String() string {
	names := [fieldTypeNumber]string{
		"u16", "u32", "u64", "pointer", "port", "IPv4", "IPv6", "GUID", "SOCKADDR_STORAGE", "bytes", "UTF-16",
	}
	if t < fieldTypeNumber {
		return names[t]
	}
	return "FieldType?"
}

// Field is one member of a structure on one target.
type Field struct {
	Name   string    // C name; for parts of AllStrings the name of the part
	Type   FieldType // how its bytes are read
	Kind   Kind      // whose constants it holds, printed by name; empty for plain numbers
	Offset int       // bytes from the start; for text where the first part of it starts
	Size   int       // bytes; 0 for text
	LenOf  string    // name of the text whose byte length this field holds; empty for others
}

// Layout is one structure on one target.
type Layout struct {
	Name   string  // C name
	Header string  // SDK header that declares it
	Page   string  // documentation page, empty when there is none
	Target Target  // what it is laid out for
	Size   int     // sizeof, in bytes
	Align  int     // alignment, in bytes
	Fields []Field // in memory order, text last
}

// member is a field before it is placed; Size only for FieldBytes.
type member struct {
	name  string
	typ   FieldType
	kind  Kind
	size  int
	lenOf string
}

// structure is a row of structTable.
type structure struct {
	name, header, page string
	members            []member
}

var structTable = [...]structure{
	{"SOCKADDR_IN", "ws2def.h", "sockaddr_in", []member{
		{name: "sin_family", typ: FieldU16, kind: KindFamily},
		{name: "sin_port", typ: FieldPort},
		{name: "sin_addr", typ: FieldIPv4},
		{name: "sin_zero", typ: FieldBytes, size: 8},
	}},
	{"SOCKADDR_IN6", "ws2ipdef.h", "sockaddr_in6_lh", []member{
		{name: "sin6_family", typ: FieldU16, kind: KindFamily},
		{name: "sin6_port", typ: FieldPort},
		{name: "sin6_flowinfo", typ: FieldU32},
		{name: "sin6_addr", typ: FieldIPv6},
		{name: "sin6_scope_id", typ: FieldU32},
	}},
	{"SOCKADDR_STORAGE", "ws2def.h", "sockaddr_storage_lh", []member{
		{name: "address", typ: FieldStorage},
	}},
	{"SOCKET_PEER_TARGET_NAME", "mstcpip.h", "ns-mstcpip-socket_peer_target_name", []member{
		{name: "SecurityProtocol", typ: FieldU32, kind: KindSecurityProtocol},
		{name: "PeerAddress", typ: FieldStorage},
		{name: "PeerTargetNameStringLen", typ: FieldU32, lenOf: "PeerTargetName"},
		{name: "PeerTargetName", typ: FieldUTF16},
	}},
	{"SOCKET_SECURITY_SETTINGS", "mstcpip.h", "ns-mstcpip-socket_security_settings", []member{
		{name: "SecurityProtocol", typ: FieldU32, kind: KindSecurityProtocol},
		{name: "SecurityFlags", typ: FieldU32, kind: KindSettingsFlag},
	}},
	{"SOCKET_SECURITY_SETTINGS_IPSEC", "mstcpip.h", "ns-mstcpip-socket_security_settings_ipsec", []member{
		{name: "SecurityProtocol", typ: FieldU32, kind: KindSecurityProtocol},
		{name: "SecurityFlags", typ: FieldU32, kind: KindSettingsFlag},
		{name: "IpsecFlags", typ: FieldU32, kind: KindIPsecFlag},
		{name: "AuthipMMPolicyKey", typ: FieldGUID},
		{name: "AuthipQMPolicyKey", typ: FieldGUID},
		{name: "Reserved", typ: FieldGUID},
		{name: "Reserved2", typ: FieldU64},
		{name: "UserNameStringLen", typ: FieldU32, lenOf: "UserName"},
		{name: "DomainNameStringLen", typ: FieldU32, lenOf: "DomainName"},
		{name: "PasswordStringLen", typ: FieldU32, lenOf: "Password"},
		{name: "UserName", typ: FieldUTF16},
		{name: "DomainName", typ: FieldUTF16},
		{name: "Password", typ: FieldUTF16},
	}},
	{"SOCKET_SECURITY_QUERY_TEMPLATE", "mstcpip.h", "ns-mstcpip-socket_security_query_template", queryTemplate},
	{"SOCKET_SECURITY_QUERY_TEMPLATE_IPSEC2", "mstcpip.h", "ns-mstcpip-socket_security_query_template_ipsec2",
		append(queryTemplate[:len(queryTemplate):len(queryTemplate)],
			member{name: "Flags", typ: FieldU32, kind: KindTemplateFlag},
			member{name: "FieldMask", typ: FieldU32, kind: KindFieldMask},
		)},
	{"SOCKET_SECURITY_QUERY_INFO", "mstcpip.h", "ns-mstcpip-socket_security_query_info", queryInfo},
	{"SOCKET_SECURITY_QUERY_INFO_IPSEC2", "mstcpip.h", "ns-mstcpip-socket_security_query_info_ipsec2",
		append(queryInfo[:len(queryInfo):len(queryInfo)],
			member{name: "MmSaId", typ: FieldU64},
			member{name: "QmSaId", typ: FieldU64},
			member{name: "NegotiationWinerr", typ: FieldU32, kind: KindError},
			member{name: "SaLookupContext", typ: FieldGUID},
		)},
	{"WSAOVERLAPPED", "minwinbase.h", "ns-winsock2-wsaoverlapped", []member{
		{name: "Internal", typ: FieldPointer},
		{name: "InternalHigh", typ: FieldPointer},
		{name: "Offset", typ: FieldU32},
		{name: "OffsetHigh", typ: FieldU32},
		{name: "hEvent", typ: FieldPointer},
	}},
	{"WSABUF", "ws2def.h", "ns-ws2def-wsabuf", []member{
		{name: "len", typ: FieldU32},
		{name: "buf", typ: FieldPointer},
	}},
	{"LINGER", "winsock2.h", "ns-winsock2-linger", []member{
		{name: "l_onoff", typ: FieldU16},
		{name: "l_linger", typ: FieldU16},
	}},
	{"tcp_keepalive", "mstcpip.h", "sio-keepalive-vals", []member{
		{name: "onoff", typ: FieldU32},
		{name: "keepalivetime", typ: FieldU32},
		{name: "keepaliveinterval", typ: FieldU32},
	}},
	{"TCP_INFO_v0", "mstcpip.h", "ns-mstcpip-tcp_info_v0", tcpInfo},
	{"TCP_INFO_v1", "mstcpip.h", "ns-mstcpip-tcp_info_v1", append(tcpInfo[:len(tcpInfo):len(tcpInfo)],
		member{name: "SndLimTransRwin", typ: FieldU32},
		member{name: "SndLimTimeRwin", typ: FieldU32},
		member{name: "SndLimBytesRwin", typ: FieldU64},
		member{name: "SndLimTransCwnd", typ: FieldU32},
		member{name: "SndLimTimeCwnd", typ: FieldU32},
		member{name: "SndLimBytesCwnd", typ: FieldU64},
		member{name: "SndLimTransSnd", typ: FieldU32},
		member{name: "SndLimTimeSnd", typ: FieldU32},
		member{name: "SndLimBytesSnd", typ: FieldU64},
	)},
	{"ADDRINFOW", "ws2def.h", "ns-ws2def-addrinfow",
		append(addrInfo[:len(addrInfo):len(addrInfo)], member{name: "ai_next", typ: FieldPointer})},
	{"ADDRINFOEXW", "ws2def.h", "ns-ws2def-addrinfoexw",
		append(addrInfo[:len(addrInfo):len(addrInfo)],
			member{name: "ai_blob", typ: FieldPointer},
			member{name: "ai_bloblen", typ: FieldPointer},
			member{name: "ai_provider", typ: FieldPointer},
			member{name: "ai_next", typ: FieldPointer},
		)},
	{"HOSTENT", "winsock2.h", "ns-winsock2-hostent", []member{
		{name: "h_name", typ: FieldPointer},
		{name: "h_aliases", typ: FieldPointer},
		{name: "h_addrtype", typ: FieldU16, kind: KindFamily},
		{name: "h_length", typ: FieldU16},
		{name: "h_addr_list", typ: FieldPointer},
	}},
	{"SERVENT", "winsock2.h", "ns-winsock2-servent", []member{
		{name: "s_name", typ: FieldPointer},
		{name: "s_aliases", typ: FieldPointer},
		{name: "s_proto", typ: FieldPointer},
		{name: "s_port", typ: FieldPort},
	}},
	{"PROTOENT", "winsock2.h", "ns-winsock2-protoent", []member{
		{name: "p_name", typ: FieldPointer},
		{name: "p_aliases", typ: FieldPointer},
		{name: "p_proto", typ: FieldU16, kind: KindProtocol},
	}},
}

// order32 holds the members of structures that have another order with pointers
// of 4 bytes.
var order32 = map[string][]member{
	"SERVENT": {
		{name: "s_name", typ: FieldPointer},
		{name: "s_aliases", typ: FieldPointer},
		{name: "s_port", typ: FieldPort},
		{name: "s_proto", typ: FieldPointer},
	},
}

// addrInfo is what ADDRINFOW and ADDRINFOEXW begin with.
var addrInfo = []member{
	{name: "ai_flags", typ: FieldU32, kind: KindAddrInfoFlag},
	{name: "ai_family", typ: FieldU32, kind: KindFamily},
	{name: "ai_socktype", typ: FieldU32, kind: KindType},
	{name: "ai_protocol", typ: FieldU32, kind: KindProtocol},
	{name: "ai_addrlen", typ: FieldPointer},
	{name: "ai_canonname", typ: FieldPointer},
	{name: "ai_addr", typ: FieldPointer},
}

var tcpInfo = []member{
	{name: "State", typ: FieldU32, kind: KindTCPState},
	{name: "Mss", typ: FieldU32},
	{name: "ConnectionTimeMs", typ: FieldU64},
	{name: "TimestampsEnabled", typ: FieldBytes, size: 1},
	{name: "RttUs", typ: FieldU32},
	{name: "MinRttUs", typ: FieldU32},
	{name: "BytesInFlight", typ: FieldU32},
	{name: "Cwnd", typ: FieldU32},
	{name: "SndWnd", typ: FieldU32},
	{name: "RcvWnd", typ: FieldU32},
	{name: "RcvBuf", typ: FieldU32},
	{name: "BytesOut", typ: FieldU64},
	{name: "BytesIn", typ: FieldU64},
	{name: "BytesReordered", typ: FieldU32},
	{name: "BytesRetrans", typ: FieldU32},
	{name: "FastRetrans", typ: FieldU32},
	{name: "DupAcksIn", typ: FieldU32},
	{name: "TimeoutEpisodes", typ: FieldU32},
	{name: "SynRetrans", typ: FieldBytes, size: 1},
}

var queryTemplate = []member{
	{name: "SecurityProtocol", typ: FieldU32, kind: KindSecurityProtocol},
	{name: "PeerAddress", typ: FieldStorage},
	{name: "PeerTokenAccessMask", typ: FieldU32, kind: KindAccess},
}

var queryInfo = []member{
	{name: "SecurityProtocol", typ: FieldU32, kind: KindSecurityProtocol},
	{name: "Flags", typ: FieldU32, kind: KindInfoFlag},
	{name: "PeerApplicationAccessTokenHandle", typ: FieldU64},
	{name: "PeerMachineAccessTokenHandle", typ: FieldU64},
}

// sizeAlign is the size and alignment of a member in C on the target. Text is
// an array of wchar_t without length, which has the alignment of 2.
func (m member) sizeAlign(t Target) (size, align int) {
	switch m.typ {
	case FieldU16, FieldPort:
		return 2, 2
	case FieldU32, FieldIPv4:
		return 4, 4
	case FieldU64:
		return 8, 8 // Windows aligns these to 8 on 32-bit systems too
	case FieldPointer:
		return t.PointerSize(), t.PointerSize()
	case FieldIPv6:
		return 16, 2 // IN6_ADDR is a union of bytes and 16-bit words
	case FieldGUID:
		return 16, 4
	case FieldStorage:
		return SockaddrStorageSize, 8
	case FieldUTF16:
		return 0, 2
	}
	return m.size, 1
}

func roundUp(n, align int) int { return (n + align - 1) / align * align }

// layout places the members as a C compiler for Windows does.
func (s *structure) layout(t Target) Layout {
	members := s.members
	if t.PointerSize() == 4 && order32[s.name] != nil {
		members = order32[s.name]
	}
	out := Layout{Name: s.name, Header: s.header, Page: s.page, Target: t, Align: 1, Fields: make([]Field, len(members))}
	at := 0
	for i, m := range members {
		size, align := m.sizeAlign(t)
		at = roundUp(at, align)
		out.Fields[i] = Field{Name: m.name, Type: m.typ, Kind: m.kind, Offset: at, Size: size, LenOf: m.lenOf}
		at += size
		out.Align = max(out.Align, align)
	}
	out.Size = roundUp(at, out.Align)
	return out
}

// Structs describes every structure as the target lays it out, in the order
// of structTable. The slices are the caller's.
func Structs(t Target) []Layout {
	list := make([]Layout, len(structTable))
	for i := range structTable {
		list[i] = structTable[i].layout(t)
	}
	return list
}

// StructNames lists the C names of the structures, in the order of Structs.
func StructNames() []string {
	names := make([]string, len(structTable))
	for i := range structTable {
		names[i] = structTable[i].name
	}
	return names
}

// Struct describes the structure with the C name, in either case. For another
// name it fails with *UnknownNameError, which lists those there are.
func Struct(name string, t Target) (Layout, error) {
	for i := range structTable {
		if strings.EqualFold(structTable[i].name, name) {
			return structTable[i].layout(t), nil
		}
	}
	return Layout{}, &UnknownNameError{What: "structure", Name: name, Valid: StructNames()}
}

// Field finds a field by its C name, in either case. AllStrings finds
// the first text. For another name it fails with *UnknownNameError.
func (l *Layout) Field(name string) (Field, error) {
	names := make([]string, len(l.Fields))
	for i, f := range l.Fields {
		if strings.EqualFold(f.Name, name) || f.Type == FieldUTF16 && strings.EqualFold(name, "AllStrings") {
			return f, nil
		}
		names[i] = f.Name
	}
	return Field{}, &UnknownNameError{What: "field of " + l.Name, Name: name, Valid: names}
}

// minimum is the least number of bytes a buffer must have: sizeof, or the
// offset of the text for a structure that ends in text.
func (l *Layout) minimum() int {
	for _, f := range l.Fields {
		if f.Type == FieldUTF16 {
			return f.Offset
		}
	}
	return l.Size
}

// short is the error for a buffer of have bytes that minimum forbids.
func (l *Layout) short(have int) *DecodeError {
	failed := l.Fields[len(l.Fields)-1] // when only padding is missing
	for _, f := range l.Fields {
		if f.Type != FieldUTF16 && f.Offset+f.Size > have {
			failed = f
			break
		}
	}
	return &DecodeError{Struct: l.Name, Field: failed.Name, Offset: failed.Offset, Need: l.minimum(), Have: have}
}
