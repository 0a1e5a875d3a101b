package sim

import "wsasim/wsa"

// refusedOption is an option that the pages name and that TCP/IP does not
// support.
type refusedOption struct {
	level, name int32
	err         wsa.Errno
	why         string
}

const (
	notTCPIP   = "the page says that TCP/IP does not support it: WSAEINVAL on Vista and later"
	legacy     = "data of connecting and disconnecting: legacy, and TCP/IP has none"
	provider   = "depends on the provider, and TCP/IP's has no configuration"
	headerOnly = "the headers name it; no page of this option says what it does"
)

// refusedOptions lists them (page sol-socket-socket-options).
var refusedOptions = []refusedOption{
	{wsa.SOL_SOCKET, wsa.SO_USELOOPBACK, wsa.WSAEINVAL, notTCPIP},
	{wsa.SOL_SOCKET, wsa.SO_SNDLOWAT, wsa.WSAEINVAL, notTCPIP},
	{wsa.SOL_SOCKET, wsa.SO_RCVLOWAT, wsa.WSAEINVAL, notTCPIP},
	{wsa.SOL_SOCKET, wsa.PVD_CONFIG, wsa.WSAENOPROTOOPT, provider},
	{wsa.SOL_SOCKET, wsa.SO_CONNDATA, wsa.WSAENOPROTOOPT, legacy},
	{wsa.SOL_SOCKET, wsa.SO_CONNOPT, wsa.WSAENOPROTOOPT, legacy},
	{wsa.SOL_SOCKET, wsa.SO_DISCDATA, wsa.WSAENOPROTOOPT, legacy},
	{wsa.SOL_SOCKET, wsa.SO_DISCOPT, wsa.WSAENOPROTOOPT, legacy},
	{wsa.SOL_SOCKET, wsa.SO_CONNDATALEN, wsa.WSAENOPROTOOPT, legacy},
	{wsa.SOL_SOCKET, wsa.SO_CONNOPTLEN, wsa.WSAENOPROTOOPT, legacy},
	{wsa.SOL_SOCKET, wsa.SO_DISCDATALEN, wsa.WSAENOPROTOOPT, legacy},
	{wsa.SOL_SOCKET, wsa.SO_DISCOPTLEN, wsa.WSAENOPROTOOPT, legacy},
}

// absentOption is an option that Windows knows and the simulator does not do.
type absentOption struct {
	level, name int32
	why         string
}

const (
	redirect    = "redirection by a driver of the filtering platform"
	compartment = "routing compartments: the header names the option, no page describes it"
)

// absentOptions lists them: asking for one ends with a NotSimulatedError.
var absentOptions = []absentOption{
	{wsa.IPPROTO_IP, wsa.IP_WFP_REDIRECT_RECORDS, redirect},
	{wsa.IPPROTO_IP, wsa.IP_WFP_REDIRECT_CONTEXT, redirect},
	{wsa.SOL_SOCKET, wsa.SO_COMPARTMENT_ID, compartment},
	{wsa.IPPROTO_TCP, wsa.TCP_STDURG, headerOnly},
	{wsa.IPPROTO_TCP, wsa.TCP_NOURG, headerOnly},
	{wsa.IPPROTO_TCP, wsa.TCP_ATMARK, headerOnly},
	{wsa.IPPROTO_TCP, wsa.TCP_NOSYNRETRIES, headerOnly},
	{wsa.IPPROTO_TCP, wsa.TCP_OFFLOAD_PREFERENCE, headerOnly},
	{wsa.IPPROTO_TCP, wsa.TCP_CONGESTION_ALGORITHM, headerOnly},
	{wsa.IPPROTO_TCP, wsa.TCP_DELAY_FIN_ACK, headerOnly},
	{wsa.IPPROTO_TCP, wsa.TCP_MAXRTMS, headerOnly},
	{wsa.IPPROTO_IP, wsa.IP_RECVDSTADDR, headerOnly},
	{wsa.IPPROTO_IP, wsa.IP_RECVRTHDR, headerOnly},
	{wsa.IPPROTO_IP, wsa.IP_TCLASS, headerOnly},
	{wsa.IPPROTO_IPV6, wsa.IPV6_HOPOPTS, headerOnly},
	{wsa.IPPROTO_IPV6, wsa.IPV6_RECVDSTADDR, headerOnly},
	{wsa.IPPROTO_IPV6, wsa.IPV6_CHECKSUM, headerOnly},
	{wsa.IPPROTO_IPV6, wsa.IPV6_IFLIST, headerOnly},
	{wsa.IPPROTO_IPV6, wsa.IPV6_ADD_IFLIST, headerOnly},
	{wsa.IPPROTO_IPV6, wsa.IPV6_DEL_IFLIST, headerOnly},
	{wsa.IPPROTO_IPV6, wsa.IPV6_RTHDR, headerOnly},
	{wsa.IPPROTO_IPV6, wsa.IPV6_GET_IFLIST, headerOnly},
	{wsa.IPPROTO_IPV6, wsa.IPV6_RECVRTHDR, headerOnly},
	{wsa.IPPROTO_IPV6, wsa.IPV6_TCLASS, headerOnly},
	{wsa.IPPROTO_IPV6, wsa.IPV6_RECVECN, headerOnly},
}
