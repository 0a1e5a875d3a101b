package sim

import (
	"fmt"
	"strings"
	"time"

	"wsasim/wsa/trace"
)

// wakeReason says why a blocked thread goes on.
type wakeReason uint8

const (
	wokenReady    wakeReason = iota // what it waited for may have happened: look again
	wokenTimeout                    // its time ran out
	wokenClosed                     // the socket it waited on was closed by another thread
	wokenDeadlock                   // nothing will ever happen again
	wokenEnded                      // the world or the process has ended
	wokenDead                       // keep-alive found the peer gone
	wokenAPC                        // a routine was queued to the thread, which waits alertably
	wokenResult                     // the operation whose result it waits for has ended
)

// waiter is a thread in a queue of waiting threads, or an overlapped operation,
// which stands in the same queues. Every thread has one, since a thread waits
// for one thing at a time.
type waiter struct {
	t          *Thread    // nil for an operation
	op         *operation // nil for a thread
	next, prev *waiter
	queue      *waitQueue
	timeout    *event
	reason     wakeReason
	parked     bool
	what       string // the function that waits, for the report of a deadlock
	on         *socket
}

// waitQueue is a queue of waiting threads, in the order in which they came, which
// is that in which they are woken, except at a completion port.
type waitQueue struct{ head, tail *waiter }

func (q *waitQueue) push(x *waiter) {
	x.queue, x.prev, x.next = q, q.tail, nil
	if q.tail == nil {
		q.head = x
	} else {
		q.tail.next = x
	}
	q.tail = x
}

func (q *waitQueue) remove(x *waiter) {
	if x.prev == nil {
		q.head = x.next
	} else {
		x.prev.next = x.next
	}
	if x.next == nil {
		q.tail = x.prev
	} else {
		x.next.prev = x.prev
	}
	x.queue, x.prev, x.next = nil, nil, nil
}

// scheduler decides which thread goes on.
//
// Under RealTime it decides nothing: a woken thread's goroutine is made ready
// as soon as the world is unlocked.
//
// Under VirtualTime one thread runs at a time. Woken threads stand in ready,
// in the order of their waking; when the running thread waits or ends, the
// first of them goes on, and when there is none the clock jumps.
type scheduler struct {
	ready   fifo[*Thread]
	running int  // spawned threads that are not waiting (VirtualTime: 0 or 1)
	live    int  // spawned threads that have not ended
	awaited bool // Run waits until live is 0
	// last is the deadlock found since Run was called.
	last *DeadlockError
}

// wake lets a parked thread go on. An operation is looked at again before the
// world is unlocked, and keeps its place until it ends.
func (w *World) wake(x *waiter, reason wakeReason) {
	if x.op != nil {
		w.wakeOperation(x.op, reason)
		return
	}
	if x.queue != nil {
		x.queue.remove(x)
	}
	if !x.parked {
		return
	}
	x.parked, x.reason = false, reason
	w.clock.cancel(x.timeout)
	x.timeout = nil
	w.sched.ready.push(x.t)
}

// wakeFirst wakes the thread that has waited longest in q.
func (w *World) wakeFirst(q *waitQueue) {
	if q.head != nil {
		w.wake(q.head, wokenReady)
	}
}

// wakeLast wakes the thread that has waited least in q.
func (w *World) wakeLast(q *waitQueue) {
	if q.tail != nil {
		w.wake(q.tail, wokenReady)
	}
}

// wakeAll wakes every thread in q.
func (w *World) wakeAll(q *waitQueue, reason wakeReason) {
	for x := q.head; x != nil; {
		next := x.next // waking takes a thread out of the queue
		w.wake(x, reason)
		x = next
	}
}

// wakeThreads wakes the threads in q and leaves the operations.
func (w *World) wakeThreads(q *waitQueue) {
	for x := q.head; x != nil; {
		next := x.next
		if x.op == nil {
			w.wake(x, wokenReady)
		}
		x = next
	}
}

// lock locks the world. What it returns is for unlockAfter.
func (w *World) lock() (broken bool) {
	w.mu.Lock()
	return w.broken
}

// unlock unlocks the world and lets the threads go on that were woken under
// the lock. It never holds the lock while another goroutine is made ready.
func (w *World) unlock() {
	if len(w.due) > 0 {
		w.drain()
	}
	if w.clock.kind == VirtualTime || w.sched.ready.empty() {
		w.mu.Unlock()
		return
	}
	if w.sched.ready.len() == 1 {
		t := w.sched.ready.pop()
		w.mu.Unlock()
		t.gate <- struct{}{}
		return
	}
	ready := w.sched.ready.all()
	w.mu.Unlock()
	for _, t := range ready {
		t.gate <- struct{}{}
	}
}

// park makes the calling thread wait in q (nil: nowhere) until it is woken.
// The world is locked before and after, not meanwhile. For the report of a
// deadlock, what names the call and on the socket.
func (w *World) park(t *Thread, q *waitQueue, what string, on *socket) wakeReason {
	if w.ended {
		t.failure = ErrEnded
		return wokenEnded
	}
	x := &t.waiter
	x.t, x.what, x.on, x.reason, x.parked = t, what, on, wokenReady, true
	if q != nil {
		q.push(x)
	}
	if p := t.serving; p != nil {
		// A thread that waits does not run: another may.
		w.runs(p, -1)
		reason := w.rest(t)
		w.runs(p, 1)
		return reason
	}
	return w.rest(t)
}

// rest waits until the thread, whose waiter is ready for it, is woken.
func (w *World) rest(t *Thread) wakeReason {
	x := &t.waiter
	if w.clock.kind == RealTime {
		w.unlock()
		<-t.gate
		if x.reason == wokenResult && t.leaves {
			return x.reason
		}
		w.lock()
		return x.reason
	}
	w.drain()
	if t.spawned {
		w.sched.running--
	}
	if w.sched.running == 0 {
		w.dispatch()
	}
	w.mu.Unlock()
	<-t.gate
	w.mu.Lock()
	return x.reason
}

// dispatch picks the thread that goes on next (VirtualTime; nobody runs). With
// nothing ready and no event due it is a deadlock: every waiting thread is
// told.
func (w *World) dispatch() {
	for {
		if !w.sched.ready.empty() {
			t := w.sched.ready.pop()
			if t.spawned {
				w.sched.running++
			}
			t.gate <- struct{}{}
			return
		}
		if w.clock.jump() {
			w.drain()
			continue
		}
		if !w.deadlock() {
			return
		}
	}
}

// DeadlockError says that every thread of a world waits and no event is due,
// so that nothing can ever happen again (VirtualTime). It is returned by World.Run and
// by each of the calls that wait; it is not a Winsock error, since Windows
// would simply hang.
type DeadlockError struct {
	// Waits says, for each waiting thread in the order of their numbers, what
	// it waits for.
	Waits []string
}

func (e *DeadlockError) Error() string {
	return "deadlock: every thread waits and nothing will happen: " + strings.Join(e.Waits, "; ")
}

// deadlock tells every waiting thread that it waits for ever; it reports false
// when no thread waits.
func (w *World) deadlock() bool {
	d := &DeadlockError{}
	var waiters []*waiter
	for _, t := range w.threads() {
		if t.waiter.parked {
			waiters = append(waiters, &t.waiter)
			d.Waits = append(d.Waits, t.waiter.describe())
		}
	}
	if len(waiters) > 0 {
		w.sched.last = d
		w.emit(&trace.Record{Kind: trace.Deadlock, Note: d.Error()})
	}
	for _, x := range waiters {
		x.t.failure = d
		w.wake(x, wokenDeadlock)
	}
	return len(waiters) > 0
}

// describe says what a waiting thread waits for.
func (x *waiter) describe() string {
	s := fmt.Sprintf("%s waits in %s", x.t.Name(), x.what)
	if x.on != nil {
		s += fmt.Sprintf(" on socket %d (%s)", x.on.handle, x.on.describe())
	}
	return s
}

// Spawn starts body on a goroutine of its own as the code of thread t. Under
// VirtualTime it runs only while every other spawned thread waits or has ended,
// and it must block only in calls on the world. When body returns, the thread
// ends. A thread can be spawned once; in a world that has ended its calls that wait
// return ErrEnded.
func (w *World) Spawn(t *Thread, body func()) {
	w.lock()
	if t.spawned || t.ended {
		w.unlock()
		panic(fmt.Sprintf("sim: thread %s was spawned or ended before", t.Name()))
	}
	w.start(t, body)
	w.mu.Unlock()
}

// start is Spawn with the world locked, for a thread that is new.
func (w *World) start(t *Thread, body func()) {
	t.spawned = true
	w.sched.live++
	dispatched := w.clock.kind == VirtualTime && !w.ended
	if dispatched {
		w.sched.ready.push(t)
	}
	go func() {
		if dispatched {
			<-t.gate
		}
		defer w.finish(t)
		body()
	}()
}

// finish ends a spawned thread.
func (w *World) finish(t *Thread) {
	w.lock()
	t.end()
	w.sched.live--
	if w.sched.live == 0 && w.sched.awaited {
		w.wake(&w.mainThread.waiter, wokenReady)
	}
	if w.clock.kind == VirtualTime {
		w.drain()
		w.sched.running--
		if w.sched.running == 0 && !w.ended {
			w.dispatch()
		}
	}
	if w.ended {
		w.release()
	}
	w.unlock()
}

// release lets every ready thread go on at once: order no longer matters when
// the world has ended.
func (w *World) release() {
	for _, t := range w.sched.ready.all() {
		t.gate <- struct{}{}
	}
}

// Sleep lets the given time pass; under VirtualTime spawned threads run
// meanwhile. It is for the code that drives a world; a thread uses SleepEx. The
// error is ErrEnded when the world was closed, or has ended by a panic.
func (w *World) Sleep(d time.Duration) error {
	w.lock()
	err := w.sleep(d)
	w.unlock()
	return err
}

func (w *World) sleep(d time.Duration) error {
	x := &w.mainThread.waiter
	x.timeout = w.clock.after(d, classTimeout, func() {
		x.timeout = nil
		w.wake(x, wokenTimeout)
	})
	for {
		switch w.park(&w.mainThread, nil, "Sleep", nil) {
		case wokenTimeout:
			return nil
		case wokenEnded:
			w.mainThread.failure = nil
			return ErrEnded
		}
	}
}

// Run waits until every spawned thread has ended. Under VirtualTime this is
// what makes them run; the error is a *DeadlockError if all of them came to
// wait for each other. Under RealTime the error is nil. It is ErrEnded when the
// world is closed before they have ended, or has ended by a panic.
func (w *World) Run() error {
	w.lock()
	w.sched.last = nil
	w.sched.awaited = true
	err := w.awaitThreads()
	w.sched.awaited = false
	w.unlock()
	return err
}

func (w *World) awaitThreads() error {
	for w.sched.live > 0 {
		if w.park(&w.mainThread, nil, "Run", nil) == wokenEnded {
			w.mainThread.failure = nil
			return ErrEnded
		}
	}
	switch {
	case w.broken:
		return ErrEnded
	case w.sched.last != nil:
		return w.sched.last
	}
	return nil
}
