package sim

import (
	"slices"
	"time"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// waitable is something to wait on: set, or not.
type waitable struct {
	set     bool
	threads []*Thread // that wait on it, perhaps among others
}

// eventObject is an event: manual reset.
type eventObject struct{ waitable }

// file is an open file: content for TransmitFile, and a handle that is no
// socket.
type file struct{ content []byte }

// NewFile gives the process a handle for a file with the given content, as
// CreateFile would; it is not a call of Winsock and leaves no trace. CloseHandle
// closes it.
func (p *Process) NewFile(content []byte) wsa.HANDLE {
	w := p.host.world
	defer w.unlockAfter(w.lock())
	return wsa.HANDLE(p.handles.add(&file{slices.Clone(content)}))
}

// PID is the process's number, unique in its world.
func (p *Process) PID() uint32 { return uint32(p.pid) }

// GetCurrentProcessId implements wsa.Sharing.
func (t *Thread) GetCurrentProcessId() uint32 {
	w := t.world
	defer w.unlockAfter(w.lock())
	if w.trace != nil {
		t.called(wsa.GetCurrentProcessIdCall{})
		t.returned(wsa.Return{N: int64(t.proc.pid)})
	}
	return uint32(t.proc.pid)
}

// signal sets a waitable; whoever waits on it looks again.
func (w *World) signal(o *waitable) {
	o.set = true
	if len(o.threads) > 0 {
		w.wakeWaiting(o)
	}
}

// wakeWaiting wakes those who wait on a waitable, and forgets them.
func (w *World) wakeWaiting(o *waitable) {
	for _, t := range o.threads {
		reason := wokenReady
		if t.result != nil && t.result.Internal != wsa.STATUS_PENDING {
			reason, t.result = wokenResult, nil
		}
		w.wake(&t.waiter, reason)
	}
	clear(o.threads)
	o.threads = o.threads[:0]
}

// forget takes a thread that was woken otherwise out of those who wait.
func (o *waitable) forget(t *Thread) {
	if i := slices.Index(o.threads, t); i >= 0 {
		o.threads = slices.Delete(o.threads, i, i+1)
	}
}

// closeHandle closes anything that is no socket.
func (t *Thread) closeHandle(h wsa.HANDLE) wsa.Errno {
	switch e := t.proc.handles.entry(uintptr(h)).(type) {
	case nil, *socket:
		return t.fail(rules.HANDLEInvalid, wsa.WSA_INVALID_HANDLE)
	case *port:
		e.closed = true
		t.world.wakeAll(&e.waiters, wokenReady)
	}
	t.proc.handles.remove(uintptr(h))
	return 0
}

// WSACreateEvent implements wsa.Events.
func (t *Thread) WSACreateEvent() (wsa.HANDLE, error) {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.WSACreateEventCall{})
	}
	var h wsa.HANDLE
	e := t.started()
	if e == 0 {
		e = t.needs(NoMemory)
	}
	if e == 0 {
		h = wsa.HANDLE(t.proc.handles.add(new(eventObject)))
	}
	if w.trace != nil {
		t.returned(wsa.Return{Err: e, Handle: h})
	}
	return h, t.done(e)
}

// started fails before WSAStartup, and without a network.
func (t *Thread) started() wsa.Errno {
	if e := t.initialised(); e != 0 {
		return e
	}
	return t.needs(NoNetwork)
}

// initialised fails before WSAStartup.
func (t *Thread) initialised() wsa.Errno {
	if t.proc.startup == 0 {
		return t.fail(rules.GENStartup, wsa.WSANOTINITIALISED)
	}
	return 0
}

// event finds the event that a call names.
func (t *Thread) event(h wsa.HANDLE) (*eventObject, wsa.Errno) {
	if e := t.started(); e != 0 {
		return nil, e
	}
	ev, _ := t.proc.handles.entry(uintptr(h)).(*eventObject)
	if ev == nil {
		return nil, t.fail(rules.EVENTHandle, wsa.WSA_INVALID_HANDLE)
	}
	return ev, 0
}

// WSASetEvent implements wsa.Events.
func (t *Thread) WSASetEvent(h wsa.HANDLE) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.WSASetEventCall{Event: h})
	}
	ev, e := t.event(h)
	if e == 0 {
		w.signal(&ev.waitable)
	}
	return t.finishCall(e)
}

// WSAResetEvent implements wsa.Events.
func (t *Thread) WSAResetEvent(h wsa.HANDLE) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.WSAResetEventCall{Event: h})
	}
	ev, e := t.event(h)
	if e == 0 {
		ev.set = false
	}
	return t.finishCall(e)
}

// WSACloseEvent implements wsa.Events.
func (t *Thread) WSACloseEvent(h wsa.HANDLE) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.WSACloseEventCall{Event: h})
	}
	_, e := t.event(h)
	if e == 0 {
		t.proc.handles.remove(uintptr(h))
	}
	return t.finishCall(e)
}

// WSAWaitForMultipleEvents implements wsa.Events.
func (t *Thread) WSAWaitForMultipleEvents(events []wsa.HANDLE, waitAll bool, timeout uint32, alertable bool) (uint32, error) {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.WSAWaitForMultipleEventsCall{Events: slices.Clone(events), WaitAll: waitAll, Timeout: timeout, Alertable: alertable})
	}
	n, e := t.waitFor(events, waitAll, timeout, alertable)
	if e != 0 {
		n = wsa.WSA_WAIT_FAILED
	}
	if n == wsa.WSA_WAIT_IO_COMPLETION {
		t.runAPCs()
	}
	if w.trace != nil {
		t.returned(wsa.Return{Err: e, N: int64(n)})
	}
	return n, t.done(e)
}

// waitables finds the objects of a wait, into t.waitingOn.
func (t *Thread) waitables(handles []wsa.HANDLE) wsa.Errno {
	t.waitingOn = t.waitingOn[:0]
	for _, h := range handles {
		switch o := t.proc.handles.entry(uintptr(h)).(type) {
		case *eventObject:
			t.waitingOn = append(t.waitingOn, &o.waitable)
		case *socket:
			if o.signal == nil {
				o.signal = new(waitable)
			}
			t.waitingOn = append(t.waitingOn, o.signal)
		default:
			return t.fail(rules.EVENTHandle, wsa.WSA_INVALID_HANDLE)
		}
	}
	return 0
}

// satisfied says which of the objects ends the wait; -1 when none does.
func (t *Thread) satisfied(all bool) int {
	for i, o := range t.waitingOn {
		if o.set != all {
			if all {
				return -1
			}
			return i
		}
	}
	if all {
		return 0
	}
	return -1
}

func (t *Thread) waitFor(handles []wsa.HANDLE, all bool, timeout uint32, alertable bool) (uint32, wsa.Errno) {
	if e := t.started(); e != 0 {
		return 0, e
	}
	if len(handles) == 0 || len(handles) > wsa.WSA_MAXIMUM_WAIT_EVENTS {
		return 0, t.fail(rules.EVENTCount, wsa.WSA_INVALID_PARAMETER)
	}
	if e := t.waitables(handles); e != 0 {
		return 0, e
	}
	if e := t.needs(NoMemory); e != 0 {
		return 0, e
	}
	var until time.Duration
	if timeout != infinite {
		until = t.world.clock.read() + ms(timeout)
	}
	for {
		switch i := t.satisfied(all); {
		case i >= 0:
			return uint32(wsa.WSA_WAIT_EVENT_0 + i), 0
		case alertable && !t.apcs.empty():
			return wsa.WSA_WAIT_IO_COMPLETION, 0
		case timeout == 0:
			return uint32(wsa.WAIT_TIMEOUT), 0
		}
		for _, o := range t.waitingOn {
			o.threads = append(o.threads, t)
		}
		reason := t.parkUntil(nil, until, alertable, "WSAWaitForMultipleEvents")
		for _, o := range t.waitingOn {
			o.forget(t)
		}
		switch reason {
		case wokenTimeout:
			return uint32(wsa.WAIT_TIMEOUT), 0
		case wokenDeadlock, wokenEnded:
			return 0, wsa.WSA_OPERATION_ABORTED
		}
	}
}

// WSAGetOverlappedResult implements wsa.OverlappedIO.
func (t *Thread) WSAGetOverlappedResult(s wsa.SOCKET, ov *wsa.Overlapped, transfer *uint32, wait bool, flags *uint32) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.WSAGetOverlappedResultCall{S: s, Overlapped: t.overlappedID(ov), NullTransfer: transfer == nil, Wait: wait, NullFlags: flags == nil})
	}
	sock, e := t.open(s)
	switch {
	case e != 0:
	case ov == nil || transfer == nil || flags == nil:
		e = t.fail(rules.OVResultFault, wsa.WSAEFAULT)
	default:
		var left bool
		if e, left = t.awaitResult(sock, ov, wait, "WSAGetOverlappedResult"); e == 0 {
			e = wsa.NTStatus(ov.Internal).Winsock()
			switch e {
			case 0:
				*transfer, *flags = uint32(ov.InternalHigh), 0
			case wsa.WSAEMSGSIZE: // the count is stored, see OV-RESULT-STATUS; the flags are not (observed RM6)
				*transfer = uint32(ov.InternalHigh)
				t.rule = rules.OVResultStatus
			default:
				t.rule = rules.OVResultStatus
			}
		}
		if left {
			return t.doneOutside(e)
		}
	}
	if w.trace != nil {
		t.returned(wsa.Return{Err: e, Count: copyOf(transfer), Flags: copyOf(flags)})
	}
	return t.done(e)
}

// awaitResult waits for the end of an operation, or says that it has not come.
// What counts is the status in the structure (observed OR2). The world may be
// left for good: then it is no longer locked, and t.doneOutside ends the call.
func (t *Thread) awaitResult(s *socket, ov *wsa.Overlapped, wait bool, what string) (e wsa.Errno, left bool) {
	if ov.Internal != wsa.STATUS_PENDING {
		return 0, false
	}
	if !wait {
		return t.fail(rules.OVResultIncomplete, wsa.WSA_IO_INCOMPLETE), false
	}
	on := t.endSignal(s, ov)
	if on == nil {
		return t.fail(rules.OVResultHandle, wsa.WSA_INVALID_HANDLE), false
	}
	for ov.Internal == wsa.STATUS_PENDING {
		on.threads = append(on.threads, t)
		t.result, t.leaves = ov, t.world.trace == nil && t.serving == nil
		reason := t.world.park(t, nil, what, nil)
		if reason == wokenResult && t.leaves && t.world.clock.kind == RealTime {
			return 0, true
		}
		t.result = nil
		on.forget(t)
		if reason == wokenDeadlock || reason == wokenEnded {
			return wsa.WSA_OPERATION_ABORTED, false
		}
	}
	return 0, false
}

// endSignal is what the end of an operation in flight will set: its event or,
// without one, the handle it was started on. Nil when there is nothing to wait
// on. The socket is the one that the call names, nil for none.
func (t *Thread) endSignal(s *socket, ov *wsa.Overlapped) *waitable {
	if ev, _ := t.proc.handles.entry(uintptr(ov.HEvent &^ 1)).(*eventObject); ev != nil {
		return &ev.waitable
	}
	if ov.HEvent != 0 {
		return nil
	}
	o := t.proc.inFlight(s, ov)
	if o == nil {
		return nil
	}
	if o.sock.signal == nil {
		o.sock.signal = new(waitable)
	}
	return o.sock.signal
}

// GetOverlappedResult implements wsa.OverlappedIO.
func (t *Thread) GetOverlappedResult(h wsa.HANDLE, ov *wsa.Overlapped, transferred *uint32, wait bool) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.GetOverlappedResultCall{File: h, Overlapped: t.overlappedID(ov), Wait: wait})
	}
	var e wsa.Errno
	left := false
	if ov == nil || transferred == nil {
		e = t.fail(rules.OVResultFault, wsa.WSAEFAULT)
	} else {
		sock := t.proc.handles.socket(wsa.SOCKET(h))
		e, left = t.awaitResult(sock, ov, wait, "GetOverlappedResult")
	}
	if e == 0 {
		*transferred = uint32(ov.InternalHigh)
		if e = wsa.NTStatus(ov.Internal).Win32(); e != 0 {
			t.rule = rules.OVResultStatus
		}
	}
	if left {
		return t.doneOutside(e)
	}
	if w.trace != nil {
		t.returned(wsa.Return{Err: e, Count: copyOf(transferred)})
	}
	return t.done(e)
}
