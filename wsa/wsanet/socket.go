package wsanet

import (
	"net"
	"os"
	"sync"
	"sync/atomic"

	"wsasim/wsa"
)

// socket is a socket with what makes it safe to use from many goroutines: one
// reader and one writer at a time, others wait their turn; Close ends what waits
// and the descriptor is closed when nobody uses it any more, so that no call
// meets somebody else's socket under a number that was issued again.
type socket struct {
	stack        *Stack
	handle       wsa.SOCKET
	family       int32
	typ          int32
	net          string
	laddr, raddr net.Addr
	connected    bool // datagram: has a peer

	state    atomic.Uint64
	rd, wr   side
	mu       sync.Mutex // guards the queues of both sides and gone
	gone     chan struct{}
	closeErr error

	next, prev *socket // in Stack.first
}

// The bits of socket.state; the rest counts who uses the descriptor.
const (
	closing     = 1 << 0
	readBusy    = 1 << 1
	writeBusy   = 1 << 2
	readQueued  = 1 << 3
	writeQueued = 1 << 4
	oneUser     = 1 << 5
)

// side is one direction of a socket: a thread, a deadline, and who waits for a
// turn.
type side struct {
	busy, queued uint64                 // its bits in socket.state
	t            atomic.Pointer[thread] // belongs to whoever has the turn; nil before the first
	queue        []*turn                // guarded by socket.mu
	deadline     deadline               // see deadline.go
	why          error                  // why an operation was cancelled; guarded by the deadline's lock
}

// turn is a goroutine that waits for its turn.
type turn struct{ ch chan struct{} }

func (s *socket) init(st *Stack, handle wsa.SOCKET, family, typ int32, network string) bool {
	s.stack, s.handle, s.family, s.typ, s.net = st, handle, family, typ, network
	s.rd.busy, s.rd.queued = readBusy, readQueued
	s.wr.busy, s.wr.queued = writeBusy, writeQueued
	return st.add(s)
}

// begin takes the turn of a side and gives its thread. It fails when the socket
// is closed or the side's deadline has passed.
func (s *socket) begin(d *side) (*thread, error) {
	for {
		old := s.state.Load()
		if old&closing != 0 {
			return nil, net.ErrClosed
		}
		if old&d.busy != 0 {
			if err := s.enqueue(d); err != nil {
				return nil, err
			}
			break
		}
		if s.state.CompareAndSwap(old, (old|d.busy)+oneUser) {
			break
		}
	}
	if d.deadline.expired.Load() {
		s.end(d)
		return nil, os.ErrDeadlineExceeded
	}
	if t := d.t.Load(); t != nil {
		return t, nil
	}
	t, err := s.stack.take()
	if err != nil {
		s.end(d)
		return nil, err
	}
	d.t.Store(t)
	return t, nil
}

// enqueue waits for the turn that somebody else has.
func (s *socket) enqueue(d *side) error {
	s.mu.Lock()
	for {
		old := s.state.Load()
		if old&closing != 0 {
			s.mu.Unlock()
			return net.ErrClosed
		}
		if old&d.busy == 0 {
			if s.state.CompareAndSwap(old, (old|d.busy)+oneUser) {
				s.mu.Unlock()
				return nil
			}
			continue
		}
		if s.state.CompareAndSwap(old, old|d.queued) {
			break
		}
	}
	mine := &turn{make(chan struct{})}
	d.queue = append(d.queue, mine)
	s.mu.Unlock()
	<-mine.ch // the turn, and being one of the users, is handed over
	if s.state.Load()&closing != 0 {
		s.end(d)
		return net.ErrClosed
	}
	return nil
}

// end gives the turn of a side back.
func (s *socket) end(d *side) {
	for {
		old := s.state.Load()
		if old&d.queued != 0 {
			s.handOver(d)
			return
		}
		now := (old &^ d.busy) - oneUser
		if s.state.CompareAndSwap(old, now) {
			if now&closing != 0 && now < oneUser {
				s.destroy()
			}
			return
		}
	}
}

// handOver gives the turn to the first who waits for it.
func (s *socket) handOver(d *side) {
	s.mu.Lock()
	first := d.queue[0]
	d.queue[0] = nil
	d.queue = d.queue[1:]
	if len(d.queue) == 0 {
		d.queue = nil
		s.state.And(^d.queued)
	}
	s.mu.Unlock()
	close(first.ch)
}

// enter makes the caller one of the users of the descriptor, for a call that
// does not wait.
func (s *socket) enter() error {
	for {
		old := s.state.Load()
		if old&closing != 0 {
			return net.ErrClosed
		}
		if s.state.CompareAndSwap(old, old+oneUser) {
			return nil
		}
	}
}

// leave undoes enter.
func (s *socket) leave() {
	if now := s.state.Add(^uint64(oneUser - 1)); now&closing != 0 && now < oneUser {
		s.destroy()
	}
}

// close closes the socket: calls that wait end with net.ErrClosed. It returns
// when the descriptor has been closed.
func (s *socket) close() error {
	s.mu.Lock()
	for {
		old := s.state.Load()
		if old&closing != 0 {
			s.mu.Unlock()
			return net.ErrClosed
		}
		if old >= oneUser && s.gone == nil {
			s.gone = make(chan struct{})
		}
		if s.state.CompareAndSwap(old, (old|closing)+oneUser) {
			break
		}
	}
	gone := s.gone
	s.mu.Unlock()
	s.interrupt(&s.rd, net.ErrClosed)
	s.interrupt(&s.wr, net.ErrClosed)
	s.leave()
	if gone != nil {
		<-gone
	}
	return s.closeErr
}

// destroy closes the descriptor; nobody uses it any more.
func (s *socket) destroy() {
	s.rd.deadline.stop()
	s.wr.deadline.stop()
	t, other := s.rd.t.Swap(nil), s.wr.t.Swap(nil)
	if t == nil {
		t, other = other, nil
	}
	if t == nil {
		t, s.closeErr = s.stack.take()
	}
	if t != nil {
		s.closeErr = syscallError("closesocket", t.api.Closesocket(s.handle))
	}
	s.stack.give(t)
	s.stack.give(other)
	s.stack.remove(s)
	if s.gone != nil {
		close(s.gone)
	}
}

// call makes a call that does not wait.
func (s *socket) call(f func(t *thread) error) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	t, err := s.stack.take()
	if err != nil {
		return err
	}
	defer s.stack.give(t)
	return f(t)
}
