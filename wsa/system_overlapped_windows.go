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
	// files are the files that belong to completion ports, with their
	// notification modes.
	files map[HANDLE]uint8
}

// add lists an operation before its call, since it may end during it. When the
// structure is in use still, which is an error of the program, the memory of
// the earlier operation is kept until it is told of or the later one ends.
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
		if c.returned && !c.told() && !pending(c.flight) {
			delete(f.byAddr, addr)
			for c != nil {
				before := c.before
				c.letGo()
				c = before
			}
		}
	}
}

// told reports whether the system will tell of the operation's end.
func (c *nativeCall) told() bool { return c.routine != nil || c.packet }

// settle is the end of a call that was to start an operation; false when it
// has started none, or one that is over.
func (f *flights) settle(c *nativeCall, err error) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	c.returned = true
	if c.landed {
		return false
	}
	if err == WSA_IO_PENDING {
		return true
	}
	// What ended at once is told to a routine and a port all the same
	// (observed CP4), unless the file's mode says otherwise.
	if err == nil && c.routine != nil {
		return true
	}
	if err == nil && c.packet {
		mode := f.files[HANDLE(c.frame.args[0])]
		if c.proc == procPostQueuedCompletionStatus || mode&FILE_SKIP_COMPLETION_PORT_ON_SUCCESS == 0 {
			return true
		}
	}
	f.remove(c)
	return false
}

// remove takes the operation off the list.
func (f *flights) remove(c *nativeCall) {
	addr := address(c.flight)
	switch first := f.byAddr[addr]; {
	case first == c && c.before == nil:
		delete(f.byAddr, addr)
	case first == c:
		f.byAddr[addr] = c.before
	default:
		for ; first != nil; first = first.before {
			if first.before == c {
				first.before = c.before
				return
			}
		}
	}
}

// land ends an operation that the program is told of: the latest one with the
// structure at the address. What it wrote is there when land returns.
func (f *flights) land(addr uintptr) (*Overlapped, CompletionRoutine) {
	if addr == 0 {
		return nil, nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.byAddr[addr]
	if c == nil {
		return structureAt(addr), nil
	}
	o, routine := c.flight, c.routine
	f.end(c)
	return o, routine
}

// end takes an operation off the list and lets go of its memory, or leaves that
// to its call when that has not ended yet.
func (f *flights) end(c *nativeCall) {
	f.remove(c)
	c.copyBack()
	if c.returned {
		c.letGo()
	} else {
		c.landed = true
	}
}

// seen is told that the program has asked about a structure. If its operation
// has ended, what it wrote is there when seen returns.
func (f *flights) seen(o *Overlapped) {
	if o == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.byAddr[address(o)]
	switch {
	case c == nil || !c.returned || pending(o):
	case c.told():
		c.copyBack()
	default:
		f.end(c)
	}
}

// join notes that a file belongs to a completion port.
func (f *flights) join(file HANDLE) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.files == nil {
		f.files = make(map[HANDLE]uint8)
	}
	f.files[file] = 0
}

// mode notes a file's notification modes, which add up.
func (f *flights) mode(file HANDLE, flags uint8) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, joined := f.files[file]; joined {
		f.files[file] |= flags
	}
}

// closed notes that a handle is gone, before another file gets its number.
func (f *flights) closed(file HANDLE) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.files, file)
}

// reported reports whether a port tells of the end of an operation on the file.
// An event whose handle has its lowest bit set keeps it from that (observed
// CP13).
func (f *flights) reported(file HANDLE, o *Overlapped) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, joined := f.files[file]
	return joined && o.HEvent&1 == 0
}

// completed is the completion routine that the system is given, for all
// operations. It runs inside of an alertable wait of the thread that started
// the operation, and so does the routine of the program.
func (p *SystemProcess) completed(err, transferred uint32, overlapped uintptr, flags uint32) uintptr {
	if o, routine := p.flights.land(overlapped); routine != nil {
		routine(Errno(err), transferred, o, flags)
	}
	return 0
}

// waiting holds functions that the system will call, by numbers that it is
// given in their place: it may not keep pointers into Go's memory.
type waiting[F any] struct {
	mu   sync.Mutex
	last uintptr
	byID map[uintptr]F
}

func (w *waiting[F]) add(f F) uintptr {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.byID == nil {
		w.byID = make(map[uintptr]F)
	}
	w.last++
	w.byID[w.last] = f
	return w.last
}

// take takes a function off.
func (w *waiting[F]) take(id uintptr) F {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := w.byID[id]
	delete(w.byID, id)
	return f
}

// get gives a function and leaves it.
func (w *waiting[F]) get(id uintptr) F {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.byID[id]
}

// called is the APC that the system is given, for every QueueUserAPC.
func (p *SystemProcess) called(id uintptr) uintptr {
	if routine := p.apcs.take(id); routine != nil {
		routine()
	}
	return 0
}
