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

// waitState says whether an operation of the side is in flight, and why it was
// cancelled.
type waitState struct {
	phase atomic.Uint32
	why   error // guarded by the deadline's lock; read when phase is cancelling
}

// The phases of a side.
const (
	idle       = iota // no operation waits
	waiting           // one does, and may be cancelled
	cancelling        // somebody cancels it, with the deadline locked
)

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
// deadline is locked; the operation stays the same until it is unlocked.
func (s *socket) cancel(d *side, why error) {
	if !d.waits.phase.CompareAndSwap(waiting, cancelling) {
		return
	}
	d.waits.why = why
	t, err := s.stack.take()
	if err != nil {
		return // no thread can be made: the process cannot go on anyway
	}
	// Fails with ERROR_NOT_FOUND when the operation has just ended by itself.
	_ = t.api.CancelIoEx(wsa.HANDLE(s.handle), &d.t.ov)
	s.stack.give(t)
}

// wait waits for the end of the operation that the side's thread has started,
// and gives its result. An operation that was cancelled ends with the reason,
// unless it succeeded all the same.
func (s *socket) wait(d *side, t *thread) error {
	d.waits.phase.Store(waiting)
	// Whoever closed or let the deadline pass before saw nothing to cancel.
	if why := s.reason(d); why != nil && d.waits.phase.CompareAndSwap(waiting, idle) {
		_ = t.api.CancelIoEx(wsa.HANDLE(s.handle), &t.ov)
		return aborted(t.api.WSAGetOverlappedResult(s.handle, &t.ov, &t.n, true, &t.flags), why)
	}
	err := t.api.WSAGetOverlappedResult(s.handle, &t.ov, &t.n, true, &t.flags)
	if d.waits.phase.CompareAndSwap(waiting, idle) {
		return err
	}
	d.deadline.mu.Lock()
	why := d.waits.why
	d.waits.why = nil
	d.waits.phase.Store(idle)
	d.deadline.mu.Unlock()
	return aborted(err, why)
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

// aborted is the end of an operation that was cancelled for a reason.
func aborted(err, why error) error {
	if err == wsa.WSA_OPERATION_ABORTED {
		return why
	}
	return err
}
