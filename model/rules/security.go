package rules

import "wsasim/wsa"

// WSASetSocketSecurity.
const (
	SSSValue          ID = "SSS-VALUE"
	SSSSize           ID = "SSS-SIZE"
	SSSConn           ID = "SSS-CONN"
	SSSBound          ID = "SSS-BOUND"
	SSSOnce           ID = "SSS-ONCE"
	SSSNull           ID = "SSS-NULL"
	SSSExclusive      ID = "SSS-EXCLUSIVE"
	SSSDefaultProto   ID = "SSS-DEFAULT-PROTO"
	SSSPolicyKeys     ID = "SSS-POLICY-KEYS"
	SSSStrings        ID = "SSS-STRINGS"
	PTNFault          ID = "PTN-FAULT"
	PTNSize           ID = "PTN-SIZE"
	PTNSizeTail       ID = "PTN-SIZE-TAIL"
	PTNConn           ID = "PTN-CONN"
	PTNZeroaddr       ID = "PTN-ZEROADDR"
	PTNAddrFamily     ID = "PTN-ADDR-FAMILY"
	PTNStreamAddr     ID = "PTN-STREAM-ADDR"
	PTNProto          ID = "PTN-PROTO"
	PTNLenBytes       ID = "PTN-LEN-BYTES"
	PTNLenChars       ID = "PTN-LEN-CHARS"
	PTNOdd            ID = "PTN-ODD"
	PTNMulti          ID = "PTN-MULTI"
	PTNReplace        ID = "PTN-REPLACE"
	PTNBefore         ID = "PTN-BEFORE"
	PTNNosec          ID = "PTN-NOSEC"
	PTNListener       ID = "PTN-LISTENER"
	PTNPrincipal      ID = "PTN-PRINCIPAL"
	DTNFault          ID = "DTN-FAULT"
	DTNSize           ID = "DTN-SIZE"
	DTNAddrFamily     ID = "DTN-ADDR-FAMILY"
	DTNEffect         ID = "DTN-EFFECT"
	DTNAbsent         ID = "DTN-ABSENT"
	DTNStream         ID = "DTN-STREAM"
	QSSLenNull        ID = "QSS-LEN-NULL"
	QSSSizeQuery      ID = "QSS-SIZE-QUERY"
	QSSSize           ID = "QSS-SIZE"
	QSSTemplateTcp    ID = "QSS-TEMPLATE-TCP"
	QSSTemplateNontcp ID = "QSS-TEMPLATE-NONTCP"
	QSSMask           ID = "QSS-MASK"
	QSSReset          ID = "QSS-RESET"
	QSSNotconn        ID = "QSS-NOTCONN"
	QSSFlags          ID = "QSS-FLAGS"
	QSSLenOut         ID = "QSS-LEN-OUT"
	QSSTokens         ID = "QSS-TOKENS"
	QSSMany           ID = "QSS-MANY"
	ISPFault          ID = "ISP-FAULT"
	ISPSize           ID = "ISP-SIZE"
	ISPAddrFamily     ID = "ISP-ADDR-FAMILY"
	ISPStreamAddr     ID = "ISP-STREAM-ADDR"
	ISPBlocking       ID = "ISP-BLOCKING"
	ISPConnected      ID = "ISP-CONNECTED"
	ISPToken          ID = "ISP-TOKEN"
	ISPMany           ID = "ISP-MANY"
	ISPRevert         ID = "ISP-REVERT"
	RVIEffect         ID = "RVI-EFFECT"
	RVISyscall        ID = "RVI-SYSCALL"
	SECGuarantee      ID = "SEC-GUARANTEE"
	SECNoclear        ID = "SEC-NOCLEAR"
	SECAllow          ID = "SEC-ALLOW"
	SECSpn            ID = "SEC-SPN"
	SECFailCode       ID = "SEC-FAIL-CODE"
	SECCleanup        ID = "SEC-CLEANUP"
	SECConflict       ID = "SEC-CONFLICT"
)

var securityRules = []Rule{
	{
		ID: SSSValue, Function: "WSASetSocketSecurity", Strength: Must,
		Condition: "the settings hold an incorrect value: unknown protocol, unknown flag bits, or the IPsec structure with a protocol other than IPSEC or IPSEC2",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "WSASetSocketSecurity"}, {Doc, "SOCKET_SECURITY_SETTINGS_IPSEC"}},
		Notes:     "That unknown flag bits count, and that IPSEC2 does not, is inferred: there success is allowed too. A longer buffer whose protocol is DEFAULT may be the IPsec structure, or the generic one (SSS-DEFAULT-PROTO): both are allowed.",
	},
	{
		ID: SSSSize, Function: "WSASetSocketSecurity", Strength: Must,
		Condition: "SecuritySettingsLen is smaller than the structure it must hold, or than its strings need",
		Errors:    []wsa.Errno{wsa.WSAEMSGSIZE},
		Sources:   []Source{{Doc, "WSASetSocketSecurity"}},
	},
	{
		ID: SSSConn, Function: "WSASetSocketSecurity", Strength: Must,
		Condition: "the socket is connected",
		Errors:    []wsa.Errno{wsa.WSAEISCONN},
		Sources:   []Source{{Doc, "WSASetSocketSecurity"}},
	},
	{
		ID: SSSBound, Function: "WSASetSocketSecurity", Strength: Fails,
		Condition: "the socket has been bound",
		Sources:   []Source{{Doc, "WSASetSocketSecurity, remarks"}},
	},
	{
		ID: SSSOnce, Function: "WSASetSocketSecurity", Strength: Fails,
		Condition: "security was turned on for this socket before",
		Sources:   []Source{{Doc, "WSASetSocketSecurity, remarks"}},
	},
	{
		ID: SSSNull, Function: "WSASetSocketSecurity", Strength: Must,
		Condition: "NULL settings apply the default policy",
		Sources:   []Source{{Doc, "WSASetSocketSecurity"}},
	},
	{
		ID: SSSExclusive, Function: "WSASetSocketSecurity", Strength: Must,
		Condition: "a success sets SO_EXCLUSIVEADDRUSE on the socket",
		Sources:   []Source{{Doc, "WSASetSocketSecurity, remarks"}},
		Notes:     "A server should also set the option itself.",
	},
	{
		ID: SSSDefaultProto, Function: "WSASetSocketSecurity", Strength: Should,
		Condition: "DEFAULT means the same as IPSEC and is the value recommended in the generic structure",
		Sources:   []Source{{Doc, "WSASetSocketSecurity"}, {Doc, "SOCKET_SECURITY_SETTINGS"}},
		Notes:     "The equality is a must, the recommendation is advice.",
	},
	{
		ID: SSSPolicyKeys, Function: "WSASetSocketSecurity", Strength: Must,
		Condition: "a zero policy key is ignored; a non-zero one names a provider context that must exist",
		Sources:   []Source{{Doc, "SOCKET_SECURITY_SETTINGS_IPSEC"}},
		Notes:     "An unknown key: any failure (inferred). Which contexts exist is not in a trace, so success is allowed too.",
	},
	{
		ID: SSSStrings, Function: "WSASetSocketSecurity", Strength: Must,
		Condition: "the three string lengths count bytes; AllStrings is user, domain and password joined",
		Sources:   []Source{{Doc, "SOCKET_SECURITY_SETTINGS_IPSEC"}},
		Notes:     "The page says nothing of what they select, so any user may prove itself. The simulator takes them for AuthIP's explicit credentials (MS-AIPS 2.2.3.1, inferred): the user who proves itself in place of the process's, when the socket begins the negotiation and its policy has users do so.",
	},
	{
		ID: PTNFault, Function: "WSASetSocketPeerTargetName", Strength: Must,
		Condition: "PeerTargetName is NULL",
		Errors:    []wsa.Errno{wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "WSASetSocketPeerTargetName"}},
	},
	{
		ID: PTNSize, Function: "WSASetSocketPeerTargetName", Strength: Must,
		Condition: "PeerTargetNameLen is smaller than the fixed part, or than the fixed part and the string",
		Errors:    []wsa.Errno{wsa.WSAEMSGSIZE},
		Sources:   []Source{{Doc, "WSASetSocketPeerTargetName"}},
	},
	{
		ID: PTNSizeTail, Function: "WSASetSocketPeerTargetName", Strength: Inferred,
		Condition: "PeerTargetNameLen lies from the offset of AllStrings (140) to below sizeof (144) and the string fits",
		Errors:    []wsa.Errno{wsa.WSAEMSGSIZE},
		Sources:   []Source{{Inference, "no source says which of the two is the limit"}},
		Notes:     "WSAEMSGSIZE or success.",
	},
	{
		ID: PTNConn, Function: "WSASetSocketPeerTargetName", Strength: Must,
		Condition: "the socket is connected, of either kind",
		Errors:    []wsa.Errno{wsa.WSAEISCONN},
		Sources:   []Source{{Doc, "WSASetSocketPeerTargetName"}},
	},
	{
		ID: PTNZeroaddr, Function: "WSASetSocketPeerTargetName", Strength: Must,
		Condition: "connectionless socket, and address and port of PeerAddress are both zero",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "WSASetSocketPeerTargetName"}},
	},
	{
		ID: PTNAddrFamily, Function: "WSASetSocketPeerTargetName", Strength: Must,
		Condition: "connectionless socket, and PeerAddress is of neither AF_INET nor AF_INET6, or not of the socket's family",
		Errors:    []wsa.Errno{wsa.WSAEAFNOSUPPORT, wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "WSASetSocketPeerTargetName"}},
		Notes:     "That the family must be the socket's is inferred: there success is allowed too.",
	},
	{
		ID: PTNStreamAddr, Function: "WSASetSocketPeerTargetName", Strength: Must,
		Condition: "connection-oriented socket: PeerAddress may be all zero, the name is for the next peer",
		Sources:   []Source{{Sample, "using-secure-socket-extensions"}},
	},
	{
		ID: PTNProto, Function: "WSASetSocketPeerTargetName", Strength: Inferred,
		Condition: "SecurityProtocol is outside the enumeration",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Inference, "no page names the case"}},
	},
	{
		ID: PTNLenBytes, Function: "WSASetSocketPeerTargetName", Strength: Must,
		Condition: "PeerTargetNameStringLen counts bytes of UTF-16",
		Sources:   []Source{{Doc, "SOCKET_PEER_TARGET_NAME"}, {Practice, "NtCoreLib"}},
	},
	{
		ID: PTNLenChars, Function: "WSASetSocketPeerTargetName", Strength: Should,
		Condition: "the length looks like a character count, so that half of the name is lost",
		Sources:   []Source{{Sample, "using-secure-socket-extensions against doc:SOCKET_PEER_TARGET_NAME"}},
		Notes:     "An advisory: the call is allowed.",
	},
	{
		ID: PTNOdd, Function: "WSASetSocketPeerTargetName", Strength: Inferred,
		Condition: "the name has an odd byte length, an unpaired surrogate, an embedded NUL, or is empty",
		Sources:   []Source{{Inference, "no page names the case"}},
		Notes:     "Any failure or success.",
	},
	{
		ID: PTNMulti, Function: "WSASetSocketPeerTargetName", Strength: Must,
		Condition: "connectionless: one name for each peer address, many peers for each socket",
		Sources:   []Source{{Doc, "WSASetSocketPeerTargetName"}},
	},
	{
		ID: PTNReplace, Function: "WSASetSocketPeerTargetName", Strength: Inferred,
		Condition: "the same peer again: the new name replaces the old",
		Sources:   []Source{{Inference, "no page names the case"}},
	},
	{
		ID: PTNBefore, Function: "WSASetSocketPeerTargetName", Strength: Should,
		Condition: "the name should be set before connect or the first send to that peer; later it does not touch an existing association",
		Sources:   []Source{{Doc, "WSASetSocketPeerTargetName"}},
	},
	{
		ID: PTNNosec, Function: "WSASetSocketPeerTargetName", Strength: Inferred,
		Condition: "the socket's security was never turned on, so the name takes no effect",
		Sources:   []Source{{Inference, "no page names the case"}},
		Notes:     "An advisory.",
	},
	{
		ID: PTNListener, Function: "WSASetSocketPeerTargetName", Strength: Inferred,
		Condition: "a name may be set on a bound or listening socket",
		Sources:   []Source{{Practice, "NtCoreLib"}},
	},
	{
		ID: PTNPrincipal, Function: "WSASetSocketPeerTargetName", Strength: Should,
		Condition: "the name should be the service principal name of the peer computer (host/fqdn)",
		Sources:   []Source{{Doc, "SOCKET_PEER_TARGET_NAME"}},
	},
	{
		ID: DTNFault, Function: "WSADeleteSocketPeerTargetName", Strength: Must,
		Condition: "PeerAddr is NULL",
		Errors:    []wsa.Errno{wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "WSADeleteSocketPeerTargetName"}},
	},
	{
		ID: DTNSize, Function: "WSADeleteSocketPeerTargetName", Strength: Must,
		Condition: "PeerAddrLen is too small for the address",
		Errors:    []wsa.Errno{wsa.WSAEMSGSIZE},
		Sources:   []Source{{Doc, "WSADeleteSocketPeerTargetName"}},
	},
	{
		ID: DTNAddrFamily, Function: "WSADeleteSocketPeerTargetName", Strength: Must,
		Condition: "the address family of PeerAddr is not supported",
		Errors:    []wsa.Errno{wsa.WSAEAFNOSUPPORT},
		Sources:   []Source{{Doc, "WSADeleteSocketPeerTargetName"}},
	},
	{
		ID: DTNEffect, Function: "WSADeleteSocketPeerTargetName", Strength: Must,
		Condition: "no later authentication to that address uses the name; existing associations stay",
		Sources:   []Source{{Doc, "WSADeleteSocketPeerTargetName"}},
	},
	{
		ID: DTNAbsent, Function: "WSADeleteSocketPeerTargetName", Strength: Inferred,
		Condition: "no name was set for that address",
		Sources:   []Source{{Inference, "no page names the case"}},
		Notes:     "Any failure or success.",
	},
	{
		ID: DTNStream, Function: "WSADeleteSocketPeerTargetName", Strength: Should,
		Condition: "it should not be called on a connection-oriented socket",
		Sources:   []Source{{Doc, "WSADeleteSocketPeerTargetName"}},
	},
	{
		ID: QSSLenNull, Function: "WSAQuerySocketSecurity", Strength: Must,
		Condition: "SecurityQueryInfoLen is NULL",
		Errors:    []wsa.Errno{wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "WSAQuerySocketSecurity"}},
	},
	{
		ID: QSSSizeQuery, Function: "WSAQuerySocketSecurity", Strength: Must,
		Condition: "the info buffer is NULL: the call fails and stores the size needed",
		Errors:    []wsa.Errno{wsa.WSAEFAULT, wsa.WSAEMSGSIZE},
		Sources:   []Source{{Doc, "WSAQuerySocketSecurity"}, {Sample, "using-secure-socket-extensions"}, {Practice, "NtCoreLib"}},
		Notes:     "The sample meets WSAEFAULT on a TCP socket, the page says WSAEMSGSIZE for others.",
	},
	{
		ID: QSSSize, Function: "WSAQuerySocketSecurity", Strength: Must,
		Condition: "the info buffer is too small: the call fails and stores the size needed",
		Errors:    []wsa.Errno{wsa.WSAEMSGSIZE},
		Sources:   []Source{{Doc, "WSAQuerySocketSecurity"}},
	},
	{
		ID: QSSTemplateTcp, Function: "WSAQuerySocketSecurity", Strength: Must,
		Condition: "TCP: the template may be NULL with length 0, the same as all zero: only Flags is filled",
		Sources:   []Source{{Doc, "WSAQuerySocketSecurity"}},
	},
	{
		ID: QSSTemplateNontcp, Function: "WSAQuerySocketSecurity", Strength: Must,
		Condition: "other protocols: a template with family, address and port is required",
		Errors:    []wsa.Errno{wsa.WSAEMSGSIZE},
		Sources:   []Source{{Doc, "WSAQuerySocketSecurity"}},
		Notes:     "WSAEMSGSIZE when it is shorter than the structure or the info is NULL; otherwise any failure.",
	},
	{
		ID: QSSMask, Function: "WSAQuerySocketSecurity", Strength: Must,
		Condition: "PeerTokenAccessMask is zero: both token handles come back zero",
		Sources:   []Source{{Doc, "WSAQuerySocketSecurity"}},
	},
	{
		ID: QSSReset, Function: "WSAQuerySocketSecurity", Strength: Must,
		Condition: "stream: the peer reset the connection; datagram: an earlier send met port-unreachable",
		Errors:    []wsa.Errno{wsa.WSAECONNRESET},
		Sources:   []Source{{Doc, "WSAQuerySocketSecurity"}},
	},
	{
		ID: QSSNotconn, Function: "WSAQuerySocketSecurity", Strength: Inferred,
		Condition: "the stream socket is not connected",
		Sources:   []Source{{Inference, "the page says to call it after connect or accept"}},
		Notes:     "Any failure, or success with no flags.",
	},
	{
		ID: QSSFlags, Function: "WSAQuerySocketSecurity", Strength: Must,
		Condition: "SECURED exactly when traffic is protected; ENCRYPTED implies SECURED; neither in clear",
		Sources:   []Source{{Doc, "SOCKET_SECURITY_QUERY_INFO"}},
	},
	{
		ID: QSSLenOut, Function: "WSAQuerySocketSecurity", Strength: Must,
		Condition: "on success *SecurityQueryInfoLen is the number of bytes stored",
		Sources:   []Source{{Doc, "WSAQuerySocketSecurity"}},
	},
	{
		ID: QSSTokens, Function: "WSAQuerySocketSecurity, CloseHandle", Strength: Must,
		Condition: "token handles are the caller's to close",
		Sources:   []Source{{Doc, "WSAQuerySocketSecurity"}},
	},
	{
		ID: QSSMany, Function: "WSAQuerySocketSecurity", Strength: Must,
		Condition: "it may be called any number of times",
		Sources:   []Source{{Doc, "WSAQuerySocketSecurity"}},
	},
	{
		ID: ISPFault, Function: "WSAImpersonateSocketPeer", Strength: Must,
		Condition: "connectionless socket and PeerAddr is NULL",
		Errors:    []wsa.Errno{wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "WSAImpersonateSocketPeer"}},
	},
	{
		ID: ISPSize, Function: "WSAImpersonateSocketPeer", Strength: Must,
		Condition: "PeerAddrLen is too small",
		Errors:    []wsa.Errno{wsa.WSAEMSGSIZE},
		Sources:   []Source{{Doc, "WSAImpersonateSocketPeer"}},
	},
	{
		ID: ISPAddrFamily, Function: "WSAImpersonateSocketPeer", Strength: Must,
		Condition: "PeerAddr has an unsupported family",
		Errors:    []wsa.Errno{wsa.WSAEAFNOSUPPORT},
		Sources:   []Source{{Doc, "WSAImpersonateSocketPeer"}},
	},
	{
		ID: ISPStreamAddr, Function: "WSAImpersonateSocketPeer", Strength: Must,
		Condition: "connection-oriented socket: PeerAddr is ignored",
		Sources:   []Source{{Doc, "WSAImpersonateSocketPeer"}},
	},
	{
		ID: ISPBlocking, Function: "WSAImpersonateSocketPeer", Strength: Fails,
		Condition: "the socket is nonblocking or overlapped",
		Sources:   []Source{{Doc, "WSAImpersonateSocketPeer, remarks"}},
		Notes:     "socket() makes overlapped sockets, WSASocket with flags 0 does not.",
	},
	{
		ID: ISPConnected, Function: "WSAImpersonateSocketPeer", Strength: Fails,
		Condition: "stream without a connection, or nothing received from that datagram peer",
		Sources:   []Source{{Doc, "WSAImpersonateSocketPeer"}},
		Notes:     "Inferred from the remarks.",
	},
	{
		ID: ISPToken, Function: "WSAImpersonateSocketPeer", Strength: Must,
		Condition: "the calling thread takes the peer user's token, or the peer computer's when there is none",
		Sources:   []Source{{Doc, "WSAImpersonateSocketPeer"}},
		Notes:     "Without protected traffic there is no token: any failure is allowed.",
	},
	{
		ID: ISPMany, Function: "WSAImpersonateSocketPeer", Strength: Must,
		Condition: "it may be called many times on one socket",
		Sources:   []Source{{Doc, "WSAImpersonateSocketPeer"}},
	},
	{
		ID: ISPRevert, Function: "WSAImpersonateSocketPeer, closesocket", Strength: Should,
		Condition: "each use should be ended by WSARevertImpersonation before the thread or the socket ends",
		Sources:   []Source{{Doc, "WSAImpersonateSocketPeer"}},
		Notes:     "An advisory.",
	},
	{
		ID: RVIEffect, Function: "WSARevertImpersonation", Strength: Must,
		Condition: "the calling thread stops impersonating; when it was not, the call succeeds",
		Sources:   []Source{{Doc, "WSARevertImpersonation"}},
	},
	{
		ID: RVISyscall, Function: "WSARevertImpersonation", Strength: Must,
		Condition: "the underlying call fails",
		Errors:    []wsa.Errno{wsa.WSASYSCALLFAILURE},
		Sources:   []Source{{Doc, "WSARevertImpersonation"}},
	},
	{
		ID: SECGuarantee, Function: "connect, WSAConnect, accept, send, sendto, WSASend, WSASendTo, recv, recvfrom, WSARecv, WSARecvFrom, WSAQuerySocketSecurity", Strength: Must,
		Condition: "GUARANTEE_ENCRYPTION and encryption cannot be had: nothing is sent, no connection is established",
		Sources:   []Source{{Doc, "SOCKET_SECURITY_SETTINGS"}},
	},
	{
		ID: SECNoclear, Function: "connect, WSAConnect, accept, send, sendto, WSASend, WSASendTo, recv, recvfrom, WSARecv, WSARecvFrom, WSAQuerySocketSecurity", Strength: Must,
		Condition: "without ALLOW_INSECURE no packet leaves in clear text, even when negotiation fails",
		Sources:   []Source{{Doc, "SOCKET_SECURITY_SETTINGS"}},
	},
	{
		ID: SECAllow, Function: "connect, WSAConnect, accept, send, sendto, WSASend, WSASendTo, recv, recvfrom, WSARecv, WSARecvFrom, WSAQuerySocketSecurity", Strength: Must,
		Condition: "with ALLOW_INSECURE some or all packets may go in clear text",
		Sources:   []Source{{Doc, "SOCKET_SECURITY_SETTINGS"}},
	},
	{
		ID: SECSpn, Function: "connect, WSAConnect, accept, send, sendto, WSASend, WSASendTo, recv, recvfrom, WSARecv, WSARecvFrom, WSAQuerySocketSecurity", Strength: Must,
		Condition: "with a target name set the peer must prove that principal; without one any principal of the domain is accepted",
		Sources:   []Source{{Doc, "WSASetSocketPeerTargetName"}, {Guide, "winsock-secure-socket-extensions"}},
		Notes:     "This is what stops a trusted man in the middle.",
	},
	{
		ID: SECFailCode, Function: "connect, WSAConnect, accept, send, sendto, WSASend, WSASendTo, recv, recvfrom, WSARecv, WSARecvFrom, WSAQuerySocketSecurity", Strength: Inferred,
		Condition: "negotiation failed: the error of connect or send is not documented",
		Sources:   []Source{{Inference, "no page names the code"}},
		Notes:     "Any failure; datagrams may also vanish in silence.",
	},
	{
		ID: SECCleanup, Function: "closesocket", Strength: Must,
		Condition: "closing the socket removes its filters and policies, after all outstanding data has gone",
		Sources:   []Source{{Sample, "using-secure-socket-extensions"}},
	},
	{
		ID: SECConflict, Function: "connect, WSAConnect, accept, send, sendto, WSASend, WSASendTo, recv, recvfrom, WSARecv, WSARecvFrom, WSAQuerySocketSecurity", Strength: Must,
		Condition: "a policy of higher priority can override what the socket asked for",
		Sources:   []Source{{Doc, "SOCKET_SECURITY_SETTINGS_IPSEC"}},
	},
}
