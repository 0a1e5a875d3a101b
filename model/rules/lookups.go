package rules

import "wsasim/wsa"

// GetAddrInfo and GetAddrInfoEx: what is wrong with the arguments.
const (
	GAINonames     ID = "GAI-NONAMES"
	GAINumerichost ID = "GAI-NUMERICHOST"
	GAINumericserv ID = "GAI-NUMERICSERV"
	GAIFamily      ID = "GAI-FAMILY"
	GAISocktype    ID = "GAI-SOCKTYPE"
	GAIFlags       ID = "GAI-FLAGS"
	GAIHints       ID = "GAI-HINTS"
	GAICanonnull   ID = "GAI-CANONNULL"
	GAIService     ID = "GAI-SERVICE"
	GAINamespace   ID = "GAI-NAMESPACE"
	GAIPeer        ID = "GAI-PEER"
	GAIResult      ID = "GAI-RESULT"
	GAITell        ID = "GAI-TELL"
)

// GetAddrInfo and GetAddrInfoEx: what comes of the lookup.
const (
	GAINotfound   ID = "GAI-NOTFOUND"
	GAINodata     ID = "GAI-NODATA"
	GAIAgain      ID = "GAI-AGAIN"
	GAIFail       ID = "GAI-FAIL"
	GAIWait       ID = "GAI-WAIT"
	GAITimeout    ID = "GAI-TIMEOUT"
	GAIPending    ID = "GAI-PENDING"
	GAIFound      ID = "GAI-FOUND"
	GAIOwn        ID = "GAI-OWN"
	GAILocalhost  ID = "GAI-LOCALHOST"
	GAINull       ID = "GAI-NULL"
	GAILiteral    ID = "GAI-LITERAL"
	GAIFields     ID = "GAI-FIELDS"
	GAIPort       ID = "GAI-PORT"
	GAICanonname  ID = "GAI-CANONNAME"
	GAIAddrconfig ID = "GAI-ADDRCONFIG"
	GAIMapped     ID = "GAI-MAPPED"
	GAIIdn        ID = "GAI-IDN"
)

// The end of an overlapped GetAddrInfoEx.
const (
	GAICancelhandle ID = "GAI-CANCELHANDLE"
	GAICancelled    ID = "GAI-CANCELLED"
	GAIInprogress   ID = "GAI-INPROGRESS"
	GAIResultnull   ID = "GAI-RESULTNULL"
	GAIOutcome      ID = "GAI-OUTCOME"
)

// GetNameInfo and GetHostName.
const (
	GNIFault    ID = "GNI-FAULT"
	GNIFamily   ID = "GNI-FAMILY"
	GNINothing  ID = "GNI-NOTHING"
	GNINoroom   ID = "GNI-NOROOM"
	GNISmall    ID = "GNI-SMALL"
	GNIFlags    ID = "GNI-FLAGS"
	GNINamereqd ID = "GNI-NAMEREQD"
	GNIAgain    ID = "GNI-AGAIN"
	GNIFail     ID = "GNI-FAIL"
	GNIWait     ID = "GNI-WAIT"
	GNIHost     ID = "GNI-HOST"
	GNIService  ID = "GNI-SERVICE"
	GHNFault    ID = "GHN-FAULT"
	GHNName     ID = "GHN-NAME"
)

// The functions of old.
const (
	HOSTNotfound   ID = "HOST-NOTFOUND"
	HOSTNodata     ID = "HOST-NODATA"
	HOSTAgain      ID = "HOST-AGAIN"
	HOSTFail       ID = "HOST-FAIL"
	HOSTWait       ID = "HOST-WAIT"
	HOSTName       ID = "HOST-NAME"
	HOSTOwn        ID = "HOST-OWN"
	HOSTLiteral    ID = "HOST-LITERAL"
	HOSTAddrfault  ID = "HOST-ADDRFAULT"
	HOSTAddrlen    ID = "HOST-ADDRLEN"
	HOSTAddrfamily ID = "HOST-ADDRFAMILY"
	HOSTAddr       ID = "HOST-ADDR"
	SERVNone       ID = "SERV-NONE"
	SERVFound      ID = "SERV-FOUND"
	PROTONone      ID = "PROTO-NONE"
	PROTOFound     ID = "PROTO-FOUND"
	ENTNull        ID = "ENT-NULL"
	INETAddr       ID = "INET-ADDR"
	INETNtoa       ID = "INET-NTOA"
)

const (
	bothLookups = "GetAddrInfo, GetAddrInfoEx"
	oldHosts    = "gethostbyname, gethostbyaddr"
	oldServices = "getservbyname, getservbyport"
	oldProtos   = "getprotobyname, getprotobynumber"
)

// pages are the pages of the two lookups, and what else says it.
func lookupPages(more ...Source) []Source {
	return append([]Source{{Doc, "nf-ws2tcpip-getaddrinfow"}, {Doc, "nf-ws2tcpip-getaddrinfoexw"}}, more...)
}

var lookupRules = []Rule{
	{
		ID: GAINonames, Function: bothLookups, Strength: Must,
		Condition: "neither a name nor a service is given",
		Errors:    []wsa.Errno{wsa.WSAHOST_NOT_FOUND},
		Sources:   lookupPages(Source{Observation, "GA1"}, Source{Observation, "GA21"}),
		Notes:     "At once, even when an overlapped lookup was asked for.",
	},
	{
		ID: GAINumerichost, Function: bothLookups, Strength: Must,
		Condition: "AI_NUMERICHOST is set and the name is no address, or missing",
		Errors:    []wsa.Errno{wsa.WSAHOST_NOT_FOUND},
		Sources:   lookupPages(Source{Observation, "GA7"}, Source{Observation, "GA9"}),
	},
	{
		ID: GAINumericserv, Function: bothLookups, Strength: Inferred,
		Condition: "AI_NUMERICSERV is set and the service is no number, or missing",
		Errors:    []wsa.Errno{wsa.WSAHOST_NOT_FOUND},
		Sources:   lookupPages(),
		Notes:     "The pages give the error, and say that Microsoft's providers do not support the flag: it may be ignored as well.",
	},
	{
		ID: GAIFamily, Function: bothLookups, Strength: Must,
		Condition: "ai_family of the hints is not AF_UNSPEC, AF_INET or AF_INET6",
		Errors:    []wsa.Errno{wsa.WSAEAFNOSUPPORT},
		Sources:   lookupPages(),
	},
	{
		ID: GAISocktype, Function: bothLookups, Strength: Must,
		Condition: "ai_socktype of the hints is no type of socket",
		Errors:    []wsa.Errno{wsa.WSAESOCKTNOSUPPORT},
		Sources:   lookupPages(Source{Observation, "GA10"}),
		Notes:     "A type that does not fit the protocol is no error, and neither is an unknown protocol.",
	},
	{
		ID: GAIFlags, Function: bothLookups, Strength: Must,
		Condition: "ai_flags of the hints has both AI_FQDN and AI_CANONNAME, or bits that mean nothing",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   lookupPages(),
		Notes:     "Which other values are invalid is not said: bits without a meaning may be ignored.",
	},
	{
		ID: GAIHints, Function: bothLookups, Strength: Must,
		Condition: "a member of the hints that must be zero is not: ai_addrlen, ai_canonname, ai_addr, ai_next",
		Errors:    []wsa.Errno{wsa.WSANO_RECOVERY},
		Sources:   lookupPages(),
	},
	{
		ID: GAICanonnull, Function: bothLookups, Strength: Must,
		Condition: "AI_CANONNAME or AI_FQDN is set and no name is given",
		Errors:    []wsa.Errno{wsa.WSANO_RECOVERY},
		Sources:   lookupPages(),
	},
	{
		ID: GAIService, Function: bothLookups, Strength: Must,
		Condition: "the service is not known for the type of socket",
		Errors:    []wsa.Errno{wsa.WSATYPE_NOT_FOUND},
		Sources:   lookupPages(),
		Notes:     "Which services there are is in a file of each computer; those of wsa.Services are on every one.",
	},
	{
		ID: GAINamespace, Function: "GetAddrInfoEx", Strength: Must,
		Condition: "the namespace or its provider is not installed, or does not know the name",
		Errors:    []wsa.Errno{wsa.WSASERVICE_NOT_FOUND},
		Sources:   []Source{{Doc, "nf-ws2tcpip-getaddrinfoexw"}},
	},
	{
		ID: GAIPeer, Function: "GetAddrInfoEx", Strength: Must,
		Condition: "the namespace is NS_PNRPNAME or NS_PNRPCLOUD and the peer-to-peer name service does not run",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nf-ws2tcpip-getaddrinfoexw"}},
	},
	{
		ID: GAIResult, Function: "GetAddrInfoEx", Strength: Inferred,
		Condition: "ppResult is NULL",
		Errors:    []wsa.Errno{wsa.WSAEFAULT, wsa.WSAEINVAL, wsa.WSA_INVALID_PARAMETER},
		Sources:   []Source{{Inference, "the page asks for it and names no error"}},
		Notes:     "The simulator gives WSAEFAULT.",
	},
	{
		ID: GAITell, Function: "GetAddrInfoEx", Strength: Inferred,
		Condition: "an overlapped lookup has both an event and a routine to tell its end, or neither",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nf-ws2tcpip-getaddrinfoexw"}, {Inference, "the page demands exactly one of the two and names no error"}},
		Notes:     "Without either, a lookup that nobody is told of may be started as well.",
	},
	{
		ID: GAINotfound, Function: bothLookups, Strength: Must,
		Condition: "the name does not resolve",
		Errors:    []wsa.Errno{wsa.WSAHOST_NOT_FOUND},
		Sources:   lookupPages(Source{Observation, "GA6"}),
	},
	{
		ID: GAINodata, Function: bothLookups, Strength: Must,
		Condition: "the name resolves, and to no address of the family",
		Errors:    []wsa.Errno{wsa.WSANO_DATA},
		Sources:   lookupPages(Source{Observation, "GA15"}, Source{Observation, "GA20"}),
	},
	{
		ID: GAIAgain, Function: bothLookups, Strength: Environment,
		Condition: "no authoritative server answered",
		Errors:    []wsa.Errno{wsa.WSATRY_AGAIN},
		Sources:   lookupPages(),
	},
	{
		ID: GAIFail, Function: bothLookups, Strength: Environment,
		Condition: "the resolver failed for good",
		Errors:    []wsa.Errno{wsa.WSANO_RECOVERY},
		Sources:   lookupPages(),
	},
	{
		ID: GAIWait, Function: bothLookups, Strength: Must,
		Condition: "the call waits for the answer",
		Sources:   lookupPages(),
		Notes:     "Not in an alertable wait, as far as the pages say.",
	},
	{
		ID: GAITimeout, Function: "GetAddrInfoEx", Strength: Inferred,
		Condition: "the answer did not come within the time-out",
		Errors:    []wsa.Errno{wsa.WSAETIMEDOUT, wsa.WSATRY_AGAIN, wsa.WSA_E_CANCELLED, wsa.WSA_WAIT_TIMEOUT},
		Sources:   []Source{{Inference, "the page says that the call is aborted, and not with which error"}},
		Notes:     "The simulator gives WSAETIMEDOUT.",
	},
	{
		ID: GAIPending, Function: "GetAddrInfoEx", Strength: Must,
		Condition: "an overlapped lookup has begun",
		Errors:    []wsa.Errno{wsa.WSA_IO_PENDING},
		Sources:   []Source{{Doc, "nf-ws2tcpip-getaddrinfoexw"}, {Observation, "GA20"}},
		Notes:     "For a name that needs no resolver, too.",
	},
	{
		ID: GAIFound, Function: bothLookups, Strength: Must,
		Condition: "the addresses are those that the name has",
		Sources:   lookupPages(),
		Notes:     "Their order is not specified.",
	},
	{
		ID: GAIOwn, Function: bothLookups, Strength: Must,
		Condition: "an empty name, \"..localmachine\" and the computer's own name give its own addresses",
		Sources:   lookupPages(Source{Observation, "GA2"}),
	},
	{
		ID: GAILocalhost, Function: bothLookups, Strength: Must,
		Condition: "\"localhost\" gives the loopback addresses",
		Sources:   lookupPages(Source{Observation, "GA4"}),
	},
	{
		ID: GAINull, Function: bothLookups, Strength: Must,
		Condition: "without a name the address is loopback, or with AI_PASSIVE the wildcard",
		Sources:   lookupPages(Source{Observation, "GA3"}),
	},
	{
		ID: GAILiteral, Function: bothLookups, Strength: Must,
		Condition: "an address as text gives that address",
		Sources:   lookupPages(Source{Observation, "GA7"}, Source{Observation, "GA8"}),
		Notes:     "IPv6 may stand in brackets, with a port behind them that is ignored.",
	},
	{
		ID: GAIFields, Function: bothLookups, Strength: Observed,
		Condition: "each result has the family of its address, the type and protocol of the hints, and no flags",
		Sources:   []Source{{Observation, "GA10"}, {Observation, "GA12"}, {Observation, "GA14"}},
		Notes:     "When the hints leave type or protocol open, a result may have the service's.",
	},
	{
		ID: GAIPort, Function: bothLookups, Strength: Must,
		Condition: "the port is the service's; without a service, and for an empty one, it is 0",
		Sources:   lookupPages(Source{Observation, "GA3"}, Source{Observation, "GA7"}),
	},
	{
		ID: GAICanonname, Function: bothLookups, Strength: Must,
		Condition: "with AI_CANONNAME the first result has the canonical name, with AI_FQDN the fully qualified one; without them none has",
		Sources:   lookupPages(Source{Observation, "GA14"}),
		Notes:     "The name may be missing all the same.",
	},
	{
		ID: GAIAddrconfig, Function: bothLookups, Strength: Observed,
		Condition: "a computer without a global IPv6 address gets no IPv6 addresses of a name; with AI_ADDRCONFIG one without IPv4 gets no IPv4 addresses",
		Sources:   []Source{{Observation, "GA15"}, {Doc, "nf-ws2tcpip-getaddrinfow"}},
		Notes:     "Wine does otherwise. Addresses as text and loopback addresses are not left out.",
	},
	{
		ID: GAIMapped, Function: bothLookups, Strength: Must,
		Condition: "AF_INET6 with AI_V4MAPPED gives IPv4 addresses as mapped ones when there are no others, with AI_ALL beside the others",
		Sources:   lookupPages(),
	},
	{
		ID: GAIIdn, Function: bothLookups, Strength: Observed,
		Condition: "a name that is not ASCII is looked up in Punycode, unless AI_DISABLE_IDN_ENCODING is set",
		Sources:   []Source{{Observation, "GA16"}, {Doc, "nf-ws2tcpip-getaddrinfow"}},
	},
	{
		ID: GAICancelhandle, Function: "GetAddrInfoExCancel", Strength: Must,
		Condition: "the handle is none of a lookup that goes on",
		Errors:    []wsa.Errno{wsa.WSA_INVALID_HANDLE},
		Sources:   []Source{{Doc, "nf-ws2tcpip-getaddrinfoexcancel"}},
	},
	{
		ID: GAICancelled, Function: "GetAddrInfoExCancel, GetAddrInfoExOverlappedResult", Strength: Must,
		Condition: "the lookup ends at once, with this error and no result",
		Errors:    []wsa.Errno{wsa.WSA_E_CANCELLED},
		Sources:   []Source{{Doc, "nf-ws2tcpip-getaddrinfoexcancel"}},
		Notes:     "The error is the lookup's: GetAddrInfoExCancel succeeds.",
	},
	{
		ID: GAIInprogress, Function: "GetAddrInfoExOverlappedResult", Strength: Must,
		Condition: "the lookup has not ended",
		Errors:    []wsa.Errno{wsa.WSAEINPROGRESS},
		Sources:   []Source{{Doc, "nf-ws2tcpip-getaddrinfoexoverlappedresult"}},
	},
	{
		ID: GAIResultnull, Function: "GetAddrInfoExOverlappedResult", Strength: Must,
		Condition: "the OVERLAPPED is NULL",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nf-ws2tcpip-getaddrinfoexoverlappedresult"}, {Observation, "GA17"}},
	},
	{
		ID: GAIOutcome, Function: "GetAddrInfoExOverlappedResult", Strength: Must,
		Condition: "the lookup has ended: its own error, 0 for success",
		Sources:   []Source{{Doc, "nf-ws2tcpip-getaddrinfoexoverlappedresult"}, {Observation, "GA20"}},
	},
	{
		ID: GNIFault, Function: "GetNameInfo", Strength: Must,
		Condition: "the SOCKADDR is NULL or shorter than its family needs",
		Errors:    []wsa.Errno{wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "nf-ws2tcpip-getnameinfow"}},
	},
	{
		ID: GNIFamily, Function: "GetNameInfo", Strength: Must,
		Condition: "the family of the SOCKADDR is not AF_INET or AF_INET6",
		Errors:    []wsa.Errno{wsa.WSAEAFNOSUPPORT},
		Sources:   []Source{{Doc, "nf-ws2tcpip-getnameinfow"}},
	},
	{
		ID: GNINothing, Function: "GetNameInfo", Strength: Must,
		Condition: "neither name is asked for: both buffers are NULL",
		Errors:    []wsa.Errno{wsa.WSAHOST_NOT_FOUND},
		Sources:   []Source{{Doc, "nf-ws2tcpip-getnameinfow"}},
	},
	{
		ID: GNINoroom, Function: "GetNameInfo", Strength: Must,
		Condition: "a name is asked for and its buffer has a length of 0",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nf-ws2tcpip-getnameinfow"}},
	},
	{
		ID: GNISmall, Function: "GetNameInfo", Strength: Inferred,
		Condition: "a buffer is too small for its name",
		Errors:    []wsa.Errno{wsa.WSAEFAULT, wsa.ERROR_INSUFFICIENT_BUFFER, wsa.WSAEINVAL},
		Sources:   []Source{{Inference, "the page demands room and names no error"}, {Wine, "8.0, a number of Linux's resolver, which is no code of Winsock's"}},
		Notes:     "Any error is allowed. The simulator gives WSAEFAULT, as gethostname does.",
	},
	{
		ID: GNIFlags, Function: "GetNameInfo", Strength: Must,
		Condition: "the flags have bits that mean nothing",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nf-ws2tcpip-getnameinfow"}},
		Notes:     "The page speaks of invalid parameters: such bits may be ignored as well.",
	},
	{
		ID: GNINamereqd, Function: "GetNameInfo", Strength: Must,
		Condition: "NI_NAMEREQD is set and the host has no name",
		Errors:    []wsa.Errno{wsa.WSAHOST_NOT_FOUND},
		Sources:   []Source{{Doc, "nf-ws2tcpip-getnameinfow"}},
	},
	{
		ID: GNIAgain, Function: "GetNameInfo", Strength: Environment,
		Condition: "no authoritative server answered",
		Errors:    []wsa.Errno{wsa.WSATRY_AGAIN},
		Sources:   []Source{{Doc, "nf-ws2tcpip-getnameinfow"}},
	},
	{
		ID: GNIFail, Function: "GetNameInfo", Strength: Environment,
		Condition: "the resolver failed for good",
		Errors:    []wsa.Errno{wsa.WSANO_RECOVERY},
		Sources:   []Source{{Doc, "nf-ws2tcpip-getnameinfow"}},
	},
	{
		ID: GNIWait, Function: "GetNameInfo", Strength: Must,
		Condition: "the call waits for the answer",
		Sources:   []Source{{Doc, "nf-ws2tcpip-getnameinfow"}},
	},
	{
		ID: GNIHost, Function: "GetNameInfo", Strength: Must,
		Condition: "the host's name is stored, or its address as text: when it has none or with NI_NUMERICHOST",
		Sources:   []Source{{Doc, "nf-ws2tcpip-getnameinfow"}},
		Notes:     "With NI_NOFQDN only the first label of a local host.",
	},
	{
		ID: GNIService, Function: "GetNameInfo", Strength: Must,
		Condition: "the service's name is stored, or its port as text: when it has none or with NI_NUMERICSERV",
		Sources:   []Source{{Doc, "nf-ws2tcpip-getnameinfow"}},
		Notes:     "With NI_DGRAM that of UDP.",
	},
	{
		ID: GHNFault, Function: "GetHostName", Strength: Must,
		Condition: "the buffer is NULL or too small",
		Errors:    []wsa.Errno{wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "nf-winsock2-gethostnamew"}},
	},
	{
		ID: GHNName, Function: "GetHostName", Strength: Must,
		Condition: "the computer's name is stored, which GetAddrInfo resolves",
		Sources:   []Source{{Doc, "nf-winsock2-gethostnamew"}},
	},
	{
		ID: HOSTNotfound, Function: oldHosts, Strength: Must,
		Condition: "there is no such host",
		Errors:    []wsa.Errno{wsa.WSAHOST_NOT_FOUND},
		Sources:   []Source{{Doc, "nf-winsock2-gethostbyname"}, {Doc, "nf-winsock2-gethostbyaddr"}},
		Notes:     "WSANO_DATA is documented for an address without a name, too.",
	},
	{
		ID: HOSTNodata, Function: oldHosts, Strength: Must,
		Condition: "the name has no record of the kind: no IPv4 address, or it is an IPv6 address or a wrong IPv4 address as text",
		Errors:    []wsa.Errno{wsa.WSANO_DATA},
		Sources:   []Source{{Doc, "nf-winsock2-gethostbyname"}, {Doc, "nf-winsock2-gethostbyaddr"}},
	},
	{
		ID: HOSTAgain, Function: oldHosts, Strength: Environment,
		Condition: "no authoritative server answered",
		Errors:    []wsa.Errno{wsa.WSATRY_AGAIN},
		Sources:   []Source{{Doc, "nf-winsock2-gethostbyname"}, {Doc, "nf-winsock2-gethostbyaddr"}},
	},
	{
		ID: HOSTFail, Function: oldHosts, Strength: Environment,
		Condition: "the resolver failed for good",
		Errors:    []wsa.Errno{wsa.WSANO_RECOVERY},
		Sources:   []Source{{Doc, "nf-winsock2-gethostbyname"}, {Doc, "nf-winsock2-gethostbyaddr"}},
	},
	{
		ID: HOSTWait, Function: oldHosts, Strength: Must,
		Condition: "the call waits for the answer",
		Sources:   []Source{{Doc, "nf-winsock2-gethostbyname"}, {Doc, "nf-winsock2-gethostbyaddr"}},
	},
	{
		ID: HOSTName, Function: "gethostbyname", Strength: Must,
		Condition: "the host's name, aliases and IPv4 addresses",
		Sources:   []Source{{Doc, "nf-winsock2-gethostbyname"}},
	},
	{
		ID: HOSTOwn, Function: "gethostbyname", Strength: Must,
		Condition: "no name, or an empty one, is this computer",
		Sources:   []Source{{Doc, "nf-winsock2-gethostbyname"}, {Observation, "NH3"}},
	},
	{
		ID: HOSTLiteral, Function: "gethostbyname", Strength: Must,
		Condition: "an IPv4 address as text is the name and the address",
		Sources:   []Source{{Doc, "nf-winsock2-gethostbyname"}},
	},
	{
		ID: HOSTAddrfault, Function: "gethostbyaddr", Strength: Must,
		Condition: "the address is NULL or shorter than its family needs",
		Errors:    []wsa.Errno{wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "nf-winsock2-gethostbyaddr"}},
		Notes:     "The page gives WSAEINVAL as well for an IPv6 address of a wrong length.",
	},
	{
		ID: HOSTAddrlen, Function: "gethostbyaddr", Strength: Must,
		Condition: "the length is not that of an IPv6 address for AF_INET6",
		Errors:    []wsa.Errno{wsa.WSAEINVAL},
		Sources:   []Source{{Doc, "nf-winsock2-gethostbyaddr"}},
	},
	{
		ID: HOSTAddrfamily, Function: "gethostbyaddr", Strength: Must,
		Condition: "the family is not AF_INET or AF_INET6",
		Errors:    []wsa.Errno{wsa.WSAEAFNOSUPPORT},
		Sources:   []Source{{Doc, "nf-winsock2-gethostbyaddr"}},
	},
	{
		ID: HOSTAddr, Function: "gethostbyaddr", Strength: Must,
		Condition: "the name of the host that has the address, and the address",
		Sources:   []Source{{Doc, "nf-winsock2-gethostbyaddr"}},
	},
	{
		ID: SERVNone, Function: oldServices, Strength: Must,
		Condition: "there is no such service for the protocol",
		Errors:    []wsa.Errno{wsa.WSANO_DATA, wsa.WSAHOST_NOT_FOUND},
		Sources:   []Source{{Doc, "nf-winsock2-getservbyname"}, {Doc, "nf-winsock2-getservbyport"}},
		Notes:     "The pages list both. The simulator gives WSANO_DATA.",
	},
	{
		ID: SERVFound, Function: oldServices, Strength: Must,
		Condition: "the service's name, aliases, port and protocol, in one structure of the thread",
		Sources:   []Source{{Doc, "nf-winsock2-getservbyname"}, {Doc, "nf-winsock2-getservbyport"}, {Observation, "NH9"}},
	},
	{
		ID: PROTONone, Function: oldProtos, Strength: Must,
		Condition: "there is no such protocol",
		Errors:    []wsa.Errno{wsa.WSANO_DATA, wsa.WSAHOST_NOT_FOUND},
		Sources:   []Source{{Doc, "nf-winsock2-getprotobyname"}, {Doc, "nf-winsock2-getprotobynumber"}, {Observation, "NH10"}},
		Notes:     "The pages list both. The simulator gives WSANO_DATA.",
	},
	{
		ID: PROTOFound, Function: oldProtos, Strength: Must,
		Condition: "the protocol's name, alias and number; case does not count",
		Sources:   []Source{{Doc, "nf-winsock2-getprotobyname"}, {Doc, "nf-winsock2-getprotobynumber"}, {Observation, "NH10"}},
	},
	{
		ID: ENTNull, Function: "getservbyname, getprotobyname", Strength: Inferred,
		Condition: "the name is NULL",
		Errors:    []wsa.Errno{wsa.WSAEFAULT},
		Sources:   []Source{{Doc, "nf-winsock2-getprotobyname"}, {Inference, "the pages speak of names that are not part of the process's memory"}},
	},
	{
		ID: INETAddr, Function: "inet_addr", Strength: Must,
		Condition: "the address that the text means, or INADDR_NONE",
		Sources:   []Source{{Doc, "nf-winsock2-inet_addr"}, {Observation, "NH6"}, {Observation, "NH7"}},
	},
	{
		ID: INETNtoa, Function: "inet_ntoa", Strength: Must,
		Condition: "the address in four decimal parts",
		Sources:   []Source{{Doc, "nf-winsock2-inet_ntoa"}, {Observation, "NH4"}},
	},
}
