package model

import "wsasim/wsa"

// unmodelled reports whether a call is outside of the specification. Not
// modelled: readiness, events, the ends of overlapped operations, the
// extension functions and sharing.
func unmodelled(call wsa.Call) bool {
	switch call.(type) {
	case wsa.QueueUserAPCCall, wsa.SelectCall, wsa.WSAPollCall,
		wsa.WSACreateEventCall, wsa.WSASetEventCall, wsa.WSAResetEventCall, wsa.WSACloseEventCall,
		wsa.WSAWaitForMultipleEventsCall, wsa.WSAEventSelectCall, wsa.WSAEnumNetworkEventsCall,
		wsa.WSAGetOverlappedResultCall, wsa.GetOverlappedResultCall, wsa.CancelIoCall, wsa.CancelIoExCall,
		wsa.CreateIoCompletionPortCall, wsa.GetQueuedCompletionStatusCall, wsa.GetQueuedCompletionStatusExCall,
		wsa.PostQueuedCompletionStatusCall, wsa.SetFileCompletionNotificationModesCall,
		wsa.AcceptExCall, wsa.GetAcceptExSockaddrsCall, wsa.ConnectExCall, wsa.DisconnectExCall, wsa.TransmitFileCall,
		wsa.WSASendMsgCall, wsa.WSARecvMsgCall, wsa.WSAAcceptCall, wsa.WSASendDisconnectCall, wsa.WSARecvDisconnectCall,
		wsa.WSADuplicateSocketCall, wsa.WSAEnumProtocolsCall, wsa.GetCurrentProcessIdCall:
		return true
	}
	return false
}
