package fuzz

import (
	"wsasim/model/rules"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

var (
	dequeues  = []string{"GetQueuedCompletionStatus", "GetQueuedCompletionStatusEx"}
	receiving = []string{"WSARecv", "WSARecvFrom", "WSARecvMsg", "AcceptEx"}
	starting  = []string{"WSASend", "WSASendTo", "WSASendMsg", "WSARecv", "WSARecvFrom", "WSARecvMsg", "WSAIoctl", "AcceptEx", "ConnectEx", "DisconnectEx", "TransmitFile"}
)

// overlappedFaults are about overlapped operations and completion ports.
var overlappedFaults = []Fault{
	{Name: "an operation ends twice", Rule: rules.OVEnds, Ops: starting, Ends: func(r trace.Record) []trace.Record { return []trace.Record{r, r} }},
	{Name: "the end of an operation that succeeds at once is not told", Rule: rules.OVTold, Ops: starting, Ends: func(r trace.Record) []trace.Record {
		if r.Status == 0 {
			return nil
		}
		return []trace.Record{r}
	}},
	{Name: "what was cancelled has succeeded", Rule: rules.RECVGraceful, Ops: starting, Ends: changedEnd(func(r *trace.Record) {
		if r.Status == wsa.STATUS_CANCELLED {
			r.Status = 0
		}
	})},
	{Name: "what was reset was cancelled", Rule: rules.OVAborted, Ops: starting, Ends: changedEnd(func(r *trace.Record) {
		if r.Status.Failed() {
			r.Status = wsa.STATUS_CANCELLED
		}
	})},
	{Name: "an operation moves a byte more than it has", Rule: rules.OVBytes, Ops: starting, Ends: changedEnd(func(r *trace.Record) {
		if r.Status == 0 {
			r.Transferred++
		}
	})},
	{Name: "the first byte that an operation receives is lost", Rule: rules.RECVOrder, Ops: receiving, Ends: changedEnd(func(r *trace.Record) {
		if r.Status == 0 && r.Return != nil && len(r.Return.Data) > 1 {
			ret := *r.Return
			ret.Data = ret.Data[1:]
			r.Return, r.Transferred = &ret, r.Transferred-1
		}
	})},
	{Name: "a packet has another key", Rule: rules.PORTPacket, Ops: dequeues, Change: changedPacket(func(p *wsa.Packet) bool { p.Key++; return true })},
	{Name: "a packet tells a byte more", Rule: rules.PORTPacket, Ops: dequeues, Change: changedPacket(func(p *wsa.Packet) bool { p.Transferred++; return true })},
	{Name: "a packet is of another operation", Rule: rules.PORTPacket, Ops: dequeues, Change: changedPacket(func(p *wsa.Packet) bool { p.Overlapped += 1000; return true })},
	{Name: "a packet is lost", Rule: rules.PORTTimeout, Ops: dequeues, Change: func(_ wsa.Call, r *wsa.Return) bool {
		if len(r.Packets) == 0 {
			return false
		}
		r.Packets, r.Err, r.Count = nil, wsa.WAIT_TIMEOUT, nil
		return true
	}},
	{Name: "a port may be asked when it is closed", Rule: rules.PORTHandle, Ops: dequeues, From: wsa.WSA_INVALID_HANDLE},
	{Name: "a file may have two ports", Rule: rules.PORTFile, Ops: []string{"CreateIoCompletionPort"}, Change: func(c wsa.Call, r *wsa.Return) bool {
		p := c.(wsa.CreateIoCompletionPortCall)
		if r.Err != wsa.WSA_INVALID_PARAMETER || p.ExistingCompletionPort == 0 {
			return false
		}
		r.Err, r.Handle = 0, p.ExistingCompletionPort
		return true
	}},
	{Name: "what still runs has succeeded", Rule: rules.OVResultIncomplete, Ops: []string{"WSAGetOverlappedResult", "GetOverlappedResult"}, From: wsa.WSA_IO_INCOMPLETE},
	{Name: "nothing was cancelled with success", Rule: rules.CANCELNone, Ops: []string{"CancelIoEx"}, From: wsa.ERROR_NOT_FOUND},
	{Name: "ConnectEx needs no binding", Rule: rules.CONNEXState, Ops: []string{"ConnectEx"}, From: wsa.WSAEINVAL, To: wsa.WSA_IO_PENDING},
	{Name: "AcceptEx needs no listener", Rule: rules.ACCEPTEXNotlisten, Ops: []string{"AcceptEx"}, From: wsa.WSAEINVAL, To: wsa.WSAENOTCONN},
	{Name: "control messages that nobody asked for", Rule: rules.MSGInfo, Ops: []string{"WSARecvMsg"}, Change: func(_ wsa.Call, r *wsa.Return) bool {
		if r.Err != 0 || len(r.Control) > 0 {
			return false
		}
		r.Control = wsa.AppendControl(nil, wsa.ControlMessage{Level: wsa.IPPROTO_IP, Type: wsa.IP_TTL, Data: []byte{64, 0, 0, 0}})
		return true
	}},
}

func changedEnd(change func(*trace.Record)) func(trace.Record) []trace.Record {
	return func(r trace.Record) []trace.Record {
		change(&r)
		return []trace.Record{r}
	}
}

// changedPacket alters the first packet that was taken.
func changedPacket(change func(*wsa.Packet) bool) func(wsa.Call, *wsa.Return) bool {
	return func(_ wsa.Call, r *wsa.Return) bool {
		if len(r.Packets) == 0 {
			return false
		}
		list := append([]wsa.Packet{}, r.Packets...)
		r.Packets = list
		return change(&list[0])
	}
}
