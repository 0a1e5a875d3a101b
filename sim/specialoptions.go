package sim

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"time"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// specialOption is an option that is more than a number: how it is read and set,
// nil when it cannot be.
type specialOption struct {
	level, name int32
	status      optionStatus
	get         func(t *Thread, s *socket, val []byte, length *int32) wsa.Errno
	set         func(t *Thread, s *socket, val []byte) wsa.Errno
}

// specialOptions lists them (pages sol-socket-socket-options and
// ipproto-ip-socket-options).
var specialOptions = [...]specialOption{
	{wsa.SOL_SOCKET, wsa.SO_PROTOCOL_INFOW, readOnly, getProtocolInfo, nil},
	{wsa.SOL_SOCKET, wsa.SO_PROTOCOL_INFOA, readOnly, getProtocolInfoA, nil},
	{wsa.SOL_SOCKET, wsa.SO_BSP_STATE, readOnly, getBspState, nil},
	{wsa.SOL_SOCKET, wsa.SO_UPDATE_ACCEPT_CONTEXT, simulated, nil, setAcceptContext},
	{wsa.SOL_SOCKET, wsa.SO_UPDATE_CONNECT_CONTEXT, simulated, nil, setConnectContext},
	{wsa.SOL_SOCKET, wsa.SO_GROUP_ID, readOnly, getGroupID, nil},
	{wsa.SOL_SOCKET, wsa.SO_GROUP_PRIORITY, stored, getGroupPriority, setGroupPriority},
	{wsa.IPPROTO_TCP, wsa.TCP_ICMP_ERROR_INFO, readOnly, getICMPError, nil},
	{wsa.IPPROTO_IP, wsa.IP_OPTIONS, stored, getIPOptions, setIPOptions},
	{wsa.IPPROTO_IP, wsa.IP_ADD_MEMBERSHIP, simulated, nil, groupOption(wsa.AF_INET, true)},
	{wsa.IPPROTO_IP, wsa.IP_DROP_MEMBERSHIP, simulated, nil, groupOption(wsa.AF_INET, false)},
	{wsa.IPPROTO_IP, wsa.IP_ADD_SOURCE_MEMBERSHIP, simulated, nil, sourceOption(wsa.IP_ADD_SOURCE_MEMBERSHIP)},
	{wsa.IPPROTO_IP, wsa.IP_DROP_SOURCE_MEMBERSHIP, simulated, nil, sourceOption(wsa.IP_DROP_SOURCE_MEMBERSHIP)},
	{wsa.IPPROTO_IP, wsa.IP_BLOCK_SOURCE, simulated, nil, sourceOption(wsa.IP_BLOCK_SOURCE)},
	{wsa.IPPROTO_IP, wsa.IP_UNBLOCK_SOURCE, simulated, nil, sourceOption(wsa.IP_UNBLOCK_SOURCE)},
	{wsa.IPPROTO_IP, wsa.IP_ADD_IFLIST, simulated, nil, changeInterfaces(true)},
	{wsa.IPPROTO_IP, wsa.IP_DEL_IFLIST, simulated, nil, changeInterfaces(false)},
	{wsa.IPPROTO_IP, wsa.IP_GET_IFLIST, readOnly, getInterfaces, nil},
	{wsa.IPPROTO_IPV6, wsa.IPV6_ADD_MEMBERSHIP, simulated, nil, groupOption(wsa.AF_INET6, true)},
	{wsa.IPPROTO_IPV6, wsa.IPV6_DROP_MEMBERSHIP, simulated, nil, groupOption(wsa.AF_INET6, false)},
}

// storeStructure writes a structure; too little room is told with its size
// (observed SP3). No room is too little for an empty one, too (observed OL17).
func (t *Thread) storeStructure(b, val []byte, length *int32) wsa.Errno {
	if val == nil || length == nil {
		return t.fail(rules.OPTFault, wsa.WSAEFAULT)
	}
	if min(int(*length), len(val)) < max(len(b), 1) {
		*length = int32(len(b))
		return t.fail(rules.OPTFault, wsa.WSAEFAULT)
	}
	copy(val, b)
	*length = int32(len(b))
	return 0
}

func getProtocolInfo(t *Thread, s *socket, val []byte, length *int32) wsa.Errno {
	p := protocolOf(s.family, s.typ, s.proto)
	b, _ := p.AppendBinary(nil)
	return t.storeStructure(b, val, length)
}

func getProtocolInfoA(t *Thread, s *socket, val []byte, length *int32) wsa.Errno {
	p := protocolOf(s.family, s.typ, s.proto)
	b, _ := p.AppendBinaryA(nil)
	return t.storeStructure(b, val, length)
}

// Layout of CSADDR_INFO on 64-bit Windows (ws2def.h): two SOCKET_ADDRESS of 16
// bytes (pointer, length), then type and protocol; 40 bytes. The addresses
// follow it, and the pointers are offsets into the buffer, since there is no
// memory that they could point to.
const csaddrInfoSize = 40

// getBspState does SO_BSP_STATE: an address that is not there has length and
// pointer 0 (observed SP7 to SP9).
func getBspState(t *Thread, s *socket, val []byte, length *int32) wsa.Errno {
	b := make([]byte, csaddrInfoSize)
	le := binary.LittleEndian
	put := func(at int, there bool, a netip.AddrPort) {
		if !there {
			return
		}
		le.PutUint64(b[at:], uint64(len(b)))
		le.PutUint32(b[at+8:], uint32(s.sockaddrLen()))
		b = append(b, wsa.Sockaddr(s.show(a))...)
	}
	put(0, s.bound, s.local)
	put(16, s.state == stateConnected, s.peer)
	le.PutUint32(b[32:], uint32(s.typ))
	le.PutUint32(b[36:], uint32(s.proto))
	return t.storeStructure(b, val, length)
}

// setAcceptContext gives the socket of an AcceptEx the listener's properties.
func setAcceptContext(t *Thread, s *socket, val []byte) wsa.Errno {
	if len(val) < 4 {
		return t.fail(rules.OPTFault, wsa.WSAEFAULT)
	}
	h := wsa.SOCKET(binary.LittleEndian.Uint32(val))
	if len(val) >= 8 {
		h = wsa.SOCKET(binary.LittleEndian.Uint64(val))
	}
	l := t.proc.handles.socket(h)
	switch {
	case l == nil:
		return t.fail(rules.OPTContext, wsa.WSAENOTSOCK)
	case s.stream == nil || s.accepting != nil: // or AcceptEx waits for the first data
		return t.fail(rules.OPTContext, wsa.WSAENOTCONN)
	case l.state != stateListening:
		return t.fail(rules.OPTContext, wsa.WSAEINVAL)
	}
	s.context = false
	s.setOpts(l.opts.with(optError, 0))
	s.keepAlive()
	return 0
}

// setConnectContext makes a socket that ConnectEx connected a full one.
func setConnectContext(t *Thread, s *socket, _ []byte) wsa.Errno {
	if s.stream == nil {
		return t.fail(rules.OPTContext, wsa.WSAENOTCONN)
	}
	s.context = false
	return 0
}

// maxIPOptions is how much room an IPv4 header has for options.
const maxIPOptions = 40

// rare is what few sockets have: values of options that are no numbers.
type rare struct {
	ipOptions  []byte   // IP_OPTIONS
	interfaces []uint32 // IP_ADD_IFLIST, in the order of adding
	icmpError  []byte   // TCP_ICMP_ERROR_INFO
	// SIO_TCP_INITIAL_RTO: the first wait for an answer to a request and how
	// many requests there are; 0 is the default.
	synRetry time.Duration
	requests int
	group    *socketGroup // that it is in; nil: none
	priority uint32       // SO_GROUP_PRIORITY
}

// rarely is the socket's rare values, to be changed.
func (s *socket) rarely() *rare {
	if s.rare == nil {
		s.rare = new(rare)
	}
	return s.rare
}

// getIPOptions and setIPOptions do IP_OPTIONS: bytes of the header, of which
// setting none removes all.
//
// Not simulated: what options do to a packet.
func getIPOptions(t *Thread, s *socket, val []byte, length *int32) wsa.Errno {
	if s.family != wsa.AF_INET {
		return t.fail(rules.OPTKind, wsa.WSAENOPROTOOPT)
	}
	if s.rare == nil {
		return t.storeStructure(nil, val, length)
	}
	return t.storeStructure(s.rare.ipOptions, val, length)
}

func setIPOptions(t *Thread, s *socket, val []byte) wsa.Errno {
	switch {
	case s.family != wsa.AF_INET:
		return t.fail(rules.OPTKind, wsa.WSAENOPROTOOPT)
	case len(val) > maxIPOptions:
		return t.fail(rules.OPTValue, wsa.WSAEINVAL)
	}
	s.rarely().ipOptions = clone(val)
	return 0
}

// changeInterfaces does IP_ADD_IFLIST and IP_DEL_IFLIST: with IP_IFLIST on, only
// what comes in over a listed interface is received.
func changeInterfaces(add bool) func(*Thread, *socket, []byte) wsa.Errno {
	return func(t *Thread, s *socket, val []byte) wsa.Errno {
		if e := t.listsInterfaces(s); e != 0 {
			return e
		}
		if len(val) < 4 {
			return t.fail(rules.OPTFault, wsa.WSAEFAULT)
		}
		index, list := binary.LittleEndian.Uint32(val), s.rarely().interfaces
		i := slices.Index(list, index)
		if add == (i >= 0) || index == 0 || !s.host().hasInterface(index) {
			return t.fail(rules.OPTValue, wsa.WSAEINVAL)
		}
		if add {
			s.rare.interfaces = append(list, index)
		} else {
			s.rare.interfaces = slices.Delete(list, i, i+1)
		}
		return 0
	}
}

// listsInterfaces fails unless IP_IFLIST is on (the page gives no code).
func (t *Thread) listsInterfaces(s *socket) wsa.Errno {
	switch {
	case s.family != wsa.AF_INET:
		return t.fail(rules.OPTKind, wsa.WSAENOPROTOOPT)
	case s.opts.get(optIfList) == 0:
		return t.fail(rules.OPTValue, wsa.WSAEINVAL)
	}
	return 0
}

func getInterfaces(t *Thread, s *socket, val []byte, length *int32) wsa.Errno {
	if e := t.listsInterfaces(s); e != 0 {
		return e
	}
	var b []byte
	if s.rare != nil {
		for _, index := range s.rare.interfaces {
			b = binary.LittleEndian.AppendUint32(b, index)
		}
	}
	return t.storeStructure(b, val, length)
}

// listens reports whether a socket receives what comes in over the interface of a
// host's address.
func (s *socket) listens(h *Host, a netip.Addr) bool {
	return s.opts.get(optIfList) == 0 || s.rare != nil && slices.Contains(s.rare.interfaces, h.interfaceOf(a))
}

// getICMPError does TCP_ICMP_ERROR_INFO: ICMP_ERROR_INFO (ws2ipdef.h) of the
// message by which the last connect failed, nothing when there was none.
func getICMPError(t *Thread, s *socket, val []byte, length *int32) wsa.Errno {
	switch {
	case s.typ != wsa.SOCK_STREAM:
		return t.fail(rules.OPTKind, wsa.WSAENOPROTOOPT)
	case len(val) == 0 || length == nil || *length == 0:
		return t.fail(rules.OPTFault, wsa.WSAEFAULT)
	case s.rare == nil:
		return t.storeStructure(nil, val, length)
	}
	return t.storeStructure(s.rare.icmpError, val, length)
}

// icmpErrorInfo is ICMP_ERROR_INFO: the source as SOCKADDR_INET of 28 bytes, the
// protocol of the message, 4 bytes, its type and its code; 36 bytes with padding.
func icmpErrorInfo(by netip.Addr, typ, code uint8) []byte {
	b := make([]byte, 36)
	copy(b, wsa.Sockaddr(netip.AddrPortFrom(by, 0)))
	proto, _ := icmpOf(by)
	binary.LittleEndian.PutUint32(b[28:], uint32(proto))
	b[32], b[33] = typ, code
	return b
}
