package sim

import (
	"slices"
	"time"

	"wsasim/model/rules"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// GetAddrInfo implements wsa.Names.
func (t *Thread) GetAddrInfo(nodeName, serviceName *string, hints *wsa.AddrInfo) ([]wsa.AddrInfo, error) {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.GetAddrInfoCall{NodeName: copyOf(nodeName), ServiceName: copyOf(serviceName), Hints: copyOf(hints)})
	}
	var list []wsa.AddrInfo
	q, e := t.ask(nodeName, serviceName, hints)
	if e == 0 {
		list, e = t.awaitAnswer(&q, noTimeout, "GetAddrInfo")
	}
	if w.trace != nil {
		t.returned(wsa.Return{Err: e, AddrInfo: extended(list)})
	}
	return list, t.done(e)
}

// noTimeout is the time-out of a lookup that has none.
const noTimeout = time.Duration(-1)

// awaitAnswer waits for the answer to a query.
func (t *Thread) awaitAnswer(q *query, timeout time.Duration, what string) ([]wsa.AddrInfo, wsa.Errno) {
	if q.nothing {
		return t.answer(q, nil)
	}
	fault, delay := t.proc.host.server(*q.node)
	if e := t.awaitServer(delay, timeout, rules.GAITimeout, what); e != 0 {
		return nil, e
	}
	return t.answer(q, fault)
}

// awaitServer lets the time of a lookup pass, or that of its time-out.
func (t *Thread) awaitServer(delay, timeout time.Duration, late rules.ID, what string) wsa.Errno {
	wait := delay
	if timeout >= 0 && timeout < delay {
		wait = timeout
	}
	if wait > 0 {
		switch t.parkUntil(nil, t.world.clock.read()+wait, false, what) {
		case wokenDeadlock, wokenEnded:
			return wsa.WSA_OPERATION_ABORTED
		}
	}
	if wait < delay {
		return t.fail(late, wsa.WSAETIMEDOUT)
	}
	return 0
}

// extended is a list as Return holds it.
func extended(list []wsa.AddrInfo) []wsa.AddrInfoEx {
	var out []wsa.AddrInfoEx
	for _, a := range list {
		out = append(out, wsa.AddrInfoEx{AddrInfo: a})
	}
	return out
}

// lookup is an overlapped GetAddrInfoEx that goes on.
type lookup struct {
	by      *Thread
	query   query
	fault   *lookupFault
	handle  wsa.HANDLE
	ov      *wsa.Overlapped
	result  *[]wsa.AddrInfoEx
	event   *eventObject
	routine wsa.LookupRoutine
	due     *event
}

// GetAddrInfoEx implements wsa.Names.
func (t *Thread) GetAddrInfoEx(name, serviceName *string, nameSpace uint32, nspID *wsa.GUID, hints *wsa.AddrInfoEx, result *[]wsa.AddrInfoEx, timeout *wsa.Timeval, ov *wsa.Overlapped, routine wsa.LookupRoutine, nameHandle *wsa.HANDLE) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.GetAddrInfoExCall{
			Name: copyOf(name), ServiceName: copyOf(serviceName), NameSpace: nameSpace, NspID: copyOf(nspID), Hints: copyOf(hints),
			NullResult: result == nil, Timeout: copyOf(timeout), Overlapped: t.overlappedID(ov), Event: eventOf(ov),
			Routine: routine != nil, NameHandle: nameHandle != nil,
		})
	}
	ret := wsa.Return{}
	q, e := t.askEx(name, serviceName, nameSpace, nspID, hints, result)
	if result != nil {
		*result = nil // observed GA1
	}
	switch {
	case e != 0:
	case ov == nil:
		var list []wsa.AddrInfo
		list, e = t.awaitAnswer(&q, durationOf(timeout), "GetAddrInfoEx")
		*result = extended(list)
		ret.AddrInfo = extended(list)
	default:
		e = t.beginLookup(q, durationOf(timeout), ov, routine, result, nameHandle)
		if nameHandle != nil {
			ret.Handle = *nameHandle
		}
	}
	ret.Err = e
	if w.trace != nil {
		t.returned(ret)
	}
	return t.done(e)
}

func durationOf(timeout *wsa.Timeval) time.Duration {
	if timeout == nil {
		return noTimeout
	}
	return max(time.Duration(timeout.Sec)*time.Second+time.Duration(timeout.Usec)*time.Microsecond, 0)
}

// tcpipProvider is the provider of NS_DNS, "Tcpip".
var tcpipProvider = wsa.GUID{0x40, 0x9d, 0x05, 0x22, 0x9e, 0x7e, 0xcf, 0x11, 0xae, 0x5a, 0x00, 0xaa, 0x00, 0xa7, 0x11, 0x2b}

// askEx checks the arguments of GetAddrInfoEx but for those of an overlapped
// call.
func (t *Thread) askEx(name, service *string, nameSpace uint32, nspID *wsa.GUID, hints *wsa.AddrInfoEx, result *[]wsa.AddrInfoEx) (query, wsa.Errno) {
	var plain *wsa.AddrInfo
	if hints != nil {
		plain = &hints.AddrInfo
	}
	q, e := t.ask(name, service, plain)
	switch {
	case e != 0:
		return q, e
	case result == nil:
		return q, t.fail(rules.GAIResult, wsa.WSAEFAULT)
	case nameSpace == wsa.NS_PNRPNAME || nameSpace == wsa.NS_PNRPCLOUD:
		return q, t.fail(rules.GAIPeer, wsa.WSAEINVAL)
	case nameSpace != wsa.NS_ALL && nameSpace != wsa.NS_DNS, nspID != nil && *nspID != tcpipProvider:
		return q, t.fail(rules.GAINamespace, wsa.WSASERVICE_NOT_FOUND)
	}
	return q, 0
}

// beginLookup starts an overlapped lookup. It never ends within its call
// (observed GA20), so that its routine always runs after it.
func (t *Thread) beginLookup(q query, timeout time.Duration, ov *wsa.Overlapped, routine wsa.LookupRoutine, result *[]wsa.AddrInfoEx, handle *wsa.HANDLE) wsa.Errno {
	w, p := t.world, t.proc
	if (routine != nil) == (ov.HEvent != 0) {
		return t.fail(rules.GAITell, wsa.WSAEINVAL)
	}
	l := &lookup{by: t, query: q, ov: ov, result: result, routine: routine}
	if routine == nil {
		l.event, _ = p.handles.entry(uintptr(ov.HEvent)).(*eventObject)
		if l.event == nil {
			return t.fail(rules.GAITell, wsa.WSAEINVAL)
		}
		l.event.set = false
	}
	p.lastLookup++
	l.handle = lookupHandle(p.lastLookup)
	if handle != nil {
		*handle = l.handle
	}
	// Not an NTSTATUS: a lookup keeps its error here.
	ov.Internal = uintptr(wsa.WSAEINPROGRESS)
	t.overlappedRef(ov)
	var delay time.Duration
	if !q.nothing {
		l.fault, delay = p.host.server(*q.node)
	}
	end := l.answer
	if timeout >= 0 && timeout < delay {
		delay, end = timeout, func() { l.end(nil, wsa.WSAETIMEDOUT) }
	}
	p.lookups = append(p.lookups, l)
	l.due = w.clock.after(delay, classDeliver, end)
	return t.fail(rules.GAIPending, wsa.WSA_IO_PENDING)
}

// lookupHandle is the handle of the nth lookup of a process: none that the
// handle table could issue.
func lookupHandle(n int) wsa.HANDLE { return wsa.HANDLE(0x10000001 + 4*n) }

// answer ends a lookup with what the directory knows.
func (l *lookup) answer() {
	rule := l.by.rule
	list, e := l.by.answer(&l.query, l.fault)
	l.by.rule = rule // that of the call which the thread is in
	l.end(extended(list), e)
}

// end ends a lookup: it stores the result and tells of it.
func (l *lookup) end(list []wsa.AddrInfoEx, e wsa.Errno) {
	t, p := l.by, l.by.proc
	w := t.world
	p.lookups = slices.DeleteFunc(p.lookups, func(x *lookup) bool { return x == l })
	*l.result = list
	l.ov.Internal, l.ov.InternalHigh = uintptr(e), 0
	if w.trace != nil {
		r := t.record(trace.LookupEnd)
		r.Overlapped, r.Err, r.AddrInfo = w.ids[l.ov], e, list
		w.emit(r)
	}
	switch {
	case p.startup == 0 || p.ended:
		// The last WSACleanup tells nobody (page wsacleanup).
	case l.event != nil:
		w.signal(&l.event.waitable)
	default:
		l.call(e)
	}
}

// call runs the routine as the code of a thread of the system's own.
func (l *lookup) call(e wsa.Errno) {
	t := l.by.proc.startThread()
	t.world.start(t, func() { l.routine(e, 0, l.ov) })
}

// GetAddrInfoExCancel implements wsa.Names.
func (t *Thread) GetAddrInfoExCancel(handle *wsa.HANDLE) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.GetAddrInfoExCancelCall{Handle: copyOf(handle)})
	}
	e := t.initialised()
	var found *lookup
	if e == 0 && handle != nil {
		for _, l := range t.proc.lookups {
			if l.handle == *handle {
				found = l
			}
		}
	}
	switch {
	case e != 0:
	case found == nil:
		e = t.fail(rules.GAICancelhandle, wsa.WSA_INVALID_HANDLE)
	default:
		w.clock.cancel(found.due)
		found.end(nil, wsa.WSA_E_CANCELLED)
	}
	return t.finishCall(e)
}

// GetAddrInfoExOverlappedResult implements wsa.Names.
func (t *Thread) GetAddrInfoExOverlappedResult(ov *wsa.Overlapped) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.GetAddrInfoExOverlappedResultCall{Overlapped: t.overlappedID(ov)})
	}
	e := t.initialised()
	switch {
	case e != 0:
	case ov == nil:
		e = t.fail(rules.GAIResultnull, wsa.WSAEINVAL)
	case wsa.Errno(ov.Internal) == wsa.WSAEINPROGRESS:
		e = t.fail(rules.GAIInprogress, wsa.WSAEINPROGRESS)
	default:
		e = wsa.Errno(ov.Internal)
		t.rule = rules.GAIOutcome
	}
	return t.finishCall(e)
}

// endLookups forgets the lookups of a process that ends.
func (p *Process) endLookups() {
	for _, l := range p.lookups {
		p.host.world.clock.cancel(l.due)
	}
	p.lookups = nil
}
