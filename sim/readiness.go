package sim

import (
	"math/bits"
	"slices"
	"time"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// What is known of each handle, in handleTable.ready: the revents that WSAPoll
// would give to someone who asks for everything, and besides the sets in which
// select would leave the socket. A change on a socket only marks the bits as
// stale; whoever looks at them next computes them.
const (
	readyRead   = 0x1000 // select: readfds
	readyWrite  = 0x2000 // select: writefds
	readyExcept = 0x4000 // select: exceptfds
	readyStale  = 0x8000 // none of the other bits is right

	pollAlways = wsa.POLLERR | wsa.POLLHUP | wsa.POLLNVAL
	pollAsked  = wsa.POLLRDNORM | wsa.POLLRDBAND | wsa.POLLWRNORM
)

// handleRef is one handle of a socket.
type handleRef struct {
	proc   *Process
	handle wsa.SOCKET
}

// touch says that the readiness of a socket may have changed. Nothing is to be
// done when nobody has looked since the last change, and nobody waits.
func (s *socket) touch() {
	if !s.stale || s.polled > 0 {
		s.markStale()
	}
}

func (s *socket) markStale() {
	if s.closed {
		return
	}
	s.stale = true
	s.proc.handles.ready[s.handle/4-1] |= readyStale
	for _, r := range s.more {
		r.proc.handles.ready[r.handle/4-1] |= readyStale
	}
	if s.polled > 0 {
		s.wakePollers()
	}
}

func (s *socket) wakePollers() {
	w := s.world()
	w.wakeAll(&s.proc.pollers, wokenReady)
	for _, r := range s.more {
		w.wakeAll(&r.proc.pollers, wokenReady)
	}
}

// readiness computes what handleTable.ready holds.
func (s *socket) readiness() uint16 {
	var r uint16
	add := func(on bool, bits uint16) {
		if on {
			r |= bits
		}
	}
	if s.typ != wsa.SOCK_STREAM {
		// Datagrams can always be sent (observed UD4, SL22, PO18).
		d := s.dgram
		add(true, wsa.POLLWRNORM|readyWrite)
		add(d != nil && !d.queue.empty(), wsa.POLLRDNORM|readyRead)
		return r
	}
	if s.listener != nil && s.state == stateListening {
		add(len(s.listener.queue) > 0, wsa.POLLRDNORM|readyRead)
	}
	// A failed connect is an exception for select and nothing else (SL24,
	// CO2), and stays one (SL28); WSAPoll tells it as PO16 and PO17 say.
	add(s.connectFailed, wsa.POLLERR|wsa.POLLHUP|wsa.POLLWRNORM)
	add(s.connectFailed && !s.failedBlocking, readyExcept)
	c := s.stream
	switch {
	case c == nil:
	case c.broken != 0:
		// Observed RS4, RS5.
		add(true, wsa.POLLERR|wsa.POLLHUP|wsa.POLLWRNORM|readyRead|readyWrite)
	default:
		add(c.sendShut || c.hasRoom(), wsa.POLLWRNORM|readyWrite)
		add(c.readable() > 0, wsa.POLLRDNORM|readyRead)
		add(c.recvShut, readyRead)
		// The end of the stream hangs up and is not readable for WSAPoll
		// (observed PO13), but it is for select (SL21).
		add(c.finished, wsa.POLLHUP|readyRead)
		add(c.urgentWaits(), wsa.POLLRDBAND|readyExcept)
	}
	return r
}

// readyOf is what holds for a handle.
func (t *handleTable) readyBits(s wsa.SOCKET) uint16 {
	k := uintptr(s)/4 - 1
	if s%4 != 0 || k >= uintptr(len(t.ready)) {
		return wsa.POLLNVAL
	}
	r := t.ready[k]
	if r&readyStale != 0 {
		sock := t.socket(s)
		r = sock.readiness()
		t.ready[k] = r
		sock.stale = false
	}
	return r
}

// WSAPoll implements wsa.Readiness.
func (t *Thread) WSAPoll(fds []wsa.PollFD, timeout int32) (int, error) {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.WSAPollCall{FDArray: slices.Clone(fds), Timeout: timeout})
	}
	n, e := t.poll(fds, timeout)
	if w.trace != nil {
		ret := wsa.Return{Err: e, N: int64(n)}
		for _, f := range fds {
			ret.Revents = append(ret.Revents, f.Revents)
		}
		t.returned(ret)
	}
	return n, t.done(e)
}

func (t *Thread) poll(fds []wsa.PollFD, timeout int32) (int, wsa.Errno) {
	if e := t.started(); e != 0 {
		return 0, e
	}
	n, bad, valid := t.lookAtAll(fds)
	if bad && t.judgeEvents(fds) {
		for i := range fds {
			fds[i].Revents = 0 // observed PO6
		}
		return 0, t.fail(rules.POLLEvents, wsa.WSAEINVAL)
	}
	if !valid {
		return 0, t.fail(rules.POLLNone, wsa.WSAEINVAL)
	}
	if e := t.needs(NoBuffers); e != 0 {
		return 0, e
	}
	if n > 0 || timeout == 0 {
		return n, 0
	}
	t.watch(len(fds), func(i int) wsa.SOCKET { return fds[i].FD })
	e := t.pollUntil(pollDeadline(t.world, timeout), "WSAPoll", func() bool {
		n = t.lookAgain(fds)
		return n > 0
	})
	t.unwatch()
	return n, e
}

// lookAtAll fills in the revents. It is one run over the array: with thousands
// of sockets nothing else is worth the time. Handles that are no sockets are
// not counted (observed PO4, PO5).
func (t *Thread) lookAtAll(fds []wsa.PollFD) (n int, bad, valid bool) {
	h := &t.proc.handles
	var asked uint16
	invalid := 0
	for i := 0; ; i++ {
		skipped, events := skipQuiet(fds[i:], h.ready)
		asked |= events
		if i += skipped; i == len(fds) {
			break
		}
		f := &fds[i]
		want := uint16(f.Events)
		asked |= want
		r := h.readyBits(f.FD) & (want&pollAsked | pollAlways)
		f.Revents = int16(r)
		switch r {
		case 0:
		case wsa.POLLNVAL:
			invalid++
		default:
			n++
		}
	}
	return n, asked&^uint16(pollAsked) != 0, invalid < len(fds)
}

// skipQuiet gives empty revents to the sockets at the start of the array that
// have nothing to report, which is what most sockets do, and returns their
// number and what they were asked for. It looks at four at a time and calls
// nothing: the loop is as short as reading the array allows.
func skipQuiet(fds []wsa.PollFD, ready []uint16) (n int, asked uint16) {
	const always = pollAlways | readyStale
	for ; len(fds) >= 4; fds = fds[4:] {
		f := (*[4]wsa.PollFD)(fds)
		// A handle that is no multiple of 4, and 0, rotates to a huge index.
		k0, k1 := bits.RotateLeft64(uint64(f[0].FD)-4, -2), bits.RotateLeft64(uint64(f[1].FD)-4, -2)
		k2, k3 := bits.RotateLeft64(uint64(f[2].FD)-4, -2), bits.RotateLeft64(uint64(f[3].FD)-4, -2)
		if l := uint64(len(ready)); k0 >= l || k1 >= l || k2 >= l || k3 >= l {
			break
		}
		e0, e1, e2, e3 := uint16(f[0].Events), uint16(f[1].Events), uint16(f[2].Events), uint16(f[3].Events)
		if ready[k0]&(e0|always)|ready[k1]&(e1|always)|ready[k2]&(e2|always)|ready[k3]&(e3|always) != 0 {
			break
		}
		asked |= e0 | e1 | e2 | e3
		f[0].Revents, f[1].Revents, f[2].Revents, f[3].Revents = 0, 0, 0, 0
		n += 4
	}
	for i := range fds {
		f := &fds[i]
		e := uint16(f.Events)
		k := bits.RotateLeft64(uint64(f.FD)-4, -2)
		if k >= uint64(len(ready)) || ready[k]&(e|always) != 0 {
			return n + i, asked
		}
		asked |= e
		f.Revents = 0
	}
	return n + len(fds), asked
}

// judgeEvents reports whether events hold what may not be asked for (observed
// PO2); INVALID_SOCKET is not looked at (PO4, against PO6).
func (t *Thread) judgeEvents(fds []wsa.PollFD) bool {
	for _, f := range fds {
		if f.FD != wsa.INVALID_SOCKET && uint16(f.Events)&^uint16(pollAsked) != 0 {
			return true
		}
	}
	return false
}

// lookAgain fills in the revents of a poll that waits. It looks at the sockets
// it began with: a handle that was closed and issued again is another socket.
// A closed one counts (observed PO15).
func (t *Thread) lookAgain(fds []wsa.PollFD) int {
	n := 0
	for i := range fds {
		f, s := &fds[i], t.polled[i]
		switch {
		case s == nil:
			continue
		case s.closed || t.proc.handles.socket(f.FD) != s:
			f.Revents = wsa.POLLNVAL
		default:
			f.Revents = int16(t.proc.handles.readyBits(f.FD) & (uint16(f.Events)&pollAsked | pollAlways))
		}
		if f.Revents != 0 {
			n++
		}
	}
	return n
}

// watch remembers the sockets of a wait and has their changes wake it.
func (t *Thread) watch(n int, at func(i int) wsa.SOCKET) {
	t.polled = t.polled[:0]
	for i := range n {
		s := t.proc.handles.socket(at(i))
		if s != nil {
			s.polled++
		}
		t.polled = append(t.polled, s)
	}
}

func (t *Thread) unwatch() {
	for i, s := range t.polled {
		if s != nil {
			s.polled--
		}
		t.polled[i] = nil
	}
}

// pollDeadline is the end of a wait of the given milliseconds; 0 is never.
func pollDeadline(w *World, timeout int32) time.Duration {
	if timeout < 0 {
		return 0
	}
	return w.clock.read() + time.Duration(timeout)*time.Millisecond
}

// pollUntil waits until look is true or the time has come. Routines run in the
// wait, which goes on (observed SL8, PO15).
func (t *Thread) pollUntil(until time.Duration, what string, look func() bool) wsa.Errno {
	for {
		reason := wokenAPC
		if t.apcs.empty() {
			reason = t.parkUntil(&t.proc.pollers, until, true, what)
		}
		switch reason {
		case wokenDeadlock, wokenEnded:
			return wsa.WSA_OPERATION_ABORTED
		case wokenAPC:
			t.runAPCs()
		}
		if look() || reason == wokenTimeout {
			return 0
		}
		if until != 0 && until <= t.world.clock.read() {
			return 0
		}
	}
}

// Select implements wsa.Readiness.
func (t *Thread) Select(nfds int32, readfds, writefds, exceptfds *wsa.FDSet, timeout *wsa.Timeval) (int, error) {
	w := t.world
	w.lock()
	sets := [3]*wsa.FDSet{readfds, writefds, exceptfds}
	if w.trace != nil {
		shown := copiesOf(sets)
		t.called(wsa.SelectCall{
			Nfds: nfds, Readfds: shown[0], Writefds: shown[1], Exceptfds: shown[2],
			Timeout: copyOf(timeout), Same: readfds != nil && readfds == writefds,
		})
	}
	n, e := t.selectReady(sets, timeout)
	if w.trace != nil {
		shown := copiesOf(sets)
		t.returned(wsa.Return{Err: e, N: int64(n), Sets: shown[:]})
	}
	return n, t.done(e)
}

func copiesOf(sets [3]*wsa.FDSet) (out [3]wsa.FDSet) {
	for i, s := range sets {
		if s != nil {
			out[i] = append(wsa.FDSet{}, *s...)
		}
	}
	return out
}

// setBits are the bits of ready for which a socket stays in each set.
var setBits = [3]uint16{readyRead, readyWrite, readyExcept}

func (t *Thread) selectReady(sets [3]*wsa.FDSet, timeout *wsa.Timeval) (int, wsa.Errno) {
	if e := t.started(); e != 0 {
		return 0, e
	}
	count := 0
	for _, set := range sets {
		if set != nil {
			count += len(*set)
		}
	}
	if count == 0 || timeout != nil && (timeout.Sec < 0 || timeout.Usec < 0) {
		return 0, t.fail(rules.SELECTEmpty, wsa.WSAEINVAL)
	}
	flat := make([]selected, 0, count)
	for i, set := range sets {
		if set == nil || i == 1 && set == sets[0] {
			continue // one set given twice is looked at once (observed SL11)
		}
		bits := setBits[i]
		if i == 0 && set == sets[1] {
			bits |= readyWrite
		}
		for _, s := range *set {
			if t.proc.handles.socket(s) == nil {
				return 0, t.fail(rules.SELECTNotsock, wsa.WSAENOTSOCK) // the sets stay (SL5)
			}
			flat = append(flat, selected{i, s, bits})
		}
	}
	if t.proc.lacks&NoMemory != 0 {
		return 0, t.fail(rules.RESSelect, wsa.WSAEFAULT)
	}
	n := t.shrink(sets, flat, false)
	if n > 0 || timeout != nil && timeout.Sec == 0 && timeout.Usec == 0 {
		if n == 0 {
			t.empty(sets)
		}
		return n, 0
	}
	var until time.Duration
	if timeout != nil {
		until = t.world.clock.read() + time.Duration(timeout.Sec)*time.Second + time.Duration(timeout.Usec)*time.Microsecond
	}
	t.watch(len(flat), func(i int) wsa.SOCKET { return flat[i].s })
	e := t.pollUntil(until, "select", func() bool {
		n = t.shrink(sets, flat, true)
		return n > 0
	})
	t.unwatch()
	if n == 0 && e == 0 {
		t.empty(sets)
	}
	return n, e
}

// selected is one socket of a set.
type selected struct {
	set  int
	s    wsa.SOCKET
	bits uint16
}

// shrink leaves in the sets what is ready, if anything is. A socket that was
// closed during the wait is readable (observed SL6); one that is in a set twice
// is there once (SL10).
func (t *Thread) shrink(sets [3]*wsa.FDSet, flat []selected, again bool) int {
	n := 0
	ready := func(i int, f selected) bool {
		if again && (t.polled[i].closed || t.proc.handles.socket(f.s) != t.polled[i]) {
			return f.bits&readyRead != 0
		}
		return t.proc.handles.readyBits(f.s)&f.bits != 0
	}
	any := false
	for i, f := range flat {
		if ready(i, f) {
			any = true
			break
		}
	}
	if !any {
		return 0
	}
	t.empty(sets)
	for i, f := range flat {
		if set := sets[f.set]; ready(i, f) && !slices.Contains(*set, f.s) {
			*set = append(*set, f.s)
			n++
		}
	}
	return n
}

// empty empties the sets.
func (t *Thread) empty(sets [3]*wsa.FDSet) {
	for _, set := range sets {
		if set != nil {
			*set = (*set)[:0]
		}
	}
}
