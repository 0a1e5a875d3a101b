package trace

import (
	"bytes"
	"errors"
	"slices"
	"sync"
	"time"

	"wsasim/wsa"
)

// Recorder writes the trace of programs whose API does not trace by itself:
// any [wsa.API], wrapped by [Recorder.Thread], makes a call record when a call
// begins and a return record when it has ended. The caller has declared the
// world, the hosts and the processes with [Recorder.Emit] before; [Recording]
// does that for a program of its own.
//
// The wrapper passes on the caller's own buffers, OVERLAPPED structures and
// routines wherever the system may use them after the call, so that a program
// behaves under it as without it. The end of an overlapped operation is a record
// of kind Completion when the program is told of it: by its routine, by a
// completion port, or because it asks. An end that the program sees by itself,
// in Internal or by an event, leaves none.
//
// Several threads may record at once. Their records are then in the order in
// which the wrapper saw them, which may differ from the order of effects by
// what was going on at the same time.
type Recorder struct {
	mu   sync.Mutex
	emit func(*Record)
	now  func() time.Duration
	ids  map[*wsa.Overlapped]wsa.OverlappedID
	// flying are the operations that have not been told of, by structure: what
	// they write into.
	flying map[*wsa.Overlapped]bool
}

// NewRecorder returns a Recorder that gives each record to emit, one at a time,
// with the time that now tells; nil for now leaves times at zero. A record does
// not change after it was given.
func NewRecorder(emit func(*Record), now func() time.Duration) *Recorder {
	if now == nil {
		now = func() time.Duration { return 0 }
	}
	return &Recorder{emit: emit, now: now, ids: make(map[*wsa.Overlapped]wsa.OverlappedID), flying: make(map[*wsa.Overlapped]bool)}
}

// Emit writes a record with the present time.
func (r *Recorder) Emit(rec *Record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	rec.Time = r.now()
	r.emit(rec)
}

// Thread wraps the API of one thread; its thread record must have been emitted.
func (r *Recorder) Thread(api wsa.API, host string, pid, tid int) wsa.API {
	t := &recorded{r: r, api: api, target: wsa.TargetOf(api), host: host, pid: pid, tid: tid}
	// What ends with the call goes by values, there and back.
	t.API = wsa.FromCalls(func(c wsa.Call) wsa.Return {
		t.made(c)
		ret := wsa.Invoke(api, c)
		t.returned(&ret)
		return ret
	})
	return t
}

// id numbers an OVERLAPPED; 0 is NULL. The same structure keeps its number, as
// long as an operation is in flight and between operations.
func (r *Recorder) id(o *wsa.Overlapped) wsa.OverlappedID {
	if o == nil {
		return 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ids[o] == 0 {
		r.ids[o] = wsa.OverlappedID(len(r.ids) + 1)
	}
	return r.ids[o]
}

// recorded is the API of one thread. The methods that it has itself are those
// with memory or functions that outlive the call, and those of most
// traffic. An address that a call may or may not store is seen through a buffer of
// its own, so Recvfrom is not among them.
type recorded struct {
	wsa.API
	r        *Recorder
	api      wsa.API
	target   wsa.Target // whose layouts the API uses
	host     string
	pid, tid int
}

// Target is that of the API that is recorded: see wsa.TargetOf.
func (t *recorded) Target() wsa.Target { return t.target }

func (t *recorded) made(c wsa.Call) {
	if m, ok := c.(wsa.WSASendMsgCall); ok {
		m.Control = t.control(m.Control)
		c = m
	}
	t.r.Emit(&Record{Kind: CallMade, Host: t.host, PID: t.pid, TID: t.tid, Call: c})
}

func (t *recorded) returned(ret *wsa.Return) {
	if wide := t.control(ret.Control); len(wide) != len(ret.Control) {
		length, shown := uint32(len(wide)), *ret // the program gets its own
		shown.Control, shown.ControlLen = wide, &length
		ret = &shown
	}
	t.r.Emit(&Record{Kind: Returned, Host: t.host, PID: t.pid, TID: t.tid, Return: ret})
}

// control is control messages in the layout that traces have them in, that of 64-bit
// Windows. What cannot be read stays as it is.
func (t *recorded) control(b wsa.Bytes) wsa.Bytes {
	if t.target.PointerSize() == 8 {
		return b
	}
	list, err := t.target.ParseControl(b)
	if err != nil {
		return b
	}
	var wide []byte
	for _, m := range list {
		wide = wsa.AppendControl(wide, m)
	}
	return wide
}

// result is the Return of an error.
func result(err error) wsa.Return {
	var e wsa.Errno
	switch {
	case err == nil:
		return wsa.Return{}
	case errors.As(err, &e):
		return wsa.Return{Err: e}
	}
	return wsa.Return{Failure: err.Error()}
}

// started notes that an operation goes on after its call, or is over and will be
// told of all the same.
func (t *recorded) started(o *wsa.Overlapped, err error) {
	var e wsa.Errno
	if o == nil || err != nil && !(errors.As(err, &e) && e == wsa.WSA_IO_PENDING) {
		return
	}
	t.r.mu.Lock()
	t.r.flying[o] = true
	t.r.mu.Unlock()
}

// ended writes the completion of an operation, once.
func (t *recorded) ended(o *wsa.Overlapped, status wsa.NTStatus, n uint32) {
	if o == nil {
		return
	}
	t.r.mu.Lock()
	first := t.r.flying[o]
	delete(t.r.flying, o)
	t.r.mu.Unlock()
	if first {
		t.r.Emit(&Record{
			Kind: Completion, Host: t.host, PID: t.pid, TID: t.tid,
			Overlapped: t.r.id(o), Status: status, Transferred: n,
		})
	}
}

// routine is the caller's completion routine with a record before it.
func (t *recorded) routine(routine wsa.CompletionRoutine) wsa.CompletionRoutine {
	if routine == nil {
		return nil
	}
	return func(err wsa.Errno, n uint32, o *wsa.Overlapped, flags uint32) {
		t.ended(o, wsa.NTStatus(o.Internal), n)
		routine(err, n, o, flags)
	}
}

func event(o *wsa.Overlapped) wsa.HANDLE {
	if o == nil {
		return 0
	}
	return o.HEvent
}

func room(b []byte) wsa.Room {
	if b == nil {
		return wsa.NULL
	}
	return wsa.Room(len(b))
}

func rooms(list [][]byte) []wsa.Room {
	if list == nil {
		return nil
	}
	out := make([]wsa.Room, len(list))
	for i, b := range list {
		out[i] = room(b)
	}
	return out
}

func copies(list [][]byte) []wsa.Bytes {
	if list == nil {
		return nil
	}
	out := make([]wsa.Bytes, len(list))
	for i, b := range list {
		out[i] = bytes.Clone(b)
	}
	return out
}

func clone[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

func length[T int32 | uint32](p *T) *int64 {
	if p == nil {
		return nil
	}
	v := int64(*p)
	return &v
}

// filled is what a call that reports n bytes has stored; after WSAEMSGSIZE from
// a receive, the whole buffer.
func filled(buffers [][]byte, n int64, err wsa.Errno) wsa.Bytes {
	all := slices.Concat(buffers...)
	switch {
	case err == wsa.WSAEMSGSIZE && len(all) > 0:
		return all
	case err != 0 || n <= 0 || len(all) == 0:
		return nil
	}
	return all[:min(n, int64(len(all)))]
}

// withAddr adds an address, if one was stored: a buffer that is as it was before
// has none.
func withAddr(ret *wsa.Return, before, addr []byte, n *int32) {
	ret.Len = length(n)
	if n != nil && *n > 0 && len(addr) > 0 && !bytes.Equal(before, addr) {
		ret.Addr = bytes.Clone(addr[:min(int(*n), len(addr))])
	}
}
