package wsa

import "unsafe"

// pinSlice appends a pointer to the first element; nil is NULL.
func pinSlice[T any](c *nativeCall, list []T) *nativeCall { return pin(c, unsafe.SliceData(list)) }

// AcceptEx is what SIO_GET_EXTENSION_FUNCTION_POINTER gives for it.
func (t *SystemThread) AcceptEx(listenSocket, acceptSocket SOCKET, outputBuffer []byte, receiveDataLength, localAddressLength, remoteAddressLength uint32, received *uint32, overlapped *Overlapped) error {
	// The buffer's length is the sum of the three.
	claim := int64(receiveDataLength) + int64(localAddressLength) + int64(remoteAddressLength)
	c := t.begin(procAcceptEx).socket(listenSocket).socket(acceptSocket)
	c.word(c.room(outputBuffer, claim)).uint(receiveDataLength).uint(localAddressLength).uint(remoteAddressLength)
	return pin(c, received).overlapped(overlapped).err()
}

// GetAcceptExSockaddrs is what SIO_GET_EXTENSION_FUNCTION_POINTER gives for it,
// since Wine's mswsock.dll finds nothing unless its own AcceptEx was used. Without a buffer
// it is not called, since it would end the program.
func (t *SystemThread) GetAcceptExSockaddrs(outputBuffer []byte, receiveDataLength, localAddressLength, remoteAddressLength uint32) (local, remote []byte) {
	claim := int64(receiveDataLength) + int64(localAddressLength) + int64(remoteAddressLength)
	if outputBuffer == nil || claim > spaceMost {
		return nil, nil
	}
	// A buffer of the length that is claimed; it is only read.
	buf := append(make([]byte, 0, claim), outputBuffer[:min(int64(len(outputBuffer)), claim)]...)[:claim]
	if claim == 0 {
		return nil, nil
	}
	found := new([2]struct { // written as numbers, see GetQueuedCompletionStatus
		addr uintptr
		len  int32
	})
	c := t.begin(procGetAcceptExSockaddrs)
	start := c.room(buf, claim)
	c.word(start).uint(receiveDataLength).uint(localAddressLength).uint(remoteAddressLength)
	pin(pin(c, &found[0].addr), &found[0].len)
	pin(pin(c, &found[1].addr), &found[1].len)
	if c.err() != nil {
		return nil, nil
	}
	var parts [2][]byte
	for i, f := range found {
		at := int64(f.addr) - int64(start)
		if f.addr != 0 && at >= 0 && f.len >= 0 && at+int64(f.len) <= claim {
			parts[i] = buf[at : at+int64(f.len)]
		}
	}
	return parts[0], parts[1]
}

// ConnectEx is what SIO_GET_EXTENSION_FUNCTION_POINTER gives for it.
func (t *SystemThread) ConnectEx(s SOCKET, name, sendBuffer []byte, sent *uint32, overlapped *Overlapped) error {
	c := t.begin(procConnectEx).socket(s).bytes(name).bytes(sendBuffer)
	return pin(c, sent).overlapped(overlapped).err()
}

// DisconnectEx is what SIO_GET_EXTENSION_FUNCTION_POINTER gives for it.
func (t *SystemThread) DisconnectEx(s SOCKET, overlapped *Overlapped, flags, reserved uint32) error {
	return t.begin(procDisconnectEx).socket(s).overlapped(overlapped).uint(flags).uint(reserved).err()
}

// nativeFileBuffers is TRANSMIT_FILE_BUFFERS (mswsock.h).
type nativeFileBuffers struct {
	head    *byte
	headLen uint32
	tail    *byte
	tailLen uint32
}

// TransmitFile is what SIO_GET_EXTENSION_FUNCTION_POINTER gives for it.
func (t *SystemThread) TransmitFile(s SOCKET, file HANDLE, bytesToWrite, bytesPerSend uint32, overlapped *Overlapped, buffers *TransmitFileBuffers, flags uint32) error {
	c := t.begin(procTransmitFile).socket(s).handle(file).uint(bytesToWrite).uint(bytesPerSend).overlapped(overlapped)
	var native *nativeFileBuffers
	if buffers != nil {
		native = &nativeFileBuffers{
			unsafe.SliceData(buffers.Head), uint32(len(buffers.Head)),
			unsafe.SliceData(buffers.Tail), uint32(len(buffers.Tail)),
		}
		c.hold(buffers.Head)
		c.hold(buffers.Tail)
	}
	return pin(c, native).uint(flags).err()
}

// hold keeps bytes where they are that another structure points to.
func (c *nativeCall) hold(b []byte) {
	if b != nil {
		c.pins.Pin(unsafe.SliceData(b))
	}
}

// nativeMsg is WSAMSG (ws2def.h). Pointers are numbers, since some are to
// memory outside of Go's; what they point to is pinned.
type nativeMsg struct {
	name    uintptr
	namelen int32
	buffers uintptr
	count   uint32
	control struct { // a WSABUF, aligned as one
		len uint32
		buf uintptr
	}
	flags uint32
}

// message appends a WSAMSG. If the call is a receive, what becomes of it is
// stored when the operation has ended.
func (c *nativeCall) message(m *Msg, receive bool) *nativeCall {
	if m == nil {
		return c.word(0)
	}
	native := &nativeMsg{
		name: c.room(m.Name, int64(m.Namelen)), namelen: m.Namelen,
		count: uint32(len(m.Buffers)), flags: m.Flags,
	}
	native.control.len, native.control.buf = m.ControlLen, c.room(m.Control, int64(m.ControlLen))
	if m.Buffers != nil {
		array := c.array(m.Buffers)
		c.pins.Pin(array)
		native.buffers = uintptr(unsafe.Pointer(array))
	}
	if receive {
		c.after = func() { m.Namelen, m.ControlLen, m.Flags = native.namelen, native.control.len, native.flags }
	}
	return pin(c, native)
}

// WSASendMsg is WSASendMsg of ws2_32.dll.
func (t *SystemThread) WSASendMsg(s SOCKET, msg *Msg, flags uint32, sent *uint32, overlapped *Overlapped, routine CompletionRoutine) error {
	c := t.begin(procWSASendMsg).socket(s).message(msg, false).uint(flags)
	return pin(c, sent).operation(overlapped, routine).err()
}

// WSARecvMsg is what SIO_GET_EXTENSION_FUNCTION_POINTER gives for it.
func (t *SystemThread) WSARecvMsg(s SOCKET, msg *Msg, received *uint32, overlapped *Overlapped, routine CompletionRoutine) error {
	c := t.begin(procWSARecvMsg).socket(s).message(msg, true)
	return pin(c, received).operation(overlapped, routine).err()
}

// WSAAccept is WSAAccept of ws2_32.dll.
func (t *SystemThread) WSAAccept(s SOCKET, addr []byte, addrlen *int32, condition ConditionFunc) (SOCKET, error) {
	c := pin(claimed(t.begin(procWSAAccept).socket(s), addr, addrlen), addrlen)
	if condition == nil {
		return c.word(0).word(0).made()
	}
	id := t.process.conditions.add(condition)
	defer t.process.conditions.take(id)
	return c.word(t.process.condition).word(id).made()
}

// nativeBuf is a WSABUF as a condition function gets it: memory of the system.
type nativeBuf struct {
	len uint32
	buf *byte
}

func (b *nativeBuf) clone() []byte {
	if b == nil || b.buf == nil {
		return nil
	}
	return append([]byte{}, unsafe.Slice(b.buf, b.len)...)
}

// judged is the condition function that the system is given, for every
// WSAAccept. It runs on the thread that called.
func (p *SystemProcess) judged(callerID, _ *nativeBuf, _, _ uintptr, calleeID, _ *nativeBuf, group *uint32, id uintptr) uintptr {
	condition := p.conditions.get(id)
	if condition == nil {
		return CF_REJECT
	}
	offer := &Offer{CallerID: callerID.clone(), CalleeID: calleeID.clone()}
	answer := condition(offer)
	if group != nil {
		*group = offer.Group
	}
	return uintptr(uint32(answer))
}

// WSASendDisconnect is WSASendDisconnect of ws2_32.dll.
func (t *SystemThread) WSASendDisconnect(s SOCKET, outboundDisconnectData []byte) error {
	return t.begin(procWSASendDisconnect).socket(s).buffer(outboundDisconnectData).err()
}

// WSARecvDisconnect is WSARecvDisconnect of ws2_32.dll.
func (t *SystemThread) WSARecvDisconnect(s SOCKET, inboundDisconnectData []byte) error {
	return t.begin(procWSARecvDisconnect).socket(s).buffer(inboundDisconnectData).err()
}

// WSADuplicateSocket is WSADuplicateSocketW of ws2_32.dll.
func (t *SystemThread) WSADuplicateSocket(s SOCKET, processID uint32, protocolInfo []byte) error {
	c := t.begin(procWSADuplicateSocket).socket(s).uint(processID)
	return c.word(c.room(protocolInfo, ProtocolInfoSize)).err()
}

// WSAEnumProtocols is WSAEnumProtocolsW of ws2_32.dll.
func (t *SystemThread) WSAEnumProtocols(protocols []int32, protocolBuffer []byte, bufferLength *uint32) (int, error) {
	if protocols != nil {
		protocols = append(protocols[:len(protocols):len(protocols)], 0)
	}
	c := pinSlice(t.begin(procWSAEnumProtocols), protocols)
	return pin(claimed(c, protocolBuffer, bufferLength), bufferLength).count()
}

// GetCurrentProcessId is GetCurrentProcessId of kernel32.dll; 0 on a closed
// thread.
func (t *SystemThread) GetCurrentProcessId() uint32 {
	id, err := t.begin(procGetCurrentProcessId).do()
	if err != nil {
		return 0
	}
	return uint32(id)
}
