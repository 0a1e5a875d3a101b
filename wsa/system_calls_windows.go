package wsa

import (
	"bytes"

	"golang.org/x/sys/windows"
)

// err makes a call whose result says only whether it failed.
func (c *nativeCall) err() error {
	_, err := c.do()
	return err
}

// made makes a call that makes a socket.
func (c *nativeCall) made() (SOCKET, error) {
	s, err := c.do()
	if err != nil {
		return INVALID_SOCKET, err
	}
	return SOCKET(s), nil
}

// count makes a call that gives a number of bytes as an int.
func (c *nativeCall) count() (int, error) {
	n, err := c.do()
	if err != nil {
		return 0, err
	}
	return int(int32(n)), nil
}

// WSAStartup is WSAStartup of ws2_32.dll. What the system fills in is stored
// when the call fails, too (observed SV1).
func (t *SystemThread) WSAStartup(versionRequested uint16, data *WSADATA) error {
	if data == nil {
		return pin[windows.WSAData](t.begin(procWSAStartup).uint(uint32(versionRequested)), nil).err()
	}
	native := new(windows.WSAData)
	err := pin(t.begin(procWSAStartup).uint(uint32(versionRequested)), native).err()
	if *native != (windows.WSAData{}) {
		*data = WSADATA{
			Version: native.Version, HighVersion: native.HighVersion,
			Description: cString(native.Description[:]), SystemStatus: cString(native.SystemStatus[:]),
			MaxSockets: native.MaxSockets, MaxUDPDg: native.MaxUdpDg,
		}
	}
	return err
}

// cString is the text before the first zero.
func cString(b []byte) string {
	text, _, _ := bytes.Cut(b, []byte{0})
	return string(text)
}

// WSACleanup is WSACleanup of ws2_32.dll.
func (t *SystemThread) WSACleanup() error { return t.begin(procWSACleanup).err() }

// WSAGetLastError is WSAGetLastError of ws2_32.dll; 0 on a closed thread.
func (t *SystemThread) WSAGetLastError() Errno {
	e, err := t.begin(procWSAGetLastError).do()
	if err != nil {
		return 0
	}
	return Errno(e)
}

// WSASetLastError is WSASetLastError of ws2_32.dll.
func (t *SystemThread) WSASetLastError(err Errno) {
	_ = t.begin(procWSASetLastError).uint(uint32(err)).err()
}

// Socket is socket of ws2_32.dll.
func (t *SystemThread) Socket(af, typ, protocol int32) (SOCKET, error) {
	return t.begin(procSocket).int(af).int(typ).int(protocol).made()
}

// WSASocket is WSASocketW of ws2_32.dll.
func (t *SystemThread) WSASocket(af, typ, protocol int32, protocolInfo []byte, group, flags uint32) (SOCKET, error) {
	return t.begin(procWSASocket).int(af).int(typ).int(protocol).
		structure(protocolInfo, ProtocolInfoSize).uint(group).uint(flags).made()
}

// sizeofQOS is the size in bytes of QOS where pointers have 64 bits.
const sizeofQOS = 80

// Bind is bind of ws2_32.dll.
func (t *SystemThread) Bind(s SOCKET, name []byte) error {
	return t.begin(procBind).socket(s).bytes(name).err()
}

// Listen is listen of ws2_32.dll.
func (t *SystemThread) Listen(s SOCKET, backlog int32) error {
	return t.begin(procListen).socket(s).int(backlog).err()
}

// Accept is accept of ws2_32.dll.
func (t *SystemThread) Accept(s SOCKET, addr []byte, addrlen *int32) (SOCKET, error) {
	return pin(claimed(t.begin(procAccept).socket(s), addr, addrlen), addrlen).made()
}

// Connect is connect of ws2_32.dll.
func (t *SystemThread) Connect(s SOCKET, name []byte) error {
	return t.begin(procConnect).socket(s).bytes(name).err()
}

// WSAConnect is WSAConnect of ws2_32.dll.
func (t *SystemThread) WSAConnect(s SOCKET, name, callerData, calleeData, serviceQOS, groupQOS []byte) error {
	return t.begin(procWSAConnect).socket(s).bytes(name).buffer(callerData).buffer(calleeData).
		structure(serviceQOS, sizeofQOS).structure(groupQOS, sizeofQOS).err()
}

// Shutdown is shutdown of ws2_32.dll.
func (t *SystemThread) Shutdown(s SOCKET, how int32) error {
	return t.begin(procShutdown).socket(s).int(how).err()
}

// Closesocket is closesocket of ws2_32.dll.
func (t *SystemThread) Closesocket(s SOCKET) error {
	t.process.flights.closed(HANDLE(s))
	return t.begin(procClosesocket).socket(s).err()
}

// Getsockname is getsockname of ws2_32.dll.
func (t *SystemThread) Getsockname(s SOCKET, name []byte, namelen *int32) error {
	return pin(claimed(t.begin(procGetsockname).socket(s), name, namelen), namelen).err()
}

// Getpeername is getpeername of ws2_32.dll.
func (t *SystemThread) Getpeername(s SOCKET, name []byte, namelen *int32) error {
	return pin(claimed(t.begin(procGetpeername).socket(s), name, namelen), namelen).err()
}

// Send is send of ws2_32.dll.
func (t *SystemThread) Send(s SOCKET, buf []byte, flags int32) (int, error) {
	return t.begin(procSend).socket(s).bytes(buf).int(flags).count()
}

// Sendto is sendto of ws2_32.dll.
func (t *SystemThread) Sendto(s SOCKET, buf []byte, flags int32, to []byte) (int, error) {
	return t.begin(procSendto).socket(s).bytes(buf).int(flags).bytes(to).count()
}

// Recv is recv of ws2_32.dll.
func (t *SystemThread) Recv(s SOCKET, buf []byte, flags int32) (int, error) {
	return t.begin(procRecv).socket(s).bytes(buf).int(flags).count()
}

// Recvfrom is recvfrom of ws2_32.dll.
func (t *SystemThread) Recvfrom(s SOCKET, buf []byte, flags int32, from []byte, fromlen *int32) (int, error) {
	c := t.begin(procRecvfrom).socket(s).bytes(buf).int(flags)
	return pin(claimed(c, from, fromlen), fromlen).count()
}

// WSASend is WSASend of ws2_32.dll.
func (t *SystemThread) WSASend(s SOCKET, buffers [][]byte, sent *uint32, flags uint32, overlapped *Overlapped, routine CompletionRoutine) error {
	c := pin(t.begin(procWSASend).socket(s).buffers(buffers), sent)
	return c.uint(flags).operation(overlapped, routine).err()
}

// WSASendTo is WSASendTo of ws2_32.dll.
func (t *SystemThread) WSASendTo(s SOCKET, buffers [][]byte, sent *uint32, flags uint32, to []byte, overlapped *Overlapped, routine CompletionRoutine) error {
	c := pin(t.begin(procWSASendTo).socket(s).buffers(buffers), sent)
	return c.uint(flags).bytes(to).operation(overlapped, routine).err()
}

// WSARecv is WSARecv of ws2_32.dll.
func (t *SystemThread) WSARecv(s SOCKET, buffers [][]byte, received *uint32, flags *uint32, overlapped *Overlapped, routine CompletionRoutine) error {
	c := pin(t.begin(procWSARecv).socket(s).buffers(buffers), received)
	return pin(c, flags).operation(overlapped, routine).err()
}

// WSARecvFrom is WSARecvFrom of ws2_32.dll.
func (t *SystemThread) WSARecvFrom(s SOCKET, buffers [][]byte, received *uint32, flags *uint32, from []byte, fromlen *int32, overlapped *Overlapped, routine CompletionRoutine) error {
	c := pin(t.begin(procWSARecvFrom).socket(s).buffers(buffers), received)
	return pin(claimed(pin(c, flags), from, fromlen), fromlen).operation(overlapped, routine).err()
}

// Getsockopt is getsockopt of ws2_32.dll.
func (t *SystemThread) Getsockopt(s SOCKET, level, optname int32, optval []byte, optlen *int32) error {
	c := t.begin(procGetsockopt).socket(s).int(level).int(optname)
	return pin(claimed(c, optval, optlen), optlen).err()
}

// Setsockopt is setsockopt of ws2_32.dll.
func (t *SystemThread) Setsockopt(s SOCKET, level, optname int32, optval []byte) error {
	return t.begin(procSetsockopt).socket(s).int(level).int(optname).bytes(optval).err()
}

// Ioctlsocket is ioctlsocket of ws2_32.dll.
func (t *SystemThread) Ioctlsocket(s SOCKET, cmd uint32, argp *uint32) error {
	return pin(t.begin(procIoctlsocket).socket(s).uint(cmd), argp).err()
}

// WSAIoctl is WSAIoctl of ws2_32.dll.
func (t *SystemThread) WSAIoctl(s SOCKET, code uint32, in, out []byte, returned *uint32, overlapped *Overlapped, routine CompletionRoutine) error {
	c := t.begin(procWSAIoctl).socket(s).uint(code).bytes(in).bytes(out)
	return pin(c, returned).operation(overlapped, routine).err()
}

// WSASetSocketSecurity is WSASetSocketSecurity of fwpuclnt.dll.
func (t *SystemThread) WSASetSocketSecurity(s SOCKET, settings []byte, overlapped *Overlapped, routine CompletionRoutine) error {
	return t.begin(procWSASetSocketSecurity).socket(s).bytes(settings).operation(overlapped, routine).err()
}

// WSASetSocketPeerTargetName is WSASetSocketPeerTargetName of fwpuclnt.dll.
func (t *SystemThread) WSASetSocketPeerTargetName(s SOCKET, name []byte, overlapped *Overlapped, routine CompletionRoutine) error {
	return t.begin(procWSASetSocketPeerTargetName).socket(s).bytes(name).operation(overlapped, routine).err()
}

// WSADeleteSocketPeerTargetName is WSADeleteSocketPeerTargetName of
// fwpuclnt.dll.
func (t *SystemThread) WSADeleteSocketPeerTargetName(s SOCKET, peerAddr []byte, overlapped *Overlapped, routine CompletionRoutine) error {
	return t.begin(procWSADeleteSocketPeerTargetName).socket(s).bytes(peerAddr).operation(overlapped, routine).err()
}

// WSAQuerySocketSecurity is WSAQuerySocketSecurity of fwpuclnt.dll.
func (t *SystemThread) WSAQuerySocketSecurity(s SOCKET, template, info []byte, infoLen *uint32, overlapped *Overlapped, routine CompletionRoutine) error {
	c := t.begin(procWSAQuerySocketSecurity).socket(s).bytes(template)
	return pin(claimed(c, info, infoLen), infoLen).operation(overlapped, routine).err()
}

// WSAImpersonateSocketPeer is WSAImpersonateSocketPeer of fwpuclnt.dll.
func (t *SystemThread) WSAImpersonateSocketPeer(s SOCKET, peerAddr []byte) error {
	return t.begin(procWSAImpersonateSocketPeer).socket(s).bytes(peerAddr).err()
}

// WSARevertImpersonation is WSARevertImpersonation of fwpuclnt.dll.
func (t *SystemThread) WSARevertImpersonation() error {
	return t.begin(procWSARevertImpersonation).err()
}

// CloseHandle is CloseHandle of kernel32.dll.
func (t *SystemThread) CloseHandle(h HANDLE) error {
	t.process.flights.closed(h)
	return t.begin(procCloseHandle).handle(h).err()
}

// SleepEx is SleepEx of kernel32.dll; 0 on a closed thread.
func (t *SystemThread) SleepEx(milliseconds uint32, alertable bool) uint32 {
	reason, err := t.begin(procSleepEx).uint(milliseconds).bool(alertable).do()
	if err != nil {
		return 0
	}
	return uint32(reason)
}
