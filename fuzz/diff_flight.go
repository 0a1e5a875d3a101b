package fuzz

import (
	"bytes"
	"reflect"
	"slices"

	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// flight is an overlapped operation of a session that is not known to have ended.
type flight struct {
	id     wsa.OverlappedID
	socket wsa.SOCKET // real
	call   wsa.Call
}

// overlappedOf is the OVERLAPPED that a call would start an operation with; 0:
// none.
func overlappedOf(c wsa.Call) wsa.OverlappedID {
	switch c.(type) {
	case wsa.WSAGetOverlappedResultCall, wsa.GetOverlappedResultCall, wsa.CancelIoExCall, wsa.PostQueuedCompletionStatusCall, wsa.GetAddrInfoExCall, wsa.GetAddrInfoExOverlappedResultCall:
		return 0
	}
	f := reflect.ValueOf(c).FieldByName("Overlapped")
	if !f.IsValid() {
		return 0
	}
	return f.Interface().(wsa.OverlappedID)
}

// eventOf is the event of the operation that a call would start; 0: none.
func eventOf(c wsa.Call) wsa.HANDLE {
	if overlappedOf(c) == 0 {
		return 0
	}
	f := reflect.ValueOf(c).FieldByName("Event")
	if !f.IsValid() {
		return 0
	}
	return f.Interface().(wsa.HANDLE)
}

// lone gives the completion record of an operation that has a routine and no OVERLAPPED,
// and is over within its call; nil for any other. Sequences start no others of that
// kind: nobody could say when those end.
func lone(c wsa.Call, ret *wsa.Return) *trace.Record {
	routine := reflect.ValueOf(c).FieldByName("Routine")
	x, ok := callSocket(c)
	if !ok || !routine.IsValid() || !routine.Bool() || overlappedOf(c) != 0 || ret.Err != 0 || ret.Failure != "" || ret.Count == nil {
		return nil
	}
	r := &trace.Record{Kind: trace.Completion, Host: diffHost, PID: diffPID, TID: diffTID, Socket: x, Transferred: *ret.Count}
	if startsReceive(c) {
		r.Return = &wsa.Return{Data: ret.Data, Addr: ret.Addr, Control: ret.Control, ControlLen: ret.ControlLen, MsgFlags: ret.MsgFlags}
	}
	return r
}

// flies notes an operation that a call has started, or that has ended within the call
// although that failed: the structure says so (rule OV-CUT).
func (s *session) flies(v *wsa.Invoker, c wsa.Call, ret *wsa.Return) {
	id := overlappedOf(c)
	switch {
	case id == 0 || ret.Failure != "":
		return
	case ret.Err == wsa.WSAEMSGSIZE && startsReceive(c) && v.Overlapped(id).Internal == uintptr(wsa.STATUS_BUFFER_OVERFLOW):
	case ret.Err != 0 && ret.Err != wsa.WSA_IO_PENDING:
		return
	}
	socket, ok := callSocket(c)
	if a, accepts := c.(wsa.AcceptExCall); accepts {
		socket, ok = a.ListenSocket, true
	}
	switch {
	case !ok:
	case startsReceive(c):
		s.flying = append(s.flying, flight{id, socket, c})
	default:
		// Of several that end in one call, a send that the call started ends first:
		// what it does makes the others end.
		s.flying = slices.Insert(s.flying, 0, flight{id, socket, c})
	}
}

// startsReceive reports whether a call starts a receive, which ends no other operation.
func startsReceive(c wsa.Call) bool { return slices.Contains(receiveOps, c.Op()) }

// inFlight reports whether an operation with the OVERLAPPED has not ended.
func (s *session) inFlight(id wsa.OverlappedID) bool {
	for _, f := range s.flying {
		if f.id == id {
			return true
		}
	}
	return false
}

// asksForEnds reports whether a call, which returned what it did, tells of operations
// that have ended and has ended none itself.
func asksForEnds(c wsa.Call, ret *wsa.Return) bool {
	switch c.(type) {
	case wsa.CancelIoCall, wsa.CancelIoExCall:
		return ret.Err == wsa.ERROR_NOT_FOUND
	case wsa.GetQueuedCompletionStatusCall, wsa.GetQueuedCompletionStatusExCall, wsa.WSAGetOverlappedResultCall, wsa.GetOverlappedResultCall,
		wsa.WSAWaitForMultipleEventsCall:
		return true
	}
	return false
}

// landed gives a completion record for each operation that has ended: its structure
// says so, or a packet in what a call returned. Nobody else tells: the trace of a
// machine holds what the program could see, and a program can look there.
func (s *session) landed(v *wsa.Invoker, ret *wsa.Return) []*trace.Record {
	var list []*trace.Record
	var going []flight
	// The latest first: an earlier one that had ended by then is seen to have.
	seen := make([]wsa.Overlapped, len(s.flying))
	for i, f := range slices.Backward(s.flying) {
		seen[i] = *v.Overlapped(f.id)
	}
	for i, f := range s.flying {
		o := seen[i]
		for _, p := range ret.Packets {
			if p.Overlapped == f.id { // the structure may be late
				o.Internal, o.InternalHigh = uintptr(p.Status), uintptr(p.Transferred)
			}
		}
		if o.Internal == wsa.STATUS_PENDING {
			going = append(going, f)
			continue
		}
		list = append(list, &trace.Record{
			Kind: trace.Completion, Host: diffHost, PID: diffPID, TID: diffTID, Overlapped: f.id, Socket: f.socket,
			Status: wsa.NTStatus(o.Internal), Transferred: uint32(o.InternalHigh), Return: stored(v, f, &o),
		})
	}
	slices.SortFunc(going, func(a, b flight) int { return int(a.id) - int(b.id) })
	s.flying = going
	return list
}

// stored is what an operation that has ended wrote, as completion records tell it.
func stored(v *wsa.Invoker, f flight, o *wsa.Overlapped) *wsa.Return {
	data, n := v.Data(f.id), int(o.InternalHigh)
	switch c := f.call.(type) {
	case wsa.WSARecvCall, wsa.WSARecvFromCall:
		ret := &wsa.Return{Addr: v.From(f.id)}
		if n > 0 && n <= len(data) {
			ret.Data = bytes.Clone(data[:n])
		}
		return ret
	case wsa.WSARecvMsgCall:
		return storedMessage(v, f, o)
	case wsa.AcceptExCall:
		if o.Internal != 0 || len(data) == 0 {
			return nil
		}
		at := v.Invoke(wsa.GetAcceptExSockaddrsCall{
			OutputBuffer: bytes.Clone(data), ReceiveDataLength: c.ReceiveDataLength, LocalAddressLength: c.LocalAddressLength, RemoteAddressLength: c.RemoteAddressLength,
		})
		ret := &wsa.Return{Local: at.Local, Addr: at.Addr}
		if n > 0 && n <= len(data) {
			ret.Data = bytes.Clone(data[:n])
		}
		return ret
	}
	return nil
}

// storedMessage is what a WSARecvMsg that has ended wrote.
func storedMessage(v *wsa.Invoker, f flight, o *wsa.Overlapped) *wsa.Return {
	m, data, n := v.Message(f.id), v.Data(f.id), int(o.InternalHigh)
	if status := wsa.NTStatus(o.Internal); m == nil || status.Failed() && status != wsa.STATUS_BUFFER_OVERFLOW {
		return nil
	}
	// On a machine the structure is there once somebody has asked, which changes the
	// last error and nothing else.
	last := v.Invoke(wsa.WSAGetLastErrorCall{}).N
	v.Invoke(wsa.WSAGetOverlappedResultCall{S: f.socket, Overlapped: f.id})
	v.Invoke(wsa.WSASetLastErrorCall{Error: wsa.Errno(last)})
	ret := &wsa.Return{Addr: v.From(f.id), ControlLen: new(m.ControlLen), MsgFlags: new(m.Flags)}
	if n > 0 && n <= len(data) {
		ret.Data = bytes.Clone(data[:n])
	}
	ret.Control = bytes.Clone(m.Control[:min(int(m.ControlLen), len(m.Control))])
	return ret
}
