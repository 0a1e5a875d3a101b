package trace

import (
	"bytes"
	"slices"

	"wsasim/wsa"
)

func (t *recorded) QueueUserAPC(routine func()) error {
	t.made(wsa.QueueUserAPCCall{})
	err := t.api.QueueUserAPC(routine)
	ret := result(err)
	t.returned(&ret)
	return err
}

// over writes the completion of an operation that the program has asked about,
// unless it goes on.
func (t *recorded) over(o *wsa.Overlapped, n uint32) {
	if o != nil && o.Internal != wsa.STATUS_PENDING {
		t.ended(o, wsa.NTStatus(o.Internal), n)
	}
}

func (t *recorded) WSAGetOverlappedResult(s wsa.SOCKET, o *wsa.Overlapped, transfer *uint32, wait bool, flags *uint32) error {
	t.made(wsa.WSAGetOverlappedResultCall{S: s, Overlapped: t.r.id(o), NullTransfer: transfer == nil, Wait: wait, NullFlags: flags == nil})
	err := t.api.WSAGetOverlappedResult(s, o, transfer, wait, flags)
	ret := result(err)
	ret.Count, ret.Flags = clone(transfer), clone(flags)
	t.over(o, uint32(number(transfer)))
	t.returned(&ret)
	return err
}

func (t *recorded) GetOverlappedResult(file wsa.HANDLE, o *wsa.Overlapped, transferred *uint32, wait bool) error {
	t.made(wsa.GetOverlappedResultCall{File: file, Overlapped: t.r.id(o), Wait: wait})
	err := t.api.GetOverlappedResult(file, o, transferred, wait)
	ret := result(err)
	ret.Count = clone(transferred)
	t.over(o, uint32(number(transferred)))
	t.returned(&ret)
	return err
}

func (t *recorded) CancelIoEx(file wsa.HANDLE, o *wsa.Overlapped) error {
	t.made(wsa.CancelIoExCall{File: file, Overlapped: t.r.id(o)})
	err := t.api.CancelIoEx(file, o)
	ret := result(err)
	t.returned(&ret)
	return err
}

func (t *recorded) GetQueuedCompletionStatus(port wsa.HANDLE, transferred *uint32, key *uintptr, o **wsa.Overlapped, milliseconds uint32) error {
	t.made(wsa.GetQueuedCompletionStatusCall{CompletionPort: port, Milliseconds: milliseconds})
	err := t.api.GetQueuedCompletionStatus(port, transferred, key, o, milliseconds)
	ret := result(err)
	if transferred != nil && key != nil && o != nil && (err == nil || *o != nil) {
		ret.Packets = []wsa.Packet{t.packet(*key, *o, *transferred)}
	}
	t.returned(&ret)
	return err
}

// packet is what a port gave, with a record of the operation that it is about.
func (t *recorded) packet(key uintptr, o *wsa.Overlapped, n uint32) wsa.Packet {
	p := wsa.Packet{Key: key, Overlapped: t.r.id(o), Transferred: n}
	if o != nil {
		p.Status = wsa.NTStatus(o.Internal)
		t.ended(o, p.Status, n)
	}
	return p
}

func (t *recorded) GetQueuedCompletionStatusEx(port wsa.HANDLE, entries []wsa.OverlappedEntry, removed *uint32, milliseconds uint32, alertable bool) error {
	t.made(wsa.GetQueuedCompletionStatusExCall{CompletionPort: port, Count: uint32(len(entries)), Milliseconds: milliseconds, Alertable: alertable})
	err := t.api.GetQueuedCompletionStatusEx(port, entries, removed, milliseconds, alertable)
	ret := result(err)
	ret.Count = clone(removed)
	if err == nil && removed != nil {
		for _, e := range entries[:min(int(*removed), len(entries))] {
			ret.Packets = append(ret.Packets, t.packet(e.CompletionKey, e.Overlapped, e.NumberOfBytesTransferred))
		}
	}
	t.returned(&ret)
	return err
}

func (t *recorded) PostQueuedCompletionStatus(port wsa.HANDLE, transferred uint32, key uintptr, o *wsa.Overlapped) error {
	t.made(wsa.PostQueuedCompletionStatusCall{CompletionPort: port, NumberOfBytesTransferred: transferred, CompletionKey: key, Overlapped: t.r.id(o)})
	err := t.api.PostQueuedCompletionStatus(port, transferred, key, o)
	ret := result(err)
	t.returned(&ret)
	return err
}

func (t *recorded) AcceptEx(listenSocket, acceptSocket wsa.SOCKET, out []byte, data, local, remote uint32, received *uint32, o *wsa.Overlapped) error {
	t.made(wsa.AcceptExCall{
		ListenSocket: listenSocket, AcceptSocket: acceptSocket, OutputBuffer: room(out), ReceiveDataLength: data,
		LocalAddressLength: local, RemoteAddressLength: remote, NullReceived: received == nil, Overlapped: t.r.id(o), Event: event(o),
	})
	err := t.api.AcceptEx(listenSocket, acceptSocket, out, data, local, remote, received, o)
	ret := result(err)
	ret.Count = clone(received)
	if err == nil {
		ret.Data = bytes.Clone(out)
	}
	t.finished(ret, o, err)
	return err
}

func (t *recorded) ConnectEx(s wsa.SOCKET, name, send []byte, sent *uint32, o *wsa.Overlapped) error {
	t.made(wsa.ConnectExCall{S: s, Name: bytes.Clone(name), SendBuffer: bytes.Clone(send), NullSent: sent == nil, Overlapped: t.r.id(o), Event: event(o)})
	err := t.api.ConnectEx(s, name, send, sent, o)
	ret := result(err)
	ret.Count = clone(sent)
	t.finished(ret, o, err)
	return err
}

func (t *recorded) DisconnectEx(s wsa.SOCKET, o *wsa.Overlapped, flags, reserved uint32) error {
	t.made(wsa.DisconnectExCall{S: s, Overlapped: t.r.id(o), Event: event(o), Flags: flags, Reserved: reserved})
	err := t.api.DisconnectEx(s, o, flags, reserved)
	t.finished(result(err), o, err)
	return err
}

func (t *recorded) TransmitFile(s wsa.SOCKET, file wsa.HANDLE, bytesToWrite, bytesPerSend uint32, o *wsa.Overlapped, buffers *wsa.TransmitFileBuffers, flags uint32) error {
	c := wsa.TransmitFileCall{
		S: s, File: file, BytesToWrite: bytesToWrite, BytesPerSend: bytesPerSend,
		Overlapped: t.r.id(o), Event: event(o), NullBuffers: buffers == nil, Flags: flags,
	}
	if buffers != nil {
		c.Head, c.Tail = bytes.Clone(buffers.Head), bytes.Clone(buffers.Tail)
	}
	t.made(c)
	err := t.api.TransmitFile(s, file, bytesToWrite, bytesPerSend, o, buffers, flags)
	t.finished(result(err), o, err)
	return err
}

func (t *recorded) WSAAccept(s wsa.SOCKET, addr []byte, addrlen *int32, condition wsa.ConditionFunc) (wsa.SOCKET, error) {
	// The answer of the condition function stands in the call, since without it
	// nobody could make the call again: so the record is written behind it.
	c := wsa.WSAAcceptCall{S: s, Addr: room(addr), Addrlen: clone(addrlen)}
	var asked *int32
	var group uint32
	if condition != nil {
		whole := condition
		condition = func(offer *wsa.Offer) int32 {
			answer := whole(offer)
			asked, group = &answer, offer.Group
			return answer
		}
		// Nothing was offered: what the function would have said is not known,
		// and it was not asked.
		accept := int32(wsa.CF_ACCEPT)
		c.Answer = &accept
	}
	before := bytes.Clone(addr)
	socket, err := t.api.WSAAccept(s, addr, addrlen, condition)
	if asked != nil {
		c.Answer, c.Group = asked, group
	}
	t.made(c)
	ret := result(err)
	if err == nil {
		ret.Socket = socket
	}
	ret.Answer, ret.Group = clone(asked), group
	withAddr(&ret, before, addr, addrlen)
	t.returned(&ret)
	return socket, err
}

func (t *recorded) GetAddrInfoEx(name, serviceName *string, nameSpace uint32, nspID *wsa.GUID, hints *wsa.AddrInfoEx, list *[]wsa.AddrInfoEx, timeout *wsa.Timeval, o *wsa.Overlapped, routine wsa.LookupRoutine, nameHandle *wsa.HANDLE) error {
	t.made(wsa.GetAddrInfoExCall{
		Name: clone(name), ServiceName: clone(serviceName), NameSpace: nameSpace, NspID: clone(nspID), Hints: clone(hints),
		NullResult: list == nil, Timeout: clone(timeout), Overlapped: t.r.id(o), Event: event(o),
		Routine: routine != nil, NameHandle: nameHandle != nil,
	})
	err := t.api.GetAddrInfoEx(name, serviceName, nameSpace, nspID, hints, list, timeout, o, routine, nameHandle)
	ret := result(err)
	if err == nil && list != nil {
		ret.AddrInfo = slices.Clone(*list)
	}
	if nameHandle != nil {
		ret.Handle = *nameHandle
	}
	t.returned(&ret)
	return err
}

func (t *recorded) GetAddrInfoExOverlappedResult(o *wsa.Overlapped) error {
	t.made(wsa.GetAddrInfoExOverlappedResultCall{Overlapped: t.r.id(o)})
	err := t.api.GetAddrInfoExOverlappedResult(o)
	ret := result(err)
	t.returned(&ret)
	return err
}
