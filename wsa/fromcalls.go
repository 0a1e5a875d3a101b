package wsa

import (
	"errors"
	"sync"
)

// FromCalls makes an API of a function that answers calls: the way back from
// [Invoke]. Each method becomes the Call it stands for, and what the Return
// holds is stored where the method's caller wants it. It serves decorators that
// look at, change or record calls, and backends that live elsewhere and are
// reached by messages.
//
// As with Invoke, a Return says nothing of what happens after it: buffers that an
// operation writes to later stay as they are, and its completion routine is known
// to answer only by whether it was given. An OVERLAPPED keeps its id: see
// [OverlappedIDs].
func FromCalls(answer func(Call) Return) API { return new(OverlappedIDs).FromCalls(answer) }

// OverlappedIDs gives the OVERLAPPEDs of a process their ids, from 1 in the order of
// their first use. The zero value knows none. It may be used by several
// goroutines.
type OverlappedIDs struct {
	mu   sync.Mutex
	ids  map[*Overlapped]OverlappedID
	list []*Overlapped // that of id i is at i-1
}

// FromCalls is [FromCalls] for one of several threads of a process, which share
// the ids.
func (t *OverlappedIDs) FromCalls(answer func(Call) Return) API { return fromCalls{answer, t} }

type fromCalls struct {
	answer func(Call) Return
	*OverlappedIDs
}

// overlappedIn is the id of a structure; 0 for nil.
func (t *OverlappedIDs) overlappedIn(o *Overlapped) OverlappedID {
	if o == nil {
		return 0
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ids == nil {
		t.ids = make(map[*Overlapped]OverlappedID)
	}
	if t.ids[o] == 0 {
		t.list = append(t.list, o)
		t.ids[o] = OverlappedID(len(t.list))
	}
	return t.ids[o]
}

// overlappedOut is the structure of an id; nil for one that was not given out.
func (t *OverlappedIDs) overlappedOut(id OverlappedID) *Overlapped {
	t.mu.Lock()
	defer t.mu.Unlock()
	if id == 0 || int(id) > len(t.list) {
		return nil
	}
	return t.list[id-1]
}

var _ API = fromCalls{}

// roomIn is the Room that a slice offers.
func roomIn(b []byte) Room {
	if b == nil {
		return NULL
	}
	return Room(len(b))
}

func store[T int32 | uint32](to *T, from *int64) {
	if to != nil && from != nil {
		*to = T(*from)
	}
}

func storeCount(to, from *uint32) {
	if to != nil && from != nil {
		*to = *from
	}
}

// err is what the method returns: an Errno, or an error with the text of a
// failure that is not Winsock's.
func (r Return) err() error {
	if r.Failure != "" {
		return errors.New(r.Failure)
	}
	return r.Err.Err()
}

func (r Return) socket() (SOCKET, error) {
	if err := r.err(); err != nil {
		return INVALID_SOCKET, err
	}
	return r.Socket, nil
}

func (r Return) number() (int, error) {
	if err := r.err(); err != nil {
		return 0, err
	}
	return int(r.N), nil
}

// address stores an address and its length.
func (r Return) address(addr []byte, n *int32) {
	copy(addr, r.Addr)
	store(n, r.Len)
}

func bytesIn(buffers [][]byte) []Bytes {
	if buffers == nil {
		return nil
	}
	list := make([]Bytes, len(buffers))
	for i, b := range buffers {
		list[i] = b
	}
	return list
}

func roomsIn(buffers [][]byte) []Room {
	if buffers == nil {
		return nil
	}
	list := make([]Room, len(buffers))
	for i, b := range buffers {
		list[i] = roomIn(b)
	}
	return list
}

// scatter spreads what was received over the buffers.
func scatter(buffers [][]byte, data []byte) {
	for _, b := range buffers {
		data = data[copy(b, data):]
	}
}

func (f fromCalls) WSAStartup(versionRequested uint16, data *WSADATA) error {
	r := f.answer(WSAStartupCall{Version: versionRequested, NullData: data == nil})
	if data != nil && r.Startup != nil {
		*data = *r.Startup
	}
	return r.err()
}

func (f fromCalls) WSACleanup() error             { return f.answer(WSACleanupCall{}).err() }
func (f fromCalls) WSAGetLastError() Errno        { return Errno(f.answer(WSAGetLastErrorCall{}).N) }
func (f fromCalls) WSASetLastError(err Errno)     { f.answer(WSASetLastErrorCall{Error: err}) }
func (f fromCalls) Bind(s SOCKET, b []byte) error { return f.answer(BindCall{S: s, Name: b}).err() }

func (f fromCalls) Socket(af, typ, protocol int32) (SOCKET, error) {
	return f.answer(SocketCall{Family: af, Type: typ, Protocol: protocol}).socket()
}

func (f fromCalls) WSASocket(af, typ, protocol int32, protocolInfo []byte, group, flags uint32) (SOCKET, error) {
	return f.answer(WSASocketCall{Family: af, Type: typ, Protocol: protocol, ProtocolInfo: protocolInfo, Group: group, Flags: flags}).socket()
}

func (f fromCalls) Listen(s SOCKET, backlog int32) error {
	return f.answer(ListenCall{S: s, Backlog: backlog}).err()
}

func (f fromCalls) Accept(s SOCKET, addr []byte, addrlen *int32) (SOCKET, error) {
	r := f.answer(AcceptCall{S: s, Addr: roomIn(addr), Addrlen: clone(addrlen)})
	r.address(addr, addrlen)
	return r.socket()
}

func (f fromCalls) Connect(s SOCKET, name []byte) error {
	return f.answer(ConnectCall{S: s, Name: name}).err()
}

func (f fromCalls) WSAConnect(s SOCKET, name, callerData, calleeData, serviceQOS, groupQOS []byte) error {
	return f.answer(WSAConnectCall{S: s, Name: name, CallerData: callerData, CalleeData: calleeData, ServiceQOS: serviceQOS, GroupQOS: groupQOS}).err()
}

func (f fromCalls) Shutdown(s SOCKET, how int32) error {
	return f.answer(ShutdownCall{S: s, How: how}).err()
}

func (f fromCalls) Closesocket(s SOCKET) error { return f.answer(ClosesocketCall{S: s}).err() }

func (f fromCalls) Getsockname(s SOCKET, name []byte, namelen *int32) error {
	r := f.answer(GetsocknameCall{S: s, Name: roomIn(name), Namelen: clone(namelen)})
	r.address(name, namelen)
	return r.err()
}

func (f fromCalls) Getpeername(s SOCKET, name []byte, namelen *int32) error {
	r := f.answer(GetpeernameCall{S: s, Name: roomIn(name), Namelen: clone(namelen)})
	r.address(name, namelen)
	return r.err()
}

func (f fromCalls) Send(s SOCKET, buf []byte, flags int32) (int, error) {
	return f.answer(SendCall{S: s, Buf: buf, Flags: flags}).number()
}

func (f fromCalls) Sendto(s SOCKET, buf []byte, flags int32, to []byte) (int, error) {
	return f.answer(SendtoCall{S: s, Buf: buf, Flags: flags, To: to}).number()
}

func (f fromCalls) Recv(s SOCKET, buf []byte, flags int32) (int, error) {
	r := f.answer(RecvCall{S: s, Buf: roomIn(buf), Flags: flags})
	copy(buf, r.Data)
	return r.number()
}

func (f fromCalls) Recvfrom(s SOCKET, buf []byte, flags int32, from []byte, fromlen *int32) (int, error) {
	r := f.answer(RecvfromCall{S: s, Buf: roomIn(buf), Flags: flags, From: roomIn(from), Fromlen: clone(fromlen)})
	copy(buf, r.Data)
	r.address(from, fromlen)
	return r.number()
}

func (f fromCalls) WSASend(s SOCKET, buffers [][]byte, sent *uint32, flags uint32, overlapped *Overlapped, routine CompletionRoutine) error {
	r := f.answer(WSASendCall{S: s, Buffers: bytesIn(buffers), NullSent: sent == nil, Flags: flags, Overlapped: f.overlappedIn(overlapped), Event: eventIn(overlapped), Routine: routine != nil})
	storeCount(sent, r.Count)
	return r.err()
}

func (f fromCalls) WSASendTo(s SOCKET, buffers [][]byte, sent *uint32, flags uint32, to []byte, overlapped *Overlapped, routine CompletionRoutine) error {
	r := f.answer(WSASendToCall{S: s, Buffers: bytesIn(buffers), NullSent: sent == nil, Flags: flags, To: to, Overlapped: f.overlappedIn(overlapped), Event: eventIn(overlapped), Routine: routine != nil})
	storeCount(sent, r.Count)
	return r.err()
}

func (f fromCalls) WSARecv(s SOCKET, buffers [][]byte, received, flags *uint32, overlapped *Overlapped, routine CompletionRoutine) error {
	r := f.answer(WSARecvCall{S: s, Buffers: roomsIn(buffers), NullReceived: received == nil, Flags: clone(flags), Overlapped: f.overlappedIn(overlapped), Event: eventIn(overlapped), Routine: routine != nil})
	scatter(buffers, r.Data)
	storeCount(received, r.Count)
	storeCount(flags, r.Flags)
	return r.err()
}

func (f fromCalls) WSARecvFrom(s SOCKET, buffers [][]byte, received, flags *uint32, from []byte, fromlen *int32, overlapped *Overlapped, routine CompletionRoutine) error {
	r := f.answer(WSARecvFromCall{S: s, Buffers: roomsIn(buffers), NullReceived: received == nil, Flags: clone(flags), From: roomIn(from), Fromlen: clone(fromlen), Overlapped: f.overlappedIn(overlapped), Event: eventIn(overlapped), Routine: routine != nil})
	scatter(buffers, r.Data)
	storeCount(received, r.Count)
	storeCount(flags, r.Flags)
	r.address(from, fromlen)
	return r.err()
}

func (f fromCalls) Getsockopt(s SOCKET, level, optname int32, optval []byte, optlen *int32) error {
	r := f.answer(GetsockoptCall{S: s, Level: level, Optname: optname, Optval: roomIn(optval), Optlen: clone(optlen)})
	copy(optval, r.Data)
	store(optlen, r.Len)
	return r.err()
}

func (f fromCalls) Setsockopt(s SOCKET, level, optname int32, optval []byte) error {
	return f.answer(SetsockoptCall{S: s, Level: level, Optname: optname, Optval: optval}).err()
}

func (f fromCalls) Ioctlsocket(s SOCKET, cmd uint32, argp *uint32) error {
	r := f.answer(IoctlsocketCall{S: s, Cmd: cmd, Argp: clone(argp)})
	storeCount(argp, r.Count)
	return r.err()
}

func (f fromCalls) WSAIoctl(s SOCKET, code uint32, in, out []byte, returned *uint32, overlapped *Overlapped, routine CompletionRoutine) error {
	r := f.answer(WSAIoctlCall{S: s, Code: code, In: in, Out: roomIn(out), NullReturned: returned == nil, Overlapped: f.overlappedIn(overlapped), Event: eventIn(overlapped), Routine: routine != nil})
	copy(out, r.Data)
	storeCount(returned, r.Count)
	return r.err()
}

func (f fromCalls) WSASetSocketSecurity(s SOCKET, settings []byte, overlapped *Overlapped, routine CompletionRoutine) error {
	return f.answer(WSASetSocketSecurityCall{S: s, Settings: settings, Overlapped: f.overlappedIn(overlapped), Event: eventIn(overlapped), Routine: routine != nil}).err()
}

func (f fromCalls) WSASetSocketPeerTargetName(s SOCKET, name []byte, overlapped *Overlapped, routine CompletionRoutine) error {
	return f.answer(WSASetSocketPeerTargetNameCall{S: s, PeerTargetName: name, Overlapped: f.overlappedIn(overlapped), Event: eventIn(overlapped), Routine: routine != nil}).err()
}

func (f fromCalls) WSADeleteSocketPeerTargetName(s SOCKET, peerAddr []byte, overlapped *Overlapped, routine CompletionRoutine) error {
	return f.answer(WSADeleteSocketPeerTargetNameCall{S: s, PeerAddr: peerAddr, Overlapped: f.overlappedIn(overlapped), Event: eventIn(overlapped), Routine: routine != nil}).err()
}

func (f fromCalls) WSAQuerySocketSecurity(s SOCKET, template, info []byte, infoLen *uint32, overlapped *Overlapped, routine CompletionRoutine) error {
	r := f.answer(WSAQuerySocketSecurityCall{S: s, Template: template, Info: roomIn(info), InfoLen: clone(infoLen), Overlapped: f.overlappedIn(overlapped), Event: eventIn(overlapped), Routine: routine != nil})
	copy(info, r.Data)
	store(infoLen, r.Len)
	return r.err()
}

func (f fromCalls) WSAImpersonateSocketPeer(s SOCKET, peerAddr []byte) error {
	return f.answer(WSAImpersonateSocketPeerCall{S: s, PeerAddr: peerAddr}).err()
}

func (f fromCalls) WSARevertImpersonation() error {
	return f.answer(WSARevertImpersonationCall{}).err()
}
func (f fromCalls) CloseHandle(h HANDLE) error { return f.answer(CloseHandleCall{H: h}).err() }

func (f fromCalls) SleepEx(milliseconds uint32, alertable bool) uint32 {
	return uint32(f.answer(SleepExCall{Milliseconds: milliseconds, Alertable: alertable}).N)
}
