package wsa

import "sync"

// flights are the operations that go on after the calls which started them, by
// the address of their structures: the system knows nothing else of them when
// it says that one has ended. Memory that an operation uses stays where it is,
// and is not freed, as long as the operation is listed.
type flights struct {
	mu     sync.Mutex
	byAddr map[uintptr]*nativeCall
	tidyAt int // when to look for operations that ended and were not asked about
}

// add lists an operation before its call, since it may end during it. When the
// structure is in use still, which is an error of the program, the memory of
// the earlier operation is kept until the later one ends.
func (f *flights) add(c *nativeCall) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.byAddr == nil {
		f.byAddr, f.tidyAt = make(map[uintptr]*nativeCall), 64
	}
	if len(f.byAddr) >= f.tidyAt {
		f.tidy()
		f.tidyAt = 2*len(f.byAddr) + 64
	}
	addr := address(c.flight)
	c.before = f.byAddr[addr]
	f.byAddr[addr] = c
}

// tidy takes off the operations that have ended and that nobody will tell of:
// their callers look at Internal, or wait for the event.
func (f *flights) tidy() {
	for addr, c := range f.byAddr {
		if c.routine == nil && !pending(c.flight) {
			delete(f.byAddr, addr)
			c.drop()
		}
	}
}

// drop lets go of the memory of an operation and those it replaced.
func (c *nativeCall) drop() {
	for c != nil {
		before := c.before
		c.letGo()
		c = before
	}
}

// cancel takes off an operation that its call did not start.
func (f *flights) cancel(c *nativeCall) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch addr := address(c.flight); {
	case f.byAddr[addr] != c: // a routine that ran in the call used it again
	case c.before != nil:
		f.byAddr[addr] = c.before
	default:
		delete(f.byAddr, addr)
	}
}

// take takes off the operation at the address; nil when there is none.
func (f *flights) take(addr uintptr) *nativeCall {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.byAddr[addr]
	delete(f.byAddr, addr)
	return c
}

// completed is the completion routine that the system is given, for all
// operations. It runs inside of an alertable wait of the thread that started
// the operation, and so does the routine of the program.
func (p *SystemProcess) completed(err, transferred uint32, overlapped uintptr, flags uint32) uintptr {
	c := p.flights.take(overlapped)
	if c == nil {
		return 0
	}
	o, routine := c.flight, c.routine
	c.drop()
	if routine != nil {
		routine(Errno(err), transferred, o, flags)
	}
	return 0
}
