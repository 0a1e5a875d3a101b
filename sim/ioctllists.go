package sim

import (
	"encoding/binary"
	"net/netip"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// baseHandle is the handle that was asked (observed BH1): there is one provider.
func baseHandle(_ *Thread, _ *socket, handle, out []byte) (int, wsa.Errno) {
	return copy(out, handle), 0
}

// idealBacklog is observed IB1.
func idealBacklog(t *Thread, s *socket, _, out []byte) (int, wsa.Errno) {
	switch {
	case s.typ != wsa.SOCK_STREAM:
		return 0, t.fail(rules.IOCTLKind, wsa.WSAEOPNOTSUPP)
	case s.stream == nil:
		return 0, t.fail(rules.IOCTLNotconn, wsa.WSAENOTCONN)
	}
	binary.LittleEndian.PutUint32(out, 0x10000)
	return 4, 0
}

// routingQuery does SIO_ROUTING_INTERFACE_QUERY (observed RQ2 to RQ4): the local
// address from which a destination is reached.
func routingQuery(t *Thread, s *socket, in, out []byte) (int, wsa.Errno) {
	if len(in) < s.sockaddrLen() {
		return 0, t.fail(rules.IOCTLRoute, wsa.WSAEINVAL)
	}
	to, fault := s.parse(in)
	switch {
	case fault != addressGood:
		return 0, t.fail(rules.IOCTLRoute, wsa.WSAEAFNOSUPPORT)
	case to.Addr().IsUnspecified():
		return 0, t.fail(rules.IOCTLRoute, wsa.WSAEINVAL)
	case out == nil:
		return 0, t.fail(rules.IOCTLFault, wsa.WSAEFAULT)
	case len(out) < s.sockaddrLen():
		return s.sockaddrLen(), t.fail(rules.IOCTLFault, wsa.WSAEFAULT)
	}
	from, e := t.route(s, &to, rules.IOCTLRoute)
	if e != 0 {
		return 0, e
	}
	s.writeAddr(netip.AddrPortFrom(from, 0), out)
	return s.sockaddrLen(), 0
}

// addressList does SIO_ADDRESS_LIST_QUERY: SOCKET_ADDRESS_LIST (ws2def.h) is a
// count, 4 bytes of padding, and SOCKET_ADDRESS entries of 16 bytes (pointer,
// length); the addresses follow. The pointers are offsets into the buffer.
func addressList(t *Thread, s *socket, _, out []byte) (int, wsa.Errno) {
	var addrs []netip.Addr
	for _, a := range s.host().cfg.Addrs {
		if a.Is4() == (s.family == wsa.AF_INET) {
			addrs = append(addrs, a)
		}
	}
	le := binary.LittleEndian
	size := s.sockaddrLen()
	need := 8 + len(addrs)*(16+size)
	switch {
	case len(out) < 4:
		return 0, t.fail(rules.IOCTLFault, wsa.WSAEFAULT)
	case len(out) < need:
		return need, t.fail(rules.IOCTLFault, wsa.WSAEFAULT)
	}
	clear(out[:need])
	le.PutUint32(out, uint32(len(addrs)))
	for i, a := range addrs {
		at := 8 + len(addrs)*16 + i*size
		le.PutUint64(out[8+16*i:], uint64(at))
		le.PutUint32(out[16+16*i:], uint32(size))
		copy(out[at:], wsa.Sockaddr(netip.AddrPortFrom(a, 0)))
	}
	return need, 0
}

// interfaceInfoSize is sizeof(INTERFACE_INFO) (ws2ipdef.h): flags, then address,
// broadcast address and netmask of 24 bytes each.
const interfaceInfoSize = 76

// Flags of an interface (ws2ipdef.h).
const (
	iffUp        = 1
	iffBroadcast = 2
	iffLoopback  = 4
	iffMulticast = 16
)

// interfaceList does SIO_GET_INTERFACE_LIST (observed IL1).
func interfaceList(t *Thread, s *socket, _, out []byte) (int, wsa.Errno) {
	if s.family != wsa.AF_INET {
		return 0, t.fail(rules.IOCTLKind, wsa.WSAEINVAL)
	}
	type face struct {
		addr, mask string
		flags      uint32
	}
	faces := []face{{"127.0.0.1", "255.0.0.0", iffUp | iffLoopback | iffMulticast}}
	for _, a := range s.host().cfg.Addrs {
		if a.Is4() {
			faces = append(faces, face{a.String(), "255.255.255.0", iffUp | iffBroadcast | iffMulticast})
		}
	}
	need := len(faces) * interfaceInfoSize
	if len(out) < need {
		return 0, t.fail(rules.IOCTLFault, wsa.WSAEFAULT)
	}
	clear(out[:need])
	put := func(at []byte, text string) { copy(at, wsa.Sockaddr(netip.AddrPortFrom(netip.MustParseAddr(text), 0))) }
	for i, f := range faces {
		at := out[i*interfaceInfoSize:]
		binary.LittleEndian.PutUint32(at, f.flags)
		put(at[4:], f.addr)
		if f.flags&iffBroadcast != 0 {
			put(at[28:], "255.255.255.255")
		}
		put(at[52:], f.mask)
	}
	return need, 0
}

// ioctlLater does codes that end after their call: those that wait for a change,
// which never comes (observed AL1), and the list of interfaces, which is
// asynchronous in earnest (IL2, IL3).
func (t *Thread) ioctlLater(s *socket, row *ioctlSpec, in, out []byte, count *uint32, ov *wsa.Overlapped, routine wsa.CompletionRoutine) wsa.Errno {
	overlapped := overlappedGiven(s, ov, routine)
	if row.do == nil {
		switch {
		case row.code == wsa.SIO_ROUTING_INTERFACE_CHANGE && len(in) < s.sockaddrLen():
			return t.fail(rules.IOCTLFault, wsa.WSAEFAULT)
		case overlapped:
			t.begin(opNotify, s, nil, ov, routine)
			return t.fail(rules.IOCTLPending, wsa.WSA_IO_PENDING)
		case s.nonblocking:
			return t.fail(rules.IOCTLWouldblock, wsa.WSAEWOULDBLOCK)
		}
		for !s.closed {
			if e := t.wait(nil, "WSAIoctl", s, rules.IOCTLWouldblock); e != 0 {
				return e
			}
		}
		return t.fail(rules.CLOSECancel, wsa.WSAEINTR)
	}
	n, e := row.do(t, s, in, out)
	if !overlapped {
		*count = uint32(n)
		return e
	}
	status := wsa.NTStatus(wsa.STATUS_SUCCESS)
	if e == wsa.WSAEFAULT {
		status = wsa.STATUS_BUFFER_TOO_SMALL
	} else if e != 0 {
		return e
	}
	o := t.begin(opDone, s, nil, ov, routine)
	t.world.endSoon(o, status, n)
	return t.fail(rules.IOCTLPending, wsa.WSA_IO_PENDING)
}
