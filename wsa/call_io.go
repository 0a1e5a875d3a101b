package wsa

// The calls of Readiness, Events, OverlappedIO, Extensions and Sharing. Event is
// the hEvent of the WSAOVERLAPPED that the call starts an operation with.
type (
	// SelectCall is a call of select; Same passes readfds as writefds too.
	SelectCall struct {
		Nfds      int32    `json:"nfds,omitempty"`
		Readfds   FDSet    `json:"readfds,omitzero"`
		Writefds  FDSet    `json:"writefds,omitzero"`
		Exceptfds FDSet    `json:"exceptfds,omitzero"`
		Timeout   *Timeval `json:"timeout,omitempty"`
		Same      bool     `json:"same,omitempty"`
	}
	// WSAPollCall is a call of WSAPoll; the revents of the array are input.
	WSAPollCall struct {
		FDArray []PollFD `json:"fd_array"`
		Timeout int32    `json:"timeout"`
	}
	// WSACreateEventCall is a call of WSACreateEvent.
	WSACreateEventCall struct{}
	// WSASetEventCall is a call of WSASetEvent.
	WSASetEventCall struct {
		Event HANDLE `json:"event"`
	}
	// WSAResetEventCall is a call of WSAResetEvent.
	WSAResetEventCall struct {
		Event HANDLE `json:"event"`
	}
	// WSACloseEventCall is a call of WSACloseEvent.
	WSACloseEventCall struct {
		Event HANDLE `json:"event"`
	}
	// WSAWaitForMultipleEventsCall is a call of WSAWaitForMultipleEvents.
	WSAWaitForMultipleEventsCall struct {
		Events    []HANDLE `json:"events"`
		WaitAll   bool     `json:"wait_all,omitempty"`
		Timeout   uint32   `json:"timeout"`
		Alertable bool     `json:"alertable,omitempty"`
	}
	// WSAEventSelectCall is a call of WSAEventSelect.
	WSAEventSelectCall struct {
		S             SOCKET `json:"s"`
		EventObject   HANDLE `json:"event_object"`
		NetworkEvents int32  `json:"network_events"`
	}
	// WSAEnumNetworkEventsCall is a call of WSAEnumNetworkEvents; NullEvents
	// passes NULL for lpNetworkEvents.
	WSAEnumNetworkEventsCall struct {
		S           SOCKET `json:"s"`
		EventObject HANDLE `json:"event_object,omitempty"`
		NullEvents  bool   `json:"null_events,omitempty"`
	}
	// WSAGetOverlappedResultCall is a call of WSAGetOverlappedResult.
	WSAGetOverlappedResultCall struct {
		S            SOCKET       `json:"s"`
		Overlapped   OverlappedID `json:"overlapped"`
		NullTransfer bool         `json:"null_transfer,omitempty"`
		Wait         bool         `json:"wait,omitempty"`
		NullFlags    bool         `json:"null_flags,omitempty"`
	}
	// GetOverlappedResultCall is a call of GetOverlappedResult.
	GetOverlappedResultCall struct {
		File       HANDLE       `json:"file"`
		Overlapped OverlappedID `json:"overlapped"`
		Wait       bool         `json:"wait,omitempty"`
	}
	// CancelIoCall is a call of CancelIo.
	CancelIoCall struct {
		File HANDLE `json:"file"`
	}
	// CancelIoExCall is a call of CancelIoEx.
	CancelIoExCall struct {
		File       HANDLE       `json:"file"`
		Overlapped OverlappedID `json:"overlapped,omitempty"`
	}
	// CreateIoCompletionPortCall is a call of CreateIoCompletionPort.
	CreateIoCompletionPortCall struct {
		FileHandle                HANDLE  `json:"file_handle"`
		ExistingCompletionPort    HANDLE  `json:"existing_completion_port,omitempty"`
		CompletionKey             uintptr `json:"completion_key,omitempty"`
		NumberOfConcurrentThreads uint32  `json:"number_of_concurrent_threads,omitempty"`
	}
	// GetQueuedCompletionStatusCall is a call of GetQueuedCompletionStatus.
	GetQueuedCompletionStatusCall struct {
		CompletionPort HANDLE `json:"completion_port"`
		Milliseconds   uint32 `json:"milliseconds"`
	}
	// GetQueuedCompletionStatusExCall is a call of GetQueuedCompletionStatusEx
	// with room for Count entries.
	GetQueuedCompletionStatusExCall struct {
		CompletionPort HANDLE `json:"completion_port"`
		Count          uint32 `json:"count"`
		Milliseconds   uint32 `json:"milliseconds"`
		Alertable      bool   `json:"alertable,omitempty"`
	}
	// PostQueuedCompletionStatusCall is a call of PostQueuedCompletionStatus.
	PostQueuedCompletionStatusCall struct {
		CompletionPort           HANDLE       `json:"completion_port"`
		NumberOfBytesTransferred uint32       `json:"number_of_bytes_transferred,omitempty"`
		CompletionKey            uintptr      `json:"completion_key,omitempty"`
		Overlapped               OverlappedID `json:"overlapped,omitempty"`
	}
	// SetFileCompletionNotificationModesCall is a call of
	// SetFileCompletionNotificationModes.
	SetFileCompletionNotificationModesCall struct {
		FileHandle HANDLE `json:"file_handle"`
		Flags      uint8  `json:"flags"`
	}
	// AcceptExCall is a call of AcceptEx.
	AcceptExCall struct {
		ListenSocket        SOCKET       `json:"listen_socket"`
		AcceptSocket        SOCKET       `json:"accept_socket"`
		OutputBuffer        Room         `json:"output_buffer"`
		ReceiveDataLength   uint32       `json:"receive_data_length,omitempty"`
		LocalAddressLength  uint32       `json:"local_address_length"`
		RemoteAddressLength uint32       `json:"remote_address_length"`
		NullReceived        bool         `json:"null_received,omitempty"`
		Overlapped          OverlappedID `json:"overlapped"`
		Event               HANDLE       `json:"event,omitempty"`
	}
	// GetAcceptExSockaddrsCall is a call of GetAcceptExSockaddrs.
	GetAcceptExSockaddrsCall struct {
		OutputBuffer        Bytes  `json:"output_buffer"`
		ReceiveDataLength   uint32 `json:"receive_data_length,omitempty"`
		LocalAddressLength  uint32 `json:"local_address_length"`
		RemoteAddressLength uint32 `json:"remote_address_length"`
	}
	// ConnectExCall is a call of ConnectEx.
	ConnectExCall struct {
		S          SOCKET       `json:"s"`
		Name       Bytes        `json:"name"`
		SendBuffer Bytes        `json:"send_buffer,omitzero"`
		NullSent   bool         `json:"null_sent,omitempty"`
		Overlapped OverlappedID `json:"overlapped"`
		Event      HANDLE       `json:"event,omitempty"`
	}
	// DisconnectExCall is a call of DisconnectEx.
	DisconnectExCall struct {
		S          SOCKET       `json:"s"`
		Overlapped OverlappedID `json:"overlapped,omitempty"`
		Event      HANDLE       `json:"event,omitempty"`
		Flags      uint32       `json:"flags,omitempty"`
		Reserved   uint32       `json:"reserved,omitempty"`
	}
	// TransmitFileCall is a call of TransmitFile; NullBuffers passes NULL for
	// lpTransmitBuffers.
	TransmitFileCall struct {
		S            SOCKET       `json:"s"`
		File         HANDLE       `json:"file"`
		BytesToWrite uint32       `json:"bytes_to_write,omitempty"`
		BytesPerSend uint32       `json:"bytes_per_send,omitempty"`
		Overlapped   OverlappedID `json:"overlapped,omitempty"`
		Event        HANDLE       `json:"event,omitempty"`
		NullBuffers  bool         `json:"null_buffers,omitempty"`
		Head         Bytes        `json:"head,omitzero"`
		Tail         Bytes        `json:"tail,omitzero"`
		Flags        uint32       `json:"flags,omitempty"`
	}
	// WSASendMsgCall is a call of WSASendMsg; NullMsg passes NULL for lpMsg.
	WSASendMsgCall struct {
		S          SOCKET       `json:"s"`
		NullMsg    bool         `json:"null_msg,omitempty"`
		Name       Bytes        `json:"name,omitzero"`
		Buffers    []Bytes      `json:"buffers"`
		Control    Bytes        `json:"control,omitzero"`
		MsgFlags   uint32       `json:"msg_flags,omitempty"`
		Flags      uint32       `json:"flags,omitempty"`
		NullSent   bool         `json:"null_sent,omitempty"`
		Overlapped OverlappedID `json:"overlapped,omitempty"`
		Event      HANDLE       `json:"event,omitempty"`
		Routine    bool         `json:"routine,omitempty"`
	}
	// WSARecvMsgCall is a call of WSARecvMsg; NullMsg passes NULL for lpMsg.
	WSARecvMsgCall struct {
		S            SOCKET       `json:"s"`
		NullMsg      bool         `json:"null_msg,omitempty"`
		Name         Room         `json:"name"`
		Namelen      int32        `json:"namelen"`
		Buffers      []Room       `json:"buffers"`
		Control      Room         `json:"control"`
		ControlLen   uint32       `json:"control_len"`
		MsgFlags     uint32       `json:"msg_flags,omitempty"`
		NullReceived bool         `json:"null_received,omitempty"`
		Overlapped   OverlappedID `json:"overlapped,omitempty"`
		Event        HANDLE       `json:"event,omitempty"`
		Routine      bool         `json:"routine,omitempty"`
	}
	// WSAAcceptCall is a call of WSAAccept with a condition function that
	// gives Answer and Group, or none when Answer is nil.
	WSAAcceptCall struct {
		S       SOCKET `json:"s"`
		Addr    Room   `json:"addr"`
		Addrlen *int32 `json:"addrlen"`
		Answer  *int32 `json:"answer,omitempty"`
		Group   uint32 `json:"group,omitempty"`
	}
	// WSASendDisconnectCall is a call of WSASendDisconnect.
	WSASendDisconnectCall struct {
		S    SOCKET `json:"s"`
		Data Bytes  `json:"outbound_disconnect_data,omitzero"`
	}
	// WSARecvDisconnectCall is a call of WSARecvDisconnect.
	WSARecvDisconnectCall struct {
		S    SOCKET `json:"s"`
		Data Bytes  `json:"inbound_disconnect_data,omitzero"`
	}
	// WSADuplicateSocketCall is a call of WSADuplicateSocket.
	WSADuplicateSocketCall struct {
		S            SOCKET `json:"s"`
		ProcessID    uint32 `json:"process_id"`
		ProtocolInfo Room   `json:"protocol_info"`
	}
	// WSAEnumProtocolsCall is a call of WSAEnumProtocols.
	WSAEnumProtocolsCall struct {
		Protocols      []int32 `json:"protocols,omitzero"`
		ProtocolBuffer Room    `json:"protocol_buffer"`
		BufferLength   *uint32 `json:"buffer_length"`
	}
	// GetCurrentProcessIdCall is a call of GetCurrentProcessId.
	GetCurrentProcessIdCall struct{}
)

func (SelectCall) Op() string                      { return "select" }
func (WSAPollCall) Op() string                     { return "WSAPoll" }
func (WSACreateEventCall) Op() string              { return "WSACreateEvent" }
func (WSASetEventCall) Op() string                 { return "WSASetEvent" }
func (WSAResetEventCall) Op() string               { return "WSAResetEvent" }
func (WSACloseEventCall) Op() string               { return "WSACloseEvent" }
func (WSAWaitForMultipleEventsCall) Op() string    { return "WSAWaitForMultipleEvents" }
func (WSAEventSelectCall) Op() string              { return "WSAEventSelect" }
func (WSAEnumNetworkEventsCall) Op() string        { return "WSAEnumNetworkEvents" }
func (WSAGetOverlappedResultCall) Op() string      { return "WSAGetOverlappedResult" }
func (GetOverlappedResultCall) Op() string         { return "GetOverlappedResult" }
func (CancelIoCall) Op() string                    { return "CancelIo" }
func (CancelIoExCall) Op() string                  { return "CancelIoEx" }
func (CreateIoCompletionPortCall) Op() string      { return "CreateIoCompletionPort" }
func (GetQueuedCompletionStatusCall) Op() string   { return "GetQueuedCompletionStatus" }
func (GetQueuedCompletionStatusExCall) Op() string { return "GetQueuedCompletionStatusEx" }
func (PostQueuedCompletionStatusCall) Op() string  { return "PostQueuedCompletionStatus" }
func (SetFileCompletionNotificationModesCall) Op() string {
	return "SetFileCompletionNotificationModes"
}
func (AcceptExCall) Op() string             { return "AcceptEx" }
func (GetAcceptExSockaddrsCall) Op() string { return "GetAcceptExSockaddrs" }
func (ConnectExCall) Op() string            { return "ConnectEx" }
func (DisconnectExCall) Op() string         { return "DisconnectEx" }
func (TransmitFileCall) Op() string         { return "TransmitFile" }
func (WSASendMsgCall) Op() string           { return "WSASendMsg" }
func (WSARecvMsgCall) Op() string           { return "WSARecvMsg" }
func (WSAAcceptCall) Op() string            { return "WSAAccept" }
func (WSASendDisconnectCall) Op() string    { return "WSASendDisconnect" }
func (WSARecvDisconnectCall) Op() string    { return "WSARecvDisconnect" }
func (WSADuplicateSocketCall) Op() string   { return "WSADuplicateSocket" }
func (WSAEnumProtocolsCall) Op() string     { return "WSAEnumProtocols" }
func (GetCurrentProcessIdCall) Op() string  { return "GetCurrentProcessId" }
