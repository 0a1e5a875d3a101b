package wsa

// OverlappedEntry is OVERLAPPED_ENTRY (minwinbase.h): one packet of a completion
// port.
type OverlappedEntry struct {
	CompletionKey            uintptr     // of the file's association, or what was posted
	Overlapped               *Overlapped // the operation's, or what was posted; may be nil then
	Internal                 uintptr     // NTSTATUS of the operation
	NumberOfBytesTransferred uint32      // by the operation, or what was posted
}

// INVALID_HANDLE_VALUE is what CreateIoCompletionPort takes for no file
// (handleapi.h): all bits set.
const INVALID_HANDLE_VALUE = ^HANDLE(0)

// OverlappedIO is the end of operations that go on after the call which started
// them. An operation is the pair of a socket and an *Overlapped; the structure
// and the buffers belong to the system until it has ended.
//
// An operation ends with an NTSTATUS. Winsock's functions give it as a Winsock
// error, those of the kernel as a Win32 error: after a reset WSAECONNRESET and
// ERROR_NETNAME_DELETED (observed RS1). See [NTStatus].
type OverlappedIO interface {
	// WSAGetOverlappedResult says how an operation ended, as a Winsock error
	// (page nf-winsock2-wsagetoverlappedresult), and waits for its end if
	// wait is set, which needs hEvent. transfer and flags are written on success
	// only (flags: observed RM6).
	// Errors: WSAENOTSOCK, WSA_IO_INCOMPLETE, WSAEFAULT (a nil pointer),
	// WSA_INVALID_HANDLE (nothing to wait on), and the operation's own.
	WSAGetOverlappedResult(s SOCKET, overlapped *Overlapped, transfer *uint32, wait bool, flags *uint32) error
	// GetOverlappedResult is the kernel's, with Win32 errors (page
	// getoverlappedresult); transferred is written whatever the result is,
	// unless it is WSA_IO_INCOMPLETE. Errors: WSA_IO_INCOMPLETE, WSAEFAULT (a nil
	// pointer), WSA_INVALID_HANDLE (nothing to wait on), and the operation's own.
	GetOverlappedResult(file HANDLE, overlapped *Overlapped, transferred *uint32, wait bool) error
	// CancelIo cancels the operations that the calling thread started on the
	// file (page cancelio). The operations end later, some perhaps with
	// success. Errors: WSA_INVALID_HANDLE.
	CancelIo(file HANDLE) error
	// CancelIoEx cancels one operation, or with nil all that the process
	// started on the file (page cancelioex-func). Errors: ERROR_NOT_FOUND
	// (nothing to cancel), WSA_INVALID_HANDLE.
	CancelIoEx(file HANDLE, overlapped *Overlapped) error
	// CreateIoCompletionPort makes a port (file INVALID_HANDLE_VALUE) or has
	// the operations of a file reported at one, with a key (page
	// createiocompletionport). A file has one port for life. Errors:
	// WSA_INVALID_PARAMETER, WSA_INVALID_HANDLE.
	CreateIoCompletionPort(file, existingPort HANDLE, key uintptr, concurrentThreads uint32) (HANDLE, error)
	// GetQueuedCompletionStatus takes the first packet of a port (page
	// getqueuedcompletionstatus); milliseconds may be INFINITE. An error with
	// *overlapped not nil is how that operation ended, as a Win32 error.
	// Errors with nil: WAIT_TIMEOUT, ERROR_ABANDONED_WAIT_0 (the port was
	// closed), WSA_INVALID_HANDLE.
	GetQueuedCompletionStatus(port HANDLE, transferred *uint32, key *uintptr, overlapped **Overlapped, milliseconds uint32) error
	// GetQueuedCompletionStatusEx takes as many packets as there are, at
	// least one, and at most len(entries); the error does not tell how their
	// operations ended. In an alertable wait that was ended by a routine it
	// fails with WAIT_IO_COMPLETION. Page getqueuedcompletionstatusex. Errors:
	// WAIT_TIMEOUT, ERROR_ABANDONED_WAIT_0 (the port was closed),
	// WSA_INVALID_HANDLE, WSA_INVALID_PARAMETER (a parameter is not valid).
	GetQueuedCompletionStatusEx(port HANDLE, entries []OverlappedEntry, removed *uint32, milliseconds uint32, alertable bool) error
	// PostQueuedCompletionStatus queues a packet of the caller's making (page
	// postqueuedcompletionstatus). overlapped is not looked at. Errors:
	// WSA_INVALID_HANDLE.
	PostQueuedCompletionStatus(port HANDLE, transferred uint32, key uintptr, overlapped *Overlapped) error
	// SetFileCompletionNotificationModes takes FILE_SKIP_COMPLETION_PORT_ON_SUCCESS
	// and FILE_SKIP_SET_EVENT_ON_HANDLE; neither can be taken back (page
	// setfilecompletionnotificationmodes). Errors: WSA_INVALID_HANDLE,
	// WSA_INVALID_PARAMETER.
	SetFileCompletionNotificationModes(file HANDLE, flags uint8) error
}
