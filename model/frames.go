package model

import (
	"slices"

	"wsasim/wsa"
)

// Calls that have not returned. A thread has one, or several when they nest: a
// call that waits alertably runs the routines that are queued to its thread,
// and what they call stands in the trace between its call and its return.

// nests reports whether routines may run while the call waits. Every call of
// Winsock that can wait does so alertably (observed AC6, SL8, PO15, WR2); SleepEx
// and the waits for events and packets say so themselves.
func nests(call wsa.Call) bool {
	switch c := call.(type) {
	case wsa.SleepExCall:
		return c.Alertable
	case wsa.WSAWaitForMultipleEventsCall:
		return c.Alertable
	case wsa.GetQueuedCompletionStatusExCall:
		return c.Alertable
	case wsa.WSAIoctlCall:
		return mayLast(c.Code)
	case wsa.AcceptCall, wsa.WSAAcceptCall, wsa.ConnectCall, wsa.WSAConnectCall, wsa.SelectCall, wsa.WSAPollCall,
		wsa.ClosesocketCall, wsa.DisconnectExCall, wsa.TransmitFileCall, wsa.WSASendMsgCall, wsa.WSARecvMsgCall:
		return true
	}
	return sends(call) || receives(call)
}

// mayLast reports whether a control code without an overlapped structure may wait:
// those that tell of changes do until there is one.
func mayLast(code uint32) bool {
	switch code {
	case wsa.FIONBIO, wsa.FIONREAD, wsa.SIOCATMARK, wsa.SIO_KEEPALIVE_VALS, wsa.SIO_UDP_CONNRESET:
		return false
	}
	return true
}

// nest sets the thread's call aside: a routine that runs in it makes another.
func (s State) nest(tid int) State {
	old := s.world().threads.get(uint64(tid))
	if old == nil {
		return s
	}
	n := s.world().edit()
	t, outer := *old, old.frame
	t.frame = frame{outer: &outer}
	if t.queued == yes {
		t.queued = maybe // it may be the one that runs
	}
	n.setThread(&t)
	return State{n}
}

// unnest goes back to the call in which the routine ran.
func (s State) unnest(tid int) State {
	old := s.world().threads.get(uint64(tid))
	if old == nil || old.outer == nil {
		return s
	}
	n := s.world().edit()
	t := *old
	t.frame = *old.outer
	n.setThread(&t)
	return State{n}
}

// calls ranges over the calls that have not returned, with their threads.
func (w *world) calls(yield func(*thread, *frame) bool) {
	for _, t := range w.threads.all {
		for f := &t.frame; f != nil; f = f.outer {
			if f.pending != nil && !yield(t, f) {
				return
			}
		}
	}
}

// about reports whether the call is about the socket at that place.
func (f *frame) about(k uint64) bool { return f.on == k && !f.orphan }

// editFrames changes the calls that have not returned: edit changes a copy of
// one and reports whether it did.
func (w *world) editFrames(edit func(*thread, *frame) bool) {
	var changed []*thread
	for _, t := range w.threads.all {
		if t.pending == nil && t.outer == nil {
			continue
		}
		n := *t
		if n.frame.edit(t, edit) {
			changed = append(changed, &n)
		}
	}
	for _, t := range changed {
		w.setThread(t)
	}
}

func (f *frame) edit(t *thread, edit func(*thread, *frame) bool) bool {
	changed := f.pending != nil && edit(t, f)
	if f.outer != nil {
		outer := *f.outer
		if outer.edit(t, edit) {
			f.outer, changed = &outer, true
		}
	}
	return changed
}

// orphan marks the calls that wait on a socket which is being closed; conn is its
// end of a connection.
func (w *world) orphan(k, conn uint64) {
	w.editFrames(func(_ *thread, f *frame) bool {
		if !f.about(k) {
			return false
		}
		f.orphan = true
		if sends(f.pending) {
			w.tear(conn) // how much of it leaves is not known
		}
		return true
	})
}

// missed tells a wait for several things of a handle that is closed.
func (w *world) missed(pid int, h wsa.SOCKET) {
	w.editFrames(func(t *thread, f *frame) bool {
		if t.pid != pid || !waitsFor(f.pending, h) || slices.Contains(f.gone, h) {
			return false
		}
		f.gone = append(slices.Clip(f.gone), h)
		return true
	})
}

// timed reports whether a call that waits ends after a time, whatever happens.
func timed(call wsa.Call, x *socket) bool {
	milliseconds := uint32(wsa.WSA_INFINITE)
	switch c := call.(type) {
	case wsa.SleepExCall:
		milliseconds = c.Milliseconds
	case wsa.WSAWaitForMultipleEventsCall:
		milliseconds = c.Timeout
	case wsa.GetQueuedCompletionStatusCall:
		milliseconds = c.Milliseconds
	case wsa.GetQueuedCompletionStatusExCall:
		milliseconds = c.Milliseconds
	case wsa.SelectCall:
		return c.Timeout != nil
	case wsa.WSAPollCall:
		return c.Timeout >= 0
	default:
		switch {
		case x != nil && receives(call) && x.recvTimeout != 0:
			milliseconds = x.recvTimeout
		case x != nil && sends(call) && x.sendTimeout != 0:
			milliseconds = x.sendTimeout
		}
	}
	return milliseconds != wsa.WSA_INFINITE
}

// waitsFor reports whether the call waits for several things, that one among
// them.
func waitsFor(call wsa.Call, h wsa.SOCKET) bool {
	switch c := call.(type) {
	case wsa.SelectCall:
		return slices.Contains(c.Readfds, h) || slices.Contains(c.Writefds, h) || slices.Contains(c.Exceptfds, h)
	case wsa.WSAWaitForMultipleEventsCall:
		return slices.Contains(c.Events, wsa.HANDLE(h))
	case wsa.GetQueuedCompletionStatusCall:
		return wsa.SOCKET(c.CompletionPort) == h
	case wsa.GetQueuedCompletionStatusExCall:
		return wsa.SOCKET(c.CompletionPort) == h
	case wsa.WSAPollCall:
		return slices.ContainsFunc(c.FDArray, func(f wsa.PollFD) bool { return f.FD == h })
	}
	return false
}
