package fuzz

import "wsasim/wsa"

// How the calls of overlapped operations, completion ports and the extension
// functions are drawn.

// overlappedIDs is how many OVERLAPPEDs a process has: few enough that one is used
// again while its operation is in flight, now and then.
const overlappedIDs = 20

// id draws an OVERLAPPED.
func (g source) id() wsa.OverlappedID {
	return wsa.OverlappedID(1 + g.upTo(overlappedIDs-1, "overlapped id"))
}

// mostlyOverlapped is overlapped for calls that are there to be: with an event now
// and then, of which one has its low bit set.
func (g source) mostlyOverlapped() (id wsa.OverlappedID, event wsa.HANDLE, routine bool) {
	switch g.upTo(15, "overlapped") {
	case 0, 1, 2, 3:
		return 0, 0, false
	case 4:
		return 0, 0, true
	case 5:
		return g.id(), 0, true
	case 6, 7:
		event = g.event()
		if g.once(4, "no packet") {
			event |= 1
		}
	}
	return g.id(), event, false
}

// started is mostlyOverlapped for calls that have no routine and nearly always an
// OVERLAPPED.
func (g source) started() (id wsa.OverlappedID, event wsa.HANDLE) {
	if g.once(20, "no overlapped") {
		return 0, 0
	}
	if g.once(4, "event") {
		event = g.event()
	}
	return g.id(), event
}

// file draws the handle of a socket, mostly.
func (g source) file() wsa.HANDLE {
	if g.once(20, "no socket") {
		return g.handle()
	}
	return wsa.HANDLE(g.socket())
}

// port draws the handle of a completion port, mostly an open one.
func (g source) port() wsa.HANDLE {
	if len(g.p.Ports) > 0 && !g.once(12, "no port") {
		return pick(g, "port", g.p.Ports...)
	}
	return pick(g, "bogus port", 0, g.handle(), 0x7FFFFFFC)
}

func (g source) wsaResult() wsa.Call {
	c := wsa.WSAGetOverlappedResultCall{S: g.socket(), Overlapped: g.id(), Wait: g.once(6, "wait"), NullTransfer: g.once(30, "no count"), NullFlags: g.once(30, "no flags")}
	if g.once(30, "no overlapped") {
		c.Overlapped = 0
	}
	return c
}

func (g source) kernelResult() wsa.Call {
	return wsa.GetOverlappedResultCall{File: g.file(), Overlapped: g.id(), Wait: g.once(6, "wait")}
}

func (g source) cancelIoEx() wsa.Call {
	c := wsa.CancelIoExCall{File: g.file()}
	if g.once(2, "one") {
		c.Overlapped = g.id()
	}
	return c
}

func (g source) createPort() wsa.Call {
	c := wsa.CreateIoCompletionPortCall{FileHandle: wsa.INVALID_HANDLE_VALUE, NumberOfConcurrentThreads: uint32(g.upTo(2, "threads"))}
	if !g.once(5, "only a port") {
		c.FileHandle, c.CompletionKey = g.file(), uintptr(g.upTo(9, "key"))
	}
	if len(g.p.Ports) > 0 && !g.once(5, "a new port") && (c.FileHandle != wsa.INVALID_HANDLE_VALUE || g.once(8, "a port without a file")) {
		c.ExistingCompletionPort = g.port()
	}
	return c
}

func (g source) getQueued() wsa.Call {
	return wsa.GetQueuedCompletionStatusCall{CompletionPort: g.port(), Milliseconds: g.timeout()}
}

func (g source) getQueuedEx() wsa.Call {
	return wsa.GetQueuedCompletionStatusExCall{
		CompletionPort: g.port(), Count: uint32(pick(g, "count", 1, 2, 4, 0)), Milliseconds: g.timeout(), Alertable: g.once(3, "alertable"),
	}
}

func (g source) post() wsa.Call {
	c := wsa.PostQueuedCompletionStatusCall{CompletionPort: g.port(), NumberOfBytesTransferred: g.number("bytes"), CompletionKey: uintptr(g.upTo(9, "key"))}
	if g.once(2, "overlapped") {
		c.Overlapped = g.id()
	}
	return c
}

func (g source) setModes() wsa.Call {
	return wsa.SetFileCompletionNotificationModesCall{FileHandle: g.file(), Flags: uint8(pick(g, "modes", 1, 3, 2, 0, 4, 0x80))}
}

// acceptLengths draws the lengths of AcceptEx's buffer: mostly enough.
func (g source) acceptLengths() (data, local, remote uint32, room wsa.Room) {
	data = uint32(pick(g, "data", 0, 0, 1, 5, 100))
	local, remote = uint32(pick(g, "local", 44, 44, 44, 44, 0)), uint32(44)
	if g.once(12, "odd lengths") {
		local, remote = uint32(pick(g, "local", 32, 3, 20, 43)), uint32(pick(g, "remote", 32, 0, 3, 31, 43))
	}
	room = wsa.Room(data + local + remote)
	if g.once(20, "little room") {
		room = pick(g, "room", wsa.NULL, 0, room-1)
	}
	return data, local, remote, room
}

func (g source) acceptEx() wsa.Call {
	c := wsa.AcceptExCall{ListenSocket: g.socket(), AcceptSocket: g.socket(), NullReceived: g.once(3, "no count")}
	c.ReceiveDataLength, c.LocalAddressLength, c.RemoteAddressLength, c.OutputBuffer = g.acceptLengths()
	c.Overlapped, c.Event = g.started()
	return c
}

func (g source) acceptExSockaddrs() wsa.Call {
	c := wsa.GetAcceptExSockaddrsCall{}
	var room wsa.Room
	c.ReceiveDataLength, c.LocalAddressLength, c.RemoteAddressLength, room = g.acceptLengths()
	c.OutputBuffer = make(wsa.Bytes, max(room, 0))
	for i := range c.OutputBuffer {
		c.OutputBuffer[i] = byte(g.upTo(3, "byte") * 16)
		if i > 8 {
			break
		}
	}
	return c
}

func (g source) connectEx() wsa.Call {
	c := wsa.ConnectExCall{S: g.socket(), Name: g.sockaddr(g.addrPort()), NullSent: g.once(3, "no count")}
	if g.once(2, "data") {
		c.SendBuffer = g.payload()
	}
	c.Overlapped, c.Event = g.started()
	return c
}

func (g source) disconnectEx() wsa.Call {
	c := wsa.DisconnectExCall{S: g.socket()}
	c.Overlapped, c.Event = g.started()
	if g.once(3, "at once") {
		c.Overlapped, c.Event = 0, 0
	}
	switch g.upTo(11, "flags") {
	case 0, 1, 2:
		c.Flags = wsa.TF_REUSE_SOCKET
	case 3:
		c.Flags = 1
	case 4:
		c.Reserved = 1
	}
	return c
}

func (g source) transmitFile() wsa.Call {
	c := wsa.TransmitFileCall{S: g.socket(), NullBuffers: g.once(4, "no buffers")}
	if !c.NullBuffers {
		c.Head, c.Tail = g.payload(), g.payload()
	}
	switch {
	case len(g.p.Files) > 0 && g.once(2, "a file"):
		c.File = pick(g, "file", g.p.Files...)
		c.BytesToWrite, c.BytesPerSend = pick(g, "bytes to write", uint32(0), 0, 1, 50), pick(g, "bytes per send", uint32(0), 1, 1000)
	case g.once(20, "no file"):
		c.File = g.handle()
	}
	c.Overlapped, c.Event = g.started()
	if g.once(3, "at once") {
		c.Overlapped, c.Event = 0, 0
	}
	if g.once(6, "flags") {
		c.Flags = uint32(pick(g, "flag", wsa.TF_DISCONNECT, wsa.TF_REUSE_SOCKET, wsa.TF_DISCONNECT|wsa.TF_REUSE_SOCKET))
	}
	return c
}

func (g source) wsaSendMsg() wsa.Call {
	c := wsa.WSASendMsgCall{S: g.socket(), NullMsg: g.once(20, "no message"), Name: g.to(), Buffers: list(g, g.payload), Flags: uint32(g.flags()), NullSent: g.once(8, "no count")}
	if g.once(8, "control") {
		c.Control = pick(g, "control", wsa.Bytes{}, make(wsa.Bytes, 3), wsa.AppendControl(nil, wsa.ControlMessage{Level: wsa.IPPROTO_IP, Type: wsa.IP_TTL, Data: []byte{9, 0, 0, 0}}))
	}
	if g.once(16, "message flags") {
		c.MsgFlags = wsa.MSG_PEEK
	}
	c.Overlapped, c.Event, c.Routine = g.mostlyOverlapped()
	return c
}

func (g source) wsaRecvMsg() wsa.Call {
	c := wsa.WSARecvMsgCall{S: g.socket(), NullMsg: g.once(20, "no message"), Buffers: list(g, g.room), NullReceived: g.once(8, "no count"), Name: 28, Namelen: 28}
	switch g.upTo(9, "name") {
	case 0:
		c.Name, c.Namelen = wsa.NULL, 0
	case 1:
		c.Namelen = pick(g, "name length", int32(0), 3, 64)
		c.Name = pick(g, "name room", wsa.NULL, 28, 3)
	}
	c.Control = pick(g, "control", wsa.Room(128), 64, 0, 24, wsa.NULL)
	c.ControlLen = uint32(max(c.Control, 0))
	if g.once(20, "odd control length") {
		c.ControlLen = pick(g, "control length", uint32(0), 8, 200)
	}
	if g.once(12, "message flags") {
		c.MsgFlags = uint32(pick(g, "flags", wsa.MSG_PEEK, wsa.MSG_OOB))
	}
	c.Overlapped, c.Event, c.Routine = g.mostlyOverlapped()
	return c
}
