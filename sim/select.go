package sim

import (
	"wsasim/model/rules"
	"wsasim/wsa"
)

// notices are what WSAEventSelect needs to know of a socket. What happens is
// recorded whether or not anybody has asked: a later WSAEventSelect finds it
// (observed EA5, EA7, ER5, EO3, ECL7). A record is cleared by enumerating it or
// by the function that re-enables it.
type notices struct {
	event      *eventObject // to set; nil for none
	mask       uint16       // FD_* bits asked for
	recorded   uint16       // FD_* bits that have happened
	wantsWrite bool         // a send failed with WSAEWOULDBLOCK: tell when there is room
	closeTold  bool         // FD_CLOSE happens once
	connectErr wsa.Errno
	closeErr   wsa.Errno
}

// happened records network events and sets the event that asks for them. Each
// arrival counts, read or not (observed EA3, ER2, EO2).
func (s *socket) happened(bits uint16) {
	if s == nil || s.closed {
		return
	}
	s.recorded |= bits
	if s.event != nil && s.mask&bits != 0 {
		s.world().signal(&s.event.waitable)
	}
	s.touch()
}

// hungUp records FD_CLOSE. After a reset the error is WSAECONNABORTED
// (observed ECL8).
func (s *socket) hungUp(e wsa.Errno) {
	if s == nil || s.closeTold {
		return
	}
	s.closeTold, s.closeErr = true, e
	s.happened(wsa.FD_CLOSE)
}

// readAgain is what a receive does to the record: it is cleared, and made again
// if there is more (level triggered: observed ECL6).
func (s *socket) readAgain() {
	if s == nil {
		return
	}
	s.recorded &^= wsa.FD_READ
	more := false
	switch {
	case s.stream != nil:
		more = s.stream.readable() > 0
	case s.dgram != nil:
		more = !s.dgram.queue.empty()
	}
	if more {
		s.happened(wsa.FD_READ)
	} else {
		s.touch()
	}
}

// oobAgain is readAgain for urgent data (observed EO2).
func (s *socket) oobAgain() {
	s.recorded &^= wsa.FD_OOB
	if s.stream.urgentWaits() {
		s.happened(wsa.FD_OOB)
	} else {
		s.touch()
	}
}

// acceptAgain is readAgain for a listener.
func (s *socket) acceptAgain() {
	s.recorded &^= wsa.FD_ACCEPT
	if s.listener != nil && len(s.listener.queue) > 0 {
		s.happened(wsa.FD_ACCEPT)
	} else {
		s.touch()
	}
}

// WSAEventSelect implements wsa.Events.
func (t *Thread) WSAEventSelect(s wsa.SOCKET, h wsa.HANDLE, networkEvents int32) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.WSAEventSelectCall{S: s, EventObject: h, NetworkEvents: networkEvents})
	}
	sock, e := t.open(s)
	if e == 0 {
		e = t.eventSelect(sock, h, networkEvents)
	}
	return t.finishCall(e)
}

func (t *Thread) eventSelect(s *socket, h wsa.HANDLE, mask int32) wsa.Errno {
	if mask == 0 {
		s.event, s.mask, s.nonblocking = nil, 0, true
		return 0
	}
	ev, _ := t.proc.handles.entry(uintptr(h)).(*eventObject)
	if ev == nil || mask&^int32(wsa.FD_ALL_EVENTS) != 0 {
		return t.fail(rules.EVSELParam, wsa.WSAEINVAL)
	}
	s.event, s.mask, s.nonblocking = ev, uint16(mask), true
	if s.recorded&s.mask != 0 {
		t.world.signal(&ev.waitable)
	}
	return 0
}

// WSAEnumNetworkEvents implements wsa.Events.
func (t *Thread) WSAEnumNetworkEvents(s wsa.SOCKET, h wsa.HANDLE, out *wsa.NetworkEvents) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.WSAEnumNetworkEventsCall{S: s, EventObject: h, NullEvents: out == nil})
	}
	sock, e := t.open(s)
	if e == 0 {
		e = t.enumEvents(sock, h, out)
	}
	if w.trace != nil {
		ret := wsa.Return{Err: e}
		if e == 0 {
			ret.NetworkEvents = copyOf(out)
		}
		t.returned(ret)
	}
	return t.done(e)
}

func (t *Thread) enumEvents(s *socket, h wsa.HANDLE, out *wsa.NetworkEvents) wsa.Errno {
	var ev *eventObject
	if h != 0 {
		if ev, _ = t.proc.handles.entry(uintptr(h)).(*eventObject); ev == nil {
			return t.fail(rules.EVENUMEvent, wsa.WSAEINVAL)
		}
	}
	if out == nil {
		return t.fail(rules.EVENUMFault, wsa.WSAEFAULT)
	}
	got := s.recorded & s.mask
	s.recorded &^= got
	out.NetworkEvents = int32(got)
	for bit := range wsa.FD_MAX_EVENTS {
		if got&(1<<bit) == 0 {
			continue // left as it was (observed EV5)
		}
		out.ErrorCode[bit] = 0
		switch bit {
		case wsa.FD_CONNECT_BIT:
			out.ErrorCode[bit] = int32(s.connectErr)
		case wsa.FD_CLOSE_BIT:
			out.ErrorCode[bit] = int32(s.closeErr)
		}
	}
	if ev != nil {
		ev.set = false
	}
	return 0
}
