package trace

import (
	"sync"
	"time"

	"wsasim/wsa"
)

// Recorder writes the trace of programs whose API does not trace by itself:
// any [wsa.API], wrapped by [Recorder.Thread], makes a call record when a call
// begins and a return record when it has ended. The caller has declared the
// world, the hosts and the processes with [Recorder.Emit] before.
//
// Several threads may record at once. Their records are then in the order in
// which the wrapper saw them, which may differ from the order of effects by
// what was going on at the same time.
type Recorder struct {
	mu   sync.Mutex
	emit func(*Record)
	now  func() time.Duration
}

// NewRecorder returns a Recorder that gives each record to emit, one at a time,
// with the time that now tells; nil for now leaves times at zero.
func NewRecorder(emit func(*Record), now func() time.Duration) *Recorder {
	if now == nil {
		now = func() time.Duration { return 0 }
	}
	return &Recorder{emit: emit, now: now}
}

// Emit writes a record with the present time.
func (r *Recorder) Emit(rec *Record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	rec.Time = r.now()
	r.emit(rec)
}

// Thread wraps the API of one thread; its thread record must have been emitted.
// See [wsa.FromCalls] for what the wrapper cannot pass on.
func (r *Recorder) Thread(api wsa.API, host string, pid, tid int) wsa.API {
	return wsa.FromCalls(func(c wsa.Call) wsa.Return {
		r.Emit(&Record{Kind: CallMade, Host: host, PID: pid, TID: tid, Call: c})
		ret := wsa.Invoke(api, c)
		r.Emit(&Record{Kind: Returned, Host: host, PID: pid, TID: tid, Return: &ret})
		return ret
	})
}
