package rules

import "wsasim/wsa"

// documentedName holds the rows of: sharing, the catalog, names, and the secure socket functions.
var documentedName = []page{
	{"WSADuplicateSocket", "", "nf-winsock2-wsaduplicatesocketw", []row{
		notStarted,
		netDown,
		{wsa.WSAEINVAL, "a parameter invalid", held{DUPProcess}, ""},
		inProgress,
		noDescriptors,
		noBuffers,
		notSocket,
		{wsa.WSAEFAULT, "lpProtocolInfo not in user memory", held{DUPFault}, ""},
	}},
	{"WSAEnumProtocols", "", "nf-winsock2-wsaenumprotocolsw", []row{
		notStarted,
		netDown,
		inProgress,
		{wsa.WSAEINVAL, "a parameter invalid", nil, "none of the parameters can be wrong otherwise than by CATALOG-FAULT and CATALOG-ROOM"},
		{wsa.WSAENOBUFS, "buffer too small; *lpdwBufferLength tells the needed size; nothing can be fetched in pieces", held{CATALOGRoom}, ""},
		{wsa.WSAEFAULT, "a pointer not in user memory", held{CATALOGFault}, ""},
	}},
	{"GetAddrInfo", "", "nf-ws2tcpip-getaddrinfow", lookupRows},
	{"GetAddrInfoEx", "", "nf-ws2tcpip-getaddrinfoexw", append([]row{
		{wsa.WSASERVICE_NOT_FOUND, "the namespace or its provider is not installed", held{GAINamespace}, ""},
		{wsa.WSAEINVAL, "the namespace is one of the peer-to-peer names, whose service does not run", held{GAIPeer}, ""},
		{wsa.WSA_IO_PENDING, "overlapped, started", held{GAIPending}, ""},
	}, lookupRows...)},
	{"GetAddrInfoExCancel", "", "nf-ws2tcpip-getaddrinfoexcancel", []row{
		{wsa.WSA_INVALID_HANDLE, "the handle is not valid", held{GAICancelhandle}, ""},
	}},
	{"GetAddrInfoExOverlappedResult", "", "nf-ws2tcpip-getaddrinfoexoverlappedresult", []row{
		{wsa.WSAEINPROGRESS, "the lookup has not ended", held{GAIInprogress}, ""},
		{wsa.WSAEINVAL, "the OVERLAPPED is NULL", held{GAIResultnull}, ""},
	}},
	{"GetNameInfo", "", "nf-ws2tcpip-getnameinfow", []row{
		notStarted,
		{wsa.WSAEAFNOSUPPORT, "the family of the address is not supported", held{GNIFamily}, ""},
		{wsa.WSAEFAULT, "the address is NULL or too short", held{GNIFault}, ""},
		{wsa.WSAEINVAL, "a flag is not valid, or a buffer is asked for and has no room", held{GNIFlags, GNINoroom}, ""},
		{wsa.WSAHOST_NOT_FOUND, "NI_NAMEREQD and the host has no name; or neither name is asked for", held{GNINamereqd, GNINothing}, ""},
		{wsa.WSAHOST_NOT_FOUND, "the service has no name", nil, "since Windows Vista its port number is given instead (GNI-SERVICE)"},
		{wsa.WSATRY_AGAIN, "temporary failure", held{GNIAgain}, ""},
		{wsa.WSANO_RECOVERY, "failure for good", held{GNIFail}, ""},
	}},
	{"GetHostName", "", "nf-winsock2-gethostnamew", []row{
		notStarted,
		netDown,
		inProgress,
		{wsa.WSAEFAULT, "the buffer is NULL or too small", held{GHNFault}, ""},
	}},
	{"gethostbyname", "", "nf-winsock2-gethostbyname", append([]row{
		{wsa.WSAEFAULT, "the name is not in user memory", nil, "a Go string is always readable, and NULL is this computer (HOST-OWN)"},
	}, oldLookupRows...)},
	{"gethostbyaddr", "", "nf-winsock2-gethostbyaddr", append([]row{
		{wsa.WSAEAFNOSUPPORT, "the family is not supported", held{HOSTAddrfamily}, ""},
		{wsa.WSAEFAULT, "the address is not in user memory, or the length is too small", held{HOSTAddrfault}, ""},
		{wsa.WSAEINVAL, "the length is not that of the family", held{HOSTAddrlen}, ""},
	}, oldLookupRows...)},
	{"getservbyname", "", "nf-winsock2-getservbyname", entryRows(held{SERVNone})},
	{"getservbyport", "", "nf-winsock2-getservbyport", entryRows(held{SERVNone})},
	{"getprotobyname", "", "nf-winsock2-getprotobyname", entryRows(held{PROTONone})},
	{"getprotobynumber", "", "nf-winsock2-getprotobynumber", entryRows(held{PROTONone})},
	{"inet_addr", "", "nf-winsock2-inet_addr", []row{{0, "a text that is no address gives INADDR_NONE, and no error", held{INETAddr}, ""}}},
	{"inet_ntoa", "", "nf-winsock2-inet_ntoa", []row{{0, "the function has no errors", held{INETNtoa}, ""}}},
	{"WSASetSocketSecurity", "", "nf-ws2tcpip-wsasetsocketsecurity", []row{
		{wsa.WSAEAFNOSUPPORT, "family not supported", held{GENFamily}, ""},
		{wsa.WSAEINVAL, "not INET/INET6 or not STREAM/DGRAM; or a settings value is wrong", held{GENType, GENFamily, SSSValue}, ""},
		{wsa.WSAEISCONN, "socket connected (either kind)", held{SSSConn}, ""},
		{wsa.WSAEMSGSIZE, "buffer too small", held{SSSSize}, ""},
		notSocket,
	}},
	{"WSASetSocketPeerTargetName", "", "nf-ws2tcpip-wsasetsocketpeertargetname", []row{
		{wsa.WSAEAFNOSUPPORT, "family not supported", held{GENFamily, PTNAddrFamily}, ""},
		{wsa.WSAEFAULT, "PeerTargetName NULL", held{PTNFault}, ""},
		{wsa.WSAEINVAL, "wrong family/type; or connectionless with zero address and port", held{GENType, GENFamily, PTNZeroaddr}, ""},
		{wsa.WSAEISCONN, "socket connected", held{PTNConn}, ""},
		{wsa.WSAEMSGSIZE, "buffer too small", held{PTNSize}, ""},
		notSocket,
	}},
	{"WSADeleteSocketPeerTargetName", "", "nf-ws2tcpip-wsadeletesocketpeertargetname", []row{
		{wsa.WSAEAFNOSUPPORT, "family not supported", held{GENFamily, DTNAddrFamily}, ""},
		{wsa.WSAEFAULT, "PeerAddr NULL", held{DTNFault}, ""},
		{wsa.WSAEINVAL, "wrong family/type", held{GENType, GENFamily}, ""},
		{wsa.WSAEMSGSIZE, "buffer too small", held{DTNSize}, ""},
		notSocket,
	}},
	{"WSAQuerySocketSecurity", "", "nf-ws2tcpip-wsaquerysocketsecurity", []row{
		{wsa.WSAEAFNOSUPPORT, "family not supported", held{GENFamily}, ""},
		{wsa.WSAECONNRESET, "stream reset; UDP: port unreachable", held{QSSReset}, ""},
		{wsa.WSAEFAULT, "SecurityQueryInfoLen NULL", held{QSSLenNull}, ""},
		{wsa.WSAEINVAL, "wrong family/type", held{GENType, GENFamily}, ""},
		{wsa.WSAEMSGSIZE, "output too small (needed size returned); non-TCP with NULL info or short template", held{QSSSize, QSSTemplateNontcp}, ""},
		notSocket,
	}},
	{"WSAImpersonateSocketPeer", "", "nf-ws2tcpip-wsaimpersonatesocketpeer", []row{
		{wsa.WSAEFAULT, "PeerAddr NULL (ignored for connection-oriented)", held{ISPFault}, ""},
		{wsa.WSAEAFNOSUPPORT, "family not supported", held{GENFamily, ISPAddrFamily}, ""},
		{wsa.WSAEMSGSIZE, "buffer too small", held{ISPSize}, ""},
		notSocket,
	}},
	{"WSARevertImpersonation", "", "nf-ws2tcpip-wsarevertimpersonation", []row{
		{wsa.WSASYSCALLFAILURE, "a call that should never fail failed", held{RVISyscall}, ""},
	}},
	{"GetCurrentProcessId", "", "nf-processthreadsapi-getcurrentprocessid", []row{
		{0, "the function has no errors", nil, "there is nothing to fail"},
	}},
}

// lookupRows are what the pages of GetAddrInfo and GetAddrInfoEx have in common.
var lookupRows = []row{
	notStarted,
	{wsa.WSA_NOT_ENOUGH_MEMORY, "memory failure", held{RESMemory}, ""},
	{wsa.WSAEAFNOSUPPORT, "the family of the hints is not supported", held{GAIFamily}, ""},
	{wsa.WSAEINVAL, "the flags of the hints are not valid, such as AI_FQDN together with AI_CANONNAME", held{GAIFlags}, ""},
	{wsa.WSAESOCKTNOSUPPORT, "the type of the hints is not supported", held{GAISocktype}, ""},
	{wsa.WSAHOST_NOT_FOUND, "the name does not resolve; both names NULL; AI_NUMERICHOST or AI_NUMERICSERV without a number", held{GAINotfound, GAINonames, GAINumerichost, GAINumericserv}, ""},
	{wsa.WSANO_DATA, "the name is valid and has no record of the wanted type", held{GAINodata}, ""},
	{wsa.WSANO_RECOVERY, "failure for good; members of the hints that must be zero are not; AI_CANONNAME or AI_FQDN without a name", held{GAIFail, GAIHints, GAICanonnull}, ""},
	{wsa.WSATRY_AGAIN, "temporary failure", held{GAIAgain}, ""},
	{wsa.WSATYPE_NOT_FOUND, "the service is not supported for the type", held{GAIService}, ""},
}

// oldLookupRows are what the pages of gethostbyname and gethostbyaddr have in
// common.
var oldLookupRows = []row{
	notStarted, netDown, inProgress, interrupted,
	{wsa.WSAHOST_NOT_FOUND, "there is no such host", held{HOSTNotfound}, ""},
	{wsa.WSATRY_AGAIN, "no answer from an authoritative server", held{HOSTAgain}, ""},
	{wsa.WSANO_RECOVERY, "failure for good", held{HOSTFail}, ""},
	{wsa.WSANO_DATA, "the name has no record of the wanted type", held{HOSTNodata}, ""},
}

// entryRows are what the pages of the functions for services and protocols have
// in common; none is the rule about what is not there.
func entryRows(none held) []row {
	const asked = "services and protocols are in a table, and nobody is asked for them"
	return []row{
		notStarted, netDown, inProgress, interrupted,
		{wsa.WSAHOST_NOT_FOUND, "there is no such entry", none, ""},
		{wsa.WSATRY_AGAIN, "no answer from an authoritative server", nil, asked},
		{wsa.WSANO_RECOVERY, "failure for good", nil, asked},
		{wsa.WSANO_DATA, "the name has no record of the wanted type", none, ""},
	}
}
