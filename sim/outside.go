package sim

// outside calls a function of the user's (Config.Trace, a Chooser, a Hook, what
// Administer is given) with the world locked. One that does not come back, because it
// panics or ends its goroutine as testing.T.FailNow does, would leave the world
// locked: the world breaks, and the panic goes on. A world that is broken calls
// nobody. Nothing else of the user's runs under the lock: condition functions,
// routines and the bodies of threads run without it.
func (w *World) outside(f func()) {
	if w.broken {
		return
	}
	back := false
	defer func() {
		if !back {
			w.breakUp()
		}
	}()
	f()
	back = true
}

// breakUp ends the world in the midst of a change, and unlocks it. Nothing is done
// that depends on the change: no socket is closed, no thread ends in the trace.
// What waits is woken, and calls fail before they look at anything.
func (w *World) breakUp() {
	w.broken, w.ended, w.trace, w.due = true, true, nil, nil
	for _, t := range w.threads() {
		if t.waiter.parked {
			t.failure = ErrEnded
			w.wake(&t.waiter, wokenEnded)
		}
		t.ended = true
	}
	for _, h := range w.hosts {
		h.lacks |= NotReady
		for _, p := range h.processes {
			p.startup, p.lacks = 0, p.lacks|NotReady
		}
	}
	w.wake(&w.mainThread.waiter, wokenEnded)
	w.clock.stop()
	if w.clock.kind == VirtualTime {
		w.release()
	}
	w.unlock()
}

// unlockAfter is unlock for a defer statement, whose argument is what lock
// returned: it runs, too, while a panic goes through that has broken the world,
// and so unlocked it.
func (w *World) unlockAfter(broken bool) {
	if broken == w.broken {
		w.unlock()
	}
}
