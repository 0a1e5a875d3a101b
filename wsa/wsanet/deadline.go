package wsanet

import (
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"wsasim/wsa"
)

// deadline is when the calls of a side end. A timer that runs out while a call
// waits has the call's operation cancelled.
type deadline struct {
	expired atomic.Bool // read by every call, before it does anything
	mu      sync.Mutex  // guards what follows, and waitState
	at      time.Time   // zero: none
	timer   *time.Timer // made when it is first needed
}

// waitState says whether an operation of the side is in flight and can be
// cancelled, and why it was. It is guarded by the deadline's lock.
type waitState struct {
	waiting bool
	why     error
}

// setDeadline sets a side's deadline; the zero time is none. A call that waits
// is bound by the new one.
func (s *socket) setDeadline(d *side, t time.Time) {
	l := &d.deadline
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.timer != nil {
		l.timer.Stop()
	}
	left := time.Until(t)
	switch {
	case t.IsZero():
		l.at = time.Time{}
		l.expired.Store(false)
	case left <= 0:
		l.at = t
		l.expired.Store(true)
		s.cancel(d, os.ErrDeadlineExceeded)
	default:
		l.at = t
		l.expired.Store(false)
		if l.timer == nil {
			l.timer = time.AfterFunc(left, s.runOut)
		} else {
			l.timer.Reset(left)
		}
	}
}

// runOut is what the timers do. Deadlines of both sides that are the same pass at
// the same time: neither side is told before both are marked.
func (s *socket) runOut() {
	for _, d := range [...]*side{&s.rd, &s.wr} {
		d.deadline.mu.Lock()
		if d.deadline.passed() {
			d.deadline.expired.Store(true)
		}
		d.deadline.mu.Unlock()
	}
	for _, d := range [...]*side{&s.rd, &s.wr} {
		d.deadline.mu.Lock()
		if d.deadline.passed() {
			s.cancel(d, os.ErrDeadlineExceeded)
		}
		d.deadline.mu.Unlock()
	}
}

// passed reports whether the deadline has passed. One that was moved while its
// timer fired has not.
func (l *deadline) passed() bool { return !l.at.IsZero() && time.Until(l.at) <= 0 }

// stop ends the timer for good.
func (l *deadline) stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at = time.Time{}
	if l.timer != nil {
		l.timer.Stop()
	}
}

// interrupt has the call that waits in a side fail with why.
func (s *socket) interrupt(d *side, why error) {
	d.deadline.mu.Lock()
	defer d.deadline.mu.Unlock()
	s.cancel(d, why)
}

// cancel cancels the operation that is in flight in a side, if one is. The
// deadline is locked, so that the operation is not another by the time of the
// call.
func (s *socket) cancel(d *side, why error) {
	if !d.waits.waiting || d.waits.why != nil {
		return
	}
	t, err := s.stack.take()
	if err != nil {
		return // no thread can be made: the process cannot go on anyway
	}
	d.waits.why = why
	// Fails with ERROR_NOT_FOUND when the operation has just ended by itself.
	_ = t.api.CancelIoEx(wsa.HANDLE(s.handle), &d.t.ov)
	s.stack.give(t)
}

// wait waits for the end of the operation that the side's thread has started,
// and gives its result. An operation that was cancelled ends with the reason,
// unless it succeeded all the same.
func (s *socket) wait(d *side, t *thread) error {
	l, w := &d.deadline, &d.waits
	l.mu.Lock()
	switch {
	case s.state.Load()&closing != 0:
		w.why = net.ErrClosed
	case l.expired.Load():
		w.why = os.ErrDeadlineExceeded
	default:
		w.waiting = true
	}
	late := !w.waiting
	l.mu.Unlock()
	if late {
		_ = t.api.CancelIoEx(wsa.HANDLE(s.handle), &t.ov)
	}
	err := t.api.WSAGetOverlappedResult(s.handle, &t.ov, &t.n, true, &t.flags)
	l.mu.Lock()
	why := w.why
	*w = waitState{}
	l.mu.Unlock()
	if why != nil && err == wsa.WSA_OPERATION_ABORTED {
		return why
	}
	return err
}
