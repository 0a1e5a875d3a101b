package sim

import "wsasim/wsa"

// apc is a routine queued to a thread: a completion routine, or anything.
type apc struct {
	routine wsa.CompletionRoutine
	err     wsa.Errno
	n       uint32
	ov      *wsa.Overlapped
	flags   uint32
	user    func()
}

// queueAPC queues a routine to the thread, and wakes it from an alertable wait.
func (t *Thread) queueAPC(a apc) {
	if t.ended {
		return
	}
	t.apcs.push(a)
	if t.alertable && t.waiter.parked {
		t.world.wake(&t.waiter, wokenAPC)
	}
}

// runAPCs runs every queued routine, those included that the routines queue. The
// world is locked before and after. The routines may call Winsock, and wait
// alertably in turn, which runs those behind them: what the call in progress
// keeps in the thread is put aside.
func (t *Thread) runAPCs() {
	one, direct, directly, rule, failure := t.one, t.direct, t.directly, t.rule, t.failure
	polled, waitingOn := t.polled, t.waitingOn
	t.polled, t.waitingOn, t.direct, t.directly = nil, nil, nil, 0
	for !t.apcs.empty() {
		a := t.apcs.pop()
		t.world.unlock()
		if a.user != nil {
			a.user()
		} else {
			a.routine(a.err, a.n, a.ov, a.flags)
		}
		t.world.lock()
	}
	t.one, t.direct, t.directly, t.rule, t.failure = one, direct, directly, rule, failure
	t.polled, t.waitingOn = polled, waitingOn
}

// QueueUserAPC implements wsa.Waits.
func (t *Thread) QueueUserAPC(routine func()) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.QueueUserAPCCall{})
	}
	t.queueAPC(apc{user: routine})
	return t.finishCall(0)
}

// cancelTimeout disarms the time-out of a wait that did not come about; waking
// does it for one that did.
func (t *Thread) cancelTimeout() {
	t.world.clock.cancel(t.waiter.timeout)
	t.waiter.timeout = nil
}
