package wsa

import (
	"bytes"
	"slices"
)

// Invoker performs calls one after another on one API and remembers what their
// OverlappedIDs stand for, so that a sequence which starts an operation in one
// call and asks for its end in another can be replayed. The first use of an id
// makes its structure; later uses mean the same one. An Invoker is as safe for
// concurrent use as its API is; several threads of one process share the ids
// through [Invoker.For].
type Invoker struct {
	api API
	ids *operations
}

// operations is what ids stand for.
type operations struct {
	byID map[OverlappedID]*operationRecord
	ids  map[*Overlapped]OverlappedID
}

// operationRecord is one WSAOVERLAPPED with what it was last used for.
type operationRecord struct {
	overlapped *Overlapped
	buffers    []byte // what the operation writes, joined; nil if nothing
	from       []byte // where WSARecvFrom stores the sender's address, and its length
	fromlen    *int32
	message    *Msg // what WSARecvMsg stores beside the data
	routines   []Completion
	found      *[]AddrInfoEx // where a lookup stores what it finds
}

// Completion is one run of a completion routine.
type Completion struct {
	Err         Errno  // dwError: 0, or how the operation failed
	Transferred uint32 // cbTransferred, bytes
	Flags       uint32 // dwFlags: MSG_* of a receive
}

// NewInvoker makes an Invoker that knows no ids.
func NewInvoker(api API) *Invoker {
	return &Invoker{api, &operations{make(map[OverlappedID]*operationRecord), make(map[*Overlapped]OverlappedID)}}
}

// For is an Invoker of another thread that shares the ids. The two must not be
// used at the same time.
func (v *Invoker) For(api API) *Invoker { return &Invoker{api, v.ids} }

// Invoke performs call and collects what it gave back.
func (v *Invoker) Invoke(call Call) Return { return call.invoke(&invocation{API: v.api, table: v}) }

// Overlapped is the structure that id stands for; nil for an id not used yet.
func (v *Invoker) Overlapped(id OverlappedID) *Overlapped {
	if r := v.ids.byID[id]; r != nil {
		return r.overlapped
	}
	return nil
}

// Data is what the latest operation of id has written to its buffers so far:
// all of their bytes, those not written filled with 0xA5.
func (v *Invoker) Data(id OverlappedID) []byte {
	if r := v.ids.byID[id]; r != nil {
		return r.buffers
	}
	return nil
}

// From is the sender's address that the latest WSARecvFrom or WSARecvMsg of id has stored
// so far; nil for none.
func (v *Invoker) From(id OverlappedID) []byte {
	r := v.ids.byID[id]
	if r == nil {
		return nil
	}
	return Return{}.withAddr(r.from, r.fromlen).Addr
}

// Message is the WSAMSG of the latest operation of id, if that was a WSARecvMsg: what it
// has stored so far. Nil for another.
func (v *Invoker) Message(id OverlappedID) *Msg {
	if r := v.ids.byID[id]; r != nil {
		return r.message
	}
	return nil
}

// Found is what the latest lookup of id has found, nil while it goes on.
func (v *Invoker) Found(id OverlappedID) []AddrInfoEx {
	if r := v.ids.byID[id]; r != nil && r.found != nil {
		return slices.Clone(*r.found)
	}
	return nil
}

// Routines lists the runs of completion routines of operations of id.
func (v *Invoker) Routines(id OverlappedID) []Completion {
	if r := v.ids.byID[id]; r != nil {
		return slices.Clone(r.routines)
	}
	return nil
}

func (o *operations) record(id OverlappedID) *operationRecord {
	r := o.byID[id]
	if r == nil {
		r = &operationRecord{overlapped: new(Overlapped)}
		o.byID[id] = r
		o.ids[r.overlapped] = id
	}
	return r
}

// overlapped is the structure for an operation that a call starts.
func (a *invocation) overlapped(id OverlappedID, event HANDLE) *Overlapped {
	if id == 0 {
		return nil
	}
	if a.table == nil {
		return &Overlapped{HEvent: event}
	}
	r := a.table.ids.record(id)
	r.overlapped.HEvent = event
	return r.overlapped
}

// existing is the structure that a call asks about.
func (a *invocation) existing(id OverlappedID) *Overlapped {
	if id == 0 {
		return nil
	}
	if a.table == nil {
		return new(Overlapped)
	}
	return a.table.ids.record(id).overlapped
}

// keep remembers the buffers of an operation.
func (a *invocation) keep(id OverlappedID, buffers []byte) { a.keepFrom(id, buffers, nil, nil) }

// keepFrom remembers them and where the sender's address is stored.
func (a *invocation) keepFrom(id OverlappedID, buffers, from []byte, fromlen *int32) {
	if a.table != nil && id != 0 {
		r := a.table.ids.record(id)
		r.buffers, r.from, r.fromlen, r.message = buffers, from, fromlen, nil
	}
}

// keepMessage remembers them and the structure that tells the rest.
func (a *invocation) keepMessage(id OverlappedID, buffers []byte, m *Msg) {
	a.keepFrom(id, buffers, m.Name, &m.Namelen)
	if a.table != nil && id != 0 {
		a.table.ids.record(id).message = m
	}
}

// id is the id of a structure; 0 for nil and for one that is not in the table.
func (a *invocation) id(o *Overlapped) OverlappedID {
	if a.table == nil || o == nil {
		return 0
	}
	return a.table.ids.ids[o]
}

func (a *invocation) routine(given bool) CompletionRoutine {
	if !given {
		return nil
	}
	if a.table == nil {
		return func(Errno, uint32, *Overlapped, uint32) {}
	}
	ids := a.table.ids
	return func(err Errno, n uint32, o *Overlapped, flags uint32) {
		r := ids.record(ids.ids[o])
		r.routines = append(r.routines, Completion{err, n, flags})
	}
}

func (c SelectCall) invoke(a *invocation) Return {
	sets := []FDSet{slices.Clone(c.Readfds), slices.Clone(c.Writefds), slices.Clone(c.Exceptfds)}
	var at [3]*FDSet
	for i := range sets {
		if sets[i] != nil {
			at[i] = &sets[i]
		}
	}
	if c.Same {
		at[1] = at[0]
	}
	r := numberResult(a.Select(c.Nfds, at[0], at[1], at[2], clone(c.Timeout)))
	if c.Same {
		sets[1] = sets[0]
	}
	r.Sets = sets
	return r
}

func (c WSAPollCall) invoke(a *invocation) Return {
	fds := slices.Clone(c.FDArray)
	r := numberResult(a.WSAPoll(fds, c.Timeout))
	for _, f := range fds {
		r.Revents = append(r.Revents, f.Revents)
	}
	return r
}

func handleResult(h HANDLE, err error) Return {
	r := result(err)
	if err == nil {
		r.Handle = h
	}
	return r
}

func (WSACreateEventCall) invoke(a *invocation) Return  { return handleResult(a.WSACreateEvent()) }
func (c WSASetEventCall) invoke(a *invocation) Return   { return result(a.WSASetEvent(c.Event)) }
func (c WSAResetEventCall) invoke(a *invocation) Return { return result(a.WSAResetEvent(c.Event)) }
func (c WSACloseEventCall) invoke(a *invocation) Return { return result(a.WSACloseEvent(c.Event)) }

func (c WSAWaitForMultipleEventsCall) invoke(a *invocation) Return {
	n, err := a.WSAWaitForMultipleEvents(c.Events, c.WaitAll, c.Timeout, c.Alertable)
	r := result(err)
	r.N = int64(n)
	return r
}

func (c WSAEventSelectCall) invoke(a *invocation) Return {
	return result(a.WSAEventSelect(c.S, c.EventObject, c.NetworkEvents))
}

func (c WSAEnumNetworkEventsCall) invoke(a *invocation) Return {
	var events *NetworkEvents
	if !c.NullEvents {
		events = new(NetworkEvents)
	}
	r := result(a.WSAEnumNetworkEvents(c.S, c.EventObject, events))
	if r.Err == 0 {
		r.NetworkEvents = events
	}
	return r
}

func (c WSAGetOverlappedResultCall) invoke(a *invocation) Return {
	transfer, flags := counter(c.NullTransfer), counter(c.NullFlags)
	r := result(a.WSAGetOverlappedResult(c.S, a.existing(c.Overlapped), transfer, c.Wait, flags))
	r.Count, r.Flags = transfer, flags
	if a.table != nil {
		r.Data = written(a.table.Data(c.Overlapped), deref(transfer), r.Err)
	}
	return r
}

func (c GetOverlappedResultCall) invoke(a *invocation) Return {
	n := new(uint32)
	r := result(a.GetOverlappedResult(c.File, a.existing(c.Overlapped), n, c.Wait))
	r.Count = n
	return r
}

func (c CancelIoCall) invoke(a *invocation) Return { return result(a.CancelIo(c.File)) }

func (c CancelIoExCall) invoke(a *invocation) Return {
	return result(a.CancelIoEx(c.File, a.existing(c.Overlapped)))
}

func (c CreateIoCompletionPortCall) invoke(a *invocation) Return {
	return handleResult(a.CreateIoCompletionPort(c.FileHandle, c.ExistingCompletionPort, c.CompletionKey, c.NumberOfConcurrentThreads))
}

func (c GetQueuedCompletionStatusCall) invoke(a *invocation) Return {
	var n uint32
	var key uintptr
	var o *Overlapped
	err := a.GetQueuedCompletionStatus(c.CompletionPort, &n, &key, &o, c.Milliseconds)
	r := result(err)
	if err == nil || o != nil {
		p := Packet{Key: key, Overlapped: a.id(o), Transferred: n}
		if o != nil {
			p.Status = NTStatus(o.Internal)
		}
		r.Packets = []Packet{p}
	}
	return r
}

func (c GetQueuedCompletionStatusExCall) invoke(a *invocation) Return {
	entries := make([]OverlappedEntry, c.Count)
	removed := new(uint32)
	r := result(a.GetQueuedCompletionStatusEx(c.CompletionPort, entries, removed, c.Milliseconds, c.Alertable))
	r.Count = removed
	if r.Err == 0 {
		for _, e := range entries[:*removed] {
			r.Packets = append(r.Packets, Packet{e.CompletionKey, a.id(e.Overlapped), NTStatus(e.Internal), e.NumberOfBytesTransferred})
		}
	}
	return r
}

func (c PostQueuedCompletionStatusCall) invoke(a *invocation) Return {
	return result(a.PostQueuedCompletionStatus(c.CompletionPort, c.NumberOfBytesTransferred, c.CompletionKey, a.existing(c.Overlapped)))
}

func (c SetFileCompletionNotificationModesCall) invoke(a *invocation) Return {
	return result(a.SetFileCompletionNotificationModes(c.FileHandle, c.Flags))
}

func (c AcceptExCall) invoke(a *invocation) Return {
	out, count := room(c.OutputBuffer), counter(c.NullReceived)
	a.keep(c.Overlapped, out)
	r := result(a.AcceptEx(c.ListenSocket, c.AcceptSocket, out, c.ReceiveDataLength, c.LocalAddressLength, c.RemoteAddressLength,
		count, a.overlapped(c.Overlapped, c.Event)))
	r.Count = count
	if r.Err == 0 {
		r.Data = bytes.Clone(out)
	}
	return r
}

func (c GetAcceptExSockaddrsCall) invoke(a *invocation) Return {
	local, remote := a.GetAcceptExSockaddrs(c.OutputBuffer, c.ReceiveDataLength, c.LocalAddressLength, c.RemoteAddressLength)
	return Return{Local: bytes.Clone(local), Addr: bytes.Clone(remote)}
}

func (c ConnectExCall) invoke(a *invocation) Return {
	count := counter(c.NullSent)
	r := result(a.ConnectEx(c.S, c.Name, c.SendBuffer, count, a.overlapped(c.Overlapped, c.Event)))
	r.Count = count
	return r
}

func (c DisconnectExCall) invoke(a *invocation) Return {
	return result(a.DisconnectEx(c.S, a.overlapped(c.Overlapped, c.Event), c.Flags, c.Reserved))
}

func (c TransmitFileCall) invoke(a *invocation) Return {
	var buffers *TransmitFileBuffers
	if !c.NullBuffers {
		buffers = &TransmitFileBuffers{c.Head, c.Tail}
	}
	return result(a.TransmitFile(c.S, c.File, c.BytesToWrite, c.BytesPerSend, a.overlapped(c.Overlapped, c.Event), buffers, c.Flags))
}

func (c WSASendMsgCall) invoke(a *invocation) Return {
	var msg *Msg
	if !c.NullMsg {
		msg = &Msg{
			Name: c.Name, Namelen: int32(len(c.Name)), Buffers: sendBuffers(c.Buffers),
			Control: c.Control, ControlLen: uint32(len(c.Control)), Flags: c.MsgFlags,
		}
	}
	count := counter(c.NullSent)
	r := result(a.WSASendMsg(c.S, msg, c.Flags, count, a.overlapped(c.Overlapped, c.Event), a.routine(c.Routine)))
	r.Count = count
	return r
}

func (c WSARecvMsgCall) invoke(a *invocation) Return {
	count := counter(c.NullReceived)
	all, list := receiveBuffers(c.Buffers)
	a.keep(c.Overlapped, all)
	var msg *Msg
	if !c.NullMsg {
		msg = &Msg{
			Name: room(c.Name), Namelen: c.Namelen, Buffers: list,
			Control: room(c.Control), ControlLen: c.ControlLen, Flags: c.MsgFlags,
		}
		a.keepMessage(c.Overlapped, all, msg)
	}
	r := result(a.WSARecvMsg(c.S, msg, count, a.overlapped(c.Overlapped, c.Event), a.routine(c.Routine)))
	r.Count = count
	r.Data = written(all, deref(count), r.Err)
	if msg == nil || r.Err == WSA_IO_PENDING {
		return r
	}
	r.ControlLen, r.MsgFlags = clone(&msg.ControlLen), clone(&msg.Flags)
	if r.Err == 0 {
		r.Control = written(msg.Control, int64(msg.ControlLen), 0)
	}
	return r.withAddr(msg.Name, &msg.Namelen)
}

func (c WSAAcceptCall) invoke(a *invocation) Return {
	addr, addrlen := room(c.Addr), clone(c.Addrlen)
	var condition ConditionFunc
	var asked *int32
	if c.Answer != nil {
		condition = func(offer *Offer) int32 {
			asked, offer.Group = clone(c.Answer), c.Group
			return *c.Answer
		}
	}
	r := socketResult(a.WSAAccept(c.S, addr, addrlen, condition))
	if r.Answer = asked; asked != nil {
		r.Group = c.Group
	}
	return r.withAddr(addr, addrlen)
}

func (c WSASendDisconnectCall) invoke(a *invocation) Return {
	return result(a.WSASendDisconnect(c.S, c.Data))
}

func (c WSARecvDisconnectCall) invoke(a *invocation) Return {
	return result(a.WSARecvDisconnect(c.S, c.Data))
}

func (c WSADuplicateSocketCall) invoke(a *invocation) Return {
	info := room(c.ProtocolInfo)
	r := result(a.WSADuplicateSocket(c.S, c.ProcessID, info))
	r.Data = written(info, int64(len(info)), r.Err)
	return r
}

func (c WSAEnumProtocolsCall) invoke(a *invocation) Return {
	buf, n := room(c.ProtocolBuffer), clone(c.BufferLength)
	r := numberResult(a.WSAEnumProtocols(c.Protocols, buf, n))
	r.Len = length(n)
	r.Data = written(buf, r.N*ProtocolInfoSize, r.Err)
	return r
}

func (GetCurrentProcessIdCall) invoke(a *invocation) Return {
	return Return{N: int64(a.GetCurrentProcessId())}
}
