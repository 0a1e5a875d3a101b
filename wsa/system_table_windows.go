package wsa

import "fmt"

// The DLLs.
const (
	ws2_32   = "ws2_32.dll"
	mswsock  = "mswsock.dll"
	fwpuclnt = "fwpuclnt.dll"
	kernel32 = "kernel32.dll"
)

// failure is how the result of a function tells that it failed.
type failure uint8

const (
	neverFails    failure = iota
	socketError           // an int that is SOCKET_ERROR; the upper half of the register means nothing
	invalidSocket         // a SOCKET that is INVALID_SOCKET
	waitFailed            // a DWORD that is WSA_WAIT_FAILED; likewise
	falseResult           // a BOOL that is zero; likewise
	zeroHandle            // a HANDLE or a pointer that is zero
	codeItself            // an int that is the error, 0 for success; the last error means nothing
)

// holds reports whether the result tells of a failure.
func (f failure) holds(result uintptr) bool {
	switch f {
	case socketError, waitFailed:
		return uint32(result) == 0xFFFFFFFF
	case invalidSocket:
		return SOCKET(result) == INVALID_SOCKET
	case falseResult:
		return uint32(result) == 0
	case zeroHandle:
		return result == 0
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
	procQueueUserAPC
	procSelect
	procWSAPoll
	procWSACreateEvent
	procWSASetEvent
	procWSAResetEvent
	procWSACloseEvent
	procWSAWaitForMultipleEvents
	procWSAEventSelect
	procWSAEnumNetworkEvents
	procWSAGetOverlappedResult
	procGetOverlappedResult
	procCancelIo
	procCancelIoEx
	procCreateIoCompletionPort
	procGetQueuedCompletionStatus
	procGetQueuedCompletionStatusEx
	procPostQueuedCompletionStatus
	procSetFileCompletionNotificationModes
	procAcceptEx
	procGetAcceptExSockaddrs
	procConnectEx
	procDisconnectEx
	procTransmitFile
	procWSASendMsg
	procWSARecvMsg
	procWSAAccept
	procWSASendDisconnect
	procWSARecvDisconnect
	procWSADuplicateSocket
	procWSAEnumProtocols
	procGetCurrentProcessId
	procGetAddrInfo
	procFreeAddrInfo
	procGetAddrInfoEx
	procFreeAddrInfoEx
	procGetAddrInfoExCancel
	procGetAddrInfoExOverlappedResult
	procGetNameInfo
	procGetHostName
	procGethostbyname
	procGethostbyaddr
	procGetservbyname
	procGetservbyport
	procGetprotobyname
	procGetprotobynumber
	procInetAddr
	procInetNtoa
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
}

var declarations = [procCount]declaration{
	procWSAStartup:      {ws2_32, "WSAStartup", 2, codeItself},
	procWSACleanup:      {ws2_32, "WSACleanup", 0, socketError},
	procWSAGetLastError: {ws2_32, "WSAGetLastError", 0, neverFails},
	procWSASetLastError: {ws2_32, "WSASetLastError", 1, neverFails},
	procSocket:          {ws2_32, "socket", 3, invalidSocket},
	procWSASocket:       {ws2_32, "WSASocketW", 6, invalidSocket},
	procBind:            {ws2_32, "bind", 3, socketError},
	procListen:          {ws2_32, "listen", 2, socketError},
	procAccept:          {ws2_32, "accept", 3, invalidSocket},
	procConnect:         {ws2_32, "connect", 3, socketError},
	procWSAConnect:      {ws2_32, "WSAConnect", 7, socketError},
	procShutdown:        {ws2_32, "shutdown", 2, socketError},
	procClosesocket:     {ws2_32, "closesocket", 1, socketError},
	procGetsockname:     {ws2_32, "getsockname", 3, socketError},
	procGetpeername:     {ws2_32, "getpeername", 3, socketError},
	procSend:            {ws2_32, "send", 4, socketError},
	procSendto:          {ws2_32, "sendto", 6, socketError},
	procRecv:            {ws2_32, "recv", 4, socketError},
	procRecvfrom:        {ws2_32, "recvfrom", 6, socketError},
	procWSASend:         {ws2_32, "WSASend", 7, socketError},
	procWSASendTo:       {ws2_32, "WSASendTo", 9, socketError},
	procWSARecv:         {ws2_32, "WSARecv", 7, socketError},
	procWSARecvFrom:     {ws2_32, "WSARecvFrom", 9, socketError},
	procGetsockopt:      {ws2_32, "getsockopt", 5, socketError},
	procSetsockopt:      {ws2_32, "setsockopt", 5, socketError},
	procIoctlsocket:     {ws2_32, "ioctlsocket", 3, socketError},
	procWSAIoctl:        {ws2_32, "WSAIoctl", 9, socketError},

	procWSASetSocketSecurity:          {fwpuclnt, "WSASetSocketSecurity", 5, socketError},
	procWSASetSocketPeerTargetName:    {fwpuclnt, "WSASetSocketPeerTargetName", 5, socketError},
	procWSADeleteSocketPeerTargetName: {fwpuclnt, "WSADeleteSocketPeerTargetName", 5, socketError},
	procWSAQuerySocketSecurity:        {fwpuclnt, "WSAQuerySocketSecurity", 7, socketError},
	procWSAImpersonateSocketPeer:      {fwpuclnt, "WSAImpersonateSocketPeer", 3, socketError},
	procWSARevertImpersonation:        {fwpuclnt, "WSARevertImpersonation", 0, socketError},

	procCloseHandle: {kernel32, "CloseHandle", 1, falseResult},
	procSleepEx:     {kernel32, "SleepEx", 2, neverFails},

	procQueueUserAPC: {kernel32, "QueueUserAPC", 3, falseResult},

	procSelect:                   {ws2_32, "select", 5, socketError},
	procWSAPoll:                  {ws2_32, "WSAPoll", 3, socketError},
	procWSACreateEvent:           {ws2_32, "WSACreateEvent", 0, zeroHandle},
	procWSASetEvent:              {ws2_32, "WSASetEvent", 1, falseResult},
	procWSAResetEvent:            {ws2_32, "WSAResetEvent", 1, falseResult},
	procWSACloseEvent:            {ws2_32, "WSACloseEvent", 1, falseResult},
	procWSAWaitForMultipleEvents: {ws2_32, "WSAWaitForMultipleEvents", 5, waitFailed},
	procWSAEventSelect:           {ws2_32, "WSAEventSelect", 3, socketError},
	procWSAEnumNetworkEvents:     {ws2_32, "WSAEnumNetworkEvents", 3, socketError},

	procWSAGetOverlappedResult:             {ws2_32, "WSAGetOverlappedResult", 5, falseResult},
	procGetOverlappedResult:                {kernel32, "GetOverlappedResult", 4, falseResult},
	procCancelIo:                           {kernel32, "CancelIo", 1, falseResult},
	procCancelIoEx:                         {kernel32, "CancelIoEx", 2, falseResult},
	procCreateIoCompletionPort:             {kernel32, "CreateIoCompletionPort", 4, zeroHandle},
	procGetQueuedCompletionStatus:          {kernel32, "GetQueuedCompletionStatus", 5, falseResult},
	procGetQueuedCompletionStatusEx:        {kernel32, "GetQueuedCompletionStatusEx", 6, falseResult},
	procPostQueuedCompletionStatus:         {kernel32, "PostQueuedCompletionStatus", 4, falseResult},
	procSetFileCompletionNotificationModes: {kernel32, "SetFileCompletionNotificationModes", 2, falseResult},

	procAcceptEx:             {mswsock, "AcceptEx", 8, falseResult},
	procGetAcceptExSockaddrs: {mswsock, "GetAcceptExSockaddrs", 8, neverFails},
	procConnectEx:            {mswsock, "ConnectEx", 7, falseResult},
	procDisconnectEx:         {mswsock, "DisconnectEx", 4, falseResult},
	procTransmitFile:         {mswsock, "TransmitFile", 7, falseResult},
	procWSASendMsg:           {ws2_32, "WSASendMsg", 6, socketError},
	procWSARecvMsg:           {mswsock, "WSARecvMsg", 5, socketError},
	procWSAAccept:            {ws2_32, "WSAAccept", 5, invalidSocket},
	procWSASendDisconnect:    {ws2_32, "WSASendDisconnect", 2, socketError},
	procWSARecvDisconnect:    {ws2_32, "WSARecvDisconnect", 2, socketError},
	procWSADuplicateSocket:   {ws2_32, "WSADuplicateSocketW", 3, socketError},
	procWSAEnumProtocols:     {ws2_32, "WSAEnumProtocolsW", 3, socketError},
	procGetCurrentProcessId:  {kernel32, "GetCurrentProcessId", 0, neverFails},

	procGetAddrInfo:                   {ws2_32, "GetAddrInfoW", 4, codeItself},
	procFreeAddrInfo:                  {ws2_32, "FreeAddrInfoW", 1, neverFails},
	procGetAddrInfoEx:                 {ws2_32, "GetAddrInfoExW", 10, codeItself},
	procFreeAddrInfoEx:                {ws2_32, "FreeAddrInfoExW", 1, neverFails},
	procGetAddrInfoExCancel:           {ws2_32, "GetAddrInfoExCancel", 1, codeItself},
	procGetAddrInfoExOverlappedResult: {ws2_32, "GetAddrInfoExOverlappedResult", 1, codeItself},
	procGetNameInfo:                   {ws2_32, "GetNameInfoW", 7, codeItself},
	procGetHostName:                   {ws2_32, "GetHostNameW", 2, socketError},
	procGethostbyname:                 {ws2_32, "gethostbyname", 1, zeroHandle},
	procGethostbyaddr:                 {ws2_32, "gethostbyaddr", 3, zeroHandle},
	procGetservbyname:                 {ws2_32, "getservbyname", 2, zeroHandle},
	procGetservbyport:                 {ws2_32, "getservbyport", 2, zeroHandle},
	procGetprotobyname:                {ws2_32, "getprotobyname", 1, zeroHandle},
	procGetprotobynumber:              {ws2_32, "getprotobynumber", 1, zeroHandle},
	procInetAddr:                      {ws2_32, "inet_addr", 1, neverFails},
	procInetNtoa:                      {ws2_32, "inet_ntoa", 1, neverFails},
}

// extensions are the functions that are asked for with
// SIO_GET_EXTENSION_FUNCTION_POINTER, by their GUIDs. mswsock.dll exports some of
// them as well, but what it exports asks first and so judges the socket before
// the function does. Pages nc-mswsock-lpfn_connectex and its kin.
var extensions = [procCount]string{
	procAcceptEx:             WSAID_ACCEPTEX,
	procGetAcceptExSockaddrs: WSAID_GETACCEPTEXSOCKADDRS,
	procConnectEx:            WSAID_CONNECTEX,
	procDisconnectEx:         WSAID_DISCONNECTEX,
	procTransmitFile:         WSAID_TRANSMITFILE,
	procWSARecvMsg:           WSAID_WSARECVMSG,
}
