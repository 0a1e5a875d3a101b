package model

import (
	"slices"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// Step gives the outcomes that the specification allows when the thread makes
// the call now: what may happen at once, and whether the call may wait. It
// changes nothing. A thread that was never declared gets NotModelled.
func Step(s State, tid int, call wsa.Call) []Outcome {
	return step(s, tid, call, nil)
}

// step is Step with room for the outcomes, as far as it goes.
func step(s State, tid int, call wsa.Call, room []Outcome) []Outcome {
	return run(s.world(), tid, call, false, room)
}

// Resume gives the outcomes of the call that the thread waits in, as far as
// the present state allows; none when the thread does not wait.
func Resume(s State, tid int) []Outcome {
	w := s.world()
	t := w.threads.get(uint64(tid))
	if t == nil || t.pending == nil {
		return nil
	}
	if t.late && !t.orphan {
		return run(w, tid, t.pending, false, nil)
	}
	return run(w, tid, t.pending, true, nil)
}

// Wait is the state in which the thread waits in the call: by its Blocks
// outcomes when there are any, otherwise as a call that is judged as a whole
// when it returns.
func Wait(s State, tid int, call wsa.Call) []State {
	var out []State
	for _, o := range Step(s, tid, call) {
		if o.Kind == Blocks {
			if next, ok := o.Apply(wsa.Return{}); ok {
				out = append(out, next)
			}
		}
	}
	if len(out) > 0 {
		return out
	}
	old := s.world().threads.get(uint64(tid))
	if old == nil {
		return []State{s}
	}
	n := s.world().edit()
	t := *old
	t.frame = waitingIn(call, t.outer)
	t.late = true
	if h, ok := descriptor(call); ok {
		if x := n.socketAt(t.pid, uint64(h)); x != nil {
			t.on = x.place
		}
	}
	n.setThread(&t)
	return []State{{n}}
}

// usualOutcomes is how many outcomes most calls have at most.
const usualOutcomes = 12

func run(w *world, tid int, call wsa.Call, resume bool, room []Outcome) []Outcome {
	if cap(room) < usualOutcomes {
		room = make([]Outcome, 0, usualOutcomes)
	}
	v := verdict{w: w, tid: tid, call: call, resume: resume, out: room[:0]}
	v.t = w.threads.get(uint64(tid))
	if v.t == nil {
		v.open(NotModelled, rules.GENStartup, "the thread was not declared")
		return v.out
	}
	v.p = w.procs.get(uint64(v.t.pid))
	v.h, _ = descriptor(call)
	s := w.socketAt(v.p.pid, uint64(v.h))
	if resume {
		s = nil
		if !v.t.orphan {
			s = w.sockets.get(v.t.on)
		}
	}
	if s == nil || s.status != connecting || indifferent(call) {
		v.s = s
		v.judge(call)
	} else {
		v.judgeEach(call, s)
	}
	v.operation(call)
	v.threads(call)
	return v.out
}

// judgeEach runs the checks of one call on a socket that is connecting. Whether
// the attempt has ended is known only by what calls return, so every
// possibility is judged.
func (v *verdict) judgeEach(call wsa.Call, s *socket) {
	w, tid := v.w, v.tid
	goesOn := 0
	for i, variant := range unfold(w, s) {
		v.w, v.failed = variant, false
		v.t = variant.threads.get(uint64(tid))
		v.s = variant.sockets.get(s.place)
		base := len(v.out)
		v.judge(call)
		if i > 0 {
			v.subsume(goesOn, base)
		} else {
			goesOn = len(v.out)
		}
	}
	v.w, v.t = w, w.threads.get(uint64(tid))
}

// indifferent reports whether a call goes the same way whatever has become of
// an attempt to connect.
func indifferent(call wsa.Call) bool {
	switch c := call.(type) {
	case wsa.GetsockoptCall, wsa.SetsockoptCall, wsa.IoctlsocketCall, wsa.ClosesocketCall, wsa.WSADeleteSocketPeerTargetNameCall:
		return true
	case wsa.WSAIoctlCall:
		return c.Code != wsa.SIO_SET_SECURITY && c.Code != wsa.SIO_SET_PEER_TARGET_NAME && c.Code != wsa.SIO_QUERY_SECURITY
	}
	return false
}

// subsume drops the outcomes from base on that the attempt which goes on
// allows too, when they tell nothing: from the state in which it goes on, the
// others can still be reached later, so nothing is lost.
func (v *verdict) subsume(goesOn, base int) {
	same := func(a, b *Outcome) bool {
		return a.effect == nil && b.effect == nil && a.Kind == b.Kind && slices.Equal(a.Rules, b.Rules) && slices.Equal(a.Errors, b.Errors)
	}
	kept := v.out[:base]
	for i := base; i < len(v.out); i++ {
		o := v.out[i]
		if !slices.ContainsFunc(v.out[:goesOn], func(x Outcome) bool { return same(&x, &o) }) {
			kept = append(kept, o)
		}
	}
	v.out = kept
}

// judge runs the checks of one call.
func (v *verdict) judge(call wsa.Call) {
	switch c := call.(type) {
	case wsa.WSAStartupCall:
		v.startup(c)
	case wsa.WSACleanupCall:
		v.cleanup()
	case wsa.WSAGetLastErrorCall:
		v.getLastError()
	case wsa.WSASetLastErrorCall:
		v.setLastError(c)
	case wsa.SocketCall:
		v.create(c.Family, c.Type, c.Protocol, v.t.openType == 0) // OPT-ANYHANDLE
	case wsa.WSASocketCall:
		v.wsaSocket(c)
	case wsa.CloseHandleCall:
		v.closeHandle(c)
	case wsa.SleepExCall:
		v.sleep(c)
	case wsa.QueueUserAPCCall:
		v.queueAPC()
	case wsa.WSACreateEventCall, wsa.WSASetEventCall, wsa.WSAResetEventCall, wsa.WSACloseEventCall:
		v.eventCall(c)
	case wsa.WSAWaitForMultipleEventsCall:
		v.waitForEvents(c)
	case wsa.SelectCall:
		v.selectSockets(c)
	case wsa.WSAPollCall:
		v.poll(c)
	case wsa.CreateIoCompletionPortCall, wsa.GetQueuedCompletionStatusCall, wsa.GetQueuedCompletionStatusExCall,
		wsa.PostQueuedCompletionStatusCall, wsa.SetFileCompletionNotificationModesCall:
		v.portCall(c)
	case wsa.GetOverlappedResultCall:
		v.kernelResult(c)
	case wsa.CancelIoCall:
		tid := v.tid
		v.cancelIo(c.File, func(o *operation) bool { return o.tid == tid }, false)
	case wsa.CancelIoExCall:
		v.cancelIo(c.File, func(o *operation) bool { return c.Overlapped == 0 || o.id == c.Overlapped }, true)
	case wsa.GetAcceptExSockaddrsCall:
		v.acceptExSockaddrs(c)
	case wsa.GetCurrentProcessIdCall:
		v.processID()
	case wsa.WSAEnumProtocolsCall:
		v.enumProtocols(c)
	case wsa.WSARevertImpersonationCall:
		v.revert()
	default:
		if !v.nameCall(call) {
			v.judgeSocket(call)
		}
	}
}

// judgeSocket runs the checks of a call with a descriptor.
func (v *verdict) judgeSocket(call wsa.Call) {
	if v.gone() || v.anyHandle(call) {
		return
	}
	if v.busy(call) {
		v.environment()
		return
	}
	switch c := call.(type) {
	case wsa.WSASetSocketSecurityCall:
		v.setSecurity(c.Settings, c.Overlapped, false)
	case wsa.WSASetSocketPeerTargetNameCall:
		v.setTargetName(c.PeerTargetName, c.Overlapped, false)
	case wsa.WSADeleteSocketPeerTargetNameCall:
		v.deleteTargetName(c.PeerAddr, c.Overlapped, false)
	case wsa.WSAQuerySocketSecurityCall:
		v.querySecurity(query{c.Template, c.Info, c.InfoLen, c.Overlapped, false, v.p.pid})
	case wsa.WSAImpersonateSocketPeerCall:
		v.impersonate(c)
	case wsa.WSAIoctlCall:
		v.ioctl(c)
	default:
		// The handle is judged before anything else (SP1, SN3, DU1).
		if v.valid() && !v.foreign(call) {
			if v.s.context {
				v.old(call)
			}
			v.judgeBase(call)
		}
	}
	v.environment()
	v.taking(call)
	v.stirring(call)
}

func (v *verdict) judgeBase(call wsa.Call) {
	switch c := call.(type) {
	case wsa.BindCall:
		v.bind(c)
	case wsa.ListenCall:
		v.listen()
	case wsa.AcceptCall:
		v.accept(c)
	case wsa.WSAAcceptCall:
		v.wsaAccept(c)
	case wsa.WSAEventSelectCall:
		v.eventSelect(c)
	case wsa.WSAEnumNetworkEventsCall:
		v.enumEvents(c)
	case wsa.WSASendDisconnectCall:
		v.disconnect(c.Data, wsa.SD_SEND)
	case wsa.WSARecvDisconnectCall:
		v.disconnect(c.Data, wsa.SD_RECEIVE)
	case wsa.ConnectCall:
		v.connect(c.Name)
	case wsa.WSAConnectCall:
		v.wsaConnect(c)
	case wsa.ShutdownCall:
		v.shutdown(c)
	case wsa.ClosesocketCall:
		v.close()
	case wsa.WSADuplicateSocketCall:
		v.duplicate(c)
	case wsa.GetsocknameCall:
		v.getsockname(c)
	case wsa.GetpeernameCall:
		v.getpeername(c)
	case wsa.SendCall, wsa.SendtoCall, wsa.WSASendCall, wsa.WSASendToCall:
		v.send(sending(c))
	case wsa.RecvCall, wsa.RecvfromCall, wsa.WSARecvCall, wsa.WSARecvFromCall:
		v.receive(receiving(c))
	case wsa.WSASendMsgCall:
		v.sendMsg(c)
	case wsa.WSARecvMsgCall:
		v.recvMsg(c)
	case wsa.TransmitFileCall:
		v.transmitFile(c)
	case wsa.AcceptExCall:
		v.acceptEx(c)
	case wsa.ConnectExCall:
		v.connectEx(c)
	case wsa.DisconnectExCall:
		if v.resume {
			v.disconnectResumes(c)
		} else {
			v.disconnectEx(c)
		}
	case wsa.WSAGetOverlappedResultCall:
		v.wsaResult(c)
	case wsa.GetsockoptCall:
		v.getsockopt(c)
	case wsa.SetsockoptCall:
		v.setsockopt(c)
	case wsa.IoctlsocketCall:
		v.ioctlsocket(c)
	default:
		v.open(NotModelled, rules.IOCTLOther, "Not modelled: "+call.Op())
	}
}

// gone judges a call that can do nothing, because Winsock is not started or
// because its socket was closed while it waited.
func (v *verdict) gone() bool {
	if v.resume && (v.s == nil || v.p.startups == 0) {
		id := rules.CLOSECancel
		if v.p.startups == 0 {
			id = rules.STARTCleanupAbort
		}
		v.add(Outcome{Kind: Failure, Rules: []rules.ID{id, closedWhile(v.call)}})
		if closedWhile(v.call) != rules.ACCEPTClosed {
			v.open(Unspecified, id, "the socket was closed while the call waited")
		}
		return true
	}
	if v.p.startups == 0 {
		v.must(rules.GENStartup)
		return true
	}
	if v.resume && v.t.stranded {
		v.add(Outcome{Kind: Failure, Rules: []rules.ID{rules.CLOSEShared, closedWhile(v.call)}})
	}
	return false
}

func closedWhile(call wsa.Call) rules.ID {
	switch call.(type) {
	case wsa.AcceptCall, wsa.WSAAcceptCall:
		return rules.ACCEPTClosed
	case wsa.ConnectCall, wsa.WSAConnectCall:
		return rules.CONNClosed
	case wsa.SendCall, wsa.SendtoCall, wsa.WSASendCall, wsa.WSASendToCall, wsa.WSASendMsgCall, wsa.TransmitFileCall:
		return rules.SENDClosed
	case wsa.RecvCall, wsa.RecvfromCall, wsa.WSARecvCall, wsa.WSARecvFromCall, wsa.WSARecvMsgCall:
		return rules.RECVClosed
	}
	return rules.CLOSECancel
}

var (
	notSocket     = []rules.ID{rules.GENNotsock, rules.HANDLEClosed}
	otherProcess  = []rules.ID{rules.GENNotsock, rules.HANDLEProcess}
	neverASocket  = []rules.ID{rules.GENNotsock}
	notSocketErrs = []wsa.Errno{wsa.WSAENOTSOCK}
)

// valid judges the descriptor and reports whether it is a socket.
func (v *verdict) valid() bool {
	if v.s != nil {
		return true
	}
	ids := notSocket
	if v.h == wsa.INVALID_SOCKET {
		ids = neverASocket
	}
	for pid := range v.w.procs.all {
		if v.w.socketAt(int(pid), uint64(v.h)) != nil {
			ids = otherProcess
		}
	}
	v.add(Outcome{Kind: Failure, Rules: ids, Errors: notSocketErrs})
	v.certain()
	return false
}

// internet reports whether the specification knows the kind of socket.
func (x *socket) internet() bool {
	return (x.family == wsa.AF_INET || x.family == wsa.AF_INET6) && (x.typ == wsa.SOCK_STREAM || x.typ == wsa.SOCK_DGRAM || x.raw())
}

// foreign judges calls on raw sockets of other protocols than ICMP and on
// families other than IPv4 and IPv6: everything conforms, but descriptors come and go as they do elsewhere.
func (v *verdict) foreign(call wsa.Call) bool {
	if v.s.internet() {
		return false
	}
	switch call.(type) {
	case wsa.ClosesocketCall, wsa.WSADuplicateSocketCall:
		return false
	}
	s, pid := *v.s, v.p.pid
	v.add(Outcome{
		Kind: NotModelled, Rules: refs[rules.SOCKOther].ids, Text: "Not modelled: this kind of socket",
		effect: func(n *world, ret *wsa.Return) rules.ID {
			if ret.Err == 0 && ret.Socket != 0 {
				x := s
				x.pid = pid
				n.adopt(&x, ret.Socket)
			}
			return ""
		},
	})
	return true
}

// descriptor is the socket that a call names.
func descriptor(call wsa.Call) (wsa.SOCKET, bool) {
	switch c := call.(type) {
	case wsa.BindCall:
		return c.S, true
	case wsa.ListenCall:
		return c.S, true
	case wsa.AcceptCall:
		return c.S, true
	case wsa.ConnectCall:
		return c.S, true
	case wsa.WSAConnectCall:
		return c.S, true
	case wsa.ShutdownCall:
		return c.S, true
	case wsa.ClosesocketCall:
		return c.S, true
	case wsa.GetsocknameCall:
		return c.S, true
	case wsa.GetpeernameCall:
		return c.S, true
	case wsa.SendCall:
		return c.S, true
	case wsa.SendtoCall:
		return c.S, true
	case wsa.RecvCall:
		return c.S, true
	case wsa.RecvfromCall:
		return c.S, true
	case wsa.WSASendCall:
		return c.S, true
	case wsa.WSASendToCall:
		return c.S, true
	case wsa.WSARecvCall:
		return c.S, true
	case wsa.WSARecvFromCall:
		return c.S, true
	}
	return optionDescriptor(call)
}

func optionDescriptor(call wsa.Call) (wsa.SOCKET, bool) {
	switch c := call.(type) {
	case wsa.WSAAcceptCall:
		return c.S, true
	case wsa.AcceptExCall:
		return c.ListenSocket, true
	case wsa.ConnectExCall:
		return c.S, true
	case wsa.DisconnectExCall:
		return c.S, true
	case wsa.TransmitFileCall:
		return c.S, true
	case wsa.WSASendMsgCall:
		return c.S, true
	case wsa.WSARecvMsgCall:
		return c.S, true
	case wsa.WSAGetOverlappedResultCall:
		return c.S, true
	case wsa.WSASendDisconnectCall:
		return c.S, true
	case wsa.WSARecvDisconnectCall:
		return c.S, true
	case wsa.WSAEventSelectCall:
		return c.S, true
	case wsa.WSAEnumNetworkEventsCall:
		return c.S, true
	case wsa.WSADuplicateSocketCall:
		return c.S, true
	case wsa.GetsockoptCall:
		return c.S, true
	case wsa.SetsockoptCall:
		return c.S, true
	case wsa.IoctlsocketCall:
		return c.S, true
	case wsa.WSAIoctlCall:
		return c.S, true
	case wsa.WSASetSocketSecurityCall:
		return c.S, true
	case wsa.WSASetSocketPeerTargetNameCall:
		return c.S, true
	case wsa.WSADeleteSocketPeerTargetNameCall:
		return c.S, true
	case wsa.WSAQuerySocketSecurityCall:
		return c.S, true
	case wsa.WSAImpersonateSocketPeerCall:
		return c.S, true
	}
	return wsa.INVALID_SOCKET, false
}
