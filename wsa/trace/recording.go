package trace

import (
	"io"
	"sync"
	"time"

	"wsasim/wsa"
)

// Recording is the trace of this program, as it is written: one host, one
// process, and each thread that uses Winsock.
//
//	p, err := wsa.System()
//	rec := trace.NewRecording(file, "client")
//	t := p.NewThread()
//	api := rec.Thread(t) // in the place of t, for each thread
//	...
//	err = rec.Close()
//
// Records are made in the thread that calls and written by a goroutine behind,
// so that a call waits for the file only when thousands of records are ahead.
type Recording struct {
	r     *Recorder
	host  string
	queue chan *Record
	done  chan error

	mu      sync.Mutex
	threads int
	closed  bool // guarded by the recorder's lock
}

// ahead is how many records may wait to be written.
const ahead = 1 << 14

// NewRecording begins a recording of this program on w under the name of a host.
func NewRecording(w io.Writer, host string) *Recording {
	rec := &Recording{host: host, queue: make(chan *Record, ahead), done: make(chan error, 1)}
	began := time.Now()
	rec.r = NewRecorder(rec.enqueue, func() time.Duration { return time.Since(began) })
	go func() {
		out := NewWriter(w)
		for r := range rec.queue {
			out.Write(r)
		}
		rec.done <- out.Flush()
	}()
	for _, r := range []*Record{{Kind: World, Version: Version}, {Kind: Host, Host: host}, {Kind: Process, Host: host, PID: 1}} {
		rec.r.Emit(r)
	}
	return rec
}

// enqueue is called with the recorder locked, so that Close comes between two
// records.
func (rec *Recording) enqueue(r *Record) {
	if !rec.closed {
		rec.queue <- r
	}
}

// Thread declares a thread and wraps its API.
func (rec *Recording) Thread(api wsa.API) wsa.API {
	rec.mu.Lock()
	rec.threads++
	tid := rec.threads
	rec.mu.Unlock()
	rec.r.Emit(&Record{Kind: Thread, Host: rec.host, PID: 1, TID: tid})
	return rec.r.Thread(api, rec.host, 1, tid)
}

// Close ends the recording and gives the first error of writing. What calls tell
// after it, such as one that was never to return, is not recorded.
func (rec *Recording) Close() error {
	rec.r.mu.Lock()
	closed := rec.closed
	rec.closed = true
	rec.r.mu.Unlock()
	if closed {
		return nil
	}
	close(rec.queue)
	return <-rec.done
}
