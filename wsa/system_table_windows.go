package wsa

import "fmt"

// The DLLs.
const (
	ws2_32   = "ws2_32.dll"
	fwpuclnt = "fwpuclnt.dll"
	kernel32 = "kernel32.dll"
)

// failure is how the result of a function tells that it failed.
type failure uint8

const (
	neverFails    failure = iota
	socketError           // an int that is SOCKET_ERROR; the upper half of the register means nothing
	invalidSocket         // a SOCKET that is INVALID_SOCKET
	falseResult           // a BOOL that is zero; the upper half of the register means nothing
	codeItself            // an int that is the error, 0 for success; the last error means nothing
)

// holds reports whether the result tells of a failure.
func (f failure) holds(result uintptr) bool {
	switch f {
	case socketError:
		return uint32(result) == 0xFFFFFFFF
	case invalidSocket:
		return SOCKET(result) == INVALID_SOCKET
	case falseResult:
		return uint32(result) == 0
	case codeItself:
		return uint32(result) != 0
	}
	return false
}

// judge is the error that a result stands for, nil for success.
func (d *declaration) judge(result uintptr, last Errno) error {
	switch {
	case !d.fails.holds(result):
		return nil
	case d.fails == codeItself:
		return Errno(result).Err()
	case last == 0:
		// Nothing that a program could tell from success by its number.
		return fmt.Errorf("wsa: %s fails and the last error is 0", d.name)
	}
	return last.Err()
}

// procID is the index of a function in declarations.
type procID uint8

const (
	procWSAStartup procID = iota
	procWSACleanup
	procWSAGetLastError
	procWSASetLastError
	procSocket
	procWSASocket
	procBind
	procListen
	procAccept
	procConnect
	procWSAConnect
	procShutdown
	procClosesocket
	procGetsockname
	procGetpeername
	procSend
	procSendto
	procRecv
	procRecvfrom
	procWSASend
	procWSASendTo
	procWSARecv
	procWSARecvFrom
	procGetsockopt
	procSetsockopt
	procIoctlsocket
	procWSAIoctl
	procWSASetSocketSecurity
	procWSASetSocketPeerTargetName
	procWSADeleteSocketPeerTargetName
	procWSAQuerySocketSecurity
	procWSAImpersonateSocketPeer
	procWSARevertImpersonation
	procCloseHandle
	procSleepEx
	procCount
)

// declaration is one function of the system. No function here takes a
// parameter of 64 bits by value, so that each parameter is one machine word on
// every target; words is their number, which on 386 the function takes off the
// stack itself.
type declaration struct {
	dll, name string
	words     uint8
	fails     failure
	wineStub  bool // Wine exports it and ends the program when it is called
}

var declarations = [procCount]declaration{
	procWSAStartup:      {ws2_32, "WSAStartup", 2, codeItself, false},
	procWSACleanup:      {ws2_32, "WSACleanup", 0, socketError, false},
	procWSAGetLastError: {ws2_32, "WSAGetLastError", 0, neverFails, false},
	procWSASetLastError: {ws2_32, "WSASetLastError", 1, neverFails, false},
	procSocket:          {ws2_32, "socket", 3, invalidSocket, false},
	procWSASocket:       {ws2_32, "WSASocketW", 6, invalidSocket, false},
	procBind:            {ws2_32, "bind", 3, socketError, false},
	procListen:          {ws2_32, "listen", 2, socketError, false},
	procAccept:          {ws2_32, "accept", 3, invalidSocket, false},
	procConnect:         {ws2_32, "connect", 3, socketError, false},
	procWSAConnect:      {ws2_32, "WSAConnect", 7, socketError, false},
	procShutdown:        {ws2_32, "shutdown", 2, socketError, false},
	procClosesocket:     {ws2_32, "closesocket", 1, socketError, false},
	procGetsockname:     {ws2_32, "getsockname", 3, socketError, false},
	procGetpeername:     {ws2_32, "getpeername", 3, socketError, false},
	procSend:            {ws2_32, "send", 4, socketError, false},
	procSendto:          {ws2_32, "sendto", 6, socketError, false},
	procRecv:            {ws2_32, "recv", 4, socketError, false},
	procRecvfrom:        {ws2_32, "recvfrom", 6, socketError, false},
	procWSASend:         {ws2_32, "WSASend", 7, socketError, false},
	procWSASendTo:       {ws2_32, "WSASendTo", 9, socketError, false},
	procWSARecv:         {ws2_32, "WSARecv", 7, socketError, false},
	procWSARecvFrom:     {ws2_32, "WSARecvFrom", 9, socketError, false},
	procGetsockopt:      {ws2_32, "getsockopt", 5, socketError, false},
	procSetsockopt:      {ws2_32, "setsockopt", 5, socketError, false},
	procIoctlsocket:     {ws2_32, "ioctlsocket", 3, socketError, false},
	procWSAIoctl:        {ws2_32, "WSAIoctl", 9, socketError, false},

	procWSASetSocketSecurity:          {fwpuclnt, "WSASetSocketSecurity", 5, socketError, true},
	procWSASetSocketPeerTargetName:    {fwpuclnt, "WSASetSocketPeerTargetName", 5, socketError, true},
	procWSADeleteSocketPeerTargetName: {fwpuclnt, "WSADeleteSocketPeerTargetName", 5, socketError, true},
	procWSAQuerySocketSecurity:        {fwpuclnt, "WSAQuerySocketSecurity", 7, socketError, true},
	procWSAImpersonateSocketPeer:      {fwpuclnt, "WSAImpersonateSocketPeer", 3, socketError, true},
	procWSARevertImpersonation:        {fwpuclnt, "WSARevertImpersonation", 0, socketError, true},

	procCloseHandle: {kernel32, "CloseHandle", 1, falseResult, false},
	procSleepEx:     {kernel32, "SleepEx", 2, neverFails, false},
}
