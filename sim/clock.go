package sim

import (
	"container/heap"
	"fmt"
	"time"
)

// This file is the only one of the package that reads package time's clock.

// ClockKind chooses how time passes in a World.
type ClockKind uint8

const (
	// RealTime is package time: sleeping takes as long as it says. Inside a
	// testing/synctest bubble package time is virtual already, and so is the
	// world's, with no adapter.
	RealTime ClockKind = iota
	// VirtualTime jumps to the next event whenever every spawned thread
	// waits. Threads run one at a time, in a stated order, so that the same
	// seed gives the same trace byte for byte.
	VirtualTime
)

// eventClass orders events that are due at the same instant. The order of the
// constants is behaviour: what arrives is handled before a wait for it times
// out.
type eventClass uint8

const (
	classDeliver eventClass = iota // something arrives from the network
	classRetry                     // a host sends something again
	classTimeout                   // a wait ends
)

// event is something that will happen in the world.
type event struct {
	at    time.Duration // since the world began
	class eventClass
	seq   uint64
	index int // in the heap; -1 when not there
	fire  func()
}

// eventQueue is a heap in the order (time, class, sequence): two events of one
// instant and class fire in the order in which they were made.
type eventQueue []*event

func (q eventQueue) Len() int { return len(q) }
func (q eventQueue) Less(i, j int) bool {
	a, b := q[i], q[j]
	if a.at != b.at {
		return a.at < b.at
	}
	if a.class != b.class {
		return a.class < b.class
	}
	return a.seq < b.seq
}
func (q eventQueue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}
func (q *eventQueue) Push(x any) {
	e := x.(*event)
	e.index = len(*q)
	*q = append(*q, e)
}
func (q *eventQueue) Pop() any {
	old := *q
	e := old[len(old)-1]
	old[len(old)-1] = nil
	*q = old[:len(old)-1]
	e.index = -1
	return e
}

// clock holds the events of a world and says what time it is. Its methods are
// called with the world locked.
type clock struct {
	kind   ClockKind
	events eventQueue
	seq    uint64
	// now is the present under VirtualTime, and under RealTime the time of
	// the event being fired.
	now time.Duration

	// RealTime only.
	start   time.Time
	timer   *time.Timer
	armed   time.Duration // when timer fires; valid if timerOn
	timerOn bool
	expired func() // what timer runs: locks the world and calls fireDue

	// See coarse; RealTime only.
	lately  time.Duration
	ticking bool
	asked   bool // since the last tick
}

func (c *clock) init(kind ClockKind, expired func()) {
	c.kind, c.expired = kind, expired
	if kind == RealTime {
		c.start = time.Now()
	}
}

// read is the time since the world began.
func (c *clock) read() time.Duration {
	if c.kind == RealTime {
		return time.Since(c.start)
	}
	return c.now
}

// coarse is the time of the latest tick, about a millisecond old at most (VirtualTime:
// the present): for what every transfer notes and hardly anything looks at. Asking the system takes as long as a small transfer
// does, so it is asked once a millisecond, for as long as somebody wants to know.
func (c *clock) coarse() time.Duration {
	if c.kind == VirtualTime {
		return c.now
	}
	c.asked = true
	if !c.ticking {
		c.ticking = true
		c.tick()
	}
	return c.lately
}

// tick notes the time for coarse, and again in a millisecond.
func (c *clock) tick() {
	c.lately = c.read()
	c.at(c.lately+time.Millisecond, classTimeout, func() {
		if !c.asked {
			c.ticking = false
			return
		}
		c.asked = false
		c.tick()
	})
}

// at schedules fire for the given time.
func (c *clock) at(when time.Duration, class eventClass, fire func()) *event {
	e := &event{at: when, class: class, seq: c.seq, fire: fire}
	c.seq++
	heap.Push(&c.events, e)
	c.arm()
	return e
}

// after schedules fire for d from now.
func (c *clock) after(d time.Duration, class eventClass, fire func()) *event {
	return c.at(c.read()+d, class, fire)
}

// cancel takes an event back; nil or already fired is fine.
func (c *clock) cancel(e *event) {
	if e != nil && e.index >= 0 {
		heap.Remove(&c.events, e.index)
	}
}

// arm makes the timer fire for the earliest event.
func (c *clock) arm() {
	if c.kind != RealTime || len(c.events) == 0 {
		return
	}
	next := c.events[0].at
	if c.timerOn && c.armed <= next {
		return
	}
	c.armed, c.timerOn = next, true
	wait := max(next-c.read(), 0)
	if c.timer == nil {
		c.timer = time.AfterFunc(wait, c.expired)
		return
	}
	c.timer.Reset(wait)
}

// fireDue fires every event whose time has come (RealTime).
func (c *clock) fireDue() {
	c.timerOn = false
	for len(c.events) > 0 && c.events[0].at <= c.read() {
		e := heap.Pop(&c.events).(*event)
		c.now = e.at
		e.fire()
	}
	c.arm()
}

// jump moves to the earliest event and fires it (VirtualTime). It reports
// false when there is none.
func (c *clock) jump() bool {
	if len(c.events) == 0 {
		return false
	}
	e := heap.Pop(&c.events).(*event)
	c.now = max(c.now, e.at)
	e.fire()
	return true
}

// stop drops every event; nothing fires any more.
func (c *clock) stop() {
	for _, e := range c.events {
		e.index = -1
	}
	c.events = nil
	if c.timer != nil {
		c.timer.Stop()
	}
}

// String is "real time" or "virtual time".
func (k ClockKind) String() string {
	switch k {
	case RealTime:
		return "real time"
	case VirtualTime:
		return "virtual time"
	}
	return fmt.Sprintf("unknown (%d)", uint8(k))
}
