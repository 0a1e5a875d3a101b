package wsanet

import (
	"context"
	"errors"
	"net"
	"sync"

	"wsasim/wsa"
)

// Stack is a process's Winsock as package net sees it: it makes connections,
// listeners and packet connections, and gives each call that may wait a thread
// of its own. Its methods may be called by any number of goroutines.
type Stack struct {
	newThread func() wsa.API
	start     sync.Once
	failed    error // why WSAStartup failed

	mu     sync.Mutex
	free   []*thread
	first  *socket // the open sockets, linked
	closed bool
}

// New makes the Stack of a process: *sim.Process or *wsa.SystemProcess, or
// anything else that has threads. WSAStartup is called when the first thread is
// needed.
func New[T wsa.API](process interface{ NewThread() T }) *Stack {
	return NewFunc(func() wsa.API { return process.NewThread() })
}

// NewFunc makes a Stack of threads that come from a function. All must be of one
// process. Threads that have a method Close or End are ended with the Stack.
func NewFunc(newThread func() wsa.API) *Stack { return &Stack{newThread: newThread} }

// ErrStackClosed is what making a socket fails with after [Stack.Close].
var ErrStackClosed = errors.New("wsanet: the stack has been closed")

// Close closes every socket that was made through the Stack, ends its threads
// and undoes its WSAStartup. A second Close does nothing.
func (st *Stack) Close() error {
	st.mu.Lock()
	if st.closed {
		st.mu.Unlock()
		return nil
	}
	st.closed = true
	var open []*socket
	for s := st.first; s != nil; s = s.next {
		open = append(open, s)
	}
	st.mu.Unlock()
	for _, s := range open {
		_ = s.close() // closed already is fine
	}
	st.mu.Lock()
	threads := st.free
	st.free = nil
	st.mu.Unlock()
	for i, t := range threads {
		_ = t.api.WSACloseEvent(t.ov.HEvent)
		if i == len(threads)-1 {
			_ = t.api.WSACleanup()
		}
		t.end()
	}
	return nil
}

// Dial is [Dialer.Dial] without options.
func (st *Stack) Dial(network, address string) (net.Conn, error) {
	d := Dialer{Stack: st}
	return d.Dial(network, address)
}

// DialContext is [Dialer.DialContext] without options, as http.Transport takes it.
func (st *Stack) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	d := Dialer{Stack: st}
	return d.DialContext(ctx, network, address)
}

// Listen is [ListenConfig.Listen] without options.
func (st *Stack) Listen(network, address string) (net.Listener, error) {
	lc := ListenConfig{Stack: st}
	return lc.Listen(context.Background(), network, address)
}

// ListenPacket is [ListenConfig.ListenPacket] without options.
func (st *Stack) ListenPacket(network, address string) (net.PacketConn, error) {
	lc := ListenConfig{Stack: st}
	return lc.ListenPacket(context.Background(), network, address)
}

// thread is a thread with what one overlapped call needs, so that calls
// allocate nothing. Whoever has taken it is alone with it.
type thread struct {
	api     wsa.API
	ov      wsa.Overlapped // with an event of its own
	bufs    [1][]byte
	n       uint32 // bytes transferred
	flags   uint32
	name    [wsa.SockaddrStorageSize]byte
	namelen int32
	msg     wsa.Msg
}

// take gives a thread that nobody uses.
func (st *Stack) take() (*thread, error) {
	st.mu.Lock()
	if n := len(st.free); n > 0 {
		t := st.free[n-1]
		st.free = st.free[:n-1]
		st.mu.Unlock()
		return t, nil
	}
	over := st.closed && st.first == nil // closing what is open needs threads
	st.mu.Unlock()
	if over {
		return nil, ErrStackClosed
	}
	t := &thread{api: st.newThread()}
	st.start.Do(func() { st.failed = t.api.WSAStartup(0x0202, new(wsa.WSADATA)) })
	if st.failed != nil {
		t.end()
		return nil, syscallError("wsastartup", st.failed)
	}
	event, err := t.api.WSACreateEvent()
	if err != nil {
		t.end()
		return nil, syscallError("wsacreateevent", err)
	}
	t.ov.HEvent = event
	return t, nil
}

// give takes a thread back.
func (st *Stack) give(t *thread) {
	if t == nil {
		return
	}
	st.mu.Lock()
	if !st.closed || st.first != nil {
		st.free = append(st.free, t)
		t = nil
	}
	st.mu.Unlock()
	if t != nil {
		_ = t.api.WSACloseEvent(t.ov.HEvent)
		t.end()
	}
}

// end ends a thread, if threads of its kind can be ended.
func (t *thread) end() {
	switch t := t.api.(type) {
	case interface{ Close() }:
		t.Close()
	case interface{ End() }:
		t.End()
	}
}

// add and remove keep the list of open sockets.
func (st *Stack) add(s *socket) bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.closed {
		return false
	}
	if s.next = st.first; s.next != nil {
		s.next.prev = s
	}
	st.first = s
	return true
}

func (st *Stack) remove(s *socket) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if s.prev != nil {
		s.prev.next = s.next
	} else if st.first == s {
		st.first = s.next
	}
	if s.next != nil {
		s.next.prev = s.prev
	}
	s.next, s.prev = nil, nil
}
