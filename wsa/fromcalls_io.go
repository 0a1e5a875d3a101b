package wsa

import "slices"

// The rest of fromCalls: readiness, events, overlapped operations, extensions
// and sharing.

func eventIn(o *Overlapped) HANDLE {
	if o == nil {
		return 0
	}
	return o.HEvent
}

func setIn(s *FDSet) FDSet {
	if s == nil {
		return nil
	}
	return append(FDSet{}, *s...)
}

func (f fromCalls) QueueUserAPC(func()) error { return f.answer(QueueUserAPCCall{}).err() }

func (f fromCalls) Select(nfds int32, readfds, writefds, exceptfds *FDSet, timeout *Timeval) (int, error) {
	r := f.answer(SelectCall{
		Nfds: nfds, Readfds: setIn(readfds), Writefds: setIn(writefds), Exceptfds: setIn(exceptfds),
		Timeout: clone(timeout), Same: readfds != nil && readfds == writefds,
	})
	for i, s := range []*FDSet{readfds, writefds, exceptfds} {
		if s != nil && i < len(r.Sets) && r.Sets[i] != nil {
			*s = append((*s)[:0], r.Sets[i]...)
		}
	}
	return r.number()
}

func (f fromCalls) WSAPoll(fdArray []PollFD, timeout int32) (int, error) {
	r := f.answer(WSAPollCall{FDArray: slices.Clone(fdArray), Timeout: timeout})
	for i := range min(len(fdArray), len(r.Revents)) {
		fdArray[i].Revents = r.Revents[i]
	}
	return r.number()
}

func (r Return) handle() (HANDLE, error) {
	if err := r.err(); err != nil {
		return 0, err
	}
	return r.Handle, nil
}

func (f fromCalls) WSACreateEvent() (HANDLE, error) { return f.answer(WSACreateEventCall{}).handle() }
func (f fromCalls) WSASetEvent(h HANDLE) error      { return f.answer(WSASetEventCall{h}).err() }
func (f fromCalls) WSAResetEvent(h HANDLE) error    { return f.answer(WSAResetEventCall{h}).err() }
func (f fromCalls) WSACloseEvent(h HANDLE) error    { return f.answer(WSACloseEventCall{h}).err() }

func (f fromCalls) WSAWaitForMultipleEvents(events []HANDLE, waitAll bool, timeout uint32, alertable bool) (uint32, error) {
	r := f.answer(WSAWaitForMultipleEventsCall{slices.Clone(events), waitAll, timeout, alertable})
	return uint32(r.N), r.err()
}

func (f fromCalls) WSAEventSelect(s SOCKET, event HANDLE, networkEvents int32) error {
	return f.answer(WSAEventSelectCall{s, event, networkEvents}).err()
}

func (f fromCalls) WSAEnumNetworkEvents(s SOCKET, event HANDLE, networkEvents *NetworkEvents) error {
	r := f.answer(WSAEnumNetworkEventsCall{s, event, networkEvents == nil})
	if networkEvents != nil && r.NetworkEvents != nil {
		*networkEvents = *r.NetworkEvents
	}
	return r.err()
}

func (f fromCalls) WSAGetOverlappedResult(s SOCKET, overlapped *Overlapped, transfer *uint32, wait bool, flags *uint32) error {
	r := f.answer(WSAGetOverlappedResultCall{s, f.overlappedIn(overlapped), transfer == nil, wait, flags == nil})
	storeCount(transfer, r.Count)
	storeCount(flags, r.Flags)
	return r.err()
}

func (f fromCalls) GetOverlappedResult(file HANDLE, overlapped *Overlapped, transferred *uint32, wait bool) error {
	r := f.answer(GetOverlappedResultCall{file, f.overlappedIn(overlapped), wait})
	storeCount(transferred, r.Count)
	return r.err()
}

func (f fromCalls) CancelIo(file HANDLE) error { return f.answer(CancelIoCall{file}).err() }

func (f fromCalls) CancelIoEx(file HANDLE, overlapped *Overlapped) error {
	return f.answer(CancelIoExCall{file, f.overlappedIn(overlapped)}).err()
}

func (f fromCalls) CreateIoCompletionPort(file, existingPort HANDLE, key uintptr, concurrentThreads uint32) (HANDLE, error) {
	return f.answer(CreateIoCompletionPortCall{file, existingPort, key, concurrentThreads}).handle()
}

func (f fromCalls) GetQueuedCompletionStatus(port HANDLE, transferred *uint32, key *uintptr, overlapped **Overlapped, milliseconds uint32) error {
	r := f.answer(GetQueuedCompletionStatusCall{port, milliseconds})
	*overlapped = nil
	if len(r.Packets) > 0 {
		*transferred, *key = r.Packets[0].Transferred, r.Packets[0].Key
		*overlapped = f.overlappedOut(r.Packets[0].Overlapped)
	}
	return r.err()
}

func (f fromCalls) GetQueuedCompletionStatusEx(port HANDLE, entries []OverlappedEntry, removed *uint32, milliseconds uint32, alertable bool) error {
	r := f.answer(GetQueuedCompletionStatusExCall{port, uint32(len(entries)), milliseconds, alertable})
	for i := range min(len(entries), len(r.Packets)) {
		p := r.Packets[i]
		entries[i] = OverlappedEntry{p.Key, f.overlappedOut(p.Overlapped), uintptr(p.Status), p.Transferred}
	}
	storeCount(removed, r.Count)
	return r.err()
}

func (f fromCalls) PostQueuedCompletionStatus(port HANDLE, transferred uint32, key uintptr, overlapped *Overlapped) error {
	return f.answer(PostQueuedCompletionStatusCall{port, transferred, key, f.overlappedIn(overlapped)}).err()
}

func (f fromCalls) SetFileCompletionNotificationModes(file HANDLE, flags uint8) error {
	return f.answer(SetFileCompletionNotificationModesCall{file, flags}).err()
}

func (f fromCalls) AcceptEx(listenSocket, acceptSocket SOCKET, out []byte, data, local, remote uint32, received *uint32, o *Overlapped) error {
	r := f.answer(AcceptExCall{listenSocket, acceptSocket, roomIn(out), data, local, remote, received == nil, f.overlappedIn(o), eventIn(o)})
	copy(out, r.Data)
	storeCount(received, r.Count)
	return r.err()
}

func (f fromCalls) GetAcceptExSockaddrs(out []byte, data, local, remote uint32) ([]byte, []byte) {
	r := f.answer(GetAcceptExSockaddrsCall{out, data, local, remote})
	return r.Local, r.Addr
}

func (f fromCalls) ConnectEx(s SOCKET, name, send []byte, sent *uint32, o *Overlapped) error {
	r := f.answer(ConnectExCall{s, name, send, sent == nil, f.overlappedIn(o), eventIn(o)})
	storeCount(sent, r.Count)
	return r.err()
}

func (f fromCalls) DisconnectEx(s SOCKET, o *Overlapped, flags, reserved uint32) error {
	return f.answer(DisconnectExCall{s, f.overlappedIn(o), eventIn(o), flags, reserved}).err()
}

func (f fromCalls) TransmitFile(s SOCKET, file HANDLE, bytesToWrite, bytesPerSend uint32, o *Overlapped, buffers *TransmitFileBuffers, flags uint32) error {
	c := TransmitFileCall{
		S: s, File: file, BytesToWrite: bytesToWrite, BytesPerSend: bytesPerSend,
		Overlapped: f.overlappedIn(o), Event: eventIn(o), NullBuffers: buffers == nil, Flags: flags,
	}
	if buffers != nil {
		c.Head, c.Tail = buffers.Head, buffers.Tail
	}
	return f.answer(c).err()
}

func (f fromCalls) WSASendMsg(s SOCKET, msg *Msg, flags uint32, sent *uint32, o *Overlapped, routine CompletionRoutine) error {
	c := WSASendMsgCall{S: s, NullMsg: msg == nil, Flags: flags, NullSent: sent == nil, Overlapped: f.overlappedIn(o), Event: eventIn(o), Routine: routine != nil}
	if msg != nil {
		c.Name, c.Buffers, c.Control, c.MsgFlags = msg.Name, bytesIn(msg.Buffers), msg.Control, msg.Flags
	}
	r := f.answer(c)
	storeCount(sent, r.Count)
	return r.err()
}

func (f fromCalls) WSARecvMsg(s SOCKET, msg *Msg, received *uint32, o *Overlapped, routine CompletionRoutine) error {
	c := WSARecvMsgCall{S: s, NullMsg: msg == nil, Name: NULL, Control: NULL, NullReceived: received == nil, Overlapped: f.overlappedIn(o), Event: eventIn(o), Routine: routine != nil}
	if msg != nil {
		c.Name, c.Namelen, c.Buffers = roomIn(msg.Name), msg.Namelen, roomsIn(msg.Buffers)
		c.Control, c.ControlLen, c.MsgFlags = roomIn(msg.Control), msg.ControlLen, msg.Flags
	}
	r := f.answer(c)
	storeCount(received, r.Count)
	if msg != nil {
		scatter(msg.Buffers, r.Data)
		copy(msg.Control, r.Control)
		storeCount(&msg.ControlLen, r.ControlLen)
		storeCount(&msg.Flags, r.MsgFlags)
		r.address(msg.Name, &msg.Namelen)
	}
	return r.err()
}

// WSAAccept asks the condition function beforehand, with an empty offer, since a
// call as a value holds its answer.
func (f fromCalls) WSAAccept(s SOCKET, addr []byte, addrlen *int32, condition ConditionFunc) (SOCKET, error) {
	c := WSAAcceptCall{S: s, Addr: roomIn(addr), Addrlen: clone(addrlen)}
	if condition != nil {
		offer := new(Offer)
		answer := condition(offer)
		c.Answer, c.Group = &answer, offer.Group
	}
	r := f.answer(c)
	r.address(addr, addrlen)
	return r.socket()
}

func (f fromCalls) WSASendDisconnect(s SOCKET, data []byte) error {
	return f.answer(WSASendDisconnectCall{s, data}).err()
}

func (f fromCalls) WSARecvDisconnect(s SOCKET, data []byte) error {
	return f.answer(WSARecvDisconnectCall{s, data}).err()
}

func (f fromCalls) WSADuplicateSocket(s SOCKET, processID uint32, info []byte) error {
	r := f.answer(WSADuplicateSocketCall{s, processID, roomIn(info)})
	copy(info, r.Data)
	return r.err()
}

func (f fromCalls) WSAEnumProtocols(protocols []int32, buf []byte, length *uint32) (int, error) {
	r := f.answer(WSAEnumProtocolsCall{slices.Clone(protocols), roomIn(buf), clone(length)})
	copy(buf, r.Data)
	store(length, r.Len)
	return r.number()
}

func (f fromCalls) GetCurrentProcessId() uint32 { return uint32(f.answer(GetCurrentProcessIdCall{}).N) }
