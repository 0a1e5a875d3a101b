package wsa

// Results of the waiting calls (winsock2.h, winbase.h). WAIT_TIMEOUT and
// WSA_WAIT_TIMEOUT are among the error codes.
const (
	WSA_WAIT_EVENT_0       = 0x0
	WAIT_IO_COMPLETION     = 0xC0
	WSA_WAIT_IO_COMPLETION = 0xC0
	WSA_WAIT_FAILED        = 0xFFFFFFFF
)

// How long to wait: for ever (winsock2.h, winbase.h).
const (
	WSA_INFINITE = 0xFFFFFFFF
	INFINITE     = WSA_INFINITE
)

// Events (winsock2.h).
const (
	WSA_MAXIMUM_WAIT_EVENTS = 64
)

// What WSACreateEvent returns on failure (winsock2.h).
const (
	WSA_INVALID_EVENT = 0
)

// Modes of SetFileCompletionNotificationModes (winbase.h).
const (
	FILE_SKIP_COMPLETION_PORT_ON_SUCCESS = 1
	FILE_SKIP_SET_EVENT_ON_HANDLE        = 2
)
