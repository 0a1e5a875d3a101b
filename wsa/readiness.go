package wsa

// FDSet is fd_set (winsock2.h): an array of sockets with its count, not a set of
// bits. select shortens it to the sockets that are ready, in their order.
type FDSet []SOCKET

// Timeval is struct timeval of select: seconds and microseconds.
type Timeval struct {
	Sec  int32 `json:"tv_sec"`
	Usec int32 `json:"tv_usec"`
}

// PollFD is WSAPOLLFD (winsock2.h; page ns-winsock2-wsapollfd). Layout on
// 64-bit Windows: fd 0, events 8, revents 10, size 16.
type PollFD struct {
	FD      SOCKET `json:"fd"`      // one that is no socket is told with POLLNVAL
	Events  int16  `json:"events"`  // POLLRDNORM, POLLRDBAND, POLLWRNORM
	Revents int16  `json:"revents"` // what holds; POLLERR, POLLHUP, POLLNVAL need not be asked for
}

// Readiness says which sockets can be read or written without waiting. The
// waits are alertable: routines queued to the thread run and the wait goes on.
type Readiness interface {
	// Select waits until a socket of a set is ready (page
	// nf-winsock2-select). nfds is ignored. The sets are rewritten to what is
	// ready and the number of ready sockets, over all sets, is returned: 0
	// when the time ran out. timeout nil waits for ever, zero asks only. The
	// same set may be given twice (observed SL11). Errors, with the sets left
	// alone (SL5): WSAEINVAL (no set holds a socket, or the timeout is
	// negative), WSAENOTSOCK.
	Select(nfds int32, readfds, writefds, exceptfds *FDSet, timeout *Timeval) (int, error)
	// WSAPoll waits until an entry has something to report (page
	// nf-winsock2-wsapoll): timeout in milliseconds, negative for ever.
	// Returned is the number of entries with revents, of which handles that
	// are no socket at the call are not counted (observed PO4, PO5). Errors:
	// WSAEINVAL (no entry, no valid socket, or events that may not be asked
	// for, observed PO2).
	WSAPoll(fdArray []PollFD, timeout int32) (int, error)
}

// NetworkEvents is WSANETWORKEVENTS (winsock2.h).
type NetworkEvents struct {
	NetworkEvents int32                `json:"lNetworkEvents"` // FD_* bits
	ErrorCode     [FD_MAX_EVENTS]int32 `json:"iErrorCode"`     // by FD_*_BIT; only those of set bits are written
}

// Events are objects to wait on, and what sets them when something happens on a
// socket.
type Events interface {
	// WSACreateEvent makes a manual-reset event that is not set. Errors:
	// WSANOTINITIALISED.
	WSACreateEvent() (HANDLE, error)
	// WSASetEvent sets the event. Errors: WSA_INVALID_HANDLE.
	WSASetEvent(event HANDLE) error
	// WSAResetEvent resets the event. Errors: WSA_INVALID_HANDLE.
	WSAResetEvent(event HANDLE) error
	// WSACloseEvent closes the handle. Errors: WSA_INVALID_HANDLE.
	WSACloseEvent(event HANDLE) error
	// WSAWaitForMultipleEvents waits until one of the events, or all of them,
	// are set (page nf-winsock2-wsawaitformultipleevents). The result is
	// WSA_WAIT_EVENT_0 plus the lowest index that is set, WSA_WAIT_TIMEOUT,
	// or WSA_WAIT_IO_COMPLETION after routines ran in an alertable wait; an
	// error comes with WSA_WAIT_FAILED. A socket may stand for an event: it
	// is set when an operation without event of its own ends (observed NB3).
	// Errors: WSA_INVALID_PARAMETER (none or more than 64), WSA_INVALID_HANDLE.
	WSAWaitForMultipleEvents(events []HANDLE, waitAll bool, timeout uint32, alertable bool) (uint32, error)
	// WSAEventSelect has the event set when one of the network events happens
	// (page nf-winsock2-wsaeventselect) and makes the socket nonblocking; a
	// mask of 0 ends it. What has happened and was not enumerated counts at
	// once, and calling it again arms nothing anew (observed EV2, EA5).
	// Errors: WSAEINVAL (event, mask), WSAENOTSOCK.
	WSAEventSelect(s SOCKET, event HANDLE, networkEvents int32) error
	// WSAEnumNetworkEvents stores and clears what has happened, and resets
	// event unless it is 0 (page nf-winsock2-wsaenumnetworkevents). Errors:
	// WSAEFAULT (networkEvents is nil), WSAEINVAL (event), WSAENOTSOCK.
	WSAEnumNetworkEvents(s SOCKET, event HANDLE, networkEvents *NetworkEvents) error
}
