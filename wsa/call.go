package wsa

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"sort"
)

// Call is one call as a value: what it is and every argument, so that a trace,
// the specification, a generator and a scenario mean the same thing by it. The
// set is closed: the *Call structs of the call*.go files, always by value (BindCall{...},
// never a pointer). Field tags are the names of the arguments in traces and
// scenarios.
type Call interface {
	// Op is the function's name as C spells it: "bind", "WSAConnect".
	Op() string
	invoke(*invocation) Return
}

// Bytes is a buffer in a call or a return: hexadecimal digits in JSON, and nil
// (JSON null) is NULL.
type Bytes []byte

// MarshalJSON writes hexadecimal digits, or null for nil.
func (b Bytes) MarshalJSON() ([]byte, error) {
	if b == nil {
		return []byte("null"), nil
	}
	out := make([]byte, 0, 2+2*len(b))
	out = append(out, '"')
	out = hex.AppendEncode(out, b)
	return append(out, '"'), nil
}

// UnmarshalJSON reads what MarshalJSON writes.
func (b *Bytes) UnmarshalJSON(text []byte) error {
	var s *string
	if err := json.Unmarshal(text, &s); err != nil {
		return fmt.Errorf("a buffer must be hexadecimal digits in a string, or null: %w", err)
	}
	if s == nil {
		*b = nil
		return nil
	}
	raw, err := hex.DecodeString(*s)
	if err != nil {
		return fmt.Errorf("a buffer must be hexadecimal digits: %w", err)
	}
	*b = raw
	return nil
}

// Room is the size in bytes of an output buffer that the caller offers; NULL
// (-1) when the pointer is NULL.
type Room int32

// NULL is the Room of a caller that passes no buffer.
const NULL Room = -1

// OverlappedID names a WSAOVERLAPPED within one trace; 0 is a NULL pointer. In
// the calls that start an operation, event is the hEvent of the structure.
type OverlappedID uint32

// The calls. Parameters that are output buffers appear as the Room offered;
// counts and lengths that are written appear with the value before the call,
// nil for a NULL pointer. The fields are the function's parameters; in JSON they
// have their C names.
type (
	// WSAStartupCall is a call of WSAStartup; NullData passes NULL for lpWSAData.
	WSAStartupCall struct {
		Version  uint16 `json:"version"`
		NullData bool   `json:"null_data,omitempty"`
	}
	// WSACleanupCall is a call of WSACleanup.
	WSACleanupCall struct{}
	// WSAGetLastErrorCall is a call of WSAGetLastError.
	WSAGetLastErrorCall struct{}
	// WSASetLastErrorCall is a call of WSASetLastError.
	WSASetLastErrorCall struct {
		Error Errno `json:"error"`
	}
	// SocketCall is a call of socket.
	SocketCall struct {
		Family   int32 `json:"af"`
		Type     int32 `json:"type"`
		Protocol int32 `json:"protocol"`
	}
	// WSASocketCall is a call of WSASocketW.
	WSASocketCall struct {
		Family       int32  `json:"af"`
		Type         int32  `json:"type"`
		Protocol     int32  `json:"protocol"`
		ProtocolInfo Bytes  `json:"protocol_info,omitzero"`
		Group        uint32 `json:"group,omitempty"`
		Flags        uint32 `json:"flags"`
	}
	// BindCall is a call of bind.
	BindCall struct {
		S    SOCKET `json:"s"`
		Name Bytes  `json:"name"`
	}
	// ListenCall is a call of listen.
	ListenCall struct {
		S       SOCKET `json:"s"`
		Backlog int32  `json:"backlog"`
	}
	// AcceptCall is a call of accept.
	AcceptCall struct {
		S       SOCKET `json:"s"`
		Addr    Room   `json:"addr"`
		Addrlen *int32 `json:"addrlen"`
	}
	// ConnectCall is a call of connect.
	ConnectCall struct {
		S    SOCKET `json:"s"`
		Name Bytes  `json:"name"`
	}
	// WSAConnectCall is a call of WSAConnect.
	WSAConnectCall struct {
		S          SOCKET `json:"s"`
		Name       Bytes  `json:"name"`
		CallerData Bytes  `json:"caller_data,omitzero"`
		CalleeData Bytes  `json:"callee_data,omitzero"`
		ServiceQOS Bytes  `json:"sqos,omitzero"`
		GroupQOS   Bytes  `json:"gqos,omitzero"`
	}
	// ShutdownCall is a call of shutdown.
	ShutdownCall struct {
		S   SOCKET `json:"s"`
		How int32  `json:"how"`
	}
	// ClosesocketCall is a call of closesocket.
	ClosesocketCall struct {
		S SOCKET `json:"s"`
	}
	// GetsocknameCall is a call of getsockname.
	GetsocknameCall struct {
		S       SOCKET `json:"s"`
		Name    Room   `json:"name"`
		Namelen *int32 `json:"namelen"`
	}
	// GetpeernameCall is a call of getpeername.
	GetpeernameCall struct {
		S       SOCKET `json:"s"`
		Name    Room   `json:"name"`
		Namelen *int32 `json:"namelen"`
	}
	// SendCall is a call of send.
	SendCall struct {
		S     SOCKET `json:"s"`
		Buf   Bytes  `json:"buf"`
		Flags int32  `json:"flags,omitempty"`
	}
	// SendtoCall is a call of sendto.
	SendtoCall struct {
		S     SOCKET `json:"s"`
		Buf   Bytes  `json:"buf"`
		Flags int32  `json:"flags,omitempty"`
		To    Bytes  `json:"to"`
	}
	// RecvCall is a call of recv.
	RecvCall struct {
		S     SOCKET `json:"s"`
		Buf   Room   `json:"buf"`
		Flags int32  `json:"flags,omitempty"`
	}
	// RecvfromCall is a call of recvfrom.
	RecvfromCall struct {
		S       SOCKET `json:"s"`
		Buf     Room   `json:"buf"`
		Flags   int32  `json:"flags,omitempty"`
		From    Room   `json:"from"`
		Fromlen *int32 `json:"fromlen"`
	}
	// WSASendCall is a call of WSASend; NullSent passes NULL for the count.
	WSASendCall struct {
		S          SOCKET       `json:"s"`
		Buffers    []Bytes      `json:"buffers"`
		NullSent   bool         `json:"null_sent,omitempty"`
		Flags      uint32       `json:"flags,omitempty"`
		Overlapped OverlappedID `json:"overlapped,omitempty"`
		Event      HANDLE       `json:"event,omitempty"`
		Routine    bool         `json:"routine,omitempty"`
	}
	// WSASendToCall is a call of WSASendTo.
	WSASendToCall struct {
		S          SOCKET       `json:"s"`
		Buffers    []Bytes      `json:"buffers"`
		NullSent   bool         `json:"null_sent,omitempty"`
		Flags      uint32       `json:"flags,omitempty"`
		To         Bytes        `json:"to"`
		Overlapped OverlappedID `json:"overlapped,omitempty"`
		Event      HANDLE       `json:"event,omitempty"`
		Routine    bool         `json:"routine,omitempty"`
	}
	// WSARecvCall is a call of WSARecv; Flags nil passes NULL for lpFlags.
	WSARecvCall struct {
		S            SOCKET       `json:"s"`
		Buffers      []Room       `json:"buffers"`
		NullReceived bool         `json:"null_received,omitempty"`
		Flags        *uint32      `json:"flags"`
		Overlapped   OverlappedID `json:"overlapped,omitempty"`
		Event        HANDLE       `json:"event,omitempty"`
		Routine      bool         `json:"routine,omitempty"`
	}
	// WSARecvFromCall is a call of WSARecvFrom.
	WSARecvFromCall struct {
		S            SOCKET       `json:"s"`
		Buffers      []Room       `json:"buffers"`
		NullReceived bool         `json:"null_received,omitempty"`
		Flags        *uint32      `json:"flags"`
		From         Room         `json:"from"`
		Fromlen      *int32       `json:"fromlen"`
		Overlapped   OverlappedID `json:"overlapped,omitempty"`
		Event        HANDLE       `json:"event,omitempty"`
		Routine      bool         `json:"routine,omitempty"`
	}
	// GetsockoptCall is a call of getsockopt.
	GetsockoptCall struct {
		S       SOCKET `json:"s"`
		Level   int32  `json:"level"`
		Optname int32  `json:"optname"`
		Optval  Room   `json:"optval"`
		Optlen  *int32 `json:"optlen"`
	}
	// SetsockoptCall is a call of setsockopt.
	SetsockoptCall struct {
		S       SOCKET `json:"s"`
		Level   int32  `json:"level"`
		Optname int32  `json:"optname"`
		Optval  Bytes  `json:"optval"`
	}
	// IoctlsocketCall is a call of ioctlsocket.
	IoctlsocketCall struct {
		S    SOCKET  `json:"s"`
		Cmd  uint32  `json:"cmd"`
		Argp *uint32 `json:"argp"`
	}
	// WSAIoctlCall is a call of WSAIoctl.
	WSAIoctlCall struct {
		S            SOCKET       `json:"s"`
		Code         uint32       `json:"code"`
		In           Bytes        `json:"in"`
		Out          Room         `json:"out"`
		NullReturned bool         `json:"null_returned,omitempty"`
		Overlapped   OverlappedID `json:"overlapped,omitempty"`
		Event        HANDLE       `json:"event,omitempty"`
		Routine      bool         `json:"routine,omitempty"`
	}
	// WSASetSocketSecurityCall is a call of WSASetSocketSecurity.
	WSASetSocketSecurityCall struct {
		S          SOCKET       `json:"s"`
		Settings   Bytes        `json:"settings"`
		Overlapped OverlappedID `json:"overlapped,omitempty"`
		Event      HANDLE       `json:"event,omitempty"`
		Routine    bool         `json:"routine,omitempty"`
	}
	// WSASetSocketPeerTargetNameCall is a call of WSASetSocketPeerTargetName.
	WSASetSocketPeerTargetNameCall struct {
		S              SOCKET       `json:"s"`
		PeerTargetName Bytes        `json:"peer_target_name"`
		Overlapped     OverlappedID `json:"overlapped,omitempty"`
		Event          HANDLE       `json:"event,omitempty"`
		Routine        bool         `json:"routine,omitempty"`
	}
	// WSADeleteSocketPeerTargetNameCall is a call of WSADeleteSocketPeerTargetName.
	WSADeleteSocketPeerTargetNameCall struct {
		S          SOCKET       `json:"s"`
		PeerAddr   Bytes        `json:"peer_addr"`
		Overlapped OverlappedID `json:"overlapped,omitempty"`
		Event      HANDLE       `json:"event,omitempty"`
		Routine    bool         `json:"routine,omitempty"`
	}
	// WSAQuerySocketSecurityCall is a call of WSAQuerySocketSecurity.
	WSAQuerySocketSecurityCall struct {
		S          SOCKET       `json:"s"`
		Template   Bytes        `json:"template"`
		Info       Room         `json:"info"`
		InfoLen    *uint32      `json:"info_len"`
		Overlapped OverlappedID `json:"overlapped,omitempty"`
		Event      HANDLE       `json:"event,omitempty"`
		Routine    bool         `json:"routine,omitempty"`
	}
	// WSAImpersonateSocketPeerCall is a call of WSAImpersonateSocketPeer.
	WSAImpersonateSocketPeerCall struct {
		S        SOCKET `json:"s"`
		PeerAddr Bytes  `json:"peer_addr"`
	}
	// WSARevertImpersonationCall is a call of WSARevertImpersonation.
	WSARevertImpersonationCall struct{}
	// CloseHandleCall is a call of CloseHandle.
	CloseHandleCall struct {
		H HANDLE `json:"h"`
	}
	// SleepExCall is a call of SleepEx.
	SleepExCall struct {
		Milliseconds uint32 `json:"milliseconds"`
		Alertable    bool   `json:"alertable,omitempty"`
	}
	// QueueUserAPCCall is a call of QueueUserAPC for the calling thread.
	QueueUserAPCCall struct{}
)

func (WSAStartupCall) Op() string                    { return "WSAStartup" }
func (WSACleanupCall) Op() string                    { return "WSACleanup" }
func (WSAGetLastErrorCall) Op() string               { return "WSAGetLastError" }
func (WSASetLastErrorCall) Op() string               { return "WSASetLastError" }
func (SocketCall) Op() string                        { return "socket" }
func (WSASocketCall) Op() string                     { return "WSASocket" }
func (BindCall) Op() string                          { return "bind" }
func (ListenCall) Op() string                        { return "listen" }
func (AcceptCall) Op() string                        { return "accept" }
func (ConnectCall) Op() string                       { return "connect" }
func (WSAConnectCall) Op() string                    { return "WSAConnect" }
func (ShutdownCall) Op() string                      { return "shutdown" }
func (ClosesocketCall) Op() string                   { return "closesocket" }
func (GetsocknameCall) Op() string                   { return "getsockname" }
func (GetpeernameCall) Op() string                   { return "getpeername" }
func (SendCall) Op() string                          { return "send" }
func (SendtoCall) Op() string                        { return "sendto" }
func (RecvCall) Op() string                          { return "recv" }
func (RecvfromCall) Op() string                      { return "recvfrom" }
func (WSASendCall) Op() string                       { return "WSASend" }
func (WSASendToCall) Op() string                     { return "WSASendTo" }
func (WSARecvCall) Op() string                       { return "WSARecv" }
func (WSARecvFromCall) Op() string                   { return "WSARecvFrom" }
func (GetsockoptCall) Op() string                    { return "getsockopt" }
func (SetsockoptCall) Op() string                    { return "setsockopt" }
func (IoctlsocketCall) Op() string                   { return "ioctlsocket" }
func (WSAIoctlCall) Op() string                      { return "WSAIoctl" }
func (WSASetSocketSecurityCall) Op() string          { return "WSASetSocketSecurity" }
func (WSASetSocketPeerTargetNameCall) Op() string    { return "WSASetSocketPeerTargetName" }
func (WSADeleteSocketPeerTargetNameCall) Op() string { return "WSADeleteSocketPeerTargetName" }
func (WSAQuerySocketSecurityCall) Op() string        { return "WSAQuerySocketSecurity" }
func (WSAImpersonateSocketPeerCall) Op() string      { return "WSAImpersonateSocketPeer" }
func (WSARevertImpersonationCall) Op() string        { return "WSARevertImpersonation" }
func (CloseHandleCall) Op() string                   { return "CloseHandle" }
func (SleepExCall) Op() string                       { return "SleepEx" }
func (QueueUserAPCCall) Op() string                  { return "QueueUserAPC" }

// Calls holds one zero value of every call, grouped as in the files. It is
// the closed list from which readers, generators and help texts are derived.
func Calls() []Call {
	return []Call{
		WSAStartupCall{}, WSACleanupCall{}, WSAGetLastErrorCall{}, WSASetLastErrorCall{},
		SocketCall{}, WSASocketCall{}, BindCall{}, ListenCall{}, AcceptCall{}, ConnectCall{}, WSAConnectCall{},
		ShutdownCall{}, ClosesocketCall{}, GetsocknameCall{}, GetpeernameCall{},
		SendCall{}, SendtoCall{}, RecvCall{}, RecvfromCall{},
		WSASendCall{}, WSASendToCall{}, WSARecvCall{}, WSARecvFromCall{},
		GetsockoptCall{}, SetsockoptCall{}, IoctlsocketCall{}, WSAIoctlCall{},
		WSASetSocketSecurityCall{}, WSASetSocketPeerTargetNameCall{}, WSADeleteSocketPeerTargetNameCall{},
		WSAQuerySocketSecurityCall{}, WSAImpersonateSocketPeerCall{}, WSARevertImpersonationCall{},
		CloseHandleCall{}, SleepExCall{}, QueueUserAPCCall{},
		SelectCall{}, WSAPollCall{},
		WSACreateEventCall{}, WSASetEventCall{}, WSAResetEventCall{}, WSACloseEventCall{},
		WSAWaitForMultipleEventsCall{}, WSAEventSelectCall{}, WSAEnumNetworkEventsCall{},
		WSAGetOverlappedResultCall{}, GetOverlappedResultCall{}, CancelIoCall{}, CancelIoExCall{},
		CreateIoCompletionPortCall{}, GetQueuedCompletionStatusCall{}, GetQueuedCompletionStatusExCall{},
		PostQueuedCompletionStatusCall{}, SetFileCompletionNotificationModesCall{},
		AcceptExCall{}, GetAcceptExSockaddrsCall{}, ConnectExCall{}, DisconnectExCall{}, TransmitFileCall{},
		WSASendMsgCall{}, WSARecvMsgCall{}, WSAAcceptCall{}, WSASendDisconnectCall{}, WSARecvDisconnectCall{},
		WSADuplicateSocketCall{}, WSAEnumProtocolsCall{}, GetCurrentProcessIdCall{},
		GetAddrInfoCall{}, GetAddrInfoExCall{}, GetAddrInfoExCancelCall{}, GetAddrInfoExOverlappedResultCall{},
		GetNameInfoCall{}, GetHostNameCall{}, GethostbynameCall{}, GethostbyaddrCall{},
		GetservbynameCall{}, GetservbyportCall{}, GetprotobynameCall{}, GetprotobynumberCall{}, InetAddrCall{}, InetNtoaCall{},
	}
}

var callTypes = func() map[string]reflect.Type {
	m := make(map[string]reflect.Type)
	for _, c := range Calls() {
		m[c.Op()] = reflect.TypeOf(c)
	}
	return m
}()

// Ops lists the names of all calls, sorted.
func Ops() []string {
	names := make([]string, 0, len(callTypes))
	for op := range callTypes {
		names = append(names, op)
	}
	sort.Strings(names)
	return names
}

// MarshalCall encodes a call as a JSON object of its arguments (without its
// name, which the caller stores beside it).
func MarshalCall(c Call) ([]byte, error) { return json.Marshal(c) }

// UnmarshalCall decodes what MarshalCall wrote for the call named op. Unknown
// names and arguments are errors that say which.
func UnmarshalCall(op string, args []byte) (Call, error) {
	t, ok := callTypes[op]
	if !ok {
		return nil, fmt.Errorf("op: %q is not a call; expected one of the names that wsa.Ops lists", op)
	}
	v := reflect.New(t)
	if err := unmarshalStrict(args, v.Interface()); err != nil {
		return nil, fmt.Errorf("args of %s: %w", op, err)
	}
	return v.Elem().Interface().(Call), nil
}

// Return is what one call gave back. Which fields are meaningful depends on
// the call; the others are zero.
type Return struct {
	// Err is the error, 0 for success.
	Err Errno `json:"err,omitempty"`
	// Failure is the text of an error that is not Winsock's: the simulated
	// world ended, or a DLL lacks the function.
	Failure string `json:"failure,omitempty"`
	// Socket is the new socket of socket, WSASocket and accept.
	Socket SOCKET `json:"socket,omitempty"`
	// N is the result of a call that returns a number: bytes for send, recv
	// and their kin, the code for WSAGetLastError, the reason for SleepEx.
	N int64 `json:"n,omitempty"`
	// Data is what the call stored in its output buffer, as far as the call
	// says how much that was; after WSAEMSGSIZE from a receive, the whole
	// buffer. Buffer lists are joined.
	Data Bytes `json:"data,omitempty"`
	// Addr is the address stored (accept, recvfrom, getsockname, getpeername).
	Addr Bytes `json:"addr,omitempty"`
	// Len is the in/out length after the call.
	Len *int64 `json:"len,omitempty"`
	// Count is the output count after the call (WSASend, WSARecv, WSAIoctl).
	Count *uint32 `json:"count,omitempty"`
	// Flags is *lpFlags after WSARecv, WSARecvFrom.
	Flags *uint32 `json:"flags,omitempty"`
	// Startup is what WSAStartup filled in.
	Startup *WSADATA `json:"startup,omitempty"`
	// Handle is the new event or completion port, or what GetAddrInfoEx gave
	// to cancel it by.
	Handle HANDLE `json:"handle,omitempty"`
	// Sets are readfds, writefds and exceptfds after select, nil for NULL.
	Sets []FDSet `json:"sets,omitempty"`
	// Revents are the revents of the array, in order, after WSAPoll.
	Revents []int16 `json:"revents,omitempty"`
	// NetworkEvents is what WSAEnumNetworkEvents stored.
	NetworkEvents *NetworkEvents `json:"network_events,omitempty"`
	// Answer is what the condition function of WSAAccept answered, nil when it was
	// not asked.
	Answer *int32 `json:"answer,omitempty"`
	// Group is what it set g to.
	Group uint32 `json:"group,omitempty"`
	// Packets are what was taken from a completion port.
	Packets []Packet `json:"packets,omitempty"`
	// Local is the local address that GetAcceptExSockaddrs found; Addr is the
	// remote one.
	Local Bytes `json:"local,omitempty"`
	// Control is the control data that WSARecvMsg stored, ControlLen its
	// length and MsgFlags WSAMSG.dwFlags after the call.
	Control    Bytes   `json:"control,omitempty"`
	ControlLen *uint32 `json:"control_len,omitempty"`
	MsgFlags   *uint32 `json:"msg_flags,omitempty"`
	// AddrInfo is what GetAddrInfo and GetAddrInfoEx found.
	AddrInfo []AddrInfoEx `json:"addr_info,omitempty"`
	// Node is the text that GetNameInfo, GetHostName and inet_ntoa give,
	// Service the service's name of GetNameInfo.
	Node    string `json:"node,omitempty"`
	Service string `json:"service,omitempty"`
	// HostEnt, ServEnt and ProtoEnt are what the functions of old found.
	HostEnt  *HostEnt  `json:"hostent,omitempty"`
	ServEnt  *ServEnt  `json:"servent,omitempty"`
	ProtoEnt *ProtoEnt `json:"protoent,omitempty"`
}

// Packet is one completion as a Return shows it.
type Packet struct {
	Key         uintptr      `json:"key"`              // the completion key
	Overlapped  OverlappedID `json:"overlapped"`       // the operation, or what was posted; 0 is NULL
	Status      NTStatus     `json:"status,omitempty"` // how the operation ended
	Transferred uint32       `json:"transferred"`      // bytes
}
