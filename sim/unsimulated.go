package sim

import "wsasim/wsa"

// The functions of wsa.API that the simulator does not have yet.

func refuse(what string) error { return &NotSimulatedError{what} }

func (t *Thread) QueueUserAPC(routine func()) error { return refuse("QueueUserAPC") }
func (t *Thread) Select(nfds int32, r, w, e *wsa.FDSet, timeout *wsa.Timeval) (int, error) {
	return 0, refuse("select")
}
func (t *Thread) WSAPoll(fds []wsa.PollFD, timeout int32) (int, error) { return 0, refuse("WSAPoll") }
func (t *Thread) WSACreateEvent() (wsa.HANDLE, error)                  { return 0, refuse("WSACreateEvent") }
func (t *Thread) WSASetEvent(h wsa.HANDLE) error                       { return refuse("WSASetEvent") }
func (t *Thread) WSAResetEvent(h wsa.HANDLE) error                     { return refuse("WSAResetEvent") }
func (t *Thread) WSACloseEvent(h wsa.HANDLE) error                     { return refuse("WSACloseEvent") }
func (t *Thread) WSAWaitForMultipleEvents(events []wsa.HANDLE, all bool, timeout uint32, alertable bool) (uint32, error) {
	return wsa.WSA_WAIT_FAILED, refuse("WSAWaitForMultipleEvents")
}
func (t *Thread) WSAEventSelect(s wsa.SOCKET, h wsa.HANDLE, events int32) error {
	return refuse("WSAEventSelect")
}
func (t *Thread) WSAEnumNetworkEvents(s wsa.SOCKET, h wsa.HANDLE, events *wsa.NetworkEvents) error {
	return refuse("WSAEnumNetworkEvents")
}
func (t *Thread) WSAGetOverlappedResult(s wsa.SOCKET, ov *wsa.Overlapped, n *uint32, wait bool, flags *uint32) error {
	return refuse("WSAGetOverlappedResult")
}
func (t *Thread) GetOverlappedResult(h wsa.HANDLE, ov *wsa.Overlapped, n *uint32, wait bool) error {
	return refuse("GetOverlappedResult")
}
func (t *Thread) CancelIo(h wsa.HANDLE) error                       { return refuse("CancelIo") }
func (t *Thread) CancelIoEx(h wsa.HANDLE, ov *wsa.Overlapped) error { return refuse("CancelIoEx") }
func (t *Thread) CreateIoCompletionPort(file, port wsa.HANDLE, key uintptr, threads uint32) (wsa.HANDLE, error) {
	return 0, refuse("CreateIoCompletionPort")
}
func (t *Thread) GetQueuedCompletionStatus(port wsa.HANDLE, n *uint32, key *uintptr, ov **wsa.Overlapped, ms uint32) error {
	return refuse("GetQueuedCompletionStatus")
}
func (t *Thread) GetQueuedCompletionStatusEx(port wsa.HANDLE, entries []wsa.OverlappedEntry, removed *uint32, ms uint32, alertable bool) error {
	return refuse("GetQueuedCompletionStatusEx")
}
func (t *Thread) PostQueuedCompletionStatus(port wsa.HANDLE, n uint32, key uintptr, ov *wsa.Overlapped) error {
	return refuse("PostQueuedCompletionStatus")
}
func (t *Thread) SetFileCompletionNotificationModes(h wsa.HANDLE, flags uint8) error {
	return refuse("SetFileCompletionNotificationModes")
}
func (t *Thread) AcceptEx(l, a wsa.SOCKET, out []byte, recv, local, remote uint32, n *uint32, ov *wsa.Overlapped) error {
	return refuse("AcceptEx")
}
func (t *Thread) GetAcceptExSockaddrs(out []byte, recv, local, remote uint32) (l, r []byte) {
	return nil, nil
}
func (t *Thread) ConnectEx(s wsa.SOCKET, name, send []byte, n *uint32, ov *wsa.Overlapped) error {
	return refuse("ConnectEx")
}
func (t *Thread) DisconnectEx(s wsa.SOCKET, ov *wsa.Overlapped, flags, reserved uint32) error {
	return refuse("DisconnectEx")
}
func (t *Thread) TransmitFile(s wsa.SOCKET, file wsa.HANDLE, n, per uint32, ov *wsa.Overlapped, bufs *wsa.TransmitFileBuffers, flags uint32) error {
	return refuse("TransmitFile")
}
func (t *Thread) WSASendMsg(s wsa.SOCKET, msg *wsa.Msg, flags uint32, n *uint32, ov *wsa.Overlapped, routine wsa.CompletionRoutine) error {
	return refuse("WSASendMsg")
}
func (t *Thread) WSARecvMsg(s wsa.SOCKET, msg *wsa.Msg, n *uint32, ov *wsa.Overlapped, routine wsa.CompletionRoutine) error {
	return refuse("WSARecvMsg")
}
func (t *Thread) WSAAccept(s wsa.SOCKET, addr []byte, addrlen *int32, condition wsa.ConditionFunc) (wsa.SOCKET, error) {
	return wsa.INVALID_SOCKET, refuse("WSAAccept")
}
func (t *Thread) WSASendDisconnect(s wsa.SOCKET, data []byte) error {
	return refuse("WSASendDisconnect")
}
func (t *Thread) WSARecvDisconnect(s wsa.SOCKET, data []byte) error {
	return refuse("WSARecvDisconnect")
}
func (t *Thread) WSADuplicateSocket(s wsa.SOCKET, pid uint32, info []byte) error {
	return refuse("WSADuplicateSocket")
}
func (t *Thread) WSAEnumProtocols(protocols []int32, buf []byte, n *uint32) (int, error) {
	return 0, refuse("WSAEnumProtocols")
}
func (t *Thread) GetCurrentProcessId() uint32 { return uint32(t.proc.pid) }
