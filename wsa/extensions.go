package wsa

// Msg is WSAMSG (ws2def.h; page ns-ws2def-wsamsg). Namelen and ControlLen are
// the lengths that the call reads and, for a receive, writes; they may claim
// more room than the slices have.
type Msg struct {
	Name       []byte   // a SOCKADDR: the destination, or room for the source; nil is NULL
	Namelen    int32    // bytes
	Buffers    [][]byte // sent one after another, or filled so
	Control    []byte   // control messages: see AppendControl
	ControlLen uint32   // bytes
	Flags      uint32   // in: MSG_PEEK; out: MSG_TRUNC, MSG_CTRUNC, MSG_BCAST, MSG_MCAST
}

// Offer is a connection that a condition function judges.
type Offer struct {
	CallerID []byte // SOCKADDR of who asks
	CalleeID []byte // SOCKADDR that was asked
	// Group is g, which the function may set: 0 for none, SG_UNCONSTRAINED_GROUP
	// or SG_CONSTRAINED_GROUP for a group that the accepted socket is the first
	// of, or a group to join (page nf-winsock2-wsaaccept).
	Group uint32
}

// ConditionFunc is LPCONDITIONPROC: it answers CF_ACCEPT, CF_REJECT or CF_DEFER.
// It runs on the thread that called WSAAccept and must not call Winsock.
type ConditionFunc func(offer *Offer) int32

// TransmitFileBuffers is TRANSMIT_FILE_BUFFERS (mswsock.h): what is sent before
// and after the file.
type TransmitFileBuffers struct{ Head, Tail []byte }

// Extensions are what mswsock.dll adds. On Windows the functions are found with
// SIO_GET_EXTENSION_FUNCTION_POINTER, which the system backend does by itself.
type Extensions interface {
	// AcceptEx takes a connection of listenSocket into acceptSocket, which is
	// neither bound nor connected, and the first data with it if
	// receiveDataLength is not 0 (page nf-mswsock-acceptex). The operation
	// belongs to listenSocket. The address lengths are 16 more than the
	// family's; localAddressLength may be 0 (observed AX4). Errors:
	// WSA_IO_PENDING, WSAENOTSOCK, WSAEINVAL (not listening, acceptSocket in
	// use), WSAEFAULT (no room for the remote address, AX8),
	// WSA_INVALID_PARAMETER (overlapped is nil).
	AcceptEx(listenSocket, acceptSocket SOCKET, outputBuffer []byte, receiveDataLength, localAddressLength, remoteAddressLength uint32, received *uint32, overlapped *Overlapped) error
	// GetAcceptExSockaddrs finds the addresses that AcceptEx put behind the
	// data; the lengths are those of that call. It never fails: a part that
	// is not there is nil.
	GetAcceptExSockaddrs(outputBuffer []byte, receiveDataLength, localAddressLength, remoteAddressLength uint32) (local, remote []byte)
	// ConnectEx connects a bound stream socket and sends the first data (page
	// nc-mswsock-lpfn_connectex). Errors: WSA_IO_PENDING, WSAENOTSOCK,
	// WSAEINVAL (not bound, listening, connecting), WSAEISCONN, WSAEFAULT,
	// WSAEADDRNOTAVAIL, WSAEAFNOSUPPORT, WSAEADDRINUSE (the pair of names),
	// WSAENETUNREACH, WSAEHOSTUNREACH, WSA_INVALID_PARAMETER (overlapped is nil).
	ConnectEx(s SOCKET, name, sendBuffer []byte, sent *uint32, overlapped *Overlapped) error
	// DisconnectEx ends a connection; with TF_REUSE_SOCKET the socket may be
	// used again (page nc-mswsock-lpfn_disconnectex). With a nil overlapped
	// it waits. Errors: WSA_IO_PENDING, WSAENOTSOCK, WSAENOTCONN, WSAEINVAL.
	DisconnectEx(s SOCKET, overlapped *Overlapped, flags, reserved uint32) error
	// TransmitFile sends a file (page nf-mswsock-transmitfile), or only the
	// buffers when file is 0; bytesToWrite 0 is all of it. Errors:
	// WSA_IO_PENDING, WSAENOTSOCK, WSAENOTCONN, WSA_INVALID_HANDLE.
	TransmitFile(s SOCKET, file HANDLE, bytesToWrite, bytesPerSend uint32, overlapped *Overlapped, buffers *TransmitFileBuffers, flags uint32) error
	// WSASendMsg sends one datagram with control messages (page
	// nf-winsock2-wsasendmsg). Errors: as WSASendTo and Send, WSA_IO_PENDING, and
	// WSAEFAULT, WSAEINVAL (control messages), WSAEOPNOTSUPP (a stream).
	WSASendMsg(s SOCKET, msg *Msg, flags uint32, sent *uint32, overlapped *Overlapped, routine CompletionRoutine) error
	// WSARecvMsg receives one datagram with the control messages that options
	// such as IP_PKTINFO ask for (page nc-mswsock-lpfn_wsarecvmsg). Errors: as
	// WSARecvFrom, WSA_IO_PENDING; WSAEMSGSIZE when data or control messages were cut, which
	// msg.Flags tells apart.
	WSARecvMsg(s SOCKET, msg *Msg, received *uint32, overlapped *Overlapped, routine CompletionRoutine) error
	// WSAAccept is Accept with a function that judges the first connection
	// (page nf-winsock2-wsaaccept); nil accepts it. Errors: as Accept, and
	// WSAECONNREFUSED (CF_REJECT), WSATRY_AGAIN (CF_DEFER: it stays the
	// first), WSAEINVAL (another answer), WSAEACCES (the connection that was
	// offered is gone). For a Group that cannot be had no page gives a code:
	// WSAEINVAL here.
	WSAAccept(s SOCKET, addr []byte, addrlen *int32, condition ConditionFunc) (SOCKET, error)
	// WSASendDisconnect is Shutdown of the sending direction; data must be
	// nil on TCP/IP (WSAENOPROTOOPT). Page nf-winsock2-wsasenddisconnect. Errors:
	// as Shutdown.
	WSASendDisconnect(s SOCKET, outboundDisconnectData []byte) error
	// WSARecvDisconnect is Shutdown of the receiving direction; data must be
	// nil on TCP/IP (WSAENOPROTOOPT). Page nf-winsock2-wsarecvdisconnect. Errors:
	// as Shutdown.
	WSARecvDisconnect(s SOCKET, inboundDisconnectData []byte) error
}

// Sharing hands sockets to other processes and lists what there is.
type Sharing interface {
	// WSADuplicateSocket stores a WSAPROTOCOL_INFOW from which the process
	// makes a second descriptor of the socket with WSASocket, once (page
	// nf-winsock2-wsaduplicatesocketw). Errors, in this order (observed DU1
	// to DU3): WSAENOTSOCK, WSAEINVAL (no such process), WSAEFAULT.
	WSADuplicateSocket(s SOCKET, processID uint32, protocolInfo []byte) error
	// WSAEnumProtocols stores the catalog's WSAPROTOCOL_INFOW of the given
	// protocols, of all for nil (page nf-winsock2-wsaenumprotocolsw), and
	// returns their number. The list ends with its slice, or with a 0. When
	// *bufferLength is too small it becomes what is needed and the call fails
	// with WSAENOBUFS; without bufferLength with WSAEFAULT.
	WSAEnumProtocols(protocols []int32, protocolBuffer []byte, bufferLength *uint32) (int, error)
	// GetCurrentProcessId is the number of the calling process.
	GetCurrentProcessId() uint32
}
