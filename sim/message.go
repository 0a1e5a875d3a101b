package sim

import (
	"encoding/binary"
	"net/netip"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// arrival is what a datagram brings besides its bytes, for control messages.
type arrival struct {
	to       netip.Addr // where it was sent to
	ttl, tos uint8
	group    bool // to a multicast group
	spread   bool // to everybody
}

// arrivalOf is what a datagram of socket s to an address brings.
func arrivalOf(s *socket, to netip.AddrPort) arrival {
	if s == nil {
		return arrival{to: to.Addr(), ttl: 128} // forged
	}
	a := arrival{to: to.Addr(), ttl: uint8(s.opts.get(optTTL)), tos: uint8(s.opts.get(optTOS))}
	if to.Addr().Is6() {
		a.ttl = uint8(s.opts.get(optUnicastHops))
	}
	return a
}

// datagramArrived tells that the queue of a datagram socket has grown.
func (s *socket) datagramArrived() {
	d := s.dgram
	if x := d.readers.head; x == nil || x.op == nil {
		s.happened(wsa.FD_READ)
	}
	s.world().wakeFirst(&d.readers)
}

// giveDatagram gives the first entry of the queue to an operation.
func (s *socket) giveDatagram(o *operation) (int, wsa.NTStatus) {
	d := s.dgram
	m := *d.queue.front()
	if m.err != 0 {
		d.pop()
		if m.err == wsa.WSAENETRESET {
			return 0, wsa.STATUS_HOPLIMIT_EXCEEDED
		}
		return 0, wsa.STATUS_PORT_UNREACHABLE
	}
	n := d.scatter(m.n, o.bufs)
	ok := true
	switch {
	case o.msg != nil:
		ok = s.storeMessage(m, n, o.msg)
	case o.from != nil:
		s.store(m.from, o.from, o.fromlen)
	}
	d.pop()
	if !ok || n < m.n {
		return n, wsa.STATUS_BUFFER_OVERFLOW
	}
	return n, wsa.STATUS_SUCCESS
}

// scatter copies the first datagram, of a size, into buffers.
func (d *dgram) scatter(size int, bufs [][]byte) int {
	n := 0
	for _, b := range bufs {
		k := min(len(b), size-n)
		d.data.peek(b[:k], n)
		n += k
	}
	return n
}

// takeDatagramInto gives the first entry of the queue to a receive that does not
// wait.
func (t *Thread) takeDatagramInto(s *socket, a *receiveArgs) (int, wsa.Errno) {
	if a.msg == nil {
		return t.takeDatagram(s, a.bufs, a.flags&wsa.MSG_PEEK == 0, a.from, a.fromlen)
	}
	d := s.dgram
	m := *d.queue.front()
	if m.err != 0 {
		return t.takeDatagram(s, a.bufs, true, nil, nil)
	}
	n := d.scatter(m.n, a.bufs)
	ok := s.storeMessage(m, n, a.msg)
	if a.flags&wsa.MSG_PEEK == 0 {
		d.pop()
		s.readAgain()
	}
	if !ok || n < m.n {
		return n, t.fail(rules.RECVMsgsize, wsa.WSAEMSGSIZE)
	}
	return n, 0
}

// storeMessage fills in a WSAMSG for a datagram of which n bytes were stored. It
// reports false when control messages had to be left out.
func (s *socket) storeMessage(m datagram, n int, msg *wsa.Msg) bool {
	if msg.Name != nil {
		s.store(m.from, msg.Name, &msg.Namelen)
	}
	msg.Flags = 0
	if n < m.n {
		msg.Flags |= wsa.MSG_TRUNC
	}
	if m.seen.spread {
		msg.Flags |= wsa.MSG_BCAST
	}
	if m.seen.group {
		msg.Flags |= wsa.MSG_MCAST
	}
	control := s.controlMessages(m)
	room := min(int(msg.ControlLen), len(msg.Control))
	if len(control) > room {
		msg.Flags |= wsa.MSG_CTRUNC
		msg.ControlLen = 0
		return false
	}
	copy(msg.Control, control)
	msg.ControlLen = uint32(len(control))
	return true
}

// controlMessages are what the socket's options ask for with a datagram.
// Observed RM8, RM10, RM11.
func (s *socket) controlMessages(m datagram) []byte {
	var out []byte
	number := func(on bool, level, typ int32, v uint32) {
		if on {
			out = wsa.AppendControl(out, wsa.ControlMessage{Level: level, Type: typ, Data: binary.LittleEndian.AppendUint32(nil, v)})
		}
	}
	if m.seen.to.Is4() {
		if s.opts.get(optPktInfo) != 0 {
			a := m.seen.to.As4()
			info := binary.LittleEndian.AppendUint32(append([]byte{}, a[:]...), s.host().interfaceOf(m.seen.to))
			out = wsa.AppendControl(out, wsa.ControlMessage{Level: wsa.IPPROTO_IP, Type: wsa.IP_PKTINFO, Data: info})
		}
		number(s.opts.get(optRecvIf) != 0, wsa.IPPROTO_IP, wsa.IP_RECVIF, s.host().interfaceOf(m.seen.to))
		number(s.opts.get(optRecvECN) != 0, wsa.IPPROTO_IP, wsa.IP_ECN, uint32(m.seen.tos&3))
		number(s.opts.get(optRecvTTL) != 0, wsa.IPPROTO_IP, wsa.IP_TTL, uint32(m.seen.ttl))
		number(s.opts.get(optRecvTOS) != 0, wsa.IPPROTO_IP, wsa.IP_TOS, uint32(m.seen.tos))
		return out
	}
	if s.opts.get(opt6PktInfo) != 0 {
		a := m.seen.to.As16()
		info := binary.LittleEndian.AppendUint32(append([]byte{}, a[:]...), s.host().interfaceOf(m.seen.to))
		out = wsa.AppendControl(out, wsa.ControlMessage{Level: wsa.IPPROTO_IPV6, Type: wsa.IPV6_PKTINFO, Data: info})
	}
	number(s.opts.get(opt6RecvIf) != 0, wsa.IPPROTO_IPV6, wsa.IPV6_RECVIF, s.host().interfaceOf(m.seen.to))
	number(s.opts.get(opt6HopLimit) != 0, wsa.IPPROTO_IPV6, wsa.IPV6_HOPLIMIT, uint32(m.seen.ttl))
	number(s.opts.get(opt6RecvTClass) != 0, wsa.IPPROTO_IPV6, wsa.IPV6_TCLASS, uint32(m.seen.tos))
	return out
}

// interfaceOf is the index of the interface that has an address: 1 is loopback,
// the others count from 2 in the order of the addresses.
func (h *Host) interfaceOf(a netip.Addr) uint32 {
	if a.IsLoopback() {
		return 1
	}
	for i, own := range h.cfg.Addrs {
		if own.WithZone("") == a {
			return uint32(i + 2)
		}
	}
	return 2
}

// WSARecvMsg implements wsa.Extensions.
func (t *Thread) WSARecvMsg(s wsa.SOCKET, msg *wsa.Msg, received *uint32, ov *wsa.Overlapped, routine wsa.CompletionRoutine) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		c := wsa.WSARecvMsgCall{S: s, NullMsg: msg == nil, Name: wsa.NULL, Control: wsa.NULL, NullReceived: received == nil, Overlapped: t.overlappedID(ov), Event: eventOf(ov), Routine: routine != nil}
		if msg != nil {
			c.Name, c.Namelen, c.Buffers = roomOf(msg.Name), msg.Namelen, roomsOf(msg.Buffers)
			c.Control, c.ControlLen, c.MsgFlags = roomOf(msg.Control), msg.ControlLen, msg.Flags
		}
		t.called(c)
	}
	n := 0
	sock, e := t.open(s)
	if e == 0 {
		n, e = t.recvMsg(sock, msg, received, ov, routine)
	}
	if received != nil && (e == 0 || e == wsa.WSAEMSGSIZE) {
		*received = uint32(n) // also when something was cut (observed RM4)
	}
	if w.trace != nil {
		ret := wsa.Return{Err: e, Count: copyOf(received)}
		if msg != nil && (e == 0 || e == wsa.WSAEMSGSIZE) {
			ret.Data, ret.Control = received2(msg.Buffers, n), clone(msg.Control[:msg.ControlLen])
			ret.ControlLen, ret.MsgFlags = copyOf(&msg.ControlLen), copyOf(&msg.Flags)
			ret.Len = lengthOf(&msg.Namelen)
			if msg.Name != nil {
				ret.Addr = clone(msg.Name[:msg.Namelen])
			}
		}
		t.returned(ret)
	}
	return t.done(e)
}

func received2(bufs [][]byte, n int) wsa.Bytes {
	all := flat(bufs)
	return all[:min(n, len(all))]
}

func (t *Thread) recvMsg(s *socket, msg *wsa.Msg, count *uint32, ov *wsa.Overlapped, routine wsa.CompletionRoutine) (int, wsa.Errno) {
	overlapped := overlappedGiven(s, ov, routine)
	switch {
	case msg == nil, count == nil && countNeeded(s, ov), msg.Name == nil && msg.Namelen != 0, msg.Control == nil && msg.ControlLen != 0:
		return 0, t.fail(rules.MSGFault, wsa.WSAEFAULT)
	case s.typ == wsa.SOCK_STREAM:
		return 0, t.fail(rules.MSGType, wsa.WSAEOPNOTSUPP)
	}
	a := &receiveArgs{bufs: msg.Buffers, flags: int32(msg.Flags & wsa.MSG_PEEK), msg: msg}
	var from []byte
	if msg.Name != nil {
		from = msg.Name
	}
	if overlapped {
		if e := t.mayReceiveDatagram(s, a.flags, from, &msg.Namelen); e != 0 {
			return 0, e
		}
		return t.recvOverlapped(s, a, ov, routine)
	}
	t.patient = ov != nil // as WSARecv (observed NB4; inferred)
	e := t.awaitDatagram(s, a.flags, from, &msg.Namelen, "WSARecvMsg")
	t.patient = false
	if e != 0 {
		return 0, e
	}
	return t.takeDatagramInto(s, a)
}

// WSASendMsg implements wsa.Extensions. The source address of a packet info
// message is used; other control messages are accepted and ignored.
func (t *Thread) WSASendMsg(s wsa.SOCKET, msg *wsa.Msg, flags uint32, sent *uint32, ov *wsa.Overlapped, routine wsa.CompletionRoutine) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		c := wsa.WSASendMsgCall{S: s, NullMsg: msg == nil, Flags: flags, NullSent: sent == nil, Overlapped: t.overlappedID(ov), Event: eventOf(ov), Routine: routine != nil}
		if msg != nil {
			c.Name, c.Buffers, c.Control, c.MsgFlags = clone(msg.Name), bytesOf(msg.Buffers), clone(msg.Control), msg.Flags
		}
		t.called(c)
	}
	n := 0
	sock, e := t.open(s)
	if e == 0 {
		n, e = t.sendMsg(sock, msg, flags, sent, ov, routine)
	}
	if e == 0 && sent != nil {
		*sent = uint32(n)
	}
	if w.trace != nil {
		t.returned(wsa.Return{Err: e, Count: copyOf(sent)})
	}
	return t.done(e)
}

func (t *Thread) sendMsg(s *socket, msg *wsa.Msg, flags uint32, sent *uint32, ov *wsa.Overlapped, routine wsa.CompletionRoutine) (int, wsa.Errno) {
	switch {
	case msg == nil:
		return 0, t.fail(rules.MSGFault, wsa.WSAEFAULT) // binds nothing (observed SM4)
	case s.typ == wsa.SOCK_STREAM:
		return 0, t.fail(rules.MSGType, wsa.WSAEINVAL)
	case sent == nil && countNeeded(s, ov):
		// The socket is bound all the same (observed SM3).
		if e := t.bindImplicitly(s, s.wildcard()); e != 0 {
			return 0, e
		}
		return 0, t.fail(rules.MSGFault, wsa.WSAEFAULT)
	case msg.Name == nil && msg.Namelen != 0, msg.Control == nil && msg.ControlLen != 0, int(msg.ControlLen) > len(msg.Control):
		return 0, t.fail(rules.MSGFault, wsa.WSAEFAULT)
	}
	if _, err := wsa.ParseControl(msg.Control[:msg.ControlLen]); err != nil {
		return 0, t.fail(rules.MSGControl, wsa.WSAEINVAL)
	}
	var to []byte
	if msg.Name != nil {
		to = msg.Name[:min(max(int(msg.Namelen), 0), len(msg.Name))]
	}
	n, e := t.send(s, msg.Buffers, int32(flags), to, "WSASendMsg")
	if e == 0 && overlappedGiven(s, ov, routine) {
		t.completeNow(s, ov, routine, n, 0)
	}
	return n, e
}
