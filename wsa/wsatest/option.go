package wsatest

import "wsasim/wsa"

// option is a socket option.
type option struct {
	level, name int32
}

// String is the option's name.
func (o option) String() string {
	return wsa.FormatConstant(wsa.OptionKind(o.level), int64(o.name))
}

var (
	soBroadcast    = option{wsa.SOL_SOCKET, wsa.SO_BROADCAST}
	soDontLinger   = option{wsa.SOL_SOCKET, wsa.SO_DONTLINGER}
	soOOBInline    = option{wsa.SOL_SOCKET, wsa.SO_OOBINLINE}
	soReuseAddr    = option{wsa.SOL_SOCKET, wsa.SO_REUSEADDR}
	soExclusive    = option{wsa.SOL_SOCKET, wsa.SO_EXCLUSIVEADDRUSE}
	soKeepAlive    = option{wsa.SOL_SOCKET, wsa.SO_KEEPALIVE}
	soDontRoute    = option{wsa.SOL_SOCKET, wsa.SO_DONTROUTE}
	soLinger       = option{wsa.SOL_SOCKET, wsa.SO_LINGER}
	soRcvBuf       = option{wsa.SOL_SOCKET, wsa.SO_RCVBUF}
	soSndBuf       = option{wsa.SOL_SOCKET, wsa.SO_SNDBUF}
	soRcvTimeo     = option{wsa.SOL_SOCKET, wsa.SO_RCVTIMEO}
	soSndTimeo     = option{wsa.SOL_SOCKET, wsa.SO_SNDTIMEO}
	soOpenType     = option{wsa.SOL_SOCKET, wsa.SO_OPENTYPE}
	soError        = option{wsa.SOL_SOCKET, wsa.SO_ERROR}
	soType         = option{wsa.SOL_SOCKET, wsa.SO_TYPE}
	soAcceptConn   = option{wsa.SOL_SOCKET, wsa.SO_ACCEPTCONN}
	soMaxMsgSize   = option{wsa.SOL_SOCKET, wsa.SO_MAX_MSG_SIZE}
	soConnectTime  = option{wsa.SOL_SOCKET, wsa.SO_CONNECT_TIME}
	soProtoInfoA   = option{wsa.SOL_SOCKET, wsa.SO_PROTOCOL_INFOA}
	soProtoInfoW   = option{wsa.SOL_SOCKET, wsa.SO_PROTOCOL_INFOW}
	soBspState     = option{wsa.SOL_SOCKET, wsa.SO_BSP_STATE}
	tcpNoDelay     = option{wsa.IPPROTO_TCP, wsa.TCP_NODELAY}
	tcpKeepAlive   = option{wsa.IPPROTO_TCP, wsa.TCP_KEEPALIVE}
	tcpKeepCnt     = option{wsa.IPPROTO_TCP, wsa.TCP_KEEPCNT}
	tcpKeepIntvl   = option{wsa.IPPROTO_TCP, wsa.TCP_KEEPINTVL}
	ipTTL          = option{wsa.IPPROTO_IP, wsa.IP_TTL}
	ipTOS          = option{wsa.IPPROTO_IP, wsa.IP_TOS}
	ipHdrIncl      = option{wsa.IPPROTO_IP, wsa.IP_HDRINCL}
	ipDontFragment = option{wsa.IPPROTO_IP, wsa.IP_DONTFRAGMENT}
	ipMulticastTTL = option{wsa.IPPROTO_IP, wsa.IP_MULTICAST_TTL}
	ip6HdrIncl     = option{wsa.IPPROTO_IPV6, wsa.IPV6_HDRINCL}
	ip6DontFrag    = option{wsa.IPPROTO_IPV6, wsa.IPV6_DONTFRAG}
	ip6Hops        = option{wsa.IPPROTO_IPV6, wsa.IPV6_UNICAST_HOPS}
	ip6McastHops   = option{wsa.IPPROTO_IPV6, wsa.IPV6_MULTICAST_HOPS}
	v6Only         = option{wsa.IPPROTO_IPV6, wsa.IPV6_V6ONLY}
)
