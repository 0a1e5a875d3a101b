package sim_test

import (
	"testing"

	"wsasim/sim"
	"wsasim/wsa"
)

// TestConcurrentThreads: a port lets no more threads run than it was made for,
// except while one of them waits.
func TestConcurrentThreads(t *testing.T) {
	_, main, _ := pair(t, sim.Config{Clock: sim.VirtualTime})
	thread := func() *sim.Thread { return main.Process().NewThread() }
	take := func(t *sim.Thread, p wsa.HANDLE) error {
		var n uint32
		var key uintptr
		var ov *wsa.Overlapped
		return t.GetQueuedCompletionStatus(p, &n, &key, &ov, 0)
	}
	port := func(limit uint32, packets int) wsa.HANDLE {
		p := must[wsa.HANDLE](t)(main.CreateIoCompletionPort(wsa.INVALID_HANDLE_VALUE, 0, 0, limit))
		for range packets {
			ok(t, main.PostQueuedCompletionStatus(p, 0, 0, nil))
		}
		return p
	}
	a, b, c := thread(), thread(), thread()
	p := port(2, 4)
	ok(t, take(a, p))
	ok(t, take(b, p))
	if err := take(c, p); err != wsa.Errno(wsa.WAIT_TIMEOUT) {
		t.Errorf("two run, and a third takes a packet: %v", err)
	}
	ok(t, take(a, p)) // it is done with the first
	if err := take(c, p); err != wsa.Errno(wsa.WAIT_TIMEOUT) {
		t.Errorf("two run again: %v", err)
	}
	b.End()
	ok(t, take(c, p))

	p = port(0, 3)
	for _, th := range []*sim.Thread{a, c, main} {
		ok(t, take(th, p))
	}
}

// takers starts threads a, b and so on that wait for a packet of a port, and what
// each does with the number of bytes in it.
func takers(t *testing.T, w *sim.World, proc *sim.Process, p wsa.HANDLE, threads int, then func(th *sim.Thread, name string, n uint32)) {
	for i := range threads {
		th := proc.NewThread()
		w.Spawn(th, func() {
			var n uint32
			var key uintptr
			var ov *wsa.Overlapped
			ok(t, th.GetQueuedCompletionStatus(p, &n, &key, &ov, wsa.INFINITE))
			then(th, string(rune('a'+i)), n)
		})
	}
}

// TestConcurrentThreadThatWaits: while a thread waits, another one runs.
func TestConcurrentThreadThatWaits(t *testing.T) {
	w, main, _ := pair(t, sim.Config{Clock: sim.VirtualTime})
	p := must[wsa.HANDLE](t)(main.CreateIoCompletionPort(wsa.INVALID_HANDLE_VALUE, 0, 0, 1))
	log := ""
	takers(t, w, main.Process(), p, 2, func(th *sim.Thread, name string, _ uint32) {
		log += name + " "
		if name == "a" {
			th.SleepEx(10, false)
			log += "slept "
		}
	})
	for range 2 {
		ok(t, main.PostQueuedCompletionStatus(p, 0, 0, nil))
	}
	ok(t, w.Run())
	if log != "a b slept " {
		t.Error(log)
	}
}

// TestLastToWaitIsFirst: packets go out in the order in which they came, and the
// threads that wait for them are released in the opposite one (page
// i-o-completion-ports).
func TestLastToWaitIsFirst(t *testing.T) {
	w, main, _ := pair(t, sim.Config{Clock: sim.VirtualTime})
	p := must[wsa.HANDLE](t)(main.CreateIoCompletionPort(wsa.INVALID_HANDLE_VALUE, 0, 0, 0))
	log := ""
	takers(t, w, main.Process(), p, 3, func(_ *sim.Thread, name string, n uint32) {
		log += name + string(rune('0'+n)) + " "
	})
	w.Spawn(main, func() {
		main.SleepEx(10, false) // until they wait
		for i := range 3 {
			ok(t, main.PostQueuedCompletionStatus(p, uint32(i), 0, nil))
		}
	})
	ok(t, w.Run())
	if log != "c0 b1 a2 " {
		t.Error(log)
	}
}
