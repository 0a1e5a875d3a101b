package sim

import (
	"encoding/binary"
	"slices"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// providerID names the simulator's one provider of TCP/IP: the number that
// Microsoft's has.
var providerID = func() wsa.GUID {
	g, err := wsa.ParseGUID("e70f1aa0-ab8b-11cf-8ca3-00805f48a192")
	if err != nil {
		panic(err)
	}
	return g
}()

// Service flags of the catalog's entries (observed EP5, SK29).
const (
	streamFlags   = wsa.XP1_GUARANTEED_DELIVERY | wsa.XP1_GUARANTEED_ORDER | wsa.XP1_GRACEFUL_CLOSE | wsa.XP1_EXPEDITED_DATA | wsa.XP1_IFS_HANDLES
	datagramFlags = wsa.XP1_CONNECTIONLESS | wsa.XP1_MESSAGE_ORIENTED | wsa.XP1_SUPPORT_BROADCAST | wsa.XP1_SUPPORT_MULTIPOINT | wsa.XP1_IFS_HANDLES
)

// protocolOf is the catalog's entry for a kind of socket.
func protocolOf(family, typ, proto int32) wsa.ProtocolInfo {
	p := wsa.ProtocolInfo{
		ProviderID: providerID, ChainLen: 1, Version: 2, AddressFamily: family, SocketType: typ, Protocol: proto,
		MaxSockAddr: wsa.SockaddrInSize, MinSockAddr: wsa.SockaddrInSize, ProviderFlags: wsa.PFL_MATCHES_PROTOCOL_ZERO,
		ServiceFlags1: datagramFlags, Name: "MSAFD Tcpip [UDP/IP]", MessageSize: maxDatagram,
	}
	version := ""
	if family == wsa.AF_INET6 {
		p.MaxSockAddr, p.MinSockAddr, version = wsa.SockaddrIn6Size, wsa.SockaddrIn6Size, "v6"
		p.MessageSize = maxDatagram + 20
	}
	switch typ {
	case wsa.SOCK_STREAM:
		p.ServiceFlags1, p.MessageSize = streamFlags, 0
		p.Name = "MSAFD Tcpip [TCP/IP" + version + "]"
	case wsa.SOCK_DGRAM:
		p.Name = "MSAFD Tcpip [UDP/IP" + version + "]"
	case wsa.SOCK_RAW:
		p.ProviderFlags |= wsa.PFL_HIDDEN
		p.ProtocolMaxOffset, p.MessageSize = 255, 32768
		p.Name = "MSAFD Tcpip [RAW/IP" + version + "]"
	}
	for i, k := range kinds {
		if k == (kind{family, typ, proto}) {
			p.CatalogEntryID = uint32(1001 + i)
		}
	}
	return p
}

// WSAEnumProtocols implements wsa.Sharing.
func (t *Thread) WSAEnumProtocols(protocols []int32, buf []byte, length *uint32) (int, error) {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.WSAEnumProtocolsCall{Protocols: slices.Clone(protocols), ProtocolBuffer: roomOf(buf), BufferLength: copyOf(length)})
	}
	n, e := t.enumProtocols(protocols, buf, length)
	if w.trace != nil {
		ret := wsa.Return{Err: e, N: int64(n), Len: lengthOf(length)}
		if e == 0 {
			ret.Data = clone(buf[:n*wsa.ProtocolInfoSize])
		}
		t.returned(ret)
	}
	return n, t.done(e)
}

func (t *Thread) enumProtocols(protocols []int32, buf []byte, length *uint32) (int, wsa.Errno) {
	if e := t.started(); e != 0 {
		return 0, e
	}
	if length == nil {
		return 0, t.fail(rules.CATALOGFault, wsa.WSAEFAULT)
	}
	if i := slices.Index(protocols, 0); i >= 0 {
		protocols = protocols[:i]
	} else if protocols != nil && len(protocols) == 0 {
		protocols = nil
	}
	var out []byte
	n := 0
	for _, k := range kinds {
		if k.family == wsa.AF_UNIX || k.typ == wsa.SOCK_RAW || protocols != nil && !slices.Contains(protocols, k.proto) {
			continue
		}
		info := protocolOf(k.family, k.typ, k.proto)
		out, _ = info.AppendBinary(out)
		n++
	}
	if need := uint32(len(out)); min(*length, uint32(len(buf))) < need {
		*length = need
		return 0, t.fail(rules.CATALOGRoom, wsa.WSAENOBUFS) // observed EP1, EP4
	}
	copy(buf, out)
	return n, 0
}

// WSADuplicateSocket implements wsa.Sharing. Which socket is meant stands in
// dwProviderReserved.
func (t *Thread) WSADuplicateSocket(s wsa.SOCKET, pid uint32, info []byte) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.WSADuplicateSocketCall{S: s, ProcessID: pid, ProtocolInfo: roomOf(info)})
	}
	sock, e := t.open(s)
	var to *Process
	if e == 0 {
		to = t.proc.host.process(pid)
	}
	switch {
	case e != 0:
	case to == nil:
		e = t.fail(rules.DUPProcess, wsa.WSAEINVAL)
	case len(info) < wsa.ProtocolInfoSize:
		e = t.fail(rules.DUPFault, wsa.WSAEFAULT)
	case t.proc.lacks&(NoDescriptors|NoBuffers) != 0:
		e = t.needs(NoDescriptors | NoBuffers)
	default:
		p := protocolOf(sock.family, sock.typ, sock.proto)
		w.lastDuplicate++
		p.ProviderReserved = w.lastDuplicate
		if w.duplicates == nil {
			w.duplicates = make(map[uint32]duplicate)
		}
		w.duplicates[w.lastDuplicate] = duplicate{sock, to}
		b, _ := p.AppendBinary(nil)
		copy(info, b)
	}
	if w.trace != nil {
		ret := wsa.Return{Err: e}
		if e == 0 {
			ret.Data = clone(info[:wsa.ProtocolInfoSize])
		}
		t.returned(ret)
	}
	return t.done(e)
}

// duplicate is a socket that waits to be taken by a process.
type duplicate struct {
	sock *socket
	to   *Process
}

func (h *Host) process(pid uint32) *Process {
	for _, p := range h.processes {
		if uint32(p.pid) == pid {
			return p
		}
	}
	return nil
}

// fromInfo makes a socket with the help of a WSAPROTOCOL_INFOW: arguments that
// are 0 or FROM_PROTOCOL_INFO are taken from it (observed SK24, SK26, SK27), and
// the one that WSADuplicateSocket filled in gives a second descriptor.
func (t *Thread) fromInfo(af, typ, protocol int32, raw []byte, group, flags uint32) (wsa.SOCKET, wsa.Errno) {
	var info wsa.ProtocolInfo
	if info.UnmarshalBinary(raw) != nil {
		return wsa.INVALID_SOCKET, t.fail(rules.SOCKInfoBad, wsa.WSAEINVAL)
	}
	for _, a := range []struct {
		arg  *int32
		from int32
	}{{&af, info.AddressFamily}, {&typ, info.SocketType}, {&protocol, info.Protocol}} {
		if *a.arg == 0 || *a.arg == wsa.FROM_PROTOCOL_INFO {
			*a.arg = a.from
		}
	}
	if typ == wsa.FROM_PROTOCOL_INFO {
		typ = 0 // the family is what is wrong then (observed SK24)
	}
	if id := info.ProviderReserved; id != 0 {
		d, ok := t.world.duplicates[id]
		if !ok || d.to != t.proc || d.sock.closed {
			return wsa.INVALID_SOCKET, t.fail(rules.SOCKInfoBad, wsa.WSAEINVAL) // used already
		}
		if e := t.needs(NoNetwork | NoDescriptors | NoBuffers); e != 0 {
			return wsa.INVALID_SOCKET, e
		}
		delete(t.world.duplicates, id)
		return t.share(d.sock), 0
	}
	return t.create(af, typ, protocol, group, flags&wsa.WSA_FLAG_OVERLAPPED != 0)
}

// share gives a socket one more handle, of this process.
func (t *Thread) share(s *socket) wsa.SOCKET {
	h := wsa.SOCKET(t.proc.handles.add(s))
	s.more = append(s.more, handleRef{t.proc, h})
	return h
}

// handleIn is the socket's first handle in a process, 0 when it has none there.
func (s *socket) handleIn(p *Process) wsa.SOCKET {
	if s.proc == p {
		return s.handle
	}
	for _, r := range s.more {
		if r.proc == p {
			return r.handle
		}
	}
	return 0
}

// release closes one of several handles of a socket; it reports false when it
// is the last.
func (p *Process) release(s *socket, h wsa.SOCKET) bool {
	if len(s.more) == 0 {
		return false
	}
	if s.proc == p && s.handle == h {
		s.proc, s.handle = s.more[0].proc, s.more[0].handle
		s.more = s.more[1:]
	} else {
		s.more = slices.DeleteFunc(s.more, func(r handleRef) bool { return r.proc == p && r.handle == h })
	}
	p.handles.remove(uintptr(h))
	if s.polled > 0 {
		p.host.world.wakeAll(&p.pollers, wokenReady)
	}
	return true
}

// closeSockets closes every socket of the process; one that another process
// shares lives on there.
func (p *Process) closeSockets() {
	for i, e := range p.handles.entries {
		if s, ok := e.(*socket); ok && !p.release(s, wsa.SOCKET(handleAt(i))) {
			p.host.world.destroy(s, true)
		}
	}
}

// extensions are the functions that SIO_GET_EXTENSION_FUNCTION_POINTER knows.
// The pointers it gives are for looking at: the functions are methods of Thread.
var extensions = func() map[wsa.GUID]uint64 {
	m := make(map[wsa.GUID]uint64)
	for i, id := range []string{
		wsa.WSAID_TRANSMITFILE, wsa.WSAID_ACCEPTEX, wsa.WSAID_GETACCEPTEXSOCKADDRS, wsa.WSAID_CONNECTEX,
		wsa.WSAID_DISCONNECTEX, wsa.WSAID_WSARECVMSG, wsa.WSAID_WSASENDMSG, wsa.WSAID_WSAPOLL,
	} {
		g, err := wsa.ParseGUID(id)
		if err != nil {
			panic(err)
		}
		m[g] = 0x7FFE_0000_1000 + uint64(i)*0x100
	}
	return m
}()

// extensionPointer does SIO_GET_EXTENSION_FUNCTION_POINTER.
func (t *Thread) extensionPointer(in, out []byte) (int, wsa.Errno) {
	p, ok := extensions[wsa.GUID(in[:16])]
	if !ok {
		return 0, t.fail(rules.IOCTLExtension, wsa.WSAEINVAL)
	}
	binary.LittleEndian.PutUint64(out, p)
	return 8, 0
}
