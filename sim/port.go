package sim

import (
	"time"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// port is a completion port: a queue of packets, first in first out, and the
// threads that wait for one, of which the last to come goes on first (page
// i-o-completion-ports).
type port struct {
	packets fifo[packet]
	waiters waitQueue
	closed  bool
	// limit is how many threads that took packets may run at the same time, 0
	// for any number; running is how many do. See concurrency.go.
	limit, running int
}

// packet is one entry of a completion port.
type packet struct {
	key    uintptr
	ov     *wsa.Overlapped
	status wsa.NTStatus
	n      uint32
}

// queuePacket appends a packet.
func (w *World) queuePacket(p *port, k packet) {
	p.packets.push(k)
	w.wakeLast(&p.waiters)
}

// port finds the completion port that a call names.
func (t *Thread) port(h wsa.HANDLE) (*port, wsa.Errno) {
	p, _ := t.proc.handles.entry(uintptr(h)).(*port)
	if p == nil {
		return nil, t.fail(rules.PORTHandle, wsa.WSA_INVALID_HANDLE)
	}
	return p, 0
}

// CreateIoCompletionPort implements wsa.OverlappedIO.
//
// Not simulated: the number of processors, which is the limit on threads that 0
// stands for. There is no limit then.
func (t *Thread) CreateIoCompletionPort(file, existing wsa.HANDLE, key uintptr, threads uint32) (wsa.HANDLE, error) {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.CreateIoCompletionPortCall{FileHandle: file, ExistingCompletionPort: existing, CompletionKey: key, NumberOfConcurrentThreads: threads})
	}
	h, e := t.associate(file, existing, key, threads)
	if w.trace != nil {
		t.returned(wsa.Return{Err: e, Handle: h})
	}
	return h, t.done(e)
}

func (t *Thread) associate(file, existing wsa.HANDLE, key uintptr, threads uint32) (wsa.HANDLE, wsa.Errno) {
	var s *socket
	if file != wsa.INVALID_HANDLE_VALUE {
		var e wsa.Errno
		if s, e = t.file(file, rules.PORTHandle); e != 0 {
			return 0, e
		}
		if s == nil || !s.overlapped || s.reports != nil {
			return 0, t.fail(rules.PORTFile, wsa.WSA_INVALID_PARAMETER)
		}
	} else if existing != 0 {
		return 0, t.fail(rules.PORTFile, wsa.WSA_INVALID_PARAMETER)
	}
	p, h := &port{limit: int(threads)}, existing // ignored for a port that exists
	if existing != 0 {
		var e wsa.Errno
		if p, e = t.port(existing); e != 0 {
			return 0, e
		}
	} else {
		h = wsa.HANDLE(t.proc.handles.add(p))
	}
	if s != nil {
		s.reports, s.key = p, key
	}
	return h, 0
}

// file finds the socket behind a file handle; nil without error for a file that
// is no socket.
func (t *Thread) file(h wsa.HANDLE, rule rules.ID) (*socket, wsa.Errno) {
	switch e := t.proc.handles.entry(uintptr(h)).(type) {
	case *socket:
		return e, 0
	case *file:
		return nil, 0
	}
	return nil, t.fail(rule, wsa.WSA_INVALID_HANDLE)
}

// awaitPacket waits until the port has a packet.
func (t *Thread) awaitPacket(p *port, milliseconds uint32, alertable bool, what string) wsa.Errno {
	w := t.world
	t.serves(nil)
	var until time.Duration
	if !p.ready() && milliseconds != infinite {
		until = w.clock.read() + ms(milliseconds)
	}
	for !p.ready() {
		switch {
		case p.closed:
			return t.fail(rules.PORTAbandoned, wsa.ERROR_ABANDONED_WAIT_0)
		case alertable && !t.apcs.empty():
			return t.fail(rules.PORTApc, wsa.WAIT_IO_COMPLETION)
		case milliseconds == 0:
			return t.fail(rules.PORTTimeout, wsa.WAIT_TIMEOUT)
		}
		switch t.parkUntil(&p.waiters, until, alertable, what) {
		case wokenTimeout:
			return t.fail(rules.PORTTimeout, wsa.WAIT_TIMEOUT)
		case wokenDeadlock, wokenEnded:
			return wsa.WSA_OPERATION_ABORTED
		}
	}
	return 0
}

// parkUntil parks the thread until it is woken or the time has come; until 0 is
// for ever.
func (t *Thread) parkUntil(q *waitQueue, until time.Duration, alertable bool, what string) wakeReason {
	w := t.world
	if until != 0 {
		t.waiter.timeout = w.clock.at(until, classTimeout, func() {
			t.waiter.timeout = nil
			w.wake(&t.waiter, wokenTimeout)
		})
	}
	t.alertable = alertable
	reason := w.park(t, q, what, nil)
	t.alertable = false
	return reason
}

// GetQueuedCompletionStatus implements wsa.OverlappedIO.
func (t *Thread) GetQueuedCompletionStatus(h wsa.HANDLE, transferred *uint32, key *uintptr, ov **wsa.Overlapped, milliseconds uint32) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.GetQueuedCompletionStatusCall{CompletionPort: h, Milliseconds: milliseconds})
	}
	var k packet
	p, e := t.port(h)
	if e == 0 {
		e = t.awaitPacket(p, milliseconds, false, "GetQueuedCompletionStatus")
	}
	*ov = nil
	if e == 0 {
		t.serves(p)
		k = p.packets.pop()
		*transferred, *key, *ov = k.n, k.key, k.ov
		if e = k.status.Win32(); e != 0 {
			t.rule = rules.PORTStatus
		}
	}
	if w.trace != nil {
		ret := wsa.Return{Err: e}
		if k != (packet{}) || e == 0 {
			ret.Packets = []wsa.Packet{t.packetShown(k)}
		}
		t.returned(ret)
	}
	return t.done(e)
}

func (t *Thread) packetShown(k packet) wsa.Packet {
	return wsa.Packet{Key: k.key, Overlapped: t.overlappedID(k.ov), Status: k.status, Transferred: k.n}
}

// GetQueuedCompletionStatusEx implements wsa.OverlappedIO.
func (t *Thread) GetQueuedCompletionStatusEx(h wsa.HANDLE, entries []wsa.OverlappedEntry, removed *uint32, milliseconds uint32, alertable bool) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.GetQueuedCompletionStatusExCall{CompletionPort: h, Count: uint32(len(entries)), Milliseconds: milliseconds, Alertable: alertable})
	}
	p, e := t.port(h)
	switch {
	case e != 0:
	case len(entries) == 0 || removed == nil:
		e = t.fail(rules.PORTFile, wsa.WSA_INVALID_PARAMETER)
	default:
		e = t.awaitPacket(p, milliseconds, alertable, "GetQueuedCompletionStatusEx")
	}
	ret := wsa.Return{Err: e}
	if e == 0 {
		t.serves(p)
		n := 0
		for n < len(entries) && !p.packets.empty() {
			k := p.packets.pop()
			entries[n] = wsa.OverlappedEntry{CompletionKey: k.key, Overlapped: k.ov, Internal: uintptr(k.status), NumberOfBytesTransferred: k.n}
			n++
			if w.trace != nil {
				ret.Packets = append(ret.Packets, t.packetShown(k))
			}
		}
		*removed = uint32(n)
		ret.Count = copyOf(removed)
		if !p.packets.empty() {
			w.wakeLast(&p.waiters)
		}
	}
	if e == wsa.WAIT_IO_COMPLETION {
		t.runAPCs()
	}
	if w.trace != nil {
		t.returned(ret)
	}
	return t.done(e)
}

// PostQueuedCompletionStatus implements wsa.OverlappedIO.
func (t *Thread) PostQueuedCompletionStatus(h wsa.HANDLE, transferred uint32, key uintptr, ov *wsa.Overlapped) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.PostQueuedCompletionStatusCall{CompletionPort: h, NumberOfBytesTransferred: transferred, CompletionKey: key, Overlapped: t.overlappedID(ov)})
	}
	p, e := t.port(h)
	if e == 0 {
		w.queuePacket(p, packet{key, ov, wsa.STATUS_SUCCESS, transferred})
	}
	return t.finishCall(e)
}

// SetFileCompletionNotificationModes implements wsa.OverlappedIO.
func (t *Thread) SetFileCompletionNotificationModes(h wsa.HANDLE, flags uint8) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.SetFileCompletionNotificationModesCall{FileHandle: h, Flags: flags})
	}
	s, e := t.file(h, rules.PORTHandle)
	switch {
	case e != 0:
	case flags&^(wsa.FILE_SKIP_COMPLETION_PORT_ON_SUCCESS|wsa.FILE_SKIP_SET_EVENT_ON_HANDLE) != 0:
		e = t.fail(rules.PORTFile, wsa.WSA_INVALID_PARAMETER)
	case s != nil:
		s.modes |= flags
	}
	return t.finishCall(e)
}
