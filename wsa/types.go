package wsa

// SOCKET is a socket descriptor: a kernel handle, on Windows a UINT_PTR. The
// simulator issues multiples of 4, as Windows does; no program may rely on
// more than that INVALID_SOCKET is never issued.
type SOCKET uintptr

// INVALID_SOCKET is what Socket, WSASocket and Accept return on failure: all
// bits set (winsock2.h).
const INVALID_SOCKET = ^SOCKET(0)

// SOCKET_ERROR is the C return value of a failed call. The Go methods say the
// same with a non-nil error; functions that count bytes return 0 then.
const SOCKET_ERROR = -1

// HANDLE is a kernel handle that is not a socket: an access token, an event, a
// completion port, a file or a lookup. Calls on files take a socket as one, too.
type HANDLE uintptr

// WSADATA is what WSAStartup fills in (page ns-winsock2-wsadata).
type WSADATA struct {
	Version      uint16 `json:"wVersion"`       // version to use; low byte major, high byte minor
	HighVersion  uint16 `json:"wHighVersion"`   // highest version supported: 2.2 = 0x0202
	Description  string `json:"szDescription"`  // "WinSock 2.0" on Windows (observed SV4)
	SystemStatus string `json:"szSystemStatus"` // "Running" on Windows (observed SV4)
	MaxSockets   uint16 `json:"iMaxSockets"`    // non-zero only when version 1.x was asked for
	MaxUDPDg     uint16 `json:"iMaxUdpDg"`      // likewise
}

// Overlapped is WSAOVERLAPPED (32 bytes on 64-bit Windows, 20 on 32-bit): the
// system's record of one operation in flight. It must stay alive and untouched
// from the call that starts the operation until its completion.
type Overlapped struct {
	Internal     uintptr // NTSTATUS of the operation; STATUS_PENDING (0x103) while it runs
	InternalHigh uintptr // bytes transferred
	Offset       uint32  // where in a file TransmitFile begins, bytes: the low half
	OffsetHigh   uint32  // and the high half
	HEvent       HANDLE  // event to signal on completion; 0: none
}

// STATUS_PENDING is Overlapped.Internal while the operation runs (ntstatus.h).
const STATUS_PENDING = 0x103

// CompletionRoutine is LPWSAOVERLAPPED_COMPLETION_ROUTINE. It runs on the
// thread that started the operation, and only inside an alertable wait of that
// thread: SleepEx, WSAWaitForMultipleEvents and GetQueuedCompletionStatusEx with
// alertable true, and any Winsock call that waits (see [Waits]).
type CompletionRoutine func(err Errno, transferred uint32, overlapped *Overlapped, flags uint32)
