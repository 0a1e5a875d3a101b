package wsa

// Startup is the life of Winsock in a process and the thread's last error.
type Startup interface {
	// WSAStartup begins use of Winsock; versionRequested holds the major
	// version in its low byte. Calls are counted and each success needs one
	// WSACleanup. Fails with WSAVERNOTSUPPORTED, WSAEFAULT (data is nil); the
	// result is the code itself and the last error is not meant to be read
	// (page nf-winsock2-wsastartup).
	WSAStartup(versionRequested uint16, data *WSADATA) error
	// WSACleanup undoes one WSAStartup; the last one destroys every socket of
	// the process (observed ST3). Fails with WSANOTINITIALISED.
	WSACleanup() error
	// WSAGetLastError is the calling thread's last error. It never fails.
	WSAGetLastError() Errno
	// WSASetLastError replaces the calling thread's last error.
	WSASetLastError(err Errno)
}

// BaseSockets is the life of a socket and its connection.
type BaseSockets interface {
	// Socket creates an overlapped, blocking socket (page nf-winsock2-socket).
	// Errors: WSAESOCKTNOSUPPORT, WSAEAFNOSUPPORT, WSAEPROTONOSUPPORT or
	// WSAEPROTOTYPE, judged in that order (observed SK4 to SK7), WSAEACCES (raw
	// without administrator), WSAEINVAL, WSAEMFILE, WSAENOBUFS.
	Socket(af, typ, protocol int32) (SOCKET, error)
	// WSASocket creates a socket with the attributes in flags (WSA_FLAG_*);
	// without WSA_FLAG_OVERLAPPED it is not overlapped, unlike Socket's.
	// protocolInfo is a WSAPROTOCOL_INFOW or nil (page
	// nf-winsock2-wsasocketw). group is 0, SG_UNCONSTRAINED_GROUP or
	// SG_CONSTRAINED_GROUP for a new group of sockets, or the number of one to
	// join, which SO_GROUP_ID tells; members of a constrained group are streams
	// that are connected to one address. Errors: as Socket, and WSAEFAULT,
	// WSAEINVAL.
	WSASocket(af, typ, protocol int32, protocolInfo []byte, group, flags uint32) (SOCKET, error)
	// Bind gives the socket its local name, a SOCKADDR (page
	// nf-winsock2-bind). Errors: WSAEFAULT, WSAEAFNOSUPPORT, WSAEINVAL
	// (bound already), WSAEADDRINUSE, WSAEADDRNOTAVAIL, WSAEACCES, WSAENOBUFS
	// (no port is left).
	Bind(s SOCKET, name []byte) error
	// Listen makes a bound stream socket passive (page nf-winsock2-listen).
	// Errors: WSAEINVAL (not bound), WSAEISCONN, WSAEOPNOTSUPP, WSAEADDRINUSE
	// (which a partly wildcard bind left to be found now).
	Listen(s SOCKET, backlog int32) error
	// Accept takes the first pending connection; addr and addrlen may be nil
	// (page nf-winsock2-accept). Errors: WSAEINVAL (not listening),
	// WSAEOPNOTSUPP, WSAEFAULT, WSAEWOULDBLOCK, WSAEMFILE, WSAECONNRESET (the
	// peer ended the connection before it was accepted).
	Accept(s SOCKET, addr []byte, addrlen *int32) (SOCKET, error)
	// Connect connects a stream or sets a datagram socket's peer (page
	// nf-winsock2-connect). Errors: WSAEFAULT, WSAEAFNOSUPPORT,
	// WSAEADDRNOTAVAIL, WSAEINVAL (listening, or another member of a constrained
	// group is connected to another address), WSAEISCONN, WSAEALREADY,
	// WSAEWOULDBLOCK, WSAECONNREFUSED, WSAETIMEDOUT, WSAENETUNREACH,
	// WSAEHOSTUNREACH, WSAEACCES (broadcast), WSAEADDRINUSE (the local address,
	// or the pair of names), WSAECONNRESET or WSAECONNABORTED (a reset during the
	// attempt).
	Connect(s SOCKET, name []byte) error
	// WSAConnect is Connect with connect data and quality of service (page
	// nf-winsock2-wsaconnect); groupQOS must be nil (WSAEINVAL). Errors: as
	// Connect, and WSAEPROTONOSUPPORT or WSAEFAULT (caller data, which TCP/IP has
	// none of), WSAEOPNOTSUPP or WSAEFAULT (quality of service).
	WSAConnect(s SOCKET, name, callerData, calleeData, serviceQOS, groupQOS []byte) error
	// Shutdown ends one or both directions (page nf-winsock2-shutdown):
	// SD_RECEIVE, SD_SEND, SD_BOTH. Errors: WSAEINVAL, WSAENOTCONN,
	// WSAECONNRESET, WSAECONNABORTED (the connection broke).
	Shutdown(s SOCKET, how int32) error
	// Closesocket releases the descriptor (page nf-winsock2-closesocket): how
	// the connection ends is up to SO_LINGER. Errors: WSAENOTSOCK,
	// WSAEWOULDBLOCK (lingering, nonblocking).
	Closesocket(s SOCKET) error
	// Getsockname stores the local name (page nf-winsock2-getsockname).
	// Errors: WSAEINVAL (not bound), WSAEFAULT, WSAENOTCONN (where the
	// connection broke).
	Getsockname(s SOCKET, name []byte, namelen *int32) error
	// Getpeername stores the peer's name (page nf-winsock2-getpeername).
	// Errors: WSAENOTCONN, WSAEFAULT.
	Getpeername(s SOCKET, name []byte, namelen *int32) error
}

// Transfer sends and receives. Errors that surprise: WSAEMSGSIZE when a datagram is
// larger than the buffer (filled, the rest lost), WSAECONNRESET after an earlier
// datagram met port-unreachable, WSAETIMEDOUT when SO_RCVTIMEO ran out.
//
// Errors of them all: WSAEFAULT (a nil buffer or pointer), WSAEINVAL (not bound; a
// flag that is not known), WSAEOPNOTSUPP (a flag that the socket has not),
// WSAENOTCONN, WSAESHUTDOWN, WSAEWOULDBLOCK (nonblocking, or too many operations
// pending), WSAECONNRESET, WSAECONNABORTED and WSAETIMEDOUT (a connection that
// broke; the first of a datagram socket, too), WSAENETRESET, WSAEMSGSIZE. Those that
// send fail besides with WSAEACCES (a broadcast without SO_BROADCAST),
// WSAENETUNREACH, WSAEHOSTUNREACH.
//
// The WSA calls end with WSA_IO_PENDING when they have begun an overlapped
// operation: without an overlapped, or on a socket that is not overlapped, they
// wait as the others do. They fail with WSAEINVAL for a routine on a socket that is
// at a completion port.
type Transfer interface {
	// Send sends on a connection, or a datagram to the peer, and returns the
	// number of bytes taken (page nf-winsock2-send).
	Send(s SOCKET, buf []byte, flags int32) (int, error)
	// Sendto sends a datagram to an address, a SOCKADDR (page
	// nf-winsock2-sendto). Errors: also WSAEDESTADDRREQ, WSAEADDRNOTAVAIL and
	// WSAEAFNOSUPPORT (the address), WSAEISCONN (some providers, on a connected
	// socket), and as Bind.
	Sendto(s SOCKET, buf []byte, flags int32, to []byte) (int, error)
	// Recv receives what is there, up to the size of buf, and returns how many
	// bytes that were: 0 when the peer has shut its direction down (page
	// nf-winsock2-recv).
	Recv(s SOCKET, buf []byte, flags int32) (int, error)
	// Recvfrom is Recv that also stores the sender's address, unless from is nil
	// (page nf-winsock2-recvfrom). Errors: also WSAEISCONN (the page has it for
	// connected sockets).
	Recvfrom(s SOCKET, buf []byte, flags int32, from []byte, fromlen *int32) (int, error)
	// WSASend sends from several buffers, in order (page nf-winsock2-wsasend).
	WSASend(s SOCKET, buffers [][]byte, sent *uint32, flags uint32, overlapped *Overlapped, routine CompletionRoutine) error
	// WSASendTo sends one datagram from several buffers (page
	// nf-winsock2-wsasendto). Errors: also as Sendto.
	WSASendTo(s SOCKET, buffers [][]byte, sent *uint32, flags uint32, to []byte, overlapped *Overlapped, routine CompletionRoutine) error
	// WSARecv receives into several buffers, in order; flags are read and written
	// (page nf-winsock2-wsarecv).
	WSARecv(s SOCKET, buffers [][]byte, received *uint32, flags *uint32, overlapped *Overlapped, routine CompletionRoutine) error
	// WSARecvFrom is WSARecv that also stores the sender's address; from and
	// fromlen stay in use until an operation has ended (page
	// nf-winsock2-wsarecvfrom). Errors: also as Recvfrom.
	WSARecvFrom(s SOCKET, buffers [][]byte, received *uint32, flags *uint32, from []byte, fromlen *int32, overlapped *Overlapped, routine CompletionRoutine) error
}

// Options reads and changes what a socket is told to do.
type Options interface {
	// Getsockopt stores an option's value (page nf-winsock2-getsockopt).
	// Errors: WSAEFAULT, WSAEINVAL (level), WSAENOPROTOOPT, WSAENOTCONN (an option
	// that only a connection has).
	Getsockopt(s SOCKET, level, optname int32, optval []byte, optlen *int32) error
	// Setsockopt sets an option (page nf-winsock2-setsockopt). Errors:
	// WSAEFAULT, WSAEINVAL (level or value), WSAENOPROTOOPT, WSAENOTCONN and
	// WSAENOTSOCK (SO_UPDATE_ACCEPT_CONTEXT and its like), WSAEADDRNOTAVAIL (a
	// multicast group), WSAENOBUFS (a length of -1), WSAENETRESET (keep-alive
	// found the connection dead).
	Setsockopt(s SOCKET, level, optname int32, optval []byte) error
	// Ioctlsocket does FIONBIO, FIONREAD or SIOCATMARK (page
	// nf-winsock2-ioctlsocket). Errors: WSAEFAULT (argp is nil), WSAEINVAL,
	// WSAEOPNOTSUPP and WSAENOPROTOOPT (another code), WSAENOTCONN (a code that
	// only a connection has).
	Ioctlsocket(s SOCKET, cmd uint32, argp *uint32) error
	// WSAIoctl does any control code (page nf-winsock2-wsaioctl), the secure
	// ones included. Errors: those of the code; WSAEFAULT when returned is
	// nil (observed UI1, KA3, RQ1); WSAEOPNOTSUPP, WSAENOPROTOOPT or WSAEINVAL
	// for a code that is not known or not for the socket; WSA_IO_PENDING;
	// WSAENOTCONN, WSAEMSGSIZE, WSAEAFNOSUPPORT, WSAENETUNREACH, WSAEWOULDBLOCK.
	WSAIoctl(s SOCKET, code uint32, in, out []byte, returned *uint32, overlapped *Overlapped, routine CompletionRoutine) error
}

// SecureSockets is the secure socket extensions, exported by fwpuclnt.dll.
// The rules, with their ids, are in package model/rules.
type SecureSockets interface {
	// WSASetSocketSecurity turns security on; settings is a
	// SOCKET_SECURITY_SETTINGS or _IPSEC, or nil for the default policy.
	// Errors (rules SSS-*): WSAEINVAL, WSAEMSGSIZE, WSAEISCONN; bound or
	// called twice: fails.
	WSASetSocketSecurity(s SOCKET, settings []byte, overlapped *Overlapped, routine CompletionRoutine) error
	// WSASetSocketPeerTargetName says which principal must be at the other
	// end; name is a SOCKET_PEER_TARGET_NAME. Errors (rules PTN-*):
	// WSAEFAULT, WSAEMSGSIZE, WSAEISCONN, WSAEINVAL, WSAEAFNOSUPPORT.
	WSASetSocketPeerTargetName(s SOCKET, name []byte, overlapped *Overlapped, routine CompletionRoutine) error
	// WSADeleteSocketPeerTargetName removes the name set for a peer address,
	// a SOCKADDR. Errors (rules DTN-*): WSAEFAULT, WSAEMSGSIZE,
	// WSAEAFNOSUPPORT.
	WSADeleteSocketPeerTargetName(s SOCKET, peerAddr []byte, overlapped *Overlapped, routine CompletionRoutine) error
	// WSAQuerySocketSecurity stores a SOCKET_SECURITY_QUERY_INFO; template
	// (SOCKET_SECURITY_QUERY_TEMPLATE) may be nil on a TCP socket. Errors
	// (rules QSS-*): WSAEFAULT, WSAEMSGSIZE with *infoLen set to the size
	// needed, WSAECONNRESET.
	WSAQuerySocketSecurity(s SOCKET, template, info []byte, infoLen *uint32, overlapped *Overlapped, routine CompletionRoutine) error
	// WSAImpersonateSocketPeer makes the calling thread act as the peer until
	// WSARevertImpersonation. Errors (rules ISP-*): WSAEFAULT, WSAEMSGSIZE,
	// WSAEAFNOSUPPORT; overlapped or nonblocking socket: fails.
	WSAImpersonateSocketPeer(s SOCKET, peerAddr []byte) error
	// WSARevertImpersonation ends impersonation; without one it does nothing
	// and succeeds (rule RVI-EFFECT). Errors: WSASYSCALLFAILURE, of a system
	// that is in trouble (rule RVI-SYSCALL).
	WSARevertImpersonation() error
	// CloseHandle closes an access token that WSAQuerySocketSecurity gave
	// (rule QSS-TOKENS), an event, a file or a completion port. Threads that
	// wait on a port that is closed fail with ERROR_ABANDONED_WAIT_0. Fails
	// with WSA_INVALID_HANDLE.
	CloseHandle(h HANDLE) error
}

// Waits lets a thread wait without a socket.
type Waits interface {
	// SleepEx suspends the thread for the given time. If alertable, queued
	// completion routines run and end the wait early with
	// WAIT_IO_COMPLETION (0xC0); otherwise the result is 0.
	SleepEx(milliseconds uint32, alertable bool) uint32
	// QueueUserAPC queues routine to the calling thread itself: it runs in the
	// thread's next alertable wait, of SleepEx or of any Winsock call that
	// waits (observed AC6, SL8, WR2). Page queueuserapc.
	QueueUserAPC(routine func()) error
}

// API is Winsock as one thread of one process sees it. Code that needs less
// should ask for one of the smaller interfaces.
//
// How C parameters become Go parameters, in each of the interfaces:
//
//   - A pointer and its length become a slice: nil is NULL, len is the length
//     argument. Structures travel as their bytes (see the Append and Unmarshal
//     methods of this package), because a short or wrong one is behaviour.
//   - A length that the call reads and writes stays a pointer; nil is NULL.
//     It may claim more room than the slice has: an implementation never
//     writes past the slice.
//   - A pointer to an output count stays a pointer; nil is NULL.
//   - An array of WSABUF becomes [][]byte.
//   - The result is an error: nil for success, otherwise an [Errno], which is
//     also the calling thread's last error. A backend whose world has ended
//     under the call may return an error of its own type.
//
// The comments list the errors that a call has rules for (package model/rules).
// Any call may fail besides with WSANOTINITIALISED (before WSAStartup), WSAENOTSOCK
// (a descriptor that is no socket of the process), WSAENETDOWN, and for want of
// something with WSAENOBUFS, WSAEMFILE or WSA_NOT_ENOUGH_MEMORY; what a call that
// waits fails with when its socket is closed is open. A call that binds a socket by
// itself (connecting, sending to an address) fails as Bind does when no port is
// left.
//
// A method that returns a number and an error returns 0 (or INVALID_SOCKET)
// with a non-nil error, although output buffers may have been written: a
// datagram that was cut fills the buffer and fails with WSAEMSGSIZE.
//
// One implementation value stands for one thread of one process, since the
// last error, impersonation and completion routines belong to a thread. It
// must be used by one goroutine at a time; different threads may use the same
// socket at the same time.
type API interface {
	Startup
	BaseSockets
	Transfer
	Options
	SecureSockets
	Waits
	Readiness
	Events
	OverlappedIO
	Extensions
	Sharing
	Names
}
