package fuzz

import (
	"fmt"
	"slices"

	"wsasim/model/rules"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// Fault is one wrong answer: a canary. Where one of Ops fails with From, it
// says To instead, which 0 makes a success. A fault that errors do not express
// has Change, which may alter anything.
type Fault struct {
	Name     string   // a short sentence
	Rule     rules.ID // a rule that is broken by it
	Ops      []string // functions it concerns, as wsa.Ops spells them
	From, To wsa.Errno
	// Change alters the return and reports whether it did. Nil: From and To.
	Change func(c wsa.Call, r *wsa.Return) bool
	// Later: the specification may have to believe the answer, and then finds
	// that another call does not go with it.
	Later bool
	// Ends alters how the ends of operations are told: it gives the records in
	// place of one. Nil: it leaves them.
	Ends func(r trace.Record) []trace.Record
}

// String is the fault's name.
func (f Fault) String() string { return f.Name }

// alter makes the wrong answer where the fault applies.
func (f Fault) alter(c wsa.Call, r *wsa.Return) bool {
	switch {
	case r.Failure != "" || !slices.Contains(f.Ops, c.Op()):
		return false
	case f.Change != nil:
		return f.Change(c, r)
	case r.Err != f.From:
		return false
	}
	r.Err = f.To
	return true
}

// Broken is api with a fault. The last error follows what the calls say, so
// that a fault is not given away by WSAGetLastError.
func Broken(api wsa.API, f Fault) wsa.API {
	return wsa.FromCalls(f.over(func(c wsa.Call) wsa.Return { return wsa.Invoke(api, c) }))
}

// over makes calls with a fault.
func (f Fault) over(invoke func(wsa.Call) wsa.Return) func(wsa.Call) wsa.Return {
	var claimed wsa.Errno
	lied := false
	return func(c wsa.Call) wsa.Return {
		r := invoke(c)
		if _, asks := c.(wsa.WSAGetLastErrorCall); asks {
			if lied {
				r.N = int64(claimed)
			}
			f.alter(c, &r)
			return r
		}
		lied = f.alter(c, &r)
		claimed = r.Err
		return r
	}
}

// records is a trace hook that passes on what a faulty API would have said.
func (f Fault) records(emit func(*trace.Record)) func(*trace.Record) {
	calls := make(map[int][]wsa.Call) // those that have not returned, of each thread
	claimed := make(map[int]*wsa.Errno)
	return func(r *trace.Record) {
		switch r.Kind {
		case trace.CallMade:
			calls[r.TID] = append(calls[r.TID], r.Call)
		case trace.Returned:
			open := calls[r.TID]
			call := open[len(open)-1]
			calls[r.TID] = open[:len(open)-1]
			told, ret := *r, *r.Return
			told.Return = &ret
			f.falsify(call, &ret, claimed, r.TID)
			r = &told
		case trace.Completion:
			if f.Ends != nil {
				for _, x := range f.Ends(*r) {
					emit(&x)
				}
				return
			}
		}
		emit(r)
	}
}

// falsify alters a return; the last error follows what the calls say.
func (f Fault) falsify(call wsa.Call, ret *wsa.Return, claimed map[int]*wsa.Errno, tid int) {
	if _, asks := call.(wsa.WSAGetLastErrorCall); asks {
		if e := claimed[tid]; e != nil {
			ret.N = int64(*e)
		}
		f.alter(call, ret)
		return
	}
	claimed[tid] = nil
	if f.alter(call, ret) {
		e := ret.Err
		claimed[tid] = &e
	}
}

// Faults lists the canaries: what a careless implementation might get wrong.
func Faults() []Fault { return slices.Concat(faults, readinessFaults, nameFaults, overlappedFaults) }

// FaultByName is the fault with a name.
func FaultByName(name string) (Fault, error) {
	list := Faults()
	i := slices.IndexFunc(list, func(f Fault) bool { return f.Name == name })
	if i < 0 {
		return Fault{}, fmt.Errorf("%q is no fault", name)
	}
	return list[i], nil
}

// swallow makes any failure of the functions a success.
func swallow(_ wsa.Call, r *wsa.Return) bool {
	failed := r.Err != 0
	r.Err = 0
	return failed
}

var (
	receives = []string{"recv", "recvfrom", "WSARecv", "WSARecvFrom"}
	sends    = []string{"send", "sendto", "WSASend", "WSASendTo"}
)

var faults = []Fault{
	{Name: "security may be set on a connected socket", Rule: rules.SSSConn, Ops: []string{"WSASetSocketSecurity"}, From: wsa.WSAEISCONN},
	{Name: "settings that are too short are invalid", Rule: rules.SSSSize, Ops: []string{"WSASetSocketSecurity"}, From: wsa.WSAEMSGSIZE, To: wsa.WSAEINVAL},
	{Name: "wrong settings are accepted", Rule: rules.SSSValue, Ops: []string{"WSASetSocketSecurity"}, From: wsa.WSAEINVAL},
	{Name: "a name may be set on a connected socket", Rule: rules.PTNConn, Ops: []string{"WSASetSocketPeerTargetName"}, From: wsa.WSAEISCONN},
	{Name: "a name that is too short is invalid", Rule: rules.PTNSize, Ops: []string{"WSASetSocketPeerTargetName"}, From: wsa.WSAEMSGSIZE, To: wsa.WSAEINVAL},
	{Name: "no name is a name that is too short", Rule: rules.PTNFault, Ops: []string{"WSASetSocketPeerTargetName"}, From: wsa.WSAEFAULT, To: wsa.WSAEMSGSIZE},
	{Name: "a datagram name needs no address", Rule: rules.PTNZeroaddr, Ops: []string{"WSASetSocketPeerTargetName"}, From: wsa.WSAEINVAL},
	{Name: "a name for another family", Rule: rules.PTNAddrFamily, Ops: []string{"WSASetSocketPeerTargetName"}, From: wsa.WSAEAFNOSUPPORT},
	{Name: "an address that is too short is a fault", Rule: rules.DTNSize, Ops: []string{"WSADeleteSocketPeerTargetName"}, From: wsa.WSAEMSGSIZE, To: wsa.WSAEFAULT},
	{Name: "no address is an address that is too short", Rule: rules.DTNFault, Ops: []string{"WSADeleteSocketPeerTargetName"}, From: wsa.WSAEFAULT, To: wsa.WSAEMSGSIZE},
	{Name: "no length is a length that is too small", Rule: rules.QSSLenNull, Later: true, Ops: []string{"WSAQuerySocketSecurity"}, Change: func(c wsa.Call, r *wsa.Return) bool {
		if c.(wsa.WSAQuerySocketSecurityCall).InfoLen != nil || r.Err != wsa.WSAEFAULT {
			return false
		}
		r.Err = wsa.WSAEMSGSIZE
		return true
	}},
	{Name: "the size needed is not stored", Rule: rules.QSSSize, Ops: []string{"WSAQuerySocketSecurity"}, Change: func(c wsa.Call, r *wsa.Return) bool {
		q := c.(wsa.WSAQuerySocketSecurityCall)
		if r.Err != wsa.WSAEMSGSIZE || q.InfoLen == nil {
			return false
		}
		n := int64(*q.InfoLen)
		r.Len = &n
		return true
	}},
	{Name: "clear traffic is called secured", Rule: rules.QSSFlags, Ops: []string{"WSAQuerySocketSecurity"}, Change: setInfoFlags(func(flags uint32) uint32 {
		return flags | wsa.SOCKET_INFO_CONNECTION_SECURED
	})},
	{Name: "encrypted and not secured", Rule: rules.QSSFlags, Ops: []string{"WSAQuerySocketSecurity"}, Change: setInfoFlags(func(flags uint32) uint32 {
		return flags&^wsa.SOCKET_INFO_CONNECTION_SECURED | wsa.SOCKET_INFO_CONNECTION_ENCRYPTED
	})},
	{Name: "a token that nobody asked for", Rule: rules.QSSMask, Ops: []string{"WSAQuerySocketSecurity"}, Change: func(c wsa.Call, r *wsa.Return) bool {
		v, ok := wsa.ViewSecurityQueryTemplate(c.(wsa.WSAQuerySocketSecurityCall).Template)
		if r.Err != 0 || len(r.Data) < wsa.SecurityQueryInfoSize || ok && v.PeerTokenAccessMask != 0 {
			return false
		}
		le.PutUint64(r.Data[16:], 0x1234)
		return true
	}},
	{Name: "anyone may be impersonated", Rule: rules.ISPBlocking, Ops: []string{"WSAImpersonateSocketPeer"}, Change: swallow},
	{Name: "reverting without impersonating fails", Rule: rules.RVIEffect, Ops: []string{"WSARevertImpersonation"}, To: wsa.WSAEINVAL},
	{Name: "a protocol of another type is taken", Rule: rules.SOCKProto, Ops: []string{"socket", "WSASocket"}, Change: func(c wsa.Call, r *wsa.Return) bool {
		s, ok := c.(wsa.SocketCall)
		wrong := ok && (s.Type == wsa.SOCK_STREAM && s.Protocol == wsa.IPPROTO_UDP || s.Type == wsa.SOCK_DGRAM && s.Protocol == wsa.IPPROTO_TCP)
		if !wrong || r.Err != wsa.WSAEPROTONOSUPPORT && r.Err != wsa.WSAEPROTOTYPE {
			return false
		}
		r.Err, r.Socket = 0, 0x7FF4
		return true
	}},
	{Name: "a socket may be bound twice", Rule: rules.BINDTwice, Ops: []string{"bind"}, From: wsa.WSAEINVAL},
	{Name: "an unbound socket may listen", Rule: rules.LISTENUnbound, Ops: []string{"listen"}, From: wsa.WSAEINVAL},
	{Name: "a connected socket may connect", Rule: rules.CONNIsconn, Ops: []string{"connect", "WSAConnect"}, From: wsa.WSAEISCONN},
	{Name: "a socket that does not listen accepts in vain", Rule: rules.ACCEPTNotlisten, Ops: []string{"accept"}, From: wsa.WSAEINVAL, To: wsa.WSAEWOULDBLOCK},
	{Name: "an unconnected stream may be shut down", Rule: rules.SHUTHow, Ops: []string{"shutdown"}, From: wsa.WSAENOTCONN},
	{Name: "an unconnected socket may send", Rule: rules.SENDNotconn, Ops: sends, From: wsa.WSAENOTCONN},
	{Name: "one byte too many is sent", Rule: rules.SENDOk, Ops: []string{"send", "sendto"}, Change: func(_ wsa.Call, r *wsa.Return) bool {
		r.N++
		return r.Err == 0
	}},
	{Name: "a datagram that was cut is whole", Rule: rules.RECVMsgsize, Ops: []string{"recv", "recvfrom"}, Change: func(_ wsa.Call, r *wsa.Return) bool {
		if r.Err != wsa.WSAEMSGSIZE {
			return false
		}
		r.Err, r.N = 0, int64(len(r.Data))+1
		return true
	}},
	{Name: "a wait that is over is a wait to come", Rule: rules.RECVTimeo, Ops: receives, From: wsa.WSAETIMEDOUT, To: wsa.WSAEWOULDBLOCK},
	{Name: "nothing to receive is a time-out", Rule: rules.ACCEPTWouldblock, Ops: []string{"accept"}, From: wsa.WSAEWOULDBLOCK, To: wsa.WSAETIMEDOUT},
	{Name: "a closed descriptor is an invalid argument", Rule: rules.GENNotsock, Ops: wsa.Ops(), From: wsa.WSAENOTSOCK, To: wsa.WSAEINVAL},
	{Name: "a socket may be closed twice", Rule: rules.GENNotsock, Ops: []string{"closesocket"}, From: wsa.WSAENOTSOCK},
	{Name: "Winsock need not be started", Rule: rules.GENStartup, Ops: wsa.Ops(), From: wsa.WSANOTINITIALISED, To: wsa.WSAENOTSOCK},
	{Name: "the local port is off by one", Rule: rules.NAMESock, Ops: []string{"getsockname"}, Change: changePort, Later: true},
	{Name: "the peer's port is off by one", Rule: rules.NAMEPeer, Ops: []string{"getpeername"}, Change: changePort},
	{Name: "the type of a socket is another", Rule: rules.OPTGet, Ops: []string{"getsockopt"}, Change: func(c wsa.Call, r *wsa.Return) bool {
		g := c.(wsa.GetsockoptCall)
		if r.Err != 0 || g.Level != wsa.SOL_SOCKET || g.Optname != wsa.SO_TYPE || len(r.Data) == 0 {
			return false
		}
		r.Data[0] ^= 3
		return true
	}},
	{Name: "the last error is forgotten", Rule: rules.LASTFailure, Ops: []string{"WSAGetLastError"}, Change: func(_ wsa.Call, r *wsa.Return) bool {
		r.N = 1
		return true
	}},
}

// readinessFaults are about events and waits.
var readinessFaults = []Fault{
	{Name: "the index of an event is one too high", Rule: rules.WAITLowest, Ops: waitForEvents, Change: func(c wsa.Call, r *wsa.Return) bool {
		w := c.(wsa.WSAWaitForMultipleEventsCall)
		if r.Err != 0 || r.N+1 >= int64(len(w.Events)) || w.WaitAll {
			return false
		}
		r.N++
		return true
	}},
	{Name: "a wait for all ends with the first", Rule: rules.WAITAll, Ops: waitForEvents, Change: func(c wsa.Call, r *wsa.Return) bool {
		if r.Err != 0 || r.N != int64(wsa.WSA_WAIT_TIMEOUT) || !c.(wsa.WSAWaitForMultipleEventsCall).WaitAll {
			return false
		}
		r.N = 0
		return true
	}},
	{Name: "an event that is set is not seen", Rule: rules.WAITEvent, Ops: waitForEvents, Change: func(_ wsa.Call, r *wsa.Return) bool {
		if r.Err != 0 || r.N != 0 {
			return false
		}
		r.N = int64(wsa.WSA_WAIT_TIMEOUT)
		return true
	}},
	{Name: "no routine ends a sleep", Rule: rules.SLEEPApc, Ops: []string{"SleepEx"}, Change: func(_ wsa.Call, r *wsa.Return) bool {
		was := r.N
		r.N = 0
		return was != 0
	}},
	{Name: "a closed event may be set", Rule: rules.EVENTHandle, Ops: []string{"WSASetEvent", "WSAResetEvent"}, From: wsa.WSA_INVALID_HANDLE},
	{Name: "no events may be waited for", Rule: rules.EVENTCount, Ops: waitForEvents, From: wsa.WSA_INVALID_PARAMETER, To: wsa.WSA_INVALID_HANDLE},
	{Name: "disconnect data is sent", Rule: rules.DISCONNData, Ops: []string{"WSASendDisconnect"}, From: wsa.WSAENOPROTOOPT},
	{Name: "an idle socket can be read, says WSAPoll", Rule: rules.POLLRead, Ops: []string{"WSAPoll"}, Change: changeRevents(func(r int16) int16 {
		if r != wsa.POLLWRNORM {
			return r
		}
		return r | wsa.POLLRDNORM
	})},
	{Name: "what waits is not seen by WSAPoll", Rule: rules.POLLRead, Ops: []string{"WSAPoll"}, Change: changeRevents(func(r int16) int16 { return r &^ wsa.POLLRDNORM })},
	{Name: "nothing can be sent, says WSAPoll", Rule: rules.POLLWrite, Ops: []string{"WSAPoll"}, Change: changeRevents(func(r int16) int16 { return r &^ wsa.POLLWRNORM })},
	{Name: "select counts one too many", Rule: rules.SELECTCount, Ops: []string{"select"}, Change: func(_ wsa.Call, r *wsa.Return) bool {
		if r.Err != 0 || r.N == 0 {
			return false
		}
		r.N++
		return true
	}},
	// What it says is believed where it may be so, and found out by what comes next.
	{Name: "the end of a stream is not seen by WSAPoll", Rule: rules.POLLHup, Ops: append([]string{"WSAPoll"}, receives...), Change: changeRevents(func(r int16) int16 { return r &^ wsa.POLLHUP })},
	{Name: "a set is given back as it was", Rule: rules.SELECTRead, Ops: append([]string{"select", "WSAPoll"}, receives...), Change: func(c wsa.Call, r *wsa.Return) bool {
		s, ok := c.(wsa.SelectCall)
		if !ok || r.Err != 0 || s.Same || len(r.Sets) < 3 || len(s.Readfds) == 0 {
			return false
		}
		r.N += int64(len(s.Readfds) - len(r.Sets[0]))
		r.Sets[0] = slices.Clone(s.Readfds)
		return true
	}},
	{Name: "anything may be selected", Rule: rules.SELECTNotsock, Ops: []string{"select"}, From: wsa.WSAENOTSOCK},
	{Name: "FD_READ is told when nothing came", Rule: rules.EVRead, Ops: enumEvents, Change: changeEvents(func(e *wsa.NetworkEvents) { e.NetworkEvents |= wsa.FD_READ })},
	{Name: "FD_WRITE is lost", Rule: rules.EVWrite, Ops: enumEvents, Change: changeEvents(func(e *wsa.NetworkEvents) { e.NetworkEvents &^= wsa.FD_WRITE })},
	{Name: "FD_READ is lost", Rule: rules.EVRead, Ops: enumEvents, Change: changeEvents(func(e *wsa.NetworkEvents) { e.NetworkEvents &^= wsa.FD_READ })},
	{Name: "FD_ACCEPT is lost", Rule: rules.EVAccept, Ops: enumEvents, Change: changeEvents(func(e *wsa.NetworkEvents) { e.NetworkEvents &^= wsa.FD_ACCEPT })},
	{Name: "FD_CLOSE is lost", Rule: rules.EVClose, Ops: enumEvents, Change: changeEvents(func(e *wsa.NetworkEvents) { e.NetworkEvents &^= wsa.FD_CLOSE })},
	{Name: "a connect that succeeded has failed, says FD_CONNECT", Rule: rules.EVENUMCode, Ops: enumEvents, Change: changeEvents(func(e *wsa.NetworkEvents) {
		if e.NetworkEvents&wsa.FD_CONNECT != 0 {
			e.ErrorCode[wsa.FD_CONNECT_BIT] ^= int32(wsa.WSAECONNREFUSED)
		}
	})},
	{Name: "any handle may be selected", Rule: rules.EVSELParam, Ops: []string{"WSAEventSelect"}, From: wsa.WSAEINVAL},
	{Name: "a socket that sets an event may block", Rule: rules.IOCTLSelected, Ops: []string{"ioctlsocket"}, Change: func(c wsa.Call, r *wsa.Return) bool {
		i := c.(wsa.IoctlsocketCall)
		if i.Cmd != wsa.FIONBIO || i.Argp == nil || *i.Argp != 0 || r.Err != wsa.WSAEINVAL {
			return false
		}
		r.Err = 0
		return true
	}},
	{Name: "a deferred connection is refused", Rule: rules.WSAACCEPTReject, Ops: []string{"WSAAccept"}, From: wsa.WSATRY_AGAIN, To: wsa.WSAECONNREFUSED},
}

// changeEvents changes what WSAEnumNetworkEvents stored.
func changeEvents(change func(*wsa.NetworkEvents)) func(wsa.Call, *wsa.Return) bool {
	return func(_ wsa.Call, r *wsa.Return) bool {
		if r.Err != 0 || r.NetworkEvents == nil {
			return false
		}
		was := *r.NetworkEvents
		change(r.NetworkEvents)
		return *r.NetworkEvents != was
	}
}

// changeRevents changes what WSAPoll says of the sockets, and how many it says it
// is.
func changeRevents(change func(int16) int16) func(wsa.Call, *wsa.Return) bool {
	return func(_ wsa.Call, r *wsa.Return) bool {
		changed := false
		for i, was := range r.Revents {
			now := change(was)
			changed = changed || now != was
			if was != 0 && now == 0 {
				r.N--
			}
			r.Revents[i] = now
		}
		return r.Err == 0 && changed
	}
}

var (
	waitForEvents = []string{"WSAWaitForMultipleEvents"}
	enumEvents    = []string{"WSAEnumNetworkEvents"}
)

// setInfoFlags changes the flags that a successful query stored.
func setInfoFlags(change func(uint32) uint32) func(wsa.Call, *wsa.Return) bool {
	return func(_ wsa.Call, r *wsa.Return) bool {
		if r.Err != 0 || len(r.Data) < wsa.SecurityQueryInfoSize {
			return false
		}
		le.PutUint32(r.Data[4:], change(le.Uint32(r.Data[4:])))
		return true
	}
}

// changePort adds one to the port of the address that was stored.
func changePort(_ wsa.Call, r *wsa.Return) bool {
	if r.Err != 0 || len(r.Addr) < 4 {
		return false
	}
	r.Addr[3]++
	return true
}
