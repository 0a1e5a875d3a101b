package wsatest

import (
	"encoding/binary"

	"wsasim/wsa"
)

// The kinds of sockets that have an option.
var (
	onTCP  = []kind{kindTCP, kindTCP6}
	onUDP  = []kind{kindUDP}
	onUDP6 = []kind{kindUDP6}
	onUDPs = []kind{kindUDP, kindUDP6}
	onIPv4 = []kind{kindTCP, kindUDP}
	onIPv6 = []kind{kindTCP6, kindUDP6}
)

// unsaid is the default of an option of which no page gives one.
const unsaid = -1

// documentedOption is a row of the documentation's lists of options.
type documentedOption struct {
	option
	on   []kind // on which it can be read or set
	zero int64  // its value on a new socket, as a number; unsaid if no page says
	// set is a value that can be set and then reads back; unsaid where it is not
	// tried.
	set int64
}

// sol, tcp, udp, ip and ip6 are rows of the five pages.
func sol(name int32, on []kind, zero, set int64) documentedOption {
	return documentedOption{option{wsa.SOL_SOCKET, name}, on, zero, set}
}

func tcp(name int32, zero, set int64) documentedOption {
	return documentedOption{option{wsa.IPPROTO_TCP, name}, onTCP, zero, set}
}

func udp(name int32, on []kind, zero, set int64) documentedOption {
	return documentedOption{option{wsa.IPPROTO_UDP, name}, on, zero, set}
}

func ip(name int32, on []kind, zero, set int64) documentedOption {
	return documentedOption{option{wsa.IPPROTO_IP, name}, on, zero, set}
}

func ip6(name int32, on []kind, zero, set int64) documentedOption {
	return documentedOption{option{wsa.IPPROTO_IPV6, name}, on, zero, set}
}

// documentedOptions are the options of the pages sol-socket-socket-options,
// ipproto-tcp-socket-options, ipproto-udp-socket-options, ipproto-ip-socket-options
// and ipproto-ipv6-socket-options with a number for a value, and with the default
// where a page has one. Those that need a structure, a driver or a state of their
// own have tests elsewhere. It is a table, and as long as the lists.
func documentedOptions() []documentedOption {
	return []documentedOption{
		sol(wsa.SO_DEBUG, allKinds, 0, 1),
		sol(wsa.SO_ACCEPTCONN, onTCP, 0, unsaid),
		sol(wsa.SO_REUSEADDR, allKinds, 0, 1),
		sol(wsa.SO_KEEPALIVE, onTCP, 0, 1),
		sol(wsa.SO_DONTROUTE, onUDP, 0, 1),
		sol(wsa.SO_BROADCAST, onUDP, 0, 1),
		sol(wsa.SO_DONTLINGER, onTCP, 1, 1),
		sol(wsa.SO_OOBINLINE, onTCP, 0, 1),
		sol(wsa.SO_EXCLUSIVEADDRUSE, allKinds, 0, 1),
		sol(wsa.SO_SNDBUF, allKinds, unsaid, 12345),
		sol(wsa.SO_RCVBUF, allKinds, unsaid, 12345),
		sol(wsa.SO_SNDTIMEO, allKinds, 0, 1500),
		sol(wsa.SO_RCVTIMEO, allKinds, 0, 1500),
		sol(wsa.SO_ERROR, allKinds, 0, unsaid),
		sol(wsa.SO_TYPE, onTCP, wsa.SOCK_STREAM, unsaid),
		sol(wsa.SO_TYPE, onUDPs, wsa.SOCK_DGRAM, unsaid),
		sol(wsa.SO_CONDITIONAL_ACCEPT, onTCP, 0, 1),
		sol(wsa.SO_PAUSE_ACCEPT, onTCP, 0, 1),
		sol(wsa.SO_RANDOMIZE_PORT, allKinds, 0, 1),
		sol(wsa.SO_PORT_SCALABILITY, allKinds, 0, 1),
		sol(wsa.SO_REUSE_UNICASTPORT, allKinds, 0, 1),
		sol(wsa.SO_REUSE_MULTICASTPORT, onUDPs, 0, unsaid),
		sol(wsa.SO_OPENTYPE, allKinds, 0, wsa.SO_SYNCHRONOUS_NONALERT),
		sol(wsa.SO_CONNECT_TIME, onTCP, 0xFFFFFFFF, unsaid),
		tcp(wsa.TCP_NODELAY, 0, 1),
		tcp(wsa.TCP_EXPEDITED_1122, 0, 1),
		tcp(wsa.TCP_KEEPALIVE, unsaid, 600),
		tcp(wsa.TCP_MAXRT, unsaid, 7),
		tcp(wsa.TCP_TIMESTAMPS, unsaid, 1),
		tcp(wsa.TCP_FASTOPEN, 0, 1),
		tcp(wsa.TCP_KEEPCNT, unsaid, 5),
		tcp(wsa.TCP_KEEPINTVL, unsaid, 5),
		tcp(wsa.TCP_FAIL_CONNECT_ON_ICMP_ERROR, 0, 1),
		tcp(wsa.TCP_BSDURGENT, 1, unsaid),
		ip(wsa.IP_TOS, onIPv4, 0, 8),
		ip(wsa.IP_TTL, onIPv4, 128, 7),
		ip(wsa.IP_MULTICAST_TTL, onUDP, 1, 7),
		ip(wsa.IP_MULTICAST_LOOP, onUDP, 1, 0),
		ip(wsa.IP_MULTICAST_IF, onUDP, 0, unsaid),
		ip(wsa.IP_DONTFRAGMENT, onUDP, 0, 1),
		ip(wsa.IP_PKTINFO, onUDP, 0, 1),
		ip(wsa.IP_RECVTTL, onUDP, 0, 1),
		ip(wsa.IP_RECVIF, onUDP, 0, 1),
		ip(wsa.IP_RECVTOS, onUDP, 0, 1),
		ip(wsa.IP_RECEIVE_BROADCAST, onUDP, unsaid, 0),
		ip(wsa.IP_IFLIST, onUDP, 0, 1),
		ip(wsa.IP_RECVECN, onUDP, 0, 1),
		ip(wsa.IP_ORIGINAL_ARRIVAL_IF, onUDP, 0, 1),
		ip(wsa.IP_UNICAST_IF, onIPv4, 0, unsaid),
		ip(wsa.IP_MTU_DISCOVER, onIPv4, 0, unsaid),
		ip(wsa.IP_USER_MTU, onIPv4, 0xFFFFFFFF, 1300),
		ip6(wsa.IPV6_UNICAST_HOPS, onIPv6, unsaid, 7),
		ip6(wsa.IPV6_MULTICAST_HOPS, onUDP6, unsaid, 7),
		ip6(wsa.IPV6_MULTICAST_IF, onUDP6, 0, unsaid),
		ip6(wsa.IPV6_MULTICAST_LOOP, onUDP6, unsaid, 0),
		ip6(wsa.IPV6_DONTFRAG, onUDP6, 0, 1),
		ip6(wsa.IPV6_PKTINFO, onUDP6, 0, 1),
		ip6(wsa.IPV6_HOPLIMIT, onUDP6, 0, 1),
		ip6(wsa.IPV6_RECVIF, onUDP6, 0, 1),
		ip6(wsa.IPV6_RECVTCLASS, onUDP6, 0, 1),
		ip6(wsa.IP_ORIGINAL_ARRIVAL_IF, onUDP6, 0, 1),
		ip6(wsa.IPV6_PROTECTION_LEVEL, onIPv6, unsaid, wsa.PROTECTION_LEVEL_RESTRICTED),
		ip6(wsa.IPV6_V6ONLY, onIPv6, 1, 0),
		ip6(wsa.IPV6_UNICAST_IF, onIPv6, 0, unsaid),
		ip6(wsa.IPV6_MTU_DISCOVER, onIPv6, 0, unsaid),
		ip6(wsa.IPV6_USER_MTU, onIPv6, 0xFFFFFFFF, 1300),
		udp(wsa.UDP_NOCHECKSUM, onUDP, 0, 1),
		udp(wsa.UDP_SEND_MSG_SIZE, onUDPs, 0, 1200),
		udp(wsa.UDP_RECV_MAX_COALESCED_SIZE, onUDPs, 0, 1200),
		udp(wsa.UDP_CHECKSUM_COVERAGE, onUDPs, unsaid, 1),
	}
}

// optionChecks are one test for each option of the list.
func optionChecks() (checks []Check) {
	seen := make(map[option]int)
	for _, o := range documentedOptions() {
		id := o.String()
		if seen[o.option]++; seen[o.option] > 1 {
			id += " again"
		}
		checks = append(checks, Check{id, Documented, o.test})
	}
	return checks
}

// test reads the default on a new socket of each kind, and what can be set.
func (o documentedOption) test(c *context) {
	for _, k := range o.on {
		if k.af == wsa.AF_INET6 && !c.p.Loopback6.IsValid() {
			continue
		}
		c.part(k.String(), 0, func() {
			s := c.socket(k.af, k.typ, k.protocol)
			got := int64(c.getInt(s, o.option))
			if o.zero != unsaid && got != o.zero {
				c.r.errorf("%v of a new socket is %#x; wanted %#x", o.option, got, o.zero)
			}
			if o.set == unsaid {
				return
			}
			c.setInt(success, s, o.option, uint32(o.set))
			c.reads(s, o.option, uint32(o.set))
			if o.level == wsa.SOL_SOCKET && o.name == wsa.SO_OPENTYPE {
				c.setInt(success, s, o.option, 0) // it is the thread's
			}
		})
	}
}

// fixedOptionCheck: some options can only be read, and some only be set.
func fixedOptionCheck(c *context) {
	s := c.tcp()
	for _, o := range []option{soAcceptConn, soType, soConnectTime, soMaxMsgSize, soProtoInfoW, soBspState} {
		c.part("set "+o.String(), 0, func() {
			if err := c.api.Setsockopt(s, o.level, o.name, binary.LittleEndian.AppendUint32(nil, 1)); err == nil {
				c.r.errorf("%v can be set", o)
			}
		})
	}
	for _, o := range []option{
		{wsa.IPPROTO_IP, wsa.IP_ADD_MEMBERSHIP}, {wsa.IPPROTO_IP, wsa.IP_DROP_MEMBERSHIP},
		{wsa.IPPROTO_IP, wsa.IP_ADD_SOURCE_MEMBERSHIP}, {wsa.IPPROTO_IP, wsa.IP_BLOCK_SOURCE},
	} {
		c.part("get "+o.String(), 0, func() {
			n := int32(8)
			if err := c.api.Getsockopt(c.udp(), o.level, o.name, pattern(8), &n); err == nil {
				c.r.errorf("%v can be read", o)
			}
		})
	}
}
