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
	mu      sync.Mutex  // guards what follows
	at      time.Time   // zero: none
	timer   *time.Timer // made when it is first needed
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
// deadline is locked, and no call of the side begins before it is unlocked:
// whoever begins one meanwhile sees that the socket is closed or the deadline has
// passed.
func (s *socket) cancel(d *side, why error) {
	waits := d.t.Load()
	if waits == nil || s.state.Load()&d.busy == 0 {
		return
	}
	t, err := s.stack.take()
	if err != nil {
		return // no thread can be made: the process cannot go on anyway
	}
	// Fails with ERROR_NOT_FOUND when the operation has just ended by itself, or
	// has not started: then its thread looks at the reason once it has.
	if t.api.CancelIoEx(wsa.HANDLE(s.handle), &waits.ov) == nil {
		d.why = why
	}
	s.stack.give(t)
}

// wait waits for the end of the operation that the side's thread has started,
// and gives its result. An operation that was cancelled ends with the reason,
// unless it succeeded all the same.
func (s *socket) wait(d *side, t *thread) error {
	// Whoever closed or let the deadline pass before may have found nothing to
	// cancel.
	why := s.reason(d)
	if why != nil {
		_ = t.api.CancelIoEx(wsa.HANDLE(s.handle), &t.ov)
	}
	err := t.api.WSAGetOverlappedResult(s.handle, &t.ov, &t.n, true, &t.flags)
	if err == wsa.WSA_OPERATION_ABORTED {
		err = d.aborted(why)
	}
	return err
}

// aborted is why an operation was cancelled; why is the caller's own reason, nil
// for none.
func (d *side) aborted(why error) error {
	d.deadline.mu.Lock()
	defer d.deadline.mu.Unlock()
	if why == nil {
		why = d.why
	}
	d.why = nil
	if why == nil {
		return wsa.WSA_OPERATION_ABORTED // somebody else's doing
	}
	return why
}

// reason is why no call of the side may wait, nil when it may.
func (s *socket) reason(d *side) error {
	if s.state.Load()&closing != 0 {
		return net.ErrClosed
	}
	if d.deadline.expired.Load() {
		return os.ErrDeadlineExceeded
	}
	return nil
}
